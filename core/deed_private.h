/* What the two halves of deeds share; private to core.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CORE_DEED_PRIVATE_H
#define LANTIK_CORE_DEED_PRIVATE_H

#include "lantik/deed.h"

#define DEED_FIRST_LINE "lantik-deed 1"
#define DEED_NONE "-"

/* The fields of a kind, in the order in which they stand. */
enum deed_field {
	DEED_HAS_OFFICE = 1,
	DEED_HAS_SCOPE = 2,
	DEED_HAS_CURVE = 4,
	DEED_HAS_SIGN = 8,
	DEED_HAS_KEY = 16,
	DEED_HAS_COMPROMISED = 32,
	DEED_HAS_RECOVERY = 64,
	DEED_HAS_ERASURE = 128
};

struct deed_shape {
	unsigned fields;
	bool official, reason; /* required */
	bool is_signed;
	enum lantik_leaf_type leaf;
};

/* NULL when there is no such kind. */
const struct deed_shape *deed_shape_of(int32_t kind);
/* Whether every field of the kind is as the header says. */
bool deed_is_sound(const struct lantik_deed *deed);
bool deed_erasure_is_sound(const struct lantik_deed_erasure *erasure);

#endif
