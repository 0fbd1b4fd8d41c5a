#!/usr/bin/python3
"""How long an honest office waits for its receipts: alone, beside one like it, and beside one that floods.

SPDX-License-Identifier: Apache-2.0

The honest office sends one batch after the other, the next one as soon as it has verified the receipt. Its neighbour has
batches of the same size and sends all the time: as the honest one does; or over many connections, with a window of batches
in flight on each, and again at once when it is told Busy. Each run goes into fresh tables. A flood begins with all of its
windows at once, which may be gigabytes: the first batches of the honest office, sent in that while, are told apart, and its
others begin when as many messages came as the windows hold. A ratio is that of a round's percentiles; what is printed are
medians of rounds.
"""

import json
import struct
import subprocess
import sys
import time
import typing

import cli
import common
import harness

FULL, QUICK = {"pairs": 5, "count": 200, "batch": 1000}, {"pairs": 1, "count": 12, "batch": 200}
# Of large batches fewer, unless told otherwise: about 13 GB of bodies while they are copied.
MOST_ROWS = 5_700_000
# Batches of the neighbour for each of the honest office: offices take turns, so that it is done with about as many; but
# small ones are written together, up to 64 at once.
MORE, MORE_SMALL, SMALL = 6, 100, 14
BEGINNING = 10  # batches of the honest office while the flood begins

LINES = [
    ("its batches: p50, ms", "latency_p50_ms", "{:.1f}"),
    ("p99, ms", "latency_p99_ms", "{:.1f}"),
    ("longest, ms", "latency_max_ms", "{:.1f}"),
    ("longest when its neighbour begins, ms", "beginning_max_ms", "{:.1f}"),
    ("its rows/s", "rows_per_second", "{:,.0f}"),
    ("its neighbour's rows/s", "neighbour_rows_per_second", "{:,.0f}"),
    ("it was told Busy", "busy", "{:,.0f}"),
    ("any office was told Busy", "busy_of_all", "{:,.0f}"),
    ("lantikd's peak resident memory, MiB", "peak_mib", "{:.0f}"),
    ("others", "others", "{:.0%}"),
]


def more_of_neighbour(args):
    return MORE if args.batch > SMALL else MORE_SMALL


def rows_of_both(args):
    return args.batch * (BEGINNING + args.count) * (1 + more_of_neighbour(args))


class Bodies:
    """The batches of a round, made once: those of the honest office and those of its neighbour."""

    def __init__(self, bench, args):
        self.directory = bench.work(args.batch, rows_of_both(args), "bodies").directory
        with open(self.directory / "bodies", "rb") as whole:
            self.first = self._copy(whole, "first", BEGINNING)
            self.honest = self._copy(whole, "honest", args.count)
            self.neighbour_count = (BEGINNING + args.count) * more_of_neighbour(args)
            self.neighbour = self._copy(whole, "neighbour", self.neighbour_count)
        (self.directory / "bodies").unlink()  # the room is wanted

    def _copy(self, whole, name, count):
        with open(self.directory / name, "wb") as part:
            for _ in range(count):
                length = whole.read(8)
                part.write(length + whole.read(struct.unpack("<Q", length)[0]))
        return self.directory / name


class Sends(typing.NamedTuple):
    window: int
    rate: object
    homes: list


class Neighbour:
    """Sends until it is ended."""

    def __init__(self, command):
        self.process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def end(self):
        if self.process.poll() is not None:
            raise SystemExit(f"the neighbour ended before the honest office: {self.process.stdout.read().decode()}")
        self.process.terminate()
        self.process.wait()


def rows_of(bench, home):
    """What is committed of this office."""
    return int(bench.cluster.value(
        "SELECT coalesce(sum(b.accepted), 0) FROM lantik.batch b JOIN lantik.office o USING (office_no) "
        f"WHERE o.name = '{home.name.removeprefix('home-')}'"))


def send(bench, bodies, home):
    """One batch after the other."""
    return json.loads(harness.run(*bench.sending(bodies, 1, 0, [home]), timeout=600).stdout)


def run(bench, bodies, args, neighbour):
    """One run; neighbour is what the other office does, or None."""
    with bench.serving(args.workers) as daemon:
        honest, other = bench.homes
        beside = neighbour and Neighbour(bench.sending(bodies.neighbour, neighbour.window, neighbour.rate, neighbour.homes))
        if beside:
            harness.wait_until(lambda: beside.process.poll() is not None or rows_of(bench, other) > 0, 60,
                               "the neighbour's first batch is committed")
        first = send(bench, bodies.first, honest)
        if beside:
            in_flight = min(neighbour.window * len(neighbour.homes), bodies.neighbour_count)
            daemon.wait_counter("received", in_flight + BEGINNING, 600)
        before, since = rows_of(bench, other), time.monotonic()
        others = common.Others(bench.cluster, daemon.process.pid, *([beside.process.pid] if beside else []))
        try:
            result = send(bench, bodies.honest, honest)
        finally:
            share = others.share()
            after, until = rows_of(bench, other), time.monotonic()
            if beside:
                beside.end()
        peak = common.peak_memory(daemon.process.pid)
        counters = daemon.counters()
        daemon.stop()
    return {**{key: value for key, value in result.items() if key.startswith("latency_")}, "seconds": result["seconds"],
            "beginning_max_ms": first["latency_max_ms"], "rows_per_second": result["rows"] / result["seconds"],
            "neighbour_rows_per_second": (after - before) / (until - since), "busy": result["busy"],
            "busy_of_all": counters["busy_load"], "peak_mib": peak / 2**20, "others": share}


def subjects(bench, args):
    other = bench.homes[1]
    yield "alone", None
    yield "beside a well-behaved office", Sends(1, 0, [other])
    yield "beside a flooder", Sends(args.window, "flood", [other] * args.connections)


def measure(bench, bodies, args, output):
    """{title: its runs}, in the order of the subjects."""
    runs = {}
    for number in range(1, args.pairs + 1):
        for title, neighbour in subjects(bench, args):
            result = run(bench, bodies, args, neighbour)
            print(f"  round {number}: {title:<30} p50 {result['latency_p50_ms']:>7.1f} ms, p99 {result['latency_p99_ms']:>7.1f} ms, "
                  f"others {result['others']:.0%}", file=sys.stderr, flush=True)
            output.line(type="run", round=number, title=title, batch_rows=args.batch, **result)
            runs.setdefault(title, []).append(result)
    return runs


def print_table(runs, args, output):
    columns = [common.medians(results) for results in runs.values()]
    for title, middle in zip(runs, columns):
        output.line(type="result", title=title, workers=args.workers, batch_rows=args.batch, **middle)
    print(f"\n{'the honest office is':<40}" + "".join(f"{title:>30}" for title in runs))
    cli.print_rows(LINES, columns, 30)
    print("\np50, p99, longest: of its batches' times from the send to the verified receipt"
          + ("; p99 of fewer than 100 is the longest" if args.count < 100 else "")
          + f"\ntold Busy: so often, to come again later\n{common.OTHERS}\n")
    well_behaved, flooder = list(runs.values())[1:]
    for name in ("p50", "p99"):
        ratios = [theirs[f"latency_{name}_ms"] / ours[f"latency_{name}_ms"] for ours, theirs in zip(well_behaved, flooder)]
        ratio = common.spread(ratios)
        output.line(type="ratio", of=name, **ratio)
        print(f"the honest office's {name} beside the flooder is {cli.range_cell(ratio)} times that beside the well-behaved office")
    if args.pairs > 1:
        print("in brackets the least and the greatest of the rounds")


def arguments():
    parser = cli.parser("fairness", __doc__.splitlines()[0], "one round of few batches", "machine, every run, results, ratios")
    parser.add_argument("--pairs", type=cli.ROUNDS, help="rounds (default 5, quick 1)")
    parser.add_argument("--workers", type=cli.WORKERS, default=2, help="workers (default 2)")
    parser.add_argument("--batch", type=cli.BATCH,
                        help=f"rows a batch, of every office (default {FULL['batch']:,}, quick {QUICK['batch']})")
    parser.add_argument("--count", type=cli.whole(1, 100_000),
                        help=f"batches of the honest office a run (default {FULL['count']}, fewer of more than 3,700 rows; "
                             f"quick {QUICK['count']})")
    parser.add_argument("--connections", type=cli.whole(1, 64), default=8, help="of the flooder (default 8)")
    parser.add_argument("--window", type=cli.whole(1, 1000), default=32,
                        help="its batches in flight on each (default 32, the most that credit says)")
    args = parser.parse_args()
    given = args.count
    for name, value in (QUICK if args.quick else FULL).items():
        setattr(args, name, getattr(args, name) or value)
    if not given:
        args.count = max(1, min(args.count, MOST_ROWS // (args.batch * (1 + more_of_neighbour(args))) - BEGINNING))
    if rows_of_both(args) > cli.PEOPLE:
        parser.error(f"--count {args.count:,} with --batch {args.batch:,} are, with the neighbour's, more rows than the "
                     f"{cli.PEOPLE:,} that can be made")
    return args


def main():
    args = arguments()
    output = common.Output(args.json)
    bench = common.Bench(offices=2)
    try:
        facts = common.machine(bench.cluster)
        output.line(**facts)
        runs = measure(bench, Bodies(bench, args), args, output)
    finally:
        bench.close()
    print(f"{common.place(facts)}; {common.plural(args.workers)}, batches of {common.counted(args.batch, 'row')}, flood of {args.connections} connections "
          f"with {args.window} in flight each; medians of {common.counted(args.pairs, 'round')} of {common.counted(args.count, 'batch')}, "
          "each run into fresh tables")
    print_table(runs, args, output)


if __name__ == "__main__":
    cli.run(main)
