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

enum { DIGEST, USED, BYTES, BATCHES, DECISIONS };

static void tell_json(struct lantik_cli *cli, const PGresult *rows, const char *in_force)
{
	for (int row = 0; row < PQntuples(rows); row++) {
		lantik_json_open(cli, "result");
		lantik_json_text(cli, "rulebook_sha256", cell(rows, row, DIGEST));
		lantik_json_text(cli, "first_used_at", cell(rows, row, USED));
		lantik_json_number(cli, "bytes", cell_number(rows, row, BYTES));
		lantik_json_number(cli, "batches", cell_number(rows, row, BATCHES));
		lantik_json_number(cli, "decisions", cell_number(rows, row, DECISIONS));
		lantik_json_flag(cli, "in_force", strcmp(cell(rows, row, DIGEST), in_force) == 0);
		lantik_json_close(cli);
	}
}

static void tell_text(struct lantik_cli *cli, const PGresult *rows, const char *in_force)
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
		char digest[SHOWN_DIGITS + 1];
		bool now = strcmp(cell(rows, row, DIGEST), in_force) == 0;
		snprintf(digest, sizeof digest, "%s", cell(rows, row, DIGEST));
		lantik_listing_text(listing, digest);
		lantik_listing_text(listing, cell(rows, row, USED));
		for (int column = BYTES; column <= DECISIONS; column++)
			lantik_listing_number(listing, cell_number(rows, row, column));
		lantik_listing_text(listing, now ? lantik_cli_pick(cli, "in force", "berlaku") : NULL);
	}
	lantik_listing_print(&listing);
}

static void tell(struct lantik_cli *cli, const PGresult *rows, const char *in_force)
{
	if (lantik_cli_json(cli))
		tell_json(cli, rows, in_force);
	else if (PQntuples(rows))
		tell_text(cli, rows, in_force);
	else
		lantik_say(cli, "nothing was judged yet", "belum ada yang diuji");
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
	if (rows)
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
