/* The primary keys, without which a row can be there twice: each other step reads a row once.
 * SPDX-License-Identifier: Apache-2.0 */
#include "audit.h"

/* lantik.finding has none. */
static void keys_run(struct audit *audit)
{
	struct audit_stream tables;
	audit_open(audit, &tables,
		"SELECT c.relname::text FROM pg_catalog.pg_class c WHERE c.relnamespace = 'lantik'::regnamespace "
		"AND c.relkind IN ('r', 'p') AND c.relname <> 'finding' AND NOT EXISTS (SELECT FROM "
		"pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid) ORDER BY 1");
	while (audit_next(&tables)) {
		struct lantik_span table = audit_cell(&tables, 0);
		char name[64];
		snprintf(name, sizeof name, "%.*s", (int)table.len, (const char *)table.data);
		audit_found(audit, name, AUDIT_MISSING, NULL, "primary key");
	}
	audit_close(&tables);
}

const struct audit_step audit_key_steps[] = {
	{.what = {"primary keys", "kunci primer"}, .run = keys_run},
	{.what = {NULL, NULL}},
};
