/* Permits for transactions, kept by a semaphore of POSIX.
 * SPDX-License-Identifier: Apache-2.0 */
#include "permits.h"

#include <errno.h>
#include <semaphore.h>

#include "lantik/attr.h"

struct permits {
	sem_t free;
	size_t count;
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
}

void permits_give(struct permits *permits)
{
	LANTIK_ASSERT(sem_post(&permits->free) == 0);
}

bool permits_is_only_one(struct permits *permits)
{
	int left;

	LANTIK_ASSERT(sem_getvalue(&permits->free, &left) == 0);
	return (size_t)left + 1 >= permits->count;
}
