/* The check of one batch: which rules apply to it, and each record's way through them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_private.h"

/* What always has room beyond this: N07 of a record that another one repeats, and a finding graver than any before it,
 * of which there are three at most, so that what fills the list never hides what decides. */
#define ROW_FINDINGS (LANTIK_MAX_FINDINGS_PER_RECORD - 4)

static unsigned bit_of(int32_t code, int32_t end)
{
	return code > 0 && code < end ? 1u << code : 0;
}

/* A batch of no kind or step is refused for that; its records are not judged by rules made for another kind. */
static bool rule_applies(const struct lantik_rule *rule, const struct lantik_check *check)
{
	unsigned kind = bit_of(check->manifest->kind, LANTIK_KIND_END);
	unsigned step = bit_of(check->manifest->step, LANTIK_STEP_END);
	bool meant = (rule->kinds & kind) != 0 && (rule->steps & step) != 0;
	if (rule->layer == LANTIK_LAYER_BATCH)
		meant = meant || kind == 0 || step == 0;
	else if (rule->layer != LANTIK_LAYER_ROW)
		return false;
	return meant && lantik_rule_checkable(rule, check->rulebook);
}

struct lantik_check *lantik_check_new(
	const struct lantik_rulebook *rulebook, const struct lantik_manifest *manifest, int32_t received)
{
	struct lantik_check *check = calloc(1, sizeof *check);
	if (check == NULL)
		return NULL;
	check->rulebook = rulebook;
	check->manifest = manifest;
	check->received = received;
	for (unsigned id = 0; id < LANTIK_CASE_COUNT; id++)
		check->applies[id] = rule_applies(lantik_case_of((enum lantik_case_id)id)->rule, check);
	return check;
}

void lantik_check_free(struct lantik_check **check)
{
	free(*check);
	*check = NULL;
}

void lantik_row_report(struct lantik_row *row, enum lantik_case_id case_id, enum lantik_field_id field)
{
	enum lantik_severity severity = lantik_case_of(case_id)->severity;
	bool graver = row->gravest == 0 || severity < row->gravest;
	if (!row->check->applies[case_id] || (row->count >= ROW_FINDINGS && !graver))
		return;
	lantik_findings_add(row->findings, row->number, case_id, field);
	row->count++;
	if (graver)
		row->gravest = severity;
}

void lantik_batch_report(struct lantik_check *check, struct lantik_findings *findings, enum lantik_case_id case_id)
{
	if (check->applies[case_id])
		lantik_findings_add(findings, 0, case_id, LANTIK_F_NONE);
}

static void count_record(struct lantik_check *check, const struct lantik_record *record)
{
	int32_t group = record->kelompok_lapor;
	check->records++;
	check->groups[group > 0 && group < (int32_t)LANTIK_COUNT(check->groups) ? group : 0]++;
}

void lantik_check_record(struct lantik_check *check, uint32_t record_no, const struct lantik_record *record,
	struct lantik_findings *findings)
{
	struct lantik_row row = {.check = check, .record = record, .findings = findings, .number = record_no};
	count_record(check, record);
	if (!lantik_row_readable(&row))
		return;
	lantik_row_agency(&row);
	lantik_row_text(&row);
	lantik_row_values(&row);
	lantik_row_nip_shape(&row);
	lantik_row_nik(&row);
	lantik_row_nip(&row);
	lantik_row_dates(&row);
}
