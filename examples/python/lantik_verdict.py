# The texts that receipts prove, read strictly: a batch's verdict and a decision's statement; and a rehearsal.
# SPDX-License-Identifier: Apache-2.0
"""Written from docs/protocol.md (section 12). Standard library alone; opens no socket and no file."""

import re
import uuid
from dataclasses import dataclass


class Unverified(Exception):
    """The text is not what it claims to be; the message says in which respect."""


def require(condition, message):
    if not condition:
        raise Unverified(message)


def decimal(text, name, greatest=2**64 - 1):
    require(re.fullmatch(r"0|[1-9][0-9]{0,19}", text) is not None, f"{name} is not a decimal number")
    require(int(text) <= greatest, f"{name} is too large")
    return int(text)


def lines_of(text, first):
    """The lines between the first and `end`; LF alone ends a line."""
    try:
        lines = text.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise Unverified("the text is not UTF-8") from None
    require(lines[0] == first and lines[-2:] == ["end", ""], f"not a text that begins with {first}")
    return lines[1:-2]


def take_head(lines, expected):
    """The values of the first lines by their keywords, which stand in this order; the lines are taken away."""
    require(len(lines) >= len(expected), "the text is truncated")
    head = {}
    for keyword, pattern in expected:
        name, _, value = lines.pop(0).partition(" ")
        require(name == keyword and re.fullmatch(pattern, value), f"the line `{keyword}` is wrong")
        head[keyword] = value
    return head


# The verdict.

COUNT = "0|[1-9][0-9]{0,8}"
UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
HEAD = (  # keyword, pattern of what follows
    ("office", "[!-~]+"), ("batch", UUID), ("agency", "[!-~]+"), ("kind", "PPPK_PW|PPPK|CPNS|PNS|JF|-"),
    ("step", "NI|SK|PERJANJIAN|SPMT|PELANTIKAN|-"),
    ("outcome", "committed|refused"), ("records", f"(?:{COUNT}) [0-9a-f]{{64}}"), ("rulebook", "[0-9a-f]{64}"),
    ("accepted", COUNT), ("returned", COUNT), ("review", COUNT),
)
CASE = r"[A-Z][0-9]{2}\.[a-z0-9_]+"
FINDING = re.compile(rf"({CASE})(?::([a-z0-9_]+))?/([FERW])")  # the letter: fatal, error, review, warning
RECORD = re.compile(r"record ([1-9][0-9]{0,8}) (accepted|returned|review|refused)((?: [^ ]+)+)")
OUTCOMES = {"F": "refused", "E": "returned", "R": "review", "W": "accepted"}


def read_finding(text):
    match = FINDING.fullmatch(text)
    require(match is not None, "not a finding")
    return match[1], match[2] or "", match[3]


@dataclass(frozen=True)
class RecordOutcome:
    record_no: int
    outcome: str
    findings: tuple  # of (case, field, severity); field is "" when the finding is about the whole record


@dataclass(frozen=True)
class Verdict:
    office: str
    batch_id: uuid.UUID
    agency: str
    kind: str
    step: str
    outcome: str
    record_count: int
    records_root: bytes
    rulebook_sha256: bytes
    accepted: int
    returned: int
    review: int
    not_checked: tuple
    findings: tuple  # of the batch: (case, "", severity)
    records: tuple  # of RecordOutcome: those that were not accepted without a finding

    @classmethod
    def parse(cls, text):
        rest = lines_of(text, "lantik-verdict 1")
        head = take_head(rest, HEAD)
        not_checked = ()
        if rest and rest[0].startswith("not-checked "):
            not_checked = tuple(rest.pop(0).split(" ")[1:])
            require(all(re.fullmatch(rf"[A-Z][0-9]{{2}}|{CASE}", name) for name in not_checked), "not a rule or case")
        findings = []
        while rest and rest[0].startswith("finding "):
            findings.append(read_finding(rest.pop(0)[len("finding "):]))
        require(len(set(findings)) == len(findings), "a finding twice")
        count, _, digest = head["records"].partition(" ")
        verdict = cls(head["office"], uuid.UUID(head["batch"]), head["agency"], head["kind"], head["step"],
                      head["outcome"], int(count), bytes.fromhex(digest), bytes.fromhex(head["rulebook"]),
                      *(int(head[name]) for name in ("accepted", "returned", "review")),
                      not_checked, tuple(findings), cls._records(rest))
        verdict._check_letters()
        verdict._check_counts()
        return verdict

    @staticmethod
    def _records(lines):
        records = []
        for line in lines:
            match = RECORD.fullmatch(line)
            require(match is not None, "not a record's outcome")
            findings = tuple(read_finding(finding) for finding in match[3].split(" ")[1:])
            require(len(set(findings)) == len(findings), "a finding twice")
            records.append(RecordOutcome(int(match[1]), match[2], findings))
            require(len(records) < 2 or records[-2].record_no < records[-1].record_no, "records out of order")
        return tuple(records)

    def _check_letters(self):
        """Each outcome is the one that the gravest letter leads to."""
        fatal = any(f[2] == "F" for findings in (self.findings, *(r.findings for r in self.records)) for f in findings)
        require(fatal == (self.outcome == "refused"), "the letters do not lead to the outcome")
        for record in self.records:
            gravest = min((f[2] for f in record.findings), key="FERW".index)
            require(record.outcome == ("refused" if fatal else OUTCOMES[gravest]), "a letter contradicts its outcome")

    def _check_counts(self):
        told = {word: sum(r.outcome == word for r in self.records) for word in ("returned", "review", "refused")}
        require(not self.records or self.records[-1].record_no <= self.record_count, "a record that is not there")
        if self.outcome == "refused":
            require(self.accepted == self.returned == self.review == 0, "a refused batch with accepted records")
            require(told["refused"] == len(self.records), "a record with an outcome of its own in a refused batch")
        else:
            require(self.accepted + self.returned + self.review == self.record_count, "the counts do not add up")
            require((told["returned"], told["review"], told["refused"]) == (self.returned, self.review, 0),
                    "the counts are not those of the records")

    def outcome_of(self, record_no):
        """The outcome of one record; those without a line share the batch's."""
        for record in self.records:
            if record.record_no == record_no:
                return record.outcome
        return "accepted" if self.outcome == "committed" else "refused"


REHEARSAL = b"lantik-rehearsal 1\nnothing was recorded\n\n"


def read_rehearsal(text):
    """The verdict that the batch would have got. It proves nothing: nothing was recorded."""
    require(text.startswith(REHEARSAL), "not a rehearsal")
    return Verdict.parse(text[len(REHEARSAL):])


# The statement of a decision.

LINE = "[^\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]"
STATEMENT = (
    ("office", "[!-~]+"), ("decision", UUID), ("batch", UUID), ("leaf", "0|[1-9][0-9]{0,18}"), ("agency", "[0-9]{4}"),
    ("kind", "PPPK_PW|PPPK|CPNS|PNS|JF"), ("step", "NI|SK|PERJANJIAN|SPMT|PELANTIKAN"),
    ("act", "accept|return|reject|replay"), ("official", LINE + "{1,150}"), ("position", LINE + "{1,150}"),
    ("reason", LINE + "{1,500}"), ("rulebook", "[0-9a-f]{64}"), ("accepted", COUNT), ("returned", COUNT),
    ("review", COUNT), ("rejected", COUNT),
)
DECIDED = re.compile(r"record ([1-9][0-9]{0,4}) (accepted|returned|review|rejected)((?: [^ ]+)*)")
ALLOWED = {"accept": {"accepted"}, "return": {"returned"}, "reject": {"rejected"},
           "replay": {"accepted", "returned", "review"}}


@dataclass(frozen=True)
class Statement:
    office: str
    decision_id: uuid.UUID
    batch_id: uuid.UUID
    batch_leaf_index: int
    agency: str
    kind: str
    step: str
    act: str
    official: str
    position: str  # empty: none was given
    reason: str
    rulebook_sha256: bytes
    accepted: int
    returned: int
    review: int
    rejected: int
    records: tuple  # of RecordOutcome: what was decided

    @classmethod
    def parse(cls, text):
        rest = lines_of(text, "lantik-decision 1")
        head = take_head(rest, STATEMENT)
        statement = cls(head["office"], uuid.UUID(head["decision"]), uuid.UUID(head["batch"]),
                        decimal(head["leaf"], "the batch's leaf", 2**63 - 1),
                        *(head[name] for name in ("agency", "kind", "step", "act", "official")),
                        "" if head["position"] == "-" else head["position"], head["reason"],
                        bytes.fromhex(head["rulebook"]),
                        *(int(head[name]) for name in ("accepted", "returned", "review", "rejected")),
                        cls._records(rest))
        statement._check()
        return statement

    @staticmethod
    def _records(lines):
        records = []
        for line in lines:
            match = DECIDED.fullmatch(line)
            require(match is not None and int(match[1]) <= 10_000, "not a decided record")
            findings = tuple(read_finding(finding) for finding in match[3].split(" ")[1:])
            require(len(set(findings)) == len(findings), "a finding twice")
            records.append(RecordOutcome(int(match[1]), match[2], findings))
            require(len(records) < 2 or records[-2].record_no < records[-1].record_no, "records out of order")
        require(records, "a decision about nothing")
        return tuple(records)

    def _check(self):
        require(len(self.office) <= 40, "the office's name is too long")
        require(all(r.outcome in ALLOWED[self.act] for r in self.records), "an outcome that the act does not allow")
        for word in ("accepted", "returned", "review", "rejected"):
            told = sum(r.outcome == word for r in self.records)
            require(told == getattr(self, word), "the counts are not those of the records")
