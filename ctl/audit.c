/* lantikctl audit: one snapshot, the steps in their order, and what came of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "audit_ledger.h"
#include "audit_memory.h"
#include "ctl.h"

static const struct audit_step *const parts[] = {audit_key_steps, audit_ledger_steps, audit_deed_steps,
	audit_entry_steps, audit_body_steps, audit_derived_steps};

/* ---- what is found ---- */

static const char *const what_words[] = {"altered", "missing", "extra", "reordered"};
static const char *const what_texts[][2] = {
	{"altered  ", "diubah   "}, {"missing  ", "hilang   "}, {"extra    ", "berlebih "}, {"reordered", "dipindah "}};

/* The pairs were checked at the callers. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

/* Fit for a terminal, since keys hold what somebody may have written into a row; a longer text is cut off. With a NUL.
 */
static void text_make(const char *format, va_list arguments, struct lantik_buffer *ret)
{
	char text[1024];
	int length = vsnprintf(text, sizeof text, format, arguments);
	LANTIK_ASSERT(length >= 0);
	lantik_printable(lantik_span_of(text), ret);
	lantik_buffer_append(ret, "", 1);
	LANTIK_ASSERT(!ret->error);
}

void audit_found(struct audit *audit, const char *table, enum audit_what what, const char *column, const char *key, ...)
{
	struct lantik_buffer text = {0};
	const char *const *shown = what_texts[what];
	va_list arguments;
	va_start(arguments, key);
	text_make(key, arguments, &text);
	va_end(arguments);
	audit->findings++;
	lantik_say(audit->cli, "%s  %s  %s%s%s", "%s  %s  %s%s%s", lantik_cli_pick(audit->cli, shown[0], shown[1]),
		table, (const char *)text.data, column ? "  " : "", column ? column : "");
	lantik_json_open(audit->cli, "finding");
	lantik_json_text(audit->cli, "table", table);
	lantik_json_text(audit->cli, "key", (const char *)text.data);
	lantik_json_text(audit->cli, "what", what_words[what]);
	lantik_json_text(audit->cli, "column", column);
	lantik_json_close(audit->cli);
	lantik_buffer_free(&text);
}

void audit_remark(struct audit *audit, const char *word, const char *english, const char *indonesian, ...)
{
	struct lantik_buffer text = {0};
	va_list arguments;
	va_start(arguments, indonesian);
	text_make(lantik_cli_pick(audit->cli, english, indonesian), arguments, &text);
	va_end(arguments);
	audit->remarks++;
	lantik_say(audit->cli, "remark     %s", "catatan    %s", (const char *)text.data);
	lantik_json_open(audit->cli, "remark");
	lantik_json_text(audit->cli, "what", word);
	lantik_json_text(audit->cli, "text", (const char *)text.data);
	lantik_json_close(audit->cli);
	lantik_buffer_free(&text);
}

const char *audit_masked(struct lantik_span value, char ret[16])
{
	uint8_t hash[LANTIK_HASH];
	lantik_sha256(value, hash);
	memcpy(ret, "sha256:", 7);
	lantik_hex_encode(hash, 4, ret + 7);
	return ret;
}

/* ---- leaves that nothing is judged by ---- */

void audit_leaf_is_bad(struct audit *audit, uint64_t leaf_index)
{
	if (audit->bad_count && audit->bad_leaves[audit->bad_count - 1] == leaf_index)
		return;
	if (audit->bad_count == audit->bad_capacity) {
		audit->bad_capacity = audit->bad_capacity ? 2 * audit->bad_capacity : 64;
		audit->bad_leaves = realloc(audit->bad_leaves, audit->bad_capacity * sizeof *audit->bad_leaves);
		LANTIK_ASSERT(audit->bad_leaves);
	}
	audit->bad_leaves[audit->bad_count++] = leaf_index;
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

bool audit_leaf_holds(const struct audit *audit, struct lantik_span leaf, uint64_t leaf_index)
{
	return leaf.data && !(audit->bad_count && bsearch(&leaf_index, audit->bad_leaves, audit->bad_count,
							  sizeof leaf_index, by_number));
}

/* ---- batches whose rows are not their own ---- */

void audit_misfit(struct audit *audit, int64_t batch_no, bool has_findings)
{
	if (audit->misfit_count == audit->misfit_capacity) {
		audit->misfit_capacity = audit->misfit_capacity ? 2 * audit->misfit_capacity : 64;
		audit->misfits = realloc(audit->misfits, audit->misfit_capacity * sizeof *audit->misfits);
		LANTIK_ASSERT(audit->misfits);
	}
	audit->misfits[audit->misfit_count++] = (struct audit_misfit){batch_no, has_findings};
}

static int by_batch(const void *a, const void *b)
{
	const struct audit_misfit *x = a, *y = b;
	return x->batch_no < y->batch_no ? -1 : x->batch_no > y->batch_no;
}

const struct audit_misfit *audit_misfit_of(const struct audit *audit, int64_t batch_no)
{
	struct audit_misfit wanted = {.batch_no = batch_no};
	return audit->misfit_count ? bsearch(&wanted, audit->misfits, audit->misfit_count, sizeof wanted, by_batch)
				   : NULL;
}

void audit_orphan(struct audit *audit, int64_t number)
{
	if (audit->orphan_count == audit->orphan_capacity) {
		audit->orphan_capacity = audit->orphan_capacity ? 2 * audit->orphan_capacity : 64;
		audit->orphans = realloc(audit->orphans, audit->orphan_capacity * sizeof *audit->orphans);
		LANTIK_ASSERT(audit->orphans);
	}
	audit->orphans[audit->orphan_count++] = number;
}

/* ---- steps ---- */

void audit_progress(struct audit *audit)
{
	lantik_progress(audit->cli, ++audit->done);
}

uint64_t audit_count(struct audit *audit, const char *query, ...)
{
	char sql[2048];
	va_list arguments;
	va_start(arguments, query);
	int length = vsnprintf(sql, sizeof sql, query, arguments);
	va_end(arguments);
	LANTIK_ASSERT(length > 0 && (size_t)length < sizeof sql);
	PGresult *rows = database_query(audit->database, sql, 0, NULL);
	uint64_t count = rows && PQntuples(rows) == 1 ? (uint64_t)cell_number(rows, 0, 0) : 0;
	PQclear(rows);
	return count;
}

static void leave_out(struct audit *audit, const struct audit_step *step)
{
	lantik_say(audit->cli, "left out   %s: they need the whole register (--from)",
		"dilewati   %s: memerlukan seluruh register (--from)",
		lantik_cli_pick(audit->cli, step->what[0], step->what[1]));
	lantik_json_open(audit->cli, "left_out");
	lantik_json_text(audit->cli, "what", step->what[0]);
	lantik_json_close(audit->cli);
}

static void step_run(struct audit *audit, const struct audit_step *step)
{
	if (step->needs_whole && audit->from > 0) {
		leave_out(audit, step);
		return;
	}
	uint64_t total = step->count ? step->count(audit) : 0;
	audit->done = 0;
	lantik_progress_start(audit->cli, step->what[0], step->what[1], total);
	step->run(audit);
	lantik_progress_end(audit->cli);
}

static void steps_run(struct audit *audit)
{
	for (size_t i = 0; i < LANTIK_COUNT(parts); i++)
		for (const struct audit_step *step = parts[i];
			step->what[0] && !audit->failed && !audit->database->failed; step++)
			step_run(audit, step);
}

/* ---- the verb ---- */

/* Others import the snapshot; this connection holds it to the end. */
static bool begin(struct audit *audit)
{
	struct database *database = audit->database;
	database_run(database, "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; "
			       "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
	PGresult *rows = database_query(database,
		"SELECT pg_export_snapshot(), greatest((SELECT max(size) FROM lantik.ledger_head), 0), "
		"coalesce((SELECT max(origin) FROM lantik.ledger_head), ''), "
		"(extract(epoch FROM now()) * 1000000)::bigint, pg_is_in_recovery() OR "
		"EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE 'lantikd%')",
		0, NULL);
	if (!rows)
		return false;
	snprintf(audit->snapshot, sizeof audit->snapshot, "%s", cell(rows, 0, 0));
	audit->size = (uint64_t)cell_number(rows, 0, 1);
	snprintf(audit->origin, sizeof audit->origin, "%s", audit->is_pinned ? audit->trust.origin : cell(rows, 0, 2));
	audit->now = cell_number(rows, 0, 3);
	audit->has_daemon = cell_true(rows, 0, 4);
	PQclear(rows);
	return true;
}

static void summarise(struct audit *audit)
{
	lantik_summary_number(audit->cli, "from", (int64_t)audit->from);
	lantik_summary_number(audit->cli, "size", (int64_t)audit->size);
	lantik_summary_number(audit->cli, "signed_size", (int64_t)audit->newest_size);
	lantik_summary_number(audit->cli, "leaves", (int64_t)audit->leaves);
	lantik_summary_number(audit->cli, "rows", (int64_t)audit->rows);
	lantik_summary_number(audit->cli, "findings", (int64_t)audit->findings);
	lantik_summary_number(audit->cli, "remarks", (int64_t)audit->remarks);
}

static int tell_findings(struct audit *audit)
{
	char findings[32];
	return lantik_fail(audit->cli, 701, LANTIK_EXIT_NOT_VERIFIED,
		"%s finding(s): the database is not what was signed\nKeep it as it is, and compare it with a backup "
		"and "
		"with "
		"what the offices hold; docs/audit.md says what each finding means.",
		"%s temuan: basis data tidak sama dengan yang ditandatangani\nBiarkan apa adanya, lalu bandingkan "
		"dengan "
		"cadangan dan dengan yang dipegang kantor; docs/audit.md menjelaskan setiap temuan.",
		lantik_count_format(audit->cli, (int64_t)audit->findings, findings));
}

static int tell_good(struct audit *audit)
{
	char leaves[32], rows[32];
	lantik_say(audit->cli, "all holds: %s leaves, %s rows of the register", "semua sah: %s daun, %s baris register",
		lantik_count_format(audit->cli, (int64_t)audit->leaves, leaves),
		lantik_count_format(audit->cli, (int64_t)audit->rows, rows));
	return audit->remarks ? LANTIK_EXIT_PARTIAL : LANTIK_EXIT_OK;
}

static int conclude(struct audit *audit, const char *memory, const struct lantik_skey *cosigner)
{
	int exit_code = LANTIK_EXIT_OK;
	summarise(audit);
	if (audit->findings)
		return tell_findings(audit);
	if (memory)
		exit_code = audit_memory_keep(audit, memory);
	if (!exit_code && cosigner)
		exit_code = audit_cosign(audit, cosigner);
	return exit_code ? exit_code : tell_good(audit);
}

static int failure(struct audit *audit)
{
	if (audit->reported)
		return audit->reported;
	if (lantik_signal())
		return lantik_signal_exit();
	if (audit->database->failed)
		return database_fail(audit->database, "the audit could not be finished", "audit gagal diselesaikan");
	return LANTIK_EXIT_OK;
}

/* A head that says less than there is will be told. */
static int from_check(struct audit *audit)
{
	if (audit->from <= audit->size)
		return LANTIK_EXIT_OK;
	uint64_t leaves = audit_count(audit, "SELECT greatest(max(leaf_index) + 1, 0) FROM lantik.ledger_leaf");
	if (audit->from <= leaves)
		return LANTIK_EXIT_OK;
	return lantik_fail(audit->cli, 710, LANTIK_EXIT_USAGE,
		"--from %llu: the leaves of the ledger number %llu\nGive at most as many.",
		"--from %llu: jumlah daun buku besar %llu\nBerikan paling banyak sejumlah itu.",
		(unsigned long long)audit->from, (unsigned long long)(leaves > audit->size ? leaves : audit->size));
}

static int look(struct audit *audit, const char *memory, const struct lantik_skey *cosigner)
{
	int exit_code = from_check(audit);
	if (!exit_code)
		exit_code = audit_witnesses_read(audit, memory);
	if (exit_code)
		return exit_code;
	steps_run(audit);
	exit_code = failure(audit);
	return exit_code ? exit_code : conclude(audit, memory, cosigner);
}

static int run(struct audit *audit, const struct lantik_skey *cosigner)
{
	struct lantik_buffer path = {0};
	int exit_code;
	if (begin(audit))
		exit_code = look(audit, audit_memory_path(audit, &path) ? (const char *)path.data : NULL, cosigner);
	else
		exit_code = failure(audit);
	for (unsigned i = 0; i < audit->idle_count; i++)
		database_close(&audit->idle[i]);
	audit_witnesses_free(audit);
	free(audit->bad_leaves);
	free(audit->misfits);
	free(audit->orphans);
	lantik_buffer_free(&audit->newest_note);
	lantik_buffer_free(&path);
	return exit_code;
}

int ctl_audit(struct lantik_cli *cli)
{
	struct database database = {0};
	struct audit audit = {.cli = cli, .database = &database};
	struct lantik_skey cosigner;
	bool cosign;
	audit.from = (uint64_t)lantik_option_number(cli, "from", 0);
	int exit_code = audit_trust_pin(&audit);
	if (!exit_code)
		exit_code = audit_cosign_prepare(&audit, &cosigner, &cosign);
	if (!exit_code)
		exit_code = database_open_migrated(cli, &database);
	if (!exit_code)
		exit_code = database_needs(&database, "register", "nik", "SELECT", "lantik_auditor");
	if (!exit_code)
		exit_code = run(&audit, cosign ? &cosigner : NULL);
	lantik_wipe(&cosigner, sizeof cosigner);
	database_close(&database);
	return exit_code;
}
