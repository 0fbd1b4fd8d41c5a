/* Which slot each current row of a person has under the two keys of its table.
 * SPDX-License-Identifier: Apache-2.0 */
#include "audit_slot.h"

#include <stdlib.h>

/* What the versions so far make of one kind. */
struct holding {
	int32_t kind;
	int64_t nip; /* 0: none */
	int32_t nip_slot;
};

struct holdings {
	struct holding *items;
	size_t count;
};

static void *grown(void *items, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return items;
	*room = *room ? 2 * *room : 8;
	items = realloc(items, *room * size);
	LANTIK_ASSERT(items);
	return items;
}

void audit_slots_version(struct audit_slots *slots, const struct audit_slot_version *version)
{
	slots->versions = grown(slots->versions, slots->version_count, &slots->version_room, sizeof *slots->versions);
	slots->versions[slots->version_count++] = *version;
}

void audit_slots_row(struct audit_slots *slots, const struct audit_slot_row *row)
{
	slots->rows = grown(slots->rows, slots->row_count, &slots->row_room, sizeof *slots->rows);
	slots->rows[slots->row_count++] = *row;
}

static int by_leaf(const void *a, const void *b)
{
	const struct audit_slot_version *x = a, *y = b;

	if (x->leaf_index != y->leaf_index)
		return x->leaf_index < y->leaf_index ? -1 : 1;
	return (x->record_no > y->record_no) - (x->record_no < y->record_no);
}

static struct holding *holding_of(struct holdings *holdings, int32_t kind)
{
	for (size_t i = 0; i < holdings->count; i++)
		if (holdings->items[i].kind == kind)
			return &holdings->items[i];
	return NULL;
}

/* Under another kind; the one with the lowest slot. */
static struct holding *other_holding(struct holdings *holdings, int32_t kind, int64_t nip)
{
	struct holding *lowest = NULL;

	for (size_t i = 0; i < holdings->count; i++) {
		struct holding *h = &holdings->items[i];
		if (h->kind != kind && h->nip == nip && (!lowest || h->nip_slot < lowest->nip_slot))
			lowest = h;
	}
	return lowest;
}

/* As store_current.c does it: a number keeps its slot while its row has it, comes beside other rows that hold it, and
 * one of these moves up when the row in slot 0 leaves it. */
static void take(struct holdings *holdings, const struct audit_slot_version *version)
{
	struct holding *own = holding_of(holdings, version->kind);

	if (!own) {
		own = &holdings->items[holdings->count++];
		*own = (struct holding){.kind = version->kind};
	}
	if (!version->nip || version->nip == own->nip)
		return;
	int64_t left = own->nip_slot == 0 ? own->nip : 0;
	own->nip = version->nip;
	own->nip_slot = other_holding(holdings, own->kind, own->nip) ? own->kind : 0;
	struct holding *next = left ? other_holding(holdings, own->kind, left) : NULL;
	if (next)
		next->nip_slot = 0;
}

void audit_slots_judge(
	struct audit_slots *slots, void (*found)(int32_t kind, const char *column, void *context), void *context)
{
	struct holdings holdings = {.items = calloc(slots->version_count + 1, sizeof *holdings.items)};

	LANTIK_ASSERT(holdings.items);
	if (slots->version_count > 1)
		qsort(slots->versions, slots->version_count, sizeof *slots->versions, by_leaf);
	for (size_t i = 0; i < slots->version_count; i++)
		take(&holdings, &slots->versions[i]);
	for (size_t i = 0; i < slots->row_count; i++) {
		const struct audit_slot_row *row = &slots->rows[i];
		const struct holding *holding = holding_of(&holdings, row->kind);
		if (!holding)
			continue;
		bool first = holding == holdings.items, others = first && holdings.count > 1;
		if (row->nik_slot != (first ? 0 : row->kind))
			found(row->kind, "nik_key", context);
		if (row->nip_slot != holding->nip_slot)
			found(row->kind, "nip_key", context);
		if (others ? row->other_kinds_null || !row->other_kinds : !row->other_kinds_null)
			found(row->kind, "other_kinds", context);
	}
	free(holdings.items);
	slots->version_count = slots->row_count = 0;
}

void audit_slots_free(struct audit_slots *slots)
{
	free(slots->versions);
	free(slots->rows);
	*slots = (struct audit_slots){0};
}
