/* Small batches that wait together are judged one by one and recorded in one transaction, with a leaf and a receipt
 * each. SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_GROUP_H
#define LANTIK_DAEMON_GROUP_H

#include "job.h"

struct store_numbers;
struct worker;
struct group;

/* A submission that need not be alone (job_size), and others of its size that wait with it; all are answered. */
void group_submit(struct worker *worker, struct job *job);
/* When they are answered: what a question behind the notes is to fill for the next one (stock.h), or NULL. */
struct store_numbers *group_stock(struct worker *worker);
void group_free(struct group **group);

#endif
