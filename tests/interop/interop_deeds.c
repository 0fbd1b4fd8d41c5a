/* Vectors of deeds: every kind with its receipt, a rotation, a recovery, a cosignature, and a reply that is witnessed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "interop.h"

#define RECORDED INT64_C(1764547200500000)
#define COSIGNED_AT UINT64_C(1764547260)
#define MAX_LEAVES 16u

/* A log of its own, with the origin of the other vectors. Which of its keys sign is said leaf by leaf. */
struct chain {
	struct making *making;
	struct lantik_skey recovery, next, auditor;
	struct lantik_edge edge;
	uint8_t leaves[MAX_LEAVES][LANTIK_HASH];
	unsigned epoch;
	bool old_signs, next_signs;
	char base[LANTIK_MAX_ORIGIN + 1];
};

static struct lantik_skey chain_key(struct making *making, const char *value, const char *name, int fill)
{
	uint8_t seed[LANTIK_SEED];
	struct lantik_skey key;

	memset(seed, fill, sizeof seed);
	if (lantik_skey_make(name, seed, &key))
		making_fail(value);
	lantik_buffer_printf(&making->values, "%s_secret_key ", value);
	lantik_skey_format(&key, &making->values);
	lantik_buffer_printf(&making->values, "\n%s_verifier_key ", value);
	lantik_vkey_format(&key.vkey, &making->values);
	lantik_buffer_printf(&making->values, "\n");
	return key;
}

static void chain_start(struct making *making, struct chain *ret)
{
	char recovery[LANTIK_MAX_ORIGIN + 1];
	struct lantik_cosigner cosigner;

	*ret = (struct chain){.making = making, .epoch = 1, .old_signs = true};
	memcpy(ret->base, making->log_key.vkey.name, sizeof ret->base);
	if (!lantik_recovery_name(ret->base, recovery))
		making_fail("the recovery key");
	ret->recovery = chain_key(making, "recovery", recovery, 0x52);
	ret->next = chain_key(making, "next_log", ret->base, 0x4d);
	ret->auditor = chain_key(making, "auditor", "auditor.example/99", 0x41);
	lantik_cosigner_of(&ret->auditor.vkey, &cosigner);
	lantik_buffer_printf(&making->values, "auditor_cosigner_key ");
	lantik_cosigner_format(&cosigner, &making->values);
	lantik_buffer_printf(&making->values, "\n");
}

static void chain_append(struct chain *chain, struct lantik_span leaf)
{
	LANTIK_ASSERT(chain->edge.size < MAX_LEAVES);
	uint8_t *hash = chain->leaves[chain->edge.size];
	lantik_leaf_hash(leaf, hash);
	lantik_edge_append(&chain->edge, hash, NULL, NULL);
}

static void chain_fill(struct chain *chain, unsigned leaves)
{
	for (unsigned i = 0; i < leaves; i++) {
		uint8_t number = (uint8_t)chain->edge.size;
		chain_append(chain, (struct lantik_span){&number, 1});
	}
}

static void chain_note(const struct chain *chain, struct lantik_buffer *ret)
{
	char origin[LANTIK_MAX_ORIGIN + 1];
	struct lantik_skey keys[2];
	uint8_t root[LANTIK_HASH];
	size_t count = 0;

	if (!lantik_epoch_origin(chain->base, chain->epoch, origin))
		making_fail("an origin");
	if (chain->old_signs && lantik_skey_rename(&chain->making->log_key, origin, &keys[count++]))
		making_fail("a key");
	if (chain->next_signs && lantik_skey_rename(&chain->next, origin, &keys[count++]))
		making_fail("a key");
	lantik_edge_root(&chain->edge, root);
	if (lantik_checkpoint_sign(chain->edge.size, root, keys, count, ret))
		making_fail("a checkpoint");
}

static void chain_deed_text(const struct chain *chain, const struct lantik_deed *deed, struct lantik_buffer *ret)
{
	struct lantik_buffer text = {0};

	if (lantik_deed_format(deed, &text))
		making_fail(lantik_word(LANTIK_WORDS_deed_kind, (int32_t)deed->kind, LANTIK_ENGLISH));
	if (!lantik_deed_is_signed_kind(deed->kind))
		lantik_buffer_append_span(ret, lantik_buffer_span(&text));
	else if (lantik_note_sign(lantik_buffer_span(&text), &chain->recovery, ret))
		making_fail("a signed deed");
	lantik_buffer_free(&text);
}

static void chain_leaf(
	const struct chain *chain, const struct lantik_deed *deed, struct lantik_span text, struct lantik_buffer *ret)
{
	struct lantik_deed_leaf leaf = {.type = lantik_deed_leaf_type(deed->kind),
		.leaf_index = chain->edge.size,
		.requested_at = RECORDED - 700000,
		.recorded_at = RECORDED,
		.durability = LANTIK_DURABLE_LOCAL};

	memcpy(leaf.deed_id, deed->deed_id, sizeof leaf.deed_id);
	lantik_sha256(text, leaf.deed_sha256);
	if (lantik_deed_leaf_format(&leaf, ret))
		making_fail("a deed's leaf");
}

/* Writes the deed, and its receipt as the next leaf, signed by whoever signs from here on. */
static void chain_deed(struct chain *chain, const struct lantik_deed *deed, struct lantik_buffer *ret_receipt)
{
	struct lantik_buffer text = {0}, leaf = {0}, note = {0};
	struct lantik_proof proof;
	uint64_t index = chain->edge.size;
	char name[64];

	chain_deed_text(chain, deed, &text);
	chain_leaf(chain, deed, lantik_buffer_span(&text), &leaf);
	lantik_edge_proof(&chain->edge, &proof);
	chain_append(chain, lantik_buffer_span(&leaf));
	chain_note(chain, &note);
	lantik_buffer_reset(ret_receipt);
	if (lantik_receipt_format(lantik_buffer_span(&leaf), index, &proof, lantik_buffer_span(&note),
		    lantik_buffer_span(&text), ret_receipt))
		making_fail("a deed's receipt");
	const char *kind = lantik_word(LANTIK_WORDS_deed_kind, (int32_t)deed->kind, LANTIK_ENGLISH);
	snprintf(name, sizeof name, "deed-%s.txt", kind);
	making_file(chain->making, name, lantik_buffer_span(&text));
	snprintf(name, sizeof name, "deed-%s-receipt.txt", kind);
	making_file(chain->making, name, lantik_buffer_span(ret_receipt));
	lantik_buffer_free(&text);
	lantik_buffer_free(&leaf);
	lantik_buffer_free(&note);
}

static struct lantik_deed deed_of(const struct chain *chain, enum lantik_deed_kind kind)
{
	struct lantik_deed deed = {.kind = kind,
		.deed_id = {0x01, 0x99, 0x0a, 0x3c, 0x5e, 0x00, 0x70, 0x00, 0x80, 0, 0, 0, 0, 0, 0x0d, (uint8_t)kind},
		.origin = lantik_span_of(chain->base)};

	if (kind != LANTIK_DEED_OFFICE_ADD && kind != LANTIK_DEED_SCOPE) {
		deed.official = lantik_span_of("Sekar Contoh");
		deed.reason = lantik_span_of("pergantian berkala \xe2\x80\x94 surat terlampir");
	}
	return deed;
}

static void make_office_deeds(struct chain *chain)
{
	struct lantik_buffer receipt = {0};

	for (int kind = LANTIK_DEED_OFFICE_ADD; kind <= LANTIK_DEED_SCOPE; kind++) {
		struct lantik_deed deed = deed_of(chain, (enum lantik_deed_kind)kind);
		deed.office = lantik_span_of(MAKING_OFFICE);
		deed.sign = chain->making->office_key.vkey;
		memset(deed.curve, 0x43 + kind % 2, sizeof deed.curve);
		if (kind == LANTIK_DEED_OFFICE_ADD)
			deed.scope.kanreg = lantik_span_of("99");
		deed.scope.agencies[0] = lantik_span_of("9971");
		deed.scope.agencies[1] = lantik_span_of("9972");
		deed.scope.agency_count = kind == LANTIK_DEED_SCOPE ? 2 : 0;
		deed.scope.from = kind == LANTIK_DEED_SCOPE ? 20260101 : 0;
		chain_deed(chain, &deed, &receipt);
	}
	lantik_buffer_free(&receipt);
}

/* A person whose record was first returned, then accepted, and then taken up by a decision. */
static void make_erasure(struct chain *chain)
{
	struct lantik_erased_row rows[] = {
		{.leaf_index = 2, .record_no = 7, .group = 1}, {.leaf_index = 3, .record_no = 7}};
	struct lantik_erased_row returned[] = {{.leaf_index = 1, .record_no = 2}};
	uint64_t bodies[] = {1, 2};
	struct lantik_erased_place places[] = {{.agency = lantik_span_of("9971"),
		.kind = LANTIK_PPPK_PW,
		.programme = lantik_span_of("PW2024"),
		.group = 1,
		.used = 1}};
	struct lantik_erased_rejection rejections[] = {{.kind = LANTIK_CPNS, .leaf_index = 3}};
	struct lantik_deed deed = deed_of(chain, LANTIK_DEED_ERASE);
	struct lantik_buffer text = {0};

	memset(rows[0].hash, 0xa1, LANTIK_HASH);
	memset(rows[1].hash, 0xa2, LANTIK_HASH);
	memset(returned[0].hash, 0xa3, LANTIK_HASH);
	memcpy(deed.erasure.batch_id, deed.deed_id, sizeof deed.deed_id);
	deed.erasure.leaf_index = 2;
	deed.erasure.record_no = 7;
	chain_deed_text(chain, &deed, &text);
	making_buffer(chain->making, "deed-erase-request.txt", &text);
	deed.erasure.rows = rows;
	deed.erasure.row_count = LANTIK_COUNT(rows);
	deed.erasure.returned = returned;
	deed.erasure.returned_count = LANTIK_COUNT(returned);
	deed.erasure.bodies = bodies;
	deed.erasure.body_count = LANTIK_COUNT(bodies);
	deed.erasure.places = places;
	deed.erasure.place_count = LANTIK_COUNT(places);
	deed.erasure.rejections = rejections;
	deed.erasure.rejection_count = LANTIK_COUNT(rejections);
	chain_deed(chain, &deed, &text);
	lantik_buffer_free(&text);
}

static bool chain_node(void *context, unsigned level, uint64_t index, uint8_t ret[LANTIK_HASH])
{
	const struct chain *chain = context;

	lantik_root_of(chain->leaves[index << level], (size_t)1 << level, ret);
	return true;
}

/* What an office that held the checkpoint of `from` leaves is answered: the proof, and the deed that came since. */
static void make_witnessed(struct chain *chain, uint64_t from, struct lantik_span deed_receipt)
{
	static const uint8_t request_id[LANTIK_REQUEST_ID] = {0x77, 0x69, 0x74};
	struct lantik_buffer note = {0}, out = {0};

	chain_note(chain, &note);
	struct lantik_envelope envelope = {.protocol_version = LANTIK_PROTOCOL_VERSION,
		.request_id = {request_id, sizeof request_id},
		.message = LANTIK_STATUS_ANSWER,
		.checkpoint = lantik_buffer_span(&note),
		.deeds = {deed_receipt},
		.deed_count = 1};
	if (lantik_consistency_proof(chain_node, chain, from, chain->edge.size, &envelope.consistency) ||
		lantik_envelope_encode(&envelope, &out))
		making_fail("envelope-witnessed.bin");
	making_buffer(chain->making, "envelope-witnessed.bin", &out);
	lantik_buffer_free(&note);
	lantik_buffer_free(&out);
}

/* The next key signs beside the old one, which then is found to have been in other hands since size 6. */
static void make_rotation(struct chain *chain)
{
	struct lantik_deed deed = deed_of(chain, LANTIK_DEED_RECEIPT_KEY_ADD);
	struct lantik_buffer receipt = {0};

	deed.key = chain->next.vkey;
	chain->next_signs = true;
	chain_deed(chain, &deed, &receipt);
	make_erasure(chain);
	deed = deed_of(chain, LANTIK_DEED_RECEIPT_KEY_RETIRE);
	deed.key = chain->making->log_key.vkey;
	deed.is_compromised = true;
	deed.compromised_from = 6;
	chain->old_signs = false;
	chain_deed(chain, &deed, &receipt);
	make_witnessed(chain, 6, lantik_buffer_span(&receipt));
	lantik_buffer_free(&receipt);
}

/* Three leaves were signed and then lost; the log goes on without them under its second epoch. */
static void make_recovery(struct chain *chain)
{
	struct chain ahead = *chain;
	struct lantik_deed deed = deed_of(chain, LANTIK_DEED_RECOVER);
	struct lantik_tree_head *lost = &deed.recovery.lost[0];
	struct lantik_buffer out = {0};

	chain_fill(&ahead, 3);
	chain_note(&ahead, &out);
	making_buffer(chain->making, "checkpoint-lost.txt", &out);
	lost->size = ahead.edge.size;
	lantik_edge_root(&ahead.edge, lost->root);
	deed.recovery.lost_count = 1;
	deed.recovery.epoch = chain->epoch = 2;
	deed.recovery.size.size = chain->edge.size;
	lantik_edge_root(&chain->edge, deed.recovery.size.root);
	deed.recovery.common = deed.recovery.size;
	chain_deed(chain, &deed, &out);
	lantik_buffer_free(&out);
}

static void make_cosigned(struct chain *chain)
{
	struct lantik_buffer note = {0}, out = {0};

	chain_fill(chain, 1);
	chain_note(chain, &note);
	if (lantik_checkpoint_cosign(lantik_buffer_span(&note), &chain->auditor, COSIGNED_AT, &out))
		making_fail("checkpoint-cosigned.txt");
	making_buffer(chain->making, "checkpoint-cosigned.txt", &out);
	making_buffer(chain->making, "checkpoint-epoch-2.txt", &note);
	lantik_buffer_free(&note);
	lantik_buffer_free(&out);
}

void interop_make_deeds(struct making *making)
{
	struct chain chain;

	chain_start(making, &chain);
	make_office_deeds(&chain);
	make_rotation(&chain);
	make_recovery(&chain);
	make_cosigned(&chain);
}
