/* A check that judges batch after batch: what it may keep of the ones before.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_private.h"

#include <stdlib.h>
#include <string.h>

/* False when the text is longer than any that a rulebook knows: then nothing is kept. */
static bool put(struct lantik_span text, char *ret, size_t room, uint8_t *ret_len)
{
	if (text.len > room)
		return false;
	if (text.len > 0)
		memcpy(ret, text.data, text.len);
	*ret_len = (uint8_t)text.len;
	return true;
}

static void key_of(const struct lantik_check *check, struct lantik_basis_key *ret)
{
	const struct lantik_manifest *manifest = check->manifest;
	memset(ret, 0, sizeof *ret);
	ret->received = check->received;
	ret->kind = manifest->kind;
	ret->step = manifest->step;
	if (put(manifest->kode_instansi, ret->agency, sizeof ret->agency, &ret->lens[0]) &&
		put(manifest->programme, ret->programme, sizeof ret->programme, &ret->lens[1]) &&
		put(manifest->jenis_pengadaan_id, ret->procurement, sizeof ret->procurement, &ret->lens[2]) &&
		put(manifest->jenis_formasi_id, ret->formation, sizeof ret->formation, &ret->lens[3]))
		ret->rulebook = lantik_rulebook_identity(check->rulebook);
}

/* Answers about records rest on the rulebook and the day; about units also on the agency, about kategori also on the
 * programme. */
static void forget_answers(struct lantik_check *check, const struct lantik_basis_key *last)
{
	const struct lantik_basis_key *key = &check->key;
	bool other = key->rulebook == 0 || key->rulebook != last->rulebook || key->received != last->received;
	if (other) {
		memset(check->positions, 0, sizeof check->positions);
		memset(check->studies, 0, sizeof check->studies);
		memset(check->districts, 0, sizeof check->districts);
		memset(check->levels, 0, sizeof check->levels);
	}
	if (other || key->lens[0] != last->lens[0] || memcmp(key->agency, last->agency, sizeof key->agency) != 0)
		memset(check->units, 0, sizeof check->units);
	if (other || key->lens[1] != last->lens[1] ||
		memcmp(key->programme, last->programme, sizeof key->programme) != 0)
		memset(check->categories, 0, sizeof check->categories);
}

/* What a small batch needs of it stays. */
static void empty(struct lantik_set *set)
{
	if (set->bits > LANTIK_SET_BITS) {
		free(set->slots);
		*set = (struct lantik_set){0};
	} else if (set->used > 0) {
		memset(set->slots, 0, ((size_t)1 << set->bits) * sizeof *set->slots);
		set->used = 0;
	}
}

static void empty_sets(struct lantik_check *check)
{
	empty(&check->niks);
	empty(&check->perteks);
	empty(&check->decrees);
}

/* Where a basis with this key is kept; NULL: nowhere. */
static struct lantik_basis *place_of(struct lantik_check *check)
{
	const struct lantik_basis_key *key = &check->key;
	uint32_t agency;
	if (check->bases == NULL)
		check->bases = calloc(LANTIK_BASES, sizeof *check->bases);
	if (check->bases == NULL || key->rulebook == 0)
		return NULL;
	memcpy(&agency, key->agency, sizeof agency);
	agency = (agency ^ (uint32_t)key->kind << 8 ^ (uint32_t)key->step) * UINT32_C(0x9E3779B1);
	_Static_assert(LANTIK_BASES == 1u << 6, "the number keeps 6 bits");
	return &check->bases[agency >> 26];
}

static void take_basis(struct lantik_check *check, const struct lantik_basis *basis)
{
	check->severities = basis->severities;
	memcpy(check->judged, basis->judged, sizeof check->judged);
	memcpy(check->not_checked, basis->not_checked, sizeof check->not_checked);
	check->policy = basis->policy;
	lantik_policy_window(check, &check->policy);
}

static void keep_basis(const struct lantik_check *check, struct lantik_basis *ret)
{
	ret->key = check->key;
	ret->severities = check->severities;
	memcpy(ret->judged, check->judged, sizeof check->judged);
	memcpy(ret->not_checked, check->not_checked, sizeof check->not_checked);
	ret->policy = check->policy;
}

static void settle(struct lantik_check *check)
{
	struct lantik_basis *basis = place_of(check);
	if (basis != NULL && memcmp(&basis->key, &check->key, sizeof check->key) == 0) {
		take_basis(check, basis);
		return;
	}
	lantik_check_settle(check);
	if (basis != NULL)
		keep_basis(check, basis);
}

void lantik_check_again(struct lantik_check *check, const struct lantik_rulebook *rulebook,
	const struct lantik_manifest *manifest, int64_t received_at)
{
	struct lantik_basis_key last = check->key;
	check->rulebook = rulebook;
	check->manifest = manifest;
	check->received_at = received_at;
	check->received = lantik_instant_date(received_at);
	check->records = check->whole_niks = check->round_niks = 0;
	memset(check->groups, 0, sizeof check->groups);
	check->wage_year = 0;
	check->wages_asked = check->wages_known = false;
	key_of(check, &check->key);
	forget_answers(check, &last);
	empty_sets(check);
	settle(check);
}

void lantik_check_rest(struct lantik_check *check)
{
	empty_sets(check);
	check->rulebook = NULL;
	check->manifest = NULL;
}
