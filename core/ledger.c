/* The RFC 6962 tree: hashes, the right edge that grows by appending, and roots.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/ledger.h"

#include <string.h>

#include "lines.h"

void lantik_leaf_hash(struct lantik_span leaf, uint8_t ret[LANTIK_HASH])
{
	static const uint8_t prefix = 0x00;
	const struct lantik_span pieces[] = {{&prefix, 1}, leaf};
	lantik_sha256_of(pieces, LANTIK_COUNT(pieces), ret);
}

void lantik_node_hash(const uint8_t *left, const uint8_t *right, uint8_t ret[LANTIK_HASH])
{
	uint8_t node[1 + 2 * LANTIK_HASH] = {0x01};
	memcpy(node + 1, left, LANTIK_HASH);
	memcpy(node + 1 + LANTIK_HASH, right, LANTIK_HASH);
	lantik_sha256((struct lantik_span){node, sizeof node}, ret);
}

/* Like carrying in a binary addition: a subtree that has its left neighbour becomes one of the next level. */
void lantik_edge_append(
	struct lantik_edge *edge, const uint8_t leaf_hash[LANTIK_HASH], lantik_node_sink sink, void *context)
{
	LANTIK_ASSERT(edge->size < LANTIK_MAX_TREE);
	uint8_t hash[LANTIK_HASH];
	memcpy(hash, leaf_hash, LANTIK_HASH);
	uint64_t index = edge->size;
	unsigned level = 0;
	for (;; index >>= 1, level++) {
		if (sink)
			sink(context, level, index, hash);
		if (!(index & 1))
			break;
		LANTIK_ASSERT(edge->count > 0);
		lantik_node_hash(edge->hashes[--edge->count], hash, hash);
	}
	memcpy(edge->hashes[edge->count++], hash, LANTIK_HASH);
	edge->size++;
}

void lantik_edge_root(const struct lantik_edge *edge, uint8_t ret[LANTIK_HASH])
{
	if (!edge->count) {
		lantik_sha256((struct lantik_span){NULL, 0}, ret);
		return;
	}
	memcpy(ret, edge->hashes[edge->count - 1], LANTIK_HASH);
	for (unsigned i = edge->count - 1; i-- > 0;)
		lantik_node_hash(edge->hashes[i], ret, ret);
}

enum lantik_error lantik_edge_load(uint64_t size, struct lantik_span hashes, struct lantik_edge *ret)
{
	/* Below the last number, so that an append to what was loaded is always possible. */
	if (size >= LANTIK_MAX_TREE)
		return LANTIK_E_MALFORMED;
	unsigned count = (unsigned)__builtin_popcountll(size);
	if (hashes.len != (size_t)count * LANTIK_HASH)
		return LANTIK_E_MALFORMED;
	ret->size = size;
	ret->count = count;
	if (hashes.len)
		memcpy(ret->hashes, hashes.data, hashes.len);
	return LANTIK_OK;
}

void lantik_root_of(const uint8_t *leaf_hashes, size_t count, uint8_t ret[LANTIK_HASH])
{
	struct lantik_edge edge;
	edge.size = edge.count = 0;
	for (size_t i = 0; i < count; i++)
		lantik_edge_append(&edge, leaf_hashes + i * LANTIK_HASH, NULL, NULL);
	lantik_edge_root(&edge, ret);
}

/* Everything on the left of the newest leaf is complete, and hangs on its path from the smallest subtree up. */
void lantik_edge_proof(const struct lantik_edge *before, struct lantik_proof *ret)
{
	ret->count = before->count;
	for (unsigned i = 0; i < before->count; i++)
		memcpy(ret->hashes[i], before->hashes[before->count - 1 - i], LANTIK_HASH);
}
