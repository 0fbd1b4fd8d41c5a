/* Breaks sentences between words for the width of the terminal.
 * SPDX-License-Identifier: Apache-2.0 */
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli_private.h"

#define NARROWEST 40u
#define WIDEST 120u

/* Columns of the terminal; 0: stdout is none. */
static unsigned width(void)
{
	struct winsize size;
	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
		return 0;
	if (size.ws_col == 0)
		return 80;
	return size.ws_col < NARROWEST ? NARROWEST : size.ws_col > WIDEST ? WIDEST : size.ws_col;
}

/* Bytes of the text that fit into so many columns: up to a blank, or the first word whole. */
static size_t fitting(struct lantik_span text, unsigned columns)
{
	size_t at = 0, last = 0;
	unsigned used = 0;
	for (; at < text.len && used <= columns; at++) {
		if (text.data[at] == ' ' && at > 0)
			last = at;
		used += (text.data[at] & 0xc0) != 0x80;
	}
	if (at == text.len && used <= columns)
		return text.len;
	while (last == 0 && at < text.len && text.data[at] != ' ')
		at++;
	return last > 0 ? last : at;
}

void lantik_say_wrapped(struct lantik_cli *cli, unsigned first, unsigned rest, struct lantik_buffer *text)
{
	struct lantik_span left = lantik_buffer_span(text);
	unsigned columns = width(), indent = first;
	LANTIK_ASSERT(!text->error);
	while (left.len > 0) {
		size_t length = columns > 0 ? fitting(left, columns - indent) : left.len;
		lantik_say(cli, "%*s%.*s", "%*s%.*s", (int)indent, "", (int)length, (const char *)left.data);
		left = (struct lantik_span){left.data + length, left.len - length};
		while (left.len > 0 && left.data[0] == ' ')
			left = (struct lantik_span){left.data + 1, left.len - 1};
		indent = rest;
	}
	lantik_buffer_reset(text);
}
