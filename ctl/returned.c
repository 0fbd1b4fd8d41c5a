/* lantikctl returned: the records that were given back, grouped by cause over all batches.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "batches.h"
#include "causes.h"
#include "ctl.h"
#include "sentences.h"

/* $1 office, $2 agency, $3 first day, $4 cause, $5 also those that were corrected or decided since */
static const char query[] =
	"WITH r AS (SELECT s.batch_no, b.office_no, coalesce(s.cause, t.cause, '') AS cause, "
	"coalesce(d.recorded_at, b.recorded_at) AS returned_at FROM lantik.record_state s "
	"JOIN lantik.returned_record t ON t.batch_no = s.batch_no AND t.record_no = s.record_no "
	"JOIN lantik.batch b ON b.batch_no = s.batch_no JOIN lantik.office o ON o.office_no = b.office_no "
	"LEFT JOIN lantik.decision d ON d.decision_no = s.decision_no "
	"WHERE CASE WHEN $5::boolean THEN t.outcome = 1 OR s.state = 'returned' "
	"ELSE s.state = 'returned' AND NOT s.corrected END "
	"AND ($1::text IS NULL OR o.name = $1) AND ($2::text IS NULL OR b.kode_instansi = $2)) "
	"SELECT cause, count(*), count(DISTINCT batch_no), count(DISTINCT office_no), "
	"(extract(epoch FROM min(returned_at)) * 1000000)::bigint, (extract(epoch FROM max(returned_at)) * "
	"1000000)::bigint "
	"FROM r WHERE ($3::text IS NULL OR returned_at >= $3::timestamp AT TIME ZONE 'Asia/Jakarta') "
	"AND ($4::text IS NULL OR " CAUSE_IS_ABOUT("cause", "$4") ") GROUP BY cause ORDER BY 2 DESC, 1";

enum { CAUSE, RECORDS, BATCHES, OFFICES, OLDEST, NEWEST };

static void tell_json(struct lantik_cli *cli, const PGresult *rows, int row)
{
	struct lantik_span cause = lantik_span_of(cell(rows, row, CAUSE)), token;
	char at[28];
	lantik_json_open(cli, "result");
	lantik_json_span(cli, "cause", cause);
	lantik_json_number(cli, "records", cell_number(rows, row, RECORDS));
	lantik_json_number(cli, "batches", cell_number(rows, row, BATCHES));
	lantik_json_number(cli, "offices", cell_number(rows, row, OFFICES));
	lantik_instant_format(cell_number(rows, row, OLDEST), at);
	lantik_json_text(cli, "oldest", at);
	lantik_instant_format(cell_number(rows, row, NEWEST), at);
	lantik_json_text(cli, "newest", at);
	lantik_json_list(cli, "expected");
	while (cause_next(&cause, &token))
		lantik_json_text(cli, NULL, case_sentence(cli, cause_case(token)));
	lantik_json_end(cli);
	lantik_json_close(cli);
}

static void tell_group(struct lantik_listing *listing, const PGresult *rows, int row)
{
	char day[11];
	for (int column = RECORDS; column <= OFFICES; column++)
		lantik_listing_number(listing, cell_number(rows, row, column));
	lantik_listing_text(listing, day_of(cell_number(rows, row, OLDEST), day));
	lantik_listing_text(listing, day_of(cell_number(rows, row, NEWEST), day));
	lantik_listing_text(listing, cell(rows, row, CAUSE));
}

static void tell_text(struct lantik_cli *cli, const PGresult *rows)
{
	static const struct lantik_column columns[] = {
		{"records", {"records", "baris"}, true},
		{"batches", {"batches", "paket"}, true},
		{"offices", {"offices", "kantor"}, true},
		{"oldest", {"oldest", "terlama"}, false},
		{"newest", {"newest", "terbaru"}, false},
		{"cause", {"cause", "sebab"}, false},
	};
	struct lantik_listing *listing = lantik_listing_new(cli, columns, LANTIK_COUNT(columns));
	struct legend legend = {{false}};
	for (int row = 0; row < PQntuples(rows); row++) {
		tell_group(listing, rows, row);
		legend_add(&legend, lantik_span_of(cell(rows, row, CAUSE)));
	}
	lantik_listing_print(&listing);
	lantik_say(cli, "%s", "%s", "");
	legend_say(cli, &legend);
}

static void tell(struct lantik_cli *cli, const PGresult *rows)
{
	int64_t records = 0;
	char count[32];
	for (int row = 0; row < PQntuples(rows); row++) {
		records += cell_number(rows, row, RECORDS);
		if (lantik_cli_json(cli))
			tell_json(cli, rows, row);
	}
	if (records && !lantik_cli_json(cli))
		tell_text(cli, rows);
	if (records)
		lantik_say(cli,
			"\n%s returned records, %d causes; what the rulebook in force makes of a group:\n"
			"  lantikctl replay --cause CAUSE",
			"\n%s baris dikembalikan, %d sebab; hasil satu kelompok menurut buku aturan kini:\n"
			"  lantikctl replay --cause SEBAB",
			lantik_count_format(cli, records, count), PQntuples(rows));
	else
		lantik_say(cli, "no returned record", "tidak ada baris yang dikembalikan");
	lantik_summary_number(cli, "records", records);
	lantik_summary_number(cli, "causes", PQntuples(rows));
}

static int list(struct database *database)
{
	struct lantik_cli *cli = database->cli;
	PGresult *rows = database_query(database, query, 5,
		(const char *const[]){lantik_option_text(cli, "office"), lantik_option_text(cli, "agency"),
			lantik_option_text(cli, "since"), lantik_option_text(cli, "cause"),
			lantik_option_given(cli, "all") ? "t" : "f"});
	if (!rows)
		return database_fail(database, "could not read what was returned", "gagal membaca yang dikembalikan");
	tell(cli, rows);
	PQclear(rows);
	return LANTIK_EXIT_OK;
}

int ctl_returned(struct lantik_cli *cli)
{
	struct database database;
	const char *since = lantik_option_text(cli, "since");
	if (since && !lantik_date_valid(lantik_date_parse(lantik_span_of(since))))
		return lantik_fail(cli, 620, LANTIK_EXIT_USAGE, "--since takes a date such as 2025-10-01, not `%s`",
			"--since memerlukan tanggal seperti 2025-10-01, bukan `%s`", since);
	int exit_code = database_open_migrated(cli, &database);
	if (!exit_code)
		exit_code = database_needs(&database, "record_state", "state", "SELECT", "lantik_reviewer");
	if (!exit_code)
		exit_code = list(&database);
	database_close(&database);
	return exit_code;
}
