/* Feeds the yardstick one row a transaction: a prepared INSERT that commits by itself, the least a person can do.
 *
 * yardstick_insert CONNINFO TUPLES
 * TUPLES are pieces of one row, as yardstick_copy takes them; a row's fields go to the server as binary parameters.
 * Prints one line of JSON; the backend's CPU is read before the connection ends.
 * SPDX-License-Identifier: Apache-2.0 */
#include <endian.h>
#include <libpq-fe.h>
#include <string.h>

#include "bench.h"

#define COLUMNS 94
#define HEADER 19u /* of COPY BINARY */

struct parameters {
	const char *values[COLUMNS];
	int lengths[COLUMNS], formats[COLUMNS];
};

static void prepare(PGconn *connection)
{
	struct lantik_buffer text = {0};

	lantik_buffer_printf(&text, "INSERT INTO yardstick VALUES (");
	for (int i = 1; i <= COLUMNS; i++)
		lantik_buffer_printf(&text, "%s$%d", i > 1 ? ", " : "", i);
	lantik_buffer_append(&text, ")", 2);
	LANTIK_ASSERT(!text.error);
	PGresult *result = PQprepare(connection, "one", (const char *)text.data, 0, NULL);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		bench_fail("prepare: %s", PQerrorMessage(connection));
	PQclear(result);
	lantik_buffer_free(&text);
}

static void read_tuple(struct lantik_span piece, struct parameters *ret)
{
	const uint8_t *at = piece.data + HEADER, *end = piece.data + piece.len;
	uint16_t count;

	if (piece.len < HEADER + sizeof count)
		bench_fail("a tuple is cut short");
	memcpy(&count, at, sizeof count);
	at += sizeof count;
	if (be16toh(count) != COLUMNS)
		bench_fail("a tuple has %d columns", be16toh(count));
	for (int i = 0; i < COLUMNS; i++) {
		int32_t len;
		if ((size_t)(end - at) < sizeof len)
			bench_fail("a tuple is cut short");
		memcpy(&len, at, sizeof len);
		len = (int32_t)be32toh((uint32_t)len);
		at += sizeof len;
		if (len > end - at)
			bench_fail("a tuple is cut short");
		ret->values[i] = len < 0 ? NULL : (const char *)at;
		ret->lengths[i] = len < 0 ? 0 : len;
		ret->formats[i] = 1;
		at += len < 0 ? 0 : len;
	}
	if (end - at != 2) /* the trailer */
		bench_fail("a piece of more than one row");
}

static void insert(PGconn *connection, struct lantik_span piece)
{
	struct parameters parameters;

	read_tuple(piece, &parameters);
	PGresult *result = PQexecPrepared(
		connection, "one", COLUMNS, parameters.values, parameters.lengths, parameters.formats, 1);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		bench_fail("INSERT: %s", PQerrorMessage(connection));
	PQclear(result);
}

int main(int argc, char **argv)
{
	struct bench_pieces tuples;
	struct bench_result result = {0};

	if (argc != 3)
		bench_fail("usage: yardstick_insert CONNINFO TUPLES");
	bench_pieces_read(argv[2], &tuples);
	PGconn *connection = PQconnectdb(argv[1]);
	if (PQstatus(connection) != CONNECTION_OK)
		bench_fail("%s", PQerrorMessage(connection));
	prepare(connection);
	result.latencies = calloc(tuples.count + 1, sizeof *result.latencies);
	LANTIK_ASSERT(result.latencies);
	double own = bench_own_cpu(), before = bench_cpu_of(PQbackendPID(connection));
	double start = bench_now(), began = start;
	for (size_t i = 0; i < tuples.count; i++) {
		insert(connection, tuples.items[i]);
		double now = bench_now();
		result.latencies[i] = now - began;
		began = now;
		result.bytes += tuples.items[i].len;
	}
	result.seconds = began - start;
	result.rows = result.batches = tuples.count;
	result.feeder_cpu = bench_own_cpu() - own;
	double backend = bench_cpu_of(PQbackendPID(connection)) - before;
	bench_result_print(&result);
	printf(",\"backend_cpu_seconds\":%.6f}\n", backend);
	PQfinish(connection);
	free(result.latencies);
	bench_pieces_free(&tuples);
	return 0;
}
