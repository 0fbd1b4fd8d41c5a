/* UTF-8: is it valid, and how to show it on a terminal.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_private.h"

static bool continues(const uint8_t *data, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if ((data[i] & 0xc0) != 0x80)
			return false;
	return true;
}

size_t lantik_utf8_length(const uint8_t *data, size_t len)
{
	uint8_t first = data[0];
	size_t length = first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : 4;
	if ((first >= 0x80 && first < 0xc2) || first > 0xf4 || length > len || !continues(data + 1, length - 1))
		return 0;
	/* over-long forms, surrogates, beyond U+10FFFF */
	if ((first == 0xe0 && data[1] < 0xa0) || (first == 0xed && data[1] > 0x9f) ||
		(first == 0xf0 && data[1] < 0x90) || (first == 0xf4 && data[1] > 0x8f))
		return 0;
	return length;
}

bool lantik_utf8_valid(struct lantik_span text)
{
	size_t at = 0;
	while (at < text.len) {
		if (text.data[at] < 0x80) {
			at++;
			continue;
		}
		size_t length = lantik_utf8_length(text.data + at, text.len - at);
		if (length == 0)
			return false;
		at += length;
	}
	return true;
}

/* C0, DEL and the C1 controls, which terminals obey. */
static bool is_control(const uint8_t *data, size_t length)
{
	return (length == 1 && (data[0] < 0x20 || data[0] == 0x7f)) ||
	       (length == 2 && data[0] == 0xc2 && data[1] < 0xa0);
}

void lantik_printable(struct lantik_span text, struct lantik_buffer *ret)
{
	size_t at = 0;
	while (at < text.len) {
		size_t length = lantik_utf8_length(text.data + at, text.len - at);
		if (length == 0)
			lantik_buffer_append(ret, "\xef\xbf\xbd", 3);
		else if (is_control(text.data + at, length))
			lantik_buffer_append(ret, " ", 1);
		else
			lantik_buffer_append(ret, text.data + at, length);
		at += length == 0 ? 1 : length;
	}
}
