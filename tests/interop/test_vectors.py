# The Python implementation against docs/vectors: no C takes part.
# SPDX-License-Identifier: Apache-2.0
import json
import unittest

from common import values, vector
from lantik_batch import Contract, encode_batch, manifest_of, root_of
from lantik_body import known_by
from lantik_connection import check_page, unpack
from lantik_note import verify_note
from lantik_receipt import (BatchLeaf, Decision, DecisionLeaf, Receipt, SigningKey, Unverified, Verdict,
                            VerifierKey, leaf_hash, outcomes_now, rehearsal_message, sha256, submission_message,
                            tree_root, verify_consistency, verify_inclusion)
from lantik_verdict import Statement, read_rehearsal

CONTRACT = Contract()


def plain(message):
    """A message as batch.json writes it: absent fields left out, bytes in hex."""
    found = {}
    for field, value in message.ListFields():
        if isinstance(value, bytes):
            value = value.hex()
        elif field.label == field.LABEL_REPEATED:
            value = [{"type": d.type, "object": d.object, "sha256": d.sha256.hex()} for d in value]
        found[field.name] = value
    return found


class Batch(unittest.TestCase):
    body = vector("batch.bin")

    def test_fields(self):
        batch = CONTRACT.AppointmentBatch.FromString(self.body)
        expected = json.loads(vector("batch.json"))
        self.assertEqual(plain(batch.manifest), expected["manifest"])
        self.assertEqual([plain(record) for record in batch.records], expected["records"])

    def test_parts(self):
        batch = CONTRACT.AppointmentBatch.FromString(self.body)
        self.assertEqual(CONTRACT.Manifest.FromString(vector("manifest.bin")), batch.manifest)
        self.assertEqual(CONTRACT.AppointmentRecord.FromString(vector("record.bin")), batch.records[0])

    def test_every_field_is_covered(self):
        batch = CONTRACT.AppointmentBatch.FromString(self.body)
        missing = set(batch.records[1].DESCRIPTOR.fields_by_name) - {f.name for f, _ in batch.records[1].ListFields()}
        self.assertEqual(missing, set())

    def test_digests(self):
        manifest = manifest_of(CONTRACT, self.body)
        length = len(CONTRACT.AppointmentBatch(manifest=manifest).SerializeToString())
        self.assertEqual(root_of(self.body[length:]).hex(), values()["records_root"])
        self.assertEqual(manifest.records_root.hex(), values()["records_root"])
        self.assertEqual(tuple(digest.hex() for digest in known_by(self.body)),
                         (values()["manifest_sha256"], values()["records_root"]))

    def test_other_bytes_are_known_by_nothing(self):
        """Whatever bit is turned: another manifest, or none that is about these records."""
        for at in range(len(self.body)):
            changed = bytearray(self.body)
            changed[at] ^= 1 << at % 8
            try:
                self.assertNotEqual(known_by(bytes(changed))[0].hex(), values()["manifest_sha256"], at)
            except Unverified:
                pass
        for wrong in (b"", b"\x0a\x00", self.body[:-1], self.body + b"\x12\x00", self.body + self.body):
            with self.assertRaises(Unverified):
                known_by(wrong)

    def test_same_bytes(self):
        """Both encoders write fields in ascending order, so this batch comes out the same."""
        batch = CONTRACT.AppointmentBatch.FromString(self.body)
        self.assertEqual(encode_batch(CONTRACT, batch.manifest, list(batch.records)), self.body)

    def test_signature(self):
        key = SigningKey.parse(values()["office_secret_key"])
        self.assertEqual(key.verifier.format(), values()["office_verifier_key"])
        self.assertEqual(submission_message(self.body).hex(), values()["signed_message"])
        self.assertEqual(key.sign_submission(self.body).hex(), values()["signature"])
        signature = bytes.fromhex(values()["signature"])
        self.assertTrue(key.verifier.verifies(submission_message(self.body), signature))
        other = bytearray(self.body)
        other[self.body.index(vector("manifest.bin"))] ^= 1
        self.assertFalse(key.verifier.verifies(submission_message(bytes(other)), signature))

    def test_a_rehearsal_is_signed_for_itself(self):
        key = SigningKey.parse(values()["office_secret_key"])
        self.assertEqual(rehearsal_message(self.body).hex(), values()["rehearsal_message"])
        self.assertEqual(key.sign(rehearsal_message(self.body)).hex(), values()["rehearsal_signature"])
        self.assertEqual(len(values()["rehearsal_message"]), len(values()["signed_message"]))
        signature = bytes.fromhex(values()["rehearsal_signature"])
        self.assertFalse(key.verifier.verifies(submission_message(self.body), signature))


class Messages(unittest.TestCase):
    def envelope(self, name):
        return CONTRACT.Envelope.FromString(vector(f"envelope-{name.lower().replace('_', '-')}.bin"))

    def test_envelopes(self):
        numbers = {"SUBMIT": 1, "STATUS": 2, "REFERENCE": 3, "PING": 4, "RECEIPT": 16, "REFUSAL": 17, "BUSY": 18,
                   "STATUS_ANSWER": 19, "REFERENCE_ANSWER": 20, "PONG": 21, "RECONCILE": 5, "REHEARSE": 6,
                   "RECONCILE_ANSWER": 22, "REHEARSAL": 23}
        for name, number in numbers.items():
            with self.subTest(name):
                envelope = self.envelope(name)
                self.assertEqual((envelope.protocol_version, envelope.message), (1, number))
                self.assertEqual(number, CONTRACT.number("Message", name))
                self.assertEqual(envelope.request_id, bytes([0x10 + number]) * 16)
                self.assertEqual(envelope.checkpoint, vector("checkpoint.txt") if number < 16 else b"")
                self.assertEqual(len(envelope.rulebook_sha256), 32)
                self.assertEqual(len(envelope.signature), 64 if name in ("SUBMIT", "REHEARSE") else 0)

    def test_signed_envelopes(self):
        for name, signature in (("SUBMIT", "signature"), ("REHEARSE", "rehearsal_signature")):
            envelope = self.envelope(name)
            self.assertEqual(envelope.signature.hex(), values()[signature])
            self.assertEqual(envelope.signing_key_id, VerifierKey.parse(values()["office_verifier_key"]).key_id)

    def test_refusals(self):
        names = ["MALFORMED", "TOO_LARGE", "VERSION", "NOT_ALLOWED", "BAD_SIGNATURE", "ID_REUSED", "BAD_DIGEST",
                 "INTERNAL"]
        for number, name in enumerate(names, 1):
            refusal = CONTRACT.Refusal.FromString(vector(f"refusal-{number}.bin"))
            self.assertEqual(CONTRACT.name("RefusalCode", refusal.code), name)
            self.assertEqual(refusal.passing, name == "INTERNAL")
            self.assertEqual(refusal.record_no, 2 if name == "MALFORMED" else 0)
            self.assertEqual(refusal.detail, "One sentence that says what and what to do.")

    def test_busy(self):
        for number in (1, 2, 3):
            busy = CONTRACT.Busy.FromString(vector(f"busy-{number}.bin"))
            self.assertEqual((busy.reason, busy.retry_after_ms, busy.credit), (number, 1500, 4))

    def test_status(self):
        request = CONTRACT.StatusRequest.FromString(vector("status-request.bin"))
        self.assertEqual(request.batch_id, manifest_of(CONTRACT, vector("batch.bin")).batch_id)
        self.assertEqual(CONTRACT.StatusAnswer.FromString(vector("status-answer-not-held.bin")).state, 1)
        answer = CONTRACT.StatusAnswer.FromString(vector("status-answer-committed.bin"))
        receipt = Receipt.parse(answer.receipt)
        self.assertEqual(answer.receipt, vector("receipt.txt"))
        self.assertEqual(answer.state, 3)
        self.assertEqual((answer.accepted, answer.returned, answer.review),
                         (receipt.verdict.accepted, receipt.verdict.returned, receipt.verdict.review))
        self.assertEqual((answer.recorded_at, answer.leaf_index), (receipt.leaf.recorded_at, receipt.leaf.leaf_index))


    def test_status_after_decisions(self):
        decisions = [vector("decision-receipt.txt"), vector("decision-replay-receipt.txt")]
        answer = CONTRACT.StatusAnswer.FromString(vector("status-answer-decided.bin"))
        self.assertEqual((answer.receipt, list(answer.decisions)), (vector("receipt.txt"), decisions))
        now = outcomes_now(Receipt.parse(answer.receipt), [Decision.parse(text) for text in decisions])
        self.assertEqual([answer.accepted, answer.returned, answer.review, answer.rejected],
                         [now.count(word) for word in ("accepted", "returned", "review", "rejected")])
        request = CONTRACT.StatusRequest.FromString(vector("status-request-from.bin"))
        answer = CONTRACT.StatusAnswer.FromString(vector("status-answer-from.bin"))
        self.assertEqual((answer.receipt, list(answer.decisions), answer.more), (b"", decisions[1:], True))
        self.assertEqual(request.decisions_from, Decision.parse(decisions[1]).index)

    def test_rehearsal(self):
        self.assertEqual(read_rehearsal(vector("rehearsal.txt")), Verdict.parse(vector("verdict.txt")))
        for wrong in (vector("receipt.txt"), vector("verdict.txt"), b"\n" + vector("rehearsal.txt"),
                      vector("rehearsal.txt").replace(b"nothing", b"something", 1), vector("rehearsal.txt")[:-4]):
            with self.assertRaises(Unverified):
                read_rehearsal(wrong)
        for kind in (Receipt, Decision):
            with self.assertRaises(Unverified):
                kind.parse(vector("rehearsal.txt"))

    def test_reference(self):
        text = vector("rulebook.txt")
        self.assertEqual(CONTRACT.ReferenceRequest.FromString(vector("reference-request.bin")).have_sha256, sha256(text))
        answer = CONTRACT.ReferenceAnswer.FromString(vector("reference-answer.bin"))
        self.assertEqual((unpack(answer.text_zstd, answer.text_size), answer.sha256), (text, sha256(text)))
        answer = CONTRACT.ReferenceAnswer.FromString(vector("reference-answer-same.bin"))
        self.assertEqual((answer.text_zstd, answer.text_size, answer.sha256), (b"", 0, sha256(text)))

    def test_reconcile(self):
        request = CONTRACT.ReconcileRequest.FromString(vector("reconcile-request.bin"))
        page = CONTRACT.ReconcileAnswer.FromString(vector("reconcile-answer.bin"))
        check_page(page, request.from_leaf, request.limit)
        batch, decision = page.entries
        receipt, decided = Receipt.parse(vector("receipt.txt")), Decision.parse(vector("decision-receipt.txt"))
        self.assertEqual((batch.leaf_index, batch.batch_id, batch.manifest_sha256, batch.recorded_at),
                         (receipt.index, receipt.leaf.batch_id, receipt.leaf.manifest_sha256, receipt.leaf.recorded_at))
        self.assertEqual((decision.leaf_index, decision.batch_id, decision.decision_id, decision.recorded_at),
                         (decided.index, receipt.leaf.batch_id, decided.leaf.decision_id, decided.leaf.recorded_at))
        self.assertEqual([(r.record_no, r.outcome) for r in decision.records], [(3, 1)])
        self.assertEqual((page.next_leaf, page.ledger_size), (8, 9))


class Proofs(unittest.TestCase):
    def setUp(self):
        self.lines = [line.split() for line in vector("proofs.txt").decode().splitlines()]
        self.roots = {int(line[1]): bytes.fromhex(line[2]) for line in self.lines if line[0] == "root"}

    def test_roots(self):
        for size, root in self.roots.items():
            self.assertEqual(tree_root([leaf_hash(bytes([i])) for i in range(size)]), root)

    def each(self, kind, check):
        """Every proof holds, and none does with a bit flipped, a hash missing or a hash too many."""
        lines = [line for line in self.lines if line[0] == kind]
        self.assertGreater(len(lines), 40)
        for _, a, b, *hashes in lines:
            proof = [bytes.fromhex(h) for h in hashes]
            check(int(a), int(b), proof)
            spoiled = [proof + [bytes(32)]] + [proof[:i] + proof[i + 1:] for i in range(len(proof))]
            spoiled += [proof[:i] + [bytes([h[0] ^ 1]) + h[1:]] + proof[i + 1:] for i, h in enumerate(proof)]
            for wrong in spoiled:
                with self.assertRaises(Unverified):
                    check(int(a), int(b), wrong)

    def test_inclusion(self):
        self.each("inclusion", lambda index, size, proof: verify_inclusion(
            index, size, leaf_hash(bytes([index])), proof, self.roots[size]))

    def test_consistency(self):
        self.each("consistency", lambda old, new, proof: verify_consistency(
            old, new, self.roots[old], self.roots[new], proof))

    def test_wrong_roots(self):
        for _, old, new, *hashes in (line for line in self.lines if line[0] == "consistency"):
            proof = [bytes.fromhex(h) for h in hashes]
            for roots in ((bytes(32), self.roots[int(new)]), (self.roots[int(old)], bytes(32))):
                if old == "0" and roots[0] == self.roots[0] and new != "0":
                    continue  # the empty tree is consistent with every tree
                with self.assertRaises(Unverified):
                    verify_consistency(int(old), int(new), *roots, proof)


class Receipts(unittest.TestCase):
    log_key = VerifierKey.parse(values()["log_verifier_key"])
    office_key = VerifierKey.parse(values()["office_verifier_key"])

    def test_example_of_the_specification(self):
        """The key and the note that C2SP prints."""
        key = VerifierKey.parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
        signature = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
        note = f"This is an example message.\n\n\u2014 example.com/foo {signature}\n".encode()
        self.assertEqual(verify_note(note, key), b"This is an example message.\n")
        with self.assertRaises(Unverified):
            verify_note(note.replace(b"an example", b"another"), key)

    def test_receipt(self):
        receipt = Receipt.parse(vector("receipt.txt"))
        receipt.verify(self.log_key)
        receipt.verify_submission(vector("batch.bin"), self.office_key)
        receipt.verify_signature(bytes.fromhex(values()["signature"]))
        self.assertEqual((receipt.index, len(receipt.proof), receipt.checkpoint.size), (6, 2, 7))
        self.assertEqual(receipt.leaf_bytes, vector("leaf.bin"))
        self.assertEqual(receipt.verdict_text, vector("verdict.txt"))
        self.assertEqual(receipt.checkpoint_note, vector("checkpoint.txt"))
        self.assertEqual(BatchLeaf.parse(vector("leaf.bin")), receipt.leaf)
        self.assertFalse(receipt.is_earlier(manifest_of(CONTRACT, vector("batch.bin")).batch_id))

    def test_verdict(self):
        verdict = Verdict.parse(vector("verdict.txt"))
        self.assertEqual((verdict.office, verdict.agency, verdict.kind, verdict.step, verdict.outcome),
                         ("vectors-99", "9971", "PPPK_PW", "NI", "committed"))
        self.assertEqual((verdict.record_count, verdict.accepted, verdict.returned, verdict.review), (3, 1, 1, 1))
        self.assertEqual([verdict.outcome_of(n) for n in (1, 2, 3)], ["accepted", "returned", "review"])
        self.assertEqual(verdict.records[0].findings[0][1], "nik")
        self.assertEqual(verdict.not_checked, ("B04.kanreg", "B05"))

    def test_refused(self):
        receipt = Receipt.parse(vector("receipt-refused.txt"))
        receipt.verify(self.log_key)
        self.assertEqual((receipt.index, receipt.proof, receipt.verdict.outcome), (0, [], "refused"))
        self.assertEqual((receipt.leaf.rows, receipt.leaf.rows_root), (0, sha256()))
        self.assertEqual(receipt.verdict.findings, (("B02.row_count", "", "F"),))

    def test_other_keys(self):
        receipt = Receipt.parse(vector("receipt.txt"))
        stranger = VerifierKey.of(self.log_key.name, self.office_key.public)
        for key in (self.office_key, stranger):
            with self.assertRaises(Unverified):
                receipt.verify(key)

    def test_a_signature_of_another_key_is_ignored(self):
        text = vector("receipt.txt")
        line = "\u2014 witness.example AAAAAAAA\n".encode()
        at = text.index("\u2014".encode())
        Receipt.parse(text[:at] + line + text[at:]).verify(self.log_key)

    def test_other_bytes(self):
        receipt = Receipt.parse(vector("receipt.txt"))
        with self.assertRaises(Unverified):
            receipt.verify_submission(vector("batch.bin") + b"\x12\x00", self.office_key)
        with self.assertRaises(Unverified):
            receipt.verify_submission(vector("batch.bin"), self.log_key)

    def test_every_byte_counts(self):
        """No other text of the same length passes: each byte is changed once."""
        text = vector("receipt.txt")
        for i in range(len(text)):
            with self.subTest(i), self.assertRaises((Unverified, ValueError)):
                Receipt.parse(text[:i] + bytes([text[i] ^ 1]) + text[i + 1:]).verify(self.log_key)

    def test_every_prefix_fails(self):
        text = vector("receipt.txt")
        for i in range(len(text)):
            with self.subTest(i), self.assertRaises(Unverified):
                Receipt.parse(text[:i]).verify(self.log_key)


class Decisions(unittest.TestCase):
    log_key = Receipts.log_key

    def setUp(self):
        self.receipt = Receipt.parse(vector("receipt.txt"))
        self.receipt.verify(self.log_key)

    def proved(self, name):
        decision = Decision.parse(vector(f"{name}-receipt.txt"))
        decision.verify(self.log_key)
        decision.verify_belongs(self.receipt)
        self.assertEqual(decision.leaf_bytes, vector(f"{name}-leaf.bin"))
        self.assertEqual(decision.text, vector(f"{name}-statement.txt"))
        self.assertEqual(DecisionLeaf.parse(vector(f"{name}-leaf.bin")), decision.leaf)
        return decision

    def test_acceptance(self):
        statement = self.proved("decision").statement
        self.assertEqual((statement.act, statement.official, statement.position, statement.accepted),
                         ("accept", "Sekar Contoh", "Kepala Bidang Mutasi", 1))
        self.assertEqual(statement.records[0].findings, (("N08.other_kind", "nik", "R"),))

    def test_replay(self):
        statement = self.proved("decision-replay").statement
        self.assertEqual((statement.official, statement.position), ("Ni Luh Nur\u2019aini Conto\u00e9", ""))
        self.assertTrue(statement.reason.endswith("\U0001f600 "))  # nothing is trimmed
        self.assertEqual((statement.returned, statement.rejected), (1, 0))

    def test_one_kind_of_receipt_is_never_taken_for_the_other(self):
        for kind, name in ((Receipt, "decision-receipt.txt"), (Decision, "receipt.txt")):
            with self.assertRaises(Unverified):
                kind.parse(vector(name))

    def test_the_batch_must_be_the_one(self):
        decision = Decision.parse(vector("decision-receipt.txt"))
        decision.verify(self.log_key)
        with self.assertRaises(Unverified):
            decision.verify_belongs(Receipt.parse(vector("receipt.txt")))  # not verified
        refused = Receipt.parse(vector("receipt-refused.txt"))
        refused.verify(self.log_key)
        with self.assertRaises(Unverified):
            decision.verify_belongs(refused)

    def test_every_byte_counts(self):
        for name in ("decision-receipt.txt", "decision-replay-receipt.txt"):
            text = vector(name)
            for i in range(len(text)):
                with self.subTest(name=name, at=i), self.assertRaises((Unverified, ValueError)):
                    Decision.parse(text[:i] + bytes([text[i] ^ 1]) + text[i + 1:]).verify(self.log_key)

    def test_every_prefix_fails(self):
        text = vector("decision-receipt.txt")
        for i in range(len(text)):
            with self.subTest(i), self.assertRaises(Unverified):
                Decision.parse(text[:i]).verify(self.log_key)

    def test_statements_that_contradict_themselves(self):
        text = vector("decision-replay-statement.txt")
        Statement.parse(text)
        for was, instead in ((b"returned 1", b"returned 2"), (b"accepted 0", b"accepted 1"), (b"act replay", b"act accept"),
                             (b"record 2 returned", b"record 2 rejected"), (b"record 2", b"record 10001"),
                             (b"position -", b"position "), (b"reason N", b"reason \x85".decode("latin-1").encode()),
                             (b"official N", "official \u2028".encode()), (b"official N", b"official \xff")):
            self.assertIn(was, text)
            with self.subTest(instead), self.assertRaises(Unverified):
                Statement.parse(text.replace(was, instead, 1))


if __name__ == "__main__":
    unittest.main()
