/* The office as a witness: whether one signed checkpoint continues another, and which receipts an ended epoch leaves
 * open. SPDX-License-Identifier: Apache-2.0 */
#include "continuity.h"
#include "lost.h"
#include "unit.h"

#define LEAVES 33u
#define BASE "lantik.test/log/1"

/* Trees over the leaves 0, 1, 2 ..., and over the same with one leaf changed. */
static uint8_t leaves[2][LEAVES][LANTIK_HASH];

static void hash_leaf(uint8_t tree, uint8_t index, uint8_t ret[LANTIK_HASH])
{
	uint8_t bytes[2] = {tree, index};
	lantik_leaf_hash((struct lantik_span){bytes, sizeof bytes}, ret);
}

static void make_leaves(void)
{
	lantik_crypto_start();
	for (uint8_t i = 0; i < LEAVES; i++) {
		hash_leaf(0, i, leaves[0][i]);
		hash_leaf(i == 7, i, leaves[1][i]);
	}
}

static bool node(void *context, unsigned level, uint64_t index, uint8_t ret[LANTIK_HASH])
{
	const unsigned *tree = context;
	uint64_t first = index << level, count = (uint64_t)1 << level;
	cr_assert(first + count <= LEAVES);
	lantik_root_of(leaves[*tree][first], count, ret);
	return true;
}

static struct lantik_checkpoint head(unsigned tree, uint64_t size, unsigned epoch)
{
	struct lantik_checkpoint ret = {.origin = BASE, .size = size, .epoch = epoch};
	lantik_root_of(leaves[tree][0], size, ret.root);
	return ret;
}

static struct lantik_proof proof_of(unsigned tree, uint64_t a, uint64_t b)
{
	struct lantik_proof proof = {0};
	if (a != b)
		cr_assert_eq(lantik_consistency_proof(node, &tree, a < b ? a : b, a < b ? b : a, &proof), LANTIK_OK);
	return proof;
}

static struct lantik_trust trust_of(void)
{
	uint8_t seed[LANTIK_SEED] = {1};
	struct lantik_skey key;
	struct lantik_trust trust;
	cr_assert_eq(lantik_skey_make(BASE, seed, &key), LANTIK_OK);
	lantik_trust_start(&trust, &key.vkey, NULL);
	return trust;
}

/* The ledger lost what was behind its first `common` leaves. */
static void end_epoch(struct lantik_trust *trust, uint64_t common)
{
	trust->epochs[trust->epoch_count++] =
		(struct lantik_recovered){.epoch = ++trust->epoch, .first = common, .common = common, .size = common};
}

TestSuite(witness, .init = make_leaves);

Test(witness, two_heads_of_one_tree_continue_each_other_in_either_order)
{
	struct lantik_trust trust = trust_of();
	for (uint64_t a = 1; a <= LEAVES; a++)
		for (uint64_t b = 1; b <= LEAVES; b++) {
			struct lantik_checkpoint held = head(0, a, 1), shown = head(0, b, 1);
			struct lantik_proof proof = proof_of(0, a, b);
			cr_assert_eq(lantik_continuity_of(&trust, &held, &shown, &proof, false), LANTIK_CONTINUES);
			cr_assert_eq(lantik_continuity_of(&trust, &held, &shown, &proof, true),
				b < a ? LANTIK_OLDER : LANTIK_CONTINUES);
		}
}

Test(witness, a_changed_leaf_is_found_wherever_both_trees_have_it)
{
	struct lantik_trust trust = trust_of();
	for (uint64_t a = 8; a <= LEAVES; a++)
		for (uint64_t b = 8; b <= LEAVES; b++)
			for (unsigned tree = 0; tree < 2; tree++) {
				struct lantik_checkpoint held = head(0, a, 1), shown = head(1, b, 1);
				struct lantik_proof proof = proof_of(tree, a, b);
				enum lantik_continuity found =
					lantik_continuity_of(&trust, &held, &shown, &proof, false);
				cr_assert_eq(found, a == b ? LANTIK_TWO_LEDGERS : LANTIK_NO_PROOF);
			}
}

Test(witness, a_proof_with_a_bit_more_or_less_proves_nothing)
{
	struct lantik_trust trust = trust_of();
	struct lantik_checkpoint held = head(0, 13, 1), shown = head(0, 29, 1);
	struct lantik_proof good = proof_of(0, 13, 29);
	for (unsigned at = 0; at < good.count; at++) {
		struct lantik_proof bad = good;
		bad.hashes[at][at] ^= 1;
		cr_assert_eq(lantik_continuity_of(&trust, &held, &shown, &bad, false), LANTIK_NO_PROOF);
	}
	struct lantik_proof less = good, more = good, none = {0};
	less.count--;
	memset(more.hashes[more.count++], 0, LANTIK_HASH);
	cr_assert_eq(lantik_continuity_of(&trust, &held, &shown, &less, false), LANTIK_NO_PROOF);
	cr_assert_eq(lantik_continuity_of(&trust, &held, &shown, &more, false), LANTIK_NO_PROOF);
	cr_assert_eq(lantik_continuity_of(&trust, &held, &shown, &none, false), LANTIK_NO_PROOF);
}

Test(witness, the_first_has_nothing_to_continue)
{
	struct lantik_trust trust = trust_of();
	struct lantik_checkpoint shown = head(0, 5, 1);
	struct lantik_proof none = {0};
	cr_assert_eq(lantik_continuity_of(&trust, NULL, &shown, &none, true), LANTIK_FIRST);
}

Test(witness, what_an_epoch_gave_up_is_neither_held_nor_shown_against_the_present_ledger)
{
	struct lantik_trust trust = trust_of();
	struct lantik_proof none = {0};
	end_epoch(&trust, 10);
	for (uint64_t size = 9; size <= 12; size++) {
		struct lantik_checkpoint ended = head(1, size, 1), present = head(0, 20, 2);
		bool lost = size > 10;
		cr_expect_eq(lantik_continuity_of(&trust, &ended, &present, &none, true),
			lost ? LANTIK_FIRST : LANTIK_NO_PROOF, "held, size %u", (unsigned)size);
		cr_expect_eq(lantik_continuity_of(&trust, &present, &ended, &none, false),
			lost ? LANTIK_ENDED : LANTIK_NO_PROOF, "shown, size %u", (unsigned)size);
	}
	/* what went on is proved by the tree, whatever its origin says */
	struct lantik_checkpoint former = head(0, 12, 1), present = head(0, 20, 2);
	struct lantik_proof good = proof_of(0, 12, 20);
	cr_assert_eq(lantik_continuity_of(&trust, &present, &former, &good, false), LANTIK_CONTINUES);
	cr_assert_eq(lantik_continuity_of(&trust, &former, &present, &good, true), LANTIK_CONTINUES);
}

Test(witness, a_later_epoch_is_no_excuse_within_an_epoch)
{
	struct lantik_trust trust = trust_of();
	struct lantik_proof none = {0};
	end_epoch(&trust, 10);
	struct lantik_checkpoint held = head(0, 20, 2), same = head(1, 20, 2), later = head(1, 24, 2);
	cr_assert_eq(lantik_continuity_of(&trust, &held, &same, &none, true), LANTIK_TWO_LEDGERS);
	cr_assert_eq(lantik_continuity_of(&trust, &held, &later, &none, true), LANTIK_NO_PROOF);
}

Test(witness, receipts_behind_the_common_part_are_open_until_they_are_proved_anew)
{
	struct lantik_trust trust = trust_of();
	struct lantik_entry entry = {.state = LANTIK_ENTRY_RECORDED, .leaf_index = 10};
	cr_assert_not(lantik_entry_maybe_lost(&trust, &entry));
	end_epoch(&trust, 10);
	cr_assert(lantik_entry_maybe_lost(&trust, &entry), "without an epoch it is of the first");
	entry.epoch = 1;
	cr_assert(lantik_entry_maybe_lost(&trust, &entry));
	entry.leaf_index = 9;
	cr_assert_not(lantik_entry_maybe_lost(&trust, &entry));
	entry.leaf_index = 10;
	entry.epoch = 2;
	cr_assert_not(lantik_entry_maybe_lost(&trust, &entry));
	end_epoch(&trust, 5);
	cr_assert(lantik_entry_maybe_lost(&trust, &entry), "a second recovery opens it again");
	entry.state = LANTIK_ENTRY_SENT;
	cr_assert_not(lantik_entry_maybe_lost(&trust, &entry), "it has no receipt");
}

Test(witness, which_recovery_gave_a_checkpoint_up)
{
	struct lantik_trust trust = trust_of();
	struct lantik_checkpoint ended = head(0, 12, 1), present = head(0, 12, 3);
	end_epoch(&trust, 20);
	end_epoch(&trust, 11);
	const struct lantik_recovered *by = lantik_lost_by(&trust, &ended);
	cr_assert(by && by->epoch == 3);
	cr_assert_null(lantik_lost_by(&trust, &present));
}
