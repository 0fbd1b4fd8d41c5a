/* What each case means for a batch: the defaults, and which other severity a rulebook may give it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_private.h"

#include <string.h>

#define OFF 0
/* Of yes_no in words.def. */
#define YES 1

/* Cases that protect the register and the tally of persons: a value that no column holds, two rows where the register
 * has place for one, a record of another agency, a step out of order. No rulebook lets them pass, and no official
 * waives them. */
static bool is_kept(enum lantik_case_id id)
{
	switch (id) {
	case LANTIK_CASE_B08_agency:
	case LANTIK_CASE_T07_number:
	case LANTIK_CASE_T07_range:
	case LANTIK_CASE_T07_money:
	case LANTIK_CASE_T07_time:
	case LANTIK_CASE_T07_word:
	case LANTIK_CASE_T07_id:
	case LANTIK_CASE_T07_document:
	case LANTIK_CASE_N01_missing:
	case LANTIK_CASE_N01_length:
	case LANTIK_CASE_N01_digits:
	case LANTIK_CASE_P01_length:
	case LANTIK_CASE_P01_digits:
	case LANTIK_CASE_P08_other_person:
	case LANTIK_CASE_D01_unreadable:
	case LANTIK_CASE_S05_same_step:
	case LANTIK_CASE_S05_order:
	case LANTIK_CASE_S05_predecessor:
	case LANTIK_CASE_S05_agency:
	case LANTIK_CASE_S05_nothing:
		return true;
	default:
		return false;
	}
}

/* Without these a batch cannot be judged or recorded at all. */
static bool is_of_the_form(enum lantik_case_id id)
{
	const struct lantik_rule *rule = lantik_case_of(id)->rule;
	return rule == &lantik_rules[LANTIK_RULE_B01] || rule == &lantik_rules[LANTIK_RULE_B03] ||
	       id == LANTIK_CASE_B05_format;
}

bool lantik_case_of_batch(enum lantik_case_id id)
{
	const struct lantik_rule *rule = lantik_case_of(id)->rule;
	if (id == LANTIK_CASE_T06_rounded_column)
		return true;
	return rule->code[0] == 'B' && rule != &lantik_rules[LANTIK_RULE_B06] && id != LANTIK_CASE_B08_agency &&
	       id != LANTIK_CASE_B09_quota;
}

static bool is_legal(enum lantik_case_id id, int32_t severity)
{
	const struct lantik_case *item = lantik_case_of(id);
	if (is_of_the_form(id))
		return severity == LANTIK_FATAL;
	if (item->rule->layer == LANTIK_LAYER_FILE || id == LANTIK_CASE_B04_kanreg_unverified)
		return severity == LANTIK_WARN || severity == OFF;
	if (lantik_case_of_batch(id))
		return severity == LANTIK_FATAL || severity == LANTIK_WARN || severity == OFF;
	if (id == LANTIK_CASE_N07_twice && severity == LANTIK_REVIEW)
		return true; /* the official accepts one of them at most */
	if (is_kept(id) || id == LANTIK_CASE_N07_twice)
		return severity == LANTIK_FATAL || severity == LANTIK_ERROR_ROW;
	return true;
}

static bool names_case(struct lantik_span name, enum lantik_case_id id)
{
	return lantik_span_is(name, lantik_case_of(id)->rule->code) || lantik_case_find(name) == id;
}

bool lantik_override_legal(struct lantik_span name, int32_t severity)
{
	if (severity < OFF || severity > LANTIK_WARN)
		return false;
	for (unsigned id = 0; id < LANTIK_CASE_COUNT; id++) {
		if (names_case(name, (enum lantik_case_id)id) && is_legal((enum lantik_case_id)id, severity))
			return true;
	}
	return false;
}

/* Whether the override is meant for this batch. */
static bool is_meant(const struct lantik_override *override, const struct lantik_manifest *manifest, int32_t on)
{
	return (override->kind == 0 || override->kind == manifest->kind) &&
	       (override->step == 0 || override->step == manifest->step) &&
	       (override->agency[0] == '\0' || lantik_span_is(manifest->kode_instansi, override->agency)) &&
	       on >= override->valid_from && (override->valid_until == 0 || on < override->valid_until);
}

/* How specific it is: the greater wins. */
static uint64_t weight(const struct lantik_override *override)
{
	uint64_t agency = override->agency[0] != '\0', step = override->step != 0, kind = override->kind != 0;
	uint64_t one_case = strchr(override->name, '.') != NULL;
	return agency << 35 | step << 34 | kind << 33 | one_case << 32 | (uint32_t) override->valid_from;
}

static void apply(
	const struct lantik_override *override, uint64_t weights[LANTIK_CASE_COUNT], struct lantik_severities *ret)
{
	uint64_t own = weight(override);
	for (unsigned id = 0; id < LANTIK_CASE_COUNT; id++) {
		if (own >= weights[id] && names_case(lantik_span_of(override->name), (enum lantik_case_id)id) &&
			is_legal((enum lantik_case_id)id, override->severity)) {
			ret->of[id] = (uint8_t) override->severity;
			weights[id] = own;
		}
	}
}

void lantik_severities_for(const struct lantik_rulebook *rulebook, const struct lantik_manifest *manifest, int32_t on,
	struct lantik_severities *ret)
{
	uint64_t weights[LANTIK_CASE_COUNT] = {0};
	for (unsigned id = 0; id < LANTIK_CASE_COUNT; id++)
		ret->of[id] = (uint8_t)lantik_case_of((enum lantik_case_id)id)->severity;
	for (size_t i = 0; i < lantik_rulebook_override_count(rulebook); i++) {
		const struct lantik_override *override = lantik_rulebook_override(rulebook, i);
		if (is_meant(override, manifest, on))
			apply(override, weights, ret);
	}
}

static bool any_falls_out(const struct lantik_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->items[i].record_no != 0 && findings->items[i].severity != LANTIK_WARN)
			return true;
	}
	return false;
}

void lantik_findings_all_or_nothing(const struct lantik_manifest *manifest, const struct lantik_severities *severities,
	struct lantik_findings *findings)
{
	if (manifest->all_or_nothing == YES && any_falls_out(findings))
		lantik_findings_add(findings, 0, LANTIK_CASE_B10_all_or_nothing,
			severities->of[LANTIK_CASE_B10_all_or_nothing], LANTIK_F_NONE);
	lantik_findings_sort(findings);
}
