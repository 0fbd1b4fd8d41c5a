/* Labels of a record's fields in the person's language.
 * SPDX-License-Identifier: Apache-2.0 */
#include "values.h"

static const char *const labels[LANTIK_FIELD_END][2] = {
#define LABEL(name, english, indonesian) [LANTIK_F_##name] = {english, indonesian},
#include "field_labels.def"
#undef LABEL
};

const char *field_label(const struct lantik_cli *cli, enum lantik_field_id field)
{
	LANTIK_ASSERT(field > LANTIK_F_NONE && field < LANTIK_FIELD_END && labels[field][0]);
	return labels[field][lantik_cli_language(cli)];
}
