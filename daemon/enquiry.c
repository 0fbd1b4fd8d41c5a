/* STATUS and RECONCILE, each read from one snapshot of the database.
 * SPDX-License-Identifier: Apache-2.0 */
#include "enquiry.h"

#include <string.h>

#include "log.h"
#include "store_enquiry.h"

/* What is known of a batch before it is put into an answer. */
struct known {
	struct store_held held;
	struct store_standing standing;
	struct lantik_buffer receipt;
	struct store_decisions decisions;
	struct lantik_buffer decision_receipts[LANTIK_MAX_DECISIONS];
};

static void drop_known(struct known *known)
{
	store_held_free(&known->held);
	lantik_buffer_free(&known->receipt);
	for (size_t i = 0; i < known->decisions.count; i++)
		lantik_buffer_free(&known->decision_receipts[i]);
	store_decisions_free(&known->decisions);
	free(known);
}

/* The longest that the receipt can become, so that the decisions leave it room. */
static size_t receipt_room(const struct known *known, const struct lantik_status_request *asked)
{
	size_t receipt = asked->decisions_from ? 0 : known->held.verdict.len + LANTIK_MAX_NOTE + 8192;

	return LANTIK_MAX_STATUS_RECEIPTS > receipt ? LANTIK_MAX_STATUS_RECEIPTS - receipt : 0;
}

static enum store_result look_up(
	struct worker *w, int32_t office_no, const struct lantik_status_request *asked, struct known *ret)
{
	struct store *store = w->store;
	enum store_result result = store_connect(store);

	if (!result)
		result = store_snapshot(store);
	if (!result)
		result = store_find(store, office_no, asked->batch_id.data, &ret->held);
	if (!result && ret->held.found)
		result = store_standing(store, office_no, asked->batch_id.data, &ret->standing);
	if (!result && ret->held.found)
		result = store_decisions(store, ret->standing.batch_no, asked->decisions_from, receipt_room(ret, asked),
			&ret->decisions);
	store_rollback(store);
	return result;
}

/* Receipts of what was found; a note that is missing is made and kept on the way. */
static enum lantik_error make_receipts(struct worker *w, const struct lantik_status_request *asked, struct known *known)
{
	const struct store_held *held = &known->held;
	enum lantik_error error = LANTIK_OK;

	if (!asked->decisions_from)
		error = answer_receipt_text(w, lantik_buffer_span(&held->leaf), held->leaf_index, NULL,
			lantik_buffer_span(&held->note), lantik_buffer_span(&held->verdict), &known->receipt);
	for (size_t i = 0; i < known->decisions.count && !error; i++) {
		const struct store_decided *decided = &known->decisions.items[i];
		error = answer_receipt_text(w, decided->leaf, decided->leaf_index, NULL, decided->note,
			decided->statement, &known->decision_receipts[i]);
	}
	return error;
}

static void encode_state(struct job *job, const struct known *known)
{
	struct lantik_span decisions[LANTIK_MAX_DECISIONS];
	const struct store_held *held = &known->held;
	const struct store_standing *standing = &known->standing;
	struct lantik_status_answer answer = {.state = held->refused ? LANTIK_STATE_REFUSED : LANTIK_STATE_COMMITTED,
		.accepted = standing->accepted,
		.returned = standing->returned,
		.review = standing->review,
		.rejected = standing->rejected,
		.recorded_at = held->recorded_at,
		.leaf_index = held->leaf_index,
		.receipt = lantik_buffer_span(&known->receipt),
		.decisions = decisions,
		.decision_count = known->decisions.count,
		.more = known->decisions.more};

	for (size_t i = 0; i < known->decisions.count; i++)
		decisions[i] = lantik_buffer_span(&known->decision_receipts[i]);
	job->reply = LANTIK_STATUS_ANSWER;
	LANTIK_ASSERT(lantik_status_answer_encode(&answer, &job->reply_body) == LANTIK_OK);
}

static void answer_known(
	struct worker *w, struct job *job, const struct lantik_status_request *asked, struct known *known)
{
	enum lantik_error error = make_receipts(w, asked, known);

	if (!error) {
		encode_state(job, known);
		return;
	}
	if (error == LANTIK_E_UNAVAILABLE || !store_is_up(w->store)) {
		answer_store_failure(w, job, STORE_DOWN, "status");
		return;
	}
	receipt_log_failure(w, error, "office %s: receipts of the batch of leaf %llu", job->office.name,
		(unsigned long long)known->held.leaf_index);
	answer_refusal(job, LANTIK_REFUSED_INTERNAL, 0,
		"the batch is recorded, but receipts could not be made; its operator has been told; ask again later");
}

static void answer_unknown(struct job *job, bool received)
{
	struct lantik_status_answer answer = {.state = received ? LANTIK_STATE_RECEIVED : LANTIK_STATE_NOT_HELD};

	job->reply = LANTIK_STATUS_ANSWER;
	LANTIK_ASSERT(lantik_status_answer_encode(&answer, &job->reply_body) == LANTIK_OK);
}

void enquiry_status(struct worker *w, struct job *job)
{
	struct lantik_status_request asked;

	lantik_arena_reset(w->record_arena);
	if (lantik_status_request_decode(job->body, w->record_arena, &asked)) {
		answer_refusal(job, LANTIK_REFUSED_MALFORMED, 0,
			"a StatusRequest holds one batch_id of 16 bytes, and decisions_from or nothing");
		return;
	}
	struct known *known = calloc(1, sizeof *known);
	LANTIK_ASSERT(known);
	/* before the look-up: a batch that leaves the hands meanwhile is in the database by then */
	bool received = in_hand_holds(w->in_hand, job->office.office_no, asked.batch_id.data);
	enum store_result result = look_up(w, job->office.office_no, &asked, known);
	if (result)
		answer_store_failure(w, job, result, "status");
	else if (known->held.found)
		answer_known(w, job, &asked, known);
	else
		answer_unknown(job, received);
	drop_known(known);
}

static void encode_page(struct job *job, const struct store_entries *entries)
{
	struct lantik_arena *arena = lantik_arena_new(LANTIK_RECONCILE_ARENA);
	struct lantik_reconcile_answer answer = {.entries = entries->items,
		.entry_count = entries->count,
		.next_leaf = entries->next_leaf,
		.ledger_size = entries->ledger_size};

	LANTIK_ASSERT(arena);
	job->reply = LANTIK_RECONCILE_ANSWER;
	LANTIK_ASSERT(lantik_reconcile_answer_encode(&answer, arena, &job->reply_body) == LANTIK_OK);
	lantik_arena_free(&arena);
}

void enquiry_reconcile(struct worker *w, struct job *job)
{
	struct lantik_reconcile_request asked;
	struct store_entries entries = {0};

	lantik_arena_reset(w->record_arena);
	if (lantik_reconcile_request_decode(job->body, w->record_arena, &asked)) {
		answer_refusal(job, LANTIK_REFUSED_MALFORMED, 0,
			"a ReconcileRequest holds from_leaf, and a limit of at most 1,000 or nothing");
		return;
	}
	enum store_result result = store_connect(w->store);
	if (!result)
		result = store_snapshot(w->store);
	if (!result)
		result = store_entries(w->store, job->office.office_no, asked.from_leaf, asked.limit, &entries);
	store_rollback(w->store);
	if (result)
		answer_store_failure(w, job, result, "reconcile");
	else
		encode_page(job, &entries);
	store_entries_free(&entries);
}
