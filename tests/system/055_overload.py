"""More at once than the daemon may hold: Busy with a reason for some, receipts for the others, and none lost.

SPDX-License-Identifier: Apache-2.0
"""

import unittest

import harness


class Overload(harness.Case):
    settings = {"in_flight_bytes": 32 * 2**20, "office_in_flight_bytes": 32 * 2**20}
    ROWS = 8000

    def test_busy_is_told_and_resending_heals(self):
        sampler = self.site.office("sampler")
        office = harness.WireOffice(self.site, "eager")
        bodies = [office.body(sampler.sample(f"eager-{n}", kind="PPPK_PW", step="NI", agency="6171", rows=self.ROWS, seed=n))
                  for n in range(1, 6)]
        self.assertGreater(sum(map(len, bodies)), self.settings["in_flight_bytes"])
        with office.client(timeout=60) as client:
            waiting = self.send_all(client, bodies)
            busy = []
            while waiting:
                reply = client.parse_reply(client.receive_frames())
                body = waiting.pop(reply.envelope.request_id)
                if reply.message == "BUSY":
                    answer = client.contract.Busy.FromString(reply.body)
                    self.assertEqual(answer.reason, 1)
                    self.assertGreaterEqual(answer.retry_after_ms, 100)
                    self.assertLessEqual(answer.retry_after_ms, 30_000)
                    self.assertEqual(answer.credit, 1, "two of this size would leave no room for another office")
                    busy.append(body)
                else:
                    self.assertEqual(reply.message, "RECEIPT")
            self.assertTrue(busy, "some were too many")
            self.assertLess(len(busy), len(bodies), "some were taken")
            for body in busy:
                client.submit_body(body)
        print(f"figure: {len(busy)} of {len(bodies)} batches were told Busy at first")
        self.assertEqual(self.site.daemon.counters()["busy_load"], len(busy))
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.appointment"), str(len(bodies) * self.ROWS))
        if not harness.SLICE:
            self.assertLess(self.site.daemon.memory(), 300 * 2**20)

    def send_all(self, client, bodies):
        waiting = {}
        for body in bodies:
            envelope = client.make_envelope("SUBMIT", body)
            waiting[envelope.request_id] = body
            client.send_frames([envelope.SerializeToString(), body])
        return waiting


if __name__ == "__main__":
    unittest.main(verbosity=2)
