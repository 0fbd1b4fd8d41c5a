/* Keeps the outbox on disk.
 * SPDX-License-Identifier: Apache-2.0 */
#include "outbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "entry_state.h"

int64_t lantik_now_micros(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

const char *lantik_outbox_path(
	const struct lantik_home *home, const struct lantik_entry *entry, const char *name, char *ret)
{
	int length =
		snprintf(ret, LANTIK_MAX_PATH, "%s/outbox/%s%s%s", home->folder, entry->key, *name ? "/" : "", name);
	LANTIK_ASSERT(length > 0 && (size_t)length < LANTIK_MAX_PATH);
	return ret;
}

static int cannot_write(struct lantik_cli *cli, const char *path)
{
	return lantik_fail(cli, 100, LANTIK_EXIT_FAILED, "cannot write %s: %s\nnothing was sent",
		"tidak dapat menulis %s: %s\ntidak ada yang dikirim", path, strerror(errno));
}

static int damaged(struct lantik_cli *cli, const char *path)
{
	return lantik_fail(cli, 101, LANTIK_EXIT_FAILED,
		"%s is damaged; nothing was sent now\nrestore the folder from a copy, or "
		"use lantik submit --new-id: what the centre holds already is not recorded twice",
		"%s rusak; tidak ada yang dikirim sekarang\npulihkan folder dari salinan, atau gunakan lantik submit "
		"--new-id: yang sudah ada di pusat tidak tercatat dua kali",
		path);
}

int lantik_report_damaged(struct lantik_cli *cli, const struct lantik_entry *entry)
{
	return damaged(cli, entry->file);
}

static bool folder_has_files(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *item;
	bool found = !folder && errno != ENOENT && errno != ENOTDIR; /* what cannot be read may hold anything */
	while (!found && folder && (item = readdir(folder)) != NULL)
		found = strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0;
	if (folder)
		closedir(folder);
	return found;
}

/* What can be told of an entry without its state. */
static void describe_damaged(const struct lantik_home *home, struct lantik_entry *entry)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_buffer id = {0};
	struct lantik_entry known = {.damaged = true};
	snprintf(known.key, sizeof known.key, "%s", entry->key);
	lantik_outbox_path(home, &known, "", known.file);
	if (lantik_file_read(lantik_outbox_path(home, &known, "batch_id", path), 64, &id) == LANTIK_OK &&
		id.len == 37 && !lantik_id_parse((struct lantik_span){id.data, 36}, known.batch_id))
		memset(known.batch_id, 0, sizeof known.batch_id);
	lantik_buffer_free(&id);
	*entry = known;
}

bool lantik_outbox_find(const struct lantik_home *home, const char *key, struct lantik_entry *ret)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_buffer text = {0};
	struct lantik_entry entry = {0};
	snprintf(entry.key, sizeof entry.key, "%s", key);
	lantik_outbox_path(home, &entry, "state", path);
	enum lantik_error error = lantik_file_read(path, 64 * 1024, &text);
	bool readable = error == LANTIK_OK && lantik_entry_parse(lantik_buffer_span(&text), &entry);
	lantik_buffer_free(&text);
	if (!readable && !folder_has_files(lantik_outbox_path(home, &entry, "", path)))
		return false;
	if (!readable)
		describe_damaged(home, &entry);
	*ret = entry;
	return true;
}

enum lantik_error lantik_outbox_save(const struct lantik_home *home, const struct lantik_entry *entry)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_buffer text = {0};
	lantik_entry_format(entry, &text);
	LANTIK_ASSERT(!text.error);
	lantik_outbox_path(home, entry, "state", path);
	enum lantik_error error = lantik_file_write(path, 0600, lantik_buffer_span(&text));
	lantik_buffer_free(&text);
	return error;
}

/* Removes what an interrupted earlier run left of an entry that never became one. */
static void remove_unfinished(const struct lantik_home *home, const struct lantik_entry *entry)
{
	static const char *const names[] = {"body", "sheet.csv", "sheet.manifest", "batch_id", "state", ""};
	char path[LANTIK_MAX_PATH];
	for (size_t i = 0; i < LANTIK_COUNT(names); i++)
		remove(lantik_outbox_path(home, entry, names[i], path));
}

static int write_one(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry,
	const char *name, struct lantik_span content)
{
	char path[LANTIK_MAX_PATH];
	lantik_outbox_path(home, entry, name, path);
	return lantik_file_write(path, 0600, content) == LANTIK_OK ? LANTIK_EXIT_OK : cannot_write(cli, path);
}

static int write_files(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry,
	const struct lantik_sheet *sheet, const struct lantik_body *body)
{
	char path[LANTIK_MAX_PATH], id[38];
	lantik_id_format(entry->batch_id, id);
	memcpy(id + 36, "\n", 2);
	int code = write_one(cli, home, entry, "body", lantik_buffer_span(&body->bytes));
	if (code == LANTIK_EXIT_OK)
		code = write_one(cli, home, entry, "sheet.csv", lantik_buffer_span(&sheet->file));
	if (code == LANTIK_EXIT_OK)
		code = write_one(cli, home, entry, "sheet.manifest", lantik_buffer_span(&sheet->manifest_text));
	if (code == LANTIK_EXIT_OK)
		code = write_one(cli, home, entry, "batch_id", lantik_span_of(id));
	if (code == LANTIK_EXIT_OK && lantik_outbox_save(home, entry) != LANTIK_OK)
		code = cannot_write(cli, lantik_outbox_path(home, entry, "state", path));
	return code;
}

static bool sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool done = fsync(fd) == 0;
	close(fd);
	return done;
}

/* The folder gets its name when everything in it is on disk. */
static int move_folder(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *from,
	const struct lantik_entry *to)
{
	char old[LANTIK_MAX_PATH], new[LANTIK_MAX_PATH], outbox[LANTIK_MAX_PATH];
	lantik_outbox_path(home, from, "", old);
	lantik_outbox_path(home, to, "", new);
	if (rename(old, new) != 0 || !sync_folder(lantik_home_path(home, "outbox", outbox)))
		return cannot_write(cli, new);
	return LANTIK_EXIT_OK;
}

static void fill(const struct lantik_sheet *sheet, const struct lantik_body *body, struct lantik_entry *entry)
{
	char *resolved = realpath(sheet->path, NULL);
	*entry = (struct lantik_entry){
		.state = LANTIK_ENTRY_NEW, .records = sheet->table.count, .created_at = lantik_now_micros()};
	snprintf(entry->file, sizeof entry->file, "%s", resolved ? resolved : sheet->path);
	entry->file[strcspn(entry->file, "\r\n")] = '\0';
	free(resolved);
	memcpy(entry->batch_id, body->batch_id, sizeof entry->batch_id);
	memcpy(entry->records_root, body->digests.records_root, LANTIK_HASH);
	memcpy(entry->manifest_sha256, body->digests.manifest_sha256, LANTIK_HASH);
}

int lantik_outbox_add(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_sheet *sheet,
	const struct lantik_body *body, struct lantik_entry *ret)
{
	struct lantik_entry unfinished, entry;
	char path[LANTIK_MAX_PATH];
	fill(sheet, body, &entry);
	unfinished = entry;
	snprintf(entry.key, sizeof entry.key, "%s", sheet->key);
	snprintf(unfinished.key, sizeof unfinished.key, ".new-%s", sheet->key);
	remove_unfinished(home, &unfinished);
	lantik_outbox_path(home, &unfinished, "", path);
	if (lantik_folder_make(path, 0700) != LANTIK_OK)
		return cannot_write(cli, path);
	int code = write_files(cli, home, &unfinished, sheet, body);
	if (code == LANTIK_EXIT_OK)
		code = move_folder(cli, home, &unfinished, &entry);
	if (code == LANTIK_EXIT_OK)
		*ret = entry;
	return code;
}

/* Out of the outbox, where it would be told of for ever. */
static int move_damaged(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry)
{
	char from[LANTIK_MAX_PATH], name[LANTIK_MAX_PATH], to[LANTIK_MAX_PATH];
	if (lantik_folder_make(lantik_home_path(home, "damaged", to), 0700) != LANTIK_OK)
		return cannot_write(cli, to);
	snprintf(name, sizeof name, "damaged/%s.%" PRId64, entry->key, lantik_now_micros());
	lantik_home_path(home, name, to);
	if (rename(lantik_outbox_path(home, entry, "", from), to) != 0 ||
		!sync_folder(lantik_home_path(home, "outbox", from)))
		return cannot_write(cli, to);
	lantik_remark(
		cli, "the damaged entry of this file is kept in %s", "entri rusak dari berkas ini disimpan di %s", to);
	return LANTIK_EXIT_OK;
}

int lantik_outbox_set_aside(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry)
{
	struct lantik_entry aside = *entry;
	char id[37];
	if (entry->damaged)
		return move_damaged(cli, home, entry);
	lantik_id_format(entry->batch_id, id);
	snprintf(aside.key, sizeof aside.key, "%.*s.%s", 2 * LANTIK_HASH, entry->key, id);
	return move_folder(cli, home, entry, &aside);
}

bool lantik_outbox_read_body(
	const struct lantik_home *home, const struct lantik_entry *entry, struct lantik_buffer *ret)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_batch_digests digests;
	struct lantik_buffer bytes = {0};
	lantik_outbox_path(home, entry, "body", path);
	enum lantik_error error = lantik_file_read(path, LANTIK_MAX_BODY, &bytes);
	if (error == LANTIK_OK)
		error = lantik_batch_digests(lantik_buffer_span(&bytes), &digests);
	bool whole = error == LANTIK_OK && memcmp(digests.manifest_sha256, entry->manifest_sha256, LANTIK_HASH) == 0 &&
		     memcmp(digests.records_root, entry->records_root, LANTIK_HASH) == 0;
	if (whole)
		*ret = bytes;
	else
		lantik_buffer_free(&bytes);
	return whole;
}

int lantik_outbox_body(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry,
	struct lantik_buffer *ret)
{
	char path[LANTIK_MAX_PATH];
	if (lantik_outbox_read_body(home, entry, ret))
		return LANTIK_EXIT_OK;
	return damaged(cli, lantik_outbox_path(home, entry, "body", path));
}

static int by_age(const void *a, const void *b)
{
	const struct lantik_entry *left = a, *right = b;
	return left->created_at < right->created_at ? -1 : left->created_at > right->created_at;
}

static void add_to(const struct lantik_home *home, const char *key, struct lantik_entries *entries)
{
	struct lantik_entry entry;
	if (!lantik_outbox_find(home, key, &entry))
		return;
	entries->items = realloc(entries->items, (entries->count + 1) * sizeof *entries->items);
	LANTIK_ASSERT(entries->items);
	entries->items[entries->count++] = entry;
}

/* 0 or the errno of a failure. A missing outbox is an empty one. */
static int read_entries(const struct lantik_home *home, const char *path, struct lantik_entries *entries)
{
	DIR *folder = opendir(path);
	struct dirent *item;
	if (!folder)
		return errno == ENOENT ? 0 : errno;
	errno = 0;
	while ((item = readdir(folder)) != NULL) {
		if (item->d_name[0] != '.' && strlen(item->d_name) < sizeof entries->items->key)
			add_to(home, item->d_name, entries);
		errno = 0;
	}
	int failure = errno;
	closedir(folder);
	return failure;
}

int lantik_outbox_list(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_entries *ret)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_entries entries = {0};
	int failure = read_entries(home, lantik_home_path(home, "outbox", path), &entries);
	if (failure != 0) {
		lantik_entries_free(&entries);
		return lantik_fail(cli, 102, LANTIK_EXIT_FAILED, "cannot read %s: %s\nwhat was sent is not known here",
			"tidak dapat membaca %s: %s\nyang sudah dikirim tidak diketahui di sini", path,
			strerror(failure));
	}
	if (entries.count > 1)
		qsort(entries.items, entries.count, sizeof *entries.items, by_age);
	*ret = entries;
	return LANTIK_EXIT_OK;
}

void lantik_entries_free(struct lantik_entries *entries)
{
	free(entries->items);
	*entries = (struct lantik_entries){0};
}
