/* The signer: which sizes it signs and with which keys, and its memory of epochs and of checkpoints.
 * SPDX-License-Identifier: Apache-2.0 */
#include "known.h"
#include "signer_world.h"

TestSuite(signer, .init = set_up, .fini = tear_down);

Test(signer, the_signer_signs_any_size_of_one_history_and_none_of_another)
{
	struct ledger ledger = {0}, fork = {0};
	uint8_t roots[9][LANTIK_HASH], other[LANTIK_HASH];
	struct signer *signer = open_trusting();

	for (unsigned i = 1; i <= 8; i++)
		grow(&ledger, i == 5 ? "five" : "leaf", roots[i]);
	cr_expect_eq(sign(signer, &ledger, 3, roots[3]), LANTIK_OK);
	cr_expect_eq(sign(signer, &ledger, 7, roots[7]), LANTIK_OK, "larger, with leaves between");
	cr_expect_eq(sign(signer, &ledger, 2, roots[2]), LANTIK_OK, "smaller: a resend of an old receipt");
	cr_expect_eq(sign(signer, &ledger, 7, roots[7]), LANTIK_OK, "again");
	for (unsigned i = 1; i <= 8; i++)
		grow(&fork, "leaf", other);
	cr_expect_eq(sign(signer, &fork, 8, other), LANTIK_E_INCONSISTENT, "larger, of a fork");
	cr_expect_eq(sign(signer, &ledger, 7, roots[6]), LANTIK_E_INCONSISTENT, "the same size, another root");
	signer_close(&signer);

	signer = open_trusting();
	cr_expect_eq(sign(signer, &fork, 8, other), LANTIK_E_INCONSISTENT, "remembered over a restart");
	cr_expect_eq(follows(signer, &ledger, 5, roots[5]), LANTIK_E_INCONSISTENT, "a shorter database");
	cr_expect_eq(follows(signer, &ledger, 8, roots[8]), LANTIK_OK);
	signer_close(&signer);
}

Test(signer, the_signer_takes_the_common_case_without_nodes)
{
	struct ledger ledger = {0};
	struct lantik_buffer note = {0};
	uint8_t root[LANTIK_HASH];
	struct signer *signer = open_trusting();

	grow(&ledger, "one", root);
	cr_assert_eq(sign(signer, &ledger, 1, root), LANTIK_OK);
	struct lantik_edge before = ledger.edge;
	grow(&ledger, "two", root);
	cr_expect_eq(signer_sign(signer, 2, root, &before, NULL, NULL, NULL, &note), LANTIK_OK);
	before.hashes[0][0] ^= 1;
	lantik_buffer_reset(&note);
	before.size = 2; /* claims to be the tree that was signed last */
	cr_expect_eq(signer_sign(signer, 3, root, &before, NULL, NULL, NULL, &note), LANTIK_E_INCONSISTENT);
	lantik_buffer_free(&note);
	signer_close(&signer);
}

Test(signer, a_head_of_another_origin_is_not_taken)
{
	struct lantik_skey other = key_of("lantik.test/other", 1);
	struct signer *signer = NULL;

	signed_once();
	cr_expect_eq(signer_open(directory, &other, 1, &signer, why), LANTIK_E_MISMATCH);
	cr_expect_null(signer);
	struct lantik_skey two[] = {key_of(ORIGIN, 1), other};
	cr_expect_eq(signer_open(directory, two, 2, &signer, why), LANTIK_E_MISMATCH, "keys of two logs");
}

/* ---- what is meant, and doubt ---- */

Test(signer, what_was_meant_is_in_doubt_after_a_crash_and_nothing_is_signed)
{
	struct ledger ledger = {0};
	uint8_t roots[4][LANTIK_HASH];
	struct head_doubt doubt;
	struct signer_head last;

	for (unsigned was_signed = 0; was_signed < 2; was_signed++) {
		struct signer *signer = open_trusting();
		ledger = (struct ledger){0};
		for (unsigned i = 1; i <= 3; i++)
			grow(&ledger, "leaf", roots[i]);
		cr_assert_eq(sign(signer, &ledger, 1, roots[1]), LANTIK_OK);
		signer_mean(signer, 2, roots[2]);
		signer_last(signer, &last);
		cr_expect_eq(last.size, 1, "not yet");
		cr_expect_not(signer_doubts(signer, &doubt), "who meant it knows");
		signer_close(&signer);
		signer = open_trusting();
		cr_assert(signer_doubts(signer, &doubt));
		cr_expect_eq(doubt.size, 2);
		cr_expect_arr_eq(doubt.root, roots[2], LANTIK_HASH);
		cr_expect_eq(sign(signer, &ledger, 1, roots[1]), LANTIK_E_INCONSISTENT);
		cr_expect_eq(sign(signer, &ledger, 3, roots[3]), LANTIK_E_INCONSISTENT);
		signer_mean(signer, 3, roots[3]);
		cr_assert_eq(signer_decide(signer, was_signed, &last), LANTIK_OK);
		cr_expect_eq(last.size, 1 + was_signed);
		cr_expect_not(signer_doubts(signer, &doubt));
		cr_expect_eq(sign(signer, &ledger, 3, roots[3]), LANTIK_OK);
		signer_close(&signer);
		remove_file("head");
	}
}

Test(signer, what_is_meant_is_signed_and_remembered)
{
	struct ledger ledger = {0};
	uint8_t roots[4][LANTIK_HASH];
	struct head_doubt doubt;
	struct signer_head last;
	struct signer *signer = open_signer(1);
	struct lantik_trust trust = first_trust();

	for (unsigned i = 1; i <= 3; i++)
		grow(&ledger, "leaf", roots[i]);
	signer_mean(signer, 1, roots[1]); /* it is not known by which keys: nothing happens */
	cr_assert_eq(signer_believe(signer, &trust, 0, false), LANTIK_OK);
	signer_mean(signer, 2, roots[2]);
	cr_expect_eq(sign(signer, &ledger, 2, roots[2]), LANTIK_OK);
	signer_mean(signer, 1, roots[1]); /* nor behind what was signed */
	signer_mean(signer, 2, roots[3]);
	signer_settle(signer);
	signer_close(&signer);
	signer = open_trusting();
	cr_expect_not(signer_doubts(signer, &doubt));
	signer_last(signer, &last);
	cr_expect_eq(last.size, 2);
	cr_expect_arr_eq(last.root, roots[2], LANTIK_HASH);
	signer_close(&signer);
}

/* ---- several keys, and epochs ---- */

Test(signer, nothing_is_signed_before_it_is_known_who_signs)
{
	struct ledger ledger = {0};
	uint8_t root[LANTIK_HASH];
	uint64_t trust_size;
	struct lantik_trust trust;
	struct signer *signer = open_signer(1);

	grow(&ledger, "leaf", root);
	cr_expect_not(signer_believes(signer, &trust_size));
	cr_expect_not(signer_trust(signer, &trust));
	cr_expect_eq(sign(signer, &ledger, 1, root), LANTIK_E_NOT_FOUND);
	signer_close(&signer);
}

/* As a deed of leaf 1 would make it: the second key signs from size 2 on, the first one until before size 4. */
static struct lantik_trust rotated_trust(void)
{
	struct lantik_trust trust = first_trust();
	struct lantik_skey second = key_of(ORIGIN, 2);

	trust.keys[0].until_size = 4;
	trust.keys[1] = (struct lantik_trusted_key){.vkey = second.vkey,
		.from_size = 2,
		.until_size = LANTIK_TRUST_OPEN,
		.compromised_from = LANTIK_TRUST_OPEN};
	trust.key_count = 2;
	return trust;
}

/* How many of the first two keys signed it, as bits. */
static unsigned signers_of(struct signer *signer, struct ledger *ledger, uint64_t size, const uint8_t *root)
{
	struct lantik_buffer note = {0};
	struct lantik_checkpoint checkpoint;
	unsigned bits = 0;

	cr_assert_eq(signer_sign(signer, size, root, NULL, give, ledger, NULL, &note), LANTIK_OK);
	for (uint8_t i = 1; i <= 2; i++) {
		struct lantik_skey key = key_of(ORIGIN, i);
		if (lantik_checkpoint_verify(lantik_buffer_span(&note), &key.vkey, &checkpoint) == LANTIK_OK)
			bits |= 1u << (i - 1);
	}
	lantik_buffer_free(&note);
	return bits;
}

Test(signer, each_size_is_signed_by_the_keys_of_its_time)
{
	struct ledger ledger = {0};
	uint8_t roots[6][LANTIK_HASH];
	struct lantik_trust trust = rotated_trust();
	struct signer *signer = open_signer(2);

	for (unsigned i = 1; i <= 5; i++)
		grow(&ledger, "leaf", roots[i]);
	cr_assert_eq(signer_believe(signer, &trust, 2, false), LANTIK_OK);
	const unsigned expected[] = {0, 1, 3, 3, 2, 2};
	for (unsigned i = 5; i >= 1; i--)
		cr_expect_eq(signers_of(signer, &ledger, i, roots[i]), expected[i], "size %u", i);
	signer_close(&signer);
}

/* The note of a tree, with what was prepared or NULL. */
static struct lantik_buffer note_of(struct signer *signer, struct ledger *ledger, uint64_t size, const uint8_t *root,
	const struct signer_prepared *prepared)
{
	struct lantik_buffer note = {0};

	cr_assert_eq(signer_sign(signer, size, root, NULL, give, ledger, prepared, &note), LANTIK_OK);
	return note;
}

static void expect_same_note(struct lantik_buffer a, struct lantik_buffer b)
{
	cr_expect(lantik_span_equal(lantik_buffer_span(&a), lantik_buffer_span(&b)));
	lantik_buffer_free(&a);
	lantik_buffer_free(&b);
}

Test(signer, what_is_prepared_is_remembered_when_it_is_signed_and_not_before)
{
	struct ledger ledger = {0}, fork = {0};
	uint8_t roots[4][LANTIK_HASH], other[LANTIK_HASH];
	struct signer_prepared prepared = {0};
	struct signer_head last;
	struct signer *signer = open_trusting();

	for (unsigned i = 1; i <= 3; i++)
		grow(&ledger, "leaf", roots[i]);
	for (unsigned i = 1; i <= 3; i++)
		grow(&fork, "fork", other);
	cr_assert_eq(sign(signer, &ledger, 1, roots[1]), LANTIK_OK);
	signer_prepare(signer, 3, other, &prepared);
	cr_assert_gt(prepared.note.len, 0);
	signer_last(signer, &last);
	cr_expect_eq(last.size, 1);
	struct lantik_buffer note = {0};
	cr_expect_eq(signer_sign(signer, 3, other, NULL, give, &fork, &prepared, &note), LANTIK_E_INCONSISTENT);
	cr_expect_eq(note.len, 0, "it does not leave");
	signer_discard(&prepared);
	cr_expect_eq(prepared.note.len, 0);
	signer_close(&signer);

	signer = open_trusting();
	cr_expect_eq(follows(signer, &ledger, 3, roots[3]), LANTIK_OK, "nor is it in the file");
	signer_prepare(signer, 2, roots[2], &prepared);
	struct lantik_buffer first = note_of(signer, &ledger, 2, roots[2], &prepared);
	expect_same_note(first, note_of(signer, &ledger, 2, roots[2], NULL));
	expect_same_note(note_of(signer, &ledger, 3, roots[3], &prepared), note_of(signer, &ledger, 3, roots[3], NULL));
	signer_discard(&prepared);
	signer_close(&signer);
}

Test(signer, what_was_prepared_by_other_keys_is_signed_anew)
{
	struct ledger ledger = {0};
	uint8_t roots[3][LANTIK_HASH];
	struct lantik_trust first = first_trust(), rotated = rotated_trust();
	struct signer_prepared prepared = {0};
	struct signer *signer = open_signer(2);

	grow(&ledger, "leaf", roots[1]);
	grow(&ledger, "leaf", roots[2]);
	signer_prepare(signer, 2, roots[2], &prepared);
	cr_expect_eq(prepared.note.len, 0, "it is not known by which");
	cr_assert_eq(signer_believe(signer, &first, 0, false), LANTIK_OK);
	signer_prepare(signer, 2, roots[2], &prepared);
	cr_assert_eq(signer_believe(signer, &rotated, 2, false), LANTIK_OK);
	struct lantik_buffer note = note_of(signer, &ledger, 2, roots[2], &prepared);
	cr_expect_neq(note.len, prepared.note.len, "two keys sign now");
	expect_same_note(note, note_of(signer, &ledger, 2, roots[2], NULL));
	signer_discard(&prepared);
	signer_close(&signer);
}

Test(signer, a_key_that_is_not_here_is_named)
{
	struct ledger ledger = {0};
	uint8_t roots[3][LANTIK_HASH];
	char id[9], expected[9];
	struct lantik_trust trust = rotated_trust();
	struct lantik_skey second = key_of(ORIGIN, 2);
	struct signer *signer = open_signer(1);

	grow(&ledger, "leaf", roots[1]);
	grow(&ledger, "leaf", roots[2]);
	cr_assert_eq(signer_believe(signer, &trust, 2, false), LANTIK_OK);
	cr_expect(signer_holds(signer, signer_vkey(signer)));
	cr_expect_not(signer_holds(signer, &second.vkey));
	cr_expect_not(signer_lacks(signer, 1, id));
	cr_assert(signer_lacks(signer, 2, id));
	lantik_hex_encode(second.vkey.id, 4, expected);
	cr_expect_str_eq(id, expected);
	cr_expect_eq(sign(signer, &ledger, 1, roots[1]), LANTIK_OK);
	cr_expect_eq(sign(signer, &ledger, 2, roots[2]), LANTIK_E_BAD_KEY, "half of the signatures is none");
	signer_close(&signer);
}

Test(signer, an_older_trust_does_not_take_the_place_of_a_newer_one)
{
	struct lantik_trust first = first_trust(), rotated = rotated_trust(), held;
	uint64_t trust_size;
	struct signer *signer = open_signer(2);

	cr_assert_eq(signer_believe(signer, &rotated, 2, false), LANTIK_OK);
	cr_assert_eq(signer_believe(signer, &first, 0, false), LANTIK_OK);
	cr_assert(signer_trust(signer, &held) && signer_believes(signer, &trust_size));
	cr_expect_eq(held.key_count, 2);
	cr_expect_eq(trust_size, 2);
	cr_assert_eq(signer_believe(signer, &first, 0, true), LANTIK_OK);
	cr_assert(signer_trust(signer, &held));
	cr_expect_eq(held.key_count, 1, "a database that lost deeds");
	signer_close(&signer);
}

static struct lantik_trust second_epoch(void)
{
	struct lantik_trust trust = first_trust();

	trust.epochs[trust.epoch_count++] = (struct lantik_recovered){.epoch = 2, .first = 1, .size = 1, .common = 1};
	trust.epoch = 2;
	return trust;
}

Test(signer, an_epoch_has_a_memory_of_its_own)
{
	struct ledger ledger = {0}, fork = {0};
	uint8_t roots[5][LANTIK_HASH], other[LANTIK_HASH];
	struct lantik_buffer note = {0};
	struct lantik_trust first = first_trust(), second = second_epoch();
	struct signer *signer = open_trusting();

	for (unsigned i = 1; i <= 4; i++)
		grow(&ledger, i == 1 ? "one" : "leaf", roots[i]);
	cr_assert_eq(sign(signer, &ledger, 4, roots[4]), LANTIK_OK);
	grow(&fork, "one", other);
	grow(&fork, "recovery", other);
	cr_expect_eq(sign(signer, &fork, 2, other), LANTIK_E_INCONSISTENT);
	cr_assert_eq(signer_believe(signer, &second, 2, false), LANTIK_OK);
	cr_assert_eq(signer_sign(signer, 2, other, NULL, give, &fork, NULL, &note), LANTIK_OK, "another origin");
	cr_expect(memmem(note.data, note.len, ORIGIN "/2\n", strlen(ORIGIN "/2\n")) == note.data);
	cr_expect_eq(signer_believe(signer, &first, 0, false), LANTIK_E_INCONSISTENT, "back to the first");
	signer_close(&signer);
	signer = open_signer(1);
	cr_expect_eq(follows(signer, &fork, 2, other), LANTIK_OK, "the newest epoch is remembered");
	cr_expect_eq(follows(signer, &ledger, 4, roots[4]), LANTIK_E_INCONSISTENT);
	cr_expect_eq(signer_believe(signer, &first, 0, false), LANTIK_E_INCONSISTENT);
	cr_expect_eq(signer_believe(signer, &first, 0, true), LANTIK_OK, "a fork that is known");
	cr_expect_eq(sign(signer, &fork, 2, other), LANTIK_E_INCONSISTENT, "nothing is signed in an older epoch");
	signer_close(&signer);
	lantik_buffer_free(&note);
}

/* ---- checkpoints that were seen a moment ago ---- */

Test(signer, a_known_checkpoint_is_found_until_all_is_forgotten)
{
	struct known_checkpoints *known = known_new();
	struct lantik_span note = lantik_span_of("a note"), other = lantik_span_of("another");
	struct known_checkpoint held, kept = {.epoch = 1, .size = 7, .continues = true};
	uint64_t generation = known_generation(known);

	cr_expect_not(known_find(known, note, &held));
	known_keep(known, generation, note, &kept);
	cr_assert(known_find(known, note, &held));
	cr_expect(held.size == 7 && held.continues);
	cr_expect_not(known_find(known, other, &held));
	known_forget(known);
	cr_expect_not(known_find(known, note, &held));
	known_keep(known, generation, note, &kept);
	cr_expect_not(known_find(known, note, &held), "what was looked up before says nothing now");
	known_free(&known);
}
