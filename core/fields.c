/* The tables of fields and words, and how to find one by name.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/record.h"

#include <string.h>

#define TYPE_TEXT LANTIK_TEXT
#define TYPE_ID LANTIK_ID
#define TYPE_DATE LANTIK_DATE
#define TYPE_TIME LANTIK_TIME
#define TYPE_MONEY LANTIK_MONEY
#define TYPE_INT LANTIK_INT
#define TYPE_WORD LANTIK_WORD
#define TYPE_HASH LANTIK_HASH_FIELD
#define TYPE_DOCUMENTS LANTIK_DOCUMENTS

#define PLAIN(size) (size), LANTIK_WORDS_none
#define EXTENT_TEXT(size) PLAIN(size)
#define EXTENT_ID(size) PLAIN(size)
#define EXTENT_DATE(size) PLAIN(size)
#define EXTENT_TIME(size) PLAIN(size)
#define EXTENT_MONEY(size) PLAIN(size)
#define EXTENT_INT(size) PLAIN(size)
#define EXTENT_HASH(size) PLAIN(size)
#define EXTENT_DOCUMENTS(size) PLAIN(size)
#define EXTENT_WORD(list) 0, LANTIK_WORDS_##list

#define PRIVACY_G 'G'
#define PRIVACY_I 'I'
#define PRIVACY_X 'X'
#define PRIVACY_N 'N'

#define IS_HOT false
#define IS_COLD true

const struct lantik_field lantik_record_fields[] = {
#define FIELD(number, name, type, extent, class, place)                                                                \
	{#name, number, TYPE_##type, EXTENT_##type(extent), PRIVACY_##class, IS_##place,                               \
		offsetof(struct lantik_record, name)},
#include "lantik/fields.def"
#undef FIELD
};

_Static_assert(LANTIK_COUNT(lantik_record_fields) == LANTIK_FIELD_COUNT, "fields are numbered without a gap");
_Static_assert(LANTIK_FIELD_END <= UINT8_MAX, "a finding holds a field in one byte");

const struct lantik_field lantik_manifest_fields[] = {
#define FIELD(number, name, type, extent, class)                                                                       \
	{#name, number, TYPE_##type, EXTENT_##type(extent), PRIVACY_##class, false,                                    \
		offsetof(struct lantik_manifest, name)},
#include "lantik/manifest.def"
#undef FIELD
};

const size_t lantik_manifest_field_count = LANTIK_COUNT(lantik_manifest_fields);

struct word {
	enum lantik_word_list list;
	int32_t code;
	const char *text[2];
};

/* clang-format off */
static const struct word words[] = {
#define WORD(list, code, english, indonesian) {LANTIK_WORDS_##list, code, {english, indonesian}},
#include "lantik/words.def"
#undef WORD
};

/* What spreadsheets write for yes and no besides the words; `t` is tidak. */
static const struct word synonyms[] = {
	{LANTIK_WORDS_yes_no, 1, {"y", "true"}},
	{LANTIK_WORDS_yes_no, 1, {"1", "1"}},
	{LANTIK_WORDS_yes_no, 2, {"n", "false"}},
	{LANTIK_WORDS_yes_no, 2, {"0", "t"}},
};
/* clang-format on */

/* Lower case, and blanks as underscores. */
static unsigned char fold(unsigned char byte)
{
	if (byte >= 'A' && byte <= 'Z')
		return (unsigned char)(byte + ('a' - 'A'));
	return byte == ' ' ? '_' : byte;
}

static bool same_word(struct lantik_span text, const char *word)
{
	if (strlen(word) != text.len)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (fold(text.data[i]) != fold((unsigned char)word[i]))
			return false;
	}
	return true;
}

const struct lantik_field *lantik_field_find(const struct lantik_field *fields, size_t count, struct lantik_span name)
{
	for (size_t i = 0; i < count; i++) {
		if (same_word(name, fields[i].name))
			return &fields[i];
	}
	return NULL;
}

static int32_t code_in(const struct word *table, size_t count, enum lantik_word_list list, struct lantik_span text)
{
	for (size_t i = 0; i < count; i++) {
		const struct word *word = &table[i];
		if (word->list == list && (same_word(text, word->text[0]) || same_word(text, word->text[1])))
			return word->code;
	}
	return LANTIK_WORD_UNREADABLE;
}

int32_t lantik_word_code(enum lantik_word_list list, struct lantik_span text)
{
	if (text.len == 0)
		return 0;
	int32_t code = code_in(words, LANTIK_COUNT(words), list, text);
	if (code != LANTIK_WORD_UNREADABLE)
		return code;
	return code_in(synonyms, LANTIK_COUNT(synonyms), list, text);
}

const char *lantik_word(enum lantik_word_list list, int32_t code, enum lantik_language language)
{
	if (code < 0 || code > UINT8_MAX)
		return NULL;
	switch ((unsigned)list << 8 | (unsigned)code) {
#define WORD(list, code, english, indonesian)                                                                          \
	case LANTIK_WORDS_##list << 8 | code:                                                                          \
		return language == LANTIK_ENGLISH ? english : indonesian;
#include "lantik/words.def"
#undef WORD
	default:
		return NULL;
	}
}
