/* Deed erase: one person leaves the register and everything that held the person; hashes, counts and leaves stay.
 *
 * The person is whoever the named record is about: all rows and returned records with its NIK, and returned records
 * without a readable NIK that an office corrected by one of these. A record whose own NIK cannot be read names itself
 * alone. Bodies go whole: what they hold of others stands in the register. What is erased is compared with its hash
 * first, so that no altered row disappears behind an erasure. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "deed.h"
#include "deed_person.h"

struct erasure {
	struct person person;
	struct lantik_deed_erasure done; /* the lists of the deed */
	struct store_place_used *places;
	size_t place_count;
};

static void forget_lists(struct erasure *e)
{
	free(e->done.rows);
	free(e->done.returned);
	free(e->done.bodies);
	free(e->done.places);
	free(e->done.rejections);
	free(e->places);
	e->done = (struct lantik_deed_erasure){0};
	e->places = NULL;
	e->place_count = 0;
}

static void release(struct deed *d)
{
	struct erasure *e = d->own;

	if (!e)
		return;
	forget_lists(e);
	person_free(&e->person);
	free(e);
	d->own = NULL;
}

/* ---- what was found, as the deed says it ---- */

static struct lantik_erased_row *list_rows(const struct store_person_rows *rows)
{
	struct lantik_erased_row *list = calloc(rows->count + 1, sizeof *list);

	LANTIK_ASSERT(list);
	for (size_t i = 0; i < rows->count; i++) {
		list[i].leaf_index = rows->items[i].leaf_index;
		list[i].record_no = (uint32_t)rows->items[i].record_no;
		list[i].group = rows->items[i].kelompok_lapor;
		memcpy(list[i].hash, rows->items[i].hash, LANTIK_HASH);
	}
	return list;
}

static void list_bodies(const struct person *p, struct lantik_deed_erasure *ret)
{
	ret->bodies = calloc(p->body_count + 1, sizeof *ret->bodies);
	LANTIK_ASSERT(ret->bodies);
	for (size_t i = 0; i < p->body_count; i++)
		ret->bodies[ret->body_count++] = p->bodies[i].leaf_index;
}

static void list_places(const struct erasure *e, struct lantik_deed_erasure *ret)
{
	ret->places = calloc(e->place_count + 1, sizeof *ret->places);
	LANTIK_ASSERT(ret->places);
	for (size_t i = 0; i < e->place_count; i++)
		ret->places[ret->place_count++] = (struct lantik_erased_place){.agency = e->places[i].agency,
			.kind = e->places[i].kind,
			.programme = e->places[i].programme,
			.group = e->places[i].kelompok_lapor,
			.used = e->places[i].used};
}

static void list_rejections(const struct person *p, struct lantik_deed_erasure *ret)
{
	ret->rejections = calloc(p->rejections.count + 1, sizeof *ret->rejections);
	LANTIK_ASSERT(ret->rejections);
	for (size_t i = 0; i < p->rejections.count; i++)
		ret->rejections[ret->rejection_count++] =
			(struct lantik_erased_rejection){.kind = p->rejections.items[i].kind,
				.programme = p->rejections.items[i].programme,
				.leaf_index = p->rejections.items[i].leaf_index};
}

/* The deed as carried out: the request with its lists filled. */
static void write_text(struct deed *d)
{
	struct erasure *e = d->own;
	struct lantik_deed done = d->asked;

	e->done.rows = list_rows(&e->person.rows);
	e->done.row_count = e->person.rows.count;
	e->done.returned = list_rows(&e->person.returned);
	e->done.returned_count = e->person.returned.count;
	list_bodies(&e->person, &e->done);
	list_places(e, &e->done);
	list_rejections(&e->person, &e->done);
	memcpy(e->done.batch_id, d->asked.erasure.batch_id, sizeof e->done.batch_id);
	e->done.leaf_index = d->asked.erasure.leaf_index;
	e->done.record_no = d->asked.erasure.record_no;
	done.erasure = e->done;
	lantik_buffer_reset(&d->text);
	if (lantik_deed_format(&done, &d->text) || d->text.len > LANTIK_MAX_DEED)
		deed_refuse(d, "the deed of so many rows cannot be written");
}

/* ---- the handler ---- */

static bool is_altered(const struct person *p)
{
	for (size_t i = 0; i < p->rows.count; i++) {
		const struct store_person_row *row = &p->rows.items[i];
		if (!row->has_hash || memcmp(row->hash, row->own_hash, LANTIK_HASH) != 0)
			return true;
	}
	for (size_t i = 0; i < p->returned.count; i++) {
		const struct store_person_row *row = &p->returned.items[i];
		uint8_t hash[LANTIK_HASH];
		if (!row->has_hash || row->salt.len != 16)
			return true;
		lantik_returned_hash((uint32_t)row->record_no, row->outcome, row->salt.data, row->bytes, hash);
		if (memcmp(row->hash, hash, LANTIK_HASH) != 0)
			return true;
	}
	return false;
}

static void refuse_named(struct deed *d, const struct store_named *named)
{
	if (!named->batch_no)
		deed_refuse(d, "there is no batch of this id at this leaf");
	else if (named->erased_by >= 0)
		deed_refuse(d, "this record was erased already, by leaf %lld", (long long)named->erased_by);
	else
		deed_refuse(d, "the batch has no such record, or its body is not kept any more");
}

static enum store_result look(struct deed *d, struct erasure *e)
{
	const struct lantik_deed_erasure *asked = &d->asked.erasure;
	struct store_named *named = &e->person.named;
	bool found = false;
	enum store_result result =
		store_named(d->worker->store, asked->batch_id, asked->leaf_index, asked->record_no, named);

	if (!result && named->batch_no && named->erased_by < 0)
		result = person_find(d->worker, asked->record_no, &e->person, &found);
	if (!result && !found)
		refuse_named(d, named);
	return result;
}

static enum store_result check_in_force(struct deed *d, const struct erasure *e)
{
	bool in_force = false, asked = false;
	enum store_result result = STORE_OK;

	if (e->person.nik_len)
		result = store_lock_person(d->worker->store, person_nik(&e->person), &in_force);
	if (!result && in_force)
		result = store_asked_in_force(d->worker->store, d->request.request_no, &asked);
	if (!result && in_force && !asked)
		deed_refuse(d,
			"the person holds an appointment in force, which its agency goes on with: end it first, or say "
			"--in-force when the person must go all the same");
	return result;
}

/* Refuses what must not go, and writes down what goes. */
static enum store_result prepare(struct deed *d)
{
	struct erasure *e = d->own;

	if (is_altered(&e->person)) {
		deed_refuse(d, "a row of the person is not as it was recorded; lantikctl audit names it, and it is "
			       "looked into "
			       "before anything is erased");
		return STORE_OK;
	}
	enum store_result result = check_in_force(d, e);
	if (result || deed_is_refused(d))
		return result;
	forget_lists(e);
	person_places(&e->person, &e->places, &e->place_count);
	write_text(d);
	return STORE_OK;
}

static enum store_result open_erasure(struct deed *d)
{
	struct erasure *e = calloc(1, sizeof *e);

	LANTIK_ASSERT(e);
	d->own = e;
	enum store_result result = store_take_time(d->worker->store);
	if (!result)
		result = look(d, e);
	return result || deed_is_refused(d) ? result : prepare(d);
}

/* What was committed since the look goes, too; nothing comes any more while the head is locked. */
static enum store_result check_since(struct deed *d)
{
	struct erasure *e = d->own;
	uint64_t size = d->ledger.edge.size;

	if (size == e->person.seen)
		return STORE_OK;
	enum store_result result = person_follow(d->worker, &e->person, size);
	return result ? result : prepare(d);
}

static enum store_result write_erasure(struct deed *d)
{
	const struct erasure *e = d->own;
	const struct person *p = &e->person;

	return store_erase(d->worker->store, &(struct store_erasure){.leaf_index = d->leaf.leaf_index,
						     .nik = person_nik(p),
						     .rows = &p->rows,
						     .returned = &p->returned,
						     .bodies = p->bodies,
						     .body_count = p->body_count,
						     .places = e->places,
						     .place_count = e->place_count,
						     .rejection_count = p->rejections.count});
}

const struct deed_handler deed_erase = {
	.open = open_erasure, .check = check_since, .write = write_erasure, .release = release};
