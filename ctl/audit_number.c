/* Batches under a number that is not theirs. A leaf does not know the number; what stands under it does. The hash of a
 * row covers its number: when a row under another number is a batch's own, that batch's number was altered, or two were
 * exchanged. Where no row is left, returned and erased records tell it, and of a batch that was refused its body.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit_derived.h"
#include "audit_entry.h"
#include "lantik/codec.h"
#include "unpack.h"

/* Each is a finding already; more are not looked up. */
#define MOST 1000u
/* Rows of each that are compared. */
#define SAMPLES 64

#define AS_TEXT(number) #number
#define IN_TEXT(number) AS_TEXT(number)
#define BATCHES                                                                                                        \
	"SELECT t.batch_no, t.leaf_index, l.leaf, substr(t.row_hashes, 1, 32 * " IN_TEXT(                              \
		SAMPLES) ") "                                                                                          \
			 "FROM lantik.batch t JOIN lantik.ledger_leaf l ON l.leaf_index = t.leaf_index ORDER BY "      \
			 "t.batch_no"

/* What did not go in under a number, and what was erased of both. */
#define LEFT                                                                                                           \
	"SELECT 2, record_no, outcome, salt, bytes, NULL::bytea FROM lantik.returned_record WHERE batch_no = %" PRId64 \
	" UNION ALL SELECT part, record_no, NULL, NULL, NULL, row_hash FROM lantik.erased_row WHERE batch_no = "       \
	"%" PRId64 " ORDER BY 1, 2"

/* Refused batches of which nothing stands under their number, while a body that was erased is no batch's. */
#define UNBODIED                                                                                                       \
	"SELECT b.batch_no FROM lantik.batch b WHERE b.outcome = 2 "                                                   \
	"AND NOT EXISTS (SELECT FROM lantik.batch_body y WHERE y.batch_no = b.batch_no) "                              \
	"AND NOT EXISTS (SELECT FROM lantik.erased_body y WHERE y.batch_no = b.batch_no) "                             \
	"AND NOT EXISTS (SELECT FROM lantik.finding f WHERE f.batch_no = b.batch_no AND f.severity = 1) "              \
	"AND EXISTS (SELECT FROM lantik.erased_body y WHERE NOT EXISTS (SELECT FROM lantik.batch o "                   \
	"WHERE o.batch_no = y.batch_no AND o.outcome = 2)) ORDER BY 1"

struct roots {
	uint8_t rows[LANTIK_HASH], returned[LANTIK_HASH];
};

struct stray {
	int64_t batch_no;
	struct roots roots;
	uint8_t manifest_sha256[LANTIK_HASH];
	bool has_findings; /* under its number, and they are its own */
	bool told;
};

struct sample {
	uint8_t hash[LANTIK_HASH]; /* first, so that samples compare as hashes */
	size_t stray;
};

struct number_audit {
	struct audit *audit;
	struct stray *strays;
	size_t count;
	struct sample *samples; /* of rows of the strays */
	size_t sample_count;
	struct lantik_arena *arena; /* for one row, and its record */
	struct lantik_buffer select, record;
};

static int by_hash(const void *a, const void *b)
{
	return memcmp(a, b, LANTIK_HASH);
}

static bool is_same(const struct roots *a, const struct roots *b)
{
	return memcmp(a->rows, b->rows, LANTIK_HASH) == 0 && memcmp(a->returned, b->returned, LANTIK_HASH) == 0;
}

static struct roots roots_of_nothing(void)
{
	struct roots roots;

	lantik_root_of(NULL, 0, roots.rows);
	lantik_root_of(NULL, 0, roots.returned);
	return roots;
}

/* No rows and nothing returned: a batch that was refused, which is known by its body alone. */
static bool is_refused(const struct stray *stray)
{
	struct roots nothing = roots_of_nothing();

	return is_same(&stray->roots, &nothing);
}

static void samples_add(struct number_audit *n, struct lantik_span hashes)
{
	size_t count = hashes.len / LANTIK_HASH;
	struct sample *room = realloc(n->samples, (n->sample_count + count + 1) * sizeof *room);

	LANTIK_ASSERT(room);
	n->samples = room;
	for (size_t i = 0; i < count; i++) {
		struct sample *sample = &room[n->sample_count++];
		memcpy(sample->hash, hashes.data + i * LANTIK_HASH, LANTIK_HASH);
		sample->stray = n->count;
	}
}

static void batch_check(struct number_audit *n, const struct audit_stream *s)
{
	struct lantik_batch_leaf leaf;
	struct stray stray = {.batch_no = audit_integer(s, 0)};
	const struct audit_misfit *misfit = audit_misfit_of(n->audit, stray.batch_no);

	if (n->count == MOST || !audit_leaf_holds(n->audit, audit_cell(s, 2), (uint64_t)audit_integer(s, 1)) ||
		lantik_batch_leaf_parse(audit_cell(s, 2), &leaf))
		return;
	memcpy(stray.roots.rows, leaf.rows_root, LANTIK_HASH);
	memcpy(stray.roots.returned, leaf.returned_root, LANTIK_HASH);
	memcpy(stray.manifest_sha256, leaf.manifest_sha256, LANTIK_HASH);
	stray.has_findings = misfit && misfit->has_findings;
	if (!misfit && !is_refused(&stray))
		return;
	if (is_refused(&stray) && n->count >= MOST / 2) /* they leave room for the others */
		return;
	samples_add(n, audit_cell(s, 3));
	struct stray *room = realloc(n->strays, (n->count + 1) * sizeof *room);
	LANTIK_ASSERT(room);
	n->strays = room;
	room[n->count++] = stray;
}

/* One with rows or returned records. */
static bool is_stray(const struct number_audit *n, int64_t number)
{
	for (size_t i = 0; i < n->count; i++)
		if (n->strays[i].batch_no == number)
			return !is_refused(&n->strays[i]);
	return false;
}

static void tell(struct number_audit *n, struct stray *stray)
{
	if (!stray->told)
		audit_found(n->audit, "batch", AUDIT_ALTERED, "batch_no", "batch_no %" PRId64, stray->batch_no);
	stray->told = true;
}

/* A body that is the one of a refused batch under another number: that number was altered, and so was that of the batch
 * which has this body's place. */
static void body_check(struct number_audit *n, const struct audit_stream *s)
{
	int64_t number = audit_integer(s, 0);
	struct lantik_buffer body = {.limit = LANTIK_MAX_BODY};
	struct lantik_batch_digests digests;
	struct stray *here = NULL, *owner = NULL;
	size_t size = unpack_size(audit_cell(s, 1));

	bool read = size && size <= LANTIK_MAX_BODY && unpack(audit_cell(s, 1), size, &body) == LANTIK_OK &&
		    lantik_batch_digests(lantik_buffer_span(&body), &digests) == LANTIK_OK;
	for (size_t i = 0; read && i < n->count; i++) {
		struct stray *stray = &n->strays[i];
		if (is_refused(stray) && memcmp(stray->manifest_sha256, digests.manifest_sha256, LANTIK_HASH) == 0)
			owner = stray;
		if (stray->batch_no == number)
			here = stray;
	}
	lantik_buffer_free(&body);
	if (!owner || owner->batch_no == number)
		return;
	tell(n, owner);
	if (here)
		tell(n, here);
}

/* ---- what stands under a number ---- */

/* The row is the one that a batch under another number recorded under this one. */
static void own_row_check(struct number_audit *n, const struct lantik_row *row, bool names_agency)
{
	uint8_t hash[LANTIK_HASH];

	lantik_buffer_reset(&n->record);
	if (lantik_row_record(row, names_agency, &n->record))
		return;
	lantik_leaf_hash(lantik_buffer_span(&n->record), hash);
	lantik_row_hash(row, hash, hash);
	const struct sample *found =
		n->sample_count ? bsearch(hash, n->samples, n->sample_count, sizeof *n->samples, by_hash) : NULL;
	if (found && n->strays[found->stray].batch_no != row->batch_no)
		tell(n, &n->strays[found->stray]);
}

static void rows_look(struct number_audit *n, int64_t number)
{
	struct audit_stream rows;
	struct lantik_row row;

	audit_open(n->audit, &rows,
		"%s FROM lantik.register t WHERE t.batch_no = %" PRId64 " ORDER BY t.record_no LIMIT %d",
		(const char *)n->select.data, number, SAMPLES);
	while (audit_next(&rows)) {
		lantik_arena_reset(n->arena);
		if (lantik_row_decode(rows.tuple, n->arena, &row))
			continue;
		own_row_check(n, &row, false);
		own_row_check(n, &row, true);
	}
	audit_close(&rows);
}

static void left_read(const struct audit_stream *s, struct lantik_edge edges[2])
{
	uint8_t hash[LANTIK_HASH], salt[LANTIK_ROW_SALT] = {0};
	struct lantik_edge *edge = &edges[audit_integer(s, 0) == 2];

	if (audit_cell(s, 3).len == sizeof salt)
		memcpy(salt, audit_cell(s, 3).data, sizeof salt);
	lantik_returned_hash((uint32_t)audit_integer(s, 1), (uint8_t)audit_integer(s, 2), salt, audit_cell(s, 4), hash);
	if (audit_cell(s, 5).len == sizeof hash)
		memcpy(hash, audit_cell(s, 5).data, sizeof hash);
	lantik_edge_append(edge, hash, NULL, NULL);
}

/* All that is left of a batch without rows stands under another number; its findings do not stand under its own, or it
 * was exchanged with the batch of that number. */
static void left_look(struct number_audit *n, int64_t number)
{
	struct lantik_edge edges[2] = {{0}};
	struct audit_stream left;
	struct roots held;

	audit_open(n->audit, &left, LEFT, number, number);
	while (audit_next(&left))
		left_read(&left, edges);
	audit_close(&left);
	lantik_edge_root(&edges[0], held.rows);
	lantik_edge_root(&edges[1], held.returned);
	for (size_t i = 0; i < n->count; i++) {
		struct stray *stray = &n->strays[i];
		if (stray->batch_no != number && !is_refused(stray) && is_same(&held, &stray->roots) &&
			(!stray->has_findings || is_stray(n, number)))
			tell(n, stray);
	}
}

/* Numbers of other batches that have what is not their own, and of none. */
static void numbers_look(struct number_audit *n)
{
	const struct audit *audit = n->audit;

	if (n->sample_count)
		qsort(n->samples, n->sample_count, sizeof *n->samples, by_hash);
	for (size_t i = 0; i < audit->misfit_count && i < MOST; i++) {
		rows_look(n, audit->misfits[i].batch_no);
		left_look(n, audit->misfits[i].batch_no);
	}
	for (size_t i = 0; i < audit->orphan_count && i < MOST; i++) {
		rows_look(n, audit->orphans[i]);
		left_look(n, audit->orphans[i]);
	}
}

static void unbodied_tell(struct number_audit *n, int64_t number)
{
	struct stray unknown = {.batch_no = number}, *stray = &unknown;

	for (size_t i = 0; i < n->count; i++)
		if (n->strays[i].batch_no == number)
			stray = &n->strays[i];
	tell(n, stray);
}

static void bodies_look(struct number_audit *n)
{
	struct audit_stream stream;

	audit_open(n->audit, &stream, "SELECT batch_no, body FROM lantik.batch_body ORDER BY batch_no");
	while (audit_next(&stream))
		body_check(n, &stream);
	audit_close(&stream);
	audit_open(n->audit, &stream, UNBODIED);
	while (audit_next(&stream))
		unbodied_tell(n, audit_integer(&stream, 0));
	audit_close(&stream);
}

/* Only what was found elsewhere leads here. */
void audit_number_run(struct audit *audit)
{
	struct number_audit n = {.audit = audit};
	struct audit_stream stream;

	if (!audit->findings)
		return;
	n.arena = lantik_arena_new((size_t)8 * LANTIK_MAX_RECORD);
	LANTIK_ASSERT(n.arena);
	audit_rows_select(&n.select);
	lantik_buffer_append(&n.select, "", 1);
	LANTIK_ASSERT(!n.select.error);
	audit_open(audit, &stream, BATCHES);
	while (audit_next(&stream))
		batch_check(&n, &stream);
	audit_close(&stream);
	if (n.count) {
		numbers_look(&n);
		bodies_look(&n);
	}
	free(n.strays);
	free(n.samples);
	lantik_arena_free(&n.arena);
	lantik_buffer_free(&n.select);
	lantik_buffer_free(&n.record);
}
