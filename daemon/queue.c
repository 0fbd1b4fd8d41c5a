/* Two lists of jobs under one mutex each: waiting for a worker, and answered.
 * SPDX-License-Identifier: Apache-2.0 */
#include "queue.h"

#include <errno.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct list {
	struct job *first;
	struct job *last;
};

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct list waiting;
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
	close((*queue)->wake);
	pthread_cond_destroy(&(*queue)->filled);
	pthread_mutex_destroy(&(*queue)->answered_lock);
	pthread_mutex_destroy(&(*queue)->lock);
	free(*queue);
	*queue = NULL;
}

void queue_put(struct queue *queue, struct job *job)
{
	pthread_mutex_lock(&queue->lock);
	LANTIK_ASSERT(!queue->closed);
	list_append(&queue->waiting, job);
	pthread_cond_signal(&queue->filled);
	pthread_mutex_unlock(&queue->lock);
}

struct job *queue_take(struct queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	while (!queue->waiting.first && !queue->closed)
		pthread_cond_wait(&queue->filled, &queue->lock);
	struct job *job = queue->waiting.first;
	if (job) {
		queue->waiting.first = job->next;
		if (!job->next)
			queue->waiting.last = NULL;
		job->next = NULL;
	}
	pthread_mutex_unlock(&queue->lock);
	return job;
}

void queue_answer(struct queue *queue, struct job *job)
{
	uint64_t one = 1;

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

struct job *queue_withdraw(struct queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	struct job *first = list_take_all(&queue->waiting);
	pthread_mutex_unlock(&queue->lock);
	return first;
}

void queue_close(struct queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->closed = true;
	pthread_cond_broadcast(&queue->filled);
	pthread_mutex_unlock(&queue->lock);
}
