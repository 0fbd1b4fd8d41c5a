/* Reading a verdict: line by line, in the one order that lantik_verdict_format writes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/verdict.h"

#include <string.h>

#include "lines.h"

#define FIRST_LINE "lantik-verdict 1"

/* The value of the next line, which must have this key. */
static bool take_value(struct lantik_span *text, const char *key, struct lantik_span *ret)
{
	struct lantik_span line, rest;
	if (!lantik_line_take(text, &line) || !lantik_line_after(line, key, &rest))
		return false;
	if (rest.len < 2 || rest.data[0] != ' ')
		return false;
	*ret = (struct lantik_span){rest.data + 1, rest.len - 1};
	return true;
}

static bool read_count(struct lantik_span text, uint32_t *ret)
{
	uint64_t value;
	if (!lantik_decimal_parse(text, &value) || value > UINT32_MAX)
		return false;
	*ret = (uint32_t)value;
	return true;
}

/* The part before the first blank; the rest begins after it. False when nothing is left. */
static bool take_word(struct lantik_span *text, struct lantik_span *ret)
{
	if (text->len == 0)
		return false;
	const uint8_t *blank = memchr(text->data, ' ', text->len);
	size_t len = blank == NULL ? text->len : (size_t)(blank - text->data);
	*ret = (struct lantik_span){text->data, len};
	size_t used = blank == NULL ? len : len + 1;
	*text = (struct lantik_span){text->data + used, text->len - used};
	return len > 0 && (blank == NULL || text->len > 0);
}

static bool take_count(struct lantik_span *text, const char *key, uint32_t *ret)
{
	struct lantik_span value;
	return take_value(text, key, &value) && read_count(value, ret);
}

/* Only as the list spells it in English; `-` is none. */
static bool take_listed(struct lantik_span *text, const char *key, enum lantik_word_list list, int32_t *ret)
{
	struct lantik_span value;
	if (!take_value(text, key, &value))
		return false;
	*ret = lantik_span_is(value, "-") ? 0 : lantik_word_code(list, value);
	return *ret == 0 ||
	       (*ret != LANTIK_WORD_UNREADABLE && lantik_span_is(value, lantik_word(list, *ret, LANTIK_ENGLISH)));
}

static bool is_lower_hex(struct lantik_span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] >= 'A' && text.data[i] <= 'F')
			return false;
	}
	return true;
}

static bool take_names(struct lantik_span *text, struct lantik_verdict *ret)
{
	struct lantik_span batch;
	return take_value(text, "office", &ret->office) && take_value(text, "batch", &batch) && batch.len == 36 &&
	       is_lower_hex(batch) && lantik_id_parse(batch, ret->batch_id) &&
	       take_value(text, "agency", &ret->agency) && take_listed(text, "kind", LANTIK_WORDS_kind, &ret->kind) &&
	       take_listed(text, "step", LANTIK_WORDS_step, &ret->step);
}

static bool take_hash(struct lantik_span value, uint8_t ret[LANTIK_HASH])
{
	return is_lower_hex(value) && lantik_hex_decode(value, ret, LANTIK_HASH);
}

static bool take_outcome(struct lantik_span *text, struct lantik_verdict *ret)
{
	struct lantik_span outcome, records, count, rulebook;
	if (!take_value(text, "outcome", &outcome) || !take_value(text, "records", &records) ||
		!take_word(&records, &count) || !read_count(count, &ret->records) ||
		!take_hash(records, ret->records_sha256) || !take_value(text, "rulebook", &rulebook) ||
		!take_hash(rulebook, ret->rulebook_sha256))
		return false;
	ret->refused = lantik_span_is(outcome, "refused");
	if (!ret->refused && !lantik_span_is(outcome, "committed"))
		return false;
	return take_count(text, "accepted", &ret->accepted) && take_count(text, "returned", &ret->returned) &&
	       take_count(text, "review", &ret->review);
}

/* `N05`: an upper-case letter and two digits. */
static bool is_rule_code(struct lantik_span text)
{
	return text.len == 3 && text.data[0] >= 'A' && text.data[0] <= 'Z' && text.data[1] >= '0' &&
	       text.data[1] <= '9' && text.data[2] >= '0' && text.data[2] <= '9';
}

static bool is_small_name(struct lantik_span text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t byte = text.data[i];
		if (!(byte >= 'a' && byte <= 'z') && !(byte >= '0' && byte <= '9') && byte != '_')
			return false;
	}
	return text.len > 0;
}

static bool is_case_name(struct lantik_span text)
{
	struct lantik_span code = {text.data, 3}, name = {text.data + 4, text.len - 4};
	return text.len > 4 && is_rule_code(code) && text.data[3] == '.' && is_small_name(name);
}

static void note_unknown(struct lantik_span name, struct lantik_verdict *ret)
{
	size_t i = 0;
	while (i < LANTIK_UNKNOWN_NAMES && ret->unknown_names[i].len > 0 &&
		!lantik_span_equal(ret->unknown_names[i], name))
		i++;
	if (i < LANTIK_UNKNOWN_NAMES)
		ret->unknown_names[i] = name;
	ret->unknown++;
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
	bool fine = is_rule_code(name) || is_case_name(name);
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
	if (!take_value(&after, "not-checked", &names))
		return LANTIK_OK;
	*text = after;
	while (names.len > 0) {
		if (!take_word(&names, &name) || !read_unchecked(name, &next, ret))
			return LANTIK_E_MALFORMED;
	}
	return LANTIK_OK;
}

/* The field behind the colon. */
static bool read_field(struct lantik_span name, enum lantik_field_id *ret, bool *ret_known)
{
	const struct lantik_field *found = lantik_field_find(lantik_record_fields, LANTIK_FIELD_COUNT, name);
	*ret_known = found != NULL;
	if (found == NULL)
		return is_small_name(name);
	*ret = (enum lantik_field_id)found->number;
	return lantik_span_is(name, found->name);
}

/* Takes the letter off the end; 0 when there is none. */
static enum lantik_severity take_severity(struct lantik_span *text)
{
	if (text->len < 3 || text->data[text->len - 2] != '/')
		return 0;
	for (enum lantik_severity severity = LANTIK_FATAL; severity <= LANTIK_WARN; severity++) {
		if (text->data[text->len - 1] == lantik_severity_letter(severity)) {
			text->len -= 2;
			return severity;
		}
	}
	return 0;
}

/* `CODE.case/S` or `CODE.case:field/S`; the severity, 0 when it is neither. */
static enum lantik_severity read_case(
	struct lantik_span text, uint32_t record_no, struct lantik_verdict *verdict, struct lantik_findings *ret)
{
	enum lantik_severity severity = take_severity(&text);
	const uint8_t *colon = severity == 0 ? NULL : memchr(text.data, ':', text.len);
	size_t len = colon == NULL ? text.len : (size_t)(colon - text.data);
	struct lantik_span name = {text.data, len};
	enum lantik_case_id case_id = lantik_case_find(name);
	enum lantik_field_id field = LANTIK_F_NONE;
	bool field_known = true;
	if (case_id == LANTIK_CASE_COUNT && !is_case_name(name))
		return 0;
	if (colon != NULL && !read_field((struct lantik_span){colon + 1, text.len - len - 1}, &field, &field_known))
		return 0;
	if (case_id == LANTIK_CASE_COUNT || !field_known)
		note_unknown(text, verdict);
	else
		lantik_findings_add(ret, record_no, case_id, (uint8_t)severity, field);
	return severity;
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
	while (take_value(&after, "finding", &name)) {
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
		enum lantik_severity severity = take_word(&text, &name) ? read_case(name, record_no, verdict, ret) : 0;
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
	if (!take_word(&line, &number) || !read_count(number, &record_no) || !take_word(&line, &word) ||
		!read_outcome(word, &outcome) || record_no <= tally->last || record_no > verdict->records)
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
	while (take_value(&after, "record", &line)) {
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
