/* What a batch makes current, what the register holds of its people, and the counters: everything of the commit that
 * takes locks by person and by group.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_private.h"

#include <string.h>

/* A row may become current when it is the person's first of its kind, or a later step of the same agency and number
 * and, when it names a predecessor, of that very row. What else is legal was judged under lock and is listed in $2.
 * A new row takes a place of its formation ($4) in its group; a later one keeps the place, but for those listed in $3.
 */
#define CURRENT                                                                                                        \
	"WITH made AS (INSERT INTO current_appointment AS c (nik, kind, nip, kode_instansi, step, change_kind, "       \
	"batch_no, record_no, supersedes_batch_no, supersedes_record_no, programme, kelompok_lapor) "                  \
	"SELECT nik, kind, nip, kode_instansi, step, change_kind, batch_no, record_no, supersedes_batch_no, "          \
	"supersedes_record_no, $4::text, CASE WHEN $4::text IS NOT NULL THEN coalesce(kelompok_lapor, 0::smallint) "   \
	"END "                                                                                                         \
	"FROM appointment WHERE batch_no = $1::bigint ORDER BY nik "                                                   \
	"ON CONFLICT (nik, kind) DO UPDATE SET nip = coalesce(excluded.nip, c.nip), "                                  \
	"kode_instansi = excluded.kode_instansi, step = excluded.step, change_kind = excluded.change_kind, "           \
	"batch_no = excluded.batch_no, record_no = excluded.record_no, "                                               \
	"supersedes_batch_no = excluded.supersedes_batch_no, supersedes_record_no = excluded.supersedes_record_no, "   \
	"programme = CASE WHEN excluded.record_no = ANY ($3::int[]) THEN excluded.programme ELSE c.programme END, "    \
	"kelompok_lapor = CASE WHEN excluded.record_no = ANY ($3::int[]) THEN excluded.kelompok_lapor "                \
	"ELSE c.kelompok_lapor END "                                                                                   \
	"WHERE (excluded.step > c.step AND excluded.kode_instansi = c.kode_instansi "                                  \
	"AND excluded.change_kind IS NULL AND coalesce(c.change_kind, 1) < 3 "                                         \
	"AND (excluded.nip = c.nip OR excluded.nip IS NULL OR c.nip IS NULL) "                                         \
	"AND (excluded.supersedes_batch_no IS NULL OR (excluded.supersedes_batch_no, excluded.supersedes_record_no) "  \
	"= (c.batch_no, c.record_no))) OR excluded.record_no = ANY ($2::int[]) "                                       \
	"RETURNING kelompok_lapor, xmax = 0 AND supersedes_batch_no IS NOT NULL AS orphan, "                           \
	"xmax = 0 AND programme IS NOT NULL AND change_kind IS DISTINCT FROM 4 AS begun) "                             \
	"SELECT coalesce(kelompok_lapor, 0::smallint), count(*), count(*) FILTER (WHERE orphan), "                     \
	"count(*) FILTER (WHERE begun) FROM made GROUP BY 1"

/* Active under another kind matters to the kinds that make a person an ASN (N08); JF and PNS follow from one. */
#define COLLIDES                                                                                                       \
	"SELECT EXISTS (SELECT FROM rejected) AND EXISTS (SELECT FROM appointment a "                                  \
	"LEFT JOIN LATERAL (SELECT true AS hit FROM rejected r WHERE r.nik = a.nik AND r.kind = a.kind "               \
	"AND r.programme = $2::text LIMIT 1) r ON true WHERE a.batch_no = $1::bigint AND r.hit) "                      \
	"OR EXISTS (SELECT FROM appointment a "                                                                        \
	"LEFT JOIN LATERAL (SELECT true AS hit FROM current_appointment c "                                            \
	"WHERE c.nik = a.nik AND c.kind <> a.kind AND a.kind <= 3 LIMIT 1) n ON true "                                 \
	"LEFT JOIN LATERAL (SELECT true AS hit FROM current_appointment c "                                            \
	"WHERE c.nip = a.nip AND c.nik <> a.nik LIMIT 1) p ON true WHERE a.batch_no = $1::bigint AND (n.hit OR "       \
	"p.hit)), (SELECT size FROM ledger_head)"

/* The same, of rows that other kinds brought since: the unique keys guard one kind alone. */
#define COLLIDES_SINCE                                                                                                 \
	"WITH others AS MATERIALIZED (SELECT batch_no FROM entry WHERE leaf_index >= $2::bigint "                      \
	"AND kind <> $3::smallint) SELECT EXISTS (SELECT FROM appointment a "                                          \
	"LEFT JOIN LATERAL (SELECT true AS hit FROM current_appointment c "                                            \
	"WHERE c.nik = a.nik AND c.kind <> a.kind AND a.kind <= 3 AND c.batch_no IN (SELECT batch_no FROM others) "    \
	"LIMIT 1) n ON true "                                                                                          \
	"LEFT JOIN LATERAL (SELECT true AS hit FROM current_appointment c "                                            \
	"WHERE c.nip = a.nip AND c.nik <> a.nik AND c.batch_no IN (SELECT batch_no FROM others) LIMIT 1) p ON true "   \
	"WHERE a.batch_no = $1::bigint AND (n.hit OR p.hit))"

/* The locked rows first, in the order that every transaction takes them; then whoever else is concerned. */
#define FACTS_LOCK                                                                                                     \
	"SELECT 1 FROM current_appointment WHERE kind = $2::smallint AND nik = ANY ($1::text[]) ORDER BY nik FOR "     \
	"UPDATE"
#define FACTS                                                                                                          \
	"SELECT p.record_no, c.nik = p.nik, c.kind = $4::smallint, coalesce(c.nip <> nullif(p.nip, ''), false), "      \
	"c.kode_instansi = $5::text, coalesce(c.change_kind, 0::smallint), c.step, c.batch_no, c.record_no, "          \
	"coalesce(c.programme, ''), coalesce(c.kelompok_lapor, 0::smallint) "                                          \
	"FROM unnest($1::int[], $2::text[], $3::text[]) AS p(record_no, nik, nip) "                                    \
	"JOIN LATERAL (SELECT * FROM current_appointment x WHERE x.nik = p.nik UNION "                                 \
	"SELECT * FROM current_appointment x WHERE x.nip = nullif(p.nip, '')) c ON true ORDER BY 1"

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
	{"collides", COLLIDES},
	{"ledger_size", "SELECT size FROM ledger_head"},
	{"collides_since", COLLIDES_SINCE},
	{"rejects_since", "SELECT EXISTS (SELECT FROM decision WHERE leaf_index >= $1::bigint AND rejected > 0)"},
	{"facts_lock", FACTS_LOCK},
	{"facts", FACTS},
	{"rejected", "SELECT p.record_no FROM unnest($1::int[], $2::text[]) AS p(record_no, nik) "
		     "LEFT JOIN LATERAL (SELECT true AS hit FROM rejected r WHERE r.nik = p.nik "
		     "AND r.kind = $3::smallint AND r.programme = $4::text LIMIT 1) r ON true "
		     "WHERE EXISTS (SELECT FROM rejected) AND r.hit ORDER BY 1"},
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

enum store_result store_current(
	struct store *store, const struct store_to_current *what, struct store_made_current *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_int8(&call, what->batch_no);
	call_numbers(&call, what->judged, what->judged_count);
	call_numbers(&call, what->placed, what->placed_count);
	call_text_or_null(&call, what->programme);
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
	return STORE_OK;
}

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

enum store_result store_collides_since(struct store *store, int64_t batch_no, int32_t kind, uint64_t seen, bool *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_int8(&call, batch_no);
	call_int8(&call, (int64_t)seen);
	call_int2(&call, kind);
	enum store_result result = store_run(&call, "collides_since", &rows);
	if (result)
		return result;
	*ret = result_bool(rows, 0, 0);
	PQclear(rows);
	return STORE_OK;
}

enum store_result store_rejects_since(struct store *store, uint64_t seen, bool *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_int8(&call, (int64_t)seen);
	enum store_result result = store_run(&call, "rejects_since", &rows);
	if (result)
		return result;
	*ret = result_bool(rows, 0, 0);
	PQclear(rows);
	return STORE_OK;
}

enum store_result store_collides(
	struct store *store, int64_t batch_no, struct lantik_span programme, bool *ret, uint64_t *ret_seen)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_int8(&call, batch_no);
	call_text(&call, programme);
	enum store_result result = store_run(&call, "collides", &rows);
	if (result)
		return result;
	*ret = result_bool(rows, 0, 0);
	*ret_seen = (uint64_t)result_int8(rows, 0, 1);
	PQclear(rows);
	return STORE_OK;
}

static void call_niks(struct store_call *call, const struct store_person *people, size_t count)
{
	call_array(call, TYPE_TEXT, count);
	for (size_t i = 0; i < count; i++)
		call_element(call, people[i].nik.data, people[i].nik.len);
	call_array_end(call);
}

static void call_records(struct store_call *call, const struct store_person *people, size_t count)
{
	call_array(call, TYPE_INT4, count);
	for (size_t i = 0; i < count; i++)
		call_element_int4(call, people[i].record_no);
	call_array_end(call);
}

enum store_result store_rejected(struct store *store, const struct store_person *people, size_t count, int32_t kind,
	struct lantik_span programme, int32_t **ret, size_t *ret_count)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_records(&call, people, count);
	call_niks(&call, people, count);
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
		.same_kind = result_bool(rows, row, 2),
		.nip_differs = result_bool(rows, row, 3),
		.same_agency = result_bool(rows, row, 4),
		.change_kind = result_int2(rows, row, 5),
		.step = result_int2(rows, row, 6),
		.batch_no = result_int8(rows, row, 7),
		.batch_record_no = result_int4(rows, row, 8),
		.kelompok_lapor = result_int2(rows, row, 10)};
	ret->ended = ret->change_kind >= STORE_TERMINATED;
	copy_programme(result_bytes(rows, row, 9), ret->programme);
}

static enum store_result lock_facts(struct store *store, const struct store_person *people, size_t count, int32_t kind)
{
	struct store_call call = store_call(store);

	call_niks(&call, people, count);
	call_int2(&call, kind);
	return store_run(&call, "facts_lock", NULL);
}

enum store_result store_facts(struct store *store, const struct store_person *people, size_t count,
	const struct store_about *about, struct store_fact **ret_facts, size_t *ret_count)
{
	PGresult *rows;
	enum store_result result = about->lock ? lock_facts(store, people, count, about->kind) : STORE_OK;

	if (result)
		return result;
	struct store_call call = store_call(store);
	call_records(&call, people, count);
	call_niks(&call, people, count);
	call_array(&call, TYPE_TEXT, count);
	for (size_t i = 0; i < count; i++)
		call_element(&call, people[i].nip.data, people[i].nip.len);
	call_array_end(&call);
	call_int2(&call, about->kind);
	call_bytes(&call, about->agency);
	result = store_run(&call, "facts", &rows);
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
