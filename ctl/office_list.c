/* lantikctl office list: every office with its scope and keys.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ctl.h"
#include "database.h"

static const char query[] =
	"SELECT o.name, coalesce('kanreg ' || o.kanreg_id, array_to_string(o.agencies, ',')), "
	"CASE WHEN o.revoked_at IS NOT NULL OR k.revoked_at IS NOT NULL THEN 'revoked' "
	"WHEN k.office_no IS NULL THEN 'keyless' ELSE 'active' END, "
	"k.curve_public_key, encode(k.signing_key_id, 'hex'), "
	"to_char(coalesce(k.added_at, o.added_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "
	"to_char(coalesce(k.revoked_at, o.revoked_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "
	"coalesce(k.reason, o.reason) "
	"FROM lantik.office o LEFT JOIN lantik.office_key k USING (office_no) ORDER BY o.name, k.added_at";

static const struct lantik_column columns[] = {
	{"office", {"office", "kantor"}, false},
	{"scope", {"scope", "cakupan"}, false},
	{"state", {"state", "keadaan"}, false},
	{"curve_key", {"CURVE key", "kunci CURVE"}, false},
	{"signing_key_id", {"signing key", "kunci tanda tangan"}, false},
	{"added_at", {"added", "ditambah"}, false},
	{"revoked_at", {"revoked", "dicabut"}, false},
	{"reason", {"reason", "alasan"}, false},
};

static int list(struct database *database)
{
	PGresult *rows = database_query(database, query, 0, NULL);
	if (!rows)
		return database_fail(database, "could not read the offices", "gagal membaca kantor");
	struct lantik_listing *listing = lantik_listing_new(database->cli, columns, LANTIK_COUNT(columns));
	for (int row = 0; row < PQntuples(rows); row++)
		for (int i = 0; i < (int)LANTIK_COUNT(columns); i++)
			lantik_listing_text(listing, PQgetisnull(rows, row, i) ? NULL : cell(rows, row, i));
	lantik_listing_print(&listing);
	lantik_summary_number(database->cli, "keys", PQntuples(rows));
	PQclear(rows);
	return LANTIK_EXIT_OK;
}

int ctl_office_list(struct lantik_cli *cli)
{
	struct database database;
	int exit_code = database_open_migrated(cli, &database);
	if (!exit_code)
		exit_code = list(&database);
	database_close(&database);
	return exit_code;
}
