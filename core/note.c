/* Keys and signed notes: C2SP signed-note and tlog-checkpoint with Ed25519.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/note.h"

#include <string.h>

#include "lines.h"

#define ED25519 0x01
#define KEY_ID_LEN ((size_t)4)
#define KEY_ID_HEX (2 * KEY_ID_LEN)
#define SECRET_PREFIX "PRIVATE+KEY+"
#define EM_DASH "\xe2\x80\x94"

/* --- keys --- */

/* C2SP forbids Unicode's spaces too. Names of ours are URLs without a scheme, so anything but visible ASCII is refused
 * and no table of spaces is needed. */
static bool is_name(struct lantik_span name)
{
	if (!name.len || name.len > LANTIK_MAX_ORIGIN)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (name.data[i] <= ' ' || name.data[i] > '~' || name.data[i] == '+')
			return false;
	return true;
}

static void vkey_set(struct lantik_span name, const uint8_t public_key[LANTIK_PUBLIC_KEY], struct lantik_vkey *ret)
{
	static const uint8_t separator[] = {'\n', ED25519};
	const struct lantik_span pieces[] = {name, {separator, sizeof separator}, {public_key, LANTIK_PUBLIC_KEY}};
	uint8_t hash[LANTIK_HASH];
	lantik_sha256_of(pieces, LANTIK_COUNT(pieces), hash);
	memset(ret, 0, sizeof *ret);
	memcpy(ret->name, name.data, name.len);
	memcpy(ret->id, hash, KEY_ID_LEN);
	memcpy(ret->public_key, public_key, LANTIK_PUBLIC_KEY);
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
	if (!is_name(lantik_span_of(name)))
		return LANTIK_E_BAD_KEY;
	skey_set(lantik_span_of(name), seed, ret);
	return LANTIK_OK;
}

/* `<name>+<8 hex>+<base64(0x01 || material)>`; material keeps the type byte. */
struct key_text {
	struct lantik_span name, id;
	uint8_t material[1 + 32];
};

static bool key_text_parse(struct lantik_span text, struct key_text *ret)
{
	if (text.len && text.data[text.len - 1] == '\n')
		text.len--;
	const uint8_t *plus = text.len ? memchr(text.data, '+', text.len) : NULL;
	if (!plus)
		return false;
	ret->name = (struct lantik_span){text.data, (size_t)(plus - text.data)};
	ret->id = (struct lantik_span){plus + 1, KEY_ID_HEX};
	size_t left = text.len - ret->name.len - 1;
	if (!is_name(ret->name) || left < KEY_ID_HEX + 1 || plus[1 + KEY_ID_HEX] != '+')
		return false;
	struct lantik_span base64 = {plus + KEY_ID_HEX + 2, left - KEY_ID_HEX - 1};
	return lantik_base64_exact(base64, ret->material, sizeof ret->material) && ret->material[0] == ED25519;
}

/* Compared as text: C2SP's hex is lower case. */
static bool id_matches(const struct lantik_vkey *key, struct lantik_span id)
{
	char hex[KEY_ID_HEX + 1];
	lantik_hex_encode(key->id, KEY_ID_LEN, hex);
	return lantik_span_is(id, hex);
}

enum lantik_error lantik_vkey_parse(struct lantik_span text, struct lantik_vkey *ret)
{
	struct key_text parts;
	if (!key_text_parse(text, &parts))
		return LANTIK_E_BAD_KEY;
	struct lantik_vkey key;
	vkey_set(parts.name, parts.material + 1, &key);
	if (!id_matches(&key, parts.id))
		return LANTIK_E_BAD_KEY;
	*ret = key;
	return LANTIK_OK;
}

enum lantik_error lantik_skey_parse(struct lantik_span text, struct lantik_skey *ret)
{
	struct key_text parts;
	struct lantik_skey key;
	enum lantik_error error = LANTIK_E_BAD_KEY;
	if (lantik_line_after(text, SECRET_PREFIX, &text) && key_text_parse(text, &parts)) {
		skey_set(parts.name, parts.material + 1, &key);
		if (id_matches(&key.vkey, parts.id)) {
			*ret = key;
			error = LANTIK_OK;
		}
	}
	lantik_wipe(&parts, sizeof parts);
	lantik_wipe(&key, sizeof key);
	return error;
}

static void key_format(const struct lantik_vkey *key, const uint8_t material[32], struct lantik_buffer *ret)
{
	char hex[KEY_ID_HEX + 1];
	uint8_t typed[1 + 32] = {ED25519};
	memcpy(typed + 1, material, 32);
	lantik_hex_encode(key->id, KEY_ID_LEN, hex);
	lantik_buffer_printf(ret, "%s+%s+", key->name, hex);
	lantik_base64_append(ret, typed, sizeof typed);
	lantik_wipe(typed, sizeof typed);
}

void lantik_vkey_format(const struct lantik_vkey *key, struct lantik_buffer *ret)
{
	key_format(key, key->public_key, ret);
}

void lantik_skey_format(const struct lantik_skey *key, struct lantik_buffer *ret)
{
	lantik_buffer_append_span(ret, lantik_span_of(SECRET_PREFIX));
	key_format(&key->vkey, key->seed, ret);
}

/* --- signing --- */

static void signature_append(struct lantik_span text, const struct lantik_skey *key, struct lantik_buffer *ret)
{
	uint8_t signature[KEY_ID_LEN + LANTIK_SIGNATURE];
	memcpy(signature, key->vkey.id, KEY_ID_LEN);
	lantik_sign(key->seed, text, signature + KEY_ID_LEN);
	lantik_buffer_printf(ret, "\n" EM_DASH " %s ", key->vkey.name);
	lantik_base64_append(ret, signature, sizeof signature);
	lantik_buffer_append(ret, "\n", 1);
}

enum lantik_error lantik_checkpoint_sign(
	uint64_t size, const uint8_t root[LANTIK_HASH], const struct lantik_skey *key, struct lantik_buffer *ret)
{
	if (size > LANTIK_MAX_TREE)
		return LANTIK_E_TOO_LARGE;
	size_t start = ret->len;
	lantik_buffer_printf(ret, "%s\n%llu\n", key->vkey.name, (unsigned long long)size);
	lantik_base64_append(ret, root, LANTIK_HASH);
	lantik_buffer_append(ret, "\n", 1);
	if (!ret->error)
		signature_append((struct lantik_span){ret->data + start, ret->len - start}, key, ret);
	return ret->error;
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

struct signature_line {
	struct lantik_span name;
	struct lantik_buffer bytes; /* key id, then the signature */
};

static enum lantik_error signature_parse(struct lantik_span line, struct signature_line *ret)
{
	struct lantik_span rest;
	if (!lantik_line_after(line, EM_DASH " ", &rest))
		return LANTIK_E_MALFORMED;
	const uint8_t *space = rest.len ? memchr(rest.data, ' ', rest.len) : NULL;
	if (!space || space == rest.data)
		return LANTIK_E_MALFORMED;
	ret->name = (struct lantik_span){rest.data, (size_t)(space - rest.data)};
	if (memchr(ret->name.data, '+', ret->name.len))
		return LANTIK_E_MALFORMED;
	lantik_buffer_reset(&ret->bytes);
	enum lantik_error error =
		lantik_base64_decode((struct lantik_span){space + 1, rest.len - ret->name.len - 1}, &ret->bytes);
	if (!error && ret->bytes.len <= KEY_ID_LEN)
		return LANTIK_E_MALFORMED;
	return error;
}

static bool is_of_key(const struct signature_line *line, const struct lantik_vkey *key)
{
	return lantik_span_is(line->name, key->name) && memcmp(line->bytes.data, key->id, KEY_ID_LEN) == 0;
}

static bool signature_verifies(
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
		error = signature_parse(next, &line);
		if (error || !is_of_key(&line, key))
			continue;
		verified = signature_verifies(&line, text, key);
		if (!verified)
			error = LANTIK_E_BAD_SIGNATURE;
	}
	lantik_buffer_free(&line.bytes);
	if (error)
		return error;
	return verified ? LANTIK_OK : LANTIK_E_BAD_SIGNATURE;
}

/* Extension lines are allowed and mean nothing to us. */
static enum lantik_error checkpoint_parse(
	struct lantik_span text, const struct lantik_vkey *key, struct lantik_checkpoint *ret)
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
	if (!lantik_span_is(origin, key->name))
		return LANTIK_E_MISMATCH;
	memcpy(checkpoint.origin, key->name, sizeof checkpoint.origin);
	*ret = checkpoint;
	return LANTIK_OK;
}

enum lantik_error lantik_checkpoint_verify(
	struct lantik_span note, const struct lantik_vkey *key, struct lantik_checkpoint *ret)
{
	if (note.len > LANTIK_MAX_NOTE)
		return LANTIK_E_TOO_LARGE;
	struct lantik_span text, signatures;
	if (!is_note_text(note) || !note_split(note, &text, &signatures))
		return LANTIK_E_MALFORMED;
	enum lantik_error error = signatures_check(text, signatures, key);
	return error ? error : checkpoint_parse(text, key, ret);
}
