#!/usr/bin/python3
"""Offices come, change and go by deeds: asked for by lantikctl, carried out once by lantikd, each with a leaf of its own.

SPDX-License-Identifier: Apache-2.0
"""

import contextlib
import hashlib
import struct
import subprocess
import threading
import time
import unittest
import uuid

import harness

KINDS = {"office-add": 1, "key-add": 2, "key-revoke": 3, "office-revoke": 4, "scope": 5, "receipt-key-add": 6}
DECIDER_LOCK = "SELECT pg_advisory_lock(x'646563696465'::bigint)"
SECOND = 1.0 * harness.PATIENCE


def refusal(client):
    """The code of the refusal that a message gets, None when it is let in, "silence" without an answer, "handshake" when the
    door stays shut."""
    try:
        reply = client.request("PING", timeout=3 * harness.PATIENCE)
    except client_module().NoAnswer:
        return "silence"
    except client_module().Refused:
        return "handshake"
    if reply.message != "REFUSAL":
        return None
    return client.contract.Refusal.FromString(reply.body).code


def client_module():
    return harness.client_modules()[0]


class Deeds:
    """What the cases of this file share, whatever their site."""

    @classmethod
    def wait_first_look(cls):
        """Before it lantikctl takes the daemon for one that never ran, and does not wait for it."""
        harness.wait_until(lambda: cls.site.value("SELECT count(*) FROM lantik.receipt_key") == "1", 20, "the first look")

    def new(self, name):
        """An office with keys that nobody knows yet."""
        return harness.WireOffice(self.site, name, known=False)

    def add(self, office, *scope, name=None, **options):
        return self.site.ctl("office", "add", name or office.name, *scope, "--curve-key", office.curve_key, "--signing-key",
                             office.signing_key, "--json", **options)

    def ctl_office(self, *args, **options):
        return self.site.ctl("office", *args, "--json", **options)

    def is_let_in(self, office, endpoint=None):
        with office.client(endpoint=endpoint) as client:
            return refusal(client) is None

    def wait_let_in(self, office, endpoint=None):
        harness.wait_until(lambda: self.is_let_in(office, endpoint), 20, f"{office.name} is let in")

    def deeds(self):
        return self.site.sql("SELECT kind, split_part(split_part(text, E'\\noffice ', 2), E'\\n', 1) FROM lantik.deed"
                             " ORDER BY leaf_index")

    def audit(self, expect=0):
        """What `lantikctl audit` finds: of every office, key and scope it knows the deed."""
        site = self.site
        done = harness.run(harness.program("lantikctl"), "--database", site.cluster.conninfo("lantik_auditor"), "audit", "--json",
                           "--key", site.keys / "receipt.vkey", "--memory", site.directory / "audited", expect=expect)
        return {(line["table"], line["what"]) for line in done.of_type("type", "finding")}

    def check_deeds(self, site=None):
        """Every request has one answer; every deed has its leaf, which names it and its text, and its checkpoint."""
        site = site or self.site
        self.assertEqual(site.value(
            "SELECT count(*) FROM lantik.deed_request r WHERE (SELECT count(*) FROM lantik.deed d WHERE d.request_no ="
            " r.request_no) + (SELECT count(*) FROM lantik.deed_refusal f WHERE f.request_no = r.request_no) <> 1"), "0")
        rows = site.sql("SELECT d.leaf_index, d.deed_id, encode(convert_to(d.text, 'UTF8'), 'hex'), encode(l.leaf, 'hex'),"
                        " d.durability FROM lantik.deed d LEFT JOIN lantik.ledger_leaf l USING (leaf_index)")
        for index, deed_id, text, leaf, durability in rows:
            form, kind, at, named, digest, asked, recorded, class_ = struct.unpack(">HBQ16s32sqqB", bytes.fromhex(leaf))
            self.assertEqual((form, kind, at, named, digest, class_),
                             (1, 4, int(index), uuid.UUID(deed_id).bytes, hashlib.sha256(bytes.fromhex(text)).digest(),
                              int(durability)))
            self.assertLessEqual(asked, recorded)
        unsigned = ("SELECT count(*) FROM lantik.deed d WHERE NOT EXISTS (SELECT FROM lantik.checkpoint c"
                    " WHERE c.size = d.leaf_index + 1)")
        harness.wait_until(lambda: site.value(unsigned) == "0", 150, "every deed has its checkpoint")  # two rounds of the sweep
        leaves = int(site.value("SELECT count(*) FROM lantik.ledger_leaf"))
        self.assertEqual(site.sql("SELECT size, (SELECT max(leaf_index) + 1 FROM lantik.ledger_leaf) FROM lantik.ledger_head"),
                         [(str(leaves), str(leaves))], "no gap")
        return rows


class BeforeTheFirstStart(Deeds, harness.Case):
    """What is asked for while there was no daemon yet is done when one starts, in its order."""

    @classmethod
    def setUpClass(cls):
        cls.site = harness.Site()

    def test_offices_are_there_when_the_door_opens(self):
        first, second, gone = (self.new(name) for name in ("kanreg-03", "kanreg-03-second", "gone"))
        done = self.add(first, "--kanreg", "03")
        self.assertEqual((done.summary["exit_code"], done.summary["done"]), (0, "asked"), done)
        self.assertEqual(self.add(first, "--kanreg", "03").summary["done"], "asked", "again: the same request")
        self.add(second, name="kanreg-03")
        self.add(gone, "--agencies", "6171,6271", "--from", "2026-01-01", "--until", "2199-01-01")
        self.ctl_office("revoke", "gone", "--reason", "was a mistake")
        self.ctl_office("scope", "kanreg-03", "--kanreg", "03", "--from", "2027-01-01")
        self.assertEqual([(line["deed"], line["office"]) for line in self.ctl_office("list").lines if "request" in line],
                         [("office-add", "kanreg-03"), ("key-add", "kanreg-03"), ("office-add", "gone"),
                          ("office-revoke", "gone"), ("scope", "kanreg-03")])
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.office"), "0")
        waiting = harness.Office(self.site, "kanreg-03", self.site.directory / "home")
        waiting.keygen()
        self.site.ctl("office", "add", "kanreg-03", "--curve-key", waiting.curve_key, "--signing-key", waiting.signing_key)
        waiting.init()
        holding = self.site.cluster.session()
        self.addCleanup(holding.close)
        self.assertIsNotNone(holding.sql(DECIDER_LOCK))  # so that the door is open before the offices are there
        self.site.start()
        harness.wait_until(lambda: "the database is up" in self.site.daemon.text(), 20, "the house has looked")
        with first.client() as client:
            self.assertEqual(refusal(client), "silence", "told to wait, not turned away")
        holding.sql("SELECT pg_advisory_unlock_all()")
        waiting.lantik("sync")  # at once, and once
        self.assertTrue(self.is_let_in(first) and self.is_let_in(second))
        self.assertFalse(self.is_let_in(gone))
        self.assertEqual(self.deeds(), [("1", "kanreg-03"), ("2", "kanreg-03"), ("1", "gone"), ("4", "gone"), ("5", "kanreg-03"),
                                        ("2", "kanreg-03")])
        self.check_deeds()
        self.assertEqual(self.site.sql("SELECT valid_from, valid_to, coalesce(kanreg_id, array_to_string(agencies, ' '))"
                                       " FROM lantik.office_scope ORDER BY leaf_index"),
                         [("-infinity", "infinity", "03"), ("2026-01-01", "2199-01-01", "6171 6271"),
                          ("2027-01-01", "infinity", "03")])
        self.site.daemon.stop()
        late = self.new("late")
        done = self.add(late, "--kanreg", "03", "--timeout", "1", expect=4)
        self.assertEqual([line["state"] for line in done.of_type("type", "result")], ["waiting"])
        self.assertEqual(self.add(late, "--kanreg", "03", "--timeout", "0").summary["done"], "asked")
        self.site.start()
        self.assertEqual(self.add(late, "--kanreg", "03").summary["exit_code"], 0)
        self.wait_let_in(late)
        self.assertEqual(self.deeds()[6:], [("1", "late")], "once")
        self.assertEqual(self.audit(), set())


class Offices(Deeds, harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wait_first_look()
        cls.sampler = harness.Office(cls.site, "sampler", cls.site.directory / "sampler")

    def submit(self, office, number):
        path = self.sampler.sample(f"b{number}", kind="PPPK_PW", step="NI", agency="6171", rows=2, seed=64, first=10 * number)
        with office.client() as client:
            reply = client.request("SUBMIT", office.body(path))
            return reply.message if reply.message != "REFUSAL" else client.contract.Refusal.FromString(reply.body).code

    def test_an_office_is_told_of_and_works(self):
        office = self.new("told-of")
        done = self.add(office, "--agencies", "6271,6171", "--official", "Sri Wahyuni", "--reason", "surat 12")
        [result] = done.of_type("type", "result")
        self.assertEqual((result["state"], result["deed"], done.summary["done"]), ("done", "office-add", "office_added"))
        text = self.site.value(f"SELECT text FROM lantik.deed WHERE leaf_index = {result['leaf_index']}")
        self.assertEqual(text.splitlines(), [
            "lantik-deed 1", f"deed {result['deed_id']}", "kind office-add", f"origin {self.site.ORIGIN}", "office told-of",
            "agencies 6171 6271", "from -", "until -", f"curve {office.curve_key}", f"sign {office.signing_key}",
            "official Sri Wahyuni", "reason surat 12", "end"])
        self.wait_let_in(office)
        self.assertEqual(self.submit(office, 1), "RECEIPT")
        self.assertEqual(self.add(office).summary["done"], "nothing")
        said = self.site.ctl("office", "list").stdout
        self.assertIn("6171,6271", said)
        said = self.site.ctl("office", "add", "told-of", "--curve-key", office.curve_key, "--signing-key", office.signing_key,
                             "--lang", "id").stdout
        self.assertIn("tidak ada perubahan", said)
        self.check_deeds()

    def test_two_keys_overlap_while_one_takes_over(self):
        old, new = self.new("rotates"), self.new("rotates")
        self.add(old, "--kanreg", "03")
        self.wait_let_in(old)
        self.assertEqual(self.add(new).summary["done"], "key_added")
        self.wait_let_in(new)
        self.assertEqual([self.submit(old, 10), self.submit(new, 11), self.submit(old, 12)], ["RECEIPT"] * 3)
        with old.client() as client:
            self.assertIsNone(refusal(client))
            done = self.ctl_office("revoke", "--key", old.curve_key, "--reason", "rotated")
            self.assertEqual(done.of_type("type", "result")[0]["state"], "done")
            harness.wait_until(lambda: refusal(client), 5, "the old key is refused")
        self.assertEqual(self.submit(new, 13), "RECEIPT")
        self.assertFalse(self.is_let_in(old))
        states = {line["curve_key"]: line["state"] for line in self.ctl_office("list").lines if "state" in line}
        self.assertEqual((states[old.curve_key], states[new.curve_key]), ("revoked", "active"))
        self.assertEqual(self.ctl_office("revoke", "--key", old.curve_key, "--reason", "again").summary["revoked"], 0)
        self.add(old, expect=1)

    @contextlib.contextmanager
    def speaking(self, office):
        """Sends without a pause; yields [(sent, code of the refusal)]."""
        seen, end = [], threading.Event()

        def speak():
            with office.client() as client:
                while not end.is_set():
                    sent = time.monotonic()
                    seen.append((sent, refusal(client)))

        thread = threading.Thread(target=speak)
        thread.start()
        try:
            harness.wait_until(lambda: seen, 10, "it speaks")
            yield seen
        finally:
            end.set()
            thread.join()

    def within_a_second(self, office, cut_off):
        """Nothing that is sent later than a second after cut_off() returned is let in."""
        with self.speaking(office) as seen:
            self.assertIsNone(seen[-1][1], "it was let in before")
            cut_off()
            then = time.monotonic()
            harness.wait_until(lambda: seen[-1][0] > then + 1.5 * SECOND, 30, "it goes on")
        late = [round(sent - then, 2) for sent, code in seen if code is None and sent > then + SECOND]
        last = max(sent for sent, code in seen if code is None) - then
        print(f"figure: the last message that was let in was sent {last:.3f} s after lantikctl returned")
        self.assertEqual(late, [])

    def test_a_revocation_counts_within_a_second(self):
        office = self.new("revoked-office")
        self.add(office, "--kanreg", "03")
        self.wait_let_in(office)
        self.within_a_second(office, lambda: self.ctl_office("revoke", office.name, "--reason", "test", "--timeout", "0"))
        self.assertFalse(self.is_let_in(office))

    def test_a_revocation_counts_although_nobody_can_carry_it_out(self):
        office = self.new("revoked-key")
        self.add(office, "--kanreg", "03")
        self.wait_let_in(office)
        holding = self.site.cluster.session()
        self.addCleanup(holding.close)
        self.assertIsNotNone(holding.sql(DECIDER_LOCK))  # as if a decider hung
        try:
            self.within_a_second(office, lambda: self.ctl_office("revoke", "--key", office.curve_key, "--reason", "test",
                                                                 "--timeout", "0"))
            [state] = [line["state"] for line in self.ctl_office("list").lines if line.get("curve_key") == office.curve_key
                       and "state" in line]
            self.assertEqual(state, "revoking")
        finally:
            holding.sql("SELECT pg_advisory_unlock_all()")
        harness.wait_until(lambda: self.site.value("SELECT revoked_at IS NOT NULL FROM lantik.office_key WHERE"
                                                   f" signing_vkey = '{office.signing_key}'") == "t", 20, "it is carried out")
        self.assertFalse(self.is_let_in(office))

    def test_a_key_is_cut_off_while_the_database_is_away(self):
        office, other = self.new("cut-off"), self.new("not-cut-off")
        for each in (office, other):
            self.add(each, "--kanreg", "03")
            self.wait_let_in(each)
        with office.client() as client, other.client() as beside:
            self.assertIsNone(refusal(client))
            self.assertIsNone(refusal(beside))
            self.site.cluster.stop("immediate")
            try:
                self.site.ctl("key", "cut", "--file", self.site.revoked_file, "--", office.curve_key)
                harness.wait_until(lambda: refusal(client) not in (None, "silence"), 1, "it is cut off")
                self.assertIsNone(refusal(beside), "Busy, but let in")
            finally:
                self.site.cluster.start()
        self.assertFalse(self.is_let_in(office))
        harness.wait_until(lambda: self.is_let_in(other), 20, "the other goes on")
        self.site.ctl("key", "cut", "--file", self.site.revoked_file, "--office", other.name)
        harness.wait_until(lambda: not self.is_let_in(other), 5, "cut off by its name")

    def test_scopes_begin_and_end(self):
        office = self.new("scoped")
        self.add(office, "--kanreg", "03", "--until", "2020-01-01")
        self.wait_let_in(office)
        allowed = client_module().Contract().number("RefusalCode", "NOT_ALLOWED")
        self.assertEqual(self.submit(office, 20), allowed)
        for args, wanted in ((["--agencies", "6271"], allowed), (["--agencies", "6171", "--from", "2020-01-01"], "RECEIPT"),
                             (["--kanreg", "03", "--from", "2199-01-01"], "RECEIPT"),
                             (["--kanreg", "01"], allowed)):
            self.assertEqual(self.ctl_office("scope", "scoped", *args).summary["exit_code"], 0)
            harness.wait_until(lambda w=wanted: self.submit(office, 21) == w, 5, f"{args}: {wanted}")
        self.ctl_office("scope", "scoped", "--agencies", "1234", expect=1)

    # --- refusals ---

    def ask(self, kind, fields, deed_id=None, text_id=None, origin=None, text=None):
        """A request as anybody with the operator's role could write it; its number."""
        deed_id = deed_id or str(uuid.uuid4())
        official = "-" if KINDS[kind] < 6 else "Canary"
        lines = ["lantik-deed 1", f"deed {text_id or deed_id}", f"kind {kind}", f"origin {origin or self.site.ORIGIN}", *fields,
                 f"official {official}", "reason uji", "end", ""]
        body = "\n".join(lines) if text is None else text
        return int(self.site.value("INSERT INTO lantik.deed_request (deed_id, kind, request) VALUES"
                                   f" ('{deed_id}', {KINDS[kind]}, $body${body}$body$) RETURNING request_no",
                                   user="lantik_operator"))

    def why(self, request):
        def answer():
            return self.site.sql("SELECT coalesce(f.why, ''), d.leaf_index FROM lantik.deed_request r LEFT JOIN"
                                 " lantik.deed_refusal f USING (request_no) LEFT JOIN lantik.deed d USING (request_no)"
                                 f" WHERE request_no = {request} AND (f.why IS NOT NULL OR d.leaf_index IS NOT NULL)")

        [(why, leaf)] = harness.wait_until(answer, 20, f"request {request} is answered")
        self.assertEqual(leaf, "", "it was refused")
        return why

    def test_what_cannot_be_is_refused_by_the_daemon(self):
        here, gone, other, fresh = self.new("here"), self.new("was-here"), self.new("owner"), self.new("fresh")
        for office in (here, gone, other):
            self.add(office, "--kanreg", "03")
        self.ctl_office("revoke", gone.name, "--reason", "uji")
        state = ("SELECT (SELECT count(*) FROM lantik.office), (SELECT count(*) FROM lantik.office_key),"
                 " (SELECT count(*) FROM lantik.office_scope), (SELECT size FROM lantik.ledger_head),"
                 " (SELECT version FROM lantik.reference_version)")
        before, counted = self.site.sql(state), self.site.daemon.counters()["deeds_refused"]

        def keys(curve, sign):
            return [f"curve {curve.curve_key}", f"sign {sign.signing_key}"]

        period = ["from -", "until -"]
        cases = [
            ("office-add", ["office x", "agencies 1234", *period, *keys(fresh, fresh)], {}, "not in the reference tables"),
            ("office-add", ["office x", "kanreg 55", *period, *keys(fresh, fresh)], {}, "not in the reference tables"),
            ("office-add", ["office x", "kanreg 03", *period, *keys(other, fresh)], {}, "stands already"),
            ("office-add", ["office x", "kanreg 03", *period, *keys(fresh, other)], {}, "another office's"),
            ("office-add", ["office x", "kanreg 03", *period, *keys(gone, fresh)], {}, "was revoked"),
            ("office-add", ["office was-here", "kanreg 03", *period, *keys(fresh, fresh)], {}, "was revoked"),
            ("office-add", ["office here", "kanreg 03", *period, *keys(fresh, fresh)], {}, "there already"),
            ("key-add", ["office here", *keys(other, fresh)], {}, "stands already"),
            ("key-add", ["office here", *keys(fresh, other)], {}, "another office's"),
            ("key-add", ["office nobody", *keys(fresh, fresh)], {}, "no office"),
            ("key-add", ["office was-here", *keys(fresh, fresh)], {}, "was revoked"),
            ("key-add", ["office was-here", *keys(fresh, gone)], {}, "was revoked"),
            ("key-revoke", [f"curve {fresh.curve_key}"], {}, "no such"),
            ("key-revoke", [f"curve {gone.curve_key}"], {}, "revoked before"),
            ("office-revoke", ["office nobody"], {}, "no office"),
            ("office-revoke", ["office was-here"], {}, "revoked before"),
            ("scope", ["office was-here", "kanreg 03", *period], {}, "was revoked"),
            ("scope", ["office here", "agencies 1234", *period], {}, "not in the reference tables"),
            ("office-revoke", ["office here"], {"origin": "another.log/1"}, "another ledger"),
            ("office-revoke", ["office here"], {"text_id": str(uuid.uuid4())}, "another deed"),
            ("office-revoke", [], {"text": "lantik-deed 1\nend\n"}, "not a deed"),
            ("office-revoke", [], {"text": ""}, "not a deed"),
            ("office-revoke", ["office here", "kanreg 03"], {}, "not a deed"),
            ("key-revoke", ["office here"], {}, "not a deed"),
            ("receipt-key-add", [f"key {self.site.ORIGIN}+" + here.signing_key.split("+", 1)[1]], {}, "deed"),
        ]
        asked = [(self.ask(kind, fields, **options), kind, wanted) for kind, fields, options, wanted in cases]
        for request, kind, wanted in asked:
            with self.subTest(request=request, kind=kind, wanted=wanted):
                self.assertIn(wanted, self.why(request))
        self.assertEqual(self.site.sql(state), before, "and nothing was changed")
        self.assertEqual(self.site.daemon.counters()["deeds_refused"], counted + len(cases))
        self.wait_let_in(here)
        # what lantikctl is told of a race that its own look did not see
        self.assertNotIn(fresh.curve_key, self.site.daemon.text())

    # --- rows without a deed ---

    def daemon_has_read(self, name):
        """Another office was added and is let in: what stood before it in the tables was read."""
        office = self.new(name)
        self.add(office, "--kanreg", "03")
        self.wait_let_in(office)

    def test_a_row_without_its_deed_lets_nobody_in(self):
        known, without, borrowed, swapped = (self.new(name) for name in ("known", "without", "borrowed", "swapped"))
        self.add(known, "--kanreg", "03")
        self.wait_let_in(known)
        insert = ("INSERT INTO lantik.office_key (curve_public_key, office_no, signing_vkey, signing_key_id, added_leaf)"
                  " SELECT '{}', office_no, '{}', '\\x00000000', {} FROM lantik.office WHERE name = 'known'")
        raise_version = "UPDATE lantik.reference_version SET version = version + 1"
        for user in ("lantik_operator", "lantik_reviewer"):
            with self.assertRaisesRegex(AssertionError, "permission denied"):
                self.site.sql(insert.format(without.curve_key, without.signing_key, "NULL"), user=user)
        leaf = self.site.value("SELECT added_leaf FROM lantik.office_key WHERE"
                               f" signing_vkey = '{known.signing_key}'")
        self.site.sql(insert.format(without.curve_key, without.signing_key, "NULL"))
        self.site.sql(insert.format(borrowed.curve_key, borrowed.signing_key, leaf))
        self.site.sql(raise_version)
        self.daemon_has_read("after-the-rows")
        self.assertFalse(self.is_let_in(without))
        self.assertFalse(self.is_let_in(borrowed))
        state = {line["curve_key"]: line["state"] for line in self.ctl_office("list").lines if "state" in line}
        self.assertEqual((state[without.curve_key], state[borrowed.curve_key]), ("no-deed", "no-deed"))
        self.assertEqual(self.audit(expect=8), {("office_key", "extra")}, "and the audit names them")
        self.site.sql(f"UPDATE lantik.office_key SET signing_vkey = '{swapped.signing_key}', signing_key_id ="
                      f" decode(split_part('{swapped.signing_key}', '+', 2), 'hex') WHERE signing_vkey ="
                      f" '{known.signing_key}'; {raise_version}")
        self.daemon_has_read("after-the-swap")
        self.assertFalse(self.is_let_in(known), "its signing key is not the deed's any more")
        self.site.sql("DELETE FROM lantik.office_key WHERE office_no = (SELECT office_no FROM lantik.office WHERE name = 'known')")

    def test_what_the_tables_say_is_no_deed(self):
        widened, revoked = self.new("widened"), self.new("revoked")
        for office in (widened, revoked):
            self.add(office, "--agencies", "6271")
            self.wait_let_in(office)
        self.ctl_office("revoke", "revoked", "--reason", "a test")
        harness.wait_until(lambda: not self.is_let_in(revoked), 5, "cut off")
        of = "office_no = (SELECT office_no FROM lantik.office WHERE name = '{}')"
        undo = self.site.value(f"SELECT revoked_at FROM lantik.office WHERE {of.format('revoked')}")
        self.site.sql(f"UPDATE lantik.office_scope SET agencies = '{{6171}}' WHERE {of.format('widened')};"
                      f"UPDATE lantik.office SET revoked_at = NULL, reason = NULL WHERE {of.format('revoked')};"
                      f"UPDATE lantik.office_key SET revoked_at = NULL, reason = NULL WHERE {of.format('revoked')};"
                      "UPDATE lantik.reference_version SET version = version + 1")
        self.daemon_has_read("after-the-edits")
        allowed = client_module().Contract().number("RefusalCode", "NOT_ALLOWED")
        self.assertEqual(self.submit(widened, 30), allowed, "no deed gave it that agency")
        self.assertFalse(self.is_let_in(revoked), "a revocation is for good")
        self.assertLessEqual({("office", "altered"), ("office_key", "altered"), ("office_scope", "altered")}, self.audit(expect=8))
        self.site.sql(f"UPDATE lantik.office_scope SET agencies = '{{6271}}' WHERE {of.format('widened')};"
                      f"UPDATE lantik.office SET revoked_at = '{undo}', reason = 'a test' WHERE {of.format('revoked')};"
                      f"UPDATE lantik.office_key SET revoked_at = '{undo}', reason = 'a test' WHERE {of.format('revoked')}")


class Killed(Deeds, harness.Case):
    """SIGKILL between request and deed, and between deed and checkpoint: each is carried out once."""

    ROUNDS = 3 if harness.SLICE else 8

    def test_every_deed_once(self):
        watching = self.site.cluster.session()
        self.addCleanup(watching.close)
        offices, count = [], "SELECT count(*) FROM lantik.deed"
        busy = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'lantikd decider' AND backend_xid IS NOT NULL"
        for turn in range(self.ROUNDS):
            done = int(self.site.value(count))
            if turn % 2:
                self.site.daemon.kill()
            for at in range(4):
                office = self.new(f"office-{turn}-{at}")
                self.add(office, "--kanreg", "03", "--timeout", "0")
                offices.append(office)
            if turn % 2:
                self.site.start()
            else:
                harness.wait_until(lambda n=done + turn // 2: watching.sql(busy) or watching.sql(count) != [(str(n),)], 20,
                                   "it is at work")
                self.site.daemon.kill()
                self.site.start()
        for office in offices:
            self.wait_let_in(office)
        self.assertEqual(sorted(self.deeds()), sorted(("1", office.name) for office in offices))
        self.hurry_sweep()
        self.assertEqual(len(self.check_deeds()), len(offices))
        self.assertEqual(self.audit(), set())

    def hurry_sweep(self):
        """The first round of a daemon's sweep comes at once, the next ones a minute apart; slow builds do not wait for these."""
        if harness.SLICE:
            self.site.daemon.stop()
            self.site.start()

    def test_every_deed_once_when_connections_die(self):
        # the decider's backend is ended again and again: also right at COMMIT, when the daemon does not know the outcome
        before = len(self.deeds())
        watching, head = self.site.cluster.session(), self.site.cluster.session()
        self.addCleanup(watching.close)
        self.addCleanup(head.close)
        offices = [self.new(f"cut-{number}") for number in range(4 * self.ROUNDS)]
        head.sql("BEGIN; SELECT size FROM lantik.ledger_head FOR UPDATE")  # so that the first one cannot be too quick
        for office in offices:
            self.add(office, "--kanreg", "03", "--timeout", "0")
        end = ("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'lantikd decider'"
               " AND backend_xid IS NOT NULL")
        harness.wait_until(lambda: watching.sql(end) != [("0",)], 20, "the first one waits for the head, and is ended")
        head.sql("ROLLBACK")
        killed, left = 1, 40
        waits = ("SELECT count(*) FROM lantik.deed_request r WHERE NOT EXISTS (SELECT FROM lantik.deed d"
                 " WHERE d.request_no = r.request_no)")

        def all_done():
            nonlocal killed
            if killed < left:
                killed += int(watching.sql(end)[0][0])
            return watching.sql(waits) == [("0",)]

        harness.wait_until(all_done, 120, "every request is carried out")
        print(f"figure: {killed} connections of the decider ended within a transaction")
        self.assertEqual(sorted(self.deeds()[before:]), sorted(("1", office.name) for office in offices))
        self.hurry_sweep()
        self.check_deeds()
        self.wait_let_in(offices[-1])


class Forked(Deeds, harness.Case):
    """While the ledger is forked offices neither come nor change, but a revocation counts; afterwards all is carried out."""

    def test_what_is_asked_waits_and_a_revocation_counts(self):
        self.wait_first_look()
        here = self.new("here")
        self.add(here, "--kanreg", "03")
        self.wait_let_in(here)
        size = self.site.value("SELECT size FROM lantik.ledger_head")
        self.site.sql("INSERT INTO lantik.ledger_fork (epoch, size, root, note, head_size, head_root) SELECT epoch, size + 5,"
                      " sha256('lost'), 'a note', size, root FROM lantik.ledger_head")
        late = self.new("late")
        done = self.add(late, "--kanreg", "03", "--timeout", "2", expect=4)
        self.assertEqual(done.of_type("type", "error")[0]["code"], "LNT-0577")
        self.assertEqual(self.site.ctl("status", "--json").lines[0]["state"], "FORK")
        with here.client() as client:
            self.assertIsNone(refusal(client), "Busy, but let in")
            self.ctl_office("revoke", "here", "--reason", "uji", "--timeout", "0")
            harness.wait_until(lambda: refusal(client) not in (None, "silence"), 1, "a revocation counts all the same")
        self.assertEqual(self.site.value("SELECT size FROM lantik.ledger_head"), size)
        self.site.sql("DELETE FROM lantik.ledger_fork")  # no such checkpoint was ever signed
        harness.wait_until(lambda: len(self.deeds()) == 3, 20, "both are carried out")
        self.assertEqual(self.deeds()[1:], [("1", "late"), ("4", "here")])
        self.wait_let_in(late)
        self.check_deeds()


class TwoDaemons(Deeds, harness.Case):
    """Two daemons over one database: each deed is carried out by one, and counts at both."""

    def test_each_once(self):
        self.wait_first_look()
        second, endpoint = self.site.second_daemon()
        second.start()
        self.addCleanup(second._end)
        offices = [self.new(f"office-{number}") for number in range(24)]
        command = [harness.program("lantikctl"), "--database", self.site.cluster.conninfo("postgres"), "office", "add"]
        running = [subprocess.Popen([*command, office.name, "--kanreg", "03", "--curve-key", office.curve_key, "--signing-key",
                                     office.signing_key], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                    env=harness.environment()) for office in offices]
        for process in running:
            said, _ = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 0, said)
        self.assertEqual(sorted(self.deeds()), sorted(("1", office.name) for office in offices))
        for office in offices[:4]:
            self.wait_let_in(office)
            self.wait_let_in(office, endpoint)
        self.check_deeds()
        told = [daemon.counters()["deeds"] for daemon in (self.site.daemon, second)]
        self.assertEqual(sum(told), len(offices), told)
        self.assertEqual(self.audit(), set())
        self.ctl_office("revoke", offices[0].name, "--reason", "uji")
        for where in (None, endpoint):
            harness.wait_until(lambda w=where: not self.is_let_in(offices[0], w), 2, "cut off at both")
        second.stop()


if __name__ == "__main__":
    harness.main()
