/* The bytes of one record, read in one pass.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_PROTO_RECORD_H
#define LANTIK_PROTO_RECORD_H

#include "lantik/codec.h"

/* Zero what is not written each time: reading a record leaves the members of fields that it does not give. */
struct record_reading {
	struct lantik_document documents[LANTIK_MAX_DOCUMENTS];
	size_t document_count;
	uint64_t present[2]; /* as in struct lantik_batch_view; of this record */
	bool canonical;
};

/* Fills the members of *record that the bytes give, but for dokumen, which *ret has. Texts borrow from the bytes.
 * What is refused is exactly what scan_message refuses, with its error; *record and *ret are then undefined. */
LANTIK_MUST_CHECK enum lantik_error record_read(
	struct lantik_span bytes, struct lantik_record *record, struct record_reading *ret);

#endif
