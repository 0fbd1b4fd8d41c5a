"""The demonstration: exactly the public figures, and sending everything again, also without the outbox, changes nothing.

SPDX-License-Identifier: Apache-2.0
"""

import shutil
import unittest

import harness


def make_files(office, directory):
    """The files of scripts/demonstration; a few small ones for slow builds."""
    if harness.SLICE:
        return [office.sample(f"{number}-{step}", kind="PPPK_PW", step=step, agency="6171", rows=200, seed=9)
                for number, step in enumerate(["NI", "SK", "PERJANJIAN"])]
    harness.run(harness.ROOT / "scripts" / "demonstration", harness.program("lantik"), directory, timeout=300)
    return sorted(directory.glob("*.csv"))


class Demonstration(harness.Case):
    formations_as_loaded = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.office = cls.site.office()
        cls.office.lantik("sync")
        cls.paths = make_files(cls.office, cls.site.directory / "demonstration")
        cls.receipts = {}
        for path in cls.paths:
            cls.receipts[path] = cls.receipt_of(cls.office, path)
        cls.register = cls.site.state_of_register()

    @staticmethod
    def receipt_of(office, path):
        return office.receipt_file(office.submit(path, timeout=300)).read_bytes()

    def ask(self, statement):
        return [tuple(int(v) if v.lstrip("-").isdigit() else v for v in row)
                for row in self.site.sql(statement, user="lantik_analyst")]

    def test_1_everything_was_accepted(self):
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.batch WHERE outcome <> 1 OR accepted <> row_count"), "0")
        self.office.lantik("verify")

    @unittest.skipIf(harness.SLICE, "the figures need the whole demonstration")
    def test_2_bandung(self):
        self.assertEqual(self.ask("SELECT kelompok_lapor, in_person, online, signed FROM analyst.signing"
                                  " WHERE kode_instansi = '6171' ORDER BY 1")[0][:2], ("guru", 50))
        self.assertEqual(self.ask("SELECT sum(in_person), sum(online), sum(signed) FROM analyst.signing"
                                  " WHERE kode_instansi = '6171'"), [(200, 7126, 7326)])
        self.assertEqual(self.ask("SELECT kelompok_lapor, in_person FROM analyst.signing WHERE kode_instansi = '6171'"
                                  " ORDER BY 1"), [("guru", 50), ("kesehatan", 50), ("teknis", 100)])
        self.assertEqual(self.ask("SELECT kelompok_lapor, quota FROM analyst.formation_fill WHERE kode_instansi = '6171'"
                                  " ORDER BY 1"), [("guru", 688), ("kesehatan", 321), ("teknis", 6366)])
        self.assertEqual(self.ask("SELECT sum(quota), sum(accepted), sum(remaining) FROM analyst.formation_fill"
                                  " WHERE kode_instansi = '6171'"), [(7375, 7326, 49)])

    @unittest.skipIf(harness.SLICE, "the figures need the whole demonstration")
    def test_3_banten(self):
        self.assertEqual(self.ask("SELECT kelompok_lapor, people FROM analyst.current_appointment_summary"
                                  " WHERE kode_instansi = '6200' AND kind = 'PPPK_PW' AND step = 'SK' ORDER BY 1"),
                         [("guru", 1278), ("kesehatan", 202), ("teknis", 3151)])
        people = sorted((n for (n,) in self.ask("SELECT people FROM analyst.functional_officials"
                                                " WHERE kode_instansi = '6200'")), reverse=True)
        self.assertEqual(sum(people), 31)
        self.assertEqual((people[:4], len(people), sum(people[4:])), ([10, 7, 6, 4], 7, 4))
        self.assertEqual(self.ask("SELECT sum(people) FROM analyst.current_appointment_summary"
                                  " WHERE kode_instansi = '6200' AND kind = 'CPNS'"), [(5,)])

    @unittest.skipIf(harness.SLICE, "the figures need the whole demonstration")
    def test_4_tangerang_target_and_budget(self):
        self.assertEqual(self.ask("SELECT kode_instansi, sum(people) FROM analyst.current_appointment_summary"
                                  " WHERE kode_instansi IN ('6204', '6271') AND kind = 'PPPK_PW' GROUP BY 1 ORDER BY 1"),
                         [(6204, 8205), (6271, 5591)])
        [(people, pay, budget)] = self.ask("SELECT people, yearly_pay::bigint, budget::bigint FROM analyst.pay_budget"
                                           " WHERE kode_instansi = '6271'")
        self.assertEqual(people, 5591)
        self.assertEqual(budget, 68_200_000_000)
        self.assertLess(abs(pay - budget), budget // 1000, "near Rp 68.2 billion a year")
        self.assertEqual(self.ask("SELECT target, appointed FROM analyst.target_fill WHERE kanreg_id = '03' AND year = 2025"),
                         [(190_000, 7326 + 4631 + 8205 + 5591)])

    def test_5_a_second_submit_changes_nothing(self):
        for path in self.paths:
            self.assertEqual(self.receipt_of(self.office, path), self.receipts[path], path.name)
        self.assertEqual(self.site.state_of_register(), self.register)

    def test_6_neither_does_an_office_that_lost_its_outbox(self):
        home = self.site.directory / "home-lost"
        home.mkdir(mode=0o700)
        for name in self.office.KEYS:
            shutil.copy(self.office.home / name, home / name)
        lost = harness.Office(self.site, self.office.name, home)
        lost.init()
        for path in self.paths:
            self.assertEqual(self.receipt_of(lost, path), self.receipts[path], path.name)
        self.assertEqual(self.site.state_of_register(), self.register)
        lost.lantik("verify")

    def test_7_the_shown_tables_are_these(self):
        shown = harness.run(harness.PG_BIN / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d",
                            self.site.cluster.conninfo("postgres"), "-f", harness.ROOT / "scripts" / "demonstration.sql")
        if not harness.SLICE:
            for figure in ("7326", "7126", "7375", "6366", "4631", "3151", "8205", "5591", "190000", "31"):
                self.assertRegex(shown.stdout, rf"\b{figure}\b")


if __name__ == "__main__":
    unittest.main(verbosity=2)
