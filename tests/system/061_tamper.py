"""Every edit of the database behind the daemon's back is found by `lantikctl audit`, with its row named: each column
changed, rows removed, added, exchanged and cut off. What is not covered stands in docs/audit.md, and nothing else.

SPDX-License-Identifier: Apache-2.0

061_tamper.py               each column once, and each way of editing each table
061_tamper.py --edits 1000  as many edits, drawn at random
061_tamper.py --only TABLE  the edits of these tables alone
LANTIK_TEST_SEED repeats a run.
"""

import os
import random
import re
import sys
import time
import unittest

import batches
import harness
import tamper

EDITS, ONLY = 0, []


def pages():
    """(covered, not covered): {table: columns}, None for a whole table, as docs/audit.md says."""
    text = (harness.ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    told = []
    for heading in ("## What is covered", "## What is not covered"):
        section = text.split(heading + "\n", 1)[1].split("\n## ", 1)[0]
        tables = {}
        for line in section.splitlines():
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if line.startswith("| `") and len(cells) >= 3:
                columns = re.findall(r"`(\w+)`", cells[1])
                for name in re.findall(r"`(\w+)`", cells[0]):
                    tables.setdefault(name, set()).update(columns or {"*"})
        told.append(tables)
    return told


class Tamper(batches.Case):
    seed = 61

    # --- a small ledger of everything ---

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dice_seed = os.environ.get("LANTIK_TEST_SEED") or str(random.randrange(1 << 32))
        print(f"seed: LANTIK_TEST_SEED={cls.dice_seed}")
        cls.build(cls("run"))
        cls.site.daemon.stop()
        cls.database = tamper.Database(cls.site)
        cls.covered, cls.uncovered = pages()

    @classmethod
    def tearDownClass(cls):
        cls.database.session.close()
        super().tearDownClass()

    def tearDown(self):
        """Nothing: the register is not what it was."""

    def build(self):
        self.add_offices()
        self.form_register()
        self.decide_records()
        self.erase_people()
        self.change_receipt_key()

    def add_offices(self):
        """Offices, keys and scopes that came and went."""
        import zmq

        def keys(name):
            curve, _ = zmq.curve_keypair()
            signing = self.office.receipt.SigningKey.of(name, os.urandom(32)).verifier.format()
            return "--curve-key", curve.decode(), "--signing-key", signing

        stolen = keys("kota-uji")
        self.site.ctl("office", "add", "kota-uji", "--agencies", "6171,6271", *keys("kota-uji"))
        self.site.ctl("office", "add", "kota-uji", *stolen)
        self.site.ctl("office", "scope", "kota-uji", "--agencies", "6171", "--from", "2026-07-01", "--until", "2027-01-01")
        self.site.ctl("office", "scope", "kota-uji", "--kanreg", "03", "--from", "2027-01-01")
        self.site.ctl("office", "revoke", "--key", stolen[1], "--reason", "laptop hilang")
        self.site.ctl("office", "add", "kota-lain", "--kanreg", "03", *keys("kota-lain"))
        self.site.ctl("office", "revoke", "kota-lain", "--reason", "kantor ditutup")

    def form_register(self):
        """Places taken, moved, given back and kept; three batches refused whole; two rulebooks."""
        first, manifest, records = self.people(9)
        for record, group in zip(records, (1, 1, 1, 2, 2, 2, 3, 3, 1)):
            record.kelompok_lapor = group
        records[8].nik = records[8].nik[:15] + "x"
        self.send(manifest, records)
        self.first_batch = batches.uuid_of(manifest.batch_id)
        _, manifest, later = self.people(9, step="SK", first=first)
        self.send(manifest, later[4:7])
        self.load(["rule_case,severity,kind,step,kode_instansi", "B09.quota,WARN,,,6202"])
        for at, (change, group) in enumerate(((1, 2), (4, 1), (3, 1), (2, 2))):
            records[at].change_kind, records[at].change_reason, records[at].kelompok_lapor = change, "berubah", group
        _, manifest, _ = self.people(9, first=first)
        self.send(manifest, records[:4])
        _, manifest, wrong = self.people(2)
        manifest.count_guru, manifest.count_kesehatan, manifest.count_teknis = 7, 7, 7
        for _ in range(3):
            self.assertEqual(self.submit(self.body(manifest, wrong)).verdict.outcome, "refused")
            self.refused_batch = batches.uuid_of(manifest.batch_id)
            _, _, wrong = self.people(2)

    def decide_records(self):
        """Full-time appointments of people who are part-time already wait for an official."""
        _, manifest, others = self.people(8, kind="PPPK")
        _, own, part_time = self.people(7)
        self.send(own, part_time)
        for one, two in zip(others, part_time):
            one.nik, one.tgl_lahir, one.jenis_kelamin = two.nik, two.tgl_lahir, two.jenis_kelamin
            one.nip = two.nip[:8] + one.nip[8:14] + two.nip[14] + one.nip[15:]
        self.send(manifest, others)
        self.decide("accept", manifest.batch_id, 1, 2)
        self.decide("return", manifest.batch_id, 3)
        for rejected in (4, 5, 6):
            self.decide("reject", manifest.batch_id, rejected)
        self.decide("replay", manifest.batch_id, 3, 7)
        self.decided_batch = batches.uuid_of(manifest.batch_id)
        _, manifest, [spoiled] = self.people(1)
        spoiled.nik = "99"
        self.send(manifest, [spoiled])

    def erase_people(self):
        """One with two versions, one who was returned, one who was rejected and appointed otherwise, one of a refused batch."""
        for batch, record in ((self.first_batch, 5), (self.first_batch, 9), (self.decided_batch, 6), (self.refused_batch, 1)):
            harness.run(harness.program("lantikctl"), "--database", self.site.cluster.conninfo("lantik_reviewer"), "erase", batch,
                        record, "--official", "Pejabat Uji", "--reason", "putusan 12/2027", "--yes", "--in-force")

    def change_receipt_key(self):
        """A second receipt key beside the first, and then without it."""
        def order(act, *key):
            self.site.ctl("key", act, *key, "--recovery-key", self.site.recovery / "recovery.key", "--official", "Pejabat Uji",
                          "--reason", "pergantian tahunan")

        self.site.ctl("key", "new-receipt", "--directory", self.site.keys, "--origin", self.site.ORIGIN)
        [new] = self.site.keys.glob("receipt-*.vkey")
        self.site.daemon.stop()
        with open(self.site.daemon.config, "a", encoding="utf-8") as config:
            config.write(f'next_receipt_key_file = "{new.with_suffix(".key")}"\n')
        self.site.daemon.start()
        order("add", new)
        _, manifest, records = self.people(2)
        self.send(manifest, records)
        order("retire", self.site.keys / "receipt.vkey", "--yes")
        harness.wait_until(lambda: self.site.value("SELECT max(size) FROM lantik.checkpoint") == self.site.value(
            "SELECT size FROM lantik.ledger_head"), 20, "all is signed")

    # --- one edit ---

    def audit(self):
        return self.site.audit(expect=(0, 3, 8)).of_type("type", "finding")

    def is_covered(self, table, column):
        told, left_out = self.covered.get(table, ()), self.uncovered.get(table, ())
        return column in told or ("*" in told and column not in left_out)

    def check_others(self, what, table, rows, findings):
        """No other row of the table is named."""
        for f in findings:
            if f["table"] == table.name and not any(row.is_named(f["key"]) for versions in rows for row in versions):
                self.missed.append(f"{what}: found for another row: {f['key']} {f['what']} {f['column']}")

    def check(self, what, table, column, rows, findings):
        """Every one of these rows, each as it was or as it is, is named by a finding."""
        said = [f for f in findings if f["table"] == table.name]
        for versions in rows:
            about = [f for f in said if any(row.is_named(f["key"]) for row in versions)]
            if column and column not in table.key:  # when a column is told, it is that one
                about = [f for f in about if f["column"] in (None, column)]
            if about:
                continue
            self.missed.append(f"{what}: not found: {versions[0].values if len(str(versions[0].values)) < 300 else ''}; "
                               f"found {[(f['table'], f['key'], f['what'], f['column']) for f in findings[:6]]}")

    def edit(self, how, table, column=None):
        """Makes an edit; what to say of it, and the rows that must be named. None: there is nothing to edit so."""
        return getattr(self, how)(table, column)

    def update(self, table, column):
        kind, nullable = table.columns[column]
        rows = self.database.some(table, 12, self.dice)
        for row in sorted(rows, key=lambda row: row.values[column] in (None, "", [])):
            for _ in range(8):
                old = row.values[column]
                new = tamper.other_value(kind, old, self.dice)
                if nullable and old is not None and self.dice.randrange(5) == 0:
                    new = None
                try:
                    changed = self.database.put(table, row, {column: new})
                except tamper.Taken:
                    continue
                return f"{table.name}.{column}: {str(old)[:40]!r} -> {str(new)[:40]!r}", [(row, changed)]
        return None

    def delete(self, table, _):
        rows = self.database.some(table, 2, self.dice)
        if "truncate" in self.unseen(table.name):  # that is what removing the last one is
            last = self.database.last(table, 1)[0].values
            rows = [row for row in rows if row.values != last]
        if not rows:
            return None
        rows = rows[:1]
        self.database.remove(table, rows)
        return f"{table.name}: a row deleted", [(rows[0],)]

    def insert(self, table, _):
        """A copy of a row under another key."""
        for row in self.database.some(table, 12, self.dice):
            changed = {} if table.unique else {self.dice.choice(list(table.columns)): 0}
            for columns in table.unique:
                if not changed.keys() & set(columns):
                    changed[self.dice.choice(columns)] = 0
            for _ in range(8):
                for column in changed:
                    last = changed[column] or row.values[column]
                    changed[column] = tamper.other_value(table.columns[column][0], last, self.dice)
                try:
                    added = self.database.add(table, {**row.values, **changed})
                except tamper.Taken:
                    continue
                return f"{table.name}: a row added by {', '.join(changed)}", [(added,)]
        return None

    def swap(self, table, _):
        """Two rows change places: each gets what the other says, under its own key."""
        rows = self.database.some(table, 30, self.dice)
        names = [name for name in table.columns if name not in table.key and self.is_covered(table.name, name)]
        if not table.key:
            names = names[:1]
        for one in rows:
            for two in rows:
                differ = {name for name in table.columns if one.values[name] != two.values[name]}
                if differ & set(names) and (table.key or len(differ) > 1):
                    self.database.remove(table, [one, two])
                    first = self.database.add(table, {**one.values, **{name: two.values[name] for name in names}})
                    second = self.database.add(table, {**two.values, **{name: one.values[name] for name in names}})
                    return f"{table.name}: two rows exchanged", [(one, first), (two, second)]
        return None

    def truncate(self, table, _):
        rows = self.database.last(table, self.dice.choice([1, 2, 3]))
        if not rows:
            return None
        self.database.remove(table, rows)
        return f"{table.name}: the last {len(rows)} rows cut off", [(row,) for row in rows]

    def try_columns(self, table, columns):
        """Changes a column of each of several rows of the register, which are hashed each by itself."""
        rows = self.database.read(table, "")
        self.dice = random.Random(f"{self.dice_seed} {columns}")
        self.dice.shuffle(rows)
        made = []
        self.assertGreaterEqual(len(rows), len(columns))
        for column, row in zip(columns, rows):
            value = tamper.other_value(table.columns[column][0], row.values[column], self.dice)
            made.append((f"{table.name}.{column}: {str(row.values[column])[:40]!r} -> {str(value)[:40]!r}", column, row,
                         self.database.put(table, row, {column: value})))
        findings = self.audit()
        for what, column, row, changed in made:
            self.done += 1
            self.check(f"{self.done}: {what}", table, column, [(row, changed)], findings)
        self.check_others(f"{columns}", table, [(row, changed) for _, _, row, changed in made], findings)
        self.database.undo(table.name)

    def try_edit(self, how, table, column=None):
        """False: there was nothing to edit so."""
        self.dice = random.Random(f"{self.dice_seed} {self.done} {how} {table.name} {column}")
        made = self.edit(how, table, column)
        if made:
            what, rows = made
            self.done += 1
            findings = self.audit()
            self.check(f"{self.done}: {what}", table, column, rows, findings)
            self.check_others(f"{self.done}: {what}", table, rows, findings)
            self.database.undo(table.name)
        return bool(made)

    # --- the tests ---

    def test_1_an_untouched_database_holds(self):
        self.assertEqual(self.audit(), [])

    def test_2_the_page_names_every_column_once(self):
        wrong = []
        for table in self.database.tables.values():
            for column in table.columns:
                inside = self.is_covered(table.name, column)
                outside = column in self.uncovered.get(table.name, ()) or "*" in self.uncovered.get(table.name, ())
                if inside == outside:
                    wrong.append(f"{table.name}.{column} is in {'both' if inside else 'neither'}")
        for tables in (self.covered, self.uncovered):
            for name, columns in tables.items():
                known = self.database.tables[name].columns if name in self.database.tables else {}
                wrong += [f"{name}.{column} is no column" for column in columns - {"*"} if column not in known]
                wrong += [f"{name} is no table"] * (not known)
        self.assertFalse(wrong, "docs/audit.md against the catalog")
        empty = [name for name in self.covered if not self.database.rows(f"SELECT 1 FROM lantik.{name} LIMIT 1")]
        self.assertFalse(empty, "every covered table has rows to edit")

    def kinds_of_edits(self):
        """(how, table, column) of everything that is covered."""
        found = []
        for name in ONLY or self.covered:
            table = self.database.tables[name]
            found += [("update", table, column) for column in table.columns
                      if self.is_covered(name, column)]
            found += [(how, table, None) for how in ("delete", "insert", "swap", "truncate") if how not in self.unseen(name)]
        return found

    def unseen(self, name):
        """Ways of editing of which the page says that nobody notices them."""
        text = (harness.ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
        section = text.split("## Rows that nobody misses\n", 1)[1].split("\n## ", 1)[0]
        return {how for line in section.splitlines() if line.startswith(f"| `{name}` ") for how in re.findall(r"`(\w+)`", line)[1:]}

    def test_3_every_edit_is_found_and_its_row_named(self):
        self.missed, self.done = [], 0
        started = time.monotonic()
        edits = self.kinds_of_edits()
        register = [(how, table, column) for how, table, column in edits
                    if (how, table.name) == ("update", "register") and column not in table.key]
        for at in range(0, len(register), 12):
            self.try_columns(register[at][1], [column for _, _, column in register[at:at + 12]])
        impossible = [f"{how} {table.name} {column or ''}" for how, table, column in edits
                      if (how, table, column) not in register and not self.try_edit(how, table, column)]
        dice = random.Random(self.dice_seed)
        while self.done < EDITS:
            self.try_edit(*dice.choice(edits))
        print(f"figure: {self.done} edits, {len(self.missed)} not found or wrongly named, {time.monotonic() - started:.0f} s; "
              f"not possible: {', '.join(impossible) or 'none'}")
        self.assertFalse(self.missed, "\n" + "\n".join(self.missed))
        self.assertEqual(self.audit(), [], "everything was undone")

    def moved(self, table, column, where):
        """Numbers that are told as altered when rows of the table get others."""
        self.database.do(f"UPDATE lantik.{table} SET {column} = {column} + 5000 WHERE {where}")
        told = [(f["table"], f["key"]) for f in self.audit() if (f["column"], f["what"]) == (f["table"] + "_no", "altered")]
        self.database.undo(table)
        return told

    def test_4_numbers_are_told_by_what_stands_under_them(self):
        for table in ("batch", "decision"):
            for (number,) in self.database.rows(f"SELECT {table}_no FROM lantik.{table}"):
                self.assertEqual(self.moved(table, f"{table}_no", f"{table}_no = {number}"),
                                 [(table, f"{table}_no {int(number) + 5000}")])
        for table in ("register", "returned_record", "erased_row", "erased_body"):
            for (number,) in self.database.rows(f"SELECT DISTINCT batch_no FROM lantik.{table}"):
                first = f"SELECT min(ctid) FROM lantik.{table} WHERE batch_no = {number}"
                self.assertEqual(self.moved(table, "batch_no", f"ctid = ({first})"), [])


if __name__ == "__main__":
    if "--edits" in sys.argv:
        at = sys.argv.index("--edits")
        EDITS = int(sys.argv[at + 1])
        del sys.argv[at:at + 2]
    if "--only" in sys.argv:
        at = sys.argv.index("--only")
        ONLY = sys.argv[at + 1:]
        del sys.argv[at:]
    unittest.main(verbosity=2)
