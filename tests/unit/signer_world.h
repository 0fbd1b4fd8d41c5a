/* A signer in a directory of its own and a ledger in memory: what tests of signing and of the state directory share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_SIGNER_WORLD_H
#define LANTIK_SIGNER_WORLD_H

#include <unistd.h>

#include "signer.h"
#include "unit.h"

static char directory[] = "/tmp/lantik-signer-XXXXXX";

static char why[SIGNER_WHY];

static inline void set_up(void)
{
	lantik_crypto_start();
	cr_assert(mkdtemp(directory));
}

static inline void remove_file(const char *name)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", directory, name);
	unlink(path);
}

static inline void tear_down(void)
{
	remove_file("head");
	remove_file("head.2");
	remove_file("head.new");
	cr_expect_eq(rmdir(directory), 0, "nothing else is left");
}

/* A small ledger in memory. */
struct ledger {
	struct lantik_edge edge;
	uint8_t nodes[8][16][LANTIK_HASH];
};

static inline void keep(void *context, unsigned level, uint64_t index, const uint8_t hash[LANTIK_HASH])
{
	memcpy(((struct ledger *)context)->nodes[level][index], hash, LANTIK_HASH);
}

static inline bool give(void *context, unsigned level, uint64_t index, uint8_t ret[LANTIK_HASH])
{
	memcpy(ret, ((struct ledger *)context)->nodes[level][index], LANTIK_HASH);
	return true;
}

static inline void grow(struct ledger *ledger, const char *leaf, uint8_t ret_root[LANTIK_HASH])
{
	uint8_t hash[LANTIK_HASH];

	lantik_leaf_hash(lantik_span_of(leaf), hash);
	lantik_edge_append(&ledger->edge, hash, keep, ledger);
	lantik_edge_root(&ledger->edge, ret_root);
}

#define ORIGIN "lantik.test/1"

static inline struct lantik_skey key_of(const char *name, uint8_t number)
{
	const uint8_t seed[LANTIK_SEED] = {number};
	struct lantik_skey key;

	cr_assert_eq(lantik_skey_make(name, seed, &key), LANTIK_OK);
	return key;
}

/* A signer with so many keys, numbered from 1. */
static inline struct signer *open_signer(size_t count)
{
	struct lantik_skey keys[LANTIK_MAX_SIGNERS];
	struct signer *signer = NULL;

	for (size_t i = 0; i < count; i++)
		keys[i] = key_of(ORIGIN, (uint8_t)(i + 1));
	cr_assert_eq(signer_open(directory, keys, count, &signer, why), LANTIK_OK, "%s", why);
	return signer;
}

/* The trust of a log whose first key is number 1. */
static inline struct lantik_trust first_trust(void)
{
	struct lantik_skey first = key_of(ORIGIN, 1), recovery = key_of(ORIGIN "/recovery", 99);
	struct lantik_trust trust;

	lantik_trust_start(&trust, &first.vkey, &recovery.vkey);
	return trust;
}

static inline struct signer *open_trusting(void)
{
	struct signer *signer = open_signer(1);
	struct lantik_trust trust = first_trust();

	cr_assert_eq(signer_believe(signer, &trust, 0, false), LANTIK_OK);
	return signer;
}

/* Whether a ledger follows what the signer remembers. */
static inline enum lantik_error follows(
	struct signer *signer, struct ledger *ledger, uint64_t size, const uint8_t *root)
{
	struct signer_head last;

	signer_last(signer, &last);
	return signer_follows(&last, size, root, give, ledger);
}

static inline enum lantik_error sign(struct signer *signer, struct ledger *ledger, uint64_t size, const uint8_t *root)
{
	struct lantik_buffer note = {0};
	enum lantik_error error = signer_sign(signer, size, root, NULL, give, ledger, NULL, &note);

	cr_expect_eq(note.len == 0, error != LANTIK_OK, "no signature without consent");
	lantik_buffer_free(&note);
	return error;
}

/* A state directory whose signer signed one leaf. */
static inline void signed_once(void)
{
	struct ledger ledger = {0};
	uint8_t root[LANTIK_HASH];
	struct signer *signer = open_trusting();

	grow(&ledger, "leaf", root);
	cr_assert_eq(sign(signer, &ledger, 1, root), LANTIK_OK);
	signer_close(&signer);
}

#endif
