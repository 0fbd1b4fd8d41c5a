#!/usr/bin/python3
"""The nation's 2025 in one unattended run: 1.24 million proposals of 600 agencies through 14 offices, every receipt verified.

SPDX-License-Identifier: Apache-2.0

Each office has a key of its own with the agencies that it speaks for, and several connections; it sends the proposals of its
agencies in batches of every size and verifies each receipt. Sizes follow from the number of the agency alone. At the end the
counters are compared with a full count, and with --audit the whole ledger is audited. Units are not loaded, so J03.unit is not
checked.
"""

import json
import math
import random
import select
import shutil
import subprocess
import sys
import time

import cli
import common
from common import harness

FULL_ROWS, QUICK_ROWS = 1_240_000, 3_000
AGENCIES, OFFICES = 600, 14
MOST_AGENCIES = 64  # of an office
MOST = 7326  # rows a batch: the largest one that the press tells of
# How an agency sends: whole, in working days' portions, or as people hand their papers in.
PORTIONS = [(MOST, 20), (2500, 20), (1000, 20), (250, 20), (50, 15), (5, 5)]
DISK_PER_ROW, DISK_BESIDES = 5_000, 5 << 30


def sizes(agencies, total):
    """People of each agency: few are large, none is empty, together the total."""
    dice = random.Random(2025)
    weights = [math.exp(dice.gauss(0, 0.9)) for _ in range(agencies)]
    rest, left, made = total, sum(weights), []
    for waiting, weight in zip(range(agencies - 1, -1, -1), weights):
        share = min(max(1, round(rest * weight / left)), rest - waiting)
        made.append(share)
        rest, left = rest - share, left - weight
    made[-1] += rest
    return made


def batches(people, dice):
    portion = dice.choices([size for size, _ in PORTIONS], [weight for _, weight in PORTIONS])[0]
    while people:
        size = min(people, portion, MOST)
        yield size
        people -= size


class Nation(common.Bench):
    def __init__(self, offices):
        self.count, self.scopes = offices, []
        super().__init__(offices=offices)

    def _office(self, number):
        """An office for its share of the agencies, in the order of their regional offices."""
        if not self.scopes:
            agencies = self.site.sql("SELECT kode_instansi, kanreg_id FROM lantik.agency WHERE valid_until IS NULL AND kode_instansi !~ "
                                     f"'^99' ORDER BY kanreg_id = '00', kanreg_id, 1 LIMIT {AGENCIES}")
            self.scopes = [agencies[at * len(agencies) // self.count:(at + 1) * len(agencies) // self.count] for at in range(self.count)]
        office = harness.Office(self.site, f"office-{number:03}", self.site.directory / f"home-{number}")
        office.keygen()
        self.site.ctl("office", "add", office.name, "--agencies", ",".join(code for code, _ in self.scopes[number - 1]), "--curve-key",
                      office.curve_key, "--signing-key", office.signing_key, "--timeout", "0")
        return office.home

    def files(self, rows):
        """A file of bodies for each office."""
        people = iter(sizes(sum(map(len, self.scopes)), rows))
        dice, number, first, made = random.Random(25), 0, 0, []
        for at, scope in enumerate(self.scopes):
            plan = []
            for code, kanreg in scope:
                for size in batches(next(people), dice):
                    number += 1
                    plan.append((number, code, kanreg, size, first))
                    first += size
            random.Random(at).shuffle(plan)
            made.append(common.Work(self.site.directory / f"office-{at + 1}", plan, "bodies"))
        return made


class Watch:
    """Progress for people, the daemon's memory, from time to time."""

    def __init__(self, bench, daemon, total, output):
        self.session, self.daemon, self.total, self.output = bench.cluster.session(), daemon, total, output
        self.start, self.samples = time.monotonic(), []
        self.before = self.leaves()

    def leaves(self):
        return int(self.session.sql("SELECT size FROM lantik.ledger_head")[0][0])

    def look(self, quiet=False):
        done, seconds, memory = self.leaves() - self.before, time.monotonic() - self.start, self.daemon.memory()
        self.samples.append((done / self.total, memory))
        self.output.line(type="progress", seconds=seconds, batches=done, memory_bytes=memory)
        if not quiet:
            print(f"  {seconds:>6.0f} s: {done:>7,} of {self.total:,} batches, daemon {memory / 2**20:.0f} MiB", file=sys.stderr, flush=True)

    def memory_at(self, share):
        return next((memory for done, memory in self.samples if done >= share), self.samples[-1][1])


def send(bench, works, args, output):
    """All offices at once; what they said, and what was seen meanwhile."""
    daemon = bench._daemon(args.workers)
    bench._begin("lantik", "lantik_empty")
    daemon.start()
    watch = Watch(bench, daemon, sum(work.made["batches"] for work in works), output)
    cpu = common.cpu_seconds(daemon.process.pid)
    senders = [subprocess.Popen([str(part) for part in (
        common.program("ingest_sender"), bench.site.endpoint, bench.site.keys / "lantikd.curve.pub", bench.site.keys / "receipt.vkey",
        work.directory / "bodies", 1, 0, *[home] * args.connections)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for work, home in zip(works, bench.homes)]
    try:
        at = time.monotonic()
        while any(sender.poll() is None for sender in senders):
            select.select([], [], [], 0.5)
            if time.monotonic() - at > args.every:
                at = time.monotonic()
                watch.look()
            failed = [sender for sender in senders if sender.poll()]
            if failed:
                raise SystemExit(f"an office failed: {failed[0].stderr.read()}\n{daemon.tail()}")
        watch.look(quiet=True)
        said = [json.loads(sender.stdout.read()) for sender in senders]
        result = summary(said, watch, common.cpu_seconds(daemon.process.pid) - cpu, common.peak_memory(daemon.process.pid))
        daemon.stop()
        return result
    finally:
        for sender in senders:
            sender.kill()
            sender.wait()
        daemon._end()
        watch.session.close()


def summary(said, watch, cpu, peak):
    rows, seconds = sum(each["rows"] for each in said), max(each["seconds"] for each in said)
    return {"rows": rows, "batches": sum(each["batches"] for each in said), "bytes": sum(each["bytes"] for each in said),
            "seconds": seconds, "rows_per_second": rows / seconds, "us_per_row": seconds / rows * 1e6,
            "daemon_cpu_us_per_row": cpu / rows * 1e6, "busy": sum(each["busy"] for each in said),
            "latency_p50_ms": sorted(each["latency_p50_ms"] for each in said)[len(said) // 2],
            "latency_p99_ms": max(each["latency_p99_ms"] for each in said), "memory_tenth": watch.memory_at(0.1),
            "memory_half": watch.memory_at(0.5), "memory_end": watch.samples[-1][1], "memory_peak": peak}


def count(bench):
    """Rows by a full count; ends when a counter differs, or somebody is not in the register."""
    counted = ("SELECT kode_instansi, kind, step, programme, kelompok_lapor, sum(accepted), sum(used) FROM ("
               "SELECT a.kode_instansi, a.kind, a.step, coalesce(e.programme, '') AS programme, coalesce(a.kelompok_lapor, 0) AS"
               " kelompok_lapor, count(*) AS accepted, 0 AS used FROM lantik.appointment a JOIN lantik.entry e USING (batch_no)"
               " GROUP BY 1, 2, 3, 4, 5 UNION ALL SELECT kode_instansi, kind, 1, programme, kelompok_lapor, 0, count(*)"
               " FROM lantik.current_appointment WHERE programme IS NOT NULL GROUP BY 1, 2, 3, 4, 5) AS counted GROUP BY 1, 2, 3, 4, 5")
    kept = "SELECT kode_instansi, kind, step, programme, kelompok_lapor, accepted, used FROM lantik.counter"
    unlike = bench.cluster.sql(f"WITH a AS ({counted}), b AS ({kept}) SELECT count(*) FROM "
                               "((TABLE a EXCEPT TABLE b) UNION ALL (TABLE b EXCEPT TABLE a)) AS unlike")[0][0]
    if unlike != "0":
        raise SystemExit(f"{unlike} counters differ from a full count")
    return tuple(int(value) for value in bench.cluster.sql(
        "SELECT (SELECT count(*) FROM lantik.appointment), (SELECT count(*) FROM lantik.current_appointment),"
        " (SELECT count(*) FROM lantik.batch), (SELECT count(*) FROM lantik.counter)")[0])


def audit(bench):
    start = time.monotonic()
    bench.site.ctl("audit", "--key", bench.site.keys / "receipt.vkey", "--recovery-key", bench.site.recovery / "recovery.vkey",
                   expect=(0, 3), timeout=7200, extra={"XDG_STATE_HOME": bench.site.directory / "audit"})
    return time.monotonic() - start


def arguments():
    parser = cli.parser("nation", __doc__.splitlines()[0], "few proposals", "machine, progress, result")
    parser.add_argument("--rows", type=cli.whole(AGENCIES, cli.PEOPLE),
                        help=f"proposals, at least one of each agency (default {FULL_ROWS:,}; quick {QUICK_ROWS:,})")
    parser.add_argument("--offices", type=cli.whole(-(-AGENCIES // MOST_AGENCIES), 64), default=OFFICES,
                        help=f"offices (default {OFFICES}); one speaks for at most {MOST_AGENCIES} agencies")
    parser.add_argument("--connections", type=cli.whole(1, 64), default=2, help="of each office, a batch in flight on each (default 2)")
    parser.add_argument("--workers", type=cli.WORKERS, default=2, help="workers (default 2)")
    parser.add_argument("--every", type=cli.decimal(0.1, 3600), default=5, metavar="SECONDS", help="between two looks (default 5)")
    parser.add_argument("--audit", action="store_true", help="audit the whole ledger at the end")
    args = parser.parse_args()
    args.rows = args.rows or (QUICK_ROWS if args.quick else FULL_ROWS)
    return args


def print_result(result, args):
    print(f"\n{result['rows']:,} proposals of {AGENCIES} agencies in {result['batches']:,} batches through {args.offices} offices, every "
          f"receipt verified\n{result['seconds']:,.1f} s: {result['rows_per_second']:,.0f} rows/s, {result['us_per_row']:.1f} us and "
          f"{result['bytes'] / result['rows']:,.0f} bytes a row, daemon {result['daemon_cpu_us_per_row']:.1f} us of CPU a row\n"
          f"latency of a batch: p50 {result['latency_p50_ms']:.1f} ms, p99 {result['latency_p99_ms']:.1f} ms of the worst office; "
          f"told Busy {common.counted(result['busy'], 'time')}")
    print("daemon's memory: " + ", ".join(f"{title} {result[f'memory_{key}'] / 2**20:.0f} MiB" for title, key in (
        ("after a tenth", "tenth"), ("half", "half"), ("at the end", "end"), ("peak", "peak"))))
    print("in the register: {:,} rows of {:,} people in {:,} batches; {:,} counters agree with a full count".format(*result["counted"]))
    if "audit_seconds" in result:
        print(f"audit: no fault, {result['audit_seconds']:.0f} s")


def main():
    args = arguments()
    output = common.Output(args.json)
    bench = Nation(args.offices)
    try:
        wanted, free = args.rows * DISK_PER_ROW + min(DISK_BESIDES, 2 * args.rows * DISK_PER_ROW), shutil.disk_usage(bench.site.directory).free
        print(f"disk: about {wanted / 1e9:.1f} GB wanted, {free / 1e9:.1f} GB free in {bench.site.directory}", flush=True)
        if wanted > free:
            raise SystemExit("no room; --rows sends fewer")
        facts = common.machine(bench.cluster)
        output.line(**facts)
        print(f"{common.place(facts)}; {common.plural(args.workers)}", flush=True)
        result = send(bench, bench.files(args.rows), args, output)
        result["counted"] = count(bench)
        if result["counted"][:2] != (args.rows, args.rows) or result["rows"] != args.rows:
            raise SystemExit(f"{args.rows:,} proposals were sent, the register holds {result['counted']}")
        if args.audit:
            result["audit_seconds"] = audit(bench)
        output.line(type="result", **result)
    finally:
        bench.close()
    print_result(result, args)


if __name__ == "__main__":
    cli.run(main)
