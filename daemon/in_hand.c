/* A list under one mutex; a worker brings the memory of its batches.
 * SPDX-License-Identifier: Apache-2.0 */
#include "in_hand.h"

#include <pthread.h>
#include <string.h>

#include "lantik/attr.h"

struct in_hand {
	pthread_mutex_t lock;
	struct in_hand_batch *first;
};

struct in_hand *in_hand_new(void)
{
	struct in_hand *in_hand = calloc(1, sizeof *in_hand);

	LANTIK_ASSERT(in_hand && pthread_mutex_init(&in_hand->lock, NULL) == 0);
	return in_hand;
}

void in_hand_free(struct in_hand **in_hand)
{
	if (!*in_hand)
		return;
	LANTIK_ASSERT(!(*in_hand)->first);
	pthread_mutex_destroy(&(*in_hand)->lock);
	free(*in_hand);
	*in_hand = NULL;
}

void in_hand_take(struct in_hand *in_hand, struct in_hand_batch *batch, int32_t office_no, const uint8_t batch_id[16])
{
	batch->office_no = office_no;
	memcpy(batch->batch_id, batch_id, sizeof batch->batch_id);
	pthread_mutex_lock(&in_hand->lock);
	batch->next = in_hand->first;
	in_hand->first = batch;
	pthread_mutex_unlock(&in_hand->lock);
}

void in_hand_release(struct in_hand *in_hand, struct in_hand_batch *batch)
{
	pthread_mutex_lock(&in_hand->lock);
	struct in_hand_batch **at = &in_hand->first;
	while (*at != batch)
		at = &(*at)->next;
	*at = batch->next;
	pthread_mutex_unlock(&in_hand->lock);
}

bool in_hand_holds(struct in_hand *in_hand, int32_t office_no, const uint8_t batch_id[16])
{
	pthread_mutex_lock(&in_hand->lock);
	const struct in_hand_batch *batch = in_hand->first;
	while (batch &&
		(batch->office_no != office_no || memcmp(batch->batch_id, batch_id, sizeof batch->batch_id) != 0))
		batch = batch->next;
	pthread_mutex_unlock(&in_hand->lock);
	return batch != NULL;
}
