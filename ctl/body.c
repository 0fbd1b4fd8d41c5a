/* The body of a batch from what is stored of it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "body.h"

#include <endian.h>
#include <inttypes.h>
#include <string.h>

#include "lantik/codec.h"
#include "lantik/row.h"
#include "unpack.h"

static const char batch_query[] =
	"SELECT b.manifest, b.manifest_sha256, b.body_form::integer, b.row_count, z.body, z.body_size, "
	"(EXISTS (SELECT FROM lantik.erased_row e WHERE e.batch_no = b.batch_no) OR "
	"EXISTS (SELECT FROM lantik.erased_body e WHERE e.batch_no = b.batch_no))::integer "
	"FROM lantik.batch b LEFT JOIN lantik.batch_body z ON z.batch_no = b.batch_no WHERE b.batch_no = $1";
static const char returned_query[] =
	"SELECT record_no, bytes FROM lantik.returned_record WHERE batch_no = $1 ORDER BY record_no";

enum { MANIFEST, MANIFEST_SHA256, FORM, RECORDS, BODY, BODY_SIZE, ERASED };

/* Fields of AppointmentBatch. */
enum { FIELD_MANIFEST = 1, FIELD_RECORD = 2 };

static void put_field(struct lantik_buffer *body, unsigned number, struct lantik_span content)
{
	uint8_t head[1 + 10] = {(uint8_t)(number << 3 | 2)};
	size_t len = 1;

	for (size_t left = content.len; len == 1 || left; left >>= 7)
		head[len++] = (uint8_t)((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
	lantik_buffer_append(body, head, len);
	lantik_buffer_append_span(body, content);
}

/* ---- records from rows ---- */

static PGresult *read_rows(struct database *database, const char *number)
{
	struct lantik_buffer query = {0};

	for (size_t i = 0; i < LANTIK_ROW_COLUMNS; i++)
		lantik_buffer_printf(&query, "%s %s", i ? "," : "SELECT", lantik_row_column(i));
	lantik_buffer_printf(&query, " FROM lantik.register WHERE batch_no = $1 ORDER BY record_no");
	lantik_buffer_append(&query, "", 1);
	LANTIK_ASSERT(!query.error);
	PGresult *rows = database_query_binary(database, (const char *)query.data, 1, &number);
	lantik_buffer_free(&query);
	return rows;
}

/* A row of a result in binary form as COPY BINARY has it. */
static void tuple_of(const PGresult *rows, int row, struct lantik_buffer *ret)
{
	uint16_t columns = htobe16((uint16_t)PQnfields(rows));

	lantik_buffer_reset(ret);
	lantik_buffer_append(ret, &columns, sizeof columns);
	for (int i = 0; i < PQnfields(rows); i++) {
		struct lantik_span value = cell_span(rows, row, i);
		uint32_t len = htobe32(PQgetisnull(rows, row, i) ? UINT32_MAX : (uint32_t)value.len);
		lantik_buffer_append(ret, &len, sizeof len);
		lantik_buffer_append_span(ret, value);
	}
	LANTIK_ASSERT(!ret->error);
}

struct parts {
	const PGresult *batch, *rows, *returned;
	struct lantik_arena *arena;
	struct lantik_buffer tuple, record;
	int row, back; /* the next of each */
};

/* False: this row is no record that was sent. */
static bool put_row(struct parts *p, struct lantik_buffer *body)
{
	struct lantik_row row;

	tuple_of(p->rows, p->row++, &p->tuple);
	lantik_arena_reset(p->arena);
	lantik_buffer_reset(&p->record);
	if (lantik_row_decode(lantik_buffer_span(&p->tuple), p->arena, &row) != LANTIK_OK ||
		lantik_row_record(&row, cell_integer(p->batch, 0, FORM) == LANTIK_BODY_NAMED, &p->record) != LANTIK_OK)
		return false;
	put_field(body, FIELD_RECORD, lantik_buffer_span(&p->record));
	return true;
}

/* The records of both in their order. */
static bool put_records(struct parts *p, struct lantik_buffer *body)
{
	bool whole = true;

	for (int64_t number = 1; number <= cell_integer(p->batch, 0, RECORDS) && whole; number++) {
		if (p->row < PQntuples(p->rows) && cell_integer(p->rows, p->row, 1) == number)
			whole = put_row(p, body);
		else if (p->back < PQntuples(p->returned) && cell_integer(p->returned, p->back, 0) == number)
			put_field(body, FIELD_RECORD, cell_span(p->returned, p->back++, 1));
		else
			whole = false;
	}
	return whole;
}

static bool make(struct parts *p, struct lantik_buffer *ret)
{
	if (cell_integer(p->batch, 0, FORM) == LANTIK_BODY_WHOLE) {
		size_t size = (size_t)cell_integer(p->batch, 0, BODY_SIZE);
		return size > 0 && size <= LANTIK_MAX_BODY &&
		       unpack(cell_span(p->batch, 0, BODY), size, ret) == LANTIK_OK;
	}
	put_field(ret, FIELD_MANIFEST, cell_span(p->batch, 0, MANIFEST));
	p->arena = lantik_arena_new(LANTIK_ROW_ARENA);
	LANTIK_ASSERT(p->arena);
	bool whole = put_records(p, ret);
	lantik_buffer_free(&p->tuple);
	lantik_buffer_free(&p->record);
	lantik_arena_free(&p->arena);
	return whole && !ret->error;
}

static bool is_recorded(const struct parts *p, struct lantik_span body)
{
	struct lantik_batch_digests digests;

	return lantik_batch_digests(body, &digests) == LANTIK_OK &&
	       lantik_span_equal(cell_span(p->batch, 0, MANIFEST_SHA256),
		       (struct lantik_span){.data = digests.manifest_sha256, .len = LANTIK_HASH});
}

bool body_read(struct database *database, int64_t batch_no, struct lantik_buffer *ret, enum body_found *ret_found)
{
	struct parts p = {0};
	char text[24];
	const char *number = text;

	snprintf(text, sizeof text, "%" PRId64, batch_no);
	lantik_buffer_reset(ret);
	ret->limit = LANTIK_MAX_BODY;
	database_run(database, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
	PGresult *batch = database_query_binary(database, batch_query, 1, &number);
	PGresult *rows = read_rows(database, number);
	PGresult *returned = database_query_binary(database, returned_query, 1, &number);
	database_run(database, "COMMIT");
	p.batch = batch, p.rows = rows, p.returned = returned;
	if (!database->failed) {
		bool held = PQntuples(batch) == 1;
		bool erased = held && cell_integer(batch, 0, ERASED) != 0;
		bool whole = held && !erased && make(&p, ret) && is_recorded(&p, lantik_buffer_span(ret));
		*ret_found = whole ? BODY_WHOLE : erased ? BODY_ERASED : BODY_DAMAGED;
	}
	PQclear(returned);
	PQclear(rows);
	PQclear(batch);
	return !database->failed;
}
