/* Defects of a whole batch: in the header, in one row that spoils all, or in what the sidecar declares.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "sample_cells.h"

/* What the sidecar declares instead. A value that begins with `+` is added to the true number. */
struct declaration {
	const char *name, *field, *value;
	bool sendable;
};

static const struct declaration declarations[] = {
	{"B01.schema_version", "schema_version", "0", true},
	{"B01.step", "step", "WISUDA", true},
	{"B01.step_of_kind", "step", "PELANTIKAN", true},
	{"B01.manifest", "sptjm_no", "=B7", true},
	{"B01.programme", "programme", "PW2042", true},
	{"B02.row_count", "row_count", "+1", true},
	{"B02.count_guru", "count_guru", "+1", true},
	{"B02.count_kesehatan", "count_kesehatan", "+1", true},
	{"B02.count_teknis", "count_teknis", "+1", true},
	{"B04.kanreg", "kanreg_id", NULL, true},
	{"B05.format", "kode_instansi", "61A1", false},
	{"B05.unknown", "kode_instansi", "9999", false},
};

/* What is spoilt in the spreadsheet itself. Most of it the office's own reader refuses. */
static const struct {
	const char *name;
	bool sendable;
} in_sheet[] = {
	{"B08.agency", true}, {"B01.utf8", false}, {"B01.header", false}, {"B01.columns", false}, {"N07.twice", false}};

const char *lantik_sample_batch_defect_at(size_t at, bool *ret_sendable)
{
	if (at < LANTIK_COUNT(declarations)) {
		*ret_sendable = declarations[at].sendable;
		return declarations[at].name;
	}
	at -= LANTIK_COUNT(declarations);
	if (at >= LANTIK_COUNT(in_sheet))
		return NULL;
	*ret_sendable = in_sheet[at].sendable;
	return in_sheet[at].name;
}

bool lantik_sample_batch_defect_known(const char *name)
{
	const char *known;
	bool sendable;
	for (size_t i = 0; (known = lantik_sample_batch_defect_at(i, &sendable)) != NULL; i++)
		if (strcmp(known, name) == 0)
			return true;
	return false;
}

bool lantik_batch_defect_is(const struct lantik_sample_plan *plan, const char *name)
{
	return plan != NULL && plan->batch_defect != NULL && strcmp(plan->batch_defect, name) == 0;
}

/* The row that a defect of the batch sits in. */
static uint32_t place_of(const struct lantik_sample *sample)
{
	return sample->rows / 2;
}

static void repeat_first_nik(const struct lantik_sample *sample, struct lantik_cells *cells)
{
	struct lantik_record first;
	lantik_sample_record(sample, 0, cells->arena, &first);
	static const enum lantik_field_id same[] = {
		LANTIK_F_nik, LANTIK_F_nip, LANTIK_F_tgl_lahir, LANTIK_F_jenis_kelamin, LANTIK_F_tmt_cpns};
	for (size_t i = 0; i < LANTIK_COUNT(same); i++)
		cells->items[same[i] - 1] =
			lantik_cell_of(&lantik_record_fields[same[i] - 1], &first, false, cells->arena);
	cells->items[LANTIK_F_tahun_lulus - 1] = (struct lantik_span){0};
}

void lantik_batch_defect_plant(const struct lantik_sample *sample, const struct lantik_sample_plan *plan, uint32_t at,
	struct lantik_cells *cells)
{
	struct lantik_span *agency = &cells->items[LANTIK_F_kode_instansi - 1];
	if (lantik_batch_defect_is(plan, "B05.format") || lantik_batch_defect_is(plan, "B05.unknown"))
		*agency = (struct lantik_span){0}; /* else every row contradicts the sidecar, too */
	if (at != place_of(sample))
		return;
	if (lantik_batch_defect_is(plan, "B08.agency"))
		*agency = lantik_span_of(strcmp(sample->agency, "6200") == 0 ? "6171" : "6200");
	if (lantik_batch_defect_is(plan, "B01.utf8"))
		cells->items[LANTIK_F_nama - 1] = lantik_span_of("RAFA\xcb");
	if (lantik_batch_defect_is(plan, "N07.twice"))
		repeat_first_nik(sample, cells);
}

struct lantik_span lantik_batch_defect_declare(const struct lantik_sample_plan *plan,
	const struct lantik_sample *sample, const struct lantik_field *field, struct lantik_span value,
	struct lantik_arena *arena)
{
	for (size_t i = 0; i < LANTIK_COUNT(declarations); i++) {
		const struct declaration *item = &declarations[i];
		if (!lantik_batch_defect_is(plan, item->name) || strcmp(item->field, field->name) != 0)
			continue;
		if (item->value == NULL)
			return lantik_span_of(strcmp(sample->kanreg, "02") == 0 ? "03" : "02");
		if (item->value[0] != '+')
			return lantik_span_of(item->value);
		int number = 0;
		for (size_t at = 0; at < value.len; at++)
			number = number * 10 + (value.data[at] - '0');
		return lantik_text(arena, "%d", number + 1);
	}
	return value;
}

static uint32_t record_of(const struct lantik_sample *sample, const char *name)
{
	return strcmp(name, "B08.agency") == 0 || strcmp(name, "N07.twice") == 0 ? place_of(sample) + 1 : 0;
}

void lantik_batch_defect_expected(const struct lantik_sample *sample, const struct lantik_sample_plan *plan,
	bool before_rows, struct lantik_buffer *ret)
{
	if (plan == NULL || plan->batch_defect == NULL)
		return;
	const char *name = plan->batch_defect;
	uint32_t record_no = record_of(sample, name);
	if (before_rows == (record_no != 0))
		return;
	if (strcmp(name, "N07.twice") == 0)
		lantik_buffer_printf(ret, "1\tN07.twice\tnik\n");
	lantik_buffer_printf(ret, "%u\t%s\t%s\n", record_no, name,
		record_no == 0                    ? ""
		: strcmp(name, "B08.agency") == 0 ? "kode_instansi"
						  : "nik");
}
