/* Earlier batches that a batch names: what a record continues (its predecessor) and what it corrects.
 * A batch names one of them or a few; each is asked for once.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_LINEAGE_H
#define LANTIK_DAEMON_LINEAGE_H

#include "store.h"

#define LINEAGE_KEPT 16

struct lineage {
	struct store *store;
	int32_t office_no;
	size_t count, next; /* known, and the one that makes room */
	struct lineage_entry {
		uint8_t batch_id[16];
		struct store_ancestor ancestor;
	} entries[LINEAGE_KEPT];
};

struct lineage lineage_of(struct store *store, int32_t office_no);
void lineage_free(struct lineage *lineage);

/* Whether what is asked about the batch is known. batch_id has 16 bytes. */
bool lineage_knows(const struct lineage *lineage, struct lantik_span batch_id);
/* From here on each new batch is asked for at the cost of one that was known. */
static inline bool lineage_is_full(const struct lineage *lineage)
{
	return lineage->count == LINEAGE_KEPT;
}

/* Where the record stands in the register: under its batch, or under the decision that accepted it. *ret_batch_no is 0
 * when the batch is not held of this office. batch_id has 16 bytes; it may be a decision's. */
LANTIK_MUST_CHECK enum store_result lineage_predecessor(
	struct lineage *lineage, struct lantik_span batch_id, int32_t record_no, int64_t *ret_batch_no);
/* Whether the record was given back to this office and is not decided otherwise since. */
LANTIK_MUST_CHECK enum store_result lineage_returned(
	struct lineage *lineage, struct lantik_span batch_id, int32_t record_no, bool *ret);
/* Whether the batch is held of this office. */
LANTIK_MUST_CHECK enum store_result lineage_held(struct lineage *lineage, struct lantik_span batch_id, bool *ret);

#endif
