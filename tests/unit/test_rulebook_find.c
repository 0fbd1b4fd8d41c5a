/* Tests of the rulebook's look-ups: who, when, where and how sure, at the edges of every period.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rulebook_sample.h"

#include "lantik/record.h"

Test(rulebook_find, knows_agencies_by_date)
{
	struct lantik_rulebook *book = parse(sample);
	const struct lantik_agency *bandung = lantik_rulebook_agency(book, span("6171"), 20251027);
	cr_assert(bandung);
	cr_expect_str_eq(bandung->code, "6171");
	cr_expect_str_eq(bandung->province, "32");
	cr_expect_str_eq(bandung->kanreg_id, "03");
	cr_expect_str_eq(lantik_rulebook_agency(book, span("1010"), 19000101)->province, "");
	cr_expect_null(lantik_rulebook_agency(book, span("9902"), 20191231));
	cr_expect(lantik_rulebook_agency(book, span("9902"), 20200101));
	cr_expect(lantik_rulebook_agency(book, span("9902"), 20241231));
	cr_expect_null(lantik_rulebook_agency(book, span("9902"), 20250101));
	cr_expect(lantik_rulebook_agency(book, span("9902"), 20260101));
	cr_expect(lantik_rulebook_agency_known(book, span("9902")));
	static const char *const none[] = {"", "617", "61711", "0000", "9999", "1011", "617x"};
	for (size_t i = 0; i < LANTIK_COUNT(none); i++) {
		cr_expect_null(lantik_rulebook_agency(book, span(none[i]), 20251027), "%s", none[i]);
		cr_expect_not(lantik_rulebook_agency_known(book, span(none[i])), "%s", none[i]);
	}
	lantik_rulebook_free(&book);
	cr_expect_null(book);
	lantik_rulebook_free(&book);
}

Test(rulebook_find, knows_regions_current_and_retired)
{
	struct lantik_rulebook *book = parse(sample);
	static const char *const known[] = {"99", "9901", "990101", "9101", "91", "970201", "97"};
	static const char *const unknown[] = {
		"", "9", "98", "9902", "990102", "910101", "9702", "099", "99010", "9x", "9901011"};
	for (size_t i = 0; i < LANTIK_COUNT(known); i++)
		cr_expect(lantik_rulebook_region(book, span(known[i])), "%s", known[i]);
	for (size_t i = 0; i < LANTIK_COUNT(unknown); i++)
		cr_expect_not(lantik_rulebook_region(book, span(unknown[i])), "%s", unknown[i]);
	lantik_rulebook_free(&book);
}

Test(rulebook_find, knows_who_serves_whom_and_how_surely)
{
	struct lantik_rulebook *book = parse(sample);
	cr_expect(lantik_rulebook_serves(book, span("03"), "32", 20251231));
	cr_expect_not(lantik_rulebook_serves(book, span("03"), "32", 20260101));
	cr_expect(lantik_rulebook_serves(book, span("05"), "32", 20260101));
	cr_expect_not(lantik_rulebook_serves(book, span("05"), "32", 20251231));
	cr_expect_not(lantik_rulebook_serves(book, span(""), "32", 20251231));
	cr_expect(lantik_rulebook_serves(book, span("00"), "", 20251231));
	cr_expect_not(lantik_rulebook_serves(book, span("03"), "", 20251231));
	cr_expect(lantik_rulebook_serves_sure(book, "32", 20251231));
	cr_expect_not(lantik_rulebook_serves_sure(book, "98", 20251231));
	cr_expect(lantik_rulebook_serves_sure(book, "97", 20251231));
	lantik_rulebook_free(&book);
}

Test(rulebook_find, knows_parameters)
{
	struct lantik_rulebook *book = parse(sample);
	cr_expect(lantik_rulebook_parameter_is(book, "list", span("21"), 20251027));
	cr_expect(lantik_rulebook_parameter_is(book, "list", span("24"), 20251027));
	cr_expect_not(lantik_rulebook_parameter_is(book, "list", span("22"), 20251027));
	cr_expect_not(lantik_rulebook_parameter_is(book, "lis", span("21"), 20251027));
	cr_expect_not(lantik_rulebook_parameter_is(book, "word", span("x"), 20251027));
	cr_expect_eq(lantik_rulebook_number(book, "bup_default", 1, 20251231), 58);
	cr_expect_eq(lantik_rulebook_number(book, "bup_ahli_utama", 1, 20251027), 65);
	cr_expect_eq(lantik_rulebook_number(book, "bup", 7, 20251027), 7);
	cr_expect_eq(lantik_rulebook_number(book, "word", 7, 20251027), 7);
	cr_expect_eq(lantik_rulebook_number(book, "zzz", 7, 20251027), 7);
	lantik_rulebook_free(&book);
}

Test(rulebook_find, has_the_digest_of_its_text)
{
	struct lantik_rulebook *book = parse(HEAD), *empty = lantik_rulebook_empty();
	uint8_t expected[LANTIK_HASH], zero[LANTIK_HASH] = {0};
	lantik_sha256(span(HEAD), expected);
	cr_expect_arr_eq(lantik_rulebook_digest(book), expected, LANTIK_HASH);
	cr_expect_arr_eq(lantik_rulebook_digest(empty), zero, LANTIK_HASH);
	for (int table = 0; table < LANTIK_TABLE_COUNT; table++) {
		cr_expect_not(lantik_rulebook_has(book, (enum lantik_table)table));
		cr_expect_not(lantik_rulebook_has(empty, (enum lantik_table)table));
	}
	lantik_rulebook_free(&book);
	lantik_rulebook_free(&empty);
	book = parse(sample);
	for (int table = 0; table < LANTIK_TABLE_COUNT; table++)
		cr_expect(lantik_rulebook_has(book, (enum lantik_table)table));
	lantik_rulebook_free(&book);
}

static void id_of(const char *hex, uint8_t ret[16])
{
	unit_hex(hex, ret, 16);
}

Test(rulebook_find, parameters_have_their_days)
{
	struct lantik_rulebook *book = parse(sample);
	cr_expect_not(lantik_rulebook_parameter_is(book, "list", span("24"), 20250531));
	cr_expect(lantik_rulebook_parameter_is(book, "list", span("24"), 20250601));
	cr_expect_eq(lantik_rulebook_number(book, "list", 0, 20250531), 21);
	cr_expect_eq(lantik_rulebook_number(book, "list", 0, 20250601), 24, "the one that began last");
	cr_expect_eq(lantik_rulebook_number(book, "bup_default", 1, 20251231), 58);
	cr_expect_eq(lantik_rulebook_number(book, "bup_default", 1, 20260101), 60);
	cr_expect(lantik_rulebook_parameter_known(book, "list", 19000101));
	cr_expect(lantik_rulebook_parameter_known(book, "list", 0));
	cr_expect_not(lantik_rulebook_parameter_known(book, "lis", 0));
	cr_expect_not(lantik_rulebook_parameter_known(book, "", 0));
	char long_name[80];
	memset(long_name, 'a', sizeof long_name);
	long_name[79] = '\0';
	cr_expect_not(lantik_rulebook_parameter_known(book, long_name, 0));
	lantik_rulebook_free(&book);
	book = parse(HEAD "parameter\tn\t1\t\t\nparameter\tn\t2\t\t\nparameter\to\t1234567890\t\t\n"
			  "parameter\tp\t9\t2025-01-01\t2025-02-01\n");
	cr_expect_eq(lantik_rulebook_number(book, "n", 0, 20250101), 1, "of two, the first");
	cr_expect_eq(lantik_rulebook_number(book, "o", 7, 20250101), 7, "too long for a number");
	cr_expect_eq(lantik_rulebook_number(book, "p", 7, 20241231), 7);
	cr_expect_eq(lantik_rulebook_number(book, "p", 7, 20250131), 9);
	cr_expect_eq(lantik_rulebook_number(book, "p", 7, 20250201), 7);
	cr_expect_not(lantik_rulebook_parameter_known(book, "p", 20250201));
	cr_expect(lantik_rulebook_parameter_known(book, "p", 0));
	lantik_rulebook_free(&book);
}

Test(rulebook_find, severities_stand_as_written)
{
	struct lantik_rulebook *book = parse(sample);
	cr_assert_eq(lantik_rulebook_override_count(book), 3);
	const struct lantik_override *first = lantik_rulebook_override(book, 0);
	cr_expect_str_eq(first->name, "N05");
	cr_expect(first->severity == 0 && first->kind == 0 && first->step == 0 && first->valid_from == 0 &&
		  first->valid_until == 0);
	cr_expect_str_eq(first->agency, "");
	const struct lantik_override *second = lantik_rulebook_override(book, 1);
	cr_expect_str_eq(second->name, "N05.birth_date");
	cr_expect(second->severity == 2 && second->kind == LANTIK_PPPK_PW && second->step == LANTIK_STEP_NI);
	cr_expect(second->valid_from == 20250101 && second->valid_until == 20260101);
	cr_expect_str_eq(second->agency, "9901");
	const struct lantik_override *third = lantik_rulebook_override(book, 2);
	cr_expect(third->severity == 1 && third->kind == LANTIK_JF);
	lantik_rulebook_free(&book);
	book = parse(HEAD
		"severity\tA01\tERROR\t\t\t\t\t\nseverity\tA01\tREVIEW\t\t\t\t\t\nseverity\tA01\tWARN\t\t\t\t\t\n");
	for (size_t i = 0; i < 3; i++)
		cr_expect_eq(lantik_rulebook_override(book, i)->severity, (int)i + 2);
	lantik_rulebook_free(&book);
}

static int64_t at(const char *text)
{
	int64_t instant = lantik_instant_parse(span(text));
	cr_assert_gt(instant, 0, "%s", text);
	return instant;
}

/* The general window of NI is 23 August to 20 December in Jakarta, with an hour of grace. */
Test(rulebook_find, windows_open_and_close_to_the_microsecond)
{
	struct lantik_rulebook *book = parse(sample);
	static const struct {
		const char *agency, *at;
		enum lantik_window_state state;
		bool unverified;
	} expected[] = {
		{"9902", "2025-08-22 23:59:59.999999", LANTIK_WINDOW_EARLY, false},
		{"9902", "2025-08-23 00:00", LANTIK_WINDOW_OPEN, false},
		{"", "2025-08-23 00:00", LANTIK_WINDOW_OPEN, false},
		{"9902", "2025-12-19 23:59:59.999999", LANTIK_WINDOW_OPEN, false},
		{"9902", "2025-12-20 00:00", LANTIK_WINDOW_GRACE, false},
		{"9902", "2025-12-20 00:59:59.999999", LANTIK_WINDOW_GRACE, false},
		{"9902", "2025-12-20 01:00", LANTIK_WINDOW_CLOSED, false},
		/* An agency with two windows of its own, the first unverified. */
		{"9901", "2025-08-22 23:59:59", LANTIK_WINDOW_EARLY, true},
		{"9901", "2025-08-23 00:00", LANTIK_WINDOW_OPEN, true},
		{"9901", "2025-10-01 00:00", LANTIK_WINDOW_CLOSED, true},
		{"9901", "2025-11-30 23:59:59", LANTIK_WINDOW_CLOSED, true},
		{"9901", "2025-12-01 00:00", LANTIK_WINDOW_OPEN, false},
		{"9901", "2025-12-20 00:05", LANTIK_WINDOW_GRACE, false},
		{"9901", "2025-12-20 00:10", LANTIK_WINDOW_CLOSED, true},
	};
	for (size_t i = 0; i < LANTIK_COUNT(expected); i++) {
		bool unverified = !expected[i].unverified;
		enum lantik_window_state state = lantik_rulebook_window(book, span("PW2024"), LANTIK_STEP_NI,
			span(expected[i].agency), at(expected[i].at), &unverified);
		cr_expect_eq(state, expected[i].state, "%s %s: %d", expected[i].agency, expected[i].at, state);
		cr_expect_eq(unverified, expected[i].unverified, "%s %s", expected[i].agency, expected[i].at);
	}
	bool unverified = true;
	int64_t now = at("2025-10-10 12:00");
	cr_expect_eq(lantik_rulebook_window(book, span("PW2025"), LANTIK_STEP_NI, span("9901"), now, &unverified),
		LANTIK_WINDOW_NONE);
	cr_expect_not(unverified);
	cr_expect_eq(lantik_rulebook_window(book, span("PW2024"), LANTIK_STEP_SPMT, span("9901"), now, &unverified),
		LANTIK_WINDOW_NONE);
	cr_expect_eq(lantik_rulebook_window(book, span("PW202"), LANTIK_STEP_NI, span(""), now, &unverified),
		LANTIK_WINDOW_NONE);
	cr_expect_eq(
		lantik_rulebook_window(book, span(""), LANTIK_STEP_NI, span(""), now, &unverified), LANTIK_WINDOW_NONE);
	/* What is no agency's code has the general window, and is B05's matter. */
	cr_expect_eq(lantik_rulebook_window(book, span("PW2024"), LANTIK_STEP_SK, span("99"), now, &unverified),
		LANTIK_WINDOW_OPEN);
	lantik_rulebook_free(&book);
}

Test(rulebook_find, the_grace_of_the_greatest_window_does_not_overflow)
{
	struct lantik_rulebook *book =
		parse(HEAD "window\tP\tNI\t\t1970-01-01T00:00:01Z\t2199-12-31T00:00:00Z\t43200\n");
	bool unverified;
	cr_expect_eq(
		lantik_rulebook_window(book, span("P"), 1, span(""), INT64_MAX, &unverified), LANTIK_WINDOW_CLOSED);
	cr_expect_eq(lantik_rulebook_window(book, span("P"), 1, span(""), 1000000, &unverified), LANTIK_WINDOW_OPEN);
	cr_expect_eq(lantik_rulebook_window(book, span("P"), 1, span(""), 0, &unverified), LANTIK_WINDOW_EARLY);
	lantik_rulebook_free(&book);
}

Test(rulebook_find, policies_admit_by_agency_and_day)
{
	struct lantik_rulebook *book = parse(sample);
	static const struct {
		const char *programme, *agency;
		int32_t on, terdata, cpns, pppk;
		enum { NO_POLICY, ADMITTED, RETURNED } answer;
	} expected[] = {
		{"PW2024", "6171", 20251001, 1, 1, 2, ADMITTED},
		{"PW2024", "6171", 20251001, 1, 2, 1, ADMITTED},
		{"PW2024", "6171", 20251001, 1, 0, 1, ADMITTED},
		{"PW2024", "6171", 20251001, 1, 2, 2, RETURNED},
		{"PW2024", "6171", 20251001, 1, 0, 0, RETURNED},
		{"PW2024", "6171", 20251001, 0, 1, 1, RETURNED},
		/* The agency's own policy, while it lasts: who took the CPNS selection alone is out. */
		{"PW2024", "9901", 20250101, 1, 1, 2, RETURNED},
		{"PW2024", "9901", 20251231, 1, 1, 1, ADMITTED},
		{"PW2024", "9901", 20241231, 1, 1, 2, ADMITTED},
		{"PW2024", "9901", 20260101, 1, 1, 2, ADMITTED},
		{"PW2024", "9902", 20251001, 2, 0, 0, ADMITTED},
		{"PW2024", "9902", 20251001, 1, 1, 1, RETURNED},
		/* No general policy, and none at all. */
		{"PW2025", "9902", 20251001, 1, 1, 1, NO_POLICY},
		{"PW2025", "9901", 20251001, 0, 2, 0, ADMITTED},
		{"PW2026", "9901", 20251001, 1, 1, 1, NO_POLICY},
		{"", "9901", 20251001, 1, 1, 1, NO_POLICY},
		{"PW2024", "", 20251001, 1, 1, 2, ADMITTED},
	};
	for (size_t i = 0; i < LANTIK_COUNT(expected); i++) {
		bool admitted[3][3][3];
		bool any = lantik_rulebook_policy(
			book, span(expected[i].programme), span(expected[i].agency), expected[i].on, admitted);
		bool good = admitted[expected[i].terdata][expected[i].cpns][expected[i].pppk];
		int answer = !any ? NO_POLICY : good ? ADMITTED : RETURNED;
		cr_expect_eq(answer, (int)expected[i].answer, "line %zu: %d", i, answer);
	}
	lantik_rulebook_free(&book);
}

Test(rulebook_find, formations_have_quota_and_decision)
{
	struct lantik_rulebook *book = parse(sample);
	const struct lantik_formation *guru =
		lantik_rulebook_formation(book, span("9901"), span("PW2024"), 1, 20251130);
	cr_assert(guru);
	cr_expect(guru->quota == 10 && guru->decided_on == 20250829 && guru->group == 1);
	cr_expect(guru->valid_from == 0 && guru->valid_until == 20251201);
	cr_expect_str_eq(guru->agency, "9901");
	cr_expect_str_eq(guru->programme, "PW2024");
	cr_expect_eq(lantik_rulebook_formation(book, span("9901"), span("PW2024"), 1, 20251201)->quota, 12);
	cr_expect_eq(lantik_rulebook_formation(book, span("6171"), span("PW2024"), 1, 19000101)->decided_on, 0);
	cr_expect_null(lantik_rulebook_formation(book, span("9901"), span("PW2024"), 2, 20251130));
	cr_expect_null(lantik_rulebook_formation(book, span("9901"), span("PW2024"), 0, 20251130));
	cr_expect_null(lantik_rulebook_formation(book, span("9901"), span("PW2025"), 1, 20251130));
	cr_expect_null(lantik_rulebook_formation(book, span("9902"), span("PW2024"), 1, 20251130));
	cr_expect_null(lantik_rulebook_formation(book, span(""), span("PW2024"), 1, 20251130));
	cr_expect_null(lantik_rulebook_formation(book, span("9901"), span(""), 1, 20251130));
	int32_t decided = 77;
	cr_expect(lantik_rulebook_formed(book, span("9901"), span("PW2024"), 20251130, &decided));
	cr_expect_eq(decided, 20250829, "the earliest of its groups");
	cr_expect(lantik_rulebook_formed(book, span("9901"), span("PW2024"), 20251201, &decided));
	cr_expect_eq(decided, 20250903, "the line of guru that is over no longer counts");
	cr_expect(lantik_rulebook_formed(book, span("6171"), span("PW2024"), 20251130, &decided));
	cr_expect_eq(decided, 0, "none is given");
	decided = 77;
	cr_expect_not(lantik_rulebook_formed(book, span("9902"), span("PW2024"), 20251130, &decided));
	cr_expect_eq(decided, 77);
	lantik_rulebook_free(&book);
}

Test(rulebook_find, wages_by_region_and_year)
{
	struct lantik_rulebook *book = parse(sample);
	bool unverified = true;
	cr_expect_eq(lantik_rulebook_wage(book, span("3273"), 2025, 20251001, &unverified), 448291400);
	cr_expect_not(unverified);
	cr_expect_eq(lantik_rulebook_wage(book, span("3273"), 2026, 20260101, &unverified), 460000000);
	cr_expect(unverified);
	cr_expect_eq(lantik_rulebook_wage(book, span("32"), 2025, 20251001, &unverified), 219123200);
	cr_expect_eq(lantik_rulebook_wage(book, span("3274"), 2025, 20251001, &unverified), 0);
	cr_expect_eq(lantik_rulebook_wage(book, span("3273"), 2024, 20251001, &unverified), 0);
	cr_expect_eq(lantik_rulebook_wage(book, span("327"), 2025, 20251001, &unverified), 0);
	cr_expect_eq(lantik_rulebook_wage(book, span(""), 2025, 20251001, &unverified), 0);
	cr_expect(lantik_rulebook_wages_of(book, 2025));
	cr_expect(lantik_rulebook_wages_of(book, 2026));
	static const int32_t none[] = {2024, 2027, 0, -1, 1899, 2200, INT32_MAX, INT32_MIN};
	for (size_t i = 0; i < LANTIK_COUNT(none); i++)
		cr_expect_not(lantik_rulebook_wages_of(book, none[i]), "%d", none[i]);
	lantik_rulebook_free(&book);
	book = parse(HEAD "wage\t32\t2025\t100\t\t2025-07-01\nwage\t32\t2025\t200\t2025-07-01\t\n");
	cr_expect_eq(lantik_rulebook_wage(book, span("32"), 2025, 20250630, &unverified), 100);
	cr_expect_eq(lantik_rulebook_wage(book, span("32"), 2025, 20250701, &unverified), 200);
	lantik_rulebook_free(&book);
}

Test(rulebook_find, positions_by_day)
{
	struct lantik_rulebook *book = parse(sample);
	uint8_t id[16];
	id_of("00000000000000000000000000000001", id);
	const struct lantik_position *position = lantik_rulebook_position(book, id, 20251231);
	cr_assert(position);
	cr_expect_arr_eq(position->id, id, 16);
	cr_expect(position->jenis_jabatan_id == 2 && position->bup == 65 && position->entry_age == 40);
	cr_expect_str_eq(position->min_education, "40");
	cr_expect_str_eq(position->min_golongan, "III/b");
	cr_expect_str_eq(position->max_golongan, "IV/e");
	cr_expect_not(position->unverified);
	position = lantik_rulebook_position(book, id, 20260101);
	cr_expect_str_eq(position->min_golongan, "III/c");
	cr_expect(position->unverified);
	id_of("a0000000000000000000000000000001", id);
	cr_expect_null(lantik_rulebook_position(book, id, 20241231));
	position = lantik_rulebook_position(book, id, 20250101);
	cr_assert(position);
	cr_expect(position->bup == 0 && position->entry_age == 0);
	cr_expect_str_eq(position->min_education, "");
	cr_expect_str_eq(position->max_golongan, "");
	cr_expect(lantik_rulebook_position(book, id, 20251130));
	cr_expect_null(lantik_rulebook_position(book, id, 20251201));
	id_of("a0000000000000000000000000000002", id);
	cr_expect_null(lantik_rulebook_position(book, id, 20250601));
	lantik_rulebook_free(&book);
}

Test(rulebook_find, units_move_from_agency_to_agency)
{
	struct lantik_rulebook *book = parse(sample);
	char agency[5] = "none";
	uint8_t id[16];
	id_of("00000000000000000000000000000002", id);
	cr_expect(lantik_rulebook_unit(book, id, 20251231, agency));
	cr_expect_str_eq(agency, "9902");
	cr_expect(lantik_rulebook_unit(book, id, 20260101, agency));
	cr_expect_str_eq(agency, "9901");
	id_of("ffffffffffffffffffffffffffffffff", id);
	strcpy(agency, "none");
	cr_expect_not(lantik_rulebook_unit(book, id, 20241231, agency));
	cr_expect_not(lantik_rulebook_unit(book, id, 20251201, agency));
	cr_expect_str_eq(agency, "none");
	cr_expect(lantik_rulebook_unit(book, id, 20250101, agency));
	id_of("00000000000000000000000000000000", id);
	cr_expect_not(lantik_rulebook_unit(book, id, 20250101, agency));
	cr_expect(lantik_rulebook_units_of(book, span("9901")));
	cr_expect(lantik_rulebook_units_of(book, span("9902")));
	static const char *const none[] = {"9903", "6171", "990", "99011", "", "99x1", "0000", "9999"};
	for (size_t i = 0; i < LANTIK_COUNT(none); i++)
		cr_expect_not(lantik_rulebook_units_of(book, span(none[i])), "%s", none[i]);
	id_of("ffffffffffffffffffffffffffffffff", id);
	cr_expect(lantik_rulebook_study(book, id));
	id_of("fffffffffffffffffffffffffffffffe", id);
	cr_expect_not(lantik_rulebook_study(book, id));
	lantik_rulebook_free(&book);
}

Test(rulebook_find, groups_levels_and_holidays)
{
	struct lantik_rulebook *book = parse(sample);
	bool unverified = true;
	cr_expect_str_eq(lantik_rulebook_group_education(book, 7, &unverified), "35");
	cr_expect_not(unverified);
	cr_expect_str_eq(lantik_rulebook_group_education(book, 4, &unverified), "05");
	cr_expect(unverified);
	static const int32_t none[] = {0, 1, 15, -1, 8};
	for (size_t i = 0; i < LANTIK_COUNT(none); i++)
		cr_expect_null(lantik_rulebook_group_education(book, none[i], &unverified), "%d", none[i]);
	cr_expect(lantik_rulebook_education(book, span("05")));
	cr_expect(lantik_rulebook_education(book, span("40")));
	static const char *const unknown[] = {"", "5", "06", "045", "4x"};
	for (size_t i = 0; i < LANTIK_COUNT(unknown); i++)
		cr_expect_not(lantik_rulebook_education(book, span(unknown[i])), "%s", unknown[i]);
	cr_expect(lantik_rulebook_holiday(book, 20250905));
	cr_expect(lantik_rulebook_holiday(book, 20251225));
	cr_expect_not(lantik_rulebook_holiday(book, 20250906));
	cr_expect_not(lantik_rulebook_holiday(book, 0));
	lantik_rulebook_free(&book);
}

Test(rulebook_find, documents_of_the_day)
{
	struct lantik_rulebook *book = parse(sample);
	int32_t types[4] = {-1, -1, -1, -1};
	cr_expect_eq(lantik_rulebook_documents(book, span("PW2024"), LANTIK_STEP_NI, 20250531, types, 4), 2);
	cr_expect_eq(types[0] + types[1], 301);
	cr_expect_eq(types[2], -1);
	cr_expect_eq(lantik_rulebook_documents(book, span("PW2024"), LANTIK_STEP_NI, 20250601, types, 4), 3);
	cr_expect_eq(types[0] + types[1] + types[2], 305);
	cr_expect_eq(lantik_rulebook_documents(book, span("PW2024"), LANTIK_STEP_NI, 20260101, types, 4), 2);
	cr_expect_eq(types[0] + types[1], 5);
	types[1] = -1;
	cr_expect_eq(lantik_rulebook_documents(book, span("PW2024"), LANTIK_STEP_NI, 20250601, types, 1), 3);
	cr_expect_eq(types[1], -1, "no more than there is room for");
	cr_expect_eq(lantik_rulebook_documents(book, span("PW2024"), LANTIK_STEP_NI, 20250601, NULL, 0), 3);
	cr_expect_eq(lantik_rulebook_documents(book, span("PW2024"), LANTIK_STEP_SK, 20250601, types, 4), 1);
	cr_expect_eq(lantik_rulebook_documents(book, span("PW2024"), LANTIK_STEP_SPMT, 20250601, types, 4), 0);
	cr_expect_eq(lantik_rulebook_documents(book, span("PW2025"), LANTIK_STEP_NI, 20250601, types, 4), 0);
	cr_expect_eq(lantik_rulebook_documents(book, span(""), LANTIK_STEP_NI, 20250601, types, 4), 0);
	lantik_rulebook_free(&book);
}

Test(rulebook_find, categories_and_reasons)
{
	struct lantik_rulebook *book = parse(sample);
	struct lantik_span programme = span("PW2024");
	cr_expect_eq(lantik_rulebook_category(book, programme, span("R3"), 20251231), LANTIK_CATEGORY_ADMITTED);
	cr_expect_eq(lantik_rulebook_category(book, programme, span("R3"), 20260101), LANTIK_CATEGORY_FAILED);
	cr_expect_eq(lantik_rulebook_category(book, programme, span("r2"), 20251231), LANTIK_CATEGORY_ADMITTED);
	cr_expect_eq(lantik_rulebook_category(book, programme, span("tms"), 20251231), LANTIK_CATEGORY_FAILED);
	static const char *const unknown[] = {"", "R", "R22", "R 2", "R2/L", "ABCDEFGHI", "R5"};
	for (size_t i = 0; i < LANTIK_COUNT(unknown); i++)
		cr_expect_eq(lantik_rulebook_category(book, programme, span(unknown[i]), 20251231),
			LANTIK_CATEGORY_UNKNOWN, "%s", unknown[i]);
	cr_expect(lantik_rulebook_categories(book, programme, 20251231));
	cr_expect_not(lantik_rulebook_categories(book, span("PW2025"), 20251231));
	cr_expect(lantik_rulebook_categories(book, span("PW2025"), 20260101));
	cr_expect_not(lantik_rulebook_categories(book, span("PW2026"), 20260101));
	cr_expect_not(lantik_rulebook_categories(book, span(""), 20260101));
	static const enum lantik_reason reasons[] = {[1] = LANTIK_REASON_DECEASED,
		LANTIK_REASON_INACTIVE,
		LANTIK_REASON_NO_BUDGET,
		LANTIK_REASON_NONE,
		[12] = LANTIK_REASON_NO_NEED,
		LANTIK_REASON_NONE};
	for (int32_t id = -1; id < (int32_t)LANTIK_COUNT(reasons); id++)
		cr_expect_eq(lantik_rulebook_reason(book, id), id < 0 ? LANTIK_REASON_NONE : reasons[id], "%d", id);
	lantik_rulebook_free(&book);
}
