/* The key table: which office a CURVE key is, what it may send and with which keys it signs. In memory, so that neither
 * a handshake nor a message waits for the database; reread when the database says that it changed.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_OFFICES_H
#define LANTIK_DAEMON_OFFICES_H

#include "lantik/ledger.h"
#include "lantik/note.h"
#include "lantik/rulebook.h"

#define OFFICE_KEY 40 /* Z85 of a CURVE public key */
#define OFFICE_MAX_AGENCIES 64

/* One pair of keys of an office: who speaks, and with what it signs. */
struct office_key {
	char curve_key[OFFICE_KEY + 1];
	int32_t office_no;
	char name[LANTIK_MAX_OFFICE_NAME + 1];
	struct lantik_vkey signing_key;
	bool revoked;
};

/* What an office may send for, on days that count from `from` until the day before `until`, YYYYMMDD. */
struct office_scope {
	int32_t office_no;
	int64_t leaf_index; /* of the deed; on a day the latest whose period holds it counts */
	int32_t from, until;
	char kanreg_id[3]; /* empty: the list; both empty: nothing */
	char agencies[OFFICE_MAX_AGENCIES][5];
	unsigned agency_count;
};

/* An office as one of its keys showed it, on one day. */
struct office {
	int32_t office_no;
	char name[LANTIK_MAX_OFFICE_NAME + 1];
	char curve_key[OFFICE_KEY + 1];
	bool revoked;
	struct office_scope scope;
};

struct offices;

struct offices *offices_new(void);
void offices_free(struct offices **offices);
/* Takes keys and scopes over; they are sorted here. */
void offices_replace(struct offices *offices, struct office_key *keys, size_t key_count, struct office_scope *scopes,
	size_t scope_count);
/* Takes over the keys that are cut off whatever the database says, sorted here; they replace the ones before. */
void offices_cut(struct offices *offices, char (*keys)[OFFICE_KEY + 1], size_t count);

/* A copy, so that a reload never pulls it away; its scope is that of the day, or nothing. */
LANTIK_MUST_CHECK bool offices_find(struct offices *offices, const char *curve_key, int32_t on, struct office *ret);
/* Whether the key is known and neither revoked nor cut off. */
LANTIK_MUST_CHECK bool offices_let_in(struct offices *offices, const char *curve_key);
/* The office's signing key of this id, unless all its pairs that hold it were revoked or cut off. */
LANTIK_MUST_CHECK bool offices_signing_key(
	struct offices *offices, int32_t office_no, const uint8_t id[4], struct lantik_vkey *ret);
size_t offices_count(struct offices *offices);

/* Whether the office may send for the agency on that day, which is the one that it was found for. An agency that the
 * rulebook does not know is nobody's: its batch is refused by B05, with a receipt, and not here. */
bool office_may_send(
	const struct office *office, const struct lantik_rulebook *rulebook, struct lantik_span agency, int32_t on);

#endif
