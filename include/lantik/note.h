/* Keys, signed notes and cosignatures as C2SP signed-note, tlog-checkpoint and tlog-cosignature define them: Ed25519 of
 * the types 0x01 and, for cosignatures, 0x04.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_NOTE_H
#define LANTIK_NOTE_H

#include "lantik/crypto.h"
#include "lantik/limits.h"

/* A verifier key, `<name>+<8 hex key id>+<base64(0x01 || public key)>`. */
struct lantik_vkey {
	char name[LANTIK_MAX_ORIGIN + 1];
	uint8_t id[4];
	uint8_t public_key[LANTIK_PUBLIC_KEY];
};

/* A signer key, `PRIVATE+KEY+<name>+<8 hex key id>+<base64(0x01 || seed)>`. Wipe it after use. */
struct lantik_skey {
	struct lantik_vkey vkey;
	uint8_t seed[LANTIK_SEED];
};

/* LANTIK_E_BAD_KEY when the name is empty, too long or holds a blank, a control or a plus. */
LANTIK_MUST_CHECK enum lantik_error lantik_skey_make(
	const char *name, const uint8_t seed[LANTIK_SEED], struct lantik_skey *ret);
/* One trailing newline is tolerated. */
LANTIK_MUST_CHECK enum lantik_error lantik_vkey_parse(struct lantik_span text, struct lantik_vkey *ret);
LANTIK_MUST_CHECK enum lantik_error lantik_skey_parse(struct lantik_span text, struct lantik_skey *ret);
/* The same key under another name, whose id is another. LANTIK_E_BAD_KEY as above. */
LANTIK_MUST_CHECK enum lantik_error lantik_vkey_rename(
	const struct lantik_vkey *key, const char *name, struct lantik_vkey *ret);
LANTIK_MUST_CHECK enum lantik_error lantik_skey_rename(
	const struct lantik_skey *key, const char *name, struct lantik_skey *ret);
void lantik_vkey_format(const struct lantik_vkey *key, struct lantik_buffer *ret);
void lantik_skey_format(const struct lantik_skey *key, struct lantik_buffer *ret);

/* --- notes --- */

/* The text with a signature: text, blank line, signature line. The text ends with a newline. Appends. */
enum lantik_error lantik_note_sign(struct lantik_span text, const struct lantik_skey *key, struct lantik_buffer *ret);
/* LANTIK_E_BAD_SIGNATURE unless a signature of this key verifies; signatures of other keys are ignored, and a wrong one
 * that claims to be of this key spoils the note. At most LANTIK_MAX_DEED bytes. ret_text borrows from note. */
LANTIK_MUST_CHECK enum lantik_error lantik_note_verify(
	struct lantik_span note, const struct lantik_vkey *key, struct lantik_span *ret_text);

struct lantik_checkpoint {
	char origin[LANTIK_MAX_ORIGIN + 1];
	uint64_t size;
	uint8_t root[LANTIK_HASH];
	unsigned epoch; /* after lantik_checkpoint_trusted, from 1; otherwise 0 */
};

/* The signed checkpoint: origin, size, root, blank line, a signature line a key in their order. The keys have one name,
 * which is the origin. Appends. */
enum lantik_error lantik_checkpoint_sign(uint64_t size, const uint8_t root[LANTIK_HASH], const struct lantik_skey *keys,
	size_t count, struct lantik_buffer *ret);
/* LANTIK_E_BAD_SIGNATURE unless a signature of this key verifies; signatures of other keys are ignored.
 * LANTIK_E_MISMATCH when the origin is not the key's name. */
LANTIK_MUST_CHECK enum lantik_error lantik_checkpoint_verify(
	struct lantik_span note, const struct lantik_vkey *key, struct lantik_checkpoint *ret);
/* What the note says, without a look at its signatures. */
LANTIK_MUST_CHECK enum lantik_error lantik_checkpoint_read(struct lantik_span note, struct lantik_checkpoint *ret);

/* --- cosignatures --- */

/* A witness: an auditor who says when it saw that a checkpoint continues all that it saw before. */
struct lantik_cosigner {
	char name[LANTIK_MAX_ORIGIN + 1];
	uint8_t id[4]; /* of type 0x04, another than that of the same key as a vkey */
	uint8_t public_key[LANTIK_PUBLIC_KEY];
};

void lantik_cosigner_of(const struct lantik_vkey *key, struct lantik_cosigner *ret);
/* `<name>+<8 hex key id>+<base64(0x04 || public key)>`, in both directions. One trailing newline is tolerated. */
void lantik_cosigner_format(const struct lantik_cosigner *cosigner, struct lantik_buffer *ret);
LANTIK_MUST_CHECK enum lantik_error lantik_cosigner_parse(struct lantik_span text, struct lantik_cosigner *ret);

/* Appends the note with one signature line more; seconds since 1970 UTC. It looks at the note's form alone: whether the
 * checkpoint may be cosigned is the caller's to know. LANTIK_E_TOO_LARGE past LANTIK_MAX_NOTE. */
enum lantik_error lantik_checkpoint_cosign(
	struct lantik_span note, const struct lantik_skey *key, uint64_t seconds, struct lantik_buffer *ret);
/* As lantik_note_verify, for a cosignature; the greatest time when there are several. */
LANTIK_MUST_CHECK enum lantik_error lantik_cosignature_verify(
	struct lantik_span note, const struct lantik_cosigner *cosigner, uint64_t *ret_seconds);

#endif
