/* The lines that verdicts and statements share, in both directions; private to core.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CORE_WORDING_H
#define LANTIK_CORE_WORDING_H

#include "lantik/verdict.h"

/* The value of the next line, `KEY VALUE`, which must have this key and a value. text has moved on even when it has
 * not: look at a copy when the line may be missing. */
bool lantik_value_take(struct lantik_span *text, const char *key, struct lantik_span *ret);
/* The part before the first blank; the rest begins after it. False when nothing is left, or nothing behind the blank.
 */
bool lantik_word_take(struct lantik_span *text, struct lantik_span *ret);
bool lantik_count_read(struct lantik_span text, uint32_t *ret);
bool lantik_count_take(struct lantik_span *text, const char *key, uint32_t *ret);
/* A word of the list only as it is spelled in English; `-` is none, 0. */
bool lantik_listed_take(struct lantik_span *text, const char *key, enum lantik_word_list list, int32_t *ret);
/* In small letters, with hyphens. */
bool lantik_uuid_take(struct lantik_span *text, const char *key, uint8_t ret[16]);
/* In small letters. */
bool lantik_hash_read(struct lantik_span text, uint8_t ret[LANTIK_HASH]);

/* Where findings go whose rule, case or field this build does not know: a centre may be newer than who reads. */
struct lantik_unknown {
	uint32_t *count;
	struct lantik_span *names; /* LANTIK_UNKNOWN_NAMES of them */
};

/* `CODE.case`, `:field` when there is one, and `/` with the letter of the severity. */
void lantik_finding_append(const struct lantik_finding *finding, struct lantik_buffer *ret);
/* The same text back, into one of the two; its severity, 0 when it is not in that form. */
enum lantik_severity lantik_finding_read(
	struct lantik_span text, uint32_t record_no, struct lantik_unknown unknown, struct lantik_findings *ret);
/* `N05`: an upper-case letter and two digits. */
bool lantik_is_rule_code(struct lantik_span text);
/* `N05.birth_date`: a code, a point and small letters, digits and underscores. */
bool lantik_is_case_name(struct lantik_span text);

#endif
