"""What becomes of a batch and its records beyond single rules: all or nothing, severities as data, corrections, names.

SPDX-License-Identifier: Apache-2.0
"""

import threading
import unittest
import uuid

import batches
import harness

SEVERITIES = "rule_case,severity,kind,step,kode_instansi"


class Outcomes(batches.Case):
    seed = 49
    settings = {"workers": 1}

    def verdict(self, manifest, records):
        return self.submit(self.body(manifest, records)).verdict

    def held_rows(self, records):
        niks = ", ".join(f"'{record.nik}'" for record in records)
        return self.site.value(f"SELECT count(*) FROM lantik.appointment WHERE nik IN ({niks})")

    # All or nothing.

    def test_all_or_nothing_lets_nothing_in(self):
        _, manifest, records = self.people(4)
        self.assertEqual(self.verdict(manifest, records[:1]).accepted, 1)
        records[0].office_reference = "again"
        manifest.all_or_nothing = 1
        verdict = self.verdict(manifest, records)
        self.assertEqual(verdict.outcome, "refused")
        self.assertEqual([finding[0] for finding in verdict.findings], ["B10.all_or_nothing"])
        self.assertEqual(self.outcomes(verdict), {1: ("refused", {"S05.same_step"})}, "what the register found is told")
        self.assertEqual(self.held_rows(records), "1", "nothing of it enters the register")
        self.assertEqual(self.site.sql(
            "SELECT outcome, all_or_nothing, accepted, (SELECT count(*) FROM lantik.returned_record r WHERE r.batch_no ="
            " b.batch_no) FROM lantik.batch b ORDER BY leaf_index DESC LIMIT 1"), [("2", "t", "0", "0")])
        records[2].nik = "12"
        verdict = self.verdict(manifest, records)
        self.assertEqual(self.outcomes(verdict), {1: ("refused", {"S05.same_step"}), 3: ("refused", {"N01.length"})},
                         "the register is asked although a row is bad: the office learns everything at once")
        self.assertEqual(self.verdict(manifest, [records[1], records[3]]).accepted, 2)
        self.assertEqual(self.site.value("SELECT all_or_nothing FROM lantik.batch ORDER BY leaf_index DESC LIMIT 1"), "t")

    def test_all_or_nothing_and_a_quota(self):
        self.load(["kode_instansi,programme,kelompok_lapor,quota", "6200,PW2024,guru,2"])
        _, manifest, records = self.people(3, agency="6200")
        for record in records:
            record.kelompok_lapor = 1
        manifest.all_or_nothing = 1
        verdict = self.verdict(manifest, records)
        self.assertEqual((verdict.outcome, self.outcomes(verdict)), ("refused", {3: ("refused", {"B09.quota"})}))
        self.assertEqual(self.verdict(manifest, records[:2]).accepted, 2)

    # Severities.

    def judged_by(self, verdict, digest):
        """That the verdict names this rulebook, which can be looked up."""
        self.assertEqual(verdict.rulebook_sha256, digest)
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.rulebook WHERE sha256 = "
                                         f"'\\x{verdict.rulebook_sha256.hex()}'"), "1")

    def test_a_severity_is_changed_without_a_restart(self):
        process = self.site.daemon.process.pid
        _, manifest, records = self.people(7)
        first = self.wait_for_rulebook()
        for record in records:
            record.predecessor_batch_id, record.predecessor_record_no = b"\1" * 16, 1
        case = "S05.predecessor_missing"
        verdict = self.verdict(manifest, records[:1])
        self.expect((self.outcomes(verdict), verdict.accepted), r1=("accepted", case))
        self.judged_by(verdict, first)
        for at, (severity, outcome, accepted) in enumerate(
                [("ERROR", "returned", 0), ("REVIEW", "review", 0), ("FATAL", "refused", 0), ("WARN", "accepted", 1)], 1):
            self.load([SEVERITIES, f"{case},{severity},,,6171"])
            verdict = self.verdict(manifest, records[at:at + 1])
            self.expect((self.outcomes(verdict), verdict.accepted), r1=(outcome, case))
            self.assertEqual(verdict.accepted, accepted)
            self.judged_by(verdict, self.wait_for_rulebook())
        self.load([SEVERITIES, f"{case},OFF,,,6171"])
        self.assertEqual(self.expect(self.send(manifest, records[5:6])), 1, "nothing is said")
        self.load([SEVERITIES, "D15.after_tmt,ERROR,,,6171"])
        records[6].tahun_lulus = 2100
        self.expect(self.send(manifest, records[6:]), r1=("returned", "D15.after_tmt"))
        self.load([SEVERITIES, "D15.after_tmt,WARN,,,6171", f"{case},WARN,,,6171"])
        self.assertEqual(self.site.daemon.process.pid, process)
        self.assertFalse(self.site.sql("SELECT DISTINCT rulebook_sha256 FROM lantik.batch EXCEPT SELECT sha256 FROM"
                                       " lantik.rulebook"), "every rulebook of a receipt is kept")

    def test_a_batch_that_waits_is_judged_by_what_was_in_force_when_it_came(self):
        _, manifest, records = self.people(3)
        for record in records:
            record.predecessor_batch_id, record.predecessor_record_no = b"\1" * 16, 1
        bodies = [self.body(manifest, records[at:at + 1]) for at in range(3)]
        before = self.wait_for_rulebook()
        received = self.site.daemon.counters()["received"]
        holding = self.site.cluster.session()
        self.addCleanup(holding.close)
        holding.sql("BEGIN; SELECT size FROM lantik.ledger_head FOR UPDATE")  # the only worker waits for this lock
        receipts = {}
        threads = [threading.Thread(target=lambda at=at: receipts.update({at: self.submit(bodies[at])})) for at in (0, 1)]
        for number, thread in enumerate(threads, 1):
            thread.start()
            self.site.daemon.wait_counter("received", received + number)
        told = self.site.daemon.text().count("is in force")
        self.load_only([SEVERITIES, "S05.predecessor_missing,ERROR,,,6171"])
        harness.wait_until(lambda: self.site.daemon.text().count("is in force") > told, 10, "the new rulebook is in force")
        holding.sql("ROLLBACK")
        for thread in threads:
            thread.join(60 * harness.PATIENCE)
        after = self.wait_for_rulebook()
        self.assertNotEqual(before, after)
        for at in (0, 1):
            self.assertEqual((receipts[at].verdict.rulebook_sha256, receipts[at].verdict.accepted), (before, 1))
        verdict = self.submit(bodies[2]).verdict
        self.assertEqual((verdict.rulebook_sha256, verdict.returned), (after, 1))
        self.load([SEVERITIES, "S05.predecessor_missing,WARN,,,6171"])

    # Corrections.

    def test_a_correction_names_what_was_returned(self):
        _, manifest, records = self.people(6)
        good = records[1].nik
        records[1].nik = "1"
        self.expect(self.send(manifest, records[:3]), r2=("returned", "N01.length"))
        returned = manifest.batch_id
        manifest.all_or_nothing = 1
        records[4].nik, kept = "2", records[4].nik
        self.assertEqual(self.verdict(manifest, records[3:5]).outcome, "refused")
        refused = manifest.batch_id
        manifest.ClearField("all_or_nothing")
        records[1].nik, records[4].nik = good, kept
        again = [records[1], records[3], records[4], records[5]]
        for record, (batch_id, number) in zip(again, [(returned, 2), (returned, 3), (refused, 2), (b"\2" * 16, 1)]):
            record.corrects_batch_id, record.corrects_record_no = batch_id, number
        manifest.corrects_batch_id = returned
        verdict = self.verdict(manifest, again)
        self.assertEqual(self.expect((self.outcomes(verdict), verdict.accepted), r2=("accepted", "S06.not_held"),
                                     r4=("accepted", "S06.not_held")), 4)
        self.assertEqual(verdict.findings, ())
        self.assertEqual(self.site.sql(
            "SELECT corrects_batch_id, corrects_record_no FROM lantik.appointment WHERE nik = '%s'" % good),
            [(batches.uuid_of(returned), "2")])
        self.assertEqual(self.site.sql("SELECT DISTINCT cause FROM lantik.returned_record r JOIN lantik.batch b USING (batch_no)"
                                       f" WHERE b.batch_id = '{batches.uuid_of(returned)}'"), [("N01.length:nik",)])
        _, manifest, records = self.people(1)
        manifest.corrects_batch_id = b"\3" * 16
        verdict = self.verdict(manifest, records)
        self.assertEqual((verdict.accepted, [finding[0] for finding in verdict.findings]), (1, ["S06.not_held"]))

    def test_another_office_is_not_told_what_is_held_of_this_one(self):
        other = harness.WireOffice(self.site, "other")
        _, manifest, records = self.people(2)
        records[0].nik, good = "1", records[0].nik
        self.expect(self.send(manifest, records[:1]), r1=("returned", "N01.length"))
        records[0].nik = good
        records[0].corrects_batch_id, records[0].corrects_record_no = manifest.batch_id, 1
        self.expect(self.send(manifest, records, office=other), r1=("accepted", "S06.not_held"))

    def test_what_a_decision_accepted_is_a_predecessor(self):
        first, manifest, records = self.people(2)
        self.assertEqual(self.expect(self.send(manifest, records)), 2)
        _, manifest, records = self.people(2, agency="6201", first=first)
        for record in records:
            record.nip = record.nip[:15] + "%03d" % (int(record.nip[15:]) % 998 + 1)
        self.expect(self.send(manifest, records), r1=("review", "N08.other_ni"), r2=("review", "N08.other_ni"))
        waiting = manifest.batch_id
        decision_no, decision_id = self.decide("accept", waiting, 2)
        _, manifest, records = self.people(2, step="SK", agency="6201", first=first)
        records[1].nip = records[1].nip[:15] + "%03d" % (int(records[1].nip[15:]) % 998 + 1)
        records[1].predecessor_batch_id, records[1].predecessor_record_no = waiting, 2
        self.assertEqual(self.expect(self.send(manifest, records[1:])), 1)
        supersedes = f"SELECT supersedes_batch_no, supersedes_record_no FROM lantik.appointment WHERE nik = '{records[1].nik}' "
        self.assertEqual(self.site.sql(supersedes + "ORDER BY batch_no DESC LIMIT 1"), [(decision_no, "2")])
        self.assertEqual(self.site.sql(supersedes + f"AND batch_no = {decision_no}"), [("", "")])
        _, manifest, records = self.people(2, step="PERJANJIAN", agency="6201", first=first)
        records[1].nip = records[1].nip[:15] + "%03d" % (int(records[1].nip[15:]) % 998 + 1)
        records[1].predecessor_batch_id, records[1].predecessor_record_no = uuid.UUID(decision_id).bytes, 2
        self.expect(self.send(manifest, records[1:]), r1=("returned", "S05.predecessor"))

    # Names.

    def test_a_name_is_kept_in_one_form_beside_what_was_sent(self):
        _, manifest, records = self.people(2)
        records[0].nama = "Nur\u2019aini\u00a0 Ju\u0301lia"
        self.expect(self.send(manifest, records), r1=("accepted", "T09.unified"))
        self.assertEqual(self.site.sql(
            f"SELECT nama, nama_asli FROM lantik.appointment WHERE nik = '{records[0].nik}'"),
            [("Nur'aini J\u00falia", "Nur\u2019aini\u00a0 Ju\u0301lia")])
        self.assertEqual(self.site.sql(
            f"SELECT nama, nama_asli IS NULL FROM lantik.appointment WHERE nik = '{records[1].nik}'"), [(records[1].nama, "t")])


if __name__ == "__main__":
    unittest.main(verbosity=2)
