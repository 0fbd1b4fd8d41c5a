/* protobuf-c on an arena: unpacking allocates from a budget, and nothing is freed piece by piece.
 * SPDX-License-Identifier: Apache-2.0 */
#include "codec_private.h"

static void *arena_alloc(void *arena, size_t size)
{
	return lantik_arena_alloc(arena, size);
}

static void arena_keep(void *arena, void *pointer)
{
	(void)arena;
	(void)pointer;
}

ProtobufCMessage *codec_unpack(
	const ProtobufCMessageDescriptor *descriptor, struct lantik_span bytes, struct lantik_arena *arena)
{
	ProtobufCAllocator allocator = {.alloc = arena_alloc, .free = arena_keep, .allocator_data = arena};
	static const uint8_t nothing[1];

	return protobuf_c_message_unpack(descriptor, &allocator, bytes.len, bytes.len ? bytes.data : nothing);
}

enum lantik_error codec_decode(const ProtobufCMessageDescriptor *descriptor, struct lantik_span bytes,
	struct scan_limits limits, struct lantik_arena *arena, ProtobufCMessage **ret)
{
	enum lantik_error error = scan_message(descriptor, bytes, limits);

	if (error)
		return error;
	ProtobufCMessage *message = codec_unpack(descriptor, bytes, arena);
	if (!message)
		return lantik_arena_exhausted(arena) ? LANTIK_E_TOO_LARGE : LANTIK_E_MALFORMED;
	*ret = message;
	return LANTIK_OK;
}

enum lantik_error codec_pack(const ProtobufCMessage *message, struct lantik_buffer *ret)
{
	size_t len = protobuf_c_message_get_packed_size(message);
	uint8_t *out = lantik_buffer_extend(ret, len);

	if (ret->error)
		return ret->error;
	if (len)
		LANTIK_ASSERT(protobuf_c_message_pack(message, out) == len);
	return LANTIK_OK;
}
