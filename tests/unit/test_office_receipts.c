/* Receipts at the office: whose they may be, how they are kept, and what is said when they cannot be kept.
 * SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>
#include <unistd.h>

#include "deeds.h"
#include "sent.h"
#include "unit.h"
#include "verbs.h"

#define RECEIPT_PATH "receipt"

/* What the centre of this test says about the one batch in the outbox. */
struct answer {
	const char *office, *agency;
	int32_t kind, step;
	bool other_batch, other_signature, other_key, other_records;
	int64_t recorded_at;
};

static const struct answer ours = {.office = "kanreg-03",
	.agency = "9971",
	.kind = LANTIK_PPPK_PW,
	.step = LANTIK_STEP_NI,
	.recorded_at = 1000000};

static char folder[] = "/tmp/lantik-receipts-XXXXXX";
static struct answer answer;
static const char *in_the_way; /* a folder where a file belongs */
static bool took_earlier;

static void run_shell(const char *command)
{
	cr_assert_eq(system(command), 0, "%s", command);
}

static int run_program(const struct lantik_program *program, const char *line)
{
	char words[512];
	char *argv[16] = {(char *)"lantik"};
	int argc = 1;
	snprintf(words, sizeof words, "%s", line);
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	cr_assert_not_null(freopen("output", "w", stdout));
	return lantik_cli_main(program, argc, argv);
}

static int run(const char *line)
{
	return run_program(&lantik_office_program, line);
}

static bool printed(const char *text)
{
	struct lantik_buffer output = {0};
	cr_assert_eq(lantik_file_read("output", 16 * 1024 * 1024, &output), LANTIK_OK);
	lantik_buffer_append(&output, "", 1);
	bool found = strstr((const char *)output.data, text) != NULL;
	lantik_buffer_free(&output);
	return found;
}

static void make_folder(void)
{
	lantik_crypto_start();
	answer = ours;
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	setenv("LANTIK_HOME", "home", 1);
	setenv("LANGUAGE", "en", 1);
	cr_assert_eq(run("keygen --name kanreg-03"), LANTIK_EXIT_OK);
	cr_assert_eq(run("init --endpoint tcp://127.0.0.1:1 --server-key home/curve.pub --receipt-key home/sign.vkey "
			 "--office kanreg-03"),
		LANTIK_EXIT_OK);
	cr_assert_eq(run("sample --kind PPPK_PW --step NI --agency 9971 --rows 3 a.csv"), LANTIK_EXIT_OK);
	cr_assert_eq(run("submit --timeout 1 a.csv"), LANTIK_EXIT_NETWORK);
}

static void remove_folder(void)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	run_shell(command);
}

/* --- the centre: its key is the office's own, so that the home holds both --- */

static void make_verdict(
	const struct lantik_entry *entry, const struct lantik_batch_leaf *leaf, struct lantik_buffer *ret)
{
	struct lantik_verdict verdict = {.office = leaf->office,
		.agency = lantik_span_of(answer.agency),
		.kind = answer.kind,
		.step = answer.step,
		.records = entry->records};
	memcpy(verdict.batch_id, leaf->batch_id, sizeof verdict.batch_id);
	memcpy(verdict.records_root, entry->records_root, LANTIK_HASH);
	verdict.records_root[0] ^= answer.other_records;
	lantik_verdict_count(&verdict);
	cr_assert_eq(lantik_verdict_format(&verdict, ret), LANTIK_OK);
}

static struct lantik_batch_leaf make_leaf(const struct lantik_entry *entry, const struct lantik_skey *key)
{
	uint8_t message[LANTIK_SUBMISSION_MESSAGE], signature[LANTIK_SIGNATURE];
	struct lantik_batch_leaf leaf = {.office = lantik_span_of(answer.office),
		.rows = entry->records,
		.row_format = 1,
		.received_at = 1,
		.recorded_at = answer.recorded_at,
		.durability = LANTIK_DURABLE_LOCAL};
	memcpy(leaf.batch_id, entry->batch_id, sizeof leaf.batch_id);
	memcpy(leaf.manifest_sha256, entry->manifest_sha256, LANTIK_HASH);
	leaf.batch_id[15] ^= answer.other_batch;
	leaf.manifest_sha256[0] ^= answer.other_batch;
	lantik_submission_message(LANTIK_TO_SUBMIT, entry->manifest_sha256, message);
	lantik_sign(key->seed, (struct lantik_span){message, sizeof message}, signature);
	signature[0] ^= answer.other_signature;
	lantik_sha256((struct lantik_span){signature, sizeof signature}, leaf.signature_sha256);
	memcpy(leaf.signing_key_id, key->vkey.id, sizeof leaf.signing_key_id);
	leaf.signing_key_id[0] ^= answer.other_key;
	return leaf;
}

static void make_receipt(const struct lantik_entry *entry, const struct lantik_skey *key, struct lantik_buffer *ret)
{
	struct lantik_buffer verdict = {0}, bytes = {0}, note = {0};
	struct lantik_batch_leaf leaf = make_leaf(entry, key);
	struct lantik_proof proof = {0};
	uint8_t root[LANTIK_HASH];
	make_verdict(entry, &leaf, &verdict);
	lantik_sha256(lantik_buffer_span(&verdict), leaf.verdict_sha256);
	cr_assert_eq(lantik_batch_leaf_format(&leaf, &bytes), LANTIK_OK);
	lantik_leaf_hash(lantik_buffer_span(&bytes), root);
	cr_assert_eq(lantik_checkpoint_sign(1, root, key, 1, &note), LANTIK_OK);
	cr_assert_eq(lantik_receipt_format(lantik_buffer_span(&bytes), 0, &proof, lantik_buffer_span(&note),
			     lantik_buffer_span(&verdict), ret),
		LANTIK_OK);
	lantik_buffer_free(&verdict);
	lantik_buffer_free(&bytes);
	lantik_buffer_free(&note);
}

/* --- a verb that takes the answer as submit and status take it --- */

static void put_in_the_way(const struct lantik_home *home, const struct lantik_entry *entry)
{
	char path[LANTIK_MAX_PATH], command[2 * LANTIK_MAX_PATH + 64];
	lantik_outbox_path(home, entry, in_the_way, path);
	snprintf(command, sizeof command, "rm -f %s && mkdir -p %s/full", path, path);
	run_shell(command);
}

static int take_main(struct lantik_cli *cli)
{
	struct lantik_home home;
	struct lantik_entries entries;
	struct lantik_skey key;
	struct lantik_proved proved;
	struct lantik_trust trust;
	struct lantik_buffer text = {0};
	cr_assert_eq(lantik_home_open(cli, &home), LANTIK_EXIT_OK);
	cr_assert_eq(lantik_home_trust(cli, &home, &trust), LANTIK_EXIT_OK);
	cr_assert_eq(lantik_outbox_list(cli, &home, &entries), LANTIK_EXIT_OK);
	cr_assert_eq(lantik_home_sign_key(cli, &home, "sign.key", &key), LANTIK_EXIT_OK);
	cr_assert_eq(entries.count, 1);
	make_receipt(&entries.items[0], &key, &text);
	cr_assert_eq(lantik_file_write(RECEIPT_PATH, 0600, lantik_buffer_span(&text)), LANTIK_OK);
	if (in_the_way)
		put_in_the_way(&home, &entries.items[0]);
	int code = lantik_entry_keep_receipt(
		cli, &home, &trust, &entries.items[0], lantik_buffer_span(&text), (struct lantik_presence){0}, &proved);
	if (code == LANTIK_EXIT_OK) {
		took_earlier = proved.earlier;
		lantik_proved_free(&proved);
	}
	lantik_buffer_free(&text);
	lantik_entries_free(&entries);
	return code;
}

static int take(void)
{
	static const struct lantik_option options[] = {
		{.name = "home", .type = LANTIK_OPTION_TEXT, .argument = "DIR", .help = {"e", "i"}}, {0}};
	static const struct lantik_verb verbs[] = {{.name = "take", .summary = {"e", "i"}, .run = take_main}, {0}};
	static const struct lantik_program program = {
		.name = "lantik", .summary = {"e", "i"}, .examples = "lantik take", .verbs = verbs, .options = options};
	return run_program(&program, "take --json");
}

TestSuite(receipts, .init = make_folder, .fini = remove_folder);

/* --- whose they may be --- */

Test(receipts, of_our_batch_is_taken_and_proved_again)
{
	cr_assert_eq(take(), LANTIK_EXIT_OK);
	cr_assert_not(took_earlier);
	cr_assert_eq(run("verify"), LANTIK_EXIT_OK);
	cr_assert_eq(run("status --offline --json"), LANTIK_EXIT_OK);
	cr_assert(printed("\"state\":\"committed\""));
	cr_assert_eq(take(), LANTIK_EXIT_OK, "the same receipt again is no second one");
}

Test(receipts, of_the_same_records_may_name_another_office)
{
	answer.other_batch = answer.other_signature = answer.other_key = true;
	answer.office = "kanreg-07";
	cr_assert_eq(take(), LANTIK_EXIT_OK);
	cr_assert(took_earlier);
	cr_assert_eq(run("verify"), LANTIK_EXIT_OK);
}

Test(receipts, of_other_records_prove_nothing)
{
	static const struct answer strangers[] = {
		{.office = "kanreg-03", .agency = "9972", .kind = LANTIK_PPPK_PW, .step = LANTIK_STEP_NI},
		{.office = "kanreg-03", .agency = "9971", .kind = LANTIK_PPPK, .step = LANTIK_STEP_NI},
		{.office = "kanreg-03", .agency = "9971", .kind = LANTIK_PPPK_PW, .step = LANTIK_STEP_SPMT},
		{.office = "kanreg-03",
			.agency = "9971",
			.kind = LANTIK_PPPK_PW,
			.step = LANTIK_STEP_NI,
			.other_records = true}};
	for (size_t i = 0; i < LANTIK_COUNT(strangers); i++) {
		answer = strangers[i];
		answer.other_batch = true;
		cr_expect_eq(take(), LANTIK_EXIT_NOT_VERIFIED, "%zu", i);
		cr_expect(printed("another batch"), "%zu", i);
	}
}

Test(receipts, of_our_batch_must_be_ours)
{
	answer.office = "kanreg-07";
	cr_expect_eq(take(), LANTIK_EXIT_NOT_VERIFIED);
	cr_expect(printed("another office"));
	answer = ours;
	answer.other_records = true;
	cr_expect_eq(take(), LANTIK_EXIT_NOT_VERIFIED);
	cr_expect(printed("its leaf and its verdict contradict each other"));
	answer = ours;
	answer.other_signature = true;
	cr_expect_eq(take(), LANTIK_EXIT_NOT_VERIFIED);
	cr_expect(printed("another signing key or signature"));
	answer = ours;
	answer.other_key = true;
	cr_expect_eq(take(), LANTIK_EXIT_NOT_VERIFIED);
	cr_expect(printed("another signing key or signature"));
}

/* --- how they are kept --- */

Test(receipts, that_cannot_be_kept_are_told_as_recorded)
{
	static const char *const names[] = {"receipt", "state"};
	for (size_t i = 0; i < LANTIK_COUNT(names); i++) {
		in_the_way = names[i];
		cr_expect_eq(take(), LANTIK_EXIT_NETWORK, "%s", names[i]);
		cr_expect(printed("the batch is recorded"), "%s", names[i]);
		cr_expect_not(printed("nothing was sent"), "%s", names[i]);
		if (i + 1 < LANTIK_COUNT(names))
			run_shell("rm -rf home/outbox/*/receipt");
	}
}

Test(receipts, that_were_damaged_here_accuse_nobody)
{
	cr_assert_eq(take(), LANTIK_EXIT_OK);
	run_shell("for held in home/outbox/*/receipt; do echo rot >> $held; done");
	cr_assert_eq(take(), LANTIK_EXIT_OK);
	run_shell("cmp receipt home/outbox/*/receipt");
	run_shell("! test -e home/outbox/*/receipt.other");
}

Test(receipts, that_both_prove_and_differ_are_told)
{
	cr_assert_eq(take(), LANTIK_EXIT_OK);
	answer.recorded_at++;
	cr_assert_eq(take(), LANTIK_EXIT_NOT_VERIFIED);
	cr_assert(printed("LNT-0111"));
	run_shell("cmp receipt home/outbox/*/receipt.other");
}
