/* What the office's tool says about findings: by cause, in one screen, and which rules nobody judged.
 * SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>
#include <zstd.h>

#include "causes.h"
#include "lantik/cli.h"
#include "lantik/limits.h"
#include "unit.h"
#include "unpack.h"
#include "verbs.h"

/* --- causes --- */

Test(causes, stand_by_weight_with_their_counts)
{
	struct lantik_findings findings = {0};
	struct lantik_causes causes;
	lantik_findings_add(&findings, 0, LANTIK_CASE_T02_padded, LANTIK_WARN, LANTIK_F_NONE);
	lantik_findings_add(&findings, 20, LANTIK_CASE_T02_padded, LANTIK_WARN, LANTIK_F_NONE);
	lantik_findings_add(&findings, 7, LANTIK_CASE_N02_date, LANTIK_ERROR_ROW, LANTIK_F_nik);
	for (uint32_t i = 10; i < 14; i++)
		lantik_findings_add(&findings, i, LANTIK_CASE_D01_missing, LANTIK_ERROR_ROW, LANTIK_F_tmt);
	for (uint32_t i = 12; i < 14; i++)
		lantik_findings_add(&findings, i, LANTIK_CASE_D01_missing, LANTIK_ERROR_ROW, LANTIK_F_tgl_sk);
	for (uint32_t i = 1; i < 9; i++)
		lantik_findings_add(&findings, i, LANTIK_CASE_T02_padded, LANTIK_WARN, LANTIK_F_golongan_id);
	lantik_findings_add(&findings, 3, LANTIK_CASE_N08_other_ni, LANTIK_REVIEW, LANTIK_F_nip);
	lantik_findings_sort(&findings);
	lantik_causes_make(&findings, &causes);
	static const struct lantik_cause expected[] = {{LANTIK_CASE_T02_padded, LANTIK_WARN, LANTIK_F_NONE, 1, 0},
		{LANTIK_CASE_D01_missing, LANTIK_ERROR_ROW, LANTIK_F_tmt, 4, 10},
		{LANTIK_CASE_D01_missing, LANTIK_ERROR_ROW, LANTIK_F_tgl_sk, 2, 12},
		{LANTIK_CASE_N02_date, LANTIK_ERROR_ROW, LANTIK_F_nik, 1, 7},
		{LANTIK_CASE_N08_other_ni, LANTIK_REVIEW, LANTIK_F_nip, 1, 3},
		{LANTIK_CASE_T02_padded, LANTIK_WARN, LANTIK_F_golongan_id, 8, 1},
		{LANTIK_CASE_T02_padded, LANTIK_WARN, LANTIK_F_NONE, 1, 20}};
	cr_assert_eq(causes.count, LANTIK_COUNT(expected));
	for (size_t i = 0; i < LANTIK_COUNT(expected); i++)
		cr_expect_eq(memcmp(&causes.items[i], &expected[i], sizeof expected[i]), 0, "%zu", i);
	lantik_causes_free(&causes);
	lantik_findings_free(&findings);
}

/* --- whole reports --- */

static char folder[] = "/tmp/lantik-reports-XXXXXX";

static void make_folder(void)
{
	lantik_crypto_start();
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	setenv("LANTIK_HOME", "home", 1);
	setenv("LANGUAGE", "en", 1);
	cr_assert_eq(lantik_folder_make("home", 0700), LANTIK_OK);
}

static void remove_folder(void)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	cr_assert_eq(system(command), 0);
}

static int run(const char *line)
{
	char words[512];
	char *argv[16] = {(char *)"lantik"};
	int argc = 1;
	snprintf(words, sizeof words, "%s", line);
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	cr_assert_not_null(freopen("output", "w", stdout));
	return lantik_cli_main(&lantik_office_program, argc, argv);
}

/* How often a text stands in the output; NULL counts lines. */
static unsigned printed(const char *text)
{
	struct lantik_buffer output = {0};
	unsigned count = 0;
	cr_assert_eq(lantik_file_read("output", 64 * 1024 * 1024, &output), LANTIK_OK);
	lantik_buffer_append(&output, "", 1);
	for (const char *at = (const char *)output.data; (at = strstr(at, text ? text : "\n")) != NULL; at++)
		count++;
	lantik_buffer_free(&output);
	return count;
}

static void write_file(const char *name, const char *text)
{
	cr_assert_eq(lantik_file_write(name, 0600, lantik_span_of(text)), LANTIK_OK);
}

/* Every birth date with slashes, as Excel of one country or another writes it. */
static void spoil_dates(void)
{
	cr_assert_eq(run("sample --rows 4631 a.csv"), LANTIK_EXIT_OK);
	cr_assert_eq(system("sed -i -E 's/,(19|20)([0-9]{2})-([0-9]{2})-([0-9]{2}),([MF]),/,\\4\\/\\3\\/\\1\\2,\\5,/' "
			    "a.csv"),
		0);
}

TestSuite(report, .init = make_folder, .fini = remove_folder, .timeout = 60);

Test(report, of_many_equal_findings_is_one_screen)
{
	spoil_dates();
	cr_assert_eq(run("check --received 2025-12-31 a.csv"), LANTIK_EXIT_PARTIAL);
	cr_expect_eq(printed("4,631 rows returned: D01.unreadable, column \"tgl_lahir\""), 1);
	cr_expect_eq(printed("slashes"), 1, "what to do is said once");
	cr_expect_eq(printed("For example line 2, "), 1);
	cr_expect_eq(printed("... and 4,621 more rows"), 1);
	cr_expect_leq(printed(NULL), 40);
	cr_assert_eq(run("check --lang id --received 2025-12-31 a.csv"), LANTIK_EXIT_PARTIAL);
	cr_expect_eq(printed("4.631 baris dikembalikan: D01.unreadable, kolom \"tgl_lahir\""), 1);
	cr_expect_eq(printed("Misalnya baris 2, "), 1);
	cr_expect_eq(printed("... dan 4.621 baris lagi"), 1);
}

Test(report, of_many_causes_stays_readable)
{
	cr_assert_eq(run("sample --rows 300 --defects all a.csv"), LANTIK_EXIT_OK);
	cr_assert_eq(run("check --received 2025-12-31 a.csv"), LANTIK_EXIT_PARTIAL);
	cr_expect_eq(printed("more causes"), 1);
	cr_expect_leq(printed(NULL), 90);
}

Test(report, for_programs_has_causes_before_findings)
{
	cr_assert_eq(run("sample --rows 20 --defects N01.length a.csv"), LANTIK_EXIT_OK);
	cr_assert_eq(run("check --json --received 2025-12-31 a.csv"), LANTIK_EXIT_PARTIAL);
	cr_expect_eq(printed("\"type\":\"cause\""), 1);
	cr_expect_eq(printed("\"rule\":\"N01.length\",\"severity\":\"error\",\"field\":\"nik\",\"header\":\"nik\","
			     "\"count\":1"),
		1);
	cr_expect_eq(printed("\"type\":\"finding\""), 1);
}

Test(report, names_the_rules_that_nobody_judged)
{
	cr_assert_eq(run("sample --rows 3 a.csv"), LANTIK_EXIT_OK);
	cr_assert_eq(run("check --json --received 2025-12-31 a.csv"), LANTIK_EXIT_OK);
	cr_expect_eq(printed("\"not_checked_central\":\"B03 N08 P08 P10 S05 S06\""), 1, "B09 has no formation");
	cr_expect_eq(printed("\"not_checked_no_table\":\"B04 B05.unknown B05.inactive B06 "), 1);
	cr_expect_eq(printed("\"not_checked_off\":\"\""), 1);
	write_file("home/rulebook",
		"lantik-rulebook 1\nseverity\tD03\tOFF\t\t\t\t\t\nseverity\tK01.format\tOFF\t\t\t\t\t\n");
	cr_assert_eq(run("check --received 2025-12-31 a.csv"), LANTIK_EXIT_OK);
	cr_expect_eq(printed("switched off in the rulebook: K01.format D03\n"), 1);
}

/* --- the packed rulebook --- */

Test(unpack, gives_exactly_what_was_packed)
{
	uint8_t packed[4096];
	char text[3000];
	uint8_t digest[LANTIK_HASH];
	struct lantik_buffer ret = {0};
	memset(text, 'a', sizeof text);
	lantik_sha256((struct lantik_span){(const uint8_t *)text, sizeof text}, digest);
	size_t size = ZSTD_compress(packed, sizeof packed, text, sizeof text, 3);
	cr_assert_not(ZSTD_isError(size));
	cr_assert_eq(lantik_unpack((struct lantik_span){packed, size}, sizeof text, digest, &ret), LANTIK_OK);
	cr_assert_eq(ret.len, sizeof text);
	cr_assert_eq(memcmp(ret.data, text, sizeof text), 0);
	static const uint32_t others[] = {0, 1, sizeof text - 1, sizeof text + 1};
	for (size_t i = 0; i < LANTIK_COUNT(others); i++)
		cr_expect_neq(lantik_unpack((struct lantik_span){packed, size}, others[i], digest, &ret), LANTIK_OK,
			"%u", others[i]);
	cr_expect_eq(lantik_unpack((struct lantik_span){packed, size}, LANTIK_MAX_RULEBOOK + 1, digest, &ret),
		LANTIK_E_TOO_LARGE);
	cr_expect_neq(lantik_unpack((struct lantik_span){packed, size - 1}, sizeof text, digest, &ret), LANTIK_OK);
	cr_expect_neq(
		lantik_unpack((struct lantik_span){(const uint8_t *)text, 100}, sizeof text, digest, &ret), LANTIK_OK);
	digest[0] ^= 1;
	cr_expect_eq(lantik_unpack((struct lantik_span){packed, size}, sizeof text, digest, &ret), LANTIK_E_MISMATCH);
	cr_assert_eq(ret.len, sizeof text, "a failure adds nothing");
	lantik_buffer_free(&ret);
}
