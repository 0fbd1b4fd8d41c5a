/* The head file while a head is meant and not yet signed: what is flushed when, and what a start finds after a crash.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>

#include "signer_world.h"

TestSuite(head_meant, .init = set_up, .fini = tear_down);

#define SLOT 512
#define MARK 480 /* in a slot */

static uint8_t roots[8][LANTIK_HASH];
static struct head_directory state;

/* ---- a disk that counts and fails ---- */

static unsigned flushes;
static int fail_flush, fail_write; /* the errno of all that follow; 0: none fails */

int fdatasync(int file)
{
	flushes++;
	errno = fail_flush;
	return fail_flush ? -1 : (int)syscall(SYS_fdatasync, file);
}

ssize_t pwrite(int file, const void *bytes, size_t len, off_t at)
{
	errno = fail_write;
	return fail_write ? -1 : (ssize_t)syscall(SYS_pwrite64, file, bytes, len, at);
}

/* ---- the file ---- */

static struct head_file open_again(void)
{
	struct head_file file;

	for (uint8_t i = 0; i < LANTIK_COUNT(roots); i++)
		memset(roots[i], i, LANTIK_HASH);
	cr_assert_eq(head_directory_open(directory, &state, why), LANTIK_OK, "%s", why);
	cr_assert_eq(head_file_open(&state, 1, ORIGIN, &file, why), LANTIK_OK, "%s", why);
	flushes = 0;
	return file;
}

/* As a process that dies leaves it. */
static void leave(struct head_file *file)
{
	head_file_close(file);
	head_directory_close(&state);
}

static void mean(struct head_file *file, uint64_t size)
{
	cr_assert_eq(head_file_mean(file, size, roots[size], why), LANTIK_OK, "%s", why);
}

static void write_head(struct head_file *file, uint64_t size)
{
	cr_assert_eq(head_file_write(file, size, roots[size], why), LANTIK_OK, "%s", why);
}

static void expect_newest(const struct head_file *file, uint64_t size)
{
	cr_expect_eq(file->size, size, "%llu, not %llu", (unsigned long long)file->size, (unsigned long long)size);
	cr_expect_arr_eq(file->root, roots[size], LANTIK_HASH);
}

/* size 0: nothing is in doubt. */
static void expect_doubt(const struct head_file *file, uint64_t size)
{
	struct head_doubt doubt;

	cr_expect_eq(head_file_doubt(file, &doubt), size > 0);
	if (!size || !file->in_doubt)
		return;
	cr_expect_eq(doubt.size, size, "%llu, not %llu", (unsigned long long)doubt.size, (unsigned long long)size);
	cr_expect_arr_eq(doubt.root, roots[size], LANTIK_HASH);
}

static void read_all(uint8_t ret[2 * SLOT])
{
	char path[128];

	snprintf(path, sizeof path, "%s/head", directory);
	int file = open(path, O_RDONLY);
	cr_assert(file >= 0 && read(file, ret, 2 * SLOT) == 2 * SLOT);
	close(file);
}

static void overwrite(off_t at, const void *bytes, size_t len)
{
	char path[128];

	snprintf(path, sizeof path, "%s/head", directory);
	int file = open(path, O_WRONLY);
	cr_assert(file >= 0 && pwrite(file, bytes, len, at) == (ssize_t)len);
	close(file);
}

/* Where the head of this size stands. */
static off_t slot_of(uint64_t size)
{
	uint8_t all[2 * SLOT];

	read_all(all);
	cr_assert(all[23] == size || all[SLOT + 23] == size);
	return all[23] == size ? 0 : SLOT;
}

/* The machine went down before the mark of this head reached the disk. */
static void lose_mark(uint64_t size)
{
	static const uint8_t none[LANTIK_HASH];

	overwrite(slot_of(size) + MARK, none, sizeof none);
}

static void damage(uint64_t size)
{
	overwrite(slot_of(size) + 200, "torn", 4);
}

/* One head is signed, with a flush. */
static struct head_file begin(void)
{
	struct head_file file = open_again();

	write_head(&file, 1);
	cr_assert_eq(flushes, 1);
	return file;
}

Test(head_meant, what_was_meant_is_signed_without_a_flush)
{
	struct head_file file = begin();

	for (uint64_t size = 2; size < 6; size++) {
		flushes = 0;
		mean(&file, size);
		cr_expect_eq(flushes, 1);
		expect_newest(&file, size - 1);
		write_head(&file, size);
		cr_expect_eq(flushes, 1, "none for the mark");
		expect_newest(&file, size);
	}
	cr_expect_eq(head_file_settle(&file, why), LANTIK_OK);
	cr_expect_eq(flushes, 2);
	cr_expect_eq(head_file_settle(&file, why), LANTIK_OK);
	cr_expect_eq(flushes, 2, "once");
	leave(&file);
	file = open_again();
	expect_newest(&file, 5);
	expect_doubt(&file, 0);
	leave(&file);
}

/* In the page cache it stands as if it had been flushed. */
Test(head_meant, what_a_start_finds_is_flushed_before_anybody_relies_on_it)
{
	struct head_file file = begin();

	fail_flush = EIO;
	cr_assert_eq(head_file_write(&file, 2, roots[2], why), LANTIK_E_IO);
	leave(&file);
	cr_assert_eq(head_directory_open(directory, &state, why), LANTIK_OK, "%s", why);
	cr_expect_eq(head_file_open(&state, 1, ORIGIN, &file, why), LANTIK_E_IO);
	head_directory_close(&state);
	fail_flush = 0;
	flushes = 0;
	cr_assert_eq(head_directory_open(directory, &state, why), LANTIK_OK, "%s", why);
	cr_expect_eq(head_file_open(&state, 1, ORIGIN, &file, why), LANTIK_OK, "%s", why);
	cr_expect_eq(flushes, 1);
	expect_newest(&file, 2);
	leave(&file);
}

Test(head_meant, the_next_head_flushes_the_mark_before)
{
	struct head_file file = begin();

	mean(&file, 2);
	write_head(&file, 2);
	mean(&file, 3);
	flushes = 0;
	cr_expect_eq(head_file_settle(&file, why), LANTIK_OK);
	cr_expect_eq(flushes, 0);
	leave(&file);
}

Test(head_meant, another_head_than_what_was_meant_is_flushed)
{
	struct head_file file = begin();
	uint8_t all[2 * SLOT];

	mean(&file, 2);
	flushes = 0;
	write_head(&file, 3);
	cr_expect_eq(flushes, 1, "another size");
	mean(&file, 4);
	flushes = 0;
	cr_expect_eq(head_file_write(&file, 4, roots[5], why), LANTIK_OK);
	cr_expect_eq(flushes, 1, "another root");
	mean(&file, 5);
	mean(&file, 6); /* another worker's */
	mean(&file, 7);
	flushes = 0;
	write_head(&file, 5);
	cr_expect_eq(flushes, 1, "it was meant, and then another one");
	write_head(&file, 7);
	cr_expect_eq(flushes, 2, "which is not there any more");
	read_all(all);
	leave(&file);
	file = open_again();
	expect_newest(&file, 7);
	expect_doubt(&file, 0);
	leave(&file);
}

Test(head_meant, the_newest_stands_while_the_next_ones_are_meant)
{
	struct head_file file = begin();

	mean(&file, 2);
	mean(&file, 3);
	mean(&file, 2);
	mean(&file, 4);
	leave(&file);
	damage(4);
	file = open_again();
	cr_expect(file.half_damaged);
	expect_newest(&file, 1);
	expect_doubt(&file, 0);
	write_head(&file, 2);
	leave(&file);
	file = open_again();
	cr_expect_not(file.half_damaged);
	expect_newest(&file, 2);
	leave(&file);
}

Test(head_meant, what_is_taken_back_is_not_in_doubt)
{
	struct head_file file = begin();

	mean(&file, 2);
	mean(&file, 3);
	head_file_withdraw(&file, 2, roots[2]);
	write_head(&file, 3);
	cr_expect_eq(flushes, 3, "that was another one");
	mean(&file, 4);
	head_file_withdraw(&file, 4, roots[4]);
	flushes = 0;
	cr_expect_eq(head_file_settle(&file, why), LANTIK_OK);
	cr_expect_eq(flushes, 1);
	leave(&file);
	file = open_again();
	expect_newest(&file, 3);
	expect_doubt(&file, 0);
	mean(&file, 4);
	head_file_withdraw(&file, 4, roots[4]);
	flushes = 0;
	write_head(&file, 4);
	cr_expect_eq(flushes, 1, "it stood in nobody's way, but is not there any more");
	leave(&file);
	file = open_again();
	expect_newest(&file, 4);
	leave(&file);
}

Test(head_meant, what_was_not_signed_is_in_doubt)
{
	struct head_file file = begin();

	mean(&file, 2);
	leave(&file);
	for (int i = 0; i < 2; i++) { /* and stays so */
		file = open_again();
		expect_newest(&file, 1);
		expect_doubt(&file, 2);
		leave(&file);
	}
}

Test(head_meant, doubt_ends_either_way_on_the_disk)
{
	for (unsigned was_signed = 0; was_signed < 2; was_signed++) {
		struct head_file file = begin();
		mean(&file, 2);
		leave(&file);
		file = open_again();
		fail_flush = EIO;
		cr_expect_eq(head_file_decide(&file, was_signed, why), LANTIK_E_IO);
		fail_flush = 0;
		expect_doubt(&file, 2);
		flushes = 0;
		cr_expect_eq(head_file_decide(&file, was_signed, why), LANTIK_OK);
		cr_expect_eq(flushes, 1);
		expect_newest(&file, 1 + was_signed);
		leave(&file);
		file = open_again();
		expect_newest(&file, 1 + was_signed);
		expect_doubt(&file, 0);
		mean(&file, 2 + was_signed);
		write_head(&file, 2 + was_signed);
		leave(&file);
		file = open_again();
		expect_newest(&file, 2 + was_signed);
		leave(&file);
		remove_file("head");
	}
}

Test(head_meant, a_mark_that_did_not_reach_the_disk_is_in_doubt)
{
	struct head_file file = begin();

	mean(&file, 2);
	write_head(&file, 2);
	leave(&file);
	lose_mark(2);
	file = open_again();
	expect_newest(&file, 1);
	expect_doubt(&file, 2);
	leave(&file);
}

Test(head_meant, a_torn_mark_leaves_the_head_in_doubt)
{
	static const uint8_t none[LANTIK_HASH];
	uint8_t all[2 * SLOT];
	struct head_file file = begin();

	mean(&file, 2);
	write_head(&file, 2);
	leave(&file);
	read_all(all);
	off_t mark = slot_of(2) + MARK;
	for (size_t held = 0; held < LANTIK_HASH; held++) {
		overwrite(mark, all + mark, LANTIK_HASH);
		overwrite(mark + (off_t)held, none, LANTIK_HASH - held);
		file = open_again();
		cr_expect_not(file.half_damaged);
		expect_newest(&file, 1);
		expect_doubt(&file, 2);
		leave(&file);
	}
}

/* The body of the next one says that it was signed. */
Test(head_meant, a_mark_that_was_lost_is_told_by_the_next_head)
{
	struct head_file file = begin();

	mean(&file, 2);
	write_head(&file, 2);
	mean(&file, 3);
	leave(&file);
	lose_mark(2);
	file = open_again();
	expect_newest(&file, 2);
	expect_doubt(&file, 3);
	leave(&file);
	damage(3);
	file = open_again();
	expect_newest(&file, 2);
	expect_doubt(&file, 0);
	cr_expect(file.half_damaged);
	leave(&file);
}

Test(head_meant, a_newest_that_is_damaged_is_told_by_the_next_head)
{
	struct head_file file = begin();

	mean(&file, 2);
	write_head(&file, 2);
	mean(&file, 3);
	leave(&file);
	damage(2);
	file = open_again();
	cr_expect(file.half_damaged);
	expect_newest(&file, 2);
	expect_doubt(&file, 3);
	leave(&file);
	file = open_again();
	cr_expect_not(file.half_damaged, "it is written again before the other one is");
	cr_expect_eq(head_file_decide(&file, false, why), LANTIK_OK);
	expect_newest(&file, 2);
	leave(&file);
}

Test(head_meant, what_could_not_be_meant_is_flushed_when_it_is_signed)
{
	struct head_file file = begin();

	for (uint64_t size = 2; size < 6; size++) {
		int *fails = size & 1 ? &fail_flush : &fail_write;
		*fails = size & 2 ? ENOSPC : EIO;
		cr_expect_eq(head_file_mean(&file, size, roots[size], why), LANTIK_E_IO);
		cr_expect(strstr(why, "/head could not be written: "), "%s", why);
		cr_expect_eq(head_file_write(&file, size, roots[size], why), LANTIK_E_IO);
		expect_newest(&file, size - 1);
		*fails = 0;
		flushes = 0;
		write_head(&file, size);
		cr_expect_eq(flushes, 1);
	}
	leave(&file);
	file = open_again();
	expect_newest(&file, 5);
	leave(&file);
}

Test(head_meant, a_mark_that_cannot_be_written_signs_nothing)
{
	struct head_file file = begin();

	mean(&file, 2);
	fail_write = EIO;
	cr_expect_eq(head_file_write(&file, 2, roots[2], why), LANTIK_E_IO);
	expect_newest(&file, 1);
	fail_write = 0;
	flushes = 0;
	write_head(&file, 2);
	cr_expect_eq(flushes, 1, "what is on the disk is not known any more");
	mean(&file, 3);
	write_head(&file, 3);
	fail_flush = EIO;
	cr_expect_eq(head_file_settle(&file, why), LANTIK_E_IO);
	fail_flush = 0;
	flushes = 0;
	cr_expect_eq(head_file_settle(&file, why), LANTIK_OK);
	cr_expect_eq(flushes, 1, "again");
	leave(&file);
}
