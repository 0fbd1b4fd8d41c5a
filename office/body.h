/* The bytes that go to the centre, and the digests by which a receipt is held against them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_BODY_H
#define LANTIK_BODY_H

#include "lantik/codec.h"
#include "sheet.h"

struct lantik_body {
	uint8_t batch_id[16];
	struct lantik_batch_digests digests;
	struct lantik_buffer bytes;
};

/* A new batch id and the whole body; reports a sheet that is larger than a batch may be. */
int lantik_body_make(struct lantik_cli *cli, const struct lantik_sheet *sheet, struct lantik_body *ret);

#endif
