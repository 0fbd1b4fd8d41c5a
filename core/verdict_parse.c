/* Reading a verdict: line by line, in the one order that lantik_verdict_format writes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/verdict.h"

#include "lines.h"
#include "wording.h"

#define FIRST_LINE "lantik-verdict 1"

static bool take_names(struct lantik_span *text, struct lantik_verdict *ret)
{
	return lantik_value_take(text, "office", &ret->office) && lantik_uuid_take(text, "batch", ret->batch_id) &&
	       lantik_value_take(text, "agency", &ret->agency) &&
	       lantik_listed_take(text, "kind", LANTIK_WORDS_kind, &ret->kind) &&
	       lantik_listed_take(text, "step", LANTIK_WORDS_step, &ret->step);
}

static bool take_outcome(struct lantik_span *text, struct lantik_verdict *ret)
{
	struct lantik_span outcome, records, count, rulebook;
	if (!lantik_value_take(text, "outcome", &outcome) || !lantik_value_take(text, "records", &records) ||
		!lantik_word_take(&records, &count) || !lantik_count_read(count, &ret->records) ||
		!lantik_hash_read(records, ret->records_root) || !lantik_value_take(text, "rulebook", &rulebook) ||
		!lantik_hash_read(rulebook, ret->rulebook_sha256))
		return false;
	ret->refused = lantik_span_is(outcome, "refused");
	if (!ret->refused && !lantik_span_is(outcome, "committed"))
		return false;
	return lantik_count_take(text, "accepted", &ret->accepted) &&
	       lantik_count_take(text, "returned", &ret->returned) && lantik_count_take(text, "review", &ret->review);
}

/* Marks a case that stands in its place. */
static bool mark_unchecked(unsigned id, unsigned *next, struct lantik_verdict *ret)
{
	if (id < *next)
		return false;
	ret->not_checked[id / 64] |= UINT64_C(1) << (id % 64);
	*next = id + 1;
	return true;
}

/* `CODE` for all cases of a rule, or `CODE.case`. Rules and cases are added without a new version of the contract: an
 * unknown one has a place that only its writer knows. */
static bool read_unchecked(struct lantik_span name, unsigned *next, struct lantik_verdict *ret)
{
	enum lantik_case_id found = lantik_case_find(name);
	if (found != LANTIK_CASE_COUNT)
		return mark_unchecked(found, next, ret);
	bool fine = lantik_is_rule_code(name) || lantik_is_case_name(name);
	for (unsigned id = 0; id < LANTIK_CASE_COUNT && fine; id++) {
		if (lantik_span_is(name, lantik_case_of((enum lantik_case_id)id)->rule->code))
			fine = mark_unchecked(id, next, ret);
	}
	return fine;
}

/* `not-checked`, when there is such a line. */
static enum lantik_error take_unchecked(struct lantik_span *text, struct lantik_verdict *ret)
{
	struct lantik_span after = *text, names, name;
	unsigned next = 0;
	if (!lantik_value_take(&after, "not-checked", &names))
		return LANTIK_OK;
	*text = after;
	while (names.len > 0) {
		if (!lantik_word_take(&names, &name) || !read_unchecked(name, &next, ret))
			return LANTIK_E_MALFORMED;
	}
	return LANTIK_OK;
}

static enum lantik_severity read_case(
	struct lantik_span text, uint32_t record_no, struct lantik_verdict *verdict, struct lantik_findings *ret)
{
	struct lantik_unknown unknown = {&verdict->unknown, verdict->unknown_names};
	return lantik_finding_read(text, record_no, unknown, ret);
}

/* What the lines say. */
struct tally {
	uint32_t last;
	uint32_t by_outcome[LANTIK_REFUSED + 1];
	bool fatal; /* a finding refuses the batch */
};

static enum lantik_error take_batch_findings(
	struct lantik_span *text, struct lantik_verdict *verdict, struct tally *tally, struct lantik_findings *ret)
{
	struct lantik_span after = *text, name;
	while (lantik_value_take(&after, "finding", &name)) {
		enum lantik_severity severity = read_case(name, 0, verdict, ret);
		if (severity == 0)
			return LANTIK_E_MALFORMED;
		tally->fatal |= severity == LANTIK_FATAL;
		*text = after;
	}
	return LANTIK_OK;
}

static bool read_outcome(struct lantik_span word, enum lantik_outcome *ret)
{
	for (unsigned outcome = 0; outcome <= LANTIK_REFUSED; outcome++) {
		if (lantik_span_is(word, lantik_outcome_word((enum lantik_outcome)outcome))) {
			*ret = (enum lantik_outcome)outcome;
			return true;
		}
	}
	return false;
}

/* The findings of a record; the gravest severity among them, 0 when they are not well-formed or none. */
static enum lantik_severity read_findings(
	struct lantik_span text, uint32_t record_no, struct lantik_verdict *verdict, struct lantik_findings *ret)
{
	struct lantik_span name;
	enum lantik_severity gravest = LANTIK_WARN;
	if (text.len == 0)
		return 0;
	while (text.len > 0) {
		enum lantik_severity severity =
			lantik_word_take(&text, &name) ? read_case(name, record_no, verdict, ret) : 0;
		if (severity < gravest)
			gravest = severity;
		if (severity == 0)
			return 0;
	}
	return gravest;
}

static bool read_record(
	struct lantik_span line, struct lantik_verdict *verdict, struct tally *tally, struct lantik_findings *ret)
{
	static const enum lantik_outcome outcomes[] = {
		LANTIK_REFUSED, LANTIK_REFUSED, LANTIK_RETURNED, LANTIK_IN_REVIEW, LANTIK_ACCEPTED};
	struct lantik_span number, word;
	enum lantik_outcome outcome;
	uint32_t record_no;
	if (!lantik_word_take(&line, &number) || !lantik_count_read(number, &record_no) ||
		!lantik_word_take(&line, &word) || !read_outcome(word, &outcome) || record_no <= tally->last ||
		record_no > verdict->records)
		return false;
	enum lantik_severity gravest = read_findings(line, record_no, verdict, ret);
	if (gravest == 0 || outcome != (verdict->refused ? LANTIK_REFUSED : outcomes[gravest]))
		return false;
	tally->last = record_no;
	tally->by_outcome[outcome]++;
	tally->fatal |= gravest == LANTIK_FATAL;
	return true;
}

static enum lantik_error take_records(
	struct lantik_span *text, struct lantik_verdict *verdict, struct tally *tally, struct lantik_findings *ret)
{
	struct lantik_span after = *text, line;
	while (lantik_value_take(&after, "record", &line)) {
		if (!read_record(line, verdict, tally, ret))
			return LANTIK_E_MALFORMED;
		*text = after;
	}
	return LANTIK_OK;
}

/* Head, counts and letters say the same, and the findings stand in their order, each once. */
static bool consistent(const struct lantik_verdict *head, const struct tally *tally, struct lantik_findings *findings)
{
	size_t count = findings->count;
	uint64_t told = (uint64_t)head->accepted + head->returned + head->review;
	if (told != (head->refused ? 0 : head->records) || head->refused != tally->fatal ||
		head->returned != tally->by_outcome[LANTIK_RETURNED] ||
		head->review != tally->by_outcome[LANTIK_IN_REVIEW])
		return false;
	lantik_findings_sort(findings);
	return findings->count == count;
}

static enum lantik_error parse_lines(
	struct lantik_span text, struct lantik_verdict *ret, struct lantik_findings *ret_findings)
{
	struct tally tally = {0};
	struct lantik_span line;
	if (!lantik_line_take(&text, &line) || !lantik_span_is(line, FIRST_LINE))
		return LANTIK_E_BAD_VERSION;
	if (!take_names(&text, ret) || !take_outcome(&text, ret))
		return LANTIK_E_MALFORMED;
	enum lantik_error error = take_unchecked(&text, ret);
	if (error == LANTIK_OK)
		error = take_batch_findings(&text, ret, &tally, ret_findings);
	if (error == LANTIK_OK)
		error = take_records(&text, ret, &tally, ret_findings);
	if (error != LANTIK_OK)
		return error;
	if (!lantik_line_take(&text, &line) || !lantik_span_is(line, "end") || text.len > 0)
		return LANTIK_E_MALFORMED;
	return consistent(ret, &tally, ret_findings) ? LANTIK_OK : LANTIK_E_MALFORMED;
}

enum lantik_error lantik_verdict_parse(
	struct lantik_span text, struct lantik_verdict *ret, struct lantik_findings *ret_findings)
{
	struct lantik_verdict verdict = {0};
	struct lantik_findings findings = {0};
	if (text.len > LANTIK_MAX_RECEIPT)
		return LANTIK_E_TOO_LARGE;
	enum lantik_error error = parse_lines(text, &verdict, &findings);
	if (error != LANTIK_OK) {
		lantik_findings_free(&findings);
		return error;
	}
	verdict.findings = findings.items;
	verdict.finding_count = findings.count;
	*ret = verdict;
	*ret_findings = findings;
	return LANTIK_OK;
}
