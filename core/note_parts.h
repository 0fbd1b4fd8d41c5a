/* Notes taken apart: the text, and its signature lines one by one; private to core.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CORE_NOTE_PARTS_H
#define LANTIK_CORE_NOTE_PARTS_H

#include "lantik/note.h"

#define ED25519 0x01
#define COSIGNATURE 0x04
#define KEY_ID_LEN ((size_t)4)
#define KEY_ID_HEX (2 * KEY_ID_LEN)
#define EM_DASH "\xe2\x80\x94"

/* The name of a key: visible ASCII without a plus, at most LANTIK_MAX_ORIGIN. */
bool lantik_is_key_name(struct lantik_span name);
/* SHA-256(name || 0x0a || type || public key), cut to four bytes. */
void lantik_key_id(struct lantik_span name, uint8_t type, const uint8_t public_key[LANTIK_PUBLIC_KEY], uint8_t ret[4]);

/* `<name>+<8 hex>+<base64(type || material)>`; material keeps the type byte. */
struct key_text {
	struct lantik_span name, id;
	uint8_t material[1 + 32];
};
bool lantik_key_text_parse(struct lantik_span text, uint8_t type, struct key_text *ret);
void lantik_key_text_format(
	const char *name, const uint8_t id[4], uint8_t type, const uint8_t material[32], struct lantik_buffer *ret);
/* Compared as text: C2SP's hex is lower case. */
bool lantik_key_id_is(const uint8_t id[4], struct lantik_span text);

/* The text keeps its last newline; LANTIK_E_TOO_LARGE past the limit, LANTIK_E_MALFORMED when it is no note. */
enum lantik_error lantik_note_open(
	struct lantik_span note, size_t limit, struct lantik_span *ret_text, struct lantik_span *ret_signatures);

struct signature_line {
	struct lantik_span name;
	struct lantik_buffer bytes; /* key id, then the signature; free it */
};

enum lantik_error lantik_signature_parse(struct lantik_span line, struct signature_line *ret);
bool lantik_signature_is_of(const struct signature_line *line, const char *name, const uint8_t id[4]);
bool lantik_signature_verifies(
	const struct signature_line *line, struct lantik_span text, const struct lantik_vkey *key);
/* `— <name> <base64(id || signature)>`, and the newline. */
void lantik_signature_append(
	const char *name, const uint8_t id[4], const uint8_t *signature, size_t len, struct lantik_buffer *ret);

/* Extension lines are allowed and mean nothing to us. */
enum lantik_error lantik_checkpoint_parse(struct lantik_span text, struct lantik_checkpoint *ret);

#endif
