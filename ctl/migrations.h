/* The numbered migrations inside the program; their bytes come from sql/migrations at build time.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_MIGRATIONS_H
#define LANTIK_CTL_MIGRATIONS_H

#include <stddef.h>

struct migration {
	int number;
	const char *name;
	const char *sql; /* NUL-terminated */
	size_t size;     /* without the NUL */
};

/* In order, numbers 1 .. migration_count. */
extern const struct migration migrations[];
extern const size_t migration_count;

#endif
