/* What the fields of a record are called where a person reads them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_VALUES_H
#define LANTIK_CTL_VALUES_H

#include "lantik/cli.h"
#include "lantik/record.h"

const char *field_label(const struct lantik_cli *cli, enum lantik_field_id field);

#endif
