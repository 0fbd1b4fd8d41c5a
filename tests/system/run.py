#!/usr/bin/python3
"""Runs the system tests, each file a process of its own, and prints one line a file.

SPDX-License-Identifier: Apache-2.0

run.py [--slice] [--jobs N] [FILE...]
  --slice  the files that suit slow, instrumented builds, with small sizes
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
SLICE = ["010", "020", "030", "040", "041", "044", "045", "048", "050", "060", "062", "064", "070"]
LIMIT = 300


def tests_in(output):
    """How many tests of a file passed and failed, by unittest's own last lines."""
    ran = re.findall(r"^Ran (\d+) tests? in", output, re.M)
    bad = sum(int(n) for n in re.findall(r"(?:failures|errors)=(\d+)", output.splitlines()[-1] if output else ""))
    total = max(int(ran[-1]) if ran else 0, bad)
    return total - bad, bad


def run(path):
    started = time.monotonic()
    process = subprocess.Popen([sys.executable, path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               cwd=HERE, stdin=subprocess.DEVNULL)
    try:
        output, _ = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        process.terminate()
        try:
            output, _ = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
        output += f"\nnot done within {LIMIT} s\n"
    passed, failed = tests_in(output)
    if process.returncode and not failed:
        failed = 1
    print(f"{'FAILED' if failed else 'ok    '} {path.stem} ({passed} of {passed + failed}, {time.monotonic() - started:.1f} s)")
    for line in output.splitlines():
        if failed or line.startswith(("figure:", "seed:")) or "skipped" in line:
            print(f"         {line}")
    sys.stdout.flush()
    return passed, failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--slice", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("files", nargs="*")
    args = parser.parse_args()
    if args.slice:
        os.environ["LANTIK_SLICE"] = "1"
    paths = sorted(HERE.glob("[0-9][0-9][0-9]_*.py"))
    wanted = args.files or (SLICE if args.slice else [""])
    paths = [path for path in paths if any(path.name.startswith(name) for name in wanted)]
    with ThreadPoolExecutor(args.jobs) as pool:
        results = list(pool.map(run, paths))
    passed, failed = (sum(column) for column in zip(*results)) if results else (0, 1)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
