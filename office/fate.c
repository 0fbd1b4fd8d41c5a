/* Says why a record stands as it does.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "returned.h"

/* One token, `CODE.case[:field]/L`. */
struct token {
	struct lantik_span name, field;
	char letter;
};

static bool take_token(struct lantik_span *tokens, struct token *ret)
{
	if (tokens->len == 0)
		return false;
	const uint8_t *blank = memchr(tokens->data, ' ', tokens->len);
	size_t length = blank ? (size_t)(blank - tokens->data) : tokens->len;
	struct lantik_span text = {tokens->data, length};
	size_t used = blank ? length + 1 : length;
	*tokens = (struct lantik_span){tokens->data + used, tokens->len - used};
	*ret = (struct token){.name = text, .letter = (char)text.data[text.len - 1]};
	ret->name.len -= 2; /* the slash and the letter: the form was proved */
	const uint8_t *colon = memchr(text.data, ':', ret->name.len);
	if (colon) {
		ret->field = (struct lantik_span){colon + 1, (size_t)(text.data + ret->name.len - colon) - 1};
		ret->name.len = (size_t)(colon - text.data);
	}
	return true;
}

/* `NIK: Digits 7-12 ... (N02.date)`; a rule that this lantik does not know stands by its name alone. */
static void append_token(
	struct lantik_cli *cli, const struct lantik_rows *table, const struct token *token, struct lantik_buffer *ret)
{
	const struct lantik_field *field = lantik_field_find(lantik_record_fields, LANTIK_FIELD_COUNT, token->field);
	enum lantik_case_id case_id = lantik_case_find(token->name);
	const char *expected =
		case_id != LANTIK_CASE_COUNT ? lantik_case_of(case_id)->expected[lantik_cli_language(cli)] : "";
	if (field && !strstr(expected, field->name)) { /* many sentences name their column themselves */
		lantik_printable(lantik_rows_header(table, (unsigned)field->number), ret);
		lantik_buffer_printf(ret, ": ");
	} else if (!field && token->field.len > 0) {
		lantik_buffer_printf(ret, "%.*s: ", (int)token->field.len, (const char *)token->field.data);
	}
	lantik_buffer_printf(ret, "%s%s", expected, *expected ? " " : "");
	lantik_buffer_printf(ret, "(%.*s)", (int)token->name.len, (const char *)token->name.data);
}

static void append_tokens(
	struct lantik_cli *cli, const struct lantik_rows *table, struct lantik_span tokens, struct lantik_buffer *ret)
{
	struct token token;
	while (take_token(&tokens, &token)) {
		if (token.letter == lantik_severity_letter(LANTIK_WARN))
			continue;
		lantik_buffer_printf(ret, "%s", ret->len > 0 ? " | " : "");
		append_token(cli, table, &token, ret);
	}
}

/* `SITI (Analis), 2026-11-22 10:02 WIB: the reason` */
static void append_official(struct lantik_decision *decision, struct lantik_buffer *ret)
{
	const struct lantik_statement *statement = &decision->statement;
	char when[32];
	lantik_printable(statement->official, ret);
	if (statement->position.len > 0) {
		lantik_buffer_printf(ret, " (");
		lantik_printable(statement->position, ret);
		lantik_buffer_printf(ret, ")");
	}
	lantik_buffer_printf(ret, ", %s: ", lantik_time_text(decision->receipt.decision.recorded_at, when));
	lantik_printable(statement->reason, ret);
}

void lantik_fate_why(struct lantik_cli *cli, const struct lantik_rows *table, const struct lantik_history *history,
	uint32_t record_no, struct lantik_buffer *ret)
{
	const struct lantik_fate *fate = &history->fates[record_no - 1];
	struct lantik_buffer text = {0};
	if (fate->decision > 0)
		append_official(history->decisions[fate->decision - 1], &text);
	append_tokens(cli, table, fate->tokens, &text);
	if (text.len > 0 && strchr("=+-@", text.data[0])) /* a spreadsheet program would run it */
		lantik_buffer_append(ret, "'", 1);
	lantik_buffer_append_span(ret, lantik_buffer_span(&text));
	LANTIK_ASSERT(!text.error && !ret->error);
	lantik_buffer_free(&text);
}
