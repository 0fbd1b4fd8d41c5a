# The Python client against a centre that is made of the vectors: what it sends, and what it does with each answer.
# SPDX-License-Identifier: Apache-2.0
import tempfile
import threading
import unittest
from pathlib import Path

import zmq

from common import values, vector
import lantik_client
from lantik_batch import Contract, encode_batch, fill, manifest_of, read_csv
from lantik_client import Busy, Client, NoAnswer, Outbox, Refused
from lantik_receipt import SigningKey, Unverified, VerifierKey, submission_message

CONTRACT = Contract()
OFFICE_KEY = SigningKey.parse(values()["office_secret_key"])
LOG_KEY = VerifierKey.parse(values()["log_verifier_key"])


class Centre:
    """A ROUTER that gives the next answer of its script to each request: (message, body), or None for silence."""

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
                                          message=CONTRACT.number("Message", answer[0]))
                self.socket.send_multipart([route, reply.SerializeToString(), answer[1]])

    def close(self):
        self.stopping.set()
        self.thread.join()
        self.context.destroy(linger=0)


class Conversation(unittest.TestCase):
    body = vector("batch.bin")
    receipt = ("RECEIPT", vector("receipt.txt"))

    def setUp(self):
        lantik_client.FIRST_WAIT = 0.01

    def open(self, *script, **options):
        centre = Centre(script)
        self.addCleanup(centre.close)
        options = {"signing_key": OFFICE_KEY, "log_key": LOG_KEY, "attempt_timeout": 0.5, **options}
        client = Client([centre.endpoint], centre.public, zmq.curve_keypair()[1], contract=CONTRACT, **options)
        self.addCleanup(client.close)
        return centre, client

    def test_receipt(self):
        centre, client = self.open(self.receipt, ("PONG", b""))
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

    def test_status_and_reference(self):
        _, client = self.open(("STATUS_ANSWER", vector("status-answer-committed.bin")),
                              ("REFERENCE_ANSWER", b"lantik-rulebook 1\n"))
        self.assertEqual(client.status(bytes(16)).receipt, vector("receipt.txt"))
        self.assertEqual(client.reference(), b"lantik-rulebook 1\n")

    def test_wrong_server_key(self):
        centre = Centre([])
        self.addCleanup(centre.close)
        client = Client([centre.endpoint], zmq.curve_keypair()[0], zmq.curve_keypair()[1], contract=CONTRACT,
                        attempt_timeout=0.5)
        self.addCleanup(client.close)
        with self.assertRaises(NoAnswer):
            client.request("PING")
        self.assertEqual(centre.requests, [])


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

    def test_unknown_columns_are_an_error(self):
        with self.assertRaises(KeyError):
            read_csv(CONTRACT, self.write(b"nik,colour\n1,red\n"))

    def test_the_outbox_knows_the_file_again(self):
        with tempfile.TemporaryDirectory() as directory:
            outbox = Outbox(directory)
            outbox.write("0.batch", vector("batch.bin"))
            self.assertEqual(outbox.find(CONTRACT, manifest_of(CONTRACT, vector("batch.bin"))).name, "0.batch")
            self.assertIsNone(outbox.find(CONTRACT, fill(CONTRACT.Manifest(), {"step": "SK"})))
            self.assertEqual(len(outbox.unanswered()), 1)
            outbox.write("0.receipt", b"")
            self.assertEqual(outbox.unanswered(), [])


if __name__ == "__main__":
    unittest.main()
