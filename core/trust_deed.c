/* How a trust grows: by deeds that the recovery key signed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lantik/receipt.h"
#include "lantik/trust.h"

static struct lantik_trusted_key *find_key(struct lantik_trust *trust, const struct lantik_vkey *key)
{
	for (size_t i = 0; i < trust->key_count; i++)
		if (memcmp(trust->keys[i].vkey.public_key, key->public_key, LANTIK_PUBLIC_KEY) == 0)
			return &trust->keys[i];
	return NULL;
}

/* More keys than a checkpoint is signed by would leave one out without a word. */
static bool has_room(const struct lantik_trust *trust, uint64_t size)
{
	struct lantik_vkey signers[LANTIK_MAX_SIGNERS];
	size_t count;
	lantik_trust_signers(trust, size, signers, &count);
	return trust->key_count < LANTIK_MAX_TRUSTED_KEYS && count < LANTIK_MAX_SIGNERS;
}

static enum lantik_error add_key(struct lantik_trust *trust, const struct lantik_vkey *key, uint64_t leaf_index)
{
	if (find_key(trust, key))
		return LANTIK_OK;
	if (!has_room(trust, leaf_index + 1))
		return LANTIK_E_TOO_LARGE;
	trust->keys[trust->key_count++] = (struct lantik_trusted_key){.vkey = *key,
		.from_size = leaf_index + 1,
		.until_size = LANTIK_TRUST_OPEN,
		.compromised_from = LANTIK_TRUST_OPEN,
		.is_added = true,
		.added_leaf = leaf_index};
	return LANTIK_OK;
}

/* What the compromised key signed alone would otherwise be provable by nobody any more: the keys that go on count for
 * those sizes, too, and sign them again. */
static void stand_in(struct lantik_trust *trust, uint64_t from_size, uint64_t size)
{
	for (size_t i = 0; i < trust->key_count; i++) {
		struct lantik_trusted_key *key = &trust->keys[i];
		if (key->from_size > from_size && key->from_size <= size && size < key->until_size)
			key->from_size = from_size;
	}
}

/* A compromise that was known earlier, or reaches further back, stays. */
static void retire_key(struct lantik_trust *trust, const struct lantik_deed *deed, uint64_t leaf_index)
{
	struct lantik_trusted_key *key = find_key(trust, &deed->key);
	if (!key)
		return;
	if (leaf_index + 1 < key->until_size)
		key->until_size = leaf_index + 1;
	if (!deed->is_compromised || deed->compromised_from >= key->compromised_from)
		return;
	key->compromised_from = deed->compromised_from;
	key->compromised_leaf = leaf_index;
	stand_in(trust, key->compromised_from, leaf_index + 1);
}

static bool is_same(const struct lantik_recovered *held, const struct lantik_recovered *told)
{
	return held->epoch == told->epoch && held->first == told->first && held->common == told->common &&
	       held->size == told->size && memcmp(held->common_root, told->common_root, LANTIK_HASH) == 0 &&
	       memcmp(held->size_root, told->size_root, LANTIK_HASH) == 0;
}

static bool is_held(const struct lantik_trust *trust, const struct lantik_recovered *told)
{
	for (size_t i = 0; i < trust->epoch_count; i++)
		if (is_same(&trust->epochs[i], told))
			return true;
	return false;
}

/* The retirement stood in a leaf that the tree does not have, so the ledger goes on with the key; but a compromised key
 * never comes back. One between what is common and the tree's end may be of either side, and stays. */
static void undo_lost(struct lantik_trust *trust, uint64_t size)
{
	for (size_t i = 0; i < trust->key_count; i++) {
		struct lantik_trusted_key *key = &trust->keys[i];
		if (key->until_size != LANTIK_TRUST_OPEN && key->until_size > size &&
			key->compromised_from == LANTIK_TRUST_OPEN)
			key->until_size = LANTIK_TRUST_OPEN;
	}
}

/* A ledger may have lost the very leaf of an earlier recovery, so a later epoch need not be the next one. */
static enum lantik_error recover(
	struct lantik_trust *trust, const struct lantik_deed_recovery *recovery, uint64_t leaf_index)
{
	struct lantik_recovered told = {.epoch = recovery->epoch,
		.first = leaf_index,
		.common = recovery->common.size,
		.size = recovery->size.size};
	memcpy(told.common_root, recovery->common.root, LANTIK_HASH);
	memcpy(told.size_root, recovery->size.root, LANTIK_HASH);
	if (is_held(trust, &told))
		return LANTIK_OK;
	if (recovery->epoch <= trust->epoch || recovery->size.size != leaf_index)
		return LANTIK_E_MISMATCH;
	if (trust->epoch_count == LANTIK_MAX_RECOVERIES)
		return LANTIK_E_TOO_LARGE;
	trust->epochs[trust->epoch_count++] = told;
	trust->epoch = told.epoch;
	undo_lost(trust, told.size);
	return LANTIK_OK;
}

static enum lantik_error apply(struct lantik_trust *trust, const struct lantik_deed *deed, uint64_t leaf_index)
{
	if (deed->kind == LANTIK_DEED_RECEIPT_KEY_ADD)
		return add_key(trust, &deed->key, leaf_index);
	if (deed->kind == LANTIK_DEED_RECOVER)
		return recover(trust, &deed->recovery, leaf_index);
	retire_key(trust, deed, leaf_index);
	return LANTIK_OK;
}

enum lantik_error lantik_trust_take(struct lantik_trust *trust, const struct lantik_deed *deed, uint64_t leaf_index)
{
	if (!lantik_span_is(deed->origin, trust->origin))
		return LANTIK_E_MISMATCH;
	if (!lantik_deed_is_signed_kind(deed->kind))
		return LANTIK_OK;
	if (!trust->has_recovery)
		return LANTIK_E_NOT_FOUND;
	enum lantik_error error = lantik_deed_signature(deed, &trust->recovery);
	if (error)
		return error;
	return apply(trust, deed, leaf_index);
}

static enum lantik_error add_receipt(struct lantik_trust *trust, struct lantik_receipt *receipt)
{
	struct lantik_deed deed;
	struct lantik_trust grown = *trust;
	enum lantik_error error = lantik_deed_parse(receipt->deed_text, &deed);
	if (error)
		return error;
	error = lantik_trust_take(&grown, &deed, receipt->index);
	lantik_deed_free(&deed);
	if (!error)
		error = lantik_receipt_verify(receipt, &grown);
	if (!error)
		*trust = grown;
	return error;
}

enum lantik_error lantik_trust_add(struct lantik_trust *trust, struct lantik_span deed_receipt)
{
	struct lantik_receipt receipt;
	enum lantik_error error = lantik_receipt_parse(deed_receipt, &receipt);
	if (error)
		return error;
	error = lantik_is_deed_type(receipt.type) ? add_receipt(trust, &receipt) : LANTIK_E_MALFORMED;
	lantik_receipt_free(&receipt);
	return error;
}
