/* lantikctl review accept, return and reject: asks lantikd to carry out what an official decided, and waits for it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "batches.h"
#include "ctl.h"
#include "requests.h"
#include "sentences.h"

/* The records of the batch by what they are now. */
struct standing {
	struct records review, returned, accepted, rejected;
};

static bool read_standing(struct database *database, int64_t batch_no, struct standing *ret)
{
	char number[24];
	snprintf(number, sizeof number, "%" PRId64, batch_no);
	PGresult *rows = database_query(database,
		"SELECT record_no, state FROM lantik.record_state WHERE batch_no = $1 ORDER BY record_no", 1,
		(const char *const[]){number});
	for (int row = 0; rows && row < PQntuples(rows); row++) {
		const char *state = cell(rows, row, 1);
		struct records *records = strcmp(state, "review") == 0     ? &ret->review
					  : strcmp(state, "returned") == 0 ? &ret->returned
					  : strcmp(state, "accepted") == 0 ? &ret->accepted
									   : &ret->rejected;
		records_add(records, (uint32_t)cell_number(rows, row, 0));
	}
	PQclear(rows);
	return rows != NULL;
}

/* The lists of the command line: `all` is what waits. */
static int read_records(struct lantik_cli *cli, const struct standing *is, struct records *ret)
{
	for (unsigned i = 1; i < lantik_argument_count(cli); i++) {
		const char *list = lantik_argument(cli, i);
		if (strcmp(list, "all") == 0)
			for (uint32_t no = records_next(&is->review, 0); no; no = records_next(&is->review, no))
				records_add(ret, no);
		else if (!records_parse(list, ret))
			return lantik_fail(cli, 609, LANTIK_EXIT_USAGE,
				"`%s` is no list of records\nGive numbers and ranges such as 3,7-9, or all.",
				"`%s` bukan daftar baris\nTulis nomor dan rentang seperti 3,7-9, atau all.", list);
	}
	return LANTIK_EXIT_OK;
}

/* Appends `7-9 returned already; ` for those of the wanted records that are in the state. */
static void append_standing(const struct records *wanted, const struct records *state, const char *text,
	struct records *known, struct lantik_buffer *ret)
{
	struct records both = {0};
	for (uint32_t no = records_next(wanted, 0); no; no = records_next(wanted, no))
		if (records_hold(state, no))
			records_add(&both, no);
	for (uint32_t no = records_next(&both, 0); no; no = records_next(&both, no))
		records_add(known, no);
	if (both.count == 0)
		return;
	lantik_buffer_printf(ret, "%s", ret->len ? "; " : "");
	records_format(&both, ret);
	lantik_buffer_printf(ret, " %s", text);
}

static int check_standing(struct lantik_cli *cli, const struct standing *is, const struct records *wanted)
{
	struct lantik_buffer text = {0};
	struct records known = is->review, others = {0};
	if (wanted->count == 0)
		return lantik_fail(cli, 610, LANTIK_EXIT_FAILED, "no record of this batch waits for an official",
			"tidak ada baris paket ini yang menunggu pejabat");
	append_standing(wanted, &is->returned, lantik_cli_pick(cli, "returned to the office", "dikembalikan ke kantor"),
		&known, &text);
	append_standing(
		wanted, &is->accepted, lantik_cli_pick(cli, "accepted before", "sudah diterima"), &known, &text);
	append_standing(wanted, &is->rejected, lantik_cli_pick(cli, "rejected before", "sudah ditolak"), &known, &text);
	for (uint32_t no = records_next(wanted, 0); no; no = records_next(wanted, no))
		if (!records_hold(&known, no))
			records_add(&others, no);
	append_standing(wanted, &others,
		lantik_cli_pick(cli, "accepted with the batch, or not in it",
			"diterima bersama paket, atau tidak ada di dalamnya"),
		&known, &text);
	lantik_buffer_append(&text, "", 1);
	int exit_code = LANTIK_EXIT_OK;
	if (text.len > 1)
		exit_code = lantik_fail(cli, 611, LANTIK_EXIT_FAILED,
			"only records that wait for an official can be decided: %s\n`lantikctl review list` shows "
			"those "
			"that wait; nothing was changed.",
			"hanya baris yang menunggu pejabat dapat diputuskan: %s\n`lantikctl review list` menampilkan "
			"yang "
			"menunggu; tidak ada yang berubah.",
			(const char *)text.data);
	lantik_buffer_free(&text);
	return exit_code;
}

/* A TMS ends a person's proposal: on a terminal it is asked for, elsewhere --yes says so. */
static int confirm_reject(struct lantik_cli *cli, const struct request *request)
{
	char answer[16] = "", count[32];
	if (lantik_option_given(cli, "yes"))
		return LANTIK_EXIT_OK;
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return lantik_fail(cli, 612, LANTIK_EXIT_USAGE,
			"rejecting makes people TMS, which cannot be taken back\nAdd --yes when that is meant.",
			"menolak menjadikan orang TMS dan tidak dapat ditarik kembali\nTambahkan --yes bila itu "
			"dimaksudkan.");
	lantik_remark(cli, "%s records of batch %s become TMS; this cannot be taken back. Type yes to reject:",
		"%s baris paket %s menjadi TMS; tidak dapat ditarik kembali. Ketik ya untuk menolak:",
		lantik_count_format(cli, request->records.count, count), request->batch_id);
	if (fgets(answer, sizeof answer, stdin))
		answer[strcspn(answer, "\r\n")] = '\0';
	if (strcmp(answer, "yes") == 0 || strcmp(answer, "ya") == 0)
		return LANTIK_EXIT_OK;
	return lantik_fail(cli, 613, LANTIK_EXIT_FAILED, "not rejected; nothing was changed",
		"tidak ditolak; tidak ada yang berubah");
}

static int carry_out(struct database *database, const struct official *official, struct request *request)
{
	struct lantik_cli *cli = database->cli;
	size_t waiting = 0;
	if (!requests_insert(database, official, request, 1))
		return database_fail(database, "could not ask for the decision", "gagal meminta keputusan");
	if (!requests_wait(database, request, 1, &waiting))
		return lantik_fail(cli, 614, LANTIK_EXIT_NETWORK,
			"request %" PRId64
			" was made, but the database was lost while waiting: %s\nLook with `lantikctl "
			"review status %" PRId64 "`.",
			"permintaan %" PRId64
			" sudah dibuat, tetapi basis data terputus saat menunggu: %s\nLihat dengan "
			"`lantikctl review status %" PRId64 "`.",
			request->request_no, database->fault, request->request_no);
	int exit_code = request_tell(cli, request);
	return waiting ? requests_unanswered(cli, request, 1, waiting) : exit_code;
}

static int prepare(struct database *database, struct request *request)
{
	struct standing is = {{{0}, 0}, {{0}, 0}, {{0}, 0}, {{0}, 0}};
	struct batch batch;
	int exit_code = batch_find(database, lantik_argument(database->cli, 0), &batch);
	if (exit_code)
		return exit_code;
	if (!read_standing(database, batch.batch_no, &is))
		return database_fail(database, "could not read the records", "gagal membaca baris");
	request->batch_no = batch.batch_no;
	memcpy(request->batch_id, batch.id, sizeof request->batch_id);
	exit_code = read_records(database->cli, &is, &request->records);
	if (!exit_code)
		exit_code = check_standing(database->cli, &is, &request->records);
	if (!exit_code && request->act == LANTIK_REJECT)
		exit_code = confirm_reject(database->cli, request);
	return exit_code;
}

static int decide(struct lantik_cli *cli, enum lantik_act act)
{
	struct database database;
	struct official official;
	struct request request = {.act = act};
	int exit_code = official_read(cli, &official);
	if (exit_code)
		return exit_code;
	exit_code = database_open_migrated(cli, &database);
	if (!exit_code)
		exit_code = database_needs(&database, "decision_request", "act", "INSERT", "lantik_reviewer");
	if (!exit_code)
		exit_code = prepare(&database, &request);
	if (!exit_code)
		exit_code = carry_out(&database, &official, &request);
	database_close(&database);
	return exit_code;
}

int ctl_review_accept(struct lantik_cli *cli)
{
	return decide(cli, LANTIK_ACCEPT);
}

int ctl_review_return(struct lantik_cli *cli)
{
	return decide(cli, LANTIK_RETURN);
}

int ctl_review_reject(struct lantik_cli *cli)
{
	return decide(cli, LANTIK_REJECT);
}
