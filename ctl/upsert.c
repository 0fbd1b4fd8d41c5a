/* Builds and runs INSERT ... ON CONFLICT DO UPDATE over arrays, one parameter a column.
 * SPDX-License-Identifier: Apache-2.0 */
#include "upsert.h"

#include <inttypes.h>
#include <string.h>

void upsert_column(struct upsert *upsert, const char *name, const char *type, bool key)
{
	LANTIK_ASSERT(upsert->column_count < UPSERT_COLUMNS);
	upsert->columns[upsert->column_count++] = (struct upsert_column){name, type, key};
}

void upsert_cell(struct upsert *upsert, struct lantik_span value)
{
	struct lantik_buffer *array = &upsert->arrays[upsert->cells++ % upsert->column_count];
	lantik_buffer_append(array, array->len ? "," : "{", 1);
	if (!value.data) {
		lantik_buffer_append(array, "NULL", 4);
		return;
	}
	lantik_buffer_append(array, "\"", 1);
	for (size_t i = 0; i < value.len; i++) {
		if (value.data[i] == '"' || value.data[i] == '\\')
			lantik_buffer_append(array, "\\", 1);
		lantik_buffer_append(array, &value.data[i], 1);
	}
	lantik_buffer_append(array, "\"", 1);
}

void upsert_text(struct upsert *upsert, const char *value)
{
	upsert_cell(upsert, value ? lantik_span_of(value) : (struct lantik_span){NULL, 0});
}

void upsert_number(struct upsert *upsert, int64_t value)
{
	char text[24];
	snprintf(text, sizeof text, "%" PRId64, value);
	upsert_text(upsert, text);
}

enum which { ALL, KEYS, OTHERS };

/* The columns' names as a list, each behind the prefix; "set" writes `a = excluded.a`. */
static size_t list(
	struct lantik_buffer *sql, const struct upsert *upsert, enum which which, const char *prefix, bool set)
{
	size_t count = 0;
	for (size_t i = 0; i < upsert->column_count; i++) {
		const struct upsert_column *column = &upsert->columns[i];
		if ((which == KEYS && !column->key) || (which == OTHERS && column->key))
			continue;
		lantik_buffer_printf(sql, "%s", count++ ? ", " : "");
		if (set)
			lantik_buffer_printf(sql, "%s = ", column->name);
		lantik_buffer_printf(sql, "%s%s", prefix, column->name);
	}
	return count;
}

static void source(struct lantik_buffer *sql, const struct upsert *upsert)
{
	for (size_t i = 0; i < upsert->column_count; i++)
		lantik_buffer_printf(
			sql, "%s%s::%s", i ? ", " : "SELECT ", upsert->columns[i].name, upsert->columns[i].type);
	for (size_t i = 0; i < upsert->column_count; i++)
		lantik_buffer_printf(sql, "%s$%zu::text[]", i ? ", " : " FROM unnest(", i + 1);
	lantik_buffer_printf(sql, ") AS v (");
	list(sql, upsert, ALL, "", false);
	lantik_buffer_printf(sql, ")");
}

static void statement(struct lantik_buffer *sql, const struct upsert *upsert)
{
	lantik_buffer_printf(sql, "WITH w AS (INSERT INTO lantik.%s AS t (", upsert->table);
	list(sql, upsert, ALL, "", false);
	lantik_buffer_printf(sql, ") ");
	source(sql, upsert);
	lantik_buffer_printf(sql, " ON CONFLICT (");
	size_t keys = list(sql, upsert, KEYS, "", false);
	if (keys == upsert->column_count) {
		lantik_buffer_printf(sql, ") DO NOTHING");
	} else {
		lantik_buffer_printf(sql, ") DO UPDATE SET ");
		list(sql, upsert, OTHERS, "excluded.", true);
		lantik_buffer_printf(sql, " WHERE ROW(");
		list(sql, upsert, OTHERS, "t.", false);
		lantik_buffer_printf(sql, ") IS DISTINCT FROM ROW(");
		list(sql, upsert, OTHERS, "excluded.", false);
		lantik_buffer_printf(sql, ")");
	}
	/* A row that this statement inserted has no deleting transaction; one that it updated had one. */
	lantik_buffer_printf(sql, " RETURNING t.xmax = 0 AS added) SELECT count(*) FILTER (WHERE added), "
				  "count(*) FILTER (WHERE NOT added) FROM w");
}

static PGresult *run(struct upsert *upsert, struct database *database, struct lantik_buffer *sql)
{
	const char *parameters[UPSERT_COLUMNS];
	LANTIK_ASSERT(upsert->cells % upsert->column_count == 0);
	lantik_buffer_append(sql, "", 1);
	for (size_t i = 0; i < upsert->column_count; i++) {
		lantik_buffer_append(&upsert->arrays[i], "}", 2);
		upsert->arrays[i].len -= 2; /* so that it can be run again */
		LANTIK_ASSERT(upsert->arrays[i].error == LANTIK_OK);
		parameters[i] = (const char *)upsert->arrays[i].data;
	}
	LANTIK_ASSERT(sql->error == LANTIK_OK);
	return database_query(database, (const char *)sql->data, (int)upsert->column_count, parameters);
}

bool upsert_run(struct upsert *upsert, struct database *database)
{
	struct lantik_buffer sql = {0};
	if (!upsert->cells)
		return !database->failed;
	statement(&sql, upsert);
	PGresult *rows = run(upsert, database, &sql);
	lantik_buffer_free(&sql);
	if (!rows)
		return false;
	upsert->added += cell_number(rows, 0, 0);
	upsert->changed += cell_number(rows, 0, 1);
	PQclear(rows);
	return true;
}

bool upsert_delete_others(struct upsert *upsert, struct database *database)
{
	struct lantik_buffer sql = {0};
	if (!upsert->cells)
		return !database->failed;
	lantik_buffer_printf(&sql, "WITH w AS (DELETE FROM lantik.%s WHERE (", upsert->table);
	list(&sql, upsert, KEYS, "", false);
	lantik_buffer_printf(&sql, ") NOT IN (SELECT ");
	list(&sql, upsert, KEYS, "s.", false);
	lantik_buffer_printf(&sql, " FROM (");
	source(&sql, upsert);
	lantik_buffer_printf(&sql, ") AS s) RETURNING 1) SELECT count(*) FROM w");
	PGresult *rows = run(upsert, database, &sql);
	lantik_buffer_free(&sql);
	if (!rows)
		return false;
	upsert->changed += cell_number(rows, 0, 0);
	PQclear(rows);
	return true;
}

void upsert_free(struct upsert *upsert)
{
	for (size_t i = 0; i < UPSERT_COLUMNS; i++)
		lantik_buffer_free(&upsert->arrays[i]);
}
