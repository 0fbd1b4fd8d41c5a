/* What the files of the interop program share: making the test vectors, and telling Python what C reads and believes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_TESTS_INTEROP_H
#define LANTIK_TESTS_INTEROP_H

#include "lantik/codec.h"
#include "lantik/deed.h"
#include "lantik/receipt.h"
#include "lantik/statement.h"

/* The batch of the vectors; everything in it is fixed. */
void interop_manifest(struct lantik_manifest *ret);
/* Three records: one as an office would send it, one with every field, one with everything unreadable. */
void interop_records(struct lantik_buffer *ret);

/* A body as JSON: {"manifest": {...}, "records": [{...}]}, absent fields left out. */
enum lantik_error interop_body_json(struct lantik_span body, struct lantik_buffer *ret);

/* A message as JSON by the name of its kind (`status-answer`, `reconcile-answer`, ...), fields as in the contract.
 * LANTIK_E_NOT_FOUND when there is no such kind. */
enum lantik_error interop_message_json(const char *kind, struct lantik_span bytes, struct lantik_buffer *ret);
void interop_put_hex(struct lantik_buffer *ret, struct lantik_span bytes);

enum lantik_error interop_read_file(const char *path, struct lantik_buffer *ret);

/* --- interop_judge.c; what they return is the exit status --- */

/* For each tree up to so many leaves: size, root, and the digests of its inclusion and of its consistency proofs. */
int interop_tree(unsigned leaves);
int interop_prove(const char *path);
int interop_trust(const char *key_text, const char *recovery_text, const char *path);
void interop_prove_line(char *line);
enum lantik_error interop_judge_deed(struct lantik_span text);
enum lantik_error interop_judge_cosignature(struct lantik_span note, const char *key);

/* Writes all vectors into the directory; ends the process when it cannot. */
void interop_make(const char *directory);

/* --- what the makers of vectors share --- */

#define MAKING_OFFICE "vectors-99"
#define MAKING_BATCH_LEAF 6u
/* The first byte of the salt of the first record that was returned; the next one has the next byte. */
#define MAKING_SALT 0xa0

struct making {
	const char *directory;
	struct lantik_skey log_key, office_key;
	struct lantik_buffer values; /* lines: name, blank, value */
	struct lantik_edge edge;
};

struct making_batch {
	struct lantik_manifest manifest;
	struct lantik_buffer body;
	uint8_t records_root[LANTIK_HASH], manifest_sha256[LANTIK_HASH];
	uint8_t signatures[LANTIK_TO_REHEARSE + 1][LANTIK_SIGNATURE];
};

/* All of these end the process when they cannot. */
void making_fail(const char *what);
void making_file(const struct making *making, const char *name, struct lantik_span bytes);
/* Writes the buffer and empties it. */
void making_buffer(const struct making *making, const char *name, struct lantik_buffer *buffer);
/* By the name of a case, with the severity of the table of rules. */
void making_finding(struct lantik_findings *findings, uint32_t record_no, const char *name, enum lantik_field_id field);
/* One leaf hash a row, as many as the leaf says. */
void making_rows_root(uint32_t rows, uint8_t ret[LANTIK_HASH]);
/* Appends the leaf to the tree, signs, and puts the receipt together. */
void making_append(struct making *making, struct lantik_span leaf, struct lantik_span text,
	struct lantik_buffer *ret_note, struct lantik_buffer *ret_receipt);

/* Statements, their leaves and receipts, and the status of the batch after them. */
void interop_make_decisions(struct making *making, const struct making_batch *batch, struct lantik_span receipt);
/* Deeds, a rotation, a recovery, a cosignature, a witnessed reply. */
void interop_make_deeds(struct making *making);
/* Rehearsal, rulebook and reconciliation. */
void interop_make_enquiries(const struct making *making, const struct making_batch *batch, struct lantik_span verdict);

#endif
