/* Packs bytes as zstd frames, and unpacks them: stored bodies and the rulebook.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compress.h"

#include <zstd.h>

enum lantik_error compress(struct lantik_span bytes, int level, struct lantik_buffer *ret)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	size_t before = ret->len;
	size_t bound = ZSTD_compressBound(bytes.len);
	uint8_t *out = context ? lantik_buffer_extend(ret, bound) : NULL;
	enum lantik_error error = LANTIK_E_NO_MEMORY;

	if (out) {
		ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
		ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
		size_t len = ZSTD_compress2(context, out, bound, bytes.data, bytes.len);
		error = ZSTD_isError(len) ? LANTIK_E_NO_MEMORY : LANTIK_OK;
		ret->len = before + (error ? 0 : len);
	}
	ZSTD_freeCCtx(context);
	return error;
}

enum lantik_error uncompress(struct lantik_span frame, size_t size, struct lantik_buffer *ret)
{
	size_t before = ret->len;
	uint8_t *out = lantik_buffer_extend(ret, size);

	if (!out)
		return LANTIK_E_NO_MEMORY;
	size_t len = ZSTD_decompress(out, size, frame.data, frame.len);
	if (!ZSTD_isError(len) && len == size)
		return LANTIK_OK;
	ret->len = before;
	return LANTIK_E_MALFORMED;
}
