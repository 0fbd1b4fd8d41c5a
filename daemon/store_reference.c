/* What the daemon reads: rulebook, and what is held of a batch.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_private.h"

#include <string.h>

/* Nearly every look finds nothing. Leaf and note are told by functions, which are entered for a row that is there; what
 * a join needs would be set up for each look (docs/performance.md). */
#define HELD                                                                                                           \
	"b.manifest_sha256, b.outcome, b.accepted, b.returned, b.review, b.recorded_at, b.leaf_index, "                \
	"leaf_at(b.leaf_index), b.verdict, note_at(b.leaf_index + 1) FROM batch b WHERE "

#define RECORDS(agency, kind, step, root)                                                                              \
	"b.kode_instansi = " agency "::text AND b.kind = " kind "::smallint AND b.step = " step "::smallint "          \
	"AND b.records_root = " root "::bytea"

const struct store_statement store_reference_statements[] = {
	{"reference_version", "SELECT version FROM reference_version"},
	{"rulebook", "SELECT rulebook_text()"},
	{"keep_rulebook", "INSERT INTO rulebook (sha256, text) VALUES ($1::bytea, $2::text) ON CONFLICT DO NOTHING"},
	{"find", "SELECT true, " HELD STORE_ID("b.batch_id", "$2", "b.office_no", "$1")},
	{"find_records", "SELECT false, " HELD RECORDS("$1", "$2", "$3", "$4")},
	{"is_held", "SELECT EXISTS (SELECT FROM batch b WHERE " STORE_ID("b.batch_id", "$2", "b.office_no",
			    "$1") ") OR EXISTS (SELECT FROM batch b WHERE " RECORDS("$3", "$4", "$5", "$6") ")"},
	{"number", "SELECT nextval('batch_no')"},
	{"number_and_head", "SELECT " STORE_SEEN ", nextval('batch_no') FROM ledger_head"},
	{"numbers", "SELECT nextval('batch_no') FROM generate_series(1, $1::int)"},
	{"start", "SELECT nextval('batch_no'), rejected_size, " STORE_REJECTS("$1", "$2") " FROM ledger_head"},
	/* a decision's id may be named, too: its rows stand under its own number */
	{"ancestor", "SELECT b.batch_no, b.outcome, b.row_count, r.record_no, r.state = 'returned', "
		     "CASE WHEN r.state = 'accepted' THEN r.decision_no ELSE 0 END "
		     "FROM batch b LEFT JOIN record_state r ON r.batch_no = b.batch_no "
		     "WHERE " STORE_ID("b.batch_id", "$2", "b.office_no",
			     "$1") " "
				   "UNION ALL SELECT d.decision_no, 1::smallint, 0, r.record_no, r.state = 'returned', "
				   "CASE WHEN r.state = 'accepted' THEN r.decision_no ELSE 0 END "
				   "FROM decision d JOIN decided_record l ON l.decision_no = d.decision_no "
				   "JOIN record_state r ON r.batch_no = l.batch_no AND r.record_no = l.record_no "
				   "WHERE " STORE_ID("d.decision_id", "$2", "d.office_no", "$1") " ORDER BY 1, 4"},
	{NULL, NULL},
};

enum store_result store_reference_version(struct store *store, int64_t *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;
	enum store_result result = store_run(&call, "reference_version", &rows);

	if (result)
		return result;
	*ret = PQntuples(rows) ? result_int8(rows, 0, 0) : 0;
	PQclear(rows);
	return STORE_OK;
}

enum store_result store_rulebook(struct store *store, struct lantik_buffer *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;
	enum store_result result = store_run(&call, "rulebook", &rows);

	if (result)
		return result;
	if (PQntuples(rows))
		lantik_buffer_append_span(ret, result_bytes(rows, 0, 0));
	PQclear(rows);
	return STORE_OK;
}

enum store_result store_keep_rulebook(struct store *store, const uint8_t digest[LANTIK_HASH], struct lantik_span text)
{
	struct store_call call = store_call(store);

	call_bytes(&call, (struct lantik_span){.data = digest, .len = LANTIK_HASH});
	call_bytes(&call, text);
	return store_run(&call, "keep_rulebook", NULL);
}

void store_held_free(struct store_held *held)
{
	lantik_buffer_free(&held->leaf);
	lantik_buffer_free(&held->verdict);
	lantik_buffer_free(&held->note);
}

/* The columns of HELD behind the flag same_id. */
static void held_from(const PGresult *rows, struct store_held *ret)
{
	*ret = (struct store_held){.found = true,
		.same_id = result_bool(rows, 0, 0),
		.refused = result_int2(rows, 0, 2) == 2,
		.accepted = (uint32_t)result_int4(rows, 0, 3),
		.returned = (uint32_t)result_int4(rows, 0, 4),
		.review = (uint32_t)result_int4(rows, 0, 5),
		.recorded_at = result_int8(rows, 0, 6) + STORE_EPOCH_MICROS,
		.leaf_index = (uint64_t)result_int8(rows, 0, 7)};
	struct lantik_span digest = result_bytes(rows, 0, 1);
	if (digest.len == LANTIK_HASH) /* else it was altered, and is that of no batch */
		memcpy(ret->manifest_sha256, digest.data, LANTIK_HASH);
	lantik_buffer_append_span(&ret->leaf, result_bytes(rows, 0, 8));
	lantik_buffer_append_span(&ret->verdict, result_bytes(rows, 0, 9));
	if (!PQgetisnull(rows, 0, 10))
		lantik_buffer_append_span(&ret->note, result_bytes(rows, 0, 10));
}

/* What was found first stays: the id comes before the records. A batch without its leaf is not found. */
static void read_held(const PGresult *rows, void *to)
{
	struct store_held *held = to;

	if (!held->found && PQntuples(rows) && !PQgetisnull(rows, 0, 8))
		held_from(rows, held);
}

static enum store_result ask_id(
	struct store *store, int32_t office_no, struct lantik_span batch_id, struct store_held *ret)
{
	struct store_call call = store_call(store);

	call_int4(&call, office_no);
	call_bytes(&call, batch_id);
	return store_run_read(&call, "find", read_held, ret);
}

enum store_result store_find(struct store *store, int32_t office_no, const uint8_t batch_id[16], struct store_held *ret)
{
	*ret = (struct store_held){0};
	return ask_id(store, office_no, (struct lantik_span){.data = batch_id, .len = 16}, ret);
}

static enum store_result ask_records(
	struct store *store, const struct lantik_manifest *manifest, struct store_held *ret)
{
	struct store_call call = store_call(store);

	call_text(&call, manifest->kode_instansi);
	call_int2(&call, manifest->kind);
	call_int2(&call, manifest->step);
	call_bytes(&call, manifest->records_root);
	return store_run_read(&call, "find_records", read_held, ret);
}

static void read_start(const PGresult *rows, void *to)
{
	*(struct store_start *)to = (struct store_start){.batch_no = result_int8(rows, 0, 0),
		.rejections = {.size = (uint64_t)result_int8(rows, 0, 1), .any = result_bool(rows, 0, 2)}};
}

static enum store_result ask_start(struct store *store, const struct lantik_manifest *manifest, struct store_start *ret)
{
	struct store_call call = store_call(store);

	call_int2(&call, manifest->kind);
	call_text(&call, manifest->programme);
	return store_run_read(&call, "start", read_start, ret);
}

enum store_result store_find_or_number(struct store *store, struct store_query *query)
{
	store_hurry(store);
	query->held = (struct store_held){0};
	enum store_result result = ask_id(store, query->office_no, query->manifest->batch_id, &query->held);
	if (!result)
		result = ask_records(store, query->manifest, &query->held);
	if (!result)
		result = ask_start(store, query->manifest, &query->start);
	enum store_result asked = store_calm(store);
	return result ? result : asked;
}

/* ---- the same in parts ---- */

/* Nothing but what waits for it hurries. */
static enum store_result post(struct store *store, enum store_result result)
{
	if (!result)
		result = store_post(store);
	store->hurries = false;
	return result;
}

static void read_numbers(const PGresult *rows, void *to)
{
	struct store_numbers *numbers = to;

	numbers->count = (size_t)PQntuples(rows);
	LANTIK_ASSERT(numbers->count <= STORE_NUMBERS);
	for (size_t i = 0; i < numbers->count; i++)
		numbers->of[i] = result_int8(rows, (int)i, 0);
}

static void read_number_and_head(const PGresult *rows, void *to)
{
	struct store_numbers *numbers = to;

	if (!PQntuples(rows))
		return;
	store_read_head(rows, &numbers->seen);
	numbers->count = 1;
	numbers->of[0] = result_int8(rows, 0, STORE_SEEN_COLUMNS);
}

/* The head is read by the snapshot of the statement, and the number is taken after that: who committed a leaf below the
 * head has a smaller number. */
enum store_result store_ask_number_and_head(struct store *store, struct store_numbers *ret)
{
	struct store_call call = store_call(store);

	ret->count = 0;
	return store_run_read(&call, "number_and_head", read_number_and_head, ret);
}

void store_ask_numbers(struct store *store, size_t count, bool sees, struct store_numbers *ret)
{
	struct store_call call = store_call(store);

	LANTIK_ASSERT(count >= 1 && count <= STORE_NUMBERS && (!sees || count == 1));
	ret->count = 0;
	ret->sees = sees;
	ret->is_stocked = false;
	if (!store->connection)
		return;
	store_hurry_behind(store);
	if (count > 1)
		call_int4(&call, (int32_t)count);
	enum store_result result = sees ? store_ask_number_and_head(store, ret)
					: store_run_read(&call, count > 1 ? "numbers" : "number", read_numbers, ret);
	if (post(store, result) && store->connection)
		store->why[0] = '\0';
}

static void read_bool(const PGresult *rows, void *to)
{
	*(bool *)to = result_bool(rows, 0, 0);
}

static enum store_result ask_held(struct store *store, struct store_held_asked *asked)
{
	struct store_call call = store_call(store);
	const struct lantik_manifest *m = asked->manifest;

	call_int4(&call, asked->office_no);
	call_bytes(&call, m->batch_id);
	call_text(&call, m->kode_instansi);
	call_int2(&call, m->kind);
	call_int2(&call, m->step);
	call_bytes(&call, m->records_root);
	return store_run_read(&call, "is_held", read_bool, &asked->held);
}

enum store_result store_ask_held(struct store *store, struct store_held_asked *const *asked, size_t count)
{
	enum store_result result = STORE_OK;

	store_hurry_behind(store);
	for (size_t i = 0; i < count && !result; i++) {
		asked[i]->held = false;
		result = ask_held(store, asked[i]);
	}
	return post(store, result);
}

static void ancestor_from(const PGresult *rows, struct store_ancestor *ret)
{
	int count = PQntuples(rows);

	*ret = (struct store_ancestor){0};
	if (!count)
		return;
	ret->batch_no = result_int8(rows, 0, 0);
	ret->refused = result_int2(rows, 0, 1) == 2;
	ret->row_count = result_int4(rows, 0, 2);
	ret->records = calloc((size_t)count, sizeof *ret->records);
	LANTIK_ASSERT(ret->records);
	for (int row = 0; row < count && !PQgetisnull(rows, row, 3); row++)
		ret->records[ret->count++] = (struct store_kept_back){.record_no = result_int4(rows, row, 3),
			.returned = result_bool(rows, row, 4),
			.accepted_by = result_int8(rows, row, 5)};
}

enum store_result store_ancestor(
	struct store *store, int32_t office_no, struct lantik_span batch_id, struct store_ancestor *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_int4(&call, office_no);
	call_bytes(&call, batch_id);
	enum store_result result = store_run(&call, "ancestor", &rows);
	if (result)
		return result;
	ancestor_from(rows, ret);
	PQclear(rows);
	return STORE_OK;
}

void store_ancestor_free(struct store_ancestor *ancestor)
{
	free(ancestor->records);
	*ancestor = (struct store_ancestor){0};
}
