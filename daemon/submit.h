/* SUBMIT and REHEARSE: one batch from its bytes to its reply.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_SUBMIT_H
#define LANTIK_DAEMON_SUBMIT_H

#include "submission.h"

/* Always leaves a reply in the job. */
void submit(struct worker *worker, struct job *job);

#endif
