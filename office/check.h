/* The daemon's rules over a sheet, and the report of what they found.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CHECK_H
#define LANTIK_CHECK_H

#include "lantik/verdict.h"
#include "sheet.h"

struct lantik_checked {
	struct lantik_findings findings; /* sorted */
	bool refused;                    /* the whole batch, by a rule */
	uint32_t accepted, returned, review;
	/* Cases of this kind and step that were not judged, bit i for case i: by the office's own check, or as the
	 * centre's verdict says. */
	uint64_t not_checked[4];
	struct lantik_severities severities; /* of the office's own check */
};

/* received: the instant by which time-dependent rules judge. Reports progress, prints nothing else. */
void lantik_check_sheet(struct lantik_cli *cli, const struct lantik_sheet *sheet,
	const struct lantik_rulebook *rulebook, int64_t received, struct lantik_checked *ret);
/* What only the reader of the sheet sees (form of the file, T02), with the severities that a rulebook gives. */
void lantik_sheet_findings(
	const struct lantik_sheet *sheet, const struct lantik_severities *severities, struct lantik_findings *findings);
void lantik_checked_free(struct lantik_checked *checked);

/* Now, or the date or instant that --received names; a date is its first moment in Asia/Jakarta. */
int lantik_check_date(struct lantik_cli *cli, int64_t *ret);

/* ---- reports: one struct lantik_checked, by the office's check or out of a receipt ---- */

/* One line: what the centre would make of the file. */
void lantik_say_expected(
	struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_checked *checked);
/* Exit code of a check: all good, some rows fall out, or the file is refused. */
int lantik_checked_exit(const struct lantik_checked *checked);
/* Causes with counts and what to do, then the first rows that do not go in, with the office's own values. */
void lantik_report_text(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_checked *checked);
/* One object `fault`, `cause` or `finding` each. */
void lantik_report_json(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_checked *checked);
/* Every finding as a line of CSV, for the office's spreadsheet program. */
int lantik_report_csv(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_checked *checked,
	const char *path);
/* The rules that were not judged, as lines for people or as members of an open JSON object. by_centre: checked is the
 * centre's own verdict, so that nothing is left to it. */
void lantik_report_unchecked(
	struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_checked *checked, bool by_centre);
/* The findings as CSV in FILE.findings.csv, told to the person. */
int lantik_report_file(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_checked *checked);
const char *lantik_severity_word(enum lantik_severity severity); /* fatal, error, review, warning */

#endif
