/* The house and the ledger: which keys count, whether the ledger continues what was signed, forks.
 * SPDX-License-Identifier: Apache-2.0 */
#include "house_private.h"

#include <string.h>

#include "counters.h"
#include "log.h"
#include "store_witness.h"

static struct belief_source source_of(struct house *house)
{
	return (struct belief_source){
		.signer = house->signer, .recovery = house->recovery, .may_go_back = house_is_forked(house)};
}

bool house_follow(struct house *house, struct store *store, uint64_t trust_size)
{
	struct belief_source source = source_of(house);
	uint64_t believed;
	char why[STORE_WHY];

	if (signer_believes(house->signer, &believed) && believed >= trust_size)
		return true;
	if (belief_follow(&source, store, trust_size, why)) {
		house_doubt(house);
		return false;
	}
	known_forget(house->known);
	return true;
}

/* ---- forks ---- */

void house_report_fork(struct house *house, struct store *store, const struct store_fork *fork, const char *who)
{
	counter_increment(COUNTER_forks);
	log_line(LOG_LINE_ERROR,
		"fork: %s%s holds a signed checkpoint of size %llu that the ledger, of size %llu, does not continue: "
		"a restored or lost database? Nothing is recorded until lantikctl ledger recover",
		who ? "office " : "this daemon", who ? who : "", (unsigned long long)fork->size,
		(unsigned long long)fork->head_size);
	known_forget(house->known);
	if (store_fork(store, fork))
		log_line(LOG_LINE_ERROR, "could not keep the fork: %s", store_why(store));
	pthread_mutex_lock(&house->private->lock);
	house->private->state = HOUSE_FORKED;
	house->private->look_now = true;
	pthread_mutex_unlock(&house->private->lock);
}

/* The daemon's own memory proves a fork as well as an office's. */
static void report_own_fork(struct house *house, const struct signer_head *last, const struct store_head *head)
{
	struct lantik_buffer note = {0};
	struct store_fork fork = {.epoch = last->epoch, .size = last->size, .head_size = head->size};

	memcpy(fork.root, last->root, LANTIK_HASH);
	memcpy(fork.head_root, head->root, LANTIK_HASH);
	signer_last_note(house->signer, &note);
	fork.note = lantik_buffer_span(&note);
	house_report_fork(house, house->private->store, &fork, NULL);
	lantik_buffer_free(&note);
}

/* ---- what must hold before the ledger is extended ---- */

static bool read_head(struct house *house, struct store_head *ret)
{
	struct store *store = house->private->store;

	if (store_head(store, ret))
		return house_wrong(house, store_why(store));
	if (strcmp(ret->origin, signer_vkey(house->signer)->name) != 0)
		return house_wrong(house, "the receipt key is of another origin than the ledger");
	return true;
}

/* An empty log's first receipt key is that of its first daemon. */
static bool name_first_key(struct house *house, const struct store_head *head)
{
	struct lantik_buffer vkey = {0};

	if (head->size)
		return true;
	lantik_vkey_format(signer_vkey(house->signer), &vkey);
	enum store_result result = store_first_key(house->private->store, lantik_buffer_span(&vkey));
	lantik_buffer_free(&vkey);
	return result ? house_wrong(house, store_why(house->private->store)) : true;
}

static bool load_belief(struct house *house)
{
	struct belief_source source = source_of(house);

	if (belief_load(&source, house->private->store, house->private->why))
		return false;
	known_forget(house->known);
	return true;
}

/* False: they contradict each other, or the nodes do not tell. */
static bool follows(
	struct house *house, const struct signer_head *last, const struct store_head *head, bool *ret_is_forked)
{
	struct store *store = house->private->store;
	enum lantik_error error = LANTIK_OK;

	if (last->epoch == head->epoch)
		error = signer_follows(last, head->size, head->root, store_node, store);
	*ret_is_forked = last->epoch > head->epoch || error == LANTIK_E_INCONSISTENT;
	if (!error || *ret_is_forked)
		return true;
	return house_wrong(house, store_is_up(store) ? "nodes of the ledger are missing" : store_why(store));
}

/* ---- doubt ---- */

/* Whether the ledger holds this head. False: it does not say. */
static bool holds(struct house *house, const struct store_head *head, const struct head_doubt *doubt, bool *ret_holds)
{
	struct store *store = house->private->store;
	uint8_t root[LANTIK_HASH];

	*ret_holds = false;
	if (doubt->size > head->size)
		return true;
	if (lantik_tree_root(store_node, store, doubt->size, root))
		return house_wrong(house, store_is_up(store) ? "nodes of the ledger are missing" : store_why(store));
	*ret_holds = memcmp(root, doubt->root, LANTIK_HASH) == 0;
	return true;
}

/* What an earlier run meant to sign: the ledger says whether it did. *last moves on when it counts as signed. Of
 * another epoch than the ledger's it does not matter: nothing is signed in it. Whether the ledger continues what was
 * signed before is asked by the caller. */
static bool end_doubt(struct house *house, const struct store_head *head, struct signer_head *last)
{
	struct head_doubt doubt;
	bool is_held;
	char why[SIGNER_WHY];

	if (!signer_doubts(house->signer, &doubt) || last->epoch != head->epoch)
		return true;
	if (!holds(house, head, &doubt, &is_held))
		return false;
	if (signer_decide(house->signer, is_held, last)) {
		signer_why(house->signer, why);
		return house_wrong(house, why);
	}
	log_line(LOG_LINE_NOTICE, "the head of %llu leaves, which was meant to be signed, %s",
		(unsigned long long)doubt.size, is_held ? "was committed" : "was not committed and told to nobody");
	return true;
}

static bool has_keys(struct house *house, const struct store_head *head)
{
	struct house_private *p = house->private;
	char id[9];

	if (!signer_lacks(house->signer, head->size + 1, id))
		return true;
	snprintf(p->why, sizeof p->why, "the receipt key %s, which must sign, is not here; see next_receipt_key_file",
		id);
	return false;
}

/* The fork first: what the database lost may be the very deeds that were believed. */
enum house_state house_check_ledger(struct house *house, const struct signer_head *last, bool changed)
{
	struct store_head head;
	struct signer_head now = *last;
	bool is_forked;

	if (!read_head(house, &head) || !end_doubt(house, &head, &now) || !follows(house, &now, &head, &is_forked))
		return HOUSE_DOWN;
	if (is_forked && !house_is_forked(house))
		report_own_fork(house, &now, &head);
	if (changed && (!name_first_key(house, &head) || !load_belief(house)))
		return HOUSE_DOWN;
	if (is_forked) {
		house_wrong(house, "the ledger does not follow the head that was last signed");
		return HOUSE_FORKED;
	}
	return has_keys(house, &head) ? HOUSE_UP : HOUSE_DOWN;
}
