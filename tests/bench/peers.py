#!/usr/bin/python3
"""The same records through lantikd, through a Python daemon on two processes, and by psql's \\copy, interleaved in one run.

SPDX-License-Identifier: Apache-2.0

Every round loads the same records four times, each into fresh tables after a CHECKPOINT: Y, lantikd with everything on, a
Python daemon (tests/bench/peers/daemon.py: CURVE, checks as a person would write them, COPY into Y's table, an answer after
the commit), and one psql that copies ready CSV files into Y's table, a transaction a file. After each size the tables are
compared. What is printed are medians; ratios are of lantikd to the others of its round.
"""

import json
import os
import pathlib
import subprocess
import sys
import time

import cli
import common
import ending
from common import harness

FULL_ROWS, QUICK_ROWS = 150_000, 4_000
PROCESSES = 2
PEER = common.HERE / "peers" / "daemon.py"
TITLES = {"yardstick": "Y", "lantikd": "lantikd", "python": "Python daemon", "psql": "psql \\copy"}

ROWS = [
    ("rows/s", "rows_per_second", "{:,.0f}"),
    ("time, us a row", "us_per_row", "{:.2f}"),
    ("daemon CPU, us a row", "daemon_cpu_us_per_row", "{:.2f}"),
    ("backend CPU, us a row", "backend_cpu_us_per_row", "{:.2f}"),
    ("sender or feeder CPU, us a row", "feeder_cpu_us_per_row", "{:.2f}"),
    ("latency of a batch, p50 ms", "latency_p50_ms", "{:.1f}"),
    ("latency of a batch, p99 ms", "latency_p99_ms", "{:.1f}"),
    ("fed, bytes a row", "bytes_per_row", "{:,.0f}"),
    ("WAL, bytes a row", "wal_bytes_per_row", "{:,.0f}"),
    ("daemon peak RSS, MiB", "peak_mib", "{:.0f}"),
    ("others on this machine, of all cores", "others", "{:.1%}"),
]


class Bench(common.Bench):
    def __init__(self):
        super().__init__(offices=PROCESSES)
        self.ports = [harness.free_port() for _ in range(PROCESSES)]
        self.cluster.sql("CREATE ROLE peer LOGIN SUPERUSER", database="postgres")
        agencies = self.cluster.sql("SELECT kode_instansi FROM lantik.agency", database="lantik_empty")
        values = ", ".join(f"('{row[0]}')" for row in agencies)
        self.cluster.sql(f"CREATE SEQUENCE peer_batch; CREATE TABLE peer_agency (kode_instansi text); INSERT INTO peer_agency VALUES {values}",
                         database="yardstick_empty")

    def files(self, work):
        """What psql copies: the rows that Y holds now, a CSV file a batch, and the commands."""
        commands = []
        for number in range(1, work.made["batches"] + 1):
            file = work.directory / f"{number}.csv"
            commands.append(f"\\copy yardstick FROM '{file}' (FORMAT csv)\n")
            with open(file, "wb") as out:
                subprocess.run(self.psql("-c", f"COPY (SELECT * FROM yardstick WHERE batch_no = {number} ORDER BY record_no) "
                                         "TO STDOUT (FORMAT csv)"), stdout=out, check=True)
        (work.directory / "commands").write_text("".join(commands))

    def psql(self, *args):
        return [harness.PG_BIN / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.cluster.conninfo("peer", "yardstick"), *args]

    def copied(self, work):
        """Backends are the server's ended children: psql's is among them."""
        wal = self._begin("yardstick", "yardstick_empty")
        server, others = self.cluster.process.pid, common.Others(self.cluster)
        served, used = common.cpu_seconds(server, children=True), os.times()
        start = time.monotonic()
        subprocess.run(self.psql("-f", work.directory / "commands"), check=True)
        seconds, share = time.monotonic() - start, others.share()
        harness.wait_until(lambda: not any(map(is_peer, ending.children_of(server))), 10, "psql's backend has ended")
        served = common.cpu_seconds(server, children=True) - served
        used = [after - before for before, after in zip(used, os.times())]
        fed = sum(path.stat().st_size for path in work.directory.glob("*.csv"))
        done = {"rows": work.rows, "seconds": seconds, "batches": work.made["batches"], "bytes": fed,
                "feeder_cpu_seconds": used[2] + used[3], "backend_cpu_seconds": served}
        return self._end(json.dumps(done), work.rows, wal, subject="psql", batch_rows=work.batch_rows, others=share)

    def python(self, work):
        wal = self._begin("yardstick", "yardstick_empty")
        keys = self.site.directory / "peer-keys"
        keys.write_text("".join((home / "curve.pub").read_text().strip() + "\n" for home in self.homes))
        endpoints = [f"tcp://127.0.0.1:{port}" for port in self.ports]
        command = ["/usr/bin/python3", PEER, self.cluster.conninfo("peer", "yardstick"), harness.ROOT / "proto",
                   self.site.keys / "lantikd.curve.key", keys, *endpoints]
        log = self.site.directory / "peer.log"
        with open(log, "wb") as out:
            daemon = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=out)
        try:
            for _ in endpoints:
                if daemon.stdout.readline() != b"ready\n":
                    raise AssertionError("the Python daemon did not start")
            return self.fed(work, wal, daemon, endpoints)
        except AssertionError as error:
            raise SystemExit(f"{error}\n{log.read_text()[-2000:]}") from None
        finally:
            harness.stop(daemon, deadline=5)
            daemon.stdout.close()

    def fed(self, work, wal, daemon, endpoints):
        pids = ending.children_of(daemon.pid)
        backends = self.cluster.backends("peer")
        before = {pid: common.cpu_seconds(pid) for pid in [*pids, *backends]}
        others = common.Others(self.cluster, *pids)
        done = harness.run(common.program("ingest_sender"), ",".join(endpoints), self.site.keys / "lantikd.curve.pub", "-",
                           work.directory / "bodies", max(1, work.window // PROCESSES), 0, *self.homes, timeout=600)
        share = others.share()
        used = {pid: common.cpu_seconds(pid) - before[pid] for pid in before}
        return self._end(done.stdout, work.rows, wal, subject="python", batch_rows=work.batch_rows,
                         daemon_cpu_us_per_row=sum(used[pid] for pid in pids) / work.rows * 1e6,
                         backend_cpu_us_per_row=sum(used[pid] for pid in backends) / work.rows * 1e6,
                         peak_bytes=sum(map(common.peak_memory, pids)), others=share)

    def digest(self, *unlike):
        columns = [row[0] for row in self.cluster.sql(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'yardstick'::regclass AND attnum > 0 ORDER BY attnum",
            database="yardstick") if row[0] not in unlike]
        return self.cluster.sql(f"SELECT count(*), sum(hashtext((t.*)::text)::bigint) FROM (SELECT {', '.join(columns)} FROM yardstick)"
                                " t", database="yardstick")


def is_peer(pid):
    """Or one that has ended and whose time the server has not been told of yet."""
    try:
        title = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return not title or b" peer " in title


def measure(bench, work, args, output):
    """{subject: its runs}"""
    runs = {}
    for number in range(1, args.pairs + 1):
        for subject, run in (("yardstick", bench.yardstick), ("lantikd", lambda w: bench.lantikd(w, args.workers)),
                             ("python", bench.python), ("psql", bench.copied)):
            result = run(work)
            if subject == "yardstick" and number == 1:
                bench.files(work)
                expected = {unlike: bench.digest(*unlike) for unlike in ((), ("batch_no", "salt"))}
            if number == args.pairs and subject in ("python", "psql"):
                unlike = ("batch_no", "salt") if subject == "python" else ()
                if bench.digest(*unlike) != expected[unlike]:
                    raise SystemExit(f"{TITLES[subject]} and the yardstick hold different rows")
            print(f"  {work.batch_rows:>6} rows a batch, {number}: {TITLES[subject]:<14}{result['rows_per_second']:>9,.0f} rows/s, "
                  f"others {result['others']:.0%}", file=sys.stderr, flush=True)
            output.line(type="run", round=number, **result)
            runs.setdefault(subject, []).append(result)
    return runs


def print_table(work, runs, output):
    columns = {subject: common.medians(results) for subject, results in runs.items()}
    print(f"\n{work.batch_rows:,} rows a batch: {work.rows:,} rows in {work.made['batches']} batches\n")
    print(f"{'':<40}" + "".join(f"{TITLES[subject]:>20}" for subject in columns))
    ratios = {}
    for subject, results in runs.items():
        if subject != "lantikd":
            ratios[subject] = common.spread([ours["rows_per_second"] / theirs["rows_per_second"]
                                             for ours, theirs in zip(runs["lantikd"], results)])
    title = "lantikd's rows/s, times (least-greatest)"
    print(f"{title:<40}" + "".join(f"{cli.range_cell(ratios.get(subject)):>20}" for subject in columns))
    for column in columns.values():
        if "peak_bytes" in column:
            column["peak_mib"] = column["peak_bytes"] / 2**20
    cli.print_rows(ROWS, columns.values(), 20)
    for subject, column in columns.items():
        output.line(type="result", subject=subject, lantikd_ratio=ratios.get(subject), **{**column, "batch_rows": work.batch_rows})


def arguments():
    parser = cli.parser("peers", __doc__.splitlines()[0], "one round of few rows", "machine, every run, results")
    parser.add_argument("--pairs", type=cli.ROUNDS, help="rounds (default 5, quick 1)")
    parser.add_argument("--rows", type=cli.ROWS, help=f"rows a run (default {FULL_ROWS:,}, quick {QUICK_ROWS:,})")
    parser.add_argument("--batches", type=cli.each(cli.BATCH), help="rows a batch (default 1000,7326; quick 1000)")
    parser.add_argument("--workers", type=cli.WORKERS, default=2, help="workers of lantikd (default 2)")
    args = parser.parse_args()
    args.pairs = args.pairs or (1 if args.quick else 5)
    args.batches = args.batches or ([1000] if args.quick else [1000, 7326])
    args.rows = cli.rows_of(args, parser, QUICK_ROWS if args.quick else FULL_ROWS)
    return args


def main():
    args = arguments()
    output = common.Output(args.json)
    bench = Bench()
    try:
        facts = common.machine(bench.cluster)
        output.line(**facts)
        print(f"{common.place(facts)}; lantikd with {common.plural(args.workers)}; medians of {common.counted(args.pairs, 'round')}, each run "
              "into fresh tables", flush=True)
        for size in args.batches:
            work = bench.work(size, args.rows, "bodies", "tuples")
            print_table(work, measure(bench, work, args, output), output)
            work.close()
        print(f"\n{common.YARDSTICK}\nPython daemon: two processes that check and COPY into Y's table; psql: one \\copy a ready CSV file, into "
              f"the same\n{common.OTHERS}")
    finally:
        bench.close()


if __name__ == "__main__":
    cli.run(main)
