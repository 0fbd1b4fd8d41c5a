/* Reading and writing the lines that verdicts and statements share.
 * SPDX-License-Identifier: Apache-2.0 */
#include "wording.h"

#include <string.h>

#include "lines.h"

/* --- values --- */

bool lantik_value_take(struct lantik_span *text, const char *key, struct lantik_span *ret)
{
	struct lantik_span line, rest;
	if (!lantik_line_take(text, &line) || !lantik_line_after(line, key, &rest))
		return false;
	if (rest.len < 2 || rest.data[0] != ' ')
		return false;
	*ret = (struct lantik_span){rest.data + 1, rest.len - 1};
	return true;
}

bool lantik_word_take(struct lantik_span *text, struct lantik_span *ret)
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

bool lantik_count_read(struct lantik_span text, uint32_t *ret)
{
	uint64_t value;
	if (!lantik_decimal_parse(text, &value) || value > UINT32_MAX)
		return false;
	*ret = (uint32_t)value;
	return true;
}

bool lantik_count_take(struct lantik_span *text, const char *key, uint32_t *ret)
{
	struct lantik_span value;
	return lantik_value_take(text, key, &value) && lantik_count_read(value, ret);
}

bool lantik_listed_take(struct lantik_span *text, const char *key, enum lantik_word_list list, int32_t *ret)
{
	struct lantik_span value;
	if (!lantik_value_take(text, key, &value))
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

bool lantik_uuid_take(struct lantik_span *text, const char *key, uint8_t ret[16])
{
	struct lantik_span value;
	return lantik_value_take(text, key, &value) && value.len == 36 && is_lower_hex(value) &&
	       lantik_id_parse(value, ret);
}

bool lantik_hash_read(struct lantik_span text, uint8_t ret[LANTIK_HASH])
{
	return is_lower_hex(text) && lantik_hex_decode(text, ret, LANTIK_HASH);
}

/* --- findings --- */

void lantik_finding_append(const struct lantik_finding *finding, struct lantik_buffer *ret)
{
	lantik_buffer_append_span(ret, lantik_case_of((enum lantik_case_id)finding->case_id)->full);
	if (finding->field != LANTIK_F_NONE) {
		lantik_buffer_append(ret, ":", 1);
		lantik_buffer_append_span(ret, lantik_span_of(lantik_record_fields[finding->field - 1].name));
	}
	const char letter[] = {'/', lantik_severity_letter((enum lantik_severity)finding->severity)};
	lantik_buffer_append(ret, letter, sizeof letter);
}

bool lantik_is_rule_code(struct lantik_span text)
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

bool lantik_is_case_name(struct lantik_span text)
{
	struct lantik_span code = {text.data, 3}, name = {text.data + 4, text.len - 4};
	return text.len > 4 && lantik_is_rule_code(code) && text.data[3] == '.' && is_small_name(name);
}

static void note_unknown(struct lantik_span name, struct lantik_unknown unknown)
{
	size_t i = 0;
	while (i < LANTIK_UNKNOWN_NAMES && unknown.names[i].len > 0 && !lantik_span_equal(unknown.names[i], name))
		i++;
	if (i < LANTIK_UNKNOWN_NAMES)
		unknown.names[i] = name;
	++*unknown.count;
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

/* Takes `/` and the letter off the end; 0 when they are not there. */
static enum lantik_severity take_severity(struct lantik_span *text)
{
	if (text->len < 3 || text->data[text->len - 2] != '/')
		return 0;
	uint8_t letter = text->data[text->len - 1];
	text->len -= 2;
	for (enum lantik_severity severity = LANTIK_FATAL; severity <= LANTIK_WARN; severity++)
		if (letter == lantik_severity_letter(severity))
			return severity;
	return 0;
}

enum lantik_severity lantik_finding_read(
	struct lantik_span text, uint32_t record_no, struct lantik_unknown unknown, struct lantik_findings *ret)
{
	enum lantik_severity severity = take_severity(&text);
	if (severity == 0)
		return 0;
	const uint8_t *colon = memchr(text.data, ':', text.len);
	struct lantik_span name = {text.data, colon == NULL ? text.len : (size_t)(colon - text.data)};
	enum lantik_case_id case_id = lantik_case_find(name);
	enum lantik_field_id field = LANTIK_F_NONE;
	bool field_known = true;
	if (case_id == LANTIK_CASE_COUNT && !lantik_is_case_name(name))
		return 0;
	if (colon != NULL &&
		!read_field((struct lantik_span){colon + 1, text.len - name.len - 1}, &field, &field_known))
		return 0;
	if (case_id == LANTIK_CASE_COUNT || !field_known)
		note_unknown(text, unknown);
	else
		lantik_findings_add(ret, record_no, case_id, (uint8_t)severity, field);
	return severity;
}
