#!/usr/bin/python3
"""Tests of the database: migrations, comments, columns, privileges, reference data, views and lantikctl's verbs.

SPDX-License-Identifier: Apache-2.0

LANTIK_BIN names the build directory whose lantikctl is tested, as for the system tests.
"""

import csv
import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest
import uuid

csv.field_size_limit(1 << 30)
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
import harness  # noqa: E402  (its folder is not a package)
import register  # noqa: E402

ROOT = harness.ROOT
REFERENCE = ROOT / "sql" / "reference"
ORIGIN = "sql.test.example/1"
SCHEMAS = "('lantik', 'analyst')"
SQL_TYPES = {"TEXT": "text", "ID": "uuid", "DATE": "date", "TIME": "timestamp with time zone", "MONEY": "bigint",
             "INT": "integer", "WORD": "smallint", "DOCUMENTS": "bytea"}


class Database(unittest.TestCase):
    """One cluster; every class gets a database of its own, migrated and loaded."""

    cluster = None
    name = "lantik"

    @classmethod
    def setUpClass(cls):
        if Database.cluster is None:
            Database.directory = harness.scratch()
            Database.cluster = harness.Cluster(Database.directory)
            Database.cluster.start()
        cls.name = cls.__name__.lower()
        cls.cluster.sql(f"CREATE DATABASE {cls.name}", database="postgres")
        cls.prepare()

    @classmethod
    def prepare(cls):
        cls.ctl("migrate", "--origin", ORIGIN)
        cls.ctl("load", "--reference", REFERENCE, "--test-regions")

    @classmethod
    def run_ctl(cls, *args, user="postgres", expect=0):
        command = [harness.program("lantikctl"), "--database", cls.cluster.conninfo(user, cls.name), *map(str, args)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
                              env=harness.environment(), timeout=120)
        if done.returncode != expect:
            raise AssertionError(f"{args}: status {done.returncode}, wanted {expect}\n{done.stdout}{done.stderr}")
        return done

    @classmethod
    def ctl(cls, *args, **options):
        """The JSON lines of a verb; the last one is the summary."""
        return [json.loads(line) for line in cls.run_ctl(*args, "--json", **options).stdout.splitlines()]

    def sql(self, statement, user="postgres"):
        return self.cluster.sql(statement, user=user, database=self.name)

    def value(self, statement, user="postgres"):
        return self.sql(statement, user)[0][0]

    def refused(self, statement, user):
        with self.assertRaisesRegex(AssertionError, "permission denied|row-level security"):
            self.sql(statement, user)


class Migration(Database):
    def digest(self):
        """Everything a migration could change."""
        return self.sql(
            "SELECT (SELECT md5(string_agg(m::text, '' ORDER BY number)) FROM lantik.migration m), "
            "(SELECT md5(string_agg(r::text, '' ORDER BY code)) FROM lantik.rule r), "
            "(SELECT md5(string_agg(c::text, '' ORDER BY rule_case)) FROM lantik.rule_case c), "
            "(SELECT md5(string_agg(w::text, '' ORDER BY list, code)) FROM lantik.word w), "
            "(SELECT h::text FROM lantik.ledger_head h), (SELECT sum(xmin::text::bigint) FROM lantik.rule)")

    def test_a_second_run_changes_nothing(self):
        before = self.digest()
        *rows, summary = self.ctl("migrate", "--origin", ORIGIN)
        self.assertEqual({row["state"] for row in rows}, {"present"})
        self.assertEqual((summary["applied"], summary["rows_changed"], summary["exit_code"]), (0, 0, 0))
        self.assertEqual(self.digest(), before)

    def test_the_record_holds_the_digest_of_each_file(self):
        files = sorted((ROOT / "sql" / "migrations").glob("*.sql"))
        self.assertEqual(self.sql("SELECT number, name, encode(sha256, 'hex') FROM lantik.migration ORDER BY 1"),
                         [(str(i + 1), f.stem, hashlib.sha256(f.read_bytes()).hexdigest())
                          for i, f in enumerate(files)])

    def test_a_real_ledger_takes_no_fictional_province(self):
        self.sql("UPDATE lantik.ledger_head SET origin = 'real.example/1'")
        try:
            error = self.ctl("load", "--reference", REFERENCE, "--test-regions", expect=1)[0]
            self.assertEqual(error["code"], "LNT-0528")
        finally:
            self.sql(f"UPDATE lantik.ledger_head SET origin = '{ORIGIN}'")

    def test_the_origin_never_changes(self):
        error = self.ctl("migrate", "--origin", "other.example/1", expect=1)[0]
        self.assertEqual(error["type"], "error")
        self.assertEqual(self.value("SELECT origin FROM lantik.ledger_head"), ORIGIN)
        self.ctl("migrate", "--origin", "with blank", expect=2)

    def test_the_empty_ledger_has_the_root_of_nothing(self):
        self.assertEqual(self.sql("SELECT size, encode(root, 'hex'), length(edge) FROM lantik.ledger_head"),
                         [("0", hashlib.sha256(b"").hexdigest(), "0")])

    def test_the_rules_are_those_of_the_program(self):
        text = (ROOT / "include/lantik/rules.def").read_text(encoding="utf-8")
        self.assertEqual([code for (code,) in self.sql("SELECT code FROM lantik.rule ORDER BY position")],
                         re.findall(r"^RULE\((\w+)", text, re.M))
        self.assertEqual([case for (case,) in self.sql("SELECT rule_case FROM lantik.rule_case ORDER BY position")],
                         [f"{code}.{name}" for code, name in re.findall(r"^CASE\((\w+), *(\w+)", text, re.M)])
        words = re.findall(r'^WORD\((\w+), *(\d+), *"([^"]+)"', (ROOT / "include/lantik/words.def").read_text(), re.M)
        self.assertEqual(self.sql("SELECT list, code, word FROM lantik.word ORDER BY 1, 2"),
                         sorted(words, key=lambda w: (w[0], int(w[1]))))


class ChangedMigration(Database):
    def test_a_changed_file_is_refused(self):
        self.sql("UPDATE lantik.migration SET sha256 = sha256('') WHERE number = 2")
        error = self.ctl("migrate", expect=1)[0]
        self.assertIn("002_reference", error["what"])

    def test_a_newer_database_is_refused(self):
        self.sql("INSERT INTO lantik.migration (number, name, sha256) VALUES (900, 'later', sha256(''))")
        for verb in ("migrate", "status"):
            self.ctl(verb, expect=1)
        self.sql("DELETE FROM lantik.migration WHERE number = 900")


class Unmigrated(Database):
    @classmethod
    def prepare(cls):
        pass

    def test_every_verb_says_what_to_do(self):
        for verb in (["status"], ["load", "--reference", REFERENCE], ["office", "list"]):
            lines = self.ctl(*verb, expect=6)
            self.assertEqual(lines[-1]["exit_code"], 6)
            self.assertIn("lantikctl migrate", json.dumps(lines))

    def test_no_database_is_a_failure_and_status_says_so(self):
        done = subprocess.run([harness.program("lantikctl"), "status", "--database", "host=/nowhere dbname=x"],
                              capture_output=True, text=True, check=False, env=harness.environment())
        self.assertEqual((done.returncode, done.stdout.split()[0]), (1, "UNREACHABLE"))


class Together(Database):
    @classmethod
    def prepare(cls):
        pass

    def test_two_migrations_at_once_wait_for_each_other(self):
        command = [harness.program("lantikctl"), "migrate", "--origin", ORIGIN, "--json", "--database",
                   self.cluster.conninfo("postgres", self.name)]
        running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=harness.environment()) for _ in range(3)]
        answers = [p.communicate(timeout=60)[0] for p in running]
        summaries = [json.loads(answer.splitlines()[-1]) for answer in answers]
        self.assertEqual([s["exit_code"] for s in summaries], [0, 0, 0], answers)
        count = len(list((ROOT / "sql" / "migrations").glob("*.sql")))
        self.assertEqual(sum(s["applied"] for s in summaries), count)
        self.assertEqual(self.value("SELECT count(*) FROM lantik.migration"), str(count))


class Documented(Database):
    def test_every_object_has_a_comment(self):
        bare = self.sql(
            "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            f" WHERE n.nspname IN {SCHEMAS} AND c.relkind IN ('r', 'v', 'm', 'p') AND obj_description(c.oid, 'pg_class') IS NULL"
            " UNION ALL SELECT c.oid::regclass || '.' || a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            f" JOIN pg_attribute a ON a.attrelid = c.oid WHERE n.nspname IN {SCHEMAS} AND c.relkind IN ('r', 'v', 'm', 'p')"
            " AND a.attnum > 0 AND NOT a.attisdropped AND col_description(c.oid, a.attnum) IS NULL"
            " UNION ALL SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            f" WHERE n.nspname IN {SCHEMAS} AND obj_description(p.oid, 'pg_proc') IS NULL"
            " UNION ALL SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            f" WHERE n.nspname IN {SCHEMAS} AND c.relkind = 'S' AND obj_description(c.oid, 'pg_class') IS NULL"
            " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'i')"
            f" UNION ALL SELECT nspname FROM pg_namespace WHERE nspname IN {SCHEMAS}"
            " AND obj_description(oid, 'pg_namespace') IS NULL"
            " UNION ALL SELECT rolname FROM pg_roles WHERE rolname LIKE 'lantik%' AND shobj_description(oid, 'pg_authid') IS NULL")
        self.assertEqual(bare, [])

    def test_every_table_says_grain_source_and_privacy(self):
        self.assertEqual(self.sql(
            "SELECT object_name, column_name FROM analyst.dictionary WHERE object_type IN ('table', 'view')"
            " AND (privacy IS NULL OR (column_name IS NULL AND NOT (description ~ 'Grain: ' AND description ~ 'Source: ')))"),
            [])

    def columns(self, relation):
        """Name, type, privacy class and collation of the columns, in their order."""
        return self.sql(
            "SELECT a.attname, format_type(a.atttypid, a.atttypmod), substring(col_description(a.attrelid, a.attnum)"
            " FROM 'Privacy: (.)'), coalesce(c.collname, '') FROM pg_attribute a LEFT JOIN pg_collation c ON c.oid = a.attcollation"
            f" WHERE a.attrelid = 'lantik.{relation}'::regclass AND a.attnum > 0 ORDER BY a.attnum")

    def test_the_register_is_fields_def(self):
        fields = re.findall(r"^FIELD\(\s*\d+,\s*(\w+),\s*(\w+),\s*\w+,\s*(\w),\s*(\w+)\)",
                            (ROOT / "include/lantik/fields.def").read_text(), re.M)
        self.assertGreater(len(fields), 80)
        own = ["batch_no", "record_no", "office_no", "kind", "step", "supersedes_batch_no", "supersedes_record_no", "salt"]
        shown = self.columns("appointment")
        self.assertEqual([name for name, *_ in shown[:9]], [*own, "nama_asli"])
        self.assertEqual(shown[9:], [(name, SQL_TYPES[kind], privacy, "C" if kind == "TEXT" else "")
                                     for name, kind, privacy, _ in fields])
        hot = {name for name, _, _, place in fields if place == "HOT"}
        stored = self.columns("register")
        self.assertEqual({column for column in stored if column[0] in hot}, {column for column in shown if column[0] in hot})
        self.assertEqual({name for name, *_ in stored}, {*own, *hot, "cold", "sent"})

    def test_cold_values_are_in_the_order_of_fields_def(self):
        """A value of each cold field, as daemon/row.c writes them, and the view's columns."""
        made, told = {}, {}
        for i, (name, kind) in enumerate(register.COLD.items(), 1):
            made[name], told[name] = {
                "ID": lambda: (bytes([i]) * 16, str(uuid.UUID(bytes=bytes([i]) * 16))),
                "TEXT": lambda: (f"{name} \u00e9".encode(), f"{name} \u00e9"),
                "DOCUMENTS": lambda: (b"\x00\xff", "\\x00ff"),
                "DATE": lambda: (datetime.date(1999 + i % 2, 12, i % 28 + 1), f"{1999 + i % 2}-12-{i % 28 + 1:02}"),
                "MONEY": lambda: (2 ** 40 + i, str(2 ** 40 + i)),
            }.get(kind, lambda: (300 + i, str(300 + i)))()

        def seen(value):
            self.sql("INSERT INTO lantik.register (batch_no, record_no, office_no, kind, step, salt, kode_instansi, cold)"
                     f" VALUES (1, 1, 1, 1, 1, '', '1', {value})")
            found = self.sql(f"SELECT {', '.join(told)} FROM lantik.appointment")
            self.sql("DELETE FROM lantik.register")
            return dict(zip(told, found[0]))

        self.assertEqual(seen(register.cold(**made)), told)
        self.assertEqual(seen("NULL"), dict.fromkeys(told, ""))
        for name in ("row_no", "office_reference", "nama_asli", "dokumen", "tgl_pertek"):
            self.assertEqual(seen(register.cold(**{name: made[name]})), {**dict.fromkeys(told, ""), name: told[name]})

    def test_hot_tables_have_no_foreign_key_check_or_trigger(self):
        """Each is read or called anew in every statement; what a value may be is said by its domain."""
        hot = ", ".join(f"'lantik.{table}'::regclass" for table in (
            "register", "current_appointment", "finding", "counter", "ledger_head", "ledger_leaf",
            "checkpoint", "batch"))
        self.assertEqual(self.sql(
            f"SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype IN ('f', 'c', 't', 'x') AND conrelid IN ({hot})"
            f" UNION ALL SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgtype & 4 <> 0 AND tgrelid IN ({hot})"), [])

    def test_domains_hold_what_they_say(self):
        for domain, good, bad in [("natural_bigint", "0", "-1"), ("positive_integer", "1", "0"), ("positive_bigint", "1", "0"),
                                  ("truth", "true", "false"), ("log_name", "'log'", "''")]:
            with self.subTest(domain):
                self.sql(f"SELECT ({good})::lantik.{domain}")
                with self.assertRaisesRegex(AssertionError, f"{domain}_check"):
                    self.sql(f"SELECT ({bad})::lantik.{domain}")

    def test_contract_names_stand(self):
        names = {name for (name,) in self.sql(
            "SELECT relname FROM pg_class WHERE relkind = 'i' AND relnamespace = 'lantik'::regnamespace")}
        self.assertLessEqual({"register_pkey", "batch_id_key", "batch_records_key", "current_appointment_nip_key"}, names)


class Privileges(Database):
    APPEND_ONLY = ["register", "batch", "batch_body", "finding", "returned_record", "ledger_leaf",
                   "checkpoint", "migration", "office", "office_key", "agency", "rule", "decision", "decided_record",
                   "decision_refusal", "rejected", "deed_request", "deed", "deed_refusal", "office_scope", "ledger_fork",
                   "erased_row", "erased_body", "erased_place"]

    def privileges(self, role):
        """What the role may do with whole tables and with columns of schema lantik."""
        return set(self.sql(
            "SELECT c.relname, p FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE',"
            " 'REFERENCES', 'TRIGGER']) AS p WHERE c.relkind IN ('r', 'v') AND c.relnamespace = 'lantik'::regnamespace"
            f" AND has_table_privilege('{role}', c.oid, p)"
            " UNION ALL SELECT c.relname || '.' || a.attname, p FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid,"
            " unnest(ARRAY['UPDATE']) AS p WHERE c.relkind = 'r' AND c.relnamespace = 'lantik'::regnamespace AND a.attnum > 0"
            f" AND has_column_privilege('{role}', c.oid, a.attnum, p) AND NOT has_table_privilege('{role}', c.oid, p)"))

    def test_the_analyst_reads_views_and_nothing_else(self):
        self.assertEqual(self.privileges("lantik_analyst"), set())
        for table in ("appointment", "current_appointment", "batch", "returned_record", "in_force"):
            self.refused(f"SELECT * FROM lantik.{table}", "lantik_analyst")
        for (view,) in self.sql("SELECT relname FROM pg_class WHERE relnamespace = 'analyst'::regnamespace"):
            self.sql(f"SELECT * FROM analyst.{view}", user="lantik_analyst")

    def test_the_daemon_updates_what_is_current_and_deletes_nothing(self):
        held = self.privileges("lantik_daemon")
        self.assertEqual({p for _, p in held}, {"SELECT", "INSERT", "UPDATE"})
        self.assertEqual({name for name, p in held if p == "UPDATE"},
                         {"current_appointment", "counter", "ledger_head.size", "ledger_head.edge", "ledger_head.root",
                          "ledger_head.recorded_at", "ledger_head.rejected_size", "ledger_head.trust_size", "ledger_head.epoch", "office.revoked_at",
                          "office.reason", "office_key.revoked_at", "office_key.reason", "receipt_key.until_size",
                          "receipt_key.compromised_from", "receipt_key.retired_leaf", "reference_version.version",
                          "reference_version.changed_at"})
        for table in self.APPEND_ONLY:
            column = self.value("SELECT attname FROM pg_attribute WHERE attnum > 0 AND attidentity = '' AND NOT attisdropped"
                                f" AND attrelid = 'lantik.{table}'::regclass ORDER BY attnum LIMIT 1")
            for statement in (f"UPDATE lantik.{table} SET {column} = {column}", f"DELETE FROM lantik.{table}",
                              f"TRUNCATE lantik.{table}"):
                self.refused(statement, "lantik_daemon")
        self.refused("UPDATE lantik.ledger_head SET origin = 'other'", "lantik_daemon")
        self.refused("DELETE FROM lantik.current_appointment", "lantik_daemon")

    def test_the_operator_sees_nobody(self):
        held = self.privileges("lantik_operator")
        self.assertFalse({"appointment", "current_appointment", "batch_body", "returned_record", "rejected", "in_force"} &
                         {name for name, _ in held})
        for column in ("certifier_nama", "certifier_nip", "pengirim_nip"):
            self.refused(f"SELECT {column} FROM lantik.batch", "lantik_operator")
        self.refused("DELETE FROM lantik.office", "lantik_operator")
        self.refused("INSERT INTO lantik.office (name, kanreg_id) VALUES ('by-hand', '03')", "lantik_operator")
        self.refused("UPDATE lantik.office_key SET revoked_at = NULL, reason = NULL", "lantik_operator")
        self.refused("INSERT INTO lantik.office_scope (leaf_index, office_no, kanreg_id) VALUES (0, 1, '03')", "lantik_operator")

    def test_the_auditor_reads_everything_and_writes_nothing(self):
        held = self.privileges("lantik_auditor")
        self.assertEqual({p for _, p in held}, {"SELECT"})
        tables = {name for (name,) in self.sql("SELECT relname FROM pg_class WHERE relkind IN ('r', 'v')"
                                               " AND relnamespace = 'lantik'::regnamespace")}
        self.assertEqual({name for name, _ in held}, tables)

    def test_deeds_are_asked_for_by_whom_they_concern(self):
        ask = "INSERT INTO lantik.deed_request (deed_id, kind, request) VALUES (gen_random_uuid(), {}, 'lantik-deed 1')"
        self.sql(ask.format(1), "lantik_operator")
        self.sql(ask.format(9), "lantik_reviewer")
        self.refused(ask.format(9), "lantik_operator")
        self.refused(ask.format(1), "lantik_reviewer")
        self.refused(ask.format(1), "lantik_daemon")

    def test_nobody_else_may_anything(self):
        self.sql("CREATE ROLE stranger LOGIN")
        self.assertEqual(self.privileges("stranger"), set())
        for function in ("lantik.rulebook_text()", "lantik.masked(text)"):
            self.assertEqual(self.value(f"SELECT has_function_privilege('stranger', '{function}', 'EXECUTE')"), "f")

    def test_roles_have_limits_and_no_powers(self):
        self.assertEqual(self.sql("SELECT rolname FROM pg_roles WHERE rolname LIKE 'lantik%' AND (rolsuper OR rolcreaterole"
                                  " OR rolcreatedb OR rolbypassrls OR rolreplication)"), [])
        settings = self.sql("SHOW lock_timeout", "lantik_daemon") + self.sql("SHOW statement_timeout", "lantik_daemon")
        self.assertEqual(settings, [("5s",), ("1min",)])
        with self.assertRaisesRegex(AssertionError, "read-only transaction"):
            self.sql("CREATE TEMP TABLE t (x int)", "lantik_analyst")

    def test_operators_work_as_lantik_operator(self):
        for verb in (["status"], ["load", "--reference", REFERENCE, "--test-regions"], ["office", "list"]):
            self.ctl(*verb, user="lantik_operator")
        self.ctl("office", "add", "as-operator", "--kanreg", "99", "--curve-key", "9" * 40, "--signing-key",
                 register.vkey("as-operator"), user="lantik_operator")
        self.ctl("office", "revoke", "as-operator", "--reason", "test", user="lantik_operator")
        self.ctl("migrate", user="lantik_owner")


class Reference(Database):
    def dump(self):
        tables = [t for (t,) in self.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'lantik'")]
        parts = [f"SELECT '{t}', count(*), md5(string_agg(md5(x.xmin::text || x::text), '' ORDER BY md5(x::text)))"
                 f" FROM lantik.{t} x" for t in tables]
        return sorted(self.sql(" UNION ALL ".join(parts)))

    def file(self, name, text):
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        return path

    def test_the_tables_are_whole(self):
        counts = dict(self.sql(
            "SELECT 'agency', count(*) FROM lantik.agency UNION ALL SELECT 'kanreg', count(*) FROM lantik.kanreg"
            " UNION ALL SELECT 'served', count(*) FROM lantik.kanreg_province"
            " UNION ALL SELECT 'region', count(*) FROM lantik.region WHERE NOT is_test"
            " UNION ALL SELECT 'test', count(*) FROM lantik.region WHERE is_test"
            " UNION ALL SELECT 'retired', count(*) FROM lantik.retired_region"
            " UNION ALL SELECT 'level', count(*) FROM lantik.education_level"))
        self.assertEqual(counts, {"agency": "641", "kanreg": "16", "served": "39", "region": str(38 + 514 + 7285),
                                  "test": str(1 + 12 + 60), "retired": "549", "level": "13"})
        self.assertEqual(self.sql("SELECT kelompok_lapor, quota FROM lantik.formation WHERE kode_instansi = '6171' ORDER BY 1"),
                         [("1", "688"), ("2", "321"), ("3", "6366")])
        self.assertEqual(self.sql("SELECT target FROM lantik.target WHERE kanreg_id = '03' AND year = 2025"), [("190000",)])
        self.assertEqual(self.sql("SELECT amount FROM lantik.pay_budget"), [("68200000000.00",)])

    def test_a_second_load_changes_no_row(self):
        before = self.dump()
        *files, summary = self.ctl("load", "--reference", REFERENCE, "--test-regions")
        self.assertEqual({(f["added"], f["changed"]) for f in files}, {(0, 0)})
        self.assertEqual(summary["changes"], 0)
        self.assertEqual(self.dump(), before)

    def test_the_rulebook_is_canonical(self):
        text = self.cluster.sql("SELECT encode(convert_to(lantik.rulebook_text(), 'UTF8'), 'hex')", database=self.name)[0][0]
        rulebook = bytes.fromhex(text)
        lines = rulebook.split(b"\n")
        self.assertEqual((lines[0], lines[-1]), (b"lantik-rulebook 1", b""))
        self.assertEqual(lines[1:-1], sorted(set(lines[1:-1])))
        for line in (b"agency\t6171\tkota\t03\t32\t\t", b"agency\t4011\tpusat\t00\t\t\t", b"district\t990101",
                     b"kanreg\t03\t36\t\t", b"kanreg\t06\t12\t\t\tunverified", b"retired\t9101", b"education\t05",
                     b"parameter\tni_pppk_kk\t21\t\t"):
            self.assertIn(line, lines)
        digest = hashlib.sha256(rulebook).hexdigest()
        self.assertEqual(self.ctl("status")[0]["rulebook_sha256"], digest)
        other = self.cluster.sql("SET datestyle = 'German'; SET timezone = 'America/Lima'; SET search_path = pg_temp;"
                                 " SELECT encode(sha256(convert_to(lantik.rulebook_text(), 'UTF8')), 'hex')",
                                 user="lantik_daemon", database=self.name)
        self.assertEqual(other[0][0], digest)

    def test_a_change_raises_the_version_once(self):
        version = int(self.value("SELECT version FROM lantik.reference_version"))
        path = self.file("f.csv", "kode_instansi;programme;kelompok_lapor;quota\r\n6271;PW2024;guru;10\r\n")
        for expected in (1, 1):
            self.ctl("load", path)
            self.assertEqual(int(self.value("SELECT version FROM lantik.reference_version")), version + expected)

    def test_bad_files_say_where_and_load_nothing(self):
        good = self.file("good.csv", "kanreg_id,year,target\n03,2031,5\n")
        for number, (text, wanted) in enumerate([
                ("kanreg_id,year,target\n03,2026,1\n3,2026,1\n", r":3: column kanreg_id: expected 2 digits"),
                ("kanreg_id,year,target\n03,2026,1\n03,2026,2\n", r":3: has the same key as line 2"),
                ("kanreg_id,year,target\n03,2026\n", r":2: the line does not have"),
                ("kanreg_id,year,target\n77,2026,1\n", r"target names 77, which table kanreg"),
                ("kanreg_id,year,target,valid_from,valid_until\n03,2026,1,2026-02-01,2026-02-01\n", r":2: valid_until"),
                ("kanreg_id,year,target,valid_from\n03,2026,1,2026-02-01\n03,2026,2,\n", r":3: column valid_from"),
                ("kanreg_id,year,target,valid_from\n03,2026,1,2026-02-01\n03,2026,2,2026-03-01\n", r"03 2026 twice"),
                ("nik,nama\n1,2\n", r":1: expected the columns"),
                ("", r":1: "),
                ("kode_instansi,year,amount\n6271,2026,12x\n", r":2: column amount: expected an amount"),
                ("code,regency_code,name\n32.73.99,32.74,Somewhere\n", r":2: the code must begin"),
                ("code,province_code,name\n99.80,99,Kota Baru\n", r":2: the fictional province 99"),
        ]):
            path = self.file(f"bad{number}.csv", text)
            done = self.run_ctl("load", good, path, expect=1)
            self.assertRegex(done.stderr, wanted)
            self.assertEqual(self.value("SELECT count(*) FROM lantik.target WHERE year <> 2025"), "0", text)

    def test_without_the_flag_there_is_no_province_99(self):
        self.cluster.sql("CREATE DATABASE bare", database="postgres")
        name, type(self).name = self.name, "bare"
        try:
            self.ctl("migrate", "--origin", ORIGIN)
            self.ctl("load", "--reference", REFERENCE)
            self.assertEqual(self.sql("SELECT count(*) FROM lantik.region WHERE is_test"), [("0",)])
            self.assertEqual(self.ctl("status")[0]["state"], "INCOMPLETE")
        finally:
            type(self).name = name


class Offices(Database):
    def add(self, name, *args, expect=0, key=None, vkey=None):
        return self.ctl("office", "add", name, *args, "--curve-key", key or register.curve_key(name), "--signing-key",
                        vkey or register.vkey(name), expect=expect)

    def requests(self):
        return self.sql("SELECT kind, split_part(split_part(request, E'\\noffice ', 2), E'\\n', 1) FROM lantik.deed_request"
                        " ORDER BY request_no")

    def test_offices_are_asked_for_and_nothing_is_written(self):
        self.assertEqual(self.add("kanreg-03", "--kanreg", "03")[-1]["done"], "asked")
        self.assertEqual(self.requests(), [("1", "kanreg-03")])
        self.assertEqual(self.add("kanreg-03", "--kanreg", "03")[-1]["done"], "asked")
        self.assertEqual(len(self.requests()), 1, "asked once")
        self.add("kanreg-03", key=register.curve_key("second"))
        self.add("city", "--agencies", "6271,6171,6271", "--from", "2026-07-01", "--until", "2027-01-01")
        self.ctl("office", "revoke", "--key", register.curve_key("second"), "--reason", "stolen")
        self.ctl("office", "scope", "city", "--kanreg", "03", "--official", "Sri Wahyuni", "--reason", "surat 1")
        self.ctl("office", "revoke", "kanreg-03", "--reason", "closed")
        self.assertEqual(self.requests(), [("1", "kanreg-03"), ("2", "kanreg-03"), ("1", "city"), ("3", ""), ("5", "city"),
                                           ("4", "kanreg-03")])
        text = self.value("SELECT request FROM lantik.deed_request WHERE kind = 1 ORDER BY request_no DESC LIMIT 1")
        self.assertIn("\nagencies 6171 6271\nfrom 2026-07-01\nuntil 2027-01-01\n", text)
        self.assertEqual(self.value("SELECT (SELECT count(*) FROM lantik.office) + (SELECT count(*) FROM lantik.office_key)"), "0")
        waiting = [line for line in self.ctl("office", "list") if "request" in line]
        status = self.ctl("status")[0]
        self.assertEqual((status["state"], status["deeds_waiting"]), ("INCOMPLETE", 6))
        self.assertEqual([(line["deed"], line["office"]) for line in waiting],
                         [("office-add", "kanreg-03"), ("key-add", "kanreg-03"), ("office-add", "city"), ("key-revoke", None),
                          ("scope", "city"), ("office-revoke", "kanreg-03")])

    def test_what_is_wrong_is_refused(self):
        self.add("other", "--kanreg", "99")
        before = self.requests()
        for status, name, args, options in [
                (2, "Bad_Name", ["--kanreg", "03"], {}), (2, "x", ["--kanreg", "3"], {}),
                (2, "x", ["--kanreg", "03", "--agencies", "6171"], {}), (2, "x", ["--agencies", "617"], {}),
                (2, "x", ["--kanreg", "03"], {"key": "short"}), (2, "x", ["--kanreg", "03"], {"vkey": "no+key"}),
                (2, "x", ["--kanreg", "03", "--from", "2026-02-30"], {}), (2, "x", ["--from", "2026-02-03"], {}),
                (2, "x", ["--kanreg", "03", "--from", "2026-02-03", "--until", "2026-02-03"], {}),
                (2, "x", ["--kanreg", "03", "--reason", "a\nb"], {}), (2, "x", ["--kanreg", "03", "--reason", "-"], {}),
                (2, "x", [], {}), (1, "x", ["--kanreg", "55"], {}), (1, "x", ["--agencies", "6171,1234"], {}),
                (1, "x", ["--kanreg", "03"], {"key": register.curve_key("other")}),
                (1, "other", ["--kanreg", "03"], {"key": register.curve_key("fourth")})]:
            with self.subTest(name=name, args=args, **options):
                self.add(name, *args, expect=status, **options)
        for status, args in [(1, ["revoke", "nobody", "--reason", "x"]), (2, ["revoke", "other"]),
                             (2, ["revoke", "--reason", "x"]), (1, ["scope", "nobody", "--kanreg", "03"]),
                             (2, ["scope", "other"]), (1, ["scope", "other", "--agencies", "1234"])]:
            with self.subTest(args=args):
                self.ctl("office", *args, expect=status)
        self.assertEqual(self.requests(), before)

    def test_a_fork_is_told_first(self):
        self.sql("INSERT INTO lantik.ledger_fork (epoch, size, root, note, head_size, head_root) VALUES (1, 5, sha256('a'), 'x',"
                 " 4, sha256('b'))")
        self.assertEqual(self.ctl("status")[0]["state"], "FORK")
        self.sql("UPDATE lantik.ledger_head SET epoch = 2")  # a recovery ends it
        self.assertNotEqual(self.ctl("status")[0]["state"], "FORK")
        self.sql("UPDATE lantik.ledger_head SET epoch = 1; DELETE FROM lantik.ledger_fork")

    def test_a_key_is_cut_off_without_a_database(self):
        file = self.directory / "revoked"
        keys = [register.curve_key(name) for name in ("one", "two")]
        cut = [harness.program("lantikctl"), "key", "cut", "--json", "--database", "host=/nowhere dbname=x", "--file", file]
        running = [subprocess.Popen([*cut, key], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                    env=harness.environment()) for key in keys * 4]
        told = [json.loads(process.communicate(timeout=60)[0].splitlines()[-1]) for process in running]
        self.assertEqual([line["exit_code"] for line in told], [0] * 8)
        self.assertEqual(sum(line["added"] for line in told), 2, "each once, however often and from however many at once")
        lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
        self.assertEqual(sorted(lines), sorted(keys))
        self.assertEqual(file.stat().st_mode & 0o777, 0o644)
        file.chmod(0o640)
        file.write_text("# no newline at the end")
        done = harness.run(*cut, *keys)
        self.assertEqual((done.summary["added"], file.stat().st_mode & 0o777), (2, 0o640))
        self.assertRegex(file.read_text(), r"\A# no newline at the end\n# [0-9T:Z-]+\n.{40}\n.{40}\n\Z")
        self.assertEqual(harness.run(*cut, "--", "-" + "0" * 39).summary["added"], 1, "a key may begin with a hyphen")
        harness.run(*cut, "too short", expect=2)
        harness.run(*cut, "--office", "kanreg-03", expect=1)
        harness.run(*cut[:-1], self.directory / "nowhere" / "revoked", keys[0], expect=1)

    def test_keys_are_made_once(self):
        directory = self.directory / "keys"
        made = self.ctl("keygen", "--directory", directory, "--origin", ORIGIN)[0]
        content = {p.name: p.read_text() for p in directory.iterdir()}
        modes = {p.name: p.stat().st_mode & 0o777 for p in directory.iterdir()}
        self.assertEqual(modes, {"lantikd.curve.key": 0o600, "lantikd.curve.pub": 0o644, "receipt.key": 0o600,
                                 "receipt.vkey": 0o644})
        self.assertEqual(content["lantikd.curve.pub"], made["server_key"] + "\n")
        self.assertEqual(content["receipt.vkey"], made["receipt_key"] + "\n")
        self.assertTrue(content["receipt.key"].startswith(f"PRIVATE+KEY+{ORIGIN}+"))
        self.assertEqual(register.curve_public(content["lantikd.curve.key"].strip()), made["server_key"])
        self.ctl("keygen", "--directory", directory, "--origin", ORIGIN, expect=1)
        (directory / "receipt.vkey").unlink()
        self.ctl("keygen", "--directory", directory, "--origin", ORIGIN, expect=1)
        self.assertEqual({p.name: p.read_text() for p in directory.iterdir()},
                         {k: v for k, v in content.items() if k != "receipt.vkey"})
        self.ctl("keygen", "--directory", directory, expect=2)


class Views(Database):
    """Views over a small register that lantik_daemon itself could have written."""

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.cluster.sql("INSERT INTO lantik.office (name, kanreg_id) VALUES ('uji', '99')", database=cls.name)
        register.fill(lambda statement: cls.cluster.sql(statement, user="lantik_daemon", database=cls.name))
        cls.cluster.sql(
            "INSERT INTO lantik.formation (kode_instansi, programme, kelompok_lapor, quota) VALUES ('9971', 'PW2024', 1, 9);"
            # seven began in the group, one was terminated since; of those of kesehatan one had begun as teknis
            " INSERT INTO lantik.counter (kode_instansi, kind, step, programme, kelompok_lapor, accepted, used) VALUES"
            " ('9971', 1, 1, 'PW2024', 1, 7, 7), ('9971', 1, 1, 'PW2024', 2, 2, 2), ('9971', 1, 1, 'PW2024', 3, 3, 3);"
            " INSERT INTO lantik.target (kanreg_id, year, target) VALUES ('99', 2025, 40);"
            " INSERT INTO lantik.pay_budget (kode_instansi, year, amount) VALUES ('9971', 2025, 200000000)", database=cls.name)

    def ask(self, statement):
        return self.sql(statement, user="lantik_analyst")

    def test_summary(self):
        self.assertEqual(self.ask("SELECT instansi, kanreg_id, kind, step, kelompok_lapor, people"
                                  " FROM analyst.current_appointment_summary ORDER BY 1, 3, 4, 5"),
                         [("Pemerintah Kota Nusaloka", "99", "JF", "PELANTIKAN", "teknis", "3"),
                          ("Pemerintah Kota Nusaloka", "99", "PPPK_PW", "NI", "teknis", "2"),
                          ("Pemerintah Kota Nusaloka", "99", "PPPK_PW", "PERJANJIAN", "guru", "6"),
                          ("Pemerintah Kota Nusaloka", "99", "PPPK_PW", "PERJANJIAN", "kesehatan", "3"),
                          ("Pemerintah Kota Pelitaraya", "99", "PPPK_PW", "NI", "guru", "2")])

    def test_signing_counts_who_signed(self):
        self.assertEqual(self.ask("SELECT kode_instansi, kind, kelompok_lapor, in_person, online, unknown, signed"
                                  " FROM analyst.signing ORDER BY 1, 3"),
                         [("9971", "PPPK_PW", "guru", "2", "4", "0", "6"),
                          ("9971", "PPPK_PW", "kesehatan", "1", "1", "1", "3")])

    def test_against_formation_target_and_budget(self):
        self.assertEqual(self.ask("SELECT kode_instansi, kelompok_lapor, quota, accepted, used, remaining, percent FROM"
                                  " analyst.formation_fill WHERE kode_instansi = '9971' ORDER BY 2"),
                         [("9971", "guru", "9", "6", "7", "2", "77.8"), ("9971", "kesehatan", "", "3", "2", "", ""),
                          ("9971", "teknis", "", "2", "3", "", "")])
        self.assertEqual(self.ask("SELECT kanreg, year, target, appointed, remaining, percent FROM analyst.target_fill"
                                  " WHERE kanreg_id = '99'"),
                         [("Kantor Regional Uji", "2025", "40", "13", "27", "32.5")])
        # 11 people at Rp 1,016,515.25 a month; the two of 9972 would tell each other's pay.
        self.assertEqual(self.ask("SELECT kode_instansi, year, people, yearly_pay, budget, remaining FROM analyst.pay_budget"
                                  " WHERE kode_instansi LIKE '99%' ORDER BY 1"),
                         [("9971", "2025", "11", "134180013.00", "200000000.00", "65819987.00"), ("9972", "", "2", "", "", "")])

    def test_officials_batches_and_returns(self):
        self.assertEqual(self.ask("SELECT jabatan_nama, people FROM analyst.functional_officials ORDER BY 1"),
                         [("AUDITOR AHLI PERTAMA", "2"), ("PERENCANA AHLI MUDA", "1")])
        self.assertEqual(self.ask("SELECT office, kind, step, outcome, row_count, accepted, returned, review, durability"
                                  " FROM analyst.batches ORDER BY leaf_index")[-1],
                         ("uji", "PPPK_PW", "NI", "refused", "5", "0", "0", "0", "local"))
        self.assertEqual(self.ask("SELECT kode_instansi, rule, rule_case, severity, findings, records, batches"
                                  " FROM analyst.returns ORDER BY 3"),
                         [("9971", "N01", "N01.digits", "ERROR", "2", "1", "1"),
                          ("9971", "N05", "N05.birth_date", "WARN", "2", "2", "1")])

    def test_appointments_tell_nobody(self):
        rows = self.ask("SELECT nik, nip, in_force, change_kind, kabkot, tk_pendidikan FROM analyst.appointments")
        self.assertEqual(len(rows), 17)
        for nik, nip, *_ in rows:
            self.assertRegex(nik, r"^\*{12}\d{4}$")
            self.assertRegex(nip, r"^(\*{14}\d{4})?$")
        self.assertIn("Kota Nusaloka", {row[4] for row in rows})
        self.assertEqual([row[3] for row in rows if row[2] == "f"], ["withdrawal"])
        self.assertEqual(self.ask("SELECT column_name FROM analyst.dictionary WHERE object_schema = 'analyst' AND privacy = 'X'"),
                         [])
        text = str([self.ask(f"SELECT * FROM analyst.{view}") for (view,) in self.sql(
            "SELECT relname FROM pg_class WHERE relnamespace = 'analyst'::regnamespace AND relname <> 'dictionary'")])
        self.assertNotIn(register.NAME, text)
        self.assertIsNone(re.search(r"\d{16}", text))

    def test_a_barrier_keeps_functions_of_the_query_out(self):
        self.assertEqual(self.sql("SELECT relname FROM pg_class WHERE relnamespace = 'analyst'::regnamespace"
                                  " AND NOT coalesce(reloptions @> ARRAY['security_barrier=true'], false)"), [])

    def test_plans_are_sane(self):
        """Looking one row up uses the index; the analysts' sums read each big table at most once a part."""
        def plan(statement, user="lantik_daemon"):
            return "\n".join(line for (line,) in self.sql(
                "SET enable_seqscan = off; EXPLAIN (COSTS OFF) " + statement, user=user))
        self.assertIn("current_appointment_pkey", plan("SELECT * FROM current_appointment WHERE nik_key = 8"))
        self.assertIn("current_appointment_nip_key", plan("SELECT * FROM current_appointment WHERE nip_key = 8"))
        # In a table of six rows the index by office is as cheap as the key, so the daemon leaves it no choice.
        self.assertIn("batch_id_key", plan("SELECT * FROM batch WHERE batch_id = '01999999-0000-7000-8000-000000000001'"
                                           " AND office_no + 0 = 1"))
        self.assertIn("batch_records_key", plan(
            "SELECT * FROM batch WHERE kode_instansi = '1' AND step = 1::smallint AND records_root = ''"))
        self.assertIn("register_pkey", plan("SELECT * FROM appointment WHERE batch_no = 1 AND record_no = 1"))
        self.assertIn("register_corrects", plan("SELECT * FROM appointment WHERE corrects_batch_id IS NOT NULL"))
        # The functions of the view are put in place of their calls.
        self.assertNotIn("cold_", "\n".join(line for (line,) in self.sql(
            "EXPLAIN (VERBOSE, COSTS OFF) SELECT jabatan_nama, unor_id, dokumen, row_no, tgl_pertek, upah_non_asn_terakhir, ikut_cpns_2024 FROM lantik.appointment")))
        self.assertIn("finding_batch_no", plan("SELECT * FROM finding WHERE batch_no = 1"))
        summary = "\n".join(line for (line,) in self.sql(
            "EXPLAIN (COSTS OFF) SELECT * FROM analyst.current_appointment_summary", user="postgres"))
        self.assertEqual(len(re.findall(r"on register\b|on lantik\.register\b", summary)), 1, summary)


class Secrets(Database):
    """What PostgreSQL says about a failure is not repeated: DETAIL and values of rows stay out."""

    def test_a_failure_names_state_and_constraint_alone(self):
        self.sql("ALTER TABLE lantik.target ADD CONSTRAINT canary CHECK (target <> 4711)")
        path = self.directory / "canary.csv"
        path.write_text("kanreg_id,year,target\n03,2040,4711\n")
        for options in ([], ["--json"]):
            done = self.run_ctl("load", path, *options, expect=1)
            text = done.stdout + done.stderr
            self.assertIn("SQLSTATE 23514, constraint canary", text)
            self.assertNotIn("4711", text)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    unittest.main(verbosity=1)
