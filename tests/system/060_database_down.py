"""The database goes away and comes back: Busy meanwhile, nothing lost, and work again within seconds.

SPDX-License-Identifier: Apache-2.0
"""

import time
import unittest

import harness


class DatabaseDown(harness.Case):
    def test_busy_then_receipt(self):
        office = self.site.office()
        first = office.sample("before", kind="PPPK_PW", step="NI", agency="6171", rows=50, seed=1)
        second = office.sample("during", kind="PPPK_PW", step="NI", agency="6171", rows=50, seed=2)
        office.submit(first)
        self.site.cluster.stop("fast")
        sending = office.submit_start(second)
        self.addCleanup(self.end, sending)
        self.site.daemon.wait_counter("busy_database_down", 1)
        self.assertIsNone(sending.poll(), "the office waits and sends again")
        self.assertIsNone(self.site.daemon.process.poll(), "the daemon lives")
        self.site.cluster.start()
        back = time.monotonic()
        output, errors = sending.communicate(timeout=60 * harness.PATIENCE)
        print(f"figure: receipt {time.monotonic() - back:.1f} s after the database came back")
        self.assertEqual(sending.returncode, 0, output + errors)
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.appointment"), "100")

    def test_restart_in_immediate_mode_changes_nothing(self):
        office = self.site.office("kanreg-03-b")
        path = office.sample("immediate", kind="PPPK_PW", step="NI", agency="6204", rows=50, seed=3)
        receipt = office.submit(path)
        before = self.site.state_of_register()
        self.site.cluster.stop("immediate")
        self.site.cluster.start()
        self.assertEqual(self.site.state_of_register(), before)
        again = office.submit(path)
        self.assertEqual(again.summary["accepted"], receipt.summary["accepted"])
        self.assertEqual(self.site.state_of_register(), before)

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.communicate()


if __name__ == "__main__":
    unittest.main(verbosity=2)
