/* What a column of a rulebook's line may hold.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rulebook_cells.h"

#include <string.h>

#include "lantik/rulebook.h"

bool lantik_cell_digits(struct lantik_span text, size_t len, char *ret)
{
	if (text.len != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	}
	if (ret != NULL)
		memcpy(ret, text.data, len);
	return true;
}

bool lantik_cell_digits_or_none(struct lantik_span text, size_t len, char *ret)
{
	return text.len == 0 || lantik_cell_digits(text, len, ret);
}

bool lantik_cell_number(struct lantik_span text, int64_t least, int64_t most, int64_t *ret)
{
	int64_t number = 0;
	if (text.len > 18 || !lantik_cell_digits(text, text.len, NULL))
		return false;
	if (text.len == 0 || (text.len > 1 && text.data[0] == '0'))
		return false;
	for (size_t i = 0; i < text.len; i++)
		number = number * 10 + (text.data[i] - '0');
	if (number < least || number > most)
		return false;
	*ret = number;
	return true;
}

bool lantik_cell_int(struct lantik_span text, int32_t least, int32_t most, int32_t *ret)
{
	int64_t number;
	if (!lantik_cell_number(text, least, most, &number))
		return false;
	*ret = (int32_t)number;
	return true;
}

bool lantik_cell_int_or_none(struct lantik_span text, int32_t least, int32_t most, int32_t *ret)
{
	return text.len == 0 || lantik_cell_int(text, least, most, ret);
}

bool lantik_cell_date(struct lantik_span text, int32_t *ret)
{
	int32_t date = text.len == 10 && text.data[4] == '-' ? lantik_date_parse(text) : 0;
	if (date <= 0)
		return false;
	*ret = date;
	return true;
}

bool lantik_cell_date_or_none(struct lantik_span text, int32_t *ret)
{
	return text.len == 0 || lantik_cell_date(text, ret);
}

bool lantik_cell_period(const struct lantik_span columns[2], int32_t *ret_from, int32_t *ret_until)
{
	return lantik_cell_date_or_none(columns[0], ret_from) && lantik_cell_date_or_none(columns[1], ret_until) &&
	       (*ret_until == 0 || *ret_from < *ret_until);
}

bool lantik_cell_instant(struct lantik_span text, int64_t *ret)
{
	char again[28];
	int64_t instant;
	if (text.len != 20 || text.data[19] != 'Z' || (instant = lantik_instant_parse(text)) <= 0)
		return false;
	lantik_instant_format(instant, again);
	if (memcmp(again, text.data, 19) != 0)
		return false;
	*ret = instant;
	return true;
}

bool lantik_cell_id(struct lantik_span text, uint8_t ret[16])
{
	if (text.len != 32)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] >= 'A' && text.data[i] <= 'F')
			return false;
	}
	return lantik_hex_decode(text, ret, 16);
}

bool lantik_cell_word(enum lantik_word_list list, struct lantik_span text, int32_t *ret)
{
	int32_t code = lantik_word_code(list, text);
	const char *word = lantik_word(list, code, LANTIK_ENGLISH);
	if (code == 0 || word == NULL || !lantik_span_is(text, word))
		return false;
	*ret = code;
	return true;
}

bool lantik_cell_word_or_none(enum lantik_word_list list, struct lantik_span text, int32_t *ret)
{
	return text.len == 0 || lantik_cell_word(list, text, ret);
}

bool lantik_cell_text(struct lantik_span text, size_t most, char *ret)
{
	if (text.len == 0 || text.len > most)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '!' || text.data[i] > '~')
			return false;
	}
	memcpy(ret, text.data, text.len);
	return true;
}

bool lantik_cell_golongan_or_none(struct lantik_span text, char ret[6])
{
	bool pppk;
	if (text.len == 0)
		return true;
	if (lantik_golongan_rank(text, &pppk) == 0)
		return false;
	memcpy(ret, text.data, text.len);
	return true;
}

int lantik_golongan_rank(struct lantik_span text, bool *ret_pppk)
{
	static const char *const scales[2][17] = {
		{"I/a", "I/b", "I/c", "I/d", "II/a", "II/b", "II/c", "II/d", "III/a", "III/b", "III/c", "III/d", "IV/a",
			"IV/b", "IV/c", "IV/d", "IV/e"},
		{"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI",
			"XVII"},
	};
	for (int scale = 0; scale < 2; scale++) {
		for (int rank = 0; rank < 17; rank++) {
			if (!lantik_span_is(text, scales[scale][rank]))
				continue;
			*ret_pppk = scale == 1;
			return rank + 1;
		}
	}
	return 0;
}
