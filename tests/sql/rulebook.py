#!/usr/bin/python3
"""Tests of the rulebook in the database: its tables, their files, what is refused, its text and its history.

SPDX-License-Identifier: Apache-2.0
"""

import csv
import hashlib
import os
import sys
import unittest

import run
import sample_tables
from run import ORIGIN, REFERENCE, harness

ID = "0123456789ABCDEF0123456789ABCDEF"
TABLES = ["severity_override", "submission_window", "eligibility_policy", "position", "unit", "field_of_study",
          "group_education", "required_document", "selection_category", "status_reason", "holiday"]

# Each file with every column that it may have, and the lines that it must make.
FILES = {
    "severities.csv": (
        "rule_case,severity,kind,step,kode_instansi,note,valid_from,valid_until\n"
        "N05,OFF,,,,,1900-01-01,\n"
        "W02.low,REVIEW,PPPK_PW,NI,9901,who decided it,2025-01-01,2026-01-01\n",
        ["severity\tN05\tOFF\t\t\t\t\t", "severity\tW02.low\tREVIEW\tPPPK_PW\tNI\t9901\t2025-01-01\t2026-01-01"]),
    "submission_windows.csv": (
        "programme,step,kode_instansi,opens,closes,grace_minutes,coverage,note\n"
        "PW2024,NI,,2025-08-28 00:00,2025-12-21 00:00,60,sourced,a letter\n"
        "PW2024,NI,9901,2025-08-28T00:00,2025-12-20T23:59:59+07:00,0,unverified,\n"
        "PW2024,SK,,2025-10-01T00:00:00Z,2026-01-01 00:00,0,derived,\n",
        ["window\tPW2024\tNI\t\t2025-08-27T17:00:00Z\t2025-12-20T17:00:00Z\t60",
         "window\tPW2024\tNI\t9901\t2025-08-27T17:00:00Z\t2025-12-20T16:59:59Z\t0\tunverified",
         "window\tPW2024\tSK\t\t2025-10-01T00:00:00Z\t2025-12-31T17:00:00Z\t0"]),
    "eligibility.csv": (
        "programme,kode_instansi,terdata_non_asn,ikut_cpns_2024,ikut_pppk_2024_lengkap,note,valid_from,valid_until\n"
        "PX,9901,ya,tidak,any,a decree,2025-01-01,2026-01-01\n"
        "PX,,no,,yes,,1900-01-01,\n",
        ["eligibility\tPX\t9901\tyes\tno\t\t2025-01-01\t2026-01-01", "eligibility\tPX\t\tno\t\tyes\t\t"]),
    "formations.csv": (
        "kode_instansi,programme,kelompok_lapor,quota,decided_on,valid_from,valid_until\n"
        "9901,PX,guru,0,2025-08-29,1900-01-01,2025-12-01\n"
        "9901,PX,guru,12,,2025-12-01,\n",
        ["formation\t9901\tPX\tguru\t0\t2025-08-29\t\t2025-12-01", "formation\t9901\tPX\tguru\t12\t\t2025-12-01\t"]),
    "minimum_wage_2026.csv": (
        "region_code,year,monthly_wage_idr,coverage,note,valid_from,valid_until\n"
        "9901,2026,\"2.345.678,90\",unverified,,1900-01-01,2026-07-01\n"
        "9901,2026,2400000,sourced,second decree,2026-07-01,\n",
        ["wage\t9901\t2026\t234567890\t\t2026-07-01\tunverified", "wage\t9901\t2026\t240000000\t2026-07-01\t"]),
    "positions.csv": (
        "jabatan_id,name,jenis_jabatan_id,min_tk_pendidikan_id,min_golongan,max_golongan,bup,entry_age,coverage,valid_from,"
        "valid_until\n"
        f"{ID},JABATAN REKAAN,2,40,III/a,IV/e,65,40,unverified,2025-01-01,2026-01-01\n"
        f"{ID.lower()},\"JABATAN, REKAAN\",4,,,,,,sourced,2026-01-01,\n",
        [f"position\t{ID.lower()}\t2\t40\tIII/a\tIV/e\t65\t40\t2025-01-01\t2026-01-01\tunverified",
         f"position\t{ID.lower()}\t4\t\t\t\t\t\t2026-01-01\t"]),
    "units.csv": (
        "unor_id,name,kode_instansi,valid_from,valid_until\n"
        f"01234567-89AB-CDEF-0123-456789ABCDEF,UNIT REKAAN,9901,1900-01-01,2026-01-01\n{ID},UNIT REKAAN,9902,2026-01-01,\n",
        [f"unit\t{ID.lower()}\t9901\t\t2026-01-01", f"unit\t{ID.lower()}\t9902\t2026-01-01\t"]),
    "fields_of_study.csv": (f"pendidikan_id,name\n{ID},ILMU REKAAN\n", [f"study\t{ID.lower()}"]),
    "group_education.csv": (
        "kelompok_jabatan,min_tk_pendidikan_id,coverage,note\ntenaga teknis,15,unverified,\n",
        ["group\ttenaga_teknis\t15\tunverified", "group\tpenata_layanan_operasional\t35"]),
    "required_documents.csv": (
        "programme,step,type,name,valid_from,valid_until\nPX,SPMT,12,paper,2025-01-01,2026-01-01\nPX,NI,999999,paper,1900-01-01,\n",
        ["document\tPX\tSPMT\t12\t2025-01-01\t2026-01-01", "document\tPX\tNI\t999999\t\t"]),
    "selection_categories.csv": (
        "programme,kategori,result,note,valid_from,valid_until\nPX,R3,admitted,,1900-01-01,2026-01-01\nPX,R3,failed,,2026-01-01,\n",
        ["category\tPX\tR3\tadmitted\t\t2026-01-01", "category\tPX\tR3\tfailed\t2026-01-01\t"]),
    "status_reasons.csv": ("alasan_tolak_id,meaning,name\n7,no_budget,Anggaran habis\n", ["reason\t7\tno_budget"]),
    "holidays.csv": ("date,name\n2027-01-01,Tahun Baru\n", ["holiday\t2027-01-01"]),
    "parameters.csv": ("name,value,valid_from,valid_until\nbup_ahli_pertama,58,2025-01-01,2026-01-01\n",
                       ["parameter\tbup_ahli_pertama\t58\t2025-01-01\t2026-01-01", "parameter\tni_pppk_kk\t21\t\t"]),
}

# What is refused: a file, and what the error says.
W = "programme,step,opens,closes\n"
E = "programme,terdata_non_asn,ikut_cpns_2024,ikut_pppk_2024_lengkap\n"
P = "jabatan_id,name,jenis_jabatan_id,min_golongan,max_golongan\n"
S = "rule_case,severity\n"
REFUSED = [
    (S + "N99,OFF\n", r":2: column rule_case: expected a rule or a case"),
    (S + "N05.nothing,OFF\n", r":2: column rule_case: expected"),
    (S + "N05,off\n", r":2: column severity: expected FATAL, ERROR, REVIEW, WARN or OFF"),
    (S + "N05,OFF\nB02,ERROR\n", r":3: this rule cannot have this severity\n  What is said of a whole batch"),
    (S + "N01.digits,OFF\n", r":2: this rule cannot have this severity"),
    ("rule_case,severity,kind\nN05,OFF,PW\n", r":2: column kind: expected PPPK_PW"),
    ("rule_case,severity,step\nN05,OFF,XX\n", r":2: column step: expected NI"),
    ("rule_case,severity,kode_instansi\nN05,OFF,1234\n", r"severity_override names 1234, which table agency"),
    (W + "PW,NI,2025-08-28,2025-12-21 00:00\n", r":2: column opens: expected a date with a time in Asia/Jakarta"),
    (W + "PW,NI,2025-08-28 00:00:00.5,2025-12-21 00:00\n", r":2: column opens: expected a date with a time"),
    (W + "PW,NI,2025-08-28 00:00,2025-08-28 00:00\n", r":2: closes must be later than opens"),
    (W + "PW,NI,2025-08-28 00:00,2025-08-27T16:59Z\n", r":2: closes must be later than opens"),
    (W + "PW,NI,2025-08-28 00:00,2025-12-21 00:00\nPW,NI,2025-08-27T17:00:00Z,2025-12-22 00:00\n",
     r":3: has the same key as line 2"),
    (W + "PW 2024,NI,2025-08-28 00:00,2025-12-21 00:00\n", r":2: column programme: expected a programme"),
    ("programme,step,opens,closes,grace_minutes\nPW,NI,2025-08-28 00:00,2025-12-21 00:00,43201\n",
     r":2: column grace_minutes: expected minutes"),
    ("programme,step,kode_instansi,opens,closes\nPW,NI,1234,2025-08-28 00:00,2025-12-21 00:00\n",
     r"submission_window names 1234"),
    (E + "PW,maybe,,\n", r":2: column terdata_non_asn: expected yes, no, or any"),
    (E + "PW,yes,,\nPW,ya,any,any\n", r":3: has the same key as line 2"),
    ("kode_instansi,programme,kelompok_lapor,quota\n1234,PW,guru,1\n", r"formation names 1234, which table agency"),
    ("kode_instansi,programme,kelompok_lapor,quota,decided_on\n9901,PW,guru,1,soon\n",
     r":2: column decided_on: expected a date"),
    (P + f"{ID},X,2,III/a,IX\n", r":2: min_golongan and max_golongan must be of one scale"),
    (P + f"{ID},X,2,IV/a,III/a\n", r":2: min_golongan and max_golongan"),
    (P + f"{ID},X,2,V/a,\n", r":2: column min_golongan: expected I/a to IV/e"),
    (P + "0123,X,2,,\n", r":2: column jabatan_id: expected an id of SIASN"),
    ("jabatan_id,name,jenis_jabatan_id,min_tk_pendidikan_id\n" f"{ID},X,2,99\n",
     r"position names 99, which table education_level"),
    ("unor_id,name,kode_instansi\n" f"{ID},X,1234\n", r"unit names 1234, which table agency"),
    ("unor_id,name,kode_instansi,valid_from\n" f"{ID},X,9901,\n", r":2: column valid_from: expected a date"),
    ("unor_id,name,kode_instansi,valid_from\n" f"{ID},X,9901,2025-01-01\n{ID},X,9902,2026-01-01\n",
     r"unit would hold 01234567-89ab-cdef-0123-456789abcdef twice"),
    ("kelompok_jabatan,min_tk_pendidikan_id\npenata,35\n", r":2: column kelompok_jabatan: expected a group"),
    ("programme,step,type,name\n" + "".join(f"PW,NI,{i},paper\n" for i in range(1, 18)),
     r"programme PW would require more than 16 documents at step NI"),
    ("programme,kategori,result\nPW,r2,admitted\n", r":2: column kategori: expected one part of a kategori in capitals"),
    ("programme,kategori,result\nPW,R2/L,admitted\n", r":2: column kategori"),
    ("programme,kategori,result\nPW,R2,yes\n", r":2: column result: expected admitted or failed"),
    ("alasan_tolak_id,meaning,name\n0,deceased,x\n", r":2: column alasan_tolak_id: expected SIASN's number"),
    ("alasan_tolak_id,meaning,name\n1,dead,x\n", r":2: column meaning: expected deceased"),
    ("date,name\n2025-02-30,x\n", r":2: column date: expected a date"),
    ("name,value\nbup_defalt,x\n", r":2: this parameter cannot have this value"),
    ("name,value\nretirement,58\n", r":2: no rule asks for this parameter"),
    ("name,value\njenis_formasi_pw,0210\n", r":2: no rule asks for this parameter"),
    ("name,value\njenis_formasi_pppk_pw,210\n", r":2: this parameter cannot have this value"),
    ("name,value\nspmt_deadline_pw,20251301\n", r":2: this parameter cannot have this value"),
    ("name,value\nbup_default,60\n", r"rule_parameter would hold bup_default twice for the same days"),
]


class Rulebook(run.Database):
    def file(self, name, text):
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        return path

    def lines(self, user="postgres"):
        return bytes.fromhex(self.value("SELECT encode(convert_to(lantik.rulebook_text(), 'UTF8'), 'hex')", user)
                             ).decode().split("\n")

    def counts(self):
        return self.sql(" UNION ALL ".join(f"SELECT '{t}', count(*) FROM lantik.{t}" for t in TABLES))


class Shipped(Rulebook):
    def test_the_tables_hold_what_the_files_hold(self):
        self.assertEqual(dict(self.counts()), {
            "severity_override": "0", "submission_window": "0", "eligibility_policy": "2", "position": "34", "unit": "6816",
            "field_of_study": "56", "group_education": "4", "required_document": "7", "selection_category": "10",
            "status_reason": "4", "holiday": "45"})

    def test_the_policy_and_the_doubts_are_in_the_text(self):
        lines = set(self.lines())
        for line in ("eligibility\tPW2024\t\tyes\tyes\t\t\t", "eligibility\tPW2024\t\tyes\t\tyes\t\t",
                     "group\tpengelola_umum_operasional\t05\tunverified", "wage\t36\t2025\t290519900\t\t\tunverified",
                     "wage\t3273\t2025\t448291400\t\t", "category\tPW2024\tTMS\tfailed\t\t", "holiday\t2025-08-18",
                     "formation\t6171\tPW2024\tteknis\t6366\t\t\t", "parameter\tjenis_formasi_pppk_pw\t0210\t\t",
                     "parameter\tstatus_usulan_ditolak\t99\t\t", "document\tPW2024\tNI\t887\t\t"):
            self.assertIn(line, lines)

    def test_a_holiday_is_a_working_day_otherwise(self):
        self.assertEqual(self.sql("SELECT date FROM lantik.holiday WHERE extract(isodow FROM date) > 5"), [])

    def test_the_fictional_peoples_tables_are_up_to_date(self):
        for name, lines in sample_tables.tables().items():
            self.assertEqual((REFERENCE / "test" / name).read_text(encoding="utf-8"), "\n".join(lines) + "\n",
                             f"run tests/sql/sample_tables.py to make {name} anew")

    def test_the_fictional_people_are_in_them(self):
        for kind, step in (("PPPK_PW", "NI"), ("JF", "PELANTIKAN"), ("CPNS", "SK")):
            path = self.directory / f"sample-{kind}.csv"
            harness.subprocess.run([harness.program("lantik"), "sample", "--kind", kind, "--step", step, "--agency", "9901",
                                    "--rows", "400", str(path)], check=True, capture_output=True, env=harness.environment())
            with path.open(encoding="utf-8-sig") as text:
                rows = list(csv.DictReader(text))
            self.assertEqual(len(rows), 400)
            for table, key, columns in (
                    ("position", "jabatan_id", ("jabatan_fungsional_id", "jabatan_fungsional_umum_id")),
                    ("unit", "unor_id", ("unor_id",)), ("field_of_study", "pendidikan_id", ("pendidikan_id",))):
                used = {row[c].replace("-", "").lower() for row in rows for c in columns if row[c]}
                held = {i for (i,) in self.sql(f"SELECT lantik.rulebook_id({key}) FROM lantik.{table}")}
                self.assertTrue(used)
                self.assertEqual(used - held, set(), f"{kind} {table}")

    def test_examples_load_and_change_the_text(self):
        examples = sorted((REFERENCE / "examples").glob("*.csv"))
        self.assertEqual(len(examples), 4)
        self.cluster.sql("CREATE DATABASE examples", database="postgres")
        name, type(self).name = self.name, "examples"
        try:
            self.ctl("migrate", "--origin", ORIGIN)
            self.ctl("load", "--reference", REFERENCE)
            self.assertEqual(dict(self.counts())["position"], "0")
            before = set(self.lines())
            self.ctl("load", *examples)
            added = set(self.lines()) - before
            self.assertEqual(len(added), 4 + 1 + 1 + 7)
            self.assertIn("eligibility\tPW2024\t6200\tyes\t\tyes\t\t", added)
            self.assertIn("window\tPW2024\tNI\t\t2025-08-27T17:00:00Z\t2025-12-20T17:00:00Z\t0", added)
        finally:
            type(self).name = name


class Files(Rulebook):
    def test_every_file_makes_its_lines(self):
        self.ctl("load", *(self.file(name, text) for name, (text, _) in FILES.items()))
        lines = self.lines()
        for name, (_, wanted) in FILES.items():
            for line in wanted:
                self.assertIn(line, lines, name)
        self.assertEqual(lines[1:-1], sorted(set(lines[1:-1]), key=lambda line: line.encode()))
        for table in TABLES:
            self.assertNotEqual(self.value(f"SELECT count(*) FROM lantik.{table}"), "0", table)
        before = self.ctl("status")[0]["rulebook_sha256"]
        again = self.ctl("load", *(self.file(name, text) for name, (text, _) in FILES.items()))
        self.assertEqual({(f["added"], f["changed"]) for f in again[:-1]}, {(0, 0)})
        self.assertEqual(again[-1]["rulebook_sha256"], before)
        self.assertEqual(before, hashlib.sha256("\n".join(lines).encode()).hexdigest())
        other = self.cluster.sql("SET datestyle = 'German'; SET timezone = 'America/Lima'; SET search_path = pg_temp;"
                                 " SELECT encode(sha256(convert_to(lantik.rulebook_text(), 'UTF8')), 'hex')",
                                 user="lantik_daemon", database=self.name)
        self.assertEqual(other[0][0], before)
        self.a_window_gets_another_closing()
        self.a_row_ends()

    def a_window_gets_another_closing(self):
        text = FILES["submission_windows.csv"][0].replace("2025-12-21 00:00", "2025-12-28 00:00")
        changed = self.ctl("load", self.file("submission_windows.csv", text))[0]
        self.assertEqual((changed["added"], changed["changed"]), (0, 1))
        self.assertEqual(self.sql("SELECT closes AT TIME ZONE 'Asia/Jakarta', grace_minutes, note FROM"
                                  " lantik.submission_window WHERE step = 1 AND kode_instansi = ''"),
                         [("2025-12-28 00:00:00", "60", "a letter")])

    def a_row_ends(self):
        self.ctl("load", self.file("end.csv", "rule_case,severity,valid_until\nN05,OFF,2026-01-01\n"))
        self.assertIn("severity\tN05\tOFF\t\t\t\t\t2026-01-01", self.lines())


class Refused(Rulebook):
    def test_bad_files_say_where_and_load_nothing(self):
        before = self.value("SELECT md5(lantik.rulebook_text())")
        good = self.file("good.csv", "date,name\n2031-01-01,Tahun Baru\n")
        for number, (text, wanted) in enumerate(REFUSED):
            done = self.run_ctl("load", good, self.file(f"bad{number}.csv", text), expect=1)
            self.assertRegex(done.stderr, wanted, text)
        self.assertEqual(self.value("SELECT md5(lantik.rulebook_text())"), before)

    def test_errors_are_in_indonesian_too(self):
        for number, (text, _) in enumerate(REFUSED):
            path = self.file(f"salah{number}.csv", text)
            command = [harness.program("lantikctl"), "--database", self.cluster.conninfo("postgres", self.name), "load", path]
            environment = harness.environment(LANGUAGE="id", LC_ALL="id_ID.UTF-8")
            done = harness.subprocess.run(list(map(str, command)), capture_output=True, text=True, env=environment, check=False)
            self.assertEqual(done.returncode, 1, text)
            self.assertRegex(done.stderr, r"seharusnya|harus|tidak|kuncinya|akan me", text)
            self.assertNotRegex(done.stderr, r"expected|cannot|must be|which table|would", text)

    def test_a_rulebook_that_nobody_could_read_is_not_committed(self):
        self.sql("UPDATE lantik.word SET word = 'NJ' WHERE list = 'step' AND code = 1")
        try:
            done = self.run_ctl("load", self.file("day.csv", "date,name\n2032-01-01,Tahun Baru\n"), expect=1)
            self.assertRegex(done.stderr, r"(?s)could not be read.*Nothing was loaded. Line \d+: document\tPW2024\tNJ\t")
            self.assertEqual(self.ctl("status")[0]["rulebook_sha256"], "unreadable")
            self.assertEqual(self.value("SELECT count(*) FROM lantik.holiday WHERE date = '2032-01-01'"), "0")
        finally:
            self.sql("UPDATE lantik.word SET word = 'NI' WHERE list = 'step' AND code = 1")

    def test_the_tables_refuse_what_the_text_cannot_hold(self):
        """Whoever writes by hand gets no further than lantikctl."""
        for statement in (
                "submission_window (programme, step, opens, closes) VALUES ('PW', 1, '2025-02-01Z', '2025-02-01Z')",
                "submission_window (programme, step, opens, closes) VALUES ('PW', 1, '2025-01-01 00:00:00.5Z', '2025-02-01Z')",
                "submission_window (programme, step, opens, closes) VALUES (E'P\\tW', 1, '2025-01-01Z', '2025-02-01Z')",
                "severity_override (rule_case, severity) VALUES ('n05', 0)",
                "severity_override (rule_case, severity) VALUES ('N05', 5)",
                "severity_override (rule_case, severity, kode_instansi) VALUES ('N05', 0, '61')",
                "selection_category (programme, kategori, admitted) VALUES ('PW', 'r2', true)",
                "selection_category (programme, kategori, admitted) VALUES ('PW', 'R2/L', true)",
                "position (jabatan_id, nama, jenis_jabatan_id, bup) VALUES (gen_random_uuid(), 'x', 2, 0)",
                "required_document (programme, step, type, nama) VALUES ('PW', 1, 0, 'x')",
                "status_reason (alasan_tolak_id, meaning, nama) VALUES (1, 'ill', 'x')",
                "holiday (date, nama) VALUES ('infinity', 'x')",
                "formation (kode_instansi, programme, kelompok_lapor, quota) VALUES ('9901', 'P W', 1, 1)"):
            with self.assertRaisesRegex(AssertionError, "violates check constraint"):
                self.sql("INSERT INTO lantik." + statement)


class History(Rulebook):
    INSERT = ("INSERT INTO lantik.rulebook (sha256, text) SELECT sha256(convert_to(t, 'UTF8')), t"
              " FROM (SELECT lantik.rulebook_text() AS t) AS now ON CONFLICT DO NOTHING")

    def test_the_daemon_keeps_each_rulebook_once_and_nobody_changes_it(self):
        for _ in range(2):
            self.sql(self.INSERT, user="lantik_daemon")
        digest = self.ctl("status")[0]["rulebook_sha256"]
        for role in ("lantik_daemon", "lantik_operator", "lantik_reviewer"):
            self.assertEqual(self.sql("SELECT encode(sha256, 'hex'), text = lantik.rulebook_text(), first_used_at <= now()"
                                      " FROM lantik.rulebook", user=role), [(digest, "t", "t")])
            for statement in ("UPDATE lantik.rulebook SET text = ''", "DELETE FROM lantik.rulebook", "TRUNCATE lantik.rulebook"):
                self.refused(statement, role)
        self.refused(self.INSERT, "lantik_operator")
        self.refused(self.INSERT, "lantik_reviewer")
        with self.assertRaisesRegex(AssertionError, "rulebook_digest"):
            self.sql("INSERT INTO lantik.rulebook (sha256, text) VALUES (sha256('a'), 'b')", user="lantik_daemon")
        self.assertEqual(self.value("SELECT attcompression FROM pg_attribute WHERE attname = 'text'"
                                    " AND attrelid = 'lantik.rulebook'::regclass"), "l")

    def test_the_text_does_not_look_at_the_clock(self):
        body = self.value("SELECT pg_get_functiondef('lantik.rulebook_text'::regproc)")
        self.assertNotRegex(body.lower(), r"now\(|current_date|current_timestamp|clock_timestamp")

    def test_operators_change_tables_and_reviewers_read_them(self):
        for table in TABLES:
            self.sql(f"SELECT * FROM lantik.{table}", user="lantik_reviewer")
            self.sql(f"SELECT * FROM lantik.{table}", user="lantik_daemon")
            column = self.value(f"SELECT attname FROM pg_attribute WHERE attnum = 1 AND attrelid = 'lantik.{table}'::regclass")
            self.sql(f"BEGIN; UPDATE lantik.{table} SET {column} = {column}; DELETE FROM lantik.{table}; ROLLBACK",
                     user="lantik_operator")
            for role in ("lantik_daemon", "lantik_reviewer"):
                self.refused(f"DELETE FROM lantik.{table}", role)
                self.refused(f"UPDATE lantik.{table} SET {column} = {column}", role)
        self.assertIn("lantik-rulebook 1", self.lines(user="lantik_reviewer"))


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    unittest.main(verbosity=1, module=sys.modules[__name__])
