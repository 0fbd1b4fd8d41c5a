/* The table of reference files: one entry a file, known by its first line.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reference.h"

#define ALWAYS "1900-01-01"
/* clang-format off */
#define VALID_KEY {"valid_from", NULL, "valid_from", "date", CELL_DATE, true, ALWAYS}
#define VALID_FROM {"valid_from", NULL, "valid_from", "date", CELL_DATE, false, ALWAYS}
#define VALID_UNTIL {"valid_until", NULL, "valid_until", "date", CELL_DATE_OR_NOTHING, false, ""}

const struct reference_file reference_files[] = {
	{"agencies.csv", "agency", true, {
		{"agency_code", "kode_instansi", "kode_instansi", "text", CELL_AGENCY, true, NULL},
		VALID_KEY,
		{"name", "nama", "nama", "text", CELL_NAME, false, NULL},
		{"level", NULL, "level", "text", CELL_LEVEL, false, NULL},
		{"kanreg_id", NULL, "kanreg_id", "text", CELL_TWO, false, NULL},
		{"province_code", NULL, "province_code", "text", CELL_PROVINCE, false, NULL},
		VALID_UNTIL}},
	{"kanreg.csv", "kanreg", true, {
		{"kanreg_id", NULL, "kanreg_id", "text", CELL_TWO, true, NULL},
		VALID_KEY,
		{"name", "nama", "nama", "text", CELL_NAME, false, NULL},
		{"seat", NULL, "seat", "text", CELL_NOTE, false, NULL},
		{"coverage", NULL, "coverage", "text", CELL_NOTE, false, ""},
		VALID_UNTIL}},
	{"kanreg_province.csv", "kanreg_province", true, {
		{"kanreg_id", NULL, "kanreg_id", "text", CELL_TWO, true, NULL},
		{"province_code", NULL, "province_code", "text", CELL_TWO, true, NULL},
		VALID_KEY,
		{"coverage", NULL, "unverified", "boolean", CELL_COVERAGE, false, "sourced"},
		VALID_UNTIL}},
	{"regions/provinces.csv", "region", true, {
		{"code", NULL, "code", "text", CELL_CODE2, true, NULL},
		{"name", "nama", "nama", "text", CELL_NAME, false, NULL},
		VALID_FROM, VALID_UNTIL}},
	{"regions/regencies.csv", "region", true, {
		{"code", NULL, "code", "text", CELL_CODE4, true, NULL},
		{"province_code", NULL, NULL, NULL, CELL_CODE2, false, NULL},
		{"name", "nama", "nama", "text", CELL_NAME, false, NULL},
		VALID_FROM, VALID_UNTIL}},
	{"regions/districts.csv", "region", true, {
		{"code", NULL, "code", "text", CELL_CODE6, true, NULL},
		{"regency_code", NULL, NULL, NULL, CELL_CODE4, false, NULL},
		{"name", "nama", "nama", "text", CELL_NAME, false, NULL},
		VALID_FROM, VALID_UNTIL}},
	{"regions/retired.csv", "retired_region", true, {
		{"code", NULL, "code", "text", CELL_RETIRED, true, NULL}}},
	{"education_level.csv", "education_level", false, {
		{"tk_pendidikan_id", NULL, "tk_pendidikan_id", "text", CELL_TWO, true, NULL},
		{"name", "nama", "nama", "text", CELL_NAME, false, NULL},
		VALID_FROM, VALID_UNTIL}},
	{"minimum_wage_YEAR.csv", "minimum_wage", false, {
		{"region_code", NULL, "region_code", "text", CELL_REGION, true, NULL},
		{"year", NULL, "year", "integer", CELL_YEAR, true, NULL},
		VALID_KEY,
		{"monthly_wage_idr", "upah_minimum", "upah_minimum", "numeric", CELL_MONEY, false, NULL},
		{"note", NULL, "note", "text", CELL_NOTE, false, ""},
		VALID_UNTIL}},
	{"formations.csv", "formation", false, {
		{"kode_instansi", "agency_code", "kode_instansi", "text", CELL_AGENCY, true, NULL},
		{"programme", NULL, "programme", "text", CELL_VALUE, true, NULL},
		{"kelompok_lapor", NULL, "kelompok_lapor", "smallint", CELL_GROUP, true, NULL},
		VALID_KEY,
		{"quota", NULL, "quota", "integer", CELL_COUNT, false, NULL},
		VALID_UNTIL}},
	{"targets.csv", "target", false, {
		{"kanreg_id", NULL, "kanreg_id", "text", CELL_TWO, true, NULL},
		{"year", NULL, "year", "integer", CELL_YEAR, true, NULL},
		VALID_KEY,
		{"target", NULL, "target", "integer", CELL_COUNT, false, NULL},
		VALID_UNTIL}},
	{"pay_budgets.csv", "pay_budget", false, {
		{"kode_instansi", "agency_code", "kode_instansi", "text", CELL_AGENCY, true, NULL},
		{"year", NULL, "year", "integer", CELL_YEAR, true, NULL},
		VALID_KEY,
		{"amount", NULL, "amount", "numeric", CELL_MONEY, false, NULL},
		VALID_UNTIL}},
	{"parameters.csv", "rule_parameter", false, {
		{"name", NULL, "name", "text", CELL_PARAMETER, true, NULL},
		{"value", NULL, "value", "text", CELL_VALUE, true, NULL},
		VALID_KEY, VALID_UNTIL}},
};
/* clang-format on */
const size_t reference_file_count = LANTIK_COUNT(reference_files);

int reference_place(const struct lantik_csv *csv, const struct reference_column *column)
{
	int place = lantik_csv_column(csv, column->name);
	return place < 0 && column->alias ? lantik_csv_column(csv, column->alias) : place;
}

static bool matches(const struct reference_file *file, const struct lantik_csv *csv)
{
	uint32_t found = 0;
	for (size_t i = 0; i < REFERENCE_COLUMNS && file->columns[i].name; i++) {
		bool there = reference_place(csv, &file->columns[i]) >= 0;
		if (!there && !file->columns[i].otherwise)
			return false;
		found += there;
	}
	return found == csv->header.count;
}

const struct reference_file *reference_find(const struct lantik_csv *csv)
{
	for (size_t i = 0; i < reference_file_count; i++)
		if (matches(&reference_files[i], csv))
			return &reference_files[i];
	return NULL;
}
