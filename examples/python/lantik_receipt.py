# Verifies a receipt of lantik from its text alone: proof, checkpoint, leaf, and the verdict, statement or deed.
# SPDX-License-Identifier: Apache-2.0
"""Offline verification, written from docs/protocol.md (sections 6, 9-12) and sharing no code with the daemon.

Needs the Python standard library and PyNaCl (Debian: python3-nacl). Nothing here opens a socket or a file. A log's key
is given as a VerifierKey, or as a Trust that has grown by deeds.

    receipt = Receipt.parse(text)
    receipt.verify(VerifierKey.parse(log_vkey))            # the receipt is genuine
    receipt.verify_submission(body, signing_vkey)          # and it is about these bytes, signed with this key
    decision = Decision.parse(other_text)
    decision.verify(VerifierKey.parse(log_vkey))           # the decision is genuine
    decision.verify_belongs(receipt)                       # and it is about that batch
    trust = Trust(VerifierKey.parse(log_vkey), VerifierKey.parse(recovery_vkey))
    trust.add(DeedReceipt.parse(deed_receipt))             # and now other keys, or another epoch, count
"""

import struct
from dataclasses import dataclass

from lantik_body import known_by
from lantik_deed import ERASURE, KEY, RECOVERY, SHAPES, Deed
from lantik_note import (HASH, Checkpoint, Cosigner, SigningKey, VerifierKey, rehearsal_message, sha256, submission_message,
                         unbase64, verify_cosignature)
from lantik_tree import Tree, leaf_hash, node_hash, tree_root, verify_consistency, verify_inclusion
from lantik_trust import Trust
from lantik_verdict import Statement, Unverified, Verdict, decimal, require

MAX_PROOF = 64


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
        leaf = cls(*parse_leaf(raw, BATCH, ">16s32s4s32s32s32sIH32s32sqqB"))
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


@dataclass(frozen=True)
class DeedLeaf:
    type: int
    leaf_index: int
    deed_id: bytes
    deed_sha256: bytes
    requested_at: int
    recorded_at: int
    durability: int

    @classmethod
    def parse(cls, raw):
        layout = struct.Struct(">HBQ16s32sqqB")
        require(len(raw) == layout.size, "the leaf has the wrong length")
        leaf_format, *rest = layout.unpack(raw)
        leaf = cls(*rest)
        require(leaf_format == 1 and leaf.type in (KEY, ERASURE, RECOVERY), "not a deed's leaf of format 1")
        require(leaf.durability in DURABILITY, "the durability class is not known")
        return leaf


# Receipts: a C2SP tlog-proof, a blank line, and the text that the leaf binds.


@dataclass
class Proved:
    """What the kinds of receipt have in common."""

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
        """Raises Unverified unless the receipt is genuine under the log's pinned key, or what it has grown to."""
        checkpoint = Trust.of(log_key).checkpoint(self.checkpoint_note)
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

    def verify_body(self, body):
        """Raises Unverified unless the receipt is about these bytes: leaf and verdict both name them."""
        manifest, records = known_by(body)
        require(self.leaf.manifest_sha256 == manifest, "the receipt is about another manifest")
        require(self.verdict.records_root == records, "the receipt is about other records")

    def verify_submission(self, body, signing_key):
        """Raises Unverified unless the receipt is about these bytes, sent under the key that the office signs with."""
        self.verify_body(body)
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


class DeedReceipt(Proved):
    """Of a deed: the leaf binds its text, with the signature when it has one."""

    def _read(self):
        self.leaf, self.deed = DeedLeaf.parse(self.leaf_bytes), Deed.parse(self.text)

    def _check_text(self):
        require(sha256(self.text) == self.leaf.deed_sha256, "the deed is not the one of the leaf")
        require(self.deed.deed_id.bytes == self.leaf.deed_id, "the leaf names another deed")
        require(self.leaf.type == SHAPES[self.deed.kind][0], "the leaf is of another type than the deed")


def read_receipt(text):
    """A Receipt, a Decision or a DeedReceipt, by the type that the leaf says."""
    lines = text.split(b"\n", 2)
    require(len(lines) == 3 and lines[1].startswith(b"extra "), "not a receipt")
    raw = unbase64(lines[1][len(b"extra "):])
    kinds = {BATCH: Receipt, DECISION: Decision, KEY: DeedReceipt, ERASURE: DeedReceipt, RECOVERY: DeedReceipt}
    require(len(raw) > 3 and raw[2] in kinds, "not a leaf of a known type")
    return kinds[raw[2]].parse(text)


def outcomes_now(receipt, decisions):
    """The outcome of each record of a batch after these decisions, as a list; decisions in any order."""
    count = receipt.verdict.record_count
    now = ["accepted" if receipt.verdict.outcome == "committed" else "refused"] * count
    for told in (receipt.verdict.records, *(d.statement.records for d in sorted(decisions, key=lambda d: d.index))):
        for record in told:
            now[record.record_no - 1] = record.outcome
    return now
