/* Flow control: how many bytes of bodies the daemon holds, of all offices and of each, and what an office is told that
 * sends more. Under the intake's lock. Times are clock_steady's microseconds.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_FLOW_H
#define LANTIK_DAEMON_FLOW_H

#include "config.h"
#include "job.h"

/* The most that credit ever says. The replies to so many wait at one connection without one being dropped: the door's
 * HWM for replies is made of it. */
#define FLOW_MAX_CREDIT 32u

struct flow;

/* Aborts on no memory. */
struct flow *flow_new(const struct config *config);
void flow_free(struct flow **flow);
/* False: it would go over a budget, or over what is left to an office while others need room; nothing is counted. An
 * office that has nothing in flight is let in as long as there is room at all. */
LANTIK_MUST_CHECK bool flow_admit(struct flow *flow, const struct job *job, int64_t now);
/* Once for every job that was admitted. */
void flow_release(struct flow *flow, const struct job *job, int64_t now);
size_t flow_jobs(const struct flow *flow);

/* How many batches of this one's size its office may have in flight; 1 to FLOW_MAX_CREDIT. */
uint32_t flow_credit(const struct flow *flow, const struct job *job);

/* What a job is told that was not admitted. */
struct flow_wait {
	/* until it would be, at the rate at which batches were done lately, of which the office has its share, and
	 * behind its others that wait; 100 to 30,000 from when it is told */
	uint32_t milliseconds;
	/* When to tell it: now; but later, a batch at most 25 s and an enquiry 10 s, to an office that was told to wait
	 * and did not. So it gets nothing but work of its own by sending all the time: the bodies would take the
	 * processor from everybody. */
	int64_t tell_at;
};
/* may_delay: false when it has to be told now, whoever it is. */
struct flow_wait flow_defer(struct flow *flow, const struct job *job, bool may_delay, int64_t now);

#endif
