/* Envelopes, refusals and Busy.
 * SPDX-License-Identifier: Apache-2.0 */
#include "codec_private.h"

#include "lantik/v1/answers.pb-c.h"
#include "lantik/v1/envelope.pb-c.h"

enum lantik_error lantik_envelope_encode(const struct lantik_envelope *envelope, struct lantik_buffer *ret)
{
	Lantik__V1__Envelope message;

	lantik__v1__envelope__init(&message);
	message.protocol_version = envelope->protocol_version;
	message.request_id = codec_bytes(envelope->request_id);
	message.message = (Lantik__V1__Message)envelope->message;
	message.checkpoint = codec_bytes(envelope->checkpoint);
	message.signing_key_id = codec_bytes(envelope->signing_key_id);
	message.signature = codec_bytes(envelope->signature);
	message.rulebook_sha256 = codec_bytes(envelope->rulebook_sha256);
	return codec_pack(&message.base, ret);
}

/* The lengths that the contract fixes; an absent value is empty. */
static bool envelope_lengths_fit(const struct lantik_envelope *e)
{
	return e->request_id.len == LANTIK_REQUEST_ID && e->checkpoint.len <= LANTIK_MAX_NOTE &&
	       (e->signing_key_id.len == 0 || e->signing_key_id.len == 4) &&
	       (e->signature.len == 0 || e->signature.len == LANTIK_SIGNATURE) &&
	       (e->rulebook_sha256.len == 0 || e->rulebook_sha256.len == LANTIK_HASH);
}

enum lantik_error lantik_envelope_decode(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_envelope *ret)
{
	ProtobufCMessage *base = NULL;
	enum lantik_error error =
		bytes.len > LANTIK_MAX_ENVELOPE
			? LANTIK_E_TOO_LARGE
			: codec_decode(&lantik__v1__envelope__descriptor, bytes, (struct scan_limits){0}, arena, &base);

	if (error)
		return error;
	const Lantik__V1__Envelope *message = (const Lantik__V1__Envelope *)base;
	struct lantik_envelope envelope = {.protocol_version = message->protocol_version,
		.request_id = codec_span(message->request_id),
		.message = (enum lantik_message)message->message,
		.checkpoint = codec_span(message->checkpoint),
		.signing_key_id = codec_span(message->signing_key_id),
		.signature = codec_span(message->signature),
		.rulebook_sha256 = codec_span(message->rulebook_sha256)};
	if (!envelope_lengths_fit(&envelope))
		return LANTIK_E_MALFORMED;
	*ret = envelope;
	return LANTIK_OK;
}

enum lantik_error lantik_refused_encode(const struct lantik_refused *refused, struct lantik_buffer *ret)
{
	Lantik__V1__Refusal message;

	lantik__v1__refusal__init(&message);
	message.code = (Lantik__V1__RefusalCode)refused->code;
	message.passing = refused->passing;
	message.detail = codec_bytes(refused->detail);
	message.record_no = refused->record_no;
	return codec_pack(&message.base, ret);
}

enum lantik_error lantik_refused_decode(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_refused *ret)
{
	ProtobufCMessage *base = NULL;
	enum lantik_error error =
		codec_decode(&lantik__v1__refusal__descriptor, bytes, (struct scan_limits){0}, arena, &base);

	if (error)
		return error;
	const Lantik__V1__Refusal *message = (const Lantik__V1__Refusal *)base;
	*ret = (struct lantik_refused){.code = (enum lantik_refusal)message->code,
		.passing = message->passing,
		.detail = codec_span(message->detail),
		.record_no = message->record_no};
	return LANTIK_OK;
}

enum lantik_error lantik_busy_encode(const struct lantik_busy *busy, struct lantik_buffer *ret)
{
	Lantik__V1__Busy message;

	lantik__v1__busy__init(&message);
	message.retry_after_ms = busy->retry_after_ms;
	message.credit = busy->credit;
	message.reason = (Lantik__V1__Busy__Reason)busy->reason;
	return codec_pack(&message.base, ret);
}

enum lantik_error lantik_busy_decode(struct lantik_span bytes, struct lantik_arena *arena, struct lantik_busy *ret)
{
	ProtobufCMessage *base = NULL;
	enum lantik_error error =
		codec_decode(&lantik__v1__busy__descriptor, bytes, (struct scan_limits){0}, arena, &base);

	if (error)
		return error;
	const Lantik__V1__Busy *message = (const Lantik__V1__Busy *)base;
	*ret = (struct lantik_busy){.retry_after_ms = message->retry_after_ms, .credit = message->credit};
	ret->reason = (int)message->reason;
	return LANTIK_OK;
}
