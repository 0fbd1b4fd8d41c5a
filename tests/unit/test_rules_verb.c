/* `lantik rules`: every rule and case is told, in both languages, and a wrong code is answered.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <unistd.h>

#include "lantik/cli.h"
#include "lantik/rules.h"
#include "verbs.h"

static char folder[] = "/tmp/lantik-rules-XXXXXX";
static struct lantik_buffer output;

static void make_folder(void)
{
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
}

static void remove_folder(void)
{
	lantik_buffer_free(&output);
	cr_assert_eq(unlink("output"), 0);
	cr_assert_eq(rmdir(folder), 0);
}

/* Runs the verb and keeps what it prints. */
static int run(const char *word, const char *option)
{
	char *argv[] = {
		(char *)"lantik", (char *)"--lang", (char *)"en", (char *)"rules", (char *)option, (char *)word};
	cr_assert_not_null(freopen("output", "w", stdout));
	int code = lantik_cli_main(&lantik_office_program, word == NULL ? 5 : 6, argv);
	lantik_buffer_reset(&output);
	cr_assert_eq(lantik_file_read("output", 16 * 1024 * 1024, &output), LANTIK_OK);
	lantik_buffer_append(&output, "", 1);
	return code;
}

static bool printed(const char *text)
{
	return strstr((const char *)output.data, text) != NULL;
}

TestSuite(rules_verb, .init = make_folder, .fini = remove_folder);

Test(rules_verb, lists_every_rule)
{
	char title[512];
	cr_expect_eq(run(NULL, "--progress=none"), LANTIK_EXIT_OK);
	for (size_t i = 0; i < lantik_rule_count; i++) {
		snprintf(title, sizeof title, "%s\n", lantik_rules[i].title[LANTIK_ENGLISH]);
		cr_expect(printed(title), "%s", lantik_rules[i].code);
	}
	cr_expect(printed("\nB04  FW "));
}

Test(rules_verb, tells_everything_about_one)
{
	for (unsigned id = 0; id < LANTIK_CASE_COUNT; id++) {
		const struct lantik_case *item = lantik_case_of((enum lantik_case_id)id);
		char name[64];
		lantik_case_format((enum lantik_case_id)id, name);
		cr_assert_eq(run(name, "--progress=none"), LANTIK_EXIT_OK, "%s", name);
		for (int language = LANTIK_ENGLISH; language <= LANTIK_INDONESIAN; language++) {
			cr_expect(printed(item->expected[language]), "%s", name);
			cr_expect(printed(item->rule->title[language]), "%s", name);
		}
		cr_expect(printed(item->rule->source), "%s", name);
		cr_expect(printed(name), "%s", name);
	}
	cr_expect_eq(run("n05", "--progress=none"), LANTIK_EXIT_OK);
	cr_expect(printed("N05.birth_date: warning, by default\n"));
	cr_expect_eq(run("K03", "--json"), LANTIK_EXIT_OK);
	cr_expect(printed("\"kinds\":\"PPPK_PW PPPK CPNS\",\"steps\":\"all\",\"certainty\":\"S\""));
	cr_expect(printed("\"case\":\"K03.formation\",\"severity\":\"error\""));
}

Test(rules_verb, knows_no_other_code)
{
	static const char *const others[] = {"Z99", "N0", "N055", "", ".N05", "N"};
	for (size_t i = 0; i < LANTIK_COUNT(others); i++)
		cr_expect_eq(run(others[i], "--progress=none"), LANTIK_EXIT_USAGE, "`%s`", others[i]);
}

Test(rules_verb, prints_a_page_with_every_case)
{
	cr_expect_eq(run(NULL, "--markdown"), LANTIK_EXIT_OK);
	for (unsigned id = 0; id < LANTIK_CASE_COUNT; id++) {
		char name[64], row[80];
		lantik_case_format((enum lantik_case_id)id, name);
		snprintf(row, sizeof row, "\n| `%s` | ", name);
		cr_expect(printed(row), "%s", name);
	}
	cr_expect(printed("\n### T04 A name of a single word is a name\n"));
}
