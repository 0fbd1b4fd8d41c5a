/* The rules of the NIP and the NI PPPK that need no register, P01-P07 and P09, and T06.rounded beside the NIK.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_private.h"

#define NIP_DIGITS 18
#define FIRST_AGREEMENT 21

/* YYYYMMDD birth, YYYY year, GG month or number of the agreement, S sex, NNN serial. */
struct nip {
	int32_t birth;
	int32_t year, group;
	int32_t sex;
	int32_t serial;
};

static int32_t number(struct lantik_span text, size_t from, size_t len)
{
	return (int32_t)lantik_digits_value(lantik_part(text, from, len));
}

static struct nip nip_of(struct lantik_span text)
{
	return (struct nip){
		number(text, 0, 8), number(text, 8, 4), number(text, 12, 2), number(text, 14, 1), number(text, 15, 3)};
}

/* P01 */
void lantik_row_nip_shape(struct lantik_row *row)
{
	struct lantik_span nip = row->record->nip;
	if (nip.len == 0 || row->spoiled[LANTIK_F_nip])
		return;
	if (!lantik_all_digits(nip))
		lantik_row_report(row, LANTIK_CASE_P01_digits, LANTIK_F_nip);
	else if (nip.len != NIP_DIGITS)
		lantik_row_report(row, LANTIK_CASE_P01_length, LANTIK_F_nip);
	else
		row->nip_ok = true;
}

/* P02 */
static void check_birth(struct lantik_row *row, const struct nip *nip)
{
	if (!lantik_date_valid(nip->birth))
		lantik_row_report(row, LANTIK_CASE_P02_date, LANTIK_F_nip);
	else if (row->birth != 0 && nip->birth != row->birth)
		lantik_row_report(row, LANTIK_CASE_P02_birth_date, LANTIK_F_nip);
}

static bool is_month(int32_t group)
{
	return group >= 1 && group <= 12;
}

/* P03: tmt_cpns, for which a CPNS may give tmt alone, as SIASN does. */
static void check_civil_servant(struct lantik_row *row, const struct nip *nip)
{
	int32_t appointed = row->record->tmt_cpns;
	if (appointed == 0 && row->check->manifest->kind == LANTIK_CPNS)
		appointed = row->record->tmt;
	if (!is_month(nip->group))
		lantik_row_report(row, LANTIK_CASE_P03_month, LANTIK_F_nip);
	else if (lantik_date_valid(appointed) && appointed / 100 != nip->year * 100 + nip->group)
		lantik_row_report(row, LANTIK_CASE_P03_tmt_cpns, LANTIK_F_nip);
}

/* P04, P05 */
static void check_pppk(struct lantik_row *row, const struct nip *nip)
{
	int32_t pertek = row->record->tgl_pertek;
	bool by_pertek = lantik_date_valid(pertek) && lantik_date_year(pertek) == nip->year;
	if (row->tmt != 0 && lantik_date_year(row->tmt) != nip->year && !by_pertek)
		lantik_row_report(row, LANTIK_CASE_P04_year, LANTIK_F_nip);
	if (nip->group < FIRST_AGREEMENT)
		lantik_row_report(row, LANTIK_CASE_P05_malformed, LANTIK_F_nip);
	else if (!row->check->policy.agreement_listed[nip->group])
		lantik_row_report(row, LANTIK_CASE_P05_unlisted, LANTIK_F_nip);
}

/* P09, else what its kind asks: a number of the other family breaks everything else for the same cause. Digits that
 * belong to no family are P03's and P05's, and P09's for a functional official, whom neither asks. */
static void check_family(struct lantik_row *row, const struct nip *nip)
{
	enum lantik_kind kind = (enum lantik_kind)row->check->manifest->kind;
	bool pppk = kind == LANTIK_PPPK_PW || kind == LANTIK_PPPK;
	bool other_family = pppk ? is_month(nip->group) : nip->group >= FIRST_AGREEMENT;
	if (other_family || (kind == LANTIK_JF && !is_month(nip->group)))
		lantik_row_report(row, LANTIK_CASE_P09_kind, LANTIK_F_nip);
	else if (pppk)
		check_pppk(row, nip);
	else
		check_civil_servant(row, nip);
}

/* P06 */
static void check_sex(struct lantik_row *row, const struct nip *nip)
{
	struct lantik_span sex = row->record->jenis_kelamin;
	if (nip->sex != 1 && nip->sex != 2)
		lantik_row_report(row, LANTIK_CASE_P06_digit, LANTIK_F_nip);
	else if (lantik_span_is(sex, nip->sex == 1 ? "F" : "M"))
		lantik_row_report(row, LANTIK_CASE_P06_sex, LANTIK_F_nip);
}

/* P07, unless Excel rounded both numbers: it keeps 15 digits, so that an NIP loses three and a NIK one. */
static void check_serial(struct lantik_row *row)
{
	bool round_nik = row->nik_ok && row->record->nik.data[row->record->nik.len - 1] == '0';
	if (!round_nik || !lantik_row_report(row, LANTIK_CASE_T06_rounded, LANTIK_F_nip))
		lantik_row_report(row, LANTIK_CASE_P07_serial, LANTIK_F_nip);
}

void lantik_row_nip(struct lantik_row *row)
{
	if (!row->nip_ok)
		return;
	struct nip nip = nip_of(row->record->nip);
	check_birth(row, &nip);
	check_family(row, &nip);
	check_sex(row, &nip);
	if (nip.serial == 0)
		check_serial(row);
}
