/* Records from bytes to plain C, by a table made from fields.def: most of what a batch's bytes are.
 * Nearly all records come in the one form that protobuf-c writes, and are read by a loop that takes nothing else; what
 * it leaves is read by one that takes whatever is well formed. scan_message knows why anything else is refused, and is
 * asked then.
 * SPDX-License-Identifier: Apache-2.0 */
#include "record.h"

#include <string.h>

#include "lantik/v1/batch.pb-c.h"
#include "scan.h"

/* A tag takes two bytes at most: number and wire type of the greatest field are below 2^14. */
#define MAX_TAG_SECOND (SCAN_MAX_FIELD * 8 / 128 - 1)

enum form { FORM_NONE, FORM_SPAN, FORM_INT32, FORM_INT64, FORM_ENUM, FORM_DOCUMENTS };

#define FORM_TEXT FORM_SPAN
#define FORM_ID FORM_SPAN
#define FORM_DATE FORM_INT32
#define FORM_INT FORM_INT32
#define FORM_TIME FORM_INT64
#define FORM_MONEY FORM_INT64
#define FORM_WORD FORM_ENUM

/* Where a field of the message goes, by its tag: a number with another wire type has no form. */
struct member {
	uint16_t offset;
	uint8_t form;
};

#define TAGS (SCAN_MAX_FIELD * 8)
#define WIRE_OF(form) ((form) == FORM_SPAN || (form) == FORM_DOCUMENTS ? WIRE_BYTES : WIRE_VARINT)
#define MEMBER(number, form, owner, name) [(number) << 3 | WIRE_OF(form)] = {offsetof(struct owner, name), form}

static const struct member record_members[TAGS] = {
#define FIELD(number, name, type, extent, class, place) MEMBER(number, FORM_##type, lantik_record, name),
#include "lantik/fields.def"
#undef FIELD
};

/* message Document of the contract. */
static const struct member document_members[TAGS] = {
	MEMBER(1, FORM_INT32, lantik_document, type),
	MEMBER(2, FORM_SPAN, lantik_document, object),
	MEMBER(3, FORM_SPAN, lantik_document, sha256),
};

/* A varint in its shortest form. Most are of one byte. */
static inline bool read_varint(struct scan *scan, uint64_t *ret)
{
	uint64_t value = 0;

	for (unsigned shift = 0; scan->at != scan->end && shift < 64; shift += 7) {
		uint8_t byte = *scan->at++;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte >= 0x80)
			continue;
		*ret = value;
		return (byte != 0 || shift == 0) && (shift < 63 || byte == 1);
	}
	return false;
}

static inline bool read_tag(struct scan *scan, uint32_t *ret)
{
	uint32_t tag = *scan->at++;

	if (tag >= 0x80) {
		if (scan->at == scan->end || *scan->at == 0 || *scan->at > MAX_TAG_SECOND)
			return false;
		tag = (tag & 0x7f) | (uint32_t)*scan->at++ << 7;
	}
	*ret = tag;
	return true;
}

static inline bool put_number(enum form form, uint64_t value, void *to)
{
	switch (form) {
	case FORM_INT32:
		*(int32_t *)to = (int32_t)((uint32_t)value >> 1 ^ -((uint32_t)value & 1));
		return value <= UINT32_MAX;
	case FORM_INT64:
		*(int64_t *)to = (int64_t)(value >> 1 ^ -(value & 1));
		return true;
	case FORM_ENUM:
		*(int32_t *)to = (int32_t)(value & SCAN_MAX_ENUM);
		return value <= SCAN_MAX_ENUM;
	default:
		return false;
	}
}

/* Its bytes, when so many are left. */
static inline bool take_content(struct scan *scan, uint64_t len, struct lantik_span *ret)
{
	if (len > (uint64_t)(scan->end - scan->at))
		return false;
	*ret = (struct lantik_span){.data = scan->at, .len = (size_t)len};
	scan->at += len;
	return true;
}

static struct lantik_document *next_document(struct record_reading *reading)
{
	if (reading->document_count == LANTIK_MAX_DOCUMENTS)
		return NULL;
	struct lantik_document *document = &reading->documents[reading->document_count++];
	*document = (struct lantik_document){0};
	return document;
}

/* ---- the one form that there is: fields in order, each once, nothing that is empty ---- */

static inline bool put_value(struct scan *scan, enum form form, uint64_t value, void *to)
{
	if (!value)
		return false;
	return form == FORM_SPAN ? take_content(scan, value, to) : put_number(form, value, to);
}

static bool read_canonical_document(struct lantik_span bytes, struct record_reading *reading)
{
	struct lantik_document *document = next_document(reading);
	struct scan scan = scan_of(bytes);
	uint64_t value;

	if (!document)
		return false;
	for (uint32_t tag, last = 0; scan.at != scan.end; last = tag) {
		if (!read_tag(&scan, &tag) || !read_varint(&scan, &value) || tag <= last)
			return false;
		struct member member = document_members[tag];
		if (!put_value(&scan, (enum form)member.form, value, (char *)document + member.offset))
			return false;
	}
	return true;
}

/* Tags are in order when numbers are, as each number has one wire type. False is no refusal. */
static bool read_canonical(struct lantik_span bytes, struct lantik_record *record, struct record_reading *reading)
{
	struct scan scan = scan_of(bytes);
	struct lantik_span content;
	uint64_t value;

	for (uint32_t tag, last = 0; scan.at != scan.end; last = tag) {
		if (!read_tag(&scan, &tag) || !read_varint(&scan, &value))
			return false;
		struct member member = record_members[tag];
		reading->given[tag >> 3] = 1;
		if (tag > last && member.form != FORM_DOCUMENTS) {
			if (!put_value(&scan, (enum form)member.form, value, (char *)record + member.offset))
				return false;
		} else if (tag < last || member.form != FORM_DOCUMENTS || !take_content(&scan, value, &content) ||
			   !read_canonical_document(content, reading)) {
			return false;
		}
	}
	return true;
}

/* ---- any other form that the contract allows ---- */

/* What was seen of one message. */
struct seen {
	uint64_t fields[2];
	uint32_t last; /* number of the field before; canonical bytes have them in order */
	bool canonical;
};

/* Whether the field may stand here; a repeated one may come again. */
static bool note_field(struct seen *seen, uint32_t number, enum form form)
{
	uint64_t bit = UINT64_C(1) << (number % 64);
	bool again = (seen->fields[number / 64] & bit) != 0;

	seen->fields[number / 64] |= bit;
	seen->canonical &= number >= seen->last;
	seen->last = number;
	return form == FORM_DOCUMENTS || !again;
}

static bool read_message(struct lantik_span bytes, const struct member members[TAGS], void *owner,
	struct record_reading *reading, uint64_t ret_fields[2]);

static bool read_document(struct lantik_span bytes, struct record_reading *reading)
{
	struct lantik_document *document = next_document(reading);
	uint64_t fields[2];

	return document && read_message(bytes, document_members, document, reading, fields);
}

/* The next field, of whatever form the table says. */
static bool read_field(struct scan *scan, const struct member members[TAGS], void *owner,
	struct record_reading *reading, struct seen *seen)
{
	uint32_t tag;
	uint64_t value;
	struct lantik_span content;

	if (!read_tag(scan, &tag) || !read_varint(scan, &value))
		return false;
	enum form form = (enum form)members[tag].form;
	void *to = (char *)owner + members[tag].offset;
	if (form == FORM_NONE || !note_field(seen, tag >> 3, form))
		return false;
	if (form == FORM_DOCUMENTS)
		return take_content(scan, value, &content) && read_document(content, reading);
	seen->canonical &= value != 0;
	return form == FORM_SPAN ? take_content(scan, value, to) : put_number(form, value, to);
}

static bool read_message(struct lantik_span bytes, const struct member members[TAGS], void *owner,
	struct record_reading *reading, uint64_t ret_fields[2])
{
	struct scan scan = scan_of(bytes);
	struct seen seen = {.canonical = true};

	while (scan.at != scan.end)
		if (!read_field(&scan, members, owner, reading, &seen))
			return false;
	reading->canonical &= seen.canonical;
	memcpy(ret_fields, seen.fields, sizeof seen.fields);
	return true;
}

static bool read_any(struct lantik_span bytes, struct lantik_record *record, struct record_reading *reading)
{
	uint64_t fields[2];

	reading->document_count = 0;
	reading->canonical = true;
	if (!read_message(bytes, record_members, record, reading, fields))
		return false;
	for (uint32_t number = 0; number < SCAN_MAX_FIELD; number++)
		reading->given[number] |= fields[number / 64] >> number % 64 & 1;
	return true;
}

/* The reason why the bytes are refused. */
static enum lantik_error refusal_of(struct lantik_span bytes)
{
	enum lantik_error error = scan_message(
		&lantik__v1__appointment_record__descriptor, bytes, (struct scan_limits){{LANTIK_MAX_DOCUMENTS}});

	return error ? error : LANTIK_E_MALFORMED;
}

enum lantik_error record_read(struct lantik_span bytes, struct lantik_record *record, struct record_reading *ret)
{
	ret->document_count = 0;
	ret->canonical = true;
	return read_canonical(bytes, record, ret) || read_any(bytes, record, ret) ? LANTIK_OK : refusal_of(bytes);
}
