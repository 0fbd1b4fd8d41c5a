/* Tests of the rulebook's text: what it must be, and that anything else is refused with its line.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rulebook_sample.h"

#include "lantik/record.h"

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

static const char *const malformed[] = {"province", "province\t9", "province\t999", "province\t9x", "province\t99\t",
	"province\t99\tAceh", "regency", "regency\t99", "district", "district\t9901", "retired", "retired\t99",
	"retired\t99010", "education", "education\t5", "education\t", "education\t055", "agency",
	"agency\t6171\tkota\t03\t32\t", "agency\t6171\tkota\t03\t32\t\t\t", "agency\t617\tkota\t03\t32\t\t",
	"agency\t6171\t\t03\t32\t\t", "agency\t6171\tkota\t3\t32\t\t", "agency\t6171\tkota\t03\t\t\t",
	"agency\t1010\tpusat\t00\t31\t\t", "agency\t6171\tcity\t03\t32\t\t", "agency\t6171\tkota\t03\t32\t2025-02-29\t",
	"agency\t6171\tkota\t03\t32\t\t01-01-2025", "agency\t6171\tkota\t03\t32\t0001-01-01\t",
	"agency\t6171\tkota\t03\t32\t2025-01-01\t2025-01-01", "agency\t6171\tkota\t03\t32\t2025-01-01T00:00:00Z\t",
	"kanreg", "kanreg\t03\t32\t", "kanreg\t03\t32\t\t\tsure", "kanreg\t3\t32\t\t", "kanreg\t03\t3\t\t",
	"kanreg\t03\t32\tx\t", "kanreg\t03\t32\t\t\tunverified\t", "kanreg\t03\t32\t2025-01-02\t2025-01-01",
	"parameter", "parameter\tname", "parameter\t\tvalue\t\t", "parameter\tname\t\t\t", "parameter\tname\ta\tb\t",
	"parameter\tname\ta\t\t\t", "parameter\ta b\tc\t\t", "parameter\tname\ta b\t\t",
	"parameter\tn\303\244me\ta\t\t", "parameter\tname\ta\t2025-01-01\t2024-01-01", "category",
	"category\tPW\tR2\tyes\t\t", "category\tPW\tR2\t\t\t", "category\tPW\t\tadmitted\t\t",
	"category\t\tR2\tadmitted\t\t", "category\tPW\tr2\tadmitted\t\t", "category\tPW\tR2/L\tadmitted\t\t",
	"category\tPW\tABCDEFGHI\tadmitted\t\t", "category\tPW\tR 2\tadmitted\t\t",
	"category\tABCDEFGHIJKLMNOPQRSTU\tR2\tadmitted\t\t", "category\tPW\tR2\tadmitted\t2026\t", "document",
	"document\tPW\tNI\t0\t\t", "document\tPW\tNI\t01\t\t", "document\tPW\tNI\t-1\t\t", "document\tPW\tNI\t\t\t",
	"document\tPW\tNI\t1000000\t\t", "document\tPW\t\t1\t\t", "document\tPW\tni\t1\t\t", "document\tPW\tXX\t1\t\t",
	"document\t\tNI\t1\t\t", "document\tPW\tNI\t1\t", "eligibility", "eligibility\t\t\tyes\t\t\t\t",
	"eligibility\tPW\t990\tyes\t\t\t\t", "eligibility\tPW\t\tya\t\t\t\t", "eligibility\tPW\t\tYES\t\t\t\t",
	"eligibility\tPW\t\tany\t\t\t\t", "eligibility\tPW\t\t1\t\t\t\t", "eligibility\tPW\t\tyes\tmaybe\t\t\t",
	"eligibility\tPW\t\tyes\t\tmaybe\t\t", "eligibility\tPW\t\tyes\t\t\t", "formation",
	"formation\t9901\tPW\tguru\t-1\t\t\t", "formation\t9901\tPW\tguru\t\t\t\t",
	"formation\t9901\tPW\tguru\t1.5\t\t\t", "formation\t9901\tPW\tguru\t1000000000\t\t\t",
	"formation\t9901\tPW\tguru\t007\t\t\t", "formation\t9901\tPW\t1\t5\t\t\t", "formation\t9901\tPW\t\t5\t\t\t",
	"formation\t9901\t\tguru\t5\t\t\t", "formation\t990\tPW\tguru\t5\t\t\t",
	"formation\t9901\tPW\tguru\t5\t2025\t\t", "formation\t9901\tPW\tguru\t5\t\t", "group", "group\tpenata\t35",
	"group\t7\t35", "group\tpenata_layanan_operasional\t5", "group\tpenata_layanan_operasional\t",
	"group\tpenata_layanan_operasional\t35\tsure", "group\tPenata_Layanan_Operasional\t35", "group\t\t35",
	"holiday", "holiday\t", "holiday\t2025-13-01", "holiday\t2025-02-30", "holiday\t20250101", "holiday\t2025-1-1",
	"holiday\t01-01-2025", "position", "position\t0000000000000000000000000000001\t2\t\t\t\t\t\t\t",
	"position\tA0000000000000000000000000000001\t2\t\t\t\t\t\t\t",
	"position\tg0000000000000000000000000000001\t2\t\t\t\t\t\t\t",
	"position\t00000000-0000-0000-0000-000000000001\t2\t\t\t\t\t\t\t",
	"position\t00000000000000000000000000000001\t\t\t\t\t\t\t\t",
	"position\t00000000000000000000000000000001\t0\t\t\t\t\t\t\t",
	"position\t00000000000000000000000000000001\t100\t\t\t\t\t\t\t",
	"position\t00000000000000000000000000000001\t2\t5\t\t\t\t\t\t",
	"position\t00000000000000000000000000000001\t2\t\tIII\t\tIV/a\t\t\t\t",
	"position\t00000000000000000000000000000001\t2\t\tV/a\t\t\t\t\t",
	"position\t00000000000000000000000000000001\t2\t\tIII/b\tIII/a\t\t\t\t",
	"position\t00000000000000000000000000000001\t2\t\tIX\tIV/e\t\t\t\t",
	"position\t00000000000000000000000000000001\t2\t\tIII/a\tXVII\t\t\t\t",
	"position\t00000000000000000000000000000001\t2\t\t\t\t0\t\t\t",
	"position\t00000000000000000000000000000001\t2\t\t\t\t100\t\t\t",
	"position\t00000000000000000000000000000001\t2\t\t\t\t\t-1\t\t",
	"position\t00000000000000000000000000000001\t2\t\t\t\t\t\t\t\tno",
	"position\t00000000000000000000000000000001\t2\t\t\t\t\t\t", "reason", "reason\t0\tdeceased",
	"reason\t01\tdeceased", "reason\t10000\tdeceased", "reason\t1\tDeceased", "reason\t1\t", "reason\t1\tdead",
	"reason\t\tdeceased", "reason\tx\tdeceased", "severity", "severity\tN0\tOFF\t\t\t\t\t",
	"severity\tn05\tOFF\t\t\t\t\t", "severity\tN5\tOFF\t\t\t\t\t", "severity\tN05.\tOFF\t\t\t\t\t",
	"severity\tN05x\tOFF\t\t\t\t\t", "severity\tN05.Birth\tOFF\t\t\t\t\t", "severity\tN05-x\tOFF\t\t\t\t\t",
	"severity\tN05.a-b\tOFF\t\t\t\t\t", "severity\t\tOFF\t\t\t\t\t",
	"severity\tN05.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\tOFF\t\t\t\t\t",
	"severity\tN05\toff\t\t\t\t\t", "severity\tN05\t\t\t\t\t\t", "severity\tN05\tNOTE\t\t\t\t\t",
	"severity\tN05\tOFF\tPW\t\t\t\t", "severity\tN05\tOFF\t1\t\t\t\t", "severity\tN05\tOFF\t\tXX\t\t\t",
	"severity\tN05\tOFF\t\t\t61\t\t", "severity\tN05\tOFF\t\t\t\tx\t", "severity\tN05\tOFF\t\t\t\t", "study",
	"study\t", "study\t0000000000000000000000000000000", "study\t0000000000000000000000000000000g",
	"study\t0000000000000000000000000000000A", "unit", "unit\t00000000000000000000000000000001\t\t\t",
	"unit\t00000000000000000000000000000001\t990\t\t", "unit\t1\t9901\t\t",
	"unit\t00000000000000000000000000000001\t9901\t", "unit\t0000000000000000000000000000000A\t9901\t\t", "wage",
	"wage\t3\t2025\t1\t\t", "wage\t327\t2025\t1\t\t", "wage\t327301\t2025\t1\t\t", "wage\t32\t1899\t1\t\t",
	"wage\t32\t2200\t1\t\t", "wage\t32\t25\t1\t\t", "wage\t32\t2025\t0\t\t", "wage\t32\t2025\t-5\t\t",
	"wage\t32\t2025\t1.5\t\t", "wage\t32\t2025\t100000000000000\t\t", "wage\t32\t2025\t99999999999999999999\t\t",
	"wage\t32\t2025\t1\t\t\tyes", "window", "window\tPW\tNI\t\t2025-08-22T17:00:00Z\t2025-08-22T17:00:00Z\t0",
	"window\tPW\tNI\t\t2025-08-22T17:00:00Z\t2025-08-21T17:00:00Z\t0",
	"window\tPW\tNI\t\t2025-08-22 17:00:00Z\t2025-12-19T17:00:00Z\t0",
	"window\tPW\tNI\t\t2025-08-22T17:00:00\t2025-12-19T17:00:00Z\t0",
	"window\tPW\tNI\t\t2025-08-22T17:00Z\t2025-12-19T17:00:00Z\t0",
	"window\tPW\tNI\t\t2025-08-22T17:00:60Z\t2025-12-19T17:00:00Z\t0",
	"window\tPW\tNI\t\t2025-08-22T24:00:00Z\t2025-12-19T17:00:00Z\t0",
	"window\tPW\tNI\t\t2025-02-29T17:00:00Z\t2025-12-19T17:00:00Z\t0",
	"window\tPW\tNI\t\t\t2025-12-19T17:00:00Z\t0", "window\tPW\tNI\t\t2025-08-22T17:00:00Z\t\t0",
	"window\tPW\tNI\t\t2025-08-22T17:00:00Z\t2025-12-19T17:00:00Z\t",
	"window\tPW\tNI\t\t2025-08-22T17:00:00Z\t2025-12-19T17:00:00Z\t-1",
	"window\tPW\tNI\t\t2025-08-22T17:00:00Z\t2025-12-19T17:00:00Z\t43201",
	"window\tPW\tNI\t99\t2025-08-22T17:00:00Z\t2025-12-19T17:00:00Z\t0",
	"window\tPW\t\t\t2025-08-22T17:00:00Z\t2025-12-19T17:00:00Z\t0",
	"window\t\tNI\t\t2025-08-22T17:00:00Z\t2025-12-19T17:00:00Z\t0",
	"window\tPW\tNI\t\t2025-08-22T17:00:00Z\t2025-12-19T17:00:00Z\t0\tno"};

Test(rulebook, refuses_lines_that_do_not_fit_their_table)
{
	for (size_t i = 0; i < LANTIK_COUNT(malformed); i++) {
		char text[256];
		snprintf(text, sizeof text, HEAD "%s\n", malformed[i]);
		expect_refused(text, LANTIK_E_MALFORMED, 2);
	}
}

/* Runs `what` on every line of the sample. */
static void each_line(void (*what)(const char *line))
{
	const char *at = sample + strlen(HEAD), *end;
	for (; (end = strchr(at, '\n')) != NULL; at = end + 1) {
		char line[256];
		snprintf(line, sizeof line, "%.*s", (int)(end - at), at);
		what(line);
	}
}

static void expect_exact_columns(const char *line)
{
	char text[300];
	const char *last = strrchr(line, '\t');
	snprintf(text, sizeof text, HEAD "%s\n", line);
	struct lantik_rulebook *book = parse(text);
	lantik_rulebook_free(&book);
	snprintf(text, sizeof text, HEAD "%s\tx\n", line);
	expect_refused(text, LANTIK_E_MALFORMED, 2);
	snprintf(text, sizeof text, HEAD "%s\t\n", line);
	expect_refused(text, LANTIK_E_MALFORMED, 2);
	snprintf(text, sizeof text, HEAD "%s \n", line);
	if (strcmp(last, "\t") != 0)
		expect_refused(text, LANTIK_E_MALFORMED, 2);
	snprintf(text, sizeof text, HEAD "%.*s\n", (int)(last - line), line);
	if (strcmp(last, "\tunverified") != 0)
		expect_refused(text, LANTIK_E_MALFORMED, 2);
}

Test(rulebook, every_line_has_its_columns_and_no_other)
{
	each_line(expect_exact_columns);
}

/* Two lines about one thing for one day; each line is good alone, and good after the other when that had ended. */
Test(rulebook, refuses_lines_that_contradict_each_other)
{
	static const char *const pairs[][2] = {
		{"agency\t6171\tkota\t03\t32\t\t", "agency\t6171\tkota\t05\t32\t\t"},
		{"agency\t6171\tkota\t03\t32\t\t2025-01-02", "agency\t6171\tkota\t03\t32\t2025-01-01\t"},
		{"agency\t6171\tkota\t03\t32\t2024-01-01\t", "agency\t6171\tkota\t03\t32\t2025-01-01\t2026-01-01"},
		{"category\tP\tR2\tadmitted\t\t", "category\tP\tR2\tfailed\t\t"},
		{"document\tP\tNI\t1\t\t", "document\tP\tNI\t1\t2025-01-01\t"},
		{"eligibility\tP\t\tyes\t\t\t\t", "eligibility\tP\t\tyes\t\t\t2025-01-01\t"},
		{"formation\t9901\tP\tguru\t1\t\t\t", "formation\t9901\tP\tguru\t2\t\t\t"},
		{"group\tpenata_layanan_operasional\t35", "group\tpenata_layanan_operasional\t40"},
		{"position\t00000000000000000000000000000001\t2\t\t\t\t\t\t\t",
			"position\t00000000000000000000000000000001\t4\t\t\t\t\t\t\t"},
		{"reason\t1\tdeceased", "reason\t1\tinactive"},
		{"unit\t00000000000000000000000000000001\t9901\t\t",
			"unit\t00000000000000000000000000000001\t9902\t\t"},
		{"unit\t00000000000000000000000000000001\t9901\t2025-01-01\t",
			"unit\t00000000000000000000000000000001\t9902\t\t2025-01-02"},
		{"wage\t32\t2025\t1\t\t", "wage\t32\t2025\t2\t\t"},
		{"window\tP\tNI\t\t2025-01-01T00:00:00Z\t2025-01-02T00:00:00Z\t0",
			"window\tP\tNI\t\t2025-01-01T00:00:00Z\t2025-01-03T00:00:00Z\t0"},
	};
	for (size_t i = 0; i < LANTIK_COUNT(pairs); i++) {
		char text[300];
		for (size_t one = 0; one < 2; one++) {
			snprintf(text, sizeof text, HEAD "%s\n", pairs[i][one]);
			struct lantik_rulebook *book = parse(text);
			lantik_rulebook_free(&book);
		}
		snprintf(text, sizeof text, HEAD "%s\n%s\n", pairs[i][0], pairs[i][1]);
		expect_refused(text, LANTIK_E_MALFORMED, 0);
	}
	/* What may stand side by side. */
	struct lantik_rulebook *book = parse(HEAD "kanreg\t03\t32\t\t\nkanreg\t03\t32\t\t\tunverified\nparameter\ta\t1"
						  "\t\t\nparameter\ta\t1\t2025-01-01\t\n"
						  "province\t91\nretired\t9101\nretired\t9102\nseverity\tN05\tOFF\t\t\t"
						  "\t\t\nseverity\tN05\tWARN\t\t\t\t\t\n"
						  "window\tP\tNI\t\t2025-01-01T00:00:00Z\t2025-01-09T00:00:00Z\t0\n"
						  "window\tP\tNI\t\t2025-01-02T00:00:00Z\t2025-01-09T00:00:00Z\t0\n");
	lantik_rulebook_free(&book);
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

static struct lantik_buffer many(const char *format, unsigned count)
{
	struct lantik_buffer text = {0};
	lantik_buffer_printf(&text, HEAD);
	for (unsigned i = 0; i < count; i++) {
		char line[128];
		snprintf(line, sizeof line, "%08u", i);
		for (const char *c = format; *c != '\0'; c++) {
			if (*c == '#')
				lantik_buffer_append(&text, line, 8);
			else
				lantik_buffer_append(&text, c, 1);
		}
	}
	cr_assert_eq(text.error, LANTIK_OK);
	return text;
}

static enum lantik_error parse_many(const char *format, unsigned count)
{
	struct lantik_buffer text = many(format, count);
	struct lantik_rulebook *book = NULL;
	unsigned line;
	enum lantik_error error = lantik_rulebook_parse(lantik_buffer_span(&text), &book, &line);
	lantik_rulebook_free(&book);
	lantik_buffer_free(&text);
	return error;
}

/* Rows that take more memory than their line have a bound of their own. */
Test(rulebook, has_a_bound_where_a_line_is_small_and_its_row_large)
{
	cr_expect_eq(parse_many("parameter\ta#\tb\t\t\n", LANTIK_MAX_PARAMETERS), LANTIK_OK);
	cr_expect_eq(parse_many("parameter\ta#\tb\t\t\n", LANTIK_MAX_PARAMETERS + 1), LANTIK_E_TOO_LARGE);
	cr_expect_eq(parse_many("severity\tA01.a#\tOFF\t\t\t\t\t\n", LANTIK_MAX_OVERRIDES), LANTIK_OK);
	cr_expect_eq(parse_many("severity\tA01.a#\tOFF\t\t\t\t\t\n", LANTIK_MAX_OVERRIDES + 1), LANTIK_E_TOO_LARGE);
}

/* The size for which the limit is made. The 27 MB parse in 0.2 s and 19 MB stay, 32 bytes a unit; a look-up takes 0.4
 * microseconds. Measured once with `clock_gettime` around lantik_rulebook_parse and two million random
 * lantik_rulebook_unit, and mallinfo2. */
Test(rulebook, holds_all_units_of_the_nation)
{
	struct lantik_buffer text = {0};
	lantik_buffer_printf(&text, HEAD);
	for (unsigned i = 0; i < 600000; i++) {
		char line[64];
		int len = snprintf(line, sizeof line, "unit\t%08x%024x\t%04u\t\t\n", i, i * 7919u, i % 10000);
		lantik_buffer_append(&text, line, (size_t)len);
	}
	struct lantik_rulebook *book = NULL;
	unsigned line;
	cr_assert_lt(text.len, LANTIK_MAX_RULEBOOK);
	cr_assert_eq(lantik_rulebook_parse(lantik_buffer_span(&text), &book, &line), LANTIK_OK);
	lantik_buffer_free(&text);
	for (unsigned i = 0; i < 600000; i += 997) {
		char hex[40], agency[5], expected[8];
		uint8_t id[16];
		snprintf(hex, sizeof hex, "%08x%024x", i, i * 7919u);
		snprintf(expected, sizeof expected, "%04u", i % 10000);
		unit_hex(hex, id, sizeof id);
		cr_assert(lantik_rulebook_unit(book, id, 20251001, agency), "%u", i);
		cr_assert_str_eq(agency, expected);
	}
	lantik_rulebook_free(&book);
}

/* Every question, so that a rulebook that was read has no row that a look-up stumbles over. */
static void ask_everything(const struct lantik_rulebook *book, struct unit_random *random)
{
	static const char *const words[] = {"PW2024", "9901", "9902", "6171", "", "R3", "TMS", "3273", "32", "05", "P",
		"a longer text than any key is", "list", "bup_default"};
	struct lantik_span one = span(words[unit_next(random) % LANTIK_COUNT(words)]);
	struct lantik_span other = span(words[unit_next(random) % LANTIK_COUNT(words)]);
	int32_t on = (int32_t)(19000101 + unit_next(random) % 2000000), types[3], decided;
	int64_t instant = (int64_t)(unit_next(random) % 7000000000000000u);
	uint8_t id[16] = {0};
	char agency[5];
	bool flag, admitted[3][3][3];
	id[15] = (uint8_t)(unit_next(random) % 3);
	(void)lantik_rulebook_agency(book, one, on);
	(void)lantik_rulebook_agency_known(book, one);
	(void)lantik_rulebook_region(book, one);
	(void)lantik_rulebook_serves(book, one, "32", on);
	(void)lantik_rulebook_serves_sure(book, "98", on);
	(void)lantik_rulebook_education(book, one);
	(void)lantik_rulebook_parameter_is(book, "list", one, on);
	(void)lantik_rulebook_number(book, words[unit_next(random) % LANTIK_COUNT(words)], 0, on);
	for (size_t i = 0; i < lantik_rulebook_override_count(book); i++)
		cr_assert(lantik_rulebook_override(book, i)->severity >= 0 &&
			  lantik_rulebook_override(book, i)->severity <= 4);
	(void)lantik_rulebook_window(book, one, (int32_t)(unit_next(random) % 6), other, instant, &flag);
	(void)lantik_rulebook_policy(book, one, other, on, admitted);
	const struct lantik_formation *formation = lantik_rulebook_formation(book, one, other, 1, on);
	cr_assert(formation == NULL || (formation->quota >= 0 && on >= formation->valid_from));
	(void)lantik_rulebook_formed(book, one, other, on, &decided);
	cr_assert_geq(lantik_rulebook_wage(book, one, 2025, on, &flag), 0);
	(void)lantik_rulebook_wages_of(book, 2025);
	const struct lantik_position *position = lantik_rulebook_position(book, id, on);
	cr_assert(position == NULL || strlen(position->min_golongan) < sizeof position->min_golongan);
	cr_assert(!lantik_rulebook_unit(book, id, on, agency) || strlen(agency) == 4);
	(void)lantik_rulebook_units_of(book, one);
	(void)lantik_rulebook_study(book, id);
	(void)lantik_rulebook_group_education(book, (int32_t)(unit_next(random) % 9), &flag);
	(void)lantik_rulebook_documents(book, one, (int32_t)(unit_next(random) % 6), on, types, 3);
	(void)lantik_rulebook_category(book, one, other, on);
	(void)lantik_rulebook_categories(book, one, on);
	(void)lantik_rulebook_reason(book, (int32_t)(unit_next(random) % 15));
	(void)lantik_rulebook_holiday(book, on);
}

/* On the heap and of exact length, so that AddressSanitizer sees any step beyond. */
static bool parse_bytes(const char *from, size_t len, struct unit_random *random)
{
	uint8_t *bytes = malloc(len ? len : 1);
	cr_assert(bytes);
	memcpy(bytes, from, len);
	struct lantik_rulebook *book = NULL;
	unsigned line;
	enum lantik_error error = lantik_rulebook_parse((struct lantik_span){bytes, len}, &book, &line);
	free(bytes);
	cr_assert_eq(error == LANTIK_OK, book != NULL);
	if (book != NULL)
		ask_everything(book, random);
	lantik_rulebook_free(&book);
	return error == LANTIK_OK;
}

Test(rulebook, survives_damaged_bytes)
{
	struct unit_random random = unit_random_start();
	static char text[sizeof sample];
	for (unsigned round = 0; round < 50000; round++) {
		memcpy(text, sample, sizeof sample);
		size_t len = sizeof sample - 1 - unit_next(&random) % 20;
		for (unsigned i = 0; i < 1 + round % 4; i++)
			text[unit_next(&random) % len] = (char)unit_next(&random);
		(void)parse_bytes(text, len, &random);
	}
}

#define MOST_LINES 128

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Puts another column, of any line, or a part of one, in the place of one column. */
static void change_column(char *line, size_t size, const char *const *lines, size_t count, struct unit_random *random)
{
	static const char *const odd[] = {"", "0", "9999", "2025-12-31", "2199-12-31", "1900-01-01", "unverified",
		"4294967296", "99999999999999999999", "-1", "ffffffffffffffffffffffffffffffff", "IV/e", "XVII", "NI"};
	char whole[512], copy[256];
	const char *donor = lines[unit_next(random) % count];
	char *start = line;
	for (uint64_t skip = unit_next(random) % 6; skip > 0 && strchr(start, '\t'); skip--)
		start = strchr(start, '\t') + 1;
	for (uint64_t skip = unit_next(random) % 6; skip > 0 && strchr(donor, '\t'); skip--)
		donor = strchr(donor, '\t') + 1;
	if (unit_next(random) % 2)
		donor = odd[unit_next(random) % LANTIK_COUNT(odd)];
	snprintf(copy, sizeof copy, "%.*s", (int)strcspn(donor, "\t"), donor);
	snprintf(whole, sizeof whole, "%.*s%s%s", (int)(start - line), line, copy, start + strcspn(start, "\t"));
	if (strlen(whole) < size)
		memcpy(line, whole, strlen(whole) + 1);
}

/* Damage that keeps the order of lines, so that it comes further than to the first comparison. */
Test(rulebook, survives_damaged_columns)
{
	struct unit_random random = unit_random_start();
	static char changed[MOST_LINES][256], text[sizeof sample + 1024];
	const char *lines[MOST_LINES];
	unsigned good = 0;
	for (unsigned round = 0; round < 30000; round++) {
		size_t count = 0, len;
		for (const char *at = sample + strlen(HEAD), *end; (end = strchr(at, '\n')) != NULL; at = end + 1) {
			cr_assert_lt(count, MOST_LINES);
			snprintf(changed[count], sizeof changed[count], "%.*s", (int)(end - at), at);
			lines[count] = changed[count];
			count++;
		}
		for (unsigned i = 0; i <= round % 3; i++)
			change_column(changed[unit_next(&random) % count], sizeof changed[0], lines, count, &random);
		qsort(lines, count, sizeof *lines, by_bytes);
		len = (size_t)snprintf(text, sizeof text, HEAD);
		for (size_t i = 0; i < count; i++)
			len += (size_t)snprintf(text + len, sizeof text - len, "%s\n", lines[i]);
		good += parse_bytes(text, len, &random);
	}
	cr_expect_gt(good, 1000, "the damage leaves some texts whole: %u", good);
}
