#!/usr/bin/python3
"""A head that was meant to be signed when the daemon or its machine went down: the ledger says whether it was.

SPDX-License-Identifier: Apache-2.0
"""

import shutil
import subprocess
import unittest

import evidence
import harness

class Meant(evidence.OwnSite, evidence.Case):
    """Each test has a site of its own, whose daemon ran on a machine that went down since, unless it says otherwise."""

    seed = 72

    def setUp(self):
        super().setUp()
        self.boot = 1
        self.restart()
        for _ in range(3):
            self.submit(self.small_body())
        self.boot = 2

    def restart(self):
        self.site.daemon.stop()
        self.start()

    def start(self):
        self.site.daemon.environment["LANTIK_BOOT_ID"] = str(self.boot)
        self.site.daemon.start()

    def head(self):
        return evidence.Head(self.site.state / "head")

    def goes_on(self, words, signed):
        """The daemon starts, says this once, remembers this size as signed, and signs."""
        self.start()
        self.site.daemon.wait_up()
        self.assertEqual(evidence.signed_size(self.site), signed)
        self.assertEqual(self.site.daemon.text().count(words), 1)
        size = self.size()
        self.assertEqual(self.submit(self.small_body()).index, size)
        harness.wait_until(lambda: self.head().is_signed(self.head().last()), 10, "the mark")
        self.assertEqual(evidence.Head.size(self.head().last()), size + 1)
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.ledger_fork"), "0")

    def is_forked(self, size):
        """The daemon starts and finds that the ledger does not continue what it signed at this size."""
        self.start()
        self.wait_fork()
        self.assertEqual(self.site.value("SELECT size FROM lantik.ledger_fork"), str(size))
        self.assertIn("it counts as signed", self.site.daemon.text())

    def test_what_was_committed_counts_as_signed(self):
        self.site.daemon.stop()
        size = self.size()
        self.head().lose_mark()
        self.goes_on(f"the head of {size} leaves, which was meant to be signed, was committed", size)

    def test_what_was_not_committed_is_told_to_nobody(self):
        self.site.daemon.stop()
        self.head().rename(root=True)
        self.goes_on("was not committed and told to nobody", self.size() - 1)

    def test_another_database_may_have_lost_it(self):
        self.site.daemon.stop()
        self.head().rename(root=True, life=True)
        self.is_forked(self.size())

    def test_nobody_was_told_while_the_machine_stayed_up(self):
        self.boot = 1
        self.site.daemon.stop()
        self.head().rename(root=True, life=True)
        self.goes_on("was not committed and told to nobody", self.size() - 1)

    def record_lost(self, leaves):
        """So many leaves, which the database is about to lose, and the mark of the last one. The size then."""
        self.boot = 1
        self.start()
        for _ in range(leaves):
            last = self.submit(self.small_body()).index
        self.site.daemon.stop()
        self.head().lose_mark()
        self.boot = 2
        return last + 1

    def test_a_copy_that_lacks_it_alone_is_another_database(self):
        self.site.daemon.stop()
        self.site.sql("CREATE DATABASE older TEMPLATE lantik", database="postgres")
        size = self.record_lost(1)
        self.site.sql("ALTER DATABASE lantik RENAME TO newer", database="postgres")
        self.site.sql("ALTER DATABASE older RENAME TO lantik", database="postgres")
        self.is_forked(size)

    def test_files_that_lack_what_was_signed_before_may_have_lost_it_too(self):
        """They pass for the database that they were: the same cluster, timeline and number."""
        self.site.daemon.stop()
        cluster, older = self.site.cluster, self.site.directory / "older"
        cluster.stop()
        subprocess.run(["cp", "-a", cluster.directory, older], check=True)
        cluster.start()
        size = self.record_lost(2)
        cluster.stop()
        shutil.rmtree(cluster.directory)
        older.rename(cluster.directory)
        cluster.start()
        self.is_forked(size)

    def test_doubt_stays_while_the_database_is_down(self):
        self.site.daemon.stop()
        size = self.size()
        self.head().lose_mark()
        self.site.cluster.stop()
        self.start()
        harness.wait_until(lambda: "database down: " in self.site.daemon.text(), 20, "the daemon looked")
        self.assertNotIn("meant to be signed", self.site.daemon.text())
        self.assertFalse(evidence.Head.is_signed(self.head().last()))
        self.site.cluster.start()
        self.site.daemon.wait_up()
        self.assertIn(f"the head of {size} leaves, which was meant to be signed, was committed", self.site.daemon.text())
        self.assertTrue(evidence.Head.is_signed(self.head().last()))

    def test_doubt_stays_while_nodes_are_missing(self):
        self.submit(self.small_body())
        self.site.daemon.stop()
        self.head().lose_mark()
        taken = "CREATE TABLE taken AS TABLE lantik.ledger_node; DELETE FROM lantik.ledger_node"
        self.site.sql(taken)
        self.start()
        harness.wait_until(lambda: "nodes of the ledger are missing" in self.site.daemon.text(), 20, "the daemon looked")
        self.assertFalse(evidence.Head.is_signed(self.head().last()))
        self.site.sql("INSERT INTO lantik.ledger_node TABLE taken")
        self.site.daemon.wait_up()
        self.assertTrue(evidence.Head.is_signed(self.head().last()))


class Killed(evidence.Case):
    """Between COMMIT's answer and the mark."""

    seed = 73

    def test_the_receipt_comes_after_the_restart(self):
        if evidence.comes_first():
            self.skipTest("an instrumented lantikd takes no library before its own")
        self.submit(self.small_body())
        folder = evidence.shim_into(self.site)
        for boot in ("1", "2"):
            self.site.daemon.stop()
            self.site.daemon.environment["LANTIK_BOOT_ID"] = boot
            self.site.daemon.start()
            self.site.daemon.wait_up()
            body = self.small_body()
            (folder / "kill-after-commit").touch()
            signing = self.office.signing
            with self.office.client(timeout=1) as client, self.assertRaises(Exception):
                client.request("SUBMIT", body, signing_key_id=signing.verifier.key_id,
                               signature=signing.sign_submission(body))
            self.site.daemon.process.wait()
            head = evidence.Head(self.site.state / "head")
            self.assertFalse(evidence.Head.is_signed(head.last()))
            self.assertEqual(evidence.Head.size(head.last()), self.size())
            self.site.daemon.environment["LANTIK_BOOT_ID"] = "1"
            self.site.daemon.start()
            self.site.daemon.wait_up()
            self.assertEqual(self.submit(body).index + 1, self.size())
        self.assertEqual(self.site.daemon.text().count("which was meant to be signed, was committed"), 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
