/* Rules that cannot be judged without the register, by code.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unjudged.h"

void unjudged_add(
	struct unjudged *unjudged, const struct lantik_manifest *manifest, const struct lantik_severities *severities)
{
	for (unsigned id = 0; id < LANTIK_CASE_COUNT; id++) {
		const struct lantik_rule *rule = lantik_case_of((enum lantik_case_id)id)->rule;
		bool meant = manifest->kind > 0 && manifest->kind < LANTIK_KIND_END && manifest->step > 0 &&
			     manifest->step < LANTIK_STEP_END && (rule->kinds >> manifest->kind & 1) &&
			     (rule->steps >> manifest->step & 1);
		if (rule->layer == LANTIK_LAYER_CENTRAL && meant && severities->of[id])
			unjudged->rules[rule - lantik_rules] = true;
	}
}

void unjudged_format(const struct unjudged *unjudged, struct lantik_buffer *ret)
{
	const char *blank = "";
	for (size_t i = 0; i < lantik_rule_count; i++) {
		if (!unjudged->rules[i])
			continue;
		lantik_buffer_printf(ret, "%s%s", blank, lantik_rules[i].code);
		blank = " ";
	}
}
