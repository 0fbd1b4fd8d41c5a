/* Bodies are kept compressed, and rulebooks sent so. The only room that sees zstd.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_COMPRESS_H
#define LANTIK_DAEMON_COMPRESS_H

#include "lantik/bytes.h"

/* Appends one zstd frame with content size and checksum. */
LANTIK_MUST_CHECK enum lantik_error compress(struct lantik_span bytes, int level, struct lantik_buffer *ret);
/* Appends what a frame holds; the size is the database's word, never the frame's. */
LANTIK_MUST_CHECK enum lantik_error uncompress(struct lantik_span frame, size_t size, struct lantik_buffer *ret);

#endif
