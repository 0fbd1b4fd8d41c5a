/* Reading and running the readable cases of tests/cases: one line is a batch, judged by the check that both ends run.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Columns, tab-separated: rule, kind, step, changes to a good record (good.tsv), expected findings.
 * Changes, joined by `;`:
 *   field=value            of every record                2:field=value   of the second record alone
 *   manifest.field=value                                  copies=3        three records instead of one
 *   typed.field=value, typed.manifest.field=value         text as it stands in a cell, read as the office's reader does
 *   received=day or day and time in Asia/Jakarta          rulebook=empty  no table at all
 *   rulebook+=a line with | for a tab                     rulebook-=what the lines that go begin with
 *   dokumen=type,object,sha256 adds a document; without a value it takes all away
 * In values `\xNN` is a byte, `A{60}` sixty times A, `<nn>` the record's number in two digits, `@a01` the identifier
 * 99000000000000000000000000000a01 (in lines of the rulebook, too); a date or number that begins with # is taken as it
 * stands.
 * Expected, separated by blanks, in any order: `[record/]CODE.case[:field]/S` with the letter of the severity, F E R W;
 * the record number is left out where there is one, 0 is the batch; `-` is no finding. `?RULE` or `?CODE.case` names
 * what could not be judged, of the rules that need no register: all of it where one is named, `?none` where nothing is.
 */
#ifndef LANTIK_CASES_H
#define LANTIK_CASES_H

#include "lantik/rules.h"

#define CASES_MAX_LINE 4096
#define CASES_MAX_RECORDS 64
#define CASES_MAX_DOCUMENTS 32

struct cases_line {
	const char *file;
	unsigned number;
	const char *rule, *kind, *step, *changes, *expected;
};

struct cases_example {
	struct lantik_record records[CASES_MAX_RECORDS];
	struct lantik_manifest manifest;
	int64_t received;
	uint32_t copies;
	bool no_rulebook;
	const char *removed[16], *added[32]; /* lines of the rulebook, `|` for a tab */
	size_t removed_count, added_count;
	struct lantik_finding typed[16]; /* what the reader found */
	size_t typed_count;
	struct lantik_arena
		*arena; /* of the values, each a piece of its own, so that a sanitizer sees a step beyond one */
};

/* What came of a line; texts with their tokens sorted. */
struct cases_result {
	const struct lantik_findings *findings;
	char expected[CASES_MAX_LINE], found[CASES_MAX_LINE];
	bool agrees;
};

typedef void cases_visit(const struct cases_line *line, const struct cases_result *result, void *user);

/* Runs every line of the files in that directory; a line that cannot be read ends the program. */
void cases_run(const char *directory, cases_visit *visit, void *user);

/* A line that is wrong, by file and number. */
__attribute__((noreturn, format(printf, 1, 2))) void cases_fail(const char *format, ...);

/* Applies a list of changes: to the manifest and the circumstances (record 0), or to one record. The text is kept. */
void cases_change(struct cases_example *example, uint32_t record, char *changes);

/* `@a01`, and whatever follows it, to the 32 hexadecimal digits; ret needs 33 bytes. */
void cases_id(const char *text, char *ret);

/* The rulebook of tests/cases with the example's changes; the caller frees. */
struct lantik_rulebook *cases_rulebook(const char *directory, const struct cases_example *example);

#endif
