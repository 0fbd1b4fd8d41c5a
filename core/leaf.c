/* The layouts of the leaves, each in both directions side by side.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/ledger.h"

#include <string.h>

/* format, type, leaf_index, and the length of the office's name */
#define HEAD (2u + 1u + 8u + 1u)
/* everything after the office's name */
#define BATCH_TAIL (16u + 32u + 4u + 32u + 32u + 32u + 4u + 2u + 32u + 32u + 8u + 8u + 1u)
#define DECISION_TAIL (16u + 16u + 8u + 32u + 32u + 4u + 2u + 32u + 8u + 8u + 1u)
/* A deed names no office, and so has no head of that kind. */
#define DEED_LEAF (2u + 1u + 8u + 16u + 32u + 8u + 8u + 1u)

_Static_assert(HEAD + LANTIK_MAX_OFFICE_NAME + BATCH_TAIL <= LANTIK_MAX_LEAF, "a batch leaf fits");
_Static_assert(HEAD + LANTIK_MAX_OFFICE_NAME + DECISION_TAIL <= LANTIK_MAX_LEAF, "a decision leaf fits");

static bool is_durability(uint8_t durability)
{
	return durability >= LANTIK_DURABLE_LOCAL && durability <= LANTIK_DURABLE_UNSAFE;
}

static bool is_sound(struct lantik_span office, uint8_t durability)
{
	return office.len > 0 && office.len <= LANTIK_MAX_OFFICE_NAME && is_durability(durability);
}

bool lantik_is_deed_type(enum lantik_leaf_type type)
{
	return type == LANTIK_LEAF_KEY || type == LANTIK_LEAF_ERASURE || type == LANTIK_LEAF_RECOVERY;
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

/* What every leaf begins with. */
static uint8_t *put_head(uint8_t *out, enum lantik_leaf_type type, uint64_t leaf_index, struct lantik_span office)
{
	out = put_number(out, LANTIK_LEAF_FORMAT, 2);
	out = put_number(out, type, 1);
	out = put_number(out, leaf_index, 8);
	out = put_number(out, office.len, 1);
	return put_bytes(out, office.data, office.len);
}

enum lantik_error lantik_batch_leaf_format(const struct lantik_batch_leaf *leaf, struct lantik_buffer *ret)
{
	if (!is_sound(leaf->office, leaf->durability))
		return LANTIK_E_MALFORMED;
	uint8_t *out = lantik_buffer_extend(ret, HEAD + leaf->office.len + BATCH_TAIL);
	if (!out)
		return ret->error;
	out = put_head(out, LANTIK_LEAF_BATCH, leaf->leaf_index, leaf->office);
	out = put_bytes(out, leaf->batch_id, sizeof leaf->batch_id);
	out = put_bytes(out, leaf->manifest_sha256, LANTIK_HASH);
	out = put_bytes(out, leaf->signing_key_id, sizeof leaf->signing_key_id);
	out = put_bytes(out, leaf->signature_sha256, LANTIK_HASH);
	out = put_bytes(out, leaf->verdict_sha256, LANTIK_HASH);
	out = put_bytes(out, leaf->rulebook_sha256, LANTIK_HASH);
	out = put_number(out, leaf->rows, 4);
	out = put_number(out, leaf->row_format, 2);
	out = put_bytes(out, leaf->rows_root, LANTIK_HASH);
	out = put_bytes(out, leaf->returned_root, LANTIK_HASH);
	out = put_number(out, (uint64_t)leaf->received_at, 8);
	out = put_number(out, (uint64_t)leaf->recorded_at, 8);
	put_number(out, leaf->durability, 1);
	return LANTIK_OK;
}

enum lantik_error lantik_decision_leaf_format(const struct lantik_decision_leaf *leaf, struct lantik_buffer *ret)
{
	if (!is_sound(leaf->office, leaf->durability) || leaf->batch_leaf_index >= leaf->leaf_index)
		return LANTIK_E_MALFORMED;
	uint8_t *out = lantik_buffer_extend(ret, HEAD + leaf->office.len + DECISION_TAIL);
	if (!out)
		return ret->error;
	out = put_head(out, LANTIK_LEAF_DECISION, leaf->leaf_index, leaf->office);
	out = put_bytes(out, leaf->decision_id, sizeof leaf->decision_id);
	out = put_bytes(out, leaf->batch_id, sizeof leaf->batch_id);
	out = put_number(out, leaf->batch_leaf_index, 8);
	out = put_bytes(out, leaf->statement_sha256, LANTIK_HASH);
	out = put_bytes(out, leaf->rulebook_sha256, LANTIK_HASH);
	out = put_number(out, leaf->rows, 4);
	out = put_number(out, leaf->row_format, 2);
	out = put_bytes(out, leaf->rows_root, LANTIK_HASH);
	out = put_number(out, (uint64_t)leaf->requested_at, 8);
	out = put_number(out, (uint64_t)leaf->recorded_at, 8);
	put_number(out, leaf->durability, 1);
	return LANTIK_OK;
}

enum lantik_error lantik_deed_leaf_format(const struct lantik_deed_leaf *leaf, struct lantik_buffer *ret)
{
	if (!lantik_is_deed_type(leaf->type) || !is_durability(leaf->durability))
		return LANTIK_E_MALFORMED;
	uint8_t *out = lantik_buffer_extend(ret, DEED_LEAF);
	if (!out)
		return ret->error;
	out = put_number(out, LANTIK_LEAF_FORMAT, 2);
	out = put_number(out, leaf->type, 1);
	out = put_number(out, leaf->leaf_index, 8);
	out = put_bytes(out, leaf->deed_id, sizeof leaf->deed_id);
	out = put_bytes(out, leaf->deed_sha256, LANTIK_HASH);
	out = put_number(out, (uint64_t)leaf->requested_at, 8);
	out = put_number(out, (uint64_t)leaf->recorded_at, 8);
	put_number(out, leaf->durability, 1);
	return LANTIK_OK;
}

void lantik_returned_hash(
	uint32_t record_no, uint8_t outcome, const uint8_t salt[16], struct lantik_span bytes, uint8_t ret[LANTIK_HASH])
{
	uint8_t head[1 + 2 + 4 + 1 + 16] = {0x00}, *out = head + 1;
	out = put_number(out, LANTIK_RETURNED_FORMAT, 2);
	out = put_number(out, record_no, 4);
	out = put_number(out, outcome, 1);
	put_bytes(out, salt, 16);
	const struct lantik_span pieces[] = {{head, sizeof head}, bytes};
	lantik_sha256_of(pieces, LANTIK_COUNT(pieces), ret);
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

enum lantik_leaf_type lantik_leaf_type_of(struct lantik_span bytes)
{
	if (bytes.len < HEAD)
		return LANTIK_LEAF_NONE;
	const uint8_t *in = bytes.data;
	if (take_number(&in, 2) != LANTIK_LEAF_FORMAT || *in > LANTIK_LEAF_RECOVERY)
		return LANTIK_LEAF_NONE;
	return (enum lantik_leaf_type) * in;
}

/* Where the tail begins; NULL unless the leaf is of this type and exactly as long as its head says. */
static const uint8_t *take_head(struct lantik_span bytes, enum lantik_leaf_type type, size_t tail,
	uint64_t *ret_leaf_index, struct lantik_span *ret_office)
{
	if (lantik_leaf_type_of(bytes) != type)
		return NULL;
	const uint8_t *in = bytes.data + 3;
	*ret_leaf_index = take_number(&in, 8);
	size_t len = (size_t)take_number(&in, 1);
	if (bytes.len != HEAD + len + tail)
		return NULL;
	*ret_office = (struct lantik_span){in, len};
	return in + len;
}

enum lantik_error lantik_batch_leaf_parse(struct lantik_span bytes, struct lantik_batch_leaf *ret)
{
	struct lantik_batch_leaf leaf;
	const uint8_t *in = take_head(bytes, LANTIK_LEAF_BATCH, BATCH_TAIL, &leaf.leaf_index, &leaf.office);
	if (!in)
		return LANTIK_E_MALFORMED;
	take_bytes(&in, leaf.batch_id, sizeof leaf.batch_id);
	take_bytes(&in, leaf.manifest_sha256, LANTIK_HASH);
	take_bytes(&in, leaf.signing_key_id, sizeof leaf.signing_key_id);
	take_bytes(&in, leaf.signature_sha256, LANTIK_HASH);
	take_bytes(&in, leaf.verdict_sha256, LANTIK_HASH);
	take_bytes(&in, leaf.rulebook_sha256, LANTIK_HASH);
	leaf.rows = (uint32_t)take_number(&in, 4);
	leaf.row_format = (uint16_t)take_number(&in, 2);
	take_bytes(&in, leaf.rows_root, LANTIK_HASH);
	take_bytes(&in, leaf.returned_root, LANTIK_HASH);
	leaf.received_at = take_signed(&in);
	leaf.recorded_at = take_signed(&in);
	leaf.durability = (uint8_t)take_number(&in, 1);
	if (!is_sound(leaf.office, leaf.durability))
		return LANTIK_E_MALFORMED;
	*ret = leaf;
	return LANTIK_OK;
}

enum lantik_error lantik_decision_leaf_parse(struct lantik_span bytes, struct lantik_decision_leaf *ret)
{
	struct lantik_decision_leaf leaf;
	const uint8_t *in = take_head(bytes, LANTIK_LEAF_DECISION, DECISION_TAIL, &leaf.leaf_index, &leaf.office);
	if (!in)
		return LANTIK_E_MALFORMED;
	take_bytes(&in, leaf.decision_id, sizeof leaf.decision_id);
	take_bytes(&in, leaf.batch_id, sizeof leaf.batch_id);
	leaf.batch_leaf_index = take_number(&in, 8);
	take_bytes(&in, leaf.statement_sha256, LANTIK_HASH);
	take_bytes(&in, leaf.rulebook_sha256, LANTIK_HASH);
	leaf.rows = (uint32_t)take_number(&in, 4);
	leaf.row_format = (uint16_t)take_number(&in, 2);
	take_bytes(&in, leaf.rows_root, LANTIK_HASH);
	leaf.requested_at = take_signed(&in);
	leaf.recorded_at = take_signed(&in);
	leaf.durability = (uint8_t)take_number(&in, 1);
	if (!is_sound(leaf.office, leaf.durability) || leaf.batch_leaf_index >= leaf.leaf_index)
		return LANTIK_E_MALFORMED;
	*ret = leaf;
	return LANTIK_OK;
}

enum lantik_error lantik_deed_leaf_parse(struct lantik_span bytes, struct lantik_deed_leaf *ret)
{
	struct lantik_deed_leaf leaf = {.type = lantik_leaf_type_of(bytes)};
	if (!lantik_is_deed_type(leaf.type) || bytes.len != DEED_LEAF)
		return LANTIK_E_MALFORMED;
	const uint8_t *in = bytes.data + 3;
	leaf.leaf_index = take_number(&in, 8);
	take_bytes(&in, leaf.deed_id, sizeof leaf.deed_id);
	take_bytes(&in, leaf.deed_sha256, LANTIK_HASH);
	leaf.requested_at = take_signed(&in);
	leaf.recorded_at = take_signed(&in);
	leaf.durability = (uint8_t)take_number(&in, 1);
	if (!is_durability(leaf.durability))
		return LANTIK_E_MALFORMED;
	*ret = leaf;
	return LANTIK_OK;
}
