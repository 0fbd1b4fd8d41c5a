"""One leaf, one receipt: whichever daemon makes it, whenever, and whatever became of the daemon that recorded the batch.

SPDX-License-Identifier: Apache-2.0

063_receipts.py --batches 1000    so many batches through each of two daemons, each sent again to the other one
"""

import signal
import subprocess
import sys
import threading
import unittest

import evidence
import harness

BATCHES = 20 if harness.SLICE else 60
TREASURER = "keeper"


class Case(evidence.Case):
    def send(self, body, checkpoint=b"", office=None, endpoint=None, timeout=15):
        """One reply to a submission, whatever it says."""
        office = office or self.office
        with office.client(endpoint=endpoint, timeout=timeout) as client:
            return client.request("SUBMIT", body, checkpoint=checkpoint)

    def proved(self, reply, body, office=None):
        """The receipt in a reply, which proves this very body."""
        self.assertEqual(reply.message, "RECEIPT", self.busy_reason(reply))
        receipt = self.office.receipt.Receipt.parse(reply.body)
        receipt.verify(self.trust(office or self.office))
        receipt.verify_body(body)
        return receipt

    def until_receipt(self, body, endpoint=None):
        """Sends again, as an office does, until the receipt is there."""
        def answered():
            reply = self.send(body, endpoint=endpoint)
            return reply.message == "RECEIPT" and reply

        return self.proved(harness.wait_until(answered, 30, "the receipt"), body)

    def batches_held(self, body):
        batch_id = self.office.batch.manifest_of(self.office.contract, body).batch_id
        return self.site.sql(f"SELECT leaf_index, durability FROM lantik.batch WHERE batch_id = '{batch_id.hex()}'")

    def notes(self):
        return int(self.site.value("SELECT count(*) FROM lantik.checkpoint"))


class OneLeaf(evidence.Shimmed, Case):
    seed = 64
    settings = {"workers": 1}

    def at_next_commit(self, what):
        (self.shim / what).touch()

    def die_after_commit(self, body):
        """The daemon commits this batch and is gone before anything is signed."""
        self.at_next_commit("kill-after-commit")
        with self.assertRaises(self.office.client_module.NoAnswer):
            self.send(body, timeout=2)
        harness.wait_until(lambda: not self.site.daemon.is_running(), 10, "lantikd is gone")

    def restart(self):
        if self.site.daemon.is_running():
            self.site.daemon.stop()
        # The sweep commits, too, and the next commit must be the test's own: something is left, so that its first round shows.
        self.site.sql("DELETE FROM lantik.checkpoint WHERE size = (SELECT max(size) FROM lantik.checkpoint)")
        self.site.daemon.start()
        harness.wait_until(lambda: self.ask("PING").message == "PONG", 10, "the database is up")
        harness.wait_until(lambda: self.notes() == self.size(), 20, "the sweep has signed what was left")

    def test_killed_between_commit_and_signing(self):
        self.submit(self.small_body())
        body = self.small_body(2)
        self.die_after_commit(body)
        [(leaf, _)] = self.batches_held(body)
        self.assertEqual(self.site.value(f"SELECT count(*) FROM lantik.checkpoint WHERE size = {leaf} + 1"), "0")
        other, endpoint = self.site.second_daemon()
        other.start()
        self.addCleanup(other.stop)
        larger = [self.submit(self.small_body(), endpoint=endpoint).index for _ in range(3)]
        self.assertGreater(min(larger), int(leaf), "larger heads were signed meanwhile")
        first = self.until_receipt(body, endpoint)
        self.assertEqual(first.index, int(leaf))
        self.site.daemon.start()
        second = self.until_receipt(body)
        self.assertEqual(second.whole, first.whole, "the one right receipt, from both")
        self.assertEqual(len(self.batches_held(body)), 1)
        roots = self.all_roots()
        self.assertEqual(first.checkpoint.root, roots[first.index + 1])

    def test_the_sweep_signs_what_was_left(self):
        self.submit(self.small_body())
        body = self.small_body()
        self.die_after_commit(body)
        [(leaf, _)] = self.batches_held(body)
        self.site.daemon.start()
        harness.wait_until(lambda: self.notes() == self.size(), 10, "every leaf has its checkpoint")
        self.assertGreaterEqual(self.site.daemon.counters()["swept"], 1)
        kept = self.site.value(f"SELECT note FROM lantik.checkpoint WHERE size = {leaf} + 1").encode()
        self.assertEqual(self.until_receipt(body).checkpoint_note.rstrip(b"\n"), kept.rstrip(b"\n"))

    def test_connection_lost_after_the_commit(self):
        self.restart()
        body = self.small_body()
        before = self.site.daemon.counters()
        self.at_next_commit("lose-after-commit")
        receipt = self.proved(self.send(body), body)
        counters = self.site.daemon.counters()
        self.assertEqual([counters[name] - before[name] for name in ("unknown_outcomes", "barriers", "resent")], [1, 1, 1],
                         "looked up, and a barrier before it was signed")
        self.assertEqual(self.until_receipt(body).whole, receipt.whole)
        self.assertEqual(self.site.daemon.counters()["barriers"], counters["barriers"], "the checkpoint is stored now")

    def test_connection_lost_before_the_commit(self):
        self.restart()
        body = self.small_body()
        self.submit(self.small_body())
        head = evidence.signed_size(self.site)
        self.at_next_commit("lose-before-commit")
        reply = self.send(body)
        self.assertEqual(reply.message, "BUSY", "it may be on its way, or lost: nobody says more")
        self.assertEqual(evidence.signed_size(self.site), head, "and nothing is signed")
        self.assertEqual(self.site.daemon.counters()["unknown_outcomes"], 1)
        self.until_receipt(body)
        self.assertEqual(len(self.batches_held(body)), 1)


class Durability(Case):
    """A primary whose commits wait for a standby: pg_receivewal stands in for one."""

    seed = 65
    settings = {"workers": 1}  # one connection: a PING that it answered says that the next commit finds it well

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keeper = None

    @classmethod
    def tearDownClass(cls):
        cls.stop_keeper()
        super().tearDownClass()

    @classmethod
    def stop_keeper(cls):
        if cls.keeper and cls.keeper.poll() is None:
            cls.keeper.send_signal(signal.SIGCONT)
            harness.stop(cls.keeper)
        cls.keeper = None

    @classmethod
    def start_keeper(cls):
        archive = cls.site.directory / "archive"
        archive.mkdir(exist_ok=True)
        cls.keeper = subprocess.Popen(
            [harness.PG_BIN / "pg_receivewal", "--synchronous", "-D", archive, "-d",
             f"host={cls.site.cluster.socket} user=postgres application_name={TREASURER}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=harness.environment())
        harness.wait_until(lambda: cls.site.value("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == "1",
                           20, "the standby streams")

    def set_standbys(self, names, restart):
        """Without a restart the change is a minute old before anybody relies on it."""
        cluster = self.site.cluster
        cluster.sql(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
        if not restart:
            cluster.sql("SELECT pg_reload_conf()")
            return
        self.stop_keeper()
        cluster.stop("fast")
        cluster.start()
        if names:
            self.start_keeper()
        harness.wait_until(lambda: self.ask("PING").message == "PONG", 20, "lantikd is up again")

    def waiting(self):
        """The backend whose COMMIT waits for the standby."""
        rows = self.site.sql("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query = 'COMMIT'")
        return rows and rows[0][0]

    def stop_standby(self):
        """After a batch: a sequence writes to the WAL once for many numbers, and would wait, too."""
        self.until_receipt(self.small_body())
        self.keeper.send_signal(signal.SIGSTOP)

    def start_send(self, body):
        replies = []
        thread = threading.Thread(target=lambda: replies.append(self.send(body, timeout=60)), daemon=True)
        thread.start()
        return thread, replies

    def test_the_class_is_true(self):
        self.set_standbys("", restart=True)
        body = self.small_body()
        self.assertEqual(self.proved(self.send(body), body).leaf.durability, 1, "one server")
        self.set_standbys(TREASURER, restart=True)
        body = self.small_body()
        self.assertEqual(self.proved(self.send(body), body).leaf.durability, 2, "a quorum")
        self.set_standbys("", restart=False)
        body = self.small_body()
        self.assertEqual(self.proved(self.send(body), body).leaf.durability, 1)
        self.set_standbys(TREASURER, restart=False)
        body = self.small_body()
        self.assertEqual(self.proved(self.send(body), body).leaf.durability, 1, "it was set a moment ago: not relied on yet")

    def test_a_quorum_that_was_dismissed_during_the_commit(self):
        """PostgreSQL wakes whoever waits, says COMMIT and warns of nothing."""
        self.set_standbys(TREASURER, restart=True)
        self.stop_standby()
        body = self.small_body()
        thread, replies = self.start_send(body)
        harness.wait_until(self.waiting, 20, "the commit waits for its standby")
        self.set_standbys("", restart=False)
        thread.join(60)
        self.assertEqual(replies[0].message, "BUSY", "its leaf says quorum, and no standby has it")
        [(leaf, durability)] = self.batches_held(body)
        self.assertEqual(durability, "2")
        self.assertEqual(self.send(body).message, "BUSY", "nor is it signed later")
        other = self.until_receipt(self.small_body())
        self.assertEqual((other.index, other.leaf.durability), (int(leaf) + 1, 1), "others are not held up")
        self.site.daemon.stop()
        self.site.daemon.start()
        harness.wait_until(lambda: f"sweep: checkpoint of leaf {leaf}:" in self.site.daemon.text(), 10, "the sweep tells of it")
        self.assertEqual(self.site.value(f"SELECT count(*) FROM lantik.checkpoint WHERE size = {leaf} + 1"), "0")
        self.set_standbys(TREASURER, restart=True)
        self.assertEqual(self.until_receipt(body).index, int(leaf))

    def test_a_wait_that_was_cancelled(self):
        self.set_standbys(TREASURER, restart=True)
        self.stop_standby()
        unknown = self.site.daemon.counters()["unknown_outcomes"]
        body = self.small_body()
        thread, replies = self.start_send(body)
        told = self.site.daemon.text().count("looking the batch up")
        self.site.sql(f"SELECT pg_cancel_backend({harness.wait_until(self.waiting, 20, 'the commit waits')})")
        harness.wait_until(lambda: self.site.daemon.text().count("looking the batch up") > told, 20, "it is looked up")
        self.site.sql(f"SELECT pg_cancel_backend({harness.wait_until(self.waiting, 20, 'the barrier waits')})")
        thread.join(60)
        self.assertEqual(replies[0].message, "BUSY", "committed here, and perhaps nowhere else")
        self.assertEqual(self.site.daemon.counters()["unknown_outcomes"], unknown + 1)
        [(leaf, _)] = self.batches_held(body)
        self.assertEqual(self.site.value(f"SELECT count(*) FROM lantik.checkpoint WHERE size = {leaf} + 1"), "0")
        self.keeper.send_signal(signal.SIGCONT)
        receipt = self.until_receipt(body)
        self.assertEqual((receipt.index, receipt.leaf.durability), (int(leaf), 2))


class Sender(threading.Thread):
    """An office that records each of its batches at one daemon and asks the other for the same receipt."""

    def __init__(self, case, office, bodies, here, there):
        super().__init__(daemon=True)
        self.case, self.office, self.bodies, self.endpoints = case, office, bodies, (here, there)
        self.receipts, self.error, self.checkpoint = [], None, b""
        self.enough = threading.Event()

    def run(self):
        try:
            here, there = (self.office.client(endpoint=endpoint) for endpoint in self.endpoints)
            with here, there:
                for body in self.bodies:
                    if self.enough.is_set():
                        break
                    first = self.receipt(here, body)
                    self.case.assertEqual(self.receipt(there, body).whole, first.whole, "from both daemons the same bytes")
                    self.receipts.append(first)
        except BaseException as error:  # told to the test, which joins this thread
            self.error = error

    def receipt(self, client, body):
        """Shows the newest checkpoint that was seen and wants its proof."""
        reply = client.request("SUBMIT", body, checkpoint=self.checkpoint)
        self.case.assertEqual(reply.message, "RECEIPT")
        self.case.take_deeds(reply, self.office)
        receipt = self.case.proved(reply, body, self.office)
        if self.checkpoint:
            self.case.prove(reply, self.checkpoint, self.office)
        if not self.checkpoint or receipt.index + 1 > self.case.checkpoint(self.checkpoint, self.office).size:
            self.checkpoint = receipt.checkpoint_note
        return receipt


class Both(Case):
    """Two daemons over one database; each batch goes to one of them and then to the other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other, cls.endpoint = cls.site.second_daemon()
        cls.offices = [cls.office, harness.WireOffice(cls.site, "kanreg-03-b")]

    @classmethod
    def tearDownClass(cls):
        cls.other.stop()
        super().tearDownClass()

    def start_other(self):
        self.other.start()
        for office in self.offices:
            harness.wait_until(lambda office=office: self.knows(office), 10, "the second daemon knows the offices")

    def knows(self, office):
        try:
            return self.ask("PING", office=office, endpoint=self.endpoint).message == "PONG"
        except (self.office.client_module.Refused, self.office.client_module.NoAnswer):
            return False

    def start_senders(self, count):
        _, manifest, records = self.people(2 * count)
        bodies = [self.body(manifest, [record]) for record in records]
        ways = [(self.site.endpoint, self.endpoint), (self.endpoint, self.site.endpoint)]
        self.senders = [Sender(self, self.offices[i], bodies[i::2], *ways[i]) for i in (0, 1)]
        for sender in self.senders:
            sender.start()

    def all_receipts(self):
        for sender in self.senders:
            sender.join()
            if sender.error:
                raise sender.error
        return [receipt for sender in self.senders for receipt in sender.receipts]

    def check_tree(self, receipts):
        roots = self.all_roots()
        self.assertEqual(len({receipt.index for receipt in receipts}), len(receipts), "a leaf each")
        for receipt in receipts:
            self.assertEqual(receipt.checkpoint.root, roots[receipt.index + 1], "one tree")
        for size, note in self.site.sql("SELECT size, note FROM lantik.checkpoint"):
            self.assertEqual(self.checkpoint(note.encode()).root, roots[int(size)])
        self.assertEqual(self.notes(), self.size(), "every leaf has its checkpoint")


class TwoDaemons(Both):
    seed = 66

    def test_each_way(self):
        self.start_other()
        self.start_senders(BATCHES)
        receipts = self.all_receipts()
        self.assertEqual(len(receipts), 2 * BATCHES)
        self.check_tree(receipts)
        print(f"figure: {len(receipts)} receipts, each from two daemons; {self.size()} leaves")


class KeysChangeMeanwhile(Both):
    """While batches come to both daemons a receipt key is added and the first one retired: nobody signs by the old deeds."""

    seed = 67

    def deed(self, *args):
        self.site.ctl(*args, "--recovery-key", self.site.recovery / "recovery.key", "--official", "PEJABAT", "--reason",
                      "a test", timeout=60)

    def hold_next_key(self):
        """Both daemons hold it; its public half."""
        [told] = self.site.ctl("key", "new-receipt", "--directory", self.site.keys, "--origin", self.site.ORIGIN,
                               "--json").of_type("type", "keys")
        self.site.daemon.stop()
        for daemon in (self.site.daemon, self.other):
            with open(daemon.config, "a", encoding="utf-8") as file:
                file.write(f'next_receipt_key_file = "{told["secret"]}"\n')
        self.site.daemon.start()
        self.start_other()
        return told["public"]

    def wait_receipts(self, count):
        def there():
            for sender in self.senders:
                if sender.error:
                    raise sender.error
            return sum(len(sender.receipts) for sender in self.senders) >= count

        harness.wait_until(there, 60, f"{count} receipts")

    def test_rotation_under_load(self):
        public = self.hold_next_key()
        self.start_senders(20 * BATCHES)
        self.wait_receipts(10)
        self.deed("key", "add", public)
        self.wait_receipts(sum(len(sender.receipts) for sender in self.senders) + 20)
        self.deed("key", "retire", self.site.keys / "receipt.vkey", "--yes")
        self.wait_receipts(sum(len(sender.receipts) for sender in self.senders) + 20)
        for sender in self.senders:
            sender.enough.set()
        receipts = self.all_receipts()
        added, retired = (int(leaf) for (leaf,) in self.site.sql(
            "SELECT leaf_index FROM lantik.deed WHERE kind IN (6, 7) ORDER BY leaf_index"))
        for receipt in receipts:
            signatures = receipt.checkpoint_note.split(b"\n\n")[1].count(b"\xe2\x80\x94 ")
            expected = 2 if added < receipt.index < retired else 1
            self.assertEqual(signatures, expected, (added, receipt.index, retired))
        self.assertTrue(all(any(low <= receipt.index < high for receipt in receipts)
                            for low, high in ((0, added), (added, retired), (retired, self.size()))), "before, between and after")
        self.check_tree(receipts)


def main():
    global BATCHES
    if "--batches" in sys.argv:
        at = sys.argv.index("--batches")
        BATCHES = int(sys.argv[at + 1])
        del sys.argv[at:at + 2]
    unittest.main(verbosity=2)


if __name__ == "__main__":
    main()
