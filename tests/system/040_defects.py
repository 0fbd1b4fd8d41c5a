"""Planted defects: exactly those findings, the same from `check` and from the daemon; clean rows are committed.

SPDX-License-Identifier: Apache-2.0
"""

import pathlib
import unittest

import harness

STEPS = {"PPPK_PW": "NI", "PPPK": "NI", "CPNS": "NI", "PNS": "SK", "JF": "PELANTIKAN"}


class Defects(harness.Case):
    planted = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.office = cls.site.office()
        cls.office.lantik("sync")

    def test_1_row_rules(self):
        for number, (kind, step) in enumerate(STEPS.items()):
            with self.subTest(kind=kind, step=step):
                self.one_kind(kind, step, 100 + number)
        print(f"figure: {self.planted} defects planted, each found by check and by the daemon alike")
        self.assertGreaterEqual(self.planted, 40)

    def one_kind(self, kind, step, seed):
        path = self.office.sample(f"defects-{kind}", kind=kind, step=step, agency="6171", rows=200, seed=seed, defects="all")
        expected = read_findings(pathlib.Path(f"{path}.expected").read_text())
        self.assertTrue(expected)
        type(self).planted += len(expected)
        checked = self.office.lantik("check", "--json", path, expect=(0, 3))
        self.assertEqual(findings_of(checked), expected)
        before = int(self.site.value("SELECT coalesce(max(batch_no), 0) FROM lantik.batch"))
        done = self.office.submit(path, expect=(0, 3))
        [(batch_no, accepted, returned, review, rows)] = self.site.sql(
            f"SELECT batch_no, accepted, returned, review, row_count FROM lantik.batch WHERE batch_no > {before}")
        self.assertEqual(int(accepted) + int(returned) + int(review), int(rows))
        held = self.site.sql("SELECT record_no, rule_case, coalesce(field, '') FROM lantik.finding"
                             f" WHERE batch_no = {batch_no}")
        central = checked_centrally(self.site)
        stored = {(int(n), case, field) for n, case, field in held if case.split(".")[0] not in central}
        file_only = {f for f in expected if f[1].split(".")[0] in rules_of_layer(self.site, "file")}
        self.assertEqual(stored, expected - file_only)
        self.assertEqual(done.summary["accepted"], int(accepted))
        worst = self.site.sql("SELECT record_no, min(severity) FROM lantik.finding"
                              f" WHERE batch_no = {batch_no} GROUP BY 1")
        held_back = {int(n) for n, severity in worst if int(severity) in (2, 3)}
        in_register = {int(n) for (n,) in self.site.sql(
            f"SELECT record_no FROM lantik.appointment WHERE batch_no = {batch_no}")}
        self.assertEqual(in_register, set(range(1, int(rows) + 1)) - held_back, "the clean rows, and no other")
        self.assertEqual(int(accepted), len(in_register))
        self.assertEqual({int(n) for (n,) in self.site.sql(
            f"SELECT record_no FROM lantik.returned_record WHERE batch_no = {batch_no}")}, held_back)

    def test_2_batch_rules(self):
        names = self.office.lantik("sample", "--list-batch-defects").stdout.split()
        self.assertGreaterEqual(len(names), 4)
        for number, name in enumerate(names):
            with self.subTest(defect=name):
                self.one_batch_defect(name, 500 + number)

    def one_batch_defect(self, name, seed):
        path = self.office.sample(f"batch-{name}", kind="PPPK_PW", step="NI", agency="6171", rows=30, seed=seed,
                                  batch_defect=name)
        before = self.site.value("SELECT count(*) FROM lantik.appointment")
        self.office.submit(path, "--anyway", expect=(5,))
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.appointment"), before)
        [(batch_no, outcome, accepted)] = self.site.sql(
            "SELECT batch_no, outcome, accepted FROM lantik.batch ORDER BY batch_no DESC LIMIT 1")
        self.assertEqual((outcome, accepted), ("2", "0"))
        cases = [case for (case,) in self.site.sql(
            f"SELECT rule_case FROM lantik.finding WHERE batch_no = {batch_no} AND severity = 1")]
        self.assertTrue(any(case.startswith(name.split(".")[0]) for case in cases), cases)
        self.office.lantik("verify")


def read_findings(text):
    found = set()
    for line in text.splitlines():
        parts = line.split("\t")
        found.add((int(parts[0]), parts[1], parts[2] if len(parts) > 2 else ""))
    return found


def findings_of(run):
    return {(line["record"], line["rule"], line.get("field") or "") for line in run.of_type("type", "finding")}


def rules_of_layer(site, layer):
    return {code for (code,) in site.sql(f"SELECT code FROM lantik.rule WHERE layer = '{layer}'")}


def checked_centrally(site):
    return rules_of_layer(site, "central")


if __name__ == "__main__":
    unittest.main(verbosity=2)
