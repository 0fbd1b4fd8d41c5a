/* Small files of `name = value` lines: settings, an outbox entry's state, a batch's manifest.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_PAIRS_H
#define LANTIK_PAIRS_H

#include "lantik/bytes.h"

struct lantik_pair {
	struct lantik_span name, value; /* without blanks around; a value may stand in quotation marks */
	uint32_t line;
};

/* Takes the next pair off *text; blank lines, and lines that begin with `#`, are passed over. *line counts along.
 * False at the end, or at a line that is no pair: then text is not empty. `name,value` is read as well. */
bool lantik_pairs_next(struct lantik_span *text, uint32_t *line, struct lantik_pair *ret);

#endif
