/* Which records an act may touch, and what becomes of each of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lantik/ledger.h"

#include "current.h"
#include "decide_private.h"

void decision_refuse(struct decision *d, enum lantik_case_id rule_case, const char *format, ...)
{
	va_list args;

	if (decision_is_refused(d))
		return;
	d->rule_case = rule_case;
	va_start(args, format);
	vsnprintf(d->why, sizeof d->why, format, args);
	va_end(args);
}

/* ---- what may be decided ---- */

static const char *state_words(int32_t state)
{
	static const char *const words[] = {"is none that was returned or waits", "was accepted", "is returned",
		"waits for an official", "was rejected"};

	return words[state];
}

/* A replay runs the rules of one record. What was found by comparing it with others of its batch stays found. */
static bool named_by_batch_rule(struct lantik_span cause)
{
	while (cause.len) {
		const uint8_t *blank = memchr(cause.data, ' ', cause.len);
		size_t len = blank ? (size_t)(blank - cause.data) : cause.len;
		const uint8_t *colon = memchr(cause.data, ':', len);
		struct lantik_span name = {.data = cause.data, .len = colon ? (size_t)(colon - cause.data) : len};
		enum lantik_case_id id = lantik_case_find(name);
		if (id < LANTIK_CASE_COUNT && lantik_case_of(id)->rule->layer == LANTIK_LAYER_BATCH)
			return true;
		len += blank ? 1 : 0;
		cause = (struct lantik_span){.data = cause.data + len, .len = cause.len - len};
	}
	return false;
}

static void check_states(struct decision *d)
{
	bool replay = d->request.act == LANTIK_REPLAY;

	for (size_t i = 0; i < d->request.record_count; i++) {
		const struct store_asked *asked = &d->request.records[i];
		bool waits = asked->state == LANTIK_RECORD_REVIEW;
		if (!waits && !(replay && asked->state == LANTIK_RECORD_RETURNED))
			decision_refuse(d, LANTIK_CASE_COUNT,
				replay ? "record %u %s; only what is returned or waits can be replayed"
				       : "record %u %s; only what waits for an official can be decided",
				asked->record_no, state_words(asked->state));
		else if (replay && named_by_batch_rule(asked->cause))
			decision_refuse(d, LANTIK_CASE_COUNT,
				"record %u fell to a rule that compares the records of its batch; its office corrects "
				"it",
				asked->record_no);
	}
}

static void check_request(struct decision *d)
{
	const struct store_request *r = &d->request;

	if (r->refused_whole)
		decision_refuse(d, LANTIK_CASE_COUNT, "the batch was refused whole; its office sends a corrected one");
	if (!r->record_count)
		decision_refuse(d, LANTIK_CASE_COUNT, "no record is named");
	if (!lantik_statement_written(r->official, LANTIK_MAX_OFFICIAL) ||
		(r->position.len && !lantik_statement_written(r->position, LANTIK_MAX_OFFICIAL)) ||
		!lantik_statement_written(r->reason, LANTIK_MAX_REASON))
		decision_refuse(d, LANTIK_CASE_COUNT,
			"the official's name, position and reason must be one line each that shows something, without "
			"control or hidden characters");
	check_states(d);
}

/* ---- the batch as it came ---- */

static void name_office(struct decision *d)
{
	struct office *office = &d->job.office;
	const struct store_request *r = &d->request;

	LANTIK_ASSERT(r->office.len <= LANTIK_MAX_OFFICE_NAME && r->batch_id.len == 16);
	*office = (struct office){.office_no = r->office_no};
	memcpy(office->name, r->office.data, r->office.len);
	d->job.received_at = r->received_at;
}

/* Records at the places that they had in their batch; the others are empty. */
static void place_records(struct decision *d)
{
	const struct store_request *r = &d->request;
	uint32_t last = r->records[r->record_count - 1].record_no;
	struct lantik_span *records = lantik_arena_alloc(d->s.desk->batch_arena, last * sizeof *records);

	LANTIK_ASSERT(records && last <= LANTIK_MAX_RECORDS);
	for (size_t i = 0; i < r->record_count; i++) {
		size_t at = r->records[i].record_no - 1;
		records[at] = r->records[i].bytes;
		lantik_leaf_hash(records[at], d->s.desk->record_hashes + at * LANTIK_HASH);
	}
	d->s.view = (struct lantik_batch_view){.manifest = r->manifest,
		.records = records,
		.record_count = last,
		.present = {UINT64_MAX, UINT64_MAX}}; /* any field: nobody looked */
}

void decision_open(struct decision *d)
{

	check_request(d);
	if (decision_is_refused(d))
		return;
	name_office(d);
	lantik_arena_reset(d->s.desk->batch_arena);
	if (lantik_manifest_decode(d->request.manifest, d->s.desk->batch_arena, &d->s.manifest)) {
		decision_refuse(d, LANTIK_CASE_COUNT, "the manifest of the batch cannot be read by this version");
		return;
	}
	place_records(d);
	d->s.job = &d->job;
	d->s.alone = d->s.keeps_tuples = true;
	d->s.names_agency = d->request.names_agency;
	d->s.waives_review = d->request.act == LANTIK_ACCEPT;
	d->s.desk->findings.count = 0;
	lantik_buffer_reset(&d->s.desk->tuples);
	row_columns_of(d->s.view.present, &d->s.columns);
	lantik_random(d->s.desk->salts, (size_t)d->s.view.record_count * LANTIK_ROW_SALT);
}

/* ---- what the rules say ---- */

/* An official who accepts answers for what the rules of the record said: its row is made as it is. */
static enum store_result accept_record(
	struct decision *d, uint32_t i, struct lineage *lineage, enum lantik_error *ret_error)
{
	struct lantik_record record;
	int64_t nik, nip;

	lantik_arena_reset(d->worker->record_arena);
	*ret_error = lantik_record_decode(d->s.view.records[i], d->worker->record_arena, &record);
	if (!*ret_error && !current_numbers(&record, &nik, &nip))
		*ret_error = LANTIK_E_MALFORMED; /* it waited by the rules: somebody changed it since */
	return *ret_error ? STORE_OK : submission_add_row(&d->s, i, &record, lineage);
}

static enum store_result make_rows(struct decision *d, struct lantik_check *check)
{
	bool replay = d->request.act == LANTIK_REPLAY;
	struct lineage lineage = lineage_of(d->worker->store, d->job.office.office_no);
	enum lantik_error error = LANTIK_OK;
	enum store_result result = STORE_OK;

	for (size_t at = 0; at < d->request.record_count && !result && !error; at++) {
		uint32_t i = d->request.records[at].record_no - 1;
		result = replay ? submission_judge_record(&d->s, check, i, &lineage, &error)
				: accept_record(d, i, &lineage, &error);
		if (error)
			decision_refuse(d, LANTIK_CASE_COUNT, "record %u cannot be read by this version", i + 1);
	}
	lineage_free(&lineage);
	return result;
}

/* One statement makes all rows current; it cannot do so twice for one person. */
static void check_people(struct decision *d)
{
	struct row **order = d->s.desk->order;

	for (size_t i = 1; i < d->s.copied; i++)
		if (order[i]->nik == order[i - 1]->nik)
			decision_refuse(d, LANTIK_CASE_N07_twice,
				"records %u and %u are of one person; decide one of them", order[i - 1]->record_no,
				order[i]->record_no);
}

/* What an official cannot waive stops the whole request. */
static void check_accepted(struct decision *d)
{
	const struct lantik_findings *f = &d->s.desk->findings;
	char name[64];

	for (size_t i = 0; i < f->count; i++) {
		if (f->items[i].severity >= LANTIK_REVIEW)
			continue;
		lantik_case_format(f->items[i].case_id, name);
		decision_refuse(d, (enum lantik_case_id)f->items[i].case_id,
			"record %u cannot be accepted: %s, which no official can waive", f->items[i].record_no, name);
	}
}

static enum store_result ask_register(struct decision *d)
{
	struct submission *s = &d->s;

	submission_keep(s);
	check_people(d);
	if (decision_is_refused(d) || !s->copied)
		return STORE_OK;
	enum store_result result = submission_wait_formation(s);
	if (!result)
		result = submission_ask_register(s, &d->judged, &d->judged_count);
	if (result)
		return result;
	submission_keep(s);
	if (submission_is_formed(s)) {
		result = submission_ask_formation(s);
		submission_keep(s);
	}
	if (result)
		return result;
	if (d->request.act == LANTIK_ACCEPT)
		check_accepted(d);
	return STORE_OK;
}

static enum store_result run_rules(struct decision *d)
{
	struct submission *s = &d->s;
	struct lantik_check *check = lantik_check_new(s->rulebook->rulebook, &s->manifest, d->job.received_at);

	LANTIK_ASSERT(check);
	s->severities = *lantik_check_severities(check);
	enum store_result result = make_rows(d, check);
	lantik_check_free(&check);
	if (result || decision_is_refused(d))
		return result;
	return ask_register(d);
}

/* ---- what becomes of each record ---- */

static enum lantik_outcome outcome_of(const struct decision *d, const struct lantik_finding *findings, size_t count)
{
	static const enum lantik_outcome of_act[] = {[LANTIK_ACCEPT] = LANTIK_ACCEPTED,
		[LANTIK_RETURN] = LANTIK_RETURNED,
		[LANTIK_REJECT] = LANTIK_REJECTED};

	if (d->request.act != LANTIK_REPLAY)
		return of_act[d->request.act];
	enum lantik_outcome outcome = lantik_outcome_of(findings, count);
	/* what would refuse a batch returns a record that stands alone */
	return outcome == LANTIK_REFUSED ? LANTIK_RETURNED : outcome;
}

static void settle_outcomes(struct decision *d)
{
	const struct lantik_findings *f = &d->s.desk->findings;
	size_t at = 0;

	d->outcomes = calloc(d->request.record_count, sizeof *d->outcomes);
	LANTIK_ASSERT(d->outcomes);
	for (size_t i = 0; i < d->request.record_count; i++) {
		uint32_t record_no = d->request.records[i].record_no;
		size_t first = at;
		while (at < f->count && f->items[at].record_no == record_no)
			at++;
		d->outcomes[i] = (struct lantik_decided){
			.record_no = record_no, .outcome = outcome_of(d, f->items + first, at - first)};
	}
	LANTIK_ASSERT(at == f->count);
}

/* Rejected people are remembered by their NIK. */
static void find_people(struct decision *d)
{
	struct worker *w = d->worker;
	struct lantik_record record;

	for (size_t at = 0; at < d->request.record_count && !decision_is_refused(d); at++) {
		const struct store_asked *asked = &d->request.records[at];
		lantik_arena_reset(w->record_arena);
		if (lantik_record_decode(asked->bytes, w->record_arena, &record) ||
			record.nik.len != sizeof d->s.desk->niks[at] || !lantik_utf8_valid(record.nik) ||
			memchr(record.nik.data, 0, record.nik.len))
			decision_refuse(d, LANTIK_CASE_COUNT,
				"record %u holds no NIK of 16 characters, by which a rejection is remembered; return "
				"it",
				asked->record_no);
		else
			memcpy(d->s.desk->niks[at], record.nik.data, sizeof d->s.desk->niks[at]);
	}
}

enum store_result decision_judge(struct decision *d)
{
	bool into_register = d->request.act == LANTIK_ACCEPT || d->request.act == LANTIK_REPLAY;
	enum store_result result = into_register ? run_rules(d) : STORE_OK;

	if (d->request.act == LANTIK_REJECT)
		find_people(d);
	if (!result && !decision_is_refused(d))
		settle_outcomes(d);
	return result;
}
