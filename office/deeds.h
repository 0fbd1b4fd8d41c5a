/* The centre's deeds about its receipt keys and its recoveries, kept in HOME/deeds/: with the pinned keys they are what
 * this office believes of the ledger.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DEEDS_H
#define LANTIK_DEEDS_H

#include "home.h"
#include "lantik/receipt.h"

/* All of these return LANTIK_EXIT_OK or the exit code of a failure that they reported. */

/* The pinned keys, and every deed that is kept and proves. One that was damaged here is remarked and passed over. */
int lantik_home_trust(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_trust *ret);
/* The same, and how many deeds are missing in it, which the centre can give again. */
int lantik_home_trust_counted(
	struct lantik_cli *cli, const struct lantik_home *home, struct lantik_trust *ret, size_t *ret_missing);

/* What became of a deed. */
enum lantik_deed_taking {
	LANTIK_DEED_KNOWN,  /* it was here already, or changes nothing that an office believes */
	LANTIK_DEED_TAKEN,  /* new */
	LANTIK_DEED_WAITING /* it cannot be proved before a recovery key is set, which was remarked */
};

/* Proves the receipt of a deed, keeps it durably, applies it and tells it. Exit code 8 for one that does not prove,
 * which is kept as evidence in HOME/forks/. */
int lantik_deeds_take(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_trust *trust,
	struct lantik_span receipt, enum lantik_deed_taking *ret);

/* The receipt of a deed, and the deed in it; borrows from the text. */
struct lantik_deed_receipt {
	struct lantik_receipt receipt;
	struct lantik_deed deed;
};

/* Takes the text apart; nothing of it is proved. LANTIK_E_MALFORMED when it is no receipt of a deed. */
LANTIK_MUST_CHECK enum lantik_error lantik_deed_receipt_parse(struct lantik_span text, struct lantik_deed_receipt *ret);
void lantik_deed_receipt_free(struct lantik_deed_receipt *deed);

#endif
