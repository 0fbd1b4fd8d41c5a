/* Look-ups in the rulebook: bisection, and the tables that describe agencies, people's work and their schooling.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rulebook_find.h"

#include <endian.h>
#include <string.h>

#include "rulebook_cells.h"

#define CENTRE "00"

/* Four or eight bytes as a number in whose order memcmp has them. */
static uint32_t short_front_of(const void *row)
{
	uint32_t front;
	memcpy(&front, row, sizeof front);
	return be32toh(front);
}

static uint64_t front_of(const void *row)
{
	uint64_t front;
	memcpy(&front, row, sizeof front);
	return be64toh(front);
}

/* memcmp of two keys. Most differ at the front, and a comparison of numbers is no call. */
static int compare_keys(const void *a, const void *b, size_t len)
{
	if (len >= sizeof(uint64_t)) {
		uint64_t front = front_of(a), other = front_of(b);
		if (front != other)
			return front < other ? -1 : 1;
	} else if (len >= sizeof(uint32_t)) {
		uint32_t front = short_front_of(a), other = short_front_of(b);
		if (front != other)
			return front < other ? -1 : 1;
	}
	return memcmp(a, b, len);
}

/* The first row that is not before the probe, or, or_equal, that is behind it; the count when there is none. */
static size_t bisect(const struct lantik_rows *rows, size_t size, const void *probe, size_t len, bool or_equal)
{
	size_t low = 0, high = rows->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_keys((const char *)rows->items + middle * size, probe, len);
		if (order < 0 || (or_equal && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct lantik_block lantik_rulebook_block(
	const struct lantik_rulebook *book, enum lantik_table table, const void *probe, size_t len)
{
	const struct lantik_rows *rows = &book->tables[table];
	size_t size = lantik_shapes[table].size;
	size_t first = bisect(rows, size, probe, len, false);
	if (first == rows->count || memcmp((const char *)rows->items + first * size, probe, len) != 0)
		return (struct lantik_block){NULL, 0};
	return (struct lantik_block){
		(const char *)rows->items + first * size, bisect(rows, size, probe, len, true) - first};
}

static int32_t number_at(const char *row, size_t offset)
{
	int32_t number;
	memcpy(&number, row + offset, sizeof number);
	return number;
}

/* One bisection of the rows from low to before high: the last row with this key that began on the day or before is the
 * only one that can be in force. */
static const void *row_between(const struct lantik_rulebook *book, enum lantik_table table, const void *probe,
	int32_t on, size_t low, size_t high)
{
	const struct lantik_shape *shape = &lantik_shapes[table];
	const char *items = book->tables[table].items;
	bool timeless = shape->from == LANTIK_NO_PERIOD;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *row = items + middle * shape->size;
		int order = compare_keys(row, probe, shape->sorted);
		if (order < 0 || (order == 0 && (timeless || number_at(row, shape->from) <= on)))
			low = middle + 1;
		else
			high = middle;
	}
	const char *row = low > 0 ? items + (low - 1) * shape->size : NULL;
	if (row == NULL || memcmp(row, probe, shape->sorted) != 0)
		return NULL;
	int32_t until = timeless ? 0 : number_at(row, shape->from + sizeof(int32_t));
	return until == 0 || on < until ? row : NULL;
}

const void *lantik_rulebook_row(
	const struct lantik_rulebook *book, enum lantik_table table, const void *probe, int32_t on)
{
	return row_between(book, table, probe, on, 0, book->tables[table].count);
}

const struct lantik_agency *lantik_rulebook_agency(
	const struct lantik_rulebook *rulebook, struct lantik_span code, int32_t on)
{
	struct lantik_agency probe;
	memset(&probe, 0, sizeof probe);
	if (!lantik_cell_digits(code, 4, probe.code))
		return NULL;
	return lantik_rulebook_row(rulebook, LANTIK_TABLE_AGENCY, &probe, on);
}

bool lantik_rulebook_agency_known(const struct lantik_rulebook *rulebook, struct lantik_span code)
{
	char probe[5] = "";
	return lantik_cell_digits(code, 4, probe) &&
	       lantik_rulebook_block(rulebook, LANTIK_TABLE_AGENCY, probe, sizeof probe).count > 0;
}

bool lantik_rulebook_region(const struct lantik_rulebook *rulebook, struct lantik_span code)
{
	struct lantik_region_row probe = {""};
	if ((code.len != 2 && code.len != 4 && code.len != 6) || !lantik_cell_digits(code, code.len, probe.code))
		return false;
	return lantik_rulebook_block(rulebook, LANTIK_TABLE_REGION, &probe, sizeof probe).count > 0;
}

bool lantik_rulebook_serves(
	const struct lantik_rulebook *rulebook, struct lantik_span kanreg_id, const char *province, int32_t on)
{
	const struct lantik_service_row *rows = rulebook->tables[LANTIK_TABLE_KANREG].items;
	if (*province == '\0')
		return lantik_span_is(kanreg_id, CENTRE);
	for (size_t i = 0; i < rulebook->tables[LANTIK_TABLE_KANREG].count; i++) {
		if (lantik_span_is(kanreg_id, rows[i].kanreg_id) && strcmp(rows[i].province, province) == 0 &&
			lantik_in_force(rows[i].valid_from, rows[i].valid_until, on))
			return true;
	}
	return false;
}

bool lantik_rulebook_serves_sure(const struct lantik_rulebook *rulebook, const char *province, int32_t on)
{
	const struct lantik_service_row *rows = rulebook->tables[LANTIK_TABLE_KANREG].items;
	bool doubtful = false;
	for (size_t i = 0; i < rulebook->tables[LANTIK_TABLE_KANREG].count; i++) {
		if (strcmp(rows[i].province, province) != 0 ||
			!lantik_in_force(rows[i].valid_from, rows[i].valid_until, on))
			continue;
		if (!rows[i].unverified)
			return true;
		doubtful = true;
	}
	return !doubtful;
}

bool lantik_rulebook_education(const struct lantik_rulebook *rulebook, struct lantik_span code)
{
	struct lantik_education_row probe = {""};
	return lantik_cell_digits(code, 2, probe.code) &&
	       lantik_rulebook_row(rulebook, LANTIK_TABLE_EDUCATION, &probe, 0) != NULL;
}

const struct lantik_position *lantik_rulebook_position(
	const struct lantik_rulebook *rulebook, const uint8_t id[16], int32_t on)
{
	return lantik_rulebook_row(rulebook, LANTIK_TABLE_POSITION, id, on);
}

bool lantik_rulebook_unit(const struct lantik_rulebook *rulebook, const uint8_t id[16], int32_t on, char ret_agency[5])
{
	const uint32_t *start = rulebook->unit_starts + lantik_unit_front(id);
	const struct lantik_unit_row *row = row_between(rulebook, LANTIK_TABLE_UNIT, id, on, start[0], start[1]);
	if (row == NULL)
		return false;
	memcpy(ret_agency, row->agency, sizeof row->agency);
	return true;
}

bool lantik_rulebook_units_of(const struct lantik_rulebook *rulebook, struct lantik_span agency)
{
	size_t code = 0;
	if (!lantik_cell_digits(agency, 4, NULL))
		return false;
	for (size_t i = 0; i < agency.len; i++)
		code = code * 10 + (size_t)(agency.data[i] - '0');
	return rulebook->unit_agencies[code];
}

bool lantik_rulebook_study(const struct lantik_rulebook *rulebook, const uint8_t id[16])
{
	return lantik_rulebook_row(rulebook, LANTIK_TABLE_STUDY, id, 0) != NULL;
}

const char *lantik_rulebook_group_education(const struct lantik_rulebook *rulebook, int32_t group, bool *ret_unverified)
{
	const struct lantik_group_row *row = lantik_rulebook_row(rulebook, LANTIK_TABLE_GROUP, &group, 0);
	if (row == NULL)
		return NULL;
	*ret_unverified = row->unverified;
	return row->education;
}

int64_t lantik_rulebook_wage(const struct lantik_rulebook *rulebook, struct lantik_span region, int32_t year,
	int32_t on, bool *ret_unverified)
{
	struct lantik_wage_row probe;
	memset(&probe, 0, sizeof probe);
	probe.year = year;
	if (!lantik_cell_digits(region, 2, probe.region) && !lantik_cell_digits(region, 4, probe.region))
		return 0;
	const struct lantik_wage_row *row = lantik_rulebook_row(rulebook, LANTIK_TABLE_WAGE, &probe, on);
	if (row == NULL)
		return 0;
	*ret_unverified = row->unverified;
	return row->sen;
}

bool lantik_rulebook_wages_of(const struct lantik_rulebook *rulebook, int32_t year)
{
	return year >= LANTIK_WAGE_YEAR_FIRST && year < LANTIK_WAGE_YEAR_FIRST + LANTIK_WAGE_YEARS &&
	       rulebook->wage_years[year - LANTIK_WAGE_YEAR_FIRST];
}

bool lantik_rulebook_holiday(const struct lantik_rulebook *rulebook, int32_t date)
{
	return lantik_rulebook_row(rulebook, LANTIK_TABLE_HOLIDAY, &date, 0) != NULL;
}

enum lantik_reason lantik_rulebook_reason(const struct lantik_rulebook *rulebook, int32_t id)
{
	const struct lantik_reason_row *row = lantik_rulebook_row(rulebook, LANTIK_TABLE_REASON, &id, 0);
	return row != NULL ? row->reason : LANTIK_REASON_NONE;
}
