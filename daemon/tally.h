/* What a batch, or a group of batches, adds to the register's counters.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_TALLY_H
#define LANTIK_DAEMON_TALLY_H

#include "store.h"

/* A growing list; zero it to begin. Agencies and programmes are borrowed. */
struct tally {
	struct store_count *items;
	size_t count, capacity;
};

/* Places of an empty programme are of no formation. */
void tally_add(struct tally *tally, const struct store_count *count);
/* One entry a row, in the order of their keys, and the lowest quota that was said of it. What changes nothing is
 * dropped. */
void tally_merge(struct tally *tally);
void tally_free(struct tally *tally);

#endif
