/* Reads one CSV file of reference data and brings its rows into their table.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "load.h"
#include "reference.h"
#include "upsert.h"

/* All units of the nation in one file: 600,000 lines of about 100 bytes. */
#define MAX_FILE (96u * 1024 * 1024)
#define MAX_ROWS 1000000u

/* The keys of one file's rows, so that a repeated one is told with both lines. */
struct key {
	struct lantik_span text;
	uint32_t line;
};

struct file {
	struct database *database;
	bool fictional; /* the fictional province 99 may be loaded */
	const char *path;
	const struct reference_file *reference;
	struct lantik_csv csv;
	struct upsert upsert;
	struct lantik_arena *arena;
	struct key *keys;
};

static struct lantik_span trimmed(struct lantik_span text)
{
	while (text.len && (text.data[0] == ' ' || text.data[0] == '\t'))
		text = (struct lantik_span){text.data + 1, text.len - 1};
	while (text.len && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t'))
		text.len--;
	return text;
}

/* The value of a column for the database into the arena; false after it reported what was expected. */
static bool read_column(struct file *file, const struct lantik_csv_row *row, const struct reference_column *column,
	struct lantik_span *ret)
{
	struct lantik_cli *cli = file->database->cli;
	struct lantik_buffer value = {0};
	int place = reference_place(&file->csv, column);
	struct lantik_span cell = place < 0 ? lantik_span_of(column->otherwise) : trimmed(row->cells[place]);
	bool good = cell_read(column->kind, cell, &value);
	if (good)
		*ret = lantik_arena_copy(file->arena, lantik_buffer_span(&value));
	else
		lantik_fail(cli, 523, LANTIK_EXIT_FAILED, "%s:%" PRIu32 ": column %s: expected %s",
			"%s:%" PRIu32 ": kolom %s: seharusnya %s", file->path, row->line, column->name,
			cell_expected(column->kind, lantik_cli_language(cli)));
	lantik_buffer_free(&value);
	return good;
}

static bool row_fault(struct file *file, uint32_t line, const char *english, const char *indonesian)
{
	lantik_fail(file->database->cli, 523, LANTIK_EXIT_FAILED, "%s:%" PRIu32 ": %s", "%s:%" PRIu32 ": %s",
		file->path, line, lantik_cli_pick(file->database->cli, english, indonesian));
	return false;
}

/* The key as one text; a unit separator stands in no value. */
static void keep_key(struct file *file, size_t row, const struct lantik_span *values)
{
	const struct reference_column *columns = file->reference->columns;
	struct lantik_buffer text = {0};
	for (size_t i = 0; i < REFERENCE_COLUMNS && columns[i].name; i++) {
		if (!columns[i].key)
			continue;
		lantik_buffer_append_span(&text, values[i]);
		lantik_buffer_append(&text, "\x1f", 1);
	}
	file->keys[row] =
		(struct key){lantik_arena_copy(file->arena, lantik_buffer_span(&text)), file->csv.rows[row].line};
	lantik_buffer_free(&text);
}

static bool read_row(struct file *file, size_t at)
{
	const struct lantik_csv_row *row = &file->csv.rows[at];
	const struct reference_column *columns = file->reference->columns;
	struct lantik_span values[REFERENCE_COLUMNS] = {{NULL, 0}};
	if (row->count != file->csv.header.count)
		return row_fault(file, row->line, "the line does not have as many cells as the first line",
			"jumlah sel baris ini tidak sama dengan baris pertama");
	for (size_t i = 0; i < REFERENCE_COLUMNS && columns[i].name; i++)
		if (!read_column(file, row, &columns[i], &values[i]))
			return false;
	const char *const *fault = reference_row_fault(file->reference, values, file->fictional);
	if (fault)
		return row_fault(file, row->line, fault[0], fault[1]);
	for (size_t i = 0; i < REFERENCE_COLUMNS && columns[i].name; i++)
		if (columns[i].column)
			upsert_cell(&file->upsert, values[i].len    ? values[i]
						   : columns[i].key ? lantik_span_of("")
								    : (struct lantik_span){NULL, 0});
	keep_key(file, at, values);
	return true;
}

static int by_key(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	size_t len = x->text.len < y->text.len ? x->text.len : y->text.len;
	int order = memcmp(x->text.data, y->text.data, len);
	if (order == 0 && x->text.len != y->text.len)
		order = x->text.len < y->text.len ? -1 : 1;
	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static bool no_key_twice(struct file *file)
{
	qsort(file->keys, file->csv.row_count, sizeof *file->keys, by_key);
	for (size_t i = 1; i < file->csv.row_count; i++) {
		if (!lantik_span_equal(file->keys[i - 1].text, file->keys[i].text))
			continue;
		lantik_fail(file->database->cli, 524, LANTIK_EXIT_FAILED,
			"%s:%" PRIu32 ": has the same key as line %" PRIu32,
			"%s:%" PRIu32 ": kuncinya sama dengan baris %" PRIu32, file->path, file->keys[i].line,
			file->keys[i - 1].line);
		return false;
	}
	return true;
}

static int read_rows(struct file *file, struct loaded *loaded)
{
	const struct reference_column *columns = file->reference->columns;
	file->upsert.table = loaded->table = file->reference->table;
	loaded->rows = (int64_t)file->csv.row_count;
	for (size_t i = 0; i < REFERENCE_COLUMNS && columns[i].name; i++)
		if (columns[i].column)
			upsert_column(&file->upsert, columns[i].column, columns[i].type, columns[i].key);
	if (file->csv.row_count == 0)
		return LANTIK_EXIT_OK;
	file->arena = lantik_arena_new((size_t)MAX_FILE * 16);
	file->keys = calloc(file->csv.row_count, sizeof *file->keys);
	LANTIK_ASSERT(file->arena && file->keys);
	for (size_t i = 0; i < file->csv.row_count; i++)
		if (!read_row(file, i))
			return LANTIK_EXIT_FAILED;
	if (!no_key_twice(file))
		return LANTIK_EXIT_FAILED;
	if (!upsert_run(&file->upsert, file->database))
		return database_fail(file->database, "could not load a reference table", "gagal memuat tabel rujukan");
	loaded->added = file->upsert.added;
	loaded->changed = file->upsert.changed;
	return LANTIK_EXIT_OK;
}

static int read_csv(struct file *file, struct lantik_span content, struct loaded *loaded)
{
	struct lantik_cli *cli = file->database->cli;
	uint32_t line = 0;
	enum lantik_csv_fault fault = lantik_csv_read(content, MAX_ROWS, &file->csv, &line);
	if (fault)
		return lantik_fail(cli, 522, LANTIK_EXIT_FAILED, "%s:%" PRIu32 ": %s", "%s:%" PRIu32 ": %s", file->path,
			line ? line : 1, lantik_csv_fault_text(fault, lantik_cli_language(cli)));
	file->reference = reference_find(&file->csv);
	int exit_code = file->reference ? read_rows(file, loaded)
					: lantik_fail(cli, 522, LANTIK_EXIT_FAILED,
						  "%s:1: expected the columns of a reference table\n`lantikctl "
						  "load --help` lists them.",
						  "%s:1: seharusnya kolom salah satu tabel rujukan\n`lantikctl "
						  "load --help` mendaftarnya.",
						  file->path);
	lantik_csv_free(&file->csv);
	return exit_code;
}

int load_file(struct database *database, bool fictional, struct loaded *loaded)
{
	struct file file = {.database = database, .fictional = fictional, .path = loaded->path};
	struct lantik_buffer content = {0};
	enum lantik_error error = lantik_file_read(loaded->path, MAX_FILE, &content);
	int exit_code = error ? lantik_fail(database->cli, 521, LANTIK_EXIT_FAILED, "could not read %s: %s",
					"gagal membaca %s: %s", loaded->path,
					lantik_error_text(error, lantik_cli_language(database->cli)))
			      : read_csv(&file, lantik_buffer_span(&content), loaded);
	upsert_free(&file.upsert);
	lantik_arena_free(&file.arena);
	free(file.keys);
	lantik_buffer_free(&content);
	return exit_code;
}
