#!/usr/bin/python3
"""Rows that come back: the file to correct, decisions of officials that arrive later, and what both ends hold.

SPDX-License-Identifier: Apache-2.0
"""

import csv
import json
import shutil
import unittest

import harness

OFFICIAL = "SITI RAHMAWATI"
POSITION = "Analis Kepegawaian"


def read(path):
    """Header and rows of a file, as dicts."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=","))


def write(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


class Returns(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.office = cls.site.office()

    def sample(self, name, rows, first, **options):
        """Each test takes people that no other test has."""
        return self.office.sample(name, kind="PPPK_PW", step="NI", agency="6171", rows=rows, seed=51, first=first, **options)

    def decide(self, act, batch_id, numbers, reason):
        """What lantikctl does for an official; waits until the daemon has carried it out."""
        batch_no = self.site.value(f"SELECT batch_no FROM lantik.batch WHERE batch_id = '{batch_id}'")
        [(request,)] = self.site.sql(
            "INSERT INTO lantik.decision_request (act, batch_no, record_nos, official_nama, official_jabatan, reason) "
            f"VALUES ({act}, {batch_no}, '{{{','.join(map(str, numbers))}}}', '{OFFICIAL}', '{POSITION}', '{reason}')"
            " RETURNING request_no")
        harness.wait_until(lambda: self.site.value(
            f"SELECT count(*) FROM lantik.decision WHERE request_no = {request}") == "1", 20, "the decision")

    def status(self, *args, **options):
        return self.office.lantik("status", "--json", *args, **options)

    def test_1_the_whole_circle(self):
        good = read(self.sample("good", 40, 1))
        path = self.sample("circle", 40, 1, defects="N02.date,P06.sex,D01.missing")
        write(path, [{k: v for k, v in row.items() if not k.startswith("corrects_")} for row in read(path)])
        done = self.office.submit(path, expect=3)
        [result] = done.of_type("type", "result")
        returned = result["returned"]
        self.assertGreater(returned, 2)
        file = path.with_name("circle.csv.returned.csv")
        self.assertEqual(result["returned_file"], str(file))
        rows, sent = read(file), read(path)
        self.assertEqual(len(rows), returned)
        self.assertEqual(list(rows[0])[:2], ["x_why", "x_line"])
        self.assertEqual(list(rows[0])[2:], list(sent[0]) + ["corrects_batch_id", "corrects_record_no"])
        for row in rows:
            number = int(row["corrects_record_no"])
            self.assertEqual({k: row[k] for k in sent[0]}, sent[number - 1], "the office's own cells")
            self.assertEqual(int(row["x_line"]), number + 1)
            self.assertEqual(row["corrects_batch_id"], result["batch_id"])
            self.assertRegex(row["x_why"], r"\((N02\.date|P06\.sex|D01\.missing)\)")
        self.assertEqual(self.office.lantik("check", "--json", file, expect=3).summary["returned"], returned)
        for row in rows:
            row.update({k: good[int(row["corrects_record_no"]) - 1][k] for k in sent[0]})
        write(file, rows)
        corrected = self.office.submit(file)
        self.assertEqual(corrected.summary["accepted"], returned)
        self.assertFalse([f for f in corrected.of_type("type", "finding") if f["rule"].startswith("S06")])
        self.assertEqual(
            self.site.sql("SELECT DISTINCT corrects_batch_id, count(*) FROM lantik.appointment WHERE"
                          " corrects_batch_id IS NOT NULL GROUP BY 1"), [(result["batch_id"], str(returned))])
        self.assertEqual(self.site.value(f"SELECT corrects_batch_id FROM lantik.batch ORDER BY batch_no DESC LIMIT 1"),
                         result["batch_id"])
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.current_appointment"), "40")
        self.status(path)
        self.assertEqual([r["corrects_record_no"] for r in read(file)], [r["corrects_record_no"] for r in rows],
                         "what was sent again is not given out again")

    def test_2_what_is_being_corrected_is_never_overwritten(self):
        path = self.sample("edited", 10, 101, defects="N02.date")
        self.office.submit(path, expect=3)
        file = path.with_name("edited.csv.returned.csv")
        before = file.read_text()
        file.unlink()
        self.status(path)
        self.assertEqual(file.read_text(), before, "what is gone is written again")
        file.write_text(before + "\n")
        [result] = self.status(path).of_type("type", "result")
        self.assertEqual(file.read_text(), before + "\n")
        self.assertEqual(result["returned_file"], str(file))
        told = self.office.lantik("status", path).stdout
        self.assertIn("changes that were not sent", told)

    def test_3_decisions_arrive(self):
        path = self.sample("review", 12, 201)
        rows = read(path)
        for at in (2, 5, 6, 9):
            rows[at]["kategori"] = "TMS"
        rows[0]["nama"] = ""
        write(path, rows)
        done = self.office.submit(path, expect=3)
        self.assertEqual((done.summary["returned"], done.summary["review"]), (1, 4), done)
        [result] = done.of_type("type", "result")
        batch_id = result["batch_id"]
        file = path.with_name("review.csv.returned.csv")
        self.assertEqual([r["corrects_record_no"] for r in read(file)], ["1"])
        self.decide(1, batch_id, [3], "the selection result was corrected")
        self.decide(2, batch_id, [6, 7], "send the decree of termination")
        self.decide(3, batch_id, [10], "was not in the selection")
        listed = self.status()
        [line] = [r for r in listed.of_type("type", "result") if r["batch_id"] == batch_id]
        self.assertEqual([line[k] for k in ("accepted", "returned", "review", "rejected", "decisions")], [8, 3, 0, 1, 3])
        self.assertEqual([d["act"] for d in listed.of_type("type", "decision")], ["accept", "return", "reject"])
        self.assertEqual({d["official"] for d in listed.of_type("type", "decision")}, {OFFICIAL})
        self.assertEqual([r["corrects_record_no"] for r in read(file)], ["1", "6", "7"])
        self.assertIn("send the decree of termination", read(file)[1]["x_why"])
        self.assertEqual(self.status().of_type("type", "decision"), [], "nothing is new")
        one = self.status(path)
        self.assertEqual({r["record"]: r["outcome"] for r in one.of_type("type", "record")},
                         {1: "returned", 3: "accepted", 6: "returned", 7: "returned", 10: "rejected"})
        text = self.office.lantik("status", path).stdout
        for part in (OFFICIAL, POSITION, "was not in the selection", "rejected (TMS)"):
            self.assertIn(part, text)
        verified = self.office.lantik("verify", "--json")
        self.assertEqual(sum("decision_id" in r for r in verified.of_type("type", "result")), 3)
        [kept] = [p for p in self.office.home.glob("outbox/*/decision-*") if "\nact reject\n" in p.read_text()]
        self.assertIn(f"reason: was not in the selection", self.office.lantik("verify", kept).stdout)
        kept.write_bytes(kept.read_bytes().replace(b"was not in", b"was in"))
        self.office.lantik("verify", kept, expect=8)
        self.office.lantik("verify", expect=8)
        self.status(path)
        self.office.lantik("verify")
        first = min(kept.parent.glob("decision-*"), key=lambda p: int(p.name.split("-")[1]))
        before = first.read_bytes()
        first.unlink()
        lost = self.office.lantik("reconcile", "--json", expect=3)
        self.assertEqual(lost.summary["decided"], 1, "what was lost here does not accuse the centre")
        self.assertEqual(len(self.status().of_type("type", "decision")), 3)
        self.assertEqual(first.read_bytes(), before, "a decision before others that are held is asked for again")
        self.office.lantik("reconcile")

    def test_4_reconcile(self):
        done = self.office.lantik("reconcile", "--json")
        self.assertEqual((done.summary["both"], done.summary["batches"]), (4, 4), done)
        path = self.sample("later", 5, 301)
        rows = read(path)
        rows[1]["kategori"] = "TMS"
        write(path, rows)
        batch_id = self.office.submit(path, expect=3).of_type("type", "result")[0]["batch_id"]
        self.decide(1, batch_id, [2], "corrected")
        states = {r["batch_id"]: r["state"] for r in self.office.lantik("reconcile", "--json", expect=3).of_type("type", "result")}
        self.assertEqual(states.pop(batch_id), "decided")
        self.assertEqual(set(states.values()), {"both"})
        self.status()
        self.office.lantik("reconcile")
        [entry] = [p.parent for p in self.office.home.glob("outbox/*/batch_id") if p.read_text().strip() == batch_id]
        aside = self.office.home / "aside"
        shutil.move(entry, aside)
        done = self.office.lantik("reconcile", "--json", expect=3)
        self.assertEqual([r["state"] for r in done.of_type("type", "result") if r["batch_id"] == batch_id], ["only_centre"])
        self.assertIn("only at the centre", self.office.lantik("reconcile", expect=3).stdout)
        shutil.move(aside, entry)
        (entry / "receipt").unlink()
        state = (entry / "state").read_text()
        (entry / "state").write_text(state.replace("state = recorded", "state = sent"))
        done = self.office.lantik("reconcile", "--json", expect=3)
        self.assertEqual([r["state"] for r in done.of_type("type", "result") if r["batch_id"] == batch_id], ["receipt_missing"])
        self.status()
        self.office.lantik("reconcile")

    def test_5_a_rehearsal_leaves_nothing(self):
        path = self.sample("rehearsed", 8, 401, defects="N02.date")
        rows = read(path)
        rows[0] = {**read(self.office.files / "good.csv")[1], "kelompok_lapor": rows[0]["kelompok_lapor"]}
        write(path, rows)
        before = self.site.state_of_register(), sorted(self.office.home.rglob("*"))
        done = self.office.submit(path, "--rehearse", expect=3)
        rules = {f["rule"] for f in done.of_type("type", "finding")}
        self.assertLessEqual({"N02.date", "S05.same_step"}, rules)
        self.assertEqual(done.summary["recorded"], "nothing")
        self.assertIn("nothing was recorded", self.office.lantik("submit", "--rehearse", path, expect=3).stdout)
        self.assertEqual((self.site.state_of_register(), sorted(self.office.home.rglob("*"))), before)
        self.assertFalse(path.with_name("rehearsed.csv.lantik-receipt").exists())
        self.assertEqual(self.office.submit(path, "--rehearse", "--all-or-nothing", expect=5).summary["accepted"], 0)
        self.office.submit(path, "--rehearse", "--anyway", expect=2)

    def test_6_all_or_nothing_then_the_good_ones(self):
        path = self.sample("all", 6, 501, defects="N02.date")
        self.office.lantik("check", "--all-or-nothing", path, expect=5)
        self.office.lantik("check", path, expect=3)
        self.office.submit(path, "--all-or-nothing", expect=1)
        done = self.office.submit(path, "--all-or-nothing", "--anyway", expect=5)
        self.assertIn("B10.all_or_nothing", {f["rule"] for f in done.of_type("type", "finding")})
        [first] = self.status(path).of_type("type", "result")
        self.assertEqual(first["state"], "refused")
        self.assertEqual(self.office.submit(path, expect=3).summary["accepted"], 5)
        self.assertEqual({r["state"] for r in self.status(path).of_type("type", "result")}, {"refused", "committed"})

    def test_7_the_rulebook_is_fetched_when_it_differs(self):
        [current] = self.office.lantik("sync", "--json").of_type("type", "result")
        self.assertFalse(current["changed"])
        path = self.sample("other-rules", 3, 601)
        table = self.site.directory / "parameters.csv"
        table.write_text("name,value\nni_pppk_kk,24\n", encoding="utf-8")
        self.site.ctl("load", table)
        told = harness.wait_until(lambda: self.rehearsal_told(path), 20, "the other rulebook")
        self.assertEqual(told.count("another rulebook"), 1)
        [changed] = self.office.lantik("sync", "--json").of_type("type", "result")
        self.assertTrue(changed["changed"])
        self.assertNotEqual(changed["rulebook_sha256"], current["rulebook_sha256"])
        self.assertIn("already current", self.office.lantik("sync").stdout)
        self.assertIsNone(self.rehearsal_told(path))

    def rehearsal_told(self, path):
        told = self.office.lantik("submit", "--rehearse", path).stderr
        return told if "another rulebook" in told else None


if __name__ == "__main__":
    unittest.main(verbosity=1)
