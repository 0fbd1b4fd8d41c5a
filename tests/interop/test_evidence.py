# Deeds, trust, witnessed replies and cosignatures: the Python implementation against the vectors. No C takes part.
# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys
import unittest

from common import ROOT, VECTORS, values, vector
from lantik_batch import Contract
from lantik_deed import KINDS, SHAPES, Deed
from lantik_note import Cosigner, SigningKey, VerifierKey, verify_cosignature
from lantik_receipt import BatchLeaf, DeedReceipt, Receipt, Trust, Unverified, read_receipt, sha256
from lantik_tree import tree_root, verify_consistency

CONTRACT = Contract()
KEY, RECOVERY = VerifierKey.parse(values()["log_verifier_key"]), VerifierKey.parse(values()["recovery_verifier_key"])
OFFICE_KINDS = ["office-add", "key-add", "key-revoke", "office-revoke", "scope"]
CHAIN = [*OFFICE_KINDS, "receipt-key-add", "erase", "receipt-key-retire", "recover"]  # leaves 0 to 8


def deed_receipt(kind):
    return DeedReceipt.parse(vector(f"deed-{kind}-receipt.txt"))


def grown(*kinds):
    trust = Trust(KEY, RECOVERY)
    for kind in kinds:
        trust.add(deed_receipt(kind))
    return trust


class Deeds(unittest.TestCase):
    def test_each_kind(self):
        for index, kind in enumerate(CHAIN):
            deed = Deed.parse(vector(f"deed-{kind}.txt"))
            self.assertEqual((deed.kind, deed.origin, deed.is_signed), (kind, KEY.name, SHAPES[kind][3]))
            receipt = deed_receipt(kind)
            self.assertEqual((receipt.index, receipt.text, receipt.leaf.type), (index, deed.whole, SHAPES[kind][0]))
            self.assertEqual(receipt.leaf.deed_id, deed.deed_id.bytes)
            if deed.is_signed:
                deed.verify_signature(RECOVERY)
                with self.assertRaises(Unverified):
                    deed.verify_signature(KEY)
        self.assertEqual(set(CHAIN), set(SHAPES))

    def test_fields(self):
        office = Deed.parse(vector("deed-office-add.txt"))
        self.assertEqual((office.fields["kanreg"], office.fields["from"], office.official), ("99", None, ""))
        self.assertEqual(office.fields["sign"], VerifierKey.parse(values()["office_verifier_key"]))
        self.assertEqual(Deed.parse(vector("deed-scope.txt")).fields["agencies"], ("9971", "9972"))
        retired = Deed.parse(vector("deed-receipt-key-retire.txt"))
        self.assertEqual((retired.fields["key"], retired.fields["compromised_from"]), (KEY, 6))
        erased = Deed.parse(vector("deed-erase.txt")).fields
        self.assertEqual([row[:3] for row in erased["rows"]], [(2, 7, 1), (3, 7, 0)])
        self.assertEqual((erased["bodies"], erased["places"]), ((1, 2), (("9971", 0, 1, b"PW2024", 1),)))
        self.assertEqual(erased["rejections"], ((KINDS.index("CPNS"), 3, b""),))
        self.assertEqual(Deed.parse(vector("deed-erase-request.txt")).fields["rows"], ())
        recovered = Deed.parse(vector("deed-recover.txt")).fields
        self.assertEqual((recovered["epoch"], recovered["size"][0], recovered["lost"][0][0]), (2, 8, 11))

    def test_a_text_that_is_cut_or_longer_is_none(self):
        for kind in CHAIN:
            text = vector(f"deed-{kind}.txt")
            for wrong in (*(text[:i] for i in range(len(text))), text + b"\n", text + b"end\n", b"\n" + text):
                if wrong.endswith(b"\nend\n") and SHAPES[kind][3] and wrong == text[:len(wrong)]:
                    continue  # the deed as it is before it is signed
                with self.assertRaises(Unverified):
                    Deed.parse(wrong)


class Leaves(unittest.TestCase):
    def test_a_batch_binds_its_manifest_and_what_did_not_go_in(self):
        leaf = BatchLeaf.parse(vector("leaf.bin"))
        self.assertEqual(leaf.manifest_sha256, sha256(vector("manifest.bin")))
        records = CONTRACT.AppointmentBatch.FromString(vector("batch.bin")).records
        hashes = [sha256(b"\0", (1).to_bytes(2, "big"), number.to_bytes(4, "big"), bytes([outcome]), bytes([salt]) * 16,
                         records[number - 1].SerializeToString())
                  for number, outcome, salt in ((2, 1, 0xa0), (3, 2, 0xa1))]
        self.assertEqual(leaf.returned_root, tree_root(hashes))
        refused = Receipt.parse(vector("receipt-refused.txt"))
        self.assertEqual(refused.leaf.returned_root, sha256())


class Trusting(unittest.TestCase):
    lost, second, cosigned = vector("checkpoint-lost.txt"), vector("checkpoint-epoch-2.txt"), vector("checkpoint-cosigned.txt")

    def refused(self, call, *args):
        with self.assertRaises(Unverified):
            call(*args)

    def test_deeds_of_offices_are_proved_by_the_pinned_key(self):
        for kind in (*OFFICE_KINDS, "receipt-key-add"):
            deed_receipt(kind).verify(KEY)
        trust = grown(*OFFICE_KINDS)
        self.assertEqual((len(trust.keys), trust.epoch), (1, 1))

    def test_rotation(self):
        trust = grown("receipt-key-add")
        self.assertEqual([len(trust.signers(size)) for size in (5, 6, 9)], [1, 2, 2])
        deed_receipt("erase").verify(trust)
        retired = deed_receipt("receipt-key-retire")
        self.refused(retired.verify, KEY)
        self.refused(grown().add, retired)
        trust.add(retired)
        self.assertEqual([len(trust.signers(size)) for size in (5, 6, 7, 8)], [1, 1, 1, 1])
        deed_receipt("erase").verify(trust)
        deed_receipt("scope").verify(trust)  # below the size from which the old key is not believed
        trust.add(retired)
        self.assertEqual(len(trust.keys), 2)

    def test_recovery(self):
        trust = grown("receipt-key-add", "receipt-key-retire")
        self.refused(trust.checkpoint, self.second)
        self.assertFalse(trust.maybe_lost(trust.checkpoint(self.lost)))
        trust.add(deed_receipt("recover"))
        self.assertEqual((trust.epoch, trust.checkpoint(self.second).epoch), (2, 2))
        self.assertFalse(trust.maybe_lost(trust.checkpoint(self.second)))
        self.assertTrue(trust.maybe_lost(trust.checkpoint(self.lost)))
        trust.add(deed_receipt("recover"))
        self.assertEqual(len(trust.epochs), 1)

    def test_nothing_without_the_recovery_key(self):
        for pinned in (None, VerifierKey.of(RECOVERY.name, KEY.public), VerifierKey.of("elsewhere/recovery", RECOVERY.public)):
            trust = Trust(KEY, pinned)
            self.refused(trust.add, deed_receipt("receipt-key-add"))
            self.assertEqual(len(trust.keys), 1)

    def test_forged_receipts_of_deeds(self):
        text = vector("deed-receipt-key-add-receipt.txt")
        line = f"\u2014 {KEY.name} ".encode()  # of the key that is pinned, and of the one that the deed adds: either is enough
        first = text.index(line)
        second = text.index(line, first + 1)
        strangers = {at for start in (first, second) for at in range(start + 4, start + len(line) + 6)}  # name and key id
        for at in range(len(text)):
            trust = grown()
            wrong = text[:at] + bytes([text[at] ^ 1]) + text[at + 1:]
            try:
                trust.add(DeedReceipt.parse(wrong))
            except (Unverified, ValueError):
                self.assertEqual(len(trust.keys), 1)
            else:
                self.assertIn(at, strangers)

    def test_cosignature(self):
        cosigner = Cosigner.parse(values()["auditor_cosigner_key"])
        self.assertEqual(cosigner, Cosigner.of("auditor.example/99", VerifierKey.parse(values()["auditor_verifier_key"]).public))
        self.assertEqual(verify_cosignature(self.cosigned, cosigner), 1764547260)
        self.assertEqual(SigningKey.parse(values()["auditor_secret_key"]).cosign(self.second, 1764547260), self.cosigned)
        trust = grown("receipt-key-add", "receipt-key-retire", "recover")
        self.assertEqual(trust.checkpoint(self.cosigned), trust.checkpoint(self.second))
        self.refused(verify_cosignature, self.second, cosigner)
        self.refused(verify_cosignature, self.cosigned, Cosigner.of(cosigner.name, KEY.public))
        self.refused(VerifierKey.parse, values()["auditor_cosigner_key"])

    def test_a_witnessed_reply(self):
        reply = CONTRACT.Envelope.FromString(vector("envelope-witnessed.bin"))
        held = Trust(KEY, RECOVERY)
        held.add(deed_receipt("receipt-key-add"))
        mine = held.checkpoint(deed_receipt("receipt-key-add").checkpoint_note)
        self.refused(held.checkpoint, reply.checkpoint + b"x")
        for text in reply.deeds:
            held.add(DeedReceipt.parse(text))
        theirs = held.checkpoint(reply.checkpoint)
        verify_consistency(mine.size, theirs.size, mine.root, theirs.root, list(reply.consistency))
        self.assertEqual((mine.size, theirs.size), (6, 8))
        self.refused(verify_consistency, mine.size, theirs.size, sha256(), theirs.root, list(reply.consistency))

    def test_the_busy_of_a_fork(self):
        self.assertEqual(CONTRACT.Busy.FromString(vector("busy-4.bin")).reason, 4)

    def test_receipts_by_their_leaf(self):
        for name, kind in (("receipt.txt", "Receipt"), ("decision-receipt.txt", "Decision"), ("deed-erase-receipt.txt", "DeedReceipt")):
            self.assertEqual(type(read_receipt(vector(name))).__name__, kind)


class Command(unittest.TestCase):
    def run_it(self, *args):
        command = [sys.executable, "-B", str(ROOT / "examples" / "python" / "lantik_verify.py"), *map(str, args)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    def test_it_proves(self):
        keys = ["--key", KEY.format(), "--recovery-key", RECOVERY.format()]
        deeds = [f"--deed={VECTORS / f'deed-{kind}-receipt.txt'}" for kind in ("receipt-key-add", "receipt-key-retire", "recover")]
        done = self.run_it(*keys, *deeds, VECTORS / "checkpoint-lost.txt", VECTORS / "deed-scope-receipt.txt")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("may no longer be in the ledger", done.stdout)
        self.assertEqual(done.stdout.count("  proved\n"), 2)
        done = self.run_it(*keys, "--cosigner", values()["auditor_cosigner_key"], *deeds, VECTORS / "checkpoint-cosigned.txt")
        self.assertIn("cosigned by auditor.example/99 at 1764547260", done.stdout)
        done = self.run_it(*keys[:2], "--body", VECTORS / "batch.bin", VECTORS / "receipt.txt", VECTORS / "decision-receipt.txt")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("about the body that was given", done.stdout)

    def test_it_does_not_prove(self):
        keys = ["--key", KEY.format()]
        for args in ([VECTORS / "checkpoint-epoch-2.txt"], [VECTORS / "batch.bin"], ["--body", VECTORS / "leaf.bin", VECTORS / "receipt.txt"],
                     ["--deed", VECTORS / "deed-receipt-key-add-receipt.txt", VECTORS / "receipt.txt"],
                     ["--cosigner", values()["auditor_cosigner_key"], VECTORS / "checkpoint.txt"]):
            done = self.run_it(*keys, *args)
            self.assertEqual(done.returncode, 8, done.stdout)
            self.assertIn("NOT proved", done.stderr)
        self.assertEqual(self.run_it(*keys, VECTORS / "nothing").returncode, 1)
        self.assertEqual(self.run_it(VECTORS / "receipt.txt").returncode, 2)


if __name__ == "__main__":
    unittest.main()
