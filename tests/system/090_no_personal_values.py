"""No value of a person reaches a log: canaries in every personal field of good and bad rows are looked for afterwards.

SPDX-License-Identifier: Apache-2.0
"""

import csv
import unittest

import harness


class Canary(harness.Case):
    PERSONAL = ("nama", "nik", "nip", "tempat_lahir", "nomor_ijazah", "nama_sek", "ket_sehat_nomor", "no_peserta")

    def test_logs_hold_no_value(self):
        office = self.site.office()
        good = office.sample("good", kind="PPPK_PW", step="NI", agency="6171", rows=50, seed=1)
        bad = office.sample("bad", kind="PPPK_PW", step="NI", agency="6171", rows=200, seed=2, defects="all")
        for path in (good, bad):
            self.mark(path)
            office.submit(path, expect=None)
            office.submit(path, expect=None)
        self.broken_bodies(good)
        again = office.sample("again", kind="PPPK_PW", step="NI", agency="6171", rows=50, seed=1, first=25)
        office.submit(again, expect=None)
        self.assertGreater(int(self.site.value("SELECT count(*) FROM lantik.appointment")), 50)
        self.assertEqual(self.site.value("SELECT count(*) > 0 FROM lantik.appointment WHERE nama LIKE '%CANARY%'"), "t")
        values = {text.lower() for path in (good, bad, again) for text in self.values(path)}
        # a number as a key of current_appointment, which a violation would tell
        values |= {str(int(text) * 8) for text in values if text.isdigit() and len(text) in (16, 18)}
        self.site.stop()
        logs = (self.site.daemon.text() + self.site.cluster.log.read_text(errors="replace")).lower()
        self.assertGreater(len(values), 500)
        self.assertEqual([value for value in values if value in logs], [])

    def mark(self, path):
        """Names of people become unmistakable."""
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        column = rows[0].index("nama")
        for number, row in enumerate(rows[1:]):
            if row[column]:
                row[column] += " CANARY" + "".join(chr(ord("A") + int(digit)) for digit in str(number))
        with open(path, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)

    def values(self, path):
        with open(path, encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                yield from (row[name] for name in self.PERSONAL if len(row.get(name) or "") > 5)

    def broken_bodies(self, path):
        """Bodies that PostgreSQL or the decoder might complain about in words."""
        peer = harness.WireOffice(self.site, "broken")
        manifest, records = peer.read(path)
        with peer.client() as client:
            for change in ("CANARY\x01NAME", "CANARY" * 2000, "=CANARY()"):
                records[3].nama = change
                try:
                    body = peer.batch.encode_batch(peer.contract, manifest, records)
                except ValueError:
                    continue
                client.request("SUBMIT", body)
                manifest.batch_id = peer.batch.make_id()
                client.request("SUBMIT", body[:-10])


if __name__ == "__main__":
    unittest.main(verbosity=2)
