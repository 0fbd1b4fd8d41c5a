/* What the store answers about batches and decisions as they stand now.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_STORE_ENQUIRY_H
#define LANTIK_DAEMON_STORE_ENQUIRY_H

#include "lantik/codec.h"

#include "store.h"

/* Begins a transaction that only reads and whose statements all see the same; store_rollback ends it. */
LANTIK_MUST_CHECK enum store_result store_snapshot(struct store *store);

/* A batch with every decision since. */
struct store_standing {
	int64_t batch_no; /* 0: not held of this office */
	uint32_t accepted, returned, review, rejected;
};
LANTIK_MUST_CHECK enum store_result store_standing(
	struct store *store, int32_t office_no, const uint8_t batch_id[16], struct store_standing *ret);

/* Decisions on a batch in the order of their leaves. */
struct store_decisions {
	struct store_decided {
		uint64_t leaf_index;
		struct lantik_span leaf, statement, note; /* note is empty when none is stored */
	} items[LANTIK_MAX_DECISIONS];
	size_t count;
	bool more;
	struct lantik_buffer bytes; /* what the spans borrow from */
};
/* From a leaf on, as many as their receipts of at most so many bytes together allow. Zero ret; free it in any case. */
LANTIK_MUST_CHECK enum store_result store_decisions(
	struct store *store, int64_t batch_no, uint64_t from, size_t receipt_bytes, struct store_decisions *ret);
void store_decisions_free(struct store_decisions *decisions);

/* A page of what an office's batches and the decisions on them are. */
struct store_entries {
	struct lantik_reconcile_entry *items;
	size_t count;
	uint64_t next_leaf, ledger_size;
	struct lantik_reconcile_record *records; /* of all items, in their order */
	struct lantik_buffer bytes;              /* what the spans borrow from */
};
/* Zero ret; free it in any case. */
LANTIK_MUST_CHECK enum store_result store_entries(
	struct store *store, int32_t office_no, uint64_t from_leaf, uint32_t limit, struct store_entries *ret);
void store_entries_free(struct store_entries *entries);

#endif
