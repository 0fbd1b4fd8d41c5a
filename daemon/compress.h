/* Bodies are kept compressed, and rulebooks sent so. The only room that sees zstd.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_COMPRESS_H
#define LANTIK_DAEMON_COMPRESS_H

#include "lantik/bytes.h"

/* Appends one zstd frame with content size and checksum. */
LANTIK_MUST_CHECK enum lantik_error compress(struct lantik_span bytes, int level, struct lantik_buffer *ret);

#endif
