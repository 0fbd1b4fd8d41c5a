/* The lines of the rulebook: one reader a word, from columns to a row.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "rulebook_cells.h"
#include "rulebook_private.h"

#define KEY(type, last) (offsetof(struct type, last) + sizeof(((struct type *)0)->last))

/* clang-format off */
const struct lantik_shape lantik_shapes[LANTIK_TABLE_COUNT] = {
	[LANTIK_TABLE_AGENCY] = {sizeof(struct lantik_agency), KEY(lantik_agency, code), true,
		offsetof(struct lantik_agency, valid_from), 0},
	[LANTIK_TABLE_REGION] = {sizeof(struct lantik_region_row), KEY(lantik_region_row, code), false, LANTIK_NO_PERIOD, 0},
	[LANTIK_TABLE_RETIRED] = {1, 0, false, LANTIK_NO_PERIOD, 0},
	[LANTIK_TABLE_KANREG] = {sizeof(struct lantik_service_row), 0, false, LANTIK_NO_PERIOD, 0},
	[LANTIK_TABLE_EDUCATION] = {sizeof(struct lantik_education_row), KEY(lantik_education_row, code), true,
		LANTIK_NO_PERIOD, 0},
	[LANTIK_TABLE_PARAMETER] = {sizeof(struct lantik_parameter_row), KEY(lantik_parameter_row, value), false,
		offsetof(struct lantik_parameter_row, valid_from), LANTIK_MAX_PARAMETERS},
	[LANTIK_TABLE_SEVERITY] = {sizeof(struct lantik_override), 0, false, LANTIK_NO_PERIOD, LANTIK_MAX_OVERRIDES},
	[LANTIK_TABLE_WINDOW] = {sizeof(struct lantik_window_row), KEY(lantik_window_row, opens), true, LANTIK_NO_PERIOD, 0},
	[LANTIK_TABLE_ELIGIBILITY] = {sizeof(struct lantik_policy_row), KEY(lantik_policy_row, pppk), true,
		offsetof(struct lantik_policy_row, valid_from), 0},
	[LANTIK_TABLE_FORMATION] = {sizeof(struct lantik_formation), KEY(lantik_formation, group), true,
		offsetof(struct lantik_formation, valid_from), 0},
	[LANTIK_TABLE_WAGE] = {sizeof(struct lantik_wage_row), KEY(lantik_wage_row, year), true,
		offsetof(struct lantik_wage_row, valid_from), 0},
	[LANTIK_TABLE_POSITION] = {sizeof(struct lantik_position), KEY(lantik_position, id), true,
		offsetof(struct lantik_position, valid_from), 0},
	[LANTIK_TABLE_UNIT] = {sizeof(struct lantik_unit_row), KEY(lantik_unit_row, id), true,
		offsetof(struct lantik_unit_row, valid_from), 0},
	[LANTIK_TABLE_STUDY] = {sizeof(struct lantik_study_row), KEY(lantik_study_row, id), true, LANTIK_NO_PERIOD, 0},
	[LANTIK_TABLE_GROUP] = {sizeof(struct lantik_group_row), KEY(lantik_group_row, group), true, LANTIK_NO_PERIOD, 0},
	[LANTIK_TABLE_DOCUMENT] = {sizeof(struct lantik_document_row), KEY(lantik_document_row, type), true,
		offsetof(struct lantik_document_row, valid_from), 0},
	[LANTIK_TABLE_CATEGORY] = {sizeof(struct lantik_category_row), KEY(lantik_category_row, category), true,
		offsetof(struct lantik_category_row, valid_from), 0},
	[LANTIK_TABLE_REASON] = {sizeof(struct lantik_reason_row), KEY(lantik_reason_row, id), true, LANTIK_NO_PERIOD, 0},
	[LANTIK_TABLE_HOLIDAY] = {sizeof(struct lantik_holiday_row), KEY(lantik_holiday_row, date), true, LANTIK_NO_PERIOD, 0},
};
/* clang-format on */

/* columns[0] is the word; every reader fills a zeroed row. */
typedef bool (*reader)(const struct lantik_line *line, void *ret);

static bool is_one_of(struct lantik_span text, const char *const *words, size_t count, int *ret)
{
	for (size_t i = 0; i < count; i++) {
		if (lantik_span_is(text, words[i])) {
			*ret = (int)i;
			return true;
		}
	}
	return false;
}

static bool read_agency(const struct lantik_line *line, void *ret)
{
	static const char *const levels[] = {"pusat", "provinsi", "kabupaten", "kota"};
	const struct lantik_span *column = line->columns;
	struct lantik_agency *row = ret;
	int level;
	return lantik_cell_digits(column[1], 4, row->code) &&
	       is_one_of(column[2], levels, LANTIK_COUNT(levels), &level) &&
	       lantik_cell_digits(column[3], 2, row->kanreg_id) &&
	       lantik_cell_digits(column[4], level == 0 ? 0 : 2, row->province) &&
	       lantik_cell_period(&column[5], &row->valid_from, &row->valid_until);
}

static bool read_province(const struct lantik_line *line, void *ret)
{
	return lantik_cell_digits(line->columns[1], 2, ((struct lantik_region_row *)ret)->code);
}

static bool read_regency(const struct lantik_line *line, void *ret)
{
	return lantik_cell_digits(line->columns[1], 4, ((struct lantik_region_row *)ret)->code);
}

static bool read_district(const struct lantik_line *line, void *ret)
{
	return lantik_cell_digits(line->columns[1], 6, ((struct lantik_region_row *)ret)->code);
}

static bool read_retired(const struct lantik_line *line, void *ret)
{
	return read_regency(line, ret) || read_district(line, ret);
}

static bool read_service(const struct lantik_line *line, void *ret)
{
	const struct lantik_span *column = line->columns;
	struct lantik_service_row *row = ret;
	row->unverified = line->count == 6;
	return lantik_cell_digits(column[1], 2, row->kanreg_id) && lantik_cell_digits(column[2], 2, row->province) &&
	       lantik_cell_period(&column[3], &row->valid_from, &row->valid_until);
}

static bool read_education(const struct lantik_line *line, void *ret)
{
	return lantik_cell_digits(line->columns[1], 2, ((struct lantik_education_row *)ret)->code);
}

static bool read_parameter(const struct lantik_line *line, void *ret)
{
	const struct lantik_span *column = line->columns;
	struct lantik_parameter_row *row = ret;
	return lantik_cell_text(column[1], LANTIK_MAX_PARAMETER, row->name) &&
	       lantik_cell_text(column[2], LANTIK_MAX_PARAMETER, row->value) &&
	       lantik_cell_period(&column[3], &row->valid_from, &row->valid_until);
}

/* `N05` or `N05.birth_date`. Whether there is such a case is not asked: the centre may be newer. */
static bool read_case(struct lantik_span text, char ret[64])
{
	if (text.len < 3 || text.len == 4 || text.data[0] < 'A' || text.data[0] > 'Z' ||
		!lantik_cell_digits((struct lantik_span){text.data + 1, 2}, 2, NULL) ||
		(text.len > 3 && text.data[3] != '.'))
		return false;
	for (size_t i = 4; i < text.len; i++) {
		uint8_t byte = text.data[i];
		if ((byte < 'a' || byte > 'z') && (byte < '0' || byte > '9') && byte != '_')
			return false;
	}
	return lantik_cell_text(text, 63, ret);
}

static bool read_severity(const struct lantik_line *line, void *ret)
{
	static const char *const words[] = {"OFF", "FATAL", "ERROR", "REVIEW", "WARN"};
	const struct lantik_span *column = line->columns;
	struct lantik_override *row = ret;
	return read_case(column[1], row->name) && is_one_of(column[2], words, LANTIK_COUNT(words), &row->severity) &&
	       lantik_cell_word_or_none(LANTIK_WORDS_kind, column[3], &row->kind) &&
	       lantik_cell_word_or_none(LANTIK_WORDS_step, column[4], &row->step) &&
	       lantik_cell_digits_or_none(column[5], 4, row->agency) &&
	       lantik_cell_period(&column[6], &row->valid_from, &row->valid_until);
}

static bool read_window(const struct lantik_line *line, void *ret)
{
	const struct lantik_span *column = line->columns;
	struct lantik_window_row *row = ret;
	row->unverified = line->count == 8;
	return lantik_cell_text(column[1], LANTIK_MAX_PROGRAMME, row->programme) &&
	       lantik_cell_word(LANTIK_WORDS_step, column[2], &row->step) &&
	       lantik_cell_digits_or_none(column[3], 4, row->agency) && lantik_cell_instant(column[4], &row->opens) &&
	       lantik_cell_instant(column[5], &row->closes) && row->opens < row->closes &&
	       lantik_cell_int(column[6], 0, LANTIK_MAX_GRACE_MINUTES, &row->grace_minutes);
}

static bool read_either(struct lantik_span text, uint8_t *ret)
{
	int32_t word = 0;
	if (!lantik_cell_word_or_none(LANTIK_WORDS_yes_no, text, &word))
		return false;
	*ret = (uint8_t)word;
	return true;
}

static bool read_eligibility(const struct lantik_line *line, void *ret)
{
	const struct lantik_span *column = line->columns;
	struct lantik_policy_row *row = ret;
	return lantik_cell_text(column[1], LANTIK_MAX_PROGRAMME, row->programme) &&
	       lantik_cell_digits_or_none(column[2], 4, row->agency) && read_either(column[3], &row->terdata) &&
	       read_either(column[4], &row->cpns) && read_either(column[5], &row->pppk) &&
	       lantik_cell_period(&column[6], &row->valid_from, &row->valid_until);
}

static bool read_formation(const struct lantik_line *line, void *ret)
{
	const struct lantik_span *column = line->columns;
	struct lantik_formation *row = ret;
	return lantik_cell_digits(column[1], 4, row->agency) &&
	       lantik_cell_text(column[2], LANTIK_MAX_PROGRAMME, row->programme) &&
	       lantik_cell_word(LANTIK_WORDS_kelompok_lapor, column[3], &row->group) &&
	       lantik_cell_int(column[4], 0, 999999999, &row->quota) &&
	       lantik_cell_date_or_none(column[5], &row->decided_on) &&
	       lantik_cell_period(&column[6], &row->valid_from, &row->valid_until);
}

static bool read_wage(const struct lantik_line *line, void *ret)
{
	const struct lantik_span *column = line->columns;
	struct lantik_wage_row *row = ret;
	row->unverified = line->count == 7;
	return (lantik_cell_digits(column[1], 2, row->region) || lantik_cell_digits(column[1], 4, row->region)) &&
	       lantik_cell_int(
		       column[2], LANTIK_WAGE_YEAR_FIRST, LANTIK_WAGE_YEAR_FIRST + LANTIK_WAGE_YEARS - 1, &row->year) &&
	       lantik_cell_number(column[3], 1, INT64_C(99999999999999), &row->sen) &&
	       lantik_cell_period(&column[4], &row->valid_from, &row->valid_until);
}

/* Bounds of two scales could hold nobody; of one scale they must be in order. */
static bool bounds_fit(const struct lantik_position *row)
{
	bool least_pppk, most_pppk;
	if (row->min_golongan[0] == '\0' || row->max_golongan[0] == '\0')
		return true;
	int least = lantik_golongan_rank(lantik_span_of(row->min_golongan), &least_pppk);
	int most = lantik_golongan_rank(lantik_span_of(row->max_golongan), &most_pppk);
	return least_pppk == most_pppk && least <= most;
}

static bool read_position(const struct lantik_line *line, void *ret)
{
	const struct lantik_span *column = line->columns;
	struct lantik_position *row = ret;
	row->unverified = line->count == 11;
	return lantik_cell_id(column[1], row->id) && lantik_cell_int(column[2], 1, 99, &row->jenis_jabatan_id) &&
	       lantik_cell_digits_or_none(column[3], 2, row->min_education) &&
	       lantik_cell_golongan_or_none(column[4], row->min_golongan) &&
	       lantik_cell_golongan_or_none(column[5], row->max_golongan) && bounds_fit(row) &&
	       lantik_cell_int_or_none(column[6], 1, 99, &row->bup) &&
	       lantik_cell_int_or_none(column[7], 1, 99, &row->entry_age) &&
	       lantik_cell_period(&column[8], &row->valid_from, &row->valid_until);
}

static bool read_unit(const struct lantik_line *line, void *ret)
{
	const struct lantik_span *column = line->columns;
	struct lantik_unit_row *row = ret;
	return lantik_cell_id(column[1], row->id) && lantik_cell_digits(column[2], 4, row->agency) &&
	       lantik_cell_period(&column[3], &row->valid_from, &row->valid_until);
}

static bool read_study(const struct lantik_line *line, void *ret)
{
	return lantik_cell_id(line->columns[1], ((struct lantik_study_row *)ret)->id);
}

static bool read_group(const struct lantik_line *line, void *ret)
{
	struct lantik_group_row *row = ret;
	row->unverified = line->count == 4;
	return lantik_cell_word(LANTIK_WORDS_kelompok_jabatan, line->columns[1], &row->group) &&
	       lantik_cell_digits(line->columns[2], 2, row->education);
}

static bool read_document(const struct lantik_line *line, void *ret)
{
	const struct lantik_span *column = line->columns;
	struct lantik_document_row *row = ret;
	return lantik_cell_text(column[1], LANTIK_MAX_PROGRAMME, row->programme) &&
	       lantik_cell_word(LANTIK_WORDS_step, column[2], &row->step) &&
	       lantik_cell_int(column[3], 1, LANTIK_MAX_DOCUMENT_TYPE, &row->type) &&
	       lantik_cell_period(&column[4], &row->valid_from, &row->valid_until);
}

static bool read_category(const struct lantik_line *line, void *ret)
{
	static const char *const words[] = {"", "admitted", "failed"};
	const struct lantik_span *column = line->columns;
	struct lantik_category_row *row = ret;
	int meaning = 0;
	for (size_t i = 0; i < column[2].len; i++) {
		if (column[2].data[i] == '/' || (column[2].data[i] >= 'a' && column[2].data[i] <= 'z'))
			return false;
	}
	if (!is_one_of(column[3], words, LANTIK_COUNT(words), &meaning) || meaning == 0)
		return false;
	row->meaning = (enum lantik_category)meaning;
	return lantik_cell_text(column[1], LANTIK_MAX_PROGRAMME, row->programme) &&
	       lantik_cell_text(column[2], LANTIK_MAX_CATEGORY, row->category) &&
	       lantik_cell_period(&column[4], &row->valid_from, &row->valid_until);
}

static bool read_reason(const struct lantik_line *line, void *ret)
{
	static const char *const words[] = {"deceased", "inactive", "no_budget", "no_need"};
	struct lantik_reason_row *row = ret;
	int word;
	if (!is_one_of(line->columns[2], words, LANTIK_COUNT(words), &word))
		return false;
	row->reason = (enum lantik_reason)(LANTIK_REASON_DECEASED + word);
	return lantik_cell_int(line->columns[1], 1, 9999, &row->id);
}

static bool read_holiday(const struct lantik_line *line, void *ret)
{
	return lantik_cell_date(line->columns[1], &((struct lantik_holiday_row *)ret)->date);
}

static const struct word {
	const char *word;
	enum lantik_table table; /* into which its rows go */
	size_t columns;          /* the word included */
	bool may_be_unverified;  /* one more column */
	reader read;
} words[] = {
	{"agency", LANTIK_TABLE_AGENCY, 7, false, read_agency},
	{"category", LANTIK_TABLE_CATEGORY, 6, false, read_category},
	{"district", LANTIK_TABLE_REGION, 2, false, read_district},
	{"document", LANTIK_TABLE_DOCUMENT, 6, false, read_document},
	{"education", LANTIK_TABLE_EDUCATION, 2, false, read_education},
	{"eligibility", LANTIK_TABLE_ELIGIBILITY, 8, false, read_eligibility},
	{"formation", LANTIK_TABLE_FORMATION, 8, false, read_formation},
	{"group", LANTIK_TABLE_GROUP, 3, true, read_group},
	{"holiday", LANTIK_TABLE_HOLIDAY, 2, false, read_holiday},
	{"kanreg", LANTIK_TABLE_KANREG, 5, true, read_service},
	{"parameter", LANTIK_TABLE_PARAMETER, 5, false, read_parameter},
	{"position", LANTIK_TABLE_POSITION, 10, true, read_position},
	{"province", LANTIK_TABLE_REGION, 2, false, read_province},
	{"reason", LANTIK_TABLE_REASON, 3, false, read_reason},
	{"regency", LANTIK_TABLE_REGION, 2, false, read_regency},
	{"retired", LANTIK_TABLE_REGION, 2, false, read_retired},
	{"severity", LANTIK_TABLE_SEVERITY, 8, false, read_severity},
	{"study", LANTIK_TABLE_STUDY, 2, false, read_study},
	{"unit", LANTIK_TABLE_UNIT, 5, false, read_unit},
	{"wage", LANTIK_TABLE_WAGE, 6, true, read_wage},
	{"window", LANTIK_TABLE_WINDOW, 7, true, read_window},
};

static bool split(struct lantik_span text, struct lantik_line *ret)
{
	size_t from = 0;
	ret->count = 0;
	for (size_t i = 0; i <= text.len; i++) {
		if (i < text.len && text.data[i] != '\t')
			continue;
		if (ret->count == LANTIK_MAX_COLUMNS)
			return false;
		ret->columns[ret->count++] = (struct lantik_span){text.data + from, i - from};
		from = i + 1;
	}
	return true;
}

static bool columns_fit(const struct word *word, const struct lantik_line *line)
{
	return line->count == word->columns || (word->may_be_unverified && line->count == word->columns + 1 &&
						       lantik_span_is(line->columns[word->columns], "unverified"));
}

/* A zeroed row at the end of the table, which it does not belong to yet. */
static enum lantik_error make_room(struct lantik_rows *rows, const struct lantik_shape *shape, void **ret)
{
	if (shape->most != 0 && rows->count == shape->most)
		return LANTIK_E_TOO_LARGE;
	if (rows->count == rows->capacity) {
		size_t capacity = rows->capacity == 0 ? 64 : rows->capacity * 2;
		void *items = realloc(rows->items, capacity * shape->size);
		if (items == NULL)
			return LANTIK_E_NO_MEMORY;
		rows->items = items;
		rows->capacity = capacity;
	}
	*ret = (char *)rows->items + rows->count * shape->size;
	memset(*ret, 0, shape->size);
	return LANTIK_OK;
}

static enum lantik_error add_row(struct lantik_rulebook *book, const struct word *word, const struct lantik_line *line)
{
	struct lantik_rows *rows = &book->tables[word->table];
	void *row;
	if (!columns_fit(word, line))
		return LANTIK_E_MALFORMED;
	enum lantik_error error = make_room(rows, &lantik_shapes[word->table], &row);
	if (error != LANTIK_OK)
		return error;
	if (!word->read(line, row))
		return LANTIK_E_MALFORMED;
	rows->count++;
	return LANTIK_OK;
}

/* A retired code proves that its province existed, too. */
static enum lantik_error add_retired_province(struct lantik_rulebook *book, struct lantik_span code)
{
	struct lantik_rows *rows = &book->tables[LANTIK_TABLE_REGION];
	void *row;
	enum lantik_error error = make_room(rows, &lantik_shapes[LANTIK_TABLE_REGION], &row);
	if (error != LANTIK_OK)
		return error;
	memcpy(((struct lantik_region_row *)row)->code, code.data, 2);
	rows->count++;
	return LANTIK_OK;
}

enum lantik_error lantik_rulebook_add(struct lantik_rulebook *book, struct lantik_span text)
{
	struct lantik_line line;
	const struct word *word = words;
	if (!split(text, &line))
		return LANTIK_E_MALFORMED;
	while (word < words + LANTIK_COUNT(words) && !lantik_span_is(line.columns[0], word->word))
		word++;
	if (word == words + LANTIK_COUNT(words))
		return LANTIK_E_UNKNOWN_FIELD;
	enum lantik_error error = add_row(book, word, &line);
	if (error != LANTIK_OK)
		return error;
	book->has_districts |= word->read == read_district;
	book->has_provinces |= word->read == read_province;
	if (word->read != read_retired)
		return LANTIK_OK;
	book->has_retired = true;
	return add_retired_province(book, line.columns[1]);
}
