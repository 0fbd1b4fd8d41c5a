/* What stands twice in a batch: a person (N07), a person in a decree (S02), a technical consideration (S03.shared).
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_private.h"

#include <string.h>

#define MIX UINT64_C(0x9E3779B97F4A7C15)

/* A number for a text. Texts of the same length that differ in one place get different numbers, and two others are
 * taken for the same once in about 10^11 full batches. */
static uint64_t number_of(struct lantik_span text)
{
	uint64_t number = text.len + 1;
	for (size_t at = 0; at < text.len; at += 8) {
		uint64_t part = 0;
		memcpy(&part, text.data + at, text.len - at < 8 ? text.len - at : 8);
		number = (number ^ part) * MIX;
		number ^= number >> 32;
	}
	return number;
}

/* Where the search for a value begins; the set has slots. */
static size_t place_of(const struct lantik_set *set, uint64_t key)
{
	return (size_t)((key * MIX) >> (64 - set->bits));
}

/* Where the value stands, or would stand. */
static struct lantik_slot *probe(const struct lantik_set *set, uint64_t key)
{
	size_t last = ((size_t)1 << set->bits) - 1, at = place_of(set, key);
	while (set->slots[at].record_no != 0 && set->slots[at].key != key)
		at = (at + 1) & last;
	return &set->slots[at];
}

/* Twice as many slots. */
static void grow(struct lantik_set *set)
{
	struct lantik_set grown = {.bits = set->slots == NULL ? LANTIK_SET_BITS : set->bits + 1, .used = set->used};
	size_t count = set->slots == NULL ? 0 : (size_t)1 << set->bits;
	grown.slots = calloc((size_t)1 << grown.bits, sizeof *grown.slots);
	LANTIK_ASSERT(grown.slots != NULL);
	for (size_t i = 0; i < count; i++)
		if (set->slots[i].record_no != 0)
			*probe(&grown, set->slots[i].key) = set->slots[i];
	free(set->slots);
	*set = grown;
}

/* Where the value stands, or a free slot with room for it. */
static struct lantik_slot *find_slot(struct lantik_set *set, uint64_t key)
{
	if (set->slots == NULL || 2 * (size_t)(set->used + 1) > (size_t)1 << set->bits)
		grow(set);
	return probe(set, key);
}

/* A batch that is too long is refused elsewhere; the sets remember no more than the longest. */
static void take_slot(
	const struct lantik_check *check, struct lantik_set *set, struct lantik_slot *slot, struct lantik_slot value)
{
	if (check->records > LANTIK_MAX_RECORDS)
		return;
	*slot = value;
	set->used++;
}

/* Nobody knows which of the records is right, so all of them come back. */
static void report_all(
	struct lantik_row *row, struct lantik_slot *slot, enum lantik_case_id case_id, enum lantik_field_id field)
{
	uint8_t severity = row->check->judged[case_id];
	if (!slot->reported)
		lantik_findings_add(row->findings, slot->record_no, case_id, severity, field);
	slot->reported = true;
	lantik_findings_add(row->findings, row->number, case_id, severity, field);
}

/* S02: only somebody who stands twice can stand twice in a decree, so that the set holds these alone. */
static void check_decree(struct lantik_row *row, uint64_t nik, uint64_t decree, uint32_t record_no)
{
	uint64_t key = (nik * MIX) ^ decree;
	struct lantik_set *decrees = &row->check->decrees;
	if (decree == 0)
		return;
	struct lantik_slot *slot = find_slot(decrees, key);
	if (slot->record_no == 0)
		take_slot(row->check, decrees, slot, (struct lantik_slot){key, 0, record_no, false});
	else if (slot->record_no != record_no)
		report_all(row, slot, LANTIK_CASE_S02_duplicate, LANTIK_F_no_sk);
}

/* N07, S02 */
static void check_person(struct lantik_row *row)
{
	uint64_t nik = row->nik;
	struct lantik_span text = row->record->no_sk;
	uint64_t decree = text.len > 0 ? number_of(text) : 0;
	struct lantik_slot *slot = find_slot(&row->check->niks, nik);
	if (slot->record_no == 0) {
		take_slot(row->check, &row->check->niks, slot, (struct lantik_slot){nik, decree, row->number, false});
		return;
	}
	if (!slot->reported)
		check_decree(row, nik, slot->other, slot->record_no);
	check_decree(row, nik, decree, row->number);
	report_all(row, slot, LANTIK_CASE_N07_twice, LANTIK_F_nik);
}

/* S03.shared */
static void check_pertek(struct lantik_row *row)
{
	uint64_t key = row->pertek;
	if (!row->pertek_ok)
		return;
	struct lantik_slot *slot = find_slot(&row->check->perteks, key);
	if (slot->record_no == 0)
		take_slot(row->check, &row->check->perteks, slot,
			(struct lantik_slot){key, row->nik, row->number, false});
	else if (slot->other != row->nik || slot->reported)
		report_all(row, slot, LANTIK_CASE_S03_shared, LANTIK_F_no_pertek);
}

/* The slots of a large batch lie outside the cache; the processor fetches these while the next rules run. */
static void fetch(const struct lantik_set *set, uint64_t key)
{
	if (set->slots != NULL)
		__builtin_prefetch(&set->slots[place_of(set, key)], 1);
}

void lantik_row_keys(struct lantik_row *row)
{
	struct lantik_span pertek = row->record->no_pertek;
	if (!row->nik_ok)
		return;
	row->nik = lantik_digits_value(row->record->nik);
	fetch(&row->check->niks, row->nik);
	row->pertek_ok = pertek.len > 0 && !row->spoiled[LANTIK_F_no_pertek];
	if (!row->pertek_ok)
		return;
	row->pertek = number_of(pertek);
	fetch(&row->check->perteks, row->pertek);
}

void lantik_row_repeated(struct lantik_row *row)
{
	if (!row->nik_ok)
		return;
	check_person(row);
	check_pertek(row);
}
