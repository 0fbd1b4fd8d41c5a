/* Flow control: how many bytes of bodies the daemon holds, of all offices and of each. The intake's alone.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_FLOW_H
#define LANTIK_DAEMON_FLOW_H

#include "config.h"
#include "job.h"

struct flow;

/* Aborts on no memory. */
struct flow *flow_new(const struct config *config);
void flow_free(struct flow **flow);
/* False: it would go over a budget; nothing is counted. */
LANTIK_MUST_CHECK bool flow_admit(struct flow *flow, const struct job *job);
/* Once for every job that was admitted. */
void flow_release(struct flow *flow, const struct job *job);
size_t flow_jobs(const struct flow *flow);

#endif
