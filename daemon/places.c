/* Places of formations that a batch takes and gives back.
 * SPDX-License-Identifier: Apache-2.0 */
#include "places.h"

#include <stdlib.h>

static struct store_place *place_of(struct places *places, struct lantik_span programme, int32_t kelompok_lapor)
{
	for (size_t i = 0; i < places->count; i++)
		if (places->items[i].kelompok_lapor == kelompok_lapor &&
			lantik_span_equal(places->items[i].programme, programme))
			return &places->items[i];
	if (places->count == places->capacity) {
		places->capacity = places->capacity ? 2 * places->capacity : 16;
		places->items = realloc(places->items, places->capacity * sizeof *places->items);
		LANTIK_ASSERT(places->items);
	}
	struct store_place *place = &places->items[places->count++];
	*place = (struct store_place){.programme = programme, .kelompok_lapor = kelompok_lapor, .quota = INT64_MAX};
	return place;
}

void places_add(struct places *places, struct lantik_span programme, int32_t kelompok_lapor, int64_t change)
{
	if (programme.len && change)
		place_of(places, programme, kelompok_lapor)->change += change;
}

void places_settle(struct places *places)
{
	size_t kept = 0;

	for (size_t i = 0; i < places->count; i++)
		if (places->items[i].change)
			places->items[kept++] = places->items[i];
	places->count = kept;
}

void places_free(struct places *places)
{
	free(places->items);
	*places = (struct places){0};
}
