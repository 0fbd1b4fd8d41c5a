/* Rows of the register: each one's hash is under the root that the leaf of its batch or decision binds.
 * SPDX-License-Identifier: Apache-2.0 */
#include "audit_entry.h"

enum { NUMBER, RECORD };

void audit_rows_open(struct entries *all)
{
	struct lantik_buffer select = {0};
	audit_rows_select(&select);
	lantik_buffer_append(&select, "", 1);
	LANTIK_ASSERT(!select.error);
	owned_open(all, &all->rows, "appointment", "batch_no", (const char *)select.data, ", t.record_no");
	lantik_buffer_free(&select);
}

void audit_rows_check(struct entry *entry)
{
	struct entries *all = entry->all;
	struct items *items = &all->items;
	uint8_t hash[LANTIK_HASH];
	items->count = 0;
	while (owned_seek(all, &all->rows, entry->number)) {
		audit_row_hash(all->rows.stream.fields, entry->row_format, hash);
		items_add(items, audit_integer(&all->rows.stream, RECORD), hash);
		all->audit->rows++;
		audit_progress(all->audit);
		owned_next(&all->rows);
	}
	items_add_erased(entry, 1, items, "appointment");
	if (all->audit->failed)
		return;
	items_check(entry, items,
		&(struct hashed){.table = "appointment",
			.column = "rows",
			.stored = entry->row_hashes,
			.root = entry->rows_root,
			.numbers = entry->is_told ? all->accepted : NULL,
			.count = entry->accepted_count,
			.refine = audit_rows_refine});
}
