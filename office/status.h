/* One batch and what is known of it; shared by the files of `lantik status`.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_STATUS_H
#define LANTIK_STATUS_H

#include "exchange.h"
#include "returned.h"

struct lantik_standing {
	struct lantik_entry entry;
	bool ours;                      /* in the outbox */
	bool asked;                     /* the centre answered */
	enum lantik_batch_state state;  /* its answer */
	const char *file;               /* asked for by name, not sent from here */
	const char *base;               /* what the files beside the office's own are named after */
	struct lantik_history *history; /* NULL: without a receipt, or nothing asked for it */
	size_t known_decisions;         /* how many of them were here before */
	uint64_t decisions_from;        /* the leaf from which the next question asks */
	bool maybe_lost;                /* its receipt is of an epoch that ended, see lost.h */
	bool fresh;                     /* its receipt came just now */
	struct lantik_returned returned;
};

bool lantik_standing_has_receipt(const struct lantik_standing *standing);
/* The table of them all; with --json an object `result` each. */
void lantik_show_standings(struct lantik_cli *cli, const struct lantik_standing *standings, size_t count);
/* What officials decided (all of it, or only what is new) and, with all, how each row stands that is not recorded. */
void lantik_show_decisions(
	struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_standing *standing, bool all);

#endif
