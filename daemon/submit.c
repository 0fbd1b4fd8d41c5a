/* The way of a submission: who sent it, whether it is signed, whether it is held already; then judge, commit, answer.
 * SPDX-License-Identifier: Apache-2.0 */
#include "submit.h"

#include <string.h>

#include "counters.h"

/* What is wrong with the office's signature over the manifest, or NULL. */
static const char *signature_lacks(const struct submission *s)
{
	const struct job *job = s->job;
	uint8_t message[LANTIK_SUBMISSION_MESSAGE];
	struct lantik_vkey key;

	if (!job->is_signed ||
		!offices_signing_key(s->worker->house->offices, job->office.office_no, job->signing_key_id, &key))
		return "the batch must be signed with a signing key that the centre holds for this office and that was "
		       "not revoked; register the key or use the right one";
	lantik_submission_message(s->rehearsed ? LANTIK_TO_REHEARSE : LANTIK_TO_SUBMIT, s->manifest_sha256, message);
	if (lantik_verify(key.public_key, (struct lantik_span){.data = message, .len = sizeof message}, job->signature))
		return NULL;
	return "the signature does not verify over this manifest; sign SHA-256 of its bytes as they are sent";
}

bool submission_is_signed(struct submission *s)
{
	if (s->signature == SIGNATURE_UNSEEN) {
		s->signature_lacks = signature_lacks(s);
		s->signature = s->signature_lacks ? SIGNATURE_BAD : SIGNATURE_HOLDS;
	}
	return s->signature == SIGNATURE_HOLDS;
}

bool submission_vouch(struct submission *s)
{
	if (submission_is_signed(s))
		return true;
	answer_refusal(s->job, LANTIK_REFUSED_BAD_SIGNATURE, 0, s->signature_lacks);
	return false;
}

static bool in_scope(struct submission *s)
{
	if (office_may_send(&s->job->office, s->rulebook->rulebook, s->manifest.kode_instansi,
		    lantik_instant_date(s->job->received_at)))
		return true;
	answer_refusal(s->job, LANTIK_REFUSED_NOT_ALLOWED, 0,
		"this office may not send for the agency of the manifest today; send it through the office that serves "
		"it");
	return false;
}

void submission_answer_held(struct submission *s, struct store_held *held)
{
	LANTIK_ASSERT(s->signature == SIGNATURE_HOLDS);
	if (held->same_id && memcmp(held->manifest_sha256, s->manifest_sha256, LANTIK_HASH) != 0)
		answer_refusal(s->job, LANTIK_REFUSED_ID_REUSED, 0,
			"this batch id already stands for another batch; give the changed batch a new id");
	else
		answer_held(s->worker, s->job, held);
}

/* True: judged, and not answered yet. */
static bool judge(struct submission *s)
{
	bool answered;
	enum store_result result = submission_judge(s, &answered);

	if (result)
		answer_store_failure(s->worker, s->job, result, "look-up of a predecessor");
	return !result && !answered;
}

struct store_query submission_query(const struct submission *s)
{
	return (struct store_query){.office_no = s->job->office.office_no, .manifest = &s->manifest};
}

void submission_begin(struct submission *s, const struct store_start *start)
{
	s->batch_no = start->batch_no;
	s->is_stocked = false;
	s->judged = false; /* its rows say the number */
	s->rejections = start->rejections;
	/* what its transaction locks at first follows from them */
	lantik_severities_for(
		s->rulebook->rulebook, &s->manifest, lantik_instant_date(s->job->received_at), &s->severities);
}

bool submission_prepare(struct submission *s)
{
	s->keeps_tuples = true;
	return judge(s);
}

void submission_record(struct submission *s)
{
	struct store_query query = submission_query(s);
	enum store_result found = store_find_or_number(s->worker->store, &query);
	bool goes_on = !found && !query.held.found;

	if (found)
		answer_store_failure(s->worker, s->job, found, "look-up");
	else if (query.held.found)
		submission_answer_held(s, &query.held);
	store_held_free(&query.held);
	if (!goes_on)
		return;
	counter_increment(COUNTER_submissions);
	submission_begin(s, &query.start);
	if (!submission_needs_the_register(s) || judge(s))
		submission_commit(s);
}

/* In a transaction that cannot write; a batch that is held is judged afresh like any other. */
static void rehearse(struct submission *s)
{
	struct store *store = s->worker->store;
	int32_t *judged = NULL;
	size_t judged_count;
	bool asked;

	if (!judge(s))
		return;
	permit_take(&s->worker->permit);
	enum store_result result = store_begin_reading(store);
	if (!result)
		result = submission_weigh(s, APPROACH_REHEARSE, &asked, &judged, &judged_count);
	free(judged);
	store_rollback(store);
	permit_end(&s->worker->permit);
	if (result)
		answer_store_failure(s->worker, s->job, result, "rehearsal");
	else
		answer_rehearsed(s);
}

bool submission_take(struct submission *s)
{
	if (!submission_identify(s) || (!s->is_vouched_late && !submission_vouch(s)) || !submission_open(s) ||
		!in_scope(s))
		return false;
	if (!s->rehearsed)
		in_hand_take(s->worker->in_hand, &s->in_hand, s->job->office.office_no, s->manifest.batch_id.data);
	return true;
}

void submission_release(struct submission *s)
{
	if (!s->rehearsed)
		in_hand_release(s->worker->in_hand, &s->in_hand);
}

void submit(struct worker *worker, struct job *job)
{
	struct submission s = {.worker = worker,
		.desk = worker->desk,
		.job = job,
		.rulebook = job->rulebook,
		.rehearsed = job->request == LANTIK_REHEARSE};

	if (!submission_take(&s))
		return;
	enum store_result connected = store_connect(worker->store);
	if (connected)
		answer_store_failure(worker, job, connected, "connect");
	else if (s.rehearsed)
		rehearse(&s);
	else
		submission_record(&s);
	submission_release(&s);
}
