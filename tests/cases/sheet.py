#!/usr/bin/python3
"""Runs the cases of sheet.tsv: cells as an office types them, read and judged by `lantik check`.

SPDX-License-Identifier: Apache-2.0

sheet.py LANTIK   the program to run; prints each line that goes red, and how many lines there were
"""

import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import language

RECEIVED = "2025-10-15"
RULES = {"T02.normalised": 3, "T02.padded": 3, "B01.header": 3, "B01.columns": 3}  # what only the reader sees


class Sheet:
    """One file with one row, from the good record and the changes of a line."""

    def __init__(self, kind, step, changes):
        self.batch = language.Batch(kind, step)
        changes = language.pairs(changes)
        for name, value in changes:
            self.batch.set_manifest(name, value)
        special = ("header.", "drop", "cells", "manifest.")
        self.row = self.batch.add([change for change in changes if not change[0].startswith(special)])
        self.header = {name: name for name in self.row}
        self.surplus = 0
        for name, value in changes:
            self.change_form(name, value)

    def change_form(self, name, value):
        if name.startswith("header."):
            self.header[name[len("header."):]] = language.unescape(value)
        elif name == "drop":
            del self.row[value], self.header[value]
        elif name == "cells":
            self.surplus = int(value)

    def write(self, path):
        cells = list(self.row.values())
        cells = cells[:self.surplus] if self.surplus < 0 else cells + [""] * self.surplus
        self.batch.write_rows(path, list(self.header.values()), [cells])
        self.batch.write_manifest(path.with_suffix(".manifest"))


def check(program, home, path):
    command = [program, "--home", home, "check", "--json", "--received", RECEIVED, path]
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "en"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode not in (0, 3, 5):
        return [f"status {done.returncode}: {done.stderr.strip()}"]
    return sorted(language.token(line, False) for line in lines if line.get("type") == "finding") or ["-"]


def main():
    directory = pathlib.Path(tempfile.mkdtemp(prefix="lantik-sheet-"))
    (directory / "home").mkdir()
    shutil.copy(language.HERE / "rulebook.txt", directory / "home" / "rulebook")
    path = directory / "usulan.csv"
    seen, lines, red = collections.Counter(), 0, 0
    for number, (rule, kind, step, changes, expected) in language.lines_of("sheet.tsv", 5):
        Sheet(kind, step, changes).write(path)
        found = check(sys.argv[1], directory / "home", path)
        lines += 1
        seen.update({token.split("/")[-2].split(":")[0] for token in found if "/" in token})
        if found != sorted(expected.split(" ")):
            red += 1
            print(f"sheet.tsv:{number}: {rule} {kind} {step}, {changes}:\n  expected {expected}\n  found    {' '.join(found)}")
    shutil.rmtree(directory)
    for case, least in RULES.items():
        if seen[case] < least:
            red += 1
            print(f"{case}: found by {seen[case]} lines")
    print(f"{lines} lines, {red} red")
    return 1 if red or not lines else 0


sys.exit(main())
