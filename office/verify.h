/* What the files of `lantik verify` share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_VERIFY_H
#define LANTIK_VERIFY_H

#include "deeds.h"
#include "history.h"

#define LANTIK_MAX_COSIGNERS 16u

struct lantik_verifying {
	struct lantik_cli *cli;
	struct lantik_home home;
	struct lantik_trust trust;
	struct lantik_buffer body; /* --body; read when has_body */
	bool has_body;
	struct lantik_batch_digests digests; /* of that body; zero, and nobody's, when it is no whole batch */
	struct lantik_buffer through;        /* of the file RECEIPT.through, or receipt.through in the outbox */
	uint32_t record_no;                  /* --record; 0: none */
	struct lantik_cosigner cosigners[LANTIK_MAX_COSIGNERS];
	size_t cosigner_count;
};

/* All of these return LANTIK_EXIT_OK or the exit code of a failure that they reported. */

int lantik_verify_batch(struct lantik_verifying *verifying, const char *path, struct lantik_span text);
int lantik_verify_decision(struct lantik_verifying *verifying, const char *path, struct lantik_span text);
int lantik_verify_deed(struct lantik_verifying *verifying, const char *path, struct lantik_span text);
int lantik_verify_checkpoint(struct lantik_verifying *verifying, const char *path, struct lantik_span text);
/* Every receipt of the outbox against its own batch, every decision against that, and every deed. */
int lantik_verify_outbox(struct lantik_verifying *verifying);

/* --- shared sentences --- */

/* Exit code 8 when a cosigner that was asked for did not sign; before anything is said to verify. */
int lantik_cosigners_check(struct lantik_verifying *verifying, const char *path, struct lantik_span note);
/* Who signed, who cosigned, and in which epoch; under the heading of what was proved. */
void lantik_say_signed(
	struct lantik_verifying *verifying, struct lantik_span note, const struct lantik_checkpoint *head);
/* What the epoch of the checkpoint leaves open; under the heading of what was not proved. */
void lantik_say_epoch_open(struct lantik_verifying *verifying, const struct lantik_checkpoint *head);
/* The members of an open JSON object: epoch, signers, cosigners, maybe_lost. */
void lantik_json_signed(
	struct lantik_verifying *verifying, struct lantik_span note, const struct lantik_checkpoint *head);
const char *lantik_durability_text(struct lantik_cli *cli, uint8_t durability);
int lantik_not_proved(
	struct lantik_verifying *verifying, const char *path, enum lantik_doubt doubt, struct lantik_span note);
/* The `result` of a batch's and of a decision's receipt. */
void lantik_write_batch(struct lantik_verifying *verifying, const char *path, const struct lantik_proved *proved);
void lantik_write_decision(
	struct lantik_verifying *verifying, const char *path, const struct lantik_decision *decision);

#endif
