"""Hostile and broken peers: each message is refused and counted, memory stays bounded, and honest offices are served.

SPDX-License-Identifier: Apache-2.0
"""

import os
import random
import time
import unittest

import harness

SEED = int(os.environ.get("LANTIK_SEED", random.SystemRandom().randrange(2**32)))


class Hostile(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        print(f"seed: LANTIK_SEED={SEED}")
        cls.random = random.Random(SEED)
        cls.sampler = cls.site.office("honest")
        cls.peer = harness.WireOffice(cls.site, "hostile")
        cls.small = cls.sampler.sample("small", kind="PPPK_PW", step="NI", agency="6171", rows=20, seed=7)
        cls.honest_seed = 100

    def setUp(self):
        self.before = self.site.daemon.counters()
        self.register = self.site.state_of_register()

    def tearDown(self):
        """Whatever happened: nothing was recorded, the daemon is the same process, and an honest office is served."""
        self.assertEqual(self.site.state_of_register(), self.register)
        self.assertIsNone(self.site.daemon.process.poll(), self.site.daemon.tail())
        type(self).honest_seed += 1
        path = self.sampler.sample(f"honest-{self.honest_seed}", kind="PPPK_PW", step="NI", agency="6171", rows=5,
                                   seed=self.honest_seed)
        self.assertEqual(self.sampler.submit(path).summary["accepted"], 5)

    def counted(self, name, times=1):
        """The counter went up by exactly so many."""
        after = self.site.daemon.wait_counter(name, self.before[name] + times)
        self.assertEqual(after[name] - self.before[name], times, name)

    def refusal_of(self, frames):
        """The code of the refusal that the frames are answered with."""
        with self.peer.client() as client:
            client.send_frames(frames)
            answer = client.receive_frames()
            self.assertIsNotNone(answer, "an answer")
            reply = client.parse_reply(answer)
            self.assertEqual(reply.message, "REFUSAL")
            refusal = client.contract.Refusal.FromString(reply.body)
            return client.contract.name("RefusalCode", refusal.code)

    def envelope(self, body, message="SUBMIT", **overrides):
        with self.peer.client() as client:
            return client.make_envelope(message, self.peer.signable(body), **overrides).SerializeToString()

    def check_refused(self, code, body, times=1, **overrides):
        self.assertEqual(self.refusal_of([self.envelope(body, **overrides), body]), code)
        self.counted(f"refused_{code.lower()}", times)

    # Frames.

    def test_garbage_frames(self):
        rounds = 20
        for _ in range(rounds):
            frames = [self.random.randbytes(self.random.randrange(1, 2000)) for _ in range(2)]
            self.assertIn(self.refusal_of(frames), ("MALFORMED", "VERSION", "TOO_LARGE"))
        after = self.site.daemon.counters()
        names = ("refused_malformed", "refused_version", "refused_too_large")
        self.assertEqual(sum(after[n] - self.before[n] for n in names), rounds)

    def test_wrong_number_of_frames(self):
        body = self.peer.body(self.small)
        envelope = self.envelope(body)
        for frames in ([envelope], [envelope, body, b""], [envelope, body] * 100, [b""], [b"", b""]):
            self.assertEqual(self.refusal_of(frames), "MALFORMED", len(frames))
        self.counted("refused_malformed", 5)

    def test_oversize_envelope(self):
        self.assertIn(self.refusal_of([b"\x12\x88\x27" + bytes(5000), b""]), ("MALFORMED", "TOO_LARGE"))

    def test_oversize_body_ends_the_connection(self):
        with self.peer.client(timeout=5) as client:
            client.request("PING")
            before = self.site.daemon.counters()["disconnected"]
            body = bytes(16 * 1024 * 1024 + 4096 + 1)
            client.send_frames([self.envelope(body), body])
            self.site.daemon.wait_counter("disconnected", before + 1)
            client.again("PING", b"", "PONG", time.monotonic() + 30)  # the first may still go with the old connection

    # Bodies.

    def test_truncated_body(self):
        body = self.peer.body(self.small)
        places = sorted({1, 2, len(body) - 1, *(self.random.randrange(1, len(body)) for _ in range(10))})
        for place in places:
            cut = body[:place]
            code = self.refusal_of([self.envelope(cut), cut])
            self.assertIn(code, ("MALFORMED", "BAD_DIGEST"), f"cut at {place}")

    def test_empty_body(self):
        self.check_refused("MALFORMED", b"")

    def test_100000_empty_records(self):
        manifest, _ = self.peer.read(self.small)
        records = b"\x12\x00" * 100_000
        manifest.records_root = self.peer.batch.root_of(records)
        manifest.schema_version, manifest.row_count = "1", 100_000
        manifest.batch_id = self.peer.batch.make_id()
        body = self.peer.contract.AppointmentBatch(manifest=manifest).SerializeToString() + records
        self.assertEqual(self.refusal_of([self.envelope(body), body]), "TOO_LARGE")
        self.counted("refused_too_large")

    def test_a_bomb_of_unknown_fields_costs_no_memory(self):
        self.site.daemon.counters()
        before = self.site.daemon.memory()
        for filling in (b"\x12\x00", b"\xf8\x07\x01", b"\x0a\x00"):
            body = filling * (8 * 1024 * 1024 // len(filling))
            self.assertIn(self.refusal_of([self.envelope(body), body]), ("MALFORMED", "TOO_LARGE"))
        grown = self.site.daemon.memory() - before
        print(f"figure: memory grew by {grown / 2**20:.1f} MiB over three bodies of 8 MiB")
        if not harness.SLICE:
            self.assertLess(grown, 100 * 2**20)

    def test_changed_bytes_of_a_good_body(self):
        body = self.peer.body(self.small)
        for _ in range(30):
            changed = bytearray(body)
            changed[self.random.randrange(len(changed))] ^= 1 << self.random.randrange(8)
            changed = bytes(changed)
            envelope = self.envelope(body)  # its signature is of the unchanged body
            self.assertIn(self.refusal_of([envelope, changed]), ("MALFORMED", "BAD_SIGNATURE", "BAD_DIGEST", "NOT_ALLOWED"))

    # Signatures, keys, scope.

    def test_bad_signature(self):
        body = self.peer.body(self.small)
        self.check_refused("BAD_SIGNATURE", body, signature=bytes(64))

    def test_unknown_signing_key(self):
        body = self.peer.body(self.small)
        self.check_refused("BAD_SIGNATURE", body, signing_key_id=b"\x00\x01\x02\x03")

    def test_wrong_digest_of_records(self):
        manifest, records = self.peer.read(self.small)
        body = bytearray(self.peer.batch.encode_batch(self.peer.contract, manifest, records))
        at = body.index(manifest.records_root)
        body[at] ^= 1
        self.check_refused("BAD_DIGEST", bytes(body))

    def test_other_records_under_a_signed_manifest(self):
        """The signature is over the manifest alone, so the records must be those that it names."""
        body = self.peer.body(self.small)
        for changed in other_records(body):
            self.assertEqual(self.refusal_of([self.envelope(body), changed]), "BAD_DIGEST")
        self.counted("refused_bad_digest", 5)

    def test_agency_out_of_scope(self):
        path = self.sampler.sample("far", kind="PPPK_PW", step="NI", agency="6171", rows=3, seed=8)
        stranger = harness.WireOffice(self.site, "far-away", kanreg="01")
        body = stranger.body(path)
        with stranger.client() as client:
            reply = client.request("SUBMIT", body)
            with self.assertRaises(client_error("Refused")) as caught:
                client.expect(reply, "RECEIPT")
        self.assertEqual(caught.exception.code, "NOT_ALLOWED")
        self.counted("refused_not_allowed")

    def test_revoked_key_on_a_living_connection(self):
        victim = harness.WireOffice(self.site, "revoked")
        with victim.client() as client:
            self.assertEqual(client.request("PING").message, "PONG")
            self.site.ctl("office", "revoke", "revoked", "--reason", "test")

            def refused():
                reply = client.request("PING")
                return reply if reply.message == "REFUSAL" else None

            reply = harness.wait_until(refused, 10, "the revocation takes effect")
            self.assertEqual(client.contract.Refusal.FromString(reply.body).code,
                             client.contract.number("RefusalCode", "NOT_ALLOWED"))
        self.assertIsNone(self.attempt(victim.client()), "a revoked key opens no new connection")

    def attempt(self, client, seconds=3):
        with client:
            try:
                return client.request("PING", timeout=seconds)
            except (client_error("NoAnswer"), client_error("Refused")):
                return None

    def test_unknown_client_key(self):
        stranger = harness.WireOffice(self.site, "nobody", known=False)
        self.assertIsNone(self.attempt(stranger.client()))
        after = self.site.daemon.wait_counter("handshakes_refused", self.before["handshakes_refused"] + 1)
        self.assertEqual(after["received"], self.before["received"])

    def test_wrong_server_key(self):
        import zmq

        wrong = zmq.curve_keypair()[0].decode()
        self.assertIsNone(self.attempt(self.peer.client(server_key=wrong)))
        self.site.daemon.wait_counter("handshakes_failed", self.before["handshakes_failed"] + 1)

    def push(self, socket, frames):
        """Sends unless the connection is gone before: a socket without one would wait for ever."""
        import zmq

        try:
            socket.send_multipart(frames, zmq.DONTWAIT)
        except zmq.Again:
            pass

    def test_no_curve_at_all(self):
        import zmq

        frames = [self.envelope(b"", "PING"), b""]
        with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
            socket.linger = 0
            socket.connect(self.site.endpoint)
            self.push(socket, frames)
            self.assertFalse(socket.poll(1500))
        after = self.site.daemon.wait_counter("handshakes_failed", self.before["handshakes_failed"] + 1)
        self.assertEqual(after["received"], self.before["received"])

    def test_not_zmtp(self):
        import socket

        for _ in range(20):
            with socket.create_connection(("127.0.0.1", self.site.port)) as stream:
                stream.sendall(self.random.randbytes(self.random.randrange(1, 4000)))
        self.assertEqual(self.site.daemon.counters()["received"], self.before["received"])

    def test_a_chosen_routing_id_steals_nothing(self):
        import zmq

        frames = [self.envelope(b"", "PING"), b""]
        with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
            socket.linger = 0
            socket.routing_id = b"honest"
            socket.curve_serverkey = self.site.server_key.encode()
            socket.curve_secretkey, socket.curve_publickey = self.peer.curve_secret, self.peer.curve_key.encode()
            socket.connect(self.site.endpoint)
            self.push(socket, frames)
            socket.poll(1500)
        self.assertTrue(self.site.daemon.is_running())

    # Protocol.

    def test_unknown_version_and_message(self):
        self.assertEqual(self.refusal_of([self.envelope(b"", "PING", protocol_version=2), b""]), "VERSION")
        self.counted("refused_version")
        self.assertEqual(self.refusal_of([self.envelope(b"", "PONG"), b""]), "MALFORMED")
        self.assertEqual(self.refusal_of([self.envelope(b"", "PING", request_id=b"short"), b""]), "MALFORMED")
        self.counted("refused_malformed", 2)


class SameId(harness.Case):
    def test_same_id_other_bytes(self):
        sampler = self.site.office("sampler")
        office = harness.WireOffice(self.site, "wire")
        path = sampler.sample("one", kind="PPPK_PW", step="NI", agency="6171", rows=5, seed=1)
        other = sampler.sample("two", kind="PPPK_PW", step="NI", agency="6171", rows=5, seed=2)
        one = office.body(path)
        batch_id = office.batch.manifest_of(office.contract, one).batch_id
        with office.client() as client:
            first = client.request("SUBMIT", one)
            self.assertEqual(first.message, "RECEIPT")
            again = client.request("SUBMIT", one)
            self.assertEqual((again.message, again.body), ("RECEIPT", first.body))
            register = self.site.state_of_register()
            reply = client.request("SUBMIT", office.body(other, batch_id=batch_id))
            with self.assertRaises(client_error("Refused")) as caught:
                client.expect(reply, "RECEIPT")
            self.assertEqual(caught.exception.code, "ID_REUSED")
            under_another_id = client.request("SUBMIT", office.body(path))
            self.assertEqual((under_another_id.message, under_another_id.body), ("RECEIPT", first.body))
            for changed in other_records(one):
                reply = client.request("SUBMIT", changed, **signed_as(office, one))
                with self.assertRaises(client_error("Refused")) as caught:
                    client.expect(reply, "RECEIPT")
                self.assertEqual(caught.exception.code, "BAD_DIGEST", "the id is held, and yet these are no resend")
            self.assertEqual(self.site.state_of_register(), register)
        counters = self.site.daemon.counters()
        self.assertEqual((counters["committed"], counters["resent"], counters["refused_id_reused"]), (1, 2, 1))


def signed_as(office, body):
    """The fields of an envelope that sign that body, whatever goes with it."""
    return {"signing_key_id": office.signing.verifier.key_id, "signature": office.signing.sign_submission(body)}


def other_records(body):
    """The same manifest before one record less, one more, the same ones in two other orders, and one that is changed."""
    (_, manifest), *parts = fields(body)
    records = [record for _, record in parts]
    for others in (records[:-1], records + records[-1:], records[::-1], records[1:] + records[:1],
                   [records[0][:-1] + bytes([records[0][-1] ^ 1]), *records[1:]]):
        yield field(0x0A, manifest) + b"".join(field(0x12, record) for record in others)


def field(tag, content):
    length, head = len(content), bytes([tag])
    while length > 0x7F:
        head, length = head + bytes([length & 0x7F | 0x80]), length >> 7
    return head + bytes([length]) + content


def fields(body):
    harness.client_modules()
    from lantik_body import fields as of

    return list(of(body))


def client_error(name):
    return getattr(harness.client_modules()[0], name)


if __name__ == "__main__":
    unittest.main(verbosity=2)
