/* What the files of the codec share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_PROTO_CODEC_PRIVATE_H
#define LANTIK_PROTO_CODEC_PRIVATE_H

#include <protobuf-c/protobuf-c.h>

#include "lantik/codec.h"
#include "scan.h"

/* Unpacks into the arena after a scan; NULL when the arena's budget is spent or protobuf-c refuses. */
ProtobufCMessage *codec_unpack(
	const ProtobufCMessageDescriptor *descriptor, struct lantik_span bytes, struct lantik_arena *arena);
/* Scan, then unpack: what every message but a batch goes through. */
LANTIK_MUST_CHECK enum lantik_error codec_decode(const ProtobufCMessageDescriptor *descriptor, struct lantik_span bytes,
	struct scan_limits limits, struct lantik_arena *arena, ProtobufCMessage **ret);
/* Appends the packed message. */
enum lantik_error codec_pack(const ProtobufCMessage *message, struct lantik_buffer *ret);

static inline struct lantik_span codec_span(ProtobufCBinaryData data)
{
	return (struct lantik_span){.data = data.data, .len = data.len};
}

/* protobuf-c never writes through what it packs; its types just lack the const. */
static inline ProtobufCBinaryData codec_bytes(struct lantik_span span)
{
	return (ProtobufCBinaryData){.len = span.len, .data = (uint8_t *)(uintptr_t)span.data};
}

/* Between a generated message and our struct, field by field, by the table. */
void codec_fields_from(const struct lantik_field *fields, size_t count, const ProtobufCMessage *message, void *ret);
void codec_fields_to(const struct lantik_field *fields, size_t count, const void *from, ProtobufCMessage *message);

#endif
