/* Head, nodes, checkpoints, keys and forks in the database.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_witness.h"

#include <string.h>

#include "store_private.h"

const struct store_statement store_witness_statements[] = {
	{"head", "SELECT h.origin, h.epoch, h.size, h.root, h.trust_size, c.note "
		 "FROM ledger_head h LEFT JOIN checkpoint c ON c.size = h.size"},
	{"look", "SELECT v.version, h.epoch, EXISTS (SELECT FROM ledger_fork f WHERE f.epoch >= h.epoch) "
		 "FROM ledger_head h, reference_version v"},
	{"node", "SELECT node_hash($1::smallint, $2::bigint)"},
	{"nodes", "SELECT w.place::int, node_hash(w.level, w.index) FROM unnest($1::smallint[], $2::bigint[]) "
		  "WITH ORDINALITY AS w(level, index, place)"},
	/* a note that a crash of the server takes away is made again by the sweep: no flush for it alone */
	{"note", "INSERT INTO checkpoint (size, note) SELECT $1::bigint, $2::text "
		 "WHERE set_config('synchronous_commit', 'off', true) IS NOT NULL ON CONFLICT (size) DO NOTHING"},
	{"notes", "INSERT INTO checkpoint (size, note) SELECT * FROM unnest($1::bigint[], $2::text[]) "
		  "WHERE set_config('synchronous_commit', 'off', true) IS NOT NULL ON CONFLICT (size) DO NOTHING"},
	/* the last byte of every leaf is its durability class */
	{"unsigned", "SELECT l.leaf_index, get_byte(l.leaf, length(l.leaf) - 1) = 2 FROM ledger_leaf l "
		     "WHERE l.leaf_index >= $1::bigint AND l.leaf_index < $2::bigint "
		     "AND NOT EXISTS (SELECT FROM checkpoint c WHERE c.size = l.leaf_index + 1) "
		     "ORDER BY 1 LIMIT $3::int"},
	{"first_key", "INSERT INTO receipt_key (vkey, from_size) SELECT $1::text, 0 FROM ledger_head h "
		      "WHERE h.size = 0 AND NOT EXISTS (SELECT FROM receipt_key)"},
	{"trust_key", "SELECT vkey FROM receipt_key WHERE added_leaf IS NULL"},
	{"trust_deeds", "SELECT leaf_index, text FROM deed WHERE kind IN (6, 7, 8) ORDER BY leaf_index"},
	{"trust_size", "SELECT trust_size FROM ledger_head"},
	{"deed_held", "SELECT l.leaf, c.note, d.text FROM deed d JOIN ledger_leaf l USING (leaf_index) "
		      "LEFT JOIN checkpoint c ON c.size = d.leaf_index + 1 WHERE d.leaf_index = $1::bigint"},
	{"fork", "INSERT INTO ledger_fork (epoch, size, root, note, office_no, head_size, head_root) "
		 "VALUES ($1::int, $2::bigint, $3::bytea, $4::text, $5::int, $6::bigint, $7::bytea) "
		 "ON CONFLICT DO NOTHING"},
	{NULL, NULL},
};

static void copy_text(char *to, size_t size, struct lantik_span from)
{
	size_t len = from.len < size ? from.len : size - 1;

	if (len)
		memcpy(to, from.data, len);
	to[len] = '\0';
}

enum store_result store_head(struct store *store, struct store_head *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;
	enum store_result result = store_run(&call, "head", &rows);

	if (result)
		return result;
	bool whole = PQntuples(rows) == 1 && result_bytes(rows, 0, 3).len == LANTIK_HASH;
	if (whole) {
		copy_text(ret->origin, sizeof ret->origin, result_bytes(rows, 0, 0));
		ret->epoch = (unsigned)result_int4(rows, 0, 1);
		ret->size = (uint64_t)result_int8(rows, 0, 2);
		memcpy(ret->root, result_bytes(rows, 0, 3).data, LANTIK_HASH);
		ret->trust_size = (uint64_t)result_int8(rows, 0, 4);
		copy_text(ret->note, sizeof ret->note, result_bytes(rows, 0, 5));
	}
	PQclear(rows);
	if (whole)
		return STORE_OK;
	snprintf(store->why, sizeof store->why, "ledger_head is not set up; run lantikctl migrate --origin NAME");
	return STORE_FAILED;
}

enum store_result store_look(struct store *store, struct store_look *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;
	enum store_result result = store_run(&call, "look", &rows);

	if (result)
		return result;
	*ret = (struct store_look){0};
	if (PQntuples(rows)) {
		ret->version = result_int8(rows, 0, 0);
		ret->epoch = (unsigned)result_int4(rows, 0, 1);
		ret->is_forked = result_bool(rows, 0, 2);
	}
	PQclear(rows);
	return STORE_OK;
}

bool store_node(void *store, unsigned level, uint64_t index, uint8_t ret[LANTIK_HASH])
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_int2(&call, (int32_t)level);
	call_int8(&call, (int64_t)index);
	if (store_run(&call, "node", &rows))
		return false;
	bool held = PQntuples(rows) == 1 && result_bytes(rows, 0, 0).len == LANTIK_HASH;
	if (held)
		memcpy(ret, result_bytes(rows, 0, 0).data, LANTIK_HASH);
	PQclear(rows);
	return held;
}

enum store_result store_nodes(struct store *store, struct store_node *nodes, size_t count)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_array(&call, TYPE_INT2, count);
	for (size_t i = 0; i < count; i++)
		call_element_int2(&call, (int32_t)nodes[i].level);
	call_array_end(&call);
	call_array(&call, TYPE_INT8, count);
	for (size_t i = 0; i < count; i++)
		call_element_int8(&call, (int64_t)nodes[i].index);
	call_array_end(&call);
	enum store_result result = store_run(&call, "nodes", &rows);
	if (result)
		return result;
	for (int row = 0; row < PQntuples(rows); row++) {
		struct store_node *node = &nodes[result_int4(rows, row, 0) - 1];
		node->is_held = result_bytes(rows, row, 1).len == LANTIK_HASH;
		if (node->is_held)
			memcpy(node->hash, result_bytes(rows, row, 1).data, LANTIK_HASH);
	}
	PQclear(rows);
	return STORE_OK;
}

enum store_result store_note(struct store *store, uint64_t size, struct lantik_span note)
{
	struct store_notes *notes = &store->notes;
	enum store_result result = notes->count == STORE_NOTES ? store_send_notes(store, NULL) : STORE_OK;

	if (!result && !store->connection) {
		snprintf(store->why, sizeof store->why, "not connected");
		result = STORE_DOWN;
	}
	if (result)
		return result;
	lantik_buffer_append_span(&notes->texts, note);
	LANTIK_ASSERT(!notes->texts.error);
	notes->sizes[notes->count] = (int64_t)size;
	notes->ends[notes->count++] = notes->texts.len;
	return STORE_OK;
}

static struct lantik_span note_at(const struct store_notes *notes, size_t i)
{
	size_t start = i ? notes->ends[i - 1] : 0;

	return (struct lantik_span){.data = notes->texts.data + start, .len = notes->ends[i] - start};
}

static void call_notes(struct store_call *call, const struct store_notes *notes)
{
	call_array(call, TYPE_INT8, notes->count);
	for (size_t i = 0; i < notes->count; i++)
		call_element_int8(call, notes->sizes[i]);
	call_array_end(call);
	call_array(call, TYPE_TEXT, notes->count);
	for (size_t i = 0; i < notes->count; i++) {
		struct lantik_span note = note_at(notes, i);
		call_element(call, note.data, note.len);
	}
	call_array_end(call);
}

void store_forget_notes(struct store *store)
{
	store->notes.count = 0;
	lantik_buffer_reset(&store->notes.texts);
}

enum store_result store_send_notes(struct store *store, struct store_numbers *behind)
{
	struct store_call call = store_call(store);
	const struct store_notes *notes = &store->notes;
	bool one = notes->count == 1;

	if (!notes->count)
		return STORE_OK;
	if (one) {
		call_int8(&call, *notes->sizes);
		call_bytes(&call, note_at(notes, 0));
	} else {
		call_notes(&call, notes);
	}
	store_hurry_behind(store);
	enum store_result result = store_run(&call, one ? "note" : "notes", NULL);
	if (!result && behind)
		result = store_ask_number_and_head(store, behind);
	if (!result)
		result = store_post(store);
	store->hurries = false;
	store_forget_notes(store);
	return result;
}

enum store_result store_unsigned(struct store *store, uint64_t from_leaf, uint64_t until_leaf,
	struct store_unsigned *ret, size_t count, size_t *ret_count)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_int8(&call, (int64_t)from_leaf);
	call_int8(&call, (int64_t)until_leaf);
	call_int4(&call, (int32_t)count);
	enum store_result result = store_run(&call, "unsigned", &rows);
	if (result)
		return result;
	*ret_count = (size_t)PQntuples(rows);
	for (int row = 0; row < PQntuples(rows); row++)
		ret[row] = (struct store_unsigned){
			.leaf_index = (uint64_t)result_int8(rows, row, 0), .quorum = result_bool(rows, row, 1)};
	PQclear(rows);
	return STORE_OK;
}

/* Under the head's lock, so that of two first daemons one is the first. */
enum store_result store_first_key(struct store *store, struct lantik_span vkey)
{
	struct store_ledger ledger;
	enum store_result result = store_begin(store);

	if (!result)
		result = store_lock_ledger(store, &ledger);
	struct store_call call = store_call(store);
	call_text(&call, vkey);
	if (!result)
		result = store_run(&call, "first_key", NULL);
	if (!result)
		result = store_commit(store);
	if (result)
		store_rollback(store);
	return result;
}

static void deeds_from(const PGresult *rows, struct store_trust *ret)
{
	static const int texts[] = {1};
	uint8_t *room = result_room(rows, texts, 1, &ret->bytes);

	ret->count = (size_t)PQntuples(rows);
	ret->deeds = calloc(ret->count + 1, sizeof *ret->deeds);
	LANTIK_ASSERT(ret->deeds);
	for (int row = 0; row < PQntuples(rows); row++)
		ret->deeds[row] = (struct store_trust_deed){
			.leaf_index = (uint64_t)result_int8(rows, row, 0), .text = result_copy(rows, row, 1, &room)};
}

enum store_result store_trust(struct store *store, struct store_trust *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;
	enum store_result result = store_run(&call, "trust_key", &rows);

	*ret = (struct store_trust){0};
	if (result)
		return result;
	if (PQntuples(rows) == 1)
		lantik_buffer_append_span(&ret->first_key, result_bytes(rows, 0, 0));
	PQclear(rows);
	call = store_call(store);
	result = store_run(&call, "trust_deeds", &rows);
	if (result) {
		store_trust_free(ret);
		return result;
	}
	deeds_from(rows, ret);
	PQclear(rows);
	return STORE_OK;
}

void store_trust_free(struct store_trust *trust)
{
	lantik_buffer_free(&trust->first_key);
	lantik_buffer_free(&trust->bytes);
	free(trust->deeds);
	*trust = (struct store_trust){0};
}

enum store_result store_trust_size(struct store *store, uint64_t *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;
	enum store_result result = store_run(&call, "trust_size", &rows);

	if (result)
		return result;
	*ret = (uint64_t)result_int8(rows, 0, 0);
	PQclear(rows);
	return STORE_OK;
}

enum store_result store_deed_held(struct store *store, uint64_t leaf_index, struct store_deed_held *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	*ret = (struct store_deed_held){0};
	call_int8(&call, (int64_t)leaf_index);
	enum store_result result = store_run(&call, "deed_held", &rows);
	if (result)
		return result;
	bool held = PQntuples(rows) == 1;
	if (held) {
		lantik_buffer_append_span(&ret->leaf, result_bytes(rows, 0, 0));
		lantik_buffer_append_span(&ret->note, result_bytes(rows, 0, 1));
		lantik_buffer_append_span(&ret->text, result_bytes(rows, 0, 2));
	}
	PQclear(rows);
	if (held)
		return STORE_OK;
	snprintf(store->why, sizeof store->why, "a deed of the ledger is gone");
	return STORE_FAILED;
}

void store_deed_held_free(struct store_deed_held *held)
{
	lantik_buffer_free(&held->leaf);
	lantik_buffer_free(&held->note);
	lantik_buffer_free(&held->text);
}

enum store_result store_fork(struct store *store, const struct store_fork *fork)
{
	struct store_call call = store_call(store);

	call_int4(&call, (int32_t)fork->epoch);
	call_int8(&call, (int64_t)fork->size);
	call_hash(&call, fork->root);
	call_bytes(&call, fork->note);
	if (fork->office_no)
		call_int4(&call, fork->office_no);
	else
		call_null(&call);
	call_int8(&call, (int64_t)fork->head_size);
	call_hash(&call, fork->head_root);
	return store_run(&call, "fork", NULL);
}
