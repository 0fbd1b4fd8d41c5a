/* What a replay would make of one batch's records, as far as it can be said without the register.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "causes.h"
#include "lantik/codec.h"
#include "lantik/verdict.h"
#include "replay.h"
#include "sentences.h"

#define RECORD_ARENA ((size_t)4 * LANTIK_MAX_RECORD)
#define MANIFEST_ARENA ((size_t)64 * 1024)

static const char query[] = "SELECT s.record_no, t.bytes, coalesce(s.cause, ''), (s.state = 'review')::integer, "
			    "coalesce(d.act = 2, false)::integer FROM lantik.record_state s "
			    "JOIN lantik.returned_record t ON t.batch_no = s.batch_no AND t.record_no = s.record_no "
			    "LEFT JOIN lantik.decision d ON d.decision_no = s.decision_no "
			    "WHERE s.batch_no = $1 AND s.state IN ('returned', 'review') AND NOT s.corrected "
			    "AND ($2::text IS NULL OR " CAUSE_IS_ABOUT("s.cause", "$2") ") ORDER BY s.record_no";

enum { RECORD, BYTES, CAUSE, WAITS, GIVEN_BACK };

/* The batch being judged. */
struct judged {
	struct replay *replay;
	struct replay_batch *batch;
	struct lantik_check *check;
	struct lantik_arena *manifest_arena, *record_arena;
	struct lantik_manifest manifest;
	struct lantik_findings findings;
	struct lantik_buffer cause;
};

static bool names_layer(struct lantik_span cause, enum lantik_layer layer)
{
	struct lantik_span token;
	while (cause_next(&cause, &token)) {
		enum lantik_case_id id = cause_case(token);
		if (id < LANTIK_CASE_COUNT && lantik_case_of(id)->rule->layer == layer)
			return true;
	}
	return false;
}

/* What an official gave back for this very cause stays with the office; a rulebook does not undo that. */
static enum replay_outcome compare(struct judged *judged, struct lantik_span former, bool waits, bool given_back)
{
	const struct lantik_findings *findings = &judged->findings;
	enum lantik_outcome outcome = lantik_outcome_of(findings->items, findings->count);
	lantik_buffer_reset(&judged->cause);
	lantik_cause_format(findings->items, findings->count, &judged->cause);
	if (outcome == LANTIK_ACCEPTED)
		return names_layer(former, LANTIK_LAYER_CENTRAL) ? REPLAY_OPEN : REPLAY_ACCEPTED;
	if (lantik_span_equal(lantik_buffer_span(&judged->cause), former) &&
		(given_back || waits == (outcome == LANTIK_IN_REVIEW)))
		return REPLAY_SAME;
	return outcome == LANTIK_IN_REVIEW ? REPLAY_REVIEW : REPLAY_OTHER;
}

static void keep_cause(struct replay *replay, struct lantik_span cause)
{
	size_t at = 0;
	while (at < replay->cause_count && !lantik_span_equal(lantik_span_of(replay->causes[at].text), cause))
		at++;
	if (at == replay->cause_count) {
		replay->causes = realloc(replay->causes, (at + 1) * sizeof *replay->causes);
		LANTIK_ASSERT(replay->causes);
		replay->causes[at].text = strndup((const char *)cause.data, cause.len);
		replay->causes[at].records = 0;
		LANTIK_ASSERT(replay->causes[at].text);
		replay->cause_count++;
	}
	replay->causes[at].records++;
}

static bool judge_record(struct judged *judged, uint32_t record_no, struct lantik_span bytes)
{
	struct lantik_record record;
	lantik_arena_reset(judged->record_arena);
	judged->findings.count = 0;
	if (lantik_record_decode(bytes, judged->record_arena, &record) != LANTIK_OK)
		return false;
	lantik_check_record(judged->check, record_no, &record, &judged->findings);
	lantik_findings_sort(&judged->findings);
	return true;
}

/* False when the record cannot be read. */
static bool replay_record(struct judged *judged, const PGresult *rows, int row)
{
	struct replay_batch *batch = judged->batch;
	uint32_t record_no = (uint32_t)cell_integer(rows, row, RECORD);
	struct lantik_span former = cell_span(rows, row, CAUSE);
	enum replay_outcome outcome = REPLAY_ALONE;
	if (batch->wanted.count && !records_hold(&batch->wanted, record_no))
		return true;
	if (!names_layer(former, LANTIK_LAYER_BATCH)) {
		if (!judge_record(judged, record_no, cell_span(rows, row, BYTES)))
			return false;
		outcome = compare(
			judged, former, cell_integer(rows, row, WAITS) != 0, cell_integer(rows, row, GIVEN_BACK) != 0);
	}
	if (outcome == REPLAY_REVIEW || outcome == REPLAY_OTHER)
		keep_cause(judged->replay, lantik_buffer_span(&judged->cause));
	if (outcome != REPLAY_SAME && outcome != REPLAY_ALONE)
		records_add(&batch->replayed, record_no);
	batch->outcomes[outcome]++;
	batch->records++;
	return true;
}

static int unreadable(struct judged *judged, const char *what_english, const char *what_indonesian)
{
	struct lantik_cli *cli = judged->replay->database->cli;
	return lantik_fail(cli, 631, LANTIK_EXIT_FAILED, "%s of batch %s cannot be read by this program",
		"%s paket %s tidak terbaca oleh program ini", lantik_cli_pick(cli, what_english, what_indonesian),
		judged->batch->id);
}

/* Manifest and time of receipt: the check as lantikd would make it. */
static int open_check(struct judged *judged, const char *batch_no)
{
	struct database *database = judged->replay->database;
	PGresult *rows = database_query_binary(database,
		"SELECT manifest, (extract(epoch FROM received_at) * 1000000)::bigint FROM lantik.batch WHERE batch_no "
		"= $1",
		1, &batch_no);
	if (!rows)
		return database_fail(database, "could not read the batch", "gagal membaca paket");
	int exit_code = LANTIK_EXIT_OK;
	if (lantik_manifest_decode(cell_span(rows, 0, 0), judged->manifest_arena, &judged->manifest) != LANTIK_OK)
		exit_code = unreadable(judged, "the manifest", "manifes");
	else
		judged->check = lantik_check_new(judged->replay->rulebook, &judged->manifest, cell_integer(rows, 0, 1));
	LANTIK_ASSERT(exit_code || judged->check);
	PQclear(rows);
	return exit_code;
}

static int judge(struct judged *judged, const char *cause)
{
	struct database *database = judged->replay->database;
	char batch_no[24];
	snprintf(batch_no, sizeof batch_no, "%" PRId64, judged->batch->batch_no);
	int exit_code = open_check(judged, batch_no);
	if (exit_code)
		return exit_code;
	unjudged_add(&judged->replay->unjudged, &judged->manifest, lantik_check_severities(judged->check));
	PGresult *rows = database_query_binary(database, query, 2, (const char *const[]){batch_no, cause});
	if (!rows)
		return database_fail(database, "could not read the records", "gagal membaca baris");
	for (int row = 0; row < PQntuples(rows) && !exit_code; row++)
		if (!replay_record(judged, rows, row))
			exit_code = unreadable(judged, "a record", "satu baris");
	PQclear(rows);
	return exit_code;
}

int replay_judge(struct replay *replay, struct replay_batch *batch, const char *cause)
{
	struct judged judged = {.replay = replay, .batch = batch};
	judged.manifest_arena = lantik_arena_new(MANIFEST_ARENA);
	judged.record_arena = lantik_arena_new(RECORD_ARENA);
	LANTIK_ASSERT(judged.manifest_arena && judged.record_arena);
	int exit_code = judge(&judged, cause);
	lantik_check_free(&judged.check);
	lantik_findings_free(&judged.findings);
	lantik_buffer_free(&judged.cause);
	lantik_arena_free(&judged.record_arena);
	lantik_arena_free(&judged.manifest_arena);
	return exit_code;
}

void replay_free(struct replay *replay)
{
	for (size_t i = 0; i < replay->cause_count; i++)
		free(replay->causes[i].text);
	free(replay->causes);
}
