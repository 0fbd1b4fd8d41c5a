/* The values of a record for a person to read: each field's label and its value in words.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_VALUES_H
#define LANTIK_CTL_VALUES_H

#include "lantik/cli.h"
#include "lantik/record.h"

const char *field_label(const struct lantik_cli *cli, enum lantik_field_id field);
/* Appends the value, fit for a terminal; nothing when the record does not give it. */
void value_format(const struct lantik_cli *cli, const struct lantik_record *record, enum lantik_field_id field,
	struct lantik_buffer *ret);

#endif
