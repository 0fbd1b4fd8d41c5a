/* The rulebook of the readable cases: tests/cases/rulebook.txt, with the lines that a case adds and takes away.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINES 512
#define FIRST_LINE "lantik-rulebook 1"

struct lines {
	const char *items[MAX_LINES];
	size_t count;
};

static void add_line(struct lines *lines, const char *line)
{
	if (lines->count == MAX_LINES)
		cases_fail("the rulebook has too many lines");
	lines->items[lines->count++] = line;
}

static char *read_text(const char *directory)
{
	static char text[65536];
	char path[1024];
	snprintf(path, sizeof path, "%s/rulebook.txt", directory);
	FILE *file = fopen(path, "r");
	if (!file)
		cases_fail("cannot read %s", path);
	size_t len = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[len] = '\0';
	return text;
}

/* Whole columns: `rulebook-=window|PW2024` takes what begins with these two. */
static bool begins_with(const char *line, const char *start)
{
	size_t at = 0;
	for (; start[at] != '\0'; at++) {
		if (line[at] != (start[at] == '|' ? '\t' : start[at]))
			return false;
	}
	return line[at] == '\0' || line[at] == '\t';
}

static bool stays(const struct cases_example *example, const char *line)
{
	for (size_t i = 0; i < example->removed_count; i++) {
		if (begins_with(line, example->removed[i]))
			return false;
	}
	return true;
}

/* `|` is a tab, `@a01` an identifier. */
static char *whole_line(const char *line)
{
	struct lantik_buffer text = {0};
	char id[33];
	for (; *line != '\0'; line++) {
		if (*line == '@') {
			cases_id(line, id);
			lantik_buffer_append(&text, id, 32);
			line += strspn(line + 1, "0123456789abcdef");
		} else {
			lantik_buffer_append(&text, *line == '|' ? "\t" : line, 1);
		}
	}
	lantik_buffer_append(&text, "", 1);
	if (text.error)
		cases_fail("no memory");
	return (char *)text.data;
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct lantik_rulebook *parse(const struct lines *lines)
{
	struct lantik_buffer text = {0};
	struct lantik_rulebook *rulebook = NULL;
	unsigned line;
	lantik_buffer_printf(&text, "%s\n", FIRST_LINE);
	for (size_t i = 0; i < lines->count; i++)
		lantik_buffer_printf(&text, "%s\n", lines->items[i]);
	enum lantik_error error = lantik_rulebook_parse(lantik_buffer_span(&text), &rulebook, &line);
	if (error != LANTIK_OK)
		cases_fail("the rulebook is wrong in line %u: %s", line, line > 1 ? lines->items[line - 2] : "");
	lantik_buffer_free(&text);
	return rulebook;
}

static struct lantik_rulebook *build(const char *directory, const struct cases_example *example)
{
	struct lines lines = {0};
	char *rest = read_text(directory), *line, *added[LANTIK_COUNT(example->added)];
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (!example->no_rulebook && *line != '\0' && strcmp(line, FIRST_LINE) != 0 && stays(example, line))
			add_line(&lines, line);
	}
	for (size_t i = 0; i < example->added_count; i++)
		add_line(&lines, added[i] = whole_line(example->added[i]));
	qsort(lines.items, lines.count, sizeof *lines.items, compare_lines);
	struct lantik_rulebook *rulebook = parse(&lines);
	for (size_t i = 0; i < example->added_count; i++)
		free(added[i]);
	return rulebook;
}

struct lantik_rulebook *cases_rulebook(const char *directory, const struct cases_example *example)
{
	if (example->no_rulebook && example->added_count == 0)
		return lantik_rulebook_empty();
	return build(directory, example);
}
