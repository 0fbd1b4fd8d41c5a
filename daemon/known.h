/* Checkpoints that were verified or signed a moment ago, shared by all workers: an office that comes again with the
 * same one, or with the one of its last receipt, costs no signature and no question to the database.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_KNOWN_H
#define LANTIK_DAEMON_KNOWN_H

#include "lantik/note.h"

struct known_checkpoints;

struct known_checkpoint {
	unsigned epoch;
	uint64_t size;
	uint8_t root[LANTIK_HASH];
	bool is_lost;   /* lantik_trust_maybe_lost says so */
	bool continues; /* the ledger continued it when it was last compared */
};

struct known_checkpoints *known_new(void);
void known_free(struct known_checkpoints **known);

/* Goes up with each known_forget: ask before looking at the database, and say so with what was found there. */
uint64_t known_generation(struct known_checkpoints *known);
/* The database may be another one now, or the trust has grown: nothing is known any more. */
void known_forget(struct known_checkpoints *known);
LANTIK_MUST_CHECK bool known_find(
	struct known_checkpoints *known, struct lantik_span note, struct known_checkpoint *ret);
/* Does nothing when the generation is over. */
void known_keep(struct known_checkpoints *known, uint64_t generation, struct lantik_span note,
	const struct known_checkpoint *checkpoint);

#endif
