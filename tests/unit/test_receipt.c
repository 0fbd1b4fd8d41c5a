/* Tests of receipts: made, taken apart, verified, and refused after any change.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "lantik/receipt.h"

static const char verdict_text[] = "lantik-verdict 1\noffice kanreg-99\nbatch 017f22e2-79b0-7cc3-98c4-dc0c0c07398f\n"
				   "outcome committed\naccepted 1\nreturned 1\nreview 0\n"
				   "record 2 returned N05.birth_date:nik\nend\n";

/* A ledger of any length whose newest leaf is the batch; what a daemon has after its commit. */
struct world {
	struct lantik_skey key;
	struct lantik_buffer leaf, note, receipt;
	struct lantik_proof proof;
	uint64_t index;
};

static void world_leaf(struct world *world, uint64_t leaf_index, const char *verdict)
{
	struct lantik_batch_leaf leaf = {.leaf_index = leaf_index,
		.office = lantik_span_of("kanreg-99"),
		.rows = 1,
		.row_format = 1,
		.received_at = INT64_C(1764547200000000),
		.recorded_at = INT64_C(1764547200400000),
		.durability = LANTIK_DURABLE_LOCAL};
	lantik_sha256(lantik_span_of(verdict), leaf.verdict_sha256);
	cr_assert_eq(lantik_batch_leaf_format(&leaf, &world->leaf), LANTIK_OK);
}

static struct world world_make(uint64_t index)
{
	struct world world = {.index = index};
	struct lantik_edge edge = {0};
	uint8_t seed[LANTIK_SEED] = {99}, hash[LANTIK_HASH];
	cr_assert_eq(lantik_skey_make("lantik.test/99", seed, &world.key), LANTIK_OK);
	for (uint64_t i = 0; i < index; i++) {
		lantik_leaf_hash((struct lantik_span){(const uint8_t *)&i, sizeof i}, hash);
		lantik_edge_append(&edge, hash, NULL, NULL);
	}
	world_leaf(&world, index, verdict_text);
	lantik_edge_proof(&edge, &world.proof);
	lantik_leaf_hash(lantik_buffer_span(&world.leaf), hash);
	lantik_edge_append(&edge, hash, NULL, NULL);
	uint8_t root[LANTIK_HASH];
	lantik_edge_root(&edge, root);
	cr_assert_eq(lantik_checkpoint_sign(edge.size, root, &world.key, &world.note), LANTIK_OK);
	cr_assert_eq(lantik_receipt_format(lantik_buffer_span(&world.leaf), index, &world.proof,
			     lantik_buffer_span(&world.note), lantik_span_of(verdict_text), &world.receipt),
		LANTIK_OK);
	return world;
}

static void world_free(struct world *world)
{
	lantik_buffer_free(&world->leaf);
	lantik_buffer_free(&world->note);
	lantik_buffer_free(&world->receipt);
}

static enum lantik_error judge(struct lantik_span text, const struct lantik_vkey *key)
{
	struct lantik_receipt receipt;
	enum lantik_error error = lantik_receipt_parse(text, &receipt);
	if (error)
		return error;
	error = lantik_receipt_verify(&receipt, key);
	lantik_receipt_free(&receipt);
	return error;
}

Test(receipt, says_what_was_put_in)
{
	for (uint64_t index = 0; index < 70; index++) {
		struct world world = world_make(index);
		struct lantik_receipt receipt;
		cr_assert_eq(lantik_receipt_parse(lantik_buffer_span(&world.receipt), &receipt), LANTIK_OK);
		cr_assert_eq(receipt.head.size, 0, "nothing is proved yet");
		cr_assert_eq(lantik_receipt_verify(&receipt, &world.key.vkey), LANTIK_OK);
		cr_assert_eq(receipt.index, index);
		cr_assert_eq(receipt.head.size, index + 1);
		cr_assert_eq(receipt.proof.count, world.proof.count);
		cr_assert(lantik_span_equal(receipt.checkpoint, lantik_buffer_span(&world.note)));
		cr_assert(lantik_span_is(receipt.verdict_text, verdict_text));
		cr_assert(lantik_span_equal(lantik_buffer_span(&receipt.leaf_bytes), lantik_buffer_span(&world.leaf)));
		cr_assert(lantik_span_is(receipt.leaf.office, "kanreg-99"));
		lantik_receipt_free(&receipt);
		world_free(&world);
	}
}

Test(receipt, begins_as_a_tlog_proof)
{
	struct world world = world_make(2);
	struct lantik_buffer expected = {0};
	lantik_buffer_printf(&expected, "c2sp.org/tlog-proof@v1\nextra ");
	lantik_base64_append(&expected, world.leaf.data, world.leaf.len);
	lantik_buffer_printf(&expected, "\nindex 2\n");
	lantik_base64_append(&expected, world.proof.hashes[0], LANTIK_HASH);
	lantik_buffer_printf(&expected, "\n\n");
	lantik_buffer_append_span(&expected, lantik_buffer_span(&world.note));
	lantik_buffer_printf(&expected, "\n%s", verdict_text);
	cr_assert(lantik_span_equal(lantik_buffer_span(&expected), lantik_buffer_span(&world.receipt)));
	lantik_buffer_free(&expected);
	world_free(&world);
}

/* No byte is exempt: base64 has one spelling here, numbers have one, and the rest is signed or hashed. */
Test(receipt, every_flipped_bit_is_refused)
{
	struct world world = world_make(6);
	struct lantik_buffer *text = &world.receipt;
	for (size_t i = 0; i < text->len; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			text->data[i] ^= (uint8_t)(1u << bit);
			cr_assert_neq(judge(lantik_buffer_span(text), &world.key.vkey), LANTIK_OK, "byte %zu, bit %u",
				i, bit);
			text->data[i] ^= (uint8_t)(1u << bit);
		}
	cr_assert_eq(judge(lantik_buffer_span(text), &world.key.vkey), LANTIK_OK);
	world_free(&world);
}

Test(receipt, every_replaced_byte_is_refused)
{
	static const char instead[] = "\n\r \t=+/0A\xe2";
	struct world world = world_make(6);
	struct lantik_buffer *text = &world.receipt;
	for (size_t i = 0; i < text->len; i++)
		for (unsigned c = 0; c < sizeof instead; c++) {
			uint8_t was = text->data[i];
			text->data[i] = (uint8_t)instead[c];
			if (text->data[i] != was)
				cr_assert_neq(judge(lantik_buffer_span(text), &world.key.vkey), LANTIK_OK);
			text->data[i] = was;
		}
	world_free(&world);
}

Test(receipt, every_cut_missing_and_doubled_byte_is_refused)
{
	struct world world = world_make(6);
	const struct lantik_buffer *text = &world.receipt;
	for (size_t i = 0; i < text->len; i++) {
		cr_assert_neq(judge((struct lantik_span){text->data, i}, &world.key.vkey), LANTIK_OK);
		for (int doubled = 0; doubled < 2; doubled++) {
			struct lantik_buffer changed = {0};
			lantik_buffer_append(&changed, text->data, i + (size_t)doubled);
			size_t from = doubled ? i : i + 1;
			lantik_buffer_append(&changed, text->data + from, text->len - from);
			cr_assert_neq(judge(lantik_buffer_span(&changed), &world.key.vkey), LANTIK_OK, "byte %zu", i);
			lantik_buffer_free(&changed);
		}
	}
	world_free(&world);
}

/* --- receipts whose parts are each genuine but do not belong together --- */

static enum lantik_error judge_mixed(const struct world *leaf, uint64_t index, const struct lantik_proof *proof,
	const struct world *note, const char *verdict)
{
	struct lantik_buffer text = {0};
	cr_assert_eq(lantik_receipt_format(lantik_buffer_span(&leaf->leaf), index, proof,
			     lantik_buffer_span(&note->note), lantik_span_of(verdict), &text),
		LANTIK_OK);
	enum lantik_error error = judge(lantik_buffer_span(&text), &note->key.vkey);
	lantik_buffer_free(&text);
	return error;
}

Test(receipt, parts_of_different_receipts_do_not_mix)
{
	struct world a = world_make(6), b = world_make(7), forged = world_make(6);
	cr_assert_eq(judge_mixed(&a, 6, &a.proof, &a, verdict_text), LANTIK_OK);
	cr_assert_eq(judge_mixed(&b, 6, &a.proof, &a, verdict_text), LANTIK_E_BAD_PROOF);
	cr_assert_eq(judge_mixed(&a, 7, &a.proof, &a, verdict_text), LANTIK_E_BAD_PROOF);
	cr_assert_eq(judge_mixed(&a, 6, &a.proof, &b, verdict_text), LANTIK_E_BAD_PROOF);
	cr_assert_eq(judge_mixed(&a, 6, &b.proof, &a, verdict_text), LANTIK_E_BAD_PROOF);
	cr_assert_eq(judge_mixed(&a, 6, &a.proof, &a, "lantik-verdict 1\nend\n"), LANTIK_E_BAD_PROOF);
	lantik_buffer_free(&forged.leaf);
	world_leaf(&forged, 6, "lantik-verdict 1\nend\n");
	cr_assert_eq(judge_mixed(&forged, 6, &a.proof, &a, "lantik-verdict 1\nend\n"), LANTIK_E_BAD_PROOF);
	world_free(&a);
	world_free(&b);
	world_free(&forged);
}

Test(receipt, needs_the_pinned_key_and_origin)
{
	struct world world = world_make(3);
	struct lantik_skey other;
	uint8_t seed[LANTIK_SEED] = {98};
	cr_assert_eq(lantik_skey_make("lantik.test/99", seed, &other), LANTIK_OK);
	cr_assert_eq(judge(lantik_buffer_span(&world.receipt), &other.vkey), LANTIK_E_BAD_SIGNATURE);
	cr_assert_eq(lantik_skey_make("lantik.test/98", world.key.seed, &other), LANTIK_OK);
	cr_assert_eq(judge(lantik_buffer_span(&world.receipt), &other.vkey), LANTIK_E_BAD_SIGNATURE);
	world_free(&world);
}

Test(receipt, failed_verification_proves_nothing)
{
	struct world world = world_make(3);
	struct lantik_receipt receipt;
	world.receipt.data[world.receipt.len - 2] ^= 1;
	cr_assert_eq(lantik_receipt_parse(lantik_buffer_span(&world.receipt), &receipt), LANTIK_OK);
	cr_assert_eq(lantik_receipt_verify(&receipt, &world.key.vkey), LANTIK_E_BAD_PROOF);
	cr_assert(receipt.head.size == 0 && !receipt.head.origin[0]);
	lantik_receipt_free(&receipt);
	world_free(&world);
}

/* --- texts that are no receipts --- */

Test(receipt, hostile_texts_are_refused_in_bounds)
{
	struct world world = world_make(1);
	struct lantik_buffer text = {0};
	const struct lantik_vkey *key = &world.key.vkey;
	cr_assert_eq(judge(lantik_span_of(NULL), key), LANTIK_E_MALFORMED);
	cr_assert_eq(judge(lantik_span_of("\n"), key), LANTIK_E_MALFORMED);
	cr_assert_eq(judge(lantik_span_of("c2sp.org/tlog-proof@v2\nindex 0\n"), key), LANTIK_E_BAD_VERSION);
	cr_assert_eq(judge(lantik_span_of("c2sp.org/tlog-proof@v1\nindex 0\n\n"), key), LANTIK_E_MALFORMED);
	uint8_t *large = lantik_buffer_extend(&text, LANTIK_MAX_RECEIPT + 1);
	memset(large, '\n', LANTIK_MAX_RECEIPT + 1);
	cr_assert_eq(judge(lantik_buffer_span(&text), key), LANTIK_E_TOO_LARGE);
	lantik_buffer_reset(&text);
	lantik_buffer_printf(&text, "c2sp.org/tlog-proof@v1\nextra ");
	for (unsigned i = 0; i < LANTIK_MAX_LEAF; i++)
		lantik_buffer_printf(&text, "AAAA");
	lantik_buffer_printf(&text, "\nindex 0\n\n");
	cr_assert_eq(judge(lantik_buffer_span(&text), key), LANTIK_E_TOO_LARGE);
	lantik_buffer_free(&text);
	world_free(&world);
}

Test(receipt, a_proof_has_at_most_64_hashes)
{
	struct world world = world_make(1);
	for (unsigned count = LANTIK_MAX_PROOF; count <= LANTIK_MAX_PROOF + 1; count++) {
		struct lantik_buffer text = {0};
		lantik_buffer_printf(&text, "c2sp.org/tlog-proof@v1\nextra ");
		lantik_base64_append(&text, world.leaf.data, world.leaf.len);
		lantik_buffer_printf(&text, "\nindex 1\n");
		for (unsigned i = 0; i < count; i++)
			lantik_buffer_printf(&text, "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=\n");
		lantik_buffer_printf(&text, "\n");
		lantik_buffer_append_span(&text, lantik_buffer_span(&world.note));
		lantik_buffer_printf(&text, "\n%s", verdict_text);
		cr_assert_eq(judge(lantik_buffer_span(&text), &world.key.vkey),
			count == LANTIK_MAX_PROOF ? LANTIK_E_BAD_PROOF : LANTIK_E_MALFORMED);
		lantik_buffer_free(&text);
	}
	world_free(&world);
}

Test(receipt, format_passes_on_the_buffers_error)
{
	struct world world = world_make(1);
	struct lantik_buffer small = {.limit = 500};
	cr_assert_eq(lantik_receipt_format(lantik_buffer_span(&world.leaf), 1, &world.proof,
			     lantik_buffer_span(&world.note), lantik_span_of(verdict_text), &small),
		LANTIK_E_TOO_LARGE);
	lantik_buffer_free(&small);
	world_free(&world);
}

Test(receipt, random_garbage_is_survived)
{
	struct unit_random random = unit_random_start();
	struct world world = world_make(5);
	struct lantik_buffer changed = {0};
	for (unsigned round = 0; round < 20000; round++) {
		lantik_buffer_reset(&changed);
		lantik_buffer_append_span(&changed, lantik_buffer_span(&world.receipt));
		unsigned edits = 1 + (unsigned)(unit_next(&random) % 6);
		for (unsigned i = 0; i < edits; i++)
			changed.data[unit_next(&random) % changed.len] = (uint8_t)unit_next(&random);
		if (unit_next(&random) % 3 == 0)
			changed.len = unit_next(&random) % changed.len;
		if (!lantik_span_equal(lantik_buffer_span(&changed), lantik_buffer_span(&world.receipt)))
			cr_assert_neq(judge(lantik_buffer_span(&changed), &world.key.vkey), LANTIK_OK);
	}
	lantik_buffer_free(&changed);
	world_free(&world);
}
