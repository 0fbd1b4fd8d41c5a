/* Which returned rows were sent again already.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_SENT_AGAIN_H
#define LANTIK_SENT_AGAIN_H

#include "history.h"

/* Marks in taken[record_no - 1] every record of the history's batch that another batch of the outbox says it corrects,
 * and that was sent and not refused whole. Bodies that cannot be read mark nothing. */
void lantik_mark_sent_again(const struct lantik_home *home, const struct lantik_entries *entries,
	const struct lantik_history *history, bool *taken);

#endif
