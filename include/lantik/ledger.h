/* Ledger maths: the RFC 6962 tree over SHA-256, its proofs, and the layout of a leaf. Pure functions.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_LEDGER_H
#define LANTIK_LEDGER_H

#include "lantik/crypto.h"
#include "lantik/limits.h"

void lantik_leaf_hash(struct lantik_span leaf, uint8_t ret[LANTIK_HASH]); /* SHA-256(0x00 || leaf) */
void lantik_node_hash(
	const uint8_t *left, const uint8_t *right, uint8_t ret[LANTIK_HASH]); /* SHA-256(0x01 || l || r) */

/* The right edge of a tree: the roots of its complete subtrees, largest first; as many as size has one bits. */
struct lantik_edge {
	uint64_t size;
	unsigned count;
	uint8_t hashes[LANTIK_MAX_PROOF][LANTIK_HASH];
};

/* Called for each subtree that the append completes, the leaf itself (level 0) included. */
typedef void (*lantik_node_sink)(void *context, unsigned level, uint64_t index, const uint8_t hash[LANTIK_HASH]);

void lantik_edge_append(
	struct lantik_edge *edge, const uint8_t leaf_hash[LANTIK_HASH], lantik_node_sink sink, void *context);
/* SHA-256 of nothing for the empty tree. */
void lantik_edge_root(const struct lantik_edge *edge, uint8_t ret[LANTIK_HASH]);
/* size and count * 32 bytes as stored; LANTIK_E_MALFORMED when they do not fit together. */
LANTIK_MUST_CHECK enum lantik_error lantik_edge_load(uint64_t size, struct lantik_span hashes, struct lantik_edge *ret);
/* Root over count leaf hashes of 32 bytes each, in order (rows_root, returned_root); SHA-256 of nothing for none. */
void lantik_root_of(const uint8_t *leaf_hashes, size_t count, uint8_t ret[LANTIK_HASH]);

struct lantik_proof {
	unsigned count;
	uint8_t hashes[LANTIK_MAX_PROOF][LANTIK_HASH];
};

/* Gives the hash of a complete subtree: level 0 are leaf hashes. False when it is not held. */
typedef bool (*lantik_node_source)(void *context, unsigned level, uint64_t index, uint8_t ret[LANTIK_HASH]);

LANTIK_MUST_CHECK enum lantik_error lantik_tree_root(
	lantik_node_source source, void *context, uint64_t size, uint8_t ret[LANTIK_HASH]);
LANTIK_MUST_CHECK enum lantik_error lantik_inclusion_proof(
	lantik_node_source source, void *context, uint64_t index, uint64_t size, struct lantik_proof *ret);
LANTIK_MUST_CHECK enum lantik_error lantik_consistency_proof(
	lantik_node_source source, void *context, uint64_t from, uint64_t to, struct lantik_proof *ret);
/* The proof of the last leaf of a tree of index + 1 leaves, from the edge of the tree before it. */
void lantik_edge_proof(const struct lantik_edge *before, struct lantik_proof *ret);

/* LANTIK_E_BAD_PROOF unless the proof leads from the leaf to the root. */
LANTIK_MUST_CHECK enum lantik_error lantik_inclusion_verify(uint64_t index, uint64_t size,
	const uint8_t leaf_hash[LANTIK_HASH], const struct lantik_proof *proof, const uint8_t root[LANTIK_HASH]);
LANTIK_MUST_CHECK enum lantik_error lantik_consistency_verify(uint64_t from, uint64_t to,
	const uint8_t from_root[LANTIK_HASH], const uint8_t to_root[LANTIK_HASH], const struct lantik_proof *proof);

/* What a leaf stands for; the third byte of every leaf. */
enum lantik_leaf_type {
	LANTIK_LEAF_NONE, /* not a leaf */
	LANTIK_LEAF_BATCH,
	LANTIK_LEAF_DECISION,
	LANTIK_LEAF_ERASURE,
	LANTIK_LEAF_KEY,
	LANTIK_LEAF_RECOVERY
};

/* What PostgreSQL had promised when it acknowledged the commit. */
enum lantik_durability {
	LANTIK_DURABLE_LOCAL = 1,  /* flushed on one server; a lossy failover can lose it */
	LANTIK_DURABLE_QUORUM = 2, /* and on the standbys of synchronous_standby_names */
	LANTIK_DURABLE_UNSAFE = 3, /* fsync or synchronous_commit off: test installations only */
};

#define LANTIK_LEAF_FORMAT 1
#define LANTIK_MAX_OFFICE_NAME 40u
#define LANTIK_MAX_LEAF 512u

/* Layout, big-endian, no padding: u16 format, u8 type, u64 leaf_index, u8 n, n bytes office, 16 batch_id,
 * 32 manifest_sha256, 4 signing_key_id, 32 signature_sha256, 32 verdict_sha256, 32 rulebook_sha256,
 * u32 rows, u16 row_format, 32 rows_root, 32 returned_root, i64 received_at, i64 recorded_at (microseconds since 1970
 * UTC), u8 durability. */
struct lantik_batch_leaf {
	uint64_t leaf_index;
	struct lantik_span office;
	uint8_t batch_id[16];
	uint8_t manifest_sha256[LANTIK_HASH]; /* of the manifest's bytes, which name the records by their root */
	uint8_t signing_key_id[4];
	uint8_t signature_sha256[LANTIK_HASH];
	uint8_t verdict_sha256[LANTIK_HASH];
	uint8_t rulebook_sha256[LANTIK_HASH];
	uint32_t rows; /* accepted, in the register */
	uint16_t row_format;
	uint8_t rows_root[LANTIK_HASH];
	uint8_t returned_root[LANTIK_HASH]; /* over lantik_returned_hash of each record that did not go in */
	int64_t received_at, recorded_at;
	uint8_t durability;
};

enum lantik_error lantik_batch_leaf_format(const struct lantik_batch_leaf *leaf, struct lantik_buffer *ret);
/* The whole of bytes or LANTIK_E_MALFORMED; office borrows from bytes. */
LANTIK_MUST_CHECK enum lantik_error lantik_batch_leaf_parse(struct lantik_span bytes, struct lantik_batch_leaf *ret);

#define LANTIK_RETURNED_FORMAT 1
enum lantik_returned_outcome { LANTIK_DID_RETURN = 1, LANTIK_DID_WAIT = 2 };

/* The hash that returned_root holds of a record that was returned or waits for an official: SHA-256(0x00 || u16 1 ||
 * u32 record_no || u8 outcome || 16 salt || the record's bytes as they stood in the body). The salt keeps anybody from
 * guessing an erased record by trying. */
void lantik_returned_hash(uint32_t record_no, uint8_t outcome, const uint8_t salt[16], struct lantik_span bytes,
	uint8_t ret[LANTIK_HASH]);

/* What a named official decided about records of one batch.
 * Layout, big-endian, no padding: u16 format, u8 type, u64 leaf_index, u8 n, n bytes office, 16 decision_id,
 * 16 batch_id, u64 batch_leaf_index, 32 statement_sha256, 32 rulebook_sha256, u32 rows, u16 row_format, 32 rows_root,
 * i64 requested_at, i64 recorded_at (microseconds since 1970 UTC), u8 durability. */
struct lantik_decision_leaf {
	uint64_t leaf_index;
	struct lantik_span office; /* whose batch it was */
	uint8_t decision_id[16];
	uint8_t batch_id[16];
	uint64_t batch_leaf_index;
	uint8_t statement_sha256[LANTIK_HASH];
	uint8_t rulebook_sha256[LANTIK_HASH];
	uint32_t rows; /* that the decision put into the register */
	uint16_t row_format;
	uint8_t rows_root[LANTIK_HASH];
	int64_t requested_at, recorded_at;
	uint8_t durability;
};

enum lantik_error lantik_decision_leaf_format(const struct lantik_decision_leaf *leaf, struct lantik_buffer *ret);
/* The whole of bytes or LANTIK_E_MALFORMED; office borrows from bytes. */
LANTIK_MUST_CHECK enum lantik_error lantik_decision_leaf_parse(
	struct lantik_span bytes, struct lantik_decision_leaf *ret);

/* A deed (lantik/deed.h): what the operator did about the ledger's own matters. Types KEY, RECOVERY and ERASURE.
 * Layout, big-endian, no padding: u16 format, u8 type, u64 leaf_index, 16 deed_id, 32 deed_sha256, i64 requested_at,
 * i64 recorded_at (microseconds since 1970 UTC), u8 durability. */
struct lantik_deed_leaf {
	enum lantik_leaf_type type;
	uint64_t leaf_index;
	uint8_t deed_id[16];
	uint8_t deed_sha256[LANTIK_HASH]; /* of the deed, with its signature when it has one */
	int64_t requested_at, recorded_at;
	uint8_t durability;
};

enum lantik_error lantik_deed_leaf_format(const struct lantik_deed_leaf *leaf, struct lantik_buffer *ret);
/* The whole of bytes or LANTIK_E_MALFORMED. */
LANTIK_MUST_CHECK enum lantik_error lantik_deed_leaf_parse(struct lantik_span bytes, struct lantik_deed_leaf *ret);
bool lantik_is_deed_type(enum lantik_leaf_type type);

/* The type of a leaf of a format that this build knows; 0 for anything else. */
enum lantik_leaf_type lantik_leaf_type_of(struct lantik_span bytes);

#endif
