/* Receipt keys and recoveries in the database.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_receipt.h"

#include <string.h>

#include "store_private.h"

/* Forks of a later epoch stand there, too, when the lost leaves held the recovery that began it. */
#define FORKS                                                                                                          \
	"SELECT h.epoch, greatest(h.epoch, (SELECT max(epoch) FROM ledger_fork)), f.size, f.root FROM ledger_head h "  \
	"LEFT JOIN ledger_fork f ON f.epoch >= h.epoch ORDER BY f.size DESC, f.root LIMIT $1::int"

const struct store_statement store_receipt_statements[] = {
	{"add_receipt_key", "INSERT INTO receipt_key (vkey, from_size, added_leaf) VALUES ($1::text, $2::bigint + 1, "
			    "$2::bigint)"},
	{"retire_receipt_key", "UPDATE receipt_key SET until_size = coalesce(until_size, $2::bigint + 1), "
			       "retired_leaf = coalesce(retired_leaf, $2::bigint), "
			       "compromised_from = least(compromised_from, $3::bigint) WHERE vkey = $1::text"},
	{"missing_notes", "SELECT count(*)::int FROM (SELECT FROM ledger_leaf l "
			  "WHERE l.leaf_index BETWEEN $1::bigint - 1 AND $2::bigint - 1 "
			  "AND NOT EXISTS (SELECT FROM checkpoint c WHERE c.size = l.leaf_index + 1) LIMIT $3::int) m"},
	{"forks", FORKS},
	{"set_epoch", "UPDATE ledger_head SET epoch = $1::int"},
	{NULL, NULL},
};

enum store_result store_add_receipt_key(struct store *store, const struct lantik_deed *deed, uint64_t leaf_index)
{
	struct store_call call = store_call(store);
	struct lantik_buffer vkey = {0};

	lantik_vkey_format(&deed->key, &vkey);
	call_bytes(&call, lantik_buffer_span(&vkey));
	call_int8(&call, (int64_t)leaf_index);
	enum store_result result = store_run(&call, "add_receipt_key", NULL);
	lantik_buffer_free(&vkey);
	return result;
}

enum store_result store_retire_receipt_key(struct store *store, const struct lantik_deed *deed, uint64_t leaf_index)
{
	struct store_call call = store_call(store);
	struct lantik_buffer vkey = {0};

	lantik_vkey_format(&deed->key, &vkey);
	call_bytes(&call, lantik_buffer_span(&vkey));
	call_int8(&call, (int64_t)leaf_index);
	if (deed->is_compromised)
		call_int8(&call, (int64_t)deed->compromised_from);
	else
		call_null(&call);
	enum store_result result = store_run(&call, "retire_receipt_key", NULL);
	lantik_buffer_free(&vkey);
	return result;
}

enum store_result store_missing_notes(
	struct store *store, uint64_t from_size, uint64_t to_size, uint32_t most, uint32_t *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_int8(&call, (int64_t)from_size);
	call_int8(&call, (int64_t)to_size);
	call_int4(&call, (int32_t)most);
	enum store_result result = store_run(&call, "missing_notes", &rows);
	if (result)
		return result;
	*ret = (uint32_t)result_int4(rows, 0, 0);
	PQclear(rows);
	return STORE_OK;
}

enum store_result store_forks(struct store *store, struct store_forks *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_int4(&call, LANTIK_MAX_LOST);
	enum store_result result = store_run(&call, "forks", &rows);
	if (result)
		return result;
	*ret = (struct store_forks){0};
	for (int i = 0; i < PQntuples(rows); i++) {
		ret->epoch = (unsigned)result_int4(rows, i, 0);
		ret->greatest = (unsigned)result_int4(rows, i, 1);
		if (PQgetisnull(rows, i, 2))
			continue;
		ret->heads[ret->count].size = (uint64_t)result_int8(rows, i, 2);
		memcpy(ret->heads[ret->count++].root, result_bytes(rows, i, 3).data, LANTIK_HASH);
	}
	PQclear(rows);
	return STORE_OK;
}

enum store_result store_set_epoch(struct store *store, unsigned epoch)
{
	struct store_call call = store_call(store);

	call_int4(&call, (int32_t)epoch);
	return store_run(&call, "set_epoch", NULL);
}
