# Verifies a receipt of lantik from its text alone: C2SP signed note, RFC 6962 tree, leaf and verdict.
# SPDX-License-Identifier: Apache-2.0
"""Offline verification, written from docs/protocol.md (sections 6, 9-12) and sharing no code with the daemon.

Needs the Python standard library and PyNaCl (Debian: python3-nacl). Nothing here opens a socket or a file.

    receipt = Receipt.parse(text)
    receipt.verify(VerifierKey.parse(log_vkey))            # the receipt is genuine
    receipt.verify_submission(body, signing_vkey)          # and it is about these bytes, signed with this key
"""

import base64
import binascii
import hashlib
import re
import struct
import uuid
from dataclasses import dataclass, field

from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError

HASH = 32
MAX_NOTE = 4096
MAX_PROOF = 64
MAX_SIGNATURES = 16
SUBMISSION_DOMAIN = b"lantik submission v1\n"
EM_DASH = "\u2014"


class Unverified(Exception):
    """The text is not what it claims to be; the message says in which respect."""


def require(condition, message):
    if not condition:
        raise Unverified(message)


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


def decimal(text, name, greatest=2**64 - 1):
    require(re.fullmatch(r"0|[1-9][0-9]{0,19}", text) is not None, f"{name} is not a decimal number")
    require(int(text) <= greatest, f"{name} is too large")
    return int(text)


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


# The leaf of a batch.

DURABILITY = {1: "local", 2: "quorum", 3: "unsafe: a test installation"}


@dataclass(frozen=True)
class BatchLeaf:
    leaf_index: int
    office: str
    batch_id: bytes
    body_sha256: bytes
    signing_key_id: bytes
    signature_sha256: bytes
    verdict_sha256: bytes
    rulebook_sha256: bytes
    rows: int
    row_format: int
    rows_root: bytes
    received_at: int
    recorded_at: int
    durability: int

    @classmethod
    def parse(cls, raw):
        require(len(raw) >= 12, "the leaf is truncated")
        leaf_format, leaf_type, index, office_len = struct.unpack_from(">HBQB", raw)
        require((leaf_format, leaf_type) == (1, 1), "not a batch leaf of format 1")
        rest = struct.Struct(">16s32s4s32s32s32sIH32sqqB")
        require(0 < office_len <= 40 and len(raw) == 12 + office_len + rest.size, "the leaf has the wrong length")
        try:
            office = raw[12:12 + office_len].decode("utf-8")
        except UnicodeDecodeError:
            raise Unverified("the office's name is not UTF-8") from None
        leaf = cls(index, office, *rest.unpack_from(raw, 12 + office_len))
        require(leaf.durability in DURABILITY, "the durability class is not known")
        return leaf


# The verdict.

COUNT = "0|[1-9][0-9]{0,8}"
UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
HEAD = (  # keyword, pattern of what follows
    ("office", "[!-~]+"), ("batch", UUID), ("agency", "[!-~]+"), ("kind", "PPPK_PW|PPPK|CPNS|PNS|JF|-"),
    ("step", "NI|SK|PERJANJIAN|SPMT|PELANTIKAN|-"),
    ("outcome", "committed|refused"), ("records", f"(?:{COUNT}) [0-9a-f]{{64}}"), ("rulebook", "[0-9a-f]{64}"),
    ("accepted", COUNT), ("returned", COUNT), ("review", COUNT),
)
CASE = r"[A-Z][0-9]{2}\.[a-z0-9_]+"
FINDING = re.compile(rf"({CASE})(?::([a-z0-9_]+))?/([FERW])")  # the letter: fatal, error, review, warning
RECORD = re.compile(r"record ([1-9][0-9]{0,8}) (accepted|returned|review|refused)((?: [^ ]+)+)")
OUTCOMES = {"F": "refused", "E": "returned", "R": "review", "W": "accepted"}


def read_finding(text):
    match = FINDING.fullmatch(text)
    require(match is not None, "not a finding")
    return match[1], match[2] or "", match[3]


@dataclass(frozen=True)
class RecordOutcome:
    record_no: int
    outcome: str
    findings: tuple  # of (case, field, severity); field is "" when the finding is about the whole record


@dataclass(frozen=True)
class Verdict:
    office: str
    batch_id: uuid.UUID
    agency: str
    kind: str
    step: str
    outcome: str
    record_count: int
    records_sha256: bytes
    rulebook_sha256: bytes
    accepted: int
    returned: int
    review: int
    not_checked: tuple
    findings: tuple  # of the batch: (case, "", severity)
    records: tuple  # of RecordOutcome: those that were not accepted without a finding

    @classmethod
    def parse(cls, text):
        try:
            lines = text.decode("utf-8").split("\n")
        except UnicodeDecodeError:
            raise Unverified("the verdict is not UTF-8") from None
        require(lines[0] == "lantik-verdict 1" and lines[-2:] == ["end", ""], "not a verdict of version 1")
        head, rest = cls._head(lines[1:len(HEAD) + 1]), lines[len(HEAD) + 1:-2]
        not_checked = ()
        if rest and rest[0].startswith("not-checked "):
            not_checked = tuple(rest.pop(0).split(" ")[1:])
            require(all(re.fullmatch(rf"[A-Z][0-9]{{2}}|{CASE}", name) for name in not_checked), "not a rule or case")
        findings = []
        while rest and rest[0].startswith("finding "):
            findings.append(read_finding(rest.pop(0)[len("finding "):]))
        require(len(set(findings)) == len(findings), "a finding twice")
        count, _, digest = head["records"].partition(" ")
        verdict = cls(head["office"], uuid.UUID(head["batch"]), head["agency"], head["kind"], head["step"],
                      head["outcome"], int(count), bytes.fromhex(digest), bytes.fromhex(head["rulebook"]),
                      *(int(head[name]) for name in ("accepted", "returned", "review")),
                      not_checked, tuple(findings), cls._records(rest))
        verdict._check_letters()
        verdict._check_counts()
        return verdict

    @staticmethod
    def _head(lines):
        require(len(lines) == len(HEAD), "the verdict is truncated")
        head = {}
        for line, (keyword, pattern) in zip(lines, HEAD):
            name, _, value = line.partition(" ")
            require(name == keyword and re.fullmatch(pattern, value), f"the verdict's line `{keyword}` is wrong")
            head[keyword] = value
        return head

    @staticmethod
    def _records(lines):
        records = []
        for line in lines:
            match = RECORD.fullmatch(line)
            require(match is not None, "not a record's outcome")
            findings = tuple(read_finding(finding) for finding in match[3].split())
            require(len(set(findings)) == len(findings), "a finding twice")
            records.append(RecordOutcome(int(match[1]), match[2], findings))
            require(len(records) < 2 or records[-2].record_no < records[-1].record_no, "records out of order")
        return tuple(records)

    def _check_letters(self):
        """Each outcome is the one that the gravest letter leads to."""
        fatal = any(f[2] == "F" for findings in (self.findings, *(r.findings for r in self.records)) for f in findings)
        require(fatal == (self.outcome == "refused"), "the letters do not lead to the outcome")
        for record in self.records:
            gravest = min((f[2] for f in record.findings), key="FERW".index)
            require(record.outcome == ("refused" if fatal else OUTCOMES[gravest]), "a letter contradicts its outcome")

    def _check_counts(self):
        told = {word: sum(r.outcome == word for r in self.records) for word in ("returned", "review", "refused")}
        require(not self.records or self.records[-1].record_no <= self.record_count, "a record that is not there")
        if self.outcome == "refused":
            require(self.accepted == self.returned == self.review == 0, "a refused batch with accepted records")
            require(told["refused"] == len(self.records), "a record with an outcome of its own in a refused batch")
        else:
            require(self.accepted + self.returned + self.review == self.record_count, "the counts do not add up")
            require((told["returned"], told["review"], told["refused"]) == (self.returned, self.review, 0),
                    "the counts are not those of the records")

    def outcome_of(self, record_no):
        """The outcome of one record; those without a line share the batch's."""
        for record in self.records:
            if record.record_no == record_no:
                return record.outcome
        return "accepted" if self.outcome == "committed" else "refused"


# The receipt: a C2SP tlog-proof, a blank line, the verdict.


@dataclass
class Receipt:
    index: int
    proof: list
    checkpoint_note: bytes
    verdict_text: bytes
    leaf_bytes: bytes
    leaf: BatchLeaf
    verdict: Verdict
    checkpoint: Checkpoint = None  # after verify()

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
        leaf_bytes = unbase64(head[1][len("extra "):])
        return cls(decimal(head[2][len("index "):], "the index", 2**63 - 1), proof,
                   parts[1] + b"\n\n" + parts[2] + b"\n", parts[3], leaf_bytes,
                   BatchLeaf.parse(leaf_bytes), Verdict.parse(parts[3]))

    def verify(self, log_key):
        """Raises Unverified unless the receipt is genuine under the log's pinned key."""
        checkpoint = Checkpoint.verify(self.checkpoint_note, log_key)
        require(checkpoint.size == self.index + 1, "the checkpoint is not the one of this leaf")
        require(self.leaf.leaf_index == self.index, "the leaf has another index")
        verify_inclusion(self.index, checkpoint.size, leaf_hash(self.leaf_bytes), self.proof, checkpoint.root)
        require(sha256(self.verdict_text) == self.leaf.verdict_sha256, "the verdict is not the one of the leaf")
        self._check_verdict()
        self.checkpoint = checkpoint

    def _check_verdict(self):
        leaf, verdict = self.leaf, self.verdict
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
