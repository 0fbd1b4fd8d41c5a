/* Bisection in the tables of the rulebook, for the files of its look-ups.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CORE_RULEBOOK_FIND_H
#define LANTIK_CORE_RULEBOOK_FIND_H

#include "rulebook_private.h"

/* A key is compared as bytes: probes are zeroed whole, and filled by the cell readers, which take no NUL. */

/* The rows whose first len bytes are those of the probe; count 0: none. */
struct lantik_block {
	const char *at;
	size_t count;
};
struct lantik_block lantik_rulebook_block(
	const struct lantik_rulebook *book, enum lantik_table table, const void *probe, size_t len);

/* The row with the probe's key that is in force on the day; NULL: none. For tables whose key is unique. */
const void *lantik_rulebook_row(
	const struct lantik_rulebook *book, enum lantik_table table, const void *probe, int32_t on);

#endif
