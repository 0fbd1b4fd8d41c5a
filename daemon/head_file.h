/* The state directory: one lantikd at a time, and in it a file an epoch that remembers the last signed head, and the
 * one that is meant to be signed next, in two checksummed slots. Whatever fails is told with the name of the file, the
 * reason and what to do.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_HEAD_FILE_H
#define LANTIK_DAEMON_HEAD_FILE_H

#include "lantik/attr.h"
#include "lantik/error.h"
#include "lantik/ledger.h"
#include "lantik/limits.h"

#define HEAD_WHY 1024
#define HEAD_NAME 32

#define HEAD_SLOTS 2

struct head_directory {
	int file;   /* holds the lock */
	char *path; /* as it was configured */
};

/* As it stands in the file; numbers are big-endian. */
struct head_slot {
	char magic[16];
	uint64_t size, base_size;
	uint8_t root[LANTIK_HASH], base_root[LANTIK_HASH]; /* the base was signed last before it */
	char origin[LANTIK_MAX_ORIGIN + 1];
	char padding[512 - 16 - 2 * 8 - 2 * LANTIK_HASH - (LANTIK_MAX_ORIGIN + 1) - 2 * LANTIK_HASH];
	uint8_t checksum[LANTIK_HASH]; /* SHA-256 of all before it */
	uint8_t mark[LANTIK_HASH];     /* follows from the checksum when the head is signed; else it is only meant */
};

struct head_file {
	const struct head_directory *directory;
	char name[HEAD_NAME];
	char origin[LANTIK_MAX_ORIGIN + 1]; /* of the epoch */
	int file;
	struct head_slot slots[HEAD_SLOTS]; /* as they are to be */
	int newest;                         /* holds size and root, signed; the other one is written next */
	bool half_damaged;                  /* what was read is the other half */
	bool in_doubt;  /* the other one holds a head of which it is not known whether it was signed */
	bool is_meant;  /* the other one holds a head, on the disk, that may be signed by its mark */
	bool unflushed; /* the file may not be as slots are */
	uint64_t size;  /* 0: nothing was signed in this epoch */
	uint8_t root[LANTIK_HASH];
};

/* A head that an earlier run meant to sign, and perhaps did. */
struct head_doubt {
	uint64_t size;
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
/* Keeps on the disk that this head may be signed, while the database commits it: then head_file_write needs no flush.
 * LANTIK_E_IO: it is not kept, and that one flushes as for any other. */
LANTIK_MUST_CHECK enum lantik_error head_file_mean(
	struct head_file *file, uint64_t size, const uint8_t root[LANTIK_HASH], char ret_why[HEAD_WHY]);
/* LANTIK_OK: the head will be read again, whatever happens; one that was meant perhaps as in doubt, when the machine
 * goes down before head_file_settle. LANTIK_E_IO: perhaps not, and nothing changed here. Not in doubt. */
LANTIK_MUST_CHECK enum lantik_error head_file_write(
	struct head_file *file, uint64_t size, const uint8_t root[LANTIK_HASH], char ret_why[HEAD_WHY]);
/* Takes back what was meant, if it is this head: it was told to nobody. */
void head_file_withdraw(struct head_file *file, uint64_t size, const uint8_t root[LANTIK_HASH]);
/* Flushes a mark that head_file_write left to the page cache, and what head_file_withdraw took back, if there is any.
 */
LANTIK_MUST_CHECK enum lantik_error head_file_settle(struct head_file *file, char ret_why[HEAD_WHY]);

/* False: none. */
LANTIK_MUST_CHECK bool head_file_doubt(const struct head_file *file, struct head_doubt *ret);
/* Ends the doubt: the head counts as signed, or was never told to anybody. LANTIK_E_IO: it stays. */
LANTIK_MUST_CHECK enum lantik_error head_file_decide(struct head_file *file, bool was_signed, char ret_why[HEAD_WHY]);

#endif
