/* Requests: inserted in one transaction, then read again and again until the daemon has answered each.
 * SPDX-License-Identifier: Apache-2.0 */
#include "requests.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "lantik/statement.h"
#include "sentences.h"

/* The daemon looks twice a second. */
#define LOOK_EVERY_MS 100
#define TIMEOUT_SECONDS 30

static int line_fault(struct lantik_cli *cli, const char *option, unsigned characters)
{
	return lantik_fail(cli, 603, LANTIK_EXIT_USAGE,
		"--%s: expected one line that shows something and hides nothing, of at most %u characters\nIt stands "
		"in the office's receipt for ever.",
		"--%s: seharusnya satu baris yang berisi, tanpa karakter tersembunyi, paling banyak %u "
		"karakter\nIsinya tercantum di tanda terima kantor untuk "
		"selamanya.",
		option, characters);
}

int official_read(struct lantik_cli *cli, struct official *ret)
{
	const char *name = lantik_option_text(cli, "official"), *position = lantik_option_text(cli, "position");
	const char *reason = lantik_option_text(cli, "reason");
	if (!name || !reason)
		return lantik_fail(cli, 604, LANTIK_EXIT_USAGE,
			"--official and --reason are needed: who decides, and why\nBoth stand in the office's receipt.",
			"--official dan --reason diperlukan: siapa yang memutuskan, dan alasannya\nKeduanya tercantum "
			"di "
			"tanda terima kantor.");
	if (!lantik_statement_written(lantik_span_of(name), LANTIK_MAX_OFFICIAL))
		return line_fault(cli, "official", LANTIK_MAX_OFFICIAL);
	if (position && !lantik_statement_written(lantik_span_of(position), LANTIK_MAX_OFFICIAL))
		return line_fault(cli, "position", LANTIK_MAX_OFFICIAL);
	if (!lantik_statement_written(lantik_span_of(reason), LANTIK_MAX_REASON))
		return line_fault(cli, "reason", LANTIK_MAX_REASON);
	*ret = (struct official){name, position, reason};
	return LANTIK_EXIT_OK;
}

static void insert(struct database *database, const struct official *official, struct request *request)
{
	char act[24], batch_no[24];
	struct lantik_buffer array = {0};
	snprintf(act, sizeof act, "%d", (int)request->act);
	snprintf(batch_no, sizeof batch_no, "%" PRId64, request->batch_no);
	records_array(&request->records, &array);
	PGresult *rows = database_query(database,
		"INSERT INTO lantik.decision_request (act, batch_no, record_nos, official_nama, official_jabatan, "
		"reason) "
		"VALUES ($1, $2, $3, $4, $5, $6) RETURNING request_no",
		6,
		(const char *const[]){
			act, batch_no, (const char *)array.data, official->name, official->position, official->reason});
	if (rows)
		request->request_no = cell_number(rows, 0, 0);
	PQclear(rows);
	lantik_buffer_free(&array);
}

bool requests_insert(struct database *database, const struct official *official, struct request *requests, size_t count)
{
	database_run(database, "BEGIN");
	for (size_t i = 0; i < count; i++)
		insert(database, official, &requests[i]);
	return database_commit(database);
}

/* The operator may read these columns as well as the reviewer. */
#define READ                                                                                                           \
	"SELECT r.request_no, r.act, r.batch_no, b.batch_id, array_to_string(r.record_nos, ','), "                     \
	"to_char(r.requested_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "                               \
	"extract(epoch FROM clock_timestamp() - r.requested_at)::bigint, r.requested_by, d.decision_id, "              \
	"d.leaf_index, d.accepted, d.returned, d.review, d.rejected, f.why, f.rule_case "                              \
	"FROM lantik.decision_request r JOIN lantik.batch b ON b.batch_no = r.batch_no "                               \
	"LEFT JOIN lantik.decision d ON d.request_no = r.request_no "                                                  \
	"LEFT JOIN lantik.decision_refusal f ON f.request_no = r.request_no WHERE "

enum {
	REQUEST,
	ACT,
	BATCH,
	ID,
	RECORDS,
	ASKED,
	AGE,
	BY,
	DECISION,
	LEAF,
	ACCEPTED,
	RETURNED,
	REVIEW,
	REJECTED,
	WHY,
	CASE
};

static void read_answer(const PGresult *rows, int row, struct request *ret)
{
	if (cell_or_null(rows, row, DECISION)) {
		ret->state = REQUEST_DONE;
		snprintf(ret->decision_id, sizeof ret->decision_id, "%s", cell(rows, row, DECISION));
		ret->leaf_index = cell_number(rows, row, LEAF);
		ret->accepted = cell_number(rows, row, ACCEPTED);
		ret->returned = cell_number(rows, row, RETURNED);
		ret->review = cell_number(rows, row, REVIEW);
		ret->rejected = cell_number(rows, row, REJECTED);
	} else if (cell_or_null(rows, row, WHY)) {
		ret->state = REQUEST_REFUSED;
		snprintf(ret->why, sizeof ret->why, "%s", cell(rows, row, WHY));
		snprintf(ret->rule_case, sizeof ret->rule_case, "%s", cell(rows, row, CASE));
	}
}

static void read_row(const PGresult *rows, int row, struct request *ret)
{
	*ret = (struct request){.request_no = cell_number(rows, row, REQUEST),
		.act = (enum lantik_act)cell_number(rows, row, ACT),
		.batch_no = cell_number(rows, row, BATCH),
		.age = cell_number(rows, row, AGE)};
	snprintf(ret->batch_id, sizeof ret->batch_id, "%s", cell(rows, row, ID));
	snprintf(ret->asked_at, sizeof ret->asked_at, "%s", cell(rows, row, ASKED));
	snprintf(ret->asked_by, sizeof ret->asked_by, "%s", cell(rows, row, BY));
	LANTIK_ASSERT(records_parse(cell(rows, row, RECORDS), &ret->records));
	read_answer(rows, row, ret);
}

bool request_read(struct database *database, int64_t request_no, struct request *ret)
{
	char number[24];
	snprintf(number, sizeof number, "%" PRId64, request_no);
	PGresult *rows = database_query(database, READ "r.request_no = $1", 1, (const char *const[]){number});
	bool found = rows && PQntuples(rows) == 1;
	if (found)
		read_row(rows, 0, ret);
	PQclear(rows);
	return found;
}

bool requests_waiting(struct database *database, size_t limit, struct request **ret, size_t *ret_count)
{
	char number[24];
	snprintf(number, sizeof number, "%zu", limit);
	PGresult *rows = database_query(database,
		READ "d.request_no IS NULL AND f.request_no IS NULL ORDER BY r.request_no LIMIT $1", 1,
		(const char *const[]){number});
	if (!rows)
		return false;
	*ret_count = (size_t)PQntuples(rows);
	*ret = calloc(*ret_count + 1, sizeof **ret);
	LANTIK_ASSERT(*ret);
	for (size_t i = 0; i < *ret_count; i++)
		read_row(rows, (int)i, &(*ret)[i]);
	PQclear(rows);
	return true;
}

/* Reads the answers that came since the last look; requests are in the order of their numbers. */
static bool look(struct database *database, struct request *requests, size_t count, size_t *waiting)
{
	char first[24], last[24];
	snprintf(first, sizeof first, "%" PRId64, requests[0].request_no);
	snprintf(last, sizeof last, "%" PRId64, requests[count - 1].request_no);
	PGresult *rows = database_query(database,
		READ "r.request_no BETWEEN $1 AND $2 AND (d.request_no IS NOT NULL OR f.request_no IS NOT NULL) "
		     "ORDER BY r.request_no",
		2, (const char *const[]){first, last});
	size_t at = 0;
	for (int row = 0; rows && row < PQntuples(rows); row++) {
		int64_t number = cell_number(rows, row, REQUEST);
		while (at < count && requests[at].request_no < number)
			at++;
		if (at == count || requests[at].request_no != number || requests[at].state != REQUEST_WAITING)
			continue;
		read_answer(rows, row, &requests[at]);
		--*waiting;
	}
	PQclear(rows);
	return rows != NULL;
}

bool requests_wait(struct database *database, struct request *requests, size_t count, size_t *ret_waiting)
{
	const struct timespec pause = {.tv_nsec = LOOK_EVERY_MS * 1000000L};
	struct lantik_cli *cli = database->cli;
	int64_t end = lantik_now_ms() + 1000 * lantik_option_number(cli, "timeout", TIMEOUT_SECONDS);
	size_t waiting = count;
	lantik_progress_start(cli, "requests carried out by lantikd", "permintaan dilaksanakan lantikd", count);
	while (look(database, requests, count, &waiting) && waiting && !lantik_signal() && lantik_now_ms() < end) {
		lantik_progress(cli, count - waiting);
		(void)nanosleep(&pause, NULL);
	}
	lantik_progress_end(cli);
	*ret_waiting = waiting;
	return !database->failed;
}

static const char *state_word(enum request_state state)
{
	return state == REQUEST_DONE ? "done" : state == REQUEST_REFUSED ? "refused" : "waiting";
}

static void tell_json(struct lantik_cli *cli, const struct request *request, const char *records)
{
	bool done = request->state == REQUEST_DONE;
	lantik_json_open(cli, "result");
	lantik_json_number(cli, "request", request->request_no);
	lantik_json_text(cli, "state", state_word(request->state));
	lantik_json_text(cli, "act", lantik_word(LANTIK_WORDS_act, (int32_t)request->act, LANTIK_ENGLISH));
	lantik_json_text(cli, "batch_id", request->batch_id);
	lantik_json_text(cli, "records", records);
	lantik_json_text(cli, "decision_id", done ? request->decision_id : NULL);
	if (done) {
		lantik_json_number(cli, "leaf_index", request->leaf_index);
		lantik_json_number(cli, "accepted", request->accepted);
		lantik_json_number(cli, "returned", request->returned);
		lantik_json_number(cli, "review", request->review);
		lantik_json_number(cli, "rejected", request->rejected);
	}
	if (request->state == REQUEST_REFUSED) {
		lantik_json_text(cli, "rule", *request->rule_case ? request->rule_case : NULL);
		lantik_json_text(cli, "why", request->why);
	}
	lantik_json_close(cli);
}

static void tell_done(struct lantik_cli *cli, const struct request *request, const char *records)
{
	char accepted[32], returned[32], review[32], rejected[32];
	lantik_count_format(cli, request->accepted, accepted);
	lantik_count_format(cli, request->returned, returned);
	lantik_count_format(cli, request->review, review);
	lantik_count_format(cli, request->rejected, rejected);
	lantik_say(cli, "batch %s", "paket %s", request->batch_id);
	say_wrapped(cli, lantik_cli_pick(cli, "  records   ", "  baris       "), 0, records);
	lantik_say(cli, "  decision  %s, leaf %" PRId64, "  keputusan   %s, daun %" PRId64, request->decision_id,
		request->leaf_index);
	lantik_say(cli, "  outcome   accepted %s, returned %s, in review %s, rejected %s",
		"  hasil       diterima %s, dikembalikan %s, ditelaah %s, ditolak (TMS) %s", accepted, returned, review,
		rejected);
}

static int tell_refused(struct lantik_cli *cli, const struct request *request)
{
	enum lantik_case_id id = lantik_case_find(lantik_span_of(request->rule_case));
	return lantik_fail(cli, 605, LANTIK_EXIT_REFUSED, "lantikd refused request %" PRId64 "%s%s: %s\n%s",
		"lantikd menolak permintaan %" PRId64 "%s%s: %s\n%s", request->request_no,
		*request->rule_case ? ", " : "", request->rule_case, request->why,
		*request->rule_case ? case_sentence(cli, id)
				    : lantik_cli_pick(cli, "Nothing was changed.", "Tidak ada yang berubah."));
}

int request_tell(struct lantik_cli *cli, const struct request *request)
{
	struct lantik_buffer records = {0};
	int exit_code = LANTIK_EXIT_OK;
	records_format(&request->records, &records);
	lantik_buffer_append(&records, "", 1);
	tell_json(cli, request, (const char *)records.data);
	if (request->state == REQUEST_DONE)
		tell_done(cli, request, (const char *)records.data);
	else if (request->state == REQUEST_REFUSED)
		exit_code = tell_refused(cli, request);
	else
		exit_code = LANTIK_EXIT_NETWORK;
	lantik_buffer_free(&records);
	return exit_code;
}

int requests_unanswered(struct lantik_cli *cli, const struct request *requests, size_t count, size_t waiting)
{
	int exit_code = lantik_signal() ? lantik_signal_exit() : LANTIK_EXIT_NETWORK;
	size_t at = 0;
	while (at < count && requests[at].state != REQUEST_WAITING)
		at++;
	if (waiting == 1)
		return lantik_fail(cli, 606, exit_code,
			"lantikd has not answered; request %" PRId64
			" stays and will be carried out when lantikd runs\nLook with `lantikctl review status %" PRId64
			"`.",
			"lantikd belum menjawab; permintaan %" PRId64
			" tetap ada dan dilaksanakan bila lantikd berjalan\nLihat dengan `lantikctl review status "
			"%" PRId64 "`.",
			requests[at].request_no, requests[at].request_no);
	return lantik_fail(cli, 606, exit_code,
		"lantikd has not answered %zu requests, from %" PRId64
		" on; they stay and will be carried out when lantikd runs\nLook with `lantikctl review status`.",
		"lantikd belum menjawab %zu permintaan, mulai dari %" PRId64
		"; semuanya tetap ada dan dilaksanakan bila lantikd berjalan\nLihat dengan `lantikctl review status`.",
		waiting, requests[at].request_no);
}
