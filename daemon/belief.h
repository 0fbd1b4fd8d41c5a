/* What the daemon believes of its own log, read from the deeds that the database holds: which keys sign which sizes,
 * and which epoch it is. The database is not trusted for it: every deed about keys must be signed by the recovery key
 * of the configuration. SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_BELIEF_H
#define LANTIK_DAEMON_BELIEF_H

#include "signer.h"
#include "store_witness.h"

struct belief_source {
	struct signer *signer;
	const struct lantik_vkey *recovery; /* NULL: none is configured, and no such deed is believed */
	bool may_go_back;                   /* the database lost deeds: a fork that is known */
};

enum belief_result {
	BELIEF_OK,
	BELIEF_DOWN,      /* the database did not answer; store_why tells */
	BELIEF_NO_KEY,    /* the database names no first receipt key */
	BELIEF_BAD_DEED,  /* a deed that the recovery key did not sign, or that does not fit */
	BELIEF_OLD_EPOCH, /* the database is of an older epoch than one that this daemon signed in */
	BELIEF_NO_FILE,   /* the head file of a new epoch cannot be made */
};

/* Reads all and gives it to the signer. ret_why (of STORE_WHY bytes) says in one sentence what is wrong. */
LANTIK_MUST_CHECK enum belief_result belief_load(
	const struct belief_source *source, struct store *store, char ret_why[STORE_WHY]);
/* The same when the ledger holds deeds that the signer has not seen; trust_size as of the ledger. */
LANTIK_MUST_CHECK enum belief_result belief_follow(
	const struct belief_source *source, struct store *store, uint64_t trust_size, char ret_why[STORE_WHY]);

#endif
