/* lantikctl audit: everything in the database against the ledger and its signed checkpoints. The parts of the audit are
 * steps in tables; each reads streams of rows that are all of one snapshot, and tells what it finds.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_AUDIT_H
#define LANTIK_CTL_AUDIT_H

#include "database.h"
#include "lantik/trust.h"

/* At most so many streams are open at once, each over a connection of its own. */
#define AUDIT_STREAMS 8u
/* A row of the register has LANTIK_ROW_COLUMNS. */
#define AUDIT_COLUMNS 128u

struct audit {
	struct lantik_cli *cli;
	struct database *database;          /* for single questions, in the snapshot of all streams */
	uint64_t from;                      /* first leaf that is looked at; 0: the whole register */
	uint64_t size;                      /* leaves of the ledger, as ledger_head says */
	char origin[LANTIK_MAX_ORIGIN + 1]; /* base origin, of the pinned key or as ledger_head says */
	uint64_t findings, remarks;
	uint64_t leaves, rows; /* looked at */
	int64_t now;           /* of the snapshot, microseconds since 1970 */
	bool has_daemon;       /* one is connected, and signs what is not signed yet */
	/* What is believed: the pinned keys, and after the step over the ledger the deeds that it holds. */
	struct lantik_trust trust;
	bool is_pinned; /* the receipt key was given, and not taken from the database */
	bool failed;    /* sticky: the database failed, or a signal came; streams have ended */

	/* private */
	uint64_t done; /* of the running step */
	struct audit_witness *witnesses;
	size_t witness_count;
	struct lantik_buffer newest_note; /* the largest signed checkpoint that the ledger continues; may be empty */
	uint64_t newest_size;
	bool is_unproved;  /* deeds about receipt keys could not be proved: no recovery key was given, or one is lost */
	bool deed_is_lost; /* the second of these */
	/* Leaves whose bytes are not what was signed, ascending: nothing is judged by them. */
	uint64_t *bad_leaves;
	size_t bad_count, bad_capacity;
	/* Batches whose rows or returned records do not lead to the roots in the leaf, ascending. */
	struct audit_misfit {
		int64_t batch_no;
		bool has_findings; /* under its number, and they are its own */
	} * misfits;
	size_t misfit_count, misfit_capacity;
	/* Numbers of rows, returned records and erased rows that no batch and no decision has. */
	int64_t *orphans;
	size_t orphan_count, orphan_capacity;
	char snapshot[64];
	struct database idle[AUDIT_STREAMS];
	unsigned idle_count;
	int reported; /* exit code of a failure that was reported already */
};

/* ---- steps ---- */

struct audit_step {
	const char *what[2];                    /* what is counted: "rows of the register"; NULL ends a table */
	bool needs_whole;                       /* nothing can be said with --from; it is left out, and that is told */
	uint64_t (*count)(struct audit *audit); /* how many there are to count; NULL: not known */
	void (*run)(struct audit *audit);       /* calls audit_progress once for each */
};

/* One table a part, run in this order. */
extern const struct audit_step audit_key_steps[], audit_ledger_steps[], audit_deed_steps[], audit_entry_steps[],
	audit_body_steps[], audit_derived_steps[];

/* One more of what the step counts was looked at. */
void audit_progress(struct audit *audit);
/* The number that a query of one number gives; 0 when it failed. */
uint64_t audit_count(struct audit *audit, const char *query, ...) LANTIK_PRINTF(2, 3);

/* ---- what is found ---- */

enum audit_what { AUDIT_ALTERED, AUDIT_MISSING, AUDIT_EXTRA, AUDIT_REORDERED };

/* One finding: the table (without schema), the key of the row, and the column when it is known (NULL). The key names
 * columns and values, `batch_no 12 record_no 5`, and never a value of a person: a NIK is told by audit_masked. */
void audit_found(struct audit *audit, const char *table, enum audit_what what, const char *column, const char *key, ...)
	LANTIK_PRINTF(5, 6);
/* What is no proof of a change, but what an auditor must know. The word is for programs. */
void audit_remark(struct audit *audit, const char *word, const char *english, const char *indonesian, ...)
	LANTIK_PRINTF(3, 5) LANTIK_PRINTF(4, 5);
/* `sha256:` and 8 hex digits; ret needs 16 bytes. */
const char *audit_masked(struct lantik_span value, char ret[16]);

/* Whether rows can be judged by this leaf: its bytes are here, and they are what was signed. */
bool audit_leaf_holds(const struct audit *audit, struct lantik_span leaf, uint64_t leaf_index);
void audit_leaf_is_bad(struct audit *audit, uint64_t leaf_index);
/* With rising numbers; has_findings: under its number, and they are its own. */
void audit_misfit(struct audit *audit, int64_t batch_no, bool has_findings);
/* NULL: it is none. */
const struct audit_misfit *audit_misfit_of(const struct audit *audit, int64_t batch_no);
void audit_orphan(struct audit *audit, int64_t number);

/* ---- streams: the rows of a query one after the other, in bounded memory ---- */

struct audit_stream {
	struct audit *audit;
	struct database connection;
	bool open, begun;
	char *message; /* libpq's; rows borrow from it */
	const uint8_t *at, *end;
	unsigned columns;
	struct lantik_span cells[AUDIT_COLUMNS]; /* data is NULL when the cell is NULL */
	struct lantik_span tuple; /* the whole row as COPY BINARY sends it, the number of columns first */
};

/* Begins the query: no semicolon, tables with their schema. A failure is sticky in audit and reported at the end. */
void audit_open(struct audit *audit, struct audit_stream *ret, const char *query, ...) LANTIK_PRINTF(3, 4);
/* The next row; false at the end, and when the audit has failed. */
LANTIK_MUST_CHECK bool audit_next(struct audit_stream *stream);
/* Also when rows are left. */
void audit_close(struct audit_stream *stream);

/* Cells of the row, by place from 0, as PostgreSQL's binary form has them. */
bool audit_null(const struct audit_stream *stream, unsigned column);
struct lantik_span audit_cell(const struct audit_stream *stream, unsigned column); /* NULL: empty */
int64_t audit_integer(const struct audit_stream *stream, unsigned column);         /* int2, int4, int8, bool; NULL: 0 */
int64_t audit_time(const struct audit_stream *stream, unsigned column); /* microseconds since 1970; NULL: 0 */
bool audit_is(const struct audit_stream *stream, unsigned column, struct lantik_span value);
bool audit_is_hash(const struct audit_stream *stream, unsigned column, const uint8_t hash[LANTIK_HASH]);

#endif
