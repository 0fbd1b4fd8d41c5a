#!/usr/bin/python3
# An independent client of lantik in Python: submit, rehearse, resend, status, reconcile, ping, reference, verify.
# SPDX-License-Identifier: Apache-2.0
"""The program and its outbox; the connection is lantik_connection.py. Usage: lantik_client.py --help

Debian packages: python3-zmq, python3-protobuf, protobuf-compiler, python3-nacl, python3-zstandard.
"""

import argparse
import os
import sys
import time
import uuid
from pathlib import Path

import lantik_batch
from lantik_batch import Contract
from lantik_body import known_by
from lantik_connection import ATTEMPT_TIMEOUT, Busy, Client, NoAnswer, Refused
from lantik_receipt import Decision, DeedReceipt, Receipt, SigningKey, Unverified, VerifierKey, outcomes_now, require, sha256
from lantik_witness import Fork, Witness


class Outbox:
    """A directory: <id>.batch before the first send, <id>.receipt after it was proved, the newest checkpoint."""

    def __init__(self, path):
        self.path = Path(path)
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def write(self, name, data):
        """Either the old file or the whole new one, also after a power cut."""
        target, temporary = self.path / name, self.path / f".{name}.new"
        with open(temporary, "wb", opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
        directory = os.open(self.path, os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)

    def read(self, name):
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return b""

    def deeds(self):
        """Receipts of deeds about the log's keys, in the order in which they were taken."""
        return [path.read_bytes() for path in sorted(self.path.glob("*.deed"))]

    def remember(self, client):
        """What the answers proved of the log."""
        for number, text in enumerate(client.witness.deeds):
            self.write(f"{number:04}-leaf-{DeedReceipt.parse(text).index}.deed", text)
        if client.checkpoint:
            self.write("checkpoint", client.checkpoint)

    def accuse(self, fork):
        """Both checkpoints and what should have joined them: the proof of a fork."""
        forks = Outbox(self.path / "forks")
        name = sha256(fork.held, fork.shown).hex()[:16]
        for kind, text in (("held", fork.held), ("shown", fork.shown), ("proof", b"".join(fork.proof).hex().encode())):
            forks.write(f"{name}.{kind}", text)
        return forks.path / name

    def unanswered(self):
        return [path for path in sorted(self.path.glob("*.batch")) if not path.with_suffix(".receipt").exists()]

    def holds(self, batch_id, manifest):
        """Whether the batch is here as a whole, with that manifest."""
        try:
            return known_by(self.read(f"{batch_id}.batch"))[0] == manifest
        except Unverified:
            return False

    def find(self, contract, manifest):
        """The body that already holds these records for this agency, kind and step: a known file keeps its id."""
        for path in sorted(self.path.glob("*.batch")):
            held = lantik_batch.manifest_of(contract, path.read_bytes())
            names = ("records_root", "kode_instansi", "kind", "step")
            if all(getattr(held, name) == getattr(manifest, name) for name in names):
                return path
        return None


# The program.


def say(text):
    print(text, flush=True)


def connect(args):
    outbox = Outbox(args.outbox)
    return outbox, Client(
        args.endpoint, args.server_key.encode(), read_key(args.curve_secret).encode(),
        signing_key=SigningKey.parse(read_key(args.signing_key)) if args.signing_key else None,
        log_key=VerifierKey.parse(read_key(args.log_key)) if args.log_key else None,
        recovery_key=VerifierKey.parse(read_key(args.recovery_key)) if args.recovery_key else None,
        deeds=outbox.deeds(), checkpoint=outbox.read("checkpoint"), contract=Contract(args.proto),
        notice=lambda text: print(text, file=sys.stderr, flush=True))


def read_key(value):
    """A key given as a file's name or as itself."""
    return Path(value).read_text().strip() if os.path.exists(value) else value


def tell_receipt(receipt):
    verdict = receipt.verdict
    say(f"{verdict.outcome} batch {verdict.batch_id} leaf {receipt.index}: " + counts_of(verdict))
    tell_verdict(verdict)


def counts_of(verdict):
    return (f"{verdict.accepted} accepted, {verdict.returned} returned, {verdict.review} in review"
            f" of {verdict.record_count}")


def tell_records(records):
    for record in records:
        findings = " ".join(f"{case}:{name}/{severity}" if name else f"{case}/{severity}"
                            for case, name, severity in record.findings)
        say(f"  record {record.record_no} {record.outcome}" + (f": {findings}" if findings else ""))


def tell_decision(decision):
    statement = decision.statement
    by = statement.official + (f", {statement.position}" if statement.position else "")
    say(f"decision {statement.decision_id} leaf {decision.index}: {statement.act} by {by}: {statement.reason}")
    tell_records(statement.records)


def tell_verdict(verdict):
    for case, _, severity in verdict.findings:
        say(f"  batch: {case}/{severity}")
    tell_records(verdict.records)
    if verdict.not_checked:
        say("  not checked: " + " ".join(verdict.not_checked))


def send(outbox, client, path, args):
    deadline = time.monotonic() + args.timeout if args.timeout else None
    receipt, text = client.submit_body(path.read_bytes(), deadline)
    outbox.write(path.with_suffix(".receipt").name, text)
    outbox.remember(client)
    if receipt.is_earlier(uuid.UUID(path.stem).bytes):
        say("these records were recorded before; the receipt is the earlier one")
    tell_receipt(receipt)


def read_batch(client, args):
    """The manifest and the records of a CSV file and --set."""
    records = lantik_batch.read_csv(client.contract, args.file)
    manifest = lantik_batch.fill(client.contract.Manifest(), dict(item.split("=", 1) for item in args.set))
    manifest.records_root = lantik_batch.root_of(lantik_batch.encode_records(client.contract, records))
    return manifest, records


def verb_submit(args):
    outbox, client = connect(args)
    with client:
        manifest, records = read_batch(client, args)
        path = outbox.find(client.contract, manifest)
        if path is None:
            body = lantik_batch.encode_batch(client.contract, manifest, records)
            path = outbox.path / f"{uuid.UUID(bytes=manifest.batch_id)}.batch"
            outbox.write(path.name, body)
        send(outbox, client, path, args)


def verb_rehearse(args):
    with connect(args)[1] as client:
        body = lantik_batch.encode_batch(client.contract, *read_batch(client, args))
        verdict = client.rehearse_body(body, time.monotonic() + args.timeout if args.timeout else None)
        say(f"rehearsal, nothing was recorded: would be {verdict.outcome}: " + counts_of(verdict))
        tell_verdict(verdict)


def verb_resend(args):
    outbox, client = connect(args)
    with client:
        for path in outbox.unanswered():
            send(outbox, client, path, args)


def verb_status(args):
    """Keeps what it is told: the receipt, and each decision as <batch>.<leaf>.decision."""
    outbox, client = connect(args)
    with client:
        batch_id = uuid.UUID(args.batch_id)
        deadline = time.monotonic() + (args.timeout or ATTEMPT_TIMEOUT)
        answer, receipt, decisions = client.standing(batch_id.bytes, deadline=deadline)
        state = answer.DESCRIPTOR.enum_types_by_name["State"].values_by_number[answer.state].name
        say(f"{state}: {answer.accepted} accepted, {answer.returned} returned, {answer.review} in review, "
            f"{answer.rejected} rejected")
        if receipt:
            outbox.write(f"{batch_id}.receipt", receipt.whole)
        for decision in decisions:
            outbox.write(f"{batch_id}.{decision.index}.decision", decision.whole)
            tell_decision(decision)
        outbox.remember(client)


def verb_reconcile(args):
    """Each batch and decision that the centre holds of this office, and what is not the same here."""
    outbox, client = connect(args)
    differing = 0
    with client:
        told = set()
        for entry in client.reconcile(deadline=time.monotonic() + (args.timeout or ATTEMPT_TIMEOUT)):
            batch_id, name = uuid.UUID(bytes=entry.batch_id), uuid.UUID(bytes=entry.decision_id or entry.batch_id)
            told.add(batch_id)
            here = (outbox.read(f"{batch_id}.{entry.leaf_index}.decision") if entry.decision_id
                    else outbox.holds(batch_id, entry.manifest_sha256))
            differing += not here
            say(f"leaf {entry.leaf_index} {'decision' if entry.decision_id else 'batch'} {name}: {entry.accepted} accepted, "
                f"{entry.returned} returned, {entry.review} in review, {entry.rejected} rejected"
                + ("" if here else "; not held here: ask status"))
        for path in sorted(outbox.path.glob("*.receipt")):
            batch_id = Receipt.parse(path.read_bytes()).verdict.batch_id
            if str(batch_id) == path.stem and batch_id not in told:  # not the receipt of an earlier batch
                differing += 1
                say(f"{path.name}: the centre does not name this batch")
    if differing:
        raise Unverified(f"{differing} entries are not the same at both ends")


def verb_ping(args):
    outbox, client = connect(args)
    with client:
        say(client.ping(time.monotonic() + (args.timeout or ATTEMPT_TIMEOUT)).decode() or "(no checkpoint yet)")
        if client.trust:
            outbox.remember(client)


def verb_reference(args):
    held = Path(args.held).read_bytes() if args.held and os.path.exists(args.held) else b""
    with connect(args)[1] as client:
        text = client.reference(time.monotonic() + (args.timeout or ATTEMPT_TIMEOUT), held)
    sys.stdout.buffer.write(text)


def verb_verify(args):
    recovery = VerifierKey.parse(read_key(args.recovery_key)) if args.recovery_key else None
    deeds = Outbox(args.outbox).deeds() if recovery and os.path.isdir(args.outbox) else ()
    trust = Witness(VerifierKey.parse(read_key(args.log_key)), recovery, deeds=deeds).trust
    receipt = Receipt.parse(Path(args.file).read_bytes())
    receipt.verify(trust)
    if args.batch:
        receipt.verify_body(Path(args.batch).read_bytes())
    say(f"verified: leaf {receipt.index} of {receipt.checkpoint.origin}" + (", about this batch" if args.batch else ""))
    tell_receipt(receipt)
    decisions = [Decision.parse(Path(path).read_bytes()) for path in args.decision]
    for decision in sorted(decisions, key=lambda decision: decision.index):
        decision.verify(trust)
        decision.verify_belongs(receipt)
        tell_decision(decision)
    if decisions:
        now = outcomes_now(receipt, decisions)
        say("now: " + ", ".join(f"{now.count(word)} {word}" for word in ("accepted", "returned", "review", "rejected")))


def arguments():
    parser = argparse.ArgumentParser(description="an independent client of lantik")
    parser.add_argument("--endpoint", action="append", default=[], help="tcp://HOST:PORT; may be given again")
    parser.add_argument("--server-key", help="the centre's CURVE key, 40 characters of Z85")
    parser.add_argument("--curve-secret", help="the office's CURVE secret key, Z85, or a file that holds it")
    parser.add_argument("--signing-key", help="PRIVATE+KEY+..., or a file that holds it")
    parser.add_argument("--log-key", help="the log's verifier key NAME+ID+KEY, or a file that holds it")
    parser.add_argument("--recovery-key", help="the log's recovery key NAME+ID+KEY, or a file that holds it")
    parser.add_argument("--outbox", default="outbox", help="directory of batches and receipts (default: outbox)")
    parser.add_argument("--proto", help="directory that holds lantik/v1/*.proto")
    parser.add_argument("--timeout", type=float, default=0, help="give up after this many seconds")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name, what in (("submit", "send a CSV file until its receipt arrives"),
                       ("rehearse", "have a CSV file judged by the centre; nothing is recorded")):
        verb = verbs.add_parser(name, help=what)
        verb.add_argument("file")
        verb.add_argument("--set", action="append", default=[], metavar="FIELD=TEXT", help="a field of the manifest")
    verbs.add_parser("resend", help="send again what has no receipt yet")
    verbs.add_parser("status", help="what became of a batch, with every decision").add_argument("batch_id")
    verbs.add_parser("reconcile", help="all that the centre holds of this office, beside the outbox")
    verbs.add_parser("ping", help="the last signed checkpoint")
    verbs.add_parser("reference", help="the rulebook").add_argument("--held", help="a file with the one that is held")
    verify = verbs.add_parser("verify", help="prove a receipt, offline")
    verify.add_argument("file")
    verify.add_argument("--batch", help="the body that the receipt should be about")
    verify.add_argument("--decision", action="append", default=[], help="a decision about it; may be given again")
    return parser


STATUS = {Busy: 4, NoAnswer: 4, Refused: 5, Unverified: 8, Fork: 8}  # the exit status, otherwise 1; 2: the command line is wrong


def main():
    parser = arguments()
    args = parser.parse_args()
    needed = ["log_key"] if args.verb == "verify" else ["endpoint", "server_key", "curve_secret"]
    if args.verb in ("submit", "resend", "rehearse"):
        needed += ["signing_key"]
    if args.verb in ("submit", "resend", "status"):
        needed += ["log_key"]
    for name in needed:
        if not getattr(args, name):
            parser.error(f"{args.verb} needs --{name.replace('_', '-')}")
    try:
        globals()[f"verb_{args.verb}"](args)
    except (Busy, NoAnswer, Refused, Unverified, OSError, ValueError, KeyError) as error:
        print(f"lantik_client: {error}", file=sys.stderr)
        if isinstance(error, Fork):
            kept = Outbox(args.outbox).accuse(error)
            print(f"both checkpoints are kept in {kept}.*: show them to the operator and the auditor, over another way",
                  file=sys.stderr)
        sys.exit(STATUS.get(type(error), 1))


if __name__ == "__main__":
    main()
