/* Receipts of an epoch of the ledger that ended: whether the centre may have lost what they prove.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_LOST_H
#define LANTIK_LOST_H

#include "lantik/trust.h"
#include "outbox.h"

/* Its receipt is of an epoch that a later recovery ended, behind what both have in common, and was not proved to stand
 * in the present ledger since. */
bool lantik_entry_maybe_lost(const struct lantik_trust *trust, const struct lantik_entry *entry);
/* How many entries of the outbox are so. */
size_t lantik_lost_count(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_trust *trust);
/* The recovery that ended the epoch of this checkpoint and gave it up; NULL when none did. */
const struct lantik_recovered *lantik_lost_by(
	const struct lantik_trust *trust, const struct lantik_checkpoint *checkpoint);

#endif
