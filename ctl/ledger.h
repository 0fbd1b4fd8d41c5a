/* The ledger as it stands: head, epoch, timeline, and signed checkpoints that it does not continue.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_LEDGER_H
#define LANTIK_CTL_LEDGER_H

#include "database.h"
#include "lantik/deed.h"

struct ledger_fork {
	unsigned epoch;
	struct lantik_tree_head head;
	char office[LANTIK_MAX_OFFICE_NAME + 1]; /* empty: lantikd itself */
	char found_at[40];
	struct lantik_tree_head ledger; /* as it was then */
};

struct ledger {
	char origin[LANTIK_MAX_ORIGIN + 1];
	unsigned epoch, greatest; /* of the ledger; that anybody has seen */
	struct lantik_tree_head head;
	char recorded_at[40];      /* empty: no leaf yet */
	int timeline;              /* of the server; 0 on a standby */
	uint64_t before;           /* leaves that were written on other timelines */
	uint64_t unsigned_sizes;   /* without a stored checkpoint */
	struct ledger_fork *forks; /* of this epoch or a later one, the largest first */
	size_t fork_count;
};

/* LANTIK_EXIT_OK, or the exit code of a failure that was reported. Free it in both cases. */
LANTIK_MUST_CHECK int ledger_read(struct database *database, struct ledger *ret);
void ledger_free(struct ledger *ledger);
/* The root that the ledger had at a size; false when the nodes are not there. */
LANTIK_MUST_CHECK bool ledger_root(struct database *database, uint64_t size, uint8_t ret[LANTIK_HASH]);

#endif
