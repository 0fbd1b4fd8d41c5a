/* The key table in memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include "offices.h"

#include <pthread.h>
#include <string.h>

struct offices {
	pthread_mutex_t lock;
	struct office *items; /* sorted by curve_key */
	size_t count;
};

struct offices *offices_new(void)
{
	struct offices *offices = calloc(1, sizeof *offices);

	LANTIK_ASSERT(offices);
	LANTIK_ASSERT(pthread_mutex_init(&offices->lock, NULL) == 0);
	return offices;
}

void offices_free(struct offices **offices)
{
	if (!*offices)
		return;
	pthread_mutex_destroy(&(*offices)->lock);
	free((*offices)->items);
	free(*offices);
	*offices = NULL;
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct office *)a)->curve_key, ((const struct office *)b)->curve_key);
}

void offices_replace(struct offices *offices, struct office *items, size_t count)
{
	if (count)
		qsort(items, count, sizeof *items, by_key);
	pthread_mutex_lock(&offices->lock);
	struct office *old = offices->items;
	offices->items = items;
	offices->count = count;
	pthread_mutex_unlock(&offices->lock);
	free(old);
}

bool offices_find(struct offices *offices, const char *curve_key, struct office *ret)
{
	struct office wanted;
	const struct office *found = NULL;

	if (strlen(curve_key) != OFFICE_KEY)
		return false;
	memcpy(wanted.curve_key, curve_key, OFFICE_KEY + 1);
	pthread_mutex_lock(&offices->lock);
	if (offices->count)
		found = bsearch(&wanted, offices->items, offices->count, sizeof wanted, by_key);
	if (found)
		*ret = *found;
	pthread_mutex_unlock(&offices->lock);
	return found != NULL;
}

size_t offices_count(struct offices *offices)
{
	pthread_mutex_lock(&offices->lock);
	size_t count = offices->count;
	pthread_mutex_unlock(&offices->lock);
	return count;
}

static bool in_list(const struct office *office, struct lantik_span agency)
{
	for (unsigned i = 0; i < office->agency_count; i++)
		if (lantik_span_is(agency, office->agencies[i]))
			return true;
	return false;
}

bool office_may_send(
	const struct office *office, const struct lantik_rulebook *rulebook, struct lantik_span agency, int32_t on)
{
	const struct lantik_agency *known = lantik_rulebook_agency(rulebook, agency, on);

	if (!known)
		return true;
	if (office->agency_count)
		return in_list(office, agency);
	if (!known->province[0])
		return strcmp(office->kanreg_id, known->kanreg_id) == 0;
	return lantik_rulebook_serves(rulebook, lantik_span_of(office->kanreg_id), known->province, on);
}
