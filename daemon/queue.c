/* Jobs that wait for a worker, office by office, and jobs that are answered: each under one mutex.
 * SPDX-License-Identifier: Apache-2.0 */
#include "queue.h"

#include <errno.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"

/* An enquiry takes a worker for about a millisecond, a batch for up to half a second: so many go before a batch that
 * waits, and a flood of them slows batches down by a few hundredths. */
#define ENQUIRIES_A_BATCH 16
/* Who sends the next batch on the receipt of the last one is expected back within twice the time that the last one
 * took: beside a flood the sender waits for a processor, too. Not below what a receipt needs to travel and to be
 * verified there, and within so many microseconds. */
#define LEAST_WARMTH 5000LL
#define GREATEST_WARMTH 500000LL

struct list {
	struct job *first;
	struct job *last;
};

/* An office with something waiting or in the workers' hands; there are as many as offices that are busy. */
struct line {
	struct line *next;
	int32_t office_no;
	struct list enquiries;
	struct list batches;
	size_t in_progress; /* of its batches */
	int64_t taken_at;   /* the last of them */
	int64_t warm_until; /* its next batch is expected until then */
	size_t in_group;    /* taken of it for the group that is being made */
};

/* A worker that waits; its memory is the queue's. */
struct waiter {
	pthread_cond_t woken;
	struct waiter *next;
};

struct queue {
	pthread_mutex_t lock;
	struct waiter *waiting, *spare; /* of those who wait, who began last stands first */
	struct line *lines;             /* who was served last stands last */
	size_t workers;
	unsigned enquiries; /* taken since the last batch */
	bool kept_back;     /* a batch waits that could be taken if no other office needed the worker */
	bool closed;
	pthread_mutex_t answered_lock;
	struct list answered;
	bool (*deliver)(void *context); /* NULL: nobody */
	void *deliver_context;
	int wake;
};

static void list_append(struct list *list, struct job *job)
{
	job->next = NULL;
	if (list->last)
		list->last->next = job;
	else
		list->first = job;
	list->last = job;
}

static struct job *list_take(struct list *list)
{
	struct job *job = list->first;

	list->first = job->next;
	if (!list->first)
		list->last = NULL;
	job->next = NULL;
	return job;
}

static struct job *list_take_all(struct list *list)
{
	struct job *first = list->first;

	*list = (struct list){0};
	return first;
}

static bool is_idle(const struct line *line)
{
	return !line->enquiries.first && !line->batches.first && !line->in_progress;
}

/* Away with the offices that hold nothing and are not expected. */
static void forget_idle(struct queue *queue, int64_t now)
{
	struct line **place = &queue->lines;

	while (*place) {
		struct line *line = *place;
		if (!is_idle(line) || line->warm_until > now) {
			place = &line->next;
			continue;
		}
		*place = line->next;
		free(line);
	}
}

struct queue *queue_new(size_t workers)
{
	struct queue *queue = calloc(1, sizeof *queue);

	LANTIK_ASSERT(queue);
	queue->workers = workers;
	LANTIK_ASSERT(pthread_mutex_init(&queue->lock, NULL) == 0);
	LANTIK_ASSERT(pthread_mutex_init(&queue->answered_lock, NULL) == 0);
	queue->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	LANTIK_ASSERT(queue->wake >= 0);
	return queue;
}

void queue_free(struct queue **queue)
{
	if (!*queue)
		return;
	forget_idle(*queue, INT64_MAX);
	LANTIK_ASSERT(!(*queue)->lines);
	LANTIK_ASSERT(!(*queue)->waiting);
	for (struct waiter *next, *waiter = (*queue)->spare; waiter; waiter = next) {
		next = waiter->next;
		pthread_cond_destroy(&waiter->woken);
		free(waiter);
	}
	close((*queue)->wake);
	pthread_mutex_destroy(&(*queue)->answered_lock);
	pthread_mutex_destroy(&(*queue)->lock);
	free(*queue);
	*queue = NULL;
}

/* ---- offices ---- */

/* The place of the office's line; at the end, and NULL there, when it has none. */
static struct line **find_line(struct queue *queue, int32_t office_no)
{
	struct line **place = &queue->lines;

	while (*place && (*place)->office_no != office_no)
		place = &(*place)->next;
	return place;
}

/* Behind everybody else. */
static void end_turn(struct line **place)
{
	struct line *line = *place, **end = place;

	*place = line->next;
	line->next = NULL;
	while (*end)
		end = &(*end)->next;
	*end = line;
}

/* ---- who waits ---- */

static struct waiter *waiter_new(void)
{
	struct waiter *waiter = calloc(1, sizeof *waiter);
	pthread_condattr_t monotonic;

	LANTIK_ASSERT(waiter);
	LANTIK_ASSERT(pthread_condattr_init(&monotonic) == 0);
	LANTIK_ASSERT(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
	LANTIK_ASSERT(pthread_cond_init(&waiter->woken, &monotonic) == 0);
	pthread_condattr_destroy(&monotonic);
	return waiter;
}

static struct waiter *take_first(struct waiter **list)
{
	struct waiter *first = *list;

	if (first)
		*list = first->next;
	return first;
}

static void put_first(struct waiter **list, struct waiter *waiter)
{
	waiter->next = *list;
	*list = waiter;
}

/* A waiter that is to be woken is not in the list any more. */
static void take_out(struct waiter **list, const struct waiter *waiter)
{
	while (*list && *list != waiter)
		list = &(*list)->next;
	if (*list)
		*list = waiter->next;
}

static void wake_all(const struct queue *queue)
{
	for (struct waiter *waiter = queue->waiting; waiter; waiter = waiter->next)
		pthread_cond_signal(&waiter->woken);
}

/* ---- jobs ---- */

/* Wakes the worker that had something to do last: what it and its backend of PostgreSQL work with is still in the
 * processor's caches (docs/performance.md). */
void queue_put(struct queue *queue, struct job *job)
{
	pthread_mutex_lock(&queue->lock);
	LANTIK_ASSERT(!queue->closed);
	forget_idle(queue, clock_steady());
	struct line **place = find_line(queue, job->office.office_no);
	if (!*place) {
		*place = calloc(1, sizeof **place);
		LANTIK_ASSERT(*place);
		(*place)->office_no = job->office.office_no;
	}
	list_append(job_is_batch(job) ? &(*place)->batches : &(*place)->enquiries, job);
	struct waiter *waiter = take_first(&queue->waiting);
	pthread_mutex_unlock(&queue->lock);
	if (waiter)
		pthread_cond_signal(&waiter->woken); /* who finds the lock free */
}

/* ---- turns ---- */

static struct line **next_enquiry(struct queue *queue)
{
	struct line **place = &queue->lines;

	while (*place && !(*place)->enquiries.first)
		place = &(*place)->next;
	return *place ? place : NULL;
}

/* It is served as fast as it sends: a worker will be needed for its next batch. */
static bool is_quiet(const struct line *line, int64_t now)
{
	return !line->batches.first && (line->in_progress || line->warm_until > now);
}

/* Whether one more worker for this office leaves enough for those that are sure to need one. */
static bool may_have_more(const struct queue *queue, const struct line *line, int64_t now)
{
	size_t quiet = 0;

	if (!line->in_progress || queue->closed)
		return true;
	for (const struct line *other = queue->lines; other; other = other->next)
		quiet += is_quiet(other, now);
	return !quiet || line->in_progress + quiet < queue->workers;
}

/* NULL: none waits that may be taken now. */
static struct line **next_batch(struct queue *queue, int64_t now)
{
	struct line **best = NULL;

	for (struct line **place = &queue->lines; *place; place = &(*place)->next)
		if ((*place)->batches.first && (!best || (*place)->in_progress < (*best)->in_progress))
			best = place;
	queue->kept_back = best && !may_have_more(queue, *best, now);
	return queue->kept_back ? NULL : best;
}

static struct job *take_batch(struct line **place, int64_t now)
{
	struct job *job = list_take(&(*place)->batches);

	(*place)->in_progress++;
	(*place)->taken_at = now;
	end_turn(place);
	return job;
}

/* NULL: nothing waits that may be taken now. */
static struct job *take_next(struct queue *queue)
{
	int64_t now = clock_steady();
	struct line **enquiry = next_enquiry(queue), **batch = next_batch(queue, now);

	if (enquiry && (!batch || queue->enquiries < ENQUIRIES_A_BATCH)) {
		struct job *job = list_take(&(*enquiry)->enquiries);
		queue->enquiries++;
		end_turn(enquiry);
		return job;
	}
	queue->enquiries = 0;
	return batch ? take_batch(batch, now) : NULL;
}

/* Until something comes, or until an office that was expected has not come. */
static void wait_for_more(struct queue *queue)
{
	int64_t until = INT64_MAX, now = clock_steady();

	for (const struct line *line = queue->lines; queue->kept_back && line; line = line->next)
		if (line->warm_until > now && line->warm_until < until)
			until = line->warm_until;
	struct timespec at = {.tv_sec = until / 1000000, .tv_nsec = until % 1000000 * 1000};
	struct waiter *self = take_first(&queue->spare);
	if (!self)
		self = waiter_new();
	put_first(&queue->waiting, self);
	if (until == INT64_MAX)
		pthread_cond_wait(&self->woken, &queue->lock);
	else
		pthread_cond_timedwait(&self->woken, &queue->lock, &at);
	take_out(&queue->waiting, self);
	put_first(&queue->spare, self);
}

struct job *queue_take(struct queue *queue)
{
	struct job *job;

	pthread_mutex_lock(&queue->lock);
	while (!(job = take_next(queue)) && !queue->closed)
		wait_for_more(queue);
	pthread_mutex_unlock(&queue->lock);
	return job;
}

static struct line **next_of(struct queue *queue, enum job_size size, size_t share)
{
	for (struct line **place = &queue->lines; *place; place = &(*place)->next) {
		const struct job *job = (*place)->batches.first;
		if (job && job_size(job) == size && (*place)->in_group < share)
			return place;
	}
	return NULL;
}

/* How many each office may add to a group; forgets what it added to the last one. Who has at most one batch waiting
 * sends one after the other, and would pay with its own time for all that a flood adds: then it is one of each office,
 * and of middle size none. */
static size_t begin_group(struct queue *queue, enum job_size size, size_t max, int64_t now)
{
	bool alone = true;

	for (struct line *line = queue->lines; line; line = line->next) {
		line->in_group = 0;
		if (line->batches.first == line->batches.last)
			alone &= !line->batches.first && !line->in_progress && line->warm_until <= now;
	}
	return alone ? max : size == JOB_SMALL;
}

size_t queue_take_more(struct queue *queue, enum job_size size, size_t max, struct job *jobs[])
{
	struct line **place;
	int64_t now = clock_steady();
	size_t count = 0;

	pthread_mutex_lock(&queue->lock);
	size_t share = begin_group(queue, size, max, now);
	while (count < max && (place = next_of(queue, size, share))) {
		(*place)->in_group++;
		jobs[count++] = take_batch(place, now);
	}
	pthread_mutex_unlock(&queue->lock);
	return count;
}

/* ---- answers ---- */

/* The office's place in the order of turns stays. */
static void end_batch(struct queue *queue, const struct job *job)
{
	int64_t now = clock_steady();

	pthread_mutex_lock(&queue->lock);
	struct line *line = *find_line(queue, job->office.office_no);
	LANTIK_ASSERT(line && line->in_progress);
	int64_t took = now - line->taken_at;
	line->in_progress--;
	int64_t warmth = 2 * took < LEAST_WARMTH ? LEAST_WARMTH : 2 * took;
	line->warm_until = now + (warmth < GREATEST_WARMTH ? warmth : GREATEST_WARMTH);
	if (queue->kept_back)
		wake_all(queue);
	pthread_mutex_unlock(&queue->lock);
}

static void wake_intake(struct queue *queue)
{
	uint64_t one = 1;

	while (write(queue->wake, &one, sizeof one) < 0)
		LANTIK_ASSERT(errno == EINTR);
}

void queue_deliver_by(struct queue *queue, bool (*deliver)(void *context), void *context)
{
	pthread_mutex_lock(&queue->answered_lock);
	queue->deliver = deliver;
	queue->deliver_context = context;
	pthread_mutex_unlock(&queue->answered_lock);
}

void queue_answer(struct queue *queue, struct job *job)
{
	if (job_is_batch(job))
		end_batch(queue, job);
	pthread_mutex_lock(&queue->answered_lock);
	list_append(&queue->answered, job);
	bool (*deliver)(void *context) = queue->deliver;
	void *context = queue->deliver_context;
	pthread_mutex_unlock(&queue->answered_lock);
	if (!deliver || !deliver(context))
		wake_intake(queue);
}

int queue_fd(const struct queue *queue)
{
	return queue->wake;
}

void queue_heed(struct queue *queue)
{
	uint64_t count;

	while (read(queue->wake, &count, sizeof count) < 0 && errno == EINTR)
		;
}

struct job *queue_answered(struct queue *queue)
{
	pthread_mutex_lock(&queue->answered_lock);
	struct job *first = list_take_all(&queue->answered);
	pthread_mutex_unlock(&queue->answered_lock);
	return first;
}

static void move_all(struct list *from, struct list *to)
{
	if (!from->first)
		return;
	if (to->last)
		to->last->next = from->first;
	else
		to->first = from->first;
	to->last = from->last;
	*from = (struct list){0};
}

struct job *queue_withdraw(struct queue *queue)
{
	struct list all = {0};

	pthread_mutex_lock(&queue->lock);
	for (struct line *line = queue->lines; line; line = line->next) {
		move_all(&line->enquiries, &all);
		move_all(&line->batches, &all);
	}
	pthread_mutex_unlock(&queue->lock);
	return all.first;
}

void queue_close(struct queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->closed = true;
	wake_all(queue);
	pthread_mutex_unlock(&queue->lock);
}
