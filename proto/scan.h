/* A look at bytes from outside before protobuf-c sees them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_PROTO_SCAN_H
#define LANTIK_PROTO_SCAN_H

#include <protobuf-c/protobuf-c.h>

#include "lantik/bytes.h"

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

/* A bit for every field number of the contract; bit number % 64 of fields[number / 64]. */
#define SCAN_MAX_FIELD 128u
struct scan_present {
	uint64_t fields[SCAN_MAX_FIELD / 64];
};

/* The whole message against its descriptor: known fields, right wire types, no singular field twice, no repeated field
 * past the limits, shortest varints within their type's range, sub-messages likewise. Adds the message's own fields to
 * *present. */
LANTIK_MUST_CHECK enum lantik_error scan_message(const ProtobufCMessageDescriptor *descriptor, struct lantik_span bytes,
	struct scan_limits limits, struct scan_present *present);

#endif
