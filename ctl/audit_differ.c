/* What exactly differs in a row of the register: it stands at another record's place, or which columns are not what the
 * body says.
 * SPDX-License-Identifier: Apache-2.0 */
#include <endian.h>
#include <inttypes.h>
#include <string.h>

#include "audit_entry.h"
#include "lantik/codec.h"
#include "lantik/name.h"
#include "unpack.h"

/* PostgreSQL counts from 2000-01-01. */
#define EPOCH_DAYS 10957
#define EPOCH_MICROS (INT64_C(946684800) * 1000000)

/* Row format 1: these columns, then every field. */
enum {
	BATCH_NO,
	RECORD_NO,
	OFFICE_NO,
	ROW_KIND,
	ROW_STEP,
	SUPERSEDES_BATCH,
	SUPERSEDES_RECORD,
	SALT,
	NAMA_ASLI,
	FIELDS
};

/* Where the number of the record stands in the fields as sent: a length, eight bytes, a length. */
#define RECORD_NO_AT 16u

void audit_rows_select(struct lantik_buffer *ret)
{
	lantik_buffer_printf(ret, "SELECT t.batch_no, t.record_no, t.office_no, t.kind, t.step, t.supersedes_batch_no, "
				  "t.supersedes_record_no, t.salt, t.nama_asli");
	for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++)
		lantik_buffer_printf(ret, ", t.%s", lantik_record_fields[i].name);
}

/* RFC 6962 leaf hash over row format and fields, as daemon/row.c makes it. */
void audit_row_hash(struct lantik_span fields, uint16_t row_format, uint8_t ret[LANTIK_HASH])
{
	const uint8_t prefix[] = {0, (uint8_t)(row_format >> 8), (uint8_t)row_format};
	const struct lantik_span pieces[] = {{prefix, sizeof prefix}, fields};
	lantik_sha256_of(pieces, LANTIK_COUNT(pieces), ret);
}

/* ---- rows at the place of another record ---- */

static struct difference *difference_of(struct entries *all, int64_t record_no)
{
	for (size_t i = 0; i < all->difference_count; i++)
		if (all->differences[i].record_no == record_no && all->differences[i].what != AUDIT_MISSING)
			return &all->differences[i];
	return NULL;
}

static bool hashes_as(
	const struct entry *entry, const struct hashed *hashed, struct lantik_buffer *fields, int64_t record_no)
{
	const uint8_t *stored = items_stored(hashed, record_no);
	uint32_t wire = htobe32((uint32_t)record_no);
	uint8_t hash[LANTIK_HASH];
	if (!stored)
		return false;
	memcpy(fields->data + RECORD_NO_AT, &wire, sizeof wire);
	audit_row_hash(lantik_buffer_span(fields), entry->row_format, hash);
	return memcmp(hash, stored, LANTIK_HASH) == 0;
}

/* Whether the row is the one that must stand at another place where something differs. */
static bool is_moved(const struct entry *entry, const struct hashed *hashed, struct lantik_span row)
{
	const struct entries *all = entry->all;
	struct lantik_buffer fields = {0};
	bool moved = false;
	lantik_buffer_append_span(&fields, row);
	LANTIK_ASSERT(!fields.error);
	for (size_t i = 0; i < all->difference_count && !moved && fields.len > RECORD_NO_AT + 4; i++)
		moved = all->differences[i].what != AUDIT_EXTRA &&
			hashes_as(entry, hashed, &fields, all->differences[i].record_no);
	lantik_buffer_free(&fields);
	return moved;
}

/* ---- columns beside the body ---- */

/* The batch as it was sent. */
struct sent {
	struct lantik_buffer body;
	struct lantik_arena *arena, *record_arena;
	struct lantik_batch_view view;
	struct lantik_manifest manifest;
	bool is_open;
};

static void body_fetch(struct entry *entry, struct sent *ret)
{
	struct audit_stream rows;
	struct lantik_batch_leaf leaf;
	struct lantik_batch_digests digests;
	audit_open(entry->all->audit, &rows,
		"SELECT t.body, t.body_size, l.leaf, l.leaf_index FROM lantik.batch_body t JOIN lantik.batch b ON "
		"b.batch_no = "
		"t.batch_no JOIN lantik.ledger_leaf l ON l.leaf_index = b.leaf_index WHERE t.batch_no = %" PRId64
		" AND t.body_size <= %u",
		entry->batch_no, LANTIK_MAX_BODY);
	if (audit_next(&rows) &&
		audit_leaf_holds(entry->all->audit, audit_cell(&rows, 2), (uint64_t)audit_integer(&rows, 3)) &&
		lantik_batch_leaf_parse(audit_cell(&rows, 2), &leaf) == LANTIK_OK && audit_integer(&rows, 1) > 0 &&
		unpack(audit_cell(&rows, 0), (size_t)audit_integer(&rows, 1), &ret->body) == LANTIK_OK)
		ret->is_open = lantik_batch_digests(lantik_buffer_span(&ret->body), &digests) == LANTIK_OK &&
			       memcmp(digests.manifest_sha256, leaf.manifest_sha256, LANTIK_HASH) == 0;
	audit_close(&rows);
}

static void sent_open(struct entry *entry, struct sent *ret)
{
	uint32_t unused;
	*ret = (struct sent){0};
	body_fetch(entry, ret);
	ret->arena = lantik_arena_new((size_t)1024 * 1024);
	ret->record_arena = lantik_arena_new((size_t)1024 * 1024);
	LANTIK_ASSERT(ret->arena && ret->record_arena);
	ret->is_open =
		ret->is_open &&
		lantik_batch_scan(lantik_buffer_span(&ret->body), ret->arena, &ret->view, &unused) == LANTIK_OK &&
		lantik_manifest_decode(ret->view.manifest, ret->arena, &ret->manifest) == LANTIK_OK;
}

static void sent_close(struct sent *sent)
{
	lantik_buffer_free(&sent->body);
	lantik_arena_free(&sent->arena);
	lantik_arena_free(&sent->record_arena);
}

static void put_number(struct lantik_buffer *ret, int64_t value, size_t len)
{
	uint64_t wire = htobe64((uint64_t)value);
	lantik_buffer_append(ret, (const uint8_t *)&wire + 8 - len, len);
}

static void put_documents(struct lantik_buffer *ret, const struct lantik_documents *documents)
{
	for (size_t i = 0; i < documents->count; i++) {
		const struct lantik_document *document = &documents->items[i];
		put_number(ret, document->type, 2);
		put_number(ret, (int64_t)document->sha256.len, 1);
		lantik_buffer_append_span(ret, document->sha256);
		put_number(ret, (int64_t)document->object.len, 2);
		lantik_buffer_append_span(ret, document->object);
	}
}

/* The column's bytes as daemon/row.c makes them; nothing stands for NULL. False when nobody can say. */
static bool put_field(struct lantik_buffer *ret, const struct lantik_field *field, const struct lantik_record *record)
{
	const void *member = lantik_member(record, field);
	int64_t value = field->type == LANTIK_TIME || field->type == LANTIK_MONEY ? *(const int64_t *)member : 0;
	if (field->type == LANTIK_DATE || field->type == LANTIK_INT || field->type == LANTIK_WORD)
		value = *(const int32_t *)member;
	switch (field->type) {
	case LANTIK_TEXT:
	case LANTIK_ID:
	case LANTIK_HASH_FIELD:
		lantik_buffer_append_span(ret, *(const struct lantik_span *)member);
		return true;
	case LANTIK_DOCUMENTS:
		put_documents(ret, member);
		return true;
	case LANTIK_DATE:
		if (value && !lantik_date_valid((int32_t)value))
			return false;
		if (value)
			put_number(ret, lantik_date_days((int32_t)value) - EPOCH_DAYS, 4);
		return true;
	default:
		if (value)
			put_number(ret, field->type == LANTIK_TIME ? value - EPOCH_MICROS : value,
				field->type == LANTIK_WORD  ? 2
				: field->type == LANTIK_INT ? 4
							    : 8);
		return true;
	}
}

/* Empty is NULL in the register. */
static bool cell_is(const struct audit_stream *row, unsigned column, struct lantik_span value)
{
	return value.len ? audit_is(row, column, value) : audit_null(row, column);
}

static bool field_fits(
	const struct sent *sent, const struct audit_stream *row, size_t at, const struct lantik_record *record)
{
	const struct lantik_field *field = &lantik_record_fields[at];
	struct lantik_buffer wanted = {0};
	if (field->number == LANTIK_F_kode_instansi)
		return cell_is(row, FIELDS + (unsigned)at, sent->manifest.kode_instansi);
	bool known = put_field(&wanted, field, record);
	LANTIK_ASSERT(!wanted.error);
	bool fits = !known || cell_is(row, FIELDS + (unsigned)at, lantik_buffer_span(&wanted));
	lantik_buffer_free(&wanted);
	return fits;
}

/* The first column that is told joins the row's own difference, others come beside it. */
static void tell_column(struct entries *all, int64_t record_no, const char *column)
{
	struct difference *difference = difference_of(all, record_no);
	if (difference && !difference->column)
		difference->column = column;
	else
		items_differ(all, record_no, AUDIT_ALTERED, column);
}

static void own_columns(struct entry *entry, const struct sent *sent, const struct audit_stream *row, int64_t record_no,
	struct lantik_span nama_asli)
{
	const struct {
		const char *name;
		bool fits;
	} own[] = {{"office_no", audit_integer(row, OFFICE_NO) == entry->office_no},
		{"kind", audit_integer(row, ROW_KIND) == sent->manifest.kind},
		{"step", audit_integer(row, ROW_STEP) == sent->manifest.step},
		{"nama_asli", cell_is(row, NAMA_ASLI, nama_asli)}};
	for (size_t i = 0; i < LANTIK_COUNT(own); i++)
		if (!own[i].fits)
			tell_column(entry->all, record_no, own[i].name);
}

static void columns_compare(struct entry *entry, struct sent *sent, const struct audit_stream *row, int64_t record_no)
{
	struct lantik_record record;
	struct lantik_span nama_asli = {0};
	lantik_arena_reset(sent->record_arena);
	if (!sent->is_open || record_no < 1 || record_no > sent->view.record_count ||
		lantik_record_decode(sent->view.records[record_no - 1], sent->record_arena, &record) != LANTIK_OK)
		return;
	struct lantik_span nama = record.nama;
	if (lantik_name_unify(nama, sent->record_arena, &record.nama))
		nama_asli = nama;
	own_columns(entry, sent, row, record_no, nama_asli);
	for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++)
		if (!field_fits(sent, row, i, &record))
			tell_column(entry->all, record_no, lantik_record_fields[i].name);
}

/* ---- the rows that differ, read once more ---- */

static void query_make(const struct entry *entry, struct lantik_buffer *ret)
{
	const struct entries *all = entry->all;
	audit_rows_select(ret);
	lantik_buffer_printf(
		ret, " FROM lantik.appointment t WHERE t.batch_no = %" PRId64 " AND t.record_no IN (0", entry->number);
	for (size_t i = 0; i < all->difference_count; i++)
		if (all->differences[i].what != AUDIT_MISSING)
			lantik_buffer_printf(ret, ", %" PRId64, all->differences[i].record_no);
	lantik_buffer_printf(ret, ")");
	lantik_buffer_append(ret, "", 1);
	LANTIK_ASSERT(!ret->error);
}

void audit_rows_refine(struct entry *entry, const struct hashed *hashed)
{
	struct entries *all = entry->all;
	struct lantik_buffer query = {0};
	struct audit_stream rows;
	struct sent sent;
	query_make(entry, &query);
	sent_open(entry, &sent);
	audit_open(all->audit, &rows, "%s", (const char *)query.data);
	while (audit_next(&rows)) {
		int64_t record_no = audit_integer(&rows, RECORD_NO);
		struct difference *difference = difference_of(all, record_no);
		if (difference && is_moved(entry, hashed, rows.fields))
			difference->what = AUDIT_REORDERED;
		else if (difference && difference->what == AUDIT_ALTERED)
			columns_compare(entry, &sent, &rows, record_no);
	}
	audit_close(&rows);
	sent_close(&sent);
	lantik_buffer_free(&query);
}
