/* What one batch needs in memory between its judgement and its commit. A worker has one for a batch of any size; small
 * batches that are committed together have a small one each.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_DESK_H
#define LANTIK_DAEMON_DESK_H

#include "row.h"
#include "tally.h"

struct desk {
	size_t capacity;                  /* records */
	struct lantik_arena *batch_arena; /* record spans and manifest */
	struct lantik_buffer tuples;      /* of a batch that keeps them */
	struct row *rows;
	struct row **order;     /* rows that go to the register, by NIK */
	uint8_t (*niks)[16];    /* of the records that a decision is about */
	uint8_t *record_hashes; /* of every record: the leaves of records_root */
	uint8_t *salts;
	uint8_t *hashes;                      /* of the rows that went in, in the order of the records */
	struct lantik_buffer returned_hashes; /* of the attempt under way, in the order of the records */
	struct lantik_findings findings;
	struct tally tally; /* of the attempt under way */
};

/* For batches of up to that many records in a body of so many bytes. Aborts on no memory. */
struct desk *desk_new(size_t capacity, size_t body);
void desk_free(struct desk **desk);

#endif
