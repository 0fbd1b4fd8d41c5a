/* From argv to the verb and back to an exit code: language, signals, the choice of the verb, help, the summary line.
 * SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <locale.h>
#include <string.h>

#include "cli_private.h"

static volatile sig_atomic_t arrived_signal;

static void note_signal(int number)
{
	arrived_signal = number;
}

static void note_progress(int number)
{
	(void)number;
	lantik_show_progress_now = 1;
}

int lantik_signal(void)
{
	return arrived_signal;
}

int lantik_signal_exit(void)
{
	return arrived_signal == SIGTERM ? LANTIK_EXIT_TERMINATED : LANTIK_EXIT_INTERRUPTED;
}

static void catch_signals(void)
{
	struct sigaction stop = {
		.sa_handler = note_signal, .sa_flags = (int)SA_RESETHAND}; /* the second one ends at once */
	struct sigaction show = {.sa_handler = note_progress, .sa_flags = SA_RESTART};
	arrived_signal = 0;
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGUSR1, &show, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* In an empty environment tables would lose their umlauts; numbers keep their point in every language. */
static void choose_locale(void)
{
	const char *locale = setlocale(LC_ALL, "");
	if (!locale || strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0)
		setlocale(LC_ALL, "C.UTF-8");
	setlocale(LC_NUMERIC, "C");
}

static bool names_indonesian(const char *value)
{
	return strncmp(value, "id", 2) == 0 && !strchr("abcdefghijklmnopqrstuvwxyz", value[2] ? value[2] : '_');
}

static enum lantik_language language_of_environment(void)
{
	static const char *const names[] = {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"};
	for (size_t i = 0; i < LANTIK_COUNT(names); i++) {
		const char *value = getenv(names[i]);
		if (value && *value)
			return names_indonesian(value) ? LANTIK_INDONESIAN : LANTIK_ENGLISH;
	}
	return LANTIK_ENGLISH;
}

/* --json and --lang count before the command line is understood, so that its errors come in the right form. */
static void look_ahead(struct lantik_cli *cli, int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		const char *lang = NULL;
		if (strcmp(argv[i], "--json") == 0)
			cli->json = true;
		else if (strncmp(argv[i], "--lang=", 7) == 0)
			lang = argv[i] + 7;
		else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
			lang = argv[i + 1];
		if (lang)
			cli->language = strcmp(lang, "id") == 0 ? LANTIK_INDONESIAN : LANTIK_ENGLISH;
	}
}

/* Whether the word at argv[i] is an option whose value is the next word. */
static bool takes_next(const struct lantik_program *program, const char *word)
{
	if (strncmp(word, "--", 2) != 0 || strchr(word, '='))
		return false;
	const struct lantik_option *option = lantik_option_find(program, NULL, lantik_span_of(word + 2));
	return option && option->type != LANTIK_OPTION_FLAG;
}

/* Place of the first word that is neither an option nor its value; argc when there is none. */
static int first_word(const struct lantik_program *program, int argc, char **argv)
{
	int i = 1;
	while (i < argc && argv[i][0] == '-')
		i += takes_next(program, argv[i]) ? 2 : 1;
	return i < argc ? i : argc;
}

/* Words of argv that make up the verb's name: 1, 2 or 0. */
static int words_of(const struct lantik_verb *verb, int argc, char **argv, int at)
{
	const char *blank = strchr(verb->name, ' ');
	if (!blank)
		return strcmp(verb->name, argv[at]) == 0 ? 1 : 0;
	size_t length = (size_t)(blank - verb->name);
	bool first = strlen(argv[at]) == length && strncmp(verb->name, argv[at], length) == 0;
	return first && at + 1 < argc && strcmp(blank + 1, argv[at + 1]) == 0 ? 2 : 0;
}

static const struct lantik_verb *find_verb(
	const struct lantik_program *program, int argc, char **argv, int at, int *ret_words)
{
	for (const struct lantik_verb *verb = program->verbs; verb->name; verb++) {
		*ret_words = words_of(verb, argc, argv, at);
		if (*ret_words > 0)
			return verb;
	}
	return NULL;
}

static int print_help(struct lantik_cli *cli, struct lantik_buffer *text, int exit_code)
{
	if (cli->json) {
		lantik_json_open(cli, "result");
		lantik_json_span(cli, "help", lantik_buffer_span(text));
		lantik_json_close(cli);
	} else {
		fwrite(text->data, 1, text->len, stdout);
	}
	lantik_buffer_free(text);
	return exit_code;
}

static int help_on_program(struct lantik_cli *cli, int exit_code)
{
	struct lantik_buffer text = {0};
	lantik_help_program(cli, &text);
	return print_help(cli, &text, exit_code);
}

static int print_version(struct lantik_cli *cli)
{
	lantik_say(cli, "%s %s", "%s %s", cli->program->name, LANTIK_VERSION);
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "version", LANTIK_VERSION);
	lantik_json_close(cli);
	return LANTIK_EXIT_OK;
}

/* `list, show, accept` when verbs begin with this word; empty when none does. */
static void second_words(const struct lantik_program *program, const char *word, struct lantik_buffer *ret)
{
	size_t length = strlen(word);
	for (const struct lantik_verb *verb = program->verbs; verb->name; verb++)
		if (strncmp(verb->name, word, length) == 0 && verb->name[length] == ' ')
			lantik_buffer_printf(ret, "%s%s", ret->len ? ", " : "", verb->name + length + 1);
	lantik_buffer_append(ret, "", 1);
}

static int half_verb(struct lantik_cli *cli, const char *word, const char *words)
{
	return lantik_fail(cli, 1, LANTIK_EXIT_USAGE, "`%s` needs a second word: %s\nsee `%s %s %.*s --help`",
		"`%s` memerlukan kata kedua: %s\nlihat `%s %s %.*s --help`", word, words, cli->program->name, word,
		(int)strcspn(words, ","), words);
}

static int unknown_verb(struct lantik_cli *cli, int argc, char **argv, int at)
{
	char word[64];
	struct lantik_buffer words = {0};
	second_words(cli->program, argv[at], &words);
	int exit_code = words.len > 1 ? half_verb(cli, argv[at], (const char *)words.data) : 0;
	lantik_buffer_free(&words);
	if (exit_code)
		return exit_code;
	bool second = at + 1 < argc && argv[at + 1][0] != '-';
	snprintf(word, sizeof word, "%s%s%s", argv[at], second ? " " : "", second ? argv[at + 1] : "");
	const struct lantik_verb *nearest = lantik_verb_nearest(cli->program, word);
	if (!nearest)
		nearest = lantik_verb_nearest(cli->program, argv[at]);
	if (nearest)
		return lantik_fail(cli, 1, LANTIK_EXIT_USAGE, "there is no verb `%s`\ndid you mean `%s %s`?",
			"tidak ada perintah `%s`\nmaksud Anda `%s %s`?", argv[at], cli->program->name, nearest->name);
	return lantik_fail(cli, 1, LANTIK_EXIT_USAGE, "there is no verb `%s`\nsee `%s --help`",
		"tidak ada perintah `%s`\nlihat `%s --help`", argv[at], cli->program->name);
}

static int run_help(struct lantik_cli *cli, int argc, char **argv, int at)
{
	struct lantik_buffer text = {0};
	int words;
	if (at + 1 >= argc || argv[at + 1][0] == '-')
		return help_on_program(cli, LANTIK_EXIT_OK);
	if (strcmp(argv[at + 1], "exit-codes") == 0) {
		lantik_help_exit_codes(cli, &text);
		return print_help(cli, &text, LANTIK_EXIT_OK);
	}
	const struct lantik_verb *verb = find_verb(cli->program, argc, argv, at + 1, &words);
	if (!verb)
		return unknown_verb(cli, argc, argv, at + 1);
	lantik_help_verb(cli, verb, &text);
	return print_help(cli, &text, LANTIK_EXIT_OK);
}

static int check_arguments(struct lantik_cli *cli)
{
	const struct lantik_verb *verb = cli->verb;
	const char *form = verb->arguments ? verb->arguments : "";
	if (cli->argument_count < verb->least_arguments)
		return lantik_fail(cli, 7, LANTIK_EXIT_USAGE, "something is missing after `%s`\nthe form is: %s %s %s",
			"ada yang kurang setelah `%s`\nbentuknya: %s %s %s", verb->name, cli->program->name, verb->name,
			form);
	if (cli->argument_count > verb->most_arguments)
		return lantik_fail(cli, 8, LANTIK_EXIT_USAGE, "`%s` is too much\nthe form is: %s %s %s",
			"`%s` berlebih\nbentuknya: %s %s %s", cli->arguments[verb->most_arguments], cli->program->name,
			verb->name, form);
	return LANTIK_EXIT_OK;
}

static int check_choice(struct lantik_cli *cli, const char *option, const char *const *allowed, size_t count)
{
	const char *given = lantik_option_text(cli, option);
	for (size_t i = 0; given && i < count; i++)
		if (strcmp(given, allowed[i]) == 0)
			return LANTIK_EXIT_OK;
	if (!given)
		return LANTIK_EXIT_OK;
	return lantik_fail(cli, 9, LANTIK_EXIT_USAGE, "--%s does not know `%s`\nsee --help",
		"--%s tidak mengenal `%s`\nlihat --help", option, given);
}

static int check_builtin(struct lantik_cli *cli)
{
	static const char *const languages[] = {"en", "id"};
	static const char *const modes[] = {"auto", "bar", "plain", "json", "none"};
	int code = check_choice(cli, "lang", languages, LANTIK_COUNT(languages));
	if (code == LANTIK_EXIT_OK)
		code = check_choice(cli, "progress", modes, LANTIK_COUNT(modes));
	lantik_progress_choose(cli, lantik_option_text(cli, "progress"));
	return code;
}

static int run_verb(struct lantik_cli *cli)
{
	int code = check_builtin(cli);
	if (code != LANTIK_EXIT_OK)
		return code;
	if (lantik_option_given(cli, "help")) {
		struct lantik_buffer text = {0};
		lantik_help_verb(cli, cli->verb, &text);
		return print_help(cli, &text, LANTIK_EXIT_OK);
	}
	code = check_arguments(cli);
	if (code == LANTIK_EXIT_OK)
		code = cli->verb->run(cli);
	lantik_progress_end(cli);
	return code;
}

/* Without a verb only --help and --version mean something. */
static int run_without_verb(struct lantik_cli *cli, int argc, char **argv)
{
	int code = lantik_options_parse(cli, argc, argv);
	if (code == LANTIK_EXIT_OK)
		code = check_builtin(cli);
	if (code != LANTIK_EXIT_OK)
		return code;
	if (lantik_option_given(cli, "version"))
		return print_version(cli);
	return help_on_program(cli, lantik_option_given(cli, "help") ? LANTIK_EXIT_OK : LANTIK_EXIT_USAGE);
}

static int run(struct lantik_cli *cli, int argc, char **argv)
{
	int words = 0;
	int at = first_word(cli->program, argc, argv);
	if (at == argc)
		return run_without_verb(cli, argc, argv);
	if (strcmp(argv[at], "help") == 0)
		return run_help(cli, argc, argv, at);
	cli->verb = find_verb(cli->program, argc, argv, at, &words);
	if (!cli->verb)
		return unknown_verb(cli, argc, argv, at);
	memmove(argv + at, argv + at + words, (size_t)(argc - at - words + 1) * sizeof *argv);
	int code = lantik_options_parse(cli, argc - words, argv);
	return code == LANTIK_EXIT_OK ? run_verb(cli) : code;
}

/* An answer that was cut short, on a full disk for example, is no success. */
static int end_answer(struct lantik_cli *cli, int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	lantik_remark(cli, "the answer could not be written whole; what was done stays done",
		"jawaban tidak dapat ditulis seluruhnya; yang sudah dilakukan tetap berlaku");
	return code == LANTIK_EXIT_OK || code == LANTIK_EXIT_PARTIAL ? LANTIK_EXIT_FAILED : code;
}

int lantik_cli_main(const struct lantik_program *program, int argc, char **argv)
{
	struct lantik_cli *cli = calloc(1, sizeof *cli);
	char **words = calloc((size_t)argc + 1, sizeof *words); /* getopt_long moves words about */
	LANTIK_ASSERT(cli && words);
	memcpy(words, argv, (size_t)argc * sizeof *words);
	choose_locale();
	catch_signals();
	cli->program = program;
	cli->language = language_of_environment();
	look_ahead(cli, argc, argv);
	if (cli->json)
		cli->writer = lantik_writer_new();
	int code = run(cli, argc, words);
	lantik_writer_summary(cli, code);
	code = end_answer(cli, code);
	lantik_writer_free(&cli->writer);
	free(words);
	free(cli);
	return code;
}
