/* Decompresses stored bodies; the size is the database's word, never the frame's.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unpack.h"

#include <zstd.h>

enum lantik_error unpack(struct lantik_span frame, size_t size, struct lantik_buffer *ret)
{
	size_t before = ret->len;
	uint8_t *out = lantik_buffer_extend(ret, size);
	if (!out)
		return ret->error;
	size_t len = ZSTD_decompress(out, size, frame.data, frame.len);
	if (!ZSTD_isError(len) && len == size)
		return LANTIK_OK;
	ret->len = before;
	return LANTIK_E_MALFORMED;
}

size_t unpack_size(struct lantik_span frame)
{
	unsigned long long size = ZSTD_getFrameContentSize(frame.data, frame.len);
	bool known = size != ZSTD_CONTENTSIZE_UNKNOWN && size != ZSTD_CONTENTSIZE_ERROR && size <= SIZE_MAX;
	return known ? (size_t)size : 0;
}
