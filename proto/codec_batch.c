/* A batch: found in one pass, decoded one record at a time, encoded one record at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "codec_private.h"
#include "scan.h"

#include "lantik/v1/batch.pb-c.h"

enum { BATCH_MANIFEST = 1, BATCH_RECORDS = 2 };
#define WIRE_BYTES 2u

/* The first field must be the manifest; *scan stands behind it afterwards. */
static enum lantik_error scan_manifest(struct scan *scan, struct lantik_span *ret)
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
	struct scan_present present = {0};
	return scan_message(&lantik__v1__manifest__descriptor, field.content, (struct scan_limits){0}, &present);
}

static enum lantik_error scan_record(struct scan *scan, struct scan_present *present, struct lantik_span *ret)
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
	if (field.content.len > LANTIK_MAX_RECORD)
		return LANTIK_E_TOO_LARGE;
	*ret = field.content;
	return scan_message(&lantik__v1__appointment_record__descriptor, field.content,
		(struct scan_limits){{LANTIK_MAX_DOCUMENTS}}, present);
}

enum lantik_error lantik_batch_scan(
	struct lantik_span body, struct lantik_arena *arena, struct lantik_batch_view *ret, uint32_t *ret_record_no)
{
	struct scan scan = scan_of(body);
	struct lantik_batch_view view = {0};
	struct scan_present present = {0};
	enum lantik_error error =
		body.len > LANTIK_MAX_BODY ? LANTIK_E_TOO_LARGE : scan_manifest(&scan, &view.manifest);

	*ret_record_no = 0;
	if (error)
		return error;
	struct lantik_span *records = lantik_arena_alloc(arena, LANTIK_MAX_RECORDS * sizeof *records);
	if (!records)
		return LANTIK_E_TOO_LARGE;
	view.records = records;
	view.records_bytes = (struct lantik_span){.data = scan.at, .len = (size_t)(scan.end - scan.at)};
	while (scan.at != scan.end) {
		*ret_record_no = view.record_count + 1;
		if (view.record_count == LANTIK_MAX_RECORDS)
			return LANTIK_E_TOO_LARGE;
		error = scan_record(&scan, &present, &records[view.record_count++]);
		if (error)
			return error;
	}
	*ret_record_no = 0;
	if (!view.record_count)
		return LANTIK_E_TRUNCATED;
	memcpy(view.present, present.fields, sizeof view.present);
	*ret = view;
	return LANTIK_OK;
}

enum lantik_error lantik_manifest_decode(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_manifest *ret)
{
	ProtobufCMessage *message = codec_unpack(&lantik__v1__manifest__descriptor, bytes, arena);

	if (!message)
		return lantik_arena_exhausted(arena) ? LANTIK_E_TOO_LARGE : LANTIK_E_MALFORMED;
	*ret = (struct lantik_manifest){0};
	return codec_fields_from(lantik_manifest_fields, lantik_manifest_field_count, message, arena, ret);
}

/* Compares what protobuf-c writes with the bytes that were read. */
struct comparison {
	ProtobufCBuffer base;
	struct lantik_span left;
	bool differs;
};

static void compare(ProtobufCBuffer *base, size_t len, const uint8_t *data)
{
	struct comparison *c = (struct comparison *)base;

	c->differs |= len > c->left.len || memcmp(data, c->left.data, len) != 0;
	if (c->differs)
		return;
	c->left.data += len;
	c->left.len -= len;
}

static bool is_canonical(const ProtobufCMessage *message, struct lantik_span bytes)
{
	struct comparison c = {.base = {.append = compare}, .left = bytes};

	if (message->n_unknown_fields)
		return false;
	protobuf_c_message_pack_to_buffer(message, &c.base);
	return !c.differs && !c.left.len;
}

enum lantik_error lantik_record_decode(struct lantik_span bytes, struct lantik_arena *arena, struct lantik_record *ret)
{
	ProtobufCMessage *message = codec_unpack(&lantik__v1__appointment_record__descriptor, bytes, arena);

	if (!message)
		return lantik_arena_exhausted(arena) ? LANTIK_E_TOO_LARGE : LANTIK_E_MALFORMED;
	*ret = (struct lantik_record){.canonical = is_canonical(message, bytes)};
	return codec_fields_from(lantik_record_fields, LANTIK_FIELD_COUNT, message, arena, ret);
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
