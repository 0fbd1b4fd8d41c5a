/* What the receipt of an outbox entry must speak of, read back from what was sent.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_SENT_H
#define LANTIK_SENT_H

#include "proof.h"

struct lantik_sent {
	struct lantik_expectation expected; /* borrows from the entry, the home and the members below */
	struct lantik_arena *arena;
	struct lantik_own_signature *signatures;
	struct lantik_buffer through;
};

/* The digests of the entry, agency, kind and step of its body, and the signatures that sign.key and the signing keys in
 * HOME/former/ make of it (Ed25519 makes the same one each time). Without a sign.key the signature is not compared.
 * Returns LANTIK_EXIT_OK or the exit code of a failure that it reported. */
int lantik_sent_read(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry,
	struct lantik_sent *ret);
void lantik_sent_free(struct lantik_sent *sent);

/* Those signatures of a manifest; the caller frees *ret. */
int lantik_own_signatures(struct lantik_cli *cli, const struct lantik_home *home,
	const uint8_t manifest_sha256[LANTIK_HASH], struct lantik_own_signature **ret, size_t *ret_count);

#endif
