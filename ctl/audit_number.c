/* Batches under a number that is not theirs. A leaf does not know the number; what stands under it does. When neither
 * the hashes nor the rows under its number are a batch's own, and the hashes stand complete under another, then the
 * number was altered, or two batches were exchanged; of a batch that was refused its body tells, too.
 * SPDX-License-Identifier: Apache-2.0 */
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
	bool is_hashed; /* there are hashes under its number */
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

/* No rows and nothing returned: a batch that was refused, which is known by its body alone. */
static bool is_refused(const struct stray *stray)
{
	const struct lantik_span none = {NULL, 0};
	struct roots nothing = roots_of(none, none);

	return is_same(&stray->roots, &nothing);
}

static void batch_check(struct number_audit *n, const struct audit_stream *s)
{
	struct lantik_batch_leaf leaf;
	struct stray stray = {.batch_no = audit_integer(s, 0), .is_hashed = !audit_null(s, 3)};

	if (n->count == MOST || !audit_leaf_holds(n->audit, audit_cell(s, 2), (uint64_t)audit_integer(s, 1)) ||
		lantik_batch_leaf_parse(audit_cell(s, 2), &leaf))
		return;
	memcpy(stray.roots.rows, leaf.rows_root, LANTIK_HASH);
	memcpy(stray.roots.returned, leaf.returned_root, LANTIK_HASH);
	memcpy(stray.manifest_sha256, leaf.manifest_sha256, LANTIK_HASH);
	struct roots held = roots_of(audit_cell(s, 3), audit_cell(s, 4));
	/* Rows that are its own say that the number is, too. */
	if (!is_refused(&stray) &&
		(!audit_is_misfit(n->audit, stray.batch_no) || (stray.is_hashed && is_same(&held, &stray.roots))))
		return;
	if (is_refused(&stray) && n->count >= MOST / 2) /* they leave room for the others */
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

/* Hashes that are nobody's, or a stray's: whose are they? */
static void hashes_check(struct number_audit *n, const struct audit_stream *s)
{
	int64_t number = audit_integer(s, 0);

	if (audit_integer(s, 3) && !is_stray(n, number))
		return;
	struct roots held = roots_of(audit_cell(s, 1), audit_cell(s, 2));
	for (size_t i = 0; i < n->count; i++) {
		struct stray *stray = &n->strays[i];
		if ((is_refused(stray) && stray->is_hashed) || stray->told || stray->batch_no == number ||
			!is_same(&held, &stray->roots))
			continue;
		tell(n, stray);
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
		audit_open(audit, &stream, "SELECT batch_no, body FROM lantik.batch_body ORDER BY batch_no");
		while (audit_next(&stream))
			body_check(&n, &stream);
		audit_close(&stream);
	}
	free(n.strays);
}
