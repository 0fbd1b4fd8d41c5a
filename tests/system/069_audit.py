"""The audit: green on a database with batches, returned records, decisions and deeds; each edit is found and named.

SPDX-License-Identifier: Apache-2.0
"""

import unittest

import decided
import harness

# People who took the CPNS selection and failed wait for an official.
STRICT = "programme,kode_instansi,terdata_non_asn,ikut_cpns_2024,ikut_pppk_2024_lengkap\nPW2024,6171,yes,any,yes\n"
# What is no accepted name, date or number.
SPOILED = {"nama": ". . .", "nik": "99", "jabatan_nama": "=B7"}


class Worked(decided.Case):
    """A site on which everything happened once that leaves a trace in the register."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("run")
        case.load("eligibility.csv", STRICT)
        case.work()

    def run(self, result=None):
        return super().run(result)

    def work(self):
        _, manifest, records = self.people(30)
        for i, (field, value) in enumerate(SPOILED.items()):
            setattr(records[4 * i + 2], field, value)
        self.send(manifest, records)
        _, manifest, records = self.took_cpns(12)
        for record in records[6:]:
            record.ikut_pppk_2024_lengkap = 1
        receipt, _ = self.send(manifest, records)
        for act, numbers in (("accept", [1, 4]), ("return", [2]), ("reject", [3]), ("replay", [5])):
            self.decide(act, self.batch_no(receipt), numbers)
        first, manifest, records = self.people(8)
        self.send(manifest, records)
        _, manifest, records = self.people(8, step="SK", first=first)
        self.send(manifest, records)
        _, manifest, records = self.people(3)
        manifest.all_or_nothing = 1
        records[1].nama = "-"
        self.send(manifest, records)

    def audit(self, *args, expect=0, user="lantik_auditor"):
        return harness.run(harness.program("lantikctl"), "--database", self.site.cluster.conninfo(user), "audit", "--json",
                           *args, expect=expect)

    def found(self, *args):
        return {(line["table"], line["key"], line["what"], line["column"])
                for line in self.audit(*args, expect=8).of_type("type", "finding")}


class Green(Worked):
    def test_all_holds(self):
        done = self.audit()
        self.assertEqual(done.of_type("type", "finding"), [])
        self.assertEqual(done.summary["leaves"], int(self.site.value("SELECT size FROM lantik.ledger_head")))

    def test_from_a_leaf(self):
        for start in (0, 1, 3, 7):
            self.assertEqual(self.audit("--from", start).of_type("type", "finding"), [])


if __name__ == "__main__":
    harness.main()
