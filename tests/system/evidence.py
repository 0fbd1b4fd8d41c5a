"""What the tests of witnessing and receipts share: proofs in replies, and checkpoints that prove a fork.

SPDX-License-Identifier: Apache-2.0
"""

import base64
import hashlib
import os
import shlex
import struct
import subprocess
import unittest

import batches
import harness

FORK = 4  # Busy.reason
SLOT = 512
BODY = SLOT - 64  # then its checksum, then its mark
SIGNED = b"lantik head signed\n"


def build_shim(directory):
    target = directory / "shim.so"
    include = subprocess.run(["pg_config", "--includedir"], check=True, capture_output=True, text=True).stdout.strip()
    subprocess.run([*shlex.split(os.environ.get("CC", "cc")), "-D_GNU_SOURCE", "-std=c11", "-Wall", "-Werror", "-shared", "-fPIC",
                    f"-I{include}", "-o", target, harness.ROOT / "tests" / "system" / "commit_shim.c", "-ldl"], check=True)
    return target


def comes_first():
    """AddressSanitizer must: then nothing can be loaded before lantikd's own libraries."""
    with open(harness.program("lantikd"), "rb") as program:
        return b"__asan_init" in program.read()


def shim_into(site):
    """Restarts the daemon with the shim, and returns the folder where a file makes something happen to a COMMIT."""
    folder = site.directory / "shim"
    folder.mkdir()
    site.daemon.stop()
    site.daemon.environment = {"LD_PRELOAD": str(build_shim(site.directory)), "LANTIK_SHIM": str(folder)}
    site.daemon.start()
    return folder


class Shimmed:
    """Before a Case: its daemon runs with the shim."""

    @classmethod
    def setUpClass(cls):
        if comes_first():
            raise unittest.SkipTest("an instrumented lantikd takes no library before its own")
        super().setUpClass()
        cls.shim = shim_into(cls.site)


class OwnSite:
    """Before a Case: each test has a site of its own."""

    @classmethod
    def setUpClass(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        pass

    def setUp(self):
        super().setUpClass()
        self.addCleanup(type(self).site.close)


class Head:
    """The file `head`, to alter it as a machine that goes down could have left it (daemon/head_file.h)."""

    def __init__(self, path):
        self.path = path
        data = path.read_bytes()
        self.slots = [bytearray(data[:SLOT]), bytearray(data[SLOT:])]

    @staticmethod
    def size(slot):
        return struct.unpack(">Q", slot[16:24])[0]

    @staticmethod
    def is_signed(slot):
        return slot[-32:] == hashlib.sha256(SIGNED + slot[BODY:-32]).digest()

    def last(self):
        return max(self.slots, key=self.size)

    def lose_mark(self):
        """Of the last head: it had not reached the disk."""
        self.last()[-32:] = bytes(32)
        self.write()

    def rename(self):
        """The last one becomes another head. It is meant."""
        slot = self.last()
        slot[32] ^= 1
        slot[BODY:-32] = hashlib.sha256(slot[:BODY]).digest()
        self.lose_mark()

    def write(self):
        self.path.write_bytes(b"".join(self.slots))

    def signed(self):
        """The largest size that is signed."""
        return max(self.size(slot) for slot in self.slots if self.is_signed(slot))


def signed_size(site):
    return Head(site.state / "head").signed()


class Edge:
    """The RFC 6962 tree, leaf by leaf: the roots of its complete subtrees, largest first."""

    def __init__(self, node_hash):
        self.node_hash, self.size, self.hashes = node_hash, 0, []

    def append(self, leaf_hash):
        index, self.size = self.size, self.size + 1
        while index & 1:
            leaf_hash, index = self.node_hash(self.hashes.pop(), leaf_hash), index >> 1
        self.hashes.append(leaf_hash)

    def root(self):
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = self.node_hash(left, root)
        return root


class Case(batches.Case):
    """A site whose daemon knows a recovery key, and one office that speaks the wire contract."""

    def trust(self, office):
        """What the office believes: the first key, and the deeds that replies brought."""
        from lantik_trust import Trust  # beside the modules of the office

        if not hasattr(office, "trust"):
            recovery = office.receipt.VerifierKey.parse((self.site.recovery / "recovery.vkey").read_text().strip())
            office.trust = Trust(office.log_key, recovery)
        return office.trust

    def take_deeds(self, reply, office):
        for deed in reply.envelope.deeds:
            self.trust(office).add(office.receipt.DeedReceipt.parse(deed))

    def checkpoint(self, note, office=None):
        """What a note says, once its signature was verified."""
        return self.trust(office or self.office).checkpoint(note)

    def ask(self, message, body=b"", checkpoint=b"", office=None, endpoint=None, **overrides):
        """One reply, whatever it says, to a request that shows this checkpoint."""
        office = office or self.office
        with office.client(endpoint=endpoint) as client:
            return client.request(message, body, checkpoint=checkpoint, **overrides)

    def shown_by(self, reply, office=None):
        """The checkpoint that a reply is about."""
        if reply.message == "PONG":
            self.assertEqual(reply.envelope.checkpoint, b"", "a PONG is its checkpoint")
            return self.checkpoint(reply.body, office)
        if reply.message == "RECEIPT":
            self.assertEqual(reply.envelope.checkpoint, b"", "a receipt holds its checkpoint")
            return self.checkpoint(self.office.receipt.Receipt.parse(reply.body).checkpoint_note, office)
        return self.checkpoint(reply.envelope.checkpoint, office)

    def prove(self, reply, note, office=None):
        """That the reply proves its checkpoint and the one that the request showed to be of one tree."""
        held, shown = self.checkpoint(note, office), self.shown_by(reply, office)
        old, new = sorted((held, shown), key=lambda checkpoint: checkpoint.size)
        proof = list(reply.envelope.consistency)
        self.assertEqual(bool(proof), old.size != new.size, "a proof exactly where there is something to prove")
        self.office.receipt.verify_consistency(old.size, new.size, old.root, new.root, proof)
        return shown

    def busy_reason(self, reply):
        return self.office.contract.Busy.FromString(reply.body).reason if reply.message == "BUSY" else None

    def all_roots(self):
        """The root of every size, told anew from the leaves in the database."""
        receipt, edge = self.office.receipt, None
        roots = [None]
        edge = Edge(receipt.node_hash)
        for (leaf,) in self.site.sql("SELECT encode(leaf, 'base64') FROM lantik.ledger_leaf ORDER BY leaf_index"):
            edge.append(receipt.leaf_hash(base64.b64decode(leaf)))
            roots.append(edge.root())
        return roots

    def sign(self, size, root):
        """A checkpoint that this log's receipt key signed, whatever the ledger says."""
        text = (self.site.keys / "receipt.key").read_text().strip()
        key = self.office.receipt.SigningKey.parse(text)
        body = f"{self.site.ORIGIN}\n{size}\n{base64.b64encode(root).decode()}\n"
        signature = base64.b64encode(key.verifier.key_id + key.sign(body.encode())).decode()
        return f"{body}\n\u2014 {key.verifier.name} {signature}\n".encode()

    def size(self):
        return int(self.site.value("SELECT size FROM lantik.ledger_head"))

    def small_body(self, count=1):
        """The bytes of a new batch of people that nobody has sent."""
        _, manifest, records = self.people(count)
        return self.body(manifest, records)

    def wait_fork(self, office=None, endpoint=None):
        """Until a daemon answers every request with Busy because of the fork."""
        harness.wait_until(lambda: self.busy_reason(self.ask("PING", office=office, endpoint=endpoint)) == FORK, 3,
                           "Busy(LEDGER_FORK)")
