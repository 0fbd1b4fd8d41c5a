/* What `lantikctl replay` knows of one batch whose records are judged again.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_REPLAY_H
#define LANTIK_CTL_REPLAY_H

#include "batches.h"
#include "lantik/rulebook.h"
#include "records.h"
#include "unjudged.h"

enum replay_outcome {
	REPLAY_ACCEPTED, /* nothing holds it back but what the register may say */
	REPLAY_OPEN,     /* the register held it back: lantikd alone can say what becomes of it */
	REPLAY_REVIEW,   /* it would wait for an official */
	REPLAY_OTHER,    /* it would be returned for another cause */
	REPLAY_SAME,     /* nothing changes */
	REPLAY_ALONE,    /* a rule compared it with its batch: it cannot be judged again alone */
	REPLAY_OUTCOMES
};

struct replay_cause {
	char *text;
	uint32_t records;
};

/* Over all batches: the causes that records would be held back for, and what nobody could judge here. */
struct replay {
	struct database *database;
	const struct lantik_rulebook *rulebook;
	struct replay_cause *causes;
	size_t cause_count;
	struct unjudged unjudged;
};

struct replay_batch {
	int64_t batch_no;
	char id[37];
	uint32_t records, outcomes[REPLAY_OUTCOMES];
	struct records wanted;   /* what the request may name; count 0: all that fit */
	struct records replayed; /* those worth a replay */
};

/* Judges the open records of the batch whose cause fits ($cause NULL: any). LANTIK_EXIT_OK, or the exit code of a
 * failure that was reported. */
LANTIK_MUST_CHECK int replay_judge(struct replay *replay, struct replay_batch *batch, const char *cause);
void replay_free(struct replay *replay);

#endif
