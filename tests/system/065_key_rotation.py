"""Receipt keys rotate: both sign for a while, then the new one alone. Receipts from before, during and after verify, in C and
in Python; a compromised key proves nothing from the size on that the operator names.

SPDX-License-Identifier: Apache-2.0
"""

import pathlib
import re
import subprocess
import sys
import unittest

import harness

WORDS = ("--official", "Pejabat Kunci", "--reason", "pergantian tahunan")


class Rotation(unittest.TestCase):
    def setUp(self):
        self.site = harness.Site()
        self.addCleanup(self.site.close)
        self.site.start()
        self.office = self.site.office()
        self.taken = 0

    # --- the operator's side ---

    def ctl(self, *args, **options):
        return self.site.ctl(*args, "--json", **options)

    def deed(self, *args, expect=0):
        options = ["--yes"] if args[1] == "retire" else []
        return self.ctl(*args, "--recovery-key", self.site.recovery / "recovery.key", *WORDS, *options, expect=expect)

    def new_key(self):
        """(secret file, public file, id) of a new receipt key."""
        [told] = self.ctl("key", "new-receipt", "--directory", self.site.keys, "--origin",
                          self.site.ORIGIN).of_type("type", "keys")
        return pathlib.Path(told["secret"]), pathlib.Path(told["public"]), told["key"].split("+")[1]

    def first_id(self):
        return (self.site.keys / "receipt.vkey").read_text().split("+")[1]

    def configure(self, daemon, first, following=None):
        """Which keys a daemon holds; counts from its next start."""
        lines = [line for line in daemon.config.read_text().splitlines() if "receipt_key_file" not in line]
        lines.append(f'receipt_key_file = "{first}"')
        if following:
            lines.append(f'next_receipt_key_file = "{following}"')
        daemon.config.write_text("\n".join(lines) + "\n")

    def restart(self, first, following=None):
        self.site.daemon.stop()
        self.configure(self.site.daemon, first, following)
        self.site.daemon.start()

    def keys(self):
        return {row["key_id"]: row["state"] for row in self.ctl("key", "list").of_type("type", "result")}

    # --- the office's side ---

    def send(self, name, endpoint=None):
        """The receipt of a new batch, as a file of its own."""
        path = self.office.sample(name, kind="PPPK_PW", step="NI", agency="6171", rows=5, seed=65, first=self.taken)
        self.taken += 5
        done = self.office.submit(path)
        self.assertEqual(done.summary["accepted"], 5)
        return self.office.receipt_file(done)

    def signers(self, receipt):
        """Ids of the keys whose signatures stand under the receipt's checkpoint."""
        import base64

        found = re.findall(rf"^\u2014 {re.escape(self.site.ORIGIN)} (\S+)$", receipt.read_text(encoding="utf-8"), re.M)
        return [base64.b64decode(signature)[:4].hex() for signature in found]

    def deeds(self):
        return sorted((self.office.home / "deeds").glob("*"), key=lambda file: int(re.search(r"\d+", file.name)[0]))

    def in_c(self, receipt, expect=0):
        return self.office.lantik("verify", receipt, expect=expect)

    def in_python(self, receipt, deeds=True, expect=0):
        options = [word for file in self.deeds() for word in ("--deed", file)] if deeds else []
        command = [sys.executable, harness.ROOT / "examples" / "python" / "lantik_verify.py", "--key",
                   self.site.keys / "receipt.vkey", "--recovery-key", self.site.recovery / "recovery.vkey", *options, receipt]
        done = subprocess.run(list(map(str, command)), check=False, capture_output=True, text=True,
                              env=harness.environment(PYTHONDONTWRITEBYTECODE="1"))
        self.assertEqual(done.returncode == 0, expect == 0, done.stdout + done.stderr)

    def both(self, *receipts, expect=0):
        for receipt in receipts:
            self.in_c(receipt, expect)
            self.in_python(receipt, expect=expect)

    def send_again(self, *receipts):
        """The same bytes bring the same receipt."""
        for receipt in receipts:
            before = receipt.read_bytes()
            receipt.unlink()
            self.office.submit(str(receipt).removesuffix(".lantik-receipt"))
            self.assertEqual(receipt.read_bytes(), before)

    def audited(self):
        done = harness.run(harness.program("lantikctl"), "--database", self.site.cluster.conninfo("lantik_auditor"), "audit",
                           "--json", expect=None, extra={"XDG_STATE_HOME": str(self.site.directory)})
        self.assertEqual((done.of_type("type", "finding"), done.returncode in (0, 3)), ([], True), done)

    # --- what is tested ---

    def test_before_during_and_after(self):
        old, new = self.first_id(), self.new_key()
        before = self.send("before")
        self.assertEqual(self.signers(before), [old])

        refused = self.deed("key", "add", new[1], expect=5)
        self.assertIn(f"does not hold the receipt key {new[2]}", refused.stdout)
        self.restart(self.site.keys / "receipt.key", new[0])
        alone = self.send("alone")
        self.assertEqual(self.signers(alone), [old], "a key that no deed names signs nothing")
        self.deed("key", "add", new[1])
        self.assertEqual(self.keys(), {old: "signs", new[2]: "signs"})
        self.assertIn("signs already", self.deed("key", "add", new[1], expect=5).stdout)
        during = self.send("during")
        self.assertEqual(self.signers(during), [old, new[2]])
        self.office.lantik("ping")
        self.both(before, alone, during)
        self.in_python(during, deeds=False)

        self.a_daemon_without_the_key(new[2])
        self.retired_with_all_its_notes(old, during)
        after = self.send("after")
        self.assertEqual(self.signers(after), [new[2]])
        self.in_python(after, deeds=False, expect=8)
        self.restart(new[0])
        later = self.send("later")
        self.both(before, alone, during, after, later)
        self.send_again(before, during, after)
        self.office.lantik("verify")
        newcomer = self.site.office("kanreg-05", "05")
        self.assertEqual(len(list((newcomer.home / "deeds").iterdir())), 2, "whoever pins the old key learns of the new one")
        self.audited()
        self.assertIn("a retired key never signs again",
                      self.deed("key", "add", self.site.keys / "receipt.vkey", expect=5).stdout)

    def a_daemon_without_the_key(self, key_id):
        """A second daemon that was forgotten says which key it lacks, and takes nothing."""
        daemon, endpoint = self.site.second_daemon()
        daemon.start(wait=False)
        try:
            harness.wait_until(lambda: f"the receipt key {key_id}, which must sign, is not here" in daemon.text(), 20,
                               "it says what it lacks")
            forgotten = harness.Office(self.site, self.office.name, self.office.home)
            forgotten.lantik("config", f"endpoint={endpoint}")
            self.assertEqual(forgotten.lantik("ping", "--timeout", "3", expect=4).returncode, 4)
            forgotten.lantik("config", f"endpoint={self.site.endpoint}")
        finally:
            daemon.kill()
            daemon.notify.close()

    def retired_with_all_its_notes(self, old, receipt):
        """A key goes only when every leaf under it has its signed note: afterwards nobody could make it any more."""
        self.site.sql("DELETE FROM lantik.checkpoint WHERE size = 2")
        refused = self.deed("key", "retire", old, expect=5)
        self.assertIn("1 checkpoints under this key are not stored yet", refused.stdout)
        self.site.daemon.stop()
        self.site.daemon.start()  # it sweeps when it starts
        harness.wait_until(lambda: self.site.value("SELECT count(*) FROM lantik.checkpoint WHERE size = 2") == "1", 20,
                           "the missing note is made again")
        self.both(receipt)
        self.deed("key", "retire", old)
        self.assertEqual(self.keys()[old], "retired")
        self.assertIn("retired already", self.deed("key", "retire", old, expect=5).stdout)

    def test_after_a_compromise(self):
        old, new = self.first_id(), self.new_key()
        early = self.send("early")
        size = int(self.site.value("SELECT size FROM lantik.ledger_head"))
        doubtful = self.send("doubtful")
        self.both(early, doubtful)
        self.assertIn("no key would sign", self.deed("key", "retire", old, "--compromised-from", size + 1, expect=5).stdout)
        self.restart(self.site.keys / "receipt.key", new[0])
        self.deed("key", "add", new[1])
        during = self.send("during")
        late = self.deed("key", "retire", old, "--compromised-from", 1000000, expect=5)
        self.assertIn("cannot be a later size", late.stdout)
        self.deed("key", "retire", old, "--compromised-from", size + 1)
        self.assertEqual(self.keys(), {old: "compromised", new[2]: "signs"})
        self.office.lantik("ping")
        self.both(early, during)
        self.both(doubtful, expect=8)
        self.office.submit(str(doubtful).removesuffix(".lantik-receipt"))
        self.assertEqual(self.signers(doubtful), [new[2]], "the key that goes on signs what the other one had signed alone")
        self.both(doubtful)
        self.office.lantik("verify")
        # what the doubtful receipt said still stands in a ledger that the new key signed
        self.restart(new[0])
        self.both(self.send("after"))
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.appointment"), "20")
        self.audited()
        self.deed("key", "retire", old, "--compromised-from", size)
        self.assertIn("retired already", self.deed("key", "retire", old, "--compromised-from", size, expect=5).stdout)
        self.office.submit(str(early).removesuffix(".lantik-receipt"))
        self.assertEqual(self.signers(early), [new[2]], "in other hands since an earlier size, as it turned out")
        self.office.lantik("verify")
        self.audited()

    def test_only_the_recovery_key_names_keys(self):
        _, public, _ = self.new_key()
        wrong = self.site.directory / "wrong"
        self.ctl("keygen", "--recovery-directory", wrong, "--origin", self.site.ORIGIN)
        refused = self.ctl("key", "add", public, "--recovery-key", wrong / "recovery.key", *WORDS, expect=5)
        self.assertIn("not signed by the recovery key", refused.stdout)
        other = self.site.directory / "other"
        self.ctl("keygen", "--recovery-directory", other, "--origin", "another.test/log")
        self.assertIn("LNT-0574", self.ctl("key", "add", public, "--recovery-key", other / "recovery.key", *WORDS,
                                           expect=6).stdout)
        self.assertIn("LNT-0657", self.deed("key", "retire", "00000000", expect=1).stdout)
        # a row in the table is not a deed: the daemon goes by deeds alone
        self.site.sql(f"INSERT INTO lantik.receipt_key (vkey, from_size, added_leaf) VALUES ('{public.read_text().strip()}', 1, 0)")
        self.site.sql("UPDATE lantik.reference_version SET version = version + 1")
        self.assertEqual(self.signers(self.send("satu")), [self.first_id()])


if __name__ == "__main__":
    harness.main()
