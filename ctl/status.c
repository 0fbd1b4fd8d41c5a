/* lantikctl status: the state in one word, then what the database holds.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "ctl.h"
#include "load.h"
#include "migrations.h"

static const char query[] =
	"SELECT current_database(), current_setting('server_version'), "
	"coalesce((SELECT origin FROM lantik.ledger_head), ''), (SELECT size FROM lantik.ledger_head), "
	"coalesce((SELECT to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') "
	"FROM lantik.ledger_head), ''), "
	"b.committed, b.refused, b.accepted, b.returned, b.review, "
	"(SELECT count(*) FROM lantik.office WHERE revoked_at IS NULL), "
	"(SELECT count(*) FROM lantik.office_key k JOIN lantik.office o USING (office_no) "
	"WHERE k.revoked_at IS NULL AND o.revoked_at IS NULL), "
	"(SELECT count(DISTINCT kode_instansi) FROM lantik.agency), (SELECT count(*) FROM lantik.region), "
	"EXISTS (SELECT FROM lantik.region WHERE is_test), (SELECT version FROM lantik.reference_version), "
	"pg_is_in_recovery(), "
	"(SELECT count(*) FROM lantik.deed_request r WHERE NOT EXISTS (SELECT FROM lantik.deed d "
	"WHERE d.request_no = r.request_no) AND NOT EXISTS (SELECT FROM lantik.deed_refusal f "
	"WHERE f.request_no = r.request_no)), "
	"EXISTS (SELECT FROM lantik.ledger_fork f JOIN lantik.ledger_head h ON f.epoch >= h.epoch) "
	"FROM (SELECT count(*) FILTER (WHERE outcome = 1) AS committed, count(*) FILTER (WHERE outcome = 2) AS "
	"refused, "
	"coalesce(sum(accepted), 0) AS accepted, coalesce(sum(returned), 0) AS returned, "
	"coalesce(sum(review), 0) AS review FROM lantik.batch) AS b";

enum {
	DATABASE,
	SERVER,
	ORIGIN,
	SIZE,
	RECORDED,
	COMMITTED,
	REFUSED,
	ACCEPTED,
	RETURNED,
	REVIEW,
	OFFICES,
	KEYS,
	AGENCIES,
	REGIONS,
	TEST,
	VERSION,
	STANDBY,
	WAITING,
	FORK
};

struct line {
	int column;
	const char *name; /* JSON */
	const char *text[2];
	bool number;
};

static const struct line lines[] = {
	{DATABASE, "database", {"database", "basis data"}, false},
	{SERVER, "server", {"PostgreSQL", "PostgreSQL"}, false},
	{ORIGIN, "origin", {"origin", "asal"}, false},
	{SIZE, "ledger_size", {"ledger, leaves", "buku besar, daun"}, true},
	{RECORDED, "last_recorded_at", {"last recorded", "terakhir dicatat"}, false},
	{COMMITTED, "batches_committed", {"batches committed", "paket dicatat"}, true},
	{REFUSED, "batches_refused", {"batches refused", "paket ditolak"}, true},
	{ACCEPTED, "records_accepted", {"records accepted", "rekaman diterima"}, true},
	{RETURNED, "records_returned", {"records returned", "rekaman dikembalikan"}, true},
	{REVIEW, "records_in_review", {"records in review", "rekaman ditelaah"}, true},
	{OFFICES, "offices", {"offices", "kantor"}, true},
	{KEYS, "keys", {"office keys", "kunci kantor"}, true},
	{WAITING, "deeds_waiting", {"deeds that wait", "akta yang menunggu"}, true},
	{AGENCIES, "agencies", {"agencies", "instansi"}, true},
	{REGIONS, "regions", {"regions", "wilayah"}, true},
	{VERSION, "reference_version", {"reference version", "versi rujukan"}, true},
};

/* Every state with what it means; the first that holds is told. */
static const char *state_of(const PGresult *rows, const char **ret_english, const char **ret_indonesian)
{
	struct {
		bool holds;
		const char *word, *english, *indonesian;
	} states[] = {
		{cell_true(rows, 0, FORK), "FORK",
			"the ledger lost leaves that were signed; nothing is taken: lantikctl ledger status",
			"buku besar kehilangan daun yang sudah ditandatangani; tidak ada yang diterima: lantikctl "
			"ledger status"},
		{!*cell(rows, 0, ORIGIN), "INCOMPLETE", "the ledger has no origin: lantikctl migrate --origin NAME",
			"buku besar belum berasal: lantikctl migrate --origin NAMA"},
		{cell_number(rows, 0, AGENCIES) == 0, "INCOMPLETE", "no reference tables: lantikctl load",
			"belum ada tabel rujukan: lantikctl load"},
		{cell_number(rows, 0, KEYS) == 0 && cell_number(rows, 0, WAITING) > 0, "INCOMPLETE",
			"what was asked for waits for lantikd: start it, then lantikctl office list",
			"yang diminta menunggu lantikd: jalankan, lalu lantikctl office list"},
		{cell_number(rows, 0, KEYS) == 0, "INCOMPLETE", "no office may send: lantikctl office add",
			"belum ada kantor: lantikctl office add"},
		{cell_true(rows, 0, TEST), "TEST", "holds the fictional province 99; no real appointment belongs here",
			"memuat provinsi rekaan 99; bukan untuk pengangkatan nyata"},
		{cell_true(rows, 0, STANDBY), "STANDBY", "a read-only copy", "salinan hanya-baca"},
		{true, "READY", "the database is ready for lantikd", "basis data siap bagi lantikd"},
	};
	size_t i = 0;
	while (!states[i].holds)
		i++;
	*ret_english = states[i].english;
	*ret_indonesian = states[i].indonesian;
	return states[i].word;
}

static void tell_text(struct lantik_cli *cli, const PGresult *rows, const char *digest)
{
	char count[32];
	for (size_t i = 0; i < LANTIK_COUNT(lines); i++) {
		const char *value = lines[i].number
					    ? lantik_count_format(cli, cell_number(rows, 0, lines[i].column), count)
					    : cell(rows, 0, lines[i].column);
		lantik_say(cli, "  %-20s %s", "  %-20s %s", lantik_cli_pick(cli, lines[i].text[0], lines[i].text[1]),
			*value ? value : "-");
	}
	lantik_say(cli, "  %-20s %s", "  %-20s %s", lantik_cli_pick(cli, "rulebook", "buku aturan"), digest);
}

static void tell_json(struct lantik_cli *cli, const PGresult *rows, const char *state, const char *digest)
{
	lantik_json_open(cli, "status");
	lantik_json_text(cli, "state", state);
	lantik_json_flag(cli, "test", cell_true(rows, 0, TEST));
	for (size_t i = 0; i < LANTIK_COUNT(lines); i++) {
		const char *value = cell(rows, 0, lines[i].column);
		if (lines[i].number)
			lantik_json_number(cli, lines[i].name, cell_number(rows, 0, lines[i].column));
		else
			lantik_json_text(cli, lines[i].name, *value ? value : NULL);
	}
	lantik_json_text(cli, "rulebook_sha256", digest);
	lantik_json_close(cli);
}

static int status(struct database *database)
{
	const char *english, *indonesian;
	char digest[65] = "";
	PGresult *rows = database_query(database, query, 0, NULL);
	if (rows && !rulebook_digest(database, digest) && !database->failed)
		snprintf(digest, sizeof digest, "unreadable");
	if (database->failed) {
		PQclear(rows);
		return database_fail(database, "could not read the status", "gagal membaca keadaan");
	}
	const char *state = state_of(rows, &english, &indonesian);
	lantik_say(database->cli, "%s  %s", "%s  %s", state, lantik_cli_pick(database->cli, english, indonesian));
	tell_text(database->cli, rows, digest);
	tell_json(database->cli, rows, state, digest);
	PQclear(rows);
	return LANTIK_EXIT_OK;
}

int ctl_status(struct lantik_cli *cli)
{
	struct database database;
	int exit_code = database_open_migrated(cli, &database);
	const char *state = database.connection && PQstatus(database.connection) == CONNECTION_OK
				    ? exit_code == LANTIK_EXIT_NOT_SET_UP ? "NOT-SET-UP" : "FAILED"
				    : "UNREACHABLE";
	if (!exit_code) {
		exit_code = status(&database);
	} else {
		lantik_say(cli, "%s", "%s", state);
		lantik_json_open(cli, "status");
		lantik_json_text(cli, "state", state);
		lantik_json_close(cli);
	}
	database_close(&database);
	return exit_code;
}
