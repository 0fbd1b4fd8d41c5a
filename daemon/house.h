/* The house: what all threads of the daemon share, and the thread that keeps it current. It watches the database,
 * rereads offices and rulebook when they changed, and says in one word how the daemon is. SPDX-License-Identifier:
 * Apache-2.0 */
#ifndef LANTIK_DAEMON_HOUSE_H
#define LANTIK_DAEMON_HOUSE_H

#include "belief.h"
#include "config.h"
#include "known.h"
#include "offices.h"
#include "queue.h"
#include "signer.h"

/* A rulebook with its text, shared by reference. */
struct rulebook_copy {
	int references;
	struct lantik_rulebook *rulebook;
	struct lantik_buffer text;
	struct lantik_buffer packed; /* zstd; empty when text is */
};

struct house {
	const struct config *config;
	struct offices *offices;
	struct queue *queue;
	struct signer *signer;
	const struct lantik_vkey *recovery; /* NULL: none is configured */
	struct known_checkpoints *known;
	struct house_private *private;
};

/* Starts the thread. Aborts on no memory. */
void house_open(struct house *house);
/* Ends the thread and frees what the house made (offices and rulebook). */
void house_close(struct house *house);

/* Whether the database answered last and the ledger may be extended. */
bool house_database_up(struct house *house);
/* The reason for Busy, LANTIK_BUSY_DATABASE_DOWN or LANTIK_BUSY_LEDGER_FORK; 0: none. */
int house_busy(struct house *house);
/* Whether the ledger contradicts what was signed. The database answers; nothing but a recovery may be recorded. */
bool house_is_forked(struct house *house);
/* Whether the offices were ever loaded: before that, an unknown key may be a known one. */
bool house_knows_offices(struct house *house);
/* Whether offices and rulebook are those of this version of the reference data; when not, the house looks at once. */
bool house_is_current(struct house *house, int64_t version);
/* A worker lost its connection; the house looks at once. */
void house_database_lost(struct house *house);
/* The signer refused: the house compares ledger and signed head at once, and says what is wrong. */
void house_doubt(struct house *house);

/* Before something is signed: the signer believes all deeds about keys that the ledger holds below trust_size (as in
 * store_head), which are read through this store when it does not yet. False: that cannot be; the house says why. */
LANTIK_MUST_CHECK bool house_follow(struct house *house, struct store *store, uint64_t trust_size);
/* A checkpoint that this log signed and that the ledger does not continue: kept in the database, so that every daemon
 * stops. who: an office, or NULL for this daemon's own memory. */
#define HOUSE_FORK_MILLISECONDS 5000
void house_report_fork(struct house *house, struct store *store, const struct store_fork *fork, const char *who);

/* Never NULL: before the first load it is the empty rulebook. Give it back with house_rulebook_put. */
struct rulebook_copy *house_rulebook(struct house *house);
void house_rulebook_put(struct house *house, struct rulebook_copy *copy);

#endif
