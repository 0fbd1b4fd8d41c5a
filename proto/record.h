/* The bytes of one record, read in one pass.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_PROTO_RECORD_H
#define LANTIK_PROTO_RECORD_H

#include "lantik/codec.h"
#include "scan.h"

/* What a record holds beside plain values. */
struct record_reading {
	struct lantik_document documents[LANTIK_MAX_DOCUMENTS];
	size_t document_count;
	uint8_t given[SCAN_MAX_FIELD]; /* 1 by the number of each field that a record gave; never set back */
	bool canonical;
};

/* Fills the members of *record that the bytes give, but for dokumen, which *ret has; the others stay as they are. Texts
 * borrow from the bytes. What is refused is exactly what scan_message refuses, with its error; *record and *ret are
 * then undefined. */
LANTIK_MUST_CHECK enum lantik_error record_read(
	struct lantik_span bytes, struct lantik_record *record, struct record_reading *ret);

#endif
