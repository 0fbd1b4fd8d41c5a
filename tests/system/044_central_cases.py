"""The cases of the rules that need the register, tests/cases/central.tsv, against one centre.

SPDX-License-Identifier: Apache-2.0
"""

import collections
import datetime
import sys
import unittest
import uuid

import harness

sys.path.insert(0, str(harness.ROOT / "tests" / "cases"))
import language

PEOPLE = ["ani", "budi", "citra", "dewi", "eka"]
NUMBERS = {"PPPK_PW": "202521", "PPPK": "202521", "CPNS": "202510", "PNS": "202410", "JF": "202410"}
PROGRAMME = "CENTRAL"  # known by a formation of an agency that no scenario has
ACTS = {"accept": 1, "return": 2, "reject": 3}
OTHERS = {"jenis_jabatan_id": "", "jabatan_fungsional_id": "", "jabatan_fungsional_umum_id": "", "pendidikan_id": "",
          "unor_id": "", "dokumen": ""}  # of the rulebook of the cases, which this centre does not have


class Scenario:
    """Lines that belong together, and what they sent so far."""

    def __init__(self, test, number, lines):
        self.test, self.lines = test, lines
        self.born = datetime.date(1992, 1, 1) + datetime.timedelta(number)
        self.sent = {}  # line: (manifest, records, receipt)

    def run(self):
        for at, (number, _, what, whom, expected) in enumerate((l for l in self.lines if l[2] != "data"), 1):
            found = self.decide(what, whom) if what in ACTS else self.send(at, what.split(" "), whom)
            self.test.assertEqual(sorted(expected.split(" ")), sorted(found.split(" ")), f"central.tsv:{number}: {what}, {whom}")

    # --- batches

    def send(self, at, what, whom):
        office = self.test.office
        manifest, records = self.again(int(whom.split(" ")[1]), what) if whom.startswith("again ") else self.batch(what, whom)
        with office.client() as client:
            receipt, _ = client.submit_body(office.batch.encode_batch(office.contract, manifest, records))
        self.sent[at] = manifest, records, receipt
        for earlier, (_, _, other) in self.sent.items():
            if earlier != at and other.index == receipt.index:
                return f"={earlier}"
        return self.told(receipt.verdict)

    def again(self, line, what):
        manifest, records, _ = self.sent[line]
        copy = type(manifest).FromString(manifest.SerializeToString())
        copy.ClearField("batch_id")
        copy.step = self.test.office.contract.number("Step", "STEP_" + what[2])
        return copy, records

    def batch(self, what, whom):
        agency, kind, step = what
        batch = language.Batch(kind, step)
        batch.manifest.update(kode_instansi=agency, programme=PROGRAMME)
        if ": " in whom:
            changes, whom = whom.split(": ", 1)
            for name, value in language.pairs(changes):
                batch.set_manifest(name if name.startswith("manifest.") else f"manifest.{name}", value)
        for person in whom.split(" + "):
            batch.add(self.person(agency, kind, person))
        return self.fill(batch)

    def fill(self, batch):
        office = self.test.office
        manifest = office.batch.fill(office.contract.Manifest(), {k: v for k, v in batch.manifest.items() if v})
        records = [office.batch.fill(office.contract.AppointmentRecord(), {k: v for k, v in cells.items() if k != "dokumen"})
                   for cells in batch.records]
        return manifest, records

    def person(self, agency, kind, text):
        """The changes that make a good record this person's."""
        name, _, changes = text.removesuffix(")").partition("(")
        serial = PEOPLE.index(name) + 1
        nik = f"990101{self.born.day + 40:02d}{self.born:%m%y}{serial:04d}"
        peserta = "" if kind in ("PNS", "JF") else f"{'PW' * (kind == 'PPPK_PW')}24{agency}{nik[-11:]}"
        cells = {"nik": nik, "nip": self.number(kind, serial), "nama": name.upper(), "tgl_lahir": self.born.isoformat(),
                 "kode_instansi": agency, "no_peserta": peserta, "no_pertek": f"AB-99{nik[-10:]}", **OTHERS}
        if kind in ("PNS", "CPNS", "JF"):
            cells["no_pertek"] = ""
        for key, value in language.pairs(changes or "-"):
            cells.update(self.special(kind, serial, key, value))
        return list(cells.items())

    def number(self, kind, serial):
        return f"{self.born:%Y%m%d}{NUMBERS[kind]}2{serial:03d}"

    def special(self, kind, serial, key, value):
        if key == "number":
            return {"nip": self.number(kind, serial + 500 if value == "new" else PEOPLE.index(value) + 1)}
        if key in ("after", "corrects"):
            line, record = value.split(".")
            field = "predecessor" if key == "after" else key
            return {f"{field}_batch_id": str(uuid.UUID(bytes=self.sent[int(line)][0].batch_id)), f"{field}_record_no": record}
        return {key: value}

    @staticmethod
    def told(verdict):
        tokens = [f"0/{case}/{letter}" for case, _, letter in verdict.findings]
        many = verdict.record_count > 1
        for record in verdict.records:
            for case, field, letter in record.findings:
                tokens.append(f"{f'{record.record_no}/' * many}{case}{f':{field}' if field else ''}/{letter}")
        return " ".join(tokens) or "-"

    # --- an official's decisions

    def decide(self, what, whom):
        line, record = whom.split(".")
        site, batch_id = self.test.site, uuid.UUID(bytes=self.sent[int(line)][0].batch_id)
        request = site.value(
            "INSERT INTO lantik.decision_request (act, batch_no, record_nos, official_nama, official_jabatan, reason) SELECT "
            f"{ACTS[what]}, batch_no, '{{{record}}}', 'PEJABAT CONTOH', 'Kepala', 'uji' FROM lantik.batch "
            f"WHERE batch_id = '{batch_id}' RETURNING request_no")
        answer = harness.wait_until(lambda: site.sql(
            f"SELECT 'done' FROM lantik.decision WHERE request_no = {request} UNION ALL SELECT 'refused ' || "
            f"coalesce(rule_case, why) FROM lantik.decision_refusal WHERE request_no = {request}"), 20, f"{what} is carried out")
        return answer[0][0]


class Central(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.site = harness.Site()
        cls.scenarios = collections.defaultdict(list)
        for number, line in language.lines_of("central.tsv", 5):
            cls.scenarios[line[0]].append((number, *line[1:]))
        cls.load_data()
        cls.site.start()
        cls.office = harness.WireOffice(cls.site, "kanreg-99", kanreg="99")

    @classmethod
    def load_data(cls):
        folder = cls.site.directory / "given"
        folder.mkdir()
        rows = ["kode_instansi,programme,kelompok_lapor,quota", f"9972,{PROGRAMME},teknis,0"]
        for lines in cls.scenarios.values():
            for _, _, what, row, _ in lines:
                if what == "data":
                    rows.append(",".join(row.split(" ")[1:]))
        (folder / "formations.csv").write_text("\n".join(rows) + "\n")
        cls.site.ctl("load", "--reference", folder)

    def test_what_the_register_holds_decides(self):
        for number, (name, lines) in enumerate(self.scenarios.items()):
            with self.subTest(name):
                Scenario(self, number, lines).run()

    def test_each_central_case_has_lines(self):
        lines = [line for lines in self.scenarios.values() for line in lines if line[2] != "data"]
        codes = collections.Counter(rule for _, rule, _, _, _ in lines)
        said = " ".join(expected for *_, expected in lines)
        for (case,) in self.site.sql("SELECT rule_case FROM lantik.rule_case JOIN lantik.rule USING (code) WHERE layer = 'central' ORDER BY 1"):
            with self.subTest(case):
                self.assertGreaterEqual(codes[case.split(".")[0]], 3)
                if case != "B03.repeated":
                    self.assertIn(case, said)
        print(f"\nfigure: {len(lines)} lines of {len(self.scenarios)} scenarios")


if __name__ == "__main__":
    unittest.main(verbosity=2)
