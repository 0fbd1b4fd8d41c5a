"""The language of the case files (tests/unit/cases.h) for the tests that go through whole programs.

SPDX-License-Identifier: Apache-2.0
"""

import csv
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
LETTERS = {"fatal": "F", "error": "E", "review": "R", "warning": "W"}


def lines_of(name, columns):
    """(line number, columns) of every line that is no comment."""
    for number, line in enumerate((HERE / name).read_text(encoding="utf-8").split("\n"), 1):
        if line and not line.startswith("#"):
            cells = line.split("\t")
            if len(cells) != columns:
                raise ValueError(f"{name}:{number}: {len(cells)} columns instead of {columns}")
            yield number, cells


def pairs(changes):
    """The changes of a case as (name, value)."""
    return [tuple(change.split("=", 1)) for change in changes.split(";")] if changes != "-" else []


def good(kind):
    """The good record of a kind, as changes."""
    return next(changes for _, (name, changes) in lines_of("good.tsv", 2) if name == kind)


def unescape(text, record=1):
    r"""`\xNN` is a character, `A{60}` sixty times A, `<nn>` the record's number, a value `@a01` an identifier."""
    text = re.sub(r"\\x([0-9a-f]{2})", lambda m: chr(int(m[1], 16)), text)
    text = re.sub(r"(.)\{(\d+)\}", lambda m: m[1] * int(m[2]), text)
    text = re.sub(r"<(n+)>", lambda m: f"{record:0{len(m[1])}d}", text)
    return re.sub(r"^@([0-9a-f]+)$", lambda m: "99" + m[1].rjust(30, "0"), text)


def document(value):
    """`type,object,sha256` as a sheet writes it: `type object sha256`."""
    return " ".join(part for part in unescape(value).split(",") if part)


class Batch:
    """A manifest and records as cells, made of a good record and its changes."""

    def __init__(self, kind, step):
        self.manifest = {"kanreg_id": "99", "kode_instansi": "9901", "kind": kind, "step": step}
        self.records = []
        self.good = pairs(good(kind))
        for name, value in self.good:
            self.set_manifest(name, value)

    def set_manifest(self, name, value):
        if name.startswith("manifest."):
            self.manifest[name[len("manifest."):]] = unescape(value)

    def add(self, changes):
        """One more record: the good one with these changes."""
        cells = {}
        for name, value in self.good + changes:
            if name == "dokumen":
                before = cells.get("dokumen", "")
                cells["dokumen"] = "|".join(filter(None, [before, document(value)])) if value else ""
            elif not name.startswith("manifest."):
                cells[name] = unescape(value, len(self.records) + 1)
        self.records.append(cells)
        return cells

    def columns(self):
        return list(dict.fromkeys(name for cells in self.records for name in cells))

    def write_manifest(self, path):
        path.write_text("".join(f"{name} = {value}\n" for name, value in self.manifest.items() if value), encoding="utf-8")

    def write_rows(self, path, header, rows):
        with open(path, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])


def token(finding, many):
    """A finding of the programs' JSON as the case files write it."""
    number = f"{finding['record']}/" if many or finding["record"] == 0 else ""
    field = f":{finding['field']}" if finding["field"] else ""
    return f"{number}{finding['rule']}{field}/{LETTERS[finding['severity']]}"
