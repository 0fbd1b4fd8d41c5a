#!/usr/bin/python3
"""Positions, units and programmes of study of the fictional people, as reference tables: sql/reference/test.

SPDX-License-Identifier: Apache-2.0

Run it to write the files anew after office/positions.def or the wards of office/sample_work.c changed; tests/sql compares.
"""

import csv
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "sql" / "reference" / "test"
AGENCIES = ["9901", "9902", "9971"]
MASK = (1 << 64) - 1


def mix(value):
    """SplitMix64, as office/sample_dice.c has it."""
    value = (value + 0x9E3779B97F4A7C15) & MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return value ^ (value >> 31)


def reference_id(kind, name):
    value = 0xCBF29CE484222325
    for byte in (kind + name).encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return f"{mix(value):016X}{mix(~value & MASK):016X}"


def definitions():
    text = (ROOT / "office" / "positions.def").read_text(encoding="utf-8")
    return {word: list(csv.reader(re.findall(rf"^{word}\((.*)\)$", text, re.M), skipinitialspace=True))
            for word in ("STUDY", "POSITION", "UNIT")}


def wards():
    text = (ROOT / "office" / "sample_work.c").read_text(encoding="utf-8")
    return re.findall(r'"([^"]+)"', re.search(r"wards\[\] = \{(.*?)\};", text, re.S).group(1))


def rows_of_positions(positions):
    """The least level of the people who hold it; bounds of golongan where functional officials are appointed to it."""
    least, kinds, held_by = {}, {}, {}
    for held, _, _, _, name, kind, _, level, *_ in positions:
        least[name] = min(level, least.get(name, "99"))
        kinds[name] = kind
        held_by.setdefault(name, set()).update(held.replace(" ", "").split("|"))
    for name in sorted(least):
        bounds = "III/a,IV/e" if "JF" in held_by[name] else ","
        yield f"{reference_id('jabatan', name)},{name},{kinds[name]},{least[name]},{bounds}"


def rows_of_units(units):
    for agency in AGENCIES:
        for _, name, highest, _ in units:
            for number in range(1, int(highest) + 1) if int(highest) else [None]:
                for ward in wards():
                    whole = f"{name} {ward}" if number is None else f"{name} {number} {ward}"
                    yield f"{reference_id(agency, whole)},{whole},{agency}"


def cell(text):
    return f'"{text}"' if "," in text else text


def tables():
    """Content of each file by its name."""
    defined = definitions()
    studies = sorted({study[2] for study in defined["STUDY"]})
    return {
        "positions.csv": ["jabatan_id,name,jenis_jabatan_id,min_tk_pendidikan_id,min_golongan,max_golongan",
                          *rows_of_positions(defined["POSITION"])],
        "units.csv": ["unor_id,name,kode_instansi", *rows_of_units(defined["UNIT"])],
        "fields_of_study.csv": ["pendidikan_id,name",
                                *(f"{reference_id('pendidikan', name)},{cell(name)}" for name in studies)],
    }


if __name__ == "__main__":
    for file, lines in tables().items():
        (FOLDER / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{FOLDER / file}: {len(lines) - 1} rows")
