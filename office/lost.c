/* Tells which receipts are behind the end of an epoch.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lost.h"

static bool has_receipt(const struct lantik_entry *entry)
{
	return !entry->damaged && (entry->state == LANTIK_ENTRY_RECORDED || entry->state == LANTIK_ENTRY_REFUSED);
}

bool lantik_entry_maybe_lost(const struct lantik_trust *trust, const struct lantik_entry *entry)
{
	struct lantik_checkpoint head = {.size = entry->leaf_index + 1, .epoch = entry->epoch ? entry->epoch : 1};
	return has_receipt(entry) && lantik_trust_maybe_lost(trust, &head);
}

size_t lantik_lost_count(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_trust *trust)
{
	struct lantik_entries entries;
	size_t lost = 0;
	if (lantik_outbox_list(cli, home, &entries) != LANTIK_EXIT_OK)
		return 0;
	for (size_t i = 0; i < entries.count; i++)
		lost += lantik_entry_maybe_lost(trust, &entries.items[i]);
	lantik_entries_free(&entries);
	return lost;
}

const struct lantik_recovered *lantik_lost_by(
	const struct lantik_trust *trust, const struct lantik_checkpoint *checkpoint)
{
	for (size_t i = 0; i < trust->epoch_count; i++) {
		const struct lantik_recovered *recovery = &trust->epochs[i];
		if (recovery->epoch > checkpoint->epoch && checkpoint->size > recovery->common)
			return recovery;
	}
	return NULL;
}
