/* Tests of the tables of fields and words.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "lantik/record.h"

static size_t member_size(enum lantik_field_type type)
{
	switch (type) {
	case LANTIK_DATE:
	case LANTIK_INT:
	case LANTIK_WORD:
		return sizeof(int32_t);
	case LANTIK_TIME:
	case LANTIK_MONEY:
		return sizeof(int64_t);
	case LANTIK_DOCUMENTS:
		return sizeof(struct lantik_documents);
	case LANTIK_TEXT:
	case LANTIK_ID:
	case LANTIK_HASH_FIELD:
		break;
	}
	return sizeof(struct lantik_span);
}

static void expect_table(const struct lantik_field *fields, size_t count, size_t owner)
{
	size_t end = 0;
	for (size_t i = 0; i < count; i++) {
		const struct lantik_field *field = &fields[i];
		cr_expect_eq(field->number, i + 1, "%s", field->name);
		cr_expect(field->offset >= end && field->offset - end < 8, "%s overlaps or leaves a gap", field->name);
		end = field->offset + member_size(field->type);
		cr_expect_leq(end, owner);
		cr_expect_eq(field->type == LANTIK_WORD, field->words != LANTIK_WORDS_none, "%s", field->name);
		cr_expect_eq(
			field->type == LANTIK_TEXT || field->type == LANTIK_INT, field->extent > 0, "%s", field->name);
		cr_expect(field->privacy && strchr("GIXN", field->privacy), "%s", field->name);
		cr_expect_eq(lantik_field_find(fields, count, lantik_span_of(field->name)), field);
	}
}

Test(fields, describe_the_record_and_the_manifest)
{
	expect_table(lantik_record_fields, LANTIK_FIELD_COUNT, sizeof(struct lantik_record));
	expect_table(lantik_manifest_fields, lantik_manifest_field_count, sizeof(struct lantik_manifest));
	cr_expect_eq(lantik_record_fields[LANTIK_F_nik - 1].offset, offsetof(struct lantik_record, nik));
	cr_expect_eq(lantik_record_fields[LANTIK_F_upah - 1].privacy, 'X');
	cr_expect_eq(lantik_record_fields[LANTIK_F_kelompok_lapor - 1].words, LANTIK_WORDS_kelompok_lapor);
}

Test(fields, are_found_whatever_the_case)
{
	const struct lantik_field *nik = &lantik_record_fields[LANTIK_F_nik - 1];
	cr_expect_eq(lantik_field_find(lantik_record_fields, LANTIK_FIELD_COUNT, lantik_span_of("NIK")), nik);
	cr_expect_null(lantik_field_find(lantik_record_fields, LANTIK_FIELD_COUNT, lantik_span_of("nik ")));
	cr_expect_null(lantik_field_find(lantik_record_fields, LANTIK_FIELD_COUNT, lantik_span_of("ni")));
	cr_expect_null(lantik_field_find(lantik_record_fields, LANTIK_FIELD_COUNT, lantik_span_of("")));
}

Test(fields, are_reached_through_the_table)
{
	struct lantik_record record = {.tmt = 20251001};
	const struct lantik_field *tmt = &lantik_record_fields[LANTIK_F_tmt - 1];
	cr_expect_eq(*(const int32_t *)lantik_member(&record, tmt), 20251001);
	*(int32_t *)lantik_member_mutable(&record, tmt) = 20251101;
	cr_expect_eq(record.tmt, 20251101);
}

static int32_t code(enum lantik_word_list list, const char *text)
{
	return lantik_word_code(list, lantik_span_of(text));
}

Test(words, go_to_their_codes_in_both_languages_and_back)
{
	for (int list = LANTIK_WORDS_kind; list <= LANTIK_WORDS_change_kind; list++) {
		unsigned count = 0;
		for (int32_t i = 1; i < LANTIK_WORD_UNREADABLE; i++) {
			const char *english = lantik_word((enum lantik_word_list)list, i, LANTIK_ENGLISH);
			const char *indonesian = lantik_word((enum lantik_word_list)list, i, LANTIK_INDONESIAN);
			cr_expect_eq(english == NULL, indonesian == NULL);
			if (english == NULL)
				continue;
			count++;
			cr_expect_eq(code((enum lantik_word_list)list, english), i, "%s", english);
			cr_expect_eq(code((enum lantik_word_list)list, indonesian), i, "%s", indonesian);
		}
		cr_expect_geq(count, 2);
		cr_expect_null(lantik_word((enum lantik_word_list)list, 0, LANTIK_ENGLISH));
		cr_expect_null(lantik_word((enum lantik_word_list)list, LANTIK_WORD_UNREADABLE, LANTIK_ENGLISH));
		cr_expect_eq(code((enum lantik_word_list)list, ""), 0);
		cr_expect_eq(code((enum lantik_word_list)list, "?"), LANTIK_WORD_UNREADABLE);
	}
}

Test(words, are_read_as_people_write_them)
{
	cr_expect_eq(code(LANTIK_WORDS_kind, "pppk paruh waktu"), LANTIK_PPPK_PW);
	cr_expect_eq(code(LANTIK_WORDS_kind, "pppk_pw"), LANTIK_PPPK_PW);
	cr_expect_eq(code(LANTIK_WORDS_kind, "PPPK"), LANTIK_PPPK);
	cr_expect_eq(code(LANTIK_WORDS_step, "perjanjian"), LANTIK_STEP_PERJANJIAN);
	cr_expect_eq(code(LANTIK_WORDS_kelompok_jabatan, "Guru dan Tenaga Kependidikan"), 1);
	cr_expect_eq(code(LANTIK_WORDS_kelompok_jabatan, "guru tenaga_kependidikan"), 1);
	cr_expect_eq(code(LANTIK_WORDS_signing_mode, "daring"), 2);
	static const char *const yes[] = {"yes", "Ya", "y", "Y", "1", "TRUE"};
	static const char *const no[] = {"no", "Tidak", "t", "n", "0", "false"};
	for (size_t i = 0; i < LANTIK_COUNT(yes); i++) {
		cr_expect_eq(code(LANTIK_WORDS_yes_no, yes[i]), 1, "%s", yes[i]);
		cr_expect_eq(code(LANTIK_WORDS_yes_no, no[i]), 2, "%s", no[i]);
	}
	cr_expect_eq(code(LANTIK_WORDS_kelompok_lapor, "1"), LANTIK_WORD_UNREADABLE);
	cr_expect_eq(code(LANTIK_WORDS_kelompok_lapor, "guru "), LANTIK_WORD_UNREADABLE);
}
