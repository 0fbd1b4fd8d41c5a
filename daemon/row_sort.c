/* Sorting rows by a number: digit by digit, which asks each row for its number once and compares nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#include "row_sort.h"

#include <string.h>

#define DIGIT_BITS 8u
#define DIGITS (64u / DIGIT_BITS)
#define VALUES (1u << DIGIT_BITS)
/* Below this many rows counting digits costs more than it spares. */
#define FEW 48u

struct keyed {
	uint64_t key;
	struct row *row;
};

int64_t row_nik(const struct row *row)
{
	return row->nik;
}

int64_t row_nip(const struct row *row)
{
	return row->nip;
}

static unsigned digit_of(uint64_t key, unsigned digit)
{
	return (unsigned)(key >> DIGIT_BITS * digit) & (VALUES - 1);
}

static void sort_few(struct keyed *items, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct keyed item = items[i];
		size_t at = i;
		for (; at > 0 && items[at - 1].key > item.key; at--)
			items[at] = items[at - 1];
		items[at] = item;
	}
}

/* One digit, of which `counts` tells how often each value stands. */
static void sort_digit(
	const struct keyed *from, size_t count, unsigned digit, const uint32_t counts[VALUES], struct keyed *to)
{
	uint32_t places[VALUES], place = 0;

	for (unsigned value = 0; value < VALUES; value++) {
		places[value] = place;
		place += counts[value];
	}
	for (size_t i = 0; i < count; i++)
		to[places[digit_of(from[i].key, digit)]++] = from[i];
}

/* The least digit first. A digit that all share, as NIKs have some, is passed over. The sorted items are where it says:
 * in items or in room. */
static const struct keyed *sort_many(struct keyed *items, struct keyed *room, size_t count)
{
	uint32_t counts[DIGITS][VALUES] = {{0}};
	struct keyed *from = items, *to = room;

	for (size_t i = 0; i < count; i++)
		for (unsigned digit = 0; digit < DIGITS; digit++)
			counts[digit][digit_of(items[i].key, digit)]++;
	for (unsigned digit = 0; digit < DIGITS; digit++) {
		if (counts[digit][digit_of(from[0].key, digit)] == count)
			continue;
		sort_digit(from, count, digit, counts[digit], to);
		struct keyed *sorted = to;
		to = from;
		from = sorted;
	}
	return from;
}

void rows_sort(struct row **rows, size_t count, int64_t (*number)(const struct row *row))
{
	struct keyed *items = malloc((2 * count + 1) * sizeof *items);
	const struct keyed *sorted = items;

	LANTIK_ASSERT(items && count <= UINT32_MAX);
	for (size_t i = 0; i < count; i++)
		items[i] = (struct keyed){.key = (uint64_t)number(rows[i]) ^ UINT64_C(1) << 63, .row = rows[i]};
	if (count <= FEW)
		sort_few(items, count);
	else
		sorted = sort_many(items, items + count, count);
	for (size_t i = 0; i < count; i++)
		rows[i] = sorted[i].row;
	free(items);
}
