/* What was found, for people: by cause with counts and what to do, then the first rows that do not go in.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "causes.h"
#include "check.h"

/* A screen holds about this much; the rest is in the report. */
#define CAUSES_IN_FULL 8u
#define CAUSES_IN_SHORT 24u
#define FIRST_ROWS 10u
#define VALUE_SHOWN 60
#define SHOWN_ROOM (4 * VALUE_SHOWN + 8)

/* A value fit for one line of a terminal; ret needs SHOWN_ROOM bytes. */
static const char *shown(struct lantik_span value, char *ret)
{
	struct lantik_buffer clean = {0};
	lantik_printable(value, &clean);
	LANTIK_ASSERT(!clean.error);
	size_t at = 0, characters = 0;
	while (at < clean.len && (characters < VALUE_SHOWN || (clean.data[at] & 0xc0) == 0x80)) {
		characters += (clean.data[at] & 0xc0) != 0x80;
		at++;
	}
	if (at > 0)
		memcpy(ret, clean.data, at);
	memcpy(ret + at, at < clean.len ? "..." : "", at < clean.len ? 4 : 1);
	lantik_buffer_free(&clean);
	return ret;
}

/* `NIK = "9907"`, or only the column when the cell is empty; nothing for a whole row. */
static void append_cell(struct lantik_cli *cli, const struct lantik_sheet *sheet, uint32_t record_no,
	enum lantik_field_id field, struct lantik_buffer *ret)
{
	char header[SHOWN_ROOM], value[SHOWN_ROOM];
	struct lantik_span cell = lantik_rows_cell(&sheet->table, record_no, field);
	if (field == LANTIK_F_NONE)
		return;
	lantik_buffer_printf(ret, "%s", shown(lantik_rows_header(&sheet->table, field), header));
	if (cell.len > 0)
		lantik_buffer_printf(ret, " = \"%s\"", shown(cell, value));
	else
		lantik_buffer_printf(ret, " %s", lantik_cli_pick(cli, "is empty", "kosong"));
}

/* `line 6, 9971-2025-000005` */
static void append_place(
	struct lantik_cli *cli, const struct lantik_sheet *sheet, uint32_t record_no, struct lantik_buffer *ret)
{
	char reference[SHOWN_ROOM];
	struct lantik_span known_by = lantik_rows_reference(&sheet->table, record_no);
	lantik_buffer_printf(
		ret, "%s %u", lantik_cli_pick(cli, "line", "baris"), lantik_rows_line(&sheet->table, record_no));
	if (known_by.len > 0)
		lantik_buffer_printf(ret, ", %s", shown(known_by, reference));
}

/* --- the whole file --- */

void lantik_say_expected(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_checked *checked)
{
	char rows[32], good[32], returned[32], review[32];
	lantik_count_format(cli, sheet->table.count, rows);
	lantik_count_format(cli, checked->accepted, good);
	lantik_count_format(cli, checked->returned, returned);
	lantik_count_format(cli, checked->review, review);
	if (checked->refused)
		lantik_say(cli, "%s: the whole file would be REFUSED; it has %s rows.",
			"%s: seluruh berkas akan DITOLAK; isinya %s baris.", sheet->path, rows);
	else if (checked->returned + checked->review > 0)
		lantik_say(cli, "%s: %s rows: %s good, %s would be returned, %s would wait for an official.",
			"%s: %s baris: %s baik, %s akan dikembalikan, %s akan menunggu pejabat.", sheet->path, rows,
			good, returned, review);
	else
		lantik_say(cli, "%s: all %s rows are good.", "%s: semua %s baris baik.", sheet->path, rows);
}

int lantik_checked_exit(const struct lantik_checked *checked)
{
	if (checked->refused)
		return LANTIK_EXIT_REFUSED;
	return checked->returned + checked->review > 0 ? LANTIK_EXIT_PARTIAL : LANTIK_EXIT_OK;
}

/* --- causes --- */

static const char *effect_on_file(struct lantik_cli *cli, enum lantik_severity severity)
{
	return severity == LANTIK_FATAL ? lantik_cli_pick(cli, "the file is refused", "berkas ditolak")
					: lantik_cli_pick(cli, "the file, a warning", "berkas, peringatan");
}

static const char *effect_on_rows(struct lantik_cli *cli, enum lantik_severity severity, bool one)
{
	static const char *const texts[][2] = {[LANTIK_FATAL] = {"refuse the file", "menyebabkan berkas ditolak"},
		[LANTIK_ERROR_ROW] = {"returned", "dikembalikan"},
		[LANTIK_REVIEW] = {"for an official to review", "menunggu telaah pejabat"},
		[LANTIK_WARN] = {"with a warning", "dengan peringatan"}};
	if (severity == LANTIK_FATAL && one)
		return lantik_cli_pick(cli, "refuses the file", "menyebabkan berkas ditolak");
	return texts[severity][lantik_cli_language(cli)];
}

/* `4,631 rows returned: S01.missing, column "No SK"` */
static void append_cause(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_cause *cause,
	struct lantik_buffer *ret)
{
	char name[64], count[32], header[SHOWN_ROOM];
	bool one = cause->count == 1;
	lantik_case_format(cause->case_id, name);
	if (cause->example == 0) {
		lantik_buffer_printf(ret, "%s: %s", effect_on_file(cli, cause->severity), name);
		return;
	}
	lantik_buffer_printf(ret, "%s %s %s: %s", lantik_count_format(cli, cause->count, count),
		one ? lantik_cli_pick(cli, "row", "baris") : lantik_cli_pick(cli, "rows", "baris"),
		effect_on_rows(cli, cause->severity, one), name);
	if (cause->field != LANTIK_F_NONE)
		lantik_buffer_printf(ret, ", %s \"%s\"", lantik_cli_pick(cli, "column", "kolom"),
			shown(lantik_rows_header(&sheet->table, cause->field), header));
}

static void append_example(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_cause *cause,
	struct lantik_buffer *ret)
{
	append_place(cli, sheet, cause->example, ret);
	if (cause->field != LANTIK_F_NONE)
		lantik_buffer_printf(ret, ": ");
	append_cell(cli, sheet, cause->example, cause->field, ret);
}

static void print_faults(struct lantik_cli *cli, const struct lantik_rows *table, enum lantik_case_id case_id)
{
	uint32_t kept = table->fault_count < LANTIK_MAX_FAULTS ? table->fault_count : LANTIK_MAX_FAULTS;
	for (uint32_t i = 0; i < kept; i++) {
		const struct lantik_rows_fault *fault = &table->faults[i];
		char name[SHOWN_ROOM];
		if (fault->case_id != case_id)
			continue;
		shown(fault->name, name);
		if (fault->case_id == LANTIK_CASE_B01_columns)
			lantik_say(cli, "    line %u has %u cells, the header has %u",
				"    baris %u memuat %u sel, judul kolom %u", fault->line, fault->cells,
				fault->expected);
		else if (fault->twice)
			lantik_say(cli, "    the column \"%s\" is there twice", "    kolom \"%s\" ada dua kali", name);
		else
			lantik_say(cli,
				"    the column \"%s\" is unknown; begin it with `catatan` or `x_` to keep it for "
				"yourself",
				"    kolom \"%s\" tidak dikenal; awali dengan `catatan` atau `x_` untuk catatan "
				"sendiri",
				name);
	}
	if (kept < table->fault_count)
		lantik_say(cli, "    ... and %u more", "    ... dan %u lagi", table->fault_count - kept);
}

static void print_in_full(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_cause *cause)
{
	struct lantik_buffer text = {0};
	append_cause(cli, sheet, cause, &text);
	lantik_say_wrapped(cli, 2, 4, &text);
	lantik_buffer_printf(&text, "%s", lantik_case_of(cause->case_id)->expected[lantik_cli_language(cli)]);
	lantik_say_wrapped(cli, 4, 4, &text);
	if (cause->example > 0) {
		if (cause->count > 1)
			lantik_buffer_printf(&text, "%s ", lantik_cli_pick(cli, "For example", "Misalnya"));
		append_example(cli, sheet, cause, &text);
		lantik_say_wrapped(cli, 4, 6, &text);
	} else {
		print_faults(cli, &sheet->table, cause->case_id);
	}
	lantik_buffer_free(&text);
}

static void print_in_short(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_cause *cause)
{
	struct lantik_buffer text = {0};
	append_cause(cli, sheet, cause, &text);
	if (cause->example > 0) {
		lantik_buffer_printf(&text, " (");
		append_place(cli, sheet, cause->example, &text);
		lantik_buffer_printf(&text, ")");
	}
	lantik_say_wrapped(cli, 2, 4, &text);
	lantik_buffer_free(&text);
}

static void print_causes(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_causes *causes)
{
	size_t at = 0;
	for (; at < causes->count && at < CAUSES_IN_FULL; at++)
		print_in_full(cli, sheet, &causes->items[at]);
	for (; at < causes->count && at < CAUSES_IN_FULL + CAUSES_IN_SHORT; at++)
		print_in_short(cli, sheet, &causes->items[at]);
	if (at < causes->count)
		lantik_say(cli, "  ... and %zu more causes", "  ... dan %zu sebab lagi", causes->count - at);
}

/* --- rows --- */

/* The end of a record's findings, which stand together. */
static size_t end_of_record(const struct lantik_findings *findings, size_t at)
{
	uint32_t record_no = findings->items[at].record_no;
	while (at < findings->count && findings->items[at].record_no == record_no)
		at++;
	return at;
}

static bool falls_out(const struct lantik_findings *findings, size_t at, size_t end)
{
	return findings->items[at].record_no > 0 &&
	       lantik_outcome_of(findings->items + at, end - at) != LANTIK_ACCEPTED;
}

static void print_row(
	struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_finding *findings, size_t count)
{
	struct lantik_buffer text = {0};
	append_place(cli, sheet, findings->record_no, &text);
	lantik_buffer_printf(&text, ":");
	for (size_t i = 0, told = 0; i < count; i++) {
		char name[64];
		if (findings[i].severity == LANTIK_WARN)
			continue;
		lantik_case_format((enum lantik_case_id)findings[i].case_id, name);
		lantik_buffer_printf(&text, "%s %s", told++ > 0 ? ";" : "", name);
		if (findings[i].field != LANTIK_F_NONE)
			lantik_buffer_printf(&text, " ");
		append_cell(cli, sheet, findings[i].record_no, (enum lantik_field_id)findings[i].field, &text);
	}
	lantik_say_wrapped(cli, 2, 4, &text);
	lantik_buffer_free(&text);
}

/* The first rows that do not go in, each with all that keeps it out. */
static void print_rows(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_findings *findings)
{
	size_t rows = 0, end;
	char more[32];
	for (size_t at = 0; at < findings->count; at = end) {
		end = end_of_record(findings, at);
		if (!falls_out(findings, at, end))
			continue;
		if (rows == 0)
			lantik_say(cli, "\nThe first rows that do not go in:", "\nBaris pertama yang tidak masuk:");
		if (rows++ < FIRST_ROWS)
			print_row(cli, sheet, findings->items + at, end - at);
	}
	if (rows > FIRST_ROWS)
		lantik_say(cli, "  ... and %s more rows", "  ... dan %s baris lagi",
			lantik_count_format(cli, (int64_t)(rows - FIRST_ROWS), more));
}

/* When every cause has one row, their examples are all the rows. */
static bool examples_are_all(const struct lantik_causes *causes)
{
	for (size_t i = 0; i < causes->count; i++)
		if (causes->items[i].count > 1 && causes->items[i].severity != LANTIK_WARN)
			return false;
	return causes->count <= CAUSES_IN_FULL;
}

void lantik_report_text(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_checked *checked)
{
	struct lantik_causes causes;
	if (lantik_cli_json(cli) || checked->findings.count == 0)
		return;
	lantik_causes_make(&checked->findings, &causes);
	lantik_say(cli, "\nWhat was found, by cause:", "\nTemuan menurut sebab:");
	print_causes(cli, sheet, &causes);
	if (!examples_are_all(&causes))
		print_rows(cli, sheet, &checked->findings);
	lantik_causes_free(&causes);
}
