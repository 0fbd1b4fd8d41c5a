/* T07 and D01: every value is what its column holds, and the dates that no record can do without are there.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_private.h"

/* numeric(14,2): the greatest amount that the register holds, in sen. */
#define MONEY_MAX INT64_C(99999999999999)
/* 2200-01-01T00:00:00Z. */
#define TIME_END INT64_C(7258118400000000)
#define DOCUMENT_TYPE_MAX 9999
#define DOCUMENT_PATH_MAX 200 /* characters */

static inline void check_int(struct lantik_row *row, enum lantik_field_id field, int32_t value, int32_t most)
{
	if (value == LANTIK_UNREADABLE)
		lantik_row_report(row, LANTIK_CASE_T07_number, field);
	else if (value < 0 || value > most)
		lantik_row_report(row, LANTIK_CASE_T07_range, field);
}

static inline void check_money(struct lantik_row *row, enum lantik_field_id field, int64_t value)
{
	if (value < 0)
		lantik_row_report(row, LANTIK_CASE_T07_money, field);
	else if (value > MONEY_MAX)
		lantik_row_report(row, LANTIK_CASE_T07_range, field);
}

static inline void check_time(struct lantik_row *row, enum lantik_field_id field, int64_t value)
{
	if (value < 0 || value >= TIME_END)
		lantik_row_report(row, LANTIK_CASE_T07_time, field);
}

static inline void check_word(
	struct lantik_row *row, enum lantik_field_id field, int32_t value, enum lantik_word_list words)
{
	if (value != 0 && lantik_word(words, value, LANTIK_ENGLISH) == NULL)
		lantik_row_report(row, LANTIK_CASE_T07_word, field);
}

static inline void check_id(struct lantik_row *row, enum lantik_field_id field, struct lantik_span id)
{
	if (id.len != 0 && id.len != 16)
		lantik_row_report(row, LANTIK_CASE_T07_id, field);
}

static inline void check_date(struct lantik_row *row, enum lantik_field_id field, int32_t date)
{
	if (date != 0 && !lantik_date_valid(date))
		lantik_row_report(row, LANTIK_CASE_D01_unreadable, field);
}

/* The fields whose value alone can be wrong, in the order of the table: all but texts and documents. */
#define CHECK_TEXT(name, extent)
#define CHECK_DOCUMENTS(name, extent)
#define CHECK_ID(name, extent) check_id(row, LANTIK_F_##name, record->name);
#define CHECK_DATE(name, extent) check_date(row, LANTIK_F_##name, record->name);
#define CHECK_TIME(name, extent) check_time(row, LANTIK_F_##name, record->name);
#define CHECK_MONEY(name, extent) check_money(row, LANTIK_F_##name, record->name);
#define CHECK_INT(name, extent) check_int(row, LANTIK_F_##name, record->name, extent);
#define CHECK_WORD(name, extent) check_word(row, LANTIK_F_##name, record->name, LANTIK_WORDS_##extent);

/* A line a field, so that no field has to be asked what it is. */
static void check_values(struct lantik_row *row, const struct lantik_record *record)
{
#define FIELD(number, name, type, extent, class, place) CHECK_##type(name, extent)
#include "lantik/fields.def"
#undef FIELD
}

static void check_documents(struct lantik_row *row)
{
	const struct lantik_documents *documents = &row->record->dokumen;
	for (size_t i = 0; i < documents->count; i++) {
		const struct lantik_document *document = &documents->items[i];
		bool type = document->type > 0 && document->type <= DOCUMENT_TYPE_MAX;
		bool path = row->paths[i].characters <= DOCUMENT_PATH_MAX;
		if (!type || !path || (document->sha256.len != 0 && document->sha256.len != LANTIK_HASH)) {
			row->spoiled[LANTIK_F_dokumen] =
				lantik_row_report(row, LANTIK_CASE_T07_document, LANTIK_F_dokumen);
			return;
		}
	}
}

static bool is_sex(struct lantik_span text)
{
	return lantik_span_is(text, "M") || lantik_span_is(text, "F");
}

/* The day when it is one; a missing day is a finding, an unreadable one already is. */
static int32_t required_date(struct lantik_row *row, int32_t date, enum lantik_field_id field)
{
	if (date == 0)
		lantik_row_report(row, LANTIK_CASE_D01_missing, field);
	return lantik_date_valid(date) ? date : 0;
}

void lantik_row_values(struct lantik_row *row)
{
	const struct lantik_record *record = row->record;
	bool functional = row->check->manifest->kind == LANTIK_JF;
	check_values(row, record);
	check_documents(row);
	if (record->jenis_kelamin.len > 0 && !is_sex(record->jenis_kelamin) && !row->spoiled[LANTIK_F_jenis_kelamin])
		lantik_row_report(row, LANTIK_CASE_T07_word, LANTIK_F_jenis_kelamin);
	row->birth = required_date(row, record->tgl_lahir, LANTIK_F_tgl_lahir);
	row->tmt_field = functional ? LANTIK_F_tmt_jabatan : LANTIK_F_tmt;
	row->tmt = required_date(row, functional ? record->tmt_jabatan : record->tmt, row->tmt_field);
}
