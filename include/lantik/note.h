/* Keys and signed notes as C2SP signed-note and tlog-checkpoint define them (Ed25519, type 0x01).
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
void lantik_vkey_format(const struct lantik_vkey *key, struct lantik_buffer *ret);
void lantik_skey_format(const struct lantik_skey *key, struct lantik_buffer *ret);

struct lantik_checkpoint {
	char origin[LANTIK_MAX_ORIGIN + 1];
	uint64_t size;
	uint8_t root[LANTIK_HASH];
};

/* The signed checkpoint: origin, size, root, blank line, one signature line. The key's name is the origin. */
enum lantik_error lantik_checkpoint_sign(
	uint64_t size, const uint8_t root[LANTIK_HASH], const struct lantik_skey *key, struct lantik_buffer *ret);
/* LANTIK_E_BAD_SIGNATURE unless a signature of this key verifies; signatures of other keys are ignored.
 * LANTIK_E_MISMATCH when the origin is not the key's name. */
LANTIK_MUST_CHECK enum lantik_error lantik_checkpoint_verify(
	struct lantik_span note, const struct lantik_vkey *key, struct lantik_checkpoint *ret);

#endif
