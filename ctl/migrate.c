/* lantikctl migrate: brings the database to the state that this program knows, one transaction a migration.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "ctl.h"
#include "database.h"
#include "lantik/note.h"
#include "migrate_tables.h"
#include "migrations.h"

static void digest_of(const struct migration *migration, char ret[2 + 2 * LANTIK_HASH + 1])
{
	uint8_t hash[LANTIK_HASH];
	lantik_sha256((struct lantik_span){(const uint8_t *)migration->sql, migration->size}, hash);
	ret[0] = '\\';
	ret[1] = 'x';
	lantik_hex_encode(hash, sizeof hash, ret + 2);
}

enum applied { NOT_APPLIED, APPLIED, OTHER_BYTES };

static enum applied is_applied(struct database *database, const struct migration *migration, const char *digest)
{
	char number[12];
	if (!database_has(database, "migration"))
		return NOT_APPLIED;
	snprintf(number, sizeof number, "%d", migration->number);
	const char *const parameters[] = {number, digest};
	PGresult *rows = database_query(
		database, "SELECT sha256 = $2::bytea FROM lantik.migration WHERE number = $1::int", 2, parameters);
	enum applied applied = !rows || PQntuples(rows) == 0 ? NOT_APPLIED
			       : cell_true(rows, 0, 0)       ? APPLIED
							     : OTHER_BYTES;
	PQclear(rows);
	return applied;
}

static bool record(struct database *database, const struct migration *migration, const char *digest)
{
	char number[12];
	snprintf(number, sizeof number, "%d", migration->number);
	const char *const parameters[] = {number, migration->name, digest};
	PQclear(database_query(database,
		"INSERT INTO lantik.migration (number, name, sha256) VALUES ($1::int, $2, $3::bytea)", 3, parameters));
	return database_commit(database);
}

/* Applies one migration unless it stands already; *ret_now tells which. */
static int apply(struct database *database, const struct migration *migration, bool *ret_now)
{
	char digest[2 + 2 * LANTIK_HASH + 1];
	digest_of(migration, digest);
	database_begin(database);
	enum applied applied = is_applied(database, migration, digest);
	if (applied == OTHER_BYTES)
		return lantik_fail(database->cli, 510, LANTIK_EXIT_FAILED,
			"migration %s was applied in another form than this program holds\nUse the lantikctl that "
			"made this database; a migration never changes after it was applied.",
			"migrasi %s telah diterapkan dalam bentuk lain daripada yang ada di program ini\nGunakan "
			"lantikctl yang membuat basis data ini; migrasi tidak pernah berubah setelah diterapkan.",
			migration->name);
	*ret_now = applied == NOT_APPLIED;
	if (applied == NOT_APPLIED && database_run(database, migration->sql))
		record(database, migration, digest);
	else
		database_run(database, "COMMIT");
	if (database->failed)
		return lantik_fail(database->cli, 511, LANTIK_EXIT_FAILED, "migration %s could not be applied: %s",
			"migrasi %s gagal diterapkan: %s", migration->name, database->fault);
	return LANTIK_EXIT_OK;
}

static bool origin_good(const char *origin)
{
	static const uint8_t seed[LANTIK_SEED];
	struct lantik_skey key;
	return lantik_skey_make(origin, seed, &key) == LANTIK_OK;
}

/* LANTIK_EXIT_OK when the database has no origin yet, or this one. */
static int check_origin(struct database *database, const char *origin)
{
	if (!origin || !database_has(database, "ledger_head"))
		return LANTIK_EXIT_OK;
	PGresult *rows = database_query(
		database, "SELECT origin FROM lantik.ledger_head WHERE origin <> $1", 1, (const char *const[]){origin});
	int exit_code = LANTIK_EXIT_OK;
	if (rows && PQntuples(rows) > 0)
		exit_code = lantik_fail(database->cli, 513, LANTIK_EXIT_FAILED,
			"the ledger's origin is %s and never changes\nLeave --origin out, or name the same.",
			"asal buku besar adalah %s dan tidak pernah berubah\nHilangkan --origin, atau sebut yang sama.",
			cell(rows, 0, 0));
	PQclear(rows);
	return exit_code;
}

static void set_origin(struct database *database, const char *origin)
{
	if (origin)
		PQclear(database_query(database, "UPDATE lantik.ledger_head SET origin = $1 WHERE origin IS NULL", 1,
			(const char *const[]){origin}));
}

/* The program's tables and the origin, in one transaction of the owner. */
static int finish(struct database *database, const char *origin, int64_t *ret_changes)
{
	int64_t changes = 0;
	database_begin(database);
	database_run(database, "SET LOCAL ROLE lantik_owner");
	migrate_tables(database, &changes);
	set_origin(database, origin);
	int exit_code = database->failed ? LANTIK_EXIT_OK : check_origin(database, origin);
	if (exit_code)
		return exit_code;
	if (!database_commit(database))
		return database_fail(
			database, "could not write rules, words and origin", "gagal menulis aturan, kata, dan asal");
	*ret_changes = changes;
	return LANTIK_EXIT_OK;
}

static void tell(struct lantik_cli *cli, const bool *now)
{
	static const struct lantik_column columns[] = {
		{"number", {"number", "nomor"}, true},
		{"name", {"migration", "migrasi"}, false},
		{"state", {"state", "keadaan"}, false},
	};
	struct lantik_listing *listing = lantik_listing_new(cli, columns, LANTIK_COUNT(columns));
	for (size_t i = 0; i < migration_count; i++) {
		lantik_listing_number(listing, migrations[i].number);
		lantik_listing_text(listing, migrations[i].name);
		lantik_listing_text(listing, now[i] ? "applied" : "present");
	}
	lantik_listing_print(&listing);
}

static int migrate(struct database *database, const char *origin)
{
	struct lantik_cli *cli = database->cli;
	int count = 0, greatest = 0;
	int64_t applied = 0, changes = 0;
	bool now[64] = {false};
	LANTIK_ASSERT(migration_count <= LANTIK_COUNT(now));
	if (!database_migrations(database, &count, &greatest))
		return database_fail(database, "could not read the migrations", "gagal membaca migrasi");
	if (greatest > (int)migration_count)
		return lantik_fail(cli, 504, LANTIK_EXIT_FAILED,
			"the database is newer than this program (migration %d; this program knows %d)",
			"basis data lebih baru daripada program ini (migrasi %d; program ini mengenal %d)", greatest,
			(int)migration_count);
	int exit_code = check_origin(database, origin);
	for (size_t i = 0; i < migration_count && !exit_code; i++) {
		exit_code = apply(database, &migrations[i], &now[i]);
		applied += now[i];
	}
	if (!exit_code)
		exit_code = finish(database, origin, &changes);
	if (exit_code)
		return exit_code;
	tell(cli, now);
	lantik_summary_number(cli, "applied", applied);
	lantik_summary_number(cli, "rows_changed", changes);
	return LANTIK_EXIT_OK;
}

int ctl_migrate(struct lantik_cli *cli)
{
	struct database database;
	const char *origin = lantik_option_text(cli, "origin");
	if (origin && !origin_good(origin))
		return lantik_fail(cli, 512, LANTIK_EXIT_USAGE,
			"--origin: expected a name of at most 128 characters without blanks, controls and `+`",
			"--origin: seharusnya nama paling banyak 128 karakter tanpa spasi, karakter kendali, dan `+`");
	int exit_code = database_open(cli, &database);
	if (!exit_code)
		exit_code = migrate(&database, origin);
	database_close(&database);
	return exit_code;
}
