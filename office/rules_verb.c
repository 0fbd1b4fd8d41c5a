/* `lantik rules`: the list of rules, everything about one of them, and the page for docs/rules.md.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "check.h"
#include "office.h"
#include "rules_page.h"

#define ALL_KINDS ((1u << LANTIK_KIND_END) - 2)
#define ALL_STEPS ((1u << LANTIK_STEP_END) - 2)

/* A text of the table's bits that lives until the next one of the same buffer. */
static const char *bits_text(
	struct lantik_cli *cli, enum lantik_word_list list, unsigned bits, unsigned all, struct lantik_buffer *buffer)
{
	lantik_buffer_reset(buffer);
	lantik_bits_text(list, bits, all, lantik_cli_json(cli) ? LANTIK_ENGLISH : lantik_cli_language(cli), buffer);
	lantik_buffer_append(buffer, "", 1);
	LANTIK_ASSERT(!buffer->error);
	return (const char *)buffer->data;
}

/* The letters of a rule's severities, gravest first: `EW`. */
static const char *letters_of(const struct lantik_rule *rule, char ret[LANTIK_WARN + 1])
{
	static const char letters[] = "FERW";
	bool has[LANTIK_WARN + 1] = {false};
	size_t count = 0;
	for (unsigned id = 0; id < LANTIK_CASE_COUNT; id++) {
		const struct lantik_case *item = lantik_case_of((enum lantik_case_id)id);
		has[item->severity] |= item->rule == rule;
	}
	for (unsigned severity = LANTIK_FATAL; severity <= LANTIK_WARN; severity++) {
		if (has[severity])
			ret[count++] = letters[severity - LANTIK_FATAL];
	}
	ret[count] = '\0';
	return ret;
}

static void list_rules(struct lantik_cli *cli)
{
	static const struct lantik_column columns[] = {{"rule", {"RULE", "ATURAN"}, false},
		{"severities", {"DEFAULT", "BAWAAN"}, false}, {"layer", {"LAYER", "LAPISAN"}, false},
		{"kinds", {"KINDS", "JENIS"}, false}, {"steps", {"STEPS", "TAHAP"}, false},
		{"certainty", {"MARK", "TANDA"}, false}, {"title", {"WHAT", "ISI"}, false}};
	struct lantik_listing *listing = lantik_listing_new(cli, columns, LANTIK_COUNT(columns));
	struct lantik_buffer kinds = {0}, steps = {0};
	for (size_t i = 0; i < lantik_rule_count; i++) {
		const struct lantik_rule *rule = &lantik_rules[i];
		char letters[LANTIK_WARN + 1], mark[] = {rule->certainty, '\0'};
		lantik_listing_text(listing, rule->code);
		lantik_listing_text(listing, letters_of(rule, letters));
		lantik_listing_text(listing, lantik_layer_name(rule->layer));
		lantik_listing_text(listing, bits_text(cli, LANTIK_WORDS_kind, rule->kinds, ALL_KINDS, &kinds));
		lantik_listing_text(listing, bits_text(cli, LANTIK_WORDS_step, rule->steps, ALL_STEPS, &steps));
		lantik_listing_text(listing, mark);
		lantik_listing_text(listing, rule->title[lantik_cli_language(cli)]);
	}
	lantik_listing_print(&listing);
	lantik_buffer_free(&kinds);
	lantik_buffer_free(&steps);
}

/* ---- one rule ---- */

static void say_texts(struct lantik_cli *cli, const char *const texts[2], unsigned indent)
{
	for (int language = LANTIK_ENGLISH; language <= LANTIK_INDONESIAN; language++) {
		struct lantik_buffer line = {0};
		lantik_buffer_printf(&line, "%s", texts[language]);
		lantik_say_wrapped(cli, indent, indent, &line);
		lantik_buffer_free(&line);
	}
}

static void say_rule(struct lantik_cli *cli, const struct lantik_rule *rule)
{
	struct lantik_buffer kinds = {0}, steps = {0};
	enum lantik_language language = lantik_cli_language(cli);
	lantik_say(cli, "%s", "%s", rule->code);
	say_texts(cli, rule->title, 2);
	lantik_say(cli, "  judged     %s", "  diperiksa  %s", lantik_layer_text(rule->layer, language));
	lantik_say(cli, "  kinds      %s", "  jenis      %s",
		bits_text(cli, LANTIK_WORDS_kind, rule->kinds, ALL_KINDS, &kinds));
	lantik_say(cli, "  steps      %s", "  tahap      %s",
		bits_text(cli, LANTIK_WORDS_step, rule->steps, ALL_STEPS, &steps));
	lantik_say(cli, "  mark       %c, %s", "  tanda      %c, %s", rule->certainty,
		lantik_certainty_text(rule->certainty, language));
	lantik_say(cli, "  source     %s", "  sumber     %s", rule->source);
	lantik_buffer_free(&kinds);
	lantik_buffer_free(&steps);
}

static void write_rule(struct lantik_cli *cli, const struct lantik_rule *rule)
{
	struct lantik_buffer kinds = {0}, steps = {0};
	char mark[] = {rule->certainty, '\0'};
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "rule", rule->code);
	lantik_json_text(cli, "title_en", rule->title[LANTIK_ENGLISH]);
	lantik_json_text(cli, "title_id", rule->title[LANTIK_INDONESIAN]);
	lantik_json_text(cli, "layer", lantik_layer_name(rule->layer));
	lantik_json_text(cli, "kinds", bits_text(cli, LANTIK_WORDS_kind, rule->kinds, ALL_KINDS, &kinds));
	lantik_json_text(cli, "steps", bits_text(cli, LANTIK_WORDS_step, rule->steps, ALL_STEPS, &steps));
	lantik_json_text(cli, "certainty", mark);
	lantik_json_text(cli, "source", rule->source);
	lantik_json_close(cli);
	lantik_buffer_free(&kinds);
	lantik_buffer_free(&steps);
}

static void say_case(struct lantik_cli *cli, enum lantik_case_id id)
{
	const struct lantik_case *item = lantik_case_of(id);
	char name[64];
	lantik_case_format(id, name);
	lantik_say(cli, "\n  %s: %s, by default", "\n  %s: %s, bawaan", name,
		lantik_severity_text(item->severity, lantik_cli_language(cli)));
	say_texts(cli, item->expected, 4);
}

static void write_case(struct lantik_cli *cli, enum lantik_case_id id)
{
	const struct lantik_case *item = lantik_case_of(id);
	char name[64];
	lantik_case_format(id, name);
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "case", name);
	lantik_json_text(cli, "severity", lantik_severity_word(item->severity));
	lantik_json_text(cli, "expected_en", item->expected[LANTIK_ENGLISH]);
	lantik_json_text(cli, "expected_id", item->expected[LANTIK_INDONESIAN]);
	lantik_json_close(cli);
}

static void show_rule(struct lantik_cli *cli, const struct lantik_rule *rule)
{
	say_rule(cli, rule);
	write_rule(cli, rule);
	for (unsigned id = 0; id < LANTIK_CASE_COUNT; id++) {
		if (lantik_case_of((enum lantik_case_id)id)->rule != rule)
			continue;
		say_case(cli, (enum lantik_case_id)id);
		write_case(cli, (enum lantik_case_id)id);
	}
}

/* By `N05`, `n05` or `N05.birth_date`; NULL: there is none. */
static const struct lantik_rule *find_rule(const char *name)
{
	size_t len = strcspn(name, ".");
	for (size_t i = 0; i < lantik_rule_count; i++) {
		const char *code = lantik_rules[i].code;
		if (len == strlen(code) && toupper((unsigned char)name[0]) == code[0] &&
			strncmp(name + 1, code + 1, len - 1) == 0)
			return &lantik_rules[i];
	}
	return NULL;
}

static int print_page(struct lantik_cli *cli)
{
	struct lantik_buffer page = {0};
	lantik_rules_page(&page);
	LANTIK_ASSERT(!page.error && page.len > 0);
	lantik_say(cli, "%.*s", "%.*s", (int)(page.len - 1), (const char *)page.data); /* it ends the line itself */
	lantik_buffer_free(&page);
	return LANTIK_EXIT_OK;
}

int lantik_rules_main(struct lantik_cli *cli)
{
	const char *name = lantik_argument(cli, 0);
	if (lantik_option_given(cli, "markdown"))
		return print_page(cli);
	if (name == NULL) {
		list_rules(cli);
		lantik_summary_number(cli, "rules", (int64_t)lantik_rule_count);
		return LANTIK_EXIT_OK;
	}
	const struct lantik_rule *rule = find_rule(name);
	if (rule == NULL)
		return lantik_fail(cli, 150, LANTIK_EXIT_USAGE, "there is no rule `%s`\nlantik rules lists them all",
			"tidak ada aturan `%s`\nlantik rules menampilkan semuanya", name);
	show_rule(cli, rule);
	return LANTIK_EXIT_OK;
}
