/* What the audit counts by agency, kind, step, programme and reporting group, to compare with lantik.counter.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_AUDIT_TALLY_H
#define LANTIK_CTL_AUDIT_TALLY_H

#include "lantik/place.h"

struct tally_key {
	struct lantik_span agency;
	int32_t kind, step;
	struct lantik_span programme; /* empty: none */
	int32_t group;
};

/* One a group of an agency that ever had rows: a few thousand. */
struct tally_entry {
	char agency[LANTIK_PLACE_AGENCY];
	int32_t kind, step;
	char programme[LANTIK_PLACE_PROGRAMME];
	int32_t group;
	int64_t accepted, used;
	bool seen;
};

/* Zero it to begin. */
struct tally {
	void *root;
};

/* Adds to the entry, which is made when there is none. */
void tally_add(struct tally *tally, const struct tally_key *key, int64_t accepted, int64_t used);
/* The entry, which it marks as seen, or NULL. */
const struct tally_entry *tally_see(struct tally *tally, const struct tally_key *key);
/* Calls for every entry that was not seen, in order. */
void tally_unseen(
	const struct tally *tally, void (*tell)(const struct tally_entry *entry, void *context), void *context);
void tally_free(struct tally *tally);

#endif
