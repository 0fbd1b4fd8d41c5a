"""The central rules: what the register holds decides which records are recorded, returned or wait for an official.

SPDX-License-Identifier: Apache-2.0
"""

import threading
import unittest
import uuid

import batches
import harness


class Register(batches.Case):
    """People of one sample, each test its own; what lantikd says of a record beside what it says of its neighbours."""

    def test_a_step_is_held_once_and_in_order(self):
        first, manifest, records = self.people(4, step="SK")
        self.assertEqual(self.expect(self.send(manifest, records)), 4)
        records[0].office_reference = "other bytes"
        self.assertEqual(self.expect(self.send(manifest, records[:1]), r1=("returned", "S05.same_step")), 0)
        _, manifest, records = self.people(4, step="NI", first=first)
        self.assertEqual(self.expect(self.send(manifest, records[1:3]),
                                     r1=("returned", "S05.order"), r2=("returned", "S05.order")), 0)

    def test_further_steps_of_known_or_of_new_people_alone_collide_with_nobody(self):
        first, manifest, records = self.people(6, step="NI")
        self.assertEqual(self.expect(self.send(manifest, records[:4])), 4)
        slow = self.site.daemon.counters()["slow_path"]
        _, decree, decrees = self.people(6, step="SK", first=first)
        self.assertEqual(self.expect(self.send(decree, decrees[:2])), 2)
        _, decree_of_new, news = self.people(2, step="SK")
        self.assertEqual(self.expect(self.send(decree_of_new, news)), 2)
        self.assertEqual(self.site.daemon.counters()["slow_path"], slow)
        self.assertEqual(self.expect(self.send(decree, decrees[2:])), 4)
        self.assertEqual(self.site.daemon.counters()["slow_path"], slow + 1, "two are known and two are new")
        for record in decrees + news:
            self.assertEqual(self.current(record.nik), f"1 2 6171 {record.nip}")

    def test_a_bad_neighbour_changes_nothing(self):
        first, manifest, records = self.people(3, step="NI")
        self.assertEqual(self.expect(self.send(manifest, records)), 3)
        _, manifest, records = self.people(3, step="SK", first=first)
        self.assertEqual(self.expect(self.send(manifest, records[:1])), 1)
        for record in records:
            record.ClearField("nip")
            record.office_reference = "again"
        self.assertEqual(self.expect(self.send(manifest, records), r1=("returned", "S05.same_step")), 2)
        self.assertRegex(self.current(records[1].nik), "^1 2 6171 [0-9]{18}$", "the number stays when it is left out")

    def test_another_agency_touches_nobody(self):
        first, manifest, records = self.people(4, step="NI")
        self.assertEqual(self.expect(self.send(manifest, records)), 4)
        _, manifest, records = self.people(4, step="SK", agency="6200", first=first)
        records[1].change_kind, records[1].change_reason = 3, "left"
        records[2].change_kind, records[2].change_reason, records[2].nip = 4, "in error", ""
        records[3].nip = records[3].nip[:15] + "%03d" % (int(records[3].nip[15:]) % 998 + 1)
        said = self.send(manifest, records)
        self.assertEqual(self.expect(said, r1=("returned", "S05.agency"), r2=("returned", "S05.agency"),
                                     r3=("returned", "S05.agency"), r4=("review", "N08.other_ni")), 0)
        for record in records:
            self.assertRegex(self.current(record.nik), "^1 1 6171 ")

    def test_a_number_is_of_one_person(self):
        _, manifest, records = self.people(5)
        taken = records[0].nip
        self.assertEqual(self.expect(self.send(manifest, records[:1])), 1)
        records[1].nip = taken
        records[1].tgl_lahir, records[1].jenis_kelamin = records[0].tgl_lahir, records[0].jenis_kelamin
        records[3].nip = records[2].nip
        records[3].tgl_lahir, records[3].jenis_kelamin = records[2].tgl_lahir, records[2].jenis_kelamin
        self.assertEqual(self.expect(self.send(manifest, records[1:]), r1=("returned", "P08.other_person"),
                                     r2=("returned", "P08.other_person"), r3=("returned", "P08.other_person")), 1)

    def test_an_active_person_of_another_kind_waits_for_an_official(self):
        first, manifest, records = self.people(2, step="NI")
        self.assertEqual(self.expect(self.send(manifest, records)), 2)
        _, other, full_time = self.people(2, kind="PPPK", step="NI")
        for one, two in zip(full_time, records):
            one.nik, one.tgl_lahir, one.jenis_kelamin = two.nik, two.tgl_lahir, two.jenis_kelamin
            one.nip = two.nip[:8] + one.nip[8:14] + two.nip[14] + one.nip[15:]
        self.assertEqual(self.expect(self.send(other, full_time), r1=("review", "N08.other_kind"),
                                     r2=("review", "N08.other_kind")), 0)

    def reject(self, record, kind=1, programme="PW2024"):
        """As if an official had rejected the person's appointment of this kind and programme."""
        self.site.sql(f"INSERT INTO lantik.rejected VALUES ('{record.nik}', {kind}, '{programme}', 1);"
                      " UPDATE lantik.ledger_head SET rejected_size = rejected_size + 1")

    def test_whom_an_official_rejected_is_returned(self):
        first, manifest, records = self.people(5)
        self.reject(records[1])
        self.reject(records[2], kind=2)
        self.reject(records[3], programme="PW2019")
        self.assertEqual(self.expect(self.send(manifest, records), r2=("returned", "S05.rejected")), 4)
        self.reject(records[0])
        _, manifest, records = self.people(5, step="SK", first=first)
        self.assertEqual(self.expect(self.send(manifest, records[:1] + records[2:3]), r1=("returned", "S05.rejected")), 1,
                         "a later step proposes the person, too")
        _, manifest, records = self.people(5, first=first)
        records[0].change_kind, records[0].change_reason = 4, "rejected"
        self.assertEqual(self.expect(self.send(manifest, records[:1])), 1, "what was taken in can still be withdrawn")

    def at_the_same_moment(self, *bodies):
        """The verdicts of batches that were all written before any of them could commit."""
        holding = self.site.cluster.session()
        self.addCleanup(holding.close)
        holding.sql("BEGIN; SELECT size FROM lantik.ledger_head FOR UPDATE")
        verdicts = [None] * len(bodies)
        threads = []
        for at, body in enumerate(bodies):
            threads.append(threading.Thread(target=lambda at=at, body=body: verdicts.__setitem__(
                at, self.submit(body).verdict)))
            threads[-1].start()
        harness.wait_until(lambda: self.site.value(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'lantikd worker' AND wait_event_type = 'Lock'")
            == str(len(bodies)), 20, "all wait for the ledger")
        holding.sql("ROLLBACK")
        for thread in threads:
            thread.join(60 * harness.PATIENCE)
        return verdicts

    def test_two_kinds_at_the_same_moment_see_each_other(self):
        _, manifest, records = self.people(2)
        _, other, full_time = self.people(2, kind="PPPK")
        one, two = records[0], full_time[0]
        two.nik, two.tgl_lahir, two.jenis_kelamin = one.nik, one.tgl_lahir, one.jenis_kelamin
        two.nip = one.nip[:8] + two.nip[8:14] + one.nip[14] + two.nip[15:]
        one, two = records[1], full_time[1]
        two.tgl_lahir, two.jenis_kelamin, two.nip = one.tgl_lahir, one.jenis_kelamin, one.nip
        verdicts = self.at_the_same_moment(self.body(manifest, records), self.body(other, full_time))
        verdicts.sort(key=lambda verdict: -verdict.accepted)
        self.assertEqual([verdict.accepted for verdict in verdicts], [2, 0])
        self.expect((self.outcomes(verdicts[1]), 0), r1=("review", "N08.other_kind"), r2=("returned", "P08.other_person"))

    def wait_for_lock(self, threads):
        harness.wait_until(lambda: self.site.value(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'lantikd %' AND wait_event_type = 'Lock'")
            == str(threads), 20, "they wait for the ledger")

    def test_a_rejection_of_the_same_moment_is_seen(self):
        _, manifest, records = self.people(2)
        records[0].terdata_non_asn = records[0].ikut_cpns_2024 = records[0].ikut_pppk_2024_lengkap = 2
        self.assertEqual(self.expect(self.send(manifest, records[:1]), r1=("review", "K05.policy")), 0)
        batch_id = uuid.UUID(bytes=manifest.batch_id)
        records[0].terdata_non_asn = records[0].ikut_cpns_2024 = records[0].ikut_pppk_2024_lengkap = 1
        holding = self.site.cluster.session()
        self.addCleanup(holding.close)
        holding.sql("BEGIN; SELECT size FROM lantik.ledger_head FOR UPDATE")
        self.site.sql("INSERT INTO lantik.decision_request (act, batch_no, record_nos, official_nama, reason) SELECT 3,"
                      f" batch_no, '{{1}}', 'PEJABAT CONTOH', 'uji' FROM lantik.batch WHERE batch_id = '{batch_id}'")
        self.wait_for_lock(1)
        said = []
        thread = threading.Thread(target=lambda: said.append(self.send(manifest, records)))
        thread.start()
        self.wait_for_lock(2)
        holding.sql("ROLLBACK")
        thread.join(60 * harness.PATIENCE)
        self.assertEqual(self.expect(said[0], r1=("returned", "S05.rejected")), 1)

    def test_changes_are_of_what_is_held(self):
        first, manifest, records = self.people(4, step="SK")
        records[0].change_kind, records[0].change_reason = 1, "a wrong unit"
        self.assertEqual(self.expect(self.send(manifest, records), r1=("returned", "S05.nothing")), 3)
        records[1].change_kind, records[1].change_reason = 1, "a wrong unit"
        self.assertEqual(self.expect(self.send(manifest, records[1:2])), 1)
        _, earlier, at_ni = self.people(4, step="NI", first=first)
        at_ni[2].change_kind, at_ni[2].change_reason = 1, "a wrong unit"
        self.assertEqual(self.expect(self.send(earlier, at_ni[2:3]), r1=("returned", "S05.order")), 0)
        records[2].change_kind, records[2].change_reason = 1, "another group"
        records[2].kelompok_lapor = records[2].kelompok_lapor % 3 + 1
        self.assertEqual(self.expect(self.send(manifest, records[2:3])), 1)
        records[2].change_kind, records[2].change_reason = 4, "in error"
        self.assertEqual(self.expect(self.send(manifest, records[2:3])), 1)
        records[3].change_kind, records[3].change_reason = 3, "left"
        self.assertEqual(self.expect(self.send(manifest, records[3:])), 1)
        _, later, agreements = self.people(4, step="PERJANJIAN", first=first)
        self.assertEqual(self.expect(self.send(later, agreements[3:]), r1=("returned", "S05.order")), 0)
        _, again, anew = self.people(4, step="NI", agency="6200", first=first)
        anew[3].nip = anew[3].nip[:15] + "%03d" % (int(anew[3].nip[15:]) % 998 + 1)
        self.assertEqual(self.expect(self.send(again, anew[3:]), r1=("accepted", "P10.changed")), 1)

    def test_a_named_predecessor_is_the_current_row(self):
        first, manifest, records = self.people(4, step="NI")
        self.assertEqual(self.expect(self.send(manifest, records)), 4)
        batch_id = manifest.batch_id
        _, manifest, records = self.people(4, step="SK", first=first)
        for at, record in enumerate(records):
            record.predecessor_batch_id, record.predecessor_record_no = batch_id, at + 1
        records[1].predecessor_record_no = 3
        self.assertEqual(self.expect(self.send(manifest, records[:2]), r2=("returned", "S05.predecessor")), 1)
        records[2].predecessor_batch_id = b"\1" * 16
        records[3].predecessor_record_no = 1
        self.assertEqual(self.expect(self.send(manifest, records[2:]), r1=("accepted", "S05.predecessor_missing"),
                                     r2=("returned", "S05.predecessor")), 1)
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.appointment WHERE supersedes_record_no = 1 AND nik = "
                                         f"'{records[0].nik}'"), "1")

    def test_the_same_records_of_another_kind_are_another_batch(self):
        _, manifest, records = self.people(2, kind="PPPK")
        self.assertEqual(self.expect(self.send(manifest, records)), 2)
        manifest.kind = 1
        self.send(manifest, records)  # which asserts that the receipt is of the kind that was sent


if __name__ == "__main__":
    unittest.main(verbosity=2)
