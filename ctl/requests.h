/* Requests to the daemon that an official's act be carried out: made here, carried out there, waited for here.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_REQUESTS_H
#define LANTIK_CTL_REQUESTS_H

#include "database.h"
#include "lantik/record.h"
#include "records.h"

/* Who decides, and why, as the command line says it. */
struct official {
	const char *name;
	const char *position; /* NULL: not given */
	const char *reason;
};

/* --official, --position and --reason. LANTIK_EXIT_OK, or the exit code of a failure that was reported. */
LANTIK_MUST_CHECK int official_read(struct lantik_cli *cli, struct official *ret);

enum request_state { REQUEST_WAITING, REQUEST_DONE, REQUEST_REFUSED };

struct request {
	int64_t batch_no;
	char batch_id[37];
	struct records records;
	int64_t request_no;
	enum lantik_act act;
	enum request_state state;
	char decision_id[37]; /* done */
	int64_t leaf_index, accepted, returned, review, rejected;
	char rule_case[64]; /* refused; may be empty */
	char why[1024];
	char asked_at[40]; /* ISO, UTC */
	int64_t age;       /* seconds since it was asked */
	char asked_by[64]; /* role */
};

/* Inserts the requests, all or none, and gives them their numbers. */
LANTIK_MUST_CHECK bool requests_insert(
	struct database *database, const struct official *official, struct request *requests, size_t count);
/* The request with this number; false when there is none or the query failed. */
LANTIK_MUST_CHECK bool request_read(struct database *database, int64_t request_no, struct request *ret);
/* All that wait, oldest first, at most limit; the caller frees. */
LANTIK_MUST_CHECK bool requests_waiting(
	struct database *database, size_t limit, struct request **ret, size_t *ret_count);
/* Waits until none of them waits any more, --timeout seconds have passed or a signal came; how many still wait. */
LANTIK_MUST_CHECK bool requests_wait(
	struct database *database, struct request *requests, size_t count, size_t *ret_waiting);
/* One `result`, or the text of one request that was carried out or waits; a refused one is an error. Returns the exit
 * code that it leads to. */
int request_tell(struct lantik_cli *cli, const struct request *request);
/* What to say when requests still wait at the end: they stay, and how to look. */
int requests_unanswered(struct lantik_cli *cli, const struct request *requests, size_t count, size_t waiting);

#endif
