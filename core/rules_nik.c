/* The rules of the NIK, N01-N07: its shape, what its digits say, and that a batch holds it once.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_private.h"

#define NIK_DIGITS 16
#define WOMAN 40

bool lantik_all_digits(struct lantik_span text)
{
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

/* N04 */
static void check_region(struct lantik_row *row, struct lantik_span nik)
{
	const struct lantik_rulebook *rulebook = row->check->rulebook;
	if (!lantik_rulebook_region(rulebook, lantik_part(nik, 0, 2)))
		lantik_row_report(row, LANTIK_CASE_N04_province, LANTIK_F_nik);
	else if (!lantik_rulebook_region(rulebook, lantik_part(nik, 0, 6)))
		lantik_row_report(row, LANTIK_CASE_N04_district, LANTIK_F_nik);
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

/* Where the NIK stands or would stand. */
static struct lantik_nik_slot *find_slot(struct lantik_check *check, uint64_t nik)
{
	size_t at = (size_t)((nik * UINT64_C(0x9E3779B97F4A7C15)) >> 49);
	_Static_assert(LANTIK_NIK_SLOTS == 1u << 15, "the hash keeps 15 bits");
	while (check->niks[at].record_no != 0 && check->niks[at].nik != nik)
		at = (at + 1) % LANTIK_NIK_SLOTS;
	return &check->niks[at];
}

/* N07: nobody knows which of the records is right, so all of them come back. */
static void check_once(struct lantik_row *row, struct lantik_span nik)
{
	struct lantik_check *check = row->check;
	uint64_t value = lantik_digits_value(nik);
	struct lantik_nik_slot *slot = find_slot(check, value);
	if (slot->record_no == 0) {
		if (check->records <= LANTIK_MAX_RECORDS)
			*slot = (struct lantik_nik_slot){value, row->number, false};
		return;
	}
	uint8_t severity = check->judged[LANTIK_CASE_N07_twice];
	if (!slot->reported)
		lantik_findings_add(row->findings, slot->record_no, LANTIK_CASE_N07_twice, severity, LANTIK_F_nik);
	slot->reported = true;
	lantik_findings_add(row->findings, row->number, LANTIK_CASE_N07_twice, severity, LANTIK_F_nik);
}

void lantik_row_nik(struct lantik_row *row)
{
	struct lantik_span nik = row->record->nik;
	check_shape(row, nik);
	if (!row->nik_ok)
		return;
	check_birth(row, nik);
	if (number(nik, 12, 4) == 0)
		lantik_row_report(row, LANTIK_CASE_N03_serial, LANTIK_F_nik);
	check_region(row, nik);
	check_once(row, nik);
}
