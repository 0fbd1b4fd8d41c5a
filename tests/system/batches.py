"""Batches of sampled people, sent as messages: what the tests of the register, of quotas and of rehearsals share.

SPDX-License-Identifier: Apache-2.0
"""

import itertools
import uuid

import harness

ACTS = {"accept": 1, "return": 2, "reject": 3, "replay": 4}
REHEARSAL_HEAD = b"lantik-rehearsal 1\nnothing was recorded\n\n"


def uuid_of(data):
    return str(uuid.UUID(bytes=data))


class Case(harness.Case):
    """A site with one office that speaks the wire contract; each test takes people that no other test has."""

    seed = 45

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.office = harness.WireOffice(cls.site, "kanreg-03")
        cls.sampler = harness.Office(cls.site, "sampler", cls.site.directory / "sampler")
        cls.taken = 0
        cls.files = itertools.count()

    def daemons(self):
        """(process, endpoint) of every daemon of the test."""
        return [(self.site.daemon, self.site.endpoint)]

    def load(self, *tables):
        """Loads tables, each a list of lines with its header first, and waits until every daemon judges by them."""
        self.load_only(*tables)
        self.wait_for_rulebook()

    def load_only(self, *tables):
        paths = []
        for lines in tables:
            path = self.site.directory / f"table-{next(self.files)}.csv"
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            paths.append(path)
        self.site.ctl("load", *paths)

    def wait_for_rulebook(self):
        """Until every reply names the rulebook that stands in the database."""
        digest = bytes.fromhex(self.site.value("SELECT encode(sha256(convert_to(lantik.rulebook_text(), 'UTF8')), 'hex')"))
        for _, endpoint in self.daemons():
            with self.office.client(endpoint=endpoint) as client:
                harness.wait_until(lambda: client.request("PING").envelope.rulebook_sha256 == digest, 20,
                                   "the new rulebook is in force")
        return digest

    def people(self, count, kind="PPPK_PW", step="NI", agency="6171", first=None):
        """The first one's place in the sample, manifest and records; with first, the same people at another step."""
        if first is None:
            first = type(self).taken
            type(self).taken += count
        path = self.sampler.sample(f"{kind}-{step}-{agency}-{first}-{next(self.files)}", kind=kind, step=step, agency=agency,
                                   rows=count, seed=self.seed, first=first)
        manifest, records = self.office.read(path)
        for name in ("count_guru", "count_kesehatan", "count_teknis"):
            manifest.ClearField(name)
        return first, manifest, records

    def body(self, manifest, records):
        """The bytes of a new batch of these records; the manifest learns its id."""
        manifest.ClearField("batch_id")
        return self.office.batch.encode_batch(self.office.contract, manifest, records)

    def submit(self, body, office=None, endpoint=None):
        """The receipt, which is about this very body and not an earlier one."""
        office = office or self.office
        with office.client(endpoint=endpoint) as client:
            receipt, _ = client.submit_body(body)
        receipt.verify_body(body)
        return receipt

    def rehearse(self, body, office=None):
        """The text of the verdict that a rehearsal ends with."""
        office = office or self.office
        signature = office.signing.sign(office.receipt.rehearsal_message(body))
        with office.client() as client:
            text = client.again("REHEARSE", body, "REHEARSAL", signing_key_id=office.signing.verifier.key_id,
                                signature=signature)
        self.assertTrue(text.startswith(REHEARSAL_HEAD), text[:80])
        return text[len(REHEARSAL_HEAD):]

    def decide(self, act, batch_id, *record_nos):
        """What an official's request comes to: (decision_no, decision_id), or the case that refused it."""
        request = self.site.value(
            "INSERT INTO lantik.decision_request (act, batch_no, record_nos, official_nama, reason) SELECT "
            f"{ACTS[act]}, batch_no, "
            f"'{{{','.join(map(str, record_nos))}}}', 'PEJABAT', 'a test' FROM lantik.batch WHERE batch_id = "
            f"'{uuid_of(batch_id)}' RETURNING request_no")
        [answer] = harness.wait_until(lambda: self.site.sql(
            f"SELECT decision_no::text, decision_id::text FROM lantik.decision WHERE request_no = {request} UNION ALL "
            f"SELECT coalesce(rule_case, why), NULL FROM lantik.decision_refusal WHERE request_no = {request}"), 20,
            "the request is answered")
        return answer if answer[1] else answer[0]

    @staticmethod
    def outcomes(verdict):
        """{record number: (outcome, cases)} of those not simply accepted."""
        return {r.record_no: (r.outcome, {finding[0] for finding in r.findings}) for r in verdict.records}

    def send(self, manifest, records, office=None):
        """The outcomes of a new batch of these records, and how many were accepted."""
        verdict = self.submit(self.body(manifest, records), office).verdict
        self.assertEqual(f"KIND_{verdict.kind}", self.office.contract.name("Kind", manifest.kind))
        return self.outcomes(verdict), verdict.accepted

    def expect(self, said, **expected):
        """That exactly these records were not simply accepted: r3=("returned", "S05.order"); how many were accepted."""
        outcomes, accepted = said
        self.assertEqual({f"r{no}": outcome for no, (outcome, _) in outcomes.items()},
                         {no: outcome for no, (outcome, _) in expected.items()}, outcomes)
        for no, (_, case) in expected.items():
            self.assertIn(case, outcomes[int(no[1:])][1], no)
        return accepted

    def current(self, nik):
        return self.site.value(f"SELECT kind || ' ' || step || ' ' || kode_instansi || ' ' || coalesce((nip_key >> 3)::text, '-') FROM "
                               f"lantik.current_appointment WHERE nik_key >> 3 = '{nik}' ORDER BY kind")

    def tearDown(self):
        self.assertFalse(self.site.counters_unlike_register(), "counters equal the register")
        self.assertEqual(self.site.places(), self.site.places_by_history(), "places of formations equal the register")
