/* Tests of receipts: made, taken apart, verified, and refused after any change.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "lantik/receipt.h"

static const char verdict_text[] = "lantik-verdict 1\noffice kanreg-99\nbatch 017f22e2-79b0-7cc3-98c4-dc0c0c07398f\n"
				   "outcome committed\naccepted 1\nreturned 1\nreview 0\n"
				   "record 2 returned N05.birth_date:nik\nend\n";

static const char statement_text[] =
	"lantik-decision 1\noffice kanreg-99\ndecision 017f22e2-79b0-7cc3-98c4-dc0c0c0739dd\n"
	"batch 017f22e2-79b0-7cc3-98c4-dc0c0c07398f\nleaf 2\nagency 9971\nkind PPPK_PW\nstep NI\nact reject\n"
	"official Sekar Contoh\nposition -\nreason Tidak memenuhi syarat\n"
	"rulebook 0000000000000000000000000000000000000000000000000000000000000000\n"
	"accepted 0\nreturned 0\nreview 0\nrejected 1\nrecord 2 rejected\nend\n";

static const char deed_text[] =
	"lantik-deed 1\ndeed 017f22e2-79b0-7cc3-98c4-dc0c0c0739ee\nkind erase\norigin lantik.test/99\n"
	"batch 017f22e2-79b0-7cc3-98c4-dc0c0c07398f\nleaf 2\nrecord 2\nbody 2\n"
	"official Sekar Contoh\nreason permintaan yang bersangkutan\nend\n";

/* A ledger of any length whose newest leaf is the batch, the decision or the deed; what a daemon has after its commit.
 */
struct world {
	struct lantik_skey key;
	struct lantik_buffer leaf, note, receipt;
	struct lantik_proof proof;
	uint64_t index;
	const char *text; /* behind the checkpoint */
};

static const enum lantik_leaf_type types[] = {LANTIK_LEAF_BATCH, LANTIK_LEAF_DECISION, LANTIK_LEAF_ERASURE};

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

static void world_decision(struct world *world, uint64_t leaf_index, const char *statement)
{
	struct lantik_decision_leaf leaf = {.leaf_index = leaf_index,
		.office = lantik_span_of("kanreg-99"),
		.batch_leaf_index = leaf_index - 1,
		.row_format = 1,
		.requested_at = INT64_C(1764547200000000),
		.recorded_at = INT64_C(1764547200400000),
		.durability = LANTIK_DURABLE_LOCAL};
	lantik_sha256(lantik_span_of(statement), leaf.statement_sha256);
	cr_assert_eq(lantik_decision_leaf_format(&leaf, &world->leaf), LANTIK_OK);
}

static void world_deed(struct world *world, uint64_t leaf_index, const char *deed)
{
	struct lantik_deed_leaf leaf = {.type = LANTIK_LEAF_ERASURE,
		.leaf_index = leaf_index,
		.requested_at = INT64_C(1764547200000000),
		.recorded_at = INT64_C(1764547200400000),
		.durability = LANTIK_DURABLE_LOCAL};
	lantik_sha256(lantik_span_of(deed), leaf.deed_sha256);
	cr_assert_eq(lantik_deed_leaf_format(&leaf, &world->leaf), LANTIK_OK);
}

/* Signs whatever stands in world->leaf as leaf index, and puts the receipt together. */
static void world_sign(struct world *world, uint64_t index)
{
	struct lantik_edge edge = {0};
	uint8_t seed[LANTIK_SEED] = {99}, hash[LANTIK_HASH], root[LANTIK_HASH];
	world->index = index;
	cr_assert_eq(lantik_skey_make("lantik.test/99", seed, &world->key), LANTIK_OK);
	for (uint64_t i = 0; i < index; i++) {
		lantik_leaf_hash((struct lantik_span){(const uint8_t *)&i, sizeof i}, hash);
		lantik_edge_append(&edge, hash, NULL, NULL);
	}
	lantik_edge_proof(&edge, &world->proof);
	lantik_leaf_hash(lantik_buffer_span(&world->leaf), hash);
	lantik_edge_append(&edge, hash, NULL, NULL);
	lantik_edge_root(&edge, root);
	cr_assert_eq(lantik_checkpoint_sign(edge.size, root, &world->key, 1, &world->note), LANTIK_OK);
	cr_assert_eq(lantik_receipt_format(lantik_buffer_span(&world->leaf), index, &world->proof,
			     lantik_buffer_span(&world->note), lantik_span_of(world->text), &world->receipt),
		LANTIK_OK);
}

static struct world world_of(uint64_t index, enum lantik_leaf_type type)
{
	struct world world = {.text = type == LANTIK_LEAF_BATCH      ? verdict_text
				      : type == LANTIK_LEAF_DECISION ? statement_text
								     : deed_text};
	if (type == LANTIK_LEAF_BATCH)
		world_leaf(&world, index, world.text);
	else if (type == LANTIK_LEAF_DECISION)
		world_decision(&world, index, world.text);
	else
		world_deed(&world, index, world.text);
	world_sign(&world, index);
	return world;
}

static struct world world_make(uint64_t index)
{
	return world_of(index, LANTIK_LEAF_BATCH);
}

static void world_free(struct world *world)
{
	lantik_buffer_free(&world->leaf);
	lantik_buffer_free(&world->note);
	lantik_buffer_free(&world->receipt);
}

/* With one pinned key, as an office begins. */
static enum lantik_error verify(struct lantik_receipt *receipt, const struct lantik_vkey *key)
{
	struct lantik_trust trust;
	lantik_trust_start(&trust, key, NULL);
	return lantik_receipt_verify(receipt, &trust);
}

static enum lantik_error judge(struct lantik_span text, const struct lantik_vkey *key)
{
	struct lantik_receipt receipt;
	enum lantik_error error = lantik_receipt_parse(text, &receipt);
	if (error)
		return error;
	error = verify(&receipt, key);
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
		cr_assert_eq(verify(&receipt, &world.key.vkey), LANTIK_OK);
		cr_assert_eq(receipt.index, index);
		cr_assert_eq(receipt.head.size, index + 1);
		cr_assert_eq(receipt.proof.count, world.proof.count);
		cr_assert(lantik_span_equal(receipt.checkpoint, lantik_buffer_span(&world.note)));
		cr_assert(lantik_span_is(receipt.verdict_text, verdict_text));
		cr_assert(lantik_span_equal(lantik_buffer_span(&receipt.leaf_bytes), lantik_buffer_span(&world.leaf)));
		cr_assert(lantik_span_is(receipt.leaf.office, "kanreg-99"));
		cr_assert(receipt.type == LANTIK_LEAF_BATCH && receipt.statement_text.len == 0);
		lantik_receipt_free(&receipt);
		world_free(&world);
	}
}

Test(receipt, of_a_decision_says_what_was_put_in)
{
	for (uint64_t index = 1; index < 70; index++) {
		struct world world = world_of(index, LANTIK_LEAF_DECISION);
		struct lantik_receipt receipt;
		cr_assert_eq(lantik_receipt_parse(lantik_buffer_span(&world.receipt), &receipt), LANTIK_OK);
		cr_assert_eq(verify(&receipt, &world.key.vkey), LANTIK_OK);
		cr_assert_eq(receipt.type, LANTIK_LEAF_DECISION);
		cr_assert_eq(receipt.head.size, index + 1);
		cr_assert(lantik_span_is(receipt.statement_text, statement_text));
		cr_assert(lantik_span_is(receipt.decision.office, "kanreg-99"));
		cr_assert_eq(receipt.decision.leaf_index, index);
		cr_assert(receipt.verdict_text.len == 0 && receipt.leaf.office.len == 0, "no batch is spoken of");
		lantik_receipt_free(&receipt);
		world_free(&world);
	}
}

Test(receipt, of_a_deed_says_what_was_put_in)
{
	for (uint64_t index = 0; index < 70; index++) {
		struct world world = world_of(index, LANTIK_LEAF_ERASURE);
		struct lantik_receipt receipt;
		cr_assert_eq(lantik_receipt_parse(lantik_buffer_span(&world.receipt), &receipt), LANTIK_OK);
		cr_assert_eq(verify(&receipt, &world.key.vkey), LANTIK_OK);
		cr_assert(receipt.type == LANTIK_LEAF_ERASURE && receipt.deed.type == LANTIK_LEAF_ERASURE);
		cr_assert(receipt.head.size == index + 1 && receipt.head.epoch == 1);
		cr_assert(lantik_span_is(receipt.deed_text, deed_text) && receipt.deed.leaf_index == index);
		cr_assert(receipt.verdict_text.len == 0 && receipt.statement_text.len == 0);
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
	for (size_t kind = 0; kind < LANTIK_COUNT(types); kind++) {
		struct world world = world_of(6, types[kind]);
		struct lantik_buffer *text = &world.receipt;
		for (size_t i = 0; i < text->len; i++)
			for (unsigned bit = 0; bit < 8; bit++) {
				text->data[i] ^= (uint8_t)(1u << bit);
				cr_assert_neq(judge(lantik_buffer_span(text), &world.key.vkey), LANTIK_OK,
					"byte %zu, bit %u", i, bit);
				text->data[i] ^= (uint8_t)(1u << bit);
			}
		cr_assert_eq(judge(lantik_buffer_span(text), &world.key.vkey), LANTIK_OK);
		world_free(&world);
	}
}

Test(receipt, every_replaced_byte_is_refused)
{
	for (size_t kind = 0; kind < LANTIK_COUNT(types); kind++) {
		static const char instead[] = "\n\r \t=+/0A\xe2";
		struct world world = world_of(6, types[kind]);
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
}

Test(receipt, every_cut_missing_and_doubled_byte_is_refused)
{
	for (size_t kind = 0; kind < LANTIK_COUNT(types); kind++) {
		struct world world = world_of(6, types[kind]);
		const struct lantik_buffer *text = &world.receipt;
		for (size_t i = 0; i < text->len; i++) {
			cr_assert_neq(judge((struct lantik_span){text->data, i}, &world.key.vkey), LANTIK_OK);
			for (int doubled = 0; doubled < 2; doubled++) {
				struct lantik_buffer changed = {0};
				lantik_buffer_append(&changed, text->data, i + (size_t)doubled);
				size_t from = doubled ? i : i + 1;
				lantik_buffer_append(&changed, text->data + from, text->len - from);
				cr_assert_neq(
					judge(lantik_buffer_span(&changed), &world.key.vkey), LANTIK_OK, "byte %zu", i);
				lantik_buffer_free(&changed);
			}
		}
		world_free(&world);
	}
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

/* A centre that signs everything that it should not: the leaf of one type never carries the text of the other. */
static enum lantik_error judge_signed(struct world *world, uint64_t index, const char *text)
{
	world->text = text;
	world_sign(world, index);
	enum lantik_error error = judge(lantik_buffer_span(&world->receipt), &world->key.vkey);
	world_free(world);
	return error;
}

Test(receipt, a_deed_is_never_taken_for_another_nor_the_reverse)
{
	struct world world = {0};
	world_deed(&world, 3, deed_text);
	cr_assert_eq(judge_signed(&world, 3, deed_text), LANTIK_OK);
	world_deed(&world, 3, verdict_text);
	cr_assert_eq(judge_signed(&world, 3, verdict_text), LANTIK_E_MALFORMED);
	world_deed(&world, 3, statement_text);
	cr_assert_eq(judge_signed(&world, 3, statement_text), LANTIK_E_MALFORMED);
	world_leaf(&world, 3, deed_text);
	cr_assert_eq(judge_signed(&world, 3, deed_text), LANTIK_E_MALFORMED);
	world_decision(&world, 3, deed_text);
	cr_assert_eq(judge_signed(&world, 3, deed_text), LANTIK_E_MALFORMED);
}

Test(receipt, a_decision_is_never_taken_for_a_batch_nor_the_reverse)
{
	struct world world = {0};
	world_leaf(&world, 3, verdict_text);
	cr_assert_eq(judge_signed(&world, 3, verdict_text), LANTIK_OK);
	world_decision(&world, 3, statement_text);
	cr_assert_eq(judge_signed(&world, 3, statement_text), LANTIK_OK);
	world_leaf(&world, 3, statement_text);
	cr_assert_eq(judge_signed(&world, 3, statement_text), LANTIK_E_MALFORMED);
	world_decision(&world, 3, verdict_text);
	cr_assert_eq(judge_signed(&world, 3, verdict_text), LANTIK_E_MALFORMED);
	for (unsigned type = 0; type < 256; type++) {
		if (type == LANTIK_LEAF_BATCH)
			continue;
		world_leaf(&world, 3, verdict_text);
		world.leaf.data[2] = (uint8_t)type;
		cr_assert_eq(judge_signed(&world, 3, verdict_text), LANTIK_E_MALFORMED, "type %u", type);
	}
}

/* A proof at a later size is as true, but a receipt has one form for ever. */
Test(receipt, a_later_checkpoint_is_refused)
{
	struct world world = world_make(6);
	struct lantik_edge edge = {0};
	uint8_t hash[LANTIK_HASH], root[LANTIK_HASH], extra[LANTIK_HASH] = {8};
	for (uint64_t i = 0; i < 6; i++) {
		lantik_leaf_hash((struct lantik_span){(const uint8_t *)&i, sizeof i}, hash);
		lantik_edge_append(&edge, hash, NULL, NULL);
	}
	lantik_leaf_hash(lantik_buffer_span(&world.leaf), hash);
	lantik_edge_append(&edge, hash, NULL, NULL);
	lantik_edge_append(&edge, extra, NULL, NULL);
	lantik_edge_root(&edge, root);
	struct lantik_proof proof = {.count = 3};
	memcpy(proof.hashes[0], extra, LANTIK_HASH);
	memcpy(proof.hashes[1], world.proof.hashes[0], LANTIK_HASH);
	memcpy(proof.hashes[2], world.proof.hashes[1], LANTIK_HASH);
	cr_assert_eq(lantik_inclusion_verify(6, 8, hash, &proof, root), LANTIK_OK);
	lantik_buffer_free(&world.note);
	cr_assert_eq(lantik_checkpoint_sign(8, root, &world.key, 1, &world.note), LANTIK_OK);
	cr_assert_eq(judge_mixed(&world, 6, &proof, &world, verdict_text), LANTIK_E_BAD_PROOF);
	world_free(&world);
}

/* One text behind the other: what stands first is no longer alone. */
Test(receipt, a_second_text_is_refused)
{
	static char verdict_first[sizeof verdict_text + sizeof statement_text + 1];
	static char statement_first[sizeof verdict_first];
	struct world batch = world_make(3), decision = world_of(3, LANTIK_LEAF_DECISION);
	snprintf(verdict_first, sizeof verdict_first, "%s\n%s", verdict_text, statement_text);
	snprintf(statement_first, sizeof statement_first, "%s\n%s", statement_text, verdict_text);
	cr_assert_eq(judge_mixed(&batch, 3, &batch.proof, &batch, verdict_first), LANTIK_E_BAD_PROOF);
	cr_assert_neq(judge_mixed(&batch, 3, &batch.proof, &batch, statement_first), LANTIK_OK);
	cr_assert_eq(judge_mixed(&decision, 3, &decision.proof, &decision, statement_first), LANTIK_E_BAD_PROOF);
	cr_assert_neq(judge_mixed(&decision, 3, &decision.proof, &decision, verdict_first), LANTIK_OK);
	cr_assert_eq(judge_mixed(&decision, 3, &batch.proof, &batch, statement_text), LANTIK_E_BAD_PROOF);
	world_free(&batch);
	world_free(&decision);
}

Test(receipt, needs_the_pinned_key_and_origin)
{
	struct world world = world_make(3);
	struct lantik_skey other;
	uint8_t seed[LANTIK_SEED] = {98};
	cr_assert_eq(lantik_skey_make("lantik.test/99", seed, &other), LANTIK_OK);
	cr_assert_eq(judge(lantik_buffer_span(&world.receipt), &other.vkey), LANTIK_E_BAD_SIGNATURE);
	cr_assert_eq(lantik_skey_make("lantik.test/98", world.key.seed, &other), LANTIK_OK);
	cr_assert_eq(judge(lantik_buffer_span(&world.receipt), &other.vkey), LANTIK_E_MISMATCH);
	world_free(&world);
}

Test(receipt, failed_verification_proves_nothing)
{
	struct world world = world_make(3);
	struct lantik_receipt receipt;
	world.receipt.data[world.receipt.len - 2] ^= 1;
	cr_assert_eq(lantik_receipt_parse(lantik_buffer_span(&world.receipt), &receipt), LANTIK_OK);
	cr_assert_eq(verify(&receipt, &world.key.vkey), LANTIK_E_BAD_PROOF);
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
