"""Two daemons on one database: batches of one office go through both, and one of them is killed again and again.

SPDX-License-Identifier: Apache-2.0

The office has two homes with the same keys, as two clerks have; each asks another daemon first and knows both. At the end
every batch is there exactly once, and both daemons say the same of it.
"""

import shutil
import threading
import unittest

import faults
import harness


class TwoDaemons(faults.FaultCase):
    KILLS = 2 if harness.SLICE else 6
    AGENCIES = ["6171", "6204"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second, cls.second_endpoint = cls.site.second_daemon()
        cls.second.start()

    @classmethod
    def tearDownClass(cls):
        if cls.second.is_running():
            cls.second.stop()
        cls.second.check_complaints()
        super().tearDownClass()

    def clerk(self, number, *endpoints):
        """A home of the one office that asks these daemons in their order."""
        first = self.site.offices.get("office") or self.site.office("office")
        office = harness.Office(self.site, "office", self.site.directory / f"clerk-{number}")
        office.home.mkdir()
        for name in harness.Office.KEYS:
            shutil.copy2(first.home / name, office.home / name)
        office.init(endpoint=",".join(endpoints))
        office.lantik("sync")
        return office

    def senders(self):
        endpoints = [self.site.endpoint, self.second_endpoint]
        return [faults.Sender(self.clerk(number, *endpoints[number:], *endpoints[:number]), agency, self.ROWS, 1000 * (number + 1))
                for number, agency in enumerate(self.AGENCIES)]

    def test_1_either_may_die(self):
        daemons = [self.site.daemon, self.second]
        faults_done = 0

        def fault():
            nonlocal faults_done
            dead, other = daemons[faults_done % 2], daemons[(faults_done + 1) % 2]
            faults_done += 1
            dead.kill()
            done = self.committed(other)
            harness.wait_until(lambda: self.committed(other) >= done + 2, 60,
                               "the daemon that is left records for both clerks")
            dead.start()

        self.run_faults(self.KILLS, fault)
        self.assertTrue(all(self.committed(daemon) for daemon in daemons), "batches went through both daemons")

    @staticmethod
    def committed(daemon):
        """Batches that it recorded, in all its lives."""
        return daemon.text().count(" committed: ")

    def test_2_a_resend_to_the_other_daemon_brings_the_same_receipt(self):
        first = self.clerk("first", self.site.endpoint)
        other = self.clerk("other", self.second_endpoint)
        path = first.sample("shared", kind="PPPK_PW", step="NI", agency="6171", rows=200, seed=77)
        bodies = []
        for office in (first, other):
            done = office.submit(path)
            bodies.append(office.receipt_file(done).read_bytes())
        self.assertEqual(bodies[0], bodies[1])

    def test_3_at_once_it_is_recorded_once(self):
        """The same file to both at the same moment: one records it, the other finds it, both bring the same receipt."""
        offices = [self.clerk("left", self.site.endpoint), self.clerk("right", self.second_endpoint)]
        path = offices[0].sample("at-once", kind="PPPK_PW", step="NI", agency="6171", rows=self.ROWS, seed=78)
        done = [None, None]

        def submit(i):
            done[i] = offices[i].submit(path)

        threads = [threading.Thread(target=submit, args=(i,)) for i in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertTrue(all(done), "both were answered")
        self.assertEqual(len({office.receipt_file(d).read_bytes() for office, d in zip(offices, done)}), 1)
        digests = self.site.sql("SELECT count(*), sum(accepted) FROM lantik.batch WHERE accepted = %d AND kode_instansi = '6171'"
                                " GROUP BY records_root HAVING count(*) > 1" % self.ROWS)
        self.assertEqual(digests, [], "no records stand twice")

    def test_4_the_audit_finds_nothing(self):
        self.site.audit(expect=(0, 3))


if __name__ == "__main__":
    unittest.main(verbosity=2)
