/* Signing what was left unsigned.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep.h"

#include "clock.h"
#include "counters.h"
#include "log.h"

/* A leaf without a checkpoint a minute after the commit has lost its daemon. */
#define ROUND_MICROS INT64_C(60000000)
/* Of one turn: leaves looked at, and checkpoints signed. */
#define LEAVES 10000
#define NOTES 100

static enum lantik_error sign_one(struct worker *w, const struct store_unsigned *leaf)
{
	struct tree_to_sign tree = {.size = leaf->leaf_index + 1, .quorum = leaf->quorum};
	struct lantik_buffer note = {0};

	if (nodes_for_root(w->nodes, tree.size))
		return LANTIK_E_UNAVAILABLE;
	enum lantik_error error = lantik_tree_root(nodes_source, w->nodes, tree.size, tree.root);
	if (!error)
		error = receipt_note(w, &tree, &note);
	if (!error)
		counter_increment(COUNTER_swept);
	lantik_buffer_free(&note);
	return error;
}

/* What cannot be signed ever (no key counts for it) is told and left. What cannot be signed yet, because its leaf
 * claims standbys that are not there, comes again in the next round. */
static enum lantik_error sign_all(
	struct worker *w, struct sweep *sweep, const struct store_unsigned *leaves, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		enum lantik_error error = sign_one(w, &leaves[i]);
		if (error == LANTIK_E_BAD_KEY || !store_is_up(w->store))
			return LANTIK_E_UNAVAILABLE;
		if (error == LANTIK_E_IO)
			receipt_log_failure(
				w, error, "sweep: checkpoint of leaf %llu", (unsigned long long)leaves[i].leaf_index);
		else if (error)
			log_line(LOG_LINE_WARNING, "sweep: checkpoint of leaf %llu: %s",
				(unsigned long long)leaves[i].leaf_index, lantik_error_text(error, LANTIK_ENGLISH));
		if (error == LANTIK_E_UNAVAILABLE && !sweep->skipped)
			sweep->skipped = leaves[i].leaf_index + 1;
	}
	if (count)
		log_line(LOG_LINE_NOTICE, "sweep: %zu leaves from %llu on had no checkpoint", count,
			(unsigned long long)leaves[0].leaf_index);
	return LANTIK_OK;
}

/* The end of the ledger: of the first round, and of the round after this one. */
static bool look_ahead(struct worker *w, struct sweep *sweep)
{
	struct store_head head;

	if (store_head(w->store, &head)) {
		log_line(LOG_LINE_WARNING, "sweep: %s", store_why(w->store));
		return false;
	}
	sweep->until = head.size;
	return sweep->began = true;
}

static bool sweep_piece(struct worker *w, struct sweep *sweep)
{
	struct store_unsigned leaves[NOTES];
	uint64_t end = sweep->from + LEAVES < sweep->until ? sweep->from + LEAVES : sweep->until;
	size_t count = 0;

	if (store_unsigned(w->store, sweep->from, end, leaves, NOTES, &count))
		return false;
	if (sign_all(w, sweep, leaves, count))
		return false;
	sweep->from = count == NOTES ? leaves[count - 1].leaf_index + 1 : end;
	return true;
}

void sweep_take_turn(struct worker *w, struct sweep *sweep)
{
	if (clock_steady() < sweep->next || !house_database_up(w->house))
		return;
	w->generation = known_generation(w->house->known);
	sweep->next = clock_steady() + ROUND_MICROS;
	if (store_connect(w->store) || (!sweep->began && !look_ahead(w, sweep)))
		return;
	if (sweep->from < sweep->until && !sweep_piece(w, sweep))
		return;
	if (sweep->from < sweep->until) {
		sweep->next = 0;
		return;
	}
	if (sweep->skipped)
		sweep->from = sweep->skipped - 1;
	sweep->skipped = 0;
	if (!look_ahead(w, sweep))
		house_database_lost(w->house);
}
