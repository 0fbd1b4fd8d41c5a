/* A spreadsheet's text turned into records: header, cells, and what went wrong with its form.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_TABLE_H
#define LANTIK_TABLE_H

#include "lantik/cli.h"
#include "lantik/record.h"
#include "lantik/rules.h"

/* A sheet of 10,000 records with every cell filled to its limit; the body built from it has its own limit. */
#define LANTIK_MAX_SHEET (64u * 1024 * 1024)
/* Faults of the form that are kept with their words; further ones are counted. */
#define LANTIK_MAX_FAULTS 20u

/* The form of the file is wrong at a place that is no record. */
struct lantik_rows_fault {
	enum lantik_case_id case_id; /* B01.header or B01.columns */
	uint32_t line;
	struct lantik_span name;  /* the column; empty for B01.columns */
	bool twice;               /* the column is there twice; else it is unknown */
	uint32_t cells, expected; /* B01.columns */
};

struct lantik_rows {
	struct lantik_csv csv;
	const struct lantik_field *fields[LANTIK_CSV_COLUMNS]; /* by column; NULL: not ours, passed over */
	int columns[LANTIK_FIELD_END];                         /* by field id; -1: the sheet has no such column */
	struct lantik_arena *arena;
	struct lantik_record *records;
	uint32_t count;
	struct lantik_findings findings; /* of rules that need the sheet's text (T02) */
	struct lantik_rows_fault faults[LANTIK_MAX_FAULTS];
	uint32_t fault_count; /* may be greater than LANTIK_MAX_FAULTS */
};

/* file must stay as long as the table: texts of the records borrow from it or from the table. */
LANTIK_MUST_CHECK enum lantik_csv_fault lantik_rows_read(
	struct lantik_span file, struct lantik_rows *ret, uint32_t *ret_line);
void lantik_rows_free(struct lantik_rows *table);

/* The cell as the sheet has it; empty when there is no such column or record (1-based). */
struct lantik_span lantik_rows_cell(const struct lantik_rows *table, uint32_t record_no, unsigned field);
/* The header above it as the sheet spells it, or the field's name, also when there is no sheet (a zeroed table). */
struct lantik_span lantik_rows_header(const struct lantik_rows *table, unsigned field);
/* The line on which the record begins; 0 for the batch. */
uint32_t lantik_rows_line(const struct lantik_rows *table, uint32_t record_no);
/* By what the office knows the record: its own reference, else participant number, NIP or NIK. */
struct lantik_span lantik_rows_reference(const struct lantik_rows *table, uint32_t record_no);

/* T02 on one cell of a sheet, or of a manifest with record 0: marks and placeholders of spreadsheets off, dropped zeros
 * back on. What it did becomes a finding, whose severity a rulebook settles later. */
void lantik_cell_clean(const struct lantik_field *field, uint32_t record_no, struct lantik_arena *arena,
	struct lantik_span *cell, struct lantik_findings *findings);
/* One value of a sheet or a manifest by the type of its field: what cannot be read becomes the sentinel of record.h.
 * False when the arena is exhausted. */
LANTIK_MUST_CHECK bool lantik_value_read(
	const struct lantik_field *field, struct lantik_span text, struct lantik_arena *arena, void *owner);

#endif
