/* Why a record is held back, as a fingerprint that many records share.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/verdict.h"

#include <string.h>

#define TOKEN 128 /* a case of at most 63 characters, a colon, a field's name */

static void token_format(const struct lantik_finding *finding, char ret[TOKEN])
{
	lantik_case_format((enum lantik_case_id)finding->case_id, ret);
	if (finding->field != LANTIK_F_NONE) {
		size_t len = strlen(ret);
		(void)snprintf(ret + len, TOKEN - len, ":%s", lantik_record_fields[finding->field - 1].name);
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

void lantik_cause_format(const struct lantik_finding *findings, size_t count, struct lantik_buffer *ret)
{
	char(*tokens)[TOKEN] = malloc((count + 1) * sizeof *tokens);
	size_t used = 0;
	LANTIK_ASSERT(tokens);
	for (size_t i = 0; i < count; i++) {
		if (findings[i].severity != LANTIK_WARN)
			token_format(&findings[i], tokens[used++]);
	}
	qsort(tokens, used, sizeof *tokens, by_text);
	for (size_t i = 0; i < used; i++) {
		if (i == 0 || strcmp(tokens[i], tokens[i - 1]) != 0)
			lantik_buffer_printf(ret, "%s%s", i ? " " : "", tokens[i]);
	}
	free(tokens);
}
