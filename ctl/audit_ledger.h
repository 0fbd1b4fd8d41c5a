/* What the step over the ledger holds between its files: the tree as it grows leaf by leaf, beside the stored nodes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_AUDIT_LEDGER_H
#define LANTIK_CTL_AUDIT_LEDGER_H

#include "audit.h"
#include "lantik/ledger.h"

struct ledger {
	struct audit *audit;
	struct audit_stream leaves, notes;
	bool note_waits; /* the stream stands on a row that was not looked at yet */
	struct lantik_edge edge;
	int64_t unsigned_at; /* when the first leaf was recorded whose checkpoint did not come yet; 0: none */
	uint64_t unsigned_from;
	bool broken;            /* no true hash of a leaf is left: the tree above it cannot be computed */
	uint64_t lost;          /* while it is broken: the last such leaf */
	uint64_t resume_at;     /* likewise: from this size on it is tried to know the tree again */
	int64_t recorded_at;    /* of the last leaf; 0: none */
	uint64_t rejected_size; /* as ledger_head has it; 0: none was seen */
	uint64_t trust_size;    /* likewise */
	bool incomplete;        /* leaves are missing: what they brought is not known */
	uint64_t not_judged;    /* checkpoints that a lost deed may have given other keys; from this size on */
	uint64_t not_judged_from;
};

/* How many leaves it has: of a tree that is not known, as many as the head says. */
static inline uint64_t ledger_size(const struct ledger *ledger)
{
	return ledger->broken ? ledger->audit->size : ledger->edge.size;
}

/* ---- audit_node.c: the stored nodes ---- */

/* What a leaf may stand for: a batch, a decision, a deed. */
#define LEDGER_TABLES 3u
extern const char *const ledger_tables[LEDGER_TABLES];
unsigned ledger_table_of(enum lantik_leaf_type type);

/* The nodes that a leaf completed, as the row keeps them that it stands for. */
struct ledger_nodes {
	const char *table, *key;
	int64_t number;            /* of the row by its key */
	struct lantik_span hashes; /* from its own (level 0) up; data is NULL when there is no such row */
	struct lantik_span deed;   /* by ledger_nodes_ask: the text of the deed; data is NULL when there is none */
};
/* The row with this leaf_index in each table; `nodes` has data NULL when there is none. */
struct ledger_rows {
	int64_t numbers[LEDGER_TABLES]; /* batch_no, decision_no, leaf_index */
	struct lantik_span nodes[LEDGER_TABLES];
};
/* A column of nodes that is NULL holds none, which is not that there is no row. */
struct lantik_span ledger_nodes_cell(bool is_there, struct lantik_span cell);
/* Where there is no row of the leaf's type any other counts: the leaf cannot be read, or is another's. */
void ledger_nodes_pick(enum lantik_leaf_type type, const struct ledger_rows *rows, struct ledger_nodes *ret);
/* Those of one leaf; what it returns, which may be NULL, is freed by PQclear, and ret borrows from it. Where there is
 * no row, ret->table is where it is missed. */
PGresult *ledger_nodes_ask(struct audit *audit, uint64_t leaf_index, struct ledger_nodes *ret);
/* The stored hash of the leaf itself; false when it is not there. */
bool ledger_nodes_leaf_hash(const struct ledger_nodes *nodes, uint8_t ret[LANTIK_HASH]);
/* The leaf joins the tree; nodes that it completes are compared. */
void ledger_grow(struct ledger *ledger, const uint8_t leaf_hash[LANTIK_HASH], const struct ledger_nodes *nodes);
void ledger_nodes_altered(struct audit *audit, const struct ledger_nodes *nodes);
/* The right edge of a tree of this size, from the stored nodes; false when one is missing, which is told. */
bool ledger_edge_at(struct audit *audit, uint64_t size, struct lantik_edge *ret);
/* The same, and nothing is told. */
bool ledger_edge_held(struct audit *audit, uint64_t size, struct lantik_edge *ret);

/* ---- audit_note.c: the signed checkpoints ---- */

/* What the stored checkpoint of one size says. */
struct note {
	bool held, is_signed;
	struct lantik_checkpoint checkpoint; /* when it is signed */
};

void ledger_notes_open(struct ledger *ledger);
/* The checkpoint of this size; what is wrong with it is told. Call it with rising sizes. */
void ledger_note_of(struct ledger *ledger, uint64_t size, struct note *ret);
/* Whether a checkpoint of this size, which may lie ahead, was signed. */
bool ledger_size_was_signed(const struct ledger *ledger, uint64_t size);
/* The walk has come to this size. While the tree is known its root is what the note says. */
void ledger_note_pass(struct ledger *ledger, const struct note *note, uint64_t size, int64_t recorded_at);
/* Up to this size nothing is known. */
void ledger_notes_pass(struct ledger *ledger, uint64_t size);
/* What is left was signed and is not there any more, or is no checkpoint. */
void ledger_notes_close(struct ledger *ledger);

/* ---- audit_trust.c ---- */

/* The keys that the command line pins. LANTIK_EXIT_OK, or the exit code of a failure that was reported. */
LANTIK_MUST_CHECK int audit_trust_pin(struct audit *audit);
/* Without a pinned key the database's own; then the deeds before the first leaf that is looked at. */
void audit_trust_start(struct audit *audit);
/* What the deed at a leaf changes, when it is about receipt keys or a recovery. Leaf and text (data NULL: not there)
 * are as they are stored. Returns whether the leaf binds the text. Where it does not, the text of the request counts
 * that it binds. Where the leaf cannot be read, the text itself: the recovery key signed it. When none is left, what
 * was signed afterwards is not proved. */
bool audit_trust_leaf(struct audit *audit, struct lantik_span leaf, struct lantik_span text, uint64_t leaf_index);

/* ---- audit_witness.c: checkpoints that others hold ---- */

struct audit_witness {
	char name[256]; /* the file, or the row of ledger_fork; cut off when it is longer */
	bool is_fork, is_receipt;
	struct lantik_buffer text;
	struct lantik_checkpoint said; /* not proved before it is judged */
	bool is_reached;
	uint8_t root[LANTIK_HASH]; /* of the ledger at its size, when that is reached */
};

/* Reads the memory (NULL: none), --against and ledger_fork. LANTIK_EXIT_OK or the exit code of a failure that was
 * reported. */
LANTIK_MUST_CHECK int audit_witnesses_read(struct audit *audit, const char *memory);
/* The tree has this size now. */
void audit_witnesses_reach(struct audit *audit, const struct lantik_edge *edge);
/* After the ledger: whether it continues what they hold. */
void audit_witnesses_judge(struct audit *audit, uint64_t size);
void audit_witnesses_free(struct audit *audit);

/* ---- audit_head.c ---- */

/* ledger_head against the tree that was computed. */
void ledger_head_check(struct ledger *ledger);

#endif
