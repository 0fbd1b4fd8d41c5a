/* The state directory: one lantikd at a time, and in it a file an epoch that remembers the last signed head in two
 * checksummed slots. Whatever fails is told with the name of the file, the reason and what to do.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_HEAD_FILE_H
#define LANTIK_DAEMON_HEAD_FILE_H

#include "lantik/attr.h"
#include "lantik/error.h"
#include "lantik/ledger.h"
#include "lantik/limits.h"

#define HEAD_WHY 1024
#define HEAD_NAME 32

struct head_directory {
	int file;   /* holds the lock */
	char *path; /* as it was configured */
};

struct head_file {
	const struct head_directory *directory;
	char name[HEAD_NAME];
	char origin[LANTIK_MAX_ORIGIN + 1]; /* of the epoch */
	int file;
	int next_slot;
	bool half_damaged; /* what was read is the other half */
	uint64_t size;     /* 0: nothing was signed in this epoch */
	uint8_t root[LANTIK_HASH];
};

/* Locks the directory until it is closed. LANTIK_E_UNAVAILABLE: another process works with it; LANTIK_E_IO. */
LANTIK_MUST_CHECK enum lantik_error head_directory_open(
	const char *path, struct head_directory *ret, char ret_why[HEAD_WHY]);
void head_directory_close(struct head_directory *directory);
/* The newest epoch that left a file behind; 1 without any. */
unsigned head_directory_epoch(const struct head_directory *directory);

/* Opens or makes the file of an epoch; the directory must outlive it. LANTIK_E_MALFORMED: it is damaged so that nobody
 * knows what was signed last; LANTIK_E_MISMATCH: it is of another origin; LANTIK_E_IO. */
LANTIK_MUST_CHECK enum lantik_error head_file_open(const struct head_directory *directory, unsigned epoch,
	const char *origin, struct head_file *ret, char ret_why[HEAD_WHY]);
void head_file_close(struct head_file *file);
/* LANTIK_OK: the head will be read again, whatever happens. LANTIK_E_IO: perhaps not, and nothing changed here. */
LANTIK_MUST_CHECK enum lantik_error head_file_write(
	struct head_file *file, uint64_t size, const uint8_t root[LANTIK_HASH], char ret_why[HEAD_WHY]);

#endif
