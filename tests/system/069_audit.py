"""The audit: green on a database with batches, returned records, decisions and deeds; an older copy, a fork and each edit are
found and named; what it cosigns verifies by somebody else's hand.

SPDX-License-Identifier: Apache-2.0
"""

import itertools
import sys
import threading
import uuid

import decided
import harness

# People who took the CPNS selection and failed wait for an official.
STRICT = "programme,kode_instansi,terdata_non_asn,ikut_cpns_2024,ikut_pppk_2024_lengkap\nPW2024,6171,yes,any,yes\n"
# What is no accepted name, date or number.
SPOILED = {"nama": ". . .", "nik": "99", "jabatan_nama": "=B7"}
ORDER = ("--official", "Pejabat Uji", "--reason", "pemeriksaan")


class Worked(decided.Case):
    """A site on which everything happened once that leaves a trace."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("run")
        case.load("eligibility.csv", STRICT)
        case.work()
        case.settle()

    def work(self):
        _, manifest, records = self.people(30)
        for i, (field, value) in enumerate(SPOILED.items()):
            setattr(records[4 * i + 2], field, value)
        _, type(self).kept = self.send(manifest, records)
        _, manifest, records = self.took_cpns(12)
        for record in records[6:]:
            record.ikut_pppk_2024_lengkap = 1
        receipt, _ = self.send(manifest, records)
        for act, numbers in (("accept", [1, 4]), ("return", [2]), ("reject", [3]), ("replay", [5])):
            self.decide(act, self.batch_no(receipt), numbers)
        first, manifest, records = self.people(8)
        receipt, _ = self.send(manifest, records)
        _, manifest, records = self.people(8, step="SK", first=first)
        self.send(manifest, records)
        self.refused()
        self.deeds(receipt)
        self.rotate()

    def rotate(self):
        """Another receipt key, signatures of both for a time, and then of the new one alone."""
        keys, daemon = self.site.directory / "next", self.site.daemon
        self.site.ctl("key", "new-receipt", "--origin", self.site.ORIGIN, "--directory", keys)
        [secret] = keys.glob("*.key")
        daemon.stop()
        with open(daemon.config, "a", encoding="ascii") as file:
            file.write(f'next_receipt_key_file = "{secret}"\n')
        daemon.start()
        signed = ("--recovery-key", self.site.recovery / "recovery.key", *ORDER)
        self.site.ctl("key", "add", secret.with_suffix(".vkey"), *signed)
        self.send(*self.people(2)[1:])
        self.site.ctl("key", "retire", self.site.keys / "receipt.vkey", "--yes", *signed)
        self.office.log_key = self.office.receipt.VerifierKey.parse(secret.with_suffix(".vkey").read_text())
        self.send(*self.people(2)[1:])

    def refused(self):
        _, manifest, records = self.people(3)
        manifest.all_or_nothing = 1
        records[1].nama = "-"
        self.assertEqual(self.send(manifest, records)[0].verdict.outcome, "refused")

    def deeds(self, receipt):
        other = harness.WireOffice(self.site, "kanreg-05", kanreg="05")
        self.site.ctl("office", "scope", other.name, "--agencies", "6171,6271")
        self.site.ctl("office", "revoke", other.name, "--reason", "ditutup")
        self.erase(receipt, 4)

    def erase(self, receipt, record_no):
        harness.run(harness.program("lantikctl"), "--database", self.site.cluster.conninfo("lantik_reviewer"), "erase",
                    uuid.UUID(bytes=receipt.leaf.batch_id), record_no, *ORDER, "--in-force", "--yes")

    def settle(self):
        """Until every leaf has its checkpoint."""
        harness.wait_until(lambda: self.site.value(
            "SELECT count(*) = max(size) FROM lantik.checkpoint WHERE size <= (SELECT size FROM lantik.ledger_head)") == "t"
            and self.site.value("SELECT (SELECT size FROM lantik.ledger_head) = max(size) FROM lantik.checkpoint") == "t",
            90, "everything is signed")

    # --- the auditor ---

    memories = itertools.count()

    def audit(self, *args, expect=0, memory=None, pinned=True, database="lantik"):
        memory = memory or self.site.directory / f"memory-{next(self.memories)}"
        keys = ("--key", self.site.keys / "receipt.vkey", "--recovery-key", self.site.recovery / "recovery.vkey")
        return harness.run(harness.program("lantikctl"), "--database",
                           self.site.cluster.conninfo("lantik_auditor", database), "audit", "--json", "--memory", memory,
                           *(keys if pinned else ()), *args, expect=expect)

    def found(self, *args, **options):
        return self.findings_of(self.audit(*args, expect=8, **options))

    @staticmethod
    def findings_of(audit):
        return {(line["table"], line["key"], line["what"], line["column"]) for line in audit.of_type("type", "finding")}

    def remarks(self, *args, **options):
        return [line["what"] for line in self.audit(*args, expect=3, **options).of_type("type", "remark")]

    def write(self, name, text):
        path = self.site.directory / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def newest(self):
        return self.site.value("SELECT note FROM lantik.checkpoint ORDER BY size DESC LIMIT 1")


class Green(Worked):
    def size(self):
        return int(self.site.value("SELECT size FROM lantik.ledger_head"))

    def test_all_holds(self):
        done = self.audit()
        self.assertEqual(done.of_type("type", "finding"), [])
        self.assertEqual((done.summary["leaves"], done.summary["signed_size"]), (self.size(), self.size()))
        self.assertEqual(done.summary["rows"], int(self.site.value("SELECT count(*) FROM lantik.appointment")))

    def test_in_indonesian_for_a_person(self):
        done = harness.run(harness.program("lantikctl"), "--database", self.site.cluster.conninfo("lantik_auditor"), "audit",
                           "--key", self.site.keys / "receipt.vkey", "--recovery-key",
                           self.site.recovery / "recovery.vkey", "--lang", "id", "--memory",
                           self.site.directory / "memory-id")
        self.assertIn("semua sah", done.stdout)

    def test_from_a_leaf(self):
        for start in range(self.size() + 1):
            done = self.audit("--from", start)
            self.assertEqual(done.of_type("type", "finding"), [], start)
            self.assertEqual(done.summary["leaves"], self.size() - start)
        self.assertTrue(self.audit("--from", 3).of_type("type", "left_out"), "what needs the whole register is named")
        self.audit("--from", self.size() + 1, expect=2)

    def test_without_pinned_keys_it_says_so(self):
        self.assertEqual(self.remarks(pinned=False), ["key_not_pinned", "recovery_key_not_pinned"])
        self.assertEqual(self.remarks("--key", self.site.keys / "receipt.vkey", pinned=False), ["recovery_key_not_pinned"])

    def test_another_recovery_key(self):
        other = self.site.directory / "another"
        self.site.ctl("keygen", "--recovery-directory", other, "--origin", self.site.ORIGIN)
        found = self.found("--key", self.site.keys / "receipt.vkey", "--recovery-key", other / "recovery.vkey", pinned=False)
        self.assertEqual({table for table, *_ in found}, {"deed", "checkpoint"}, "the deeds are not of its owner")

    def test_another_ledgers_key(self):
        other = self.site.directory / "other"
        self.site.ctl("keygen", "--directory", other, "--recovery-directory", other / "safe", "--origin", self.site.ORIGIN)
        done = self.audit("--key", other / "receipt.vkey", pinned=False, expect=8)
        self.assertEqual({line["table"] for line in done.of_type("type", "finding")} - {"receipt_key"}, {"checkpoint"})

    def test_what_offices_hold(self):
        receipt, note = self.write("kept.receipt", self.kept), self.write("kept.checkpoint", self.newest())
        self.assertEqual(self.audit("--against", receipt, "--against", note).of_type("type", "finding"), [])
        self.audit("--from", self.size() - 1, "--against", receipt, "--against", note)
        self.audit("--against", self.write("nothing", "nothing\n"), expect=1)
        forged = self.newest().replace(self.site.ORIGIN, "lantik.test/log/other")
        self.assertEqual(self.remarks("--against", self.write("forged", forged)), ["not_proved"])

    def test_cosigned(self):
        keys, out = self.site.directory / "auditor", self.site.directory / "cosigned"
        self.site.ctl("key", "new-auditor", "--directory", keys, "--name", "audit.test/1")
        [key_file] = keys.glob("*.key")
        self.audit("--cosign", key_file, "--out", out)
        note = out.read_text()
        self.assertTrue(note.startswith(self.newest()) and note.count("\n") == self.newest().count("\n") + 1, note)
        proved = harness.run(sys.executable, harness.ROOT / "examples" / "python" / "lantik_verify.py", "--key",
                             *(self.site.directory / "next").glob("*.vkey"), "--cosigner", key_file.with_suffix(".vkey"), out)
        self.assertRegex(proved.stdout, r"cosigned by audit\.test/1 at \d+ seconds")
        self.audit("--cosign", key_file, expect=2)
        self.audit("--cosign", key_file, "--out", out, pinned=False, expect=2)
        self.audit("--against", out)


class Meanwhile(Worked):
    """Batches are recorded while the audit reads."""

    def test_one_snapshot(self):
        _, manifest, records = self.people(400)
        bodies = [self.body(manifest, records[at:at + 4]) for at in range(0, 400, 4)]
        done = threading.Event()

        def send():
            with self.office.client() as client:
                for body in bodies:
                    client.submit_body(body)
            done.set()

        sender = threading.Thread(target=send, daemon=True)
        memory = self.site.directory / "memory-meanwhile"
        sender.start()
        sizes = []
        while not done.is_set():
            told = self.audit(memory=memory, expect=(0, 3))
            sizes.append(told.summary["size"])
            self.assertEqual({line["what"] for line in told.of_type("type", "remark")} - {"not_signed"}, set())
        sender.join()
        self.assertGreater(len(set(sizes)), 2, f"it saw the ledger grow: {sizes}")
        self.audit(memory=memory)


class Edited(Worked):
    """One edit a table, by a superuser behind the daemon's back; 061_tamper.py has them all."""

    def change(self, statement, expected, tables_too=(), *args):
        """The audit of an edit, which is taken back: all that is expected is found, and nothing else in those tables."""
        tables = "ledger_leaf ledger_head checkpoint batch batch_body register finding " \
                 "returned_record decision deed deed_request counter erased_row".split()
        back = [f"DELETE FROM lantik.{t}; INSERT INTO lantik.{t} OVERRIDING SYSTEM VALUE SELECT * FROM kept.{t}" for t in tables]
        self.site.sql("CREATE SCHEMA kept; " + "; ".join(
            f"CREATE TABLE kept.{t} AS SELECT * FROM lantik.{t}" for t in tables))
        try:
            self.site.sql(f"SET session_replication_role = replica; {statement}")
            audit = self.audit(*args, expect=8)
        finally:
            self.site.sql("SET session_replication_role = replica; " + "; ".join(back) + "; DROP SCHEMA kept CASCADE")
        where = {"checkpoint", *tables_too, *(finding[0] for finding in expected)}
        found = self.findings_of(audit)
        self.assertEqual({finding for finding in found if finding[0] in where}, set(expected), found)
        return audit

    def test_a_group_and_its_counters_together(self):
        """An erased row is counted elsewhere, and the counters agree."""
        [batch, record, old] = self.site.sql(
            "SELECT batch_no, record_no, kelompok_lapor FROM lantik.erased_row WHERE part = 1 ORDER BY 1 LIMIT 1")[0]
        step = self.site.value(f"SELECT step FROM lantik.batch WHERE batch_no = {batch}")
        new = self.site.value(f"SELECT min(kelompok_lapor) FROM lantik.counter WHERE step = {step} AND kelompok_lapor <> {old}")
        counter = f"UPDATE lantik.counter SET accepted = accepted %s 1 WHERE step = {step} AND kelompok_lapor = %s"
        self.change(f"UPDATE lantik.erased_row SET kelompok_lapor = {new} WHERE batch_no = {batch} AND part = 1; "
                    f"{counter % ('-', old)}; {counter % ('+', new)}",
                    [("erased_row", f"batch_no {batch} record_no {record} part 1", "altered", "kelompok_lapor")])

    def test_a_row_and_the_hash_of_another(self):
        """Whose hash alone was altered is not accused."""
        batch = self.site.value("SELECT min(batch_no) FROM lantik.register")
        numbers = [int(number) for (number,) in self.site.sql(
            f"SELECT record_no FROM lantik.register WHERE batch_no = {batch} UNION "
            f"SELECT record_no FROM lantik.erased_row WHERE batch_no = {batch} AND part = 1 ORDER BY 1")]
        for table, column, edit, own, other in (
                ("register", "row_hashes", "upah = upah + 1", 5, numbers.index(6)),
                ("returned_record", "returned_hashes", "bytes = bytes || 'x'", 3, 1)):
            self.change(f"UPDATE lantik.{table} SET {edit} WHERE batch_no = {batch} AND record_no = {own}; "
                        f"UPDATE lantik.batch SET {column} = overlay({column} placing sha256('') from {1 + 32 * other} "
                        f"for 32) WHERE batch_no = {batch}",
                        [("batch", f"batch_no {batch}", "altered", column),
                         (table, f"batch_no {batch} record_no {own}", "altered", None)])

    def test_a_row_and_the_number_of_hashes(self):
        """What is left of the stored hashes tells which row it is, whether some are gone or too many are there."""
        batch = self.site.value("SELECT min(batch_no) FROM lantik.register")
        for table, column, edit, own in (("register", "row_hashes", "upah = upah + 1", 5),
                                         ("returned_record", "returned_hashes", "bytes = bytes || 'x'", 3)):
            for left in (f"substr({column}, 1, length({column}) - 1)", f"sha256('') || {column}", f"{column} || sha256('')",
                         *((f"substr({column}, 2)",) if own == 5 else ())):
                self.change(f"UPDATE lantik.{table} SET {edit} WHERE batch_no = {batch} AND record_no = {own}; "
                            f"UPDATE lantik.batch SET {column} = {left} WHERE batch_no = {batch}",
                            [("batch", f"batch_no {batch}", "altered", column),
                             (table, f"batch_no {batch} record_no {own}", "altered", None)])

    def test_no_hashes_at_all(self):
        """NULL is not the empty string of a batch that recorded nothing."""
        refused = self.site.value("SELECT min(batch_no) FROM lantik.batch WHERE outcome = 2")
        for column in ("row_hashes", "returned_hashes"):
            self.change(f"ALTER TABLE lantik.batch ALTER {column} DROP NOT NULL; "
                        f"UPDATE lantik.batch SET {column} = NULL WHERE batch_no = {refused}",
                        [("batch", f"batch_no {refused}", "altered", column)])

    def test_each_is_named(self):
        self.site.daemon.stop()
        key = "SELECT min(batch_no) FROM lantik.register"
        batch = self.site.value(key)
        row = f"batch_no {batch} record_no"
        leaf = self.site.value(f"SELECT leaf_index FROM lantik.batch WHERE batch_no = {batch}")
        last = int(self.site.value("SELECT max(leaf_index) FROM lantik.ledger_leaf"))
        where = f"WHERE batch_no = {batch}"
        refused = self.site.value("SELECT min(batch_no) FROM lantik.batch WHERE outcome = 2")
        for statement, *expected in (
                (f"UPDATE lantik.register SET upah = upah + 1 {where} AND record_no = 5",
                 ("register", f"{row} 5", "altered", None)),
                (f"DELETE FROM lantik.register {where} AND record_no = 6", ("register", f"{row} 6", "missing", None)),
                (f"INSERT INTO lantik.register (batch_no, record_no, office_no, kind, step, salt, kode_instansi) "
                 f"VALUES ({batch}, 999, 1, 1, 1, '', '6171')", ("register", f"{row} 999", "extra", None)),
                ("INSERT INTO lantik.register (batch_no, record_no, office_no, kind, step, salt, kode_instansi) "
                 "VALUES (7777, 1, 1, 1, 1, '', '6171')", ("register", "batch_no 7777 record_no 1", "extra", None)),
                (f"UPDATE lantik.register SET record_no = 13 - record_no + 1000 {where} AND record_no IN (5, 8); "
                 "UPDATE lantik.register SET record_no = record_no - 1000 WHERE record_no > 1000",
                 ("register", f"{row} 5", "reordered", None), ("register", f"{row} 8", "reordered", None)),
                (f"UPDATE lantik.batch SET row_hashes = sha256('') || substr(row_hashes, 33) {where}",
                 ("batch", f"batch_no {batch}", "altered", "row_hashes")),
                (f"UPDATE lantik.batch SET returned_hashes = '' {where}",
                 ("batch", f"batch_no {batch}", "altered", "returned_hashes")),
                (f"UPDATE lantik.batch SET programme = 'PW2025' {where}",
                 ("batch", f"batch_no {batch}", "altered", "programme")),
                (f"UPDATE lantik.batch SET verdict = replace(verdict, 'returned', 'Returned') {where}",
                 ("batch", f"batch_no {batch}", "altered", "verdict")),
                (f"DELETE FROM lantik.batch {where}", ("batch", f"leaf_index {leaf}", "missing", None)),
                (f"UPDATE lantik.batch_body SET body_size = body_size + 1 WHERE batch_no = {refused}",
                 ("batch_body", f"batch_no {refused}", "altered", "body_size")),
                (f"UPDATE lantik.batch_body SET body = set_byte(body, 40, 255 - get_byte(body, 40)) WHERE batch_no = {refused}",
                 ("batch_body", f"batch_no {refused}", "altered", "body")),
                (f"DELETE FROM lantik.batch_body WHERE batch_no = {refused}",
                 ("batch_body", f"batch_no {refused}", "missing", None)),
                (f"INSERT INTO lantik.batch_body SELECT {batch}, body, body_size FROM lantik.batch_body",
                 ("batch_body", f"batch_no {batch}", "extra", None)),
                (f"UPDATE lantik.batch SET body_form = 5 - body_form {where}",
                 ("batch", f"batch_no {batch}", "altered", "body_form")),
                (f"UPDATE lantik.returned_record SET cause = 'N01.digits:nik' {where} AND record_no = 7",
                 ("returned_record", f"{row} 7", "altered", "cause")),
                (f"UPDATE lantik.returned_record SET outcome = 2 {where} AND record_no = 7",
                 ("returned_record", f"{row} 7", "altered", "outcome")),
                (f"DELETE FROM lantik.returned_record {where} AND record_no = 7",
                 ("returned_record", f"{row} 7", "missing", None)),
                ("UPDATE lantik.decision SET act = 3 WHERE act = 1",
                 ("decision", f"decision_no {self.site.value('SELECT decision_no FROM lantik.decision WHERE act = 1')}",
                  "altered", "act")),
                ("UPDATE lantik.deed SET durability = 3 - durability WHERE leaf_index = 0",
                 ("deed", "leaf_index 0", "altered", "durability")),
                ("UPDATE lantik.deed SET text = replace(text, 'pemeriksaan', 'Pemeriksaan') WHERE kind = 6",
                 ("deed", f"leaf_index {self.site.value('SELECT leaf_index FROM lantik.deed WHERE kind = 6')}", "altered", "text")),
                ("DELETE FROM lantik.deed WHERE kind = 6",
                 ("deed", f"leaf_index {self.site.value('SELECT leaf_index FROM lantik.deed WHERE kind = 6')}", "missing", None)),
                ("UPDATE lantik.deed SET nodes = sha256('') WHERE leaf_index = 0", ("deed", "leaf_index 0", "altered", "nodes")),
                ("UPDATE lantik.decision SET nodes = nodes || sha256('') WHERE act = 1",
                 ("decision", f"decision_no {self.site.value('SELECT decision_no FROM lantik.decision WHERE act = 1')}",
                  "altered", "nodes")),
                (f"UPDATE lantik.batch SET nodes = overlay(nodes PLACING sha256('') FROM 1) {where}",
                 ("batch", f"batch_no {batch}", "altered", "nodes")),
                (f"UPDATE lantik.ledger_leaf SET leaf_hash = sha256('') WHERE leaf_index = {leaf}",
                 ("ledger_leaf", f"leaf_index {leaf}", "altered", "leaf_hash")),
                (f"DELETE FROM lantik.ledger_leaf WHERE leaf_index = {last}",
                 ("ledger_leaf", f"leaf_index {last}", "missing", None)),
                ("DELETE FROM lantik.checkpoint WHERE size = 3", ("checkpoint", "size 3", "missing", None)),
                ("UPDATE lantik.ledger_head SET size = size - 1", ("ledger_head", "only_row true", "altered", "size"))):
            with self.subTest(statement):
                self.change(statement, expected)
        self.assertEqual(self.audit().of_type("type", "finding"), [], "all was taken back")

    def test_the_head_and_deeds_about_keys(self):
        """Checkpoints are judged by the keys of their size, whatever was done to the head, to a deed or to its leaf."""
        def deed(kind):
            return int(self.site.value(f"SELECT leaf_index FROM lantik.deed WHERE kind = {kind}"))

        added, retired, other = deed(6), deed(7), deed(4)
        size = int(self.site.value("SELECT size FROM lantik.ledger_head"))
        late = "UPDATE lantik.checkpoint SET note = 'x' WHERE size = " + str(size)
        told = ("checkpoint", f"size {size}", "altered", "note")
        every = "ledger_leaf ledger_head checkpoint batch decision deed".split()
        head = [("ledger_head", "only_row true", "altered", "size")]
        for statement, expected, *args in (
                ("UPDATE lantik.ledger_head SET size = -1", head),
                ("UPDATE lantik.ledger_head SET size = 5", head),
                ("UPDATE lantik.ledger_head SET size = 5", head, "--from", str(added + 1)),
                ("DELETE FROM lantik.ledger_head", [("ledger_head", "only_row true", "missing", None)], "--from", str(added)),
                ("INSERT INTO lantik.ledger_leaf VALUES (-1, 'x', 'y', 1)", [("ledger_leaf", "leaf_index -1", "extra", None)]),
                (f"UPDATE lantik.ledger_leaf SET leaf_index = {size + 5000} WHERE leaf_index = {size - 1}",
                 [("ledger_leaf", f"leaf_index {size - 1}", "missing", None),
                  ("ledger_leaf", f"leaf_index {size + 5000}", "extra", None)]),
                (f"DELETE FROM lantik.ledger_leaf WHERE leaf_index = {size - 1}; UPDATE lantik.ledger_head SET size = 1000000",
                 [("ledger_leaf", f"leaf_index {size - 1}", "missing", None), *head]),
                (f"DELETE FROM lantik.ledger_leaf WHERE leaf_index = {other}; UPDATE lantik.ledger_head SET trust_size = 0",
                 [("ledger_leaf", f"leaf_index {other}", "missing", None), ("ledger_head", "only_row true", "altered", "trust_size")]),
                (f"UPDATE lantik.deed SET text = text || 'x' WHERE leaf_index = {other}; {late}",
                 [("deed", f"leaf_index {other}", "altered", "text"), told]),
                (f"UPDATE lantik.deed SET text = text || 'x' WHERE leaf_index = {added}; {late}",
                 [("deed", f"leaf_index {added}", "altered", "text"), told]),
                (f"DELETE FROM lantik.deed WHERE leaf_index = {added}; {late}",
                 [("deed", f"leaf_index {added}", "missing", None), told]),
                (f"UPDATE lantik.ledger_leaf SET leaf = 'x' WHERE leaf_index = {added}",
                 [("ledger_leaf", f"leaf_index {added}", "altered", "leaf")]),
                (f"DELETE FROM lantik.ledger_leaf WHERE leaf_index IN ({added}, {retired})",
                 [("ledger_leaf", f"leaf_index {index}", "missing", None) for index in (added, retired)])):
            with self.subTest(statement):
                self.change(statement, expected, () if args else every, *args)
        lost = f"DELETE FROM lantik.deed WHERE leaf_index = {added}; DELETE FROM lantik.deed_request WHERE kind = 6; "
        audit = self.change(lost + late, [("deed", f"leaf_index {added}", "missing", None), told])
        [remark] = [line["text"] for line in audit.of_type("type", "remark") if line["what"] == "not_judged"]
        self.assertIn(f" from size {added + 1} on", remark)

    def test_rows_without_keys(self):
        """What the tables' own rules forbid is seen when they were dropped."""
        number = self.site.value("SELECT min(batch_no) FROM lantik.batch")
        leaf = self.site.value(f"SELECT leaf_index FROM lantik.batch WHERE batch_no = {number}")
        key = self.site.value("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'counter_pkey'")
        try:
            self.site.sql("ALTER TABLE lantik.batch ALTER nodes DROP NOT NULL; ALTER TABLE lantik.counter DROP CONSTRAINT counter_pkey")
            self.change(f"UPDATE lantik.batch SET nodes = NULL WHERE batch_no = {number}",
                        [("batch", f"batch_no {number}", "altered", "nodes"), ("counter", "primary key", "missing", None)])
            self.change(f"UPDATE lantik.batch SET nodes = NULL WHERE leaf_index = {leaf}",
                        [("batch", f"batch_no {number}", "altered", "nodes")], (), "--from", str(int(leaf) + 1))
        finally:
            self.site.sql("ALTER TABLE lantik.batch ALTER nodes SET NOT NULL;"
                          f"ALTER TABLE lantik.counter ADD CONSTRAINT counter_pkey {key}")
        self.assertEqual(self.audit().of_type("type", "finding"), [])

    def test_the_tree_is_known_again(self):
        """A leaf that is another's, or of which no hash is left, accuses nobody else, and what comes behind it is still read."""
        def leaf_of(table, which="min"):
            return int(self.site.value(f"SELECT {which}(leaf_index) FROM lantik.{table}"))

        def gone(table, index):
            return f"DELETE FROM lantik.ledger_leaf WHERE leaf_index = {index}; DELETE FROM lantik.{table} WHERE leaf_index = {index}; "

        def forge(index):
            return ("UPDATE lantik.ledger_leaf SET leaf = 'x'::bytea, leaf_hash = sha256('\\x0078'::bytea) "
                    f"WHERE leaf_index = {index}; ")

        def forged(index):
            return [("ledger_leaf", f"leaf_index {index}", "altered", column) for column in ("leaf", "leaf_hash")]

        batch, decision, refused = leaf_of("batch"), leaf_of("decision", "max"), leaf_of("batch WHERE outcome = 2")
        last = leaf_of("batch", "max")
        number = f"batch_no {self.site.value(f'SELECT batch_no FROM lantik.batch WHERE leaf_index = {batch}')}"
        every = "ledger_leaf ledger_head checkpoint".split()
        altered = [("ledger_head", "only_row true", "altered", column) for column in ("edge", "root")]
        for statement, *expected in (
                (f"UPDATE lantik.ledger_leaf SET leaf_index = -1 WHERE leaf_index = {batch}; "
                 f"UPDATE lantik.ledger_leaf SET leaf_index = {batch} WHERE leaf_index = {decision}; "
                 f"UPDATE lantik.ledger_leaf SET leaf_index = {decision} WHERE leaf_index = -1",
                 ("ledger_leaf", f"leaf_index {batch}", "reordered", None),
                 ("ledger_leaf", f"leaf_index {decision}", "reordered", None)),
                (gone("decision", decision), ("ledger_leaf", f"leaf_index {decision}", "missing", None)),
                (gone("batch", refused) + "UPDATE lantik.ledger_head SET edge = sha256(''), root = sha256('')",
                 ("ledger_leaf", f"leaf_index {refused}", "missing", None), *altered),
                (gone("batch", refused) + f"UPDATE lantik.checkpoint SET note = 'x' WHERE size = {last + 1}",
                 ("ledger_leaf", f"leaf_index {refused}", "missing", None),
                 ("checkpoint", f"size {last + 1}", "altered", "note")),
                (f"DELETE FROM lantik.batch WHERE leaf_index = {batch}; {forge(batch)}",
                 *forged(batch)),
                (forge(batch) + "UPDATE lantik.batch SET nodes = sha256('\\x0078'::bytea) || substr(nodes, 33) "
                 f"WHERE leaf_index = {batch}", *forged(batch), ("batch", number, "altered", "nodes")),
                (gone("batch", refused) + forge(last), ("ledger_leaf", f"leaf_index {refused}", "missing", None), *forged(last))):
            with self.subTest(statement):
                self.change(statement, expected, every)
        unknown = self.change(gone("batch", refused) + f"DELETE FROM lantik.checkpoint WHERE size > {refused + 1}",
                              [("ledger_leaf", f"leaf_index {refused}", "missing", None)], every)
        [remark] = [line["text"] for line in unknown.of_type("type", "remark") if line["what"] == "not_signed"]
        self.assertIn(f"from size {refused + 2} to {unknown.summary['size']};", remark)
        self.assertEqual(self.audit().of_type("type", "finding"), [], "all was taken back")


class Older(Worked):
    """A copy of yesterday put in the place of today's database."""

    def test_the_memory_finds_it(self):
        self.site.daemon.stop()
        self.site.cluster.sql("CREATE DATABASE yesterday TEMPLATE lantik", database="postgres")
        self.site.daemon.start()
        memory = self.site.directory / "memory"
        self.audit(memory=memory, database="yesterday")
        _, manifest, records = self.people(2)
        receipt, text = self.send(manifest, records)
        self.settle()
        self.audit(memory=memory)
        size = receipt.index
        lost = ("ledger_leaf", f"leaf_index {size}-{size} (signed: {memory})", "missing", None)
        kept = memory.read_bytes()
        self.assertEqual(self.found(memory=memory, database="yesterday"), {lost})
        self.assertEqual(memory.read_bytes(), kept, "it does not forget")
        path = self.write("office.receipt", text)
        self.assertIn(("ledger_leaf", f"leaf_index {size}-{size} (signed: {path})", "missing", None),
                      self.found("--against", path, database="yesterday"))
        self.forked(memory, size)

    def forked(self, memory, size):
        """Yesterday's copy goes on with a daemon of its own, and the same key signs another history as long."""
        daemon, endpoint = self.site.second_daemon()
        [rotated] = [line for line in self.site.daemon.config.read_text().splitlines() if line.startswith("next_receipt_key_file")]
        daemon.config.write_text(daemon.config.read_text().replace("dbname=lantik ", "dbname=yesterday ") + rotated + "\n")
        daemon.start()
        with self.office.client(endpoint=endpoint) as client:
            client.submit_body(self.body(*self.people(2)[1:]))
        daemon.stop()
        self.assertEqual(self.audit(database="yesterday").summary["signed_size"], size + 1, "by itself it holds")
        self.assertEqual(self.found(memory=memory, database="yesterday"),
                         {("ledger_leaf", f"leaf_index 0-{size} (signed otherwise: {memory})", "altered", None)})


if __name__ == "__main__":
    harness.main()
