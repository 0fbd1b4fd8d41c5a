/* The wire scanner: one pass over hostile bytes that bounds what protobuf-c will be asked to do.
 * protobuf-c 1.4.1 accepts over-long varints, merges duplicate fields and amplifies tiny unknown fields a hundredfold.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scan.h"

#define MAX_VARINT 10

static enum lantik_error varint_next(struct scan *scan, uint64_t *ret)
{
	uint64_t value = 0;

	for (int i = 0; i < MAX_VARINT; i++) {
		if (scan->at == scan->end)
			return LANTIK_E_TRUNCATED;
		uint8_t byte = *scan->at++;
		if (i == MAX_VARINT - 1 && byte > 1)
			return LANTIK_E_BAD_VARINT;
		value |= (uint64_t)(byte & 0x7f) << (7 * i);
		if (byte & 0x80)
			continue;
		if (byte == 0 && i > 0)
			return LANTIK_E_BAD_VARINT;
		*ret = value;
		return LANTIK_OK;
	}
	return LANTIK_E_BAD_VARINT;
}

static enum lantik_error content_next(struct scan *scan, struct lantik_span *ret)
{
	uint64_t len;
	enum lantik_error error = varint_next(scan, &len);

	if (error)
		return error;
	if (len > (uint64_t)(scan->end - scan->at))
		return LANTIK_E_TRUNCATED;
	*ret = (struct lantik_span){.data = scan->at, .len = (size_t)len};
	scan->at += len;
	return LANTIK_OK;
}

enum lantik_error scan_field_next(struct scan *scan, struct scan_field *ret)
{
	uint64_t tag;
	enum lantik_error error = varint_next(scan, &tag);

	if (error)
		return error;
	*ret = (struct scan_field){.number = (uint32_t)(tag >> 3), .wire_type = (unsigned)(tag & 7)};
	if (tag >> 3 == 0)
		return LANTIK_E_MALFORMED;
	if (tag >> 3 >= SCAN_MAX_FIELD)
		return LANTIK_E_UNKNOWN_FIELD;
	if (ret->wire_type == WIRE_VARINT)
		return varint_next(scan, &ret->value);
	if (ret->wire_type == WIRE_BYTES)
		return content_next(scan, &ret->content);
	return LANTIK_E_MALFORMED;
}

static enum lantik_error number_fits(ProtobufCType type, uint64_t value)
{
	switch (type) {
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_UINT64:
		return LANTIK_OK;
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_UINT32:
		return value <= UINT32_MAX ? LANTIK_OK : LANTIK_E_BAD_VARINT;
	case PROTOBUF_C_TYPE_ENUM:
		return value <= SCAN_MAX_ENUM ? LANTIK_OK : LANTIK_E_MALFORMED;
	case PROTOBUF_C_TYPE_BOOL:
		return value <= 1 ? LANTIK_OK : LANTIK_E_BAD_VARINT;
	default:
		return LANTIK_E_MALFORMED;
	}
}

static bool is_length_delimited(ProtobufCType type)
{
	return type == PROTOBUF_C_TYPE_BYTES || type == PROTOBUF_C_TYPE_MESSAGE;
}

/* The contract numbers its fields densely; only the envelope of enumerations has gaps. */
static const ProtobufCFieldDescriptor *field_of(const ProtobufCMessageDescriptor *descriptor, uint32_t number)
{
	if (number <= descriptor->n_fields && descriptor->fields[number - 1].id == number)
		return &descriptor->fields[number - 1];
	return protobuf_c_message_descriptor_get_field(descriptor, number);
}

/* left: how many more repeated fields each depth may hold, over the whole message. */
static enum lantik_error scan_at_depth(
	const ProtobufCMessageDescriptor *descriptor, struct lantik_span bytes, unsigned *left, unsigned depth)
{
	struct scan scan = scan_of(bytes);
	uint64_t seen[SCAN_MAX_FIELD / 64] = {0};

	LANTIK_ASSERT(depth < SCAN_DEPTHS);
	while (scan.at != scan.end) {
		struct scan_field field;
		enum lantik_error error = scan_field_next(&scan, &field);
		if (error)
			return error;
		const ProtobufCFieldDescriptor *known = field_of(descriptor, field.number);
		if (!known)
			return LANTIK_E_UNKNOWN_FIELD;
		if ((field.wire_type == WIRE_BYTES) != is_length_delimited(known->type))
			return LANTIK_E_MALFORMED;
		if (known->label == PROTOBUF_C_LABEL_REPEATED) {
			if (left[depth]-- == 0)
				return LANTIK_E_TOO_LARGE;
		} else {
			uint64_t bit = UINT64_C(1) << (field.number % 64);
			if (seen[field.number / 64] & bit)
				return LANTIK_E_DUPLICATE_FIELD;
			seen[field.number / 64] |= bit;
		}
		if (known->type == PROTOBUF_C_TYPE_MESSAGE)
			error = scan_at_depth(known->descriptor, field.content, left, depth + 1);
		else if (field.wire_type == WIRE_VARINT)
			error = number_fits(known->type, field.value);
		if (error)
			return error;
	}
	return LANTIK_OK;
}

enum lantik_error scan_message(
	const ProtobufCMessageDescriptor *descriptor, struct lantik_span bytes, struct scan_limits limits)
{
	return scan_at_depth(descriptor, bytes, limits.repeated, 0);
}
