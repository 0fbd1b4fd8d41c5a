/* Keeping offices, rulebook and the state of the database current.
 * SPDX-License-Identifier: Apache-2.0 */
#include "house.h"

#include <string.h>
#include <time.h>

#include "counters.h"
#include "house_private.h"
#include "log.h"
#include "notify.h"
#include "store_deed.h"
#include "store_witness.h"

/* A revoked key or a new table takes effect within this time. */
#define LOOK_MILLISECONDS 250

/* ---- the state ---- */

enum house_state house_state(struct house *house)
{
	pthread_mutex_lock(&house->private->lock);
	enum house_state state = house->private->state;
	pthread_mutex_unlock(&house->private->lock);
	return state;
}

bool house_database_up(struct house *house)
{
	return house_state(house) == HOUSE_UP;
}

bool house_is_forked(struct house *house)
{
	return house_state(house) == HOUSE_FORKED;
}

int house_busy(struct house *house)
{
	switch (house_state(house)) {
	case HOUSE_UP:
		return 0;
	case HOUSE_FORKED:
		return LANTIK_BUSY_LEDGER_FORK;
	default:
		return LANTIK_BUSY_DATABASE_DOWN;
	}
}

bool house_knows_offices(struct house *house)
{
	pthread_mutex_lock(&house->private->lock);
	bool knows = house->private->knows_offices;
	pthread_mutex_unlock(&house->private->lock);
	return knows;
}

bool house_is_current(struct house *house, int64_t version)
{
	struct house_private *p = house->private;

	pthread_mutex_lock(&p->lock);
	bool current = p->version == version;
	if (!current) {
		p->look_now = true;
		pthread_cond_signal(&p->changed);
	}
	pthread_mutex_unlock(&p->lock);
	return current;
}

/* The next look compares ledger and signed head again before the daemon goes on. */
void house_doubt(struct house *house)
{
	struct house_private *p = house->private;

	known_forget(house->known);
	pthread_mutex_lock(&p->lock);
	if (p->state == HOUSE_UP)
		p->state = HOUSE_DOWN;
	p->look_now = true;
	pthread_cond_signal(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

void house_database_lost(struct house *house)
{
	counter_increment(COUNTER_database_lost);
	house_doubt(house);
}

bool house_wrong(struct house *house, const char *why)
{
	struct house_private *p = house->private;

	if (why != p->why)
		snprintf(p->why, sizeof p->why, "%s", why);
	return false;
}

/* ---- the look ---- */

/* Offices that were asked for while no daemon ran are added first: until then an unknown key may be one of them. */
static enum store_result load_offices(struct house *house)
{
	struct house_private *p = house->private;
	struct store_offices read;
	bool waits = false;
	enum store_result result = store_offices(p->store, &read);

	if (result)
		return result;
	offices_replace(house->offices, read.keys, read.key_count, read.scopes, read.scope_count);
	if (!p->knows_offices)
		result = store_adds_wait(p->store, &waits);
	pthread_mutex_lock(&p->lock);
	p->knows_offices |= !result && !waits;
	pthread_mutex_unlock(&p->lock);
	return result;
}

static enum store_result refresh_offices(struct house *house, int64_t version)
{
	struct house_private *p = house->private;
	int64_t revocations;
	enum store_result result = store_revocations(p->store, &revocations);

	if (result || (p->knows_offices && version == p->offices_version && revocations == p->revocations))
		return result;
	result = load_offices(house);
	if (!result) {
		p->offices_version = version;
		p->revocations = revocations;
	}
	return result;
}

static void take_version(struct house_private *p, int64_t version)
{
	pthread_mutex_lock(&p->lock);
	p->version = version;
	pthread_mutex_unlock(&p->lock);
}

/* Connect and reload whatever changed. p->why says why the database is not usable. */
static enum house_state look(struct house *house)
{
	struct house_private *p = house->private;
	struct store_look seen;
	struct signer_head last;

	p->why[0] = '\0';
	signer_last(house->signer, &last);
	if (store_connect(p->store) || store_look(p->store, &seen) || refresh_offices(house, seen.version)) {
		house_wrong(house, store_why(p->store));
		return HOUSE_DOWN;
	}
	bool changed = seen.version != p->version;
	enum house_state state = HOUSE_UP;
	if (changed || !house_database_up(house))
		state = house_check_ledger(house, &last, changed);
	if (state == HOUSE_DOWN || (changed && !house_load_rulebook(house)))
		return HOUSE_DOWN;
	take_version(p, seen.version);
	if (state == HOUSE_FORKED || !seen.is_forked)
		return state;
	house_wrong(house,
		"a checkpoint is kept that this log signed and its ledger does not continue; see lantikctl ledger");
	return HOUSE_FORKED;
}

static void say_up(struct house *house)
{
	struct rulebook_copy *copy = house_rulebook(house);
	bool test = lantik_rulebook_region(copy->rulebook, lantik_span_of("99"));

	house_rulebook_put(house, copy);
	log_line(LOG_LINE_NOTICE, "the database is up; %zu keys of offices", offices_count(house->offices));
	notify_status(test ? "running (TEST: holds the fictional province 99)" : "running");
}

static void say_state(struct house *house, enum house_state before, enum house_state state)
{
	struct house_private *p = house->private;

	if (state == HOUSE_UP) {
		if (before != HOUSE_UP)
			say_up(house);
		p->told[0] = '\0';
		return;
	}
	if (strcmp(p->why, p->told) == 0)
		return;
	log_line(LOG_LINE_ERROR, "%s: %s", state == HOUSE_FORKED ? "ledger fork" : "database down", p->why);
	notify_status(state == HOUSE_FORKED ? "ledger-fork" : "database-down");
	snprintf(p->told, sizeof p->told, "%s", p->why);
}

static void wait_for_next_look(struct house_private *p)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += LOOK_MILLISECONDS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	while (!p->stop && !p->look_now)
		if (pthread_cond_timedwait(&p->changed, &p->lock, &until))
			break;
}

static void *keep_house(void *context)
{
	struct house *house = context;
	struct house_private *p = house->private;

	pthread_mutex_lock(&p->lock);
	while (!p->stop) {
		enum house_state before = p->state;
		p->look_now = false;
		pthread_mutex_unlock(&p->lock);
		signer_settle(house->signer); /* behind each reply it would be in the way of the next batch */
		enum house_state state = look(house);
		pthread_mutex_lock(&p->lock);
		/* whoever doubted meanwhile is right until the next look */
		if (!p->look_now || state != HOUSE_UP)
			p->state = state;
		pthread_mutex_unlock(&p->lock);
		say_state(house, before, state);
		pthread_mutex_lock(&p->lock);
		wait_for_next_look(p);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

void house_open(struct house *house)
{
	struct house_private *p = calloc(1, sizeof *p);
	pthread_condattr_t monotonic;

	LANTIK_ASSERT(p);
	LANTIK_ASSERT(pthread_mutex_init(&p->lock, NULL) == 0);
	LANTIK_ASSERT(pthread_condattr_init(&monotonic) == 0);
	LANTIK_ASSERT(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
	LANTIK_ASSERT(pthread_cond_init(&p->changed, &monotonic) == 0);
	pthread_condattr_destroy(&monotonic);
	p->rulebook = rulebook_new(lantik_rulebook_empty(), (struct lantik_buffer){0});
	p->store = store_new(house->config->database, "lantikd house");
	house->known = known_new();
	house->offices = offices_new();
	house->private = p;
	LANTIK_ASSERT(pthread_create(&p->thread, NULL, keep_house, house) == 0);
}

void house_close(struct house *house)
{
	struct house_private *p = house->private;

	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_signal(&p->changed);
	pthread_mutex_unlock(&p->lock);
	LANTIK_ASSERT(pthread_join(p->thread, NULL) == 0);
	store_free(&p->store);
	rulebook_drop(p->rulebook);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	free(p);
	house->private = NULL;
	known_free(&house->known);
	offices_free(&house->offices);
}
