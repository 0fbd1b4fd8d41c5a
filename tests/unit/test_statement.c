/* Tests of a decision's statement: its exact text, its way back, and that damaged or contradictory text is refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "lantik/statement.h"

#define HEAD                                                                                                           \
	"lantik-decision 1\n"                                                                                          \
	"office kanreg-99\n"                                                                                           \
	"decision 01981c00-0000-7000-8000-0000000000dd\n"                                                              \
	"batch 01981c00-0000-7000-8000-00000000002a\n"                                                                 \
	"leaf 6\n"                                                                                                     \
	"agency 9971\n"                                                                                                \
	"kind PPPK_PW\n"                                                                                               \
	"step NI\n"
#define RULEBOOK "rulebook 0202020202020202020202020202020202020202020202020202020202020202\n"

static const char expected_text[] =
	HEAD "act replay\n"
	     "official Sekar Contoh\n"
	     "position Kepala Bidang Mutasi\n"
	     "reason Tabel unit kerja diperbarui \xe2\x80\x94 periksa lagi\n" RULEBOOK "accepted 2\n"
	     "returned 1\n"
	     "review 1\n"
	     "rejected 0\n"
	     "record 2 accepted\n"
	     "record 3 accepted T03.digit:nama/W\n"
	     "record 7 returned N03.serial:nik/E N05.birth_date:nik/W\n"
	     "record 10 review N08.other_ni:nip/R\n"
	     "end\n";

static struct lantik_decided sample_records[] = {
	{2, LANTIK_ACCEPTED}, {3, LANTIK_ACCEPTED}, {7, LANTIK_RETURNED}, {10, LANTIK_IN_REVIEW}};
static struct lantik_finding sample_findings[] = {
	{3, LANTIK_CASE_T03_digit, LANTIK_F_nama, LANTIK_WARN},
	{7, LANTIK_CASE_N03_serial, LANTIK_F_nik, LANTIK_ERROR_ROW},
	{7, LANTIK_CASE_N05_birth_date, LANTIK_F_nik, LANTIK_WARN},
	{10, LANTIK_CASE_N08_other_ni, LANTIK_F_nip, LANTIK_REVIEW},
};

static struct lantik_statement sample(void)
{
	struct lantik_statement statement = {
		.office = lantik_span_of("kanreg-99"),
		.batch_leaf_index = 6,
		.agency = lantik_span_of("9971"),
		.kind = LANTIK_PPPK_PW,
		.step = LANTIK_STEP_NI,
		.act = LANTIK_REPLAY,
		.official = lantik_span_of("Sekar Contoh"),
		.position = lantik_span_of("Kepala Bidang Mutasi"),
		.reason = lantik_span_of("Tabel unit kerja diperbarui \xe2\x80\x94 periksa lagi"),
		.records = sample_records,
		.record_count = LANTIK_COUNT(sample_records),
		.findings = {.items = sample_findings, .count = LANTIK_COUNT(sample_findings)},
	};
	unit_hex("01981c000000700080000000000000dd", statement.decision_id, 16);
	unit_hex("01981c0000007000800000000000002a", statement.batch_id, 16);
	memset(statement.rulebook_sha256, 2, LANTIK_HASH);
	return statement;
}

static enum lantik_error read_text(struct lantik_span text)
{
	struct lantik_statement statement;
	enum lantik_error error = lantik_statement_parse(text, &statement);
	if (error == LANTIK_OK)
		lantik_statement_free(&statement);
	return error;
}

static void expect_text(const struct lantik_statement *statement, const char *expected)
{
	struct lantik_buffer text = {0};
	cr_assert_eq(lantik_statement_format(statement, &text), LANTIK_OK);
	lantik_buffer_append(&text, "", 1);
	cr_expect_str_eq((const char *)text.data, expected);
	lantik_buffer_free(&text);
}

Test(statement, is_exactly_this_text)
{
	struct lantik_statement statement = sample();
	expect_text(&statement, expected_text);
}

Test(statement, comes_back_from_its_text)
{
	struct lantik_statement statement;
	cr_assert_eq(lantik_statement_parse(lantik_span_of(expected_text), &statement), LANTIK_OK);
	cr_expect(lantik_span_is(statement.office, "kanreg-99"));
	cr_expect(statement.batch_leaf_index == 6 && statement.act == LANTIK_REPLAY);
	cr_expect(lantik_span_is(statement.official, "Sekar Contoh"));
	cr_expect(
		statement.accepted == 2 && statement.returned == 1 && statement.review == 1 && statement.rejected == 0);
	cr_assert_eq(statement.record_count, LANTIK_COUNT(sample_records));
	cr_expect(statement.records[2].record_no == 7 && statement.records[2].outcome == LANTIK_RETURNED);
	cr_assert_eq(statement.findings.count, LANTIK_COUNT(sample_findings));
	cr_expect_eq(statement.findings.items[3].case_id, LANTIK_CASE_N08_other_ni);
	cr_expect_eq(statement.unknown, 0);
	expect_text(&statement, expected_text);
	lantik_statement_free(&statement);
}

Test(statement, says_when_no_position_is_given)
{
	struct lantik_decided records[] = {{1, LANTIK_REJECTED}};
	struct lantik_statement statement = sample(), back;
	struct lantik_buffer text = {0};
	statement.act = LANTIK_REJECT;
	statement.position = (struct lantik_span){0};
	statement.records = records;
	statement.record_count = 1;
	statement.findings.count = 0;
	cr_assert_eq(lantik_statement_format(&statement, &text), LANTIK_OK);
	cr_assert_eq(lantik_statement_parse(lantik_buffer_span(&text), &back), LANTIK_OK);
	cr_expect_eq(back.position.len, 0);
	cr_expect_eq(back.rejected, 1);
	lantik_statement_free(&back);
	lantik_buffer_free(&text);
}

/* --- what an official may write --- */

struct line {
	const char *text;
	bool ok;
};

static const struct line lines[] = {
	{"", false},
	{"-", true},
	{" ", true},
	{"reason accepted 9", true},
	{"lantik-decision 1", true},
	{"Ni Luh Nur\xe2\x80\x99"
	 "aini, S.Pd.",
		true},
	{"\xe6\xb1\xba\xe5\xae\x9a \xf0\x9f\x98\x80", true},
	{"two\nlines", false},
	{"a tab\t", false},
	{"a return\r", false},
	{"\x7f", false},
	{"next line \xc2\x85", false},
	{"\xc2\xa0 is a blank", true},
	{"line separator \xe2\x80\xa8", false},
	{"paragraph separator \xe2\x80\xa9", false},
	{"cut \xe2\x80", false},
	{"overlong \xc0\x8a", false},
	{"surrogate \xed\xa0\x80", false},
	{"\xff", false},
};

Test(statement, texts_are_one_line_of_valid_characters)
{
	for (size_t i = 0; i < LANTIK_COUNT(lines); i++) {
		struct lantik_statement statement = sample();
		struct lantik_buffer text = {0};
		statement.reason = lantik_span_of(lines[i].text);
		cr_expect_eq(lantik_statement_line_ok(statement.reason, 500), lines[i].ok, "%s", lines[i].text);
		enum lantik_error error = lantik_statement_format(&statement, &text);
		cr_expect_eq(error, lines[i].ok ? LANTIK_OK : LANTIK_E_MALFORMED, "%s", lines[i].text);
		if (lines[i].ok)
			cr_expect_eq(read_text(lantik_buffer_span(&text)), LANTIK_OK, "%s", lines[i].text);
		else
			cr_expect_eq(text.len, 0, "nothing is left of what was refused");
		lantik_buffer_free(&text);
	}
	cr_expect_not(lantik_statement_line_ok((struct lantik_span){(const uint8_t *)"a\0b", 3}, 500), "NUL");
}

static const struct line written[] = {
	{"Ni Luh Nur\xe2\x80\x99"
	 "aini, S.Pd.",
		true},
	{"-", true},
	{"\xe6\xb1\xba", true},
	{"a\xc2\xa0"
	 "b",
		true},
	{"", false},
	{" ", false},
	{" \xc2\xa0\xe2\x80\x83\xe3\x80\x80", false},
	{"two\nlines", false},
	{"turned \xe2\x80\xae gnol", false},
	{"isolated \xe2\x81\xa6"
	 "a",
		false},
	{"arabic mark \xd8\x9c", false},
	{"no width\xe2\x80\x8b", false},
	{"\xe2\x81\xa0", false},
	{"\xef\xbb\xbf"
	 "a",
		false},
};

Test(statement, an_official_writes_something_and_hides_nothing)
{
	for (size_t i = 0; i < LANTIK_COUNT(written); i++)
		cr_expect_eq(lantik_statement_written(lantik_span_of(written[i].text), LANTIK_MAX_REASON),
			written[i].ok, "%s", written[i].text);
	cr_expect_not(lantik_statement_written(lantik_span_of("abc"), 2), "too long");
}

/* Characters, not bytes. */
Test(statement, texts_have_a_greatest_length)
{
	char text[4 * (LANTIK_MAX_REASON + 1) + 1] = "";
	for (size_t i = 0; i < LANTIK_MAX_REASON; i++)
		memcpy(text + 4 * i, "\xf0\x9f\x98\x80", 5);
	cr_expect(lantik_statement_line_ok(lantik_span_of(text), LANTIK_MAX_REASON));
	memcpy(text + sizeof text - 5, "\xf0\x9f\x98\x80", 5);
	cr_expect_not(lantik_statement_line_ok(lantik_span_of(text), LANTIK_MAX_REASON));
	struct lantik_statement statement = sample();
	struct lantik_buffer buffer = {0};
	statement.official = (struct lantik_span){(const uint8_t *)text, 4 * (LANTIK_MAX_OFFICIAL + 1)};
	cr_expect_eq(lantik_statement_format(&statement, &buffer), LANTIK_E_MALFORMED);
	statement.official.len -= 4;
	cr_expect_eq(lantik_statement_format(&statement, &buffer), LANTIK_OK);
	lantik_buffer_free(&buffer);
}

/* --- contradictions --- */

/* The sample with one thing changed, formatted and then read. */
struct change {
	const char *was, *is;
};

static struct lantik_span changed(struct change change, struct lantik_buffer *ret)
{
	const char *at = strstr(expected_text, change.was);
	cr_assert(at, "%s", change.was);
	lantik_buffer_reset(ret);
	lantik_buffer_append(ret, expected_text, (size_t)(at - expected_text));
	lantik_buffer_append_span(ret, lantik_span_of(change.is));
	lantik_buffer_append_span(ret, lantik_span_of(at + strlen(change.was)));
	return lantik_buffer_span(ret);
}

static const struct change malformed[] = {
	{"accepted 2", "accepted 3"},
	{"accepted 2", "accepted 02"},
	{"returned 1", "returned 0"},
	{"review 1", "review 4294967297"},
	{"rejected 0", "rejected 1"},
	{"rejected 0\n", ""},
	{"record 2 accepted\n", ""},
	{"record 2 accepted\n", "record 2 accepted\nrecord 2 accepted\n"},
	{"record 2 ", "record 3 "},
	{"record 2 ", "record 0 "},
	{"record 10 ", "record 10001 "},
	{"record 2 accepted", "record 2 accepted "},
	{"record 2 accepted", "record 2 refused"},
	{"record 2 accepted", "record 2 rejected"},
	{"record 2 accepted", "record 2"},
	{"T03.digit:nama/W", "T03.digit:nama"},
	{"T03.digit:nama/W", "T03.digit:nama/X"},
	{"T03.digit:nama/W", "T03.digit:nama/w"},
	{"T03.digit:nama/W", "T03.digit:/W"},
	{"T03.digit:nama/W", "T03.digit:NAMA/W"},
	{"T03.digit:nama/W", "/W"},
	{"T03.digit:nama/W", "T03.digit:nama/W  N05.birth_date:nik/W"},
	{"T03.digit:nama/W", "T03.digit:nama/W T03.digit:nama/W"},
	{"act replay", "act Replay"},
	{"act replay", "act -"},
	{"act replay", "act accept"},
	{"act replay", "act uji ulang"},
	{"kind PPPK_PW", "kind -"},
	{"step NI", "step penetapan NI"},
	{"agency 9971", "agency 997"},
	{"leaf 6", "leaf 9223372036854775808"},
	{"leaf 6", "leaf 06"},
	{"office kanreg-99", "office "},
	{"office kanreg-99", "office 012345678901234567890123456789012345678901"},
	{"-0000000000dd", "-0000000000DD"},
	{"rulebook 0202", "rulebook 020"},
	{"rulebook 0202", "rulebook 020A"},
	{"reason Tabel", "reason \xffTabel"},
	{"position Kepala Bidang Mutasi\n", ""},
	{"end\n", "end"},
	{"end\n", "end\n\n"},
	{"end\n", ""},
	{"\nend", "\nfinding B04.kanreg_unverified/W\nend"},
};

Test(statement, every_contradiction_is_refused)
{
	struct lantik_buffer text = {0};
	for (size_t i = 0; i < LANTIK_COUNT(malformed); i++)
		cr_expect_eq(read_text(changed(malformed[i], &text)), LANTIK_E_MALFORMED, "%s", malformed[i].is);
	cr_expect_eq(read_text(changed((struct change){"lantik-decision 1", "lantik-decision 2"}, &text)),
		LANTIK_E_BAD_VERSION);
	cr_expect_eq(read_text(changed((struct change){"lantik-decision 1", "lantik-verdict 1"}, &text)),
		LANTIK_E_BAD_VERSION);
	cr_expect_eq(read_text((struct lantik_span){0}), LANTIK_E_BAD_VERSION);
	lantik_buffer_free(&text);
}

Test(statement, an_act_decides_the_outcomes)
{
	static const enum lantik_outcome allowed[] = {[LANTIK_ACCEPT] = LANTIK_ACCEPTED,
		[LANTIK_RETURN] = LANTIK_RETURNED,
		[LANTIK_REJECT] = LANTIK_REJECTED};
	struct lantik_buffer text = {0};
	for (int32_t act = 0; act <= LANTIK_ACT_END; act++)
		for (unsigned outcome = 0; outcome <= LANTIK_REJECTED; outcome++) {
			struct lantik_decided record = {1, (enum lantik_outcome)outcome};
			struct lantik_statement statement = sample();
			statement.act = act;
			statement.records = &record;
			statement.record_count = 1;
			statement.findings.count = 0;
			bool replay = act == LANTIK_REPLAY && outcome != LANTIK_REJECTED && outcome != LANTIK_REFUSED;
			bool fits = act > 0 && act < LANTIK_REPLAY && allowed[act] == record.outcome;
			cr_expect_eq(lantik_statement_format(&statement, &text),
				replay || fits ? LANTIK_OK : LANTIK_E_MALFORMED, "act %d, outcome %u", act, outcome);
			lantik_buffer_reset(&text);
		}
	lantik_buffer_free(&text);
}

Test(statement, records_and_findings_must_belong_together)
{
	struct lantik_statement statement = sample();
	struct lantik_buffer text = {0};
	lantik_buffer_printf(&text, "before");
	statement.record_count = 0;
	cr_expect_eq(lantik_statement_format(&statement, &text), LANTIK_E_MALFORMED, "no record");
	statement.record_count = 3;
	cr_expect_eq(lantik_statement_format(&statement, &text), LANTIK_E_MALFORMED, "a finding of another record");
	cr_expect_eq(text.len, 6, "what stood before stays");
	statement.findings.count = 3;
	cr_expect_eq(lantik_statement_format(&statement, &text), LANTIK_OK);
	struct lantik_decided swapped[] = {{3, LANTIK_ACCEPTED}, {2, LANTIK_ACCEPTED}};
	statement.records = swapped;
	statement.record_count = 2;
	statement.findings.count = 0;
	cr_expect_eq(lantik_statement_format(&statement, &text), LANTIK_E_MALFORMED, "not ascending");
	lantik_buffer_free(&text);
}

/* A newer centre may know more rules; the outcome is in the record's word. */
Test(statement, unknown_findings_are_counted_and_named)
{
	struct lantik_buffer text = {0};
	struct lantik_statement statement;
	struct lantik_span bytes =
		changed((struct change){"T03.digit:nama/W", "Z99.new:colour/R Z99.new:nama/W"}, &text);
	cr_assert_eq(lantik_statement_parse(bytes, &statement), LANTIK_OK);
	cr_expect_eq(statement.unknown, 2);
	cr_expect(lantik_span_is(statement.unknown_names[0], "Z99.new:colour"));
	cr_expect_eq(statement.findings.count, 3);
	lantik_statement_free(&statement);
	lantik_buffer_free(&text);
}

/* --- hostile texts --- */

Test(statement, a_text_past_the_limits_is_refused)
{
	struct lantik_buffer text = {0};
	uint8_t *large = lantik_buffer_extend(&text, LANTIK_MAX_RECEIPT + 1);
	memset(large, 'x', LANTIK_MAX_RECEIPT + 1);
	cr_expect_eq(read_text(lantik_buffer_span(&text)), LANTIK_E_TOO_LARGE);
	lantik_buffer_reset(&text);
	lantik_buffer_printf(&text, HEAD "act reject\nofficial A\nposition -\nreason B\n" RULEBOOK
					 "accepted 0\nreturned 0\nreview 0\nrejected 10001\n");
	for (unsigned i = 1; i <= LANTIK_MAX_RECORDS + 1; i++)
		lantik_buffer_printf(&text, "record %u rejected\n", i);
	lantik_buffer_printf(&text, "end\n");
	cr_expect_eq(read_text(lantik_buffer_span(&text)), LANTIK_E_MALFORMED);
	lantik_buffer_free(&text);
}

/* Whatever is accepted after a change says the same again when it is written. */
Test(statement, a_changed_text_is_refused_or_says_something_else)
{
	struct unit_random random = unit_random_start();
	uint8_t bytes[sizeof expected_text - 1];
	for (int round = 0; round < 40000; round++) {
		struct lantik_statement statement;
		struct lantik_buffer again = {0};
		memcpy(bytes, expected_text, sizeof bytes);
		for (unsigned changes = 1 + unit_next(&random) % 3; changes > 0; changes--)
			bytes[unit_next(&random) % sizeof bytes] ^= (uint8_t)(1u << unit_next(&random) % 8);
		struct lantik_span text = {bytes, sizeof bytes - unit_next(&random) % 2};
		if (lantik_statement_parse(text, &statement) != LANTIK_OK)
			continue;
		if (statement.unknown == 0) {
			cr_assert_eq(lantik_statement_format(&statement, &again), LANTIK_OK);
			cr_assert(lantik_span_equal(lantik_buffer_span(&again), text));
		}
		lantik_buffer_free(&again);
		lantik_statement_free(&statement);
	}
}

Test(statement, fits_its_leaf_or_does_not)
{
	struct lantik_statement statement = sample();
	struct lantik_decision_leaf leaf = {
		.leaf_index = 9, .office = statement.office, .batch_leaf_index = 6, .rows = 2};
	lantik_statement_count(&statement);
	cr_expect_eq(statement.accepted, 2);
	memcpy(leaf.decision_id, statement.decision_id, 16);
	memcpy(leaf.batch_id, statement.batch_id, 16);
	memcpy(leaf.rulebook_sha256, statement.rulebook_sha256, LANTIK_HASH);
	cr_expect(lantik_statement_fits(&statement, &leaf));
	struct lantik_decision_leaf others[6] = {leaf, leaf, leaf, leaf, leaf, leaf};
	others[0].office = lantik_span_of("kanreg-98");
	others[1].decision_id[0] ^= 1;
	others[2].batch_id[15] ^= 1;
	others[3].batch_leaf_index = 5;
	others[4].rulebook_sha256[31] ^= 1;
	others[5].rows = 3;
	for (size_t i = 0; i < LANTIK_COUNT(others); i++)
		cr_expect_not(lantik_statement_fits(&statement, &others[i]), "%zu", i);
}
