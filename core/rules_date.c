/* The rules that compare dates, D02-D15. A rule is silent when one of its dates is absent or unreadable.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_private.h"

#include <string.h>

#define AGE_LEAST 18
#define AGE_MOST 75
#define AGE_LEAST_PPPK 20
#define ENTRY_AGE_CPNS 35 /* at application, a year before TMT */
#define BUP_HIGHEST 100
#define DECREE_DAYS 7
#define SPMT_DAYS 92
#define SCHOOL_AGE 5
#define CONTRACT_MONTHS 12
#define CONTRACT_MONTHS_MOST 60

/* change_kind of words.def. */
#define CHANGE_EXTENSION 2

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

/* The ages that hold for the position, and whether the row that says so is confirmed. */
struct ages {
	int32_t retirement;
	int32_t entry;
	bool retirement_unverified, entry_unverified;
};

static struct ages ages_of(const struct lantik_row *row)
{
	const struct lantik_position *position = row->position;
	struct ages ages = {.retirement = -1, .entry = ENTRY_AGE_CPNS};
	if (position != NULL && position->bup > 0) {
		ages.retirement = position->bup;
		ages.retirement_unverified = position->unverified;
	}
	if (position != NULL && position->entry_age > 0) {
		ages.entry = position->entry_age;
		ages.entry_unverified = position->unverified;
	}
	if (ages.retirement < 0)
		ages.retirement = bup_of_level(row->check, row->record->jenjang);
	if (ages.retirement < 0)
		ages.retirement = row->check->policy.bup;
	if (ages.retirement > BUP_HIGHEST)
		ages.retirement = BUP_HIGHEST;
	return ages;
}

/* D03-D06 and D10 of somebody whose age is plausible; whoever comes back as retired is not also called too
 * old. */
static void check_limits(struct lantik_row *row, int age)
{
	struct ages ages = ages_of(row);
	int32_t retirement = lantik_date_add_months(row->birth, 12 * ages.retirement);
	bool unverified = ages.retirement_unverified;
	if (age < AGE_LEAST_PPPK)
		lantik_row_report(row, LANTIK_CASE_D03_young, LANTIK_F_tgl_lahir);
	if (row->tmt >= retirement &&
		lantik_row_report_by(row, LANTIK_CASE_D05_retired, LANTIK_F_tgl_lahir, unverified))
		return;
	if (age > ages.entry + 1)
		lantik_row_report_by(row, LANTIK_CASE_D04_old, LANTIK_F_tgl_lahir, ages.entry_unverified);
	if (row->tmt > lantik_date_add_months(row->birth, 12 * (ages.retirement - 1)))
		lantik_row_report_by(row, LANTIK_CASE_D06_old, LANTIK_F_tgl_lahir, unverified);
	if (day_or_none(row->record->tgl_kontrak_akhir) > retirement)
		lantik_row_report_by(row, LANTIK_CASE_D10_beyond, LANTIK_F_tgl_kontrak_akhir, unverified);
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

/* Whether any of two cases is judged of this batch; what decides them need not be computed otherwise. */
static bool judges(const struct lantik_row *row, enum lantik_case_id a, enum lantik_case_id b)
{
	return (row->check->judged[a] | row->check->judged[b]) != 0;
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
	bool extension = row->record->change_kind == CHANGE_EXTENSION;
	if (start == 0)
		return;
	if (row->tmt != 0 && start != row->tmt && !extension)
		lantik_row_report(row, LANTIK_CASE_D08_start, LANTIK_F_tgl_kontrak_mulai);
	if (end == 0)
		return;
	if (end < start) {
		lantik_row_report(row, LANTIK_CASE_D08_order, LANTIK_F_tgl_kontrak_akhir);
		return;
	}
	if (!judges(row, LANTIK_CASE_D08_too_long, LANTIK_CASE_D08_shorter))
		return;
	int32_t last = last_day(start, CONTRACT_MONTHS);
	if (end > last)
		lantik_row_report(row, LANTIK_CASE_D08_too_long, LANTIK_F_tgl_kontrak_akhir);
	else if (end < last)
		lantik_row_report(row, LANTIK_CASE_D08_shorter, LANTIK_F_tgl_kontrak_akhir);
}

/* D09 */
static void check_full_time(struct lantik_row *row, int32_t start, int32_t end)
{
	if (start == 0 || end == 0 || !judges(row, LANTIK_CASE_D09_short, LANTIK_CASE_D09_long))
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
	int32_t deadline = row->check->policy.spmt_deadline;
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
