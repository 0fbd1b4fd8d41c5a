/* Records as protobuf-c and the wire scanner read them, against the decoder of proto/record.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_RECORD_REFERENCE_H
#define LANTIK_RECORD_REFERENCE_H

#include "lantik/codec.h"

/* NULL when both say the same of any bytes: the refusal, every member, the fields that a batch of this one record
 * gives, and whether the bytes are canonical; otherwise what differs, valid until the next call. */
const char *record_difference(struct lantik_span bytes);

#endif
