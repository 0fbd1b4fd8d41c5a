/* The hand-over between the intake and the workers: our own mutexes and an eventfd, which ThreadSanitizer sees.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_QUEUE_H
#define LANTIK_DAEMON_QUEUE_H

#include "job.h"

struct queue;

LANTIK_MUST_CHECK struct queue *queue_new(void);
void queue_free(struct queue **queue);

/* Intake: gives a job to whichever worker is free next. */
void queue_put(struct queue *queue, struct job *job);
/* Worker: waits for a job; NULL when the queue is closed and empty. */
struct job *queue_take(struct queue *queue);
/* Worker: hands the answered job back and wakes the intake. */
void queue_answer(struct queue *queue, struct job *job);
/* Intake: the fd that is readable when answered jobs wait; clears it. */
int queue_fd(const struct queue *queue);
/* Intake: all answered jobs, oldest first; NULL when there is none. */
struct job *queue_answered(struct queue *queue);
/* Intake: jobs not yet taken by a worker are given back, oldest first. */
struct job *queue_withdraw(struct queue *queue);
/* No more jobs will come; workers end when the queue is empty. */
void queue_close(struct queue *queue);

#endif
