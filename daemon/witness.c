/* The checkpoint that an office shows, and what the reply proves about it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "witness.h"

#include <string.h>

#include "counters.h"
#include "log.h"

/* ---- the request's checkpoint ---- */

static void keep_known(struct worker *w, struct job *job, const struct known_checkpoint *known)
{
	known_keep(w->house->known, w->generation, lantik_buffer_span(&job->checkpoint), known);
}

/* What is believed may be older than what the office saw: another daemon carried out a deed a moment ago. */
static enum lantik_error verify_again(
	struct worker *w, struct lantik_span note, struct lantik_trust *trust, struct lantik_checkpoint *ret)
{
	uint64_t trust_size, believed;

	if (store_connect(w->store) || store_trust_size(w->store, &trust_size))
		return LANTIK_E_UNAVAILABLE;
	if (signer_believes(w->house->signer, &believed) && believed >= trust_size)
		return LANTIK_E_BAD_SIGNATURE;
	if (!house_follow(w->house, w->store, trust_size) || !signer_trust(w->house->signer, trust))
		return LANTIK_E_UNAVAILABLE;
	return lantik_checkpoint_trusted(note, trust, ret);
}

/* LANTIK_E_UNAVAILABLE, or whether it is a checkpoint of this log. */
static enum lantik_error verify(struct worker *w, struct job *job, struct known_checkpoint *ret)
{
	struct lantik_span note = lantik_buffer_span(&job->checkpoint);
	struct lantik_checkpoint checkpoint;
	struct lantik_trust trust;

	if (!signer_trust(w->house->signer, &trust))
		return LANTIK_E_UNAVAILABLE;
	counter_increment(COUNTER_checkpoints_verified);
	enum lantik_error error = lantik_checkpoint_trusted(note, &trust, &checkpoint);
	if (error == LANTIK_E_MISMATCH || error == LANTIK_E_BAD_SIGNATURE)
		error = verify_again(w, note, &trust, &checkpoint);
	if (error)
		return error;
	*ret = (struct known_checkpoint){.epoch = checkpoint.epoch,
		.size = checkpoint.size,
		.is_lost = lantik_trust_maybe_lost(&trust, &checkpoint)};
	memcpy(ret->root, checkpoint.root, LANTIK_HASH);
	keep_known(w, job, ret);
	return LANTIK_OK;
}

/* ---- whether the ledger continues it ---- */

enum comparison {
	COMPARED_CONTINUES,
	COMPARED_FORK,
	COMPARED_DOWN,    /* the database did not answer */
	COMPARED_DAMAGED, /* the ledger's own nodes do not lead to its head */
};

/* The head was read after the request came, and the checkpoint is not larger. */
static enum comparison compare_roots(
	struct worker *w, const struct known_checkpoint *shown, const struct store_head *head)
{
	uint8_t root[LANTIK_HASH];
	struct lantik_proof proof;

	if (nodes_for_root(w->nodes, shown->size) || nodes_for_consistency(w->nodes, shown->size, head->size))
		return COMPARED_DOWN;
	if (lantik_tree_root(nodes_source, w->nodes, shown->size, root) ||
		lantik_consistency_proof(nodes_source, w->nodes, shown->size, head->size, &proof))
		return store_is_up(w->store) ? COMPARED_DAMAGED : COMPARED_DOWN;
	if (lantik_consistency_verify(shown->size, head->size, root, head->root, &proof))
		return COMPARED_DAMAGED;
	return memcmp(root, shown->root, LANTIK_HASH) == 0 ? COMPARED_CONTINUES : COMPARED_FORK;
}

static enum comparison compare(struct worker *w, const struct known_checkpoint *shown, struct store_head *ret_head)
{
	if (store_connect(w->store) || store_head(w->store, ret_head))
		return COMPARED_DOWN;
	if (!house_follow(w->house, w->store, ret_head->trust_size))
		return COMPARED_DOWN;
	if (shown->size > ret_head->size)
		return COMPARED_FORK;
	return compare_roots(w, shown, ret_head);
}

static void report_fork(
	struct worker *w, struct job *job, const struct known_checkpoint *shown, const struct store_head *head)
{
	struct store_fork fork = {.epoch = shown->epoch,
		.size = shown->size,
		.note = lantik_buffer_span(&job->checkpoint),
		.office_no = job->office.office_no,
		.head_size = head->size};

	memcpy(fork.root, shown->root, LANTIK_HASH);
	memcpy(fork.head_root, head->root, LANTIK_HASH);
	house_report_fork(w->house, w->store, &fork, job->office.name);
	answer_busy(job, LANTIK_BUSY_LEDGER_FORK, HOUSE_FORK_MILLISECONDS);
}

/* Of an epoch that ended another root is no news: the recovery said what it gave up. */
static bool judge(struct worker *w, struct job *job, struct known_checkpoint *shown)
{
	struct store_head head;
	enum comparison compared = compare(w, shown, &head);

	if (compared == COMPARED_DOWN) {
		answer_store_failure(w, job, STORE_DOWN, "checkpoint");
		return false;
	}
	if (compared == COMPARED_DAMAGED) {
		answer_head_failure(w, job, LANTIK_E_BAD_PROOF);
		return false;
	}
	if (compared == COMPARED_FORK && shown->epoch >= head.epoch) {
		report_fork(w, job, shown, &head);
		return false;
	}
	if (compared == COMPARED_FORK) {
		w->office_head.state = OFFICE_HEAD_LOST;
		return true;
	}
	w->office_head.state = OFFICE_HEAD_CONTINUED;
	shown->continues = true;
	keep_known(w, job, shown);
	return true;
}

/* It is no evidence: signed by a key that is not believed any more, or by nobody. That the ledger continues it all the
 * same helps an office whose key was given up. */
static bool ignore(struct worker *w, struct job *job)
{
	struct office_head *office = &w->office_head;
	struct known_checkpoint shown = {0};
	struct store_head head;

	counter_increment(COUNTER_checkpoints_ignored);
	office->state = OFFICE_HEAD_IGNORED;
	if (lantik_checkpoint_read(lantik_buffer_span(&job->checkpoint), &office->checkpoint)) {
		office->checkpoint = (struct lantik_checkpoint){0};
		return true;
	}
	shown.size = office->checkpoint.size;
	memcpy(shown.root, office->checkpoint.root, LANTIK_HASH);
	enum comparison compared = compare(w, &shown, &head);
	if (compared == COMPARED_CONTINUES)
		office->state = OFFICE_HEAD_CONTINUED;
	if (compared == COMPARED_DOWN)
		answer_store_failure(w, job, STORE_DOWN, "checkpoint");
	return compared != COMPARED_DOWN;
}

static void take(struct office_head *office, const struct known_checkpoint *shown)
{
	office->checkpoint = (struct lantik_checkpoint){.size = shown->size, .epoch = shown->epoch};
	memcpy(office->checkpoint.root, shown->root, LANTIK_HASH);
}

bool witness_request(struct worker *w, struct job *job)
{
	struct known_checkpoint shown;

	w->office_head = (struct office_head){.state = OFFICE_HEAD_NONE};
	w->told = (struct lantik_tree_head){0};
	w->knows_trust_size = false;
	w->generation = known_generation(w->house->known);
	if (house_is_forked(w->house)) {
		answer_busy(job, LANTIK_BUSY_LEDGER_FORK, HOUSE_FORK_MILLISECONDS);
		return false;
	}
	if (!job->checkpoint.len)
		return true;
	if (!known_find(w->house->known, lantik_buffer_span(&job->checkpoint), &shown)) {
		enum lantik_error error = verify(w, job, &shown);
		if (error == LANTIK_E_UNAVAILABLE) {
			answer_store_failure(w, job, STORE_DOWN, "checkpoint");
			return false;
		}
		if (error)
			return ignore(w, job);
	}
	take(&w->office_head, &shown);
	w->office_head.state = shown.is_lost ? OFFICE_HEAD_LOST : OFFICE_HEAD_CONTINUED;
	return shown.is_lost || shown.continues || judge(w, job, &shown);
}

/* ---- the reply ---- */

/* The reply's own checkpoint is in its receipt or its body; others carry the newest one. */
static enum lantik_error add_checkpoint(struct worker *w, struct job *job)
{
	if (job->reply == LANTIK_RECEIPT || job->reply == LANTIK_PONG)
		return LANTIK_OK;
	return receipt_head(w, &job->reply_checkpoint);
}

/* A receipt may be older than what the office saw. */
static enum lantik_error add_proof(struct worker *w, struct job *job)
{
	const struct lantik_checkpoint *shown = &w->office_head.checkpoint;
	bool newer = w->told.size >= shown->size;
	uint64_t from = newer ? shown->size : w->told.size, to = newer ? w->told.size : shown->size;
	const uint8_t *from_root = newer ? shown->root : w->told.root, *to_root = newer ? w->told.root : shown->root;
	struct lantik_proof proof;

	if (w->office_head.state != OFFICE_HEAD_CONTINUED || from == to || from == 0)
		return LANTIK_OK;
	if (nodes_for_consistency(w->nodes, from, to))
		return LANTIK_E_UNAVAILABLE;
	enum lantik_error error = lantik_consistency_proof(nodes_source, w->nodes, from, to, &proof);
	if (error)
		return store_is_up(w->store) ? error : LANTIK_E_UNAVAILABLE;
	error = lantik_consistency_verify(from, to, from_root, to_root, &proof);
	if (!error)
		job->consistency = proof;
	return error;
}

static void add_deed_leaf(uint64_t leaves[], size_t *count, uint64_t leaf, uint64_t from)
{
	size_t at = 0;

	if (leaf < from)
		return;
	while (at < *count && leaves[at] < leaf)
		at++;
	if (at < *count && leaves[at] == leaf)
		return;
	memmove(leaves + at + 1, leaves + at, (*count - at) * sizeof *leaves);
	leaves[at] = leaf;
	(*count)++;
}

#define MAX_DEED_LEAVES (3 * LANTIK_MAX_TRUSTED_KEYS + LANTIK_MAX_RECOVERIES)

/* Leaves of the deeds about keys and recoveries, ascending, that whoever saw this checkpoint may not know. A key that
 * was retired may be told to be compromised by a deed of its own. */
static size_t list_deeds(
	const struct lantik_trust *trust, const struct lantik_checkpoint *shown, uint64_t ret[MAX_DEED_LEAVES])
{
	uint64_t from = shown->size;
	size_t count = 0;

	for (size_t i = 0; i < trust->epoch_count; i++)
		if (trust->epochs[i].epoch > shown->epoch && trust->epochs[i].common < from)
			from = trust->epochs[i].common;
	for (size_t i = 0; i < trust->epoch_count; i++)
		add_deed_leaf(ret, &count, trust->epochs[i].first, from);
	for (size_t i = 0; i < trust->key_count; i++) {
		const struct lantik_trusted_key *key = &trust->keys[i];
		if (key->is_added)
			add_deed_leaf(ret, &count, key->added_leaf, from);
		if (key->until_size != LANTIK_TRUST_OPEN)
			add_deed_leaf(ret, &count, key->until_size - 1, from);
		if (key->compromised_from != LANTIK_TRUST_OPEN)
			add_deed_leaf(ret, &count, key->compromised_leaf, from);
	}
	return count;
}

static enum lantik_error add_deed(struct worker *w, struct job *job, uint64_t leaf_index)
{
	struct store_deed_held held;
	struct lantik_tree_head told = w->told;
	struct lantik_buffer *receipt = &job->deeds[job->deed_count++];

	if (store_connect(w->store) || store_deed_held(w->store, leaf_index, &held))
		return LANTIK_E_UNAVAILABLE;
	enum lantik_error error = answer_receipt_text(w, lantik_buffer_span(&held.leaf), leaf_index, NULL,
		lantik_buffer_span(&held.note), lantik_buffer_span(&held.text), receipt);
	store_deed_held_free(&held);
	w->told = told;
	return !error && receipt->len > LANTIK_MAX_ENVELOPE_DEED ? LANTIK_E_TOO_LARGE : error;
}

/* Whoever shows nothing may be new, and must learn of the keys and epochs that the pinned key does not know. */
static enum lantik_error add_deeds(struct worker *w, struct job *job)
{
	const struct office_head *office = &w->office_head;
	uint64_t leaves[MAX_DEED_LEAVES];
	struct lantik_trust trust;
	enum lantik_error error = LANTIK_OK;

	if (!signer_trust(w->house->signer, &trust))
		return LANTIK_OK;
	size_t count = list_deeds(&trust, &office->checkpoint, leaves);
	for (size_t i = 0; i < count && i < LANTIK_MAX_ENVELOPE_DEEDS && !error; i++)
		error = add_deed(w, job, leaves[i]);
	return error;
}

static bool needs_nothing(const struct job *job)
{
	return job->reply == LANTIK_BUSY || (job->reply == LANTIK_REFUSAL && job->is_internal);
}

static void drop_evidence(struct job *job)
{
	lantik_buffer_reset(&job->reply_checkpoint);
	job->consistency.count = 0;
	while (job->deed_count)
		lantik_buffer_free(&job->deeds[--job->deed_count]);
}

void witness_reply(struct worker *w, struct job *job)
{
	if (needs_nothing(job))
		return;
	enum lantik_error error = add_checkpoint(w, job);
	if (!error)
		error = add_proof(w, job);
	if (!error)
		error = add_deeds(w, job);
	if (!error)
		return;
	drop_evidence(job);
	answer_head_failure(w, job, error);
}
