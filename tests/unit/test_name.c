/* Tests of names in one form: against tables of damage, against utf8proc's own NFC, and over random text.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <utf8proc.h>

#include "lantik/name.h"

static struct lantik_arena *arena(void)
{
	struct lantik_arena *made = lantik_arena_new(65536);
	cr_assert(made);
	return made;
}

static void expect_form(const char *name, const char *unified)
{
	struct lantik_arena *memory = arena();
	struct lantik_span span = lantik_span_of(name), ret;
	bool changed = strcmp(name, unified) != 0;
	cr_expect_eq(lantik_name_unify(span, memory, &ret), changed, "`%s`", name);
	cr_expect(lantik_span_is(ret, unified), "`%s` became `%.*s`", name, (int)ret.len, (const char *)ret.data);
	cr_expect_eq(lantik_name_is_unified(span), !changed, "`%s`", name);
	cr_expect(changed || ret.data == span.data, "what stays needs no memory");
	lantik_arena_free(&memory);
}

Test(name, has_one_form)
{
	expect_form("", "");
	expect_form("SITI RAHMAWATI", "SITI RAHMAWATI");
	expect_form("Sukarno", "Sukarno");
	expect_form("MA'RUF", "MA'RUF");
	expect_form("MA\u2019RUF", "MA'RUF");
	expect_form("MA\u2018RUF", "MA'RUF");
	expect_form("MA\u02bcRUF", "MA'RUF");
	expect_form("MA`RUF", "MA'RUF");
	expect_form("MA\u00b4RUF", "MA'RUF");
	expect_form("MA\u1fefRUF", "MA'RUF");
	expect_form("SITI\u00a0RAHMAWATI", "SITI RAHMAWATI");
	expect_form("SITI  RAHMAWATI", "SITI RAHMAWATI");
	expect_form(" SITI\t\u2003 \u3000RAHMAWATI\u2028", "SITI RAHMAWATI");
	expect_form("SITI\rRAHMA\xc2\x85WATI", "SITI RAHMA WATI");
	expect_form("SI\u200bTI\u200c RAHMA\u200dWATI\ufeff", "SITI RAHMAWATI");
	expect_form("SITI \u200b RAHMAWATI", "SITI RAHMAWATI");
	expect_form("RENE\u0301", "REN\u00c9");
	expect_form("REN\u00c9", "REN\u00c9");
	expect_form("E\u200b\u0301", "\u00c9");
	expect_form("a\u0323\u200b\u0302", "\u1ead");
	expect_form("a\u0302\u200b\u0323", "\u1ead");
	expect_form("\u212bsa", "\u00c5sa");
	expect_form("\u200b", "");
	expect_form(" \u00a0", "");
}

Test(name, that_is_none_stays_as_it_is)
{
	static char endless[5000];
	memset(endless, 'A', sizeof endless - 1);
	endless[10] = '`';
	expect_form("SITI\xc0\xaf`", "SITI\xc0\xaf`");
	expect_form(endless, endless);
	endless[2990] = '`';
	expect_form(endless + 2980, endless + 2980); /* short enough by its bytes, but not by its characters */
	struct lantik_arena *memory = arena();
	struct lantik_span ret;
	cr_expect_not(lantik_name_key(lantik_span_of("\xff"), memory, &ret));
	cr_expect_not(lantik_name_key(lantik_span_of(endless), memory, &ret));
	lantik_arena_free(&memory);
}

Test(name, stays_as_it_is_without_memory)
{
	struct lantik_arena *memory = lantik_arena_new(16);
	struct lantik_span name = lantik_span_of("SITI  RAHMAWATI BINTI  ABDULLAH"), ret;
	cr_assert(memory);
	cr_expect_not(lantik_name_unify(name, memory, &ret));
	cr_expect(ret.data == name.data);
	cr_expect_not(lantik_name_key(name, memory, &ret));
	lantik_arena_free(&memory);
}

static void expect_same(const char *a, const char *b, bool same)
{
	struct lantik_arena *memory = arena();
	struct lantik_span left, right;
	cr_assert(lantik_name_key(lantik_span_of(a), memory, &left));
	cr_assert(lantik_name_key(lantik_span_of(b), memory, &right));
	cr_expect_eq(lantik_span_equal(left, right), same, "`%s` and `%s`", a, b);
	lantik_arena_free(&memory);
}

Test(name, has_the_same_key_for_the_same_person)
{
	expect_same("Siti Rahmawati", "SITI  RAHMAWATI", true);
	expect_same("Ma\u2019ruf", "MA'RUF", true);
	expect_same("ren\u00e9", "RENE\u0301", true);
	expect_same("STRASSE", "stra\u00dfe", true);
	expect_same("", " ", true);
	expect_same("SITI", "SITTI", false);
	expect_same("MA'RUF", "MARUF", false);
}

/* Random text of letters, marks, blanks and what is left out. */
static size_t random_name(struct unit_random *random, uint8_t *ret)
{
	static const utf8proc_int32_t points[] = {'A', 'e', 'o', ' ', '\'', '`', 0x301, 0x323, 0x302, 0xE9, 0x1EA1,
		0x200B, 0xA0, 0x2019, 0xAC00, 0x1100, 0x1161, 0x11A8, 0x212B, 0x2126, 0x1FEF, 0x2000, 0x0F73, 0x1D15E};
	size_t len = 0;
	for (uint64_t i = unit_next(random) % 20; i > 0; i--)
		len += (size_t)utf8proc_encode_char(points[unit_next(random) % LANTIK_COUNT(points)], ret + len);
	return len;
}

static bool is_nfc(struct lantik_span text)
{
	utf8proc_uint8_t *nfc = NULL;
	utf8proc_ssize_t len = utf8proc_map(
		text.data, (utf8proc_ssize_t)text.len, &nfc, (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
	bool same = len == (utf8proc_ssize_t)text.len && memcmp(nfc, text.data, text.len) == 0;
	free(nfc);
	return same;
}

Test(name, of_any_letters_is_nfc_and_stays_so)
{
	struct unit_random random = unit_random_start();
	struct lantik_arena *memory = arena();
	for (unsigned round = 0; round < 100000; round++) {
		uint8_t bytes[128];
		struct lantik_span name = {bytes, random_name(&random, bytes)}, ret, again;
		lantik_arena_reset(memory);
		lantik_name_unify(name, memory, &ret);
		cr_assert(is_nfc(ret));
		cr_assert(lantik_name_is_unified(ret));
		cr_assert_not(lantik_name_unify(ret, memory, &again));
		cr_assert_null(memmem(ret.data, ret.len, "  ", 2));
	}
	lantik_arena_free(&memory);
}
