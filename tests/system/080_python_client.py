"""The independent client in examples/python, written from the protocol alone, rehearses, submits, asks and verifies.

SPDX-License-Identifier: Apache-2.0
"""

import csv
import sys
import unittest

import harness

PROGRAM = harness.ROOT / "examples" / "python" / "lantik_client.py"


class PythonClient(harness.Case):
    def client(self, *args, **options):
        office = self.office
        keys = ["--endpoint", self.site.endpoint, f"--server-key={self.site.server_key}",
                f"--curve-secret={office.curve_secret.decode()}", "--signing-key", self.secret, "--log-key",
                self.site.keys / "receipt.vkey", "--outbox", self.outbox, "--timeout", "60"]
        return harness.run(sys.executable, "-B", PROGRAM, *keys, *args, **options)

    def setUp(self):
        self.office = harness.WireOffice(self.site, f"python-{self._testMethodName[5:].replace('_', '-')}"[:40])
        self.outbox = self.site.directory / f"outbox-{self.office.name}"
        key = self.office.signing
        import base64
        self.secret = (f"PRIVATE+KEY+{key.verifier.name}+{key.verifier.key_id.hex()}+"
                       f"{base64.b64encode(bytes([1]) + key.seed).decode()}")
        self.sampler = harness.Office(self.site, "sampler", self.site.directory / f"sampler-{self.office.name}")

    def declared(self, path):
        with open(path.with_suffix(".manifest"), encoding="utf-8", newline="") as file:
            return [f"--set={row[0]}={row[1]}" for row in csv.reader(file) if len(row) == 2 and row[0] != "name"]

    def test_submit_and_verify(self):
        path = self.sampler.sample("python", kind="PPPK_PW", step="NI", agency="6171", rows=120, seed=1)
        declared = self.declared(path)
        rows = int(self.site.value("SELECT count(*) FROM lantik.appointment"))
        said = self.client("submit", path, *declared).stdout
        self.assertIn("120 accepted", said)
        self.assertEqual(int(self.site.value("SELECT count(*) FROM lantik.appointment")), rows + 120)
        before = self.site.state_of_register()
        self.assertIn("120 accepted", self.client("submit", path, *declared).stdout)
        self.assertEqual(self.site.state_of_register(), before)
        [receipt] = self.outbox.glob("*.receipt")
        self.client("verify", receipt, "--batch", receipt.with_suffix(".batch"))
        self.assertIn("COMMITTED", self.client("status", receipt.stem).stdout)
        self.assertIn(self.site.ORIGIN, self.client("ping").stdout)
        self.assertTrue(self.client("reference").stdout.startswith("lantik-rulebook 1\n"))

    def spoiled(self, path, row):
        """The same file with a NIK that is too short in one row, counted from 1."""
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        rows[row][rows[0].index("nik")] = "1234"
        with open(path, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)

    def test_a_decision_is_fetched_proved_and_reconciled(self):
        path = self.sampler.sample("decided", kind="PPPK_PW", step="NI", agency="6171", rows=8, seed=2, first=500)
        declared = self.declared(path)
        self.spoiled(path, 3)
        before = self.site.state_of_register()
        said = self.client("rehearse", path, *declared).stdout
        self.assertIn("nothing was recorded", said)
        self.assertIn("7 accepted, 1 returned", said)
        self.assertEqual((self.site.state_of_register(), list(self.outbox.iterdir())), (before, []))
        self.assertIn("7 accepted, 1 returned", self.client("submit", path, *declared).stdout)
        [receipt] = self.outbox.glob("*.receipt")
        self.site.sql("INSERT INTO lantik.decision_request (act, batch_no, record_nos, official_nama, official_jabatan, reason)"
                      f" SELECT 4, batch_no, '{{3}}', 'Sekar Contoh', 'Kepala Bidang', 'periksa lagi \u2014 sekali'"
                      f" FROM lantik.batch WHERE batch_id = '{receipt.stem}'")
        harness.wait_until(lambda: self.site.value("SELECT count(*) FROM lantik.decision") == "1", 20, "the decision")
        self.assertIn("not held here", self.client("reconcile", expect=8).stdout)
        said = self.client("status", receipt.stem).stdout
        self.assertIn("replay by Sekar Contoh, Kepala Bidang: periksa lagi \u2014 sekali\n  record 3 returned: N01.length:nik/E",
                      said)
        [decision] = self.outbox.glob("*.decision")
        said = self.client("verify", receipt, "--batch", receipt.with_suffix(".batch"), "--decision", decision).stdout
        self.assertIn("now: 7 accepted, 1 returned, 0 review, 0 rejected", said)
        self.assertNotIn("not held", self.client("reconcile").stdout)
        decision.write_bytes(decision.read_bytes().replace(b"Sekar", b"Mawar"))
        self.client("verify", receipt, "--decision", decision, expect=8)
        self.client("verify", decision, expect=8)

    def test_a_signature_serves_one_purpose(self):
        path = self.sampler.sample("purpose", kind="PPPK_PW", step="NI", agency="6171", rows=2, seed=3, first=600)
        body = self.office.body(path)
        before = self.site.state_of_register()
        receipt = self.office.receipt
        for message, signed in (("SUBMIT", receipt.rehearsal_message), ("REHEARSE", receipt.submission_message)):
            with self.office.client() as client, self.assertRaises(self.office.client_module.Refused) as caught:
                reply = client.request(message, body, signature=self.office.signing.sign(signed(body)))
                client.expect(reply, "none")
            self.assertEqual(caught.exception.code, "BAD_SIGNATURE")
        self.assertEqual(self.site.state_of_register(), before)

    def test_a_status_of_nothing_says_so(self):
        self.assertIn("NOT_HELD", self.client("status", "01890000-0000-7000-8000-000000000000").stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
