/* A submission on its way through a worker: what each stage adds for the next.
 *   submit.c   the way itself: identity, digests, resends, then judge, commit, answer
 *   judge.c    scan, decode, rules, encoded rows
 *   commit.c   the transaction
 *   write_rows.c  its rows, while they are judged or afterwards
 *   group*.c   the same for many small batches at once
 *   register.c the slow path: rows that collide with the register are judged one by one
 *   receipt.c  receipts and checkpoints
 *   witness.c  what the office last saw signed, and the proof that the ledger continues it
 *   answer.c   the other replies
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_SUBMISSION_H
#define LANTIK_DAEMON_SUBMISSION_H

#include "lantik/receipt.h"

#include "desk.h"
#include "house.h"
#include "in_hand.h"
#include "job.h"
#include "lineage.h"
#include "nodes.h"
#include "permits.h"
#include "rejections.h"
#include "store.h"

/* The checkpoint that came with the request. */
struct office_head {
	enum {
		OFFICE_HEAD_NONE,
		OFFICE_HEAD_IGNORED,   /* it does not verify, and is no evidence */
		OFFICE_HEAD_CONTINUED, /* the ledger continues it */
		OFFICE_HEAD_LOST,      /* of an epoch that ended, and perhaps of leaves that a recovery gave up */
	} state;
	struct lantik_checkpoint checkpoint;
};

/* A worker and the memory that it keeps from batch to batch. */
struct worker {
	struct house *house;
	struct in_hand *in_hand;
	struct permit permit; /* for its transactions, one after the other */
	struct store *store;
	struct desk *desk;                 /* for a batch of any size */
	struct lantik_arena *record_arena; /* one record */
	struct lantik_check *check;        /* of the batch that is judged, or was */
	struct lantik_buffer chunk;        /* of rows, as a COPY has them, on their way to libpq */
	/* evidence */
	struct nodes *nodes;
	struct rejections rejections;
	uint64_t generation;          /* of house->known, when the job came */
	uint64_t trust_size;          /* of the ledger as it was read last (store_head) ... */
	bool knows_trust_size;        /* ... for the next signature alone */
	struct lantik_tree_head told; /* the tree of the last checkpoint that was made */
	struct office_head office_head;
	bool notes_wait;     /* notes are sent by receipt_send_notes, when the replies are on their way */
	struct group *group; /* group.c's; NULL before the first small batch */
};

struct submission {
	struct worker *worker;
	struct desk *desk; /* the batch's memory */
	struct job *job;
	struct rulebook_copy *rulebook; /* of a message: the job's */
	bool is_vouched_late;           /* submission_take leaves the signature to submission_is_signed */
	enum { SIGNATURE_UNSEEN, SIGNATURE_HOLDS, SIGNATURE_BAD } signature; /* the office's, over the manifest */
	const char *signature_lacks;                                         /* what is told then */
	uint8_t manifest_sha256[LANTIK_HASH]; /* the batch, since the manifest names its records by their root */
	struct lantik_batch_view view;
	struct lantik_manifest manifest;
	int64_t batch_no;
	bool is_stocked;                         /* batch_no: it goes in by the head that came with it, or not at all */
	struct row_columns columns;              /* of the register that its rows fill */
	size_t row_count;                        /* of desk->rows: records that passed the row rules */
	bool names_agency;                       /* the first record names kode_instansi (enum lantik_body_form) */
	bool has_changes;                        /* a record changes an earlier step, or names one that is not held */
	bool names_steps;                        /* a record names an earlier step that is held */
	size_t copied;                           /* of desk->order */
	bool keeps_tuples;                       /* rows are encoded into desk->tuples when they are judged */
	bool sends;                              /* rows are sent to the register when they are judged */
	bool judged;                             /* desk->findings and desk->rows are whole */
	size_t sent;                             /* rows, in the transaction under way, before all were judged */
	size_t copy_left;                        /* rows until the COPY that is open ends; 0: none is open */
	bool rehearsed;                          /* nothing is written and nothing is locked */
	bool asked_formation;                    /* what is beyond the quotas was found */
	struct store_rejections_seen rejections; /* when it was last looked */
	struct in_hand_batch in_hand;
	struct lantik_severities severities;
	uint64_t not_checked[4];
	struct lantik_verdict verdict;
	/* of a decision, which is about some records of a batch */
	bool alone;         /* they are not compared with their neighbours */
	bool waives_review; /* what waits for an official goes in: the official accepts it */
};

/* worker.c */
/* A thread's connection and memory, without what workers share. Aborts on no memory. */
void worker_open(struct worker *worker, struct house *house, const char *name);
void worker_close(struct worker *worker);

/* judge.c */
/* Fills manifest_sha256. False: there is no manifest, and that is answered. */
LANTIK_MUST_CHECK bool submission_identify(struct submission *s);
/* Fills view, manifest and the desk's record_hashes; what cannot be taken, or is not what the manifest names, is
 * answered here. More records than the desk holds go to the worker's own. False: answered. */
LANTIK_MUST_CHECK bool submission_open(struct submission *s);
/* Runs the rules; rows that pass are encoded when they are kept or sent. STORE_OK, or what asking for predecessors or
 * sending came to. */
LANTIK_MUST_CHECK enum store_result submission_judge(struct submission *s, bool *ret_answered);
/* One record, by its place in the view: the rules, and its row when it passes. ret_error: it cannot be decoded. */
LANTIK_MUST_CHECK enum store_result submission_judge_record(struct submission *s, struct lantik_check *check,
	uint32_t i, struct lineage *lineage, enum lantik_error *ret_error);
/* The row of a record that passed, kept, sent, or neither. */
LANTIK_MUST_CHECK enum store_result submission_add_row(
	struct submission *s, uint32_t i, struct lantik_record *record, struct lineage *lineage);
/* Appends its tuple and sets its hash; the name is put into the register's form. However often it is encoded, the row
 * is the same. */
void submission_encode_row(
	struct submission *s, struct lantik_record *record, struct row *row, struct lantik_buffer *tuples);
/* Sorts the findings; rows that they let in go to desk->order, sorted by NIK. */
void submission_keep(struct submission *s);
/* The verdict: sorts and counts, and keeps the rows that stay accepted. */
void submission_settle(struct submission *s);

/* submit.c */
/* Who sent it, whether it is signed and well-formed, whether the office may send it. False: answered. Otherwise the
 * batch is in hand until submission_release. */
LANTIK_MUST_CHECK bool submission_take(struct submission *s);
/* Whether the office signed it, looked at once. Nothing of a batch that it did not sign is committed, and nothing that
 * is held is shown for it. */
LANTIK_MUST_CHECK bool submission_is_signed(struct submission *s);
/* The same; false: answered. */
LANTIK_MUST_CHECK bool submission_vouch(struct submission *s);
void submission_release(struct submission *s);
/* The way from there to the answer, alone. */
void submission_record(struct submission *s);
/* The same in pieces: whether it is held already; the number under which it begins, and rejections as they stand; what
 * the rules say, for a transaction that is shared (false: answered). */
struct store_query submission_query(const struct submission *s);
void submission_begin(struct submission *s, const struct store_start *start);
LANTIK_MUST_CHECK bool submission_prepare(struct submission *s);
/* The reply to a batch id or to records that are held already. */
void submission_answer_held(struct submission *s, struct store_held *held);

/* How far an attempt looks before it writes. */
enum approach {
	APPROACH_FAST,     /* not at all: what collides shows in the counts of what was written */
	APPROACH_ASK,      /* asks the register, under locks */
	APPROACH_ALONE,    /* and the formations, while nobody else takes of their places */
	APPROACH_REHEARSE, /* asks both without a lock */
};

/* weigh.c */
/* Findings of the register and the formations, as far as the approach asks for them; what is left is in desk->order.
 * *ret_asked: the register was asked; ret_judged (the caller frees) are then the records that may replace a current
 * row. */
LANTIK_MUST_CHECK enum store_result submission_weigh(
	struct submission *s, enum approach approach, bool *ret_asked, int32_t **ret_judged, size_t *ret_count);

/* Whether the office wants all of its records recorded or none. */
bool submission_wants_all(const struct submission *s);

/* formation.c */
/* Whether rule B09 counts for this batch: its agency has a formation of its programme. */
bool submission_is_formed(const struct submission *s);
/* Adds B09.quota to what of desk->order is beyond the formation, the last ones in record order. After the register
 * was asked; settle (or keep) afterwards. */
LANTIK_MUST_CHECK enum store_result submission_ask_formation(struct submission *s);
/* The most places that a group may have taken when this batch is written; INT64_MAX: without limit. */
int64_t submission_places_limit(const struct submission *s, int32_t kelompok_lapor);
/* Inside a transaction: nobody else takes of its places from here to the end. */
LANTIK_MUST_CHECK enum store_result submission_wait_formation(struct submission *s);
/* A number by which batches of this agency, kind and programme wait for each other. */
int64_t submission_formation_number(const struct submission *s);

/* register.c */
/* Judges the rows against the register, under locks; adds findings. ret_judged are the record numbers that may replace
 * a current row; the caller frees. */
LANTIK_MUST_CHECK enum store_result submission_ask_register(
	struct submission *s, int32_t **ret_judged, size_t *ret_count);
/* Whether an official rejected somebody of desk->order. Asks nothing where nobody of the kind and programme was. */
LANTIK_MUST_CHECK enum store_result submission_has_rejected(struct submission *s, bool *ret);
/* Under the ledger's lock: STORE_CONFLICT when an official rejected anybody since. People and numbers are the keys' of
 * current_appointment to guard. */
LANTIK_MUST_CHECK enum store_result submission_check_since(
	const struct submission *s, const struct store_ledger *ledger);
/* Takes back what an earlier attempt found in the register. */
void submission_forget_register(struct submission *s);

/* write_rows.c */
/* What has come together in the worker's chunk goes to libpq when there is enough of it; and at the end of the COPY. */
LANTIK_MUST_CHECK enum store_result worker_copy(struct worker *worker);
LANTIK_MUST_CHECK enum store_result worker_end_copy(struct worker *worker);
/* One row to the register, through a COPY that is begun when none is open. */
LANTIK_MUST_CHECK enum store_result submission_send_row(
	struct submission *s, struct lantik_record *record, struct row *row);
/* Ends the COPY that is open: the connection is free for something else. */
LANTIK_MUST_CHECK enum store_result submission_pause(struct submission *s);
/* Parts of the transaction that a decision shares. They work on desk->order, s->copied, s->batch_no and s->manifest.
 * The rows into the register, unless they were sent, and current; judged are the records that may replace a current
 * row, slow says that the register was asked. STORE_CONFLICT: some collide with what is there, or were sent and stay
 * out. Fills desk->tally. */
LANTIK_MUST_CHECK enum store_result submission_write_rows(
	struct submission *s, const int32_t *judged, size_t judged_count, bool slow);
/* The same without the rows into the register. */
LANTIK_MUST_CHECK enum store_result submission_make_current(
	struct submission *s, const int32_t *judged, size_t judged_count, bool slow);
/* After they were written: the hashes of the rows, in the order of the records, which desk->hashes holds. */
struct lantik_span submission_row_hashes(struct submission *s);
/* What people who are all new add to the counters: into desk->tally. */
void submission_tally_new(struct submission *s);
/* First steps of people whom the register does not know: their current rows are copied. */
bool submission_is_of_new_people(const struct submission *s);

/* commit.c */
/* Counters, as desk->tally has them; after the rows, before the ledger. STORE_FULL: a formation has not so many places
 * left. */
LANTIK_MUST_CHECK enum store_result submission_write_counters(struct submission *s);
/* Commits and answers. What is not judged yet is judged in its transaction, and its rows are sent meanwhile. */
void submission_commit(struct submission *s);
/* Whether the register is asked before anything is written. */
bool submission_needs_the_register(const struct submission *s);
/* True: it is held, and answered. Otherwise *ret_result is what the look-up came to. A number that was in stock is
 * replaced by a new one, and the batch is not judged any more: its rows say the number. */
LANTIK_MUST_CHECK bool submission_is_held(struct submission *s, enum store_result *ret_result);
/* Parts of the transaction that a group shares, in this order. */
/* Findings, returned records, hashes, body. */
LANTIK_MUST_CHECK enum store_result submission_write_details(struct submission *s);
/* What a receipt will say of a leaf that was appended, and a signature that nobody has seen: made while it is not known
 * yet whether the leaf was committed. Zeroed: nothing. */
struct receipt_draft {
	bool is_made;
	uint64_t size;
	uint8_t root[LANTIK_HASH];
	struct lantik_proof proof;
	struct signer_prepared signature;
};
/* What a leaf leaves behind for the receipt. */
struct batch_appended {
	struct lantik_buffer verdict;
	struct lantik_batch_leaf prepared;
	struct lantik_span row_hashes; /* of the rows that go in; borrowed from the desk */
	struct lantik_buffer leaf;
	struct lantik_edge before;
	uint64_t trust_size;
	struct receipt_draft draft;
	char line[256 + LANTIK_MAX_OFFICE_NAME]; /* for the log, when it is committed */
};
void batch_appended_free(struct batch_appended *appended);
/* What of the leaf does not depend on the ledger, before its lock, which others wait for. */
void submission_prepare_leaf(struct submission *s, struct batch_appended *ret);
/* The leaf, under the ledger's lock, or after moving the head that was only seen; ledger->edge moves on. */
LANTIK_MUST_CHECK enum store_result submission_append(
	struct submission *s, struct store_ledger *ledger, struct batch_appended *ret);
/* Before the outcome of COMMIT is known, and while it is on its way: what the receipt and the log will say. Discarded
 * when there is none to give. The last leaf of the transaction comes first. */
void submission_draft(struct submission *s, struct batch_appended *appended, bool is_last);
/* After COMMIT, when worker->nodes have learned of the leaf: counts, logs, signs, answers. The draft is the caller's to
 * discard, when the reply is on its way. */
void submission_answer_committed(struct submission *s, struct batch_appended *appended);
/* After a COMMIT of unknown outcome: looks the batch up, and answers with its receipt or Busy. */
void submission_resolve_unknown(struct submission *s);

/* answer.c */
void answer_refusal(struct job *job, enum lantik_refusal code, uint32_t record_no, const char *detail);
void answer_busy(struct job *job, int reason, uint32_t retry_after_ms);
/* A store that did not do its work: Busy when it is down, a passing refusal otherwise. Tells the house and the log. */
void answer_store_failure(struct worker *worker, struct job *job, enum store_result result, const char *doing);
/* What a submission would be answered. */
void answer_rehearsed(struct submission *s);

/* receipt.c */
/* The receipt of something held. */
void answer_held(struct worker *worker, struct job *job, struct store_held *held);
/* A draft, of the leaf on that tree. It is wiped when it is discarded or made anew. The head of the last leaf of a
 * transaction, which is signed first, is kept on the disk meanwhile. */
void receipt_draft_make(struct worker *worker, struct lantik_span leaf, const struct lantik_edge *before, bool is_last,
	struct receipt_draft *ret);
void receipt_draft_discard(struct receipt_draft *draft);
/* The same where the leaf was not committed, or nobody knows. */
void receipt_draft_withdraw(struct worker *worker, struct receipt_draft *draft);
/* The receipt of a leaf; before is the edge of the tree under it when it was just appended and committed, else NULL.
 * Fills worker->told. LANTIK_E_UNAVAILABLE: the database is down, or cannot promise yet what the leaf claims. */
LANTIK_MUST_CHECK enum lantik_error answer_receipt_text(struct worker *worker, struct lantik_span leaf, uint64_t index,
	const struct lantik_edge *before, struct lantik_span stored_note, struct lantik_span text,
	struct lantik_buffer *ret);
/* The same of a leaf that was committed just now, with what was made of it meanwhile. */
LANTIK_MUST_CHECK enum lantik_error answer_receipt_drafted(struct worker *worker, struct lantik_span leaf,
	const struct lantik_edge *before, const struct receipt_draft *draft, struct lantik_span text,
	struct lantik_buffer *ret);
/* Logs why what the format names could not be signed, for an operator; a head file that cannot be written once a
 * minute, whatever it hits. */
void receipt_log_failure(struct worker *worker, enum lantik_error error, const char *format, ...) LANTIK_PRINTF(3, 4);
/* Busy, or a refusal that says that the batch is recorded. */
void answer_receipt_failure(struct worker *worker, struct job *job, uint64_t index, enum lantik_error error);
/* Busy, or a refusal that says that the ledger cannot be shown. */
void answer_head_failure(struct worker *worker, struct job *job, enum lantik_error error);
/* The signed checkpoint of a tree: what is stored when it counts, else it is signed and stored. */
struct tree_to_sign {
	uint64_t size;
	uint8_t root[LANTIK_HASH];
	const struct lantik_edge *before;       /* as above */
	struct lantik_span stored;              /* its stored note; empty: none */
	bool quorum;                            /* its last leaf claims LANTIK_DURABLE_QUORUM */
	const struct signer_prepared *prepared; /* a signature, or NULL */
};
LANTIK_MUST_CHECK enum lantik_error receipt_note(
	struct worker *worker, const struct tree_to_sign *tree, struct lantik_buffer *ret);
/* The notes that were made since are sent to the server, which keeps them in one transaction; for a worker with
 * notes_wait. behind, which may be NULL: with a number and the head of the ledger asked for behind them (stock.h). */
void receipt_send_notes(struct worker *worker, struct store_numbers *behind);
/* The checkpoint of the head as the primary has it now; empty for the empty tree. Fills worker->told. */
LANTIK_MUST_CHECK enum lantik_error receipt_head(struct worker *worker, struct lantik_buffer *ret_note);

#endif
