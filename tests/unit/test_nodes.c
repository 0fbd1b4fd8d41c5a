/* A worker's memory of nodes: what it learned proves by itself, and what it does not hold it asks for.
 * SPDX-License-Identifier: Apache-2.0 */
#include "nodes.h"
#include "unit.h"

#define LEAVES 3000

/* Roots of all sizes; edges are learned as commits of one daemon teach them. */
struct grown {
	struct nodes nodes;
	struct store *store; /* not connected: whatever is asked of it fails */
	struct lantik_edge edge;
	uint8_t roots[LEAVES + 1][LANTIK_HASH];
};

/* Of so many leaves one, the last one among them, was this worker's. */
static struct grown *grow_among(uint64_t size, uint64_t workers)
{
	struct grown *grown = calloc(1, sizeof *grown);
	uint8_t hash[LANTIK_HASH];
	char leaf[32];

	cr_assert(grown);
	grown->store = store_new("", "test");
	nodes_open(&grown->nodes, grown->store);
	for (uint64_t i = 0; i < size; i++) {
		snprintf(leaf, sizeof leaf, "leaf %llu", (unsigned long long)i);
		if ((size - 1 - i) % workers == 0)
			nodes_learn(&grown->nodes, &grown->edge, lantik_span_of(leaf));
		lantik_leaf_hash(lantik_span_of(leaf), hash);
		lantik_edge_append(&grown->edge, hash, NULL, NULL);
		lantik_edge_root(&grown->edge, grown->roots[i + 1]);
	}
	return grown;
}

static struct grown *grow(uint64_t size)
{
	return grow_among(size, 1);
}

static void drop(struct grown *grown)
{
	store_free(&grown->store);
	free(grown);
}

/* Whether it proves without the database; a proof that it makes always holds. */
static bool proves(struct grown *grown, uint64_t from, uint64_t to)
{
	struct lantik_proof proof;

	if (nodes_for_consistency(&grown->nodes, from, to))
		return false;
	cr_assert_eq(lantik_consistency_proof(nodes_source, &grown->nodes, from, to, &proof), LANTIK_OK);
	cr_assert_eq(lantik_consistency_verify(from, to, grown->roots[from], grown->roots[to], &proof), LANTIK_OK,
		"%llu to %llu", (unsigned long long)from, (unsigned long long)to);
	return true;
}

Test(nodes, the_newest_leaves_are_proved_without_a_question)
{
	for (uint64_t size = 2; size <= LEAVES; size += size < 70 ? 1 : 311) {
		struct grown *grown = grow(size);
		for (uint64_t from = size > 200 ? size - 200 : 1; from < size; from++)
			cr_expect(proves(grown, from, size), "%llu to %llu", (unsigned long long)from,
				(unsigned long long)size);
		cr_expect_eq(nodes_for_inclusion(&grown->nodes, size - 1, size), STORE_OK);
		cr_expect_eq(nodes_for_root(&grown->nodes, size), STORE_OK);
		drop(grown);
	}
}

Test(nodes, the_edge_under_a_leaf_tells_what_others_appended)
{
	for (uint64_t size = 2; size <= LEAVES; size += size < 70 ? 1 : 311) {
		struct grown *grown = grow_among(size, 3);
		cr_expect(proves(grown, size - 1, size), "%llu", (unsigned long long)size);
		for (uint64_t from = size > 20 ? size - 20 : 1; from < size; from++)
			(void)proves(grown, from, size);
		drop(grown);
	}
}

Test(nodes, what_was_forgotten_is_asked_for_and_never_made_up)
{
	struct grown *grown = grow(LEAVES);
	unsigned asked = 0;

	for (uint64_t from = 1; from < LEAVES; from++)
		asked += !proves(grown, from, LEAVES);
	cr_expect_gt(asked, 0, "the memory is smaller than the ledger");
	drop(grown);
}

Test(nodes, a_new_memory_holds_nothing)
{
	struct grown *grown = grow(0);
	uint8_t hash[LANTIK_HASH];

	cr_expect_eq(nodes_for_consistency(&grown->nodes, 3, 7), STORE_DOWN);
	cr_expect_eq(nodes_for_root(&grown->nodes, 3), STORE_DOWN);
	cr_expect_eq(nodes_for_root(&grown->nodes, 0), STORE_OK, "the empty tree has no node");
	cr_expect_not(nodes_source(&grown->nodes, 0, 0, hash));
	drop(grown);
}
