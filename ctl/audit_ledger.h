/* What the step over the ledger holds between its files: the tree as it grows leaf by leaf, beside the stored nodes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_AUDIT_LEDGER_H
#define LANTIK_CTL_AUDIT_LEDGER_H

#include "audit.h"
#include "lantik/ledger.h"

struct ledger {
	struct audit *audit;
	struct audit_stream leaves, nodes;
	bool node_waits; /* nodes stands on a row that was not compared yet */
	struct lantik_edge edge;
	bool broken;              /* a hash is lost: the tree above it cannot be computed */
	int64_t recorded_at;      /* of the last leaf; 0: none */
	uint64_t size_by_kind[6]; /* as ledger_head has it, by kind */
};

/* ---- audit_node.c: the stored nodes, in the order in which the tree completes them ---- */

void ledger_nodes_open(struct ledger *ledger);
/* The stored hash of this leaf; false when its node is missing. */
bool ledger_node_of_leaf(struct ledger *ledger, uint64_t index, uint8_t ret[LANTIK_HASH]);
/* The leaf joins the tree; nodes that it completes are compared. */
void ledger_grow(struct ledger *ledger, const uint8_t leaf_hash[LANTIK_HASH]);
/* What is left is extra. */
void ledger_nodes_close(struct ledger *ledger);
/* The right edge of a tree of this size, from the stored nodes; false when one is missing, which is told. */
bool ledger_edge_at(struct audit *audit, uint64_t size, struct lantik_edge *ret);

/* ---- audit_head.c ---- */

/* ledger_head against the tree that was computed. */
void ledger_head_check(struct ledger *ledger);

#endif
