#!/usr/bin/python3
"""A bench that is stopped leaves neither process nor folder and says so in a line; wrong options end before anything begins.

SPDX-License-Identifier: Apache-2.0
"""

import os
import pathlib
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FOLDER = re.compile(rb"/tmp/lantik-test-\w+")
DEADLINE = 60

# Each with what is told of it.
WRONG = [
    ("ingest --pairs 0", "--pairs: must be a whole number from 1 to 1,000, not '0'"),
    ("ingest --batches abc", "--batches: must be a whole number from 1 to 10,000, not 'abc'"),
    ("ingest --json /nonexistent/x", "--json: /nonexistent/x: No such file or directory"),
    ("latency --offices 0", "--offices: must be a whole number from 1 to 999, not '0'"),
    ("growth --quick --rows 10", "--rows 10 is loaded in slices of --slice 4,000"),
    ("nation --rows 5", "--rows: must be a whole number from 600 to 6,900,000, not '5'"),
    ("peers --workers 0", "--workers: must be a whole number from 1 to 64, not '0'"),
    ("judge --rows -5", "--rows: must be a whole number from 1 to 6,900,000, not '-5'"),
    ("fairness --pairs -1", "--pairs: must be a whole number from 1 to 1,000, not '-1'"),
    ("scaling --daemons 0", "--daemons: must be a whole number from 1 to 16, not '0'"),
    ("evidence --rows 999 --batches 1000", "--rows 999 is less than 1 batch of 1,000 rows"),
]

# Its grandchild outlives its child, as what perf runs outlives perf.
BENCH_WITH_ORPHAN = """
import sys; sys.path.insert(0, sys.argv[1]); import cli, subprocess, time
def main():
    subprocess.Popen(["sh", "-c", "sleep 1234 & echo $!; wait"])
    time.sleep(1234)
cli.run(main)
"""


def start(*command, **options):
    return subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            start_new_session=True, **options)


def folder_of(process):
    """That of a PostgreSQL that the bench has started, once it is there."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end and process.poll() is None:
        for child in pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
            words = words_of(child)
            if words and words[0].endswith(b"/postgres"):
                return pathlib.Path(FOLDER.search(b" ".join(words))[0].decode())
        select.select([], [], [], 0.02)
    raise AssertionError(f"no PostgreSQL was started: {process.communicate()}")


def words_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def processes_with(word):
    return [pid for pid in os.listdir("/proc") if pid.isdigit() and any(word in part for part in words_of(pid))]


class Stopped(unittest.TestCase):
    def test_leaves_nothing(self):
        """A terminal that is closed, and SIGTERM; each time somebody is impatient while it cleans up."""
        begun = {sig: start(HERE / "judge.py", "--quick") for sig in (signal.SIGHUP, signal.SIGTERM)}
        for sig, process in begun.items():
            with self.subTest(sig.name):
                folder = folder_of(process)
                os.killpg(process.pid, sig)
                self.assertEqual(process.stderr.readline(), f"scripts/bench judge: stopped by {sig.name}\n")
                os.killpg(process.pid, signal.SIGINT)
                _, more = process.communicate(timeout=DEADLINE)
                more = [line for line in more.splitlines() if "terminating connection" not in line]  # a client of its server
                self.assertEqual((process.returncode, more), (128 + sig, []))
                self.assertEqual(processes_with(os.fsencode(folder)), [])
                self.assertFalse(folder.exists())

    def test_takes_along_whom_it_never_knew(self):
        process = start("-c", BENCH_WITH_ORPHAN, HERE)
        orphan = process.stdout.readline().strip()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=DEADLINE)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(words_of(orphan), [])

    def test_leaves_a_signal_ignored_that_was(self):
        process = start("-c", BENCH_WITH_ORPHAN, HERE, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        process.stdout.readline()
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=DEADLINE)
        self.assertEqual(process.returncode, 143)


class WrongOptions(unittest.TestCase):
    def test_end_before_anything_begins(self):
        nowhere = {**os.environ, "LANTIK_BIN": "/nonexistent"}
        begun = {line: start(HERE / f"{line.split()[0]}.py", *line.split()[1:], env=nowhere) for line, _ in WRONG}
        for line, told in WRONG:
            with self.subTest(line):
                process = begun[line]
                output, said = process.communicate(timeout=DEADLINE)
                self.assertEqual((process.returncode, output), (2, ""))
                self.assertIn(told, said.splitlines()[-1])

    def test_and_before_anything_is_installed_or_built(self):
        """On a machine that has Python alone, by scripts/bench itself, and by somebody who may install nothing."""
        with tempfile.TemporaryDirectory() as folder:
            bare, began = pathlib.Path(folder), pathlib.Path(folder, "began")
            said = {"id": "echo 1000", "sudo": "exit 1"}
            for name in ("dpkg-query", "apt-get", "cmake", *said):
                does = said.get(name, f"echo {name} >> {began}; exit 1")
                bare.joinpath(name).write_text(f"#!/bin/sh\n{does}\n")
                bare.joinpath(name).chmod(0o755)
            bare.joinpath("psycopg2.py").write_text("raise ImportError('not installed')\n")
            for line, status in [(line, 2) for line, _ in WRONG] + [("nonsense", 2), ("--help", 0), ("judge --help", 0), ("judge", 1)]:
                with self.subTest(line):
                    done = subprocess.run([ROOT / "scripts" / "bench", *line.split()], capture_output=True, text=True, check=False,
                                          stdin=subprocess.DEVNULL, env={"PATH": f"{bare}:/usr/bin:/bin", "PYTHONPATH": folder},
                                          timeout=DEADLINE)
                    self.assertEqual((done.returncode, began.exists()), (status, status == 1), done.stderr)


if __name__ == "__main__":
    unittest.main()
