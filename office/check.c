/* Runs the rules that the daemon runs over a sheet.
 * SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include <string.h>
#include <time.h>

static void add_file_findings(const struct lantik_rows *table, struct lantik_findings *findings)
{
	uint32_t kept = table->fault_count < LANTIK_MAX_FAULTS ? table->fault_count : LANTIK_MAX_FAULTS;
	for (uint32_t i = 0; i < kept; i++)
		lantik_findings_add(findings, 0, table->faults[i].case_id, LANTIK_F_NONE);
	for (size_t i = 0; i < table->findings.count; i++) {
		const struct lantik_finding *finding = &table->findings.items[i];
		lantik_findings_add(findings, finding->record_no, finding->case_id, finding->field);
	}
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
	const struct lantik_rulebook *rulebook, int32_t received, struct lantik_checked *ret)
{
	*ret = (struct lantik_checked){0};
	struct lantik_check *check = lantik_check_new(rulebook, &sheet->manifest, received);
	LANTIK_ASSERT(check);
	run_rules(cli, &sheet->table, check, &ret->findings);
	lantik_check_free(&check);
	add_file_findings(&sheet->table, &ret->findings);
	lantik_findings_sort(&ret->findings);
	count_outcomes(sheet, ret);
}

void lantik_checked_free(struct lantik_checked *checked)
{
	lantik_findings_free(&checked->findings);
}

static int32_t today(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return lantik_instant_date((int64_t)now.tv_sec * 1000000);
}

int lantik_check_date(struct lantik_cli *cli, int32_t *ret)
{
	const char *given = lantik_option_text(cli, "received");
	int32_t date = given ? lantik_date_parse(lantik_span_of(given)) : today();
	if (!lantik_date_valid(date))
		return lantik_fail(cli, 50, LANTIK_EXIT_USAGE, "--received takes a date such as 2025-10-01, not `%s`",
			"--received memerlukan tanggal seperti 2025-10-01, bukan `%s`", given);
	*ret = date;
	return LANTIK_EXIT_OK;
}
