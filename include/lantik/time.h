/* Dates and instants as the contract carries them. Pure arithmetic: nobody here asks a clock.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_TIME_H
#define LANTIK_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "lantik/bytes.h"

/* A date is an int32 YYYYMMDD; 0 is absent, LANTIK_UNREADABLE is text in the office's cell that is no date. */
#define LANTIK_UNREADABLE (-1)

static inline int lantik_date_year(int32_t date)
{
	return date / 10000;
}

static inline int lantik_date_month(int32_t date)
{
	return date / 100 % 100;
}

static inline int lantik_date_day(int32_t date)
{
	return date % 100;
}

int32_t lantik_date_make(int year, int month, int day); /* 0 when it is no real day */

/* A real day of the years 1900-2199. */
static inline bool lantik_date_valid(int32_t date)
{
	int year = lantik_date_year(date), month = lantik_date_month(date), day = lantik_date_day(date);

	if (date >= 19000101 && date <= 21991231 && day >= 1 && day <= 28)
		return month >= 1 && month <= 12; /* every month has it */
	return date > 0 && lantik_date_make(year, month, day) != 0;
}

/* Days since 1970-01-01; the date must be valid. */
int64_t lantik_date_days(int32_t date);
int32_t lantik_date_from_days(int64_t days);
int32_t lantik_date_add_days(int32_t date, int days);
int32_t lantik_date_add_months(int32_t date, int months); /* the day is capped at the month's end */
/* Full years from birth to the day; both must be valid. */
int lantik_date_age(int32_t birth, int32_t on);

/* `YYYY-MM-DD`, `YYYY-MM-DDT00:00:00Z` (a date, never shifted), `DD-MM-YYYY`;
 * empty, `-` and `0001-01-01` are 0. Anything else, and no real day, is LANTIK_UNREADABLE: with slashes, too, since
 * spreadsheets of one country write the day first and those of another the month. */
int32_t lantik_date_parse(struct lantik_span text);
/* ret needs 11 bytes: `YYYY-MM-DD`. */
void lantik_date_format(int32_t date, char *ret);

/* An instant is microseconds since 1970-01-01T00:00:00Z; 0 is absent, LANTIK_UNREADABLE as above.
 * `YYYY-MM-DD[T ]HH:MM[:SS[.ffffff]][Z|+HH:MM]`; without a zone it is Asia/Jakarta (+07:00, no summer time). */
int64_t lantik_instant_parse(struct lantik_span text);
/* ret needs 28 bytes: `YYYY-MM-DDTHH:MM:SS.ffffffZ`. */
void lantik_instant_format(int64_t micros, char *ret);
/* The calendar date in Asia/Jakarta. */
int32_t lantik_instant_date(int64_t micros);

/* Money is an int64 in sen (hundredths of a rupiah). Accepts `4482914`, `4482914.00`, `4482914,00`, `4.482.914,00`,
 * `Rp 4.482.914`; empty is 0; anything else is LANTIK_UNREADABLE. */
int64_t lantik_money_parse(struct lantik_span text);

#endif
