#!/usr/bin/python3
"""The office as a witness: what it believes of a centre, what it finds, and how it heals what a centre lost.

SPDX-License-Identifier: Apache-2.0
"""

import base64
import os
import pathlib
import shutil
import unittest

import zmq

import fake_centre
import harness


class Office(harness.Office):
    """An office that speaks with the fake centre."""

    def __init__(self, centre, directory, recovery=True):
        self.centre = centre
        site = type("Site", (), {"directory": directory})
        super().__init__(site, "kanreg-03", directory / "home")
        self.keygen()
        (directory / "receipt.vkey").write_text(centre.first.vkey(centre.ORIGIN) + "\n")
        (directory / "recovery.vkey").write_text(centre.recovery.vkey(f"{centre.ORIGIN}/recovery") + "\n")
        args = ["--recovery-key", directory / "recovery.vkey"] if recovery else []
        self.lantik("init", "--endpoint", centre.endpoint, "--server-key", centre.server_key, "--receipt-key",
                    directory / "receipt.vkey", *args)
        key_id, seed = (self.home / "sign.key").read_text().strip().split("+", 4)[3:]
        centre.signer = bytes.fromhex(key_id), base64.b64decode(seed)[1:]

    def ping(self, expect=0):
        done = self.lantik("ping", "--json", "--timeout", 10, expect=expect)
        results = done.of_type("type", "result")
        return done, results[0] if results else None

    def send(self, name, first, expect=0, **options):
        path = self.sample(name, kind="PPPK_PW", step="NI", agency="9971", rows=3, seed=68, first=first)
        return path, self.submit(path, "--timeout", 10, expect=expect, **options)

    @property
    def checkpoint(self):
        path = self.home / "checkpoint"
        return path.read_bytes() if path.exists() else b""

    def kept(self, folder):
        path = self.home / folder
        return sorted(item.name for item in path.iterdir()) if path.exists() else []


class WithFakeCentre(unittest.TestCase):
    """Each test has a centre and an office of its own."""

    maxDiff = None

    def setUp(self):
        self.directory = harness.scratch()
        self.centre = fake_centre.FakeCentre()
        self.addCleanup(self.centre.close)
        self.office = Office(self.centre, self.directory)

    def error(self, done, code):
        errors = [line["code"] for line in done.of_type("type", "error")]
        self.assertEqual(errors, [code], done)


class Continuity(WithFakeCentre):
    """A checkpoint is kept when it is proved to continue the one before, and not otherwise."""

    def setUp(self):
        super().setUp()
        self.centre.grow(5)

    def test_the_first_is_taken_and_every_later_one_is_proved(self):
        _, first = self.office.ping()
        self.assertEqual((first["size"], first["proved"], first["size_before"]), (5, False, 0))
        self.assertEqual(self.office.checkpoint, self.centre.note())
        for count in (1, 2, 13, 64):
            before = self.centre.ledger.size
            self.centre.grow(count)
            _, later = self.office.ping()
            self.assertEqual((later["size"], later["proved"], later["size_before"]), (before + count, True, before))
            self.assertEqual(self.office.checkpoint, self.centre.note())
        self.assertEqual(self.office.kept("forks"), [])

    def test_the_next_file_waits_for_the_answer_to_the_one_before(self):
        """It may continue that batch: the centre judges what is in flight together in any order."""
        self.centre.busy = 2
        first, second = (self.office.sample(name, kind="PPPK_PW", step="NI", agency="9971", rows=3, seed=68, first=first)
                         for name, first in (("one", 1), ("two", 4)))
        self.office.lantik("submit", "--json", "--timeout", 1, first, second, expect=4)
        self.assertEqual(len(self.office.kept("outbox")), 1)
        self.centre.honest()
        self.office.lantik("submit", "--json", "--timeout", 10, first, second)
        self.assertEqual(len(self.centre.held), 2)

    def test_an_answer_of_sixteen_mebibytes_is_read(self):
        """It is no checkpoint, but it comes: silence would look like a centre that is away."""
        self.centre.lie_note = bytes(16 * 1024 * 1024)
        self.office.ping(expect=8)
        with self.python_client() as client:
            self.assertEqual(len(client.request("PING").body), 16 * 1024 * 1024)

    def python_client(self):
        _, secret = zmq.curve_keypair()
        return self.centre.client_module.Client([self.centre.endpoint], self.centre.server_key.encode(), secret,
                                                contract=self.centre.contract, attempt_timeout=5)

    def test_every_kind_of_answer_is_proved(self):
        self.office.ping()
        self.centre.grow(2)
        path, done = self.office.send("a", 1)
        self.assertEqual(self.office.checkpoint, self.centre.note(), done)
        self.centre.grow(3)
        self.office.lantik("reconcile")
        self.assertEqual(self.office.checkpoint, self.centre.note())
        self.assertTrue(path.exists())
        self.assertTrue(all(note for name, note in self.centre.seen[1:]), "each request shows the last checkpoint")

    def accused(self, code):
        """The next ping finds it; both checkpoints are kept, the one before stays, and nothing else is believed."""
        held = self.office.checkpoint
        done, result = self.office.ping(expect=8)
        self.error(done, code)
        self.assertIsNone(result)
        self.assertEqual(self.office.checkpoint, held)
        [folder] = self.office.kept("forks")
        evidence = self.office.home / "forks" / folder
        self.assertEqual((evidence / "ours").read_bytes(), held)
        self.assertIn(str(evidence), done.stdout)
        self.office.ping(expect=8)
        self.assertEqual(self.office.kept("forks"), [folder], "the same evidence fills no disk")
        return evidence

    def test_a_forged_proof_is_found(self):
        self.office.ping()
        self.centre.grow(3)
        good = self.centre.ledger.proof(5, 8)
        for lie in ([], good[:-1], good + [bytes(32)], [bytes([good[0][0] ^ 1]) + good[0][1:], *good[1:]]):
            self.centre.lie_proof = lie
            done, _ = self.office.ping(expect=8)
            self.error(done, "LNT-0174")
        self.centre.lie_proof = []
        self.accused("LNT-0174")
        self.centre.honest()
        _, result = self.office.ping()
        self.assertTrue(result["proved"], "an honest centre is believed again")

    def test_another_ledger_of_the_same_size_is_proof_by_itself(self):
        self.office.ping()
        self.centre.lie_note = self.centre.ledger.note([self.centre.first], 5, bytes(32))
        evidence = self.accused("LNT-0173")
        self.assertEqual((evidence / "theirs").read_bytes(), self.centre.lie_note)

    def test_an_older_head_is_found_even_with_a_good_proof(self):
        self.office.ping()
        self.centre.lie_note = self.centre.note(3)
        self.centre.lie_proof = self.centre.ledger.proof(3, 5)
        self.accused("LNT-0175")

    def test_a_centre_that_shows_nothing_is_not_believed(self):
        path, _ = self.office.send("a", 1)
        self.centre.hides = True
        self.error(self.office.ping(expect=8)[0], "LNT-0172")
        self.error(self.office.lantik("reconcile", "--json", expect=8), "LNT-0172")
        self.centre.honest()
        self.office.lantik("status", path)

    def test_a_checkpoint_of_a_stranger_is_not_believed(self):
        self.office.ping()
        held = self.office.checkpoint
        self.centre.grow(1)
        self.centre.lie_note = self.centre.ledger.note([fake_centre.Key()])
        self.error(self.office.ping(expect=8)[0], "LNT-0171")
        self.assertEqual(self.office.checkpoint, held)

    def test_a_receipt_of_another_ledger_does_not_count(self):
        self.office.send("a", 1)
        twin = fake_centre.Ledger(self.centre.ORIGIN, self.centre.ledger.leaves[:3])
        own, self.centre.ledger = self.centre.ledger, twin
        path = self.office.sample("b", kind="PPPK_PW", step="NI", agency="9971", rows=3, seed=68, first=50)
        self.centre.lie_proof = []
        self.error(self.office.submit(path, "--timeout", 10, expect=8), "LNT-0174")
        [state] = self.office.lantik("status", "--offline", "--json", path).of_type("type", "result")
        self.assertEqual(state["state"], "sent", "the receipt is evidence and no receipt")
        [folder] = self.office.kept("forks")
        self.assertTrue((self.office.home / "forks" / folder / "receipt").exists())
        self.centre.ledger = own
        self.centre.held.popitem()
        self.centre.honest()
        self.office.submit(path, "--timeout", 10)

    def test_a_damaged_checkpoint_is_replaced_by_the_newest_receipt(self):
        self.office.send("a", 1)
        at_receipt = self.office.checkpoint
        self.centre.grow(4)
        self.office.ping()
        (self.office.home / "checkpoint").write_text("rot\n")
        done, result = self.office.ping()
        self.assertIn("was damaged here", done.stderr)
        self.assertEqual((result["size_before"], result["proved"]), (6, True))
        self.assertEqual(self.centre.seen[-2][1], at_receipt)

    def test_a_centre_that_knows_of_its_fork_is_explained(self):
        path, _ = self.office.send("a", 1)
        self.centre.busy = fake_centre.BUSY_FORK
        self.error(self.office.ping(expect=8)[0], "LNT-0177")
        done = self.office.send("b", 50, expect=4)[1]
        self.error(done, "LNT-0177")
        self.assertIn(str(self.office.home), done.stdout)
        self.centre.honest()
        self.office.submit(path, "--timeout", 10)


class Deeds(WithFakeCentre):
    """Keys come and go by deeds that the recovery key signed, and by nothing else."""

    def setUp(self):
        super().setUp()
        self.path, _ = self.office.send("a", 1)

    def verify(self, name, **options):
        return self.office.lantik("verify", "--json", f"{self.office.files / name}.csv.lantik-receipt", **options)

    def test_receipts_of_before_and_after_a_rotation_verify(self):
        second, _ = self.centre.add_key()
        self.office.send("b", 20)
        self.assertEqual(len(self.office.kept("deeds")), 1)
        self.centre.retire_key(self.centre.first)
        self.office.send("c", 40)
        self.assertEqual(len(self.office.kept("deeds")), 2)
        signers = [self.verify(name).of_type("type", "result")[0]["signers"] for name in "abc"]
        first, other = (key.vkey(self.centre.ORIGIN) for key in (self.centre.first, second))
        self.assertEqual(signers, [[first], [first, other], [other]])
        self.office.lantik("verify")
        text = self.office.lantik("verify", self.office.files / "a.csv.lantik-receipt").stdout
        self.assertIn("took that key out of use", text)
        for name in self.office.kept("deeds"):
            [result] = self.office.lantik("verify", "--json", self.office.home / "deeds" / name).of_type("type", "result")
            self.assertTrue(result["recovery_key_signed"])

    def test_somebody_else_proves_them_with_the_deeds(self):
        self.centre.add_key()
        self.centre.retire_key(self.centre.first)
        self.office.send("b", 20)
        receipt, keys = f"{self.office.files / 'b'}.csv.lantik-receipt", ["--key", self.directory / "receipt.vkey"]
        elsewhere = {"extra": {"LANTIK_HOME": str(self.directory / "none")}}
        deeds = [arg for name in self.office.kept("deeds") for arg in ("--deed", self.office.home / "deeds" / name)]
        recovery = ["--recovery-key", self.directory / "recovery.vkey"]
        harness.run(harness.program("lantik"), "verify", *keys, receipt, expect=8, **elsewhere)
        harness.run(harness.program("lantik"), "verify", *keys, *deeds, receipt, expect=2, **elsewhere)
        harness.run(harness.program("lantik"), "verify", *keys, *recovery, *deeds, receipt, **elsewhere)

    def test_what_a_stolen_key_signed_is_believed_no_more(self):
        self.centre.grow(2)
        self.office.send("b", 20)
        self.centre.add_key()
        self.centre.retire_key(self.centre.first, compromised_from=3)
        done, _ = self.office.ping()
        self.assertEqual([line["kind"] for line in done.of_type("type", "deed")],
                         ["receipt-key-add", "receipt-key-retire"])
        self.verify("a")
        self.error(self.verify("b", expect=8), "LNT-0191")
        self.assertEqual(self.office.lantik("verify", expect=8).returncode, 8)
        done = self.office.lantik("resend", "--json", "--timeout", 10)
        self.assertEqual((done.summary["wanted"], done.summary["sent"], done.summary["changed"]), (1, 1, 0), done)
        self.office.lantik("verify")
        text = self.office.lantik("verify", f"{self.office.files / 'b'}.csv.lantik-receipt").stdout
        self.assertIn("a later checkpoint, which the centre signed with its present key, holds the same entry", text)
        through = next(self.office.home.glob("outbox/*/receipt.through"))
        good = through.read_bytes()
        for at in (0, 40, len(good) // 2, len(good) - 3):
            through.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
            self.office.lantik("verify", expect=8)
        through.write_bytes(good)
        done = self.office.lantik("resend", "--json", "--timeout", 10)
        self.assertEqual(done.summary["wanted"], 0)

    def test_what_a_stolen_key_showed_accuses_the_thief_and_not_the_centre(self):
        self.centre.grow(3)
        thief = fake_centre.Ledger(self.centre.ORIGIN, [b"false"] * 9).note([self.centre.first])
        self.centre.add_key()
        self.centre.retire_key(self.centre.first, compromised_from=3)
        self.office.ping()
        (self.office.home / "checkpoint").write_bytes(thief)
        done, result = self.office.ping()
        self.assertIn("fell into other hands", done.stderr)
        self.assertFalse(result["proved"])
        [folder] = self.office.kept("forks")
        self.assertEqual((self.office.home / "forks" / folder / "ours").read_bytes(), thief)
        self.assertEqual(self.office.checkpoint, self.centre.note())
        self.assertTrue(self.office.ping()[1]["proved"])

    def test_a_deed_of_another_key_is_kept_as_evidence_and_not_believed(self):
        stranger = fake_centre.Key()
        self.centre.add_key(signer=stranger)
        done, _ = self.office.ping(expect=8)
        self.error(done, "LNT-0170")
        self.assertEqual(self.office.kept("deeds"), [])
        [folder] = self.office.kept("forks")
        self.assertEqual(self.office.kept(f"forks/{folder}"), ["deed"])

    def test_a_deed_that_was_altered_is_not_believed(self):
        _, receipt = self.centre.add_key()
        for lie in (receipt.replace(b"reason test", b"reason tesT"), receipt[:-20] + b"\n", b"deed"):
            self.centre.lie_deeds = [lie]
            self.error(self.office.ping(expect=8)[0], "LNT-0170")
        self.assertEqual(self.office.kept("deeds"), [])

    def test_deeds_that_come_again_change_nothing(self):
        _, receipt = self.centre.add_key()
        self.office.ping()
        self.centre.lie_deeds = [receipt] * 4
        _, result = self.office.ping()
        self.assertEqual((result["deeds"], len(self.office.kept("deeds"))), (0, 1))

    def test_a_damaged_deed_is_given_again_and_those_that_need_it_count_again(self):
        second, _ = self.centre.add_key()
        self.centre.retire_key(self.centre.first, compromised_from=self.centre.ledger.size)
        self.office.send("b", 20)
        first, retire = (self.office.home / "deeds" / name for name in self.office.kept("deeds"))
        for deed in (first, retire):
            good = deed.read_bytes()
            deed.write_bytes(good[:100] + bytes([good[100] ^ 1]) + good[101:])
            done, result = self.office.ping()
            self.assertIn("was damaged here", done.stderr)
            self.assertEqual((result["proved"], result["size_before"]), (True, self.centre.ledger.size))
            done = self.office.lantik("verify")
            self.assertNotIn("was damaged here", done.stderr)
            self.assertIn(f"{self.centre.first.key_id(self.centre.ORIGIN).hex()}: believed below", done.stdout)
            self.assertIn(f"{second.key_id(self.centre.ORIGIN).hex()}: in use", done.stdout)
        self.assertEqual(len(self.office.kept("deeds")), 4)
        self.assertEqual(self.office.kept("forks"), [])
        _, result = self.office.ping()
        self.assertEqual(result["deeds"], 0)

    def test_more_deeds_than_an_answer_holds_are_asked_for(self):
        keys = []
        for _ in range(5):
            keys.append(self.centre.add_key()[0])
            self.centre.retire_key(self.centre.keys[len(keys) - 1][0])
        _, result = self.office.ping()
        self.assertEqual((result["deeds"], len(self.office.kept("deeds")), result["proved"]), (10, 10, True))
        self.office.send("b", 20)
        self.office.lantik("verify")

    def test_without_a_recovery_key_the_old_key_goes_on_and_the_office_is_told(self):
        self.office = Office(self.centre, harness.scratch(), recovery=False)
        self.office.ping()
        self.centre.add_key()
        done, result = self.office.ping()
        self.assertIn("recovery_key", done.stderr)
        self.assertTrue(result["proved"])
        self.centre.retire_key(self.centre.first)
        self.error(self.office.ping(expect=8)[0], "LNT-0171")
        self.office.lantik("config", f"recovery_key={self.centre.recovery.vkey(self.centre.ORIGIN + '/recovery')}")
        _, result = self.office.ping()
        self.assertEqual((result["deeds"], result["proved"]), (2, True))

    def test_a_damaged_deed_is_told_and_accuses_nobody(self):
        self.centre.add_key()
        self.office.ping()
        [name] = self.office.kept("deeds")
        (self.office.home / "deeds" / name).write_text("rot")
        done, _ = self.office.ping()
        self.assertIn("was damaged here", done.stderr)


class Recovery(WithFakeCentre):
    """The centre loses the end of its ledger; the outboxes heal it."""

    def setUp(self):
        super().setUp()
        self.paths = [self.office.send(name, 10 * at + 1)[0] for at, name in enumerate("abcd")]

    def states(self, *args):
        results = self.office.lantik("status", "--json", *args).of_type("type", "result")
        return [result["state"] for result in results]

    def entries(self, name):
        return sorted(path.relative_to(self.office.home).parts[-1] for path in self.office.home.glob(f"outbox/*/{name}"))

    def test_what_was_lost_is_told_and_sent_again_and_both_receipts_are_kept(self):
        self.centre.recover(2)
        done, result = self.office.ping()
        self.assertEqual((result["epoch"], result["maybe_lost"], result["deeds"]), (2, 2, 1))
        self.assertEqual([line["maybe_lost"] for line in done.of_type("type", "deed")], [2])
        self.assertTrue(result["proved"], "the receipts of the common part prove that it goes on")
        self.assertEqual(self.states(), ["committed", "committed", "maybe_lost", "maybe_lost"])
        compared = self.office.lantik("reconcile", "--json", expect=3).of_type("type", "result")
        self.assertEqual([line["state"] for line in compared], ["both", "both", "maybe_lost", "maybe_lost"])
        before = [path.read_bytes() for path in sorted(self.office.home.glob("outbox/*/batch_id"))]
        done = self.office.lantik("resend", "--json", "--timeout", 10)
        self.assertEqual([(line["epoch"], line["leaf_index"], line["leaf_index_before"], line["same_outcome"])
                          for line in done.of_type("type", "result")], [(2, 3, 2, True), (2, 4, 3, True)])
        self.assertEqual(before, [path.read_bytes() for path in sorted(self.office.home.glob("outbox/*/batch_id"))])
        self.assertEqual(len(self.entries("receipt.epoch-1")), 2)
        self.assertEqual(self.states(), ["committed"] * 4)
        for path in self.paths[2:]:
            self.assertIn(b"/2\n", pathlib.Path(f"{path}.lantik-receipt").read_bytes(), "the copy beside the file follows")
        self.office.lantik("reconcile")
        done = self.office.lantik("resend", "--json", "--timeout", 10)
        self.assertEqual((done.summary["wanted"], done.summary["sent"]), (0, 0))

    def test_both_receipts_are_explained(self):
        self.centre.recover(2)
        self.office.lantik("resend", "--timeout", 10)
        done = self.office.lantik("verify")
        self.assertEqual(done.stdout.count("which ended: the centre had it and recorded it again"), 2)
        former = next(self.office.home.glob("outbox/*/receipt.epoch-1"))
        text = self.office.lantik("verify", former).stdout
        self.assertIn("That it stands in the present ledger: this is of epoch 1", text)
        text = self.office.lantik("verify", former.with_name("receipt")).stdout
        self.assertIn("of epoch 2 of the ledger, the newest", text)
        self.assertIn("and of the part from which epoch 2 goes on",
                      self.office.lantik("verify", f"{self.paths[0]}.lantik-receipt").stdout)

    def test_an_entry_of_the_tree_that_goes_on_is_confirmed_and_not_sent_for_ever(self):
        """Two daemons signed in epoch 1; the one whose leaves went on had signed this receipt."""
        self.centre.recover(2, goes_on=3)
        self.office.ping()
        self.assertEqual(self.states(), ["committed", "committed", "maybe_lost", "maybe_lost"])
        self.office.lantik("resend", "--timeout", 10)
        self.assertEqual(self.states(), ["committed"] * 4)
        self.assertEqual(len(self.entries("receipt.epoch-1")), 1, "the third one stands as it is")

    def test_a_decision_that_was_lost_counts_no_longer_and_the_new_one_stands_in_its_place(self):
        self.centre.waiting = 1
        path, _ = self.office.send("w", 90, expect=3)
        [batch_id] = [batch for batch, held in self.centre.held.items() if held[4]]
        self.centre.grow(1)
        leaf = self.centre.accept(batch_id)

        def counts():
            [result] = self.office.lantik("status", "--json", path).of_type("type", "result")
            return result["accepted"], result["review"], result["decisions"]

        self.assertEqual(counts(), (3, 0, 1))
        self.centre.recover(leaf - 1)
        self.office.ping()
        [others] = [line for line in self.office.lantik("status", "--json").of_type("type", "result") if line["review"]]
        self.assertEqual((others["accepted"], others["decisions"]), (2, 0))
        self.assertEqual(counts(), (2, 1, 0), "what the official said is not held any more; nobody is accused")
        self.assertIn("count no longer", self.office.lantik("verify").stdout)
        self.office.lantik("reconcile")
        self.assertEqual(self.centre.accept(batch_id), leaf, "at the leaf of the one that was lost")
        self.assertEqual(counts(), (3, 0, 1))
        self.assertEqual(self.entries("decision-*"), [f"decision-{leaf}", f"decision-{leaf}.epoch-1"])
        self.office.lantik("reconcile")
        self.office.lantik("verify")

    def test_an_office_that_begins_after_it_learns_all_deeds(self):
        key, _ = self.centre.add_key()
        self.centre.retire_key(self.centre.first)
        self.centre.recover(6)
        for _ in range(2):
            after, _ = self.centre.add_key()
            self.centre.retire_key(key)
            key = after
        signer = self.centre.signer
        newcomer = Office(self.centre, harness.scratch())
        _, result = newcomer.ping()
        self.assertEqual((result["epoch"], result["deeds"], result["size_before"]), (2, len(self.centre.deeds), 0))
        self.assertEqual(newcomer.checkpoint, self.centre.note())
        self.centre.signer = signer

    def test_a_receipt_of_the_ended_epoch_is_no_answer_any_more(self):
        stale = dict(self.centre.held)
        self.centre.recover(2)
        self.office.ping()
        self.centre.held = stale
        done = self.office.lantik("resend", "--json", "--timeout", 10, expect=8)
        self.error(done, "LNT-0176")

    def test_a_recovery_that_another_key_signed_is_not_believed(self):
        self.centre.recover(2, signer=fake_centre.Key())
        self.error(self.office.ping(expect=8)[0], "LNT-0170")
        self.assertEqual(self.states("--offline"), ["committed"] * 4)

    def test_a_recovery_that_comes_again_as_a_new_leaf_is_not_believed(self):
        self.centre.recover(2)
        self.office.ping()
        self.centre.recover(3, epoch=2)
        self.error(self.office.ping(expect=8)[0], "LNT-0170")

    def test_resend_from_a_leaf_or_a_date_on(self):
        for since, count in (("2", 2), ("0", 4), ("4", 0), ("2020-01-01", 4), ("2099-01-01", 0)):
            done = self.office.lantik("resend", "--json", "--since", since, "--timeout", 10)
            self.assertEqual((done.summary["sent"], len(self.entries("receipt.epoch-1"))), (count, 0), since)
        self.error(self.office.lantik("resend", "--json", "--since", "tomorrow", expect=2), "LNT-0185")

    def test_a_damaged_entry_is_told_and_the_others_are_sent(self):
        self.centre.recover(2)
        self.office.ping()
        [entry] = [path.parent for path in self.office.home.glob("outbox/*/state") if "/c.csv" in path.read_text()]
        (entry / "state").write_text("rot\n")
        done = self.office.lantik("resend", "--json", "--timeout", 10, expect=1)
        self.error(done, "LNT-0101")
        self.assertEqual((done.summary["wanted"], done.summary["sent"]), (1, 1), done)
        self.assertNotIn("Nothing is to be sent", self.office.lantik("resend", expect=1).stdout)

    def test_a_damaged_receipt_is_fetched_by_what_the_message_says(self):
        receipt, other = list(self.office.home.glob("outbox/*/receipt"))[:2]
        good = receipt.read_bytes()
        damaged = good[:200] + bytes([good[200] ^ 1]) + good[201:]
        for bad, code in ((damaged, 8), (b"", 8), (other.read_bytes(), 8), (None, 1)):
            receipt.write_bytes(bad) if bad is not None else receipt.unlink()
            self.assertIn("lantik resend fetches it again", self.office.lantik("verify", expect=code).stderr)
            done = self.office.lantik("reconcile", "--json", expect=code)
            self.assertEqual((done.summary["receipt_damaged"], done.summary["damaged"]), (1, 0))
            self.office.lantik("resend", "--timeout", 10)
            self.assertEqual(receipt.read_bytes(), good)
            self.office.lantik("verify")

    def test_the_outbox_holds_all_while_the_centre_is_forked(self):
        self.centre.busy = fake_centre.BUSY_FORK
        path, done = self.office.send("e", 90, expect=4)
        self.error(self.office.lantik("resend", "--json", expect=4), "LNT-0177")
        self.centre.honest()
        self.centre.recover(2)
        self.office.lantik("resend", "--timeout", 10)
        self.assertEqual(self.states(), ["committed"] * 5)
        self.assertTrue(pathlib.Path(self.office.receipt_file(self.office.submit(path))).exists())


class Verify(WithFakeCentre):
    """What a receipt proves of a body and of a record."""

    def setUp(self):
        super().setUp()
        self.path, _ = self.office.send("a", 1)
        self.receipt = f"{self.path}.lantik-receipt"
        [self.body] = self.office.home.glob("outbox/*/body")

    def verify(self, *args, **options):
        return self.office.lantik("verify", *args, self.receipt, **options)

    def test_of_a_body(self):
        text = self.verify("--body", self.body).stdout
        self.assertIn("byte for byte", text)
        self.assertIn("This office signed it", text)
        other = self.directory / "other"
        other.write_bytes(self.body.read_bytes() + b"\0")
        self.verify("--body", other, expect=8)

    def test_what_is_not_proved_is_never_said_to_verify(self):
        done = self.verify("--body", self.path, expect=8)
        self.assertIn("not the spreadsheet", done.stderr)
        key = self.centre.first.vkey(self.centre.ORIGIN)
        for what in (self.receipt, self.office.home / "checkpoint"):
            done = self.office.lantik("verify", "--cosigner", key, what, expect=8)
            self.assertEqual(done.stdout, "")
            self.assertIn("LNT-0190", done.stderr)
        for args in (("--body", self.body), ("--record", 2)):
            done = self.office.lantik("verify", "--json", *args, self.office.home / "checkpoint", expect=2)
            self.error(done, "LNT-0195")

    def test_a_key_is_given_itself_or_as_a_file(self):
        for key in (self.centre.first.vkey(self.centre.ORIGIN), self.directory / "receipt.vkey"):
            self.verify("--key", key)

    def test_of_a_record_with_its_own_values(self):
        text = self.verify("--record", 2).stdout
        self.assertIn("Record 2 of the batch: accepted", text)
        self.assertNotIn("nik", text)
        [record] = self.verify("--json", "--record", 2, "--body", self.body).of_type("type", "record")
        self.assertEqual((record["record"], record["outcome"]), (2, "accepted"))
        self.assertIn(record["value_nik"], self.path.read_text(encoding="utf-8-sig").splitlines()[2])
        self.error(self.verify("--json", "--record", 4, expect=2), "LNT-0194")

    def test_a_key_rotation_of_the_office_keeps_its_receipts(self):
        self.office.lantik("keygen", "--next")
        again = self.office.lantik("keygen", "--next", "--json").of_type("type", "result")[0]
        self.assertFalse(again["made"])
        before = (self.office.home / "sign.key").read_bytes()
        self.office.lantik("keygen", "--switch")
        self.assertNotEqual((self.office.home / "sign.key").read_bytes(), before)
        [former] = self.office.kept("former")
        self.assertEqual((self.office.home / "former" / former / "sign.key").read_bytes(), before)
        self.assertEqual(self.office.kept("next"), [])
        self.office.lantik("verify")
        self.assertIn("This office signed it", self.verify("--body", self.body).stdout)
        self.office.submit(self.path)
        self.error(self.office.lantik("keygen", "--switch", "--json", expect=6), "LNT-0184")

    def test_a_switch_that_was_interrupted_goes_on_where_it_was(self):
        keys = {name: (self.office.home / name).read_bytes() for name in self.office.KEYS}
        curve = self.office.curve_key
        key_id = keys["sign.vkey"].split(b"+")[1].decode()
        self.office.lantik("keygen", "--next")
        new = {name: (self.office.home / "next" / name).read_bytes() for name in self.office.KEYS}
        former = self.office.home / "former" / key_id
        former.mkdir(parents=True)
        for done in range(1, len(self.office.KEYS) + 1):
            for name in self.office.KEYS:
                (former / name).write_bytes(keys[name])
                (self.office.home / name).write_bytes(keys[name])
            for name in ("curve.pub", "curve.key", "sign.vkey", "sign.key")[:done]:
                (self.office.home / name).write_bytes(new[name])
            (self.office.home / "next").mkdir(exist_ok=True)
            for name in self.office.KEYS:
                (self.office.home / "next" / name).write_bytes(new[name])
            told = self.office.lantik("keygen", "--switch", "--json").of_type("type", "result")
            self.assertEqual([line["former_curve_key"] for line in told], [curve])
            self.assertEqual(new, {name: (self.office.home / name).read_bytes() for name in self.office.KEYS})
            self.assertEqual(keys, {name: (former / name).read_bytes() for name in self.office.KEYS})
            self.assertEqual(self.office.kept("former"), [key_id])
            self.office.lantik("verify")
        (self.office.home / "next").mkdir()
        (self.office.home / "next" / "sign.key").write_bytes(new["sign.key"])
        [told] = self.office.lantik("keygen", "--switch", "--json").of_type("type", "result")
        self.assertEqual((told["former_curve_key"], self.office.kept("next")), (curve, []))

    def test_one_lost_key_file_is_no_circle_of_advice(self):
        (self.office.home / "curve.key").unlink()
        for args in (["ping"], ["keygen", "--next"]):
            done = self.office.lantik(*args, "--json", expect=6)
            self.error(done, "LNT-0031")
            self.assertIn("from your copy", done.stdout)


class RealCentre(harness.Case):
    """The same with lantikd."""

    def test_the_office_s_own_keys_rotate_with_overlap(self):
        office = self.site.office("kanreg-03")
        paths = []

        def send(first):
            paths.append(office.sample(f"r{first}", kind="PPPK_PW", step="NI", agency="6171", rows=3, seed=68, first=first))
            office.submit(paths[-1])

        send(1)
        before = {name: (office.home / name).read_bytes() for name in office.KEYS}
        [made] = office.lantik("keygen", "--next", "--json").of_type("type", "result")
        self.assertEqual(len({made["curve_key"], office.curve_key}), 2)
        refused = office.lantik("keygen", "--switch", "--json", expect=5)
        self.assertEqual([line["code"] for line in refused.of_type("type", "error")], ["LNT-0183"])
        send(20)
        former = office.curve_key
        self.site.ctl("office", "add", office.name, "--curve-key", made["curve_key"], "--signing-key", made["signing_key"])
        self.assertEqual(before, {name: (office.home / name).read_bytes() for name in office.KEYS})
        send(40)
        harness.wait_until(lambda: office.lantik("keygen", "--switch", expect=None).returncode == 0, 20, "the switch")
        self.assertEqual((office.curve_key, office.signing_key), (made["curve_key"], made["signing_key"]))
        send(60)
        self.site.ctl("office", "revoke", "--key", former, "--reason", "key rotation")
        send(80)
        office.lantik("verify")
        self.assertEqual(len(office.lantik("verify", "--json").of_type("type", "result")), 5)
        for path in paths:
            office.submit(path)
        [former_id] = [path.name for path in (office.home / "former").iterdir()]
        self.assertEqual((office.home / "former" / former_id / "sign.key").read_bytes(), before["sign.key"])

    def test_a_signing_key_that_the_operator_mistook_is_found_before_the_switch(self):
        office = self.site.office("kanreg-03-x")
        [made] = office.lantik("keygen", "--next", "--json").of_type("type", "result")
        other = harness.WireOffice(self.site, "kanreg-03-y", known=False)
        self.site.ctl("office", "add", office.name, "--curve-key", made["curve_key"], "--signing-key",
                      other.receipt.SigningKey.of(office.name, bytes(32)).verifier.format())

        def refused():
            done = office.lantik("keygen", "--switch", "--json", expect=(0, 5))
            [error] = done.of_type("type", "error")
            self.assertEqual(error["code"], "LNT-0183")
            return "signing key" in error["what"]

        harness.wait_until(refused, 20, "the signing key is refused")

    def test_every_answer_is_proved_against_the_last_one(self):
        office = self.site.office("kanreg-03-z")
        path = office.sample("w", kind="PPPK_PW", step="NI", agency="6171", rows=3, seed=68, first=200)
        office.submit(path)
        for other in range(3):
            self.site.office(f"kanreg-03-z{other}")
            [result] = office.lantik("ping", "--json").of_type("type", "result")
            self.assertTrue(result["proved"] and result["size"] > result["size_before"], result)
        office.lantik("status", path)
        office.lantik("reconcile")
        self.assertFalse((office.home / "forks").exists())


class RestoredCopy(harness.Case):
    """An older copy of the database is put back, and the daemon's own memory is gone: the next office finds it."""

    def test_it_is_found_by_the_next_ping(self):
        office, data, copy = self.site.office(), self.site.cluster.directory, self.site.directory / "copy"

        def send(first, **options):
            path = office.sample(f"c{first}", kind="PPPK_PW", step="NI", agency="6171", rows=3, seed=69, first=first)
            return office.submit(path, "--timeout", 20, **options)

        send(1)
        self.site.stop()
        self.site.cluster.stop()
        shutil.copytree(data, copy, symlinks=True)
        for root, folders, files in os.walk(copy):
            for name in [".", *folders, *files]:
                stat = os.lstat(pathlib.Path(str(root).replace(str(copy), str(data), 1)) / name)
                os.lchown(pathlib.Path(root) / name, stat.st_uid, stat.st_gid)
        self.site.cluster.start()
        self.site.start()
        send(20)
        self.site.stop()
        self.site.cluster.stop()
        shutil.rmtree(data)
        copy.rename(data)
        shutil.rmtree(self.site.state)
        self.site.state.mkdir()
        self.site.cluster.start()
        self.site.start()
        done = office.lantik("ping", "--json", expect=8)
        self.assertEqual([line["code"] for line in done.of_type("type", "error")], ["LNT-0177"])
        done = send(40, expect=4)
        self.assertEqual([line["code"] for line in done.of_type("type", "error")], ["LNT-0177"])
        self.assertIn(str(office.home), done.stdout)
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.ledger_fork"), "1")


if __name__ == "__main__":
    harness.main()
