#!/usr/bin/python3
"""Tests of the verbs by which officials decide and returned records are judged again, and of `rulebook`, without a daemon.

SPDX-License-Identifier: Apache-2.0
"""

import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import termios
import threading
import unittest

import decisions
import run
from run import harness

SEVERITIES = "rule_case,severity,kind,step,kode_instansi,note\n"


def hexed(data):
    return "'\\x" + data.hex() + "'"


class Stored(run.Database):
    """A few batches of fictional people as lantikd would have stored them, the records taken from `lantik sample`."""

    BATCH = "01999999-0000-7000-8000-00000000000{}"
    # of batch 1: record number -> outcome (1 returned, 2 in review) and cause
    HELD = {2: (1, "D15.before_school:tahun_lulus"), 3: (1, "N03.serial:nik"), 4: (1, "J04.unknown:tk_pendidikan_id"),
            5: (1, "N07.twice:nik"), 6: (1, "B09.quota:kelompok_lapor"), 7: (2, "K05.policy"), 8: (2, "K05.policy"),
            9: (2, "N08.other_kind:nik"), 10: (1, "D08.order:tgl_kontrak_akhir")}

    @classmethod
    def prepare(cls):
        super().prepare()
        _, cls.batch_module, _ = harness.client_modules()
        cls.contract = cls.batch_module.Contract()
        cls.admin("INSERT INTO lantik.office (name, kanreg_id) VALUES ('uji', '03'), ('uji-dua', '03')")
        for number, office, held in [(1, 1, cls.HELD), (2, 1, {1: (1, "N03.serial:nik")}), (3, 2, {1: (2, "K05.policy")})]:
            manifest, records = cls.sample(number)
            if number == 1:
                cls.spoil(records)
            cls.store(number, office, manifest, records, held)

    @classmethod
    def admin(cls, statement):
        return cls.cluster.sql(statement, database=cls.name)

    @classmethod
    def sample(cls, seed, rows=12):
        path = harness.scratch() / "sample.csv"
        subprocess.run([harness.program("lantik"), "--home", path.parent, "sample", "--rows", str(rows), "--agency", "6171",
                        "--seed", str(seed), path], check=True, stdout=subprocess.DEVNULL, env=harness.environment())
        with open(path.with_suffix(".manifest"), encoding="utf-8", newline="") as file:
            cells = dict(line.rstrip("\r\n").split(",", 1) for line in file if "," in line)
        cells.pop("name", None)
        manifest = cls.batch_module.fill(cls.contract.Manifest(), {k: v.strip('"') for k, v in cells.items()})
        return manifest, cls.batch_module.read_csv(cls.contract, path)

    @staticmethod
    def spoil(records):
        """What the rules find again when these are judged anew."""
        records[1].tahun_lulus = 1969
        for number in (3, 4):
            records[number - 1].nik = records[number - 1].nik[:12] + "0000"
        records[9].tgl_kontrak_akhir = records[9].tgl_kontrak_mulai - 10000

    @classmethod
    def store(cls, number, office, manifest, records, held):
        manifest.batch_id = bytes.fromhex(cls.BATCH.format(number).replace("-", ""))
        body = cls.batch_module.encode_batch(cls.contract, manifest, records)
        digest = f"sha256('{number}')"
        returned = sum(outcome == 1 for outcome, _ in held.values())
        waiting = len(held) - returned
        manifest_bytes = cls.batch_module.manifest_of(cls.contract, body).SerializeToString(deterministic=True)
        statements = [
            "INSERT INTO batch (batch_no, office_no, batch_id, kode_instansi, kind, step, outcome, all_or_nothing, body_form,"
            " manifest_sha256, records_root, signing_key_id, signature, rulebook_sha256, row_count, accepted, returned, review, row_format,"
            " rows_root, programme, manifest, verdict, leaf_index, durability, received_at, recorded_at, row_hashes,"
            " returned_hashes, nodes) VALUES"
            f" ({number}, {office}, '{cls.BATCH.format(number)}', '6171', 1, 1, 1, false, 3, sha256({hexed(manifest_bytes)}), {digest}, '\\x01020304',"
            f" {digest} || {digest}, {digest}, {len(records)}, {len(records) - len(held)}, {returned}, {waiting}, 1, {digest},"
            f" 'PW2024', {hexed(manifest_bytes)}, 'verdict', {number - 1}, 1, now(), now(), '', '', '');"]
        # As they were sent, beside no columns.
        statements += ["INSERT INTO register (batch_no, record_no, office_no, kind, step, salt, kode_instansi, sent) VALUES"
                       f" ({number}, {record_no}, {office}, 1, 1, decode(repeat('00', 16), 'hex'), '6171',"
                       f" {hexed(record.SerializeToString(deterministic=True))});"
                       for record_no, record in enumerate(records, 1) if record_no not in held]
        for record_no, (outcome, cause) in held.items():
            bytes_of = records[record_no - 1].SerializeToString(deterministic=True)
            statements.append("INSERT INTO returned_record (batch_no, record_no, outcome, bytes, cause) VALUES"
                              f" ({number}, {record_no}, {outcome}, {hexed(bytes_of)}, '{cause}');")
            for token in cause.split():
                case, _, field = token.partition(":")
                statements.append(f"INSERT INTO finding VALUES ({number}, {record_no}, '{case}',"
                                  f" {repr(field) if field else 'NULL'}, {2 if outcome == 1 else 3});")
        cls.cluster.sql(" ".join(statements), user="lantik_daemon", database=cls.name)
        cls.records = records if number == 1 else cls.records

    def results(self, *args, **options):
        return [line for line in self.ctl(*args, **options) if line["type"] == "result"]

    def reviewer(self, *args, **options):
        return self.ctl(*args, user="lantik_reviewer", **options)

    def at_terminal(self, *args, typed=b"", user="lantik_reviewer"):
        """Status and all output of a verb at a terminal of 80 columns, at which somebody types when asked."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        command = [harness.program("lantikctl"), "--database", self.cluster.conninfo(user, self.name), *args]
        process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=harness.environment(TERM="xterm"),
                                   close_fds=True)
        os.close(theirs)
        said = b""
        while True:
            readable, _, _ = select.select([ours], [], [], 20)
            try:
                data = os.read(ours, 4096) if readable else b""
            except OSError:
                break
            if not data:
                break
            said += data
            if typed and b"Type yes" in said:
                os.write(ours, typed)
                typed = b""
        os.close(ours)
        return process.wait(20), said.decode().replace("\r\n", "\n")

    def fits_a_terminal(self, *args, **options):
        """The text of a verb that succeeds, none of its lines wider than 80 columns."""
        status, text = self.at_terminal(*args, **options)
        self.assertEqual(status, 0, text)
        self.assertEqual([line for line in text.splitlines() if len(line.rstrip()) > 80], [])
        return text

    def file(self, name, text):
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        return path


class Review(Stored):
    OFFICIAL = ["--official", "Sri Uji", "--position", "Kepala Bidang", "--reason", "cocok dengan KTP-el"]

    def waiting(self, *args):
        return [(row["batch_id"][-1], row["record"], row["cause"]) for row in
                self.results("review", "list", *args, user="lantik_operator")]

    def test_the_list_tells_no_person(self):
        everything = [("1", 7, "K05.policy"), ("1", 8, "K05.policy"), ("1", 9, "N08.other_kind:nik"), ("3", 1, "K05.policy")]
        self.assertEqual(self.waiting(), everything)
        self.assertEqual(self.waiting("--office", "uji-dua"), everything[3:])
        self.assertEqual(self.waiting("--agency", "9999"), [])
        for rule in ("K05", "K05.policy"):
            self.assertEqual(self.waiting("--rule", rule), everything[:2] + everything[3:])
        self.assertEqual(self.waiting("--rule", "N08.other_kind"), everything[2:3])
        self.assertEqual(self.waiting("--rule", "N08.other"), [], "no part of a word")
        text = self.fits_a_terminal("review", "list", user="lantik_operator")
        self.assertRegex(text, r"records 7-8\n")
        for record in self.records:
            for value in (record.nik, record.nip, record.nama):
                self.assertNotIn(value, text)

    def test_a_record_is_shown_with_its_values_to_the_reviewer_alone(self):
        record = self.records[6]
        lines = self.reviewer("review", "show", self.BATCH.format(1), "7")
        values = {line["field"]: line["value"] for line in lines if line["type"] == "value"}
        self.assertEqual((values["nik"], values["nama"]), (record.nik, record.nama))
        self.assertEqual([line["rule"] for line in lines if line["type"] == "finding"], ["K05.policy"])
        for language, words in (("en", ("date of birth", "waits for an official", "yes")),
                                ("id", ("tanggal lahir", "menunggu pejabat", "ya"))):
            text = self.fits_a_terminal("review", "show", self.BATCH.format(1), "7", "--lang", language)
            for word in (*words, record.nama):
                self.assertIn(word, text)
        error = self.ctl("review", "show", self.BATCH.format(1), "7", user="lantik_operator", expect=1)[0]
        self.assertEqual(error["code"], "LNT-0506")
        self.assertIn("lantik_reviewer", error["what"])
        self.assertNotIn(record.nik, json.dumps(error))
        self.assertIn("accepted with its batch", self.reviewer("review", "show", self.BATCH.format(1), "1", expect=1)[0]["what"])
        self.reviewer("review", "show", self.BATCH.format(9), "1", expect=1)
        self.reviewer("review", "show", "x", "1", expect=2)
        self.reviewer("review", "show", self.BATCH.format(1), "1-2", expect=2)

    def test_a_role_without_the_right_is_told_so(self):
        error = self.ctl("office", "list", user="lantik_reviewer", expect=1)[0]
        self.assertIn("42501", error["what"])
        self.assertIn("The role lantik_reviewer may not do this", error["do"])

    def requests(self):
        return int(self.value("SELECT count(*) FROM lantik.decision_request"))

    def test_what_cannot_be_meant_is_not_asked(self):
        before = self.requests()
        decide = ["review", "accept", self.BATCH.format(1)]
        for status, args in [
                (2, [*decide, "7"]), (2, [*decide, "7", "--official", "x"]), (2, [*decide, "7,", *self.OFFICIAL]),
                (2, [*decide, "0", *self.OFFICIAL]), (2, [*decide, "9-7", *self.OFFICIAL]),
                (2, [*decide, "10001", *self.OFFICIAL]), (2, [*decide, "7", "--official", "x", "--reason", "a\nb"]),
                (2, [*decide, "7", "--official", "x" * 151, "--reason", "a"]), (1, [*decide, "2", *self.OFFICIAL]),
                (1, [*decide, "1,7", *self.OFFICIAL]), (1, ["review", "return", self.BATCH.format(2), "all", *self.OFFICIAL]),
                (2, ["review", "reject", self.BATCH.format(1), "7", *self.OFFICIAL]),
                (1, ["review", "accept", self.BATCH.format(9), "7", *self.OFFICIAL])]:
            with self.subTest(args=args):
                self.reviewer(*args, expect=status)
        error = self.ctl(*decide, "7", *self.OFFICIAL, user="lantik_operator", expect=1)[0]
        self.assertIn("lantik_reviewer is needed", error["what"])
        error = self.reviewer(*decide, "1-2,7", *self.OFFICIAL, expect=1)[0]
        self.assertRegex(error["what"], r"2 returned to the office; 1 accepted with the batch")
        self.assertEqual(self.requests(), before)

    def test_without_a_daemon_the_request_stays(self):
        *_, error, summary = self.reviewer("review", "return", self.BATCH.format(3), "all", *self.OFFICIAL, "--timeout", "0", expect=4)
        number = self.value("SELECT max(request_no) FROM lantik.decision_request")
        self.assertIn(f"review status {number}", error["do"])
        self.assertEqual(self.sql("SELECT act, batch_no, record_nos, official_nama, official_jabatan, reason, requested_by"
                                  f" FROM lantik.decision_request WHERE request_no = {number}"),
                         [("2", "3", "{1}", "Sri Uji", "Kepala Bidang", "cocok dengan KTP-el", "lantik_reviewer")])
        waits = self.ctl("review", "status", number, user="lantik_operator", expect=4)[0]
        self.assertEqual((waits["state"], waits["act"], waits["records"]), ("waiting", "return", "1"))
        self.assertIn(int(number), [row["request"] for row in self.results("review", "status", expect=4)])
        self.ctl("review", "status", "4711", expect=1)
        self.ctl("review", "status", "x", expect=2)

    def answer(self, statement):
        """Does as lantikd would, once somebody asks."""
        before = self.requests()

        def daemon():
            harness.wait_until(lambda: self.requests() > before, 20, "a request is made")
            number = self.value("SELECT max(request_no) FROM lantik.decision_request")
            self.cluster.sql(statement.format(number), user="lantik_daemon", database=self.name)

        thread = threading.Thread(target=daemon)
        thread.start()
        self.addCleanup(thread.join)

    def test_a_refusal_says_why(self):
        self.answer("INSERT INTO decision_refusal (request_no, rule_case, why) VALUES"
                    " ({}, 'B09.quota', 'record 8 cannot be accepted: B09.quota, which no official can waive')")
        result, error, summary = self.reviewer("review", "accept", self.BATCH.format(1), "8", *self.OFFICIAL, expect=5)
        self.assertEqual((result["state"], result["rule"]), ("refused", "B09.quota"))
        self.assertRegex(error["what"], "refused request .*B09.quota.*no official can waive")
        self.assertEqual(summary["exit_code"], 5)

    def test_a_decision_is_told_and_then_shown(self):
        self.answer(decisions.decision(201, "{0}", 1, 90, 2, returned=1) +
                    "INSERT INTO decided_record VALUES (201, 1, 9, 2, 'N08.other_kind:nik');")
        self.addCleanup(self.sql, "DELETE FROM lantik.decided_record; DELETE FROM lantik.decision")
        [result, _] = self.reviewer("review", "return", self.BATCH.format(1), "9", *self.OFFICIAL)
        self.assertEqual((result["state"], result["leaf_index"], result["returned"], result["records"]), ("done", 90, 1, "9"))
        shown = self.reviewer("review", "show", self.BATCH.format(1), "9")
        [decision] = [line for line in shown if line["type"] == "decision"]
        self.assertEqual((decision["act"], decision["official"], decision["position"], decision["reason"]),
                         ("return", *self.OFFICIAL[1::2]))
        self.assertEqual(shown[0]["state"], "returned")
        error = self.reviewer("review", "accept", self.BATCH.format(1), "9", *self.OFFICIAL, expect=1)[0]
        self.assertIn("9 returned to the office", error["what"])

    def test_a_rejection_is_asked_for(self):
        before = self.requests()
        reject = ["review", "reject", self.BATCH.format(1), "7", *self.OFFICIAL, "--timeout", "0"]
        status, said = self.at_terminal(*reject, typed=b"no\n")
        self.assertEqual(status, 1, said)
        self.assertIn("cannot be taken back", said)
        self.assertEqual(self.requests(), before)
        status, said = self.at_terminal(*reject, typed=b"yes\n")
        self.assertEqual((status, self.requests()), (4, before + 1), said)
        self.reviewer(*reject, "--yes", expect=4)
        self.assertEqual(self.requests(), before + 2)


class Returned(Stored):
    def causes(self, *args, **options):
        return {row["cause"]: row["records"] for row in self.results("returned", *args, **options)}

    def test_groups_over_batches(self):
        rows = {row["cause"]: row for row in self.results("returned", user="lantik_operator")}
        self.assertEqual((rows["N03.serial:nik"]["records"], rows["N03.serial:nik"]["batches"]), (2, 2))
        self.assertEqual(set(rows), {cause for outcome, cause in self.HELD.values() if outcome == 1})
        self.assertRegex(rows["N07.twice:nik"]["expected"][0], "nik")
        self.assertEqual(self.causes("--office", "uji-dua"), {})
        self.assertEqual(self.causes("--cause", "N03"), {"N03.serial:nik": 2})
        self.assertEqual(self.causes("--cause", "N03.serial:nik"), {"N03.serial:nik": 2})
        self.assertEqual(self.causes("--since", "2199-01-01"), {})
        self.assertEqual(self.causes("--since", "2000-01-01", "--agency", "6171"), self.causes())
        self.ctl("returned", "--since", "yesterday", expect=2)
        self.assertIn("\n  N03.serial: ", self.fits_a_terminal("returned", user="lantik_operator"))
        self.assertIn("no returned record", self.run_ctl("returned", "--agency", "1111").stdout)

    def test_what_was_decided_or_corrected_since_is_left_out(self):
        self.sql("INSERT INTO lantik.decision_request (act, batch_no, record_nos, official_nama, reason)"
                 " VALUES (4, 2, '{1}', 'Uji', 'uji')", user="lantik_reviewer")
        number = self.value("SELECT max(request_no) FROM lantik.decision_request")
        self.sql(decisions.decision(301, number, 2, 91, 4, accepted=1) +
                 "INSERT INTO decided_record VALUES (301, 2, 1, 1, NULL);", user="lantik_daemon")
        self.assertEqual(self.causes("--cause", "N03"), {"N03.serial:nik": 1})
        self.assertEqual(self.causes("--cause", "N03", "--all"), {"N03.serial:nik": 2})


class Replay(Stored):
    def dry(self, *args):
        return self.ctl("replay", *args, user="lantik_reviewer")

    def outcomes(self, *args):
        [row] = [line for line in self.dry(*args) if line["type"] == "result"]
        return {key: row[key] for key in ("accepted", "register", "review", "other_cause", "unchanged", "not_alone") if row[key]}

    def test_a_dry_run_tells_what_would_become_of_each(self):
        batch = self.BATCH.format(1)
        wanted = {2: "accepted", 3: "unchanged", 4: "other_cause", 5: "not_alone", 6: "register", 7: "accepted",
                  8: "accepted", 9: "register", 10: "unchanged"}
        for number, outcome in wanted.items():
            self.assertEqual(self.outcomes("--batch", batch, "--records", str(number)), {outcome: 1}, number)
        lines = self.dry("--batch", batch)
        self.assertEqual([(line["cause"], line["records"]) for line in lines if line["type"] == "cause"], [("N03.serial:nik", 1)])
        not_judged = lines[-1]["not_judged"].split()
        self.assertTrue({"B09", "S05", "N08", "P08"} <= set(not_judged), not_judged)
        self.assertNotIn("N03", not_judged)
        self.assertIn("Nothing was changed", self.fits_a_terminal("replay", "--batch", batch))
        self.assertEqual(self.value("SELECT count(*) FROM lantik.decision_request"), "0")

    def test_by_cause_over_batches(self):
        rows = [line for line in self.dry("--cause", "N03") if line["type"] == "result"]
        self.assertEqual([(row["batch_id"][-1], row["records"], row["unchanged"]) for row in rows], [("1", 1, 1), ("2", 1, 0)])
        self.assertEqual(self.dry("--cause", "N03")[-1]["records"], 2)

    def test_the_rulebook_in_force_decides(self):
        self.ctl("load", self.file("replay.csv", SEVERITIES + "D08.order,REVIEW,,,,\nN03.serial,WARN,,,,\n"))
        try:
            batch = self.BATCH.format(1)
            self.assertEqual(self.outcomes("--batch", batch, "--records", "10"), {"review": 1})
            self.assertEqual(self.outcomes("--batch", batch, "--records", "3-4"), {"accepted": 2})
        finally:
            self.sql("DELETE FROM lantik.severity_override")

    def test_apply_asks_for_what_would_change(self):
        apply = ["replay", "--batch", self.BATCH.format(1), "--apply", "--official", "Sri Uji", "--reason", "uji"]
        *_, summary = self.reviewer(*apply, "--timeout", "0", expect=4)
        self.assertEqual((summary["requests"], summary["waiting"]), (1, 1))
        self.assertEqual(self.sql("SELECT act, batch_no, record_nos FROM lantik.decision_request"), [("4", "1", "{2,4,6,7,8,9}")])
        summary = self.reviewer(*apply, "--records", "3,10")[-1]
        self.assertEqual(summary["requests"], 0, "nothing would change")
        self.sql("TRUNCATE lantik.decision_request CASCADE")

    def test_what_is_wrong_is_refused(self):
        batch = ["--batch", self.BATCH.format(1)]
        for status, args in [(2, []), (2, [*batch, "--cause", "N03"]), (2, [*batch, "--apply"]), (2, ["--cause", "x", "--records", "1"]),
                             (2, [*batch, "--apply", "--dry-run", "--official", "x", "--reason", "y"]),
                             (2, [*batch, "--records", "x"]), (1, ["--cause", "NOTHING"]), (1, [*batch, "--records", "1"])]:
            with self.subTest(args=args):
                self.reviewer("replay", *args, expect=status)
        self.assertIn("lantik_reviewer", self.ctl("replay", *batch, user="lantik_operator", expect=1)[0]["what"])


class AsReceived(Stored):
    """Batch 2 came in 2020; its window was open then and is closed now."""

    WINDOW = "programme,step,opens,closes\nPW2024,NI,2020-01-01 00:00,2021-01-01 00:00\n"

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.admin("UPDATE lantik.batch SET received_at = '2020-06-01' WHERE batch_no = 2")

    def test_a_trial_judges_each_batch_as_of_its_receipt(self):
        path = self.directory / "as-received.csv"
        path.write_text(self.WINDOW)
        for days, batches in (("30", 2), ("36500", 3)):
            lines = self.ctl("rulebook", "try", path, "--days", days, expect=3)
            closed = {line["office"]: (line["records"], line["batches"]) for line in lines if line.get("rule") == "B06.closed"}
            self.assertEqual((closed, lines[-1]["batches"]), ({"uji": (12, 1), "uji-dua": (12, 1)}, batches))

    def test_a_replay_judges_each_record_as_of_its_receipt(self):
        path = self.directory / "as-received.csv"
        path.write_text(self.WINDOW)
        self.ctl("load", path)
        self.addCleanup(self.sql, "DELETE FROM lantik.submission_window")
        rows = {row["batch_id"][-1]: row for row in self.results("replay", "--cause", "N03", user="lantik_reviewer")}
        self.assertEqual((rows["1"]["other_cause"], rows["1"]["accepted"]), (1, 0))
        self.assertEqual((rows["2"]["other_cause"], rows["2"]["accepted"]), (0, 1))


class OfTheBatch(Stored):
    """A fourth batch is refused whole, for a count that is not that of its records."""

    @classmethod
    def prepare(cls):
        super().prepare()
        manifest, records = cls.sample(4, rows=5)
        manifest.count_guru += 1
        cls.store(4, 2, manifest, records, {})

    def test_what_is_found_of_a_batch_counts_batches(self):
        path = self.directory / "of-the-batch.csv"
        path.write_text(SEVERITIES + "B02.count_guru,WARN,,,,\n")
        lines = self.ctl("rulebook", "try", path, expect=3)
        [impact] = [line for line in lines if line["type"] == "impact"]
        [outcome] = [line for line in lines if line["type"] == "outcome"]
        self.assertEqual(list(impact.values())[1:], ["uji-dua", "B02.count_guru", "fatal", "warning", 0, 1])
        self.assertEqual(list(outcome.values())[1:], ["uji-dua", "refused", "accepted", 5])


class Rulebook(Stored):
    def in_force(self):
        return self.ctl("status")[0]["rulebook_sha256"]

    def test_it_is_shown(self):
        for user in ("lantik_operator", "lantik_reviewer"):
            lines = self.ctl("rulebook", "show", user=user)
            rows = {line["table"]: line["rows"] for line in lines if line["type"] == "result"}
            self.assertEqual((rows["agency"], rows["retired"]), (641, 549))
            self.assertIn({"type": "parameter", "name": "ni_pppk_kk", "value": "21", "valid_from": None, "valid_until": None}, lines)
            self.assertEqual(lines[-1]["rulebook_sha256"], self.in_force())
        self.assertIn("minimum wages", self.fits_a_terminal("rulebook", "show"))

    def test_the_text_is_exported_byte_for_byte(self):
        text = self.run_ctl("rulebook", "export").stdout
        self.assertEqual(self.value("SELECT encode(sha256(convert_to(lantik.rulebook_text(), 'UTF8')), 'hex')"), self.in_force())
        self.assertEqual(run.hashlib.sha256(text.encode()).hexdigest(), self.in_force())
        self.sql("INSERT INTO lantik.rulebook (sha256, text) SELECT sha256(convert_to(t, 'UTF8')), t FROM"
                 " (VALUES (E'lantik-rulebook 1\\nparameter\\tni_pppk_kk\\t77\\t\\t\\n')) AS v (t) ON CONFLICT DO NOTHING")
        digest = self.value("SELECT encode(sha256, 'hex') FROM lantik.rulebook WHERE text ~ '77'")
        self.assertEqual(self.run_ctl("rulebook", "export", digest[:8]).stdout, "lantik-rulebook 1\nparameter\tni_pppk_kk\t77\t\t\n")
        self.assertEqual([row["rulebook_sha256"] for row in self.results("rulebook", "list") if not row["in_force"]], [digest])
        self.ctl("rulebook", "export", "0000", expect=1)
        self.ctl("rulebook", "export", "xyz", expect=2)
        self.ctl("rulebook", "show", digest[:8])

    def state(self):
        tables = [t for (t,) in self.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'lantik'")]
        return self.sql(" UNION ALL ".join(
            f"SELECT '{t}', md5(string_agg(md5(x::text), '' ORDER BY md5(x::text))) FROM lantik.{t} x" for t in tables))

    def trial(self, *args, expect=3, user="postgres"):
        lines = self.ctl("rulebook", "try", *args, user=user, expect=expect)
        impact = {(l["office"], l["rule"], l["was"], l["would_be"]): l["records"] for l in lines if l["type"] == "impact"}
        outcomes = {(l["office"], l["was"], l["would_be"]): l["records"] for l in lines if l["type"] == "outcome"}
        return impact, outcomes, lines[-1]

    def test_a_trial_tells_what_would_change_and_changes_nothing(self):
        before, version = self.state(), self.value("SELECT version FROM lantik.reference_version")
        path = self.file("try.csv", SEVERITIES + "N03.serial,REVIEW,,,,\nD15.before_school,ERROR,,,,\nD08.order,OFF,,,,\n")
        impact, outcomes, summary = self.trial(path)
        self.assertEqual({key: impact.get(key) for key in [("uji", "N03.serial", "error", "review"),
                                                           ("uji", "D15.before_school", "warning", "error"),
                                                           ("uji", "D08.order", "error", None)]},
                         {("uji", "N03.serial", "error", "review"): 2, ("uji", "D15.before_school", "warning", "error"): 1,
                          ("uji", "D08.order", "error", None): 1})
        self.assertEqual(len(impact), 3)
        self.assertEqual(outcomes, {("uji", "returned", "review"): 2, ("uji", "accepted", "returned"): 1,
                                    ("uji", "returned", "accepted"): 1})
        self.assertEqual((summary["batches"], summary["records"], summary["changed_records"], summary["changed_batches"]), (3, 36, 4, 1))
        self.assertIn("S05", summary["not_run_central"])
        self.assertEqual((self.state(), self.value("SELECT version FROM lantik.reference_version")), (before, version))

    def test_a_window_that_was_missed_returns_everybody(self):
        path = self.file("window.csv", "programme,step,opens,closes\nPW2024,NI,2020-01-01 00:00,2020-02-01 00:00\n")
        impact, outcomes, summary = self.trial(path)
        self.assertEqual({key: n for key, n in impact.items() if key[1] == "B06.closed"},
                         {("uji", "B06.closed", None, "error"): 24, ("uji-dua", "B06.closed", None, "error"): 12})
        self.assertEqual(self.trial(path, "--office", "uji-dua")[2]["batches"], 1)

    def test_an_operator_makes_the_text_and_a_reviewer_tries_it(self):
        path = self.file("two.csv", SEVERITIES + "N03.serial,REVIEW,,,,\n")
        error = self.ctl("rulebook", "try", path, user="lantik_reviewer", expect=1)[0]
        self.assertIn("lantik_operator is needed", error["what"])
        self.assertIn("rulebook export --with", error["do"])
        self.assertIn("lantik_reviewer is needed", self.ctl("rulebook", "try", path, user="lantik_operator", expect=1)[0]["what"])
        text = self.file("two.txt", self.run_ctl("rulebook", "export", "--with", path, user="lantik_operator").stdout)
        self.assertEqual(self.trial(text, user="lantik_reviewer")[0], {("uji", "N03.serial", "error", "review"): 2})
        self.sql("CREATE ROLE sri LOGIN IN ROLE lantik_operator, lantik_reviewer")
        self.assertEqual(self.trial(path, user="sri")[0], {("uji", "N03.serial", "error", "review"): 2})

    def test_the_same_rulebook_changes_nothing(self):
        text = self.file("same.txt", self.run_ctl("rulebook", "export").stdout)
        impact, outcomes, summary = self.trial(text, expect=0, user="lantik_reviewer")
        self.assertEqual((impact, outcomes, summary["changed_records"]), ({}, {}, 0))

    def test_what_is_wrong_is_told(self):
        good = self.file("good.csv", SEVERITIES + "N03.serial,REVIEW,,,,\n")
        text = self.file("text.txt", self.run_ctl("rulebook", "export").stdout)
        broken = self.file("broken.txt", "lantik-rulebook 1\nnonsense\tx\n")
        fault = self.file("fault.csv", SEVERITIES + "N03.serial,MAYBE,,,,\n")
        for status, args, wanted in [(1, [fault], r"fault.csv:2: column severity"), (1, [broken], r"broken.txt cannot be read"),
                                     (2, [good, text], "either one text"), (1, [self.directory / "absent.csv"], "could not read"),
                                     (2, [good, "--days", "0"], "--days takes")]:
            with self.subTest(args=args):
                self.assertRegex(self.ctl("rulebook", "try", *args, expect=status)[0]["what"], wanted)

    def test_a_body_that_cannot_be_read_is_counted(self):
        self.sql("UPDATE lantik.register SET sent = '\\x00' || substring(sent FROM 2) WHERE batch_no = 3")
        try:
            text = self.file("damaged.txt", self.run_ctl("rulebook", "export").stdout)
            summary = self.trial(text, expect=0)[2]
            self.assertEqual((summary["batches"], summary["records"], summary["unreadable"]), (3, 24, 1))
        finally:
            self.sql("UPDATE lantik.register SET sent = '\\x08' || substring(sent FROM 2) WHERE batch_no = 3")


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    unittest.main(verbosity=1)
