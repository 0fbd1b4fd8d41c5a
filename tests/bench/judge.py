#!/usr/bin/python3
"""What judging costs a row, step by step, without database and network: nanoseconds and instructions in user mode.

SPDX-License-Identifier: Apache-2.0

The batches are those of the ingest bench, the rulebook is the one of a fresh database. Instructions hardly change on a busy
machine; nanoseconds are the least of all rounds.
"""

import csv
import json
import sys

import cli
import common
import harness

STEPS = [("scan", "find the records, look at every field"), ("hash", "SHA-256 of each record"), ("root", "root of the records' tree"),
         ("decode", "a record into plain C"), ("judge", "rules, and the name's one form"), ("row", "the tuple of COPY BINARY and its hash"),
         ("batch", "what is asked once a batch")]
FULL_ROWS, QUICK_ROWS, MOST_BATCHES = 73_260, 2_000, 2_000
csv.field_size_limit(2**25)  # how the cluster gives a rulebook


def measure(bench, size, args):
    work = bench.work(size, min(args.rows, size * MOST_BATCHES), "bodies", "tuples")
    rulebook = bench.site.directory / "rulebook"
    rulebook.write_text(bench.cluster.value("SELECT lantik.rulebook_text()", database="lantik_empty"), encoding="utf-8")
    done = harness.run(common.program("judge_steps"), work.directory / "bodies", rulebook, args.rounds)
    work.close()
    return {**json.loads(done.stdout), "batch_rows": size}


def print_table(results):
    heads = [common.counted(result['batch_rows'], 'row') + " a batch" for result in results]
    print(f"\n{'a row, in user mode: ns and instructions':<44}" + "".join(f"{head:>22}" for head in heads))
    for step, text in STEPS:
        cells = [f"{r[step + '_ns']:,.0f} ns {r.get(step + '_instructions', float('nan')):>9,.0f}" for r in results]
        print(f"{step:<7} {text:<36}" + "".join(f"{cell:>22}" for cell in cells))


def arguments():
    parser = cli.parser("judge", __doc__.splitlines()[0], "few rows", "machine, results")
    parser.add_argument("--rows", type=cli.ROWS, help=f"rows of each size (default {FULL_ROWS:,}, quick {QUICK_ROWS:,})")
    parser.add_argument("--rounds", type=cli.ROUNDS, help="rounds (default 15, quick 1)")
    parser.add_argument("--batches", type=cli.each(cli.BATCH), help="rows a batch (default 1,1000,7326, quick 1000)")
    args = parser.parse_args()
    args.batches = args.batches or ([1000] if args.quick else [1, 1000, 7326])
    args.rows = cli.rows_of(args, parser, QUICK_ROWS if args.quick else FULL_ROWS)
    args.rounds = args.rounds or (1 if args.quick else 15)
    return args


def main():
    args = arguments()
    output = common.Output(args.json)
    bench = common.Bench()
    try:
        facts = common.machine(bench.cluster)
        output.line(**facts)
        results = [measure(bench, size, args) for size in args.batches]
    finally:
        bench.close()
    for result in results:
        output.line(type="result", **result)
        if result["findings"]:
            sys.exit(f"the rules found {result['findings']} faults in records without any")
    print(common.place(facts))
    print_table(results)


if __name__ == "__main__":
    cli.run(main)
