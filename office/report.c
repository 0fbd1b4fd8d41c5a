/* What was found, for people: by rule with counts, then the first rows; and as CSV for their spreadsheet program.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "check.h"

#define FIRST_ROWS 10u
#define VALUE_SHOWN 60

const char *lantik_severity_word(enum lantik_severity severity)
{
	static const char *const words[] = {"", "fatal", "error", "review", "warning"};
	return words[severity];
}

static const char *severity_text(struct lantik_cli *cli, enum lantik_severity severity)
{
	static const char *const texts[][2] = {[LANTIK_FATAL] = {"refuses the file", "berkas ditolak"},
		[LANTIK_ERROR_ROW] = {"returned", "dikembalikan"},
		[LANTIK_REVIEW] = {"for review", "ditelaah"},
		[LANTIK_WARN] = {"warning", "peringatan"}};
	return texts[severity][lantik_cli_language(cli)];
}

/* What was found of one case; the gravest of its findings decides. */
struct tally {
	size_t count;
	enum lantik_severity severity;
};

static void print_rules(struct lantik_cli *cli, const struct tally tallies[LANTIK_CASE_COUNT])
{
	static const struct lantik_column columns[] = {{"rule", {"RULE", "ATURAN"}, false},
		{"count", {"ROWS", "BARIS"}, true}, {"severity", {"OUTCOME", "AKIBAT"}, false},
		{"title", {"WHAT", "ISI"}, false}};
	struct lantik_listing *listing = lantik_listing_new(cli, columns, LANTIK_COUNT(columns));
	for (size_t id = 0; id < LANTIK_CASE_COUNT; id++) {
		char name[64];
		const struct lantik_case *entry = lantik_case_of((enum lantik_case_id)id);
		if (tallies[id].count == 0)
			continue;
		lantik_case_format((enum lantik_case_id)id, name);
		lantik_listing_text(listing, name);
		lantik_listing_number(listing, (int64_t)tallies[id].count);
		lantik_listing_text(listing, severity_text(cli, tallies[id].severity));
		lantik_listing_text(listing, entry->rule->title[lantik_cli_language(cli)]);
	}
	lantik_listing_print(&listing);
}

/* A value fit for one line of a terminal; ret needs 4 * VALUE_SHOWN + 8 bytes. */
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

static void print_finding(
	struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_finding *finding)
{
	char name[64], header[4 * VALUE_SHOWN + 8], value[4 * VALUE_SHOWN + 8];
	const struct lantik_case *entry = lantik_case_of(finding->case_id);
	lantik_case_format(finding->case_id, name);
	if (finding->field != LANTIK_F_NONE)
		lantik_say(cli, "    %s = \"%s\"  %s (%s)", "    %s = \"%s\"  %s (%s)",
			shown(lantik_rows_header(&sheet->table, finding->field), header),
			shown(lantik_rows_cell(&sheet->table, finding->record_no, finding->field), value), name,
			severity_text(cli, finding->severity));
	else
		lantik_say(cli, "    %s (%s)", "    %s (%s)", name, severity_text(cli, finding->severity));
	const char *expected = entry->expected[lantik_cli_language(cli)];
	lantik_say(cli, "      %s", "      %s", expected);
}

static void print_faults(struct lantik_cli *cli, const struct lantik_rows *table)
{
	uint32_t kept = table->fault_count < LANTIK_MAX_FAULTS ? table->fault_count : LANTIK_MAX_FAULTS;
	for (uint32_t i = 0; i < kept; i++) {
		const struct lantik_rows_fault *fault = &table->faults[i];
		char name[4 * VALUE_SHOWN + 8];
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

static void print_row_heading(struct lantik_cli *cli, const struct lantik_sheet *sheet, uint32_t record_no)
{
	char reference[4 * VALUE_SHOWN + 8];
	if (record_no == 0)
		lantik_say(cli, "  the file", "  berkas");
	else
		lantik_say(cli, "  line %u, row %u, %s", "  baris %u, urutan %u, %s",
			lantik_rows_line(&sheet->table, record_no), record_no,
			shown(lantik_rows_reference(&sheet->table, record_no), reference));
}

/* All findings of the first rows that have any; never only some of a row. */
static void print_rows(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_checked *checked)
{
	uint32_t last = UINT32_MAX;
	unsigned rows = 0;
	size_t at = 0;
	for (; at < checked->findings.count; at++) {
		const struct lantik_finding *finding = &checked->findings.items[at];
		if (finding->record_no != last && finding->record_no > 0 && rows++ == FIRST_ROWS)
			break;
		if (finding->record_no != last)
			print_row_heading(cli, sheet, finding->record_no);
		if (last != 0 && finding->record_no == 0)
			print_faults(cli, &sheet->table);
		last = finding->record_no;
		print_finding(cli, sheet, finding);
	}
	char more[32];
	if (at < checked->findings.count)
		lantik_say(cli, "  ... and %s more findings in further rows", "  ... dan %s temuan lagi di baris lain",
			lantik_count_format(cli, (int64_t)(checked->findings.count - at), more));
}

void lantik_report_text(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_checked *checked)
{
	struct tally tallies[LANTIK_CASE_COUNT] = {0};
	if (lantik_cli_json(cli) || checked->findings.count == 0)
		return;
	for (size_t i = 0; i < checked->findings.count; i++) {
		const struct lantik_finding *finding = &checked->findings.items[i];
		struct tally *tally = &tallies[finding->case_id];
		tally->count++;
		if (!tally->severity || finding->severity < tally->severity)
			tally->severity = finding->severity;
	}
	lantik_say(cli, "%s", "%s", "");
	print_rules(cli, tallies);
	lantik_say(cli, "\nFirst rows with findings:", "\nBaris pertama yang bermasalah:");
	print_rows(cli, sheet, checked);
}

static const char *fault_words(struct lantik_cli *cli, const struct lantik_rows_fault *fault)
{
	if (fault->case_id == LANTIK_CASE_B01_columns)
		return lantik_cli_pick(cli, "wrong number of cells", "jumlah sel tidak sesuai");
	return fault->twice ? lantik_cli_pick(cli, "column is there twice", "kolom ada dua kali")
			    : lantik_cli_pick(cli, "unknown column", "kolom tidak dikenal");
}

static void write_faults(struct lantik_cli *cli, const struct lantik_sheet *sheet)
{
	const struct lantik_rows *table = &sheet->table;
	for (uint32_t i = 0; i < table->fault_count && i < LANTIK_MAX_FAULTS; i++) {
		const struct lantik_rows_fault *fault = &table->faults[i];
		lantik_json_open(cli, "fault");
		lantik_json_text(cli, "file", sheet->path);
		lantik_json_number(cli, "line", fault->line);
		lantik_json_span(cli, "column", fault->name);
		lantik_json_text(cli, "what", fault_words(cli, fault));
		lantik_json_number(cli, "cells", fault->cells);
		lantik_json_number(cli, "expected_cells", fault->expected);
		lantik_json_close(cli);
	}
}

void lantik_report_json(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_checked *checked)
{
	if (!lantik_cli_json(cli))
		return;
	write_faults(cli, sheet);
	for (size_t i = 0; i < checked->findings.count; i++) {
		const struct lantik_finding *finding = &checked->findings.items[i];
		const struct lantik_case *entry = lantik_case_of(finding->case_id);
		char name[64];
		lantik_case_format(finding->case_id, name);
		lantik_json_open(cli, "finding");
		lantik_json_text(cli, "file", sheet->path);
		lantik_json_number(cli, "record", finding->record_no);
		lantik_json_number(cli, "line", lantik_rows_line(&sheet->table, finding->record_no));
		lantik_json_span(cli, "reference", lantik_rows_reference(&sheet->table, finding->record_no));
		lantik_json_text(cli, "rule", name);
		lantik_json_text(cli, "severity", lantik_severity_word(finding->severity));
		lantik_json_text(cli, "field", finding->field ? lantik_record_fields[finding->field - 1].name : "");
		lantik_json_span(cli, "header", lantik_rows_header(&sheet->table, finding->field));
		lantik_json_span(cli, "value", lantik_rows_cell(&sheet->table, finding->record_no, finding->field));
		lantik_json_text(cli, "expected", entry->expected[lantik_cli_language(cli)]);
		lantik_json_close(cli);
	}
}

static void append_text(struct lantik_buffer *buffer, const char *text)
{
	lantik_csv_append(buffer, lantik_span_of(text));
	lantik_buffer_append(buffer, ",", 1);
}

static void append_span(struct lantik_buffer *buffer, struct lantik_span text)
{
	lantik_csv_append(buffer, text);
	lantik_buffer_append(buffer, ",", 1);
}

/* A spreadsheet program would run a value that looks like a formula: an apostrophe keeps it text. */
static void append_value(struct lantik_buffer *buffer, struct lantik_span value)
{
	struct lantik_buffer text = {0};
	if (value.len > 0 && strchr("=+-@\t\r", value.data[0]))
		lantik_buffer_append(&text, "'", 1);
	lantik_buffer_append_span(&text, value);
	append_span(buffer, lantik_buffer_span(&text));
	lantik_buffer_free(&text);
}

static void append_line(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_finding *finding,
	struct lantik_buffer *buffer)
{
	const struct lantik_rows *table = &sheet->table;
	const struct lantik_case *entry = lantik_case_of(finding->case_id);
	char name[64];
	lantik_case_format(finding->case_id, name);
	lantik_buffer_printf(buffer, "%u,%u,", lantik_rows_line(table, finding->record_no), finding->record_no);
	append_value(buffer, lantik_rows_reference(table, finding->record_no));
	append_text(buffer, finding->field ? lantik_record_fields[finding->field - 1].name : "");
	append_span(buffer, lantik_rows_header(table, finding->field));
	append_value(buffer, lantik_rows_cell(table, finding->record_no, finding->field));
	append_text(buffer, entry->expected[lantik_cli_language(cli)]);
	append_text(buffer, name);
	lantik_buffer_printf(buffer, "%s\r\n", lantik_severity_word(finding->severity));
}

int lantik_report_csv(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_checked *checked,
	const char *path)
{
	struct lantik_buffer buffer = {0};
	int code = LANTIK_EXIT_OK;
	lantik_buffer_printf(&buffer, "line,row,reference,field,header,value,expected,rule,severity\r\n");
	for (size_t i = 0; i < checked->findings.count; i++)
		append_line(cli, sheet, &checked->findings.items[i], &buffer);
	if (buffer.error || lantik_file_write(path, 0600, lantik_buffer_span(&buffer)) != LANTIK_OK)
		code = lantik_fail(cli, 51, LANTIK_EXIT_FAILED, "cannot write %s: %s", "tidak dapat menulis %s: %s",
			path, strerror(errno));
	lantik_buffer_free(&buffer);
	return code;
}
