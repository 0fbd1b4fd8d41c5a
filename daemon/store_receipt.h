/* What deeds about receipt keys and recoveries look at and write: keys, notes, forks, the epoch.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_STORE_RECEIPT_H
#define LANTIK_DAEMON_STORE_RECEIPT_H

#include "lantik/deed.h"

#include "store.h"

/* The key of a deed whose leaf stands at leaf_index. */
LANTIK_MUST_CHECK enum store_result store_add_receipt_key(
	struct store *store, const struct lantik_deed *deed, uint64_t leaf_index);
LANTIK_MUST_CHECK enum store_result store_retire_receipt_key(
	struct store *store, const struct lantik_deed *deed, uint64_t leaf_index);

/* How many sizes of a range, both ends within, have no stored checkpoint; counting ends at most. */
LANTIK_MUST_CHECK enum store_result store_missing_notes(
	struct store *store, uint64_t from_size, uint64_t to_size, uint32_t most, uint32_t *ret);

/* Proofs of a fork that no recovery has ended: the largest first, at most LANTIK_MAX_LOST of them. */
struct store_forks {
	unsigned epoch;    /* of the ledger */
	unsigned greatest; /* epoch that anybody has seen */
	struct lantik_tree_head heads[LANTIK_MAX_LOST];
	size_t count;
};
LANTIK_MUST_CHECK enum store_result store_forks(struct store *store, struct store_forks *ret);
LANTIK_MUST_CHECK enum store_result store_set_epoch(struct store *store, unsigned epoch);

#endif
