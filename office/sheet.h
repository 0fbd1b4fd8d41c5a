/* One batch as the office has it: a spreadsheet file and the manifest beside it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_SHEET_H
#define LANTIK_SHEET_H

#include "home.h"
#include "table.h"

struct lantik_sheet {
	const char *path;
	char manifest_path[LANTIK_MAX_PATH];
	struct lantik_buffer file, manifest_text;
	struct lantik_rows table;
	struct lantik_manifest manifest; /* as declared; row_count and schema_version are filled when absent */
	struct lantik_arena *arena;      /* of the manifest */
	char key[2 * LANTIK_HASH + 1];   /* hex SHA-256 of both files: what a known file is known by */
};

/* manifest_path NULL: the file's name with `.manifest` instead of its extension. Reports what fails. */
int lantik_sheet_read(struct lantik_cli *cli, const char *path, const char *manifest_path, struct lantik_sheet *ret);
void lantik_sheet_free(struct lantik_sheet *sheet);
/* The key alone, without reading the table. */
int lantik_sheet_key(
	struct lantik_cli *cli, const char *path, const char *manifest_path, char ret[2 * LANTIK_HASH + 1]);

#endif
