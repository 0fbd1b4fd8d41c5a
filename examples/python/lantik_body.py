# The bytes of a batch: its parts as they stand there, and the two digests that it is known by.
# SPDX-License-Identifier: Apache-2.0
"""Written from docs/protocol.md (sections 5 and 6); shares no code with the C programs, and needs no protobuf."""

from lantik_tree import leaf_hash, sha256, tree_root
from lantik_verdict import require

MANIFEST, RECORD, RECORDS_ROOT = 1, 2, 16
VARINT, BYTES = 0, 2


def varint(raw, at):
    """A number in its shortest form, and where the next thing begins."""
    value = 0
    for count in range(10):
        require(at < len(raw), "a number is cut off")
        byte, at = raw[at], at + 1
        value |= (byte & 0x7F) << 7 * count
        if byte < 0x80:
            require(byte or not count, "a number that is not in its shortest form")
            return value, at
    require(False, "a number that is too long")


def fields(raw):
    """Each field of a message: its number, and its bytes (or its number, when it is none of bytes)."""
    at = 0
    while at < len(raw):
        tag, at = varint(raw, at)
        value, at = varint(raw, at)
        require(tag & 7 in (VARINT, BYTES), "a field of another wire type")
        if tag & 7 == BYTES:
            require(value <= len(raw) - at, "a field is cut off")
            value, at = raw[at:at + value], at + value
        yield tag >> 3, value


def manifest_bytes(body):
    """The manifest as it stands in the body: nothing behind it is looked at."""
    tag, at = varint(body, 0)
    require(tag == MANIFEST << 3 | BYTES, "a body begins with its manifest")
    length, at = varint(body, at)
    require(length <= len(body) - at, "the manifest is cut off")
    return body[at:at + length]


def manifest_sha256(body):
    """What the office signs, and what the leaf holds."""
    return sha256(manifest_bytes(body))


def records_root(records):
    """RFC 6962 over the bytes of the records, in their order."""
    return tree_root([leaf_hash(record) for record in records])


def known_by(body):
    """(manifest_sha256, records_root) of a body; Unverified when its manifest is not about its records."""
    numbers, parts = zip(*fields(body)) if body else ((), ())
    require(numbers[:1] == (MANIFEST,) and set(numbers[1:]) == {RECORD}, "not one manifest, then records")
    require(all(isinstance(part, bytes) for part in parts), "not a batch")
    root = records_root(parts[1:])
    require(dict(fields(parts[0])).get(RECORDS_ROOT) == root, "the manifest is about other records")
    return sha256(parts[0]), root
