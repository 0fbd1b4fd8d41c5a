/* Jobs that wait for a worker, office by office, and jobs that are answered: each under one mutex.
 * SPDX-License-Identifier: Apache-2.0 */
#include "queue.h"

#include <errno.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* An enquiry takes a worker for about a millisecond, a batch for up to half a second: so many go before a batch that
 * waits, and a flood of them slows batches down by a few hundredths. */
#define ENQUIRIES_A_BATCH 16

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
};

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct line *lines; /* who was served last stands last */
	unsigned enquiries; /* taken since the last batch */
	bool closed;
	pthread_mutex_t answered_lock;
	struct list answered;
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

struct queue *queue_new(void)
{
	struct queue *queue = calloc(1, sizeof *queue);

	LANTIK_ASSERT(queue);
	LANTIK_ASSERT(pthread_mutex_init(&queue->lock, NULL) == 0);
	LANTIK_ASSERT(pthread_mutex_init(&queue->answered_lock, NULL) == 0);
	LANTIK_ASSERT(pthread_cond_init(&queue->filled, NULL) == 0);
	queue->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	LANTIK_ASSERT(queue->wake >= 0);
	return queue;
}

void queue_free(struct queue **queue)
{
	if (!*queue)
		return;
	LANTIK_ASSERT(!(*queue)->lines);
	close((*queue)->wake);
	pthread_cond_destroy(&(*queue)->filled);
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

/* Behind everybody else; or away with it, when it holds nothing more. */
static void end_turn(struct line **place)
{
	struct line *line = *place, **end = place;

	*place = line->next;
	line->next = NULL;
	if (!line->enquiries.first && !line->batches.first && !line->in_progress) {
		free(line);
		return;
	}
	while (*end)
		end = &(*end)->next;
	*end = line;
}

void queue_put(struct queue *queue, struct job *job)
{
	pthread_mutex_lock(&queue->lock);
	LANTIK_ASSERT(!queue->closed);
	struct line **place = find_line(queue, job->office.office_no);
	if (!*place) {
		*place = calloc(1, sizeof **place);
		LANTIK_ASSERT(*place);
		(*place)->office_no = job->office.office_no;
	}
	list_append(job_is_batch(job) ? &(*place)->batches : &(*place)->enquiries, job);
	pthread_cond_signal(&queue->filled);
	pthread_mutex_unlock(&queue->lock);
}

/* ---- turns ---- */

static struct line **next_enquiry(struct queue *queue)
{
	struct line **place = &queue->lines;

	while (*place && !(*place)->enquiries.first)
		place = &(*place)->next;
	return *place ? place : NULL;
}

static struct line **next_batch(struct queue *queue)
{
	struct line **best = NULL;

	for (struct line **place = &queue->lines; *place; place = &(*place)->next)
		if ((*place)->batches.first && (!best || (*place)->in_progress < (*best)->in_progress))
			best = place;
	return best;
}

static struct job *take_batch(struct line **place)
{
	struct job *job = list_take(&(*place)->batches);

	(*place)->in_progress++;
	end_turn(place);
	return job;
}

/* NULL: nothing waits. */
static struct job *take_next(struct queue *queue)
{
	struct line **enquiry = next_enquiry(queue), **batch = next_batch(queue);

	if (enquiry && (!batch || queue->enquiries < ENQUIRIES_A_BATCH)) {
		struct job *job = list_take(&(*enquiry)->enquiries);
		queue->enquiries++;
		end_turn(enquiry);
		return job;
	}
	queue->enquiries = 0;
	return batch ? take_batch(batch) : NULL;
}

struct job *queue_take(struct queue *queue)
{
	struct job *job;

	pthread_mutex_lock(&queue->lock);
	while (!(job = take_next(queue)) && !queue->closed)
		pthread_cond_wait(&queue->filled, &queue->lock);
	pthread_mutex_unlock(&queue->lock);
	return job;
}

static struct line **next_small(struct queue *queue)
{
	for (struct line **place = &queue->lines; *place; place = &(*place)->next) {
		const struct job *job = (*place)->batches.first;
		if (job && job->request == LANTIK_SUBMIT && job->body.len <= QUEUE_SMALL)
			return place;
	}
	return NULL;
}

size_t queue_take_small(struct queue *queue, size_t max, struct job *jobs[])
{
	struct line **place;
	size_t count = 0;

	pthread_mutex_lock(&queue->lock);
	while (count < max && (place = next_small(queue)))
		jobs[count++] = take_batch(place);
	pthread_mutex_unlock(&queue->lock);
	return count;
}

/* ---- answers ---- */

/* The office's place in the order of turns stays. */
static void end_batch(struct queue *queue, const struct job *job)
{
	pthread_mutex_lock(&queue->lock);
	struct line **place = find_line(queue, job->office.office_no);
	LANTIK_ASSERT(*place && (*place)->in_progress);
	(*place)->in_progress--;
	if (!(*place)->in_progress && !(*place)->batches.first && !(*place)->enquiries.first)
		end_turn(place);
	pthread_mutex_unlock(&queue->lock);
}

void queue_answer(struct queue *queue, struct job *job)
{
	uint64_t one = 1;

	if (job_is_batch(job))
		end_batch(queue, job);
	pthread_mutex_lock(&queue->answered_lock);
	list_append(&queue->answered, job);
	pthread_mutex_unlock(&queue->answered_lock);
	while (write(queue->wake, &one, sizeof one) < 0)
		LANTIK_ASSERT(errno == EINTR);
}

int queue_fd(const struct queue *queue)
{
	return queue->wake;
}

struct job *queue_answered(struct queue *queue)
{
	uint64_t count;

	while (read(queue->wake, &count, sizeof count) < 0 && errno == EINTR)
		;
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
	struct line **place = &queue->lines;

	pthread_mutex_lock(&queue->lock);
	while (*place) {
		struct line *line = *place;
		move_all(&line->enquiries, &all);
		move_all(&line->batches, &all);
		if (line->in_progress) {
			place = &line->next;
			continue;
		}
		*place = line->next;
		free(line);
	}
	pthread_mutex_unlock(&queue->lock);
	return all.first;
}

void queue_close(struct queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->closed = true;
	pthread_cond_broadcast(&queue->filled);
	pthread_mutex_unlock(&queue->lock);
}
