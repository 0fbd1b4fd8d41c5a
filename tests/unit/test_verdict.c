/* Tests of the verdict: its exact text, its way back, its counts, and that damaged text is refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "lantik/verdict.h"

static const char expected_text[] = "lantik-verdict 1\n"
				    "office kanreg-99\n"
				    "batch 01981c00-0000-7000-8000-00000000002a\n"
				    "agency 9901\n"
				    "kind PPPK_PW\n"
				    "step PERJANJIAN\n"
				    "outcome committed\n"
				    "records 10 0101010101010101010101010101010101010101010101010101010101010101\n"
				    "rulebook 0202020202020202020202020202020202020202020202020202020202020202\n"
				    "accepted 8\n"
				    "returned 1\n"
				    "review 1\n"
				    "not-checked B04.kanreg N04\n"
				    "finding B04.kanreg_unverified/W\n"
				    "record 2 accepted T03.digit:nama/W N05.birth_date:nik/W\n"
				    "record 7 returned N03.serial:nik/E N05.birth_date:nik/W\n"
				    "record 10 review N08.other_ni:nip/R D13.retroactive:tmt/W\n"
				    "end\n";

static const struct lantik_finding sample_findings[] = {
	{0, LANTIK_CASE_B04_kanreg_unverified, LANTIK_F_NONE, LANTIK_WARN},
	{2, LANTIK_CASE_T03_digit, LANTIK_F_nama, LANTIK_WARN},
	{2, LANTIK_CASE_N05_birth_date, LANTIK_F_nik, LANTIK_WARN},
	{7, LANTIK_CASE_N03_serial, LANTIK_F_nik, LANTIK_ERROR_ROW},
	{7, LANTIK_CASE_N05_birth_date, LANTIK_F_nik, LANTIK_WARN},
	{10, LANTIK_CASE_N08_other_ni, LANTIK_F_nip, LANTIK_REVIEW},
	{10, LANTIK_CASE_D13_retroactive, LANTIK_F_tmt, LANTIK_WARN},
};

static void mark_unchecked(struct lantik_verdict *verdict, enum lantik_case_id id)
{
	verdict->not_checked[id / 64] |= UINT64_C(1) << (id % 64);
}

static struct lantik_verdict sample_verdict(void)
{
	struct lantik_verdict verdict = {
		.office = lantik_span_of("kanreg-99"),
		.agency = lantik_span_of("9901"),
		.kind = LANTIK_PPPK_PW,
		.step = LANTIK_STEP_PERJANJIAN,
		.records = 10,
		.findings = sample_findings,
		.finding_count = LANTIK_COUNT(sample_findings),
	};
	unit_hex("01981c0000007000800000000000002a", verdict.batch_id, 16);
	memset(verdict.records_root, 1, LANTIK_HASH);
	memset(verdict.rulebook_sha256, 2, LANTIK_HASH);
	mark_unchecked(&verdict, LANTIK_CASE_B04_kanreg);
	mark_unchecked(&verdict, LANTIK_CASE_N04_province);
	mark_unchecked(&verdict, LANTIK_CASE_N04_district);
	lantik_verdict_count(&verdict);
	return verdict;
}

static void expect_text(const struct lantik_verdict *verdict, const char *expected)
{
	struct lantik_buffer text = {0};
	cr_assert_eq(lantik_verdict_format(verdict, &text), LANTIK_OK);
	lantik_buffer_append(&text, "", 1);
	cr_expect_str_eq((const char *)text.data, expected);
	lantik_buffer_free(&text);
}

Test(verdict, is_exactly_this_text)
{
	struct lantik_verdict verdict = sample_verdict();
	expect_text(&verdict, expected_text);
}

Test(verdict, comes_back_from_its_text)
{
	struct lantik_verdict verdict;
	struct lantik_findings findings;
	cr_assert_eq(lantik_verdict_parse(lantik_span_of(expected_text), &verdict, &findings), LANTIK_OK);
	cr_expect(lantik_span_is(verdict.office, "kanreg-99"));
	cr_expect_eq(verdict.kind, LANTIK_PPPK_PW);
	cr_expect_eq(verdict.step, LANTIK_STEP_PERJANJIAN);
	cr_expect_eq(verdict.records, 10);
	cr_expect_not(verdict.refused);
	cr_assert_eq(findings.count, LANTIK_COUNT(sample_findings));
	for (size_t i = 0; i < findings.count; i++) {
		cr_expect_eq(findings.items[i].record_no, sample_findings[i].record_no);
		cr_expect_eq(findings.items[i].case_id, sample_findings[i].case_id);
		cr_expect_eq(findings.items[i].field, sample_findings[i].field);
		cr_expect_eq(findings.items[i].severity, sample_findings[i].severity);
	}
	expect_text(&verdict, expected_text);
	lantik_findings_free(&findings);
}

/* --- outcomes --- */

/* Of two findings whose case says nothing of what they come to. */
static enum lantik_outcome outcome_of(enum lantik_severity a, enum lantik_severity b)
{
	struct lantik_finding findings[] = {{1, LANTIK_CASE_N01_length, LANTIK_F_nik, (uint8_t)a},
		{1, LANTIK_CASE_N05_birth_date, LANTIK_F_nik, (uint8_t)b}};
	return lantik_outcome_of(findings, 2);
}

Test(outcome, is_that_of_the_gravest_finding)
{
	cr_expect_eq(lantik_outcome_of(NULL, 0), LANTIK_ACCEPTED);
	cr_expect_eq(outcome_of(LANTIK_WARN, LANTIK_WARN), LANTIK_ACCEPTED);
	cr_expect_eq(outcome_of(LANTIK_REVIEW, LANTIK_WARN), LANTIK_IN_REVIEW);
	cr_expect_eq(outcome_of(LANTIK_REVIEW, LANTIK_ERROR_ROW), LANTIK_RETURNED);
	cr_expect_eq(outcome_of(LANTIK_ERROR_ROW, LANTIK_REVIEW), LANTIK_RETURNED);
	cr_expect_eq(outcome_of(LANTIK_WARN, LANTIK_FATAL), LANTIK_REFUSED);
	cr_expect_str_eq(lantik_outcome_word(LANTIK_IN_REVIEW), "review");
}

Test(verdict, counts_records_by_outcome)
{
	struct lantik_verdict verdict = sample_verdict();
	cr_expect_eq(verdict.accepted, 8);
	cr_expect_eq(verdict.returned, 1);
	cr_expect_eq(verdict.review, 1);
	cr_expect_not(verdict.refused);
	verdict.findings = NULL;
	verdict.finding_count = 0;
	lantik_verdict_count(&verdict);
	cr_expect_eq(verdict.accepted, 10);
}

Test(verdict, of_a_refused_batch_refuses_every_record)
{
	static const struct lantik_finding findings[] = {
		{0, LANTIK_CASE_B05_format, LANTIK_F_NONE, LANTIK_FATAL},
		{3, LANTIK_CASE_B08_agency, LANTIK_F_kode_instansi, LANTIK_FATAL},
		{4, LANTIK_CASE_N05_birth_date, LANTIK_F_nik, LANTIK_WARN},
	};
	struct lantik_verdict verdict = sample_verdict(), again;
	struct lantik_findings parsed;
	struct lantik_buffer text = {0};
	verdict.findings = findings;
	verdict.finding_count = LANTIK_COUNT(findings);
	verdict.agency = lantik_span_of("61\nend");
	verdict.kind = LANTIK_WORD_UNREADABLE;
	verdict.step = 0;
	lantik_verdict_count(&verdict);
	cr_expect(verdict.refused);
	cr_assert_eq(lantik_verdict_format(&verdict, &text), LANTIK_OK);
	lantik_buffer_append(&text, "", 1);
	cr_expect(strstr((const char *)text.data, "\nagency -\nkind -\nstep -\noutcome refused\n"));
	cr_expect(strstr((const char *)text.data, "\naccepted 0\nreturned 0\nreview 0\n"));
	cr_expect(strstr((const char *)text.data, "\nrecord 4 refused N05.birth_date:nik/W\nend\n"));
	cr_assert_eq(lantik_verdict_parse((struct lantik_span){text.data, text.len - 1}, &again, &parsed), LANTIK_OK);
	cr_expect(again.refused);
	cr_expect_eq(again.kind, 0);
	cr_expect_eq(parsed.count, 3);
	lantik_findings_free(&parsed);
	lantik_buffer_free(&text);
}

Test(verdict, does_not_show_what_stands_where_the_agency_should)
{
	struct lantik_verdict verdict = sample_verdict();
	struct lantik_buffer text = {0};
	verdict.agency = lantik_span_of("9901015505900001");
	cr_assert_eq(lantik_verdict_format(&verdict, &text), LANTIK_OK);
	cr_expect_null(memmem(text.data, text.len, "9901015505900001", 16));
	lantik_buffer_free(&text);
}

Test(verdict, says_when_the_buffer_is_full)
{
	struct lantik_verdict verdict = sample_verdict();
	struct lantik_buffer text = {.limit = 100};
	cr_expect_eq(lantik_verdict_format(&verdict, &text), LANTIK_E_TOO_LARGE);
	lantik_buffer_free(&text);
}

/* --- damage --- */

/* The sample with one part replaced. */
static enum lantik_error parse_with(const char *from, const char *to)
{
	struct lantik_verdict verdict;
	struct lantik_findings findings = {0};
	char text[4096];
	const char *at = strstr(expected_text, from);
	cr_assert(at, "%s", from);
	snprintf(text, sizeof text, "%.*s%s%s", (int)(at - expected_text), expected_text, to, at + strlen(from));
	enum lantik_error error = lantik_verdict_parse(lantik_span_of(text), &verdict, &findings);
	lantik_findings_free(&findings);
	return error;
}

Test(verdict, of_another_version_is_told)
{
	cr_expect_eq(parse_with("lantik-verdict 1", "lantik-verdict 2"), LANTIK_E_BAD_VERSION);
}

/* Rules are added without a new version: what this build does not know is counted and shown, never refused. */
Test(verdict, counts_what_this_build_does_not_know)
{
	static const char *const news[][3] = {{"T03.digit:nama", "T03.emoji:nama", "T03.emoji:nama"},
		{"T03.digit:nama", "Z03.digit", "Z03.digit"}, {"T03.digit:nama", "T03.digit:name", "T03.digit:name"},
		{"N03.serial:nik/E N05.birth_date:nik/W", "Q99.new_case:nik/E", "Q99.new_case:nik"},
		{"B04.kanreg_unverified", "B99.seal", "B99.seal"}, {" N04", " Z04", ""}, {" N04", " N04.seal", ""}};
	for (size_t i = 0; i < LANTIK_COUNT(news); i++) {
		struct lantik_verdict verdict;
		struct lantik_findings findings = {0};
		char text[4096];
		const char *at = strstr(expected_text, news[i][0]);
		snprintf(text, sizeof text, "%.*s%s%s", (int)(at - expected_text), expected_text, news[i][1],
			at + strlen(news[i][0]));
		cr_assert_eq(
			lantik_verdict_parse(lantik_span_of(text), &verdict, &findings), LANTIK_OK, "%s", news[i][1]);
		cr_expect_eq(verdict.unknown, news[i][2][0] ? 1 : 0, "%s", news[i][1]);
		cr_expect(lantik_span_is(verdict.unknown_names[0], news[i][2]), "%s", news[i][1]);
		cr_expect_eq(verdict.returned, 1, "the letter counts");
		lantik_findings_free(&findings);
	}
}

Test(verdict, refuses_names_that_are_none)
{
	static const char *const names[] = {"T3.digit", "t03.digit", "T03.", "T03", "T03digit", "T03.Digit", "T03.a-b",
		"T03.digit:", "T03.digit:na.ma", "T03.digit:a:b", "XT03.digit"};
	for (size_t i = 0; i < LANTIK_COUNT(names); i++)
		cr_expect_eq(parse_with("T03.digit:nama", names[i]), LANTIK_E_MALFORMED, "%s", names[i]);
	cr_expect_eq(parse_with("B04.kanreg N04", "B04.kanreg ZZ4"), LANTIK_E_MALFORMED);
	cr_expect_eq(parse_with("B04.kanreg N04", "B04.Kanreg N04"), LANTIK_E_MALFORMED);
}

Test(verdict, has_one_spelling)
{
	static const char *const damage[][2] = {{"office ", "office  "}, {"office kanreg-99\n", ""}, {"0198", "019A"},
		{"agency 9901\n", "agency \n"}, {"PPPK_PW", "pppk_pw"}, {"PPPK_PW", "PPPK Paruh Waktu"},
		{"committed", "accepted"}, {"committed", "refused"}, {"records 10 ", "records 010 "},
		{"records 10 ", "records 10  "}, {"records 10 ", "records 9 "}, {"0202", "02G2"},
		{"accepted 8", "accepted 9"}, {"accepted 8", "accepted +8"}, {"returned 1\n", "returned 0\n"},
		{"review 1\n", "review 4294967297\n"}, {"B04.kanreg N04", "N04 B04.kanreg"},
		{"B04.kanreg N04", "B04.kanreg  N04"}, {"B04.kanreg N04", "B04.kanreg B04.kanreg"},
		{"not-checked B04.kanreg N04", "not-checked "}, {"record 7 ", "record 2 "}, {"record 7 ", "record 1 "},
		{"record 10 ", "record 11 "}, {"record 2 ", "record 0 "}, {"record 2 accepted", "record 2 approved"},
		{" T03.digit:nama/W N05.birth_date:nik/W\nrecord 7", "\nrecord 7"},
		{"T03.digit:nama", "T03.digit:NAMA"}, {"T03.digit:nama/W", "T03.digit:nama"},
		{"T03.digit:nama/W", "T03.digit:nama/w"}, {"T03.digit:nama/W", "T03.digit:nama/"},
		{"T03.digit:nama/W", "T03.digit:nama/WW"}, {"T03.digit:nama/W", "T03.digit:nama/-"},
		{"T03.digit:nama/W", "T03.digit:nama/E"}, {"N03.serial:nik/E", "N03.serial:nik/W"},
		{"N03.serial:nik/E", "N03.serial:nik/R"}, {"N03.serial:nik/E", "N03.serial:nik/F"},
		{"kanreg_unverified/W", "kanreg_unverified/F"}, {"T03.digit:nama", "N05.birth_date:nik"}, {"end\n", ""},
		{"end\n", "end"}, {"end\n", "end\nend\n"},
		{"finding B04.kanreg_unverified/W\nrecord 2",
			"record 2 accepted N06.sex:nik/W\nfinding B04.kanreg_unverified/W\nrecord 3"}};
	for (size_t i = 0; i < LANTIK_COUNT(damage); i++) {
		enum lantik_error error = parse_with(damage[i][0], damage[i][1]);
		bool spelled = i == 0; /* an office's name may begin with a blank */
		cr_expect_eq(error, spelled ? LANTIK_OK : LANTIK_E_MALFORMED, "`%s` for `%s`: %d", damage[i][1],
			damage[i][0], (int)error);
	}
}

Test(verdict, survives_any_damage)
{
	struct unit_random random = unit_random_start();
	for (unsigned round = 0; round < 50000; round++) {
		size_t len =
			sizeof expected_text - 1 - (round % 3 ? 0 : unit_next(&random) % (sizeof expected_text - 1));
		uint8_t *bytes = malloc(len);
		cr_assert(bytes);
		memcpy(bytes, expected_text, len);
		for (unsigned i = 0; i < 1 + round % 3; i++)
			bytes[unit_next(&random) % len] = (uint8_t)unit_next(&random);
		struct lantik_verdict verdict;
		struct lantik_findings findings = {0};
		if (lantik_verdict_parse((struct lantik_span){bytes, len}, &verdict, &findings) == LANTIK_OK) {
			struct lantik_buffer text = {0};
			cr_assert_eq(lantik_verdict_format(&verdict, &text), LANTIK_OK);
			lantik_buffer_free(&text);
		}
		free(bytes);
		lantik_findings_free(&findings);
	}
}
