# docs/protocol.md against the .proto files and the headers: tables, numbers of sentences, limits.
# SPDX-License-Identifier: Apache-2.0
import re
import unittest

from common import ROOT
from google.protobuf.descriptor import FieldDescriptor
from lantik_batch import DATE_NAME, Contract

PAGE = (ROOT / "docs" / "protocol.md").read_text()
CONTRACT = Contract()
TYPES = {"text": FieldDescriptor.TYPE_STRING, "id": FieldDescriptor.TYPE_BYTES, "hash": FieldDescriptor.TYPE_BYTES,
         "date": FieldDescriptor.TYPE_SINT32, "int": FieldDescriptor.TYPE_SINT32,
         "instant": FieldDescriptor.TYPE_SINT64, "money": FieldDescriptor.TYPE_SINT64, "word": FieldDescriptor.TYPE_ENUM,
         "documents": FieldDescriptor.TYPE_MESSAGE}


def section(title):
    return re.search(rf"^#+ {re.escape(title)}$(.*?)(?=^#|\Z)", PAGE, re.M | re.S)[1]


def rows(title):
    """The rows of the section's table, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def defined(name):
    """FIELD lines of a table in include/lantik: number, name, type, extent."""
    text = (ROOT / "include" / "lantik" / name).read_text()
    return re.findall(r"^FIELD\(\s*(\d+),\s*(\w+),\s*(\w+),\s*(\w+),", text, re.M)


class Page(unittest.TestCase):
    def check_fields(self, title, message):
        found = rows(title)
        fields = message.DESCRIPTOR.fields
        self.assertEqual([(int(row[0]), row[1].strip("`")) for row in found], [(f.number, f.name) for f in fields])
        for row, field in zip(found, fields):
            with self.subTest(field.name):
                kind = row[2].split()[0]
                self.assertEqual(len(row), 6)
                self.assertEqual(TYPES[kind], field.type)
                self.assertEqual(kind == "date", bool(DATE_NAME.search(field.name)) and kind in ("date", "int"))
                self.assertTrue(all(row[3:]), "a cell is empty")

    def test_manifest(self):
        self.check_fields("16.1 Manifest", CONTRACT.Manifest)

    def test_record(self):
        self.check_fields("16.2 Record", CONTRACT.AppointmentRecord)
        self.assertEqual(len(rows("16.2 Record")), 85)

    def test_document(self):
        self.check_fields("16.3 Document", CONTRACT.Document)

    def test_types_are_those_of_the_tables(self):
        words = {"TEXT": "text {}", "ID": "id", "DATE": "date", "TIME": "instant", "MONEY": "money", "INT": "int {}",
                 "WORD": "word {}", "HASH": "hash", "DOCUMENTS": "documents"}
        for title, name in (("16.1 Manifest", "manifest.def"), ("16.2 Record", "fields.def")):
            expected = [(number, f"`{field}`", words[kind].format(extent))
                        for number, field, kind, extent in defined(name)]
            self.assertEqual([tuple(row[:3]) for row in rows(title)], expected)

    def test_words(self):
        found = [(row[0].strip("`"), int(row[1]), row[2].strip("`"), row[3]) for row in rows("16.4 Words")]
        text = (ROOT / "include" / "lantik" / "words.def").read_text()
        expected = [(a, int(b), c, d) for a, b, c, d in
                    re.findall(r'^WORD\((\w+),\s*(\d+),\s*"([^"]*)",\s*"([^"]*)"\)', text, re.M)]
        self.assertEqual(found, expected)
        for name, code, word, _ in found:
            if name in ("act", "deed_kind"):  # stand in statements and deeds alone, as words
                continue
            enum = "".join(part.capitalize() for part in name.split("_"))
            self.assertEqual(CONTRACT.number(enum, f"{name}_{word}".upper()), code)

    def test_kinds_of_deeds(self):
        """Each kind with its Indonesian word, and the lines that its own reader takes."""
        found = re.findall(r"^\| `([a-z-]+)` \| (.+) \| ([a-z ]+) \|$", section("12.2 Deeds"), re.M)
        text = (ROOT / "include" / "lantik" / "words.def").read_text()
        expected = re.findall(r'^WORD\(deed_kind,\s*\d+,\s*"([^"]*)",\s*"([^"]*)"\)', text, re.M)
        self.assertEqual([(kind, word) for kind, _, word in found], expected)

    def test_busy_reasons(self):
        line = re.search(r"^\| `reason` \| (.+) \|$", section("8. Refusals and Busy"), re.M)[1]
        found = {name: int(number) for name, number in re.findall(r"([A-Z_]{4,}) (\d)", line)}
        self.assertEqual(found, {v.name: v.number for v in CONTRACT.Busy.DESCRIPTOR.enum_types_by_name["Reason"].values if v.number})

    def check_numbers(self, title, enum, name_at, number_at):
        found = {row[name_at]: int(row[number_at]) for row in rows(title)}
        for name, number in found.items():
            self.assertEqual(CONTRACT.number(enum, name), number)
        return found

    def test_messages(self):
        found = self.check_numbers_of_messages()
        self.assertEqual(found, {name for name in CONTRACT._enums["Message"] if name != "MESSAGE_UNSPECIFIED"})

    def check_numbers_of_messages(self):
        found = re.findall(r"^\| ([A-Z_]+) \| (\d+) \|", section("4. Requests and replies"), re.M)
        messages = [(name, int(number)) for name, number in found if name in CONTRACT._enums["Message"]]
        for name, number in messages:
            self.assertEqual(CONTRACT.number("Message", name), number)
        return {name for name, _ in messages}

    def test_refusals(self):
        found = re.findall(r"^\| ([A-Z_]+) \| (\d+) \| (yes|no) \|", section("8. Refusals and Busy"), re.M)
        self.assertEqual({name: int(number) for name, number, _ in found},
                         {k: v for k, v in CONTRACT._enums["RefusalCode"].items() if v})

    def test_sentences_are_numbered(self):
        """Each number once, none left out, and each of these sentences holds a MUST; no MUST stands outside them."""
        numbers = sorted(int(n) for n in re.findall(r"\*\*P-(\d{3})\*\*", PAGE))
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        for paragraph in PAGE.split("\n\n"):
            if paragraph.startswith("**P-"):
                self.assertIn("MUST", paragraph)
            elif "MUST" in paragraph:
                self.assertIn("holds the word MUST", paragraph)

    def test_limits(self):
        text = (ROOT / "include" / "lantik" / "limits.h").read_text()

        def limit(name):
            value = re.search(rf"#define LANTIK_MAX_{name} (.+)", text)[1]
            return eval(re.sub(r"(\d)u", r"\1", value), {})

        found = {row[0]: row[1] for row in rows("15. Limits")}
        for what, name, unit in (("envelope", "ENVELOPE", "bytes"), ("body", "BODY", "bytes"),
                                 ("envelope of a reply", "REPLY_ENVELOPE", "bytes"),
                                 ("one of them, as a receipt", "ENVELOPE_DEED", "bytes"),
                                 ("one record", "RECORD", "bytes"), ("checkpoint note", "NOTE", "bytes"),
                                 ("key name, origin", "ORIGIN", "characters")):
            self.assertEqual(found[what], f"{limit(name):,} {unit}")
        for what, name in (("deeds of a reply", "ENVELOPE_DEEDS"), ("keys of a log, over its whole life", "TRUSTED_KEYS"),
                           ("keys that sign a checkpoint", "SIGNERS"), ("recoveries of a log", "RECOVERIES"),
                           ("lost heads of a recovery", "LOST"), ("agencies of a scope", "DEED_AGENCIES"),
                           ("records of a batch", "RECORDS"), ("documents of a record", "DOCUMENTS"),
                           ("hashes of a proof", "PROOF"), ("decisions of a StatusAnswer", "DECISIONS"),
                           ("entries of a ReconcileAnswer", "RECONCILE")):
            self.assertEqual(found[what], f"{limit(name):,}")
        self.assertEqual(found["decided records of a ReconcileAnswer"], f"{2 * limit('RECORDS'):,}")
        for what, name in (("name or position of an official", "OFFICIAL"), ("reason of a decision", "REASON")):
            self.assertEqual(found[what], f"{limit(name)} characters")
        for what, name in (("rulebook", "RULEBOOK"), ("receipt", "RECEIPT"), ("deed", "DEED"),
                           ("receipts of a StatusAnswer together", "STATUS_RECEIPTS")):
            self.assertEqual(found[what], f"{limit(name) >> 20} MiB")


if __name__ == "__main__":
    unittest.main()
