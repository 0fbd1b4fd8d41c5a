/* The changes of a readable case: values of fields as the case files write them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A value on its way. */
struct text {
	uint8_t bytes[CASES_MAX_LINE * 8];
	size_t len;
};

static const void *keep(struct cases_example *example, const void *data, size_t len)
{
	void *room = lantik_arena_alloc(example->arena, len);
	if (!room)
		cases_fail("the values are too long");
	if (len > 0)
		memcpy(room, data, len);
	return room;
}

static void add(struct text *text, const void *data, size_t len)
{
	if (text->len + len > sizeof text->bytes)
		cases_fail("the value is too long");
	memcpy(text->bytes + text->len, data, len);
	text->len += len;
}

/* `<nn>`: the record's number with that many digits; returns how much text that was. */
static size_t add_number(struct text *text, const char *at, uint32_t record)
{
	size_t width = strspn(at + 1, "n");
	char digits[16];
	if (width == 0 || at[1 + width] != '>')
		return 0;
	snprintf(digits, sizeof digits, "%0*u", (int)width, (unsigned)record);
	add(text, digits, strlen(digits));
	return width + 2;
}

static size_t add_piece(struct text *text, const char *at, uint32_t record)
{
	unsigned value;
	int used;
	if (sscanf(at, "\\x%2x%n", &value, &used) == 1) {
		uint8_t byte = (uint8_t)value;
		add(text, &byte, 1);
		return (size_t)used;
	}
	if (*at == '{' && sscanf(at, "{%u}%n", &value, &used) == 1) {
		for (unsigned i = 1; i < value; i++)
			add(text, at - 1, 1);
		return (size_t)used;
	}
	size_t number = *at == '<' ? add_number(text, at, record) : 0;
	if (number == 0)
		add(text, at, 1);
	return number > 0 ? number : 1;
}

static struct lantik_span unescape(struct cases_example *example, const char *value, uint32_t record)
{
	static struct text text;
	text.len = 0;
	while (*value != '\0')
		value += add_piece(&text, value, record);
	return (struct lantik_span){keep(example, text.bytes, text.len), text.len};
}

static int64_t as_it_stands(const char *text)
{
	return strtoll(text + 1, NULL, 10);
}

static int32_t read_int(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);
	return *text == '\0' ? 0 : *end == '\0' ? (int32_t)value : LANTIK_UNREADABLE;
}

void cases_id(const char *text, char *ret)
{
	size_t len = strspn(text + 1, "0123456789abcdef");
	if (len == 0 || len > 30)
		cases_fail("@ stands before the last digits of an identifier: %s", text);
	memcpy(ret, "99000000000000000000000000000000", 33);
	memcpy(ret + 32 - len, text + 1, len);
}

static struct lantik_span read_id(struct cases_example *example, const char *text, uint32_t record)
{
	char whole[33];
	uint8_t id[16];
	if (*text == '@')
		cases_id(text, whole);
	if (lantik_id_parse(lantik_span_of(*text == '@' ? whole : text), id))
		return (struct lantik_span){keep(example, id, sizeof id), sizeof id};
	return unescape(example, text, record);
}

/* `type,object,sha256` */
static struct lantik_document read_document(struct cases_example *example, const char *text, uint32_t record)
{
	char type[64], object[1024], digest[256];
	uint8_t hash[LANTIK_HASH];
	const char *first = strchr(text, ','), *second = first ? strchr(first + 1, ',') : NULL;
	if (!second)
		cases_fail("a document is type,object,sha256: %s", text);
	snprintf(type, sizeof type, "%.*s", (int)(first - text), text);
	snprintf(object, sizeof object, "%.*s", (int)(second - first - 1), first + 1);
	snprintf(digest, sizeof digest, "%s", second + 1);
	struct lantik_document document = {
		.type = *type == '#' ? (int32_t)as_it_stands(type) : read_int(type),
		.object = unescape(example, object, record),
	};
	if (lantik_hex_decode(lantik_span_of(digest), hash, sizeof hash))
		document.sha256 = (struct lantik_span){keep(example, hash, sizeof hash), sizeof hash};
	else
		document.sha256 = unescape(example, digest, record);
	return document;
}

/* One more than there were, as a list of its own. */
static struct lantik_documents add_document(
	struct cases_example *example, struct lantik_documents before, const char *text, uint32_t record)
{
	struct lantik_document items[CASES_MAX_DOCUMENTS];
	if (*text == '\0')
		return (struct lantik_documents){0};
	if (before.count == CASES_MAX_DOCUMENTS)
		cases_fail("too many documents");
	for (size_t i = 0; i < before.count; i++)
		items[i] = before.items[i];
	items[before.count] = read_document(example, text, record);
	size_t count = before.count + 1;
	return (struct lantik_documents){keep(example, items, count * sizeof *items), count};
}

static void set_member(struct cases_example *example, void *member, const struct lantik_field *field, const char *value,
	uint32_t record)
{
	bool raw = value[0] == '#';
	struct lantik_span text = lantik_span_of(value);
	switch (field->type) {
	case LANTIK_TEXT:
	case LANTIK_HASH_FIELD:
		*(struct lantik_span *)member = unescape(example, value, record);
		break;
	case LANTIK_ID:
		*(struct lantik_span *)member = read_id(example, value, record);
		break;
	case LANTIK_DATE:
		*(int32_t *)member = raw ? (int32_t)as_it_stands(value) : lantik_date_parse(text);
		break;
	case LANTIK_INT:
		*(int32_t *)member = raw ? (int32_t)as_it_stands(value) : read_int(value);
		break;
	case LANTIK_WORD:
		*(int32_t *)member = raw ? (int32_t)as_it_stands(value) : lantik_word_code(field->words, text);
		break;
	case LANTIK_TIME:
		*(int64_t *)member = raw ? as_it_stands(value) : lantik_instant_parse(text);
		break;
	case LANTIK_MONEY:
		*(int64_t *)member = raw ? as_it_stands(value) : lantik_money_parse(text);
		break;
	case LANTIK_DOCUMENTS:
		*(struct lantik_documents *)member =
			add_document(example, *(struct lantik_documents *)member, value, record);
		break;
	}
}

static void set_record(struct cases_example *example, uint32_t record, const char *name, const char *value)
{
	const struct lantik_field *field =
		lantik_field_find(lantik_record_fields, LANTIK_FIELD_COUNT, lantik_span_of(name));
	if (!field)
		cases_fail("no field %s", name);
	void *member = lantik_member_mutable(&example->records[record - 1], field);
	set_member(example, member, field, value, record);
}

static void add_typed(struct cases_example *example, uint32_t record, unsigned case_id, uint32_t field)
{
	if (example->typed_count == LANTIK_COUNT(example->typed))
		cases_fail("too many cells are typed");
	example->typed[example->typed_count++] =
		(struct lantik_finding){.record_no = record, .case_id = (uint16_t)case_id, .field = (uint8_t)field};
}

/* The office's reader in small: normalise, put a lost zero back, keep the text. Of the manifest it tells the zero
 * alone, under record 0. */
static void type_cell(
	struct cases_example *example, uint32_t record, const struct lantik_field *field, const char *value)
{
	if (!field || field->type != LANTIK_TEXT)
		cases_fail("no field of text is to be %s", value);
	struct lantik_span cell = unescape(example, value, record);
	bool changed = lantik_text_normalise(&cell), padded = lantik_text_pad(field, example->arena, &cell);
	void *owner = record == 0 ? (void *)&example->manifest : (void *)&example->records[record - 1];
	if (changed && record > 0)
		add_typed(example, record, LANTIK_CASE_T02_normalised, field->number);
	if (padded)
		add_typed(example, record, LANTIK_CASE_T02_padded, record > 0 ? field->number : 0);
	*(struct lantik_span *)lantik_member_mutable(owner, field) = cell;
}

static void type_record(struct cases_example *example, uint32_t record, const char *name, const char *value)
{
	type_cell(example, record, lantik_field_find(lantik_record_fields, LANTIK_FIELD_COUNT, lantik_span_of(name)),
		value);
}

static void type_manifest(struct cases_example *example, const char *name, const char *value)
{
	type_cell(example, 0,
		lantik_field_find(lantik_manifest_fields, lantik_manifest_field_count, lantik_span_of(name)), value);
}

static void set_manifest(struct cases_example *example, const char *name, const char *value)
{
	const struct lantik_field *field =
		lantik_field_find(lantik_manifest_fields, lantik_manifest_field_count, lantik_span_of(name));
	if (!field)
		cases_fail("no field %s in the manifest", name);
	set_member(example, lantik_member_mutable(&example->manifest, field), field, value, 0);
}

/* A day alone is its noon. */
static int64_t read_received(const char *value)
{
	char noon[64];
	snprintf(noon, sizeof noon, "%s 12:00", value);
	int64_t whole = lantik_instant_parse(lantik_span_of(value)), day = lantik_instant_parse(lantik_span_of(noon));
	if (whole <= 0 && day <= 0)
		cases_fail("no day and no instant: %s", value);
	return whole > 0 ? whole : day;
}

static void change_rulebook(struct cases_example *example, char sign, const char *value)
{
	if (sign == '+' && example->added_count < LANTIK_COUNT(example->added))
		example->added[example->added_count++] = value;
	else if (sign == '-' && example->removed_count < LANTIK_COUNT(example->removed))
		example->removed[example->removed_count++] = value;
	else if (sign == '\0' && strcmp(value, "empty") == 0)
		example->no_rulebook = true;
	else
		cases_fail("rulebook=empty, rulebook+=line or rulebook-=line, not %s", value);
}

static bool is_circumstance(const char *name)
{
	return strncmp(name, "manifest.", 9) == 0 || strncmp(name, "typed.manifest.", 15) == 0 ||
	       strncmp(name, "rulebook", 8) == 0 || strcmp(name, "received") == 0 || strcmp(name, "copies") == 0;
}

static void change_circumstance(struct cases_example *example, const char *name, const char *value)
{
	if (strncmp(name, "manifest.", 9) == 0)
		set_manifest(example, name + 9, value);
	else if (strncmp(name, "typed.manifest.", 15) == 0)
		type_manifest(example, name + 15, value);
	else if (strcmp(name, "received") == 0)
		example->received = read_received(value);
	else if (strcmp(name, "copies") == 0)
		example->copies = (uint32_t)read_int(value);
	else
		change_rulebook(example, name[8], value);
}

static void change_record(struct cases_example *example, uint32_t record, const char *name, const char *value)
{
	char *end;
	unsigned long only = strtoul(name, &end, 10);
	if (strncmp(name, "typed.", 6) == 0)
		type_record(example, record, name + 6, value);
	else if (*end != ':')
		set_record(example, record, name, value);
	else if (only < 1 || only > example->copies)
		cases_fail("no record %lu", only);
	else if (only == record)
		set_record(example, record, end + 1, value);
}

void cases_change(struct cases_example *example, uint32_t record, char *changes)
{
	char *change;
	while ((change = strsep(&changes, ";")) != NULL) {
		char *value = strchr(change, '=');
		if (!value)
			cases_fail("no = in %s", change);
		*value++ = '\0';
		if (record == 0 && is_circumstance(change))
			change_circumstance(example, change, value);
		if (record > 0 && !is_circumstance(change))
			change_record(example, record, change, value);
	}
}
