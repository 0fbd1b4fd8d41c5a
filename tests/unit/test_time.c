/* Tests of dates, instants and money, against a calendar counted day by day and against written values.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "lantik/time.h"

static int32_t parse(const char *text)
{
	return lantik_date_parse(lantik_span_of(text));
}

static int64_t instant(const char *text)
{
	return lantik_instant_parse(lantik_span_of(text));
}

static int64_t money(const char *text)
{
	return lantik_money_parse(lantik_span_of(text));
}

/* --- dates --- */

/* The next day by the rules that everybody learns, so that the arithmetic has something to be compared with. */
static void step(int *year, int *month, int *day)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (*year % 4 == 0 && *year % 100 != 0) || *year % 400 == 0;
	int last = *month == 2 && leap ? 29 : days[*month - 1];
	if (++*day <= last)
		return;
	*day = 1;
	if (++*month <= 12)
		return;
	*month = 1;
	++*year;
}

Test(date, is_counted_like_the_calendar_from_1900_to_2199)
{
	int year = 1900, month = 1, day = 1;
	for (int64_t days = -25567; year < 2200; days++) {
		int32_t date = year * 10000 + month * 100 + day;
		cr_assert(lantik_date_valid(date), "%d", date);
		cr_assert_eq(lantik_date_make(year, month, day), date);
		cr_assert_eq(lantik_date_days(date), days, "%d", date);
		cr_assert_eq(lantik_date_from_days(days), date);
		step(&year, &month, &day);
	}
	cr_assert_eq(lantik_date_days(19700101), 0);
}

Test(date, knows_what_is_no_day)
{
	static const int32_t none[] = {0, -1, 18991231, 22000101, 20250229, 19000229, 20251301, 20250001, 20250100,
		20250431, 20250132, 1, 10101, INT32_MAX, INT32_MIN};
	for (size_t i = 0; i < LANTIK_COUNT(none); i++)
		cr_expect_not(lantik_date_valid(none[i]), "%d", none[i]);
	cr_expect(lantik_date_valid(20000229));
	cr_expect_eq(lantik_date_make(2025, 2, 29), 0);
	cr_expect_eq(lantik_date_make(2025, 0, 1), 0);
	cr_expect_eq(lantik_date_make(1899, 12, 31), 0);
}

Test(date, parts)
{
	cr_expect_eq(lantik_date_year(20251027), 2025);
	cr_expect_eq(lantik_date_month(20251027), 10);
	cr_expect_eq(lantik_date_day(20251027), 27);
}

Test(date, adds_days_and_months)
{
	cr_expect_eq(lantik_date_add_days(20251231, 1), 20260101);
	cr_expect_eq(lantik_date_add_days(20240301, -1), 20240229);
	cr_expect_eq(lantik_date_add_days(20251001, 92), 20260101);
	cr_expect_eq(lantik_date_add_months(20250131, 1), 20250228);
	cr_expect_eq(lantik_date_add_months(20240131, 1), 20240229);
	cr_expect_eq(lantik_date_add_months(20251001, 12), 20261001);
	cr_expect_eq(lantik_date_add_months(20251115, 2), 20260115);
	cr_expect_eq(lantik_date_add_months(20250115, -1), 20241215);
	cr_expect_eq(lantik_date_add_months(20240229, 12), 20250228);
}

Test(date, counts_full_years)
{
	cr_expect_eq(lantik_date_age(19900515, 20250514), 34);
	cr_expect_eq(lantik_date_age(19900515, 20250515), 35);
	cr_expect_eq(lantik_date_age(20000229, 20180228), 17);
	cr_expect_eq(lantik_date_age(20000229, 20180301), 18);
	cr_expect_eq(lantik_date_age(20250101, 20240101), -1);
}

Test(date, is_read_in_every_shape_that_the_field_writes)
{
	cr_expect_eq(parse("2025-10-27"), 20251027);
	cr_expect_eq(parse("2025-10-27T00:00:00Z"), 20251027);
	cr_expect_eq(parse("27-10-2025"), 20251027);
	cr_expect_eq(parse(""), 0);
	cr_expect_eq(parse("-"), 0);
	cr_expect_eq(parse("0001-01-01"), 0);
	cr_expect_eq(parse("0001-01-01T00:00:00Z"), 0);
	static const char *const none[] = {"2025-02-29", "29-02-2025", "2025-13-01", "2025-1-1", "1-1-2025", "20251027",
		"2025/10/27", "27/10/2025", "04/05/1990", "27-10-25", "27-10/2025", "2025-10-27 ", " 2025-10-27",
		"2025-10-27T07:00:00Z", "2025-10-27T00:00:00", "1899-12-31", "2200-01-01", "45957", "27 Okt 2025",
		"2025-10-2x", "2025-10-", "--", "0001-01-02", "\xef\xbc\x92"};
	for (size_t i = 0; i < LANTIK_COUNT(none); i++)
		cr_expect_eq(parse(none[i]), LANTIK_UNREADABLE, "%s", none[i]);
}

Test(date, is_written_as_iso)
{
	char text[11];
	lantik_date_format(20250105, text);
	cr_expect_str_eq(text, "2025-01-05");
	lantik_date_format(0, text);
	cr_expect_str_eq(text, "0000-00-00");
	lantik_date_format(LANTIK_UNREADABLE, text);
	cr_expect_str_eq(text, "0000-00-00");
}

/* --- instants --- */

Test(instant, is_read_with_and_without_a_zone)
{
	int64_t base = INT64_C(1761532200) * 1000000; /* 2025-10-27T02:30:00Z */
	cr_expect_eq(instant("2025-10-27T02:30:00Z"), base);
	cr_expect_eq(instant("2025-10-27 09:30"), base);
	cr_expect_eq(instant("2025-10-27T09:30:00"), base);
	cr_expect_eq(instant("2025-10-27T09:30+07:00"), base);
	cr_expect_eq(instant("2025-10-26T22:30:00-04:00"), base);
	cr_expect_eq(instant("2025-10-27T02:30:00.5Z"), base + 500000);
	cr_expect_eq(instant("2025-10-27T02:30:00.000001Z"), base + 1);
	cr_expect_eq(instant(""), 0);
	static const char *const none[] = {"2025-10-27", "2025-10-27T", "2025-10-27T9:30", "2025-10-27T24:00",
		"2025-10-27T09:60", "2025-10-27T09:30:60", "2025-10-27T09:30:", "2025-10-27T09:30:00.",
		"2025-10-27T09:30:00.1234567", "2025-10-27T09:30z", "2025-10-27T09:30+0700", "2025-10-27T09:30+15:00",
		"2025-10-27T09:30Z ", "2025-02-29T09:30", "1969-12-31T23:59Z", "27-10-2025 09:30"};
	for (size_t i = 0; i < LANTIK_COUNT(none); i++)
		cr_expect_eq(instant(none[i]), LANTIK_UNREADABLE, "%s", none[i]);
}

Test(instant, goes_to_text_and_back)
{
	struct unit_random random = unit_random_start();
	for (unsigned i = 0; i < 100000; i++) {
		int64_t micros = (int64_t)(unit_next(&random) % UINT64_C(7258118400000000)) + 1;
		char text[28];
		lantik_instant_format(micros, text);
		cr_assert_eq(instant(text), micros, "%s", text);
	}
}

Test(instant, is_written_whatever_it_is)
{
	char text[28];
	lantik_instant_format(1, text);
	cr_expect_str_eq(text, "1970-01-01T00:00:00.000001Z");
	lantik_instant_format(-1, text);
	cr_expect_str_eq(text, "1969-12-31T23:59:59.999999Z");
	lantik_instant_format(INT64_MAX, text);
	cr_expect_eq(strlen(text), 27);
	lantik_instant_format(INT64_MIN, text);
	cr_expect_eq(strlen(text), 27);
}

Test(instant, has_its_date_in_jakarta)
{
	cr_expect_eq(lantik_instant_date(instant("2025-12-31T16:59:59.999999Z")), 20251231);
	cr_expect_eq(lantik_instant_date(instant("2025-12-31T17:00:00Z")), 20260101);
	cr_expect_eq(lantik_instant_date(instant("2025-12-31T23:59:59")), 20251231);
	cr_expect_eq(lantik_instant_date(-1), 19700101);
	cr_expect_eq(lantik_instant_date(INT64_MAX), 0);
	cr_expect_eq(lantik_instant_date(INT64_MIN), 0);
}

/* --- money --- */

Test(money, is_read_as_people_write_it)
{
	cr_expect_eq(money(""), 0);
	cr_expect_eq(money("0"), 0);
	cr_expect_eq(money("150000"), 15000000);
	cr_expect_eq(money("4482914"), 448291400);
	cr_expect_eq(money("4482914.00"), 448291400);
	cr_expect_eq(money("4482914,00"), 448291400);
	cr_expect_eq(money("4.482.914,00"), 448291400);
	cr_expect_eq(money("4.482.914"), 448291400);
	cr_expect_eq(money("Rp 4.482.914"), 448291400);
	cr_expect_eq(money("Rp4482914"), 448291400);
	cr_expect_eq(money("RP. 4.482.914,5"), 448291450);
	cr_expect_eq(money("2916644.9"), 291664490);
	cr_expect_eq(money("2916644,09"), 291664409);
	cr_expect_eq(money("4.482"), 448200);
	cr_expect_eq(money("999999999999999"), INT64_C(99999999999999900));
}

Test(money, refuses_what_could_mean_something_else)
{
	static const char *const none[] = {"-1", "satu juta", "Rp", "4,482,914", "4.482.91", "44.829.14", "4482.914",
		"4.482.914.00", "4482914.", "4482914,", "4482914,000", "4482914.000,00", "1e6", "4 482 914", "4482914 ",
		"9999999999999999", "1.000.000.000.000.000", ".5", ",5", "4..482", "4.482,914", "Rp Rp 1", "1,0.0"};
	for (size_t i = 0; i < LANTIK_COUNT(none); i++)
		cr_expect_eq(money(none[i]), LANTIK_UNREADABLE, "%s", none[i]);
}

Test(parsers, stay_inside_any_bytes)
{
	static const char alphabet[] = "0123456789-/T:Z+. ,Rp";
	struct unit_random random = unit_random_start();
	for (unsigned i = 0; i < 200000; i++) {
		size_t len = unit_next(&random) % 33;
		uint8_t *bytes = malloc(len ? len : 1); /* its own piece, so that reading past the end is seen */
		cr_assert(bytes);
		for (size_t at = 0; at < len; at++)
			bytes[at] = (uint8_t)alphabet[unit_next(&random) % (sizeof alphabet - 1)];
		struct lantik_span text = {bytes, len};
		int32_t date = lantik_date_parse(text);
		cr_assert(date == 0 || date == LANTIK_UNREADABLE || lantik_date_valid(date));
		cr_assert_geq(lantik_instant_parse(text), LANTIK_UNREADABLE);
		cr_assert_geq(lantik_money_parse(text), LANTIK_UNREADABLE);
		free(bytes);
	}
}
