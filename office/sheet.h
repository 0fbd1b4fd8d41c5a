/* One batch as the office has it: a spreadsheet file and the manifest beside it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_SHEET_H
#define LANTIK_SHEET_H

#include "home.h"
#include "table.h"

/* Hex SHA-256 of both files, and room for LANTIK_KEY_ALL. */
#define LANTIK_FILE_KEY (2 * LANTIK_HASH + 1)
#define LANTIK_KEY_ALL "-all"
#define LANTIK_SHEET_KEY (LANTIK_FILE_KEY + sizeof LANTIK_KEY_ALL)

struct lantik_sheet {
	const char *path;
	char manifest_path[LANTIK_MAX_PATH];
	struct lantik_buffer file, manifest_text;
	struct lantik_rows table;
	struct lantik_manifest manifest;          /* as declared; row_count and schema_version are filled when absent */
	struct lantik_findings manifest_findings; /* T02 of the manifest, record 0 */
	struct lantik_arena *arena;               /* of the manifest */
	char key[LANTIK_SHEET_KEY];               /* what a known file is known by */
};

/* manifest_path NULL: the file's name with `.manifest` instead of its extension. Reports what fails. */
int lantik_sheet_read(struct lantik_cli *cli, const char *path, const char *manifest_path, struct lantik_sheet *ret);
void lantik_sheet_free(struct lantik_sheet *sheet);
/* As if the manifest said all_or_nothing = yes: another submission than the same file without it. */
void lantik_sheet_want_all(struct lantik_sheet *sheet);
/* The digest of both files alone, without reading the table. */
int lantik_sheet_key(struct lantik_cli *cli, const char *path, const char *manifest_path, char ret[LANTIK_FILE_KEY]);
/* `usulan.csv` has `usulan.manifest` beside it; false when that is too long. ret needs LANTIK_MAX_PATH bytes. */
LANTIK_MUST_CHECK bool lantik_manifest_path(const char *path, char *ret);

#endif
