/* What the files of the interop program share: making the test vectors, and telling Python what C reads and believes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_TESTS_INTEROP_H
#define LANTIK_TESTS_INTEROP_H

#include "lantik/codec.h"
#include "lantik/receipt.h"

/* The batch of the vectors; everything in it is fixed. */
void interop_manifest(struct lantik_manifest *ret);
/* Three records: one as an office would send it, one with every field, one with everything unreadable. */
void interop_records(struct lantik_buffer *ret);

/* A body as JSON: {"manifest": {...}, "records": [{...}]}, absent fields left out. */
enum lantik_error interop_body_json(struct lantik_span body, struct lantik_buffer *ret);

/* Writes all vectors into the directory; ends the process when it cannot. */
void interop_make(const char *directory);

#endif
