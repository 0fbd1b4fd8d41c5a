/* The audit of decisions: what each made of its records, and that it is what an official asked for. The statement says
 * both, and its digest is in the decision's leaf.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit_derived.h"
#include "lantik/statement.h"

/* The last column: the request of the same batch and moment, when the number leads elsewhere. */
#define DECISIONS                                                                                                      \
	"SELECT d.decision_no, d.batch_no, d.statement, d.requested_at, d.request_no, r.request_no, r.act, "           \
	"r.batch_no, ARRAY(SELECT DISTINCT n FROM unnest(r.record_nos) n ORDER BY n)::text, r.official_nama, "         \
	"r.official_jabatan, r.reason, r.requested_at, "                                                               \
	"CASE WHEN r.request_no IS NULL OR (r.batch_no <> d.batch_no AND r.requested_at <> d.requested_at) THEN "      \
	"(SELECT min(o.request_no) FROM lantik.decision_request o "                                                    \
	"WHERE o.batch_no = d.batch_no AND o.requested_at = d.requested_at) END FROM lantik.decision d "               \
	"LEFT JOIN lantik.decision_request r ON r.request_no = d.request_no ORDER BY d.decision_no"

enum {
	DECISION_NO,
	BATCH_NO,
	STATEMENT,
	REQUESTED_AT,
	REQUEST_NO,
	R_REQUEST_NO,
	R_ACT,
	R_BATCH_NO,
	R_RECORD_NOS,
	R_OFFICIAL,
	R_POSITION,
	R_REASON,
	R_REQUESTED_AT,
	SAME_MOMENT,
};

/* Each with what held the record back before: another decision, or else its batch, whose findings still tell it when
 * the record was erased. */
#define RECORDS                                                                                                        \
	"SELECT x.decision_no, x.record_no, x.batch_no, x.outcome, x.cause, p.decision_no IS NOT NULL, p.cause, "      \
	"coalesce(r.cause, (SELECT string_agg(DISTINCT f.rule_case || coalesce(':' || f.field, ''), ' ' "              \
	"ORDER BY f.rule_case || coalesce(':' || f.field, '')) FROM lantik.finding f "                                 \
	"WHERE f.batch_no = x.batch_no AND f.record_no = x.record_no AND f.severity <> 4)) "                           \
	"FROM lantik.decided_record x "                                                                                \
	"LEFT JOIN LATERAL (SELECT y.decision_no, y.cause FROM lantik.decided_record y "                               \
	"WHERE y.batch_no = x.batch_no AND y.record_no = x.record_no AND y.decision_no < x.decision_no "               \
	"ORDER BY y.decision_no DESC LIMIT 1) p ON true LEFT JOIN lantik.returned_record r "                           \
	"ON r.batch_no = x.batch_no AND r.record_no = x.record_no ORDER BY 1, 2"

enum {
	X_DECISION_NO,
	X_RECORD_NO,
	X_BATCH_NO,
	X_OUTCOME,
	X_CAUSE,
	X_DECIDED_BEFORE,
	X_CAUSE_DECIDED,
	X_CAUSE_RETURNED
};

/* A decision whose records are not those of its statement. They may stand under another number. */
struct misplaced {
	int64_t decision_no, batch_no;
	char *records, *outcomes; /* arrays, as PostgreSQL writes them */
};

/* Each is a finding already; more are not looked up. */
#define MOST_MISPLACED 1000u

struct decided_audit {
	struct audit *audit;
	struct audit_stream decisions, records;
	bool has_record; /* records holds a row that was not looked at yet */
	struct lantik_statement statement;
	struct lantik_buffer text;
	bool is_misplaced; /* the decision at hand */
	struct misplaced *misplaced;
	size_t misplaced_count;
};

/* ---- the request ---- */

static void request_found(struct decided_audit *d, enum audit_what what, const char *column)
{
	audit_found(d->audit, "decision_request", what, column, "request_no %" PRId64,
		audit_integer(&d->decisions, REQUEST_NO));
}

static bool is_text(const struct decided_audit *d, unsigned column, struct lantik_span said)
{
	return lantik_span_equal(audit_cell(&d->decisions, column), said);
}

/* A position that is `-` is none. */
static bool is_position(const struct decided_audit *d)
{
	struct lantik_span asked = audit_cell(&d->decisions, R_POSITION);

	return lantik_span_equal(asked, d->statement.position) ||
	       (lantik_span_is(asked, "-") && !d->statement.position.len);
}

/* The records as PostgreSQL writes an array. */
static bool is_records(struct decided_audit *d)
{
	lantik_buffer_reset(&d->text);
	for (size_t i = 0; i < d->statement.record_count; i++)
		lantik_buffer_printf(&d->text, "%c%" PRIu32, i ? ',' : '{', d->statement.records[i].record_no);
	lantik_buffer_printf(&d->text, "}");
	LANTIK_ASSERT(!d->text.error);
	return is_text(d, R_RECORD_NOS, lantik_buffer_span(&d->text));
}

/* A decision that names a request of another batch and moment does not name its own. Which of the two numbers was
 * altered cannot be told; both rows are named. */
static bool is_joined(struct decided_audit *d)
{
	const struct audit_stream *s = &d->decisions;
	bool there = !audit_null(s, R_REQUEST_NO);

	if (there && (audit_integer(s, R_BATCH_NO) == audit_integer(s, BATCH_NO) ||
			     audit_time(s, R_REQUESTED_AT) == audit_time(s, REQUESTED_AT)))
		return true;
	if (!there)
		request_found(d, AUDIT_MISSING, NULL);
	if (there || !audit_null(s, SAME_MOMENT))
		audit_found(d->audit, "decision", AUDIT_ALTERED, "request_no", "decision_no %" PRId64,
			audit_integer(s, DECISION_NO));
	if (!audit_null(s, SAME_MOMENT))
		audit_found(d->audit, "decision_request", AUDIT_ALTERED, "request_no", "request_no %" PRId64,
			audit_integer(s, SAME_MOMENT));
	return false;
}

static void request_check(struct decided_audit *d)
{
	const struct audit_stream *s = &d->decisions;

	if (!is_joined(d))
		return;
	if (audit_integer(s, R_BATCH_NO) != audit_integer(s, BATCH_NO))
		request_found(d, AUDIT_ALTERED, "batch_no");
	if (audit_time(s, R_REQUESTED_AT) != audit_time(s, REQUESTED_AT))
		request_found(d, AUDIT_ALTERED, "requested_at");
	if (audit_integer(s, R_ACT) != d->statement.act)
		request_found(d, AUDIT_ALTERED, "act");
	if (!is_records(d))
		request_found(d, AUDIT_ALTERED, "record_nos");
	if (!is_text(d, R_OFFICIAL, d->statement.official))
		request_found(d, AUDIT_ALTERED, "official_nama");
	if (!is_position(d))
		request_found(d, AUDIT_ALTERED, "official_jabatan");
	if (!is_text(d, R_REASON, d->statement.reason))
		request_found(d, AUDIT_ALTERED, "reason");
}

/* ---- what became of the records ---- */

static void record_found(
	struct decided_audit *d, enum audit_what what, const char *column, int64_t decision_no, int64_t record_no)
{
	audit_found(d->audit, "decided_record", what, column, "decision_no %" PRId64 " record_no %" PRId64, decision_no,
		record_no);
	d->is_misplaced = true;
}

static void next_record(struct decided_audit *d)
{
	d->has_record = audit_next(&d->records);
	if (d->has_record)
		audit_progress(d->audit);
}

static void extra_record(struct decided_audit *d)
{
	record_found(d, AUDIT_EXTRA, NULL, audit_integer(&d->records, X_DECISION_NO),
		audit_integer(&d->records, X_RECORD_NO));
	next_record(d);
}

static int32_t state_of(enum lantik_outcome outcome)
{
	return outcome == LANTIK_ACCEPTED ? 1 : outcome == LANTIK_RETURNED ? 2 : outcome == LANTIK_IN_REVIEW ? 3 : 4;
}

/* After a replay what it found; else what held the record back before. */
static bool is_cause(struct decided_audit *d, const struct lantik_decided *decided, size_t *at)
{
	const struct lantik_findings *f = &d->statement.findings;
	const struct audit_stream *s = &d->records;

	while (*at < f->count && f->items[*at].record_no < decided->record_no) /* of records that are missing */
		(*at)++;
	size_t first = *at;
	while (*at < f->count && f->items[*at].record_no == decided->record_no)
		(*at)++;
	if (decided->outcome == LANTIK_ACCEPTED)
		return audit_null(s, X_CAUSE);
	if (d->statement.act == LANTIK_REPLAY) {
		lantik_buffer_reset(&d->text);
		lantik_cause_format(f->items + first, *at - first, &d->text);
		LANTIK_ASSERT(!d->text.error);
		return d->statement.unknown || lantik_span_equal(audit_cell(s, X_CAUSE), lantik_buffer_span(&d->text));
	}
	unsigned before = audit_integer(s, X_DECIDED_BEFORE) ? X_CAUSE_DECIDED : X_CAUSE_RETURNED;
	return audit_null(s, before) || lantik_span_equal(audit_cell(s, X_CAUSE), audit_cell(s, before));
}

static void record_check(struct decided_audit *d, const struct lantik_decided *decided, size_t *at)
{
	const struct audit_stream *s = &d->records;
	int64_t decision_no = audit_integer(&d->decisions, DECISION_NO);
	bool is_its_cause = is_cause(d, decided, at);

	if (audit_integer(s, X_BATCH_NO) != audit_integer(&d->decisions, BATCH_NO))
		record_found(d, AUDIT_ALTERED, "batch_no", decision_no, decided->record_no);
	else if (!is_its_cause)
		record_found(d, AUDIT_ALTERED, "cause", decision_no, decided->record_no);
	if (audit_integer(s, X_OUTCOME) != state_of(decided->outcome))
		record_found(d, AUDIT_ALTERED, "outcome", decision_no, decided->record_no);
}

static void records_check(struct decided_audit *d)
{
	int64_t decision_no = audit_integer(&d->decisions, DECISION_NO);
	size_t at = 0;

	while (d->has_record && audit_integer(&d->records, X_DECISION_NO) < decision_no)
		extra_record(d);
	for (size_t i = 0; i < d->statement.record_count && !d->audit->failed; i++) {
		const struct lantik_decided *decided = &d->statement.records[i];
		while (d->has_record && audit_integer(&d->records, X_DECISION_NO) == decision_no &&
			audit_integer(&d->records, X_RECORD_NO) < decided->record_no)
			extra_record(d);
		if (!d->has_record || audit_integer(&d->records, X_DECISION_NO) != decision_no ||
			audit_integer(&d->records, X_RECORD_NO) != decided->record_no) {
			record_found(d, AUDIT_MISSING, NULL, decision_no, decided->record_no);
			continue;
		}
		record_check(d, decided, &at);
		next_record(d);
	}
	while (d->has_record && audit_integer(&d->records, X_DECISION_NO) == decision_no)
		extra_record(d);
}

/* ---- decisions under another number ---- */

static char *array_of(struct decided_audit *d, bool outcomes)
{
	lantik_buffer_reset(&d->text);
	for (size_t i = 0; i < d->statement.record_count; i++)
		lantik_buffer_printf(&d->text, "%c%" PRIu32, i ? ',' : '{',
			outcomes ? (uint32_t)state_of(d->statement.records[i].outcome)
				 : d->statement.records[i].record_no);
	lantik_buffer_printf(&d->text, "}");
	lantik_buffer_append(&d->text, "", 1);
	LANTIK_ASSERT(!d->text.error);
	char *text = strdup((const char *)d->text.data);
	LANTIK_ASSERT(text);
	return text;
}

static void misplaced_keep(struct decided_audit *d)
{
	if (d->misplaced_count == MOST_MISPLACED)
		return;
	struct misplaced *room = realloc(d->misplaced, (d->misplaced_count + 1) * sizeof *room);
	LANTIK_ASSERT(room);
	d->misplaced = room;
	room[d->misplaced_count++] = (struct misplaced){.decision_no = audit_integer(&d->decisions, DECISION_NO),
		.batch_no = audit_integer(&d->decisions, BATCH_NO),
		.records = array_of(d, false),
		.outcomes = array_of(d, true)};
}

static bool is_in_misplaced(const struct decided_audit *d, int64_t number)
{
	for (size_t i = 0; i < d->misplaced_count; i++)
		if (d->misplaced[i].decision_no == number)
			return true;
	return false;
}

/* Numbers under which just these records stand; whether a decision has the number; whether anything else stands under
 * the decision's own, which no batch may have. */
#define ELSEWHERE                                                                                                      \
	"SELECT x.decision_no, EXISTS (SELECT FROM lantik.decision d WHERE d.decision_no = x.decision_no), "           \
	"(EXISTS (SELECT FROM lantik.register a WHERE a.batch_no = $4::bigint) "                                       \
	"OR EXISTS (SELECT FROM lantik.finding f WHERE f.batch_no = $4::bigint) "                                      \
	"OR EXISTS (SELECT FROM lantik.rejected r WHERE r.decision_no = $4::bigint)) "                                 \
	"AND NOT EXISTS (SELECT FROM lantik.batch b WHERE b.batch_no = $4::bigint) "                                   \
	"FROM lantik.decided_record x WHERE x.batch_no = $1::bigint AND x.decision_no <> $4::bigint "                  \
	"GROUP BY x.decision_no HAVING array_agg(x.record_no ORDER BY x.record_no) = $2::int[] "                       \
	"AND array_agg(x.outcome ORDER BY x.record_no) = $3::smallint[]"

/* The number was altered when its records are complete under one that no decision has any more, or that another
 * decision has wrongly. Of a decision of which nothing but those records tells the number it cannot be told which of
 * the two was altered; both are named. */
static void misplaced_tell(struct decided_audit *d, const struct misplaced *m)
{
	char batch_no[24], decision_no[24];
	bool moved = false;

	snprintf(batch_no, sizeof batch_no, "%" PRId64, m->batch_no);
	snprintf(decision_no, sizeof decision_no, "%" PRId64, m->decision_no);
	PGresult *rows = database_query(d->audit->database, ELSEWHERE, 4,
		(const char *const[]){batch_no, m->records, m->outcomes, decision_no});
	for (int i = 0; rows && i < PQntuples(rows); i++)
		moved |= cell_true(rows, i, 1) ? is_in_misplaced(d, cell_number(rows, i, 0)) : !cell_true(rows, i, 2);
	PQclear(rows);
	if (moved)
		audit_found(d->audit, "decision", AUDIT_ALTERED, "decision_no", "decision_no %" PRId64, m->decision_no);
}

static void misplaced_end(struct decided_audit *d)
{
	for (size_t i = 0; i < d->misplaced_count && !d->audit->failed; i++)
		misplaced_tell(d, &d->misplaced[i]);
	for (size_t i = 0; i < d->misplaced_count; i++) {
		free(d->misplaced[i].records);
		free(d->misplaced[i].outcomes);
	}
	free(d->misplaced);
}

/* ---- the step ---- */

/* A statement that cannot be read was altered, and is named where its digest is compared; its records are passed over.
 */
static void decision_check(struct decided_audit *d)
{
	if (lantik_statement_parse(audit_cell(&d->decisions, STATEMENT), &d->statement)) {
		while (d->has_record &&
			audit_integer(&d->records, X_DECISION_NO) <= audit_integer(&d->decisions, DECISION_NO))
			next_record(d);
		return;
	}
	request_check(d);
	d->is_misplaced = false;
	records_check(d);
	if (d->is_misplaced)
		misplaced_keep(d);
	lantik_statement_free(&d->statement);
}

void audit_decided_run(struct audit *audit)
{
	struct decided_audit d = {.audit = audit};

	audit_open(audit, &d.decisions, DECISIONS);
	audit_open(audit, &d.records, RECORDS);
	next_record(&d);
	while (audit_next(&d.decisions))
		decision_check(&d);
	while (d.has_record && !audit->failed)
		extra_record(&d);
	audit_close(&d.records);
	audit_close(&d.decisions);
	misplaced_end(&d);
	lantik_buffer_free(&d.text);
}

uint64_t audit_decided_count(struct audit *audit)
{
	return audit_count(audit, "SELECT count(*) FROM lantik.decided_record");
}
