/* What exactly differs in a row of the register: it stands at another record's place, or which columns are not what the
 * record says where it stands a second time.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "audit_entry.h"
#include "lantik/codec.h"
#include "lantik/name.h"

enum { NUMBER, RECORD };

/* ---- rows at the place of another record ---- */

static struct difference *difference_of(struct entries *all, int64_t record_no)
{
	for (size_t i = 0; i < all->difference_count; i++)
		if (all->differences[i].record_no == record_no && all->differences[i].what != AUDIT_MISSING)
			return &all->differences[i];
	return NULL;
}

static bool hashes_as(const struct hashed *hashed, const struct lantik_row *row, const uint8_t record_hash[LANTIK_HASH])
{
	const uint8_t *stored = items_stored(hashed, row->record_no);
	uint8_t hash[LANTIK_HASH];
	if (!stored)
		return false;
	lantik_row_hash(row, record_hash, hash);
	return memcmp(hash, stored, LANTIK_HASH) == 0;
}

/* Whether the row is the one that must stand at another place where something differs. */
static bool is_moved(const struct entries *all, const struct hashed *hashed, const struct lantik_row *row,
	const uint8_t record_hash[LANTIK_HASH])
{
	struct lantik_row other = *row;
	bool moved = false;
	for (size_t i = 0; i < all->difference_count && !moved; i++) {
		other.record_no = (uint32_t)all->differences[i].record_no;
		moved = other.record_no != row->record_no && all->differences[i].what != AUDIT_EXTRA &&
			hashes_as(hashed, &other, record_hash);
	}
	return moved;
}

/* ---- columns beside the record as it was sent ---- */

/* The first column that is told joins the row's own difference, others come beside it. */
static void tell_column(struct entries *all, int64_t record_no, const char *column)
{
	struct difference *difference = difference_of(all, record_no);
	if (difference && !difference->column)
		difference->column = column;
	else
		items_differ(all, record_no, AUDIT_ALTERED, column);
}

struct telling {
	struct entries *all;
	int64_t record_no;
	bool told;
};

static void column(struct telling *t, const char *name, bool is_right)
{
	if (!is_right)
		tell_column(t->all, t->record_no, name);
	t->told |= !is_right;
}

/* What follows from the batch. */
static void own_columns(struct telling *t, const struct entry *entry, const struct lantik_row *row)
{
	column(t, "office_no", row->office_no == entry->office_no);
	column(t, "kind", row->kind == entry->kind);
	column(t, "step", row->step == entry->step);
	column(t, "kode_instansi", lantik_span_equal(row->record.kode_instansi, entry->agency));
}

static void columns_of(
	struct telling *t, const struct entry *entry, const struct lantik_row *row, const struct lantik_record *record)
{
	struct lantik_span nama;
	bool cold = true;
	for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++) {
		const struct lantik_field *field = &lantik_record_fields[i];
		bool same = field->number == LANTIK_F_kode_instansi || field->number == LANTIK_F_nama ||
			    lantik_row_same(field, lantik_member(&row->record, field), lantik_member(record, field));
		if (field->cold)
			cold &= same;
		else
			column(t, field->name, same);
	}
	(void)lantik_name_unify(record->nama, entry->all->row_arena, &nama);
	column(t, "nama", lantik_span_equal(row->nama, nama));
	column(t, "cold",
		cold && (lantik_span_equal(row->record.nama, record->nama) || !lantik_span_equal(row->nama, nama)));
}

/* Tells each column that does not follow from the batch, and from the record as it was sent (NULL: not known). */
static bool tell_columns(
	const struct entry *entry, const struct lantik_row *row, const struct lantik_record *record, int64_t record_no)
{
	struct telling t = {.all = entry->all, .record_no = record_no};
	own_columns(&t, entry, row);
	if (record)
		columns_of(&t, entry, row, record);
	return t.told;
}

/* ---- the rows that differ, read once more ---- */

/* With the record of a decision's row as it was returned. */
static void query_make(const struct entry *entry, struct lantik_buffer *ret)
{
	const struct entries *all = entry->all;
	audit_rows_select(ret);
	lantik_buffer_printf(
		ret, " FROM lantik.register t WHERE t.batch_no = %" PRId64 " AND t.record_no IN (0", entry->number);
	for (size_t i = 0; i < all->difference_count; i++)
		if (all->differences[i].what != AUDIT_MISSING)
			lantik_buffer_printf(ret, ", %" PRId64, all->differences[i].record_no);
	lantik_buffer_printf(ret, ")");
	lantik_buffer_append(ret, "", 1);
	LANTIK_ASSERT(!ret->error);
}

/* The record of a decision's row, as it waits or was returned; false when there is none that can be read. */
static bool returned_record(const struct entry *entry, uint32_t record_no, struct lantik_record *ret)
{
	struct audit_stream rows;
	bool found = false;
	if (!entry->is_decision)
		return false;
	audit_open(entry->all->audit, &rows,
		"SELECT bytes FROM lantik.returned_record WHERE batch_no = %" PRId64 " AND record_no = %" PRIu32,
		entry->batch_no, record_no);
	if (audit_next(&rows)) {
		struct lantik_span bytes = lantik_arena_copy(entry->all->row_arena, audit_cell(&rows, 0));
		found = lantik_record_decode(bytes, entry->all->row_arena, ret) == LANTIK_OK;
	}
	audit_close(&rows);
	return found;
}

/* Whoever altered `sent` or what the hash covers beside it made another hash; whoever altered a column beside it did
 * not. */
static void sent_compare(struct entry *entry, const struct hashed *hashed, const struct lantik_row *row,
	const uint8_t record_hash[LANTIK_HASH], int64_t record_no)
{
	struct lantik_record record;
	bool is_sent = hashes_as(hashed, row, record_hash) &&
		       lantik_record_decode(row->sent, entry->all->row_arena, &record) == LANTIK_OK;
	if (!tell_columns(entry, row, is_sent ? &record : NULL, record_no))
		tell_column(entry->all, record_no, "sent");
}

static void row_compare(
	struct entry *entry, const struct hashed *hashed, struct difference *difference, struct lantik_span tuple)
{
	struct lantik_row row;
	struct lantik_record record;
	uint8_t record_hash[LANTIK_HASH];
	int64_t record_no = difference->record_no;
	row.sent.len = 0;
	if (!audit_row_read(entry, tuple, &row, record_hash)) {
		if (row.sent.len) /* it says what the columns say */
			tell_column(entry->all, record_no, "sent");
		return;
	}
	if (is_moved(entry->all, hashed, &row, record_hash))
		difference->what = AUDIT_REORDERED;
	else if (difference->what != AUDIT_ALTERED)
		return;
	else if (row.sent.len)
		sent_compare(entry, hashed, &row, record_hash, record_no);
	else
		(void)tell_columns(
			entry, &row, returned_record(entry, row.record_no, &record) ? &record : NULL, record_no);
}

void audit_rows_refine(struct entry *entry, const struct hashed *hashed)
{
	struct entries *all = entry->all;
	struct lantik_buffer query = {0};
	struct audit_stream rows;
	query_make(entry, &query);
	audit_open(all->audit, &rows, "%s", (const char *)query.data);
	while (audit_next(&rows)) {
		struct difference *difference = difference_of(all, audit_integer(&rows, RECORD));
		if (difference)
			row_compare(entry, hashed, difference, rows.tuple);
	}
	audit_close(&rows);
	lantik_buffer_free(&query);
}
