/* The rules of the NIK, N01-N06: its shape and what its digits say.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_private.h"

#include <string.h>

#define NIK_DIGITS 16
#define WOMAN 40

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

/* Whether eight bytes are digits: 0x30 to 0x3F, and below 0x40 with 6 added, too. */
static bool eight_digits(const uint8_t *at)
{
	uint64_t bytes;
	memcpy(&bytes, at, sizeof bytes);
	bool column = (bytes & EACH_BYTE(0xF0)) == EACH_BYTE(0x30);
	return column && ((bytes + EACH_BYTE(6)) & EACH_BYTE(0xF0)) == EACH_BYTE(0x30);
}

/* The last eight bytes may be looked at twice. */
bool lantik_all_digits(struct lantik_span text)
{
	if (text.len >= 8) {
		for (size_t at = 0; at + 8 < text.len; at += 8)
			if (!eight_digits(text.data + at))
				return false;
		return eight_digits(text.data + text.len - 8);
	}
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	}
	return true;
}

uint64_t lantik_digits_value(struct lantik_span digits)
{
	uint64_t value = 0;
	for (size_t i = 0; i < digits.len; i++)
		value = value * 10 + (uint64_t)(digits.data[i] - '0');
	return value;
}

struct lantik_span lantik_part(struct lantik_span text, size_t from, size_t len)
{
	return (struct lantik_span){text.data + from, len};
}

static int number(struct lantik_span text, size_t from, size_t len)
{
	return (int)lantik_digits_value(lantik_part(text, from, len));
}

/* N01 */
static void check_shape(struct lantik_row *row, struct lantik_span nik)
{
	if (nik.len == 0)
		lantik_row_report(row, LANTIK_CASE_N01_missing, LANTIK_F_nik);
	else if (row->spoiled[LANTIK_F_nik])
		return;
	else if (!lantik_all_digits(nik))
		lantik_row_report(row, LANTIK_CASE_N01_digits, LANTIK_F_nik);
	else if (nik.len != NIK_DIGITS)
		lantik_row_report(row, LANTIK_CASE_N01_length, LANTIK_F_nik);
	else
		row->nik_ok = true;
}

static enum lantik_case_id judge_region(const struct lantik_rulebook *rulebook, struct lantik_span nik)
{
	if (!lantik_rulebook_region(rulebook, lantik_part(nik, 0, 2)))
		return LANTIK_CASE_N04_province;
	return lantik_rulebook_region(rulebook, lantik_part(nik, 0, 6)) ? LANTIK_CASE_COUNT : LANTIK_CASE_N04_district;
}

/* N04; the people of an agency come from few districts. */
static void check_region(struct lantik_row *row, struct lantik_span nik)
{
	uint32_t code = (uint32_t)number(nik, 0, 6);
	struct lantik_seen_district *seen = &row->check->districts[code % LANTIK_SEEN_DISTRICTS];
	if (seen->found == 0 || seen->code != code)
		*seen = (struct lantik_seen_district){code, judge_region(row->check->rulebook, nik)};
	if (seen->found != LANTIK_CASE_COUNT)
		lantik_row_report(row, seen->found, LANTIK_F_nik);
}

/* 'M', 'F' or 0, by jenis_kelamin or, without it, by the NIP. */
static char sex_of(const struct lantik_row *row)
{
	struct lantik_span sex = row->record->jenis_kelamin;
	if (sex.len > 0)
		return lantik_span_is(sex, "M") ? 'M' : lantik_span_is(sex, "F") ? 'F' : 0;
	if (!row->nip_ok)
		return 0;
	uint8_t digit = row->record->nip.data[14];
	return digit == '1' ? 'M' : digit == '2' ? 'F' : 0;
}

/* N02, N05, N06: later ones only when the digits are a day. The century is unknown, so either may make it one. */
static void check_birth(struct lantik_row *row, struct lantik_span nik)
{
	int day = number(nik, 6, 2), month = number(nik, 8, 2), year = number(nik, 10, 2);
	bool woman = day > WOMAN;
	int real_day = woman ? day - WOMAN : day;
	if (lantik_date_make(1900 + year, month, real_day) == 0 &&
		lantik_date_make(2000 + year, month, real_day) == 0) {
		lantik_row_report(row, LANTIK_CASE_N02_date, LANTIK_F_nik);
		return;
	}
	int32_t birth = row->birth;
	if (birth != 0 && (lantik_date_day(birth) != real_day || lantik_date_month(birth) != month ||
				  lantik_date_year(birth) % 100 != year))
		lantik_row_report(row, LANTIK_CASE_N05_birth_date, LANTIK_F_nik);
	char sex = sex_of(row);
	if (sex != 0 && woman != (sex == 'F'))
		lantik_row_report(row, LANTIK_CASE_N06_sex, LANTIK_F_nik);
}

/* T06.rounded_column is about all of them. */
static void count_round(struct lantik_check *check, struct lantik_span nik)
{
	check->whole_niks++;
	check->round_niks += nik.data[NIK_DIGITS - 1] == '0';
}

void lantik_row_nik(struct lantik_row *row)
{
	struct lantik_span nik = row->record->nik;
	check_shape(row, nik);
	if (!row->nik_ok)
		return;
	count_round(row->check, nik);
	check_birth(row, nik);
	if (number(nik, 12, 4) == 0)
		lantik_row_report(row, LANTIK_CASE_N03_serial, LANTIK_F_nik);
	check_region(row, nik);
}
