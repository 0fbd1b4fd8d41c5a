"""What an office sent can be shown again byte for byte, whatever became of its records, although no body is kept of a batch that
was recorded: `lantikctl batch body` makes it from the register and from what was returned.

SPDX-License-Identifier: Apache-2.0
"""

import copy
import itertools
import sys
import time
import uuid

import decided
import harness

# Who took the CPNS selection of 2024 waits for an official.
STRICT = "programme,kode_instansi,terdata_non_asn,ikut_cpns_2024,ikut_pppk_2024_lengkap\nPW2024,6172,yes,any,yes\n"


def field(number, content):
    """A length-delimited field."""
    head, left = bytes([number << 3 | 2]), len(content)
    while left > 0x7F:
        head, left = head + bytes([left & 0x7F | 0x80]), left >> 7
    return head + bytes([left]) + content


class Bodies(decided.Case):
    files = itertools.count()

    # --- sending and showing ---

    def bytes_of(self, record):
        return record.SerializeToString(deterministic=True)

    def reordered(self, record):
        """The same values, the NIK first and a number that is absent written out: no encoder of ours makes this."""
        first, rest = type(record)(), copy.deepcopy(record)
        first.nik = record.nik
        rest.ClearField("nik")
        self.assertEqual(record.alasan_tolak_id, 0)
        return self.bytes_of(first) + self.bytes_of(rest) + b"\xe0\x04\x00"

    def body_of(self, manifest, records):
        """A body of these records' bytes."""
        body = sys.modules["lantik_body"]
        self.body(manifest, [self.office.contract.AppointmentRecord()])
        manifest.row_count, manifest.records_root = len(records), body.records_root(records)
        return field(1, manifest.SerializeToString(deterministic=True)) + b"".join(field(2, record) for record in records)

    def show(self, receipt, expect=0):
        """What the verb tells, and the body that it writes."""
        path = self.site.directory / f"body-{next(self.files)}"
        done = harness.run(harness.program("lantikctl"), "--database", self.site.cluster.conninfo("lantik_reviewer"), "batch",
                           "body", uuid.UUID(bytes=receipt.leaf.batch_id), "--out", path, "--json", expect=expect)
        return done, path.read_bytes() if path.exists() else None

    def sent(self, body):
        """Sends it; what is stored of it is this very body."""
        receipt, _ = self.send_body(body)
        self.check(receipt, body)
        return receipt

    def check(self, receipt, body):
        done, shown = self.show(receipt)
        self.assertEqual(shown, body)
        [result] = done.of_type("type", "result")
        self.assertEqual((result["bytes"], result["manifest_sha256"]), (len(body), receipt.leaf.manifest_sha256.hex()))

    def form(self, receipt):
        """How the body is kept, and which rows keep their record as it was sent."""
        number = self.batch_no(receipt)
        rows = self.site.sql("SELECT record_no FROM lantik.register WHERE sent IS NOT NULL AND batch_no IN "
                             f"(SELECT batch_no FROM lantik.entry WHERE origin_batch_no = {number}) ORDER BY 1")
        whole = self.site.value(f"SELECT count(*) FROM lantik.batch_body WHERE batch_no = {number}")
        form = self.site.value(f"SELECT body_form FROM lantik.batch WHERE batch_no = {number}")
        return int(form), int(whole), [int(record_no) for (record_no,) in rows]

    def findings(self):
        done = harness.run(harness.program("lantikctl"), "--database", self.site.cluster.conninfo("lantik_auditor"), "audit",
                           "--json", expect=None, extra={"XDG_STATE_HOME": str(self.site.directory)})
        self.assertIn(done.returncode, (0, 3, 8), done.stdout + done.stderr)
        return [(line["table"], line["key"], line["what"], line["column"]) for line in done.of_type("type", "finding")]

    def accepted(self, receipt):
        return receipt.verdict.accepted

    # --- the tests ---

    def test_rows_are_the_body(self):
        for names, form in ((True, 3), (False, 2)):
            _, manifest, records = self.people(5)
            for record in records:
                record.kode_instansi = manifest.kode_instansi if names else ""
            records[1].nama = "  " + records[1].nama + "  "  # the register has another form of it
            receipt = self.sent(self.body(manifest, records))
            self.assertEqual((self.accepted(receipt), self.form(receipt)), (5, (form, 0, [])))
        self.assertEqual(self.findings(), [])

    def test_what_the_columns_do_not_say_is_kept_as_it_was_sent(self):
        first, manifest, records = self.people(6)
        for record in records:
            record.kode_instansi = manifest.kode_instansi
        records[2].kode_instansi = ""
        sent = [self.bytes_of(record) for record in records]
        sent[4] = self.reordered(records[4])
        receipt = self.sent(self.body_of(manifest, sent))
        self.assertEqual((self.accepted(receipt), self.form(receipt)), (6, (3, 0, [3, 5])))
        _, decree, decrees = self.people(6, step="SK", first=first)
        receipt = self.sent(self.body_of(decree, [self.reordered(record) for record in decrees]))
        self.assertEqual((self.accepted(receipt), self.form(receipt)[2]), (6, [1, 2, 3, 4, 5, 6]))
        self.assertEqual(self.findings(), [])
        number = self.batch_no(receipt)
        for edit, column in (("upah = coalesce(upah, 0) + 1", "upah"), ("nama = nama || 'X'", "nama"), ("cold = NULL", "cold"),
                             ("office_no = office_no + 1", "office_no"),
                             ("sent = set_byte(sent, length(sent) - 1, 1)", "sent"), ("sent = NULL", None)):
            self.edited(f"UPDATE lantik.register SET {edit} WHERE batch_no = {number} AND record_no = 4",
                        [("register", f"batch_no {number} record_no 4", "altered", column)], number, receipt,
                        expect=8 if "sent" in edit else 0)

    def edited(self, statement, expected, number, receipt, expect=0):
        """The audit names it, the verb shows the body unless that is what was edited, and it is taken back."""
        self.site.sql(f"CREATE TABLE kept AS SELECT * FROM lantik.register WHERE batch_no = {number}; {statement}")
        try:
            self.assertEqual([found for found in self.findings() if found[0] == "register"], expected, statement)
            self.show(receipt, expect=expect)
        finally:
            self.site.sql(f"DELETE FROM lantik.register WHERE batch_no = {number};"
                          " INSERT INTO lantik.register SELECT * FROM kept; DROP TABLE kept")

    def test_whatever_became_of_the_records(self):
        self.load("eligibility.csv", STRICT)
        _, manifest, records = self.took_cpns(7, agency="6172")
        for record in records[4:]:
            record.ikut_pppk_2024_lengkap = 1
        records[5].nama = "-"
        sent = [self.bytes_of(record) for record in records]
        sent[1], sent[5] = self.reordered(records[1]), self.reordered(records[5])
        body = self.body_of(manifest, sent)
        receipt = self.sent(body)
        self.assertEqual([self.outcomes(receipt).get(n, ["accepted"])[0] for n in range(1, 8)],
                         ["review"] * 4 + ["accepted", "returned", "accepted"])
        self.review("accept", receipt, [1, 2])
        self.review("reject", receipt, [3])
        self.check(receipt, body)
        self.assertEqual(self.form(receipt)[1:], (0, [2]))
        self.assertEqual(self.findings(), [])
        decision = self.site.value("SELECT max(decision_no) FROM lantik.decision WHERE accepted > 0")
        self.edited(f"UPDATE lantik.register SET tmt = tmt + 1 WHERE batch_no = {decision} AND record_no = 1",
                    [("register", f"batch_no {decision} record_no 1", "altered", "tmt")], decision, receipt)

    def test_a_refused_batch_is_kept_whole(self):
        _, manifest, records = self.people(3)
        manifest.programme = "TIDAK DIKENAL"
        receipt = self.sent(self.body_of(manifest, [self.reordered(record) for record in records]))
        self.assertEqual((receipt.verdict.outcome, self.form(receipt)), ("refused", (1, 1, [])))

    def test_the_rest_of_an_erased_person_is_provable(self):
        """Nothing of the person is left, also where the record stood as it was sent; of the others every edit is found."""
        _, manifest, records = self.people(4, agency="6173")
        receipt = self.sent(self.body_of(manifest, [self.reordered(record) for record in records]))
        number, nik = self.batch_no(receipt), records[1].nik
        held = f"SELECT count(*) FROM lantik.register r WHERE r::text LIKE '%{nik}%' OR r::text LIKE '%{nik.encode().hex()}%'"
        self.assertEqual(self.site.value(held), "1")
        harness.run(harness.program("lantikctl"), "--database", self.site.cluster.conninfo("lantik_reviewer"), "erase",
                    uuid.UUID(bytes=receipt.leaf.batch_id), 2, "--official", "Pejabat Uji", "--reason", "putusan 12/2027", "--yes",
                    "--in-force")
        self.assertEqual(self.site.value(held), "0")
        self.assertEqual(self.findings(), [])
        done, shown = self.show(receipt, expect=5)
        self.assertEqual(("LNT-0712" in done.stdout, shown), (True, None))
        self.edited(f"UPDATE lantik.register SET sent = NULL WHERE batch_no = {number} AND record_no = 3",
                    [("register", f"batch_no {number} record_no 3", "altered", None)], number, receipt, expect=5)

    def test_the_form_is_what_the_records_say(self):
        _, manifest, records = self.people(3)
        receipt = self.sent(self.body(manifest, records))
        number = self.batch_no(receipt)
        self.site.sql(f"UPDATE lantik.batch SET body_form = 5 - body_form WHERE batch_no = {number}")
        found = self.findings()
        self.show(receipt, expect=8)
        self.site.sql(f"UPDATE lantik.batch SET body_form = 5 - body_form WHERE batch_no = {number}")
        self.assertEqual(found, [("batch", f"batch_no {number}", "altered", "body_form")])


class Largest(decided.Case):
    """A body may have 16 MiB to the last byte; CURVE's own bytes are no part of it."""

    LIMIT = 16 * 1024 * 1024

    def of_size(self, size):
        """A body of exactly so many bytes, of records whose documents have long paths."""
        _, manifest, records = self.people(2500)
        for record in records:
            while len(record.dokumen) < 15:
                record.dokumen.add(type=1, object="\U0001f4c4" * 200)
            record.dokumen.add(type=1, object="x" * 200)
        some = records[:200]  # their number takes two bytes, like that of all
        excess = len(self.body(manifest, some)) - self.bytes_in(some) + self.bytes_in(records) - size
        self.assertGreater(excess, 0)
        while excess > self.bytes_in(records[-1:]):
            excess -= self.bytes_in([records.pop()])
        for record in records[:200]:
            cut = min(excess, 200 - 128)  # its length still takes two bytes
            record.dokumen[15].object = record.dokumen[15].object[cut:]
            excess -= cut
        body = self.body(manifest, records)
        self.assertEqual(len(body), size)
        return body

    def bytes_in(self, records):
        return sum(len(field(2, record.SerializeToString(deterministic=True))) for record in records)

    def refusal(self, client, body):
        """What is said of a body; None when the connection ends instead."""
        ended = self.site.daemon.counters()["disconnected"]
        client.send_frames([client.make_envelope("SUBMIT", b"\n\x00").SerializeToString(), body])
        while self.site.daemon.counters()["disconnected"] == ended:
            if frames := client.receive_frames(0.2):
                return client.contract.Refusal.FromString(client.parse_reply(frames).body)
        return None

    def test_sixteen_mebibytes_are_recorded(self):
        body = self.of_size(self.LIMIT)
        receipt, _ = self.send_body(body, time.monotonic() + 60)
        self.assertEqual((receipt.verdict.outcome, receipt.verdict.batch_id.bytes),
                         ("committed", self.office.batch.manifest_of(self.office.contract, body).batch_id))

    def test_what_is_larger_is_refused_by_name_or_cut_off(self):
        with self.office.client() as client:
            for excess in (1, 4096):
                refusal = self.refusal(client, bytes(self.LIMIT + excess))
                self.assertIn("larger than 16 MiB", refusal.detail)
            self.assertIsNone(self.refusal(client, bytes(self.LIMIT + 4097)))
            client.again("PING", b"", "PONG", time.monotonic() + 30)  # the first may still go with the old connection


if __name__ == "__main__":
    harness.main()
