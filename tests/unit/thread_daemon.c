/* The queue between intake and workers, for ThreadSanitizer: every job that goes in comes out once, answered, whoever
 * takes it and with how many others.
 * SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <pthread.h>
#include <stdio.h>

#include "queue.h"

#define JOBS 20000
#define OFFICES 5
#define FLOODER 0 /* sends all but every eighth job */
#define WORKERS 4
#define GROUP 8

static void finish(struct queue *queue, struct job *job)
{
	job->received_at += 1;
	queue_answer(queue, job);
}

static void *work(void *context)
{
	struct queue *queue = context;
	struct job *job, *group[GROUP];

	while ((job = queue_take(queue))) {
		size_t more = 0;
		if (job->request == LANTIK_SUBMIT && job->body.len <= QUEUE_SMALL)
			more = queue_take_more(queue, JOB_SMALL, GROUP, group);
		while (more)
			finish(queue, group[--more]);
		finish(queue, job);
	}
	return NULL;
}

struct collector {
	struct queue *queue;
	pthread_mutex_t lock;
	int answered, wrong, delivered;
};

/* Counts and frees what is answered by now, under the lock. */
static int collect(struct collector *c)
{
	int count = 0;
	struct job *next;

	for (struct job *job = queue_answered(c->queue); job; job = next, count++) {
		next = job->next;
		c->wrong += job->received_at != 1;
		free(job);
	}
	c->answered += count;
	return count;
}

/* By a worker, when nobody else collects. The intake has to wake up for the last job. */
static bool deliver(void *context)
{
	struct collector *c = context;

	if (pthread_mutex_trylock(&c->lock) != 0)
		return false;
	c->delivered += collect(c);
	bool done = c->answered < JOBS;
	pthread_mutex_unlock(&c->lock);
	return done;
}

/* By the intake, as it is woken. True: all are answered. */
static bool heed(struct collector *c)
{
	queue_heed(c->queue);
	pthread_mutex_lock(&c->lock);
	collect(c);
	bool all = c->answered == JOBS;
	pthread_mutex_unlock(&c->lock);
	return all;
}

static void put(struct queue *queue, int number)
{
	struct job *job = calloc(1, sizeof *job);

	LANTIK_ASSERT(job);
	job->office.office_no = number % 8 ? FLOODER : 1 + number / 8 % (OFFICES - 1);
	job->request = number % 3 ? LANTIK_SUBMIT : LANTIK_PING;
	job->body.len = number % 5 ? 1 : QUEUE_SMALL + 1;
	queue_put(queue, job);
}

static void put_all(struct collector *c)
{
	for (int i = 0; i < JOBS; i++) {
		put(c->queue, i);
		if (i == JOBS / 4)
			queue_deliver_by(c->queue, deliver, c);
		if (i % 64 == 0)
			heed(c);
	}
}

int main(void)
{
	struct collector c = {.queue = queue_new(WORKERS - 1), .lock = PTHREAD_MUTEX_INITIALIZER};
	pthread_t threads[WORKERS];

	for (int i = 0; i < WORKERS; i++)
		LANTIK_ASSERT(pthread_create(&threads[i], NULL, work, c.queue) == 0);
	put_all(&c);
	struct pollfd wait = {.fd = queue_fd(c.queue), .events = POLLIN};
	while (poll(&wait, 1, 30000) == 1 && !heed(&c))
		;
	queue_close(c.queue);
	for (int i = 0; i < WORKERS; i++)
		LANTIK_ASSERT(pthread_join(threads[i], NULL) == 0);
	queue_free(&c.queue);
	printf("%d of %d jobs answered, %d wrong, %d delivered by workers\n", c.answered, JOBS, c.wrong, c.delivered);
	return c.answered == JOBS && !c.wrong && c.delivered ? 0 : 1;
}
