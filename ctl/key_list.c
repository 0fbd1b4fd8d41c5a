/* lantikctl key list: the keys that sign receipts, and from which size of the ledger to which.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ctl.h"
#include "database.h"
#include "lantik/note.h"

static const char query[] =
	"SELECT vkey, CASE WHEN compromised_from IS NOT NULL THEN 'compromised' WHEN until_size IS NOT NULL "
	"THEN 'retired' ELSE 'signs' END, from_size, until_size, compromised_from "
	"FROM lantik.receipt_key ORDER BY from_size, vkey";

static const struct lantik_column columns[] = {
	{"key_id", {"key", "kunci"}, false},
	{"state", {"state", "keadaan"}, false},
	{"from_size", {"from size", "mulai ukuran"}, true},
	{"until_size", {"until size", "sampai ukuran"}, true},
	{"compromised_from", {"compromised from", "bocor sejak"}, true},
	{"vkey", {"verifier key", "kunci pemeriksa"}, false},
};

static void add_row(struct lantik_listing *listing, const PGresult *rows, int row)
{
	struct lantik_vkey key;
	char id[9] = "?";
	if (lantik_vkey_parse(cell_span(rows, row, 0), &key) == LANTIK_OK)
		lantik_hex_encode(key.id, sizeof key.id, id);
	lantik_listing_text(listing, id);
	for (int i = 1; i < 5; i++)
		lantik_listing_text(listing, cell_or_null(rows, row, i));
	lantik_listing_text(listing, cell(rows, row, 0));
}

static int list(struct database *database)
{
	PGresult *rows = database_query(database, query, 0, NULL);
	if (!rows)
		return database_fail(database, "could not read the keys", "gagal membaca kunci");
	struct lantik_listing *listing = lantik_listing_new(database->cli, columns, LANTIK_COUNT(columns));
	for (int row = 0; row < PQntuples(rows); row++)
		add_row(listing, rows, row);
	lantik_listing_print(&listing);
	if (PQntuples(rows) == 0)
		lantik_say(database->cli, "no key yet: lantikd writes its own when it starts for the first time",
			"belum ada kunci: lantikd menulis kuncinya saat pertama kali berjalan");
	lantik_summary_number(database->cli, "keys", PQntuples(rows));
	PQclear(rows);
	return LANTIK_EXIT_OK;
}

int ctl_key_list(struct lantik_cli *cli)
{
	struct database database;
	int exit_code = database_open_migrated(cli, &database);
	if (!exit_code)
		exit_code = list(&database);
	database_close(&database);
	return exit_code;
}
