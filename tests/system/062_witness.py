"""Offices as witnesses: every reply proves that the ledger continues what the office saw; what it does not continue stops it.

SPDX-License-Identifier: Apache-2.0
"""

import os
import unittest

import evidence
import harness


class Witness(evidence.Case):
    seed = 62

    def signed_submit(self, body, checkpoint):
        signing = self.office.signing
        return self.ask("SUBMIT", body, checkpoint, signing_key_id=signing.verifier.key_id,
                        signature=signing.sign_submission(body))

    def grow(self, count):
        """New leaves; the checkpoint of each receipt."""
        return [self.submit(self.small_body()).checkpoint_note for _ in range(count)]

    def test_every_kind_of_reply_proves_it(self):
        notes = self.grow(6)
        body = self.small_body()
        batch_id = self.office.batch.manifest_of(self.office.contract, body).batch_id
        contract = self.office.contract
        status = contract.StatusRequest(batch_id=batch_id).SerializeToString()
        signing = self.office.signing
        for note in (notes[0], notes[3], notes[-1]):
            rehearsed = self.small_body()
            signature = signing.sign(self.office.receipt.rehearsal_message(rehearsed))
            replies = {
                "RECEIPT": self.signed_submit(self.small_body(), note),
                "PONG": self.ask("PING", checkpoint=note),
                "STATUS_ANSWER": self.ask("STATUS", status, note),
                "RECONCILE_ANSWER": self.ask("RECONCILE", contract.ReconcileRequest().SerializeToString(), note),
                "REFERENCE_ANSWER": self.ask("REFERENCE", contract.ReferenceRequest().SerializeToString(), note),
                "REHEARSAL": self.ask("REHEARSE", rehearsed, note, signing_key_id=signing.verifier.key_id,
                                      signature=signature),
                "REFUSAL": self.ask("SUBMIT", body, note, signing_key_id=signing.verifier.key_id, signature=bytes(64)),
            }
            for message, reply in replies.items():
                with self.subTest(message, size=self.checkpoint(note).size):
                    self.assertEqual(reply.message, message)
                    self.prove(reply, note)
                    if message != "RECEIPT":
                        self.assertEqual(self.shown_by(reply).size, self.size(), "the newest head")

    def test_an_old_receipt_is_proved_against_what_was_seen_since(self):
        body = self.small_body()
        first = self.submit(body)
        newer = self.grow(5)
        for note in newer:
            reply = self.signed_submit(body, note)
            self.assertEqual(reply.body, first.whole, "the receipt never changes")
            self.assertEqual(self.prove(reply, note).size, first.index + 1)

    def test_all_sizes(self):
        self.grow(1)
        roots = self.all_roots()
        for size in range(1, len(roots)):
            note = self.sign(size, roots[size])
            self.assertEqual(self.prove(self.ask("PING", checkpoint=note), note).size, len(roots) - 1)

    def test_nothing_to_prove(self):
        self.grow(2)
        reply = self.ask("PING")
        self.assertEqual((list(reply.envelope.consistency), list(reply.envelope.deeds)), ([], []))
        again = self.ask("PING", checkpoint=reply.body)
        self.assertEqual(list(again.envelope.consistency), [])
        self.assertEqual(again.body, reply.body, "the same head, the same bytes")

    def test_what_does_not_verify_is_no_evidence(self):
        [note] = self.grow(1)
        before = self.site.daemon.counters()
        altered = note.replace(b"\n\n", b"\nextension\n\n", 1)
        origin, size, root = note.split(b"\n")[:3]
        body = b"\n".join((origin, b"99999", root)) + b"\n"
        unsigned = body + b"\n" + note.split(b"\n\n", 1)[1]
        bad = [b"x", altered, unsigned, os.urandom(100), body]
        for shown in bad:
            reply = self.ask("PING", checkpoint=shown)
            self.assertEqual(reply.message, "PONG")
            self.assertEqual(self.checkpoint(reply.body).size, self.size())
        after = self.site.daemon.counters()
        self.assertEqual(after["checkpoints_ignored"] - before["checkpoints_ignored"], len(bad))
        self.assertEqual(after["forks"], 0)
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.ledger_fork"), "0")

    def test_an_unchanged_checkpoint_is_verified_once(self):
        [note] = self.grow(1)
        foreign = note + b"\xe2\x80\x94 elsewhere AAAAAAAA\n"  # a signature more, of a key that nobody knows: other bytes
        self.prove(self.ask("PING", checkpoint=foreign), foreign)
        before = self.site.daemon.counters()["checkpoints_verified"]
        for _ in range(20):
            self.prove(self.ask("PING", checkpoint=foreign), foreign)
            self.prove(self.ask("PING", checkpoint=note), note)
        self.assertEqual(self.site.daemon.counters()["checkpoints_verified"], before)

    def test_ping_knows_what_another_daemon_recorded(self):
        daemon, endpoint = self.site.second_daemon()
        daemon.start()
        self.addCleanup(daemon.stop)
        [note] = self.grow(1)
        for _ in range(3):
            receipt = self.submit(self.small_body(), endpoint=endpoint)
            for where in (self.site.endpoint, endpoint):
                reply = self.ask("PING", checkpoint=note, endpoint=where)
                self.assertEqual(self.prove(reply, note).size, receipt.index + 1)
                self.assertEqual(reply.body, receipt.checkpoint_note, "the bytes that the other one made")


class Forked(evidence.OwnSite, evidence.Case):
    """Each test ends its ledger: a site for each."""

    seed = 63

    def setUp(self):
        super().setUp()
        for _ in range(4):
            self.submit(self.small_body())

    def fork(self):
        return self.site.sql("SELECT epoch, size, encode(root, 'hex'), coalesce(o.name, ''), head_size FROM lantik.ledger_fork"
                             " LEFT JOIN lantik.office o USING (office_no)")

    def nothing_goes_on(self):
        """Busy to everybody, from every daemon, and nothing is recorded."""
        size = self.size()
        body = self.small_body()
        signing = self.office.signing
        reply = self.ask("SUBMIT", body, signing_key_id=signing.verifier.key_id, signature=signing.sign_submission(body))
        self.assertEqual(self.busy_reason(reply), evidence.FORK)
        self.assertEqual(self.size(), size)
        self.site.daemon.stop()
        self.site.daemon.start()
        self.wait_fork()

    def prove_fork(self, note, size):
        other = harness.WireOffice(self.site, "another")
        daemon, endpoint = self.site.second_daemon()
        daemon.start()
        self.addCleanup(daemon.stop)
        harness.wait_until(lambda: self.ask("PING", endpoint=endpoint).message == "PONG", 10, "the second daemon is up")
        head = self.size()
        reply = self.ask("PING", checkpoint=note)
        self.assertEqual(self.busy_reason(reply), evidence.FORK)
        self.wait_fork(endpoint=endpoint)
        self.wait_fork(office=other)
        root = self.checkpoint(note).root.hex()
        self.assertEqual(self.fork(), [("1", str(size), root, self.office.name, str(head))])
        self.assertEqual(self.site.value("SELECT note FROM lantik.ledger_fork").encode(), note.rstrip(b"\n") + b"\n")
        self.assertIn("ledger recover", self.site.daemon.text())
        self.nothing_goes_on()

    def test_a_checkpoint_beyond_the_head(self):
        size = self.size() + 20
        self.prove_fork(self.sign(size, bytes(range(32))), size)

    def test_another_root_at_a_size_that_was(self):
        self.prove_fork(self.sign(3, bytes(range(32))), 3)

    def copy(self, source, target):
        self.site.sql(f"CREATE DATABASE {target} TEMPLATE {source}", database="postgres")

    def restore_older(self):
        """What is there goes on for three leaves, and then the database is an older copy of itself."""
        self.site.daemon.stop()
        self.copy("lantik", "older")
        self.site.daemon.start()
        receipts = [self.submit(self.small_body()) for _ in range(3)]
        self.site.daemon.stop()
        self.site.sql("ALTER DATABASE lantik RENAME TO newer", database="postgres")
        self.site.sql("ALTER DATABASE older RENAME TO lantik", database="postgres")
        return receipts[-1]

    def test_the_daemon_remembers_what_it_signed(self):
        last = self.restore_older()
        self.site.daemon.start()
        self.wait_fork()
        [(epoch, size, root, office, _)] = self.fork()
        self.assertEqual((epoch, size, root, office), ("1", str(last.index + 1), last.checkpoint.root.hex(), ""))
        note = self.site.value("SELECT note FROM lantik.ledger_fork").encode()
        self.assertEqual(self.checkpoint(note).root, last.checkpoint.root, "its own proof verifies")
        self.nothing_goes_on()
        self.assertEqual(len(self.fork()), 1)

    def test_an_older_copy_is_found_by_the_next_ping(self):
        last = self.restore_older()
        for file in self.site.state.iterdir():
            file.unlink()  # the daemon remembers nothing: another host
        self.site.daemon.start()
        harness.wait_until(lambda: self.ask("PING").message == "PONG", 10, "the daemon is up")
        self.assertEqual(self.busy_reason(self.ask("PING", checkpoint=last.checkpoint_note)), evidence.FORK)
        self.assertEqual([row[3] for row in self.fork()], [self.office.name])
        self.nothing_goes_on()


if __name__ == "__main__":
    unittest.main(verbosity=2)
