# Deeds: what the operator did about offices, keys, recovery and erasure, read strictly.
# SPDX-License-Identifier: Apache-2.0
"""Written from docs/protocol.md (section 12.2). Standard library and lantik_note alone; opens no socket and no file."""

import datetime
import re
import uuid
from dataclasses import dataclass, field

from lantik_note import HASH, VerifierKey, open_note, unbase64, verify_note
from lantik_verdict import LINE, UUID, Unverified, decimal, require

MAX_DEED = 1024 * 1024
MAX_SIZE = 2**63 - 1
FIRST = "lantik-deed 1"
Z85 = "[0-9a-zA-Z.\\-:+=^!/*?&<>()\\[\\]{}@%$#]{40}"
OFFICE = "[a-z0-9][a-z0-9-]{0,39}"
KIND = "PPPK_PW|PPPK|CPNS|PNS|JF"
KINDS = KIND.split("|")
Z85_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"

# Leaf type, and whether official, reason and a signature of the recovery key are required.
KEY, ERASURE, RECOVERY = 4, 3, 5
SHAPES = {
    "office-add": (KEY, False, False, False), "key-add": (KEY, False, False, False),
    "key-revoke": (KEY, False, True, False), "office-revoke": (KEY, False, True, False),
    "scope": (KEY, False, False, False), "receipt-key-add": (KEY, True, True, True),
    "receipt-key-retire": (KEY, True, True, True), "recover": (RECOVERY, True, True, True),
    "erase": (ERASURE, True, True, False),
}


class Lines:
    """Takes lines off the front, each `KEYWORD VALUE`."""

    def __init__(self, lines):
        self.lines = lines

    def take(self, keyword, pattern):
        require(self.lines, "the deed is truncated")
        name, _, value = self.lines.pop(0).partition(" ")
        require(name == keyword and re.fullmatch(pattern, value) is not None, f"the line `{keyword}` is wrong")
        return value

    def take_optional(self, keyword, pattern):
        value = self.take(keyword, f"(?:{pattern})|-")
        return "" if value == "-" else value

    def take_all(self, keyword, pattern):
        found = []
        while self.lines and self.lines[0].startswith(keyword + " "):
            found.append(self.take(keyword, pattern))
        return found


def day(text):
    try:
        found = datetime.date.fromisoformat(text)
    except ValueError:
        raise Unverified(f"{text} is no day") from None
    require(1900 <= found.year < 2200, f"{text} is no day")
    return found


def ascending(items, what):
    require(all(a < b for a, b in zip(items, items[1:])), f"{what} out of order")
    return tuple(items)


def curve_key(lines):
    """Five characters are a number of 32 bits: not every text of 40 characters is a key."""
    text = lines.take("curve", Z85)
    for i in range(0, 40, 5):
        number = 0
        for character in text[i:i + 5]:
            number = number * 85 + Z85_ALPHABET.index(character)
        require(number < 2**32, "not a CURVE key")
    return text


def head(value):
    size, _, root = value.partition(" ")
    root = unbase64(root)
    require(len(root) == HASH, "a root is not 32 bytes")
    return decimal(size, "a size", MAX_SIZE), root


def take_scope(lines):
    scope = {"kanreg": "", "agencies": ()}
    if lines.lines and lines.lines[0].startswith("kanreg "):
        scope["kanreg"] = lines.take("kanreg", "[0-9]{2}")
    else:
        scope["agencies"] = ascending(lines.take("agencies", "[0-9]{4}(?: [0-9]{4}){0,63}").split(" "), "agencies")
    for name in ("from", "until"):
        text = lines.take_optional(name, "[0-9]{4}-[0-9]{2}-[0-9]{2}")
        scope[name] = day(text) if text else None
    require(not scope["from"] or not scope["until"] or scope["from"] < scope["until"], "a scope that never holds")
    return scope


def take_recovery(lines):
    found = {"epoch": decimal(lines.take("epoch", "[0-9]+"), "the epoch", 2**32 - 1),
             "common": head(lines.take("common", "[0-9]+ [^ ]+")), "size": head(lines.take("size", "[0-9]+ [^ ]+"))}
    found["lost"] = ascending([head(value) for value in lines.take_all("lost", "[0-9]+ [^ ]+")], "lost heads")
    require(found["epoch"] >= 2, "the first epoch is not begun by a recovery")
    require(found["common"][0] <= found["size"][0], "more in common than goes on")
    require(found["common"][0] < found["size"][0] or found["common"] == found["size"], "two roots of one size")
    require(1 <= len(found["lost"]) <= 16, "one to sixteen heads are lost")
    return found


def record_number(text):
    number = decimal(text, "a record number", 10_000)
    require(number >= 1, "records count from 1")
    return number


def take_rows(lines):
    rows = [value.split(" ") for value in lines.take_all("row", "[0-9]+ [0-9]+ [0-9]+ [0-9a-f]{64}")]
    rows = [(decimal(leaf, "a leaf", MAX_SIZE), record_number(record), decimal(group, "a group", 15), bytes.fromhex(digest))
            for leaf, record, group, digest in rows]
    ascending([row[:2] for row in rows], "row")
    return tuple(rows)


def take_returned(lines):
    rows = [value.split(" ") for value in lines.take_all("returned", "[0-9]+ [0-9]+ [0-9a-f]{64}")]
    rows = [(decimal(leaf, "a leaf", MAX_SIZE), record_number(record), bytes.fromhex(digest))
            for leaf, record, digest in rows]
    ascending([row[:2] for row in rows], "returned")
    return tuple(rows)


def take_places(lines):
    places = []
    for value in lines.take_all("place", f"[0-9]{{4}} (?:{KIND}) [0-9]+ -?[0-9]+ {LINE}{{1,20}}"):
        agency, kind, group, used, programme = value.split(" ", 4)
        amount = decimal(used.removeprefix("-"), "a number of places", MAX_SIZE) * (-1 if used.startswith("-") else 1)
        require(amount != 0 and programme != "-", "a place of nothing")
        places.append((agency, KINDS.index(kind), decimal(group, "a group", 15), programme.encode(), amount))
    ascending([place[:4] for place in places], "places")
    return tuple(places)


def take_rejections(lines):
    found = []
    for value in lines.take_all("rejected", f"(?:{KIND}) [0-9]+ {LINE}{{1,20}}"):
        kind, leaf, programme = value.split(" ", 2)
        found.append((KINDS.index(kind), decimal(leaf, "a leaf", MAX_SIZE), b"" if programme == "-" else programme.encode()))
    return ascending(found, "rejections")


def take_erasure(lines):
    return {"batch_id": uuid.UUID(lines.take("batch", UUID)),
            "leaf": decimal(lines.take("leaf", "[0-9]+"), "the leaf", MAX_SIZE),
            "record": record_number(lines.take("record", "[0-9]+")),
            "rows": take_rows(lines), "returned": take_returned(lines),
            "bodies": ascending([decimal(v, "a leaf", MAX_SIZE) for v in lines.take_all("body", "[0-9]+")], "bodies"),
            "places": take_places(lines), "rejections": take_rejections(lines)}


def take_key(lines, name):
    return VerifierKey.parse(lines.take(name, "[!-~]+"))


def take_fields(kind, lines):
    if kind == "recover":
        return take_recovery(lines)
    if kind == "erase":
        return take_erasure(lines)
    if kind in ("receipt-key-add", "receipt-key-retire"):
        fields = {"key": take_key(lines, "key")}
        if kind == "receipt-key-retire":
            told = lines.take_optional("compromised-from", "[0-9]+")
            fields["compromised_from"] = decimal(told, "a size", MAX_SIZE) if told else None
        return fields
    fields = {} if kind == "key-revoke" else {"office": lines.take("office", OFFICE)}
    if kind in ("office-add", "scope"):
        fields.update(take_scope(lines))
    if kind in ("office-add", "key-add", "key-revoke"):
        fields["curve"] = curve_key(lines)
    if kind in ("office-add", "key-add"):
        fields["sign"] = take_key(lines, "sign")
    return fields


@dataclass(frozen=True)
class Deed:
    kind: str
    deed_id: uuid.UUID
    origin: str
    official: str  # empty: none was given
    reason: str
    fields: dict  # by the names of the kind's lines
    is_signed: bool
    whole: bytes = field(repr=False)

    @classmethod
    def parse(cls, text):
        """The text, or the note that the recovery key signed; the signature is not looked at here."""
        require(len(text) <= MAX_DEED, "the deed is too large")
        try:
            lines = text.decode("utf-8").split("\n")
        except UnicodeDecodeError:
            raise Unverified("the deed is not UTF-8") from None
        require(lines[0] == FIRST and "end" in lines, "not a deed")
        end = lines.index("end")
        tail = lines[end + 1:]
        rest = Lines(lines[1:end])
        deed_id, kind = uuid.UUID(rest.take("deed", UUID)), rest.take("kind", "|".join(SHAPES))
        origin = rest.take("origin", "[!-*,-~]{1,128}")
        _, official, reason, signed = SHAPES[kind]
        fields = take_fields(kind, rest)
        deed = cls(kind, deed_id, origin, rest.take_optional("official", LINE + "{1,150}"),
                   rest.take_optional("reason", LINE + "{1,500}"), fields, tail != [""], text)
        require(not rest.lines, "lines that do not belong there")
        require((deed.official or not official) and (deed.reason or not reason), "an official and a reason are required")
        if deed.is_signed:
            body, signatures = open_note(text, MAX_DEED)
            require(signed and body.endswith(b"\nend\n") and len(tail) == 3 and len(signatures) == 1, "not a signed deed")
        if kind.startswith("receipt-key-"):
            require(fields["key"].name == origin, "the key of a receipt is named after the log")
        return deed

    def verify_signature(self, recovery_key):
        """Raises Unverified unless the recovery key of the deed's log signed it."""
        require(self.is_signed, "the deed is not signed")
        require(recovery_key.name == self.origin + "/recovery", "the recovery key of another log")
        verify_note(self.whole, recovery_key, MAX_DEED)
