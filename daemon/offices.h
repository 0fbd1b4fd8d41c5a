/* The key table: which office a CURVE key is, what it may send and with which key it signs. In memory, so that a
 * handshake never waits for the database, and reread when the database says that it changed.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_OFFICES_H
#define LANTIK_DAEMON_OFFICES_H

#include "lantik/ledger.h"
#include "lantik/note.h"
#include "lantik/rulebook.h"

#define OFFICE_KEY 40 /* Z85 of a CURVE public key */
#define OFFICE_MAX_AGENCIES 64

struct office {
	int32_t office_no;
	char name[LANTIK_MAX_OFFICE_NAME + 1];
	char curve_key[OFFICE_KEY + 1];
	struct lantik_vkey signing_key;
	bool revoked;
	char kanreg_id[3]; /* empty: scope is the list */
	char agencies[OFFICE_MAX_AGENCIES][5];
	unsigned agency_count;
};

struct offices;

struct offices *offices_new(void);
void offices_free(struct offices **offices);
/* Takes the items over; they are sorted here. */
void offices_replace(struct offices *offices, struct office *items, size_t count);
/* A copy, so that a reload never pulls it away. */
LANTIK_MUST_CHECK bool offices_find(struct offices *offices, const char *curve_key, struct office *ret);
size_t offices_count(struct offices *offices);

/* Whether the office may send for the agency on that day. An agency that the rulebook does not know is nobody's: its
 * batch is refused by B05, with a receipt, and not here. */
bool office_may_send(
	const struct office *office, const struct lantik_rulebook *rulebook, struct lantik_span agency, int32_t on);

#endif
