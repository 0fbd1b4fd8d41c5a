/* Checks over all reference tables, within the transaction of a load: what is wrong is never committed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "lantik/limits.h"
#include "lantik/rulebook.h"
#include "load.h"

/* What one table names must stand in another; NULL names nothing. */
static const struct {
	const char *table, *key, *other, *other_key;
} references[] = {
	{"agency", "kanreg_id", "kanreg", "kanreg_id"},
	{"agency", "province_code", "region", "code"},
	{"kanreg_province", "kanreg_id", "kanreg", "kanreg_id"},
	{"kanreg_province", "province_code", "region", "code"},
	{"minimum_wage", "region_code", "region", "code"},
	{"formation", "kode_instansi", "agency", "kode_instansi"},
	{"target", "kanreg_id", "kanreg", "kanreg_id"},
	{"pay_budget", "kode_instansi", "agency", "kode_instansi"},
	{"severity_override", "nullif(kode_instansi, '')", "agency", "kode_instansi"},
	{"submission_window", "nullif(kode_instansi, '')", "agency", "kode_instansi"},
	{"eligibility_policy", "nullif(kode_instansi, '')", "agency", "kode_instansi"},
	{"unit", "kode_instansi", "agency", "kode_instansi"},
	{"position", "min_tk_pendidikan_id", "education_level", "tk_pendidikan_id"},
	{"group_education", "min_tk_pendidikan_id", "education_level", "tk_pendidikan_id"},
};

/* Of one key there is one row a day. A parameter that is a number has one value a day, a list has many. */
static const struct {
	const char *table, *key, *where;
} singles[] = {
	{"agency", "kode_instansi", "true"},
	{"kanreg", "kanreg_id", "true"},
	{"kanreg_province", "kanreg_id, province_code", "true"},
	{"minimum_wage", "region_code, year", "true"},
	{"formation", "kode_instansi, programme, kelompok_lapor", "true"},
	{"target", "kanreg_id, year", "true"},
	{"pay_budget", "kode_instansi, year", "true"},
	{"rule_parameter", "name, value", "true"},
	{"rule_parameter", "name", "name ~ '^(bup_|spmt_)'"},
	{"eligibility_policy", "programme, kode_instansi, terdata_non_asn, ikut_cpns_2024, ikut_pppk_2024_lengkap",
		"true"},
	{"position", "jabatan_id", "true"},
	{"unit", "unor_id", "true"},
	{"required_document", "programme, step, type", "true"},
	{"selection_category", "programme, kategori", "true"},
};

/* Programmes and steps for which more documents are required than a record can bring. */
static const char crowded[] =
	"SELECT DISTINCT d.programme, w.word FROM lantik.required_document d "
	"JOIN lantik.word w ON w.list = 'step' AND w.code = d.step WHERE (SELECT count(*) "
	"FROM lantik.required_document o WHERE o.programme = d.programme AND o.step = d.step "
	"AND o.valid_from <= d.valid_from AND (o.valid_until IS NULL OR d.valid_from < o.valid_until)) > $1::bigint "
	"ORDER BY 1, 2 LIMIT 10";

/* Rows of three: table, key, table in which it is missing. */
static void ask_missing(struct lantik_buffer *sql)
{
	for (size_t i = 0; i < LANTIK_COUNT(references); i++) {
		const char *key = references[i].key, *table = references[i].table, *other = references[i].other;
		lantik_buffer_printf(sql,
			"%sSELECT DISTINCT '%s', %s, '%s' FROM lantik.%s WHERE %s IS NOT NULL AND %s NOT IN "
			"(SELECT %s FROM lantik.%s)",
			i ? " UNION ALL " : "", table, key, other, table, key, key, references[i].other_key, other);
	}
}

/* The same; the third column is empty: valid twice at the same time. */
static void ask_overlapping(struct lantik_buffer *sql)
{
	for (size_t i = 0; i < LANTIK_COUNT(singles); i++) {
		const char *key = singles[i].key, *table = singles[i].table;
		lantik_buffer_printf(sql,
			"%sSELECT DISTINCT '%s', concat_ws(' ', %s), '' FROM (SELECT %s, valid_from, "
			"max(coalesce(valid_until, '2200-01-01')) OVER (PARTITION BY %s ORDER BY valid_from "
			"ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM lantik.%s WHERE %s) AS t "
			"WHERE valid_from < before",
			i ? " UNION ALL " : "", table, key, key, key, table, singles[i].where);
	}
}

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

static int find(struct database *database, void (*ask)(struct lantik_buffer *sql))
{
	struct lantik_buffer sql = {0};
	ask(&sql);
	lantik_buffer_printf(&sql, " ORDER BY 1, 2, 3 LIMIT 10");
	lantik_buffer_append(&sql, "", 1);
	LANTIK_ASSERT(!sql.error);
	PGresult *rows = database_query(database, (const char *)sql.data, 0, NULL);
	lantik_buffer_free(&sql);
	int exit_code = rows ? report(database->cli, rows) : LANTIK_EXIT_OK;
	PQclear(rows);
	return exit_code;
}

static int find_crowded(struct database *database)
{
	char most[16];
	const char *const parameters[] = {most};
	int exit_code = LANTIK_EXIT_OK;
	snprintf(most, sizeof most, "%u", LANTIK_MAX_DOCUMENTS);
	PGresult *rows = database_query(database, crowded, 1, parameters);
	for (int row = 0; rows && row < PQntuples(rows); row++)
		exit_code = lantik_fail(database->cli, 529, LANTIK_EXIT_FAILED,
			"programme %s would require more than %s documents at step %s, and no record can bring more\n"
			"End some of them by their valid_until.",
			"program %s akan mewajibkan lebih dari %s dokumen pada langkah %s, melebihi isi satu rekaman\n"
			"Akhiri sebagian dengan valid_until.",
			cell(rows, row, 0), most, cell(rows, row, 1));
	PQclear(rows);
	return exit_code;
}

/* A line of a text, 1-based, without its end. */
static struct lantik_span line_of(const char *text, unsigned line)
{
	while (line > 1 && strchr(text, '\n')) {
		text = strchr(text, '\n') + 1;
		line--;
	}
	return (struct lantik_span){(const uint8_t *)text, strcspn(text, "\n")};
}

static int refuse_rulebook(struct lantik_cli *cli, enum lantik_error error, const char *text, unsigned line)
{
	const char *why = lantik_error_text(error, lantik_cli_language(cli));
	struct lantik_span at = line_of(text, line);
	if (line < 2)
		return lantik_fail(cli, 527, LANTIK_EXIT_FAILED,
			"the rulebook made from these tables could not be read: %s\nNothing was loaded.",
			"buku aturan dari tabel-tabel ini tidak terbaca: %s\nTidak ada yang dimuat.", why);
	return lantik_fail(cli, 527, LANTIK_EXIT_FAILED,
		"the rulebook made from these tables could not be read: %s\nNothing was loaded. Line %u: %.*s",
		"buku aturan dari tabel-tabel ini tidak terbaca: %s\nTidak ada yang dimuat. Baris %u: %.*s", why, line,
		(int)at.len, (const char *)at.data);
}

/* The rulebook that the tables make; *ret stays NULL, and a failure was reported or the database failed, when none. */
static int read_rulebook(struct database *database, bool report_fault, struct lantik_rulebook **ret)
{
	unsigned line = 0;
	int exit_code = LANTIK_EXIT_OK;
	PGresult *rows = database_query(database, "SELECT lantik.rulebook_text()", 0, NULL);
	if (!rows)
		return LANTIK_EXIT_OK;
	const char *text = cell(rows, 0, 0);
	enum lantik_error error = lantik_rulebook_parse(lantik_span_of(text), ret, &line);
	if (error && report_fault)
		exit_code = refuse_rulebook(database->cli, error, text, line);
	PQclear(rows);
	return exit_code;
}

bool rulebook_digest(struct database *database, char ret[65])
{
	struct lantik_rulebook *rulebook = NULL;
	(void)read_rulebook(database, false, &rulebook);
	if (!rulebook)
		return false;
	lantik_hex_encode(lantik_rulebook_digest(rulebook), LANTIK_HASH, ret);
	lantik_rulebook_free(&rulebook);
	return true;
}

int load_check(struct database *database, char ret_digest[65])
{
	struct lantik_rulebook *rulebook = NULL;
	int exit_code = find(database, ask_missing);
	if (!exit_code)
		exit_code = find(database, ask_overlapping);
	if (!exit_code)
		exit_code = find_crowded(database);
	if (!exit_code && !database->failed)
		exit_code = read_rulebook(database, true, &rulebook);
	if (rulebook)
		lantik_hex_encode(lantik_rulebook_digest(rulebook), LANTIK_HASH, ret_digest);
	lantik_rulebook_free(&rulebook);
	return exit_code;
}
