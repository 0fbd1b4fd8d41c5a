/* What lantik and lantikctl share towards a person: verbs and options, help, languages, errors, JSON Lines, tables,
 * progress, files and CSV. stdout carries the answer alone; progress and errors of the text form go to stderr.
 * Every text is given as a pair, English and Indonesian; formats of a pair take the same arguments in the same order.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CLI_H
#define LANTIK_CLI_H

#include "lantik/bytes.h"

/* Exit codes of both programs. A code outside this list is a failure. */
enum lantik_exit {
	LANTIK_EXIT_OK = 0,           /* done; everything accepted */
	LANTIK_EXIT_FAILED = 1,       /* failed; nothing was sent or changed */
	LANTIK_EXIT_USAGE = 2,        /* the command line is wrong */
	LANTIK_EXIT_PARTIAL = 3,      /* done; some rows were returned */
	LANTIK_EXIT_NETWORK = 4,      /* not reachable or no answer; repeating is safe */
	LANTIK_EXIT_REFUSED = 5,      /* refused; repeating will not help */
	LANTIK_EXIT_NOT_SET_UP = 6,   /* a key or a setting is missing */
	LANTIK_EXIT_RUNNING = 7,      /* another copy is running */
	LANTIK_EXIT_NOT_VERIFIED = 8, /* a receipt does not verify */
	LANTIK_EXIT_INTERRUPTED = 130,
	LANTIK_EXIT_TERMINATED = 143,
};

struct lantik_cli;

/* ---- verbs and options: one table is the parser, the help and the completion ---- */

enum lantik_option_type { LANTIK_OPTION_FLAG, LANTIK_OPTION_TEXT, LANTIK_OPTION_NUMBER };

struct lantik_option {
	const char *name; /* without `--`; NULL ends a table */
	char letter;      /* 0: none */
	enum lantik_option_type type;
	const char *argument; /* what the help calls the value: `FILE` */
	const char *help[2];
	int64_t least, greatest; /* NUMBER, both inclusive */
	bool repeats;            /* may be given several times */
};

struct lantik_verb {
	const char *name;                         /* one or two words: `check`, `office add`; NULL ends a table */
	const char *arguments;                    /* what the help shows after the verb: `FILE...`; may be NULL */
	unsigned least_arguments, most_arguments; /* most 0: none; UINT_MAX: any number */
	const char *summary[2];                   /* one line */
	const char *details[2];                   /* paragraphs; may be NULL */
	const char *examples;                     /* whole command lines, one a line; shown first */
	const struct lantik_option *options;      /* may be NULL */
	int (*run)(struct lantik_cli *cli);       /* returns enum lantik_exit */
};

struct lantik_program {
	const char *name;
	const char *summary[2];
	const char *examples; /* the commands that most people need, one a line; shown first */
	const struct lantik_verb *verbs;
	const struct lantik_option
		*options; /* of every verb; may be NULL. Built in: --json --lang --progress --help --version */
};

/* Parses, dispatches, prints the summary line of --json and returns the exit code. The whole of main(). */
int lantik_cli_main(const struct lantik_program *program, int argc, char **argv);

/* Options of the running verb by name; asking for one outside its tables is a bug and aborts. */
bool lantik_option_given(const struct lantik_cli *cli, const char *name);
const char *lantik_option_text(const struct lantik_cli *cli, const char *name); /* the last; NULL: not given */
const char *lantik_option_text_at(const struct lantik_cli *cli, const char *name, unsigned at); /* NULL past the last */
int64_t lantik_option_number(const struct lantik_cli *cli, const char *name, int64_t otherwise);
/* What follows the verb and is no option. */
unsigned lantik_argument_count(const struct lantik_cli *cli);
const char *lantik_argument(const struct lantik_cli *cli, unsigned at); /* NULL past the last */

enum lantik_language lantik_cli_language(const struct lantik_cli *cli);
bool lantik_cli_json(const struct lantik_cli *cli);
/* The half of a pair in the person's language. */
const char *lantik_cli_pick(const struct lantik_cli *cli, const char *english, const char *indonesian);
/* `7,326` or `7.326`; ret needs 32 bytes; returns ret. */
const char *lantik_count_format(const struct lantik_cli *cli, int64_t count, char *ret);
/* SIGINT or SIGTERM when one arrived (loops ask and wind down), else 0. Exit code: lantik_signal_exit(). */
int lantik_signal(void);
/* Milliseconds of a clock that never goes back; for deadlines. */
int64_t lantik_now_ms(void);
int lantik_signal_exit(void);

/* ---- text ---- */

/* One line on stdout; nothing with --json. */
void lantik_say(struct lantik_cli *cli, const char *english, const char *indonesian, ...) LANTIK_PRINTF(2, 4)
	LANTIK_PRINTF(3, 4);
/* One line on stderr, also with --json: a remark, no failure. */
void lantik_remark(struct lantik_cli *cli, const char *english, const char *indonesian, ...) LANTIK_PRINTF(2, 4)
	LANTIK_PRINTF(3, 4);
/* An error, on stderr or as a JSON object `error`. number is stable and searchable: `LNT-0123` (lantik 1-499, lantikctl
 * 500-999). A newline in the text separates what happened from what to do. Returns exit_code. */
int lantik_fail(struct lantik_cli *cli, unsigned number, int exit_code, const char *english, const char *indonesian,
	...) LANTIK_PRINTF(4, 6) LANTIK_PRINTF(5, 6);

/* Says the text after `first` blanks, its further lines after `rest` blanks, and empties it. Elsewhere than on a
 * terminal it stays one line, so that it can be searched. */
void lantik_say_wrapped(struct lantik_cli *cli, unsigned first, unsigned rest, struct lantik_buffer *text);

/* The text fit for a terminal: control characters become blanks, what is unseen or turns the direction of writing is
 * named as <U+202E>, bad UTF-8 is replaced. */
void lantik_printable(struct lantik_span text, struct lantik_buffer *ret);

struct lantik_record;
struct lantik_field;
/* Appends the value of a record's field in words, fit for a terminal; nothing when the record does not give it. */
void lantik_value_text(const struct lantik_cli *cli, const struct lantik_record *record,
	const struct lantik_field *field, struct lantik_buffer *ret);

/* ---- JSON Lines: all of these do nothing without --json. Names are English and never translated. ---- */

void lantik_json_open(struct lantik_cli *cli, const char *type);                    /* finding, result, progress, ... */
void lantik_json_text(struct lantik_cli *cli, const char *name, const char *value); /* NULL value: null */
void lantik_json_span(struct lantik_cli *cli, const char *name, struct lantik_span value); /* bad UTF-8 is replaced */
void lantik_json_number(struct lantik_cli *cli, const char *name, int64_t value);
void lantik_json_flag(struct lantik_cli *cli, const char *name, bool value);
void lantik_json_list(struct lantik_cli *cli, const char *name); /* values inside have a NULL name */
void lantik_json_end(struct lantik_cli *cli);                    /* of the innermost list */
void lantik_json_close(struct lantik_cli *cli);                  /* prints the line */
/* What the last line, `summary`, says besides verb and exit_code. */
void lantik_summary_text(struct lantik_cli *cli, const char *name, const char *value);
void lantik_summary_number(struct lantik_cli *cli, const char *name, int64_t value);

/* ---- tables: aligned columns as text, one object `result` a row as JSON ---- */

struct lantik_column {
	const char *name;     /* of the JSON member */
	const char *title[2]; /* of the text column */
	bool right;           /* aligned to the right: numbers */
};

struct lantik_listing;

/* columns must outlive the listing. */
struct lantik_listing *lantik_listing_new(struct lantik_cli *cli, const struct lantik_column *columns, size_t count);
/* Cells in the order of the columns; the row ends by itself. */
void lantik_listing_text(struct lantik_listing *listing, const char *value); /* NULL: empty, null */
void lantik_listing_number(struct lantik_listing *listing, int64_t value);
void lantik_listing_print(struct lantik_listing **listing); /* and frees */

/* ---- progress on stderr: a bar on a terminal after 1 s, else a complete line every 10 s (--progress) ---- */

/* total 0: not known. The text is what is counted, for example "records checked". */
void lantik_progress_start(struct lantik_cli *cli, const char *english, const char *indonesian, uint64_t total);
void lantik_progress(struct lantik_cli *cli, uint64_t done); /* cheap: call for every item */
void lantik_progress_end(struct lantik_cli *cli);

/* ---- files ---- */

/* Appends the whole file; LANTIK_E_TOO_LARGE past limit, LANTIK_E_NOT_FOUND, LANTIK_E_IO (errno stands). */
LANTIK_MUST_CHECK enum lantik_error lantik_file_read(const char *path, size_t limit, struct lantik_buffer *ret);
/* Temporary file beside it, fsync, rename, fsync of the folder: afterwards the whole content or the former one. */
LANTIK_MUST_CHECK enum lantik_error lantik_file_write(const char *path, unsigned mode, struct lantik_span content);
/* The folder and its parents; existing is fine. */
LANTIK_MUST_CHECK enum lantik_error lantik_folder_make(const char *path, unsigned mode);

/* ---- CSV in memory: `,` `;` or tab, BOM or not, quoted cells, LF or CRLF ---- */

#define LANTIK_CSV_COLUMNS 1000u
#define LANTIK_CSV_CELL (64u * 1024)

struct lantik_csv_row {
	uint32_t line;  /* 1-based line of the file on which the row begins */
	uint32_t count; /* cells, which may differ from the header's */
	const struct lantik_span *cells;
};

struct lantik_csv {
	char delimiter;
	struct lantik_csv_row header;
	struct lantik_csv_row *rows; /* blank lines are left out; line numbers stay true */
	size_t row_count;
	/* private */
	struct lantik_span *cells;
	struct lantik_buffer text;
};

enum lantik_csv_fault {
	LANTIK_CSV_FINE,
	LANTIK_CSV_EMPTY,    /* no header */
	LANTIK_CSV_UTF16,    /* Excel's "Unicode text": save as CSV UTF-8 */
	LANTIK_CSV_WORKBOOK, /* an .xlsx or .xls under another name */
	LANTIK_CSV_ENCODING, /* not UTF-8, or holds a NUL */
	LANTIK_CSV_QUOTE,    /* a quotation mark out of place or never closed */
	LANTIK_CSV_LIMIT,    /* too many rows or columns, or too long a cell */
};

/* At most most_rows rows. On failure *ret_line is the line at fault (0: the file). */
LANTIK_MUST_CHECK enum lantik_csv_fault lantik_csv_read(
	struct lantik_span file, size_t most_rows, struct lantik_csv *ret, uint32_t *ret_line);
void lantik_csv_free(struct lantik_csv *csv);
const char *lantik_csv_fault_text(enum lantik_csv_fault fault, enum lantik_language language);
/* Case, blanks, hyphens and underscores do not matter. */
bool lantik_header_is(struct lantik_span header, const char *name);
/* Index of the column, -1 when there is none. */
int lantik_csv_column(const struct lantik_csv *csv, const char *name);
/* One cell of RFC 4180, quoted when it must be. */
void lantik_csv_append(struct lantik_buffer *buffer, struct lantik_span cell);

#endif
