/* The workers: threads that each take a job, carry it out on their own connection, and hand the reply back. There is
 * one more than there may be transactions at a time, which prepares its batch meanwhile.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_WORKER_H
#define LANTIK_DAEMON_WORKER_H

#include "house.h"

struct workers;

/* Starts them; the configuration says how many transactions they may have at a time. Aborts on no memory. */
struct workers *workers_start(struct house *house);
/* Waits for them to end, which they do when the queue is closed and empty. */
void workers_join(struct workers **workers);

#endif
