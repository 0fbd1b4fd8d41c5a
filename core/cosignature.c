/* Cosignatures of checkpoints: C2SP tlog-cosignature, cosignature/v1 with Ed25519.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lines.h"
#include "note_parts.h"

#define STAMP ((size_t)8)

void lantik_cosigner_of(const struct lantik_vkey *key, struct lantik_cosigner *ret)
{
	struct lantik_cosigner cosigner = {0};
	memcpy(cosigner.name, key->name, sizeof cosigner.name);
	memcpy(cosigner.public_key, key->public_key, LANTIK_PUBLIC_KEY);
	lantik_key_id(lantik_span_of(key->name), COSIGNATURE, key->public_key, cosigner.id);
	*ret = cosigner;
}

void lantik_cosigner_format(const struct lantik_cosigner *cosigner, struct lantik_buffer *ret)
{
	lantik_key_text_format(cosigner->name, cosigner->id, COSIGNATURE, cosigner->public_key, ret);
}

enum lantik_error lantik_cosigner_parse(struct lantik_span text, struct lantik_cosigner *ret)
{
	struct key_text parts;
	struct lantik_cosigner cosigner = {0};
	if (!lantik_key_text_parse(text, COSIGNATURE, &parts))
		return LANTIK_E_BAD_KEY;
	memcpy(cosigner.name, parts.name.data, parts.name.len);
	memcpy(cosigner.public_key, parts.material + 1, LANTIK_PUBLIC_KEY);
	lantik_key_id(parts.name, COSIGNATURE, cosigner.public_key, cosigner.id);
	if (!lantik_key_id_is(cosigner.id, parts.id))
		return LANTIK_E_BAD_KEY;
	*ret = cosigner;
	return LANTIK_OK;
}

/* What a witness signs: the time, and the checkpoint's text without any signature. */
static void message_append(struct lantik_span text, uint64_t seconds, struct lantik_buffer *ret)
{
	lantik_buffer_printf(ret, "cosignature/v1\ntime %llu\n", (unsigned long long)seconds);
	lantik_buffer_append_span(ret, text);
}

static void stamp_put(uint64_t seconds, uint8_t ret[STAMP])
{
	for (size_t i = 0; i < STAMP; i++)
		ret[i] = (uint8_t)(seconds >> 8 * (STAMP - 1 - i));
}

static uint64_t stamp_take(const uint8_t *stamp)
{
	uint64_t seconds = 0;
	for (size_t i = 0; i < STAMP; i++)
		seconds = seconds << 8 | stamp[i];
	return seconds;
}

/* The note as it may go on: a checkpoint, however it is signed. */
static enum lantik_error checkpoint_text(
	struct lantik_span note, struct lantik_span *ret_text, struct lantik_span *ret_signatures)
{
	struct lantik_checkpoint checkpoint;
	enum lantik_error error = lantik_note_open(note, LANTIK_MAX_NOTE, ret_text, ret_signatures);
	return error ? error : lantik_checkpoint_parse(*ret_text, &checkpoint);
}

enum lantik_error lantik_checkpoint_cosign(
	struct lantik_span note, const struct lantik_skey *key, uint64_t seconds, struct lantik_buffer *ret)
{
	struct lantik_span text, signatures;
	struct lantik_buffer message = {0};
	struct lantik_cosigner cosigner;
	uint8_t stamped[STAMP + LANTIK_SIGNATURE];
	size_t start = ret->len;
	enum lantik_error error = checkpoint_text(note, &text, &signatures);
	if (error)
		return error;
	if (seconds > INT64_MAX)
		return LANTIK_E_TOO_LARGE;
	message_append(text, seconds, &message);
	if (!message.error) {
		stamp_put(seconds, stamped);
		lantik_sign(key->seed, lantik_buffer_span(&message), stamped + STAMP);
		lantik_cosigner_of(&key->vkey, &cosigner);
		lantik_buffer_append_span(ret, note);
		lantik_signature_append(cosigner.name, cosigner.id, stamped, sizeof stamped, ret);
	}
	error = message.error ? message.error : ret->error;
	lantik_buffer_free(&message);
	if (error || ret->len - start <= LANTIK_MAX_NOTE)
		return error;
	ret->len = start;
	return LANTIK_E_TOO_LARGE;
}

static bool verifies(const struct signature_line *line, struct lantik_span text, const struct lantik_cosigner *cosigner,
	uint64_t *ret)
{
	struct lantik_buffer message = {0};
	if (line->bytes.len != KEY_ID_LEN + STAMP + LANTIK_SIGNATURE)
		return false;
	const uint8_t *stamp = line->bytes.data + KEY_ID_LEN;
	uint64_t seconds = stamp_take(stamp);
	message_append(text, seconds, &message);
	bool good = seconds <= INT64_MAX && !message.error &&
		    lantik_verify(cosigner->public_key, lantik_buffer_span(&message), stamp + STAMP);
	lantik_buffer_free(&message);
	if (good)
		*ret = seconds;
	return good;
}

enum lantik_error lantik_cosignature_verify(
	struct lantik_span note, const struct lantik_cosigner *cosigner, uint64_t *ret_seconds)
{
	struct lantik_span text, signatures, next;
	struct signature_line line = {0};
	bool verified = false;
	uint64_t greatest = 0, seconds;
	enum lantik_error error = checkpoint_text(note, &text, &signatures);
	while (!error && lantik_line_take(&signatures, &next)) {
		error = lantik_signature_parse(next, &line);
		if (error || !lantik_signature_is_of(&line, cosigner->name, cosigner->id))
			continue;
		if (!verifies(&line, text, cosigner, &seconds)) {
			error = LANTIK_E_BAD_SIGNATURE;
			continue;
		}
		verified = true;
		greatest = seconds > greatest ? seconds : greatest;
	}
	lantik_buffer_free(&line.bytes);
	if (!error && !verified)
		error = LANTIK_E_BAD_SIGNATURE;
	if (!error)
		*ret_seconds = greatest;
	return error;
}
