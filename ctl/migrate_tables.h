/* Writes the program's own tables (rules, cases, words) into the database.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_MIGRATE_TABLES_H
#define LANTIK_CTL_MIGRATE_TABLES_H

#include "database.h"

/* Within a transaction; *ret_changes counts rows added, changed or removed. */
bool migrate_tables(struct database *database, int64_t *ret_changes);

#endif
