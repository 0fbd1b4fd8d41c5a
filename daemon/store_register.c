/* What the register holds of a batch's people, and the counters: what of the commit takes locks by person and by group,
 * but for the rows that become current (store_current.c).
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_private.h"

#include <inttypes.h>
#include <string.h>

#include "current.h"
#include "row_sort.h"

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

#define COUNTER_KEY "kode_instansi, kind, step, programme, kelompok_lapor"
#define COUNTER_KEY_VALUES "$1::text, $2::smallint, $3::smallint, $4::text, $5::smallint"
#define COUNT                                                                                                          \
	"INSERT INTO counter AS c (" COUNTER_KEY ", accepted) VALUES (" COUNTER_KEY_VALUES ", $6::bigint) "            \
	"ON CONFLICT (" COUNTER_KEY ") DO UPDATE SET accepted = c.accepted + $6::bigint"

/* The same with places. A withdrawal only ever subtracts, so what is inserted is never negative. Where the quota does
 * not hold what is added, used is NULL, which is refused (store_failure): nobody has to read a count before the COMMIT
 * is sent. $7 are its first places, NULL where there are not so many; $8 is added to places of which at most $9 are
 * used. */
#define COUNT_PLACES                                                                                                   \
	"INSERT INTO counter AS c (" COUNTER_KEY ", accepted, used) "                                                  \
	"VALUES (" COUNTER_KEY_VALUES ", $6::bigint, $7::bigint) "                                                     \
	"ON CONFLICT (" COUNTER_KEY ") DO UPDATE SET accepted = c.accepted + $6::bigint, "                             \
	"used = CASE WHEN c.used <= $9::bigint THEN c.used + $8::bigint END"

const struct store_statement store_register_statements[] = {
	{"ledger_size", "SELECT size FROM ledger_head"},
	{"lock_people", LOCK_PEOPLE},
	{"facts", FACTS},
	{"rejections", "SELECT rejected_size, " STORE_REJECTS("$1", "$2") " FROM ledger_head"},
	{"rejected", "SELECT p.record_no FROM unnest($1::int[], $2::text[]) AS p(record_no, nik) "
		     "LEFT JOIN LATERAL (SELECT true AS hit FROM rejected r WHERE r.nik = p.nik "
		     "AND r.kind = $3::smallint AND r.programme = $4::text LIMIT 1) r ON true "
		     "WHERE r.hit ORDER BY 1"},
	{"count", COUNT},
	{"count_places", COUNT_PLACES},
	{"formation_used", "SELECT kelompok_lapor, used FROM counter WHERE kode_instansi = $1::text "
			   "AND kind = $2::smallint AND step = $3::smallint AND programme = $4::text"},
	{NULL, NULL},
};

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

	call_int4s(&call, people, count, row_record_no);
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

	call_int8s(&call, rows, count, false, row_first_nik_key);
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

	call_int4s(&call, people, count, row_record_no);
	call_int8s(&call, people, count, false, row_first_nik_key);
	call_int8s(&call, people, count, true, row_first_nip_key);
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

static void call_places(struct store_call *call, const struct store_count *count)
{
	if (count->places > count->quota)
		call_null(call);
	else
		call_int8(call, count->places > 0 ? count->places : 0);
	call_int8(call, count->places);
	call_int8(call, count->places > 0 ? count->quota - count->places : INT64_MAX);
}

static enum store_result count_up(struct store *store, const struct store_count *count)
{
	struct store_call call = store_call(store);

	call_bytes(&call, count->agency);
	call_int2(&call, count->kind);
	call_int2(&call, count->step);
	call_bytes(&call, count->programme);
	call_int2(&call, count->kelompok_lapor);
	call_int8(&call, count->accepted);
	if (!count->places)
		return store_run(&call, "count", NULL);
	call_places(&call, count);
	return store_run(&call, "count_places", NULL);
}

enum store_result store_counters(struct store *store, const struct store_count *counts, size_t count)
{
	enum store_result result = STORE_OK;

	for (size_t i = 0; i < count && !result; i++)
		result = count_up(store, &counts[i]);
	return result;
}

enum store_result store_formation_used(struct store *store, struct lantik_span agency, int32_t kind,
	struct lantik_span programme, int64_t ret[LANTIK_WORD_UNREADABLE + 1])
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_text(&call, agency);
	call_int2(&call, kind);
	call_int2(&call, LANTIK_PLACE_STEP);
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
