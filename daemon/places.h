/* Places of formations that a batch takes and gives back, summed by programme and group.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_PLACES_H
#define LANTIK_DAEMON_PLACES_H

#include "store.h"

/* A growing list; zero it to begin. Programmes are borrowed. */
struct places {
	struct store_place *items;
	size_t count, capacity;
};

/* Adds to the entry of this programme and group; an empty programme has no places. */
void places_add(struct places *places, struct lantik_span programme, int32_t kelompok_lapor, int64_t change);
/* Entries that change nothing are dropped. Their quota is without limit until it is set. */
void places_settle(struct places *places);
void places_free(struct places *places);

#endif
