/* Finding a person: by NIK in the register, in what was returned and in stored bodies, and along corrections.
 * SPDX-License-Identifier: Apache-2.0 */
#include "deed_person.h"

#include <string.h>

#include "lantik/codec.h"
#include "lantik/place.h"

/* An office corrects a record a few times; more than this is no chain of corrections. */
#define MAX_CORRECTED 1000u

void person_free(struct person *p)
{
	store_person_rows_free(&p->rows);
	store_person_rows_free(&p->returned);
	free(p->bodies);
	free(p->rejections.items);
	lantik_buffer_free(&p->rejections.room);
	for (size_t i = 0; i < p->room_count; i++)
		lantik_buffer_free(&p->rooms[i]);
	free(p->rooms);
	lantik_buffer_free(&p->named.room);
	*p = (struct person){0};
}

static bool is_nik(struct lantik_span text)
{
	if (text.len != STORE_NIK)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	return true;
}

/* Texts borrow from the bytes, documents from the arena until the next record is decoded. */
static bool decode(struct worker *w, struct lantik_span bytes, struct lantik_record *ret)
{
	lantik_arena_reset(w->record_arena);
	return lantik_record_decode(bytes, w->record_arena, ret) == LANTIK_OK;
}

/* ---- whose record it is ---- */

static void take_nik(struct person *p, struct lantik_span nik)
{
	if (!is_nik(nik))
		return;
	memcpy(p->nik, nik.data, STORE_NIK);
	p->nik_len = STORE_NIK;
}

/* Of a batch that was refused whole the body alone holds records. */
static enum store_result name_by_body(struct worker *w, uint32_t record_no, struct person *p, bool *ret_found)
{
	struct lantik_batch_view view;
	struct lantik_record record;
	uint32_t fault;
	struct lantik_buffer body = {.limit = LANTIK_MAX_BODY};
	enum store_result result = store_body_of(w->store, p->named.batch_no, &body);

	lantik_arena_reset(w->desk->batch_arena);
	if (!result && body.len && !lantik_batch_scan(lantik_buffer_span(&body), w->desk->batch_arena, &view, &fault) &&
		record_no <= view.record_count) {
		*ret_found = true;
		if (decode(w, view.records[record_no - 1], &record))
			take_nik(p, record.nik);
	}
	lantik_buffer_free(&body);
	return result;
}

static enum store_result name_person(struct worker *w, uint32_t record_no, struct person *p, bool *ret_found)
{
	const struct store_named *named = &p->named;
	struct lantik_record record;

	*ret_found = named->has_row || named->bytes.len;
	if (named->has_row)
		take_nik(p, named->nik);
	else if (named->bytes.len && decode(w, named->bytes, &record))
		take_nik(p, record.nik);
	if (*ret_found || !named->refused)
		return STORE_OK;
	return name_by_body(w, record_no, p, ret_found);
}

/* ---- returned records ---- */

/* Those whose NIK it is, or that hold it where no other person's stands. */
static void keep_own(struct worker *w, const struct person *p, struct store_person_rows *rows)
{
	struct lantik_record record;
	size_t kept = 0;

	for (size_t i = 0; i < rows->count; i++) {
		bool read = decode(w, rows->items[i].bytes, &record);
		if (!read || !is_nik(record.nik) || lantik_span_equal(record.nik, person_nik(p)))
			rows->items[kept++] = rows->items[i];
	}
	rows->count = kept;
}

static bool is_listed(const struct store_person_rows *rows, const struct store_person_row *row)
{
	for (size_t i = 0; i < rows->count; i++)
		if (rows->items[i].batch_no == row->batch_no && rows->items[i].record_no == row->record_no)
			return true;
	return false;
}

/* Those that are not there yet: a second look sees what the first one saw while it was committed. Takes over the room
 * of found. */
static void add_rows(struct person *p, struct store_person_rows *rows, struct store_person_rows *found)
{
	rows->items = realloc(rows->items, (rows->count + found->count + 1) * sizeof *rows->items);
	p->rooms = realloc(p->rooms, (p->room_count + 1) * sizeof *p->rooms);
	LANTIK_ASSERT(rows->items && p->rooms);
	for (size_t i = 0; i < found->count; i++)
		if (!is_listed(rows, &found->items[i]))
			rows->items[rows->count++] = found->items[i];
	p->rooms[p->room_count++] = found->room;
	found->room = (struct lantik_buffer){0};
}

struct refused_batches {
	int64_t *items;
	size_t count;
};

/* What an office says that a record of the person corrects: a returned record that names nobody else, or a batch that
 * was refused. */
static enum store_result follow(struct worker *w, struct person *p, int32_t office_no, struct lantik_span id,
	int32_t record_no, struct refused_batches *refused)
{
	struct store_person_rows found = {0};
	struct lantik_record record;
	int64_t batch_no = 0;

	if (id.len != 16)
		return STORE_OK;
	enum store_result result = store_refused_batch(w->store, office_no, id, &batch_no);
	if (!result && batch_no) {
		refused->items = realloc(refused->items, (refused->count + 1) * sizeof *refused->items);
		LANTIK_ASSERT(refused->items);
		refused->items[refused->count++] = batch_no;
	}
	if (!result)
		result = store_returned_meant(w->store, office_no, id, record_no, &found);
	bool others = !result && found.count && decode(w, found.items[0].bytes, &record) && is_nik(record.nik);
	if (!result && !others)
		add_rows(p, &p->returned, &found);
	store_person_rows_free(&found);
	return result;
}

/* The list grows while it is walked: a corrected record may correct another one. */
static enum store_result follow_corrections(struct worker *w, struct person *p, struct refused_batches *refused)
{
	enum store_result result = STORE_OK;
	struct lantik_record record;

	for (size_t i = 0; i < p->rows.count && !result; i++) {
		const struct store_person_row *row = &p->rows.items[i];
		result = follow(w, p, row->office_no, row->corrects_batch_id, row->corrects_record_no, refused);
	}
	for (size_t i = 0; i < p->returned.count && i < MAX_CORRECTED && !result; i++) {
		const struct store_person_row *row = &p->returned.items[i];
		uint8_t id[16];
		int32_t office_no = row->office_no;
		if (!decode(w, row->bytes, &record) || record.corrects_batch_id.len != sizeof id)
			continue;
		memcpy(id, record.corrects_batch_id.data, sizeof id);
		result = follow(w, p, office_no, (struct lantik_span){.data = id, .len = sizeof id},
			record.corrects_record_no, refused);
	}
	return result;
}

static int by_leaf(const void *a, const void *b)
{
	const struct store_person_row *x = a, *y = b;

	if (x->leaf_index != y->leaf_index)
		return x->leaf_index < y->leaf_index ? -1 : 1;
	return x->record_no < y->record_no ? -1 : x->record_no > y->record_no;
}

/* ---- bodies ---- */

static int body_by_leaf(const void *a, const void *b)
{
	const struct store_held_body *x = a, *y = b;

	return x->leaf_index < y->leaf_index ? -1 : x->leaf_index > y->leaf_index;
}

static void add_bodies(struct person *p, const struct store_held_body *bodies, size_t count)
{
	p->bodies = realloc(p->bodies, (p->body_count + count + 1) * sizeof *p->bodies);
	LANTIK_ASSERT(p->bodies);
	if (count)
		memcpy(p->bodies + p->body_count, bodies, count * sizeof *bodies);
	p->body_count += count;
	qsort(p->bodies, p->body_count, sizeof *p->bodies, body_by_leaf);
	size_t kept = 0;
	for (size_t i = 0; i < p->body_count; i++)
		if (!kept || p->bodies[kept - 1].leaf_index != p->bodies[i].leaf_index)
			p->bodies[kept++] = p->bodies[i];
	p->body_count = kept;
}

/* Stored bodies of the batches that the rows came with, and of these refused ones. */
static enum store_result add_bodies_of_rows(struct worker *w, struct person *p, const struct refused_batches *refused)
{
	size_t count = 0, most = p->rows.count + p->returned.count + refused->count + 1, found_count = 0;
	int64_t *numbers = calloc(most, sizeof *numbers);
	struct store_held_body *found = NULL;

	LANTIK_ASSERT(numbers);
	numbers[count++] = p->named.batch_no;
	for (size_t i = 0; i < p->rows.count; i++)
		numbers[count++] = p->rows.items[i].origin_batch_no;
	for (size_t i = 0; i < p->returned.count; i++)
		numbers[count++] = p->returned.items[i].batch_no;
	for (size_t i = 0; i < refused->count; i++)
		numbers[count++] = refused->items[i];
	enum store_result result = store_bodies_of(w->store, numbers, count, &found, &found_count);
	if (!result)
		add_bodies(p, found, found_count);
	free(found);
	free(numbers);
	return result;
}

/* Refused bodies from a leaf on that hold the NIK anywhere. */
static enum store_result add_refused(struct worker *w, struct person *p, uint64_t from)
{
	struct lantik_buffer body = {.limit = LANTIK_MAX_BODY};
	struct store_held_body *bodies = NULL;
	size_t count = 0, kept = 0;
	enum store_result result = store_refused_bodies(w->store, from, &bodies, &count);

	for (size_t i = 0; i < count && !result; i++) {
		result = store_body_of(w->store, bodies[i].batch_no, &body);
		if (!result && body.len && memmem(body.data, body.len, p->nik, p->nik_len))
			bodies[kept++] = bodies[i];
	}
	if (!result)
		add_bodies(p, bodies, kept);
	free(bodies);
	lantik_buffer_free(&body);
	return result;
}

/* ---- all of it ---- */

static enum store_result add_by_nik(struct worker *w, struct person *p, uint64_t from)
{
	struct store_person_rows found = {0};
	enum store_result result = store_rows_of(w->store, person_nik(p), from, &found);

	if (!result)
		add_rows(p, &p->rows, &found);
	store_person_rows_free(&found);
	if (!result)
		result = store_returned_with(w->store, person_nik(p), from, &found);
	if (!result) {
		keep_own(w, p, &found);
		add_rows(p, &p->returned, &found);
	}
	store_person_rows_free(&found);
	return result ? result : add_refused(w, p, from);
}

static enum store_result read_rejections(struct worker *w, struct person *p)
{
	free(p->rejections.items);
	lantik_buffer_free(&p->rejections.room);
	p->rejections = (struct store_rejections){0};
	return store_rejections_of(w->store, person_nik(p), &p->rejections);
}

/* What follows from rows and returned records, whichever were added. */
static enum store_result settle(struct worker *w, struct person *p)
{
	struct refused_batches refused = {0};
	enum store_result result = follow_corrections(w, p, &refused);

	if (!result)
		result = add_bodies_of_rows(w, p, &refused);
	if (!result && p->nik_len)
		result = read_rejections(w, p);
	if (p->returned.count)
		qsort(p->returned.items, p->returned.count, sizeof *p->returned.items, by_leaf);
	free(refused.items);
	return result;
}

enum store_result person_find(struct worker *w, uint32_t record_no, struct person *p, bool *ret_found)
{
	const struct store_named *named = &p->named;
	enum store_result result = store_ledger_size(w->store, &p->seen);

	if (!result)
		result = name_person(w, record_no, p, ret_found);
	if (result || !*ret_found)
		return result;
	if (p->nik_len)
		result = add_by_nik(w, p, 0);
	else if (!named->refused)
		result = store_returned_meant(w->store, named->office_no,
			(struct lantik_span){.data = named->batch_id, .len = sizeof named->batch_id},
			(int32_t)record_no, &p->returned);
	return result ? result : settle(w, p);
}

enum store_result person_follow(struct worker *w, struct person *p, uint64_t size)
{
	enum store_result result = STORE_OK;

	if (size == p->seen || !p->nik_len)
		return STORE_OK;
	result = add_by_nik(w, p, p->seen);
	p->seen = size;
	return result ? result : settle(w, p);
}

/* ---- places ---- */

static int by_place(const void *a, const void *b)
{
	const struct store_place_used *x = a, *y = b;
	int order = lantik_span_compare(x->agency, y->agency);

	if (!order)
		order = x->kind - y->kind;
	if (!order)
		order = x->kelompok_lapor - y->kelompok_lapor;
	return order ? order : lantik_span_compare(x->programme, y->programme);
}

/* The programme as one of the rows says it, which lasts longer than the state that it is read from. */
static struct lantik_span lasting(const struct person *p, struct lantik_span programme)
{
	for (size_t i = 0; i < p->rows.count; i++)
		if (lantik_span_equal(p->rows.items[i].programme, programme))
			return p->rows.items[i].programme;
	LANTIK_ASSERT(!"a programme that a row took");
	return programme;
}

static void count_place(const struct person *p, const struct store_person_row *row,
	const struct lantik_place_change *change, struct store_place_used *list, size_t *count)
{
	struct store_place_used place = {.agency = row->agency,
		.programme = lasting(p, change->programme),
		.kind = row->kind,
		.kelompok_lapor = change->kelompok_lapor,
		.used = change->change};

	for (size_t i = 0; i < *count; i++)
		if (by_place(&list[i], &place) == 0) {
			list[i].used += place.used;
			return;
		}
	list[(*count)++] = place;
}

/* The rows of one kind are one appointment, in the order of the ledger. */
static void count_kind(const struct person *p, int32_t kind, struct store_place_used *list, size_t *count)
{
	struct lantik_place place = {0};
	struct lantik_place_change changes[LANTIK_PLACE_MAX_CHANGES];
	char held[LANTIK_PLACE_PROGRAMME];

	for (size_t i = 0; i < p->rows.count; i++) {
		const struct store_person_row *row = &p->rows.items[i];
		if (row->kind != kind)
			continue;
		struct lantik_place_version version = {.agency = row->agency,
			.programme = row->programme,
			.kelompok_lapor = row->kelompok_lapor,
			.change_kind = row->change_kind};
		size_t changed = lantik_place_next(&place, &version, held, changes);
		for (size_t j = 0; j < changed; j++)
			count_place(p, row, &changes[j], list, count);
	}
}

void person_places(const struct person *p, struct store_place_used **ret, size_t *ret_count)
{
	struct store_place_used *list = calloc(LANTIK_PLACE_MAX_CHANGES * p->rows.count + 1, sizeof *list);
	size_t count = 0, kept = 0;

	LANTIK_ASSERT(list);
	for (int32_t kind = 1; kind < LANTIK_KIND_END; kind++)
		count_kind(p, kind, list, &count);
	for (size_t i = 0; i < count; i++)
		if (list[i].used)
			list[kept++] = list[i];
	qsort(list, kept, sizeof *list, by_place);
	*ret = list;
	*ret_count = kept;
}
