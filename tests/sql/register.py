"""A small register of fictional people, and keys, for the tests of the database.

SPDX-License-Identifier: Apache-2.0
"""

import base64
import datetime
import hashlib
import pathlib
import re

import nacl.bindings
import nacl.signing

NAME = "CANARY SITI RAHAYU"
ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"


def z85(data):
    """ZeroMQ RFC 32, written anew here so that the program's own is compared with another."""
    text = ""
    for i in range(0, len(data), 4):
        value = int.from_bytes(data[i:i + 4], "big")
        text += "".join(ALPHABET[value // 85 ** k % 85] for k in (4, 3, 2, 1, 0))
    return text


def unz85(text):
    data = b""
    for i in range(0, len(text), 5):
        value = 0
        for character in text[i:i + 5]:
            value = value * 85 + ALPHABET.index(character)
        data += value.to_bytes(4, "big")
    return data


def curve_key(name):
    return z85(hashlib.sha256(b"curve " + name.encode()).digest())


def curve_public(secret):
    return z85(nacl.bindings.crypto_scalarmult_base(unz85(secret)))


def vkey(name):
    """A verifier key of C2SP signed-note."""
    public = bytes(nacl.signing.SigningKey(hashlib.sha256(b"sign " + name.encode()).digest()).verify_key)
    key_id = hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]
    return f"{name}+{key_id.hex()}+{base64.b64encode(bytes([1]) + public).decode()}"


def batch(number, agency, kind, step, rows, returned=0, outcome=1):
    """A batch row as the daemon writes it; digests are of its number."""
    accepted = rows - returned if outcome == 1 else 0
    digest = f"sha256('{number}')"
    return (
        "INSERT INTO batch (batch_no, office_no, batch_id, kode_instansi, kind, step, outcome, all_or_nothing, body_form,"
        " manifest_sha256, records_root, signing_key_id, signature, rulebook_sha256, row_count, accepted, returned, review, row_format, rows_root, programme,"
        " periode, certifier_nama, certifier_nip, manifest, verdict, leaf_index, durability, received_at, recorded_at, row_hashes,"
        " returned_hashes, nodes) VALUES"
        f" ({number}, 1, gen_random_uuid(), '{agency}', {kind}, {step}, {outcome}, false, {3 if outcome == 1 else 1}, {digest}, {digest if accepted else 'NULL'}, '\\x01020304',"
        f" {digest} || {digest}, {digest}, {rows}, {accepted}, {returned}, 0, 1, {digest}, 'PW2024', 2025, '{NAME}',"
        f" '199001012015011001', 'manifest', 'verdict', {number - 1}, 1, now(), now(), '', '', '');")


COLD = {name: kind for name, kind, place in re.findall(
    r"^FIELD\(\s*\d+,\s*(\w+),\s*(\w+),.*,\s*(\w+)\)",
    (pathlib.Path(__file__).resolve().parents[2] / "include/lantik/fields.def").read_text(), re.M) if place == "COLD"}
COLD["nama_asli"] = "TEXT"
WIDTHS = {"DATE": 4, "INT": 4, "WORD": 2, "MONEY": 8}


def cold(**values):
    """The register's column cold with these values (numbers, dates, otherwise bytes), as a literal of SQL."""
    if values.keys() - COLD.keys():
        raise ValueError(f"not cold: {values.keys() - COLD.keys()}")
    numbers, texts = b"", []
    for name, kind in COLD.items():
        if kind in WIDTHS:
            value = values.get(name, 0)
            numbers += (value.toordinal() if isinstance(value, datetime.date) else value).to_bytes(WIDTHS[kind], "big")
        else:
            texts.append(values.get(name, b""))
    ends = [sum(map(len, texts[:i + 1])) for i in range(len(texts))]
    return "'\\x" + (numbers + b"".join(end.to_bytes(2, "big") for end in ends) + b"".join(texts)).hex() + "'"


def people(number, agency, kind, step, first, last, group, sign="NULL", change="NULL", position="GURU"):
    """Rows of the register for people first .. last, who then are current. sign is an expression of p."""
    return (
        "WITH made AS (INSERT INTO register (batch_no, record_no, office_no, kind, step, salt, kode_instansi, nik, nip, nama,"
        " tgl_lahir, jenis_kelamin, tk_pendidikan_id, cold, kelompok_lapor, kode_kabkot, tmt, upah, signing_mode,"
        f" change_kind) SELECT {number}, p, 1, {kind}, {step}, substring(sha256('{number}') FOR 16), '{agency}',"
        f" '9971010101900' || lpad(p::text, 3, '0'), '199001012025211' || lpad(p::text, 3, '0'), '{NAME}', '1990-01-01', 'M',"
        f" '40', {cold(jabatan_nama=position.encode())}, {group}, '9971', '2025-10-01', 101651525, ({sign})::smallint, ({change})::smallint"
        f" FROM generate_series({first}, {last}) AS p RETURNING nik, kind, nip, kode_instansi, step, change_kind, batch_no,"
        " record_no)"
        " INSERT INTO current_appointment (nik_key, kind, nip_key, kode_instansi, step, change_kind, batch_no, record_no)"
        " SELECT nik::bigint << 3, kind, nip::bigint << 3, kode_instansi, step, change_kind, batch_no, record_no"
        " FROM made ON CONFLICT (nik_key) DO UPDATE SET step = excluded.step, change_kind = excluded.change_kind,"
        " batch_no = excluded.batch_no, record_no = excluded.record_no;")


def fill(run):
    """12 part-time people of 9971 (7 teachers, one withdrawn), 2 of 9972, 3 functional officials, a refused batch."""
    teacher, health, technical = 1, 2, 3
    for statements in [
            [batch(1, "9971", 1, 1, 13, returned=1), people(1, "9971", 1, 1, 1, 7, teacher),
             people(1, "9971", 1, 1, 8, 10, health), people(1, "9971", 1, 1, 11, 12, technical),
             "INSERT INTO finding VALUES (1, 1, 'N05.birth_date', 'nik', 4), (1, 2, 'N05.birth_date', 'nik', 4),"
             " (1, 13, 'N01.digits', 'nik', 2), (1, 13, 'N01.digits', 'nip', 2);",
             "INSERT INTO returned_record VALUES (1, 13, 1, 'bytes', 'N01.digits:nik N01.digits:nip');"],
            [batch(2, "9971", 1, 3, 10), people(2, "9971", 1, 3, 1, 7, teacher, "CASE WHEN p IN (2, 7) THEN 1 ELSE 2 END"),
             people(2, "9971", 1, 3, 8, 10, health, "CASE p WHEN 8 THEN 1 WHEN 9 THEN 2 END")],
            # The first teacher's record is amended, the seventh's appointment is withdrawn.
            [batch(3, "9971", 1, 3, 2), people(3, "9971", 1, 3, 1, 1, teacher, "1", "1"),
             people(3, "9971", 1, 3, 7, 7, teacher, "1", "4")],
            [batch(4, "9971", 5, 5, 3), people(4, "9971", 5, 5, 201, 202, technical, position="AUDITOR AHLI PERTAMA"),
             people(4, "9971", 5, 5, 203, 203, technical, position="PERENCANA AHLI MUDA")],
            [batch(5, "9972", 1, 1, 2), people(5, "9972", 1, 1, 301, 302, teacher)],
            [batch(6, "9971", 1, 1, 5, outcome=2)]]:
        run(" ".join(["BEGIN;", *statements, "COMMIT;"]))
