"""SIGKILL of a PostgreSQL backend, ten times, while batches are in flight: afterwards every batch is there exactly once.

SPDX-License-Identifier: Apache-2.0
"""

import os
import signal
import unittest

import faults
import harness


class BackendKilled(faults.FaultCase):
    KILLS = 3 if harness.SLICE else 10

    def test_every_batch_exactly_once(self):
        def fault():
            os.kill(self.busy_backend, signal.SIGKILL)
            harness.wait_until(lambda: self.asking.sql("SELECT 1") is None, 20, "PostgreSQL ends all its backends")
            self.reconnect()

        pid = self.site.daemon.process.pid
        self.run_faults(self.KILLS, fault)
        self.assertEqual(self.site.daemon.process.pid, pid)
        self.assertIsNone(self.site.daemon.process.poll(), "the daemon lived through all of it")
        self.assertGreater(self.site.daemon.counters()["database_lost"], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
