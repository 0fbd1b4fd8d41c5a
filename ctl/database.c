/* The connection to PostgreSQL, with failures told by SQLSTATE and constraint.
 * SPDX-License-Identifier: Apache-2.0 */
#include "database.h"

#include <string.h>

#include "migrations.h"

static void ignore_notice(void *context, const PGresult *notice)
{
	(void)context;
	(void)notice;
}

static PGconn *connect_to(const char *conninfo)
{
	/* Later entries win, so that the operator's own words override ours. */
	static const char *const names[] = {"fallback_application_name", "connect_timeout", "dbname", NULL};
	const char *const values[] = {"lantikctl", "10", conninfo, NULL};
	static const char *const own_names[] = {"fallback_application_name", NULL};
	static const char *const own_values[] = {"lantikctl", NULL};
	if (conninfo)
		return PQconnectdbParams(names, values, 1);
	return PQconnectdbParams(own_names, own_values, 0);
}

/* libpq's sentence about a connection holds host, port, user and database only; its lines become one. */
static void one_line(const char *message, char *ret, size_t size)
{
	size_t used = 0;
	for (; *message && used + 1 < size; message++)
		ret[used++] = *message == '\n' || *message == '\t' ? ' ' : *message;
	while (used && ret[used - 1] == ' ')
		used--;
	ret[used] = '\0';
}

int database_open(struct lantik_cli *cli, struct database *ret)
{
	*ret = (struct database){.cli = cli, .connection = connect_to(lantik_option_text(cli, "database"))};
	if (PQstatus(ret->connection) != CONNECTION_OK) {
		one_line(PQerrorMessage(ret->connection), ret->fault, sizeof ret->fault);
		return lantik_fail(cli, 500, LANTIK_EXIT_FAILED,
			"could not connect to the database: %s\nCheck --database, or PGHOST, PGDATABASE and PGUSER.",
			"gagal terhubung ke basis data: %s\nPeriksa --database, atau PGHOST, PGDATABASE, dan PGUSER.",
			ret->fault);
	}
	PQsetNoticeReceiver(ret->connection, ignore_notice, NULL);
	const char *encoding = PQparameterStatus(ret->connection, "server_encoding");
	if (PQserverVersion(ret->connection) < 150000 || !encoding || strcmp(encoding, "UTF8") != 0)
		return lantik_fail(cli, 501, LANTIK_EXIT_FAILED,
			"the database must be PostgreSQL 15 or newer with the encoding UTF8",
			"basis data harus PostgreSQL 15 atau lebih baru dengan pengodean UTF8");
	database_run(ret, "SET search_path = pg_catalog, pg_temp; SET client_encoding = 'UTF8'; "
			  "SET datestyle = 'ISO, YMD'; SET client_min_messages = error");
	if (ret->failed)
		return database_fail(ret, "could not set up the connection", "gagal menyiapkan koneksi");
	return LANTIK_EXIT_OK;
}

int database_open_migrated(struct lantik_cli *cli, struct database *ret)
{
	int count = 0, greatest = 0;
	int exit_code = database_open(cli, ret);
	if (exit_code)
		return exit_code;
	if (!database_migrations(ret, &count, &greatest))
		return database_fail(ret, "could not read the migrations", "gagal membaca migrasi");
	if (count == 0)
		return lantik_fail(cli, 502, LANTIK_EXIT_NOT_SET_UP,
			"the database is not set up\nRun `lantikctl migrate --origin NAME` first.",
			"basis data belum disiapkan\nJalankan `lantikctl migrate --origin NAMA` lebih dahulu.");
	if (greatest > (int)migration_count)
		return lantik_fail(cli, 504, LANTIK_EXIT_FAILED,
			"the database is newer than this program (migration %d; this program knows %d)\nUse the newer "
			"lantikctl.",
			"basis data lebih baru daripada program ini (migrasi %d; program ini mengenal %d)\nGunakan "
			"lantikctl yang lebih baru.",
			greatest, (int)migration_count);
	if (count < (int)migration_count)
		return lantik_fail(cli, 505, LANTIK_EXIT_NOT_SET_UP,
			"the database is older than this program (%d of %d migrations)\nRun `lantikctl migrate`.",
			"basis data lebih lama daripada program ini (%d dari %d migrasi)\nJalankan `lantikctl "
			"migrate`.",
			count, (int)migration_count);
	return LANTIK_EXIT_OK;
}

void database_close(struct database *database)
{
	PQfinish(database->connection);
	database->connection = NULL;
}

bool database_has(struct database *database, const char *table)
{
	/* Not to_regclass: within a transaction it may answer from a cache that is older than our lock. */
	PGresult *rows = database_query(database,
		"SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
		"WHERE n.nspname = 'lantik' AND c.relname = $1)",
		1, &table);
	bool exists = rows && cell_true(rows, 0, 0);
	PQclear(rows);
	return exists;
}

bool database_migrations(struct database *database, int *ret_count, int *ret_greatest)
{
	PGresult *rows;
	bool exists = database_has(database, "migration");
	if (database->failed)
		return false;
	*ret_count = *ret_greatest = 0;
	if (!exists)
		return true;
	rows = database_query(database, "SELECT count(*), coalesce(max(number), 0) FROM lantik.migration", 0, NULL);
	if (!rows)
		return false;
	*ret_count = (int)cell_number(rows, 0, 0);
	*ret_greatest = (int)cell_number(rows, 0, 1);
	PQclear(rows);
	return true;
}

/* The sentence of an error names values in the classes of data and constraints; elsewhere it names objects alone. */
static bool tells_no_value(const char *state)
{
	static const char *const classes[] = {"08", "25", "28", "3D", "3F", "40", "42", "53", "55", "57"};
	for (size_t i = 0; i < LANTIK_COUNT(classes); i++)
		if (strncmp(state, classes[i], 2) == 0)
			return true;
	return false;
}

static const char *field(const PGresult *result, int code)
{
	const char *text = PQresultErrorField(result, code);
	return text ? text : "";
}

static void keep_fault(struct database *database, const PGresult *result)
{
	const char *state = field(result, PG_DIAG_SQLSTATE), *constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
	database->failed = true;
	if (!*state) {
		snprintf(database->fault, sizeof database->fault, "the connection was lost");
		return;
	}
	snprintf(database->fault, sizeof database->fault, "SQLSTATE %s%s%s%s%s", state,
		*constraint ? ", constraint " : "", constraint, tells_no_value(state) ? ": " : "",
		tells_no_value(state) ? field(result, PG_DIAG_MESSAGE_PRIMARY) : "");
}

static PGresult *checked(struct database *database, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
		return result;
	keep_fault(database, result);
	PQclear(result);
	return NULL;
}

PGresult *database_query(struct database *database, const char *sql, int count, const char *const *parameters)
{
	if (database->failed)
		return NULL;
	return checked(database, PQexecParams(database->connection, sql, count, NULL, parameters, NULL, NULL, 0));
}

PGresult *database_query_binary(struct database *database, const char *sql, int count, const char *const *parameters)
{
	if (database->failed)
		return NULL;
	return checked(database, PQexecParams(database->connection, sql, count, NULL, parameters, NULL, NULL, 1));
}

bool database_run(struct database *database, const char *sql)
{
	if (database->failed)
		return false;
	PQclear(checked(database, PQexec(database->connection, sql)));
	return !database->failed;
}

bool database_begin(struct database *database)
{
	return database_run(database, "BEGIN; SELECT pg_advisory_xact_lock(x'6c616e74696b'::bigint)");
}

bool database_commit(struct database *database)
{
	if (database->failed)
		return false;
	PGresult *result = checked(database, PQexec(database->connection, "COMMIT"));
	/* A transaction that failed before answers ROLLBACK, and no error. */
	if (result && strcmp(PQcmdStatus(result), "COMMIT") != 0) {
		database->failed = true;
		snprintf(database->fault, sizeof database->fault, "the transaction was rolled back");
	}
	PQclear(result);
	return !database->failed;
}

void database_raise_version(struct database *database)
{
	database_run(
		database, "UPDATE lantik.reference_version SET version = version + 1, changed_at = clock_timestamp()");
}

bool database_may(struct database *database, const char *table, const char *column, const char *privilege)
{
	PGresult *rows = database_query(database, "SELECT has_column_privilege('lantik.' || $1, $2, $3)", 3,
		(const char *const[]){table, column, privilege});
	bool may = rows && cell_true(rows, 0, 0);
	PQclear(rows);
	return may;
}

int database_needs(
	struct database *database, const char *table, const char *column, const char *privilege, const char *role)
{
	if (database_may(database, table, column, privilege))
		return LANTIK_EXIT_OK;
	if (database->failed)
		return database_fail(database, "could not read the role's rights", "gagal membaca hak peran");
	return lantik_fail(database->cli, 506, LANTIK_EXIT_FAILED,
		"the role %s has no right to this; %s is needed\nConnect as %s, or as a member of it: --database "
		"\"dbname=%s user=%s\".",
		"peran %s tidak berhak melakukan ini; diperlukan %s\nHubungi basis data sebagai %s, atau anggotanya: "
		"--database \"dbname=%s user=%s\".",
		PQuser(database->connection), role, role, PQdb(database->connection), role);
}

/* PostgreSQL's word that the role has no right to something. */
static bool is_forbidden(const struct database *database)
{
	static const char forbidden[] = "SQLSTATE 42501";
	return strncmp(database->fault, forbidden, strlen(forbidden)) == 0;
}

int database_fail(struct database *database, const char *english, const char *indonesian)
{
	if (is_forbidden(database))
		return lantik_fail(database->cli, 503, LANTIK_EXIT_FAILED,
			"%s: %s\nThe role %s may not do this; lantikctl(1) says which role may: "
			"--database \"dbname=%s user=ROLE\".",
			"%s: %s\nPeran %s tidak boleh melakukan ini; lantikctl(1) menyebut peran yang "
			"boleh: --database \"dbname=%s user=PERAN\".",
			lantik_cli_pick(database->cli, english, indonesian), database->fault,
			PQuser(database->connection), PQdb(database->connection));
	return lantik_fail(database->cli, 503, LANTIK_EXIT_FAILED, "%s: %s", "%s: %s",
		lantik_cli_pick(database->cli, english, indonesian), database->fault);
}

const char *cell(const PGresult *rows, int row, int column)
{
	return PQgetvalue(rows, row, column);
}

int64_t cell_number(const PGresult *rows, int row, int column)
{
	return strtoll(cell(rows, row, column), NULL, 10);
}

bool cell_true(const PGresult *rows, int row, int column)
{
	return cell(rows, row, column)[0] == 't';
}

const char *cell_or_null(const PGresult *rows, int row, int column)
{
	return PQgetisnull(rows, row, column) ? NULL : PQgetvalue(rows, row, column);
}

struct lantik_span cell_span(const PGresult *rows, int row, int column)
{
	return (struct lantik_span){
		(const uint8_t *)PQgetvalue(rows, row, column), (size_t)PQgetlength(rows, row, column)};
}

int64_t cell_integer(const PGresult *rows, int row, int column)
{
	struct lantik_span bytes = cell_span(rows, row, column);
	LANTIK_ASSERT(bytes.len == 4 || bytes.len == 8);
	uint64_t value = 0;
	for (size_t i = 0; i < bytes.len; i++)
		value = value << 8 | bytes.data[i];
	return bytes.len == 4 ? (int32_t)(uint32_t)value : (int64_t)value;
}
