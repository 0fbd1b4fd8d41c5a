/* Sentences about rules: wrapped lines, causes taken apart, and a legend of the cases that were named.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sentences.h"

#include <string.h>

void say_wrapped(struct lantik_cli *cli, const char *head, size_t indent, const char *text)
{
	struct lantik_buffer line = {0};
	size_t columns = 0;
	for (const char *at = head; *at; at++)
		columns += ((unsigned char)*at & 0xc0) != 0x80;
	lantik_buffer_printf(&line, "%s%s", head, text);
	lantik_say_wrapped(cli, 0, (unsigned)(indent ? indent : columns), &line);
	lantik_buffer_free(&line);
}

bool cause_next(struct lantik_span *cause, struct lantik_span *ret_token)
{
	while (cause->len && cause->data[0] == ' ')
		*cause = (struct lantik_span){cause->data + 1, cause->len - 1};
	if (cause->len == 0)
		return false;
	const uint8_t *end = memchr(cause->data, ' ', cause->len);
	size_t len = end ? (size_t)(end - cause->data) : cause->len;
	*ret_token = (struct lantik_span){cause->data, len};
	*cause = (struct lantik_span){cause->data + len, cause->len - len};
	return true;
}

enum lantik_case_id cause_case(struct lantik_span token)
{
	const uint8_t *colon = token.len ? memchr(token.data, ':', token.len) : NULL;
	if (colon)
		token.len = (size_t)(colon - token.data);
	return lantik_case_find(token);
}

const char *case_sentence(const struct lantik_cli *cli, enum lantik_case_id id)
{
	if (id < LANTIK_CASE_COUNT)
		return lantik_case_of(id)->expected[lantik_cli_language(cli)];
	return lantik_cli_pick(cli, "This program does not know the rule. Use the lantikctl that came with lantikd.",
		"Aturan ini tidak dikenal program ini. Gunakan lantikctl yang terpasang bersama lantikd.");
}

const char *severity_name(unsigned severity)
{
	static const char *const names[] = {"-", "fatal", "error", "review", "warning"};
	LANTIK_ASSERT(severity < LANTIK_COUNT(names));
	return names[severity];
}

const char *severity_short(const struct lantik_cli *cli, unsigned severity)
{
	static const char *const names[][2] = {
		{"-", "-"}, {"fatal", "fatal"}, {"error", "salah"}, {"review", "telaah"}, {"warning", "peringatan"}};
	LANTIK_ASSERT(severity < LANTIK_COUNT(names));
	return names[severity][lantik_cli_language(cli)];
}

void legend_add(struct legend *legend, struct lantik_span cause)
{
	struct lantik_span token;
	while (cause_next(&cause, &token)) {
		enum lantik_case_id id = cause_case(token);
		if (id < LANTIK_CASE_COUNT)
			legend->named[id] = true;
	}
}

void legend_say(struct lantik_cli *cli, const struct legend *legend)
{
	char name[64], head[80];
	for (unsigned id = 0; id < LANTIK_CASE_COUNT; id++) {
		if (!legend->named[id])
			continue;
		lantik_case_format((enum lantik_case_id)id, name);
		snprintf(head, sizeof head, "  %s: ", name);
		say_wrapped(cli, head, 6, case_sentence(cli, (enum lantik_case_id)id));
	}
}
