/* One person in all tables: finding, hashing and erasing. The database's function lantik.erase() alone deletes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_erase.h"

#include <endian.h>
#include <string.h>

#include "lantik/ledger.h"
#include "lantik/limits.h"
#include "lantik/row.h"

#include "compress.h"
#include "store_private.h"

#define NAMED                                                                                                          \
	"SELECT b.batch_no, b.outcome = 2, "                                                                           \
	"coalesce((SELECT min(x.leaf_index) FROM erased_row x WHERE x.batch_no IN (SELECT e.batch_no FROM entry e "    \
	"WHERE e.origin_batch_no = b.batch_no) AND x.record_no = $3::int), -1), a.batch_no IS NOT NULL, a.nik, "       \
	"r.bytes, b.office_no FROM batch b "                                                                           \
	"LEFT JOIN LATERAL (SELECT a.batch_no, a.nik FROM entry e JOIN register a USING (batch_no) "                   \
	"WHERE e.origin_batch_no = b.batch_no AND a.record_no = $3::int LIMIT 1) a ON true "                           \
	"LEFT JOIN returned_record r ON r.batch_no = b.batch_no AND r.record_no = $3::int "                            \
	"WHERE b.batch_id = $1::uuid AND b.leaf_index = $2::bigint"

/* The place of a record among those of its batch, erased ones included, is the place of its hash. */
#define HASH_AT(hashes, table, alias, part)                                                                            \
	"substring(" hashes " FROM 1 + 32 * ((SELECT count(*) FROM " table " n WHERE n.batch_no = " alias              \
	".batch_no AND n.record_no < " alias ".record_no) + (SELECT count(*) FROM erased_row n "                       \
	"WHERE n.batch_no = " alias ".batch_no AND n.part = " part " AND n.record_no < " alias                         \
	".record_no))::int FOR 32)"

#define ROWS                                                                                                           \
	"SELECT a.batch_no, e.origin_batch_no, e.leaf_index, a.record_no, a.office_no, " HASH_AT(                      \
		"coalesce(b.row_hashes, d.row_hashes)", "register", "a",                                               \
		"1") ", a.corrects_batch_id, coalesce(a.corrects_record_no, 0), "                                      \
		     "a.kode_instansi, e.programme, a.kind, coalesce(a.kelompok_lapor, 0::smallint), "                 \
		     "coalesce(a.change_kind, 0::smallint), "                                                          \
		     "(SELECT o.body_form = 3 FROM batch o WHERE o.batch_no = e.origin_batch_no) "                     \
		     "FROM register a JOIN entry e USING (batch_no) LEFT JOIN batch b USING (batch_no) "               \
		     "LEFT JOIN decision d ON d.decision_no = a.batch_no "                                             \
		     "WHERE a.nik = $1::text AND e.leaf_index >= $2::bigint ORDER BY e.leaf_index, a.record_no"

#define RETURNED                                                                                                       \
	"SELECT r.batch_no, r.batch_no, b.leaf_index, r.record_no, b.office_no, " HASH_AT("b.returned_hashes",         \
		"returned_record", "r", "2") ", r.outcome, r.salt, r.bytes "                                           \
					     "FROM returned_record r JOIN batch b USING (batch_no) WHERE "

/* All columns, in the order that lantik_row_decode takes them. */
#define HOT_COLUMN(name) ", " #name
#define COLD_COLUMN(name)
static const char whole_row[] = "SELECT batch_no, record_no, office_no, kind, step, supersedes_batch_no, "
				"supersedes_record_no, salt"
#define FIELD(number, name, type, extent, class, place) place##_COLUMN(name)
#include "lantik/fields.def"
#undef FIELD
				", cold, sent FROM register WHERE batch_no = $1::bigint AND record_no = $2::int";

const struct store_statement store_erase_statements[] = {
	{"named", NAMED},
	{"rows_of", ROWS},
	{"whole_row", whole_row},
	{"returned_with", RETURNED "position($1::bytea IN r.bytes) > 0 AND b.leaf_index >= $2::bigint "
				   "ORDER BY b.leaf_index, r.record_no"},
	{"returned_meant", RETURNED "b.office_no = $1::int AND r.record_no = $3::int AND (b.batch_id = $2::uuid OR "
				    "b.batch_no IN (SELECT batch_no FROM decision WHERE decision_id = $2::uuid))"},
	{"refused_bodies", "SELECT b.batch_no, b.leaf_index FROM batch b JOIN batch_body USING (batch_no) "
			   "WHERE b.outcome = 2 AND b.leaf_index >= $1::bigint ORDER BY b.leaf_index"},
	{"bodies_of", "SELECT b.batch_no, b.leaf_index FROM batch b JOIN batch_body USING (batch_no) "
		      "WHERE b.batch_no = ANY ($1::bigint[]) ORDER BY b.leaf_index"},
	{"refused_batch",
		"SELECT batch_no FROM batch WHERE office_no = $1::int AND batch_id = $2::uuid AND outcome = 2"},
	{"body_of", "SELECT body, body_size FROM batch_body WHERE batch_no = $1::bigint"},
	{"rejections_of",
		"SELECT r.kind, r.programme, d.leaf_index FROM rejected r JOIN decision d USING (decision_no) "
		"WHERE r.nik = $1::text ORDER BY r.kind, d.leaf_index, r.programme"},
	{"lock_person", "SELECT coalesce(c.change_kind, 0) < 3 AND coalesce(a.tgl_kontrak_akhir >= "
			"(clock_timestamp() AT TIME ZONE 'Asia/Jakarta')::date, true) FROM current_appointment c "
			"LEFT JOIN appointment a USING (batch_no, record_no) "
			"WHERE c.nik_key BETWEEN $1::text::bigint << 3 AND ($1::text::bigint << 3) + 7 "
			"ORDER BY c.nik_key FOR UPDATE OF c"},
	{"asked_in_force", "SELECT in_force FROM deed_request WHERE request_no = $1::bigint"},
	{"erase", "SELECT lantik.erase($1::bigint, $2::text, $3::bigint[], $4::int[], $5::bytea[], $6::bigint[], "
		  "$7::int[], $8::bytea[], $9::bigint[], $10::int)"},
	{"erased_places", "INSERT INTO erased_place (leaf_index, kode_instansi, kind, programme, kelompok_lapor, used) "
			  "SELECT $1::bigint, * FROM unnest($2::text[], $3::smallint[], $4::text[], $5::smallint[], "
			  "$6::bigint[])"},
	{NULL, NULL},
};

static enum store_result out_of_shape(struct store *store, const char *what)
{
	snprintf(store->why, sizeof store->why, "%s", what);
	return STORE_FAILED;
}

enum store_result store_named(struct store *store, const uint8_t batch_id[16], uint64_t leaf_index, uint32_t record_no,
	struct store_named *ret)
{
	static const int texts[] = {4, 5};
	struct store_call call = store_call(store);
	PGresult *rows;

	call_bytes(&call, (struct lantik_span){.data = batch_id, .len = 16});
	call_int8(&call, (int64_t)leaf_index);
	call_int4(&call, (int32_t)record_no);
	enum store_result result = store_run(&call, "named", &rows);
	if (result)
		return result;
	if (PQntuples(rows) == 1) {
		uint8_t *room = result_room(rows, texts, sizeof texts / sizeof *texts, &ret->room);
		ret->batch_no = result_int8(rows, 0, 0);
		memcpy(ret->batch_id, batch_id, sizeof ret->batch_id);
		ret->office_no = result_int4(rows, 0, 6);
		ret->refused = result_bool(rows, 0, 1);
		ret->erased_by = result_int8(rows, 0, 2);
		ret->has_row = result_bool(rows, 0, 3);
		ret->nik = result_copy(rows, 0, 4, &room);
		ret->bytes = result_copy(rows, 0, 5, &room);
	}
	PQclear(rows);
	return STORE_OK;
}

void store_person_rows_free(struct store_person_rows *rows)
{
	free(rows->items);
	lantik_buffer_free(&rows->room);
	*rows = (struct store_person_rows){0};
}

/* The columns that both kinds of rows begin with. */
static void row_from(const PGresult *rows, int i, struct store_person_row *ret)
{
	struct lantik_span hash = result_bytes(rows, i, 5);

	*ret = (struct store_person_row){.batch_no = result_int8(rows, i, 0),
		.origin_batch_no = result_int8(rows, i, 1),
		.leaf_index = (uint64_t)result_int8(rows, i, 2),
		.record_no = result_int4(rows, i, 3),
		.office_no = result_int4(rows, i, 4),
		.has_hash = hash.len == LANTIK_HASH};
	if (ret->has_hash)
		memcpy(ret->hash, hash.data, LANTIK_HASH);
}

static void make_room(const PGresult *rows, struct store_person_rows *ret)
{
	ret->count = (size_t)PQntuples(rows);
	ret->items = calloc(ret->count + 1, sizeof *ret->items);
	LANTIK_ASSERT(ret->items);
}

static void rows_from(const PGresult *rows, struct store_person_rows *ret)
{
	static const int texts[] = {6, 8, 9};
	uint8_t *room = result_room(rows, texts, sizeof texts / sizeof *texts, &ret->room);

	make_room(rows, ret);
	for (int i = 0; i < PQntuples(rows); i++) {
		struct store_person_row *row = &ret->items[i];
		row_from(rows, i, row);
		row->corrects_batch_id = result_copy(rows, i, 6, &room);
		row->corrects_record_no = result_int4(rows, i, 7);
		row->agency = result_copy(rows, i, 8, &room);
		row->programme = result_copy(rows, i, 9, &room);
		row->kind = result_int2(rows, i, 10);
		row->kelompok_lapor = result_int2(rows, i, 11);
		row->change_kind = result_int2(rows, i, 12);
		row->names_agency = result_bool(rows, i, 13);
	}
}

/* A result in binary form as COPY BINARY has it. */
static void tuple_of(const PGresult *rows, struct lantik_buffer *ret)
{
	uint16_t columns = htobe16((uint16_t)PQnfields(rows));

	lantik_buffer_append(ret, &columns, sizeof columns);
	for (int column = 0; column < PQnfields(rows); column++) {
		bool null = PQgetisnull(rows, 0, column);
		struct lantik_span value = result_bytes(rows, 0, column);
		uint32_t len = htobe32(null ? UINT32_MAX : (uint32_t)value.len);
		lantik_buffer_append(ret, &len, sizeof len);
		if (!null && value.len)
			lantik_buffer_append_span(ret, value);
	}
	LANTIK_ASSERT(!ret->error);
}

/* Stays nobody's hash when the row is not as the daemon writes them. */
static void hash_tuple(
	struct lantik_span tuple, struct lantik_arena *arena, bool names_agency, uint8_t ret[LANTIK_HASH])
{
	struct lantik_buffer record = {0};
	struct lantik_row row;
	uint8_t record_hash[LANTIK_HASH];

	if (lantik_row_decode(tuple, arena, &row) == LANTIK_OK &&
		lantik_row_record(&row, names_agency, &record) == LANTIK_OK &&
		(!row.sent.len || lantik_row_follows(&row, arena))) {
		lantik_leaf_hash(lantik_buffer_span(&record), record_hash);
		lantik_row_hash(&row, record_hash, ret);
	}
	lantik_wipe(record.data, record.len);
	lantik_buffer_free(&record);
}

static void hash_whole(const PGresult *rows, bool names_agency, uint8_t ret[LANTIK_HASH])
{
	struct lantik_arena *arena = lantik_arena_new((size_t)8 * LANTIK_MAX_RECORD);
	struct lantik_buffer tuple = {0};

	LANTIK_ASSERT(arena);
	tuple_of(rows, &tuple);
	hash_tuple(lantik_buffer_span(&tuple), arena, names_agency, ret);
	lantik_wipe(tuple.data, tuple.len);
	lantik_buffer_free(&tuple);
	lantik_arena_free(&arena);
}

static enum store_result hash_row(struct store *store, struct store_person_row *row)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_int8(&call, row->batch_no);
	call_int4(&call, row->record_no);
	enum store_result result = store_run(&call, "whole_row", &rows);
	if (result)
		return result;
	if (PQntuples(rows) == 1)
		hash_whole(rows, row->names_agency, row->own_hash);
	PQclear(rows);
	return STORE_OK;
}

enum store_result store_rows_of(
	struct store *store, struct lantik_span nik, uint64_t from, struct store_person_rows *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_text(&call, nik);
	call_int8(&call, (int64_t)from);
	enum store_result result = store_run(&call, "rows_of", &rows);
	if (result)
		return result;
	rows_from(rows, ret);
	PQclear(rows);
	for (size_t i = 0; i < ret->count && !result; i++)
		result = hash_row(store, &ret->items[i]);
	return result;
}

static enum store_result ask_returned(struct store_call *call, const char *statement, struct store_person_rows *ret)
{
	static const int texts[] = {7, 8};
	PGresult *rows;
	enum store_result result = store_run(call, statement, &rows);

	if (result)
		return result;
	uint8_t *room = result_room(rows, texts, sizeof texts / sizeof *texts, &ret->room);
	make_room(rows, ret);
	for (int i = 0; i < PQntuples(rows); i++) {
		struct store_person_row *row = &ret->items[i];
		row_from(rows, i, row);
		row->outcome = (uint8_t)result_int2(rows, i, 6);
		row->salt = result_copy(rows, i, 7, &room);
		row->bytes = result_copy(rows, i, 8, &room);
	}
	PQclear(rows);
	return STORE_OK;
}

enum store_result store_returned_with(
	struct store *store, struct lantik_span nik, uint64_t from, struct store_person_rows *ret)
{
	struct store_call call = store_call(store);

	LANTIK_ASSERT(nik.len);
	call_bytes(&call, nik);
	call_int8(&call, (int64_t)from);
	return ask_returned(&call, "returned_with", ret);
}

enum store_result store_returned_meant(
	struct store *store, int32_t office_no, struct lantik_span id, int32_t record_no, struct store_person_rows *ret)
{
	struct store_call call = store_call(store);

	call_int4(&call, office_no);
	call_bytes(&call, id);
	call_int4(&call, record_no);
	return ask_returned(&call, "returned_meant", ret);
}

static enum store_result ask_bodies(
	struct store_call *call, const char *statement, struct store_held_body **ret, size_t *ret_count)
{
	PGresult *rows;
	enum store_result result = store_run(call, statement, &rows);

	if (result)
		return result;
	*ret_count = (size_t)PQntuples(rows);
	*ret = calloc(*ret_count + 1, sizeof **ret);
	LANTIK_ASSERT(*ret);
	for (size_t i = 0; i < *ret_count; i++)
		(*ret)[i] = (struct store_held_body){
			.batch_no = result_int8(rows, (int)i, 0), .leaf_index = (uint64_t)result_int8(rows, (int)i, 1)};
	PQclear(rows);
	return STORE_OK;
}

enum store_result store_refused_bodies(
	struct store *store, uint64_t from, struct store_held_body **ret, size_t *ret_count)
{
	struct store_call call = store_call(store);

	call_int8(&call, (int64_t)from);
	return ask_bodies(&call, "refused_bodies", ret, ret_count);
}

enum store_result store_bodies_of(
	struct store *store, const int64_t *batch_nos, size_t count, struct store_held_body **ret, size_t *ret_count)
{
	struct store_call call = store_call(store);

	call_array(&call, TYPE_INT8, count);
	for (size_t i = 0; i < count; i++)
		call_element_int8(&call, batch_nos[i]);
	call_array_end(&call);
	return ask_bodies(&call, "bodies_of", ret, ret_count);
}

enum store_result store_refused_batch(
	struct store *store, int32_t office_no, struct lantik_span batch_id, int64_t *ret_batch_no)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_int4(&call, office_no);
	call_bytes(&call, batch_id);
	enum store_result result = store_run(&call, "refused_batch", &rows);
	if (result)
		return result;
	*ret_batch_no = PQntuples(rows) ? result_int8(rows, 0, 0) : 0;
	PQclear(rows);
	return STORE_OK;
}

enum store_result store_body_of(struct store *store, int64_t batch_no, struct lantik_buffer *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	lantik_buffer_reset(ret);
	call_int8(&call, batch_no);
	enum store_result result = store_run(&call, "body_of", &rows);
	if (result)
		return result;
	if (PQntuples(rows) && uncompress(result_bytes(rows, 0, 0), (size_t)result_int4(rows, 0, 1), ret))
		result = out_of_shape(store, "a stored body cannot be unpacked");
	PQclear(rows);
	return result;
}

enum store_result store_rejections_of(struct store *store, struct lantik_span nik, struct store_rejections *ret)
{
	static const int texts[] = {1};
	struct store_call call = store_call(store);
	PGresult *rows;

	call_text(&call, nik);
	enum store_result result = store_run(&call, "rejections_of", &rows);
	if (result)
		return result;
	uint8_t *room = result_room(rows, texts, sizeof texts / sizeof *texts, &ret->room);
	ret->count = (size_t)PQntuples(rows);
	ret->items = calloc(ret->count + 1, sizeof *ret->items);
	LANTIK_ASSERT(ret->items);
	for (int i = 0; i < PQntuples(rows); i++)
		ret->items[i] = (struct store_rejection){.kind = result_int2(rows, i, 0),
			.programme = result_copy(rows, i, 1, &room),
			.leaf_index = (uint64_t)result_int8(rows, i, 2)};
	PQclear(rows);
	return STORE_OK;
}

enum store_result store_lock_person(struct store *store, struct lantik_span nik, bool *ret_in_force)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_text(&call, nik);
	enum store_result result = store_run(&call, "lock_person", &rows);
	if (result)
		return result;
	*ret_in_force = false;
	for (int i = 0; i < PQntuples(rows); i++)
		*ret_in_force |= result_bool(rows, i, 0);
	PQclear(rows);
	return STORE_OK;
}

enum store_result store_take_time(struct store *store)
{
	return store_simple(store,
		"SET LOCAL statement_timeout = 0; SET LOCAL enable_seqscan = on; "
		"SET LOCAL plan_cache_mode = force_custom_plan",
		NULL);
}

enum store_result store_asked_in_force(struct store *store, int64_t request_no, bool *ret)
{
	struct store_call call = store_call(store);

	call_int8(&call, request_no);
	return store_ask_bool(&call, "asked_in_force", ret);
}

/* Three arrays: numbers, records, hashes. */
static void call_rows(struct store_call *call, const struct store_person_rows *rows)
{
	call_array(call, TYPE_INT8, rows->count);
	for (size_t i = 0; i < rows->count; i++)
		call_element_int8(call, rows->items[i].batch_no);
	call_array_end(call);
	call_array(call, TYPE_INT4, rows->count);
	for (size_t i = 0; i < rows->count; i++)
		call_element_int4(call, rows->items[i].record_no);
	call_array_end(call);
	call_array(call, TYPE_BYTEA, rows->count);
	for (size_t i = 0; i < rows->count; i++)
		call_element(call, rows->items[i].hash, LANTIK_HASH);
	call_array_end(call);
}

static enum store_result write_places(struct store *store, const struct store_erasure *e)
{
	struct store_call call = store_call(store);

	if (!e->place_count)
		return STORE_OK;
	call_int8(&call, (int64_t)e->leaf_index);
	call_array(&call, TYPE_TEXT, e->place_count);
	for (size_t i = 0; i < e->place_count; i++)
		call_element(&call, e->places[i].agency.data, e->places[i].agency.len);
	call_array_end(&call);
	call_array(&call, TYPE_INT2, e->place_count);
	for (size_t i = 0; i < e->place_count; i++)
		call_element_int2(&call, e->places[i].kind);
	call_array_end(&call);
	call_array(&call, TYPE_TEXT, e->place_count);
	for (size_t i = 0; i < e->place_count; i++)
		call_element(&call, e->places[i].programme.data, e->places[i].programme.len);
	call_array_end(&call);
	call_array(&call, TYPE_INT2, e->place_count);
	for (size_t i = 0; i < e->place_count; i++)
		call_element_int2(&call, e->places[i].kelompok_lapor);
	call_array_end(&call);
	call_array(&call, TYPE_INT8, e->place_count);
	for (size_t i = 0; i < e->place_count; i++)
		call_element_int8(&call, e->places[i].used);
	call_array_end(&call);
	return store_run(&call, "erased_places", NULL);
}

enum store_result store_erase(struct store *store, const struct store_erasure *e)
{
	struct store_call call = store_call(store);

	call_int8(&call, (int64_t)e->leaf_index);
	call_text(&call, e->nik);
	call_rows(&call, e->rows);
	call_rows(&call, e->returned);
	call_array(&call, TYPE_INT8, e->body_count);
	for (size_t i = 0; i < e->body_count; i++)
		call_element_int8(&call, e->bodies[i].batch_no);
	call_array_end(&call);
	call_int4(&call, (int32_t)e->rejection_count);
	enum store_result result = store_run(&call, "erase", NULL);
	return result ? result : write_places(store, e);
}
