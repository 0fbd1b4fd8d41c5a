/* The batches that workers hold this moment, so that an office that asks is told "received" and not "not held".
 * In memory alone: after a crash the truth is "not held; send again with the same id".
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_IN_HAND_H
#define LANTIK_DAEMON_IN_HAND_H

#include <stdbool.h>
#include <stdint.h>

struct in_hand;

/* A batch in it; the worker's memory, which stays where it is from take to release. */
struct in_hand_batch {
	struct in_hand_batch *next;
	int32_t office_no;
	uint8_t batch_id[16];
};

/* Aborts on no memory. */
struct in_hand *in_hand_new(void);
void in_hand_free(struct in_hand **in_hand);
void in_hand_take(struct in_hand *in_hand, struct in_hand_batch *batch, int32_t office_no, const uint8_t batch_id[16]);
void in_hand_release(struct in_hand *in_hand, struct in_hand_batch *batch);
bool in_hand_holds(struct in_hand *in_hand, int32_t office_no, const uint8_t batch_id[16]);

#endif
