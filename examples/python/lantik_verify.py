#!/usr/bin/python3
# Proves receipts, deeds, checkpoints and their consistency offline, with nothing but the pinned keys.
# SPDX-License-Identifier: Apache-2.0
"""lantik_verify.py --key receipt.vkey [--recovery-key recovery.vkey --deed FILE...] [--body FILE] FILE...

Each FILE is a receipt (of a batch, a decision or a deed) or a signed checkpoint. Deeds are taken first, in the order given;
without them only the pinned key counts. Exit status: 0 all proved, 1 a file cannot be read, 2 wrong command line, 8 something
is not proved. Needs PyNaCl (Debian: python3-nacl); opens no socket.
"""

import argparse
import os
import sys
from pathlib import Path

from lantik_note import Cosigner, VerifierKey, verify_cosignature
from lantik_receipt import Decision, DeedReceipt, Receipt, read_receipt
from lantik_trust import Trust
from lantik_tree import leaf_hash
from lantik_verdict import Unverified, require


def read_key(value):
    """A key given as a file's name or as itself."""
    return Path(value).read_text(encoding="ascii").strip() if os.path.exists(value) else value


def grown_trust(args):
    trust = Trust(VerifierKey.parse(read_key(args.key)),
                  VerifierKey.parse(read_key(args.recovery_key)) if args.recovery_key else None)
    for name in args.deed:
        receipt = DeedReceipt.parse(Path(name).read_bytes())
        trust.add(receipt)
        print(f"{name}: deed {receipt.deed.kind} of leaf {receipt.index} taken")
    return trust


def tell_lost(trust, checkpoint):
    if trust.maybe_lost(checkpoint):
        print("  a recovery gave up leaves of this epoch: what this proves may no longer be in the ledger; send it again")


def prove_checkpoint(note, trust, args):
    checkpoint = trust.checkpoint(note)
    print(f"  checkpoint of {checkpoint.origin}, epoch {checkpoint.epoch}: {checkpoint.size} leaves, root {checkpoint.root.hex()}")
    for text in args.cosigner:
        cosigner = Cosigner.parse(read_key(text))
        print(f"  cosigned by {cosigner.name} at {verify_cosignature(note, cosigner)} seconds since 1970")
    tell_lost(trust, checkpoint)


def tell_receipt(receipt, args):
    if isinstance(receipt, Receipt):
        verdict = receipt.verdict
        print(f"  batch {verdict.batch_id} of {verdict.office} {verdict.outcome}: {verdict.accepted} accepted, "
              f"{verdict.returned} returned, {verdict.review} in review")
        if args.body:
            receipt.verify_body(Path(args.body).read_bytes())
            print("  about the body that was given")
    elif isinstance(receipt, Decision):
        print(f"  decision {receipt.statement.decision_id}: {receipt.statement.act} by {receipt.statement.official}")
    else:
        print(f"  deed {receipt.deed.deed_id}: {receipt.deed.kind}")


def prove_receipt(text, trust, args):
    receipt = read_receipt(text)
    receipt.verify(trust)
    print(f"  leaf {receipt.index} of {receipt.checkpoint.origin}, leaf hash {leaf_hash(receipt.leaf_bytes).hex()}")
    if receipt.leaf.durability == 3:
        print("  a test installation: nothing was promised to last")
    tell_receipt(receipt, args)
    tell_lost(trust, receipt.checkpoint)


def prove(name, trust, args):
    text = Path(name).read_bytes()
    print(f"{name}:")
    if text.startswith(b"c2sp.org/tlog-proof@"):
        prove_receipt(text, trust, args)
    else:
        prove_checkpoint(text, trust, args)
    print("  proved")


def main():
    parser = argparse.ArgumentParser(description="proves receipts and checkpoints of lantik offline")
    parser.add_argument("--key", required=True, help="the log's verifier key NAME+ID+KEY, or a file that holds it")
    parser.add_argument("--recovery-key", help="the log's recovery key, likewise")
    parser.add_argument("--deed", action="append", default=[], metavar="FILE", help="receipt of a deed; may be given again")
    parser.add_argument("--cosigner", action="append", default=[], metavar="KEY",
                        help="a witness whose cosignature each checkpoint must carry; may be given again")
    parser.add_argument("--body", help="the body that a batch's receipt should be about")
    parser.add_argument("file", nargs="+")
    args = parser.parse_args()
    try:
        trust = grown_trust(args)
        for name in args.file:
            prove(name, trust, args)
    except Unverified as error:
        print(f"lantik_verify: NOT proved: {error}", file=sys.stderr)
        sys.exit(8)
    except OSError as error:
        print(f"lantik_verify: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
