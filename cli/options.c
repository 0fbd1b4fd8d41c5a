/* Reads the command line with getopt_long from the option tables, and answers for the options by name.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "cli_private.h"

const struct lantik_option lantik_builtin_options[] = {
	{.name = "json", .help = {"answer as JSON Lines on stdout", "jawaban berupa JSON Lines di stdout"}},
	{.name = "lang",
		.type = LANTIK_OPTION_TEXT,
		.argument = "en|id",
		.help = {"language of the text (default: from LANG)", "bahasa teks (bawaan: dari LANG)"}},
	{.name = "progress",
		.type = LANTIK_OPTION_TEXT,
		.argument = "MODE",
		.help = {"auto, bar, plain, json or none", "auto, bar, plain, json atau none"}},
	{.name = "help", .letter = 'h', .help = {"this help", "bantuan ini"}},
	{.name = "version", .help = {"the version", "versi"}},
	{.name = NULL},
};

static const struct lantik_option no_options[] = {{.name = NULL}};

static void tables(
	const struct lantik_program *program, const struct lantik_verb *verb, const struct lantik_option *ret[3])
{
	ret[0] = verb && verb->options ? verb->options : no_options;
	ret[1] = program->options ? program->options : no_options;
	ret[2] = lantik_builtin_options;
}

const struct lantik_option *lantik_option_find(
	const struct lantik_program *program, const struct lantik_verb *verb, struct lantik_span name)
{
	const struct lantik_option *all[3];
	tables(program, verb, all);
	for (size_t i = 0; i < 3; i++)
		for (const struct lantik_option *option = all[i]; option->name; option++)
			if (lantik_span_is(name, option->name))
				return option;
	return NULL;
}

static const struct lantik_option *find_named(const struct lantik_cli *cli, const char *name)
{
	const struct lantik_option *option = lantik_option_find(cli->program, cli->verb, lantik_span_of(name));
	LANTIK_ASSERT(option);
	return option;
}

const char *lantik_option_text_at(const struct lantik_cli *cli, const char *name, unsigned at)
{
	const struct lantik_option *option = find_named(cli, name);
	for (unsigned i = 0; i < cli->value_count; i++)
		if (cli->values[i].option == option && at-- == 0)
			return cli->values[i].text;
	return NULL;
}

const char *lantik_option_text(const struct lantik_cli *cli, const char *name)
{
	const struct lantik_option *option = find_named(cli, name);
	for (unsigned i = cli->value_count; i > 0; i--)
		if (cli->values[i - 1].option == option)
			return cli->values[i - 1].text;
	return NULL;
}

bool lantik_option_given(const struct lantik_cli *cli, const char *name)
{
	const struct lantik_option *option = find_named(cli, name);
	for (unsigned i = 0; i < cli->value_count; i++)
		if (cli->values[i].option == option)
			return true;
	return false;
}

int64_t lantik_option_number(const struct lantik_cli *cli, const char *name, int64_t otherwise)
{
	const struct lantik_option *option = find_named(cli, name);
	LANTIK_ASSERT(option->type == LANTIK_OPTION_NUMBER);
	for (unsigned i = cli->value_count; i > 0; i--)
		if (cli->values[i - 1].option == option)
			return cli->values[i - 1].number;
	return otherwise;
}

unsigned lantik_argument_count(const struct lantik_cli *cli)
{
	return cli->argument_count;
}

const char *lantik_argument(const struct lantik_cli *cli, unsigned at)
{
	return at < cli->argument_count ? cli->arguments[at] : NULL;
}

/* The option tables as getopt_long wants them. `index` is the place in `flat`. */
struct getopt_table {
	const struct lantik_option *flat[LANTIK_MAX_TABLE];
	struct option longs[LANTIK_MAX_TABLE + 1];
	char shorts[2 * LANTIK_MAX_TABLE + 3];
	int chosen;
};

static void add_option(struct getopt_table *table, unsigned at, const struct lantik_option *option, char **shorts)
{
	int has_argument = option->type == LANTIK_OPTION_FLAG ? no_argument : required_argument;
	table->flat[at] = option;
	table->longs[at] = (struct option){option->name, has_argument, NULL, 256 + (int)at};
	if (option->letter == 0)
		return;
	*(*shorts)++ = option->letter;
	if (has_argument != no_argument)
		*(*shorts)++ = ':';
}

static unsigned build_table(const struct lantik_cli *cli, struct getopt_table *table)
{
	const struct lantik_option *all[3];
	unsigned count = 0;
	char *shorts = table->shorts;
	*shorts++ = ':'; /* missing values are told apart from unknown options */
	tables(cli->program, cli->verb, all);
	for (size_t i = 0; i < 3; i++)
		for (const struct lantik_option *option = all[i]; option->name; option++) {
			LANTIK_ASSERT(count < LANTIK_MAX_TABLE);
			add_option(table, count++, option, &shorts);
		}
	table->longs[count] = (struct option){0};
	*shorts = '\0';
	return count;
}

static int read_number(struct lantik_cli *cli, const struct lantik_option *option, const char *text, int64_t *ret)
{
	char *end;
	errno = 0;
	long long number = strtoll(text, &end, 10);
	if (errno == 0 && end != text && *end == '\0' && number >= option->least && number <= option->greatest) {
		*ret = number;
		return LANTIK_EXIT_OK;
	}
	return lantik_fail(cli, 3, LANTIK_EXIT_USAGE,
		"--%s takes a whole number from %" PRId64 " to %" PRId64 ", not `%s`",
		"--%s memerlukan bilangan bulat dari %" PRId64 " sampai %" PRId64 ", bukan `%s`", option->name,
		option->least, option->greatest, text);
}

static int take_value(struct lantik_cli *cli, const struct lantik_option *option, const char *text)
{
	if (cli->value_count == LANTIK_MAX_VALUES)
		return lantik_fail(cli, 4, LANTIK_EXIT_USAGE, "too many options", "terlalu banyak opsi");
	if (!option->repeats && lantik_option_given(cli, option->name))
		return lantik_fail(
			cli, 5, LANTIK_EXIT_USAGE, "--%s is given twice", "--%s diberikan dua kali", option->name);
	struct option_value value = {.option = option, .text = text};
	if (option->type == LANTIK_OPTION_NUMBER) {
		int code = read_number(cli, option, text, &value.number);
		if (code != LANTIK_EXIT_OK)
			return code;
	}
	cli->values[cli->value_count++] = value;
	return LANTIK_EXIT_OK;
}

static int unknown_option(struct lantik_cli *cli, const char *word)
{
	const char *nearest = lantik_option_nearest(cli, word);
	if (nearest)
		return lantik_fail(cli, 2, LANTIK_EXIT_USAGE, "there is no option `%s`\ndid you mean `--%s`?",
			"tidak ada opsi `%s`\nmaksud Anda `--%s`?", word, nearest);
	return lantik_fail(cli, 2, LANTIK_EXIT_USAGE, "there is no option `%s`\nsee `%s %s --help`",
		"tidak ada opsi `%s`\nlihat `%s %s --help`", word, cli->program->name,
		cli->verb ? cli->verb->name : "");
}

static int take_choice(struct lantik_cli *cli, struct getopt_table *table, unsigned count, int choice, char **argv)
{
	if (choice == ':')
		return lantik_fail(
			cli, 6, LANTIK_EXIT_USAGE, "`%s` needs a value", "`%s` memerlukan nilai", argv[optind - 1]);
	if (choice == '?')
		return unknown_option(cli, argv[optind - 1]);
	for (unsigned i = 0; i < count; i++)
		if (choice == 256 + (int)i || (choice < 256 && table->flat[i]->letter == choice))
			return take_value(cli, table->flat[i], optarg);
	LANTIK_ASSERT(!"getopt_long answered something else");
	return LANTIK_EXIT_USAGE;
}

int lantik_options_parse(struct lantik_cli *cli, int argc, char **argv)
{
	struct getopt_table table;
	unsigned count = build_table(cli, &table);
	int choice;
	optind = 0; /* also makes glibc forget an earlier command line */
	opterr = 0;
	while ((choice = getopt_long(argc, argv, table.shorts, table.longs, NULL)) != -1) {
		int code = take_choice(cli, &table, count, choice, argv);
		if (code != LANTIK_EXIT_OK)
			return code;
	}
	cli->arguments = argv + optind;
	cli->argument_count = (unsigned)(argc - optind);
	return LANTIK_EXIT_OK;
}
