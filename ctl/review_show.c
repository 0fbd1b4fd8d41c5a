/* lantikctl review show: one record that waits or was returned, with its values, what was found and what was decided.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "batches.h"
#include "ctl.h"
#include "lantik/codec.h"
#include "records.h"
#include "sentences.h"
#include "values.h"

#define RECORD_ARENA ((size_t)4 * LANTIK_MAX_RECORD)

struct shown {
	struct database *database;
	struct batch batch;
	uint32_t record_no;
	struct lantik_arena *arena;
	struct lantik_record record;
	char state[16], since[11];
};

static PGresult *ask(struct shown *shown, const char *sql, bool binary)
{
	char batch[24], record[24];
	snprintf(batch, sizeof batch, "%" PRId64, shown->batch.batch_no);
	snprintf(record, sizeof record, "%u", (unsigned)shown->record_no);
	const char *const parameters[] = {batch, record};
	return binary ? database_query_binary(shown->database, sql, 2, parameters)
		      : database_query(shown->database, sql, 2, parameters);
}

static bool read_record(struct shown *shown, bool *ret_held)
{
	struct lantik_span bytes;
	PGresult *rows =
		ask(shown, "SELECT bytes FROM lantik.returned_record WHERE batch_no = $1 AND record_no = $2", true);
	bool good = rows != NULL;
	*ret_held = rows && PQntuples(rows) == 1;
	if (*ret_held) {
		bytes = lantik_arena_copy(shown->arena, cell_span(rows, 0, 0)); /* the record borrows from it */
		good = bytes.data && lantik_record_decode(bytes, shown->arena, &shown->record) == LANTIK_OK;
	}
	PQclear(rows);
	return good;
}

static bool read_state(struct shown *shown)
{
	char day[11];
	PGresult *rows = ask(shown,
		"SELECT s.state, (extract(epoch FROM coalesce(d.recorded_at, b.recorded_at)) * 1000000)::bigint "
		"FROM lantik.record_state s JOIN lantik.batch b ON b.batch_no = s.batch_no "
		"LEFT JOIN lantik.decision d ON d.decision_no = s.decision_no WHERE s.batch_no = $1 AND s.record_no = "
		"$2",
		false);
	bool found = rows && PQntuples(rows) == 1;
	if (found) {
		snprintf(shown->state, sizeof shown->state, "%s", cell(rows, 0, 0));
		memcpy(shown->since, day_of(cell_number(rows, 0, 1), day), sizeof shown->since);
	}
	PQclear(rows);
	return found;
}

static const char *state_text(const struct lantik_cli *cli, const char *state)
{
	static const char *const texts[][3] = {{"review", "waits for an official", "menunggu pejabat"},
		{"returned", "returned to the office (BTS)", "dikembalikan ke kantor (BTS)"},
		{"accepted", "accepted by an official (MS)", "diterima pejabat (MS)"},
		{"rejected", "rejected by an official (TMS)", "ditolak pejabat (TMS)"}};
	for (size_t i = 0; i < LANTIK_COUNT(texts); i++)
		if (strcmp(texts[i][0], state) == 0)
			return lantik_cli_pick(cli, texts[i][1], texts[i][2]);
	return state;
}

static void say_head(struct lantik_cli *cli, const struct shown *shown)
{
	const struct batch *batch = &shown->batch;
	char kind[64], day[11];
	lantik_say(cli, "record %u of batch %s", "baris %u paket %s", (unsigned)shown->record_no, batch->id);
	lantik_say(cli, "  office    %s", "  kantor    %s", batch->office);
	lantik_say(cli, "  agency    %s %s", "  instansi  %s %s", batch->agency, batch->agency_name);
	lantik_say(cli, "  step      %s  %s", "  tahap     %s  %s", batch_kind(batch->kind, batch->step, kind),
		batch->programme);
	lantik_say(cli, "  received  %s", "  terima    %s", day_of(batch->received_at, day));
	lantik_say(
		cli, "  state     %s since %s", "  keadaan   %s sejak %s", state_text(cli, shown->state), shown->since);
}

static void tell_finding(struct lantik_cli *cli, const struct shown *shown, const PGresult *rows, int row)
{
	const char *name = cell(rows, row, 0), *field_name = cell_or_null(rows, row, 1);
	enum lantik_case_id id = lantik_case_find(lantik_span_of(name));
	const struct lantik_field *field =
		field_name ? lantik_field_find(lantik_record_fields, LANTIK_FIELD_COUNT, lantik_span_of(field_name))
			   : NULL;
	unsigned severity = (unsigned)cell_number(rows, row, 2);
	struct lantik_buffer value = {0};
	if (field)
		lantik_value_text(cli, &shown->record, field, &value);
	lantik_buffer_append(&value, "", 1);
	lantik_say(cli, "  %s (%s)%s%s%s%s", "  %s (%s)%s%s%s%s", name, severity_short(cli, severity),
		field ? "  " : "", field ? field_label(cli, (enum lantik_field_id)field->number) : "",
		value.len > 1 ? " = " : "", (const char *)value.data);
	say_wrapped(cli, "    ", 0, case_sentence(cli, id));
	lantik_json_open(cli, "finding");
	lantik_json_number(cli, "record", shown->record_no);
	lantik_json_text(cli, "rule", name);
	lantik_json_text(cli, "severity", severity_name(severity));
	lantik_json_text(cli, "field", field_name ? field_name : "");
	lantik_json_text(cli, "value", (const char *)value.data);
	lantik_json_text(cli, "expected", case_sentence(cli, id));
	lantik_json_close(cli);
	lantik_buffer_free(&value);
}

/* The last replay found anew; before one, what the batch's own judgement found stands. */
static bool tell_findings(struct lantik_cli *cli, struct shown *shown)
{
	PGresult *rows = ask(shown,
		"SELECT f.rule_case, f.field, f.severity FROM lantik.finding f "
		"LEFT JOIN lantik.rule_case c ON c.rule_case = f.rule_case "
		"WHERE f.record_no = $2 AND f.batch_no = coalesce((SELECT d.decision_no FROM lantik.decision d "
		"JOIN lantik.decided_record r ON r.decision_no = d.decision_no "
		"WHERE d.batch_no = $1 AND d.act = 4 AND r.record_no = $2 ORDER BY d.decision_no DESC LIMIT 1), $1) "
		"ORDER BY f.severity, c.position, f.field",
		false);
	if (!rows)
		return false;
	lantik_say(cli, "\nfound", "\ntemuan");
	for (int row = 0; row < PQntuples(rows); row++)
		tell_finding(cli, shown, rows, row);
	if (PQntuples(rows) == 0)
		lantik_say(cli, "  nothing", "  tidak ada");
	PQclear(rows);
	return true;
}

static void tell_decision(struct lantik_cli *cli, const struct shown *shown, const PGresult *rows, int row)
{
	static const char *const outcomes[] = {"accepted", "returned", "review", "rejected"};
	const char *act = lantik_word(LANTIK_WORDS_act, (int32_t)cell_number(rows, row, 1), LANTIK_ENGLISH);
	const char *outcome = outcomes[(cell_number(rows, row, 2) - 1) & 3];
	const char *position = cell_or_null(rows, row, 4);
	char day[11], at[28], head[64];
	int64_t recorded_at = cell_number(rows, row, 6);
	lantik_say(cli, "  %s  %s: %s%s%s", "  %s  %s: %s%s%s", day_of(recorded_at, day), act, cell(rows, row, 3),
		position ? ", " : "", position ? position : "");
	snprintf(head, sizeof head, "%s", "    ");
	say_wrapped(cli, head, 0, cell(rows, row, 5));
	lantik_instant_format(recorded_at, at);
	lantik_json_open(cli, "decision");
	lantik_json_number(cli, "record", shown->record_no);
	lantik_json_text(cli, "decision_id", cell(rows, row, 0));
	lantik_json_text(cli, "act", act);
	lantik_json_text(cli, "outcome", outcome);
	lantik_json_text(cli, "official", cell(rows, row, 3));
	lantik_json_text(cli, "position", position);
	lantik_json_text(cli, "reason", cell(rows, row, 5));
	lantik_json_text(cli, "recorded_at", at);
	lantik_json_close(cli);
}

static bool tell_decisions(struct lantik_cli *cli, struct shown *shown)
{
	PGresult *rows = ask(shown,
		"SELECT d.decision_id, d.act, r.outcome, q.official_nama, q.official_jabatan, q.reason, "
		"(extract(epoch FROM d.recorded_at) * 1000000)::bigint FROM lantik.decided_record r "
		"JOIN lantik.decision d ON d.decision_no = r.decision_no "
		"JOIN lantik.decision_request q ON q.request_no = d.request_no "
		"WHERE r.batch_no = $1 AND r.record_no = $2 ORDER BY d.leaf_index",
		false);
	if (!rows)
		return false;
	if (PQntuples(rows))
		lantik_say(cli, "\ndecided before", "\nkeputusan sebelumnya");
	for (int row = 0; row < PQntuples(rows); row++)
		tell_decision(cli, shown, rows, row);
	PQclear(rows);
	return true;
}

static void tell_value(struct lantik_cli *cli, const struct shown *shown, enum lantik_field_id id)
{
	struct lantik_buffer value = {0};
	char head[128];
	const char *label = field_label(cli, id);
	lantik_value_text(cli, &shown->record, &lantik_record_fields[id - 1], &value);
	if (value.len) {
		lantik_buffer_append(&value, "", 1);
		snprintf(head, sizeof head, "  %-30s ", label);
		say_wrapped(cli, head, 0, (const char *)value.data);
		lantik_json_open(cli, "value");
		lantik_json_number(cli, "record", shown->record_no);
		lantik_json_text(cli, "field", lantik_record_fields[id - 1].name);
		lantik_json_text(cli, "label", label);
		lantik_json_text(cli, "value", (const char *)value.data);
		lantik_json_close(cli);
	}
	lantik_buffer_free(&value);
}

static void tell_result(struct lantik_cli *cli, const struct shown *shown)
{
	const struct batch *batch = &shown->batch;
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "batch_id", batch->id);
	lantik_json_number(cli, "record", shown->record_no);
	lantik_json_text(cli, "office", batch->office);
	lantik_json_text(cli, "agency", batch->agency);
	lantik_json_text(cli, "kind", lantik_word(LANTIK_WORDS_kind, batch->kind, LANTIK_ENGLISH));
	lantik_json_text(cli, "step", lantik_word(LANTIK_WORDS_step, batch->step, LANTIK_ENGLISH));
	lantik_json_text(cli, "programme", *batch->programme ? batch->programme : NULL);
	lantik_json_text(cli, "state", shown->state);
	lantik_json_close(cli);
}

static int tell(struct shown *shown)
{
	struct lantik_cli *cli = shown->database->cli;
	say_head(cli, shown);
	tell_result(cli, shown);
	if (!tell_findings(cli, shown) || !tell_decisions(cli, shown))
		return database_fail(shown->database, "could not read the findings", "gagal membaca temuan");
	lantik_say(cli, "\nthe record", "\nisi baris");
	for (unsigned id = LANTIK_F_NONE + 1; id < LANTIK_FIELD_END; id++)
		tell_value(cli, shown, (enum lantik_field_id)id);
	return LANTIK_EXIT_OK;
}

static int show(struct shown *shown)
{
	struct lantik_cli *cli = shown->database->cli;
	bool held = false;
	if (!read_record(shown, &held) || (held && !read_state(shown))) {
		if (shown->database->failed)
			return database_fail(shown->database, "could not read the record", "gagal membaca baris");
		return lantik_fail(cli, 616, LANTIK_EXIT_FAILED,
			"record %u of this batch cannot be read as it is stored",
			"baris %u paket ini tidak terbaca sebagaimana tersimpan", (unsigned)shown->record_no);
	}
	if (!held)
		return lantik_fail(cli, 617, LANTIK_EXIT_FAILED,
			"record %u was not returned and does not wait: it was accepted with its batch, or the batch "
			"has "
			"no such record\n`lantikctl review list` shows those that wait.",
			"baris %u tidak dikembalikan dan tidak menunggu: sudah diterima bersama paketnya, atau tidak "
			"ada "
			"di dalamnya\n`lantikctl review list` menampilkan yang menunggu.",
			(unsigned)shown->record_no);
	return tell(shown);
}

int ctl_review_show(struct lantik_cli *cli)
{
	struct database database;
	struct shown shown = {.database = &database};
	struct records records = {0};
	const char *number = lantik_argument(cli, 1);
	if (!records_parse(number, &records) || records.count != 1)
		return lantik_fail(
			cli, 615, LANTIK_EXIT_USAGE, "`%s` is no record number", "`%s` bukan nomor baris", number);
	shown.record_no = records_next(&records, 0);
	int exit_code = database_open_migrated(cli, &database);
	if (!exit_code)
		exit_code = database_needs(&database, "returned_record", "bytes", "SELECT", "lantik_reviewer");
	if (!exit_code)
		exit_code = batch_find(&database, lantik_argument(cli, 0), &shown.batch);
	if (!exit_code) {
		shown.arena = lantik_arena_new(RECORD_ARENA);
		LANTIK_ASSERT(shown.arena);
		exit_code = show(&shown);
		lantik_arena_free(&shown.arena);
	}
	database_close(&database);
	return exit_code;
}
