/* What the two halves of `lantikctl load` share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_LOAD_H
#define LANTIK_CTL_LOAD_H

#include "database.h"

/* One file of a load: where it is, then what became of it. */
struct loaded {
	char *path;
	const char *table; /* which the first line tells */
	int64_t rows, added, changed;
};

/* Reads the file and adds or changes the rows of its table, within the transaction. LANTIK_EXIT_OK, or the exit code of
 * a failure that was reported. fictional: rows of province 99 may be among them. */
LANTIK_MUST_CHECK int load_file(struct database *database, bool fictional, struct loaded *loaded);

/* Whether the tables fit together: nothing names what is not there, nothing is valid twice at once, and the rulebook
 * made from them can be read. LANTIK_EXIT_OK with its digest as 64 hex digits, or the exit code of a failure that was
 * reported; a failure of the database is left in it. */
LANTIK_MUST_CHECK int load_check(struct database *database, char ret_digest[65]);

/* The rulebook's digest as 64 hex digits; false when it cannot be read or a query failed. */
LANTIK_MUST_CHECK bool rulebook_digest(struct database *database, char ret[65]);

#endif
