/* What the store keeps as evidence: the ledger's head and nodes, signed checkpoints, keys, forks.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_STORE_WITNESS_H
#define LANTIK_DAEMON_STORE_WITNESS_H

#include "lantik/ledger.h"

#include "store.h"

/* The ledger's head as the primary has it now. */
struct store_head {
	char origin[LANTIK_MAX_ORIGIN + 1]; /* base */
	unsigned epoch;
	uint64_t size;
	uint8_t root[LANTIK_HASH];
	uint64_t trust_size; /* number of leaves right after the last deed about receipt keys or a recovery; 0: none */
	char note[LANTIK_MAX_NOTE + 1]; /* its signed checkpoint; empty when none is stored */
};
LANTIK_MUST_CHECK enum store_result store_head(struct store *store, struct store_head *ret);

/* Changes that the house looks for. */
struct store_look {
	int64_t version; /* of the reference data, offices and deeds */
	unsigned epoch;
	bool is_forked; /* a signed checkpoint stands here that the ledger does not continue */
};
LANTIK_MUST_CHECK enum store_result store_look(struct store *store, struct store_look *ret);

/* A lantik_node_source over what the leaves completed; context is the store. */
bool store_node(void *store, unsigned level, uint64_t index, uint8_t ret[LANTIK_HASH]);
/* Several at once. What is not held stays as it was, with is_held false. */
struct store_node {
	unsigned level;
	uint64_t index;
	bool is_held;
	uint8_t hash[LANTIK_HASH];
};
LANTIK_MUST_CHECK enum store_result store_nodes(struct store *store, struct store_node *nodes, size_t count);

/* Keeps a signed checkpoint; the first one of a size stays. Waits neither for the answer nor for the disk: nothing is
 * lost when it fails, the note can be made again. It is sent by store_send_notes, outside a transaction; notes that are
 * sent together are one statement. */
enum store_result store_note(struct store *store, uint64_t size, struct lantik_span note);
enum store_result store_send_notes(struct store *store, struct store_numbers *behind);
/* Leaves from from_leaf to before until_leaf whose checkpoint is not stored; at most count, ascending. */
struct store_unsigned {
	uint64_t leaf_index;
	bool quorum; /* the leaf claims LANTIK_DURABLE_QUORUM */
};
LANTIK_MUST_CHECK enum store_result store_unsigned(struct store *store, uint64_t from_leaf, uint64_t until_leaf,
	struct store_unsigned *ret, size_t count, size_t *ret_count);

/* The key of an empty log's first checkpoint, unless there is one already. */
LANTIK_MUST_CHECK enum store_result store_first_key(struct store *store, struct lantik_span vkey);

/* Where the trust in the log's keys begins, and the deeds that it grew by. */
struct store_trust {
	struct lantik_buffer first_key; /* vkey; empty before the first start */
	struct store_trust_deed {
		uint64_t leaf_index;
		struct lantik_span text;
	} * deeds; /* about receipt keys and recoveries, ascending */
	size_t count;
	struct lantik_buffer bytes; /* what the texts borrow from */
};
LANTIK_MUST_CHECK enum store_result store_trust(struct store *store, struct store_trust *ret);
void store_trust_free(struct store_trust *trust);
/* trust_size as in store_head, alone. */
LANTIK_MUST_CHECK enum store_result store_trust_size(struct store *store, uint64_t *ret);

/* A deed with what its receipt is made of. */
struct store_deed_held {
	struct lantik_buffer leaf, note, text; /* note is empty when none is stored */
};
LANTIK_MUST_CHECK enum store_result store_deed_held(
	struct store *store, uint64_t leaf_index, struct store_deed_held *ret);
void store_deed_held_free(struct store_deed_held *held);

/* A signed checkpoint that the ledger does not continue; once each. office_no 0: the daemon's own. */
struct store_fork {
	unsigned epoch;
	uint64_t size;
	uint8_t root[LANTIK_HASH];
	struct lantik_span note;
	int32_t office_no;
	uint64_t head_size;
	uint8_t head_root[LANTIK_HASH];
};
LANTIK_MUST_CHECK enum store_result store_fork(struct store *store, const struct store_fork *fork);

#endif
