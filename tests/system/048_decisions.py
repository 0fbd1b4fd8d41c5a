"""Officials decide: what waits is accepted, returned or rejected, what was returned is judged again, and the office learns it.

SPDX-License-Identifier: Apache-2.0
"""

import unittest

import decided
import harness

# The agency's own row stands in place of the general ones: without the second line, a failed CPNS selection is not enough.
STRICT = "programme,kode_instansi,terdata_non_asn,ikut_cpns_2024,ikut_pppk_2024_lengkap\nPW2024,6171,yes,any,yes\n"
ADMITTING = STRICT + "PW2024,6171,yes,yes,any\n"


class Policy(decided.Case):
    """The seeds' case, both ways, by data alone, on a running daemon."""

    def test_who_took_the_cpns_selection_and_failed(self):
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.eligibility_policy WHERE kode_instansi <> ''"), "0")
        _, manifest, records = self.took_cpns(2)
        receipt, _ = self.send(manifest, records)
        self.assertEqual((receipt.verdict.accepted, self.outcomes(receipt)), (2, {}), "the general policy admits them")
        general = receipt.verdict.rulebook_sha256
        self.load("eligibility.csv", STRICT)
        _, manifest, records = self.took_cpns(2)
        receipt, _ = self.send(manifest, records)
        self.assertEqual(self.outcomes(receipt), {1: ("review", {"K05.policy"}), 2: ("review", {"K05.policy"})})
        self.assertNotEqual(receipt.verdict.rulebook_sha256, general, "each verdict names its own rulebook")
        self.load("eligibility.csv", ADMITTING)
        decision = self.decide("replay", self.batch_no(receipt), [1])
        [told] = self.decisions(receipt)
        self.assertEqual(decided.told(told), {1: ("accepted", [])})
        self.assertNotIn(told.leaf.rulebook_sha256, (general, receipt.verdict.rulebook_sha256))
        self.assertEqual(self.site.value(f"SELECT count(*) FROM lantik.appointment WHERE batch_no = {decision}"), "1")
        _, manifest, records = self.took_cpns(1)
        self.assertEqual(self.send(manifest, records)[0].verdict.accepted, 1)
        self.check_roots()
        self.check_register()


class Decisions(decided.Case):
    """Every act, its leaf and its receipt."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.load(cls("run"), "eligibility.csv", STRICT)

    def waiting(self, count, good=0):
        """A batch of which the first records wait for an official and others are good."""
        _, manifest, records = self.took_cpns(count + good)
        for record in records[count:]:
            record.ikut_pppk_2024_lengkap = 1
        receipt, text = self.send(manifest, records)
        self.assertEqual(self.outcomes(receipt), {i + 1: ("review", {"K05.policy"}) for i in range(count)})
        return manifest, records, receipt, text

    def tearDown(self):
        self.check_roots()
        self.check_register()

    def test_accept_return_and_reject(self):
        manifest, records, receipt, text = self.waiting(5, good=1)
        body = self.body(manifest, records)
        batch = self.batch_no(receipt)
        accepted, returned, rejected = (self.review(act, receipt, nos) for act, nos in
                                        (("accept", [4, 1]), ("return", [2]), ("reject", [3])))
        signed = ("SELECT count(*) FROM lantik.decision d JOIN lantik.checkpoint c ON c.size = d.leaf_index + 1"
                  f" WHERE d.batch_no = {batch}")
        harness.wait_until(lambda: self.site.value(signed) == "3", 20, "each is signed before anybody asks")
        status = self.status(receipt)
        self.assertEqual((status.accepted, status.returned, status.review, status.rejected), (3, 1, 1, 1), "as of now")
        self.assertEqual(status.receipt, text, "the receipt keeps what was answered first")
        told = self.decisions(receipt)
        self.assertEqual([one.whole for one in told], list(status.decisions))
        self.assertEqual([one.statement.act for one in told], ["accept", "return", "reject"])
        self.assertEqual([decided.told(one) for one in told], [{1: ("accepted", []), 4: ("accepted", [])}, {2: ("returned", [])},
                                                     {3: ("rejected", [])}])
        for one in told:
            self.assertEqual((one.statement.official, one.statement.position, one.statement.reason),
                             (decided.OFFICIAL, decided.POSITION, decided.REASON))
        self.assertEqual(self.site.sql(f"SELECT record_no, nik FROM lantik.appointment WHERE batch_no = {accepted} ORDER BY 1"),
                         [("1", records[0].nik), ("4", records[3].nik)])
        self.assertEqual(self.site.sql("SELECT batch_no, record_no FROM lantik.current_appointment WHERE nik_key >> 3 ="
                                       f" '{records[3].nik}'"), [(str(accepted), "4")])
        self.assertEqual(self.site.sql(f"SELECT record_no, state, decision_no FROM lantik.record_state WHERE batch_no = {batch}"
                                       " ORDER BY 1"),
                         [("1", "accepted", str(accepted)), ("2", "returned", str(returned)),
                          ("3", "rejected", str(rejected)), ("4", "accepted", str(accepted)), ("5", "review", "")])
        # A resend answers with the same bytes for ever.
        again, same = self.send_body(body)
        self.assertEqual(again.leaf.batch_id, receipt.leaf.batch_id)
        self.assertEqual(same, text)
        self.check_reconciled(receipt, told)
        for one in told:  # and offline, with the key alone
            path = self.site.directory / f"decision-{one.index}.txt"
            path.write_bytes(one.whole)
            self.sampler.lantik("verify", "--key", self.site.keys / "receipt.vkey", path)
            path.write_bytes(one.whole.replace(b"berkas", b"Berkas"))
            self.sampler.lantik("verify", "--key", self.site.keys / "receipt.vkey", path, expect=8)

    def check_reconciled(self, receipt, told):
        entries = {entry.leaf_index: entry for entry in self.reconcile()}
        self.assertEqual((entries[receipt.index].accepted, entries[receipt.index].rejected), (3, 1), "as of now")
        number = {"accepted": 1, "returned": 2, "review": 3, "rejected": 4}
        for one in told:
            entry = entries[one.index]
            self.assertEqual((entry.decision_id, entry.batch_id, entry.recorded_at),
                             (one.leaf.decision_id, one.leaf.batch_id, one.leaf.recorded_at))
            self.assertEqual((entry.accepted, entry.returned, entry.review, entry.rejected),
                             (one.statement.accepted, one.statement.returned, one.statement.review, one.statement.rejected))
            self.assertEqual({o.record_no: o.outcome for o in entry.records},
                             {no: number[outcome] for no, (outcome, _) in decided.told(one).items()})

    def test_a_rejected_person_does_not_come_again(self):
        manifest, records, receipt, _ = self.waiting(2)
        self.decide("reject", self.batch_no(receipt), [1])
        for record in records:
            record.ikut_pppk_2024_lengkap = 1
            record.office_reference = "sent again"
        again, _ = self.send(manifest, records)
        self.assertEqual(self.outcomes(again), {1: ("returned", {"S05.rejected"})})
        self.assertEqual(again.verdict.accepted, 1, "only the rejected one")
        self.assertIn("rejected", self.refusal("accept", self.batch_no(receipt), [1])[1])

    def test_a_correction_and_an_official_do_not_both_appoint(self):
        manifest, records, receipt, _ = self.waiting(2)
        records[0].ikut_pppk_2024_lengkap = 1
        records[0].corrects_batch_id, records[0].corrects_record_no = receipt.leaf.batch_id, 1
        corrected, _ = self.send(manifest, records[:1])
        self.assertEqual(corrected.verdict.accepted, 1)
        self.assertEqual(self.site.sql("SELECT record_no, state, corrected FROM lantik.record_state WHERE batch_no ="
                                       f" {self.batch_no(receipt)} ORDER BY 1"), [("1", "review", "t"), ("2", "review", "f")])
        before = self.site.state_of_register()
        case, why = self.refusal("accept", self.batch_no(receipt), [1, 2])
        self.assertEqual((case, why[:8]), ("S05.same_step", "record 1"))
        self.assertEqual(self.site.state_of_register(), before, "never a half")
        self.decide("accept", self.batch_no(receipt), [2])

    def test_what_an_official_returned_is_corrected(self):
        manifest, records, receipt, _ = self.waiting(2)
        self.decide("return", self.batch_no(receipt), [1, 2])
        [decision] = self.decisions(receipt)
        for record, named in zip(records, (receipt.leaf.batch_id, decision.leaf.decision_id)):
            record.ikut_pppk_2024_lengkap = 1
            record.corrects_batch_id, record.corrects_record_no = named, records.index(record) + 1
        again, _ = self.send(manifest, records)
        self.assertEqual((again.verdict.accepted, self.outcomes(again)), (2, {}), "named by the batch or by the decision")
        self.assertEqual(self.site.sql("SELECT state, corrected FROM lantik.record_state WHERE batch_no ="
                                       f" {self.batch_no(receipt)}"), [("returned", "t"), ("returned", "t")])

    def test_what_a_decision_may_touch(self):
        _, manifest, records = self.took_cpns(3)
        records[1].upah = 0  # W01.missing: returned
        records[2].ikut_pppk_2024_lengkap = 1
        receipt, _ = self.send(manifest, records)
        batch = self.batch_no(receipt)
        before = self.site.state_of_register()
        for act, nos, wanted in [("accept", [2], "record 2 is returned"), ("reject", [1, 2], "record 2 is returned"),
                                 ("return", [3], "record 3 is none"), ("accept", [4], "record 4 is none"),
                                 ("replay", [1, 3], "record 3 is none")]:
            with self.subTest(act=act, nos=nos):
                case, why = self.refusal(act, batch, nos)
                self.assertEqual(case, "")
                self.assertIn(wanted, why)
        self.assertEqual(self.site.state_of_register(), before)
        self.decide("return", batch, [1])
        self.assertIn("is returned", self.refusal("accept", batch, [1])[1])
        refused, _ = self.send_counting(manifest, records)
        self.assertIn("refused whole", self.refusal("replay", self.batch_no(refused), [1])[1])

    def send_counting(self, manifest, records):
        records[0].office_reference = "counted wrong"
        body = self.body(manifest, records)
        manifest.count_guru = 999
        manifest.ClearField("batch_id")
        body = self.office.batch.encode_batch(self.office.contract, manifest, records)
        receipt, text = self.send_body(body)
        self.assertEqual(receipt.verdict.outcome, "refused")
        return receipt, text

    def test_two_records_of_one_person_are_not_accepted_at_once(self):
        manifest, records, first, _ = self.waiting(1)
        records[0].office_reference = "the same person again"
        second, _ = self.send(manifest, records)
        self.decide("accept", self.batch_no(first), [1])
        self.assertEqual(self.refusal("accept", self.batch_no(second), [1])[0], "S05.same_step")

    def test_an_official_waives_what_waits_and_nothing_else(self):
        first, manifest, records = self.people(1, step="NI")
        self.assertEqual(self.send(manifest, records)[0].verdict.accepted, 1)
        _, other, full_time = self.people(1, kind="PPPK", step="NI")
        one, two = full_time[0], records[0]
        one.nik, one.tgl_lahir, one.jenis_kelamin = two.nik, two.tgl_lahir, two.jenis_kelamin
        one.nip = two.nip[:8] + one.nip[8:14] + two.nip[14] + one.nip[15:]
        receipt, _ = self.send(other, full_time)
        self.assertEqual(self.outcomes(receipt)[1][0], "review")
        decision = self.decide("accept", self.batch_no(receipt), [1])
        [told] = self.decisions(receipt)
        self.assertEqual(decided.told(told), {1: ("accepted", ["N08.other_kind:nik"])}, "what was waived is said")
        self.assertEqual(self.site.sql(f"SELECT rule_case, severity FROM lantik.finding WHERE batch_no = {decision}"),
                         [("N08.other_kind", "3")])
        self.assertEqual(self.site.sql(f"SELECT kind FROM lantik.current_appointment WHERE nik_key >> 3 = '{one.nik}' ORDER BY 1"),
                         [("1",), ("2",)])

    def test_an_official_says_whose_a_person_is(self):
        first, manifest, records = self.people(1, step="NI")
        self.assertEqual(self.send(manifest, records)[0].verdict.accepted, 1)
        _, other, proposed = self.people(1, step="NI", agency="6200", first=first)
        proposed[0].nip = proposed[0].nip[:15] + "%03d" % (int(proposed[0].nip[15:]) % 998 + 1)
        receipt, _ = self.send(other, proposed)
        self.assertEqual(self.outcomes(receipt), {1: ("review", {"N08.other_ni"})})
        decision = self.decide("accept", self.batch_no(receipt), [1])
        self.assertEqual(self.site.sql("SELECT kode_instansi, nip_key >> 3, batch_no FROM lantik.current_appointment"
                                       f" WHERE nik_key >> 3 = '{records[0].nik}'"), [("6200", proposed[0].nip, str(decision))])

    def test_a_decided_record_can_be_continued(self):
        first = decided.Case.taken
        manifest, records, receipt, _ = self.waiting(2)
        self.decide("accept", self.batch_no(receipt), [1, 2])
        [told] = self.decisions(receipt)
        _, manifest, later = self.people(2, step="SK", first=first)
        for record, named in zip(later, (receipt.leaf.batch_id, told.leaf.decision_id)):
            record.predecessor_batch_id, record.predecessor_record_no = named, later.index(record) + 1
        self.assertEqual((self.send(manifest, later)[0].verdict.accepted), 2, "by the batch's id or the decision's")
        self.assertEqual(self.site.sql("SELECT a.record_no, a.supersedes_batch_no = b.batch_no FROM lantik.appointment a JOIN"
                                       f" lantik.appointment b ON b.nik = a.nik AND b.step = 1 WHERE a.step = 2 AND a.nik IN"
                                       f" ('{later[0].nik}', '{later[1].nik}') ORDER BY 1"), [("1", "t"), ("2", "t")])


class Replay(decided.Case):
    """Judged again under the present rulebook, as of the instant of receipt."""

    def tearDown(self):
        self.check_roots()
        self.check_register()

    def test_a_severity_that_changed(self):
        _, manifest, records = self.people(4)
        for record in records[:3]:
            record.upah = 0
        records[2].no_peserta = "nobody"
        receipt, text = self.send(manifest, records)
        batch = self.batch_no(receipt)
        self.assertEqual({no: outcome for no, (outcome, _) in self.outcomes(receipt).items()}, dict.fromkeys((1, 2, 3), "returned"))
        self.load("severities.csv", "rule_case,severity,kind,step,kode_instansi\nW01.missing,WARN,PPPK_PW,NI,6171\n")
        decision = self.decide("replay", batch, [1, 2, 3])
        status = self.status(receipt)
        [told] = self.decisions(receipt)
        self.assertEqual(decided.told(told), {1: ("accepted", ["W01.missing:upah"]), 2: ("accepted", ["W01.missing:upah"]),
                                              3: ("returned", ["K01.format:no_peserta", "W01.missing:upah"])})
        self.assertEqual((status.accepted, status.returned, status.receipt), (3, 1, text))
        self.assertEqual(self.site.sql(f"SELECT record_no, state, decision_no, cause FROM lantik.record_state WHERE batch_no = {batch}"
                                       " ORDER BY 1"),
                         [("1", "accepted", str(decision), ""), ("2", "accepted", str(decision), ""),
                          ("3", "returned", str(decision), "K01.format:no_peserta")])
        self.assertEqual(self.site.value(f"SELECT count(*) FROM lantik.finding WHERE batch_no = {decision}"), "4")
        self.load("severities.csv", "rule_case,severity,kind,step,kode_instansi\nW01.missing,REVIEW,PPPK_PW,NI,6171\n"
                                    "K01.format,OFF,PPPK_PW,NI,6171\n")
        self.decide("replay", batch, [3])
        self.assertEqual(self.site.value(f"SELECT state || ' ' || cause FROM lantik.record_state WHERE batch_no = {batch}"
                                         " AND record_no = 3"), "review W01.missing:upah")
        self.decide("accept", batch, [3])
        status = self.status(receipt)
        self.assertEqual((status.accepted, status.returned, status.review), (4, 0, 0))
        told = self.decisions(receipt)
        self.assertEqual([decided.told(one)[3][0] for one in told], ["returned", "review", "accepted"])
        later = self.status(receipt, decisions_from=told[0].index + 1)
        self.assertEqual((len(later.decisions), later.receipt), (2, b""))

    def test_a_request_means_the_tables_that_were_loaded_before_it(self):
        self.load("severities.csv", "rule_case,severity,kind,step,kode_instansi\nW01.missing,REVIEW,PPPK_PW,NI,6271\n")
        _, manifest, records = self.people(1, agency="6271")
        records[0].upah = 0
        receipt, _ = self.send(manifest, records)
        self.assertEqual(self.outcomes(receipt), {1: ("review", {"W01.missing"})})
        batch = self.batch_no(receipt)
        for turn in range(8):
            severity, state = ((2, "returned"), (3, "review"))[turn % 2]
            request = self.site.value(
                f"UPDATE lantik.severity_override SET severity = {severity} WHERE kode_instansi = '6271';"
                " UPDATE lantik.reference_version SET version = version + 1; INSERT INTO lantik.decision_request"
                f" (act, batch_no, record_nos, official_nama, reason) VALUES (4, {batch}, '{{1}}', 'x', 'x') RETURNING request_no")
            self.assertIsNotNone(self.answered(request))
            self.assertEqual(self.site.value(f"SELECT state FROM lantik.record_state WHERE batch_no = {batch}"), state, turn)

    def test_a_window_counts_from_the_receipt(self):
        self.load("submission_windows.csv", "programme,step,kode_instansi,opens,closes\nPW2024,NI,6200,2025-01-01 00:00,2025-02-01 00:00\n")
        _, manifest, records = self.people(2, agency="6200")
        receipt, _ = self.send(manifest, records)
        self.assertEqual(self.outcomes(receipt)[1], ("returned", {"B06.closed"}))
        batch = self.batch_no(receipt)
        self.assertIsNotNone(self.decide("replay", batch, [1]))
        self.assertEqual(self.site.value(f"SELECT state FROM lantik.record_state WHERE batch_no = {batch} AND record_no = 1"), "returned")
        # The window now ends a second after the batch came: long past for a clock, in time for the batch.
        self.site.sql("UPDATE lantik.submission_window SET closes = (SELECT date_trunc('second', received_at) + '1 second' FROM"
                      f" lantik.batch WHERE batch_no = {batch}) WHERE kode_instansi = '6200'; UPDATE lantik.reference_version SET"
                      " version = version + 1")
        harness.wait_until(lambda: self.site.value("SELECT closes < now() FROM lantik.submission_window WHERE kode_instansi ="
                                                   " '6200'") == "t", 10, "the window is closed")
        self.decide("replay", batch, [1, 2])
        self.assertEqual(self.site.value(f"SELECT string_agg(state, ' ') FROM lantik.record_state WHERE batch_no = {batch}"),
                         "accepted accepted")

    def test_what_was_compared_with_neighbours_is_not_replayed(self):
        _, manifest, records = self.people(3)
        records[1].nik = records[0].nik
        records[1].nip, records[1].tgl_lahir, records[1].jenis_kelamin = records[0].nip, records[0].tgl_lahir, records[0].jenis_kelamin
        receipt, _ = self.send(manifest, records)
        fallen = [no for no, (_, cases) in self.outcomes(receipt).items() if "N07.twice" in cases]
        self.assertTrue(fallen)
        self.assertIn("compares the records", self.refusal("replay", self.batch_no(receipt), fallen[:1])[1])

    def test_a_full_formation(self):
        """What an official accepts takes a place like anybody else, and there is none beyond the quota."""
        self.site.sql("INSERT INTO lantik.formation (kode_instansi, programme, kelompok_lapor, quota) VALUES ('6204', 'PW2024', 1, 2);"
                      " INSERT INTO lantik.eligibility_policy (programme, kode_instansi, terdata_non_asn, ikut_pppk_2024_lengkap)"
                      " VALUES ('PW2024', '6204', 1, 1); UPDATE lantik.reference_version SET version = version + 1")
        self.wait_rulebook()
        _, manifest, records = self.took_cpns(4, agency="6204")
        for record in records:
            record.kelompok_lapor = 1
        receipt, _ = self.send(manifest, records)
        batch = self.batch_no(receipt)
        self.assertEqual(receipt.verdict.review, 4)
        before = self.site.state_of_register()
        self.assertEqual(self.refusal("accept", batch, [1, 2, 3])[0], "B09.quota")
        self.assertEqual(self.site.state_of_register(), before)
        self.decide("accept", batch, [4])
        self.site.sql("DELETE FROM lantik.eligibility_policy WHERE kode_instansi = '6204'; UPDATE lantik.reference_version SET"
                      " version = version + 1")
        self.decide("replay", batch, [1, 2, 3])
        self.assertEqual(self.site.sql(f"SELECT state, coalesce(cause, '') FROM lantik.record_state WHERE batch_no = {batch}"
                                       " ORDER BY state, record_no"),
                         [("accepted", ""), ("accepted", ""), ("returned", "B09.quota:kelompok_lapor"),
                          ("returned", "B09.quota:kelompok_lapor")])
        self.assertEqual(self.site.value("SELECT used FROM lantik.formation_use WHERE kode_instansi = '6204'"), "2")


class Faults(decided.Case):
    """Whatever falls over: every request is answered once, wholly."""

    ROUNDS = 3 if harness.SLICE else 10

    def setUp(self):
        self.load("eligibility.csv", STRICT)

    def waiting(self, count):
        _, manifest, records = self.took_cpns(count)
        receipt, _ = self.send(manifest, records)
        self.assertEqual(receipt.verdict.review, count)
        return self.batch_no(receipt), receipt

    def check_all(self, requests):
        listed = ",".join(map(str, requests))
        self.assertEqual(self.site.sql(
            f"SELECT (SELECT count(*) FROM lantik.decision_refusal WHERE request_no IN ({listed})),"
            f" (SELECT count(*) FROM lantik.decision WHERE request_no IN ({listed}))"), [("0", str(len(requests)))])
        self.check_roots()
        self.check_register()

    def test_a_request_outlives_the_daemon(self):
        batch, receipt = self.waiting(3 * self.ROUNDS)
        requests, acts = [], ["accept", "return", "reject"]
        watching = self.site.cluster.session()
        self.addCleanup(watching.close)
        for turn in range(self.ROUNDS):
            if turn % 2:  # asked while there is no daemon
                self.site.daemon.kill()
            for at, act in enumerate(acts):
                requests.append(self.ask(act, batch, [3 * turn + at + 1]))
            if turn % 2:
                self.site.start()
            else:  # killed as soon as one of them has a transaction, or a leaf
                count = f"SELECT count(*) FROM lantik.decision WHERE request_no >= {requests[-3]}"
                busy = ("SELECT 1 FROM pg_stat_activity WHERE application_name = 'lantikd decider' AND backend_xid IS NOT NULL")
                harness.wait_until(lambda: watching.sql(busy) or watching.sql(count) not in (None, [("0",)]), 20, "it decides")
                self.site.daemon.kill()
                self.site.start()
        for request in requests:
            self.assertIsNotNone(self.answered(request))
        self.check_all(requests)
        status = self.status(receipt)
        self.assertEqual((status.accepted, status.returned, status.rejected), (self.ROUNDS,) * 3)
        self.assertEqual(len(self.decisions(receipt)), 3 * self.ROUNDS, "also of those that nobody signed before the kill")
        self.assertIn("decisions", self.site.daemon.counters())

    def test_the_database_goes_away_and_comes_back(self):
        batch, _ = self.waiting(2)
        told = self.site.daemon.text().count("database down")
        self.site.cluster.stop("immediate")
        harness.wait_until(lambda: self.site.daemon.text().count("database down") > told, 20, "the daemon sees it")
        self.site.cluster.start()
        requests = [self.ask("accept", batch, [no]) for no in (1, 2)]
        for request in requests:
            self.assertIsNotNone(self.answered(request))
        self.check_all(requests)

    def test_what_cannot_be_carried_out_does_not_stand_in_the_way(self):
        batch, _ = self.waiting(3)
        self.site.sql("ALTER TABLE lantik.decided_record ADD CONSTRAINT canary CHECK (record_no <> 2) NOT VALID")
        try:
            requests = [self.ask("accept", batch, [no]) for no in (1, 2, 3)]
            self.assertEqual([self.answered(request) is None for request in requests], [False, True, False])
            self.assertIn("SQLSTATE 23514 canary", self.site.value(
                f"SELECT why FROM lantik.decision_refusal WHERE request_no = {requests[1]}"))
        finally:
            self.site.sql("ALTER TABLE lantik.decided_record DROP CONSTRAINT canary")
        self.decide("accept", batch, [2])
        self.check_roots()
        self.check_register()

    def test_two_daemons(self):
        """More decisions than one answer to STATUS holds."""
        count = 40 if harness.SLICE else 260
        batch, receipt = self.waiting(count)
        directory = self.site.directory / "second"
        (directory / "state").mkdir(parents=True)
        other = harness.Daemon(directory, {
            "listen": f"tcp://127.0.0.1:{harness.free_port()}", "database": self.site.cluster.conninfo("lantik_daemon"),
            "workers": 1, "state_directory": str(directory / "state"),
            "curve_key_file": str(self.site.keys / "lantikd.curve.key"),
            "receipt_key_file": str(self.site.keys / "receipt.key")})
        other.start()
        daemons = (self.site.daemon, other)
        try:
            before = sum(d.counters()["decisions"] for d in daemons)
            requests = [int(number) for (number,) in self.site.sql(
                "INSERT INTO decision_request (act, batch_no, record_nos, official_nama, reason)"
                f" SELECT 1 + no % 2, {batch}, ARRAY[no], 'x', 'x' FROM generate_series(1, {count}) AS no RETURNING request_no",
                user="lantik_reviewer")]
            self.answered(requests[-1], 120)
            self.assertEqual(sum(d.counters()["decisions"] for d in daemons), before + count)
        finally:
            other.stop()
            other.notify.close()
        self.check_all(requests)
        self.assertEqual([one.statement.records[0].record_no for one in self.decisions(receipt)], list(range(1, count + 1)))
        status = self.status(receipt)
        self.assertEqual((status.more, len(status.decisions)), (count > 256, min(count, 256)))
        self.assertEqual((status.accepted, status.returned), (count // 2, count // 2))
        self.assertEqual(sum(len(entry.records) for entry in self.reconcile() if entry.batch_id == receipt.leaf.batch_id), count)

    def test_no_official_and_no_person_in_the_log(self):
        batch, _ = self.waiting(2)
        self.decide("reject", batch, [1])
        self.refusal("accept", batch, [1])
        niks = self.site.sql("SELECT nik FROM lantik.rejected")
        logs = self.site.daemon.text() + self.site.cluster.log.read_text(errors="replace")
        for value in (decided.OFFICIAL, decided.POSITION, "alasan canary", niks[-1][0]):
            self.assertNotIn(value, logs)


class Drain(decided.Case):
    """Stopping waits for the decision under way, and no longer than a drain may last."""

    settings = {"drain_seconds": 5}

    def held_up(self):
        """A decision that waits for the ledger's head, which the returned session holds."""
        _, manifest, records = self.took_cpns(1)
        receipt, _ = self.send(manifest, records)
        holding = self.site.cluster.session()
        self.addCleanup(holding.close)
        holding.sql("BEGIN; SELECT size FROM lantik.ledger_head FOR UPDATE")
        request = self.ask("accept", self.batch_no(receipt), [1])
        watching = self.site.cluster.session()
        self.addCleanup(watching.close)
        harness.wait_until(lambda: watching.sql("SELECT 1 FROM pg_stat_activity WHERE application_name = 'lantikd decider' AND"
                                                " wait_event_type = 'Lock'"), 20, "the decision waits for the head")
        return request, holding

    def test_a_decision_under_way_is_finished(self):
        self.load("eligibility.csv", STRICT)
        request, holding = self.held_up()
        self.site.daemon.process.terminate()
        harness.wait_until(lambda: self.site.daemon.notify.poll().get("STOPPING") == "1", 10, "the daemon says STOPPING=1")
        holding.sql("ROLLBACK")
        self.assertEqual(self.site.daemon.process.wait(30 * harness.PATIENCE), 0)
        self.assertEqual(self.site.value(f"SELECT count(*) FROM lantik.decision WHERE request_no = {request}"), "1")
        self.site.start()
        request, holding = self.held_up()
        self.site.daemon.process.terminate()
        self.assertEqual(self.site.daemon.process.wait(30 * harness.PATIENCE), 0, "although the head is held for ever")
        holding.sql("ROLLBACK")
        self.site.start()
        self.assertIsNotNone(self.answered(request))
        self.check_roots()
        self.check_register()


if __name__ == "__main__":
    unittest.main(verbosity=2)
