/* Receipts, new and old: the proof of a leaf at the end of its tree, the signed checkpoint of that tree, and the text.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <string.h>

#include "counters.h"
#include "log.h"
#include "submission.h"

/* Root and proof of the leaf at the end of a tree of index + 1 leaves. */
static enum lantik_error root_and_proof(struct worker *w, struct lantik_span leaf, uint64_t index,
	const struct lantik_edge *before, uint8_t ret_root[LANTIK_HASH], struct lantik_proof *ret_proof)
{
	uint8_t leaf_hash[LANTIK_HASH];

	if (before) {
		struct lantik_edge edge = *before;
		LANTIK_ASSERT(edge.size == index);
		lantik_edge_proof(before, ret_proof);
		lantik_leaf_hash(leaf, leaf_hash);
		lantik_edge_append(&edge, leaf_hash, NULL, NULL);
		lantik_edge_root(&edge, ret_root);
		return LANTIK_OK;
	}
	if (nodes_for_root(w->nodes, index + 1) || nodes_for_inclusion(w->nodes, index, index + 1))
		return LANTIK_E_UNAVAILABLE;
	enum lantik_error error = lantik_inclusion_proof(nodes_source, w->nodes, index, index + 1, ret_proof);
	return error ? error : lantik_tree_root(nodes_source, w->nodes, index + 1, ret_root);
}

/* Whether what is stored is a checkpoint of this tree that still counts. */
static bool stored_counts(struct worker *w, struct lantik_span stored, uint64_t size, const uint8_t root[LANTIK_HASH])
{
	struct known_checkpoint known;
	struct lantik_checkpoint checkpoint;
	struct lantik_trust trust;

	if (!stored.len)
		return false;
	if (!known_find(w->house->known, stored, &known)) {
		if (!signer_trust(w->house->signer, &trust) ||
			lantik_checkpoint_trusted(stored, &trust, &checkpoint) != LANTIK_OK)
			return false;
		known = (struct known_checkpoint){.epoch = checkpoint.epoch,
			.size = checkpoint.size,
			.is_lost = lantik_trust_maybe_lost(&trust, &checkpoint)};
		memcpy(known.root, checkpoint.root, LANTIK_HASH);
	}
	return known.size == size && !known.is_lost && memcmp(known.root, root, LANTIK_HASH) == 0;
}

/* The deeds about keys that the ledger holds decide who signs: all daemons must go by the same ones. */
static enum lantik_error follow_keys(struct worker *w)
{
	uint64_t trust_size = w->trust_size;

	if (!w->knows_trust_size && store_trust_size(w->store, &trust_size))
		return LANTIK_E_UNAVAILABLE;
	w->knows_trust_size = false;
	return house_follow(w->house, w->store, trust_size) ? LANTIK_OK : LANTIK_E_UNAVAILABLE;
}

/* What this daemon signed is known to it; an office that shows it costs nothing. */
static void remember_note(struct worker *w, uint64_t size, const uint8_t root[LANTIK_HASH], struct lantik_span note)
{
	struct signer_head last;
	struct known_checkpoint known = {.size = size, .continues = true};

	signer_last(w->house->signer, &last);
	known.epoch = last.epoch;
	memcpy(known.root, root, LANTIK_HASH);
	known_keep(w->house->known, w->generation, note, &known);
}

static enum lantik_error sign(struct worker *w, const struct tree_to_sign *tree, struct lantik_buffer *ret)
{
	const struct lantik_edge *before = tree->before;
	uint64_t size = tree->size;
	struct signer_head last;

	/* what stands between this tree and the last signed one, with one question */
	signer_last(w->house->signer, &last);
	uint64_t from = size < last.size ? size : last.size, to = size < last.size ? last.size : size;
	bool is_next = before && before->size == last.size;
	if (from && !is_next && nodes_for_consistency(w->nodes, from, to))
		return LANTIK_E_UNAVAILABLE;
	enum lantik_error error =
		signer_sign(w->house->signer, size, tree->root, before, nodes_source, w->nodes, tree->prepared, ret);
	if (error == LANTIK_E_INCONSISTENT || error == LANTIK_E_BAD_KEY)
		house_doubt(w->house);
	return error;
}

static void keep_note(struct worker *w, uint64_t size, struct lantik_span note)
{
	if (store_note(w->store, size, note))
		log_line(LOG_LINE_WARNING, "could not keep the checkpoint of size %llu: %s", (unsigned long long)size,
			store_why(w->store));
	else if (!w->notes_wait)
		receipt_send_notes(w, NULL);
}

void receipt_send_notes(struct worker *w, struct store_numbers *behind)
{
	if (store_send_notes(w->store, behind))
		log_line(LOG_LINE_WARNING, "could not send checkpoints: %s", store_why(w->store));
}

/* A leaf that was found, not written just now, may have been written by a commit of unknown outcome: nothing is signed
 * about it before a barrier. */
enum lantik_error receipt_note(struct worker *w, const struct tree_to_sign *tree, struct lantik_buffer *ret)
{
	size_t start = ret->len;

	if (stored_counts(w, tree->stored, tree->size, tree->root)) {
		lantik_buffer_append_span(ret, tree->stored);
		return ret->error;
	}
	enum lantik_error error = follow_keys(w);
	if (!error && !tree->before) {
		counter_increment(COUNTER_barriers);
		error = store_barrier(w->store, tree->quorum) ? LANTIK_E_UNAVAILABLE : LANTIK_OK;
	}
	if (!error)
		error = sign(w, tree, ret);
	if (error == LANTIK_E_NOT_FOUND && tree->stored.len) {
		/* all keys of that size are compromised: what was signed then is all that there ever is */
		lantik_buffer_append_span(ret, tree->stored);
		return ret->error;
	}
	if (error)
		return error;
	struct lantik_span note = {.data = ret->data + start, .len = ret->len - start};
	remember_note(w, tree->size, tree->root, note);
	keep_note(w, tree->size, note);
	return LANTIK_OK;
}

/* The last byte of every leaf is its durability class. */
static bool claims_quorum(struct lantik_span leaf)
{
	return leaf.len && leaf.data[leaf.len - 1] == LANTIK_DURABLE_QUORUM;
}

/* The signed checkpoint, and the text. */
static enum lantik_error finish(struct worker *w, struct lantik_span leaf, const struct tree_to_sign *tree,
	const struct lantik_proof *proof, struct lantik_span text, struct lantik_buffer *ret)
{
	struct lantik_buffer note = {0};
	enum lantik_error error = receipt_note(w, tree, &note);

	if (!error)
		error = lantik_receipt_format(leaf, tree->size - 1, proof, lantik_buffer_span(&note), text, ret);
	if (!error) {
		w->told.size = tree->size;
		memcpy(w->told.root, tree->root, LANTIK_HASH);
	}
	lantik_buffer_free(&note);
	return error;
}

enum lantik_error answer_receipt_text(struct worker *w, struct lantik_span leaf, uint64_t index,
	const struct lantik_edge *before, struct lantik_span stored_note, struct lantik_span text,
	struct lantik_buffer *ret)
{
	struct tree_to_sign tree = {
		.size = index + 1, .before = before, .stored = stored_note, .quorum = claims_quorum(leaf)};
	struct lantik_proof proof;
	enum lantik_error error = root_and_proof(w, leaf, index, before, tree.root, &proof);

	return error ? error : finish(w, leaf, &tree, &proof, text, ret);
}

/* Where the database promises nothing, its ledger says nothing about what was told to anybody. */
static bool is_durable(struct lantik_span leaf)
{
	return leaf.len && leaf.data[leaf.len - 1] != LANTIK_DURABLE_UNSAFE;
}

/* Asks nobody: the outcome of the commit is on its way. What is meant comes first: while the disk is waited for, the
 * server has the processor. */
void receipt_draft_make(struct worker *w, struct lantik_span leaf, const struct lantik_edge *before, bool is_last,
	struct receipt_draft *ret)
{
	LANTIK_ASSERT(root_and_proof(w, leaf, before->size, before, ret->root, &ret->proof) == LANTIK_OK);
	ret->size = before->size + 1;
	if (is_last && is_durable(leaf))
		signer_mean(w->house->signer, ret->size, ret->root);
	signer_prepare(w->house->signer, ret->size, ret->root, &ret->signature);
	ret->is_made = true;
}

void receipt_draft_discard(struct receipt_draft *draft)
{
	signer_discard(&draft->signature);
	draft->is_made = false;
}

void receipt_draft_withdraw(struct worker *w, struct receipt_draft *draft)
{
	if (draft->is_made)
		signer_withdraw(w->house->signer, draft->size, draft->root);
	receipt_draft_discard(draft);
}

enum lantik_error answer_receipt_drafted(struct worker *w, struct lantik_span leaf, const struct lantik_edge *before,
	const struct receipt_draft *draft, struct lantik_span text, struct lantik_buffer *ret)
{
	struct tree_to_sign tree = {.size = before->size + 1,
		.before = before,
		.quorum = claims_quorum(leaf),
		.prepared = &draft->signature};

	LANTIK_ASSERT(draft->is_made);
	memcpy(tree.root, draft->root, LANTIK_HASH);
	return finish(w, leaf, &tree, &draft->proof, text, ret);
}

enum lantik_error receipt_head(struct worker *w, struct lantik_buffer *ret_note)
{
	struct store_head head;

	if (store_connect(w->store) || store_head(w->store, &head))
		return LANTIK_E_UNAVAILABLE;
	w->told.size = head.size;
	memcpy(w->told.root, head.root, LANTIK_HASH);
	if (!head.size)
		return LANTIK_OK;
	struct tree_to_sign tree = {.size = head.size, .stored = lantik_span_of(head.note)};
	memcpy(tree.root, head.root, LANTIK_HASH);
	w->trust_size = head.trust_size;
	w->knows_trust_size = true;
	enum lantik_error error = receipt_note(w, &tree, ret_note);
	w->knows_trust_size = false;
	return error;
}

void receipt_log_failure(struct worker *w, enum lantik_error error, const char *format, ...)
{
	char what[256], why[SIGNER_WHY];
	unsigned long long times;
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof what, format, args);
	va_end(args);
	if (error != LANTIK_E_IO)
		log_line(LOG_LINE_ERROR, "%s: %s", what, lantik_error_text(error, LANTIK_ENGLISH));
	else if (signer_tells(w->house->signer, why, &times))
		log_line(LOG_LINE_ERROR,
			"%s: %s (%llu times in a row; told once a minute); batches are recorded, but no new head is "
			"signed until it can be written",
			what, why, times);
}

void answer_receipt_failure(struct worker *w, struct job *job, uint64_t index, enum lantik_error error)
{
	if (error == LANTIK_E_UNAVAILABLE || !store_is_up(w->store)) {
		answer_store_failure(w, job, STORE_DOWN, "receipt");
		return;
	}
	receipt_log_failure(w, error, "office %s: receipt of leaf %llu", job->office.name, (unsigned long long)index);
	answer_refusal(job, LANTIK_REFUSED_INTERNAL, 0,
		"the batch is recorded, but its receipt could not be made; send the same bytes again later");
}

void answer_head_failure(struct worker *w, struct job *job, enum lantik_error error)
{
	if (error == LANTIK_E_UNAVAILABLE || !store_is_up(w->store)) {
		answer_store_failure(w, job, STORE_DOWN, "checkpoint");
		return;
	}
	receipt_log_failure(w, error, "office %s: checkpoint", job->office.name);
	answer_refusal(job, LANTIK_REFUSED_INTERNAL, 0,
		"the centre could not prove the state of its ledger; its operator has been told; ask again later");
}

void answer_held(struct worker *w, struct job *job, struct store_held *held)
{
	lantik_buffer_reset(&job->reply_body);
	enum lantik_error error = answer_receipt_text(w, lantik_buffer_span(&held->leaf), held->leaf_index, NULL,
		lantik_buffer_span(&held->note), lantik_buffer_span(&held->verdict), &job->reply_body);

	if (error) {
		answer_receipt_failure(w, job, held->leaf_index, error);
		return;
	}
	job->reply = LANTIK_RECEIPT;
	counter_increment(COUNTER_resent);
}
