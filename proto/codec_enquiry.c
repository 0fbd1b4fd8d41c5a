/* What an office asks about a batch and about the rulebook, and the answers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "codec_private.h"

#include <string.h>

#include "lantik/v1/answers.pb-c.h"

enum lantik_error lantik_status_request_encode(const struct lantik_status_request *request, struct lantik_buffer *ret)
{
	Lantik__V1__StatusRequest message;

	lantik__v1__status_request__init(&message);
	message.batch_id = codec_bytes(request->batch_id);
	message.decisions_from = request->decisions_from;
	return codec_pack(&message.base, ret);
}

enum lantik_error lantik_status_request_decode(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_status_request *ret)
{
	ProtobufCMessage *base = NULL;
	enum lantik_error error =
		codec_decode(&lantik__v1__status_request__descriptor, bytes, (struct scan_limits){0}, arena, &base);

	if (error)
		return error;
	const Lantik__V1__StatusRequest *message = (const Lantik__V1__StatusRequest *)base;
	if (message->batch_id.len != 16 || message->decisions_from > INT64_MAX)
		return LANTIK_E_MALFORMED;
	*ret = (struct lantik_status_request){
		.batch_id = codec_span(message->batch_id), .decisions_from = message->decisions_from};
	return LANTIK_OK;
}

/* What stands between an answer and the limit of a frame. */
static bool receipts_fit(const struct lantik_status_answer *answer)
{
	size_t left = LANTIK_MAX_STATUS_RECEIPTS;

	if (answer->decision_count > LANTIK_MAX_DECISIONS || answer->receipt.len > left)
		return false;
	left -= answer->receipt.len;
	for (size_t i = 0; i < answer->decision_count; i++) {
		if (answer->decisions[i].len > left)
			return false;
		left -= answer->decisions[i].len;
	}
	return true;
}

enum lantik_error lantik_status_answer_encode(const struct lantik_status_answer *answer, struct lantik_buffer *ret)
{
	Lantik__V1__StatusAnswer message;
	ProtobufCBinaryData decisions[LANTIK_MAX_DECISIONS];

	if (!receipts_fit(answer))
		return LANTIK_E_TOO_LARGE;
	for (size_t i = 0; i < answer->decision_count; i++)
		decisions[i] = codec_bytes(answer->decisions[i]);
	lantik__v1__status_answer__init(&message);
	message.state = (Lantik__V1__StatusAnswer__State)answer->state;
	message.accepted = answer->accepted;
	message.returned = answer->returned;
	message.review = answer->review;
	message.rejected = answer->rejected;
	message.recorded_at = answer->recorded_at;
	message.leaf_index = answer->leaf_index;
	message.receipt = codec_bytes(answer->receipt);
	message.n_decisions = answer->decision_count;
	message.decisions = decisions;
	message.more = answer->more;
	return codec_pack(&message.base, ret);
}

static enum lantik_error status_answer_from(
	const Lantik__V1__StatusAnswer *message, struct lantik_arena *arena, struct lantik_status_answer *ret)
{
	struct lantik_span *decisions = NULL;

	if (message->leaf_index > INT64_MAX)
		return LANTIK_E_MALFORMED;
	if (message->n_decisions) {
		decisions = lantik_arena_alloc(arena, message->n_decisions * sizeof *decisions);
		if (!decisions)
			return LANTIK_E_TOO_LARGE;
	}
	for (size_t i = 0; i < message->n_decisions; i++)
		decisions[i] = codec_span(message->decisions[i]);
	struct lantik_status_answer answer = {.state = (enum lantik_batch_state)message->state,
		.accepted = message->accepted,
		.returned = message->returned,
		.review = message->review,
		.rejected = message->rejected,
		.recorded_at = message->recorded_at,
		.leaf_index = message->leaf_index,
		.receipt = codec_span(message->receipt),
		.decisions = decisions,
		.decision_count = message->n_decisions,
		.more = message->more != 0};
	if (!receipts_fit(&answer))
		return LANTIK_E_TOO_LARGE;
	*ret = answer;
	return LANTIK_OK;
}

enum lantik_error lantik_status_answer_decode(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_status_answer *ret)
{
	ProtobufCMessage *base = NULL;
	enum lantik_error error = codec_decode(&lantik__v1__status_answer__descriptor, bytes,
		(struct scan_limits){{LANTIK_MAX_DECISIONS}}, arena, &base);

	return error ? error : status_answer_from((const Lantik__V1__StatusAnswer *)base, arena, ret);
}

static bool is_hash_or_empty(size_t len)
{
	return len == 0 || len == LANTIK_HASH;
}

enum lantik_error lantik_reference_request_encode(struct lantik_span have_sha256, struct lantik_buffer *ret)
{
	Lantik__V1__ReferenceRequest message;

	LANTIK_ASSERT(is_hash_or_empty(have_sha256.len));
	lantik__v1__reference_request__init(&message);
	message.have_sha256 = codec_bytes(have_sha256);
	return codec_pack(&message.base, ret);
}

enum lantik_error lantik_reference_request_decode(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_span *ret_have_sha256)
{
	ProtobufCMessage *base = NULL;
	enum lantik_error error =
		codec_decode(&lantik__v1__reference_request__descriptor, bytes, (struct scan_limits){0}, arena, &base);

	if (error)
		return error;
	const Lantik__V1__ReferenceRequest *message = (const Lantik__V1__ReferenceRequest *)base;
	if (!is_hash_or_empty(message->have_sha256.len))
		return LANTIK_E_MALFORMED;
	*ret_have_sha256 = codec_span(message->have_sha256);
	return LANTIK_OK;
}

static enum lantik_error reference_fits(size_t zstd, uint32_t size)
{
	if ((zstd == 0) != (size == 0))
		return LANTIK_E_MALFORMED;
	return size > LANTIK_MAX_RULEBOOK ? LANTIK_E_TOO_LARGE : LANTIK_OK;
}

enum lantik_error lantik_reference_answer_encode(
	const struct lantik_reference_answer *answer, struct lantik_buffer *ret)
{
	Lantik__V1__ReferenceAnswer message;
	enum lantik_error error = reference_fits(answer->text_zstd.len, answer->text_size);

	if (error)
		return error;
	lantik__v1__reference_answer__init(&message);
	message.sha256 = codec_bytes((struct lantik_span){answer->sha256, LANTIK_HASH});
	message.text_zstd = codec_bytes(answer->text_zstd);
	message.text_size = answer->text_size;
	return codec_pack(&message.base, ret);
}

enum lantik_error lantik_reference_answer_decode(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_reference_answer *ret)
{
	ProtobufCMessage *base = NULL;
	enum lantik_error error =
		codec_decode(&lantik__v1__reference_answer__descriptor, bytes, (struct scan_limits){0}, arena, &base);

	if (error)
		return error;
	const Lantik__V1__ReferenceAnswer *message = (const Lantik__V1__ReferenceAnswer *)base;
	if (message->sha256.len != LANTIK_HASH)
		return LANTIK_E_MALFORMED;
	error = reference_fits(message->text_zstd.len, message->text_size);
	if (error)
		return error;
	*ret = (struct lantik_reference_answer){
		.text_zstd = codec_span(message->text_zstd), .text_size = message->text_size};
	memcpy(ret->sha256, message->sha256.data, LANTIK_HASH);
	return LANTIK_OK;
}
