/* Files of keys: made in memory, then written all or none, and never over one that is there.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_KEY_FILES_H
#define LANTIK_CTL_KEY_FILES_H

#include "lantik/cli.h"
#include "lantik/note.h"

struct key_file {
	const char *directory; /* NULL: not wanted */
	char name[40];
	unsigned mode;
	struct lantik_buffer content; /* one line */
	char *path;
	bool made;
};

/* A new Ed25519 key of that name; false when the name cannot be one. Wipe it after use. */
LANTIK_MUST_CHECK bool key_make(const char *name, struct lantik_skey *ret);
/* Its two files: NAME.key for its owner alone, NAME.vkey for everybody. */
void key_files_of(const struct lantik_skey *key, const char *directory, const char *name, struct key_file ret[2]);
/* LANTIK_EXIT_OK, or the exit code of a failure that was reported; then no file was left behind. */
LANTIK_MUST_CHECK int key_files_write(struct lantik_cli *cli, struct key_file *files, size_t count);
/* The content without its newline, as text for a `%.*s`; borrowed. */
struct lantik_span key_file_line(const struct key_file *file);
void key_files_free(struct key_file *files, size_t count);

#endif
