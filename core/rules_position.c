/* The rules of position, unit, education and grade, J01-J07.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_private.h"

#include <string.h>

#define ID_BYTES 16
#define FUNCTIONAL 2 /* jenis_jabatan_id */
#define GENERAL 4

/* What the rulebook answers about an id. */
enum answer { NOT_ASKED, UNKNOWN, KNOWN, OF_ANOTHER_AGENCY };

static bool is_id(struct lantik_span id)
{
	return id.len == ID_BYTES;
}

/* The id's place; its answer is 0 when the rulebook was not asked, or about another id since. */
static struct lantik_seen *seen_of(struct lantik_seen seen[LANTIK_SEEN], struct lantik_span id)
{
	uint64_t halves[2];
	memcpy(halves, id.data, sizeof halves);
	struct lantik_seen *place = &seen[((halves[0] ^ halves[1]) * UINT64_C(0x9E3779B97F4A7C15)) >> 55];
	_Static_assert(LANTIK_SEEN == 1u << 9, "the number keeps 9 bits");
	if (memcmp(place->id, id.data, ID_BYTES) != 0) {
		memcpy(place->id, id.data, ID_BYTES);
		place->answer = NOT_ASKED;
	}
	return place;
}

/* J01; a word outside the list is T07's. */
static void check_group(struct lantik_row *row)
{
	if (row->record->kelompok_jabatan == 0)
		lantik_row_report(row, LANTIK_CASE_J01_group, LANTIK_F_kelompok_jabatan);
}

/* J02: the column of the type is filled, the other one is empty. */
static void check_columns(struct lantik_row *row)
{
	const struct lantik_record *record = row->record;
	bool functional = record->jabatan_fungsional_id.len > 0, general = record->jabatan_fungsional_umum_id.len > 0;
	if (record->jenis_jabatan_id == FUNCTIONAL && !functional)
		lantik_row_report(row, LANTIK_CASE_J02_functional, LANTIK_F_jabatan_fungsional_id);
	if (record->jenis_jabatan_id == FUNCTIONAL && general)
		lantik_row_report(row, LANTIK_CASE_J02_functional, LANTIK_F_jabatan_fungsional_umum_id);
	if (record->jenis_jabatan_id == GENERAL && !general)
		lantik_row_report(row, LANTIK_CASE_J02_general, LANTIK_F_jabatan_fungsional_umum_id);
	if (record->jenis_jabatan_id == GENERAL && functional)
		lantik_row_report(row, LANTIK_CASE_J02_general, LANTIK_F_jabatan_fungsional_id);
}

/* J03 of one column; the position that it names, or NULL. */
static const struct lantik_position *find_position(
	struct lantik_row *row, struct lantik_span id, enum lantik_field_id field)
{
	struct lantik_check *check = row->check;
	if (!is_id(id))
		return NULL;
	struct lantik_seen *seen = seen_of(check->positions, id);
	if (seen->answer == NOT_ASKED) {
		seen->position = lantik_rulebook_position(check->rulebook, id.data, check->received);
		seen->answer = seen->position == NULL ? UNKNOWN : KNOWN;
	}
	if (seen->answer == UNKNOWN)
		lantik_row_report(row, LANTIK_CASE_J03_position, field);
	return seen->position;
}

static void check_position(struct lantik_row *row)
{
	const struct lantik_record *record = row->record;
	const struct lantik_position *functional =
		find_position(row, record->jabatan_fungsional_id, LANTIK_F_jabatan_fungsional_id);
	const struct lantik_position *general =
		find_position(row, record->jabatan_fungsional_umum_id, LANTIK_F_jabatan_fungsional_umum_id);
	row->position = functional != NULL ? functional : general;
}

static enum answer ask_unit(const struct lantik_check *check, struct lantik_span id)
{
	char agency[5];
	if (!lantik_rulebook_unit(check->rulebook, id.data, check->received, agency))
		return UNKNOWN;
	return lantik_span_is(check->manifest->kode_instansi, agency) ? KNOWN : OF_ANOTHER_AGENCY;
}

/* J03 */
static void check_unit(struct lantik_row *row)
{
	struct lantik_span id = row->record->unor_id;
	if (!is_id(id))
		return;
	struct lantik_seen *seen = seen_of(row->check->units, id);
	if (seen->answer == NOT_ASKED)
		seen->answer = (uint8_t)ask_unit(row->check, id);
	if (seen->answer == UNKNOWN)
		lantik_row_report(row, LANTIK_CASE_J03_unit, LANTIK_F_unor_id);
	else if (seen->answer == OF_ANOTHER_AGENCY && row->check->policy.agency_known)
		lantik_row_report(row, LANTIK_CASE_J03_unit_agency, LANTIK_F_unor_id);
}

/* J03 */
static void check_study(struct lantik_row *row)
{
	struct lantik_span id = row->record->pendidikan_id;
	if (!is_id(id))
		return;
	struct lantik_seen *seen = seen_of(row->check->studies, id);
	if (seen->answer == NOT_ASKED)
		seen->answer = lantik_rulebook_study(row->check->rulebook, id.data) ? KNOWN : UNKNOWN;
	if (seen->answer == UNKNOWN)
		lantik_row_report(row, LANTIK_CASE_J03_education, LANTIK_F_pendidikan_id);
}

/* The least education that is asked for: by the position, else by the group of part-time PPPK. NULL: none. */
static const char *least_education(const struct lantik_row *row, bool *ret_unverified)
{
	const struct lantik_check *check = row->check;
	int32_t group = row->record->kelompok_jabatan;
	if (row->position != NULL && row->position->min_education[0] != '\0') {
		*ret_unverified = row->position->unverified;
		return row->position->min_education;
	}
	if (check->manifest->kind != LANTIK_PPPK_PW || group <= 0)
		return NULL;
	return lantik_rulebook_group_education(check->rulebook, group, ret_unverified);
}

static bool level_known(struct lantik_check *check, struct lantik_span level)
{
	uint8_t *answer = &check->levels[lantik_digits_value(level)];
	if (*answer == NOT_ASKED)
		*answer = lantik_rulebook_education(check->rulebook, level) ? KNOWN : UNKNOWN;
	return *answer == KNOWN;
}

/* J04; codes are two digits, so that they compare as text as they do as numbers. */
static void check_education(struct lantik_row *row)
{
	struct lantik_span level = row->record->tk_pendidikan_id;
	bool unverified = false;
	if (level.len == 0 || row->spoiled[LANTIK_F_tk_pendidikan_id])
		return;
	if (level.len != 2 || !lantik_all_digits(level) || !level_known(row->check, level)) {
		lantik_row_report(row, LANTIK_CASE_J04_unknown, LANTIK_F_tk_pendidikan_id);
		return;
	}
	const char *least = least_education(row, &unverified);
	if (least != NULL && lantik_digits_value(level) < lantik_digits_value(lantik_span_of(least)))
		lantik_row_report_by(row, LANTIK_CASE_J04_below, LANTIK_F_tk_pendidikan_id, unverified);
}

/* Whether the grade is on the bound's side: at least `least` or at most `most`, of the same scale. */
static bool within(int rank, bool pppk, const char *least, const char *most)
{
	bool pppk_least = pppk, pppk_most = pppk;
	int low = least[0] == '\0' ? rank : lantik_golongan_rank(lantik_span_of(least), &pppk_least);
	int high = most[0] == '\0' ? rank : lantik_golongan_rank(lantik_span_of(most), &pppk_most);
	return rank >= low && rank <= high && pppk == pppk_least && pppk == pppk_most;
}

/* J05 */
static void check_bounds(struct lantik_row *row, struct lantik_span grade)
{
	const struct lantik_position *position = row->position;
	bool pppk = false;
	if (position == NULL || grade.len == 0 || row->check->judged[LANTIK_CASE_J05_outside] == 0 ||
		(position->min_golongan[0] == '\0' && position->max_golongan[0] == '\0'))
		return;
	int rank = lantik_golongan_rank(grade, &pppk);
	if (rank == 0 || !within(rank, pppk, position->min_golongan, position->max_golongan))
		lantik_row_report_by(row, LANTIK_CASE_J05_outside, LANTIK_F_golongan_id, position->unverified);
}

static void need(struct lantik_row *row, bool given, enum lantik_field_id field)
{
	if (!given)
		lantik_row_report(row, LANTIK_CASE_J06_missing, field);
}

/* J06 */
static void check_functional(struct lantik_row *row)
{
	const struct lantik_record *record = row->record;
	int32_t inaugurated = record->tmt_pelantikan, decree = record->tgl_sk;
	need(row, record->no_sk.len > 0, LANTIK_F_no_sk);
	need(row, decree != 0, LANTIK_F_tgl_sk);
	need(row, inaugurated != 0 || row->check->manifest->step != LANTIK_STEP_PELANTIKAN, LANTIK_F_tmt_pelantikan);
	if (lantik_date_valid(inaugurated) && lantik_date_valid(decree) && inaugurated < decree)
		lantik_row_report(row, LANTIK_CASE_J06_before_decree, LANTIK_F_tmt_pelantikan);
}

/* J07 */
static void check_grade(struct lantik_row *row, struct lantik_span grade)
{
	bool pppk = false;
	int32_t kind = row->check->manifest->kind;
	if (kind == LANTIK_PPPK_PW) {
		if (grade.len > 0 && !lantik_span_is(grade, "00"))
			lantik_row_report(row, LANTIK_CASE_J07_part_time, LANTIK_F_golongan_id);
		return;
	}
	bool known = lantik_golongan_rank(grade, &pppk) != 0;
	if (grade.len == 0)
		lantik_row_report(row, LANTIK_CASE_J07_missing, LANTIK_F_golongan_id);
	else if (kind == LANTIK_PPPK && !(known && pppk))
		lantik_row_report(row, LANTIK_CASE_J07_pppk, LANTIK_F_golongan_id);
	else if (kind != LANTIK_PPPK && !(known && !pppk))
		lantik_row_report(row, LANTIK_CASE_J07_civil, LANTIK_F_golongan_id);
}

void lantik_row_position(struct lantik_row *row)
{
	struct lantik_span grade = row->record->golongan_id;
	check_group(row);
	check_columns(row);
	check_position(row);
	check_unit(row);
	check_study(row);
	check_education(row);
	if (row->check->manifest->kind == LANTIK_JF)
		check_functional(row);
	if (row->spoiled[LANTIK_F_golongan_id])
		return;
	if (row->check->manifest->kind == LANTIK_JF)
		check_bounds(row, grade);
	else
		check_grade(row, grade);
}
