/* The memory of verified checkpoints.
 * SPDX-License-Identifier: Apache-2.0 */
#include "known.h"

#include <pthread.h>
#include <string.h>

/* More than there are offices; a place holds one checkpoint at a time. */
#define PLACES 1024
_Static_assert((PLACES & (PLACES - 1)) == 0, "a mask tells the place");

struct place {
	bool used;
	uint8_t sha256[LANTIK_HASH]; /* of the whole note */
	struct known_checkpoint checkpoint;
};

struct known_checkpoints {
	pthread_mutex_t lock;
	uint64_t generation;
	struct place places[PLACES];
};

struct known_checkpoints *known_new(void)
{
	struct known_checkpoints *known = calloc(1, sizeof *known);

	LANTIK_ASSERT(known && pthread_mutex_init(&known->lock, NULL) == 0);
	return known;
}

void known_free(struct known_checkpoints **known)
{
	pthread_mutex_destroy(&(*known)->lock);
	free(*known);
	*known = NULL;
}

uint64_t known_generation(struct known_checkpoints *known)
{
	pthread_mutex_lock(&known->lock);
	uint64_t generation = known->generation;
	pthread_mutex_unlock(&known->lock);
	return generation;
}

void known_forget(struct known_checkpoints *known)
{
	pthread_mutex_lock(&known->lock);
	known->generation++;
	for (size_t i = 0; i < PLACES; i++)
		known->places[i].used = false;
	pthread_mutex_unlock(&known->lock);
}

static struct place *place_of(struct known_checkpoints *known, const uint8_t sha256[LANTIK_HASH])
{
	uint32_t number;

	memcpy(&number, sha256, sizeof number);
	return &known->places[number & (PLACES - 1)];
}

bool known_find(struct known_checkpoints *known, struct lantik_span note, struct known_checkpoint *ret)
{
	uint8_t sha256[LANTIK_HASH];

	lantik_sha256(note, sha256);
	pthread_mutex_lock(&known->lock);
	const struct place *place = place_of(known, sha256);
	bool found = place->used && memcmp(place->sha256, sha256, LANTIK_HASH) == 0;
	if (found)
		*ret = place->checkpoint;
	pthread_mutex_unlock(&known->lock);
	return found;
}

void known_keep(struct known_checkpoints *known, uint64_t generation, struct lantik_span note,
	const struct known_checkpoint *checkpoint)
{
	uint8_t sha256[LANTIK_HASH];

	lantik_sha256(note, sha256);
	pthread_mutex_lock(&known->lock);
	if (generation == known->generation) {
		struct place *place = place_of(known, sha256);
		place->used = true;
		memcpy(place->sha256, sha256, LANTIK_HASH);
		place->checkpoint = *checkpoint;
	}
	pthread_mutex_unlock(&known->lock);
}
