/* Rows of the register: each one's hash is under the root that the leaf of its batch or decision binds.
 * SPDX-License-Identifier: Apache-2.0 */
#include "audit_entry.h"
#include "lantik/record.h"

enum { NUMBER, RECORD };

/* Row format 1: these columns, then every field. */
#define OWN                                                                                                            \
	"SELECT t.batch_no, t.record_no, t.office_no, t.kind, t.step, t.supersedes_batch_no, t.supersedes_record_no, " \
	"t.salt, t.nama_asli"

void audit_rows_open(struct entries *all)
{
	struct lantik_buffer select = {0};
	lantik_buffer_printf(&select, OWN);
	for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++)
		lantik_buffer_printf(&select, ", t.%s", lantik_record_fields[i].name);
	lantik_buffer_append(&select, "", 1);
	LANTIK_ASSERT(!select.error);
	owned_open(all, &all->rows, "appointment", "batch_no", (const char *)select.data, ", t.record_no");
	lantik_buffer_free(&select);
}

/* RFC 6962 leaf hash over row format and fields, as daemon/row.c makes it. */
static void row_hash(struct lantik_span fields, uint16_t row_format, uint8_t ret[LANTIK_HASH])
{
	const uint8_t prefix[] = {0, (uint8_t)(row_format >> 8), (uint8_t)row_format};
	const struct lantik_span pieces[] = {{prefix, sizeof prefix}, fields};
	lantik_sha256_of(pieces, LANTIK_COUNT(pieces), ret);
}

void audit_rows_check(struct entry *entry)
{
	struct entries *all = entry->all;
	struct items *items = &all->items;
	uint8_t hash[LANTIK_HASH];
	items->count = 0;
	while (owned_seek(all, &all->rows, entry->number)) {
		row_hash(all->rows.stream.fields, entry->row_format, hash);
		items_add(items, (uint32_t)audit_integer(&all->rows.stream, RECORD), hash);
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
			.count = entry->accepted_count});
}
