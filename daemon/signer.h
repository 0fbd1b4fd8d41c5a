/* The signer: the receipt keys, what the daemon believes of its own log (lantik/trust.h), and the memory of the last
 * head that was signed. A size is signed only when its root is consistent, in either direction, with that head, and by
 * exactly the keys that the deeds of the ledger put in force at that size: every daemon makes the same bytes. The head
 * survives in a small file (head_file.h), on the disk before a signature leaves; each epoch has a file of its own.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_SIGNER_H
#define LANTIK_DAEMON_SIGNER_H

#include "head_file.h"
#include "lantik/ledger.h"
#include "lantik/trust.h"

#define SIGNER_WHY HEAD_WHY

struct signer;

/* What was last signed; size 0: nothing in this epoch. */
struct signer_head {
	unsigned epoch;
	uint64_t size;
	uint8_t root[LANTIK_HASH];
};

/* Opens or makes the head file of the newest epoch that the directory knows. The keys, 1 to LANTIK_MAX_SIGNERS, are
 * named by the base origin and copied. The directory is this signer's alone until it is closed: LANTIK_E_UNAVAILABLE
 * when another one has it. LANTIK_E_MALFORMED when a file is damaged, LANTIK_E_IO when it cannot be used,
 * LANTIK_E_MISMATCH when it is of another origin or the keys are of several. ret_why says which file, why and what to
 * do; after LANTIK_OK it is empty or a warning. */
LANTIK_MUST_CHECK enum lantik_error signer_open(const char *directory, const struct lantik_skey *keys, size_t count,
	struct signer **ret, char ret_why[SIGNER_WHY]);
void signer_close(struct signer **signer);

/* Takes over what the deeds below trust_size say; an older trust changes nothing, unless it may go back (the database
 * lost deeds, and that is known). Opens the head file of a newer epoch. LANTIK_E_INCONSISTENT when the epoch is older
 * than one that this daemon signed in; may_go_back believes it all the same, and then nothing is signed before a newer
 * one. Until the first call nothing is signed. */
LANTIK_MUST_CHECK enum lantik_error signer_believe(
	struct signer *signer, const struct lantik_trust *trust, uint64_t trust_size, bool may_go_back);
/* trust_size of what is believed; false before the first. */
LANTIK_MUST_CHECK bool signer_believes(struct signer *signer, uint64_t *ret_trust_size);
/* A copy of what is believed; false before the first. */
LANTIK_MUST_CHECK bool signer_trust(struct signer *signer, struct lantik_trust *ret);

/* The keys of this daemon: the first one, by whose name the log goes; whether one is here. Names are base origins. */
const struct lantik_vkey *signer_vkey(const struct signer *signer);
bool signer_holds(const struct signer *signer, const struct lantik_vkey *vkey);
/* Whether a key that must sign this size is not here; its id then, for an operator. */
LANTIK_MUST_CHECK bool signer_lacks(struct signer *signer, uint64_t size, char ret_id[9]);

/* A signature that nobody has seen. It is made before it is known whether there will be such a tree, and leaves by
 * signer_sign alone, or never. Zeroed: none. */
struct signer_prepared {
	uint64_t size;
	uint8_t root[LANTIK_HASH];
	uint64_t belief; /* by whose keys it is signed */
	struct lantik_buffer note;
};
/* Signs in memory and remembers nothing. When the size cannot be signed now, nothing is prepared: signer_sign says why.
 * What was prepared there before is discarded. */
void signer_prepare(struct signer *signer, uint64_t size, const uint8_t root[LANTIK_HASH], struct signer_prepared *ret);
/* Wiped, and its memory freed. */
void signer_discard(struct signer_prepared *prepared);

/* While the database commits the tree, and before that is known: keeps on the disk that its head may be
 * signed. signer_sign of this very tree needs no flush then. A flush long; what fails is done by signer_sign. */
void signer_mean(struct signer *signer, uint64_t size, const uint8_t root[LANTIK_HASH]);
/* There will be no such tree, or not by this commit: what was meant is taken back, unless it was something else. */
void signer_withdraw(struct signer *signer, uint64_t size, const uint8_t root[LANTIK_HASH]);
/* Once in a while: what was signed as it was meant, or taken back, is flushed, too. What fails is tried again, and told
 * when the next head is signed. */
void signer_settle(struct signer *signer);

/* Signs the checkpoint of a size. before is the edge of the tree one leaf smaller when the caller has it (the common
 * case needs no node then); nodes answers for the others. prepared, which may be NULL, spares the signing when it is of
 * this tree and the keys are still the same. LANTIK_E_INCONSISTENT when it contradicts what was signed or that is in
 * doubt, LANTIK_E_BAD_KEY when a key that must sign is not here, LANTIK_E_NOT_FOUND when no key may sign this size,
 * LANTIK_E_IO when the head could not be remembered. */
LANTIK_MUST_CHECK enum lantik_error signer_sign(struct signer *signer, uint64_t size, const uint8_t root[LANTIK_HASH],
	const struct lantik_edge *before, lantik_node_source nodes, void *context,
	const struct signer_prepared *prepared, struct lantik_buffer *ret_note);

/* Whether an earlier run meant to sign a head and nobody knows yet whether it did. Nothing is signed until that is
 * decided: it counts as signed, or was told to nobody. *ret_last is the last signed head then. LANTIK_E_IO: it could
 * not be remembered, and the doubt stays. */
LANTIK_MUST_CHECK bool signer_doubts(struct signer *signer, struct head_doubt *ret);
LANTIK_MUST_CHECK enum lantik_error signer_decide(struct signer *signer, bool was_signed, struct signer_head *ret_last);

/* After LANTIK_E_IO of signer_sign: whether it is time to tell the operator, and then which file and why, and how many
 * times in a row. False when it was told within the last minute, or a later head was remembered. */
LANTIK_MUST_CHECK bool signer_tells(struct signer *signer, char ret_why[SIGNER_WHY], unsigned long long *ret_times);
/* Why signer_believe or signer_decide could not use a head file. */
void signer_why(struct signer *signer, char ret[SIGNER_WHY]);

/* The last signed head, and as a note (empty before the first). Appends. */
void signer_last(struct signer *signer, struct signer_head *ret);
void signer_last_note(struct signer *signer, struct lantik_buffer *ret);
/* Whether a head that was read after last was asked for continues it. LANTIK_E_INCONSISTENT: it does not;
 * LANTIK_E_NOT_FOUND: the nodes do not tell. */
LANTIK_MUST_CHECK enum lantik_error signer_follows(const struct signer_head *last, uint64_t size,
	const uint8_t root[LANTIK_HASH], lantik_node_source nodes, void *context);

#endif
