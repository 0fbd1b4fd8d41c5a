/* lantikctl rulebook show: the rulebook in force: its digest, its tables, and what was set by hand.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "book.h"
#include "ctl.h"

#define MAX_TABLES 32u
#define MAX_CELLS 9u

struct table {
	struct lantik_span word;
	int64_t rows, unverified;
};

static bool is_unverified(struct lantik_span line)
{
	static const char word[] = "\tunverified";
	size_t len = sizeof word - 1;
	return line.len > len && memcmp(line.data + line.len - len, word, len) == 0;
}

static size_t count_tables(const struct book *book, struct table tables[MAX_TABLES])
{
	struct lantik_span text = lantik_buffer_span(&book->text), line;
	size_t count = 0;
	(void)book_line(&text, &line); /* the first names the format */
	while (book_line(&text, &line)) {
		struct lantik_span word = book_cell(line, 0);
		if (count == 0 || !lantik_span_equal(tables[count - 1].word, word)) {
			LANTIK_ASSERT(count < MAX_TABLES);
			tables[count++] = (struct table){.word = word};
		}
		tables[count - 1].rows++;
		tables[count - 1].unverified += is_unverified(line);
	}
	return count;
}

static void tell_tables(struct lantik_cli *cli, const struct book *book)
{
	static const struct lantik_column columns[] = {
		{"table", {"table", "tabel"}, false},
		{"title", {"what", "isi"}, false},
		{"rows", {"rows", "baris"}, true},
		{"unverified", {"unverified", "belum pasti"}, true},
	};
	struct table tables[MAX_TABLES];
	size_t count = count_tables(book, tables);
	struct lantik_listing *listing = lantik_listing_new(cli, columns, LANTIK_COUNT(columns));
	for (size_t i = 0; i < count; i++) {
		char word[32];
		snprintf(word, sizeof word, "%.*s", (int)tables[i].word.len, (const char *)tables[i].word.data);
		lantik_listing_text(listing, word);
		lantik_listing_text(listing, book_table_title(cli, tables[i].word));
		lantik_listing_number(listing, tables[i].rows);
		lantik_listing_number(listing, tables[i].unverified);
	}
	lantik_listing_print(&listing);
}

/* One table of the text row by row: what an operator changes most. */
struct shown {
	const char *word, *title[2];
	size_t count;
	struct lantik_column columns[MAX_CELLS];
};

static const struct shown shown[] = {
	{"window", {"submission windows (UTC)", "jendela pengajuan (UTC)"}, 7,
		{{"programme", {"programme", "program"}, false}, {"step", {"step", "tahap"}, false},
			{"kode_instansi", {"agency", "instansi"}, false}, {"opens", {"opens", "buka"}, false},
			{"closes", {"closes", "tutup"}, false}, {"grace_minutes", {"grace", "tenggang"}, true},
			{"unverified", {"", ""}, false}}},
	{"severity", {"changed severities", "tingkat temuan yang diubah"}, 7,
		{{"rule", {"rule", "aturan"}, false}, {"severity", {"severity", "tingkat"}, false},
			{"kind", {"kind", "jenis"}, false}, {"step", {"step", "tahap"}, false},
			{"kode_instansi", {"agency", "instansi"}, false}, {"valid_from", {"from", "sejak"}, false},
			{"valid_until", {"until", "sampai"}, false}}},
	{"parameter", {"parameters", "parameter"}, 4,
		{{"name", {"name", "nama"}, false}, {"value", {"value", "nilai"}, false},
			{"valid_from", {"from", "sejak"}, false}, {"valid_until", {"until", "sampai"}, false}}},
};

/* As a row of the listing, which is NULL with --json: then as an object of the table's type. */
static void tell_row(
	struct lantik_cli *cli, struct lantik_listing *listing, const struct shown *table, struct lantik_span line)
{
	lantik_json_open(cli, table->word);
	for (unsigned i = 0; i < table->count; i++) {
		char value[128];
		struct lantik_span cell = book_cell(line, i + 1);
		snprintf(value, sizeof value, "%.*s", (int)cell.len, cell.data ? (const char *)cell.data : "");
		if (listing)
			lantik_listing_text(listing, value);
		lantik_json_text(cli, table->columns[i].name, *value ? value : NULL);
	}
	lantik_json_close(cli);
}

static void tell_shown(struct lantik_cli *cli, const struct book *book, const struct shown *table)
{
	struct lantik_span text = lantik_buffer_span(&book->text), line;
	struct lantik_listing *listing = NULL;
	while (book_line(&text, &line)) {
		if (!lantik_span_is(book_cell(line, 0), table->word))
			continue;
		if (!listing && !lantik_cli_json(cli)) {
			lantik_say(cli, "\n%s", "\n%s", table->title[lantik_cli_language(cli)]);
			listing = lantik_listing_new(cli, table->columns, table->count);
		}
		tell_row(cli, listing, table, line);
	}
	if (listing)
		lantik_listing_print(&listing);
}

static void tell(struct lantik_cli *cli, const struct book *book)
{
	char bytes[32];
	lantik_say(cli, "rulebook  %s", "buku aturan  %s", book->digest);
	lantik_say(cli, "bytes     %s", "bita         %s", lantik_count_format(cli, (int64_t)book->text.len, bytes));
	lantik_say(cli, "%s", "%s", "");
	tell_tables(cli, book);
	for (size_t i = 0; i < LANTIK_COUNT(shown); i++)
		tell_shown(cli, book, &shown[i]);
	lantik_summary_text(cli, "rulebook_sha256", book->digest);
	lantik_summary_number(cli, "bytes", (int64_t)book->text.len);
}

int ctl_rulebook_show(struct lantik_cli *cli)
{
	struct database database;
	struct book book = {.rulebook = NULL};
	int exit_code = database_open_migrated(cli, &database);
	if (!exit_code)
		exit_code = database_needs(&database, "rulebook", "text", "SELECT", "lantik_operator");
	if (!exit_code)
		exit_code = lantik_argument_count(cli) ? book_of_history(&database, lantik_argument(cli, 0), &book)
						       : book_in_force(&database, &book);
	if (!exit_code)
		tell(cli, &book);
	book_free(&book);
	database_close(&database);
	return exit_code;
}
