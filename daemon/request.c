/* Reads the envelope of a request into its job, or refuses it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "request.h"

#include <string.h>

#include "submission.h"

static void take_envelope(struct job *job, const struct lantik_envelope *envelope)
{
	job->request = envelope->message;
	memcpy(job->request_id, envelope->request_id.data, LANTIK_REQUEST_ID);
	lantik_buffer_append_span(&job->checkpoint, envelope->checkpoint);
	job->is_signed = envelope->signature.len == LANTIK_SIGNATURE && envelope->signing_key_id.len == 4;
	if (job->is_signed) {
		memcpy(job->signing_key_id, envelope->signing_key_id.data, 4);
		memcpy(job->signature, envelope->signature.data, LANTIK_SIGNATURE);
	}
}

static bool is_request(enum lantik_message message)
{
	return message >= LANTIK_SUBMIT && message <= LANTIK_REHEARSE;
}

/* A reply may be larger, and carries what no request has. */
static enum lantik_error read_envelope(
	struct lantik_span bytes, struct lantik_arena *scratch, struct lantik_envelope *ret)
{
	enum lantik_error error =
		bytes.len > LANTIK_MAX_ENVELOPE ? LANTIK_E_TOO_LARGE : lantik_envelope_decode(bytes, scratch, ret);

	return !error && (ret->consistency.count || ret->deed_count) ? LANTIK_E_MALFORMED : error;
}

void request_refuse_revoked(struct job *job)
{
	answer_refusal(job, LANTIK_REFUSED_NOT_ALLOWED, 0, "this key has been revoked; ask the centre for a new one");
}

bool request_read(struct job *job, bool whole, struct lantik_span envelope_bytes, struct lantik_arena *scratch)
{
	struct lantik_envelope envelope;

	lantik_arena_reset(scratch);
	enum lantik_error error = read_envelope(envelope_bytes, scratch, &envelope);
	if (!error)
		take_envelope(job, &envelope);
	if (!whole)
		answer_refusal(
			job, LANTIK_REFUSED_MALFORMED, 0, "a message is exactly two frames: an Envelope and a body");
	else if (error)
		answer_refusal(job, error == LANTIK_E_TOO_LARGE ? LANTIK_REFUSED_TOO_LARGE : LANTIK_REFUSED_MALFORMED,
			0, "the first frame is not an Envelope of the contract");
	else if (envelope.protocol_version != LANTIK_PROTOCOL_VERSION)
		answer_refusal(job, LANTIK_REFUSED_VERSION, 0, "this centre speaks protocol version 1");
	else if (!is_request(envelope.message))
		answer_refusal(job, LANTIK_REFUSED_MALFORMED, 0, "the envelope's message is not a request");
	else if (job->body.len && job->request == LANTIK_PING)
		answer_refusal(job, LANTIK_REFUSED_MALFORMED, 0, "a PING has an empty body");
	else if (job->office.revoked)
		request_refuse_revoked(job);
	else if (job->body.len > LANTIK_MAX_BODY)
		answer_refusal(job, LANTIK_REFUSED_TOO_LARGE, 0, "the body is larger than 16 MiB; split the batch");
	else
		return true;
	return false;
}
