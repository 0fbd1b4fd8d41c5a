/* The hand-over between the intake and the workers: our own mutexes and an eventfd, which ThreadSanitizer sees.
 * Offices take turns, so that one that floods the daemon makes the others wait for one batch of its own and no more.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_QUEUE_H
#define LANTIK_DAEMON_QUEUE_H

#include "job.h"

/* A submission of at most so many bytes of body costs a commit and hardly anything else, and one of some hundred
 * records costs less beside others, whose rows go into the indexes in one order with its own: such are written in
 * groups, with others of their size. */
#define QUEUE_SMALL (16u * 1024)
#define QUEUE_MIDDLE (2048u * 1024)

enum job_size { JOB_ALONE, JOB_SMALL, JOB_MIDDLE };

static inline enum job_size job_size(const struct job *job)
{
	if (job->request != LANTIK_SUBMIT || job->body.len > QUEUE_MIDDLE)
		return JOB_ALONE;
	return job->body.len <= QUEUE_SMALL ? JOB_SMALL : JOB_MIDDLE;
}

struct queue;

/* workers: transactions at a time. Aborts on no memory. */
LANTIK_MUST_CHECK struct queue *queue_new(size_t workers);
void queue_free(struct queue **queue);

/* Intake: gives a job to a worker, when it is its office's turn. */
void queue_put(struct queue *queue, struct job *job);
/* Worker: waits for a job; NULL when the queue is closed and empty. Enquiries go before batches, but never so many of
 * them that batches stand still. Of batches the next is of the office that has fewest in the workers' hands, and of
 * those the one that waited longest for its turn: an office with a batch in progress gets no second worker while
 * another one waits. Nor one that another office is sure to need, which has a batch in progress, or had one a moment
 * ago, and sends one after the other: it would come back to find all workers taken. Within an office the oldest comes
 * first; but several workers may have batches of one office, and then any of them is judged first. */
struct job *queue_take(struct queue *queue);
/* Worker: up to max more submissions of that size (not JOB_ALONE), one of each office in turn, for the same
 * transaction; and while any of them sends one after the other only one of each, or none when they are JOB_MIDDLE. No
 * rehearsals. None is taken before an older batch of its office. Returns how many; never waits. */
size_t queue_take_more(struct queue *queue, enum job_size size, size_t max, struct job *jobs[]);
/* Worker: hands the answered job back, and wakes the intake unless the answer is delivered. Each job that was taken,
 * once. */
void queue_answer(struct queue *queue, struct job *job);
/* Intake: deliver is called by the worker for each answer, without any lock; true: nobody needs to be woken. It and its
 * context stay as long as workers answer. */
void queue_deliver_by(struct queue *queue, bool (*deliver)(void *context), void *context);
/* Intake: the fd that is readable when answered jobs wait. */
int queue_fd(const struct queue *queue);
/* Intake: makes it unreadable; before queue_answered, or a job may be left lying. */
void queue_heed(struct queue *queue);
/* Whoever delivers: all answered jobs, oldest first; NULL when there is none. */
struct job *queue_answered(struct queue *queue);
/* Intake: jobs not yet taken by a worker are given back, those of an office oldest first. */
struct job *queue_withdraw(struct queue *queue);
/* No more jobs will come; workers end when the queue is empty. */
void queue_close(struct queue *queue);

#endif
