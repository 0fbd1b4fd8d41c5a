/* What a batch, or a group of batches, adds to the register's counters, summed by the key of the row.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tally.h"

#include <stdlib.h>

static bool changes_nothing(const struct store_count *count)
{
	return !count->accepted && !count->places;
}

void tally_add(struct tally *tally, const struct store_count *count)
{
	struct store_count added = *count;

	if (!added.programme.len)
		added.places = 0;
	if (changes_nothing(&added))
		return;
	if (tally->count == tally->capacity) {
		tally->capacity = tally->capacity ? 2 * tally->capacity : 16;
		tally->items = realloc(tally->items, tally->capacity * sizeof *tally->items);
		LANTIK_ASSERT(tally->items);
	}
	tally->items[tally->count++] = added;
}

static int by_key(const void *a, const void *b)
{
	const struct store_count *x = a, *y = b;
	int order = lantik_span_compare(x->agency, y->agency);

	if (!order)
		order = x->kind - y->kind;
	if (!order)
		order = x->step - y->step;
	if (!order)
		order = lantik_span_compare(x->programme, y->programme);
	return order ? order : x->kelompok_lapor - y->kelompok_lapor;
}

void tally_merge(struct tally *tally)
{
	struct store_count *items = tally->items;
	size_t merged = 0, kept = 0;

	if (tally->count)
		qsort(items, tally->count, sizeof *items, by_key);
	for (size_t i = 0; i < tally->count; i++) {
		if (!merged || by_key(&items[merged - 1], &items[i]) != 0) {
			items[merged++] = items[i];
			continue;
		}
		struct store_count *sum = &items[merged - 1];
		sum->accepted += items[i].accepted;
		sum->places += items[i].places;
		if (items[i].quota < sum->quota)
			sum->quota = items[i].quota;
	}
	for (size_t i = 0; i < merged; i++)
		if (!changes_nothing(&items[i]))
			items[kept++] = items[i];
	tally->count = kept;
}

void tally_free(struct tally *tally)
{
	free(tally->items);
	*tally = (struct tally){0};
}
