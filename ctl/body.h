/* The body of a batch, byte for byte as its office sent it: of a refused batch it is kept whole, of others it is made
 * from the rows of the register and from what was returned. SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_BODY_H
#define LANTIK_CTL_BODY_H

#include "database.h"

enum body_found {
	BODY_WHOLE,   /* the manifest is the recorded one, and the records are those that it names */
	BODY_ERASED,  /* a deed erased somebody: it cannot be made again */
	BODY_DAMAGED, /* something of it is missing or was altered; lantikctl audit names it */
};

/* Into ret, which is emptied first, at most LANTIK_MAX_BODY bytes; of one transaction. False: the database failed.
 * Memory is that of one batch. */
LANTIK_MUST_CHECK bool body_read(
	struct database *database, int64_t batch_no, struct lantik_buffer *ret, enum body_found *ret_found);

#endif
