/* FILE.returned.csv and its manifest on disk: whose work they are, and what may become of them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_RETURNED_FILES_H
#define LANTIK_RETURNED_FILES_H

#include "outbox.h"

struct lantik_returned_files {
	char table[LANTIK_MAX_PATH], manifest[LANTIK_MAX_PATH];
};

enum lantik_files_state {
	LANTIK_FILES_ABSENT,
	LANTIK_FILES_OURS,   /* as they were written */
	LANTIK_FILES_SENT,   /* the outbox keeps them as they are */
	LANTIK_FILES_EDITED, /* somebody's work that was not sent */
};

/* Of both together, as the digest of a sheet. */
void lantik_files_digest(struct lantik_span table, struct lantik_span manifest, uint8_t ret[LANTIK_HASH]);
/* The names beside the office's file; false when they are too long. */
LANTIK_MUST_CHECK bool lantik_returned_names(const char *file, struct lantik_returned_files *ret);
/* ret_sha256 is filled unless a file is missing or unreadable. */
enum lantik_files_state lantik_returned_look(const struct lantik_returned_files *files,
	const struct lantik_entry *entry, const struct lantik_entries *entries, uint8_t ret_sha256[LANTIK_HASH]);
/* Both durable on disk, then their digest in the entry. errno stands. */
LANTIK_MUST_CHECK bool lantik_returned_put(const struct lantik_home *home, struct lantik_entry *entry,
	const struct lantik_returned_files *files, struct lantik_span table, struct lantik_span manifest);
/* Renames files that were sent to FILE.returned.1.csv, or the next free number, and says so. False when it cannot. */
LANTIK_MUST_CHECK bool lantik_returned_step_aside(
	struct lantik_cli *cli, const char *file, const struct lantik_returned_files *files);
/* Removes files that nobody changed and that were not sent, once no row of theirs is to be corrected; says so. */
void lantik_returned_withdraw(struct lantik_cli *cli, const struct lantik_returned_files *files,
	const struct lantik_entry *entry, const struct lantik_entries *entries);

#endif
