/* The signer: the receipt key, and the memory of the last head that was signed.
 * A size is signed only when its root is consistent, in either direction, with that head. The head survives in a small
 * preallocated file of two checksummed slots, flushed before a signature leaves.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_SIGNER_H
#define LANTIK_DAEMON_SIGNER_H

#include "lantik/ledger.h"
#include "lantik/note.h"

struct signer;

/* Opens or makes `head` in the directory. LANTIK_E_IO when it cannot, LANTIK_E_MISMATCH when the file is of another
 * origin. The key is copied. */
LANTIK_MUST_CHECK enum lantik_error signer_open(
	const char *directory, const struct lantik_skey *key, struct signer **ret);
void signer_close(struct signer **signer);

/* Signs the checkpoint of a size. before is the edge of the tree one leaf smaller when the caller has it (the common
 * case needs no node then); nodes answers for the others. LANTIK_E_INCONSISTENT when it contradicts what was signed. */
LANTIK_MUST_CHECK enum lantik_error signer_sign(struct signer *signer, uint64_t size, const uint8_t root[LANTIK_HASH],
	const struct lantik_edge *before, lantik_node_source nodes, void *context, struct lantik_buffer *ret_note);

/* The head of a ledger as the database tells it at start: whether it may follow what was signed. */
LANTIK_MUST_CHECK enum lantik_error signer_check_head(
	struct signer *signer, uint64_t size, const uint8_t root[LANTIK_HASH], lantik_node_source nodes, void *context);

/* The last signed checkpoint as a note; empty before the first. Appends. */
void signer_last_note(struct signer *signer, struct lantik_buffer *ret);
const struct lantik_vkey *signer_vkey(const struct signer *signer);

#endif
