"""An office beside one that floods: there is room for its batch, and it is the next one. The order of service, not times.

SPDX-License-Identifier: Apache-2.0
"""

import contextlib
import unittest

import harness

BUSY_LOAD = 1


class Fairness(harness.Case):
    # Two threads, so that two batches of the flood are in the workers' hands when the other office comes.
    settings = {"workers": 1, "in_flight_bytes": 80 * 2**20, "office_in_flight_bytes": 80 * 2**20}
    FLOOD, CONNECTIONS, BODIES, AT_WORK = 8, 4, 3, 2

    def sample(self, office, seed):
        """A batch of more than 2 MiB, which is never written together with others."""
        path = self.site.offices["sampler"].sample(f"{office.name}-{seed}", kind="PPPK_PW", step="NI", agency="6171", rows=2500, seed=seed)
        return office.body(path)

    def send(self, client, office, body):
        envelope = client.make_envelope("SUBMIT", office.signable(body))
        client.send_frames([envelope.SerializeToString(), body])
        self.sent += 1

    def all_have_come(self):
        return self.site.daemon.counters()["received"] - self.before >= self.sent

    def replies(self, client, count):
        return [client.parse_reply(client.receive_frames(60 * harness.PATIENCE)) for _ in range(count)]

    def test_an_office_waits_for_no_flood(self):
        self.site.office("sampler")
        flooder, honest = harness.WireOffice(self.site, "flooder"), harness.WireOffice(self.site, "honest")
        flood = [self.sample(flooder, seed) for seed in range(1, self.FLOOD + 1)]
        batch = self.sample(honest, self.FLOOD + 1)
        self.before, self.sent = self.site.daemon.counters()["received"], 0
        holding = self.site.cluster.session()
        self.addCleanup(holding.close)
        holding.sql("BEGIN; SELECT size FROM lantik.ledger_head FOR UPDATE")  # every commit waits for this lock
        with contextlib.ExitStack() as connections:
            clients = [connections.enter_context(flooder.client(timeout=60)) for _ in range(self.CONNECTIONS)]
            for number, body in enumerate(flood):
                self.send(clients[number % self.CONNECTIONS], flooder, body)
            harness.wait_until(self.all_have_come, 60, "the flood is in")
            # Bodies that nobody will ever read: the first is let in, the second told Busy, the third told so later.
            for client in clients[:self.BODIES]:
                self.send(client, flooder, bytes(10 * 2**20))
            harness.wait_until(self.all_have_come, 60, "the budget is full")
            told = self.site.daemon.counters()["busy_load"]
            self.assertEqual(told, self.BODIES - 1)
            with honest.client(timeout=60) as client:
                self.send(client, honest, batch)
                harness.wait_until(self.all_have_come, 60, "the other office's batch is in")
                self.assertEqual(self.site.daemon.counters()["busy_load"], told, "there is room for it")
                holding.sql("ROLLBACK")
                self.assertEqual([reply.message for reply in self.replies(client, 1)], ["RECEIPT"])
            messages = [reply.message for number, client in enumerate(clients)
                        for reply in self.replies(client, self.FLOOD // self.CONNECTIONS + (number < self.BODIES))]
        self.assertEqual(messages.count("RECEIPT"), self.FLOOD, messages)
        self.assertEqual(messages.count("BUSY"), told, "each is answered, however late")
        order = [row[0] for row in self.site.cluster.sql(
            "SELECT o.name FROM lantik.batch b JOIN lantik.office o USING (office_no) ORDER BY b.leaf_index")]
        self.assertEqual(len(order), self.FLOOD + 1)
        self.assertLessEqual(order.index("honest"), self.AT_WORK, f"after what the workers had begun, and no later: {order}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
