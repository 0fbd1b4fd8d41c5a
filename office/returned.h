/* The rows that came back, as a file that can be corrected and sent again.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_RETURNED_H
#define LANTIK_RETURNED_H

#include "history.h"

enum lantik_returned_state {
	LANTIK_RETURNED_NONE,    /* no row waits to be corrected, or the file could not be made, which was said */
	LANTIK_RETURNED_WRITTEN, /* or there already, just so */
	LANTIK_RETURNED_EDITED,  /* the file that is there holds changes that were not sent: it was left alone */
};

struct lantik_returned {
	enum lantik_returned_state state;
	uint32_t rows;
	char path[LANTIK_MAX_PATH]; /* FILE.returned.csv */
};

/* Writes FILE.returned.csv and FILE.returned.manifest for the rows that stand as returned and were not sent again: the
 * office's own cells, why (in the person's language), and what they correct. A file of that name is replaced when it is
 * as it was written, steps aside to FILE.returned.1.csv when it was sent, and stays when it holds changes that were not
 * sent. When no row is left, a file that nobody touched is removed. Failing to write is only remarked: the receipt is
 * kept, and the file can be made again. */
void lantik_returned_write(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_entry *entry,
	const struct lantik_history *history, const char *file, struct lantik_returned *ret);
/* What to do with it; nothing when no row came back. */
void lantik_say_returned(struct lantik_cli *cli, const struct lantik_returned *returned, const char *file);

/* Remarks on a file of returned rows in which nothing was changed since it was written. */
void lantik_remark_untouched(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_sheet *sheet);

/* The sheet as it was sent, out of the outbox; false when it was damaged there. path needs LANTIK_MAX_PATH bytes and
 * stays as long as the sheet. */
LANTIK_MUST_CHECK bool lantik_entry_sheet(struct lantik_cli *cli, const struct lantik_home *home,
	const struct lantik_entry *entry, char *path, struct lantik_sheet *ret);

/* Why a record stands as it does, in one line: the findings' sentences, and the official's word. */
void lantik_fate_why(struct lantik_cli *cli, const struct lantik_rows *table, const struct lantik_history *history,
	uint32_t record_no, struct lantik_buffer *ret);

#endif
