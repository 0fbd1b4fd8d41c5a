/* Permits for transactions, kept by a semaphore of POSIX.
 * SPDX-License-Identifier: Apache-2.0 */
#include "permits.h"

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "lantik/attr.h"

struct permits {
	sem_t free;
	size_t count;
	_Atomic uint64_t taken;
};

struct permits *permits_new(size_t count)
{
	struct permits *permits = malloc(sizeof *permits);

	LANTIK_ASSERT(permits && sem_init(&permits->free, 0, (unsigned)count) == 0);
	permits->count = count;
	return permits;
}

void permits_free(struct permits **permits)
{
	if (!*permits)
		return;
	sem_destroy(&(*permits)->free);
	free(*permits);
	*permits = NULL;
}

void permits_take(struct permits *permits)
{
	while (sem_wait(&permits->free) != 0)
		LANTIK_ASSERT(errno == EINTR);
	atomic_fetch_add(&permits->taken, 1);
}

void permits_give(struct permits *permits)
{
	LANTIK_ASSERT(sem_post(&permits->free) == 0);
}

uint64_t permits_taken(struct permits *permits)
{
	return atomic_load(&permits->taken);
}

static size_t left(struct permits *permits)
{
	int value;

	LANTIK_ASSERT(sem_getvalue(&permits->free, &value) == 0);
	return (size_t)value;
}

bool permits_are_free(struct permits *permits)
{
	return left(permits) >= permits->count;
}

bool permits_is_only_one(struct permits *permits)
{
	return left(permits) + 1 >= permits->count;
}
