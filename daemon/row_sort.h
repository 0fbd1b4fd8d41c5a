/* Rows in the order of a number that each one has.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_ROW_SORT_H
#define LANTIK_DAEMON_ROW_SORT_H

#include "row.h"

/* The numbers that rows are sorted by. */
int64_t row_nik(const struct row *row);
int64_t row_nip(const struct row *row);

/* Least number first; rows of the same number stay in their order. Aborts on no memory. */
void rows_sort(struct row **rows, size_t count, int64_t (*number)(const struct row *row));

#endif
