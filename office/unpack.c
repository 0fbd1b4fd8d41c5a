/* Takes a packed rulebook apart; the only file of lantik that sees libzstd.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unpack.h"

#include <string.h>
#include <zstd.h>

#include "lantik/limits.h"

static enum lantik_error unpack(
	struct lantik_span packed, uint32_t size, const uint8_t sha256[LANTIK_HASH], struct lantik_buffer *text)
{
	uint8_t digest[LANTIK_HASH];
	uint8_t *room = lantik_buffer_extend(text, size);
	if (!room)
		return LANTIK_E_NO_MEMORY;
	/* The room is all that is written: a frame that promises more fails, however large it says that it is. */
	if (ZSTD_decompress(room, size, packed.data, packed.len) != size)
		return LANTIK_E_MALFORMED;
	lantik_sha256(lantik_buffer_span(text), digest);
	return memcmp(digest, sha256, LANTIK_HASH) == 0 ? LANTIK_OK : LANTIK_E_MISMATCH;
}

enum lantik_error lantik_unpack(
	struct lantik_span packed, uint32_t size, const uint8_t sha256[LANTIK_HASH], struct lantik_buffer *ret)
{
	struct lantik_buffer text = {0};
	if (size > LANTIK_MAX_RULEBOOK)
		return LANTIK_E_TOO_LARGE;
	enum lantik_error error = size > 0 ? unpack(packed, size, sha256, &text) : LANTIK_E_MALFORMED;
	if (error == LANTIK_OK)
		lantik_buffer_append_span(ret, lantik_buffer_span(&text));
	lantik_buffer_free(&text);
	return error == LANTIK_OK ? ret->error : error;
}
