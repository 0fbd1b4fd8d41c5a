/* Feeds the yardstick: pre-encoded tuples into its table by COPY BINARY, one connection, one transaction a batch.
 *
 * yardstick_copy CONNINFO TUPLES
 * Prints one line of JSON; the backend's CPU is read before the connection ends.
 * SPDX-License-Identifier: Apache-2.0 */
#include <libpq-fe.h>
#include <string.h>

#include "bench.h"

/* As the daemon hands its tuples to libpq. */
#define CHUNK (64u * 1024)

static void run(PGconn *connection, const char *statement, ExecStatusType wanted)
{
	PGresult *result = PQexec(connection, statement);

	if (PQresultStatus(result) != wanted)
		bench_fail("%s: %s", statement, PQerrorMessage(connection));
	PQclear(result);
}

static void copy(PGconn *connection, struct lantik_span tuples)
{
	run(connection, "COPY yardstick FROM STDIN (FORMAT binary)", PGRES_COPY_IN);
	for (size_t at = 0; at < tuples.len; at += CHUNK) {
		size_t len = tuples.len - at < CHUNK ? tuples.len - at : CHUNK;
		if (PQputCopyData(connection, (const char *)tuples.data + at, (int)len) != 1)
			bench_fail("COPY: %s", PQerrorMessage(connection));
	}
	if (PQputCopyEnd(connection, NULL) != 1)
		bench_fail("COPY: %s", PQerrorMessage(connection));
	for (PGresult *result; (result = PQgetResult(connection));) {
		if (PQresultStatus(result) != PGRES_COMMAND_OK)
			bench_fail("COPY: %s", PQerrorMessage(connection));
		PQclear(result);
	}
}

static size_t rows_held(PGconn *connection)
{
	PGresult *result = PQexec(connection, "SELECT count(*) FROM yardstick");

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		bench_fail("count: %s", PQerrorMessage(connection));
	size_t rows = strtoul(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return rows;
}

int main(int argc, char **argv)
{
	struct bench_pieces tuples;
	struct bench_result result = {0};

	if (argc != 3)
		bench_fail("usage: yardstick_copy CONNINFO TUPLES");
	bench_pieces_read(argv[2], &tuples);
	PGconn *connection = PQconnectdb(argv[1]);
	if (PQstatus(connection) != CONNECTION_OK)
		bench_fail("%s", PQerrorMessage(connection));
	result.latencies = calloc(tuples.count + 1, sizeof *result.latencies);
	LANTIK_ASSERT(result.latencies);
	size_t held = rows_held(connection);
	double own = bench_own_cpu(), before = bench_cpu_of(PQbackendPID(connection));
	double start = bench_now(), began = start;
	for (size_t i = 0; i < tuples.count; i++) {
		run(connection, "BEGIN", PGRES_COMMAND_OK);
		copy(connection, tuples.items[i]);
		run(connection, "COMMIT", PGRES_COMMAND_OK);
		double now = bench_now();
		result.latencies[i] = now - began;
		began = now;
		result.bytes += tuples.items[i].len;
	}
	result.seconds = began - start;
	result.batches = tuples.count;
	result.feeder_cpu = bench_own_cpu() - own;
	double backend = bench_cpu_of(PQbackendPID(connection)) - before;
	result.rows = rows_held(connection) - held;
	bench_result_print(&result);
	printf(",\"backend_cpu_seconds\":%.6f}\n", backend);
	PQfinish(connection);
	free(result.latencies);
	bench_pieces_free(&tuples);
	return 0;
}
