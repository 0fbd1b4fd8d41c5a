/* The configuration: a flat file of `key = value`, read once at start. docs/man/lantikd.conf.5.scd has every key.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_CONFIG_H
#define LANTIK_DAEMON_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "lantik/attr.h"

struct config {
	char *listen;   /* ZeroMQ endpoint to bind */
	char *database; /* libpq connection string */
	char *state_directory;
	char *curve_key_file;
	char *receipt_key_file;
	char *next_receipt_key_file; /* empty: none */
	char *recovery_key;          /* the vkey or its file; empty: no deed about keys is believed */
	char *revoked_file;          /* CURVE keys that are cut off at once */
	long workers;
	long in_flight_bytes;        /* bodies held in memory, all offices together */
	long office_in_flight_bytes; /* and of one office */
	long drain_seconds;          /* how long SIGTERM waits for batches under way */
};

/* path NULL: defaults alone. Complaints go to stderr as `file:line: what`, with what was expected. */
LANTIK_MUST_CHECK bool config_load(const char *path, struct config *ret);
/* What the workers and everything else need beside the bodies. */
long config_own_bytes(const struct config *config);
/* The effective configuration, in the file's own syntax, to stdout. */
void config_print(const struct config *config);
void config_free(struct config *config);

#endif
