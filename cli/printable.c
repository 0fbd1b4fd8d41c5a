/* Text from outside, made safe to show on a terminal.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_private.h"

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
