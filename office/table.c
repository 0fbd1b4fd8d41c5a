/* Turns CSV into records: maps the header to fields, reads the cells, remembers where each record came from.
 * SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include <string.h>
#include <strings.h>

/* Identifiers of 17 bytes at 32 a piece and documents with their digests: 10,000 full records need about 30 MB. */
#define ARENA_BUDGET (96u * 1024 * 1024)

static bool starts_with(struct lantik_span text, const char *prefix)
{
	return text.len >= strlen(prefix) && strncasecmp((const char *)text.data, prefix, strlen(prefix)) == 0;
}

/* The office's own columns: notes, and what it marks with `x_`. */
static bool is_passed_over(struct lantik_span header)
{
	return starts_with(header, "catatan") || starts_with(header, "x_");
}

static void add_fault(struct lantik_rows *table, struct lantik_rows_fault fault)
{
	if (table->fault_count < LANTIK_MAX_FAULTS)
		table->faults[table->fault_count] = fault;
	table->fault_count++;
}

static const struct lantik_field *find_field(struct lantik_span header)
{
	for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++)
		if (lantik_header_is(header, lantik_record_fields[i].name))
			return &lantik_record_fields[i];
	return NULL;
}

/* A column without a name is the empty edge of a sheet, as long as nothing stands under it. */
static bool column_is_empty(const struct lantik_csv *csv, uint32_t column)
{
	for (size_t i = 0; i < csv->row_count; i++)
		if (column < csv->rows[i].count && csv->rows[i].cells[column].len > 0)
			return false;
	return true;
}

static void map_column(struct lantik_rows *table, uint32_t column)
{
	struct lantik_span header = table->csv.header.cells[column];
	struct lantik_rows_fault fault = {
		.case_id = LANTIK_CASE_B01_header, .line = table->csv.header.line, .name = header};
	if (is_passed_over(header) || (header.len == 0 && column_is_empty(&table->csv, column)))
		return;
	const struct lantik_field *field = find_field(header);
	fault.twice = field && table->columns[field->number] >= 0;
	if (!field || fault.twice) {
		add_fault(table, fault);
		return;
	}
	table->fields[column] = field;
	table->columns[field->number] = (int)column;
}

static void map_header(struct lantik_rows *table)
{
	for (size_t i = 0; i < LANTIK_FIELD_END; i++)
		table->columns[i] = -1;
	for (uint32_t column = 0; column < table->csv.header.count; column++)
		map_column(table, column);
}

/* A shifted row would put values under other names: every row has as many cells as the header. */
static void check_width(struct lantik_rows *table, const struct lantik_csv_row *row)
{
	if (row->count == table->csv.header.count)
		return;
	add_fault(table, (struct lantik_rows_fault){.case_id = LANTIK_CASE_B01_columns,
				 .line = row->line,
				 .cells = row->count,
				 .expected = table->csv.header.count});
}

/* T02 comes before every other rule: they see the cell as it was meant. */
static bool read_cell(struct lantik_rows *table, uint32_t record_no, const struct lantik_field *field,
	struct lantik_span cell, struct lantik_record *record)
{
	lantik_cell_clean(field, record_no, table->arena, &cell, &table->findings);
	return lantik_value_read(field, cell, table->arena, record);
}

static bool read_row(struct lantik_rows *table, uint32_t at)
{
	const struct lantik_csv_row *row = &table->csv.rows[at];
	struct lantik_record *record = &table->records[at];
	check_width(table, row);
	for (uint32_t column = 0; column < row->count && column < table->csv.header.count; column++)
		if (table->fields[column] && row->cells[column].len > 0 &&
			!read_cell(table, at + 1, table->fields[column], row->cells[column], record))
			return false;
	if (table->columns[LANTIK_F_row_no] < 0)
		record->row_no = (int32_t)row->line;
	return true;
}

static bool read_rows(struct lantik_rows *table)
{
	table->count = (uint32_t)table->csv.row_count;
	table->records = calloc(table->count + 1, sizeof *table->records);
	table->arena = lantik_arena_new(ARENA_BUDGET);
	LANTIK_ASSERT(table->records && table->arena);
	for (uint32_t i = 0; i < table->count; i++)
		if (!read_row(table, i))
			return false;
	return true;
}

enum lantik_csv_fault lantik_rows_read(struct lantik_span file, struct lantik_rows *ret, uint32_t *ret_line)
{
	struct lantik_rows *table = calloc(1, sizeof *table);
	LANTIK_ASSERT(table);
	enum lantik_csv_fault fault = lantik_csv_read(file, LANTIK_MAX_RECORDS, &table->csv, ret_line);
	if (fault == LANTIK_CSV_FINE) {
		map_header(table);
		if (!read_rows(table)) {
			fault = LANTIK_CSV_LIMIT;
			lantik_rows_free(table);
		} else {
			*ret = *table;
		}
	}
	free(table);
	return fault;
}

void lantik_rows_free(struct lantik_rows *table)
{
	lantik_csv_free(&table->csv);
	lantik_arena_free(&table->arena);
	free(table->records);
	lantik_findings_free(&table->findings);
	*table = (struct lantik_rows){0};
}

struct lantik_span lantik_rows_cell(const struct lantik_rows *table, uint32_t record_no, unsigned field)
{
	int column = field < LANTIK_FIELD_END ? table->columns[field] : -1;
	if (record_no == 0 || record_no > table->count || column < 0)
		return (struct lantik_span){0};
	const struct lantik_csv_row *row = &table->csv.rows[record_no - 1];
	return (uint32_t)column < row->count ? row->cells[column] : (struct lantik_span){0};
}

struct lantik_span lantik_rows_header(const struct lantik_rows *table, unsigned field)
{
	if (field == LANTIK_F_NONE || field >= LANTIK_FIELD_END)
		return (struct lantik_span){0};
	int column = table->columns[field];
	if (column >= 0 && (uint32_t)column < table->csv.header.count)
		return table->csv.header.cells[column];
	return lantik_span_of(lantik_record_fields[field - 1].name);
}

uint32_t lantik_rows_line(const struct lantik_rows *table, uint32_t record_no)
{
	return record_no == 0 || record_no > table->count ? 0 : table->csv.rows[record_no - 1].line;
}

struct lantik_span lantik_rows_reference(const struct lantik_rows *table, uint32_t record_no)
{
	static const unsigned fields[] = {LANTIK_F_office_reference, LANTIK_F_no_peserta, LANTIK_F_nip, LANTIK_F_nik};
	for (size_t i = 0; i < LANTIK_COUNT(fields); i++) {
		struct lantik_span cell = lantik_rows_cell(table, record_no, fields[i]);
		if (cell.len > 0)
			return cell;
	}
	return (struct lantik_span){0};
}
