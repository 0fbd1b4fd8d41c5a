#!/usr/bin/python3
"""Rows a second through lantikd with everything on, beside the yardstick Y, interleaved in one run.

SPDX-License-Identifier: Apache-2.0

Every round loads the same records four times, each into fresh tables after a CHECKPOINT: Y, lantikd with one worker, Y,
lantikd with two. A ratio is that of a run of lantikd to the Y just before it; what is printed are medians.
"""

import argparse
import sys

import common
import ingest_profile
from common import harness

FULL_ROWS, QUICK_ROWS = 300_000, 73_000

ROWS = [
    ("rows/s", "rows_per_second", "{:,.0f}"),
    ("latency of a batch, p50 ms", "latency_p50_ms", "{:.1f}"),
    ("latency of a batch, p99 ms", "latency_p99_ms", "{:.1f}"),
    ("daemon CPU, us a row", "daemon_cpu_us_per_row", "{:.2f}"),
    ("daemon CPU, ns a byte of body", "daemon_cpu_ns_per_byte", "{:.2f}"),
    ("backend CPU, us a row", "backend_cpu_us_per_row", "{:.2f}"),
    ("feeder's CPU, us a row", "feeder_cpu_us_per_row", "{:.2f}"),
    ("register heap, bytes a row", "heap_bytes_per_row", "{:,.0f}"),
    ("register indexes, bytes a row", "index_bytes_per_row", "{:,.0f}"),
    ("current rows with indexes, bytes a row", "current_bytes_per_row", "{:,.0f}"),
    ("stored body, bytes a row", "stored_body_bytes_per_row", "{:,.0f}"),
    ("WAL, bytes a row", "wal_bytes_per_row", "{:,.0f}"),
    ("daemon peak RSS, MiB", "peak_mib", "{:.0f}"),
    ("others on this machine, of all cores", "others", "{:.1%}"),
]


def print_table(size, made, columns):
    print(f"\n{size:,} rows a batch: {made['rows']:,} rows in {made['batches']} batches, "
          f"{made['record_bytes'] / made['rows']:,.0f} bytes a record, {made['body_bytes'] / made['rows']:,.0f} bytes of body "
          f"and {made['tuple_bytes'] / made['rows']:,.0f} bytes of tuple a row\n")
    titles = [title for title, _ in columns]
    print(f"{'':<40}" + "".join(f"{title:>22}" for title in titles))
    ratios = ["{median:.2f} ({least:.2f}-{greatest:.2f})".format(**c["ratio"]) if "ratio" in c else "" for _, c in columns]
    print(f"{'ratio to Y (least-greatest)':<40}" + "".join(f"{ratio:>22}" for ratio in ratios))
    for title, key, form in ROWS:
        cells = [form.format(c[key]) if key in c else "" for _, c in columns]
        print(f"{title:<40}" + "".join(f"{cell:>22}" for cell in cells))


def finish_result(runs, made):
    result = common.medians(runs)
    body = made["body_bytes"] / made["rows"]
    if "daemon_cpu_us_per_row" in result:
        result["daemon_cpu_ns_per_byte"] = result["daemon_cpu_us_per_row"] * 1e3 / body
        result["peak_mib"] = result["peak_bytes"] / 1024 / 1024
        result["ratio"] = common.spread([run["ratio"] for run in runs])
    return result


def undisturbed(bench, work, workers, calm):
    """Y and lantikd, one after the other; again when others used more of the machine than was asked for."""
    for _ in range(50):
        harness.wait_until(lambda: calm is None or common.idle(bench) <= calm, 3600, "the machine is calm")
        y, x = bench.yardstick(work), bench.lantikd(work, workers)
        if calm is None or max(y["others"], x["others"]) <= calm:
            return y, x
        print(f"  again: others used {max(y['others'], x['others']):.0%}", file=sys.stderr, flush=True)
    raise SystemExit("the machine is too busy to measure")


def measure(bench, work, args, output):
    """All rounds of one batch size; the columns of its table."""
    yardsticks, ours = [], {workers: [] for workers in args.workers}
    for pair in range(1, args.pairs + 1):
        for workers in args.workers:
            y, x = undisturbed(bench, work, workers, args.calm)
            x["ratio"] = x["rows_per_second"] / y["rows_per_second"]
            output.run(y, pair)
            output.run(x, pair)
            yardsticks.append(y)
            ours[workers].append(x)
    not_checked = bench.compare()
    alone = bench.lantikd(work, 1, window=1)
    output.run(alone, 0)
    columns = [("Y", finish_result(yardsticks, work.made))]
    for workers, runs in ours.items():
        columns.append((common.plural(workers), finish_result(runs, work.made)))
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


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench ingest", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one round of few rows: against rot, not for speed")
    parser.add_argument("--json", metavar="FILE", help="JSON Lines: machine, every run, results, summary")
    parser.add_argument("--pairs", type=int, help="rounds (default 5, quick 1)")
    parser.add_argument("--rows", type=int, help=f"rows a run (default {FULL_ROWS}, quick {QUICK_ROWS})")
    parser.add_argument("--batches", type=common.numbers, default=[1000, 7326], help="rows a batch (default 1000,7326)")
    parser.add_argument("--workers", type=common.numbers, default=[1, 2], help="workers (default 1,2)")
    parser.add_argument("--calm", type=float, metavar="SHARE",
                        help="wait for, and repeat rounds until, others use at most this share of all cores (0.1)")
    parser.add_argument("--profile", action="store_true",
                        help="instead of rounds, one run each under perf and pg_stat_statements: what a step costs a row")
    args = parser.parse_args()
    args.pairs = args.pairs or (1 if args.quick else 5)
    args.rows = args.rows or (QUICK_ROWS if args.quick else FULL_ROWS)
    return args


def print_all(facts, tables, args, output):
    print(f"{common.place(facts)}; medians of {args.pairs} interleaved round(s), each run into fresh tables")
    for size, made, columns, _ in tables:
        print_table(size, made, columns)
    not_checked = sorted({code for *_, codes in tables for group in codes for code in group})
    print("\nrules not checked for want of a table: " + (" ".join(not_checked) or "none"))
    print("latency is from send to verified receipt, waiting behind the other batches in flight included; of Y, and one at "
          "a time, it is the batch alone")
    output.line(type="summary", exit_code=0, not_checked=not_checked)


def main():
    args = arguments()
    output = common.Output(args.json)
    bench = common.Bench(args.profile)
    try:
        facts = common.machine(bench.cluster)
        output.line(**facts)
        tables = []
        for size in args.batches:
            work = common.Work(bench.site.directory, size, args.rows, bench.agencies())
            if args.profile:
                for workers in args.workers:
                    profile(bench, work, workers, output)
            else:
                tables.append((size, work.made, *measure(bench, work, args, output)))
            work.close()
    finally:
        bench.close()
    if not args.profile:
        print_all(facts, tables, args, output)


if __name__ == "__main__":
    main()
