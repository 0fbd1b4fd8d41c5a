/* Evidence against the centre, kept in HOME/forks/: what cannot both be true of one ledger.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_FORKS_H
#define LANTIK_FORKS_H

#include "home.h"
#include "lantik/ledger.h"

/* What was held and what was shown. */
struct lantik_fork {
	struct lantik_span ours;   /* signed checkpoint that was held */
	struct lantik_span theirs; /* signed checkpoint of the answer */
	const struct lantik_proof *proof;
	struct lantik_span answer; /* body of the answer when it is a receipt; else empty */
	const char *about;         /* what happened, in the person's language */
};

/* Writes a folder of its own and gives its path (LANTIK_MAX_PATH bytes), or that of HOME/forks when it could not. What
 * cannot be written is passed over: the failure that follows is told in any case. The same evidence again finds its
 * folder and writes nothing. */
void lantik_forks_keep(const struct lantik_home *home, const struct lantik_fork *fork, char *ret_folder);
/* The receipt of a deed that does not prove. */
void lantik_forks_keep_deed(const struct lantik_home *home, struct lantik_span receipt, char *ret_folder);

#endif
