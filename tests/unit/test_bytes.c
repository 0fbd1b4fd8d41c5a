/* Tests of spans, buffers, the arena, hex, base64, identifiers, error sentences, and the two primitives of crypto.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

static struct lantik_span span_of_buffer_text(const char *text, size_t len)
{
	return (struct lantik_span){(const uint8_t *)text, len};
}

/* --- spans and sentences --- */

Test(span, compares_by_content)
{
	cr_assert(lantik_span_equal(lantik_span_of("abc"), lantik_span_of("abc")));
	cr_assert_not(lantik_span_equal(lantik_span_of("abc"), lantik_span_of("abd")));
	cr_assert_not(lantik_span_equal(lantik_span_of("abc"), lantik_span_of("ab")));
	cr_assert(lantik_span_is((struct lantik_span){NULL, 0}, ""));
	cr_assert_not(lantik_span_is(span_of_buffer_text("a\0b", 3), "a"));
	cr_assert_eq(lantik_span_of(NULL).len, 0);
}

Test(error, every_code_has_two_sentences_without_full_stop)
{
	for (int i = 0; i < LANTIK_ERROR_COUNT; i++)
		for (int language = LANTIK_ENGLISH; language <= LANTIK_INDONESIAN; language++) {
			const char *text = lantik_error_text((enum lantik_error)i, (enum lantik_language)language);
			cr_assert(text && *text, "code %d", i);
			cr_assert_neq(text[strlen(text) - 1], '.', "code %d", i);
		}
	cr_assert_str_eq(lantik_error_text(LANTIK_OK, LANTIK_ENGLISH), "no error");
	cr_assert_str_neq(
		lantik_error_text(LANTIK_E_IO, LANTIK_ENGLISH), lantik_error_text(LANTIK_E_IO, LANTIK_INDONESIAN));
	cr_assert_not_null(lantik_error_text((enum lantik_error)LANTIK_ERROR_COUNT, LANTIK_INDONESIAN));
	cr_assert_not_null(lantik_error_text((enum lantik_error)9999, LANTIK_ENGLISH));
}

/* --- buffer --- */

Test(buffer, grows_and_keeps_what_it_has)
{
	struct lantik_buffer buffer = {0};
	for (unsigned i = 0; i < 10000; i++)
		lantik_buffer_append(&buffer, &(uint8_t){(uint8_t)i}, 1);
	cr_assert_eq(buffer.error, LANTIK_OK);
	cr_assert_eq(buffer.len, 10000);
	for (unsigned i = 0; i < 10000; i++)
		cr_assert_eq(buffer.data[i], (uint8_t)i);
	lantik_buffer_append(&buffer, NULL, 0);
	lantik_buffer_append_span(&buffer, (struct lantik_span){NULL, 0});
	cr_assert_eq(buffer.len, 10000);
	lantik_buffer_free(&buffer);
	cr_assert(!buffer.data && !buffer.len && !buffer.capacity && !buffer.error);
}

Test(buffer, numbers_as_printf_writes_them)
{
	static const uint64_t numbers[] = {0, 1, 9, 10, 99, 100, 4294967295, 9999999999999999999u, UINT64_MAX};
	struct lantik_buffer numbered = {0}, printed = {0};
	for (size_t i = 0; i < LANTIK_COUNT(numbers); i++) {
		lantik_buffer_append_number(&numbered, numbers[i]);
		lantik_buffer_append_text(&numbered, "; ");
		lantik_buffer_printf(&printed, "%llu; ", (unsigned long long)numbers[i]);
	}
	cr_assert(lantik_span_equal(lantik_buffer_span(&numbered), lantik_buffer_span(&printed)));
	lantik_buffer_free(&numbered);
	lantik_buffer_free(&printed);
}

Test(buffer, limit_is_exact_and_sticky)
{
	struct lantik_buffer buffer = {.limit = 100};
	uint8_t zeros[100] = {0};
	lantik_buffer_append(&buffer, zeros, 100);
	cr_assert_eq(buffer.error, LANTIK_OK);
	cr_assert_leq(buffer.capacity, 101);
	lantik_buffer_append(&buffer, zeros, 0);
	cr_assert_eq(buffer.error, LANTIK_OK);
	lantik_buffer_append(&buffer, zeros, 1);
	cr_assert_eq(buffer.error, LANTIK_E_TOO_LARGE);
	cr_assert_eq(buffer.len, 100);
	cr_assert_null(lantik_buffer_extend(&buffer, 0));
	lantik_buffer_printf(&buffer, "x");
	cr_assert_eq(buffer.len, 100);
	lantik_buffer_reset(&buffer);
	cr_assert_eq(buffer.error, LANTIK_OK);
	cr_assert_eq(buffer.limit, 100);
	lantik_buffer_append(&buffer, zeros, 60);
	lantik_buffer_append(&buffer, zeros, 41);
	cr_assert_eq(buffer.error, LANTIK_E_TOO_LARGE);
	cr_assert_eq(buffer.len, 60);
	lantik_buffer_free(&buffer);
}

Test(buffer, refuses_lengths_that_no_object_has)
{
	struct lantik_buffer buffer = {0};
	lantik_buffer_append(&buffer, "a", 1);
	cr_assert_null(lantik_buffer_extend(&buffer, SIZE_MAX));
	cr_assert_eq(buffer.error, LANTIK_E_TOO_LARGE);
	lantik_buffer_free(&buffer);
}

Test(buffer, formats_within_the_limit)
{
	struct lantik_buffer buffer = {.limit = 8};
	lantik_buffer_printf(&buffer, "%s-%d", "abc", 1234);
	cr_assert_eq(buffer.error, LANTIK_OK);
	cr_assert(lantik_span_is(lantik_buffer_span(&buffer), "abc-1234"));
	lantik_buffer_printf(&buffer, "%s", "");
	cr_assert_eq(buffer.error, LANTIK_OK);
	lantik_buffer_printf(&buffer, "5");
	cr_assert_eq(buffer.error, LANTIK_E_TOO_LARGE);
	cr_assert(lantik_span_is(lantik_buffer_span(&buffer), "abc-1234"));
	lantik_buffer_free(&buffer);
}

Test(buffer, formats_text_longer_than_its_memory)
{
	struct lantik_buffer buffer = {0};
	for (int width = 0; width < 700; width++)
		lantik_buffer_printf(&buffer, "%*s", width, "");
	cr_assert_eq(buffer.error, LANTIK_OK);
	cr_assert_eq(buffer.len, 699 * 700 / 2);
	for (size_t i = 0; i < buffer.len; i++)
		cr_assert_eq(buffer.data[i], ' ');
	lantik_buffer_free(&buffer);
}

Test(buffer, extend_gives_writable_bytes)
{
	struct lantik_buffer buffer = {0};
	cr_assert_not_null(lantik_buffer_extend(&buffer, 0));
	uint8_t *bytes = lantik_buffer_extend(&buffer, 300);
	memset(bytes, 7, 300);
	cr_assert_eq(buffer.len, 300);
	cr_assert_eq(buffer.data[299], 7);
	lantik_buffer_free(&buffer);
}

/* --- arena --- */

static bool all_zero(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (data[i])
			return false;
	return true;
}

Test(arena, pieces_are_zeroed_aligned_and_apart)
{
	struct lantik_arena *arena = lantik_arena_new(8u << 20);
	struct unit_random random = unit_random_start();
	struct {
		uint8_t *data;
		size_t len;
	} pieces[300];
	for (int round = 0; round < 3; round++) {
		for (unsigned i = 0; i < LANTIK_COUNT(pieces); i++) {
			pieces[i].len = unit_next(&random) % (i % 50 == 0 ? 100000 : 500);
			pieces[i].data = lantik_arena_alloc(arena, pieces[i].len);
			cr_assert_not_null(pieces[i].data);
			cr_assert_eq((uintptr_t)pieces[i].data % 16, 0);
			cr_assert(all_zero(pieces[i].data, pieces[i].len));
			memset(pieces[i].data, (int)(i % 255) + 1, pieces[i].len);
		}
		for (unsigned i = 0; i < LANTIK_COUNT(pieces); i++)
			for (size_t j = 0; j < pieces[i].len; j++)
				cr_assert_eq(pieces[i].data[j], i % 255 + 1);
		lantik_arena_reset(arena);
		cr_assert_eq(lantik_arena_used(arena), 0);
	}
	lantik_arena_free(&arena);
	cr_assert_null(arena);
	lantik_arena_free(&arena);
	lantik_arena_free(NULL);
}

Test(arena, budget_is_exact_and_exhaustion_is_sticky)
{
	struct lantik_arena *arena = lantik_arena_new(1024);
	cr_assert_not_null(lantik_arena_alloc(arena, 1000)); /* counts as 1008 */
	cr_assert_eq(lantik_arena_used(arena), 1008);
	cr_assert_not_null(lantik_arena_alloc(arena, 16));
	cr_assert_eq(lantik_arena_used(arena), 1024);
	cr_assert_not(lantik_arena_exhausted(arena));
	cr_assert_null(lantik_arena_alloc(arena, 1));
	cr_assert(lantik_arena_exhausted(arena));
	cr_assert_null(lantik_arena_alloc(arena, 0));
	cr_assert_null(lantik_arena_copy(arena, lantik_span_of("x")).data);
	lantik_arena_reset(arena);
	cr_assert_not(lantik_arena_exhausted(arena));
	cr_assert_not_null(lantik_arena_alloc(arena, 1024));
	lantik_arena_free(&arena);
}

Test(arena, one_refusal_refuses_what_would_still_fit)
{
	struct lantik_arena *arena = lantik_arena_new(1024);
	cr_assert_null(lantik_arena_alloc(arena, 1025));
	cr_assert_null(lantik_arena_alloc(arena, 1));
	lantik_arena_free(&arena);
}

Test(arena, sizes_that_overflow_are_refused)
{
	const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 15, SIZE_MAX - 16, SIZE_MAX / 2};
	for (unsigned i = 0; i < LANTIK_COUNT(sizes); i++) {
		struct lantik_arena *arena = lantik_arena_new(SIZE_MAX / 4);
		cr_assert_null(lantik_arena_alloc(arena, sizes[i]));
		cr_assert(lantik_arena_exhausted(arena));
		lantik_arena_free(&arena);
	}
}

Test(arena, copies_and_empty_pieces)
{
	struct lantik_arena *arena = lantik_arena_new(4096);
	struct lantik_span copy = lantik_arena_copy(arena, lantik_span_of("perjanjian"));
	cr_assert(lantik_span_is(copy, "perjanjian"));
	struct lantik_span empty = lantik_arena_copy(arena, (struct lantik_span){NULL, 0});
	cr_assert(empty.data && !empty.len);
	cr_assert_neq(lantik_arena_alloc(arena, 0), lantik_arena_alloc(arena, 0));
	lantik_arena_free(&arena);
}

/* --- hex --- */

Test(hex, both_ways)
{
	const uint8_t bytes[] = {0x00, 0x7f, 0x80, 0xff, 0xa5};
	char text[2 * sizeof bytes + 1];
	uint8_t back[sizeof bytes];
	lantik_hex_encode(bytes, sizeof bytes, text);
	cr_assert_str_eq(text, "007f80ffa5");
	cr_assert(lantik_hex_decode(lantik_span_of("007F80fFA5"), back, sizeof back));
	cr_assert_arr_eq(back, bytes, sizeof bytes);
	lantik_hex_encode(NULL, 0, text);
	cr_assert_str_eq(text, "");
	cr_assert(lantik_hex_decode((struct lantik_span){NULL, 0}, back, 0));
}

Test(hex, refuses_anything_else_and_leaves_ret)
{
	const char *bad[] = {"", "0", "000", "0g", "g0", " 0", "0 ", "0x", "00\n", "-1", "/0", ":0", "@0", "G0", "`0"};
	for (unsigned i = 0; i < LANTIK_COUNT(bad); i++) {
		uint8_t byte = 0x5a;
		cr_assert_not(lantik_hex_decode(lantik_span_of(bad[i]), &byte, 1), "%s", bad[i]);
		cr_assert_eq(byte, 0x5a);
	}
}

/* --- base64 --- */

static const struct {
	const char *plain, *text;
} base64_vectors[] = {/* RFC 4648 section 10 */
	{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="},
	{"foobar", "Zm9vYmFy"}};

Test(base64, known_answers)
{
	for (unsigned i = 0; i < LANTIK_COUNT(base64_vectors); i++) {
		struct lantik_buffer text = {0}, plain = {0};
		const char *expected = base64_vectors[i].plain;
		lantik_base64_append(&text, (const uint8_t *)expected, strlen(expected));
		cr_assert(lantik_span_is(lantik_buffer_span(&text), base64_vectors[i].text));
		cr_assert_eq(lantik_base64_decode(lantik_span_of(base64_vectors[i].text), &plain), LANTIK_OK);
		cr_assert(lantik_span_is(lantik_buffer_span(&plain), expected));
		lantik_buffer_free(&text);
		lantik_buffer_free(&plain);
	}
}

Test(base64, refuses_every_second_spelling)
{
	const char *bad[] = {"Z", "Zg", "Zg=", "Zg===", "Zm9", "=",
		"==", "===", "====", "Z===", "Zh==", "Zm9=", "Zm8=Zm8=", "Zg==Zg==", "Zm9v\n", "Zm9v\nZm9", " Zm9v",
		"Zm-v", "Zm_v", "Zm9\x80", "=m9v", "Zm=v", "Zm9vZ=g="};
	struct lantik_buffer plain = {0};
	lantik_buffer_append(&plain, "kept", 4);
	for (unsigned i = 0; i < LANTIK_COUNT(bad); i++) {
		cr_assert_eq(lantik_base64_decode(lantik_span_of(bad[i]), &plain), LANTIK_E_MALFORMED, "%s", bad[i]);
		cr_assert(lantik_span_is(lantik_buffer_span(&plain), "kept"), "%s", bad[i]);
	}
	lantik_buffer_free(&plain);
}

Test(base64, random_round_trips_and_one_spelling_only)
{
	struct unit_random random = unit_random_start();
	for (size_t len = 0; len < 200; len++) {
		uint8_t bytes[200];
		for (size_t i = 0; i < len; i++)
			bytes[i] = (uint8_t)unit_next(&random);
		struct lantik_buffer text = {0}, back = {0};
		lantik_base64_append(&text, bytes, len);
		cr_assert_eq(lantik_base64_decode(lantik_buffer_span(&text), &back), LANTIK_OK);
		cr_assert(lantik_span_equal(lantik_buffer_span(&back), (struct lantik_span){bytes, len}));
		for (unsigned bit = 0; bit < 8 && len; bit++) {
			lantik_buffer_reset(&back);
			text.data[text.len - 1 - unit_next(&random) % 4] ^= (uint8_t)(1u << bit);
			if (!lantik_base64_decode(lantik_buffer_span(&text), &back))
				cr_assert_not(
					lantik_span_equal(lantik_buffer_span(&back), (struct lantik_span){bytes, len}));
			text.len = 0;
			lantik_base64_append(&text, bytes, len);
		}
		lantik_buffer_free(&text);
		lantik_buffer_free(&back);
	}
}

Test(base64, stays_within_the_buffers_limit)
{
	struct lantik_buffer plain = {.limit = 2};
	cr_assert_eq(lantik_base64_decode(lantik_span_of("Zm9v"), &plain), LANTIK_E_TOO_LARGE);
	cr_assert_eq(lantik_base64_decode(lantik_span_of("Zg=="), &plain), LANTIK_E_TOO_LARGE, "the error stays");
	lantik_buffer_reset(&plain);
	cr_assert_eq(lantik_base64_decode(lantik_span_of("Zm8="), &plain), LANTIK_OK);
	lantik_buffer_free(&plain);
}

/* --- identifiers --- */

Test(id, rfc_9562_version_7_example)
{
	/* RFC 9562 A.6: rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F; the version's and variant's bits are given set, to
	 * show that they are overwritten. */
	const uint8_t random[10] = {0xfc, 0xc3, 0xd8, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f};
	uint8_t id[16];
	char text[37];
	lantik_id_make(UINT64_C(0x017F22E279B0), random, id);
	lantik_id_format(id, text);
	cr_assert_str_eq(text, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

Test(id, later_ones_sort_after)
{
	const uint8_t high[10] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255}, low[10] = {0};
	uint8_t before[16], after[16];
	lantik_id_make(UINT64_C(1764547200000), high, before);
	lantik_id_make(UINT64_C(1764547200001), low, after);
	cr_assert_lt(memcmp(before, after, 16), 0);
}

Test(id, parses_both_forms_in_both_cases)
{
	const char *good[] = {"017f22e2-79b0-7cc3-98c4-dc0c0c07398f", "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
		"017f22e279b07cc398c4dc0c0c07398f", "017F22E279B07CC398C4DC0C0C07398F"};
	for (unsigned i = 0; i < LANTIK_COUNT(good); i++) {
		uint8_t id[16];
		char text[37];
		cr_assert(lantik_id_parse(lantik_span_of(good[i]), id), "%s", good[i]);
		lantik_id_format(id, text);
		cr_assert_str_eq(text, good[0]);
	}
}

Test(id, refuses_other_forms)
{
	const char *bad[] = {"", "017f22e2", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
		"017f22e2-79b0-7cc3-98c4-dc0c0c07398ff", "017f22e279b0-7cc3-98c4-dc0c0c07398f-",
		"017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017f22e2-79b0-7cc3-98c4+dc0c0c07398f",
		"{17f22e2-79b0-7cc3-98c4-dc0c0c07398}", "017f22e2--9b0-7cc3-98c4-dc0c0c07398f",
		"017f22e279b07cc398c4dc0c0c07398", "017f22e279b07cc398c4dc0c0c07398g",
		"------------------------------------"};
	for (unsigned i = 0; i < LANTIK_COUNT(bad); i++) {
		uint8_t id[16] = {1}, same[16] = {1};
		cr_assert_not(lantik_id_parse(lantik_span_of(bad[i]), id), "%s", bad[i]);
		cr_assert_arr_eq(id, same, 16);
	}
}

/* --- crypto --- */

Test(crypto, sha256_of_the_standard)
{
	const struct {
		const char *message, *digest;
	} vectors[] = {/* FIPS 180-4 examples, NIST CSRC */
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
		{"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnop"
		 "qrstnopqrstu",
			"cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"}};
	lantik_crypto_start();
	for (unsigned i = 0; i < LANTIK_COUNT(vectors); i++) {
		uint8_t hash[LANTIK_HASH];
		lantik_sha256(lantik_span_of(vectors[i].message), hash);
		UNIT_ASSERT_HASH(hash, vectors[i].digest);
	}
}

Test(crypto, sha256_of_a_million_in_pieces)
{
	struct lantik_span pieces[1001];
	uint8_t a[1000], hash[LANTIK_HASH];
	memset(a, 'a', sizeof a);
	for (unsigned i = 0; i < 1000; i++)
		pieces[i] = (struct lantik_span){a, sizeof a};
	pieces[1000] = (struct lantik_span){NULL, 0};
	lantik_sha256_of(pieces, LANTIK_COUNT(pieces), hash);
	UNIT_ASSERT_HASH(hash, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	lantik_sha256_of(NULL, 0, hash);
	UNIT_ASSERT_HASH(hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static const struct {
	const char *seed, *public_key, *message, *signature;
} ed25519_vectors[] = {/* RFC 8032 section 7.1 */
	{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
		"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5"
		"f0595"
		"bbe24655141438e7a100b"},
	{"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
		"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2e"
		"aeb43"
		"02aeeb00d291612bb0c00"},
	{"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
		"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
		"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15"
		"e9716"
		"ed28dc027beceea1ec40a"}};

Test(crypto, ed25519_of_the_standard)
{
	for (unsigned i = 0; i < LANTIK_COUNT(ed25519_vectors); i++) {
		uint8_t seed[LANTIK_SEED], key[LANTIK_PUBLIC_KEY], expected[LANTIK_SIGNATURE], message[2];
		size_t len = strlen(ed25519_vectors[i].message) / 2;
		unit_hex(ed25519_vectors[i].seed, seed, sizeof seed);
		unit_hex(ed25519_vectors[i].public_key, expected, sizeof key);
		unit_hex(ed25519_vectors[i].message, message, len);
		lantik_sign_public(seed, key);
		cr_assert_arr_eq(key, expected, sizeof key);
		uint8_t signature[LANTIK_SIGNATURE];
		unit_hex(ed25519_vectors[i].signature, expected, sizeof expected);
		lantik_sign(seed, (struct lantik_span){message, len}, signature);
		uint8_t same[LANTIK_SIGNATURE];
		lantik_sign_as(seed, key, (struct lantik_span){message, len}, same);
		cr_assert_arr_eq(same, signature, sizeof same);
		cr_assert_arr_eq(signature, expected, sizeof expected);
		cr_assert(lantik_verify(key, (struct lantik_span){message, len}, signature));
		for (unsigned bit = 0; bit < 8 * LANTIK_SIGNATURE; bit++) {
			signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
			cr_assert_not(lantik_verify(key, (struct lantik_span){message, len}, signature), "bit %u", bit);
			signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}

Test(crypto, a_signature_has_one_form)
{
	/* S + L is the same scalar: accepting it would give two receipts for one signature. */
	static const uint8_t order[] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde,
		0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10};
	uint8_t seed[LANTIK_SEED] = {9}, key[LANTIK_PUBLIC_KEY], signature[LANTIK_SIGNATURE];
	lantik_sign_public(seed, key);
	lantik_sign(seed, lantik_span_of("text"), signature);
	cr_assert(lantik_verify(key, lantik_span_of("text"), signature));
	unsigned carry = 0;
	for (unsigned i = 0; i < sizeof order; i++) {
		carry += (unsigned)signature[32 + i] + order[i];
		signature[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	cr_assert_not(lantik_verify(key, lantik_span_of("text"), signature));
}

Test(crypto, submission_message_is_domain_and_digest)
{
	uint8_t digest[LANTIK_HASH], message[LANTIK_SUBMISSION_MESSAGE];
	memset(digest, 0xab, sizeof digest);
	lantik_submission_message(LANTIK_TO_SUBMIT, digest, message);
	cr_assert_eq(sizeof message, 21 + 32);
	cr_assert_eq(memcmp(message, "lantik submission v1\n", 21), 0);
	cr_assert_arr_eq(message + 21, digest, sizeof digest);
	lantik_submission_message(LANTIK_TO_REHEARSE, digest, message);
	cr_assert_eq(memcmp(message, "lantik rehearsals v1\n", 21), 0);
	cr_assert_arr_eq(message + 21, digest, sizeof digest);
}

Test(crypto, wipes_and_draws)
{
	uint8_t a[32] = {0}, b[32] = {0};
	lantik_random(a, sizeof a);
	lantik_random(b, sizeof b);
	cr_assert_neq(memcmp(a, b, sizeof a), 0);
	lantik_wipe(a, sizeof a);
	cr_assert(all_zero(a, sizeof a));
}
