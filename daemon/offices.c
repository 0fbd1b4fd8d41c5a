/* The key table in memory: keys, scopes, and what is cut off.
 * SPDX-License-Identifier: Apache-2.0 */
#include "offices.h"

#include <pthread.h>
#include <string.h>

struct offices {
	pthread_mutex_t lock;
	struct office_key *keys; /* sorted by curve_key */
	size_t key_count;
	struct office_scope *scopes; /* sorted by office_no, the latest deed first */
	size_t scope_count;
	char (*cut)[OFFICE_KEY + 1]; /* sorted */
	size_t cut_count;
};

struct offices *offices_new(void)
{
	struct offices *offices = calloc(1, sizeof *offices);

	LANTIK_ASSERT(offices);
	LANTIK_ASSERT(pthread_mutex_init(&offices->lock, NULL) == 0);
	return offices;
}

void offices_free(struct offices **offices)
{
	if (!*offices)
		return;
	pthread_mutex_destroy(&(*offices)->lock);
	free((*offices)->keys);
	free((*offices)->scopes);
	free((*offices)->cut);
	free(*offices);
	*offices = NULL;
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct office_key *)a)->curve_key, ((const struct office_key *)b)->curve_key);
}

static int by_office(const void *a, const void *b)
{
	const struct office_scope *left = a, *right = b;

	if (left->office_no != right->office_no)
		return left->office_no < right->office_no ? -1 : 1;
	return left->leaf_index > right->leaf_index ? -1 : left->leaf_index < right->leaf_index;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void sort(void *items, size_t count, size_t size, int (*order)(const void *, const void *))
{
	if (count)
		qsort(items, count, size, order);
}

static const void *find(
	const void *wanted, const void *items, size_t count, size_t size, int (*order)(const void *, const void *))
{
	return count ? bsearch(wanted, items, count, size, order) : NULL;
}

void offices_replace(struct offices *offices, struct office_key *keys, size_t key_count, struct office_scope *scopes,
	size_t scope_count)
{
	sort(keys, key_count, sizeof *keys, by_key);
	sort(scopes, scope_count, sizeof *scopes, by_office);
	pthread_mutex_lock(&offices->lock);
	struct office_key *old_keys = offices->keys;
	struct office_scope *old_scopes = offices->scopes;
	offices->keys = keys;
	offices->key_count = key_count;
	offices->scopes = scopes;
	offices->scope_count = scope_count;
	pthread_mutex_unlock(&offices->lock);
	free(old_keys);
	free(old_scopes);
}

void offices_cut(struct offices *offices, char (*keys)[OFFICE_KEY + 1], size_t count)
{
	sort(keys, count, sizeof *keys, by_text);
	pthread_mutex_lock(&offices->lock);
	char(*old)[OFFICE_KEY + 1] = offices->cut;
	offices->cut = keys;
	offices->cut_count = count;
	pthread_mutex_unlock(&offices->lock);
	free(old);
}

/* ---- under the lock ---- */

static const struct office_key *key_of(const struct offices *offices, const char *curve_key)
{
	struct office_key wanted;

	if (strlen(curve_key) != OFFICE_KEY)
		return NULL;
	memcpy(wanted.curve_key, curve_key, OFFICE_KEY + 1);
	return find(&wanted, offices->keys, offices->key_count, sizeof wanted, by_key);
}

static bool counts(const struct offices *offices, const struct office_key *key)
{
	return !key->revoked && !find(key->curve_key, offices->cut, offices->cut_count, sizeof *offices->cut, by_text);
}

/* The latest deed whose period holds the day. */
static const struct office_scope *scope_on(const struct offices *offices, int32_t office_no, int32_t on)
{
	size_t low = 0, high = offices->scope_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (offices->scopes[middle].office_no < office_no)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < offices->scope_count && offices->scopes[low].office_no == office_no; low++)
		if (offices->scopes[low].from <= on && on < offices->scopes[low].until)
			return &offices->scopes[low];
	return NULL;
}

static void show(const struct offices *offices, const struct office_key *key, int32_t on, struct office *ret)
{
	const struct office_scope *scope = scope_on(offices, key->office_no, on);

	*ret = (struct office){.office_no = key->office_no, .revoked = !counts(offices, key)};
	memcpy(ret->name, key->name, sizeof ret->name);
	memcpy(ret->curve_key, key->curve_key, sizeof ret->curve_key);
	if (scope)
		ret->scope = *scope;
}

static const struct office_key *signing_key_of(const struct offices *offices, int32_t office_no, const uint8_t id[4])
{
	for (size_t i = 0; i < offices->key_count; i++) {
		const struct office_key *key = &offices->keys[i];
		if (key->office_no == office_no && memcmp(key->signing_key.id, id, 4) == 0 && counts(offices, key))
			return key;
	}
	return NULL;
}

/* ---- questions ---- */

bool offices_find(struct offices *offices, const char *curve_key, int32_t on, struct office *ret)
{
	pthread_mutex_lock(&offices->lock);
	const struct office_key *key = key_of(offices, curve_key);
	if (key)
		show(offices, key, on, ret);
	pthread_mutex_unlock(&offices->lock);
	return key != NULL;
}

bool offices_let_in(struct offices *offices, const char *curve_key)
{
	pthread_mutex_lock(&offices->lock);
	const struct office_key *key = key_of(offices, curve_key);
	bool let_in = key && counts(offices, key);
	pthread_mutex_unlock(&offices->lock);
	return let_in;
}

bool offices_signing_key(struct offices *offices, int32_t office_no, const uint8_t id[4], struct lantik_vkey *ret)
{
	pthread_mutex_lock(&offices->lock);
	const struct office_key *key = signing_key_of(offices, office_no, id);
	if (key)
		*ret = key->signing_key;
	pthread_mutex_unlock(&offices->lock);
	return key != NULL;
}

size_t offices_count(struct offices *offices)
{
	pthread_mutex_lock(&offices->lock);
	size_t count = offices->key_count;
	pthread_mutex_unlock(&offices->lock);
	return count;
}

static bool in_list(const struct office_scope *scope, struct lantik_span agency)
{
	for (unsigned i = 0; i < scope->agency_count; i++)
		if (lantik_span_is(agency, scope->agencies[i]))
			return true;
	return false;
}

bool office_may_send(
	const struct office *office, const struct lantik_rulebook *rulebook, struct lantik_span agency, int32_t on)
{
	const struct lantik_agency *known = lantik_rulebook_agency(rulebook, agency, on);
	const struct office_scope *scope = &office->scope;

	if (!known)
		return true;
	if (scope->agency_count || !scope->kanreg_id[0])
		return in_list(scope, agency);
	if (!known->province[0])
		return strcmp(scope->kanreg_id, known->kanreg_id) == 0;
	return lantik_rulebook_serves(rulebook, lantik_span_of(scope->kanreg_id), known->province, on);
}
