#!/usr/bin/python3
"""How long one-record batches take, beside a bare one-row commit into the yardstick's table, interleaved in one run.

SPDX-License-Identifier: Apache-2.0

Every round: single INSERTs that commit, one after another (prepared, binary, one connection: the least a person can do), before
and after lantikd idle, one office, one batch at a time; many offices at once, one batch each in flight; all offices together at
given rates, sent at moments drawn beforehand and measured from them, so that a stall counts for every batch behind it. What is
printed are medians of rounds.
"""

import statistics
import sys

import cli
import common

OFFICES = 64
RATES = [100, 500, 1000]
FULL, QUICK = {"alone": 5_000, "together": 20_000, "seconds": 20}, {"alone": 200, "together": 640, "seconds": 1}

COLUMNS = [
    ("p50 ms", "latency_p50_ms", "{:.2f}"),
    ("p99 ms", "latency_p99_ms", "{:.2f}"),
    ("p99.9 ms", "latency_p999_ms", "{:.2f}"),
    ("longest ms", "latency_max_ms", "{:.1f}"),
    ("batches/s", "rows_per_second", "{:,.0f}"),
    ("daemon us", "daemon_cpu_us_per_row", "{:.0f}"),
    ("backend us", "backend_cpu_us_per_row", "{:.0f}"),
    ("sender us", "feeder_cpu_us_per_row", "{:.0f}"),
    ("WAL bytes", "wal_bytes_per_row", "{:,.0f}"),
    ("Busy", "busy", "{:.0f}"),
    ("others", "others", "{:.0%}"),
]


Y = "one-row commits into Y"


def subjects(args):
    """Title, batches, and how they are run, in the order of a round. Y comes on both sides of the batches that are compared
    with it closest: the machine changes its pace within seconds."""
    y = Y, args.alone, lambda bench, work: bench.yardstick(work, "yardstick_insert")
    yield y
    yield "1 office, one at a time", args.alone, lambda bench, work: bench.lantikd(work, args.workers, window=1)
    yield y
    yield f"{args.offices} offices, one each at a time", args.together, lambda bench, work: bench.lantikd(
        work, args.workers, window=1, offices=args.offices)
    for rate in args.rates:
        yield f"{args.offices} offices, {rate:,}/s", max(1, int(rate * args.seconds)), lambda bench, work, rate=rate: bench.lantikd(
            work, args.workers, rate=rate, offices=args.offices)


def run_round(bench, works, args, number):
    """(title, result) of every run; a result's ratio is to the mean of the round's runs of Y."""
    results = []
    for title, count, run in subjects(args):
        result = run(bench, works[count])
        print(f"  round {number}: {title:<34} p50 {result['latency_p50_ms']:>8.2f} ms, {result['rows_per_second']:>8,.0f}/s, "
              f"others {result['others']:.0%}", file=sys.stderr, flush=True)
        results.append((title, result))
    y = statistics.mean(result["latency_p50_ms"] for title, result in results if title == Y)
    for _, result in results:
        result["ratio"] = result["latency_p50_ms"] / y
    return results


def measure(bench, args, output):
    """{title: its runs}, in the order of the subjects."""
    works, runs = {}, {}
    for count in {count for _, count, _ in subjects(args)}:
        works[count] = bench.work(1, count, "bodies", "tuples")
    for number in range(1, args.pairs + 1):
        for title, result in run_round(bench, works, args, number):
            output.line(type="run", round=number, title=title, **result)
            runs.setdefault(title, []).append(result)
    return runs


def print_table(runs, args, output):
    print(f"\n{'':<34}{'p50, times Y (least-greatest)':>30}" + cli.heads(COLUMNS, 11))
    for title, results in runs.items():
        middle = common.medians(results)
        ratio = common.spread([run["ratio"] for run in results])
        output.line(type="result", title=title, workers=args.workers, ratio=ratio,
                    **{key: value for key, value in middle.items() if key != "ratio"})
        print(f"{title:<34}{cli.range_cell(ratio):>30}" + cli.cells(COLUMNS, middle, 11))
    print("\np50, p99, p99.9, longest: of a batch's time until its receipt is verified, from the send, or with a rate from the moment "
          "when it was due\ndaemon, backend, sender: CPU of one batch; WAL: of one batch; Busy: so often an office was told to come again later\n"
          "Y, the yardstick: the same records, each a prepared INSERT and a commit of its own, into one bare table, twice a round "
          "(tests/bench/yardstick.sql)\n" + common.OTHERS)


def arguments():
    parser = cli.parser("latency", __doc__.splitlines()[0], "one round of few batches", "machine, every run, results")
    parser.add_argument("--pairs", type=cli.ROUNDS, help="rounds (default 5, quick 1)")
    parser.add_argument("--workers", type=cli.WORKERS, default=2, help="workers (default 2)")
    parser.add_argument("--offices", type=cli.whole(1, cli.MOST_OFFICES), default=OFFICES, help=f"offices at once (default {OFFICES})")
    parser.add_argument("--rates", type=cli.each(cli.whole(1, 10_000)), help="batches a second of the open loop (default 100,500,1000; quick 100)")
    parser.add_argument("--alone", type=cli.ROWS, help=f"batches one at a time (default {FULL['alone']:,}, quick {QUICK['alone']:,})")
    parser.add_argument("--together", type=cli.ROWS,
                        help=f"batches of all offices (default {FULL['together']:,}, quick {QUICK['together']:,})")
    parser.add_argument("--seconds", type=cli.decimal(0.1, 600), help=f"of each rate (default {FULL['seconds']}, quick {QUICK['seconds']})")
    args = parser.parse_args()
    args.pairs = args.pairs or (1 if args.quick else 5)
    args.rates = args.rates or ([100] if args.quick else RATES)
    for name, value in (QUICK if args.quick else FULL).items():
        setattr(args, name, getattr(args, name) or value)
    return args


def main():
    args = arguments()
    output = common.Output(args.json)
    bench = common.Bench(offices=args.offices)
    try:
        facts = common.machine(bench.cluster)
        output.line(**facts)
        runs = measure(bench, args, output)
    finally:
        bench.close()
    print(f"{common.place(facts)}; {common.plural(args.workers)}; medians of {common.counted(args.pairs, 'round')}, each run into "
          "fresh tables")
    print_table(runs, args, output)


if __name__ == "__main__":
    cli.run(main)
