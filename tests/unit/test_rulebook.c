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

/* One line of every word, and of some what a look-up can trip over. */
static const char sample[] =
	HEAD "agency\t1010\tpusat\t00\t\t\t\n"
	     "agency\t6171\tkota\t03\t32\t\t\n"
	     "agency\t9902\tkota\t99\t99\t2020-01-01\t2025-01-01\n"
	     "agency\t9902\tkota\t99\t99\t2026-01-01\t\n"
	     "category\tPW2024\tR2\tadmitted\t\t\n"
	     "category\tPW2024\tR3\tadmitted\t\t2026-01-01\n"
	     "category\tPW2024\tR3\tfailed\t2026-01-01\t\n"
	     "category\tPW2024\tTMS\tfailed\t\t\n"
	     "category\tPW2025\tR5\tadmitted\t2026-01-01\t\n"
	     "district\t990101\n"
	     "document\tPW2024\tNI\t1\t\t\n"
	     "document\tPW2024\tNI\t300\t\t2026-01-01\n"
	     "document\tPW2024\tNI\t4\t2025-06-01\t\n"
	     "document\tPW2024\tSK\t9\t\t\n"
	     "education\t05\n"
	     "education\t40\n"
	     "eligibility\tPW2024\t\tyes\t\tyes\t\t\n"
	     "eligibility\tPW2024\t\tyes\tyes\t\t\t\n"
	     "eligibility\tPW2024\t9901\tyes\t\tyes\t2025-01-01\t2026-01-01\n"
	     "eligibility\tPW2024\t9902\tno\t\t\t\t\n"
	     "eligibility\tPW2025\t9901\t\tno\t\t\t\n"
	     "formation\t6171\tPW2024\tguru\t688\t\t\t\n"
	     "formation\t9901\tPW2024\tguru\t10\t2025-08-29\t\t2025-12-01\n"
	     "formation\t9901\tPW2024\tguru\t12\t2025-11-20\t2025-12-01\t\n"
	     "formation\t9901\tPW2024\tteknis\t30\t2025-09-03\t\t\n"
	     "group\tpenata_layanan_operasional\t35\n"
	     "group\tpengelola_umum_operasional\t05\tunverified\n"
	     "holiday\t2025-09-05\n"
	     "holiday\t2025-12-25\n"
	     "kanreg\t03\t32\t\t2026-01-01\n"
	     "kanreg\t05\t32\t2026-01-01\t\n"
	     "kanreg\t98\t98\t\t\tunverified\n"
	     "parameter\tbup_ahli_utama\t65\t\t\n"
	     "parameter\tbup_default\t58\t\t2026-01-01\n"
	     "parameter\tbup_default\t60\t2026-01-01\t\n"
	     "parameter\tlist\t21\t\t\n"
	     "parameter\tlist\t24\t2025-06-01\t\n"
	     "parameter\tword\tx1\t\t\n"
	     "position\t00000000000000000000000000000001\t2\t40\tIII/b\tIV/e\t65\t40\t\t2026-01-01\n"
	     "position\t00000000000000000000000000000001\t2\t40\tIII/c\tIV/e\t65\t40\t2026-01-01\t\tunverified\n"
	     "position\ta0000000000000000000000000000001\t4\t\t\t\t\t\t2025-01-01\t2025-12-01\n"
	     "position\tf0000000000000000000000000000001\t2\t\tIX\tXVII\t60\t\t\t\n"
	     "province\t99\n"
	     "reason\t1\tdeceased\n"
	     "reason\t12\tno_need\n"
	     "reason\t2\tinactive\n"
	     "reason\t3\tno_budget\n"
	     "regency\t9901\n"
	     "retired\t9101\n"
	     "retired\t970201\n"
	     "severity\tN05\tOFF\t\t\t\t\t\n"
	     "severity\tN05.birth_date\tERROR\tPPPK_PW\tNI\t9901\t2025-01-01\t2026-01-01\n"
	     "severity\tZ99.new\tFATAL\tJF\t\t\t\t\n"
	     "study\t00000000000000000000000000000001\n"
	     "study\tffffffffffffffffffffffffffffffff\n"
	     "unit\t00000000000000000000000000000001\t9901\t\t\n"
	     "unit\t00000000000000000000000000000002\t9901\t2026-01-01\t\n"
	     "unit\t00000000000000000000000000000002\t9902\t\t2026-01-01\n"
	     "unit\tffffffffffffffffffffffffffffffff\t9902\t2025-01-01\t2025-12-01\n"
	     "wage\t32\t2025\t219123200\t\t\n"
	     "wage\t3273\t2025\t448291400\t\t\n"
	     "wage\t3273\t2026\t460000000\t\t\tunverified\n"
	     "window\tPW2024\tNI\t\t2025-08-22T17:00:00Z\t2025-12-19T17:00:00Z\t60\n"
	     "window\tPW2024\tNI\t9901\t2025-08-22T17:00:00Z\t2025-09-30T17:00:00Z\t0\tunverified\n"
	     "window\tPW2024\tNI\t9901\t2025-11-30T17:00:00Z\t2025-12-19T17:00:00Z\t10\n"
	     "window\tPW2024\tSK\t\t2025-10-01T00:00:00Z\t2025-12-31T17:00:00Z\t0\n";

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
	expect_refused(HEAD "wages\t3273\n", LANTIK_E_UNKNOWN_FIELD, 2);
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
		"parameter\t\tvalue\t\t", "parameter\tname\t\t\t", "parameter\tname\ta\tb\t"};
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
