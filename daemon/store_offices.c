/* What the daemon reads of offices: their keys, their scopes, and whether a revocation was asked for.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_private.h"

#include <string.h>

/* A revocation counts from when it is asked for, whatever waits before it, and for good, whatever the tables say. */
#define REVOKING                                                                                                       \
	"WITH revoking AS (SELECT r.kind, r.request FROM deed_request r WHERE r.kind IN (3, 4) "                       \
	"AND NOT EXISTS (SELECT FROM deed_refusal f WHERE f.request_no = r.request_no)) "
/* SQL: the text of a deed has this line. */
#define NAMES(text, word, value) "strpos(" text ", E'\\n" word " ' || " value " || E'\\n') > 0"

#define IS_REVOKING                                                                                                    \
	"EXISTS (SELECT FROM revoking r WHERE (r.kind = 3 AND " NAMES("r.request", "curve",                            \
		"k.curve_public_key") ") OR (r.kind = 4 AND " NAMES("r.request", "office", "o.name") "))"
#define HAS_DEED                                                                                                       \
	"d.kind IN (1, 2) AND " NAMES("d.text", "office", "o.name") " AND " NAMES(                                     \
		"d.text", "curve", "k.curve_public_key") " AND " NAMES("d.text", "sign", "k.signing_vkey")

#define DAY(day) "CASE WHEN isfinite(" day ") THEN to_char(" day ", 'YYYY-MM-DD') ELSE '-' END"
/* Lines that follow each other in the text of the deed. */
#define IS_DEEDS_SCOPE                                                                                                 \
	"d.kind IN (1, 5) AND strpos(d.text, E'\\noffice ' || o.name || E'\\n' || "                                    \
	"coalesce('kanreg ' || s.kanreg_id, 'agencies ' || array_to_string(s.agencies, ' ')) || "                      \
	"E'\\nfrom ' || " DAY("s.valid_from") " || E'\\nuntil ' || " DAY("s.valid_to") " || E'\\n') > 0"

const struct store_statement store_offices_statements[] = {
	/* grows with each request and each refusal: a deed raises the version of the reference data */
	{"revocations", "SELECT coalesce(max(request_no), 0) + (SELECT count(*) FROM deed_refusal) FROM deed_request "
			"WHERE kind IN (3, 4)"},
	/* A key counts only with the deed that names it and its signing key. */
	{"office_keys", REVOKING "SELECT o.office_no, o.name, k.curve_public_key, k.signing_vkey, "
				 "o.revoked_at IS NOT NULL OR k.revoked_at IS NOT NULL OR " IS_REVOKING
				 " FROM office o JOIN office_key k USING (office_no) "
				 "JOIN deed d ON d.leaf_index = k.added_leaf WHERE " HAS_DEED},
	/* So does a scope. */
	{"office_scopes", "SELECT s.office_no, s.leaf_index, "
			  "CASE WHEN isfinite(s.valid_from) THEN to_char(s.valid_from, 'YYYYMMDD')::int ELSE 0 END, "
			  "CASE WHEN isfinite(s.valid_to) THEN to_char(s.valid_to, 'YYYYMMDD')::int ELSE 99999999 END, "
			  "coalesce(s.kanreg_id, ''), coalesce(array_to_string(s.agencies, ','), '') "
			  "FROM office_scope s JOIN office o USING (office_no) JOIN deed d USING (leaf_index) "
			  "WHERE " IS_DEEDS_SCOPE},
	{NULL, NULL},
};

enum store_result store_revocations(struct store *store, int64_t *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;
	enum store_result result = store_run(&call, "revocations", &rows);

	if (result)
		return result;
	*ret = result_int8(rows, 0, 0);
	PQclear(rows);
	return STORE_OK;
}

static void copy_text(char *to, size_t size, struct lantik_span from)
{
	size_t len = from.len < size ? from.len : size - 1;

	memcpy(to, from.data, len);
	to[len] = '\0';
}

/* A signing key that cannot be read is as good as revoked: the office is refused by name instead of let in. */
static void key_from(const PGresult *rows, int row, struct office_key *ret)
{
	ret->office_no = result_int4(rows, row, 0);
	copy_text(ret->name, sizeof ret->name, result_bytes(rows, row, 1));
	copy_text(ret->curve_key, sizeof ret->curve_key, result_bytes(rows, row, 2));
	bool readable = lantik_vkey_parse(result_bytes(rows, row, 3), &ret->signing_key) == LANTIK_OK;
	ret->revoked = result_bool(rows, row, 4) || !readable;
}

static void agencies_from(struct lantik_span list, struct office_scope *ret)
{
	for (size_t at = 0; at + 4 <= list.len && ret->agency_count < OFFICE_MAX_AGENCIES; at += 5) {
		struct lantik_span code = {.data = list.data + at, .len = 4};
		copy_text(ret->agencies[ret->agency_count++], sizeof ret->agencies[0], code);
	}
}

static void scope_from(const PGresult *rows, int row, struct office_scope *ret)
{
	ret->office_no = result_int4(rows, row, 0);
	ret->leaf_index = result_int8(rows, row, 1);
	ret->from = result_int4(rows, row, 2);
	ret->until = result_int4(rows, row, 3);
	copy_text(ret->kanreg_id, sizeof ret->kanreg_id, result_bytes(rows, row, 4));
	agencies_from(result_bytes(rows, row, 5), ret);
}

static void *allocate(int count, size_t size)
{
	void *items = calloc(count ? (size_t)count : 1, size);

	LANTIK_ASSERT(items);
	return items;
}

static enum store_result read_keys(struct store *store, struct store_offices *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;
	enum store_result result = store_run(&call, "office_keys", &rows);

	if (result)
		return result;
	ret->key_count = (size_t)PQntuples(rows);
	ret->keys = allocate(PQntuples(rows), sizeof *ret->keys);
	for (int row = 0; row < PQntuples(rows); row++)
		key_from(rows, row, &ret->keys[row]);
	PQclear(rows);
	return STORE_OK;
}

static enum store_result read_scopes(struct store *store, struct store_offices *ret)
{
	struct store_call call = store_call(store);
	PGresult *rows;
	enum store_result result = store_run(&call, "office_scopes", &rows);

	if (result)
		return result;
	ret->scope_count = (size_t)PQntuples(rows);
	ret->scopes = allocate(PQntuples(rows), sizeof *ret->scopes);
	for (int row = 0; row < PQntuples(rows); row++)
		scope_from(rows, row, &ret->scopes[row]);
	PQclear(rows);
	return STORE_OK;
}

/* Keys first: an office that is seen here has its scope in the second look, too. */
enum store_result store_offices(struct store *store, struct store_offices *ret)
{
	struct store_offices read = {0};
	enum store_result result = read_keys(store, &read);

	if (!result)
		result = read_scopes(store, &read);
	if (!result)
		*ret = read;
	else
		free(read.keys);
	return result;
}
