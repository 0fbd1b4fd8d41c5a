/* A ledger in memory that signs: what tests of deeds, trust and receipts share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_LOG_WORLD_H
#define LANTIK_LOG_WORLD_H

#include "unit.h"

#include "lantik/deed.h"
#include "lantik/receipt.h"
#include "lantik/trust.h"

#define LOG_BASE "lantik.test/99"
#define LOG_RECOVERY LOG_BASE "/recovery"

/* Who signs is the test's to say: the first key_count keys of the log, under the name of its epoch. */
struct log_world {
	struct lantik_edge edge;
	struct lantik_skey keys[4], recovery;
	size_t key_count;
	unsigned epoch;
};

static inline struct lantik_skey log_key(const char *name, uint8_t fill)
{
	uint8_t seed[LANTIK_SEED];
	struct lantik_skey key;
	memset(seed, fill, sizeof seed);
	cr_assert_eq(lantik_skey_make(name, seed, &key), LANTIK_OK);
	return key;
}

static inline struct log_world log_start(void)
{
	struct log_world log = {.key_count = 1, .epoch = 1, .recovery = log_key(LOG_RECOVERY, 200)};
	for (size_t i = 0; i < LANTIK_COUNT(log.keys); i++)
		log.keys[i] = log_key(LOG_BASE, (uint8_t)(i + 1));
	return log;
}

static inline void log_grow(struct log_world *log, unsigned leaves)
{
	for (unsigned i = 0; i < leaves; i++) {
		uint8_t hash[LANTIK_HASH];
		lantik_leaf_hash((struct lantik_span){(const uint8_t *)&log->edge.size, 8}, hash);
		lantik_edge_append(&log->edge, hash, NULL, NULL);
	}
}

static inline struct lantik_buffer log_note(const struct log_world *log)
{
	char origin[LANTIK_MAX_ORIGIN + 1];
	uint8_t root[LANTIK_HASH];
	struct lantik_skey keys[4];
	struct lantik_buffer note = {0};
	cr_assert(lantik_epoch_origin(LOG_BASE, log->epoch, origin));
	for (size_t i = 0; i < log->key_count; i++)
		cr_assert_eq(lantik_skey_rename(&log->keys[i], origin, &keys[i]), LANTIK_OK);
	lantik_edge_root(&log->edge, root);
	cr_assert_eq(lantik_checkpoint_sign(log->edge.size, root, keys, log->key_count, &note), LANTIK_OK);
	return note;
}

/* Appends the leaf; its receipt. */
static inline struct lantik_buffer log_append(struct log_world *log, struct lantik_span leaf, struct lantik_span text)
{
	struct lantik_proof proof;
	uint8_t hash[LANTIK_HASH];
	uint64_t index = log->edge.size;
	struct lantik_buffer receipt = {0};
	lantik_edge_proof(&log->edge, &proof);
	lantik_leaf_hash(leaf, hash);
	lantik_edge_append(&log->edge, hash, NULL, NULL);
	struct lantik_buffer note = log_note(log);
	cr_assert_eq(lantik_receipt_format(leaf, index, &proof, lantik_buffer_span(&note), text, &receipt), LANTIK_OK);
	lantik_buffer_free(&note);
	return receipt;
}

/* The deed as it goes into the ledger, signed when its kind is. */
static inline struct lantik_buffer log_deed_text(const struct lantik_deed *deed, const struct lantik_skey *recovery)
{
	struct lantik_buffer text = {0}, note = {0};
	cr_assert_eq(lantik_deed_format(deed, &text), LANTIK_OK);
	if (!lantik_deed_is_signed_kind(deed->kind))
		return text;
	cr_assert_eq(lantik_note_sign(lantik_buffer_span(&text), recovery, &note), LANTIK_OK);
	lantik_buffer_free(&text);
	return note;
}

static inline struct lantik_buffer log_append_text(
	struct log_world *log, const struct lantik_deed *deed, struct lantik_span text)
{
	struct lantik_deed_leaf leaf = {.type = lantik_deed_leaf_type(deed->kind),
		.leaf_index = log->edge.size,
		.requested_at = 1,
		.recorded_at = 2,
		.durability = LANTIK_DURABLE_LOCAL};
	struct lantik_buffer bytes = {0};
	memcpy(leaf.deed_id, deed->deed_id, sizeof leaf.deed_id);
	lantik_sha256(text, leaf.deed_sha256);
	cr_assert_eq(lantik_deed_leaf_format(&leaf, &bytes), LANTIK_OK);
	struct lantik_buffer receipt = log_append(log, lantik_buffer_span(&bytes), text);
	lantik_buffer_free(&bytes);
	return receipt;
}

/* Appends the deed, signed by the log's recovery key; its receipt. */
static inline struct lantik_buffer log_deed(struct log_world *log, const struct lantik_deed *deed)
{
	struct lantik_buffer text = log_deed_text(deed, &log->recovery);
	struct lantik_buffer receipt = log_append_text(log, deed, lantik_buffer_span(&text));
	lantik_buffer_free(&text);
	return receipt;
}

static inline struct lantik_deed log_deed_start(enum lantik_deed_kind kind)
{
	return (struct lantik_deed){.kind = kind,
		.deed_id = {(uint8_t)kind, 9},
		.origin = lantik_span_of(LOG_BASE),
		.official = lantik_span_of("Sekar Contoh"),
		.reason = lantik_span_of("pergantian berkala")};
}

#endif
