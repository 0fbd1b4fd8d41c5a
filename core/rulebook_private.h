/* What the files of the rulebook share: its tables in memory and the readers of its lines.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CORE_RULEBOOK_PRIVATE_H
#define LANTIK_CORE_RULEBOOK_PRIVATE_H

#include "lantik/limits.h"
#include "lantik/rulebook.h"
#include "lantik/time.h"

#define LANTIK_MAX_CATEGORY 8
#define LANTIK_MAX_PARAMETER 64

/* Rows. Each begins with its key, so that one comparison of bytes orders a table and finds in it; rows are zeroed
 * before they are filled, padding included, and texts are padded with zeros. valid_until stands right behind
 * valid_from. */

struct lantik_service_row {
	char kanreg_id[3];
	char province[3];
	int32_t valid_from, valid_until;
	bool unverified;
};

struct lantik_region_row {
	char code[7];
};

struct lantik_education_row {
	char code[3];
};

struct lantik_parameter_row {
	char name[LANTIK_MAX_PARAMETER + 1];
	char value[LANTIK_MAX_PARAMETER + 1];
	int32_t valid_from, valid_until;
};

struct lantik_window_row {
	char programme[LANTIK_MAX_PROGRAMME + 1];
	char agency[5];
	int32_t step;
	int64_t opens, closes;
	int32_t grace_minutes;
	bool unverified;
};

struct lantik_policy_row {
	char programme[LANTIK_MAX_PROGRAMME + 1];
	char agency[5];
	uint8_t terdata, cpns, pppk; /* words of yes_no; 0: either */
	int32_t valid_from, valid_until;
};

struct lantik_wage_row {
	char region[5];
	int32_t year;
	int32_t valid_from, valid_until;
	int64_t sen;
	bool unverified;
};

struct lantik_unit_row {
	uint8_t id[16];
	char agency[5];
	int32_t valid_from, valid_until;
};

struct lantik_study_row {
	uint8_t id[16];
};

struct lantik_group_row {
	int32_t group;
	char education[3];
	bool unverified;
};

struct lantik_document_row {
	char programme[LANTIK_MAX_PROGRAMME + 1];
	int32_t step;
	int32_t type;
	int32_t valid_from, valid_until;
};

struct lantik_category_row {
	char programme[LANTIK_MAX_PROGRAMME + 1];
	char category[LANTIK_MAX_CATEGORY + 1];
	int32_t valid_from, valid_until;
	enum lantik_category meaning;
};

struct lantik_reason_row {
	int32_t id;
	enum lantik_reason reason;
};

struct lantik_holiday_row {
	int32_t date;
};

struct lantik_rows {
	void *items;
	size_t count;
	size_t capacity;
};

#define LANTIK_WAGE_YEARS 300
#define LANTIK_WAGE_YEAR_FIRST 1900

/* Units are the one table of tens of thousands of rows that records ask at random. By the first bits of their ids,
 * which are evenly spread, a bisection has a few rows left instead of rows all over the table. */
#define LANTIK_UNIT_FRONTS 4096u

static inline size_t lantik_unit_front(const uint8_t id[16])
{
	return (size_t)id[0] << 4 | id[1] >> 4;
}

struct lantik_rulebook {
	uint8_t digest[LANTIK_HASH];
	uint64_t identity;                             /* lantik_rulebook_identity */
	struct lantik_rows tables[LANTIK_TABLE_COUNT]; /* retired codes stand among the regions */
	bool has_provinces, has_districts, has_retired;
	bool wage_years[LANTIK_WAGE_YEARS];
	bool unit_agencies[10000];                    /* by their code as a number */
	uint32_t unit_starts[LANTIK_UNIT_FRONTS + 1]; /* how many units are before those whose ids begin so */
};

#define LANTIK_NO_PERIOD SIZE_MAX

/* How the rows of a table lie in memory. */
struct lantik_shape {
	size_t size;
	size_t sorted; /* so many bytes at the front order the table, then valid_from; 0: in the order of the text */
	bool unique;   /* no two rows with these bytes for the same day */
	size_t from;   /* offset of valid_from, or LANTIK_NO_PERIOD */
	size_t most;   /* rows; 0: as many as the text has room for */
};
extern const struct lantik_shape lantik_shapes[LANTIK_TABLE_COUNT];

#define LANTIK_MAX_COLUMNS 11

struct lantik_line {
	struct lantik_span columns[LANTIK_MAX_COLUMNS];
	size_t count;
};

/* Reads a line into the table of its word. */
LANTIK_MUST_CHECK enum lantik_error lantik_rulebook_add(struct lantik_rulebook *book, struct lantik_span line);

/* How the period of a row, at its valid_from, lies to the day. */
static inline bool lantik_in_force(int32_t from, int32_t until, int32_t on)
{
	return on >= from && (until == 0 || on < until);
}

#endif
