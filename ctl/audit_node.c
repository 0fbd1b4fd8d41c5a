/* The stored nodes of the ledger beside the tree that the leaves make. What a leaf completes is kept by the row that
 * the leaf stands for. SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "audit_ledger.h"

const char *const ledger_tables[LEDGER_TABLES] = {"batch", "decision", "deed"};

unsigned ledger_table_of(enum lantik_leaf_type type)
{
	return lantik_is_deed_type(type) ? 2 : type == LANTIK_LEAF_DECISION ? 1 : 0;
}

void ledger_nodes_pick(enum lantik_leaf_type type, const struct ledger_rows *rows, struct ledger_nodes *ret)
{
	static const char *const keys[LEDGER_TABLES] = {"batch_no", "decision_no", "leaf_index"};
	unsigned table = ledger_table_of(type);

	for (unsigned i = 0; !rows->nodes[table].data && i < LEDGER_TABLES; i++)
		if (rows->nodes[i].data)
			table = i;
	*ret = (struct ledger_nodes){.table = ledger_tables[table],
		.key = keys[table],
		.number = rows->numbers[table],
		.hashes = rows->nodes[table]};
}

struct lantik_span ledger_nodes_cell(bool is_there, struct lantik_span cell)
{
	return cell.data || !is_there ? cell : lantik_span_of("");
}

bool ledger_nodes_leaf_hash(const struct ledger_nodes *nodes, uint8_t ret[LANTIK_HASH])
{
	if (nodes->hashes.len < LANTIK_HASH)
		return false;
	memcpy(ret, nodes->hashes.data, LANTIK_HASH);
	return true;
}

/* ---- one leaf by its number ---- */

enum { LEAF, KEY, NODES = KEY + LEDGER_TABLES, DEED = NODES + LEDGER_TABLES };

#define ROWS                                                                                                           \
	"SELECT l.leaf, b.batch_no, d.decision_no, e.leaf_index, b.nodes, d.nodes, e.nodes, e.text "                   \
	"FROM (SELECT $1::bigint AS leaf_index) i "                                                                    \
	"LEFT JOIN lantik.ledger_leaf l USING (leaf_index) LEFT JOIN lantik.batch b USING (leaf_index) "               \
	"LEFT JOIN lantik.decision d USING (leaf_index) LEFT JOIN lantik.deed e USING (leaf_index)"

PGresult *ledger_nodes_ask(struct audit *audit, uint64_t leaf_index, struct ledger_nodes *ret)
{
	struct ledger_rows rows = {0};
	char text[24];

	*ret = (struct ledger_nodes){0};
	snprintf(text, sizeof text, "%" PRIu64, leaf_index);
	PGresult *result = database_query_binary(audit->database, ROWS, 1, (const char *const[]){text});
	if (!result || !PQntuples(result))
		return result;
	for (int i = 0; i < (int)LEDGER_TABLES; i++)
		if (!PQgetisnull(result, 0, KEY + i)) {
			rows.numbers[i] = cell_integer(result, 0, KEY + i);
			rows.nodes[i] = ledger_nodes_cell(true, cell_span(result, 0, NODES + i));
		}
	ledger_nodes_pick(lantik_leaf_type_of(cell_span(result, 0, 0)), &rows, ret);
	ret->deed = cell_span(result, 0, DEED);
	if (PQgetisnull(result, 0, 0) && !ret->hashes.data)
		ret->table = "ledger_leaf";
	return result;
}

void ledger_nodes_altered(struct audit *audit, const struct ledger_nodes *nodes)
{
	audit_found(audit, nodes->table, AUDIT_ALTERED, "nodes", "%s %" PRId64, nodes->key, nodes->number);
}

/* ---- the tree grows ---- */

struct completed {
	uint8_t hashes[LANTIK_MAX_PROOF][LANTIK_HASH];
	unsigned count;
};

static void take(void *context, unsigned level, uint64_t index, const uint8_t hash[LANTIK_HASH])
{
	struct completed *completed = context;

	(void)level;
	(void)index;
	memcpy(completed->hashes[completed->count++], hash, LANTIK_HASH);
}

void ledger_grow(struct ledger *ledger, const uint8_t leaf_hash[LANTIK_HASH], const struct ledger_nodes *nodes)
{
	struct completed completed = {.count = 0};

	lantik_edge_append(&ledger->edge, leaf_hash, take, &completed);
	struct lantik_span made = {completed.hashes[0], (size_t)completed.count * LANTIK_HASH};
	if (nodes->hashes.data && !lantik_span_equal(nodes->hashes, made))
		ledger_nodes_altered(ledger->audit, nodes);
}

/* ---- the tree of a size ---- */

static bool edge_node(struct audit *audit, unsigned level, uint64_t index, bool tells, uint8_t ret[LANTIK_HASH])
{
	uint64_t last = ((index + 1) << level) - 1;
	struct ledger_nodes nodes;
	PGresult *rows = ledger_nodes_ask(audit, last, &nodes);
	bool held = nodes.hashes.len >= (level + 1) * LANTIK_HASH;

	if (held)
		memcpy(ret, nodes.hashes.data + (size_t)level * LANTIK_HASH, LANTIK_HASH);
	else if (tells && nodes.hashes.data)
		ledger_nodes_altered(audit, &nodes);
	else if (tells && !audit->database->failed)
		audit_found(audit, nodes.table, AUDIT_MISSING, NULL, "leaf_index %" PRIu64, last);
	PQclear(rows);
	return held;
}

static bool edge_of(struct audit *audit, uint64_t size, bool tells, struct lantik_edge *ret)
{
	uint64_t before = 0;

	ret->size = size;
	ret->count = 0;
	for (unsigned level = 63; level-- > 0;) {
		if (!(size >> level & 1))
			continue;
		if (!edge_node(audit, level, before >> level, tells, ret->hashes[ret->count++]))
			return false;
		before += UINT64_C(1) << level;
	}
	return true;
}

bool ledger_edge_at(struct audit *audit, uint64_t size, struct lantik_edge *ret)
{
	return edge_of(audit, size, true, ret);
}

bool ledger_edge_held(struct audit *audit, uint64_t size, struct lantik_edge *ret)
{
	return edge_of(audit, size, false, ret);
}
