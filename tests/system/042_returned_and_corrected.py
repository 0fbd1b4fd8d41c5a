"""4,631 people, 200 of them broken in 30 ways: the others go in, these come back with the right reasons, and corrected they
go in once.

SPDX-License-Identifier: Apache-2.0
"""

import collections
import csv
import pathlib
import unittest

import harness

ROWS, BROKEN = (600, 60) if harness.SLICE else (4631, 200)


def cell(name, value):
    return lambda row: row.update({name: value})


def part(name, at, text):
    return lambda row: row.update({name: row[name][:at] + text + row[name][at + len(text):]})


# What breaks a row, and the one finding that returns it. Written from the rules, not taken from a checker.
WAYS = [
    ("N01.missing", "nik", cell("nik", "")),
    ("N01.length", "nik", lambda row: row.update(nik=row["nik"][:15])),
    ("N01.digits", "nik", part("nik", 15, "O")),
    ("N02.date", "nik", part("nik", 8, "13")),
    ("N03.serial", "nik", part("nik", 12, "0000")),
    ("N04.province", "nik", part("nik", 0, "98")),
    ("P01.length", "nip", lambda row: row.update(nip=row["nip"] + "1")),
    ("P01.digits", "nip", part("nip", 16, "l")),
    ("P02.date", "nip", part("nip", 4, "1332")),
    ("P04.year", "nip", part("nip", 8, "2019")),
    ("P05.malformed", "nip", part("nip", 12, "17")),
    ("P06.digit", "nip", part("nip", 14, "9")),
    ("P06.sex", "nip", lambda row: row.update(nip=row["nip"][:14] + "21"[int(row["nip"][14]) - 1] + row["nip"][15:])),
    ("P09.kind", "nip", part("nip", 12, "03")),
    ("T01.control", "unor_nama", cell("unor_nama", "DINAS\tPENDIDIKAN")),
    ("T01.formula", "jabatan_nama", cell("jabatan_nama", "=B7")),
    ("T03.empty", "nama", cell("nama", "")),
    ("T03.no_letter", "nama", cell("nama", ". . .")),
    ("T06.scientific", "nik", cell("nik", "9.90101E+15")),
    ("T07.money", "upah", cell("upah", "satu juta")),
    ("T07.word", "jenis_kelamin", cell("jenis_kelamin", "L")),
    ("T07.id", "unor_id", cell("unor_id", "12345")),
    ("D01.missing", "tgl_lahir", cell("tgl_lahir", "")),
    ("D01.unreadable", "tgl_pertek", cell("tgl_pertek", "2025-09-31")),
    ("D08.start", "tgl_kontrak_mulai", lambda row: row.update(tgl_kontrak_mulai="2025-10-02", tgl_kontrak_akhir="2026-10-01")),
    ("D08.order", "tgl_kontrak_akhir", cell("tgl_kontrak_akhir", "2025-09-30")),
    ("D14.before", "tgl_spmt", cell("tgl_spmt", "2025-09-30")),
    ("K01.format", "no_peserta", part("no_peserta", 0, "XX")),
    ("J01.group", "kelompok_jabatan", cell("kelompok_jabatan", "")),
    ("W01.missing", "upah", cell("upah", "")),
    ("W03.unit", "upah", cell("upah", "1500000000")),
    ("S07.status", "status_usulan", cell("status_usulan", "6")),
]


def read(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def write(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


class ReturnedAndCorrected(harness.Case):
    def spoil(self, path):
        """Breaks every so many rows of the file, in turn by each way; the record numbers with what is expected."""
        rows = read(path)
        self.clean = [dict(row) for row in rows]
        expected = {}
        for i in range(BROKEN):
            at = i * (ROWS // BROKEN)
            case, field, change = WAYS[i % len(WAYS)]
            change(rows[at])
            self.assertNotEqual(rows[at], self.clean[at], case)
            expected[at + 1] = (case, field)
        write(path, rows)
        return expected

    def snapshot(self):
        return {table: self.site.value(f"SELECT count(*) FROM lantik.{table}") for (table,) in self.site.sql(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'lantik'::regnamespace")}

    def test_the_whole_circle(self):
        office = self.site.office()
        office.lantik("sync")
        path = pathlib.Path(office.sample("usulan", kind="PPPK_PW", step="NI", agency="6200", rows=ROWS, seed=4631))
        expected = self.spoil(path)
        self.assertGreaterEqual(len({case for case, _ in expected.values()}), 30)
        before = self.snapshot()
        done = office.submit(path, expect=(3,))
        self.assertEqual((done.summary["accepted"], done.summary["returned"]), (ROWS - BROKEN, BROKEN))
        self.came_back_for_the_right_reason(expected)
        self.nothing_else_changed(before, done)
        self.correct_and_send_again(office, path, expected)

    def came_back_for_the_right_reason(self, expected):
        held = collections.defaultdict(set)
        for number, case, field in self.site.sql(
                "SELECT record_no, rule_case, field FROM lantik.finding WHERE severity <> 4"):
            held[int(number)].add((case, field))
        self.assertEqual({number: {reason} for number, reason in expected.items()}, dict(held))
        causes = dict(self.site.sql("SELECT record_no, cause FROM lantik.returned_record"))
        self.assertEqual({str(n): f"{case}:{field}" for n, (case, field) in expected.items()}, causes)
        self.assertEqual({int(n) for (n,) in self.site.sql("SELECT record_no FROM lantik.appointment")},
                         set(range(1, ROWS + 1)) - set(expected))

    def nothing_else_changed(self, before, done):
        after = self.snapshot()
        grown = {table: int(after[table]) - int(before[table]) for table in after if after[table] != before[table]}
        self.assertEqual((grown.pop("register"), grown.pop("current_appointment"), grown.pop("returned_record"),
                          grown.pop("batch"), grown.pop("ledger_leaf")),
                         (ROWS - BROKEN, ROWS - BROKEN, BROKEN, 1, 1))
        self.assertLessEqual(set(grown), {"finding", "checkpoint", "counter", "rulebook"})

    def correct_and_send_again(self, office, path, expected):
        returned = path.with_name(path.name + ".returned.csv")
        rows = read(returned)
        self.assertEqual(len(rows), BROKEN)
        for row in rows:
            number = int(row["corrects_record_no"])
            self.assertIn(number, expected)
            row.update({name: value for name, value in self.clean[number - 1].items() if not name.startswith("corrects_")})
        write(returned, rows)
        done = office.submit(returned)
        self.assertEqual((done.summary["accepted"], done.summary["returned"]), (BROKEN, 0))
        self.assertEqual(self.site.value("SELECT count(DISTINCT nik_key) || ' ' || count(*) FROM lantik.current_appointment"),
                         f"{ROWS} {ROWS}")
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.appointment"), str(ROWS))
        self.assertEqual({nik for (nik,) in self.site.sql("SELECT nik FROM lantik.appointment")},
                         {row["nik"] for row in self.clean})
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.record_state WHERE state = 'returned' AND NOT corrected"),
                         "0")
        self.assertEqual(self.site.value("SELECT sum(accepted) FROM lantik.counter"), str(ROWS))
        state = self.site.state_of_register()
        office.submit(path, expect=(3,))
        office.submit(returned)
        self.assertEqual(self.site.state_of_register(), state, "sending both again changes nothing")
        office.lantik("verify")


class CorrectedManifest(harness.Case):
    def test_a_corrected_manifest_is_judged_anew(self):
        """All records came back for what the manifest says: the same records, with another manifest, are another batch."""
        office = self.site.office()
        office.lantik("sync")
        path = pathlib.Path(office.sample("salah", kind="PPPK_PW", step="NI", agency="6204", rows=20, seed=77))
        manifest = path.with_suffix(".manifest")
        right = manifest.read_text()
        manifest.write_text(right.replace("0210", "0208"))
        self.assertNotEqual(manifest.read_text(), right)
        wrong = office.submit(path, expect=(3,))
        self.assertEqual((wrong.summary["accepted"], wrong.summary["returned"]), (0, 20))
        manifest.write_text(right)
        done = office.submit(path)
        self.assertEqual((done.summary["accepted"], done.summary["returned"]), (20, 0))
        manifest.write_text(right.replace("PW2024", "PW2024 "))
        office.submit(path)
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.batch WHERE kode_instansi = '6204'"), "2")
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.appointment WHERE kode_instansi = '6204'"), "20")


if __name__ == "__main__":
    harness.main()
