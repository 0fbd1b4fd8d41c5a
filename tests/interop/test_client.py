# The Python client against a centre that is made of the vectors: what it sends, and what it does with each answer.
# SPDX-License-Identifier: Apache-2.0
import tempfile
import threading
import unittest
from pathlib import Path

import zmq
import zstandard

from common import values, vector
import lantik_connection
from lantik_batch import Contract, encode_batch, fill, manifest_of, read_csv
from lantik_client import Outbox
from lantik_connection import Busy, Client, NoAnswer, Refused, check_page, unpack
from lantik_note import Checkpoint, sign_note
from lantik_receipt import (DeedReceipt, SigningKey, Unverified, VerifierKey, outcomes_now, rehearsal_message, sha256,
                            submission_message)
from lantik_witness import Fork

CONTRACT = Contract()
OFFICE_KEY = SigningKey.parse(values()["office_secret_key"])
LOG_KEY = VerifierKey.parse(values()["log_verifier_key"])


class Centre:
    """A ROUTER that gives the next answer of its script to each request: (message, body), maybe with further fields of
    the envelope, or None for silence."""

    def __init__(self, script):
        self.script, self.requests = list(script), []
        self.public, self.secret = zmq.curve_keypair()
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.ROUTER)
        self.socket.linger = 0
        self.socket.curve_server = True
        self.socket.curve_secretkey, self.socket.curve_publickey = self.secret, self.public
        self.endpoint = f"tcp://127.0.0.1:{self.socket.bind_to_random_port('tcp://127.0.0.1')}"
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        while not self.stopping.is_set():
            if not self.socket.poll(20):
                continue
            route, *frames = self.socket.recv_multipart()
            envelope = CONTRACT.Envelope.FromString(frames[0])
            self.requests.append((envelope, frames[1]))
            answer = self.script.pop(0) if self.script else None
            if answer:
                reply = CONTRACT.Envelope(protocol_version=1, request_id=envelope.request_id,
                                          message=CONTRACT.number("Message", answer[0]), **dict(*answer[2:]))
                self.socket.send_multipart([route, reply.SerializeToString(), answer[1]])

    def close(self):
        self.stopping.set()
        self.thread.join()
        self.context.destroy(linger=0)


class Conversation(unittest.TestCase):
    body = vector("batch.bin")
    receipt = ("RECEIPT", vector("receipt.txt"))

    def setUp(self):
        lantik_connection.FIRST_WAIT = 0.01

    def open(self, *script, **options):
        centre = Centre(script)
        self.addCleanup(centre.close)
        options = {"signing_key": OFFICE_KEY, "log_key": LOG_KEY, "attempt_timeout": 0.5, **options}
        client = Client([centre.endpoint], centre.public, zmq.curve_keypair()[1], contract=CONTRACT, **options)
        self.addCleanup(client.close)
        return centre, client

    def test_receipt(self):
        centre, client = self.open(self.receipt, ("PONG", vector("checkpoint.txt")))
        receipt, text = client.submit_body(self.body)
        self.assertEqual((receipt.index, text), (6, vector("receipt.txt")))
        envelope, body = centre.requests[0]
        self.assertEqual(body, self.body)
        self.assertEqual((envelope.protocol_version, envelope.message, len(envelope.request_id)), (1, 1, 16))
        self.assertEqual(envelope.signing_key_id, OFFICE_KEY.verifier.key_id)
        self.assertTrue(OFFICE_KEY.verifier.verifies(submission_message(body), envelope.signature))
        self.assertEqual(envelope.checkpoint, b"")
        client.ping()
        self.assertEqual(centre.requests[1][0].checkpoint, vector("checkpoint.txt"))

    def test_silence_and_busy_are_resent_with_the_same_bytes(self):
        busy = CONTRACT.Busy(retry_after_ms=10, credit=1, reason=2).SerializeToString()
        refusal = CONTRACT.Refusal(code=8, passing=True, detail="later").SerializeToString()
        centre, client = self.open(None, ("BUSY", busy), ("REFUSAL", refusal), ("REFUSAL", b"\xff"), self.receipt)
        client.submit_body(self.body)
        self.assertEqual({body for _, body in centre.requests}, {self.body})
        self.assertEqual(len({envelope.signature for envelope, _ in centre.requests}), 1)
        self.assertEqual(len({envelope.request_id for envelope, _ in centre.requests}), 5)

    def test_permanent_refusals_end_it(self):
        for number in range(1, 8):
            centre, client = self.open(("REFUSAL", vector(f"refusal-{number}.bin")))
            with self.assertRaises(Refused) as caught:
                client.submit_body(self.body)
            self.assertFalse(caught.exception.passing)
            self.assertEqual(len(centre.requests), 1)

    def test_deadline(self):
        _, client = self.open(("BUSY", vector("busy-1.bin")))
        with self.assertRaises(Busy) as caught:
            client.submit_body(self.body, deadline=0)
        self.assertEqual((caught.exception.retry_after, caught.exception.credit), (1.5, 4))
        _, client = self.open()
        with self.assertRaises(NoAnswer):
            client.submit_body(self.body, deadline=0)

    def test_a_receipt_of_other_bytes_is_not_believed(self):
        manifest = manifest_of(CONTRACT, self.body)
        other = encode_batch(CONTRACT, manifest, [CONTRACT.AppointmentRecord(nik="9971010101900001")])
        _, client = self.open(self.receipt)
        with self.assertRaises(Unverified):
            client.submit_body(other)

    def test_the_receipt_of_the_same_records_under_another_id_is_believed(self):
        batch = CONTRACT.AppointmentBatch.FromString(self.body)
        batch.manifest.batch_id = bytes(16)
        again = encode_batch(CONTRACT, batch.manifest, list(batch.records))
        _, client = self.open(self.receipt)
        receipt, _ = client.submit_body(again)
        self.assertTrue(receipt.is_earlier(manifest_of(CONTRACT, again).batch_id))

    def test_a_forged_receipt_is_not_believed(self):
        _, client = self.open(self.receipt, log_key=VerifierKey.of(LOG_KEY.name, OFFICE_KEY.verifier.public))
        with self.assertRaises(Unverified):
            client.submit_body(self.body)

    def test_a_rehearsal_is_signed_as_one_and_is_no_receipt(self):
        rehearsal = ("REHEARSAL", vector("rehearsal.txt"))
        centre, client = self.open(rehearsal, rehearsal, self.receipt, ("REHEARSAL", vector("receipt.txt")))
        verdict = client.rehearse_body(self.body)
        self.assertEqual((verdict.accepted, verdict.returned, verdict.review), (1, 1, 1))
        envelope, body = centre.requests[0]
        self.assertEqual((body, envelope.message), (self.body, CONTRACT.number("Message", "REHEARSE")))
        self.assertTrue(OFFICE_KEY.verifier.verifies(rehearsal_message(body), envelope.signature))
        self.assertFalse(OFFICE_KEY.verifier.verifies(submission_message(body), envelope.signature))
        other = encode_batch(CONTRACT, CONTRACT.Manifest(), [CONTRACT.AppointmentRecord(nik="x")])
        with self.assertRaises(Unverified):  # about another batch
            client.rehearse_body(other)
        with self.assertRaises(NoAnswer):  # a receipt does not answer it
            client.rehearse_body(self.body, deadline=0)
        with self.assertRaises(Unverified):
            client.rehearse_body(self.body, deadline=0)

    def test_a_rehearsal_does_not_answer_a_submission(self):
        _, client = self.open(("REHEARSAL", vector("rehearsal.txt")), ("RECEIPT", vector("rehearsal.txt")))
        with self.assertRaises(NoAnswer):
            client.submit_body(self.body, deadline=0)
        with self.assertRaises(Unverified):
            client.submit_body(self.body, deadline=0)

    batch_id = manifest_of(CONTRACT, body).batch_id

    def test_status(self):
        centre, client = self.open(("STATUS_ANSWER", vector("status-answer-committed.bin")))
        self.assertEqual(client.status(self.batch_id, decisions_from=7).receipt, vector("receipt.txt"))
        request = CONTRACT.StatusRequest.FromString(centre.requests[0][1])
        self.assertEqual((request.batch_id, request.decisions_from), (self.batch_id, 7))

    def answer(self, **fields):
        return ("STATUS_ANSWER", CONTRACT.StatusAnswer(
            **{"state": 3, "leaf_index": 6, "receipt": vector("receipt.txt"), **fields}).SerializeToString())

    def test_decisions_are_fetched_and_proved(self):
        first, second = vector("decision-receipt.txt"), vector("decision-replay-receipt.txt")
        centre, client = self.open(self.answer(more=True), self.answer(receipt=b"", decisions=[first], more=True),
                                   self.answer(receipt=b"", decisions=[second]))
        answer, receipt, decisions = client.standing(self.batch_id)
        asked = [CONTRACT.StatusRequest.FromString(body).decisions_from for _, body in centre.requests]
        self.assertEqual((asked, answer.more), ([0, 7, 8], False))
        self.assertEqual([decision.statement.act for decision in decisions], ["accept", "replay"])
        self.assertEqual(outcomes_now(receipt, decisions), ["accepted", "returned", "accepted"])
        self.assertEqual(client.checkpoint, b"", "none of these answers showed the newest")

    def test_decisions_that_do_not_belong_are_not_believed(self):
        first, second = vector("decision-receipt.txt"), vector("decision-replay-receipt.txt")
        for wrong in (self.answer(decisions=[vector("receipt.txt")]), self.answer(decisions=[second, first]),
                      self.answer(decisions=[first, first]), self.answer(receipt=b"", decisions=[first]),
                      self.answer(receipt=vector("receipt-refused.txt"), decisions=[first]),
                      self.answer(receipt=first), self.answer(decisions=[first.replace(b"Sekar", b"Tekar")])):
            _, client = self.open(wrong)
            with self.assertRaises(Unverified):
                client.standing(self.batch_id)
        _, client = self.open(self.answer(more=True), self.answer(receipt=b"", more=True))
        with self.assertRaises(Unverified):
            client.standing(self.batch_id)

    def test_reconciliation_goes_through_all_pages(self):
        entry = CONTRACT.ReconcileAnswer.FromString(vector("reconcile-answer.bin")).entries[0]
        pages = [CONTRACT.ReconcileAnswer(next_leaf=9), CONTRACT.ReconcileAnswer(ledger_size=10)]
        pages[0].entries.add().CopyFrom(entry)
        pages[1].entries.add().CopyFrom(entry)
        pages[1].entries[0].leaf_index = 9
        centre, client = self.open(*(("RECONCILE_ANSWER", page.SerializeToString()) for page in pages))
        self.assertEqual([entry.leaf_index for entry in client.reconcile(limit=1)], [6, 9])
        asked = [CONTRACT.ReconcileRequest.FromString(body) for _, body in centre.requests]
        self.assertEqual([(request.from_leaf, request.limit) for request in asked], [(0, 1), (9, 1)])

    def test_reference(self):
        text = vector("rulebook.txt")
        same = ("REFERENCE_ANSWER", vector("reference-answer-same.bin"))
        centre, client = self.open(("REFERENCE_ANSWER", vector("reference-answer.bin")), same, same)
        self.assertEqual(client.reference(), text)
        self.assertEqual(centre.requests[0][1], b"")
        self.assertEqual((client.reference(held=text), client.rulebook_sha256), (text, sha256(text)))
        self.assertEqual(centre.requests[1][1], vector("reference-request.bin"))
        with self.assertRaises(Unverified):  # "you have it already", to an office that holds nothing
            client.reference()

    def test_a_rulebook_of_another_digest_is_not_believed(self):
        answer = CONTRACT.ReferenceAnswer.FromString(vector("reference-answer.bin"))
        answer.sha256 = bytes(32)
        _, client = self.open(("REFERENCE_ANSWER", answer.SerializeToString()))
        with self.assertRaises(Unverified):
            client.reference()

    def test_wrong_server_key(self):
        centre = Centre([])
        self.addCleanup(centre.close)
        client = Client([centre.endpoint], zmq.curve_keypair()[0], zmq.curve_keypair()[1], contract=CONTRACT,
                        attempt_timeout=0.5)
        self.addCleanup(client.close)
        with self.assertRaises(NoAnswer):
            client.request("PING")
        self.assertEqual(centre.requests, [])


class Witnessing(unittest.TestCase):
    """The log of the vectors of deeds: an office that saw 6 leaves of it, and centres that go on, go back, or lie."""

    open = Conversation.open
    recovery = VerifierKey.parse(values()["recovery_verifier_key"])
    next_key, log_key = (SigningKey.parse(values()[f"{name}_secret_key"]) for name in ("next_log", "log"))
    added, retired, recovered = (vector(f"deed-{kind}-receipt.txt") for kind in (
        "receipt-key-add", "receipt-key-retire", "recover"))
    six = DeedReceipt.parse(added).checkpoint_note
    eight = CONTRACT.Envelope.FromString(vector("envelope-witnessed.bin"))

    def setUp(self):
        lantik_connection.FIRST_WAIT = 0.01

    def office(self, *script, checkpoint=six, recovery=recovery, deeds=(added,)):
        return self.open(*script, checkpoint=checkpoint, recovery_key=recovery, deeds=deeds)

    def pong(self, note, proof=(), deeds=()):
        return "PONG", note, {"consistency": list(proof), "deeds": list(deeds)}.items()

    def good(self):
        return self.pong(self.eight.checkpoint, self.eight.consistency, self.eight.deeds)

    def test_an_answer_that_continues_is_kept(self):
        centre, client = self.office(self.good(), self.pong(self.eight.checkpoint))
        self.assertEqual(client.ping(), self.eight.checkpoint)
        self.assertEqual((centre.requests[0][0].checkpoint, client.checkpoint), (self.six, self.eight.checkpoint))
        self.assertEqual(client.witness.deeds, [self.added, self.retired])
        client.ping()
        self.assertEqual(centre.requests[1][0].checkpoint, self.eight.checkpoint)

    def test_the_first_checkpoint_is_taken_as_it_is(self):
        _, client = self.office(self.pong(self.six), checkpoint=b"")
        client.ping()
        self.assertEqual(client.checkpoint, self.six)

    def forged(self, size, root, key=None):
        return sign_note(Checkpoint(LOG_KEY.name, size, root).text(), key or self.next_key)

    def test_a_fork_is_noticed_and_kept(self):
        proof = list(self.eight.consistency)
        root = Checkpoint.verify(self.eight.checkpoint, self.next_key.verifier).root
        for wrong in (self.pong(self.forged(8, bytes(32)), proof), self.pong(self.forged(9, root), proof),
                      self.pong(self.eight.checkpoint, [], self.eight.deeds),
                      self.pong(self.eight.checkpoint, [*proof, bytes(32)], self.eight.deeds),
                      self.pong(self.eight.checkpoint, [bytes(32), *proof[1:]], self.eight.deeds),
                      self.pong(self.forged(6, bytes(32))), self.pong(self.forged(5, bytes(32), self.log_key), proof)):
            _, client = self.office(wrong)
            with self.assertRaises(Fork) as caught:
                client.ping()
            self.assertEqual((caught.exception.held, caught.exception.shown), (self.six, wrong[1]))
            self.assertEqual(client.checkpoint, self.six)

    def test_what_no_trusted_key_signed_or_nobody_showed_is_no_answer(self):
        stranger = SigningKey.of(LOG_KEY.name, bytes(32))
        for wrong in (self.pong(b""), self.pong(self.forged(8, bytes(32), stranger)), self.pong(vector("checkpoint-epoch-2.txt"))):
            _, client = self.office(wrong)
            with self.assertRaises(Unverified) as caught:
                client.ping()
            self.assertNotIsInstance(caught.exception, Fork)

    def test_a_recovery_ends_what_was_lost(self):
        lost, second = vector("checkpoint-lost.txt"), vector("checkpoint-epoch-2.txt")
        _, client = self.office(self.pong(second, deeds=[self.recovered]), checkpoint=lost, deeds=(self.added, self.retired))
        client.ping()
        self.assertEqual((client.checkpoint, client.trust.epoch), (second, 2))
        _, client = self.office(self.pong(second), checkpoint=lost, deeds=(self.added, self.retired))
        with self.assertRaises(Unverified):  # without the deed nobody says so
            client.ping()

    def test_a_deed_waits_for_the_recovery_key(self):
        _, client = self.office(self.pong(self.six, deeds=[self.added]), checkpoint=b"", recovery=None, deeds=())
        client.ping()
        self.assertEqual((client.checkpoint, client.witness.deeds), (b"", []), "it is told again")

    def test_deeds_that_are_not_proved_are_not_taken(self):
        for wrong in (vector("deed-scope-receipt.txt")[:-1], self.retired.replace(b"compromised-from 6", b"compromised-from 0"),
                      vector("receipt.txt")):
            _, client = self.office(self.pong(self.six, deeds=[wrong]))
            with self.assertRaises(Unverified):
                client.ping()
            self.assertEqual(client.witness.deeds, [self.added])

    def test_more_deeds_are_asked_for_from_the_last_one(self):
        first = [vector(f"deed-{kind}-receipt.txt") for kind in ("office-add", "key-add", "key-revoke", "office-revoke")]
        centre, client = self.office(self.pong(self.eight.checkpoint, self.eight.consistency, first),
                                     self.pong(self.eight.checkpoint, deeds=[self.retired]))
        client.ping()
        asked = [envelope.checkpoint for envelope, _ in centre.requests]
        self.assertEqual(asked, [self.six, DeedReceipt.parse(first[3]).checkpoint_note])
        self.assertEqual((client.checkpoint, client.trust.keys[0].compromised_from), (self.eight.checkpoint, 6))

    def test_the_program_keeps_both_sides_of_a_fork(self):
        with tempfile.TemporaryDirectory() as directory:
            kept = Outbox(directory).accuse(Fork("why", self.six, self.eight.checkpoint, [bytes(32)]))
            self.assertEqual(kept.with_suffix(".held").read_bytes(), self.six)
            self.assertEqual(kept.with_suffix(".shown").read_bytes(), self.eight.checkpoint)


class Frames(unittest.TestCase):
    """What is packed in a zstd frame: the size that was said, and nothing else."""

    text = b"lantik-rulebook 1\n" + b"x" * 100_000

    def test_both_libraries_frames_are_read(self):
        for level in (1, 3, 19):
            self.assertEqual(unpack(zstandard.ZstdCompressor(level=level).compress(self.text), len(self.text)), self.text)
        unsized = zstandard.ZstdCompressor(write_content_size=False).compress(self.text)
        self.assertEqual(unpack(unsized, len(self.text)), self.text)

    def test_hostile_frames_are_refused(self):
        good, size = zstandard.ZstdCompressor().compress(self.text), len(self.text)
        bomb = zstandard.ZstdCompressor(level=19).compress(bytes(1 << 26))
        streamed = zstandard.ZstdCompressor(
            compression_params=zstandard.ZstdCompressionParameters(window_log=27)).compressobj()
        wide = streamed.compress(bytes(1 << 20)) + streamed.flush()
        for frame, said in ((good, size - 1), (good, size + 1), (good, 0), (good, (32 << 20) + 1), (good[:-5], size),
                            (b"no frame", 8), (bomb, size), (wide, 1 << 20), (b"", 1)):
            with self.subTest(said), self.assertRaises(Unverified):
                unpack(frame, said)


class Pages(unittest.TestCase):
    """Answers to RECONCILE that contradict the contract."""

    def setUp(self):
        self.page = CONTRACT.ReconcileAnswer.FromString(vector("reconcile-answer.bin"))

    def refused(self, **options):
        with self.assertRaises(Unverified):
            check_page(self.page, **{"from_leaf": 1, "limit": 2, **options})

    def test_the_vector_is_one(self):
        check_page(self.page, 1, 2)
        self.refused(from_leaf=7)
        self.refused(limit=1)

    def test_contradictions(self):
        batch, decision = 0, 1
        for at, name, value in ((batch, "leaf_index", 7), (batch, "batch_id", b""), (batch, "manifest_sha256", bytes(31)),
                                (batch, "state", 1), (batch, "decision_id", bytes(16)), (decision, "decision_id", b""),
                                (decision, "decision_id", bytes(15)), (decision, "state", 3),
                                (decision, "manifest_sha256", bytes(32)), (decision, "leaf_index", 2**63)):
            with self.subTest(name=name):
                self.setUp()
                setattr(self.page.entries[at], name, value)
                self.refused()
        self.setUp()
        self.page.next_leaf = 7
        self.refused()

    def test_records(self):
        record = self.page.entries[1].records.add(record_no=3, outcome=1)
        self.refused()
        record.record_no = 4
        check_page(self.page, 1, 2)
        record.outcome = 5
        self.refused()
        record.outcome, record.record_no = 4, 10_001
        self.refused()
        self.page.entries[0].records.add(record_no=1, outcome=1)
        self.refused()


class Files(unittest.TestCase):
    def write(self, text):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        path = Path(directory.name) / "batch.csv"
        path.write_bytes(text)
        return path

    def test_cells(self):
        path = self.write(b"\xef\xbb\xbfnik;nama;tgl_lahir;upah;signing_mode;orang_id;tahun_lulus;signed_at\r\n"
                          b"9971010101900001;\"Budi; Contoh\";31-12-1990;Rp 4.482.914,50;in person;"
                          b"00112233445566778899AABBCCDDEEFF;2014;2025-10-27T09:00:00\r\n"
                          b"x;y;31-02-1990;much;by post;nothing;MMXIV;yesterday\r\n"
                          b"x;y;0001-01-01;;;;;\r\n")
        good, bad, empty = read_csv(CONTRACT, path)
        self.assertEqual((good.nama, good.tgl_lahir, good.upah, good.signing_mode, good.tahun_lulus),
                         ("Budi; Contoh", 19901231, 448291450, 1, 2014))
        self.assertEqual(good.orang_id.hex(), "00112233445566778899aabbccddeeff")
        self.assertEqual(good.signed_at, 1761530400000000)
        self.assertEqual((bad.tgl_lahir, bad.upah, bad.signing_mode, bad.tahun_lulus, bad.signed_at, bad.orang_id),
                         (-1, -1, 15, -1, -1, b"nothing"))
        self.assertEqual((empty.tgl_lahir, empty.upah, empty.orang_id), (0, 0, b""))

    def test_documents(self):
        digest = "5f" * 32
        path = self.write(f"nik,dokumen\na,12 peg/1.pdf {digest}|3 peg/2.pdf -|4 peg/3.pdf\nb,\nc,-\n"
                          f"d,twelve peg/1.pdf|12|12 peg/1.pdf 5f\ne,{'|'.join(['1 a'] * 17)}\n".encode())
        good, empty, dash, bad, many = read_csv(CONTRACT, path)
        self.assertEqual([(d.type, d.object, d.sha256.hex()) for d in good.dokumen],
                         [(12, "peg/1.pdf", digest), (3, "peg/2.pdf", ""), (4, "peg/3.pdf", "")])
        self.assertEqual((len(empty.dokumen), len(dash.dokumen)), (0, 0))
        self.assertEqual([d.type for d in bad.dokumen], [-1, -1, -1])
        self.assertEqual([d.type for d in many.dokumen], [-1])

    def test_unknown_columns_are_an_error(self):
        with self.assertRaises(KeyError):
            read_csv(CONTRACT, self.write(b"nik,colour\n1,red\n"))

    def test_the_outbox_knows_the_file_again(self):
        with tempfile.TemporaryDirectory() as directory:
            outbox = Outbox(directory)
            outbox.write("0.batch", vector("batch.bin"))
            self.assertEqual(outbox.find(CONTRACT, manifest_of(CONTRACT, vector("batch.bin"))).name, "0.batch")
            self.assertIsNone(outbox.find(CONTRACT, fill(CONTRACT.Manifest(), {"step": "SK"})))
            other_kind = manifest_of(CONTRACT, vector("batch.bin"))
            other_kind.kind = 2
            self.assertIsNone(outbox.find(CONTRACT, other_kind))
            self.assertEqual(len(outbox.unanswered()), 1)
            outbox.write("0.receipt", b"")
            self.assertEqual(outbox.unanswered(), [])


if __name__ == "__main__":
    unittest.main()
