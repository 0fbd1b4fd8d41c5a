/* Keys and signed notes: C2SP signed-note and tlog-checkpoint with Ed25519.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/note.h"

#include <string.h>

#include "lines.h"
#include "note_parts.h"

#define SECRET_PREFIX "PRIVATE+KEY+"

/* --- keys --- */

/* C2SP forbids Unicode's spaces too. Names of ours are URLs without a scheme, so anything but visible ASCII is refused
 * and no table of spaces is needed. */
bool lantik_is_key_name(struct lantik_span name)
{
	if (!name.len || name.len > LANTIK_MAX_ORIGIN)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (name.data[i] <= ' ' || name.data[i] > '~' || name.data[i] == '+')
			return false;
	return true;
}

void lantik_key_id(struct lantik_span name, uint8_t type, const uint8_t public_key[LANTIK_PUBLIC_KEY], uint8_t ret[4])
{
	const uint8_t separator[] = {'\n', type};
	const struct lantik_span pieces[] = {name, {separator, sizeof separator}, {public_key, LANTIK_PUBLIC_KEY}};
	uint8_t hash[LANTIK_HASH];
	lantik_sha256_of(pieces, LANTIK_COUNT(pieces), hash);
	memcpy(ret, hash, KEY_ID_LEN);
}

static void vkey_set(struct lantik_span name, const uint8_t public_key[LANTIK_PUBLIC_KEY], struct lantik_vkey *ret)
{
	struct lantik_vkey key = {0};
	memcpy(key.name, name.data, name.len);
	lantik_key_id(name, ED25519, public_key, key.id);
	memcpy(key.public_key, public_key, LANTIK_PUBLIC_KEY);
	*ret = key;
}

static void skey_set(struct lantik_span name, const uint8_t seed[LANTIK_SEED], struct lantik_skey *ret)
{
	uint8_t public_key[LANTIK_PUBLIC_KEY];
	lantik_sign_public(seed, public_key);
	vkey_set(name, public_key, &ret->vkey);
	memmove(ret->seed, seed, LANTIK_SEED);
}

enum lantik_error lantik_skey_make(const char *name, const uint8_t seed[LANTIK_SEED], struct lantik_skey *ret)
{
	if (!lantik_is_key_name(lantik_span_of(name)))
		return LANTIK_E_BAD_KEY;
	skey_set(lantik_span_of(name), seed, ret);
	return LANTIK_OK;
}

enum lantik_error lantik_skey_rename(const struct lantik_skey *key, const char *name, struct lantik_skey *ret)
{
	return lantik_skey_make(name, key->seed, ret);
}

enum lantik_error lantik_vkey_rename(const struct lantik_vkey *key, const char *name, struct lantik_vkey *ret)
{
	if (!lantik_is_key_name(lantik_span_of(name)))
		return LANTIK_E_BAD_KEY;
	vkey_set(lantik_span_of(name), key->public_key, ret);
	return LANTIK_OK;
}

bool lantik_key_text_parse(struct lantik_span text, uint8_t type, struct key_text *ret)
{
	if (text.len && text.data[text.len - 1] == '\n')
		text.len--;
	const uint8_t *plus = text.len ? memchr(text.data, '+', text.len) : NULL;
	if (!plus)
		return false;
	ret->name = (struct lantik_span){text.data, (size_t)(plus - text.data)};
	ret->id = (struct lantik_span){plus + 1, KEY_ID_HEX};
	size_t left = text.len - ret->name.len - 1;
	if (!lantik_is_key_name(ret->name) || left < KEY_ID_HEX + 1 || plus[1 + KEY_ID_HEX] != '+')
		return false;
	struct lantik_span base64 = {plus + KEY_ID_HEX + 2, left - KEY_ID_HEX - 1};
	return lantik_base64_exact(base64, ret->material, sizeof ret->material) && ret->material[0] == type;
}

bool lantik_key_id_is(const uint8_t id[4], struct lantik_span text)
{
	char hex[KEY_ID_HEX + 1];
	lantik_hex_encode(id, KEY_ID_LEN, hex);
	return lantik_span_is(text, hex);
}

enum lantik_error lantik_vkey_parse(struct lantik_span text, struct lantik_vkey *ret)
{
	struct key_text parts;
	if (!lantik_key_text_parse(text, ED25519, &parts))
		return LANTIK_E_BAD_KEY;
	struct lantik_vkey key;
	vkey_set(parts.name, parts.material + 1, &key);
	if (!lantik_key_id_is(key.id, parts.id))
		return LANTIK_E_BAD_KEY;
	*ret = key;
	return LANTIK_OK;
}

enum lantik_error lantik_skey_parse(struct lantik_span text, struct lantik_skey *ret)
{
	struct key_text parts;
	struct lantik_skey key;
	enum lantik_error error = LANTIK_E_BAD_KEY;
	if (lantik_line_after(text, SECRET_PREFIX, &text) && lantik_key_text_parse(text, ED25519, &parts)) {
		skey_set(parts.name, parts.material + 1, &key);
		if (lantik_key_id_is(key.vkey.id, parts.id)) {
			*ret = key;
			error = LANTIK_OK;
		}
	}
	lantik_wipe(&parts, sizeof parts);
	lantik_wipe(&key, sizeof key);
	return error;
}

void lantik_key_text_format(
	const char *name, const uint8_t id[4], uint8_t type, const uint8_t material[32], struct lantik_buffer *ret)
{
	char hex[KEY_ID_HEX + 1];
	uint8_t typed[1 + 32] = {type};
	memcpy(typed + 1, material, 32);
	lantik_hex_encode(id, KEY_ID_LEN, hex);
	lantik_buffer_printf(ret, "%s+%s+", name, hex);
	lantik_base64_append(ret, typed, sizeof typed);
	lantik_wipe(typed, sizeof typed);
}

void lantik_vkey_format(const struct lantik_vkey *key, struct lantik_buffer *ret)
{
	lantik_key_text_format(key->name, key->id, ED25519, key->public_key, ret);
}

void lantik_skey_format(const struct lantik_skey *key, struct lantik_buffer *ret)
{
	lantik_buffer_append_span(ret, lantik_span_of(SECRET_PREFIX));
	lantik_key_text_format(key->vkey.name, key->vkey.id, ED25519, key->seed, ret);
}

/* --- signing --- */

void lantik_signature_append(
	const char *name, const uint8_t id[4], const uint8_t *signature, size_t len, struct lantik_buffer *ret)
{
	uint8_t bytes[KEY_ID_LEN + 8 + LANTIK_SIGNATURE];
	LANTIK_ASSERT(len <= sizeof bytes - KEY_ID_LEN);
	memcpy(bytes, id, KEY_ID_LEN);
	memcpy(bytes + KEY_ID_LEN, signature, len);
	lantik_buffer_append_text(ret, EM_DASH " ");
	lantik_buffer_append_text(ret, name);
	lantik_buffer_append(ret, " ", 1);
	lantik_base64_append(ret, bytes, KEY_ID_LEN + len);
	lantik_buffer_append(ret, "\n", 1);
}

static void sign_text(struct lantik_span text, const struct lantik_skey *key, struct lantik_buffer *ret)
{
	uint8_t signature[LANTIK_SIGNATURE];
	lantik_sign_as(key->seed, key->vkey.public_key, text, signature);
	lantik_signature_append(key->vkey.name, key->vkey.id, signature, sizeof signature, ret);
}

enum lantik_error lantik_note_sign(struct lantik_span text, const struct lantik_skey *key, struct lantik_buffer *ret)
{
	lantik_buffer_append_span(ret, text);
	lantik_buffer_append(ret, "\n", 1);
	sign_text(text, key, ret);
	return ret->error;
}

enum lantik_error lantik_checkpoint_sign(uint64_t size, const uint8_t root[LANTIK_HASH], const struct lantik_skey *keys,
	size_t count, struct lantik_buffer *ret)
{
	LANTIK_ASSERT(count > 0);
	if (size > LANTIK_MAX_TREE)
		return LANTIK_E_TOO_LARGE;
	struct lantik_buffer text = {0};
	lantik_buffer_append_text(&text, keys[0].vkey.name);
	lantik_buffer_append(&text, "\n", 1);
	lantik_buffer_append_number(&text, size);
	lantik_buffer_append(&text, "\n", 1);
	lantik_base64_append(&text, root, LANTIK_HASH);
	lantik_buffer_append(&text, "\n", 1);
	enum lantik_error error = text.error ? text.error : lantik_note_sign(lantik_buffer_span(&text), keys, ret);
	for (size_t i = 1; !error && i < count; i++) {
		LANTIK_ASSERT(strcmp(keys[i].vkey.name, keys[0].vkey.name) == 0);
		sign_text(lantik_buffer_span(&text), &keys[i], ret);
		error = ret->error;
	}
	lantik_buffer_free(&text);
	return error;
}

/* --- verifying --- */

static bool is_note_text(struct lantik_span note)
{
	for (size_t i = 0; i < note.len;) {
		size_t step = lantik_utf8_length(note.data + i, note.len - i);
		if (!step || (note.data[i] < ' ' && note.data[i] != '\n'))
			return false;
		i += step;
	}
	return true;
}

/* The text keeps its last newline; the last empty line of the note parts it from the signatures. */
static bool note_split(struct lantik_span note, struct lantik_span *ret_text, struct lantik_span *ret_signatures)
{
	if (note.len < 2 || note.data[note.len - 1] != '\n')
		return false;
	size_t at = note.len - 1;
	while (at > 0 && !(note.data[at] == '\n' && note.data[at - 1] == '\n'))
		at--;
	if (at == 0 || at + 1 == note.len)
		return false;
	*ret_text = (struct lantik_span){note.data, at};
	*ret_signatures = (struct lantik_span){note.data + at + 1, note.len - at - 1};
	return true;
}

enum lantik_error lantik_note_open(
	struct lantik_span note, size_t limit, struct lantik_span *ret_text, struct lantik_span *ret_signatures)
{
	if (note.len > limit)
		return LANTIK_E_TOO_LARGE;
	return is_note_text(note) && note_split(note, ret_text, ret_signatures) ? LANTIK_OK : LANTIK_E_MALFORMED;
}

/* Unicode's White_Space but for control characters, which no note holds. */
static bool is_space(const uint8_t *at, size_t len)
{
	if (len == 2)
		return at[0] == 0xc2 && (at[1] == 0x85 || at[1] == 0xa0);
	if (len != 3)
		return len == 1 && at[0] == ' ';
	unsigned low = (unsigned)at[1] << 8 | at[2];
	if (at[0] == 0xe1)
		return low == 0x9a80;
	if (at[0] == 0xe3)
		return low == 0x8080;
	return at[0] == 0xe2 &&
	       ((low >= 0x8080 && low <= 0x808a) || low == 0x80a8 || low == 0x80a9 || low == 0x80af || low == 0x819f);
}

/* Of somebody else's key: what C2SP allows, which is more than we allow our own. */
static bool is_foreign_name(struct lantik_span name)
{
	for (size_t at = 0, len; at < name.len; at += len) {
		len = lantik_utf8_length(name.data + at, name.len - at);
		if (!len || is_space(name.data + at, len) || name.data[at] == '+')
			return false;
	}
	return name.len > 0;
}

enum lantik_error lantik_signature_parse(struct lantik_span line, struct signature_line *ret)
{
	struct lantik_span rest;
	if (!lantik_line_after(line, EM_DASH " ", &rest))
		return LANTIK_E_MALFORMED;
	const uint8_t *space = rest.len ? memchr(rest.data, ' ', rest.len) : NULL;
	if (!space)
		return LANTIK_E_MALFORMED;
	ret->name = (struct lantik_span){rest.data, (size_t)(space - rest.data)};
	if (!is_foreign_name(ret->name))
		return LANTIK_E_MALFORMED;
	lantik_buffer_reset(&ret->bytes);
	enum lantik_error error =
		lantik_base64_decode((struct lantik_span){space + 1, rest.len - ret->name.len - 1}, &ret->bytes);
	if (!error && ret->bytes.len <= KEY_ID_LEN)
		return LANTIK_E_MALFORMED;
	return error;
}

bool lantik_signature_is_of(const struct signature_line *line, const char *name, const uint8_t id[4])
{
	return lantik_span_is(line->name, name) && memcmp(line->bytes.data, id, KEY_ID_LEN) == 0;
}

bool lantik_signature_verifies(
	const struct signature_line *line, struct lantik_span text, const struct lantik_vkey *key)
{
	return line->bytes.len == KEY_ID_LEN + LANTIK_SIGNATURE &&
	       lantik_verify(key->public_key, text, line->bytes.data + KEY_ID_LEN);
}

/* A signature that claims to be of the key and is not spoils the note, whatever else it carries. */
static enum lantik_error signatures_check(
	struct lantik_span text, struct lantik_span signatures, const struct lantik_vkey *key)
{
	struct signature_line line = {0};
	struct lantik_span next;
	bool verified = false;
	enum lantik_error error = LANTIK_OK;
	while (!error && lantik_line_take(&signatures, &next)) {
		error = lantik_signature_parse(next, &line);
		if (error || !lantik_signature_is_of(&line, key->name, key->id))
			continue;
		verified = lantik_signature_verifies(&line, text, key);
		if (!verified)
			error = LANTIK_E_BAD_SIGNATURE;
	}
	lantik_buffer_free(&line.bytes);
	if (error)
		return error;
	return verified ? LANTIK_OK : LANTIK_E_BAD_SIGNATURE;
}

enum lantik_error lantik_note_verify(
	struct lantik_span note, const struct lantik_vkey *key, struct lantik_span *ret_text)
{
	struct lantik_span text, signatures;
	enum lantik_error error = lantik_note_open(note, LANTIK_MAX_DEED, &text, &signatures);
	if (!error)
		error = signatures_check(text, signatures, key);
	if (!error)
		*ret_text = text;
	return error;
}

/* --- checkpoints --- */

enum lantik_error lantik_checkpoint_parse(struct lantik_span text, struct lantik_checkpoint *ret)
{
	struct lantik_span origin, size, root, extension;
	struct lantik_checkpoint checkpoint = {0};
	if (!lantik_line_take(&text, &origin) || !origin.len || !lantik_line_take(&text, &size) ||
		!lantik_decimal_parse(size, &checkpoint.size) || !lantik_line_take(&text, &root) ||
		!lantik_base64_exact(root, checkpoint.root, LANTIK_HASH))
		return LANTIK_E_MALFORMED;
	while (lantik_line_take(&text, &extension))
		if (!extension.len)
			return LANTIK_E_MALFORMED;
	if (origin.len > LANTIK_MAX_ORIGIN)
		return LANTIK_E_MISMATCH; /* no key has such a name */
	memcpy(checkpoint.origin, origin.data, origin.len);
	*ret = checkpoint;
	return LANTIK_OK;
}

enum lantik_error lantik_checkpoint_read(struct lantik_span note, struct lantik_checkpoint *ret)
{
	struct lantik_span text, signatures;
	enum lantik_error error = lantik_note_open(note, LANTIK_MAX_NOTE, &text, &signatures);
	return error ? error : lantik_checkpoint_parse(text, ret);
}

enum lantik_error lantik_checkpoint_verify(
	struct lantik_span note, const struct lantik_vkey *key, struct lantik_checkpoint *ret)
{
	struct lantik_span text, signatures;
	struct lantik_checkpoint checkpoint = {0};
	enum lantik_error error = lantik_note_open(note, LANTIK_MAX_NOTE, &text, &signatures);
	if (!error)
		error = signatures_check(text, signatures, key);
	if (!error)
		error = lantik_checkpoint_parse(text, &checkpoint);
	if (!error && strcmp(checkpoint.origin, key->name) != 0)
		error = LANTIK_E_MISMATCH;
	if (!error)
		*ret = checkpoint;
	return error;
}
