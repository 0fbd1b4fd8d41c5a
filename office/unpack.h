/* Takes a packed rulebook apart.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_UNPACK_H
#define LANTIK_UNPACK_H

#include "lantik/bytes.h"

/* Appends exactly size bytes, whatever the packed text says of itself; LANTIK_E_MALFORMED when it is no zstd or holds
 * more or fewer, LANTIK_E_TOO_LARGE past LANTIK_MAX_RULEBOOK. */
LANTIK_MUST_CHECK enum lantik_error lantik_unpack(struct lantik_span packed, uint32_t size, struct lantik_buffer *ret);

#endif
