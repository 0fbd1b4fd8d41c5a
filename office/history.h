/* What became of the records of an outbox entry: its receipt and every decision since, all proved.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_HISTORY_H
#define LANTIK_HISTORY_H

#include "decision.h"
#include "outbox.h"

/* One record as it stands now. */
struct lantik_fate {
	enum lantik_outcome outcome;
	uint32_t decision;         /* which one said so, from 1; 0: the batch's own receipt */
	struct lantik_span tokens; /* the findings behind it, as verdict or statement write them */
};

struct lantik_history {
	struct lantik_buffer text;
	struct lantik_proved proved;        /* the batch's receipt */
	struct lantik_decision **decisions; /* in the order of their leaves */
	size_t decision_count;
	bool maybe_lost;                               /* its receipt is of an epoch that ended, see lost.h */
	size_t given_up;                               /* decisions of such an epoch, which count no longer */
	bool damaged;                                  /* a decision that is kept here does not prove */
	struct lantik_fate *fates;                     /* of record 1 and on */
	uint32_t accepted, returned, review, rejected; /* now; all 0 for a batch that was refused */
};

/* All of these return LANTIK_EXIT_OK or the exit code of a failure that they reported. */

/* Reads and proves what the entry holds; it must have a receipt. Free it after LANTIK_EXIT_OK. A decision that was
 * damaged here is passed over with all that follow it: they are asked for again. One of an epoch that ended is passed
 * over, too, and stays on disk. */
int lantik_history_load(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_trust *trust,
	const struct lantik_entry *entry, struct lantik_history *ret);
void lantik_history_free(struct lantik_history *history);
/* The first leaf of which nothing is held yet. */
uint64_t lantik_history_next_leaf(const struct lantik_history *history);
/* The leaf after that of a decision that is held. */
uint64_t lantik_history_leaf_after(const struct lantik_history *history, struct lantik_span text);
/* Proves a decision that the centre sent, keeps it on disk (HOME/outbox/<key>/decision-<leaf>), adds it where its leaf
 * belongs, and notes the counts. Exit code 8 when it does not prove, contradicts what is held, or another
 * one of the same leaf is held; 4 when it cannot be written: nothing is lost, it can be fetched again. */
int lantik_history_take(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_trust *trust,
	struct lantik_entry *entry, struct lantik_history *history, struct lantik_span text);

/* False when the centre had the records from another office, whose batch it tells to nobody else; also when this office
 * does not know its own name. */
bool lantik_history_is_own(const struct lantik_home *home, const struct lantik_history *history);
/* Puts the counts as of now into the entry, and on disk when they are others. Reports nothing. */
enum lantik_error lantik_history_note(
	const struct lantik_home *home, struct lantik_entry *entry, const struct lantik_history *history);

/* Where the decision of this leaf is kept. ret needs LANTIK_MAX_PATH bytes; returns ret. */
const char *lantik_decision_path(
	const struct lantik_home *home, const struct lantik_entry *entry, uint64_t leaf, char *ret);

/* The batch under which the centre has the records: the entry's own, or an earlier one with the same records. */
const uint8_t *lantik_history_batch_id(const struct lantik_history *history);

#endif
