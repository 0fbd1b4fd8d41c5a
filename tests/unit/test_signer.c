/* The signer: which sizes it signs and with which keys, and its memory of epochs and of checkpoints.
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "known.h"
#include "signer.h"
#include "unit.h"

static char directory[] = "/tmp/lantik-signer-XXXXXX";

static char why[SIGNER_WHY];

static void set_up(void)
{
	lantik_crypto_start();
	cr_assert(mkdtemp(directory));
}

static void remove_file(const char *name)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", directory, name);
	unlink(path);
}

static void tear_down(void)
{
	remove_file("head");
	remove_file("head.2");
	remove_file("head.new");
	cr_expect_eq(rmdir(directory), 0, "nothing else is left");
}

TestSuite(signer, .init = set_up, .fini = tear_down);

/* A small ledger in memory. */
struct ledger {
	struct lantik_edge edge;
	uint8_t nodes[8][16][LANTIK_HASH];
};

static void keep(void *context, unsigned level, uint64_t index, const uint8_t hash[LANTIK_HASH])
{
	memcpy(((struct ledger *)context)->nodes[level][index], hash, LANTIK_HASH);
}

static bool give(void *context, unsigned level, uint64_t index, uint8_t ret[LANTIK_HASH])
{
	memcpy(ret, ((struct ledger *)context)->nodes[level][index], LANTIK_HASH);
	return true;
}

static void grow(struct ledger *ledger, const char *leaf, uint8_t ret_root[LANTIK_HASH])
{
	uint8_t hash[LANTIK_HASH];

	lantik_leaf_hash(lantik_span_of(leaf), hash);
	lantik_edge_append(&ledger->edge, hash, keep, ledger);
	lantik_edge_root(&ledger->edge, ret_root);
}

#define ORIGIN "lantik.test/1"

static struct lantik_skey key_of(const char *name, uint8_t number)
{
	const uint8_t seed[LANTIK_SEED] = {number};
	struct lantik_skey key;

	cr_assert_eq(lantik_skey_make(name, seed, &key), LANTIK_OK);
	return key;
}

/* A signer with so many keys, numbered from 1. */
static struct signer *open_signer(size_t count)
{
	struct lantik_skey keys[LANTIK_MAX_SIGNERS];
	struct signer *signer = NULL;

	for (size_t i = 0; i < count; i++)
		keys[i] = key_of(ORIGIN, (uint8_t)(i + 1));
	cr_assert_eq(signer_open(directory, keys, count, &signer, why), LANTIK_OK, "%s", why);
	return signer;
}

/* The trust of a log whose first key is number 1. */
static struct lantik_trust first_trust(void)
{
	struct lantik_skey first = key_of(ORIGIN, 1), recovery = key_of(ORIGIN "/recovery", 99);
	struct lantik_trust trust;

	lantik_trust_start(&trust, &first.vkey, &recovery.vkey);
	return trust;
}

static struct signer *open_trusting(void)
{
	struct signer *signer = open_signer(1);
	struct lantik_trust trust = first_trust();

	cr_assert_eq(signer_believe(signer, &trust, 0, false), LANTIK_OK);
	return signer;
}

/* Whether a ledger follows what the signer remembers. */
static enum lantik_error follows(struct signer *signer, struct ledger *ledger, uint64_t size, const uint8_t *root)
{
	struct signer_head last;

	signer_last(signer, &last);
	return signer_follows(&last, size, root, give, ledger);
}

static enum lantik_error sign(struct signer *signer, struct ledger *ledger, uint64_t size, const uint8_t *root)
{
	struct lantik_buffer note = {0};
	enum lantik_error error = signer_sign(signer, size, root, NULL, give, ledger, &note);

	cr_expect_eq(note.len == 0, error != LANTIK_OK, "no signature without consent");
	lantik_buffer_free(&note);
	return error;
}

Test(signer, the_signer_signs_any_size_of_one_history_and_none_of_another)
{
	struct ledger ledger = {0}, fork = {0};
	uint8_t roots[9][LANTIK_HASH], other[LANTIK_HASH];
	struct signer *signer = open_trusting();

	for (unsigned i = 1; i <= 8; i++)
		grow(&ledger, i == 5 ? "five" : "leaf", roots[i]);
	cr_expect_eq(sign(signer, &ledger, 3, roots[3]), LANTIK_OK);
	cr_expect_eq(sign(signer, &ledger, 7, roots[7]), LANTIK_OK, "larger, with leaves between");
	cr_expect_eq(sign(signer, &ledger, 2, roots[2]), LANTIK_OK, "smaller: a resend of an old receipt");
	cr_expect_eq(sign(signer, &ledger, 7, roots[7]), LANTIK_OK, "again");
	for (unsigned i = 1; i <= 8; i++)
		grow(&fork, "leaf", other);
	cr_expect_eq(sign(signer, &fork, 8, other), LANTIK_E_INCONSISTENT, "larger, of a fork");
	cr_expect_eq(sign(signer, &ledger, 7, roots[6]), LANTIK_E_INCONSISTENT, "the same size, another root");
	signer_close(&signer);

	signer = open_trusting();
	cr_expect_eq(sign(signer, &fork, 8, other), LANTIK_E_INCONSISTENT, "remembered over a restart");
	cr_expect_eq(follows(signer, &ledger, 5, roots[5]), LANTIK_E_INCONSISTENT, "a shorter database");
	cr_expect_eq(follows(signer, &ledger, 8, roots[8]), LANTIK_OK);
	signer_close(&signer);
}

Test(signer, the_signer_takes_the_common_case_without_nodes)
{
	struct ledger ledger = {0};
	struct lantik_buffer note = {0};
	uint8_t root[LANTIK_HASH];
	struct signer *signer = open_trusting();

	grow(&ledger, "one", root);
	cr_assert_eq(sign(signer, &ledger, 1, root), LANTIK_OK);
	struct lantik_edge before = ledger.edge;
	grow(&ledger, "two", root);
	cr_expect_eq(signer_sign(signer, 2, root, &before, NULL, NULL, &note), LANTIK_OK);
	before.hashes[0][0] ^= 1;
	lantik_buffer_reset(&note);
	before.size = 2; /* claims to be the tree that was signed last */
	cr_expect_eq(signer_sign(signer, 3, root, &before, NULL, NULL, &note), LANTIK_E_INCONSISTENT);
	lantik_buffer_free(&note);
	signer_close(&signer);
}

Test(signer, a_torn_slot_leaves_the_other)
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

Test(signer, a_head_of_another_origin_is_not_taken)
{
	struct ledger ledger = {0};
	uint8_t root[LANTIK_HASH];
	struct signer *signer = open_trusting();

	grow(&ledger, "leaf", root);
	cr_assert_eq(sign(signer, &ledger, 1, root), LANTIK_OK);
	signer_close(&signer);
	struct lantik_skey other = key_of("lantik.test/other", 1);
	cr_expect_eq(signer_open(directory, &other, 1, &signer, why), LANTIK_E_MISMATCH);
	cr_expect_null(signer);
	struct lantik_skey two[] = {key_of(ORIGIN, 1), other};
	cr_expect_eq(signer_open(directory, two, 2, &signer, why), LANTIK_E_MISMATCH, "keys of two logs");
}

/* ---- the state directory and what may be wrong with it ---- */

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

static void signed_once(void)
{
	struct ledger ledger = {0};
	uint8_t root[LANTIK_HASH];
	struct signer *signer = open_trusting();

	grow(&ledger, "leaf", root);
	cr_assert_eq(sign(signer, &ledger, 1, root), LANTIK_OK);
	signer_close(&signer);
}

static void overwrite(const char *name, off_t at, const void *bytes, size_t len)
{
	int file = open(path_of(name), O_WRONLY);

	cr_assert(file >= 0 && pwrite(file, bytes, len, at) == (ssize_t)len);
	close(file);
}

Test(signer, what_was_signed_last_is_not_guessed)
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

Test(signer, a_slot_of_zeros_is_damaged)
{
	static const uint8_t zeros[512];

	signed_once();
	overwrite("head", 512, zeros, sizeof zeros);
	signer_close(&(struct signer *){open_trusting()});
	cr_expect(strstr(why, "one of its halves is damaged"), "%s", why);
}

Test(signer, an_older_epoch_is_not_taken_for_a_damaged_newer_one)
{
	signed_once();
	cr_assert_eq(symlink("nowhere", path_of("head.2")), 0);
	refuses(LANTIK_E_IO, "head.2", "could not be opened: No such file");
	remove_file("head.2");
}

Test(signer, what_cannot_be_opened_is_named_with_the_reason)
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

Test(signer, a_creation_that_was_cut_short_begins_again)
{
	int file = open(path_of("head.new"), O_WRONLY | O_CREAT, 0600);

	cr_assert(file >= 0 && write(file, "half", 4) == 4);
	close(file);
	signed_once();
	cr_expect_eq(access(path_of("head.new"), F_OK), -1);
}

Test(signer, a_directory_has_one_signer)
{
	struct signer *signer = open_signer(1);

	refuses(LANTIK_E_UNAVAILABLE, "", "another lantikd works with it");
	signer_close(&signer);
	signer_close(&(struct signer *){open_signer(1)});
}

/* ---- several keys, and epochs ---- */

Test(signer, nothing_is_signed_before_it_is_known_who_signs)
{
	struct ledger ledger = {0};
	uint8_t root[LANTIK_HASH];
	uint64_t trust_size;
	struct lantik_trust trust;
	struct signer *signer = open_signer(1);

	grow(&ledger, "leaf", root);
	cr_expect_not(signer_believes(signer, &trust_size));
	cr_expect_not(signer_trust(signer, &trust));
	cr_expect_eq(sign(signer, &ledger, 1, root), LANTIK_E_NOT_FOUND);
	signer_close(&signer);
}

/* As a deed of leaf 1 would make it: the second key signs from size 2 on, the first one until before size 4. */
static struct lantik_trust rotated_trust(void)
{
	struct lantik_trust trust = first_trust();
	struct lantik_skey second = key_of(ORIGIN, 2);

	trust.keys[0].until_size = 4;
	trust.keys[1] = (struct lantik_trusted_key){.vkey = second.vkey,
		.from_size = 2,
		.until_size = LANTIK_TRUST_OPEN,
		.compromised_from = LANTIK_TRUST_OPEN};
	trust.key_count = 2;
	return trust;
}

/* How many of the first two keys signed it, as bits. */
static unsigned signers_of(struct signer *signer, struct ledger *ledger, uint64_t size, const uint8_t *root)
{
	struct lantik_buffer note = {0};
	struct lantik_checkpoint checkpoint;
	unsigned bits = 0;

	cr_assert_eq(signer_sign(signer, size, root, NULL, give, ledger, &note), LANTIK_OK);
	for (uint8_t i = 1; i <= 2; i++) {
		struct lantik_skey key = key_of(ORIGIN, i);
		if (lantik_checkpoint_verify(lantik_buffer_span(&note), &key.vkey, &checkpoint) == LANTIK_OK)
			bits |= 1u << (i - 1);
	}
	lantik_buffer_free(&note);
	return bits;
}

Test(signer, each_size_is_signed_by_the_keys_of_its_time)
{
	struct ledger ledger = {0};
	uint8_t roots[6][LANTIK_HASH];
	struct lantik_trust trust = rotated_trust();
	struct signer *signer = open_signer(2);

	for (unsigned i = 1; i <= 5; i++)
		grow(&ledger, "leaf", roots[i]);
	cr_assert_eq(signer_believe(signer, &trust, 2, false), LANTIK_OK);
	const unsigned expected[] = {0, 1, 3, 3, 2, 2};
	for (unsigned i = 5; i >= 1; i--)
		cr_expect_eq(signers_of(signer, &ledger, i, roots[i]), expected[i], "size %u", i);
	signer_close(&signer);
}

Test(signer, a_key_that_is_not_here_is_named)
{
	struct ledger ledger = {0};
	uint8_t roots[3][LANTIK_HASH];
	char id[9], expected[9];
	struct lantik_trust trust = rotated_trust();
	struct lantik_skey second = key_of(ORIGIN, 2);
	struct signer *signer = open_signer(1);

	grow(&ledger, "leaf", roots[1]);
	grow(&ledger, "leaf", roots[2]);
	cr_assert_eq(signer_believe(signer, &trust, 2, false), LANTIK_OK);
	cr_expect(signer_holds(signer, signer_vkey(signer)));
	cr_expect_not(signer_holds(signer, &second.vkey));
	cr_expect_not(signer_lacks(signer, 1, id));
	cr_assert(signer_lacks(signer, 2, id));
	lantik_hex_encode(second.vkey.id, 4, expected);
	cr_expect_str_eq(id, expected);
	cr_expect_eq(sign(signer, &ledger, 1, roots[1]), LANTIK_OK);
	cr_expect_eq(sign(signer, &ledger, 2, roots[2]), LANTIK_E_BAD_KEY, "half of the signatures is none");
	signer_close(&signer);
}

Test(signer, an_older_trust_does_not_take_the_place_of_a_newer_one)
{
	struct lantik_trust first = first_trust(), rotated = rotated_trust(), held;
	uint64_t trust_size;
	struct signer *signer = open_signer(2);

	cr_assert_eq(signer_believe(signer, &rotated, 2, false), LANTIK_OK);
	cr_assert_eq(signer_believe(signer, &first, 0, false), LANTIK_OK);
	cr_assert(signer_trust(signer, &held) && signer_believes(signer, &trust_size));
	cr_expect_eq(held.key_count, 2);
	cr_expect_eq(trust_size, 2);
	cr_assert_eq(signer_believe(signer, &first, 0, true), LANTIK_OK);
	cr_assert(signer_trust(signer, &held));
	cr_expect_eq(held.key_count, 1, "a database that lost deeds");
	signer_close(&signer);
}

static struct lantik_trust second_epoch(void)
{
	struct lantik_trust trust = first_trust();

	trust.epochs[trust.epoch_count++] = (struct lantik_recovered){.epoch = 2, .first = 1, .size = 1, .common = 1};
	trust.epoch = 2;
	return trust;
}

Test(signer, an_epoch_has_a_memory_of_its_own)
{
	struct ledger ledger = {0}, fork = {0};
	uint8_t roots[5][LANTIK_HASH], other[LANTIK_HASH];
	struct lantik_buffer note = {0};
	struct lantik_trust first = first_trust(), second = second_epoch();
	struct signer *signer = open_trusting();

	for (unsigned i = 1; i <= 4; i++)
		grow(&ledger, i == 1 ? "one" : "leaf", roots[i]);
	cr_assert_eq(sign(signer, &ledger, 4, roots[4]), LANTIK_OK);
	grow(&fork, "one", other);
	grow(&fork, "recovery", other);
	cr_expect_eq(sign(signer, &fork, 2, other), LANTIK_E_INCONSISTENT);
	cr_assert_eq(signer_believe(signer, &second, 2, false), LANTIK_OK);
	cr_assert_eq(signer_sign(signer, 2, other, NULL, give, &fork, &note), LANTIK_OK, "another origin");
	cr_expect(memmem(note.data, note.len, ORIGIN "/2\n", strlen(ORIGIN "/2\n")) == note.data);
	cr_expect_eq(signer_believe(signer, &first, 0, false), LANTIK_E_INCONSISTENT, "back to the first");
	signer_close(&signer);
	signer = open_signer(1);
	cr_expect_eq(follows(signer, &fork, 2, other), LANTIK_OK, "the newest epoch is remembered");
	cr_expect_eq(follows(signer, &ledger, 4, roots[4]), LANTIK_E_INCONSISTENT);
	cr_expect_eq(signer_believe(signer, &first, 0, false), LANTIK_E_INCONSISTENT);
	cr_expect_eq(signer_believe(signer, &first, 0, true), LANTIK_OK, "a fork that is known");
	cr_expect_eq(sign(signer, &fork, 2, other), LANTIK_E_INCONSISTENT, "nothing is signed in an older epoch");
	signer_close(&signer);
	lantik_buffer_free(&note);
}

/* ---- checkpoints that were seen a moment ago ---- */

Test(signer, a_known_checkpoint_is_found_until_all_is_forgotten)
{
	struct known_checkpoints *known = known_new();
	struct lantik_span note = lantik_span_of("a note"), other = lantik_span_of("another");
	struct known_checkpoint held, kept = {.epoch = 1, .size = 7, .continues = true};
	uint64_t generation = known_generation(known);

	cr_expect_not(known_find(known, note, &held));
	known_keep(known, generation, note, &kept);
	cr_assert(known_find(known, note, &held));
	cr_expect(held.size == 7 && held.continues);
	cr_expect_not(known_find(known, other, &held));
	known_forget(known);
	cr_expect_not(known_find(known, note, &held));
	known_keep(known, generation, note, &kept);
	cr_expect_not(known_find(known, note, &held), "what was looked up before says nothing now");
	known_free(&known);
}
