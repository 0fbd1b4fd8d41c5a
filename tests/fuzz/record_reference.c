/* The reference: scan_message, then protobuf-c's unpacking, and its packing for what is canonical.
 * SPDX-License-Identifier: Apache-2.0 */
#include "record_reference.h"

#include <stdio.h>
#include <string.h>

#include "lantik/v1/batch.pb-c.h"
#include "scan.h"

#define ARENA ((size_t)1024 * 1024)

static struct lantik_span span_of(ProtobufCBinaryData data)
{
	return (struct lantik_span){.data = data.data, .len = data.len};
}

static const char *say(const char *what, const char *which)
{
	static char text[128];

	snprintf(text, sizeof text, "%s%s%s", what, *which ? ": " : "", which);
	return text;
}

static bool documents_differ(Lantik__V1__Document *const *from, size_t count, const struct lantik_documents *to)
{
	bool differ = count != to->count;

	for (size_t i = 0; i < count && !differ; i++)
		differ = from[i]->type != to->items[i].type ||
			 !lantik_span_equal(span_of(from[i]->object), to->items[i].object) ||
			 !lantik_span_equal(span_of(from[i]->sha256), to->items[i].sha256);
	return differ;
}

#define DIFFER_SPAN(name) !lantik_span_equal(span_of(message->name), record->name)
#define DIFFER_NUMBER(name) (message->name != record->name)
#define DIFFER_TEXT DIFFER_SPAN
#define DIFFER_ID DIFFER_SPAN
#define DIFFER_DATE DIFFER_NUMBER
#define DIFFER_INT DIFFER_NUMBER
#define DIFFER_TIME DIFFER_NUMBER
#define DIFFER_MONEY DIFFER_NUMBER
#define DIFFER_WORD(name) ((int32_t)message->name != record->name)
#define DIFFER_DOCUMENTS(name) documents_differ(message->name, message->n_##name, &record->name)

static const char *members_difference(const Lantik__V1__AppointmentRecord *message, const struct lantik_record *record)
{
#define FIELD(number, name, type, extent, class, place)                                                                \
	if (DIFFER_##type(name))                                                                                       \
		return say("member", #name);
#include "lantik/fields.def"
#undef FIELD
	return NULL;
}

static bool digests_fit(const Lantik__V1__AppointmentRecord *message)
{
	for (size_t i = 0; i < message->n_dokumen; i++)
		if (message->dokumen[i]->sha256.len != 0 && message->dokumen[i]->sha256.len != LANTIK_HASH)
			return false;
	return true;
}

/* What protobuf-c writes for what it read. */
static bool packs_to(const ProtobufCMessage *message, struct lantik_span bytes)
{
	size_t len = protobuf_c_message_get_packed_size(message);
	uint8_t *packed = malloc(len + 1);

	LANTIK_ASSERT(packed && protobuf_c_message_pack(message, packed) == len);
	bool same = lantik_span_equal((struct lantik_span){.data = packed, .len = len}, bytes);
	free(packed);
	return same;
}

/* What our own encoder writes for what we read: a tag, a length, and the bytes. */
static bool appends_to(const struct lantik_record *record, struct lantik_span bytes)
{
	struct lantik_buffer out = {0};

	LANTIK_ASSERT(lantik_record_append(record, &out) == LANTIK_OK);
	bool same = out.len >= bytes.len &&
		    (!bytes.len || memcmp(out.data + out.len - bytes.len, bytes.data, bytes.len) == 0);
	size_t head = out.len - bytes.len;
	same = same && head >= 2 && head <= 4 && (out.data[head - 1] & 0x80) == 0 &&
	       (head == 2 || out.data[head - 2] & 0x80);
	lantik_buffer_free(&out);
	return same;
}

static const char *record_compare(
	const Lantik__V1__AppointmentRecord *message, struct lantik_span bytes, const struct lantik_record *record)
{
	const char *difference = members_difference(message, record);

	if (difference)
		return difference;
	if (packs_to(&message->base, bytes) != record->canonical)
		return say("canonical", "");
	return appends_to(record, bytes) != record->canonical ? say("encoding", "") : NULL;
}

static const char *decoding_difference(struct lantik_span bytes, enum lantik_error scanned, struct lantik_arena *arena)
{
	static const uint8_t nothing[1];
	struct lantik_record record;
	enum lantik_error error = lantik_record_decode(bytes, arena, &record);

	if (scanned)
		return error == scanned ? NULL : say("refusal", lantik_error_text(error, LANTIK_ENGLISH));
	Lantik__V1__AppointmentRecord *message =
		lantik__v1__appointment_record__unpack(NULL, bytes.len, bytes.len ? bytes.data : nothing);
	const char *difference = NULL;
	if (!message || !digests_fit(message))
		difference = error == LANTIK_E_MALFORMED ? NULL : say("refusal", "what protobuf-c refuses");
	else if (error)
		difference = say("refusal", lantik_error_text(error, LANTIK_ENGLISH));
	else
		difference = record_compare(message, bytes, &record);
	if (message)
		lantik__v1__appointment_record__free_unpacked(message, NULL);
	return difference;
}

/* A batch of an empty manifest and this record. */
static void batch_of(struct lantik_span bytes, struct lantik_buffer *ret)
{
	const uint8_t head[] = {0x0a, 0x00, 0x12};
	uint8_t len[3];
	size_t count = 0;

	for (size_t left = bytes.len; count == 0 || left > 0; left >>= 7)
		len[count++] = (uint8_t)((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
	lantik_buffer_append(ret, head, sizeof head);
	lantik_buffer_append(ret, len, count);
	lantik_buffer_append_span(ret, bytes);
	LANTIK_ASSERT(!ret->error);
}

static bool present_fits(struct lantik_span bytes, const uint64_t present[2])
{
	struct scan scan = scan_of(bytes);
	struct scan_field field;
	uint64_t wanted[2] = {0};

	while (scan.at != scan.end) {
		LANTIK_ASSERT(scan_field_next(&scan, &field) == LANTIK_OK);
		wanted[field.number / 64] |= UINT64_C(1) << field.number % 64;
	}
	return wanted[0] == present[0] && wanted[1] == present[1];
}

static const char *scanning_difference(struct lantik_span bytes, enum lantik_error scanned, struct lantik_arena *arena)
{
	struct lantik_buffer body = {0};
	struct lantik_batch_view view;
	uint32_t record_no;
	const char *difference = NULL;

	batch_of(bytes, &body);
	enum lantik_error error = lantik_batch_scan(lantik_buffer_span(&body), arena, &view, &record_no);
	if (error != scanned || record_no != (scanned ? 1 : 0))
		difference = say("scan", lantik_error_text(error, LANTIK_ENGLISH));
	else if (!error && (view.record_count != 1 || !lantik_span_equal(view.records[0], bytes)))
		difference = say("scan", "records");
	else if (!error && !present_fits(bytes, view.present))
		difference = say("scan", "present");
	lantik_buffer_free(&body);
	return difference;
}

const char *record_difference(struct lantik_span bytes)
{
	LANTIK_ASSERT(bytes.len <= LANTIK_MAX_RECORD);
	struct lantik_arena *arena = lantik_arena_new(ARENA);
	/* a piece of its own, so that AddressSanitizer sees a step past either end */
	uint8_t *copy = malloc(bytes.len ? bytes.len : 1);
	LANTIK_ASSERT(arena && copy);
	if (bytes.len)
		memcpy(copy, bytes.data, bytes.len);
	struct lantik_span own = {.data = bytes.len ? copy : NULL, .len = bytes.len};
	enum lantik_error scanned = scan_message(
		&lantik__v1__appointment_record__descriptor, own, (struct scan_limits){{LANTIK_MAX_DOCUMENTS}});
	const char *difference = decoding_difference(own, scanned, arena);
	if (!difference)
		difference = scanning_difference(own, scanned, arena);
	free(copy);
	lantik_arena_free(&arena);
	return difference;
}
