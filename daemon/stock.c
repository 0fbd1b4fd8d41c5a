/* A number and the head of the ledger that were asked for before there was a batch.
 * SPDX-License-Identifier: Apache-2.0 */
#include "stock.h"

#include "clock.h"

/* Batches without a stock after one that nobody could use, which is a question in vain; and after one that failed,
 * which is a transaction in vain. */
#define AFTER_WASTE 8
#define AFTER_FAILURE 64

struct store_numbers *stock_prepare(struct stock *stock, struct worker *w)
{
	if (stock->without) {
		stock->without--;
		return NULL;
	}
	stock->transactions = permits_taken(w->permit.of); /* before it is looked whether one is under way */
	if (!store_is_up(w->store) || permits_open(w->permit.of))
		return NULL;
	stock->is_asked = true;
	stock->numbers.count = 0;
	stock->connection = store_connection_count(w->store);
	stock->asked_at = clock_sleepless();
	return &stock->numbers;
}

static bool waste(struct stock *stock)
{
	stock->without = AFTER_WASTE;
	return false;
}

bool stock_open(struct stock *stock, struct worker *w, bool is_wanted)
{
	if (!stock->is_asked)
		return false;
	stock->is_asked = false;
	stock->taken_at = clock_sleepless();
	bool stands = store_is_up(w->store) && permits_taken(w->permit.of) == stock->transactions;
	return (is_wanted && stands) || waste(stock);
}

/* What the decider appended is known to the signer. */
static bool is_behind(const struct stock *stock, struct worker *w)
{
	struct signer_head last;

	signer_last(w->house->signer, &last);
	return last.size > stock->numbers.seen.edge.size;
}

bool stock_take(struct stock *stock, struct worker *w, bool is_wanted, struct store_numbers *ret)
{
	bool came = store_connection_count(w->store) == stock->connection && stock->numbers.count == 1;

	if (!is_wanted || !came || is_behind(stock, w))
		return waste(stock);
	*ret = stock->numbers;
	ret->sees = ret->is_stocked = true;
	store_age_seen(&ret->seen, stock->taken_at - stock->asked_at);
	return true;
}

bool stock_stands(const struct stock *stock, struct worker *w)
{
	return permits_taken(w->permit.of) == stock->transactions + 1;
}

void stock_failed(struct stock *stock)
{
	stock->without = AFTER_FAILURE;
}
