"""A daemon under the restart policy of its unit, and the library that stands in front of libzmq.

SPDX-License-Identifier: Apache-2.0
"""

import re
import subprocess
import threading
import time

import harness

UNIT = harness.ROOT / "systemd" / "lantikd.service.in"


def policy():
    """Seconds between an end and the next start, as the unit has them; it must never give up."""
    unit = UNIT.read_text()
    settings = dict(re.findall(r"^(\w+)=(.*)$", unit, re.M))
    if settings["Restart"] != "always" or settings["StartLimitIntervalSec"] != "0":
        raise AssertionError("the unit does not always come back")
    [seconds] = re.fullmatch(r"([0-9.]+)s", settings["RestartSec"]).groups()
    return float(seconds)


class Supervisor(threading.Thread):
    """Starts the site's daemon again whenever it ends, as systemd would: the wait, the check, the start."""

    def __init__(self, site):
        super().__init__(daemon=True)
        self.site, self.wait, self.ends, self.stopping = site, policy(), [], threading.Event()
        self.start()

    def run(self):
        daemon = self.site.daemon
        while not self.stopping.is_set():
            try:
                status = daemon.process.wait(0.02)
            except subprocess.TimeoutExpired:
                continue
            if self.stopping.is_set():
                return
            self.ends.append((time.monotonic(), status))
            if not self.stopping.wait(self.wait):
                check = [harness.program("lantikd"), "--config", daemon.config, "--check-config"]
                subprocess.run(check, check=True, env=harness.environment(), stdin=subprocess.DEVNULL)
                daemon.start(wait=False)

    def close(self):
        self.stopping.set()
        self.join()


def build_shim(directory):
    """The environment that puts the shim in front."""
    library = directory / "attack_shim.so"
    command = ["cc", "-shared", "-fPIC", "-D_GNU_SOURCE", "-O1", "-Wall", "-Werror", "-o", library,
               harness.ROOT / "tests" / "system" / "attack_shim.c", "-ldl"]
    subprocess.run(command, check=True)
    return {"LD_PRELOAD": str(library)}
