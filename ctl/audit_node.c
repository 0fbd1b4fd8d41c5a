/* The stored nodes of the ledger beside the tree that the leaves make.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "audit_ledger.h"

enum { LEVEL, INDEX, HASH };

/* A subtree is complete with its last leaf; PostgreSQL's shift wraps round as this one does. */
#define COMPLETE "((node_index + 1) << level)"

static int64_t complete_at(int64_t level, int64_t index)
{
	return (int64_t)(((uint64_t)index + 1) << (level & 63));
}

void ledger_nodes_open(struct ledger *ledger)
{
	audit_open(ledger->audit, &ledger->nodes,
		"SELECT level, node_index, hash FROM lantik.ledger_node WHERE %" PRIu64 " = 0 OR " COMPLETE
		" > %" PRIu64 " ORDER BY " COMPLETE ", level",
		ledger->audit->from, ledger->audit->from);
	ledger->node_waits = audit_next(&ledger->nodes);
}

/* Whether the waiting row comes before this node (-1), is it (0), or comes after. */
static int node_order(const struct ledger *ledger, unsigned level, uint64_t index)
{
	int64_t row_level = audit_integer(&ledger->nodes, LEVEL);
	int64_t row_at = complete_at(row_level, audit_integer(&ledger->nodes, INDEX));
	int64_t at = complete_at((int64_t)level, (int64_t)index);
	if (row_at != at)
		return row_at < at ? -1 : 1;
	return row_level < (int64_t)level ? -1 : row_level > (int64_t)level;
}

static void tell_extra(struct ledger *ledger)
{
	audit_found(ledger->audit, "ledger_node", AUDIT_EXTRA, NULL, "level %" PRId64 " node_index %" PRId64,
		audit_integer(&ledger->nodes, LEVEL), audit_integer(&ledger->nodes, INDEX));
}

/* Rows before the node are of no subtree. Whether the waiting row is the node. */
static bool node_seek(struct ledger *ledger, unsigned level, uint64_t index)
{
	while (ledger->node_waits && node_order(ledger, level, index) < 0) {
		tell_extra(ledger);
		ledger->node_waits = audit_next(&ledger->nodes);
	}
	return ledger->node_waits && node_order(ledger, level, index) == 0;
}

bool ledger_node_of_leaf(struct ledger *ledger, uint64_t index, uint8_t ret[LANTIK_HASH])
{
	if (!node_seek(ledger, 0, index) || audit_cell(&ledger->nodes, HASH).len != LANTIK_HASH)
		return false;
	memcpy(ret, audit_cell(&ledger->nodes, HASH).data, LANTIK_HASH);
	return true;
}

static void node_compare(void *context, unsigned level, uint64_t index, const uint8_t hash[LANTIK_HASH])
{
	struct ledger *ledger = context;
	if (ledger->audit->failed)
		return;
	if (!node_seek(ledger, level, index)) {
		audit_found(ledger->audit, "ledger_node", AUDIT_MISSING, NULL, "level %u node_index %" PRIu64, level,
			index);
		return;
	}
	if (!audit_is_hash(&ledger->nodes, HASH, hash))
		audit_found(ledger->audit, "ledger_node", AUDIT_ALTERED, "hash", "level %u node_index %" PRIu64, level,
			index);
	ledger->node_waits = audit_next(&ledger->nodes);
}

void ledger_grow(struct ledger *ledger, const uint8_t leaf_hash[LANTIK_HASH])
{
	lantik_edge_append(&ledger->edge, leaf_hash, node_compare, ledger);
}

void ledger_nodes_close(struct ledger *ledger)
{
	while (ledger->node_waits) {
		tell_extra(ledger);
		ledger->node_waits = audit_next(&ledger->nodes);
	}
	audit_close(&ledger->nodes);
}

static bool edge_node(struct audit *audit, unsigned level, uint64_t index, uint8_t ret[LANTIK_HASH])
{
	char level_text[16], index_text[24];
	snprintf(level_text, sizeof level_text, "%u", level);
	snprintf(index_text, sizeof index_text, "%" PRIu64, index);
	PGresult *rows = database_query_binary(audit->database,
		"SELECT hash FROM lantik.ledger_node WHERE level = $1::smallint AND node_index = $2::bigint", 2,
		(const char *const[]){level_text, index_text});
	bool held = rows && PQntuples(rows) == 1 && cell_span(rows, 0, 0).len == LANTIK_HASH;
	if (held)
		memcpy(ret, cell_span(rows, 0, 0).data, LANTIK_HASH);
	PQclear(rows);
	if (!held && !audit->database->failed)
		audit_found(audit, "ledger_node", AUDIT_MISSING, NULL, "level %u node_index %" PRIu64, level, index);
	return held;
}

bool ledger_edge_at(struct audit *audit, uint64_t size, struct lantik_edge *ret)
{
	uint64_t before = 0;
	ret->size = size;
	ret->count = 0;
	for (unsigned level = 63; level-- > 0;) {
		if (!(size >> level & 1))
			continue;
		if (!edge_node(audit, level, before >> level, ret->hashes[ret->count++]))
			return false;
		before += UINT64_C(1) << level;
	}
	return true;
}
