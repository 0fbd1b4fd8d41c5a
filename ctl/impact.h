/* What another rulebook would change: stored batches judged by two rulebooks in the same way, and the difference
 * counted. SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_IMPACT_H
#define LANTIK_CTL_IMPACT_H

#include "lantik/codec.h"
#include "lantik/ledger.h"
#include "lantik/rules.h"
#include "lantik/verdict.h"
#include "unjudged.h"

/* Severities 1 to 4, and 0: not found. */
#define IMPACT_LEVELS 5
#define IMPACT_OUTCOMES 4 /* accepted, returned, in review, refused with its batch */

struct impact_count {
	uint64_t records; /* cases of a record */
	uint64_t batches; /* in which it happened */
	int64_t last;     /* batch counted last */
};

/* One office: for each case how often its gravest finding in a record was of one severity and would be of another. */
struct impact_office {
	char name[LANTIK_MAX_OFFICE_NAME + 1];
	struct impact_count cases[LANTIK_CASE_COUNT][IMPACT_LEVELS][IMPACT_LEVELS];
	uint64_t outcomes[IMPACT_OUTCOMES][IMPACT_OUTCOMES];
};

struct impact {
	const struct lantik_rulebook *books[2]; /* in force, tried */
	struct impact_office **offices;
	size_t office_count;
	uint64_t batches, records, unreadable;
	uint64_t changed_records, changed_batches; /* of another outcome */
	bool differs;                              /* any finding or outcome */
	struct unjudged unjudged;
	uint64_t not_checked[4]; /* cases, by the tried rulebook, in any batch */
	/* private: memory for one batch */
	struct lantik_arena *batch_arena, *record_arena;
	struct lantik_findings findings[2];
};

/* Borrows both until freed. */
void impact_open(struct impact *impact, const struct lantik_rulebook *in_force, const struct lantik_rulebook *tried);
/* One body as it was received then. A body that this program cannot read is counted and left out. */
void impact_batch(struct impact *impact, const char *office, struct lantik_span body, int64_t received_at);
void impact_free(struct impact *impact);

#endif
