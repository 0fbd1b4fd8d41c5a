/* The wire contract in both directions: bytes to plain C and back. No protobuf type leaves this room.
 * proto/lantik/v1/ *.proto are the specification. Decoding borrows from the received bytes; what needs memory takes it
 * from the caller's arena. Bytes from outside can only be refused.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CODEC_H
#define LANTIK_CODEC_H

#include "lantik/ledger.h"
#include "lantik/record.h"

#define LANTIK_PROTOCOL_VERSION 1u
#define LANTIK_REQUEST_ID 16

enum lantik_message {
	/* requests */
	LANTIK_SUBMIT = 1,    /* body: AppointmentBatch */
	LANTIK_STATUS = 2,    /* body: StatusRequest */
	LANTIK_REFERENCE = 3, /* body: ReferenceRequest */
	LANTIK_PING = 4,      /* body: empty */
	LANTIK_RECONCILE = 5, /* body: ReconcileRequest */
	LANTIK_REHEARSE = 6,  /* body: AppointmentBatch, judged and not recorded */
	/* replies */
	LANTIK_RECEIPT = 16,          /* body: a receipt, text (lantik/receipt.h) */
	LANTIK_REFUSAL = 17,          /* body: Refusal */
	LANTIK_BUSY = 18,             /* body: Busy */
	LANTIK_STATUS_ANSWER = 19,    /* body: StatusAnswer */
	LANTIK_REFERENCE_ANSWER = 20, /* body: ReferenceAnswer */
	LANTIK_PONG = 21,             /* body: the last signed checkpoint, text; empty before the first */
	LANTIK_RECONCILE_ANSWER = 22, /* body: ReconcileAnswer */
	LANTIK_REHEARSAL = 23,        /* body: LANTIK_REHEARSAL_HEAD and the verdict's text */
};

/* What a rehearsal begins with, so that nobody and no program takes it for a receipt. */
#define LANTIK_REHEARSAL_HEAD "lantik-rehearsal 1\nnothing was recorded\n\n"

struct lantik_envelope {
	uint32_t protocol_version;
	struct lantik_span request_id; /* 16 bytes, chosen by the office, echoed */
	enum lantik_message message;
	/* Of a request the last signed checkpoint that the office holds, of a reply the newest one; may be empty. */
	struct lantik_span checkpoint;
	struct lantik_span signing_key_id;  /* SUBMIT, REHEARSE: 4 bytes, key id of the signing key's vkey */
	struct lantik_span signature;       /* SUBMIT, REHEARSE: 64 bytes, Ed25519 (lantik_submission_message) */
	struct lantik_span rulebook_sha256; /* digest of the rulebook that the sender uses; may be empty */
	/* Replies alone: between the office's checkpoint and the reply's, the smaller first. */
	struct lantik_proof consistency;
	/* Replies alone: receipts of deeds about receipt keys and recoveries that came after the office's checkpoint.
	 */
	struct lantik_span deeds[LANTIK_MAX_ENVELOPE_DEEDS];
	size_t deed_count;
};

/* Why the transport refused. Codes are never reused. */
enum lantik_refusal {
	LANTIK_REFUSED_MALFORMED = 1,     /* not in the format of the contract; permanent */
	LANTIK_REFUSED_TOO_LARGE = 2,     /* beyond a limit; permanent: split the batch */
	LANTIK_REFUSED_VERSION = 3,       /* protocol version not supported; permanent */
	LANTIK_REFUSED_NOT_ALLOWED = 4,   /* key revoked, or agency outside the key's scope; permanent */
	LANTIK_REFUSED_BAD_SIGNATURE = 5, /* signature or signing key wrong; permanent */
	LANTIK_REFUSED_ID_REUSED = 6,     /* batch id already stands for another batch; permanent: take a new id */
	LANTIK_REFUSED_BAD_DIGEST = 7,    /* manifest.records_root is not the root of the records; permanent */
	LANTIK_REFUSED_INTERNAL = 8,      /* the daemon could not carry it out; passing, an operator is told */
};

struct lantik_refused {
	enum lantik_refusal code;
	bool passing;              /* sending the same again later may help */
	struct lantik_span detail; /* one English sentence, no personal value: what and what to do */
	uint32_t record_no;        /* 1-based, 0: not about one record */
};

struct lantik_busy {
	uint32_t retry_after_ms;
	uint32_t credit; /* batches that this office may have in flight */
	enum {
		LANTIK_BUSY_LOAD = 1,
		LANTIK_BUSY_DATABASE_DOWN = 2,
		LANTIK_BUSY_DRAINING = 3,
		LANTIK_BUSY_LEDGER_FORK = 4, /* the ledger contradicts what was signed; an operator must act */
	} reason;
};

/* What the daemon holds of a batch id, for the office that asks. Never merely "not found". */
enum lantik_batch_state {
	LANTIK_STATE_NOT_HELD = 1, /* nothing durable under this id for this office: send (again) with the same id */
	LANTIK_STATE_RECEIVED = 2, /* in memory only; not yet durable */
	LANTIK_STATE_COMMITTED = 3,
	LANTIK_STATE_REFUSED = 4, /* refused whole by a batch rule; recorded, with a receipt */
};

struct lantik_status_request {
	struct lantik_span batch_id; /* 16 bytes */
	/* Decisions below this leaf are left out, and unless it is 0 the receipt, too. At most INT64_MAX. */
	uint64_t decisions_from;
};

/* Of a batch; the counts are as of now, with every decision since. */
struct lantik_status_answer {
	enum lantik_batch_state state;
	uint32_t accepted, returned, review, rejected;
	int64_t recorded_at;
	uint64_t leaf_index;
	struct lantik_span receipt; /* the receipt's text when committed or refused; empty after decisions_from */
	const struct lantik_span *decisions; /* decision receipts in the order of their leaves */
	size_t decision_count;               /* at most LANTIK_MAX_DECISIONS */
	bool more; /* ask again from the last decision's leaf + 1, or leaf_index + 1 when there is none here */
};

struct lantik_reference_answer {
	uint8_t sha256[LANTIK_HASH];
	struct lantik_span text_zstd; /* empty: what the office holds is this */
	/* Bytes of the text, at most LANTIK_MAX_RULEBOOK; 0 exactly when text_zstd is empty. Whoever decompresses makes
	 * room for so many bytes and no more, whatever the frame says of itself, and refuses a text of another length
	 * or digest. */
	uint32_t text_size;
};

struct lantik_reconcile_request {
	uint64_t from_leaf; /* at most INT64_MAX */
	uint32_t limit;     /* 0 on the wire is LANTIK_RECONCILE_DEFAULT after decoding; at most LANTIK_MAX_RECONCILE */
};

/* What became of a record; numbers of the contract and of the database. */
enum lantik_record_state {
	LANTIK_RECORD_ACCEPTED = 1,
	LANTIK_RECORD_RETURNED = 2,
	LANTIK_RECORD_REVIEW = 3,
	LANTIK_RECORD_REJECTED = 4,
};

struct lantik_reconcile_record {
	uint32_t record_no; /* 1 to LANTIK_MAX_RECORDS */
	enum lantik_record_state outcome;
};

/* A batch of the office, or a decision about one. */
struct lantik_reconcile_entry {
	uint64_t leaf_index;
	struct lantik_span batch_id;        /* 16 bytes */
	struct lantik_span decision_id;     /* 16 bytes; empty: the batch itself */
	struct lantik_span manifest_sha256; /* of a batch; empty for a decision */
	enum lantik_batch_state state;      /* of a batch COMMITTED or REFUSED; 0 for a decision */
	uint32_t accepted, returned, review, rejected;
	int64_t recorded_at;
	const struct lantik_reconcile_record *records; /* of a decision: what it decided, ascending */
	size_t record_count;
};

struct lantik_reconcile_answer {
	const struct lantik_reconcile_entry *entries; /* ascending leaf indexes, at most LANTIK_MAX_RECONCILE */
	size_t entry_count;
	uint64_t next_leaf; /* from_leaf of the next page; 0: no more */
	uint64_t ledger_size;
};

/* Every decoder below refuses what the contract does not allow (lengths, ranges, order), leaves ret untouched then, and
 * takes no more memory than the arena's budget. Spans of ret live in the arena. */

/* LANTIK_E_TOO_LARGE past LANTIK_MAX_REPLY_ENVELOPE, the bound of both directions; a receiver of requests keeps to
 * LANTIK_MAX_ENVELOPE and to empty consistency and deeds by itself. For decoding an arena of 2 * bytes.len + 4 KiB is
 * enough. */
enum lantik_error lantik_envelope_encode(const struct lantik_envelope *envelope, struct lantik_buffer *ret);
LANTIK_MUST_CHECK enum lantik_error lantik_envelope_decode(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_envelope *ret);

enum lantik_error lantik_refused_encode(const struct lantik_refused *refused, struct lantik_buffer *ret);
LANTIK_MUST_CHECK enum lantik_error lantik_refused_decode(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_refused *ret);
enum lantik_error lantik_busy_encode(const struct lantik_busy *busy, struct lantik_buffer *ret);
LANTIK_MUST_CHECK enum lantik_error lantik_busy_decode(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_busy *ret);
enum lantik_error lantik_status_request_encode(const struct lantik_status_request *request, struct lantik_buffer *ret);
LANTIK_MUST_CHECK enum lantik_error lantik_status_request_decode(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_status_request *ret);
/* LANTIK_E_TOO_LARGE past LANTIK_MAX_DECISIONS or LANTIK_MAX_STATUS_RECEIPTS, in both directions. For decoding an arena
 * of bytes.len + 64 KiB is enough. */
enum lantik_error lantik_status_answer_encode(const struct lantik_status_answer *answer, struct lantik_buffer *ret);
LANTIK_MUST_CHECK enum lantik_error lantik_status_answer_decode(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_status_answer *ret);
/* have_sha256: 32 bytes, or empty when nothing is held. */
enum lantik_error lantik_reference_request_encode(struct lantik_span have_sha256, struct lantik_buffer *ret);
LANTIK_MUST_CHECK enum lantik_error lantik_reference_request_decode(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_span *ret_have_sha256);
/* Carries the compressed bytes as they are; compressing and decompressing is the ends' matter. For decoding an arena of
 * bytes.len + 4 KiB is enough. */
enum lantik_error lantik_reference_answer_encode(
	const struct lantik_reference_answer *answer, struct lantik_buffer *ret);
LANTIK_MUST_CHECK enum lantik_error lantik_reference_answer_decode(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_reference_answer *ret);
enum lantik_error lantik_reconcile_request_encode(
	const struct lantik_reconcile_request *request, struct lantik_buffer *ret);
LANTIK_MUST_CHECK enum lantik_error lantik_reconcile_request_decode(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_reconcile_request *ret);
/* Encoding takes working memory from the arena. LANTIK_RECONCILE_ARENA is enough for every answer, either way. */
#define LANTIK_RECONCILE_ARENA ((size_t)4 * 1024 * 1024)
enum lantik_error lantik_reconcile_answer_encode(
	const struct lantik_reconcile_answer *answer, struct lantik_arena *arena, struct lantik_buffer *ret);
LANTIK_MUST_CHECK enum lantik_error lantik_reconcile_answer_decode(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_reconcile_answer *ret);

/* A body in one pass without decoding a record: manifest first, then only records (the contract's layout).
 * records are spans into the body; records_bytes is everything after the manifest. */
struct lantik_batch_view {
	struct lantik_span manifest;
	struct lantik_span records_bytes;
	const struct lantik_span *records;
	uint32_t record_count;
	/* The fields that some record of the batch gives; bit number % 64 of present[number / 64]. */
	uint64_t present[2];
};

_Static_assert(LANTIK_FIELD_COUNT < 128, "present has a bit for every field of a record");

/* On failure *ret_record_no is the record at fault, 0 when it is the batch. Refuses unknown and duplicate fields,
 * wrong wire types, over-long varints, tag 0, more than LANTIK_MAX_RECORDS, in the batch and in every record. */
LANTIK_MUST_CHECK enum lantik_error lantik_batch_scan(
	struct lantik_span body, struct lantik_arena *arena, struct lantik_batch_view *ret, uint32_t *ret_record_no);
/* The bytes of the manifest, which a body begins with; what is in it and what follows is not looked at. */
LANTIK_MUST_CHECK enum lantik_error lantik_batch_manifest(struct lantik_span body, struct lantik_span *ret);
/* RFC 6962 (lantik/ledger.h) over the bytes of the records that stand in records_bytes, as a body holds them. */
LANTIK_MUST_CHECK enum lantik_error lantik_records_root(struct lantik_span records_bytes, uint8_t ret[LANTIK_HASH]);

/* What a body is known by. The first alone stands for all of it: the manifest holds the second. */
struct lantik_batch_digests {
	uint8_t manifest_sha256[LANTIK_HASH];
	uint8_t records_root[LANTIK_HASH];
};
/* LANTIK_E_MISMATCH when the manifest names other records than follow it; any other failure: it is no batch. */
LANTIK_MUST_CHECK enum lantik_error lantik_batch_digests(struct lantik_span body, struct lantik_batch_digests *ret);
LANTIK_MUST_CHECK enum lantik_error lantik_manifest_decode(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_manifest *ret);
/* Any bytes: refuses what lantik_batch_scan does, and digests of documents that are neither 32 bytes nor empty. Texts
 * of ret borrow from bytes; the list of documents is the arena's. On failure ret is undefined. */
LANTIK_MUST_CHECK enum lantik_error lantik_record_decode(
	struct lantik_span bytes, struct lantik_arena *arena, struct lantik_record *ret);

/* Appends one record with its tag and length, as it stands in a body. */
enum lantik_error lantik_record_append(const struct lantik_record *record, struct lantik_buffer *records);
/* The whole body; manifest->records_root and row_count are the caller's to have set. */
enum lantik_error lantik_batch_encode(
	const struct lantik_manifest *manifest, struct lantik_span records_bytes, struct lantik_buffer *ret);

#endif
