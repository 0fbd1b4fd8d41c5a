/* Deeds: each is the text that its leaf binds, and what was asked for.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "audit.h"

enum {
	LEAF_INDEX,
	REQUEST_NO,
	DEED_ID,
	KIND,
	TEXT,
	DURABILITY,
	REQUESTED_AT,
	RECORDED_AT,
	LEAF,
	ASKED,
	ASKED_ID,
	ASKED_KIND,
	ASKED_TEXT,
	ASKED_AT,
	REFUSED,
	ASKED_ELSEWHERE
};

static const char deeds_query[] =
	"SELECT t.leaf_index, t.request_no, t.deed_id, t.kind, t.text, t.durability, t.requested_at, t.recorded_at, "
	"l.leaf, r.request_no, r.deed_id, r.kind, r.request, r.requested_at, f.request_no, "
	"(SELECT x.request_no FROM lantik.deed_request x WHERE x.deed_id = t.deed_id) FROM lantik.deed t "
	"LEFT JOIN lantik.ledger_leaf l ON l.leaf_index = t.leaf_index "
	"LEFT JOIN lantik.deed_request r ON r.request_no = t.request_no "
	"LEFT JOIN lantik.deed_refusal f ON f.request_no = t.request_no "
	"WHERE %" PRIu64 " = 0 OR t.leaf_index >= %" PRIu64 " ORDER BY t.leaf_index";

static void deed_is(struct audit *audit, const struct audit_stream *row, const char *column, bool is_right)
{
	if (!is_right)
		audit_found(
			audit, "deed", AUDIT_ALTERED, column, "leaf_index %" PRId64, audit_integer(row, LEAF_INDEX));
}

static void request_is(struct audit *audit, const struct audit_stream *row, const char *column, bool is_right)
{
	if (!is_right)
		audit_found(audit, "deed_request", AUDIT_ALTERED, column, "request_no %" PRId64,
			audit_integer(row, REQUEST_NO));
}

/* The deed as it was asked for: what carrying it out added to an erasure is taken off again. */
static bool is_asked(const struct lantik_deed *deed, struct lantik_span text, struct lantik_span asked)
{
	struct lantik_deed request = *deed;
	struct lantik_buffer written = {0};
	if (deed->kind != LANTIK_DEED_ERASE)
		return lantik_span_equal(text, asked);
	request.erasure.row_count = request.erasure.returned_count = request.erasure.body_count = 0;
	request.erasure.place_count = request.erasure.rejection_count = 0;
	bool same = lantik_deed_format(&request, &written) == LANTIK_OK &&
		    lantik_span_equal(lantik_buffer_span(&written), asked);
	lantik_buffer_free(&written);
	return same;
}

static void request_check(struct audit *audit, const struct audit_stream *row, const struct lantik_deed *deed)
{
	if (audit_null(row, ASKED)) {
		audit_found(audit, "deed_request", AUDIT_MISSING, NULL, "request_no %" PRId64,
			audit_integer(row, REQUEST_NO));
		if (audit_null(row, ASKED_ELSEWHERE))
			return;
		/* Which of the two numbers was altered cannot be told. */
		deed_is(audit, row, "request_no", false);
		audit_found(audit, "deed_request", AUDIT_ALTERED, "request_no", "request_no %" PRId64,
			audit_integer(row, ASKED_ELSEWHERE));
		return;
	}
	if (!audit_is(row, ASKED_ID, (struct lantik_span){deed->deed_id, 16})) {
		/* One that was asked for otherwise: the deed names another request, or the request another deed. */
		bool text_fits = is_asked(deed, audit_cell(row, TEXT), audit_cell(row, ASKED_TEXT));
		if (text_fits)
			request_is(audit, row, "deed_id", false);
		else
			deed_is(audit, row, "request_no", false);
		return;
	}
	request_is(audit, row, "kind", audit_integer(row, ASKED_KIND) == (int64_t)deed->kind);
	request_is(audit, row, "request", is_asked(deed, audit_cell(row, TEXT), audit_cell(row, ASKED_TEXT)));
	if (!audit_null(row, REFUSED))
		audit_found(audit, "deed_refusal", AUDIT_EXTRA, NULL, "request_no %" PRId64,
			audit_integer(row, REQUEST_NO));
}

static bool leaf_is_mine(const struct audit_stream *row, const struct lantik_deed_leaf *leaf, bool is_bound)
{
	return is_bound || audit_is(row, DEED_ID, (struct lantik_span){leaf->deed_id, 16});
}

static void text_check(
	struct audit *audit, const struct audit_stream *row, const struct lantik_deed_leaf *leaf, bool is_bound)
{
	struct lantik_deed deed;
	bool read = is_bound && lantik_deed_parse(audit_cell(row, TEXT), &deed) == LANTIK_OK;
	deed_is(audit, row, "text",
		read && memcmp(deed.deed_id, leaf->deed_id, 16) == 0 &&
			lantik_deed_leaf_type(deed.kind) == leaf->type &&
			(!audit->origin[0] || lantik_span_is(deed.origin, audit->origin)));
	if (!read)
		return;
	deed_is(audit, row, "kind", audit_integer(row, KIND) == (int64_t)deed.kind);
	request_check(audit, row, &deed);
	lantik_deed_free(&deed);
}

static void deed_check(struct audit *audit, const struct audit_stream *row)
{
	struct lantik_deed_leaf leaf;
	uint8_t hash[LANTIK_HASH];
	uint64_t index = (uint64_t)audit_integer(row, LEAF_INDEX);
	bool holds = audit_leaf_holds(audit, audit_cell(row, LEAF), index);
	bool read = holds && lantik_deed_leaf_parse(audit_cell(row, LEAF), &leaf) == LANTIK_OK;
	lantik_sha256(audit_cell(row, TEXT), hash);
	bool is_bound = read && memcmp(hash, leaf.deed_sha256, LANTIK_HASH) == 0;
	if (!read || !leaf_is_mine(row, &leaf, is_bound)) {
		if (holds || index >= audit->size)
			audit_found(audit, "deed", holds ? AUDIT_REORDERED : AUDIT_EXTRA, NULL, "leaf_index %" PRId64,
				(int64_t)index);
		return;
	}
	deed_is(audit, row, "deed_id", audit_is(row, DEED_ID, (struct lantik_span){leaf.deed_id, 16}));
	deed_is(audit, row, "durability", audit_integer(row, DURABILITY) == leaf.durability);
	deed_is(audit, row, "requested_at", audit_time(row, REQUESTED_AT) == leaf.requested_at);
	deed_is(audit, row, "recorded_at", audit_time(row, RECORDED_AT) == leaf.recorded_at);
	if (!audit_null(row, ASKED))
		request_is(audit, row, "requested_at", audit_time(row, ASKED_AT) == leaf.requested_at);
	text_check(audit, row, &leaf, is_bound);
}

static void tell_pending(struct audit *audit)
{
	uint64_t pending = audit_count(audit,
		"SELECT count(*) FROM lantik.deed_request r WHERE NOT EXISTS (SELECT FROM lantik.deed d WHERE "
		"d.request_no = "
		"r.request_no) AND NOT EXISTS (SELECT FROM lantik.deed_refusal f WHERE f.request_no = r.request_no)");
	if (pending)
		audit_remark(audit, "deeds_pending", "deeds asked for and not carried out yet: %" PRIu64,
			"akta yang diminta dan belum dilaksanakan: %" PRIu64, pending);
}

static void deeds_run(struct audit *audit)
{
	struct audit_stream deeds;
	audit_open(audit, &deeds, deeds_query, audit->from, audit->from);
	while (audit_next(&deeds)) {
		deed_check(audit, &deeds);
		audit_progress(audit);
	}
	audit_close(&deeds);
	tell_pending(audit);
}

static uint64_t deeds_count(struct audit *audit)
{
	return audit_count(audit, "SELECT count(*) FROM lantik.deed WHERE leaf_index >= %" PRIu64, audit->from);
}

const struct audit_step audit_deed_steps[] = {
	{.what = {"deeds", "akta"}, .count = deeds_count, .run = deeds_run},
	{.what = {NULL, NULL}},
};
