/* Lines for people in their language, and errors in both forms.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "cli_private.h"

enum lantik_language lantik_cli_language(const struct lantik_cli *cli)
{
	return cli->language;
}

bool lantik_cli_json(const struct lantik_cli *cli)
{
	return cli->json;
}

const char *lantik_cli_pick(const struct lantik_cli *cli, const char *english, const char *indonesian)
{
	return cli->language == LANTIK_INDONESIAN ? indonesian : english;
}

const char *lantik_count_format(const struct lantik_cli *cli, int64_t count, char *ret)
{
	char digits[24];
	int length = snprintf(digits, sizeof digits, "%" PRId64, count);
	char *out = ret;
	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0 && digits[i - 1] != '-')
			*out++ = cli->language == LANTIK_INDONESIAN ? '.' : ',';
		*out++ = digits[i];
	}
	*out = '\0';
	return ret;
}

/* The formats were checked at the callers. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

void lantik_say(struct lantik_cli *cli, const char *english, const char *indonesian, ...)
{
	if (cli->json)
		return;
	va_list arguments;
	lantik_progress_clear(cli);
	va_start(arguments, indonesian);
	vprintf(lantik_cli_pick(cli, english, indonesian), arguments);
	va_end(arguments);
	putchar('\n');
}

void lantik_remark(struct lantik_cli *cli, const char *english, const char *indonesian, ...)
{
	va_list arguments;
	lantik_progress_clear(cli);
	fflush(stdout);
	fprintf(stderr, "%s: ", cli->program->name);
	va_start(arguments, indonesian);
	vfprintf(stderr, lantik_cli_pick(cli, english, indonesian), arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

/* With a NUL at the end. */
static void append_format(struct lantik_buffer *buffer, const char *format, va_list arguments)
{
	va_list again;
	va_copy(again, arguments);
	int length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	LANTIK_ASSERT(length >= 0);
	uint8_t *room = lantik_buffer_extend(buffer, (size_t)length + 1);
	LANTIK_ASSERT(room);
	vsnprintf((char *)room, (size_t)length + 1, format, arguments);
}

/* Ends the text at its first newline; what follows, or NULL. */
static const char *split_line(char *text)
{
	char *newline = strchr(text, '\n');
	if (!newline)
		return NULL;
	*newline = '\0';
	return newline + 1;
}

/* The code, what happened, and what to do on a line of its own. */
static void print_error(struct lantik_cli *cli, const char *code, const char *what, const char *remedy)
{
	lantik_progress_clear(cli);
	fflush(stdout);
	fprintf(stderr, "%s: %s: %s\n", cli->program->name, code, what);
	if (remedy)
		fprintf(stderr, "  %s\n", remedy);
}

static void write_error(struct lantik_cli *cli, const char *code, const char *what, const char *remedy, int exit_code)
{
	lantik_json_open(cli, "error");
	lantik_json_text(cli, "code", code);
	lantik_json_span(cli, "what", lantik_span_of(what));
	lantik_json_span(cli, "do", lantik_span_of(remedy ? remedy : ""));
	lantik_json_number(cli, "exit_code", exit_code);
	lantik_json_close(cli);
}

int lantik_fail(
	struct lantik_cli *cli, unsigned number, int exit_code, const char *english, const char *indonesian, ...)
{
	char code[16];
	struct lantik_buffer text = {0};
	va_list arguments;
	snprintf(code, sizeof code, "LNT-%04u", number % 10000);
	va_start(arguments, indonesian);
	append_format(&text, lantik_cli_pick(cli, english, indonesian), arguments);
	va_end(arguments);
	const char *remedy = split_line((char *)text.data);
	if (cli->json)
		write_error(cli, code, (char *)text.data, remedy, exit_code);
	else
		print_error(cli, code, (char *)text.data, remedy);
	lantik_buffer_free(&text);
	return exit_code;
}
