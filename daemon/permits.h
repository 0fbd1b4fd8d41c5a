/* Permits for transactions: there are more threads than transactions at a time, so that one prepares its batch while
 * those of the others are judged and written: reads, hashes and verifies a large one, or judges what is not judged in
 * its transaction. Who waits for a permit holds no lock of the database.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_PERMITS_H
#define LANTIK_DAEMON_PERMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct permits;

/* Aborts on no memory. */
struct permits *permits_new(size_t count);
void permits_free(struct permits **permits);
/* Waits for one. */
void permits_take(struct permits *permits);
void permits_give(struct permits *permits);
/* How often one was taken so far. */
uint64_t permits_taken(struct permits *permits);
/* Whether nobody holds one. */
bool permits_are_free(struct permits *permits);
/* Who holds one: whether nobody else does. */
bool permits_is_only_one(struct permits *permits);

#endif
