/* The table of lantik's verbs.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_VERBS_H
#define LANTIK_VERBS_H

#include "lantik/cli.h"

extern const struct lantik_program lantik_office_program;

#endif
