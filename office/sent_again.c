/* Finds corrections among the bodies of the outbox.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sent_again.h"

#include <string.h>

#include "lantik/codec.h"

/* Spans of LANTIK_MAX_RECORDS records and the manifest. */
#define BATCH_ARENA (LANTIK_MAX_RECORDS * sizeof(struct lantik_span) + 256u * 1024)
#define RECORD_ARENA (64u * 1024)

static bool is_its_id(const struct lantik_history *history, struct lantik_span id)
{
	if (id.len != 16)
		return false;
	bool its = memcmp(id.data, lantik_history_batch_id(history), 16) == 0;
	for (size_t i = 0; i < history->decision_count && !its; i++)
		its = memcmp(id.data, history->decisions[i]->statement.decision_id, 16) == 0;
	return its;
}

/* Decoding is for the few bodies that hold one of the ids at all. */
static bool may_name_it(const struct lantik_history *history, struct lantik_span body)
{
	bool may = memmem(body.data, body.len, lantik_history_batch_id(history), 16) != NULL;
	for (size_t i = 0; i < history->decision_count && !may; i++)
		may = memmem(body.data, body.len, history->decisions[i]->statement.decision_id, 16) != NULL;
	return may;
}

static void mark_records(
	const struct lantik_batch_view *view, const struct lantik_history *history, uint32_t place, uint32_t *by)
{
	struct lantik_record record;
	struct lantik_arena *arena = lantik_arena_new(RECORD_ARENA);
	LANTIK_ASSERT(arena);
	for (uint32_t i = 0; i < view->record_count; i++) {
		lantik_arena_reset(arena);
		if (lantik_record_decode(view->records[i], arena, &record) == LANTIK_OK &&
			is_its_id(history, record.corrects_batch_id) && record.corrects_record_no > 0 &&
			(uint32_t)record.corrects_record_no <= history->proved.verdict.records)
			by[record.corrects_record_no - 1] = place;
	}
	lantik_arena_free(&arena);
}

static void mark_body(struct lantik_span body, const struct lantik_history *history, uint32_t place, uint32_t *by)
{
	struct lantik_batch_view view;
	uint32_t record_no;
	if (body.len == 0 || !may_name_it(history, body))
		return;
	struct lantik_arena *arena = lantik_arena_new(BATCH_ARENA);
	LANTIK_ASSERT(arena);
	if (lantik_batch_scan(body, arena, &view, &record_no) == LANTIK_OK)
		mark_records(&view, history, place, by);
	lantik_arena_free(&arena);
}

void lantik_mark_sent_again(const struct lantik_home *home, const struct lantik_entries *entries,
	const struct lantik_history *history, uint32_t *by)
{
	for (size_t i = 0; i < entries->count; i++) {
		const struct lantik_entry *entry = &entries->items[i];
		struct lantik_buffer body = {0};
		bool sent = entry->state == LANTIK_ENTRY_SENT || entry->state == LANTIK_ENTRY_RECORDED;
		if (entry->damaged || !sent || !lantik_outbox_read_body(home, entry, &body))
			continue;
		mark_body(lantik_buffer_span(&body), history, (uint32_t)i + 1, by);
		lantik_buffer_free(&body);
	}
}
