/* Inclusion and consistency proofs (RFC 6962 section 2.1) and their verification (RFC 9162 section 2.1).
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/ledger.h"

#include <string.h>

#include "lines.h"

/* --- making --- */

struct source {
	lantik_node_source node;
	void *context;
};

/* Leaves [begin, end); begin is a multiple of a power of two that is not smaller than their number. */
struct range {
	uint64_t begin, end;
};

/* The largest power of two below n, for n > 1. */
static uint64_t split_of(uint64_t n)
{
	return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

/* The range's complete subtrees, largest first, are the edge of a tree of its own. */
static enum lantik_error range_root(const struct source *source, struct range range, uint8_t ret[LANTIK_HASH])
{
	struct lantik_edge edge;
	edge.size = range.end - range.begin;
	edge.count = 0;
	for (uint64_t at = range.begin; at < range.end;) {
		unsigned level = 63 - (unsigned)__builtin_clzll(range.end - at);
		if (!source->node(source->context, level, at >> level, edge.hashes[edge.count++]))
			return LANTIK_E_NOT_FOUND;
		at += UINT64_C(1) << level;
	}
	lantik_edge_root(&edge, ret);
	return LANTIK_OK;
}

enum lantik_error lantik_tree_root(lantik_node_source source, void *context, uint64_t size, uint8_t ret[LANTIK_HASH])
{
	if (size > LANTIK_MAX_TREE)
		return LANTIK_E_NOT_FOUND;
	uint8_t root[LANTIK_HASH];
	enum lantik_error error = range_root(&(struct source){source, context}, (struct range){0, size}, root);
	if (!error)
		memcpy(ret, root, LANTIK_HASH);
	return error;
}

/* The ranges of a proof as they are met on the way down from the root. */
struct path {
	unsigned count;
	struct range ranges[LANTIK_MAX_PROOF];
};

static void path_add(struct path *path, uint64_t begin, uint64_t end)
{
	LANTIK_ASSERT(path->count < LANTIK_MAX_PROOF);
	path->ranges[path->count++] = (struct range){begin, end};
}

/* Goes into the half of the range that holds the leaf; the other half belongs to the proof. */
static void path_descend(struct path *path, struct range *range, uint64_t leaf)
{
	uint64_t middle = range->begin + split_of(range->end - range->begin);
	if (leaf < middle) {
		path_add(path, middle, range->end);
		range->end = middle;
	} else {
		path_add(path, range->begin, middle);
		range->begin = middle;
	}
}

/* Proofs go from the leaf up. */
static enum lantik_error path_proof(const struct source *source, const struct path *path, struct lantik_proof *ret)
{
	struct lantik_proof proof;
	proof.count = path->count;
	for (unsigned i = 0; i < path->count; i++) {
		enum lantik_error error = range_root(source, path->ranges[path->count - 1 - i], proof.hashes[i]);
		if (error)
			return error;
	}
	ret->count = proof.count;
	memcpy(ret->hashes, proof.hashes, proof.count * sizeof proof.hashes[0]);
	return LANTIK_OK;
}

enum lantik_error lantik_inclusion_proof(
	lantik_node_source source, void *context, uint64_t index, uint64_t size, struct lantik_proof *ret)
{
	if (index >= size || size > LANTIK_MAX_TREE)
		return LANTIK_E_NOT_FOUND;
	struct path path = {0};
	struct range range = {0, size};
	while (range.end - range.begin > 1)
		path_descend(&path, &range, index);
	return path_proof(&(struct source){source, context}, &path, ret);
}

enum lantik_error lantik_consistency_proof(
	lantik_node_source source, void *context, uint64_t from, uint64_t to, struct lantik_proof *ret)
{
	if (from > to || to > LANTIK_MAX_TREE)
		return LANTIK_E_NOT_FOUND;
	struct path path = {0};
	struct range range = {0, to};
	if (from > 0)
		while (range.end != from)
			path_descend(&path, &range, from - 1);
	/* A range that is the whole old tree is known to whoever asks. */
	if (range.begin > 0)
		path_add(&path, range.begin, range.end);
	return path_proof(&(struct source){source, context}, &path, ret);
}

/* --- verifying --- */

static enum lantik_error good_if(bool good)
{
	return good ? LANTIK_OK : LANTIK_E_BAD_PROOF;
}

static bool hash_equal(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, LANTIK_HASH) == 0;
}

/* The places of the proved node and of the tree's last node in their level, on the way up. */
struct climb {
	uint64_t node, last;
};

static void climb_up(struct climb *climb)
{
	climb->node >>= 1;
	climb->last >>= 1;
}

/* Whether the next sibling stands on the left. A node at the tree's right border skips the levels where it has no
 * sibling. */
static bool climb_goes_left(struct climb *climb)
{
	if (!(climb->node & 1) && climb->node != climb->last)
		return false;
	while (!(climb->node & 1) && climb->node)
		climb_up(climb);
	return true;
}

enum lantik_error lantik_inclusion_verify(uint64_t index, uint64_t size, const uint8_t leaf_hash[LANTIK_HASH],
	const struct lantik_proof *proof, const uint8_t root[LANTIK_HASH])
{
	if (index >= size || proof->count > LANTIK_MAX_PROOF)
		return LANTIK_E_BAD_PROOF;
	struct climb climb = {index, size - 1};
	uint8_t hash[LANTIK_HASH];
	memcpy(hash, leaf_hash, LANTIK_HASH);
	for (unsigned i = 0; i < proof->count; i++) {
		if (!climb.last)
			return LANTIK_E_BAD_PROOF;
		if (climb_goes_left(&climb))
			lantik_node_hash(proof->hashes[i], hash, hash);
		else
			lantik_node_hash(hash, proof->hashes[i], hash);
		climb_up(&climb);
	}
	return good_if(!climb.last && hash_equal(hash, root));
}

/* Nothing is needed between equal trees or after the empty one, and nothing else is accepted. */
static enum lantik_error trivial_verify(
	uint64_t from, uint64_t to, const uint8_t *from_root, const uint8_t *to_root, const struct lantik_proof *proof)
{
	if (proof->count)
		return LANTIK_E_BAD_PROOF;
	if (from == to)
		return good_if(hash_equal(from_root, to_root));
	uint8_t empty[LANTIK_HASH];
	lantik_sha256((struct lantik_span){NULL, 0}, empty);
	return good_if(hash_equal(from_root, empty));
}

/* Climbs from the old tree's last complete subtree with both roots at once. */
static enum lantik_error climb_both(struct climb climb, const uint8_t *start, const struct lantik_proof *proof,
	unsigned next, const uint8_t *from_root, const uint8_t *to_root)
{
	uint8_t older[LANTIK_HASH], newer[LANTIK_HASH];
	memcpy(older, start, LANTIK_HASH);
	memcpy(newer, start, LANTIK_HASH);
	for (; next < proof->count; next++) {
		if (!climb.last)
			return LANTIK_E_BAD_PROOF;
		if (climb_goes_left(&climb)) {
			lantik_node_hash(proof->hashes[next], older, older);
			lantik_node_hash(proof->hashes[next], newer, newer);
		} else {
			lantik_node_hash(newer, proof->hashes[next], newer);
		}
		climb_up(&climb);
	}
	return good_if(!climb.last && hash_equal(older, from_root) && hash_equal(newer, to_root));
}

enum lantik_error lantik_consistency_verify(uint64_t from, uint64_t to, const uint8_t from_root[LANTIK_HASH],
	const uint8_t to_root[LANTIK_HASH], const struct lantik_proof *proof)
{
	if (from > to || proof->count > LANTIK_MAX_PROOF)
		return LANTIK_E_BAD_PROOF;
	if (from == to || from == 0)
		return trivial_verify(from, to, from_root, to_root, proof);
	if (!proof->count)
		return LANTIK_E_BAD_PROOF;
	struct climb climb = {from - 1, to - 1};
	while (climb.node & 1)
		climb_up(&climb);
	/* An old tree that is one complete subtree is where the climb begins, and is left out of the proof. */
	bool complete = !(from & (from - 1));
	return climb_both(climb, complete ? from_root : proof->hashes[0], proof, complete ? 0 : 1, from_root, to_root);
}
