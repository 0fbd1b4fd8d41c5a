# The C side and the Python side on the same bytes: the vectors are current, and random input is judged alike.
# SPDX-License-Identifier: Apache-2.0
import filecmp
import json
import tempfile
import unittest
from pathlib import Path

from common import INTEROP, VECTORS, interop, seeded, values, vector
from google.protobuf.descriptor import FieldDescriptor
from lantik_batch import Contract, encode_batch
from lantik_receipt import Receipt, Unverified, Verdict, VerifierKey
from test_vectors import plain

CONTRACT = Contract()
ALPHABET = "aZ09 .,'-/\u00e9\u0161\u4e2d\U0001f600"


@unittest.skipUnless(INTEROP, "LANTIK_INTEROP is not set")
class Current(unittest.TestCase):
    def test_the_vectors_are_those_that_the_code_makes(self):
        with tempfile.TemporaryDirectory() as directory:
            self.assertEqual(interop("make", directory).returncode, 0)
            made = {path.name for path in Path(directory).iterdir()}
            held = {path.name for path in VECTORS.iterdir()} - {"README.md"}
            self.assertEqual(made, held)
            differing = filecmp.cmpfiles(directory, VECTORS, sorted(made), shallow=False)[1:]
            self.assertEqual(differing, ([], []), f"made by `interop make {VECTORS}`")


def any_value(chance, field):
    if field.type == FieldDescriptor.TYPE_STRING:
        return "".join(chance.choices(ALPHABET, k=chance.randrange(1, 40)))
    if field.containing_type.name == "Document" and field.name == "sha256":
        return chance.randbytes(32)
    if field.type == FieldDescriptor.TYPE_BYTES:
        return chance.randbytes(chance.choice([1, 15, 16, 16, 16, 32]))
    if field.type == FieldDescriptor.TYPE_ENUM:
        return chance.choice([value.number for value in field.enum_type.values])
    bits = 31 if field.type == FieldDescriptor.TYPE_SINT32 else 63
    return chance.choice([-1, 0, 1, 20251001, -2**bits, 2**bits - 1, chance.getrandbits(bits)])


def any_message(chance, message, share):
    for field in message.DESCRIPTOR.fields:
        if chance.random() >= share:
            continue
        if field.label == FieldDescriptor.LABEL_REPEATED:
            for _ in range(chance.randrange(4)):
                any_message(chance, message.dokumen.add(), 0.7)
        else:
            setattr(message, field.name, any_value(chance, field))
    return message


@unittest.skipUnless(INTEROP, "LANTIK_INTEROP is not set")
class Bodies(unittest.TestCase):
    def decode(self, body):
        with tempfile.NamedTemporaryFile() as file:
            file.write(body)
            file.flush()
            return interop("decode", file.name)

    def test_bodies_of_python_are_read_alike(self):
        chance = seeded("bodies")
        for _ in range(40):
            manifest = any_message(chance, CONTRACT.Manifest(), chance.random())
            records = [any_message(chance, CONTRACT.AppointmentRecord(), chance.random())
                       for _ in range(chance.randrange(1, 12))]
            done = self.decode(encode_batch(CONTRACT, manifest, records))
            self.assertEqual(done.returncode, 0, done.stdout)
            found = json.loads(done.stdout)
            self.assertEqual(found["manifest"], plain(manifest))
            self.assertEqual(found["records"], [plain(record) for record in records])

    def test_what_the_contract_forbids_is_refused(self):
        batch = CONTRACT.AppointmentBatch.FromString(vector("batch.bin"))
        manifest = CONTRACT.AppointmentBatch(manifest=batch.manifest).SerializeToString()
        record = b"\x12\x03\x3a\x01x"  # nik = "x"
        self.assertEqual(self.decode(manifest + record).returncode, 0)
        wrong = {
            "no manifest": record,
            "manifest last": record + manifest,
            "manifest twice": manifest + manifest + record,
            "no record": manifest,
            "unknown field of the batch": manifest + record + b"\x1a\x00",
            "unknown field of a record": manifest + b"\x12\x03\xa0\x06\x01",
            "singular field twice": manifest + b"\x12\x06\x3a\x01x\x3a\x01y",
            "over-long length": manifest + b"\x12\x83\x00\x3a\x01x",
            "over-long tag": manifest + b"\x92\x00\x03\x3a\x01x",
            "over-long value": manifest + b"\x12\x03\x08\x81\x00",
            "wrong wire type": manifest + b"\x12\x02\x38\x01",
            "a group": manifest + b"\x12\x02\x3b\x3c",
            "field number 0": manifest + b"\x12\x02\x02\x00",
            "truncated": (manifest + record)[:-1],
            "10,001 records": manifest + b"\x12\x00" * 10_001,
            "a record of more than 16 KiB": manifest + b"\x12\x84\x80\x01\x3a\x80\x80\x01" + b"9" * 16384,
            "a document's digest of 31 bytes": manifest + b"\x12\x24\x8a\x04\x21\x1a\x1f" + bytes(31),
            "17 documents": manifest + b"\x12\x33" + b"\x8a\x04\x00" * 17,
        }
        for name, bytes_ in wrong.items():
            with self.subTest(name):
                self.assertEqual(self.decode(bytes_).returncode, 1)


def spoil(chance, text):
    """One small change; now and then none."""
    at = chance.randrange(len(text))
    lines = text.split(b"\n")
    line = chance.randrange(len(lines))
    return chance.choice([
        lambda: text[:at] + chance.randbytes(1) + text[at + 1:],
        lambda: text[:at] + text[at + 1:],
        lambda: text[:at] + chance.choice([b"\n", b" ", b"=", b"0", b"1", b"\r"]) + text[at + chance.randrange(2):],
        lambda: text[:at],
        lambda: text + text[at:],
        lambda: b"\n".join(lines[:line] + lines[line + 1:]),
        lambda: b"\n".join(lines[:line] + [lines[line]] + lines[line:]),
        lambda: text,
    ])()


@unittest.skipUnless(INTEROP, "LANTIK_INTEROP is not set")
class Texts(unittest.TestCase):
    def said_by_c(self, texts, *command):
        with tempfile.TemporaryDirectory() as directory:
            paths = [Path(directory) / str(i) for i in range(len(texts))]
            for path, text in zip(paths, texts):
                path.write_bytes(text)
            said = interop(*command, *paths).stdout.splitlines()
        self.assertEqual(len(said), len(texts))
        return said

    def said_by_python(self, judge, text):
        try:
            judge(text)
        except Unverified as error:
            return str(error)
        return "ok"

    def compare(self, texts, judge, *command):
        """How many texts both believed; those that C cannot judge because it does not know a rule are left out."""
        good = 0
        for text, by_c in zip(texts, self.said_by_c(texts, *command)):
            if by_c == "of a version that is not supported" and text.startswith(b"lantik-verdict 1\n"):
                continue
            by_python = self.said_by_python(judge, text)
            self.assertEqual(by_c == "ok", by_python == "ok", f"C: {by_c}; Python: {by_python}; text: {text!r}")
            good += by_c == "ok"
        return good

    def test_receipts_are_judged_alike(self):
        chance = seeded("receipts")
        key = VerifierKey.parse(values()["log_verifier_key"])
        texts = [spoil(chance, chance.choice([vector("receipt.txt"), vector("receipt-refused.txt")]))
                 for _ in range(1000)]
        good = self.compare(texts, lambda text: Receipt.parse(text).verify(key), "verify", key.format())
        self.assertTrue(20 < good < 500, good)

    def test_verdicts_are_read_alike(self):
        """The office and the agency are left alone: any printable word may stand there."""
        chance = seeded("verdicts")
        texts = []
        for _ in range(1000):
            first, office, batch, agency, rest = chance.choice(
                [vector("verdict.txt"), Receipt.parse(vector("receipt-refused.txt")).verdict_text]).split(b"\n", 4)
            spoiled = spoil(chance, rest)
            if (b"not-checked B04.kanreg B05\n" in rest) == (b"not-checked B04.kanreg B05\n" in spoiled):  # only C knows their order
                texts.append(b"\n".join([first, office, spoil(chance, batch), agency, spoiled]))
        good = self.compare(texts, Verdict.parse, "verdict")
        self.assertTrue(5 < good < 500, good)


if __name__ == "__main__":
    unittest.main()
