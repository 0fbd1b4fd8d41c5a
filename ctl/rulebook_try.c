/* lantikctl rulebook try: judges the stored batches of the last days by another rulebook and shows what would change.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "body.h"
#include "ctl.h"
#include "impact_tell.h"

#define DAYS 30

/* A list first and then one body at a time: what is held does not grow with the days. */
static const char list_query[] =
	"SELECT b.batch_no, o.name, (extract(epoch FROM b.received_at) * 1000000)::bigint, b.row_count "
	"FROM lantik.batch b JOIN lantik.office o ON o.office_no = b.office_no "
	"WHERE b.received_at >= now() - make_interval(days => $1::integer) AND ($2::text IS NULL OR o.name = $2) "
	"ORDER BY b.batch_no";

enum { NUMBER, OFFICE, RECEIVED, ROWS };

/* One batch of the list; false when the database failed. Without an erased person it is another batch, and left out.
 * One that is damaged is empty: it is counted as unreadable. */
static bool try_batch(
	struct database *database, const PGresult *list, int row, struct impact *impact, struct lantik_buffer *body)
{
	enum body_found found = BODY_DAMAGED;
	if (!body_read(database, cell_number(list, row, NUMBER), body, &found))
		return false;
	if (found == BODY_DAMAGED)
		lantik_buffer_reset(body);
	if (found != BODY_ERASED)
		impact_batch(
			impact, cell(list, row, OFFICE), lantik_buffer_span(body), cell_number(list, row, RECEIVED));
	return true;
}

static int judge_all(struct database *database, const PGresult *list, struct impact *impact)
{
	struct lantik_buffer body = {0};
	struct lantik_cli *cli = database->cli;
	uint64_t total = 0;
	for (int row = 0; row < PQntuples(list); row++)
		total += (uint64_t)cell_number(list, row, ROWS);
	lantik_progress_start(cli, "records judged", "baris diuji", total);
	for (int row = 0; row < PQntuples(list) && !lantik_signal() && try_batch(database, list, row, impact, &body);
		row++)
		lantik_progress(cli, impact->records);
	lantik_progress_end(cli);
	lantik_buffer_free(&body);
	if (database->failed)
		return database_fail(database, "could not read the stored batches", "gagal membaca paket tersimpan");
	return lantik_signal() ? lantik_signal_exit() : LANTIK_EXIT_OK;
}

static int try_book(struct database *database, const struct book books[2])
{
	struct lantik_cli *cli = database->cli;
	char days[24];
	int64_t count = lantik_option_number(cli, "days", DAYS);
	struct impact impact;
	snprintf(days, sizeof days, "%" PRId64, count);
	PGresult *list =
		database_query(database, list_query, 2, (const char *const[]){days, lantik_option_text(cli, "office")});
	if (!list)
		return database_fail(database, "could not read the stored batches", "gagal membaca paket tersimpan");
	impact_open(&impact, books[0].rulebook, books[1].rulebook);
	int exit_code = judge_all(database, list, &impact);
	if (!exit_code) {
		impact_tell(cli, &impact, count);
		exit_code = impact.differs ? LANTIK_EXIT_PARTIAL : LANTIK_EXIT_OK;
	}
	impact_free(&impact);
	PQclear(list);
	return exit_code;
}

static int compare(struct database *database, const char *const *paths, unsigned count)
{
	struct book books[2] = {{.rulebook = NULL}, {.rulebook = NULL}};
	int exit_code = book_in_force(database, &books[0]);
	if (!exit_code)
		exit_code = book_with(database, paths, count, &books[1]);
	if (!exit_code) {
		if (!impact_tell_lines(database->cli, &books[0], &books[1]))
			lantik_say(database->cli, "  both are the same", "  keduanya sama");
		exit_code = try_book(database, books);
	}
	book_free(&books[0]);
	book_free(&books[1]);
	return exit_code;
}

int ctl_rulebook_try(struct lantik_cli *cli)
{
	unsigned count = lantik_argument_count(cli);
	const char **paths = calloc(count, sizeof *paths);
	struct database database;
	LANTIK_ASSERT(paths);
	for (unsigned i = 0; i < count; i++)
		paths[i] = lantik_argument(cli, i);
	int exit_code = database_open_migrated(cli, &database);
	if (!exit_code)
		exit_code = database_needs(&database, "register", "nik", "SELECT", "lantik_reviewer");
	if (!exit_code)
		exit_code = compare(&database, paths, count);
	database_close(&database);
	free(paths);
	return exit_code;
}
