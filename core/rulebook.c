/* The rulebook from its canonical text: checks the form of the whole, puts the rows in order and keeps them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/rulebook.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "rulebook_private.h"

#define FIRST_LINE "lantik-rulebook 1"

static bool ascending(struct lantik_span a, struct lantik_span b)
{
	int order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);
	return order < 0 || (order == 0 && a.len < b.len);
}

static enum lantik_error read_lines(struct lantik_rulebook *book, struct lantik_span text, unsigned *ret_line)
{
	struct lantik_span line, last = {NULL, 0};
	unsigned number = 1;
	if (!lantik_line_take(&text, &line) || !lantik_span_is(line, FIRST_LINE)) {
		*ret_line = 1;
		return LANTIK_E_BAD_VERSION;
	}
	while (lantik_line_take(&text, &line)) {
		*ret_line = ++number;
		if (last.data != NULL && !ascending(last, line))
			return LANTIK_E_MALFORMED;
		enum lantik_error error = lantik_rulebook_add(book, line);
		if (error != LANTIK_OK)
			return error;
		last = line;
	}
	*ret_line = text.len == 0 ? 0 : number + 1;
	return text.len == 0 ? LANTIK_OK : LANTIK_E_TRUNCATED;
}

static int32_t number_at(const void *row, size_t offset)
{
	int32_t number;
	memcpy(&number, (const char *)row + offset, sizeof number);
	return number;
}

static int by_key(const void *a, const void *b, void *context)
{
	const struct lantik_shape *shape = context;
	int order = memcmp(a, b, shape->sorted);
	if (order != 0 || shape->from == LANTIK_NO_PERIOD)
		return order;
	int32_t left = number_at(a, shape->from), right = number_at(b, shape->from);
	return (left > right) - (left < right);
}

/* Most tables come out of the text in their order: asking first is one pass. */
static void put_in_order(struct lantik_rows *rows, const struct lantik_shape *shape)
{
	const char *at = rows->items;
	for (size_t i = 1; i < rows->count; i++, at += shape->size) {
		if (by_key(at, at + shape->size, (void *)shape) > 0) {
			qsort_r(rows->items, rows->count, shape->size, by_key, (void *)shape);
			return;
		}
	}
}

/* Of two rows with one key the earlier must have ended when the later begins. */
static bool follows(const void *earlier, const void *later, const struct lantik_shape *shape)
{
	if (memcmp(earlier, later, shape->sorted) != 0)
		return true;
	if (shape->from == LANTIK_NO_PERIOD)
		return false;
	int32_t until = number_at(earlier, shape->from + sizeof(int32_t));
	return until != 0 && until <= number_at(later, shape->from);
}

static bool consistent(const struct lantik_rows *rows, const struct lantik_shape *shape)
{
	const char *at = rows->items;
	for (size_t i = 1; i < rows->count; i++, at += shape->size) {
		if (!follows(at, at + shape->size, shape))
			return false;
	}
	return true;
}

/* Tables grow by doubling; what they do not fill goes back. */
static void trim(struct lantik_rows *rows, size_t size)
{
	void *items = rows->count == 0 ? NULL : realloc(rows->items, rows->count * size);
	if (items != NULL) {
		rows->items = items;
		rows->capacity = rows->count;
	}
}

static enum lantik_error arrange(struct lantik_rulebook *book)
{
	for (size_t i = 0; i < LANTIK_TABLE_COUNT; i++) {
		struct lantik_rows *rows = &book->tables[i];
		const struct lantik_shape *shape = &lantik_shapes[i];
		trim(rows, shape->size);
		if (shape->sorted > 0)
			put_in_order(rows, shape);
		if (shape->unique && !consistent(rows, shape))
			return LANTIK_E_MALFORMED;
	}
	return LANTIK_OK;
}

/* Units are in order, and so are the fronts of their ids. */
static void note_starts(const struct lantik_rows *rows, uint32_t starts[LANTIK_UNIT_FRONTS + 1])
{
	const struct lantik_unit_row *units = rows->items;
	for (size_t i = 0; i < rows->count; i++)
		starts[lantik_unit_front(units[i].id) + 1]++;
	for (size_t front = 0; front < LANTIK_UNIT_FRONTS; front++)
		starts[front + 1] += starts[front];
}

/* What would else be a search through a whole table. */
static void take_notes(struct lantik_rulebook *book)
{
	const struct lantik_unit_row *units = book->tables[LANTIK_TABLE_UNIT].items;
	const struct lantik_wage_row *wages = book->tables[LANTIK_TABLE_WAGE].items;
	for (size_t i = 0; i < book->tables[LANTIK_TABLE_WAGE].count; i++)
		book->wage_years[wages[i].year - LANTIK_WAGE_YEAR_FIRST] = true;
	for (size_t i = 0; i < book->tables[LANTIK_TABLE_UNIT].count; i++)
		book->unit_agencies[strtoul(units[i].agency, NULL, 10)] = true;
	note_starts(&book->tables[LANTIK_TABLE_UNIT], book->unit_starts);
}

struct lantik_rulebook *lantik_rulebook_empty(void)
{
	static _Atomic uint64_t identities;
	struct lantik_rulebook *book = calloc(1, sizeof *book);
	if (book != NULL)
		book->identity = atomic_fetch_add_explicit(&identities, 1, memory_order_relaxed) + 1;
	return book;
}

enum lantik_error lantik_rulebook_parse(struct lantik_span text, struct lantik_rulebook **ret, unsigned *ret_line)
{
	*ret_line = 0;
	if (text.len > LANTIK_MAX_RULEBOOK)
		return LANTIK_E_TOO_LARGE;
	struct lantik_rulebook *book = lantik_rulebook_empty();
	if (book == NULL)
		return LANTIK_E_NO_MEMORY;
	enum lantik_error error = read_lines(book, text, ret_line);
	if (error == LANTIK_OK)
		error = arrange(book);
	if (error != LANTIK_OK) {
		lantik_rulebook_free(&book);
		return error;
	}
	take_notes(book);
	lantik_sha256(text, book->digest);
	*ret = book;
	return LANTIK_OK;
}

void lantik_rulebook_free(struct lantik_rulebook **rulebook)
{
	struct lantik_rulebook *book = *rulebook;
	if (book == NULL)
		return;
	for (size_t i = 0; i < LANTIK_TABLE_COUNT; i++)
		free(book->tables[i].items);
	free(book);
	*rulebook = NULL;
}

const uint8_t *lantik_rulebook_digest(const struct lantik_rulebook *rulebook)
{
	return rulebook->digest;
}

uint64_t lantik_rulebook_identity(const struct lantik_rulebook *rulebook)
{
	return rulebook->identity;
}

bool lantik_rulebook_has(const struct lantik_rulebook *rulebook, enum lantik_table table)
{
	if (table == LANTIK_TABLE_REGION)
		return rulebook->has_districts && rulebook->has_provinces;
	if (table == LANTIK_TABLE_RETIRED)
		return rulebook->has_retired;
	return rulebook->tables[table].count > 0;
}
