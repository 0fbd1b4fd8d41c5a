/* Values of a record's fields in the person's language.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "lantik/cli.h"
#include "lantik/record.h"

static void append_unreadable(const struct lantik_cli *cli, struct lantik_buffer *ret)
{
	lantik_buffer_printf(ret, "%s",
		lantik_cli_pick(cli, "(could not be read in the office's file)", "(tidak terbaca di berkas kantor)"));
}

static void append_id(struct lantik_span id, struct lantik_buffer *ret)
{
	char text[37];
	if (id.len != 16) {
		lantik_printable(id, ret);
		return;
	}
	lantik_id_format(id.data, text);
	lantik_buffer_printf(ret, "%s", text);
}

static void append_number(
	const struct lantik_cli *cli, enum lantik_field_type type, int64_t value, struct lantik_buffer *ret)
{
	char text[32];
	if (value < 0) {
		append_unreadable(cli, ret);
	} else if (type == LANTIK_DATE) {
		lantik_date_format((int32_t)value, text);
		lantik_buffer_printf(ret, "%s", text);
	} else if (type == LANTIK_TIME) {
		lantik_instant_format(value, text);
		lantik_buffer_printf(ret, "%s", text);
	} else if (type == LANTIK_MONEY) {
		lantik_buffer_printf(ret, "Rp %s%s%02d", lantik_count_format(cli, value / 100, text),
			lantik_cli_pick(cli, ".", ","), (int)(value % 100));
	} else {
		lantik_buffer_printf(ret, "%" PRId64, value);
	}
}

static void append_word(
	const struct lantik_cli *cli, enum lantik_word_list list, int32_t code, struct lantik_buffer *ret)
{
	const char *word = lantik_word(list, code, lantik_cli_language(cli));
	if (word)
		lantik_buffer_printf(ret, "%s", word);
	else
		append_unreadable(cli, ret);
}

static void append_documents(const struct lantik_documents *documents, struct lantik_buffer *ret)
{
	for (size_t i = 0; i < documents->count; i++) {
		lantik_buffer_printf(ret, "%s%" PRId32 " ", i ? ", " : "", documents->items[i].type);
		lantik_printable(documents->items[i].object, ret);
	}
}

void lantik_value_text(const struct lantik_cli *cli, const struct lantik_record *record,
	const struct lantik_field *field, struct lantik_buffer *ret)
{
	const void *member = lantik_member(record, field);
	switch (field->type) {
	case LANTIK_TEXT:
		lantik_printable(*(const struct lantik_span *)member, ret);
		break;
	case LANTIK_ID:
	case LANTIK_HASH_FIELD:
		append_id(*(const struct lantik_span *)member, ret);
		break;
	case LANTIK_WORD:
		if (*(const int32_t *)member)
			append_word(cli, field->words, *(const int32_t *)member, ret);
		break;
	case LANTIK_DATE:
	case LANTIK_INT:
		if (*(const int32_t *)member)
			append_number(cli, field->type, *(const int32_t *)member, ret);
		break;
	case LANTIK_TIME:
	case LANTIK_MONEY:
		if (*(const int64_t *)member)
			append_number(cli, field->type, *(const int64_t *)member, ret);
		break;
	case LANTIK_DOCUMENTS:
		append_documents(member, ret);
		break;
	}
}
