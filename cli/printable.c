/* Text from outside, made safe to show on a terminal.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_private.h"

/* C0, DEL and the C1 controls, which terminals obey. */
static bool is_control(const uint8_t *data, size_t length)
{
	return (length == 1 && (data[0] < 0x20 || data[0] == 0x7f)) ||
	       (length == 2 && data[0] == 0xc2 && data[1] < 0xa0);
}

/* The code point of three bytes of UTF-8. */
static unsigned of_three(const uint8_t *data)
{
	return (data[0] & 0x0fu) << 12 | (data[1] & 0x3fu) << 6 | (data[2] & 0x3fu);
}

/* What has no width, breaks lines or turns the direction of writing: it is named instead of obeyed. */
static bool is_unseen(unsigned point)
{
	return (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
	       (point >= 0x2060 && point <= 0x2069) || point == 0xfeff;
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
		else if (length == 3 && is_unseen(of_three(text.data + at)))
			lantik_buffer_printf(ret, "<U+%04X>", of_three(text.data + at));
		else
			lantik_buffer_append(ret, text.data + at, length);
		at += length == 0 ? 1 : length;
	}
}
