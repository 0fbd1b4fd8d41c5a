/* Reads `name = value` lines.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pairs.h"

#include <string.h>

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

static struct lantik_span trim(struct lantik_span text)
{
	while (text.len > 0 && is_blank(text.data[0]))
		text = (struct lantik_span){text.data + 1, text.len - 1};
	while (text.len > 0 && is_blank(text.data[text.len - 1]))
		text.len--;
	return text;
}

static struct lantik_span unquote(struct lantik_span text)
{
	if (text.len >= 2 && text.data[0] == '"' && text.data[text.len - 1] == '"')
		return (struct lantik_span){text.data + 1, text.len - 2};
	return text;
}

static struct lantik_span first_line(struct lantik_span text, size_t *ret_length)
{
	const uint8_t *end = memchr(text.data, '\n', text.len);
	*ret_length = end ? (size_t)(end - text.data) + 1 : text.len;
	return trim((struct lantik_span){text.data, end ? *ret_length - 1 : *ret_length});
}

/* Length of the name in front of the separator; 0 when the line is no pair. */
static size_t name_length(struct lantik_span line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.data[i] == '=' || line.data[i] == ',' || line.data[i] == ';')
			return i;
	return 0;
}

bool lantik_pairs_next(struct lantik_span *text, uint32_t *line, struct lantik_pair *ret)
{
	size_t length, name;
	while (text->len > 0) {
		struct lantik_span content = first_line(*text, &length);
		++*line;
		if (content.len > 0 && content.data[0] != '#') {
			name = name_length(content);
			if (name == 0)
				return false;
			ret->name = trim((struct lantik_span){content.data, name});
			ret->value =
				unquote(trim((struct lantik_span){content.data + name + 1, content.len - name - 1}));
			ret->line = *line;
		}
		*text = (struct lantik_span){text->data + length, text->len - length};
		if (content.len > 0 && content.data[0] != '#')
			return true;
	}
	return false;
}
