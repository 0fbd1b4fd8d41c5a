/* Tests of the rulebook: what its text must be, what it answers, and that broken text is refused with its line.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "lantik/limits.h"
#include "lantik/rulebook.h"

#define HEAD "lantik-rulebook 1\n"

static struct lantik_rulebook *parse(const char *text)
{
	struct lantik_rulebook *rulebook = NULL;
	unsigned line = 99;
	enum lantik_error error = lantik_rulebook_parse(lantik_span_of(text), &rulebook, &line);
	cr_assert_eq(error, LANTIK_OK, "line %u", line);
	cr_assert_eq(line, 0);
	return rulebook;
}

static struct lantik_span span(const char *text)
{
	return lantik_span_of(text);
}

static const char sample[] = HEAD "agency\t1010\tpusat\t00\t\t\t\n"
				  "agency\t6171\tkota\t03\t32\t\t\n"
				  "agency\t9902\tkota\t99\t99\t2020-01-01\t2025-01-01\n"
				  "agency\t9902\tkota\t99\t99\t2026-01-01\t\n"
				  "district\t990101\n"
				  "education\t05\n"
				  "kanreg\t03\t32\t\t2026-01-01\n"
				  "kanreg\t05\t32\t2026-01-01\t\n"
				  "kanreg\t98\t98\t\t\tunverified\n"
				  "parameter\tbup_ahli_utama\t65\n"
				  "parameter\tbup_default\t58\n"
				  "parameter\tlist\t21\n"
				  "parameter\tlist\t24\n"
				  "parameter\tword\tx1\n"
				  "province\t99\n"
				  "regency\t9901\n"
				  "retired\t9101\n"
				  "retired\t970201\n";

Test(rulebook, knows_agencies_by_date)
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

Test(rulebook, knows_regions_current_and_retired)
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

Test(rulebook, knows_who_serves_whom_and_how_surely)
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

Test(rulebook, knows_parameters)
{
	struct lantik_rulebook *book = parse(sample);
	cr_expect(lantik_rulebook_parameter_is(book, "list", span("21")));
	cr_expect(lantik_rulebook_parameter_is(book, "list", span("24")));
	cr_expect_not(lantik_rulebook_parameter_is(book, "list", span("22")));
	cr_expect_not(lantik_rulebook_parameter_is(book, "lis", span("21")));
	cr_expect_not(lantik_rulebook_parameter_is(book, "word", span("x")));
	cr_expect_eq(lantik_rulebook_number(book, "bup_default", 1), 58);
	cr_expect_eq(lantik_rulebook_number(book, "bup_ahli_utama", 1), 65);
	cr_expect_eq(lantik_rulebook_number(book, "bup", 7), 7);
	cr_expect_eq(lantik_rulebook_number(book, "word", 7), 7);
	cr_expect_eq(lantik_rulebook_number(book, "zzz", 7), 7);
	lantik_rulebook_free(&book);
}

Test(rulebook, has_the_digest_of_its_text)
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

static void expect_refused(const char *text, enum lantik_error expected, unsigned expected_line)
{
	struct lantik_rulebook *book = NULL;
	unsigned line = 99;
	cr_expect_eq(lantik_rulebook_parse(span(text), &book, &line), expected, "%s", text);
	cr_expect_eq(line, expected_line, "%s: line %u", text, line);
	cr_expect_null(book);
}

Test(rulebook, refuses_text_that_is_not_canonical)
{
	expect_refused("", LANTIK_E_BAD_VERSION, 1);
	expect_refused("lantik-rulebook 1", LANTIK_E_BAD_VERSION, 1);
	expect_refused("lantik-rulebook 2\n", LANTIK_E_BAD_VERSION, 1);
	expect_refused("lantik-rulebook 1\r\n", LANTIK_E_BAD_VERSION, 1);
	expect_refused(HEAD "province\t99", LANTIK_E_TRUNCATED, 2);
	expect_refused(HEAD "province\t99\nprovince\t98\n", LANTIK_E_MALFORMED, 3);
	expect_refused(HEAD "province\t99\nprovince\t99\n", LANTIK_E_MALFORMED, 3);
	expect_refused(HEAD "province\t99\n\n", LANTIK_E_MALFORMED, 3);
	expect_refused(HEAD "wage\t3273\n", LANTIK_E_UNKNOWN_FIELD, 2);
	expect_refused(HEAD "\n", LANTIK_E_UNKNOWN_FIELD, 2);
}

Test(rulebook, refuses_lines_that_do_not_fit_their_table)
{
	static const char *const lines[] = {"province\t9", "province\t999", "province\t9x", "province",
		"province\t99\t", "province\t99\tAceh", "regency\t99", "district\t9901", "retired\t99",
		"retired\t99010", "education\t5", "education\t", "agency\t6171\tkota\t03\t32\t",
		"agency\t6171\tkota\t03\t32\t\t\t", "agency\t617\tkota\t03\t32\t\t", "agency\t6171\t\t03\t32\t\t",
		"agency\t6171\tkota\t3\t32\t\t", "agency\t6171\tkota\t03\t\t\t", "agency\t1010\tpusat\t00\t31\t\t",
		"agency\t6171\tkota\t03\t32\t2025-02-29\t", "agency\t6171\tkota\t03\t32\t\t01-01-2025",
		"agency\t6171\tkota\t03\t32\t0001-01-01\t", "kanreg\t03\t32\t", "kanreg\t03\t32\t\t\tsure",
		"kanreg\t3\t32\t\t", "kanreg\t03\t3\t\t", "kanreg\t03\t32\tx\t", "parameter\tname",
		"parameter\t\tvalue", "parameter\tname\t", "parameter\tname\ta\tb"};
	for (size_t i = 0; i < LANTIK_COUNT(lines); i++) {
		char text[128];
		snprintf(text, sizeof text, HEAD "%s\n", lines[i]);
		expect_refused(text, LANTIK_E_MALFORMED, 2);
	}
}

Test(rulebook, refuses_more_than_the_limit)
{
	size_t len = LANTIK_MAX_RULEBOOK + 1;
	uint8_t *bytes = calloc(len, 1);
	struct lantik_rulebook *book = NULL;
	unsigned line;
	cr_assert(bytes);
	cr_expect_eq(lantik_rulebook_parse((struct lantik_span){bytes, len}, &book, &line), LANTIK_E_TOO_LARGE);
	free(bytes);
}

Test(rulebook, survives_any_damage)
{
	struct unit_random random = unit_random_start();
	for (unsigned round = 0; round < 50000; round++) {
		size_t len = sizeof sample - 1 - unit_next(&random) % 20;
		uint8_t *bytes = malloc(len);
		cr_assert(bytes);
		memcpy(bytes, sample, len);
		for (unsigned i = 0; i < 1 + round % 4; i++)
			bytes[unit_next(&random) % len] = (uint8_t)unit_next(&random);
		struct lantik_rulebook *book = NULL;
		unsigned line;
		enum lantik_error error = lantik_rulebook_parse((struct lantik_span){bytes, len}, &book, &line);
		cr_assert_eq(error == LANTIK_OK, book != NULL);
		free(bytes);
		lantik_rulebook_free(&book);
	}
}
