/* Takes a packed rulebook apart; the only file of lantik that sees libzstd.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unpack.h"

#include <zstd.h>

#include "lantik/limits.h"

enum lantik_error lantik_unpack(struct lantik_span packed, uint32_t size, struct lantik_buffer *ret)
{
	struct lantik_buffer text = {0};
	if (size > LANTIK_MAX_RULEBOOK)
		return LANTIK_E_TOO_LARGE;
	uint8_t *room = size > 0 ? lantik_buffer_extend(&text, size) : NULL;
	if (!room)
		return size > 0 ? LANTIK_E_NO_MEMORY : LANTIK_E_MALFORMED;
	/* The room is all that is written: a frame that promises more fails, however large it says that it is. */
	bool whole = ZSTD_decompress(room, size, packed.data, packed.len) == size;
	if (whole)
		lantik_buffer_append_span(ret, lantik_buffer_span(&text));
	lantik_buffer_free(&text);
	return whole ? ret->error : LANTIK_E_MALFORMED;
}
