/* Long sentences on a terminal, broken between words: said by cli/wrap.c.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/cli.h"
