/* Reading batches and decisions as they stand now.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_enquiry.h"

#include <string.h>

#include "store_private.h"
#include "store_witness.h"

/* What a receipt adds to its statement: leaf, proof and note. */
#define AROUND_STATEMENT (LANTIK_MAX_LEAF * 2 + LANTIK_MAX_PROOF * 48 + LANTIK_MAX_NOTE + 256)

/* Counts of a batch that was refused whole are those of its verdict: none of its records is kept by itself. */
#define NOW                                                                                                            \
	"CASE b.outcome WHEN 1 THEN b.accepted + n.accepted ELSE 0 END::int, "                                         \
	"CASE b.outcome WHEN 1 THEN n.returned ELSE b.returned END::int, "                                             \
	"CASE b.outcome WHEN 1 THEN n.review ELSE b.review END::int, n.rejected::int"
#define NOW_TABLE                                                                                                      \
	"CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE state = 'accepted') AS accepted, "                          \
	"count(*) FILTER (WHERE state = 'returned') AS returned, count(*) FILTER (WHERE state = 'review') AS review, " \
	"count(*) FILTER (WHERE state = 'rejected') AS rejected FROM record_state s WHERE s.batch_no = b.batch_no) n"

#define DECISIONS                                                                                                      \
	"SELECT p.leaf_index, l.leaf, p.statement, c.note FROM (SELECT leaf_index, statement, "                        \
	"sum(octet_length(statement) + $5::bigint) OVER w AS bytes, row_number() OVER w AS place "                     \
	"FROM decision WHERE batch_no = $1::bigint AND leaf_index >= $2::bigint "                                      \
	"WINDOW w AS (ORDER BY leaf_index)) p JOIN ledger_leaf l USING (leaf_index) "                                  \
	"LEFT JOIN checkpoint c ON c.size = p.leaf_index + 1 "                                                         \
	"WHERE p.bytes <= $3::bigint AND p.place <= $4::bigint ORDER BY p.leaf_index"

/* Both parts by their own index, each no longer than the page. */
#define ENTRIES                                                                                                        \
	"(SELECT b.leaf_index, b.batch_id, NULL::uuid, b.manifest_sha256, b.outcome, " NOW ", "                        \
	"(extract(epoch FROM b.recorded_at) * 1000000)::bigint, b.batch_no FROM (SELECT * FROM batch "                 \
	"WHERE office_no = $1::int AND leaf_index >= $2::bigint ORDER BY leaf_index LIMIT $3::bigint) b " NOW_TABLE    \
	") UNION ALL (SELECT d.leaf_index, b.batch_id, d.decision_id, NULL, 0::smallint, d.accepted, d.returned, "     \
	"d.review, d.rejected, (extract(epoch FROM d.recorded_at) * 1000000)::bigint, d.decision_no "                  \
	"FROM (SELECT * FROM decision WHERE office_no = $1::int AND leaf_index >= $2::bigint "                         \
	"ORDER BY leaf_index LIMIT $3::bigint) d JOIN batch b ON b.batch_no = d.batch_no) ORDER BY 1 LIMIT $3::bigint"

const struct store_statement store_enquiry_statements[] = {
	{"standing", "SELECT b.batch_no, " NOW " FROM batch b " NOW_TABLE
		     " WHERE " STORE_ID("b.batch_id", "$2", "b.office_no", "$1")},
	{"decisions", DECISIONS},
	{"decision_count", "SELECT count(*) FROM decision WHERE batch_no = $1::bigint AND leaf_index >= $2::bigint"},
	{"entries", ENTRIES},
	{"outcomes", "SELECT record_no, outcome FROM unnest($1::bigint[]) WITH ORDINALITY AS w(decision_no, place) "
		     "JOIN decided_record d USING (decision_no) ORDER BY w.place, d.record_no"},
	{NULL, NULL},
};

enum store_result store_snapshot(struct store *store)
{
	return store_simple(store, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", NULL);
}

enum store_result store_standing(
	struct store *store, int32_t office_no, const uint8_t batch_id[16], struct store_standing *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_int4(&call, office_no);
	call_bytes(&call, (struct lantik_span){.data = batch_id, .len = 16});
	enum store_result result = store_run(&call, "standing", &rows);
	if (result)
		return result;
	*ret = (struct store_standing){0};
	if (PQntuples(rows))
		*ret = (struct store_standing){.batch_no = result_int8(rows, 0, 0),
			.accepted = (uint32_t)result_int4(rows, 0, 1),
			.returned = (uint32_t)result_int4(rows, 0, 2),
			.review = (uint32_t)result_int4(rows, 0, 3),
			.rejected = (uint32_t)result_int4(rows, 0, 4)};
	PQclear(rows);
	return STORE_OK;
}

/* Of a decision: leaf, statement and note. Of an entry: ids and digest. */
static const int copied_columns[] = {1, 2, 3};

static enum store_result count_decisions(struct store *store, int64_t batch_no, uint64_t from, size_t *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_int8(&call, batch_no);
	call_int8(&call, (int64_t)from);
	enum store_result result = store_run(&call, "decision_count", &rows);
	if (result)
		return result;
	*ret = (size_t)result_int8(rows, 0, 0);
	PQclear(rows);
	return STORE_OK;
}

enum store_result store_decisions(
	struct store *store, int64_t batch_no, uint64_t from, size_t receipt_bytes, struct store_decisions *ret)
{
	size_t held;
	enum store_result result = count_decisions(store, batch_no, from, &held);

	if (result)
		return result;
	struct store_call call = store_call(store);
	PGresult *rows;

	call_int8(&call, batch_no);
	call_int8(&call, (int64_t)from);
	call_int8(&call, (int64_t)receipt_bytes);
	call_int8(&call, LANTIK_MAX_DECISIONS);
	call_int8(&call, AROUND_STATEMENT);
	result = store_run(&call, "decisions", &rows);
	if (result)
		return result;
	uint8_t *room = result_room(rows, copied_columns, 3, &ret->bytes);
	ret->count = (size_t)PQntuples(rows);
	ret->more = held > ret->count;
	for (int row = 0; row < PQntuples(rows); row++)
		ret->items[row] = (struct store_decided){.leaf_index = (uint64_t)result_int8(rows, row, 0),
			.leaf = result_copy(rows, row, 1, &room),
			.statement = result_copy(rows, row, 2, &room),
			.note = result_copy(rows, row, 3, &room)};
	PQclear(rows);
	return STORE_OK;
}

void store_decisions_free(struct store_decisions *decisions)
{
	lantik_buffer_free(&decisions->bytes);
}

static void entry_from(const PGresult *rows, int row, uint8_t **room, struct lantik_reconcile_entry *ret)
{
	static const enum lantik_batch_state states[] = {0, LANTIK_STATE_COMMITTED, LANTIK_STATE_REFUSED};

	*ret = (struct lantik_reconcile_entry){.leaf_index = (uint64_t)result_int8(rows, row, 0),
		.batch_id = result_copy(rows, row, 1, room),
		.decision_id = result_copy(rows, row, 2, room),
		.manifest_sha256 = result_copy(rows, row, 3, room),
		.state = states[result_int2(rows, row, 4)],
		.accepted = (uint32_t)result_int4(rows, row, 5),
		.returned = (uint32_t)result_int4(rows, row, 6),
		.review = (uint32_t)result_int4(rows, row, 7),
		.rejected = (uint32_t)result_int4(rows, row, 8),
		.recorded_at = result_int8(rows, row, 9)};
	if (ret->decision_id.len)
		ret->record_count = (size_t)ret->accepted + ret->returned + ret->review + ret->rejected;
}

/* Entries of the page: as many as were asked for, and no more behind the one that fills it with records. */
static void fill_page(const PGresult *rows, uint32_t limit, struct store_entries *ret)
{
	uint8_t *room = result_room(rows, copied_columns, 3, &ret->bytes);
	size_t records = 0;

	ret->items = calloc((size_t)PQntuples(rows) + 1, sizeof *ret->items);
	LANTIK_ASSERT(ret->items);
	for (int row = 0; row < PQntuples(rows); row++) {
		if (ret->count == limit || records >= LANTIK_MAX_RECORDS) {
			ret->next_leaf = (uint64_t)result_int8(rows, row, 0);
			return;
		}
		struct lantik_reconcile_entry *entry = &ret->items[ret->count++];
		entry_from(rows, row, &room, entry);
		records += entry->record_count;
	}
}

static enum store_result page(
	struct store *store, int32_t office_no, uint64_t from_leaf, uint32_t limit, PGresult **ret_rows)
{
	struct store_call call = store_call(store);

	call_int4(&call, office_no);
	call_int8(&call, (int64_t)from_leaf);
	call_int8(&call, (int64_t)limit + 1);
	return store_run(&call, "entries", ret_rows);
}

/* What each decision of the page made of its records; decision_nos are those of the items that have records. */
static enum store_result outcomes(
	struct store *store, const int64_t *decision_nos, size_t count, struct store_entries *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_array(&call, TYPE_INT8, count);
	for (size_t i = 0; i < count; i++)
		call_element_int8(&call, decision_nos[i]);
	call_array_end(&call);
	enum store_result result = store_run(&call, "outcomes", &rows);
	if (result)
		return result;
	ret->records = calloc((size_t)PQntuples(rows) + 1, sizeof *ret->records);
	LANTIK_ASSERT(ret->records);
	for (int row = 0; row < PQntuples(rows); row++)
		ret->records[row] = (struct lantik_reconcile_record){.record_no = (uint32_t)result_int4(rows, row, 0),
			.outcome = (enum lantik_record_state)result_int2(rows, row, 1)};
	size_t at = 0;
	for (size_t i = 0; i < ret->count; i++) {
		ret->items[i].records = ret->records + at;
		at += ret->items[i].record_count;
	}
	bool whole = at == (size_t)PQntuples(rows);
	PQclear(rows);
	if (whole)
		return STORE_OK;
	snprintf(store->why, sizeof store->why, "decided_record does not hold what decision counts");
	return STORE_FAILED;
}

static enum store_result fill_outcomes(struct store *store, const PGresult *rows, struct store_entries *ret)
{
	int64_t *decision_nos = calloc(ret->count + 1, sizeof *decision_nos);
	size_t count = 0;

	LANTIK_ASSERT(decision_nos);
	for (size_t i = 0; i < ret->count; i++)
		if (ret->items[i].record_count)
			decision_nos[count++] = result_int8(rows, (int)i, 10);
	enum store_result result = count ? outcomes(store, decision_nos, count, ret) : STORE_OK;
	free(decision_nos);
	return result;
}

enum store_result store_entries(
	struct store *store, int32_t office_no, uint64_t from_leaf, uint32_t limit, struct store_entries *ret)
{
	struct store_head head;
	PGresult *rows;
	enum store_result result = store_head(store, &head);

	if (!result)
		result = page(store, office_no, from_leaf, limit, &rows);
	if (result)
		return result;
	ret->ledger_size = head.size;
	fill_page(rows, limit, ret);
	result = fill_outcomes(store, rows, ret);
	PQclear(rows);
	return result;
}

void store_entries_free(struct store_entries *entries)
{
	free(entries->items);
	free(entries->records);
	lantik_buffer_free(&entries->bytes);
}
