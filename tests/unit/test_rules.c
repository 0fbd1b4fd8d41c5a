/* Tests of the rules: the readable cases of tests/cases, each against exactly what it expects.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "lantik/rules.h"

#define RECEIVED 20251015
#define MAX_LINE 2048

/* --- a case of a table file --- */

/* Bytes that live until the case is over. */
struct pool {
	uint8_t bytes[16384];
	size_t used;
	struct lantik_document document;
};

struct example {
	struct lantik_record record;
	struct lantik_manifest manifest;
	int32_t received;
	bool no_rulebook;
	uint32_t copies;
	struct pool pool;
};

static uint8_t *pool_add(struct pool *pool, const void *data, size_t len)
{
	cr_assert(pool->used + len <= sizeof pool->bytes, "the pool is too small");
	uint8_t *at = pool->bytes + pool->used;
	if (len > 0)
		memcpy(at, data, len);
	pool->used += len;
	return at;
}

/* `\xNN` is a byte, `A{60}` sixty times A. */
static struct lantik_span unescape(struct pool *pool, const char *text)
{
	struct lantik_span span = {pool_add(pool, "", 0), 0};
	const uint8_t *start = span.data;
	for (const char *at = text; *at != '\0';) {
		unsigned value, used;
		if (sscanf(at, "\\x%2x%n", &value, (int *)&used) == 1) {
			uint8_t byte = (uint8_t)value;
			pool_add(pool, &byte, 1);
			at += used;
		} else if (*at == '{' && sscanf(at, "{%u}%n", &value, (int *)&used) == 1) {
			for (unsigned i = 1; i < value; i++)
				pool_add(pool, at - 1, 1);
			at += used;
		} else {
			pool_add(pool, at++, 1);
		}
	}
	span.len = pool->used - (size_t)(start - pool->bytes);
	return span;
}

static int64_t as_it_stands(const char *text)
{
	return strtoll(text + 1, NULL, 10);
}

static int32_t read_int(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);
	return *text == '\0' ? 0 : *end == '\0' ? (int32_t)value : LANTIK_UNREADABLE;
}

static struct lantik_span read_id(struct pool *pool, const char *text)
{
	uint8_t id[16];
	if (lantik_id_parse(lantik_span_of(text), id))
		return (struct lantik_span){pool_add(pool, id, 16), 16};
	return unescape(pool, text);
}

/* `type,object,sha256` */
static struct lantik_documents read_document(struct pool *pool, char *text)
{
	uint8_t hash[LANTIK_HASH];
	char *object = strchr(text, ','), *digest = object ? strchr(object + 1, ',') : NULL;
	cr_assert(digest, "a document is type,object,sha256");
	*object++ = '\0';
	*digest++ = '\0';
	pool->document.type = *text == '#' ? (int32_t)as_it_stands(text) : read_int(text);
	pool->document.object = unescape(pool, object);
	bool whole = lantik_hex_decode(lantik_span_of(digest), hash, sizeof hash);
	pool->document.sha256 =
		whole ? (struct lantik_span){pool_add(pool, hash, sizeof hash), sizeof hash} : unescape(pool, digest);
	return (struct lantik_documents){&pool->document, 1};
}

static void set_member(struct pool *pool, void *member, const struct lantik_field *field, char *value)
{
	bool raw = value[0] == '#';
	switch (field->type) {
	case LANTIK_TEXT:
	case LANTIK_HASH_FIELD:
		*(struct lantik_span *)member = unescape(pool, value);
		break;
	case LANTIK_ID:
		*(struct lantik_span *)member = read_id(pool, value);
		break;
	case LANTIK_DATE:
		*(int32_t *)member = raw ? (int32_t)as_it_stands(value) : lantik_date_parse(lantik_span_of(value));
		break;
	case LANTIK_INT:
		*(int32_t *)member = raw ? (int32_t)as_it_stands(value) : read_int(value);
		break;
	case LANTIK_WORD:
		*(int32_t *)member =
			raw ? (int32_t)as_it_stands(value) : lantik_word_code(field->words, lantik_span_of(value));
		break;
	case LANTIK_TIME:
		*(int64_t *)member = raw ? as_it_stands(value) : lantik_instant_parse(lantik_span_of(value));
		break;
	case LANTIK_MONEY:
		*(int64_t *)member = raw ? as_it_stands(value) : lantik_money_parse(lantik_span_of(value));
		break;
	case LANTIK_DOCUMENTS:
		*(struct lantik_documents *)member = read_document(pool, value);
		break;
	}
}

static void set_record(struct example *example, const char *name, char *value)
{
	const struct lantik_field *field =
		lantik_field_find(lantik_record_fields, LANTIK_FIELD_COUNT, lantik_span_of(name));
	cr_assert(field, "no field %s", name);
	set_member(&example->pool, lantik_member_mutable(&example->record, field), field, value);
}

static void set_manifest(struct example *example, const char *name, char *value)
{
	const struct lantik_field *field =
		lantik_field_find(lantik_manifest_fields, lantik_manifest_field_count, lantik_span_of(name));
	cr_assert(field, "no field %s in the manifest", name);
	set_member(&example->pool, lantik_member_mutable(&example->manifest, field), field, value);
}

static void apply_change(struct example *example, char *change)
{
	char *value = strchr(change, '=');
	cr_assert(value, "no = in %s", change);
	*value++ = '\0';
	if (strncmp(change, "manifest.", 9) == 0)
		set_manifest(example, change + 9, value);
	else if (strcmp(change, "received") == 0)
		example->received = lantik_date_parse(lantik_span_of(value));
	else if (strcmp(change, "rulebook") == 0)
		example->no_rulebook = strcmp(value, "empty") == 0;
	else if (strcmp(change, "copies") == 0)
		example->copies = (uint32_t)read_int(value);
	else
		set_record(example, change, value);
}

static void apply_changes(struct example *example, const char *changes)
{
	char copy[MAX_LINE], *rest = copy, *change;
	if (strcmp(changes, "-") == 0)
		return;
	snprintf(copy, sizeof copy, "%s", changes);
	while ((change = strsep(&rest, ";")) != NULL)
		apply_change(example, change);
}

/* --- files --- */

static FILE *open_case_file(const char *name)
{
	char path[1024];
	const char *slash = strrchr(__FILE__, '/');
	cr_assert(slash, "the compiler gives the whole path");
	snprintf(path, sizeof path, "%.*s/../cases/%s", (int)(slash - __FILE__), __FILE__, name);
	FILE *file = fopen(path, "r");
	cr_assert(file, "cannot read %s", path);
	return file;
}

static struct lantik_rulebook *load_rulebook(void)
{
	static char text[65536];
	FILE *file = open_case_file("rulebook.txt");
	size_t len = fread(text, 1, sizeof text, file);
	struct lantik_rulebook *rulebook = NULL;
	unsigned line;
	fclose(file);
	enum lantik_error error = lantik_rulebook_parse((struct lantik_span){(uint8_t *)text, len}, &rulebook, &line);
	cr_assert_eq(error, LANTIK_OK, "rulebook.txt, line %u", line);
	return rulebook;
}

/* Splits at tabs; false for a comment or an empty line. */
static bool take_columns(FILE *file, char *line, char **ret, size_t count, bool *ret_end)
{
	*ret_end = fgets(line, MAX_LINE, file) == NULL;
	if (*ret_end || line[0] == '#' || line[0] == '\n')
		return false;
	line[strcspn(line, "\n")] = '\0';
	for (size_t i = 0; i < count; i++) {
		ret[i] = strsep(&line, "\t");
		cr_assert(ret[i], "column %zu is missing", i + 1);
	}
	cr_assert(line == NULL, "too many columns");
	return true;
}

static char good_records[LANTIK_KIND_END][MAX_LINE];

static void load_good_records(void)
{
	FILE *file = open_case_file("good.tsv");
	char line[MAX_LINE], *columns[2];
	bool end = false;
	while (!end) {
		if (!take_columns(file, line, columns, 2, &end))
			continue;
		int32_t kind = lantik_word_code(LANTIK_WORDS_kind, lantik_span_of(columns[0]));
		cr_assert(kind > 0 && kind < LANTIK_KIND_END);
		snprintf(good_records[kind], MAX_LINE, "%s", columns[1]);
	}
	fclose(file);
}

static void start_example(struct example *example, const char *kind, const char *step)
{
	memset(example, 0, sizeof *example);
	example->received = RECEIVED;
	example->copies = 1;
	example->manifest.schema_version = lantik_span_of(LANTIK_SCHEMA_VERSION);
	example->manifest.kanreg_id = lantik_span_of("99");
	example->manifest.kode_instansi = lantik_span_of("9901");
	example->manifest.kind = lantik_word_code(LANTIK_WORDS_kind, lantik_span_of(kind));
	example->manifest.step = lantik_word_code(LANTIK_WORDS_step, lantik_span_of(step));
	example->manifest.row_count = -2; /* as many as there are, unless the case says otherwise */
	apply_changes(example, good_records[example->manifest.kind]);
}

/* --- running one --- */

static void run_example(struct example *example, const struct lantik_rulebook *rulebook, struct lantik_findings *ret)
{
	if (example->manifest.row_count == -2)
		example->manifest.row_count = (int32_t)example->copies;
	struct lantik_check *check = lantik_check_new(rulebook, &example->manifest, example->received);
	cr_assert(check);
	lantik_check_manifest(check, ret);
	for (uint32_t i = 1; i <= example->copies; i++)
		lantik_check_record(check, i, &example->record, ret);
	lantik_check_finish(check, ret);
	lantik_check_free(&check);
	cr_assert_null(check);
}

/* As the case files write findings; the record number is left out where there is one record only. */
static void describe(const struct lantik_findings *findings, uint32_t copies, char *ret)
{
	char *at = ret;
	strcpy(ret, findings->count == 0 ? "-" : "");
	for (size_t i = 0; i < findings->count; i++) {
		const struct lantik_finding *finding = &findings->items[i];
		char name[64];
		lantik_case_format((enum lantik_case_id)finding->case_id, name);
		at += sprintf(at, "%s", i > 0 ? " " : "");
		if (finding->record_no == 0 || copies > 1)
			at += sprintf(at, "%u/", (unsigned)finding->record_no);
		at += sprintf(at, "%s", name);
		if (finding->field != LANTIK_F_NONE)
			at += sprintf(at, ":%s", lantik_record_fields[finding->field - 1].name);
	}
}

struct coverage {
	unsigned passes[256], fails[256];
	unsigned cases[LANTIK_CASE_COUNT];
	unsigned lines;
};

static const struct lantik_rule *rule_by_code(const char *code)
{
	for (size_t i = 0; i < lantik_rule_count; i++) {
		if (strcmp(lantik_rules[i].code, code) == 0)
			return &lantik_rules[i];
	}
	return NULL;
}

static void cover(struct coverage *coverage, const char *code, const struct lantik_findings *findings)
{
	const struct lantik_rule *rule = rule_by_code(code);
	bool broken = false;
	cr_assert(rule, "no rule %s", code);
	for (size_t i = 0; i < findings->count; i++) {
		coverage->cases[findings->items[i].case_id]++;
		broken |= lantik_case_of((enum lantik_case_id)findings->items[i].case_id)->rule == rule;
	}
	(broken ? coverage->fails : coverage->passes)[rule - lantik_rules]++;
	coverage->lines++;
}

static void run_line(char **columns, const struct lantik_rulebook *rulebook, const struct lantik_rulebook *nothing,
	struct coverage *coverage)
{
	static struct example example;
	struct lantik_findings findings = {0};
	char found[4096];
	start_example(&example, columns[1], columns[2]);
	apply_changes(&example, columns[3]);
	run_example(&example, example.no_rulebook ? nothing : rulebook, &findings);
	describe(&findings, example.copies, found);
	cr_expect_str_eq(found, columns[4], "%s %s %s, %s:\n  expected %s\n  found    %s", columns[0], columns[1],
		columns[2], columns[3], columns[4], found);
	cover(coverage, columns[0], &findings);
	lantik_findings_free(&findings);
}

static void run_file(const char *name, const struct lantik_rulebook *rulebook, const struct lantik_rulebook *nothing,
	struct coverage *coverage)
{
	FILE *file = open_case_file(name);
	char line[MAX_LINE], *columns[5];
	bool end = false;
	while (!end) {
		if (take_columns(file, line, columns, 5, &end))
			run_line(columns, rulebook, nothing, coverage);
	}
	fclose(file);
}

/* Judged by this check: not by the office's reader, not by the daemon's register. */
static bool judged_here(const struct lantik_case *item)
{
	bool reader = strcmp(item->name, "header") == 0 || strcmp(item->name, "columns") == 0;
	return !reader && (item->rule->layer == LANTIK_LAYER_ROW || item->rule->layer == LANTIK_LAYER_BATCH);
}

static void expect_covered(const struct coverage *coverage)
{
	char name[64];
	for (unsigned id = 0; id < LANTIK_CASE_COUNT; id++) {
		const struct lantik_case *item = lantik_case_of((enum lantik_case_id)id);
		size_t rule = (size_t)(item->rule - lantik_rules);
		lantik_case_format((enum lantik_case_id)id, name);
		cr_expect_eq(
			judged_here(item), coverage->cases[id] > 0, "%s: found %u times", name, coverage->cases[id]);
		cr_expect(!judged_here(item) || (coverage->passes[rule] > 0 && coverage->fails[rule] > 0),
			"%s: no line that holds it, or none that breaks it", item->rule->code);
	}
}

Test(rules, find_exactly_what_the_cases_say)
{
	static const char *const files[] = {"batch.tsv", "text.tsv", "nik.tsv", "nip.tsv", "date.tsv"};
	struct coverage coverage = {0};
	struct lantik_rulebook *rulebook = load_rulebook(), *nothing = lantik_rulebook_empty();
	cr_assert(nothing);
	load_good_records();
	for (size_t i = 0; i < LANTIK_COUNT(files); i++)
		run_file(files[i], rulebook, nothing, &coverage);
	cr_expect_geq(coverage.lines, 250);
	expect_covered(&coverage);
	lantik_rulebook_free(&rulebook);
	lantik_rulebook_free(&nothing);
}
