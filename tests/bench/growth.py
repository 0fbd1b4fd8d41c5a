#!/usr/bin/python3
"""Whether lantikd keeps its ratio to the yardstick while the register grows, Y grown beside it with the same records.

SPDX-License-Identifier: Apache-2.0

Slices of new people are loaded one after another into one register and into one table Y, in turns, each after a CHECKPOINT.
A ratio is that of a slice of lantikd to the slice of Y just before it; at each mark the median of the last slices is told.
Units are not loaded, so J03.unit is not checked.
"""

import shutil
import statistics
import sys

import cli
import common

FULL_ROWS, QUICK_ROWS = 5_600_000, 8_000
MARKS = [0.5e6, 1e6, 2e6, 3e6, 4e6, 5e6, 5.6e6]
WINDOW = 5  # slices that a mark looks back on
BATCH_ROWS = 7326
# Of a row: Y, the register with its indexes and current rows; besides, a slice's files and what WAL is kept.
DISK_PER_ROW, DISK_PER_SLICE_ROW, DISK_BESIDES = 4_000, 3_000, 5 << 30

COLUMNS = [
    ("lantikd rows/s", "lantikd", "rows_per_second", "{:,.0f}"),
    ("Y rows/s", "yardstick", "rows_per_second", "{:,.0f}"),
    ("lantikd us/row", "lantikd", "us_per_row", "{:.2f}"),
    ("Y us/row", "yardstick", "us_per_row", "{:.2f}"),
    ("daemon CPU us", "lantikd", "daemon_cpu_us_per_row", "{:.2f}"),
    ("backend CPU us", "lantikd", "backend_cpu_us_per_row", "{:.2f}"),
    ("WAL bytes/row", "lantikd", "wal_bytes_per_row", "{:,.0f}"),
    ("Y WAL bytes", "yardstick", "wal_bytes_per_row", "{:,.0f}"),
    ("peak RSS MiB", "lantikd", "peak_mib", "{:.0f}"),
    ("others", "lantikd", "others", "{:.0%}"),
]


def refuse_without_room(bench, args):
    wanted = args.rows * DISK_PER_ROW + args.slice * DISK_PER_SLICE_ROW + min(DISK_BESIDES, 2 * args.rows * DISK_PER_ROW)
    free = shutil.disk_usage(bench.site.directory).free
    print(f"disk: about {wanted / 1e9:.1f} GB wanted, {free / 1e9:.1f} GB free in {bench.site.directory}", flush=True)
    if wanted > free:
        raise SystemExit("no room; --rows loads fewer")


class Growth(common.Bench):
    """One daemon on one database that is never made anew."""

    def begin(self, workers):
        self.daemon = self._daemon(workers)
        self._begin("lantik", "lantik_empty")
        self._begin("yardstick", "yardstick_empty")
        self.daemon.start()
        self.daemon.notify.close()
        self.daemon.notify.socket.close()

    def slice(self, work, workers):
        self.cluster.sql("CHECKPOINT", database="postgres")
        y = self.feed_yardstick(work)
        self.cluster.sql("CHECKPOINT", database="postgres")
        x = self._load(work, "bodies", self.daemon, workers=workers, window=work.window, rate=0, offices=1)
        x["peak_mib"] = x["peak_bytes"] / 2**20
        return y, x


def grow(bench, args, output):
    """Every slice: (rows before it, Y, lantikd)."""
    slices, first, agencies = [], 0, bench.agencies()
    batches = max(1, round(args.slice / args.batch))
    while first * args.batch < args.rows:
        work = common.Work(bench.site.directory / "slice", common.plan(agencies, args.batch, batches, first), "bodies", "tuples")
        y, x = bench.slice(work, args.workers)
        work.close()
        slices.append((first * args.batch, y, x))
        first += batches
        ratio = x["rows_per_second"] / y["rows_per_second"]
        output.line(type="slice", rows_before=slices[-1][0], ratio=ratio, yardstick=y, lantikd=x)
        print(f"  {first * args.batch:>9,} rows: Y {y['rows_per_second']:>8,.0f}, lantikd {x['rows_per_second']:>8,.0f} rows/s, ratio "
              f"{ratio:.2f}, others {x['others']:.0%}", file=sys.stderr, flush=True)
    return slices


def marks(slices, args):
    """Rows, and the last slices up to there."""
    ends = [before + y["rows"] for before, y, _ in slices]
    for mark in [mark for mark in MARKS if mark <= args.rows] or [args.rows]:
        upto = next((at for at, end in enumerate(ends) if end >= mark), len(ends) - 1) + 1
        yield ends[upto - 1], slices[max(0, upto - WINDOW):upto]


def print_table(slices, args, output):
    print(f"\n{'rows in the register':>20}{'times Y':>12}" + "".join(f"{title:>16}" for title, *_ in COLUMNS))
    ratios = []
    for rows, last in marks(slices, args):
        ratios.append(statistics.median(x["rows_per_second"] / y["rows_per_second"] for _, y, x in last))
        of = {"yardstick": [y for _, y, _ in last], "lantikd": [x for *_, x in last]}
        cells = {(who, key): statistics.median(run[key] for run in of[who]) for _, who, key, _ in COLUMNS}
        output.line(type="mark", rows=rows, ratio=ratios[-1], **{f"{who}_{key}": value for (who, key), value in cells.items()})
        print(f"{rows:>20,}{ratios[-1]:>12.2f}" + "".join(f"{form.format(cells[who, key]):>16}" for _, who, key, form in COLUMNS))
    if len(ratios) > 1:
        print(f"\nat the end lantikd is {ratios[-1] / ratios[0]:.2f} times as fast beside Y as at the first mark")
    print(f"\n{common.YARDSTICK};\nit grows beside the register. Medians of the {WINDOW} slices before each mark, of fewer at the "
          f"beginning. CPU is of one row.\n{common.OTHERS}")
    output.line(type="summary", last_of_first=ratios[-1] / ratios[0])


def arguments():
    parser = cli.parser("growth", __doc__.splitlines()[0], "few rows", "machine, every slice, marks, summary")
    parser.add_argument("--rows", type=cli.ROWS, help=f"rows at the end (default {FULL_ROWS:,}, quick {QUICK_ROWS:,}), whole slices")
    parser.add_argument("--slice", type=cli.ROWS,
                        help="rows measured at a time, whole batches (default 100,000; quick 4,000)")
    parser.add_argument("--batch", type=cli.BATCH, help=f"rows a batch (default {BATCH_ROWS:,}; quick 1,000)")
    parser.add_argument("--workers", type=cli.WORKERS, default=2, help="workers (default 2)")
    args = parser.parse_args()
    args.rows = args.rows or (QUICK_ROWS if args.quick else FULL_ROWS)
    args.slice = args.slice or (4_000 if args.quick else 100_000)
    args.batch = args.batch or (1_000 if args.quick else BATCH_ROWS)
    if not args.batch <= args.slice <= args.rows:
        parser.error(f"--rows {args.rows:,} is loaded in slices of --slice {args.slice:,} in batches of --batch {args.batch:,}: none of "
                     "them may be less than the next")
    return args


def main():
    args = arguments()
    output = common.Output(args.json)
    bench = Growth()
    try:
        refuse_without_room(bench, args)
        facts = common.machine(bench.cluster)
        output.line(**facts)
        print(f"{common.place(facts)}; {common.plural(args.workers)}, {args.batch:,} rows a batch", flush=True)
        bench.begin(args.workers)
        slices = grow(bench, args, output)
        bench.daemon.stop()
    finally:
        bench.close()
    print_table(slices, args, output)


if __name__ == "__main__":
    cli.run(main)
