/* Byte budgets of bodies in flight, and the rate at which they drain.
 * SPDX-License-Identifier: Apache-2.0 */
#include "flow.h"

/* What a request costs besides its body: the job, the message's own memory, a small reply. */
#define JOB_OVERHEAD 4096u
/* Enquiries of one office at once; a sixteenth of the budget is kept for them, so that an office can ask after its
 * batches when there is no room for more. */
#define OFFICE_ENQUIRIES 64u
#define ENQUIRY_SHARE 16u
/* The rate is that of about the last so many seconds of work. Before anything was done it is that of a slow machine. */
#define RATE_SECONDS 10.0
#define RATE_AT_FIRST (8.0 * 1024 * 1024)
#define LEAST_WAIT_MILLISECONDS 100
#define GREATEST_WAIT_MILLISECONDS 30000

struct office_flow {
	int32_t office_no;
	size_t bytes;
	size_t batches, enquiries;
};

struct flow {
	size_t budget, office_budget;
	size_t bytes;
	size_t jobs, batches;
	/* of work: bytes of batches that were done and seconds with batches in flight, both fading */
	double done, seconds;
	double elapsed; /* seconds with batches in flight since the last one was done */
	int64_t since;
	/* those that have something in flight */
	struct office_flow *offices;
	size_t count, room;
};

struct flow *flow_new(const struct config *config)
{
	struct flow *flow = calloc(1, sizeof *flow);

	LANTIK_ASSERT(flow);
	flow->budget = (size_t)config->in_flight_bytes;
	flow->office_budget = (size_t)config->office_in_flight_bytes;
	flow->done = RATE_AT_FIRST;
	flow->seconds = 1;
	return flow;
}

void flow_free(struct flow **flow)
{
	if (!*flow)
		return;
	free((*flow)->offices);
	free(*flow);
	*flow = NULL;
}

/* ---- offices ---- */

static struct office_flow *find(const struct flow *flow, int32_t office_no)
{
	for (size_t i = 0; i < flow->count; i++)
		if (flow->offices[i].office_no == office_no)
			return &flow->offices[i];
	return NULL;
}

static struct office_flow *add(struct flow *flow, int32_t office_no)
{
	if (flow->count == flow->room) {
		flow->room = flow->room ? 2 * flow->room : 16;
		flow->offices = realloc(flow->offices, flow->room * sizeof *flow->offices);
		LANTIK_ASSERT(flow->offices);
	}
	flow->offices[flow->count] = (struct office_flow){.office_no = office_no};
	return &flow->offices[flow->count++];
}

static struct office_flow what_is_held(const struct flow *flow, int32_t office_no)
{
	const struct office_flow *office = find(flow, office_no);

	return office ? *office : (struct office_flow){.office_no = office_no};
}

/* ---- budgets ---- */

static size_t weight(const struct job *job)
{
	return job->body.len + JOB_OVERHEAD;
}

static size_t batch_budget(const struct flow *flow)
{
	return flow->budget - flow->budget / ENQUIRY_SHARE;
}

/* An office may hold as much as would then still be free, and no more: so there is always room for another one's first
 * batch, and n offices that take all they can come to hold an (n + 1)th each, with nothing to agree about. */
static bool leaves_room(const struct flow *flow, const struct office_flow *office, size_t bytes)
{
	return !office->bytes || office->bytes + bytes + flow->bytes + bytes <= batch_budget(flow);
}

static bool has_room(const struct flow *flow, const struct job *job)
{
	struct office_flow office = what_is_held(flow, job->office.office_no);
	size_t bytes = weight(job);

	if (office.bytes + bytes > flow->office_budget)
		return false;
	if (!job_is_batch(job))
		return office.enquiries < OFFICE_ENQUIRIES && flow->bytes + bytes <= flow->budget;
	return flow->bytes + bytes <= batch_budget(flow) && leaves_room(flow, &office, bytes);
}

static void pass_time(struct flow *flow, int64_t now)
{
	if (flow->batches)
		flow->elapsed += (double)(now - flow->since) / 1e6;
	flow->since = now;
}

bool flow_admit(struct flow *flow, const struct job *job, int64_t now)
{
	if (!has_room(flow, job))
		return false;
	struct office_flow *office = find(flow, job->office.office_no);
	if (!office)
		office = add(flow, job->office.office_no);
	pass_time(flow, now);
	*(job_is_batch(job) ? &office->batches : &office->enquiries) += 1;
	office->bytes += weight(job);
	flow->bytes += weight(job);
	flow->batches += job_is_batch(job);
	flow->jobs++;
	return true;
}

static void measure(struct flow *flow, size_t bytes)
{
	double kept = RATE_SECONDS / (RATE_SECONDS + flow->elapsed);

	flow->done = flow->done * kept + (double)bytes;
	flow->seconds = flow->seconds * kept + flow->elapsed;
	flow->elapsed = 0;
}

void flow_release(struct flow *flow, const struct job *job, int64_t now)
{
	struct office_flow *office = find(flow, job->office.office_no);

	LANTIK_ASSERT(office && office->bytes >= weight(job) && flow->jobs);
	pass_time(flow, now);
	*(job_is_batch(job) ? &office->batches : &office->enquiries) -= 1;
	office->bytes -= weight(job);
	flow->bytes -= weight(job);
	flow->batches -= job_is_batch(job);
	flow->jobs--;
	if (job_is_batch(job))
		measure(flow, weight(job));
	if (!office->bytes)
		*office = flow->offices[--flow->count];
}

size_t flow_jobs(const struct flow *flow)
{
	return flow->jobs;
}

/* ---- what an office is told ---- */

/* Offices with batches in flight, with this one whether it has any or not. */
static size_t offices_with(const struct flow *flow, const struct office_flow *office)
{
	size_t count = !office->batches;

	for (size_t i = 0; i < flow->count; i++)
		count += flow->offices[i].batches > 0;
	return count;
}

uint32_t flow_credit(const struct flow *flow, const struct job *job)
{
	struct office_flow office = what_is_held(flow, job->office.office_no);
	size_t share = batch_budget(flow) / (offices_with(flow, &office) + 1);
	size_t credit = (share < flow->office_budget ? share : flow->office_budget) / weight(job);

	return credit < 1 ? 1 : credit < FLOW_MAX_CREDIT ? (uint32_t)credit : FLOW_MAX_CREDIT;
}

static double excess(size_t held, size_t limit)
{
	return held > limit ? (double)(held - limit) : 0;
}

static double greater(double a, double b)
{
	return a > b ? a : b;
}

uint32_t flow_retry_after(const struct flow *flow, const struct job *job)
{
	struct office_flow office = what_is_held(flow, job->office.office_no);
	size_t bytes = weight(job), budget = batch_budget(flow);
	double rate = flow->done / flow->seconds, share = rate / (double)offices_with(flow, &office);
	double wait = excess(flow->bytes + bytes, budget) / rate;

	wait = greater(wait, excess(office.bytes + bytes, flow->office_budget) / share);
	/* what it gives back counts twice: it holds less, and more is free */
	if (office.bytes)
		wait = greater(wait, excess(office.bytes + flow->bytes + 2 * bytes, budget) / 2 / share);
	wait *= 1000;
	return wait < LEAST_WAIT_MILLISECONDS      ? LEAST_WAIT_MILLISECONDS
	       : wait < GREATEST_WAIT_MILLISECONDS ? (uint32_t)wait
						   : GREATEST_WAIT_MILLISECONDS;
}
