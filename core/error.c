/* The sentences of enum lantik_error in both languages.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/error.h"

#include "lantik/attr.h"

static const char *const sentences[][2] = {
#define LANTIK_ERROR(name, english, indonesian) {english, indonesian},
#include "lantik/error.def"
#undef LANTIK_ERROR
};

_Static_assert(LANTIK_COUNT(sentences) == LANTIK_ERROR_COUNT, "one pair of sentences an error");

/* Codes can come from a newer peer or a stored row, so an unknown one still gets a sentence. */
const char *lantik_error_text(enum lantik_error error, enum lantik_language language)
{
	unsigned column = language == LANTIK_INDONESIAN;
	if ((unsigned)error >= LANTIK_ERROR_COUNT)
		return column ? "kesalahan yang tidak dikenal" : "unknown error";
	return sentences[error][column];
}
