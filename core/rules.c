/* The table of rules and their cases, and the list of findings.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_private.h"

#include <string.h>

#define PW (1u << LANTIK_PPPK_PW)
#define PK (1u << LANTIK_PPPK)
#define CP (1u << LANTIK_CPNS)
#define PN (1u << LANTIK_PNS)
#define JF (1u << LANTIK_JF)
#define ALL (PW | PK | CP | PN | JF)
#define NI (1u << LANTIK_STEP_NI)
#define ALL_STEPS ((1u << LANTIK_STEP_END) - 2)

#define CERTAINTY_S 'S'
#define CERTAINTY_D 'D'
#define CERTAINTY_U 'U'

/* clang-format off */
const struct lantik_rule lantik_rules[] = {
#define RULE(code, layer, kinds, steps, certainty, source, english, indonesian) \
	{#code, LANTIK_LAYER_##layer, (kinds), (steps), CERTAINTY_##certainty, {english, indonesian}, source},
#define CASE(code, name, severity, english, indonesian)
#include "lantik/rules.def"
#undef RULE
#undef CASE
};

static const struct lantik_case cases[] = {
#define RULE(code, layer, kinds, steps, certainty, source, english, indonesian)
#define CASE(code, name, severity, english, indonesian) \
	{&lantik_rules[LANTIK_RULE_##code], #name, LANTIK_##severity, {english, indonesian}, \
		{(const uint8_t *)#code "." #name, sizeof #code "." #name - 1}},
#include "lantik/rules.def"
#undef RULE
#undef CASE
};
/* clang-format on */

const size_t lantik_rule_count = LANTIK_COUNT(lantik_rules);

_Static_assert(LANTIK_CASE_COUNT <= 256, "a verdict lists cases in 256 bits");
_Static_assert(LANTIK_CASE_COUNT <= UINT16_MAX, "a finding holds a case in two bytes");
#define RULE(code, layer, kinds, steps, certainty, source, english, indonesian)
#define CASE(code, name, severity, english, indonesian)                                                                \
	_Static_assert(sizeof #code "." #name <= 64, "room for the name of a case");
#include "lantik/rules.def"
#undef RULE
#undef CASE

const struct lantik_case *lantik_case_of(enum lantik_case_id id)
{
	LANTIK_ASSERT((unsigned)id < LANTIK_CASE_COUNT);
	return &cases[id];
}

void lantik_case_format(enum lantik_case_id id, char *ret)
{
	struct lantik_span full = lantik_case_of(id)->full;
	memcpy(ret, full.data, full.len);
	ret[full.len] = '\0';
}

enum lantik_case_id lantik_case_find(struct lantik_span name)
{
	size_t code = 0;
	while (code < name.len && name.data[code] != '.')
		code++;
	if (code == name.len)
		return LANTIK_CASE_COUNT;
	struct lantik_span left = {name.data, code};
	struct lantik_span right = {name.data + code + 1, name.len - code - 1};
	for (unsigned id = 0; id < LANTIK_CASE_COUNT; id++) {
		if (lantik_span_is(left, cases[id].rule->code) && lantik_span_is(right, cases[id].name))
			return (enum lantik_case_id)id;
	}
	return LANTIK_CASE_COUNT;
}

void lantik_findings_add(struct lantik_findings *findings, uint32_t record_no, enum lantik_case_id case_id,
	uint8_t severity, enum lantik_field_id field)
{
	if (severity == 0)
		return;
	if (findings->count == findings->capacity) {
		size_t capacity = findings->capacity == 0 ? 64 : findings->capacity * 2;
		struct lantik_finding *items = realloc(findings->items, capacity * sizeof *items);
		LANTIK_ASSERT(items != NULL);
		findings->items = items;
		findings->capacity = capacity;
	}
	findings->items[findings->count++] =
		(struct lantik_finding){record_no, (uint16_t)case_id, (uint8_t)field, severity};
}

static uint64_t sort_key(const struct lantik_finding *finding)
{
	return (uint64_t)finding->record_no << 32 | (uint64_t)finding->case_id << 16 | (uint64_t)finding->field << 8 |
	       finding->severity;
}

static int by_place(const void *a, const void *b)
{
	uint64_t left = sort_key(a), right = sort_key(b);
	return (left > right) - (left < right);
}

/* Of the same finding with two severities the graver one stands first and is kept. */
void lantik_findings_sort(struct lantik_findings *findings)
{
	size_t kept = 0;
	if (findings->count == 0)
		return;
	qsort(findings->items, findings->count, sizeof *findings->items, by_place);
	for (size_t i = 1; i < findings->count; i++) {
		if (sort_key(&findings->items[i]) >> 8 != sort_key(&findings->items[kept]) >> 8)
			findings->items[++kept] = findings->items[i];
	}
	findings->count = kept + 1;
}

void lantik_findings_free(struct lantik_findings *findings)
{
	free(findings->items);
	*findings = (struct lantik_findings){NULL, 0, 0};
}
