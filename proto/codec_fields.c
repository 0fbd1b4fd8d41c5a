/* Manifests from generated messages to plain C, and records and manifests back: one loop over the field table each way.
 * SPDX-License-Identifier: Apache-2.0 */
#include "codec_private.h"

#include "lantik/v1/batch.pb-c.h"

/* The field of the message with the same number; the tables and the .proto are numbered densely and alike (a unit test
 * compares name, number and type). */
static void *message_member(const ProtobufCMessage *message, const struct lantik_field *field)
{
	const ProtobufCFieldDescriptor *wire = &message->descriptor->fields[field->number - 1];

	return (char *)(uintptr_t)message + wire->offset;
}

void codec_fields_from(const struct lantik_field *fields, size_t count, const ProtobufCMessage *message, void *ret)
{
	for (size_t i = 0; i < count; i++) {
		const struct lantik_field *field = &fields[i];
		const void *from = message_member(message, field);
		void *to = lantik_member_mutable(ret, field);

		switch (field->type) {
		case LANTIK_TEXT:
		case LANTIK_ID:
		case LANTIK_HASH_FIELD:
			*(struct lantik_span *)to = codec_span(*(const ProtobufCBinaryData *)from);
			break;
		case LANTIK_DATE:
		case LANTIK_INT:
		case LANTIK_WORD:
			*(int32_t *)to = *(const int32_t *)from;
			break;
		case LANTIK_TIME:
		case LANTIK_MONEY:
			*(int64_t *)to = *(const int64_t *)from;
			break;
		case LANTIK_DOCUMENTS:
			break; /* only records have them, which record.c reads */
		}
	}
}

void codec_fields_to(const struct lantik_field *fields, size_t count, const void *from, ProtobufCMessage *message)
{
	for (size_t i = 0; i < count; i++) {
		const struct lantik_field *field = &fields[i];
		const void *member = lantik_member(from, field);
		void *to = message_member(message, field);

		switch (field->type) {
		case LANTIK_TEXT:
		case LANTIK_ID:
		case LANTIK_HASH_FIELD:
			*(ProtobufCBinaryData *)to = codec_bytes(*(const struct lantik_span *)member);
			break;
		case LANTIK_DATE:
		case LANTIK_INT:
		case LANTIK_WORD:
			*(int32_t *)to = *(const int32_t *)member;
			break;
		case LANTIK_TIME:
		case LANTIK_MONEY:
			*(int64_t *)to = *(const int64_t *)member;
			break;
		case LANTIK_DOCUMENTS:
			break; /* only records have them, and lantik_record_append places them */
		}
	}
}
