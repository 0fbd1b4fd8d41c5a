/* Which place of a formation each version of an appointment takes, keeps, moves or gives back.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/place.h"

#include <string.h>

static bool is_ended(int32_t change_kind)
{
	return change_kind == LANTIK_CHANGE_TERMINATION || change_kind == LANTIK_CHANGE_WITHDRAWAL;
}

/* A termination keeps its place for good, and so does a change of agency: who is appointed anew takes another. */
static bool takes_another(const struct lantik_place *held, const struct lantik_place_version *version)
{
	return held->change_kind == LANTIK_CHANGE_WITHDRAWAL ||
	       (is_ended(held->change_kind) && !version->change_kind) || !lantik_span_is(version->agency, held->agency);
}

/* Only a change moves a place, within its programme; a later step with another group does not. */
static bool moves(const struct lantik_place *held, const struct lantik_place_version *version)
{
	return version->change_kind && version->kelompok_lapor && version->kelompok_lapor != held->kelompok_lapor &&
	       lantik_span_is(version->programme, held->programme);
}

enum lantik_place_act lantik_place_act(const struct lantik_place *held, const struct lantik_place_version *version)
{
	bool holds = held->programme[0] && held->change_kind != LANTIK_CHANGE_WITHDRAWAL;

	if (!held->begun)
		return LANTIK_PLACE_NEW;
	if (version->change_kind == LANTIK_CHANGE_WITHDRAWAL)
		return holds ? LANTIK_PLACE_FREED : LANTIK_PLACE_KEPT;
	if (takes_another(held, version))
		return LANTIK_PLACE_TAKEN;
	return holds && moves(held, version) ? LANTIK_PLACE_MOVED : LANTIK_PLACE_KEPT;
}

static void copy(struct lantik_span from, char *to, size_t room)
{
	size_t len = from.len < room ? from.len : room - 1;

	if (len)
		memcpy(to, from.data, len);
	to[len] = '\0';
}

static bool gives_back(enum lantik_place_act act)
{
	return act == LANTIK_PLACE_FREED || act == LANTIK_PLACE_MOVED;
}

static bool takes(enum lantik_place_act act, const struct lantik_place_version *version)
{
	if (act == LANTIK_PLACE_NEW)
		return version->change_kind != LANTIK_CHANGE_WITHDRAWAL;
	return act == LANTIK_PLACE_TAKEN || act == LANTIK_PLACE_MOVED;
}

size_t lantik_place_next(struct lantik_place *place, const struct lantik_place_version *version,
	char held_programme[LANTIK_PLACE_PROGRAMME], struct lantik_place_change ret[LANTIK_PLACE_MAX_CHANGES])
{
	enum lantik_place_act act = lantik_place_act(place, version);
	size_t count = 0;

	memcpy(held_programme, place->programme, LANTIK_PLACE_PROGRAMME);
	if (takes(act, version) && version->programme.len)
		ret[count++] = (struct lantik_place_change){
			.programme = version->programme, .kelompok_lapor = version->kelompok_lapor, .change = 1};
	if (gives_back(act))
		ret[count++] = (struct lantik_place_change){.programme = lantik_span_of(held_programme),
			.kelompok_lapor = place->kelompok_lapor,
			.change = -1};
	if (act == LANTIK_PLACE_NEW || act == LANTIK_PLACE_TAKEN || act == LANTIK_PLACE_MOVED) {
		copy(version->programme, place->programme, sizeof place->programme);
		place->kelompok_lapor = version->programme.len ? version->kelompok_lapor : 0;
	}
	copy(version->agency, place->agency, sizeof place->agency);
	place->change_kind = version->change_kind;
	place->begun = true;
	return count;
}
