#!/usr/bin/python3
"""Random and damaged rows: `lantik check` and the centre's rehearsal find the same, but for what only the register knows.

SPDX-License-Identifier: Apache-2.0

041_differential.py [--rows N] [--seed N]   default 4,000 rows and a seed from the clock, which is printed
"""

import argparse
import collections
import csv
import os
import pathlib
import random
import sys
import time
import unittest

import harness

KINDS = {"PPPK_PW": ["NI", "SK", "PERJANJIAN", "SPMT"], "PPPK": ["NI", "SK", "PERJANJIAN", "SPMT"],
         "CPNS": ["NI", "SK", "SPMT"], "PNS": ["SK"], "JF": ["SK", "PELANTIKAN"]}
AGENCIES = ["6171", "6200", "6101", "6274"]
BATCH = 1000
OPTIONS = argparse.Namespace(rows=4000 if not harness.SLICE else 500, seed=time.time_ns() % 10**9)

# Rows of tables that the shipped reference leaves empty, so that no rule is idle.
GIVEN = {
    "submission_windows.csv": ["programme,step,kode_instansi,opens,closes,grace_minutes,coverage,note",
                               "PW2024,NI,,2020-01-01 00:00,2090-01-01 00:00,0,sourced,a test",
                               "PW2024,SK,6101,2020-01-01 00:00,2021-01-01 00:00,0,sourced,a test",
                               "PW2024,SPMT,6200,2090-01-01 00:00,2091-01-01 00:00,0,unverified,a test"],
    "severities.csv": ["rule_case,severity,kind,step,kode_instansi,note",
                       "N05.birth_date,REVIEW,,SK,,a test", "T05,OFF,PNS,,,a test", "D13.retroactive,ERROR,,,6200,a test"],
}


# --- damage to one cell: each takes the dice and the text, and gives another -----------------------------------------------


def scientific(dice, text):
    return f"{float(text[-18:]):.{dice.randrange(2, 12)}E}".replace(".", dice.choice(".,")) if text.isdigit() else text + "E+15"


def rounded(dice, text):
    return text[:15] + "0" * (len(text) - 15) if len(text) > 15 else text[:-1] + "0"


def lost_zero(dice, text):
    return text.lstrip("0")


def excel(dice, text):
    return dice.choice([scientific, rounded, lost_zero, lambda d, t: t + ".0", lambda d, t: t + ",00", lambda d, t: "'" + t,
                        lambda d, t: "''" + t, lambda d, t: f"=\"{t}\"", lambda d, t: "#N/A", lambda d, t: "########"])(dice, text)


def nothing(dice, text):
    return dice.choice(["", "null", "NULL", "Null", "-", "--", " - ", "'", "n/a", "0", "None", "\u00a0", "' '"])


def date(dice, text):
    year, month, day = dice.randrange(1890, 2210), dice.randrange(0, 14), dice.randrange(0, 33)
    return dice.choice([
        f"{year:04d}-{month:02d}-{day:02d}", f"{day:02d}-{month:02d}-{year:04d}", f"{day:02d}/{month:02d}/{year}",
        f"{month}/{day}/{year}", f"{year}/{month:02d}/{day:02d}", f"{year:04d}-{month:02d}-{day:02d}T00:00:00Z",
        f"{year:04d}-{month:02d}-{day:02d}T12:00:00Z", f"{day:02d}-{month:02d}-{year % 100:02d}", str(dice.randrange(20000, 60000)),
        "0001-01-01", "2024-02-29", "2025-02-29", "1900-02-29", f"{year}{month:02d}{day:02d}", "1 Oktober 2025",
        f"2025-{dice.randrange(1, 13):02d}-01", f"20{dice.randrange(20, 30)}-10-01", "2025-10-01 00:00:00"])


STRANGE = ["\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u202a", "\u202e", "\u202f", "\u2028", "\u2029", "\u2060", "\u2066",
           "\u2069", "\u206a", "\ufeff", "\u00a0", "\u3000", "\u2003", "\u00ad", "\u0085", "\u009f", "\u007f", "\u0001", "\u001f",
           "\u2018", "\u2019", "\u02bc", "\u0060", "\u00b4", "\u201c", "\u0301", "\u0308", "\u0327", "e\u0301", "\u00e9", "\u00df",
           "\u0130", "\ufb01", "\uff11", "\u0661", "\U0001f600", "\U000e0001", "\ufffd", "\ufffe", "\u212b", "\u0344", "\uac01",
           "\u1100\u1161", "\t", "\n", "\r\n", "\v", "\f"]


def unicode(dice, text):
    for _ in range(dice.randrange(1, 4)):
        at = dice.randrange(len(text) + 1)
        text = text[:at] + dice.choice(STRANGE) + text[at + dice.randrange(2):]
    return text


def quotes(dice, text):
    at = dice.randrange(len(text) + 1)
    return text[:at] + dice.choice(['"', '""', '",', ';', ',', '\t', '"\n"', "'", '\\"', "|"]) + text[at:]


def huge(dice, text):
    return (text or dice.choice("A1é ")) * dice.choice([2, 10, 30, 60, 100]) if len(text) < 40 else text * 20


def formula(dice, text):
    return dice.choice(["=", "+", "-", "@", " =", "'=", "\t="]) + text


def typing(dice, text):
    at, letter = dice.randrange(len(text) + 1), dice.choice("0123456789OlIABcé .-/")
    return dice.choice([text[:at] + letter + text[at:], text[:at] + letter + text[at + 1:], text[:at] + text[at + 1:],
                        text[:at] + text[at:at + 2][::-1] + text[at + 2:]])


def digit(dice, text):
    if not text:
        return "1"
    at = dice.randrange(len(text))
    return text[:at] + dice.choice("0123456789") + text[at + 1:]


def shape(dice, text):
    return dice.choice([str.upper, str.lower, str.title, str.swapcase, lambda t: f" {t}", lambda t: f"{t}  ", lambda t: f"\u00a0{t}",
                        lambda t: t.replace(" ", "  "), lambda t: t.replace(" ", "_"), lambda t: t.replace("-", "")])(text)


def number(dice, text):
    return dice.choice(["0", "-1", "1", "6", "13", "99", "100", "2199", "2200", "2147483647", "2147483648", "9" * 20, "1.5", "1,5", "1e3",
                        "0x10", "٣", "1 000", "1.000.000", "1.000.000,00", "Rp 1.016.515", "150000", "1000000000", "1000000000,01",
                        "999999999999,99", "1000000000000", "0,01", "1,016,515", str(dice.randrange(10**7))])


def word(dice, text):
    return dice.choice(["ya", "tidak", "Y", "1", "TRUE", "mungkin", "M", "F", "P", "L", "R1", "R2", "R3/L", "TMS", "R3/TMS", "L/", "guru",
                        "kesehatan", "Penata Layanan Operasional", "tukang", "I", "IX", "XVII", "XVIII", "III/a", "IV/e", "IV/f", "00",
                        "0", "amendment", "perpanjangan", "Ahli Madya", "ahli_utama", "kolektif", "5", "05", "7", "40", "41"])


def identifier(dice, text):
    return dice.choice([text.upper(), text.replace("-", ""), text[:-1], text + "0", text.replace("a", "g"), "0" * 32, "A" * 16, "A" * 17,
                        f"{{{text}}}", f"{dice.getrandbits(128):032x}", f"{dice.getrandbits(128):032X}"])


def documents(dice, text):
    item = f"{dice.randrange(-1, 1000)} dok/{dice.randrange(99)}.pdf"
    return dice.choice([item, f"{text}|{item}", f"{item} {'ab' * 32}", f"{item} {'ab' * 31}", f"{item} -", "|".join([item] * 16),
                        "|".join([item] * 17), "|", f"{text}|", "887", " dok", f"{item} x y", text.split("|")[0],
                        f"7 {'a' * 200}", f"7 {'a' * 201}", f"7 =a", f"7 a\u200bb"])


CELLS = {"tgl": date, "tmt": date, "tanggal": date, "upah": number, "tahun": number, "_id": identifier, "dokumen": documents}
ANY = [excel, nothing, unicode, quotes, huge, formula, typing, digit, shape, number, word, date]


# --- damage to a row, to a batch, to a file --------------------------------------------------------------------------------


def damage_cell(dice, header, row):
    at = dice.randrange(len(header))
    fitting = [damage for part, damage in CELLS.items() if part in header[at].lower()]
    damage = dice.choice(fitting) if fitting and dice.random() < 0.6 else dice.choice(ANY)
    row[at] = damage(dice, row[at])


def damage_number(dice, header, row):
    """Of a person's numbers, on which most rules rest."""
    at = header.index(dice.choice([name for name in header if name.lower() in ("nik", "nip", "no_peserta")]))
    row[at] = dice.choice([digit, digit, digit, typing, excel, nothing])(dice, row[at])


def swap_cells(dice, header, row):
    a, b = dice.sample(range(len(header)), 2)
    row[a], row[b] = row[b], row[a]


def shift_cells(dice, header, row):
    at = dice.randrange(len(header))
    row[at:] = [""] + row[at:-1] if dice.random() < 0.5 else row[at + 1:] + [""]


def another_cell(dice, header, row):
    a, b = dice.sample(range(len(header)), 2)
    row[a] = row[b]


def random_row(dice, header, row):
    for at in range(len(row)):
        row[at] = dice.choice(ANY)(dice, row[at]) if dice.random() < 0.5 else ""


ROWS = [damage_cell] * 12 + [damage_number] * 5 + [swap_cells, shift_cells, another_cell] * 2 + [random_row]


def copy_rows(dice, header, rows):
    for _ in range(max(1, len(rows) // 100)):
        a, b = dice.randrange(len(rows)), dice.randrange(len(rows))
        if dice.random() < 0.5:
            rows[a] = list(rows[b])
        else:
            at = header.index(dice.choice(header))
            rows[a][at] = rows[b][at]


def round_column(dice, header, rows):
    for name in ("nik", "nip"):
        at = [column.lower() for column in header].index(name)
        for row in rows:
            row[at] = rounded(dice, row[at])


def empty_column(dice, header, rows):
    at = dice.randrange(len(header))
    for row in rows:
        row[at] = ""


MANIFESTS = [("kanreg_id", "3"), ("kanreg_id", "04"), ("programme", "PW2026"),
             ("programme", ""), ("jenis_pengadaan_id", "2"), ("jenis_pengadaan_id", "03"), ("jenis_formasi_id", "210"),
             ("periode", "25"), ("row_count", "7"), ("count_guru", "1"), ("all_or_nothing", "yes"), ("no_surat_usulan", "=1+1"),
             ("step", "PELANTIKAN"), ("kind", "JF"), ("tgl_surat_usulan", "kemarin"), ("schema_version", "9")]


def change_manifest(dice, path):
    """One entry of the manifest beside the sheet, now and then."""
    manifest = path.with_suffix(".manifest")
    name, value = dice.choice(MANIFESTS)
    lines = [line for line in manifest.read_text().splitlines() if line.split(",")[0].split("=")[0].strip() != name]
    manifest.write_text("\n".join(lines + ([f"{name} = {value}"] if value else [])) + "\n")


def save(dice, path, header, rows):
    separator = dice.choice([",", ";", "\t"])
    order = list(range(len(header)))
    if dice.random() < 0.3:
        dice.shuffle(order)
    with open(path, "w", encoding=dice.choice(["utf-8", "utf-8-sig"]), newline="") as file:
        writer = csv.writer(file, delimiter=separator, lineterminator=dice.choice(["\n", "\r\n"]),
                            quoting=dice.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
        writer.writerows([cells[at] for at in order] for cells in [header, *rows])


def fits(row):
    """Records are sent with at most 16 KiB."""
    return sum(len(cell.encode("utf-8", "replace")) for cell in row) < 12_000


class Differential(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        print(f"seed: {OPTIONS.seed}", flush=True)
        cls.load_given()
        cls.office = cls.site.office("kanreg-03")
        cls.office.lantik("sync")
        rules = dict(cls.site.sql("SELECT code, layer FROM lantik.rule"))
        cls.apart = {code for code, layer in rules.items() if layer in ("central", "file")}
        cls.seen, cls.rows, cls.findings = collections.Counter(), 0, 0

    @classmethod
    def load_given(cls):
        folder = cls.site.directory / "given"
        folder.mkdir()
        for name, lines in GIVEN.items():
            (folder / name).write_text("\n".join(lines) + "\n")
        cls.site.ctl("load", "--reference", folder)
        cls.site.stop()
        cls.site.start()

    def batch(self, number):
        """A damaged sheet; its dice are its own, so that one batch can be made again."""
        dice = random.Random(f"{OPTIONS.seed}/{number}")
        kind = dice.choice(list(KINDS))
        step = dice.choice(KINDS[kind])
        path = self.office.sample(f"{number}-{kind}-{step}", kind=kind, step=step, agency=dice.choice(AGENCIES),
                                  rows=min(BATCH, OPTIONS.rows), seed=dice.randrange(10**6), first=number * BATCH)
        with open(path, encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file)
        self.damage(dice, header, rows)
        save(dice, path, header, rows)
        if dice.random() < 0.25:
            change_manifest(dice, path)
        return path, len(rows)

    @staticmethod
    def damage(dice, header, rows):
        share = dice.choice([0.05, 0.5, 1, 1])
        keep_agency = header.index("kode_instansi") if "kode_instansi" in header and dice.random() < 0.9 else None
        for at, row in enumerate(rows):
            before = list(row)
            for _ in range(dice.choice([1, 1, 1, 2, 3, 6]) if dice.random() < share else 0):
                dice.choice(ROWS)(dice, header, row)
            if keep_agency is not None:
                row[keep_agency] = before[keep_agency]
            if not fits(row):
                rows[at] = before
        for change, chance in ((copy_rows, 0.3), (round_column, 0.04), (empty_column, 0.1)):
            if dice.random() < chance:
                change(dice, header, rows)

    def found(self, done):
        return {(line["record"], line["rule"], line["field"], line["severity"]) for line in done.of_type("type", "finding")
                if line["rule"].split(".")[0] not in self.apart}

    def compare(self, path):
        for attempt in range(2):
            day = time.strftime("%F", time.gmtime(time.time() + 7 * 3600))
            checked = self.office.lantik("check", "--json", path, expect=(0, 3, 5), timeout=240)
            told = self.office.lantik("submit", "--rehearse", "--json", path, expect=(0, 3, 5), timeout=240)
            if day == time.strftime("%F", time.gmtime(time.time() + 7 * 3600)):
                break
        here, there = self.found(checked), self.found(told)
        if here != there:
            self.fail(f"seed {OPTIONS.seed}: only check {sorted(here - there)[:5]}, only the centre {sorted(there - here)[:5]}; "
                      f"{told}")
        self.seen.update({rule for _, rule, _, _ in here})
        type(self).findings += len(here)

    def test_the_same_findings(self):
        number = 0
        while self.rows < OPTIONS.rows:
            path, rows = self.batch(number)
            with self.subTest(path.name):
                self.compare(path)
                path.unlink()
            type(self).rows += rows
            number += 1
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.batch"), "0", "a rehearsal records nothing")
        print(f"\nfigure: {self.rows} rows, {self.findings} findings of {len(self.seen)} cases, the same at both ends")
        if OPTIONS.rows >= 100_000:
            never = [case for (case, code) in self.site.sql("SELECT rule_case, code FROM lantik.rule_case") if code not in self.apart
                     and case not in self.seen]
            print(f"figure: cases that never came: {' '.join(never) or 'none'}")
        # one batch may be refused for its kind or step, and then its rows are hardly judged
        self.assertGreater(len(self.seen), 30 if OPTIONS.rows >= 4000 else 0)

    def test_what_is_no_sheet_is_refused_by_both(self):
        path = self.office.sample("whole", rows=3)
        whole = path.read_bytes()
        at = whole.index(b"\n") + 40
        for number, text in enumerate([
                whole[:at] + b"\0" + whole[at:], whole[:at] + b"\xff" + whole[at:], whole[:at] + b"\xed\xa0\x80" + whole[at:],
                whole.decode().encode("utf-16"), whole[:at] + b'"' + whole[at:], b"PK\x03\x04" + whole, b"", b"\n" * 9,
                whole.split(b"\n")[0], whole + b'"', whole.replace(b"\n", b"\n\0")]):
            with self.subTest(number):
                path.write_bytes(text)
                checked = self.office.lantik("check", "--json", path, expect=None)
                told = self.office.lantik("submit", "--rehearse", "--json", path, expect=None)
                self.assertEqual((checked.returncode, checked.of_type("type", "error")), (told.returncode, told.of_type("type", "error")))
                self.assertNotIn(checked.returncode, (0, 3), "not taken for a sheet")

    def test_a_record_that_is_too_large_is_not_sent(self):
        path = self.office.sample("large", rows=3)
        with open(path, encoding="utf-8-sig", newline="") as file:
            table = list(csv.reader(file))
        table[2][[name.lower() for name in table[0]].index("unor_nama")] = "A" * 17_000
        with open(path, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(table)
        checked = self.office.lantik("check", "--json", path, expect=(3,))
        self.assertIn((2, "T08.too_long", "unor_nama", "error"), self.found(checked))
        told = self.office.lantik("submit", "--rehearse", "--json", path, expect=None)
        self.assertNotIn(told.returncode, (0, 3))
        self.assertTrue(told.of_type("type", "error"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=OPTIONS.rows)
    parser.add_argument("--seed", type=int, default=OPTIONS.seed)
    OPTIONS, rest = parser.parse_known_args(namespace=OPTIONS)
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)
