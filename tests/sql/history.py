#!/usr/bin/python3
"""Tests of the analysts' history: versions, how it stood on a day, as it was known at a time, what is still held back.

SPDX-License-Identifier: Apache-2.0
"""

import unittest

import decisions
import register
import run

# batch, leaf, recorded at; then what became of three people there: (person, step, change, starts, ends, position)
STORY = [
    (201, 20, "2025-09-20", [(1, 1, "NULL", "2025-10-01", "2026-09-30", "GURU"), (2, 1, "NULL", "2025-10-01", "2026-09-30", "GURU"),
                             (3, 1, "NULL", "2025-10-01", "2026-09-30", "GURU")]),
    (202, 21, "2025-10-05", [(1, 2, "NULL", "2025-10-01", "2026-09-30", "GURU"), (2, 1, "4", "2025-10-01", "2026-09-30", "GURU")]),
    (203, 22, "2026-02-01", [(3, 1, "1", "2025-10-01", "2026-09-30", "PENATA")]),
    (204, 23, "2026-09-15", [(1, 2, "2", "2026-10-01", "2027-09-30", "GURU")]),
    (205, 24, "2027-03-15", [(1, 2, "3", "2026-10-01", "2027-03-31", "GURU")]),
    # 4: the start is moved; 5: ended, then appointed anew; 6: withdrawn, then appointed anew
    (206, 25, "2025-09-20", [(4, 1, "NULL", "2025-10-01", "2026-09-30", "GURU"), (5, 1, "NULL", "2025-10-01", "2026-09-30", "GURU"),
                             (6, 1, "NULL", "2025-10-01", "2026-09-30", "GURU")]),
    (207, 26, "2025-10-20", [(4, 1, "1", "2025-11-01", "2026-10-31", "GURU"), (5, 1, "3", "2025-10-01", "2025-12-31", "GURU"),
                             (6, 1, "4", "2025-10-01", "2026-09-30", "GURU")]),
    (208, 27, "2026-01-10", [(5, 1, "NULL", "2026-02-01", "2027-01-31", "PENATA"), (6, 1, "NULL", "2026-02-01", "2027-01-31", "PENATA")]),
]


def story():
    text = ""
    for number, leaf, day, rows in STORY:
        text += register.batch(number, "9972", 1, 1, len(rows)).replace(f", {number - 1}, 1, now(), now(),",
                                                                       f", {leaf}, 1, '{day}', '{day} 03:00Z',")
        for record, (person, step, change, starts, ends, position) in enumerate(rows, 1):
            text += ("INSERT INTO register (batch_no, record_no, office_no, kind, step, salt, kode_instansi, nik, nama, tmt,"
                     " tgl_kontrak_mulai, tgl_kontrak_akhir, cold, change_kind) VALUES"
                     f" ({number}, {record}, 1, 1, {step}, '\\x00', '9972', '997201010190080{person}', '{register.NAME}',"
                     f" '2025-10-01', '{starts}', '{ends}', {register.cold(jabatan_nama=position.encode())}, {change});")
    return text


class History(run.Database):
    @classmethod
    def prepare(cls):
        super().prepare()
        cls.cluster.sql("INSERT INTO lantik.office (name, kanreg_id) VALUES ('uji', '99')", database=cls.name)
        cls.cluster.sql(story(), user="lantik_daemon", database=cls.name)

    def ask(self, statement):
        return self.sql(statement, user="lantik_analyst")

    def on(self, day, known_at="infinity", people="123"):
        return [(nik[-1], *rest) for nik, *rest in self.ask(
            "SELECT nik, step, coalesce(change_kind, '-'), jabatan_nama FROM"
            f" analyst.effective_on('{day}', '{known_at}') WHERE right(nik, 1) = ANY (string_to_array('{people}', NULL))"
            " ORDER BY 1")]

    def test_a_moved_start_moves_the_whole_appointment(self):
        self.assertEqual(self.on("2025-10-15", people="4"), [])
        self.assertEqual(self.on("2025-10-15", "2025-10-01", people="4"), [("4", "NI", "-", "GURU")])
        self.assertEqual(self.on("2025-11-01", people="4"), [("4", "NI", "amendment", "GURU")])

    def test_a_new_appointment_after_an_ended_one_leaves_that_as_it_was(self):
        self.assertEqual(self.on("2025-11-01", people="56"), [("5", "NI", "termination", "GURU")])
        self.assertEqual(self.on("2026-01-15", people="56"), [])
        self.assertEqual(self.on("2026-02-01", people="56"), [("5", "NI", "-", "PENATA"), ("6", "NI", "-", "PENATA")])

    def test_nobody_before_the_first_day(self):
        self.assertEqual(self.on("2025-09-30"), [])

    def test_the_version_of_the_day_speaks(self):
        self.assertEqual(self.on("2025-10-01"), [("1", "SK", "-", "GURU"), ("3", "NI", "amendment", "PENATA")])
        self.assertEqual(self.on("2026-09-30"), [("1", "SK", "-", "GURU"), ("3", "NI", "amendment", "PENATA")])

    def test_an_extension_speaks_from_its_own_first_day(self):
        self.assertEqual(self.on("2026-10-01", "2027-03-01"), [("1", "SK", "extension", "GURU")])
        self.assertEqual(self.on("2027-09-30", "2027-03-01"), [("1", "SK", "extension", "GURU")])
        self.assertEqual(self.on("2027-10-01", "2027-03-01"), [])

    def test_a_termination_ends_on_its_last_day(self):
        self.assertEqual(self.on("2027-03-31"), [("1", "SK", "termination", "GURU")])
        self.assertEqual(self.on("2027-04-01"), [])

    def test_a_withdrawn_person_was_never_in_force_but_was_thought_to_be(self):
        self.assertNotIn("2", [person for person, *_ in self.on("2025-10-02")])
        self.assertIn("2", [person for person, *_ in self.on("2025-10-02", "2025-10-01")])

    def test_as_known_at(self):
        def known(at):
            return [(nik[-1], *rest) for nik, *rest in self.ask(
                f"SELECT nik, leaf_index FROM analyst.as_known_at('{at}') WHERE leaf_index < 25 ORDER BY 1")]
        self.assertEqual(known("2025-09-19"), [])
        self.assertEqual(known("2025-09-20 03:00Z"), [("1", "20"), ("2", "20"), ("3", "20")])
        self.assertEqual(known("2026-08-01"), [("1", "21"), ("2", "21"), ("3", "22")])
        self.assertEqual(known("infinity"), [("1", "24"), ("2", "21"), ("3", "22")])

    def test_the_history_of_one(self):
        batch = self.value("SELECT batch_id FROM lantik.batch WHERE batch_no = 202")
        self.assertEqual(self.ask(f"SELECT leaf_index, coalesce(change_kind, step) FROM analyst.history('{batch}', 1)"),
                         [("20", "NI"), ("21", "SK"), ("23", "extension"), ("24", "termination")])
        self.assertEqual(self.ask(f"SELECT * FROM analyst.history('{batch}', 9)"), [])

    def test_nobody_is_told(self):
        for what in ("analyst.versions", "analyst.effective_on('2026-01-01')", "analyst.as_known_at('infinity')"):
            text = str(self.ask(f"SELECT * FROM {what}"))
            self.assertNotIn(register.NAME, text)
            self.assertNotIn("99720101019008", text)
        self.refused("SELECT * FROM lantik.version", "lantik_analyst")
        self.refused("SELECT * FROM analyst.effective_on('2026-01-01')", "lantik_operator")

    def test_names_are_compared_in_one_form(self):
        def key(text):
            return self.value(f"SELECT lantik.name_key({text})", user="lantik_reviewer")
        same = {key("U&'MA\\2019RUF  A\\0308 '"), key("U&'Ma`ruf\\00A0\\00C4'"), key("U&'\\FEFFma''ruf \\200B\\00E4'")}
        self.assertEqual(same, {"ma'ruf ä"})
        self.assertNotEqual(key("'MARUF'"), key("'MA''RUF'"))


class HeldBack(decisions.Decisions):
    def test_open_records_and_decisions(self):
        self.assertEqual(
            self.sql("SELECT kode_instansi, state, cause, records FROM analyst.held_back ORDER BY 2, 3", "lantik_analyst"),
            self.sql("SELECT b.kode_instansi, r.state, r.cause, count(*) FROM lantik.record_state r JOIN lantik.batch b"
                     " USING (batch_no) WHERE r.state IN ('returned', 'review') AND NOT r.corrected GROUP BY 1, 2, 3"
                     " ORDER BY 2, 3"))
        self.assertEqual(self.sql("SELECT act, accepted + returned + review + rejected FROM analyst.decisions"
                                  " ORDER BY leaf_index", "lantik_analyst"),
                         [("accept", "1"), ("return", "1"), ("reject", "1"), ("replay", "1"), ("replay", "1")])


if __name__ == "__main__":
    unittest.main(defaultTest=["History", "HeldBack.test_open_records_and_decisions"])
