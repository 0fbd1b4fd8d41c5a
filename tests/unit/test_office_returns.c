/* Returned rows and decisions at the office: the file to correct, what it may replace, and whose word is believed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "deeds.h"
#include "returned.h"
#include "unit.h"
#include "verbs.h"

#define OFFICE "kanreg-03"

static char folder[] = "/tmp/lantik-returns-XXXXXX";

/* --- commands --- */

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

static bool holds(const char *path, const char *text)
{
	struct lantik_buffer content = {0};
	cr_assert_eq(lantik_file_read(path, 16 * 1024 * 1024, &content), LANTIK_OK, "%s", path);
	lantik_buffer_append(&content, "", 1);
	bool found = strstr((const char *)content.data, text) != NULL;
	lantik_buffer_free(&content);
	return found;
}

static bool printed(const char *text)
{
	return holds("output", text);
}

/* A sheet as an office in Indonesia has it: a byte order mark, semicolons, CRLF, and a column of its own. */
#define SHEET                                                                                                          \
	"\xef\xbb\xbf"                                                                                                 \
	"nik;Nama;x_loket;tgl_lahir;catatan\r\n"                                                                       \
	"9901010101900001;\"SITI; A\";7;01-02-1990;lama\r\n"                                                           \
	"9901010101900002;BUDI;8;02-02-1990;\r\n"                                                                      \
	"9901010101900003;\"RATNA \"\"NA\"\"\";9;03-02-1990;baru\r\n"                                                  \
	"9901010101900004;DEWI;9;04-02-1990;\r\n"

static void make_folder(void)
{
	lantik_crypto_start();
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	setenv("LANTIK_HOME", "home", 1);
	setenv("LANGUAGE", "en", 1);
	cr_assert_eq(run("keygen --name " OFFICE), LANTIK_EXIT_OK);
	cr_assert_eq(run("init --endpoint tcp://127.0.0.1:1 --server-key home/curve.pub --receipt-key home/sign.vkey "
			 "--office " OFFICE),
		LANTIK_EXIT_OK);
	cr_assert_eq(lantik_file_write("a.csv", 0600, lantik_span_of(SHEET)), LANTIK_OK);
	cr_assert_eq(
		lantik_file_write("a.manifest", 0600,
			lantik_span_of(
				"name,value\nkind,PPPK_PW\nstep,NI\n# agency\nkode_instansi,9971\n"
				"kanreg_id,99\nprogramme,PW2024\nrow_count,4\ncount_guru,0\nsptjm_no,\"12, 13\"\n")),
		LANTIK_OK);
	cr_assert_eq(run("submit --timeout 1 a.csv"), LANTIK_EXIT_NETWORK);
}

static void remove_folder(void)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	run_shell(command);
}

/* --- the centre: its ledger, and a key that is the office's own, so that the home holds both --- */

static struct lantik_edge ledger;
static struct lantik_skey key;
static struct lantik_home home;
static struct lantik_entry entry;

static void append_leaf(struct lantik_span leaf, struct lantik_span text, struct lantik_buffer *ret)
{
	struct lantik_buffer note = {0};
	struct lantik_proof proof;
	uint8_t hash[LANTIK_HASH], root[LANTIK_HASH];
	uint64_t index = ledger.size;
	lantik_edge_proof(&ledger, &proof);
	lantik_leaf_hash(leaf, hash);
	lantik_edge_append(&ledger, hash, NULL, NULL);
	lantik_edge_root(&ledger, root);
	cr_assert_eq(lantik_checkpoint_sign(ledger.size, root, &key, 1, &note), LANTIK_OK);
	cr_assert_eq(lantik_receipt_format(leaf, index, &proof, lantik_buffer_span(&note), text, ret), LANTIK_OK);
	lantik_buffer_free(&note);
}

/* Records 1 and 3 came back, record 2 waits, record 4 is recorded. */
static void add_findings(struct lantik_findings *ret)
{
	lantik_findings_add(ret, 1, LANTIK_CASE_N02_date, LANTIK_ERROR_ROW, LANTIK_F_nik);
	lantik_findings_add(ret, 1, LANTIK_CASE_T03_digit, LANTIK_WARN, LANTIK_F_nama);
	lantik_findings_add(ret, 2, LANTIK_CASE_N08_other_ni, LANTIK_REVIEW, LANTIK_F_nip);
	lantik_findings_add(ret, 3, LANTIK_CASE_D01_unreadable, LANTIK_ERROR_ROW, LANTIK_F_tgl_lahir);
	lantik_findings_sort(ret);
}

static const char *later_rule; /* what stands in the verdict in place of N02.date */

static void make_verdict(struct lantik_buffer *ret)
{
	struct lantik_findings findings = {0};
	add_findings(&findings);
	struct lantik_verdict verdict = {.office = lantik_span_of(OFFICE),
		.agency = lantik_span_of("9971"),
		.kind = LANTIK_PPPK_PW,
		.step = LANTIK_STEP_NI,
		.records = entry.records,
		.findings = findings.items,
		.finding_count = findings.count};
	memcpy(verdict.batch_id, entry.batch_id, sizeof verdict.batch_id);
	memcpy(verdict.records_root, entry.records_root, LANTIK_HASH);
	lantik_verdict_count(&verdict);
	cr_assert_eq(lantik_verdict_format(&verdict, ret), LANTIK_OK);
	lantik_findings_free(&findings);
	uint8_t *known = memmem(ret->data, ret->len, "N02.date:nik", 12);
	if (later_rule)
		memcpy(known, later_rule, strlen(later_rule));
}

static void make_receipt(struct lantik_buffer *ret)
{
	struct lantik_buffer verdict = {0}, bytes = {0};
	uint8_t message[LANTIK_SUBMISSION_MESSAGE], signature[LANTIK_SIGNATURE];
	struct lantik_batch_leaf leaf = {.leaf_index = ledger.size,
		.office = lantik_span_of(OFFICE),
		.rows = 1,
		.row_format = 1,
		.received_at = 1,
		.recorded_at = 1000000,
		.durability = LANTIK_DURABLE_LOCAL};
	memcpy(leaf.batch_id, entry.batch_id, sizeof leaf.batch_id);
	memcpy(leaf.manifest_sha256, entry.manifest_sha256, sizeof leaf.manifest_sha256);
	lantik_submission_message(LANTIK_TO_SUBMIT, entry.manifest_sha256, message);
	lantik_sign(key.seed, (struct lantik_span){message, sizeof message}, signature);
	lantik_sha256((struct lantik_span){signature, sizeof signature}, leaf.signature_sha256);
	memcpy(leaf.signing_key_id, key.vkey.id, sizeof leaf.signing_key_id);
	make_verdict(&verdict);
	lantik_sha256(lantik_buffer_span(&verdict), leaf.verdict_sha256);
	cr_assert_eq(lantik_batch_leaf_format(&leaf, &bytes), LANTIK_OK);
	append_leaf(lantik_buffer_span(&bytes), lantik_buffer_span(&verdict), ret);
	lantik_buffer_free(&verdict);
	lantik_buffer_free(&bytes);
}

/* What an official says about one record. */
struct word {
	enum lantik_act act;
	uint32_t record_no;
	bool other_batch, other_office, other_leaf;
	const char *reason;
};

static const char *official = "SITI RAHMAWATI";

static void make_decision(const struct word *word, struct lantik_buffer *ret)
{
	static const enum lantik_outcome outcomes[] = {[LANTIK_ACCEPT] = LANTIK_ACCEPTED,
		[LANTIK_RETURN] = LANTIK_RETURNED,
		[LANTIK_REJECT] = LANTIK_REJECTED};
	struct lantik_decided decided = {word->record_no, outcomes[word->act]};
	struct lantik_buffer text = {0}, bytes = {0};
	struct lantik_statement statement = {.office = lantik_span_of(word->other_office ? "kanreg-07" : OFFICE),
		.decision_id = {9, 9, (uint8_t)ledger.size},
		.batch_leaf_index = word->other_leaf,
		.agency = lantik_span_of("9971"),
		.kind = LANTIK_PPPK_PW,
		.step = LANTIK_STEP_NI,
		.act = (int32_t)word->act,
		.official = lantik_span_of(official),
		.position = lantik_span_of("Analis"),
		.reason = lantik_span_of(word->reason ? word->reason : "because it is so"),
		.records = &decided,
		.record_count = 1};
	memcpy(statement.batch_id, entry.batch_id, sizeof statement.batch_id);
	statement.batch_id[15] ^= word->other_batch;
	struct lantik_decision_leaf leaf = {.leaf_index = ledger.size,
		.office = statement.office,
		.batch_leaf_index = statement.batch_leaf_index,
		.rows = word->act == LANTIK_ACCEPT,
		.row_format = 1,
		.requested_at = 1,
		.recorded_at = 2000000,
		.durability = LANTIK_DURABLE_LOCAL};
	memcpy(leaf.decision_id, statement.decision_id, sizeof leaf.decision_id);
	memcpy(leaf.batch_id, statement.batch_id, sizeof leaf.batch_id);
	cr_assert_eq(lantik_statement_format(&statement, &text), LANTIK_OK);
	lantik_sha256(lantik_buffer_span(&text), leaf.statement_sha256);
	cr_assert_eq(lantik_decision_leaf_format(&leaf, &bytes), LANTIK_OK);
	append_leaf(lantik_buffer_span(&bytes), lantik_buffer_span(&text), ret);
	lantik_buffer_free(&text);
	lantik_buffer_free(&bytes);
}

/* --- a verb that takes answers as submit and status take them --- */

static int (*taking)(struct lantik_cli *cli);
static struct lantik_trust trust;

static int take_main(struct lantik_cli *cli)
{
	struct lantik_entries entries;
	cr_assert_eq(lantik_home_open(cli, &home), LANTIK_EXIT_OK);
	cr_assert_eq(lantik_outbox_list(cli, &home, &entries), LANTIK_EXIT_OK);
	cr_assert_eq(lantik_home_sign_key(cli, &home, "sign.key", &key), LANTIK_EXIT_OK);
	cr_assert_eq(lantik_home_trust(cli, &home, &trust), LANTIK_EXIT_OK);
	entry = entries.items[0];
	lantik_entries_free(&entries);
	return taking(cli);
}

static int take(int (*what)(struct lantik_cli *cli))
{
	static const struct lantik_option options[] = {
		{.name = "home", .type = LANTIK_OPTION_TEXT, .argument = "DIR", .help = {"e", "i"}}, {0}};
	static const struct lantik_verb verbs[] = {{.name = "take", .summary = {"e", "i"}, .run = take_main}, {0}};
	static const struct lantik_program program = {
		.name = "lantik", .summary = {"e", "i"}, .examples = "lantik take", .verbs = verbs, .options = options};
	taking = what;
	return run_program(&program, "take --json");
}

static int take_receipt(struct lantik_cli *cli)
{
	struct lantik_proved proved;
	struct lantik_buffer text = {0};
	make_receipt(&text);
	int code = lantik_entry_keep_receipt(
		cli, &home, &trust, &entry, lantik_buffer_span(&text), (struct lantik_presence){0}, &proved);
	if (code == LANTIK_EXIT_OK)
		lantik_proved_free(&proved);
	lantik_buffer_free(&text);
	return code;
}

static struct word word;
static struct lantik_buffer last_decision;

static int take_text(struct lantik_cli *cli)
{
	struct lantik_history history;
	int code = lantik_history_load(cli, &home, &trust, &entry, &history);
	if (code != LANTIK_EXIT_OK)
		return code;
	code = lantik_history_take(cli, &home, &trust, &entry, &history, lantik_buffer_span(&last_decision));
	lantik_history_free(&history);
	return code;
}

static int decide(struct word said)
{
	word = said;
	lantik_buffer_free(&last_decision);
	make_decision(&word, &last_decision);
	return take(take_text);
}

/* The file of the first decision comes back between reading the outbox and keeping the second one. */
static int take_while_it_returns(struct lantik_cli *cli)
{
	struct lantik_history history;
	cr_assert_eq(lantik_history_load(cli, &home, &trust, &entry, &history), LANTIK_EXIT_OK);
	run_shell("cp home/held $(echo home/outbox/*)/decision-1");
	int code = lantik_history_take(cli, &home, &trust, &entry, &history, lantik_buffer_span(&last_decision));
	lantik_history_free(&history);
	return code;
}

TestSuite(returns, .init = make_folder, .fini = remove_folder);

/* --- the file --- */

#define HEADER "\xef\xbb\xbfx_why;x_line;nik;Nama;x_loket;tgl_lahir;catatan;corrects_batch_id;corrects_record_no\r\n"
#define FIRST ";2;9901010101900001;\"SITI; A\";7;01-02-1990;lama;"
#define SECOND ";3;9901010101900002;BUDI;8;02-02-1990;;"
#define THIRD ";4;9901010101900003;\"RATNA \"\"NA\"\"\";9;03-02-1990;baru;"

Test(returns, are_the_office_s_own_rows_with_their_reason)
{
	char id[37], manifest[128];
	cr_assert_eq(take(take_receipt), LANTIK_EXIT_OK);
	cr_assert_eq(run("status --offline a.csv"), LANTIK_EXIT_OK);
	cr_assert(printed("a.csv.returned.csv"));
	cr_assert(holds("a.csv.returned.csv", HEADER));
	cr_assert(holds("a.csv.returned.csv", FIRST));
	cr_assert(holds("a.csv.returned.csv", THIRD));
	cr_assert(holds("a.csv.returned.csv", "(N02.date)"));
	cr_assert(holds("a.csv.returned.csv", "(D01.unreadable)"));
	cr_assert_not(holds("a.csv.returned.csv", "T03.digit"), "a warning holds nothing back");
	cr_assert_not(holds("a.csv.returned.csv", "BUDI"), "it waits for an official");
	cr_assert_not(holds("a.csv.returned.csv", "DEWI"), "it is recorded");
	lantik_id_format(entry.batch_id, id);
	snprintf(manifest, sizeof manifest, "corrects_batch_id = %s\n", id);
	cr_assert(holds("a.csv.returned.manifest", manifest));
	cr_assert(holds("a.csv.returned.manifest", "sptjm_no,\"12, 13\"\n"));
	cr_assert_not(holds("a.csv.returned.manifest", "row_count"));
	cr_assert_not(holds("a.csv.returned.manifest", "count_guru"));
}

Test(returns, can_be_read_and_sent_and_are_not_given_out_again)
{
	cr_assert_eq(take(take_receipt), LANTIK_EXIT_OK);
	cr_assert_eq(run("status --offline a.csv"), LANTIK_EXIT_OK);
	cr_assert_eq(run("check --json a.csv.returned.csv"), LANTIK_EXIT_PARTIAL);
	cr_assert(printed("\"rows\":2"));
	cr_assert_not(printed("B01"));
	run_shell("sed -i s/BUDI/BUDIMAN/ a.csv.returned.csv && sed -i s/SITI/SITTI/ a.csv.returned.csv");
	cr_assert_eq(run("submit --timeout 1 a.csv.returned.csv"), LANTIK_EXIT_NETWORK);
	cr_assert_eq(decide((struct word){.act = LANTIK_RETURN, .record_no = 2}), LANTIK_EXIT_OK);
	cr_assert_eq(run("status --offline a.csv"), LANTIK_EXIT_OK);
	cr_assert(holds("a.csv.returned.csv", SECOND), "an official returned it");
	cr_assert(holds("a.csv.returned.1.csv", "SITTI"), "the corrected file that was sent is kept");
	cr_assert_eq(run("status --offline --json a.csv.returned.1.csv"), LANTIK_EXIT_OK);
	cr_assert(printed("\"state\":\"sent\""));
	cr_assert(holds("a.csv.returned.csv", "SITI RAHMAWATI (Analis)"));
	cr_assert_not(holds("a.csv.returned.csv", FIRST));
	cr_assert_not(holds("a.csv.returned.csv", THIRD));
}

Test(returns, never_replace_work_that_was_not_sent)
{
	cr_assert_eq(take(take_receipt), LANTIK_EXIT_OK);
	cr_assert_eq(run("status --offline a.csv"), LANTIK_EXIT_OK);
	cr_assert_eq(run("status --offline --lang id a.csv"), LANTIK_EXIT_OK);
	cr_assert(holds("a.csv.returned.csv", "catatan_sebab;catatan_baris;"), "nobody changed it, so it is replaced");
	run_shell("echo >> a.csv.returned.csv && cp a.csv.returned.csv edited");
	cr_assert_eq(run("status --offline a.csv"), LANTIK_EXIT_OK);
	cr_assert(printed("was left alone"));
	run_shell("cmp a.csv.returned.csv edited");
	cr_assert_eq(run("status --offline --lang id a.csv"), LANTIK_EXIT_OK);
	run_shell("cmp a.csv.returned.csv edited");
	run_shell("rm a.csv.returned.csv && cp a.csv.returned.manifest edited");
	cr_assert_eq(run("status --offline a.csv"), LANTIK_EXIT_OK);
	cr_assert(holds("a.csv.returned.csv", "x_why;"));
}

Test(returns, get_a_manifest_again_that_is_gone)
{
	cr_assert_eq(take(take_receipt), LANTIK_EXIT_OK);
	cr_assert_eq(run("status --offline a.csv"), LANTIK_EXIT_OK);
	run_shell("cp a.csv.returned.manifest first && rm a.csv.returned.manifest");
	cr_assert_eq(run("status --offline a.csv"), LANTIK_EXIT_OK);
	cr_assert_not(printed("was left alone"), "nobody changed the table");
	run_shell("cmp first a.csv.returned.manifest && rm a.csv.returned.manifest && echo >> a.csv.returned.csv");
	cr_assert_eq(run("status --offline a.csv"), LANTIK_EXIT_OK);
	cr_assert(printed("was left alone"));
	run_shell("cmp first a.csv.returned.manifest");
}

Test(returns, are_withdrawn_when_none_is_left)
{
	cr_assert_eq(take(take_receipt), LANTIK_EXIT_OK);
	cr_assert_eq(run("status --offline a.csv"), LANTIK_EXIT_OK);
	cr_assert_eq(decide((struct word){.act = LANTIK_REJECT, .record_no = 1}), LANTIK_EXIT_OK);
	cr_assert_eq(run("status --offline a.csv"), LANTIK_EXIT_OK);
	cr_assert_not(holds("a.csv.returned.csv", FIRST));
	cr_assert_eq(decide((struct word){.act = LANTIK_REJECT, .record_no = 3}), LANTIK_EXIT_OK);
	run_shell(
		"cp a.csv.returned.csv mine && cp a.csv.returned.manifest mine.manifest && echo >> a.csv.returned.csv");
	cr_assert_eq(run("status --offline a.csv"), LANTIK_EXIT_OK);
	cr_assert_eq(access("a.csv.returned.csv", F_OK), 0, "it was edited");
	run_shell("mv mine a.csv.returned.csv && mv mine.manifest a.csv.returned.manifest");
	cr_assert_eq(run("status --offline a.csv"), LANTIK_EXIT_OK);
	cr_assert_neq(access("a.csv.returned.csv", F_OK), 0);
	cr_assert_neq(access("a.csv.returned.manifest", F_OK), 0);
}

Test(returns, never_hold_a_formula_of_ours)
{
	cr_assert_eq(take(take_receipt), LANTIK_EXIT_OK);
	official = "=1+1";
	cr_assert_eq(decide((struct word){.act = LANTIK_RETURN, .record_no = 2}), LANTIK_EXIT_OK);
	cr_assert_eq(run("status --offline a.csv"), LANTIK_EXIT_OK);
	cr_assert(holds("a.csv.returned.csv", "'=1+1 (Analis)"));
}

Test(returns, of_a_file_that_names_its_own_separator_can_be_read)
{
	run_shell("rm -r home/outbox && (echo 'sep=|' && tail -c +4 a.csv | tr ';' '|') > b && mv b a.csv");
	cr_assert_eq(run("submit --timeout 1 a.csv"), LANTIK_EXIT_NETWORK);
	cr_assert_eq(take(take_receipt), LANTIK_EXIT_OK);
	cr_assert_eq(run("status --offline a.csv"), LANTIK_EXIT_OK);
	cr_assert_eq(run("check --json a.csv.returned.csv"), LANTIK_EXIT_PARTIAL);
	cr_assert(printed("\"rows\":2"));
}

Test(returns, of_a_damaged_copy_are_not_made)
{
	cr_assert_eq(take(take_receipt), LANTIK_EXIT_OK);
	run_shell("for sheet in home/outbox/*/sheet.csv; do sed -i s/1990/1991/ $sheet; done");
	cr_assert_eq(run("status --offline a.csv"), LANTIK_EXIT_OK);
	cr_assert_neq(access("a.csv.returned.csv", F_OK), 0);
}

Test(returns, by_rules_that_are_not_known_here_have_their_names)
{
	later_rule = "N77.late:nik"; /* as long as the known one */
	cr_assert_eq(take(take_receipt), LANTIK_EXIT_OK);
	later_rule = NULL;
	cr_assert_eq(run("status --offline a.csv"), LANTIK_EXIT_OK);
	cr_assert(holds("a.csv.returned.csv", "(N77.late)"));
	cr_assert(holds("a.csv.returned.csv", FIRST));
}

Test(returns, that_were_not_touched_are_told_before_they_are_sent)
{
	cr_assert_eq(take(take_receipt), LANTIK_EXIT_OK);
	cr_assert_eq(run("status --offline a.csv"), LANTIK_EXIT_OK);
	cr_assert_not_null(freopen("told", "w", stderr));
	cr_assert_eq(run("submit --timeout 1 a.csv.returned.csv"), LANTIK_EXIT_NETWORK);
	fflush(stderr);
	cr_assert(holds("told", "nothing was corrected"));
}

/* --- decisions --- */

Test(returns, decisions_are_kept_told_and_proved)
{
	cr_assert_eq(take(take_receipt), LANTIK_EXIT_OK);
	cr_assert_eq(decide((struct word){.act = LANTIK_ACCEPT, .record_no = 2, .reason = "a new agreement"}),
		LANTIK_EXIT_OK);
	cr_assert_eq(decide((struct word){.act = LANTIK_REJECT, .record_no = 3}), LANTIK_EXIT_OK);
	cr_assert_eq(run("status --offline --json a.csv"), LANTIK_EXIT_OK);
	cr_assert(printed("\"accepted\":2,\"returned\":1,\"review\":0,\"rejected\":1,\"decisions\":2"));
	cr_assert(printed("\"act\":\"accept\",\"official\":\"SITI RAHMAWATI\",\"position\":\"Analis\",\"reason\":\"a "
			  "new agreement\""));
	cr_assert(printed("\"record\":3,\"line\":4,\"reference\":\"9901010101900003\",\"outcome\":\"rejected\""));
	cr_assert_eq(run("status --offline a.csv"), LANTIK_EXIT_OK);
	cr_assert(printed("SITI RAHMAWATI (Analis) rejected (TMS) 1 row"));
	cr_assert_not(holds("a.csv.returned.csv", THIRD), "the last word is spoken");
	cr_assert_eq(run("status --offline"), LANTIK_EXIT_OK);
	cr_assert_eq(run("verify --json"), LANTIK_EXIT_OK);
	cr_assert(printed("\"receipts\":3"));
	run_shell("cp home/outbox/*/decision-1 d");
	cr_assert_eq(run("verify d"), LANTIK_EXIT_OK);
	cr_assert(printed("reason: a new agreement"));
	cr_assert(printed("it is the receipt of a decision"));
	cr_assert_eq(run("verify --json d"), LANTIK_EXIT_OK);
	cr_assert(printed("\"decision_id\":\"09090100-"));
	cr_assert_eq(run("verify --body d d"), LANTIK_EXIT_USAGE);
	run_shell("sed -i 's/a new agreement/an old agreement/' d");
	cr_assert_eq(run("verify d"), LANTIK_EXIT_NOT_VERIFIED);
}

Test(returns, decisions_about_others_or_again_are_not_believed)
{
	static const struct word bad[] = {{.act = LANTIK_ACCEPT, .record_no = 4},
		{.act = LANTIK_ACCEPT, .record_no = 2, .other_batch = true},
		{.act = LANTIK_ACCEPT, .record_no = 2, .other_office = true},
		{.act = LANTIK_ACCEPT, .record_no = 2, .other_leaf = true}, {.act = LANTIK_RETURN, .record_no = 5}};
	cr_assert_eq(take(take_receipt), LANTIK_EXIT_OK);
	for (size_t i = 0; i < LANTIK_COUNT(bad); i++) {
		cr_expect_eq(decide(bad[i]), LANTIK_EXIT_NOT_VERIFIED, "%zu", i);
		cr_expect(printed("LNT-0115"), "%zu", i);
	}
	cr_assert_eq(decide((struct word){.act = LANTIK_REJECT, .record_no = 2}), LANTIK_EXIT_OK);
	cr_assert_eq(take(take_text), LANTIK_EXIT_OK, "told again, it is the same decision");
	cr_expect_eq(decide((struct word){.act = LANTIK_ACCEPT, .record_no = 2}), LANTIK_EXIT_NOT_VERIFIED, "twice");
	last_decision.data[last_decision.len / 2] ^= 1;
	cr_expect_eq(take(take_text), LANTIK_EXIT_NOT_VERIFIED);
	run_shell("test $(ls home/outbox/*/decision-* | wc -l) = 1");
}

Test(returns, decisions_out_of_their_order_are_not_believed)
{
	cr_assert_eq(take(take_receipt), LANTIK_EXIT_OK);
	struct lantik_edge before = ledger;
	cr_assert_eq(decide((struct word){.act = LANTIK_REJECT, .record_no = 2}), LANTIK_EXIT_OK);
	ledger = before;
	cr_assert_eq(decide((struct word){.act = LANTIK_RETURN, .record_no = 3}), LANTIK_EXIT_NOT_VERIFIED,
		"another decision of the leaf that is held");
}

/* The one that is held did not prove while it was damaged; whoever mends it finds two. */
Test(returns, a_second_decision_of_one_leaf_is_kept_beside_the_first)
{
	cr_assert_eq(take(take_receipt), LANTIK_EXIT_OK);
	struct lantik_edge before = ledger;
	cr_assert_eq(decide((struct word){.act = LANTIK_REJECT, .record_no = 2}), LANTIK_EXIT_OK);
	run_shell("cd home/outbox/* && cp decision-1 ../../held && rm decision-1");
	ledger = before;
	word = (struct word){.act = LANTIK_ACCEPT, .record_no = 2};
	lantik_buffer_free(&last_decision);
	make_decision(&word, &last_decision);
	cr_assert_eq(take(take_while_it_returns), LANTIK_EXIT_NOT_VERIFIED);
	cr_assert(printed("LNT-0114"));
	run_shell("cmp home/held home/outbox/*/decision-1 && grep -q 'act accept' home/outbox/*/decision-1.other");
}

Test(returns, a_damaged_decision_is_passed_over_and_fetched_again)
{
	cr_assert_eq(take(take_receipt), LANTIK_EXIT_OK);
	cr_assert_eq(decide((struct word){.act = LANTIK_REJECT, .record_no = 2}), LANTIK_EXIT_OK);
	run_shell("for file in home/outbox/*/decision-1; do echo rot >> $file; done");
	cr_assert_eq(run("verify --json"), LANTIK_EXIT_NOT_VERIFIED);
	cr_assert(printed("LNT-0134"));
	cr_assert_eq(take(take_text), LANTIK_EXIT_OK);
	cr_assert_eq(run("verify"), LANTIK_EXIT_OK);
}

static void keep_for_later(struct lantik_buffer *ret)
{
	*ret = last_decision;
	last_decision = (struct lantik_buffer){0};
}

Test(returns, a_decision_that_was_lost_between_two_finds_its_place)
{
	struct lantik_buffer first;
	cr_assert_eq(take(take_receipt), LANTIK_EXIT_OK);
	cr_assert_eq(decide((struct word){.act = LANTIK_RETURN, .record_no = 2}), LANTIK_EXIT_OK);
	keep_for_later(&first);
	cr_assert_eq(decide((struct word){.act = LANTIK_REJECT, .record_no = 2}), LANTIK_EXIT_OK);
	run_shell("cd home/outbox/* && cp decision-1 ../../held && rm decision-1");
	lantik_buffer_free(&last_decision);
	last_decision = first;
	cr_assert_eq(take(take_text), LANTIK_EXIT_OK);
	run_shell("cmp home/held home/outbox/*/decision-1");
	cr_assert_eq(run("verify"), LANTIK_EXIT_OK);
	cr_assert_eq(run("status --offline --json a.csv"), LANTIK_EXIT_OK);
	cr_assert(printed("\"record\":2,\"line\":3,\"reference\":\"9901010101900002\",\"outcome\":\"rejected\""));
}

Test(returns, a_decision_that_a_later_one_makes_impossible_is_not_believed)
{
	struct lantik_buffer first;
	cr_assert_eq(take(take_receipt), LANTIK_EXIT_OK);
	cr_assert_eq(decide((struct word){.act = LANTIK_REJECT, .record_no = 2}), LANTIK_EXIT_OK);
	keep_for_later(&first);
	run_shell("rm home/outbox/*/decision-1");
	cr_assert_eq(decide((struct word){.act = LANTIK_ACCEPT, .record_no = 2}), LANTIK_EXIT_OK);
	lantik_buffer_free(&last_decision);
	last_decision = first;
	cr_assert_eq(take(take_text), LANTIK_EXIT_NOT_VERIFIED);
	cr_assert(printed("LNT-0115"));
	run_shell("test $(ls home/outbox/*/decision-* | wc -l) = 1");
}
