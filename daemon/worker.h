/* The workers: threads that each take a job, carry it out on their own connection, and hand the reply back.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_WORKER_H
#define LANTIK_DAEMON_WORKER_H

#include "house.h"

struct workers;

/* Starts as many as the configuration says. Aborts on no memory. */
struct workers *workers_start(struct house *house);
/* Waits for them to end, which they do when the queue is closed and empty. */
void workers_join(struct workers **workers);

#endif
