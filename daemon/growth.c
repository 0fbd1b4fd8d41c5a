/* One more leaf of the ledger.
 * SPDX-License-Identifier: Apache-2.0 */
#include "growth.h"

#include <string.h>

static void take_node(void *context, unsigned level, uint64_t index, const uint8_t hash[LANTIK_HASH])
{
	struct growth *growth = context;

	(void)index;
	LANTIK_ASSERT(level == growth->node_count && level < LANTIK_MAX_PROOF);
	memcpy(growth->nodes[growth->node_count++], hash, LANTIK_HASH);
}

void growth_of(const struct lantik_edge *before, struct lantik_span leaf, struct growth *ret)
{
	uint8_t hash[LANTIK_HASH];

	ret->node_count = 0;
	ret->edge = *before;
	lantik_leaf_hash(leaf, hash);
	lantik_edge_append(&ret->edge, hash, take_node, ret);
}
