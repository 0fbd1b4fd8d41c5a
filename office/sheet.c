/* Reads a spreadsheet file and its manifest.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sheet.h"

#include <string.h>

#include "pairs.h"

#define MAX_MANIFEST (64u * 1024)
/* Of the list yes_no. */
#define YES 1

static int report_file(struct lantik_cli *cli, const char *path, enum lantik_error error)
{
	return lantik_fail(cli, 40, LANTIK_EXIT_FAILED, "cannot read %s: %s", "tidak dapat membaca %s: %s", path,
		lantik_file_error(cli, error));
}

bool lantik_manifest_path(const char *path, char *ret)
{
	const char *slash = strrchr(path, '/');
	const char *dot = strrchr(slash ? slash : path, '.');
	size_t stem = dot && dot != path && dot != slash + 1 ? (size_t)(dot - path) : strlen(path);
	return snprintf(ret, LANTIK_MAX_PATH, "%.*s.manifest", (int)stem, path) < (int)LANTIK_MAX_PATH;
}

static int missing_manifest(struct lantik_cli *cli, const char *path)
{
	return lantik_fail(cli, 41, LANTIK_EXIT_FAILED,
		"the manifest %s is missing\nwrite it with lines like: kind = PPPK_PW, step = NI, kode_instansi = "
		"1234, "
		"kanreg_id = 03 (see man lantik), or name it with --manifest",
		"manifes %s tidak ada\ntulis dengan baris seperti: kind = PPPK_PW, step = NI, kode_instansi = 1234, "
		"kanreg_id = 03 (lihat man lantik), atau sebutkan dengan --manifest",
		path);
}

static int read_files(struct lantik_cli *cli, const char *path, const char *manifest_path, struct lantik_sheet *ret)
{
	ret->path = path;
	bool fits = manifest_path
			    ? snprintf(ret->manifest_path, LANTIK_MAX_PATH, "%s", manifest_path) < (int)LANTIK_MAX_PATH
			    : lantik_manifest_path(path, ret->manifest_path);
	if (!fits)
		return report_file(cli, path, LANTIK_E_TOO_LARGE);
	enum lantik_error error = lantik_file_read(path, LANTIK_MAX_SHEET, &ret->file);
	if (error != LANTIK_OK)
		return report_file(cli, path, error);
	error = lantik_file_read(ret->manifest_path, MAX_MANIFEST, &ret->manifest_text);
	if (error == LANTIK_E_NOT_FOUND)
		return missing_manifest(cli, ret->manifest_path);
	if (error != LANTIK_OK)
		return report_file(cli, ret->manifest_path, error);
	struct lantik_span pieces[] = {lantik_buffer_span(&ret->file), lantik_buffer_span(&ret->manifest_text)};
	uint8_t digest[LANTIK_HASH];
	lantik_sha256_of(pieces, LANTIK_COUNT(pieces), digest);
	lantik_hex_encode(digest, sizeof digest, ret->key);
	return LANTIK_EXIT_OK;
}

static int bad_manifest(struct lantik_cli *cli, const struct lantik_sheet *sheet, uint32_t line, const char *english,
	const char *indonesian)
{
	return lantik_fail(cli, 42, LANTIK_EXIT_FAILED, "%s:%u: %s", "%s:%u: %s", sheet->manifest_path, line,
		lantik_cli_pick(cli, english, indonesian));
}

static const struct lantik_field *find_entry(struct lantik_span name)
{
	for (size_t i = 0; i < lantik_manifest_field_count; i++)
		if (lantik_header_is(name, lantik_manifest_fields[i].name))
			return &lantik_manifest_fields[i];
	return NULL;
}

static bool is_filled_by_us(const struct lantik_field *field)
{
	return strcmp(field->name, "batch_id") == 0 || strcmp(field->name, "records_root") == 0 ||
	       strcmp(field->name, "sent_at") == 0;
}

static int take_entry(
	struct lantik_cli *cli, struct lantik_sheet *sheet, const struct lantik_pair *pair, uint64_t *seen)
{
	const struct lantik_field *field = find_entry(pair->name);
	if (!field && pair->line == 1 && lantik_header_is(pair->name, "name"))
		return LANTIK_EXIT_OK; /* the heading of a manifest that was kept as a table */
	if (!field)
		return bad_manifest(cli, sheet, pair->line, "the manifest has no entry of this name (see man lantik)",
			"manifes tidak memiliki isian dengan nama ini (lihat man lantik)");
	if (is_filled_by_us(field))
		return bad_manifest(cli, sheet, pair->line, "lantik fills this entry in itself: remove the line",
			"isian ini diisi sendiri oleh lantik: hapus barisnya");
	if (*seen & (UINT64_C(1) << field->number))
		return bad_manifest(
			cli, sheet, pair->line, "this entry is given twice", "isian ini diberikan dua kali");
	*seen |= UINT64_C(1) << field->number;
	struct lantik_span value = pair->value;
	lantik_cell_clean(field, 0, sheet->arena, &value, &sheet->manifest_findings);
	LANTIK_ASSERT(lantik_value_read(field, value, sheet->arena, &sheet->manifest)); /* the file is small */
	return LANTIK_EXIT_OK;
}

static int read_manifest(struct lantik_cli *cli, struct lantik_sheet *sheet)
{
	static const uint8_t mark[] = {0xef, 0xbb, 0xbf};
	struct lantik_span text = lantik_buffer_span(&sheet->manifest_text);
	struct lantik_pair pair;
	uint32_t line = 0;
	uint64_t seen = 0;
	if (!lantik_utf8_valid(text) || memchr(text.data ? (const void *)text.data : "", 0, text.len))
		return bad_manifest(cli, sheet, 1, "not UTF-8 text", "bukan teks UTF-8");
	if (text.len >= sizeof mark && memcmp(text.data, mark, sizeof mark) == 0)
		text = (struct lantik_span){text.data + sizeof mark, text.len - sizeof mark};
	while (lantik_pairs_next(&text, &line, &pair)) {
		int code = take_entry(cli, sheet, &pair, &seen);
		if (code != LANTIK_EXIT_OK)
			return code;
	}
	if (text.len > 0)
		return bad_manifest(cli, sheet, line, "no `name = value`", "bukan `nama = nilai`");
	if (sheet->manifest.schema_version.len == 0)
		sheet->manifest.schema_version = lantik_span_of(LANTIK_SCHEMA_VERSION);
	return LANTIK_EXIT_OK;
}

static int read_table(struct lantik_cli *cli, struct lantik_sheet *sheet)
{
	uint32_t line;
	enum lantik_csv_fault fault = lantik_rows_read(lantik_buffer_span(&sheet->file), &sheet->table, &line);
	if (fault == LANTIK_CSV_FINE && sheet->table.count > 0) {
		if (sheet->manifest.row_count == 0)
			sheet->manifest.row_count = (int32_t)sheet->table.count;
		return LANTIK_EXIT_OK;
	}
	if (fault == LANTIK_CSV_FINE)
		return lantik_fail(cli, 43, LANTIK_EXIT_FAILED, "%s holds a header and no rows",
			"%s hanya berisi judul kolom", sheet->path);
	if (line > 0)
		return lantik_fail(cli, 44, LANTIK_EXIT_FAILED, "%s: line %u: %s", "%s: baris %u: %s", sheet->path,
			line, lantik_csv_fault_text(fault, lantik_cli_language(cli)));
	return lantik_fail(cli, 44, LANTIK_EXIT_FAILED, "%s: %s", "%s: %s", sheet->path,
		lantik_csv_fault_text(fault, lantik_cli_language(cli)));
}

int lantik_sheet_read(struct lantik_cli *cli, const char *path, const char *manifest_path, struct lantik_sheet *ret)
{
	*ret = (struct lantik_sheet){0};
	ret->arena = lantik_arena_new(256 * 1024);
	LANTIK_ASSERT(ret->arena);
	int code = read_files(cli, path, manifest_path, ret);
	if (code == LANTIK_EXIT_OK)
		code = read_manifest(cli, ret);
	if (code == LANTIK_EXIT_OK)
		code = read_table(cli, ret);
	if (code != LANTIK_EXIT_OK)
		lantik_sheet_free(ret);
	return code;
}

void lantik_sheet_want_all(struct lantik_sheet *sheet)
{
	if (sheet->manifest.all_or_nothing == YES)
		return;
	sheet->manifest.all_or_nothing = YES;
	strcat(sheet->key, LANTIK_KEY_ALL);
}

int lantik_sheet_key(struct lantik_cli *cli, const char *path, const char *manifest_path, char ret[LANTIK_FILE_KEY])
{
	struct lantik_sheet *sheet = calloc(1, sizeof *sheet);
	LANTIK_ASSERT(sheet);
	int code = read_files(cli, path, manifest_path, sheet);
	if (code == LANTIK_EXIT_OK)
		memcpy(ret, sheet->key, LANTIK_FILE_KEY);
	lantik_sheet_free(sheet);
	free(sheet);
	return code;
}

void lantik_sheet_free(struct lantik_sheet *sheet)
{
	lantik_rows_free(&sheet->table);
	lantik_findings_free(&sheet->manifest_findings);
	lantik_arena_free(&sheet->arena);
	lantik_buffer_free(&sheet->file);
	lantik_buffer_free(&sheet->manifest_text);
}
