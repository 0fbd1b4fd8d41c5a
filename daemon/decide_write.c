/* What a decision writes: rows, counters, findings, outcomes, and its leaf, in the order of the locks.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "decide_private.h"

/* With leaf, proof and note it must fit into a receipt. */
#define STATEMENT_LIMIT (LANTIK_MAX_RECEIPT - LANTIK_MAX_NOTE - 8192)

static void state_decision(struct decision *d)
{
	const struct store_request *r = &d->request;

	d->statement = (struct lantik_statement){.office = r->office,
		.batch_leaf_index = r->leaf_index,
		.agency = d->s.manifest.kode_instansi,
		.kind = d->s.manifest.kind,
		.step = d->s.manifest.step,
		.act = r->act,
		.official = r->official,
		.position = r->position,
		.reason = r->reason,
		.records = d->outcomes,
		.record_count = r->record_count,
		.findings = d->s.desk->findings};
	memcpy(d->statement.decision_id, d->decision_id, sizeof d->decision_id);
	memcpy(d->statement.batch_id, r->batch_id.data, sizeof d->statement.batch_id);
	memcpy(d->statement.rulebook_sha256, lantik_rulebook_digest(d->s.rulebook->rulebook), LANTIK_HASH);
	lantik_statement_count(&d->statement);
}

static enum lantik_record_state state_of(enum lantik_outcome outcome)
{
	switch (outcome) {
	case LANTIK_ACCEPTED:
		return LANTIK_RECORD_ACCEPTED;
	case LANTIK_RETURNED:
		return LANTIK_RECORD_RETURNED;
	case LANTIK_IN_REVIEW:
		return LANTIK_RECORD_REVIEW;
	case LANTIK_REJECTED:
		return LANTIK_RECORD_REJECTED;
	case LANTIK_REFUSED:
		break;
	}
	LANTIK_ASSERT(!"an outcome of a record");
	return 0;
}

/* What holds each record back now: after a replay what that found, else what held it back before. */
static enum store_result write_outcomes(struct decision *d)
{
	const struct lantik_findings *f = &d->s.desk->findings;
	size_t count = d->request.record_count, at = 0;
	struct store_outcome *outcomes = calloc(count, sizeof *outcomes);
	struct lantik_buffer causes = {0};

	LANTIK_ASSERT(outcomes);
	for (size_t i = 0; i < count; i++) {
		size_t first = at, start = causes.len;
		while (at < f->count && f->items[at].record_no == d->outcomes[i].record_no)
			at++;
		outcomes[i] = (struct store_outcome){
			.record_no = d->outcomes[i].record_no, .outcome = state_of(d->outcomes[i].outcome)};
		if (d->outcomes[i].outcome == LANTIK_ACCEPTED)
			continue;
		if (d->request.act == LANTIK_REPLAY)
			lantik_cause_format(f->items + first, at - first, &causes);
		else
			lantik_buffer_append_span(&causes, d->request.records[i].cause);
		outcomes[i].cause.len = causes.len - start;
	}
	LANTIK_ASSERT(!causes.error);
	for (size_t i = 0, start = 0; i < count; start += outcomes[i++].cause.len)
		outcomes[i].cause.data = causes.data + start;
	enum store_result result =
		store_outcomes(d->worker->store, d->s.batch_no, d->request.batch_no, outcomes, count);
	free(outcomes);
	lantik_buffer_free(&causes);
	return result;
}

/* Everything but the leaf, in the order of the locks. */
static enum store_result write_details(struct decision *d)
{
	struct worker *w = d->worker;
	struct submission *s = &d->s;
	enum store_result result = STORE_OK;

	if (s->copied)
		result = submission_write_rows(s, d->judged, d->judged_count, true);
	if (!result && s->copied)
		result = submission_write_counters(s);
	if (!result)
		result = store_findings(w->store, s->batch_no, d->s.desk->findings.items, d->s.desk->findings.count);
	if (!result)
		result = write_outcomes(d);
	if (!result && d->request.act == LANTIK_REJECT)
		result = store_reject(w->store, s->batch_no, s->manifest.kind, s->manifest.programme,
			(const uint8_t(*)[16])d->s.desk->niks, d->request.record_count);
	return result;
}

static void leaf_of(const struct decision *d, const struct store_ledger *ledger, struct lantik_span statement,
	struct lantik_span row_hashes, struct lantik_decision_leaf *ret)
{
	*ret = (struct lantik_decision_leaf){.leaf_index = ledger->edge.size,
		.office = d->request.office,
		.batch_leaf_index = d->request.leaf_index,
		.rows = d->statement.accepted,
		.row_format = LANTIK_ROW_FORMAT,
		.requested_at = d->request.requested_at,
		.recorded_at = ledger->now,
		.durability = (uint8_t)ledger->durability};
	memcpy(ret->decision_id, d->decision_id, sizeof ret->decision_id);
	memcpy(ret->batch_id, d->request.batch_id.data, sizeof ret->batch_id);
	lantik_sha256(statement, ret->statement_sha256);
	memcpy(ret->rulebook_sha256, d->statement.rulebook_sha256, LANTIK_HASH);
	lantik_root_of(row_hashes.data, row_hashes.len / LANTIK_HASH, ret->rows_root);
}

/* The last lock, and what is done under it. */
static enum store_result append_leaf(struct decision *d, struct decision_appended *ret)
{
	struct store *store = d->worker->store;
	struct store_ledger ledger;
	struct lantik_decision_leaf leaf;
	struct growth growth;
	struct lantik_span row_hashes = submission_row_hashes(&d->s);
	enum store_result result = store_lock_ledger(store, &ledger);

	if (!result)
		result = submission_check_since(&d->s, &ledger);
	if (result)
		return result;
	ret->before = ledger.edge;
	leaf_of(d, &ledger, lantik_buffer_span(&ret->statement), row_hashes, &leaf);
	lantik_buffer_reset(&ret->leaf);
	LANTIK_ASSERT(lantik_decision_leaf_format(&leaf, &ret->leaf) == LANTIK_OK);
	growth_of(&ledger.edge, lantik_buffer_span(&ret->leaf), &growth);
	struct store_decision decision = {.decision_no = d->s.batch_no,
		.request = &d->request,
		.manifest = &d->s.manifest,
		.leaf = &leaf,
		.accepted = d->statement.accepted,
		.returned = d->statement.returned,
		.review = d->statement.review,
		.rejected = d->statement.rejected,
		.row_hashes = row_hashes,
		.statement = lantik_buffer_span(&ret->statement),
		.leaf_bytes = lantik_buffer_span(&ret->leaf),
		.growth = &growth};
	return store_append_decision(store, &decision);
}

enum store_result decision_write(struct decision *d, struct decision_appended *ret)
{
	state_decision(d);
	LANTIK_ASSERT(d->statement.accepted == d->s.copied);
	lantik_buffer_reset(&ret->statement);
	enum lantik_error error = lantik_statement_format(&d->statement, &ret->statement);
	if (error || ret->statement.len > STATEMENT_LIMIT) {
		decision_refuse(d, LANTIK_CASE_COUNT,
			"the statement of so many records with so many findings cannot be made; ask for fewer records "
			"at "
			"once");
		return STORE_OK;
	}
	enum store_result result = write_details(d);
	if (!result)
		result = append_leaf(d, ret);
	return result ? result : store_commit(d->worker->store);
}
