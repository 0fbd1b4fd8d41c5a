/* The files of a sample: the spreadsheet, its sidecar, and what a checker must find in them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/cli.h"
#include "sample_cells.h"

#define RECORD_BUDGET (64u * 1024)

static void append_header(
	const struct lantik_sample_format *format, const struct lantik_sample_plan *plan, struct lantik_buffer *ret)
{
	if (format->bom)
		lantik_buffer_append(ret, "\xef\xbb\xbf", 3);
	for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++) {
		bool wrong = i + 1 == LANTIK_F_nip_lama && lantik_batch_defect_is(plan, "B01.header");
		if (i > 0)
			lantik_buffer_append(ret, &format->separator, 1);
		lantik_buffer_append_span(ret, lantik_span_of(wrong ? "nip_dulu" : lantik_record_fields[i].name));
	}
	lantik_buffer_append(ret, "\n", 1);
}

static void append_row(const struct lantik_cells *cells, char separator, struct lantik_buffer *ret)
{
	for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++) {
		if (i > 0)
			lantik_buffer_append(ret, &separator, 1);
		lantik_csv_append(ret, cells->items[i]);
	}
}

static struct lantik_arena *new_arena(void)
{
	struct lantik_arena *arena = lantik_arena_new(RECORD_BUDGET);
	LANTIK_ASSERT(arena != NULL);
	return arena;
}

void lantik_sample_csv(const struct lantik_sample *sample, const struct lantik_sample_format *format,
	const struct lantik_sample_plan *plan, struct lantik_buffer *ret)
{
	struct lantik_arena *arena = new_arena();
	append_header(format, plan, ret);
	for (uint32_t at = 0; at < sample->rows; at++) {
		struct lantik_record record;
		struct lantik_cells cells;
		const struct lantik_sample_defect *defect = lantik_defect_of_row(sample, plan, at);
		lantik_arena_reset(arena);
		lantik_sample_record(sample, at, arena, &record);
		lantik_cells_make(&record, format->dmy, arena, &cells);
		if (defect != NULL)
			lantik_defect_plant(defect, &cells);
		lantik_batch_defect_plant(sample, plan, at, &cells);
		append_row(&cells, format->separator, ret);
		if (at == 0 && lantik_batch_defect_is(plan, "B01.columns"))
			lantik_buffer_append(ret, &format->separator, 1);
		lantik_buffer_append(ret, "\n", 1);
	}
	lantik_arena_free(&arena);
}

void lantik_sample_sidecar(
	const struct lantik_sample *sample, const struct lantik_sample_plan *plan, struct lantik_buffer *ret)
{
	struct lantik_arena *arena = new_arena();
	struct lantik_manifest manifest;
	lantik_sample_manifest(sample, arena, &manifest);
	for (size_t i = 0; i < lantik_manifest_field_count; i++) {
		const struct lantik_field *field = &lantik_manifest_fields[i];
		struct lantik_span value = lantik_cell_of(field, &manifest, false, arena);
		value = lantik_batch_defect_declare(plan, sample, field, value, arena);
		if (value.len == 0)
			continue;
		lantik_buffer_printf(ret, "%s,", field->name);
		lantik_csv_append(ret, value);
		lantik_buffer_append(ret, "\n", 1);
	}
	lantik_arena_free(&arena);
}

/* `case field, case field` as lines of the record. */
static void append_expected(uint32_t record_no, const char *expected, struct lantik_buffer *ret)
{
	lantik_buffer_printf(ret, "%u\t", record_no);
	for (const char *c = expected; *c != '\0'; c++) {
		if (*c == ',' && c[1] == ' ') {
			lantik_buffer_printf(ret, "\n%u\t", record_no);
			c++;
		} else {
			lantik_buffer_append(ret, *c == ' ' ? "\t" : c, 1);
		}
	}
	lantik_buffer_append(ret, "\n", 1);
}

void lantik_sample_expected(
	const struct lantik_sample *sample, const struct lantik_sample_plan *plan, struct lantik_buffer *ret)
{
	lantik_batch_defect_expected(sample, plan, true, ret);
	for (uint32_t at = 0; at < sample->rows; at++) {
		const struct lantik_sample_defect *defect = lantik_defect_of_row(sample, plan, at);
		if (defect != NULL)
			append_expected(at + 1, lantik_defect_expected(defect), ret);
	}
	lantik_batch_defect_expected(sample, plan, false, ret);
}
