# The connection of an office in Python: requests, resending, and what is believed of an answer.
# SPDX-License-Identifier: Apache-2.0
"""Written from docs/protocol.md and proto/lantik/v1 alone; shares no code with the C programs.

    client = Client(["tcp://centre:5555"], server_key, secret_key, signing_key=..., log_key=...)
    receipt, text = client.submit_body(body)

Debian packages: python3-zmq, python3-protobuf, protobuf-compiler, python3-nacl, python3-zstandard.
"""

import os
import random
import time
from dataclasses import dataclass

import zmq
import zstandard
from google.protobuf.message import DecodeError
from zmq.utils.monitor import recv_monitor_message

import lantik_batch
from lantik_batch import CURVE_BYTES, MAX_BODY, Contract
from lantik_receipt import Decision, Receipt, rehearsal_message, require, sha256, submission_message
from lantik_verdict import Unverified, read_rehearsal
from lantik_witness import Witness

PROTOCOL_VERSION = 1
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0  # seconds between attempts: doubled from one to the other
ATTEMPT_TIMEOUT = 30.0  # seconds until a request without a reply is sent again
SIGNED = {"SUBMIT": submission_message, "REHEARSE": rehearsal_message}
MAX_RULEBOOK = 32 * 1024 * 1024
MAX_WINDOW = 8 * 1024 * 1024
MAX_DECISIONS, MAX_PAGE, MAX_PAGE_RECORDS = 256, 1000, 20_000


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
                 recovery_key=None, deeds=(), contract=None, checkpoint=b"", attempt_timeout=ATTEMPT_TIMEOUT, notice=lambda text: None):
        self.contract = contract or Contract()
        self.signing_key, self.earlier_keys = signing_key, earlier_keys
        self.witness, self.rulebook_sha256 = Witness(log_key, recovery_key, checkpoint, deeds), b""
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
        socket.maxmsgsize = MAX_BODY + CURVE_BYTES  # libzmq counts a frame as it comes from the line
        socket.sndhwm = socket.rcvhwm = 8
        socket.handshake_ivl = 5_000
        # a heartbeat waits behind the body that is being sent: give slow lines time, and keep little in the kernel
        socket.heartbeat_ivl, socket.heartbeat_timeout, socket.sndbuf = 10_000, 60_000, 256 * 1024
        socket.reconnect_ivl, socket.reconnect_ivl_max = 500, 30_000
        return socket

    @property
    def trust(self):
        """What receipts are verified by: the log's key, and what deeds made of it; None when no key is pinned."""
        return self.witness.trust

    @property
    def checkpoint(self):
        """The newest checkpoint that was proved to continue all before it."""
        return self.witness.note

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
        """The envelope of a request, signed when it carries a batch; overrides replace fields by name."""
        fields = {"protocol_version": PROTOCOL_VERSION, "request_id": os.urandom(16),
                  "message": self.contract.number("Message", message),
                  "checkpoint": self.checkpoint, "rulebook_sha256": self.rulebook_sha256}
        if message in SIGNED and self.signing_key:
            fields["signing_key_id"] = self.signing_key.verifier.key_id
            fields["signature"] = self.signing_key.sign(SIGNED[message](body))
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
                reason = {1: "load", 2: "database down", 3: "draining",
                          4: "the ledger contradicts what was signed: its operator must act"}.get(busy.reason, "busy")
                raise Busy(busy.retry_after_ms / 1000, busy.credit, reason)
        except DecodeError:
            pass
        raise NoAnswer(f"an answer that cannot be read: {reply.message}")

    def again(self, message, body, answer, deadline=None, **overrides):
        """The body of the answer, sending the same bytes again through silence, Busy and passing refusals."""
        wait = FIRST_WAIT
        while True:
            pause = 0
            held = self.checkpoint
            try:
                reply = self.request(message, body, **overrides)
                self.expect(reply, answer)
                if self.trust and "checkpoint" not in overrides:
                    self._hear(reply, held)
                return reply.body
            except Busy as busy:
                pause, reason = min(busy.retry_after, LONGEST_WAIT) * random.uniform(1.0, 1.25), busy
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

    def _hear(self, reply, held):
        """Deeds first: what they say of keys counts for everything else."""
        self._take_deeds(reply.envelope)
        self.witness.hear(held, reply.message, reply.envelope, reply.body)

    def _take_deeds(self, envelope):
        after = self.witness.take_deeds(envelope)
        while after:  # there may be more behind the last one
            reply = self.request("PING", checkpoint=after)
            self.expect(reply, "PONG")
            again, after = after, self.witness.take_deeds(reply.envelope)
            require(again != after, "the same deeds again and again")

    # What an office wants.

    def submit_body(self, body, deadline=None):
        """Sends a body until its receipt arrives and proves it; returns the Receipt and its text."""
        text = self.again("SUBMIT", body, "RECEIPT", deadline)
        receipt = Receipt.parse(text)
        if self.trust:
            receipt.verify(self.trust)
        self._check_belongs(receipt, body)
        return receipt, text

    def _check_belongs(self, receipt, body):
        manifest = lantik_batch.manifest_of(self.contract, body)
        if receipt.is_earlier(manifest.batch_id):  # the same records were recorded before, under another id
            require(receipt.verdict.records_root == manifest.records_root, "the receipt is about other records")
            require(receipt.verdict.agency == manifest.kode_instansi, "the receipt is about another agency")
            kind, step = self._words(manifest)
            require(receipt.verdict.kind == kind, "the receipt is about another kind")
            require(receipt.verdict.step == step, "the receipt is about another step")
            return
        receipt.verify_body(body)
        keys = [key for key in (self.signing_key, *self.earlier_keys) if key]
        known = [key for key in keys if key.verifier.key_id == receipt.leaf.signing_key_id]
        require(known or not keys, "the receipt names another signing key")
        for key in known:  # Ed25519 is deterministic: the signature of that send is made again
            receipt.verify_submission(body, key.verifier)
            receipt.verify_signature(key.sign_submission(body))

    def _words(self, manifest):
        return (self.contract.name("Kind", manifest.kind).removeprefix("KIND_"),
                self.contract.name("Step", manifest.step).removeprefix("STEP_"))

    def rehearse_body(self, body, deadline=None):
        """The Verdict that the batch would get now. Nothing is recorded, and nothing is proved."""
        manifest = lantik_batch.manifest_of(self.contract, body)
        verdict = read_rehearsal(self.again("REHEARSE", body, "REHEARSAL", deadline))
        require(verdict.batch_id.bytes == manifest.batch_id, "the rehearsal is about another batch")
        require(verdict.records_root == manifest.records_root, "the rehearsal is about other records")
        return verdict

    def status(self, batch_id, deadline=None, decisions_from=0):
        """One StatusAnswer; nothing of it is verified."""
        request = self.contract.StatusRequest(batch_id=batch_id, decisions_from=decisions_from).SerializeToString()
        answer = self.read("StatusAnswer", self.again("STATUS", request, "STATUS_ANSWER", deadline))
        require(len(answer.decisions) <= MAX_DECISIONS, "an answer with too many decisions")
        return answer

    def read(self, name, body):
        try:
            return getattr(self.contract, name).FromString(body)
        except DecodeError:
            raise NoAnswer(f"a {name} that cannot be read") from None

    def standing(self, batch_id, receipt=None, decisions_from=0, deadline=None):
        """What became of a batch: the last StatusAnswer, the batch's Receipt (the one given when it was asked with
        decisions_from), and the Decisions; all proved by the log's key."""
        decisions = []
        while True:
            answer = self.status(batch_id, deadline, decisions_from)
            if answer.receipt:
                receipt = Receipt.parse(answer.receipt)
                receipt.verify(self.trust)
                require(receipt.leaf.batch_id == batch_id, "the receipt is about another batch")
            for text in answer.decisions:
                decisions.append(self._prove_decision(text, receipt, decisions_from))
                decisions_from = decisions[-1].index + 1
            if not answer.more:
                return answer, receipt, decisions
            require(answer.decisions or decisions_from <= answer.leaf_index, "an answer that does not go on")
            decisions_from = max(decisions_from, answer.leaf_index + 1)

    def _prove_decision(self, text, receipt, decisions_from):
        require(receipt is not None, "a decision without the receipt of its batch")
        decision = Decision.parse(text)
        decision.verify(self.trust)
        decision.verify_belongs(receipt)
        require(decision.index >= decisions_from, "the decisions are out of order")
        return decision

    def reconcile(self, from_leaf=0, limit=0, deadline=None):
        """Each entry of what the centre holds of this office, page by page. It proves nothing by itself."""
        while True:
            request = self.contract.ReconcileRequest(from_leaf=from_leaf, limit=limit).SerializeToString()
            page = self.read("ReconcileAnswer", self.again("RECONCILE", request, "RECONCILE_ANSWER", deadline))
            check_page(page, from_leaf, limit)
            yield from page.entries
            if not page.next_leaf:
                return
            from_leaf = page.next_leaf

    def ping(self, deadline=None):
        return self.again("PING", b"", "PONG", deadline)

    def reference(self, deadline=None, held=b""):
        """The centre's rulebook: the text that is held when it is still the same."""
        have = sha256(held) if held else b""
        request = self.contract.ReferenceRequest(have_sha256=have).SerializeToString()
        answer = self.read("ReferenceAnswer", self.again("REFERENCE", request, "REFERENCE_ANSWER", deadline))
        text = unpack(answer.text_zstd, answer.text_size) if answer.text_zstd else held
        require(text and sha256(text) == answer.sha256, "the rulebook is not the one of its digest")
        self.rulebook_sha256 = answer.sha256
        return text


def unpack(frame, size):
    """The text in a zstd frame, which must have this size: no more is made, whatever the frame says."""
    require(0 < size <= MAX_RULEBOOK, "a rulebook larger than the limit")
    pieces, left = [], size + 1
    try:
        with zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW).stream_reader(frame) as reader:
            while left and (piece := reader.read(left)):
                pieces.append(piece)
                left -= len(piece)
    except zstandard.ZstdError as error:
        raise Unverified(f"the rulebook cannot be unpacked: {error}") from None
    require(left == 1, "the rulebook has another size than was said")
    return b"".join(pieces)


def check_page(page, from_leaf, limit):
    """The sentences of the contract about a ReconcileAnswer."""
    entries = page.entries
    require(len(entries) <= min(limit or 500, MAX_PAGE), "a page with too many entries")
    require(sum(len(entry.records) for entry in entries) <= MAX_PAGE_RECORDS, "a page with too many records")
    for entry in entries:
        require(from_leaf <= entry.leaf_index < 2**63, "a page out of order")
        from_leaf = entry.leaf_index + 1
        require(len(entry.batch_id) == 16, "an entry without a batch")
        if entry.decision_id:
            require(len(entry.decision_id) == 16 and not entry.manifest_sha256 and not entry.state, "half a decision")
        else:
            require(len(entry.manifest_sha256) == 32 and entry.state in (3, 4) and not entry.records, "half a batch")
        numbers = [record.record_no for record in entry.records]
        require(numbers == sorted(set(numbers)) and all(1 <= number <= 10_000 for number in numbers), "records out of order")
        require(all(1 <= record.outcome <= 4 for record in entry.records), "an outcome that is not known")
    require(not page.next_leaf or (not entries or page.next_leaf >= from_leaf), "a page that does not go on")
    require(page.next_leaf < 2**63 and page.ledger_size < 2**63, "numbers beyond the limit")
