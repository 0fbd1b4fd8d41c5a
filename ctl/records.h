/* Lists of record numbers, as people write them (`3,7-9`, `all`) and as the database takes them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_RECORDS_H
#define LANTIK_CTL_RECORDS_H

#include "lantik/cli.h"
#include "lantik/limits.h"

/* A set of record numbers; zero it to begin. */
struct records {
	uint64_t bits[LANTIK_MAX_RECORDS / 64 + 1];
	uint32_t count;
};

void records_add(struct records *records, uint32_t record_no);
bool records_hold(const struct records *records, uint32_t record_no);
/* Adds `3,7-9`; false, and some of it added, when the text is no list of numbers from 1 to LANTIK_MAX_RECORDS. */
LANTIK_MUST_CHECK bool records_parse(const char *text, struct records *records);
/* The next number behind record_no; 0 when there is none. */
uint32_t records_next(const struct records *records, uint32_t record_no);
/* `3,7-9`. */
void records_format(const struct records *records, struct lantik_buffer *ret);
/* `{3,7,8,9}`, an array literal of PostgreSQL, with a NUL behind it. */
void records_array(const struct records *records, struct lantik_buffer *ret);

#endif
