/* A number and the head of the ledger for the next small batch that comes alone, asked for when the last one has its
 * answer: the next one begins without a question.
 *
 * Numbers are in the order of the ledger, and stay so: the head of a stock was read before its number was taken, and
 * who uses it moves the head from exactly that size. When that succeeds nobody committed a leaf meanwhile, so the
 * number is greater than all that stand in the ledger, as good as one that is taken now. It is good for that one
 * attempt (submission.is_stocked) and for no other: what goes any other way, for whatever reason, takes a number anew.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_STOCK_H
#define LANTIK_DAEMON_STOCK_H

#include "submission.h"

/* Zeroed: none. It stays where it is, since the answer is written to it. */
struct stock {
	bool is_asked;
	struct store_numbers numbers; /* the answer; it is read by the next call of the store that waits */
	unsigned connection;          /* of the store, by its count */
	uint64_t transactions;        /* that this daemon had begun when it was asked */
	int64_t asked_at, taken_at;   /* of clock_sleepless */
	unsigned without;             /* so many batches do without one */
};

/* After a batch that made use of a head as it was seen: what the question for the next one is to fill
 * (receipt_send_notes); NULL: it is not worth it, since others are at work. */
LANTIK_MUST_CHECK struct store_numbers *stock_prepare(struct stock *stock, struct worker *worker);
/* Something came: whether there may be a stock for it, when it is a batch that can make use of one. It is for this
 * batch or for nobody. */
LANTIK_MUST_CHECK bool stock_open(struct stock *stock, struct worker *worker, bool is_wanted);
/* When the answer is read: the number with its head, as of the moment when the batch came. is_wanted: the batch may be
 * sent at once. False: none that would do. */
LANTIK_MUST_CHECK bool stock_take(
	struct stock *stock, struct worker *worker, bool is_wanted, struct store_numbers *ret);
/* Who took it and holds a permit: whether no other transaction of this daemon was begun since it was asked for. */
LANTIK_MUST_CHECK bool stock_stands(const struct stock *stock, struct worker *worker);
/* The head was moved all the same, by another daemon or an official: this will happen again. */
void stock_failed(struct stock *stock);

#endif
