"""What a person meets of every bench alike: options with their ranges, tables, and the end of a bench that is stopped.

SPDX-License-Identifier: Apache-2.0
"""

import argparse
import math
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
sys.dont_write_bytecode = True
import ending  # noqa: E402

PEOPLE = 6_900_000  # ingest_make has no more
MOST_RECORDS = 10_000  # of a batch, as limits.h says
MOST_WORKERS = 64  # as lantikd says
MOST_OFFICES = 999
GO_ON = 100  # the status of a bench that was asked about its options alone, when they are good


# ---- options ----

def _number(kind, wanted, least, most):
    def parse(text):
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"must be {wanted} from {least:,} to {most:,}, not {text!r}")
        return value

    return parse


def whole(least, most):
    return _number(int, "a whole number", least, most)


def decimal(least, most):
    return _number(float, "a number", least, most)


def each(parse):
    """Several, with commas between them."""
    return lambda text: [parse(part) for part in text.split(",")]


ROUNDS, ROWS, BATCH, WORKERS = whole(1, 1000), whole(1, PEOPLE), whole(1, MOST_RECORDS), whole(1, MOST_WORKERS)


def parser(bench, purpose, quick, told):
    """With the two options that every bench has."""
    made = argparse.ArgumentParser(prog=f"scripts/bench {bench}", description=purpose)
    made.add_argument("--quick", action="store_true", help=f"{quick}: shows that the bench works, not how fast")
    made.add_argument("--json", metavar="FILE", help=f"JSON Lines: {told}")
    return made


def rows_of(args, made, usual, batches=1):
    """As many rows as were asked for, or as usual; at least so many batches of the greatest size."""
    least = max(args.batches) * batches
    if args.rows and args.rows < least:
        made.error(f"--rows {args.rows:,} is less than {batches} batch{'es' if batches > 1 else ''} of {max(args.batches):,} rows; "
                   "--batches says how large they are")
    return args.rows or max(usual, least)


# ---- tables ----

def heads(columns, width):
    return "".join(f"{title:>{width}}" for title, *_ in columns)


def cell(values, key, form):
    """Empty where it was not measured."""
    return form.format(values[key]) if key in values else ""


def cells(columns, values, width):
    """A line of a table whose columns are (title, key, form)."""
    return "".join(f"{cell(values, key, form):>{width}}" for _, key, form in columns)


def print_rows(rows, columns, width):
    """A table that stands upright: its lines are (title, key, form)."""
    for title, key, form in rows:
        print(f"{title:<40}" + "".join(f"{cell(values, key, form):>{width}}" for values in columns))


def range_cell(spread):
    """Median, least and greatest; of one round there is but one."""
    if not spread:
        return ""
    return ("{median:.2f}" if spread["least"] == spread["greatest"] else "{median:.2f} ({least:.2f}-{greatest:.2f})").format(**spread)


# ---- the end ----

def run(main):
    """Runs a bench; whoever it leaves running ends with it, as what perf runs outlives perf."""
    ending.adopt()
    ending.on_stop(f"scripts/bench {pathlib.Path(sys.argv[0]).stem}")
    try:
        main()
    finally:
        ending.end_children()
