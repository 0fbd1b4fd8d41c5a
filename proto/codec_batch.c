/* A batch: found in one pass, decoded one record at a time, encoded one record at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "codec_private.h"
#include "record.h"
#include "scan.h"

#include "lantik/v1/batch.pb-c.h"

enum { BATCH_MANIFEST = 1, BATCH_RECORDS = 2 };

/* The first field must be the manifest; *scan stands behind it afterwards. */
static enum lantik_error find_manifest(struct scan *scan, struct lantik_span *ret)
{
	struct scan_field field;

	if (scan->at == scan->end)
		return LANTIK_E_TRUNCATED;
	enum lantik_error error = scan_field_next(scan, &field);
	if (error)
		return error;
	if (field.number != BATCH_MANIFEST || field.wire_type != WIRE_BYTES)
		return LANTIK_E_MALFORMED;
	*ret = field.content;
	return LANTIK_OK;
}

enum lantik_error lantik_batch_manifest(struct lantik_span body, struct lantik_span *ret)
{
	struct scan scan = scan_of(body);

	return find_manifest(&scan, ret);
}

static enum lantik_error scan_manifest(struct scan *scan, struct lantik_span *ret)
{
	enum lantik_error error = find_manifest(scan, ret);

	return error ? error : scan_message(&lantik__v1__manifest__descriptor, *ret, (struct scan_limits){0});
}

static enum lantik_error find_record(struct scan *scan, struct lantik_span *ret)
{
	struct scan_field field;
	enum lantik_error error = scan_field_next(scan, &field);

	if (error)
		return error;
	if (field.number == BATCH_MANIFEST)
		return LANTIK_E_DUPLICATE_FIELD;
	if (field.number != BATCH_RECORDS)
		return LANTIK_E_UNKNOWN_FIELD;
	if (field.wire_type != WIRE_BYTES)
		return LANTIK_E_MALFORMED;
	*ret = field.content;
	return field.content.len > LANTIK_MAX_RECORD ? LANTIK_E_TOO_LARGE : LANTIK_OK;
}

enum lantik_error lantik_records_root(struct lantik_span records_bytes, uint8_t ret[LANTIK_HASH])
{
	struct scan scan = scan_of(records_bytes);
	struct lantik_edge edge;

	edge.size = edge.count = 0;
	while (scan.at != scan.end) {
		struct lantik_span record;
		uint8_t hash[LANTIK_HASH];
		enum lantik_error error = find_record(&scan, &record);
		if (error)
			return error;
		lantik_leaf_hash(record, hash);
		lantik_edge_append(&edge, hash, NULL, NULL);
	}
	lantik_edge_root(&edge, ret);
	return LANTIK_OK;
}

/* A batch being scanned. */
struct batch_scan {
	struct scan scan;
	struct lantik_batch_view view;
	struct lantik_span *records;
	struct lantik_record record; /* of the record before; nobody reads it */
	struct record_reading reading;
};

static enum lantik_error scan_record(struct batch_scan *s)
{
	struct lantik_span *record = &s->records[s->view.record_count - 1];
	enum lantik_error error = find_record(&s->scan, record);

	return error ? error : record_read(*record, &s->record, &s->reading);
}

/* Room for as many records as there can be: each takes two bytes at least. */
static struct lantik_span *room_for_records(size_t bytes, struct lantik_arena *arena)
{
	size_t most = bytes / 2 < LANTIK_MAX_RECORDS ? bytes / 2 : LANTIK_MAX_RECORDS;

	return lantik_arena_alloc(arena, most * sizeof(struct lantik_span));
}

static enum lantik_error scan_records(struct batch_scan *s, struct lantik_arena *arena)
{
	size_t left = (size_t)(s->scan.end - s->scan.at);

	s->records = room_for_records(left, arena);
	if (!s->records)
		return LANTIK_E_TOO_LARGE;
	s->view.records = s->records;
	s->view.records_bytes = (struct lantik_span){.data = s->scan.at, .len = left};
	while (s->scan.at != s->scan.end) {
		if (s->view.record_count++ == LANTIK_MAX_RECORDS)
			return LANTIK_E_TOO_LARGE;
		enum lantik_error error = scan_record(s);
		if (error)
			return error;
	}
	for (uint32_t number = 0; number < SCAN_MAX_FIELD; number++)
		s->view.present[number / 64] |= (uint64_t)s->reading.given[number] << number % 64;
	return s->view.record_count ? LANTIK_OK : LANTIK_E_TRUNCATED;
}

enum lantik_error lantik_batch_scan(
	struct lantik_span body, struct lantik_arena *arena, struct lantik_batch_view *ret, uint32_t *ret_record_no)
{
	struct batch_scan s = {.scan = scan_of(body)};

	*ret_record_no = 0;
	enum lantik_error error =
		body.len > LANTIK_MAX_BODY ? LANTIK_E_TOO_LARGE : scan_manifest(&s.scan, &s.view.manifest);
	if (!error)
		error = scan_records(&s, arena);
	if (error)
		*ret_record_no = s.view.record_count;
	else
		*ret = s.view;
	return error;
}

enum lantik_error lantik_manifest_decode(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_manifest *ret)
{
	ProtobufCMessage *message = codec_unpack(&lantik__v1__manifest__descriptor, bytes, arena);

	if (!message)
		return lantik_arena_exhausted(arena) ? LANTIK_E_TOO_LARGE : LANTIK_E_MALFORMED;
	*ret = (struct lantik_manifest){0};
	codec_fields_from(lantik_manifest_fields, lantik_manifest_field_count, message, ret);
	return LANTIK_OK;
}

/* Beside the spans of the records, room for a manifest. */
#define DIGESTS_ARENA (LANTIK_MAX_RECORDS * sizeof(struct lantik_span) + 64u * 1024)

static enum lantik_error digests_in(
	struct lantik_span body, struct lantik_arena *arena, struct lantik_batch_digests *ret)
{
	struct lantik_batch_view view;
	struct lantik_manifest manifest;
	struct lantik_batch_digests digests;
	uint32_t record_no;
	enum lantik_error error = lantik_batch_scan(body, arena, &view, &record_no);

	if (!error)
		error = lantik_manifest_decode(view.manifest, arena, &manifest);
	if (!error)
		error = lantik_records_root(view.records_bytes, digests.records_root);
	if (error)
		return error;
	if (!lantik_span_equal(
		    manifest.records_root, (struct lantik_span){.data = digests.records_root, .len = LANTIK_HASH}))
		return LANTIK_E_MISMATCH;
	lantik_sha256(view.manifest, digests.manifest_sha256);
	*ret = digests;
	return LANTIK_OK;
}

enum lantik_error lantik_batch_digests(struct lantik_span body, struct lantik_batch_digests *ret)
{
	struct lantik_arena *arena = lantik_arena_new(DIGESTS_ARENA);

	LANTIK_ASSERT(arena);
	enum lantik_error error = digests_in(body, arena, ret);
	lantik_arena_free(&arena);
	return error;
}

/* The documents of a record, kept in the arena. */
static enum lantik_error documents_of(
	const struct record_reading *reading, struct lantik_arena *arena, struct lantik_documents *ret)
{
	for (size_t i = 0; i < reading->document_count; i++)
		if (reading->documents[i].sha256.len != 0 && reading->documents[i].sha256.len != LANTIK_HASH)
			return LANTIK_E_MALFORMED;
	if (!reading->document_count)
		return LANTIK_OK;
	size_t size = reading->document_count * sizeof *reading->documents;
	struct lantik_document *items = lantik_arena_alloc(arena, size);
	if (!items)
		return LANTIK_E_TOO_LARGE;
	memcpy(items, reading->documents, size);
	*ret = (struct lantik_documents){.items = items, .count = reading->document_count};
	return LANTIK_OK;
}

enum lantik_error lantik_record_decode(struct lantik_span bytes, struct lantik_arena *arena, struct lantik_record *ret)
{
	struct record_reading reading;

	*ret = (struct lantik_record){0};
	enum lantik_error error = record_read(bytes, ret, &reading);
	if (!error)
		error = documents_of(&reading, arena, &ret->dokumen);
	if (!error)
		ret->canonical = reading.canonical;
	return error;
}

static void append_varint(struct lantik_buffer *buffer, uint64_t value)
{
	uint8_t bytes[10];
	size_t len = 0;

	for (; value > 0x7f; value >>= 7)
		bytes[len++] = (uint8_t)(value | 0x80);
	bytes[len++] = (uint8_t)value;
	lantik_buffer_append(buffer, bytes, len);
}

/* One length-delimited field of AppointmentBatch. */
static enum lantik_error append_field(struct lantik_buffer *buffer, unsigned number, const ProtobufCMessage *message)
{
	append_varint(buffer, number << 3 | WIRE_BYTES);
	append_varint(buffer, protobuf_c_message_get_packed_size(message));
	return codec_pack(message, buffer);
}

enum lantik_error lantik_record_append(const struct lantik_record *record, struct lantik_buffer *records)
{
	Lantik__V1__AppointmentRecord message;
	Lantik__V1__Document documents[LANTIK_MAX_DOCUMENTS];
	Lantik__V1__Document *pointers[LANTIK_MAX_DOCUMENTS];

	if (record->dokumen.count > LANTIK_MAX_DOCUMENTS)
		return LANTIK_E_TOO_LARGE;
	lantik__v1__appointment_record__init(&message);
	codec_fields_to(lantik_record_fields, LANTIK_FIELD_COUNT, record, &message.base);
	for (size_t i = 0; i < record->dokumen.count; i++) {
		lantik__v1__document__init(&documents[i]);
		documents[i].type = record->dokumen.items[i].type;
		documents[i].object = codec_bytes(record->dokumen.items[i].object);
		documents[i].sha256 = codec_bytes(record->dokumen.items[i].sha256);
		pointers[i] = &documents[i];
	}
	message.n_dokumen = record->dokumen.count;
	message.dokumen = pointers;
	return append_field(records, BATCH_RECORDS, &message.base);
}

enum lantik_error lantik_batch_encode(
	const struct lantik_manifest *manifest, struct lantik_span records_bytes, struct lantik_buffer *ret)
{
	Lantik__V1__Manifest message;

	lantik__v1__manifest__init(&message);
	codec_fields_to(lantik_manifest_fields, lantik_manifest_field_count, manifest, &message.base);
	enum lantik_error error = append_field(ret, BATCH_MANIFEST, &message.base);
	lantik_buffer_append_span(ret, records_bytes);
	return error ? error : ret->error;
}
