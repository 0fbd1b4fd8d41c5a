/* The house: what all threads of the daemon share, and the thread that keeps it current. It watches the database,
 * rereads offices and rulebook when they changed, and says in one word how the daemon is. SPDX-License-Identifier:
 * Apache-2.0 */
#ifndef LANTIK_DAEMON_HOUSE_H
#define LANTIK_DAEMON_HOUSE_H

#include "config.h"
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
	struct house_private *private;
};

/* Starts the thread. Aborts on no memory. */
void house_open(struct house *house);
/* Ends the thread and frees what the house made (offices and rulebook). */
void house_close(struct house *house);

/* Whether the database answered last and the ledger may be extended. */
bool house_database_up(struct house *house);
/* Whether the offices were ever loaded: before that, an unknown key may be a known one. */
bool house_knows_offices(struct house *house);
/* Whether offices and rulebook are those of this version of the reference data; when not, the house looks at once. */
bool house_is_current(struct house *house, int64_t version);
/* A worker lost its connection; the house looks at once. */
void house_database_lost(struct house *house);

/* Never NULL: before the first load it is the empty rulebook. Give it back with house_rulebook_put. */
struct rulebook_copy *house_rulebook(struct house *house);
void house_rulebook_put(struct house *house, struct rulebook_copy *copy);

#endif
