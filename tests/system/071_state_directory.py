#!/usr/bin/python3
"""The state directory remembers the last signed head: damaged, shared or on a broken disk it lets nothing wrong be signed.

SPDX-License-Identifier: Apache-2.0
"""

import unittest

import evidence
import harness


class Case(unittest.TestCase):
    def setUp(self):
        self.site = harness.Site()
        self.addCleanup(self.site.close)
        self.site.start()
        self.office = self.site.office()
        self.sent = 0

    def send(self, *args, **options):
        self.sent += 1
        path = self.office.sample(f"batch-{self.sent}", kind="PPPK_PW", step="NI", agency="6171", rows=3, seed=71,
                                  first=10 * self.sent)
        return path, self.office.submit(path, *args, **options)

    def refuses_to_start(self, words, daemon=None):
        daemon = daemon or self.site.daemon
        before = len(daemon.text())
        daemon.start(wait=False)
        self.assertEqual(daemon.process.wait(20 * harness.PATIENCE), 1)
        self.assertIn(words, daemon.text()[before:])

    def size(self):
        return self.site.value("SELECT size FROM lantik.ledger_head")


class Damaged(Case):
    def flip(self, *offsets):
        data = bytearray((self.site.state / "head").read_bytes())
        for offset in offsets:
            data[offset] ^= 0xFF
        (self.site.state / "head").write_bytes(data)

    def put_back(self):
        """The database of before the last batches, as if nothing had happened."""
        self.site.daemon.stop()
        self.site.cluster.sql("DROP DATABASE lantik", database="postgres")
        self.site.cluster.sql("ALTER DATABASE copy RENAME TO lantik", database="postgres")

    def test_nothing_is_signed_in_place_of_what_was_forgotten(self):
        self.send()
        self.site.daemon.stop()
        self.site.cluster.sql("CREATE DATABASE copy TEMPLATE lantik", database="postgres")
        self.site.daemon.start()
        self.send()
        self.send()
        before = self.size()
        self.put_back()
        self.assertLess(int(self.size()), int(before))
        self.flip(30, 542)
        self.refuses_to_start(f"{self.site.state}/head is damaged in both halves")
        self.assertIn('"A damaged head file" in operator.md', self.site.daemon.tail(3))
        (self.site.state / "head").write_bytes(b"")
        self.refuses_to_start(f"{self.site.state}/head is not 1,024 bytes long")

    def test_one_half_is_enough_and_is_told(self):
        self.send()
        self.site.daemon.stop()
        self.flip(30)
        self.site.daemon.start()
        warnings = [line for line in self.site.daemon.text().splitlines() if "one of its halves is damaged" in line]
        self.assertEqual(len(warnings), 1)
        self.assertIn(f"{self.site.state}/head", warnings[0])
        self.send()


class Shared(Case):
    def test_a_second_daemon_is_told_to_take_its_own(self):
        second, _ = self.site.second_daemon()
        own = second.config.read_text()
        second.config.write_text(own.replace(str(second.directory / "state"), str(self.site.state)))
        self.refuses_to_start(f"state_directory {self.site.state}: another lantikd works with it", second)
        self.send()
        self.site.daemon.kill()
        second.start()  # a lock does not outlive its holder
        second.stop()
        self.site.start()


class BrokenDisk(Case):
    def setUp(self):
        if evidence.comes_first():
            raise unittest.SkipTest("an instrumented lantikd takes no library before its own")
        super().setUp()
        self.shim = evidence.shim_into(self.site)

    def test_the_file_and_the_reason_are_told_at_both_ends(self):
        self.send()
        (self.shim / "fail-fdatasync").touch()
        before = int(self.size())
        path, done = self.send("--timeout", "6", expect=4)
        self.assertIn("LNT-0077", str(done))
        self.assertIn("its last answer: the batch is recorded, but its receipt could not be made", str(done))
        self.assertIn("jawaban terakhirnya: the batch is recorded",
                      str(self.office.lantik("--lang", "id", "submit", "--timeout", "3", path, expect=4)))
        self.assertEqual(int(self.size()), before + 1)
        told = [line for line in self.site.daemon.text().splitlines() if "could not be written" in line]
        self.assertEqual(len(told), 1, "once a minute, not with each attempt")
        self.assertIn(f"receipt of leaf {before}: {self.site.state}/head could not be written: Input/output error", told[0])
        (self.shim / "fail-fdatasync").unlink()
        self.assertEqual(self.office.submit(path).summary["accepted"], 3)


if __name__ == "__main__":
    harness.main()
