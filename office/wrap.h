/* Long sentences on a terminal, broken between words.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_WRAP_H
#define LANTIK_WRAP_H

#include "lantik/cli.h"

/* Says the text after `first` blanks, its further lines after `rest` blanks, and empties it. Elsewhere than on a
 * terminal it stays one line, so that it can be searched. */
void lantik_say_wrapped(struct lantik_cli *cli, unsigned first, unsigned rest, struct lantik_buffer *text);

#endif
