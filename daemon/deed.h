/* Deeds in the daemon: a request of the operator becomes a leaf, with what follows from it, or it is refused.
 *   deed.c         the way itself: one request, one transaction, one leaf and its checkpoint, or a refusal
 *   deed_office.c  offices, their keys and scopes
 *   deed_receipt.c receipt keys
 *   deed_recover.c a new epoch after a fork
 *   deed_erase.c   one person (deed_person.c finds all that is held)
 * Each kind has a handler in the file of its subject. All of it runs on the decider's thread, one deed of all daemons
 * at a time, beside decisions. SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_DEED_H
#define LANTIK_DAEMON_DEED_H

#include "lantik/deed.h"

#include "decide_private.h"
#include "store_deed.h"

#define DEED_WHY 240

/* A deed on its way: what each part adds for the next. */
struct deed {
	struct worker *worker;
	struct store_deed_request request;
	struct lantik_deed asked;   /* borrows from request.text */
	struct lantik_buffer text;  /* what the leaf binds; the request's own unless the handler wrote another */
	struct store_ledger ledger; /* from the lock of the head on: the tree before the deed's leaf */
	struct lantik_deed_leaf leaf;
	int64_t version;    /* of the reference data after it */
	int32_t office_no;  /* deed_office.c: whom it is about */
	void *own;          /* of the handler, between its functions; its release frees it */
	char why[DEED_WHY]; /* why it cannot be carried out; empty when it can */
};

/* What a kind of deed does. Each function may be NULL. One that returns STORE_OK may have refused; then nothing more
 * happens, and what was written is rolled back. All may run again from the start after a race. */
struct deed_handler {
	/* Looks, refuses, and takes every lock that comes before the head's (formations, people by NIK, counters,
	 * places). May write what does not name the leaf, and write text anew. */
	enum store_result (*open)(struct deed *d);
	/* Under the lock of the head, before the leaf: refuses what does not fit the ledger as it stands. */
	enum store_result (*check)(struct deed *d);
	/* After the leaf and the row of the deed: what follows from it. d->leaf tells place and time. */
	enum store_result (*write)(struct deed *d);
	void (*release)(struct deed *d);
};

extern const struct deed_handler deed_office_add, deed_key_add, deed_key_revoke, deed_office_revoke, deed_scope,
	deed_receipt_key_add, deed_receipt_key_retire, deed_recover, deed_erase;

/* Says that the deed cannot be carried out, in one English sentence without a value of a person. */
void deed_refuse(struct deed *d, const char *format, ...) LANTIK_PRINTF(2, 3);
static inline bool deed_is_refused(const struct deed *d)
{
	return d->why[0] != '\0';
}

/* Carries out the next request, when one waits. */
enum decide_turn deed_take_turn(struct worker *worker, struct decide_line *line);

#endif
