/* Records from bytes to plain C, by a table made from fields.def: most of what a batch's bytes are.
 * Only what is well formed is read here. scan_message knows why anything else is refused, and is asked then.
 * SPDX-License-Identifier: Apache-2.0 */
#include "record.h"

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

/* What was seen of one message. */
struct seen {
	uint64_t present[2];
	uint32_t last; /* number of the field before; canonical bytes have them in order */
	bool canonical;
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

/* Whether the field may stand here; a repeated one may come again. */
static inline bool note_field(struct seen *seen, uint32_t number, enum form form)
{
	uint64_t bit = UINT64_C(1) << (number % 64);
	bool again = (seen->present[number / 64] & bit) != 0;

	seen->present[number / 64] |= bit;
	seen->canonical &= number >= seen->last;
	seen->last = number;
	return form == FORM_DOCUMENTS || !again;
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

static bool read_message(struct lantik_span bytes, const struct member members[TAGS], void *owner,
	struct record_reading *reading, uint64_t ret_present[2]);

static bool read_document(struct lantik_span bytes, struct record_reading *reading)
{
	uint64_t present[2];

	if (reading->document_count == LANTIK_MAX_DOCUMENTS)
		return false;
	struct lantik_document *document = &reading->documents[reading->document_count++];
	*document = (struct lantik_document){0};
	return read_message(bytes, document_members, document, reading, present);
}

static inline bool read_content(
	struct scan *scan, uint64_t len, enum form form, void *to, struct record_reading *reading, struct seen *seen)
{
	if (len > (uint64_t)(scan->end - scan->at))
		return false;
	struct lantik_span content = {.data = scan->at, .len = (size_t)len};
	scan->at += len;
	if (form == FORM_DOCUMENTS)
		return read_document(content, reading);
	seen->canonical &= len != 0;
	*(struct lantik_span *)to = content;
	return true;
}

/* The next field, of whatever form the table says. */
static inline bool read_field(struct scan *scan, const struct member members[TAGS], void *owner,
	struct record_reading *reading, struct seen *seen)
{
	uint32_t tag;
	uint64_t value;

	if (!read_tag(scan, &tag) || !read_varint(scan, &value))
		return false;
	struct member member = members[tag];
	enum form form = (enum form)member.form;
	void *to = (char *)owner + member.offset;
	if (form == FORM_NONE || !note_field(seen, tag >> 3, form))
		return false;
	if (form == FORM_SPAN || form == FORM_DOCUMENTS)
		return read_content(scan, value, form, to, reading, seen);
	seen->canonical &= value != 0;
	return put_number(form, value, to);
}

static bool read_message(struct lantik_span bytes, const struct member members[TAGS], void *owner,
	struct record_reading *reading, uint64_t ret_present[2])
{
	struct scan scan = scan_of(bytes);
	struct seen seen = {.canonical = true};

	while (scan.at != scan.end)
		if (!read_field(&scan, members, owner, reading, &seen))
			return false;
	reading->canonical &= seen.canonical;
	ret_present[0] = seen.present[0];
	ret_present[1] = seen.present[1];
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
	return read_message(bytes, record_members, record, ret, ret->present) ? LANTIK_OK : refusal_of(bytes);
}
