/* lantikctl office revoke: cuts off an office with all its keys, or one key.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ctl.h"
#include "database.h"

/* How many rows the statement changed. */
static int64_t change(struct database *database, const char *sql, const char *const parameters[2])
{
	PGresult *rows = database_query(database, sql, 2, parameters);
	int64_t count = rows ? strtoll(PQcmdTuples(rows), NULL, 10) : 0;
	PQclear(rows);
	return count;
}

static bool is_known(struct database *database, const char *name, const char *key)
{
	PGresult *rows = database_query(database,
		"SELECT EXISTS (SELECT FROM lantik.office WHERE name = $1) "
		"OR EXISTS (SELECT FROM lantik.office_key WHERE curve_public_key = $2)",
		2, (const char *const[]){name, key});
	bool known = rows && cell_true(rows, 0, 0);
	PQclear(rows);
	return known;
}

static int64_t revoke_office(struct database *database, const char *name, const char *reason)
{
	const char *const parameters[] = {name, reason};
	return change(database,
		       "UPDATE lantik.office_key k SET revoked_at = clock_timestamp(), reason = $2 FROM lantik.office "
		       "o "
		       "WHERE o.name = $1 AND k.office_no = o.office_no AND k.revoked_at IS NULL",
		       parameters) +
	       change(database,
		       "UPDATE lantik.office SET revoked_at = clock_timestamp(), reason = $2 "
		       "WHERE name = $1 AND revoked_at IS NULL",
		       parameters);
}

static int64_t revoke_key(struct database *database, const char *key, const char *reason)
{
	const char *const parameters[] = {key, reason};
	return change(database,
		"UPDATE lantik.office_key SET revoked_at = clock_timestamp(), reason = $2 "
		"WHERE curve_public_key = $1 AND revoked_at IS NULL",
		parameters);
}

static int revoke(struct database *database, const char *name, const char *key, const char *reason)
{
	struct lantik_cli *cli = database->cli;
	database_begin(database);
	if (!is_known(database, name, key) && !database->failed)
		return lantik_fail(cli, 548, LANTIK_EXIT_FAILED,
			"there is no such office or key\n`lantikctl office list` shows them.",
			"kantor atau kunci itu tidak ada\n`lantikctl office list` menampilkannya.");
	int64_t count = name ? revoke_office(database, name, reason) : revoke_key(database, key, reason);
	if (count)
		database_raise_version(database);
	if (!database_commit(database))
		return database_fail(database, "could not revoke", "gagal mencabut");
	if (count)
		lantik_say(cli, "%s revoked; running daemons follow within seconds",
			"%s dicabut; daemon yang berjalan mengikuti dalam hitungan detik", name ? name : key);
	else
		lantik_say(cli, "%s: nothing changed; it was revoked before",
			"%s: tidak ada perubahan; sudah dicabut sebelumnya", name ? name : key);
	lantik_summary_number(cli, "revoked", count);
	return LANTIK_EXIT_OK;
}

int ctl_office_revoke(struct lantik_cli *cli)
{
	struct database database;
	const char *name = lantik_argument(cli, 0), *key = lantik_option_text(cli, "key");
	const char *reason = lantik_option_text(cli, "reason");
	if (!name == !key)
		return lantik_fail(cli, 549, LANTIK_EXIT_USAGE, "give either the office's NAME or --key",
			"beri salah satu: NAMA kantor atau --key");
	if (!reason || !*reason)
		return lantik_fail(cli, 549, LANTIK_EXIT_USAGE, "--reason: say why, it is kept for the audit",
			"--reason: sebutkan alasannya, disimpan untuk audit");
	int exit_code = database_open_migrated(cli, &database);
	if (!exit_code)
		exit_code = revoke(&database, name, key, reason);
	database_close(&database);
	return exit_code;
}
