/* Asks the centre what it holds of this office, page by page.
 * SPDX-License-Identifier: Apache-2.0 */
#include "holdings.h"

#include <stdlib.h>
#include <string.h>

static void add_batch(struct lantik_holdings *holdings, const struct lantik_reconcile_entry *entry)
{
	struct lantik_holding holding = {.leaf_index = entry->leaf_index,
		.last_leaf = entry->leaf_index,
		.state = entry->state,
		.accepted = entry->accepted,
		.returned = entry->returned,
		.review = entry->review,
		.rejected = entry->rejected,
		.recorded_at = entry->recorded_at};
	memcpy(holding.batch_id, entry->batch_id.data, sizeof holding.batch_id);
	memcpy(holding.manifest_sha256, entry->manifest_sha256.data, LANTIK_HASH);
	holdings->items = realloc(holdings->items, (holdings->count + 1) * sizeof *holdings->items);
	LANTIK_ASSERT(holdings->items);
	holdings->items[holdings->count++] = holding;
}

struct lantik_holding *lantik_holdings_find(const struct lantik_holdings *holdings, const uint8_t batch_id[16])
{
	for (size_t i = 0; i < holdings->count; i++)
		if (memcmp(holdings->items[i].batch_id, batch_id, 16) == 0)
			return &holdings->items[i];
	return NULL;
}

/* The counts of a batch are as of now already; of its decisions only the last leaf is news. */
static void add_page(struct lantik_holdings *holdings, const struct lantik_reconcile_answer *page)
{
	for (size_t i = 0; i < page->entry_count; i++) {
		const struct lantik_reconcile_entry *entry = &page->entries[i];
		if (entry->decision_id.len == 0) {
			add_batch(holdings, entry);
			continue;
		}
		struct lantik_holding *holding = lantik_holdings_find(holdings, entry->batch_id.data);
		if (holding)
			holding->last_leaf = entry->leaf_index;
	}
	holdings->ledger_size = page->ledger_size;
}

static int unreadable(struct lantik_cli *cli)
{
	return lantik_fail(cli, 153, LANTIK_EXIT_FAILED,
		"the centre's answer cannot be read\ninstall the current lantik",
		"jawaban pusat tidak terbaca\npasang lantik terbaru");
}

static int read_page(
	struct lantik_cli *cli, const struct lantik_reply *reply, struct lantik_holdings *holdings, uint64_t *from_leaf)
{
	struct lantik_reconcile_answer page;
	if (reply->message != LANTIK_RECONCILE_ANSWER)
		return lantik_report_refusal(cli, lantik_buffer_span(&reply->body));
	struct lantik_arena *arena = lantik_arena_new(LANTIK_RECONCILE_ARENA);
	LANTIK_ASSERT(arena);
	int code = LANTIK_EXIT_OK;
	if (lantik_reconcile_answer_decode(lantik_buffer_span(&reply->body), arena, &page) != LANTIK_OK ||
		(page.next_leaf > 0 && page.next_leaf <= *from_leaf)) {
		code = unreadable(cli);
	} else {
		add_page(holdings, &page);
		*from_leaf = page.next_leaf;
	}
	lantik_arena_free(&arena);
	return code;
}

static int fetch_page(
	struct lantik_cli *cli, struct lantik_peer *peer, struct lantik_holdings *holdings, uint64_t *from_leaf)
{
	struct lantik_buffer body = {0};
	struct lantik_reply reply = {0};
	struct lantik_reconcile_request asked = {.from_leaf = *from_leaf};
	LANTIK_ASSERT(lantik_reconcile_request_encode(&asked, &body) == LANTIK_OK);
	struct lantik_request request = {.message = LANTIK_RECONCILE,
		.body = lantik_buffer_span(&body),
		.timeout_ms = lantik_option_number(cli, "timeout", 60) * 1000};
	int code = lantik_exchange(peer, &request, &reply);
	if (code == LANTIK_EXIT_OK)
		code = read_page(cli, &reply, holdings, from_leaf);
	lantik_buffer_free(&body);
	lantik_buffer_free(&reply.body);
	return code;
}

int lantik_holdings_fetch(struct lantik_cli *cli, struct lantik_peer *peer, struct lantik_holdings *ret)
{
	struct lantik_holdings holdings = {0};
	uint64_t from_leaf = 0;
	int code;
	lantik_progress_start(cli, "batches told by the centre", "paket disebut pusat", 0);
	do {
		code = fetch_page(cli, peer, &holdings, &from_leaf);
		lantik_progress(cli, holdings.count);
	} while (code == LANTIK_EXIT_OK && from_leaf > 0);
	lantik_progress_end(cli);
	if (code == LANTIK_EXIT_OK)
		*ret = holdings;
	else
		lantik_holdings_free(&holdings);
	return code;
}

void lantik_holdings_free(struct lantik_holdings *holdings)
{
	free(holdings->items);
	*holdings = (struct lantik_holdings){0};
}
