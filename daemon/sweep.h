/* The sweep: every leaf gets its signed checkpoint, although a daemon died between COMMIT and signing.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_SWEEP_H
#define LANTIK_DAEMON_SWEEP_H

#include "submission.h"

/* Where it stands; zero it at start. */
struct sweep {
	uint64_t from;    /* leaves below were looked at */
	uint64_t skipped; /* the first of them that cannot be signed yet, and one more; 0: none */
	uint64_t until;   /* leaves from here on are somebody's at work */
	int64_t next;     /* steady clock */
	bool began;
};

/* A bounded piece of it, when it is time. Logs what it signed and what it could not. */
void sweep_take_turn(struct worker *worker, struct sweep *sweep);

#endif
