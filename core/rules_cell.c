/* Cells of a spreadsheet before any rule sees them: T02, and what is blank, padded or a formula.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_private.h"

#include <string.h>

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Bytes of a blank at the front: space, tab, line break, or the no-break space that web pages leave; 0 for none. */
static size_t blank_front(struct lantik_span text)
{
	if (text.len >= 2 && text.data[0] == 0xC2 && text.data[1] == 0xA0)
		return 2;
	return text.len >= 1 && is_blank(text.data[0]);
}

static size_t blank_back(struct lantik_span text)
{
	if (text.len >= 2 && text.data[text.len - 2] == 0xC2 && text.data[text.len - 1] == 0xA0)
		return 2;
	return text.len >= 1 && is_blank(text.data[text.len - 1]);
}

struct lantik_span lantik_text_trimmed(struct lantik_span text)
{
	size_t len;
	while ((len = blank_front(text)) > 0)
		text = (struct lantik_span){text.data + len, text.len - len};
	while ((len = blank_back(text)) > 0)
		text.len -= len;
	return text;
}

bool lantik_text_normalise(struct lantik_span *cell)
{
	struct lantik_span text = lantik_text_trimmed(*cell);
	bool changed = false;
	if (text.len > 0 && text.data[0] == '\'') {
		text = lantik_text_trimmed((struct lantik_span){text.data + 1, text.len - 1});
		changed = true;
	}
	if (lantik_span_is(text, "null") || lantik_span_is(text, "NULL") || lantik_span_is(text, "-")) {
		text.len = 0;
		changed = true;
	}
	*cell = text;
	return changed;
}

/* Codes with leading zeros, by the field's name in record or manifest. */
static const struct {
	const char *field;
	size_t digits;    /* of the whole code */
	const char *only; /* the one cell that is padded; NULL: any digits, one less than the whole */
} padded_codes[] = {
	{"tk_pendidikan_id", 2, NULL},
	{"kanreg_id", 2, NULL},
	{"jenis_pengadaan_id", 2, NULL},
	{"jenis_formasi_id", 4, NULL},
	{"golongan_id", 2, "0"},
};

static bool lacks_zero(const struct lantik_field *field, struct lantik_span cell)
{
	for (size_t i = 0; i < LANTIK_COUNT(padded_codes); i++) {
		if (strcmp(field->name, padded_codes[i].field) == 0)
			return cell.len + 1 == padded_codes[i].digits && lantik_all_digits(cell) &&
			       (padded_codes[i].only == NULL || lantik_span_is(cell, padded_codes[i].only));
	}
	return false;
}

bool lantik_text_pad(const struct lantik_field *field, struct lantik_arena *arena, struct lantik_span *cell)
{
	if (!lacks_zero(field, *cell))
		return false;
	uint8_t *code = lantik_arena_alloc(arena, cell->len + 1);
	if (code == NULL)
		return false;
	code[0] = '0';
	memcpy(code + 1, cell->data, cell->len);
	*cell = (struct lantik_span){code, cell->len + 1};
	return true;
}

bool lantik_text_formula(struct lantik_span text)
{
	bool blank = text.len == 0 || text.data[0] <= ' ' || text.data[0] >= 0x7F;
	struct lantik_span value = blank ? lantik_text_trimmed(text) : text;
	uint8_t first = value.len > 0 ? value.data[0] : ' ';
	return first == '=' || first == '+' || first == '-' || first == '@';
}
