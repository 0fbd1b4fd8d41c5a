/* Requests for deeds, and what a deed writes: its leaf and row, and what follows for offices and their keys.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_deed.h"

#include <string.h>

#include "store_private.h"

#define RECOVER "8"
/* A signed checkpoint of the present epoch that the ledger does not continue. */
#define FORKED "EXISTS (SELECT FROM ledger_fork f JOIN ledger_head h ON f.epoch >= h.epoch)"
#define WAITING                                                                                                        \
	"FROM deed_request r WHERE r.request_no > $1::bigint "                                                         \
	"AND NOT EXISTS (SELECT FROM deed d WHERE d.request_no = r.request_no) "                                       \
	"AND NOT EXISTS (SELECT FROM deed_refusal f WHERE f.request_no = r.request_no) "                               \
	"AND (r.kind = " RECOVER " OR NOT " FORKED ")"

#define APPEND                                                                                                         \
	"INSERT INTO deed (leaf_index, request_no, deed_id, kind, text, durability, requested_at, "                    \
	"recorded_at, nodes) VALUES ($1::bigint, $2::bigint, $3::uuid, $4::smallint, $5::text, $6::smallint, "         \
	"$7::timestamptz, $8::timestamptz, $9::bytea)"

#define FACTS                                                                                                          \
	"SELECT coalesce(o.office_no, 0), o.revoked_at IS NOT NULL, coalesce(k.office_no, 0), "                        \
	"k.revoked_at IS NOT NULL, coalesce((SELECT max(x.office_no) FROM office_key x WHERE x.signing_vkey = "        \
	"$3::text "                                                                                                    \
	"AND x.office_no IS DISTINCT FROM o.office_no), 0), "                                                          \
	"EXISTS (SELECT FROM office_key x WHERE x.signing_vkey = $3::text AND x.revoked_at IS NOT NULL), "             \
	"($4::text = '' OR EXISTS (SELECT FROM kanreg WHERE kanreg_id = $4::text)) AND NOT EXISTS (SELECT FROM "       \
	"unnest($5::text[]) AS u(code) WHERE NOT EXISTS (SELECT FROM agency a WHERE a.kode_instansi = u.code)) "       \
	"FROM (SELECT) AS one LEFT JOIN office o ON o.name = $1::text "                                                \
	"LEFT JOIN office_key k ON k.curve_public_key = $2::text"

const struct store_statement store_deed_statements[] = {
	{"last_deed_request", "SELECT coalesce(max(request_no), 0) FROM deed_request"},
	{"deed_waits", "SELECT EXISTS (SELECT " WAITING ")"},
	{"adds_wait", "SELECT EXISTS (SELECT FROM deed_request r WHERE r.kind IN (1, 2) "
		      "AND NOT EXISTS (SELECT FROM deed d WHERE d.request_no = r.request_no) "
		      "AND NOT EXISTS (SELECT FROM deed_refusal f WHERE f.request_no = r.request_no))"},
	{"deed_request", "SELECT r.request_no, r.kind, r.deed_id, "
			 "(extract(epoch FROM r.requested_at) * 1000000)::bigint, r.request " WAITING
			 " ORDER BY r.request_no LIMIT 1"},
	{"refuse_deed", "INSERT INTO deed_refusal (request_no, why) SELECT $1::bigint, $2::text "
			"WHERE NOT EXISTS (SELECT FROM deed WHERE request_no = $1::bigint) ON CONFLICT DO NOTHING"},
	{"origin", "SELECT origin FROM ledger_head"},
	{"raise_version", "UPDATE reference_version SET version = version + 1, changed_at = clock_timestamp() "
			  "RETURNING version"},
	{"append_deed", APPEND},
	{"office_facts", FACTS},
	{"add_office",
		"INSERT INTO office (name, kanreg_id, agencies, added_at, added_leaf) VALUES ($1::text, $2::text, "
		"nullif($3::text[], '{}'), $4::timestamptz, $5::bigint) RETURNING office_no"},
	{"add_office_key",
		"INSERT INTO office_key (curve_public_key, office_no, signing_vkey, signing_key_id, added_at, "
		"added_leaf) VALUES ($1::text, $2::int, $3::text, $4::bytea, $5::timestamptz, $6::bigint)"},
	{"add_office_scope",
		"INSERT INTO office_scope (leaf_index, office_no, kanreg_id, agencies, valid_from, valid_to) VALUES "
		"($1::bigint, $2::int, $3::text, nullif($4::text[], '{}'), coalesce($5::date, '-infinity'), "
		"coalesce($6::date, 'infinity'))"},
	{"revoke_key", "UPDATE office_key SET revoked_at = $2::timestamptz, reason = $3::text "
		       "WHERE curve_public_key = $1::text AND revoked_at IS NULL"},
	{"revoke_office", "WITH k AS (UPDATE office_key SET revoked_at = $2::timestamptz, reason = $3::text "
			  "WHERE office_no = $1::int AND revoked_at IS NULL) "
			  "UPDATE office SET revoked_at = $2::timestamptz, reason = $3::text "
			  "WHERE office_no = $1::int AND revoked_at IS NULL"},
	{NULL, NULL},
};

/* ---- requests ---- */

enum store_result store_last_deed_request(struct store *store, int64_t *ret)
{
	struct store_call call = store_call(store);

	return store_ask_int8(&call, "last_deed_request", ret);
}

enum store_result store_deed_waits(struct store *store, int64_t above, bool *ret)
{
	struct store_call call = store_call(store);

	call_int8(&call, above);
	return store_ask_bool(&call, "deed_waits", ret);
}

enum store_result store_adds_wait(struct store *store, bool *ret)
{
	struct store_call call = store_call(store);

	return store_ask_bool(&call, "adds_wait", ret);
}

enum store_result store_deed_request(struct store *store, int64_t above, struct store_deed_request *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_int8(&call, above);
	enum store_result result = store_run(&call, "deed_request", &rows);
	if (result)
		return result;
	if (PQntuples(rows)) {
		ret->request_no = result_int8(rows, 0, 0);
		ret->kind = result_int2(rows, 0, 1);
		LANTIK_ASSERT(result_bytes(rows, 0, 2).len == sizeof ret->deed_id);
		memcpy(ret->deed_id, result_bytes(rows, 0, 2).data, sizeof ret->deed_id);
		ret->requested_at = result_int8(rows, 0, 3);
		lantik_buffer_append_span(&ret->text, result_bytes(rows, 0, 4));
	}
	PQclear(rows);
	return STORE_OK;
}

enum store_result store_refuse_deed(struct store *store, int64_t request_no, struct lantik_span why)
{
	struct store_call call = store_call(store);

	call_int8(&call, request_no);
	call_bytes(&call, why);
	return store_run(&call, "refuse_deed", NULL);
}

/* ---- the deed and its leaf ---- */

enum store_result store_origin(struct store *store, char ret[LANTIK_MAX_ORIGIN + 1])
{
	struct store_call call = store_call(store);
	PGresult *rows;
	enum store_result result = store_run(&call, "origin", &rows);

	if (result)
		return result;
	struct lantik_span origin = PQntuples(rows) ? result_bytes(rows, 0, 0) : (struct lantik_span){0};
	bool fits = origin.len && origin.len <= LANTIK_MAX_ORIGIN;
	if (fits) {
		memcpy(ret, origin.data, origin.len);
		ret[origin.len] = '\0';
	}
	PQclear(rows);
	if (fits)
		return STORE_OK;
	snprintf(store->why, sizeof store->why, "ledger_head is not set up; run lantikctl migrate --origin NAME");
	return STORE_FAILED;
}

enum store_result store_raise_version(struct store *store, int64_t *ret)
{
	struct store_call call = store_call(store);

	return store_ask_int8(&call, "raise_version", ret);
}

enum store_result store_append_deed(struct store *store, const struct store_deed *deed)
{
	const struct lantik_deed_leaf *leaf = deed->leaf;
	enum store_result result = store_append_leaf(store, deed->leaf_bytes, deed->growth);
	struct store_call call = store_call(store);

	if (result)
		return result;
	call_int8(&call, (int64_t)leaf->leaf_index);
	call_int8(&call, deed->request->request_no);
	call_bytes(&call, (struct lantik_span){.data = leaf->deed_id, .len = sizeof leaf->deed_id});
	call_int2(&call, deed->request->kind);
	call_bytes(&call, deed->text);
	call_int2(&call, leaf->durability);
	call_time_or_null(&call, leaf->requested_at);
	call_time_or_null(&call, leaf->recorded_at);
	call_nodes(&call, deed->growth);
	result = store_run(&call, "append_deed", NULL);
	return result ? result
		      : store_move_head(store, &deed->growth->edge, leaf->recorded_at,
				lantik_deed_is_signed_kind(deed->request->kind) ? STORE_TRUST : STORE_LEAVES);
}

/* ---- offices ---- */

static void call_agencies(struct store_call *call, const struct lantik_deed_scope *scope)
{
	size_t count = scope ? scope->agency_count : 0;

	call_array(call, TYPE_TEXT, count);
	for (size_t i = 0; i < count; i++)
		call_element(call, scope->agencies[i].data, scope->agencies[i].len);
	call_array_end(call);
}

enum store_result store_office_facts(
	struct store *store, const struct store_office_question *question, struct store_office_facts *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_bytes(&call, question->name);
	call_bytes(&call, question->curve);
	call_bytes(&call, question->sign);
	call_bytes(&call, question->scope ? question->scope->kanreg : (struct lantik_span){0});
	call_agencies(&call, question->scope);
	enum store_result result = store_run(&call, "office_facts", &rows);
	if (result)
		return result;
	*ret = (struct store_office_facts){.office_no = result_int4(rows, 0, 0),
		.office_revoked = result_bool(rows, 0, 1),
		.key_office = result_int4(rows, 0, 2),
		.key_revoked = result_bool(rows, 0, 3),
		.signing_elsewhere = result_int4(rows, 0, 4) != 0,
		.signing_revoked = result_bool(rows, 0, 5),
		.scope_known = result_bool(rows, 0, 6)};
	PQclear(rows);
	return STORE_OK;
}

enum store_result store_add_office(struct store *store, const struct lantik_deed *deed,
	const struct lantik_deed_leaf *leaf, int32_t *ret_office_no)
{
	struct store_call call = store_call(store);
	PGresult *rows;

	call_bytes(&call, deed->office);
	call_bytes_or_null(&call, deed->scope.kanreg);
	call_agencies(&call, &deed->scope);
	call_time_or_null(&call, leaf->recorded_at);
	call_int8(&call, (int64_t)leaf->leaf_index);
	enum store_result result = store_run(&call, "add_office", &rows);
	if (result)
		return result;
	*ret_office_no = result_int4(rows, 0, 0);
	PQclear(rows);
	return STORE_OK;
}

enum store_result store_add_office_key(
	struct store *store, const struct lantik_deed *deed, const struct lantik_deed_leaf *leaf, int32_t office_no)
{
	struct store_call call = store_call(store);
	struct lantik_buffer sign = {0};
	char curve[41];

	lantik_z85_encode(deed->curve, curve);
	lantik_vkey_format(&deed->sign, &sign);
	call_bytes(&call, lantik_span_of(curve));
	call_int4(&call, office_no);
	call_bytes(&call, lantik_buffer_span(&sign));
	call_bytes(&call, (struct lantik_span){.data = deed->sign.id, .len = sizeof deed->sign.id});
	call_time_or_null(&call, leaf->recorded_at);
	call_int8(&call, (int64_t)leaf->leaf_index);
	enum store_result result = store_run(&call, "add_office_key", NULL);
	lantik_buffer_free(&sign);
	return result;
}

enum store_result store_add_office_scope(
	struct store *store, const struct lantik_deed *deed, const struct lantik_deed_leaf *leaf, int32_t office_no)
{
	struct store_call call = store_call(store);

	call_int8(&call, (int64_t)leaf->leaf_index);
	call_int4(&call, office_no);
	call_bytes_or_null(&call, deed->scope.kanreg);
	call_agencies(&call, &deed->scope);
	call_date_or_null(&call, deed->scope.from);
	call_date_or_null(&call, deed->scope.until);
	return store_run(&call, "add_office_scope", NULL);
}

enum store_result store_revoke_key(
	struct store *store, const struct lantik_deed *deed, const struct lantik_deed_leaf *leaf)
{
	struct store_call call = store_call(store);
	char curve[41];

	lantik_z85_encode(deed->curve, curve);
	call_bytes(&call, lantik_span_of(curve));
	call_time_or_null(&call, leaf->recorded_at);
	call_bytes(&call, deed->reason);
	return store_run(&call, "revoke_key", NULL);
}

enum store_result store_revoke_office(
	struct store *store, const struct lantik_deed *deed, const struct lantik_deed_leaf *leaf, int32_t office_no)
{
	struct store_call call = store_call(store);

	call_int4(&call, office_no);
	call_time_or_null(&call, leaf->recorded_at);
	call_bytes(&call, deed->reason);
	return store_run(&call, "revoke_office", NULL);
}
