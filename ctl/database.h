/* The connection to PostgreSQL: open, ask, commit, and tell what failed without a value of anybody.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_DATABASE_H
#define LANTIK_CTL_DATABASE_H

#include <libpq-fe.h>

#include "lantik/cli.h"

/* A failure is sticky: every later query returns NULL at once, so that a verb asks once at its end. */
struct database {
	struct lantik_cli *cli;
	PGconn *connection;
	bool failed;
	char fault[512]; /* SQLSTATE and constraint; never DETAIL or CONTEXT, which carry values of rows */
};

/* LANTIK_EXIT_OK, or the exit code of a failure that was reported. Close it in both cases. */
LANTIK_MUST_CHECK int database_open(struct lantik_cli *cli, struct database *ret);
/* The same, and every migration of this program is applied and none that it does not know. */
LANTIK_MUST_CHECK int database_open_migrated(struct lantik_cli *cli, struct database *ret);
void database_close(struct database *database);

/* Whether schema lantik has this table. */
bool database_has(struct database *database, const char *table);

/* The numbers of applied migrations: how many, and the greatest; 0 and 0 when there is no schema. */
LANTIK_MUST_CHECK bool database_migrations(struct database *database, int *ret_count, int *ret_greatest);

/* Parameters are text; a NULL one is NULL. The caller clears the result. */
PGresult *database_query(struct database *database, const char *sql, int count, const char *const *parameters);
/* The same with results in binary form. */
PGresult *database_query_binary(struct database *database, const char *sql, int count, const char *const *parameters);
/* A transaction that waits for every other one of an operator: migrations, loads and changes of offices. */
bool database_begin(struct database *database);
/* Several statements, no parameters, no rows. */
bool database_run(struct database *database, const char *sql);
/* True only when the server answered COMMIT. */
LANTIK_MUST_CHECK bool database_commit(struct database *database);
/* The daemon polls this number and reads offices and rulebook anew. Within the transaction of the change. */
void database_raise_version(struct database *database);

/* Whether the connected role may do this (SELECT, INSERT, ...) with the column of a table of schema lantik; false, too,
 * when the query failed. */
LANTIK_MUST_CHECK bool database_may(
	struct database *database, const char *table, const char *column, const char *privilege);
/* LANTIK_EXIT_OK when the connected role may do this (SELECT, INSERT) with the column of a table of schema lantik; else
 * it reports that role is needed. */
LANTIK_MUST_CHECK int database_needs(
	struct database *database, const char *table, const char *column, const char *privilege, const char *role);

/* Reports the sticky failure; returns the exit code. what says what was being tried. */
int database_fail(struct database *database, const char *english, const char *indonesian);

/* A cell as text; "" when NULL. */
const char *cell(const PGresult *rows, int row, int column);
int64_t cell_number(const PGresult *rows, int row, int column);
bool cell_true(const PGresult *rows, int row, int column);
/* NULL when the cell is NULL. */
const char *cell_or_null(const PGresult *rows, int row, int column);
/* Of a result in binary form: the bytes, and an int4 or int8. */
struct lantik_span cell_span(const PGresult *rows, int row, int column);
int64_t cell_integer(const PGresult *rows, int row, int column);

#endif
