#!/usr/bin/python3
"""Tests of what officials' decisions leave in the database: who may write it, what it refuses, what the views say of it.

SPDX-License-Identifier: Apache-2.0
"""

import os
import unittest

import register
import run

ASK = ("INSERT INTO decision_request (act, batch_no, record_nos, official_nama, reason)"
       " VALUES ({act}, {batch}, '{records}', '{official}', '{reason}')")


def ask(act=1, batch=1, records="{13}", official="Uji Pejabat", reason="uji"):
    return ASK.format(act=act, batch=batch, records=records, official=official, reason=reason)


def decision(number, request, batch, leaf, act, accepted=0, returned=0, review=0, rejected=0):
    return ("INSERT INTO decision (decision_no, request_no, decision_id, office_no, batch_no, kode_instansi, kind, step, act,"
            " accepted, returned, review, rejected, row_format, rows_root, rulebook_sha256, statement, leaf_index, durability,"
            f" requested_at, recorded_at, row_hashes, nodes) VALUES ({number}, {request}, gen_random_uuid(), 1, {batch}, '9972', 1, 1, {act},"
            f" {accepted}, {returned}, {review}, {rejected}, 1, sha256('{number}'), sha256('{number}'), 'statement', {leaf}, 1,"
            " now(), now(), '', '');")


class Decisions(run.Database):
    """The small register, and four decisions on records of it that only this database has seen."""

    TABLES = ("decision_request", "decision", "decided_record", "decision_refusal", "rejected")

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.cluster.sql("INSERT INTO lantik.office (name, kanreg_id) VALUES ('uji', '99')", database=cls.name)
        register.fill(cls.as_daemon)
        cls.as_daemon(
            "INSERT INTO returned_record (batch_no, record_no, outcome, bytes, cause) SELECT 5, r, o, '', 'K05.policy'"
            " FROM (VALUES (3, 2), (4, 2), (5, 2), (6, 1)) AS t(r, o)")
        for act, records in [(1, "{3}"), (2, "{4}"), (3, "{5}"), (4, "{6}"), (4, "{6}")]:
            cls.cluster.sql(ask(act, 5, records), user="lantik_reviewer", database=cls.name)
        cls.as_daemon(
            decision(101, 1, 5, 10, 1, accepted=1) + decision(102, 2, 5, 11, 2, returned=1)
            + decision(103, 3, 5, 12, 3, rejected=1) + decision(104, 4, 5, 13, 4, review=1)
            + decision(105, 5, 5, 14, 4, returned=1) +
            "INSERT INTO decided_record VALUES (101, 5, 3, 1, NULL), (102, 5, 4, 2, 'K05.policy'), (103, 5, 5, 4, 'K05.policy'),"
            " (104, 5, 6, 3, 'K05.policy'), (105, 5, 6, 2, 'D04.age:tgl_lahir');"
            "INSERT INTO finding VALUES (105, 6, 'N05.birth_date', 'nik', 2);"
            "INSERT INTO rejected VALUES ('9971010101900305', 1, 'PW2024', 103);"
            # corrections of record 4, named by its batch, and of record 6, named by the decision that returned it
            "INSERT INTO register (batch_no, record_no, office_no, kind, step, salt, kode_instansi, corrects_batch_id,"
            " corrects_record_no) SELECT 7, 1, 1, 1, 1, '\\x'::bytea, '9972', batch_id, 4 FROM batch WHERE batch_no = 5 UNION ALL"
            " SELECT 7, 2, 1, 1, 1, '\\x'::bytea, '9972', decision_id, 6 FROM decision WHERE decision_no = 105 UNION ALL"
            " SELECT 7, 3, 2, 1, 1, '\\x'::bytea, '9972', batch_id, 5 FROM batch WHERE batch_no = 5;"
            + register.people(101, "9972", 1, 1, 303, 303, 1))

    @classmethod
    def as_daemon(cls, statement):
        cls.cluster.sql(statement, user="lantik_daemon", database=cls.name)

    def fails(self, statement, user, wanted):
        with self.assertRaisesRegex(AssertionError, wanted):
            self.sql(statement, user=user)

    def test_nobody_changes_or_deletes(self):
        for table in self.TABLES:
            column = self.value(f"SELECT attname FROM pg_attribute WHERE attnum = 1 AND attrelid = 'lantik.{table}'::regclass")
            for role in ("lantik_daemon", "lantik_operator", "lantik_reviewer", "lantik_analyst"):
                for statement in (f"UPDATE lantik.{table} SET {column} = DEFAULT", f"DELETE FROM lantik.{table}",
                                  f"TRUNCATE lantik.{table}"):
                    self.fails(statement, role, "permission denied|read-only transaction")

    def test_only_the_daemon_decides_and_only_reviewers_ask(self):
        for table in self.TABLES[1:]:
            for role in ("lantik_operator", "lantik_reviewer", "lantik_analyst"):
                self.refused(f"INSERT INTO lantik.{table} DEFAULT VALUES", role)
        for role in ("lantik_operator", "lantik_daemon", "lantik_analyst"):
            self.refused(ask().replace("INTO ", "INTO lantik."), role)

    def test_who_asked_and_when_cannot_be_said(self):
        for column, value in (("request_no", "7"), ("requested_by", "'another'"), ("requested_at", "now()")):
            self.refused(ask().replace("(act", f"({column}, act")
                         .replace("VALUES (", f"OVERRIDING SYSTEM VALUE VALUES ({value}, "), "lantik_reviewer")
        self.assertEqual(self.sql("SELECT DISTINCT requested_by FROM lantik.decision_request"), [("lantik_reviewer",)])
        self.assertEqual(self.value("SELECT count(*) FROM lantik.decision_request WHERE requested_at > now()"), "0")

    def test_the_reviewer_changes_nothing_and_reads_what_is_needed(self):
        held = self.sql("SELECT c.relname, p FROM pg_class c, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS p"
                        " WHERE c.relnamespace = 'lantik'::regnamespace AND c.relkind IN ('r', 'v')"
                        " AND (has_table_privilege('lantik_reviewer', c.oid, p)"
                        " OR p <> 'DELETE' AND p <> 'TRUNCATE' AND has_any_column_privilege('lantik_reviewer', c.oid, p))")
        self.assertEqual(held, [("decision_request", "INSERT"), ("deed_request", "INSERT")])
        for table in ("appointment", "current_appointment", "rejected", "counter", "office_key"):
            self.refused(f"SELECT * FROM lantik.{table}", "lantik_reviewer")
        for column in ("certifier_nama", "certifier_nip", "pengirim_nip"):
            self.refused(f"SELECT {column} FROM lantik.batch", "lantik_reviewer")
        for what in ("bytes FROM returned_record", "body FROM batch_body", "statement FROM decision", "* FROM record_state",
                     "* FROM entry", "* FROM finding", "name FROM office", "official_nama FROM decision_request",
                     "verdict FROM batch", "manifest FROM batch", "* FROM decision_refusal", "rulebook_text()"):
            self.sql(f"SELECT {what}", user="lantik_reviewer")
        # whatever the rulebook is made of
        loaded = self.sql("SELECT relname FROM pg_class WHERE relnamespace = 'lantik'::regnamespace AND relkind = 'r'"
                          " AND has_table_privilege('lantik_operator', oid, 'DELETE')")
        self.assertGreater(len(loaded), 10)
        for (table,) in loaded:
            self.sql(f"SELECT * FROM {table} LIMIT 1", user="lantik_reviewer")

    def test_the_operator_sees_decisions_without_people(self):
        for what in ("official_nama FROM decision_request", "official_jabatan FROM decision_request",
                     "reason FROM decision_request", "statement FROM decision", "bytes FROM returned_record",
                     "* FROM rejected"):
            self.refused(f"SELECT {what}", "lantik_operator")
        for what in ("request_no, act, batch_no, record_nos, requested_by, requested_at FROM decision_request",
                     "decision_no, act, accepted, returned, review, rejected, leaf_index FROM decision",
                     "* FROM decided_record", "* FROM decision_refusal", "* FROM record_state", "* FROM entry",
                     "batch_no, record_no, outcome, cause FROM returned_record"):
            self.sql(f"SELECT {what}", user="lantik_operator")

    def test_a_request_that_cannot_be_meant_is_not_taken(self):
        for wanted, change in [("act_check", {"act": 0}), ("act_check", {"act": 5}), ("record_nos_check", {"records": "{}"}),
                               ("record_nos_check", {"records": "{1,NULL}"}), ("record_nos_check", {"records": "{0}"}),
                               ("record_nos_check", {"records": "{10001}"}), ("record_nos_check", {"records": "{{1},{2}}"}),
                               ("batch_no_fkey", {"batch": 77}), ("official_nama_check", {"official": ""}),
                               ("official_nama_check", {"official": "x" * 151}), ("reason_check", {"reason": ""}),
                               ("reason_check", {"reason": "x" * 501}), ("one_line", {"reason": "a\nb"}),
                               ("one_line", {"official": "a\u0085b"}), ("one_line", {"official": "a\x1bb"})]:
            with self.subTest(**change):
                self.fails(ask(**change), "lantik_reviewer", wanted)
        before = int(self.value("SELECT count(*) FROM lantik.decision_request"))
        self.sql("BEGIN; " + ask(official="Ñ" * 150, reason="é" * 500) + "; ROLLBACK", user="lantik_reviewer")
        self.assertEqual(int(self.value("SELECT count(*) FROM lantik.decision_request")), before)

    def test_nobody_is_decided_twice(self):
        for record, outcome in [(3, 1), (3, 4), (5, 1), (5, 4)]:
            self.fails(f"INSERT INTO decided_record VALUES (106, 5, {record}, {outcome})", "lantik_daemon",
                       "decided_record_final_key")
        self.fails(decision(106, 1, 5, 20, 1, accepted=1), "lantik_daemon", "decision_request_no_key")
        self.fails(decision(106, 4, 5, 10, 1), "lantik_daemon", "decision_of_records")

    def test_the_state_of_a_record_is_what_was_decided_last(self):
        self.assertEqual(self.sql("SELECT record_no, state, decision_no, cause, corrected FROM lantik.record_state"
                                  " WHERE batch_no = 5 ORDER BY 1"),
                         [("3", "accepted", "101", "", "f"), ("4", "returned", "102", "K05.policy", "t"),
                          ("5", "rejected", "103", "K05.policy", "f"), ("6", "returned", "105", "D04.age:tgl_lahir", "t")])
        self.assertEqual(self.sql("SELECT record_no, state, decision_no, cause FROM lantik.record_state WHERE batch_no = 1"),
                         [("13", "returned", "", "N01.digits:nik N01.digits:nip")])

    def test_rows_of_a_decision_belong_to_its_batch(self):
        self.assertEqual(self.sql("SELECT batch_no, origin_batch_no, kode_instansi, programme, periode, decision"
                                  " FROM lantik.entry WHERE batch_no IN (5, 101) ORDER BY 1"),
                         [("5", "5", "9972", "PW2024", "2025", "f"), ("101", "5", "9972", "PW2024", "2025", "t")])
        self.assertEqual(self.sql("SELECT count(*), count(DISTINCT batch_id) FROM analyst.appointments"
                                  " WHERE kode_instansi = '9972'", user="lantik_analyst"), [("3", "1")])
        self.assertEqual(self.sql("SELECT people FROM analyst.current_appointment_summary WHERE kode_instansi = '9972'",
                                  user="lantik_analyst"), [("3",)])
        self.assertEqual(self.sql("SELECT severity, findings, records, batches FROM analyst.returns"
                                  " WHERE rule_case = 'N05.birth_date' ORDER BY 1", user="lantik_analyst"),
                         [("ERROR", "1", "1", "1"), ("WARN", "2", "2", "1")])

    def test_looking_up_uses_the_keys(self):
        def plan(statement):
            return "\n".join(line for (line,) in self.sql("SET enable_seqscan = off; SET enable_hashjoin = off; SET"
                                                          " enable_mergejoin = off; EXPLAIN (COSTS OFF) " + statement,
                                                          user="lantik_daemon"))
        state = plan("SELECT * FROM record_state WHERE batch_no = 5 AND record_no = ANY ('{3,4}')")
        for index in ("returned_record_pkey", "decided_record_batch_no", "register_corrects"):
            self.assertIn(index, state)
        self.assertNotIn("Seq Scan", state)
        self.assertIn("decision_office_no", plan("SELECT * FROM decision WHERE office_no = 1 AND leaf_index >= 4"))


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    unittest.main(verbosity=1)
