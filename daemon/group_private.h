/* What the files of a group share: its members, and what they write together.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_GROUP_PRIVATE_H
#define LANTIK_DAEMON_GROUP_PRIVATE_H

#include "submission.h"

/* Batches of a group. More would save little: the flush is shared by all of them already. */
#define GROUP_MEMBERS 64
_Static_assert(GROUP_MEMBERS <= STORE_NUMBERS, "a number for each");

struct member {
	struct submission s;
	struct store_held_asked asked;  /* whether it is held */
	struct office_head office_head; /* what the office last saw signed */
	struct batch_appended appended;
};

/* group_write.c: inside the transaction, in this order. */
/* Whether its rows may go by INSERTs, before it is judged. */
LANTIK_MUST_CHECK bool group_may_insert(const struct submission *s);
/* Before it begins: whether the rows of all go by INSERTs, which are prepared then, and nothing needs an answer before
 * the head's lock. */
LANTIK_MUST_CHECK enum store_result group_prepare_inserts(
	struct worker *worker, struct member *const *members, size_t count, bool *ret);
/* With the locks of their formations, shared. */
LANTIK_MUST_CHECK enum store_result group_begin(struct worker *worker, struct member *const *members, size_t count);
/* What each is judged without the register. When it was asked, an official had rejected somebody. */
LANTIK_MUST_CHECK enum store_result group_weigh(struct member *const *members, size_t count);
/* Current rows by NIK and versions of the register. inserts: as group_prepare_inserts said, in a hurry. */
LANTIK_MUST_CHECK enum store_result group_write_rows(
	struct worker *worker, struct member *const *members, size_t count, bool inserts);
/* Counters of the whole group. */
LANTIK_MUST_CHECK enum store_result group_write_counters(
	struct worker *worker, struct member *const *members, size_t count);

#endif
