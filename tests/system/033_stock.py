"""Small batches one after the other: number and head are there before the next one comes, and stand for nothing else.

SPDX-License-Identifier: Apache-2.0
"""

import unittest

import evidence
import harness

MOVED = 'null value in column "size" of relation "ledger_head"'
ORDER = ("SELECT count(*) FROM (SELECT number, lag(number) OVER (ORDER BY leaf_index) AS before FROM "
         "(SELECT batch_no AS number, leaf_index FROM lantik.batch UNION ALL SELECT decision_no, leaf_index FROM lantik.decision) n) b "
         "WHERE before > number")


class Case(evidence.Case):
    settings = {"workers": 1}

    def setUp(self):
        self.begin_anew()

    def begin_anew(self):
        """A daemon that has not met anything yet which makes it do without a stock for a while."""
        self.site.daemon.stop()
        self.site.daemon.start()

    def tearDown(self):
        self.assertEqual(self.site.value(ORDER), "0", "the numbers are in the order of the ledger")
        self.site.audit()

    def send(self, body, endpoint=None):
        """The number and the receipt."""
        with self.office.client(endpoint=endpoint) as client:
            harness.wait_until(lambda: client.request("PING").message == "PONG", 20, "the database is up")
            reply = client.request("SUBMIT", body)
        self.assertEqual(reply.message, "RECEIPT")
        receipt = self.office.receipt.Receipt.parse(reply.body)
        receipt.verify_body(body)
        return self.number(body), receipt

    def number(self, body):
        batch_id = self.office.batch.manifest_of(self.office.contract, body).batch_id
        return int(self.site.value(f"SELECT batch_no FROM lantik.batch WHERE batch_id = '{batch_id.hex()}'"))

    def next_number(self):
        return int(self.site.value("SELECT last_value FROM lantik.batch_no"))

    def stocked(self):
        """The number that lies ready for the next batch, after one that made it so."""

        def ready():
            sent, _ = self.send(self.small_body())
            return self.taken_after(sent)
        return harness.wait_until(ready, 60, "a number is in stock")

    def taken_after(self, sent):
        """The number that was taken after this one, which was the last that was sent: it comes soon behind the reply, or
        not, when the two workers had batches in turn."""
        try:
            return harness.wait_until(lambda: self.next_number() > sent and self.next_number(), 0.3, "a number is in stock")
        except AssertionError:
            return None

    def moved(self):
        return self.site.cluster.log_text().count(MOVED)


class Stock(Case):
    seed = 38

    def test_the_next_batch_has_its_number(self):
        """No question comes between: whichever of the two workers has it, mostly the one with the stock."""
        used, before = 0, self.moved()
        for _ in range(12):
            number = self.stocked()
            used += self.send(self.small_body())[0] == number
        self.assertGreaterEqual(used, 9)
        self.assertEqual(self.moved(), before)

    def test_what_is_not_written_at_once_takes_a_number_of_its_own(self):
        """More rows than go by INSERTs, a further step, a person or a batch that is there already."""
        number = self.stocked()
        self.assertGreater(self.send(self.small_body(8))[0], number)
        first, manifest, records = self.people(1)
        number = self.stocked()
        body = self.body(manifest, records)
        _, receipt = self.send(body)
        self.assertEqual(receipt.verdict.accepted, 1)
        number = self.stocked()
        _, manifest, records = self.people(1, step="SK", first=first)
        self.assertGreater(self.send(self.body(manifest, records))[0], number)
        _, manifest, records = self.people(1, first=first)
        records[0].office_reference = "the same person again"
        number = self.stocked()
        later, receipt = self.send(self.body(manifest, records))
        self.assertGreater(later, number)
        self.assertEqual(self.outcomes(receipt.verdict), {1: ("returned", {"S05.order"})})
        self.begin_anew()
        self.stocked()
        size = self.size()
        again = self.ask("SUBMIT", body)
        self.assertEqual((again.message, self.size()), ("RECEIPT", size), "what is held gets its receipt")

    def test_refused_by_a_rule(self):
        """A batch that is refused whole has a leaf, too."""
        _, manifest, records = self.people(1)
        manifest.programme = "PW1924"
        self.stocked()
        self.assertEqual(self.send(self.body(manifest, records))[1].verdict.outcome, "refused")

    def test_who_did_not_sign(self):
        """The signature is looked at when the rows are written: nothing of them stays, and nothing is shown for it."""
        number, held = self.stocked(), self.small_body()
        self.send(held)
        _, whole, records = self.people(1)
        whole.all_or_nothing = 1
        for body, overrides in ((self.small_body(), {"signature": bytes(64)}),
                                (self.body(whole, records), {"signature": bytes(64)}),
                                (self.small_body(), {"signing_key_id": b"\0\1\2\3"}),
                                (self.small_body(8), {"signature": bytes(64)}),
                                (held, {"signature": bytes(64)})):
            self.stocked()
            before, size = self.site.state_of_register(), self.size()
            reply = self.ask("SUBMIT", body, **overrides)
            self.assertEqual(reply.message, "REFUSAL")
            self.assertEqual(self.office.contract.name("RefusalCode", self.office.contract.Refusal.FromString(reply.body).code),
                             "BAD_SIGNATURE")
            self.assertEqual((self.site.state_of_register(), self.size()), (before, size))
        self.assertGreater(self.send(self.small_body())[0], number)

    def test_another_daemon_was_first(self):
        second, endpoint = self.site.second_daemon()
        second.start()
        self.addCleanup(second.stop)
        self.send(self.small_body(), endpoint)
        number, before = self.stocked(), self.moved()
        other, _ = self.send(self.small_body(8), endpoint)
        self.assertGreater(other, number)
        later, _ = self.send(self.small_body())
        self.assertGreater(later, other, "a number in stock stands for the ledger as it was")
        self.assertLessEqual(self.moved(), before + 1)

    def test_a_deed_was_first(self):
        number, before = self.stocked(), self.size()
        harness.WireOffice(self.site, "kanreg-99")
        self.assertGreater(self.size(), before)
        self.assertGreater(self.send(self.small_body())[0], number)

    def test_the_server_was_stopped_meanwhile(self):
        number = self.stocked()
        self.site.cluster.stop()
        self.site.cluster.start()
        self.assertGreater(self.send(self.small_body())[0], number)

    def test_a_changed_configuration(self):
        """No leaf says of its commit what settings promised that are no more."""
        self.stocked()
        self.configure("off")
        self.addCleanup(self.configure, "on")
        body = self.small_body()
        self.assertEqual(self.durability(self.send(body)[0]), "3")
        self.begin_anew()
        self.stocked()
        self.configure("on")
        self.assertEqual(self.durability(self.send(self.small_body())[0]), "1")

    def configure(self, value):
        self.site.cluster.sql(f"ALTER SYSTEM SET synchronous_commit = '{value}'")
        self.site.cluster.sql("SELECT pg_reload_conf()")
        harness.wait_until(lambda: self.site.value("SHOW synchronous_commit") == value, 20, "the server has read it")

    def durability(self, number):
        return self.site.value(f"SELECT durability FROM lantik.batch WHERE batch_no = {number}")

    def now(self):
        return float(self.site.value("SELECT extract(epoch FROM clock_timestamp())"))

    def test_the_time_goes_on(self):
        number = self.stocked()
        begun = self.now() + 2
        harness.wait_until(lambda: self.now() > begun, 20, "the number has grown old")
        before = self.now()
        used, _ = self.send(self.small_body())
        self.check_time(used, before)
        self.assertEqual(used, number, "and is used all the same")

    def check_time(self, number, before):
        received, recorded = map(float, self.site.sql(
            "SELECT extract(epoch FROM received_at), extract(epoch FROM recorded_at) FROM lantik.batch "
            f"WHERE batch_no = {number}")[0])
        self.assertLessEqual(before, received)
        self.assertLessEqual(received, recorded)
        self.assertLessEqual(recorded, self.now())


class Clock(evidence.Shimmed, Case):
    """The daemon's clock says that an hour has gone by since the number was taken; the server's does not."""

    seed = 39
    check_time, now = Stock.check_time, Stock.now

    def test_the_server_knows_better(self):
        number, before, moved = self.stocked(), self.now(), self.moved()
        (self.shim / "hour-later").touch()
        later, _ = self.send(self.small_body())
        self.assertGreater(later, number, "the head was not moved with such a time")
        self.assertEqual(self.moved(), moved + 1)
        self.check_time(later, before)


if __name__ == "__main__":
    unittest.main(verbosity=2)
