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
	if (store_calm(*store))
		(*store)->why[0] = '\0';
	store_disconnect(*store);
	lantik_buffer_free(&(*store)->parameters);
	lantik_buffer_free(&(*store)->notes.texts);
	free((*store)->conninfo);
	free(*store);
	*store = NULL;
}

void store_disconnect(struct store *store)
{
	PQfinish(store->connection);
	store->connection = NULL;
	store->hurries = false;
	store->sent_count = 0;
	store_forget_rows(store);
	store_forget_notes(store);
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

static enum store_result not_connected(struct store *store)
{
	snprintf(store->why, sizeof store->why, "not connected");
	return STORE_DOWN;
}

enum store_result store_prepare(struct store *store, const char *name, const char *sql)
{
	if (store_calm(store) && store->connection)
		store->why[0] = '\0';
	if (!store->connection)
		return not_connected(store);
	PGresult *result = PQprepare(store->connection, name, sql, 0, NULL);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		return store_failure(store, result);
	PQclear(result);
	return STORE_OK;
}

static enum store_result prepare_all(struct store *store, const struct store_statement *statements)
{
	enum store_result result = STORE_OK;

	for (; statements->name && !result; statements++)
		result = store_prepare(store, statements->name, statements->sql);
	return result;
}

/* Every statement here finds its rows by a key. A plan made while the tables were small, or before their statistics,
 * would read whole tables and be kept; these settings leave the planner the keys. */
static enum store_result plan_by_keys(struct store *store)
{
	return store_simple(store,
		"SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET "
		"enable_mergejoin = off; SET jit = off",
		NULL);
}

static const struct store_statement *const all_statements[] = {store_reference_statements, store_offices_statements,
	store_transaction_statements, store_commit_statements, store_insert_statements, store_ledger_statements,
	store_enquiry_statements, store_decision_statements, store_deed_statements, store_erase_statements,
	store_receipt_statements, store_register_statements, store_current_statements, store_witness_statements};

/* Whether the connection stood while nobody used it: a server that went away has closed it, which is seen without
 * asking it. What it said before is read first. */
static bool stands(struct store *store)
{
	if (store_calm(store))
		store->why[0] = '\0';
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
	int64_t clock;
	if (!result)
		result = store_ask_settings(store, "settings", &clock);
	if (result)
		store_disconnect(store);
	return result;
}

/* Classes of SQLSTATE: PostgreSQL 15, appendix A. */
static enum store_result classify(const char *sqlstate, const PGresult *result)
{
	const char *table = PQresultErrorField(result, PG_DIAG_TABLE_NAME);
	const char *column = PQresultErrorField(result, PG_DIAG_COLUMN_NAME);

	/* a NULL that a statement makes to say so: the head was moved, or a quota does not hold what is added */
	if (strcmp(sqlstate, "23502") == 0 && table && strcmp(table, "ledger_head") == 0)
		return STORE_CONFLICT;
	if (strcmp(sqlstate, "23502") == 0 && table && strcmp(table, "counter") == 0 && column &&
		strcmp(column, "used") == 0)
		return STORE_FULL;
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
		answer = classify(sqlstate, result);
	}
	PQclear(result);
	if (answer == STORE_DOWN)
		store_disconnect(store);
	return answer;
}

/* Before a call that waits for its own answer; what was sent and forgotten (a checkpoint's note) fails alone. */
static bool ready(struct store *store)
{
	if (!store->hurries && store_calm(store) && store->connection)
		store->why[0] = '\0';
	return store->connection != NULL;
}

/* In a hurry: waits only when the answer is asked for. */
static enum store_result hurried(struct store *store, int accepted, PGresult **ret_result)
{
	if (ret_result)
		*ret_result = NULL;
	enum store_result result = store_sent(store, accepted, &(struct store_sent){.keep = ret_result});
	if (!result && ret_result)
		result = store_settle(store);
	if (result && ret_result) {
		PQclear(*ret_result);
		*ret_result = NULL;
	}
	return result;
}

enum store_result store_simple(struct store *store, const char *sql, PGresult **ret_result)
{
	if (!ready(store))
		return not_connected(store);
	if (store->hurries)
		return hurried(
			store, PQsendQueryParams(store->connection, sql, 0, NULL, NULL, NULL, NULL, 1), ret_result);
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

/* The parameters as libpq takes them. */
struct bound {
	const char *values[STORE_PARAMETERS];
	int formats[STORE_PARAMETERS];
};

static void bind_all(const struct store_call *call, struct bound *ret)
{
	LANTIK_ASSERT(!call->store->parameters.error);
	for (int i = 0; i < call->count; i++) {
		ret->formats[i] = 1;
		if (call->null[i])
			ret->values[i] = NULL;
		else if (call->buffered[i])
			ret->values[i] = (const char *)call->store->parameters.data + call->offsets[i];
		else
			ret->values[i] = call->values[i];
	}
}

static int send_call(const struct store_call *call, const char *statement)
{
	struct bound bound;

	bind_all(call, &bound);
	return PQsendQueryPrepared(
		call->store->connection, statement, call->count, bound.values, call->lengths, bound.formats, 1);
}

enum store_result store_run(struct store_call *call, const char *statement, PGresult **ret_result)
{
	struct store *store = call->store;
	struct bound bound;

	if (!ready(store))
		return not_connected(store);
	if (store->hurries)
		return hurried(store, send_call(call, statement), ret_result);
	bind_all(call, &bound);
	PGresult *result = PQexecPrepared(
		store->connection, statement, call->count, bound.values, call->lengths, bound.formats, 1);
	ExecStatusType status = PQresultStatus(result);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		return store_failure(store, result);
	if (ret_result)
		*ret_result = result;
	else
		PQclear(result);
	return STORE_OK;
}

enum store_result store_run_kept(struct store_call *call, const char *statement, PGresult **ret_result)
{
	struct store *store = call->store;

	if (!ready(store))
		return not_connected(store);
	LANTIK_ASSERT(store->hurries);
	return store_sent(store, send_call(call, statement), &(struct store_sent){.keep = ret_result});
}

enum store_result store_run_read(
	struct store_call *call, const char *statement, void (*read)(const PGresult *answer, void *to), void *to)
{
	struct store *store = call->store;
	PGresult *result;

	if (store->hurries && store->connection)
		return store_sent(store, send_call(call, statement), &(struct store_sent){.read = read, .to = to});
	enum store_result ran = store_run(call, statement, &result);
	if (ran)
		return ran;
	read(result, to);
	PQclear(result);
	return STORE_OK;
}
