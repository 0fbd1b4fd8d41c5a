/* A record as the cells of a spreadsheet, in the order of the fields; private to the sample.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_SAMPLE_CELLS_H
#define LANTIK_SAMPLE_CELLS_H

#include "sample_parts.h"

struct lantik_cells {
	struct lantik_arena *arena;
	struct lantik_span items[LANTIK_FIELD_COUNT];
};

/* One value as an office's spreadsheet shows it. */
struct lantik_span lantik_cell_of(
	const struct lantik_field *field, const void *owner, bool dmy, struct lantik_arena *arena);
void lantik_cells_make(
	const struct lantik_record *record, bool dmy, struct lantik_arena *arena, struct lantik_cells *ret);

/* What a defect does to one record's cells. */
void lantik_defect_plant(const struct lantik_sample_defect *defect, struct lantik_cells *cells);
/* `N05.birth_date nik, P02.date nip`: what the checker must say about the record. */
const char *lantik_defect_expected(const struct lantik_sample_defect *defect);
/* The defect of this row (0-based), NULL for a clean one. */
const struct lantik_sample_defect *lantik_defect_of_row(
	const struct lantik_sample *sample, const struct lantik_sample_plan *plan, uint32_t at);

/* Batch defects: what they do to the header, to a row, and to what the sidecar declares. */
bool lantik_batch_defect_is(const struct lantik_sample_plan *plan, const char *name);
void lantik_batch_defect_plant(const struct lantik_sample *sample, const struct lantik_sample_plan *plan, uint32_t at,
	struct lantik_cells *cells);
struct lantik_span lantik_batch_defect_declare(const struct lantik_sample_plan *plan,
	const struct lantik_sample *sample, const struct lantik_field *field, struct lantik_span value,
	struct lantik_arena *arena);
void lantik_batch_defect_expected(const struct lantik_sample *sample, const struct lantik_sample_plan *plan,
	bool before_rows, struct lantik_buffer *ret);

#endif
