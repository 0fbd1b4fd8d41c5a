"""The independent client in examples/python, written from the protocol alone, submits, asks and verifies.

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
        said = self.client("submit", path, *declared).stdout
        self.assertIn("120 accepted", said)
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.appointment"), "120")
        before = self.site.state_of_register()
        self.assertIn("120 accepted", self.client("submit", path, *declared).stdout)
        self.assertEqual(self.site.state_of_register(), before)
        [receipt] = self.outbox.glob("*.receipt")
        self.client("verify", receipt, "--batch", receipt.with_suffix(".batch"))
        self.assertIn("COMMITTED", self.client("status", receipt.stem).stdout)
        self.assertIn(self.site.ORIGIN, self.client("ping").stdout)
        self.assertTrue(self.client("reference").stdout.startswith("lantik-rulebook 1\n"))

    def test_a_status_of_nothing_says_so(self):
        self.assertIn("NOT_HELD", self.client("status", "01890000-0000-7000-8000-000000000000").stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
