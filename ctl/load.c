/* lantikctl load: reference tables from CSV files, all of them or none.
 * SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "ctl.h"

#define MAX_FILES 256u

struct loading {
	struct lantik_cli *cli;
	struct database database;
	bool fictional;
	struct loaded files[MAX_FILES];
	unsigned file_count;
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
		int exit_code = load_file(database, loading->fictional, &loading->files[i]);
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
