/* Who an office is, what it may send and when, and what cuts it off.
 * SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "offices.h"
#include "revoked.h"
#include "unit.h"

#define KEY_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa2"
#define KEY_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb3"
#define KEY_C "ccccccccccccccccccccccccccccccccccccccc1"
#define KEY_HASH "hh#hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh4"

static const char *const all_keys[] = {KEY_C, KEY_A, KEY_B};

static struct office_key key_of(const char *curve_key, int32_t office_no, uint8_t sign)
{
	struct office_key key = {.office_no = office_no, .signing_key.id = {sign}};

	memcpy(key.curve_key, curve_key, OFFICE_KEY + 1);
	snprintf(key.name, sizeof key.name, "office-%d", office_no);
	return key;
}

static struct office_scope scope_of(int32_t office_no, int64_t leaf, int32_t from, int32_t until, const char *kanreg)
{
	struct office_scope scope = {.office_no = office_no, .leaf_index = leaf, .from = from, .until = until};

	memcpy(scope.kanreg_id, kanreg, 3);
	return scope;
}

static void *copy(const void *items, size_t size)
{
	void *made = malloc(size ? size : 1);

	cr_assert(made);
	if (size)
		memcpy(made, items, size);
	return made;
}

static struct offices *offices_of(
	const struct office_key *keys, size_t key_count, const struct office_scope *scopes, size_t scope_count)
{
	struct offices *offices = offices_new();

	offices_replace(offices, copy(keys, key_count * sizeof *keys), key_count,
		copy(scopes, scope_count * sizeof *scopes), scope_count);
	return offices;
}

Test(identity, keys_are_found_by_their_whole_text)
{
	struct office_key keys[3];
	struct office found;

	for (int i = 0; i < 3; i++)
		keys[i] = key_of(all_keys[i], i, 1);
	struct offices *offices = offices_of(NULL, 0, NULL, 0);
	cr_expect_not(offices_find(offices, KEY_A, 20260101, &found), "an empty table knows nobody");
	cr_expect_not(offices_let_in(offices, KEY_A));
	offices_replace(offices, copy(keys, sizeof keys), 3, NULL, 0);
	for (int i = 0; i < 3; i++) {
		cr_expect(offices_find(offices, all_keys[i], 20260101, &found) && found.office_no == i);
		cr_expect_str_eq(found.curve_key, all_keys[i]);
		cr_expect(offices_let_in(offices, all_keys[i]));
	}
	cr_expect_not(offices_find(offices, "", 20260101, &found));
	cr_expect_not(offices_find(offices, "aaaa", 20260101, &found));
	offices_free(&offices);
}

static const char *kanreg_on(struct offices *offices, const char *key, int32_t on)
{
	static struct office found;

	cr_assert(offices_find(offices, key, on, &found));
	return found.scope.kanreg_id;
}

/* The latest deed whose period holds the day; its last day is the one before. */
Test(identity, scope_is_that_of_the_day)
{
	const struct office_key keys[] = {key_of(KEY_A, 1, 1), key_of(KEY_B, 2, 2), key_of(KEY_C, 3, 3)};
	const struct office_scope scopes[] = {scope_of(2, 4, 0, 99999999, "07"), scope_of(1, 3, 0, 99999999, "03"),
		scope_of(1, 9, 20260201, 20260301, "05"), scope_of(1, 5, 20260215, 20270101, "04"),
		scope_of(3, 6, 20260601, 20260701, "11")};
	struct offices *offices = offices_of(keys, 3, scopes, 5);

	cr_expect_str_eq(kanreg_on(offices, KEY_A, 20260131), "03");
	cr_expect_str_eq(kanreg_on(offices, KEY_A, 20260201), "05");
	cr_expect_str_eq(kanreg_on(offices, KEY_A, 20260220), "05", "the later deed");
	cr_expect_str_eq(kanreg_on(offices, KEY_A, 20260228), "05");
	cr_expect_str_eq(kanreg_on(offices, KEY_A, 20260301), "04", "until is exclusive");
	cr_expect_str_eq(kanreg_on(offices, KEY_A, 20261231), "04");
	cr_expect_str_eq(kanreg_on(offices, KEY_A, 20270101), "03");
	cr_expect_str_eq(kanreg_on(offices, KEY_B, 20260301), "07");
	cr_expect_str_eq(kanreg_on(offices, KEY_C, 20260531), "", "before its only period");
	cr_expect_str_eq(kanreg_on(offices, KEY_C, 20260601), "11");
	cr_expect_str_eq(kanreg_on(offices, KEY_C, 20260701), "");
	offices_free(&offices);
}

Test(identity, scope_is_the_kanreg_or_the_list)
{
	static const char text[] = "lantik-rulebook 1\n"
				   "agency\t1010\tpusat\t00\t\t\t\n"
				   "agency\t6171\tkota\t03\t32\t\t\n"
				   "agency\t6571\tkota\t02\t35\t\t\n"
				   "kanreg\t02\t35\t\t\n"
				   "kanreg\t03\t32\t\t\n";
	struct lantik_rulebook *rulebook = NULL;
	struct office kanreg = {.scope.kanreg_id = "03"}, centre = {.scope.kanreg_id = "00"}, none = {0},
		      listed = {.scope = {.agency_count = 1, .agencies = {"6571"}}};
	unsigned line;

	cr_assert_eq(lantik_rulebook_parse(lantik_span_of(text), &rulebook, &line), LANTIK_OK, "line %u", line);
	cr_expect(office_may_send(&kanreg, rulebook, lantik_span_of("6171"), 20251027));
	cr_expect_not(office_may_send(&kanreg, rulebook, lantik_span_of("6571"), 20251027));
	cr_expect_not(office_may_send(&kanreg, rulebook, lantik_span_of("1010"), 20251027));
	cr_expect(office_may_send(&centre, rulebook, lantik_span_of("1010"), 20251027));
	cr_expect(office_may_send(&listed, rulebook, lantik_span_of("6571"), 20251027));
	cr_expect_not(office_may_send(&listed, rulebook, lantik_span_of("6171"), 20251027));
	cr_expect_not(office_may_send(&none, rulebook, lantik_span_of("1010"), 20251027), "no scope on that day");
	cr_expect_not(office_may_send(&none, rulebook, lantik_span_of("6171"), 20251027));
	cr_expect(office_may_send(&kanreg, rulebook, lantik_span_of("0000"), 20251027), "B05 says it, with a receipt");
	lantik_rulebook_free(&rulebook);
}

static bool signs(struct offices *offices, int32_t office_no, uint8_t sign)
{
	struct lantik_vkey key;
	const uint8_t id[4] = {sign};

	return offices_signing_key(offices, office_no, id, &key) && key.id[0] == sign;
}

static void cut(struct offices *offices, const char *key)
{
	char(*keys)[OFFICE_KEY + 1] = calloc(1, sizeof *keys);

	cr_assert(keys);
	if (key)
		memcpy(keys[0], key, OFFICE_KEY + 1);
	offices_cut(offices, keys, key != NULL);
}

/* While an office changes keys it has two pairs, and either signing key is good over either connection. */
Test(identity, any_unrevoked_signing_key_of_the_office_counts)
{
	struct office_key keys[] = {key_of(KEY_A, 1, 10), key_of(KEY_B, 1, 11), key_of(KEY_C, 2, 12)};
	struct offices *offices = offices_of(keys, 3, NULL, 0);
	struct office found;

	cr_expect(signs(offices, 1, 10) && signs(offices, 1, 11) && signs(offices, 2, 12));
	cr_expect_not(signs(offices, 1, 12), "of another office");
	cr_expect_not(signs(offices, 2, 10));
	keys[0].revoked = true;
	offices_replace(offices, copy(keys, sizeof keys), 3, NULL, 0);
	cr_expect_not(signs(offices, 1, 10), "its pair was revoked");
	cr_expect(signs(offices, 1, 11));
	cut(offices, KEY_B);
	cr_expect_not(signs(offices, 1, 11), "its pair was cut off");
	cr_expect_not(offices_let_in(offices, KEY_B));
	cr_expect(offices_find(offices, KEY_B, 20260101, &found) && found.revoked, "refused by its name");
	cr_expect(offices_let_in(offices, KEY_C));
	cut(offices, NULL);
	cr_expect(offices_let_in(offices, KEY_B) && signs(offices, 1, 11));
	keys[1].signing_key.id[0] = 10;
	offices_replace(offices, copy(keys, sizeof keys), 3, NULL, 0);
	cr_expect(signs(offices, 1, 10), "another pair still holds it");
	offices_free(&offices);
}

/* ---- the file of keys that are cut off ---- */

static void expect_keys(const char *text, unsigned wanted_line, const char *wanted)
{
	char(*keys)[OFFICE_KEY + 1], found[512] = "";
	size_t count;
	unsigned line = revoked_parse(lantik_span_of(text), &keys, &count);

	for (size_t i = 0; i < count; i++)
		snprintf(found + strlen(found), sizeof found - strlen(found), "%.2s ", keys[i]);
	cr_expect_str_eq(found, wanted, "of %s", text);
	cr_expect_eq(line, wanted_line, "line %u of %s", line, text);
	free(keys);
}

Test(identity, a_revoked_file_is_read_line_by_line)
{
	expect_keys("", 0, "");
	expect_keys("# nobody\n\n   \n", 0, "");
	expect_keys(KEY_B "\n" KEY_A "\n" KEY_B "\n", 0, "aa bb ");
	expect_keys("  " KEY_A "\t# lost in a taxi\r\n" KEY_B, 0, "aa bb ");
	expect_keys(KEY_HASH " # holds one itself\n#" KEY_A "\n", 0, "hh ");
	expect_keys(KEY_A "\nnot a key\n" KEY_B "\nneither\n", 2, "aa bb ");
	expect_keys(KEY_A "b\n" KEY_B " c\n", 1, "");
	expect_keys("aaaa", 1, "");
	expect_keys("~aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa2\n", 1, "");
}

static char directory[] = "/tmp/lantik-identity-XXXXXX";
static char path[64], fresh[80];

static void set_up(void)
{
	cr_assert(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/revoked", directory);
	snprintf(fresh, sizeof fresh, "%s.new", path);
}

/* Also after a test that failed half-way, which may have left a folder in the file's place. */
static void tear_down(void)
{
	remove(path);
	remove(fresh);
	cr_expect_eq(rmdir(directory), 0);
}

static void write_file(const char *text)
{
	FILE *file = fopen(fresh, "w");
	cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
	cr_assert_eq(rename(fresh, path), 0);
}

/* Whether within two seconds exactly these of A and B are let in. */
static bool become(struct offices *offices, bool a, bool b)
{
	for (int i = 0; i < 200; i++) {
		if (offices_let_in(offices, KEY_A) == a && offices_let_in(offices, KEY_B) == b)
			return true;
		poll(NULL, 0, 10);
	}
	return false;
}

/* Whether A is cut off at every moment of two looks at the file. */
static bool stays_cut(struct offices *offices)
{
	for (int i = 0; i < 60; i++) {
		if (offices_let_in(offices, KEY_A))
			return false;
		poll(NULL, 0, 10);
	}
	return true;
}

Test(identity, a_revoked_file_is_followed, .init = set_up, .fini = tear_down)
{
	const struct office_key keys[] = {key_of(KEY_A, 1, 1), key_of(KEY_B, 2, 2)};
	struct offices *offices = offices_of(keys, 2, NULL, 0);
	struct revoked *revoked = revoked_start(path, offices);

	cr_expect(offices_let_in(offices, KEY_A), "no file is an empty one");
	write_file(KEY_A "\n");
	cr_expect(become(offices, false, true));
	write_file("# nobody any more\n");
	cr_expect(become(offices, true, true));
	write_file(KEY_A "\n");
	cr_expect(become(offices, false, true));
	write_file(KEY_B "\nrubbish\n");
	cr_expect(become(offices, false, false), "what it said before counts, too");
	write_file(KEY_B "\n");
	cr_expect(become(offices, true, false));
	cr_assert_eq(unlink(path), 0);
	write_file(KEY_A "\n");
	cr_expect(become(offices, false, true));
	revoked_stop(&revoked);
	offices_free(&offices);
}

Test(identity, a_revoked_file_that_goes_away_or_cannot_be_read_lets_nobody_in_again, .init = set_up, .fini = tear_down)
{
	const struct office_key keys[] = {key_of(KEY_A, 1, 1), key_of(KEY_B, 2, 2)};
	struct offices *offices = offices_of(keys, 2, NULL, 0);

	write_file(KEY_A "\n");
	struct revoked *revoked = revoked_start(path, offices);

	cr_expect_not(offices_let_in(offices, KEY_A), "it was read before the start returned");
	cr_assert_eq(unlink(path), 0);
	cr_expect(stays_cut(offices));
	cr_assert_eq(mkdir(path, 0700), 0);
	cr_expect(stays_cut(offices));
	cr_assert_eq(rmdir(path), 0);
	write_file(KEY_B "\n");
	cr_expect(become(offices, true, false));
	revoked_stop(&revoked);
	offices_free(&offices);
}
