#!/usr/bin/python3
"""Breaks each rule in turn and shows that a case goes red.

SPDX-License-Identifier: Apache-2.0

break.py [--rules | --quick] [--seed N] [--jobs N] [--only TEXT] [--verbose]

Every way to break is one mutant, built outside the source tree and run over the cases of the rules:
  never, always     a case (`N05.birth_date`) is never reported, or with every batch; for `always` a line of its own rule must
                    go red that expects it not to be
  table             in rules.def, a rule is taken from a kind or step or given to another, or a case gets another severity
  source            in the rules' files, one comparison, junction, negation, number, sum or answer is turned
A mutant of the source that no line notices is tried on the unit tests of the same code, and with sanitizers; what nobody
notices survived. That is a fault unless break.allow tells why nobody can notice it, or nobody should.
--rules   never, always and table alone
--quick   all of never and always, and a random 150 of the others; the seed is printed
--only    the mutants whose description holds TEXT, for example `rules_nik.c` or `N05`
"""

import argparse
import collections
import concurrent.futures
import hashlib
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CORE, UNIT = ROOT / "core", ROOT / "tests" / "unit"
RULES = [*sorted(CORE.glob("rules*.c")), CORE / "name.c"]
QUICK = 150
CC = [os.environ.get("CC", "cc"), "-std=c11", "-D_GNU_SOURCE", "-w"]
LIBRARIES = ["-lcrypto", "-lsodium", "-lutf8proc"]
# Unit tests of the same code; a survivor that they notice is killed, too. Slow and random ones are left out.
TESTS = {"test_rule_limits.c": "@(rule_table|severities|findings)/*", "test_severity.c": "*",
         "test_name.c": "*"}
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-DLANTIK_ARENA_EMULATOR"]
LIMIT = 20  # seconds; the cases take a tenth of one

Mutant = collections.namedtuple("Mutant", "kind what key place files variables")
# what: for people; key, place: in break.allow, a mutant or a whole function; files: {path in the tree: its text};
# variables: of the environment


# --- what can be broken --------------------------------------------------------------------------------------------------


def without_text(source):
    """The same with what is no rule blanked out: comments, strings, directives but for #define, assertions. Offsets stay."""
    blank = lambda match: re.sub(r"[^\n]", " ", match[0])
    source = re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, source, flags=re.S)
    source = re.sub(r"\b(?:_Static_assert|LANTIK_ASSERT|free|snprintf)\([^;]*\);", blank, source)
    return re.sub(r"^#(?!define)[^\n]*", blank, source, flags=re.M)


OPERATORS = {"<": ["<="], "<=": ["<"], ">": [">="], ">=": [">"], "==": ["!="], "!=": ["=="], "&&": ["||"], "||": ["&&"]}


def turned_operators(code):
    for match in re.finditer(r"(?<= )(<=|>=|==|!=|&&|\|\||<|>)(?=[ \n])", code):
        for other in OPERATORS[match[1]]:
            yield match.start(1), match.end(1), other


def turned_signs(code):
    for match in re.finditer(r"(?<= )([+-])(?= )", code):
        yield match.start(1), match.end(1), "-" if match[1] == "+" else "+"


def turned_numbers(code):
    """n becomes n + 1; sizes of arrays and the zero of an initialiser are no boundaries."""
    for match in re.finditer(r"(?<![\w.])(\d+|0x[0-9a-f]+)(u?)(?![\w.])", code):
        before, after = code[:match.start()].rstrip(" "), code[match.end():]
        declares = re.search(r"^\s*(?:static |const |struct \w+ |unsigned |u?int\w+ |char |bool )+[\w*, ]*\w\[$",
                             before.rsplit("\n", 1)[-1])
        if declares or (before.endswith("{") and after.startswith("}")):
            continue
        yield match.start(), match.end(), f"{int(match[1], 0) + 1}{match[2]}"


def negated_conditions(code):
    for match in re.finditer(r"\b(?:if|while) \(", code):
        depth, at = 1, match.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(code[at], 0)
            at += 1
        yield match.end(), at - 1, None


def dropped_negations(code):
    for match in re.finditer(r"(?<=[\s(])!(?=[\w(])", code):
        yield match.start(), match.end(), ""


def turned_answers(code):
    for match in re.finditer(r"\b(?:return|=|\?|:) (true|false)\b", code):
        yield match.start(1), match.end(1), "false" if match[1] == "true" else "true"


def dropped_calls(code):
    """A call that stands alone, such as a report, is left out."""
    for match in re.finditer(r"^\t+(?:\w+)\([^;{}]*\);$", code, re.M):
        start = match.start() + len(match[0]) - len(match[0].lstrip("\t"))
        yield start, match.end(), ";"


MUTATORS = [turned_operators, turned_signs, turned_numbers, negated_conditions, dropped_negations, turned_answers, dropped_calls]


def function_at(path, source, start):
    """`rules_nik.c check_region()`, the function in which the place is."""
    names = re.findall(r"^[a-z][\w *]*?\b(\w+)\(", source[:start], re.M)
    return f"{path.name} {names[-1]}()" if names else path.name


def edit(path, source, start, end, new, times):
    """A mutant of one place; its key is the line's text with the place marked, so that it survives moves of the line."""
    old = source[start:end]
    new = f"!({old})" if new is None else new
    first, last = source.rfind("\n", 0, start) + 1, source.find("\n", end)
    text = f"{source[first:start]}[{old}]{source[end:last]}"
    text = re.sub(r"\s+", " ", text).strip()
    place = f"{path.relative_to(ROOT)}:{source.count(chr(10), 0, start) + 1}"
    key = f"{path.name} {text} -> {re.sub(chr(92) + 's+', ' ', new)}"
    times[key] += 1
    key += f" #{times[key]}" if times[key] > 1 else ""
    return Mutant("source", f"{place} {key.split(' ', 1)[1]}", key, function_at(path, source, start), {path: source[:start] + new + source[end:]}, {})


def source_mutants():
    for path in RULES:
        source = path.read_text()
        code, times = without_text(source), collections.Counter()
        for mutator in MUTATORS:
            for start, end, new in mutator(code):
                yield edit(path, source, start, end, new, times)


def table():
    """The rules that are judged by the check, as (match, code, kinds, steps), and the cases as (match, name, severity)."""
    text = (ROOT / "include" / "lantik" / "rules.def").read_text()
    layers, rules, cases = {}, [], []
    for match in re.finditer(r"^RULE\((\w+), (\w+), ([^,]+), ([^,]+),", text, re.M):
        layers[match[1]] = match[2]
        if match[2] != "CENTRAL" and re.search(rf"^CASE\({match[1]},", text, re.M):
            rules.append(match)
    for match in re.finditer(r"^CASE\((\w+), (\w+), (\w+),", text, re.M):
        if layers[match[1]] != "CENTRAL" and (match[1], match[2]) not in {("B01", "header"), ("B01", "columns")}:
            cases.append(match)
    return text, rules, cases


KINDS = {"PW": "PPPK_PW", "PK": "PPPK", "CP": "CPNS", "PN": "PNS", "JF": "JF"}
STEPS = {name: f"STEP_{name}" for name in ("NI", "SK", "PERJANJIAN", "SPMT", "PELANTIKAN")}
POSSIBLE = {"PW": "NI SK PERJANJIAN SPMT", "PK": "NI SK PERJANJIAN SPMT", "CP": "NI SK SPMT", "PN": "SK SPMT", "JF": "SK PELANTIKAN"}
UNGATED = {"T02", "B10"}  # the reader and the sum of the findings judge them, whatever the kind
SEVERITIES = ["FATAL", "ERROR_ROW", "REVIEW", "WARN"]


def members_of(text, everything, word):
    return set(everything) if text.strip() == word else set(text.strip().split(" | "))


def reachable(kinds):
    """The steps that one of the kinds knows; at any other the batch is refused."""
    return {step for kind in members_of(kinds, KINDS, "ALL") for step in POSSIBLE[kind].split()}


def others(text, everything, word, among=None):
    """(for people, as C) each set with one member more or one less."""
    held = members_of(text, everything, word)
    for one in among or everything:
        changed = [name for name in everything if name in held ^ {one}]
        if changed:
            yield " | ".join(changed), " | ".join(f"(1u << LANTIK_{everything[name]})" for name in changed)


def table_mutants():
    path = ROOT / "include" / "lantik" / "rules.def"
    text, rules, cases = table()

    def changed(match, group, new, name, code):
        what = f"rules.def {name}: {match[group].strip()} -> {new}"
        return Mutant("table", what, what, "", {path: text[:match.start(group)] + code + text[match.end(group):]}, {})

    for match in rules:
        if match[1] in UNGATED:
            continue
        for new, code in others(match[3], KINDS, "ALL"):
            yield changed(match, 3, new, match[1], code)
        for new, code in others(match[4], STEPS, "ALL_STEPS", reachable(match[3])):
            yield changed(match, 4, new, match[1], code)
    for match in cases:
        new = SEVERITIES[(SEVERITIES.index(match[3]) + 1) % len(SEVERITIES)]
        yield changed(match, 3, new, f"{match[1]}.{match[2]}", new)


def case_mutants():
    for match in table()[2]:
        name = f"{match[1]}.{match[2]}"
        yield Mutant("never", f"never {name}", f"never {name}", "", {}, {"LANTIK_NEVER": name})
        yield Mutant("always", f"always {name}", f"always {name}", "", {}, {"LANTIK_ALWAYS": name})


# --- building and running ------------------------------------------------------------------------------------------------


class Builder:
    """Compiles the core and a program once; a mutant is one file more and a link."""

    def __init__(self, directory, judge, sources, options=(), libraries=()):
        self.directory, self.judge = directory, judge
        directory.mkdir()
        self.cc, self.libraries = [*CC, *options], [*LIBRARIES, *libraries]
        self.objects = {}
        for path in [*sorted(CORE.glob("*.c")), *sources]:
            self.objects[path] = directory / f"{path.stem}.o"
            done = self.compile(path, self.text_of(path), self.objects[path], "-O1")
            if done.returncode:
                sys.exit(done.stderr)
        self.program = directory / "program"
        self.link(self.objects, self.program)

    def text_of(self, path, text=None):
        """broken_rules.c, where it is, stands before two functions of the core."""
        text = path.read_text() if text is None else text
        return renamed(text) if path.parent == CORE and self.judge is judge_cases else text

    def compile(self, path, text, target, level="-O0", include=None):
        """The text in place of the file, which lies where its includes are found by -I."""
        copy = target.with_suffix(".c")
        copy.write_text(f'#line 1 "{path}"\n{text}')
        folders = [*([include] if include else []), ROOT / "include", CORE, UNIT]
        command = [*self.cc, level, *[f"-I{folder}" for folder in folders], "-c", copy, "-o", target]
        return subprocess.run(command, check=False, capture_output=True, text=True)

    def link(self, objects, target):
        command = [*self.cc, *objects.values(), *self.libraries, "-o", target]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr)

    def build(self, mutant):
        """The mutant's program; None when it is no C any more."""
        if not mutant.files:
            return self.program
        [(path, text)] = mutant.files.items()
        folder, include = self.directory / hashlib.sha256(mutant.what.encode()).hexdigest()[:20], None
        folder.mkdir()
        if path.suffix == ".def":
            include = folder
            (folder / "lantik").mkdir()
            (folder / "lantik" / path.name).write_text(text)
            path, text = CORE / "rules.c", None
        done = self.compile(path, self.text_of(path, text), folder / "mutant.o", include=include)
        if done.returncode:
            shutil.rmtree(folder)
            return None
        self.link({**self.objects, path: folder / "mutant.o"}, folder / "program")
        return folder / "program"

    def run(self, mutant):
        """(verdict, what noticed it): killed, survived or no C."""
        program = self.build(mutant)
        if program is None:
            return "no C", ""
        verdict = self.judge(mutant, program)
        if program != self.program:
            shutil.rmtree(program.parent)
        return verdict


def builders_in(directory):
    """What a mutant goes through until something notices it."""
    cases = [*sorted(UNIT.glob("cases*.c")), UNIT / "run_cases.c", UNIT / "broken_rules.c"]
    tests = [Builder(directory / name, lambda mutant, program, only=only: judge_test(program, only), [UNIT / name],
                     libraries=["-lcriterion"]) for name, only in TESTS.items()]
    return [Builder(directory / "plain", judge_cases, cases), *tests,
            Builder(directory / "sanitized", judge_cases, cases, SANITIZERS)]


def run(builders, mutant):
    for builder in builders:
        verdict = builder.run(mutant)
        if verdict[0] != "survived" or mutant.kind != "source":
            break
    return verdict


def renamed(text):
    """broken_rules.c stands before these two functions."""
    return re.sub(r"^(void lantik_(?:findings_add|check_finish))\(", r"\1_whole(", text, flags=re.M)


def execute(command, variables):
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=LIMIT, errors="replace",
                          env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0", **variables})


def judge_cases(mutant, program):
    try:
        done = execute([program, HERE] + ([] if mutant.variables else ["--first"]), mutant.variables)
    except subprocess.TimeoutExpired:
        return "killed", "it does not end"
    if done.returncode not in (0, 1) or "Sanitizer" in done.stderr or "runtime error" in done.stderr:
        return "killed", f"status {done.returncode}"
    red = [line.split("\t") for line in done.stdout.splitlines()]
    if mutant.kind == "always":
        red = [line for line in red if line[1] == mutant.key.split()[1].split(".")[0]]
    return ("killed", red[0][0]) if red else ("survived", "")


def judge_test(program, only):
    try:
        done = execute([program, "--filter", only], {})
    except subprocess.TimeoutExpired:
        return "killed", "it does not end"
    return ("killed", f"a unit test, {only}") if done.returncode else ("survived", "")


# --- the survivors that are known ------------------------------------------------------------------------------------------


def allowed():
    """{key: reason} of break.allow."""
    reasons = {}
    for number, line in enumerate((HERE / "break.allow").read_text().splitlines(), 1):
        if line and not line.startswith("#"):
            key, separator, reason = line.partition("\t")
            if not separator or not reason.strip():
                sys.exit(f"break.allow:{number}: a key, a tab and a reason are expected")
            reasons[key] = reason
    return reasons


def choose(args):
    mutants = [*case_mutants(), *table_mutants(), *source_mutants()]
    if args.only:
        mutants = [mutant for mutant in mutants if args.only in mutant.what]
    if args.rules:
        mutants = [mutant for mutant in mutants if mutant.kind != "source"]
    if args.quick:
        always = [mutant for mutant in mutants if mutant.kind in ("never", "always")]
        rest = [mutant for mutant in mutants if mutant.kind not in ("never", "always")]
        print(f"seed: {args.seed}")
        mutants = always + random.Random(args.seed).sample(rest, min(QUICK, len(rest)))
    return mutants


def report(mutants, results, reasons, args):
    """Prints each result as it comes; returns the number of faults."""
    counts, used = collections.Counter(), set()
    for mutant, (verdict, by) in zip(mutants, results):
        if verdict == "survived" and {mutant.key, mutant.place} & set(reasons):
            verdict = "allowed"
            used |= {mutant.key, mutant.place}
        counts[mutant.kind, verdict] += 1
        if verdict == "survived" or args.verbose:
            print(f"{verdict:8} {mutant.kind:6} {mutant.what}{f'  by {by}' if by else ''}", flush=True)
    stale = set() if args.rules or args.quick or args.only else set(reasons) - used
    for key in sorted(stale):
        print(f"break.allow: nothing like this survives any more: {key}")
    for kind in ("never", "always", "table", "source"):
        print(f"{kind:6} " + ", ".join(f"{counts[kind, v]} {v}" for v in ("killed", "survived", "allowed", "no C")))
    return sum(count for (_, verdict), count in counts.items() if verdict == "survived") + len(stale)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rules", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only")
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    started = time.monotonic()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="lantik-break-"))
    try:
        builders = builders_in(directory)
        for builder in builders:
            whole = builder.run(Mutant("", "", "", "", {}, {}))
            if whole[0] == "killed":
                sys.exit(f"the tests are red before anything is broken: {whole[1]}")
        mutants = choose(args)
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            results = pool.map(lambda mutant: run(builders, mutant), mutants)
            faults = report(mutants, results, allowed(), args)
    finally:
        shutil.rmtree(directory)
    print(f"{len(mutants)} mutants, {faults} faults, {time.monotonic() - started:.0f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
