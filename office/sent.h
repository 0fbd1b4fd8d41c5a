/* What the receipt of an outbox entry must speak of, read back from what was sent.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_SENT_H
#define LANTIK_SENT_H

#include "proof.h"

struct lantik_sent {
	struct lantik_expectation expected; /* borrows from the entry, the home and the members below */
	struct lantik_arena *arena;
	uint8_t key_id[4], signature_sha256[LANTIK_HASH];
};

/* The digests of the entry, agency, kind and step of its body, and the signature that sign.key makes of it (Ed25519
 * makes the same one each time). Without a sign.key the signature is not compared. Returns LANTIK_EXIT_OK or the exit
 * code of a failure that it reported. */
int lantik_sent_read(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry,
	struct lantik_sent *ret);
void lantik_sent_free(struct lantik_sent *sent);

#endif
