#!/usr/bin/python3
# An independent client of lantik in Python: submit, resend, status, ping, reference, verify.
# SPDX-License-Identifier: Apache-2.0
"""Written from docs/protocol.md and proto/lantik/v1 alone; shares no code with the C programs.

As a program:  lantik_client.py --help
As a library:  client = Client(["tcp://centre:5555"], server_key, secret_key, signing_key=..., log_key=...)
               receipt = client.submit_body(body)

Debian packages: python3-zmq, python3-protobuf, protobuf-compiler, python3-nacl.
"""

import argparse
import os
import random
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import zmq
from google.protobuf.message import DecodeError
from zmq.utils.monitor import recv_monitor_message

import lantik_batch
from lantik_batch import MAX_BODY, Contract
from lantik_receipt import Checkpoint, Receipt, SigningKey, Unverified, VerifierKey, require, sha256, submission_message

PROTOCOL_VERSION = 1
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0  # seconds between attempts: doubled from one to the other
ATTEMPT_TIMEOUT = 30.0  # seconds until a request without a reply is sent again


class NoAnswer(Exception):
    """Nothing came back in time. Says nothing about whether the batch was recorded: send it again."""


class Refused(Exception):
    """The transport refused; nothing was recorded and the batch id is not spent."""

    def __init__(self, code, passing, detail, record_no=0):
        super().__init__(f"{code}: {detail}" + (f" (record {record_no})" if record_no else ""))
        self.code, self.passing, self.detail, self.record_no = code, passing, detail, record_no


class Busy(Exception):
    """The centre cannot take it now; nothing was recorded."""

    def __init__(self, retry_after, credit, reason):
        super().__init__(f"{reason}: try again in {retry_after:.1f} s")
        self.retry_after, self.credit, self.reason = retry_after, credit, reason


@dataclass(frozen=True)
class Reply:
    message: str  # RECEIPT, REFUSAL, BUSY, STATUS_ANSWER, REFERENCE_ANSWER, PONG
    envelope: object
    body: bytes


class Client:
    """One connection of one office. Not for use by two threads at once."""

    def __init__(self, endpoints, server_key, secret_key, *, signing_key=None, earlier_keys=(), log_key=None,
                 contract=None, checkpoint=b"", attempt_timeout=ATTEMPT_TIMEOUT, notice=lambda text: None):
        self.contract = contract or Contract()
        self.signing_key, self.earlier_keys, self.log_key = signing_key, earlier_keys, log_key
        self.checkpoint, self.rulebook_sha256 = checkpoint, b""
        self.attempt_timeout, self.notice = attempt_timeout, notice
        self.handshake_failure = ""
        self._context = zmq.Context()
        self._socket = self._open(server_key, secret_key)
        self._monitor = self._socket.get_monitor_socket(
            zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
            | zmq.EVENT_HANDSHAKE_FAILED_AUTH | zmq.EVENT_HANDSHAKE_SUCCEEDED)
        for endpoint in endpoints:
            self._socket.connect(endpoint)

    def _open(self, server_key, secret_key):
        socket = self._context.socket(zmq.DEALER)
        socket.curve_serverkey = server_key
        socket.curve_secretkey = secret_key
        socket.curve_publickey = zmq.curve_public(secret_key)
        socket.linger = 0
        socket.immediate = 1  # no queue for an endpoint that is not connected
        socket.maxmsgsize = MAX_BODY
        socket.sndhwm = socket.rcvhwm = 8
        socket.handshake_ivl = 5_000
        # a heartbeat waits behind the body that is being sent: give slow lines time, and keep little in the kernel
        socket.heartbeat_ivl, socket.heartbeat_timeout, socket.sndbuf = 10_000, 60_000, 256 * 1024
        socket.reconnect_ivl, socket.reconnect_ivl_max = 500, 30_000
        return socket

    def close(self):
        self._socket.disable_monitor()
        self._monitor.close(0)
        self._socket.close(0)
        self._context.term()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    # Frames.

    def send_frames(self, frames, timeout=None):
        """Sends frames as they are, however wrong; NoAnswer when no endpoint is connected in time."""
        end = time.monotonic() + (self.attempt_timeout if timeout is None else timeout)
        poller = zmq.Poller()
        poller.register(self._socket, zmq.POLLOUT)
        poller.register(self._monitor, zmq.POLLIN)
        while True:
            ready = dict(poller.poll(max(0, int((end - time.monotonic()) * 1000))))
            why = self._why("not connected")  # raises Refused when the key is not accepted: libzmq gives up then
            if self._socket in ready:
                try:
                    self._socket.send_multipart(frames, zmq.DONTWAIT)
                    return
                except zmq.Again:  # the connection ended in between: wait for the next one
                    pass
            if time.monotonic() >= end:
                raise NoAnswer(why)

    def receive_frames(self, timeout=None):
        """The frames of the next message, or None."""
        timeout = self.attempt_timeout if timeout is None else timeout
        if not self._socket.poll(max(0, int(timeout * 1000)), zmq.POLLIN):
            return None
        return self._socket.recv_multipart()

    def _why(self, otherwise):
        while self._monitor.poll(0):
            event = recv_monitor_message(self._monitor)
            if event["event"] == zmq.EVENT_HANDSHAKE_SUCCEEDED:
                self.handshake_failure = ""
            elif event["event"] == zmq.EVENT_HANDSHAKE_FAILED_AUTH and event["value"] >= 400:
                raise Refused("HANDSHAKE", False, "the centre does not accept this CURVE key: is it registered?")
            else:
                self.handshake_failure = "the handshake failed: is the server key right?"
        return self.handshake_failure or otherwise

    # Requests, one attempt each.

    def make_envelope(self, message, body=b"", **overrides):
        """The envelope of a request, signed when it is SUBMIT; overrides replace fields by name."""
        fields = {"protocol_version": PROTOCOL_VERSION, "request_id": os.urandom(16),
                  "message": self.contract.number("Message", message),
                  "checkpoint": self.checkpoint, "rulebook_sha256": self.rulebook_sha256}
        if message == "SUBMIT" and self.signing_key:
            fields["signing_key_id"] = self.signing_key.verifier.key_id
            fields["signature"] = self.signing_key.sign(submission_message(body))
        return self.contract.Envelope(**{**fields, **overrides})

    def request(self, message, body=b"", timeout=None, **overrides):
        """Sends a request once and returns its Reply, whatever it says; NoAnswer when none came in time."""
        deadline = time.monotonic() + (self.attempt_timeout if timeout is None else timeout)
        envelope = self.make_envelope(message, body, **overrides)
        self.send_frames([envelope.SerializeToString(), body], deadline - time.monotonic())
        while True:
            frames = self.receive_frames(deadline - time.monotonic())
            if frames is None:
                raise NoAnswer(self._why("no answer in time"))
            reply = self.parse_reply(frames)
            if reply and reply.envelope.request_id in (envelope.request_id, bytes(16)):
                return reply  # 16 zero bytes: the centre could not read the envelope

    def parse_reply(self, frames):
        """A Reply, or None when the frames are not one of this version of the contract."""
        if len(frames) != 2:
            return None
        try:
            envelope = self.contract.Envelope.FromString(frames[0])
        except DecodeError:
            return None
        if envelope.protocol_version != PROTOCOL_VERSION:
            return None
        return Reply(self.contract.name("Message", envelope.message), envelope, frames[1])

    def expect(self, reply, message):
        """The reply's body when it is the message hoped for; raises Refused or Busy otherwise."""
        if reply.message == message:
            return reply.body
        try:
            if reply.message == "REFUSAL":
                refusal = self.contract.Refusal.FromString(reply.body)
                code = self.contract.name("RefusalCode", refusal.code)
                raise Refused(code, refusal.passing, refusal.detail, refusal.record_no)
            if reply.message == "BUSY":
                busy = self.contract.Busy.FromString(reply.body)
                reason = {1: "load", 2: "database down", 3: "draining"}.get(busy.reason, "busy")
                raise Busy(busy.retry_after_ms / 1000, busy.credit, reason)
        except DecodeError:
            pass
        raise NoAnswer(f"an answer that cannot be read: {reply.message}")

    def again(self, message, body, answer, deadline=None, **overrides):
        """The body of the answer, sending the same bytes again through silence, Busy and passing refusals."""
        wait = FIRST_WAIT
        while True:
            pause = 0
            try:
                return self.expect(self.request(message, body, **overrides), answer)
            except Busy as busy:
                pause, reason = busy.retry_after, busy
            except NoAnswer as silence:
                reason = silence
            except Refused as refused:
                if not refused.passing:
                    raise
                reason = refused
            pause = max(pause, wait * random.uniform(0.75, 1.0))
            if deadline is not None and time.monotonic() + pause > deadline:
                raise reason
            self.notice(f"{reason}; sending again in {pause:.1f} s")
            time.sleep(pause)
            wait = min(wait * 2, LONGEST_WAIT)

    # What an office wants.

    def submit_body(self, body, deadline=None):
        """Sends a body until its receipt arrives and proves it; returns the Receipt and its text."""
        text = self.again("SUBMIT", body, "RECEIPT", deadline)
        receipt = Receipt.parse(text)
        if self.log_key:
            receipt.verify(self.log_key)
            self._keep_checkpoint(receipt.checkpoint_note, receipt.checkpoint.size)
        self._check_belongs(receipt, body)
        return receipt, text

    def _check_belongs(self, receipt, body):
        manifest = lantik_batch.manifest_of(self.contract, body)
        if receipt.is_earlier(manifest.batch_id):  # the same records were recorded before, under another id
            require(receipt.verdict.records_sha256 == manifest.records_sha256, "the receipt is about other records")
            require(receipt.verdict.agency == manifest.kode_instansi, "the receipt is about another agency")
            step = self.contract.name("Step", manifest.step).removeprefix("STEP_")
            require(receipt.verdict.step == step, "the receipt is about another step")
            return
        require(receipt.leaf.body_sha256 == sha256(body), "the receipt is about other bytes")
        keys = [key for key in (self.signing_key, *self.earlier_keys) if key]
        known = [key for key in keys if key.verifier.key_id == receipt.leaf.signing_key_id]
        require(known or not keys, "the receipt names another signing key")
        for key in known:  # Ed25519 is deterministic: the signature of that send is made again
            receipt.verify_submission(body, key.verifier)
            receipt.verify_signature(key.sign_submission(body))

    def _keep_checkpoint(self, note, size):
        held = int(self.checkpoint.split(b"\n")[1]) if self.checkpoint else 0
        if size > held:
            self.checkpoint = note

    def status(self, batch_id, deadline=None):
        request = self.contract.StatusRequest(batch_id=batch_id).SerializeToString()
        return self.contract.StatusAnswer.FromString(self.again("STATUS", request, "STATUS_ANSWER", deadline))

    def ping(self, deadline=None):
        note = self.again("PING", b"", "PONG", deadline)
        if note and self.log_key:
            self._keep_checkpoint(note, Checkpoint.verify(note, self.log_key).size)
        return note

    def reference(self, deadline=None):
        text = self.again("REFERENCE", b"", "REFERENCE_ANSWER", deadline)
        self.rulebook_sha256 = sha256(text)
        return text


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

    def unanswered(self):
        return [path for path in sorted(self.path.glob("*.batch")) if not path.with_suffix(".receipt").exists()]

    def find(self, contract, manifest):
        """The body that already holds these records for this agency and step: a known file keeps its id."""
        for path in sorted(self.path.glob("*.batch")):
            held = lantik_batch.manifest_of(contract, path.read_bytes())
            names = ("records_sha256", "kode_instansi", "step")
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
        checkpoint=outbox.read("checkpoint"), contract=Contract(args.proto), notice=lambda text: print(text, file=sys.stderr, flush=True))


def read_key(value):
    """A key given as a file's name or as itself."""
    return Path(value).read_text().strip() if os.path.exists(value) else value


def tell_receipt(receipt):
    verdict = receipt.verdict
    say(f"{verdict.outcome} batch {verdict.batch_id} leaf {receipt.index}: {verdict.accepted} accepted, "
        f"{verdict.returned} returned, {verdict.review} in review of {verdict.record_count}")
    for case, _, severity in verdict.findings:
        say(f"  batch: {case}/{severity}")
    for record in verdict.records:
        say(f"  record {record.record_no} {record.outcome}: "
            + " ".join(f"{case}:{name}/{severity}" if name else f"{case}/{severity}"
                       for case, name, severity in record.findings))
    if verdict.not_checked:
        say("  not checked: " + " ".join(verdict.not_checked))


def send(outbox, client, path, args):
    deadline = time.monotonic() + args.timeout if args.timeout else None
    receipt, text = client.submit_body(path.read_bytes(), deadline)
    outbox.write(path.with_suffix(".receipt").name, text)
    outbox.write("checkpoint", client.checkpoint)
    if receipt.is_earlier(uuid.UUID(path.stem).bytes):
        say("these records were recorded before; the receipt is the earlier one")
    tell_receipt(receipt)


def verb_submit(args):
    outbox, client = connect(args)
    with client:
        records = lantik_batch.read_csv(client.contract, args.file)
        manifest = lantik_batch.fill(client.contract.Manifest(), dict(item.split("=", 1) for item in args.set))
        manifest.records_sha256 = sha256(lantik_batch.encode_records(client.contract, records))
        path = outbox.find(client.contract, manifest)
        if path is None:
            body = lantik_batch.encode_batch(client.contract, manifest, records)
            path = outbox.path / f"{uuid.UUID(bytes=manifest.batch_id)}.batch"
            outbox.write(path.name, body)
        send(outbox, client, path, args)


def verb_resend(args):
    outbox, client = connect(args)
    with client:
        for path in outbox.unanswered():
            send(outbox, client, path, args)


def verb_status(args):
    with connect(args)[1] as client:
        answer = client.status(uuid.UUID(args.batch_id).bytes, time.monotonic() + (args.timeout or ATTEMPT_TIMEOUT))
        state = answer.DESCRIPTOR.enum_types_by_name["State"].values_by_number[answer.state].name
        say(f"{state}: {answer.accepted} accepted, {answer.returned} returned, {answer.review} in review")


def verb_ping(args):
    with connect(args)[1] as client:
        say(client.ping(time.monotonic() + (args.timeout or ATTEMPT_TIMEOUT)).decode() or "(no checkpoint yet)")


def verb_reference(args):
    with connect(args)[1] as client:
        sys.stdout.buffer.write(client.reference(time.monotonic() + (args.timeout or ATTEMPT_TIMEOUT)))


def verb_verify(args):
    receipt = Receipt.parse(Path(args.file).read_bytes())
    receipt.verify(VerifierKey.parse(read_key(args.log_key)))
    if args.batch:
        require(receipt.leaf.body_sha256 == sha256(Path(args.batch).read_bytes()), "the receipt is about other bytes")
    say(f"verified: leaf {receipt.index} of {receipt.checkpoint.origin}" + (", about this batch" if args.batch else ""))
    tell_receipt(receipt)


def arguments():
    parser = argparse.ArgumentParser(description="an independent client of lantik")
    parser.add_argument("--endpoint", action="append", default=[], help="tcp://HOST:PORT; may be given again")
    parser.add_argument("--server-key", help="the centre's CURVE key, 40 characters of Z85")
    parser.add_argument("--curve-secret", help="the office's CURVE secret key, Z85, or a file that holds it")
    parser.add_argument("--signing-key", help="PRIVATE+KEY+..., or a file that holds it")
    parser.add_argument("--log-key", help="the log's verifier key NAME+ID+KEY, or a file that holds it")
    parser.add_argument("--outbox", default="outbox", help="directory of batches and receipts (default: outbox)")
    parser.add_argument("--proto", help="directory that holds lantik/v1/*.proto")
    parser.add_argument("--timeout", type=float, default=0, help="give up after this many seconds")
    verbs = parser.add_subparsers(dest="verb", required=True)
    submit = verbs.add_parser("submit", help="send a CSV file until its receipt arrives")
    submit.add_argument("file")
    submit.add_argument("--set", action="append", default=[], metavar="FIELD=TEXT", help="a field of the manifest")
    verbs.add_parser("resend", help="send again what has no receipt yet")
    verbs.add_parser("status", help="what the centre holds of a batch").add_argument("batch_id")
    verbs.add_parser("ping", help="the last signed checkpoint")
    verbs.add_parser("reference", help="the rulebook")
    verify = verbs.add_parser("verify", help="prove a receipt, offline")
    verify.add_argument("file")
    verify.add_argument("--batch", help="the body that the receipt should be about")
    return parser


STATUS = {Busy: 4, NoAnswer: 4, Refused: 5, Unverified: 8}  # the exit status, otherwise 1; 2: the command line is wrong


def main():
    parser = arguments()
    args = parser.parse_args()
    needed = ["log_key"] if args.verb == "verify" else ["endpoint", "server_key", "curve_secret"]
    if args.verb in ("submit", "resend"):
        needed += ["signing_key", "log_key"]
    for name in needed:
        if not getattr(args, name):
            parser.error(f"{args.verb} needs --{name.replace('_', '-')}")
    try:
        globals()[f"verb_{args.verb}"](args)
    except (Busy, NoAnswer, Refused, Unverified, OSError, ValueError, KeyError) as error:
        print(f"lantik_client: {error}", file=sys.stderr)
        sys.exit(STATUS.get(type(error), 1))


if __name__ == "__main__":
    main()
