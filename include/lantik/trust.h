/* Trust: which keys speak for a log at which size, and which lives (epochs) the log had. It begins with the pinned
 * receipt key and grows by deeds alone that the pinned recovery key signed. Pure functions, no allocation.
 * The log's first life is epoch 1 under its base origin; epoch n, begun by a deed of kind recover, has the origin
 * `<base origin>/<n>`, and its keys are the same keys under that name.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_TRUST_H
#define LANTIK_TRUST_H

#include "lantik/deed.h"
#include "lantik/note.h"

/* No such size: the key goes on, or was never compromised. Greater than any size. */
#define LANTIK_TRUST_OPEN UINT64_MAX

struct lantik_trusted_key {
	struct lantik_vkey vkey;               /* under the base origin */
	uint64_t from_size;                    /* it signs sizes from here */
	uint64_t until_size;                   /* to before here */
	uint64_t compromised_from;             /* what it signs from here on counts for nothing */
	bool is_added;                         /* by the deed of added_leaf; otherwise it was pinned */
	uint64_t added_leaf, compromised_leaf; /* the second: of the deed that says compromised_from, when one does */
};

/* A recovery: the epoch that it began. */
struct lantik_recovered {
	unsigned epoch;
	uint64_t first; /* leaf index of its recovery leaf, which is the size of the tree that went on */
	uint64_t common;
	uint8_t common_root[LANTIK_HASH];
	uint64_t size;
	uint8_t size_root[LANTIK_HASH];
};

struct lantik_trust {
	char origin[LANTIK_MAX_ORIGIN + 1]; /* base */
	bool has_recovery;
	struct lantik_vkey recovery;
	unsigned epoch;                                          /* the newest that is known; 1 before any recovery */
	struct lantik_trusted_key keys[LANTIK_MAX_TRUSTED_KEYS]; /* in the order they were added */
	size_t key_count;
	struct lantik_recovered epochs[LANTIK_MAX_RECOVERIES]; /* ascending; the first is a recovery, not epoch 1 */
	size_t epoch_count;
};

/* The pinned key counts from size 0. Its name is the base origin. */
void lantik_trust_start(
	struct lantik_trust *trust, const struct lantik_vkey *receipt_key, const struct lantik_vkey *recovery_or_null);

/* Takes what a deed of this log says: one whose receipt was proved, or that the ledger itself holds at leaf_index.
 * Deeds of other kinds than receipt-key-* and recover change nothing. LANTIK_E_NOT_FOUND when no recovery key is
 * pinned, LANTIK_E_BAD_SIGNATURE when it did not sign, LANTIK_E_MISMATCH when the deed is of another log, its epoch is
 * not a later one, or its tree does not end where its leaf stands, LANTIK_E_TOO_LARGE past a limit. Taking the same
 * deed again changes nothing; so does retiring a key that is not known. trust is untouched on failure. */
LANTIK_MUST_CHECK enum lantik_error lantik_trust_take(
	struct lantik_trust *trust, const struct lantik_deed *deed, uint64_t leaf_index);
/* The same from the deed's receipt, which must verify under what it makes of the trust. */
LANTIK_MUST_CHECK enum lantik_error lantik_trust_add(struct lantik_trust *trust, struct lantik_span deed_receipt);

/* What a signed checkpoint says, when a key in force at its size signed it. LANTIK_E_MISMATCH when its origin is not of
 * this log or of an epoch that is not known (yet); LANTIK_E_BAD_SIGNATURE when no such key signed it, or a wrong
 * signature claims to be of a key of this log. */
LANTIK_MUST_CHECK enum lantik_error lantik_checkpoint_trusted(
	struct lantik_span note, const struct lantik_trust *trust, struct lantik_checkpoint *ret);

/* The keys that must sign a checkpoint of this size, under the base origin, in the order they were added. */
void lantik_trust_signers(
	const struct lantik_trust *trust, uint64_t size, struct lantik_vkey ret[LANTIK_MAX_SIGNERS], size_t *ret_count);

/* The origin of an epoch; false when it is too long. ret needs LANTIK_MAX_ORIGIN + 1 bytes. */
LANTIK_MUST_CHECK bool lantik_epoch_origin(const char *base, unsigned epoch, char *ret);
/* The name of the recovery key of a log; false when it is too long. ret needs LANTIK_MAX_ORIGIN + 1 bytes. */
LANTIK_MUST_CHECK bool lantik_recovery_name(const char *base, char *ret);

/* Whether a recovery gave up leaves below this checkpoint: it is of an epoch that ended, and larger than what a later
 * epoch has in common with it. What it proves may have to be sent again. */
bool lantik_trust_maybe_lost(const struct lantik_trust *trust, const struct lantik_checkpoint *checkpoint);

#endif
