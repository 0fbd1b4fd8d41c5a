/* The ledger: every leaf in its place, its hash, the nodes over it, the signed checkpoint, and the row behind it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "audit_ledger.h"

#include <inttypes.h>
#include <string.h>

/* Of each of ledger_tables the key of its row, and its nodes. */
enum { INDEX, LEAF, LEAF_HASH, KEY, NODES = KEY + LEDGER_TABLES, DEED = NODES + LEDGER_TABLES, REJECTED, TRUST };

static const char leaves_query[] = "SELECT l.leaf_index, l.leaf, l.leaf_hash, b.batch_no, d.decision_no, e.leaf_index, "
				   "b.nodes, d.nodes, e.nodes, e.text, d.rejected, e.kind IN (6, 7, 8) "
				   "FROM lantik.ledger_leaf l "
				   "LEFT JOIN lantik.batch b ON b.leaf_index = l.leaf_index "
				   "LEFT JOIN lantik.decision d ON d.leaf_index = l.leaf_index "
				   "LEFT JOIN lantik.deed e ON e.leaf_index = l.leaf_index "
				   "WHERE %" PRIu64 " = 0 OR l.leaf_index >= %" PRIu64 " ORDER BY l.leaf_index";

/* ---- which hash is the leaf's ---- */

/* The places where the hash of a leaf can be read. */
struct hashes {
	uint8_t of_bytes[LANTIK_HASH], of_row[LANTIK_HASH], of_node[LANTIK_HASH];
	bool is_here; /* the leaf's row, with its bytes */
	bool node_held;
	uint64_t said_index; /* by the leaf itself; UINT64_MAX when it cannot be read */
};

static bool same(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, LANTIK_HASH) == 0;
}

static bool is_root(const struct lantik_edge *edge, const uint8_t *signed_root)
{
	uint8_t root[LANTIK_HASH];
	lantik_edge_root(edge, root);
	return same(root, signed_root);
}

static bool leads_to(const struct ledger *ledger, const uint8_t *hash, const uint8_t *signed_root)
{
	struct lantik_edge edge = ledger->edge;
	lantik_edge_append(&edge, hash, NULL, NULL);
	return is_root(&edge, signed_root);
}

/* The one that leads to the signed root, or NULL when none does; without such a word two of three, where a leaf of
 * another place does not count. */
static const uint8_t *choose(
	const struct ledger *ledger, const struct hashes *h, const struct note *note, uint64_t index)
{
	const uint8_t *const candidates[] = {
		h->is_here ? h->of_bytes : NULL, h->is_here ? h->of_row : NULL, h->node_held ? h->of_node : NULL};
	for (size_t i = 0; note->is_signed && i < LANTIK_COUNT(candidates); i++)
		if (candidates[i] && leads_to(ledger, candidates[i], note->checkpoint.root))
			return candidates[i];
	if (note->is_signed)
		return NULL;
	if (!h->node_held)
		return h->of_bytes;
	bool two =
		h->is_here && h->said_index == index && (same(h->of_bytes, h->of_row) || same(h->of_bytes, h->of_node));
	return two ? h->of_bytes : h->of_node;
}

static void tell_leaf(struct ledger *ledger, enum audit_what what, const char *column, uint64_t index)
{
	if (what == AUDIT_REORDERED || (column && strcmp(column, "leaf") == 0))
		audit_leaf_is_bad(ledger->audit, index);
	audit_found(ledger->audit, "ledger_leaf", what, column, "leaf_index %" PRIu64, index);
}

static void tell_differing(struct ledger *ledger, const struct hashes *h, const uint8_t *truth, uint64_t index)
{
	bool is_leaf = h->said_index != UINT64_MAX;
	bool moved = is_leaf && h->said_index != index && same(h->of_bytes, h->of_row);
	if (!same(h->of_bytes, truth))
		tell_leaf(ledger, moved ? AUDIT_REORDERED : AUDIT_ALTERED, moved ? NULL : "leaf", index);
	if (!same(h->of_row, truth) && !moved)
		tell_leaf(ledger, AUDIT_ALTERED, "leaf_hash", index);
}

static void tell_nodes(
	struct ledger *ledger, const struct hashes *h, const struct ledger_nodes *nodes, const uint8_t *truth)
{
	if (nodes->hashes.data && !(h->node_held && truth && same(h->of_node, truth)))
		ledger_nodes_altered(ledger->audit, nodes);
}

/* ---- a tree with a gap ---- */

/* No hash of the leaf is left, so that no tree above it can be computed. */
static void tree_breaks(struct ledger *ledger, uint64_t index)
{
	ledger->broken = true;
	ledger->lost = index;
	ledger->resume_at = 0;
}

/* The hashes of complete subtrees that end with a leaf are lost with what it stood for. */
static bool ends_subtree(uint64_t size, uint64_t leaf)
{
	uint64_t before = 0;
	for (unsigned level = 63; level-- > 0;) {
		before += size & UINT64_C(1) << level;
		if (size >> level & 1 && before == leaf + 1)
			return true;
	}
	return false;
}

/* The tree is known again when the stored nodes lead to what was signed of it. Where more is lost they do not; it is
 * tried at ever longer distances then. */
static bool tree_resumes(struct ledger *ledger, const struct note *note, uint64_t size)
{
	struct lantik_edge edge;
	if (!note->is_signed || size < ledger->resume_at || ends_subtree(size, ledger->lost))
		return false;
	ledger->resume_at = size + (size - ledger->lost);
	if (!ledger_edge_held(ledger->audit, size, &edge) || !is_root(&edge, note->checkpoint.root))
		return false;
	ledger->edge = edge;
	ledger->broken = false;
	return true;
}

/* ---- a leaf joins the tree ---- */

/* The tree before the leaf is not known. When it is known with the leaf, the leaf's nodes are true. */
static void leaf_alone(
	struct ledger *ledger, struct hashes *h, const struct ledger_nodes *nodes, uint64_t index, int64_t recorded_at)
{
	static const struct note none;
	struct note note;
	ledger_note_of(ledger, index + 1, &note);
	h->node_held = ledger_nodes_leaf_hash(nodes, h->of_node);
	bool resumes = tree_resumes(ledger, &note, index + 1);
	const uint8_t *truth = resumes && h->node_held ? h->of_node : choose(ledger, h, &none, index);
	tell_differing(ledger, h, truth, index);
	tell_nodes(ledger, h, nodes, truth);
	ledger_note_pass(ledger, &note, index + 1, recorded_at);
	if (resumes)
		audit_witnesses_reach(ledger->audit, &ledger->edge);
}

/* What was signed is another leaf. */
static void leaf_is_false(
	struct ledger *ledger, const struct hashes *h, const struct ledger_nodes *nodes, uint64_t index)
{
	if (h->is_here) {
		tell_leaf(ledger, AUDIT_ALTERED, "leaf", index);
		tell_leaf(ledger, AUDIT_ALTERED, "leaf_hash", index);
	}
	tell_nodes(ledger, h, nodes, NULL);
	tree_breaks(ledger, index);
}

static void leaf_grow(
	struct ledger *ledger, struct hashes *h, const struct ledger_nodes *nodes, uint64_t index, int64_t recorded_at)
{
	struct note note;
	const uint8_t *truth = NULL;
	ledger_note_of(ledger, index + 1, &note);
	h->node_held = ledger_nodes_leaf_hash(nodes, h->of_node);
	if (h->is_here || h->node_held)
		truth = choose(ledger, h, &note, index);
	if (!truth) {
		leaf_is_false(ledger, h, nodes, index);
		ledger_note_pass(ledger, &note, index + 1, recorded_at);
		return;
	}
	if (h->is_here)
		tell_differing(ledger, h, truth, index);
	ledger_grow(ledger, truth, nodes);
	ledger_note_pass(ledger, &note, index + 1, recorded_at);
	audit_witnesses_reach(ledger->audit, &ledger->edge);
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
	struct lantik_deed_leaf deed;
	*ret = (struct leaf){.said_index = UINT64_MAX};
	if (lantik_batch_leaf_parse(bytes, &batch) == LANTIK_OK)
		*ret = (struct leaf){LANTIK_LEAF_BATCH, batch.leaf_index, batch.recorded_at};
	else if (lantik_decision_leaf_parse(bytes, &decision) == LANTIK_OK)
		*ret = (struct leaf){LANTIK_LEAF_DECISION, decision.leaf_index, decision.recorded_at};
	else if (lantik_deed_leaf_parse(bytes, &deed) == LANTIK_OK)
		*ret = (struct leaf){deed.type, deed.leaf_index, deed.recorded_at};
}

/* The tree that a recovery says it went on from, and the one that it has in common with the lost one. */
static void recovery_check(struct ledger *ledger, uint64_t index)
{
	const struct lantik_trust *trust = &ledger->audit->trust;
	const struct lantik_recovered *recovered = trust->epoch_count ? &trust->epochs[trust->epoch_count - 1] : NULL;
	struct lantik_edge common;
	uint8_t root[LANTIK_HASH], common_root[LANTIK_HASH];
	if (!recovered || recovered->first != index || ledger->broken ||
		!ledger_edge_at(ledger->audit, recovered->common, &common))
		return;
	lantik_edge_root(&ledger->edge, root);
	lantik_edge_root(&common, common_root);
	if (!same(root, recovered->size_root) || !same(common_root, recovered->common_root))
		audit_found(ledger->audit, "deed", AUDIT_ALTERED, "text", "leaf_index %" PRIu64, index);
}

/* A leaf that cannot be read, or is missing, may have been a deed about receipt keys. */
static void deed_take(struct ledger *ledger, struct lantik_span leaf, const struct ledger_nodes *nodes, uint64_t index)
{
	enum lantik_leaf_type type = lantik_leaf_type_of(leaf);
	bool may_be = type == LANTIK_LEAF_NONE && (nodes->deed.data || !nodes->hashes.data);
	if (!may_be && !lantik_is_deed_type(type))
		return;
	(void)audit_trust_leaf(ledger->audit, leaf, nodes->deed, index);
	recovery_check(ledger, index);
}

static void row_check(struct ledger *ledger, const struct leaf *leaf, uint64_t index)
{
	const struct audit_stream *leaves = &ledger->leaves;
	unsigned table = ledger_table_of(leaf->type);
	if (leaf->type != LANTIK_LEAF_NONE && audit_null(leaves, KEY + table))
		audit_found(ledger->audit, ledger_tables[table], AUDIT_MISSING, NULL, "leaf_index %" PRIu64, index);
	ledger->recorded_at = leaf->recorded_at;
	if (audit_integer(leaves, REJECTED) > 0)
		ledger->rejected_size = index + 1;
	if (audit_integer(leaves, TRUST))
		ledger->trust_size = index + 1;
}

/* ---- the walk ---- */

/* Beyond the head only what was signed counts. */
static bool is_beyond(const struct ledger *ledger, uint64_t index)
{
	return index >= ledger->audit->size && !ledger->broken && !ledger_size_was_signed(ledger, index + 1);
}

/* A true leaf that cannot be read was made by a newer daemon. */
static void tell_unknown(struct ledger *ledger, uint64_t index)
{
	audit_remark(ledger->audit, "unknown_leaf",
		"leaf %" PRIu64 " is of a form that this program does not know; use the newer lantikctl",
		"daun %" PRIu64 " berbentuk yang tidak dikenal program ini; gunakan lantikctl yang lebih baru", index);
}

static void stored_nodes(const struct ledger *ledger, enum lantik_leaf_type type, struct ledger_nodes *ret)
{
	struct ledger_rows rows;
	for (unsigned i = 0; i < LEDGER_TABLES; i++) {
		rows.numbers[i] = audit_integer(&ledger->leaves, KEY + i);
		rows.nodes[i] =
			ledger_nodes_cell(!audit_null(&ledger->leaves, KEY + i), ledger->leaves.cells[NODES + i]);
	}
	ledger_nodes_pick(type, &rows, ret);
	ret->deed = ledger->leaves.cells[DEED];
}

static void leaf_check(struct ledger *ledger, uint64_t index)
{
	struct lantik_span bytes = audit_cell(&ledger->leaves, LEAF), hash = audit_cell(&ledger->leaves, LEAF_HASH);
	struct hashes h = {.is_here = true};
	struct ledger_nodes nodes;
	struct leaf leaf;
	leaf_read(bytes, &leaf);
	h.said_index = leaf.said_index;
	lantik_leaf_hash(bytes, h.of_bytes);
	if (hash.len == LANTIK_HASH)
		memcpy(h.of_row, hash.data, LANTIK_HASH);
	stored_nodes(ledger, leaf.type, &nodes);
	deed_take(ledger, bytes, &nodes, index);
	(ledger->broken ? leaf_alone : leaf_grow)(ledger, &h, &nodes, index, leaf.recorded_at);
	if (!audit_leaf_holds(ledger->audit, bytes, index))
		leaf = (struct leaf){.said_index = UINT64_MAX};
	else if (leaf.type == LANTIK_LEAF_NONE)
		tell_unknown(ledger, index);
	row_check(ledger, &leaf, index);
	ledger->audit->leaves++;
	audit_progress(ledger->audit);
}

/* The tree goes on over what its nodes tell of the leaves. */
static void leaves_missing(struct ledger *ledger, uint64_t from, uint64_t until)
{
	ledger->incomplete = true;
	ledger->recorded_at = 0;
	if (until - from == 1)
		tell_leaf(ledger, AUDIT_MISSING, NULL, from);
	else
		audit_found(ledger->audit, "ledger_leaf", AUDIT_MISSING, NULL, "leaf_index %" PRIu64 "-%" PRIu64, from,
			until - 1);
	for (uint64_t index = from; index < until && !ledger->broken; index++) {
		struct hashes h = {.said_index = UINT64_MAX};
		struct ledger_nodes nodes;
		PGresult *rows = ledger_nodes_ask(ledger->audit, index, &nodes);
		deed_take(ledger, (struct lantik_span){0}, &nodes, index);
		leaf_grow(ledger, &h, &nodes, index, 0);
		PQclear(rows);
	}
	if (!ledger->broken)
		return;
	ledger->lost = until - 1;
	ledger_notes_pass(ledger, until);
}

/* Rows that were taken off the end: the head counts them, and what they stood for is there, or their size was signed.
 */
static void end_missing(struct ledger *ledger, uint64_t next)
{
	struct audit *audit = ledger->audit;
	if (next >= audit->size)
		return;
	uint64_t until = audit_count(audit,
		"SELECT greatest(max(leaf_index) + 1, 0) FROM (SELECT max(leaf_index) AS leaf_index FROM lantik.batch "
		"UNION ALL SELECT max(leaf_index) FROM lantik.decision "
		"UNION ALL SELECT max(leaf_index) FROM lantik.deed) m");
	if (until > audit->size || ledger_size_was_signed(ledger, audit->size))
		until = audit->size;
	if (until > next)
		leaves_missing(ledger, next, until);
}

static void tell_no_number(struct ledger *ledger)
{
	if (audit_null(&ledger->leaves, INDEX))
		audit_found(ledger->audit, "ledger_leaf", AUDIT_EXTRA, NULL, "leaf_index NULL");
	else
		audit_found(ledger->audit, "ledger_leaf", AUDIT_EXTRA, NULL, "leaf_index %" PRId64,
			audit_integer(&ledger->leaves, INDEX));
}

/* A row of one of four tables is there twice, which their keys forbid. */
static void tell_twice(struct ledger *ledger, uint64_t index)
{
	const char *const tables[] = {"ledger_leaf", ledger_tables[0], ledger_tables[1], ledger_tables[2]};
	for (size_t i = 0; i < LANTIK_COUNT(tables); i++)
		if (audit_count(ledger->audit, "SELECT count(*) FROM lantik.%s WHERE leaf_index = %" PRIu64, tables[i],
			    index) > 1)
			audit_found(
				ledger->audit, tables[i], AUDIT_EXTRA, NULL, "leaf_index %" PRIu64 " (twice)", index);
}

static void leaves_check(struct ledger *ledger)
{
	uint64_t next = ledger->audit->from, twice = UINT64_MAX;
	audit_open(ledger->audit, &ledger->leaves, leaves_query, ledger->audit->from, ledger->audit->from);
	while (audit_next(&ledger->leaves)) {
		uint64_t index = (uint64_t)audit_integer(&ledger->leaves, INDEX);
		if (audit_null(&ledger->leaves, INDEX) || index > INT64_MAX) {
			tell_no_number(ledger);
			continue;
		}
		if (index < next) {
			if (index != twice)
				tell_twice(ledger, index);
			twice = index;
			continue;
		}
		if (is_beyond(ledger, index)) {
			tell_leaf(ledger, AUDIT_EXTRA, NULL, index);
			continue;
		}
		if (index > next)
			leaves_missing(ledger, next, index);
		leaf_check(ledger, index);
		next = index + 1;
	}
	audit_close(&ledger->leaves);
	if (!ledger->audit->failed)
		end_missing(ledger, next);
}

/* With --from: the tree before it is what its nodes say, and that was signed. */
static void start_check(struct ledger *ledger)
{
	struct note note;
	uint64_t from = ledger->audit->from;
	if (!ledger_edge_at(ledger->audit, from, &ledger->edge))
		tree_breaks(ledger, from - 1);
	if (!from)
		return;
	ledger_note_of(ledger, from, &note);
	if (!ledger->broken && note.is_signed && !is_root(&ledger->edge, note.checkpoint.root)) {
		audit_found(ledger->audit, "ledger_leaf", AUDIT_ALTERED, NULL, "leaf_index 0-%" PRIu64, from - 1);
		tree_breaks(ledger, from - 1);
	}
	if (note.held)
		ledger_note_pass(ledger, &note, from, 0);
	else
		audit_found(ledger->audit, "checkpoint", AUDIT_MISSING, NULL, "size %" PRIu64, from);
	if (!ledger->broken)
		audit_witnesses_reach(ledger->audit, &ledger->edge);
}

static void ledger_run(struct audit *audit)
{
	struct ledger ledger = {.audit = audit};
	audit_trust_start(audit);
	ledger_notes_open(&ledger);
	start_check(&ledger);
	leaves_check(&ledger);
	ledger_notes_close(&ledger);
	if (audit->failed)
		return;
	ledger_head_check(&ledger);
	audit_witnesses_judge(audit, ledger_size(&ledger));
}

static uint64_t ledger_count(struct audit *audit)
{
	return audit->size > audit->from ? audit->size - audit->from : 0;
}

const struct audit_step audit_ledger_steps[] = {
	{.what = {"leaves of the ledger", "daun buku besar"}, .count = ledger_count, .run = ledger_run},
	{.what = {NULL, NULL}},
};
