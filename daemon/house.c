/* Keeping offices, rulebook and the state of the database current.
 * SPDX-License-Identifier: Apache-2.0 */
#include "house.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "compress.h"
#include "counters.h"
#include "log.h"
#include "notify.h"
#include "store.h"
#include "store_deed.h"

/* A revoked key or a new table takes effect within this time. */
#define LOOK_MILLISECONDS 250
/* A rulebook is packed once and sent to every office. */
#define PACKING_LEVEL 9

struct house_private {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stop, look_now;
	bool database_up;
	char told[STORE_WHY]; /* the reason that was logged last; empty while the database is up */
	int64_t version;      /* of the reference data held; 0: none yet */
	/* Of the offices, which are kept current whatever the ledger is like: a revoked key is always refused. */
	int64_t offices_version, revocations;
	bool knows_offices;
	struct rulebook_copy *rulebook;
	struct store *store;
};

static struct rulebook_copy *rulebook_new(struct lantik_rulebook *rulebook, struct lantik_buffer text)
{
	struct rulebook_copy *copy = calloc(1, sizeof *copy);

	LANTIK_ASSERT(copy && rulebook);
	*copy = (struct rulebook_copy){.references = 1, .rulebook = rulebook, .text = text};
	if (text.len)
		LANTIK_ASSERT(compress(lantik_buffer_span(&text), PACKING_LEVEL, &copy->packed) == LANTIK_OK);
	return copy;
}

static void rulebook_drop(struct rulebook_copy *copy)
{
	if (--copy->references)
		return;
	lantik_rulebook_free(&copy->rulebook);
	lantik_buffer_free(&copy->text);
	lantik_buffer_free(&copy->packed);
	free(copy);
}

struct rulebook_copy *house_rulebook(struct house *house)
{
	struct house_private *p = house->private;

	pthread_mutex_lock(&p->lock);
	struct rulebook_copy *copy = p->rulebook;
	copy->references++;
	pthread_mutex_unlock(&p->lock);
	return copy;
}

void house_rulebook_put(struct house *house, struct rulebook_copy *copy)
{
	pthread_mutex_lock(&house->private->lock);
	rulebook_drop(copy);
	pthread_mutex_unlock(&house->private->lock);
}

bool house_database_up(struct house *house)
{
	pthread_mutex_lock(&house->private->lock);
	bool up = house->private->database_up;
	pthread_mutex_unlock(&house->private->lock);
	return up;
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

void house_database_lost(struct house *house)
{
	struct house_private *p = house->private;

	counter_increment(COUNTER_database_lost);
	pthread_mutex_lock(&p->lock);
	p->database_up = false;
	p->look_now = true;
	pthread_cond_signal(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

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

/* NULL when the text cannot be read. Takes the text. */
static struct rulebook_copy *read_rulebook(struct lantik_buffer text)
{
	struct lantik_rulebook *rulebook = NULL;
	unsigned line = 0;

	if (!text.error && !lantik_rulebook_parse(lantik_buffer_span(&text), &rulebook, &line))
		return rulebook_new(rulebook, text);
	log_line(LOG_LINE_ERROR, "the rulebook of the database cannot be read, line %u; keeping the old one", line);
	lantik_buffer_free(&text);
	return NULL;
}

static bool is_in_force(struct house *house, const struct rulebook_copy *copy)
{
	struct rulebook_copy *old = house_rulebook(house);
	bool same =
		memcmp(lantik_rulebook_digest(old->rulebook), lantik_rulebook_digest(copy->rulebook), LANTIK_HASH) == 0;

	house_rulebook_put(house, old);
	return same;
}

/* What waits in the queue keeps the rulebook that it came in under. */
static void put_into_force(struct house *house, struct rulebook_copy *copy)
{
	struct house_private *p = house->private;
	char digest[2 * LANTIK_HASH + 1];

	lantik_hex_encode(lantik_rulebook_digest(copy->rulebook), LANTIK_HASH, digest);
	pthread_mutex_lock(&p->lock);
	struct rulebook_copy *old = p->rulebook;
	p->rulebook = copy;
	rulebook_drop(old);
	pthread_mutex_unlock(&p->lock);
	log_line(LOG_LINE_INFO, "rulebook %.16s is in force; %zu keys of offices", digest,
		offices_count(house->offices));
}

/* A text is kept before anything is judged by it, so that every digest in a receipt can be looked up. NULL, or why the
 * daemon cannot go on: without any rulebook every rule that needs one would be skipped. */
static const char *load_rulebook(struct house *house)
{
	struct house_private *p = house->private;
	struct lantik_buffer text = {.limit = LANTIK_MAX_RULEBOOK};

	if (store_rulebook(p->store, &text)) {
		lantik_buffer_free(&text);
		return store_why(p->store);
	}
	struct rulebook_copy *copy = read_rulebook(text);
	if (!copy)
		return p->version ? NULL : "its rulebook cannot be read; load the tables with this version's lantikctl";
	bool changed = !is_in_force(house, copy);
	enum store_result kept = changed ? store_keep_rulebook(p->store, lantik_rulebook_digest(copy->rulebook),
						   lantik_buffer_span(&copy->text))
					 : STORE_OK;
	if (changed && !kept)
		put_into_force(house, copy);
	else
		house_rulebook_put(house, copy);
	return kept ? store_why(p->store) : NULL;
}

/* The key must be of this ledger, and the ledger must follow what was signed. */
static enum store_result check_ledger(struct house *house, const char **ret_why)
{
	char origin[LANTIK_MAX_ORIGIN + 1];
	uint8_t root[LANTIK_HASH];
	uint64_t size;
	enum store_result result = store_head(house->private->store, origin, &size, root);

	*ret_why = NULL;
	if (result)
		return result;
	if (strcmp(origin, signer_vkey(house->signer)->name) != 0)
		*ret_why = "the receipt key is of another origin than the ledger";
	else if (signer_check_head(house->signer, size, root, store_node, house->private->store))
		*ret_why = "the ledger does not follow the head that was last signed: a restored or lost database?";
	return STORE_OK;
}

/* Connect and reload whatever changed. The text that is returned says why the database is not usable; NULL: it is. */
static const char *look(struct house *house)
{
	struct house_private *p = house->private;
	const char *why = NULL;
	int64_t version = 0;

	if (store_connect(p->store) || store_reference_version(p->store, &version) || refresh_offices(house, version))
		return store_why(p->store);
	if (!house_database_up(house) && check_ledger(house, &why))
		return store_why(p->store);
	if (why || version == p->version)
		return why;
	why = load_rulebook(house);
	if (why)
		return why;
	pthread_mutex_lock(&p->lock);
	p->version = version;
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static void say_state(struct house *house, bool was_up, const char *why)
{
	struct house_private *p = house->private;

	if (!why && !was_up) {
		log_line(LOG_LINE_NOTICE, "the database is up; %zu keys of offices", offices_count(house->offices));
		struct rulebook_copy *copy = house_rulebook(house);
		bool test = lantik_rulebook_region(copy->rulebook, lantik_span_of("99"));
		house_rulebook_put(house, copy);
		notify_status(test ? "running (TEST: holds the fictional province 99)" : "running");
		p->told[0] = '\0';
	}
	if (why && strcmp(why, p->told) != 0) {
		log_line(LOG_LINE_ERROR, "database down: %s", why);
		notify_status("database-down");
		snprintf(p->told, sizeof p->told, "%s", why);
	}
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
	p->look_now = false;
}

static void *keep_house(void *context)
{
	struct house *house = context;
	struct house_private *p = house->private;

	pthread_mutex_lock(&p->lock);
	while (!p->stop) {
		bool was_up = p->database_up;
		pthread_mutex_unlock(&p->lock);
		const char *why = look(house);
		pthread_mutex_lock(&p->lock);
		p->database_up = !why;
		pthread_mutex_unlock(&p->lock);
		say_state(house, was_up, why);
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
	offices_free(&house->offices);
}
