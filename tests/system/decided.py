"""What the tests of decisions share: asking as an official, reading what the office is told, and what must hold at any time.

SPDX-License-Identifier: Apache-2.0
"""

import collections
import datetime
import hashlib
import json
import re
import struct
import subprocess
import uuid

import harness

ACTS = {"accept": 1, "return": 2, "reject": 3, "replay": 4}
OFFICIAL = "Dra. Canary Pejabat Uji"
POSITION = "Kepala Bidang Canary"
REASON = "alasan canary: berkas asli sudah diperiksa"


def told(decision):
    """{record number: (outcome, [finding/letter])} of a decision."""
    return {r.record_no: (r.outcome, [f"{case}:{field}" if field else case for case, field, *_ in r.findings])
            for r in decision.statement.records}


class Case(harness.Case):
    """A site with one office; the records are of people that no other test has."""

    taken = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.office = harness.WireOffice(cls.site, "kanreg-03")
        cls.sampler = harness.Office(cls.site, "sampler", cls.site.directory / "sampler")

    # --- what the office sends ---

    def people(self, count, kind="PPPK_PW", step="NI", agency="6171", first=None):
        if first is None:
            first = Case.taken
            Case.taken += count
        path = self.sampler.sample(f"{kind}-{step}-{agency}-{first}-{count}", kind=kind, step=step, agency=agency, rows=count,
                                   seed=48, first=first)
        manifest, records = self.office.read(path)
        for record in records:
            if kind == "PPPK_PW":
                record.ikut_pppk_2024_lengkap = 1
        return first, manifest, records

    def took_cpns(self, count, **options):
        """People whom BKN's database knows, who took the CPNS selection of 2024 and failed, and no other."""
        first, manifest, records = self.people(count, **options)
        for record in records:
            record.terdata_non_asn, record.ikut_cpns_2024, record.ikut_pppk_2024_lengkap = 1, 1, 2
        return first, manifest, records

    def body(self, manifest, records):
        manifest.ClearField("batch_id")
        for name in ("count_guru", "count_kesehatan", "count_teknis"):
            manifest.ClearField(name)
        return self.office.batch.encode_batch(self.office.contract, manifest, records)

    def send_body(self, body, deadline=None):
        with self.office.client() as client:
            return client.submit_body(body, deadline)

    def send(self, manifest, records):
        """The receipt and its text."""
        return self.send_body(self.body(manifest, records))

    def outcomes(self, receipt):
        """{record number: (outcome, cases)} of those that have a line."""
        return {r.record_no: (r.outcome, {finding[0] for finding in r.findings}) for r in receipt.verdict.records}

    def batch_no(self, receipt):
        return int(self.site.value(f"SELECT batch_no FROM lantik.batch WHERE leaf_index = {receipt.index}"))

    # --- what the operator loads ---

    def load(self, name, text):
        """Loads a file and waits until the daemon judges by it."""
        path = self.site.directory / name
        path.write_text(text, encoding="utf-8")
        self.site.ctl("load", path)
        self.wait_rulebook()

    def wait_rulebook(self):
        digest = self.site.value("SELECT encode(sha256(convert_to(lantik.rulebook_text(), 'UTF8')), 'hex')")
        harness.wait_until(lambda: f"rulebook {digest[:16]} is in force" in self.site.daemon.text().splitlines()[-1]
                           or self.in_force() == digest, 20, "the daemon has the rulebook")

    def in_force(self):
        found = re.findall(r"rulebook ([0-9a-f]{16}) is in force", self.site.daemon.text())
        digest = self.site.value("SELECT encode(sha256(convert_to(lantik.rulebook_text(), 'UTF8')), 'hex')")
        return digest if found and digest.startswith(found[-1]) else None

    # --- what officials do ---

    def ask(self, act, batch_no, records, reason=REASON):
        """Inserts a request as a reviewer does; its number."""
        listed = ",".join(map(str, records))
        return int(self.site.value(
            "INSERT INTO decision_request (act, batch_no, record_nos, official_nama, official_jabatan, reason) VALUES "
            f"({ACTS[act]}, {batch_no}, '{{{listed}}}', '{OFFICIAL}', '{POSITION}', '{reason}') RETURNING request_no",
            user="lantik_reviewer"))

    def answered(self, request_no, deadline=20):
        """The decision_no, or None when the request was refused."""
        query = (f"SELECT coalesce((SELECT decision_no FROM lantik.decision WHERE request_no = {request_no}), 0),"
                 f" EXISTS (SELECT FROM lantik.decision_refusal WHERE request_no = {request_no})")

        asking = self.site.cluster.session()

        def answer():
            [(decision_no, refused)] = asking.sql(query) or [("0", "f")]
            return (int(decision_no) or None,) if decision_no != "0" or refused == "t" else None

        try:
            return harness.wait_until(answer, deadline, f"request {request_no} is answered")[0]
        finally:
            asking.close()

    def decide(self, act, batch_no, records):
        decision_no = self.answered(self.ask(act, batch_no, records))
        self.assertIsNotNone(decision_no, self.site.sql("SELECT * FROM lantik.decision_refusal ORDER BY 1 DESC LIMIT 1"))
        return decision_no

    def review(self, act, receipt, records):
        """The same by the operator's tool."""
        harness.run(harness.program("lantikctl"), "--database", self.site.cluster.conninfo("lantik_reviewer"), "review", act,
                    uuid.UUID(bytes=receipt.leaf.batch_id), ",".join(map(str, records)), "--official", OFFICIAL, "--position",
                    POSITION, "--reason", REASON, *(["--yes"] if act == "reject" else []))
        return int(self.site.value("SELECT max(decision_no) FROM lantik.decision"))

    def refusal(self, act, batch_no, records):
        """(rule case, why) of a request that is not carried out."""
        request = self.ask(act, batch_no, records)
        self.assertIsNone(self.answered(request), "it was carried out")
        return self.site.sql(f"SELECT rule_case, why FROM lantik.decision_refusal WHERE request_no = {request}")[0]

    # --- what the office is told ---

    def status(self, receipt, decisions_from=0):
        with self.office.client() as client:
            return client.status(receipt.leaf.batch_id, decisions_from=decisions_from)

    def decisions(self, receipt):
        """The batch's decisions, proved under the log's key and about this very batch."""
        with self.office.client() as client:
            _, _, decisions = client.standing(receipt.leaf.batch_id)
        for decision in decisions:
            decision.verify_belongs(receipt)
        return decisions

    def reconcile(self):
        with self.office.client() as client:
            return list(client.reconcile())

    # --- what must hold at any time ---

    @staticmethod
    def sent_value(field, value):
        """A column of the view as the field of the record was sent."""
        if not isinstance(value, str) or field.type == field.TYPE_STRING:
            return value
        if field.type == field.TYPE_BYTES:
            return uuid.UUID(value).bytes
        if field.type == field.TYPE_SINT32:
            return int(value.replace("-", ""))
        when = datetime.datetime.fromisoformat(value)
        return (when - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(microseconds=1)

    @staticmethod
    def add_documents(documents, held):
        at = 0
        while at < len(held):
            document = documents.add()
            document.type, digest = struct.unpack_from(">HB", held, at)
            document.sha256, at = held[at + 3:at + 3 + digest], at + 3 + digest
            (path,) = struct.unpack_from(">H", held, at)
            document.object, at = held[at + 2:at + 2 + path].decode(), at + 2 + path

    def record_of(self, row, names_agency):
        """The record of a row, in the one encoding."""
        record = self.office.contract.AppointmentRecord()
        for field in record.DESCRIPTOR.fields:
            if field.name == "dokumen":
                self.add_documents(record.dokumen, bytes.fromhex((row["dokumen"] or "")[2:]))
            elif row[field.name] is not None and (names_agency or field.name != "kode_instansi"):
                setattr(record, field.name, self.sent_value(field, row[field.name]))
        record.nama = row["nama_asli"] or row["nama"]
        return record.SerializeToString(deterministic=True)

    def row_hashes(self):
        """{number of a batch or decision: hashes of its rows}, from the register's columns, which say the whole record."""
        names = {int(number) for (number,) in self.site.sql(
            "SELECT e.batch_no FROM lantik.entry e JOIN lantik.batch b ON b.batch_no = e.origin_batch_no WHERE b.body_form = 3")}
        hashes = collections.defaultdict(list)
        for (text,) in self.site.sql("SET timezone = 'UTC'; SELECT to_jsonb(a)::text FROM lantik.appointment a"
                                     " ORDER BY batch_no, record_no"):
            row = json.loads(text)
            number = row["batch_no"]
            agency, kept = row["kode_instansi"].encode(), (row["nama"] if row["nama_asli"] else "").encode()
            hashes[number].append(hashlib.sha256(
                struct.pack(">BHqIIHHqI", 0, 1, number, row["record_no"], row["office_no"], row["kind"], row["step"],
                            row["supersedes_batch_no"] or 0, row["supersedes_record_no"] or 0) + bytes.fromhex(row["salt"][2:])
                + bytes([len(agency)]) + agency + struct.pack(">H", len(kept)) + kept
                + self.office.receipt.leaf_hash(self.record_of(row, number in names))).digest())
        return hashes

    def check_roots(self):
        """rows_root of every batch and decision, and the ledger's root, recomputed."""
        tree_root, of_rows = self.office.receipt.tree_root, self.row_hashes()
        for number, root in self.site.sql("SELECT batch_no, encode(rows_root, 'hex') FROM lantik.batch WHERE outcome = 1"
                                          " UNION ALL SELECT decision_no, encode(rows_root, 'hex') FROM lantik.decision"):
            self.assertEqual(tree_root(of_rows[int(number)]).hex(), root, f"rows of {number}")
        leaves = self.site.sql("SELECT leaf_index, encode(leaf, 'hex'), encode(leaf_hash, 'hex') FROM lantik.ledger_leaf"
                               " ORDER BY 1")
        self.assertEqual([int(index) for index, _, _ in leaves], list(range(len(leaves))), "the ledger has no gap")
        hashes = [self.office.receipt.leaf_hash(bytes.fromhex(leaf)) for _, leaf, _ in leaves]
        self.assertEqual([h.hex() for h in hashes], [leaf_hash for _, _, leaf_hash in leaves])
        self.assertEqual(self.site.sql("SELECT size, encode(root, 'hex') FROM lantik.ledger_head"),
                         [(str(len(leaves)), tree_root(hashes).hex())])
        self.assertEqual(self.site.value("SELECT count(*) FROM (SELECT leaf_index FROM lantik.batch UNION ALL"
                                         " SELECT leaf_index FROM lantik.decision UNION ALL SELECT leaf_index FROM lantik.deed) e"),
                         str(len(leaves)))

    def check_register(self):
        """The audit finds nothing; counters and places equal the register; nobody stands in it twice; decided records are its
        rows."""
        self.site.audit()
        self.assertFalse(self.site.counters_unlike_register())
        # a place stays taken when its person moves to another agency
        self.assertFalse(self.site.sql(
            "SELECT c.kode_instansi, c.kind, c.programme, c.kelompok_lapor, count(*), max(u.used)"
            " FROM lantik.current_appointment c LEFT JOIN lantik.formation_use u USING (kode_instansi, kind, programme,"
            " kelompok_lapor) WHERE c.programme IS NOT NULL AND c.change_kind IS DISTINCT FROM 4 GROUP BY 1, 2, 3, 4"
            " HAVING count(*) > coalesce(max(u.used), 0)"))
        self.assertFalse(self.site.sql(
            "SELECT decision_no, record_no FROM lantik.decided_record WHERE outcome = 1 EXCEPT"
            " SELECT batch_no, record_no FROM lantik.appointment"))
        self.assertFalse(self.site.sql(
            "SELECT a.batch_no FROM lantik.appointment a LEFT JOIN lantik.entry e USING (batch_no) WHERE e.batch_no IS NULL"))
        self.assertFalse(self.site.sql(
            "SELECT nik, kind, step, kode_instansi, change_kind FROM lantik.appointment GROUP BY 1, 2, 3, 4, 5 HAVING count(*) > 1"))
