"""Attacks on who is who: the ZAP door, User-Id, routing ids, revoked keys, and what ends libzmq itself.

SPDX-License-Identifier: Apache-2.0

An attacker here is a stranger, or an office with keys of its own that wants to be another one.
"""

import contextlib
import csv
import ctypes
import pathlib
import resource
import socket
import threading
import time
import unittest

import harness
import supervised
import zmtp

BACK_WITHIN = 3.0  # seconds from an abort to the next answer


def route(number):
    return b"\0" + (number % 2**32).to_bytes(4, "big")


class Attack(harness.Case):
    """A site with a victim and an attacker, both offices; the attacker is of another regional office."""

    shim = {}

    @classmethod
    def setUpClass(cls):
        cls.site = harness.Site()
        if cls.shim:
            cls.site.daemon.environment = {**supervised.build_shim(cls.site.directory), **cls.shim}
        cls.site.start()
        cls.sampler = harness.Office(cls.site, "sampler", cls.site.directory / "sampler")
        cls.victim = harness.WireOffice(cls.site, "victim", kanreg="03")
        cls.attacker = harness.WireOffice(cls.site, "attacker", kanreg="11")
        cls.seed = 540

    def sample(self, rows=5, **options):
        type(self).seed += 1
        return self.sampler.sample(f"sample-{self.seed}", kind="PPPK_PW", step="NI", agency="6171", rows=rows,
                                   seed=self.seed, **options)

    def body(self, rows=5, **options):
        return self.victim.body(self.sample(rows, **options))

    def envelope(self, office, message, body=b"", **overrides):
        with office.client() as client:
            return client.make_envelope(message, office.signable(body), **overrides).SerializeToString()

    def raw(self, office, **options):
        """A connection of the office by hand."""
        return zmtp.Peer(self.site.port, self.site.server_key, office.curve_secret, **options)

    @contextlib.contextmanager
    def thieves(self, numbers):
        """Connections of the attacker under these automatic routing ids, each of which has asked something."""
        import zmq

        ping = self.envelope(self.attacker, "PING")  # before: it makes a connection, too
        with zmq.Context() as context:
            made = []
            try:
                for number in numbers:
                    made.append(context.socket(zmq.DEALER))
                    made[-1].linger, made[-1].routing_id = 0, route(number)
                    made[-1].curve_serverkey, made[-1].curve_secretkey = self.site.server_key.encode(), self.attacker.curve_secret
                    made[-1].curve_publickey = self.attacker.curve_key.encode()
                    made[-1].connect(self.site.endpoint)
                    made[-1].send_multipart([ping, b""])
                yield made
            finally:
                for thief in made:
                    thief.close(0)

    def wait_answered(self, thieves, least):
        harness.wait_until(lambda: sum(bool(thief.poll(0)) for thief in thieves) >= least, 30, "the ids are taken")

    def message_of(self, frames):
        envelope = self.victim.contract.Envelope.FromString(frames[0])
        return self.victim.contract.name("Message", envelope.message)

    def refusal_of(self, frames):
        self.assertIsNotNone(frames, "an answer")
        self.assertEqual(self.message_of(frames), "REFUSAL")
        return self.victim.contract.name("RefusalCode", self.victim.contract.Refusal.FromString(frames[1]).code)

    def batches(self):
        """{office: batches}, and every batch must be signed by a key of its own office."""
        alien = self.site.value("SELECT count(*) FROM lantik.batch b WHERE NOT EXISTS (SELECT FROM lantik.office_key k"
                                " WHERE k.office_no = b.office_no AND k.signing_key_id = b.signing_key_id)")
        self.assertEqual(alien, "0", "a batch under another's key")
        return {name: int(count) for name, count in self.site.sql(
            "SELECT o.name, count(b.batch_no) FROM lantik.office o LEFT JOIN lantik.batch b USING (office_no) GROUP BY 1")}


def back_after(test, end):
    """Seconds from the end until a fresh connection is answered."""
    while True:
        try:
            with test.raw(test.attacker, timeout=1) as peer:
                peer.send(test.envelope(test.attacker, "PING"), b"")
                if peer.receive(1):
                    return time.monotonic() - end
        except zmtp.Refused:
            time.sleep(0.02)


# ---- the door ----


class NoHandler(harness.Case):
    """libzmq 4.3.4 lets every key in when no handler is bound: then the daemon must not open at all."""

    @classmethod
    def setUpClass(cls):
        cls.site = harness.Site()
        cls.preload = supervised.build_shim(cls.site.directory)

    def check_it_does_not_open(self, *missing):
        daemon = self.site.daemon
        daemon.environment = {**self.preload, **{name: "0" for name in missing}}
        before = len(daemon.text())
        daemon.start(wait=False)
        while daemon.process.poll() is None:
            with self.assertRaises(OSError, msg="the public port is open"):
                socket.create_connection(("127.0.0.1", self.site.port), 1)
        self.assertNotEqual(daemon.process.returncode, 0)
        self.assertIn("self-test: the key table does not keep unknown keys out", daemon.text()[before:])

    def test_a_handler_that_was_never_bound(self):
        self.check_it_does_not_open("SHIM_NO_HANDLER")

    def test_no_handler_and_a_domain_that_is_not_enforced(self):
        self.check_it_does_not_open("SHIM_NO_HANDLER", "SHIM_NO_DOMAIN")

    def test_messages_without_their_sender(self):
        self.check_it_does_not_open("SHIM_NO_IDENTITY")

    def test_a_domain_that_is_not_enforced(self):
        """The handler is asked all the same while it is there; the daemon serves, and strangers stay out."""
        daemon = self.site.daemon
        daemon.environment = {**self.preload, "SHIM_NO_DOMAIN": "1"}
        before = len(daemon.text())
        daemon.start(wait=False)
        harness.wait_until(lambda: daemon.process.poll() is not None or daemon.notify.poll().get("READY"), 20, "an end")
        if daemon.is_running():
            stranger = harness.WireOffice(self.site, "nobody", known=False)
            with self.assertRaises(zmtp.Refused):
                zmtp.Peer(self.site.port, self.site.server_key, stranger.curve_secret)
            daemon.stop()
        else:
            self.assertIn("self-test: the key table does not keep unknown keys out", daemon.text()[before:])


class Hammering(Attack):
    """A stranger who tries all the time, while the daemon starts, is killed, drains and starts again."""

    ROUNDS = 6

    def hammer(self):
        stranger = harness.WireOffice(self.site, "stranger", known=False)
        ping = self.envelope(stranger, "PING")
        while not self.stopping.is_set():
            try:
                with self.raw(stranger, metadata=[(b"User-Id", self.victim.curve_key.encode())], timeout=5) as peer:
                    peer.send(ping, b"")
                    self.let_in.append(peer.receive(1))
            except zmtp.Refused as refused:
                self.refused.add(str(refused).split(":")[0])

    def test_a_stranger_never_gets_in(self):
        self.stopping, self.let_in, self.refused = threading.Event(), [], set()
        threads = [threading.Thread(target=self.hammer) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for number in range(self.ROUNDS):
                with self.victim.client() as client:
                    client.submit_body(self.body())
                if number % 2:
                    self.site.daemon.kill()
                else:
                    self.site.stop()
                self.site.start()
        finally:
            self.stopping.set()
            for thread in threads:
                thread.join()
        print(f"figure: a stranger was told {sorted(self.refused)}")
        self.assertEqual(self.let_in, [])
        self.assertIn("ERROR 400", self.refused)
        self.assertEqual(self.batches(), {"victim": self.ROUNDS, "attacker": 0})


# ---- User-Id, live connections, routing ids that everybody knows ----


class ChosenIdentity(Attack):
    def test_a_user_id_in_the_handshake_is_not_believed(self):
        """An office that says in its handshake that it is another one."""
        victim, attacker = self.victim, self.attacker
        body, before, batches = self.body(), self.site.daemon.counters(), self.batches()
        for name in (b"User-Id", b"user-id", b"USER-ID"):
            for value in (victim.curve_key.encode(), b"victim", victim.curve_key.encode() + b"\0"):
                with self.raw(attacker, metadata=[(name, value)] * 2) as peer:
                    peer.send(self.envelope(attacker, "SUBMIT", body), body)
                    self.assertEqual(self.refusal_of(peer.receive()), "NOT_ALLOWED", "the attacker's own scope counts")
                    peer.send(self.envelope(victim, "SUBMIT", body), body)
                    self.assertEqual(self.refusal_of(peer.receive()), "BAD_SIGNATURE", "the victim's key is not its own")
        self.assertEqual(self.batches(), batches)
        after = self.site.daemon.counters()
        self.assertEqual((after["refused_not_allowed"] - before["refused_not_allowed"],
                          after["refused_bad_signature"] - before["refused_bad_signature"]), (9, 9))

    def test_a_stranger_with_the_user_id_of_an_office(self):
        stranger = harness.WireOffice(self.site, "stranger", known=False)
        for value in (self.victim.curve_key.encode(), b"victim"):
            with self.assertRaisesRegex(zmtp.Refused, "ERROR 400"):
                self.raw(stranger, metadata=[(b"User-Id", value)])

    def test_the_peer_by_hand_is_a_good_one(self):
        """Otherwise what was refused above says nothing."""
        body = self.body()
        with self.raw(self.victim) as peer:
            peer.send(self.envelope(self.victim, "SUBMIT", body), body)
            self.assertEqual(self.message_of(peer.receive()), "RECEIPT")

    def test_many_offices_at_once_are_never_mixed_up(self):
        """Every batch stands under the office whose key sent it, whoever else speaks at the same moment."""
        offices = [harness.WireOffice(self.site, f"many-{number}") for number in range(4)]
        paths = {office.name: [self.sample(3) for _ in range(5)] for office in offices}
        errors = []

        def send(office):
            try:
                with office.client() as client:
                    for path in paths[office.name]:
                        receipt, _ = client.submit_body(office.body(path))
                        if receipt.leaf.office != office.name:
                            errors.append(f"{receipt.leaf.office} instead of {office.name}")
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=send, args=(office,)) for office in offices]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(errors, [])
        counts = self.batches()
        self.assertEqual({name: counts[name] for name in paths}, {name: 5 for name in paths})

    def test_a_revoked_key_is_refused_on_each_of_its_connections(self):
        body = self.body()
        thief = harness.WireOffice(self.site, "thief")
        peers = [self.raw(thief) for _ in range(20)]
        self.addCleanup(lambda: [peer.stream.close() for peer in peers])
        submit = self.envelope(thief, "SUBMIT", body)
        for peer in peers:
            peer.send(self.envelope(thief, "PING"), b"")
            self.assertEqual(self.message_of(peer.receive()), "PONG")
        self.site.ctl("office", "revoke", "thief", "--reason", "a test")
        harness.wait_until(lambda: not self.site.sql("SELECT 1 FROM lantik.office WHERE name = 'thief' AND revoked_at IS NULL"),
                           20, "the deed is done")
        time.sleep(1)  # what is promised: within one second
        for peer in peers:
            peer.send(submit, body)
            self.assertEqual(self.refusal_of(peer.receive()), "NOT_ALLOWED")
        self.assertEqual(self.batches()["thief"], 0)

    def test_the_next_id_cannot_be_known(self):
        """What rand() gives in a process that never seeded it, as libzmq does not: the ids that everybody knows."""
        libc = ctypes.CDLL(None)
        libc.srand(1)
        numbers = [libc.rand() | libc.rand() << 31 for _ in range(6)]
        with self.thieves([number + n for number in numbers for n in range(60)]) as thieves:
            self.wait_answered(thieves, len(thieves))
            for _ in range(5):
                with self.victim.client() as client:
                    self.assertEqual(client.request("PING").message, "PONG")
        self.assertTrue(self.site.daemon.is_running())


class NoIdentity(Attack):
    """A message without User-Id, as libzmq 4.3.4 gives it on a first frame: hostile, whoever sent it."""

    shim = {"SHIM_NO_IDENTITY": "1"}  # the self-test's friend is heard

    @classmethod
    def setUpClass(cls):
        answers = harness.WireOffice.answers
        harness.WireOffice.answers = lambda self: True  # nobody is answered here
        try:
            super().setUpClass()
        finally:
            harness.WireOffice.answers = answers

    def test_nothing_is_taken_from_it(self):
        body, before = self.body(), self.site.daemon.counters()
        harness.wait_until(lambda: self.connects(), 20, "the keys are known")
        with self.raw(self.victim) as peer:
            for _ in range(3):
                peer.send(self.envelope(self.victim, "SUBMIT", body), body)
            self.assertIsNone(peer.receive(1))
        after = self.site.daemon.wait_counter("dropped_unknown_key", before["dropped_unknown_key"] + 3)
        self.assertEqual(after["received"], 0)
        self.assertEqual(self.batches(), {"victim": 0, "attacker": 0})

    def connects(self):
        try:
            self.raw(self.victim).stream.close()
            return True
        except zmtp.Refused:
            return False


# ---- routing ids ----


class ChosenRoutes(Attack):
    """With routing ids that the attacker knows: the shim makes their beginning a constant."""

    shim = {"SHIM_KNOWN_ROUTES": "1"}
    ROUTES = range(0x81010101, 0x81010101 + 400)  # more than connections that a test makes
    PERSONAL = ("nama", "nik", "nip", "tempat_lahir", "nomor_ijazah", "nama_sek", "ket_sehat_nomor", "no_peserta")

    def setUp(self):
        if not self.site.daemon.is_running():
            self.site.start()
            self.site.daemon.wait_up()

    def values(self, path):
        with open(path, encoding="utf-8-sig", newline="") as file:
            return {row[name] for row in csv.DictReader(file) for name in self.PERSONAL if len(row.get(name) or "") > 5}

    def test_1_an_id_that_names_another_office_is_only_a_name(self):
        body, before = self.body(), self.batches()
        for routing_id in (b"victim", self.victim.curve_key.encode(), route(7), route(0)):
            with self.raw(self.attacker, routing_id=routing_id) as peer:
                peer.send(self.envelope(self.victim, "SUBMIT", body), body)
                answer = peer.receive(2)
                if answer:
                    self.assertEqual(self.refusal_of(answer), "BAD_SIGNATURE")
        self.assertEqual(self.batches(), before)

    def test_2_an_id_in_use_is_not_taken_over(self):
        body = self.body()
        with self.victim.client() as client:
            self.assertEqual(client.request("PING").message, "PONG")
            with self.thieves(self.ROUTES) as thieves:
                self.wait_answered(thieves, len(thieves) // 2)
                receipt, _ = client.submit_body(body)
                self.assertEqual(receipt.leaf.office, "victim")
                for thief in thieves:
                    while thief.poll(0):
                        # hundreds of them at once may be more than one office has room for
                        self.assertIn(self.message_of(thief.recv_multipart()), ("PONG", "BUSY"))
        self.site.daemon.kill()  # the next automatic ids are taken

    def test_3_a_reply_that_reaches_another_holds_no_personal_value(self):
        path = self.sample(120, defects="all")
        manifest, records = self.victim.read(path)
        body = self.victim.batch.encode_batch(self.victim.contract, manifest, records)
        held = self.site.cluster.session()
        self.addCleanup(held.close)
        held.sql("BEGIN; SELECT size FROM lantik.ledger_head FOR UPDATE")
        before = self.site.daemon.counters()
        with self.raw(self.victim) as peer:
            peer.send(self.envelope(self.victim, "SUBMIT", body), body)
            self.site.daemon.wait_counter("received", before["received"] + 1)
        self.site.daemon.wait_counter("disconnected", before["disconnected"] + 1)
        with self.thieves(self.ROUTES[:40]) as thieves:  # few: the commit waits for its lock five seconds at most
            self.wait_answered(thieves, len(thieves))
            for thief in thieves:
                thief.recv_multipart()
            held.sql("ROLLBACK")
            stolen = harness.wait_until(lambda: [t.recv_multipart() for t in thieves if t.poll(0)], 20, "the reply comes")
        self.site.daemon.kill()
        self.assertEqual([self.message_of(frames) for frames in stolen], ["RECEIPT"], "the theft worked")
        text = b"".join(stolen[0]).decode("utf-8", "replace").lower()
        values = self.values(path)
        self.assertGreater(len(values), 200)
        self.assertEqual([value for value in values if value.lower() in text], [])
        self.site.start()
        with self.victim.client() as client:
            receipt, again = client.submit_body(body)
        self.assertEqual((receipt.leaf.office, again), ("victim", stolen[0][1]), "the owner gets the same by asking again")

    def test_4_the_next_id_ends_the_process_and_it_is_back_within_three_seconds(self):
        supervisor = supervised.Supervisor(self.site)
        self.addCleanup(supervisor.close)
        before = self.batches()["victim"]
        bodies = [self.body(200) for _ in range(6)]
        sending = threading.Thread(target=self.send_all, args=(bodies,))
        with self.thieves(self.ROUTES) as thieves:
            harness.wait_until(lambda: supervisor.ends or any(t.poll(0) for t in thieves[-50:]), 30, "the ids are taken")
            sending.start()
            harness.wait_until(lambda: supervisor.ends, 30, "the abort")
        back = back_after(self, supervisor.ends[-1][0])
        print(f"figure: after the abort ({supervisor.ends[0][1]}) an office was answered within {back:.2f} s")
        self.assertLess(back, BACK_WITHIN)
        sending.join()
        self.assertEqual(self.sent, len(bodies))
        self.assertEqual(self.batches()["victim"], before + len(bodies), "nothing lost, nothing doubled")

    def send_all(self, bodies):
        self.sent = 0
        for body in bodies:
            with self.victim.client(timeout=3) as client:
                client.submit_body(body)
                self.sent += 1


# ---- parts without end ----


class ManyParts(Attack):
    """HWMs count messages and the frame's limit counts one part: only the memory that the unit gives is a bound."""

    ROOM = 256 * 2**20
    PART = 8 * 2**20

    def setUp(self):
        self.supervisor = supervised.Supervisor(self.site)
        self.addCleanup(self.supervisor.close)
        with self.victim.client() as client:
            client.submit_body(self.body())
        self.before = self.batches()
        self.pid = self.site.daemon.process.pid

    def flood(self, too_much):
        """Parts of one message until the connection or the daemon ends; how many were sent."""
        part = bytes(self.PART)
        with self.raw(self.attacker, timeout=5) as peer:
            for sent in range(400):
                try:
                    peer.send_frame(part, more=True)
                except OSError:
                    return sent
                if too_much():
                    return sent + 1
        return 400

    def check_all_is_well(self):
        with self.victim.client() as client:
            client.submit_body(self.body())
        self.assertEqual(self.batches(), {**self.before, "victim": self.before["victim"] + 1})

    def test_an_allocation_that_fails(self):
        """libzmq ends that connection, or the process; both are bounded."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines()
        [size] = [int(line.split()[1]) * 1024 for line in status if line.startswith("VmSize")]
        resource.prlimit(self.pid, resource.RLIMIT_AS, (size + self.ROOM, size + self.ROOM))
        sent = self.flood(lambda: False)
        self.assertLess(sent * self.PART, 2 * self.ROOM, "what the process could hold")
        back = back_after(self, self.supervisor.ends[-1][0] if self.supervisor.ends else time.monotonic())
        print(f"figure: {sent} parts of {self.PART >> 20} MiB; the process ended {len(self.supervisor.ends)} times; "
              f"an office was answered {back:.2f} s after")
        self.assertLess(back, BACK_WITHIN)
        self.check_all_is_well()

    def test_memory_max(self):
        """What MemoryMax= does: the kernel ends the process."""
        limit = self.site.daemon.memory() + self.ROOM
        sent = self.flood(lambda: self.site.daemon.memory() > limit)
        self.site.daemon.process.kill()
        harness.wait_until(lambda: self.supervisor.ends, 20, "the end")
        back = back_after(self, self.supervisor.ends[-1][0])
        print(f"figure: {sent} parts of {self.PART >> 20} MiB; an office was answered {back:.2f} s after the kill")
        self.assertLess(back, BACK_WITHIN)
        self.check_all_is_well()


if __name__ == "__main__":
    unittest.main(verbosity=2)
