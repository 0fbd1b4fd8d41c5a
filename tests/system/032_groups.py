"""Small batches of many offices at once: recorded together, each judged and answered as if it had come alone.

SPDX-License-Identifier: Apache-2.0
"""

import contextlib
import unittest

import evidence
import harness

OFFICES = 4 if harness.SLICE else 8
EACH = 4
BLOCKED = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


class Case(evidence.Case):
    """Holds locks of the database, so that batches gather; no sleep decides how many."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.offices = [cls.office] + [harness.WireOffice(cls.site, f"kanreg-03-{n}") for n in range(1, OFFICES)]

    def setUp(self):
        self.sent = {}  # request id: (office, body, the checkpoint that was shown)
        self.replies = {}
        self.clients = {}
        self.notes = {}
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        for office in self.offices:
            self.clients[office] = stack.enter_context(office.client(timeout=60))
            self.notes[office] = harness.wait_until(lambda: self.pong(office), 20, "the database is up")

    def pong(self, office):
        reply = self.clients[office].request("PING")
        return reply.message == "PONG" and reply.body

    def counted(self, name, since, more):
        self.site.daemon.wait_counter(name, since[name] + more)

    def post(self, office, body, **overrides):
        envelope = self.clients[office].make_envelope("SUBMIT", body, checkpoint=self.notes[office], **overrides)
        self.clients[office].send_frames([envelope.SerializeToString(), body])
        self.sent[envelope.request_id] = (office, body)
        return envelope.request_id

    def collect(self):
        for office, client in self.clients.items():
            for _ in [id for id, (sender, _) in self.sent.items() if sender is office and id not in self.replies]:
                frames = client.receive_frames(60)
                self.assertIsNotNone(frames, "every request is answered")
                reply = client.parse_reply(frames)
                self.replies[reply.envelope.request_id] = reply

    def proved(self, request_id, reply=None):
        """The receipt that answers the request, which proves the batch and continues what its office saw."""
        office, body = self.sent[request_id]
        reply = reply or self.replies[request_id]
        self.assertEqual(reply.message, "RECEIPT")
        self.prove(reply, self.notes[office], office)
        receipt = office.receipt.Receipt.parse(reply.body)
        receipt.verify(self.trust(office))
        if not receipt.is_earlier(self.batch_id(body)):
            receipt.verify_body(body)
        return receipt

    def batch_id(self, body):
        return self.office.batch.manifest_of(self.office.contract, body).batch_id

    def bodies(self, count, agency="6171"):
        """One-record batches of people whom nobody has sent."""
        _, manifest, records = self.people(count, agency=agency)
        return [self.body(manifest, [record]) for record in records]

    def gather(self, threads, fill):
        """One batch occupies each thread; what fill sends meanwhile waits together. Then these are let go, and whoever
        takes the crowd stands before a counter that the returned session holds."""
        self.clients[self.office].submit_body(*self.bodies(1))  # so that there is a counter
        head, counter = self.site.cluster.session(), self.site.cluster.session()
        self.addCleanup(head.close)
        self.addCleanup(counter.close)
        since = self.site.daemon.counters()
        counter.sql("BEGIN; SELECT accepted FROM lantik.counter WHERE kode_instansi = '6171' FOR UPDATE")
        head.sql("BEGIN; SELECT size FROM lantik.ledger_head FOR UPDATE")
        for n in range(threads):
            self.post(self.offices[n], *self.bodies(1, "6200"))
            self.counted("submissions", since, n + 1)
        fill()
        self.counted("received", since, len(self.sent))
        head.sql("ROLLBACK")
        self.counted("committed", since, threads)
        harness.wait_until(lambda: self.site.value(BLOCKED) != "0", 20, "a transaction waits for the counter")
        return counter, since


class Groups(Case):
    """Two transactions at a time: three threads."""

    seed = 33
    settings = {"workers": 2}

    def fill(self):
        """A crowd, and among it what cannot be recorded together."""
        fresh = self.bodies(OFFICES * EACH)
        self.fresh = [self.post(self.offices[n % OFFICES], body) for n, body in enumerate(fresh)]
        _, manifest, records = self.people(4)
        first = self.body(manifest, records[:1])
        records[0].office_reference = "the same person from another office"
        self.rivals = [self.post(self.offices[0], first), self.post(self.offices[1], self.body(manifest, records[:1]))]
        twice = self.body(manifest, records[1:2])
        self.twice = [self.post(self.offices[2], twice), self.post(self.offices[2], twice)]
        again = [self.body(manifest, records[2:3]) for _ in range(2)]
        self.again = [self.post(office, body) for office, body in zip(self.offices[2:4], again)]
        records[3].nik = "12"
        self.returned = self.post(self.offices[3], self.body(manifest, records[3:]))
        self.forged = self.post(self.offices[3], self.bodies(1)[0], signature=b"\0" * 64)

    def batches(self):
        return int(self.site.value("SELECT count(*) FROM lantik.batch"))

    def test_each_as_if_it_had_come_alone(self):
        before = self.batches()
        holding, since = self.gather(3, self.fill)
        # all but what is held by then or forged, which nobody judges
        self.counted("submissions", since, len(self.sent) - 1)
        holding.sql("ROLLBACK")
        self.collect()
        self.assertEqual(self.replies.pop(self.forged).message, "REFUSAL")
        receipts = {request_id: self.proved(request_id) for request_id in self.replies}
        self.check_outcomes(receipts)
        recorded = len(receipts) - 2  # one was sent twice, and one holds the records of another
        self.assertEqual(len({receipt.index for receipt in receipts.values()}), recorded)
        self.assertEqual(self.batches() - before, recorded + 1, "and the first of all")
        counters = self.site.daemon.counters()
        self.assertGreater(counters["group_split"], since["group_split"], "what collides is taken apart")
        self.assertGreater(counters["grouped"] - since["grouped"], OFFICES * EACH // 2, "and the others stay together")
        self.site.audit()

    def fill_middle(self):
        """Batches of a hundred people of one office, two of which name one more person, the same."""
        _, _, person = self.people(1)
        self.middle = []
        for n in range(4):
            _, manifest, records = self.people(100)
            self.middle.append(self.post(self.office, self.body(manifest, records + person[:n // 2])))

    def test_batches_of_middle_size_share_a_transaction(self):
        self.offices = [self.office] * OFFICES  # with others that send one after the other none would share
        holding, since = self.gather(3, self.fill_middle)
        self.counted("submissions", since, len(self.sent))
        holding.sql("ROLLBACK")
        self.collect()
        verdicts = [self.proved(request_id).verdict for request_id in self.middle]
        self.assertEqual(sorted(verdict.accepted for verdict in verdicts), [100, 100, 100, 101])
        [late] = [verdict for verdict in verdicts if verdict.accepted < verdict.record_count]
        self.assertEqual(self.outcomes(late), {101: ("returned", {"S05.same_step"})})
        counters = self.site.daemon.counters()
        self.assertGreater(counters["group_split"], since["group_split"], "the two are taken apart")
        self.assertGreater(counters["grouped"], since["grouped"], "and the others stay together")
        self.site.audit()

    def test_a_batch_without_its_leaf_harms_no_other(self):
        """Two looks tell whether a batch is held: of the batch alone, and with its leaf. A database that was altered or damaged
        lets them differ."""
        self.offices = [self.office] * OFFICES
        _, manifest, records = self.people(100)
        lost = self.body(manifest, records)
        self.clients[self.office].submit_body(lost)
        self.site.cluster.sql("CREATE TABLE lost AS SELECT * FROM lantik.ledger_leaf ORDER BY leaf_index DESC LIMIT 1;"
                              "DELETE FROM lantik.ledger_leaf WHERE leaf_index = (SELECT leaf_index FROM lost)")

        def fill():
            self.again = self.post(self.office, lost)
            self.middle = [self.post(self.office, self.body(*self.people(100)[1:])) for _ in range(3)]

        holding, since = self.gather(3, fill)
        holding.sql("ROLLBACK")
        self.collect()
        self.assertEqual(self.replies[self.again].message, "BUSY")
        self.assertEqual([self.proved(request_id).verdict.accepted for request_id in self.middle], [100, 100, 100])
        self.site.cluster.sql("INSERT INTO lantik.ledger_leaf SELECT * FROM lost; DROP TABLE lost")
        self.site.audit()

    def test_later_steps_share_a_transaction_with_first_ones(self):
        """Batches of a further step, of which two fill other columns and one has no row, beside one of new people."""
        self.offices = [self.office] * OFFICES
        begun = []
        for _ in range(4):
            first, manifest, records = self.people(50)
            self.post(self.office, self.body(manifest, records))
            begun.append(first)
        self.collect()
        self.sent, self.replies, later = {}, {}, []

        def fill():
            for n, first in enumerate(begun):
                _, manifest, records = self.people(50, step="SK", first=first)
                for record in records:
                    if n < 2:
                        record.pejabat_ttd_sk = "Pejabat Uji"
                    elif n == 3:
                        record.nama = "-"
                later.append(self.post(self.office, self.body(manifest, records)))
            _, manifest, records = self.people(50)
            later.append(self.post(self.office, self.body(manifest, records)))

        holding, since = self.gather(3, fill)
        self.counted("submissions", since, 3 + len(later))
        holding.sql("ROLLBACK")
        self.collect()
        receipts = [self.proved(request_id) for request_id in later]
        self.assertEqual([receipt.verdict.accepted for receipt in receipts], [50, 50, 50, 0, 50])
        counters = self.site.daemon.counters()
        self.assertGreaterEqual(counters["grouped"] - since["grouped"], len(later))
        self.assertEqual(counters["group_split"], since["group_split"], "nobody collides")
        ids = ", ".join(f"'{self.batch_id(self.sent[request_id][1]).hex()}'" for request_id in later[:3])
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.current_appointment c JOIN lantik.register r USING (batch_no,"
                                         " record_no) JOIN lantik.batch b USING (batch_no) WHERE c.step = 2 AND r.step = 2"
                                         f" AND replace(b.batch_id::text, '-', '') IN ({ids})"), "150")
        self.site.audit()

    def check_outcomes(self, receipts):
        self.assertEqual({receipts[request_id].verdict.accepted for request_id in self.fresh}, {1})
        rivals = sorted((receipts[request_id] for request_id in self.rivals), key=lambda receipt: receipt.index)
        self.assertEqual([receipt.verdict.accepted for receipt in rivals], [1, 0])
        self.assertEqual(self.outcomes(rivals[1].verdict), {1: ("returned", {"S05.same_step"})})
        self.assertEqual(len({receipts[request_id].whole for request_id in self.twice}), 1, "one batch, one receipt")
        self.assertEqual(len({receipts[request_id].whole for request_id in self.again}), 1, "the same records, one receipt")
        self.assertEqual(self.outcomes(receipts[self.returned].verdict)[1][0], "returned")


class Columns(Case):
    """Records that give different fields fill different columns: an INSERT for each choice; a connection keeps 16."""

    seed = 35
    settings = {"workers": 1}
    OPTIONAL = ["alasan_tolak_tambahan", "pejabat_ttd_sk", "no_spmt", "nomor_sk_cpns", "nomor_sk_pns"]

    def choices(self):
        """A body for every choice of these fields."""
        _, manifest, records = self.people(2 ** len(self.OPTIONAL))
        for n, record in enumerate(records):
            for bit, name in enumerate(self.OPTIONAL):
                setattr(record, name, "given" if n >> bit & 1 else "")
        return [self.body(manifest, [record]) for record in records]

    def all_accepted(self):
        for request_id in self.sent:
            verdict = self.proved(request_id).verdict
            self.assertEqual((verdict.accepted, self.outcomes(verdict)), (1, {}))

    def test_more_choices_than_a_connection_keeps(self):
        for body in self.choices() + self.choices():
            self.post(self.office, body)
            self.collect()
        self.all_accepted()
        self.site.audit()

    def test_a_group_of_many_choices(self):
        """Few, which go by INSERTs, and more, which go by COPY."""
        for count in (3, 24):
            crowd = self.choices()[-count:]
            holding, since = self.gather(2, lambda: [self.post(self.offices[n % OFFICES], body) for n, body in enumerate(crowd)])
            self.counted("submissions", since, len(crowd))
            holding.sql("ROLLBACK")
            self.collect()
            self.all_accepted()
            self.assertGreater(self.site.daemon.counters()["grouped"], since["grouped"])
            self.sent, self.replies = {}, {}
        self.site.audit()


class SentAgain(evidence.Case):
    """A small batch that comes alone is written without a look: one that is held collides with itself."""

    seed = 36
    settings = {"workers": 1}

    def every_kind(self):
        """Body and verdict (outcome, accepted, for review) of batches of every outcome."""
        _, manifest, records = self.people(4)
        yield self.body(manifest, records[:1]), ("committed", 1, 0)
        yield self.body(manifest, records[1:3] + self.people(12)[2]), ("committed", 14, 0)
        records[3].nik = "12"
        yield self.body(manifest, records[3:]), ("committed", 0, 0)
        manifest.programme = "PW1924"
        yield self.body(manifest, self.people(1)[2]), ("refused", 0, 0)
        _, manifest, waiting = self.people(1, kind="PPPK")
        one, two = waiting[0], records[0]
        one.nik, one.tgl_lahir, one.jenis_kelamin = two.nik, two.tgl_lahir, two.jenis_kelamin
        one.nip = two.nip[:8] + one.nip[8:14] + two.nip[14] + one.nip[15:]
        yield self.body(manifest, waiting), ("committed", 0, 1)

    def send(self, body, **overrides):
        with self.office.client() as client:
            reply = client.request("SUBMIT", body, **overrides)
        self.assertEqual(reply.message, "RECEIPT")
        return reply.body

    def test_what_is_held_gets_its_receipt(self):
        """Whatever became of it, and however soon it comes again: each time the daemon has not met a resend yet."""
        for body, outcome in self.every_kind():
            first = self.send(body)
            verdict = self.office.receipt.Receipt.parse(first).verdict
            self.assertEqual((verdict.outcome, verdict.accepted, verdict.review), outcome)
            self.begin_anew()
            state, since = self.state(), self.site.daemon.counters()
            self.assertEqual(self.send(body), first)
            self.assertEqual(self.state(), state, "nothing is written")
            counters = self.site.daemon.counters()
            self.assertEqual([counters[name] - since[name] for name in ("resent", "committed", "refused_by_rule", "slow_path")],
                             [1, 0, 0, 0])
        self.site.audit()

    def begin_anew(self):
        """A daemon that has not met a resend yet."""
        self.site.daemon.stop()
        self.site.daemon.start()
        harness.wait_until(lambda: self.ask("PING").message == "PONG", 20, "the database is up")

    def state(self):
        return self.site.state_of_register(), self.size(), self.site.value("SELECT count(*) FROM lantik.batch")

    def collisions(self):
        return self.site.cluster.log_text().count("duplicate key")

    def test_who_sends_all_again_collides_once(self):
        """After one that was held, batches are looked up before anything of them is written."""
        self.begin_anew()
        bodies = [self.small_body() for _ in range(8)]
        receipts = [self.send(body) for body in bodies]
        before = self.collisions()
        self.assertEqual([self.send(body) for body in bodies], receipts)
        self.assertIn(self.collisions() - before, (1, 2), "once a worker, of which there are two")

    def test_numbers_are_in_the_order_of_sending(self):
        """Whichever worker has a batch: the history of a person is the order of the numbers."""
        for _ in range(12):
            self.send(self.small_body())
        self.assertEqual(self.site.value(
            "SELECT count(*) FROM (SELECT batch_no, lag(batch_no) OVER (ORDER BY leaf_index) AS before FROM lantik.batch) b"
            " WHERE before > batch_no"), "0")


class SeenHead(evidence.Case):
    """A batch that came alone goes by the head of the ledger as it was seen when the batch was taken."""

    seed = 37
    settings = {"workers": 1}
    MOVED = 'null value in column "size" of relation "ledger_head"'

    def test_a_head_that_another_daemon_moved(self):
        """Two daemons saw the same head: one commits, the other finds it moved and writes its batch again."""
        second, endpoint = self.site.second_daemon()
        second.start()
        self.addCleanup(second.stop)
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        clients = [stack.enter_context(self.office.client(timeout=60, endpoint=home)) for home in (self.site.endpoint, endpoint)]
        for client in clients:
            harness.wait_until(lambda: client.request("PING").message == "PONG", 20, "the database is up")
        session = self.site.cluster.session()
        self.addCleanup(session.close)
        before, size = self.site.cluster.log_text().count(self.MOVED), self.size()
        session.sql("BEGIN; SELECT size FROM lantik.ledger_head FOR UPDATE")
        bodies = [self.small_body() for _ in clients]
        for client, body in zip(clients, bodies):
            envelope = client.make_envelope("SUBMIT", body)
            client.send_frames([envelope.SerializeToString(), body])
        harness.wait_until(lambda: self.site.value(BLOCKED) == "2", 20, "both wait for the head")
        session.sql("ROLLBACK")
        replies = [client.parse_reply(client.receive_frames(60)) for client in clients]
        for reply, body in zip(replies, bodies):
            self.assertEqual(reply.message, "RECEIPT")
            self.office.receipt.Receipt.parse(reply.body).verify_body(body)
        self.assertEqual(self.size(), size + 2)
        self.assertEqual(self.site.cluster.log_text().count(self.MOVED), before + 1, "one of them had to begin again")
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.register"), "2")
        self.site.audit()


class Killed(evidence.Shimmed, Case):
    """kill -9 when a whole group is committed and nothing of it is signed."""

    seed = 34
    settings = {"workers": 1}

    def notes_kept(self):
        return int(self.site.value("SELECT count(*) FROM lantik.checkpoint"))

    def test_killed_between_commit_and_signing(self):
        crowd = self.bodies(OFFICES * 2)
        holding, _ = self.gather(2, lambda: [self.post(self.offices[n % OFFICES], body) for n, body in enumerate(crowd)])
        (self.shim / "kill-after-commit").touch()
        holding.sql("ROLLBACK")
        harness.wait_until(lambda: not self.site.daemon.is_running(), 20, "lantikd is gone")
        leaves = dict(self.site.sql("SELECT encode(uuid_send(batch_id), 'hex'), leaf_index FROM lantik.batch"))
        self.assertGreater(len(leaves), 3, "a group is recorded")
        signed = self.site.value("SELECT count(*) FROM lantik.batch b JOIN lantik.checkpoint c ON c.size = b.leaf_index + 1"
                                 " WHERE b.xmin = (SELECT xmin FROM lantik.batch ORDER BY leaf_index DESC LIMIT 1)")
        self.assertEqual(signed, "0", "and nothing of it is signed")
        self.site.daemon.start()
        harness.wait_until(lambda: self.notes_kept() == self.size(), 20, "the sweep has signed what was left")
        for request_id, (office, body) in self.sent.items():
            receipt = self.proved(request_id, self.ask("SUBMIT", body, self.notes[office], office))
            self.assertEqual(receipt.index, int(leaves.get(self.batch_id(body).hex(), receipt.index)), "the leaf that it had")
        self.assertEqual(str(self.size()), self.site.value("SELECT count(*) FROM lantik.ledger_leaf"))
        self.assertEqual(int(self.site.value("SELECT count(*) FROM lantik.batch")), len(self.sent) + 1, "each exactly once")
        self.site.audit()

    def test_small_batches_of_any_size_are_taken(self):
        """At some size the memory of a small batch holds its records and no more."""
        for count in range(1, 17):
            _, manifest, records = self.people(count)
            receipt, _ = self.clients[self.office].submit_body(self.body(manifest, records))
            self.assertEqual(receipt.verdict.record_count, count)


if __name__ == "__main__":
    unittest.main(verbosity=2)
