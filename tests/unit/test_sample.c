/* Samples: the same from the same seed, nobody twice, nothing wrong with a clean one, and defects exactly as announced.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/codec.h"
#include "lantik/rules.h"
#include "sample.h"
#include "table.h"
#include "unit.h"

/* 2025-12-31 12:00 in Asia/Jakarta. */
#define RECEIVED INT64_C(1767157200000000)

/* Of the large samples a build with sanitizers takes a tenth: it looks at accesses, and the other one counts. */
#ifdef LANTIK_ARENA_EMULATOR
#define LARGE(rows) ((rows) / 10)
#else
#define LARGE(rows) (rows)
#endif

static const char *const kind_names[LANTIK_KIND_END] = {"", "PPPK_PW", "PPPK", "CPNS", "PNS", "JF"};

static struct lantik_sample sample_of(enum lantik_kind kind, enum lantik_step step, uint32_t rows, uint64_t seed)
{
	struct lantik_sample sample = {
		.kind = kind, .step = step, .agency = "6171", .kanreg = "03", .rows = rows, .seed = seed};
	return sample;
}

/* The next kind and step that go together, from {0, 0} on. */
static bool next_step(struct lantik_sample *sample)
{
	int at = (int)sample->kind * LANTIK_STEP_END + (int)sample->step;
	while (++at < LANTIK_KIND_END * LANTIK_STEP_END) {
		int kind = at / LANTIK_STEP_END, step = at % LANTIK_STEP_END;
		if (kind == 0 || step == 0)
			continue;
		*sample = sample_of((enum lantik_kind)kind, (enum lantik_step)step, 1200, 7);
		if (lantik_sample_fill(sample) == LANTIK_SAMPLE_FINE)
			return true;
	}
	return false;
}

/* The tables that the rules ask for: four agencies, province 99 as sql/reference/test has it. */
static struct lantik_rulebook *rulebook(void)
{
	static const char *const regencies[] = {"01", "02", "03", "04", "05", "06", "07", "08", "71", "72", "73", "74"};
	struct lantik_buffer text = {0};
	struct lantik_rulebook *book = NULL;
	unsigned line = 0;
	lantik_buffer_printf(&text, "lantik-rulebook 1\n"
				    "agency\t6171\tkota\t03\t32\t\t\nagency\t6200\tprovinsi\t03\t36\t\t\n"
				    "category\tPW2024\tR2\tadmitted\t\t\ncategory\tPW2024\tR3\tadmitted\t\t\n"
				    "category\tPW2024\tTMS\tfailed\t\t\n");
	for (size_t i = 0; i < LANTIK_COUNT(regencies); i++)
		for (int district = 1; district <= 5; district++)
			lantik_buffer_printf(&text, "district\t99%s%02d\n", regencies[i], district);
	lantik_buffer_printf(&text,
		"education\t05\neducation\t10\neducation\t12\neducation\t15\neducation\t17\neducation\t18\neducation\t2"
		"0\n"
		"education\t25\neducation\t30\neducation\t35\neducation\t40\neducation\t45\neducation\t50\n"
		"eligibility\tPW2024\t\tyes\t\tyes\t\t\neligibility\tPW2024\t\tyes\tyes\t\t\t\n"
		"group\tpenata_layanan_operasional\t35\n"
		"kanreg\t02\t35\t\t\nkanreg\t03\t32\t\t\nkanreg\t03\t36\t\t\n"
		"parameter\tbup_default\t58\t\t\nparameter\tni_pppk_kk\t21\t\t\n"
		"parameter\tspmt_deadline_pw\t20260101\t\t\nparameter\tstatus_usulan_ditolak\t6\t\t\n"
		"province\t99\n");
	for (size_t i = 0; i < LANTIK_COUNT(regencies); i++)
		lantik_buffer_printf(&text, "regency\t99%s\n", regencies[i]);
	lantik_buffer_printf(&text, "wage\t3273\t2025\t448291400\t\t\n");
	enum lantik_error error = lantik_rulebook_parse(lantik_buffer_span(&text), &book, &line);
	cr_assert_eq(error, LANTIK_OK, "rulebook line %u: %s", line, lantik_error_text(error, LANTIK_ENGLISH));
	lantik_buffer_free(&text);
	return book;
}

static struct lantik_arena *arena_of(size_t budget)
{
	struct lantik_arena *arena = lantik_arena_new(budget);
	cr_assert_not_null(arena);
	return arena;
}

static struct lantik_buffer csv_of(const struct lantik_sample *sample, const struct lantik_sample_plan *plan)
{
	struct lantik_buffer text = {0};
	struct lantik_sample_format format = {.separator = ','};
	lantik_sample_csv(sample, &format, plan, &text);
	cr_assert_eq(text.error, LANTIK_OK);
	return text;
}

static void read_table(const struct lantik_buffer *text, struct lantik_rows *ret)
{
	uint32_t line = 0;
	enum lantik_csv_fault fault = lantik_rows_read(lantik_buffer_span(text), ret, &line);
	cr_assert_eq(fault, LANTIK_CSV_FINE, "line %u: %s", line, lantik_csv_fault_text(fault, LANTIK_ENGLISH));
}

/* Takes the sidecar as an office's reader does. */
static void read_sidecar(struct lantik_span text, struct lantik_arena *arena, struct lantik_manifest *ret)
{
	*ret = (struct lantik_manifest){0};
	while (text.len > 0) {
		const uint8_t *end = memchr(text.data, '\n', text.len), *comma = memchr(text.data, ',', text.len);
		cr_assert(end != NULL && comma != NULL && comma < end);
		struct lantik_span name = {text.data, (size_t)(comma - text.data)};
		struct lantik_span value = {comma + 1, (size_t)(end - comma - 1)};
		const struct lantik_field *field =
			lantik_field_find(lantik_manifest_fields, lantik_manifest_field_count, name);
		cr_assert_not_null(field);
		cr_assert(lantik_value_read(field, value, arena, ret));
		text = (struct lantik_span){end + 1, text.len - (size_t)(end - text.data) - 1};
	}
}

/* Findings of the files as lines of record_no, case, field. */
static struct lantik_buffer findings_of(const struct lantik_sample *sample, const struct lantik_sample_plan *plan)
{
	struct lantik_buffer csv = csv_of(sample, plan), sidecar = {0}, lines = {0};
	struct lantik_rows *table = calloc(1, sizeof *table);
	struct lantik_arena *arena = arena_of(65536);
	struct lantik_manifest manifest;
	struct lantik_rulebook *book = rulebook();
	struct lantik_findings findings = {0};
	read_table(&csv, table);
	lantik_sample_sidecar(sample, plan, &sidecar);
	read_sidecar(lantik_buffer_span(&sidecar), arena, &manifest);
	struct lantik_check *check = lantik_check_new(book, &manifest, RECEIVED);
	for (size_t i = 0; i < table->fault_count && i < LANTIK_MAX_FAULTS; i++)
		lantik_findings_add(&findings, 0, table->faults[i].case_id, LANTIK_FATAL, LANTIK_F_NONE);
	for (size_t i = 0; i < table->findings.count; i++)
		lantik_findings_add(&findings, table->findings.items[i].record_no, table->findings.items[i].case_id,
			table->findings.items[i].severity, table->findings.items[i].field);
	lantik_check_manifest(check, &findings);
	for (uint32_t i = 0; i < table->count; i++)
		lantik_check_record(check, i + 1, &table->records[i], &findings);
	lantik_check_finish(check, &findings);
	for (size_t i = 0; i < findings.count; i++) {
		char name[64];
		unsigned field = findings.items[i].field;
		lantik_case_format((enum lantik_case_id)findings.items[i].case_id, name);
		lantik_buffer_printf(&lines, "%u\t%s\t%s\n", findings.items[i].record_no, name,
			field == 0 ? "" : lantik_record_fields[field - 1].name);
	}
	lantik_buffer_append(&lines, "", 1);
	lantik_findings_free(&findings);
	lantik_check_free(&check);
	lantik_rulebook_free(&book);
	lantik_rows_free(table);
	free(table);
	lantik_arena_free(&arena);
	lantik_buffer_free(&csv);
	lantik_buffer_free(&sidecar);
	return lines;
}

static struct lantik_buffer expected_of(const struct lantik_sample *sample, const struct lantik_sample_plan *plan)
{
	struct lantik_buffer lines = {0};
	lantik_sample_expected(sample, plan, &lines);
	lantik_buffer_append(&lines, "", 1);
	return lines;
}

static void assert_findings(const struct lantik_sample *sample, const struct lantik_sample_plan *plan, const char *what)
{
	struct lantik_buffer found = findings_of(sample, plan), expected = expected_of(sample, plan);
	cr_expect_str_eq((const char *)found.data, (const char *)expected.data,
		"%s, step %d, %s\nfound:\n%s\nexpected:\n%s", kind_names[sample->kind], (int)sample->step, what,
		(const char *)found.data, (const char *)expected.data);
	lantik_buffer_free(&found);
	lantik_buffer_free(&expected);
}

static void assert_same(struct lantik_span a, struct lantik_span b, const char *what, uint32_t at)
{
	cr_assert(lantik_span_equal(a, b), "%s of record %u: %.*s, %.*s", what, at, (int)a.len, (const char *)a.data,
		(int)b.len, (const char *)b.data);
}

Test(sample, the_same_seed_gives_the_same_bytes)
{
	struct lantik_sample sample = sample_of(LANTIK_PPPK_PW, LANTIK_STEP_SPMT, 300, 11);
	cr_assert_eq(lantik_sample_fill(&sample), LANTIK_SAMPLE_FINE);
	struct lantik_buffer once = csv_of(&sample, NULL), again = csv_of(&sample, NULL);
	cr_assert(lantik_span_equal(lantik_buffer_span(&once), lantik_buffer_span(&again)));
	sample.seed++;
	struct lantik_buffer other = csv_of(&sample, NULL);
	cr_assert_not(lantik_span_equal(lantik_buffer_span(&once), lantik_buffer_span(&other)));
	lantik_buffer_free(&once);
	lantik_buffer_free(&again);
	lantik_buffer_free(&other);
}

Test(sample, a_person_is_the_same_in_every_step)
{
	struct lantik_sample sample = {0};
	struct lantik_arena *arena = arena_of(65536);
	while (next_step(&sample)) {
		struct lantik_sample first = sample_of(sample.kind,
			sample.kind == LANTIK_JF    ? LANTIK_STEP_PELANTIKAN
			: sample.kind == LANTIK_PNS ? LANTIK_STEP_SK
						    : LANTIK_STEP_NI,
			sample.rows, sample.seed);
		cr_assert_eq(lantik_sample_fill(&first), LANTIK_SAMPLE_FINE);
		for (uint32_t at = 0; at < 40; at++) {
			struct lantik_record a, b;
			lantik_arena_reset(arena);
			lantik_sample_record(&first, at, arena, &a);
			lantik_sample_record(&sample, at, arena, &b);
			assert_same(a.nik, b.nik, "nik", at);
			assert_same(a.nip, b.nip, "nip", at);
			assert_same(a.nama, b.nama, "nama", at);
			assert_same(a.orang_id, b.orang_id, "orang_id", at);
			assert_same(a.jabatan_nama, b.jabatan_nama, "jabatan_nama", at);
			assert_same(a.unor_id, b.unor_id, "unor_id", at);
			cr_assert_eq(a.upah, b.upah);
			cr_assert_eq(b.nip.len, 18);
		}
	}
	lantik_arena_free(&arena);
}

Test(sample, first_moves_along_the_people)
{
	struct lantik_sample all = sample_of(LANTIK_PPPK, LANTIK_STEP_SK, 100, 3), tail = all;
	struct lantik_arena *arena = arena_of(65536);
	tail.first = 90;
	tail.rows = 10;
	cr_assert_eq(lantik_sample_fill(&all), LANTIK_SAMPLE_FINE);
	cr_assert_eq(lantik_sample_fill(&tail), LANTIK_SAMPLE_FINE);
	for (uint32_t at = 0; at < 10; at++) {
		struct lantik_record a, b;
		lantik_arena_reset(arena);
		lantik_sample_record(&all, 90 + at, arena, &a);
		lantik_sample_record(&tail, at, arena, &b);
		assert_same(a.nik, b.nik, "nik", at);
		assert_same(a.nip, b.nip, "nip", at);
	}
	lantik_arena_free(&arena);
}

/* ---- uniqueness ---- */

struct numbers {
	uint64_t *nik, *nip;
	size_t count;
};

static uint64_t value_of(struct lantik_span digits)
{
	uint64_t value = 0;
	for (size_t i = 0; i < digits.len; i++)
		value = value * 10 + (uint64_t)(digits.data[i] - '0');
	return value;
}

static void collect(struct numbers *numbers, const struct lantik_sample *sample)
{
	struct lantik_arena *arena = arena_of(65536);
	for (uint32_t at = 0; at < sample->rows; at++) {
		struct lantik_record record;
		lantik_arena_reset(arena);
		lantik_sample_record(sample, at, arena, &record);
		cr_assert_eq(record.nik.len, 16);
		cr_assert(record.nik.data[0] == '9' && record.nik.data[1] == '9', "outside the fictional province");
		numbers->nik[numbers->count] = value_of(record.nik);
		numbers->nip[numbers->count++] = value_of(record.nip);
	}
	lantik_arena_free(&arena);
}

static int by_value(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
	return (left > right) - (left < right);
}

static void assert_unique(uint64_t *values, size_t count, const char *what)
{
	qsort(values, count, sizeof *values, by_value);
	for (size_t i = 1; i < count; i++)
		cr_assert_neq(values[i - 1], values[i], "%s %llu twice", what, (unsigned long long)values[i]);
}

static void assert_nobody_twice(struct numbers *numbers)
{
	assert_unique(numbers->nik, numbers->count, "nik");
	assert_unique(numbers->nip, numbers->count, "nip");
	free(numbers->nik);
	free(numbers->nip);
}

static struct numbers numbers_of(size_t most)
{
	struct numbers numbers = {calloc(most, sizeof(uint64_t)), calloc(most, sizeof(uint64_t)), 0};
	cr_assert(numbers.nik != NULL && numbers.nip != NULL);
	return numbers;
}

Test(sample, nobody_comes_twice_over_all_kinds)
{
	struct numbers numbers = numbers_of(5 * 20000);
	for (int kind = LANTIK_PPPK_PW; kind < LANTIK_KIND_END; kind++) {
		struct lantik_sample sample = sample_of((enum lantik_kind)kind, LANTIK_STEP_SK, LARGE(20000), 1);
		cr_assert_eq(lantik_sample_fill(&sample), LANTIK_SAMPLE_FINE);
		collect(&numbers, &sample);
	}
	assert_nobody_twice(&numbers);
}

Test(sample, nobody_comes_twice_over_a_regional_office)
{
	struct numbers numbers = numbers_of(200000);
	struct lantik_sample sample = sample_of(LANTIK_PPPK_PW, LANTIK_STEP_NI, LARGE(200000), 1);
	cr_assert_eq(lantik_sample_fill(&sample), LANTIK_SAMPLE_FINE);
	collect(&numbers, &sample);
	assert_nobody_twice(&numbers);
}

Test(sample, nobody_comes_twice_over_neighbouring_seeds)
{
	struct numbers numbers = numbers_of(8 * 10000);
	for (uint64_t seed = 0; seed < 8; seed++) {
		struct lantik_sample sample = sample_of(LANTIK_PPPK_PW, LANTIK_STEP_NI, LARGE(10000), 695 + seed);
		cr_assert_eq(lantik_sample_fill(&sample), LANTIK_SAMPLE_FINE);
		collect(&numbers, &sample);
	}
	assert_nobody_twice(&numbers);
}

/* ---- clean ---- */

Test(sample, a_clean_sample_has_no_finding)
{
	struct lantik_sample sample = {0};
	int combinations = 0;
	for (; next_step(&sample); combinations++) {
		assert_findings(&sample, NULL, "clean");
		sample.monthly = true;
		sample.first = 5000;
		assert_findings(&sample, NULL, "monthly");
	}
	cr_assert_eq(combinations, 4 + 4 + 3 + 1 + 2);
}

Test(sample, ten_thousand_are_clean_too)
{
	for (int kind = LANTIK_PPPK_PW; kind < LANTIK_KIND_END; kind++) {
		struct lantik_sample sample =
			sample_of((enum lantik_kind)kind, LANTIK_STEP_SK, LARGE(10000), 90 + (uint64_t)kind);
		cr_assert_eq(lantik_sample_fill(&sample), LANTIK_SAMPLE_FINE);
		assert_findings(&sample, NULL, "ten thousand");
	}
}

/* The sheet in any spelling says what the record says: their wire bytes are the same. */
static void assert_sheet_is_the_record(const struct lantik_sample *sample, struct lantik_sample_format format)
{
	struct lantik_buffer csv = {0}, direct = {0}, read = {0};
	struct lantik_rows *table = calloc(1, sizeof *table);
	struct lantik_arena *arena = arena_of(65536);
	lantik_sample_csv(sample, &format, NULL, &csv);
	read_table(&csv, table);
	cr_assert_eq(table->count, sample->rows);
	cr_assert_eq(table->fault_count, 0);
	for (uint32_t at = 0; at < sample->rows; at++) {
		struct lantik_record record;
		lantik_arena_reset(arena);
		lantik_buffer_reset(&direct);
		lantik_buffer_reset(&read);
		lantik_sample_record(sample, at, arena, &record);
		cr_assert_eq(lantik_record_append(&record, &direct), LANTIK_OK);
		cr_assert_eq(lantik_record_append(&table->records[at], &read), LANTIK_OK);
		cr_assert(lantik_span_equal(lantik_buffer_span(&direct), lantik_buffer_span(&read)),
			"%s, step %d, record %u", kind_names[sample->kind], (int)sample->step, at + 1);
	}
	lantik_rows_free(table);
	free(table);
	lantik_arena_free(&arena);
	lantik_buffer_free(&csv);
	lantik_buffer_free(&direct);
	lantik_buffer_free(&read);
}

Test(sample, the_sheet_holds_the_record)
{
	struct lantik_sample sample = {0};
	while (next_step(&sample)) {
		sample.has_predecessor = true;
		memset(sample.predecessor, 0x5a, sizeof sample.predecessor);
		assert_sheet_is_the_record(&sample, (struct lantik_sample_format){.separator = ','});
		assert_sheet_is_the_record(
			&sample, (struct lantik_sample_format){.separator = ';', .bom = true, .dmy = true});
	}
}

Test(sample, a_record_is_as_large_as_a_full_one)
{
	struct lantik_sample sample = sample_of(LANTIK_PPPK_PW, LANTIK_STEP_PERJANJIAN, 1000, 1);
	struct lantik_arena *arena = arena_of(65536);
	struct lantik_buffer wire = {0};
	cr_assert_eq(lantik_sample_fill(&sample), LANTIK_SAMPLE_FINE);
	for (uint32_t at = 0; at < sample.rows; at++) {
		struct lantik_record record;
		lantik_arena_reset(arena);
		lantik_sample_record(&sample, at, arena, &record);
		cr_assert_eq(lantik_record_append(&record, &wire), LANTIK_OK);
	}
	size_t mean = wire.len / sample.rows;
	cr_assert(mean > 900 && mean < 1400, "%zu bytes a record", mean);
	lantik_buffer_free(&wire);
	lantik_arena_free(&arena);
}

Test(sample, groups_and_signatures_are_as_asked)
{
	struct lantik_sample sample = sample_of(LANTIK_PPPK_PW, LANTIK_STEP_PERJANJIAN, 0, 4);
	uint32_t groups[4] = {0, 68, 32, 633}, in_person[4] = {0, 5, 6, 10}, seen[4] = {0}, signers[4] = {0};
	memcpy(sample.groups, groups, sizeof groups);
	memcpy(sample.in_person, in_person, sizeof in_person);
	struct lantik_arena *arena = arena_of(65536);
	cr_assert_eq(lantik_sample_fill(&sample), LANTIK_SAMPLE_FINE);
	cr_assert_eq(sample.rows, 733);
	for (uint32_t at = 0; at < sample.rows; at++) {
		struct lantik_record record;
		lantik_arena_reset(arena);
		lantik_sample_record(&sample, at, arena, &record);
		seen[record.kelompok_lapor]++;
		signers[record.kelompok_lapor] += record.signing_mode == 1;
		cr_assert(record.signing_mode == 1 || record.signing_mode == 2);
		cr_assert_leq(record.upah_non_asn_terakhir, record.upah);
	}
	for (int group = 1; group < 4; group++) {
		cr_assert_eq(seen[group], groups[group]);
		cr_assert_eq(signers[group], in_person[group]);
	}
	lantik_arena_free(&arena);
}

Test(sample, pay_is_as_asked)
{
	struct lantik_sample sample = sample_of(LANTIK_PPPK_PW, LANTIK_STEP_SK, 500, 4);
	struct lantik_arena *arena = arena_of(65536);
	sample.pay = 101651500;
	cr_assert_eq(lantik_sample_fill(&sample), LANTIK_SAMPLE_FINE);
	for (uint32_t at = 0; at < sample.rows; at++) {
		struct lantik_record record;
		lantik_arena_reset(arena);
		lantik_sample_record(&sample, at, arena, &record);
		cr_assert_eq(record.upah, 101651500);
		cr_assert(record.upah_non_asn_terakhir > 0 && record.upah_non_asn_terakhir <= record.upah);
	}
	lantik_arena_free(&arena);
}

Test(sample, positions_are_as_asked)
{
	struct lantik_sample sample = sample_of(LANTIK_JF, LANTIK_STEP_PELANTIKAN, 0, 4);
	struct lantik_arena *arena = arena_of(65536);
	unsigned auditors = 0, health = 0;
	sample.positions[0] = (struct lantik_sample_share){"Auditor", 10};
	sample.positions[1] = (struct lantik_sample_share){"administrator-kesehatan", 2};
	sample.position_count = 2;
	cr_assert_eq(lantik_sample_fill(&sample), LANTIK_SAMPLE_FINE);
	cr_assert(sample.rows == 12 && sample.groups[2] == 2 && sample.groups[3] == 10);
	for (uint32_t at = 0; at < sample.rows; at++) {
		struct lantik_record record;
		lantik_arena_reset(arena);
		lantik_sample_record(&sample, at, arena, &record);
		auditors += lantik_span_is(record.jabatan_nama, "AUDITOR");
		health += lantik_span_is(record.jabatan_nama, "ADMINISTRATOR KESEHATAN");
	}
	cr_assert(auditors == 10 && health == 2, "%u auditors, %u", auditors, health);
	lantik_arena_free(&arena);
}

Test(sample, what_does_not_add_up_is_refused)
{
	struct lantik_sample sample = sample_of(LANTIK_CPNS, LANTIK_STEP_PERJANJIAN, 10, 1);
	cr_assert_eq(lantik_sample_fill(&sample), LANTIK_SAMPLE_STEP);
	sample = sample_of(LANTIK_PPPK_PW, LANTIK_STEP_NI, 10, 1);
	sample.groups[1] = 9;
	cr_assert_eq(lantik_sample_fill(&sample), LANTIK_SAMPLE_ROWS);
	sample.groups[1] = 10;
	sample.in_person[1] = 1;
	cr_assert_eq(lantik_sample_fill(&sample), LANTIK_SAMPLE_IN_PERSON);
	sample.step = LANTIK_STEP_PERJANJIAN;
	cr_assert_eq(lantik_sample_fill(&sample), LANTIK_SAMPLE_FINE);
	sample.in_person[1] = 11;
	cr_assert_eq(lantik_sample_fill(&sample), LANTIK_SAMPLE_IN_PERSON);
	sample = sample_of(LANTIK_JF, LANTIK_STEP_PELANTIKAN, 10, 1);
	sample.positions[0] = (struct lantik_sample_share){"dalang", 10};
	sample.position_count = 1;
	cr_assert_eq(lantik_sample_fill(&sample), LANTIK_SAMPLE_POSITION);
	sample = sample_of(LANTIK_JF, LANTIK_STEP_PELANTIKAN, 10, 1);
	memcpy(sample.agency, "61x1", 5);
	cr_assert_eq(lantik_sample_fill(&sample), LANTIK_SAMPLE_AGENCY);
	cr_assert_str_eq(lantik_sample_kanreg("6171"), "03");
	cr_assert_str_eq(lantik_sample_kanreg("6271"), "03");
	cr_assert_str_eq(lantik_sample_kanreg("3012"), "00");
	cr_assert_str_eq(lantik_sample_kanreg("9901"), "99");
	cr_assert_str_eq(lantik_sample_kanreg("8599"), "");
}

/* ---- defects ---- */

static void plan_of(const struct lantik_sample *sample, const char *list, struct lantik_arena *arena,
	struct lantik_sample_plan *ret)
{
	struct lantik_span unknown = {0};
	*ret = (struct lantik_sample_plan){0};
	cr_assert_eq(lantik_sample_plan_defects(sample, list, arena, ret, &unknown), LANTIK_OK);
}

Test(sample, defects_give_exactly_what_they_announce)
{
	struct lantik_sample sample = {0};
	struct lantik_arena *arena = arena_of(1024 * 1024);
	while (next_step(&sample)) {
		struct lantik_sample_plan plan;
		lantik_arena_reset(arena);
		plan_of(&sample, "all", arena, &plan);
		cr_assert_geq(plan.defect_count, 40);
		assert_findings(&sample, &plan, "all defects");
		sample.rows = (uint32_t)plan.defect_count;
		memset(sample.groups, 0, sizeof sample.groups);
		sample.seed += 100;
		cr_assert_eq(lantik_sample_fill(&sample), LANTIK_SAMPLE_FINE);
		assert_findings(&sample, &plan, "nothing but defects");
	}
	lantik_arena_free(&arena);
}

static bool is_planted(enum lantik_kind kind, const char *name)
{
	const char *defect;
	for (size_t i = 0; (defect = lantik_sample_defect_at(kind, i)) != NULL; i++)
		if (strcmp(defect, name) == 0)
			return true;
	return false;
}

/* Cases that the sample does not plant yet, and those that their rule has for other kinds only. */
static bool cannot_happen(enum lantik_kind kind, const char *name)
{
	if (strcmp(name, "T01.invisible") == 0 || strncmp(name, "T06.rounded", 11) == 0 ||
		strcmp(name, "T09.unified") == 0)
		return true;
	bool pppk = kind == LANTIK_PPPK_PW || kind == LANTIK_PPPK;
	return (strcmp(name, "D07.cpns") == 0 && pppk) || (strcmp(name, "D07.pppk") == 0 && !pppk) ||
	       (strcmp(name, "D14.deadline") == 0 && kind != LANTIK_PPPK_PW);
}

Test(sample, every_case_of_a_row_has_a_defect)
{
	for (int kind = LANTIK_PPPK_PW; kind < LANTIK_KIND_END; kind++) {
		for (unsigned id = 0; id < LANTIK_CASE_COUNT; id++) {
			const struct lantik_rule *rule = lantik_case_of((enum lantik_case_id)id)->rule;
			char name[64];
			lantik_case_format((enum lantik_case_id)id, name);
			if (rule->layer != LANTIK_LAYER_ROW || strchr("TNPD", rule->code[0]) == NULL ||
				(rule->kinds & 1u << kind) == 0 || cannot_happen((enum lantik_kind)kind, name))
				continue;
			cr_expect(is_planted((enum lantik_kind)kind, name), "%s has no %s", kind_names[kind], name);
		}
	}
}

Test(sample, unknown_defects_are_named)
{
	struct lantik_sample sample = sample_of(LANTIK_JF, LANTIK_STEP_SK, 100, 1);
	struct lantik_arena *arena = arena_of(1024 * 1024);
	struct lantik_sample_plan plan = {0};
	struct lantik_span unknown = {0};
	cr_assert_eq(lantik_sample_fill(&sample), LANTIK_SAMPLE_FINE);
	cr_assert_eq(lantik_sample_plan_defects(&sample, "N05.birth_date,D08.start", arena, &plan, &unknown),
		LANTIK_E_NOT_FOUND);
	cr_assert(lantik_span_is(unknown, "D08.start"));
	plan_of(&sample, "N05.birth_date,N06.sex", arena, &plan);
	cr_assert_eq(plan.defect_count, 2);
	lantik_arena_free(&arena);
}

Test(sample, batch_defects_give_exactly_what_they_announce)
{
	const char *name;
	bool sendable;
	for (size_t i = 0; (name = lantik_sample_batch_defect_at(i, &sendable)) != NULL; i++) {
		struct lantik_sample sample = sample_of(LANTIK_PPPK_PW, LANTIK_STEP_NI, 60, 5);
		struct lantik_sample_plan plan = {.batch_defect = name};
		cr_assert(lantik_sample_batch_defect_known(name));
		cr_assert_eq(lantik_sample_fill(&sample), LANTIK_SAMPLE_FINE);
		if (strcmp(name, "B01.utf8") != 0)
			assert_findings(&sample, &plan, name);
	}
}

Test(sample, broken_text_is_no_sheet)
{
	struct lantik_sample sample = sample_of(LANTIK_PPPK_PW, LANTIK_STEP_NI, 10, 5);
	struct lantik_sample_plan plan = {.batch_defect = "B01.utf8"};
	struct lantik_rows *table = calloc(1, sizeof *table);
	uint32_t line = 0;
	cr_assert_eq(lantik_sample_fill(&sample), LANTIK_SAMPLE_FINE);
	struct lantik_buffer csv = csv_of(&sample, &plan);
	cr_assert_eq(lantik_rows_read(lantik_buffer_span(&csv), table, &line), LANTIK_CSV_ENCODING);
	lantik_buffer_free(&csv);
	free(table);
}
