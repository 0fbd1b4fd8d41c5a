/* What the files of the sample share; private to them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_SAMPLE_PARTS_H
#define LANTIK_SAMPLE_PARTS_H

#include "sample.h"

/* A stream of numbers that follow from seed, person and topic alone, so that a new field moves no other. */
struct lantik_dice {
	uint64_t state;
};

enum lantik_topic {
	LANTIK_TOPIC_SLOT,
	LANTIK_TOPIC_PERSON,
	LANTIK_TOPIC_NAME,
	LANTIK_TOPIC_IDS,
	LANTIK_TOPIC_POSITION,
	LANTIK_TOPIC_STUDY,
	LANTIK_TOPIC_PLACE,
	LANTIK_TOPIC_PAY,
	LANTIK_TOPIC_PAPERS,
	LANTIK_TOPIC_DOCUMENTS,
};

uint64_t lantik_mix(uint64_t value);
struct lantik_dice lantik_dice_of(const struct lantik_sample *sample, uint64_t number, enum lantik_topic topic);
uint64_t lantik_dice_next(struct lantik_dice *dice);
/* 0 .. sides - 1 */
uint32_t lantik_dice_roll(struct lantik_dice *dice, uint32_t sides);
bool lantik_dice_percent(struct lantik_dice *dice, uint32_t percent);

/* Texts and ids that live in the arena. */
struct lantik_span lantik_text(struct lantik_arena *arena, const char *format, ...) LANTIK_PRINTF(2, 3);
struct lantik_span lantik_random_id(struct lantik_arena *arena, struct lantik_dice *dice);
/* The reference id of a thing is always the same for the same name. */
struct lantik_span lantik_reference_id(struct lantik_arena *arena, const char *list, struct lantik_span name);

/* One being made: the parts fill the record in this order. */
struct lantik_making {
	const struct lantik_sample *sample;
	struct lantik_arena *arena;
	uint32_t at;     /* row of the file, 0-based */
	uint64_t number; /* of the person */
	uint32_t slot;   /* the person's place in the kind's numbers; two people never share one */
	int group;
	uint32_t rank; /* among the rows of the group */
	int32_t start; /* TMT */
	bool woman;
	struct lantik_record *record;
};

int32_t lantik_sample_start(const struct lantik_sample *sample, uint64_t number);
void lantik_sample_person(struct lantik_making *making);
void lantik_sample_work(struct lantik_making *making);
void lantik_sample_papers(struct lantik_making *making);

/* Whether the kind has a position of this key (blanks, hyphens and case do not matter). */
bool lantik_sample_position_known(enum lantik_kind kind, const char *key);
/* The group of a key, or 0. */
int lantik_sample_position_group(enum lantik_kind kind, const char *key);
/* The place that the agency governs; a fictional one for agencies outside the table. */
const char *lantik_sample_place(const char *agency, const char **ret_regency);

static inline bool lantik_kind_is_pppk(enum lantik_kind kind)
{
	return kind == LANTIK_PPPK_PW || kind == LANTIK_PPPK;
}

/* Whether the people of this sample have gone through the step. */
static inline bool lantik_sample_past(const struct lantik_sample *sample, enum lantik_step step)
{
	return sample->step >= step;
}

#endif
