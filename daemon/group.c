/* Groups of batches that are not large: one transaction, one flush, a leaf and a receipt each.
 *
 * A group is only an attempt. Whatever comes in its way (two batches about one person, the same batch twice, a full
 * formation, a deadlock) splits it in two, and a batch that is left alone goes the way of any other (commit.c), which
 * says what is wrong with it. So nothing is judged here that is not judged there.
 *
 * Its locks are taken over the whole group in the order of all transactions: formations by number, current rows by
 * NIK, counters by their key, the ledger's head.
 * SPDX-License-Identifier: Apache-2.0 */
#include "group.h"

#include <string.h>

#include "counters.h"
#include "group_private.h"
#include "log.h"
#include "request.h"
#include "stock.h"
#include "witness.h"

/* The same of middle size: together they are about one large batch. */
#define GROUP_MIDDLE 8
/* Records of a desk for small batches and for middle ones. What has more is recorded alone. */
#define SMALL_RECORDS 64
#define MIDDLE_RECORDS 2048
/* Of yes_no in words.def. */
#define YES 1
/* Batches that came alone and are looked up first, and wait for the head's lock, after one that collided: offices that
 * send again mostly do so at the same time, and where another daemon moved the head it is at work. */
#define CAREFUL 64

struct group {
	struct worker *worker;
	struct store_numbers numbers; /* for the batches that were taken; and the head, when one came alone */
	struct stock stock;
	bool stocks;                       /* the next batch that comes alone shall find a stock */
	unsigned careful;                  /* of CAREFUL are left */
	struct desk *small[GROUP_MEMBERS]; /* made when they are needed first */
	struct desk *middle[GROUP_MIDDLE]; /* likewise */
	struct member members[GROUP_MEMBERS];
	struct member *waiting[GROUP_MEMBERS]; /* judged, and to be recorded together */
	size_t count;
};

void group_free(struct group **group)
{
	if (!*group)
		return;
	for (size_t i = 0; i < GROUP_MEMBERS; i++) {
		desk_free(&(*group)->small[i]);
		batch_appended_free(&(*group)->members[i].appended);
	}
	for (size_t i = 0; i < GROUP_MIDDLE; i++)
		desk_free(&(*group)->middle[i]);
	free(*group);
	*group = NULL;
}

static struct group *group_of(struct worker *w)
{
	if (!w->group) {
		w->group = calloc(1, sizeof *w->group);
		LANTIK_ASSERT(w->group);
		w->group->worker = w;
	}
	w->group->count = 0;
	w->group->stocks = false;
	return w->group;
}

struct store_numbers *group_stock(struct worker *w)
{
	if (!w->group || !w->group->stocks)
		return NULL;
	w->group->stocks = false;
	return stock_prepare(&w->group->stock, w);
}

/* ---- judging ---- */

static void reply(struct worker *w, struct member *m)
{
	submission_release(&m->s);
	w->office_head = m->office_head;
	witness_reply(w, m->s.job);
	queue_answer(w->house->queue, m->s.job);
}

/* A batch that collides with nothing asks nobody before it is written. The others are no matter of groups. */
static bool fits(const struct submission *s)
{
	return !submission_needs_the_register(s) && s->manifest.all_or_nothing != YES;
}

/* Without a place in the workers' hands. */
static void dismiss(struct worker *w, struct job *job)
{
	witness_reply(w, job);
	queue_answer(w->house->queue, job);
}

static struct desk *desk_of(struct group *g, size_t place, const struct job *job)
{
	bool small = job_size(job) == JOB_SMALL;
	struct desk **desk = small ? &g->small[place] : &g->middle[place];

	if (!*desk)
		*desk = small ? desk_new(SMALL_RECORDS, QUEUE_SMALL) : desk_new(MIDDLE_RECORDS, QUEUE_MIDDLE);
	return *desk;
}

/* False: answered. What is too long for its desk is recorded at once, on the worker's own. */
static bool take(struct group *g, size_t place, struct job *job)
{
	struct worker *w = g->worker;
	struct member *m = &g->members[place];

	if (!witness_request(w, job)) {
		queue_answer(w->house->queue, job);
		return false;
	}
	m->office_head = w->office_head;
	if (!offices_let_in(w->house->offices, job->office.curve_key)) {
		request_refuse_revoked(job);
		dismiss(w, job);
		return false;
	}
	m->s = (struct submission){.worker = w,
		.desk = desk_of(g, place, job),
		.job = job,
		.rulebook = job->rulebook,
		.is_vouched_late = g->numbers.is_stocked};
	if (!submission_take(&m->s)) {
		dismiss(w, job);
		return false;
	}
	if (m->s.desk != w->desk)
		return true;
	enum store_result connected = store_connect(w->store);
	if (connected)
		answer_store_failure(w, job, connected, "connect");
	else if (submission_vouch(&m->s))
		submission_record(&m->s);
	reply(w, m);
	return false;
}

/* A batch that came alone finds its number in stock, or it is asked for. */
static void ask_numbers(struct group *g, size_t count, bool trusts)
{
	if (stock_open(&g->stock, g->worker, trusts)) {
		g->numbers.count = 0;
		g->numbers.sees = g->numbers.is_stocked = true;
		return;
	}
	store_ask_numbers(g->worker->store, count, trusts, &g->numbers);
}

/* Numbers were asked for when the batches were taken, or before. What was lost with a connection is asked for again. */
static enum store_result await_numbers(struct group *g, struct member *const *members, size_t count)
{
	enum store_result result = store_connect(g->worker->store);

	if (!result && g->numbers.is_stocked) {
		const struct submission *s = &members[0]->s;
		if (stock_take(&g->stock, g->worker, group_may_insert(s) && fits(s), &g->numbers))
			return STORE_OK;
	}
	if (result || g->numbers.count >= count)
		return result;
	store_ask_numbers(g->worker->store, count, g->numbers.sees, &g->numbers);
	result = store_await(g->worker->store);
	return result || g->numbers.count >= count ? result : STORE_DOWN;
}

/* Asks whether they are held. Of a batch that came alone its transaction shows it. */
static enum store_result ask(struct group *g, struct member *const *members, size_t count)
{
	struct store_held_asked *asked[GROUP_MEMBERS];

	for (size_t i = 0; i < count; i++) {
		const struct submission *s = &members[i]->s;
		members[i]->asked =
			(struct store_held_asked){.office_no = s->job->office.office_no, .manifest = &s->manifest};
		asked[i] = &members[i]->asked;
	}
	return g->numbers.sees ? STORE_OK : store_ask_held(g->worker->store, asked, count);
}

/* What the rules say; with a stock the signature waits. False: answered. */
static bool judge(struct group *g, struct member *m, int64_t batch_no)
{
	struct submission *s = &m->s;
	struct worker *w = g->worker;
	struct store_start start = {.batch_no = batch_no};
	enum store_result seen =
		rejections_see(&w->rejections, s->manifest.kind, s->manifest.programme, &start.rejections);

	if (!g->numbers.is_stocked && !submission_vouch(s))
		return false;
	if (seen) {
		answer_store_failure(w, s->job, seen, "look-up");
		return false;
	}
	submission_begin(s, &start);
	s->is_stocked = g->numbers.is_stocked;
	return submission_prepare(s);
}

/* The way of any other. An official may have rejected somebody meanwhile. A number that was in stock is replaced, and
 * the batch is judged again under the new one. */
static void go_alone(struct worker *w, struct member *m)
{
	struct submission *s = &m->s;
	bool stocked = s->is_stocked;
	enum store_result asked;

	if (!submission_vouch(s)) {
		reply(w, m);
		return;
	}
	if (submission_is_held(s, &asked)) {
		if (stocked)
			w->group->careful = CAREFUL;
		reply(w, m);
		return;
	}
	if (!asked && !stocked)
		asked = rejections_see(&w->rejections, s->manifest.kind, s->manifest.programme, &s->rejections);
	if (asked)
		answer_store_failure(w, s->job, asked, "look-up");
	else if (!stocked || submission_prepare(s))
		submission_commit(s);
	reply(w, m);
}

/* What is known of it by now. What does not fit into a group is recorded at once. */
static void sort_out(struct group *g, struct member *m, enum store_result asked)
{
	struct worker *w = g->worker;

	w->office_head = m->office_head;
	if (!asked && m->asked.held) {
		/* one that was not judged cannot stay, even when its leaf is missing and it is not held after all */
		bool answered = !m->s.judged;
		w->group->careful = CAREFUL;
		if (answered)
			submission_record(&m->s);
		else
			answered = submission_is_held(&m->s, &asked);
		if (answered) {
			reply(w, m);
			return;
		}
	}
	counter_increment(COUNTER_submissions);
	if (!asked && fits(&m->s)) {
		g->waiting[g->count++] = m;
		return;
	}
	if (!asked && m->s.is_stocked) {
		go_alone(w, m);
		return;
	}
	if (asked)
		answer_store_failure(w, m->s.job, asked, "look-up");
	else
		submission_commit(&m->s);
	reply(w, m);
}

/* Judges them while the server looks whether they are held: a small batch is judged sooner than a question is answered.
 * The others are not judged in vain. Nobody is let go before the answers are there, which are written to its place. */
static void prepare(struct group *g, struct member *const *members, size_t count)
{
	struct worker *w = g->worker;
	bool answered[GROUP_MEMBERS] = {false};
	bool waits = job_size(members[0]->s.job) != JOB_SMALL;
	enum store_result result = await_numbers(g, members, count);

	if (!result)
		result = ask(g, members, count);
	if (!result && waits)
		result = store_await(w->store);
	for (size_t i = 0; i < count && !result; i++) {
		w->office_head = members[i]->office_head;
		if (!waits || !members[i]->asked.held)
			answered[i] = !judge(g, members[i], g->numbers.of[i]);
	}
	if (!result)
		result = store_await(w->store);
	for (size_t i = 0; i < count; i++) {
		if (!answered[i]) {
			sort_out(g, members[i], result);
			continue;
		}
		counter_increment(COUNTER_submissions);
		reply(w, members[i]);
	}
}

/* ---- the transaction ---- */

/* The last lock, and a leaf each under it. A head that was seen is locked when it is moved. */
static enum store_result append_all(struct worker *w, struct member *const *members, size_t count, bool seen)
{
	struct store_ledger ledger = w->group->numbers.seen;
	enum store_result result = seen ? store_take_seen(w->store, &ledger) : store_lock_ledger(w->store, &ledger);

	if (!result)
		rejections_learn(&w->rejections, ledger.rejected_size);
	for (size_t i = 0; i < count && !result; i++)
		result = submission_check_since(&members[i]->s, &ledger);
	for (size_t i = 0; i < count && !result; i++)
		result = submission_append(&members[i]->s, &ledger, &members[i]->appended);
	return result || seen ? result : store_move_head(w->store, &ledger.edge, ledger.now, STORE_LEAVES);
}

/* The signature of a batch that asked nobody is verified while the server writes, and before COMMIT. */
static enum store_result vouch(struct worker *w, struct member *const *members, size_t count)
{
	store_push(w->store);
	for (size_t i = 0; i < count; i++)
		if (!submission_is_signed(&members[i]->s))
			return STORE_CONFLICT; /* go_alone answers it */
	return STORE_OK;
}

/* While the server commits, the receipts are put together and signed. They leave when it has, or never. */
static enum store_result draft_and_await(struct worker *w, struct member *const *members, size_t count)
{
	for (size_t i = count; i > 0; i--)
		submission_draft(&members[i - 1]->s, &members[i - 1]->appended, i == count);
	enum store_result result = store_await_commit(w->store);
	for (size_t i = 0; i < count && result; i++)
		receipt_draft_withdraw(w, &members[i]->appended.draft);
	return result;
}

/* Where nobody else of this daemon is at it, the head mostly stays as it was seen when the batch was taken: then the
 * whole transaction is sent at once, and nothing is waited for but its end. */
static enum store_result transact(struct worker *w, struct member *const *members, size_t count)
{
	bool inserts;
	enum store_result result = group_prepare_inserts(w, members, count, &inserts);
	struct group *g = w->group;
	bool alone = g->numbers.sees, stocked = g->numbers.is_stocked;
	bool seen = alone && inserts && permits_open(w->permit.of) == 1 && (!stocked || stock_stands(&g->stock, w));

	g->numbers.sees = g->numbers.is_stocked = false; /* they hold for one attempt */
	if (result)
		return result;
	if (stocked && !seen)
		return STORE_CONFLICT; /* the number will not do, and is replaced (go_alone) */
	if (inserts)
		store_hurry_behind(w->store);
	result = group_begin(w, members, count);
	if (!result)
		result = group_weigh(members, count);
	if (!result)
		result = group_write_rows(w, members, count, inserts);
	if (!inserts)
		store_hurry(w->store);
	if (!result)
		result = group_write_counters(w, members, count);
	for (size_t i = 0; i < count && !result; i++)
		result = submission_write_details(&members[i]->s);
	store_push(w->store);
	for (size_t i = 0; i < count && !result; i++)
		submission_prepare_leaf(&members[i]->s, &members[i]->appended);
	if (!result)
		result = append_all(w, members, count, seen);
	if (!result)
		result = vouch(w, members, count);
	if (!result)
		result = store_send_commit(w->store);
	if (!result)
		result = draft_and_await(w, members, count);
	g->stocks = seen && !result;
	if (result != STORE_CONFLICT || !submission_is_signed(&members[0]->s))
		return result;
	if (stocked)
		stock_failed(&g->stock);
	else if (alone)
		g->careful = CAREFUL;
	return result;
}

/* ---- the attempt ---- */

/* Keys may have been cut off while the group waited for its permit. Returns how many are left. */
static size_t drop_revoked(struct worker *w, struct member **members, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (offices_let_in(w->house->offices, members[i]->s.job->office.curve_key)) {
			members[kept++] = members[i];
		} else {
			request_refuse_revoked(members[i]->s.job);
			reply(w, members[i]);
		}
	return kept;
}

/* The proofs of all need the nodes of all. The last one is signed first: the head that is remembered then, with one
 * flush, is that of the whole group. */
static void answer_all(struct worker *w, struct member *const *members, size_t count)
{
	if (count > 1) {
		counter_increment(COUNTER_groups);
		counter_add(COUNTER_grouped, count);
	}
	for (size_t i = 0; i < count; i++)
		nodes_learn(w->nodes, &members[i]->appended.before, lantik_buffer_span(&members[i]->appended.leaf));
	for (size_t i = count; i > 0; i--) {
		submission_answer_committed(&members[i - 1]->s, &members[i - 1]->appended);
		reply(w, members[i - 1]);
		receipt_draft_discard(&members[i - 1]->appended.draft);
	}
}

static void answer_down(struct worker *w, struct member *const *members, size_t count, enum store_result result)
{
	for (size_t i = 0; i < count; i++) {
		if (result == STORE_UNKNOWN)
			submission_resolve_unknown(&members[i]->s);
		else
			answer_store_failure(w, members[i]->s.job, result, "commit");
		reply(w, members[i]);
	}
}

static void record(struct worker *w, struct member **members, size_t count);

/* In the order of the group, which is that of no arrival: the contract promises none between batches in flight. */
static void split(struct worker *w, struct member **members, size_t count, enum store_result result)
{
	if (count == 1) {
		go_alone(w, members[0]);
		return;
	}
	counter_increment(result == STORE_RETRY ? COUNTER_retried : COUNTER_group_split);
	record(w, members, count / 2);
	record(w, members + count / 2, count - count / 2);
}

static void record(struct worker *w, struct member **members, size_t count)
{
	permit_take(&w->permit);
	count = drop_revoked(w, members, count);
	enum store_result result = count ? transact(w, members, count) : STORE_OK;
	if (result)
		store_rollback(w->store);
	permit_end(&w->permit);
	if (!result)
		answer_all(w, members, count);
	else if (store_is_down(result))
		answer_down(w, members, count, result);
	else
		split(w, members, count, result);
}

void group_submit(struct worker *w, struct job *job)
{
	struct group *g = group_of(w);
	struct job *jobs[GROUP_MEMBERS] = {job};
	struct member *taken[GROUP_MEMBERS];
	size_t taken_count = 0;
	enum job_size size = job_size(job);
	size_t most = size == JOB_SMALL ? GROUP_MEMBERS : GROUP_MIDDLE;
	size_t count = 1 + queue_take_more(w->house->queue, size, most - 1, jobs + 1);

	bool alone = count == 1 && size == JOB_SMALL;
	bool trusts = alone && !g->careful;

	if (alone && g->careful)
		g->careful--;
	ask_numbers(g, count, trusts);
	for (size_t i = 0; i < count; i++)
		if (take(g, i, jobs[i]))
			taken[taken_count++] = &g->members[i];
	if (taken_count)
		prepare(g, taken, taken_count);
	if (g->count == 1 && size == JOB_MIDDLE) { /* nothing to share; and commit.c copies few rows at a time */
		submission_commit(&g->waiting[0]->s);
		reply(w, g->waiting[0]);
	} else if (g->count) {
		record(w, g->waiting, g->count);
	}
}
