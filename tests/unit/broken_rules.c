/* For tests/cases/break.py alone: makes one case never be reported, or with every batch. The build renames the whole
 * functions, so that these stand before them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "lantik/rules.h"

void lantik_findings_add_whole(struct lantik_findings *findings, uint32_t record_no, enum lantik_case_id case_id,
	uint8_t severity, enum lantik_field_id field);
void lantik_check_finish_whole(struct lantik_check *check, struct lantik_findings *findings);

/* The case that the environment names, or LANTIK_CASE_COUNT. */
static enum lantik_case_id named(const char *variable)
{
	const char *name = getenv(variable);
	return name ? lantik_case_find(lantik_span_of(name)) : LANTIK_CASE_COUNT;
}

void lantik_findings_add(struct lantik_findings *findings, uint32_t record_no, enum lantik_case_id case_id,
	uint8_t severity, enum lantik_field_id field)
{
	if (case_id != named("LANTIK_NEVER"))
		lantik_findings_add_whole(findings, record_no, case_id, severity, field);
}

void lantik_check_finish(struct lantik_check *check, struct lantik_findings *findings)
{
	enum lantik_case_id always = named("LANTIK_ALWAYS");
	if (always != LANTIK_CASE_COUNT)
		lantik_findings_add_whole(findings, 1, always, lantik_case_of(always)->severity, LANTIK_F_NONE);
	lantik_check_finish_whole(check, findings);
}
