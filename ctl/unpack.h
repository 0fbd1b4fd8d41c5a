/* Stored bodies are compressed. The only room of lantikctl that sees zstd.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_UNPACK_H
#define LANTIK_CTL_UNPACK_H

#include "lantik/bytes.h"

/* Appends the content of one zstd frame, which must be exactly size bytes; makes room for no more. */
LANTIK_MUST_CHECK enum lantik_error unpack(struct lantik_span frame, size_t size, struct lantik_buffer *ret);
/* What the frame says of its content's size, which may be a lie; 0 when it does not say. */
size_t unpack_size(struct lantik_span frame);

#endif
