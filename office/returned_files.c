/* Keeps the files of returned rows without ever losing what a person did in them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "returned_files.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_ASIDE 1000

void lantik_files_digest(struct lantik_span table, struct lantik_span manifest, uint8_t ret[LANTIK_HASH])
{
	struct lantik_span pieces[] = {table, manifest};
	lantik_sha256_of(pieces, LANTIK_COUNT(pieces), ret);
}

static bool name(const char *file, const char *number, struct lantik_returned_files *ret)
{
	int length = snprintf(ret->table, sizeof ret->table, "%s.returned%s.csv", file, number);
	return length > 0 && (size_t)length < sizeof ret->table && lantik_manifest_path(ret->table, ret->manifest);
}

bool lantik_returned_names(const char *file, struct lantik_returned_files *ret)
{
	return name(file, "", ret);
}

static bool was_sent(const struct lantik_entries *entries, const uint8_t sha256[LANTIK_HASH])
{
	char key[LANTIK_FILE_KEY];
	lantik_hex_encode(sha256, LANTIK_HASH, key);
	for (size_t i = 0; i < entries->count; i++)
		if (strncmp(entries->items[i].key, key, LANTIK_FILE_KEY - 1) == 0)
			return true;
	return false;
}

enum lantik_files_state lantik_returned_look(const struct lantik_returned_files *files,
	const struct lantik_entry *entry, const struct lantik_entries *entries, uint8_t ret_sha256[LANTIK_HASH])
{
	struct lantik_buffer table = {0}, manifest = {0};
	enum lantik_error error = lantik_file_read(files->table, LANTIK_MAX_SHEET, &table);
	enum lantik_files_state state = error == LANTIK_E_NOT_FOUND ? LANTIK_FILES_ABSENT : LANTIK_FILES_EDITED;
	if (error == LANTIK_OK && lantik_file_read(files->manifest, LANTIK_MAX_SHEET, &manifest) == LANTIK_OK) {
		lantik_files_digest(lantik_buffer_span(&table), lantik_buffer_span(&manifest), ret_sha256);
		if (was_sent(entries, ret_sha256))
			state = LANTIK_FILES_SENT;
		else if (memcmp(ret_sha256, entry->returned_sha256, LANTIK_HASH) == 0)
			state = LANTIK_FILES_OURS;
	}
	lantik_buffer_free(&table);
	lantik_buffer_free(&manifest);
	return state;
}

bool lantik_returned_put(const struct lantik_home *home, struct lantik_entry *entry,
	const struct lantik_returned_files *files, struct lantik_span table, struct lantik_span manifest)
{
	if (lantik_file_write(files->manifest, 0600, manifest) != LANTIK_OK ||
		lantik_file_write(files->table, 0600, table) != LANTIK_OK)
		return false;
	lantik_files_digest(table, manifest, entry->returned_sha256);
	return lantik_outbox_save(home, entry) == LANTIK_OK;
}

/* The first number under which neither file is there. */
static bool free_name(const char *file, struct lantik_returned_files *ret)
{
	for (int i = 1; i < MAX_ASIDE; i++) {
		char number[16];
		snprintf(number, sizeof number, ".%d", i);
		if (!name(file, number, ret))
			return false;
		if (access(ret->table, F_OK) != 0 && access(ret->manifest, F_OK) != 0)
			return true;
	}
	return false;
}

/* The copy of its receipt goes with it, when it is there. */
static void take_receipt_along(const struct lantik_returned_files *from, const struct lantik_returned_files *to)
{
	char old[LANTIK_MAX_PATH + 16], new[LANTIK_MAX_PATH + 16];
	snprintf(old, sizeof old, "%s.lantik-receipt", from->table);
	snprintf(new, sizeof new, "%s.lantik-receipt", to->table);
	(void)rename(old, new);
}

bool lantik_returned_step_aside(struct lantik_cli *cli, const char *file, const struct lantik_returned_files *files)
{
	struct lantik_returned_files aside;
	if (!free_name(file, &aside) || rename(files->manifest, aside.manifest) != 0 ||
		rename(files->table, aside.table) != 0)
		return false;
	take_receipt_along(files, &aside);
	lantik_remark(cli, "the file that was sent before is now %s", "berkas yang dikirim sebelumnya kini bernama %s",
		aside.table);
	return true;
}

void lantik_returned_withdraw(struct lantik_cli *cli, const struct lantik_returned_files *files,
	const struct lantik_entry *entry, const struct lantik_entries *entries)
{
	uint8_t sha256[LANTIK_HASH];
	if (lantik_returned_look(files, entry, entries, sha256) != LANTIK_FILES_OURS || unlink(files->table) != 0)
		return;
	unlink(files->manifest);
	lantik_remark(cli, "%s is removed: no row in it is to be corrected any more",
		"%s dihapus: tidak ada lagi baris di dalamnya yang perlu diperbaiki", files->table);
}
