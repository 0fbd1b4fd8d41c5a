/* Offices as witnesses: a request shows the last signed checkpoint that the office saw. Whether the ledger continues it
 * is looked at before anything is done; the reply proves it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_WITNESS_H
#define LANTIK_DAEMON_WITNESS_H

#include "submission.h"

/* Looks at the request's checkpoint and fills worker->office_head. False: the job is answered, with Busy, because the
 * checkpoint proves that the ledger lost leaves, or because the database did not tell. */
LANTIK_MUST_CHECK bool witness_request(struct worker *worker, struct job *job);
/* Adds checkpoint, proof and deeds to a reply that a worker made. */
void witness_reply(struct worker *worker, struct job *job);

#endif
