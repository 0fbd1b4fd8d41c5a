/* Rows of the register: the record that was sent is made from each one again, and its hash is under the root that the
 * leaf of its batch or decision binds. SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "audit_entry.h"
#include "lantik/codec.h"

enum { NUMBER, RECORD };

void audit_rows_select(struct lantik_buffer *ret)
{
	for (size_t i = 0; i < LANTIK_ROW_COLUMNS; i++)
		lantik_buffer_printf(ret, "%s t.%s", i ? "," : "SELECT", lantik_row_column(i));
}

void audit_rows_open(struct entries *all)
{
	struct lantik_buffer select = {0};
	audit_rows_select(&select);
	lantik_buffer_append(&select, "", 1);
	LANTIK_ASSERT(!select.error);
	owned_open(all, &all->rows, "register", "batch_no", (const char *)select.data, ", t.record_no");
	lantik_buffer_free(&select);
}

bool audit_row_read(
	struct entry *entry, struct lantik_span tuple, struct lantik_row *ret, uint8_t ret_record[LANTIK_HASH])
{
	struct entries *all = entry->all;
	lantik_arena_reset(all->row_arena);
	lantik_buffer_reset(&all->record);
	if (lantik_row_decode(tuple, all->row_arena, ret) != LANTIK_OK ||
		lantik_row_record(ret, entry->names_agency, &all->record) != LANTIK_OK)
		return false;
	lantik_leaf_hash(lantik_buffer_span(&all->record), ret_record);
	return true;
}

/* ---- whether the records name their agency ---- */

void audit_form_is(struct entry *entry, bool names_agency)
{
	if (entry->names_agency == names_agency)
		return;
	audit_found(entry->all->audit, "batch", AUDIT_ALTERED, "body_form", "batch_no %" PRId64, entry->batch_no);
	entry->names_agency = names_agency;
}

static bool is_stored(const struct entry *entry, const uint8_t hash[LANTIK_HASH])
{
	for (size_t at = 0; at + LANTIK_HASH <= entry->row_hashes.len; at += LANTIK_HASH)
		if (memcmp(entry->row_hashes.data + at, hash, LANTIK_HASH) == 0)
			return true;
	return false;
}

/* The first row that is whole and whose record is made from its columns tells it: its hash is stored, made one way or
 * the other. */
static void form_check(struct entry *entry, const struct lantik_row *row, uint8_t record_hash[LANTIK_HASH])
{
	struct lantik_buffer bytes = {0};
	uint8_t hash[LANTIK_HASH], other[LANTIK_HASH];
	if (row->sent.len || entry->is_form_known)
		return;
	lantik_row_hash(row, record_hash, hash);
	entry->is_form_known = is_stored(entry, hash);
	if (entry->is_form_known)
		return;
	if (lantik_row_record(row, !entry->names_agency, &bytes) == LANTIK_OK) {
		lantik_leaf_hash(lantik_buffer_span(&bytes), other);
		lantik_row_hash(row, other, hash);
		entry->is_form_known = is_stored(entry, hash);
	}
	lantik_buffer_free(&bytes);
	if (!entry->is_form_known)
		return;
	audit_form_is(entry, !entry->names_agency);
	memcpy(record_hash, other, LANTIK_HASH);
}

/* ---- the rows of one batch or decision ---- */

/* Where the record stands as it was sent its columns must follow from it, since its hash does not cover them. */
static bool columns_follow(struct entry *entry, const struct lantik_row *row)
{
	struct lantik_record record;
	if (!row->sent.len)
		return true;
	if (row->record_no == 1 && lantik_record_decode(row->sent, entry->all->row_arena, &record) == LANTIK_OK)
		audit_form_is(entry, record.kode_instansi.len > 0);
	return lantik_row_follows(row, entry->all->row_arena);
}

/* A row that is wrong by itself has a hash that is nobody's. */
static void row_hash(struct entry *entry, uint8_t ret[LANTIK_HASH])
{
	struct lantik_row row;
	uint8_t record_hash[LANTIK_HASH];
	memset(ret, 0, LANTIK_HASH);
	if (!audit_row_read(entry, entry->all->rows.stream.tuple, &row, record_hash) || !columns_follow(entry, &row))
		return;
	form_check(entry, &row, record_hash);
	lantik_row_hash(&row, record_hash, ret);
	audit_record_is(entry, row.record_no, record_hash);
}

bool audit_rows_check(struct entry *entry)
{
	struct entries *all = entry->all;
	struct items *items = &all->items;
	uint8_t hash[LANTIK_HASH];
	items->count = 0;
	while (owned_seek(all, &all->rows, entry->number)) {
		row_hash(entry, hash);
		items_add(items, audit_integer(&all->rows.stream, RECORD), hash);
		all->audit->rows++;
		audit_progress(all->audit);
		owned_next(&all->rows);
	}
	items_add_erased(entry, 1, items, "register");
	return !all->audit->failed && items_check(entry, items,
					      &(struct hashed){.table = "register",
						      .column = "row_hashes",
						      .stored = entry->row_hashes,
						      .root = entry->rows_root,
						      .numbers = entry->is_told ? all->accepted : NULL,
						      .count = entry->accepted_count,
						      .refine = audit_rows_refine});
}
