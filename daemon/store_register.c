/* What a batch makes current, what the register holds of its people, and the counters: everything of the commit that
 * takes locks by person and by group.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_private.h"

#include <inttypes.h>
#include <string.h>

#include "current.h"
#include "row_sort.h"

/* A row may become current when it is the person's first of its kind, or a later step of the same agency and number
 * and, when it names a predecessor, of that very row; and when the person stands under no other kind. What else is
 * legal was judged under lock and is listed in $13. A new row takes a place of its formation ($5) in its group; a later
 * one keeps the place, but for those listed in $14. Arrays that would say nothing are empty: unnest makes them NULL.
 * The rows come sorted by NIK, in which order they are locked.
 *
 * A number that a row brings first is taken in slot 0, where it is free for everybody or for nobody; another row of the
 * same person holds it in its own slot, which the look under lock found. */
#define CURRENT                                                                                                        \
	"WITH made AS (INSERT INTO current_appointment AS c (nik_key, nip_key, batch_no, record_no, "                  \
	"kind, step, kelompok_lapor, change_kind, supersedes_batch_no, supersedes_record_no, kode_instansi, "          \
	"programme) "                                                                                                  \
	"SELECT x.nik_key, nullif(x.nip_key, 0), $1::bigint, x.record_no, $2::smallint, $3::smallint, "                \
	"x.kelompok_lapor, "                                                                                           \
	"nullif(x.change_kind, 0::smallint), nullif(x.before_batch, 0), "                                              \
	"CASE WHEN x.before_batch <> 0 THEN x.before_record END, $4::text, $5::text "                                  \
	"FROM unnest($6::bigint[], $7::bigint[], $8::int[], $9::smallint[], $10::smallint[], $11::bigint[], "          \
	"$12::int[]) AS x(nik_key, nip_key, record_no, kelompok_lapor, change_kind, before_batch, before_record) "     \
	"ON CONFLICT (nik_key) DO UPDATE SET nip_key = CASE WHEN c.nip_key IS NULL "                                   \
	"OR excluded.nip_key >> 3 <> c.nip_key >> 3 THEN excluded.nip_key ELSE c.nip_key END, "                        \
	"kode_instansi = excluded.kode_instansi, step = excluded.step, change_kind = excluded.change_kind, "           \
	"batch_no = excluded.batch_no, record_no = excluded.record_no, "                                               \
	"supersedes_batch_no = excluded.supersedes_batch_no, supersedes_record_no = excluded.supersedes_record_no, "   \
	"programme = CASE WHEN excluded.record_no = ANY ($14::int[]) THEN excluded.programme ELSE c.programme END, "   \
	"kelompok_lapor = CASE WHEN excluded.record_no = ANY ($14::int[]) THEN excluded.kelompok_lapor "               \
	"ELSE c.kelompok_lapor END "                                                                                   \
	"WHERE c.kind = excluded.kind AND ((excluded.step > c.step AND c.other_kinds IS NULL "                         \
	"AND excluded.kode_instansi = c.kode_instansi "                                                                \
	"AND excluded.change_kind IS NULL AND coalesce(c.change_kind, 1) < 3 "                                         \
	"AND (excluded.nip_key >> 3 = c.nip_key >> 3 OR excluded.nip_key IS NULL OR c.nip_key IS NULL) "               \
	"AND (excluded.supersedes_batch_no IS NULL OR (excluded.supersedes_batch_no, excluded.supersedes_record_no) "  \
	"= (c.batch_no, c.record_no))) OR excluded.record_no = ANY ($13::int[])) "                                     \
	"RETURNING kelompok_lapor, xmax = 0 AND supersedes_batch_no IS NOT NULL AS orphan, "                           \
	"xmax = 0 AND programme IS NOT NULL AND change_kind IS DISTINCT FROM 4 AS begun) "                             \
	"SELECT coalesce(kelompok_lapor, 0::smallint), count(*), count(*) FILTER (WHERE orphan), "                     \
	"count(*) FILTER (WHERE begun) FROM made GROUP BY 1"

/* Keys of all slots of the person p, whose slot 0 is given. LATERAL keeps the planner from beginning at the table. */
#define OF_PERSON "nik_key BETWEEN p.first AND p.first + 7"

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
	"WHERE z.nip_key = x.nip_key & -8) ORDER BY x.nip_key & -8, x.nip_key) k WHERE c.nik_key = k.nik_key"

#define LOCK_PEOPLE                                                                                                    \
	"SELECT count(*) FROM (SELECT first FROM unnest($1::bigint[]) AS p(first) ORDER BY 1) p "                      \
	"JOIN LATERAL (SELECT FROM current_appointment x WHERE x." OF_PERSON                                           \
	" ORDER BY x.nik_key FOR UPDATE) c ON true"
#define FACTS                                                                                                          \
	"SELECT p.record_no, c.nik_key & -8 = p.first, c.kind, coalesce(c.nip_key >> 3, 0), "                          \
	"(c.nik_key & 7)::smallint, coalesce(c.nip_key & 7, 0)::smallint, "                                            \
	"c.kode_instansi = $4::text, coalesce(c.change_kind, 0::smallint), c.step, c.batch_no, c.record_no, "          \
	"coalesce(c.programme, ''), coalesce(c.kelompok_lapor, 0::smallint) "                                          \
	"FROM unnest($1::int[], $2::bigint[], $3::bigint[]) AS p(record_no, first, nip) "                              \
	"JOIN LATERAL (SELECT * FROM current_appointment x WHERE x." OF_PERSON " UNION ALL "                           \
	"SELECT * FROM current_appointment x WHERE x.nip_key BETWEEN p.nip AND p.nip + 7 "                             \
	"AND x.nik_key & -8 <> p.first) c ON true ORDER BY 1"

/* All groups in one statement, locked in their order. A withdrawal only ever subtracts, so what is inserted is never
 * negative; a group whose quota does not hold what is added returns no row. */
#define FORMATION                                                                                                      \
	"WITH w AS MATERIALIZED (SELECT * FROM unnest($3::text[], $4::smallint[], $5::bigint[], $6::bigint[]) "        \
	"AS w(programme, kelompok_lapor, change, quota)) "                                                             \
	"INSERT INTO formation_use AS f (kode_instansi, kind, programme, kelompok_lapor, used) "                       \
	"SELECT $1::text, $2::smallint, programme, kelompok_lapor, greatest(change, 0) FROM w "                        \
	"WHERE change <= quota ORDER BY programme COLLATE \"C\", kelompok_lapor "                                      \
	"ON CONFLICT (kode_instansi, kind, programme, kelompok_lapor) DO UPDATE SET used = f.used + "                  \
	"(SELECT change FROM w WHERE (w.programme, w.kelompok_lapor) = (f.programme, f.kelompok_lapor)) "              \
	"WHERE EXISTS (SELECT FROM w WHERE (w.programme, w.kelompok_lapor) = (f.programme, f.kelompok_lapor) "         \
	"AND (change <= 0 OR f.used + change <= quota)) RETURNING 1"

const struct store_statement store_register_statements[] = {
	{"current", CURRENT},
	{"mark_kinds", MARK_KINDS},
	{"keep_numbers", KEEP_NUMBERS},
	{"ledger_size", "SELECT size FROM ledger_head"},
	{"lock_people", LOCK_PEOPLE},
	{"facts", FACTS},
	{"rejections", "SELECT rejected_size, " STORE_REJECTS("$1", "$2") " FROM ledger_head"},
	{"rejected", "SELECT p.record_no FROM unnest($1::int[], $2::text[]) AS p(record_no, nik) "
		     "LEFT JOIN LATERAL (SELECT true AS hit FROM rejected r WHERE r.nik = p.nik "
		     "AND r.kind = $3::smallint AND r.programme = $4::text LIMIT 1) r ON true "
		     "WHERE r.hit ORDER BY 1"},
	{"counter", "INSERT INTO counter AS c (kode_instansi, kind, step, kelompok_lapor, accepted) "
		    "VALUES ($1::text, $2::smallint, $3::smallint, $4::smallint, $5::bigint) "
		    "ON CONFLICT (kode_instansi, kind, step, kelompok_lapor) "
		    "DO UPDATE SET accepted = c.accepted + excluded.accepted"},
	{"formation", FORMATION},
	{"formation_used", "SELECT kelompok_lapor, used FROM formation_use WHERE kode_instansi = $1::text "
			   "AND kind = $2::smallint AND programme = $3::text"},
	{NULL, NULL},
};

static void call_numbers(struct store_call *call, const int32_t *numbers, size_t count)
{
	call_array(call, TYPE_INT4, count);
	for (size_t i = 0; i < count; i++)
		call_element_int4(call, numbers[i]);
	call_array_end(call);
}

/* ---- what becomes current ---- */

enum store_result store_copy_current_begin(struct store *store)
{
	return store_copy_into(store, "COPY current_appointment (" CURRENT_COLUMNS ") FROM STDIN (FORMAT binary)");
}

static int64_t before_batch_of(const struct row *row)
{
	return row->supersedes_batch_no;
}

static int32_t record_of(const struct row *row)
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

/* Slot 0 of a person, of a number. */
static int64_t first_nik_key_of(const struct row *row)
{
	return current_key(row->nik, 0);
}

static int64_t first_nip_key_of(const struct row *row)
{
	return current_key(row->nip, 0);
}

static int32_t change_of(const struct row *row)
{
	return row->change_kind;
}

/* One array over all rows; empty when it would hold nothing but zeros and may be. */
static void call_int8s(struct store_call *call, struct row *const *rows, size_t count, bool may_be_empty,
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

static void call_int4s(
	struct store_call *call, struct row *const *rows, size_t count, int32_t (*of)(const struct row *row))
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

/* Rows whose current version fills another place than before. */
static void call_placed(struct store_call *call, struct row *const *rows, size_t count)
{
	size_t placed = 0;

	for (size_t i = 0; i < count; i++)
		placed += row_takes_another(rows[i]);
	call_array(call, TYPE_INT4, placed);
	for (size_t i = 0; i < count; i++)
		if (row_takes_another(rows[i]))
			call_element_int4(call, (int32_t)rows[i]->record_no);
	call_array_end(call);
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
	call_int4s(call, rows, count, record_of);
	call_groups(call, what);
	call_int2s(call, rows, count, change_of);
	call_int8s(call, rows, count, true, before_batch_of);
	call_int4s(call, rows, count, before_record_of);
	call_numbers(call, what->judged, what->judged_count);
	call_placed(call, rows, count);
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
			call_element_int8(&call, first_nik_key_of(what->rows[i]));
	call_array_end(&call);
	return store_run(&call, statement, NULL);
}

enum store_result store_current(
	struct store *store, const struct store_to_current *what, struct store_made_current *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_current(&call, what);
	enum store_result result = store_run(&call, "current", &rows);
	if (result)
		return result;
	*ret = (struct store_made_current){0};
	for (int i = 0; i < PQntuples(rows); i++) {
		ret->rows += (uint32_t)result_int8(rows, i, 1);
		ret->orphans += (uint32_t)result_int8(rows, i, 2);
		ret->begun[result_int2(rows, i, 0) & LANTIK_WORD_UNREADABLE] += (uint32_t)result_int8(rows, i, 3);
	}
	PQclear(rows);
	result = run_about(store, what, "mark_kinds", joins);
	return result ? result : run_about(store, what, "keep_numbers", leaves_number);
}

/* ---- what is there ---- */

enum store_result store_ledger_size(struct store *store, uint64_t *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;
	enum store_result result = store_run(&call, "ledger_size", &rows);

	if (result)
		return result;
	*ret = (uint64_t)result_int8(rows, 0, 0);
	PQclear(rows);
	return STORE_OK;
}

enum store_result store_see_rejections(
	struct store *store, int32_t kind, struct lantik_span programme, struct store_rejections_seen *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_int2(&call, kind);
	call_text(&call, programme);
	enum store_result result = store_run(&call, "rejections", &rows);
	if (result)
		return result;
	*ret = (struct store_rejections_seen){
		.size = (uint64_t)result_int8(rows, 0, 0), .any = result_bool(rows, 0, 1)};
	PQclear(rows);
	return STORE_OK;
}

/* As the table of rejections has them. */
static void call_nik_texts(struct store_call *call, struct row *const *rows, size_t count)
{
	call_array(call, TYPE_TEXT, count);
	for (size_t i = 0; i < count; i++) {
		char text[24];
		int len = snprintf(text, sizeof text, "%0*" PRId64, CURRENT_NIK_DIGITS, rows[i]->nik);
		call_element(call, text, (size_t)len);
	}
	call_array_end(call);
}

enum store_result store_rejected(struct store *store, struct row *const *people, size_t count, int32_t kind,
	struct lantik_span programme, int32_t **ret, size_t *ret_count)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_int4s(&call, people, count, record_of);
	call_nik_texts(&call, people, count);
	call_int2(&call, kind);
	call_text(&call, programme);
	enum store_result result = store_run(&call, "rejected", &rows);
	if (result)
		return result;
	*ret_count = (size_t)PQntuples(rows);
	*ret = calloc(*ret_count + 1, sizeof **ret);
	LANTIK_ASSERT(*ret);
	for (size_t i = 0; i < *ret_count; i++)
		(*ret)[i] = result_int4(rows, (int)i, 0);
	PQclear(rows);
	return STORE_OK;
}

static void copy_programme(struct lantik_span from, char ret[STORE_PROGRAMME])
{
	size_t len = from.len < STORE_PROGRAMME ? from.len : STORE_PROGRAMME - 1;

	memcpy(ret, from.data, len);
	ret[len] = '\0';
}

static void fact_from(const PGresult *rows, int row, struct store_fact *ret)
{
	*ret = (struct store_fact){.record_no = result_int4(rows, row, 0),
		.same_nik = result_bool(rows, row, 1),
		.kind = result_int2(rows, row, 2),
		.nip = result_int8(rows, row, 3),
		.nik_slot = result_int2(rows, row, 4),
		.nip_slot = result_int2(rows, row, 5),
		.same_agency = result_bool(rows, row, 6),
		.change_kind = result_int2(rows, row, 7),
		.step = result_int2(rows, row, 8),
		.batch_no = result_int8(rows, row, 9),
		.batch_record_no = result_int4(rows, row, 10),
		.kelompok_lapor = result_int2(rows, row, 12)};
	ret->ended = ret->change_kind >= STORE_TERMINATED;
	copy_programme(result_bytes(rows, row, 11), ret->programme);
}

enum store_result store_lock_people(struct store *store, struct row *const *rows, size_t count, size_t *ret_count)
{
	struct store_call call = store_call(store);
	int64_t locked;

	call_int8s(&call, rows, count, false, first_nik_key_of);
	enum store_result result = store_ask_int8(&call, "lock_people", &locked);
	if (!result)
		*ret_count = (size_t)locked;
	return result;
}

enum store_result store_facts(struct store *store, struct row *const *people, size_t count, struct lantik_span agency,
	struct store_fact **ret_facts, size_t *ret_count)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_int4s(&call, people, count, record_of);
	call_int8s(&call, people, count, false, first_nik_key_of);
	call_int8s(&call, people, count, true, first_nip_key_of);
	call_bytes(&call, agency);
	enum store_result result = store_run(&call, "facts", &rows);
	if (result)
		return result;
	*ret_count = (size_t)PQntuples(rows);
	*ret_facts = calloc(*ret_count ? *ret_count : 1, sizeof **ret_facts);
	LANTIK_ASSERT(*ret_facts);
	for (size_t i = 0; i < *ret_count; i++)
		fact_from(rows, (int)i, &(*ret_facts)[i]);
	PQclear(rows);
	return STORE_OK;
}

/* ---- counters and places ---- */

enum store_result store_counters(struct store *store, struct lantik_span agency, int32_t kind, int32_t step,
	const struct store_count *counts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct store_call call = store_call(store);
		call_bytes(&call, agency);
		call_int2(&call, kind);
		call_int2(&call, step);
		call_int2(&call, counts[i].kelompok_lapor);
		call_int8(&call, counts[i].accepted);
		enum store_result result = store_run(&call, "counter", NULL);
		if (result)
			return result;
	}
	return STORE_OK;
}

enum store_result store_formation_used(struct store *store, struct lantik_span agency, int32_t kind,
	struct lantik_span programme, int64_t ret[LANTIK_WORD_UNREADABLE + 1])
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_text(&call, agency);
	call_int2(&call, kind);
	call_text(&call, programme);
	enum store_result result = store_run(&call, "formation_used", &rows);
	if (result)
		return result;
	memset(ret, 0, (LANTIK_WORD_UNREADABLE + 1) * sizeof *ret);
	for (int i = 0; i < PQntuples(rows); i++)
		ret[result_int2(rows, i, 0) & LANTIK_WORD_UNREADABLE] = result_int8(rows, i, 1);
	PQclear(rows);
	return STORE_OK;
}

static void call_places(struct store_call *call, const struct store_place *places, size_t count)
{
	call_array(call, TYPE_TEXT, count);
	for (size_t i = 0; i < count; i++)
		call_element(call, places[i].programme.data, places[i].programme.len);
	call_array_end(call);
	call_array(call, TYPE_INT2, count);
	for (size_t i = 0; i < count; i++)
		call_element_int2(call, places[i].kelompok_lapor);
	call_array_end(call);
	call_array(call, TYPE_INT8, count);
	for (size_t i = 0; i < count; i++)
		call_element_int8(call, places[i].change);
	call_array_end(call);
	call_array(call, TYPE_INT8, count);
	for (size_t i = 0; i < count; i++)
		call_element_int8(call, places[i].quota);
	call_array_end(call);
}

enum store_result store_formation(
	struct store *store, struct lantik_span agency, int32_t kind, const struct store_place *places, size_t count)
{
	struct store_call call = store_call(store);

	if (!count)
		return STORE_OK;
	call_text(&call, agency);
	call_int2(&call, kind);
	call_places(&call, places, count);
	return store_run_counted(&call, "formation", count, "a formation has no place left");
}
