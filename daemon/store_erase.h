/* What the store holds of one person, and erasing it: rows, returned records, bodies, rejections.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_STORE_ERASE_H
#define LANTIK_DAEMON_STORE_ERASE_H

#include "lantik/crypto.h"

#include "store.h"

#define STORE_NIK 16

/* The record that names the person. */
struct store_named {
	int64_t batch_no; /* 0: there is no such batch at this leaf */
	uint8_t batch_id[16];
	int32_t office_no;
	bool refused;      /* the whole batch; then its body alone holds the record */
	int64_t erased_by; /* leaf of the deed that erased it already; -1: none */
	bool has_row;
	struct lantik_span nik;    /* of the row in the register; empty without one */
	struct lantik_span bytes;  /* of the returned record; empty without one */
	struct lantik_buffer room; /* what the spans borrow from */
};
/* Zero ret; free its room in any case. */
LANTIK_MUST_CHECK enum store_result store_named(struct store *store, const uint8_t batch_id[16], uint64_t leaf_index,
	uint32_t record_no, struct store_named *ret);

/* A row of the register, or a returned record. */
struct store_person_row {
	int64_t batch_no;        /* under which it stands: a batch or a decision */
	int64_t origin_batch_no; /* the batch whose body holds it */
	uint64_t leaf_index;     /* of batch_no */
	int32_t record_no, office_no;
	bool has_hash;
	uint8_t hash[LANTIK_HASH];            /* as its batch or decision has it */
	struct lantik_span corrects_batch_id; /* empty: nothing; the first part says which record */
	int32_t corrects_record_no;
	/* of a row of the register */
	struct lantik_span agency, programme;
	int32_t kind, kelompok_lapor, change_kind;
	bool names_agency;             /* the records of its batch do */
	uint8_t own_hash[LANTIK_HASH]; /* of the row as it stands; nobody's when its columns contradict each other */
	/* of a returned record */
	uint8_t outcome;
	struct lantik_span salt, bytes;
};

struct store_person_rows {
	struct store_person_row *items;
	size_t count;
	struct lantik_buffer room;
};
void store_person_rows_free(struct store_person_rows *rows);

/* All rows of the register of a NIK, of batches and decisions from a leaf on, in the order of the ledger, each hashed
 * anew. From 0 it reads the whole register. Zero ret; free it in any case. */
LANTIK_MUST_CHECK enum store_result store_rows_of(
	struct store *store, struct lantik_span nik, uint64_t from, struct store_person_rows *ret);
/* Returned records, of batches from a leaf on, whose bytes hold the NIK anywhere; it must not be empty. */
LANTIK_MUST_CHECK enum store_result store_returned_with(
	struct store *store, struct lantik_span nik, uint64_t from, struct store_person_rows *ret);
/* The returned record that an office means by id (of its batch or of a decision) and number; at most one. */
LANTIK_MUST_CHECK enum store_result store_returned_meant(struct store *store, int32_t office_no, struct lantik_span id,
	int32_t record_no, struct store_person_rows *ret);

struct store_held_body {
	int64_t batch_no;
	uint64_t leaf_index;
};
/* Stored bodies of batches that were refused whole, from a leaf on; malloc'ed. */
LANTIK_MUST_CHECK enum store_result store_refused_bodies(
	struct store *store, uint64_t from, struct store_held_body **ret, size_t *ret_count);
/* Those of these batches that are still stored, ascending, each once; malloc'ed. */
LANTIK_MUST_CHECK enum store_result store_bodies_of(
	struct store *store, const int64_t *batch_nos, size_t count, struct store_held_body **ret, size_t *ret_count);
/* The refused batch of an office with this id; 0: none. */
LANTIK_MUST_CHECK enum store_result store_refused_batch(
	struct store *store, int32_t office_no, struct lantik_span batch_id, int64_t *ret_batch_no);
/* A body as it was received; empty when it is not stored. Replaces what ret holds. */
LANTIK_MUST_CHECK enum store_result store_body_of(struct store *store, int64_t batch_no, struct lantik_buffer *ret);

struct store_rejection {
	int32_t kind;
	struct lantik_span programme;
	uint64_t leaf_index; /* of the decision */
};
struct store_rejections {
	struct store_rejection *items;
	size_t count;
	struct lantik_buffer room;
};
LANTIK_MUST_CHECK enum store_result store_rejections_of(
	struct store *store, struct lantik_span nik, struct store_rejections *ret);

/* Locks the current rows of a NIK, as every commit does; whether one of them is in force today. */
LANTIK_MUST_CHECK enum store_result store_lock_person(struct store *store, struct lantik_span nik, bool *ret_in_force);
/* The rest of this transaction may read whole tables and take its time. */
LANTIK_MUST_CHECK enum store_result store_take_time(struct store *store);
/* Whether the official meant a person in force, too. */
LANTIK_MUST_CHECK enum store_result store_asked_in_force(struct store *store, int64_t request_no, bool *ret);

struct store_place_used {
	struct lantik_span agency, programme;
	int32_t kind, kelompok_lapor;
	int64_t used;
};
struct store_erasure {
	uint64_t leaf_index; /* of the deed */
	struct lantik_span nik;
	const struct store_person_rows *rows, *returned;
	const struct store_held_body *bodies;
	size_t body_count;
	const struct store_place_used *places;
	size_t place_count;
	size_t rejection_count;
};
/* Deletes all of it and writes what stays. STORE_RETRY when it is not there as it was read. */
LANTIK_MUST_CHECK enum store_result store_erase(struct store *store, const struct store_erasure *erasure);

#endif
