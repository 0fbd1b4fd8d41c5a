/* lantikctl office scope: asks for other agencies that an office may send for, from a day on or for a time.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ctl.h"
#include "office_words.h"

/* Whether the office may send, or was asked for. */
static int check_office(struct database *database, const char *name, const struct deeds_waiting *waiting)
{
	struct lantik_cli *cli = database->cli;
	PGresult *rows = database_query(database, "SELECT revoked_at IS NOT NULL FROM lantik.office WHERE name = $1", 1,
		(const char *const[]){name});
	bool known = rows && PQntuples(rows) == 1, revoked = known && cell_true(rows, 0, 0);
	PQclear(rows);
	if (database->failed)
		return database_fail(database, "could not read the offices", "gagal membaca kantor");
	if (!known && !office_waiting(waiting, LANTIK_DEED_OFFICE_ADD, lantik_span_of(name)))
		return lantik_fail(cli, 548, LANTIK_EXIT_FAILED,
			"there is no such office\n`lantikctl office list` shows them.",
			"kantor itu tidak ada\n`lantikctl office list` menampilkannya.");
	if (revoked || office_waiting(waiting, LANTIK_DEED_OFFICE_REVOKE, lantik_span_of(name)))
		return lantik_fail(cli, 544, LANTIK_EXIT_FAILED,
			"the office %s was revoked\nA revoked name is never used again: choose another.",
			"kantor %s telah dicabut\nNama yang dicabut tidak dipakai lagi: pilih yang lain.", name);
	return LANTIK_EXIT_OK;
}

static int ask(struct database *database, const char *name, const struct lantik_deed_scope *scope)
{
	struct deed_ask asked;
	int exit_code = deed_begin(database, LANTIK_DEED_SCOPE, &asked);
	if (exit_code)
		return exit_code;
	asked.deed.office = lantik_span_of(name);
	asked.deed.scope = *scope;
	snprintf(asked.done[0], sizeof asked.done[0], "office %s: scope changed", name);
	snprintf(asked.done[1], sizeof asked.done[1], "kantor %s: cakupan diubah", name);
	exit_code = deed_words(database->cli, true, false, false, &asked.deed);
	return exit_code ? exit_code : deed_ask(database, &asked, NULL);
}

static int change(struct database *database, const char *name, const struct lantik_deed_scope *scope)
{
	struct deeds_waiting waiting;
	if (!deeds_waiting_read(database, &waiting))
		return database_fail(database, "could not read the requests", "gagal membaca permintaan");
	int exit_code = check_office(database, name, &waiting);
	deeds_waiting_free(&waiting);
	if (!exit_code)
		exit_code = office_scope_check(database, scope);
	return exit_code ? exit_code : ask(database, name, scope);
}

int ctl_office_scope(struct lantik_cli *cli)
{
	const char *name = lantik_argument(cli, 0);
	struct database database;
	struct lantik_deed_scope scope = {0};
	bool given = false;
	int exit_code = office_name_read(cli, name);
	if (!exit_code)
		exit_code = office_scope_read(cli, &scope, &given);
	if (!exit_code && !given)
		exit_code = lantik_fail(
			cli, 541, LANTIK_EXIT_USAGE, "give --kanreg or --agencies", "beri --kanreg atau --agencies");
	if (exit_code)
		return exit_code;
	exit_code = database_open_migrated(cli, &database);
	if (!exit_code)
		exit_code = change(&database, name, &scope);
	database_close(&database);
	return exit_code;
}
