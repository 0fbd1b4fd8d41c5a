# What an office remembers of the log: that each answer continues what was shown before, and which deeds were proved.
# SPDX-License-Identifier: Apache-2.0
"""Written from docs/protocol.md (section 4.4). Opens no socket and no file."""

from lantik_receipt import DeedReceipt, Receipt
from lantik_tree import verify_consistency
from lantik_trust import Trust
from lantik_verdict import Unverified

MAX_DEEDS = 4  # of one reply


class Fork(Unverified):
    """The centre shows what does not continue the checkpoint that is held. Keep both, and tell a person."""

    def __init__(self, why, held, shown, proof):
        super().__init__(why)
        self.held, self.shown, self.proof = held, shown, list(proof)


class Witness:
    def __init__(self, log_key=None, recovery_key=None, checkpoint=b"", deeds=()):
        self.trust = Trust(log_key, recovery_key) if log_key else None
        self.note, self.deeds, self.is_waiting = checkpoint, [], False
        for text in deeds:
            self.take_deed(text)

    def take_deed(self, text):
        """Its receipt, and the note of it; without a pinned recovery key it waits, and nothing newer is kept."""
        deed = DeedReceipt.parse(text)
        if self.trust.recovery_key is None:
            self.is_waiting = True
        else:
            self.trust.add(deed)
            if text not in self.deeds:
                self.deeds.append(text)
        return deed

    def take_deeds(self, envelope):
        """The checkpoint from which to ask on, when there may be more deeds; otherwise nothing."""
        taken = [self.take_deed(text) for text in envelope.deeds]
        return taken[-1].checkpoint_note if len(taken) == MAX_DEEDS else b""

    @staticmethod
    def shown_by(message, envelope, body):
        """The checkpoint of a reply: in the receipt, in the body of PONG, otherwise beside it."""
        if message == "RECEIPT":
            return Receipt.parse(body).checkpoint_note
        return body if message == "PONG" else envelope.checkpoint

    def hear(self, held, message, envelope, body):
        """Raises Fork or Unverified unless the reply to a request that carried `held` continues it."""
        note = self.shown_by(message, envelope, body)
        if not note:
            if held:
                raise Unverified("the answer does not show its ledger")
            return
        shown = self.trust.checkpoint(note)
        held = self.believed(held)
        if held and not self._continues(held, shown, note, message, envelope.consistency):
            return
        if not self.is_waiting and (not held or shown.size > self.trust.checkpoint(held).size):
            self.note = note

    def believed(self, note):
        """The note, unless no key counts any more that signed it: then it is no evidence."""
        try:
            return note if note and self.trust.checkpoint(note) else b""
        except Unverified:
            return b""

    def _continues(self, held_note, shown, note, message, proof):
        """True when it does; when what is held was given up by a recovery, what is shown takes its place."""
        held = self.trust.checkpoint(held_note)
        if shown.epoch > held.epoch and self.trust.maybe_lost(held):
            self.note = b"" if self.is_waiting else note
            return False
        if message == "PONG" and shown.size < held.size:
            raise Fork(f"the ledger had {held.size} leaves and has {shown.size} now", held_note, note, proof)
        small, large = (held, shown) if held.size <= shown.size else (shown, held)
        try:
            verify_consistency(small.size, large.size, small.root, large.root, list(proof))
        except Unverified as error:
            raise Fork(f"not the ledger that was shown before: {error}", held_note, note, proof) from None
        return True
