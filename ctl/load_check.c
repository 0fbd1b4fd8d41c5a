/* Checks over all reference tables, within the transaction of a load: what is wrong is never committed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lantik/rulebook.h"
#include "load.h"

/* table, key, table in which it is missing; an empty third column: valid twice at the same time */
#define MISSING(table, key, other, other_key)                                                                          \
	"SELECT DISTINCT '" table "', " key ", '" other "' FROM lantik." table " WHERE " key " IS NOT NULL AND " key   \
	" NOT IN (SELECT " other_key " FROM lantik." other ")"
#define OVERLAP(table, key)                                                                                            \
	"SELECT DISTINCT '" table "', concat_ws(' ', " key "), '' FROM (SELECT " key ", valid_from, "                  \
	"max(coalesce(valid_until, '2200-01-01')) OVER (PARTITION BY " key " ORDER BY valid_from "                     \
	"ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM lantik." table ") AS t "                     \
	"WHERE valid_from < before"

/* clang-format off */
static const char missing[] = MISSING("agency", "kanreg_id", "kanreg", "kanreg_id") " UNION ALL "
	MISSING("agency", "province_code", "region", "code") " UNION ALL "
	MISSING("kanreg_province", "kanreg_id", "kanreg", "kanreg_id") " UNION ALL "
	MISSING("kanreg_province", "province_code", "region", "code") " UNION ALL "
	MISSING("minimum_wage", "region_code", "region", "code") " UNION ALL "
	MISSING("formation", "kode_instansi", "agency", "kode_instansi") " UNION ALL "
	MISSING("target", "kanreg_id", "kanreg", "kanreg_id") " UNION ALL "
	MISSING("pay_budget", "kode_instansi", "agency", "kode_instansi") " ORDER BY 1, 2, 3 LIMIT 10";

static const char overlapping[] = OVERLAP("agency", "kode_instansi") " UNION ALL "
	OVERLAP("kanreg", "kanreg_id") " UNION ALL "
	OVERLAP("kanreg_province", "kanreg_id, province_code") " UNION ALL "
	OVERLAP("minimum_wage", "region_code, year") " UNION ALL "
	OVERLAP("formation", "kode_instansi, programme, kelompok_lapor") " UNION ALL "
	OVERLAP("target", "kanreg_id, year") " UNION ALL "
	OVERLAP("pay_budget", "kode_instansi, year") " UNION ALL "
	OVERLAP("rule_parameter", "name, value") " ORDER BY 1, 2, 3 LIMIT 10";
/* clang-format on */

static int report(struct lantik_cli *cli, const PGresult *rows)
{
	int exit_code = LANTIK_EXIT_OK;
	for (int row = 0; row < PQntuples(rows); row++) {
		const char *table = cell(rows, row, 0), *key = cell(rows, row, 1), *other = cell(rows, row, 2);
		if (*other)
			exit_code = lantik_fail(cli, 525, LANTIK_EXIT_FAILED,
				"table %s names %s, which table %s does not hold\nLoad that table too, or first.",
				"tabel %s menyebut %s, yang tidak ada di tabel %s\nMuat tabel itu juga, atau lebih "
				"dahulu.",
				table, key, other);
		else
			exit_code = lantik_fail(cli, 526, LANTIK_EXIT_FAILED,
				"table %s would hold %s twice for the same days\nEnd the earlier row by its "
				"valid_until.",
				"tabel %s akan memuat %s dua kali untuk hari yang sama\nAkhiri baris terdahulu dengan "
				"valid_until.",
				table, key);
	}
	return exit_code;
}

static int find(struct database *database, const char *faults)
{
	PGresult *rows = database_query(database, faults, 0, NULL);
	int exit_code = rows ? report(database->cli, rows) : LANTIK_EXIT_OK;
	PQclear(rows);
	return exit_code;
}

static bool parse(const char *text, struct lantik_rulebook **ret)
{
	unsigned line = 0;
	return lantik_rulebook_parse(lantik_span_of(text), ret, &line) == LANTIK_OK;
}

bool rulebook_digest(struct database *database, char ret[65])
{
	struct lantik_rulebook *rulebook = NULL;
	PGresult *rows = database_query(database, "SELECT lantik.rulebook_text()", 0, NULL);
	bool good = rows && parse(cell(rows, 0, 0), &rulebook);
	if (good)
		lantik_hex_encode(lantik_rulebook_digest(rulebook), LANTIK_HASH, ret);
	lantik_rulebook_free(&rulebook);
	PQclear(rows);
	return good;
}

int load_check(struct database *database)
{
	char digest[65];
	int exit_code = find(database, missing);
	if (!exit_code)
		exit_code = find(database, overlapping);
	if (exit_code)
		return exit_code;
	if (!rulebook_digest(database, digest) && !database->failed)
		return lantik_fail(database->cli, 527, LANTIK_EXIT_FAILED,
			"the rulebook made from these tables could not be read; nothing was loaded",
			"buku aturan dari tabel-tabel ini tidak terbaca; tidak ada yang dimuat");
	return LANTIK_EXIT_OK;
}
