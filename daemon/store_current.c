/* What a batch makes current, under the locks of its people.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_private.h"

#include <stdlib.h>
#include <string.h>

#include "current.h"
#include "row_sort.h"

/* A later step of the same agency and number and, when it names a predecessor, of that very row; of a person who stands
 * under no other kind. The place of a formation stays as it is. The rows come sorted by NIK, in which order they are
 * locked. Arrays that would say nothing are empty: unnest makes them NULL.
 *
 * The key is compared by BETWEEN: over an equality a plan may read the whole table in the order of the key, for each
 * row of the array again, and does when the statistics were made while the first batch was being written. */
#define CONTINUE                                                                                                       \
	"UPDATE current_appointment c SET nip_key = coalesce(c.nip_key, nullif(x.nip_key, 0)), step = $3::smallint, "  \
	"change_kind = NULL, batch_no = $1::bigint, record_no = x.record_no "                                          \
	"FROM unnest($5::bigint[], $6::bigint[], $7::int[], $8::bigint[], $9::int[]) "                                 \
	"AS x(nik_key, nip_key, record_no, before_batch, before_record) "                                              \
	"WHERE c.nik_key BETWEEN x.nik_key AND x.nik_key "                                                             \
	"AND c.kind = $2::smallint AND c.step < $3::smallint AND c.other_kinds IS NULL "                               \
	"AND c.kode_instansi = $4::text AND coalesce(c.change_kind, 1) < 3 "                                           \
	"AND (x.nip_key = c.nip_key & -8 OR coalesce(x.nip_key, 0) = 0 OR c.nip_key IS NULL) "                         \
	"AND (coalesce(x.before_batch, 0) = 0 OR (x.before_batch, x.before_record) = (c.batch_no, c.record_no))"

/* After the look under lock: a row becomes current when it is the person's first of its kind, or has its bit in $11. A
 * new row takes a place of its formation ($5) in its group; a later one keeps the place, but for those in $12.
 *
 * A number that a row brings first is taken in slot 0, where it is free for everybody or for nobody; another row of the
 * same person holds it in its own slot, which the look found. */
#define CURRENT                                                                                                        \
	"WITH made AS (INSERT INTO current_appointment AS c (nik_key, nip_key, batch_no, record_no, "                  \
	"kind, step, kelompok_lapor, change_kind, kode_instansi, programme) "                                          \
	"SELECT x.nik_key, nullif(x.nip_key, 0), $1::bigint, x.record_no, $2::smallint, $3::smallint, "                \
	"x.kelompok_lapor, nullif(x.change_kind, 0::smallint), $4::text, $5::text "                                    \
	"FROM unnest($6::bigint[], $7::bigint[], $8::int[], $9::smallint[], $10::smallint[]) "                         \
	"AS x(nik_key, nip_key, record_no, kelompok_lapor, change_kind) "                                              \
	"ON CONFLICT (nik_key) DO UPDATE SET nip_key = CASE WHEN c.nip_key IS NULL "                                   \
	"OR excluded.nip_key >> 3 <> c.nip_key >> 3 THEN excluded.nip_key ELSE c.nip_key END, "                        \
	"kode_instansi = excluded.kode_instansi, step = excluded.step, change_kind = excluded.change_kind, "           \
	"batch_no = excluded.batch_no, record_no = excluded.record_no, "                                               \
	"programme = CASE WHEN get_bit($12::bytea, excluded.record_no) = 1 THEN excluded.programme ELSE c.programme "  \
	"END, "                                                                                                        \
	"kelompok_lapor = CASE WHEN get_bit($12::bytea, excluded.record_no) = 1 THEN excluded.kelompok_lapor "         \
	"ELSE c.kelompok_lapor END "                                                                                   \
	"WHERE c.kind = excluded.kind AND get_bit($11::bytea, excluded.record_no) = 1 "                                \
	"RETURNING kelompok_lapor, "                                                                                   \
	"xmax = 0 AND programme IS NOT NULL AND change_kind IS DISTINCT FROM 4 AS begun) "                             \
	"SELECT coalesce(kelompok_lapor, 0::smallint), count(*), count(*) FILTER (WHERE begun) FROM made GROUP BY 1"

/* People who stand under another kind now, in the row that a further step of theirs meets first. */
#define MARK_KINDS                                                                                                     \
	"UPDATE current_appointment SET other_kinds = true "                                                           \
	"WHERE nik_key = ANY ($1::bigint[]) AND other_kinds IS NULL"

/* A number whose slot 0 its person left, and which the same person still has under another kind: slot 0 is what keeps
 * others off it. */
#define KEEP_NUMBERS                                                                                                   \
	"UPDATE current_appointment c SET nip_key = k.first FROM (SELECT DISTINCT ON (x.nip_key & -8) x.nik_key, "     \
	"x.nip_key & -8 AS first FROM unnest($1::bigint[]) AS p(first) "                                               \
	"JOIN LATERAL (SELECT * FROM current_appointment x WHERE x." OF_PERSON " OFFSET 0) x ON true "                 \
	"WHERE x.nip_key IS NOT NULL AND NOT EXISTS (SELECT FROM current_appointment z "                               \
	"WHERE z.nip_key = x.nip_key & -8) ORDER BY x.nip_key & -8, x.nip_key) k "                                     \
	"WHERE c.nik_key BETWEEN k.nik_key AND k.nik_key"

const struct store_statement store_current_statements[] = {
	{"continue", CONTINUE},
	{"current", CURRENT},
	{"mark_kinds", MARK_KINDS},
	{"keep_numbers", KEEP_NUMBERS},
	{NULL, NULL},
};

enum store_result store_copy_current_begin(struct store *store)
{
	return store_copy_into(store, "COPY current_appointment (" CURRENT_COLUMNS ") FROM STDIN (FORMAT binary)");
}

static int64_t before_batch_of(const struct row *row)
{
	return row->supersedes_batch_no;
}

int32_t row_record_no(const struct row *row)
{
	return (int32_t)row->record_no;
}

static int32_t before_record_of(const struct row *row)
{
	return row->supersedes_record_no;
}

static int32_t group_of(const struct row *row)
{
	return row->kelompok_lapor;
}

static int64_t nik_key_of(const struct row *row)
{
	return current_key(row->nik, row->nik_slot);
}

static int64_t nip_key_of(const struct row *row)
{
	return row->nip ? current_key(row->nip, row->nip_slot) : 0;
}

int64_t row_first_nik_key(const struct row *row)
{
	return current_key(row->nik, 0);
}

int64_t row_first_nip_key(const struct row *row)
{
	return current_key(row->nip, 0);
}

static int32_t change_of(const struct row *row)
{
	return row->change_kind;
}

void call_int8s(struct store_call *call, struct row *const *rows, size_t count, bool may_be_empty,
	int64_t (*of)(const struct row *row))
{
	size_t first = 0;

	while (may_be_empty && first < count && !of(rows[first]))
		first++;
	if (first == count)
		count = 0;
	call_array(call, TYPE_INT8, count);
	for (size_t i = 0; i < count; i++)
		call_element_int8(call, of(rows[i]));
	call_array_end(call);
}

static void call_int2s(
	struct store_call *call, struct row *const *rows, size_t count, int32_t (*of)(const struct row *row))
{
	size_t first = 0;

	while (first < count && !of(rows[first]))
		first++;
	if (first == count)
		count = 0;
	call_array(call, TYPE_INT2, count);
	for (size_t i = 0; i < count; i++)
		call_element_int2(call, of(rows[i]));
	call_array_end(call);
}

void call_int4s(struct store_call *call, struct row *const *rows, size_t count, int32_t (*of)(const struct row *row))
{
	call_array(call, TYPE_INT4, count);
	for (size_t i = 0; i < count; i++)
		call_element_int4(call, of(rows[i]));
	call_array_end(call);
}

/* Groups of a batch without a programme are NULL, of another one never, not even where there is none. */
static void call_groups(struct store_call *call, const struct store_to_current *what)
{
	size_t count = what->manifest->programme.len ? what->count : 0;

	call_array(call, TYPE_INT2, count);
	for (size_t i = 0; i < count; i++)
		call_element_int2(call, group_of(what->rows[i]));
	call_array_end(call);
}

/* A bit a record, as get_bit reads it. */
struct record_bits {
	uint8_t bytes[LANTIK_MAX_RECORDS / 8 + 1];
};

static void bits_add(struct record_bits *bits, uint32_t record_no)
{
	bits->bytes[record_no / 8] |= (uint8_t)(1u << record_no % 8);
}

static void call_bits(struct store_call *call, const struct record_bits *bits)
{
	call_bytes(call, (struct lantik_span){.data = bits->bytes, .len = sizeof bits->bytes});
}

/* Records that were judged, and those whose current version fills another place than before. */
static void mark(const struct store_to_current *what, struct record_bits *ret_judged, struct record_bits *ret_placed)
{
	for (size_t i = 0; i < what->judged_count; i++)
		bits_add(ret_judged, (uint32_t)what->judged[i]);
	for (size_t i = 0; i < what->count; i++)
		if (row_takes_another(what->rows[i]))
			bits_add(ret_placed, what->rows[i]->record_no);
}

static void call_current(struct store_call *call, const struct store_to_current *what)
{
	struct row *const *rows = what->rows;
	size_t count = what->count;

	call_int8(call, what->batch_no);
	call_int2(call, what->manifest->kind);
	call_int2(call, what->manifest->step);
	call_text(call, what->manifest->kode_instansi);
	call_text_or_null(call, what->manifest->programme);
	call_int8s(call, rows, count, false, nik_key_of);
	call_int8s(call, rows, count, true, nip_key_of);
	call_int4s(call, rows, count, row_record_no);
	call_groups(call, what);
	call_int2s(call, rows, count, change_of);
}

enum store_result store_continue(struct store *store, const struct store_to_current *what, size_t *ret_rows)
{
	struct store_call call = store_call(store);
	PGresult *done;

	call_int8(&call, what->batch_no);
	call_int2(&call, what->manifest->kind);
	call_int2(&call, what->manifest->step);
	call_text(&call, what->manifest->kode_instansi);
	call_int8s(&call, what->rows, what->count, false, row_first_nik_key);
	call_int8s(&call, what->rows, what->count, true, row_first_nip_key);
	call_int4s(&call, what->rows, what->count, row_record_no);
	call_int8s(&call, what->rows, what->count, true, before_batch_of);
	call_int4s(&call, what->rows, what->count, before_record_of);
	enum store_result result = store_run(&call, "continue", &done);
	if (result)
		return result;
	*ret_rows = strtoul(PQcmdTuples(done), NULL, 10);
	PQclear(done);
	return STORE_OK;
}

static bool joins(const struct row *row)
{
	return row->joins;
}

static bool leaves_number(const struct row *row)
{
	return row->leaves_number;
}

/* A statement about the people of some of the rows, when there are any. */
static enum store_result run_about(struct store *store, const struct store_to_current *what, const char *statement,
	bool (*concerns)(const struct row *row))
{
	struct store_call call = store_call(store);
	size_t count = 0;

	for (size_t i = 0; i < what->count; i++)
		count += concerns(what->rows[i]);
	if (!count)
		return STORE_OK;
	call_array(&call, TYPE_INT8, count);
	for (size_t i = 0; i < what->count; i++)
		if (concerns(what->rows[i]))
			call_element_int8(&call, row_first_nik_key(what->rows[i]));
	call_array_end(&call);
	return store_run(&call, statement, NULL);
}

enum store_result store_current(
	struct store *store, const struct store_to_current *what, struct store_made_current *ret)
{
	struct store_call call = store_call(store);
	struct record_bits judged = {0}, placed = {0};
	PGresult *rows;

	mark(what, &judged, &placed);
	call_current(&call, what);
	call_bits(&call, &judged);
	call_bits(&call, &placed);
	enum store_result result = store_run(&call, "current", &rows);
	if (result)
		return result;
	*ret = (struct store_made_current){0};
	for (int i = 0; i < PQntuples(rows); i++) {
		ret->rows += (uint32_t)result_int8(rows, i, 1);
		ret->begun[result_int2(rows, i, 0) & LANTIK_WORD_UNREADABLE] += (uint32_t)result_int8(rows, i, 2);
	}
	PQclear(rows);
	result = run_about(store, what, "mark_kinds", joins);
	return result ? result : run_about(store, what, "keep_numbers", leaves_number);
}
