/* Several threads hash, sign, verify and prove at once; a plain program, so that ThreadSanitizer can watch it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <string.h>

#include "lantik/ledger.h"
#include "lantik/note.h"

#define THREADS 4
#define ROUNDS 100

struct work {
	struct lantik_skey key;
	struct lantik_buffer note; /* as every thread must make it again */
	uint8_t root[LANTIK_HASH];
};

static void make_root(uint8_t ret[LANTIK_HASH])
{
	uint8_t hashes[50][LANTIK_HASH];
	for (uint8_t i = 0; i < 50; i++)
		lantik_leaf_hash((struct lantik_span){&i, 1}, hashes[i]);
	lantik_root_of(hashes[0], 50, ret);
}

static void one_round(const struct work *work)
{
	uint8_t root[LANTIK_HASH];
	struct lantik_buffer note = {0};
	struct lantik_checkpoint head;
	struct lantik_arena *arena = lantik_arena_new(1u << 20);
	LANTIK_ASSERT(arena && lantik_arena_alloc(arena, 1000));
	make_root(root);
	LANTIK_ASSERT(memcmp(root, work->root, sizeof root) == 0);
	LANTIK_ASSERT(lantik_checkpoint_sign(50, root, &work->key, 1, &note) == LANTIK_OK);
	LANTIK_ASSERT(lantik_span_equal(lantik_buffer_span(&note), lantik_buffer_span(&work->note)));
	LANTIK_ASSERT(lantik_checkpoint_verify(lantik_buffer_span(&note), &work->key.vkey, &head) == LANTIK_OK);
	lantik_random(root, sizeof root);
	lantik_buffer_free(&note);
	lantik_arena_free(&arena);
}

static void *run(void *context)
{
	for (int i = 0; i < ROUNDS; i++)
		one_round(context);
	return NULL;
}

int main(void)
{
	static const uint8_t seed[LANTIK_SEED] = {99};
	struct work work = {0};
	pthread_t threads[THREADS];
	lantik_crypto_start();
	make_root(work.root);
	LANTIK_ASSERT(lantik_skey_make("lantik.test/99", seed, &work.key) == LANTIK_OK);
	LANTIK_ASSERT(lantik_checkpoint_sign(50, work.root, &work.key, 1, &work.note) == LANTIK_OK);
	for (int i = 0; i < THREADS; i++)
		LANTIK_ASSERT(pthread_create(&threads[i], NULL, run, &work) == 0);
	for (int i = 0; i < THREADS; i++)
		LANTIK_ASSERT(pthread_join(threads[i], NULL) == 0);
	lantik_buffer_free(&work.note);
	return 0;
}
