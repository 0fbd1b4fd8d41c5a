"""Rows of a large batch are sent to the register while its records are judged. Whatever shows too late for that (what only all
records together tell, what the register or a formation holds, a fault) leaves the same behind as if everything had been known
before the first row: what a rehearsal says, which sends nothing, is what becomes of the batch, and the audit finds no fault.

SPDX-License-Identifier: Apache-2.0
"""

import os
import signal
import threading
import unittest

import batches
import harness

ROWS = 155
PATHS, PATH = 16, "\U00020000" * 200  # what makes a few records a large batch
LARGE = 2048 * 1024


class SentWhileJudged(batches.Case):
    seed = 35

    @classmethod
    def tearDownClass(cls):
        try:
            cls.site.audit()
        finally:
            super().tearDownClass()

    # --- batches ---

    def large(self, count=ROWS, **options):
        """People whose records are long: a batch of them is recorded alone."""
        first, manifest, records = self.people(count, **options)
        for number, record in enumerate(records):
            types = [document.type for document in record.dokumen] or [1]
            del record.dokumen[:]
            for at in range(PATHS):
                record.dokumen.add(type=types[at % len(types)], object=PATH[:-8] + f"{number:04}{at:04}", sha256=bytes([at]) * 32)
        return first, manifest, records

    def counters(self):
        counters = self.site.daemon.counters()
        return {name: counters[name] for name in ("taken_back", "slow_path", "formation_full", "groups", "refused_internal")}

    def check(self, manifest, records, **counted):
        """Sends it alone; it becomes what a rehearsal said. counted: what else the daemon counted. The receipt."""
        body = self.body(manifest, records)
        self.assertGreater(len(body), LARGE, "it is recorded alone")
        said, before = self.rehearse(body), self.counters()
        receipt = self.submit(body)
        grown = {name: now - before[name] for name, now in self.counters().items() if now != before[name]}
        self.assertEqual(receipt.verdict_text, said)
        self.assertEqual(grown, counted)
        self.check_rows(receipt, records)
        return receipt

    def check_rows(self, receipt, records):
        refused, outcomes = receipt.verdict.outcome == "refused", self.outcomes(receipt.verdict)
        accepted = [(str(no), record.nik) for no, record in enumerate(records, 1)
                    if not refused and outcomes.get(no, ("accepted",))[0] == "accepted"]
        held = self.site.sql("SELECT record_no, nik FROM lantik.appointment JOIN lantik.batch USING (batch_no) WHERE batch_id = "
                             f"'{batches.uuid_of(receipt.verdict.batch_id.bytes)}' ORDER BY record_no")
        self.assertEqual(held, accepted)
        self.assertEqual(len(accepted), receipt.verdict.accepted)

    def held(self, count, **options):
        """Small batches of people who are in the register now: (first, batch id, records)."""
        first, manifest, records = self.people(count, **options)
        self.assertEqual(self.send(manifest, records), ({}, count))
        return first, manifest.batch_id, records

    # --- all at once ---

    def test_what_is_right_is_sent_once(self):
        first, manifest, records = self.large()
        records[5].nama = "  " + records[5].nama
        records[9].nama = "-"
        self.check(manifest, records)
        _, manifest, records = self.large(step="SK", first=first)
        self.check(manifest, [record for number, record in enumerate(records) if number != 9])

    def test_all_or_nothing_gets_all(self):
        _, manifest, records = self.large()
        manifest.all_or_nothing = 1
        self.assertEqual(self.check(manifest, records).verdict.accepted, ROWS)

    # --- what all records together tell ---

    def test_a_person_who_stands_twice(self):
        _, manifest, records = self.large()
        records[-1].nik, records[-1].nip = records[0].nik, records[0].nip
        records[-1].tgl_lahir, records[-1].jenis_kelamin = records[0].tgl_lahir, records[0].jenis_kelamin
        receipt = self.check(manifest, records, taken_back=1)
        self.assertEqual(receipt.verdict.accepted, ROWS - 2)

    def test_counts_that_are_wrong(self):
        _, manifest, records = self.large()
        manifest.count_guru = ROWS + 1
        self.assertEqual(self.check(manifest, records, taken_back=1).verdict.outcome, "refused")

    def test_a_manifest_that_refuses_the_batch_sends_nothing(self):
        _, manifest, records = self.large()
        manifest.programme = "TIDAK DIKENAL"
        self.assertEqual(self.check(manifest, records).verdict.outcome, "refused")

    def test_all_or_nothing_with_a_bad_record_at_the_end(self):
        _, manifest, records = self.large()
        manifest.all_or_nothing = 1
        records[-1].nama = "-"
        self.assertEqual(self.check(manifest, records, taken_back=1).verdict.outcome, "refused")

    def test_a_record_at_the_end_that_cannot_be_read(self):
        _, manifest, records = self.large()
        whole = self.body(manifest, records)
        state = self.site.state_of_register()
        for body in (whole[:-1], whole + b"\x12\x02\xf8\x7f"):
            with self.office.client() as client, self.assertRaises(self.office.client_module.Refused):
                client.submit_body(body)
        self.assertEqual(self.site.state_of_register(), state)

    # --- what the register tells ---

    def test_people_who_are_held(self):
        _, _, known = self.held(2)
        _, manifest, records = self.large()
        for record, other in zip((records[0], records[-1]), known):
            for name in ("nik", "nip", "tgl_lahir", "jenis_kelamin"):
                setattr(record, name, getattr(other, name))
        self.assertEqual(self.check(manifest, records, slow_path=1).verdict.accepted, ROWS - 2)

    def test_a_change_at_the_end(self):
        first, _, _ = self.held(1)
        _, manifest, records = self.large()
        _, _, [change] = self.large(1, first=first)
        change.change_kind, change.change_reason = 1, "a wrong unit"
        self.assertEqual(self.check(manifest, records + [change], taken_back=1).verdict.accepted, ROWS + 1)

    def test_a_person_whom_an_official_rejected(self):
        _, manifest, records = self.large()
        last = records[-1]
        last.terdata_non_asn = last.ikut_cpns_2024 = last.ikut_pppk_2024_lengkap = 2
        self.expect(self.send(manifest, records[-1:]), r1=("review", "K05.policy"))
        self.assertEqual(len(self.decide("reject", manifest.batch_id, 1)), 2)
        last.terdata_non_asn = last.ikut_cpns_2024 = last.ikut_pppk_2024_lengkap = 1
        self.assertEqual(self.check(manifest, records, slow_path=1).verdict.accepted, ROWS - 1)

    def test_a_formation_that_is_full(self):
        self.load(["kode_instansi,programme,kelompok_lapor,quota", "6204,PW2024,guru,3"])
        _, manifest, records = self.large(agency="6204")
        for record in records:
            record.kelompok_lapor = 1
        self.assertEqual(self.check(manifest, records, formation_full=1).verdict.accepted, 3)

    # --- earlier batches that records name ---

    def later(self, groups, first):
        """The next step of people who came in these batches."""
        _, manifest, records = self.large(sum(len(people) for _, people in groups), step="SK", first=first)
        places = [(batch_id, no) for batch_id, people in groups for no in range(1, len(people) + 1)]
        for record, (batch_id, no) in zip(records, places):
            record.predecessor_batch_id, record.predecessor_record_no = batch_id, no
        return manifest, records

    def test_earlier_batches_are_asked_for_between_the_rows(self):
        held = [self.held(60) for _ in range(3)]
        manifest, records = self.later([(batch_id, people) for _, batch_id, people in held], held[0][0])
        records[70].predecessor_batch_id = b"\1" * 16
        self.check(manifest, records, taken_back=1)  # who names what is not held is looked up
        self.assertEqual(self.site.sql(
            "SELECT a.record_no, b.record_no FROM lantik.appointment a LEFT JOIN lantik.appointment b ON b.batch_no ="
            " a.supersedes_batch_no AND b.record_no = a.supersedes_record_no AND b.nik = a.nik JOIN lantik.batch c ON c.batch_no ="
            f" a.batch_no WHERE c.batch_id = '{batches.uuid_of(manifest.batch_id)}' ORDER BY 1"),
            [(str(no + 1), str(no % 60 + 1) if no != 70 else "") for no in range(180)])

    def test_more_of_them_than_are_remembered(self):
        held = [self.held(9) for _ in range(19)]
        manifest, records = self.later([(batch_id, people) for _, batch_id, people in held], held[0][0])
        self.check(manifest, records, taken_back=1)

    # --- faults between the rows ---

    def test_a_fault_between_the_rows(self):
        """The second half names a batch, and the question for it has to wait."""
        first, batch_id, people = self.held(ROWS)
        manifest, records = self.later([(batch_id, people)], first)
        for record in records[:ROWS // 2]:
            record.ClearField("predecessor_batch_id")
            record.ClearField("predecessor_record_no")
        body, receipts = self.body(manifest, records), []
        state = self.site.state_of_register()
        holding = self.site.cluster.session()
        self.addCleanup(holding.close)
        holding.sql("BEGIN; LOCK TABLE lantik.decided_record IN ACCESS EXCLUSIVE MODE")
        sending = threading.Thread(target=lambda: receipts.append(self.send_patiently(body)), daemon=True)
        sending.start()
        os.kill(self.waiting(), signal.SIGTERM)
        self.waiting()
        self.site.daemon.kill()
        self.site.start()
        self.waiting()
        holding.sql("ROLLBACK")
        sending.join(60 * harness.PATIENCE)
        self.assertEqual(receipts[0].verdict.accepted, ROWS)
        self.check_rows(receipts[0], records)
        self.assertNotEqual(self.site.state_of_register(), state)
        self.assertEqual(self.counters()["taken_back"], 0)

    def test_while_one_commits_two_others_are_written(self):
        """Of two workers; the COMMIT waits for a standby that there is not."""
        bodies, receipts, cluster = [self.body(*self.large()[1:]) for _ in range(3)], [], self.site.cluster
        self.held(1)  # the sequence of the numbers is written ahead

        def set_standbys(names):
            cluster.sql(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
            cluster.sql("SELECT pg_reload_conf()")

        self.addCleanup(set_standbys, "")
        set_standbys("nobody")
        sending = [threading.Thread(target=lambda body=body: receipts.append(self.send_patiently(body, 60)), daemon=True)
                   for body in bodies]
        for thread in sending:
            thread.start()
        harness.wait_until(lambda: self.site.sql(
            "SELECT count(*) FILTER (WHERE wait_event = 'SyncRep' AND query = 'COMMIT'), count(*) FILTER (WHERE wait_event_type"
            " = 'Lock') FROM pg_stat_activity WHERE application_name = 'lantikd worker'") == [("1", "2")],
            20, "one commits, and two have written their rows and wait for the ledger's head")
        set_standbys("")
        for thread in sending:
            thread.join(60 * harness.PATIENCE)
        self.assertEqual([receipt.verdict.accepted for receipt in receipts], [ROWS] * 3)

    def send_patiently(self, body, seconds=2):
        with self.office.client(timeout=seconds) as client:
            return client.submit_body(body)[0]

    def waiting(self):
        """The backend that asks, with the first half of the rows written."""
        rows = harness.wait_until(lambda: self.site.sql(
            "SELECT pid FROM pg_stat_activity WHERE usename = 'lantik_daemon' AND wait_event_type = 'Lock' AND backend_xid IS NOT"
            " NULL"), 20, "a batch waits between its rows")
        return int(rows[0][0])


if __name__ == "__main__":
    unittest.main(verbosity=2)
