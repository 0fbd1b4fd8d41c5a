/* One table for both forms: aligned columns by libsmartcols, or one JSON object a row.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <libsmartcols/libsmartcols.h>
#include <string.h>

#include "cli_private.h"

struct lantik_listing {
	struct lantik_cli *cli;
	const struct lantik_column *columns;
	size_t count, at;
	struct libscols_table *table; /* NULL with --json */
	struct libscols_line *line;
};

static void make_table(struct lantik_listing *listing)
{
	listing->table = scols_new_table();
	LANTIK_ASSERT(listing->table);
	scols_table_enable_noheadings(listing->table, 0);
	for (size_t i = 0; i < listing->count; i++) {
		const struct lantik_column *column = &listing->columns[i];
		const char *title = column->title[listing->cli->language];
		struct libscols_column *made =
			scols_table_new_column(listing->table, title, 0.0, column->right ? SCOLS_FL_RIGHT : 0);
		LANTIK_ASSERT(made);
	}
}

struct lantik_listing *lantik_listing_new(struct lantik_cli *cli, const struct lantik_column *columns, size_t count)
{
	struct lantik_listing *listing = calloc(1, sizeof *listing);
	LANTIK_ASSERT(listing && count > 0);
	*listing = (struct lantik_listing){.cli = cli, .columns = columns, .count = count};
	if (!cli->json)
		make_table(listing);
	return listing;
}

static const char *begin_cell(struct lantik_listing *listing)
{
	if (listing->at == 0 && listing->table) {
		listing->line = scols_table_new_line(listing->table, NULL);
		LANTIK_ASSERT(listing->line);
	} else if (listing->at == 0) {
		lantik_json_open(listing->cli, "result");
	}
	return listing->columns[listing->at].name;
}

static void end_cell(struct lantik_listing *listing)
{
	listing->at++;
	if (listing->at < listing->count)
		return;
	listing->at = 0;
	if (!listing->table)
		lantik_json_close(listing->cli);
}

static void set_cell(struct lantik_listing *listing, const char *value)
{
	struct lantik_buffer clean = {0};
	lantik_printable(lantik_span_of(value), &clean);
	lantik_buffer_append(&clean, "", 1);
	LANTIK_ASSERT(!clean.error);
	LANTIK_ASSERT(scols_line_set_data(listing->line, listing->at, (const char *)clean.data) == 0);
	lantik_buffer_free(&clean);
}

void lantik_listing_text(struct lantik_listing *listing, const char *value)
{
	const char *name = begin_cell(listing);
	if (listing->table)
		set_cell(listing, value ? value : "");
	else
		lantik_json_text(listing->cli, name, value);
	end_cell(listing);
}

void lantik_listing_number(struct lantik_listing *listing, int64_t value)
{
	const char *name = begin_cell(listing);
	char text[32];
	if (listing->table)
		set_cell(listing, lantik_count_format(listing->cli, value, text));
	else
		lantik_json_number(listing->cli, name, value);
	end_cell(listing);
}

void lantik_listing_print(struct lantik_listing **listing)
{
	LANTIK_ASSERT((*listing)->at == 0);
	if ((*listing)->table) {
		lantik_progress_clear((*listing)->cli);
		scols_print_table((*listing)->table);
		scols_unref_table((*listing)->table);
	}
	free(*listing);
	*listing = NULL;
}
