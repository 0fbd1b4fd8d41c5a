/* Statements of decisions: writing one, and reading it back strictly.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/statement.h"

#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "wording.h"

#define FIRST_LINE "lantik-decision 1"
#define NONE "-"

/* --- what may stand in one --- */

/* The character at the front: of Unicode's categories Cc, Zl and Zp those that somebody takes for the end of a line or
 * that a terminal obeys. */
static bool is_control(const uint8_t *at, size_t len)
{
	if (len == 1)
		return at[0] < ' ' || at[0] == 0x7f;
	if (len == 2)
		return at[0] == 0xc2 && at[1] < 0xa0;
	return len == 3 && at[0] == 0xe2 && at[1] == 0x80 && (at[2] == 0xa8 || at[2] == 0xa9);
}

bool lantik_statement_line_ok(struct lantik_span text, size_t characters)
{
	size_t count = 0;
	for (size_t at = 0; at < text.len; count++) {
		size_t len = lantik_utf8_length(text.data + at, text.len - at);
		if (len == 0 || is_control(text.data + at, len))
			return false;
		at += len;
	}
	return count > 0 && count <= characters;
}

/* The two bytes behind the first one of a character of three. */
static unsigned behind(const uint8_t *at)
{
	return (unsigned)at[1] << 8 | at[2];
}

static bool is_hidden(const uint8_t *at, size_t len)
{
	if (len == 2)
		return at[0] == 0xd8 && at[1] == 0x9c;
	if (len != 3 || at[0] != 0xe2)
		return len == 3 && at[0] == 0xef && behind(at) == 0xbbbf;
	unsigned low = behind(at);
	return (low >= 0x808b && low <= 0x808f) || (low >= 0x80aa && low <= 0x80ae) || (low >= 0x81a0 && low <= 0x81af);
}

static bool is_blank(const uint8_t *at, size_t len)
{
	if (len == 1)
		return at[0] == ' ';
	if (len == 2)
		return at[0] == 0xc2 && at[1] == 0xa0;
	if (len != 3 || at[0] != 0xe2)
		return len == 3 && at[0] == 0xe3 && behind(at) == 0x8080;
	unsigned low = behind(at);
	return (low >= 0x8080 && low <= 0x808a) || low == 0x80af || low == 0x819f;
}

bool lantik_statement_written(struct lantik_span text, size_t characters)
{
	bool shows = false;
	if (!lantik_statement_line_ok(text, characters))
		return false;
	for (size_t at = 0, len; at < text.len; at += len) {
		len = lantik_utf8_length(text.data + at, text.len - at);
		if (is_hidden(text.data + at, len))
			return false;
		shows |= !is_blank(text.data + at, len);
	}
	return shows;
}

static bool is_agency(struct lantik_span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	}
	return text.len == 4;
}

static bool is_listed(enum lantik_word_list list, int32_t code)
{
	return lantik_word(list, code, LANTIK_ENGLISH) != NULL;
}

static bool head_is_sound(const struct lantik_statement *statement)
{
	return lantik_statement_line_ok(statement->office, LANTIK_MAX_OFFICE_NAME) && is_agency(statement->agency) &&
	       is_listed(LANTIK_WORDS_kind, statement->kind) && is_listed(LANTIK_WORDS_step, statement->step) &&
	       is_listed(LANTIK_WORDS_act, statement->act) && statement->batch_leaf_index <= LANTIK_MAX_TREE &&
	       lantik_statement_line_ok(statement->official, LANTIK_MAX_OFFICIAL) &&
	       (statement->position.len == 0 || lantik_statement_line_ok(statement->position, LANTIK_MAX_OFFICIAL)) &&
	       lantik_statement_line_ok(statement->reason, LANTIK_MAX_REASON);
}

/* An act says what becomes of every record that it names; only a replay lets the rules say it. */
static bool act_allows(int32_t act, enum lantik_outcome outcome)
{
	switch ((enum lantik_act)act) {
	case LANTIK_ACCEPT:
		return outcome == LANTIK_ACCEPTED;
	case LANTIK_RETURN:
		return outcome == LANTIK_RETURNED;
	case LANTIK_REJECT:
		return outcome == LANTIK_REJECTED;
	case LANTIK_REPLAY:
		return outcome == LANTIK_ACCEPTED || outcome == LANTIK_RETURNED || outcome == LANTIK_IN_REVIEW;
	case LANTIK_ACT_END:
		break;
	}
	return false;
}

static bool records_are_sound(const struct lantik_statement *statement)
{
	uint32_t last = 0;
	for (size_t i = 0; i < statement->record_count; i++) {
		const struct lantik_decided *record = &statement->records[i];
		if (record->record_no <= last || record->record_no > LANTIK_MAX_RECORDS ||
			!act_allows(statement->act, record->outcome))
			return false;
		last = record->record_no;
	}
	return statement->record_count > 0;
}

/* --- writing --- */

struct tally {
	uint32_t by_outcome[LANTIK_REJECTED + 1];
};

static struct tally tally_of(const struct lantik_statement *statement)
{
	struct tally tally = {0};
	for (size_t i = 0; i < statement->record_count; i++)
		tally.by_outcome[statement->records[i].outcome]++;
	return tally;
}

void lantik_statement_count(struct lantik_statement *statement)
{
	struct tally tally = tally_of(statement);
	statement->accepted = tally.by_outcome[LANTIK_ACCEPTED];
	statement->returned = tally.by_outcome[LANTIK_RETURNED];
	statement->review = tally.by_outcome[LANTIK_IN_REVIEW];
	statement->rejected = tally.by_outcome[LANTIK_REJECTED];
}

static void append_text(struct lantik_buffer *ret, const char *key, struct lantik_span text)
{
	lantik_buffer_printf(ret, "%s ", key);
	lantik_buffer_append_span(ret, text);
	lantik_buffer_append(ret, "\n", 1);
}

static void append_listed(struct lantik_buffer *ret, const char *key, enum lantik_word_list list, int32_t code)
{
	lantik_buffer_printf(ret, "%s %s\n", key, lantik_word(list, code, LANTIK_ENGLISH));
}

static void append_names(const struct lantik_statement *statement, struct lantik_buffer *ret)
{
	char decision[37], batch[37];
	lantik_id_format(statement->decision_id, decision);
	lantik_id_format(statement->batch_id, batch);
	lantik_buffer_printf(ret, FIRST_LINE "\n");
	append_text(ret, "office", statement->office);
	lantik_buffer_printf(ret, "decision %s\nbatch %s\nleaf %llu\n", decision, batch,
		(unsigned long long)statement->batch_leaf_index);
	append_text(ret, "agency", statement->agency);
	append_listed(ret, "kind", LANTIK_WORDS_kind, statement->kind);
	append_listed(ret, "step", LANTIK_WORDS_step, statement->step);
	append_listed(ret, "act", LANTIK_WORDS_act, statement->act);
}

static void append_head(const struct lantik_statement *statement, struct lantik_buffer *ret)
{
	char rulebook[2 * LANTIK_HASH + 1];
	struct tally tally = tally_of(statement);
	lantik_hex_encode(statement->rulebook_sha256, LANTIK_HASH, rulebook);
	append_names(statement, ret);
	append_text(ret, "official", statement->official);
	append_text(ret, "position", statement->position.len == 0 ? lantik_span_of(NONE) : statement->position);
	append_text(ret, "reason", statement->reason);
	lantik_buffer_printf(ret, "rulebook %s\naccepted %u\nreturned %u\nreview %u\nrejected %u\n", rulebook,
		(unsigned)tally.by_outcome[LANTIK_ACCEPTED], (unsigned)tally.by_outcome[LANTIK_RETURNED],
		(unsigned)tally.by_outcome[LANTIK_IN_REVIEW], (unsigned)tally.by_outcome[LANTIK_REJECTED]);
}

/* The record's line with its findings; the place behind them. */
static size_t append_record(const struct lantik_decided *record, const struct lantik_findings *findings, size_t at,
	struct lantik_buffer *ret)
{
	lantik_buffer_printf(ret, "record %u %s", (unsigned)record->record_no, lantik_outcome_word(record->outcome));
	for (; at < findings->count && findings->items[at].record_no == record->record_no; at++) {
		lantik_buffer_append(ret, " ", 1);
		lantik_finding_append(&findings->items[at], ret);
	}
	lantik_buffer_append(ret, "\n", 1);
	return at;
}

enum lantik_error lantik_statement_format(const struct lantik_statement *statement, struct lantik_buffer *ret)
{
	size_t begin = ret->len, at = 0;
	if (!head_is_sound(statement) || !records_are_sound(statement))
		return LANTIK_E_MALFORMED;
	append_head(statement, ret);
	for (size_t i = 0; i < statement->record_count; i++)
		at = append_record(&statement->records[i], &statement->findings, at, ret);
	lantik_buffer_append_span(ret, lantik_span_of("end\n"));
	if (ret->error)
		return ret->error;
	if (at == statement->findings.count)
		return LANTIK_OK;
	ret->len = begin; /* a finding of a record that is not here, or out of order */
	return LANTIK_E_MALFORMED;
}

/* --- reading --- */

static bool take_names(struct lantik_span *text, struct lantik_statement *ret)
{
	struct lantik_span leaf;
	return lantik_value_take(text, "office", &ret->office) &&
	       lantik_uuid_take(text, "decision", ret->decision_id) && lantik_uuid_take(text, "batch", ret->batch_id) &&
	       lantik_value_take(text, "leaf", &leaf) && lantik_decimal_parse(leaf, &ret->batch_leaf_index) &&
	       lantik_value_take(text, "agency", &ret->agency) &&
	       lantik_listed_take(text, "kind", LANTIK_WORDS_kind, &ret->kind) &&
	       lantik_listed_take(text, "step", LANTIK_WORDS_step, &ret->step) &&
	       lantik_listed_take(text, "act", LANTIK_WORDS_act, &ret->act);
}

static bool take_head(struct lantik_span *text, struct lantik_statement *ret)
{
	struct lantik_span rulebook;
	if (!take_names(text, ret) || !lantik_value_take(text, "official", &ret->official) ||
		!lantik_value_take(text, "position", &ret->position) ||
		!lantik_value_take(text, "reason", &ret->reason) || !lantik_value_take(text, "rulebook", &rulebook) ||
		!lantik_hash_read(rulebook, ret->rulebook_sha256))
		return false;
	if (lantik_span_is(ret->position, NONE))
		ret->position = (struct lantik_span){0};
	return lantik_count_take(text, "accepted", &ret->accepted) &&
	       lantik_count_take(text, "returned", &ret->returned) && lantik_count_take(text, "review", &ret->review) &&
	       lantik_count_take(text, "rejected", &ret->rejected) && head_is_sound(ret);
}

static bool read_outcome(struct lantik_span word, enum lantik_outcome *ret)
{
	for (unsigned outcome = 0; outcome <= LANTIK_REJECTED; outcome++) {
		if (lantik_span_is(word, lantik_outcome_word((enum lantik_outcome)outcome))) {
			*ret = (enum lantik_outcome)outcome;
			return true;
		}
	}
	return false;
}

static bool read_record(struct lantik_span line, struct lantik_statement *ret)
{
	struct lantik_decided *record = &ret->records[ret->record_count];
	struct lantik_unknown unknown = {&ret->unknown, ret->unknown_names};
	struct lantik_span number, outcome, token;
	if (!lantik_word_take(&line, &number) || !lantik_count_read(number, &record->record_no) ||
		!lantik_word_take(&line, &outcome) || !read_outcome(outcome, &record->outcome))
		return false;
	while (line.len > 0) {
		if (!lantik_word_take(&line, &token) ||
			lantik_finding_read(token, record->record_no, unknown, &ret->findings) == 0)
			return false;
	}
	ret->record_count++;
	return true;
}

static bool take_records(struct lantik_span *text, struct lantik_statement *ret)
{
	struct lantik_span after = *text, line;
	while (lantik_value_take(&after, "record", &line)) {
		if (ret->record_count == LANTIK_MAX_RECORDS || !read_record(line, ret))
			return false;
		*text = after;
	}
	return records_are_sound(ret);
}

/* The counts of the head are those of the lines, and no finding stands twice. */
static bool is_consistent(struct lantik_statement *statement)
{
	struct tally tally = tally_of(statement);
	size_t count = statement->findings.count;
	lantik_findings_sort(&statement->findings);
	return count == statement->findings.count && statement->accepted == tally.by_outcome[LANTIK_ACCEPTED] &&
	       statement->returned == tally.by_outcome[LANTIK_RETURNED] &&
	       statement->review == tally.by_outcome[LANTIK_IN_REVIEW] &&
	       statement->rejected == tally.by_outcome[LANTIK_REJECTED];
}

static enum lantik_error parse_lines(struct lantik_span text, struct lantik_statement *ret)
{
	struct lantik_span line;
	if (!lantik_line_take(&text, &line) || !lantik_span_is(line, FIRST_LINE))
		return LANTIK_E_BAD_VERSION;
	if (!take_head(&text, ret) || !take_records(&text, ret))
		return LANTIK_E_MALFORMED;
	if (!lantik_line_take(&text, &line) || !lantik_span_is(line, "end") || text.len > 0)
		return LANTIK_E_MALFORMED;
	return is_consistent(ret) ? LANTIK_OK : LANTIK_E_MALFORMED;
}

enum lantik_error lantik_statement_parse(struct lantik_span text, struct lantik_statement *ret)
{
	if (text.len > LANTIK_MAX_RECEIPT)
		return LANTIK_E_TOO_LARGE;
	struct lantik_statement statement = {.records = calloc(LANTIK_MAX_RECORDS, sizeof *statement.records)};
	enum lantik_error error = statement.records == NULL ? LANTIK_E_NO_MEMORY : parse_lines(text, &statement);
	if (error)
		lantik_statement_free(&statement);
	else
		*ret = statement;
	return error;
}

void lantik_statement_free(struct lantik_statement *statement)
{
	free(statement->records);
	lantik_findings_free(&statement->findings);
	*statement = (struct lantik_statement){0};
}

/* --- with its leaf --- */

bool lantik_statement_fits(const struct lantik_statement *statement, const struct lantik_decision_leaf *leaf)
{
	return lantik_span_equal(statement->office, leaf->office) &&
	       memcmp(statement->decision_id, leaf->decision_id, sizeof leaf->decision_id) == 0 &&
	       memcmp(statement->batch_id, leaf->batch_id, sizeof leaf->batch_id) == 0 &&
	       statement->batch_leaf_index == leaf->batch_leaf_index &&
	       memcmp(statement->rulebook_sha256, leaf->rulebook_sha256, LANTIK_HASH) == 0 &&
	       statement->accepted == leaf->rows;
}
