/* Records that did not go in: their bytes under the root that the leaf binds, outcome and cause as the verdict says.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit_entry.h"
#include "lantik/codec.h"

enum { NUMBER, RECORD, OUTCOME, SALT, BYTES, CAUSE };

#define SALT_LENGTH 16

void audit_returned_open(struct entries *all)
{
	owned_open(all, &all->returned, "returned_record", "batch_no",
		"SELECT t.batch_no, t.record_no, t.outcome, t.salt, t.bytes, t.cause", ", t.record_no");
}

static int by_record(const void *a, const void *b)
{
	const struct audit_held *x = a, *y = b;
	return x->record_no < y->record_no ? -1 : x->record_no > y->record_no;
}

static const struct audit_held *held_find(const struct entry *entry, uint32_t record_no)
{
	struct audit_held wanted = {.record_no = record_no};
	if (!entry->is_told || !entry->held_count)
		return NULL;
	return bsearch(&wanted, entry->all->held, entry->held_count, sizeof wanted, by_record);
}

static void tell(const struct entry *entry, uint32_t record_no, const char *column)
{
	audit_found(entry->all->audit, "returned_record", AUDIT_ALTERED, column,
		"batch_no %" PRId64 " record_no %" PRIu32, entry->number, record_no);
}

/* The cause follows from the findings of the record. */
static void cause_check(const struct entry *entry, uint32_t record_no)
{
	const struct lantik_findings *f = &entry->findings;
	struct lantik_buffer cause = {0};
	size_t first = 0, last;
	if (!entry->findings_known)
		return;
	while (first < f->count && f->items[first].record_no < record_no)
		first++;
	for (last = first; last < f->count && f->items[last].record_no == record_no;)
		last++;
	lantik_cause_format(f->items + first, last - first, &cause);
	LANTIK_ASSERT(!cause.error);
	if (!audit_is(&entry->all->returned.stream, CAUSE, lantik_buffer_span(&cause)))
		tell(entry, record_no, "cause");
	lantik_buffer_free(&cause);
}

/* Its bytes are a record of the batch as it was sent. */
static void bytes_read(struct entry *entry, uint32_t record_no, struct lantik_span bytes)
{
	struct lantik_record record;
	uint8_t hash[LANTIK_HASH];
	lantik_leaf_hash(bytes, hash);
	audit_record_is(entry, record_no, hash);
	lantik_arena_reset(entry->all->row_arena);
	if (record_no == 1 && lantik_record_decode(bytes, entry->all->row_arena, &record) == LANTIK_OK)
		audit_form_is(entry, record.kode_instansi.len > 0);
}

/* The hash counts with the outcome that the verdict says, so that an altered one is told as that and nothing else. */
static void record_check(struct entry *entry, struct items *items)
{
	const struct audit_stream *row = &entry->all->returned.stream;
	int64_t number = audit_integer(row, RECORD);
	uint32_t record_no = (uint32_t)number;
	int64_t outcome = audit_integer(row, OUTCOME);
	uint8_t salt[SALT_LENGTH] = {0}, hash[LANTIK_HASH];
	const struct audit_held *held = number == record_no ? held_find(entry, record_no) : NULL;
	if (held) {
		int64_t said = held->outcome == LANTIK_IN_REVIEW ? LANTIK_DID_WAIT : LANTIK_DID_RETURN;
		if (outcome != said)
			tell(entry, record_no, "outcome");
		outcome = said;
		cause_check(entry, record_no);
	}
	if (audit_cell(row, SALT).len == sizeof salt)
		memcpy(salt, audit_cell(row, SALT).data, sizeof salt);
	lantik_returned_hash(record_no, (uint8_t)outcome, salt, audit_cell(row, BYTES), hash);
	items_add(items, number, hash);
	if (held)
		bytes_read(entry, record_no, audit_cell(row, BYTES));
}

bool audit_returned_check(struct entry *entry)
{
	struct entries *all = entry->all;
	struct items *items = &all->items;
	uint32_t *numbers = malloc((entry->held_count + 1) * sizeof *numbers);
	LANTIK_ASSERT(numbers);
	items->count = 0;
	for (; owned_seek(all, &all->returned, entry->number); owned_next(&all->returned))
		record_check(entry, items);
	items_add_erased(entry, 2, items, "returned_record");
	for (size_t i = 0; i < entry->held_count; i++)
		numbers[i] = all->held[i].record_no;
	bool fit = !all->audit->failed && items_check(entry, items,
						  &(struct hashed){.table = "returned_record",
							  .column = "returned_hashes",
							  .stored = entry->returned_hashes,
							  .root = entry->returned_root,
							  .numbers = entry->is_told ? numbers : NULL,
							  .count = entry->held_count});
	free(numbers);
	return fit;
}
