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
		"%s is damaged; nothing was sent\nrestore the folder from a copy, or "
		"use lantik submit --new-id",
		"%s rusak; tidak ada yang dikirim\npulihkan folder dari salinan, atau gunakan lantik submit --new-id",
		path);
}

int lantik_outbox_find(struct lantik_cli *cli, const struct lantik_home *home, const char *key,
	struct lantik_entry *ret, bool *ret_found)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_buffer text = {0};
	struct lantik_entry entry = {0};
	snprintf(entry.key, sizeof entry.key, "%s", key);
	lantik_outbox_path(home, &entry, "state", path);
	enum lantik_error error = lantik_file_read(path, 64 * 1024, &text);
	bool readable = error == LANTIK_OK && lantik_entry_parse(lantik_buffer_span(&text), &entry);
	lantik_buffer_free(&text);
	if (error != LANTIK_E_NOT_FOUND && !readable)
		return damaged(cli, path);
	*ret_found = readable;
	if (readable)
		*ret = entry;
	return LANTIK_EXIT_OK;
}

int lantik_outbox_save(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_buffer text = {0};
	lantik_entry_format(entry, &text);
	LANTIK_ASSERT(!text.error);
	lantik_outbox_path(home, entry, "state", path);
	enum lantik_error error = lantik_file_write(path, 0600, lantik_buffer_span(&text));
	lantik_buffer_free(&text);
	return error == LANTIK_OK ? LANTIK_EXIT_OK : cannot_write(cli, path);
}

/* Removes what an interrupted earlier run left of an entry that never became one. */
static void remove_unfinished(const struct lantik_home *home, const struct lantik_entry *entry)
{
	static const char *const names[] = {"body", "batch_id", "state", ""};
	char path[LANTIK_MAX_PATH];
	for (size_t i = 0; i < LANTIK_COUNT(names); i++)
		remove(lantik_outbox_path(home, entry, names[i], path));
}

static int write_files(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry,
	const struct lantik_body *body)
{
	char path[LANTIK_MAX_PATH], id[38];
	lantik_outbox_path(home, entry, "body", path);
	if (lantik_file_write(path, 0600, lantik_buffer_span(&body->bytes)) != LANTIK_OK)
		return cannot_write(cli, path);
	lantik_id_format(entry->batch_id, id);
	memcpy(id + 36, "\n", 2);
	lantik_outbox_path(home, entry, "batch_id", path);
	if (lantik_file_write(path, 0600, lantik_span_of(id)) != LANTIK_OK)
		return cannot_write(cli, path);
	return lantik_outbox_save(cli, home, entry);
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
	memcpy(entry->records_sha256, body->records_sha256, LANTIK_HASH);
	memcpy(entry->body_sha256, body->body_sha256, LANTIK_HASH);
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
	int code = write_files(cli, home, &unfinished, body);
	if (code == LANTIK_EXIT_OK)
		code = move_folder(cli, home, &unfinished, &entry);
	if (code == LANTIK_EXIT_OK)
		*ret = entry;
	return code;
}

int lantik_outbox_set_aside(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry)
{
	struct lantik_entry aside = *entry;
	char id[37];
	lantik_id_format(entry->batch_id, id);
	snprintf(aside.key, sizeof aside.key, "%.*s.%s", 2 * LANTIK_HASH, entry->key, id);
	return move_folder(cli, home, entry, &aside);
}

int lantik_outbox_body(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry,
	struct lantik_buffer *ret)
{
	char path[LANTIK_MAX_PATH];
	uint8_t digest[LANTIK_HASH];
	struct lantik_buffer bytes = {0};
	lantik_outbox_path(home, entry, "body", path);
	enum lantik_error error = lantik_file_read(path, LANTIK_MAX_BODY, &bytes);
	lantik_sha256(lantik_buffer_span(&bytes), digest);
	if (error != LANTIK_OK || memcmp(digest, entry->body_sha256, LANTIK_HASH) != 0) {
		lantik_buffer_free(&bytes);
		return damaged(cli, path);
	}
	*ret = bytes;
	return LANTIK_EXIT_OK;
}

static int by_age(const void *a, const void *b)
{
	const struct lantik_entry *left = a, *right = b;
	return left->created_at < right->created_at ? -1 : left->created_at > right->created_at;
}

static int add_to(
	struct lantik_cli *cli, const struct lantik_home *home, const char *key, struct lantik_entries *entries)
{
	struct lantik_entry entry;
	bool found = false;
	int code = lantik_outbox_find(cli, home, key, &entry, &found);
	if (code != LANTIK_EXIT_OK || !found)
		return code;
	entries->items = realloc(entries->items, (entries->count + 1) * sizeof *entries->items);
	LANTIK_ASSERT(entries->items);
	entries->items[entries->count++] = entry;
	return LANTIK_EXIT_OK;
}

int lantik_outbox_list(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_entries *ret)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_entries entries = {0};
	int code = LANTIK_EXIT_OK;
	DIR *folder = opendir(lantik_home_path(home, "outbox", path));
	struct dirent *item;
	while (code == LANTIK_EXIT_OK && folder && (item = readdir(folder)) != NULL)
		if (item->d_name[0] != '.' && strlen(item->d_name) < sizeof entries.items->key)
			code = add_to(cli, home, item->d_name, &entries);
	if (folder)
		closedir(folder);
	if (code != LANTIK_EXIT_OK) {
		lantik_entries_free(&entries);
		return code;
	}
	if (entries.count > 1)
		qsort(entries.items, entries.count, sizeof *entries.items, by_age);
	*ret = entries;
	return code;
}

void lantik_entries_free(struct lantik_entries *entries)
{
	free(entries->items);
	*entries = (struct lantik_entries){0};
}
