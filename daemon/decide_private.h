/* A decision on its way: what each part of the decider adds for the next.
 *   decide.c        the thread, the lines of requests, the transaction, refusals, the checkpoint
 *   decide_judge.c  which records may be decided, and what becomes of each
 *   decide_write.c  what is written of it, down to the leaf
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_DECIDE_PRIVATE_H
#define LANTIK_DAEMON_DECIDE_PRIVATE_H

#include "lantik/statement.h"

#include "store_decision.h"
#include "submission.h"

#define DECISION_WHY 240

/* Attempts at once, after deadlocks and races with batches of the same people; and tries of a request that fails in
 * other ways, before it is refused and the next one gets its turn. A database that went away is most likely not the
 * request's doing: then twice as many. */
#define DECIDE_ATTEMPTS 8
#define DECIDE_TRIES 10
#define DECIDE_COST_FAILED 2
#define DECIDE_COST_DOWN 1

enum decide_turn { DECIDE_NOTHING, DECIDE_DONE, DECIDE_SOON };

/* What the decider remembers of requests of one sort: decisions, or deeds. */
struct decide_line {
	int64_t above;       /* requests up to this number need no look */
	int64_t look_at_all; /* steady clock */
	int64_t failing;     /* request that failed last */
	int tries;
	char why[STORE_WHY];
};

/* Asks for the greatest number of a request, and whether one above a number waits. */
struct decide_questions {
	enum store_result (*last)(struct store *store, int64_t *ret);
	enum store_result (*waits)(struct store *store, int64_t above, bool *ret);
};
/* Whether a request waits; sets what later looks may leave out. */
LANTIK_MUST_CHECK enum store_result decide_look(
	struct store *store, struct decide_line *line, const struct decide_questions *ask, bool *ret_waits);
/* Remembers what keeps failing, so that it is refused in the end and others get their turn; tells log and house.
 * request_no 0: it was the look itself. */
void decide_failed(struct worker *worker, struct decide_line *line, int64_t request_no, enum store_result result);
static inline bool decide_gives_up(const struct decide_line *line, int64_t request_no)
{
	return request_no == line->failing && line->tries >= DECIDE_TRIES;
}

struct decision {
	struct worker *worker;
	struct store_request request;
	struct job job;      /* the office and the time of receipt, as the batch came */
	struct submission s; /* the records that go into the register */
	uint8_t decision_id[16];
	int32_t *judged; /* records that may replace a current row */
	size_t judged_count;
	struct lantik_decided *outcomes;
	struct lantik_statement statement;
	/* Why it cannot be carried out; why is empty when it can. */
	enum lantik_case_id rule_case; /* LANTIK_CASE_COUNT: no rule */
	char why[DECISION_WHY];
};

/* Says that the request cannot be carried out. */
void decision_refuse(struct decision *d, enum lantik_case_id rule_case, const char *format, ...) LANTIK_PRINTF(3, 4);
static inline bool decision_is_refused(const struct decision *d)
{
	return d->why[0] != '\0';
}

/* Fills job and submission from the request; refuses what is not in the state that the act needs. */
void decision_open(struct decision *d);
/* Runs the rules that the act asks for, under the locks of the people concerned, and settles what becomes of each
 * record: outcomes, worker->findings, worker->order with what goes into the register, and worker->niks when they are
 * rejected. */
LANTIK_MUST_CHECK enum store_result decision_judge(struct decision *d);

/* What the transaction left behind for the checkpoint. */
struct decision_appended {
	struct lantik_buffer statement;
	struct lantik_buffer leaf;
	struct lantik_edge before;
};
/* Writes it and commits; or refuses what cannot be stated. */
LANTIK_MUST_CHECK enum store_result decision_write(struct decision *d, struct decision_appended *ret);

#endif
