/* Runs the readable cases: reads their lines, checks the batch that each one describes, and compares.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TOKENS 128
#define VALUES (4u * 1024 * 1024) /* bytes of one case */

static const char *const case_files[] = {"batch.tsv", "text.tsv", "nik.tsv", "nip.tsv", "date.tsv", "participant.tsv",
	"position.tsv", "pay.tsv", "paper.tsv", "window.tsv", "severity.tsv", "everywhere.tsv"};

struct cases {
	const char *directory;
	char good_records[LANTIK_KIND_END][CASES_MAX_LINE];
	cases_visit *visit;
	void *user;
};

static struct cases_line here; /* which line is at fault */

void cases_fail(const char *format, ...)
{
	va_list arguments;
	fprintf(stderr, "%s:%u: ", here.file ? here.file : "tests/cases", here.number);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	abort();
}

/* --- the batch that a line describes --- */

static void apply(struct cases_example *example, uint32_t record, const char *changes)
{
	char copy[CASES_MAX_LINE];
	if (strcmp(changes, "-") == 0)
		return;
	snprintf(copy, sizeof copy, "%s", changes);
	cases_change(example, record, copy);
}

static void start(struct cases_example *example, const struct cases_line *line)
{
	struct lantik_arena *arena = example->arena ? example->arena : lantik_arena_new(VALUES);
	memset(example, 0, sizeof *example);
	lantik_arena_reset(arena);
	example->arena = arena;
	example->copies = 1;
	apply(example, 0, "received=2025-10-15");
	example->manifest.schema_version = lantik_span_of(LANTIK_SCHEMA_VERSION);
	example->manifest.kanreg_id = lantik_span_of("99");
	example->manifest.kode_instansi = lantik_span_of("9901");
	example->manifest.kind = lantik_word_code(LANTIK_WORDS_kind, lantik_span_of(line->kind));
	example->manifest.step = lantik_word_code(LANTIK_WORDS_step, lantik_span_of(line->step));
	example->manifest.row_count = -2; /* as many as there are, unless the case says otherwise */
	if (example->manifest.kind <= 0 || example->manifest.kind >= LANTIK_KIND_END)
		cases_fail("no kind %s", line->kind);
}

/* The rulebook's lines stay in the text of the changes, so that text is the caller's. */
static void describe_batch(
	struct cases_example *example, const struct cases *cases, const struct cases_line *line, char *changes)
{
	start(example, line);
	const char *good = cases->good_records[example->manifest.kind];
	apply(example, 0, good);
	if (strcmp(line->changes, "-") != 0)
		cases_change(example, 0, changes);
	if (example->copies > CASES_MAX_RECORDS)
		cases_fail("at most %d copies", CASES_MAX_RECORDS);
	for (uint32_t record = 1; record <= example->copies; record++) {
		apply(example, record, good);
		apply(example, record, line->changes);
	}
	if (example->manifest.row_count == -2)
		example->manifest.row_count = (int32_t)example->copies;
}

static void check_batch(const struct cases_example *example, const struct lantik_rulebook *rulebook,
	struct lantik_findings *ret, uint64_t ret_not_checked[4])
{
	struct lantik_check *check = lantik_check_new(rulebook, &example->manifest, example->received);
	if (!check)
		cases_fail("no memory");
	lantik_check_manifest(check, ret);
	for (uint32_t record = 1; record <= example->copies; record++)
		lantik_check_record(check, record, &example->records[record - 1], ret);
	const struct lantik_severities *severities = lantik_check_severities(check);
	for (size_t i = 0; i < example->typed_count; i++) {
		const struct lantik_finding *found = &example->typed[i];
		lantik_findings_add(
			ret, found->record_no, found->case_id, severities->of[found->case_id], found->field);
	}
	lantik_check_finish(check, ret);
	lantik_findings_all_or_nothing(&example->manifest, severities, ret);
	lantik_check_not_checked(check, ret_not_checked);
	lantik_check_free(&check);
}

/* --- what was found --- */

static int compare_tokens(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort_tokens(const char *text, char *ret)
{
	char copy[CASES_MAX_LINE], *tokens[MAX_TOKENS], *rest = copy, *token;
	size_t count = 0;
	snprintf(copy, sizeof copy, "%s", text);
	while ((token = strsep(&rest, " ")) != NULL) {
		if (*token != '\0' && count < MAX_TOKENS)
			tokens[count++] = token;
	}
	qsort(tokens, count, sizeof *tokens, compare_tokens);
	*ret = '\0';
	for (size_t i = 0; i < count; i++)
		ret += sprintf(ret, "%s%s", i > 0 ? " " : "", tokens[i]);
}

static int describe_finding(const struct lantik_finding *finding, uint32_t copies, char *ret)
{
	char name[64], number[16] = "", field[64] = "";
	lantik_case_format((enum lantik_case_id)finding->case_id, name);
	if (finding->record_no == 0 || copies > 1)
		snprintf(number, sizeof number, "%u/", (unsigned)finding->record_no);
	if (finding->field != LANTIK_F_NONE)
		snprintf(field, sizeof field, ":%s", lantik_record_fields[finding->field - 1].name);
	return sprintf(ret, "%s%s%s/%c ", number, name, field, " FERW"[finding->severity]);
}

static bool is_of_rule(unsigned id, const struct lantik_rule *rule)
{
	return lantik_case_of((enum lantik_case_id)id)->rule == rule;
}

/* `?RULE` when no case of it could be judged, else `?RULE.case` for each. */
static int describe_rule(const struct lantik_rule *rule, const uint64_t not_checked[4], char *ret)
{
	unsigned all = 0, unknown = 0;
	char name[64], *at = ret;
	*ret = '\0';
	for (unsigned id = 0; id < LANTIK_CASE_COUNT; id++) {
		bool bit = not_checked[id / 64] >> id % 64 & 1;
		all += is_of_rule(id, rule);
		unknown += bit && is_of_rule(id, rule);
		lantik_case_format((enum lantik_case_id)id, name);
		if (bit && is_of_rule(id, rule))
			at += sprintf(at, "?%s ", name);
	}
	return all > 0 && all == unknown ? sprintf(ret, "?%s ", rule->code) : (int)(at - ret);
}

static size_t describe_not_checked(const uint64_t not_checked[4], char *ret)
{
	size_t used = 0;
	for (size_t i = 0; i < lantik_rule_count; i++) {
		if (lantik_rules[i].layer != LANTIK_LAYER_CENTRAL)
			used += (size_t)describe_rule(&lantik_rules[i], not_checked, ret + used);
	}
	return used > 0 ? used : (size_t)sprintf(ret, "?none ");
}

/* What could not be checked is compared where the line speaks of it. */
static void describe_all(const struct lantik_findings *findings, const uint64_t not_checked[4],
	const struct cases_example *example, bool with_unknown, char *ret)
{
	char text[CASES_MAX_LINE] = "- ";
	size_t used = 0;
	for (size_t i = 0; i < findings->count && used + 512 < sizeof text; i++)
		used += (size_t)describe_finding(&findings->items[i], example->copies, text + used);
	used = strlen(text);
	if (with_unknown)
		describe_not_checked(not_checked, text + used);
	sort_tokens(text, ret);
}

/* Verdicts rely on it: by record, then in the order of the table, then by field, none twice. */
static bool is_in_order(const struct lantik_findings *findings)
{
	for (size_t i = 1; i < findings->count; i++) {
		const struct lantik_finding *a = &findings->items[i - 1], *b = &findings->items[i];
		uint64_t before = ((uint64_t)a->record_no << 32) | ((uint64_t)a->case_id << 16) | a->field;
		if (before >= (((uint64_t)b->record_no << 32) | ((uint64_t)b->case_id << 16) | b->field))
			return false;
	}
	return true;
}

static void run_line(const struct cases *cases, const struct cases_line *line)
{
	static struct cases_example example;
	static struct cases_result result;
	char changes[CASES_MAX_LINE];
	struct lantik_findings findings = {0};
	uint64_t not_checked[4] = {0};
	here = *line;
	snprintf(changes, sizeof changes, "%s", line->changes);
	describe_batch(&example, cases, line, changes);
	struct lantik_rulebook *rulebook = cases_rulebook(cases->directory, &example);
	check_batch(&example, rulebook, &findings, not_checked);
	result.findings = &findings;
	sort_tokens(line->expected, result.expected);
	describe_all(&findings, not_checked, &example, strchr(line->expected, '?') != NULL, result.found);
	result.agrees = strcmp(result.expected, result.found) == 0 && is_in_order(&findings);
	cases->visit(line, &result, cases->user);
	lantik_rulebook_free(&rulebook);
	lantik_findings_free(&findings);
}

/* --- files --- */

static FILE *open_file(const struct cases *cases, const char *name)
{
	char path[1024];
	snprintf(path, sizeof path, "%s/%s", cases->directory, name);
	FILE *file = fopen(path, "r");
	if (!file)
		cases_fail("cannot read %s", path);
	here = (struct cases_line){.file = name};
	return file;
}

/* Splits the next line at its tabs; comments and empty lines are passed over. False at the end. */
static bool take_columns(FILE *file, char *line, const char **ret, size_t count)
{
	do {
		if (!fgets(line, CASES_MAX_LINE, file))
			return false;
		here.number++;
	} while (line[0] == '#' || line[0] == '\n');
	line[strcspn(line, "\n")] = '\0';
	for (size_t i = 0; i < count; i++) {
		ret[i] = strsep(&line, "\t");
		if (!ret[i])
			cases_fail("column %zu is missing", i + 1);
	}
	if (line)
		cases_fail("too many columns");
	return true;
}

static void load_good_records(struct cases *cases)
{
	FILE *file = open_file(cases, "good.tsv");
	char line[CASES_MAX_LINE];
	const char *columns[2];
	while (take_columns(file, line, columns, LANTIK_COUNT(columns))) {
		int32_t kind = lantik_word_code(LANTIK_WORDS_kind, lantik_span_of(columns[0]));
		if (kind <= 0 || kind >= LANTIK_KIND_END)
			cases_fail("no kind %s", columns[0]);
		snprintf(cases->good_records[kind], CASES_MAX_LINE, "%s", columns[1]);
	}
	fclose(file);
}

static void run_file(struct cases *cases, const char *name)
{
	FILE *file = open_file(cases, name);
	char line[CASES_MAX_LINE];
	const char *columns[5];
	while (take_columns(file, line, columns, LANTIK_COUNT(columns))) {
		struct cases_line item = {
			name, here.number, columns[0], columns[1], columns[2], columns[3], columns[4]};
		run_line(cases, &item);
	}
	fclose(file);
}

void cases_run(const char *directory, cases_visit *visit, void *user)
{
	static struct cases cases;
	cases = (struct cases){.directory = directory, .visit = visit, .user = user};
	load_good_records(&cases);
	for (size_t i = 0; i < LANTIK_COUNT(case_files); i++)
		run_file(&cases, case_files[i]);
}
