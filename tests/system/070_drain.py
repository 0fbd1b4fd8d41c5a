"""SIGTERM drains: what is in flight gets its receipt, then the daemon ends with status 0.

SPDX-License-Identifier: Apache-2.0
"""

import signal
import threading
import time
import unittest

import harness


class Drain(harness.Case):
    ROWS = 500 if harness.SLICE else 5000

    def in_flight(self):
        rows = self.asking.sql("SELECT 1 FROM pg_stat_activity WHERE usename = 'lantik_daemon' AND backend_xid IS NOT NULL")
        return bool(rows)

    def setUp(self):
        self.asking = self.site.cluster.session()
        self.addCleanup(self.asking.close)

    def test_1_the_batch_in_flight_gets_its_receipt(self):
        office = harness.WireOffice(self.site, "drained")
        sampler = self.site.office("sampler")
        body = office.body(sampler.sample("drain", kind="PPPK_PW", step="NI", agency="6171", rows=self.ROWS, seed=1))
        result = {}

        def send():
            """A program that is slow to look: libzmq forgets what it has not read when the connection ends."""
            with office.client(timeout=60) as client:
                client.send_frames([client.make_envelope("SUBMIT", body).SerializeToString(), body])
                harness.wait_until(lambda: " committed: " in daemon.text(), 60, "the daemon committed it")
                time.sleep(0.3)
                result["reply"] = client.parse_reply(client.receive_frames(5))

        holding = self.site.cluster.session()
        self.addCleanup(holding.close)
        holding.sql("BEGIN; SELECT size FROM lantik.ledger_head FOR UPDATE")  # the commit waits for this lock
        daemon = self.site.daemon
        sender = threading.Thread(target=send)
        sender.start()
        harness.wait_until(self.in_flight, 60, "the batch is in flight")
        daemon.process.send_signal(signal.SIGTERM)
        harness.wait_until(lambda: daemon.notify.poll().get("STOPPING") == "1", 10, "the daemon says STOPPING=1")
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.batch"), "0")
        self.assertTrue(daemon.is_running(), "it waits for the batch in flight")
        holding.sql("ROLLBACK")
        status = daemon.process.wait(30 * harness.PATIENCE)
        sender.join(60 * harness.PATIENCE)
        self.assertEqual(status, 0, self.site.daemon.tail())
        self.assertEqual(result["reply"].message, "RECEIPT")
        counters = self.site.daemon.last_counters()
        self.assertEqual(counters["committed"], 1)
        self.assertEqual(counters["replies_lost"], 0)

    def test_2_it_starts_again_and_knows_the_batch(self):
        self.site.start()
        sampler = self.site.offices["sampler"]
        path = sampler.sample("after", kind="PPPK_PW", step="NI", agency="6171", rows=20, seed=2)
        sampler.submit(path)
        self.assertEqual(self.site.value("SELECT count(*) FROM lantik.batch"), "2")


if __name__ == "__main__":
    unittest.main(verbosity=2)
