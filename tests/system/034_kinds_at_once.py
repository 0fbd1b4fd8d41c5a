"""People who are proposed in several kinds at the same moment, under numbers that are not all their own, through two
daemons, while officials decide: whatever wins, the register is what one batch after another would have made.

SPDX-License-Identifier: Apache-2.0

The oracle reads the register in the order of the ledger and knows nothing of keys, slots and locks.
"""

import os
import random
import threading
import time
import unittest

import batches
import harness

PART_TIME, FULL_TIME, CPNS, PNS, JF = 1, 2, 3, 4, 5
KINDS = {PART_TIME: "PPPK_PW", FULL_TIME: "PPPK", CPNS: "CPNS", PNS: "PNS", JF: "JF"}
STEPS = {PART_TIME: ("NI", "SK", "PERJANJIAN"), FULL_TIME: ("NI", "SK"), CPNS: ("NI", "SK"), PNS: ("SK",), JF: ("SK", "PELANTIKAN")}
TERMINATION, WITHDRAWAL = 3, 4
SEED = int(os.environ.get("LANTIK_SEED", time.time_ns() % 10 ** 9))
PEOPLE, NEW = 12, 6  # that one round is about, and of them those whom no round before was about


class Row:
    """What is current of one person and kind."""

    def __init__(self, agency, step, change, nip):
        self.agency, self.step, self.change, self.nip = agency, step, change, nip

    @property
    def ended(self):
        return self.change in (TERMINATION, WITHDRAWAL)


class Oracle:
    """Takes one accepted version after another; says what none of them may have done."""

    def __init__(self):
        self.rows, self.wrong = {}, []

    def take(self, name, decided, nik, kind, agency, step, change, nip):
        others = [row for (who, what), row in self.rows.items() if who == nik and what != kind]
        if nip and any(row.nip == nip for (who, _), row in self.rows.items() if who != nik):
            self.wrong.append(f"{name}: the number of another person (P08)")
        if kind <= CPNS and any(not row.ended for row in others) and not decided:
            self.wrong.append(f"{name}: active under another kind (N08)")
        own = self.rows.get((nik, kind))
        if own:
            self.judge(name, own, decided, agency, step, change, nip)
        elif change:
            self.wrong.append(f"{name}: a change of nothing (S05)")
        self.rows[nik, kind] = Row(agency, step, change, nip or (own.nip if own else None))

    def judge(self, name, own, decided, agency, step, change, nip):
        other_number = bool(nip and own.nip and nip != own.nip)
        if own.ended:
            if step != 1 or change or not other_number:
                self.wrong.append(f"{name}: goes on with what was ended (S05)")
        elif other_number and not decided:
            self.wrong.append(f"{name}: another number (N08)")
        elif not other_number and agency != own.agency:
            self.wrong.append(f"{name}: of another agency (S05)")
        elif not other_number and (step != own.step if change else step <= own.step):
            self.wrong.append(f"{name}: out of order (S05)")


class KindsAtOnce(batches.Case):
    seed = 33
    settings = {"workers": 2}
    ROUNDS = 4 if harness.SLICE else 8
    AT_ONCE = 6

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        print(f"seed: LANTIK_SEED={SEED}", flush=True)
        cls.second, cls.second_endpoint = cls.site.second_daemon()
        cls.second.start()

    @classmethod
    def tearDownClass(cls):
        cls.second.stop()
        cls.second.check_complaints()
        super().tearDownClass()

    def tearDown(self):
        super().tearDown()
        self.site.audit()
        self.check_history()
        self.check_keys()

    # --- what must hold ---

    def check_history(self):
        oracle = Oracle()
        for name, decided, nik, kind, agency, step, change, nip in self.site.sql(
                "SELECT e.leaf_index || '/' || a.record_no, e.decision, a.nik, a.kind, a.kode_instansi, a.step,"
                " coalesce(a.change_kind, 0), a.nip FROM lantik.appointment a JOIN lantik.entry e USING (batch_no)"
                " ORDER BY e.leaf_index, a.record_no"):
            oracle.take(name, decided == "t", nik, int(kind), agency, int(step), int(change), nip)
        self.assertEqual(oracle.wrong, [])
        self.assertEqual(
            sorted((nik, int(kind), row.agency, row.step, row.change, row.nip or "") for (nik, kind), row in oracle.rows.items()),
            sorted((nik, int(kind), agency, int(step), int(change), nip) for nik, kind, agency, step, change, nip in self.site.sql(
                "SELECT lpad((nik_key >> 3)::text, 16, '0'), kind, kode_instansi, step, coalesce(change_kind, 0), nip_key >> 3"
                " FROM lantik.current_appointment")))

    def check_keys(self):
        for what, key in (("a person", "nik_key"), ("a number", "nip_key")):
            self.assertEqual(self.site.sql(
                f"SELECT {key} >> 3 FROM lantik.current_appointment WHERE {key} IS NOT NULL GROUP BY 1"
                f" HAVING count(DISTINCT nik_key >> 3) > 1 OR count(*) FILTER (WHERE {key} & 7 = 0) <> 1"
                f" OR count(*) FILTER (WHERE {key} & 7 NOT IN (0, kind)) > 0 OR count(*) <> count(DISTINCT kind)"), [], what)

    # --- the same people in every kind ---

    def make_people(self, count):
        """{kind: (manifest, records by step)} of the same people; JF and PNS have the number that the CPNS have."""
        self.forms, first = {}, None
        for kind, steps in STEPS.items():
            first, _, _ = made = self.people(count, kind=KINDS[kind], step=steps[0], first=first)
            others = [self.people(count, kind=KINDS[kind], step=step, first=first) for step in steps[1:]]
            self.forms[kind] = [(manifest, records) for _, manifest, records in (made, *others)]
        base = self.forms[PART_TIME][0][1]
        for kind, forms in self.forms.items():
            for _, records in forms:
                for one, two in zip(records, base):
                    one.nik, one.tgl_lahir, one.jenis_kelamin = two.nik, two.tgl_lahir, two.jenis_kelamin
                    one.nip = two.nip[:8] + one.nip[8:14] + two.nip[14] + one.nip[15:]
        for kind in (PNS, JF):
            for _, records in self.forms[kind]:
                for one, two in zip(records, self.forms[CPNS][0][1]):
                    one.nip, one.tmt_cpns = two.nip, two.tmt_cpns or two.tmt

    def copy(self, kind, step, person):
        record = type(self.forms[kind][step][1][person])()
        record.CopyFrom(self.forms[kind][step][1][person])
        return record

    def batch_of(self, kind, step, records):
        """A body; its manifest is the form's."""
        return self.body(self.forms[kind][step][0], records)

    def said(self, kind, step, *records):
        return self.send(self.forms[kind][step][0], list(records))

    def accept(self, kind, step, *numbers):
        answer = self.decide("accept", self.forms[kind][step][0].batch_id, *numbers)
        self.assertIsInstance(answer, tuple, answer)

    # --- chosen cases ---

    def test_a_step_of_who_stands_under_another_kind_too(self):
        """An official let a person in twice; each further step under either kind comes before an official again."""
        self.make_people(1)
        self.assertEqual(self.expect(self.said(PART_TIME, 0, self.copy(PART_TIME, 0, 0))), 1)
        self.assertEqual(self.expect(self.said(FULL_TIME, 0, self.copy(FULL_TIME, 0, 0)), r1=("review", "N08.other_kind")), 0)
        proposed = self.forms[FULL_TIME][0][0].batch_id
        later = self.copy(FULL_TIME, 1, 0)
        later.nip = ""
        self.assertEqual(self.expect(self.said(FULL_TIME, 1, later), r1=("review", "N08.other_kind")), 0,
                         "a step of one kind is none of the other, even without a number")
        self.assertIsInstance(self.decide("accept", proposed, 1), tuple)
        for kind in (PART_TIME, FULL_TIME):
            self.assertEqual(self.expect(self.said(kind, 1, self.copy(kind, 1, 0)), r1=("review", "N08.other_kind")), 0)

    def test_a_number_that_one_kind_leaves_is_still_the_persons(self):
        self.make_people(2)
        self.assertEqual(self.expect(self.said(CPNS, 0, self.copy(CPNS, 0, 0))), 1)
        self.assertEqual(self.expect(self.said(PNS, 0, self.copy(PNS, 0, 0))), 1, "the same number under another kind")
        changed = self.copy(CPNS, 0, 0)
        taken, changed.nip = changed.nip, changed.nip[:15] + "%03d" % (int(changed.nip[15:]) % 998 + 1)
        changed.change_kind, changed.change_reason = 1, "a wrong number"
        self.assertEqual(self.said(CPNS, 0, changed)[0][1][0], "review")
        self.accept(CPNS, 0, 1)
        thief = self.copy(CPNS, 0, 1)
        thief.nip, thief.tgl_lahir, thief.jenis_kelamin = taken, changed.tgl_lahir, changed.jenis_kelamin
        self.assertEqual(self.expect(self.said(CPNS, 0, thief), r1=("returned", "P08.other_person")), 0)
        self.assertEqual(self.said(JF, 0, self.copy(JF, 0, 0))[1], 1, "and under a third")

    def test_a_number_that_comes_later_is_of_one_person(self):
        self.make_people(2)
        one, two = self.copy(PART_TIME, 0, 0), self.copy(PART_TIME, 0, 1)
        one.nip = ""
        self.assertEqual(self.expect(self.said(PART_TIME, 0, one, two)), 2)
        thief = self.copy(PART_TIME, 1, 0)
        thief.nip, thief.tgl_lahir, thief.jenis_kelamin = two.nip, two.tgl_lahir, two.jenis_kelamin
        self.assertEqual(self.expect(self.said(PART_TIME, 1, thief), r1=("returned", "P08.other_person")), 0)
        self.assertEqual(self.expect(self.said(PART_TIME, 1, self.copy(PART_TIME, 1, 0))), 1)
        self.assertRegex(self.current(one.nik), "^1 2 6171 [0-9]{18}$")

    # --- everything at once ---

    def draw(self, dice, people):
        """A body of some of the people in one kind and step, some with a change, some with another's number."""
        kind = dice.choice(list(KINDS))
        step = dice.randrange(len(STEPS[kind])) if dice.random() < 0.5 else 0
        records = []
        for person in dice.sample(people, dice.randrange(4, PEOPLE)):
            record = self.copy(kind, step, person)
            event = dice.random()
            if event < 0.1:
                other = self.forms[kind][step][1][dice.choice(people)]
                record.nip, record.tgl_lahir, record.jenis_kelamin = other.nip, other.tgl_lahir, other.jenis_kelamin
            elif event < 0.15:
                record.nip = record.nip[:15] + "%03d" % dice.randrange(1, 4)
            elif event < 0.25:
                record.nip = ""
            if dice.random() < 0.15:
                record.change_kind, record.change_reason = dice.choice((1, TERMINATION, WITHDRAWAL)), f"uji {dice.random()}"
            record.office_reference = f"{dice.randrange(10 ** 9)}"
            records.append(record)
        return self.batch_of(kind, step, records)

    def ask_officials(self, dice):
        """Requests about some of what waits, each to be carried out by either daemon whenever it comes to it."""
        for batch_no, record_no in dice.sample(waiting := self.site.sql(
                "SELECT batch_no, record_no FROM lantik.record_state WHERE state = 'review'"), min(6, len(waiting))):
            self.site.sql("INSERT INTO lantik.decision_request (act, batch_no, record_nos, official_nama, reason) VALUES "
                          f"({dice.choice((1, 1, 1, 4))}, {batch_no}, '{{{record_no}}}', 'PEJABAT CONTOH', 'uji')")

    def send_at_once(self, bodies):
        errors, start, verdicts = [], threading.Barrier(len(bodies)), []

        def send(number):
            try:
                start.wait(60)
                verdicts.append(self.submit(bodies[number], endpoint=self.daemons()[number % 2][1]).verdict)
            except Exception as error:  # told below
                errors.append(error)

        threads = [threading.Thread(target=send, args=[number], daemon=True) for number in range(len(bodies))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60 * harness.PATIENCE)
        self.assertFalse(errors or [thread for thread in threads if thread.is_alive()], errors)
        return verdicts

    def daemons(self):
        return super().daemons() + [(self.second, self.second_endpoint)]

    def counter(self, name):
        return sum(daemon.counters()[name] for daemon, _ in self.daemons())

    def test_whatever_comes_at_once(self):
        dice = random.Random(SEED)
        self.make_people(PEOPLE + NEW * self.ROUNDS)
        slow, accepted = self.counter("slow_path"), 0
        for turn in range(self.ROUNDS):
            people = range(turn * NEW, turn * NEW + PEOPLE)
            self.ask_officials(dice)
            accepted += sum(v.accepted for v in self.send_at_once([self.draw(dice, people) for _ in range(self.AT_ONCE)]))
        harness.wait_until(lambda: self.site.value(
            "SELECT count(*) FROM lantik.decision_request r WHERE NOT EXISTS (SELECT FROM lantik.decision d WHERE d.request_no"
            " = r.request_no) AND NOT EXISTS (SELECT FROM lantik.decision_refusal d WHERE d.request_no = r.request_no)") == "0",
            60, "the officials are answered")
        several = int(self.site.value("SELECT count(*) FROM lantik.current_appointment WHERE nik_key & 7 > 0"))
        print(f"figure: {accepted} accepted of {self.ROUNDS * self.AT_ONCE} batches, {several} rows beside another kind, "
              f"{self.counter('slow_path') - slow} times the slow path, {self.counter('retried')} retried")
        self.assertGreater(accepted, PEOPLE)
        self.assertGreater(several, 0)
        self.assertEqual(self.counter("refused_internal"), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
