#!/usr/bin/python3
"""What more offices and more daemons add on one database, and what waits for the head of the ledger.

SPDX-License-Identifier: Apache-2.0

Every round: batches of each size through one, two and three daemons, with so many offices at once. Batches that wait at the
same moment share a transaction: up to 64 small ones (16 KiB of body at most); up to 8 of middle size (2 MiB at most), but
only while no office sends one after the other, as here those with batches of 20 do. Every transaction passes the one row of
lantik.ledger_head. While a run lasts, a session looks a hundred times a second at what the daemons' connections wait for.
"""

import subprocess
import sys
import threading

import cli
import common
import harness

SIZES = {1: 12_000, 20: 60_000, 1000: 150_000}  # rows a batch: rows a run
QUICK_SIZES = {1: 200, 20: 1_000}
DAEMONS = [1, 2, 3]
OFFICES = [1, 4, 16, 64]

COLUMNS = [
    ("batches/s", "batches_per_second", "{:,.0f}"),
    ("rows/s", "rows_per_second", "{:,.0f}"),
    ("commits/s", "commits_per_second", "{:,.0f}"),
    ("p50 ms", "latency_p50_ms", "{:.1f}"),
    ("p99 ms", "latency_p99_ms", "{:.1f}"),
    ("wait for head", "waiting_for_head", "{:.1%}"),
    ("wait for flush", "waiting_for_flush", "{:.1%}"),
    ("daemon CPU us", "daemon_cpu_us_per_batch", "{:,.0f}"),
    ("backend CPU us", "backend_cpu_us_per_batch", "{:,.0f}"),
    ("others", "others", "{:.0%}"),
]

# Of the connections inside a transaction: how many wait for the head's row, and how many until their commit is on disk.
LOOK = ("SELECT count(*), count(*) FILTER (WHERE wait_event_type = 'Lock' AND query ~ 'ledger_head (FOR UPDATE|SET)'),"
        " count(*) FILTER (WHERE wait_event IN ('WALSync', 'WALWrite', 'SyncRep')) FROM pg_stat_activity"
        " WHERE usename = 'lantik_daemon' AND backend_xid IS NOT NULL")


class Watch(threading.Thread):
    """What connections wait for, a hundred times a second."""

    def __init__(self, cluster):
        super().__init__(daemon=True)
        self.session, self.ended, self.seen = cluster.session(), threading.Event(), [0, 0, 0]

    def run(self):
        while not self.ended.wait(0.01):
            seen = self.session.sql(LOOK)
            if seen is None:
                break  # the bench is being stopped
            self.seen = [a + int(b) for a, b in zip(self.seen, seen[0])]

    def end(self):
        self.ended.set()
        self.join()
        self.session.close()
        inside, head, flush = self.seen
        return {"waiting_for_head": head / max(1, inside), "waiting_for_flush": flush / max(1, inside)}


class Scaling(common.Bench):
    """Several daemons on the one database, each with a sender of its own."""

    def daemons(self, count, workers):
        made = []
        for _ in range(count):
            daemon = self._daemon(workers)
            port = harness.free_port()
            text = daemon.config.read_text().replace(self.site.endpoint, f"tcp://127.0.0.1:{port}")
            daemon.config.write_text(text)
            made.append((daemon, f"tcp://127.0.0.1:{port}"))
        return made

    def run(self, work, count, workers, offices):
        self._begin("lantik", "lantik_empty")
        running = self.daemons(count, workers)
        try:
            for daemon, _ in running:
                daemon.start()
                daemon.notify.close()
                daemon.notify.socket.close()
            return self.load(work, running, workers, offices)
        finally:
            for daemon, _ in running:
                daemon._end()

    def load(self, work, running, workers, offices):
        bodies = common.split(work.directory / "bodies", len(running))
        pids = [daemon.process.pid for daemon, _ in running]
        before = {pid: common.cpu_seconds(pid) for pid in [*pids, *self.cluster.backends("lantik_daemon")]}
        commits = self.commits()
        watch, others = Watch(self.cluster), common.Others(self.cluster, *pids)
        watch.start()
        window = max(1, work.window // len(running)) if work.batch_rows > 20 else 1
        senders = [subprocess.Popen([str(part) for part in (
            common.program(self.sender), endpoint, self.site.keys / "lantikd.curve.pub", self.site.keys / "receipt.vkey", path, window, 0,
            *self.homes[:offices])], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for (_, endpoint), path in zip(running, bodies)]
        said = [sender.communicate(timeout=600) for sender in senders]
        for sender, (_, wrong) in zip(senders, said):
            if sender.returncode:
                raise SystemExit(f"a sender failed: {wrong}")
        waits, share = watch.end(), others.share()
        results = [common.json.loads(out) for out, _ in said]
        lasted = max(result["seconds"] for result in results)
        after = {pid: common.cpu_seconds(pid) for pid in [*pids, *self.cluster.backends("lantik_daemon")]}
        used = {pid: value - before.get(pid, 0) for pid, value in after.items()}
        batches = sum(result["batches"] for result in results)
        return {"batch_rows": work.batch_rows, "daemons": len(running), "workers": workers, "offices": offices, "seconds": lasted,
                "batches_per_second": batches / lasted, "rows_per_second": sum(r["rows"] for r in results) / lasted,
                "commits_per_second": (self.commits() - commits) / lasted,
                "latency_p50_ms": common.statistics.median(r["latency_p50_ms"] for r in results),
                "latency_p99_ms": max(r["latency_p99_ms"] for r in results),
                "daemon_cpu_us_per_batch": sum(used[pid] for pid in pids) / batches * 1e6,
                "backend_cpu_us_per_batch": sum(value for pid, value in used.items() if pid not in pids) / batches * 1e6,
                "others": share, **waits}

    def commits(self):
        """Leaves are counted, not transactions: those that write none are no commits of batches."""
        return int(self.cluster.value("SELECT count(DISTINCT xmin::text) FROM lantik.ledger_leaf"))


def subjects(args):
    """(rows a batch, daemons, offices): first the offices grow, then the daemons."""
    sizes = QUICK_SIZES if args.quick else SIZES
    for size in sizes:
        for offices in (args.offices if size <= 20 else args.offices[-1:]):
            yield size, 1, offices
        for count in args.daemons:
            if count > 1:
                yield size, count, args.offices[-1]


def measure(bench, args, output):
    works, runs = {}, {}
    sizes = QUICK_SIZES if args.quick else SIZES
    for number in range(1, args.pairs + 1):
        for subject in subjects(args):
            size, count, offices = subject
            if size not in works:
                works[size] = bench.work(size, sizes[size], "bodies")
            result = bench.run(works[size], count, args.workers, offices)
            print(f"  round {number}: {size:>5} rows a batch, {count} daemon(s), {offices:>2} office(s): "
                  f"{result['batches_per_second']:>7,.0f} batches/s, others {result['others']:.0%}", file=sys.stderr, flush=True)
            output.line(type="run", round=number, **result)
            runs.setdefault(subject, []).append(result)
    return runs


def print_table(runs, output):
    print(f"\n{'rows a batch':>12}{'daemons':>9}{'offices':>9}" + cli.heads(COLUMNS, 16))
    for (size, count, offices), results in runs.items():
        middle = common.medians(results)
        output.line(type="result", **{**middle, "batch_rows": size, "daemons": count, "offices": offices})
        print(f"{size:>12,}{count:>9}{offices:>9}" + cli.cells(COLUMNS, middle, 16))
    print("\nEach office of each daemon keeps one batch in flight (of 1,000 rows so many as `scripts/bench ingest`, shared by the"
          "\ndaemons). p50 and p99 are of a batch, from the send to the verified receipt. CPU is of one batch, of all daemons. Waits are "
          "shares\nof the moments at which a connection was inside a transaction that writes: for the one row of the ledger's head, which"
          f"\nall commits pass, and until the commit is on disk.\n{common.OTHERS}")


def arguments():
    parser = cli.parser("scaling", __doc__.splitlines()[0], "one round of few batches", "machine, every run, results")
    parser.add_argument("--pairs", type=cli.ROUNDS, help="rounds (default 3, quick 1)")
    parser.add_argument("--workers", type=cli.WORKERS, default=2, help="workers of each daemon (default 2)")
    parser.add_argument("--daemons", type=cli.each(cli.whole(1, 16)), help="daemons (default 1,2,3; quick 1,2)")
    parser.add_argument("--offices", type=cli.each(cli.whole(1, cli.MOST_OFFICES)), help="offices at once (default 1,4,16,64; quick 4)")
    args = parser.parse_args()
    args.pairs = args.pairs or (1 if args.quick else 3)
    args.daemons = args.daemons or (DAEMONS[:2] if args.quick else DAEMONS)
    args.offices = args.offices or ([4] if args.quick else OFFICES)
    return args


def main():
    args = arguments()
    output = common.Output(args.json)
    bench = Scaling(offices=max(args.offices))
    try:
        facts = common.machine(bench.cluster)
        output.line(**facts)
        runs = measure(bench, args, output)
    finally:
        bench.close()
    print(f"{common.place(facts)}; {common.plural(args.workers)} each; medians of {common.counted(args.pairs, 'round')}, each run into "
          "fresh tables")
    print_table(runs, output)


if __name__ == "__main__":
    cli.run(main)
