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
#define ENQUIRIES_AT_FIRST 100.0
#define LEAST_WAIT 100000LL
#define GREATEST_WAIT 30000000LL
/* Less than an office waits for an answer before it asks again: P-042 for batches, whose bodies cost the most when they
 * bounce, and `--timeout 20` of enquiries. */
#define GREATEST_DELAY 25000000LL
#define GREATEST_DELAY_OF_ENQUIRY 10000000LL

struct office_flow {
	int32_t office_no;
	size_t bytes;
	size_t batches, enquiries;
	/* there should be room for all batches, and all enquiries, that were told to wait; in the past: none waits */
	int64_t batches_free_at, enquiries_free_at;
};

/* Of work: what was done, and seconds with some of it in flight, both fading. */
struct rate {
	double done, seconds;
	double elapsed; /* seconds with some in flight since the last was done */
};

struct flow {
	size_t budget, office_budget;
	size_t bytes;
	size_t jobs, batches;
	struct rate bytes_done; /* of batches */
	struct rate enquiries_done;
	int64_t since;
	/* those that have something in flight, or wait */
	struct office_flow *offices;
	size_t count, room;
};

struct flow *flow_new(const struct config *config)
{
	struct flow *flow = calloc(1, sizeof *flow);

	LANTIK_ASSERT(flow);
	flow->budget = (size_t)config->in_flight_bytes;
	flow->office_budget = (size_t)config->office_in_flight_bytes;
	flow->bytes_done = (struct rate){.done = RATE_AT_FIRST, .seconds = 1};
	flow->enquiries_done = (struct rate){.done = ENQUIRIES_AT_FIRST, .seconds = 1};
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

static void forget_idle(struct flow *flow, int64_t now)
{
	for (size_t i = 0; i < flow->count;)
		if (!flow->offices[i].bytes && flow->offices[i].batches_free_at <= now &&
			flow->offices[i].enquiries_free_at <= now)
			flow->offices[i] = flow->offices[--flow->count];
		else
			i++;
}

static struct office_flow *find_or_add(struct flow *flow, int32_t office_no, int64_t now)
{
	struct office_flow *office = find(flow, office_no);

	if (office)
		return office;
	forget_idle(flow, now);
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
	double seconds = (double)(now - flow->since) / 1e6;

	if (flow->batches)
		flow->bytes_done.elapsed += seconds;
	if (flow->jobs > flow->batches)
		flow->enquiries_done.elapsed += seconds;
	flow->since = now;
}

bool flow_admit(struct flow *flow, const struct job *job, int64_t now)
{
	if (!has_room(flow, job))
		return false;
	struct office_flow *office = find_or_add(flow, job->office.office_no, now);
	pass_time(flow, now);
	*(job_is_batch(job) ? &office->batches : &office->enquiries) += 1;
	office->bytes += weight(job);
	flow->bytes += weight(job);
	flow->batches += job_is_batch(job);
	flow->jobs++;
	return true;
}

static void measure(struct rate *rate, double done)
{
	double kept = RATE_SECONDS / (RATE_SECONDS + rate->elapsed);

	rate->done = rate->done * kept + done;
	rate->seconds = rate->seconds * kept + rate->elapsed;
	rate->elapsed = 0;
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
		measure(&flow->bytes_done, (double)weight(job));
	else
		measure(&flow->enquiries_done, 1);
	if (!office->bytes)
		forget_idle(flow, now);
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

static double a_second(const struct rate *rate)
{
	return rate->done / rate->seconds;
}

/* Bytes a second that this office may expect to be done. */
static double share_of(const struct flow *flow, const struct office_flow *office)
{
	return a_second(&flow->bytes_done) / (double)offices_with(flow, office);
}

/* Seconds by the rate. While nothing is done it does not tell how long that will last: as long again as it has. */
static double or_as_long_again(double seconds, const struct rate *rate)
{
	return seconds > 0 ? greater(seconds, rate->elapsed) : 0;
}

/* Seconds until so many bytes more fit into what all may hold, and what the office may. */
static double time_to_hold(const struct flow *flow, const struct office_flow *office, size_t bytes, size_t budget)
{
	return greater(excess(flow->bytes + bytes, budget) / a_second(&flow->bytes_done),
		excess(office->bytes + bytes, flow->office_budget) / share_of(flow, office));
}

static double time_for_batch(const struct flow *flow, const struct office_flow *office, size_t bytes)
{
	size_t budget = batch_budget(flow);
	double wait = time_to_hold(flow, office, bytes, budget);

	/* what it gives back counts twice: it holds less, and more is free */
	if (office->bytes)
		wait = greater(
			wait, excess(office->bytes + flow->bytes + 2 * bytes, budget) / 2 / share_of(flow, office));
	return or_as_long_again(wait, &flow->bytes_done);
}

static double time_for_enquiry(const struct flow *flow, const struct office_flow *office, size_t bytes)
{
	const struct rate *rate = &flow->enquiries_done;
	double one_less = or_as_long_again(excess(office->enquiries + 1, OFFICE_ENQUIRIES) / a_second(rate), rate);

	return greater(one_less, or_as_long_again(time_to_hold(flow, office, bytes, flow->budget), &flow->bytes_done));
}

/* Microseconds until there is room for the job, if nobody else sends. */
static double time_to_room(const struct flow *flow, const struct office_flow *office, const struct job *job)
{
	double wait = job_is_batch(job) ? time_for_batch(flow, office, weight(job))
					: time_for_enquiry(flow, office, weight(job));

	return wait < GREATEST_WAIT / 1e6 ? wait * 1e6 : GREATEST_WAIT;
}

/* Seconds that one such takes. */
static double time_of(const struct flow *flow, const struct office_flow *office, const struct job *job)
{
	return job_is_batch(job) ? (double)weight(job) / share_of(flow, office) : 1 / a_second(&flow->enquiries_done);
}

static int64_t clamp(int64_t value, int64_t least, int64_t most)
{
	return value < least ? least : value < most ? value : most;
}

struct flow_wait flow_defer(struct flow *flow, const struct job *job, bool may_delay, int64_t now)
{
	struct office_flow *office = find_or_add(flow, job->office.office_no, now);
	pass_time(flow, now);
	int64_t *free_at = job_is_batch(job) ? &office->batches_free_at : &office->enquiries_free_at;
	double wait = time_to_room(flow, office, job);
	bool early = now < *free_at;

	if (early)
		wait = greater(wait, (double)(*free_at - now) + time_of(flow, office, job) * 1e6);
	int64_t micros = clamp((int64_t)wait, LEAST_WAIT, GREATEST_WAIT);
	int64_t most = job_is_batch(job) ? GREATEST_DELAY : GREATEST_DELAY_OF_ENQUIRY;
	int64_t delay = early && may_delay ? clamp(micros, 0, most) : 0;
	*free_at = now + micros;
	return (struct flow_wait){.milliseconds = (uint32_t)(clamp(micros - delay, LEAST_WAIT, GREATEST_WAIT) / 1000),
		.tell_at = now + delay};
}
