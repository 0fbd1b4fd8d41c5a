/* A stored batch, found by the id that its office gave it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_BATCHES_H
#define LANTIK_CTL_BATCHES_H

#include "database.h"
#include "lantik/ledger.h"

struct batch {
	int64_t batch_no;
	char id[37];
	char office[LANTIK_MAX_OFFICE_NAME + 1];
	char agency[5];
	char agency_name[301]; /* empty when it is not in the reference tables */
	int32_t kind, step;
	char programme[81]; /* may be empty */
	int64_t received_at;
	uint64_t leaf_index;
	uint32_t rows;
};

/* The batch with this id, of the office named by --office when that is given. LANTIK_EXIT_OK, or the exit code of a
 * failure that was reported: no id, no such batch, or the same id at two offices. */
LANTIK_MUST_CHECK int batch_find(struct database *database, const char *id, struct batch *ret);
/* `PPPK_PW NI`; ret needs 64 bytes. */
const char *batch_kind(int32_t kind, int32_t step, char ret[64]);
/* Day in Asia/Jakarta, `2025-11-01`; ret needs 11 bytes. */
const char *day_of(int64_t micros, char ret[11]);

#endif
