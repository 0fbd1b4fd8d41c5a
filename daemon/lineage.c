/* Earlier batches that a batch names, each asked for once.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lineage.h"

#include <string.h>

struct lineage lineage_of(struct store *store, int32_t office_no)
{
	return (struct lineage){.store = store, .office_no = office_no};
}

void lineage_free(struct lineage *lineage)
{
	for (size_t i = 0; i < lineage->count; i++)
		store_ancestor_free(&lineage->entries[i].ancestor);
	lineage->count = 0;
}

static struct lineage_entry *place_of(struct lineage *lineage)
{
	if (lineage->count < LINEAGE_KEPT)
		return &lineage->entries[lineage->count++];
	struct lineage_entry *entry = &lineage->entries[lineage->next];
	lineage->next = (lineage->next + 1) % LINEAGE_KEPT;
	store_ancestor_free(&entry->ancestor);
	return entry;
}

static const struct lineage_entry *known(const struct lineage *lineage, struct lantik_span batch_id)
{
	LANTIK_ASSERT(batch_id.len == sizeof lineage->entries[0].batch_id);
	for (size_t i = 0; i < lineage->count; i++)
		if (memcmp(lineage->entries[i].batch_id, batch_id.data, batch_id.len) == 0)
			return &lineage->entries[i];
	return NULL;
}

bool lineage_knows(const struct lineage *lineage, struct lantik_span batch_id)
{
	return known(lineage, batch_id) != NULL;
}

static enum store_result find(struct lineage *lineage, struct lantik_span batch_id, const struct store_ancestor **ret)
{
	const struct lineage_entry *held = known(lineage, batch_id);
	struct store_ancestor ancestor;

	if (held) {
		*ret = &held->ancestor;
		return STORE_OK;
	}
	enum store_result result = store_ancestor(lineage->store, lineage->office_no, batch_id, &ancestor);
	if (result)
		return result;
	struct lineage_entry *entry = place_of(lineage);
	memcpy(entry->batch_id, batch_id.data, batch_id.len);
	entry->ancestor = ancestor;
	*ret = &entry->ancestor;
	return STORE_OK;
}

/* Records that did not go in with their batch, in ascending order; NULL: it is none of them. */
static const struct store_kept_back *kept_back(const struct store_ancestor *ancestor, int32_t record_no)
{
	size_t low = 0, high = ancestor->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (ancestor->records[middle].record_no < record_no)
			low = middle + 1;
		else
			high = middle;
	}
	bool hit = low < ancestor->count && ancestor->records[low].record_no == record_no;
	return hit ? &ancestor->records[low] : NULL;
}

enum store_result lineage_predecessor(
	struct lineage *lineage, struct lantik_span batch_id, int32_t record_no, int64_t *ret_batch_no)
{
	const struct store_ancestor *ancestor;
	enum store_result result = find(lineage, batch_id, &ancestor);

	if (result)
		return result;
	const struct store_kept_back *record = kept_back(ancestor, record_no);
	*ret_batch_no = record && record->accepted_by ? record->accepted_by : ancestor->batch_no;
	return STORE_OK;
}

enum store_result lineage_returned(struct lineage *lineage, struct lantik_span batch_id, int32_t record_no, bool *ret)
{
	const struct store_ancestor *ancestor;
	enum store_result result = find(lineage, batch_id, &ancestor);

	if (result)
		return result;
	const struct store_kept_back *record = kept_back(ancestor, record_no);
	*ret = ancestor->refused ? record_no >= 1 && record_no <= ancestor->row_count : record && record->returned;
	return STORE_OK;
}

enum store_result lineage_held(struct lineage *lineage, struct lantik_span batch_id, bool *ret)
{
	const struct store_ancestor *ancestor;
	enum store_result result = find(lineage, batch_id, &ancestor);

	if (!result)
		*ret = ancestor->batch_no != 0;
	return result;
}
