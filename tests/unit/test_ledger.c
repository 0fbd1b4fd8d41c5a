/* Tests of the tree, its proofs against the definitions of RFC 6962, and the layout of a leaf.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "lantik/ledger.h"

/* Every leaf in every tree and every pair of trees up to here; the environment variable makes it less. */
#define MAX_LEAVES 1024u
#define LEAVES_NAME "LANTIK_TEST_LEAVES"
#define LEVELS 12
_Static_assert(MAX_LEAVES <= 1 << (LEVELS - 1), "the levels hold the leaves");

static unsigned leaf_count;

/* --- a tree held in memory, filled by the sink alone --- */

struct tree {
	struct lantik_edge edge;
	uint8_t nodes[LEVELS][MAX_LEAVES][LANTIK_HASH];
	bool held[LEVELS][MAX_LEAVES];
	uint8_t leaves[MAX_LEAVES][LANTIK_HASH];
	uint8_t roots[MAX_LEAVES + 1][LANTIK_HASH];
};

static struct tree tree;

static void keep_node(void *context, unsigned level, uint64_t index, const uint8_t hash[LANTIK_HASH])
{
	struct tree *t = context;
	cr_assert(level < LEVELS && index < leaf_count);
	cr_assert_not(t->held[level][index], "a subtree is completed once");
	t->held[level][index] = true;
	memcpy(t->nodes[level][index], hash, LANTIK_HASH);
}

static bool give_node(void *context, unsigned level, uint64_t index, uint8_t ret[LANTIK_HASH])
{
	struct tree *t = context;
	if (level >= LEVELS || index >= leaf_count || !t->held[level][index])
		return false;
	memcpy(ret, t->nodes[level][index], LANTIK_HASH);
	return true;
}

static unsigned leaves_wanted(void)
{
	const char *given = getenv(LEAVES_NAME);
	unsigned long count = given ? strtoul(given, NULL, 10) : MAX_LEAVES;
	return count >= 64 && count < MAX_LEAVES ? (unsigned)count : MAX_LEAVES;
}

static void fill_tree(void)
{
	leaf_count = leaves_wanted();
	lantik_edge_root(&tree.edge, tree.roots[0]);
	for (unsigned i = 0; i < leaf_count; i++) {
		char leaf[16];
		snprintf(leaf, sizeof leaf, "leaf %u", i);
		lantik_leaf_hash(lantik_span_of(leaf), tree.leaves[i]);
		lantik_edge_append(&tree.edge, tree.leaves[i], keep_node, &tree);
		lantik_edge_root(&tree.edge, tree.roots[i + 1]);
	}
}

TestSuite(ledger, .init = fill_tree);

/* --- RFC 6962 section 2.1, word by word, as the yardstick --- */

static size_t rfc_split(size_t n)
{
	size_t k = 1;
	while (k * 2 < n)
		k *= 2;
	return k;
}

static void rfc_root(const uint8_t (*leaves)[LANTIK_HASH], size_t n, uint8_t ret[LANTIK_HASH])
{
	if (n == 1) {
		memcpy(ret, leaves[0], LANTIK_HASH);
		return;
	}
	uint8_t left[LANTIK_HASH], right[LANTIK_HASH];
	size_t k = rfc_split(n);
	rfc_root(leaves, k, left);
	rfc_root(leaves + k, n - k, right);
	lantik_node_hash(left, right, ret);
}

static void rfc_path(size_t m, const uint8_t (*leaves)[LANTIK_HASH], size_t n, struct lantik_proof *ret)
{
	if (n == 1)
		return;
	size_t k = rfc_split(n);
	bool left = m < k;
	rfc_path(left ? m : m - k, left ? leaves : leaves + k, left ? k : n - k, ret);
	rfc_root(left ? leaves + k : leaves, left ? n - k : k, ret->hashes[ret->count++]);
}

static void rfc_subproof(size_t m, const uint8_t (*leaves)[LANTIK_HASH], size_t n, bool whole, struct lantik_proof *ret)
{
	if (m == n) {
		if (!whole)
			rfc_root(leaves, n, ret->hashes[ret->count++]);
		return;
	}
	size_t k = rfc_split(n);
	bool left = m <= k;
	rfc_subproof(left ? m : m - k, left ? leaves : leaves + k, left ? k : n - k, left && whole, ret);
	rfc_root(left ? leaves + k : leaves, left ? n - k : k, ret->hashes[ret->count++]);
}

static void assert_same_proof(const struct lantik_proof *a, const struct lantik_proof *b)
{
	cr_assert_eq(a->count, b->count);
	cr_assert_eq(memcmp(a->hashes, b->hashes, (size_t)a->count * LANTIK_HASH), 0);
}

/* --- known answers --- */

static const char *const known_leaves[] = {
	"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
static const char *const known_roots[] = {/* Certificate Transparency's reference tree */
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

Test(known, roots_of_the_eight_leaf_tree)
{
	struct lantik_edge edge = {0};
	uint8_t hashes[8][LANTIK_HASH], root[LANTIK_HASH], same[LANTIK_HASH];
	for (unsigned i = 0;; i++) {
		lantik_edge_root(&edge, root);
		UNIT_ASSERT_HASH(root, known_roots[i]);
		lantik_root_of(hashes[0], i, same);
		UNIT_ASSERT_HASH(same, known_roots[i]);
		if (i == 8)
			break;
		uint8_t leaf[16];
		size_t len = strlen(known_leaves[i]) / 2;
		unit_hex(known_leaves[i], leaf, len);
		lantik_leaf_hash((struct lantik_span){leaf, len}, hashes[i]);
		lantik_edge_append(&edge, hashes[i], NULL, NULL);
	}
}

Test(known, proofs_of_the_eight_leaf_tree)
{
	struct lantik_proof inclusion = {.count = 3}, consistency = {.count = 3};
	unit_hex("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b", inclusion.hashes[0], LANTIK_HASH);
	unit_hex("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", inclusion.hashes[1], LANTIK_HASH);
	unit_hex("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7", inclusion.hashes[2], LANTIK_HASH);
	unit_hex(
		"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", consistency.hashes[0], LANTIK_HASH);
	unit_hex(
		"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", consistency.hashes[1], LANTIK_HASH);
	unit_hex(
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7", consistency.hashes[2], LANTIK_HASH);
	uint8_t leaf[LANTIK_HASH], six[LANTIK_HASH], eight[LANTIK_HASH], bytes[4];
	unit_hex(known_leaves[5], bytes, 4);
	lantik_leaf_hash((struct lantik_span){bytes, 4}, leaf);
	unit_hex(known_roots[6], six, LANTIK_HASH);
	unit_hex(known_roots[8], eight, LANTIK_HASH);
	cr_assert_eq(lantik_inclusion_verify(5, 8, leaf, &inclusion, eight), LANTIK_OK);
	cr_assert_eq(lantik_consistency_verify(6, 8, six, eight, &consistency), LANTIK_OK);
}

/* --- appending --- */

Test(ledger, edge_and_stored_nodes_agree_with_the_rfc)
{
	for (unsigned n = 1; n <= leaf_count; n++) {
		uint8_t root[LANTIK_HASH];
		rfc_root((const uint8_t(*)[LANTIK_HASH])tree.leaves, n, root);
		cr_assert_arr_eq(tree.roots[n], root, LANTIK_HASH);
		lantik_root_of(tree.leaves[0], n, root);
		cr_assert_arr_eq(tree.roots[n], root, LANTIK_HASH);
		cr_assert_eq(lantik_tree_root(give_node, &tree, n, root), LANTIK_OK);
		cr_assert_arr_eq(tree.roots[n], root, LANTIK_HASH);
	}
	uint8_t empty[LANTIK_HASH];
	cr_assert_eq(lantik_tree_root(give_node, &tree, 0, empty), LANTIK_OK);
	cr_assert_arr_eq(empty, tree.roots[0], LANTIK_HASH);
}

Test(ledger, only_complete_subtrees_are_given_to_the_sink)
{
	for (unsigned level = 0; level < LEVELS; level++)
		for (unsigned i = 0; i < leaf_count; i++)
			cr_assert_eq(tree.held[level][i], ((uint64_t)i + 1) << level <= leaf_count);
}

Test(ledger, edge_survives_storage)
{
	struct lantik_edge edge = {0};
	for (unsigned n = 0; n < leaf_count; n++) {
		struct lantik_edge loaded;
		struct lantik_span hashes = {edge.hashes[0], (size_t)edge.count * LANTIK_HASH};
		cr_assert_eq(lantik_edge_load(n, hashes, &loaded), LANTIK_OK);
		cr_assert_eq(loaded.size, n);
		uint8_t root[LANTIK_HASH];
		lantik_edge_root(&loaded, root);
		cr_assert_arr_eq(root, tree.roots[n], LANTIK_HASH);
		struct lantik_span longer = {edge.hashes[0], hashes.len + LANTIK_HASH};
		cr_assert_eq(lantik_edge_load(n, longer, &loaded), LANTIK_E_MALFORMED);
		if (n) {
			struct lantik_span shorter = {edge.hashes[0], hashes.len - 1};
			cr_assert_eq(lantik_edge_load(n, shorter, &loaded), LANTIK_E_MALFORMED);
		}
		lantik_edge_append(&edge, tree.leaves[n], NULL, NULL);
	}
	struct lantik_edge none;
	cr_assert_eq(
		lantik_edge_load(UINT64_MAX, (struct lantik_span){edge.hashes[0], 64 * 32}, &none), LANTIK_E_MALFORMED);
	cr_assert_eq(lantik_edge_load(UINT64_C(1) << 63, (struct lantik_span){edge.hashes[0], 32}, &none),
		LANTIK_E_MALFORMED);
	cr_assert_eq(lantik_edge_load(0, (struct lantik_span){NULL, 0}, &none), LANTIK_OK);
}

/* --- proofs, exhaustively --- */

/* Flips one bit of every hash in turn, takes one away, adds one. */
#define ASSERT_SPOILED(proof, salt, verify)                                                                            \
	do {                                                                                                           \
		for (unsigned h = 0; h < (proof).count; h++) {                                                         \
			unsigned bit = ((salt) + h * 37u) % 256u;                                                      \
			(proof).hashes[h][bit / 8] ^= (uint8_t)(1u << bit % 8);                                        \
			cr_assert_eq(verify, LANTIK_E_BAD_PROOF);                                                      \
			(proof).hashes[h][bit / 8] ^= (uint8_t)(1u << bit % 8);                                        \
		}                                                                                                      \
		memset((proof).hashes[(proof).count], (int)(salt)&255, LANTIK_HASH);                                   \
		(proof).count++;                                                                                       \
		cr_assert_eq(verify, LANTIK_E_BAD_PROOF);                                                              \
		(proof).count--;                                                                                       \
		if ((proof).count) {                                                                                   \
			(proof).count--;                                                                               \
			cr_assert_eq(verify, LANTIK_E_BAD_PROOF);                                                      \
			(proof).count++;                                                                               \
		}                                                                                                      \
	} while (0)

static void check_inclusion(unsigned index, unsigned size)
{
	struct lantik_proof proof, expected = {0};
	uint8_t *leaf = tree.leaves[index], *root = tree.roots[size];
	cr_assert_eq(lantik_inclusion_proof(give_node, &tree, index, size, &proof), LANTIK_OK);
	if (size <= 64 || index % 16 == size % 16) {
		rfc_path(index, (const uint8_t(*)[LANTIK_HASH])tree.leaves, size, &expected);
		assert_same_proof(&proof, &expected);
	}
	cr_assert_eq(lantik_inclusion_verify(index, size, leaf, &proof, root), LANTIK_OK, "%u of %u", index, size);
	ASSERT_SPOILED(proof, index + size, lantik_inclusion_verify(index, size, leaf, &proof, root));
	uint8_t other = (uint8_t)(1u << (index + size) % 8);
	leaf[size % 32] ^= other;
	cr_assert_eq(lantik_inclusion_verify(index, size, leaf, &proof, root), LANTIK_E_BAD_PROOF);
	leaf[size % 32] ^= other;
	root[index % 32] ^= other;
	cr_assert_eq(lantik_inclusion_verify(index, size, leaf, &proof, root), LANTIK_E_BAD_PROOF);
	root[index % 32] ^= other;
	if (size > 1)
		cr_assert_eq(lantik_inclusion_verify((index + 1) % size, size, leaf, &proof, root), LANTIK_E_BAD_PROOF);
	cr_assert_eq(lantik_inclusion_verify(size, size, leaf, &proof, root), LANTIK_E_BAD_PROOF);
}

Test(ledger, inclusion_of_every_leaf_in_every_tree)
{
	unsigned long checked = 0;
	for (unsigned size = 1; size <= leaf_count; size++)
		for (unsigned index = 0; index < size; index++, checked++)
			check_inclusion(index, size);
	cr_assert_eq(checked, leaf_count * (leaf_count + 1ul) / 2); /* 524,800 of 1,024 */
}

Test(ledger, no_leaf_stands_at_another_place)
{
	for (unsigned size = 2; size <= 40; size++)
		for (unsigned index = 0; index < size; index++) {
			struct lantik_proof proof;
			cr_assert_eq(lantik_inclusion_proof(give_node, &tree, index, size, &proof), LANTIK_OK);
			for (unsigned other = 0; other < size; other++)
				cr_assert_eq(lantik_inclusion_verify(
						     other, size, tree.leaves[index], &proof, tree.roots[size]),
					other == index ? LANTIK_OK : LANTIK_E_BAD_PROOF);
		}
}

Test(ledger, edge_proof_is_the_inclusion_of_the_newest_leaf)
{
	struct lantik_edge edge = {0};
	for (unsigned n = 0; n < leaf_count; n++) {
		struct lantik_proof fast, proof;
		lantik_edge_proof(&edge, &fast);
		cr_assert_eq(lantik_inclusion_proof(give_node, &tree, n, n + 1, &proof), LANTIK_OK);
		assert_same_proof(&fast, &proof);
		lantik_edge_append(&edge, tree.leaves[n], NULL, NULL);
	}
}

static void check_consistency(unsigned from, unsigned to)
{
	struct lantik_proof proof, expected = {0};
	uint8_t *older = tree.roots[from], *newer = tree.roots[to];
	cr_assert_eq(lantik_consistency_proof(give_node, &tree, from, to, &proof), LANTIK_OK);
	if (from && (to <= 64 || from % 16 == to % 16)) {
		rfc_subproof(from, (const uint8_t(*)[LANTIK_HASH])tree.leaves, to, true, &expected);
		assert_same_proof(&proof, &expected);
	}
	cr_assert_eq(lantik_consistency_verify(from, to, older, newer, &proof), LANTIK_OK, "%u to %u", from, to);
	ASSERT_SPOILED(proof, from + to, lantik_consistency_verify(from, to, older, newer, &proof));
	uint8_t other = (uint8_t)(1u << (from + to) % 8);
	if (from != to) {
		older[to % 32] ^= other;
		cr_assert_eq(lantik_consistency_verify(from, to, older, newer, &proof), LANTIK_E_BAD_PROOF);
		older[to % 32] ^= other;
		cr_assert_eq(lantik_consistency_verify(to, from, newer, older, &proof), LANTIK_E_BAD_PROOF);
	}
	if (from) { /* nothing is claimed about what follows the empty tree */
		newer[from % 32] ^= other;
		struct lantik_proof *p = &proof;
		uint8_t same[LANTIK_HASH];
		memcpy(same, tree.roots[from], LANTIK_HASH);
		if (from == to)
			same[from % 32] ^= other;
		cr_assert_eq(lantik_consistency_verify(from, to, same, newer, p), LANTIK_E_BAD_PROOF);
		newer[from % 32] ^= other;
	}
}

Test(ledger, consistency_of_every_pair)
{
	unsigned long checked = 0;
	for (unsigned to = 0; to <= leaf_count; to++)
		for (unsigned from = 0; from <= to; from++, checked++)
			check_consistency(from, to);
	cr_assert_eq(checked, (leaf_count + 1ul) * (leaf_count + 2ul) / 2);
}

Test(ledger, a_rewritten_history_has_no_proof)
{
	/* The same tree but for one leaf of the past: whatever the forger's own tree can give, it does not verify. */
	static struct tree forged;
	for (unsigned i = 0; i < 64; i++) {
		uint8_t leaf[LANTIK_HASH];
		memcpy(leaf, tree.leaves[i], LANTIK_HASH);
		leaf[0] ^= i == 13;
		lantik_edge_append(&forged.edge, leaf, keep_node, &forged);
		lantik_edge_root(&forged.edge, forged.roots[i + 1]);
	}
	for (unsigned to = 15; to <= 64; to++)
		for (unsigned from = 14; from <= to; from++) {
			struct lantik_proof proof;
			cr_assert_eq(lantik_consistency_proof(give_node, &forged, from, to, &proof), LANTIK_OK);
			cr_assert_eq(lantik_consistency_verify(from, to, tree.roots[from], forged.roots[to], &proof),
				LANTIK_E_BAD_PROOF);
		}
}

/* One root cannot stand for two sizes: a proof that stops before the top would show just that. */
Test(ledger, a_proof_that_ends_too_early_proves_nothing)
{
	for (unsigned to = 2; to <= 32; to++)
		for (unsigned from = 1; from < to; from++) {
			struct lantik_proof proof = {.count = 1};
			memcpy(proof.hashes[0], tree.roots[from], LANTIK_HASH);
			cr_assert_eq(lantik_consistency_verify(from, to, tree.roots[from], tree.roots[from], &proof),
				LANTIK_E_BAD_PROOF, "%u to %u", from, to);
			proof.count = 0;
			cr_assert_eq(lantik_consistency_verify(from, to, tree.roots[from], tree.roots[from], &proof),
				LANTIK_E_BAD_PROOF, "%u to %u", from, to);
			cr_assert_eq(lantik_inclusion_verify(from, to, tree.leaves[from], &proof, tree.leaves[from]),
				LANTIK_E_BAD_PROOF);
		}
}

Test(ledger, asks_beyond_what_is_held_are_refused)
{
	struct lantik_proof proof = {.count = 7};
	uint8_t root[LANTIK_HASH] = {7};
	cr_assert_eq(lantik_inclusion_proof(give_node, &tree, 5, 5, &proof), LANTIK_E_NOT_FOUND);
	cr_assert_eq(lantik_inclusion_proof(give_node, &tree, 0, 0, &proof), LANTIK_E_NOT_FOUND);
	cr_assert_eq(lantik_inclusion_proof(give_node, &tree, 0, leaf_count * 2, &proof), LANTIK_E_NOT_FOUND);
	cr_assert_eq(lantik_inclusion_proof(give_node, &tree, 0, UINT64_MAX, &proof), LANTIK_E_NOT_FOUND);
	cr_assert_eq(lantik_consistency_proof(give_node, &tree, 6, 5, &proof), LANTIK_E_NOT_FOUND);
	cr_assert_eq(lantik_consistency_proof(give_node, &tree, 5, leaf_count * 2, &proof), LANTIK_E_NOT_FOUND);
	cr_assert_eq(lantik_consistency_proof(give_node, &tree, 5, UINT64_MAX, &proof), LANTIK_E_NOT_FOUND);
	cr_assert_eq(lantik_tree_root(give_node, &tree, leaf_count * 2, root), LANTIK_E_NOT_FOUND);
	cr_assert_eq(lantik_tree_root(give_node, &tree, UINT64_MAX, root), LANTIK_E_NOT_FOUND);
	cr_assert(proof.count == 7 && root[0] == 7, "ret is untouched");
}

Test(ledger, proof_longer_than_any_is_refused_unread)
{
	struct lantik_proof proof = {.count = LANTIK_MAX_PROOF + 1};
	cr_assert_eq(lantik_inclusion_verify(0, 2, tree.leaves[0], &proof, tree.roots[2]), LANTIK_E_BAD_PROOF);
	cr_assert_eq(lantik_consistency_verify(1, 2, tree.roots[1], tree.roots[2], &proof), LANTIK_E_BAD_PROOF);
}

/* --- trees of any size, whose leaves are all alike --- */

static uint8_t alike[64][LANTIK_HASH];

static bool give_alike(void *context, unsigned level, uint64_t index, uint8_t ret[LANTIK_HASH])
{
	const uint64_t *size = context;
	cr_assert(level < 64 && index < (*size >> level), "only complete subtrees are asked for");
	memcpy(ret, alike[level], LANTIK_HASH);
	return true;
}

static void check_large(uint64_t index, uint64_t from, uint64_t size)
{
	struct lantik_proof proof;
	uint8_t root[LANTIK_HASH], older[LANTIK_HASH];
	cr_assert_eq(lantik_tree_root(give_alike, &size, size, root), LANTIK_OK);
	cr_assert_eq(lantik_tree_root(give_alike, &size, from, older), LANTIK_OK);
	cr_assert_eq(lantik_inclusion_proof(give_alike, &size, index, size, &proof), LANTIK_OK);
	cr_assert_eq(lantik_inclusion_verify(index, size, alike[0], &proof, root), LANTIK_OK);
	if (proof.count) {
		proof.hashes[proof.count / 2][3] ^= 1;
		cr_assert_eq(lantik_inclusion_verify(index, size, alike[0], &proof, root), LANTIK_E_BAD_PROOF);
	}
	cr_assert_eq(lantik_consistency_proof(give_alike, &size, from, size, &proof), LANTIK_OK);
	cr_assert_eq(lantik_consistency_verify(from, size, older, root, &proof), LANTIK_OK);
}

Test(large, proofs_up_to_the_last_number)
{
	struct unit_random random = unit_random_start();
	lantik_leaf_hash(lantik_span_of("alike"), alike[0]);
	for (unsigned i = 1; i < 64; i++)
		lantik_node_hash(alike[i - 1], alike[i - 1], alike[i]);
	const uint64_t most = INT64_MAX;
	check_large(0, 1, most);
	check_large(most - 1, most - 1, most);
	check_large(most - 1, most, most);
	check_large(UINT64_C(1) << 62, UINT64_C(1) << 62, (UINT64_C(1) << 62) + 1);
	for (unsigned i = 0; i < 3000; i++) {
		uint64_t size = (unit_next(&random) >> (1 + unit_next(&random) % 63)) % most + 1;
		check_large(unit_next(&random) % size, unit_next(&random) % size + 1, size);
	}
}

/* --- leaves --- */

static struct lantik_batch_leaf sample_leaf(void)
{
	struct lantik_batch_leaf leaf = {.leaf_index = UINT64_C(0x0102030405060708),
		.office = lantik_span_of("kanreg-99"),
		.rows = 7326,
		.row_format = 1,
		.received_at = INT64_C(1764547200123456),
		.recorded_at = -2,
		.durability = LANTIK_DURABLE_LOCAL};
	memset(leaf.batch_id, 0xa1, sizeof leaf.batch_id);
	memset(leaf.manifest_sha256, 0xb2, LANTIK_HASH);
	memset(leaf.signing_key_id, 0xc3, sizeof leaf.signing_key_id);
	memset(leaf.signature_sha256, 0xd4, LANTIK_HASH);
	memset(leaf.verdict_sha256, 0xe5, LANTIK_HASH);
	memset(leaf.rulebook_sha256, 0xf6, LANTIK_HASH);
	memset(leaf.rows_root, 0x17, LANTIK_HASH);
	memset(leaf.returned_root, 0x18, LANTIK_HASH);
	return leaf;
}

#define X16(b) b b b b b b b b b b b b b b b b
#define X32(b) X16(b) X16(b)

Test(leaf, layout_is_the_documented_one)
{
	static const char expected[] = "0001"
				       "01"
				       "0102030405060708"
				       "09"
				       "6b616e7265672d3939" X16("a1") X32("b2") "c3c3c3c3" X32("d4") X32("e5")
					       X32("f6") "00001c9e"
							 "0001" X32("17") X32("18") "000644d8a90d8240"
										    "fffffffffffffffe"
										    "01";
	struct lantik_batch_leaf leaf = sample_leaf();
	struct lantik_buffer bytes = {0};
	cr_assert_eq(lantik_batch_leaf_format(&leaf, &bytes), LANTIK_OK);
	char text[2 * LANTIK_MAX_LEAF + 1];
	lantik_hex_encode(bytes.data, bytes.len, text);
	cr_assert_str_eq(text, expected);
	lantik_buffer_free(&bytes);
}

Test(leaf, parses_back_to_the_same_bytes)
{
	struct lantik_batch_leaf leaf = sample_leaf(), parsed;
	struct lantik_buffer bytes = {0}, again = {0};
	cr_assert_eq(lantik_batch_leaf_format(&leaf, &bytes), LANTIK_OK);
	cr_assert_eq(lantik_batch_leaf_parse(lantik_buffer_span(&bytes), &parsed), LANTIK_OK);
	cr_assert(lantik_span_is(parsed.office, "kanreg-99"));
	cr_assert(parsed.office.data > bytes.data && parsed.office.data < bytes.data + bytes.len, "it borrows");
	cr_assert_eq(parsed.leaf_index, leaf.leaf_index);
	cr_assert_eq(parsed.rows, 7326);
	cr_assert_eq(parsed.received_at, leaf.received_at);
	cr_assert_eq(parsed.recorded_at, -2);
	cr_assert_eq(lantik_batch_leaf_format(&parsed, &again), LANTIK_OK);
	cr_assert(lantik_span_equal(lantik_buffer_span(&bytes), lantik_buffer_span(&again)));
	lantik_buffer_free(&bytes);
	lantik_buffer_free(&again);
}

Test(leaf, every_length_but_the_whole_is_refused)
{
	struct lantik_batch_leaf leaf = sample_leaf(), parsed = {.rows = 5};
	struct lantik_buffer bytes = {0};
	cr_assert_eq(lantik_batch_leaf_format(&leaf, &bytes), LANTIK_OK);
	size_t whole = bytes.len;
	lantik_buffer_append(&bytes, "\0\0\0\0", 4);
	for (size_t len = 0; len <= bytes.len; len++)
		if (len != whole)
			cr_assert_eq(lantik_batch_leaf_parse((struct lantik_span){bytes.data, len}, &parsed),
				LANTIK_E_MALFORMED);
	cr_assert_eq(parsed.rows, 5, "ret is untouched");
	lantik_buffer_free(&bytes);
}

static void assert_refused_with(size_t at, uint8_t value)
{
	struct lantik_batch_leaf leaf = sample_leaf(), parsed;
	struct lantik_buffer bytes = {0};
	cr_assert_eq(lantik_batch_leaf_format(&leaf, &bytes), LANTIK_OK);
	bytes.data[at < bytes.len ? at : bytes.len - 1] = value;
	cr_assert_eq(lantik_batch_leaf_parse(lantik_buffer_span(&bytes), &parsed), LANTIK_E_MALFORMED);
	lantik_buffer_free(&bytes);
}

Test(leaf, other_formats_types_and_classes_are_refused)
{
	assert_refused_with(0, 1);
	assert_refused_with(1, 2);
	assert_refused_with(1, 0);
	assert_refused_with(2, LANTIK_LEAF_DECISION);
	assert_refused_with(2, 0);
	assert_refused_with(11, 0);
	assert_refused_with(11, 8);
	assert_refused_with(11, 10);
	assert_refused_with(11, 255);
	assert_refused_with(SIZE_MAX, 0);
	assert_refused_with(SIZE_MAX, 4);
}

Test(leaf, office_names_have_a_length)
{
	char name[LANTIK_MAX_OFFICE_NAME + 2];
	memset(name, 'k', sizeof name);
	for (size_t len = 0; len < sizeof name; len++) {
		struct lantik_batch_leaf leaf = sample_leaf(), parsed;
		struct lantik_buffer bytes = {0};
		leaf.office = (struct lantik_span){(const uint8_t *)name, len};
		bool good = len >= 1 && len <= LANTIK_MAX_OFFICE_NAME;
		cr_assert_eq(lantik_batch_leaf_format(&leaf, &bytes), good ? LANTIK_OK : LANTIK_E_MALFORMED);
		if (good)
			cr_assert_eq(lantik_batch_leaf_parse(lantik_buffer_span(&bytes), &parsed), LANTIK_OK);
		lantik_buffer_free(&bytes);
	}
}

/* --- leaves of decisions --- */

static struct lantik_decision_leaf sample_decision(void)
{
	struct lantik_decision_leaf leaf = {.leaf_index = UINT64_C(0x0102030405060708),
		.office = lantik_span_of("kanreg-99"),
		.batch_leaf_index = UINT64_C(0x0102030405060707),
		.rows = 2,
		.row_format = 1,
		.requested_at = INT64_C(1764547200123456),
		.recorded_at = -2,
		.durability = LANTIK_DURABLE_QUORUM};
	memset(leaf.decision_id, 0xd1, sizeof leaf.decision_id);
	memset(leaf.batch_id, 0xa1, sizeof leaf.batch_id);
	memset(leaf.statement_sha256, 0xe5, LANTIK_HASH);
	memset(leaf.rulebook_sha256, 0xf6, LANTIK_HASH);
	memset(leaf.rows_root, 0x17, LANTIK_HASH);
	return leaf;
}

Test(leaf, layout_of_a_decision_is_the_documented_one)
{
	static const char expected[] = "0001"
				       "02"
				       "0102030405060708"
				       "09"
				       "6b616e7265672d3939" X16("d1") X16("a1") "0102030405060707" X32("e5")
					       X32("f6") "00000002"
							 "0001" X32("17") "000644d8a90d8240"
									  "fffffffffffffffe"
									  "02";
	struct lantik_decision_leaf leaf = sample_decision(), parsed;
	struct lantik_buffer bytes = {0}, again = {0};
	cr_assert_eq(lantik_decision_leaf_format(&leaf, &bytes), LANTIK_OK);
	char text[2 * LANTIK_MAX_LEAF + 1];
	lantik_hex_encode(bytes.data, bytes.len, text);
	cr_assert_str_eq(text, expected);
	cr_assert_eq(lantik_decision_leaf_parse(lantik_buffer_span(&bytes), &parsed), LANTIK_OK);
	cr_assert_eq(parsed.requested_at, leaf.requested_at);
	cr_assert_eq(parsed.batch_leaf_index, leaf.batch_leaf_index);
	cr_assert_eq(lantik_decision_leaf_format(&parsed, &again), LANTIK_OK);
	cr_assert(lantik_span_equal(lantik_buffer_span(&bytes), lantik_buffer_span(&again)));
	lantik_buffer_free(&bytes);
	lantik_buffer_free(&again);
}

Test(leaf, a_decision_of_another_length_is_refused)
{
	struct lantik_decision_leaf leaf = sample_decision(), parsed = {.rows = 5};
	struct lantik_buffer bytes = {0};
	cr_assert_eq(lantik_decision_leaf_format(&leaf, &bytes), LANTIK_OK);
	size_t whole = bytes.len;
	lantik_buffer_append(&bytes, "\0\0\0\0", 4);
	for (size_t len = 0; len <= bytes.len; len++)
		if (len != whole)
			cr_assert_eq(lantik_decision_leaf_parse((struct lantik_span){bytes.data, len}, &parsed),
				LANTIK_E_MALFORMED);
	cr_assert_eq(parsed.rows, 5, "ret is untouched");
	lantik_buffer_free(&bytes);
}

/* A decision is about a batch that is in the ledger before it. */
Test(leaf, a_decision_follows_its_batch)
{
	struct lantik_decision_leaf leaf = sample_decision(), parsed;
	struct lantik_buffer bytes = {0};
	cr_assert_eq(lantik_decision_leaf_format(&leaf, &bytes), LANTIK_OK);
	bytes.data[12 + 9 + 16 + 16 + 7] = 0x08;
	cr_assert_eq(lantik_decision_leaf_parse(lantik_buffer_span(&bytes), &parsed), LANTIK_E_MALFORMED);
	leaf.batch_leaf_index = leaf.leaf_index;
	cr_assert_eq(lantik_decision_leaf_format(&leaf, &bytes), LANTIK_E_MALFORMED);
	leaf = sample_decision();
	leaf.durability = 0;
	cr_assert_eq(lantik_decision_leaf_format(&leaf, &bytes), LANTIK_E_MALFORMED);
	leaf = sample_decision();
	leaf.office.len = 0;
	cr_assert_eq(lantik_decision_leaf_format(&leaf, &bytes), LANTIK_E_MALFORMED);
	lantik_buffer_free(&bytes);
}

/* One type never reads as the other, whatever length the office's name claims. */
Test(leaf, types_are_never_taken_for_each_other)
{
	struct lantik_batch_leaf batch = sample_leaf(), batch_back;
	struct lantik_decision_leaf decision = sample_decision(), decision_back;
	struct lantik_buffer a = {0}, b = {0};
	cr_assert_eq(lantik_batch_leaf_format(&batch, &a), LANTIK_OK);
	cr_assert_eq(lantik_decision_leaf_format(&decision, &b), LANTIK_OK);
	cr_assert_eq(lantik_leaf_type_of(lantik_buffer_span(&a)), LANTIK_LEAF_BATCH);
	cr_assert_eq(lantik_leaf_type_of(lantik_buffer_span(&b)), LANTIK_LEAF_DECISION);
	cr_assert_eq(lantik_decision_leaf_parse(lantik_buffer_span(&a), &decision_back), LANTIK_E_MALFORMED);
	cr_assert_eq(lantik_batch_leaf_parse(lantik_buffer_span(&b), &batch_back), LANTIK_E_MALFORMED);
	a.data[2] = LANTIK_LEAF_DECISION;
	b.data[2] = LANTIK_LEAF_BATCH;
	for (unsigned len = 0; len < 256; len++) {
		a.data[11] = b.data[11] = (uint8_t)len;
		cr_assert_eq(lantik_decision_leaf_parse(lantik_buffer_span(&a), &decision_back), LANTIK_E_MALFORMED);
		cr_assert_eq(lantik_batch_leaf_parse(lantik_buffer_span(&b), &batch_back), LANTIK_E_MALFORMED);
	}
	a.data[2] = 6;
	cr_assert_eq(lantik_leaf_type_of(lantik_buffer_span(&a)), LANTIK_LEAF_NONE);
	a.data[0] = 1;
	cr_assert_eq(lantik_leaf_type_of(lantik_buffer_span(&a)), LANTIK_LEAF_NONE);
	cr_assert_eq(lantik_leaf_type_of((struct lantik_span){0}), LANTIK_LEAF_NONE);
	lantik_buffer_free(&a);
	lantik_buffer_free(&b);
}
