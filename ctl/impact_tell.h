/* The answer of `lantikctl rulebook try`.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_IMPACT_TELL_H
#define LANTIK_CTL_IMPACT_TELL_H

#include "book.h"
#include "impact.h"

/* Which lines the one text has and the other has not, by table; true when there are any. */
bool impact_tell_lines(struct lantik_cli *cli, const struct book *in_force, const struct book *tried);
/* What the rules would find and what would become of the records; nothing of it is about one person. */
void impact_tell(struct lantik_cli *cli, const struct impact *impact, int64_t days);

#endif
