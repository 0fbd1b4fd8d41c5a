/* Rows as INSERTs. A tuple of COPY BINARY holds each column as its length and its bytes, and those are the parameters
 * of a prepared INSERT: it goes into a pipeline, while a COPY takes two round trips of its own. A row costs more that
 * way, so it is for few. SPDX-License-Identifier: Apache-2.0 */
#include "store_private.h"

#include <endian.h>
#include <string.h>

#include "current.h"
#include "lantik/row.h"

/* For a number, with the NUL. */
#define NAME 24

/* ---- one INSERT for each choice of columns ---- */

static void name_of(const struct store *store, const struct store_row_insert *insert, char ret[NAME])
{
	snprintf(ret, NAME, "insert_row_%u", (unsigned)(insert - store->row_inserts));
}

static bool is_for(const struct store_row_insert *insert, const struct row_columns *columns)
{
	return insert->is_prepared && insert->columns.supersedes == columns->supersedes &&
	       memcmp(insert->columns.fields, columns->fields, sizeof columns->fields) == 0;
}

static struct store_row_insert *find(struct store *store, const struct row_columns *columns)
{
	for (size_t i = 0; i < STORE_ROW_INSERTS; i++)
		if (is_for(&store->row_inserts[i], columns))
			return &store->row_inserts[i];
	return NULL;
}

/* A free place, or that of the one that was not used for the longest time. */
static struct store_row_insert *make_room(struct store *store)
{
	struct store_row_insert *oldest = store->row_inserts;

	for (size_t i = 0; i < STORE_ROW_INSERTS; i++) {
		struct store_row_insert *insert = &store->row_inserts[i];
		if (!insert->is_prepared)
			return insert;
		if (insert->used < oldest->used)
			oldest = insert;
	}
	return oldest;
}

static void insert_text(const struct row_columns *columns, struct lantik_buffer *ret)
{
	lantik_buffer_printf(ret, "INSERT INTO register (");
	row_columns_name(columns, ret);
	lantik_buffer_printf(ret, ") VALUES ($1");
	for (unsigned i = 2; i <= columns->count; i++)
		lantik_buffer_printf(ret, ", $%u", i);
	lantik_buffer_append(ret, ")", sizeof ")");
	LANTIK_ASSERT(!ret->error);
}

static enum store_result forget(struct store *store, struct store_row_insert *insert, const char *name)
{
	char sql[NAME + 16];

	if (!insert->is_prepared)
		return STORE_OK;
	insert->is_prepared = false;
	snprintf(sql, sizeof sql, "DEALLOCATE %s", name);
	return store_simple(store, sql, NULL);
}

static enum store_result prepare(
	struct store *store, struct store_row_insert *insert, const struct row_columns *columns)
{
	struct lantik_buffer sql = {0};
	char name[NAME];

	name_of(store, insert, name);
	enum store_result result = forget(store, insert, name);
	if (result)
		return result;
	insert_text(columns, &sql);
	result = store_prepare(store, name, (const char *)sql.data);
	lantik_buffer_free(&sql);
	if (!result)
		*insert = (struct store_row_insert){.is_prepared = true, .columns = *columns};
	return result;
}

enum store_result store_prepare_rows(struct store *store, const struct row_columns *columns)
{
	struct store_row_insert *insert = find(store, columns);
	enum store_result result = STORE_OK;

	if (!insert) {
		insert = make_room(store);
		result = prepare(store, insert, columns);
	}
	if (!result)
		insert->used = ++store->row_inserts_used;
	return result;
}

void store_forget_rows(struct store *store)
{
	memset(store->row_inserts, 0, sizeof store->row_inserts);
}

/* ---- a tuple as parameters ---- */

struct parameters {
	int count;
	const char *values[LANTIK_ROW_COLUMNS];
	int lengths[LANTIK_ROW_COLUMNS];
	int formats[LANTIK_ROW_COLUMNS];
};

/* The tuple is our own (row_encode, current_encode). */
static void parameters_of(struct lantik_span tuple, struct parameters *ret)
{
	const uint8_t *at = tuple.data;
	uint16_t count;
	uint32_t len;

	memcpy(&count, at, sizeof count);
	at += sizeof count;
	ret->count = be16toh(count);
	LANTIK_ASSERT(ret->count <= LANTIK_ROW_COLUMNS);
	for (int i = 0; i < ret->count; i++) {
		memcpy(&len, at, sizeof len);
		at += sizeof len;
		len = be32toh(len);
		ret->values[i] = len == UINT32_MAX ? NULL : (const char *)at;
		ret->lengths[i] = ret->values[i] ? (int)len : 0;
		ret->formats[i] = 1;
		at += ret->lengths[i];
	}
	LANTIK_ASSERT(at == tuple.data + tuple.len);
}

static enum store_result insert_tuple(struct store *store, const char *statement, struct lantik_span tuple)
{
	struct parameters p;

	if (!store->connection) {
		snprintf(store->why, sizeof store->why, "not connected");
		return STORE_DOWN;
	}
	LANTIK_ASSERT(store->hurries);
	parameters_of(tuple, &p);
	return store_sent(store,
		PQsendQueryPrepared(store->connection, statement, p.count, p.values, p.lengths, p.formats, 1),
		&(struct store_sent){0});
}

enum store_result store_insert_row(struct store *store, const struct row_columns *columns, struct lantik_span tuple)
{
	const struct store_row_insert *insert = find(store, columns);
	char name[NAME];

	if (!insert && !store->connection)
		return insert_tuple(store, "", tuple);
	LANTIK_ASSERT(insert);
	name_of(store, insert, name);
	return insert_tuple(store, name, tuple);
}

const struct store_statement store_insert_statements[] = {
	{"insert_current",
		"INSERT INTO current_appointment (" CURRENT_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"},
	{NULL, NULL},
};

enum store_result store_insert_current(struct store *store, struct lantik_span tuple)
{
	return insert_tuple(store, "insert_current", tuple);
}
