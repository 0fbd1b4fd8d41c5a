/* Writes the rows that came back, with what the office needs to correct them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "returned.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "pairs.h"
#include "returned_files.h"
#include "sent_again.h"

/* The columns for the person who corrects; the reader of sheets passes over both spellings. */
static const char *const why_names[] = {"x_why", "catatan_sebab"};
static const char *const line_names[] = {"x_line", "catatan_baris"};

/* One file being made. */
struct making {
	struct lantik_cli *cli;
	const struct lantik_history *history;
	const struct lantik_sheet *sheet;
	const char *file; /* the office's own */
	struct lantik_returned_files files;
	const uint32_t *taken;      /* sent again, by record_no - 1 */
	char batch_id[37];          /* empty: another office's, which this one cannot correct by name */
	struct lantik_buffer table; /* FILE.returned.csv */
	struct lantik_buffer manifest;
	uint32_t rows;
};

/* --- the table --- */

static bool is_our_column(struct lantik_span header)
{
	for (size_t i = 0; i < LANTIK_COUNT(why_names); i++)
		if (lantik_header_is(header, why_names[i]) || lantik_header_is(header, line_names[i]))
			return true;
	return header.len == 0;
}

/* The office's own, or one that is found and quoted without Excel's line `sep=`. */
static void next_cell(struct making *making, struct lantik_span cell)
{
	char own = making->sheet->table.csv.delimiter;
	lantik_buffer_append(&making->table, strchr(",;\t", own) ? &own : ";", 1);
	lantik_csv_append(&making->table, cell);
}

/* The file begins and ends its lines as the office's own does. */
static bool has_mark(const struct making *making)
{
	const struct lantik_buffer *file = &making->sheet->file;
	return file->len >= 3 && memcmp(file->data, "\xef\xbb\xbf", 3) == 0;
}

static void end_row(struct making *making)
{
	const struct lantik_buffer *file = &making->sheet->file;
	const uint8_t *end = memchr(file->data, '\n', file->len);
	bool returns = end && end > file->data && end[-1] == '\r';
	lantik_buffer_printf(&making->table, "%s", returns ? "\r\n" : "\n");
}

static void write_header(struct making *making)
{
	const struct lantik_rows *table = &making->sheet->table;
	enum lantik_language language = lantik_cli_language(making->cli);
	lantik_buffer_printf(&making->table, "%s%s", has_mark(making) ? "\xef\xbb\xbf" : "", why_names[language]);
	next_cell(making, lantik_span_of(line_names[language]));
	for (uint32_t i = 0; i < table->csv.header.count; i++)
		if (!is_our_column(table->csv.header.cells[i]))
			next_cell(making, table->csv.header.cells[i]);
	if (table->columns[LANTIK_F_corrects_batch_id] < 0)
		next_cell(making, lantik_span_of("corrects_batch_id"));
	if (table->columns[LANTIK_F_corrects_record_no] < 0)
		next_cell(making, lantik_span_of("corrects_record_no"));
	end_row(making);
}

static void write_row(struct making *making, uint32_t record_no)
{
	const struct lantik_rows *table = &making->sheet->table;
	const struct lantik_csv_row *row = &table->csv.rows[record_no - 1];
	struct lantik_buffer why = {0};
	char line[16], number[16];
	snprintf(line, sizeof line, "%u", row->line);
	snprintf(number, sizeof number, "%u", *making->batch_id ? record_no : 0);
	struct lantik_span batch_id = lantik_span_of(making->batch_id);
	struct lantik_span corrected = *making->batch_id ? lantik_span_of(number) : (struct lantik_span){0};
	lantik_fate_why(making->cli, table, making->history, record_no, &why);
	lantik_csv_append(&making->table, lantik_buffer_span(&why));
	next_cell(making, lantik_span_of(line));
	for (uint32_t i = 0; i < table->csv.header.count && i < row->count; i++) {
		if ((int)i == table->columns[LANTIK_F_corrects_batch_id])
			next_cell(making, batch_id);
		else if ((int)i == table->columns[LANTIK_F_corrects_record_no])
			next_cell(making, corrected);
		else if (!is_our_column(table->csv.header.cells[i]))
			next_cell(making, row->cells[i]);
	}
	if (table->columns[LANTIK_F_corrects_batch_id] < 0)
		next_cell(making, batch_id);
	if (table->columns[LANTIK_F_corrects_record_no] < 0)
		next_cell(making, corrected);
	end_row(making);
	lantik_buffer_free(&why);
}

static void write_table(struct making *making)
{
	const struct lantik_history *history = making->history;
	write_header(making);
	for (uint32_t i = 0; i < history->proved.verdict.records && i < making->sheet->table.count; i++) {
		if (history->fates[i].outcome != LANTIK_RETURNED || making->taken[i])
			continue;
		write_row(making, i + 1);
		making->rows++;
	}
}

/* --- the manifest --- */

/* What is true of the whole batch alone; lantik counts the rows by itself, and the groups need not be declared. */
static bool is_dropped(const struct lantik_pair *pair)
{
	static const char *const names[] = {
		"row_count", "count_guru", "count_kesehatan", "count_teknis", "corrects_batch_id"};
	for (size_t i = 0; i < LANTIK_COUNT(names); i++)
		if (lantik_header_is(pair->name, names[i]))
			return true;
	return pair->line == 1 && lantik_header_is(pair->name, "name"); /* the heading of a table */
}

static void write_manifest(struct making *making)
{
	struct lantik_span text = lantik_buffer_span(&making->sheet->manifest_text), before;
	struct lantik_pair pair;
	uint32_t line = 0;
	lantik_buffer_printf(&making->manifest, "# %s\n",
		lantik_cli_pick(making->cli, "Manifest of the rows that came back; lantik counts them by itself.",
			"Manifes baris yang dikembalikan; lantik menghitung sendiri jumlahnya."));
	if (*making->batch_id)
		lantik_buffer_printf(&making->manifest, "corrects_batch_id = %s\n", making->batch_id);
	if (text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
		text = (struct lantik_span){text.data + 3, text.len - 3};
	for (before = text; lantik_pairs_next(&text, &line, &pair); before = text)
		if (!is_dropped(&pair))
			lantik_buffer_append(&making->manifest, before.data, before.len - text.len);
	if (making->manifest.data[making->manifest.len - 1] != '\n')
		lantik_buffer_append(&making->manifest, "\n", 1);
}

/* --- on disk --- */

/* A manifest that is gone is nobody's work: without it the rows cannot be sent. */
static bool restore_manifest(const struct making *making)
{
	bool gone = access(making->files.table, F_OK) == 0 && access(making->files.manifest, F_OK) != 0;
	return !gone || errno != ENOENT ||
	       lantik_file_write(making->files.manifest, 0600, lantik_buffer_span(&making->manifest)) == LANTIK_OK;
}

static bool put_unless_edited(struct making *making, const struct lantik_home *home,
	const struct lantik_entries *entries, struct lantik_entry *entry, struct lantik_returned *ret)
{
	struct lantik_span table = lantik_buffer_span(&making->table);
	struct lantik_span manifest = lantik_buffer_span(&making->manifest);
	uint8_t made[LANTIK_HASH], found[LANTIK_HASH] = {0};
	lantik_files_digest(table, manifest, made);
	if (!restore_manifest(making))
		return false;
	enum lantik_files_state state = lantik_returned_look(&making->files, entry, entries, found);
	bool same = memcmp(made, found, LANTIK_HASH) == 0;
	if (state == LANTIK_FILES_EDITED && !same) {
		ret->state = LANTIK_RETURNED_EDITED;
		return true;
	}
	ret->state = LANTIK_RETURNED_WRITTEN;
	if (state == LANTIK_FILES_SENT && !same &&
		!lantik_returned_step_aside(making->cli, making->file, &making->files))
		return false;
	return lantik_returned_put(home, entry, &making->files, table, manifest);
}

static void put(struct making *making, const struct lantik_home *home, const struct lantik_entries *entries,
	struct lantik_entry *entry, struct lantik_returned *ret)
{
	if (making->rows == 0) {
		lantik_returned_withdraw(making->cli, &making->files, entry, entries);
	} else if (!put_unless_edited(making, home, entries, entry, ret)) {
		ret->state = LANTIK_RETURNED_NONE;
		lantik_remark(making->cli,
			"%s cannot be written: %s; once it can, `lantik status` with the file's name writes it",
			"%s tidak dapat ditulis: %s; jika sudah bisa, `lantik status` dengan nama berkas menulisnya",
			making->files.table, strerror(errno));
	}
}

void lantik_remark_untouched(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_sheet *sheet)
{
	struct lantik_entries entries;
	bool untouched = false;
	if (lantik_outbox_list(cli, home, &entries) != LANTIK_EXIT_OK)
		return;
	for (size_t i = 0; i < entries.count && !untouched; i++) {
		char key[LANTIK_FILE_KEY];
		lantik_hex_encode(entries.items[i].returned_sha256, LANTIK_HASH, key);
		untouched = strncmp(key, sheet->key, LANTIK_FILE_KEY - 1) == 0;
	}
	lantik_entries_free(&entries);
	if (untouched)
		lantik_remark(cli, "nothing was corrected in %s: its rows are as they came back",
			"belum ada yang diperbaiki di %s: barisnya masih seperti saat dikembalikan", sheet->path);
}

/* --- the sheet as it was sent --- */

static bool is_whole(const struct lantik_home *home, const struct lantik_entry *entry)
{
	char path[LANTIK_MAX_PATH], key[LANTIK_FILE_KEY];
	uint8_t sha256[LANTIK_HASH];
	struct lantik_buffer table = {0}, manifest = {0};
	bool whole = lantik_file_read(lantik_outbox_path(home, entry, "sheet.csv", path), LANTIK_MAX_SHEET, &table) ==
			     LANTIK_OK &&
		     lantik_file_read(lantik_outbox_path(home, entry, "sheet.manifest", path), LANTIK_MAX_SHEET,
			     &manifest) == LANTIK_OK;
	lantik_files_digest(lantik_buffer_span(&table), lantik_buffer_span(&manifest), sha256);
	lantik_hex_encode(sha256, LANTIK_HASH, key);
	lantik_buffer_free(&table);
	lantik_buffer_free(&manifest);
	return whole && strncmp(key, entry->key, LANTIK_FILE_KEY - 1) == 0;
}

bool lantik_entry_sheet(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry,
	char *path, struct lantik_sheet *ret)
{
	lantik_outbox_path(home, entry, "sheet.csv", path);
	return is_whole(home, entry) && lantik_sheet_read(cli, path, NULL, ret) == LANTIK_EXIT_OK;
}

static void make(struct making *making, const struct lantik_home *home, const struct lantik_entries *entries,
	struct lantik_entry *entry, struct lantik_returned *ret)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_sheet *sheet = calloc(1, sizeof *sheet);
	LANTIK_ASSERT(sheet);
	if (lantik_entry_sheet(making->cli, home, entry, path, sheet)) {
		making->sheet = sheet;
		write_table(making);
		write_manifest(making);
		LANTIK_ASSERT(!making->table.error && !making->manifest.error);
		ret->rows = making->rows;
		put(making, home, entries, entry, ret);
		lantik_sheet_free(sheet);
	} else {
		lantik_remark(making->cli, "%s is damaged, so the returned rows cannot be written out of it",
			"%s rusak, sehingga baris yang dikembalikan tidak dapat ditulis darinya", path);
	}
	free(sheet);
	lantik_buffer_free(&making->table);
	lantik_buffer_free(&making->manifest);
}

void lantik_returned_write(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_entry *entry,
	const struct lantik_history *history, const char *file, struct lantik_returned *ret)
{
	static const uint8_t never[LANTIK_HASH];
	struct making making = {.cli = cli, .history = history, .file = file};
	struct lantik_entries entries = {0};
	*ret = (struct lantik_returned){0};
	if ((history->returned == 0 && memcmp(entry->returned_sha256, never, LANTIK_HASH) == 0) ||
		!lantik_returned_names(file, &making.files) ||
		lantik_outbox_list(cli, home, &entries) != LANTIK_EXIT_OK)
		return;
	memcpy(ret->path, making.files.table, sizeof ret->path);
	uint32_t *taken = calloc(history->proved.verdict.records + 1, sizeof *taken);
	LANTIK_ASSERT(taken);
	lantik_mark_sent_again(home, &entries, history, taken);
	making.taken = taken;
	if (lantik_history_is_own(home, history))
		lantik_id_format(lantik_history_batch_id(history), making.batch_id);
	make(&making, home, &entries, entry, ret);
	lantik_entries_free(&entries);
	free(taken);
}

void lantik_say_returned(struct lantik_cli *cli, const struct lantik_returned *returned, const char *file)
{
	char rows[32];
	lantik_count_format(cli, returned->rows, rows);
	if (returned->state == LANTIK_RETURNED_WRITTEN)
		lantik_say(cli,
			"Rows to correct (%s), with the reason of each: %s\n"
			"  Excel: open it with Data > From Text/CSV, every column as Text; a double click rounds nik "
			"and nip.\n"
			"  Then: lantik submit %s",
			"Baris untuk diperbaiki (%s), beserta alasannya: %s\n"
			"  Excel: buka lewat Data > Dari Teks/CSV, semua kolom sebagai Teks; klik ganda membulatkan "
			"nik dan nip.\n"
			"  Lalu: lantik submit %s",
			rows, returned->path, returned->path);
	else if (returned->state == LANTIK_RETURNED_EDITED)
		lantik_say(cli,
			"%s holds changes that were not sent yet and was left alone; %s rows are to be corrected.\n"
			"  Send it, or move it away; then `lantik status %s` writes what is still to be corrected.",
			"%s memuat perubahan yang belum dikirim dan dibiarkan; %s baris perlu diperbaiki.\n"
			"  Kirim atau pindahkan berkas itu; lalu `lantik status %s` menulis yang masih perlu "
			"diperbaiki.",
			returned->path, rows, file);
}
