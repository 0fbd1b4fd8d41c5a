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
from lantik_connection import check_page
from lantik_receipt import Decision, Receipt, Unverified, Verdict, VerifierKey
from lantik_verdict import Statement
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


def listed(message, names):
    """What the C side says of a message: every field, bytes in hex."""
    values_of = ((name, getattr(message, name)) for name in names.split())
    return {name: value.hex() if isinstance(value, bytes) else int(value) for name, value in values_of}


def said_of(message):
    """The same as interop_enquiry.c for a message that Python made."""
    kind, counts = message.DESCRIPTOR.name, "accepted returned review rejected"
    names = {"StatusRequest": "batch_id decisions_from", "ReferenceRequest": "have_sha256",
             "StatusAnswer": f"state {counts} recorded_at leaf_index receipt more", "ReconcileRequest": "from_leaf limit",
             "ReferenceAnswer": "sha256 text_zstd text_size", "ReconcileAnswer": "next_leaf ledger_size"}
    said = {"kind": kind, **listed(message, names[kind])}
    if kind == "StatusAnswer":
        said["decisions"] = [text.hex() for text in message.decisions]
    if kind == "ReconcileRequest":
        said["limit"] = said["limit"] or 500
    if kind == "ReconcileAnswer":
        said["entries"] = [{**listed(entry, f"leaf_index batch_id decision_id manifest_sha256 state {counts} recorded_at"),
                            "records": [[r.record_no, r.outcome] for r in entry.records]} for entry in message.entries]
    return said


def any_page(chance):
    """Mostly a sound page; now and then one thing is wrong with it."""
    page, leaf = CONTRACT.ReconcileAnswer(ledger_size=chance.getrandbits(40)), chance.randrange(5)
    for _ in range(chance.randrange(6)):
        entry = page.entries.add(leaf_index=leaf, batch_id=chance.randbytes(16), recorded_at=chance.randrange(-5, 2**50))
        leaf += chance.randrange(1, 100)
        for name in ("accepted", "returned", "review", "rejected"):
            setattr(entry, name, chance.getrandbits(chance.choice([1, 14, 32])))
        if chance.random() < 0.5:
            entry.manifest_sha256, entry.state = chance.randbytes(32), chance.choice([3, 4])
        else:
            entry.decision_id = chance.randbytes(16)
            for number in sorted(chance.sample(range(1, 10_001), chance.randrange(5))):
                entry.records.add(record_no=number, outcome=chance.randrange(1, 5))
    page.next_leaf = chance.choice([0, leaf])
    if page.entries and chance.random() < 0.4:
        entry = chance.choice(page.entries)
        name, value = chance.choice([("leaf_index", leaf - 1), ("batch_id", chance.randbytes(15)), ("state", 3),
                                     ("decision_id", chance.randbytes(16)), ("manifest_sha256", b""), ("state", 1)])
        setattr(entry, name, value)
        for record in entry.records[:1]:
            record.record_no, record.outcome = chance.choice([(0, 1), (10_001, 1), (1, 5), (1, 0), (1, 1)])
    if chance.random() < 0.1:
        page.next_leaf = chance.randrange(leaf + 1)
    return page


def is_sound(message):
    """Whether the contract allows what is in it, judged without C."""
    kind = message.DESCRIPTOR.name
    if kind == "StatusRequest":
        return len(message.batch_id) == 16 and message.decisions_from < 2**63
    if kind == "StatusAnswer":
        return message.leaf_index < 2**63 and len(message.decisions) <= 256
    if kind == "ReferenceRequest":
        return len(message.have_sha256) in (0, 32)
    if kind == "ReferenceAnswer":
        return (len(message.sha256) == 32 and bool(message.text_zstd) == bool(message.text_size)
                and message.text_size <= 32 << 20)
    if kind == "ReconcileRequest":
        return message.from_leaf < 2**63 and message.limit <= 1000
    try:
        check_page(message, 0, 1000)
    except Unverified:
        return False
    return True


@unittest.skipUnless(INTEROP, "LANTIK_INTEROP is not set")
class Enquiries(unittest.TestCase):
    """Messages of Python as C reads them: the same fields, and the same ones refused."""

    def compare(self, messages):
        """How many were sound; messages are of one kind."""
        with tempfile.TemporaryDirectory() as directory:
            paths = [Path(directory) / str(i) for i in range(len(messages))]
            for path, message in zip(paths, messages):
                path.write_bytes(message.SerializeToString())
            said = interop("message", messages[0].DESCRIPTOR.name, *paths).stdout.splitlines()
        self.assertEqual(len(said), len(messages))
        for message, line in zip(messages, said):
            self.assertEqual(line.startswith("{"), is_sound(message), f"{line}: {message}")
            if is_sound(message):
                self.assertEqual(json.loads(line), said_of(message))
        return sum(is_sound(message) for message in messages)

    def any(self, chance, bits):
        return chance.getrandbits(chance.choice([1, 7, bits - 1, bits]))

    def test_requests_are_read_alike(self):
        chance = seeded("requests")
        lengths = [0, 15, 16, 16, 16, 31, 32, 32]
        requests = [[CONTRACT.StatusRequest(batch_id=chance.randbytes(chance.choice(lengths)),
                                            decisions_from=self.any(chance, 64)) for _ in range(100)],
                    [CONTRACT.ReferenceRequest(have_sha256=chance.randbytes(chance.choice(lengths))) for _ in range(50)],
                    [CONTRACT.ReconcileRequest(from_leaf=self.any(chance, 64), limit=chance.choice([0, 1, 1000, 1001, 2**31]))
                     for _ in range(100)]]
        for messages in requests:
            self.assertTrue(0 < self.compare(messages) < len(messages))

    def test_answers_are_read_alike(self):
        chance = seeded("answers")
        answers = [CONTRACT.StatusAnswer(
            state=chance.randrange(5), accepted=self.any(chance, 32), returned=self.any(chance, 32),
            review=self.any(chance, 32), rejected=self.any(chance, 32), recorded_at=chance.randrange(-2**63, 2**63),
            leaf_index=self.any(chance, 64), receipt=chance.randbytes(chance.randrange(40)), more=chance.random() < 0.5,
            decisions=[chance.randbytes(chance.randrange(9)) for _ in range(chance.choice([0, 1, 2, 256, 257]))])
            for _ in range(100)]
        self.assertTrue(0 < self.compare(answers) < len(answers))
        answers = [CONTRACT.ReferenceAnswer(
            sha256=chance.randbytes(chance.choice([31, 32, 32, 32])), text_zstd=chance.randbytes(chance.randrange(3)),
            text_size=chance.choice([0, 1, 1 << 25, (1 << 25) + 1])) for _ in range(200)]
        self.assertTrue(0 < self.compare(answers) < len(answers))

    def test_pages_are_read_alike(self):
        chance = seeded("pages")
        pages = [any_page(chance) for _ in range(500)]
        self.assertTrue(100 < self.compare(pages) < 450)


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

    def test_decisions_are_judged_alike(self):
        """Texts of both kinds, and halves of one behind the other."""
        chance = seeded("decisions")
        key = VerifierKey.parse(values()["log_verifier_key"])
        names = ["decision-receipt.txt", "decision-replay-receipt.txt"]
        texts = [spoil(chance, vector(chance.choice(names))) for _ in range(1000)]
        head = {name: vector(name).rsplit(b"\n\n", 1)[0] for name in (*names, "receipt.txt")}
        tail = {name: vector(name).rsplit(b"\n\n", 1)[1] for name in (*names, "receipt.txt")}
        texts += [head[a] + b"\n\n" + tail[b] for a in head for b in tail]

        def judge(text):
            try:
                Decision.parse(text).verify(key)
            except Unverified as error:
                if "the leaf is of type 1" not in str(error):
                    raise
                Receipt.parse(text).verify(key)

        good = self.compare(texts, judge, "verify", key.format())
        self.assertTrue(20 < good < 500, good)

    def test_statements_are_read_alike(self):
        """The office is left alone: any printable word may stand there."""
        chance = seeded("statements")
        texts = []
        for _ in range(2000):
            name = chance.choice(["decision-statement.txt", "decision-replay-statement.txt"])
            first, office, rest = vector(name).split(b"\n", 2)
            texts.append(b"\n".join([first, office, spoil(chance, rest)]))
        good = self.compare(texts, Statement.parse, "statement")
        self.assertTrue(100 < good < 1000, good)

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
