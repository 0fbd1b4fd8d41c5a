/* Officials' requests, and what a decision writes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_decision.h"

#include <string.h>

#include "store_private.h"

/* The lock that deciders share: `decide`. */
#define DECIDE_LOCK "x'646563696465'::bigint"

#define WAITING                                                                                                        \
	"FROM decision_request r JOIN batch b USING (batch_no) JOIN office o USING (office_no) "                       \
	"WHERE r.request_no > $1::bigint AND NOT EXISTS (SELECT FROM decision d WHERE d.request_no = r.request_no) "   \
	"AND NOT EXISTS (SELECT FROM decision_refusal f WHERE f.request_no = r.request_no)"

#define REQUEST                                                                                                        \
	"SELECT r.request_no, r.act, r.official_nama, coalesce(r.official_jabatan, ''), r.reason, "                    \
	"(extract(epoch FROM r.requested_at) * 1000000)::bigint, b.batch_no, b.office_no, o.name, b.batch_id, "        \
	"b.manifest, b.leaf_index, (extract(epoch FROM b.received_at) * 1000000)::bigint, b.outcome = 2, "             \
	"b.body_form = 3 " WAITING " ORDER BY r.request_no LIMIT 1"

#define RECORDS                                                                                                        \
	"SELECT a.record_no, CASE s.state WHEN 'accepted' THEN 1 WHEN 'returned' THEN 2 WHEN 'review' THEN 3 "         \
	"WHEN 'rejected' THEN 4 ELSE 0 END::smallint, r.bytes, s.cause "                                               \
	"FROM (SELECT DISTINCT unnest(record_nos) AS record_no FROM decision_request WHERE request_no = $1::bigint) "  \
	"a "                                                                                                           \
	"LEFT JOIN returned_record r ON r.batch_no = $2::bigint AND r.record_no = a.record_no "                        \
	"LEFT JOIN record_state s ON s.batch_no = $2::bigint AND s.record_no = a.record_no ORDER BY 1"

#define APPEND                                                                                                         \
	"INSERT INTO decision (decision_no, request_no, decision_id, office_no, batch_no, kode_instansi, "             \
	"kind, step, act, accepted, returned, review, rejected, row_format, rows_root, rulebook_sha256, statement, "   \
	"leaf_index, durability, requested_at, recorded_at, row_hashes, nodes) VALUES ($1::bigint, $2::bigint, "       \
	"$3::uuid, $4::int, "                                                                                          \
	"$5::bigint, $6::text, $7::smallint, $8::smallint, $9::smallint, $10::int, $11::int, $12::int, $13::int, "     \
	"$14::smallint, $15::bytea, $16::bytea, $17::text, $18::bigint, $19::smallint, $20::timestamptz, "             \
	"$21::timestamptz, $22::bytea, $23::bytea)"

const struct store_statement store_decision_statements[] = {
	{"decide_alone", "SELECT pg_try_advisory_xact_lock(" DECIDE_LOCK ")"},
	{"last_request", "SELECT coalesce(max(request_no), 0) FROM decision_request"},
	{"request_waits", "SELECT EXISTS (SELECT " WAITING ")"},
	{"request", REQUEST},
	{"request_records", RECORDS},
	{"decided", "INSERT INTO decided_record (decision_no, batch_no, record_no, outcome, cause) "
		    "SELECT $1::bigint, $2::bigint, r, o, nullif(c, '') FROM unnest($3::int[], $4::smallint[], "
		    "$5::text[]) AS t(r, o, c)"},
	{"reject", "INSERT INTO rejected (nik, kind, programme, decision_no) "
		   "SELECT DISTINCT n, $2::smallint, $3::text, $4::bigint FROM unnest($1::text[]) AS n "
		   "ON CONFLICT DO NOTHING"},
	{"append_decision", APPEND},
	{"refuse_request",
		"INSERT INTO decision_refusal (request_no, rule_case, why) SELECT $1::bigint, $2::text, $3::text "
		"WHERE NOT EXISTS (SELECT FROM decision WHERE request_no = $1::bigint) ON CONFLICT DO NOTHING"},
	{NULL, NULL},
};

void store_request_free(struct store_request *request)
{
	free(request->records);
	lantik_buffer_free(&request->bytes[0]);
	lantik_buffer_free(&request->bytes[1]);
	*request = (struct store_request){0};
}

enum store_result store_decide_alone(struct store *store, bool *ret_alone)
{
	struct store_call call = store_call(store);

	return store_ask_bool(&call, "decide_alone", ret_alone);
}

enum store_result store_last_request(struct store *store, int64_t *ret)
{
	struct store_call call = store_call(store);

	return store_ask_int8(&call, "last_request", ret);
}

enum store_result store_request_waits(struct store *store, int64_t above, bool *ret)
{
	struct store_call call = store_call(store);

	call_int8(&call, above);
	return store_ask_bool(&call, "request_waits", ret);
}

enum store_result store_decision_no(struct store *store, int64_t *ret)
{
	struct store_call call = store_call(store);

	return store_ask_int8(&call, "number", ret);
}

static void request_from(const PGresult *rows, struct store_request *ret)
{
	static const int texts[] = {2, 3, 4, 8, 9, 10};
	uint8_t *room = result_room(rows, texts, sizeof texts / sizeof *texts, &ret->bytes[0]);

	ret->request_no = result_int8(rows, 0, 0);
	ret->act = result_int2(rows, 0, 1);
	ret->official = result_copy(rows, 0, 2, &room);
	ret->position = result_copy(rows, 0, 3, &room);
	ret->reason = result_copy(rows, 0, 4, &room);
	ret->requested_at = result_int8(rows, 0, 5);
	ret->batch_no = result_int8(rows, 0, 6);
	ret->office_no = result_int4(rows, 0, 7);
	ret->office = result_copy(rows, 0, 8, &room);
	ret->batch_id = result_copy(rows, 0, 9, &room);
	ret->manifest = result_copy(rows, 0, 10, &room);
	ret->leaf_index = (uint64_t)result_int8(rows, 0, 11);
	ret->received_at = result_int8(rows, 0, 12);
	ret->refused_whole = result_bool(rows, 0, 13);
	ret->names_agency = result_bool(rows, 0, 14);
}

static void records_from(const PGresult *rows, struct store_request *ret)
{
	static const int texts[] = {2, 3};
	uint8_t *room = result_room(rows, texts, sizeof texts / sizeof *texts, &ret->bytes[1]);

	ret->record_count = (size_t)PQntuples(rows);
	ret->records = calloc(ret->record_count + 1, sizeof *ret->records);
	LANTIK_ASSERT(ret->records);
	for (int row = 0; row < PQntuples(rows); row++)
		ret->records[row] = (struct store_asked){.record_no = (uint32_t)result_int4(rows, row, 0),
			.state = result_int2(rows, row, 1),
			.bytes = result_copy(rows, row, 2, &room),
			.cause = result_copy(rows, row, 3, &room)};
}

enum store_result store_request(struct store *store, int64_t above, struct store_request *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_int8(&call, above);
	enum store_result result = store_run(&call, "request", &rows);
	if (result)
		return result;
	if (PQntuples(rows))
		request_from(rows, ret);
	PQclear(rows);
	if (!ret->request_no)
		return STORE_OK;
	call = store_call(store);
	call_int8(&call, ret->request_no);
	call_int8(&call, ret->batch_no);
	result = store_run(&call, "request_records", &rows);
	if (result)
		return result;
	records_from(rows, ret);
	PQclear(rows);
	return STORE_OK;
}

enum store_result store_outcomes(
	struct store *store, int64_t decision_no, int64_t batch_no, const struct store_outcome *outcomes, size_t count)
{
	struct store_call call = store_call(store);

	call_int8(&call, decision_no);
	call_int8(&call, batch_no);
	call_array(&call, TYPE_INT4, count);
	for (size_t i = 0; i < count; i++)
		call_element_int4(&call, (int32_t)outcomes[i].record_no);
	call_array_end(&call);
	call_array(&call, TYPE_INT2, count);
	for (size_t i = 0; i < count; i++)
		call_element_int2(&call, (int32_t)outcomes[i].outcome);
	call_array_end(&call);
	call_array(&call, TYPE_TEXT, count);
	for (size_t i = 0; i < count; i++)
		call_element(&call, outcomes[i].cause.data, outcomes[i].cause.len);
	call_array_end(&call);
	return store_run(&call, "decided", NULL);
}

enum store_result store_reject(struct store *store, int64_t decision_no, int32_t kind, struct lantik_span programme,
	const uint8_t (*niks)[16], size_t count)
{
	struct store_call call = store_call(store);

	call_array(&call, TYPE_TEXT, count);
	for (size_t i = 0; i < count; i++)
		call_element(&call, niks[i], sizeof niks[i]);
	call_array_end(&call);
	call_int2(&call, kind);
	call_text(&call, programme);
	call_int8(&call, decision_no);
	return store_run(&call, "reject", NULL);
}

static void call_decision(struct store_call *call, const struct store_decision *d)
{
	call_int8(call, d->decision_no);
	call_int8(call, d->request->request_no);
	call_bytes(call, (struct lantik_span){.data = d->leaf->decision_id, .len = 16});
	call_int4(call, d->request->office_no);
	call_int8(call, d->request->batch_no);
	call_text(call, d->manifest->kode_instansi);
	call_int2(call, d->manifest->kind);
	call_int2(call, d->manifest->step);
	call_int2(call, d->request->act);
	call_int4(call, (int32_t)d->accepted);
	call_int4(call, (int32_t)d->returned);
	call_int4(call, (int32_t)d->review);
	call_int4(call, (int32_t)d->rejected);
	call_int2(call, d->leaf->row_format);
	call_hash(call, d->leaf->rows_root);
	call_hash(call, d->leaf->rulebook_sha256);
	call_bytes(call, d->statement);
	call_int8(call, (int64_t)d->leaf->leaf_index);
	call_int2(call, d->leaf->durability);
	call_time_or_null(call, d->leaf->requested_at);
	call_time_or_null(call, d->leaf->recorded_at);
	call_bytes(call, d->row_hashes);
	call_nodes(call, d->growth);
}

enum store_result store_append_decision(struct store *store, const struct store_decision *decision)
{
	enum store_result result = store_append_leaf(store, decision->leaf_bytes, decision->growth);
	struct store_call call = store_call(store);

	if (result)
		return result;
	call_decision(&call, decision);
	result = store_run(&call, "append_decision", NULL);
	return result ? result
		      : store_move_head(store, &decision->growth->edge, decision->leaf->recorded_at,
				decision->rejected ? STORE_REJECTION : STORE_LEAVES);
}

enum store_result store_refuse_request(
	struct store *store, int64_t request_no, struct lantik_span rule_case, struct lantik_span why)
{
	struct store_call call = store_call(store);

	call_int8(&call, request_no);
	call_bytes_or_null(&call, rule_case);
	call_bytes(&call, why);
	return store_run(&call, "refuse_request", NULL);
}
