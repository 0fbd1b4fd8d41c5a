/* Replies: refusals, Busy, rehearsals.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "counters.h"
#include "log.h"
#include "submission.h"

static enum counter refusal_counter(enum lantik_refusal code)
{
	switch (code) {
	case LANTIK_REFUSED_MALFORMED:
		return COUNTER_refused_malformed;
	case LANTIK_REFUSED_TOO_LARGE:
		return COUNTER_refused_too_large;
	case LANTIK_REFUSED_VERSION:
		return COUNTER_refused_version;
	case LANTIK_REFUSED_NOT_ALLOWED:
		return COUNTER_refused_not_allowed;
	case LANTIK_REFUSED_BAD_SIGNATURE:
		return COUNTER_refused_bad_signature;
	case LANTIK_REFUSED_ID_REUSED:
		return COUNTER_refused_id_reused;
	case LANTIK_REFUSED_BAD_DIGEST:
		return COUNTER_refused_bad_digest;
	case LANTIK_REFUSED_INTERNAL:
		break;
	}
	return COUNTER_refused_internal;
}

void answer_refusal(struct job *job, enum lantik_refusal code, uint32_t record_no, const char *detail)
{
	struct lantik_refused refused = {.code = code,
		.passing = code == LANTIK_REFUSED_INTERNAL,
		.detail = lantik_span_of(detail),
		.record_no = record_no};

	counter_increment(refusal_counter(code));
	job->reply = LANTIK_REFUSAL;
	job->is_internal = code == LANTIK_REFUSED_INTERNAL;
	lantik_buffer_reset(&job->reply_body);
	LANTIK_ASSERT(lantik_refused_encode(&refused, &job->reply_body) == LANTIK_OK);
}

static enum counter busy_counter(int reason)
{
	switch (reason) {
	case LANTIK_BUSY_LOAD:
		return COUNTER_busy_load;
	case LANTIK_BUSY_DRAINING:
		return COUNTER_busy_draining;
	case LANTIK_BUSY_LEDGER_FORK:
		return COUNTER_busy_ledger_fork;
	default:
		return COUNTER_busy_database_down;
	}
}

void answer_busy(struct job *job, int reason, uint32_t retry_after_ms)
{
	struct lantik_busy busy = {.retry_after_ms = retry_after_ms, .credit = job->credit ? job->credit : 1};

	busy.reason = reason;
	counter_increment(busy_counter(reason));
	job->reply = LANTIK_BUSY;
	lantik_buffer_reset(&job->reply_body);
	LANTIK_ASSERT(lantik_busy_encode(&busy, &job->reply_body) == LANTIK_OK);
}

void answer_store_failure(struct worker *worker, struct job *job, enum store_result result, const char *doing)
{
	LANTIK_ASSERT(result != STORE_OK);
	if (store_is_down(result)) {
		house_database_lost(worker->house);
		log_line(LOG_LINE_WARNING, "office %s: %s: %s", job->office.name, doing, store_why(worker->store));
		answer_busy(job, LANTIK_BUSY_DATABASE_DOWN, 1000);
		return;
	}
	log_line(LOG_LINE_ERROR, "office %s: %s: %s", job->office.name, doing, store_why(worker->store));
	if (result == STORE_RETRY)
		answer_busy(job, LANTIK_BUSY_LOAD, 200);
	else
		answer_refusal(job, LANTIK_REFUSED_INTERNAL, 0,
			"the centre could not record the batch; its operator has been told; send the same bytes again "
			"later");
}

void answer_rehearsed(struct submission *s)
{
	struct job *job = s->job;
	char id[37];

	lantik_id_format(s->manifest.batch_id.data, id);
	counter_increment(COUNTER_rehearsed);
	log_line(LOG_LINE_INFO,
		"office %s: batch %s rehearsed%s: %u records, %u would be accepted, %u returned, %u for review",
		job->office.name, id, s->verdict.refused ? ", would be refused by rule" : "", s->verdict.records,
		s->verdict.accepted, s->verdict.returned, s->verdict.review);
	job->reply = LANTIK_REHEARSAL;
	lantik_buffer_reset(&job->reply_body);
	lantik_buffer_append_span(&job->reply_body, lantik_span_of(LANTIK_REHEARSAL_HEAD));
	LANTIK_ASSERT(lantik_verdict_format(&s->verdict, &job->reply_body) == LANTIK_OK);
}
