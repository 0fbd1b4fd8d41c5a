/* The connection to PostgreSQL: connect, prepare, run, classify failures.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_private.h"

#include <string.h>

struct store *store_new(const char *conninfo, const char *application_name)
{
	struct store *store = calloc(1, sizeof *store);

	LANTIK_ASSERT(store);
	store->conninfo = strdup(conninfo);
	LANTIK_ASSERT(store->conninfo);
	store->application_name = application_name;
	return store;
}

void store_free(struct store **store)
{
	if (!*store)
		return;
	store_disconnect(*store);
	lantik_buffer_free(&(*store)->parameters);
	free((*store)->conninfo);
	free(*store);
	*store = NULL;
}

void store_disconnect(struct store *store)
{
	PQfinish(store->connection);
	store->connection = NULL;
}

unsigned store_connection_count(const struct store *store)
{
	return store->connections;
}

bool store_is_up(const struct store *store)
{
	return store->connection != NULL;
}

const char *store_why(const struct store *store)
{
	return store->why;
}

/* A commit that was not replicated is acknowledged with a warning; the text of a notice is never shown. */
static void notice(void *context, const PGresult *result)
{
	struct store *store = context;
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (sqlstate && strncmp(sqlstate, "01", 2) == 0)
		store->warned = true;
}

static enum store_result prepare_all(struct store *store, const struct store_statement *statements)
{
	for (; statements->name; statements++) {
		PGresult *result = PQprepare(store->connection, statements->name, statements->sql, 0, NULL);
		if (PQresultStatus(result) != PGRES_COMMAND_OK)
			return store_failure(store, result);
		PQclear(result);
	}
	return STORE_OK;
}

/* Every statement here finds its rows by a key. A plan made while the tables were small, or before their statistics,
 * would read whole tables and be kept; these settings leave the planner the keys. */
static enum store_result plan_by_keys(struct store *store)
{
	return store_simple(store,
		"SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off", NULL);
}

static const struct store_statement *const all_statements[] = {store_reference_statements, store_offices_statements,
	store_transaction_statements, store_commit_statements, store_enquiry_statements, store_decision_statements,
	store_deed_statements, store_erase_statements, store_receipt_statements, store_register_statements,
	store_witness_statements};

/* Whether the connection stood while nobody used it: a server that went away has closed it, which is seen without
 * asking it. What it said before is read first. */
static bool stands(struct store *store)
{
	return store->connection && PQstatus(store->connection) == CONNECTION_OK && PQconsumeInput(store->connection) &&
	       PQconsumeInput(store->connection);
}

/* libpq's own connect time-out bounds the attempt; the caller tries again later. */
enum store_result store_connect(struct store *store)
{
	const char *const keys[] = {
		"dbname", "application_name", "connect_timeout", "client_encoding", "target_session_attrs", NULL};
	const char *const values[] = {store->conninfo, store->application_name, "5", "UTF8", "read-write", NULL};

	if (stands(store))
		return STORE_OK;
	store_disconnect(store);
	store->connection = PQconnectdbParams(keys, values, 1);
	if (PQstatus(store->connection) != CONNECTION_OK) {
		snprintf(store->why, sizeof store->why, "could not connect");
		store_disconnect(store);
		return STORE_DOWN;
	}
	PQsetNoticeReceiver(store->connection, notice, store);
	store->connections++;
	enum store_result result = plan_by_keys(store);
	for (size_t i = 0; i < LANTIK_COUNT(all_statements) && !result; i++)
		result = prepare_all(store, all_statements[i]);
	if (result)
		store_disconnect(store);
	return result;
}

/* Classes of SQLSTATE: PostgreSQL 15, appendix A. */
static enum store_result classify(const char *sqlstate)
{
	if (strcmp(sqlstate, "40001") == 0 || strcmp(sqlstate, "40P01") == 0 || strcmp(sqlstate, "55P03") == 0)
		return STORE_RETRY;
	if (strcmp(sqlstate, "23505") == 0)
		return STORE_CONFLICT;
	/* connection, resources, operator's intervention, read-only after a failover, system error */
	if (strncmp(sqlstate, "08", 2) == 0 || strncmp(sqlstate, "53", 2) == 0 || strncmp(sqlstate, "57", 2) == 0 ||
		strncmp(sqlstate, "58", 2) == 0 || strcmp(sqlstate, "25006") == 0)
		return STORE_DOWN;
	return STORE_FAILED;
}

enum store_result store_failure(struct store *store, PGresult *result)
{
	const char *sqlstate = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
	const char *constraint = result ? PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME) : NULL;
	enum store_result answer;

	if (PQstatus(store->connection) != CONNECTION_OK || !sqlstate) {
		snprintf(store->why, sizeof store->why, "connection lost");
		answer = STORE_DOWN;
	} else {
		snprintf(store->why, sizeof store->why, "SQLSTATE %s%s%s", sqlstate, constraint ? " " : "",
			constraint ? constraint : "");
		answer = classify(sqlstate);
	}
	PQclear(result);
	if (answer == STORE_DOWN)
		store_disconnect(store);
	return answer;
}

enum store_result store_simple(struct store *store, const char *sql, PGresult **ret_result)
{
	if (!store->connection) {
		snprintf(store->why, sizeof store->why, "not connected");
		return STORE_DOWN;
	}
	PGresult *result = PQexec(store->connection, sql);
	ExecStatusType status = PQresultStatus(result);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN)
		return store_failure(store, result);
	if (ret_result)
		*ret_result = result;
	else
		PQclear(result);
	return STORE_OK;
}

enum store_result store_run(struct store_call *call, const char *statement, PGresult **ret_result)
{
	struct store *store = call->store;
	const char *values[STORE_PARAMETERS];
	int formats[STORE_PARAMETERS];

	if (!store->connection) {
		snprintf(store->why, sizeof store->why, "not connected");
		return STORE_DOWN;
	}
	LANTIK_ASSERT(!store->parameters.error);
	for (int i = 0; i < call->count; i++) {
		formats[i] = 1;
		if (call->null[i])
			values[i] = NULL;
		else if (call->buffered[i])
			values[i] = (const char *)store->parameters.data + call->offsets[i];
		else
			values[i] = call->values[i];
	}
	PGresult *result = PQexecPrepared(store->connection, statement, call->count, values, call->lengths, formats, 1);
	ExecStatusType status = PQresultStatus(result);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		return store_failure(store, result);
	if (ret_result)
		*ret_result = result;
	else
		PQclear(result);
	return STORE_OK;
}
