/* Stored bodies: each batch that a rule refused has its own, which the digest in the leaf binds, unless a deed erased
 * it. SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "audit.h"
#include "lantik/codec.h"
#include "unpack.h"

enum { BATCH_NO, IS_REFUSED, HAS_BODY, IS_ERASED, BODY_SIZE, BODY, LEAF, LEAF_INDEX, SHA256 };

static void tell(struct audit *audit, const struct audit_stream *row, enum audit_what what, const char *column)
{
	audit_found(audit, "batch_body", what, column, "batch_no %" PRId64, audit_integer(row, BATCH_NO));
}

static bool is_body(struct lantik_span frame, size_t size, const uint8_t manifest_sha256[LANTIK_HASH])
{
	struct lantik_buffer body = {0};
	struct lantik_batch_digests digests;
	bool same = size > 0 && size <= LANTIK_MAX_BODY && unpack(frame, size, &body) == LANTIK_OK &&
		    lantik_batch_digests(lantik_buffer_span(&body), &digests) == LANTIK_OK &&
		    memcmp(digests.manifest_sha256, manifest_sha256, LANTIK_HASH) == 0;
	lantik_buffer_free(&body);
	return same;
}

/* As the leaf says; by the word of the batch alone when the leaf is gone. */
static void digest_of(const struct audit *audit, const struct audit_stream *row, uint8_t ret[LANTIK_HASH])
{
	struct lantik_batch_leaf leaf;
	struct lantik_span bytes = audit_cell(row, LEAF), digest = audit_cell(row, SHA256);
	if (audit_leaf_holds(audit, bytes, (uint64_t)audit_integer(row, LEAF_INDEX)) &&
		lantik_batch_leaf_parse(bytes, &leaf) == LANTIK_OK)
		memcpy(ret, leaf.manifest_sha256, LANTIK_HASH);
	else if (digest.len == LANTIK_HASH)
		memcpy(ret, digest.data, LANTIK_HASH);
}

/* When the body is right under the size that it says itself, the column of its size was altered. */
static void body_check(struct audit *audit, const struct audit_stream *row)
{
	struct lantik_span frame = audit_cell(row, BODY);
	int64_t size = audit_integer(row, BODY_SIZE);
	uint8_t digest[LANTIK_HASH] = {0};
	digest_of(audit, row, digest);
	if (size > 0 && is_body(frame, (size_t)size, digest))
		return;
	tell(audit, row, AUDIT_ALTERED, is_body(frame, unpack_size(frame), digest) ? "body_size" : "body");
}

static void row_check(struct audit *audit, const struct audit_stream *row)
{
	bool is_refused = audit_integer(row, IS_REFUSED) != 0, has_body = !audit_null(row, HAS_BODY);
	bool is_erased = !audit_null(row, IS_ERASED);
	if (has_body && (!is_refused || is_erased))
		tell(audit, row, AUDIT_EXTRA, NULL);
	else if (has_body)
		body_check(audit, row);
	else if (is_refused && !is_erased)
		tell(audit, row, AUDIT_MISSING, NULL);
}

static void bodies_run(struct audit *audit)
{
	struct audit_stream rows;
	audit_open(audit, &rows,
		"SELECT coalesce(b.batch_no, t.batch_no), b.outcome = 2, t.batch_no, e.batch_no, t.body_size, t.body, "
		"l.leaf, b.leaf_index, b.manifest_sha256 "
		"FROM lantik.batch b FULL JOIN lantik.batch_body t ON t.batch_no = b.batch_no "
		"LEFT JOIN lantik.erased_body e ON e.batch_no = coalesce(b.batch_no, t.batch_no) "
		"LEFT JOIN lantik.ledger_leaf l ON l.leaf_index = b.leaf_index "
		"WHERE (b.leaf_index >= %" PRIu64
		" OR b.batch_no IS NULL) AND (b.outcome = 2 OR t.batch_no IS NOT NULL)",
		audit->from);
	while (audit_next(&rows)) {
		row_check(audit, &rows);
		audit_progress(audit);
	}
	audit_close(&rows);
}

static uint64_t bodies_count(struct audit *audit)
{
	return audit_count(
		audit, "SELECT count(*) FROM lantik.batch WHERE outcome = 2 AND leaf_index >= %" PRIu64, audit->from);
}

const struct audit_step audit_body_steps[] = {
	{.what = {"stored bodies", "isi paket tersimpan"}, .count = bodies_count, .run = bodies_run},
	{.what = {NULL, NULL}},
};
