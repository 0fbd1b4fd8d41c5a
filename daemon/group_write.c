/* What a group of batches writes before it takes the ledger's head: rows and counters of them all.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "current.h"
#include "group_private.h"

/* Rows of a group that go by INSERTs, which take no round trip of their own. A COPY takes two and costs as much to
 * begin as several rows (docs/performance.md). */
#define INSERT_ROWS 4
_Static_assert(INSERT_ROWS <= STORE_ROW_INSERTS, "none of a group drops what another one prepared");

/* ---- the beginning ---- */

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

enum store_result group_begin(struct worker *w, struct member *const *members, size_t count)
{
	int64_t numbers[GROUP_MEMBERS];
	size_t formed = 0;

	for (size_t i = 0; i < count; i++)
		if (submission_is_formed(&members[i]->s))
			numbers[formed++] = submission_formation_number(&members[i]->s);
	qsort(numbers, formed, sizeof *numbers, by_number);
	return store_begin_sharing(w->store, numbers, formed);
}

enum store_result group_weigh(struct member *const *members, size_t count)
{
	enum store_result result = STORE_OK;

	for (size_t i = 0; i < count && !result; i++) {
		int32_t *judged = NULL;
		size_t judged_count;
		bool asked;
		result = submission_weigh(&members[i]->s, APPROACH_FAST, &asked, &judged, &judged_count);
		free(judged);
		if (!result && asked)
			result = STORE_CONFLICT;
	}
	return result;
}

/* ---- counters ---- */

enum store_result group_write_counters(struct worker *w, struct member *const *members, size_t count)
{
	struct tally tally = {0};

	for (size_t i = 0; i < count; i++) {
		const struct tally *one = &members[i]->s.desk->tally;
		for (size_t k = 0; k < one->count; k++)
			tally_add(&tally, &one->items[k]);
	}
	tally_merge(&tally);
	enum store_result result = store_counters(w->store, tally.items, tally.count);
	tally_free(&tally);
	return result;
}

/* ---- new people ---- */

/* A row of a person whom the register does not know. */
struct newcomer {
	const struct submission *s;
	const struct row *row;
};

static int by_nik(const void *a, const void *b)
{
	const struct newcomer *x = a, *y = b;

	return (x->row->nik > y->row->nik) - (x->row->nik < y->row->nik);
}

static bool are_different(const struct newcomer *people, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (people[i].row->nik == people[i - 1].row->nik)
			return false;
	return true;
}

static enum store_result copy_current(struct worker *w, const struct newcomer *people, size_t count)
{
	enum store_result result = store_copy_current_begin(w->store);

	lantik_buffer_reset(&w->chunk);
	for (size_t i = 0; i < count && !result; i++) {
		current_encode(people[i].s->batch_no, &people[i].s->manifest, people[i].row, &w->chunk);
		result = worker_copy(w);
	}
	return result ? result : worker_end_copy(w);
}

/* Batches that fill the same columns lie together, in the order of their numbers. */
static int by_columns(const void *a, const void *b)
{
	const struct submission *x = *(struct submission *const *)a, *y = *(struct submission *const *)b;
	int order = memcmp(x->columns.fields, y->columns.fields, sizeof x->columns.fields);

	if (!order)
		order = (int)x->columns.supersedes - (int)y->columns.supersedes;
	return order ? order : (x->batch_no > y->batch_no) - (x->batch_no < y->batch_no);
}

static bool same_columns(const struct submission *s, const struct submission *t)
{
	return memcmp(s->columns.fields, t->columns.fields, sizeof s->columns.fields) == 0 &&
	       s->columns.supersedes == t->columns.supersedes;
}

static enum store_result copy_batch(struct worker *w, const struct submission *s)
{
	enum store_result result = STORE_OK;

	for (size_t i = 0; i < s->row_count && !result; i++) {
		const struct row *row = &s->desk->rows[i];
		if (!row->goes_in)
			continue;
		lantik_buffer_append(&w->chunk, s->desk->tuples.data + row->offset, row->len);
		result = worker_copy(w);
	}
	return result;
}

/* A COPY for all that fill the same columns: mostly one. */
static enum store_result copy_rows(struct worker *w, struct submission **news, size_t count)
{
	enum store_result result = STORE_OK;

	qsort(news, count, sizeof *news, by_columns);
	for (size_t i = 0, first = 0; i < count && !result; first = i) {
		result = store_copy_begin(w->store, &news[first]->columns);
		lantik_buffer_reset(&w->chunk);
		for (; i < count && same_columns(news[first], news[i]); i++)
			if (!result)
				result = copy_batch(w, news[i]);
		if (!result)
			result = worker_end_copy(w);
	}
	return result;
}

/* ---- few rows, by INSERTs ---- */

bool group_may_insert(const struct submission *s)
{
	return s->manifest.step == LANTIK_STEP_NI && s->view.record_count <= INSERT_ROWS;
}

enum store_result group_prepare_inserts(struct worker *w, struct member *const *members, size_t count, bool *ret)
{
	size_t rows = 0;
	enum store_result result = STORE_OK;

	*ret = false;
	for (size_t i = 0; i < count; i++) {
		rows += members[i]->s.row_count; /* at most: the register was not asked yet */
		if (!submission_is_of_new_people(&members[i]->s))
			return STORE_OK;
	}
	if (rows > INSERT_ROWS)
		return STORE_OK;
	for (size_t i = 0; i < count && !result; i++)
		if (members[i]->s.row_count)
			result = store_prepare_rows(w->store, &members[i]->s.columns);
	*ret = !result;
	return result;
}

static enum store_result insert_current(struct worker *w, const struct newcomer *people, size_t count)
{
	enum store_result result = STORE_OK;

	for (size_t i = 0; i < count && !result; i++) {
		lantik_buffer_reset(&w->chunk);
		current_encode(people[i].s->batch_no, &people[i].s->manifest, people[i].row, &w->chunk);
		LANTIK_ASSERT(!w->chunk.error);
		result = store_insert_current(w->store, lantik_buffer_span(&w->chunk));
	}
	return result;
}

static enum store_result insert_rows(struct worker *w, struct submission *const *news, size_t count)
{
	enum store_result result = STORE_OK;

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < news[i]->row_count && !result; k++) {
			const struct row *row = &news[i]->desk->rows[k];
			struct lantik_span tuple = {.data = news[i]->desk->tuples.data + row->offset, .len = row->len};
			if (row->goes_in)
				result = store_insert_row(w->store, &news[i]->columns, tuple);
		}
	return result;
}

/* ---- rows ---- */

/* Rows of all batches of new people: current ones in the order of their NIK, over the whole group. */
static enum store_result write_news(struct worker *w, struct submission **news, size_t count, bool inserts)
{
	size_t people_count = 0;

	if (!count)
		return STORE_OK;
	for (size_t i = 0; i < count; i++)
		people_count += news[i]->copied;
	struct newcomer *people = calloc(people_count, sizeof *people);
	LANTIK_ASSERT(people);
	for (size_t i = 0, n = 0; i < count; i++)
		for (size_t k = 0; k < news[i]->copied; k++)
			people[n++] = (struct newcomer){.s = news[i], .row = news[i]->desk->order[k]};
	qsort(people, people_count, sizeof *people, by_nik);
	enum store_result result = are_different(people, people_count) ? STORE_OK : STORE_CONFLICT;
	if (!result)
		result = inserts ? insert_current(w, people, people_count) : copy_current(w, people, people_count);
	free(people);
	if (result)
		return result;
	return inserts ? insert_rows(w, news, count) : copy_rows(w, news, count);
}

static int by_first_nik(const void *a, const void *b)
{
	const struct submission *x = *(struct submission *const *)a, *y = *(struct submission *const *)b;

	if (!x->copied || !y->copied)
		return (x->copied > 0) - (y->copied > 0);
	int64_t first = x->desk->order[0]->nik, second = y->desk->order[0]->nik;
	return (first > second) - (first < second);
}

/* Batches of further steps: current rows one batch after the other, rows of all together. Two groups whose people
 * interleave may deadlock: they are split then. */
static enum store_result write_others(struct worker *w, struct submission **others, size_t count)
{
	enum store_result result = STORE_OK;

	if (count == 1)
		return submission_write_rows(others[0], NULL, 0, false);
	qsort(others, count, sizeof *others, by_first_nik);
	for (size_t i = 0; i < count && !result; i++)
		result = submission_make_current(others[i], NULL, 0, false);
	size_t empty = 0; /* those with no row come first */
	while (empty < count && !others[empty]->copied)
		empty++;
	return result ? result : copy_rows(w, others + empty, count - empty);
}

enum store_result group_write_rows(struct worker *w, struct member *const *members, size_t count, bool inserts)
{
	struct submission *news[GROUP_MEMBERS], *others[GROUP_MEMBERS];
	size_t new_count = 0, other_count = 0;

	for (size_t i = 0; i < count; i++) {
		struct submission *s = &members[i]->s;
		if (!submission_is_of_new_people(s)) {
			others[other_count++] = s;
			continue;
		}
		submission_tally_new(s);
		if (s->copied)
			news[new_count++] = s;
	}
	enum store_result result = write_news(w, news, new_count, inserts);
	return result ? result : write_others(w, others, other_count);
}
