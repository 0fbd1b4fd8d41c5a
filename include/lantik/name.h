/* Names in the one form in which the register stores and compares them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_NAME_H
#define LANTIK_NAME_H

#include "lantik/bytes.h"

/* Unicode NFC; the apostrophes U+2018 U+2019 U+02BC U+0060 U+00B4 become U+0027; every blank, no-break ones too,
 * becomes a space; U+200B-U+200D and U+FEFF are left out; runs of spaces become one, none at the ends. Letters keep
 * their case. True when that differs from the name; *ret then lies in the arena, else it is the name. A name that is no
 * UTF-8, or longer than any that the rules take, stays as it is; so it does when the arena is exhausted. */
bool lantik_name_unify(struct lantik_span name, struct lantik_arena *arena, struct lantik_span *ret);
/* Whether lantik_name_unify would change nothing; needs no memory. */
bool lantik_name_is_unified(struct lantik_span name);
/* The same form with its letters case-folded: two names that are the same to a person have the same key. The key always
 * lies in the arena. False when there is none: no UTF-8, too long, or the arena is exhausted. */
LANTIK_MUST_CHECK bool lantik_name_key(struct lantik_span name, struct lantik_arena *arena, struct lantik_span *ret);

#endif
