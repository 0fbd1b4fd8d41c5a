"""What a further step costs the server is in proportion to its rows, however old the statistics of the current rows are.

SPDX-License-Identifier: Apache-2.0
"""

import unittest

import batches
import harness

OTHERS = 20_000
PEOPLE = 400
# A row is read once to be found and once to be written, and now and then again; never all of the others.
READS_A_ROW = 5


class OldStatistics(batches.Case):
    def analyzed_in_the_first_batch(self):
        """As autovacuum may do it: the table has pages, and what stands there is nobody's yet."""
        self.site.sql("ALTER TABLE lantik.current_appointment SET (autovacuum_enabled = false)")
        first = self.site.cluster.session()
        first.sql("BEGIN")
        first.sql(self.rows_of_others(1000))
        self.site.sql("ANALYZE lantik.current_appointment")
        first.sql("ROLLBACK")
        first.close()
        self.assertEqual(self.site.sql("SELECT relpages > 0, reltuples FROM pg_class WHERE oid = 'lantik.current_appointment'::regclass"),
                         [("t", "0")])

    @staticmethod
    def rows_of_others(count):
        """Before and behind the people of the samples in the order of the key."""
        return ("INSERT INTO lantik.current_appointment (nik_key, batch_no, record_no, kind, step, kode_instansi) "
                f"SELECT (1000000000000000 + i * {9 * 10**15 // count}) * 8, 1, i, 1, 1, '6171' FROM generate_series(0, {count - 1}) i")

    def reads_of(self, *submissions):
        """So many rows of the table do these batches read. A daemon that has stopped has told all that it read."""
        self.site.daemon.start()
        for manifest, records in submissions:
            self.assertEqual(self.send(manifest, records), ({}, len(records)))
        self.site.daemon.stop()
        before, self.read = self.read, int(self.site.value(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'current_appointment'"))
        return self.read - before

    def test_a_further_step_reads_its_own_rows(self):
        self.site.daemon.stop()
        self.analyzed_in_the_first_batch()
        self.site.sql(self.rows_of_others(OTHERS))
        self.read = 0
        first, manifest, records = self.people(PEOPLE)
        self.reads_of((manifest, records))
        for step, size in (("SK", PEOPLE), ("PERJANJIAN", 1), ("SPMT", PEOPLE // 8)):
            _, manifest, records = self.people(PEOPLE, step=step, first=first)
            parts = [(manifest, records[i:i + size]) for i in range(0, min(PEOPLE, 10 * size), size)]
            with self.subTest(f"{step}, batches of {size}"):
                self.assertLessEqual(self.reads_of(*parts), READS_A_ROW * sum(len(part) for _, part in parts))


if __name__ == "__main__":
    harness.main()
