/* The rules, their cases and the words as rows: the database tells what the program does.
 * SPDX-License-Identifier: Apache-2.0 */
#include "migrate_tables.h"

#include "lantik/rules.h"
#include "upsert.h"

static const char *const layers[] = {[LANTIK_LAYER_FILE] = "file",
	[LANTIK_LAYER_ROW] = "row",
	[LANTIK_LAYER_BATCH] = "batch",
	[LANTIK_LAYER_CENTRAL] = "central"};

/* The words of the bits as an array literal: `{PPPK_PW,PPPK}`. */
static void words_of(enum lantik_word_list list, unsigned bits, struct lantik_buffer *ret)
{
	lantik_buffer_reset(ret);
	for (int32_t code = 1; code < 32; code++)
		if (bits & 1u << code)
			lantik_buffer_printf(
				ret, "%s%s", ret->len ? "," : "{", lantik_word(list, code, LANTIK_ENGLISH));
	lantik_buffer_append(ret, ret->len ? "}" : "{}", ret->len ? 1 : 2);
}

static void put_rules(struct upsert *upsert)
{
	struct lantik_buffer words = {0};
	upsert_column(upsert, "code", "text", true);
	upsert_column(upsert, "position", "smallint", false);
	upsert_column(upsert, "layer", "text", false);
	upsert_column(upsert, "kinds", "text[]", false);
	upsert_column(upsert, "steps", "text[]", false);
	upsert_column(upsert, "certainty", "text", false);
	upsert_column(upsert, "title_en", "text", false);
	upsert_column(upsert, "title_id", "text", false);
	upsert_column(upsert, "source", "text", false);
	for (size_t i = 0; i < lantik_rule_count; i++) {
		const struct lantik_rule *rule = &lantik_rules[i];
		const char certainty[2] = {rule->certainty, '\0'};
		upsert_text(upsert, rule->code);
		upsert_number(upsert, (int64_t)i);
		upsert_text(upsert, layers[rule->layer]);
		words_of(LANTIK_WORDS_kind, rule->kinds, &words);
		upsert_cell(upsert, lantik_buffer_span(&words));
		words_of(LANTIK_WORDS_step, rule->steps, &words);
		upsert_cell(upsert, lantik_buffer_span(&words));
		upsert_text(upsert, certainty);
		upsert_text(upsert, rule->title[LANTIK_ENGLISH]);
		upsert_text(upsert, rule->title[LANTIK_INDONESIAN]);
		upsert_text(upsert, rule->source);
	}
	lantik_buffer_free(&words);
}

static void put_cases(struct upsert *upsert)
{
	upsert_column(upsert, "rule_case", "text", true);
	upsert_column(upsert, "code", "text", false);
	upsert_column(upsert, "position", "smallint", false);
	upsert_column(upsert, "severity", "smallint", false);
	upsert_column(upsert, "expected_en", "text", false);
	upsert_column(upsert, "expected_id", "text", false);
	for (int id = 0; id < LANTIK_CASE_COUNT; id++) {
		const struct lantik_case *item = lantik_case_of((enum lantik_case_id)id);
		char name[64];
		lantik_case_format((enum lantik_case_id)id, name);
		upsert_text(upsert, name);
		upsert_text(upsert, item->rule->code);
		upsert_number(upsert, id);
		upsert_number(upsert, item->severity);
		upsert_text(upsert, item->expected[LANTIK_ENGLISH]);
		upsert_text(upsert, item->expected[LANTIK_INDONESIAN]);
	}
}

static void put_words(struct upsert *upsert)
{
	upsert_column(upsert, "list", "text", true);
	upsert_column(upsert, "code", "smallint", true);
	upsert_column(upsert, "word", "text", false);
	upsert_column(upsert, "indonesian", "text", false);
#define WORD(list, code, english, indonesian)                                                                          \
	upsert_text(upsert, #list);                                                                                    \
	upsert_number(upsert, code);                                                                                   \
	upsert_text(upsert, english);                                                                                  \
	upsert_text(upsert, indonesian);
#include "lantik/words.def"
#undef WORD
}

bool migrate_tables(struct database *database, int64_t *ret_changes)
{
	struct upsert rules = {.table = "rule"}, cases = {.table = "rule_case"}, words = {.table = "word"};
	put_rules(&rules);
	put_cases(&cases);
	put_words(&words);
	upsert_run(&rules, database);
	upsert_run(&cases, database);
	upsert_run(&words, database);
	upsert_delete_others(&cases, database);
	upsert_delete_others(&rules, database);
	upsert_delete_others(&words, database);
	*ret_changes = rules.added + rules.changed + cases.added + cases.changed + words.added + words.changed;
	upsert_free(&rules);
	upsert_free(&cases);
	upsert_free(&words);
	return !database->failed;
}
