/* The walk over batches and decisions in the order of their numbers, with everything that belongs to each.
 * SPDX-License-Identifier: Apache-2.0 */
#include "audit_entry.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Every stream has the number first, and the record second where there is one. */
enum { NUMBER, RECORD };

/* ---- streams ---- */

/* Rows of entries before the first leaf that is looked at are left out, and so are rows of no entry with a number below
 * all of those that are. */
#define LATER                                                                                                          \
	"WHERE t.%s >= %" PRIu64                                                                                       \
	" AND NOT EXISTS (SELECT FROM lantik.batch b WHERE b.batch_no = t.%s AND b.leaf_index < %" PRIu64              \
	") AND NOT EXISTS (SELECT FROM lantik.decision d WHERE d.decision_no = t.%s AND d.leaf_index < %" PRIu64 ")"

void owned_open(struct entries *all, struct owned *ret, const char *table, const char *number, const char *select,
	const char *order)
{
	char later[1024] = "";
	uint64_t from = all->audit->from;
	if (from)
		snprintf(later, sizeof later, LATER, number, all->least, number, from, number, from);
	ret->table = table;
	audit_open(all->audit, &ret->stream, "%s FROM lantik.%s t %s ORDER BY t.%s%s", select, table, later, number,
		order);
	owned_next(ret);
}

void owned_next(struct owned *owned)
{
	owned->waits = audit_next(&owned->stream);
}

/* Rows of one number that no batch and no decision has: told once. */
static void tell_orphans(struct entries *all, struct owned *owned)
{
	int64_t number = audit_integer(&owned->stream, NUMBER), first = audit_integer(&owned->stream, RECORD);
	int64_t last = first;
	uint64_t count = 0;
	for (; owned->waits && audit_integer(&owned->stream, NUMBER) == number; owned_next(owned)) {
		last = audit_integer(&owned->stream, RECORD);
		count++;
	}
	if (owned != &all->findings)
		audit_orphan(all->audit, number);
	if (owned == &all->erased) /* theirs are the deeds */
		return;
	if (count == 1)
		audit_found(all->audit, owned->table, AUDIT_EXTRA, NULL, "batch_no %" PRId64 " record_no %" PRId64,
			number, first);
	else
		audit_found(all->audit, owned->table, AUDIT_EXTRA, NULL,
			"batch_no %" PRId64 " record_no %" PRId64 "-%" PRId64 " rows %" PRIu64, number, first, last,
			count);
}

bool owned_seek(struct entries *all, struct owned *owned, int64_t number)
{
	while (owned->waits && audit_integer(&owned->stream, NUMBER) < number)
		tell_orphans(all, owned);
	return owned->waits && audit_integer(&owned->stream, NUMBER) == number;
}

void owned_close(struct entries *all, struct owned *owned)
{
	while (owned->waits)
		tell_orphans(all, owned);
	audit_close(&owned->stream);
}

/* ---- one entry ---- */

void entry_column(const struct entry *entry, const char *column, bool is_right)
{
	if (!is_right)
		audit_found(entry->all->audit, entry->is_decision ? "decision" : "batch", AUDIT_ALTERED, column,
			"%s %" PRId64, entry->is_decision ? "decision_no" : "batch_no", entry->number);
}

void audit_record_is(struct entry *entry, uint32_t record_no, const uint8_t hash[LANTIK_HASH])
{
	if (entry->is_decision || record_no < 1 || record_no > LANTIK_MAX_RECORDS)
		return;
	memcpy(entry->all->record_hashes[record_no - 1], hash, LANTIK_HASH);
	entry->record_count++;
}

/* All rows and returned records are what the leaf binds: they are what the office signed, too. Without an erased record
 * nobody can tell. */
static void records_check(const struct entry *entry)
{
	uint8_t root[LANTIK_HASH];
	if (!entry->has_records_root || !entry->record_count || entry->record_count != entry->records)
		return;
	lantik_root_of(entry->all->record_hashes[0], entry->records, root);
	entry_column(entry, "records_root", memcmp(root, entry->records_root, LANTIK_HASH) == 0);
}

static void entry_check(struct entry *entry)
{
	struct entries *all = entry->all;
	bool rows_fit = audit_rows_check(entry), returned_fit = audit_returned_check(entry);
	if (rows_fit && returned_fit)
		records_check(entry);
	bool findings_fit = audit_findings_check(entry);
	if (!entry->is_decision && !(rows_fit && returned_fit))
		audit_misfit(all->audit, entry->number, findings_fit && entry->findings.count);
}

/* The one with the smaller number; false when there is none left. */
static bool entry_next(struct entries *all)
{
	struct entry entry = {.all = all};
	bool batch = all->batches.waits, decision = all->decisions.waits;
	if (all->audit->failed || (!batch && !decision))
		return false;
	int64_t batch_no = batch ? audit_integer(&all->batches.stream, NUMBER) : INT64_MAX;
	int64_t decision_no = decision ? audit_integer(&all->decisions.stream, NUMBER) : INT64_MAX;
	entry.is_decision = !batch || (decision && decision_no < batch_no);
	entry.number = entry.is_decision ? decision_no : batch_no;
	lantik_arena_reset(all->arena);
	if (entry.is_decision)
		audit_decision_read(&entry);
	else
		audit_batch_read(&entry);
	entry_check(&entry);
	lantik_findings_free(&entry.findings);
	owned_next(entry.is_decision ? &all->decisions : &all->batches);
	return true;
}

/* ---- the step ---- */

static void keys_read(struct entries *all)
{
	struct audit_stream keys;
	size_t capacity = 0;
	audit_open(all->audit, &keys, "SELECT office_no, signing_key_id, signing_vkey FROM lantik.office_key");
	while (audit_next(&keys)) {
		if (all->key_count == capacity) {
			capacity = capacity ? 2 * capacity : 64;
			all->keys = realloc(all->keys, capacity * sizeof *all->keys);
			LANTIK_ASSERT(all->keys);
		}
		struct audit_office_key *key = &all->keys[all->key_count++];
		memset(key, 0, sizeof *key);
		key->office_no = (int32_t)audit_integer(&keys, 0);
		if (audit_cell(&keys, 1).len == sizeof key->id)
			memcpy(key->id, audit_cell(&keys, 1).data, sizeof key->id);
		key->is_key = lantik_vkey_parse(audit_cell(&keys, 2), &key->vkey) == LANTIK_OK;
	}
	audit_close(&keys);
}

static void entries_run(struct audit *audit)
{
	struct entries *all = calloc(1, sizeof *all);
	LANTIK_ASSERT(all);
	all->audit = audit;
	all->arena = lantik_arena_new((size_t)256 * 1024);
	all->row_arena = lantik_arena_new((size_t)8 * LANTIK_MAX_RECORD);
	LANTIK_ASSERT(all->arena && all->row_arena);
	all->least = audit_count(audit,
		"SELECT coalesce(min(batch_no), 9223372036854775807) FROM lantik.entry WHERE leaf_index >= %" PRIu64,
		audit->from);
	keys_read(all);
	audit_batches_open(all);
	audit_decisions_open(all);
	audit_rows_open(all);
	audit_returned_open(all);
	audit_findings_open(all);
	owned_open(all, &all->erased, "erased_row", "batch_no", "SELECT t.batch_no, t.record_no, t.part, t.row_hash",
		", t.part, t.record_no");
	while (entry_next(all))
		;
	struct owned *const streams[] = {
		&all->batches, &all->decisions, &all->rows, &all->returned, &all->findings, &all->erased};
	for (size_t i = 0; i < LANTIK_COUNT(streams); i++)
		owned_close(all, streams[i]);
	free(all->items.items);
	free(all->differences);
	free(all->keys);
	lantik_arena_free(&all->arena);
	lantik_arena_free(&all->row_arena);
	lantik_buffer_free(&all->record);
	lantik_buffer_free(&all->mended);
	free(all);
}

static uint64_t rows_count(struct audit *audit)
{
	return audit_count(audit,
		"SELECT coalesce(sum(n), 0)::bigint FROM (SELECT accepted AS n FROM lantik.batch WHERE leaf_index >= "
		"%" PRIu64 " UNION ALL SELECT accepted FROM lantik.decision WHERE leaf_index >= %" PRIu64 ") AS e",
		audit->from, audit->from);
}

const struct audit_step audit_entry_steps[] = {
	{.what = {"rows of the register", "baris register"}, .count = rows_count, .run = entries_run},
	{.what = {NULL, NULL}},
};
