/* Z85 against the vector of ZeroMQ RFC 32, every byte value, and everything that is no key.
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "lantik/bytes.h"
#include "lantik/crypto.h"

/* The server key in the example of zmq_curve(7). */
static const char text[] = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";
static const uint8_t key[32] = {0x54, 0xfc, 0xba, 0x24, 0xe9, 0x32, 0x49, 0x96, 0x93, 0x16, 0xfb, 0x61, 0x7c, 0x87,
	0x2b, 0xb0, 0xc1, 0xd1, 0xff, 0x14, 0x80, 0x04, 0x27, 0xc5, 0x94, 0xcb, 0xfa, 0xcf, 0x1b, 0xc2, 0xd6, 0x52};

Test(z85, the_key_of_the_manual)
{
	char encoded[41];
	uint8_t decoded[32];
	lantik_z85_encode(key, encoded);
	cr_assert_str_eq(encoded, text);
	cr_assert(lantik_z85_decode(lantik_span_of(text), decoded));
	cr_assert_arr_eq(decoded, key, sizeof key);
}

Test(z85, every_byte_comes_back)
{
	for (unsigned value = 0; value < 256; value++) {
		uint8_t bytes[32], decoded[32];
		char encoded[41];
		memset(bytes, (int)value, sizeof bytes);
		bytes[31] = (uint8_t)(255 - value);
		lantik_z85_encode(bytes, encoded);
		cr_assert_eq(strlen(encoded), 40);
		cr_assert(lantik_z85_decode(lantik_span_of(encoded), decoded));
		cr_assert_arr_eq(decoded, bytes, sizeof bytes);
	}
}

Test(z85, what_is_no_key_is_refused_and_leaves_ret_alone)
{
	uint8_t decoded[32], before[32];
	memset(decoded, 0x5a, sizeof decoded);
	memcpy(before, decoded, sizeof decoded);
	static const char *const wrong[] = {"", "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf",
		"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7\n", "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf\"",
		"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf ", "#####>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7",
		"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]\xc3\xa9\x37"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		cr_assert_not(lantik_z85_decode(lantik_span_of(wrong[i]), decoded), "%s", wrong[i]);
	char with_nul[40];
	memcpy(with_nul, text, 40);
	with_nul[7] = '\0';
	cr_assert_not(lantik_z85_decode((struct lantik_span){(const uint8_t *)with_nul, 40}, decoded));
	cr_assert_arr_eq(decoded, before, sizeof before);
}

Test(z85, key_pairs_differ_and_have_both_halves)
{
	uint8_t public[2][32], secret[2][32];
	lantik_crypto_start();
	for (int i = 0; i < 2; i++)
		lantik_curve_keypair(public[i], secret[i]);
	cr_assert_arr_neq(public[0], public[1], 32);
	cr_assert_arr_neq(secret[0], secret[1], 32);
	cr_assert_arr_neq(public[0], secret[0], 32);
}
