/* What the centre says that it holds of this office.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_HOLDINGS_H
#define LANTIK_HOLDINGS_H

#include "exchange.h"

/* One batch with what was decided about it since. */
struct lantik_holding {
	uint8_t batch_id[16], manifest_sha256[LANTIK_HASH];
	uint64_t leaf_index, last_leaf; /* of the batch; of its last decision, or of the batch */
	enum lantik_batch_state state;
	uint32_t accepted, returned, review, rejected; /* as of now */
	int64_t recorded_at;
	bool matched; /* for the caller: the outbox has it */
};

struct lantik_holdings {
	struct lantik_holding *items; /* in the order of their leaves */
	size_t count;
	uint64_t ledger_size;
};

/* Page after page. LANTIK_EXIT_OK or the exit code of a failure that it reported. */
int lantik_holdings_fetch(struct lantik_cli *cli, struct lantik_peer *peer, struct lantik_holdings *ret);
void lantik_holdings_free(struct lantik_holdings *holdings);
struct lantik_holding *lantik_holdings_find(const struct lantik_holdings *holdings, const uint8_t batch_id[16]);

#endif
