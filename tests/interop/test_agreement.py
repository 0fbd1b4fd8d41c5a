# Both implementations on the same bytes: every proof of 1,024 leaves, and spoiled proofs, deeds, receipts and notes.
# SPDX-License-Identifier: Apache-2.0
import os
import tempfile
import unittest
import uuid
from pathlib import Path

from common import INTEROP, interop, seeded, values, vector
from lantik_deed import SHAPES, Deed
from lantik_note import Checkpoint, Cosigner, SigningKey, sign_note, to_base64, verify_cosignature
from lantik_receipt import DeedReceipt, Trust, Unverified, sha256
from lantik_tree import Tree, leaf_hash, node_hash, tree_root, verify_consistency, verify_inclusion
from test_evidence import CHAIN, KEY, OFFICE_KINDS, RECOVERY

LEAVES = int(os.environ.get("LANTIK_TEST_LEAVES", "1024"))


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
        goes_on = max(0, size - self.chance.choice([0, 0, 0, 1]))
        common = self.chance.randrange(goes_on + 1)

        def root(size):
            return to_base64(tree_root(self.leaves[:size]))

        self.next_epoch = self.epoch + self.chance.choice([0, 1, 1, 1, 2])
        return [f"epoch {max(2, self.next_epoch)}", f"common {common} {root(common)}", f"size {goes_on} {root(goes_on)}",
                f"lost {size + 3} {to_base64(bytes(32))}"]

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
        proof = "".join(to_base64(h) + "\n" for h in Tree(self.leaves).inclusion(index, index + 1))
        return (f"c2sp.org/tlog-proof@v1\nextra {to_base64(leaf)}\nindex {index}\n{proof}\n".encode()
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
