/* Permits for transactions, kept by a semaphore of POSIX.
 * SPDX-License-Identifier: Apache-2.0 */
#include "permits.h"

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "lantik/attr.h"

struct permits {
	sem_t free;
	_Atomic size_t open;
	_Atomic uint64_t taken;
};

struct permits *permits_new(size_t count)
{
	struct permits *permits = calloc(1, sizeof *permits);

	LANTIK_ASSERT(permits && sem_init(&permits->free, 0, (unsigned)count) == 0);
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

void permit_take(struct permit *permit)
{
	LANTIK_ASSERT(!permit->is_held);
	while (sem_wait(&permit->of->free) != 0)
		LANTIK_ASSERT(errno == EINTR);
	permit->is_held = true;
	atomic_fetch_add(&permit->of->open, 1);
	atomic_fetch_add(&permit->of->taken, 1);
}

void permit_pass_on(struct permit *permit)
{
	LANTIK_ASSERT(permit->is_held);
	permit->is_held = false;
	LANTIK_ASSERT(sem_post(&permit->of->free) == 0);
}

void permit_end(struct permit *permit)
{
	atomic_fetch_sub(&permit->of->open, 1);
	if (permit->is_held)
		permit_pass_on(permit);
}

uint64_t permits_taken(struct permits *permits)
{
	return atomic_load(&permits->taken);
}

size_t permits_open(struct permits *permits)
{
	return atomic_load(&permits->open);
}
