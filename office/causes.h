/* Findings put together by their cause, so that 4,631 equal ones are one thing to read.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CAUSES_H
#define LANTIK_CAUSES_H

#include "lantik/rules.h"

/* One case in one column with one severity. */
struct lantik_cause {
	enum lantik_case_id case_id;
	enum lantik_severity severity;
	enum lantik_field_id field;
	uint32_t count;   /* records that have it */
	uint32_t example; /* the first of them; 0: it is said of the whole batch */
};

struct lantik_causes {
	struct lantik_cause *items; /* of the batch first, then the gravest, then the most frequent */
	size_t count;
};

/* findings are sorted. */
void lantik_causes_make(const struct lantik_findings *findings, struct lantik_causes *ret);
void lantik_causes_free(struct lantik_causes *causes);

#endif
