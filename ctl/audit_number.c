/* Batches under a number that is not theirs. A leaf does not know the number; what stands under it does. When neither
 * the hashes nor the rows (or the body) under its number are a batch's own, and the hashes stand complete under
 * another, then the number was altered, or two batches were exchanged. SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit_derived.h"
#include "lantik/codec.h"
#include "unpack.h"

#define BATCHES                                                                                                        \
	"SELECT t.batch_no, t.leaf_index, l.leaf, h.rows, h.returned FROM lantik.batch t "                             \
	"JOIN lantik.ledger_leaf l ON l.leaf_index = t.leaf_index "                                                    \
	"LEFT JOIN lantik.entry_hash h ON h.batch_no = t.batch_no ORDER BY t.batch_no"
#define HASHES                                                                                                         \
	"SELECT h.batch_no, h.rows, h.returned, EXISTS (SELECT FROM lantik.entry e WHERE e.batch_no = h.batch_no) "    \
	"FROM lantik.entry_hash h ORDER BY h.batch_no"

/* Each is a finding already; more are not looked up. */
#define MOST 1000u

struct roots {
	uint8_t rows[LANTIK_HASH], returned[LANTIK_HASH];
};

struct stray {
	int64_t batch_no;
	struct roots roots;
	uint8_t manifest_sha256[LANTIK_HASH];
	bool told;
};

struct number_audit {
	struct audit *audit;
	struct stray *strays;
	size_t count;
};

static struct roots roots_of(struct lantik_span rows, struct lantik_span returned)
{
	struct roots roots;

	lantik_root_of(rows.data, rows.len / LANTIK_HASH, roots.rows);
	lantik_root_of(returned.data, returned.len / LANTIK_HASH, roots.returned);
	return roots;
}

static bool is_same(const struct roots *a, const struct roots *b)
{
	return memcmp(a->rows, b->rows, LANTIK_HASH) == 0 && memcmp(a->returned, b->returned, LANTIK_HASH) == 0;
}

/* Rows that are a batch's own say that its number is, too. One that was refused has none, but a body. */
static bool has_own_rows(const struct audit *audit, const struct stray *stray)
{
	const struct lantik_span none = {NULL, 0};
	struct roots nothing = roots_of(none, none);

	return !is_same(&stray->roots, &nothing) && !audit_is_misfit(audit, stray->batch_no);
}

/* Whether the body under this number is the batch's own. */
static bool has_own_body(struct number_audit *n, const struct stray *stray)
{
	struct lantik_buffer body = {.limit = LANTIK_MAX_BODY};
	struct lantik_batch_digests digests;
	char number[24];
	bool own = false;

	snprintf(number, sizeof number, "%" PRId64, stray->batch_no);
	PGresult *rows = database_query_binary(n->audit->database,
		"SELECT body FROM lantik.batch_body WHERE batch_no = $1", 1, (const char *const[]){number});
	if (rows && PQntuples(rows) == 1) {
		size_t size = unpack_size(cell_span(rows, 0, 0));
		own = size && size <= LANTIK_MAX_BODY && unpack(cell_span(rows, 0, 0), size, &body) == LANTIK_OK &&
		      lantik_batch_digests(lantik_buffer_span(&body), &digests) == LANTIK_OK &&
		      memcmp(digests.manifest_sha256, stray->manifest_sha256, LANTIK_HASH) == 0;
	}
	PQclear(rows);
	lantik_buffer_free(&body);
	return own;
}

static void batch_check(struct number_audit *n, const struct audit_stream *s)
{
	struct lantik_batch_leaf leaf;
	struct stray stray = {.batch_no = audit_integer(s, 0)};

	if (n->count == MOST || !audit_leaf_holds(n->audit, audit_cell(s, 2), (uint64_t)audit_integer(s, 1)) ||
		lantik_batch_leaf_parse(audit_cell(s, 2), &leaf))
		return;
	memcpy(stray.roots.rows, leaf.rows_root, LANTIK_HASH);
	memcpy(stray.roots.returned, leaf.returned_root, LANTIK_HASH);
	memcpy(stray.manifest_sha256, leaf.manifest_sha256, LANTIK_HASH);
	struct roots held = roots_of(audit_cell(s, 3), audit_cell(s, 4));
	if (has_own_rows(n->audit, &stray))
		return;
	if ((!audit_null(s, 3) && is_same(&held, &stray.roots)) || has_own_body(n, &stray))
		return;
	struct stray *room = realloc(n->strays, (n->count + 1) * sizeof *room);
	LANTIK_ASSERT(room);
	n->strays = room;
	room[n->count++] = stray;
}

static bool is_stray(const struct number_audit *n, int64_t number)
{
	for (size_t i = 0; i < n->count; i++)
		if (n->strays[i].batch_no == number)
			return true;
	return false;
}

/* Hashes that are nobody's, or a stray's: whose are they? */
static void hashes_check(struct number_audit *n, const struct audit_stream *s)
{
	int64_t number = audit_integer(s, 0);

	if (audit_integer(s, 3) && !is_stray(n, number))
		return;
	struct roots held = roots_of(audit_cell(s, 1), audit_cell(s, 2));
	for (size_t i = 0; i < n->count; i++) {
		struct stray *stray = &n->strays[i];
		if (stray->told || stray->batch_no == number || !is_same(&held, &stray->roots))
			continue;
		audit_found(n->audit, "batch", AUDIT_ALTERED, "batch_no", "batch_no %" PRId64, stray->batch_no);
		stray->told = true;
		return;
	}
}

/* Only what was found elsewhere leads here. */
void audit_number_run(struct audit *audit)
{
	struct number_audit n = {.audit = audit};
	struct audit_stream stream;

	if (!audit->findings)
		return;
	audit_open(audit, &stream, BATCHES);
	while (audit_next(&stream))
		batch_check(&n, &stream);
	audit_close(&stream);
	if (n.count) {
		audit_open(audit, &stream, HASHES);
		while (audit_next(&stream))
			hashes_check(&n, &stream);
		audit_close(&stream);
	}
	free(n.strays);
}
