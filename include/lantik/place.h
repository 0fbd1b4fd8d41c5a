/* Places of formations: which one the versions of an appointment take, keep, move and give back. A pure state machine;
 * the commit judges by it under lock, and whoever reads the register again in the order of the ledger comes to the
 * same. SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_PLACE_H
#define LANTIK_PLACE_H

#include "lantik/bytes.h"

/* Codes of list change_kind that end an appointment. */
#define LANTIK_CHANGE_TERMINATION 3
#define LANTIK_CHANGE_WITHDRAWAL 4

/* 20 characters (manifest.def) of at most four bytes, and a NUL; an agency has 4 characters. */
#define LANTIK_PLACE_PROGRAMME 81
#define LANTIK_PLACE_AGENCY 17

/* What a version does to the place that the version before holds. */
enum lantik_place_act {
	LANTIK_PLACE_NEW,   /* there is no version before: it takes a place, unless it is a withdrawal */
	LANTIK_PLACE_KEPT,  /* as the version before, a place or none */
	LANTIK_PLACE_TAKEN, /* the appointment before is over: another place */
	LANTIK_PLACE_MOVED, /* a place in another group for the one before */
	LANTIK_PLACE_FREED, /* withdrawn */
};

/* A version of one person's appointment of one kind, as the register holds it and as its batch was sent. */
struct lantik_place_version {
	struct lantik_span agency;
	struct lantik_span programme; /* of the batch; empty: none */
	int32_t kelompok_lapor;       /* 0: none */
	int32_t change_kind;          /* 0: none */
};

/* What the current row of one person and kind says of its place. Zero it before the first version. */
struct lantik_place {
	bool begun;
	int32_t change_kind;
	char agency[LANTIK_PLACE_AGENCY];
	char programme[LANTIK_PLACE_PROGRAMME]; /* empty: none */
	int32_t kelompok_lapor;                 /* 0 without a programme */
};

/* Places taken (1) or given back (-1) at the agency of the version. */
struct lantik_place_change {
	struct lantik_span programme; /* never empty */
	int32_t kelompok_lapor;
	int32_t change;
};

#define LANTIK_PLACE_MAX_CHANGES 2

/* Of the rows of lantik.counter that hold the places, whatever step a person began with: one row a group of a
 * formation, so that it can be locked and compared with the quota. The first steps, which take nearly all of them,
 * write it anyway. */
#define LANTIK_PLACE_STEP 1

/* What the version does after held. */
enum lantik_place_act lantik_place_act(const struct lantik_place *held, const struct lantik_place_version *version);

/* Goes on to the version; versions come in the order of their leaves. ret holds what it takes, then what it gives back,
 * and borrows from version and *held_programme, which is given the programme that was held. Returns how many. */
size_t lantik_place_next(struct lantik_place *place, const struct lantik_place_version *version,
	char held_programme[LANTIK_PLACE_PROGRAMME], struct lantik_place_change ret[LANTIK_PLACE_MAX_CHANGES]);

#endif
