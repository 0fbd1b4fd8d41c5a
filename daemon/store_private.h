/* What the files of the store share: the connection, parameters in binary form, results.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_STORE_PRIVATE_H
#define LANTIK_DAEMON_STORE_PRIVATE_H

#include <libpq-fe.h>

#include "row.h"
#include "store.h"

/* An id of an office. The id alone leads to the row; the office is compared then. Left the choice, the planner takes an
 * index that begins with the office while the table is empty, keeps the plan, and reads all that the office ever sent.
 */
#define STORE_ID(id, id_parameter, office, office_parameter)                                                           \
	id " = " id_parameter "::uuid AND " office " + 0 = " office_parameter "::int"

struct store {
	char *conninfo;
	const char *application_name;
	PGconn *connection;
	unsigned connections; /* made so far */
	bool warned;          /* a warning came since the flag was cleared */
	bool claims_quorum;   /* a leaf of this transaction says so */
	PGresult *commit;     /* the answer to a COMMIT that was sent, once it was read */
	/* As this session has them since it last read the configuration. Of PostgreSQL's microseconds. */
	struct store_settings {
		int64_t configured_at, started_at;
		bool waits;   /* commits wait until standbys have flushed them */
		bool is_safe; /* they are flushed at all */
		int32_t timeline;
	} settings;
	char why[STORE_WHY];
	struct lantik_buffer parameters; /* bytes of the parameters under way */
	struct store_notes {             /* checkpoints that wait for store_send_notes */
#define STORE_NOTES 64
		int64_t sizes[STORE_NOTES];
		size_t ends[STORE_NOTES]; /* of each in texts */
		struct lantik_buffer texts;
		size_t count;
	} notes;
	/* Statements that were sent and whose answers were not read yet. */
	bool hurries; /* those whose answer nobody asks for are not waited for */
	unsigned sent_count;
#define STORE_SENT 1024
	struct store_sent {
		bool is_end;     /* no statement: the server was asked for all answers before it */
		PGresult **keep; /* the answer goes there, of the last one alone; NULL: nowhere */
		void (*read)(const PGresult *answer, void *to); /* or is read by this; NULL: by nobody */
		void *to;
	} sent[STORE_SENT];
	/* Prepared INSERTs into the register, by the columns that they fill (store_insert.c). Offices that fill the
	 * same columns share one; a connection that has met more choices than this prepares the rarest again. */
	struct store_row_insert {
		bool is_prepared;
		struct row_columns columns;
		uint64_t used; /* of row_inserts_used, when it was wanted last */
	} row_inserts[STORE_ROW_INSERTS];
	uint64_t row_inserts_used;
};

/* store_pipeline.c */
/* A statement was given to libpq, which returned accepted. What became of it is told by a later call that waits. */
LANTIK_MUST_CHECK enum store_result store_sent(struct store *store, int accepted, const struct store_sent *sent);
/* Asks the server for all answers; store_settle reads them, and returns the first failure. */
LANTIK_MUST_CHECK enum store_result store_post(struct store *store);
LANTIK_MUST_CHECK enum store_result store_settle(struct store *store);
/* The end of hurry: reads what is outstanding. Every call that waits for its own answer begins so. */
LANTIK_MUST_CHECK enum store_result store_calm(struct store *store);

/* One statement, prepared at connect under its name. */
struct store_statement {
	const char *name;
	const char *sql;
};

/* Parameters, all binary; zero it, add them in order. Bytes of numbers and arrays live in the store's buffer. */
#define STORE_PARAMETERS 40
struct store_call {
	struct store *store;
	int count;
	size_t offsets[STORE_PARAMETERS]; /* into the buffer; unused when values is set */
	const char *values[STORE_PARAMETERS];
	int lengths[STORE_PARAMETERS];
	bool null[STORE_PARAMETERS];
	bool buffered[STORE_PARAMETERS];
};

struct store_call store_call(struct store *store);
void call_bool(struct store_call *call, bool value);
void call_int2(struct store_call *call, int32_t value);
void call_int4(struct store_call *call, int32_t value);
void call_int8(struct store_call *call, int64_t value);
void call_bytes(struct store_call *call, struct lantik_span value);         /* bytea, text or uuid; borrowed */
void call_bytes_or_null(struct store_call *call, struct lantik_span value); /* empty is NULL */
/* A text from outside. One that PostgreSQL cannot hold (B01 refuses its batch, and the body keeps it) is empty. */
void call_text(struct store_call *call, struct lantik_span value);
void call_text_or_null(struct store_call *call, struct lantik_span value);
void call_null(struct store_call *call);
void call_date_or_null(struct store_call *call, int32_t date); /* not a valid date is NULL */
void call_time_or_null(struct store_call *call, int64_t micros);

/* Arrays: begin with the element's type, add elements, end. */
enum { TYPE_INT2 = 21, TYPE_INT4 = 23, TYPE_INT8 = 20, TYPE_TEXT = 25, TYPE_BYTEA = 17 };
void call_array(struct store_call *call, uint32_t element_type, size_t count);
void call_element(struct store_call *call, const void *bytes, size_t len);
void call_element_int2(struct store_call *call, int32_t value);
void call_element_int4(struct store_call *call, int32_t value);
void call_element_int8(struct store_call *call, int64_t value);
void call_array_end(struct store_call *call);
/* One array over all rows; of int8 empty when it would hold nothing but zeros and may be. */
struct row;
void call_int8s(struct store_call *call, struct row *const *rows, size_t count, bool may_be_empty,
	int64_t (*of)(const struct row *row));
void call_int4s(struct store_call *call, struct row *const *rows, size_t count, int32_t (*of)(const struct row *row));
/* What such an array may be of: record number, and slot 0 of person and number. */
int32_t row_record_no(const struct row *row);
int64_t row_first_nik_key(const struct row *row);
int64_t row_first_nip_key(const struct row *row);
/* Keys of all slots of the person p, whose slot 0 is given. LATERAL keeps the planner from beginning at the table. */
#define OF_PERSON "nik_key BETWEEN p.first AND p.first + 7"
void call_hash(struct store_call *call, const uint8_t hash[LANTIK_HASH]);

/* Runs a prepared statement; *ret_result is the caller's to PQclear on STORE_OK. ret_result may be NULL. */
LANTIK_MUST_CHECK enum store_result store_run(struct store_call *call, const char *statement, PGresult **ret_result);
/* Runs one whose answer is read when it comes: in a hurry with a later call that waits, else at once. to lives until
 * the transaction ends. */
LANTIK_MUST_CHECK enum store_result store_run_read(
	struct store_call *call, const char *statement, void (*read)(const PGresult *answer, void *to), void *to);
/* Runs one, in a hurry, whose answer goes to *ret_result when it comes. */
LANTIK_MUST_CHECK enum store_result store_run_kept(
	struct store_call *call, const char *statement, PGresult **ret_result);
/* Runs one that answers with one value; no row is false. */
LANTIK_MUST_CHECK enum store_result store_ask_bool(struct store_call *call, const char *statement, bool *ret);
LANTIK_MUST_CHECK enum store_result store_ask_int8(struct store_call *call, const char *statement, int64_t *ret);
/* Prepares one under a name that is free; waits. */
LANTIK_MUST_CHECK enum store_result store_prepare(struct store *store, const char *name, const char *sql);
/* store_reference.c: sends the question for one number and the head, in a hurry. */
LANTIK_MUST_CHECK enum store_result store_ask_number_and_head(struct store *store, struct store_numbers *ret);
LANTIK_MUST_CHECK enum store_result store_simple(struct store *store, const char *sql, PGresult **ret_result);
/* Begins a COPY FROM STDIN (FORMAT binary); data and end as for the register. */
LANTIK_MUST_CHECK enum store_result store_copy_into(struct store *store, const char *copy);
/* The sweep makes them again. */
void store_forget_notes(struct store *store);
/* After the connection ended: what it had prepared is gone. */
void store_forget_rows(struct store *store);
/* Classifies a result that is not the expected one and fills why. Clears the result. */
enum store_result store_failure(struct store *store, PGresult *result);

int32_t result_int4(const PGresult *result, int row, int column);
int32_t result_int2(const PGresult *result, int row, int column);
int64_t result_int8(const PGresult *result, int row, int column);
bool result_bool(const PGresult *result, int row, int column);
struct lantik_span result_bytes(const PGresult *result, int row, int column);
/* Room at the end of bytes for the cells of these columns in all rows, so that copies of them never move. */
uint8_t *result_room(const PGresult *result, const int *columns, size_t count, struct lantik_buffer *bytes);
/* A copy of a cell in that room, which is used up from its front; NULL is empty. */
struct lantik_span result_copy(const PGresult *result, int row, int column, uint8_t **room);

/* Seconds between 1970 and PostgreSQL's epoch, 2000. */
#define STORE_EPOCH_DAYS 10957
#define STORE_EPOCH_MICROS (INT64_C(946684800) * 1000000)

/* store_transaction.c: settings, which stay as they are until the session reads its configuration again
 * (pg_conf_load_time), and the server's clock in PostgreSQL's microseconds. */
LANTIK_MUST_CHECK enum store_result store_ask_settings(struct store *store, const char *statement, int64_t *ret_clock);
bool store_waits_for_quorum(const struct store *store, int64_t clock);

/* store_ledger.c. Columns of the head, and a row that begins with them. All but the clock and the configuration stand
 * for a size: whatever changes one of them appends a leaf with the same UPDATE (HEAD, store_ledger.c). */
#define STORE_SEEN "size, edge, clock_timestamp(), recorded_at, rejected_size, trust_size, pg_conf_load_time()"
#define STORE_SEEN_COLUMNS 7
void store_read_head(const PGresult *rows, struct store_ledger *ret);
/* Under the head's lock. The head is moved once, after the last leaf. */
LANTIK_MUST_CHECK enum store_result store_append_leaf(
	struct store *store, struct lantik_span leaf, const struct growth *growth);
/* What the leaf completes is kept by the row that it stands for: batch, decision or deed. */
void call_nodes(struct store_call *call, const struct growth *growth);

/* Whether an official rejected anybody of a kind and programme. */
#define STORE_REJECTS(kind, programme)                                                                                 \
	"EXISTS (SELECT FROM rejected WHERE kind = " kind "::smallint AND programme = " programme "::text)"

extern const struct store_statement store_reference_statements[];
extern const struct store_statement store_offices_statements[];
extern const struct store_statement store_transaction_statements[];
extern const struct store_statement store_commit_statements[];
extern const struct store_statement store_insert_statements[];
extern const struct store_statement store_ledger_statements[];
extern const struct store_statement store_enquiry_statements[];
extern const struct store_statement store_decision_statements[];
extern const struct store_statement store_deed_statements[];
extern const struct store_statement store_erase_statements[];
extern const struct store_statement store_receipt_statements[];
extern const struct store_statement store_register_statements[];
extern const struct store_statement store_current_statements[];
extern const struct store_statement store_witness_statements[];

#endif
