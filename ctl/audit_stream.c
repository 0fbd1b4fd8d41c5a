/* Streams of the audit: COPY BINARY of queries, each over a connection of its own, all in one snapshot.
 * SPDX-License-Identifier: Apache-2.0 */
#include <endian.h>
#include <stdarg.h>
#include <string.h>

#include "audit.h"

/* PostgreSQL counts from 2000-01-01. */
#define EPOCH_MICROS (INT64_C(946684800) * 1000000)
/* Signature, flags, and the length of an extension, which is empty. */
#define COPY_HEADER 19

/* The first failure is the one that is told. */
static void fail(struct audit *audit, const char *fault)
{
	if (!audit->failed && !audit->database->failed)
		snprintf(audit->database->fault, sizeof audit->database->fault, "%s", fault);
	audit->failed = audit->database->failed = true;
}

/* An idle connection, or a new one that sees the same snapshot. */
static bool connection_take(struct audit *audit, struct database *ret)
{
	char begin[256];
	if (audit->idle_count) {
		*ret = audit->idle[--audit->idle_count];
		return true;
	}
	int exit_code = database_open(audit->cli, ret);
	if (exit_code) {
		audit->reported = exit_code;
		audit->failed = true;
		database_close(ret);
		return false;
	}
	snprintf(begin, sizeof begin,
		"SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; "
		"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT '%s'",
		audit->snapshot);
	if (database_run(ret, begin))
		return true;
	fail(audit, ret->fault);
	database_close(ret);
	return false;
}

static void connection_give(struct audit *audit, struct database *connection)
{
	bool idle = PQtransactionStatus(connection->connection) == PQTRANS_INTRANS;
	if (idle && audit->idle_count < AUDIT_STREAMS)
		audit->idle[audit->idle_count++] = *connection;
	else
		database_close(connection);
}

/* The failed connection's own words, without values of rows. */
static void fail_as(struct audit *audit, struct database *connection, const PGresult *result)
{
	const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
	char fault[64];
	snprintf(fault, sizeof fault, "%s%s", state ? "SQLSTATE " : "the connection was lost", state ? state : "");
	connection->failed = true;
	fail(audit, fault);
}

void audit_open(struct audit *audit, struct audit_stream *ret, const char *query, ...)
{
	struct lantik_buffer sql = {0};
	va_list arguments;
	char text[16384];
	memset(ret, 0, sizeof *ret);
	ret->audit = audit;
	if (audit->failed || audit->database->failed || !connection_take(audit, &ret->connection))
		return;
	ret->open = true;
	va_start(arguments, query);
	int length = vsnprintf(text, sizeof text, query, arguments);
	va_end(arguments);
	LANTIK_ASSERT(length > 0 && (size_t)length < sizeof text);
	lantik_buffer_printf(&sql, "COPY (%s) TO STDOUT (FORMAT binary)", text);
	lantik_buffer_append(&sql, "", 1);
	LANTIK_ASSERT(!sql.error);
	PGresult *result = PQexec(ret->connection.connection, (const char *)sql.data);
	if (PQresultStatus(result) != PGRES_COPY_OUT)
		fail_as(audit, &ret->connection, result);
	PQclear(result);
	lantik_buffer_free(&sql);
}

/* The server says how the copy ended. */
static void copy_finish(struct audit_stream *stream, int length)
{
	PGresult *result = PQgetResult(stream->connection.connection);
	if (length != -1 || PQresultStatus(result) != PGRES_COMMAND_OK)
		fail_as(stream->audit, &stream->connection, result);
	while (result) {
		PQclear(result);
		result = PQgetResult(stream->connection.connection);
	}
}

/* One message of the protocol; it holds whole rows. */
static bool message_next(struct audit_stream *stream)
{
	PQfreemem(stream->message);
	stream->message = NULL;
	int length = PQgetCopyData(stream->connection.connection, &stream->message, 0);
	if (length < 0) {
		copy_finish(stream, length);
		return false;
	}
	stream->at = (const uint8_t *)stream->message;
	stream->end = stream->at + length;
	if (!stream->begun && length >= COPY_HEADER)
		stream->at += COPY_HEADER;
	stream->begun = true;
	return true;
}

static uint32_t number32(const uint8_t *at)
{
	uint32_t wire;
	memcpy(&wire, at, sizeof wire);
	return be32toh(wire);
}

static bool cells_read(struct audit_stream *stream)
{
	for (unsigned i = 0; i < stream->columns; i++) {
		if (stream->end - stream->at < 4)
			return false;
		uint32_t length = number32(stream->at);
		stream->at += 4;
		stream->cells[i] = (struct lantik_span){NULL, 0};
		if (length == UINT32_MAX)
			continue;
		if ((size_t)(stream->end - stream->at) < length)
			return false;
		stream->cells[i] = (struct lantik_span){stream->at, length};
		stream->at += length;
	}
	return true;
}

/* A row begins with its number of columns; -1 ends the copy. */
static bool row_read(struct audit_stream *stream)
{
	const uint8_t *start = stream->at;
	unsigned columns = (unsigned)start[0] << 8 | start[1];
	stream->at += 2;
	if (columns == UINT16_MAX) {
		while (message_next(stream))
			;
		stream->at = stream->end = NULL;
		return false;
	}
	stream->columns = columns;
	if (columns <= AUDIT_COLUMNS && cells_read(stream)) {
		stream->tuple = (struct lantik_span){start, (size_t)(stream->at - start)};
		return true;
	}
	fail(stream->audit, "the server's COPY cannot be read");
	return false;
}

bool audit_next(struct audit_stream *stream)
{
	if (!stream->open || stream->audit->failed)
		return false;
	if (lantik_signal()) {
		stream->audit->failed = true;
		return false;
	}
	while (stream->end - stream->at < 2)
		if (!message_next(stream)) {
			audit_close(stream);
			return false;
		}
	if (row_read(stream))
		return true;
	audit_close(stream);
	return false;
}

/* What is left of a copy cannot be skipped: the query is cancelled, and with it the connection's transaction. */
void audit_close(struct audit_stream *stream)
{
	PQfreemem(stream->message);
	stream->message = NULL;
	stream->at = stream->end = NULL;
	if (stream->open)
		connection_give(stream->audit, &stream->connection);
	stream->open = false;
}

/* ---- cells ---- */

bool audit_null(const struct audit_stream *stream, unsigned column)
{
	LANTIK_ASSERT(column < stream->columns);
	return !stream->cells[column].data;
}

struct lantik_span audit_cell(const struct audit_stream *stream, unsigned column)
{
	LANTIK_ASSERT(column < stream->columns);
	return stream->cells[column];
}

int64_t audit_integer(const struct audit_stream *stream, unsigned column)
{
	struct lantik_span cell = audit_cell(stream, column);
	uint64_t value = 0;
	if (cell.len != 0 && cell.len != 1 && cell.len != 2 && cell.len != 4 && cell.len != 8) {
		fail(stream->audit, "a column is of another type than lantikctl migrate made it");
		return 0;
	}
	for (size_t i = 0; i < cell.len; i++)
		value = value << 8 | cell.data[i];
	return cell.len == 2 ? (int16_t)(uint16_t)value : cell.len == 4 ? (int32_t)(uint32_t)value : (int64_t)value;
}

int64_t audit_time(const struct audit_stream *stream, unsigned column)
{
	int64_t micros = audit_integer(stream, column);
	if (audit_null(stream, column))
		return 0;
	/* Infinite times are the ends of the range. */
	return micros > INT64_MAX - EPOCH_MICROS ? INT64_MAX : micros + EPOCH_MICROS;
}

bool audit_is(const struct audit_stream *stream, unsigned column, struct lantik_span value)
{
	return !audit_null(stream, column) && lantik_span_equal(audit_cell(stream, column), value);
}

bool audit_is_hash(const struct audit_stream *stream, unsigned column, const uint8_t hash[LANTIK_HASH])
{
	return audit_is(stream, column, (struct lantik_span){hash, LANTIK_HASH});
}
