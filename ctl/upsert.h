/* Adds or changes many rows of one table in one statement, and counts which of them did change.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_UPSERT_H
#define LANTIK_CTL_UPSERT_H

#include "database.h"

#define UPSERT_COLUMNS 16u

struct upsert_column {
	const char *name;
	const char *type; /* of the database */
	bool key;
};

struct upsert {
	const char *table; /* in schema lantik */
	size_t column_count;
	struct upsert_column columns[UPSERT_COLUMNS];
	struct lantik_buffer arrays[UPSERT_COLUMNS]; /* one array literal a column */
	size_t cells;
	int64_t added, changed; /* after upsert_run */
};

void upsert_column(struct upsert *upsert, const char *name, const char *type, bool key);
/* Cells of all rows in the order of the columns. A span without data is NULL. */
void upsert_cell(struct upsert *upsert, struct lantik_span value);
void upsert_text(struct upsert *upsert, const char *value);
void upsert_number(struct upsert *upsert, int64_t value);
bool upsert_run(struct upsert *upsert, struct database *database);
/* Deletes the rows whose keys are not among the cells; counts them as changed. */
bool upsert_delete_others(struct upsert *upsert, struct database *database);
void upsert_free(struct upsert *upsert);

#endif
