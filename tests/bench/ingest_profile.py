"""What each step of an ingest run costs a row: perf samples by call chain, statements by pg_stat_statements.

SPDX-License-Identifier: Apache-2.0
"""

import collections
import re
import subprocess

RECORD = ["perf", "record", "-q", "-a", "-F", "1499", "--call-graph", "dwarf,8192", "-o"]
HEAD = re.compile(r"\s*(.+?)\s+(\d+)/(\d+)\s+(\d+)\s+\S+:")
FRAME = re.compile(r"\s*[0-9a-f]+ (.*?)(?:\+0x[0-9a-f]+)? \((.*)\)$")

# The first step whose functions are all in the chain. A thread of libzmq is a step of its own.
DAEMON = [
    ("SHA-256 of the row", ["row_encode", "lantik_sha256"]),
    ("row as COPY BINARY", ["row_encode"]),
    ("decode the record", ["lantik_record_decode"]),
    ("decode the record", ["codec_fields_from"]),
    ("scan the body", ["lantik_batch_scan"]),
    ("rules: texts", ["lantik_row_text"]),
    ("rules: texts", ["lantik_row_readable"]),
    ("rules: NIK, NIP, dates, tables", ["lantik_check_record"]),
    ("rules: NIK, NIP, dates, tables", ["lantik_check_finish"]),
    ("rules: NIK, NIP, dates, tables", ["lantik_check_again"]),
    ("rules: NIK, NIP, dates, tables", ["lantik_check_rest"]),
    ("salts", ["lantik_random"]),
    ("compress the body", ["compress"]),
    ("SHA-256 of the records, and their root", ["submission_open"]),
    ("rows_root", ["lantik_root_of"]),
    ("sort by NIK, count, verdict", ["submission_settle"]),
    ("leaf, signature and receipt", ["submission_prepare_leaf"]),
    ("leaf, signature and receipt", ["submission_append"]),
    ("leaf, signature and receipt", ["submission_draft"]),
    ("leaf, signature and receipt", ["submission_answer_committed"]),
    ("leaf, signature and receipt", ["nodes_learn"]),
    ("send rows and body to the server", ["PQputCopyData"]),
    ("send rows and body to the server", ["PQputCopyEnd"]),
    ("send rows and body to the server", ["store_body"]),
    ("other statements", ["store_run"]),
    ("other statements", ["PQexec"]),
    ("sort by NIK, count, verdict", ["submission_judge"]),
    ("sort by NIK, count, verdict", ["submission_write_rows"]),
    ("elsewhere in a worker", ["submission_commit"]),
    ("intake", ["intake_serve"]),
]
BACKEND = [
    ("COPY: indexes of the register", ["CopyFrom", "ExecInsertIndexTuples"]),
    ("COPY: heap of the register", ["CopyFrom", "heap_multi_insert"]),
    ("COPY: read and convert", ["NextCopyFrom"]),
    ("COPY: the rest", ["CopyFrom"]),
    ("COPY: the rest", ["DoCopy"]),
    ("current rows: indexes", ["ExecInsertIndexTuples"]),
    ("current rows: conflict check", ["ExecCheckIndexConstraints"]),
    ("commit", ["CommitTransactionCommand"]),
    ("other execution", ["PortalRun"]),
]
STATEMENTS = """SELECT sum(total_exec_time) * 1000 / {rows}, sum(calls), left(regexp_replace(query, '\\s+', ' ', 'g'), 60)
    FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid WHERE r.rolname = '{user}'
    GROUP BY 3 HAVING sum(total_exec_time) * 1000 / {rows} > 0.01 ORDER BY 1 DESC"""


def step_of(chain, steps):
    functions = {name for name, _ in chain}
    for name, wanted in steps:
        if functions.issuperset(wanted):
            return name
    return "elsewhere in " + (chain[0][1].rsplit("/", 1)[-1].strip("[]") if chain else "?")


def samples(path):
    """Thread name, process and call chain, leaf first, of every sample with its weight."""
    script = subprocess.run(["perf", "script", "-i", path, "--no-inline", "-F", "comm,pid,tid,period,event,ip,sym,dso"],
                            check=True, capture_output=True, text=True, errors="replace").stdout
    for block in script.split("\n\n"):
        lines = block.strip("\n").split("\n")
        head = HEAD.match(lines[0])
        if head:
            chain = [match.groups() for match in map(FRAME.match, lines[1:]) if match]
            yield head[1], int(head[2]), int(head[4]), chain


def steps(path, daemon, backends):
    """Share of every step in the daemon's and in the backends' samples."""
    ours, theirs = collections.Counter(), collections.Counter()
    for name, pid, weight, chain in samples(path):
        if pid == daemon:
            ours["CURVE and TCP (libzmq's threads)" if name.startswith("ZMQ") else step_of(chain, DAEMON)] += weight
        elif pid in backends:
            theirs[step_of(chain, BACKEND)] += weight
    return [{step: weight / sum(counter.values()) for step, weight in counter.most_common()}
            for counter in (ours, theirs)]


def print_steps(title, shares, us_per_row):
    print(f"\n{title}: {us_per_row:.1f} us a row")
    rest = 0.0
    for step, share in shares.items():
        if share < 0.005:
            rest += share
            continue
        print(f"  {share * us_per_row:7.2f} us {share * 100:5.1f} %  {step}")
    if rest:
        print(f"  {rest * us_per_row:7.2f} us {rest * 100:5.1f} %  all smaller ones")
