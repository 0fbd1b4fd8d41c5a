#!/usr/bin/python3
"""What the evidence costs: lantikd with everything on beside lantikd without rows_root or signatures.

SPDX-License-Identifier: Apache-2.0

The programs without a part are built for this bench alone (tests/bench/without.c). Every round runs each of them once, into
fresh tables after a CHECKPOINT, beginning with another one each time. What a part costs is the difference to the run with
everything on of the same round; what is printed are medians of rounds. LANTIK_BIN names the build.
"""

import shutil
import statistics
import sys

import cli
import common
from common import harness

ON = "everything on"
WITHOUT = {"rows_root": "no rows_root", "signatures": "no signatures", "all": "neither"}
PERF = shutil.which("perf")
FULL_ROWS, QUICK_ROWS = 150_000, 8_000

ROWS = [
    ("rows/s", "rows_per_second", "{:,.0f}"),
    ("latency of a batch, p50 ms", "latency_p50_ms", "{:.1f}"),
    ("daemon CPU, us a row", "daemon_cpu_us_per_row", "{:.2f}"),
    ("daemon, instructions a row", "daemon_instructions_per_row", "{:,.0f}"),
    ("backend CPU, us a row", "backend_cpu_us_per_row", "{:.2f}"),
    ("backend, instructions a row", "backend_instructions_per_row", "{:,.0f}"),
    ("sender's CPU, us a row", "feeder_cpu_us_per_row", "{:.2f}"),
    ("stored hashes, bytes a row", "hash_bytes_per_row", "{:,.1f}"),
    ("WAL, bytes a row", "wal_bytes_per_row", "{:,.0f}"),
    ("others on this machine, of all cores", "others", "{:.1%}"),
]
SPARED = [
    ("daemon CPU spared, us a row", "daemon_cpu_us_per_row"),
    ("backend CPU spared, us a row", "backend_cpu_us_per_row"),
    ("daemon, instructions spared a row", "daemon_instructions_per_row"),
    ("backend, instructions spared a row", "backend_instructions_per_row"),
    ("WAL spared, bytes a row", "wal_bytes_per_row"),
]


class Bench(common.Bench):
    """Runs one of the daemons; checks that it left out what it says, and nothing else."""

    def variant(self, work, workers, part):
        self.part = part
        self.sender = "ingest_sender_unsigned" if part in ("signatures", "all") else "ingest_sender"
        result = self.lantikd(work, workers)
        result["variant"] = WITHOUT.get(part, ON)
        result["hash_bytes_per_row"] = float(self.cluster.value("SELECT sum(octet_length(row_hashes)) FROM lantik.batch")) / work.rows
        for name in ("daemon", "backend"):
            count = self.instructions(name)
            if count is not None:
                result[f"{name}_instructions_per_row"] = count / work.rows
        self.check(work, part)
        return result

    def watched(self, command, samples, pid, backends):
        """Instructions in user mode are the same however busy the machine is; CPU time is not. A worker connects at its
        first batch: the server counts with the processes that it starts."""
        for name, pids in (("daemon", [pid]), ("backend", [self.cluster.process.pid, *backends])):
            if PERF:
                command = [PERF, "stat", "-x", ",", "-e", "instructions:u", "-o", f"{samples}-{name}", "-p",
                           ",".join(map(str, pids)), "--", *command]
        return command

    def instructions(self, name):
        """What was counted last; None without a counter."""
        try:
            lines = (self.site.directory / f"samples-{name}").read_text().splitlines()
        except FileNotFoundError:
            return None
        counts = [line.split(",")[0] for line in lines if "instructions" in line]
        return int(counts[0]) if counts and counts[0].isdigit() else None

    def _daemon(self, workers):
        daemon = super()._daemon(workers)
        if self.part:
            daemon.program = str(common.program(f"lantikd_without_{self.part}"))
        return daemon

    def check(self, work, part):
        roots, signatures, hashes, batches = map(int, self.cluster.sql(
            "SELECT count(DISTINCT rows_root), (SELECT count(DISTINCT split_part(note, E'\\n\\n', 2)) FROM lantik.checkpoint"
            " JOIN lantik.batch ON leaf_index = size - 1),"
            " (SELECT sum(octet_length(row_hashes)) FROM lantik.batch), count(*) FROM lantik.batch")[0])
        has = {"rows_root": roots == batches and hashes == 32 * work.rows, "signatures": signatures == batches}
        lacks = {"rows_root": roots == 1 and hashes == 0, "signatures": signatures == 1}
        for name in has:
            if not (lacks if part in (name, "all") else has)[name]:
                raise SystemExit(f"{WITHOUT.get(part, ON)}: {name} is not as it should be")


def undisturbed(bench, work, workers, parts, calm):
    """One round; again when others used more of the machine than was asked for."""
    for _ in range(50):
        if calm is not None:
            harness.wait_until(lambda: common.idle(bench) <= calm, 3600, "the machine is calm")
        runs = {part: bench.variant(work, workers, part) for part in parts}
        worst = max(run["others"] for run in runs.values())
        if calm is None or worst <= calm:
            return runs
        print(f"  again: others used {worst:.0%}", file=sys.stderr, flush=True)
    raise SystemExit("the machine is too busy to measure")


def measure(bench, work, workers, args, output):
    """All rounds: {part: its runs}, in the order of the rounds."""
    parts, runs = [None, *WITHOUT], {}
    for number in range(1, args.pairs + 1):
        turn = (number - 1) % len(parts)
        done = undisturbed(bench, work, workers, parts[turn:] + parts[:turn], args.calm)
        for part, run in done.items():
            run["ratio"] = run["rows_per_second"] / done[None]["rows_per_second"]
            for key in (key for _, key in SPARED if key in run):
                run[f"spared_{key}"] = done[None][key] - run[key]
            print(f"  {work.batch_rows:>6} rows a batch, {common.plural(workers)}, {number}: {run['variant']:<18}"
                  f"{run['rows_per_second']:>9,.0f} rows/s, others {run['others']:.0%}", file=sys.stderr, flush=True)
            output.line(type="run", round=number, **run)
            runs.setdefault(part, []).append(run)
    return runs


def print_table(work, workers, runs):
    columns = [common.medians(runs[part]) for part in (None, *WITHOUT)]
    print(f"\n{work.batch_rows:,} rows a batch, {common.plural(workers)}: {work.rows:,} rows in {work.made['batches']} batches\n")
    print(f"{'':<40}" + "".join(f"{title:>20}" for title in (ON, *WITHOUT.values())))
    cells = [cli.range_cell(common.spread([run["ratio"] for run in runs[part]])) for part in WITHOUT]
    print(f"{'rows/s, times everything on (range)':<40}{'1':>20}" + "".join(f"{cell:>20}" for cell in cells))
    cli.print_rows([row for row in ROWS if row[1] in columns[0]], columns, 20)
    for title, key in SPARED:
        if key not in columns[0]:
            continue
        spared = [statistics.median(run[f"spared_{key}"] for run in runs[part]) for part in WITHOUT]
        print(f"{title:<40}{'':>20}" + "".join(f"{value:>20,.1f}" for value in spared))


def arguments():
    parser = cli.parser("evidence", __doc__.splitlines()[0], "one round of few rows", "machine, every run, results")
    parser.add_argument("--pairs", type=cli.ROUNDS, help="rounds (default 5, quick 1)")
    parser.add_argument("--rows", type=cli.ROWS, help=f"rows a run (default {FULL_ROWS}, quick {QUICK_ROWS})")
    parser.add_argument("--batches", type=cli.each(cli.BATCH), help="rows a batch (default 1000,7326, quick 1000)")
    parser.add_argument("--workers", type=cli.each(cli.WORKERS), help="workers (default 1,2, quick 2)")
    parser.add_argument("--calm", type=cli.decimal(0, 1), metavar="SHARE",
                        help="wait for, and repeat rounds until, others use at most this share of all cores (0.1)")
    args = parser.parse_args()
    args.pairs = args.pairs or (1 if args.quick else 5)
    args.batches = args.batches or ([1000] if args.quick else [1000, 7326])
    args.rows = cli.rows_of(args, parser, QUICK_ROWS if args.quick else FULL_ROWS)
    args.workers = args.workers or ([2] if args.quick else [1, 2])
    return args


def main():
    args = arguments()
    output = common.Output(args.json)
    bench = Bench(profile=False)
    try:
        facts = common.machine(bench.cluster)
        output.line(**facts)
        print(f"{common.place(facts)}; medians of {common.counted(args.pairs, 'round')}, each run into fresh tables", flush=True)
        for size in args.batches:
            work = bench.work(size, args.rows, "bodies", "tuples")
            for workers in args.workers:
                print_table(work, workers, measure(bench, work, workers, args, output))
            work.close()
        print("\nspared: everything on less the run without, a median of the rounds' differences; below 0 it is noise of the machine\n"
              "no rows_root: no hash of each row; no signatures: the office's is not verified, no head of the ledger signed\n" + common.OTHERS)
    finally:
        bench.close()


if __name__ == "__main__":
    cli.run(main)
