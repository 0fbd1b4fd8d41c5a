/* A small memory of the ledger's nodes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "nodes.h"

#include <string.h>

void nodes_open(struct nodes *nodes, struct store *store)
{
	*nodes = (struct nodes){.store = store};
}

static void forget_old_connection(struct nodes *nodes)
{
	unsigned connection = store_connection_count(nodes->store);

	if (connection == nodes->connection)
		return;
	for (size_t i = 0; i < NODES_PLACES; i++)
		nodes->places[i].is_held = false;
	nodes->connection = connection;
}

/* Each level keeps its newest nodes: of the leaves 256, of each level above half as many, of the high ones eight. */
static struct store_node *place_of(struct nodes *nodes, unsigned level, uint64_t index)
{
	unsigned shift = level < 5 ? level : 5;
	unsigned first = 512 - (512 >> shift) + 8 * (level - shift);

	return &nodes->places[first + (index & ((256u >> shift) - 1))];
}
_Static_assert(512 - (512 >> 5) + 8 * (63 - 5) + 8 <= NODES_PLACES, "all levels have their places");

static const struct store_node *find(struct nodes *nodes, unsigned level, uint64_t index)
{
	const struct store_node *node = place_of(nodes, level, index);

	return node->is_held && node->level == level && node->index == index ? node : NULL;
}

static void put(void *context, unsigned level, uint64_t index, const uint8_t hash[LANTIK_HASH])
{
	struct store_node *node = place_of(context, level, index);

	node->level = level;
	node->index = index;
	node->is_held = true;
	memcpy(node->hash, hash, LANTIK_HASH);
}

void nodes_learn(struct nodes *nodes, const struct lantik_edge *before, struct lantik_span leaf)
{
	struct lantik_edge edge = *before;
	uint8_t leaf_hash[LANTIK_HASH];
	uint64_t at = 0;

	forget_old_connection(nodes);
	for (unsigned i = 0; i < before->count; i++) {
		unsigned level = 63 - (unsigned)__builtin_clzll(before->size - at);
		put(nodes, level, at >> level, before->hashes[i]);
		at += UINT64_C(1) << level;
	}
	lantik_leaf_hash(leaf, leaf_hash);
	lantik_edge_append(&edge, leaf_hash, put, nodes);
}

bool nodes_source(void *context, unsigned level, uint64_t index, uint8_t ret[LANTIK_HASH])
{
	struct nodes *nodes = context;

	forget_old_connection(nodes);
	const struct store_node *node = find(nodes, level, index);
	if (node) {
		memcpy(ret, node->hash, LANTIK_HASH);
		return true;
	}
	if (!store_node(nodes->store, level, index, ret))
		return false;
	put(nodes, level, index, ret);
	return true;
}

/* What a proof asks for and is not here. Which nodes those are does not depend on their hashes. */
struct wanted {
	struct nodes *nodes;
	size_t count;
	struct store_node items[2 * LANTIK_MAX_PROOF];
};

static bool want(void *context, unsigned level, uint64_t index, uint8_t ret[LANTIK_HASH])
{
	struct wanted *wanted = context;

	memset(ret, 0, LANTIK_HASH);
	if (!find(wanted->nodes, level, index) && wanted->count < LANTIK_COUNT(wanted->items))
		wanted->items[wanted->count++] = (struct store_node){.level = level, .index = index};
	return true;
}

/* A proof that was impossible (its error) wanted nothing. */
static enum store_result bring(struct wanted *wanted, enum lantik_error error)
{
	if (error || !wanted->count)
		return STORE_OK;
	enum store_result result = store_nodes(wanted->nodes->store, wanted->items, wanted->count);
	for (size_t i = 0; i < wanted->count && !result; i++)
		if (wanted->items[i].is_held)
			put(wanted->nodes, wanted->items[i].level, wanted->items[i].index, wanted->items[i].hash);
	return result;
}

enum store_result nodes_for_consistency(struct nodes *nodes, uint64_t from, uint64_t to)
{
	struct wanted wanted = {.nodes = nodes};
	struct lantik_proof proof;

	forget_old_connection(nodes);
	return bring(&wanted, lantik_consistency_proof(want, &wanted, from, to, &proof));
}

enum store_result nodes_for_inclusion(struct nodes *nodes, uint64_t index, uint64_t size)
{
	struct wanted wanted = {.nodes = nodes};
	struct lantik_proof proof;

	forget_old_connection(nodes);
	return bring(&wanted, lantik_inclusion_proof(want, &wanted, index, size, &proof));
}

enum store_result nodes_for_root(struct nodes *nodes, uint64_t size)
{
	struct wanted wanted = {.nodes = nodes};
	uint8_t root[LANTIK_HASH];

	forget_old_connection(nodes);
	return bring(&wanted, lantik_tree_root(want, &wanted, size, root));
}
