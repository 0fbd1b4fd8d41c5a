#!/usr/bin/python3
"""Rows a second through lantikd with everything on, beside the yardstick Y, interleaved in one run.

SPDX-License-Identifier: Apache-2.0

Every round loads the same records, each time into fresh tables after a CHECKPOINT: Y, lantikd with one worker, Y; then Y, Y
over two connections at once, lantikd with two, Y. After each run of lantikd the same daemon takes the next step (the decrees)
of the same people. A ratio to Y is that of a run of lantikd to the mean of the Y before and after it, since a machine's pace
changes meanwhile; that of a next step is to its own first step. What two connections reach, of two cores with nothing else to
do, is the most that there is to have. What is printed are medians.
"""

import statistics
import sys

import cli
import common
import ingest_profile
from common import harness

FULL_ROWS, QUICK_ROWS = 300_000, 8_000
MIB = 1024 * 1024
MEMORY_BATCHES = 8  # in flight, an office each

ROWS = [
    ("rows/s", "rows_per_second", "{:,.0f}"),
    ("time, us a row", "us_per_row", "{:.2f}"),
    ("CPU of all processes, us a row", "all_cpu_us_per_row", "{:.2f}"),
    ("  daemon, us a row", "daemon_cpu_us_per_row", "{:.2f}"),
    ("  daemon, ns a byte of body", "daemon_cpu_ns_per_byte", "{:.2f}"),
    ("  backend, us a row", "backend_cpu_us_per_row", "{:.2f}"),
    ("  sender or feeder, us a row", "feeder_cpu_us_per_row", "{:.2f}"),
    ("latency of a batch, p50 ms", "latency_p50_ms", "{:.1f}"),
    ("latency of a batch, p99 ms", "latency_p99_ms", "{:.1f}"),
    ("sent, bytes a row", "bytes_per_row", "{:,.0f}"),
    ("register heap, bytes a row", "heap_bytes_per_row", "{:,.0f}"),
    ("register indexes, bytes a row", "index_bytes_per_row", "{:,.0f}"),
    ("current rows with indexes, bytes a row", "current_bytes_per_row", "{:,.0f}"),
    ("WAL, bytes a row", "wal_bytes_per_row", "{:,.0f}"),
    ("daemon peak RSS, MiB", "peak_mib", "{:.0f}"),
    ("others on this machine, of all cores", "others", "{:.1%}"),
]


def print_table(size, made, columns):
    print(f"\n{size:,} rows a batch: {made['rows']:,} rows in {made['batches']} batches, {made['body_bytes'] / made['rows']:,.0f} "
          f"bytes a row as sent to lantikd, {made['tuple_bytes'] / made['rows']:,.0f} as sent to Y\n")
    print(f"{'':<40}" + cli.heads(columns, 22))
    for title, key in (("rows/s, times Y (least-greatest)", "ratio"), ("rows/s, times Y, two connections", "most_ratio"),
                       ("rows/s, times the first step", "next_ratio")):
        print(f"{title:<40}" + "".join(f"{cli.range_cell(column.get(key)):>22}" for _, column in columns))
    cli.print_rows(ROWS, [column for _, column in columns], 22)


def finish_result(runs):
    result = common.medians(runs)
    if "daemon_cpu_us_per_row" in result:
        result["daemon_cpu_ns_per_byte"] = result["daemon_cpu_us_per_row"] * 1e3 / result["bytes_per_row"]
        result["peak_mib"] = result["peak_bytes"] / MIB
    for key in ("ratio", "most_ratio", "next_ratio"):
        if key in runs[0]:
            result[key] = common.spread([run[key] for run in runs])
    return result


def undisturbed(bench, work, workers, calm):
    """Y, lantikd, the next step and Y, one after the other; again when others used more of the machine than was asked for."""
    for _ in range(50):
        harness.wait_until(lambda: calm is None or common.idle(bench) <= calm, 3600, "the machine is calm")
        twice = [bench.yardstick_twice(work)] if workers > 1 else []
        runs = [bench.yardstick(work), *twice, *bench.lantikd(work, workers, next_step=True), bench.yardstick(work)]
        worst = max(run["others"] for run in runs)
        if calm is None or worst <= calm:
            return runs
        print(f"  again: others used {worst:.0%}", file=sys.stderr, flush=True)
    raise SystemExit("the machine is too busy to measure")


def measure(bench, work, args, output):
    """All rounds of one batch size; the columns of its table."""
    yardsticks, twices, ours = [], [], {workers: ([], []) for workers in args.workers}
    for pair in range(1, args.pairs + 1):
        for workers in args.workers:
            runs = undisturbed(bench, work, workers, args.calm)
            before, *twice, x, then, after = runs
            y = statistics.mean(run["rows_per_second"] for run in (before, after))
            x["ratio"] = x["rows_per_second"] / y
            then["next_ratio"] = then["rows_per_second"] / x["rows_per_second"]
            for most in twice:
                most["ratio"] = most["rows_per_second"] / y
                x["most_ratio"] = x["rows_per_second"] / most["rows_per_second"]
            for run in runs:
                output.run(run, pair)
            twices += twice
            yardsticks += before, after
            ours[workers][0].append(x)
            ours[workers][1].append(then)
    not_checked = bench.compare()
    alone = bench.lantikd(work, 1, window=1)
    output.run(alone, 0)
    columns = [("Y", finish_result(yardsticks))]
    if twices:
        columns.append(("Y, two connections", finish_result(twices)))
    for workers, (fresh, then) in ours.items():
        columns += [(common.plural(workers), finish_result(fresh)), ("next step", finish_result(then))]
    columns.append(("one at a time", {key: alone[key] for key in ("rows_per_second", "latency_p50_ms", "latency_p99_ms")}))
    for title, column in columns:
        output.line(type="result", batch_rows=work.batch_rows, subject=title, pairs=args.pairs, made=work.made, **column)
    return columns, not_checked


def profile(bench, work, workers, output):
    """One run under perf and pg_stat_statements instead of rounds."""
    bench.cluster.sql("CREATE EXTENSION IF NOT EXISTS pg_stat_statements; SELECT pg_stat_statements_reset()", database="postgres")
    y = bench.yardstick(work)
    x = bench.lantikd(work, workers)
    statements = {user: bench.cluster.sql(ingest_profile.STATEMENTS.format(rows=work.rows, user=user), database="postgres")
                  for user in ("postgres", "lantik_daemon")}
    output.line(type="profile", batch_rows=work.batch_rows, workers=workers, made=work.made, yardstick=y, lantikd=x,
                statements=statements)
    print(f"\n{work.batch_rows:,} rows a batch, {common.plural(workers)}: {x['rows_per_second']:,.0f} rows/s while watched; "
          f"Y {y['rows_per_second']:,.0f} rows/s, its backend {y['backend_cpu_us_per_row']:.1f} us a row")
    ingest_profile.print_steps("daemon", x["steps"][0], x["daemon_cpu_us_per_row"])
    ingest_profile.print_steps("backends", x["steps"][1], x["backend_cpu_us_per_row"])
    print("\nstatements of the daemon, time on the clock")
    for time, calls, statement in statements["lantik_daemon"]:
        print(f"  {float(time):7.2f} us a row, {calls:>5} calls  {statement}")


def memory(bench, work, args, output):
    """The daemon's greatest memory beside the bodies that were in flight all the time: as many offices, one batch each."""
    for workers in args.workers:
        rounds = [bench.lantikd(work, workers, window=1, offices=MEMORY_BATCHES, next_step=True) for _ in range(args.pairs)]
        for title, runs in zip(("first step", "next step"), zip(*rounds)):
            in_flight = runs[0]["bytes_per_row"] * work.batch_rows * MEMORY_BATCHES
            peaks = [run["peak_bytes"] for run in runs]
            for run in runs:
                output.line(type="run", in_flight_bytes=in_flight, **run)
            output.line(type="memory", batch_rows=work.batch_rows, workers=workers, subject=runs[0]["subject"],
                        in_flight_bytes=in_flight, peak_bytes=common.spread(peaks))
            print(f"{work.batch_rows:>6,} rows a batch, {common.plural(workers)}, {title}: peak RSS {max(peaks) / MIB:6.1f} MiB with "
                  f"{MEMORY_BATCHES} batches of {in_flight / MEMORY_BATCHES / MIB:.1f} MiB in flight: "
                  f"{(max(peaks) - in_flight) / MIB:+.1f} MiB beside them (most of {args.pairs} runs of {work.rows:,} rows, "
                  f"{runs[0]['rows_per_second']:,.0f} rows/s)")


def arguments():
    parser = cli.parser("ingest", __doc__.splitlines()[0], "one round of few rows", "machine, every run, results, summary")
    parser.add_argument("--pairs", type=cli.ROUNDS, help="rounds (default 5, quick 1)")
    parser.add_argument("--rows", type=cli.ROWS, help=f"rows a run (default {FULL_ROWS:,}, quick {QUICK_ROWS:,})")
    parser.add_argument("--batches", type=cli.each(cli.BATCH), help="rows a batch (default 1000,7326; quick 1000)")
    parser.add_argument("--workers", type=cli.each(cli.WORKERS), help="workers (default 1,2; quick 2)")
    parser.add_argument("--calm", type=cli.decimal(0, 1), metavar="SHARE",
                        help="wait for, and repeat rounds until, others use at most this share of all cores (0.1)")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--profile", action="store_true",
                         help="instead of rounds, one run each under perf and pg_stat_statements: what a step costs a row")
    instead.add_argument("--memory", action="store_true",
                         help=f"instead of rounds, the daemon's peak memory with {MEMORY_BATCHES} batches in flight")
    args = parser.parse_args()
    if args.calm is not None and (args.profile or args.memory):
        parser.error("--calm is of rounds: neither --profile nor --memory has any")
    args.pairs = args.pairs or (1 if args.quick else 5)
    args.batches = args.batches or ([1000] if args.quick else [7326] if args.memory else [1000, 7326])
    args.rows = cli.rows_of(args, parser, QUICK_ROWS if args.quick else FULL_ROWS, MEMORY_BATCHES if args.memory else 1)
    args.workers = args.workers or ([2] if args.quick or args.memory else [1, 2])
    return args


def print_all(tables, output):
    for size, made, columns, _ in tables:
        print_table(size, made, columns)
    not_checked = sorted({code for *_, codes in tables for group in codes for code in group})
    print("\nrules not checked for want of a table: " + (" ".join(not_checked) or "none"))
    print(f"{common.YARDSTICK}\nworkers: lantikd with everything on; next step: the decrees of the same people, sent to the same daemon "
          "afterwards;\none at a time: one worker, one batch in flight\nlatency: from the send to the verified receipt, with the wait "
          "behind the other batches in flight; of Y, and one at a time, the batch alone\n" + common.OTHERS)
    output.line(type="summary", exit_code=0, not_checked=not_checked)


def main():
    args = arguments()
    output = common.Output(args.json)
    bench = common.Bench(args.profile, offices=MEMORY_BATCHES if args.memory else 1)
    tables = []
    try:
        facts = common.machine(bench.cluster)
        output.line(**facts)
        told = "" if args.profile or args.memory else f"; medians of {common.counted(args.pairs, 'round')}, each run into fresh tables"
        print(common.place(facts) + told, flush=True)
        for size in args.batches:
            work = bench.work(size, args.rows, "bodies", "next", *([] if args.memory else ["tuples"]))
            if args.profile:
                for workers in args.workers:
                    profile(bench, work, workers, output)
            elif args.memory:
                memory(bench, work, args, output)
            else:
                tables.append((size, work.made, *measure(bench, work, args, output)))
            work.close()
    finally:
        bench.close()
    if tables:
        print_all(tables, output)


if __name__ == "__main__":
    cli.run(main)
