/* Envelopes, refusals and Busy.
 * SPDX-License-Identifier: Apache-2.0 */
#include "codec_private.h"

#include <string.h>

#include "lantik/v1/answers.pb-c.h"
#include "lantik/v1/envelope.pb-c.h"

/* Both lists of an envelope are counted together before they are counted each. */
static const struct scan_limits envelope_limits = {{LANTIK_MAX_PROOF + LANTIK_MAX_ENVELOPE_DEEDS}};

/* What repeated fields of an envelope borrow while it is packed. */
struct envelope_lists {
	ProtobufCBinaryData consistency[LANTIK_MAX_PROOF];
	ProtobufCBinaryData deeds[LANTIK_MAX_ENVELOPE_DEEDS];
};

static void lists_to(const struct lantik_envelope *envelope, struct envelope_lists *lists, Lantik__V1__Envelope *ret)
{
	for (unsigned i = 0; i < envelope->consistency.count; i++)
		lists->consistency[i] = codec_bytes((struct lantik_span){envelope->consistency.hashes[i], LANTIK_HASH});
	for (size_t i = 0; i < envelope->deed_count; i++)
		lists->deeds[i] = codec_bytes(envelope->deeds[i]);
	ret->n_consistency = envelope->consistency.count;
	ret->consistency = lists->consistency;
	ret->n_deeds = envelope->deed_count;
	ret->deeds = lists->deeds;
}

static bool lists_fit(const struct lantik_envelope *envelope)
{
	if (envelope->consistency.count > LANTIK_MAX_PROOF || envelope->deed_count > LANTIK_MAX_ENVELOPE_DEEDS)
		return false;
	for (size_t i = 0; i < envelope->deed_count; i++)
		if (envelope->deeds[i].len == 0 || envelope->deeds[i].len > LANTIK_MAX_ENVELOPE_DEED)
			return false;
	return true;
}

enum lantik_error lantik_envelope_encode(const struct lantik_envelope *envelope, struct lantik_buffer *ret)
{
	Lantik__V1__Envelope message;
	struct envelope_lists lists;

	if (!lists_fit(envelope))
		return LANTIK_E_TOO_LARGE;
	lantik__v1__envelope__init(&message);
	lists_to(envelope, &lists, &message);
	message.protocol_version = envelope->protocol_version;
	message.request_id = codec_bytes(envelope->request_id);
	message.message = (Lantik__V1__Message)envelope->message;
	message.checkpoint = codec_bytes(envelope->checkpoint);
	message.signing_key_id = codec_bytes(envelope->signing_key_id);
	message.signature = codec_bytes(envelope->signature);
	message.rulebook_sha256 = codec_bytes(envelope->rulebook_sha256);
	return codec_pack(&message.base, ret);
}

/* False when a list is longer than the contract allows, or an item is not of its length. */
static bool lists_from(const Lantik__V1__Envelope *message, struct lantik_envelope *ret)
{
	if (message->n_consistency > LANTIK_MAX_PROOF || message->n_deeds > LANTIK_MAX_ENVELOPE_DEEDS)
		return false;
	for (size_t i = 0; i < message->n_consistency; i++) {
		if (message->consistency[i].len != LANTIK_HASH)
			return false;
		memcpy(ret->consistency.hashes[i], message->consistency[i].data, LANTIK_HASH);
	}
	for (size_t i = 0; i < message->n_deeds; i++)
		ret->deeds[i] = codec_span(message->deeds[i]);
	ret->consistency.count = (unsigned)message->n_consistency;
	ret->deed_count = message->n_deeds;
	return lists_fit(ret);
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
		bytes.len > LANTIK_MAX_REPLY_ENVELOPE
			? LANTIK_E_TOO_LARGE
			: codec_decode(&lantik__v1__envelope__descriptor, bytes, envelope_limits, arena, &base);

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
	if (!envelope_lengths_fit(&envelope) || !lists_from(message, &envelope))
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
