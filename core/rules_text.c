/* The text rules T01, T06 and T08: what a spreadsheet does to text.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_private.h"

#include <string.h>

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

/* Top bits where eight bytes are not all printable ASCII. In bytes below 0x80 adding 0x60 sets the top bit from 0x20
 * on, and adding 1 sets it for DEL alone; only where a byte is 0x80 or more, which is told anyway, does an addition
 * carry. */
static uint64_t oddness(const uint8_t *at)
{
	uint64_t bytes;
	memcpy(&bytes, at, 8);
	return bytes | (bytes + EACH_BYTE(1)) | ~(bytes + EACH_BYTE(0x60));
}

/* Whether all of it is printable, which nearly all text is; the last eight bytes may be looked at twice. */
static bool is_printable(struct lantik_span text)
{
	uint64_t odd = 0;
	size_t at = 0;
	if (text.len >= 8) {
		for (; at + 8 < text.len; at += 8)
			odd |= oddness(text.data + at);
		odd |= oddness(text.data + text.len - 8);
		return (odd & EACH_BYTE(0x80)) == 0;
	}
	while (at < text.len && text.data[at] >= ' ' && text.data[at] <= '~')
		at++;
	return at == text.len;
}

/* U+202A-U+202E, U+200E, U+200F and U+2066-U+2069 turn the direction of writing, as U+061C does; U+2060-U+2065 and
 * U+FEFF have no width. What they hide looks like another text to a person. */
static bool is_invisible(const uint8_t *at, size_t len)
{
	if (len == 2)
		return at[0] == 0xD8 && at[1] == 0x9C;
	if (len != 3)
		return false;
	bool mark = at[0] == 0xE2 && at[1] == 0x80 && (at[2] == 0x8E || at[2] == 0x8F);
	bool turn = at[0] == 0xE2 && at[1] == 0x80 && at[2] >= 0xAA && at[2] <= 0xAE;
	bool joiner = at[0] == 0xE2 && at[1] == 0x81 && at[2] >= 0xA0 && at[2] <= 0xA9;
	return mark || turn || joiner || (at[0] == 0xEF && at[1] == 0xBB && at[2] == 0xBF);
}

static uint32_t character_facts(const uint8_t *at, size_t len)
{
	uint32_t holds = 0;
	if (at[0] == 0xC2 && at[1] < 0xA0)
		holds |= LANTIK_TEXT_CONTROL;
	if (is_invisible(at, len))
		holds |= LANTIK_TEXT_INVISIBLE;
	if (len == 3 && at[0] == 0xE2 && at[1] == 0x80 && at[2] >= 0x8B && at[2] <= 0x8D)
		holds |= LANTIK_TEXT_ZERO_WIDTH;
	return holds;
}

/* What may begin a formula, or blanks before one. */
static bool begins_oddly(uint8_t byte)
{
	return byte == ' ' || byte == '=' || byte == '+' || byte == '-' || byte == '@';
}

/* Of a text that is_printable is false of. */
static struct lantik_text_facts odd_facts(struct lantik_span text)
{
	struct lantik_text_facts facts = {0, 0};
	for (size_t at = 0, len; at < text.len; at += len) {
		uint8_t byte = text.data[at];
		len = byte >= 0x20 && byte < 0x7F ? 1 : lantik_utf8_length(text.data + at, text.len - at);
		if (len == 0 || byte == 0)
			return facts;
		if (len > 1)
			facts.holds |= character_facts(text.data + at, len);
		if (byte < 0x20 || byte == 0x7F)
			facts.holds |= LANTIK_TEXT_CONTROL;
		facts.characters++;
	}
	facts.holds |= LANTIK_TEXT_VALID;
	return facts;
}

struct lantik_text_facts lantik_text_facts(struct lantik_span text)
{
	if (!is_printable(text))
		return odd_facts(text);
	bool ordinary = text.len > 0 && !begins_oddly(text.data[0]);
	return (struct lantik_text_facts){
		(uint32_t)text.len, ordinary ? LANTIK_TEXT_VALID | LANTIK_TEXT_ORDINARY : LANTIK_TEXT_VALID};
}

/* The fields of text, in the order of the table. */
#define IF_TEXT(name) LANTIK_F_##name,
#define IF_ID(name)
#define IF_DATE(name)
#define IF_TIME(name)
#define IF_MONEY(name)
#define IF_INT(name)
#define IF_WORD(name)
#define IF_DOCUMENTS(name)
static const uint8_t text_fields[] = {
#define FIELD(number, name, type, extent, class, place) IF_##type(name)
#include "lantik/fields.def"
#undef FIELD
};

static struct lantik_span text_of(const struct lantik_record *record, const struct lantik_field *field)
{
	return *(const struct lantik_span *)lantik_member(record, field);
}

bool lantik_row_readable(struct lantik_row *row)
{
	bool readable = true;
	LANTIK_ASSERT(row->record->dokumen.count <= LANTIK_MAX_DOCUMENTS);
	for (size_t i = 0; i < LANTIK_COUNT(text_fields); i++) {
		const struct lantik_field *field = &lantik_record_fields[text_fields[i] - 1];
		struct lantik_span text = text_of(row->record, field);
		if (text.len == 0)
			continue;
		row->facts[field->number] = lantik_text_facts(text);
		if (!(row->facts[field->number].holds & LANTIK_TEXT_VALID)) {
			lantik_row_report(row, LANTIK_CASE_B01_utf8, (enum lantik_field_id)field->number);
			readable = false;
		}
	}
	for (size_t i = 0; i < row->record->dokumen.count; i++) {
		row->paths[i] = lantik_text_facts(row->record->dokumen.items[i].object);
		if (!(row->paths[i].holds & LANTIK_TEXT_VALID)) {
			lantik_row_report(row, LANTIK_CASE_B01_utf8, LANTIK_F_dokumen);
			return false;
		}
	}
	return readable;
}

/* T01; false when it returns the record: then nothing further is to be said of this text. */
static bool plain_text(
	struct lantik_row *row, struct lantik_span text, struct lantik_text_facts facts, enum lantik_field_id field)
{
	bool invisible = (facts.holds & LANTIK_TEXT_INVISIBLE) != 0;
	if (facts.holds & LANTIK_TEXT_ORDINARY)
		return true;
	/* of a name T09 takes them out */
	if ((facts.holds & LANTIK_TEXT_ZERO_WIDTH) && field != LANTIK_F_nama)
		invisible = true;
	bool returned = (facts.holds & LANTIK_TEXT_CONTROL) && lantik_row_report(row, LANTIK_CASE_T01_control, field);
	if (invisible)
		returned |= lantik_row_report(row, LANTIK_CASE_T01_invisible, field);
	if (lantik_text_formula(text))
		returned |= lantik_row_report(row, LANTIK_CASE_T01_formula, field);
	return !returned;
}

/* Fields whose length or word another rule judges. */
static bool has_own_length_rule(enum lantik_field_id field)
{
	return field == LANTIK_F_nik || field == LANTIK_F_nip || field == LANTIK_F_nama ||
	       field == LANTIK_F_no_peserta || field == LANTIK_F_jenis_kelamin || field == LANTIK_F_kode_instansi;
}

static void check_field(struct lantik_row *row, const struct lantik_field *field)
{
	struct lantik_span text = text_of(row->record, field);
	enum lantik_field_id id = (enum lantik_field_id)field->number;
	if (text.len == 0)
		return;
	struct lantik_text_facts facts = row->facts[id];
	row->spoiled[id] = !plain_text(row, text, facts, id);
	if (facts.characters > (size_t)field->extent && !has_own_length_rule(id))
		row->spoiled[id] |= lantik_row_report(row, LANTIK_CASE_T08_too_long, id);
}

static size_t count_digits(struct lantik_span text, size_t from)
{
	size_t at = from;
	while (at < text.len && text.data[at] >= '0' && text.data[at] <= '9')
		at++;
	return at - from;
}

/* Digits, then groups of `.` or `,` and digits; the length, 0 when it does not begin with a digit. */
static size_t decimal_length(struct lantik_span text)
{
	size_t at = count_digits(text, 0);
	if (at == 0)
		return 0;
	while (at < text.len && (text.data[at] == '.' || text.data[at] == ','))
		at += 1 + count_digits(text, at + 1);
	return at;
}

static bool is_exponent(struct lantik_span text, size_t at)
{
	if (at >= text.len || (text.data[at] | 0x20) != 'e')
		return false;
	at++;
	if (at < text.len && (text.data[at] == '+' || text.data[at] == '-'))
		at++;
	size_t digits = count_digits(text, at);
	return digits > 0 && at + digits == text.len;
}

/* T06 */
static void check_number(struct lantik_row *row, struct lantik_span text, enum lantik_field_id field)
{
	if (row->spoiled[field] || lantik_all_digits(text))
		return;
	size_t len = decimal_length(text);
	if (len == 0)
		return;
	if (is_exponent(text, len))
		row->spoiled[field] = lantik_row_report(row, LANTIK_CASE_T06_scientific, field);
	else if (len == text.len)
		row->spoiled[field] = lantik_row_report(row, LANTIK_CASE_T06_decimal, field);
}

void lantik_row_text(struct lantik_row *row)
{
	const struct lantik_record *record = row->record;
	for (size_t i = 0; i < LANTIK_COUNT(text_fields); i++)
		check_field(row, &lantik_record_fields[text_fields[i] - 1]);
	for (size_t i = 0; i < record->dokumen.count; i++) {
		struct lantik_span object = record->dokumen.items[i].object;
		if (!plain_text(row, object, row->paths[i], LANTIK_F_dokumen))
			break;
	}
	check_number(row, record->nik, LANTIK_F_nik);
	check_number(row, record->nip, LANTIK_F_nip);
	check_number(row, record->no_peserta, LANTIK_F_no_peserta);
}
