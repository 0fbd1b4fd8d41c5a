"""Faults while batches are in flight, and the checker: nothing lost, duplicated or unexpected, something recovered.

SPDX-License-Identifier: Apache-2.0

attempted = every batch that an office sent; ok = those with a receipt that verifies; final = what the database holds.
lost = ok - final, unexpected = final - attempted, duplicated = held more than once: all must be none, and every batch
must have its receipt in the end. A run in which no fault hit a batch in flight says nothing and fails.
"""

import threading
import time

import harness


class Sender(threading.Thread):
    """An office that sends one file after another until it is told to stop."""

    def __init__(self, office, agency, rows, first_seed):
        super().__init__(daemon=True)
        self.office, self.agency, self.rows, self.seed = office, agency, rows, first_seed
        self.stopping = threading.Event()
        self.attempted, self.ok, self.error = [], {}, None

    def run(self):
        try:
            while not self.stopping.is_set():
                self.send_one()
        except Exception as error:  # told to the test, which joins this thread
            self.error = error

    def send_one(self):
        path = self.office.sample(f"batch-{self.seed}", kind="PPPK_PW", step="NI", agency=self.agency, rows=self.rows,
                                  seed=self.seed)
        self.seed += 1
        self.attempted.append(path)
        done = self.office.submit(path, timeout=180)
        summary = done.summary
        if summary.get("accepted") != self.rows:
            raise AssertionError(str(done))
        self.ok[path] = done


class FaultCase(harness.Case):
    ROWS = 500 if harness.SLICE else 4000
    AGENCIES = ["6171", "6204"]

    def run_faults(self, count, fault):
        self.reconnect()
        senders = self.senders()
        for sender in senders:
            sender.start()
        recovered = 0
        for number in range(count):
            self.wait_in_flight(senders)
            if number % 2:
                self.wait_commit()
            known = sum(len(sender.ok) for sender in senders)
            fault()
            recovered += max(0, int(self.site.value("SELECT count(*) FROM lantik.batch")) - known)
        self.assertTrue(recovered or harness.SLICE, "no batch was held without its receipt: the faults came too early")
        for sender in senders:
            sender.stopping.set()
        for sender in senders:
            sender.join(240 * harness.PATIENCE)
            self.assertFalse(sender.is_alive(), "an office still waits for a receipt")
            if sender.error:
                raise sender.error
        self.check(senders)
        print(f"figure: {count} faults hit batches in flight; {recovered} times a batch was held without its receipt")

    def senders(self):
        return [Sender(self.site.office(f"office-{number}"), agency, self.ROWS, 1000 * (number + 1))
                for number, agency in enumerate(self.AGENCIES)]

    def reconnect(self):
        self.cluster = self.site.cluster
        self.cluster.wait_ready()
        if getattr(self, "asking", None):
            self.asking.close()
        self.asking = self.cluster.session()
        self.addCleanup(self.asking.close)

    def wait_in_flight(self, senders):
        """Until a connection of the daemon is inside a transaction that has written; its process is busy_backend."""
        def in_flight():
            for sender in senders:
                if sender.error:
                    raise sender.error
            rows = self.asking.sql("SELECT pid FROM pg_stat_activity WHERE usename = 'lantik_daemon'"
                                   " AND backend_xid IS NOT NULL LIMIT 1")
            return rows and int(rows[0][0])

        self.busy_backend = harness.wait_until(in_flight, 60, "a batch is in flight")

    def wait_commit(self):
        """Until that transaction ends: the next moment is the one between COMMIT and the reply."""
        question = f"SELECT 1 FROM pg_stat_activity WHERE pid = {self.busy_backend} AND backend_xid IS NOT NULL"
        deadline = time.monotonic() + 60
        while self.asking.sql(question) and time.monotonic() < deadline:
            pass

    def check(self, senders):
        site = self.site
        final = dict(site.sql("SELECT o.name || ' ' || b.records_root::text, count(*) FROM lantik.batch b"
                              " JOIN lantik.office o USING (office_no) GROUP BY 1"))
        attempted = sum(len(sender.attempted) for sender in senders)
        ok = sum(len(sender.ok) for sender in senders)
        duplicated = [key for key, held in final.items() if held != "1"]
        print(f"figure: {attempted} batches attempted, {ok} with receipt, {len(final)} held, {len(duplicated)} duplicated")
        self.assertEqual(duplicated, [])
        self.assertEqual(ok, attempted, "every batch that was sent has its receipt")
        self.assertEqual(len(final), attempted, "lost or unexpected batches")
        self.assertEqual(site.value("SELECT count(*) FROM (SELECT nik FROM lantik.appointment GROUP BY nik"
                                    " HAVING count(*) > 1) x"), "0")
        self.assertEqual(site.value("SELECT count(*) FROM lantik.appointment"), str(attempted * self.ROWS))
        self.assertEqual(site.value("SELECT count(*) FROM lantik.current_appointment"), str(attempted * self.ROWS))
        leaves = attempted + int(site.value("SELECT count(*) FROM lantik.deed"))
        self.assertEqual(site.sql("SELECT count(*), min(leaf_index), max(leaf_index) FROM (SELECT leaf_index FROM lantik.batch"
                                  " UNION ALL SELECT leaf_index FROM lantik.deed) e"),
                         [(str(leaves), "0", str(leaves - 1))], "the ledger has no gap")
        self.assertEqual(site.value("SELECT size FROM lantik.ledger_head"), str(leaves))
        for sender in senders:
            sender.office.lantik("verify")
