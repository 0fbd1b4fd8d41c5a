/* Proves a receipt through a later checkpoint of the same ledger.
 * SPDX-License-Identifier: Apache-2.0 */
#include "through.h"

#include <string.h>

bool lantik_checkpoint_of_log(struct lantik_span note, const struct lantik_trust *trust, struct lantik_checkpoint *ret)
{
	char origin[LANTIK_MAX_ORIGIN + 1];
	if (lantik_checkpoint_read(note, ret) != LANTIK_OK)
		return false;
	for (ret->epoch = 1; ret->epoch <= trust->epoch; ret->epoch++)
		if (lantik_epoch_origin(trust->origin, ret->epoch, origin) && strcmp(origin, ret->origin) == 0)
			return true;
	return false;
}

void lantik_through_format(struct lantik_span later, const struct lantik_proof *proof, struct lantik_buffer *ret)
{
	for (unsigned i = 0; i < proof->count; i++) {
		lantik_base64_append(ret, proof->hashes[i], LANTIK_HASH);
		lantik_buffer_append(ret, "\n", 1);
	}
	lantik_buffer_append(ret, "\n", 1);
	lantik_buffer_append_span(ret, later);
}

static bool take_hash(struct lantik_span line, struct lantik_proof *proof)
{
	struct lantik_buffer hash = {0};
	bool good = proof->count < LANTIK_MAX_PROOF && lantik_base64_decode(line, &hash) == LANTIK_OK &&
		    hash.len == LANTIK_HASH;
	if (good)
		memcpy(proof->hashes[proof->count++], hash.data, LANTIK_HASH);
	lantik_buffer_free(&hash);
	return good;
}

/* The lines up to the blank one; the rest is the note. */
static bool split(struct lantik_span through, struct lantik_proof *ret_proof, struct lantik_span *ret_note)
{
	ret_proof->count = 0;
	while (through.len > 0) {
		const uint8_t *end = memchr(through.data, '\n', through.len);
		size_t length = end ? (size_t)(end - through.data) : 0;
		struct lantik_span line = {through.data, length};
		if (!end)
			return false;
		through = (struct lantik_span){end + 1, through.len - length - 1};
		if (length == 0) {
			*ret_note = through;
			return true;
		}
		if (!take_hash(line, ret_proof))
			return false;
	}
	return false;
}

static enum lantik_error leads_to_leaf(const struct lantik_receipt *receipt, const struct lantik_checkpoint *own)
{
	uint8_t hash[LANTIK_HASH];
	if (own->size == 0 || own->size - 1 != receipt->index)
		return LANTIK_E_BAD_PROOF;
	lantik_leaf_hash(lantik_buffer_span(&receipt->leaf_bytes), hash);
	return lantik_inclusion_verify(receipt->index, own->size, hash, &receipt->proof, own->root);
}

/* The text behind the leaf, and the leaf's own index. */
static enum lantik_error binds_text(const struct lantik_receipt *receipt)
{
	uint8_t hash[LANTIK_HASH];
	bool decision = receipt->type == LANTIK_LEAF_DECISION;
	if (!decision && receipt->type != LANTIK_LEAF_BATCH)
		return LANTIK_E_BAD_SIGNATURE; /* deeds bring their own keys */
	uint64_t index = decision ? receipt->decision.leaf_index : receipt->leaf.leaf_index;
	lantik_sha256(decision ? receipt->statement_text : receipt->verdict_text, hash);
	const uint8_t *bound = decision ? receipt->decision.statement_sha256 : receipt->leaf.verdict_sha256;
	return index == receipt->index && memcmp(hash, bound, LANTIK_HASH) == 0 ? LANTIK_OK : LANTIK_E_BAD_PROOF;
}

static enum lantik_error continues(
	const struct lantik_checkpoint *own, const struct lantik_checkpoint *later, const struct lantik_proof *proof)
{
	if (own->size > later->size)
		return LANTIK_E_BAD_PROOF;
	if (own->size == later->size)
		return memcmp(own->root, later->root, LANTIK_HASH) == 0 ? LANTIK_OK : LANTIK_E_BAD_PROOF;
	return lantik_consistency_verify(own->size, later->size, own->root, later->root, proof);
}

enum lantik_error lantik_receipt_verify_through(
	struct lantik_receipt *receipt, struct lantik_span through, const struct lantik_trust *trust)
{
	struct lantik_proof proof;
	struct lantik_span note;
	struct lantik_checkpoint own, later;
	if (!split(through, &proof, &note) || !lantik_checkpoint_of_log(receipt->checkpoint, trust, &own))
		return LANTIK_E_BAD_SIGNATURE;
	enum lantik_error error = lantik_checkpoint_trusted(note, trust, &later);
	if (error == LANTIK_OK)
		error = continues(&own, &later, &proof);
	if (error == LANTIK_OK)
		error = leads_to_leaf(receipt, &own);
	if (error == LANTIK_OK)
		error = binds_text(receipt);
	if (error == LANTIK_OK)
		receipt->head = own;
	return error;
}
