/* Transactions: begin, roll back, commit, and what a commit was worth.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_private.h"

#include <string.h>

const struct store_statement store_transaction_statements[] = {
	{"lock_number", "SELECT pg_advisory_xact_lock($1::bigint)"},
	{"share_number", "SELECT pg_advisory_xact_lock_shared($1::bigint)"},
	{"share_numbers", "SELECT pg_advisory_xact_lock_shared(n) FROM unnest($1::bigint[]) AS n"},
	{"quorum", "SELECT " STORE_QUORUM},
	/* an empty message in the WAL: the transaction has something to commit */
	{"barrier", "SELECT " STORE_QUORUM ", pg_logical_emit_message(true, 'lantik', '')"},
	{NULL, NULL},
};

enum store_result store_begin(struct store *store)
{
	store->warned = store->claims_quorum = false;
	return store_simple(store, "BEGIN", NULL);
}

enum store_result store_begin_sharing(struct store *store, const int64_t *numbers, size_t count)
{
	enum store_result result = store_begin(store);

	if (result || !count)
		return result;
	struct store_call call = store_call(store);
	call_array(&call, TYPE_INT8, count);
	for (size_t i = 0; i < count; i++)
		call_element_int8(&call, numbers[i]);
	call_array_end(&call);
	return store_run(&call, "share_numbers", NULL);
}

enum store_result store_begin_locked(struct store *store, int64_t number, bool alone)
{
	enum store_result result = store_begin(store);
	struct store_call call = store_call(store);

	if (result)
		return result;
	call_int8(&call, number);
	return store_run(&call, alone ? "lock_number" : "share_number", NULL);
}

enum store_result store_lock_number(struct store *store, int64_t number)
{
	struct store_call call = store_call(store);

	call_int8(&call, number);
	return store_run(&call, "lock_number", NULL);
}

enum store_result store_begin_reading(struct store *store)
{
	return store_simple(store, "BEGIN READ ONLY", NULL);
}

void store_rollback(struct store *store)
{
	enum store_result left = store_calm(store);

	if (store_is_down(left) || !store->connection || PQtransactionStatus(store->connection) == PQTRANS_IDLE)
		return;
	if (store_simple(store, "ROLLBACK", NULL))
		store_disconnect(store);
}

static enum store_result unknown(struct store *store, const char *why)
{
	snprintf(store->why, sizeof store->why, "%s", why);
	return STORE_UNKNOWN;
}

static enum store_result ask_quorum(struct store *store, const char *statement, bool *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;
	enum store_result result = store_run(&call, statement, &rows);

	if (result)
		return result;
	*ret = result_bool(rows, 0, 0);
	PQclear(rows);
	return STORE_OK;
}

/* Whoever empties the list of synchronous standbys wakes those who wait for them, without a warning: the list must
 * stand after the commit, too. */
static enum store_result check_quorum(struct store *store)
{
	bool stands = false;

	if (ask_quorum(store, "quorum", &stands) || !stands)
		return unknown(store, "the synchronous standbys changed during the commit");
	return STORE_OK;
}

enum store_result store_commit(struct store *store)
{
	PGresult *rows;
	enum store_result result = store_settle_counted(store);

	if (result)
		return result;
	result = store_simple(store, "COMMIT", &rows);
	store->hurries = false;
	if (result)
		return result == STORE_DOWN ? STORE_UNKNOWN : result;
	bool committed = strcmp(PQcmdStatus(rows), "COMMIT") == 0;
	PQclear(rows);
	if (committed && store->warned)
		return unknown(store, "the commit may not have been replicated");
	if (committed)
		return store->claims_quorum ? check_quorum(store) : STORE_OK;
	snprintf(store->why, sizeof store->why, "the transaction had failed before COMMIT");
	return STORE_FAILED;
}

enum store_result store_barrier(struct store *store, bool quorum)
{
	enum store_result result = store_begin(store);

	if (!result)
		result = ask_quorum(store, "barrier", &store->claims_quorum);
	if (!result && quorum && !store->claims_quorum)
		result = unknown(store, "the synchronous standbys that the commit waited for are not asked any more");
	if (!result)
		result = store_commit(store);
	if (result)
		store_rollback(store);
	return result;
}
