/* T07 and D01: every value is what its column holds, and the dates that no record can do without are there.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_private.h"

/* numeric(14,2): the greatest amount that the register holds, in sen. */
#define MONEY_MAX INT64_C(99999999999999)
/* 2200-01-01T00:00:00Z. */
#define TIME_END INT64_C(7258118400000000)
#define DOCUMENT_TYPE_MAX 9999
#define DOCUMENT_PATH_MAX 200 /* characters */

/* The fields whose value alone can be wrong, in the order of the table: all but texts and documents. */
#define IF_TEXT(name)
#define IF_ID(name) LANTIK_F_##name,
#define IF_DATE(name) LANTIK_F_##name,
#define IF_TIME(name) LANTIK_F_##name,
#define IF_MONEY(name) LANTIK_F_##name,
#define IF_INT(name) LANTIK_F_##name,
#define IF_WORD(name) LANTIK_F_##name,
#define IF_DOCUMENTS(name)
static const uint8_t value_fields[] = {
#define FIELD(number, name, type, extent, class, place) IF_##type(name)
#include "lantik/fields.def"
#undef FIELD
};

static void check_int(struct lantik_row *row, const struct lantik_field *field, int32_t value)
{
	if (value == LANTIK_UNREADABLE)
		lantik_row_report(row, LANTIK_CASE_T07_number, (enum lantik_field_id)field->number);
	else if (value < 0 || value > field->extent)
		lantik_row_report(row, LANTIK_CASE_T07_range, (enum lantik_field_id)field->number);
}

static void check_money(struct lantik_row *row, const struct lantik_field *field, int64_t value)
{
	if (value < 0)
		lantik_row_report(row, LANTIK_CASE_T07_money, (enum lantik_field_id)field->number);
	else if (value > MONEY_MAX)
		lantik_row_report(row, LANTIK_CASE_T07_range, (enum lantik_field_id)field->number);
}

static void check_value(struct lantik_row *row, const struct lantik_field *field)
{
	const void *member = lantik_member(row->record, field);
	enum lantik_field_id id = (enum lantik_field_id)field->number;
	switch (field->type) {
	case LANTIK_INT:
		check_int(row, field, *(const int32_t *)member);
		break;
	case LANTIK_MONEY:
		check_money(row, field, *(const int64_t *)member);
		break;
	case LANTIK_TIME:
		if (*(const int64_t *)member < 0 || *(const int64_t *)member >= TIME_END)
			lantik_row_report(row, LANTIK_CASE_T07_time, id);
		break;
	case LANTIK_WORD:
		if (*(const int32_t *)member != 0 &&
			lantik_word(field->words, *(const int32_t *)member, LANTIK_ENGLISH) == NULL)
			lantik_row_report(row, LANTIK_CASE_T07_word, id);
		break;
	case LANTIK_ID: {
		size_t len = ((const struct lantik_span *)member)->len;
		if (len != 0 && len != 16)
			lantik_row_report(row, LANTIK_CASE_T07_id, id);
		break;
	}
	case LANTIK_DATE:
		if (*(const int32_t *)member != 0 && !lantik_date_valid(*(const int32_t *)member))
			lantik_row_report(row, LANTIK_CASE_D01_unreadable, id);
		break;
	case LANTIK_TEXT:
	case LANTIK_HASH_FIELD:
	case LANTIK_DOCUMENTS:
		break;
	}
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
	for (size_t i = 0; i < LANTIK_COUNT(value_fields); i++)
		check_value(row, &lantik_record_fields[value_fields[i] - 1]);
	check_documents(row);
	if (record->jenis_kelamin.len > 0 && !is_sex(record->jenis_kelamin) && !row->spoiled[LANTIK_F_jenis_kelamin])
		lantik_row_report(row, LANTIK_CASE_T07_word, LANTIK_F_jenis_kelamin);
	row->birth = required_date(row, record->tgl_lahir, LANTIK_F_tgl_lahir);
	row->tmt_field = functional ? LANTIK_F_tmt_jabatan : LANTIK_F_tmt;
	row->tmt = required_date(row, functional ? record->tmt_jabatan : record->tmt, row->tmt_field);
}
