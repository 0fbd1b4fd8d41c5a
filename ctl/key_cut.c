/* lantikctl key cut: writes an office's key into the file of keys that daemons let in no longer, without the database.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ctl.h"
#include "office_words.h"

#define DEFAULT_FILE "/etc/lantik/revoked"
/* A key line has 41 bytes; more than 20,000 of them with their comments. */
#define FILE_LIMIT (4u * 1024 * 1024)

/* The keys to cut, and what is said of each in a comment. */
struct cut {
	struct lantik_buffer keys; /* Z85, one a line */
	const char *office;        /* NULL: a key was named */
	char path[4096];
};

/* ---- which keys ---- */

static int keys_of_office(struct database *database, struct cut *cut)
{
	PGresult *rows = database_query(database,
		"SELECT k.curve_public_key FROM lantik.office_key k JOIN lantik.office o USING (office_no) "
		"WHERE o.name = $1 ORDER BY k.added_at",
		1, (const char *const[]){cut->office});
	if (!rows)
		return database_fail(database, "could not read the office's keys", "gagal membaca kunci kantor");
	int count = PQntuples(rows);
	for (int row = 0; row < count; row++)
		lantik_buffer_printf(&cut->keys, "%s\n", cell(rows, row, 0));
	PQclear(rows);
	if (count)
		return LANTIK_EXIT_OK;
	return lantik_fail(database->cli, 548, LANTIK_EXIT_FAILED,
		"there is no such office, or it has no key\n`lantikctl office list` shows them.",
		"kantor itu tidak ada, atau tidak memiliki kunci\n`lantikctl office list` menampilkannya.");
}

static int look_up_office(struct lantik_cli *cli, struct cut *cut)
{
	struct database database;
	int exit_code = office_name_read(cli, cut->office);
	if (exit_code)
		return exit_code;
	exit_code = database_open_migrated(cli, &database);
	if (exit_code)
		lantik_remark(cli,
			"Without the database name the keys themselves: `lantikctl key cut KEY`. An office's key is "
			"the content of its curve.pub.",
			"Tanpa basis data sebutkan kuncinya sendiri: `lantikctl key cut KUNCI`. Kunci kantor adalah "
			"isi curve.pub.");
	else
		exit_code = keys_of_office(&database, cut);
	database_close(&database);
	return exit_code;
}

static int read_keys(struct lantik_cli *cli, struct cut *cut)
{
	uint8_t key[32];
	cut->office = lantik_option_text(cli, "office");
	if (!cut->office == !lantik_argument_count(cli))
		return lantik_fail(cli, 580, LANTIK_EXIT_USAGE, "give either keys or --office",
			"beri salah satu: kunci atau --office");
	if (cut->office)
		return look_up_office(cli, cut);
	for (unsigned i = 0; i < lantik_argument_count(cli); i++) {
		int exit_code = office_curve_read(cli, lantik_argument(cli, i), key);
		if (exit_code)
			return exit_code;
		lantik_buffer_printf(&cut->keys, "%s\n", lantik_argument(cli, i));
	}
	return LANTIK_EXIT_OK;
}

/* ---- the file ---- */

/* A link is followed, so that what it points to is written anew and not the link. */
static int find_file(struct lantik_cli *cli, struct cut *cut)
{
	const char *path = lantik_option_text(cli, "file");
	char *real = realpath(path ? path : DEFAULT_FILE, NULL);
	int used = snprintf(cut->path, sizeof cut->path, "%s", real ? real : path ? path : DEFAULT_FILE);
	free(real);
	if (used > 0 && (size_t)used < sizeof cut->path)
		return LANTIK_EXIT_OK;
	return lantik_fail(cli, 581, LANTIK_EXIT_USAGE, "--file: too long a path", "--file: jalur terlalu panjang");
}

/* Two commands at once take turns by a lock on the folder: the file itself is replaced. -1 with errno. */
static int lock_folder(const char *path)
{
	char *copy = strdup(path);
	LANTIK_ASSERT(copy);
	int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(copy);
	if (folder < 0 || flock(folder, LOCK_EX) == 0)
		return folder;
	close(folder);
	return -1;
}

static bool holds_line(struct lantik_span text, const char *line, size_t len)
{
	for (size_t at = 0; at < text.len;) {
		const uint8_t *end = memchr(text.data + at, '\n', text.len - at);
		size_t size = end ? (size_t)(end - text.data) - at : text.len - at;
		if (size == len && memcmp(text.data + at, line, len) == 0)
			return true;
		at += size + 1;
	}
	return false;
}

/* Appends the keys that it does not hold yet; how many. */
static size_t add_keys(const struct cut *cut, struct lantik_buffer *text)
{
	char when[32];
	time_t now = time(NULL);
	size_t added = 0;
	strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	if (text->len && text->data[text->len - 1] != '\n')
		lantik_buffer_append(text, "\n", 1);
	for (size_t at = 0; at < cut->keys.len; at += 41) {
		const char *key = (const char *)cut->keys.data + at;
		if (holds_line(lantik_buffer_span(text), key, 40))
			continue;
		if (!added++)
			lantik_buffer_printf(
				text, "# %s%s%s\n", when, cut->office ? " " : "", cut->office ? cut->office : "");
		lantik_buffer_append(text, key, 41);
	}
	return added;
}

/* The old file or the new one, never a part: a daemon may read at any moment. Its mode stays; a new one is for all to
 * read, since the keys are public. */
static enum lantik_error rewrite(const struct cut *cut, size_t *ret_added)
{
	struct lantik_buffer text = {0};
	struct stat old;
	unsigned mode = stat(cut->path, &old) == 0 ? old.st_mode & 0777 : 0644;
	enum lantik_error error = lantik_file_read(cut->path, FILE_LIMIT, &text);
	if (error == LANTIK_E_NOT_FOUND)
		error = LANTIK_OK;
	if (!error)
		*ret_added = add_keys(cut, &text);
	if (!error && *ret_added)
		error = lantik_file_write(cut->path, mode, lantik_buffer_span(&text));
	lantik_buffer_free(&text);
	return error;
}

static int write_keys(struct lantik_cli *cli, const struct cut *cut, size_t *ret_added)
{
	errno = 0;
	int folder = lock_folder(cut->path);
	enum lantik_error error = folder < 0 ? LANTIK_E_IO : rewrite(cut, ret_added);
	int reason = errno;
	if (folder >= 0)
		close(folder);
	if (!error)
		return LANTIK_EXIT_OK;
	return lantik_fail(cli, 582, LANTIK_EXIT_FAILED, "could not write %s: %s\nNo key was cut off.",
		"gagal menulis %s: %s\nTidak ada kunci yang diputus.", cut->path,
		error == LANTIK_E_IO && reason ? strerror(reason) : lantik_error_text(error, lantik_cli_language(cli)));
}

static void tell(struct lantik_cli *cli, const struct cut *cut, size_t added)
{
	size_t count = cut->keys.len / 41;
	lantik_say(cli, "%zu of %zu keys written to %s", "%zu dari %zu kunci ditulis ke %s", added, count, cut->path);
	lantik_say(cli, "Every daemon that reads this file lets them in no longer, within a second.",
		"Setiap daemon yang membaca berkas ini tidak menerimanya lagi, dalam satu detik.");
	lantik_remark(cli, "Do the same on every machine with a lantikd, then make it last: lantikctl office revoke.",
		"Lakukan hal yang sama di setiap mesin dengan lantikd, lalu tetapkan: lantikctl office revoke.");
	lantik_summary_text(cli, "file", cut->path);
	lantik_summary_number(cli, "keys", (int64_t)count);
	lantik_summary_number(cli, "added", (int64_t)added);
}

int ctl_key_cut(struct lantik_cli *cli)
{
	struct cut cut = {0};
	size_t added = 0;
	int exit_code = read_keys(cli, &cut);
	if (!exit_code)
		exit_code = find_file(cli, &cut);
	if (!exit_code)
		exit_code = write_keys(cli, &cut, &added);
	if (!exit_code)
		tell(cli, &cut, added);
	lantik_buffer_free(&cut.keys);
	return exit_code;
}
