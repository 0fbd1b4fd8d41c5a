/* The store: what the daemon says to PostgreSQL, one connection a struct, no libpq type outside store*.c.
 * Nothing here logs; store_why tells the SQLSTATE and the constraint, never a value.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_STORE_H
#define LANTIK_DAEMON_STORE_H

#include "lantik/ledger.h"
#include "lantik/place.h"
#include "lantik/record.h"
#include "lantik/verdict.h"

#include "growth.h"
#include "offices.h"

enum store_result {
	STORE_OK,
	STORE_DOWN,     /* no connection, or it was lost: what was under way is rolled back */
	STORE_UNKNOWN,  /* COMMIT was sent, and what became of it is not known: look on the primary, then store_barrier
			 */
	STORE_RETRY,    /* deadlock or serialisation failure: roll back, do it again */
	STORE_CONFLICT, /* a unique key: another transaction was first */
	STORE_FULL,     /* a formation has fewer free places than the batch would take */
	STORE_FAILED,   /* anything else: a bug or a broken database */
};

/* What another transaction caused: the same may work when it is tried again. */
static inline bool store_may_repeat(enum store_result result)
{
	return result == STORE_RETRY || result == STORE_CONFLICT || result == STORE_FULL;
}

/* What only a working database heals. */
static inline bool store_is_down(enum store_result result)
{
	return result == STORE_DOWN || result == STORE_UNKNOWN;
}

struct store;

LANTIK_MUST_CHECK struct store *store_new(const char *conninfo, const char *application_name);
void store_free(struct store **store);
/* Connects and prepares when it is not connected. */
LANTIK_MUST_CHECK enum store_result store_connect(struct store *store);
/* Drops the connection; the server rolls back what is open. */
void store_disconnect(struct store *store);
/* Whether the connection stood when it was last used. */
bool store_is_up(const struct store *store);
/* How many connections were made: another number means another connection, perhaps to another server. */
unsigned store_connection_count(const struct store *store);
/* Why the last call did not return STORE_OK; shorter than STORE_WHY. */
#define STORE_WHY 160
const char *store_why(const struct store *store);

/* Reference data. version changes whenever offices or tables did. */
LANTIK_MUST_CHECK enum store_result store_reference_version(struct store *store, int64_t *ret);
/* A number that changes whenever a revocation of an office or a key was asked for, or refused. */
LANTIK_MUST_CHECK enum store_result store_revocations(struct store *store, int64_t *ret);
/* Keys and scopes, each malloc'ed. A key whose revocation was asked for is revoked. */
struct store_offices {
	struct office_key *keys;
	size_t key_count;
	struct office_scope *scopes;
	size_t scope_count;
};
LANTIK_MUST_CHECK enum store_result store_offices(struct store *store, struct store_offices *ret);
/* Appends the canonical text. */
LANTIK_MUST_CHECK enum store_result store_rulebook(struct store *store, struct lantik_buffer *ret);
/* Into the history of rulebooks, unless it is there. */
LANTIK_MUST_CHECK enum store_result store_keep_rulebook(
	struct store *store, const uint8_t digest[LANTIK_HASH], struct lantik_span text);

/* What is held of a batch. */
struct store_held {
	bool found;
	bool same_id; /* else: the same records under another id */
	uint8_t manifest_sha256[LANTIK_HASH];
	bool refused;
	uint32_t accepted, returned, review;
	int64_t recorded_at;
	uint64_t leaf_index;
	struct lantik_buffer leaf, verdict, note; /* note is empty when none is stored */
};

void store_held_free(struct store_held *held);

/* By (office, batch id). */
LANTIK_MUST_CHECK enum store_result store_find(
	struct store *store, int32_t office_no, const uint8_t batch_id[16], struct store_held *ret);
/* Rejections by officials, as they stood at one moment. */
struct store_rejections_seen {
	uint64_t size; /* of the ledger after the last of them, whatever its kind; 0: none */
	bool any;      /* of this kind and programme */
};
/* The head of the ledger. Locked to the end of the transaction; or seen, and then the transaction fails with
 * STORE_CONFLICT when somebody moved it meanwhile. */
struct store_ledger {
	bool is_seen;
	struct lantik_edge edge;
	int64_t now; /* the server's clock, never before the last leaf */
	enum lantik_durability durability;
	uint64_t rejected_size; /* after the last decision that rejected anybody; 0: none */
	uint64_t trust_size;    /* after the last deed about receipt keys or a recovery; 0: none */
	/* the store's own */
	bool is_whole;
	int64_t clock, configured_at;
};
/* New numbers, in ascending order; what is not used is lost. */
#define STORE_NUMBERS 64
struct store_numbers {
	size_t count; /* as many as came: none when the question failed */
	int64_t of[STORE_NUMBERS];
	bool sees; /* one number, and */
	struct store_ledger seen;
	bool is_stocked; /* they were asked for before the batch came (stock.h) */
};
/* What a batch that is not held begins with. */
struct store_start {
	int64_t batch_no; /* a new number */
	struct store_rejections_seen rejections;
};
/* What to find: by id, or the accepted batch of the same agency, step and records. What is held of neither begins with
 * start; the number of one that is held is not used. */
struct store_query {
	int32_t office_no;
	const struct lantik_manifest *manifest;
	struct store_held held; /* the caller's to free, always */
	struct store_start start;
};
LANTIK_MUST_CHECK enum store_result store_find_or_number(struct store *store, struct store_query *query);

/* The same in parts, which are sent and not waited for: their answers come with the next call that waits. Until then
 * what they fill must stand where it is. */
/* sees, for one number: with the head of the ledger as it stands (store_take_seen). */
void store_ask_numbers(struct store *store, size_t count, bool sees, struct store_numbers *ret);
/* Whether anything is held, and no more. */
struct store_held_asked {
	int32_t office_no;
	const struct lantik_manifest *manifest;
	bool held;
};
LANTIK_MUST_CHECK enum store_result store_ask_held(
	struct store *store, struct store_held_asked *const *asked, size_t count);
/* Waits for all that was sent. */
LANTIK_MUST_CHECK enum store_result store_await(struct store *store);
/* A head that was seen so many microseconds before it is used: its clock has gone on. */
void store_age_seen(struct store_ledger *ledger, int64_t micros);

/* An earlier batch or decision of an office, as far as later records name it. */
struct store_ancestor {
	int64_t batch_no; /* 0: not held of this office */
	bool refused;
	int32_t row_count;
	/* Records that did not go into the register with it, as they stand now, in ascending order. */
	struct store_kept_back {
		int32_t record_no;
		bool returned;
		int64_t accepted_by; /* the decision under whose number it stands in the register; 0: none */
	} * records;
	size_t count;
};
LANTIK_MUST_CHECK enum store_result store_ancestor(
	struct store *store, int32_t office_no, struct lantik_span batch_id, struct store_ancestor *ret);
void store_ancestor_free(struct store_ancestor *ancestor);

/* The commit, in this order: begin, copy, current, counters, details, ledger (lock, append), commit. Any result but
 * STORE_OK ends the transaction; call store_rollback before going on. */
LANTIK_MUST_CHECK enum store_result store_begin(struct store *store);
/* The same with shared locks on several numbers, which are taken in this order. */
LANTIK_MUST_CHECK enum store_result store_begin_sharing(struct store *store, const int64_t *numbers, size_t count);
/* Until the transaction ends, statements whose answer nobody needs are sent without waiting for it. What became of them
 * is the result of the next one that answers, or of the commit. COPY does not hurry: this comes after it. */
void store_hurry(struct store *store);
/* The server begins with what was sent so far, while there is more to come. */
void store_push(struct store *store);
/* The same, without waiting for what was sent before: a failure of that is not told apart from one of what follows. */
void store_hurry_behind(struct store *store);
/* The same with a lock on a number to the end of the transaction, before any other: shared, or alone. */
LANTIK_MUST_CHECK enum store_result store_begin_locked(struct store *store, int64_t number, bool alone);
/* Takes that lock alone, inside a transaction. */
LANTIK_MUST_CHECK enum store_result store_lock_number(struct store *store, int64_t number);
/* A transaction that cannot write. */
LANTIK_MUST_CHECK enum store_result store_begin_reading(struct store *store);
void store_rollback(struct store *store);
struct row_columns;
LANTIK_MUST_CHECK enum store_result store_copy_begin(struct store *store, const struct row_columns *columns);
LANTIK_MUST_CHECK enum store_result store_copy_data(struct store *store, const void *data, size_t len);
LANTIK_MUST_CHECK enum store_result store_copy_end(struct store *store);
/* Few rows go in by an INSERT each, in a hurry, instead of by those COPYs. Prepares the INSERT of rows with these
 * columns, outside of a hurry. A connection keeps so many of them, those that were wanted last. */
#define STORE_ROW_INSERTS 16
LANTIK_MUST_CHECK enum store_result store_prepare_rows(struct store *store, const struct row_columns *columns);
/* Tuples as a COPY takes them. That one collides shows in what answers next. */
LANTIK_MUST_CHECK enum store_result store_insert_row(
	struct store *store, const struct row_columns *columns, struct lantik_span tuple);
LANTIK_MUST_CHECK enum store_result store_insert_current(struct store *store, struct lantik_span tuple);
struct store_made_current {
	uint32_t rows;                              /* that became current: fewer than sent is a collision */
	uint32_t begun[LANTIK_WORD_UNREADABLE + 1]; /* of these, new people that take a place, by kelompok_lapor */
};
/* New people by COPY BINARY, as current_encode writes them, sorted by NIK; data and end as for the register.
 * STORE_CONFLICT: a person or a number is there already. */
LANTIK_MUST_CHECK enum store_result store_copy_current_begin(struct store *store);
struct row;
struct store_to_current {
	int64_t batch_no;
	const struct lantik_manifest *manifest;
	struct row *const *rows; /* sorted by NIK */
	size_t count;
	const int32_t *judged; /* records that were judged under lock and may replace what is there */
	size_t judged_count;
};
/* Further steps of people whose current rows these continue. *ret_rows: how many do; the others are as they were. */
LANTIK_MUST_CHECK enum store_result store_continue(
	struct store *store, const struct store_to_current *what, size_t *ret_rows);
/* Makes rows current beside what is there; after the register was asked. */
LANTIK_MUST_CHECK enum store_result store_current(
	struct store *store, const struct store_to_current *what, struct store_made_current *ret);
LANTIK_MUST_CHECK enum store_result store_ledger_size(struct store *store, uint64_t *ret);

/* Codes of change_kind that end an appointment, and the bytes of a programme. */
#define STORE_TERMINATED LANTIK_CHANGE_TERMINATION
#define STORE_WITHDRAWN LANTIK_CHANGE_WITHDRAWAL
#define STORE_PROGRAMME LANTIK_PLACE_PROGRAMME

/* What the register holds that concerns a record, one row a fact. */
struct store_fact {
	int32_t record_no;
	bool same_nik;
	int32_t kind;
	int64_t nip; /* 0: none */
	int32_t nik_slot, nip_slot;
	bool same_agency;
	int32_t change_kind; /* last change; 0: none */
	bool ended;          /* terminated or withdrawn */
	int32_t step;
	int64_t batch_no;
	int32_t batch_record_no;
	char programme[STORE_PROGRAMME]; /* whose formation it fills; empty: none */
	int32_t kelompok_lapor;
};

/* Rejections as they stand now. */
LANTIK_MUST_CHECK enum store_result store_see_rejections(
	struct store *store, int32_t kind, struct lantik_span programme, struct store_rejections_seen *ret);
/* Record numbers of those whose appointment an official rejected, ascending; malloc'ed. */
LANTIK_MUST_CHECK enum store_result store_rejected(struct store *store, struct row *const *rows, size_t count,
	int32_t kind, struct lantik_span programme, int32_t **ret, size_t *ret_count);

/* Locks the current rows of these people, of every kind, in the order of their NIK, and tells how many there are: who
 * is appointed under several kinds is judged by one batch at a time. */
LANTIK_MUST_CHECK enum store_result store_lock_people(
	struct store *store, struct row *const *rows, size_t count, size_t *ret_count);
/* All facts, by record. ret_facts is malloc'ed. */
LANTIK_MUST_CHECK enum store_result store_facts(struct store *store, struct row *const *rows, size_t count,
	struct lantik_span agency, struct store_fact **ret_facts, size_t *ret_count);

/* What a row of the counters grows by. */
struct store_count {
	struct lantik_span agency;
	int32_t kind, step;
	struct lantik_span programme; /* empty: none */
	int32_t kelompok_lapor;
	int64_t accepted;
	int64_t places; /* of the formation that are taken (or given back, negative); in LANTIK_PLACE_STEP alone */
	int64_t quota;  /* how many there are; INT64_MAX: without limit */
};
/* Each of another key, and in the order of these, since each is locked. STORE_FULL: a quota does not hold what is
 * added. */
LANTIK_MUST_CHECK enum store_result store_counters(struct store *store, const struct store_count *counts, size_t count);
/* Places taken of one programme, by kelompok_lapor. */
LANTIK_MUST_CHECK enum store_result store_formation_used(struct store *store, struct lantik_span agency, int32_t kind,
	struct lantik_span programme, int64_t ret[LANTIK_WORD_UNREADABLE + 1]);

LANTIK_MUST_CHECK enum store_result store_findings(
	struct store *store, int64_t batch_no, const struct lantik_finding *findings, size_t count);

#define STORE_SALT 16
struct store_returned {
	int32_t record_no;
	bool review;
	const uint8_t *salt; /* STORE_SALT bytes */
	struct lantik_span bytes;
	struct lantik_span cause;
};
LANTIK_MUST_CHECK enum store_result store_returned(
	struct store *store, int64_t batch_no, const struct store_returned *records, size_t count);
/* The body of a batch that was refused. */
LANTIK_MUST_CHECK enum store_result store_body(struct store *store, int64_t batch_no, struct lantik_span body);

LANTIK_MUST_CHECK enum store_result store_lock_ledger(struct store *store, struct store_ledger *ret);
/* Inside the transaction, when what store_ask_numbers saw is there: the rest of ledger. */
LANTIK_MUST_CHECK enum store_result store_take_seen(struct store *store, struct store_ledger *ledger);
/* The lock of a head that was seen, before its one leaf: moves it to edge. STORE_CONFLICT, too, when the server read
 * its configuration since, or its clock is another one than ledger says. */
LANTIK_MUST_CHECK enum store_result store_move_seen_head(
	struct store *store, const struct store_ledger *ledger, const struct lantik_edge *edge);

struct store_batch {
	int64_t batch_no;
	const struct lantik_manifest *manifest;
	const struct lantik_verdict *verdict;
	const struct lantik_batch_leaf *leaf;
	int32_t office_no;
	struct lantik_span signature;
	struct lantik_span manifest_bytes;
	bool all_or_nothing;
	int32_t body_form; /* enum lantik_body_form */
	/* Under the two roots of the leaf, 32 bytes each, in the order of the records. */
	struct lantik_span row_hashes, returned_hashes;
	struct lantik_span verdict_text;
	struct lantik_span leaf_bytes;
	const struct growth *growth;
};
LANTIK_MUST_CHECK enum store_result store_append(struct store *store, const struct store_batch *batch);
/* The head, which was locked, after the last of the leaves that were appended, and what they bring that others look
 * for. */
enum store_brings { STORE_LEAVES, STORE_REJECTION, STORE_TRUST };
LANTIK_MUST_CHECK enum store_result store_move_head(
	struct store *store, const struct lantik_edge *edge, int64_t recorded_at, enum store_brings brings);
/* STORE_OK only when the server said COMMIT without a warning, and the durability class of the leaf is true. */
LANTIK_MUST_CHECK enum store_result store_commit(struct store *store);
/* The same in two parts, in a hurry: COMMIT is on its way, and its outcome is not known; and what it was. */
LANTIK_MUST_CHECK enum store_result store_send_commit(struct store *store);
LANTIK_MUST_CHECK enum store_result store_await_commit(struct store *store);
/* An empty commit, after which every commit that was visible before it is as durable as it can be here. quorum: one of
 * them claims LANTIK_DURABLE_QUORUM, and the barrier must reach the standbys, too. Outside a transaction. */
LANTIK_MUST_CHECK enum store_result store_barrier(struct store *store, bool quorum);

#endif
