/* Writes the help out of the verb and option tables, and finds the nearest word for a mistyped one.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli_private.h"

static void examples(struct lantik_buffer *ret, const char *lines)
{
	while (lines && *lines) {
		size_t length = strcspn(lines, "\n");
		lantik_buffer_printf(ret, "  %.*s\n", (int)length, lines);
		lines += length + (lines[length] == '\n');
	}
}

static void option_line(const struct lantik_cli *cli, const struct lantik_option *option, struct lantik_buffer *ret)
{
	char left[80];
	char letter[5] = "";
	if (option->letter)
		snprintf(letter, sizeof letter, "-%c, ", option->letter);
	snprintf(left, sizeof left, "%s--%s%s%s", letter, option->name, option->argument ? " " : "",
		option->argument ? option->argument : "");
	lantik_buffer_printf(ret, "  %-26s %s\n", left, option->help[cli->language]);
}

static void option_table(const struct lantik_cli *cli, const struct lantik_option *options, struct lantik_buffer *ret)
{
	for (const struct lantik_option *option = options; option && option->name; option++)
		option_line(cli, option, ret);
}

static void common_options(const struct lantik_cli *cli, struct lantik_buffer *ret)
{
	lantik_buffer_printf(ret, "\n%s\n", lantik_cli_pick(cli, "Options of every verb:", "Opsi semua perintah:"));
	option_table(cli, cli->program->options, ret);
	option_table(cli, lantik_builtin_options, ret);
}

void lantik_help_program(const struct lantik_cli *cli, struct lantik_buffer *ret)
{
	const struct lantik_program *program = cli->program;
	lantik_buffer_printf(ret, "%s: %s\n\n", program->name, program->summary[cli->language]);
	examples(ret, program->examples);
	lantik_buffer_printf(ret, "\n%s\n", lantik_cli_pick(cli, "Verbs:", "Perintah:"));
	for (const struct lantik_verb *verb = program->verbs; verb->name; verb++)
		lantik_buffer_printf(ret, "  %-16s %s\n", verb->name, verb->summary[cli->language]);
	lantik_buffer_printf(ret, "  %-16s %s\n", "help",
		lantik_cli_pick(
			cli, "help on a verb, or `help exit-codes`", "bantuan perintah, atau `help exit-codes`"));
	common_options(cli, ret);
	lantik_buffer_printf(ret, "\n%s: `%s %s --help`, `man %s`\n", lantik_cli_pick(cli, "More", "Lebih lanjut"),
		program->name, lantik_cli_pick(cli, "VERB", "PERINTAH"), program->name);
}

void lantik_help_verb(const struct lantik_cli *cli, const struct lantik_verb *verb, struct lantik_buffer *ret)
{
	if (verb->examples) {
		examples(ret, verb->examples);
		lantik_buffer_printf(ret, "\n");
	}
	lantik_buffer_printf(ret, "%s %s%s%s [--...]\n%s\n", cli->program->name, verb->name, verb->arguments ? " " : "",
		verb->arguments ? verb->arguments : "", verb->summary[cli->language]);
	if (verb->details[cli->language])
		lantik_buffer_printf(ret, "\n%s\n", verb->details[cli->language]);
	if (verb->options && verb->options->name) {
		lantik_buffer_printf(ret, "\n%s\n", lantik_cli_pick(cli, "Options:", "Opsi:"));
		option_table(cli, verb->options, ret);
	}
	common_options(cli, ret);
}

static const struct exit_text {
	enum lantik_exit code;
	const char *text[2];
} exit_texts[] = {
	{LANTIK_EXIT_OK, {"done, everything accepted", "selesai, semua diterima"}},
	{LANTIK_EXIT_FAILED, {"failed, nothing was sent or changed", "gagal, tidak ada yang dikirim atau diubah"}},
	{LANTIK_EXIT_USAGE, {"the command line is wrong", "baris perintah keliru"}},
	{LANTIK_EXIT_PARTIAL, {"done, some rows were returned", "selesai, sebagian baris dikembalikan"}},
	{LANTIK_EXIT_NETWORK,
		{"no connection or no answer, repeating is safe", "tidak ada sambungan atau jawaban, aman diulang"}},
	{LANTIK_EXIT_REFUSED, {"refused, repeating will not help", "ditolak, mengulang tidak membantu"}},
	{LANTIK_EXIT_NOT_SET_UP,
		{"not set up: a key or a setting is missing", "belum disiapkan: kunci atau setelan tidak ada"}},
	{LANTIK_EXIT_RUNNING, {"another copy is running", "salinan lain sedang berjalan"}},
	{LANTIK_EXIT_NOT_VERIFIED, {"the receipt does not verify", "tanda terima tidak terbukti sah"}},
	{LANTIK_EXIT_INTERRUPTED, {"interrupted (Ctrl-C)", "dihentikan (Ctrl-C)"}},
	{LANTIK_EXIT_TERMINATED, {"terminated", "diakhiri"}},
};

void lantik_help_exit_codes(const struct lantik_cli *cli, struct lantik_buffer *ret)
{
	for (size_t i = 0; i < LANTIK_COUNT(exit_texts); i++)
		lantik_buffer_printf(ret, "  %3d  %s\n", (int)exit_texts[i].code, exit_texts[i].text[cli->language]);
	lantik_buffer_printf(
		ret, "%s\n", lantik_cli_pick(cli, "Any other code is a failure.", "Kode lain berarti kegagalan."));
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edits that lead from one word to the other (insert, delete, replace); words are cut at 31 letters. */
static size_t distance(const char *a, const char *b)
{
	size_t row[32];
	size_t width = least(strlen(b), 31), height = least(strlen(a), 31);
	for (size_t j = 0; j <= width; j++)
		row[j] = j;
	for (size_t i = 1; i <= height; i++) {
		size_t corner = row[0];
		row[0] = i;
		for (size_t j = 1; j <= width; j++) {
			size_t above = row[j];
			row[j] = least(least(above, row[j - 1]) + 1, corner + (a[i - 1] != b[j - 1]));
			corner = above;
		}
	}
	return row[width];
}

static bool near_enough(size_t edits, const char *word)
{
	return edits <= 1 + strlen(word) / 3;
}

const struct lantik_verb *lantik_verb_nearest(const struct lantik_program *program, const char *word)
{
	const struct lantik_verb *best = NULL;
	size_t best_edits = SIZE_MAX;
	for (const struct lantik_verb *verb = program->verbs; verb->name; verb++) {
		size_t edits = distance(word, verb->name);
		if (edits < best_edits) {
			best = verb;
			best_edits = edits;
		}
	}
	return best && near_enough(best_edits, word) ? best : NULL;
}

static void nearer(const struct lantik_option *options, const char *word, const char **best, size_t *best_edits)
{
	for (const struct lantik_option *option = options; option && option->name; option++) {
		size_t edits = distance(word, option->name);
		if (edits < *best_edits) {
			*best = option->name;
			*best_edits = edits;
		}
	}
}

const char *lantik_option_nearest(const struct lantik_cli *cli, const char *word)
{
	const char *best = NULL;
	size_t best_edits = SIZE_MAX;
	char name[64];
	word += strspn(word, "-");
	snprintf(name, sizeof name, "%.*s", (int)least(strcspn(word, "="), sizeof name - 1), word);
	nearer(cli->verb ? cli->verb->options : NULL, name, &best, &best_edits);
	nearer(cli->program->options, name, &best, &best_edits);
	nearer(lantik_builtin_options, name, &best, &best_edits);
	return best && near_enough(best_edits, name) ? best : NULL;
}
