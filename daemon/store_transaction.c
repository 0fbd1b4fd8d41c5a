/* Transactions: begin, roll back, commit, and what a commit was worth.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_private.h"

#include <string.h>

/* The timeline is in the first eight digits of a WAL file's name; it changes with a promotion alone, before which
 * nobody could write. */
#define SETTINGS                                                                                                       \
	"SELECT clock_timestamp(), pg_conf_load_time(), pg_postmaster_start_time(), "                                  \
	"current_setting('synchronous_standby_names') <> '' "                                                          \
	"AND current_setting('synchronous_commit') IN ('on', 'remote_apply'), "                                        \
	"current_setting('fsync') = 'on' AND current_setting('synchronous_commit') <> 'off', "                         \
	"('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int"
#define MINUTE INT64_C(60000000)

const struct store_statement store_transaction_statements[] = {
	{"begin", "BEGIN"},
	{"commit", "COMMIT"},
	{"lock_number", "SELECT pg_advisory_xact_lock($1::bigint)"},
	{"share_number", "SELECT pg_advisory_xact_lock_shared($1::bigint)"},
	{"share_numbers", "SELECT pg_advisory_xact_lock_shared(n) FROM unnest($1::bigint[]) AS n"},
	{"settings", SETTINGS},
	/* an empty message in the WAL: the transaction has something to commit */
	{"barrier", SETTINGS ", pg_logical_emit_message(true, 'lantik', '')"},
	{NULL, NULL},
};

enum store_result store_ask_settings(struct store *store, const char *statement, int64_t *ret_clock)
{
	struct store_call call = store_call(store);
	PGresult *rows;
	enum store_result result = store_run(&call, statement, &rows);

	if (result)
		return result;
	*ret_clock = result_int8(rows, 0, 0);
	store->settings = (struct store_settings){.configured_at = result_int8(rows, 0, 1),
		.started_at = result_int8(rows, 0, 2),
		.waits = result_bool(rows, 0, 3),
		.is_safe = result_bool(rows, 0, 4),
		.timeline = result_int4(rows, 0, 5)};
	PQclear(rows);
	return STORE_OK;
}

/* PostgreSQL's checkpointer decides whether commits wait, and it may read a changed configuration later than this
 * session did: a change counts after a minute. */
bool store_waits_for_quorum(const struct store *store, int64_t clock)
{
	const struct store_settings *s = &store->settings;

	return s->waits && (s->configured_at <= s->started_at || s->configured_at < clock - MINUTE);
}

enum store_result store_begin(struct store *store)
{
	struct store_call call = store_call(store);

	store->warned = store->claims_quorum = false;
	return store_run(&call, "begin", NULL);
}

enum store_result store_begin_sharing(struct store *store, const int64_t *numbers, size_t count)
{
	enum store_result result = store_begin(store);

	if (result || !count)
		return result;
	struct store_call call = store_call(store);
	if (count == 1) {
		call_int8(&call, *numbers);
		return store_run(&call, "share_number", NULL);
	}
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

/* Whoever empties the list of synchronous standbys wakes those who wait for them, without a warning: the list must
 * stand after the commit, too. */
static enum store_result check_quorum(struct store *store)
{
	int64_t clock;

	if (store_ask_settings(store, "settings", &clock) || !store_waits_for_quorum(store, clock))
		return unknown(store, "the synchronous standbys changed during the commit");
	return STORE_OK;
}

/* What the answer to COMMIT says, which is taken. */
static enum store_result outcome(struct store *store, enum store_result result, PGresult *answer)
{
	store->hurries = false;
	if (result)
		return result == STORE_DOWN ? STORE_UNKNOWN : result;
	bool committed = strcmp(PQcmdStatus(answer), "COMMIT") == 0;
	PQclear(answer);
	if (committed && store->warned)
		return unknown(store, "the commit may not have been replicated");
	if (committed)
		return store->claims_quorum ? check_quorum(store) : STORE_OK;
	snprintf(store->why, sizeof store->why, "the transaction had failed before COMMIT");
	return STORE_FAILED;
}

enum store_result store_commit(struct store *store)
{
	PGresult *answer = NULL;
	struct store_call call = store_call(store);
	enum store_result result = store_run(&call, "commit", &answer);

	return outcome(store, result, answer);
}

enum store_result store_send_commit(struct store *store)
{
	struct store_call call = store_call(store);

	store->commit = NULL;
	enum store_result result = store_run_kept(&call, "commit", &store->commit);
	if (!result)
		result = store_post(store);
	if (!result)
		return STORE_OK;
	PQclear(store->commit);
	store->commit = NULL;
	return outcome(store, result, NULL);
}

enum store_result store_await_commit(struct store *store)
{
	enum store_result result = store_settle(store);
	PGresult *answer = store->commit;

	store->commit = NULL;
	if (!result)
		return outcome(store, result, answer);
	PQclear(answer);
	return outcome(store, result, NULL);
}

enum store_result store_barrier(struct store *store, bool quorum)
{
	enum store_result result = store_begin(store);
	int64_t clock;

	if (!result)
		result = store_ask_settings(store, "barrier", &clock);
	if (!result)
		store->claims_quorum = store_waits_for_quorum(store, clock);
	if (!result && quorum && !store->claims_quorum)
		result = unknown(store, "the synchronous standbys that the commit waited for are not asked any more");
	if (!result)
		result = store_commit(store);
	if (result)
		store_rollback(store);
	return result;
}
