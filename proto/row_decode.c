/* A tuple of lantik.register back into the record that was sent: what the daemon's row.c writes, read strictly.
 * SPDX-License-Identifier: Apache-2.0 */
#include <endian.h>
#include <string.h>

#include "lantik/codec.h"
#include "lantik/name.h"
#include "lantik/row.h"

/* PostgreSQL counts from 2000-01-01. */
#define EPOCH_DAYS 10957
#define EPOCH_MICROS (INT64_C(946684800) * 1000000)

/* ---- columns ---- */

#define OWN_COLUMNS                                                                                                    \
	"batch_no", "record_no", "office_no", "kind", "step", "supersedes_batch_no", "supersedes_record_no", "salt"
#define HOT_NAME(name) #name,
#define COLD_NAME(name)

const char *lantik_row_column(size_t at)
{
	static const char *const names[] = {OWN_COLUMNS,
#define FIELD(number, name, type, extent, class, place) place##_NAME(name)
#include "lantik/fields.def"
#undef FIELD
		"cold", "sent"};

	_Static_assert(sizeof names / sizeof *names == LANTIK_ROW_COLUMNS, "the names of all columns");
	LANTIK_ASSERT(at < LANTIK_ROW_COLUMNS);
	return names[at];
}

bool lantik_row_holds_documents(const struct lantik_documents *documents)
{
	bool holds = documents->count <= LANTIK_MAX_DOCUMENTS;

	for (size_t i = 0; i < documents->count && holds; i++) {
		const struct lantik_document *document = &documents->items[i];
		holds = document->type == (uint16_t)document->type && document->object.len <= UINT16_MAX &&
			(!document->sha256.len || document->sha256.len == LANTIK_HASH);
	}
	return holds;
}

/* ---- the tuple, cell by cell ---- */

/* bad is sticky, so that it is asked for once. */
struct reader {
	const uint8_t *at, *end;
	bool bad;
};

static struct lantik_span take(struct reader *r, size_t len)
{
	if (r->bad || (size_t)(r->end - r->at) < len) {
		r->bad = true;
		return (struct lantik_span){NULL, 0};
	}
	r->at += len;
	return (struct lantik_span){.data = r->at - len, .len = len};
}

/* Big-endian, of 1 to 8 bytes. */
static uint64_t number_of(struct lantik_span bytes)
{
	uint64_t value = 0;

	for (size_t i = 0; i < bytes.len; i++)
		value = value << 8 | bytes.data[i];
	return value;
}

/* False: NULL. */
static bool cell(struct reader *r, struct lantik_span *ret)
{
	uint32_t len = (uint32_t)number_of(take(r, 4));

	*ret = (struct lantik_span){NULL, 0};
	if (r->bad || len == UINT32_MAX)
		return false;
	*ret = take(r, len);
	return !r->bad;
}

/* NULL is 0, and 0 is always NULL. */
static int64_t number_cell(struct reader *r, size_t len)
{
	struct lantik_span bytes;

	if (!cell(r, &bytes))
		return 0;
	uint64_t value = number_of(bytes);
	r->bad |= bytes.len != len || !value;
	return len == 2 ? (int16_t)(uint16_t)value : len == 4 ? (int32_t)(uint32_t)value : (int64_t)value;
}

/* NULL is empty, and empty is always NULL. */
static struct lantik_span bytes_cell(struct reader *r)
{
	struct lantik_span bytes;

	r->bad |= cell(r, &bytes) && !bytes.len;
	return bytes;
}

static int32_t date_cell(struct reader *r)
{
	struct lantik_span bytes;

	if (!cell(r, &bytes))
		return 0;
	int32_t date = lantik_date_from_days((int64_t)(int32_t)(uint32_t)number_of(bytes) + EPOCH_DAYS);
	r->bad |= bytes.len != 4 || !lantik_date_valid(date);
	return date;
}

static int64_t time_cell(struct reader *r)
{
	struct lantik_span bytes;

	if (!cell(r, &bytes))
		return 0;
	int64_t micros = (int64_t)number_of(bytes);
	r->bad |= bytes.len != 8 || micros <= -EPOCH_MICROS || micros >= LANTIK_ROW_END_MICROS - EPOCH_MICROS;
	return r->bad ? 0 : micros + EPOCH_MICROS;
}

/* Money and numbers of a record may be below zero when no rule forbids it, but 0 is absent. */
static void hot_field(struct reader *r, const struct lantik_field *field, void *member)
{
	switch (field->type) {
	case LANTIK_TEXT:
	case LANTIK_HASH_FIELD:
	case LANTIK_ID:
		*(struct lantik_span *)member = bytes_cell(r);
		r->bad |= !lantik_row_holds(field, member);
		break;
	case LANTIK_DATE:
		*(int32_t *)member = date_cell(r);
		break;
	case LANTIK_INT:
		*(int32_t *)member = (int32_t)number_cell(r, 4);
		break;
	case LANTIK_WORD:
		*(int32_t *)member = (int32_t)number_cell(r, 2);
		break;
	case LANTIK_TIME:
		*(int64_t *)member = time_cell(r);
		break;
	case LANTIK_MONEY:
		*(int64_t *)member = number_cell(r, 8);
		break;
	default:
		r->bad = true;
	}
}

/* ---- cold values ---- */

/* Repeated: u16 type, u8 digest length, digest, u16 path length, path. */
static struct lantik_document document_next(struct reader *r)
{
	struct lantik_document document;

	document.type = (int32_t)number_of(take(r, 2));
	document.sha256 = take(r, (size_t)number_of(take(r, 1)));
	document.object = take(r, (size_t)number_of(take(r, 2)));
	return document;
}

static struct lantik_documents documents_of(struct reader *r, struct lantik_span bytes, struct lantik_arena *arena)
{
	struct lantik_documents ret = {NULL, 0};
	struct reader list = {.at = bytes.data, .end = bytes.data + bytes.len};

	if (r->bad || !bytes.len)
		return ret;
	struct lantik_document *items = lantik_arena_alloc(arena, LANTIK_MAX_DOCUMENTS * sizeof *items);
	r->bad |= !items;
	while (!r->bad && list.at != list.end) {
		r->bad |= ret.count == LANTIK_MAX_DOCUMENTS;
		if (!r->bad)
			items[ret.count++] = document_next(&list);
		r->bad |= list.bad;
	}
	ret.items = items;
	r->bad |= !lantik_row_holds_documents(&ret);
	return ret;
}

/* As long as it is; the others have a width. */
static bool is_text(const struct lantik_field *field)
{
	return field->type == LANTIK_TEXT || field->type == LANTIK_ID || field->type == LANTIK_DOCUMENTS;
}

static void cold_field(struct reader *r, const struct lantik_field *field, struct lantik_span value,
	struct lantik_arena *arena, void *member)
{
	if (field->type == LANTIK_DOCUMENTS) {
		*(struct lantik_documents *)member = documents_of(r, value, arena);
		return;
	}
	*(struct lantik_span *)member = value;
	r->bad |= !lantik_row_holds(field, member);
}

static void cold_number(struct reader *r, const struct lantik_field *field, struct reader *fixed, void *member)
{
	switch (field->type) {
	case LANTIK_DATE: {
		int64_t day = (int64_t)number_of(take(fixed, 4));
		*(int32_t *)member = day ? lantik_date_from_days(day - LANTIK_COLD_EPOCH) : 0;
		r->bad |= day && !*(int32_t *)member;
		break;
	}
	case LANTIK_INT:
		*(int32_t *)member = (int32_t)(uint32_t)number_of(take(fixed, 4));
		break;
	case LANTIK_WORD:
		*(int32_t *)member = (int16_t)(uint16_t)number_of(take(fixed, 2));
		break;
	case LANTIK_MONEY:
		*(int64_t *)member = (int64_t)number_of(take(fixed, 8));
		break;
	default:
		r->bad = true;
	}
	r->bad |= fixed->bad;
}

/* Offsets of the ends, then the values; ret is empty values for NULL. fixed is what stood before them. */
static void cold_values(struct reader *r, struct lantik_span cold, struct lantik_span *ret_fixed,
	struct lantik_span ret[LANTIK_COLD_COUNT])
{
	static const uint8_t absent[LANTIK_COLD_FIXED];
	struct reader ends = {.at = cold.data, .end = cold.data + cold.len}, values;
	size_t before = 0;

	memset(ret, 0, LANTIK_COLD_COUNT * sizeof *ret);
	*ret_fixed = (struct lantik_span){absent, sizeof absent};
	if (r->bad || !cold.len)
		return;
	*ret_fixed = take(&ends, LANTIK_COLD_FIXED);
	r->bad |= ends.bad;
	values = ends;
	take(&values, (size_t)LANTIK_COLD_COUNT * 2);
	for (size_t i = 0; i < LANTIK_COLD_COUNT && !r->bad; i++) {
		size_t end = (size_t)number_of(take(&ends, 2));
		r->bad |= ends.bad || end < before;
		if (!r->bad)
			ret[i] = take(&values, end - before);
		before = end;
		r->bad |= values.bad;
	}
	r->bad |= values.at != values.end || (!before && memcmp(ret_fixed->data, absent, sizeof absent) == 0);
}

/* ---- the row ---- */

static void own_columns(struct reader *r, struct lantik_row *ret)
{
	struct lantik_span salt;

	ret->batch_no = number_cell(r, 8);
	ret->record_no = (uint32_t)number_cell(r, 4);
	ret->office_no = (int32_t)number_cell(r, 4);
	ret->kind = (int32_t)number_cell(r, 2);
	ret->step = (int32_t)number_cell(r, 2);
	ret->supersedes_batch_no = number_cell(r, 8);
	ret->supersedes_record_no = (int32_t)number_cell(r, 4);
	r->bad |= !ret->batch_no || !ret->record_no || !ret->office_no || !ret->kind || !ret->step ||
		  !ret->supersedes_batch_no != !ret->supersedes_record_no;
	cell(r, &salt);
	r->bad |= salt.len != LANTIK_ROW_SALT;
	ret->salt = salt.data;
}

static void fields(struct reader *r, struct lantik_arena *arena, struct lantik_row *ret)
{
	struct lantik_span values[LANTIK_COLD_COUNT], fixed;
	size_t at = 0;

	for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++) {
		const struct lantik_field *field = &lantik_record_fields[i];
		if (!field->cold)
			hot_field(r, field, lantik_member_mutable(&ret->record, field));
	}
	cold_values(r, bytes_cell(r), &fixed, values);
	struct reader numbers = {.at = fixed.data, .end = fixed.data + fixed.len, .bad = r->bad};
	for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++) {
		const struct lantik_field *field = &lantik_record_fields[i];
		void *member = lantik_member_mutable(&ret->record, field);
		if (!field->cold)
			continue;
		if (is_text(field))
			cold_field(r, field, values[at++], arena, member);
		else
			cold_number(r, field, &numbers, member);
	}
	ret->nama = ret->record.nama;
	if (!values[at].len)
		return;
	ret->record.nama = values[at];
	r->bad |= lantik_span_equal(ret->nama, ret->record.nama);
}

enum lantik_error lantik_row_decode(struct lantik_span tuple, struct lantik_arena *arena, struct lantik_row *ret)
{
	struct reader r = {.at = tuple.data, .end = tuple.data + tuple.len};
	struct lantik_row row = {0};

	r.bad = number_of(take(&r, 2)) != LANTIK_ROW_COLUMNS || r.bad;
	own_columns(&r, &row);
	fields(&r, arena, &row);
	row.sent = bytes_cell(&r);
	if (r.bad || r.at != r.end || row.sent.len > LANTIK_MAX_RECORD || row.nama.len > LANTIK_ROW_MAX_NAME ||
		row.record.kode_instansi.len > UINT8_MAX)
		return LANTIK_E_MALFORMED;
	*ret = row;
	return LANTIK_OK;
}

/* ---- the record ---- */

/* Takes the tag and the length off a field that was appended at start. */
static void unwrap(struct lantik_buffer *buffer, size_t start)
{
	size_t at = start + 1;

	while (buffer->data[at++] & 0x80)
		;
	memmove(buffer->data + start, buffer->data + at, buffer->len - at);
	buffer->len -= at - start;
}

static enum lantik_error from_columns(const struct lantik_row *row, bool names_agency, struct lantik_buffer *ret)
{
	struct lantik_record record = row->record;
	size_t start = ret->len;

	if (!names_agency)
		record.kode_instansi = (struct lantik_span){NULL, 0};
	enum lantik_error error = lantik_record_append(&record, ret);
	if (!error && !ret->error)
		unwrap(ret, start);
	return error ? error : ret->error;
}

enum lantik_error lantik_row_record(const struct lantik_row *row, bool names_agency, struct lantik_buffer *ret)
{
	size_t start = ret->len;
	enum lantik_error error = from_columns(row, names_agency, ret);

	if (error || !row->sent.len)
		return error;
	struct lantik_span made = {.data = ret->data + start, .len = ret->len - start};
	bool same = lantik_span_equal(made, row->sent);
	ret->len = start;
	if (same)
		return LANTIK_E_MISMATCH;
	lantik_buffer_append_span(ret, row->sent);
	return ret->error;
}

/* ---- the columns beside a record that stands there as it was sent ---- */

static bool same_documents(const struct lantik_documents *a, const struct lantik_documents *b)
{
	bool same = a->count == b->count;
	for (size_t i = 0; i < a->count && same; i++)
		same = a->items[i].type == b->items[i].type &&
		       lantik_span_equal(a->items[i].sha256, b->items[i].sha256) &&
		       lantik_span_equal(a->items[i].object, b->items[i].object);
	return same;
}

bool lantik_row_same(const struct lantik_field *field, const void *held, const void *sent)
{
	static const struct lantik_record nothing;
	if (!lantik_row_holds(field, sent))
		sent = lantik_member(&nothing, field);
	switch (field->type) {
	case LANTIK_DATE:
	case LANTIK_INT:
	case LANTIK_WORD:
		return *(const int32_t *)held == *(const int32_t *)sent;
	case LANTIK_TIME:
	case LANTIK_MONEY:
		return *(const int64_t *)held == *(const int64_t *)sent;
	case LANTIK_DOCUMENTS:
		return same_documents(held, sent);
	default:
		return lantik_span_equal(*(const struct lantik_span *)held, *(const struct lantik_span *)sent);
	}
}

bool lantik_row_follows(const struct lantik_row *row, struct lantik_arena *arena)
{
	struct lantik_record sent;
	struct lantik_span nama;
	bool follows = lantik_record_decode(row->sent, arena, &sent) == LANTIK_OK;

	for (size_t i = 0; i < LANTIK_FIELD_COUNT && follows; i++) {
		const struct lantik_field *field = &lantik_record_fields[i];
		follows = field->number == LANTIK_F_kode_instansi ||
			  lantik_row_same(field, lantik_member(&row->record, field), lantik_member(&sent, field));
	}
	if (!follows)
		return false;
	(void)lantik_name_unify(sent.nama, arena, &nama);
	return lantik_span_equal(row->nama, nama);
}
