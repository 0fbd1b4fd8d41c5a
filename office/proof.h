/* Holds a receipt against the centre's key and against what the office sent.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_PROOF_H
#define LANTIK_PROOF_H

#include "check.h"
#include "lantik/receipt.h"
#include "outbox.h"

/* The digest of a signature that a key of ours makes of the manifest. */
struct lantik_own_signature {
	uint8_t key_id[4];
	uint8_t sha256[LANTIK_HASH];
};

/* What an answer proved of the receipt in it, beyond the receipt's own signature. */
struct lantik_presence {
	bool present;               /* it stands in the present ledger */
	struct lantik_span through; /* evidence for receipt.through; may be empty */
};

/* What the receipt must speak of; a NULL member is not compared. */
struct lantik_expectation {
	const char *office; /* of our own batch; an earlier batch may be another office's */
	const uint8_t *batch_id;
	const uint8_t *manifest_sha256;
	/* Of our own batch: one of these, unless there are none. */
	const struct lantik_own_signature *signatures;
	size_t signature_count;
	/* receipt.through: counts when the receipt's own checkpoint does not (through.h); may be empty. */
	struct lantik_span through;
	/* Enough, all four, when the centre had the same records under an earlier batch id (B03). */
	const uint8_t *records_root;
	struct lantik_span agency;
	int32_t kind, step;
};

struct lantik_proved {
	struct lantik_receipt receipt; /* borrows from the text */
	struct lantik_verdict verdict;
	struct lantik_findings findings;
	bool earlier; /* the receipt of an earlier batch with the same records */
};

enum lantik_doubt {
	LANTIK_NO_DOUBT,
	LANTIK_DOUBT_FORM,      /* no receipt, or damaged */
	LANTIK_DOUBT_SIGNATURE, /* not signed with this key */
	LANTIK_DOUBT_PROOF,     /* the leaf or the verdict is not under the signature */
	LANTIK_DOUBT_VERSION,   /* sound, but of rules that this lantik does not know */
	LANTIK_DOUBT_OFFICE,
	LANTIK_DOUBT_BATCH,       /* of another batch or other bytes */
	LANTIK_DOUBT_VERDICT,     /* leaf and verdict contradict each other */
	LANTIK_DOUBT_DECISION,    /* sound, but of a decision and not of a batch */
	LANTIK_DOUBT_NO_DECISION, /* sound, but of a batch and not of a decision */
	LANTIK_DOUBT_HISTORY,     /* a decision about records that had their last word, or out of order */
	LANTIK_DOUBT_DEED,        /* sound, but of a deed and not of a batch or decision */
	LANTIK_DOUBT_SIGNER,      /* our batch, but the leaf names another signing key or signature than ours */
};

/* text must stay as long as *ret; free it only after LANTIK_NO_DOUBT. */
LANTIK_MUST_CHECK enum lantik_doubt lantik_prove(struct lantik_span text, const struct lantik_trust *trust,
	const struct lantik_expectation *expected, struct lantik_proved *ret);
/* Of parsing and verifying, and of nothing else. */
enum lantik_doubt lantik_doubt_of(enum lantik_error error);
/* Says which findings this lantik does not know; nothing when it knows all. */
void lantik_say_unknown(struct lantik_cli *cli, uint32_t unknown, const struct lantik_span *unknown_names);
void lantik_proved_free(struct lantik_proved *proved);
const char *lantik_doubt_text(enum lantik_doubt doubt, enum lantik_language language);
/* Whether the file was damaged or is the receipt of something else: the centre has the right one. */
bool lantik_doubt_is_of_file(enum lantik_doubt doubt);

/* The findings in the form of the reports; borrows from proved. */
struct lantik_checked lantik_proved_checked(const struct lantik_proved *proved);

/* Proves the text against the entry and keeps it: HOME/outbox/<key>/receipt and the entry's state. A receipt of an
 * epoch that ended makes way for it and stays beside it, as receipt.epoch-N.
 * Reports doubts with exit code 8, also when another receipt is held that proves the same. A
 * failure to write is exit code 4: the batch is recorded, and the same command brings the receipt again. */
int lantik_entry_keep_receipt(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_trust *trust,
	struct lantik_entry *entry, struct lantik_span text, struct lantik_presence presence,
	struct lantik_proved *ret);

#endif
