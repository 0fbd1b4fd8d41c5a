/* The rows of a batch into the register and among the current ones, by COPY.
 *
 * A large batch's rows are sent while its records are judged (judge.c), so that the server stores some while the next
 * are looked at, and no batch is ever held encoded. What is written later, since an attempt failed or the register had
 * to be asked first, is made from the records once more: that costs a fraction of judging them. Rows that are kept
 * encoded are those of small batches and of decisions. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "current.h"
#include "submission.h"

/* COPY data goes to libpq in pieces of about this size. */
#define CHUNK (64u * 1024)

/* Rows of one COPY. PostgreSQL collects up to 1,000 rows before it stores them, a slot for each, and enters every slot
 * of a COPY into a table by the address of the one row descriptor that all share: the nth costs n steps, and again when
 * it is taken out (ResourceOwnerRememberTupleDesc, up to version 16). Few rows a COPY make that cheap, and a COPY costs
 * about as much as 100 rows to begin; a large batch pays for 1,000 slots once, and they serve all its rows. */
#define COPY_FEW 250
#define COPY_ALL_FROM 2500

static size_t rows_of_a_copy(const struct submission *s)
{
	return s->view.record_count < COPY_ALL_FROM ? COPY_FEW : s->view.record_count;
}

static enum store_result send_chunk(struct worker *w)
{
	LANTIK_ASSERT(!w->chunk.error);
	enum store_result result = store_copy_data(w->store, w->chunk.data, w->chunk.len);
	lantik_buffer_reset(&w->chunk);
	return result;
}

enum store_result worker_copy(struct worker *w)
{
	return w->chunk.error || w->chunk.len >= CHUNK ? send_chunk(w) : STORE_OK;
}

enum store_result worker_end_copy(struct worker *w)
{
	enum store_result result = w->chunk.error || w->chunk.len ? send_chunk(w) : STORE_OK;

	return result ? result : store_copy_end(w->store);
}

/* ---- the register ---- */

static enum store_result begin_row(struct submission *s)
{
	if (s->copy_left)
		return STORE_OK;
	s->copy_left = rows_of_a_copy(s);
	lantik_buffer_reset(&s->worker->chunk);
	return store_copy_begin(s->worker->store, &s->columns);
}

/* Its tuple stands in the chunk. */
static enum store_result end_row(struct submission *s)
{
	return --s->copy_left ? worker_copy(s->worker) : worker_end_copy(s->worker);
}

enum store_result submission_send_row(struct submission *s, struct lantik_record *record, struct row *row)
{
	enum store_result result = begin_row(s);

	if (result)
		return result;
	submission_encode_row(s, record, row, &s->worker->chunk);
	return end_row(s);
}

enum store_result submission_pause(struct submission *s)
{
	if (!s->copy_left)
		return STORE_OK;
	s->copy_left = 0;
	return worker_end_copy(s->worker);
}

/* A row whose tuple was kept. */
static enum store_result send_kept(struct submission *s, const struct row *row)
{
	enum store_result result = begin_row(s);

	if (result)
		return result;
	lantik_buffer_append(&s->worker->chunk, s->desk->tuples.data + row->offset, row->len);
	return end_row(s);
}

/* The record was read before, and is read alike. */
static enum store_result send_again(struct submission *s, struct row *row)
{
	struct lantik_arena *arena = s->worker->record_arena;
	struct lantik_record record;

	lantik_arena_reset(arena);
	LANTIK_ASSERT(lantik_record_decode(s->view.records[row->record_no - 1], arena, &record) == LANTIK_OK);
	return submission_send_row(s, &record, row);
}

static enum store_result copy_rows(struct submission *s)
{
	enum store_result result = STORE_OK;

	s->copy_left = 0;
	for (size_t i = 0; i < s->row_count && !result; i++) {
		struct row *row = &s->desk->rows[i];
		if (row->goes_in)
			result = s->keeps_tuples ? send_kept(s, row) : send_again(s, row);
	}
	return result ? result : submission_pause(s);
}

struct lantik_span submission_row_hashes(struct submission *s)
{
	uint8_t *hashes = s->desk->hashes, *at = hashes;

	for (size_t i = 0; i < s->row_count && s->copied; i++) {
		const struct row *row = &s->desk->rows[i];
		if (!row->goes_in)
			continue;
		memcpy(at, row->hash, LANTIK_HASH);
		at += LANTIK_HASH;
	}
	LANTIK_ASSERT(at == hashes + s->copied * LANTIK_HASH);
	return (struct lantik_span){.data = hashes, .len = s->copied * LANTIK_HASH};
}

/* ---- current rows ---- */

/* A batch of first steps is of people whom the register does not know: their rows are copied, and the keys of the table
 * say when one is known after all. */
bool submission_is_of_new_people(const struct submission *s)
{
	return s->manifest.step == LANTIK_STEP_NI && !s->has_changes && !s->names_steps;
}

/* One COPY of rows from one on. */
static enum store_result copy_current_from(struct submission *s, size_t i, size_t end, struct store_made_current *made)
{
	struct worker *w = s->worker;
	enum store_result result = store_copy_current_begin(w->store);

	lantik_buffer_reset(&w->chunk);
	for (; i < end && !result; i++) {
		const struct row *row = s->desk->order[i];
		current_encode(s->batch_no, &s->manifest, row, &w->chunk);
		made->begun[row->kelompok_lapor & LANTIK_WORD_UNREADABLE]++;
		result = worker_copy(w);
	}
	return result ? result : worker_end_copy(w);
}

static enum store_result copy_current(struct submission *s, struct store_made_current *ret)
{
	size_t few = rows_of_a_copy(s);
	enum store_result result = STORE_OK;

	*ret = (struct store_made_current){.rows = (uint32_t)s->copied};
	for (size_t i = 0; i < s->copied && !result; i += few)
		result = copy_current_from(s, i, s->copied - i < few ? s->copied : i + few, ret);
	return result;
}

/* Where none of the people is there, they began elsewhere and are as new as those of a first step. */
static enum store_result continue_current(
	struct submission *s, const struct store_to_current *what, struct store_made_current *ret)
{
	size_t rows;
	enum store_result result = store_continue(s->worker->store, what, &rows);

	if (result)
		return result;
	if (!rows && !s->names_steps)
		return copy_current(s, ret);
	*ret = (struct store_made_current){.rows = (uint32_t)rows};
	return STORE_OK;
}

static enum store_result make_current(
	struct submission *s, const int32_t *judged, size_t judged_count, bool slow, struct store_made_current *ret)
{
	struct store_to_current what = {.batch_no = s->batch_no,
		.manifest = &s->manifest,
		.rows = s->desk->order,
		.count = s->copied,
		.judged = judged,
		.judged_count = judged_count};

	if (slow)
		return store_current(s->worker->store, &what, ret);
	return submission_is_of_new_people(s) ? copy_current(s, ret) : continue_current(s, &what, ret);
}

/* ---- counters ---- */

#define GROUPS (LANTIK_WORD_UNREADABLE + 1)

static void add_count(struct submission *s, struct store_count *count)
{
	count->agency = s->manifest.kode_instansi;
	count->kind = s->manifest.kind;
	tally_add(&s->desk->tally, count);
}

/* A place that somebody gives back, of the batch's programme or of another one. */
static void give_back(struct submission *s, const struct row *row, int64_t places[GROUPS])
{
	struct lantik_span programme = lantik_span_of(row->held_programme);

	if (lantik_span_equal(programme, s->manifest.programme))
		places[row->held_group & LANTIK_WORD_UNREADABLE]--;
	else
		add_count(s, &(struct store_count){.step = LANTIK_PLACE_STEP,
				     .programme = programme,
				     .kelompok_lapor = row->held_group,
				     .places = -1,
				     .quota = INT64_MAX});
}

static void add_group(struct submission *s, int32_t group, int64_t accepted, int64_t places)
{
	struct store_count count = {.step = s->manifest.step,
		.programme = s->manifest.programme,
		.kelompok_lapor = group,
		.accepted = accepted,
		.quota = INT64_MAX};

	add_count(s, &count);
	count.step = LANTIK_PLACE_STEP;
	count.accepted = 0;
	count.places = places;
	if (places > 0)
		count.quota = submission_places_limit(s, group);
	add_count(s, &count);
}

/* New people take a place; of the others the slow path told what becomes of theirs. */
static void tally_rows(struct submission *s, const struct store_made_current *made)
{
	int64_t accepted[GROUPS] = {0}, places[GROUPS];

	s->desk->tally.count = 0;
	for (int32_t group = 0; group < GROUPS; group++)
		places[group] = made->begun[group];
	for (size_t i = 0; i < s->copied; i++) {
		const struct row *row = s->desk->order[i];
		accepted[row->kelompok_lapor & LANTIK_WORD_UNREADABLE]++;
		if (row_takes_another(row))
			places[row->kelompok_lapor & LANTIK_WORD_UNREADABLE]++;
		if (row->place == ROW_PLACE_FREED || row->place == ROW_PLACE_MOVED)
			give_back(s, row, places);
	}
	for (int32_t group = 0; group < GROUPS; group++)
		add_group(s, group, accepted[group], places[group]);
}

void submission_tally_new(struct submission *s)
{
	struct store_made_current made = {.rows = (uint32_t)s->copied};

	for (size_t i = 0; i < s->copied; i++)
		made.begun[s->desk->order[i]->kelompok_lapor & LANTIK_WORD_UNREADABLE]++;
	tally_rows(s, &made);
}

/* ---- both ---- */

enum store_result submission_make_current(struct submission *s, const int32_t *judged, size_t judged_count, bool slow)
{
	struct store_made_current made;

	s->desk->tally.count = 0;
	if (s->sent && s->sent != s->copied)
		return STORE_CONFLICT;
	if (!s->copied)
		return STORE_OK;
	enum store_result result = make_current(s, judged, judged_count, slow, &made);
	if (result)
		return result;
	if (made.rows < s->copied)
		return STORE_CONFLICT;
	tally_rows(s, &made);
	return STORE_OK;
}

enum store_result submission_write_rows(struct submission *s, const int32_t *judged, size_t judged_count, bool slow)
{
	/* what collides is found here, and before the wide rows are written unless they were sent already */
	enum store_result result = submission_make_current(s, judged, judged_count, slow);

	return result || s->sent || !s->copied ? result : copy_rows(s);
}
