/* One transaction for one batch: rows, current rows, counters, findings, returned records, leaf. Then the
 * receipt. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "counters.h"
#include "lantik/row.h"
#include "log.h"
#include "request.h"

#include "submission.h"

/* Deadlocks and races with other batches of the same people; each attempt waits for the winner, so few are needed. */
#define MAX_ATTEMPTS 8
/* Attempts that found a formation full. Alone, the second one knows what is left; only what takes places without that
 * lock (decisions) or judges by another rulebook (a daemon that has not looked yet) can be in between. */
#define MAX_FULL 8

enum store_result submission_write_counters(struct submission *s)
{
	struct tally *tally = &s->desk->tally;

	tally_merge(tally);
	return store_counters(s->worker->store, tally->items, tally->count);
}

/* One record that does not go to the register, with the findings that keep it back. Returns the bytes of its cause. */
static size_t keep_back(struct submission *s, const struct lantik_finding *findings, size_t count,
	struct lantik_buffer *causes, struct store_returned *ret)
{
	uint32_t record_no = findings->record_no;
	size_t start = causes->len;
	uint8_t *hash = lantik_buffer_extend(&s->desk->returned_hashes, LANTIK_HASH);

	LANTIK_ASSERT(hash);
	lantik_cause_format(findings, count, causes);
	*ret = (struct store_returned){.record_no = (int32_t)record_no,
		.review = lantik_outcome_of(findings, count) == LANTIK_IN_REVIEW,
		.salt = s->desk->salts + (size_t)(record_no - 1) * LANTIK_ROW_SALT,
		.bytes = s->view.records[record_no - 1]};
	lantik_returned_hash(record_no, ret->review ? LANTIK_DID_WAIT : LANTIK_DID_RETURN, ret->salt, ret->bytes, hash);
	return causes->len - start;
}

/* Every record that does not go to the register, in their order; of a refused batch the body alone is kept. */
static size_t list_returned(struct submission *s, struct lantik_buffer *causes, struct store_returned *ret)
{
	const struct lantik_findings *f = &s->desk->findings;
	size_t count = 0;

	lantik_buffer_reset(&s->desk->returned_hashes);
	for (size_t at = 0; at < f->count && !s->verdict.refused;) {
		size_t first = at;
		while (at < f->count && f->items[at].record_no == f->items[first].record_no)
			at++;
		if (!f->items[first].record_no || lantik_outcome_of(f->items + first, at - first) == LANTIK_ACCEPTED)
			continue;
		size_t len = keep_back(s, f->items + first, at - first, causes, &ret[count]);
		ret[count++].cause.len = len;
	}
	LANTIK_ASSERT(!causes->error);
	for (size_t i = 0, start = 0; i < count; start += ret[i++].cause.len)
		ret[i].cause.data = causes->data + start;
	return count;
}

static enum store_result write_returned(struct submission *s)
{
	struct store_returned *records = calloc(s->view.record_count, sizeof *records);
	struct lantik_buffer causes = {0};

	LANTIK_ASSERT(records);
	size_t count = list_returned(s, &causes, records);
	enum store_result result = store_returned(s->worker->store, s->batch_no, records, count);
	free(records);
	lantik_buffer_free(&causes);
	return result;
}

enum store_result submission_write_details(struct submission *s)
{
	struct store *store = s->worker->store;
	enum store_result result = store_findings(store, s->batch_no, s->desk->findings.items, s->desk->findings.count);

	if (!result)
		result = write_returned(s);
	return result || !s->verdict.refused ? result : store_body(store, s->batch_no, s->job->body);
}

static int32_t body_form(const struct submission *s)
{
	if (s->verdict.refused)
		return LANTIK_BODY_WHOLE;
	return s->names_agency ? LANTIK_BODY_NAMED : LANTIK_BODY_UNNAMED;
}

/* But for what the ledger's head says. */
static void leaf_of(const struct submission *s, struct lantik_span verdict, struct lantik_span row_hashes,
	struct lantik_batch_leaf *ret)
{
	const struct job *job = s->job;

	*ret = (struct lantik_batch_leaf){.office = lantik_span_of(job->office.name),
		.rows = s->verdict.accepted,
		.row_format = LANTIK_ROW_FORMAT,
		.received_at = job->received_at};
	memcpy(ret->batch_id, s->manifest.batch_id.data, sizeof ret->batch_id);
	memcpy(ret->manifest_sha256, s->manifest_sha256, LANTIK_HASH);
	memcpy(ret->signing_key_id, job->signing_key_id, sizeof ret->signing_key_id);
	lantik_sha256((struct lantik_span){.data = job->signature, .len = LANTIK_SIGNATURE}, ret->signature_sha256);
	lantik_sha256(verdict, ret->verdict_sha256);
	memcpy(ret->rulebook_sha256, s->verdict.rulebook_sha256, LANTIK_HASH);
	lantik_root_of(row_hashes.data, row_hashes.len / LANTIK_HASH, ret->rows_root);
	lantik_root_of(s->desk->returned_hashes.data, s->desk->returned_hashes.len / LANTIK_HASH, ret->returned_root);
}

void submission_prepare_leaf(struct submission *s, struct batch_appended *ret)
{
	ret->row_hashes = submission_row_hashes(s);
	lantik_buffer_reset(&ret->verdict);
	LANTIK_ASSERT(lantik_verdict_format(&s->verdict, &ret->verdict) == LANTIK_OK);
	leaf_of(s, lantik_buffer_span(&ret->verdict), ret->row_hashes, &ret->prepared);
}

enum store_result submission_append(struct submission *s, struct store_ledger *ledger, struct batch_appended *ret)
{
	struct lantik_batch_leaf *leaf = &ret->prepared;
	struct growth growth;

	LANTIK_ASSERT(ledger->is_seen || !s->is_stocked);
	leaf->leaf_index = ledger->edge.size;
	leaf->recorded_at = ledger->now;
	leaf->durability = (uint8_t)ledger->durability;
	ret->before = ledger->edge;
	lantik_buffer_reset(&ret->leaf);
	LANTIK_ASSERT(lantik_batch_leaf_format(leaf, &ret->leaf) == LANTIK_OK);
	growth_of(&ledger->edge, lantik_buffer_span(&ret->leaf), &growth);
	if (ledger->is_seen) {
		enum store_result moved = store_move_seen_head(s->worker->store, ledger, &growth.edge);
		if (moved)
			return moved;
	}
	ledger->edge = growth.edge;
	struct store_batch batch = {.batch_no = s->batch_no,
		.manifest = &s->manifest,
		.verdict = &s->verdict,
		.leaf = leaf,
		.office_no = s->job->office.office_no,
		.signature = {.data = s->job->signature, .len = LANTIK_SIGNATURE},
		.manifest_bytes = s->view.manifest,
		.all_or_nothing = s->manifest.all_or_nothing == 1,
		.body_form = body_form(s),
		.row_hashes = ret->row_hashes,
		.returned_hashes = lantik_buffer_span(&s->desk->returned_hashes),
		.verdict_text = lantik_buffer_span(&ret->verdict),
		.leaf_bytes = lantik_buffer_span(&ret->leaf),
		.growth = &growth};
	ret->trust_size = ledger->trust_size;
	return store_append(s->worker->store, &batch);
}

static void draft_line(const struct submission *s, struct batch_appended *appended)
{
	char id[37];

	lantik_id_format(s->manifest.batch_id.data, id);
	int len = snprintf(appended->line, sizeof appended->line,
		"office %s: batch %s %s: %u records, %u accepted, %u returned, %u for review; leaf %llu",
		s->job->office.name, id, s->verdict.refused ? "refused by rule" : "committed", s->verdict.records,
		s->verdict.accepted, s->verdict.returned, s->verdict.review, (unsigned long long)appended->before.size);
	LANTIK_ASSERT(len > 0 && (size_t)len < sizeof appended->line);
}

void submission_draft(struct submission *s, struct batch_appended *appended, bool is_last)
{
	receipt_draft_make(
		s->worker, lantik_buffer_span(&appended->leaf), &appended->before, is_last, &appended->draft);
	draft_line(s, appended);
}

/* Batches that take places of the same formation run beside each other until one finds it full; that one waits for
 * them and keeps others out. The lock comes before all others, so that nobody waits for it with a lock in hand. */
static enum store_result begin(struct submission *s, enum approach approach)
{
	s->sent = s->copy_left = 0;
	if (!submission_is_formed(s))
		return store_begin(s->worker->store);
	return store_begin_locked(s->worker->store, submission_formation_number(s), approach == APPROACH_ALONE);
}

/* Whether what was sent is all that goes in, and nothing has to be asked before it does. */
static bool stands(struct submission *s)
{
	submission_settle(s);
	return s->sent == s->copied && !submission_needs_the_register(s) &&
	       (s->verdict.accepted == s->verdict.records || !submission_wants_all(s));
}

/* What is not judged yet is judged now, and its rows are sent meanwhile. When all records are known and other rows go
 * in, those are taken back, and the transaction begins anew. */
static enum store_result begin_judged(struct submission *s, enum approach approach, bool *ret_answered)
{
	enum store_result result = begin(s, approach);

	*ret_answered = false;
	if (result || s->judged)
		return result;
	s->sends = true;
	result = submission_judge(s, ret_answered);
	if (result || *ret_answered || stands(s))
		return result;
	counter_increment(COUNTER_taken_back);
	store_rollback(s->worker->store);
	return begin(s, approach);
}

static enum store_result write_rows(struct submission *s, enum approach approach)
{
	int32_t *judged = NULL;
	size_t judged_count = 0;
	bool asked = false;

	if (approach == APPROACH_FAST && submission_needs_the_register(s))
		approach = APPROACH_ASK;
	enum store_result result = submission_weigh(s, approach, &asked, &judged, &judged_count);
	if (!result)
		result = submission_write_rows(s, judged, judged_count, asked);
	free(judged);
	return result;
}

/* What follows the rows. */
static enum store_result write_rest(struct submission *s, struct batch_appended *ret)
{
	struct store *store = s->worker->store;
	struct store_ledger ledger;

	store_hurry(store);
	enum store_result result = submission_write_counters(s);
	if (!result)
		result = submission_write_details(s);
	if (!result) {
		store_push(store);
		submission_prepare_leaf(s, ret);
		result = store_lock_ledger(store, &ledger);
	}
	if (!result)
		result = submission_check_since(s, &ledger);
	if (!result)
		result = submission_append(s, &ledger, ret);
	if (!result)
		result = store_move_head(store, &ledger.edge, ledger.now, STORE_LEAVES);
	if (!result)
		result = store_send_commit(store);
	if (result)
		return result;
	permit_pass_on(&s->worker->permit);
	submission_draft(s, ret, true);
	result = store_await_commit(store);
	if (result)
		receipt_draft_withdraw(s->worker, &ret->draft);
	return result;
}

static enum store_result transact(
	struct submission *s, enum approach approach, struct batch_appended *ret, bool *ret_answered)
{
	enum store_result result = begin_judged(s, approach, ret_answered);

	if (result || *ret_answered)
		return result;
	result = write_rows(s, approach);
	return result ? result : write_rest(s, ret);
}

static void count_and_log(const struct submission *s, const struct batch_appended *appended)
{
	counter_increment(s->verdict.refused ? COUNTER_refused_by_rule : COUNTER_committed);
	counter_add(COUNTER_accepted_records, s->verdict.accepted);
	counter_add(COUNTER_returned_records, s->verdict.returned);
	counter_add(COUNTER_review_records, s->verdict.review);
	log_later(LOG_LINE_INFO, "%s", appended->line);
}

void submission_answer_committed(struct submission *s, struct batch_appended *appended)
{
	struct worker *w = s->worker;
	struct job *job = s->job;

	count_and_log(s, appended);
	w->trust_size = appended->trust_size;
	w->knows_trust_size = true;
	lantik_buffer_reset(&job->reply_body);
	enum lantik_error error = answer_receipt_drafted(w, lantik_buffer_span(&appended->leaf), &appended->before,
		&appended->draft, lantik_buffer_span(&appended->verdict), &job->reply_body);
	if (error)
		answer_receipt_failure(w, job, appended->before.size, error);
	else
		job->reply = LANTIK_RECEIPT;
}

static void answer_appended(struct submission *s, struct batch_appended *appended)
{
	nodes_learn(s->worker->nodes, &appended->before, lantik_buffer_span(&appended->leaf));
	submission_answer_committed(s, appended);
}

void batch_appended_free(struct batch_appended *appended)
{
	receipt_draft_discard(&appended->draft);
	lantik_buffer_free(&appended->verdict);
	lantik_buffer_free(&appended->leaf);
}

/* Another transaction may have recorded this very batch meanwhile. True: answered. */
bool submission_is_held(struct submission *s, enum store_result *ret_result)
{
	struct store_query query = submission_query(s);

	*ret_result = store_find_or_number(s->worker->store, &query);
	if (!*ret_result && query.held.found)
		submission_answer_held(s, &query.held);
	else if (!*ret_result && s->is_stocked)
		submission_begin(s, &query.start);
	store_held_free(&query.held);
	return !*ret_result && query.held.found;
}

/* What a failed attempt asks of the next one. */
static enum approach next_approach(enum approach approach, enum store_result result)
{
	if (result == STORE_FULL) {
		if (approach != APPROACH_ALONE)
			counter_increment(COUNTER_formation_full);
		return APPROACH_ALONE;
	}
	if (result == STORE_CONFLICT && approach == APPROACH_FAST) {
		counter_increment(COUNTER_slow_path);
		return APPROACH_ASK;
	}
	if (result == STORE_RETRY)
		counter_increment(COUNTER_retried);
	return approach;
}

/* One attempt, when a permit is free. False: answered, because the key was cut off while the batch waited for it, or
 * because a record cannot be read. */
static bool attempt(
	struct submission *s, enum approach approach, struct batch_appended *appended, enum store_result *ret_result)
{
	struct worker *w = s->worker;
	bool answered = false;

	permit_take(&w->permit);
	bool let_in = offices_let_in(w->house->offices, s->job->office.curve_key);
	if (let_in)
		*ret_result = transact(s, approach, appended, &answered);
	if (let_in && (*ret_result || answered))
		store_rollback(w->store);
	permit_end(&w->permit);
	if (!let_in)
		request_refuse_revoked(s->job);
	return let_in && !answered;
}

/* Changes are judged by what is there; and PNS and functional officials mostly stand under another kind, too. */
bool submission_needs_the_register(const struct submission *s)
{
	return s->has_changes || s->manifest.kind > LANTIK_CPNS;
}

/* True: answered. Otherwise *ret_result is what the last attempt came to. */
static bool attempt_until_done(struct submission *s, struct batch_appended *appended, enum store_result *ret_result)
{
	enum approach approach = APPROACH_FAST;
	int attempts = 0, full = 0;

	do {
		if (!attempt(s, approach, appended, ret_result))
			return true;
		enum store_result result = *ret_result;
		if (!result)
			return false;
		approach = next_approach(approach, result);
		if (result == STORE_CONFLICT) {
			enum store_result looked;
			if (submission_is_held(s, &looked))
				return true;
			if (looked)
				*ret_result = looked;
		}
		if (result == STORE_FULL)
			full++;
		else
			attempts++;
	} while (store_may_repeat(*ret_result) && attempts < MAX_ATTEMPTS && full < MAX_FULL);
	return false;
}

/* COMMIT was sent and its answer did not come, or came with a warning. The primary knows: what is found there is
 * answered after a barrier, as anything that is held. What is not found may still be on its way: the office sends
 * again.
 */
void submission_resolve_unknown(struct submission *s)
{
	struct worker *w = s->worker;
	struct store_held held = {0};

	counter_increment(COUNTER_unknown_outcomes);
	log_line(LOG_LINE_WARNING, "office %s: commit: %s; looking the batch up", s->job->office.name,
		store_why(w->store));
	enum store_result result = store_connect(w->store);
	if (!result)
		result = store_find(w->store, s->job->office.office_no, s->manifest.batch_id.data, &held);
	if (!result && held.found)
		submission_answer_held(s, &held);
	else
		answer_store_failure(w, s->job, STORE_UNKNOWN, "commit");
	store_held_free(&held);
}

void submission_commit(struct submission *s)
{
	struct batch_appended appended = {0};
	enum store_result result;

	LANTIK_ASSERT(!s->is_stocked && s->signature == SIGNATURE_HOLDS);
	if (!attempt_until_done(s, &appended, &result)) {
		if (!result)
			answer_appended(s, &appended);
		else if (result == STORE_UNKNOWN)
			submission_resolve_unknown(s);
		else
			answer_store_failure(
				s->worker, s->job, store_may_repeat(result) ? STORE_RETRY : result, "commit");
	}
	batch_appended_free(&appended);
}
