/* Writes JSON Lines with jansson: one object a line, the last one a summary.
 * SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stdio.h>

#include "cli_private.h"

#define MAX_DEPTH 8u

struct json_writer {
	json_t *stack[MAX_DEPTH]; /* the open object first, then the lists in it */
	unsigned depth;
	json_t *summary;
};

struct json_writer *lantik_writer_new(void)
{
	struct json_writer *writer = calloc(1, sizeof *writer);
	LANTIK_ASSERT(writer);
	writer->summary = json_object();
	LANTIK_ASSERT(writer->summary);
	return writer;
}

void lantik_writer_free(struct json_writer **writer)
{
	if (!*writer)
		return;
	if ((*writer)->depth > 0)
		json_decref((*writer)->stack[0]);
	json_decref((*writer)->summary);
	free(*writer);
	*writer = NULL;
}

/* Takes over value; a value that could not be made is a bug or no memory. */
static void put(json_t *owner, const char *name, json_t *value)
{
	LANTIK_ASSERT(value);
	if (json_is_array(owner))
		LANTIK_ASSERT(!name && json_array_append_new(owner, value) == 0);
	else
		LANTIK_ASSERT(name && json_object_set_new(owner, name, value) == 0);
}

static void put_open(struct lantik_cli *cli, const char *name, json_t *value)
{
	struct json_writer *writer = cli->writer;
	LANTIK_ASSERT(writer->depth > 0);
	put(writer->stack[writer->depth - 1], name, value);
}

static void append_clean(struct lantik_buffer *buffer, struct lantik_span text)
{
	for (size_t at = 0; at < text.len;) {
		size_t length = lantik_utf8_length(text.data + at, text.len - at);
		if (length == 0)
			lantik_buffer_append(buffer, "\xef\xbf\xbd", 3);
		else
			lantik_buffer_append(buffer, text.data + at, length);
		at += length == 0 ? 1 : length;
	}
}

static json_t *string_of(struct lantik_span text)
{
	if (text.len == 0)
		return json_string("");
	if (lantik_utf8_valid(text))
		return json_stringn((const char *)text.data, text.len);
	struct lantik_buffer clean = {0};
	append_clean(&clean, text);
	json_t *value = clean.error ? NULL : json_stringn((const char *)clean.data, clean.len);
	lantik_buffer_free(&clean);
	return value;
}

static void print_line(json_t *object)
{
	int failed = json_dumpf(object, stdout, JSON_COMPACT);
	if (failed == 0)
		putchar('\n');
	fflush(stdout);
	json_decref(object);
}

void lantik_json_open(struct lantik_cli *cli, const char *type)
{
	if (!cli->writer)
		return;
	LANTIK_ASSERT(cli->writer->depth == 0);
	json_t *object = json_object();
	LANTIK_ASSERT(object);
	cli->writer->stack[cli->writer->depth++] = object;
	put_open(cli, "type", json_string(type));
}

void lantik_json_close(struct lantik_cli *cli)
{
	if (!cli->writer)
		return;
	LANTIK_ASSERT(cli->writer->depth == 1);
	cli->writer->depth = 0;
	print_line(cli->writer->stack[0]);
}

void lantik_json_text(struct lantik_cli *cli, const char *name, const char *value)
{
	if (cli->writer)
		put_open(cli, name, value ? string_of(lantik_span_of(value)) : json_null());
}

void lantik_json_span(struct lantik_cli *cli, const char *name, struct lantik_span value)
{
	if (cli->writer)
		put_open(cli, name, string_of(value));
}

void lantik_json_number(struct lantik_cli *cli, const char *name, int64_t value)
{
	if (cli->writer)
		put_open(cli, name, json_integer(value));
}

void lantik_json_flag(struct lantik_cli *cli, const char *name, bool value)
{
	if (cli->writer)
		put_open(cli, name, json_boolean(value));
}

static void nest(struct lantik_cli *cli, const char *name, json_t *value)
{
	LANTIK_ASSERT(cli->writer->depth < MAX_DEPTH);
	put_open(cli, name, value);
	cli->writer->stack[cli->writer->depth++] = value;
}

void lantik_json_list(struct lantik_cli *cli, const char *name)
{
	if (cli->writer)
		nest(cli, name, json_array());
}

void lantik_json_end(struct lantik_cli *cli)
{
	if (!cli->writer)
		return;
	LANTIK_ASSERT(cli->writer->depth > 1);
	cli->writer->depth--;
}

void lantik_summary_text(struct lantik_cli *cli, const char *name, const char *value)
{
	if (cli->writer)
		put(cli->writer->summary, name, value ? string_of(lantik_span_of(value)) : json_null());
}

void lantik_summary_number(struct lantik_cli *cli, const char *name, int64_t value)
{
	if (cli->writer)
		put(cli->writer->summary, name, json_integer(value));
}

void lantik_writer_summary(struct lantik_cli *cli, int exit_code)
{
	if (!cli->writer)
		return;
	if (cli->writer->depth > 0) { /* a verb left in the middle of an object */
		json_decref(cli->writer->stack[0]);
		cli->writer->depth = 0;
	}
	json_t *line = json_pack("{s:s, s:s, s:s?, s:i}", "type", "summary", "program", cli->program->name, "verb",
		cli->verb ? cli->verb->name : NULL, "exit_code", exit_code);
	LANTIK_ASSERT(line && json_object_update(line, cli->writer->summary) == 0);
	print_line(line);
}
