/* A deed: what the operator did about the ledger's own matters (offices, keys, recovery, erasure), as canonical text,
 * whose SHA-256 is in the deed's leaf.
 *
 *   lantik-deed 1
 *   deed <uuid>
 *   kind <word of the list deed_kind>
 *   origin <base origin of the log>
 *   <fields of the kind>
 *   official <name>                       `-` when none is given
 *   reason <text>                         `-` when none is given
 *   end
 * Fields of the kinds, in this order:
 *   office-add          office <name>, then scope, curve <Z85>, sign <vkey>
 *   key-add             office <name>, curve <Z85>, sign <vkey>
 *   key-revoke          curve <Z85>
 *   office-revoke       office <name>
 *   scope               office <name>, then scope
 *   receipt-key-add     key <vkey>        its name is the base origin
 *   receipt-key-retire  key <vkey>, compromised-from <size, or `-`>
 *   recover             epoch <n>, common <size> <base64 root>, size <size> <base64 root>, and 1 to LANTIK_MAX_LOST
 *                       lines lost <size> <base64 root>, ascending
 *   erase               batch <uuid>, leaf <leaf index of the batch>, record <no>, and of the deed as carried out, each
 *                       list ascending and without a repeat:
 *                         row <leaf of batch or decision> <record no> <hex hash>
 *                         returned <leaf of the batch> <record no> <hex hash>
 *                         body <leaf of the batch>
 *                         place <agency> <kind> <group number> <used> <programme>
 *                         rejected <kind> <leaf of the decision> <programme, or `-`>
 *   A place is counted under its kind, group and programme; used is not 0 and may be negative. Rows and returned ascend
 * by leaf and record, places by agency, code of the kind, group and programme, rejected by code of the kind, leaf and
 *   programme.
 *   scope is: kanreg <two digits>, or agencies <four digits> ... (ascending); from <YYYY-MM-DD, or `-`>;
 *   until <YYYY-MM-DD, or `-`> (the first day that is outside).
 * official is required of receipt-key-add, receipt-key-retire, recover and erase, reason of all but office-add, key-add
 * and scope. receipt-key-add, receipt-key-retire and recover are signed notes of the recovery key, whose name is
 * `<base origin>/recovery`: the text, a blank line, a signature line; the others carry no signature.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DEED_H
#define LANTIK_DEED_H

#include "lantik/ledger.h"
#include "lantik/note.h"
#include "lantik/record.h"

#define LANTIK_RECOVERY_SUFFIX "/recovery"

/* Numbers of the list deed_kind and of the database. */
enum lantik_deed_kind {
	LANTIK_DEED_OFFICE_ADD = 1,
	LANTIK_DEED_KEY_ADD,
	LANTIK_DEED_KEY_REVOKE,
	LANTIK_DEED_OFFICE_REVOKE,
	LANTIK_DEED_SCOPE,
	LANTIK_DEED_RECEIPT_KEY_ADD,
	LANTIK_DEED_RECEIPT_KEY_RETIRE,
	LANTIK_DEED_RECOVER,
	LANTIK_DEED_ERASE,
	LANTIK_DEED_KIND_END
};

/* For which agencies an office sends, and when: kanreg, or agencies when it is empty. */
struct lantik_deed_scope {
	struct lantik_span kanreg;                             /* two digits */
	struct lantik_span agencies[LANTIK_MAX_DEED_AGENCIES]; /* four digits each, ascending */
	size_t agency_count;
	int32_t from, until; /* dates; 0: open. until is the first day outside */
};

/* A tree that a recovery names. */
struct lantik_tree_head {
	uint64_t size;
	uint8_t root[LANTIK_HASH];
};

struct lantik_deed_recovery {
	unsigned epoch;                                /* that begins; from 2 */
	struct lantik_tree_head common;                /* the largest tree that both sides hold */
	struct lantik_tree_head size;                  /* the tree that goes on, before the recovery's own leaf */
	struct lantik_tree_head lost[LANTIK_MAX_LOST]; /* signed heads that are given up; ascending */
	size_t lost_count;
};

/* A row or returned record that was erased: its hash stays, its bytes go. */
struct lantik_erased_row {
	uint64_t leaf_index; /* of the batch or decision that it stands under */
	uint32_t record_no;
	int32_t group; /* code of kelompok_lapor under which it is counted, 0: none; 0 for a returned record */
	uint8_t hash[LANTIK_HASH];
};

/* Places of a formation that the erased person took: what its counter keeps although the rows are gone. */
struct lantik_erased_place {
	struct lantik_span agency;
	int32_t kind;
	struct lantik_span programme;
	int32_t group; /* code of kelompok_lapor; 0: none */
	int64_t used;
};

/* That a person was rejected in a programme. */
struct lantik_erased_rejection {
	int32_t kind;
	struct lantik_span programme; /* empty: none */
	uint64_t leaf_index;          /* of the decision */
};

struct lantik_deed_erasure {
	uint8_t batch_id[16]; /* one of the person's records, which names it */
	uint64_t leaf_index;  /* of that batch */
	uint32_t record_no;
	/* What was carried out; of a request nothing yet. */
	struct lantik_erased_row *rows;
	size_t row_count;
	struct lantik_erased_row *returned;
	size_t returned_count;
	uint64_t *bodies; /* leaf indexes of the batches whose bodies went */
	size_t body_count;
	struct lantik_erased_place *places;
	size_t place_count;
	struct lantik_erased_rejection *rejections;
	size_t rejection_count;
};

/* Look at kind first: fields of other kinds are zero and empty. */
struct lantik_deed {
	enum lantik_deed_kind kind;
	uint8_t deed_id[16];
	struct lantik_span origin;   /* base origin */
	struct lantik_span official; /* at most LANTIK_MAX_OFFICIAL characters; empty: none */
	struct lantik_span reason;   /* at most LANTIK_MAX_REASON characters; empty: none */

	struct lantik_span office;            /* office-add, key-add, office-revoke, scope */
	struct lantik_deed_scope scope;       /* office-add, scope */
	uint8_t curve[32];                    /* office-add, key-add, key-revoke: CURVE public key */
	struct lantik_vkey sign;              /* office-add, key-add */
	struct lantik_vkey key;               /* receipt-key-add, receipt-key-retire */
	bool is_compromised;                  /* receipt-key-retire: compromised_from is said */
	uint64_t compromised_from;            /* no checkpoint of this size or larger counts for its signature alone */
	struct lantik_deed_recovery recovery; /* recover */
	struct lantik_deed_erasure erasure;   /* erase */

	/* After parsing alone. */
	bool is_signed;                 /* it came as a note */
	struct lantik_span signed_text; /* the whole note; empty unless is_signed */
};

/* Writes the text, without a signature: lantik_note_sign makes the note of it. LANTIK_E_MALFORMED when a field of the
 * kind is not as said above; ret is as before then. Sets nothing in deed and sorts nothing. Appends. */
enum lantik_error lantik_deed_format(const struct lantik_deed *deed, struct lantik_buffer *ret);
/* The whole text or the whole note, or LANTIK_E_MALFORMED; LANTIK_E_BAD_VERSION when it begins otherwise,
 * LANTIK_E_TOO_LARGE past LANTIK_MAX_DEED. A kind that is signed may come without its signature (as it is before it is
 * signed): ask is_signed, and lantik_deed_signature. Others with one are malformed. ret borrows from text and owns the
 * lists of an erasure until lantik_deed_free. */
LANTIK_MUST_CHECK enum lantik_error lantik_deed_parse(struct lantik_span text, struct lantik_deed *ret);
void lantik_deed_free(struct lantik_deed *deed);

enum lantik_leaf_type lantik_deed_leaf_type(enum lantik_deed_kind kind);
/* Whether deeds of this kind carry the signature of the recovery key. */
bool lantik_deed_is_signed_kind(enum lantik_deed_kind kind);
/* Of a parsed deed: LANTIK_OK when it is a note that the recovery key of its log signed, LANTIK_E_BAD_SIGNATURE
 * otherwise. */
LANTIK_MUST_CHECK enum lantik_error lantik_deed_signature(
	const struct lantik_deed *deed, const struct lantik_vkey *recovery);

#endif
