/* Permits for transactions: there are more threads than transactions at work, so that one prepares its batch while
 * those of the others are judged and written: reads, hashes and verifies a large one, or judges what is not judged in
 * its transaction. Who waits for a permit holds no lock of the database. While the server commits, which is mostly
 * its disk's work, nobody needs a permit for it, and the thread that waited for one goes on.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_PERMITS_H
#define LANTIK_DAEMON_PERMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct permits;

/* One thread's, for one transaction after the other. */
struct permit {
	struct permits *of;
	bool is_held;
};

/* Aborts on no memory. */
struct permits *permits_new(size_t count);
void permits_free(struct permits **permits);

/* A transaction begins; waits for a permit. */
void permit_take(struct permit *permit);
/* It has nothing left to do but to wait for its COMMIT. */
void permit_pass_on(struct permit *permit);
/* It ended, whether the permit was passed on or not. */
void permit_end(struct permit *permit);

/* How many transactions began so far. */
uint64_t permits_taken(struct permits *permits);
/* How many began and did not end. */
size_t permits_open(struct permits *permits);

#endif
