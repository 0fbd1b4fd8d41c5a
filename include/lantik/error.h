/* What can fail, as codes for code and sentences for people. Rooms return these and never log.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_ERROR_H
#define LANTIK_ERROR_H

enum lantik_error {
#define LANTIK_ERROR(name, english, indonesian) LANTIK_E_##name,
#include "lantik/error.def"
#undef LANTIK_ERROR
	LANTIK_ERROR_COUNT
};

#define LANTIK_OK LANTIK_E_OK

enum lantik_language { LANTIK_ENGLISH, LANTIK_INDONESIAN };

/* The sentence, without a full stop; never NULL. */
const char *lantik_error_text(enum lantik_error error, enum lantik_language language);

#endif
