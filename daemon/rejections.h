/* Of which kinds and programmes an official rejected anybody, as a worker saw it last: it is asked for anew when the
 * ledger says that there was another rejection since. A new connection may lead to another ledger, so everything is
 * forgotten with the old one.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_REJECTIONS_H
#define LANTIK_DAEMON_REJECTIONS_H

#include "store.h"

/* A daemon meets three kinds and a few programmes. */
#define REJECTIONS_KEPT 16

struct rejections {
	struct store *store;
	unsigned connection; /* of the store, by its count */
	uint64_t size;       /* of the ledger after the last rejection */
	size_t count, next;  /* known, and the one that makes room */
	struct rejections_of {
		int32_t kind;
		size_t len;
		uint8_t programme[STORE_PROGRAMME];
		bool any;
	} of[REJECTIONS_KEPT];
};

void rejections_open(struct rejections *rejections, struct store *store);
/* What is remembered, else what the database says, which is waited for. */
LANTIK_MUST_CHECK enum store_result rejections_see(
	struct rejections *rejections, int32_t kind, struct lantik_span programme, struct store_rejections_seen *ret);
/* The ledger as it was locked: what was seen before another rejection is forgotten. */
void rejections_learn(struct rejections *rejections, uint64_t size);

#endif
