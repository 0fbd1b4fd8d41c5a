/* Tests of the rules: the readable cases of tests/cases, each against exactly what it expects.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "cases.h"

#define LEAST_LINES 400
#define LEAST_LINES_A_RULE 3
#define MAX_LINES 4096

struct coverage {
	unsigned passes[256], fails[256]; /* by rule */
	unsigned cases[LANTIK_CASE_COUNT];
	unsigned lines;
	char *texts[MAX_LINES];
};

static const struct lantik_rule *rule_by_code(const char *code)
{
	for (size_t i = 0; i < lantik_rule_count; i++) {
		if (strcmp(lantik_rules[i].code, code) == 0)
			return &lantik_rules[i];
	}
	return NULL;
}

static void keep_text(struct coverage *coverage, const struct cases_line *line)
{
	cr_assert_lt(coverage->lines, MAX_LINES);
	char **text = &coverage->texts[coverage->lines++];
	cr_assert_geq(asprintf(text, "%s %s %s %s", line->rule, line->kind, line->step, line->changes), 0);
}

static void count_line(struct coverage *coverage, const struct cases_line *line, const struct cases_result *result)
{
	const struct lantik_rule *rule = rule_by_code(line->rule);
	bool broken = false;
	cr_assert(rule, "%s:%u: no rule %s", line->file, line->number, line->rule);
	for (size_t i = 0; i < result->findings->count; i++) {
		unsigned id = result->findings->items[i].case_id;
		coverage->cases[id]++;
		broken |= lantik_case_of((enum lantik_case_id)id)->rule == rule;
	}
	(broken ? coverage->fails : coverage->passes)[rule - lantik_rules]++;
}

static void expect_agreement(const struct cases_line *line, const struct cases_result *result, void *user)
{
	struct coverage *coverage = user;
	cr_expect(result->agrees, "%s:%u: %s %s %s, %s:\n  expected %s\n  found    %s", line->file, line->number,
		line->rule, line->kind, line->step, line->changes, result->expected, result->found);
	keep_text(coverage, line);
	count_line(coverage, line, result);
}

/* Judged by this check or by what a cell is made of: not by the table's form, not by the daemon's register. */
static bool judged_here(const struct lantik_case *item)
{
	bool form = strcmp(item->name, "header") == 0 || strcmp(item->name, "columns") == 0;
	return !form && item->rule->layer != LANTIK_LAYER_CENTRAL;
}

static void expect_covered(const struct coverage *coverage, enum lantik_case_id id)
{
	const struct lantik_case *item = lantik_case_of(id);
	size_t rule = (size_t)(item->rule - lantik_rules);
	unsigned passes = coverage->passes[rule], fails = coverage->fails[rule];
	char name[64];
	lantik_case_format(id, name);
	cr_expect_eq(judged_here(item), coverage->cases[id] > 0, "%s: found %u times", name, coverage->cases[id]);
	cr_expect(!judged_here(item) || (passes > 0 && fails > 0 && passes + fails >= LEAST_LINES_A_RULE),
		"%s: %u lines hold it, %u break it", item->rule->code, passes, fails);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void expect_no_line_twice(struct coverage *coverage)
{
	qsort(coverage->texts, coverage->lines, sizeof *coverage->texts, compare_texts);
	for (unsigned i = 1; i < coverage->lines; i++)
		cr_expect_str_neq(coverage->texts[i - 1], coverage->texts[i], "twice: %s", coverage->texts[i]);
	for (unsigned i = 0; i < coverage->lines; i++)
		free(coverage->texts[i]);
}

Test(rules, find_exactly_what_the_cases_say)
{
	static struct coverage coverage;
	cases_run(LANTIK_CASES, expect_agreement, &coverage);
	cr_expect_geq(coverage.lines, LEAST_LINES);
	for (unsigned id = 0; id < LANTIK_CASE_COUNT; id++)
		expect_covered(&coverage, (enum lantik_case_id)id);
	expect_no_line_twice(&coverage);
}
