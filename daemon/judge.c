/* Judging a submission without the register: the contract, the rules, and the rows that would be written.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lantik/name.h"

#include "current.h"
#include "row_sort.h"
#include "submission.h"

static const char *scan_detail(enum lantik_error error)
{
	switch (error) {
	case LANTIK_E_TOO_LARGE:
		return "the batch, a record or its list of documents is larger than the contract allows; send less at "
		       "once";
	case LANTIK_E_TRUNCATED:
		return "the body ends before it is complete; send the whole batch again";
	case LANTIK_E_UNKNOWN_FIELD:
		return "the body holds a field that the contract does not know; update the sending program";
	case LANTIK_E_DUPLICATE_FIELD:
		return "the body gives a field twice; mend the sending program";
	case LANTIK_E_BAD_VARINT:
		return "the body holds a number that is not in its shortest form or out of range; mend the sending "
		       "program";
	default:
		return "the body is not an AppointmentBatch (one manifest, then records) with values in the contract's "
		       "forms; mend "
		       "the sending program";
	}
}

static void refuse_bytes(struct submission *s, enum lantik_error error, uint32_t record_no)
{
	enum lantik_refusal code = error == LANTIK_E_TOO_LARGE ? LANTIK_REFUSED_TOO_LARGE : LANTIK_REFUSED_MALFORMED;

	answer_refusal(s->job, code, record_no, scan_detail(error));
}

/* What the daemon needs of a manifest to answer it at all; NULL when it is there. */
static const char *manifest_lacks(const struct lantik_manifest *m)
{
	if (m->batch_id.len != 16)
		return "batch_id must be 16 bytes; mend the sending program";
	if (m->records_root.len != LANTIK_HASH)
		return "records_root must be 32 bytes; mend the sending program";
	if (m->corrects_batch_id.len != 0 && m->corrects_batch_id.len != 16)
		return "corrects_batch_id must be the id of a batch, 16 bytes, or absent; correct the manifest";
	return NULL;
}

bool submission_identify(struct submission *s)
{
	struct lantik_span manifest;
	enum lantik_error error = lantik_batch_manifest(s->job->body, &manifest);

	if (error) {
		refuse_bytes(s, error, 0);
		return false;
	}
	lantik_sha256(manifest, s->manifest_sha256);
	return true;
}

/* The records are those that the manifest names. */
static bool are_the_records(struct submission *s)
{
	uint8_t *hashes = s->desk->record_hashes, root[LANTIK_HASH];

	for (uint32_t i = 0; i < s->view.record_count; i++)
		lantik_leaf_hash(s->view.records[i], hashes + (size_t)i * LANTIK_HASH);
	lantik_root_of(hashes, s->view.record_count, root);
	return memcmp(root, s->manifest.records_root.data, LANTIK_HASH) == 0;
}

static enum lantik_error scan(struct submission *s, uint32_t *ret_record_no)
{
	lantik_arena_reset(s->desk->batch_arena);
	enum lantik_error error = lantik_batch_scan(s->job->body, s->desk->batch_arena, &s->view, ret_record_no);
	return error ? error : lantik_manifest_decode(s->view.manifest, s->desk->batch_arena, &s->manifest);
}

bool submission_open(struct submission *s)
{
	struct desk *large = s->worker->desk;
	uint32_t record_no;
	enum lantik_error error = scan(s, &record_no);

	if (s->desk != large && (error == LANTIK_E_TOO_LARGE || (!error && s->view.record_count > s->desk->capacity))) {
		s->desk = large;
		error = scan(s, &record_no);
	}
	if (error) {
		refuse_bytes(s, error, record_no);
		return false;
	}
	const char *lacks = manifest_lacks(&s->manifest);
	if (lacks) {
		answer_refusal(s->job, LANTIK_REFUSED_MALFORMED, 0, lacks);
		return false;
	}
	if (!are_the_records(s)) {
		answer_refusal(s->job, LANTIK_REFUSED_BAD_DIGEST, 0,
			"records_root is not the root of the records behind the manifest; mend the sending program");
		return false;
	}
	return true;
}

static void row_identity(struct row *row, const struct lantik_record *record, int32_t step)
{
	/* N01 and P01, which no rulebook weakens; of what officials accept decide_judge.c asks */
	LANTIK_ASSERT(current_numbers(record, &row->nik, &row->nip));
	row->kelompok_lapor = record->kelompok_lapor;
	row->step = step;
	row->change_kind = record->change_kind;
	row->not_proposed = step != LANTIK_STEP_NI && record->predecessor_batch_id.len > 0;
	row_forget(row);
}

static void add_central(
	struct submission *s, uint32_t record_no, enum lantik_case_id case_id, enum lantik_field_id field)
{
	lantik_findings_add(&s->desk->findings, record_no, case_id, s->severities.of[case_id], field);
}

/* A question to the database ends the COPY that is open. What names more batches than are remembered would ask all the
 * time, and is written when all of it is judged. */
static enum store_result make_way(struct submission *s, const struct lineage *lineage, struct lantik_span batch_id)
{
	if (lineage_knows(lineage, batch_id))
		return STORE_OK;
	s->sends = s->sends && !lineage_is_full(lineage);
	return submission_pause(s);
}

/* What the record continues; named but not held is a finding. */
static enum store_result find_predecessor(
	struct submission *s, const struct lantik_record *record, struct lineage *lineage, struct row *row)
{
	enum store_result result = STORE_OK;

	row->supersedes_batch_no = 0;
	row->supersedes_record_no = record->predecessor_record_no;
	if (record->predecessor_batch_id.len == 16 && record->predecessor_record_no > 0) {
		result = make_way(s, lineage, record->predecessor_batch_id);
		if (!result)
			result = lineage_predecessor(lineage, record->predecessor_batch_id,
				record->predecessor_record_no, &row->supersedes_batch_no);
	}
	s->names_steps |= row->supersedes_batch_no != 0;
	if (result || !record->predecessor_batch_id.len || row->supersedes_batch_no)
		return result;
	add_central(s, row->record_no, LANTIK_CASE_S05_predecessor_missing, LANTIK_F_predecessor_batch_id);
	s->has_changes = true;
	return STORE_OK;
}

/* What the record says that it corrects. */
static enum store_result find_corrected(
	struct submission *s, const struct lantik_record *record, struct lineage *lineage, uint32_t record_no)
{
	struct lantik_span batch_id = record->corrects_batch_id;
	bool returned = false;
	enum store_result result = STORE_OK;

	if (!batch_id.len && !record->corrects_record_no)
		return STORE_OK;
	if (batch_id.len == 16) {
		result = make_way(s, lineage, batch_id);
		if (!result)
			result = lineage_returned(lineage, batch_id, record->corrects_record_no, &returned);
	}
	if (!result && !returned)
		add_central(s, record_no, LANTIK_CASE_S06_not_held, LANTIK_F_corrects_record_no);
	return result;
}

/* What the manifest says that the batch corrects. A finding of the batch returns no record. */
static enum store_result find_corrected_batch(struct submission *s, struct lineage *lineage)
{
	uint8_t severity = s->severities.of[LANTIK_CASE_S06_not_held];
	bool held = true;
	enum store_result result = STORE_OK;

	if (s->manifest.corrects_batch_id.len == 16)
		result = lineage_held(lineage, s->manifest.corrects_batch_id, &held);
	if (severity > LANTIK_FATAL)
		severity = LANTIK_WARN;
	if (!result && !held)
		lantik_findings_add(&s->desk->findings, 0, LANTIK_CASE_S06_not_held, severity, LANTIK_F_NONE);
	return result;
}

/* The register keeps names in one form, and beside it what was sent. */
static void unify_name(struct submission *s, struct lantik_record *record, struct row *row)
{
	struct lantik_span sent = record->nama;

	row->nama_asli = (struct lantik_span){0};
	if (lantik_name_unify(sent, s->worker->record_arena, &record->nama))
		row->nama_asli = sent;
}

static bool passes(const struct lantik_findings *findings, size_t from)
{
	for (size_t i = from; i < findings->count; i++)
		if (findings->items[i].severity != LANTIK_WARN)
			return false;
	return true;
}

void submission_encode_row(
	struct submission *s, struct lantik_record *record, struct row *row, struct lantik_buffer *tuples)
{
	size_t i = row->record_no - 1;
	struct row_context context = {.batch_no = s->batch_no,
		.office_no = s->job->office.office_no,
		.manifest = &s->manifest,
		.columns = &s->columns,
		.names_agency = s->names_agency};
	struct row_source source = {.bytes = s->view.records[i], .hash = s->desk->record_hashes + i * LANTIK_HASH};

	unify_name(s, record, row);
	row_encode(&context, record, &source, s->desk->salts + i * LANTIK_ROW_SALT, row, tuples);
}

/* Rows that are sent stay when nothing needs to be asked first. */
static enum store_result send_row(struct submission *s, struct lantik_record *record, struct row *row)
{
	s->sends = s->sends && !submission_needs_the_register(s);
	if (!s->sends)
		return STORE_OK;
	s->sent++;
	return submission_send_row(s, record, row);
}

enum store_result submission_add_row(
	struct submission *s, uint32_t i, struct lantik_record *record, struct lineage *lineage)
{
	struct row *row = &s->desk->rows[s->row_count];

	row->record_no = i + 1;
	row_identity(row, record, s->manifest.step);
	enum store_result result = find_predecessor(s, record, lineage, row);
	if (!result)
		result = find_corrected(s, record, lineage, row->record_no);
	if (result)
		return result;
	s->has_changes |= record->change_kind != 0;
	s->row_count++;
	if (!s->keeps_tuples)
		return send_row(s, record, row);
	submission_encode_row(s, record, row, &s->desk->tuples);
	return STORE_OK;
}

/* A record that is judged without its batch is not compared with it. */
static void forget_neighbours(struct lantik_findings *findings, size_t from)
{
	size_t kept = from;

	for (size_t i = from; i < findings->count; i++)
		if (lantik_case_of(findings->items[i].case_id)->rule->layer != LANTIK_LAYER_BATCH)
			findings->items[kept++] = findings->items[i];
	findings->count = kept;
}

enum store_result submission_judge_record(struct submission *s, struct lantik_check *check, uint32_t i,
	struct lineage *lineage, enum lantik_error *ret_error)
{
	struct worker *w = s->worker;
	struct lantik_record record;
	size_t before = s->desk->findings.count;

	lantik_arena_reset(w->record_arena);
	*ret_error = lantik_record_decode(s->view.records[i], w->record_arena, &record);
	if (*ret_error)
		return STORE_OK;
	if (!i && !s->alone)
		s->names_agency = record.kode_instansi.len > 0;
	lantik_check_record(check, i + 1, &record, &s->desk->findings);
	if (s->alone)
		forget_neighbours(&s->desk->findings, before);
	return passes(&s->desk->findings, before) ? submission_add_row(s, i, &record, lineage) : STORE_OK;
}

static bool has_fatal(const struct lantik_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->items[i].severity == LANTIK_FATAL)
			return true;
	return false;
}

/* Everything before the records. */
static struct lantik_check *begin_judging(struct submission *s)
{
	struct lantik_check *check = s->worker->check;

	lantik_check_again(check, s->rulebook->rulebook, &s->manifest, s->job->received_at);
	s->severities = *lantik_check_severities(check);
	s->desk->findings.count = 0;
	s->row_count = s->sent = s->copy_left = 0;
	s->has_changes = s->names_steps = false;
	lantik_buffer_reset(&s->desk->tuples);
	row_columns_of(s->view.present, &s->columns);
	lantik_random(s->desk->salts, (size_t)s->view.record_count * LANTIK_ROW_SALT);
	lantik_check_manifest(check, &s->desk->findings);
	s->sends = s->sends && !has_fatal(&s->desk->findings);
	return check;
}

enum store_result submission_judge(struct submission *s, bool *ret_answered)
{
	struct worker *w = s->worker;
	struct lineage lineage = lineage_of(w->store, s->job->office.office_no);
	enum lantik_error error = LANTIK_OK;
	uint32_t i;

	*ret_answered = false;
	struct lantik_check *check = begin_judging(s);
	enum store_result result = find_corrected_batch(s, &lineage);
	for (i = 0; i < s->view.record_count && !result && !error; i++)
		result = submission_judge_record(s, check, i, &lineage, &error);
	if (!result)
		result = submission_pause(s);
	if (!result && !error)
		lantik_check_finish(check, &s->desk->findings);
	lantik_check_not_checked(check, s->not_checked);
	lantik_check_rest(check);
	lineage_free(&lineage);
	if (error) {
		refuse_bytes(s, error, i);
		*ret_answered = true;
	}
	s->judged = !result && !error;
	return result;
}

static bool goes_in(const struct submission *s, const struct lantik_finding *findings, size_t count)
{
	enum lantik_outcome outcome = lantik_outcome_of(findings, count);

	return outcome == LANTIK_ACCEPTED || (outcome == LANTIK_IN_REVIEW && s->waives_review);
}

void submission_keep(struct submission *s)
{
	lantik_findings_sort(&s->desk->findings);
	const struct lantik_finding *f = s->desk->findings.items;
	size_t at = 0;

	s->copied = 0;
	for (size_t i = 0; i < s->row_count; i++) {
		struct row *row = &s->desk->rows[i];
		while (at < s->desk->findings.count && f[at].record_no < row->record_no)
			at++;
		size_t first = at;
		while (at < s->desk->findings.count && f[at].record_no == row->record_no)
			at++;
		row->goes_in = goes_in(s, f + first, at - first);
		if (row->goes_in)
			s->desk->order[s->copied++] = row;
	}
	rows_sort(s->desk->order, s->copied, row_nik);
}

void submission_settle(struct submission *s)
{
	const struct lantik_manifest *m = &s->manifest;

	lantik_findings_sort(&s->desk->findings);
	s->verdict = (struct lantik_verdict){.office = lantik_span_of(s->job->office.name),
		.agency = m->kode_instansi,
		.kind = m->kind,
		.step = m->step,
		.records = s->view.record_count,
		.findings = s->desk->findings.items,
		.finding_count = s->desk->findings.count};
	memcpy(s->verdict.batch_id, m->batch_id.data, 16);
	memcpy(s->verdict.records_root, m->records_root.data, LANTIK_HASH);
	memcpy(s->verdict.rulebook_sha256, lantik_rulebook_digest(s->rulebook->rulebook), LANTIK_HASH);
	memcpy(s->verdict.not_checked, s->not_checked, sizeof s->not_checked);
	lantik_verdict_count(&s->verdict);
	s->copied = 0;
	if (s->verdict.refused)
		return;
	submission_keep(s);
	LANTIK_ASSERT(s->copied == s->verdict.accepted);
}
