/* The batches that workers hold this moment, so that an office that asks is told "received" and not "not held".
 * In memory alone: after a crash the truth is "not held; send again with the same id".
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_IN_HAND_H
#define LANTIK_DAEMON_IN_HAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct in_hand;

/* A place for each worker. Aborts on no memory. */
struct in_hand *in_hand_new(size_t workers);
void in_hand_free(struct in_hand **in_hand);
void in_hand_take(struct in_hand *in_hand, size_t worker, int32_t office_no, const uint8_t batch_id[16]);
void in_hand_release(struct in_hand *in_hand, size_t worker);
bool in_hand_holds(struct in_hand *in_hand, int32_t office_no, const uint8_t batch_id[16]);

#endif
