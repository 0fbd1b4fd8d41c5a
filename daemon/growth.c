/* One more leaf of the ledger.
 * SPDX-License-Identifier: Apache-2.0 */
#include "growth.h"

#include <string.h>

static void take_node(void *context, unsigned level, uint64_t index, const uint8_t hash[LANTIK_HASH])
{
	struct growth *growth = context;
	struct growth_node *node = &growth->nodes[growth->node_count++];

	LANTIK_ASSERT(growth->node_count <= LANTIK_MAX_PROOF);
	node->level = level;
	node->index = index;
	memcpy(node->hash, hash, LANTIK_HASH);
}

void growth_of(const struct lantik_edge *before, struct lantik_span leaf, struct growth *ret)
{
	ret->node_count = 0;
	ret->edge = *before;
	lantik_leaf_hash(leaf, ret->leaf_hash);
	lantik_edge_append(&ret->edge, ret->leaf_hash, take_node, ret);
}
