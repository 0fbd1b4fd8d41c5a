/* Takes a packed rulebook apart.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_UNPACK_H
#define LANTIK_UNPACK_H

#include "lantik/crypto.h"

/* Appends exactly size bytes with this digest, whatever the packed text says of itself; LANTIK_E_MALFORMED when it is
 * no zstd or holds more or fewer, LANTIK_E_TOO_LARGE past LANTIK_MAX_RULEBOOK, LANTIK_E_MISMATCH with another digest.
 */
LANTIK_MUST_CHECK enum lantik_error lantik_unpack(
	struct lantik_span packed, uint32_t size, const uint8_t sha256[LANTIK_HASH], struct lantik_buffer *ret);

#endif
