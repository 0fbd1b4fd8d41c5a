# Which keys speak for a log at which size, and which epochs it had: trust that grows by signed deeds alone.
# SPDX-License-Identifier: Apache-2.0
"""Written from docs/protocol.md (section 10.5). Opens no socket and no file."""

import copy
from dataclasses import dataclass

from lantik_note import Checkpoint, VerifierKey, open_note
from lantik_verdict import require

MAX_KEYS, MAX_SIGNERS, MAX_EPOCHS = 16, 4, 16


@dataclass
class TrustedKey:
    verifier: VerifierKey  # under the base origin
    from_size: int = 0
    until_size: int = None  # None: it goes on
    compromised_from: int = None  # None: never

    def counts_at(self, size):
        return (self.from_size <= size and (self.until_size is None or size < self.until_size)
                and (self.compromised_from is None or size < self.compromised_from))


@dataclass(frozen=True)
class Epoch:
    number: int
    first: int  # leaf index of its recovery
    common: tuple  # size and root that it has in common with what ended
    size: tuple  # size and root that it goes on from


class Trust:
    def __init__(self, receipt_key, recovery_key=None):
        self.origin, self.recovery_key = receipt_key.name, recovery_key
        self.keys, self.epochs = [TrustedKey(receipt_key)], []

    @classmethod
    def of(cls, key_or_trust):
        return key_or_trust if isinstance(key_or_trust, cls) else cls(key_or_trust)

    @property
    def epoch(self):
        return self.epochs[-1].number if self.epochs else 1

    def epoch_of(self, origin):
        known = {self.origin: 1, **{f"{self.origin}/{epoch.number}": epoch.number for epoch in self.epochs}}
        require(origin in known, "the checkpoint is of another log, or of an epoch that is not known")
        return known[origin]

    def signers(self, size):
        return [key.verifier for key in self.keys if key.counts_at(size)][:MAX_SIGNERS]

    def checkpoint(self, note):
        """The checkpoint in a note that a key in force at its size signed; raises Unverified otherwise."""
        text, signatures = open_note(note)
        told = Checkpoint.parse(text)
        epoch, counts = self.epoch_of(told.origin), False
        for key in self.keys:
            verifier = key.verifier.renamed(told.origin)
            own = [raw for name, raw in signatures if verifier.is_of(name, raw)]
            require(all(verifier.verifies_line(text, raw) for raw in own), "the signature does not verify")
            counts = counts or bool(own) and key.counts_at(told.size)
        require(counts, "no signature of a key that counts at this size")
        return Checkpoint(told.origin, told.size, told.root, epoch)

    def maybe_lost(self, checkpoint):
        """Whether a later recovery gave up leaves below this checkpoint."""
        return any(epoch.number > checkpoint.epoch and checkpoint.size > epoch.common[0] for epoch in self.epochs)

    # Growing.

    def add(self, receipt):
        """Takes the deed of a DeedReceipt, which must verify under what the deed makes of this trust."""
        grown = copy.deepcopy(self)
        grown.take(receipt.deed, receipt.index)
        receipt.verify(grown)
        self.keys, self.epochs = grown.keys, grown.epochs

    def take(self, deed, leaf_index):
        require(deed.origin == self.origin, "the deed is of another log")
        if deed.kind not in ("receipt-key-add", "receipt-key-retire", "recover"):
            return
        require(self.recovery_key is not None, "no recovery key is pinned")
        deed.verify_signature(self.recovery_key)
        if deed.kind == "receipt-key-add":
            self._add_key(deed.fields["key"], leaf_index + 1)
        elif deed.kind == "receipt-key-retire":
            self._retire_key(deed.fields, leaf_index + 1)
        else:
            self._recover(deed.fields, leaf_index)

    def _find(self, verifier):
        return next((key for key in self.keys if key.verifier.public == verifier.public), None)

    def _add_key(self, verifier, size):
        if self._find(verifier):
            return
        require(len(self.keys) < MAX_KEYS and len(self.signers(size)) < MAX_SIGNERS, "too many keys")
        self.keys.append(TrustedKey(verifier, size))

    def _retire_key(self, fields, size):
        key, told = self._find(fields["key"]), fields["compromised_from"]
        if key is None:
            return
        key.until_size = size if key.until_size is None else min(size, key.until_size)
        if told is None or (key.compromised_from is not None and key.compromised_from <= told):
            return
        key.compromised_from = told
        for other in self.keys:  # they sign again what it had signed alone
            if other.from_size <= size and (other.until_size is None or size < other.until_size):
                other.from_size = min(other.from_size, told)

    def _recover(self, fields, leaf_index):
        epoch = Epoch(fields["epoch"], leaf_index, fields["common"], fields["size"])
        if epoch in self.epochs:
            return
        require(epoch.number > self.epoch, "the epoch is not a later one")
        require(epoch.size[0] == leaf_index, "the recovered tree does not end where its leaf stands")
        require(len(self.epochs) < MAX_EPOCHS, "too many recoveries")
        self.epochs.append(epoch)
        for key in self.keys:  # what was retired in a leaf that the tree does not have goes on, unless it was compromised
            if key.until_size is not None and key.until_size > epoch.size[0] and key.compromised_from is None:
                key.until_size = None
