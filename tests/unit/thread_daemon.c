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

/* Counts and frees what is answered by now. */
static int collect(struct queue *queue, int *ret_wrong)
{
	int count = 0;
	struct job *next;

	for (struct job *job = queue_answered(queue); job; job = next, count++) {
		next = job->next;
		*ret_wrong += job->received_at != 1;
		free(job);
	}
	return count;
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

int main(void)
{
	struct queue *queue = queue_new(WORKERS - 1);
	pthread_t threads[WORKERS];
	int answered = 0, wrong = 0;

	for (int i = 0; i < WORKERS; i++)
		LANTIK_ASSERT(pthread_create(&threads[i], NULL, work, queue) == 0);
	for (int i = 0; i < JOBS; i++) {
		put(queue, i);
		if (i % 64 == 0)
			answered += collect(queue, &wrong);
	}
	while (answered < JOBS) {
		struct pollfd wait = {.fd = queue_fd(queue), .events = POLLIN};
		if (poll(&wait, 1, 30000) != 1)
			break;
		answered += collect(queue, &wrong);
	}
	queue_close(queue);
	for (int i = 0; i < WORKERS; i++)
		LANTIK_ASSERT(pthread_join(threads[i], NULL) == 0);
	queue_free(&queue);
	printf("%d of %d jobs answered, %d wrong\n", answered, JOBS, wrong);
	return answered == JOBS && !wrong ? 0 : 1;
}
