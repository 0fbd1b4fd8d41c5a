/* The head file and the state directory: what they remember, what is damaged, and who may use them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <sys/stat.h>

#include "signer_world.h"

TestSuite(head_file, .init = set_up, .fini = tear_down);

static const char *path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof path, "%s%s%s", directory, name[0] ? "/" : "", name);
	return path;
}

/* It does not open, for this error, and says so in words that name the file. */
static void refuses(enum lantik_error expected, const char *name, const char *words)
{
	struct lantik_skey key = key_of(ORIGIN, 1);
	struct signer *signer = NULL;
	enum lantik_error error = signer_open(directory, &key, 1, &signer, why);

	cr_expect_eq(error, expected, "%s, not %s: %s", lantik_error_text(error, LANTIK_ENGLISH),
		lantik_error_text(expected, LANTIK_ENGLISH), why);
	cr_expect(strstr(why, path_of(name)) && strstr(why, words), "%s; wanted: %s", why, words);
	if (!error)
		signer_close(&signer);
}

static void overwrite(const char *name, off_t at, const void *bytes, size_t len)
{
	int file = open(path_of(name), O_WRONLY);

	cr_assert(file >= 0 && pwrite(file, bytes, len, at) == (ssize_t)len);
	close(file);
}

Test(head_file, a_torn_slot_leaves_the_other)
{
	struct ledger ledger = {0};
	uint8_t roots[4][LANTIK_HASH], root[LANTIK_HASH];
	char path[128];

	for (unsigned torn = 0; torn < 2; torn++) {
		struct signer *signer = open_trusting();
		ledger = (struct ledger){0};
		for (unsigned i = 1; i <= 3; i++)
			grow(&ledger, "leaf", roots[i]);
		for (unsigned i = 1; i <= 3; i++)
			cr_assert_eq(sign(signer, &ledger, i, roots[i]), LANTIK_OK);
		signer_close(&signer);
		snprintf(path, sizeof path, "%s/head", directory);
		int file = open(path, O_WRONLY);
		cr_assert_eq(pwrite(file, "torn", 4, (off_t)torn * 512 + 100), 4);
		close(file);
		signer = open_trusting();
		cr_expect_eq(follows(signer, &ledger, 3, roots[3]), LANTIK_OK);
		cr_expect_eq(follows(signer, &ledger, 1, roots[1]), LANTIK_E_INCONSISTENT, "2 at least is remembered");
		cr_expect(strstr(why, "/head: one of its halves is damaged"), "%s", why);
		signer_close(&signer);
		signer = open_trusting();
		cr_expect(why[0], "warned until it is mended");
		grow(&ledger, "leaf", root);
		cr_expect_eq(sign(signer, &ledger, 4, root), LANTIK_OK, "which mends it");
		signer_close(&signer);
		signer = open_trusting();
		cr_expect_str_empty(why);
		cr_expect_eq(follows(signer, &ledger, 3, roots[3]), LANTIK_E_INCONSISTENT);
		signer_close(&signer);
		remove_file("head");
	}
}

Test(head_file, what_was_signed_last_is_not_guessed)
{
	static const uint8_t zeros[1024];
	const off_t lengths[] = {0, 512, 700, 1023, 1025};

	signed_once();
	overwrite("head", 30, "x", 1);
	overwrite("head", 542, "x", 1);
	refuses(LANTIK_E_MALFORMED, "head", "is damaged in both halves");
	overwrite("head", 0, zeros, sizeof zeros);
	refuses(LANTIK_E_MALFORMED, "head", "is damaged in both halves");
	for (size_t i = 0; i < LANTIK_COUNT(lengths); i++) {
		cr_assert_eq(truncate(path_of("head"), lengths[i]), 0);
		refuses(LANTIK_E_MALFORMED, "head", "is not 1,024 bytes long");
	}
	refuses(LANTIK_E_MALFORMED, "head", "operator.md");
	remove_file("head");
	signer_close(&(struct signer *){open_trusting()});
	cr_expect_str_empty(why, "a deliberate act");
}

Test(head_file, a_slot_of_zeros_is_damaged)
{
	static const uint8_t zeros[512];

	signed_once();
	overwrite("head", 512, zeros, sizeof zeros);
	signer_close(&(struct signer *){open_trusting()});
	cr_expect(strstr(why, "one of its halves is damaged"), "%s", why);
}

Test(head_file, an_older_epoch_is_not_taken_for_a_damaged_newer_one)
{
	signed_once();
	cr_assert_eq(symlink("nowhere", path_of("head.2")), 0);
	refuses(LANTIK_E_IO, "head.2", "could not be opened: No such file");
	remove_file("head.2");
}

Test(head_file, what_cannot_be_opened_is_named_with_the_reason)
{
	struct lantik_skey key = key_of(ORIGIN, 1);
	struct signer *signer = NULL;

	cr_assert_eq(mkdir(path_of("head"), 0700), 0);
	refuses(LANTIK_E_IO, "head", "could not be opened: Is a directory");
	rmdir(path_of("head"));
	cr_assert_eq(symlink("nowhere", path_of("head")), 0);
	refuses(LANTIK_E_IO, "head", "could not be opened: No such file");
	remove_file("head");
	cr_expect_eq(signer_open("/nowhere/state", &key, 1, &signer, why), LANTIK_E_IO);
	cr_expect(strstr(why, "/nowhere/state: No such file"), "%s", why);
	cr_assert_eq(mkdir(path_of("head.new"), 0700), 0);
	refuses(LANTIK_E_IO, "head.new", "could not be made: Is a directory");
	cr_expect_eq(access(path_of("head"), F_OK), -1, "whole or not at all");
	rmdir(path_of("head.new"));
}

Test(head_file, a_creation_that_was_cut_short_begins_again)
{
	int file = open(path_of("head.new"), O_WRONLY | O_CREAT, 0600);

	cr_assert(file >= 0 && write(file, "half", 4) == 4);
	close(file);
	signed_once();
	cr_expect_eq(access(path_of("head.new"), F_OK), -1);
}

Test(head_file, a_directory_has_one_signer)
{
	struct signer *signer = open_signer(1);

	refuses(LANTIK_E_UNAVAILABLE, "", "another lantikd works with it");
	signer_close(&signer);
	signer_close(&(struct signer *){open_signer(1)});
}
