/* lantikctl replay: shows what the rulebook in force would make of records that are open, and has lantikd do it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "replay.h"

#include <inttypes.h>
#include <string.h>

#include "book.h"
#include "causes.h"
#include "ctl.h"
#include "requests.h"
#include "sentences.h"

/* A batch and every open record that fits, most of them returned long ago: the oldest first. */
static const char query[] =
	"SELECT b.batch_no, b.batch_id FROM lantik.record_state s JOIN lantik.batch b ON b.batch_no = s.batch_no "
	"WHERE s.state IN ('returned', 'review') AND NOT s.corrected AND ($1::bigint IS NULL OR b.batch_no = $1) "
	"AND ($2::text IS NULL OR " CAUSE_IS_ABOUT(
		"s.cause", "$2") ") GROUP BY b.batch_no, b.batch_id ORDER BY b.batch_no";

struct command {
	const char *cause;
	bool apply;
	struct official official;
	struct records records; /* count 0: all */
	struct batch batch;     /* batch_no 0: every batch */
};

static int read_command(struct lantik_cli *cli, struct command *ret)
{
	const char *records = lantik_option_text(cli, "records");
	bool batch = lantik_option_given(cli, "batch");
	ret->cause = lantik_option_text(cli, "cause");
	ret->apply = lantik_option_given(cli, "apply");
	if (!ret->cause == !batch)
		return lantik_fail(cli, 632, LANTIK_EXIT_USAGE,
			"give either --cause or --batch\n`lantikctl returned` shows the causes.",
			"beri salah satu: --cause atau --batch\n`lantikctl returned` menampilkan sebabnya.");
	if (ret->apply && lantik_option_given(cli, "dry-run"))
		return lantik_fail(cli, 633, LANTIK_EXIT_USAGE, "--dry-run and --apply exclude each other",
			"--dry-run dan --apply tidak dapat bersama");
	if (records && !batch)
		return lantik_fail(
			cli, 634, LANTIK_EXIT_USAGE, "--records goes with --batch", "--records memerlukan --batch");
	if (records && strcmp(records, "all") != 0 && !records_parse(records, &ret->records))
		return lantik_fail(cli, 609, LANTIK_EXIT_USAGE,
			"`%s` is no list of records\nGive numbers and ranges such as 3,7-9, or all.",
			"`%s` bukan daftar baris\nTulis nomor dan rentang seperti 3,7-9, atau all.", records);
	return ret->apply ? official_read(cli, &ret->official) : LANTIK_EXIT_OK;
}

static int find_batches(
	struct database *database, const struct command *command, struct replay_batch **ret, size_t *ret_count)
{
	char number[24];
	snprintf(number, sizeof number, "%" PRId64, command->batch.batch_no);
	PGresult *rows = database_query(
		database, query, 2, (const char *const[]){command->batch.batch_no ? number : NULL, command->cause});
	if (!rows)
		return database_fail(database, "could not read what is open", "gagal membaca yang terbuka");
	*ret_count = (size_t)PQntuples(rows);
	*ret = calloc(*ret_count + 1, sizeof **ret);
	LANTIK_ASSERT(*ret);
	for (size_t i = 0; i < *ret_count; i++) {
		(*ret)[i] = (struct replay_batch){.batch_no = cell_number(rows, (int)i, 0), .wanted = command->records};
		snprintf((*ret)[i].id, sizeof(*ret)[i].id, "%s", cell(rows, (int)i, 1));
	}
	PQclear(rows);
	return LANTIK_EXIT_OK;
}

static int judge_all(struct replay *replay, const struct command *command, struct replay_batch *batches, size_t count)
{
	struct lantik_cli *cli = replay->database->cli;
	int exit_code = LANTIK_EXIT_OK;
	lantik_progress_start(cli, "batches judged", "paket diuji", count);
	for (size_t i = 0; i < count && !exit_code; i++) {
		exit_code = lantik_signal() ? lantik_signal_exit() : replay_judge(replay, &batches[i], command->cause);
		lantik_progress(cli, i + 1);
	}
	lantik_progress_end(cli);
	return exit_code;
}

/* ---- what would become of them ---- */

static void add(struct replay_batch *sum, const struct replay_batch *batch)
{
	sum->records += batch->records;
	for (size_t i = 0; i < REPLAY_OUTCOMES; i++)
		sum->outcomes[i] += batch->outcomes[i];
}

static void list_batch(struct lantik_listing *listing, const char *id, const struct replay_batch *batch)
{
	lantik_listing_text(listing, id);
	lantik_listing_number(listing, batch->records);
	for (size_t i = 0; i < REPLAY_OUTCOMES; i++)
		lantik_listing_number(listing, batch->outcomes[i]);
}

static void tell_batches(
	struct lantik_cli *cli, const struct replay_batch *batches, size_t count, const struct replay_batch *sum)
{
	static const struct lantik_column columns[] = {
		{"batch_id", {"batch", "paket"}, false},
		{"records", {"records", "baris"}, true},
		{"accepted", {"accept", "terima"}, true},
		{"register", {"open", "buka"}, true},
		{"review", {"review", "telaah"}, true},
		{"other_cause", {"other", "lain"}, true},
		{"unchanged", {"same", "tetap"}, true},
		{"not_alone", {"bound", "ikat"}, true},
	};
	struct lantik_listing *listing = lantik_listing_new(cli, columns, LANTIK_COUNT(columns));
	for (size_t i = 0; i < count; i++)
		if (batches[i].records)
			list_batch(listing, batches[i].id, &batches[i]);
	if (count > 1 && !lantik_cli_json(cli))
		list_batch(listing, lantik_cli_pick(cli, "together", "jumlah"), sum);
	lantik_listing_print(&listing);
}

static void say_columns(struct lantik_cli *cli, const struct replay_batch *sum)
{
	static const char *const heads[REPLAY_OUTCOMES][2] = {{"  accept  ", "  terima  "},
		{"  open    ", "  buka    "}, {"  review  ", "  telaah  "}, {"  other   ", "  lain    "},
		{"  same    ", "  tetap   "}, {"  bound   ", "  ikat    "}};
	static const char *const texts[REPLAY_OUTCOMES][2] = {
		{"no rule of the record holds it back any more; the register has the last word",
			"tidak ada lagi aturan baris yang menahannya; register yang menentukan terakhir"},
		{"the register held it back: lantikd alone can say what becomes of it",
			"ditahan oleh register: hanya lantikd yang dapat menentukan hasilnya"},
		{"it would wait for an official", "akan menunggu pejabat"},
		{"it would be returned for another cause", "akan dikembalikan dengan sebab lain"},
		{"nothing changes; a replay leaves it as it is", "tidak berubah; uji ulang membiarkannya"},
		{"a rule compares it with its batch: the office corrects it",
			"aturan membandingkannya dengan paketnya: kantor yang memperbaiki"},
	};
	lantik_say(cli, "%s", "%s", "");
	for (size_t i = 0; i < REPLAY_OUTCOMES; i++)
		if (sum->outcomes[i])
			say_wrapped(cli, heads[i][lantik_cli_language(cli)], 0, texts[i][lantik_cli_language(cli)]);
}

static int by_records(const void *a, const void *b)
{
	const struct replay_cause *x = a, *y = b;
	return x->records != y->records ? (x->records < y->records) - (x->records > y->records)
					: strcmp(x->text, y->text);
}

static void tell_causes(struct lantik_cli *cli, struct replay *replay)
{
	struct legend legend = {{false}};
	char head[48], count[32];
	if (replay->cause_count == 0)
		return;
	qsort(replay->causes, replay->cause_count, sizeof *replay->causes, by_records);
	lantik_say(cli, "\nwhat would hold records back", "\nyang akan menahan baris");
	for (size_t i = 0; i < replay->cause_count; i++) {
		const struct replay_cause *cause = &replay->causes[i];
		snprintf(head, sizeof head, "  %8s  ", lantik_count_format(cli, cause->records, count));
		say_wrapped(cli, head, 0, cause->text);
		legend_add(&legend, lantik_span_of(cause->text));
		lantik_json_open(cli, "cause");
		lantik_json_text(cli, "cause", cause->text);
		lantik_json_number(cli, "records", cause->records);
		lantik_json_close(cli);
	}
	legend_say(cli, &legend);
}

static void say_next(struct lantik_cli *cli, uint32_t changes)
{
	say_wrapped(cli, "", 0,
		changes == 0
			? lantik_cli_pick(cli, "Nothing would change.", "Tidak ada yang akan berubah.")
			: lantik_cli_pick(cli,
				  "Nothing was changed. The same command with --apply --official NAME --position TEXT "
				  "--reason TEXT has lantikd carry it out; each office gets a receipt.",
				  "Belum ada yang diubah. Perintah yang sama dengan --apply --official NAMA --position "
				  "TEKS --reason TEKS meminta lantikd melaksanakannya; setiap kantor menerima tanda "
				  "terima."));
}

static void tell_dry_run(
	struct lantik_cli *cli, struct replay *replay, const struct replay_batch *batches, size_t count)
{
	struct replay_batch sum = {0};
	struct lantik_buffer rules = {0};
	for (size_t i = 0; i < count; i++)
		add(&sum, &batches[i]);
	tell_batches(cli, batches, count, &sum);
	say_columns(cli, &sum);
	tell_causes(cli, replay);
	unjudged_format(&replay->unjudged, &rules);
	lantik_buffer_append(&rules, "", 1);
	if (rules.len > 1) {
		lantik_say(cli, "\nnot judged here, since they need the register",
			"\ntidak diuji di sini karena memerlukan register");
		say_wrapped(cli, "  ", 0, (const char *)rules.data);
	}
	lantik_summary_number(cli, "batches", (int64_t)count);
	lantik_summary_number(cli, "records", sum.records);
	lantik_summary_text(cli, "not_judged", (const char *)rules.data);
	lantik_say(cli, "%s", "%s", "");
	say_next(cli, sum.records - sum.outcomes[REPLAY_SAME] - sum.outcomes[REPLAY_ALONE]);
	lantik_buffer_free(&rules);
}

/* ---- having it done ---- */

static size_t make_requests(const struct replay_batch *batches, size_t count, struct request *ret)
{
	size_t made = 0;
	for (size_t i = 0; i < count; i++) {
		if (batches[i].replayed.count == 0)
			continue;
		struct request *request = &ret[made++];
		*request = (struct request){
			.act = LANTIK_REPLAY, .batch_no = batches[i].batch_no, .records = batches[i].replayed};
		memcpy(request->batch_id, batches[i].id, sizeof request->batch_id);
	}
	return made;
}

/* The gravest exit code of all. */
static int tell_requests(struct lantik_cli *cli, const struct request *requests, size_t count, struct request *sum)
{
	int exit_code = LANTIK_EXIT_OK;
	for (size_t i = 0; i < count; i++) {
		int own = request_tell(cli, &requests[i]);
		exit_code = own > exit_code ? own : exit_code;
		sum->accepted += requests[i].accepted;
		sum->returned += requests[i].returned;
		sum->review += requests[i].review;
	}
	return exit_code;
}

static int tell_applied(struct lantik_cli *cli, const struct request *requests, size_t count, size_t waiting)
{
	struct request sum = {0};
	char accepted[32], returned[32], review[32];
	int exit_code = tell_requests(cli, requests, count, &sum);
	if (count > 1)
		lantik_say(cli, "together: accepted %s, returned %s, in review %s",
			"jumlah: diterima %s, dikembalikan %s, ditelaah %s",
			lantik_count_format(cli, sum.accepted, accepted),
			lantik_count_format(cli, sum.returned, returned), lantik_count_format(cli, sum.review, review));
	lantik_summary_number(cli, "accepted", sum.accepted);
	lantik_summary_number(cli, "returned", sum.returned);
	lantik_summary_number(cli, "review", sum.review);
	lantik_summary_number(cli, "waiting", (int64_t)waiting);
	if (waiting)
		return requests_unanswered(cli, requests, count, waiting);
	return exit_code == LANTIK_EXIT_OK && sum.returned + sum.review ? LANTIK_EXIT_PARTIAL : exit_code;
}

static int apply(
	struct database *database, const struct command *command, const struct replay_batch *batches, size_t count)
{
	struct lantik_cli *cli = database->cli;
	struct request *requests = calloc(count + 1, sizeof *requests);
	int exit_code = LANTIK_EXIT_OK;
	size_t waiting = 0;
	LANTIK_ASSERT(requests);
	size_t made = make_requests(batches, count, requests);
	if (made == 0)
		lantik_say(cli, "nothing would change; nothing was asked of lantikd",
			"tidak ada yang akan berubah; tidak ada yang diminta dari lantikd");
	else if (!requests_insert(database, &command->official, requests, made))
		exit_code = database_fail(database, "could not ask for the replay", "gagal meminta uji ulang");
	else if (!requests_wait(database, requests, made, &waiting))
		exit_code = lantik_fail(cli, 614, LANTIK_EXIT_NETWORK,
			"%zu requests were made, from %" PRId64
			" on, but the database was lost while waiting: %s\nLook with "
			"`lantikctl review status`.",
			"%zu permintaan sudah dibuat, mulai dari %" PRId64
			", tetapi basis data terputus saat menunggu: %s\n"
			"Lihat dengan `lantikctl review status`.",
			made, requests[0].request_no, database->fault);
	else
		exit_code = tell_applied(cli, requests, made, waiting);
	lantik_summary_number(cli, "requests", (int64_t)made);
	free(requests);
	return exit_code;
}

static int no_record(struct lantik_cli *cli)
{
	return lantik_fail(cli, 635, LANTIK_EXIT_FAILED,
		"no open record fits\n`lantikctl returned` shows the causes of what was returned, `lantikctl review "
		"list` "
		"what waits.",
		"tidak ada baris terbuka yang cocok\n`lantikctl returned` menampilkan sebab pengembalian, `lantikctl "
		"review "
		"list` yang menunggu.");
}

static int replay(struct database *database, const struct command *command)
{
	struct replay_batch *batches = NULL;
	struct book book;
	size_t count = 0, records = 0;
	int exit_code = book_in_force(database, &book);
	struct replay all = {.database = database, .rulebook = book.rulebook};
	if (!exit_code)
		exit_code = find_batches(database, command, &batches, &count);
	if (!exit_code)
		exit_code = judge_all(&all, command, batches, count);
	for (size_t i = 0; i < count; i++)
		records += batches[i].records;
	if (!exit_code && records == 0)
		exit_code = no_record(database->cli);
	else if (!exit_code && command->apply)
		exit_code = apply(database, command, batches, count);
	else if (!exit_code)
		tell_dry_run(database->cli, &all, batches, count);
	replay_free(&all);
	free(batches);
	book_free(&book);
	return exit_code;
}

int ctl_replay(struct lantik_cli *cli)
{
	struct database database;
	struct command command = {0};
	int exit_code = read_command(cli, &command);
	if (exit_code)
		return exit_code;
	exit_code = database_open_migrated(cli, &database);
	if (!exit_code)
		exit_code = database_needs(&database, "returned_record", "bytes", "SELECT", "lantik_reviewer");
	if (!exit_code && command.apply)
		exit_code = database_needs(&database, "decision_request", "act", "INSERT", "lantik_reviewer");
	if (!exit_code && lantik_option_given(cli, "batch"))
		exit_code = batch_find(&database, lantik_option_text(cli, "batch"), &command.batch);
	if (!exit_code)
		exit_code = replay(&database, &command);
	database_close(&database);
	return exit_code;
}
