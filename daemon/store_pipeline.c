/* Statements that are sent without waiting for the answers to those before them (libpq's pipeline mode).
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_private.h"

void store_hurry_behind(struct store *store)
{
	if (store->connection && PQpipelineStatus(store->connection) == PQ_PIPELINE_OFF)
		LANTIK_ASSERT(PQenterPipelineMode(store->connection) == 1);
	store->hurries = true;
}

void store_hurry(struct store *store)
{
	if (store_calm(store))
		store->why[0] = '\0';
	store_hurry_behind(store);
}

static bool is_good(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* One answer, in the order of the statements. Takes it. */
static enum store_result take(struct store *store, const struct store_sent *sent, PGresult *result)
{
	if (!is_good(result))
		return store_failure(store, result);
	if (sent->keep) {
		*sent->keep = result;
		return STORE_OK;
	}
	if (sent->read)
		sent->read(result, sent->to);
	PQclear(result);
	return STORE_OK;
}

/* The server has done all before it, and goes on after a failure. */
static enum store_result read_end(struct store *store)
{
	PGresult *end = PQgetResult(store->connection);

	if (PQresultStatus(end) != PGRES_PIPELINE_SYNC)
		return store_failure(store, end);
	PQclear(end);
	return STORE_OK;
}

/* What follows a failure was not carried out; it is read and forgotten. */
static enum store_result read_answer(struct store *store, const struct store_sent *sent, bool failed)
{
	enum store_result result = STORE_OK;
	PGresult *answer = PQgetResult(store->connection);

	if (failed)
		PQclear(answer);
	else
		result = take(store, sent, answer);
	if (store->connection)
		PQclear(PQgetResult(store->connection)); /* the end of this answer */
	return result;
}

static enum store_result read_answers(struct store *store)
{
	enum store_result first = STORE_OK;

	for (unsigned i = 0; i < store->sent_count && store->connection; i++) {
		const struct store_sent *sent = &store->sent[i];
		enum store_result result = sent->is_end ? read_end(store) : read_answer(store, sent, first != STORE_OK);
		if (!first)
			first = result;
	}
	return first;
}

void store_push(struct store *store)
{
	if (store->connection && PQflush(store->connection) < 0)
		store->why[0] = '\0'; /* whoever waits next is told */
}

static bool is_posted(const struct store *store)
{
	return !store->sent_count || store->sent[store->sent_count - 1].is_end;
}

enum store_result store_post(struct store *store)
{
	if (!store->connection || is_posted(store))
		return STORE_OK;
	if (PQpipelineSync(store->connection) != 1)
		return store_failure(store, NULL);
	store->sent[store->sent_count++] = (struct store_sent){.is_end = true};
	return STORE_OK;
}

enum store_result store_settle(struct store *store)
{
	if (!store->connection) {
		snprintf(store->why, sizeof store->why, "not connected");
		return STORE_DOWN;
	}
	enum store_result result = store_post(store);
	if (!result)
		result = read_answers(store);
	store->sent_count = 0;
	return result;
}

enum store_result store_calm(struct store *store)
{
	enum store_result result = STORE_OK;

	store->hurries = false;
	if (!store->connection || PQpipelineStatus(store->connection) == PQ_PIPELINE_OFF)
		return STORE_OK;
	result = store_settle(store);
	if (store->connection && PQexitPipelineMode(store->connection) != 1) {
		snprintf(store->why, sizeof store->why, "the connection is out of step");
		store_disconnect(store);
		return STORE_DOWN;
	}
	return result;
}

enum store_result store_await(struct store *store)
{
	return store_calm(store);
}

enum store_result store_sent(struct store *store, int accepted, const struct store_sent *sent)
{
	if (accepted != 1)
		return store_failure(store, NULL);
	store->sent[store->sent_count++] = *sent;
	return store->sent_count + 2 < STORE_SENT ? STORE_OK : store_settle(store);
}
