/* Tests of the rule table, the list of findings, the limits of a check, hostile values, and the speed of a batch.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <time.h>

#include "lantik/verdict.h"

/* 2025-10-15 12:00 in Asia/Jakarta. */
#define RECEIVED INT64_C(1760504400000000)

static struct lantik_manifest good_manifest(int32_t rows)
{
	return (struct lantik_manifest){
		.schema_version = lantik_span_of(LANTIK_SCHEMA_VERSION),
		.kanreg_id = lantik_span_of("99"),
		.kode_instansi = lantik_span_of("9901"),
		.kind = LANTIK_PPPK_PW,
		.step = LANTIK_STEP_NI,
		.row_count = rows,
	};
}

static struct lantik_record good_record(struct lantik_span nik)
{
	return (struct lantik_record){
		.nik = nik,
		.nip = lantik_span_of("199005152025212001"),
		.nama = lantik_span_of("SITI RAHMAWATI"),
		.tgl_lahir = 19900515,
		.jenis_kelamin = lantik_span_of("F"),
		.tmt = 20251001,
	};
}

static struct lantik_rulebook *small_rulebook(void)
{
	struct lantik_rulebook *rulebook = NULL;
	unsigned line;
	enum lantik_error error = lantik_rulebook_parse(lantik_span_of("lantik-rulebook 1\n"
								       "agency\t9901\tkota\t99\t99\t\t\n"
								       "district\t990101\n"
								       "kanreg\t99\t99\t\t\n"
								       "parameter\tni_pppk_kk\t21\t\t\n"
								       "province\t99\n"
								       "regency\t9901\n"),
		&rulebook, &line);
	cr_assert_eq(error, LANTIK_OK);
	return rulebook;
}

/* --- the table --- */

static void expect_text(const char *const *text, const char *name)
{
	for (int language = LANTIK_ENGLISH; language <= LANTIK_INDONESIAN; language++)
		cr_expect(text[language] && strlen(text[language]) > 8, "%s lacks a text", name);
	cr_expect_str_neq(text[LANTIK_ENGLISH], text[LANTIK_INDONESIAN], "%s", name);
}

Test(rule_table, every_rule_is_complete_and_its_code_unique)
{
	cr_assert_gt(lantik_rule_count, 40);
	for (size_t i = 0; i < lantik_rule_count; i++) {
		const struct lantik_rule *rule = &lantik_rules[i];
		expect_text(rule->title, rule->code);
		cr_expect_eq(strlen(rule->code), 3);
		cr_expect(rule->kinds != 0 && (rule->kinds & ~0x3Eu) == 0, "%s", rule->code);
		cr_expect(rule->steps != 0 && (rule->steps & ~0x3Eu) == 0, "%s", rule->code);
		cr_expect(strchr("SDU", rule->certainty) && rule->source[0], "%s", rule->code);
		for (size_t j = 0; j < i; j++)
			cr_expect_str_neq(rule->code, lantik_rules[j].code);
	}
}

Test(rule_table, cases_follow_their_rules_and_are_found_by_name)
{
	const struct lantik_rule *last = lantik_rules;
	char name[64];
	for (unsigned id = 0; id < LANTIK_CASE_COUNT; id++) {
		const struct lantik_case *item = lantik_case_of((enum lantik_case_id)id);
		lantik_case_format((enum lantik_case_id)id, name);
		cr_expect(item->rule >= last, "%s stands before a case of an earlier rule", name);
		cr_expect_eq(lantik_case_find(lantik_span_of(name)), id, "%s", name);
		expect_text(item->expected, name);
		last = item->rule;
	}
	cr_expect_eq(lantik_case_find(lantik_span_of("N05.nothing")), LANTIK_CASE_COUNT);
	cr_expect_eq(lantik_case_find(lantik_span_of("N05")), LANTIK_CASE_COUNT);
	cr_expect_eq(lantik_case_find(lantik_span_of("")), LANTIK_CASE_COUNT);
	cr_expect_eq(lantik_case_find(lantik_span_of("N05.birth_date ")), LANTIK_CASE_COUNT);
}

/* What nobody can judge of a batch of part-time PPPK, as a verdict says it. */
static void expect_not_checked(const struct lantik_rulebook *rulebook, const char *expected)
{
	struct lantik_manifest manifest = good_manifest(0);
	struct lantik_verdict verdict = {.office = lantik_span_of("kanreg-99")};
	struct lantik_buffer text = {0};
	struct lantik_check *check = lantik_check_new(rulebook, &manifest, RECEIVED);
	lantik_check_not_checked(check, verdict.not_checked);
	lantik_check_free(&check);
	cr_assert_eq(lantik_verdict_format(&verdict, &text), LANTIK_OK);
	lantik_buffer_append(&text, "", 1);
	const char *line = strstr((const char *)text.data, "not-checked ");
	cr_assert(line);
	cr_expect(strncmp(line + strlen("not-checked "), expected, strlen(expected)) == 0, "%s", line);
	lantik_buffer_free(&text);
}

Test(rule_table, a_rule_without_its_table_is_not_checked)
{
	struct lantik_rulebook *nothing = lantik_rulebook_empty(), *small = small_rulebook();
	expect_not_checked(nothing,
		"B04 B05.unknown B05.inactive B06 B07 B09 N04 P05.unlisted K03 K04 K05 K06 J03 J04 W02 "
		"S04 S07\n");
	expect_not_checked(small, "B06 B07 B09 K03 K04 K05 K06 J03 J04 W02 S04 S07\n");
	lantik_rulebook_free(&nothing);
	lantik_rulebook_free(&small);
}

/* --- findings --- */

Test(findings, are_sorted_by_record_case_and_field_without_duplicates)
{
	struct lantik_findings findings = {0};
	lantik_findings_sort(&findings);
	lantik_findings_add(&findings, 2, LANTIK_CASE_N01_length, LANTIK_ERROR_ROW, LANTIK_F_nik);
	lantik_findings_add(&findings, 1, LANTIK_CASE_P01_length, LANTIK_ERROR_ROW, LANTIK_F_nip);
	lantik_findings_add(&findings, 0, LANTIK_CASE_B05_unknown, LANTIK_ERROR_ROW, LANTIK_F_NONE);
	lantik_findings_add(&findings, 1, LANTIK_CASE_T08_too_long, LANTIK_ERROR_ROW, LANTIK_F_unor_nama);
	lantik_findings_add(&findings, 2, LANTIK_CASE_N01_length, LANTIK_ERROR_ROW, LANTIK_F_nik);
	lantik_findings_add(&findings, 1, LANTIK_CASE_T08_too_long, LANTIK_ERROR_ROW, LANTIK_F_nama_sek);
	lantik_findings_sort(&findings);
	static const struct lantik_finding expected[] = {
		{0, LANTIK_CASE_B05_unknown, LANTIK_F_NONE, LANTIK_ERROR_ROW},
		{1, LANTIK_CASE_T08_too_long, LANTIK_F_nama_sek, LANTIK_ERROR_ROW},
		{1, LANTIK_CASE_T08_too_long, LANTIK_F_unor_nama, LANTIK_ERROR_ROW},
		{1, LANTIK_CASE_P01_length, LANTIK_F_nip, LANTIK_ERROR_ROW},
		{2, LANTIK_CASE_N01_length, LANTIK_F_nik, LANTIK_ERROR_ROW},
	};
	cr_assert_eq(findings.count, LANTIK_COUNT(expected));
	for (size_t i = 0; i < LANTIK_COUNT(expected); i++) {
		cr_expect_eq(findings.items[i].record_no, expected[i].record_no);
		cr_expect_eq(findings.items[i].case_id, expected[i].case_id);
		cr_expect_eq(findings.items[i].field, expected[i].field);
		cr_expect_eq(findings.items[i].severity, expected[i].severity);
	}
	lantik_findings_free(&findings);
	cr_assert(!findings.items && !findings.count && !findings.capacity);
}

/* Every text begins like a formula and every number is unreadable: far more than a record may hold. */
static struct lantik_record broken_record(void)
{
	struct lantik_record record = {0};
	for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++) {
		void *member = lantik_member_mutable(&record, &lantik_record_fields[i]);
		if (lantik_record_fields[i].type == LANTIK_TEXT)
			*(struct lantik_span *)member = lantik_span_of("=x\n");
		else if (lantik_record_fields[i].type == LANTIK_DATE)
			*(int32_t *)member = LANTIK_UNREADABLE;
	}
	record.kode_instansi = lantik_span_of("9902");
	return record;
}

Test(findings, of_one_record_are_bounded_and_keep_what_decides)
{
	struct lantik_rulebook *rulebook = small_rulebook();
	struct lantik_manifest manifest = good_manifest(2);
	struct lantik_record record = broken_record();
	struct lantik_findings findings = {0};
	struct lantik_check *check = lantik_check_new(rulebook, &manifest, RECEIVED);
	cr_assert(check);
	lantik_check_record(check, 1, &record, &findings);
	cr_expect_leq(findings.count, LANTIK_MAX_FINDINGS_PER_RECORD);
	cr_expect_geq(findings.count, 8);
	cr_expect_eq(findings.items[0].case_id, LANTIK_CASE_B08_agency);
	lantik_check_free(&check);
	lantik_findings_free(&findings);
	lantik_rulebook_free(&rulebook);
}

/* Said of a record by both ends; what the register adds, it adds to records that have nothing but warnings. */
static bool is_of_a_record(const struct lantik_case *item)
{
	bool batch = item->rule->layer == LANTIK_LAYER_BATCH && item->rule->code[0] == 'B';
	return !batch && item->rule->layer != LANTIK_LAYER_CENTRAL && strcmp(item->name, "rounded_column") != 0;
}

Test(findings, of_a_whole_batch_fit_into_a_receipt)
{
	size_t name = 0, field = 0;
	for (unsigned id = 0; id < LANTIK_CASE_COUNT; id++) {
		char text[64];
		lantik_case_format((enum lantik_case_id)id, text);
		if (is_of_a_record(lantik_case_of((enum lantik_case_id)id)) && strlen(text) > name)
			name = strlen(text);
	}
	for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++)
		field = strlen(lantik_record_fields[i].name) > field ? strlen(lantik_record_fields[i].name) : field;
	size_t item = name + field + strlen(" :/E"), all_cases = (size_t)LANTIK_CASE_COUNT * (name + 1);
	size_t record = strlen("record 10000 returned\n") + LANTIK_MAX_FINDINGS_PER_RECORD * item;
	cr_expect_geq(name, 15);
	cr_expect_lt(LANTIK_MAX_RECORDS * record + all_cases + LANTIK_MAX_NOTE + 65536, LANTIK_MAX_RECEIPT,
		"%zu a record", record);
}

Test(findings, name_a_nik_that_comes_back_at_the_end_of_a_full_batch)
{
	static char niks[LANTIK_MAX_RECORDS][17];
	struct lantik_rulebook *rulebook = small_rulebook();
	struct lantik_manifest manifest = good_manifest(LANTIK_MAX_RECORDS);
	struct lantik_findings findings = {0};
	struct lantik_check *check = lantik_check_new(rulebook, &manifest, RECEIVED);
	cr_assert(check);
	for (unsigned i = 0; i < LANTIK_MAX_RECORDS; i++) {
		unsigned serial = i + 1 < LANTIK_MAX_RECORDS ? i : 4711;
		snprintf(niks[i], sizeof niks[i], "990101%s%04u", serial < 5000 ? "550590" : "560590",
			serial % 5000 + 1);
		struct lantik_record record = good_record(lantik_span_of(niks[i]));
		lantik_check_record(check, i + 1, &record, &findings);
	}
	lantik_check_finish(check, &findings);
	size_t twice = 0;
	for (size_t i = 0; i < findings.count; i++) {
		if (findings.items[i].case_id != LANTIK_CASE_N07_twice)
			continue;
		cr_expect_eq(findings.items[i].record_no, twice == 0 ? 4712u : LANTIK_MAX_RECORDS);
		twice++;
	}
	cr_expect_eq(twice, 2);
	lantik_check_free(&check);
	lantik_findings_free(&findings);
	lantik_rulebook_free(&rulebook);
}

/* --- text --- */

static void expect_normal(const char *before, const char *after, bool reported)
{
	struct lantik_span cell = lantik_span_of(before);
	cr_expect_eq(lantik_text_normalise(&cell), reported, "`%s`", before);
	cr_expect(lantik_span_is(cell, after), "`%s` became `%.*s`", before, (int)cell.len, (const char *)cell.data);
}

Test(text, is_normalised_as_spreadsheets_need)
{
	expect_normal("", "", false);
	expect_normal("Ma'ruf", "Ma'ruf", false);
	expect_normal("  Siti \t\r\n", "Siti", false);
	expect_normal("\xc2\xa0Siti\xc2\xa0 ", "Siti", false);
	expect_normal("'3273010101010001", "3273010101010001", true);
	expect_normal("''Aisyah", "'Aisyah", true);
	expect_normal("' 05", "05", true);
	expect_normal("'", "", true);
	expect_normal("null", "", true);
	expect_normal(" NULL ", "", true);
	expect_normal("'null", "", true);
	expect_normal("-", "", true);
	expect_normal("Nullah", "Nullah", false);
	expect_normal("--", "--", false);
	expect_normal("\xc2", "\xc2", false);
	expect_normal("\xa0", "\xa0", false);
}

static unsigned count_case(struct lantik_span name, enum lantik_case_id case_id)
{
	struct lantik_rulebook *rulebook = lantik_rulebook_empty();
	struct lantik_manifest manifest = good_manifest(1);
	struct lantik_record record = good_record(lantik_span_of("9901015505900001"));
	struct lantik_findings findings = {0};
	struct lantik_check *check = lantik_check_new(rulebook, &manifest, RECEIVED);
	unsigned count = 0;
	record.nama = name;
	lantik_check_record(check, 1, &record, &findings);
	for (size_t i = 0; i < findings.count; i++)
		count += findings.items[i].case_id == case_id;
	lantik_findings_free(&findings);
	lantik_check_free(&check);
	lantik_rulebook_free(&rulebook);
	return count;
}

/* Encodes as RFC 3629 does, without its exclusions. */
static size_t encode(uint32_t point, uint8_t ret[4])
{
	if (point < 0x80) {
		ret[0] = (uint8_t)point;
		return 1;
	}
	size_t len = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	static const uint8_t marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
	for (size_t i = len - 1; i > 0; i--, point >>= 6)
		ret[i] = (uint8_t)(0x80 | (point & 0x3F));
	ret[0] = (uint8_t)(marks[len] | point);
	return len;
}

Test(text, is_utf8_exactly_when_it_encodes_a_character)
{
	for (uint32_t point = 0; point < 0x1FFFFF; point += point < 0x10000 ? 1 : 251) {
		uint8_t bytes[5] = {'A'};
		size_t len = 1 + encode(point, bytes + 1);
		bool character = point != 0 && point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
		cr_assert_eq(count_case((struct lantik_span){bytes, len}, LANTIK_CASE_B01_utf8), !character, "U+%04X",
			(unsigned)point);
	}
	static const char *const wrong[] = {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xc3", "\xe2\x82", "\xf0\x9f\x8f", "\xfe", "A\xff", "\xc3(",
		"\xe2\x28\xa1"};
	for (size_t i = 0; i < LANTIK_COUNT(wrong); i++)
		cr_assert_eq(count_case(lantik_span_of(wrong[i]), LANTIK_CASE_B01_utf8), 1, "text %zu", i);
}

/* --- hostile values --- */

static void random_member(struct unit_random *random, void *member, enum lantik_field_type type, uint8_t *bytes)
{
	static const char alphabet[] = "0123456789.,=+-@' eEPWS\xc3\xa9\x80\n";
	uint64_t value = unit_next(random);
	int32_t number = (int32_t)(value >> (value % 33));
	if (type == LANTIK_DATE && value % 3 == 0)
		number = lantik_date_from_days((int64_t)(value % 120000) - 30000);
	switch (type) {
	case LANTIK_DATE:
	case LANTIK_INT:
	case LANTIK_WORD:
		*(int32_t *)member = value % 5 == 0 ? LANTIK_UNREADABLE : number;
		break;
	case LANTIK_TIME:
	case LANTIK_MONEY:
		*(int64_t *)member = (int64_t)(value >> (value % 64));
		break;
	case LANTIK_TEXT:
	case LANTIK_ID:
	case LANTIK_HASH_FIELD:
		for (size_t i = 0; i < 20; i++)
			bytes[i] = (uint8_t)(value % 4 == 0
						     ? unit_next(random) % 10 + '0'
						     : (uint64_t)alphabet[unit_next(random) % (sizeof alphabet - 1)]);
		*(struct lantik_span *)member =
			(struct lantik_span){bytes, value % 4 == 0 ? 16 + value % 3 : value % 21};
		break;
	case LANTIK_DOCUMENTS:
		break;
	}
}

static struct lantik_rulebook *rulebook_of(const char *lines)
{
	struct lantik_rulebook *rulebook = NULL;
	char text[4096];
	unsigned line;
	snprintf(text, sizeof text, "lantik-rulebook 1\n%s", lines);
	cr_assert_eq(lantik_rulebook_parse(lantik_span_of(text), &rulebook, &line), LANTIK_OK, "line %u", line);
	return rulebook;
}

/* Every table says something of agency 9901 and programme P; the id of position, unit and study is sixteen zeros. */
static struct lantik_rulebook *full_rulebook(void)
{
	return rulebook_of("agency\t9901\tkota\t99\t99\t\t\n"
			   "category\tP\tR3\tadmitted\t\t\n"
			   "category\tP\tTMS\tfailed\t\t\n"
			   "district\t990101\n"
			   "document\tP\tNI\t7\t\t\n"
			   "education\t15\n"
			   "eligibility\tP\t\tyes\t\tyes\t\t\n"
			   "formation\t9901\tP\tguru\t1\t2025-09-01\t\t\n"
			   "group\tguru_tenaga_kependidikan\t35\tunverified\n"
			   "holiday\t2025-09-05\n"
			   "kanreg\t99\t99\t\t\n"
			   "parameter\tjenis_formasi_pppk_pw\t0210\t\t\n"
			   "parameter\tjenis_pengadaan_cpns\t01\t\t\n"
			   "parameter\tni_pppk_kk\t21\t\t\n"
			   "parameter\tstatus_usulan_ditolak\t6\t\t\n"
			   "position\t00000000000000000000000000000000\t2\t40\tIII/a\tIII/d\t60\t30\t\t\tunverified\n"
			   "province\t99\n"
			   "reason\t1\tdeceased\n"
			   "severity\tN05\tERROR\t\t\t\t\t\n"
			   "severity\tT01\tWARN\t\t\t\t\t\n"
			   "severity\tT06\tOFF\t\t\t\t\t\n"
			   "severity\tT08\tREVIEW\t\t\t\t\t\n"
			   "study\t00000000000000000000000000000000\n"
			   "unit\t00000000000000000000000000000000\t9901\t\t\n"
			   "wage\t99\t2025\t300000000\t\t\n"
			   "window\tP\tNI\t\t2025-01-01T00:00:00Z\t2025-10-01T00:00:00Z\t60\tunverified\n");
}

/* What leads beyond the first rules. */
static void make_likely(struct lantik_manifest *manifest, struct lantik_record *record)
{
	static const uint8_t known_id[16] = {0};
	manifest->programme = lantik_span_of("P");
	manifest->kode_instansi = lantik_span_of("9901");
	record->nik = lantik_span_of("9901015505900001");
	record->tgl_lahir = 19900515;
	record->tmt = record->tmt_jabatan = 20251001;
	record->jabatan_fungsional_id = record->unor_id = record->pendidikan_id =
		(struct lantik_span){known_id, sizeof known_id};
	record->tk_pendidikan_id = lantik_span_of("15");
	record->no_sk = lantik_span_of("800/1/2024");
}

/* A record that holds what cannot be stored never goes on, whatever else is wrong with it and however mild it is made.
 */
static void expect_storable(const struct lantik_record *record, const struct lantik_findings *findings, uint32_t number)
{
	bool held = false;
	for (size_t i = 0; i < findings->count; i++) {
		const struct lantik_finding *finding = &findings->items[i];
		held |= finding->record_no == number && finding->severity <= LANTIK_ERROR_ROW;
	}
	bool fits = record->nik.len == 16 && (record->nip.len == 0 || record->nip.len == 18) && record->tmt >= 0 &&
		    record->upah >= 0 && record->kelompok_lapor <= 3 && record->unor_id.len % 16 == 0;
	cr_assert(fits || held);
}

Test(check, survives_any_values)
{
	struct unit_random random = unit_random_start();
	static uint8_t bytes[LANTIK_FIELD_COUNT][20], manifest_bytes[64][20];
	struct lantik_rulebook *rulebook = full_rulebook();
	for (unsigned round = 0; round < 20000; round++) {
		struct lantik_manifest manifest = {0};
		struct lantik_record record = {0};
		struct lantik_findings findings = {0};
		for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++)
			random_member(&random, lantik_member_mutable(&record, &lantik_record_fields[i]),
				lantik_record_fields[i].type, bytes[i]);
		for (size_t i = 0; i < lantik_manifest_field_count; i++)
			random_member(&random, lantik_member_mutable(&manifest, &lantik_manifest_fields[i]),
				lantik_manifest_fields[i].type, manifest_bytes[i]);
		manifest.kind = (int32_t)(unit_next(&random) % 8) - 1;
		manifest.step = (int32_t)(unit_next(&random) % 8) - 1;
		if (unit_next(&random) % 2 == 0)
			make_likely(&manifest, &record);
		struct lantik_check *check = lantik_check_new(rulebook, &manifest, RECEIVED);
		lantik_check_manifest(check, &findings);
		lantik_check_record(check, 1, &record, &findings);
		lantik_check_record(check, 2, &record, &findings);
		lantik_check_finish(check, &findings);
		if (manifest.kind >= LANTIK_PPPK_PW && manifest.kind <= LANTIK_JF && manifest.step > 0 &&
			manifest.step < LANTIK_STEP_END)
			expect_storable(&record, &findings, 2);
		cr_assert_leq(findings.count, 2 * LANTIK_MAX_FINDINGS_PER_RECORD + LANTIK_CASE_COUNT);
		cr_assert_gt(findings.count, 0);
		lantik_check_free(&check);
		lantik_findings_free(&findings);
	}
	lantik_rulebook_free(&rulebook);
}

/* --- speed --- */

static double cpu_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static struct lantik_record full_record(struct lantik_span nik)
{
	struct lantik_record record = good_record(nik);
	for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++) {
		struct lantik_span *span = lantik_member_mutable(&record, &lantik_record_fields[i]);
		size_t len = (size_t)lantik_record_fields[i].extent;
		if (lantik_record_fields[i].type == LANTIK_TEXT && span->len == 0)
			*span = (struct lantik_span){
				(const uint8_t *)"Dinas Pendidikan dan Kebudayaan", len < 31 ? len : 31};
	}
	record.kode_instansi = lantik_span_of("9901");
	return record;
}

Test(check, judges_a_large_agency_in_milliseconds)
{
	enum { RECORDS = 7326 };
	static char niks[RECORDS][17];
	struct lantik_rulebook *rulebook = small_rulebook();
	struct lantik_manifest manifest = good_manifest(RECORDS);
	struct lantik_findings findings = {0};
	for (unsigned i = 0; i < RECORDS; i++)
		snprintf(niks[i], sizeof niks[i], "9901015505900%03u", i % 1000);
	double start = cpu_ms();
	struct lantik_check *check = lantik_check_new(rulebook, &manifest, RECEIVED);
	for (unsigned i = 0; i < RECORDS; i++) {
		niks[i][6] = (char)('4' + i / 1000 % 4);
		struct lantik_record record = full_record(lantik_span_of(niks[i]));
		lantik_check_record(check, i + 1, &record, &findings);
	}
	lantik_check_finish(check, &findings);
	double spent = cpu_ms() - start;
	fprintf(stderr, "%d records: %.1f ms, %zu findings\n", RECORDS, spent, findings.count);
	cr_expect_lt(spent, 500.0, "release builds need about 10 ms; this took %.1f", spent);
	lantik_check_free(&check);
	lantik_findings_free(&findings);
	lantik_rulebook_free(&rulebook);
}
