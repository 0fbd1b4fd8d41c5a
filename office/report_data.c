/* What was found, for programs as JSON Lines and for spreadsheet programs as CSV.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "causes.h"
#include "check.h"

const char *lantik_severity_word(enum lantik_severity severity)
{
	static const char *const words[] = {"", "fatal", "error", "review", "warning"};
	return words[severity];
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

static void write_cause(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_cause *cause)
{
	char name[64];
	lantik_case_format(cause->case_id, name);
	lantik_json_open(cli, "cause");
	lantik_json_text(cli, "file", sheet->path);
	lantik_json_text(cli, "rule", name);
	lantik_json_text(cli, "severity", lantik_severity_word(cause->severity));
	lantik_json_text(cli, "field", cause->field ? lantik_record_fields[cause->field - 1].name : "");
	lantik_json_span(cli, "header", lantik_rows_header(&sheet->table, cause->field));
	lantik_json_number(cli, "count", cause->count);
	lantik_json_number(cli, "record", cause->example);
	lantik_json_number(cli, "line", lantik_rows_line(&sheet->table, cause->example));
	lantik_json_text(cli, "expected", lantik_case_of(cause->case_id)->expected[lantik_cli_language(cli)]);
	lantik_json_close(cli);
}

static void write_causes(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_checked *checked)
{
	struct lantik_causes causes;
	lantik_causes_make(&checked->findings, &causes);
	for (size_t i = 0; i < causes.count; i++)
		write_cause(cli, sheet, &causes.items[i]);
	lantik_causes_free(&causes);
}

void lantik_report_json(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_checked *checked)
{
	if (!lantik_cli_json(cli))
		return;
	write_faults(cli, sheet);
	write_causes(cli, sheet, checked);
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

int lantik_report_file(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_checked *checked)
{
	char path[LANTIK_MAX_PATH];
	if (snprintf(path, sizeof path, "%s.findings.csv", sheet->path) >= (int)sizeof path)
		return lantik_fail(cli, 52, LANTIK_EXIT_FAILED, "the name of %s is too long", "nama %s terlalu panjang",
			sheet->path);
	int code = lantik_report_csv(cli, sheet, checked, path);
	if (code == LANTIK_EXIT_OK)
		lantik_say(cli, "\nAll findings: %s", "\nSemua temuan: %s", path);
	lantik_summary_text(cli, "report", path);
	return code;
}
