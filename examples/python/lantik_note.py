# Keys, signed notes, checkpoints and cosignatures: C2SP signed-note, tlog-checkpoint and tlog-cosignature.
# SPDX-License-Identifier: Apache-2.0
"""Written from the C2SP texts; shares no code with the C programs. Needs PyNaCl (Debian: python3-nacl)."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field

from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError

from lantik_body import manifest_sha256
from lantik_verdict import Unverified, decimal, require

HASH = 32
MAX_NOTE = 4096
MAX_SIGNATURES = 16
ED25519, COSIGNATURE = 1, 4
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


def to_base64(raw):
    return base64.b64encode(raw).decode()


# Keys.


def key_id(name, kind, public):
    return sha256(name.encode(), b"\n", bytes([kind]), public)[:4]


def is_signed_by(public, message, signature):
    try:
        crypto_sign_open(signature + message, public)
    except (BadSignatureError, ValueError):
        return False
    return True


def parse_key(text, kind):
    """Name and 32 bytes of `<name>+<8 hex>+<base64(type || key)>`; the id is told beside them."""
    parts = text.removesuffix("\n").split("+", 2)
    require(len(parts) == 3 and re.fullmatch("[0-9a-f]{8}", parts[1]) is not None, "not a key")
    require(re.fullmatch(r"[!-*,-~]{1,128}", parts[0]) is not None, "not a key name")
    raw = unbase64(parts[2])
    require(len(raw) == 33 and raw[0] == kind, "a key of another type")
    return parts[0], parts[1], raw[1:]


@dataclass(frozen=True)
class PublicKey:
    """A public key with its name; the id of the two together tells its signatures."""

    name: str
    key_id: bytes
    public: bytes

    KIND = ED25519

    @classmethod
    def of(cls, name, public):
        require(re.fullmatch(r"[!-*,-~]{1,128}", name) is not None, "not a key name")
        return cls(name, key_id(name, cls.KIND, public), public)

    @classmethod
    def parse(cls, text):
        name, told, public = parse_key(text, cls.KIND)
        key = cls.of(name, public)
        require(key.key_id.hex() == told, "the key id does not belong to the key")
        return key

    def format(self):
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes([self.KIND]) + self.public)}"

    def renamed(self, name):
        return type(self).of(name, self.public)

    def is_of(self, name, raw):
        return name == self.name and raw[:4] == self.key_id


class VerifierKey(PublicKey):
    """Signs notes: type 0x01."""

    def verifies(self, message, signature):
        return is_signed_by(self.public, message, signature)

    def verifies_line(self, text, raw):
        return len(raw) == 68 and self.verifies(text, raw[4:])


class Cosigner(PublicKey):
    """A witness that cosigns checkpoints: type 0x04; its signature says when."""

    KIND = COSIGNATURE

    def seconds_of_line(self, text, raw):
        """The time of the cosignature; raises Unverified unless it holds."""
        require(len(raw) == 4 + 8 + 64, "a cosignature of another length")
        seconds = int.from_bytes(raw[4:12], "big")
        require(seconds < 2**63, "a time beyond the limit")
        require(is_signed_by(self.public, cosigned_message(text, seconds), raw[12:]), "the cosignature does not verify")
        return seconds


def cosigned_message(text, seconds):
    return b"cosignature/v1\ntime %d\n" % seconds + text


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
        require(text.startswith("PRIVATE+KEY+"), "not a signing key")
        name, told, seed = parse_key(text[len("PRIVATE+KEY+"):], ED25519)
        key = cls.of(name, seed)
        require(key.verifier.key_id.hex() == told, "the key id does not belong to the key")
        return key

    def renamed(self, name):
        return self.of(name, self.seed)

    def sign(self, message):
        return crypto_sign(message, crypto_sign_seed_keypair(self.seed)[1])[:64]

    def line(self, text):
        """The signature line for a note's text."""
        raw = self.verifier.key_id + self.sign(text)
        return f"{EM_DASH} {self.verifier.name} {to_base64(raw)}\n".encode()

    def cosign(self, note, seconds):
        """The note with this witness's line behind it."""
        text, _ = open_note(note)
        cosigner = Cosigner.of(self.verifier.name, self.verifier.public)
        raw = cosigner.key_id + seconds.to_bytes(8, "big") + self.sign(cosigned_message(text, seconds))
        return note + f"{EM_DASH} {cosigner.name} {to_base64(raw)}\n".encode()

    def sign_submission(self, body):
        return self.sign(submission_message(body))


SUBMISSION_DOMAIN = b"lantik submission v1\n"
REHEARSAL_DOMAIN = b"lantik rehearsals v1\n"


def submission_message(body):
    """What an office signs: the domain, then the digest of the manifest, which names the records by their root."""
    return SUBMISSION_DOMAIN + manifest_sha256(body)


def rehearsal_message(body):
    """What an office signs for a rehearsal: it never proves a submission."""
    return REHEARSAL_DOMAIN + manifest_sha256(body)


# Notes.


def sign_note(text, *keys):
    return text + b"\n" + b"".join(key.line(text) for key in keys)


def open_note(note, limit=MAX_NOTE):
    """The signed text, and the signature lines as (name, bytes); nothing of it is verified."""
    require(len(note) <= limit, "the note is too large")
    require(not re.search(rb"[\x00-\x09\x0b-\x1f]", note), "a control character in the note")
    try:
        text, tail = note.decode("utf-8").rsplit("\n\n", 1)
    except ValueError:
        raise Unverified("not a signed note") from None
    require(tail.endswith("\n"), "not a signed note")
    return (text + "\n").encode(), read_signatures(tail[:-1].split("\n"))


def read_signatures(lines):
    require(len(lines) <= MAX_SIGNATURES, "too many signatures")
    found = []
    for line in lines:
        match = re.fullmatch(EM_DASH + r" ([^\s+]+) (\S+)", line)
        require(match is not None, "not a signature line")
        raw = unbase64(match[2])
        require(len(raw) > 4, "a signature without bytes")
        found.append((match[1], raw))
    return found


def check_signatures(text, signatures, key):
    """One signature of the key must hold, and none of it may not."""
    own = [raw for name, raw in signatures if key.is_of(name, raw)]  # those of others are to be ignored
    require(own, "no signature of this key")
    require(all(key.verifies_line(text, raw) for raw in own), "the signature does not verify")


def verify_note(note, key, limit=MAX_NOTE):
    text, signatures = open_note(note, limit)
    check_signatures(text, signatures, key)
    return text


# Checkpoints.


@dataclass(frozen=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes
    epoch: int = 0  # as a Trust told it

    @classmethod
    def parse(cls, text):
        """What the text of a checkpoint's note says."""
        lines = text.decode()[:-1].split("\n")
        require(len(lines) >= 3 and all(lines), "not a checkpoint")
        root = unbase64(lines[2])
        require(len(root) == HASH, "the root is not 32 bytes")
        return cls(lines[0], decimal(lines[1], "the tree size", 2**63 - 1), root)

    @classmethod
    def verify(cls, note, key):
        """The checkpoint in a note that this key signed under its own name."""
        checkpoint = cls.parse(verify_note(note, key))
        require(checkpoint.origin == key.name, "the origin is not the key's name")
        return checkpoint

    def text(self):
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n".encode()


def verify_cosignature(note, cosigner):
    """The last time at which the witness saw that this checkpoint continues all that it had seen."""
    text, signatures = open_note(note)
    Checkpoint.parse(text)
    own = [raw for name, raw in signatures if cosigner.is_of(name, raw)]
    require(own, "no cosignature of this witness")
    return max(cosigner.seconds_of_line(text, raw) for raw in own)
