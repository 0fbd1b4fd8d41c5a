/* Well-formed UTF-8 (Unicode table 3-7): the one place that knows its ranges.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/bytes.h"

/* What the second byte must be after this first one; every later byte is 0x80 to 0xBF. */
static bool second_fits(uint8_t first, uint8_t second)
{
	uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
	uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
	return second >= low && second <= high;
}

size_t lantik_utf8_length(const uint8_t *at, size_t left)
{
	uint8_t first = at[0];
	size_t len = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
	if (len < 2 || len > left)
		return len > left ? 0 : len;
	if (!second_fits(first, at[1]))
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

bool lantik_utf8_valid(struct lantik_span text)
{
	for (size_t at = 0; at < text.len;) {
		size_t len = lantik_utf8_length(text.data + at, text.len - at);
		if (len == 0)
			return false;
		at += len;
	}
	return true;
}
