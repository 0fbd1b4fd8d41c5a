/* What the files of cli/ know of a running verb; private to this room.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CLI_PRIVATE_H
#define LANTIK_CLI_PRIVATE_H

#include <signal.h>

#include "lantik/cli.h"

/* A command line gives at most this many options; `office add` with a hundred agencies is the longest in use. */
#define LANTIK_MAX_VALUES 1024u
#define LANTIK_MAX_TABLE 64u

struct option_value {
	const struct lantik_option *option;
	const char *text;
	int64_t number;
};

enum progress_mode { PROGRESS_AUTO, PROGRESS_BAR, PROGRESS_PLAIN, PROGRESS_JSON, PROGRESS_NONE };

struct progress {
	enum progress_mode mode;
	bool running, drawn;
	const char *what;
	uint64_t total, done;
	int64_t started_ms, shown_ms;
};

struct json_writer;

struct lantik_cli {
	const struct lantik_program *program;
	const struct lantik_verb *verb;
	enum lantik_language language;
	bool json;
	struct option_value values[LANTIK_MAX_VALUES];
	unsigned value_count;
	char **arguments;
	unsigned argument_count;
	struct progress progress;
	struct json_writer *writer; /* NULL without --json */
};

/* options.c */
extern const struct lantik_option lantik_builtin_options[];
/* By name in the tables of the verb (may be NULL), the program and the built-in ones; NULL when there is none. */
const struct lantik_option *lantik_option_find(
	const struct lantik_program *program, const struct lantik_verb *verb, struct lantik_span name);
/* Reads argv[1 ..] after the verb's words were taken out. LANTIK_EXIT_OK or the exit code of a reported failure. */
int lantik_options_parse(struct lantik_cli *cli, int argc, char **argv);

/* help.c */
void lantik_help_program(const struct lantik_cli *cli, struct lantik_buffer *ret);
void lantik_help_verb(const struct lantik_cli *cli, const struct lantik_verb *verb, struct lantik_buffer *ret);
void lantik_help_exit_codes(const struct lantik_cli *cli, struct lantik_buffer *ret);
/* The verb whose name is nearest; NULL when none is near. */
const struct lantik_verb *lantik_verb_nearest(const struct lantik_program *program, const char *word);
const char *lantik_option_nearest(const struct lantik_cli *cli, const char *word);

/* json.c */
struct json_writer *lantik_writer_new(void);
void lantik_writer_summary(struct lantik_cli *cli, int exit_code);
void lantik_writer_free(struct json_writer **writer);

/* progress.c */
void lantik_progress_choose(struct lantik_cli *cli, const char *mode);
void lantik_progress_clear(struct lantik_cli *cli); /* before another line goes to stderr or stdout */
extern volatile sig_atomic_t lantik_show_progress_now;

#endif
