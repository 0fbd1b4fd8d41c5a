/* The verdict as canonical text, and back.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/verdict.h"

#include <string.h>

#include "wording.h"

#define FIRST_LINE "lantik-verdict 1"

/* Stands for a name that the manifest does not give in a form that a line can hold. */
#define NO_NAME "-"

/* By enum lantik_severity. */
static const char severity_letters[] = "-FERW";
static const char *const outcome_words[] = {"accepted", "returned", "review", "refused", "rejected"};

enum lantik_outcome lantik_outcome_of(const struct lantik_finding *findings, size_t count)
{
	enum lantik_outcome outcome = LANTIK_ACCEPTED;
	for (size_t i = 0; i < count; i++) {
		switch ((enum lantik_severity)findings[i].severity) {
		case LANTIK_FATAL:
			return LANTIK_REFUSED;
		case LANTIK_ERROR_ROW:
			outcome = LANTIK_RETURNED;
			break;
		case LANTIK_REVIEW:
			if (outcome == LANTIK_ACCEPTED)
				outcome = LANTIK_IN_REVIEW;
			break;
		case LANTIK_WARN:
			break;
		}
	}
	return outcome;
}

const char *lantik_outcome_word(enum lantik_outcome outcome)
{
	LANTIK_ASSERT((unsigned)outcome < LANTIK_COUNT(outcome_words));
	return outcome_words[outcome];
}

/* How many findings from here on belong to the same record. */
static size_t record_run(const struct lantik_finding *findings, size_t count)
{
	size_t run = 0;
	while (run < count && findings[run].record_no == findings[0].record_no)
		run++;
	return run;
}

void lantik_verdict_count(struct lantik_verdict *verdict)
{
	uint32_t returned = 0, review = 0;
	bool refused = lantik_outcome_of(verdict->findings, verdict->finding_count) == LANTIK_REFUSED;
	for (size_t at = 0, run; at < verdict->finding_count && !refused; at += run) {
		const struct lantik_finding *findings = verdict->findings + at;
		run = record_run(findings, verdict->finding_count - at);
		enum lantik_outcome outcome =
			findings->record_no == 0 ? LANTIK_ACCEPTED : lantik_outcome_of(findings, run);
		returned += outcome == LANTIK_RETURNED;
		review += outcome == LANTIK_IN_REVIEW;
	}
	verdict->refused = refused;
	verdict->returned = returned;
	verdict->review = review;
	verdict->accepted = refused ? 0 : verdict->records - returned - review;
}

/* A batch is refused for its agency code, too, whatever that holds: the line stays a line and tells nothing personal.
 */
static bool is_agency(struct lantik_span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	}
	return text.len == 4;
}

/* printf costs more than the rest of a verdict: these lines are put together piece by piece. */
static void append_name(struct lantik_buffer *ret, const char *key, struct lantik_span name)
{
	lantik_buffer_append_text(ret, key);
	lantik_buffer_append(ret, " ", 1);
	lantik_buffer_append_span(ret, name);
	lantik_buffer_append(ret, "\n", 1);
}

static void append_count(struct lantik_buffer *ret, const char *key, uint32_t count)
{
	lantik_buffer_append_text(ret, key);
	lantik_buffer_append(ret, " ", 1);
	lantik_buffer_append_number(ret, count);
}

static void append_word(struct lantik_buffer *ret, const char *key, enum lantik_word_list list, int32_t code)
{
	const char *word = lantik_word(list, code, LANTIK_ENGLISH);
	append_name(ret, key, lantik_span_of(word == NULL ? NO_NAME : word));
}

static void append_head(const struct lantik_verdict *verdict, struct lantik_buffer *ret)
{
	char batch[37], records[2 * LANTIK_HASH + 1], rulebook[2 * LANTIK_HASH + 1];
	lantik_id_format(verdict->batch_id, batch);
	lantik_hex_encode(verdict->records_root, LANTIK_HASH, records);
	lantik_hex_encode(verdict->rulebook_sha256, LANTIK_HASH, rulebook);
	lantik_buffer_append_text(ret, FIRST_LINE "\n");
	append_name(ret, "office", verdict->office);
	append_name(ret, "batch", lantik_span_of(batch));
	append_name(ret, "agency", is_agency(verdict->agency) ? verdict->agency : lantik_span_of(NO_NAME));
	append_word(ret, "kind", LANTIK_WORDS_kind, verdict->kind);
	append_word(ret, "step", LANTIK_WORDS_step, verdict->step);
	append_name(ret, "outcome", lantik_span_of(verdict->refused ? "refused" : "committed"));
	append_count(ret, "records", verdict->records);
	append_name(ret, "", lantik_span_of(records));
	append_name(ret, "rulebook", lantik_span_of(rulebook));
	append_count(ret, "accepted", verdict->accepted);
	append_count(ret, "\nreturned", verdict->returned);
	append_count(ret, "\nreview", verdict->review);
	lantik_buffer_append(ret, "\n", 1);
}

static bool is_unchecked(const struct lantik_verdict *verdict, unsigned id)
{
	return (verdict->not_checked[id / 64] >> (id % 64) & 1) != 0;
}

/* The cases of a rule stand side by side; the first one behind them. */
static unsigned behind_rule(unsigned id)
{
	const struct lantik_rule *rule = lantik_case_of((enum lantik_case_id)id)->rule;
	while (id < LANTIK_CASE_COUNT && lantik_case_of((enum lantik_case_id)id)->rule == rule)
		id++;
	return id;
}

/* One rule's cases from `id` to `end`: by its code when all are unchecked, else case by case. */
static void append_unchecked_rule(
	const struct lantik_verdict *verdict, unsigned id, unsigned end, struct lantik_buffer *ret)
{
	bool all = true;
	for (unsigned i = id; i < end; i++)
		all &= is_unchecked(verdict, i);
	if (all) {
		lantik_buffer_append(ret, " ", 1);
		lantik_buffer_append_text(ret, lantik_case_of((enum lantik_case_id)id)->rule->code);
		return;
	}
	for (; id < end; id++) {
		if (!is_unchecked(verdict, id))
			continue;
		lantik_buffer_append(ret, " ", 1);
		lantik_buffer_append_span(ret, lantik_case_of((enum lantik_case_id)id)->full);
	}
}

static void append_unchecked(const struct lantik_verdict *verdict, struct lantik_buffer *ret)
{
	uint64_t any = 0;
	for (size_t i = 0; i < LANTIK_COUNT(verdict->not_checked); i++)
		any |= verdict->not_checked[i];
	if (any == 0)
		return;
	lantik_buffer_append_span(ret, lantik_span_of("not-checked"));
	for (unsigned id = 0, end; id < LANTIK_CASE_COUNT; id = end) {
		end = behind_rule(id);
		append_unchecked_rule(verdict, id, end, ret);
	}
	lantik_buffer_append(ret, "\n", 1);
}

char lantik_severity_letter(enum lantik_severity severity)
{
	LANTIK_ASSERT((unsigned)severity < sizeof severity_letters - 1 && severity != 0);
	return severity_letters[severity];
}

static void append_batch_findings(const struct lantik_finding *findings, size_t count, struct lantik_buffer *ret)
{
	for (size_t i = 0; i < count; i++) {
		lantik_buffer_append_span(ret, lantik_span_of("finding "));
		lantik_finding_append(&findings[i], ret);
		lantik_buffer_append(ret, "\n", 1);
	}
}

static void append_record(const struct lantik_finding *findings, size_t count, bool refused, struct lantik_buffer *ret)
{
	enum lantik_outcome outcome = refused ? LANTIK_REFUSED : lantik_outcome_of(findings, count);
	append_count(ret, "record", findings->record_no);
	lantik_buffer_append(ret, " ", 1);
	lantik_buffer_append_text(ret, lantik_outcome_word(outcome));
	for (size_t i = 0; i < count; i++) {
		lantik_buffer_append(ret, " ", 1);
		lantik_finding_append(&findings[i], ret);
	}
	lantik_buffer_append(ret, "\n", 1);
}

enum lantik_error lantik_verdict_format(const struct lantik_verdict *verdict, struct lantik_buffer *ret)
{
	append_head(verdict, ret);
	append_unchecked(verdict, ret);
	for (size_t at = 0, run; at < verdict->finding_count; at += run) {
		const struct lantik_finding *findings = verdict->findings + at;
		run = record_run(findings, verdict->finding_count - at);
		if (findings->record_no == 0)
			append_batch_findings(findings, run, ret);
		else
			append_record(findings, run, verdict->refused, ret);
	}
	lantik_buffer_append_span(ret, lantik_span_of("end\n"));
	return ret->error;
}
