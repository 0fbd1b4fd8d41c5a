/* The ledger: every leaf in its place, its hash, the nodes over it, and the row that it stands for.
 * SPDX-License-Identifier: Apache-2.0 */
#include "audit_ledger.h"

#include <inttypes.h>
#include <string.h>

enum { INDEX, LEAF, LEAF_HASH, BATCH, DECISION, DEED, KIND, ACCEPTED };

static const char leaves_query[] =
	"SELECT l.leaf_index, l.leaf, l.leaf_hash, b.batch_no, d.decision_no, e.leaf_index, coalesce(b.kind, d.kind), "
	"coalesce(b.accepted, d.accepted) FROM lantik.ledger_leaf l "
	"LEFT JOIN lantik.batch b ON b.leaf_index = l.leaf_index "
	"LEFT JOIN lantik.decision d ON d.leaf_index = l.leaf_index "
	"LEFT JOIN lantik.deed e ON e.leaf_index = l.leaf_index "
	"WHERE l.leaf_index >= %" PRIu64 " ORDER BY l.leaf_index";

/* ---- which hash is the leaf's ---- */

/* The three places where the hash of a leaf can be read. */
struct witnesses {
	uint8_t of_bytes[LANTIK_HASH], of_row[LANTIK_HASH], of_node[LANTIK_HASH];
	bool node_held;
	uint64_t said_index; /* by the leaf itself */
};

static bool same(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, LANTIK_HASH) == 0;
}

/* Two of three; a leaf of another place does not count. */
static const uint8_t *choose(const struct witnesses *w, uint64_t index)
{
	if (!w->node_held ||
		(w->said_index == index && (same(w->of_bytes, w->of_row) || same(w->of_bytes, w->of_node))))
		return w->of_bytes;
	return w->of_node;
}

static void tell_differing(struct ledger *ledger, const struct witnesses *w, const uint8_t *truth, uint64_t index)
{
	bool moved = w->said_index != index && same(w->of_bytes, w->of_row);
	if (!same(w->of_bytes, truth))
		audit_found(ledger->audit, "ledger_leaf", moved ? AUDIT_REORDERED : AUDIT_ALTERED,
			moved ? NULL : "leaf", "leaf_index %" PRIu64, index);
	if (!same(w->of_row, truth) && !moved)
		audit_found(ledger->audit, "ledger_leaf", AUDIT_ALTERED, "leaf_hash", "leaf_index %" PRIu64, index);
}

static void leaf_grow(struct ledger *ledger, struct witnesses *w, uint64_t index)
{
	if (ledger->broken) {
		if (!same(w->of_bytes, w->of_row))
			tell_differing(ledger, w, w->of_row, index);
		return;
	}
	w->node_held = ledger_node_of_leaf(ledger, index, w->of_node);
	const uint8_t *truth = choose(w, index);
	tell_differing(ledger, w, truth, index);
	ledger_grow(ledger, truth);
}

/* ---- what a leaf stands for ---- */

struct leaf {
	enum lantik_leaf_type type; /* LANTIK_LEAF_NONE: it cannot be read */
	uint64_t said_index;
	int64_t recorded_at;
};

static void leaf_read(struct lantik_span bytes, struct leaf *ret)
{
	struct lantik_batch_leaf batch;
	struct lantik_decision_leaf decision;
	*ret = (struct leaf){.said_index = UINT64_MAX};
	if (lantik_batch_leaf_parse(bytes, &batch) == LANTIK_OK)
		*ret = (struct leaf){LANTIK_LEAF_BATCH, batch.leaf_index, batch.recorded_at};
	else if (lantik_decision_leaf_parse(bytes, &decision) == LANTIK_OK)
		*ret = (struct leaf){LANTIK_LEAF_DECISION, decision.leaf_index, decision.recorded_at};
}

static void row_check(struct ledger *ledger, const struct leaf *leaf, uint64_t index)
{
	const struct audit_stream *leaves = &ledger->leaves;
	const char *table = leaf->type == LANTIK_LEAF_BATCH ? "batch" : "decision";
	if (leaf->type == LANTIK_LEAF_NONE) {
		audit_found(ledger->audit, "ledger_leaf", AUDIT_ALTERED, "leaf", "leaf_index %" PRIu64, index);
		return;
	}
	if (audit_null(leaves, leaf->type == LANTIK_LEAF_BATCH ? BATCH : DECISION))
		audit_found(ledger->audit, table, AUDIT_MISSING, NULL, "leaf_index %" PRIu64, index);
	ledger->recorded_at = leaf->recorded_at;
	int64_t kind = audit_integer(leaves, KIND);
	if (audit_integer(leaves, ACCEPTED) > 0)
		ledger->size_by_kind[kind < 1 ? 1 : kind > 5 ? 5 : kind] = index + 1;
}

static void leaf_check(struct ledger *ledger, uint64_t index)
{
	struct lantik_span bytes = audit_cell(&ledger->leaves, LEAF), hash = audit_cell(&ledger->leaves, LEAF_HASH);
	struct witnesses w = {0};
	struct leaf leaf;
	leaf_read(bytes, &leaf);
	w.said_index = leaf.said_index;
	lantik_leaf_hash(bytes, w.of_bytes);
	if (hash.len == LANTIK_HASH)
		memcpy(w.of_row, hash.data, LANTIK_HASH);
	leaf_grow(ledger, &w, index);
	row_check(ledger, &leaf, index);
	ledger->audit->leaves++;
	audit_progress(ledger->audit);
}

/* The tree goes on over what its nodes tell of them. */
static void leaves_missing(struct ledger *ledger, uint64_t from, uint64_t until)
{
	uint8_t hash[LANTIK_HASH];
	if (until - from == 1)
		audit_found(ledger->audit, "ledger_leaf", AUDIT_MISSING, NULL, "leaf_index %" PRIu64, from);
	else
		audit_found(ledger->audit, "ledger_leaf", AUDIT_MISSING, NULL, "leaf_index %" PRIu64 "-%" PRIu64, from,
			until - 1);
	for (uint64_t index = from; index < until && !ledger->broken; index++) {
		ledger->broken = !ledger_node_of_leaf(ledger, index, hash);
		if (!ledger->broken)
			ledger_grow(ledger, hash);
	}
}

static void leaves_check(struct ledger *ledger)
{
	uint64_t next = ledger->audit->from;
	audit_open(ledger->audit, &ledger->leaves, leaves_query, ledger->audit->from);
	while (audit_next(&ledger->leaves)) {
		uint64_t index = (uint64_t)audit_integer(&ledger->leaves, INDEX);
		if (index > next)
			leaves_missing(ledger, next, index);
		leaf_check(ledger, index);
		next = index + 1;
	}
	audit_close(&ledger->leaves);
}

static void ledger_run(struct audit *audit)
{
	struct ledger ledger = {.audit = audit};
	ledger.broken = !ledger_edge_at(audit, audit->from, &ledger.edge);
	ledger_nodes_open(&ledger);
	leaves_check(&ledger);
	if (!ledger.broken)
		ledger_nodes_close(&ledger);
	audit_close(&ledger.nodes);
	if (!audit->failed)
		ledger_head_check(&ledger);
}

static uint64_t ledger_count(struct audit *audit)
{
	return audit->size > audit->from ? audit->size - audit->from : 0;
}

const struct audit_step audit_ledger_steps[] = {
	{.what = {"leaves of the ledger", "daun buku besar"}, .count = ledger_count, .run = ledger_run},
	{.what = {NULL, NULL}},
};
