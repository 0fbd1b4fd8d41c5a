/* What several unit tests need.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_UNIT_H
#define LANTIK_UNIT_H

#include <criterion/criterion.h>
#include <string.h>

#include "lantik/crypto.h"

#define UNIT_SEED_NAME "LANTIK_TEST_SEED"

/* xorshift64*, so that a run can be repeated from its seed. */
struct unit_random {
	uint64_t state;
};

static inline uint64_t unit_next(struct unit_random *random)
{
	random->state ^= random->state >> 12;
	random->state ^= random->state << 25;
	random->state ^= random->state >> 27;
	return random->state * UINT64_C(0x2545f4914f6cdd1d);
}

/* Prints the seed; the environment variable LANTIK_TEST_SEED repeats a run. */
static inline struct unit_random unit_random_start(void)
{
	const char *given = getenv(UNIT_SEED_NAME);
	uint64_t seed = 0;
	if (given)
		seed = strtoull(given, NULL, 0);
	else
		lantik_random(&seed, sizeof seed);
	fprintf(stderr, UNIT_SEED_NAME "=%#llx\n", (unsigned long long)seed);
	return (struct unit_random){seed ? seed : 1};
}

static inline void unit_hex(const char *text, uint8_t *ret, size_t len)
{
	cr_assert(lantik_hex_decode(lantik_span_of(text), ret, len), "bad hex in the test: %s", text);
}

#define UNIT_ASSERT_HASH(hash, hex)                                                                                    \
	do {                                                                                                           \
		char unit_text[2 * LANTIK_HASH + 1];                                                                   \
		lantik_hex_encode((hash), LANTIK_HASH, unit_text);                                                     \
		cr_assert_str_eq(unit_text, (hex));                                                                    \
	} while (0)

#endif
