/* The rules that compare dates, D02-D15. A rule is silent when one of its dates is absent or unreadable.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_private.h"

#include <string.h>

#define AGE_LEAST 18
#define AGE_MOST 75
#define AGE_LEAST_PPPK 20
#define AGE_MOST_CPNS 36
#define BUP_DEFAULT 58
#define BUP_HIGHEST 100
#define DECREE_DAYS 7
#define SPMT_DAYS 92
#define SCHOOL_AGE 5
#define CONTRACT_MONTHS 12
#define CONTRACT_MONTHS_MOST 60

/* change_kind of words.def. */
#define CHANGE_EXTENSION 2

/* BKN letter 16955 of December 2025; the rulebook may name another day. */
#define SPMT_DEADLINE_PW 20260101

static int32_t day_or_none(int32_t date)
{
	return lantik_date_valid(date) ? date : 0;
}

/* `bup_` and the level in lower case, blanks as underscores. */
static int32_t bup_of_level(const struct lantik_check *check, struct lantik_span level)
{
	char name[48] = "bup_";
	size_t at = strlen(name);
	if (level.len == 0 || level.len >= sizeof name - at)
		return -1;
	for (size_t i = 0; i < level.len; i++) {
		uint8_t byte = level.data[i];
		name[at++] = (char)(byte == ' ' ? '_' : byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
	}
	name[at] = '\0';
	return lantik_rulebook_number(check->rulebook, name, -1, check->received);
}

/* The day on which the retirement age less some years is reached. */
static int32_t retirement(const struct lantik_row *row, int years_before)
{
	const struct lantik_check *check = row->check;
	int32_t bup = bup_of_level(check, row->record->jenjang);
	if (bup < 0)
		bup = lantik_rulebook_number(check->rulebook, "bup_default", BUP_DEFAULT, check->received);
	if (bup > BUP_HIGHEST)
		bup = BUP_HIGHEST;
	return lantik_date_add_months(row->birth, 12 * (bup - years_before));
}

/* D03-D06 of somebody whose age is plausible; whoever is retired is not also called too old. */
static void check_limits(struct lantik_row *row, int age)
{
	const uint8_t *judged = row->check->judged;
	if (age < AGE_LEAST_PPPK)
		lantik_row_report(row, LANTIK_CASE_D03_young, LANTIK_F_tgl_lahir);
	if (judged[LANTIK_CASE_D05_retired] != 0 && row->tmt >= retirement(row, 0)) {
		lantik_row_report(row, LANTIK_CASE_D05_retired, LANTIK_F_tgl_lahir);
		return;
	}
	if (age > AGE_MOST_CPNS)
		lantik_row_report(row, LANTIK_CASE_D04_old, LANTIK_F_tgl_lahir);
	if (judged[LANTIK_CASE_D06_old] != 0 && row->tmt > retirement(row, 1))
		lantik_row_report(row, LANTIK_CASE_D06_old, LANTIK_F_tgl_lahir);
	int32_t end = day_or_none(row->record->tgl_kontrak_akhir);
	if (judged[LANTIK_CASE_D10_beyond] != 0 && end > retirement(row, 0))
		lantik_row_report(row, LANTIK_CASE_D10_beyond, LANTIK_F_tgl_kontrak_akhir);
}

/* D02; a birth date that cannot be right settles the other age rules, too. */
static void check_age(struct lantik_row *row)
{
	if (row->birth == 0)
		return;
	if (row->birth > row->check->received) {
		lantik_row_report(row, LANTIK_CASE_D02_future, LANTIK_F_tgl_lahir);
		return;
	}
	if (row->tmt == 0)
		return;
	int age = lantik_date_age(row->birth, row->tmt);
	if (age < AGE_LEAST)
		lantik_row_report(row, LANTIK_CASE_D02_young, LANTIK_F_tgl_lahir);
	else if (age > AGE_MOST)
		lantik_row_report(row, LANTIK_CASE_D02_old, LANTIK_F_tgl_lahir);
	else
		check_limits(row, age);
}

/* D07 */
static void check_first_day(struct lantik_row *row)
{
	bool cpns = row->check->manifest->kind == LANTIK_CPNS;
	if (row->tmt != 0 && lantik_date_day(row->tmt) != 1)
		lantik_row_report(row, cpns ? LANTIK_CASE_D07_cpns : LANTIK_CASE_D07_pppk, row->tmt_field);
}

/* The last day of an agreement of so many months. One that starts on 29 February ends on the 28th, and one that starts
 * on 1 March ends on the last of February: the later of the two ways to count is right in both. */
static int32_t last_day(int32_t start, int months)
{
	int32_t day_before_end = lantik_date_add_days(lantik_date_add_months(start, months), -1);
	int32_t end_of_day_before = lantik_date_add_months(lantik_date_add_days(start, -1), months);
	return day_before_end > end_of_day_before ? day_before_end : end_of_day_before;
}

/* D08; the agreement of an extension starts when the earlier one ends, not on TMT. */
static void check_part_time(struct lantik_row *row, int32_t start, int32_t end)
{
	bool extension =
		lantik_word_code(LANTIK_WORDS_change_kind, lantik_span_of("extension")) == row->record->change_kind;
	if (start == 0)
		return;
	if (row->tmt != 0 && start != row->tmt && !extension)
		lantik_row_report(row, LANTIK_CASE_D08_start, LANTIK_F_tgl_kontrak_mulai);
	if (end == 0)
		return;
	int32_t last = last_day(start, CONTRACT_MONTHS);
	if (end < start)
		lantik_row_report(row, LANTIK_CASE_D08_order, LANTIK_F_tgl_kontrak_akhir);
	else if (end > last)
		lantik_row_report(row, LANTIK_CASE_D08_too_long, LANTIK_F_tgl_kontrak_akhir);
	else if (end < last)
		lantik_row_report(row, LANTIK_CASE_D08_shorter, LANTIK_F_tgl_kontrak_akhir);
}

/* D09 */
static void check_full_time(struct lantik_row *row, int32_t start, int32_t end)
{
	if (start == 0 || end == 0)
		return;
	if (end < last_day(start, CONTRACT_MONTHS))
		lantik_row_report(row, LANTIK_CASE_D09_short, LANTIK_F_tgl_kontrak_akhir);
	else if (end > last_day(start, CONTRACT_MONTHS_MOST))
		lantik_row_report(row, LANTIK_CASE_D09_long, LANTIK_F_tgl_kontrak_akhir);
}

/* D11-D13 */
static void check_decree(struct lantik_row *row)
{
	int32_t pertek = day_or_none(row->record->tgl_pertek);
	int32_t decree = day_or_none(row->record->tgl_sk);
	if (decree == 0)
		return;
	if (pertek > decree)
		lantik_row_report(row, LANTIK_CASE_D11_after_sk, LANTIK_F_tgl_pertek);
	if (pertek != 0 && decree > lantik_date_add_days(pertek, DECREE_DAYS))
		lantik_row_report(row, LANTIK_CASE_D12_late, LANTIK_F_tgl_sk);
	if (row->tmt != 0 && row->tmt < decree)
		lantik_row_report(row, LANTIK_CASE_D13_retroactive, row->tmt_field);
}

/* D14; a deadline before TMT belongs to an earlier programme. */
static void check_duty(struct lantik_row *row)
{
	int32_t duty = day_or_none(row->record->tgl_spmt);
	int32_t deadline = lantik_rulebook_number(
		row->check->rulebook, "spmt_deadline_pw", SPMT_DEADLINE_PW, row->check->received);
	if (duty == 0 || row->tmt == 0)
		return;
	if (duty < row->tmt) {
		lantik_row_report(row, LANTIK_CASE_D14_before, LANTIK_F_tgl_spmt);
		return;
	}
	if (duty > lantik_date_add_days(row->tmt, SPMT_DAYS))
		lantik_row_report(row, LANTIK_CASE_D14_late, LANTIK_F_tgl_spmt);
	if (row->check->manifest->kind == LANTIK_PPPK_PW && row->tmt <= deadline && duty > deadline)
		lantik_row_report(row, LANTIK_CASE_D14_deadline, LANTIK_F_tgl_spmt);
}

/* D15 */
static void check_school(struct lantik_row *row)
{
	int32_t year = row->record->tahun_lulus;
	if (year <= 0)
		return;
	if (row->tmt != 0 && year > lantik_date_year(row->tmt))
		lantik_row_report(row, LANTIK_CASE_D15_after_tmt, LANTIK_F_tahun_lulus);
	if (row->birth != 0 && year < lantik_date_year(row->birth) + SCHOOL_AGE)
		lantik_row_report(row, LANTIK_CASE_D15_before_school, LANTIK_F_tahun_lulus);
}

void lantik_row_dates(struct lantik_row *row)
{
	int32_t start = day_or_none(row->record->tgl_kontrak_mulai);
	int32_t end = day_or_none(row->record->tgl_kontrak_akhir);
	check_age(row);
	check_first_day(row);
	check_part_time(row, start, end);
	check_full_time(row, start, end);
	check_decree(row);
	check_duty(row);
	check_school(row);
}
