/* The rules of pay, W01-W03. Amounts are in sen.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_private.h"

#define PAY_MOST (INT64_C(1000000000) * 100)
#define PROVINCE_DIGITS 2

/* The minimum wage of the workplace in the year of TMT: the regency's, else the province's; 0 when the table says
 * neither. */
static int64_t least_wage(struct lantik_row *row, bool *ret_unverified)
{
	const struct lantik_check *check = row->check;
	struct lantik_span place = row->record->kode_kabkot;
	int32_t year = lantik_date_year(row->tmt);
	if (place.len < PROVINCE_DIGITS || row->spoiled[LANTIK_F_kode_kabkot])
		return 0;
	int64_t wage = lantik_rulebook_wage(check->rulebook, place, year, check->received, ret_unverified);
	if (wage == 0)
		wage = lantik_rulebook_wage(
			check->rulebook, lantik_part(place, 0, PROVINCE_DIGITS), year, check->received, ret_unverified);
	return wage;
}

/* Notes whether the table knows wages of a year that a record asks about. */
static void note_year(struct lantik_check *check, int32_t tmt)
{
	int32_t year = lantik_date_year(tmt);
	if (year == check->wage_year)
		return;
	check->wage_year = year;
	check->wages_asked = true;
	check->wages_known |= lantik_rulebook_wages_of(check->rulebook, year);
}

/* W02 */
static void check_least(struct lantik_row *row)
{
	int64_t pay = row->record->upah, before = row->record->upah_non_asn_terakhir;
	bool unverified = false;
	if (row->tmt == 0 || row->check->judged[LANTIK_CASE_W02_low] == 0)
		return;
	note_year(row->check, row->tmt);
	if (pay > 0 && before > pay && pay < least_wage(row, &unverified))
		lantik_row_report_by(row, LANTIK_CASE_W02_low, LANTIK_F_upah, unverified);
}

/* What cannot be read is T07's. */
void lantik_row_pay(struct lantik_row *row)
{
	int64_t pay = row->record->upah;
	if (pay == 0)
		lantik_row_report(row, LANTIK_CASE_W01_missing, LANTIK_F_upah);
	if (pay > PAY_MOST)
		lantik_row_report(row, LANTIK_CASE_W03_unit, LANTIK_F_upah);
	check_least(row);
}
