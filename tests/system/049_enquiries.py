#!/usr/bin/python3
"""What an office is told when it asks what is held: of one batch, and of everything that it ever sent.

SPDX-License-Identifier: Apache-2.0
"""

import unittest

import harness


class Enquiries(harness.Case):
    """Two offices; each sends its own and asks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.one = harness.WireOffice(cls.site, "kanreg-03")
        cls.other = harness.WireOffice(cls.site, "kanreg-03-b")
        cls.sampler = harness.Office(cls.site, "sampler", cls.site.directory / "sampler")
        cls.sent = {"kanreg-03": [], "kanreg-03-b": []}
        for number, office in enumerate((cls.one, cls.other, cls.one, cls.one, cls.other)):
            cls.send(office, number)
        cls.send(cls.one, 5, count_guru=999)

    @classmethod
    def send(cls, office, number, **overrides):
        path = cls.sampler.sample(f"b{number}", kind="PPPK_PW", step="NI", agency="6171", rows=4, seed=49, first=4 * number)
        body = office.body(path, **overrides)
        with office.client() as client:
            receipt, text = client.submit_body(body)
        cls.sent[office.name].append((receipt, text, body))

    def reconcile(self, office, from_leaf=0, limit=0):
        with office.client() as client:
            request = office.contract.ReconcileRequest(from_leaf=from_leaf, limit=limit).SerializeToString()
            return office.contract.ReconcileAnswer.FromString(client.again("RECONCILE", request, "RECONCILE_ANSWER"))

    def test_an_office_sees_its_own_batches_and_no_others(self):
        for office in (self.one, self.other):
            answer = self.reconcile(office)
            self.assertEqual(answer.next_leaf, 0)
            self.assertEqual(answer.ledger_size, int(self.site.value("SELECT size FROM lantik.ledger_head")))
            told = [(entry.leaf_index, entry.batch_id, entry.manifest_sha256, entry.recorded_at) for entry in answer.entries]
            self.assertEqual(told, [(receipt.index, receipt.leaf.batch_id, receipt.leaf.manifest_sha256,
                                     receipt.leaf.recorded_at) for receipt, _, _ in self.sent[office.name]])
            for entry, (receipt, _, _) in zip(answer.entries, self.sent[office.name]):
                refused = receipt.verdict.outcome == "refused"
                self.assertEqual(entry.state, 4 if refused else 3)
                self.assertEqual((entry.accepted, entry.returned, entry.review, entry.rejected),
                                 (receipt.verdict.accepted, receipt.verdict.returned, receipt.verdict.review, 0))
                self.assertFalse(entry.decision_id or entry.records)
        self.assertIn("refused", [receipt.verdict.outcome for receipt, _, _ in self.sent["kanreg-03"]])

    def test_pages_join_without_gap_or_overlap(self):
        whole = list(self.reconcile(self.one).entries)
        for limit in (1, 2, 3, 1000):
            paged, leaf = [], 0
            while True:
                answer = self.reconcile(self.one, leaf, limit)
                self.assertLessEqual(len(answer.entries), limit)
                paged += answer.entries
                leaf = answer.next_leaf
                if not leaf:
                    break
            self.assertEqual(paged, whole, limit)
        self.assertEqual(list(self.reconcile(self.one, whole[1].leaf_index).entries), whole[1:])
        self.assertEqual(len(self.reconcile(self.one, 10**9).entries), 0)

    def test_what_cannot_be_meant_is_refused(self):
        refused = self.one.client_module.Refused
        with self.one.client() as client:
            for message, body in [("RECONCILE", b"\xff"), ("STATUS", b"\xff"), ("STATUS", b""),
                                  ("RECONCILE", self.one.contract.ReconcileRequest(limit=1001).SerializeToString())]:
                with self.assertRaises(refused) as caught:
                    client.again(message, body, "none")
                self.assertEqual(caught.exception.code, "MALFORMED")

    def test_status_has_the_receipt_unless_only_decisions_are_asked_for(self):
        receipt, text, _ = self.sent["kanreg-03"][0]
        with self.one.client() as client:
            status = client.status(receipt.leaf.batch_id)
            self.assertEqual((status.state, status.receipt, status.leaf_index), (3, text, receipt.index))
            self.assertFalse(status.decisions or status.more)
            request = self.one.contract.StatusRequest(batch_id=receipt.leaf.batch_id, decisions_from=1).SerializeToString()
            later = self.one.contract.StatusAnswer.FromString(client.again("STATUS", request, "STATUS_ANSWER"))
            self.assertEqual((later.state, later.accepted, later.receipt), (3, status.accepted, b""))
        with self.other.client() as client:
            self.assertEqual(client.status(receipt.leaf.batch_id).state, 1, "not another office's business")


if __name__ == "__main__":
    unittest.main(verbosity=1)
