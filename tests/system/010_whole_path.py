"""The whole path, small: a spreadsheet becomes rows and a receipt that verifies, and nothing else does.

SPDX-License-Identifier: Apache-2.0
"""

import shutil
import unittest

import harness


class WholePath(harness.Case):
    def test_1_spreadsheet_to_rows_and_receipt(self):
        office = self.site.office()
        office.lantik("sync")
        path = office.sample("ni", kind="PPPK_PW", step="NI", agency="6171", rows=300, seed=1)
        check = office.lantik("check", "--json", path)
        self.assertEqual(check.summary["exit_code"], 0)
        done = office.submit(path)
        self.assertEqual(done.summary["accepted"], 300, done)
        office.lantik("verify")
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.appointment"), "300")
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.current_appointment"), "300")
        self.assertEqual(
            self.site.sql("SELECT outcome, row_count, accepted, returned, review, leaf_index FROM lantik.batch"),
            [("1", "300", "300", "0", "0", "1")], "leaf 0 is the deed that added the office")

    def test_2_the_next_step_follows(self):
        office = self.site.offices["kanreg-03"]
        [(batch_no, batch_id)] = self.site.sql("SELECT batch_no, batch_id FROM lantik.batch")
        path = office.sample("perjanjian", kind="PPPK_PW", step="PERJANJIAN", agency="6171", rows=300, seed=1,
                             predecessor=batch_id)
        self.assertEqual(office.submit(path).summary["accepted"], 300)
        self.assertEqual(self.site.sql("SELECT count(*), min(step), max(step) FROM lantik.current_appointment"),
                         [("300", "3", "3")])
        self.assertEqual(
            self.site.value("SELECT count(*) FROM lantik.appointment a JOIN lantik.appointment b ON"
                            " (a.supersedes_batch_no, a.supersedes_record_no) = (b.batch_no, b.record_no)"
                            f" AND a.nik = b.nik AND b.batch_no = {batch_no}"), "300")

    def test_3_another_spelling_of_the_same_records_is_known(self):
        office = self.site.offices["kanreg-03"]
        before = self.site.state_of_register()
        path = office.sample("ni-semicolon", kind="PPPK_PW", step="NI", agency="6171", rows=300, seed=1, separator=";",
                             bom=True, dates="dmy")
        office.submit(path)
        self.assertEqual(self.site.state_of_register(), before)

    def test_3b_a_second_office_gets_the_receipt_of_the_first(self):
        before = self.site.state_of_register()
        second = self.site.office("kanreg-03-b")
        path = second.sample("ni", kind="PPPK_PW", step="NI", agency="6171", rows=300, seed=1)
        done = second.submit(path)
        self.assertTrue(any(o.get("earlier") for o in done.lines if o["type"] == "result"), done)
        self.assertEqual(self.site.state_of_register(), before)
        second.lantik("verify")

    def test_4_a_changed_receipt_does_not_verify(self):
        office = self.site.offices["kanreg-03"]
        receipts = [p for p in office.home.rglob("*receipt*") if p.is_file() and b"tlog-proof" in p.read_bytes()[:40]]
        self.assertTrue(receipts, list(office.home.rglob("*")))
        copy = self.site.directory / "changed.receipt"
        shutil.copyfile(receipts[0], copy)
        office.lantik("verify", copy)
        text = copy.read_bytes()
        for place in range(0, len(text), max(1, len(text) // 40)):
            changed = bytearray(text)
            changed[place] ^= 1
            copy.write_bytes(changed)
            office.lantik("verify", copy, expect=(1, 8))

    def test_5_the_checker_needs_no_server(self):
        office = self.site.offices["kanreg-03"]
        path = office.sample("offline", kind="PPPK", step="NI", agency="6171", rows=20, seed=2)
        self.site.stop()
        office.lantik("check", path)
        self.site.start()


if __name__ == "__main__":
    unittest.main(verbosity=2)
