/* lantikctl load: reference tables from CSV files, all of them or none.
 * SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "ctl.h"
#include "lantik/limits.h"
#include "reference.h"
#include "upsert.h"

#define MAX_FILES 256u
/* All units of the nation in one file: 600,000 lines of about 100 bytes. */
#define MAX_FILE (96u * 1024 * 1024)
#define MAX_ROWS 1000000u

struct loaded {
	char *path;
	const char *table;
	int64_t rows, added, changed;
};

struct loading {
	struct lantik_cli *cli;
	struct database database;
	bool fictional;
	struct loaded files[MAX_FILES];
	unsigned file_count;
};

/* The keys of one file's rows, so that a repeated one is told with both lines. */
struct key {
	struct lantik_span text;
	uint32_t line;
};

struct file {
	struct loading *loading;
	const char *path;
	const struct reference_file *reference;
	struct lantik_csv csv;
	struct upsert upsert;
	struct lantik_arena *arena;
	struct key *keys;
};

static int add_path(struct loading *loading, const char *folder, const char *name)
{
	char *path = NULL;
	if (loading->file_count == MAX_FILES)
		return lantik_fail(loading->cli, 520, LANTIK_EXIT_USAGE, "more than %u files at once",
			"lebih dari %u berkas sekaligus", MAX_FILES);
	LANTIK_ASSERT(asprintf(&path, "%s%s%s", folder ? folder : "", folder ? "/" : "", name) > 0);
	loading->files[loading->file_count++].path = path;
	return LANTIK_EXIT_OK;
}

static int is_csv(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);
	return len > 4 && entry->d_name[0] != '.' && strcmp(entry->d_name + len - 4, ".csv") == 0;
}

/* Every CSV file of a folder in the order of names; a folder that is not there has none. */
static int add_folder(struct loading *loading, const char *directory, const char *below)
{
	char *folder = NULL;
	struct dirent **names = NULL;
	int exit_code = LANTIK_EXIT_OK;
	LANTIK_ASSERT(asprintf(&folder, "%s%s", directory, below) > 0);
	int count = scandir(folder, &names, is_csv, alphasort);
	if (count < 0 && errno != ENOENT)
		exit_code = lantik_fail(loading->cli, 521, LANTIK_EXIT_FAILED, "could not read the folder %s: %s",
			"gagal membaca folder %s: %s", folder, strerror(errno));
	for (int i = 0; i < count; i++) {
		if (!exit_code)
			exit_code = add_path(loading, folder, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	free(folder);
	return exit_code;
}

static int add_reference(struct loading *loading, const char *directory)
{
	static const char *const folders[] = {"", "/regions", "/test", "/test/regions"};
	for (size_t i = 0; i < (loading->fictional ? 4 : 2); i++) {
		int exit_code = add_folder(loading, directory, folders[i]);
		if (exit_code)
			return exit_code;
		if (i == 0 && loading->file_count == 0)
			return lantik_fail(loading->cli, 521, LANTIK_EXIT_FAILED,
				"there are no reference tables in %s\nName their folder with --reference.",
				"tidak ada tabel rujukan di %s\nSebut foldernya dengan --reference.", directory);
	}
	return LANTIK_EXIT_OK;
}

static int collect(struct loading *loading)
{
	const char *directory = lantik_option_text(loading->cli, "reference");
	if (directory || lantik_argument_count(loading->cli) == 0) {
		int exit_code = add_reference(loading, directory ? directory : LANTIK_REFERENCE_DIRECTORY);
		if (exit_code)
			return exit_code;
	}
	for (unsigned i = 0; i < lantik_argument_count(loading->cli); i++) {
		int exit_code = add_path(loading, NULL, lantik_argument(loading->cli, i));
		if (exit_code)
			return exit_code;
	}
	return LANTIK_EXIT_OK;
}

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
	struct lantik_cli *cli = file->loading->cli;
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
	lantik_fail(file->loading->cli, 523, LANTIK_EXIT_FAILED, "%s:%" PRIu32 ": %s", "%s:%" PRIu32 ": %s", file->path,
		line, lantik_cli_pick(file->loading->cli, english, indonesian));
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
	const char *const *fault = reference_row_fault(file->reference, values, file->loading->fictional);
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
		lantik_fail(file->loading->cli, 524, LANTIK_EXIT_FAILED,
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
	if (!upsert_run(&file->upsert, &file->loading->database))
		return database_fail(
			&file->loading->database, "could not load a reference table", "gagal memuat tabel rujukan");
	loaded->added = file->upsert.added;
	loaded->changed = file->upsert.changed;
	return LANTIK_EXIT_OK;
}

static int read_csv(struct file *file, struct lantik_span content, struct loaded *loaded)
{
	struct lantik_cli *cli = file->loading->cli;
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

static int load_file(struct loading *loading, struct loaded *loaded)
{
	struct file file = {.loading = loading, .path = loaded->path};
	struct lantik_buffer content = {0};
	enum lantik_error error = lantik_file_read(loaded->path, MAX_FILE, &content);
	int exit_code = error ? lantik_fail(loading->cli, 521, LANTIK_EXIT_FAILED, "could not read %s: %s",
					"gagal membaca %s: %s", loaded->path,
					lantik_error_text(error, lantik_cli_language(loading->cli)))
			      : read_csv(&file, lantik_buffer_span(&content), loaded);
	upsert_free(&file.upsert);
	lantik_arena_free(&file.arena);
	free(file.keys);
	lantik_buffer_free(&content);
	return exit_code;
}

static void tell(struct loading *loading, const char *digest, int64_t changes)
{
	static const struct lantik_column columns[] = {
		{"file", {"file", "berkas"}, false},
		{"table", {"table", "tabel"}, false},
		{"rows", {"rows", "baris"}, true},
		{"added", {"added", "ditambah"}, true},
		{"changed", {"changed", "diubah"}, true},
	};
	struct lantik_listing *listing = lantik_listing_new(loading->cli, columns, LANTIK_COUNT(columns));
	for (unsigned i = 0; i < loading->file_count; i++) {
		const struct loaded *file = &loading->files[i];
		lantik_listing_text(listing, file->path);
		lantik_listing_text(listing, file->table);
		lantik_listing_number(listing, file->rows);
		lantik_listing_number(listing, file->added);
		lantik_listing_number(listing, file->changed);
	}
	lantik_listing_print(&listing);
	lantik_say(loading->cli, "rulebook %s", "buku aturan %s", digest);
	lantik_summary_text(loading->cli, "rulebook_sha256", digest);
	lantik_summary_number(loading->cli, "changes", changes);
}

/* Every receipt carries the origin: one of a ledger with fictional people says so by itself. */
static int refuse_real_ledger(struct loading *loading)
{
	struct database *database = &loading->database;
	PGresult *rows = database_query(
		database, "SELECT origin !~* 'test' FROM lantik.ledger_head WHERE origin IS NOT NULL", 0, NULL);
	bool real = rows && PQntuples(rows) && cell_true(rows, 0, 0);
	PQclear(rows);
	if (!real)
		return LANTIK_EXIT_OK;
	return lantik_fail(loading->cli, 528, LANTIK_EXIT_FAILED,
		"this ledger's origin does not hold the word test, so the fictional province 99 is not loaded\n"
		"Use a database of its own: lantikctl migrate --origin test.NAME/1",
		"asal buku besar ini tidak memuat kata test, sehingga provinsi rekaan 99 tidak dimuat\n"
		"Gunakan basis data tersendiri: lantikctl migrate --origin test.NAMA/1");
}

/* Everything within one transaction; the version is raised only by a change. */
static int load_all(struct loading *loading)
{
	struct database *database = &loading->database;
	char digest[65] = "";
	int64_t changes = 0;
	database_begin(database);
	for (unsigned i = 0; i < loading->file_count && !database->failed; i++) {
		int exit_code = load_file(loading, &loading->files[i]);
		if (exit_code)
			return exit_code;
		changes += loading->files[i].added + loading->files[i].changed;
	}
	int exit_code = load_check(database, digest);
	if (exit_code)
		return exit_code;
	if (changes)
		database_raise_version(database);
	if (database->failed || !database_commit(database))
		return database_fail(database, "could not load the reference tables", "gagal memuat tabel rujukan");
	tell(loading, digest, changes);
	return LANTIK_EXIT_OK;
}

int ctl_load(struct lantik_cli *cli)
{
	struct loading *loading = calloc(1, sizeof *loading);
	LANTIK_ASSERT(loading);
	loading->cli = cli;
	loading->fictional = lantik_option_given(cli, "test-regions");
	int exit_code = collect(loading);
	if (!exit_code) {
		exit_code = database_open_migrated(cli, &loading->database);
		if (!exit_code && loading->fictional)
			exit_code = refuse_real_ledger(loading);
		if (!exit_code)
			exit_code = load_all(loading);
		database_close(&loading->database);
	}
	for (unsigned i = 0; i < loading->file_count; i++)
		free(loading->files[i].path);
	free(loading);
	return exit_code;
}
