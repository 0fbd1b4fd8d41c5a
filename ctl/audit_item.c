/* Hashed rows beside the hashes that the leaf binds: which one was altered, is missing, or is too many.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit_entry.h"

enum { NUMBER, RECORD, PART, HASH };

void items_add(struct items *items, int64_t record_no, const uint8_t hash[LANTIK_HASH])
{
	if (items->count == items->capacity) {
		items->capacity = items->capacity ? 2 * items->capacity : 1024;
		items->items = realloc(items->items, items->capacity * sizeof *items->items);
		LANTIK_ASSERT(items->items);
	}
	struct item *item = &items->items[items->count++];
	item->record_no = record_no;
	memcpy(item->hash, hash, LANTIK_HASH);
}

static int by_record(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	return x->record_no < y->record_no ? -1 : x->record_no > y->record_no;
}

static bool holds(const struct items *items, size_t count, int64_t record_no)
{
	struct item wanted = {.record_no = record_no};
	return count && bsearch(&wanted, items->items, count, sizeof wanted, by_record);
}

static void tell(const struct entry *entry, const char *table, enum audit_what what, int64_t record_no)
{
	audit_found(entry->all->audit, table, what, NULL, "batch_no %" PRId64 " record_no %" PRId64, entry->number,
		record_no);
}

void items_add_erased(struct entry *entry, int part, struct items *items, const char *table)
{
	struct owned *erased = &entry->all->erased;
	size_t present = items->count;
	while (owned_seek(entry->all, erased, entry->number) && audit_integer(&erased->stream, PART) == part) {
		int64_t record_no = audit_integer(&erased->stream, RECORD);
		struct lantik_span hash = audit_cell(&erased->stream, HASH);
		if (holds(items, present, record_no))
			tell(entry, table, AUDIT_EXTRA, record_no);
		else if (hash.len == LANTIK_HASH)
			items_add(items, record_no, hash.data);
		owned_next(erased);
	}
	if (items->count > present)
		qsort(items->items, items->count, sizeof *items->items, by_record);
}

static void root_of(const struct items *items, uint8_t ret[LANTIK_HASH])
{
	struct lantik_edge edge;
	edge.size = edge.count = 0;
	for (size_t i = 0; i < items->count; i++)
		lantik_edge_append(&edge, items->items[i].hash, NULL, NULL);
	lantik_edge_root(&edge, ret);
}

static bool numbers_fit(const struct items *items, const struct hashed *hashed)
{
	bool fit = !hashed->numbers || items->count == hashed->count;
	for (size_t i = 0; hashed->numbers && fit && i < items->count; i++)
		fit = items->items[i].record_no == hashed->numbers[i];
	return fit;
}

static const uint8_t *stored_at(const struct hashed *hashed, size_t at)
{
	return hashed->stored.data + at * LANTIK_HASH;
}

/* Whether the entry holds just what the rows hash to. */
static bool stored_fit(const struct items *items, const struct hashed *hashed)
{
	bool fit = hashed->stored.data && hashed->stored.len == items->count * LANTIK_HASH;
	for (size_t i = 0; fit && i < items->count; i++)
		fit = memcmp(stored_at(hashed, i), items->items[i].hash, LANTIK_HASH) == 0;
	return fit;
}

static bool stored_good(const struct hashed *hashed)
{
	uint8_t root[LANTIK_HASH];
	if (!hashed->stored.data || hashed->stored.len % LANTIK_HASH ||
		(hashed->numbers && hashed->stored.len != hashed->count * LANTIK_HASH))
		return false;
	lantik_root_of(hashed->stored.data, hashed->stored.len / LANTIK_HASH, root);
	return memcmp(root, hashed->root, LANTIK_HASH) == 0;
}

void items_differ(struct entries *all, int64_t record_no, enum audit_what what, const char *column)
{
	if (all->difference_count == all->difference_capacity) {
		all->difference_capacity = all->difference_capacity ? 2 * all->difference_capacity : 64;
		all->differences = realloc(all->differences, all->difference_capacity * sizeof *all->differences);
		LANTIK_ASSERT(all->differences);
	}
	all->differences[all->difference_count++] = (struct difference){record_no, what, column};
}

static bool stored_comparable(const struct hashed *hashed)
{
	return hashed->stored.len == hashed->count * LANTIK_HASH;
}

static int by_value(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

const uint8_t *items_stored(const struct hashed *hashed, int64_t record_no)
{
	uint32_t number = (uint32_t)record_no;
	if (!hashed->count || !stored_comparable(hashed) || record_no != number)
		return NULL;
	const uint32_t *at = bsearch(&number, hashed->numbers, hashed->count, sizeof number, by_value);
	return at ? stored_at(hashed, (size_t)(at - hashed->numbers)) : NULL;
}

/* Beside the numbers that the verdict or the statement gives, and the stored hashes when there are as many. */
static void compare_by_number(struct entries *all, const struct items *items, const struct hashed *hashed)
{
	bool comparable = stored_comparable(hashed);
	size_t i = 0, at = 0;
	while (i < items->count || at < hashed->count) {
		const struct item *item = i < items->count ? &items->items[i] : NULL;
		if (!item || (at < hashed->count && hashed->numbers[at] < item->record_no)) {
			items_differ(all, hashed->numbers[at++], AUDIT_MISSING, NULL);
		} else if (at == hashed->count || item->record_no < hashed->numbers[at]) {
			items_differ(all, item->record_no, AUDIT_EXTRA, NULL);
			i++;
		} else {
			if (comparable && memcmp(stored_at(hashed, at), item->hash, LANTIK_HASH) != 0)
				items_differ(all, item->record_no, AUDIT_ALTERED, NULL);
			i++;
			at++;
		}
	}
}

/* ---- rows beside stored hashes that were altered, too ---- */

/* So many are tried in every mixture: at most 256 roots of a batch. */
#define MAX_TRIED 8u

/* The root over the stored hashes, with the row's own in place of those whose bit is set. */
static bool mixture_leads(
	const struct entries *all, const struct items *items, const struct hashed *hashed, unsigned mask)
{
	struct lantik_edge edge;
	uint8_t root[LANTIK_HASH];
	size_t at = 0;
	edge.size = edge.count = 0;
	for (size_t i = 0; i < items->count; i++) {
		bool differs =
			at < all->difference_count && all->differences[at].record_no == items->items[i].record_no;
		bool own = differs && (mask >> at & 1);
		lantik_edge_append(&edge, own ? items->items[i].hash : stored_at(hashed, i), NULL, NULL);
		at += differs;
	}
	lantik_edge_root(&edge, root);
	return memcmp(root, hashed->root, LANTIK_HASH) == 0;
}

static void drop_differences(struct entries *all, unsigned mask)
{
	size_t kept = 0;
	for (size_t i = 0; i < all->difference_count; i++)
		if (!(mask >> i & 1))
			all->differences[kept++] = all->differences[i];
	all->difference_count = kept;
}

/* Somebody who altered a row may have altered the stored hash of another one: the mixture that leads to the root says
 * which rows are as they were. */
static void acquit_rows(struct entries *all, const struct items *items, const struct hashed *hashed)
{
	if (all->difference_count > MAX_TRIED || !stored_comparable(hashed) || !numbers_fit(items, hashed) ||
		stored_good(hashed))
		return;
	unsigned mixtures = 1u << all->difference_count;
	for (unsigned mask = 1; mask < mixtures; mask++)
		if (mixture_leads(all, items, hashed, mask)) {
			drop_differences(all, mask);
			return;
		}
}

static void append_own(const struct items *items, size_t from, size_t to, struct lantik_buffer *ret)
{
	for (size_t i = from; i < to; i++)
		lantik_buffer_append(ret, items->items[i].hash, LANTIK_HASH);
}

/* As many hashes as there are rows: those of the stored ones that stand at the front, or at the end, and the rows' own
 * for what is lacking. Whether they lead to the root. */
static bool mended_lead(
	const struct items *items, const struct hashed *hashed, bool from_end, struct lantik_buffer *ret)
{
	size_t stored = hashed->stored.len / LANTIK_HASH, kept = stored < items->count ? stored : items->count;
	size_t lacking = items->count - kept;
	uint8_t root[LANTIK_HASH];
	lantik_buffer_reset(ret);
	append_own(items, 0, from_end ? lacking : 0, ret);
	lantik_buffer_append(ret, hashed->stored.data + (from_end ? hashed->stored.len - kept * LANTIK_HASH : 0),
		kept * LANTIK_HASH);
	append_own(items, from_end ? items->count : kept, items->count, ret);
	LANTIK_ASSERT(!ret->error);
	lantik_root_of(ret->data, items->count, root);
	return memcmp(root, hashed->root, LANTIK_HASH) == 0;
}

/* Somebody who altered a row may have cut the stored hashes short, or added to them. */
static void mend_stored(struct entries *all, const struct items *items, struct hashed *hashed)
{
	if (hashed->stored.len < LANTIK_HASH || stored_comparable(hashed) || !numbers_fit(items, hashed))
		return;
	if (mended_lead(items, hashed, false, &all->mended) || mended_lead(items, hashed, true, &all->mended))
		hashed->stored = lantik_buffer_span(&all->mended);
}

static uint64_t tell_by_number(struct entry *entry, const struct items *items, const struct hashed *found)
{
	struct entries *all = entry->all;
	struct hashed mended = *found, *hashed = &mended;
	all->difference_count = 0;
	mend_stored(all, items, hashed);
	compare_by_number(all, items, hashed);
	acquit_rows(all, items, hashed);
	if (hashed->refine && all->difference_count <= MAX_REFINED)
		hashed->refine(entry, hashed);
	for (size_t i = 0; i < all->difference_count; i++) {
		const struct difference *d = &all->differences[i];
		audit_found(all->audit, hashed->table, d->what, d->column, "batch_no %" PRId64 " record_no %" PRId64,
			entry->number, d->record_no);
	}
	return all->difference_count;
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, LANTIK_HASH);
}

/* Without numbers: rows whose hash is none of the stored ones, and how many of those are not used. */
static uint64_t tell_by_hash(const struct entry *entry, const struct items *items, const struct hashed *hashed)
{
	uint64_t strangers = 0;
	size_t count = hashed->stored.len / LANTIK_HASH;
	uint8_t *sorted = malloc(hashed->stored.len + 1);
	LANTIK_ASSERT(sorted);
	if (count)
		memcpy(sorted, hashed->stored.data, hashed->stored.len);
	qsort(sorted, count, LANTIK_HASH, by_bytes);
	for (size_t i = 0; i < items->count; i++)
		if (!count || !bsearch(items->items[i].hash, sorted, count, LANTIK_HASH, by_bytes)) {
			tell(entry, hashed->table, AUDIT_ALTERED, items->items[i].record_no);
			strangers++;
		}
	free(sorted);
	if (items->count < count) {
		audit_found(entry->all->audit, hashed->table, AUDIT_MISSING, NULL, "batch_no %" PRId64 " rows %zu",
			entry->number, count - items->count);
		strangers++;
	}
	return strangers;
}

bool items_check(struct entry *entry, const struct items *items, const struct hashed *hashed)
{
	uint8_t root[LANTIK_HASH];
	root_of(items, root);
	bool is_root = memcmp(root, hashed->root, LANTIK_HASH) == 0;
	if (is_root && numbers_fit(items, hashed)) {
		entry_column(entry, hashed->column, stored_fit(items, hashed));
		return true;
	}
	entry_column(entry, hashed->column, stored_good(hashed));
	uint64_t told = hashed->numbers ? tell_by_number(entry, items, hashed) : tell_by_hash(entry, items, hashed);
	if (!told) /* the stored hashes were altered with the rows: which row it is they cannot tell */
		audit_found(entry->all->audit, hashed->table, AUDIT_ALTERED, NULL, "batch_no %" PRId64, entry->number);
	return false;
}
