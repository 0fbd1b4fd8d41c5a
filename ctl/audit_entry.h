/* What the audit knows of one batch or decision while it looks at its rows: what the leaf binds, and what must be
 * there. SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_AUDIT_ENTRY_H
#define LANTIK_CTL_AUDIT_ENTRY_H

#include "audit.h"
#include "lantik/ledger.h"
#include "lantik/note.h"
#include "lantik/row.h"
#include "lantik/statement.h"

/* A stream of rows that belong to batches and decisions, in the order of their numbers. */
struct owned {
	struct audit_stream stream;
	const char *table;
	bool waits; /* on a row that was not looked at yet */
};

struct audit_office_key {
	int32_t office_no;
	uint8_t id[4];
	bool is_key; /* the text could be read */
	struct lantik_vkey vkey;
};

struct audit_held {
	uint32_t record_no;
	enum lantik_outcome outcome;
};

struct item {
	int64_t record_no; /* of any row: somebody may have written it */
	uint8_t hash[LANTIK_HASH];
};

struct items {
	struct item *items;
	size_t count, capacity;
};

/* One batch or decision. Spans borrow from its stream. */
struct entry {
	struct entries *all;
	int64_t number;
	bool is_decision;
	int64_t batch_no;  /* as it was sent: the same, or the batch that the decision is about */
	int64_t office_no; /* of the row */
	/* The leaf is there and is about it: the roots below are the ledger's word, otherwise the row's own. */
	bool is_bound;
	/* Verdict or statement is the one that the leaf binds: the lists below are sure. */
	bool is_told;
	uint8_t rows_root[LANTIK_HASH], returned_root[LANTIK_HASH];
	/* As its rows have them. */
	int32_t kind, step;
	struct lantik_span agency;
	bool names_agency;  /* the records do: batch.body_form says so */
	bool is_form_known; /* the first row that tells it was looked at */
	/* Of a batch: how many records its verdict counts, how many were made again, and what the manifest says that
	 * their hashes lead to. */
	uint32_t records, record_count;
	bool has_records_root;
	uint8_t records_root[LANTIK_HASH];
	size_t accepted_count, held_count;
	struct lantik_findings findings;
	bool findings_known;                            /* none of a case that this program does not know */
	struct lantik_span row_hashes, returned_hashes; /* as its row has them */
};

/* The whole walk. */
struct entries {
	struct audit *audit;
	struct owned batches, decisions, rows, returned, findings;
	struct owned erased; /* by number, part, record */
	uint64_t least;      /* number of those whose leaves are looked at */
	struct audit_office_key *keys;
	size_t key_count;
	struct lantik_arena *arena;            /* for one manifest */
	uint32_t accepted[LANTIK_MAX_RECORDS]; /* record numbers, ascending */
	struct audit_held held[LANTIK_MAX_RECORDS];
	struct items items;
	uint8_t record_hashes[LANTIK_MAX_RECORDS][LANTIK_HASH]; /* by record number */
	struct lantik_arena *row_arena;                         /* for one row, and its record */
	struct lantik_buffer record;                            /* the bytes of one */
	struct difference *differences;                         /* of the rows that are looked at */
	struct lantik_buffer mended;                            /* stored hashes whose number was altered */
	size_t difference_count, difference_capacity;
};

/* Opens the stream; select is everything up to FROM with the table under the name t, order what follows the number. */
void owned_open(struct entries *all, struct owned *ret, const char *table, const char *number, const char *select,
	const char *order);
/* Moves to the rows of this number, telling on the way those that belong to nothing; false when there are none. */
bool owned_seek(struct entries *all, struct owned *owned, int64_t number);
void owned_next(struct owned *owned);
/* Tells what is left, and closes. */
void owned_close(struct entries *all, struct owned *owned);

/* The records of the batch name their agency, or they do not: body_form is told when it says otherwise. */
void audit_form_is(struct entry *entry, bool names_agency);
/* The hash of a record's bytes, of a batch; nothing for a decision, whose records are its batch's. */
void audit_record_is(struct entry *entry, uint32_t record_no, const uint8_t hash[LANTIK_HASH]);

/* The key of a row of the entry; what there is to say of its column, unless it is as it must be. */
void entry_column(const struct entry *entry, const char *column, bool is_right);

/* ---- the columns of a row, which fill in the rest of entry ---- */

void audit_batches_open(struct entries *all);
void audit_batch_read(struct entry *entry); /* the row on which all->batches stands */
void audit_decisions_open(struct entries *all);
void audit_decision_read(struct entry *entry);

/* ---- what belongs to it ---- */

void audit_rows_open(struct entries *all);
/* True when they are what the leaf binds. */
bool audit_rows_check(struct entry *entry);
void audit_returned_open(struct entries *all);
bool audit_returned_check(struct entry *entry);
void audit_findings_open(struct entries *all);
/* True when they are what verdict or statement says. */
bool audit_findings_check(struct entry *entry);

/* ---- audit_item.c: hashed rows beside the hashes that are bound ---- */

/* One row that is not as it must be. */
struct difference {
	int64_t record_no;
	enum audit_what what;
	const char *column; /* NULL: not known */
};

struct hashed;
/* Says more of the differences than their hashes tell: moved rows, columns. May append. */
typedef void (*items_refine)(struct entry *entry, const struct hashed *hashed);

/* More differences of one batch than these are told as they are. */
#define MAX_REFINED 256u

struct hashed {
	const char *table;  /* of the rows */
	const char *column; /* of the hashes */
	struct lantik_span stored;
	const uint8_t *root;
	const uint32_t *numbers; /* that must be there, ascending; NULL: not known for sure */
	size_t count;
	items_refine refine; /* may be NULL */
};

void items_add(struct items *items, int64_t record_no, const uint8_t hash[LANTIK_HASH]);
/* The erased rows of this entry and part (1, 2) join the items, which stay in order. One that is there all the same is
 * told as extra. */
void items_add_erased(struct entry *entry, int part, struct items *items, const char *table);
/* True when the items lead to the root and have the numbers. */
bool items_check(struct entry *entry, const struct items *items, const struct hashed *hashed);
void items_differ(struct entries *all, int64_t record_no, enum audit_what what, const char *column);
/* The stored hash of a record that must be there; NULL when it need not, or when the hashes do not fit. */
const uint8_t *items_stored(const struct hashed *hashed, int64_t record_no);

/* ---- rows of the register ---- */

/* Appends a select of all columns of a row of the register t, in their order. */
void audit_rows_select(struct lantik_buffer *ret);
/* The row, whose record's bytes are in all->record then, and the hash of these; false: the daemon never wrote it.
 * Borrows from tuple and all->row_arena. ret may be filled in part. */
LANTIK_MUST_CHECK bool audit_row_read(
	struct entry *entry, struct lantik_span tuple, struct lantik_row *ret, uint8_t ret_record[LANTIK_HASH]);
void audit_rows_refine(struct entry *entry, const struct hashed *hashed);

#endif
