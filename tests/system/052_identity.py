"""Who an office is: scopes by day, keys that overlap, and revocations that count within a second on a living connection.

SPDX-License-Identifier: Apache-2.0
"""

import datetime
import os
import resource
import time
import unittest

import harness


def client_error(name):
    return getattr(harness.client_modules()[0], name)


class Revoked(harness.Case):
    """What is measured is the time from the command's end until the first refusal, asked without a pause."""

    LIMIT = 1.0 * harness.PATIENCE

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sampler = harness.Office(cls.site, "sampler", cls.site.directory / "sampler")

    def refused_after(self, client, began):
        """Seconds from `began` until this connection was refused by name, and stays refused."""
        while True:
            reply = client.request("PING")
            if reply.message == "REFUSAL":
                break
            self.assertIn(reply.message, ("PONG", "BUSY"))
            self.assertLess(time.monotonic() - began, 20, "refused at all")
        taken = time.monotonic() - began
        self.assertEqual(self.code_of(client, reply), "NOT_ALLOWED")
        for _ in range(20):
            self.assertEqual(client.request("PING").message, "REFUSAL")
        return taken

    def code_of(self, client, reply):
        return client.contract.name("RefusalCode", client.contract.Refusal.FromString(reply.body).code)

    def figure(self, what, taken):
        print(f"figure: {what}: refused after {taken:.2f} s")
        self.assertLess(taken, self.LIMIT)

    def check_kept_out(self, office):
        """A revoked key opens no new connection, and its signature over another's connection is worth nothing."""
        with office.client() as client:
            with self.assertRaises((client_error("NoAnswer"), client_error("Refused"))):
                client.request("PING", timeout=2)

    def test_by_a_deed(self):
        office = harness.WireOffice(self.site, "by-deed")
        with office.client() as client:
            self.assertEqual(client.request("PING").message, "PONG")
            began = time.monotonic()
            self.site.ctl("office", "revoke", "by-deed", "--reason", "a test")
            self.figure("office revoke, the command included", self.refused_after(client, began))
        self.check_kept_out(office)

    def cut(self, *lines):
        """Adds lines as `lantikctl key cut` does: one write at the end of the file."""
        with open(self.site.revoked_file, "ab", buffering=0) as file:
            file.write("".join(f"{line}\n" for line in lines).encode())

    def test_by_the_file(self):
        office, other = harness.WireOffice(self.site, "by-file"), harness.WireOffice(self.site, "other")
        path = self.sampler.sample("by-file", kind="PPPK_PW", step="NI", agency="6171", rows=3, seed=1)
        body = office.body(path)
        before = self.site.value("SELECT count(*) FROM lantik.batch")
        with office.client() as client, other.client() as neighbour:
            self.assertEqual(client.request("PING").message, "PONG")
            self.cut("# lost with a laptop", office.curve_key)
            self.figure("a line in the file", self.refused_after(client, time.monotonic()))
            reply = client.request("SUBMIT", body)
            self.assertEqual((reply.message, self.code_of(client, reply)), ("REFUSAL", "NOT_ALLOWED"))
            self.assertEqual(neighbour.request("PING").message, "PONG", "others go on")
        self.check_kept_out(office)
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.batch"), before)

    def test_by_the_file_while_the_database_is_down(self):
        office = harness.WireOffice(self.site, "while-down")
        with office.client() as client:
            self.assertEqual(client.request("PING").message, "PONG")
            self.site.cluster.stop("immediate")
            try:
                harness.wait_until(lambda: client.request("PING").message == "BUSY", 20, "the database is down")
                self.cut(office.curve_key)
                self.figure("a line in the file, no database", self.refused_after(client, time.monotonic()))
                self.check_kept_out(office)
            finally:
                self.site.cluster.start()
            self.site.daemon.wait_up()
            self.assertEqual(client.request("PING").message, "REFUSAL", "a database that comes back lets nobody in")

    def test_a_message_that_waited_is_refused_when_its_key_was_cut_meanwhile(self):
        office, holding = harness.WireOffice(self.site, "waited"), self.site.cluster.session()
        self.addCleanup(holding.close)
        paths = [self.sampler.sample(f"waited-{n}", kind="PPPK_PW", step="NI", agency="6171", rows=5, seed=20 + n)
                 for n in range(3)]
        batches = self.site.value("SELECT count(*) FROM lantik.batch")
        received = self.site.daemon.counters()["received"]
        with office.client(timeout=60) as client, office.client() as other:
            self.assertEqual(other.request("PING").message, "PONG")
            received += 1
            holding.sql("BEGIN; SELECT size FROM lantik.ledger_head FOR UPDATE")
            replies = {}
            for sent, body in enumerate(map(office.body, paths), 1):  # two workers: the third waits
                envelope = client.make_envelope("SUBMIT", body)
                client.send_frames([envelope.SerializeToString(), body])
                replies[envelope.request_id] = None
                harness.wait_until(lambda held=min(sent, 2): self.held_up() == held, 20, "a worker with one batch, not two")
            self.site.daemon.wait_counter("received", received + 3)
            self.cut(office.curve_key)
            harness.wait_until(lambda: self.is_kept_out(other), 20, "the key is cut off")
            holding.sql("ROLLBACK")
            for _ in replies:
                reply = client.parse_reply(client.receive_frames())
                replies[reply.envelope.request_id] = reply
            messages = [reply.message for reply in replies.values()]
        self.assertEqual(sorted(messages), ["RECEIPT", "RECEIPT", "REFUSAL"])
        self.assertEqual(int(self.site.value("SELECT count(*) FROM lantik.batch")) - int(batches), 2)

    def held_up(self):
        return int(self.site.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'lantikd worker'"
                                   " AND wait_event_type = 'Lock'"))

    @staticmethod
    def is_kept_out(client):
        try:
            return client.request("PING", timeout=1).message == "REFUSAL"
        except client_error("NoAnswer"):
            return False  # nobody is there who could answer: each worker has a batch in hand


class Scope(harness.Case):
    """The days at the edges of a period."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sampler = harness.Office(cls.site, "sampler", cls.site.directory / "sampler")
        cls.seed = 52

    def body(self, office):
        type(self).seed += 1
        path = self.sampler.sample(f"sample-{self.seed}", kind="PPPK_PW", step="NI", agency="6171", rows=2, seed=self.seed)
        return office.body(path)

    def answer(self, client, body, **overrides):
        """RECEIPT, or the code of the refusal."""
        reply = client.request("SUBMIT", body, **overrides)
        if reply.message != "REFUSAL":
            return reply.message
        return client.contract.name("RefusalCode", client.contract.Refusal.FromString(reply.body).code)

    def becomes(self, client, office, wanted):
        """What a new batch is answered within a second from now on, which a deed that was just done must have changed."""
        end = time.monotonic() + harness.PATIENCE
        while (answer := self.answer(client, self.body(office))) != wanted and time.monotonic() < end:
            pass
        self.assertEqual(answer, wanted)

    @staticmethod
    def day(offset):
        """In Asia/Jakarta."""
        jakarta = datetime.timezone(datetime.timedelta(hours=7))
        return str(datetime.datetime.now(jakarta).date() + datetime.timedelta(days=offset))

    def test_the_scope_of_the_day(self):
        office = harness.WireOffice(self.site, "moved")
        with office.client() as client:
            self.becomes(client, office, "RECEIPT")
            for scope, wanted in ((("--kanreg", "11", "--from", self.day(1)), "RECEIPT"),
                                  (("--kanreg", "11", "--from", self.day(-3), "--until", self.day(0)), "RECEIPT"),
                                  (("--kanreg", "11", "--from", self.day(0)), "NOT_ALLOWED"),
                                  (("--agencies", "6171", "--until", self.day(1)), "RECEIPT"),
                                  (("--agencies", "6204"), "NOT_ALLOWED"),
                                  (("--kanreg", "03"), "RECEIPT")):
                self.site.ctl("office", "scope", "moved", *scope, "--reason", "a test")
                self.becomes(client, office, wanted)

    def test_a_day_without_scope(self):
        office = harness.WireOffice(self.site, "tomorrow", known=False)
        self.site.ctl("office", "add", "tomorrow", "--kanreg", "03", "--from", self.day(1), "--curve-key", office.curve_key,
                      "--signing-key", office.signing_key)
        harness.wait_until(office.answers, 20, "lantikd knows tomorrow")
        with office.client() as client:
            self.assertEqual(self.answer(client, self.body(office)), "NOT_ALLOWED")


class Watchdog(harness.Case):
    """systemd's watchdog is told only of a whole round trip through the public socket."""

    SECONDS = 3  # WATCHDOG_USEC: one ping a second
    FILES = 12

    @classmethod
    def setUpClass(cls):
        cls.site = harness.Site()
        cls.site.daemon.environment = {"WATCHDOG_USEC": str(cls.SECONDS * 1_000_000)}
        cls.site.start()

    def pinged(self):
        return self.site.daemon.notify.poll().get("WATCHDOG") == "1"

    def wait_for_ping(self, what):
        self.site.daemon.notify.reset()
        harness.wait_until(self.pinged, self.SECONDS, what)

    def test_it_pings_and_an_office_notices_nothing(self):
        office = harness.WireOffice(self.site, "watched")
        before = self.site.daemon.counters()
        with office.client() as client:
            for _ in range(3):
                self.wait_for_ping("a ping each second")
                self.assertEqual(client.request("PING").message, "PONG")
        after = self.site.daemon.counters()
        for name in ("handshakes_refused", "dropped_unknown_key", "refused_malformed", "accept_failed"):
            self.assertEqual(after[name], before[name], name)
        self.assertEqual(after["received"] - before["received"], 3)

    def test_it_is_silent_while_nobody_can_connect(self):
        pid = self.site.daemon.process.pid
        limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        self.wait_for_ping("before")
        # below what is open at any time, above what one poll(2) asks about
        self.assertGreater(len(os.listdir(f"/proc/{pid}/fd")), self.FILES)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (self.FILES, limits[1]))
        try:
            harness.wait_until(lambda: "watchdog: " in self.site.daemon.text(), 10, "it says why it is silent")
            self.site.daemon.notify.reset()
            end = time.monotonic() + self.SECONDS
            while time.monotonic() < end:
                self.assertFalse(self.pinged(), "no ping without a round trip")
                time.sleep(0.05)
            self.assertTrue(self.site.daemon.is_running())
        finally:
            resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
        self.wait_for_ping("it pings again")


if __name__ == "__main__":
    unittest.main(verbosity=2)
