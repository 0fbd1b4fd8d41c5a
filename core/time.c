/* Dates, instants and money from text and back, by arithmetic alone.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/time.h"

#include <string.h>

#define DAY_MICROS INT64_C(86400000000)
#define JAKARTA_MINUTES (7 * 60)

/* 0001-01-01 and 9999-12-31 in days since 1970: what four digits of a year can write. */
#define YEAR_1 (-719162)
#define YEAR_9999 2932896

/* More digits than any amount of rupiah that is paid, and far from overflowing an int64 of sen. */
#define MONEY_DIGITS 15

struct cursor {
	const uint8_t *at;
	const uint8_t *end;
};

/* Days since 1970-01-01 of the proleptic Gregorian calendar, counted in years that begin in March; from the year 1 on.
 */
static int64_t days_of(int year, int month, int day)
{
	int begun = year - (month <= 2);
	int leap_days = begun / 4 - begun / 100 + begun / 400;
	int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return 365 * begun + leap_days + day_of_year - 719468;
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return days[month - 1] + (month == 2 && is_leap(year));
}

static int32_t join(int year, int month, int day)
{
	return year * 10000 + month * 100 + day;
}

int32_t lantik_date_make(int year, int month, int day)
{
	if (year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1 || day > month_days(year, month))
		return 0;
	return join(year, month, day);
}

int64_t lantik_date_days(int32_t date)
{
	return days_of(lantik_date_year(date), lantik_date_month(date), lantik_date_day(date));
}

int32_t lantik_date_from_days(int64_t days)
{
	if (days < YEAR_1 || days > YEAR_9999)
		return 0;
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t day_of_era = days - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t shifted = (5 * day_of_year + 2) / 153;
	int month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
	int64_t year = year_of_era + era * 400 + (month <= 2);
	return join((int)year, month, (int)(day_of_year - (153 * shifted + 2) / 5 + 1));
}

int32_t lantik_date_add_days(int32_t date, int days)
{
	int day = lantik_date_day(date) + days;
	if (day >= 1 && day <= 28) /* every month has it */
		return date + days;
	return lantik_date_from_days(lantik_date_days(date) + days);
}

int32_t lantik_date_add_months(int32_t date, int months)
{
	int total = lantik_date_year(date) * 12 + lantik_date_month(date) - 1 + months;
	int year = total / 12;
	int month = total % 12 + 1;
	int day = lantik_date_day(date);
	int last = month_days(year, month);
	return join(year, month, day < last ? day : last);
}

int lantik_date_age(int32_t birth, int32_t on)
{
	return lantik_date_year(on) - lantik_date_year(birth) - (on % 10000 < birth % 10000);
}

static bool take_digits(struct cursor *cursor, int count, int *ret)
{
	int value = 0;
	if (cursor->end - cursor->at < count)
		return false;
	for (int i = 0; i < count; i++) {
		unsigned digit = (unsigned)cursor->at[i] - '0';
		if (digit > 9)
			return false;
		value = value * 10 + (int)digit;
	}
	cursor->at += count;
	*ret = value;
	return true;
}

static bool take(struct cursor *cursor, char wanted)
{
	if (cursor->at == cursor->end || *cursor->at != (uint8_t)wanted)
		return false;
	cursor->at++;
	return true;
}

static struct cursor cursor_of(struct lantik_span text)
{
	return (struct cursor){text.data, text.len == 0 ? text.data : text.data + text.len};
}

static bool take_iso(struct cursor *cursor, int *ret_year, int *ret_month, int *ret_day)
{
	return take_digits(cursor, 4, ret_year) && take(cursor, '-') && take_digits(cursor, 2, ret_month) &&
	       take(cursor, '-') && take_digits(cursor, 2, ret_day);
}

static bool take_local(struct cursor *cursor, int *ret_year, int *ret_month, int *ret_day)
{
	return take_digits(cursor, 2, ret_day) && take(cursor, '-') && take_digits(cursor, 2, ret_month) &&
	       take(cursor, '-') && take_digits(cursor, 4, ret_year);
}

static bool date_text(struct lantik_span text, int *ret_year, int *ret_month, int *ret_day)
{
	struct cursor iso = cursor_of(text);
	if (take_iso(&iso, ret_year, ret_month, ret_day)) {
		struct lantik_span rest = {iso.at, (size_t)(iso.end - iso.at)};
		return rest.len == 0 || lantik_span_is(rest, "T00:00:00Z");
	}
	struct cursor local = cursor_of(text);
	return take_local(&local, ret_year, ret_month, ret_day) && local.at == local.end;
}

int32_t lantik_date_parse(struct lantik_span text)
{
	int year, month, day;
	if (text.len == 0 || lantik_span_is(text, "-"))
		return 0;
	if (!date_text(text, &year, &month, &day))
		return LANTIK_UNREADABLE;
	if (year == 1 && month == 1 && day == 1)
		return 0;
	int32_t date = lantik_date_make(year, month, day);
	return date == 0 ? LANTIK_UNREADABLE : date;
}

static void put_digits(char *at, int count, int value)
{
	for (int i = count - 1; i >= 0; i--) {
		at[i] = (char)('0' + value % 10);
		value /= 10;
	}
}

void lantik_date_format(int32_t date, char *ret)
{
	memcpy(ret, "0000-00-00", 11);
	if (date <= 0)
		return;
	put_digits(ret, 4, lantik_date_year(date));
	put_digits(ret + 5, 2, lantik_date_month(date));
	put_digits(ret + 8, 2, lantik_date_day(date));
}

/* Up to six digits after the point, as microseconds. */
static bool take_fraction(struct cursor *cursor, int *ret)
{
	int digits = 0, value = 0, digit;
	while (digits < 6 && take_digits(cursor, 1, &digit)) {
		value = value * 10 + digit;
		digits++;
	}
	if (digits == 0)
		return false;
	for (; digits < 6; digits++)
		value *= 10;
	*ret = value;
	return true;
}

/* Time of day in microseconds. */
static bool take_clock(struct cursor *cursor, int64_t *ret)
{
	int hour, minute, second = 0, fraction = 0;
	if (!take_digits(cursor, 2, &hour) || !take(cursor, ':') || !take_digits(cursor, 2, &minute))
		return false;
	if (take(cursor, ':')) {
		if (!take_digits(cursor, 2, &second))
			return false;
		if (take(cursor, '.') && !take_fraction(cursor, &fraction))
			return false;
	}
	if (hour > 23 || minute > 59 || second > 59)
		return false;
	*ret = ((hour * 60 + minute) * INT64_C(60) + second) * 1000000 + fraction;
	return true;
}

static bool take_zone(struct cursor *cursor, int *ret_minutes)
{
	int hours, minutes;
	if (cursor->at == cursor->end) {
		*ret_minutes = JAKARTA_MINUTES;
		return true;
	}
	if (take(cursor, 'Z')) {
		*ret_minutes = 0;
		return true;
	}
	bool west = take(cursor, '-');
	if (!west && !take(cursor, '+'))
		return false;
	if (!take_digits(cursor, 2, &hours) || !take(cursor, ':') || !take_digits(cursor, 2, &minutes))
		return false;
	*ret_minutes = (west ? -1 : 1) * (hours * 60 + minutes);
	return hours <= 14 && minutes <= 59;
}

int64_t lantik_instant_parse(struct lantik_span text)
{
	struct cursor cursor = cursor_of(text);
	int year, month, day, zone;
	int64_t clock;
	if (text.len == 0)
		return 0;
	if (!take_iso(&cursor, &year, &month, &day) || (!take(&cursor, 'T') && !take(&cursor, ' ')))
		return LANTIK_UNREADABLE;
	if (!take_clock(&cursor, &clock) || !take_zone(&cursor, &zone) || cursor.at != cursor.end)
		return LANTIK_UNREADABLE;
	int32_t date = lantik_date_make(year, month, day);
	if (date == 0)
		return LANTIK_UNREADABLE;
	int64_t micros = lantik_date_days(date) * DAY_MICROS + clock - zone * INT64_C(60000000);
	return micros < 0 ? LANTIK_UNREADABLE : micros;
}

/* The day and the microseconds since its midnight. */
static int64_t split_days(int64_t micros, int64_t *ret_rest)
{
	int64_t rest = micros % DAY_MICROS;
	bool before = rest < 0;
	*ret_rest = before ? rest + DAY_MICROS : rest;
	return micros / DAY_MICROS - before;
}

void lantik_instant_format(int64_t micros, char *ret)
{
	int64_t rest;
	int32_t date = lantik_date_from_days(split_days(micros, &rest));
	int seconds = (int)(rest / 1000000);
	memcpy(ret, "0000-00-00T00:00:00.000000Z", 28);
	put_digits(ret, 4, lantik_date_year(date));
	put_digits(ret + 5, 2, lantik_date_month(date));
	put_digits(ret + 8, 2, lantik_date_day(date));
	put_digits(ret + 11, 2, seconds / 3600);
	put_digits(ret + 14, 2, seconds / 60 % 60);
	put_digits(ret + 17, 2, seconds % 60);
	put_digits(ret + 20, 6, (int)(rest % 1000000));
}

int32_t lantik_instant_date(int64_t micros)
{
	int64_t rest;
	int64_t days = split_days(micros, &rest);
	return lantik_date_from_days(days + (rest + JAKARTA_MINUTES * INT64_C(60000000) >= DAY_MICROS));
}

/* `Rp`, `Rp.`, blanks. */
static void skip_currency(struct cursor *cursor)
{
	if (cursor->end - cursor->at >= 2 && (cursor->at[0] | 0x20) == 'r' && (cursor->at[1] | 0x20) == 'p') {
		cursor->at += 2;
		(void)take(cursor, '.');
	}
	while (take(cursor, ' '))
		continue;
}

/* Digits up to the first other byte, added to *value; returns how many. */
static size_t take_number(struct cursor *cursor, int64_t *value, size_t room)
{
	size_t count = 0;
	int digit;
	while (count < room && take_digits(cursor, 1, &digit)) {
		*value = *value * 10 + digit;
		count++;
	}
	return count;
}

/* One or two digits to the end, as sen. */
static bool take_sen(struct cursor *cursor, int64_t *ret)
{
	int64_t sen = 0;
	size_t digits = take_number(cursor, &sen, 2);
	if (digits == 0 || cursor->at != cursor->end)
		return false;
	*ret = digits == 1 ? sen * 10 : sen;
	return true;
}

/* `.ddd` groups after a first group of up to three digits; a point before one or two digits is left for the sen. */
static bool take_groups(struct cursor *cursor, size_t first, int64_t *rupiah, bool *ret_grouped)
{
	size_t digits = first;
	*ret_grouped = false;
	while (cursor->end - cursor->at >= 4 && *cursor->at == '.') {
		cursor->at++;
		if (first > 3 || digits + 3 > MONEY_DIGITS || take_number(cursor, rupiah, 3) != 3)
			return false;
		digits += 3;
		*ret_grouped = true;
	}
	return true;
}

int64_t lantik_money_parse(struct lantik_span text)
{
	struct cursor cursor = cursor_of(text);
	int64_t rupiah = 0, sen = 0;
	bool grouped;
	if (text.len == 0)
		return 0;
	skip_currency(&cursor);
	size_t first = take_number(&cursor, &rupiah, MONEY_DIGITS);
	if (first == 0 || !take_groups(&cursor, first, &rupiah, &grouped))
		return LANTIK_UNREADABLE;
	if (cursor.at != cursor.end) {
		bool point = take(&cursor, ',') || (!grouped && take(&cursor, '.'));
		if (!point || !take_sen(&cursor, &sen))
			return LANTIK_UNREADABLE;
	}
	return rupiah * 100 + sen;
}
