/* What the files of the house share: house.c the thread and its state, house_rulebook.c the rulebook in force,
 * house_ledger.c keys, signed head and forks.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_HOUSE_PRIVATE_H
#define LANTIK_DAEMON_HOUSE_PRIVATE_H

#include <pthread.h>

#include "house.h"

struct house_private {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stop, look_now;
	enum house_state { HOUSE_DOWN, HOUSE_FORKED, HOUSE_UP } state;
	char why[STORE_WHY];  /* of the look under way; empty: nothing is wrong */
	char told[STORE_WHY]; /* the reason that was logged last; empty while the database is up */
	int64_t version;      /* of the reference data held; 0: none yet */
	/* Of the offices, which are kept current whatever the ledger is like: a revoked key is always refused. */
	int64_t offices_version, revocations;
	bool knows_offices;
	struct rulebook_copy *rulebook;
	struct store *store;
};

/* house_rulebook.c */
/* Takes both. */
struct rulebook_copy *rulebook_new(struct lantik_rulebook *rulebook, struct lantik_buffer text);
/* The house's lock is the caller's, or nobody else is there. */
void rulebook_drop(struct rulebook_copy *copy);
/* Brings what the database holds into force. False: the daemon cannot go on; p->why says why. */
LANTIK_MUST_CHECK bool house_load_rulebook(struct house *house);

/* house_ledger.c */
/* Whether all holds that must before the ledger may be extended: the origin, the first key, what is believed of the
 * keys, the head that was last signed. last was asked for before. changed: deeds or tables did since the last look.
 * p->why says why it is not HOUSE_UP. */
LANTIK_MUST_CHECK enum house_state house_check_ledger(
	struct house *house, const struct signer_head *last, bool changed);

/* house.c */
enum house_state house_state(struct house *house);
/* False, with why. */
bool house_wrong(struct house *house, const char *why);

#endif
