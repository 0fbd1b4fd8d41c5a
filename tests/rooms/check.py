#!/usr/bin/python3
"""Checks the rooms: every foreign header in its room, includes in one direction, no leftover marks, every file says what it is for.

SPDX-License-Identifier: Apache-2.0

check.py [ROOT]      checks a tree, prints every fault, exits 1 when there is one
check.py --self-test plants each kind of fault in a small tree and wants it found
"""

import os
import pathlib
import re
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = {".git", "build", "var", "__pycache__"}

# Foreign header -> the files that may include it, as patterns on the path; tests look from outside and are free.
FOREIGN = {
    r"openssl/.*": [r"core/crypto\.c"],
    r"sodium(/.*)?\.h": [r"core/crypto\.c"],
    r"utf8proc\.h": [r"core/name\.c"],
    r"zmq\.h": [r"office/[a-z_]+\.c", r"daemon/(door|intake|monitor|reply)\.c"],
    r".*\.pb-c\.h": [r"proto/.*"],
    r"protobuf-c/.*": [r"proto/.*"],
    r"libpq-fe\.h": [r"daemon/store[a-z_]*\.[ch]", r"ctl/.*"],
    r"csv\.h": [r"cli/.*"],
    r"jansson\.h": [r"cli/.*"],
    r"libsmartcols.*": [r"cli/.*"],
    r"confuse\.h": [r"daemon/.*"],
    r"systemd/.*": [r"daemon/.*"],
    r"zstd\.h": [r"daemon/.*", r"(office|ctl)/unpack\.c"],
    r"microhttpd\.h": [r"daemon/.*"],
}
# At most this many files of a room include it.
ONE_FILE = [r"openssl/.*", r"sodium(/.*)?\.h", r"confuse\.h", r"systemd/.*", r"zstd\.h"]

# A room may include the corridor headers of the rooms below it, and its own.
BELOW = {
    "core": set(),
    "proto": {"core"},
    "cli": {"core"},
    "daemon": {"core", "proto"},
    "office": {"core", "proto", "cli"},
    "ctl": {"core", "proto", "cli"},
}
# The corridor's headers belong to core, but these.
OWNER = {"codec.h": "proto"}

# What core may not touch: sockets, disk, clocks.
IMPURE = re.compile(r"\b(fopen|freopen|open|openat|socket|connect|time|clock_gettime|gettimeofday|localtime|getenv)\s*\(")
MARKS = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK"]) + r")\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
SOURCES = {".c", ".h", ".def", ".py", ".sh", ".sql", ".proto", ".cmake", ".in", ".conf"}
COMMENT = re.compile(r"^(/\*+|//|--|#+|\"\"\"|\.\\\"|;)\s*(.*)")


def tree(root):
    for directory, names, files in os.walk(root):
        names[:] = sorted(n for n in names if n not in SKIPPED and not n.startswith("build-"))
        for name in sorted(files):
            yield (pathlib.Path(directory) / name).relative_to(root)


def text_of(path):
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def owner_of(header):
    return OWNER.get(header, "cli" if header.startswith("cli") else "core")


def check_foreign(files):
    users = {}
    for path, text in files.items():
        room = path.parts[0]
        if room in ("tests", "examples") or path.suffix not in (".c", ".h", ".def"):
            continue
        for header in (match[1] for match in INCLUDE.findall(text)):
            for pattern, allowed in FOREIGN.items():
                if not re.fullmatch(pattern, header):
                    continue
                if not any(re.fullmatch(a, path.as_posix()) for a in allowed):
                    yield f"{path}: includes {header}, which only {' and '.join(allowed)} may"
                if pattern in ONE_FILE:
                    users.setdefault((room, pattern), set()).add(path.as_posix())
    for (room, pattern), paths in sorted(users.items()):
        if len(paths) > 1:
            yield f"{room}: {pattern} is included by {', '.join(sorted(paths))}; one file is enough"


def check_direction(files):
    for path, text in files.items():
        room = path.parts[0]
        if path.suffix not in (".c", ".h") or room not in BELOW:
            continue
        for kind, header in INCLUDE.findall(text):
            first = header.split("/")[0]
            if kind == '"' and first == "lantik" and header.endswith(".h"):
                owner = owner_of(header.split("/", 1)[1])
                if owner != room and owner not in BELOW[room]:
                    yield f"{path}: {room} must not know {header} of {owner}"
            elif first in BELOW and first != room and first not in BELOW[room]:
                yield f"{path}: {room} must not know {header}"
            elif ".." in header.split("/"):
                yield f"{path}: reaches into another room: {header}"
    for path, text in files.items():
        if path.parts[0] == "core" and path.suffix in (".c", ".h"):
            code = re.sub(r"/\*.*?\*/|//[^\n]*|\"(\\.|[^\"\\\n])*\"", "", text, flags=re.S)
            for match in IMPURE.findall(code):
                yield f"{path}: core must not call {match}()"
        if path.parts[:2] == ("include", "lantik"):
            for kind, header in INCLUDE.findall(text):
                if kind == "<" and not re.fullmatch(r"(std\w+|string|inttypes|limits|time|errno|sys/types)\.h", header):
                    yield f"{path}: a corridor header knows no {header}"


def first_line(path, text):
    lines = text.splitlines()
    while lines and (lines[0].startswith("#!") or lines[0].startswith("<?xml") or lines[0].startswith("---")):
        lines.pop(0)
    match = COMMENT.match(lines[0]) if lines else None
    return match[2] if match else ""


def is_source(path, text):
    return path.suffix in SOURCES or path.name == "CMakeLists.txt" or (not path.suffix and text.startswith("#!"))


def check_first_lines(files):
    for path, text in files.items():
        if is_source(path, text) and len(re.findall(r"[^\W\d_]+", first_line(path, text))) < 4:
            yield f"{path}: its first line does not say what it is for"


def check_marks(files):
    for path, text in files.items():
        for number, line in enumerate(text.splitlines(), 1):
            if MARKS.search(line):
                yield f"{path}:{number}: a leftover mark"


def check(root):
    files = {}
    for path in tree(root):
        text = text_of(root / path)
        if text is not None:
            files[path] = text
    faults = []
    for part in (check_foreign, check_direction, check_first_lines, check_marks):
        faults += part(files)
    return faults


GOOD = "/* One plain sentence about this file.\n * SPDX-License-Identifier: Apache-2.0 */\n"
PLANTED = [
    ("core/a.c", GOOD + "#include <zmq.h>\n"),
    ("core/a.c", GOOD + "#include <sodium.h>\n"),
    ("office/a.c", GOOD + "#include <libpq-fe.h>\n"),
    ("daemon/worker.c", GOOD + "#include <libpq-fe.h>\n"),
    ("daemon/b.c", GOOD + "#include <zmq.h>\n"),
    ("include/lantik/a.h", GOOD + "#include <zmq.h>\n"),
    ("core/a.c", GOOD + '#include "lantik/codec.h"\n'),
    ("daemon/a.c", GOOD + '#include "cli/table.h"\n'),
    ("core/a.c", GOOD + '#include "../proto/codec.h"\n'),
    ("core/a.c", GOOD + "long now(void)\n{\n\treturn time(0);\n}\n"),
    ("core/a.c", "#include <stdio.h>\n"),
    ("scripts/a", "#!/bin/sh\necho\n"),
    ("core/a.c", GOOD + "/* " + "TO" + "DO: later */\n"),
]


def self_test():
    with tempfile.TemporaryDirectory(prefix="lantik-rooms-") as name:
        root = pathlib.Path(name)
        base = {"daemon/door.c": GOOD + "#include <zmq.h>\n", "core/good.c": GOOD + "/* time() is not asked */\n"}
        for planted in [None, *PLANTED]:
            for path, text in {**base, **(dict([planted]) if planted else {})}.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            faults = check(root)
            if bool(faults) != bool(planted):
                print(f"self-test: {planted}: {faults}")
                return 1
            if planted:
                (root / planted[0]).unlink()
    print(f"rooms: {len(PLANTED)} planted faults found")
    return 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    faults = check(pathlib.Path(sys.argv[1]) if sys.argv[1:] else ROOT)
    for fault in faults:
        print(fault)
    print(f"rooms: {len(faults)} faults")
    return 1 if faults else 0


sys.exit(main())
