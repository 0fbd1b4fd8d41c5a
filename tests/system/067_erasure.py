"""One person is erased: nothing of the person is left in the database, everything else stays as it was and provable.

SPDX-License-Identifier: Apache-2.0
"""

import copy
import threading
import uuid

import zstandard

import decided
import harness

ORDER = ("--official", "Pejabat Penghapus", "--reason", "putusan pengadilan 12/2027", "--yes")
# Who took the CPNS selection of 2024 waits for an official.
STRICT = "programme,kode_instansi,terdata_non_asn,ikut_cpns_2024,ikut_pppk_2024_lengkap\nPW2024,6172,yes,any,yes\n"


def erase(site, receipt, record_no, *options, expect=0):
    return harness.run(harness.program("lantikctl"), "--database", site.cluster.conninfo("lantik_reviewer"), "erase",
                       uuid.UUID(bytes=receipt.leaf.batch_id), record_no, *ORDER, *options, "--json", expect=expect)


class Erasure(decided.Case):
    """Every test erases people whom no other test has."""

    MARKED = ("nama", "tempat_lahir", "nomor_ijazah", "nama_sek", "unor_nama", "office_reference", "ket_sehat_nomor")

    def mark(self, record, tag):
        """Text that nobody else has, in what the rules let pass; what must be gone afterwards."""
        for name in self.MARKED:
            setattr(record, name, f"KENARI {tag} {name.replace('_', ' ')}".upper())
        return record

    def canaries(self, records):
        """Values of these records alone: numbers of the person, and what was marked."""
        values = set()
        for record in records:
            values |= {getattr(record, name) for name in ("nik", "nip", "no_peserta") if len(getattr(record, name)) > 15}
            values |= {getattr(record, name) for name in self.MARKED}
        return {value for value in values if value}

    def tables(self):
        return [name for (name,) in self.site.sql(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'lantik'::regnamespace ORDER BY 1")]

    def found(self, values):
        """{table: rows that hold one of the values, as text, as bytes or as a key of current_appointment}."""
        keys = [int(value) * 8 + slot for value in values if value.isdigit() and len(value) > 15 for slot in range(6)]
        patterns = [f"%{value}%" for value in [*values, *keys]] + [f"%{value.encode().hex()}%" for value in values]
        listed = "ARRAY[" + ", ".join(f"'{p}'" for p in patterns) + "]"
        held = {table: int(self.site.value(f"SELECT count(*) FROM lantik.{table} t WHERE t::text ILIKE ANY ({listed})"))
                for table in self.tables()}
        held["pg_stats"] = int(self.site.value(
            f"SELECT count(*) FROM pg_stats s WHERE schemaname = 'lantik' AND s::text ILIKE ANY ({listed})"))
        held["bodies"] = sum(any(value.encode() in body for value in values) for body in self.bodies().values())
        return {table: count for table, count in held.items() if count}

    def bodies(self):
        """{batch_no: the body as it was received}."""
        return {number: zstandard.ZstdDecompressor().decompress(bytes.fromhex(packed))
                for number, packed in self.site.sql("SELECT batch_no, encode(body, 'hex') FROM lantik.batch_body")}

    def others(self, niks):
        """What stands of everybody else, and what never changes."""
        listed = ", ".join(f"'{nik}'" for nik in niks)
        return self.site.sql(
            f"SELECT 'rows', md5(string_agg(a::text, '' ORDER BY batch_no, record_no)) FROM lantik.appointment a WHERE nik NOT IN ({listed})"
            f" UNION ALL SELECT 'current', md5(string_agg(c::text, '' ORDER BY nik_key)) FROM lantik.current_appointment c WHERE nik_key >> 3 NOT IN ({listed})"
            " UNION ALL SELECT 'counter', md5(string_agg(c::text, '' ORDER BY c::text)) FROM lantik.counter c"
            " UNION ALL SELECT 'batch', md5(string_agg(c::text, '' ORDER BY batch_no)) FROM lantik.batch c"
            " UNION ALL SELECT 'finding', md5(string_agg(c::text, '' ORDER BY c::text)) FROM lantik.finding c")

    def send_again(self, body, text):
        """The same bytes get the same receipt, also when they are not kept any more."""
        with self.office.client() as client:
            again, again_text = client.submit_body(body)
        self.assertEqual(again_text, text)
        again.verify(self.office.log_key)
        return again

    def audited(self):
        """What the audit finds."""
        done = harness.run(harness.program("lantikctl"), "--database", self.site.cluster.conninfo("lantik_auditor"), "audit",
                           "--json", expect=None, extra={"XDG_STATE_HOME": str(self.site.directory)})
        return done.of_type("type", "finding"), done

    def a_life(self, tag):
        """A person of a batch of eight: proposed, the decree returned without a readable NIK, corrected, and once more in a
        batch that was refused whole. (records of the person, receipts, {batch: (body, receipt text)})"""
        first, manifest, records = self.people(8)
        person = self.mark(records[3], tag)
        sent, receipts, own = {}, [], [copy.deepcopy(person)]

        def send(sent_manifest, sent_records):
            body = self.body(sent_manifest, sent_records)
            receipt, text = self.send_body(body)
            receipts.append(receipt)
            sent[receipt.index] = body, text
            return receipt

        self.assertEqual(send(manifest, records).verdict.accepted, 8)
        _, decree, decrees = self.people(8, step="SK", first=first)
        spoiled = copy.deepcopy(decrees[3])
        self.mark(spoiled, tag)
        spoiled.nik = "9.90101E+15"
        returned = send(decree, decrees[:3] + [spoiled])
        self.assertEqual(self.outcomes(returned)[4][0], "returned")
        own.append(spoiled)
        corrected = self.mark(copy.deepcopy(decrees[3]), tag)
        corrected.corrects_batch_id, corrected.corrects_record_no = returned.leaf.batch_id, 4
        own.append(corrected)
        self.assertEqual(send(decree, [corrected] + decrees[4:]).verdict.accepted, 5)
        _, again, agains = self.people(8, step="SK", first=first)
        again.programme = "TIDAK DIKENAL"
        own.append(self.mark(agains[3], tag))
        self.assertEqual(send(again, agains).verdict.outcome, "refused")
        return own, receipts, sent

    def test_the_reason_names_no_person(self):
        _, manifest, records = self.people(2)
        receipt, _ = self.send(manifest, records)
        before = self.site.value("SELECT count(*) FROM lantik.deed_request")
        for number in (records[0].nik, f"NIP {records[0].nik}12."):
            refused = self.site.ctl("erase", uuid.UUID(bytes=receipt.leaf.batch_id), 1, "--in-force", "--yes", "--official",
                                    "Pejabat Penghapus", "--reason", f"atas permintaan {number}", "--json", expect=2)
            self.assertIn("LNT-0666", refused.stdout)
            self.assertNotIn(records[0].nik, refused.stdout + refused.stderr)
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.deed_request"), before)

    def test_nothing_of_the_person_is_left(self):
        own, receipts, sent = self.a_life("satu")
        nik = own[0].nik
        values = self.canaries(own)
        self.assertGreater(len(values), 8)
        self.site.sql("VACUUM ANALYZE")
        held = self.found(values)
        self.assertEqual({name: held.get(name) for name in ("register", "returned_record", "current_appointment", "bodies")},
                         {"register": 2, "returned_record": 1, "current_appointment": 1, "bodies": 1}, held)
        before = self.others([nik])

        done = erase(self.site, receipts[0], 4, "--in-force")
        [told] = done.of_type("type", "erased")
        self.assertEqual((told["versions"], told["returned"], told["bodies"], told["rejections"]), (2, 1, 1, 0))
        self.site.sql("VACUUM FULL ANALYZE")
        self.site.sql("VACUUM FULL pg_catalog.pg_statistic")  # the former samples of the columns
        self.assertEqual(self.found(values), {})
        self.assertEqual(self.others([nik]), before)
        self.check_files(values)
        for body, text in sent.values():
            self.send_again(body, text)
        self.check_deed(done, told)
        self.check_trace(receipts)
        findings, audit = self.audited()
        self.assertEqual((findings, audit.returncode in (0, 3)), ([], True), audit)

        again = erase(self.site, receipts[0], 4, "--in-force", expect=5)
        self.assertIn("erased already", again.stdout)

    def check_files(self, values):
        """The files of the database; WAL and logs are the operator's to let expire."""
        self.site.sql("CHECKPOINT")
        files = [path for path in (self.site.cluster.directory / "base").rglob("*") if path.is_file()]
        self.assertGreater(len(files), 100)
        for path in files:
            content = path.read_bytes()
            left = [value for value in values if value.encode() in content]
            if left:
                relation = self.site.sql(f"SELECT pg_filenode_relation(0, {path.name})") if path.name.isdigit() else ""
                self.fail((left, path, path.stat().st_size, relation))

    def check_deed(self, done, told):
        """The leaf is there, its text names no person, and the official and the reason stand in it."""
        [result] = done.of_type("type", "result")
        [(text, leaf_type)] = self.site.sql(
            "SELECT d.text, get_byte(l.leaf, 2) FROM lantik.deed d JOIN lantik.ledger_leaf l USING (leaf_index)"
            f" WHERE leaf_index = {result['leaf_index']}")
        self.assertEqual(leaf_type, "3")
        self.assertIn("official Pejabat Penghapus\nreason putusan pengadilan 12/2027\nend\n", text)
        self.assertEqual(text.count("\nrow "), told["versions"])
        self.assertEqual(text.count("\nbody "), told["bodies"])
        self.assertEqual(text.count("\nplace 6171 PPPK_PW "), 1)

    def check_trace(self, receipts):
        """Rows that are gone left their hash, in its place under the root of the receipt."""
        number = self.batch_no(receipts[0])
        [(hashes,)] = self.site.sql(f"SELECT encode(row_hashes, 'hex') FROM lantik.batch WHERE batch_no = {number}")
        hashes = [bytes.fromhex(hashes)[i:i + 32] for i in range(0, len(hashes) // 2, 32)]
        self.assertEqual(self.office.receipt.tree_root(hashes), receipts[0].leaf.rows_root)
        self.assertEqual(self.row_hashes()[number], hashes[:3] + hashes[4:])
        self.assertEqual(self.site.sql(f"SELECT record_no, part, encode(row_hash, 'hex') FROM lantik.erased_row"
                                       f" WHERE batch_no = {number}"), [("4", "1", hashes[3].hex())])

    def test_who_was_rejected_and_who_was_accepted_by_an_official(self):
        self.load("eligibility.csv", STRICT)
        _, manifest, records = self.took_cpns(4, agency="6172")
        for i, record in enumerate(records):
            self.mark(record, f"dua{'abcd'[i]}")
        receipt, _ = self.send(manifest, records)
        self.assertEqual({outcome for outcome, _ in self.outcomes(receipt).values()}, {"review"})
        self.review("reject", receipt, [1])
        self.review("accept", receipt, [2])
        before = self.others([records[0].nik, records[1].nik])
        [told] = erase(self.site, receipt, 1).of_type("type", "erased")
        self.assertEqual((told["versions"], told["returned"], told["bodies"], told["rejections"]), (0, 1, 0, 1))
        [told] = erase(self.site, receipt, 2, "--in-force").of_type("type", "erased")
        self.assertEqual((told["versions"], told["returned"], told["bodies"], told["rejections"]), (1, 1, 0, 0))
        self.site.sql("VACUUM ANALYZE")
        self.assertEqual(self.found(self.canaries(records[:2])), {})
        self.assertEqual(self.others([records[0].nik, records[1].nik]), before)
        self.assertEqual(self.found({records[2].nik}), {"returned_record": 1}, "who waits goes on waiting")
        self.review("accept", receipt, [3])
        for decision in self.decisions(receipt):
            decision.verify(self.office.log_key)
        findings, audit = self.audited()
        self.assertEqual((findings, audit.returncode in (0, 3)), ([], True), audit)

    def test_who_is_in_force_is_not_erased_by_mistake(self):
        """An appointment without an end; of the others the agreements of the sample are over."""
        _, manifest, records = self.people(2, kind="CPNS", agency="6177")
        receipt, _ = self.send(manifest, records)
        self.assertEqual(receipt.verdict.accepted, 2)
        refused = erase(self.site, receipt, 1, expect=5)
        self.assertIn("in force", refused.stdout)
        self.assertEqual(self.found({records[0].nik})["register"], 1, "nothing happened")
        asked = harness.run(harness.program("lantikctl"), "--database", self.site.cluster.conninfo("lantik_reviewer"), "erase",
                            uuid.UUID(bytes=receipt.leaf.batch_id), 1, *ORDER[:4], "--in-force", expect=2)
        self.assertIn("cannot be taken back", asked.stderr, "it asks first")
        erase(self.site, receipt, 1, "--in-force")
        self.assertEqual(self.found({records[0].nik}), {})

    def test_a_record_without_a_readable_nik_is_erased_alone(self):
        _, manifest, records = self.people(3, agency="6173")
        for record in records[:2]:
            record.nik = "9.90101E+15"
            self.mark(record, f"tiga{record.row_no}")
        receipt, _ = self.send(manifest, records)
        [told] = erase(self.site, receipt, 1).of_type("type", "erased")
        self.assertEqual((told["versions"], told["returned"], told["bodies"]), (0, 1, 0))
        self.assertEqual(self.found({records[1].nama}), {"returned_record": 1})
        self.assertEqual(self.found({records[0].nama}), {})

    def test_an_altered_row_is_not_hidden_by_an_erasure(self):
        _, manifest, records = self.people(2, agency="6174")
        receipt, _ = self.send(manifest, records)
        number = self.batch_no(receipt)
        self.site.sql(f"UPDATE lantik.register SET upah = upah + 1 WHERE batch_no = {number} AND record_no = 1")
        refused = erase(self.site, receipt, 1, "--in-force", expect=5)
        self.assertIn("not as it was recorded", refused.stdout)
        self.assertEqual(self.site.value(f"SELECT count(*) FROM lantik.appointment WHERE batch_no = {number}"), "2")
        self.site.sql(f"UPDATE lantik.register SET upah = upah - 1 WHERE batch_no = {number} AND record_no = 1")
        erase(self.site, receipt, 1, "--in-force")
        self.assertEqual(self.site.value(f"SELECT count(*) FROM lantik.appointment WHERE batch_no = {number}"), "1")

    def test_who_was_erased_may_be_proposed_anew(self):
        first, manifest, records = self.people(2, agency="6171")
        receipt, _ = self.send(manifest, records)
        erase(self.site, receipt, 1, "--in-force")
        _, manifest, records = self.people(1, agency="6171", first=first)
        receipt, _ = self.send(manifest, records)
        self.assertEqual(receipt.verdict.accepted, 1)

    def test_a_place_that_was_given_back_leaves_a_row_of_nothing(self):
        """Of a group to which the person moved with the decree: no first step was ever counted there."""
        first, manifest, [record] = self.people(1, agency="6202")
        record.kelompok_lapor = 1
        receipt, _ = self.send(manifest, [record])
        _, decree, [record] = self.people(1, step="SK", agency="6202", first=first)
        record.kelompok_lapor = 1
        self.assertEqual(self.send(decree, [record])[0].verdict.accepted, 1)
        row = "SELECT accepted, used FROM lantik.counter WHERE kode_instansi = '6202' AND step = 1 AND kelompok_lapor = 2"
        for change, group, left in ((1, 2, [("0", "1")]), (4, 2, [("0", "0")])):
            record.change_kind, record.change_reason, record.kelompok_lapor = change, "berubah", group
            self.assertEqual(self.send(decree, [record])[0].verdict.accepted, 1)
            self.assertEqual(self.site.sql(row), left)
        erase(self.site, receipt, 1)
        self.assertEqual(self.site.sql(row), [("0", "0")])
        findings, audit = self.audited()
        self.assertEqual((findings, audit.returncode in (0, 3)), ([], True), audit)

    def test_what_comes_meanwhile_is_erased_too(self):
        """Batches of the person keep coming while the erasures run: whatever was committed before an erasure's leaf is gone
        after it, and nothing of a later one."""
        first, manifest, records = self.people(40, agency="6175")
        receipt, _ = self.send(manifest, records)
        done, failures = threading.Event(), []

        def keep_sending():
            refused = copy.deepcopy(manifest)
            refused.programme = "TIDAK DIKENAL"
            while not done.is_set():
                try:
                    self.send(refused, records)
                    self.send(manifest, [self.spoil(record) for record in records])
                except Exception as error:  # reported below
                    failures.append(error)
                    return

        sender = threading.Thread(target=keep_sending)
        sender.start()
        try:
            leaves = {record_no: erase(self.site, receipt, record_no, "--in-force").of_type("type", "result")[0]["leaf_index"]
                      for record_no in range(1, 11)}
        finally:
            done.set()
            sender.join()
        self.assertFalse(failures)
        bodies = self.bodies()
        for record_no, leaf in leaves.items():
            nik = records[record_no - 1].nik
            self.assertEqual(self.site.value(
                "SELECT count(*) FROM lantik.returned_record r JOIN lantik.batch b USING (batch_no)"
                f" WHERE b.leaf_index < {leaf} AND position('{nik}'::bytea IN r.bytes) > 0"), "0")
            early = [number for (number,) in self.site.sql(f"SELECT batch_no FROM lantik.batch WHERE leaf_index < {leaf}")]
            self.assertFalse([number for number in early if nik.encode() in bodies.get(number, b"")])

    @staticmethod
    def spoil(record):
        spoiled = copy.deepcopy(record)
        spoiled.upah = 0
        return spoiled

    def test_nobody_deletes_without_a_deed(self):
        _, manifest, records = self.people(2, agency="6176")
        receipt, _ = self.send(manifest, records)
        number = self.batch_no(receipt)
        for table in ("register", "current_appointment", "returned_record", "batch_body", "rejected", "erased_row"):
            for user in ("lantik_daemon", "lantik_operator", "lantik_reviewer", "lantik_auditor"):
                with self.assertRaisesRegex(AssertionError, "permission denied|read-only"):
                    self.site.sql(f"DELETE FROM lantik.{table}", user=user)
        call = (f"SELECT lantik.erase(1000000, '{records[0].nik}', ARRAY[{number}]::bigint[], ARRAY[1], ARRAY[sha256('')],"
                " '{}', '{}', '{}', '{}', 0)")
        for user in ("lantik_operator", "lantik_reviewer", "lantik_auditor"):
            with self.assertRaisesRegex(AssertionError, "permission denied"):
                self.site.sql(call, user=user)
        with self.assertRaisesRegex(AssertionError, "erased_row_leaf_index_fkey"):
            self.site.sql(call, user="lantik_daemon")
        self.assertEqual(self.site.value(f"SELECT count(*) FROM lantik.appointment WHERE batch_no = {number}"), "2")

    def test_zz_no_value_in_the_logs(self):
        log = self.site.daemon.text() + self.site.cluster.log_text()
        self.assertNotIn("KENARI", log)
        niks = [nik for (nik,) in self.site.sql("SELECT nik FROM lantik.appointment")]
        self.assertFalse([nik for nik in niks if nik in log])


if __name__ == "__main__":
    harness.main()
