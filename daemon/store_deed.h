/* What the store keeps of deeds: requests of the operator, the deeds that they became, and what follows from them for
 * offices and their keys.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_STORE_DEED_H
#define LANTIK_DAEMON_STORE_DEED_H

#include "lantik/deed.h"

#include "growth.h"
#include "store.h"

struct store_deed_request {
	int64_t request_no; /* 0: there is none */
	int32_t kind;
	uint8_t deed_id[16];
	int64_t requested_at;
	struct lantik_buffer text;
};

/* The greatest number of a request for a deed. */
LANTIK_MUST_CHECK enum store_result store_last_deed_request(struct store *store, int64_t *ret);
/* Whether one with a greater number waits that may be carried out now: while the ledger is forked, only a recovery. */
LANTIK_MUST_CHECK enum store_result store_deed_waits(struct store *store, int64_t above, bool *ret);
/* The first of them. Zero ret; free its text in any case. */
LANTIK_MUST_CHECK enum store_result store_deed_request(
	struct store *store, int64_t above, struct store_deed_request *ret);
/* Whether an office or a key waits to be added. */
LANTIK_MUST_CHECK enum store_result store_adds_wait(struct store *store, bool *ret);
/* Ends a request that cannot be carried out. */
LANTIK_MUST_CHECK enum store_result store_refuse_deed(struct store *store, int64_t request_no, struct lantik_span why);

/* The base origin of the ledger. */
LANTIK_MUST_CHECK enum store_result store_origin(struct store *store, char ret[LANTIK_MAX_ORIGIN + 1]);
/* So that every daemon reads offices and keys anew; the number that it comes to. Before the lock of the head. */
LANTIK_MUST_CHECK enum store_result store_raise_version(struct store *store, int64_t *ret);

struct store_deed {
	const struct store_deed_request *request;
	const struct lantik_deed_leaf *leaf;
	struct lantik_span text;
	struct lantik_span leaf_bytes;
	const struct growth *growth;
};
/* The deed and its leaf; the head is locked. */
LANTIK_MUST_CHECK enum store_result store_append_deed(struct store *store, const struct store_deed *deed);

/* What stands of an office, a CURVE key, a signing key and a scope. Parts that are not asked about are empty. */
struct store_office_facts {
	int32_t office_no; /* 0: no office of this name */
	bool office_revoked;
	int32_t key_office; /* whose the CURVE key is; 0: nobody's */
	bool key_revoked;
	bool signing_elsewhere; /* the signing key is another office's */
	bool signing_revoked;   /* it was revoked with a CURVE key that it came with */
	bool scope_known;       /* regional office and agencies are in the reference tables */
};
struct store_office_question {
	struct lantik_span name, curve, sign;
	const struct lantik_deed_scope *scope; /* may be NULL */
};
LANTIK_MUST_CHECK enum store_result store_office_facts(
	struct store *store, const struct store_office_question *question, struct store_office_facts *ret);

/* Effects of the deed whose leaf stands at leaf_index; at is the time in it. */
LANTIK_MUST_CHECK enum store_result store_add_office(struct store *store, const struct lantik_deed *deed,
	const struct lantik_deed_leaf *leaf, int32_t *ret_office_no);
LANTIK_MUST_CHECK enum store_result store_add_office_key(
	struct store *store, const struct lantik_deed *deed, const struct lantik_deed_leaf *leaf, int32_t office_no);
LANTIK_MUST_CHECK enum store_result store_add_office_scope(
	struct store *store, const struct lantik_deed *deed, const struct lantik_deed_leaf *leaf, int32_t office_no);
LANTIK_MUST_CHECK enum store_result store_revoke_key(
	struct store *store, const struct lantik_deed *deed, const struct lantik_deed_leaf *leaf);
LANTIK_MUST_CHECK enum store_result store_revoke_office(
	struct store *store, const struct lantik_deed *deed, const struct lantik_deed_leaf *leaf, int32_t office_no);

#endif
