/* Values of a record as text, the way spreadsheets and SIASN's exports show them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sample_cells.h"

/* SIASN prints the ids of proposals and persons as UUIDs and those of its reference tables as bare hex digits. */
static bool is_uuid_field(const struct lantik_field *field)
{
	return lantik_span_is(lantik_span_of(field->name), "usulan_id") ||
	       lantik_span_is(lantik_span_of(field->name), "orang_id") ||
	       lantik_span_is(lantik_span_of(field->name), "predecessor_batch_id");
}

static struct lantik_span id_text(const struct lantik_field *field, struct lantik_span id, struct lantik_arena *arena)
{
	char text[37];
	if (id.len == 0)
		return id;
	LANTIK_ASSERT(id.len == 16);
	if (is_uuid_field(field)) {
		lantik_id_format(id.data, text);
		return lantik_text(arena, "%s", text);
	}
	lantik_hex_encode(id.data, id.len, text);
	for (size_t i = 0; i < 32; i++)
		if (text[i] >= 'a')
			text[i] = (char)(text[i] - 'a' + 'A');
	return lantik_text(arena, "%.32s", text);
}

static struct lantik_span date_text(int32_t date, bool dmy, struct lantik_arena *arena)
{
	int year = date / 10000, month = date / 100 % 100, day = date % 100;
	if (date == 0)
		return (struct lantik_span){0};
	if (dmy)
		return lantik_text(arena, "%02d-%02d-%04d", day, month, year);
	return lantik_text(arena, "%04d-%02d-%02d", year, month, day);
}

/* The clock of Jakarta with its zone; whole seconds. */
static struct lantik_span instant_text(int64_t micros, struct lantik_arena *arena)
{
	char text[28];
	if (micros == 0)
		return (struct lantik_span){0};
	lantik_instant_format(micros + INT64_C(7) * 3600 * 1000000, text);
	return lantik_text(arena, "%.19s+07:00", text);
}

static struct lantik_span money_text(int64_t sen, struct lantik_arena *arena)
{
	if (sen == 0)
		return (struct lantik_span){0};
	if (sen % 100 == 0)
		return lantik_text(arena, "%lld", (long long)(sen / 100));
	return lantik_text(arena, "%lld.%02d", (long long)(sen / 100), (int)(sen % 100));
}

/* `type path digest`, several apart by `|`. */
static struct lantik_span documents_text(const struct lantik_documents *documents, struct lantik_arena *arena)
{
	struct lantik_buffer text = {0};
	for (size_t i = 0; i < documents->count; i++) {
		const struct lantik_document *item = &documents->items[i];
		char digest[65];
		LANTIK_ASSERT(item->sha256.len == 32);
		lantik_hex_encode(item->sha256.data, 32, digest);
		lantik_buffer_printf(&text, "%s%d %.*s %s", i > 0 ? "|" : "", (int)item->type, (int)item->object.len,
			(const char *)item->object.data, digest);
	}
	LANTIK_ASSERT(text.error == LANTIK_OK);
	struct lantik_span copy = lantik_arena_copy(arena, lantik_buffer_span(&text));
	LANTIK_ASSERT(!lantik_arena_exhausted(arena));
	lantik_buffer_free(&text);
	return copy;
}

static struct lantik_span number_text(int32_t number, struct lantik_arena *arena)
{
	if (number == 0)
		return (struct lantik_span){0};
	return lantik_text(arena, "%d", (int)number);
}

static struct lantik_span word_text(const struct lantik_field *field, int32_t code)
{
	if (code == 0)
		return (struct lantik_span){0};
	return lantik_span_of(lantik_word(field->words, code, LANTIK_ENGLISH));
}

struct lantik_span lantik_cell_of(
	const struct lantik_field *field, const void *owner, bool dmy, struct lantik_arena *arena)
{
	const void *member = lantik_member(owner, field);
	switch (field->type) {
	case LANTIK_TEXT:
		return *(const struct lantik_span *)member;
	case LANTIK_ID:
		return id_text(field, *(const struct lantik_span *)member, arena);
	case LANTIK_DATE:
		return date_text(*(const int32_t *)member, dmy, arena);
	case LANTIK_TIME:
		return instant_text(*(const int64_t *)member, arena);
	case LANTIK_MONEY:
		return money_text(*(const int64_t *)member, arena);
	case LANTIK_INT:
		return number_text(*(const int32_t *)member, arena);
	case LANTIK_WORD:
		return word_text(field, *(const int32_t *)member);
	case LANTIK_DOCUMENTS:
		return documents_text(member, arena);
	case LANTIK_HASH_FIELD:
		break;
	}
	return (struct lantik_span){0};
}

void lantik_cells_make(
	const struct lantik_record *record, bool dmy, struct lantik_arena *arena, struct lantik_cells *ret)
{
	ret->arena = arena;
	for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++)
		ret->items[i] = lantik_cell_of(&lantik_record_fields[i], record, dmy, arena);
}
