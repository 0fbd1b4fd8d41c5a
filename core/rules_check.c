/* The check of one batch: which rules apply to it, and each record's way through them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_private.h"

#include <string.h>

/* What always has room beyond this: N07, S02 and S03 of a record that another one repeats, and a finding graver than
 * any before it, of which there are three at most, so that what fills the list never hides what decides. */
#define ROW_FINDINGS (LANTIK_MAX_FINDINGS_PER_RECORD - 6)

static unsigned bit_of(int32_t code, int32_t end)
{
	return code > 0 && code < end ? 1u << code : 0;
}

/* A batch of no kind or step is refused for that; its records are not judged by rules made for another kind. */
static bool is_meant(const struct lantik_rule *rule, unsigned kind, unsigned step)
{
	const unsigned all_kinds = (1u << LANTIK_KIND_END) - 2, all_steps = (1u << LANTIK_STEP_END) - 2;
	bool of_batch = rule->layer == LANTIK_LAYER_BATCH;
	return ((rule->kinds & kind) != 0 || (of_batch && kind == 0 && rule->kinds == all_kinds)) &&
	       ((rule->steps & step) != 0 || (of_batch && step == 0 && rule->steps == all_steps));
}

/* What the spreadsheet's text alone shows is the office's to judge, what needs the register the daemon's. */
static void settle_case(struct lantik_check *check, unsigned id, const struct lantik_rule *rule)
{
	uint8_t severity = check->severities.of[id];
	if (severity == 0 || !lantik_policy_tells(check, (enum lantik_case_id)id))
		check->not_checked[id / 64] |= UINT64_C(1) << (id % 64);
	else if (rule->layer != LANTIK_LAYER_CENTRAL)
		check->judged[id] = severity;
}

static void settle_cases(struct lantik_check *check)
{
	memset(check->judged, 0, sizeof check->judged);
	memset(check->not_checked, 0, sizeof check->not_checked);
	unsigned kind = bit_of(check->manifest->kind, LANTIK_KIND_END);
	unsigned step = bit_of(check->manifest->step, LANTIK_STEP_END);
	for (unsigned id = 0; id < LANTIK_CASE_COUNT; id++) {
		const struct lantik_rule *rule = lantik_case_of((enum lantik_case_id)id)->rule;
		if (rule->layer != LANTIK_LAYER_FILE && is_meant(rule, kind, step))
			settle_case(check, id, rule);
	}
}

void lantik_check_settle(struct lantik_check *check)
{
	lantik_severities_for(check->rulebook, check->manifest, check->received, &check->severities);
	lantik_policy_read(check, &check->policy);
	settle_cases(check);
}

struct lantik_check *lantik_check_blank(void)
{
	return calloc(1, sizeof(struct lantik_check));
}

struct lantik_check *lantik_check_new(
	const struct lantik_rulebook *rulebook, const struct lantik_manifest *manifest, int64_t received_at)
{
	struct lantik_check *check = lantik_check_blank();
	if (check == NULL)
		return NULL;
	check->rulebook = rulebook;
	check->manifest = manifest;
	check->received_at = received_at;
	check->received = lantik_instant_date(received_at);
	lantik_check_settle(check);
	return check;
}

const struct lantik_severities *lantik_check_severities(const struct lantik_check *check)
{
	return &check->severities;
}

void lantik_check_not_checked(const struct lantik_check *check, uint64_t ret[4])
{
	const unsigned low = LANTIK_CASE_W02_low;
	memcpy(ret, check->not_checked, sizeof check->not_checked);
	/* whether wages are known of a year of TMT, only the records tell */
	if (check->judged[low] != 0 && check->wages_asked && !check->wages_known)
		ret[low / 64] |= UINT64_C(1) << (low % 64);
}

void lantik_check_free(struct lantik_check **check)
{
	if (*check == NULL)
		return;
	free((*check)->niks.slots);
	free((*check)->perteks.slots);
	free((*check)->decrees.slots);
	free((*check)->bases);
	free(*check);
	*check = NULL;
}

bool lantik_row_report_by(
	struct lantik_row *row, enum lantik_case_id case_id, enum lantik_field_id field, bool unverified)
{
	uint8_t judged = row->check->judged[case_id];
	uint8_t severity = judged != 0 && unverified ? LANTIK_WARN : judged;
	bool graver = row->gravest == 0 || severity < row->gravest;
	if (severity == 0)
		return false;
	if (row->count < ROW_FINDINGS || graver) {
		lantik_findings_add(row->findings, row->number, case_id, severity, field);
		row->count++;
	}
	if (graver)
		row->gravest = severity;
	return severity <= LANTIK_ERROR_ROW;
}

bool lantik_row_report(struct lantik_row *row, enum lantik_case_id case_id, enum lantik_field_id field)
{
	return lantik_row_report_by(row, case_id, field, false);
}

void lantik_batch_report(struct lantik_check *check, struct lantik_findings *findings, enum lantik_case_id case_id)
{
	lantik_findings_add(findings, 0, case_id, check->judged[case_id], LANTIK_F_NONE);
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
	lantik_row_batch(&row);
	lantik_row_text(&row);
	lantik_row_name(&row);
	lantik_row_values(&row);
	lantik_row_nip_shape(&row);
	lantik_row_nik(&row);
	lantik_row_keys(&row);
	lantik_row_nip(&row);
	lantik_row_participant(&row);
	lantik_row_position(&row);
	lantik_row_dates(&row);
	lantik_row_pay(&row);
	lantik_row_papers(&row);
	lantik_row_repeated(&row);
}
