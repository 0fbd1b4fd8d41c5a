#!/usr/bin/python3
"""The state directory remembers the last signed head: damaged or shared it lets nothing wrong be signed.

SPDX-License-Identifier: Apache-2.0
"""

import unittest

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


if __name__ == "__main__":
    harness.main()
