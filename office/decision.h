/* The receipt of one decision of an official, proved.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DECISION_H
#define LANTIK_DECISION_H

#include "lantik/statement.h"
#include "proof.h"

struct lantik_decision {
	struct lantik_buffer text;         /* the receipt; the members below borrow from it */
	struct lantik_receipt receipt;     /* of the type LANTIK_LEAF_DECISION */
	struct lantik_statement statement; /* agrees with the leaf */
};

/* Signature, place in the ledger, and that leaf and statement say the same; whose batch it is about is the caller's to
 * compare. Copies the text. Free only after LANTIK_NO_DOUBT. */
LANTIK_MUST_CHECK enum lantik_doubt lantik_decision_prove(
	struct lantik_span text, const struct lantik_trust *trust, struct lantik_decision *ret);
void lantik_decision_free(struct lantik_decision *decision);

/* `accepted` and so on, for a person. */
const char *lantik_outcome_text(struct lantik_cli *cli, enum lantik_outcome outcome);
/* Who decided what and why, in sentences; further lines are indented by so much. */
void lantik_say_decision(struct lantik_cli *cli, const struct lantik_decision *decision, unsigned indent);
/* The members of an open JSON object: act, official, position, reason, counts, ids, leaf and time. */
void lantik_json_decision(struct lantik_cli *cli, const struct lantik_decision *decision);
/* `2026-11-22 10:02 WIB`; ret needs 32 bytes; returns ret. */
const char *lantik_time_text(int64_t micros, char ret[32]);

#endif
