/* Reading notes and receipts line by line; private to core.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CORE_LINES_H
#define LANTIK_CORE_LINES_H

#include "lantik/crypto.h"

/* PostgreSQL counts leaves in a bigint, so no tree and no index goes beyond it. */
#define LANTIK_MAX_TREE ((uint64_t)INT64_MAX)

/* Takes one line off the front, without its newline; false when no newline is left. */
bool lantik_line_take(struct lantik_span *rest, struct lantik_span *ret);
/* The line's rest after prefix; false when it does not begin so. */
bool lantik_line_after(struct lantik_span line, const char *prefix, struct lantik_span *ret);
/* Decimal digits without leading zeros, at most LANTIK_MAX_TREE. */
bool lantik_decimal_parse(struct lantik_span text, uint64_t *ret);
/* Base64 of exactly len bytes, in its one canonical form: a second spelling of the same bytes would let somebody make
 * a different text that proves the same. Writes into ret even when it fails. */
bool lantik_base64_exact(struct lantik_span text, uint8_t *ret, size_t len);

#endif
