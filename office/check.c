/* Runs the rules that the daemon runs over a sheet.
 * SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include <string.h>
#include <time.h>

static void add_with_severity(const struct lantik_findings *found, const struct lantik_severities *severities,
	struct lantik_findings *findings)
{
	for (size_t i = 0; i < found->count; i++) {
		const struct lantik_finding *finding = &found->items[i];
		lantik_findings_add(findings, finding->record_no, finding->case_id, severities->of[finding->case_id],
			finding->field);
	}
}

void lantik_sheet_findings(
	const struct lantik_sheet *sheet, const struct lantik_severities *severities, struct lantik_findings *findings)
{
	const struct lantik_rows *table = &sheet->table;
	uint32_t kept = table->fault_count < LANTIK_MAX_FAULTS ? table->fault_count : LANTIK_MAX_FAULTS;
	for (uint32_t i = 0; i < kept; i++)
		lantik_findings_add(
			findings, 0, table->faults[i].case_id, severities->of[table->faults[i].case_id], LANTIK_F_NONE);
	add_with_severity(&sheet->manifest_findings, severities, findings);
	add_with_severity(&table->findings, severities, findings);
}

static void run_rules(struct lantik_cli *cli, const struct lantik_rows *table, struct lantik_check *check,
	struct lantik_findings *findings)
{
	lantik_progress_start(cli, "rows checked", "baris diperiksa", table->count);
	lantik_check_manifest(check, findings);
	for (uint32_t i = 0; i < table->count; i++) {
		lantik_check_record(check, i + 1, &table->records[i], findings);
		if (i % 256 == 0)
			lantik_progress(cli, i);
	}
	lantik_check_finish(check, findings);
	lantik_progress_end(cli);
}

static void count_outcomes(const struct lantik_sheet *sheet, struct lantik_checked *checked)
{
	struct lantik_verdict verdict = {.records = sheet->table.count,
		.findings = checked->findings.items,
		.finding_count = checked->findings.count};
	lantik_verdict_count(&verdict);
	checked->refused = verdict.refused;
	checked->accepted = verdict.accepted;
	checked->returned = verdict.returned;
	checked->review = verdict.review;
}

void lantik_check_sheet(struct lantik_cli *cli, const struct lantik_sheet *sheet,
	const struct lantik_rulebook *rulebook, int64_t received, struct lantik_checked *ret)
{
	*ret = (struct lantik_checked){0};
	struct lantik_check *check = lantik_check_new(rulebook, &sheet->manifest, received);
	LANTIK_ASSERT(check);
	run_rules(cli, &sheet->table, check, &ret->findings);
	ret->severities = *lantik_check_severities(check);
	lantik_sheet_findings(sheet, &ret->severities, &ret->findings);
	lantik_findings_all_or_nothing(&sheet->manifest, &ret->severities, &ret->findings);
	lantik_check_not_checked(check, ret->not_checked);
	lantik_check_free(&check);
	count_outcomes(sheet, ret);
}

void lantik_checked_free(struct lantik_checked *checked)
{
	lantik_findings_free(&checked->findings);
}

static int64_t now_micros(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000;
}

static int64_t read_received(const char *given)
{
	char text[32];
	int32_t date = lantik_date_parse(lantik_span_of(given));
	if (!lantik_date_valid(date))
		return lantik_instant_parse(lantik_span_of(given));
	lantik_date_format(date, text);
	strcat(text, " 00:00");
	return lantik_instant_parse(lantik_span_of(text));
}

int lantik_check_date(struct lantik_cli *cli, int64_t *ret)
{
	const char *given = lantik_option_text(cli, "received");
	int64_t received = given ? read_received(given) : now_micros();
	if (received <= 0)
		return lantik_fail(cli, 50, LANTIK_EXIT_USAGE, "--received takes a date such as 2025-10-01, not `%s`",
			"--received memerlukan tanggal seperti 2025-10-01, bukan `%s`", given);
	*ret = received;
	return LANTIK_EXIT_OK;
}
