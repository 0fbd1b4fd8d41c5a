#!/usr/bin/python3
"""A test that is stopped leaves neither process nor folder, and no other test of its file begins.

SPDX-License-Identifier: Apache-2.0
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import unittest

import harness

# What its threads began, and what that began, knows nothing of the stop.
STOPPED = """
import subprocess, threading, time
import harness
class Stopped(harness.Case):
    def test_1(self):
        threading.Thread(target=lambda: subprocess.run(["sh", "-c", "sleep 1234; true", str(self.site.directory)])).start()
        print("folder", self.site.directory, flush=True)
        time.sleep(1234)
    def test_2(self):
        print("another test", flush=True)
harness.main()
"""


def start(*command, **options):
    """Which heeds the signals even when we were started by nohup, or behind an `&`, and ignore them."""
    return subprocess.Popen(["env", "--default-signal=INT,TERM,HUP", sys.executable, *command], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
                            cwd=harness.ROOT / "tests" / "system", **options)


def said(process, word):
    """What it tells after this word."""
    for line in process.stdout:
        if line.startswith(f"{word} "):
            return line.split()[1]
    raise AssertionError(process.communicate()[1])


def processes_with(text):
    """Those that have this in their command line."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += [path.parent.name] if text.encode() in path.read_bytes() else []
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


class Stopped(unittest.TestCase):
    def gone(self, folder):
        self.assertEqual(processes_with(folder), [])
        self.assertFalse(os.path.exists(folder))

    def test_a_stopped_test_leaves_nothing(self):
        """Ctrl-C, SIGTERM and a closed terminal reach its group; each time somebody is impatient while it cleans up."""
        begun = {sig: start("-c", STOPPED) for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        for sig, process in begun.items():
            with self.subTest(sig.name):
                folder = said(process, "folder")
                self.assertNotEqual(processes_with(folder), [])
                os.killpg(process.pid, sig)
                self.assertRegex(process.stderr.readline(), f"-c: stopped by {sig.name}\n$")
                os.killpg(process.pid, signal.SIGINT)
                self.assertEqual(process.wait(60 * harness.PATIENCE), 128 + sig)
                output, errors = process.stdout.read(), process.stderr.read()
                self.assertIn("in test_1\n", errors)
                self.assertNotIn("another test", output)
                self.gone(folder)

    def test_run_takes_its_tests_along(self):
        """Alone, as `kill` stops it: its tests get the chance to clean up, and what they share goes, too."""
        once = {**os.environ, "TMPDIR": "/tmp"}
        once.pop("LANTIK_ONCE", None)
        process = start("run.py", "010", env=once)
        folder = harness.wait_until(lambda: self.folder_below(process), 60, "a test has a PostgreSQL")
        process.terminate()
        output, errors = process.communicate(timeout=60 * harness.PATIENCE)
        self.assertEqual((process.returncode, output, errors), (128 + signal.SIGTERM, "", "run.py: stopped by SIGTERM\n"))
        self.gone(folder)

    @staticmethod
    def folder_below(process):
        """That of a PostgreSQL which a test of this run has started."""
        for child in harness.ending.children_of(process.pid):
            for server in harness.ending.children_of(child):
                words = pathlib.Path(f"/proc/{server}/cmdline").read_bytes().decode()
                if "/postgres\0" in words:
                    return re.search(r"/tmp/lantik-test-\w+", words)[0]
        return None


if __name__ == "__main__":
    harness.main()
