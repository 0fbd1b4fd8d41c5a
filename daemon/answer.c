/* Replies: refusals, Busy, and receipts, new and old.
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
	lantik_buffer_reset(&job->reply_body);
	LANTIK_ASSERT(lantik_refused_encode(&refused, &job->reply_body) == LANTIK_OK);
}

void answer_busy(const struct house *house, struct job *job, int reason, uint32_t retry_after_ms)
{
	uint32_t credit = (uint32_t)(house->config->office_in_flight_bytes / LANTIK_MAX_BODY);
	struct lantik_busy busy = {.retry_after_ms = retry_after_ms, .credit = credit ? credit : 1};

	busy.reason = reason;
	counter_increment(reason == LANTIK_BUSY_LOAD       ? COUNTER_busy_load
			  : reason == LANTIK_BUSY_DRAINING ? COUNTER_busy_draining
							   : COUNTER_busy_database_down);
	job->reply = LANTIK_BUSY;
	lantik_buffer_reset(&job->reply_body);
	LANTIK_ASSERT(lantik_busy_encode(&busy, &job->reply_body) == LANTIK_OK);
}

void answer_store_failure(struct worker *worker, struct job *job, enum store_result result, const char *doing)
{
	LANTIK_ASSERT(result != STORE_OK);
	if (result == STORE_DOWN) {
		house_database_lost(worker->house);
		log_line(LOG_LINE_WARNING, "office %s: %s: %s", job->office.name, doing, store_why(worker->store));
		answer_busy(worker->house, job, LANTIK_BUSY_DATABASE_DOWN, 1000);
		return;
	}
	log_line(LOG_LINE_ERROR, "office %s: %s: %s", job->office.name, doing, store_why(worker->store));
	if (result == STORE_RETRY)
		answer_busy(worker->house, job, LANTIK_BUSY_LOAD, 200);
	else
		answer_refusal(job, LANTIK_REFUSED_INTERNAL, 0,
			"the centre could not record the batch; its operator has been told; send the same bytes again "
			"later");
}

/* Root and proof of the leaf at the end of a tree of index + 1 leaves. */
static enum lantik_error root_and_proof(struct worker *worker, struct lantik_span leaf, uint64_t index,
	const struct lantik_edge *before, uint8_t ret_root[LANTIK_HASH], struct lantik_proof *ret_proof)
{
	uint8_t leaf_hash[LANTIK_HASH];

	if (before) {
		struct lantik_edge edge = *before;
		LANTIK_ASSERT(edge.size == index);
		lantik_edge_proof(before, ret_proof);
		lantik_leaf_hash(leaf, leaf_hash);
		lantik_edge_append(&edge, leaf_hash, NULL, NULL);
		lantik_edge_root(&edge, ret_root);
		return LANTIK_OK;
	}
	enum lantik_error error = lantik_inclusion_proof(store_node, worker->store, index, index + 1, ret_proof);
	return error ? error : lantik_tree_root(store_node, worker->store, index + 1, ret_root);
}

/* The stored note when it is this key's over this root; otherwise a new signature, which then is stored. */
static enum lantik_error note_for(struct worker *worker, uint64_t size, const uint8_t root[LANTIK_HASH],
	const struct lantik_edge *before, struct lantik_span stored, struct lantik_buffer *ret)
{
	struct signer *signer = worker->house->signer;
	struct lantik_checkpoint checkpoint;

	if (stored.len && lantik_checkpoint_verify(stored, signer_vkey(signer), &checkpoint) == LANTIK_OK &&
		checkpoint.size == size && memcmp(checkpoint.root, root, LANTIK_HASH) == 0) {
		lantik_buffer_append_span(ret, stored);
		return ret->error;
	}
	enum lantik_error error = signer_sign(signer, size, root, before, store_node, worker->store, ret);
	if (error)
		return error;
	if (store_note(worker->store, size, lantik_buffer_span(ret)))
		log_line(LOG_LINE_WARNING, "could not keep the checkpoint of size %llu: %s", (unsigned long long)size,
			store_why(worker->store));
	return LANTIK_OK;
}

enum lantik_error answer_receipt_text(struct worker *worker, struct lantik_span leaf, uint64_t index,
	const struct lantik_edge *before, struct lantik_span stored_note, struct lantik_span verdict,
	struct lantik_buffer *ret)
{
	uint8_t root[LANTIK_HASH];
	struct lantik_proof proof;
	struct lantik_buffer note = {0};
	enum lantik_error error = root_and_proof(worker, leaf, index, before, root, &proof);

	if (!error)
		error = note_for(worker, index + 1, root, before, stored_note, &note);
	if (!error)
		error = lantik_receipt_format(leaf, index, &proof, lantik_buffer_span(&note), verdict, ret);
	lantik_buffer_free(&note);
	return error;
}

void answer_held(struct worker *worker, struct job *job, struct store_held *held)
{
	lantik_buffer_reset(&job->reply_body);
	enum lantik_error error = answer_receipt_text(worker, lantik_buffer_span(&held->leaf), held->leaf_index, NULL,
		lantik_buffer_span(&held->note), lantik_buffer_span(&held->verdict), &job->reply_body);

	if (error && !store_is_up(worker->store)) {
		answer_store_failure(worker, job, STORE_DOWN, "receipt");
		return;
	}
	if (error) {
		log_line(LOG_LINE_ERROR, "office %s: receipt of leaf %llu: %s", job->office.name,
			(unsigned long long)held->leaf_index, lantik_error_text(error, LANTIK_ENGLISH));
		answer_refusal(job, LANTIK_REFUSED_INTERNAL, 0,
			"the batch is recorded, but its receipt could not be made; send the same bytes again later");
		return;
	}
	job->reply = LANTIK_RECEIPT;
	counter_increment(COUNTER_resent);
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
