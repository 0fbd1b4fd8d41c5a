/* The queue between intake and workers, for ThreadSanitizer: every job that goes in comes out once, answered.
 * SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <pthread.h>
#include <stdio.h>

#include "queue.h"

#define JOBS 20000
#define WORKERS 4

static void *work(void *context)
{
	struct queue *queue = context;
	struct job *job;

	while ((job = queue_take(queue))) {
		job->received_at += 1;
		queue_answer(queue, job);
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

int main(void)
{
	struct queue *queue = queue_new();
	pthread_t threads[WORKERS];
	int answered = 0, wrong = 0;

	for (int i = 0; i < WORKERS; i++)
		LANTIK_ASSERT(pthread_create(&threads[i], NULL, work, queue) == 0);
	for (int i = 0; i < JOBS; i++) {
		struct job *job = calloc(1, sizeof *job);
		LANTIK_ASSERT(job);
		queue_put(queue, job);
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
