/* The rulebook from its canonical text: sorted tables, looked up by bisection.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/rulebook.h"

#include <string.h>

#include "lantik/limits.h"
#include "lantik/time.h"
#include "lines.h"

#define FIRST_LINE "lantik-rulebook 1"
#define MAX_COLUMNS 7
#define CENTRE "00"

struct service {
	char kanreg_id[3];
	char province[3];
	int32_t valid_from, valid_until;
	bool unverified;
};

struct parameter {
	struct lantik_span name, value; /* into the rulebook's text */
};

struct array {
	void *items;
	size_t count;
	size_t capacity;
};

struct lantik_rulebook {
	uint8_t digest[LANTIK_HASH];
	uint8_t *text;
	struct array agencies;   /* struct lantik_agency, by code */
	struct array services;   /* struct service */
	struct array regions;    /* uint32_t, by region_key */
	struct array parameters; /* struct parameter, by name */
	size_t lines[LANTIK_TABLE_COUNT];
	bool has_districts, has_provinces;
};

struct line {
	struct lantik_span columns[MAX_COLUMNS];
	size_t count;
};

static void *array_add(struct array *array, size_t size)
{
	if (array->count == array->capacity) {
		size_t capacity = array->capacity == 0 ? 64 : array->capacity * 2;
		void *items = realloc(array->items, capacity * size);
		if (items == NULL)
			return NULL;
		array->items = items;
		array->capacity = capacity;
	}
	return (char *)array->items + array->count++ * size;
}

static bool is_digits(struct lantik_span text, size_t len)
{
	if (text.len != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	}
	return true;
}

static void keep(char *ret, struct lantik_span digits)
{
	if (digits.len > 0)
		memcpy(ret, digits.data, digits.len);
	ret[digits.len] = '\0';
}

/* Codes of different lengths never share a key. */
static uint32_t region_key(struct lantik_span code)
{
	uint32_t key = (uint32_t)code.len * 1000000;
	uint32_t value = 0;
	for (size_t i = 0; i < code.len; i++)
		value = value * 10 + (uint32_t)(code.data[i] - '0');
	return key + value;
}

static bool read_date(struct lantik_span text, int32_t *ret)
{
	if (text.len == 0) {
		*ret = 0;
		return true;
	}
	int32_t date = text.len == 10 && text.data[4] == '-' ? lantik_date_parse(text) : 0;
	if (date <= 0)
		return false;
	*ret = date;
	return true;
}

static enum lantik_error add_agency(struct lantik_rulebook *book, const struct line *line)
{
	const struct lantik_span *column = line->columns;
	struct lantik_agency agency;
	if (line->count != 7 || !is_digits(column[1], 4) || column[2].len == 0 || !is_digits(column[3], 2))
		return LANTIK_E_MALFORMED;
	bool central = lantik_span_is(column[2], "pusat");
	if (!is_digits(column[4], central ? 0 : 2))
		return LANTIK_E_MALFORMED;
	if (!read_date(column[5], &agency.valid_from) || !read_date(column[6], &agency.valid_until))
		return LANTIK_E_MALFORMED;
	keep(agency.code, column[1]);
	keep(agency.kanreg_id, column[3]);
	keep(agency.province, column[4]);
	struct lantik_agency *item = array_add(&book->agencies, sizeof *item);
	if (item == NULL)
		return LANTIK_E_NO_MEMORY;
	*item = agency;
	return LANTIK_OK;
}

static enum lantik_error add_region(struct lantik_rulebook *book, struct lantik_span code)
{
	uint32_t *item = array_add(&book->regions, sizeof *item);
	if (item == NULL)
		return LANTIK_E_NO_MEMORY;
	*item = region_key(code);
	return LANTIK_OK;
}

static enum lantik_error add_province(struct lantik_rulebook *book, const struct line *line)
{
	if (line->count != 2 || !is_digits(line->columns[1], 2))
		return LANTIK_E_MALFORMED;
	book->has_provinces = true;
	return add_region(book, line->columns[1]);
}

static enum lantik_error add_regency(struct lantik_rulebook *book, const struct line *line)
{
	if (line->count != 2 || !is_digits(line->columns[1], 4))
		return LANTIK_E_MALFORMED;
	return add_region(book, line->columns[1]);
}

static enum lantik_error add_district(struct lantik_rulebook *book, const struct line *line)
{
	if (line->count != 2 || !is_digits(line->columns[1], 6))
		return LANTIK_E_MALFORMED;
	book->has_districts = true;
	return add_region(book, line->columns[1]);
}

/* A retired code proves that its province existed, too. */
static enum lantik_error add_retired(struct lantik_rulebook *book, const struct line *line)
{
	struct lantik_span code = line->columns[1];
	if (line->count != 2 || (!is_digits(code, 4) && !is_digits(code, 6)))
		return LANTIK_E_MALFORMED;
	enum lantik_error error = add_region(book, code);
	if (error != LANTIK_OK)
		return error;
	return add_region(book, (struct lantik_span){code.data, 2});
}

static enum lantik_error add_service(struct lantik_rulebook *book, const struct line *line)
{
	const struct lantik_span *column = line->columns;
	struct service service = {.unverified = line->count == 6};
	if (line->count != 5 && (line->count != 6 || !lantik_span_is(column[5], "unverified")))
		return LANTIK_E_MALFORMED;
	if (!is_digits(column[1], 2) || !is_digits(column[2], 2))
		return LANTIK_E_MALFORMED;
	if (!read_date(column[3], &service.valid_from) || !read_date(column[4], &service.valid_until))
		return LANTIK_E_MALFORMED;
	keep(service.kanreg_id, column[1]);
	keep(service.province, column[2]);
	struct service *item = array_add(&book->services, sizeof *item);
	if (item == NULL)
		return LANTIK_E_NO_MEMORY;
	*item = service;
	return LANTIK_OK;
}

/* No rule asks for a level: the form is checked, and that the table is there. */
static enum lantik_error add_education(struct lantik_rulebook *book, const struct line *line)
{
	(void)book;
	if (line->count != 2 || !is_digits(line->columns[1], 2))
		return LANTIK_E_MALFORMED;
	return LANTIK_OK;
}

static enum lantik_error add_parameter(struct lantik_rulebook *book, const struct line *line)
{
	if (line->count != 3 || line->columns[1].len == 0 || line->columns[2].len == 0)
		return LANTIK_E_MALFORMED;
	struct parameter *item = array_add(&book->parameters, sizeof *item);
	if (item == NULL)
		return LANTIK_E_NO_MEMORY;
	*item = (struct parameter){line->columns[1], line->columns[2]};
	return LANTIK_OK;
}

static const struct {
	const char *word;
	enum lantik_table table;
	enum lantik_error (*add)(struct lantik_rulebook *book, const struct line *line);
} readers[] = {
	{"agency", LANTIK_TABLE_AGENCY, add_agency},
	{"district", LANTIK_TABLE_REGION, add_district},
	{"education", LANTIK_TABLE_EDUCATION, add_education},
	{"kanreg", LANTIK_TABLE_KANREG, add_service},
	{"parameter", LANTIK_TABLE_PARAMETER, add_parameter},
	{"province", LANTIK_TABLE_REGION, add_province},
	{"regency", LANTIK_TABLE_REGION, add_regency},
	{"retired", LANTIK_TABLE_RETIRED, add_retired},
};

static bool split(struct lantik_span text, struct line *ret)
{
	size_t from = 0;
	ret->count = 0;
	for (size_t i = 0; i <= text.len; i++) {
		if (i < text.len && text.data[i] != '\t')
			continue;
		if (ret->count == MAX_COLUMNS)
			return false;
		ret->columns[ret->count++] = (struct lantik_span){text.data + from, i - from};
		from = i + 1;
	}
	return true;
}

static enum lantik_error add_line(struct lantik_rulebook *book, struct lantik_span text)
{
	struct line line;
	if (!split(text, &line))
		return LANTIK_E_MALFORMED;
	for (size_t i = 0; i < LANTIK_COUNT(readers); i++) {
		if (lantik_span_is(line.columns[0], readers[i].word)) {
			book->lines[readers[i].table]++;
			return readers[i].add(book, &line);
		}
	}
	return LANTIK_E_UNKNOWN_FIELD;
}

static bool ascending(struct lantik_span a, struct lantik_span b)
{
	int order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);
	return order < 0 || (order == 0 && a.len < b.len);
}

static enum lantik_error read_lines(struct lantik_rulebook *book, struct lantik_span text, unsigned *ret_line)
{
	struct lantik_span line, last = {NULL, 0};
	unsigned number = 1;
	if (!lantik_line_take(&text, &line) || !lantik_span_is(line, FIRST_LINE)) {
		*ret_line = 1;
		return LANTIK_E_BAD_VERSION;
	}
	while (lantik_line_take(&text, &line)) {
		*ret_line = ++number;
		if (last.data != NULL && !ascending(last, line))
			return LANTIK_E_MALFORMED;
		enum lantik_error error = add_line(book, line);
		if (error != LANTIK_OK)
			return error;
		last = line;
	}
	*ret_line = text.len == 0 ? 0 : number + 1;
	return text.len == 0 ? LANTIK_OK : LANTIK_E_TRUNCATED;
}

static int by_number(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	return (left > right) - (left < right);
}

struct lantik_rulebook *lantik_rulebook_empty(void)
{
	return calloc(1, sizeof(struct lantik_rulebook));
}

enum lantik_error lantik_rulebook_parse(struct lantik_span text, struct lantik_rulebook **ret, unsigned *ret_line)
{
	*ret_line = 0;
	if (text.len > LANTIK_MAX_RULEBOOK)
		return LANTIK_E_TOO_LARGE;
	struct lantik_rulebook *book = lantik_rulebook_empty();
	if (book == NULL || (book->text = malloc(text.len + 1)) == NULL) {
		lantik_rulebook_free(&book);
		return LANTIK_E_NO_MEMORY;
	}
	if (text.len > 0)
		memcpy(book->text, text.data, text.len);
	enum lantik_error error = read_lines(book, (struct lantik_span){book->text, text.len}, ret_line);
	if (error != LANTIK_OK) {
		lantik_rulebook_free(&book);
		return error;
	}
	if (book->regions.count > 0)
		qsort(book->regions.items, book->regions.count, sizeof(uint32_t), by_number);
	lantik_sha256(text, book->digest);
	*ret = book;
	return LANTIK_OK;
}

void lantik_rulebook_free(struct lantik_rulebook **rulebook)
{
	struct lantik_rulebook *book = *rulebook;
	if (book == NULL)
		return;
	free(book->agencies.items);
	free(book->services.items);
	free(book->regions.items);
	free(book->parameters.items);
	free(book->text);
	free(book);
	*rulebook = NULL;
}

const uint8_t *lantik_rulebook_digest(const struct lantik_rulebook *rulebook)
{
	return rulebook->digest;
}

bool lantik_rulebook_has(const struct lantik_rulebook *rulebook, enum lantik_table table)
{
	if (table == LANTIK_TABLE_REGION)
		return rulebook->has_districts && rulebook->has_provinces;
	return rulebook->lines[table] > 0;
}

static bool in_force(int32_t from, int32_t until, int32_t on)
{
	return on >= from && (until == 0 || on < until);
}

/* The first agency whose code is not less than this one. */
static size_t agency_index(const struct lantik_rulebook *book, struct lantik_span code)
{
	const struct lantik_agency *items = book->agencies.items;
	size_t low = 0, high = book->agencies.count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (memcmp(items[middle].code, code.data, 4) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct lantik_agency *lantik_rulebook_agency(
	const struct lantik_rulebook *rulebook, struct lantik_span code, int32_t on)
{
	const struct lantik_agency *items = rulebook->agencies.items;
	if (code.len != 4)
		return NULL;
	for (size_t i = agency_index(rulebook, code); i < rulebook->agencies.count; i++) {
		if (memcmp(items[i].code, code.data, 4) != 0)
			break;
		if (in_force(items[i].valid_from, items[i].valid_until, on))
			return &items[i];
	}
	return NULL;
}

bool lantik_rulebook_agency_known(const struct lantik_rulebook *rulebook, struct lantik_span code)
{
	const struct lantik_agency *items = rulebook->agencies.items;
	if (code.len != 4)
		return false;
	size_t i = agency_index(rulebook, code);
	return i < rulebook->agencies.count && memcmp(items[i].code, code.data, 4) == 0;
}

bool lantik_rulebook_region(const struct lantik_rulebook *rulebook, struct lantik_span code)
{
	if (rulebook->regions.count == 0 || (code.len != 2 && code.len != 4 && code.len != 6) ||
		!is_digits(code, code.len))
		return false;
	uint32_t key = region_key(code);
	return bsearch(&key, rulebook->regions.items, rulebook->regions.count, sizeof key, by_number) != NULL;
}

bool lantik_rulebook_serves(
	const struct lantik_rulebook *rulebook, struct lantik_span kanreg_id, const char *province, int32_t on)
{
	const struct service *items = rulebook->services.items;
	if (*province == '\0')
		return lantik_span_is(kanreg_id, CENTRE);
	for (size_t i = 0; i < rulebook->services.count; i++) {
		if (lantik_span_is(kanreg_id, items[i].kanreg_id) && strcmp(items[i].province, province) == 0 &&
			in_force(items[i].valid_from, items[i].valid_until, on))
			return true;
	}
	return false;
}

bool lantik_rulebook_serves_sure(const struct lantik_rulebook *rulebook, const char *province, int32_t on)
{
	const struct service *items = rulebook->services.items;
	bool doubtful = false;
	for (size_t i = 0; i < rulebook->services.count; i++) {
		if (strcmp(items[i].province, province) != 0 ||
			!in_force(items[i].valid_from, items[i].valid_until, on))
			continue;
		if (!items[i].unverified)
			return true;
		doubtful = true;
	}
	return !doubtful;
}

/* Lines are sorted, so parameters are by name: the first one of this name, or the count. */
static size_t parameter_index(const struct lantik_rulebook *book, const char *name)
{
	const struct parameter *items = book->parameters.items;
	struct lantik_span wanted = lantik_span_of(name);
	size_t low = 0, high = book->parameters.count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (ascending(items[middle].name, wanted))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool lantik_rulebook_parameter_is(const struct lantik_rulebook *rulebook, const char *name, struct lantik_span value)
{
	const struct parameter *items = rulebook->parameters.items;
	for (size_t i = parameter_index(rulebook, name); i < rulebook->parameters.count; i++) {
		if (!lantik_span_is(items[i].name, name))
			break;
		if (lantik_span_equal(items[i].value, value))
			return true;
	}
	return false;
}

int32_t lantik_rulebook_number(const struct lantik_rulebook *rulebook, const char *name, int32_t otherwise)
{
	const struct parameter *items = rulebook->parameters.items;
	size_t i = parameter_index(rulebook, name);
	if (i == rulebook->parameters.count || !lantik_span_is(items[i].name, name))
		return otherwise;
	struct lantik_span value = items[i].value;
	if (value.len > 9 || !is_digits(value, value.len))
		return otherwise;
	int32_t number = 0;
	for (size_t at = 0; at < value.len; at++)
		number = number * 10 + (value.data[at] - '0');
	return number;
}
