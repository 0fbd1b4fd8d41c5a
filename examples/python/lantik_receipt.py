# Verifies a receipt of lantik from its text alone: C2SP signed note, RFC 6962 tree, leaf, verdict or statement.
# SPDX-License-Identifier: Apache-2.0
"""Offline verification, written from docs/protocol.md (sections 6, 9-12) and sharing no code with the daemon.

Needs the Python standard library and PyNaCl (Debian: python3-nacl). Nothing here opens a socket or a file.

    receipt = Receipt.parse(text)
    receipt.verify(VerifierKey.parse(log_vkey))            # the receipt is genuine
    receipt.verify_submission(body, signing_vkey)          # and it is about these bytes, signed with this key
    decision = Decision.parse(other_text)
    decision.verify(VerifierKey.parse(log_vkey))           # the decision is genuine
    decision.verify_belongs(receipt)                       # and it is about that batch
"""

import base64
import binascii
import hashlib
import re
import struct
from dataclasses import dataclass, field

from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError

from lantik_verdict import Statement, Unverified, Verdict, decimal, require

HASH = 32
MAX_NOTE = 4096
MAX_PROOF = 64
MAX_SIGNATURES = 16
SUBMISSION_DOMAIN = b"lantik submission v1\n"
REHEARSAL_DOMAIN = b"lantik rehearsals v1\n"
EM_DASH = "\u2014"


def sha256(*pieces):
    return hashlib.sha256(b"".join(pieces)).digest()


def unbase64(text):
    """Standard base64 with padding, and only in its one canonical spelling."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Unverified("not base64") from None
    if isinstance(text, str):
        text = text.encode()
    require(base64.b64encode(raw) == text, "base64 not in its canonical form")
    return raw


# Keys (C2SP signed-note, type 0x01).


@dataclass(frozen=True)
class VerifierKey:
    """A public key with its name: `<name>+<8 hex>+<base64(0x01 || key)>`."""

    name: str
    key_id: bytes
    public: bytes

    @classmethod
    def of(cls, name, public):
        require(re.fullmatch(r"[!-*,-~]{1,128}", name) is not None, "not a key name")
        return cls(name, sha256(name.encode(), b"\n\x01", public)[:4], public)

    @classmethod
    def parse(cls, text):
        parts = text.removesuffix("\n").split("+", 2)
        require(len(parts) == 3 and re.fullmatch("[0-9a-f]{8}", parts[1]) is not None, "not a verifier key")
        raw = unbase64(parts[2])
        require(len(raw) == 33 and raw[0] == 1, "not an Ed25519 verifier key")
        key = cls.of(parts[0], raw[1:])
        require(key.key_id.hex() == parts[1], "the key id does not belong to the key")
        return key

    def format(self):
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(b'%c' % 1 + self.public).decode()}"

    def verifies(self, message, signature):
        try:
            crypto_sign_open(signature + message, self.public)
        except (BadSignatureError, ValueError):
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """A secret key: `PRIVATE+KEY+<name>+<8 hex>+<base64(0x01 || seed)>`."""

    verifier: VerifierKey
    seed: bytes = field(repr=False)

    @classmethod
    def of(cls, name, seed):
        return cls(VerifierKey.of(name, crypto_sign_seed_keypair(seed)[0]), seed)

    @classmethod
    def parse(cls, text):
        text = text.removesuffix("\n")
        require(text.startswith("PRIVATE+KEY+"), "not a signing key")
        parts = text[len("PRIVATE+KEY+"):].split("+", 2)
        require(len(parts) == 3, "not a signing key")
        raw = unbase64(parts[2])
        require(len(raw) == 33 and raw[0] == 1, "not an Ed25519 signing key")
        key = cls.of(parts[0], raw[1:])
        require(key.verifier.key_id.hex() == parts[1], "the key id does not belong to the key")
        return key

    def sign(self, message):
        return crypto_sign(message, crypto_sign_seed_keypair(self.seed)[1])[:64]

    def sign_submission(self, body):
        return self.sign(submission_message(body))


def submission_message(body):
    """What an office signs: the domain, then the digest of the body."""
    return SUBMISSION_DOMAIN + sha256(body)


def rehearsal_message(body):
    """What an office signs for a rehearsal: it never proves a submission."""
    return REHEARSAL_DOMAIN + sha256(body)


# The RFC 6962 tree.


def leaf_hash(leaf):
    return sha256(b"\x00", leaf)


def node_hash(left, right):
    return sha256(b"\x01", left, right)


def tree_root(leaf_hashes):
    """Root over leaf hashes in order; the definition of RFC 6962 section 2.1."""
    count = len(leaf_hashes)
    if count == 0:
        return sha256()
    if count == 1:
        return leaf_hashes[0]
    split = 1 << (count - 1).bit_length() - 1
    return node_hash(tree_root(leaf_hashes[:split]), tree_root(leaf_hashes[split:]))


def verify_inclusion(index, size, leaf, proof, root):
    """RFC 9162 section 2.1.3.2; leaf is a leaf hash."""
    require(index < size, "the leaf's index is not inside the tree")
    position, last, value = index, size - 1, leaf
    for sibling in proof:
        require(last != 0, "the inclusion proof is too long")
        if position & 1 or position == last:
            value = node_hash(sibling, value)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        position, last = position >> 1, last >> 1
    require(last == 0, "the inclusion proof is too short")
    require(value == root, "the inclusion proof does not lead to the root")


def verify_consistency(old, new, old_root, new_root, proof):
    """RFC 9162 section 2.1.4.2."""
    require(old <= new, "the older tree is the larger one")
    if old in (0, new):
        require(not proof, "a proof where none belongs")
        require(old_root == (new_root if old == new else sha256()), "the roots of these sizes contradict each other")
        return
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    require(path, "the consistency proof is too short")
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    first = second = path[0]
    for node in path[1:]:
        require(last != 0, "the consistency proof is too long")
        if position & 1 or position == last:
            first, second = node_hash(node, first), node_hash(node, second)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            second = node_hash(second, node)
        position, last = position >> 1, last >> 1
    require(last == 0, "the consistency proof is too short")
    require(first == old_root and second == new_root, "the consistency proof does not join the two roots")


# Checkpoints (C2SP tlog-checkpoint).


@dataclass(frozen=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes

    @classmethod
    def verify(cls, note, key):
        """The checkpoint in a signed note, once a signature of the key was found and holds."""
        require(len(note) <= MAX_NOTE, "the note is too large")
        require(not re.search(rb"[\x00-\x09\x0b-\x1f]", note), "a control character in the note")
        try:
            text, tail = note.decode("utf-8").rsplit("\n\n", 1)
        except ValueError:
            raise Unverified("not a signed note") from None
        text += "\n"
        require(tail.endswith("\n"), "not a signed note")
        cls._check_signatures(text.encode(), tail[:-1].split("\n"), key)
        lines = text[:-1].split("\n")
        require(len(lines) >= 3 and all(lines), "not a checkpoint")
        root = unbase64(lines[2])
        require(len(root) == HASH, "the root is not 32 bytes")
        require(lines[0] == key.name, "the origin is not the key's name")
        return cls(lines[0], decimal(lines[1], "the tree size"), root)

    @staticmethod
    def _check_signatures(text, lines, key):
        require(len(lines) <= MAX_SIGNATURES, "too many signatures")
        found = False
        for line in lines:
            match = re.fullmatch(EM_DASH + r" ([^\s+]+) (\S+)", line)
            require(match is not None, "not a signature line")
            raw = unbase64(match[2])
            if match[1] != key.name or raw[:4] != key.key_id:
                continue  # of another key: to be ignored
            require(len(raw) == 68 and key.verifies(text, raw[4:]), "the signature does not verify")
            found = True
        require(found, "no signature of this key")


# Leaves.

DURABILITY = {1: "local", 2: "quorum", 3: "unsafe: a test installation"}
BATCH, DECISION = 1, 2


def parse_leaf(raw, leaf_type, rest):
    """Leaf index, the office's name, and what follows, for a leaf of this type and no other."""
    require(len(raw) >= 12, "the leaf is truncated")
    leaf_format, found, index, office_len = struct.unpack_from(">HBQB", raw)
    require(leaf_format == 1, "not a leaf of format 1")
    require(found == leaf_type, f"the leaf is of type {found}, not {leaf_type} ({BATCH} batch, {DECISION} decision)")
    rest = struct.Struct(rest)
    require(0 < office_len <= 40 and len(raw) == 12 + office_len + rest.size, "the leaf has the wrong length")
    try:
        office = raw[12:12 + office_len].decode("utf-8")
    except UnicodeDecodeError:
        raise Unverified("the office's name is not UTF-8") from None
    return index, office, *rest.unpack_from(raw, 12 + office_len)


@dataclass(frozen=True)
class BatchLeaf:
    leaf_index: int
    office: str
    batch_id: bytes
    body_sha256: bytes
    manifest_sha256: bytes
    signing_key_id: bytes
    signature_sha256: bytes
    verdict_sha256: bytes
    rulebook_sha256: bytes
    rows: int
    row_format: int
    rows_root: bytes
    returned_root: bytes
    received_at: int
    recorded_at: int
    durability: int

    @classmethod
    def parse(cls, raw):
        leaf = cls(*parse_leaf(raw, BATCH, ">16s32s32s4s32s32s32sIH32s32sqqB"))
        require(leaf.durability in DURABILITY, "the durability class is not known")
        return leaf


@dataclass(frozen=True)
class DecisionLeaf:
    leaf_index: int
    office: str
    decision_id: bytes
    batch_id: bytes
    batch_leaf_index: int
    statement_sha256: bytes
    rulebook_sha256: bytes
    rows: int
    row_format: int
    rows_root: bytes
    requested_at: int
    recorded_at: int
    durability: int

    @classmethod
    def parse(cls, raw):
        leaf = cls(*parse_leaf(raw, DECISION, ">16s16sQ32s32sIH32sqqB"))
        require(leaf.durability in DURABILITY, "the durability class is not known")
        require(leaf.batch_leaf_index < leaf.leaf_index, "the decision stands before its batch")
        return leaf


# Receipts: a C2SP tlog-proof, a blank line, and the text that the leaf binds.


@dataclass
class Proved:
    """What both kinds of receipt have in common."""

    index: int
    proof: list
    checkpoint_note: bytes
    text: bytes
    leaf_bytes: bytes
    whole: bytes  # the receipt as it was read

    def __post_init__(self):
        self.checkpoint = None  # after verify()
        self._read()

    @classmethod
    def parse(cls, text):
        """Splits the text; nothing of it is proved before verify()."""
        parts = text.split(b"\n\n", 3)
        require(len(parts) == 4, "not a receipt")
        try:
            head = parts[0].decode("ascii").split("\n")
        except UnicodeDecodeError:
            raise Unverified("not a receipt") from None
        require(head[0] == "c2sp.org/tlog-proof@v1" and len(head) >= 3, "not a receipt")
        require(head[1].startswith("extra ") and head[2].startswith("index "), "not a receipt")
        proof = [unbase64(line) for line in head[3:]]
        require(len(proof) <= MAX_PROOF and all(len(node) == HASH for node in proof), "not a proof")
        return cls(decimal(head[2][len("index "):], "the index", 2**63 - 1), proof,
                   parts[1] + b"\n\n" + parts[2] + b"\n", parts[3], unbase64(head[1][len("extra "):]), text)

    def verify(self, log_key):
        """Raises Unverified unless the receipt is genuine under the log's pinned key."""
        checkpoint = Checkpoint.verify(self.checkpoint_note, log_key)
        require(checkpoint.size == self.index + 1, "the checkpoint is not the one of this leaf")
        require(self.leaf.leaf_index == self.index, "the leaf has another index")
        verify_inclusion(self.index, checkpoint.size, leaf_hash(self.leaf_bytes), self.proof, checkpoint.root)
        self._check_text()
        self.checkpoint = checkpoint


class Receipt(Proved):
    """Of a batch: the leaf binds the verdict."""

    def _read(self):
        self.leaf, self.verdict = BatchLeaf.parse(self.leaf_bytes), Verdict.parse(self.text)

    @property
    def verdict_text(self):
        return self.text

    def _check_text(self):
        leaf, verdict = self.leaf, self.verdict
        require(sha256(self.text) == leaf.verdict_sha256, "the verdict is not the one of the leaf")
        require(verdict.batch_id.bytes == leaf.batch_id, "the verdict names another batch")
        require(verdict.office == leaf.office, "the verdict names another office")
        require(verdict.rulebook_sha256 == leaf.rulebook_sha256, "the verdict names another rulebook")
        require(leaf.rows == verdict.accepted, "the leaf holds another number of rows")

    def verify_submission(self, body, signing_key):
        """Raises Unverified unless the receipt is about these bytes, sent under the key that the office signs with."""
        require(self.leaf.body_sha256 == sha256(body), "the receipt is about other bytes")
        require(self.leaf.signing_key_id == signing_key.key_id, "the receipt names another signing key")

    def verify_signature(self, signature):
        require(self.leaf.signature_sha256 == sha256(signature), "the receipt names another signature")

    def is_earlier(self, batch_id):
        """Whether this is the receipt of an earlier batch that held the same records (rule B03)."""
        return self.leaf.batch_id != batch_id


class Decision(Proved):
    """Of a named official's decision about records of a batch: the leaf binds the statement."""

    def _read(self):
        self.leaf, self.statement = DecisionLeaf.parse(self.leaf_bytes), Statement.parse(self.text)

    def _check_text(self):
        leaf, statement = self.leaf, self.statement
        require(sha256(self.text) == leaf.statement_sha256, "the statement is not the one of the leaf")
        require(statement.office == leaf.office, "the statement names another office")
        require(statement.decision_id.bytes == leaf.decision_id, "the statement names another decision")
        require(statement.batch_id.bytes == leaf.batch_id, "the statement names another batch")
        require(statement.batch_leaf_index == leaf.batch_leaf_index, "the statement names another leaf of the batch")
        require(statement.rulebook_sha256 == leaf.rulebook_sha256, "the statement names another rulebook")
        require(leaf.rows == statement.accepted, "the leaf holds another number of rows")

    def verify_belongs(self, receipt):
        """Raises Unverified unless this is about the batch of that receipt, which was verified before."""
        require(receipt.checkpoint is not None, "the batch's receipt was not verified")
        require(self.leaf.batch_id == receipt.leaf.batch_id, "the decision is about another batch")
        require(self.leaf.batch_leaf_index == receipt.index, "the decision names another leaf of the batch")
        require(self.leaf.office == receipt.leaf.office, "the decision is about another office's batch")
        last = self.statement.records[-1].record_no
        require(last <= receipt.verdict.record_count, f"the batch has no record {last}")


def outcomes_now(receipt, decisions):
    """The outcome of each record of a batch after these decisions, as a list; decisions in any order."""
    count = receipt.verdict.record_count
    now = ["accepted" if receipt.verdict.outcome == "committed" else "refused"] * count
    for told in (receipt.verdict.records, *(d.statement.records for d in sorted(decisions, key=lambda d: d.index))):
        for record in told:
            now[record.record_no - 1] = record.outcome
    return now
