/* One place a worker, under one mutex.
 * SPDX-License-Identifier: Apache-2.0 */
#include "in_hand.h"

#include <pthread.h>
#include <string.h>

#include "lantik/attr.h"

struct place {
	bool taken;
	int32_t office_no;
	uint8_t batch_id[16];
};

struct in_hand {
	pthread_mutex_t lock;
	size_t count;
	struct place *places;
};

struct in_hand *in_hand_new(size_t workers)
{
	struct in_hand *in_hand = calloc(1, sizeof *in_hand);

	LANTIK_ASSERT(in_hand);
	in_hand->count = workers;
	in_hand->places = calloc(workers, sizeof *in_hand->places);
	LANTIK_ASSERT(in_hand->places && pthread_mutex_init(&in_hand->lock, NULL) == 0);
	return in_hand;
}

void in_hand_free(struct in_hand **in_hand)
{
	if (!*in_hand)
		return;
	pthread_mutex_destroy(&(*in_hand)->lock);
	free((*in_hand)->places);
	free(*in_hand);
	*in_hand = NULL;
}

void in_hand_take(struct in_hand *in_hand, size_t worker, int32_t office_no, const uint8_t batch_id[16])
{
	LANTIK_ASSERT(worker < in_hand->count);
	pthread_mutex_lock(&in_hand->lock);
	struct place *place = &in_hand->places[worker];
	place->taken = true;
	place->office_no = office_no;
	memcpy(place->batch_id, batch_id, sizeof place->batch_id);
	pthread_mutex_unlock(&in_hand->lock);
}

void in_hand_release(struct in_hand *in_hand, size_t worker)
{
	pthread_mutex_lock(&in_hand->lock);
	in_hand->places[worker].taken = false;
	pthread_mutex_unlock(&in_hand->lock);
}

bool in_hand_holds(struct in_hand *in_hand, int32_t office_no, const uint8_t batch_id[16])
{
	bool holds = false;

	pthread_mutex_lock(&in_hand->lock);
	for (size_t i = 0; i < in_hand->count && !holds; i++) {
		const struct place *place = &in_hand->places[i];
		holds = place->taken && place->office_no == office_no &&
			memcmp(place->batch_id, batch_id, sizeof place->batch_id) == 0;
	}
	pthread_mutex_unlock(&in_hand->lock);
	return holds;
}
