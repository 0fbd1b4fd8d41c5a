/* The layout of a batch leaf, in both directions side by side.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/ledger.h"

#include <string.h>

/* format, type, leaf_index, and the length of the office's name */
#define HEAD (2u + 1u + 8u + 1u)
/* everything after the office's name */
#define TAIL (16u + 32u + 4u + 32u + 32u + 32u + 4u + 2u + 32u + 8u + 8u + 1u)

_Static_assert(HEAD + LANTIK_MAX_OFFICE_NAME + TAIL <= LANTIK_MAX_LEAF, "a batch leaf fits");

static bool is_sound(const struct lantik_batch_leaf *leaf)
{
	return leaf->office.len > 0 && leaf->office.len <= LANTIK_MAX_OFFICE_NAME &&
	       leaf->durability >= LANTIK_DURABLE_LOCAL && leaf->durability <= LANTIK_DURABLE_UNSAFE;
}

static uint8_t *put_number(uint8_t *out, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		out[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
	return out + bytes;
}

static uint8_t *put_bytes(uint8_t *out, const void *data, size_t len)
{
	memcpy(out, data, len);
	return out + len;
}

enum lantik_error lantik_batch_leaf_format(const struct lantik_batch_leaf *leaf, struct lantik_buffer *ret)
{
	if (!is_sound(leaf))
		return LANTIK_E_MALFORMED;
	uint8_t *out = lantik_buffer_extend(ret, HEAD + leaf->office.len + TAIL);
	if (!out)
		return ret->error;
	out = put_number(out, LANTIK_LEAF_FORMAT, 2);
	out = put_number(out, LANTIK_LEAF_BATCH, 1);
	out = put_number(out, leaf->leaf_index, 8);
	out = put_number(out, leaf->office.len, 1);
	out = put_bytes(out, leaf->office.data, leaf->office.len);
	out = put_bytes(out, leaf->batch_id, sizeof leaf->batch_id);
	out = put_bytes(out, leaf->body_sha256, LANTIK_HASH);
	out = put_bytes(out, leaf->signing_key_id, sizeof leaf->signing_key_id);
	out = put_bytes(out, leaf->signature_sha256, LANTIK_HASH);
	out = put_bytes(out, leaf->verdict_sha256, LANTIK_HASH);
	out = put_bytes(out, leaf->rulebook_sha256, LANTIK_HASH);
	out = put_number(out, leaf->rows, 4);
	out = put_number(out, leaf->row_format, 2);
	out = put_bytes(out, leaf->rows_root, LANTIK_HASH);
	out = put_number(out, (uint64_t)leaf->received_at, 8);
	out = put_number(out, (uint64_t)leaf->recorded_at, 8);
	put_number(out, leaf->durability, 1);
	return LANTIK_OK;
}

static uint64_t take_number(const uint8_t **in, unsigned bytes)
{
	uint64_t value = 0;
	for (unsigned i = 0; i < bytes; i++)
		value = value << 8 | *(*in)++;
	return value;
}

/* Two's complement without relying on what a conversion out of range does. */
static int64_t take_signed(const uint8_t **in)
{
	uint64_t value = take_number(in, 8);
	int64_t ret;
	memcpy(&ret, &value, sizeof ret);
	return ret;
}

static void take_bytes(const uint8_t **in, void *ret, size_t len)
{
	memcpy(ret, *in, len);
	*in += len;
}

static void take_tail(const uint8_t *in, struct lantik_batch_leaf *ret)
{
	take_bytes(&in, ret->batch_id, sizeof ret->batch_id);
	take_bytes(&in, ret->body_sha256, LANTIK_HASH);
	take_bytes(&in, ret->signing_key_id, sizeof ret->signing_key_id);
	take_bytes(&in, ret->signature_sha256, LANTIK_HASH);
	take_bytes(&in, ret->verdict_sha256, LANTIK_HASH);
	take_bytes(&in, ret->rulebook_sha256, LANTIK_HASH);
	ret->rows = (uint32_t)take_number(&in, 4);
	ret->row_format = (uint16_t)take_number(&in, 2);
	take_bytes(&in, ret->rows_root, LANTIK_HASH);
	ret->received_at = take_signed(&in);
	ret->recorded_at = take_signed(&in);
	ret->durability = (uint8_t)take_number(&in, 1);
}

enum lantik_error lantik_batch_leaf_parse(struct lantik_span bytes, struct lantik_batch_leaf *ret)
{
	if (bytes.len < HEAD)
		return LANTIK_E_MALFORMED;
	const uint8_t *in = bytes.data;
	if (take_number(&in, 2) != LANTIK_LEAF_FORMAT || take_number(&in, 1) != LANTIK_LEAF_BATCH)
		return LANTIK_E_MALFORMED;
	struct lantik_batch_leaf leaf;
	leaf.leaf_index = take_number(&in, 8);
	leaf.office.len = (size_t)take_number(&in, 1);
	leaf.office.data = in;
	if (bytes.len != HEAD + leaf.office.len + TAIL)
		return LANTIK_E_MALFORMED;
	take_tail(in + leaf.office.len, &leaf);
	if (!is_sound(&leaf))
		return LANTIK_E_MALFORMED;
	*ret = leaf;
	return LANTIK_OK;
}
