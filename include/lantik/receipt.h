/* A receipt: a C2SP tlog-proof whose extra is the leaf, a blank line, and the text that the leaf binds: of a batch its
 * verdict, of a decision its statement (lantik/statement.h), of a deed the deed (lantik/deed.h). One self-contained
 * text.
 *   c2sp.org/tlog-proof@v1
 *   extra <base64 of the leaf's bytes>
 *   index <leaf index>
 *   <base64 hash> ...
 *   <blank line>
 *   <signed checkpoint of size index + 1>
 *   <blank line>
 *   <verdict, from `lantik-verdict 1` to `end`>, or <statement, from `lantik-decision 1` to `end`>, or <deed, from
 *   `lantik-deed 1` to `end` or to its signature line>
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_RECEIPT_H
#define LANTIK_RECEIPT_H

#include "lantik/ledger.h"
#include "lantik/note.h"
#include "lantik/trust.h"
#include "lantik/verdict.h"

enum lantik_error lantik_receipt_format(struct lantik_span leaf, uint64_t index, const struct lantik_proof *proof,
	struct lantik_span checkpoint, struct lantik_span text, struct lantik_buffer *ret);

/* What a receipt says; nothing of it is proved before lantik_receipt_verify returned LANTIK_OK. Borrows from text,
 * but leaf_bytes, which the caller frees. Look at type first: what is of the other type is zero and empty. */
struct lantik_receipt {
	enum lantik_leaf_type type;
	uint64_t index;
	struct lantik_proof proof;
	struct lantik_span checkpoint; /* the signed note */
	struct lantik_buffer leaf_bytes;
	/* LANTIK_LEAF_BATCH */
	struct lantik_span verdict_text;
	struct lantik_batch_leaf leaf;
	/* LANTIK_LEAF_DECISION */
	struct lantik_span statement_text;
	struct lantik_decision_leaf decision;
	/* LANTIK_LEAF_KEY, LANTIK_LEAF_ERASURE and LANTIK_LEAF_RECOVERY */
	struct lantik_span deed_text;
	struct lantik_deed_leaf deed;
	struct lantik_checkpoint head; /* after verify */
};

LANTIK_MUST_CHECK enum lantik_error lantik_receipt_parse(struct lantik_span text, struct lantik_receipt *ret);
/* Signature and origin as lantik_checkpoint_trusted tells them; LANTIK_E_BAD_PROOF when size is not index + 1, the leaf
 * has another index, the proof does not lead to the root, or the text is not the one whose SHA-256 the leaf holds. */
LANTIK_MUST_CHECK enum lantik_error lantik_receipt_verify(
	struct lantik_receipt *receipt, const struct lantik_trust *trust);
void lantik_receipt_free(struct lantik_receipt *receipt);

#endif
