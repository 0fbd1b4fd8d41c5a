/* The command line: dispatch, options, languages, JSON Lines, tables, files.
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lantik/cli.h"
#include "unit.h"

static int seen_arguments;

static int echo_main(struct lantik_cli *cli)
{
	seen_arguments = (int)lantik_argument_count(cli);
	lantik_say(cli, "hello %s", "halo %s", lantik_argument(cli, 0));
	for (unsigned i = 0; lantik_option_text_at(cli, "agency", i); i++)
		lantik_say(cli, "agency %s", "instansi %s", lantik_option_text_at(cli, "agency", i));
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "name", lantik_argument(cli, 0));
	lantik_json_number(cli, "count", lantik_option_number(cli, "count", 7));
	lantik_json_list(cli, "list");
	lantik_json_flag(cli, NULL, lantik_option_given(cli, "loud"));
	lantik_json_span(cli, NULL, (struct lantik_span){(const uint8_t *)"a\xff", 2});
	lantik_json_end(cli);
	lantik_json_close(cli);
	lantik_summary_number(cli, "done", 1);
	return LANTIK_EXIT_PARTIAL;
}

static int fail_main(struct lantik_cli *cli)
{
	return lantik_fail(cli, 123, LANTIK_EXIT_REFUSED, "cannot %s\ndo that", "tidak dapat %s\nlakukan itu", "fly");
}

static int list_main(struct lantik_cli *cli)
{
	static const struct lantik_column columns[] = {
		{"name", {"NAME", "NAMA"}, false}, {"rows", {"ROWS", "BARIS"}, true}};
	struct lantik_listing *listing = lantik_listing_new(cli, columns, 2);
	lantik_listing_text(listing, "first");
	lantik_listing_number(listing, 7326);
	lantik_listing_text(listing, "bad\x1b[31m");
	lantik_listing_number(listing, 1);
	lantik_listing_print(&listing);
	return LANTIK_EXIT_OK;
}

/* clang-format off */
static const struct lantik_option echo_options[] = {
	{.name = "count", .letter = 'c', .type = LANTIK_OPTION_NUMBER, .least = 1, .greatest = 9, .help = {"e", "i"}},
	{.name = "agency", .type = LANTIK_OPTION_TEXT, .repeats = true, .help = {"e", "i"}},
	{.name = "loud", .help = {"e", "i"}},
	{0},
};
static const struct lantik_verb verbs[] = {
	{.name = "echo", .arguments = "NAME", .least_arguments = 1, .most_arguments = 2, .summary = {"echo", "gema"},
	 .examples = "prog echo me", .options = echo_options, .run = echo_main},
	{.name = "office add", .arguments = "NAME", .least_arguments = 1, .most_arguments = 1,
	 .summary = {"two words", "dua kata"}, .options = echo_options, .run = echo_main},
	{.name = "fail", .summary = {"fails", "gagal"}, .run = fail_main},
	{.name = "list", .summary = {"lists", "daftar"}, .run = list_main},
	{0},
};
static const struct lantik_option program_options[] = {
	{.name = "home", .type = LANTIK_OPTION_TEXT, .argument = "DIR", .help = {"e", "i"}},
	{0},
};
static const struct lantik_program program = {
	.name = "prog", .summary = {"a test", "uji"}, .examples = "prog echo me", .verbs = verbs, .options = program_options,
};
/* clang-format on */

static char said[4096], complained[4096]; /* stdout and stderr of the last run */

static void read_back(FILE *file, char *ret)
{
	rewind(file);
	ret[fread(ret, 1, 4095, file)] = '\0';
	fclose(file);
}

/* With stdout and stderr in files. */
static int run_words(int argc, char **argv)
{
	FILE *out = tmpfile(), *err = tmpfile();
	cr_assert(out && err);
	fflush(stdout);
	fflush(stderr);
	int old_out = dup(1), old_err = dup(2);
	dup2(fileno(out), 1);
	dup2(fileno(err), 2);
	int code = lantik_cli_main(&program, argc, argv);
	fflush(stdout);
	fflush(stderr);
	dup2(old_out, 1);
	dup2(old_err, 2);
	close(old_out);
	close(old_err);
	read_back(out, said);
	read_back(err, complained);
	return code;
}

/* Runs a command line of at most 15 words. */
static int run(const char *line)
{
	static char words[512];
	char *argv[16] = {(char *)"prog"};
	int argc = 1;
	snprintf(words, sizeof words, "%s", line);
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	setenv("LANGUAGE", "en", 1);
	return run_words(argc, argv);
}

Test(cli, a_verb_gets_its_arguments)
{
	cr_assert_eq(run("echo you --loud"), LANTIK_EXIT_PARTIAL);
	cr_assert_eq(seen_arguments, 1);
	cr_assert_str_eq(said, "hello you\n");
}

Test(cli, two_words_and_options_before_the_verb)
{
	cr_assert_eq(run("--home office office --agency 1 add you --agency=2"), LANTIK_EXIT_USAGE);
}

Test(cli, two_words_together)
{
	cr_assert_eq(run("--home office office add --agency 1 you --agency=2"), LANTIK_EXIT_PARTIAL);
	cr_assert_str_eq(said, "hello you\nagency 1\nagency 2\n");
}

Test(cli, mistyped_verb_names_the_nearest)
{
	cr_assert_eq(run("ehco you"), LANTIK_EXIT_USAGE);
	cr_assert_str_eq(complained, "prog: LNT-0001: there is no verb `ehco`\n  did you mean `prog echo`?\n");
}

Test(cli, half_a_verb_names_the_other_half)
{
	cr_assert_eq(run("office"), LANTIK_EXIT_USAGE);
	cr_assert_str_eq(
		complained, "prog: LNT-0001: `office` needs a second word: add\n  see `prog office add --help`\n");
}

Test(cli, mistyped_option_names_the_nearest)
{
	cr_assert_eq(run("echo you --cuont=3"), LANTIK_EXIT_USAGE);
	cr_assert_str_eq(complained, "prog: LNT-0002: there is no option `--cuont=3`\n  did you mean `--count`?\n");
}

Test(cli, wrong_command_lines_are_usage_errors)
{
	static const char *const lines[] = {"echo", "echo a b c", "echo a --count 0", "echo a --count 10",
		"echo a --count x", "echo a --count", "echo a -c 3 -c 4", "echo a --home", "echo a --lang de",
		"echo a --progress loud", "", "--json", "help nothing", "office", "-x"};
	for (size_t i = 0; i < LANTIK_COUNT(lines); i++)
		cr_assert_eq(run(lines[i]), LANTIK_EXIT_USAGE, "%s", lines[i]);
}

Test(cli, help_and_version_succeed)
{
	static const char *const lines[] = {"--help", "-h", "help", "help echo", "help office add", "help exit-codes",
		"echo --help", "--version", "echo --help --json"};
	for (size_t i = 0; i < LANTIK_COUNT(lines); i++)
		cr_assert_eq(run(lines[i]), LANTIK_EXIT_OK, "%s", lines[i]);
}

Test(cli, errors_say_what_and_what_to_do)
{
	cr_assert_eq(run("fail"), LANTIK_EXIT_REFUSED);
	cr_assert_str_eq(complained, "prog: LNT-0123: cannot fly\n  do that\n");
}

Test(cli, indonesian_by_option)
{
	cr_assert_eq(run("fail --lang id"), LANTIK_EXIT_REFUSED);
	cr_assert_str_eq(complained, "prog: LNT-0123: tidak dapat fly\n  lakukan itu\n");
}

Test(cli, language_from_the_environment)
{
	char *argv[] = {(char *)"prog", (char *)"echo", (char *)"x"};
	unsetenv("LANGUAGE");
	unsetenv("LC_ALL");
	unsetenv("LC_MESSAGES");
	setenv("LANG", "id_ID.UTF-8", 1);
	cr_assert_eq(run_words(3, argv), LANTIK_EXIT_PARTIAL);
	cr_assert_str_eq(said, "halo x\n");
	setenv("LANG", "idx", 1);
	cr_assert_eq(run_words(3, argv), LANTIK_EXIT_PARTIAL);
	cr_assert_str_eq(said, "hello x\n");
	setenv("LANGUAGE", "id:en", 1);
	cr_assert_eq(run_words(3, argv), LANTIK_EXIT_PARTIAL);
	cr_assert_str_eq(said, "halo x\n");
}

Test(cli, json_lines_end_with_a_summary)
{
	cr_assert_eq(run("echo you --json --count 3"), LANTIK_EXIT_PARTIAL);
	cr_assert_str_eq(said,
		"{\"type\":\"result\",\"name\":\"you\",\"count\":3,\"list\":[false,\"a\xef\xbf\xbd\"]}\n"
		"{\"type\":\"summary\",\"program\":\"prog\",\"verb\":\"echo\",\"exit_code\":3,\"done\":1}\n");
}

Test(cli, json_errors_go_to_stdout)
{
	cr_assert_eq(run("fail --json"), LANTIK_EXIT_REFUSED);
	cr_assert_str_eq(said, "{\"type\":\"error\",\"code\":\"LNT-0123\",\"what\":\"cannot fly\",\"do\":\"do "
			       "that\",\"exit_code\":5}\n"
			       "{\"type\":\"summary\",\"program\":\"prog\",\"verb\":\"fail\",\"exit_code\":5}\n");
}

Test(cli, json_usage_errors_too)
{
	cr_assert_eq(run("--json"), LANTIK_EXIT_USAGE);
	cr_assert_eq(run("nothing-like-it --json"), LANTIK_EXIT_USAGE);
}

Test(cli, a_table_as_text)
{
	cr_assert_eq(run("list"), LANTIK_EXIT_OK);
	cr_assert_str_eq(said, "NAME      ROWS\nfirst    7,326\nbad [31m     1\n");
}

Test(cli, a_table_as_json)
{
	cr_assert_eq(run("list --json"), LANTIK_EXIT_OK);
	cr_assert_str_eq(said, "{\"type\":\"result\",\"name\":\"first\",\"rows\":7326}\n"
			       "{\"type\":\"result\",\"name\":\"bad\\u001B[31m\",\"rows\":1}\n"
			       "{\"type\":\"summary\",\"program\":\"prog\",\"verb\":\"list\",\"exit_code\":0}\n");
}

Test(cli, utf8)
{
	static const char *const good[] = {
		"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"};
	static const char *const bad[] = {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80",
		"\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "a\xff"};
	for (size_t i = 0; i < LANTIK_COUNT(good); i++)
		cr_assert(lantik_utf8_valid(lantik_span_of(good[i])), "good %zu", i);
	for (size_t i = 0; i < LANTIK_COUNT(bad); i++)
		cr_assert_not(lantik_utf8_valid(lantik_span_of(bad[i])), "bad %zu", i);
}

Test(cli, what_a_terminal_would_obey_is_shown_instead)
{
	static const char *const texts[][2] = {{"SITI \xe2\x80\xaeHAYRUN", "SITI <U+202E>HAYRUN"},
		{"\xef\xbb\xbf"
		 "A\xe2\x80\x8b"
		 "B",
			"<U+FEFF>A<U+200B>B"},
		{"a\tb\x1b[31m\xc2\x9b", "a b [31m "}, {"\xe2\x82\xac \xe2\x80\x99", "\xe2\x82\xac \xe2\x80\x99"},
		{"\xff", "\xef\xbf\xbd"}};
	for (size_t i = 0; i < LANTIK_COUNT(texts); i++) {
		struct lantik_buffer shown = {0};
		lantik_printable(lantik_span_of(texts[i][0]), &shown);
		lantik_buffer_append(&shown, "", 1);
		cr_expect_str_eq((const char *)shown.data, texts[i][1]);
		lantik_buffer_free(&shown);
	}
}

static char *folder_for_files(void)
{
	static char folder[] = "/tmp/lantik-unit-XXXXXX";
	cr_assert_not_null(mkdtemp(folder));
	return folder;
}

Test(file, is_written_whole_and_read_back)
{
	char path[PATH_MAX];
	struct stat status;
	struct lantik_buffer content = {0};
	const char *folder = folder_for_files();
	snprintf(path, sizeof path, "%s/a/b", folder);
	cr_assert_eq(lantik_folder_make(path, 0700), LANTIK_OK);
	cr_assert_eq(lantik_folder_make(path, 0700), LANTIK_OK);
	snprintf(path, sizeof path, "%s/a/b/file", folder);
	cr_assert_eq(lantik_file_read(path, 10, &content), LANTIK_E_NOT_FOUND);
	cr_assert_eq(lantik_file_write(path, 0600, lantik_span_of("first")), LANTIK_OK);
	cr_assert_eq(lantik_file_write(path, 0600, lantik_span_of("second")), LANTIK_OK);
	cr_assert_eq(stat(path, &status), 0);
	cr_assert_eq(status.st_mode & 0777, 0600);
	cr_assert_eq(lantik_file_read(path, 5, &content), LANTIK_E_TOO_LARGE);
	lantik_buffer_reset(&content);
	cr_assert_eq(lantik_file_read(path, 6, &content), LANTIK_OK);
	cr_assert(lantik_span_is(lantik_buffer_span(&content), "second"));
	lantik_buffer_free(&content);
	cr_assert_eq(unlink(path), 0);
	snprintf(path, sizeof path, "%s/a/b", folder);
	cr_assert_eq(rmdir(path), 0); /* no temporary file was left */
	snprintf(path, sizeof path, "%s/a", folder);
	cr_assert_eq(rmdir(path), 0);
	cr_assert_eq(rmdir(folder), 0);
}

Test(cli, an_answer_on_a_full_disk_is_no_success)
{
	static const char *const lines[][4] = {
		{"prog", "list", "--json", NULL}, {"prog", "list", NULL, NULL}, {"prog", "echo", "you", "--json"}};
	for (size_t i = 0; i < LANTIK_COUNT(lines); i++) {
		char *argv[5] = {0};
		int argc = 0;
		while (argc < 4 && lines[i][argc])
			argv[argc] = strdup(lines[i][argc]), argc++;
		fflush(stdout);
		int old_out = dup(1), full = open("/dev/full", O_WRONLY);
		cr_assert(full >= 0 && dup2(full, 1) == 1);
		int code = lantik_cli_main(&program, argc, argv);
		dup2(old_out, 1);
		close(old_out);
		close(full);
		clearerr(stdout);
		cr_expect_eq(code, LANTIK_EXIT_FAILED, "%zu", i);
		while (argc > 0)
			free(argv[--argc]);
	}
}
