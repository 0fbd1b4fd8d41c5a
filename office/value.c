/* One cell to one member of a record, by the type of its field.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lantik/crypto.h"
#include "table.h"

/* Between the parts of one cell. */
static struct lantik_span trim(struct lantik_span text)
{
	while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
		text = (struct lantik_span){text.data + 1, text.len - 1};
	while (text.len > 0 && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t'))
		text.len--;
	return text;
}

/* Digits alone; whether the number fits the column is the rules' to say, whether it fits an int32 is ours. */
static int32_t read_number(struct lantik_span text)
{
	int64_t number = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9' || number > INT32_MAX / 10)
			return LANTIK_UNREADABLE;
		number = number * 10 + (text.data[i] - '0');
	}
	return number > INT32_MAX ? LANTIK_UNREADABLE : (int32_t)number;
}

/* Sixteen bytes are an identifier; unreadable text of that very length gets a blank, so that it cannot pass for one. */
static bool read_id(struct lantik_span text, struct lantik_arena *arena, struct lantik_span *ret)
{
	uint8_t id[16];
	if (text.len == 0 || (!lantik_id_parse(text, id) && text.len != sizeof id)) {
		*ret = text;
		return true;
	}
	bool readable = lantik_id_parse(text, id);
	uint8_t *room = lantik_arena_alloc(arena, sizeof id + 1);
	if (!room)
		return false;
	memcpy(room, readable ? id : text.data, sizeof id);
	room[sizeof id] = ' ';
	*ret = (struct lantik_span){room, sizeof id + !readable};
	return true;
}

/* The text in front of the delimiter; *text goes on behind it. */
static struct lantik_span split(struct lantik_span *text, char delimiter)
{
	const uint8_t *end = text->len > 0 ? memchr(text->data, delimiter, text->len) : NULL;
	struct lantik_span part = {text->data, end ? (size_t)(end - text->data) : text->len};
	*text = end ? (struct lantik_span){end + 1, text->len - part.len - 1} : (struct lantik_span){0};
	return trim(part);
}

/* `type path digest`, the digest `-` or absent when it is not known. */
static bool read_document(struct lantik_span text, struct lantik_arena *arena, struct lantik_document *ret)
{
	struct lantik_span type = split(&text, ' ');
	struct lantik_span rest = trim(text);
	struct lantik_span object = split(&rest, ' ');
	struct lantik_span digest = trim(rest);
	uint8_t *bytes = lantik_arena_alloc(arena, LANTIK_HASH);
	if (!bytes)
		return false;
	*ret = (struct lantik_document){.type = read_number(type), .object = object};
	if (type.len == 0 || object.len == 0)
		ret->type = LANTIK_UNREADABLE;
	if (digest.len == 0 || lantik_span_is(digest, "-"))
		return true;
	if (lantik_hex_decode(digest, bytes, LANTIK_HASH))
		ret->sha256 = (struct lantik_span){bytes, LANTIK_HASH};
	else
		ret->type = LANTIK_UNREADABLE;
	return true;
}

static size_t count_items(struct lantik_span text)
{
	size_t count = text.len > 0;
	for (size_t i = 0; i < text.len; i++)
		count += text.data[i] == '|';
	return count;
}

/* More documents than the contract takes are one unreadable document, so that the record comes back with a reason. */
static bool read_documents(struct lantik_span text, struct lantik_arena *arena, struct lantik_documents *ret)
{
	size_t count = count_items(text);
	if (count == 0) {
		*ret = (struct lantik_documents){0};
		return true;
	}
	bool too_many = count > LANTIK_MAX_DOCUMENTS;
	struct lantik_document *items = lantik_arena_alloc(arena, (too_many ? 1 : count) * sizeof *items);
	if (!items)
		return false;
	if (too_many)
		items[0] = (struct lantik_document){.type = LANTIK_UNREADABLE};
	for (size_t i = 0; !too_many && i < count; i++)
		if (!read_document(split(&text, '|'), arena, &items[i]))
			return false;
	*ret = (struct lantik_documents){items, too_many ? 1 : count};
	return true;
}

static bool read_hash(struct lantik_span text, struct lantik_arena *arena, struct lantik_span *ret)
{
	uint8_t *bytes = lantik_arena_alloc(arena, LANTIK_HASH);
	if (!bytes)
		return false;
	*ret = lantik_hex_decode(text, bytes, LANTIK_HASH) ? (struct lantik_span){bytes, LANTIK_HASH} : text;
	return true;
}

void lantik_cell_clean(const struct lantik_field *field, uint32_t record_no, struct lantik_arena *arena,
	struct lantik_span *cell, struct lantik_findings *findings)
{
	enum lantik_field_id id = record_no > 0 ? (enum lantik_field_id)field->number : LANTIK_F_NONE;
	if (lantik_text_normalise(cell))
		lantik_findings_add(findings, record_no, LANTIK_CASE_T02_normalised, LANTIK_WARN, id);
	if (lantik_text_pad(field, arena, cell))
		lantik_findings_add(findings, record_no, LANTIK_CASE_T02_padded, LANTIK_WARN, id);
}

bool lantik_value_read(
	const struct lantik_field *field, struct lantik_span text, struct lantik_arena *arena, void *owner)
{
	void *member = lantik_member_mutable(owner, field);
	switch (field->type) {
	case LANTIK_TEXT:
		*(struct lantik_span *)member = text;
		return true;
	case LANTIK_ID:
		return read_id(text, arena, member);
	case LANTIK_HASH_FIELD:
		return read_hash(text, arena, member);
	case LANTIK_DATE:
		*(int32_t *)member = lantik_date_parse(text);
		return true;
	case LANTIK_INT:
		*(int32_t *)member = read_number(text);
		return true;
	case LANTIK_WORD:
		*(int32_t *)member = lantik_word_code(field->words, text);
		return true;
	case LANTIK_TIME:
		*(int64_t *)member = lantik_instant_parse(text);
		return true;
	case LANTIK_MONEY:
		*(int64_t *)member = lantik_money_parse(text);
		return true;
	case LANTIK_DOCUMENTS:
		return read_documents(text, arena, member);
	}
	return false;
}
