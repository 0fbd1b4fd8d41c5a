/* lantikctl review list: the records that wait for an official, without anything of a person.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "batches.h"
#include "causes.h"
#include "ctl.h"
#include "records.h"
#include "sentences.h"

static const char query[] =
	"SELECT b.batch_id, o.name, b.kode_instansi, b.kind, b.step, s.record_no, coalesce(s.cause, ''), "
	"(extract(epoch FROM coalesce(d.recorded_at, b.recorded_at)) * 1000000)::bigint "
	"FROM lantik.record_state s JOIN lantik.batch b ON b.batch_no = s.batch_no "
	"JOIN lantik.office o ON o.office_no = b.office_no "
	"LEFT JOIN lantik.decision d ON d.decision_no = s.decision_no "
	"WHERE s.state = 'review' AND ($1::text IS NULL OR o.name = $1) AND ($2::text IS NULL OR b.kode_instansi = $2) "
	"AND ($3::text IS NULL OR " CAUSE_IS_ABOUT("s.cause", "$3") ") ORDER BY b.batch_no, 8, 7, s.record_no";

enum { BATCH, OFFICE, AGENCY, KIND, STEP, RECORD, CAUSE, SINCE };

static bool same(const PGresult *rows, int a, int b, int column)
{
	return strcmp(cell(rows, a, column), cell(rows, b, column)) == 0;
}

static void tell_json(struct lantik_cli *cli, const PGresult *rows, int row)
{
	char since[28];
	lantik_instant_format(cell_number(rows, row, SINCE), since);
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "batch_id", cell(rows, row, BATCH));
	lantik_json_text(cli, "office", cell(rows, row, OFFICE));
	lantik_json_number(cli, "record", cell_number(rows, row, RECORD));
	lantik_json_text(cli, "agency", cell(rows, row, AGENCY));
	lantik_json_text(
		cli, "kind", lantik_word(LANTIK_WORDS_kind, (int32_t)cell_number(rows, row, KIND), LANTIK_ENGLISH));
	lantik_json_text(
		cli, "step", lantik_word(LANTIK_WORDS_step, (int32_t)cell_number(rows, row, STEP), LANTIK_ENGLISH));
	lantik_json_text(cli, "cause", cell(rows, row, CAUSE));
	lantik_json_text(cli, "since", since);
	lantik_json_close(cli);
}

static void tell_batch(struct lantik_cli *cli, const PGresult *rows, int row)
{
	char kind[64];
	batch_kind((int32_t)cell_number(rows, row, KIND), (int32_t)cell_number(rows, row, STEP), kind);
	lantik_say(cli, "batch %s  %s  agency %s  %s", "paket %s  %s  instansi %s  %s", cell(rows, row, BATCH),
		cell(rows, row, OFFICE), cell(rows, row, AGENCY), kind);
}

/* The rows from `row` on that wait since the same moment for the same cause; returns how many. */
static int tell_group(struct lantik_cli *cli, const PGresult *rows, int row)
{
	struct records records = {0};
	struct lantik_buffer list = {0};
	char day[11], head[32];
	int end = row;
	while (end < PQntuples(rows) && same(rows, row, end, BATCH) && same(rows, row, end, CAUSE) &&
		same(rows, row, end, SINCE))
		records_add(&records, (uint32_t)cell_number(rows, end++, RECORD));
	records_format(&records, &list);
	lantik_buffer_append(&list, "", 1);
	snprintf(head, sizeof head, "  %s %s  ", lantik_cli_pick(cli, "since", "sejak"),
		day_of(cell_number(rows, row, SINCE), day));
	say_wrapped(cli, head, 0, cell(rows, row, CAUSE));
	say_wrapped(cli, lantik_cli_pick(cli, "    records ", "    baris "), 0, (const char *)list.data);
	lantik_buffer_free(&list);
	return end - row;
}

/* How many batches. */
static int tell(struct lantik_cli *cli, const PGresult *rows)
{
	struct legend legend = {{false}};
	int batches = 0;
	for (int row = 0; row < PQntuples(rows); row++) {
		legend_add(&legend, lantik_span_of(cell(rows, row, CAUSE)));
		batches += row == 0 || !same(rows, row - 1, row, BATCH);
		if (lantik_cli_json(cli))
			tell_json(cli, rows, row);
	}
	for (int row = 0; row < PQntuples(rows) && !lantik_cli_json(cli);) {
		if (row == 0 || !same(rows, row - 1, row, BATCH))
			tell_batch(cli, rows, row);
		row += tell_group(cli, rows, row);
	}
	if (batches)
		lantik_say(cli, "%s", "%s", "");
	legend_say(cli, &legend);
	return batches;
}

static int list(struct database *database)
{
	struct lantik_cli *cli = database->cli;
	char count[32];
	PGresult *rows = database_query(database, query, 3,
		(const char *const[]){lantik_option_text(cli, "office"), lantik_option_text(cli, "agency"),
			lantik_option_text(cli, "rule")});
	if (!rows)
		return database_fail(database, "could not read what waits", "gagal membaca yang menunggu");
	int batches = tell(cli, rows);
	lantik_count_format(cli, PQntuples(rows), count);
	if (batches)
		lantik_say(cli, "%s records in %d batches wait for an official: lantikctl review show BATCH RECORD",
			"%s baris dalam %d paket menunggu pejabat: lantikctl review show PAKET BARIS", count, batches);
	else
		lantik_say(cli, "nothing waits for an official", "tidak ada yang menunggu pejabat");
	lantik_summary_number(cli, "records", PQntuples(rows));
	lantik_summary_number(cli, "batches", batches);
	PQclear(rows);
	return LANTIK_EXIT_OK;
}

int ctl_review_list(struct lantik_cli *cli)
{
	struct database database;
	int exit_code = database_open_migrated(cli, &database);
	if (!exit_code)
		exit_code = database_needs(&database, "record_state", "state", "SELECT", "lantik_reviewer");
	if (!exit_code)
		exit_code = list(&database);
	database_close(&database);
	return exit_code;
}
