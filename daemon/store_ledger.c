/* The head of the ledger under its lock, what a commit is worth there, and the leaves that go on top.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_private.h"

/* A statement for each table: in one with several WITH clauses each costs as much, and what is around them besides.
 * Clocks are compared here and not in SQL, for the same reason (docs/performance.md). */
#define HEAD                                                                                                           \
	"UPDATE ledger_head SET size = $1::bigint, edge = $2::bytea, root = $3::bytea, recorded_at = $4::timestamptz"

const struct store_statement store_ledger_statements[] = {
	{"lock_ledger", "SELECT " STORE_SEEN " FROM ledger_head FOR UPDATE"},
	{"append_leaf", "INSERT INTO ledger_leaf (leaf_index, leaf, leaf_hash, timeline) "
			"VALUES ($1::bigint, $2::bytea, $3::bytea, $4::int)"},
	{"move_head", HEAD},
	/* NULL, which is refused (store_failure), when it is not of the size that was seen, or the leaf does not say
	 * the truth about settings and time */
	{"move_seen_head", "UPDATE ledger_head SET size = CASE WHEN size = $5::bigint "
			   "AND pg_conf_load_time() = $6::timestamptz "
			   "AND now() BETWEEN $7::timestamptz AND $8::timestamptz THEN $1::bigint END, "
			   "edge = $2::bytea, root = $3::bytea, recorded_at = $4::timestamptz"},
	{"move_head_rejected", HEAD ", rejected_size = $1::bigint"},
	{"move_head_trust", HEAD ", trust_size = $1::bigint"},
	{NULL, NULL},
};

/* How far the clock of a head that was seen may be before and behind the server's at the beginning of the transaction
 * (now(), which stands while locks are waited for): for an answer, and for a batch, that was long on its way. */
#define AHEAD INT64_C(100000)
#define BEHIND INT64_C(1000000)

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* The settings are as they were read at the connection, or when the server last read its configuration. */
static enum store_result durability_of(
	struct store *store, int64_t clock, int64_t configured_at, enum lantik_durability *ret)
{
	enum store_result result = STORE_OK;

	if (configured_at != store->settings.configured_at)
		result = store_ask_settings(store, "settings", &clock);
	if (result)
		return result;
	store->claims_quorum = store->settings.is_safe && store_waits_for_quorum(store, clock);
	*ret = !store->settings.is_safe ? LANTIK_DURABLE_UNSAFE
	       : store->claims_quorum   ? LANTIK_DURABLE_QUORUM
					: LANTIK_DURABLE_LOCAL;
	return STORE_OK;
}

void store_read_head(const PGresult *rows, struct store_ledger *ret)
{
	*ret = (struct store_ledger){0};
	if (PQntuples(rows) != 1 ||
		lantik_edge_load((uint64_t)result_int8(rows, 0, 0), result_bytes(rows, 0, 1), &ret->edge))
		return;
	ret->is_whole = true;
	ret->clock = result_int8(rows, 0, 2);
	int64_t last = PQgetisnull(rows, 0, 3) ? ret->clock : result_int8(rows, 0, 3);
	ret->now = later(ret->clock, last) + STORE_EPOCH_MICROS;
	ret->rejected_size = (uint64_t)result_int8(rows, 0, 4);
	ret->trust_size = (uint64_t)result_int8(rows, 0, 5);
	ret->configured_at = result_int8(rows, 0, 6);
}

static enum store_result finish(struct store *store, struct store_ledger *ledger)
{
	if (ledger->is_whole)
		return durability_of(store, ledger->clock, ledger->configured_at, &ledger->durability);
	snprintf(store->why, sizeof store->why, "ledger_head does not hold together");
	return STORE_FAILED;
}

enum store_result store_lock_ledger(struct store *store, struct store_ledger *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;
	enum store_result result = store_run(&call, "lock_ledger", &rows);

	if (result)
		return result;
	store_read_head(rows, ret);
	PQclear(rows);
	return finish(store, ret);
}

enum store_result store_take_seen(struct store *store, struct store_ledger *ledger)
{
	ledger->is_seen = true;
	return finish(store, ledger);
}

void store_age_seen(struct store_ledger *ledger, int64_t micros)
{
	ledger->clock += micros;
	ledger->now = later(ledger->clock + STORE_EPOCH_MICROS, ledger->now);
}

enum store_result store_append_leaf(struct store *store, struct lantik_span leaf, const struct growth *growth)
{
	struct store_call call = store_call(store);

	call_int8(&call, (int64_t)growth->edge.size - 1);
	call_bytes(&call, leaf);
	call_hash(&call, growth->nodes[0]);
	call_int4(&call, store->settings.timeline);
	return store_run(&call, "append_leaf", NULL);
}

void call_nodes(struct store_call *call, const struct growth *growth)
{
	call_bytes(call, (struct lantik_span){.data = growth->nodes[0], .len = growth->node_count * LANTIK_HASH});
}

static void call_head(
	struct store_call *call, const struct lantik_edge *edge, int64_t recorded_at, uint8_t ret_root[LANTIK_HASH])
{
	lantik_edge_root(edge, ret_root);
	call_int8(call, (int64_t)edge->size);
	call_bytes(call, (struct lantik_span){.data = edge->hashes[0], .len = (size_t)edge->count * LANTIK_HASH});
	call_hash(call, ret_root);
	call_time_or_null(call, recorded_at);
}

enum store_result store_move_head(
	struct store *store, const struct lantik_edge *edge, int64_t recorded_at, enum store_brings brings)
{
	static const char *const statements[] = {[STORE_LEAVES] = "move_head",
		[STORE_REJECTION] = "move_head_rejected",
		[STORE_TRUST] = "move_head_trust"};
	struct store_call call = store_call(store);
	uint8_t root[LANTIK_HASH];

	call_head(&call, edge, recorded_at, root);
	return store_run(&call, statements[brings], NULL);
}

enum store_result store_move_seen_head(
	struct store *store, const struct store_ledger *ledger, const struct lantik_edge *edge)
{
	struct store_call call = store_call(store);
	uint8_t root[LANTIK_HASH];

	call_head(&call, edge, ledger->now, root);
	call_int8(&call, (int64_t)ledger->edge.size);
	call_int8(&call, store->settings.configured_at);
	call_int8(&call, ledger->clock - AHEAD);
	call_int8(&call, ledger->clock + BEHIND);
	return store_run(&call, "move_seen_head", NULL);
}
