/* `lantik check`: the daemon's rules over files, without a network.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "check.h"
#include "office.h"

static void report_not_checked(
	struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_checked *checked)
{
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "file", sheet->path);
	lantik_report_unchecked(cli, sheet, checked, false);
	lantik_json_close(cli);
}

static void say_next(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_checked *checked)
{
	if (checked->findings.count > 0 && !lantik_option_given(cli, "report"))
		lantik_say(cli, "All findings as a table: lantik check --report %s",
			"Semua temuan berupa tabel: lantik check --report %s", sheet->path);
	if (checked->refused)
		lantik_say(cli, "Next: correct the file, then lantik check %s",
			"Berikutnya: perbaiki berkas, lalu lantik check %s", sheet->path);
	else if (checked->returned > 0)
		lantik_say(cli, "Next: correct the rows, or send the good ones now: lantik submit %s",
			"Berikutnya: perbaiki baris, atau kirim yang baik sekarang: lantik submit %s", sheet->path);
	else
		lantik_say(cli, "Next: lantik submit %s", "Berikutnya: lantik submit %s", sheet->path);
}

static void summarize(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_checked *checked)
{
	lantik_summary_text(cli, "file", sheet->path);
	lantik_summary_text(cli, "outcome", checked->refused ? "refused" : "committed");
	lantik_summary_number(cli, "rows", sheet->table.count);
	lantik_summary_number(cli, "accepted", checked->accepted);
	lantik_summary_number(cli, "returned", checked->returned);
	lantik_summary_number(cli, "review", checked->review);
	lantik_summary_number(cli, "findings", (int64_t)checked->findings.count);
}

static int report(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_checked *checked)
{
	int code = LANTIK_EXIT_OK;
	lantik_say_expected(cli, sheet, checked);
	lantik_report_text(cli, sheet, checked);
	lantik_report_json(cli, sheet, checked);
	if (lantik_option_given(cli, "report"))
		code = lantik_report_file(cli, sheet, checked);
	lantik_say(cli, "%s", "%s", "");
	report_not_checked(cli, sheet, checked);
	say_next(cli, sheet, checked);
	summarize(cli, sheet, checked);
	if (code != LANTIK_EXIT_OK)
		return code;
	return lantik_checked_exit(checked);
}

static int check_with(struct lantik_cli *cli, const struct lantik_rulebook *rulebook)
{
	struct lantik_sheet *sheet = calloc(1, sizeof *sheet);
	struct lantik_checked checked;
	int64_t received = 0;
	LANTIK_ASSERT(sheet);
	int code = lantik_check_date(cli, &received);
	if (code == LANTIK_EXIT_OK)
		code = lantik_sheet_read(cli, lantik_argument(cli, 0), lantik_option_text(cli, "manifest"), sheet);
	if (code == LANTIK_EXIT_OK) {
		if (lantik_option_given(cli, "all-or-nothing"))
			lantik_sheet_want_all(sheet);
		lantik_check_sheet(cli, sheet, rulebook, received, &checked);
		code = report(cli, sheet, &checked);
		lantik_checked_free(&checked);
		lantik_sheet_free(sheet);
	}
	free(sheet);
	return code;
}

int lantik_check_main(struct lantik_cli *cli)
{
	struct lantik_home home;
	struct lantik_rulebook *rulebook;
	int code = lantik_home_open(cli, &home);
	if (code == LANTIK_EXIT_OK)
		code = lantik_home_rulebook(cli, &home, &rulebook);
	if (code != LANTIK_EXIT_OK)
		return code;
	code = check_with(cli, rulebook);
	lantik_rulebook_free(&rulebook);
	return code;
}
