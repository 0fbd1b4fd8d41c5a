/* Puts findings together by their cause.
 * SPDX-License-Identifier: Apache-2.0 */
#include "causes.h"

#include <stdlib.h>

#define SEVERITIES (LANTIK_WARN + 1)

/* Place of a cause in the list, plus 1; 0: not met yet. */
typedef uint32_t places[LANTIK_FIELD_END][SEVERITIES];

static int by_weight(const void *a, const void *b)
{
	const struct lantik_cause *left = a, *right = b;
	if ((left->example == 0) != (right->example == 0))
		return left->example == 0 ? -1 : 1;
	if (left->severity != right->severity)
		return left->severity < right->severity ? -1 : 1;
	if (left->count != right->count)
		return left->count > right->count ? -1 : 1;
	if (left->case_id != right->case_id)
		return left->case_id < right->case_id ? -1 : 1;
	return left->field < right->field ? -1 : left->field > right->field;
}

static struct lantik_cause *add(struct lantik_causes *causes, const struct lantik_finding *finding)
{
	causes->items = realloc(causes->items, (causes->count + 1) * sizeof *causes->items);
	LANTIK_ASSERT(causes->items);
	struct lantik_cause *cause = &causes->items[causes->count++];
	*cause = (struct lantik_cause){.case_id = (enum lantik_case_id)finding->case_id,
		.severity = (enum lantik_severity)finding->severity,
		.field = (enum lantik_field_id)finding->field,
		.example = finding->record_no};
	return cause;
}

void lantik_causes_make(const struct lantik_findings *findings, struct lantik_causes *ret)
{
	places *met = calloc(LANTIK_CASE_COUNT, sizeof *met);
	struct lantik_causes causes = {0};
	LANTIK_ASSERT(met);
	for (size_t i = 0; i < findings->count; i++) {
		const struct lantik_finding *finding = &findings->items[i];
		uint32_t *place = &met[finding->case_id][finding->field][finding->severity];
		struct lantik_cause *cause = *place > 0 ? &causes.items[*place - 1] : NULL;
		/* what is said of the batch comes first and is never counted together with rows */
		if (!cause || cause->example == 0) {
			cause = add(&causes, finding);
			*place = (uint32_t)causes.count;
		}
		cause->count++;
	}
	free(met);
	if (causes.count > 1)
		qsort(causes.items, causes.count, sizeof *causes.items, by_weight);
	*ret = causes;
}

void lantik_causes_free(struct lantik_causes *causes)
{
	free(causes->items);
	*causes = (struct lantik_causes){0};
}
