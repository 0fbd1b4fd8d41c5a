/* Numbers, texts and ids for the sample that follow from the seed alone.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <string.h>

#include "sample_parts.h"

/* Steele, Lea, Flood: SplitMix64. */
uint64_t lantik_mix(uint64_t value)
{
	value += UINT64_C(0x9e3779b97f4a7c15);
	value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
	return value ^ (value >> 31);
}

struct lantik_dice lantik_dice_of(const struct lantik_sample *sample, uint64_t number, enum lantik_topic topic)
{
	uint64_t person = lantik_mix(lantik_mix(sample->seed) ^ number);
	return (struct lantik_dice){lantik_mix(person ^ ((uint64_t)sample->kind << 32) ^ (uint64_t)topic)};
}

uint64_t lantik_dice_next(struct lantik_dice *dice)
{
	uint64_t value = lantik_mix(dice->state);
	dice->state += UINT64_C(0x9e3779b97f4a7c15);
	return value;
}

uint32_t lantik_dice_roll(struct lantik_dice *dice, uint32_t sides)
{
	LANTIK_ASSERT(sides > 0);
	return (uint32_t)(((lantik_dice_next(dice) >> 32) * sides) >> 32);
}

bool lantik_dice_percent(struct lantik_dice *dice, uint32_t percent)
{
	return lantik_dice_roll(dice, 100) < percent;
}

struct lantik_span lantik_text(struct lantik_arena *arena, const char *format, ...)
{
	char text[512];
	va_list arguments;
	va_start(arguments, format);
	int len = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	LANTIK_ASSERT(len >= 0 && (size_t)len < sizeof text);
	struct lantik_span copy = lantik_arena_copy(arena, (struct lantik_span){(const uint8_t *)text, (size_t)len});
	LANTIK_ASSERT(!lantik_arena_exhausted(arena));
	return copy;
}

static struct lantik_span id_of(struct lantik_arena *arena, uint64_t high, uint64_t low)
{
	uint8_t id[16];
	for (int i = 0; i < 8; i++) {
		id[i] = (uint8_t)(high >> (56 - 8 * i));
		id[8 + i] = (uint8_t)(low >> (56 - 8 * i));
	}
	struct lantik_span copy = lantik_arena_copy(arena, (struct lantik_span){id, sizeof id});
	LANTIK_ASSERT(!lantik_arena_exhausted(arena));
	return copy;
}

struct lantik_span lantik_random_id(struct lantik_arena *arena, struct lantik_dice *dice)
{
	uint64_t high = lantik_dice_next(dice);
	uint64_t low = lantik_dice_next(dice);
	high = (high & ~UINT64_C(0xf000)) | UINT64_C(0x4000); /* UUID version 4, variant 1 */
	low = (low & ~(UINT64_C(3) << 62)) | (UINT64_C(2) << 62);
	return id_of(arena, high, low);
}

struct lantik_span lantik_reference_id(struct lantik_arena *arena, const char *list, struct lantik_span name)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
	for (const char *c = list; *c != '\0'; c++)
		hash = (hash ^ (uint8_t)*c) * UINT64_C(0x100000001b3);
	for (size_t i = 0; i < name.len; i++)
		hash = (hash ^ name.data[i]) * UINT64_C(0x100000001b3);
	return id_of(arena, lantik_mix(hash), lantik_mix(~hash));
}
