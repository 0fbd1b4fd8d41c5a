/* lantikctl rulebook list: the rulebooks by which this database was judged, the last one first.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "book.h"
#include "ctl.h"

static const char query[] =
	"SELECT encode(r.sha256, 'hex'), to_char(r.first_used_at AT TIME ZONE 'UTC', "
	"'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "
	"octet_length(r.text), coalesce(b.batches, 0), coalesce(d.decisions, 0) FROM lantik.rulebook r "
	"LEFT JOIN (SELECT rulebook_sha256, count(*) AS batches FROM lantik.batch GROUP BY 1) b "
	"ON b.rulebook_sha256 = r.sha256 "
	"LEFT JOIN (SELECT rulebook_sha256, count(*) AS decisions FROM lantik.decision GROUP BY 1) d "
	"ON d.rulebook_sha256 = r.sha256 ORDER BY r.first_used_at DESC, 1";

/* Sixteen digits tell rulebooks apart and leave room on a terminal; programs get all. */
#define SHOWN_DIGITS 16

static void tell(struct lantik_cli *cli, const PGresult *rows, const char *in_force)
{
	static const struct lantik_column columns[] = {
		{"rulebook_sha256", {"rulebook", "buku aturan"}, false},
		{"first_used_at", {"first used", "pertama dipakai"}, false},
		{"bytes", {"bytes", "bita"}, true},
		{"batches", {"batches", "paket"}, true},
		{"decisions", {"decisions", "keputusan"}, true},
		{"in_force", {"", ""}, false},
	};
	struct lantik_listing *listing = lantik_listing_new(cli, columns, LANTIK_COUNT(columns));
	for (int row = 0; row < PQntuples(rows); row++) {
		char digest[65];
		snprintf(digest, sizeof digest, "%.*s", lantik_cli_json(cli) ? 64 : SHOWN_DIGITS, cell(rows, row, 0));
		lantik_listing_text(listing, digest);
		lantik_listing_text(listing, cell(rows, row, 1));
		for (int column = 2; column < 5; column++)
			lantik_listing_number(listing, cell_number(rows, row, column));
		bool now = strcmp(cell(rows, row, 0), in_force) == 0;
		lantik_listing_text(listing, !now                   ? NULL
					     : lantik_cli_json(cli) ? "yes"
								    : lantik_cli_pick(cli, "in force", "berlaku"));
	}
	lantik_listing_print(&listing);
	lantik_summary_text(cli, "rulebook_sha256", in_force);
	lantik_summary_number(cli, "rulebooks", PQntuples(rows));
}

static int list(struct database *database)
{
	struct book book;
	int exit_code = book_in_force(database, &book);
	PGresult *rows = exit_code ? NULL : database_query(database, query, 0, NULL);
	if (!exit_code && !rows)
		exit_code = database_fail(database, "could not read the history", "gagal membaca riwayat");
	if (rows && PQntuples(rows) == 0)
		lantik_say(database->cli, "nothing was judged yet", "belum ada yang diuji");
	else if (rows)
		tell(database->cli, rows, book.digest);
	PQclear(rows);
	book_free(&book);
	return exit_code;
}

int ctl_rulebook_list(struct lantik_cli *cli)
{
	struct database database;
	int exit_code = database_open_migrated(cli, &database);
	if (!exit_code)
		exit_code = database_needs(&database, "rulebook", "text", "SELECT", "lantik_operator");
	if (!exit_code)
		exit_code = list(&database);
	database_close(&database);
	return exit_code;
}
