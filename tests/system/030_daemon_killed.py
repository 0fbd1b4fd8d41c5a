"""SIGKILL of lantikd, ten times, while batches are in flight: afterwards every batch is there exactly once.

SPDX-License-Identifier: Apache-2.0
"""

import unittest

import faults
import harness


class DaemonKilled(faults.FaultCase):
    KILLS = 3 if harness.SLICE else 10

    def test_every_batch_exactly_once(self):
        def fault():
            self.site.daemon.kill()
            self.site.start()

        self.run_faults(self.KILLS, fault)


if __name__ == "__main__":
    unittest.main(verbosity=2)
