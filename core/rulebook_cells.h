/* What a column of a rulebook's line may hold: each reader takes one form only, so that one text has one meaning.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CORE_RULEBOOK_CELLS_H
#define LANTIK_CORE_RULEBOOK_CELLS_H

#include "lantik/record.h"

/* Exactly so many digits, into len + 1 zeroed bytes; ret may be NULL. */
bool lantik_cell_digits(struct lantik_span text, size_t len, char *ret);
/* The same, or nothing at all. */
bool lantik_cell_digits_or_none(struct lantik_span text, size_t len, char *ret);
/* Decimal, without leading zeros, least..most. */
bool lantik_cell_number(struct lantik_span text, int64_t least, int64_t most, int64_t *ret);
bool lantik_cell_int(struct lantik_span text, int32_t least, int32_t most, int32_t *ret);
/* As lantik_cell_int; nothing is 0. */
bool lantik_cell_int_or_none(struct lantik_span text, int32_t least, int32_t most, int32_t *ret);
/* YYYY-MM-DD. */
bool lantik_cell_date(struct lantik_span text, int32_t *ret);
/* The same; nothing is 0. */
bool lantik_cell_date_or_none(struct lantik_span text, int32_t *ret);
/* Two dates or nothings, the second later than the first. */
bool lantik_cell_period(const struct lantik_span columns[2], int32_t *ret_from, int32_t *ret_until);
/* YYYY-MM-DDTHH:MM:SSZ. */
bool lantik_cell_instant(struct lantik_span text, int64_t *ret);
/* 32 hex digits in lower case. */
bool lantik_cell_id(struct lantik_span text, uint8_t ret[16]);
/* The word of the list as it stands in words.def. */
bool lantik_cell_word(enum lantik_word_list list, struct lantik_span text, int32_t *ret);
/* The same; nothing is 0. */
bool lantik_cell_word_or_none(enum lantik_word_list list, struct lantik_span text, int32_t *ret);
/* 1..most visible ASCII characters into most + 1 zeroed bytes. */
bool lantik_cell_text(struct lantik_span text, size_t most, char *ret);
/* A golongan, or nothing. */
bool lantik_cell_golongan_or_none(struct lantik_span text, char ret[6]);

#endif
