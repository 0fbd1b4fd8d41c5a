/* Nodes of the ledger that a worker saw a moment ago, so that proofs about the newest leaves ask the database for
 * nothing, and others ask once. A node never changes while the ledger is the same; a new connection may lead to another
 * ledger, so everything is forgotten with the old one.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_NODES_H
#define LANTIK_DAEMON_NODES_H

#include "growth.h"
#include "store_witness.h"

/* The right edges of the last two hundred trees. */
#define NODES_PLACES 968

struct nodes {
	struct store *store;
	unsigned connection; /* of the store, by its count */
	struct store_node places[NODES_PLACES];
};

void nodes_open(struct nodes *nodes, struct store *store);
/* What a commit appended: the edge under its leaf, and the subtrees that the leaf completed. After COMMIT alone. */
void nodes_learn(struct nodes *nodes, const struct lantik_edge *before, struct lantik_span leaf);

/* A lantik_node_source; context is the struct. Asks the database for what is not here. */
bool nodes_source(void *context, unsigned level, uint64_t index, uint8_t ret[LANTIK_HASH]);
/* Brings what such a proof needs, or the root of a tree, with one question at most. */
LANTIK_MUST_CHECK enum store_result nodes_for_consistency(struct nodes *nodes, uint64_t from, uint64_t to);
LANTIK_MUST_CHECK enum store_result nodes_for_inclusion(struct nodes *nodes, uint64_t index, uint64_t size);
LANTIK_MUST_CHECK enum store_result nodes_for_root(struct nodes *nodes, uint64_t size);

#endif
