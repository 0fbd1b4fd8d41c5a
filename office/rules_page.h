/* The list of rules as a page, and the words that it shares with `lantik rules`.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_RULES_PAGE_H
#define LANTIK_RULES_PAGE_H

#include "lantik/rules.h"

/* docs/rules.md, whole, in both languages. */
void lantik_rules_page(struct lantik_buffer *ret);

/* Who judges the rule and by what. */
const char *lantik_layer_text(enum lantik_layer layer, enum lantik_language language);
const char *lantik_layer_name(enum lantik_layer layer); /* file, row, batch, central: never translated */
/* Where the rule comes from: sourced, derived, unverified default. */
const char *lantik_certainty_text(char certainty, enum lantik_language language);
const char *lantik_severity_text(enum lantik_severity severity, enum lantik_language language);
/* Words of the list whose bits are set, or `all`, apart by blanks; in one language. */
void lantik_bits_text(enum lantik_word_list list, unsigned bits, unsigned all, enum lantik_language language,
	struct lantik_buffer *ret);

#endif
