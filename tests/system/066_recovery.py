"""A lossy failover: the standby of a real primary is promoted without its last commits. The next office that calls finds it,
nothing is taken until the operator recovers into a new epoch, and the outboxes heal what was lost: nothing lost, nothing twice.

SPDX-License-Identifier: Apache-2.0
"""

import csv
import os
import pathlib
import shutil
import subprocess
import unittest

import harness


class Standby(harness.Cluster):
    """A streaming standby of another cluster, asynchronous, with a socket of its own."""

    def __init__(self, primary, directory):  # pylint: disable=super-init-not-called
        directory.mkdir()
        directory.chmod(0o755)
        self.primary, self.user = primary, primary.user
        self.directory, self.socket, self.log, self.process = directory / "pg", directory, directory / "postgresql.log", None
        if self.user:
            os.chown(directory, self.user.pw_uid, self.user.pw_gid)
        subprocess.run([harness.PG_BIN / "pg_basebackup", "-D", self.directory, "-h", primary.socket, "-U", "postgres", "-R",
                        "-X", "stream", "-c", "fast"], check=True, cwd="/", **self._identity())
        harness.atexit.register(self.stop, "immediate")

    def caught_up(self):
        end = self.primary.value("SELECT pg_current_wal_lsn()")
        return self.value(f"SELECT pg_last_wal_replay_lsn() >= '{end}'") == "t"

    def cut_off(self):
        """It receives no WAL any more."""
        self.sql("ALTER SYSTEM SET primary_conninfo = ''")
        self.sql("SELECT pg_reload_conf()")
        harness.wait_until(lambda: self.value("SELECT count(*) FROM pg_stat_wal_receiver") == "0", 20, "the standby is cut off")

    def promote(self):
        self.sql("SELECT pg_promote()")
        harness.wait_until(lambda: self.value("SELECT pg_is_in_recovery()") == "f", 30, "the standby is promoted")


def niks(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return [row["nik"] for row in csv.DictReader(file)]


def size_of(receipt):
    """Epoch's origin and size of a receipt's checkpoint."""
    lines = pathlib.Path(receipt).read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith(harness.Site.ORIGIN))
    return lines[at], int(lines[at + 1])


class Lost(unittest.TestCase):
    """What the tests share: a site with two offices, and the operator's deed."""

    ROWS = 40

    def setUp(self):
        self.site = harness.Site()
        self.addCleanup(self.site.close)
        self.site.start()
        self.first = self.site.office("kanreg-03")
        self.second = self.site.office("kantor-dua")
        self.sent = {}

    def send(self, office, name, agency, first):
        """A batch of people that no other batch has; its receipt."""
        path = office.sample(name, kind="PPPK_PW", step="NI", agency=agency, rows=self.ROWS, seed=66, first=first)
        done = office.submit(path)
        self.assertEqual(done.summary["accepted"], self.ROWS)
        self.sent[name] = path
        return office.receipt_file(done)

    def ctl(self, cluster, *args, **options):
        return harness.run(harness.program("lantikctl"), "--database", cluster.conninfo("postgres"), *args, **options)

    def recover(self, cluster, *options, expect=0):
        return self.ctl(cluster, "ledger", "recover", "--recovery-key", self.site.recovery / "recovery.key", "--official",
                        "Pejabat Pemulih", "--reason", "standby promoted without its last commits", "--yes", "--json",
                        *options, expect=expect)


class LossyFailover(Lost):
    def fail_over(self):
        """(the new primary, receipts of the batches that only the old one had)."""
        primary = self.site.cluster
        standby = Standby(primary, self.site.directory / "standby")
        standby.start()
        self.addCleanup(standby.stop)
        kept = [self.send(self.first, "satu", "6171", 0), self.send(self.second, "dua", "6174", 100)]
        unsigned = "SELECT size - (SELECT count(*) FROM lantik.checkpoint) FROM lantik.ledger_head"
        harness.wait_until(lambda: primary.value(unsigned) == "0", 20, "the notes of these receipts are stored")
        harness.wait_until(standby.caught_up, 30, "the standby has all of it")
        standby.cut_off()
        lost = [self.send(self.first, "tiga", "6172", 200), self.send(self.first, "empat", "6173", 300)]
        # the whole host goes: the database and the daemon with its memory of what it signed
        self.site.daemon.kill()
        primary.stop("immediate")
        standby.promote()
        return standby, kept, lost

    def start_elsewhere(self, standby):
        """lantikd on the other host, with the same keys and a state of its own."""
        state = self.site.directory / "state2"
        state.mkdir()
        text = self.site.daemon.config.read_text()
        text = text.replace(self.site.cluster.conninfo("lantik_daemon"), standby.conninfo("lantik_daemon"))
        self.site.daemon.config.write_text(text.replace(f'"{self.site.state}"', f'"{state}"'))
        self.site.cluster = standby
        self.site.daemon.start()

    def test_found_recovered_and_healed(self):
        standby, kept, lost = self.fail_over()
        self.assertEqual(self.ctl(standby, "ledger", "status").returncode, 0)
        self.start_elsewhere(standby)
        base = int(standby.value("SELECT size FROM lantik.ledger_head"))
        self.assertEqual([size_of(receipt)[1] for receipt in lost], [base + 1, base + 2])

        # an office that lost nothing goes on in the old epoch, and the ledger grows another way
        between = self.send(self.second, "lima", "6175", 400)
        self.assertEqual(size_of(between), (self.site.ORIGIN, base + 1))

        # the next call of the office that did shows it, and from then on nobody is taken
        self.first.lantik("ping", expect=(4, 8), timeout=60)
        harness.wait_until(lambda: standby.value("SELECT count(*) FROM lantik.ledger_fork") == "1", 20, "the fork is recorded")
        busy = self.second.submit(self.sent["lima"], "--timeout", "3", expect=(0, 4))
        before = self.site.state_of_register()
        self.sent["enam"] = self.second.sample("enam", kind="PPPK_PW", step="NI", agency="6175", rows=self.ROWS, seed=66, first=500)
        self.second.submit(self.sent["enam"], "--timeout", "3", expect=4)
        self.assertEqual(self.site.state_of_register(), before, busy)
        status = self.ctl(standby, "ledger", "status", "--json", expect=8)
        [fork] = status.of_type("type", "fork")
        self.assertEqual((fork["office"], fork["size"], fork["epoch"]), ("kanreg-03", base + 2, 1))

        done = self.recover(standby)
        [result] = done.of_type("type", "result")
        self.assertEqual((result["state"], result["leaf_index"]), ("done", base + 1))
        text = standby.value("SELECT text FROM lantik.deed WHERE kind = 8")
        self.assertRegex(text, rf"\nepoch 2\ncommon {base} \S+\nsize {base + 1} \S+\nlost {base + 2} \S+\nofficial ")
        self.ctl(standby, "ledger", "status")
        self.heal(standby, kept, lost, between, base)

    def audit(self, cluster):
        return harness.run(harness.program("lantikctl"), "--database", cluster.conninfo("lantik_auditor"), "audit", "--json",
                           "--key", self.site.keys / "receipt.vkey", "--recovery-key", self.site.recovery / "recovery.vkey",
                           expect=None, extra={"XDG_STATE_HOME": str(self.site.directory)})

    def heal(self, standby, kept, lost, between, base):
        harness.wait_until(lambda: self.first.lantik("ping", expect=None).returncode == 0, 30, "the centre takes batches again")
        before = {path: path.read_bytes() for path in map(pathlib.Path, kept + lost + [between])}
        for office in (self.first, self.second):
            office.lantik("ping")
            office.lantik("resend", "--json", timeout=180)
        self.assertEqual(self.second.submit(self.sent["enam"]).summary["accepted"], self.ROWS)
        # nothing is lost and nothing doubled
        wanted = sorted(nik for file in self.sent.values() for nik in niks(file))
        self.assertEqual(sorted(nik for (nik,) in standby.sql("SELECT nik FROM lantik.appointment")), wanted)
        self.assertEqual(sorted(nik for (nik,) in standby.sql("SELECT nik_key >> 3 FROM lantik.current_appointment")), wanted)
        self.assertEqual(self.site.places(), self.site.places_by_history())
        # both receipts are kept, and the new ones are of the new epoch
        for path, content in before.items():
            held = [file for folder in (path.parent, self.first.home, self.second.home) for file in folder.rglob("*")
                    if file.is_file() and file.read_bytes() == content]
            self.assertTrue(held, f"{path} is kept")
        for office in (self.first, self.second):
            self.assertEqual(office.lantik("verify", "--json").returncode, 0)
        for path in lost:
            self.explained(before[pathlib.Path(path)])
        # a size of the old epoch whose note was not stored is signed again under the new name, and the audit takes it
        standby.sql(f"DELETE FROM lantik.checkpoint WHERE size = {base}")
        self.site.daemon.stop()
        self.site.daemon.start()
        harness.wait_until(lambda: standby.value(f"SELECT count(*) FROM lantik.checkpoint WHERE size = {base}") == "1", 30,
                           "the size is signed again")
        audit = self.audit(standby)
        self.assertEqual((audit.of_type("type", "finding"), audit.returncode in (0, 3)), ([], True), audit)
        notes = standby.sql("SELECT size, split_part(note, E'\\n', 1) FROM lantik.checkpoint ORDER BY size")
        self.assertEqual([int(size) for size, _ in notes], list(range(1, len(notes) + 1)))
        for size, origin in notes:
            self.assertIn(origin, [self.site.ORIGIN + "/2"] + [self.site.ORIGIN] * (int(size) <= base + 1), size)

    def explained(self, content):
        """verify says of an old receipt of a lost leaf, which stands beside the new one, what became of it."""
        [path] = [file for office in (self.first, self.second) for file in office.home.glob("outbox/*/receipt.epoch-1")
                  if file.read_bytes() == content]
        said = self.first.lantik("verify", path).stdout
        self.assertIn("this is of epoch 1, which ended", said)
        self.assertNotIn("this is of epoch 1, which ended", self.first.lantik("verify", self.sent_receipt("satu")).stdout)

    def sent_receipt(self, name):
        path = pathlib.Path(self.sent[name])
        return path.with_name(path.name + ".lantik-receipt")

    def test_without_the_key_nothing_is_recovered(self):
        """A recovery that another key signed is refused, and so is one of a ledger that lost nothing."""
        wrong = self.site.directory / "wrong"
        self.site.ctl("keygen", "--recovery-directory", wrong, "--origin", self.site.ORIGIN)
        nothing = self.recover(self.site.cluster, expect=1)
        self.assertIn("LNT-0663", nothing.stdout)
        standby, _, _ = self.fail_over()
        self.start_elsewhere(standby)
        self.first.lantik("ping", expect=(4, 8), timeout=60)
        harness.wait_until(lambda: standby.value("SELECT count(*) FROM lantik.ledger_fork") == "1", 20, "the fork is recorded")
        shutil.copy(wrong / "recovery.key", self.site.recovery / "recovery.key")
        refused = self.recover(standby, expect=5)
        self.assertIn("not signed by the recovery key", refused.stdout)
        self.assertEqual(standby.value("SELECT epoch FROM lantik.ledger_head"), "1")
        least = self.recover(standby, "--common", "1000", expect=2)
        self.assertIn("LNT-0661", least.stdout)


class RestoredCopy(Lost):
    """The copy of a stopped database is put back: PostgreSQL's timeline stays the same and tells nothing."""

    def test_the_daemon_itself_finds_it(self):
        cluster = self.site.cluster
        self.send(self.first, "satu", "6171", 0)
        self.site.daemon.stop()
        cluster.stop()
        copy = self.site.directory / "copy"
        for name in ("copy", "copy2"):
            subprocess.run(["cp", "-a", cluster.directory, copy.with_name(name)], check=True)
        cluster.start()
        self.site.daemon.start()
        base = int(self.site.value("SELECT size FROM lantik.ledger_head"))
        self.send(self.first, "dua", "6172", 100)
        self.put_back(cluster, copy)
        self.site.daemon.start(wait=False)
        harness.wait_until(lambda: self.site.value("SELECT count(*) FROM lantik.ledger_fork WHERE office_no IS NULL") == "1", 30,
                           "the daemon finds it")
        status = self.ctl(cluster, "ledger", "status", "--json", expect=8)
        self.assertEqual(status.of_type("type", "fork")[0]["office"], None)
        self.second.submit(self.second.sample("tiga", kind="PPPK_PW", step="NI", agency="6174", rows=5, seed=66, first=200),
                           "--timeout", "3", expect=4)
        self.assertIn("LNT-0660", self.recover(cluster, expect=2).stdout)
        self.recover(cluster, "--common", base)
        harness.wait_until(lambda: self.first.lantik("ping", expect=None).returncode == 0, 30, "the centre takes batches again")
        self.first.lantik("resend")
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.current_appointment"), str(2 * self.ROWS))
        [former] = self.first.home.glob("outbox/*/receipt.epoch-1")
        self.assertIn("which ended", self.first.lantik("verify", former).stdout)
        # the daemon forgets nothing: it goes on after a restart, in the epoch that it signed in last
        self.site.daemon.stop()
        self.site.daemon.start()
        self.first.lantik("ping")
        self.assertEqual(self.ctl(cluster, "ledger", "status").returncode, 0)
        self.lose_the_recovery(cluster, copy, base)

    def put_back(self, cluster, copy):
        self.site.daemon.stop()
        cluster.stop()
        shutil.rmtree(cluster.directory)
        copy.rename(cluster.directory)
        cluster.start()

    def lose_the_recovery(self, cluster, copy, base):
        """The same copy once more: the database is back in epoch 1, but offices know the second. The next is the third."""
        self.put_back(cluster, copy.with_name("copy2"))
        self.site.daemon.start(wait=False)
        harness.wait_until(lambda: self.site.sql("SELECT epoch FROM lantik.ledger_fork") == [("2",)], 30, "the daemon finds it")
        self.recover(cluster, "--common", base)
        self.assertEqual(self.site.value("SELECT epoch FROM lantik.ledger_head"), "3")
        harness.wait_until(lambda: self.first.lantik("ping", expect=None).returncode == 0, 30, "the centre takes batches again")
        self.first.lantik("resend")
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.current_appointment"), str(2 * self.ROWS))
        self.first.lantik("verify")
        origins = {note.split("\n")[0] for (note,) in self.site.sql(f"SELECT note FROM lantik.checkpoint WHERE size > {base + 1}")}
        self.assertEqual(origins, {self.site.ORIGIN + "/3"})


if __name__ == "__main__":
    harness.main()
