/* SHA-256 from libcrypto and Ed25519 from libsodium; nothing else sees these libraries.
 * SPDX-License-Identifier: Apache-2.0 */

/* The one-shot and EVP calls of OpenSSL 3 look the algorithm up or allocate on every call, which costs as much as
 * hashing a row does. The low-level calls are the same code of the CPU without it, keep their state on our stack and
 * cannot fail; they are only marked as old. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "lantik/crypto.h"

#include <openssl/sha.h>
#include <sodium.h>
#include <string.h>

_Static_assert(LANTIK_HASH == SHA256_DIGEST_LENGTH, "hash");
_Static_assert(LANTIK_SIGNATURE == crypto_sign_BYTES, "signature");
_Static_assert(LANTIK_PUBLIC_KEY == crypto_sign_PUBLICKEYBYTES, "public key");
_Static_assert(LANTIK_SEED == crypto_sign_SEEDBYTES, "seed");

void lantik_crypto_start(void)
{
	static const uint8_t abc[4] = {0xba, 0x78, 0x16, 0xbf}; /* FIPS 180-4, SHA-256("abc") */
	uint8_t hash[LANTIK_HASH];
	LANTIK_ASSERT(sodium_init() >= 0);
	lantik_sha256(lantik_span_of("abc"), hash);
	LANTIK_ASSERT(memcmp(hash, abc, sizeof abc) == 0);
}

void lantik_sha256(struct lantik_span data, uint8_t ret[LANTIK_HASH])
{
	lantik_sha256_of(&data, 1, ret);
}

void lantik_sha256_of(const struct lantik_span *pieces, size_t count, uint8_t ret[LANTIK_HASH])
{
	SHA256_CTX state;
	SHA256_Init(&state);
	for (size_t i = 0; i < count; i++)
		if (pieces[i].len)
			SHA256_Update(&state, pieces[i].data, pieces[i].len);
	SHA256_Final(ret, &state);
}

/* What one call of the kernel gives; libsodium asks it once for each piece of this length. */
#define RANDOM_PIECE 256u

/* More than that comes out of a fresh key: the stream cipher is several times as fast. */
void lantik_random(void *ret, size_t len)
{
	uint8_t key[randombytes_SEEDBYTES];
	if (len <= RANDOM_PIECE) {
		randombytes_buf(ret, len);
		return;
	}
	randombytes_buf(key, sizeof key);
	randombytes_buf_deterministic(ret, len, key);
	lantik_wipe(key, sizeof key);
}

void lantik_wipe(void *data, size_t len)
{
	sodium_memzero(data, len);
}

void lantik_sign_public(const uint8_t seed[LANTIK_SEED], uint8_t ret[LANTIK_PUBLIC_KEY])
{
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
	crypto_sign_seed_keypair(ret, secret, seed);
	lantik_wipe(secret, sizeof secret);
}

/* libsodium's secret key is the seed and the public key behind it. */
_Static_assert(crypto_sign_SECRETKEYBYTES == LANTIK_SEED + LANTIK_PUBLIC_KEY, "secret key");

void lantik_sign_as(const uint8_t seed[LANTIK_SEED], const uint8_t public_key[LANTIK_PUBLIC_KEY],
	struct lantik_span message, uint8_t ret[LANTIK_SIGNATURE])
{
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
	memcpy(secret, seed, LANTIK_SEED);
	memcpy(secret + LANTIK_SEED, public_key, LANTIK_PUBLIC_KEY);
	crypto_sign_detached(ret, NULL, message.data, message.len, secret);
	lantik_wipe(secret, sizeof secret);
}

void lantik_sign(const uint8_t seed[LANTIK_SEED], struct lantik_span message, uint8_t ret[LANTIK_SIGNATURE])
{
	uint8_t public_key[LANTIK_PUBLIC_KEY];
	lantik_sign_public(seed, public_key);
	lantik_sign_as(seed, public_key, message, ret);
}

bool lantik_verify(
	const uint8_t key[LANTIK_PUBLIC_KEY], struct lantik_span message, const uint8_t signature[LANTIK_SIGNATURE])
{
	return crypto_sign_verify_detached(signature, message.data, message.len, key) == 0;
}

void lantik_curve_keypair(uint8_t ret_public[LANTIK_PUBLIC_KEY], uint8_t ret_secret[LANTIK_SEED])
{
	LANTIK_ASSERT(crypto_box_keypair(ret_public, ret_secret) == 0);
}

_Static_assert(sizeof LANTIK_SUBMISSION_DOMAIN == sizeof LANTIK_REHEARSAL_DOMAIN, "both domains are of one length");

void lantik_submission_message(
	enum lantik_purpose purpose, const uint8_t manifest_sha256[LANTIK_HASH], uint8_t ret[LANTIK_SUBMISSION_MESSAGE])
{
	const size_t domain = sizeof LANTIK_SUBMISSION_DOMAIN - 1;
	memcpy(ret, purpose == LANTIK_TO_REHEARSE ? LANTIK_REHEARSAL_DOMAIN : LANTIK_SUBMISSION_DOMAIN, domain);
	memcpy(ret + domain, manifest_sha256, LANTIK_HASH);
}
