/* A look at bytes from outside before protobuf-c sees them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_PROTO_SCAN_H
#define LANTIK_PROTO_SCAN_H

#include <protobuf-c/protobuf-c.h>

#include "lantik/bytes.h"

/* The wire types of the contract. */
#define WIRE_VARINT 0u
#define WIRE_BYTES 2u
/* The greatest number of any message's fields is below this. */
#define SCAN_MAX_FIELD 128u
/* Enumerations of the contract end at 31; small enough for one byte. */
#define SCAN_MAX_ENUM 127u

/* Reads forward and never past the end. */
struct scan {
	const uint8_t *at;
	const uint8_t *end;
};

static inline struct scan scan_of(struct lantik_span bytes)
{
	return (struct scan){.at = bytes.data, .end = bytes.len ? bytes.data + bytes.len : bytes.data};
}

/* One field of a message: its number, wire type and, when length-delimited, its content. */
struct scan_field {
	uint32_t number;
	unsigned wire_type;
	uint64_t value;
	struct lantik_span content;
};

LANTIK_MUST_CHECK enum lantik_error scan_field_next(struct scan *scan, struct scan_field *ret);

/* A message and what is nested in it; the contract's deepest is ReconcileAnswer, Entry, Outcome. */
#define SCAN_DEPTHS 3u

/* Repeated fields that a message may hold at each depth, over all messages of that depth together. */
struct scan_limits {
	unsigned repeated[SCAN_DEPTHS];
};

/* The whole message against its descriptor: known fields, right wire types, no singular field twice, no repeated field
 * past the limits, shortest varints within their type's range, sub-messages likewise. */
LANTIK_MUST_CHECK enum lantik_error scan_message(
	const ProtobufCMessageDescriptor *descriptor, struct lantik_span bytes, struct scan_limits limits);

#endif
