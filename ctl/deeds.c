/* Deeds: written, signed and inserted as a request, then read again and again until the daemon has answered.
 * SPDX-License-Identifier: Apache-2.0 */
#include "deeds.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "lantik/statement.h"
#include "lantik/trust.h"

/* The daemon looks twice a second. */
#define LOOK_EVERY_MS 100
#define KEY_FILE_LIMIT 4096u

static int read_origin(struct database *database, char ret[LANTIK_MAX_ORIGIN + 1])
{
	PGresult *rows = database_query(database, "SELECT origin FROM lantik.ledger_head", 0, NULL);
	bool set = rows && PQntuples(rows) == 1 && !PQgetisnull(rows, 0, 0);
	if (set)
		snprintf(ret, LANTIK_MAX_ORIGIN + 1, "%s", cell(rows, 0, 0));
	PQclear(rows);
	if (database->failed)
		return database_fail(database, "could not read the ledger's name", "gagal membaca nama buku besar");
	if (!set)
		return lantik_fail(database->cli, 570, LANTIK_EXIT_NOT_SET_UP,
			"the ledger has no name yet\nRun `lantikctl migrate --origin NAME` first.",
			"buku besar belum bernama\nJalankan `lantikctl migrate --origin NAMA` lebih dahulu.");
	return LANTIK_EXIT_OK;
}

static void make_id(uint8_t ret[16])
{
	struct timespec now;
	uint8_t random[10];
	clock_gettime(CLOCK_REALTIME, &now);
	lantik_random(random, sizeof random);
	lantik_id_make((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000, random, ret);
}

int deed_begin(struct database *database, enum lantik_deed_kind kind, struct deed_ask *ret)
{
	const char *role = kind == LANTIK_DEED_ERASE ? "lantik_reviewer" : "lantik_operator";
	*ret = (struct deed_ask){.deed = {.kind = kind}};
	int exit_code = database_needs(database, "deed_request", "kind", "INSERT", role);
	if (!exit_code)
		exit_code = read_origin(database, ret->origin);
	if (exit_code)
		return exit_code;
	make_id(ret->deed.deed_id);
	ret->deed.origin = lantik_span_of(ret->origin);
	return LANTIK_EXIT_OK;
}

/* ---- words and keys ---- */

static int line_fault(struct lantik_cli *cli, const char *option, unsigned characters)
{
	return lantik_fail(cli, 571, LANTIK_EXIT_USAGE,
		"--%s: expected one line that shows something and hides nothing, of at most %u characters\nIt stands "
		"in the ledger for ever.",
		"--%s: seharusnya satu baris yang berisi, tanpa karakter tersembunyi, paling banyak %u "
		"karakter\nIsinya tercatat di buku besar untuk selamanya.",
		option, characters);
}

static int read_word(
	struct lantik_cli *cli, const char *option, bool needed, unsigned characters, struct lantik_span *ret)
{
	const char *text = lantik_option_text(cli, option);
	if (!text && needed)
		return lantik_fail(cli, 572, LANTIK_EXIT_USAGE, "--%s is needed\nIt stands in the ledger for ever.",
			"--%s diperlukan\nIsinya tercatat di buku besar untuk selamanya.", option);
	if (!text)
		return LANTIK_EXIT_OK;
	/* A lone hyphen is how a deed says that none is given. */
	if (!lantik_statement_written(lantik_span_of(text), characters) || strcmp(text, "-") == 0)
		return line_fault(cli, option, characters);
	*ret = lantik_span_of(text);
	return LANTIK_EXIT_OK;
}

int deed_words(
	struct lantik_cli *cli, bool has_official, bool needs_official, bool needs_reason, struct lantik_deed *ret)
{
	int exit_code = LANTIK_EXIT_OK;
	if (has_official)
		exit_code = read_word(cli, "official", needs_official, LANTIK_MAX_OFFICIAL, &ret->official);
	return exit_code ? exit_code : read_word(cli, "reason", needs_reason, LANTIK_MAX_REASON, &ret->reason);
}

int deed_recovery_key(struct lantik_cli *cli, const char *origin, struct lantik_skey *ret)
{
	const char *path = lantik_option_text(cli, "recovery-key");
	struct lantik_buffer text = {0};
	char name[LANTIK_MAX_ORIGIN + 1];
	if (!path)
		return lantik_fail(cli, 573, LANTIK_EXIT_USAGE, "--recovery-key is needed: this deed is signed by it",
			"--recovery-key diperlukan: akta ini ditandatangani dengannya");
	if (lantik_file_read(path, KEY_FILE_LIMIT, &text))
		return lantik_fail(cli, 574, LANTIK_EXIT_NOT_SET_UP, "could not read the recovery key %s",
			"gagal membaca kunci pemulihan %s", path);
	bool good = lantik_skey_parse(lantik_buffer_span(&text), ret) == LANTIK_OK &&
		    lantik_recovery_name(origin, name) && strcmp(ret->vkey.name, name) == 0;
	lantik_wipe(text.data, text.len);
	lantik_buffer_free(&text);
	if (good)
		return LANTIK_EXIT_OK;
	lantik_wipe(ret, sizeof *ret);
	return lantik_fail(cli, 574, LANTIK_EXIT_NOT_SET_UP, "%s does not hold the recovery key of the ledger %s",
		"%s tidak memuat kunci pemulihan buku besar %s", path, origin);
}

/* ---- asking ---- */

static int write_text(struct lantik_cli *cli, const struct deed_ask *ask, const struct lantik_skey *recovery,
	struct lantik_buffer *ret)
{
	struct lantik_buffer text = {0};
	enum lantik_error error = lantik_deed_format(&ask->deed, &text);
	LANTIK_ASSERT(lantik_deed_is_signed_kind(ask->deed.kind) == (recovery != NULL));
	if (!error && recovery)
		error = lantik_note_sign(lantik_buffer_span(&text), recovery, ret);
	else if (!error)
		lantik_buffer_append_span(ret, lantik_buffer_span(&text));
	lantik_buffer_append(ret, "", 1); /* libpq wants a C string */
	lantik_buffer_free(&text);
	if (!error)
		return LANTIK_EXIT_OK;
	return lantik_fail(cli, 575, LANTIK_EXIT_USAGE, "these words and numbers do not make a deed: %s",
		"kata dan angka ini tidak membentuk akta: %s", lantik_error_text(error, lantik_cli_language(cli)));
}

/* No lock is taken that a load of tables may hold: a revocation counts from the moment it is asked for. */
static bool insert(struct database *database, struct deed_ask *ask, const struct lantik_buffer *text)
{
	char id[37], kind[24];
	lantik_id_format(ask->deed.deed_id, id);
	snprintf(kind, sizeof kind, "%d", (int)ask->deed.kind);
	database_run(database, "BEGIN");
	PGresult *rows = database_query(database,
		ask->in_force ? "INSERT INTO lantik.deed_request (deed_id, kind, request, in_force) VALUES ($1, $2, "
				"$3, true) "
				"RETURNING request_no"
			      : "INSERT INTO lantik.deed_request (deed_id, kind, request) VALUES ($1, $2, $3) "
				"RETURNING request_no",
		3, (const char *const[]){id, kind, (const char *)text->data});
	if (rows)
		ask->request_no = cell_number(rows, 0, 0);
	PQclear(rows);
	return database_commit(database);
}

/* ---- waiting ---- */

static bool look(struct database *database, struct deed_ask *ask)
{
	char number[24];
	snprintf(number, sizeof number, "%" PRId64, ask->request_no);
	PGresult *rows = database_query(database,
		"SELECT d.leaf_index, f.why FROM lantik.deed_request r "
		"LEFT JOIN lantik.deed d ON d.request_no = r.request_no "
		"LEFT JOIN lantik.deed_refusal f ON f.request_no = r.request_no WHERE r.request_no = $1",
		1, (const char *const[]){number});
	if (rows && PQntuples(rows) == 1 && cell_or_null(rows, 0, 0)) {
		ask->state = DEED_DONE;
		ask->leaf_index = cell_number(rows, 0, 0);
	} else if (rows && PQntuples(rows) == 1 && cell_or_null(rows, 0, 1)) {
		ask->state = DEED_REFUSED;
		snprintf(ask->why, sizeof ask->why, "%s", cell(rows, 0, 1));
	}
	PQclear(rows);
	return !database->failed;
}

static bool wait_for_answer(struct database *database, struct deed_ask *ask, int64_t seconds)
{
	const struct timespec pause = {.tv_nsec = LOOK_EVERY_MS * 1000000L};
	int64_t end = lantik_now_ms() + 1000 * seconds;
	while (look(database, ask) && ask->state == DEED_WAITING && !lantik_signal() && lantik_now_ms() < end)
		(void)nanosleep(&pause, NULL);
	return !database->failed;
}

/* No daemon has written its receipt key, so that none can answer yet. */
static bool never_ran(struct database *database)
{
	PGresult *rows = database_query(database,
		"SELECT h.size = 0 AND NOT EXISTS (SELECT FROM lantik.receipt_key) FROM lantik.ledger_head h", 0, NULL);
	bool never = rows && PQntuples(rows) == 1 && cell_true(rows, 0, 0);
	PQclear(rows);
	return never;
}

/* ---- telling ---- */

static void tell_json(struct lantik_cli *cli, const struct deed_ask *ask)
{
	static const char *const states[] = {"waiting", "done", "refused"};
	char id[37];
	lantik_id_format(ask->deed.deed_id, id);
	lantik_json_open(cli, "result");
	lantik_json_number(cli, "request", ask->request_no);
	lantik_json_text(cli, "state", states[ask->state]);
	lantik_json_text(cli, "deed", lantik_word(LANTIK_WORDS_deed_kind, (int32_t)ask->deed.kind, LANTIK_ENGLISH));
	lantik_json_text(cli, "deed_id", id);
	if (ask->state == DEED_DONE)
		lantik_json_number(cli, "leaf_index", ask->leaf_index);
	if (ask->state == DEED_REFUSED)
		lantik_json_text(cli, "why", ask->why);
	lantik_json_close(cli);
}

static int tell_done(struct lantik_cli *cli, const struct deed_ask *ask)
{
	char id[37];
	lantik_id_format(ask->deed.deed_id, id);
	lantik_say(cli, "%s", "%s", lantik_cli_pick(cli, ask->done[0], ask->done[1]));
	lantik_say(cli, "  deed %s, leaf %" PRId64, "  akta %s, daun %" PRId64, id, ask->leaf_index);
	return LANTIK_EXIT_OK;
}

static int tell_refused(struct lantik_cli *cli, const struct deed_ask *ask)
{
	return lantik_fail(cli, 576, LANTIK_EXIT_REFUSED,
		"lantikd refused request %" PRId64 ": %s\nNothing was changed.",
		"lantikd menolak permintaan %" PRId64 ": %s\nTidak ada yang berubah.", ask->request_no, ask->why);
}

/* Where requests of this kind are listed while they wait. */
static const char *where_listed(const struct deed_ask *ask)
{
	return ask->deed.kind < LANTIK_DEED_RECEIPT_KEY_ADD ? "lantikctl office list" : "lantikctl ledger status";
}

static int tell_unanswered(struct lantik_cli *cli, const struct deed_ask *ask)
{
	return lantik_fail(cli, 577, lantik_signal() ? lantik_signal_exit() : LANTIK_EXIT_NETWORK,
		"lantikd has not answered; request %" PRId64
		" stays and will be carried out when lantikd runs\nDo not ask again; look with `%s`.",
		"lantikd belum menjawab; permintaan %" PRId64
		" tetap ada dan dilaksanakan bila lantikd berjalan\nJangan meminta lagi; lihat dengan `%s`.",
		ask->request_no, where_listed(ask));
}

static int tell_asked(struct lantik_cli *cli, const struct deed_ask *ask, bool never)
{
	if (never)
		lantik_say(cli,
			"asked for (request %" PRId64 "); lantikd has not run over this database yet and does it when "
			"it starts",
			"diminta (permintaan %" PRId64 "); lantikd belum pernah berjalan di atas basis data ini dan "
			"melaksanakannya saat mulai",
			ask->request_no);
	else
		lantik_say(cli, "asked for (request %" PRId64 "); not waited for lantikd",
			"diminta (permintaan %" PRId64 "); tidak menunggu lantikd", ask->request_no);
	return LANTIK_EXIT_OK;
}

static int tell_lost(struct database *database, const struct deed_ask *ask)
{
	return lantik_fail(database->cli, 578, LANTIK_EXIT_NETWORK,
		"request %" PRId64 " was made, but the database was lost while waiting: %s\nThe request stays; look "
		"with `%s`.",
		"permintaan %" PRId64 " sudah dibuat, tetapi basis data terputus saat menunggu: %s\nPermintaan tetap "
		"ada; lihat dengan `%s`.",
		ask->request_no, database->fault, where_listed(ask));
}

int deed_wait(struct database *database, struct deed_ask *ask)
{
	struct lantik_cli *cli = database->cli;
	int64_t seconds = lantik_option_number(cli, "timeout", DEED_TIMEOUT_SECONDS);
	bool never = never_ran(database);
	if (!wait_for_answer(database, ask, never ? 0 : seconds))
		return tell_lost(database, ask);
	tell_json(cli, ask);
	switch (ask->state) {
	case DEED_DONE:
		return tell_done(cli, ask);
	case DEED_REFUSED:
		return tell_refused(cli, ask);
	case DEED_WAITING:
		break;
	}
	return never || seconds == 0 ? tell_asked(cli, ask, never) : tell_unanswered(cli, ask);
}

int deed_ask(struct database *database, struct deed_ask *ask, const struct lantik_skey *recovery)
{
	struct lantik_buffer text = {0};
	int exit_code = write_text(database->cli, ask, recovery, &text);
	if (!exit_code && !insert(database, ask, &text))
		exit_code = database_fail(database, "could not ask for the deed", "gagal meminta akta");
	lantik_buffer_free(&text);
	return exit_code ? exit_code : deed_wait(database, ask);
}

/* ---- what waits ---- */

#define WAITING                                                                                                        \
	"SELECT r.request_no, to_char(r.requested_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "          \
	"r.request FROM lantik.deed_request r "                                                                        \
	"WHERE NOT EXISTS (SELECT FROM lantik.deed d WHERE d.request_no = r.request_no) "                              \
	"AND NOT EXISTS (SELECT FROM lantik.deed_refusal f WHERE f.request_no = r.request_no) ORDER BY 1"

static void take_waiting(const PGresult *rows, struct deeds_waiting *ret)
{
	size_t total = 0, used = 0;
	for (int row = 0; row < PQntuples(rows); row++)
		total += cell_span(rows, row, 2).len;
	uint8_t *room = lantik_buffer_extend(&ret->texts, total + 1); /* at once, so that the spans never move */
	LANTIK_ASSERT(room);
	for (int row = 0; row < PQntuples(rows); row++) {
		struct deed_waiting *item = &ret->items[ret->count];
		struct lantik_span text = cell_span(rows, row, 2);
		memcpy(room + used, text.data, text.len);
		*item = (struct deed_waiting){.request_no = cell_number(rows, row, 0)};
		snprintf(item->asked_at, sizeof item->asked_at, "%s", cell(rows, row, 1));
		if (lantik_deed_parse((struct lantik_span){room + used, text.len}, &item->deed) == LANTIK_OK)
			ret->count++;
		used += text.len;
	}
}

bool deeds_waiting_read(struct database *database, struct deeds_waiting *ret)
{
	*ret = (struct deeds_waiting){0};
	PGresult *rows = database_query(database, WAITING, 0, NULL);
	if (!rows)
		return false;
	ret->items = calloc((size_t)PQntuples(rows) + 1, sizeof *ret->items);
	LANTIK_ASSERT(ret->items);
	take_waiting(rows, ret);
	PQclear(rows);
	return true;
}

void deeds_waiting_free(struct deeds_waiting *waiting)
{
	for (size_t i = 0; i < waiting->count; i++)
		lantik_deed_free(&waiting->items[i].deed);
	free(waiting->items);
	lantik_buffer_free(&waiting->texts);
}
