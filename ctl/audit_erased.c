/* The audit of what was erased: hashes, bodies and places must be those that the deeds name, and no others.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "audit_derived.h"
#include "lantik/deed.h"

/* In the order of the deeds' lists. A row of an unknown batch stands before all leaves. */
#define ROWS                                                                                                           \
	"SELECT r.leaf_index, r.part, coalesce(e.leaf_index, -1), r.record_no, r.row_hash, r.batch_no, "               \
	"r.kelompok_lapor "                                                                                            \
	"FROM lantik.erased_row r LEFT JOIN lantik.entry e ON e.batch_no = r.batch_no ORDER BY 1, 2, 3, 4"
#define BODIES                                                                                                         \
	"SELECT b.leaf_index, coalesce(e.leaf_index, -1), b.batch_no FROM lantik.erased_body b "                       \
	"LEFT JOIN lantik.entry e ON e.batch_no = b.batch_no ORDER BY 1, 2"
#define PLACES                                                                                                         \
	"SELECT leaf_index, kode_instansi, kind, programme, kelompok_lapor, used FROM lantik.erased_place "            \
	"ORDER BY leaf_index"

struct erased_audit {
	struct audit *audit;
	struct audit_stream deeds, rows, bodies, places;
	bool has_row, has_body, has_place;
	int64_t leaf_index; /* of the deed */
	struct lantik_deed deed;
};

static int64_t number(const struct audit_stream *stream, unsigned column)
{
	return audit_integer(stream, column);
}

/* ---- rows and returned records ---- */

static void row_extra(struct erased_audit *e)
{
	audit_found(e->audit, "erased_row", AUDIT_EXTRA, NULL,
		"batch_no %" PRId64 " record_no %" PRId64 " part %" PRId64, number(&e->rows, 5), number(&e->rows, 3),
		number(&e->rows, 1));
	e->has_row = audit_next(&e->rows);
}

static int order(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

/* The row at hand against an entry of the deed. */
static int row_order(const struct erased_audit *e, int64_t part, const struct lantik_erased_row *row)
{
	int by = order(number(&e->rows, 0), e->leaf_index);

	if (!by)
		by = order(number(&e->rows, 1), part);
	if (!by)
		by = order(number(&e->rows, 2), (int64_t)row->leaf_index);
	return by ? by : order(number(&e->rows, 3), row->record_no);
}

static void row_check(struct erased_audit *e, int64_t part, const struct lantik_erased_row *row)
{
	int by = -1;

	while (e->has_row && (by = row_order(e, part, row)) < 0)
		row_extra(e);
	if (!e->has_row || by > 0) {
		audit_found(e->audit, "erased_row", AUDIT_MISSING, NULL,
			"leaf_index %" PRId64 ", of leaf %" PRIu64 " record_no %" PRIu32 " part %" PRId64,
			e->leaf_index, row->leaf_index, row->record_no, part);
		return;
	}
	if (!audit_is_hash(&e->rows, 4, row->hash))
		audit_found(e->audit, "erased_row", AUDIT_ALTERED, "row_hash",
			"batch_no %" PRId64 " record_no %" PRIu32 " part %" PRId64, number(&e->rows, 5), row->record_no,
			part);
	if (number(&e->rows, 6) != row->group)
		audit_found(e->audit, "erased_row", AUDIT_ALTERED, "kelompok_lapor",
			"batch_no %" PRId64 " record_no %" PRIu32 " part %" PRId64, number(&e->rows, 5), row->record_no,
			part);
	e->has_row = audit_next(&e->rows);
}

static void rows_check(struct erased_audit *e)
{
	const struct lantik_deed_erasure *erasure = &e->deed.erasure;

	for (size_t i = 0; i < erasure->row_count && !e->audit->failed; i++)
		row_check(e, 1, &erasure->rows[i]);
	for (size_t i = 0; i < erasure->returned_count && !e->audit->failed; i++)
		row_check(e, 2, &erasure->returned[i]);
}

/* ---- bodies ---- */

static void body_extra(struct erased_audit *e)
{
	audit_found(e->audit, "erased_body", AUDIT_EXTRA, NULL, "batch_no %" PRId64, number(&e->bodies, 2));
	e->has_body = audit_next(&e->bodies);
}

static void body_check(struct erased_audit *e, uint64_t leaf_index)
{
	int by = -1;

	while (e->has_body) {
		by = order(number(&e->bodies, 0), e->leaf_index);
		if (!by)
			by = order(number(&e->bodies, 1), (int64_t)leaf_index);
		if (by >= 0)
			break;
		body_extra(e);
	}
	if (e->has_body && !by)
		e->has_body = audit_next(&e->bodies);
	else
		audit_found(e->audit, "erased_body", AUDIT_MISSING, NULL, "leaf_index %" PRId64 ", of leaf %" PRIu64,
			e->leaf_index, leaf_index);
}

/* ---- places: a handful a deed ---- */

static void place_found(struct erased_audit *e, enum audit_what what, const char *column, int64_t leaf_index,
	const struct lantik_erased_place *place)
{
	char agency[AUDIT_SHOWN], programme[AUDIT_SHOWN];

	audit_found(e->audit, "erased_place", what, column,
		"leaf_index %" PRId64 " kode_instansi %s kind %" PRId32 " programme %s kelompok_lapor %" PRId32,
		leaf_index, audit_shown(place->agency, agency), place->kind, audit_shown(place->programme, programme),
		place->group);
}

static struct lantik_erased_place place_row(const struct erased_audit *e)
{
	const struct audit_stream *s = &e->places;

	return (struct lantik_erased_place){.agency = audit_cell(s, 1),
		.kind = (int32_t)number(s, 2),
		.programme = audit_cell(s, 3),
		.group = (int32_t)number(s, 4),
		.used = number(s, 5)};
}

/* The deed's entry of the row at hand; it is taken out of the list by its used being 0, which no deed says. */
static struct lantik_erased_place *place_of(struct erased_audit *e, const struct lantik_erased_place *row)
{
	for (size_t i = 0; i < e->deed.erasure.place_count; i++) {
		struct lantik_erased_place *place = &e->deed.erasure.places[i];
		if (place->used && place->kind == row->kind && place->group == row->group &&
			lantik_span_equal(place->agency, row->agency) &&
			lantik_span_equal(place->programme, row->programme))
			return place;
	}
	return NULL;
}

static void place_extra(struct erased_audit *e)
{
	struct lantik_erased_place row = place_row(e);

	place_found(e, AUDIT_EXTRA, NULL, number(&e->places, 0), &row);
	e->has_place = audit_next(&e->places);
}

static void places_check(struct erased_audit *e)
{
	while (e->has_place && number(&e->places, 0) < e->leaf_index)
		place_extra(e);
	while (e->has_place && number(&e->places, 0) == e->leaf_index) {
		struct lantik_erased_place row = place_row(e), *place = place_of(e, &row);
		if (!place) {
			place_extra(e);
			continue;
		}
		if (place->used != row.used)
			place_found(e, AUDIT_ALTERED, "used", e->leaf_index, &row);
		place->used = 0;
		e->has_place = audit_next(&e->places);
	}
	for (size_t i = 0; i < e->deed.erasure.place_count && !e->audit->failed; i++)
		if (e->deed.erasure.places[i].used)
			place_found(e, AUDIT_MISSING, NULL, e->leaf_index, &e->deed.erasure.places[i]);
}

/* ---- the step ---- */

/* What an altered deed named cannot be told; it is named itself, and its rows are passed over. */
static void pass_over(struct erased_audit *e)
{
	while (e->has_row && number(&e->rows, 0) <= e->leaf_index)
		e->has_row = audit_next(&e->rows);
	while (e->has_body && number(&e->bodies, 0) <= e->leaf_index)
		e->has_body = audit_next(&e->bodies);
	while (e->has_place && number(&e->places, 0) <= e->leaf_index)
		e->has_place = audit_next(&e->places);
}

static void deed_check(struct erased_audit *e)
{
	audit_progress(e->audit);
	e->leaf_index = number(&e->deeds, 0);
	if (lantik_deed_parse(audit_cell(&e->deeds, 1), &e->deed)) {
		pass_over(e);
		return;
	}
	rows_check(e);
	for (size_t i = 0; i < e->deed.erasure.body_count && !e->audit->failed; i++)
		body_check(e, e->deed.erasure.bodies[i]);
	places_check(e);
	lantik_deed_free(&e->deed);
}

void audit_erased_run(struct audit *audit)
{
	struct erased_audit e = {.audit = audit};

	audit_open(audit, &e.deeds, "SELECT leaf_index, text FROM lantik.deed WHERE kind = 9 ORDER BY leaf_index");
	audit_open(audit, &e.rows, ROWS);
	audit_open(audit, &e.bodies, BODIES);
	audit_open(audit, &e.places, PLACES);
	e.has_row = audit_next(&e.rows);
	e.has_body = audit_next(&e.bodies);
	e.has_place = audit_next(&e.places);
	while (audit_next(&e.deeds))
		deed_check(&e);
	while (e.has_row && !audit->failed)
		row_extra(&e);
	while (e.has_body && !audit->failed)
		body_extra(&e);
	while (e.has_place && !audit->failed)
		place_extra(&e);
	audit_close(&e.places);
	audit_close(&e.bodies);
	audit_close(&e.rows);
	audit_close(&e.deeds);
}
