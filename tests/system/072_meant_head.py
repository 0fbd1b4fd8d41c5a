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
    """Each test has a site of its own."""

    seed = 72

    def setUp(self):
        super().setUp()
        for _ in range(3):
            self.submit(self.small_body())

    def head(self):
        return evidence.Head(self.site.state / "head")

    def goes_on(self, words, signed):
        """The daemon starts, says this once, remembers this size as signed, and signs."""
        self.site.daemon.start()
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
        self.site.daemon.start()
        self.wait_fork()
        self.assertEqual(self.site.value("SELECT size FROM lantik.ledger_fork"), str(size))

    def test_what_was_committed_counts_as_signed(self):
        self.site.daemon.stop()
        size = self.size()
        self.head().lose_mark()
        self.goes_on(f"the head of {size} leaves, which was meant to be signed, was committed", size)

    def test_what_was_not_committed_is_told_to_nobody(self):
        self.site.daemon.stop()
        self.head().rename()
        self.goes_on("was not committed and told to nobody", self.size() - 1)

    def test_a_promotion_loses_nothing_that_was_told(self):
        """The failure that cut the commit off made another server the primary. It has all that was told."""
        self.site.daemon.stop()
        self.head().rename()
        size = self.size()
        cluster = self.site.cluster
        cluster.stop()
        (cluster.directory / "standby.signal").touch()
        cluster.start()
        self.site.sql("SELECT pg_promote()")
        self.goes_on("was not committed and told to nobody", size - 1)

    def record_lost(self, leaves):
        """So many leaves, which the database is about to lose, and the mark of the last one."""
        self.site.daemon.start()
        self.site.daemon.wait_up()
        for _ in range(leaves):
            last = self.submit(self.small_body())
        self.site.daemon.stop()
        self.head().lose_mark()
        return last

    def test_what_the_database_lost_is_shown_by_the_office_that_was_told(self):
        """Of it alone the daemon does not know any more."""
        self.site.daemon.stop()
        self.site.sql("CREATE DATABASE older TEMPLATE lantik", database="postgres")
        told = self.record_lost(1)
        self.site.sql("ALTER DATABASE lantik RENAME TO newer", database="postgres")
        self.site.sql("ALTER DATABASE older RENAME TO lantik", database="postgres")
        self.goes_on("was not committed and told to nobody", told.index)
        self.ask("PING", checkpoint=told.checkpoint_note)
        self.wait_fork()
        self.assertEqual(self.site.value("SELECT size FROM lantik.ledger_fork"), str(told.index + 1))

    def test_files_that_lack_what_was_signed_before_are_a_fork(self):
        self.site.daemon.stop()
        cluster, older = self.site.cluster, self.site.directory / "older"
        cluster.stop()
        subprocess.run(["cp", "-a", cluster.directory, older], check=True)
        cluster.start()
        told = self.record_lost(2)
        cluster.stop()
        shutil.rmtree(cluster.directory)
        older.rename(cluster.directory)
        cluster.start()
        self.is_forked(told.index)

    def test_doubt_stays_while_the_database_is_down(self):
        self.site.daemon.stop()
        size = self.size()
        self.head().lose_mark()
        self.site.cluster.stop()
        self.site.daemon.start()
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
        self.site.sql("CREATE TABLE taken AS SELECT leaf_index, nodes FROM lantik.batch; UPDATE lantik.batch SET nodes = ''")
        self.site.daemon.start()
        harness.wait_until(lambda: "nodes of the ledger are missing" in self.site.daemon.text(), 20, "the daemon looked")
        self.assertFalse(evidence.Head.is_signed(self.head().last()))
        self.site.sql("UPDATE lantik.batch b SET nodes = t.nodes FROM taken t WHERE t.leaf_index = b.leaf_index")
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
        self.site.daemon.start()
        self.site.daemon.wait_up()
        self.assertEqual(self.submit(body).index + 1, self.size())
        self.assertEqual(self.site.daemon.text().count("which was meant to be signed, was committed"), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
