"""Rule B09: an agency never appoints more people of a group than its formation has places, however many batches come at
once, and through whichever daemon.

SPDX-License-Identifier: Apache-2.0
"""

import collections
import threading
import unittest

import batches
import harness

GROUPS = {1: "guru", 2: "kesehatan", 3: "teknis"}


class Quota(batches.Case):
    seed = 46
    settings = {"workers": 3}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second, cls.second_endpoint = cls.site.second_daemon()
        cls.second.start()

    @classmethod
    def tearDownClass(cls):
        cls.second.stop()
        super().tearDownClass()

    def tearDown(self):
        super().tearDown()
        self.site.audit()

    def daemons(self):
        return super().daemons() + [(self.second, self.second_endpoint)]

    def form(self, agency, **places):
        """The agency's formation from now on."""
        self.load(["kode_instansi,programme,kelompok_lapor,quota"] +
                  [f"{agency},PW2024,{group},{quota}" for group, quota in places.items()])

    def used(self, agency):
        return {group: taken for (kode, kind, _, group), taken in self.site.places().items() if (kode, kind) == (agency, "1")}

    def counter(self, name):
        return sum(daemon.counters()[name] for daemon, _ in self.daemons())

    def send_at_once(self, bodies):
        """The receipts of all bodies, sent at once by as many clients, to one daemon and the other in turn."""
        receipts, errors, start = [None] * len(bodies), [], threading.Barrier(len(bodies))

        def send(number):
            try:
                start.wait(60)
                receipts[number] = self.submit(bodies[number], endpoint=self.daemons()[number % 2][1])
            except Exception as error:  # told below
                errors.append(error)

        threads = [threading.Thread(target=send, args=[number], daemon=True) for number in range(len(bodies))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120 * harness.PATIENCE)
        self.assertFalse(errors or [t for t in threads if t.is_alive()], errors)
        return receipts

    def test_many_batches_at_once_never_go_over(self):
        batches_at_once, rows = (8, 40) if harness.SLICE else (20, 150)
        demand, sent = collections.Counter(), []
        for _ in range(batches_at_once):
            _, manifest, records = self.people(rows, agency="6204")
            demand.update(record.kelompok_lapor for record in records)
            sent.append((self.body(manifest, records), records))
        self.assertGreater(min(demand.values()), batches_at_once, "every group is asked for by many batches")
        quotas = {group: count * share // 10 for (group, count), share in zip(sorted(demand.items()), (4, 7, 9))}
        self.form("6204", **{GROUPS[group]: quota for group, quota in quotas.items()})
        full = self.counter("formation_full")
        receipts = self.send_at_once([body for body, _ in sent])
        accepted = collections.Counter()
        for receipt, (_, records) in zip(receipts, sent):
            accepted.update(self.check_who_went_in(receipt.verdict, records))
        self.assertEqual(accepted, collections.Counter(quotas), "exactly the places that there were")
        self.assertEqual(self.used("6204"), {str(group): quota for group, quota in quotas.items()})
        self.assertGreater(self.counter("formation_full"), full)
        self.assertNotIn("deadlock detected", self.site.cluster.log_text())
        self.assertEqual(self.counter("refused_internal"), 0)

    def check_who_went_in(self, verdict, records):
        """Only the last of each group are beyond the quota; how many of each went in."""
        accepted, closed = collections.Counter(), set()
        for number, record in enumerate(records, 1):
            outcome, cases = self.outcomes(verdict).get(number, ("accepted", set()))
            if outcome == "accepted":
                self.assertNotIn(record.kelompok_lapor, closed, f"record {number} went in behind one that did not")
                accepted[record.kelompok_lapor] += 1
            else:
                self.assertEqual((outcome, "B09.quota" in cases), ("returned", True), cases)
                closed.add(record.kelompok_lapor)
        return accepted

    def group_of(self, records, group):
        for record in records:
            record.kelompok_lapor = group

    def test_places_follow_the_appointment(self):
        self.form("6200", guru=2, kesehatan=1)
        _, manifest, records = self.people(7, agency="6200")
        self.group_of(records, 1)
        records[3].kelompok_lapor = 2
        records[4].kelompok_lapor = 3
        said = self.send(manifest, records[:5])
        self.assertEqual(self.expect(said, r3=("returned", "B09.quota"), r5=("returned", "B09.quota")), 3,
                         "a group without a line of its own has no place")
        self.assertEqual(self.used("6200"), {"1": 2, "2": 1})
        records[0].change_kind, records[0].change_reason, records[0].kelompok_lapor = 1, "another group", 2
        self.assertEqual(self.expect(self.send(manifest, records[:1]), r1=("returned", "B09.quota")), 0,
                         "a move needs a place, too")
        records[3].change_kind, records[3].change_reason = 4, "in error"
        self.assertEqual(self.expect(self.send(manifest, records[3:4])), 1)
        self.assertEqual(self.used("6200"), {"1": 2})
        records[0].change_reason = "another group, once more"
        self.assertEqual(self.expect(self.send(manifest, records[:1])), 1)
        self.assertEqual(self.used("6200"), {"1": 1, "2": 1})
        records[1].change_kind, records[1].change_reason = 3, "left"
        self.assertEqual(self.expect(self.send(manifest, records[1:2])), 1)
        self.assertEqual(self.used("6200"), {"1": 1, "2": 1}, "a termination keeps its place")
        self.form("6200", guru=0)
        records[5].office_reference = "one more"
        self.assertEqual(self.expect(self.send(manifest, records[5:6]), r1=("returned", "B09.quota")), 0)
        records[0].change_kind, records[0].change_reason = 4, "in error"
        self.assertEqual(self.expect(self.send(manifest, records[:1])), 1, "beyond a lowered quota a place is still given back")
        self.assertEqual(self.used("6200"), {"1": 1})

    def test_an_official_does_not_go_over_either(self):
        first, manifest, records = self.people(4)
        self.assertEqual(self.expect(self.send(manifest, records)), 4)
        self.form("6271", guru=2)
        _, manifest, records = self.people(4, agency="6271", first=first)
        for record in records:
            record.kelompok_lapor = 1
            record.nip = record.nip[:15] + "%03d" % (int(record.nip[15:]) % 998 + 1)
        self.expect(self.send(manifest, records), r1=("review", "N08.other_ni"), r2=("review", "N08.other_ni"),
                    r3=("review", "N08.other_ni"), r4=("review", "N08.other_ni"))
        waiting = manifest.batch_id
        self.assertEqual(self.decide("accept", waiting, 1, 2, 3), "B09.quota", "all or none of a request")
        self.assertEqual(len(self.decide("accept", waiting, 1, 2)), 2)
        self.assertEqual(self.used("6271"), {"1": 2}, "who moves here takes a place here")
        self.assertEqual(self.decide("accept", waiting, 3), "B09.quota")
        records[0].change_kind, records[0].change_reason = 4, "in error"
        self.assertEqual(self.expect(self.send(manifest, records[:1])), 1)
        self.assertEqual(len(self.decide("accept", waiting, 3)), 2)
        _, manifest, more = self.people(2, agency="6271")
        self.group_of(more, 1)
        self.expect(self.send(manifest, more), r1=("returned", "B09.quota"), r2=("returned", "B09.quota"))
        decision_no, _ = self.decide("replay", manifest.batch_id, 1, 2)
        states = "SELECT state, cause FROM lantik.record_state WHERE batch_no = (SELECT batch_no FROM lantik.decision WHERE"
        self.assertEqual(self.site.sql(f"{states} decision_no = {decision_no}) ORDER BY record_no"),
                         [("returned", "B09.quota:kelompok_lapor")] * 2)
        self.form("6271", guru=3)
        decision_no, _ = self.decide("replay", manifest.batch_id, 1, 2)
        self.assertEqual(self.site.sql(f"{states} decision_no = {decision_no}) ORDER BY record_no"),
                         [("accepted", ""), ("returned", "B09.quota:kelompok_lapor")])
        self.assertEqual(self.used("6271"), {"1": 3})

    def test_a_later_step_takes_no_place(self):
        self.form("6201", guru=3)
        first, manifest, records = self.people(3, agency="6201")
        self.group_of(records, 1)
        self.assertEqual(self.expect(self.send(manifest, records)), 3)
        _, manifest, records = self.people(3, step="SK", agency="6201", first=first)
        self.group_of(records, 2)
        self.assertEqual(self.expect(self.send(manifest, records)), 3)
        self.assertEqual(self.used("6201"), {"1": 3})

    def test_a_rulebook_may_weaken_the_quota(self):
        header = "rule_case,severity,kind,step,kode_instansi"
        self.form("6202", guru=1)
        _, manifest, records = self.people(6, agency="6202")
        self.group_of(records, 1)
        self.load([header, "B09.quota,WARN,,,6202"])
        said = self.send(manifest, records[:2])
        self.assertEqual(self.expect(said, r2=("accepted", "B09.quota")), 2)
        self.load([header, "B09.quota,OFF,,,6202"])
        self.assertEqual(self.expect(self.send(manifest, records[2:3])), 1, "nothing is said")
        self.load([header, "B09.quota,REVIEW,,,6202"])
        self.assertEqual(self.expect(self.send(manifest, records[3:4]), r1=("review", "B09.quota")), 0)
        self.load([header, "B09.quota,FATAL,,,6202"])
        self.assertEqual(self.expect(self.send(manifest, records[4:6]), r1=("refused", "B09.quota"),
                                     r2=("refused", "B09.quota")), 0)
        self.assertEqual(self.used("6202"), {"1": 3}, "what goes in is counted in any case")

    def test_without_a_formation_places_are_counted_only(self):
        _, manifest, records = self.people(3, agency="6203")
        self.group_of(records, 1)
        verdict = self.submit(self.body(manifest, records)).verdict
        self.assertEqual(verdict.accepted, 3)
        self.assertIn("B09", verdict.not_checked)
        self.assertEqual(self.used("6203"), {"1": 3})
        _, manifest, records = self.people(2, kind="PPPK", agency="6203")
        manifest.programme = ""
        self.send(manifest, records)
        self.assertFalse([place for place in self.site.places() if place[1] == "2"], "without a programme there is no place")


if __name__ == "__main__":
    unittest.main(verbosity=2)
