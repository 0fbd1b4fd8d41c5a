/* Rulebooks as texts: where one comes from, and its lines table by table.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_BOOK_H
#define LANTIK_CTL_BOOK_H

#include "database.h"
#include "lantik/rulebook.h"

struct book {
	struct lantik_buffer text;
	struct lantik_rulebook *rulebook;
	char digest[65];
};

/* What the tables of the database make now. Of this and the next two: LANTIK_EXIT_OK, or the exit code of a failure
 * that was reported. Free it in both cases. */
LANTIK_MUST_CHECK int book_in_force(struct database *database, struct book *ret);
/* What they would make once these CSV files were loaded, in a transaction that is rolled back; or the one file, when it
 * is the text of a rulebook. */
LANTIK_MUST_CHECK int book_with(struct database *database, const char *const *paths, unsigned count, struct book *ret);
/* One that was in force, by its digest or the beginning of it. */
LANTIK_MUST_CHECK int book_of_history(struct database *database, const char *digest, struct book *ret);
void book_free(struct book *book);

/* The next line without its end, first line included; false at the end. */
bool book_line(struct lantik_span *text, struct lantik_span *ret);
/* A line's cell, from 0, which is the table's word; empty when there are fewer. */
struct lantik_span book_cell(struct lantik_span line, unsigned at);
/* What a table is called, by its word in the text; NULL when this program does not know it. */
const char *book_table_title(const struct lantik_cli *cli, struct lantik_span word);

#endif
