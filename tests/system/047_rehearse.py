"""A rehearsal says what a submission would be answered, and leaves nothing behind.

SPDX-License-Identifier: Apache-2.0
"""

import unittest

import batches


class Rehearsal(batches.Case):
    seed = 47

    def everything(self):
        """Rows of every table of the database, the sequence of batch numbers, and the ledger's head."""
        tables = [name for (name,) in self.site.sql(
            "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind = 'r' AND n.nspname IN ('lantik', 'analyst') ORDER BY 1")]
        self.assertGreater(len(tables), 20)
        counts = self.site.sql(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in tables))
        return counts, self.site.state_of_register(), self.site.value(
            "SELECT last_value || ' ' || is_called FROM lantik.batch_no")

    def both(self, manifest, records):
        """The verdict of a rehearsal, which wrote nothing and which the submission of the same bytes repeats."""
        body = self.body(manifest, records)
        before = self.everything()
        said = self.rehearse(body)
        self.assertEqual(self.everything(), before, "nothing was recorded")
        receipt = self.submit(body)
        self.assertEqual(said.decode(), receipt.verdict_text.decode(), "the submission is answered the same")
        return receipt.verdict

    def test_the_register_is_asked_as_a_commit_asks_it(self):
        first, manifest, records = self.people(7)
        verdict = self.both(manifest, records[:4])
        self.assertEqual(verdict.accepted, 4)
        batch_id = manifest.batch_id
        records[1].change_kind, records[1].change_reason = 4, "in error"
        self.assertEqual(self.both(manifest, records[1:2]).accepted, 1)
        records[1].ClearField("change_kind")
        records[1].ClearField("change_reason")
        records[4].nip = records[0].nip
        records[4].tgl_lahir, records[4].jenis_kelamin = records[0].tgl_lahir, records[0].jenis_kelamin
        records[5].nik = "1234"
        verdict = self.both(manifest, records)
        self.assertEqual(
            {no: (outcome, sorted(cases)[-1]) for no, (outcome, cases) in self.outcomes(verdict).items()},
            {1: ("returned", "S05.same_step"), 2: ("returned", "S05.order"), 3: ("returned", "S05.same_step"),
             4: ("returned", "S05.same_step"), 5: ("returned", "P08.other_person"), 6: ("returned", "N01.length")})
        _, manifest, records = self.people(4, step="SK", first=first)
        for at, record in enumerate(records):
            record.predecessor_batch_id, record.predecessor_record_no = batch_id, at + 1
        records[2].predecessor_batch_id = b"\1" * 16
        records[3].predecessor_record_no = 1
        verdict = self.both(manifest, records)
        self.expect((self.outcomes(verdict), verdict.accepted), r2=("returned", "S05.order"),
                    r3=("accepted", "S05.predecessor_missing"), r4=("returned", "S05.predecessor"))
        _, other, full_time = self.people(1, kind="PPPK")
        full_time[0].nik = records[0].nik
        full_time[0].tgl_lahir, full_time[0].jenis_kelamin = records[0].tgl_lahir, records[0].jenis_kelamin
        full_time[0].nip = records[0].nip[:8] + full_time[0].nip[8:14] + records[0].nip[14] + full_time[0].nip[15:]
        verdict = self.both(other, full_time)
        self.expect((self.outcomes(verdict), verdict.accepted), r1=("review", "N08.other_kind"))

    def test_the_formation_is_asked_as_a_commit_asks_it(self):
        self.load(["kode_instansi,programme,kelompok_lapor,quota", "6204,PW2024,guru,3"])
        _, manifest, records = self.people(6, agency="6204")
        for record in records:
            record.kelompok_lapor = 1
        manifest.all_or_nothing = 1
        verdict = self.both(manifest, records[:4])
        self.assertEqual(([finding[0] for finding in verdict.findings], self.outcomes(verdict)),
                         (["B10.all_or_nothing"], {4: ("refused", {"B09.quota"})}))
        manifest.ClearField("all_or_nothing")
        verdict = self.both(manifest, records[:2])
        self.assertEqual(verdict.accepted, 2)
        verdict = self.both(manifest, records[2:])
        self.expect((self.outcomes(verdict), verdict.accepted), r2=("returned", "B09.quota"), r3=("returned", "B09.quota"),
                    r4=("returned", "B09.quota"))

    def test_a_whole_batch_is_refused_in_rehearsal_too(self):
        _, manifest, records = self.people(3)
        manifest.count_guru = 99
        body = self.office.batch.encode_batch(self.office.contract, manifest, records)
        verdict = self.office.receipt.Verdict.parse(self.rehearse(body))
        self.assertEqual((verdict.outcome, [finding[0] for finding in verdict.findings]), ("refused", ["B02.count_guru", "B02.count_teknis"]))

    def test_a_batch_that_is_held_is_judged_afresh(self):
        _, manifest, records = self.people(2)
        body = self.body(manifest, records)
        self.submit(body)
        verdict = self.office.receipt.Verdict.parse(self.rehearse(body))
        self.expect((self.outcomes(verdict), verdict.accepted), r1=("returned", "S05.same_step"),
                    r2=("returned", "S05.same_step"))
        with self.office.client() as client:
            self.assertEqual(client.status(bytes(16)).state, 1, "a rehearsed id is not held")

    def test_it_is_refused_as_a_submission_is(self):
        before = self.site.daemon.counters()
        _, manifest, records = self.people(1, agency="6571")
        with self.assertRaises(self.office.client_module.Refused) as refused:
            self.rehearse(self.body(manifest, records))
        self.assertEqual(refused.exception.code, "NOT_ALLOWED")
        _, manifest, records = self.people(1)
        body = self.body(manifest, records)
        with self.office.client() as client, self.assertRaises(self.office.client_module.Refused) as refused:
            client.again("REHEARSE", body, "REHEARSAL", signing_key_id=self.office.signing.verifier.key_id,
                         signature=self.office.signing.sign_submission(body))
        self.assertEqual(refused.exception.code, "BAD_SIGNATURE", "a submission's signature is none of a rehearsal")
        signature = self.office.signing.sign(self.office.receipt.rehearsal_message(body))
        with self.office.client() as client, self.assertRaises(self.office.client_module.Refused) as refused:
            client.again("SUBMIT", body, "RECEIPT", signature=signature)
        self.assertEqual(refused.exception.code, "BAD_SIGNATURE", "nor the other way round")
        self.rehearse(body)
        after = self.site.daemon.counters()
        self.assertEqual({name: after[name] - before[name] for name in ("rehearsed", "submissions", "refused_bad_signature",
                                                                       "refused_not_allowed")},
                         {"rehearsed": 1, "submissions": 0, "refused_bad_signature": 2, "refused_not_allowed": 1})


if __name__ == "__main__":
    unittest.main(verbosity=2)
