# Proofs, deeds, trust and cosignatures: the Python implementation against the vectors, then both sides on the same bytes.
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys
import tempfile
import unittest
import uuid
from pathlib import Path

from common import INTEROP, ROOT, VECTORS, interop, seeded, values, vector
from lantik_batch import Contract
from lantik_deed import KINDS, SHAPES, Deed
from lantik_note import Checkpoint, Cosigner, SigningKey, VerifierKey, sign_note, unbase64, verify_cosignature
from lantik_receipt import BatchLeaf, DeedReceipt, Receipt, Trust, Unverified, read_receipt, sha256
from lantik_tree import Tree, leaf_hash, node_hash, tree_root, verify_consistency, verify_inclusion

CONTRACT = Contract()
KEY, RECOVERY = VerifierKey.parse(values()["log_verifier_key"]), VerifierKey.parse(values()["recovery_verifier_key"])
OFFICE_KINDS = ["office-add", "key-add", "key-revoke", "office-revoke", "scope"]
CHAIN = [*OFFICE_KINDS, "receipt-key-add", "erase", "receipt-key-retire", "recover"]  # leaves 0 to 8
LEAVES = int(os.environ.get("LANTIK_TEST_LEAVES", "1024"))


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
        self.assertEqual([row[:2] for row in erased["rows"]], [(2, 7), (3, 7)])
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


# Both sides on the same bytes.


@unittest.skipUnless(INTEROP, "LANTIK_INTEROP is not set")
class Trees(unittest.TestCase):
    """Every inclusion proof and every pair of trees to LEAVES leaves (1,024: 524,800 of each)."""

    def setUp(self):
        self.leaves = [leaf_hash(b"leaf %d" % i) for i in range(LEAVES)]
        self.tree, self.nodes = Tree(self.leaves), {}

    def node(self, left, right):
        """Proofs that hold go through the same nodes again and again."""
        if (left, right) not in self.nodes:
            self.nodes[left, right] = node_hash(left, right)
        return self.nodes[left, right]

    def test_both_sides_make_the_same_proofs_and_they_hold(self):
        lines = interop("tree", LEAVES).stdout.splitlines()
        self.assertEqual(len(lines), LEAVES)
        checked = 0
        for line in lines:
            size, *told = line.split()
            size, root = int(size), self.tree.root(0, int(size))
            inclusion = [self.tree.inclusion(index, size) for index in range(size)]
            consistency = [self.tree.consistency(old, size) for old in range(1, size + 1)]
            digests = [sha256(*(bytes([len(proof)]) + b"".join(proof) for proof in proofs)) for proofs in (inclusion, consistency)]
            self.assertEqual([bytes.fromhex(text) for text in told], [root, *digests], f"size {size}")
            for index, proof in enumerate(inclusion):
                verify_inclusion(index, size, self.leaves[index], proof, root, self.node)
            for old, proof in enumerate(consistency, 1):
                verify_consistency(old, size, self.tree.root(0, old), root, proof, self.node)
            checked += len(inclusion) + len(consistency)
        self.assertEqual(checked, LEAVES * (LEAVES + 1))

    def test_one_flipped_bit_is_noticed(self):
        chance = seeded("flips")
        for size in range(1, LEAVES + 1):
            for index in {0, size - 1, *(chance.randrange(size) for _ in range(12))}:
                self.flip(chance, index, size)

    def flip(self, chance, index, size):
        def flipped(hash_):
            bit = chance.randrange(256)
            return hash_[:bit // 8] + bytes([hash_[bit // 8] ^ 1 << bit % 8]) + hash_[bit // 8 + 1:]

        root, old, proof = self.tree.root(0, size), self.tree.root(0, index + 1), self.tree.inclusion(index, size)
        for verify, first, second, path in ((verify_inclusion, self.leaves[index], root, proof),
                                            (verify_consistency, old, root, self.tree.consistency(index + 1, size))):
            at = index if verify is verify_inclusion else index + 1
            spoiled = [(flipped(first), second, path), (first, flipped(second), path)]
            for i in range(len(path)):
                spoiled.append((first, second, [*path[:i], flipped(path[i]), *path[i + 1:]]))
            for one, other, wrong in spoiled:
                with self.assertRaises(Unverified):
                    verify(at, size, one, wrong, other) if verify is verify_inclusion else verify(at, size, one, other, wrong)

    def test_spoiled_proofs_are_judged_alike(self):
        chance, lines, own = seeded("proofs"), [], []
        for _ in range(6000):
            size = chance.randrange(1, LEAVES + 1)
            index = chance.randrange(size)
            kind = chance.choice(["inclusion", "consistency"])
            numbers = [index, size] if kind == "inclusion" else [index + 1, size]
            first = self.leaves[index] if kind == "inclusion" else self.tree.root(0, index + 1)
            hashes = [first, self.tree.root(0, size)]
            hashes += self.tree.inclusion(index, size) if kind == "inclusion" else self.tree.consistency(index + 1, size)
            self.spoil(chance, numbers, hashes)
            lines.append(" ".join([kind, *map(str, numbers), *(h.hex() for h in hashes)]))
            own.append(self.judge(kind, *numbers, *hashes[:2], hashes[2:]))
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            said = [line == "ok" for line in interop("prove", file.name).stdout.splitlines()]
        self.assertEqual(len(said), len(own))
        for mine, theirs, line in zip(own, said, lines):
            self.assertEqual(mine, theirs, line)
        self.assertTrue(500 < sum(own) < 5500)

    @staticmethod
    def spoil(chance, numbers, hashes):
        what = chance.randrange(8)
        if what == 0:
            numbers[chance.randrange(2)] += chance.choice([-1, 1, 7])
            numbers[:] = [max(0, number) for number in numbers]
        elif what == 1:
            hashes.append(chance.randbytes(32))
        elif what == 2 and len(hashes) > 2:
            hashes.pop(chance.randrange(2, len(hashes)))
        elif what == 3:
            at = chance.randrange(len(hashes))
            hashes[at] = bytes([hashes[at][0] ^ 1 << chance.randrange(8)]) + hashes[at][1:]
        elif what == 4 and len(hashes) > 3:
            a, b = chance.sample(range(2, len(hashes)), 2)
            hashes[a], hashes[b] = hashes[b], hashes[a]
        elif what == 5:
            hashes[1] = hashes[0]

    @staticmethod
    def judge(kind, a, b, first, second, proof):
        try:
            verify_inclusion(a, b, first, proof, second) if kind == "inclusion" else verify_consistency(a, b, first, second, proof)
        except Unverified:
            return False
        return True


def mutated(chance, text):
    """The text with a few changes of the kind that a forger or a broken disk makes."""
    text = bytearray(text)
    for _ in range(chance.choice([0, 1, 1, 1, 2, 3])):
        at, what = chance.randrange(len(text)), chance.randrange(6)
        lines = bytes(text).split(b"\n")
        if what == 0:
            text[at] ^= 1 << chance.randrange(8)
        elif what == 1:
            text[at:at + 1] = chance.choice([b"", b" ", b"\n", b"0", b"-", b"A", b"\xc2\x85", b"\xff", b"9", b"\t"])
        elif what == 2:
            text[at:at] = chance.choice([b"0", b" ", b"-", b"\n", b"a", b"\xe2\x80\xa8"])
        elif what == 3:
            lines.insert(chance.randrange(len(lines)), chance.choice(lines))
            text = bytearray(b"\n".join(lines))
        elif what == 4 and len(lines) > 2:
            lines.pop(chance.randrange(len(lines)))
            text = bytearray(b"\n".join(lines))
        elif what == 5:
            a, b = chance.randrange(len(lines)), chance.randrange(len(lines))
            lines[a], lines[b] = lines[b], lines[a]
            text = bytearray(b"\n".join(lines))
        if not text:
            text = bytearray(b"\n")
    return bytes(text)


@unittest.skipUnless(INTEROP, "LANTIK_INTEROP is not set")
class Texts(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.directory = Path(holder.name)

    def file(self, text):
        path = self.directory / uuid.uuid4().hex
        path.write_bytes(text)
        return path

    def agree(self, texts, believes, *command):
        """Both sides take and refuse the same; some are taken and some are not."""
        own = []
        for text in texts:
            try:
                believes(text)
                own.append(True)
            except (Unverified, ValueError):
                own.append(False)
        paths = [self.file(text) for text in texts]
        said = [line == "ok" for line in interop(*command, *paths).stdout.splitlines()]
        self.assertEqual(len(said), len(texts))
        for text, mine, theirs in zip(texts, own, said):
            self.assertEqual(mine, theirs, text)
        self.assertTrue(any(own) and not all(own))

    def test_deeds(self):
        chance = seeded("deeds")
        held = [vector(f"deed-{kind}.txt") for kind in CHAIN] + [vector("deed-erase-request.txt")]
        for _ in range(6):
            self.agree([mutated(chance, chance.choice(held)) for _ in range(700)], Deed.parse, "deed")

    def test_receipts_of_deeds(self):
        chance, office = seeded("deed receipts"), [vector(f"deed-{kind}-receipt.txt") for kind in OFFICE_KINDS]
        self.agree([mutated(chance, chance.choice(office)) for _ in range(700)],
                   lambda text: DeedReceipt.parse(text).verify(KEY), "verify", KEY.format())

    def test_cosignatures(self):
        chance, cosigner = seeded("cosignatures"), Cosigner.parse(values()["auditor_cosigner_key"])
        note = vector("checkpoint-cosigned.txt")
        texts = [mutated(chance, note) for _ in range(700)]
        texts += [SigningKey.parse(values()["auditor_secret_key"]).cosign(note, at) for at in (0, 1, 2**40, 2**63 - 1, 2**63, 2**64 - 1)]
        self.agree(texts, lambda text: verify_cosignature(text, cosigner), "cosignature", cosigner.format())

    def test_checkpoints(self):
        """Without any deed, and signed by the pinned key among others."""
        chance = seeded("checkpoints")
        key, other = SigningKey.parse(values()["log_secret_key"]), SigningKey.parse(values()["next_log_secret_key"])
        script, own, trust = [], [], Trust(KEY, RECOVERY)
        for _ in range(700):
            origin = chance.choice([KEY.name] * 4 + [KEY.name + "/2", "elsewhere.example"])
            text = Checkpoint(origin, chance.randrange(50), chance.randbytes(32)).text()
            keys = [k.renamed(origin) for k in chance.sample([key, other], chance.randrange(1, 3))]
            note = mutated(chance, sign_note(text, *keys))
            script.append(f"checkpoint {self.file(note)}")
            try:
                told = trust.checkpoint(note)
                own.append(f"ok {told.epoch} {told.size}")
            except (Unverified, ValueError):
                own.append("refused")
        self.compare(script, own)

    def compare(self, script, own):
        path = self.file(("\n".join(script) + "\n").encode())
        said = interop("trust", KEY.format(), RECOVERY.format(), path).stdout.splitlines()
        self.assertEqual(len(said), len(own))
        for line, mine, theirs in zip(script, own, said):
            text = Path(line.split()[1]).read_bytes() if not line.startswith("signers") else b""
            self.assertEqual(mine, theirs if theirs.startswith("ok") or line.startswith("signers") else "refused", (line, text))
        self.assertTrue(any(line.startswith("ok") for line in said))


class Log:
    """A log that chance leads: deeds that fit and deeds that do not, keys that sign and keys that should not."""

    def __init__(self, chance):
        self.chance, self.leaves, self.epoch = chance, [], 1
        self.keys = [SigningKey.parse(values()["log_secret_key"])] + [
            SigningKey.of(KEY.name, bytes([i]) * 32) for i in range(1, 5)]
        self.recovery = SigningKey.parse(values()["recovery_secret_key"])

    def note(self, size):
        origin = KEY.name if self.epoch == 1 else f"{KEY.name}/{self.epoch}"
        keys = self.chance.sample(self.keys[:3], self.chance.randrange(1, 3))
        return sign_note(Checkpoint(origin, size, tree_root(self.leaves[:size])).text(), *(key.renamed(origin) for key in keys))

    def deed_text(self):
        chance, size = self.chance, len(self.leaves)
        kind = chance.choice(["receipt-key-add", "receipt-key-retire", "recover", "office-revoke"])
        lines = ["lantik-deed 1", f"deed {uuid.UUID(bytes=chance.randbytes(16))}", f"kind {kind}", f"origin {KEY.name}"]
        if kind == "office-revoke":
            lines.append("office kanreg-99")
        elif kind == "recover":
            lines += self.recovery_lines(size)
        else:
            lines.append(f"key {chance.choice(self.keys).verifier.format()}")
            if kind == "receipt-key-retire":
                lines.append(f"compromised-from {chance.choice(['-', chance.randrange(size + 5)])}")
        text = ("\n".join([*lines, "official Sekar Contoh", "reason uji", "end"]) + "\n").encode()
        if kind == "office-revoke":
            return kind, text
        return kind, sign_note(text, self.recovery if chance.random() < 0.9 else self.keys[0].renamed(self.recovery.verifier.name))

    def recovery_lines(self, size):
        import base64
        goes_on = max(0, size - self.chance.choice([0, 0, 0, 1]))
        common = self.chance.randrange(goes_on + 1)
        root = lambda n: base64.b64encode(tree_root(self.leaves[:n])).decode()
        self.next_epoch = self.epoch + self.chance.choice([0, 1, 1, 1, 2])
        return [f"epoch {max(2, self.next_epoch)}", f"common {common} {root(common)}", f"size {goes_on} {root(goes_on)}",
                f"lost {size + 3} {base64.b64encode(bytes(32)).decode()}"]

    def deed(self):
        kind, text = self.deed_text()
        leaf_type = SHAPES[kind][0]
        index, deed_id = len(self.leaves), uuid.UUID(text.split(b"\n")[1].split(b" ")[1].decode()).bytes
        leaf = ((1).to_bytes(2, "big") + bytes([leaf_type]) + index.to_bytes(8, "big") + deed_id + sha256(text)
                + (1).to_bytes(8, "big") * 2 + b"\1")
        self.leaves.append(leaf_hash(leaf))
        if kind == "recover" and self.chance.random() < 0.8:
            self.epoch = max(2, self.next_epoch)
        return self.receipt(leaf, index, text)

    def receipt(self, leaf, index, text):
        import base64
        code = lambda raw: base64.b64encode(raw).decode()
        proof = "".join(code(h) + "\n" for h in Tree(self.leaves).inclusion(index, index + 1))
        return (f"c2sp.org/tlog-proof@v1\nextra {code(leaf)}\nindex {index}\n{proof}\n".encode()
                + self.note(index + 1) + b"\n" + text)


@unittest.skipUnless(INTEROP, "LANTIK_INTEROP is not set")
class Growing(Texts):
    test_deeds = test_receipts_of_deeds = test_cosignatures = test_checkpoints = None

    def test_trust_grows_alike(self):
        chance = seeded("trust")
        for _ in range(25):
            self.grow(chance)

    def grow(self, chance):
        log, trust, script, own = Log(chance), Trust(KEY, RECOVERY), [], []
        script.append(f"checkpoint {self.file(sign_note(Checkpoint(KEY.name, 0, sha256()).text(), log.keys[0]))}")
        own.append("ok 1 0")
        for _ in range(40):
            what = chance.random()
            if what < 0.5:
                self.step(script, own, "add", log.deed(), lambda text: (trust.add(DeedReceipt.parse(text)), "ok")[1])
            elif what < 0.8:
                self.step(script, own, "checkpoint", log.note(len(log.leaves)), lambda text: self.told(trust, text))
            else:
                size = chance.randrange(len(log.leaves) + 3)
                script.append(f"signers {size}")
                own.append(" ".join(key.key_id.hex() for key in trust.signers(size)))
        self.compare(script, own)

    @staticmethod
    def told(trust, note):
        head = trust.checkpoint(note)
        return f"ok {head.epoch} {head.size}" + (" maybe lost" if trust.maybe_lost(head) else "")

    def step(self, script, own, command, text, judge):
        script.append(f"{command} {self.file(text)}")
        try:
            own.append(judge(text))
        except Unverified:
            own.append("refused")


if __name__ == "__main__":
    unittest.main()
