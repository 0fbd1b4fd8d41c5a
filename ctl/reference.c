/* The table of reference files: one entry a file, known by its first line.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reference.h"

#define ALWAYS "1900-01-01"
/* clang-format off */
#define VALID_KEY {"valid_from", NULL, "valid_from", "date", CELL_DATE, true, ALWAYS}
#define VALID_FROM {"valid_from", NULL, "valid_from", "date", CELL_DATE, false, ALWAYS}
#define COVERAGE {"coverage", NULL, "unverified", "boolean", CELL_COVERAGE, false, "sourced"}
#define NOTE {"note", NULL, "note", "text", CELL_NOTE, false, ""}
#define PROGRAMME {"programme", NULL, "programme", "text", CELL_PROGRAMME, true, NULL}
#define STEP {"step", NULL, "step", "smallint", CELL_STEP, true, NULL}
#define AGENCY_OR_ALL {"kode_instansi", "agency_code", "kode_instansi", "text", CELL_AGENCY_OR_ALL, true, ""}
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
		COVERAGE,
		{"note", NULL, "note", "text", CELL_NOTE, false, ""},
		VALID_UNTIL}},
	{"formations.csv", "formation", false, {
		{"kode_instansi", "agency_code", "kode_instansi", "text", CELL_AGENCY, true, NULL},
		{"programme", NULL, "programme", "text", CELL_PROGRAMME, true, NULL},
		{"kelompok_lapor", NULL, "kelompok_lapor", "smallint", CELL_GROUP, true, NULL},
		VALID_KEY,
		{"quota", NULL, "quota", "integer", CELL_COUNT, false, NULL},
		{"decided_on", NULL, "decided_on", "date", CELL_DAY_OR_NOTHING, false, ""},
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
	{"severities.csv", "severity_override", false, {
		{"rule_case", "rule", "rule_case", "text", CELL_RULE, true, NULL},
		{"kind", NULL, "kind", "smallint", CELL_KIND_OR_ALL, true, ""},
		{"step", NULL, "step", "smallint", CELL_STEP_OR_ALL, true, ""},
		AGENCY_OR_ALL,
		VALID_KEY,
		{"severity", NULL, "severity", "smallint", CELL_SEVERITY, false, NULL},
		NOTE, VALID_UNTIL}},
	{"submission_windows.csv", "submission_window", false, {
		PROGRAMME, STEP, AGENCY_OR_ALL,
		{"opens", NULL, "opens", "timestamptz", CELL_INSTANT, true, NULL},
		{"closes", NULL, "closes", "timestamptz", CELL_INSTANT, false, NULL},
		{"grace_minutes", NULL, "grace_minutes", "integer", CELL_MINUTES, false, "0"},
		COVERAGE, NOTE}},
	{"eligibility.csv", "eligibility_policy", false, {
		PROGRAMME, AGENCY_OR_ALL,
		{"terdata_non_asn", NULL, "terdata_non_asn", "smallint", CELL_EITHER, true, NULL},
		{"ikut_cpns_2024", NULL, "ikut_cpns_2024", "smallint", CELL_EITHER, true, NULL},
		{"ikut_pppk_2024_lengkap", NULL, "ikut_pppk_2024_lengkap", "smallint", CELL_EITHER, true, NULL},
		VALID_KEY, NOTE, VALID_UNTIL}},
	{"positions.csv", "position", false, {
		{"jabatan_id", NULL, "jabatan_id", "uuid", CELL_ID, true, NULL},
		VALID_KEY,
		{"name", "nama", "nama", "text", CELL_NAME, false, NULL},
		{"jenis_jabatan_id", NULL, "jenis_jabatan_id", "smallint", CELL_POSITION_TYPE, false, NULL},
		{"min_tk_pendidikan_id", NULL, "min_tk_pendidikan_id", "text", CELL_EDUCATION_OR_NOTHING, false, ""},
		{"min_golongan", NULL, "min_golongan", "text", CELL_GOLONGAN_OR_NOTHING, false, ""},
		{"max_golongan", NULL, "max_golongan", "text", CELL_GOLONGAN_OR_NOTHING, false, ""},
		{"bup", "bup_usia", "bup", "smallint", CELL_AGE_OR_NOTHING, false, ""},
		{"entry_age", NULL, "entry_age", "smallint", CELL_AGE_OR_NOTHING, false, ""},
		COVERAGE, VALID_UNTIL}},
	{"units.csv", "unit", false, {
		{"unor_id", NULL, "unor_id", "uuid", CELL_ID, true, NULL},
		VALID_KEY,
		{"name", "unor_nama", "nama", "text", CELL_NAME, false, NULL},
		{"kode_instansi", "agency_code", "kode_instansi", "text", CELL_AGENCY, false, NULL},
		VALID_UNTIL}},
	{"fields_of_study.csv", "field_of_study", false, {
		{"pendidikan_id", NULL, "pendidikan_id", "uuid", CELL_ID, true, NULL},
		{"name", "pendidikan_nama", "nama", "text", CELL_NAME, false, NULL}}},
	{"group_education.csv", "group_education", false, {
		{"kelompok_jabatan", NULL, "kelompok_jabatan", "smallint", CELL_POSITION_GROUP, true, NULL},
		{"min_tk_pendidikan_id", NULL, "min_tk_pendidikan_id", "text", CELL_TWO, false, NULL},
		COVERAGE, NOTE}},
	{"required_documents.csv", "required_document", false, {
		PROGRAMME, STEP,
		{"type", NULL, "type", "integer", CELL_DOCUMENT_TYPE, true, NULL},
		VALID_KEY,
		{"name", "nama", "nama", "text", CELL_NAME, false, NULL},
		VALID_UNTIL}},
	{"selection_categories.csv", "selection_category", false, {
		PROGRAMME,
		{"kategori", NULL, "kategori", "text", CELL_CATEGORY, true, NULL},
		VALID_KEY,
		{"result", NULL, "admitted", "boolean", CELL_RESULT, false, NULL},
		NOTE, VALID_UNTIL}},
	{"status_reasons.csv", "status_reason", false, {
		{"alasan_tolak_id", NULL, "alasan_tolak_id", "integer", CELL_REASON_ID, true, NULL},
		{"meaning", NULL, "meaning", "text", CELL_REASON, false, NULL},
		{"name", "nama", "nama", "text", CELL_NAME, false, NULL}}},
	{"holidays.csv", "holiday", false, {
		{"date", "tanggal", "date", "date", CELL_DATE, true, NULL},
		{"name", "nama", "nama", "text", CELL_NAME, false, NULL}}},
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
