# Makes the bytes of a batch from a table, with the message types of proto/lantik/v1 loaded at run time.
# SPDX-License-Identifier: Apache-2.0
"""From texts to a body, written from docs/protocol.md (sections 5, 6, 15 and 16).

Needs python3-protobuf and the program protoc (Debian: protobuf-compiler); no generated module is kept.
"""

import csv
import os
import re
import subprocess
import tempfile
import time
import uuid
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import FieldDescriptor

import lantik_body

MAX_RECORDS = 10_000
MAX_RECORD = 16 * 1024
MAX_BODY = 16 * 1024 * 1024
CURVE_BYTES = 33  # what CURVE adds to a frame
MAX_DOCUMENTS = 16
UNREADABLE = -1
WORD_UNREADABLE = 15
JAKARTA = timezone(timedelta(hours=7))


class Contract:
    """The message classes and enumerations of lantik.v1, from the .proto files themselves."""

    def __init__(self, proto_dir=None):
        proto_dir = Path(proto_dir or os.environ.get("LANTIK_PROTO") or self._found())
        pool = descriptor_pool.DescriptorPool()
        factory = message_factory.MessageFactory(pool)
        self._enums = {}
        for file in self._compile(proto_dir).file:
            pool.Add(file)
            for message in file.message_type:
                full_name = f"{file.package}.{message.name}"
                setattr(self, message.name, factory.GetPrototype(pool.FindMessageTypeByName(full_name)))
            for enum in file.enum_type:
                self._enums[enum.name] = {value.name: value.number for value in enum.value}

    @staticmethod
    def _found():
        places = [Path(__file__).resolve().parents[2] / "proto", Path("/usr/share/lantik/proto"),
                  Path("/usr/local/share/lantik/proto")]
        return next((place for place in places if place.is_dir()), places[0])

    @staticmethod
    def _compile(proto_dir):
        files = sorted(str(path.relative_to(proto_dir)) for path in proto_dir.glob("lantik/v1/*.proto"))
        if not files:
            raise FileNotFoundError(f"no lantik/v1/*.proto under {proto_dir}")
        with tempfile.NamedTemporaryFile(suffix=".pb") as out:
            subprocess.run(["protoc", f"-I{proto_dir}", "-I/usr/include", "--include_imports",
                            f"--descriptor_set_out={out.name}", *files], check=True)
            return descriptor_pb2.FileDescriptorSet.FromString(Path(out.name).read_bytes())

    def number(self, enum, name):
        return self._enums[enum][name]

    def name(self, enum, number):
        return {value: name for name, value in self._enums[enum].items()}.get(number, str(number))


# Texts of cells, by the type of their field.

DATE_NAME = re.compile(r"(^|_)(tgl|tanggal|tmt)(_|$)")


def read_date(text):
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(T00:00:00Z)?", text)
    parts = match.groups()[:3] if match else None
    if not match and (match := re.fullmatch(r"(\d\d)-(\d\d)-(\d{4})", text)):
        parts = match.groups()[::-1]
    if parts == ("0001", "01", "01"):
        return 0
    try:
        day = date(*map(int, parts))
    except (TypeError, ValueError):
        return UNREADABLE
    return day.year * 10000 + day.month * 100 + day.day if 1900 <= day.year <= 2199 else UNREADABLE


def read_instant(text):
    try:
        when = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return UNREADABLE
    if when.tzinfo is None:
        when = when.replace(tzinfo=JAKARTA)
    return (when - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(microseconds=1)


def read_money(text):
    """Rupiah to sen: `4482914`, `4482914.00`, `4.482.914,00`, with or without `Rp`."""
    text = re.sub(r"^Rp\.?\s*", "", text)
    if re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d{1,2})?", text):
        text = text.replace(".", "")
    match = re.fullmatch(r"(\d{1,15})([.,](\d{1,2}))?", text)
    return int(match[1]) * 100 + int((match[3] or "0").ljust(2, "0")) if match else UNREADABLE


def read_id(text):
    """16 bytes; or the office's text as it stands, of any other length, when it is no id."""
    try:
        if re.fullmatch(r"[0-9A-Fa-f-]+", text):
            return uuid.UUID(text).bytes
    except ValueError:
        pass
    raw = text.encode()
    return raw[:15] if len(raw) == 16 else raw


def read_word(field, text):
    """The code of a word: `in person` stands for SIGNING_MODE_IN_PERSON."""
    prefix = field.enum_type.values[0].name.removesuffix("ABSENT")
    value = field.enum_type.values_by_name.get(prefix + re.sub(r"[\s-]+", "_", text).upper())
    return value.number if value else WORD_UNREADABLE


def read_cell(field, text):
    """A cell's text as the value of a field of AppointmentRecord or Manifest; None when it is absent."""
    text = text.strip()
    if not text:
        return None
    if field.type == FieldDescriptor.TYPE_STRING:
        return text
    if text == "-":
        return None
    if field.type == FieldDescriptor.TYPE_ENUM:
        return read_word(field, text)
    if field.type == FieldDescriptor.TYPE_BYTES:
        return read_id(text)
    if field.type == FieldDescriptor.TYPE_SINT64:
        return read_instant(text) if field.name.endswith("_at") else read_money(text)
    if DATE_NAME.search(field.name):
        return read_date(text)
    return int(text) if re.fullmatch(r"\d{1,9}", text) else UNREADABLE


def read_document(text, document):
    """`type path sha256`, the digest `-` or left out when it is not known. What cannot be read has type -1."""
    kind, _, rest = text.strip().partition(" ")
    path, _, digest = rest.strip().partition(" ")
    digest = digest.strip()
    document.type = int(kind) if re.fullmatch(r"\d{1,9}", kind) and path else UNREADABLE
    document.object = path
    if re.fullmatch(r"[0-9A-Fa-f]{64}", digest):
        document.sha256 = bytes.fromhex(digest)
    elif digest not in ("", "-"):
        document.type = UNREADABLE


def read_documents(documents, text):
    """Several are apart by `|`; too many are one that cannot be read, so that the record comes back with a reason."""
    texts = text.split("|") if text.strip() not in ("", "-") else []
    if len(texts) > MAX_DOCUMENTS:
        documents.add().type = UNREADABLE
        return
    for one in texts:
        read_document(one, documents.add())


def fill(message, cells):
    """Sets the fields of a message from texts; an unknown name is an error, an empty text is absent."""
    fields = message.DESCRIPTOR.fields_by_name
    for name, text in cells.items():
        field = fields.get(name)
        if field is None:
            raise KeyError(f"no column of this name: {name}")
        if field.label == FieldDescriptor.LABEL_REPEATED:
            read_documents(getattr(message, name), text or "")
            continue
        value = read_cell(field, text or "")
        if value is not None:
            setattr(message, name, value)
    return message


def read_csv(contract, path):
    """The records of a CSV file whose header names fields of AppointmentRecord; `,` or `;`, BOM or not."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        delimiter = ";" if ";" in file.readline() else ","
        file.seek(0)
        reader = csv.DictReader(file, delimiter=delimiter, restkey="(cells beyond the header)")
        return [fill(contract.AppointmentRecord(), {k.strip(): v for k, v in row.items()}) for row in reader]


# The body.


def make_id(now_ms=None, random=None):
    """A UUID of version 7 (RFC 9562)."""
    now_ms = int(time.time() * 1000) if now_ms is None else now_ms
    raw = bytearray(now_ms.to_bytes(6, "big") + (os.urandom(10) if random is None else random))
    raw[6] = 0x70 | raw[6] & 0x0F
    raw[8] = 0x80 | raw[8] & 0x3F
    return bytes(raw)


def encode_records(contract, records):
    """All record fields as they stand in a body."""
    if not 1 <= len(records) <= MAX_RECORDS:
        raise ValueError(f"a batch has 1 to {MAX_RECORDS} records")
    for number, record in enumerate(records, 1):
        if record.ByteSize() > MAX_RECORD:
            raise ValueError(f"record {number} is larger than {MAX_RECORD} bytes")
    return contract.AppointmentBatch(records=records).SerializeToString(deterministic=True)


def root_of(record_bytes):
    """records_root of what encode_records made."""
    return lantik_body.records_root([record for _, record in lantik_body.fields(record_bytes)])


def encode_batch(contract, manifest, records):
    """The body of SUBMIT. Sets what follows from the records; batch_id and sent_at when they are absent."""
    record_bytes = encode_records(contract, records)
    manifest.schema_version = manifest.schema_version or "1"
    manifest.batch_id = manifest.batch_id or make_id()
    manifest.sent_at = manifest.sent_at or time.time_ns() // 1000
    manifest.row_count = len(records)
    manifest.records_root = root_of(record_bytes)
    body = contract.AppointmentBatch(manifest=manifest).SerializeToString(deterministic=True) + record_bytes
    if len(body) > MAX_BODY:
        raise ValueError(f"a body has at most {MAX_BODY} bytes: split the batch")
    return body


def manifest_of(contract, body):
    """The manifest that a body begins with."""
    return contract.AppointmentBatch.FromString(body).manifest
