/* What the store keeps of officials' requests and of the decisions that they became.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_STORE_DECISION_H
#define LANTIK_DAEMON_STORE_DECISION_H

#include "lantik/codec.h"

#include "growth.h"
#include "store.h"

/* A request with the batch that it is about and its records as they stand. */
struct store_request {
	int64_t request_no;
	int32_t act; /* enum lantik_act */
	struct lantik_span official, position, reason;
	int64_t requested_at;
	/* the batch */
	int64_t batch_no;
	int32_t office_no;
	struct lantik_span office, batch_id, manifest;
	uint64_t leaf_index;
	int64_t received_at;
	bool refused_whole;
	bool names_agency; /* the records of the batch do (enum lantik_body_form) */
	/* ascending, each once */
	struct store_asked {
		uint32_t record_no;
		int32_t state; /* enum lantik_record_state; 0: it went into the register with its batch, or never was */
		struct lantik_span bytes, cause;
	} * records;
	size_t record_count;
	struct lantik_buffer bytes[2]; /* what the spans borrow from */
};
void store_request_free(struct store_request *request);

/* One decider of all daemons at a time, to the end of the transaction. */
LANTIK_MUST_CHECK enum store_result store_decide_alone(struct store *store, bool *ret_alone);
/* The greatest number of a request. */
LANTIK_MUST_CHECK enum store_result store_last_request(struct store *store, int64_t *ret);
/* Whether a request with a greater number waits. */
LANTIK_MUST_CHECK enum store_result store_request_waits(struct store *store, int64_t above, bool *ret);
/* The first of them; request_no is 0 when there is none. Zero ret; free it in any case. */
LANTIK_MUST_CHECK enum store_result store_request(struct store *store, int64_t above, struct store_request *ret);

/* A number of the sequence of batches. */
LANTIK_MUST_CHECK enum store_result store_decision_no(struct store *store, int64_t *ret);

struct store_outcome {
	uint32_t record_no;
	enum lantik_record_state outcome;
	struct lantik_span cause; /* empty: none */
};
LANTIK_MUST_CHECK enum store_result store_outcomes(
	struct store *store, int64_t decision_no, int64_t batch_no, const struct store_outcome *outcomes, size_t count);
/* People whom an official rejected; one who was rejected before stays so. niks are of 16 characters. */
LANTIK_MUST_CHECK enum store_result store_reject(struct store *store, int64_t decision_no, int32_t kind,
	struct lantik_span programme, const uint8_t (*niks)[16], size_t count);

struct store_decision {
	int64_t decision_no;
	const struct store_request *request;
	const struct lantik_manifest *manifest;
	const struct lantik_decision_leaf *leaf;
	uint32_t accepted, returned, review, rejected;
	struct lantik_span row_hashes; /* under the root of the leaf, 32 bytes each, in the order of the records */
	struct lantik_span statement;
	struct lantik_span leaf_bytes;
	const struct growth *growth;
};
/* The decision and its leaf; the head is locked. */
LANTIK_MUST_CHECK enum store_result store_append_decision(struct store *store, const struct store_decision *decision);

/* Ends a request that cannot be carried out. rule_case may be empty. */
LANTIK_MUST_CHECK enum store_result store_refuse_request(
	struct store *store, int64_t request_no, struct lantik_span rule_case, struct lantik_span why);

#endif
