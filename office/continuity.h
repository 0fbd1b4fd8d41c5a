/* What this office holds of the centre's ledger, and whether an answer continues it. Every office is a witness: a
 * centre that shows two of them different ledgers, or an older one, is found by the next question.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CONTINUITY_H
#define LANTIK_CONTINUITY_H

#include "deeds.h"
#include "lantik/codec.h"

struct lantik_witness {
	struct lantik_cli *cli;
	const struct lantik_home *home;
	struct lantik_trust trust;
	struct lantik_buffer note;     /* the signed checkpoint that goes with requests; empty: none is held */
	struct lantik_checkpoint held; /* what it says; size 0: none */
	struct lantik_buffer through;  /* see struct lantik_heard */
	bool asking_deeds;             /* the note stands for the last deed that came, and is not kept */
	bool deeds_wait;               /* a deed came that cannot be proved without a recovery key */
	bool knows_deeds;              /* all deeds were asked for */
};

/* What an answer told about the ledger. */
struct lantik_heard {
	struct lantik_checkpoint before; /* held until then; size 0: none */
	struct lantik_checkpoint shown;  /* the answer's; size 0: it showed none */
	bool proved;                     /* the smaller of both is a part of the larger */
	bool restarted; /* what was held is of an epoch that ended, behind what it has in common with the present one */
	unsigned deeds; /* new ones that came with it */
	/* Of a receipt whose own checkpoint is of a key that is believed no more: what proves it all the same
	 * (through.h). Valid until the next answer; empty: nothing does, or nothing need. */
	struct lantik_span through;
};

/* How two checkpoints of the centre stand to each other. */
enum lantik_continuity {
	LANTIK_CONTINUES,   /* one is a part of the other */
	LANTIK_FIRST,       /* there is nothing to compare with */
	LANTIK_NO_PROOF,    /* it was not proved */
	LANTIK_TWO_LEDGERS, /* of one size and not the same: proof of a fork by itself */
	LANTIK_OLDER,       /* the centre's newest is older than the one that it signed before */
	LANTIK_ENDED,       /* of an epoch that a recovery ended, and not a part of the present ledger */
};

/* held NULL: none. newest: shown is what the centre says to be its newest at this moment. */
enum lantik_continuity lantik_continuity_of(const struct lantik_trust *trust, const struct lantik_checkpoint *held,
	const struct lantik_checkpoint *shown, const struct lantik_proof *proof, bool newest);

/* Reads pinned keys, deeds and checkpoint; returns LANTIK_EXIT_OK or the exit code of a failure that it reported. A
 * checkpoint that was damaged here is replaced by the largest one among the receipts of the outbox. */
int lantik_witness_open(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_witness *ret);
void lantik_witness_close(struct lantik_witness *witness);

enum lantik_hearing {
	LANTIK_HEARD,       /* the answer may be believed; what it shows is kept */
	LANTIK_ASK_AGAIN,   /* the same question again, with the checkpoint that is held now */
	LANTIK_ASK_DEEDS,   /* first a PING, with the note that stands here now: there may be more deeds */
	LANTIK_NOT_BELIEVED /* reported; *ret_code has the exit code */
};

/* Takes the deeds of an answer, proves its checkpoint against the one that is held and keeps it. What is wrong with the
 * signature of a receipt is left to whoever proves the receipt. */
enum lantik_hearing lantik_witness_hear(struct lantik_witness *witness, const struct lantik_envelope *envelope,
	struct lantik_span body, struct lantik_heard *ret, int *ret_code);

#endif
