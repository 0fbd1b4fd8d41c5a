/* The decider's thread: takes the requests of officials in their order and makes each a decision or a refusal, and
 * between them the requests for deeds (deed.c).
 * SPDX-License-Identifier: Apache-2.0 */
#include "decide.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "counters.h"
#include "decide_private.h"
#include "deed.h"
#include "log.h"
#include "sweep.h"

#define POLL_MILLISECONDS 500
/* Numbers of requests are given before their commit, so that a smaller one may appear late: each look goes back by
 * RECENT, and once in a while over all. */
#define RECENT 100
#define LOOK_AT_ALL_MICROS INT64_C(60000000)

struct decider {
	struct worker worker;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stop, ended;
	struct decide_line decisions, deeds;
	struct sweep sweep;
};

/* ---- the lines of requests, of decisions and of deeds ---- */

enum store_result decide_look(
	struct store *store, struct decide_line *line, const struct decide_questions *ask, bool *ret_waits)
{
	bool all = clock_steady() >= line->look_at_all;
	int64_t last = 0;
	enum store_result result = store_connect(store);

	if (!result && all)
		result = ask->last(store, &last);
	if (all)
		line->above = 0;
	if (!result)
		result = ask->waits(store, line->above, ret_waits);
	if (!result && all && !*ret_waits) {
		line->above = last > RECENT ? last - RECENT : 0;
		line->look_at_all = clock_steady() + LOOK_AT_ALL_MICROS;
	}
	return result;
}

void decide_failed(struct worker *w, struct decide_line *line, int64_t request_no, enum store_result result)
{
	enum log_priority level = store_is_down(result) ? LOG_LINE_WARNING : LOG_LINE_ERROR;

	if (!request_no) {
		log_line(level, "looking for requests: %s", store_why(w->store));
	} else {
		log_line(level, "request %lld: %s", (long long)request_no, store_why(w->store));
		int cost = store_is_down(result) ? DECIDE_COST_DOWN : DECIDE_COST_FAILED;
		line->tries = request_no == line->failing ? line->tries + cost : cost;
		line->failing = request_no;
		if (result == STORE_FAILED)
			line->tries = DECIDE_TRIES;
		snprintf(line->why, sizeof line->why, "%s", store_why(w->store));
	}
	if (store_is_down(result))
		house_database_lost(w->house);
}

/* ---- one transaction ---- */

static void decision_free(struct decision *d)
{
	if (d->s.rulebook)
		house_rulebook_put(d->worker->house, d->s.rulebook);
	store_request_free(&d->request);
	free(d->judged);
	free(d->outcomes);
}

static void make_id(struct decision *d)
{
	uint8_t random[10];

	lantik_random(random, sizeof random);
	lantik_id_make((uint64_t)clock_now() / 1000, random, d->decision_id);
}

static enum store_result carry_out(struct decider *decider, struct decision *d, struct decision_appended *ret)
{
	struct house *house = d->worker->house;

	if (decide_gives_up(&decider->decisions, d->request.request_no))
		decision_refuse(d, LANTIK_CASE_COUNT,
			"the centre could not carry it out (%s); its operator has been told", decider->decisions.why);
	if (!decision_is_refused(d))
		decision_open(d);
	if (decision_is_refused(d))
		return STORE_OK;
	d->s.rulebook = house_rulebook(house);
	make_id(d);
	enum store_result result = store_decision_no(d->worker->store, &d->s.batch_no);
	if (!result)
		result = decision_judge(d);
	if (result || decision_is_refused(d))
		return result;
	return decision_write(d, ret);
}

/* The tables may have been loaded a moment ago: an official who asks after that means the new ones. */
static enum store_result rulebook_is_current(struct worker *w, bool *ret)
{
	int64_t version = 0;
	enum store_result result = store_reference_version(w->store, &version);

	*ret = !result && house_is_current(w->house, version);
	return result;
}

/* request_no stays 0 when there is nothing to do, or another daemon decides. */
static enum store_result transact(
	struct decider *decider, struct decision *d, struct decision_appended *ret, enum decide_turn *ret_turn)
{
	struct store *store = d->worker->store;
	bool alone = false, current = false;
	enum store_result result = store_begin(store);

	*ret_turn = DECIDE_NOTHING;
	if (!result)
		result = store_decide_alone(store, &alone);
	if (!result && alone)
		result = rulebook_is_current(d->worker, &current);
	if (!result && alone && !current)
		*ret_turn = DECIDE_SOON;
	if (!result && current)
		result = store_request(store, decider->decisions.above, &d->request);
	if (result || !d->request.request_no)
		return result;
	*ret_turn = DECIDE_DONE;
	return carry_out(decider, d, ret);
}

/* ---- one request ---- */

/* In a transaction of its own: whatever the request had begun is gone. */
static enum store_result write_refusal(struct decision *d)
{
	struct store *store = d->worker->store;
	bool alone = false;
	char name[64] = "";

	if (d->rule_case < LANTIK_CASE_COUNT)
		lantik_case_format(d->rule_case, name);
	enum store_result result = store_begin(store);
	if (!result)
		result = store_decide_alone(store, &alone);
	if (!result && !alone)
		result = STORE_RETRY;
	if (!result)
		result = store_refuse_request(
			store, d->request.request_no, lantik_span_of(name), lantik_span_of(d->why));
	if (!result)
		result = store_commit(store);
	if (result) {
		store_rollback(store);
		return result;
	}
	counter_increment(COUNTER_decisions_refused);
	log_line(LOG_LINE_INFO, "office %.*s: request %lld of an official was not carried out: %s",
		(int)d->request.office.len, (const char *)d->request.office.data, (long long)d->request.request_no,
		d->why);
	return STORE_OK;
}

static void count_and_log(const struct decision *d, uint64_t leaf_index)
{
	const struct lantik_statement *st = &d->statement;
	char id[37], batch[37];

	lantik_id_format(d->decision_id, id);
	lantik_id_format(st->batch_id, batch);
	counter_increment(COUNTER_decisions);
	counter_add(COUNTER_accepted_records, st->accepted);
	counter_add(COUNTER_rejected_records, st->rejected);
	log_line(LOG_LINE_INFO,
		"office %s: decision %s on batch %s: %s: %u accepted, %u returned, %u for review, %u rejected; leaf "
		"%llu",
		d->job.office.name, id, batch, lantik_word(LANTIK_WORDS_act, d->request.act, LANTIK_ENGLISH),
		st->accepted, st->returned, st->review, st->rejected, (unsigned long long)leaf_index);
}

/* The receipt is put together when the office asks; its checkpoint is signed and kept now. */
static void sign(struct decision *d, const struct decision_appended *appended)
{
	struct lantik_buffer receipt = {0};
	enum lantik_error error =
		answer_receipt_text(d->worker, lantik_buffer_span(&appended->leaf), appended->before.size,
			&appended->before, (struct lantik_span){0}, lantik_buffer_span(&appended->statement), &receipt);

	if (error)
		receipt_log_failure(d->worker, error, "office %s: receipt of leaf %llu", d->job.office.name,
			(unsigned long long)appended->before.size);
	lantik_buffer_free(&receipt);
}

static enum decide_turn decide(struct decider *decider)
{
	struct decision_appended appended = {0};
	struct decision d;
	enum store_result result = STORE_RETRY;
	enum decide_turn turn = DECIDE_NOTHING;

	for (int attempt = 0; attempt < DECIDE_ATTEMPTS && store_may_repeat(result); attempt++) {
		if (attempt)
			decision_free(&d);
		d = (struct decision){
			.worker = &decider->worker, .s = {.worker = &decider->worker, .desk = decider->worker.desk}};
		result = transact(decider, &d, &appended, &turn);
		if (result || turn != DECIDE_DONE || decision_is_refused(&d))
			store_rollback(decider->worker.store);
		if (store_may_repeat(result))
			counter_increment(COUNTER_retried);
	}
	if (!result && decision_is_refused(&d))
		result = write_refusal(&d);
	else if (!result && turn == DECIDE_DONE) {
		count_and_log(&d, appended.before.size);
		sign(&d, &appended);
	}
	if (result)
		decide_failed(&decider->worker, &decider->decisions, d.request.request_no, result);
	decision_free(&d);
	lantik_buffer_free(&appended.statement);
	lantik_buffer_free(&appended.leaf);
	return result ? DECIDE_NOTHING : turn;
}

/* ---- the thread ---- */

static enum decide_turn take_decision(struct decider *decider)
{
	static const struct decide_questions questions = {store_last_request, store_request_waits};
	bool waits = false;

	if (!house_database_up(decider->worker.house))
		return DECIDE_NOTHING;
	enum store_result result = decide_look(decider->worker.store, &decider->decisions, &questions, &waits);
	if (result) {
		decide_failed(&decider->worker, &decider->decisions, 0, result);
		return DECIDE_NOTHING;
	}
	return waits ? decide(decider) : DECIDE_NOTHING;
}

/* One of each sort, so that neither waits for a long line of the other. */
static enum decide_turn take_turn(struct decider *decider)
{
	enum decide_turn deed = deed_take_turn(&decider->worker, &decider->deeds);
	enum decide_turn decision = take_decision(decider);

	if (deed == DECIDE_DONE || decision == DECIDE_DONE)
		return DECIDE_DONE;
	return deed == DECIDE_SOON || decision == DECIDE_SOON ? DECIDE_SOON : DECIDE_NOTHING;
}

static void wait_for_next(struct decider *decider, long milliseconds)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += milliseconds * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	while (!decider->stop)
		if (pthread_cond_timedwait(&decider->changed, &decider->lock, &until))
			break;
}

static void *run(void *context)
{
	struct decider *decider = context;

	pthread_mutex_lock(&decider->lock);
	while (!decider->stop) {
		pthread_mutex_unlock(&decider->lock);
		enum decide_turn turn = take_turn(decider);
		sweep_take_turn(&decider->worker, &decider->sweep);
		pthread_mutex_lock(&decider->lock);
		if (turn != DECIDE_DONE)
			wait_for_next(decider, turn == DECIDE_SOON ? POLL_MILLISECONDS / 10 : POLL_MILLISECONDS);
	}
	decider->ended = true;
	pthread_cond_signal(&decider->changed);
	pthread_mutex_unlock(&decider->lock);
	return NULL;
}

struct decider *decider_start(struct house *house)
{
	struct decider *decider = calloc(1, sizeof *decider);
	pthread_condattr_t monotonic;

	LANTIK_ASSERT(decider && pthread_mutex_init(&decider->lock, NULL) == 0);
	LANTIK_ASSERT(pthread_condattr_init(&monotonic) == 0);
	LANTIK_ASSERT(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
	LANTIK_ASSERT(pthread_cond_init(&decider->changed, &monotonic) == 0);
	pthread_condattr_destroy(&monotonic);
	worker_open(&decider->worker, house, "lantikd decider");
	LANTIK_ASSERT(pthread_create(&decider->thread, NULL, run, decider) == 0);
	return decider;
}

bool decider_stop(struct decider **decider, int64_t until)
{
	struct decider *d = *decider;
	struct timespec at = {.tv_sec = until / 1000000, .tv_nsec = until % 1000000 * 1000};

	pthread_mutex_lock(&d->lock);
	d->stop = true;
	pthread_cond_signal(&d->changed);
	while (!d->ended)
		if (pthread_cond_timedwait(&d->changed, &d->lock, &at))
			break;
	bool ended = d->ended;
	pthread_mutex_unlock(&d->lock);
	if (!ended)
		return false;
	LANTIK_ASSERT(pthread_join(d->thread, NULL) == 0);
	worker_close(&d->worker);
	pthread_cond_destroy(&d->changed);
	pthread_mutex_destroy(&d->lock);
	free(d);
	*decider = NULL;
	return true;
}
