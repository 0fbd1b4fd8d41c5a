"""A change of the rulebook is seen before it is made: tried, loaded without a restart, and what it heals is judged again; and
officials decide by `lantikctl review`. Everything through a running lantikd and as lantik_reviewer.

SPDX-License-Identifier: Apache-2.0
"""

import unittest

import batches
import harness

SEVERITIES = "rule_case,severity,kind,step,kode_instansi,note"
OFFICIAL = ["--official", "Sri Uji", "--position", "Kepala Bidang Uji", "--reason", "aturan yang baru berlaku"]


class Case(batches.Case):
    seed = 43

    def reviewer(self, *args, **options):
        """What `lantikctl ... --json` says to the reviewer."""
        return harness.run(harness.program("lantikctl"), "--database", self.site.cluster.conninfo("lantik_reviewer"), *args,
                           "--json", **options)

    def file(self, *lines, end="csv"):
        path = self.site.directory / f"file-{next(self.files)}.{end}"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def tried(self, *lines, expect=3, agency_office="kanreg-03"):
        """{(case, was, would be): records}, {(was, would be): records} and the summary; an operator made the text."""
        made = self.site.ctl("rulebook", "export", "--with", self.file(*lines)).stdout
        path = self.file(made.rstrip("\n"), end="txt")
        done = self.reviewer("rulebook", "try", path, "--office", agency_office, expect=expect)
        impact = {(l["rule"], l["was"], l["would_be"]): l["records"] for l in done.of_type("type", "impact")}
        outcomes = {(l["was"], l["would_be"]): l["records"] for l in done.of_type("type", "outcome")}
        return impact, outcomes, done.summary

    def receipt_of(self, manifest, records):
        return self.submit(self.body(manifest, records))

    def batch_id(self, receipt):
        return str(receipt.verdict.batch_id)

    def told(self, receipt):
        """What the office is told of its batch now: the decisions, verified."""
        with self.office.client() as client:
            _, _, decisions = client.standing(receipt.leaf.batch_id)
        return decisions

    def causes(self):
        return {row["cause"]: row["records"] for row in self.reviewer("returned").of_type("type", "result")}


class Impact(Case):
    def test_a_severity_is_tried_loaded_and_taken_back(self):
        """A warning becomes an error and a warning again; each verdict names its own rulebook."""
        def batch():
            _, manifest, records = self.people(5)
            for record in records[:2]:
                record.tahun_lulus = 1969
            return self.receipt_of(manifest, records)

        first = batch()
        self.assertEqual(first.verdict.accepted, 5)
        strict = [SEVERITIES, "D15.before_school,ERROR,,,,"]
        impact, outcomes, summary = self.tried(*strict)
        self.assertEqual((impact, outcomes), ({("D15.before_school", "warning", "error"): 2}, {("accepted", "returned"): 2}))
        self.assertEqual((summary["changed_records"], summary["changed_batches"]), (2, 1))
        self.assertEqual(summary["rulebook_sha256"], first.verdict.rulebook_sha256.hex())
        self.load(strict)
        second = batch()
        self.assertEqual(self.outcomes(second.verdict), {1: ("returned", {"D15.before_school"}), 2: ("returned", {"D15.before_school"})})
        self.assertEqual(second.verdict.rulebook_sha256.hex(), summary["tried_sha256"], "what was tried is what came")
        with self.office.client() as client:
            _, again, _ = client.standing(first.leaf.batch_id)
        self.assertEqual(again.verdict.rulebook_sha256, first.verdict.rulebook_sha256)
        books = {row["rulebook_sha256"]: row["batches"] for row in self.reviewer("rulebook", "list").of_type("type", "result")}
        self.assertGreaterEqual(books[first.verdict.rulebook_sha256.hex()], 1)
        self.assertEqual(books[second.verdict.rulebook_sha256.hex()], 1)
        self.heal(second)

    def heal(self, receipt):
        cause = "D15.before_school:tahun_lulus"
        self.assertEqual(self.causes()[cause], 2)
        mild = [SEVERITIES, "D15.before_school,WARN,,,,"]
        impact, outcomes, _ = self.tried(*mild)
        self.assertEqual(outcomes, {("returned", "accepted"): 4}, "both batches, judged alike by the rulebook in force")
        [row] = self.reviewer("replay", "--cause", cause).of_type("type", "result")
        self.assertEqual((row["records"], row["unchanged"]), (2, 2), "before it is loaded nothing heals")
        self.load(mild)
        [row] = self.reviewer("replay", "--cause", cause, "--dry-run").of_type("type", "result")
        self.assertEqual((row["batch_id"], row["records"], row["accepted"]), (self.batch_id(receipt), 2, 2))
        self.assertEqual(self.causes()[cause], 2, "a dry run changes nothing")
        done = self.reviewer("replay", "--cause", cause, "--apply", *OFFICIAL)
        self.assertEqual((done.summary["accepted"], done.summary["requests"]), (2, 1))
        self.assertNotIn(cause, self.causes())
        [decision] = self.told(receipt)
        self.assertEqual([(r.record_no, r.outcome) for r in decision.statement.records], [(1, "accepted"), (2, "accepted")])
        self.assertEqual((decision.statement.act, decision.statement.official), ("replay", "Sri Uji"))
        self.assertNotEqual(decision.statement.rulebook_sha256, receipt.verdict.rulebook_sha256)
        self.assertEqual(self.tried(*mild, expect=0)[0], {})
        self.reviewer("replay", "--cause", cause, expect=1)

    def test_a_window_that_is_extended_heals_what_came_too_late(self):
        head = "programme,step,kode_instansi,opens,closes"
        late = [head, "PW2024,NI,6200,2025-08-01 00:00,2025-09-01 00:00"]
        _, manifest, records = self.people(3, agency="6200")
        open_receipt = self.receipt_of(manifest, records)
        self.assertEqual(open_receipt.verdict.accepted, 3)
        impact, outcomes, summary = self.tried(*late)
        self.assertEqual(impact[("B06.closed", None, "error")], 3)
        self.assertEqual(outcomes, {("accepted", "returned"): 3})
        self.load(late)
        _, manifest, records = self.people(4, agency="6200")
        receipt = self.receipt_of(manifest, records)
        self.assertEqual({cases for _, cases in map(lambda o: (o[0], tuple(o[1])), self.outcomes(receipt.verdict).values())},
                         {("B06.closed",)})
        self.assertEqual(self.causes()["B06.closed"], 4)
        extended = [head, "PW2024,NI,6200,2025-08-01 00:00,2199-01-01 00:00"]
        self.assertEqual(self.tried(*extended)[1], {("returned", "accepted"): 7})
        self.load(extended)
        done = self.reviewer("replay", "--batch", self.batch_id(receipt), "--records", "1,3-4", "--apply", *OFFICIAL)
        self.assertEqual(done.summary["accepted"], 3)
        self.assertEqual(self.causes()["B06.closed"], 1, "record 2 was not named")
        self.assertEqual(self.reviewer("replay", "--cause", "B06", "--apply", *OFFICIAL).summary["accepted"], 1)
        self.assertEqual([len(d.statement.records) for d in self.told(receipt)], [3, 1])

    def test_a_wage_that_is_raised_is_found(self):
        _, manifest, records = self.people(4)
        for record in records:
            record.upah, record.upah_non_asn_terakhir, record.kode_kabkot = 1_000_000_00, 1_200_000_00, "9971"
        year = records[0].tmt // 10000
        self.load([f"region_code,year,monthly_wage_idr", f"9971,{year},900000"])
        self.assertEqual(self.receipt_of(manifest, records).verdict.accepted, 4)
        impact, outcomes, _ = self.tried("region_code,year,monthly_wage_idr", f"9971,{year},1500000")
        self.assertEqual((impact, outcomes), ({("W02.low", None, "warning"): 4}, {}), "it warns, and nobody is returned")


class Review(Case):
    """What waits is accepted, returned and rejected, each with a receipt for the office."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.load(cls("waiting"), [SEVERITIES, "D15.after_tmt,REVIEW,,,,"])

    def waiting(self, count=4):
        _, manifest, records = self.people(count + 1)
        for record in records[:count]:
            record.tahun_lulus = record.tmt // 10000 + 1
        receipt = self.receipt_of(manifest, records)
        self.assertEqual((receipt.verdict.accepted, receipt.verdict.review), (1, count))
        return receipt, manifest, records

    def decide(self, act, receipt, numbers, *args, **options):
        return self.reviewer("review", act, self.batch_id(receipt), *numbers, *OFFICIAL, *args, **options)

    def listed(self, receipt):
        return [row["record"] for row in self.reviewer("review", "list", "--rule", "D15").of_type("type", "result")
                if row["batch_id"] == self.batch_id(receipt)]

    def test_accept_return_and_reject(self):
        receipt, _, records = self.waiting(5)
        self.assertEqual(self.listed(receipt), [1, 2, 3, 4, 5])
        self.assertIn(records[0].nama, self.reviewer("review", "show", self.batch_id(receipt), "1").stdout)
        accepted = self.decide("accept", receipt, ["1", "3-4"]).of_type("type", "result")[0]
        self.assertEqual((accepted["state"], accepted["accepted"], accepted["records"]), ("done", 3, "1,3-4"))
        self.decide("return", receipt, ["2"])
        self.decide("reject", receipt, ["5"], expect=2)
        self.assertEqual(self.listed(receipt), [5])
        rejected = self.decide("reject", receipt, ["all"], "--yes").of_type("type", "result")[0]
        self.assertEqual((rejected["rejected"], rejected["records"]), (1, "5"))
        self.assertEqual(self.listed(receipt), [])
        decisions = self.told(receipt)
        self.assertEqual([(d.statement.act, d.statement.position, [(r.record_no, r.outcome) for r in d.statement.records])
                          for d in decisions],
                         [("accept", OFFICIAL[3], [(1, "accepted"), (3, "accepted"), (4, "accepted")]),
                          ("return", OFFICIAL[3], [(2, "returned")]), ("reject", OFFICIAL[3], [(5, "rejected")])])
        self.assertEqual([str(d.statement.decision_id) for d in decisions][::2], [accepted["decision_id"], rejected["decision_id"]])
        self.assertEqual(decisions[0].index, accepted["leaf_index"])
        self.assertTrue(self.current(records[0].nik))
        self.assertIn("D15.after_tmt:tahun_lulus", self.causes())
        [row] = self.reviewer("replay", "--batch", self.batch_id(receipt)).of_type("type", "result")
        self.assertEqual((row["records"], row["unchanged"]), (1, 1), "what an official gave back stays with the office")

    def test_what_the_register_forbids_is_refused(self):
        receipt, manifest, records = self.waiting(2)
        records[0].tahun_lulus -= 10
        self.assertEqual(self.receipt_of(manifest, records[:1]).verdict.accepted, 1)
        done = self.decide("accept", receipt, ["1-2"], expect=5)
        [result] = done.of_type("type", "result")
        self.assertEqual((result["state"], result["rule"]), ("refused", "S05.same_step"))
        self.assertEqual(self.listed(receipt), [1, 2], "nothing was changed, not even for the other one")
        request = self.reviewer("review", "status", str(result["request"]), expect=5)
        self.assertEqual(request.of_type("type", "result")[0]["rule"], "S05.same_step")
        self.decide("accept", receipt, ["2"])

    def test_a_request_outlives_a_daemon_that_is_away(self):
        receipt, _, _ = self.waiting(1)
        self.site.stop()
        try:
            done = self.decide("accept", receipt, ["1"], "--timeout", "1", expect=4)
            number = str(done.of_type("type", "result")[0]["request"])
            self.assertIn(f"review status {number}", done.of_type("type", "error")[0]["do"])
            self.reviewer("review", "status", number, expect=4)
        finally:
            self.site.start()
        harness.wait_until(lambda: self.reviewer("review", "status", number, expect=None).returncode == 0, 30,
                           "the request is carried out")
        self.assertEqual(len(self.told(receipt)), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
