/* Byte budgets of bodies in flight.
 * SPDX-License-Identifier: Apache-2.0 */
#include "flow.h"

/* Offices with something in flight at once; the field has 14 and the agencies behind them. */
#define MAX_OFFICES 256

struct office_flow {
	int32_t office_no;
	size_t bytes; /* 0: the place is free */
};

struct flow {
	const struct config *config;
	size_t bytes;
	size_t jobs;
	struct office_flow offices[MAX_OFFICES];
};

struct flow *flow_new(const struct config *config)
{
	struct flow *flow = calloc(1, sizeof *flow);

	LANTIK_ASSERT(flow);
	flow->config = config;
	return flow;
}

void flow_free(struct flow **flow)
{
	free(*flow);
	*flow = NULL;
}

/* The office's place, or a free one; NULL when all are taken by others. */
static struct office_flow *place_of(struct flow *flow, int32_t office_no)
{
	struct office_flow *spare = NULL;

	for (size_t i = 0; i < MAX_OFFICES; i++) {
		if (flow->offices[i].bytes && flow->offices[i].office_no == office_no)
			return &flow->offices[i];
		if (!flow->offices[i].bytes && !spare)
			spare = &flow->offices[i];
	}
	if (spare)
		spare->office_no = office_no;
	return spare;
}

/* What a request costs besides its body: the job, the message's own memory, a small reply. */
#define JOB_OVERHEAD 4096u

static size_t weight(const struct job *job)
{
	return job->body.len + JOB_OVERHEAD;
}

bool flow_admit(struct flow *flow, const struct job *job)
{
	struct office_flow *office = place_of(flow, job->office.office_no);

	if (!office || flow->bytes + weight(job) > (size_t)flow->config->in_flight_bytes ||
		office->bytes + weight(job) > (size_t)flow->config->office_in_flight_bytes)
		return false;
	office->bytes += weight(job);
	flow->bytes += weight(job);
	flow->jobs++;
	return true;
}

void flow_release(struct flow *flow, const struct job *job)
{
	struct office_flow *office = place_of(flow, job->office.office_no);

	LANTIK_ASSERT(office && office->bytes >= weight(job) && flow->jobs);
	office->bytes -= weight(job);
	flow->bytes -= weight(job);
	flow->jobs--;
}

size_t flow_jobs(const struct flow *flow)
{
	return flow->jobs;
}
