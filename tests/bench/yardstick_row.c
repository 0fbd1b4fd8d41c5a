/* A row of Y's table in COPY BINARY: what the register's rows were when the yardstick was frozen. Frozen with it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "yardstick_row.h"

#include "lantik/put.h"

#include <string.h>

/* PostgreSQL counts from 2000-01-01. */
#define EPOCH_DAYS 10957
#define EPOCH_MICROS (INT64_C(946684800) * 1000000)

#define OWN_COLUMNS 9
/* A record of LANTIK_MAX_RECORD bytes grows by at most a length and a number for each column, and by a path length a
 * document. */
#define MAX_TUPLE (LANTIK_MAX_RECORD + (LANTIK_FIELD_COUNT + OWN_COLUMNS) * 12 + LANTIK_MAX_DOCUMENTS * 8)

static uint8_t *put_null(uint8_t *at)
{
	return lantik_put32(at, UINT32_MAX);
}

static uint8_t *column16(uint8_t *at, int32_t value)
{
	return lantik_put16(lantik_put32(at, 2), (uint16_t)value);
}

static uint8_t *column32(uint8_t *at, int32_t value)
{
	return lantik_put32(lantik_put32(at, 4), (uint32_t)value);
}

static uint8_t *column64(uint8_t *at, int64_t value)
{
	return lantik_put64(lantik_put32(at, 8), (uint64_t)value);
}

static uint8_t *column_bytes(uint8_t *at, const void *bytes, size_t len)
{
	at = lantik_put32(at, (uint32_t)len);
	if (len)
		memcpy(at, bytes, len);
	return at + len;
}

static uint8_t *column_span(uint8_t *at, struct lantik_span span)
{
	return span.len ? column_bytes(at, span.data, span.len) : put_null(at);
}

/* Repeated: u16 type, u8 digest length, digest, u16 path length, path. */
static uint8_t *column_documents(uint8_t *at, const struct lantik_documents *documents)
{
	if (!documents->count)
		return put_null(at);
	uint8_t *start = at + 4;
	uint8_t *end = start;
	for (size_t i = 0; i < documents->count; i++) {
		const struct lantik_document *document = &documents->items[i];
		end = lantik_put16(end, (uint16_t)document->type);
		*end++ = (uint8_t)document->sha256.len;
		if (document->sha256.len)
			memcpy(end, document->sha256.data, document->sha256.len);
		end = lantik_put16(end + document->sha256.len, (uint16_t)document->object.len);
		if (document->object.len)
			memcpy(end, document->object.data, document->object.len);
		end += document->object.len;
	}
	lantik_put32(at, (uint32_t)(end - start));
	return end;
}

static uint8_t *column_field(uint8_t *at, const struct lantik_field *field, const struct lantik_record *record)
{
	const void *member = lantik_member(record, field);

	switch (field->type) {
	case LANTIK_TEXT:
	case LANTIK_ID:
	case LANTIK_HASH_FIELD:
		return column_span(at, *(const struct lantik_span *)member);
	case LANTIK_DATE: {
		int32_t date = *(const int32_t *)member;
		return date ? column32(at, (int32_t)(lantik_date_days(date) - EPOCH_DAYS)) : put_null(at);
	}
	case LANTIK_INT: {
		int32_t value = *(const int32_t *)member;
		return value ? column32(at, value) : put_null(at);
	}
	case LANTIK_WORD: {
		int32_t value = *(const int32_t *)member;
		return value ? column16(at, value) : put_null(at);
	}
	case LANTIK_TIME: {
		int64_t value = *(const int64_t *)member;
		return value ? column64(at, value - EPOCH_MICROS) : put_null(at);
	}
	case LANTIK_MONEY: {
		int64_t value = *(const int64_t *)member;
		return value ? column64(at, value) : put_null(at);
	}
	case LANTIK_DOCUMENTS:
		return column_documents(at, member);
	}
	LANTIK_ASSERT(!"a field type of the table");
	return at;
}

static uint8_t *own_columns(uint8_t *at, const struct yardstick_row *row, const uint8_t salt[YARDSTICK_SALT])
{
	at = column64(at, row->batch_no);
	at = column32(at, (int32_t)row->record_no);
	at = column32(at, row->office_no);
	at = column16(at, row->manifest->kind);
	at = column16(at, row->manifest->step);
	at = put_null(put_null(at)); /* supersedes_batch_no, supersedes_record_no */
	at = column_bytes(at, salt, YARDSTICK_SALT);
	return put_null(at); /* nama_asli */
}

size_t yardstick_row_append(const struct yardstick_row *row, const struct lantik_record *record,
	const uint8_t salt[YARDSTICK_SALT], struct lantik_buffer *tuples)
{
	size_t start = tuples->len;
	uint8_t *tuple = lantik_buffer_extend(tuples, MAX_TUPLE);

	LANTIK_ASSERT(tuple);
	uint8_t *at = own_columns(lantik_put16(tuple, LANTIK_FIELD_COUNT + OWN_COLUMNS), row, salt);
	for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++) {
		const struct lantik_field *field = &lantik_record_fields[i];
		if (field->number == LANTIK_F_kode_instansi)
			at = column_span(at, row->manifest->kode_instansi);
		else
			at = column_field(at, field, record);
	}
	LANTIK_ASSERT(at <= tuple + MAX_TUPLE);
	tuples->len = start + (size_t)(at - tuple);
	return (size_t)(at - tuple);
}
