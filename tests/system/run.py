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
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import ending

HERE = pathlib.Path(__file__).resolve().parent
SLICE = ["010", "020", "030", "040", "041", "044", "045", "048", "050", "060", "062", "064", "070"]
# Those that take longest begin first, so that none of them is left alone at the end.
LONGEST = ["048", "054", "064", "072", "062", "069", "063", "061", "067", "068", "066", "065", "052", "043", "032", "055", "050"]
# More than there are cores: a test waits for disks, polls and back-offs more than half of its time.
JOBS = 2 * os.cpu_count()
LIMIT = 600


def tests_in(output):
    """How many tests of a file passed and failed, by unittest's own last lines."""
    ran = re.findall(r"^Ran (\d+) tests? in", output, re.M)
    bad = sum(int(n) for n in re.findall(r"(?:failures|errors)=(\d+)", output.splitlines()[-1] if output else ""))
    total = max(int(ran[-1]) if ran else 0, bad)
    return total - bad, bad


def finish(path):
    """Its output, its status, its seconds and those of CPU; its servers are children that it waits for."""
    started = time.monotonic()
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        process = subprocess.Popen([sys.executable, path], stdout=said, stderr=subprocess.STDOUT, cwd=HERE,
                                   stdin=subprocess.DEVNULL)
        late = [threading.Timer(after, os.kill, (process.pid, sig))
                for after, sig in ((LIMIT, signal.SIGTERM), (LIMIT + 60, signal.SIGKILL))]
        for timer in late:
            timer.daemon = True
            timer.start()
        _, status, used = os.wait4(process.pid, 0)
        for timer in late:
            timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        took = time.monotonic() - started
        if took >= LIMIT:
            said.write(f"\nnot done within {LIMIT} s\n")
        said.seek(0)
        return said.read(), process.returncode, took, used.ru_utime + used.ru_stime


def run(path):
    output, status, took, cpu = ("", 1, 0, 0) if ending.stopping else finish(path)
    if ending.stopping:
        return 0, 1
    passed, failed = tests_in(output)
    if status and not failed:
        failed = 1
    print(f"{'FAILED' if failed else 'ok    '} {path.stem} ({passed} of {passed + failed}, {took:.1f} s, {cpu:.1f} s of CPU)")
    for line in output.splitlines():
        if failed or line.startswith(("figure:", "seed:")) or "skipped" in line:
            print(f"         {line}")
    sys.stdout.flush()
    return passed, failed


def turn(path):
    """Where in the order a file comes: the longest first, then by name."""
    return next((i for i, name in enumerate(LONGEST) if path.name.startswith(name)), len(LONGEST)), path.name


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--slice", action="store_true")
    parser.add_argument("--jobs", type=int, default=JOBS, help=f"files at once (default {JOBS})")
    parser.add_argument("files", nargs="*")
    args = parser.parse_args()
    if args.slice:
        os.environ["LANTIK_SLICE"] = "1"
    wanted = args.files or (SLICE if args.slice else [""])
    paths = [path for path in HERE.glob("[0-9][0-9][0-9]_*.py") if any(path.name.startswith(name) for name in wanted)]
    with tempfile.TemporaryDirectory(prefix="lantik-once-", dir="/tmp") as once, ThreadPoolExecutor(args.jobs) as pool:
        os.chmod(once, 0o755)
        os.environ.setdefault("LANTIK_ONCE", once)
        ending.folders.append(once)
        ending.on_stop("run.py", signal.SIGTERM)
        results = list(pool.map(run, sorted(paths, key=turn)))
    passed, failed = (sum(column) for column in zip(*results)) if results else (0, 1)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
