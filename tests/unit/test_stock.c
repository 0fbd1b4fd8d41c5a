/* Unit tests of what a number in stock rests on: how the time of its head goes on, and who is at work.
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "stock.h"

#define MICROS INT64_C(1000000)

Test(stock, the_time_of_a_head_goes_on)
{
	struct store_ledger ledger = {.clock = 10 * MICROS};
	int64_t epoch;

	store_age_seen(&ledger, 0);
	epoch = ledger.now - ledger.clock;
	cr_assert_gt(epoch, 0, "PostgreSQL counts from another year");
	store_age_seen(&ledger, 3 * MICROS);
	cr_expect_eq(ledger.clock, 13 * MICROS);
	cr_expect_eq(ledger.now, epoch + 13 * MICROS);
}

Test(stock, the_time_of_a_head_is_never_before_its_last_leaf)
{
	struct store_ledger ledger = {.clock = 10 * MICROS};

	store_age_seen(&ledger, 0);
	int64_t last = ledger.now += 5 * MICROS; /* the clock was put back after that leaf */
	store_age_seen(&ledger, 2 * MICROS);
	cr_expect_eq(ledger.now, last);
	store_age_seen(&ledger, 4 * MICROS);
	cr_expect_eq(ledger.now, last + MICROS);
}

Test(stock, transactions_are_counted)
{
	struct permits *permits = permits_new(2);
	struct permit first = {.of = permits}, second = first, third = first;
	uint64_t before = permits_taken(permits);

	cr_expect_eq(permits_open(permits), 0);
	permit_take(&first);
	permit_take(&second);
	cr_expect_eq(permits_open(permits), 2);
	permit_pass_on(&first);
	cr_expect_eq(permits_open(permits), 2, "what commits is under way");
	permit_take(&third);
	cr_expect_eq(permits_open(permits), 3);
	permit_end(&first);
	permit_end(&second);
	permit_end(&third);
	cr_expect_eq(permits_open(permits), 0);
	permit_take(&first);
	permit_take(&second);
	permit_end(&first);
	permit_end(&second);
	cr_expect_eq(permits_taken(permits), before + 5, "also those that ended");
	permits_free(&permits);
}

Test(stock, there_is_none_without_a_connection)
{
	struct worker worker = {.permit.of = permits_new(1), .store = store_new("", "test")};
	struct stock stock = {0};

	cr_expect_null(stock_prepare(&stock, &worker));
	cr_expect_not(stock_open(&stock, &worker, true));
	store_free(&worker.store);
	permits_free(&worker.permit.of);
}

Test(stock, a_transaction_that_failed_makes_batches_do_without)
{
	struct worker worker = {.permit.of = permits_new(1), .store = store_new("", "test")};
	struct stock stock = {0};

	stock_failed(&stock);
	unsigned without = stock.without;
	cr_assert_gt(without, 1);
	cr_expect_null(stock_prepare(&stock, &worker));
	cr_expect_eq(stock.without, without - 1);
	store_free(&worker.store);
	permits_free(&worker.permit.of);
}
