/* Which returned rows were sent again already.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_SENT_AGAIN_H
#define LANTIK_SENT_AGAIN_H

#include "history.h"

/* Sets by[record_no - 1] to the place (from 1) of the newest entry that was sent, not refused whole, and says that it
 * corrects this record of the history's batch. Bodies that cannot be read correct nothing. */
void lantik_mark_sent_again(const struct lantik_home *home, const struct lantik_entries *entries,
	const struct lantik_history *history, uint32_t *by);

#endif
