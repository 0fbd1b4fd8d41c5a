/* SHA-256 and Ed25519: the only header through which the other rooms reach libcrypto and libsodium.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CRYPTO_H
#define LANTIK_CRYPTO_H

#include "lantik/bytes.h"

#define LANTIK_HASH 32
#define LANTIK_SIGNATURE 64
#define LANTIK_PUBLIC_KEY 32
#define LANTIK_SEED 32

/* Call once before anything else, from one thread. Aborts when the libraries cannot start. */
void lantik_crypto_start(void);

void lantik_sha256(struct lantik_span data, uint8_t ret[LANTIK_HASH]);
/* Several pieces as one message. */
void lantik_sha256_of(const struct lantik_span *pieces, size_t count, uint8_t ret[LANTIK_HASH]);

void lantik_random(void *ret, size_t len);
/* Overwrites secrets; not optimised away. */
void lantik_wipe(void *data, size_t len);

void lantik_sign_public(const uint8_t seed[LANTIK_SEED], uint8_t ret[LANTIK_PUBLIC_KEY]);
void lantik_sign(const uint8_t seed[LANTIK_SEED], struct lantik_span message, uint8_t ret[LANTIK_SIGNATURE]);
/* The same in half the time, since the public key is not derived again: it must be this seed's (lantik_sign_public). */
void lantik_sign_as(const uint8_t seed[LANTIK_SEED], const uint8_t public_key[LANTIK_PUBLIC_KEY],
	struct lantik_span message, uint8_t ret[LANTIK_SIGNATURE]);
LANTIK_MUST_CHECK bool lantik_verify(
	const uint8_t key[LANTIK_PUBLIC_KEY], struct lantik_span message, const uint8_t signature[LANTIK_SIGNATURE]);

/* A new key pair of CURVE (X25519), as zmq_curve_keypair makes it. */
void lantik_curve_keypair(uint8_t ret_public[LANTIK_PUBLIC_KEY], uint8_t ret_secret[LANTIK_SEED]);

/* What an office signs a batch for. A rehearsal has a domain of its own: its signature never proves a submission. */
enum lantik_purpose { LANTIK_TO_SUBMIT, LANTIK_TO_REHEARSE };

/* What an office signs: the domain and the digest of the manifest, which names the records by their root, so that the
 * signature can stand for nothing else. message = domain || SHA-256(manifest). Both domains are of one length. */
#define LANTIK_SUBMISSION_DOMAIN "lantik submission v1\n"
#define LANTIK_REHEARSAL_DOMAIN "lantik rehearsals v1\n"
#define LANTIK_SUBMISSION_MESSAGE (sizeof LANTIK_SUBMISSION_DOMAIN - 1 + LANTIK_HASH)
void lantik_submission_message(enum lantik_purpose purpose, const uint8_t manifest_sha256[LANTIK_HASH],
	uint8_t ret[LANTIK_SUBMISSION_MESSAGE]);

#endif
