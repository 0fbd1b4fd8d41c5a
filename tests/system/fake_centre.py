"""A centre for tests of the office: a ledger in memory, keys, deeds, and answers that a test may falsify.

SPDX-License-Identifier: Apache-2.0

The maths are RFC 6962's own recursive definitions, slow and plain; nothing is shared with the programs that are tested.
"""

import base64
import hashlib
import os
import struct
import threading
import time
import uuid

import nacl.signing
import zmq

import harness

LEAF_TYPES = {"receipt-key-add": 4, "receipt-key-retire": 4, "office-add": 4, "recover": 5, "erase": 3}
BUSY_FORK = 4


def sha256(data):
    return hashlib.sha256(data).digest()


def root_of(hashes):
    if not hashes:
        return sha256(b"")
    if len(hashes) == 1:
        return hashes[0]
    k = split(len(hashes))
    return sha256(b"\x01" + root_of(hashes[:k]) + root_of(hashes[k:]))


def split(n):
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def inclusion(m, hashes):
    if len(hashes) == 1:
        return []
    k = split(len(hashes))
    if m < k:
        return inclusion(m, hashes[:k]) + [root_of(hashes[k:])]
    return inclusion(m - k, hashes[k:]) + [root_of(hashes[:k])]


def consistency(m, hashes, whole=True):
    if m == len(hashes):
        return [] if whole else [root_of(hashes)]
    k = split(len(hashes))
    if m <= k:
        return consistency(m, hashes[:k], whole) + [root_of(hashes[k:])]
    return consistency(m - k, hashes[k:], False) + [root_of(hashes[:k])]


class Key:
    """An Ed25519 key that signs notes under any name."""

    def __init__(self):
        self.key = nacl.signing.SigningKey(os.urandom(32))
        self.public = bytes(self.key.verify_key)

    def key_id(self, name):
        return sha256(name.encode() + b"\n\x01" + self.public)[:4]

    def vkey(self, name):
        return f"{name}+{self.key_id(name).hex()}+{base64.b64encode(bytes([1]) + self.public).decode()}"

    def line(self, name, text):
        return f"— {name} {base64.b64encode(self.key_id(name) + self.key.sign(text).signature).decode()}\n".encode()


class Ledger:
    """One log: leaves, epoch, and which keys sign which size."""

    def __init__(self, origin, leaves=(), epoch=1):
        self.base, self.epoch, self.leaves = origin, epoch, list(leaves)

    @property
    def origin(self):
        return self.base if self.epoch == 1 else f"{self.base}/{self.epoch}"

    @property
    def size(self):
        return len(self.leaves)

    def hashes(self, size=None):
        return [sha256(b"\x00" + leaf) for leaf in self.leaves[:self.size if size is None else size]]

    def root(self, size=None):
        return root_of(self.hashes(size))

    def note(self, keys, size=None, root=None):
        size = self.size if size is None else size
        text = f"{self.origin}\n{size}\n{base64.b64encode(root or self.root(size)).decode()}\n".encode()
        return text + b"\n" + b"".join(key.line(self.origin, text) for key in keys)

    def proof(self, first, second):
        first, second = sorted((first, second))
        return consistency(first, self.hashes(second)) if 0 < first < second else []


def receipt(leaf, index, proof, note, text):
    lines = ["c2sp.org/tlog-proof@v1", "extra " + base64.b64encode(leaf).decode(), f"index {index}"]
    lines += [base64.b64encode(node).decode() for node in proof]
    return "\n".join(lines).encode() + b"\n\n" + note + b"\n" + text


class FakeCentre:
    """Answers offices in a thread of its own. Attributes named `lie_…` make it answer falsely."""

    ORIGIN = "lantik.test/log/1"

    def __init__(self):
        self.client_module, self.batch, _ = harness.client_modules()
        self.contract = self.client_module.Contract()
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.ROUTER)
        public, secret = zmq.curve_keypair()
        self.server_key = public.decode()
        self.socket.curve_server, self.socket.curve_secretkey, self.socket.linger = True, secret, 0
        self.port = self.socket.bind_to_random_port("tcp://127.0.0.1", 15_000, 32_000)
        self.recovery, first = Key(), Key()
        self.first = first
        self.keys = [(first, 0, None)]  # key, from size, until size
        self.ledger = Ledger(self.ORIGIN)
        self.held, self.deeds, self.seen = {}, [], []
        self.decisions, self.waiting = [], 0  # (leaf, batch id, receipt); first records of a batch that wait for an official
        self.honest()
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def close(self):
        self.ended.set()
        self.thread.join(10)
        self.socket.close()
        self.context.term()

    def honest(self):
        """No lies any more."""
        self.lie_proof = self.lie_note = self.lie_receipt = self.lie_deeds = None
        self.hides, self.busy, self.holds_nothing = False, None, False

    @property
    def endpoint(self):
        return f"tcp://127.0.0.1:{self.port}"

    def keys_at(self, size):
        return [key for key, begin, end in self.keys if begin <= size and (end is None or size < end)]

    def note(self, size=None):
        size = self.ledger.size if size is None else size
        return self.ledger.note(self.keys_at(size), size)

    def grow(self, count):
        """Leaves of others: what they say does not matter to an office."""
        self.ledger.leaves += [os.urandom(60) for _ in range(count)]

    # --- deeds ---

    def deed_text(self, kind, lines, signer=None, reason="test"):
        text = "\n".join(["lantik-deed 1", f"deed {uuid.uuid4()}", f"kind {kind}", f"origin {self.ORIGIN}", *lines,
                          "official SITI RAHMAWATI", f"reason {reason}", "end", ""]).encode()
        if signer is None:
            return text
        return text + b"\n" + signer.line(f"{self.ORIGIN}/recovery", text)

    def append_deed(self, kind, text, apply=lambda leaf: None):
        """The deed becomes a leaf; returns its receipt, which is signed by the keys that its size asks for."""
        index, deed_id = self.ledger.size, uuid.UUID(text.split(b"\n")[1].split(b" ")[1].decode()).bytes
        leaf = struct.pack(">HBQ16s32sqqB", 1, LEAF_TYPES[kind], index, deed_id, sha256(text), 1, 2, 1)
        self.ledger.leaves.append(leaf)
        apply(index)
        made = receipt(leaf, index, inclusion(index, self.ledger.hashes()), self.note(index + 1), text)
        self.deeds.append((index, self.ledger.epoch, made))
        return made

    def add_key(self, signer=None):
        key = Key()
        text = self.deed_text("receipt-key-add", [f"key {key.vkey(self.ORIGIN)}"], signer or self.recovery)
        return key, self.append_deed("receipt-key-add", text, lambda leaf: self.keys.append((key, leaf + 1, None)))

    def retire_key(self, key, compromised_from=None):
        said = "-" if compromised_from is None else compromised_from
        lines = [f"key {key.vkey(self.ORIGIN)}", f"compromised-from {said}"]
        text = self.deed_text("receipt-key-retire", lines, self.recovery)

        def apply(leaf):
            self.keys = [(k, begin, leaf + 1 if k is key else end) for k, begin, end in self.keys]

        return self.append_deed("receipt-key-retire", text, apply)

    def recover(self, common, goes_on=None, signer=None, epoch=None):
        """The leaves from `common` on are given up, and the next epoch begins. With goes_on some of them stay: another
        daemon had signed the lost ones."""
        lost, before = self.ledger, self.ledger.epoch
        kept = Ledger(self.ORIGIN, lost.leaves[:goes_on or common], before)

        def line(name, ledger, size):
            return f"{name} {size} {base64.b64encode(ledger.root(size)).decode()}"

        lines = [f"epoch {epoch or before + 1}", line("common", lost, common), line("size", kept, kept.size),
                 line("lost", lost, lost.size)]
        text = self.deed_text("recover", lines, signer or self.recovery, "standby dipromosikan tanpa commit terakhir")
        self.held = {batch: held for batch, held in self.held.items() if held[0] < kept.size}
        self.decisions = [decision for decision in self.decisions if decision[0] < kept.size]
        self.ledger = Ledger(self.ORIGIN, kept.leaves, before + 1)
        return self.append_deed("recover", text)

    # --- answering ---

    def _serve(self):
        while not self.ended.is_set():
            if self.socket.poll(50):
                routing, envelope, body = self.socket.recv_multipart()
                answer = self._answer(self.contract.Envelope.FromString(envelope), body)
                self.socket.send_multipart([routing, *answer])

    def _answer(self, request, body):
        name = self.contract.name("Message", request.message)
        self.seen.append((name, bytes(request.checkpoint)))
        if self.busy:
            return self._reply(request, "BUSY", self.contract.Busy(
                retry_after_ms=100, credit=1, reason=self.busy).SerializeToString())
        message, answer, size = getattr(self, f"_{name.lower()}")(request, body)
        note = self.note()
        if message == "PONG":
            answer = note = self.lie_note or answer
        elif message == "RECEIPT":
            note = b""
        elif self.lie_note:
            note = self.lie_note
        reply = self.contract.Envelope(checkpoint=b"" if message in ("PONG", "RECEIPT") or self.hides else note)
        if message == "PONG" and self.hides:
            answer = b""
        reply.consistency.extend(self._proof(request, size))
        reply.deeds.extend(self._deeds(request))
        return self._reply(request, message, answer, reply)

    def _reply(self, request, message, body, envelope=None):
        envelope = envelope or self.contract.Envelope()
        envelope.protocol_version, envelope.request_id = 1, request.request_id
        envelope.message = self.contract.number("Message", message)
        return envelope.SerializeToString(), body

    @staticmethod
    def held_size(request):
        return int(request.checkpoint.split(b"\n")[1]) if request.checkpoint else 0

    def held_epoch(self, request):
        origin = request.checkpoint.split(b"\n")[0].decode()
        return int(origin.removeprefix(self.ORIGIN + "/")) if origin != self.ORIGIN else 1

    def _proof(self, request, size):
        if self.lie_proof is not None:
            return self.lie_proof
        held = self.held_size(request)
        return self.ledger.proof(held, size) if max(held, size) <= self.ledger.size else []

    def _deeds(self, request):
        if self.lie_deeds is not None:
            return self.lie_deeds
        if not request.checkpoint:
            return [text for _, _, text in self.deeds][:4]
        held, epoch = self.held_size(request), self.held_epoch(request)
        return [text for leaf, of, text in self.deeds if leaf >= held or of > epoch][:4]

    def _ping(self, _request, _body):
        return "PONG", self.note() if self.ledger.size else b"", self.ledger.size

    def _rehearse(self, _request, _body):
        return "REFUSAL", self.contract.Refusal(code=1, detail="not in this test").SerializeToString(), self.ledger.size

    def _submit(self, _request, body):
        batch_id, index = self.record(body)
        if self.lie_receipt:
            return "RECEIPT", self.lie_receipt, int(self.lie_receipt.split(b"\n\n")[1].split(b"\n")[1])
        return "RECEIPT", self.held[batch_id][1], index + 1

    def record(self, body, office="kanreg-03"):
        """Every record is accepted; the same batch gets the same receipt."""
        manifest = self.batch.manifest_of(self.contract, body)
        batch_id = bytes(manifest.batch_id)
        if batch_id not in self.held:
            self.held[batch_id] = self._record(manifest, body, office)
        return batch_id, self.held[batch_id][0]

    def _record(self, manifest, body, office):
        name = self.contract.name
        index, rows, wait = self.ledger.size, manifest.row_count, self.waiting
        verdict = "\n".join([
            "lantik-verdict 1", f"office {office}", f"batch {uuid.UUID(bytes=bytes(manifest.batch_id))}",
            f"agency {manifest.kode_instansi}", f"kind {name('Kind', manifest.kind).removeprefix('KIND_')}",
            f"step {name('Step', manifest.step).removeprefix('STEP_')}", "outcome committed",
            f"records {rows} {manifest.records_root.hex()}", f"rulebook {bytes(32).hex()}", f"accepted {rows - wait}",
            "returned 0", f"review {wait}", *(f"record {no + 1} review S05.not_proposed/R" for no in range(wait)), "end",
            ""]).encode()
        leaf = struct.pack(
            f">HBQB{len(office)}s16s32s4s32s32s32sIH32s32sqqB", 1, 1, index, len(office), office.encode(),
            bytes(manifest.batch_id), sha256(self.manifest_bytes(body)), *self.signature_of(body),
            sha256(verdict), bytes(32), rows - wait, 1, bytes(32), sha256(b""), self.now(), self.now(), 1)
        self.ledger.leaves.append(leaf)
        proof = inclusion(index, self.ledger.hashes())
        return index, receipt(leaf, index, proof, self.note(index + 1), verdict), sha256(self.manifest_bytes(body)), rows, wait

    def accept(self, batch_id):
        """An official accepts the first record of the batch."""
        index, decision, held = self.ledger.size, uuid.uuid4(), self.held[batch_id]
        said = dict(line.split(" ", 1) for line in held[1].decode().split("lantik-verdict 1\n")[1].splitlines() if " " in line)
        statement = "\n".join([
            "lantik-decision 1", f"office {said['office']}", f"decision {decision}", f"batch {said['batch']}",
            f"leaf {held[0]}", f"agency {said['agency']}", f"kind {said['kind']}", f"step {said['step']}", "act accept",
            "official SITI RAHMAWATI", "position -", "reason berkas lengkap", f"rulebook {bytes(32).hex()}", "accepted 1",
            "returned 0", "review 0", "rejected 0", "record 1 accepted", "end", ""]).encode()
        office = said["office"].encode()
        leaf = struct.pack(
            f">HBQB{len(office)}s16s16sQ32s32sIH32sqqB", 1, 2, index, len(office), office, decision.bytes, batch_id,
            held[0], sha256(statement), bytes(32), 1, 1, bytes(32), self.now(), self.now(), 1)
        self.ledger.leaves.append(leaf)
        proof = inclusion(index, self.ledger.hashes())
        self.decisions.append((index, batch_id, receipt(leaf, index, proof, self.note(index + 1), statement)))
        return index

    @staticmethod
    def now():
        return int(time.time() * 1_000_000)

    @staticmethod
    def manifest_bytes(body):
        """The first field of a body is its manifest: tag, length, bytes."""
        length, shift, at = 0, 0, 1
        while True:
            length |= (body[at] & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if not body[at - 1] & 0x80:
                return body[at:at + length]

    signer = None  # the office's own signing key, (key id, seed)

    def signature_of(self, body):
        key_id, seed = self.signer
        message = b"lantik submission v1\n" + sha256(self.manifest_bytes(body))
        return key_id, sha256(nacl.signing.SigningKey(seed).sign(message).signature)

    def _status(self, _request, body):
        asked = self.contract.StatusRequest.FromString(body)
        answer = self.contract.StatusAnswer(state=1)
        held = self.held.get(bytes(asked.batch_id))
        if held and not self.holds_nothing:
            told = self.decisions_of(bytes(asked.batch_id))
            answer = self.contract.StatusAnswer(
                state=3, accepted=held[3] - held[4] + len(told), review=held[4] - len(told), recorded_at=1,
                leaf_index=held[0], receipt=b"" if asked.decisions_from else held[1],
                decisions=[text for leaf, text in told if leaf >= asked.decisions_from])
        return "STATUS_ANSWER", answer.SerializeToString(), self.ledger.size

    def decisions_of(self, batch_id):
        return [(leaf, text) for leaf, of, text in self.decisions if of == batch_id]

    def _reconcile(self, _request, _body):
        answer = self.contract.ReconcileAnswer(ledger_size=self.ledger.size)
        for batch_id, (index, _, digest, rows, wait) in sorted(self.held.items(), key=lambda item: item[1][0]):
            told = len(self.decisions_of(batch_id))
            answer.entries.add(leaf_index=index, batch_id=batch_id, manifest_sha256=digest, state=3,
                               accepted=rows - wait + told, review=wait - told, recorded_at=1)
        return "RECONCILE_ANSWER", answer.SerializeToString(), self.ledger.size
