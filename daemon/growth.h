/* What one more leaf changes in the ledger: the subtrees that it completes, and the edge.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_GROWTH_H
#define LANTIK_DAEMON_GROWTH_H

#include "lantik/ledger.h"

struct growth {
	uint8_t nodes[LANTIK_MAX_PROOF][LANTIK_HASH]; /* their hashes, from the leaf's own (level 0) up */
	unsigned node_count;
	struct lantik_edge edge; /* after it */
};

/* before is the edge of the tree under the leaf. */
void growth_of(const struct lantik_edge *before, struct lantik_span leaf, struct growth *ret);

#endif
