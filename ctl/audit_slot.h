/* The slots of a person's current rows, told anew from the versions of all kinds in the order of the ledger.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_AUDIT_SLOT_H
#define LANTIK_CTL_AUDIT_SLOT_H

#include "audit.h"

struct audit_slot_version {
	int64_t leaf_index;
	int32_t record_no, kind;
	int64_t nip; /* 0: none */
};

struct audit_slot_row {
	int32_t kind;
	int64_t nik_slot, nip_slot;
	bool other_kinds, other_kinds_null;
};

/* One person. Zero it to begin; what it grew is kept for the next person. */
struct audit_slots {
	struct audit_slot_version *versions;
	size_t version_count, version_room;
	struct audit_slot_row *rows;
	size_t row_count, row_room;
};

void audit_slots_version(struct audit_slots *slots, const struct audit_slot_version *version);
void audit_slots_row(struct audit_slots *slots, const struct audit_slot_row *row);
/* The person is complete: calls found for each column that is not as the versions make it, and forgets the person. A
 * row of a kind without a version is left out. */
void audit_slots_judge(
	struct audit_slots *slots, void (*found)(int32_t kind, const char *column, void *context), void *context);
void audit_slots_free(struct audit_slots *slots);

#endif
