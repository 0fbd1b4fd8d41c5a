/* Receipts whose own checkpoint is signed with a key that is believed no more: a later checkpoint proves them. It is
 * kept beside the receipt as receipt.through: the hashes of the consistency proof, a line each, a blank line, and the
 * later signed checkpoint.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_THROUGH_H
#define LANTIK_THROUGH_H

#include "lantik/receipt.h"

#define LANTIK_THROUGH_FILE "receipt.through"
#define LANTIK_MAX_THROUGH (LANTIK_MAX_NOTE + LANTIK_MAX_PROOF * 48u)

/* What a note says when it is of this log, whoever signed it, with its epoch. */
LANTIK_MUST_CHECK bool lantik_checkpoint_of_log(
	struct lantik_span note, const struct lantik_trust *trust, struct lantik_checkpoint *ret);

void lantik_through_format(struct lantik_span later, const struct lantik_proof *proof, struct lantik_buffer *ret);
/* As lantik_receipt_verify, with the later checkpoint's signature in place of the receipt's own. */
LANTIK_MUST_CHECK enum lantik_error lantik_receipt_verify_through(
	struct lantik_receipt *receipt, struct lantik_span through, const struct lantik_trust *trust);

#endif
