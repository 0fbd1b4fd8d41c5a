/* Names the rules that were not judged and why: the register is not here, their table is empty, they are off.
 * SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

enum why { JUDGED, BY_THE_CENTRE, WITHOUT_TABLE, OFF, WHY_COUNT };

static bool is_meant(const struct lantik_rule *rule, const struct lantik_manifest *manifest)
{
	return rule->layer != LANTIK_LAYER_FILE && (rule->kinds & (1u << manifest->kind)) &&
	       (rule->steps & (1u << manifest->step));
}

/* by_centre: the centre itself judged, so that nothing waits for it. */
static enum why why_of(const struct lantik_checked *checked, unsigned id, bool by_centre)
{
	bool central = lantik_case_of((enum lantik_case_id)id)->rule->layer == LANTIK_LAYER_CENTRAL;
	if (checked->not_checked[id / 64] >> (id % 64) & 1)
		return checked->severities.of[id] == 0 ? OFF : WITHOUT_TABLE;
	return central && !by_centre ? BY_THE_CENTRE : JUDGED;
}

/* How many cases from `first` on belong to its rule. */
static unsigned cases_of_rule(unsigned first)
{
	const struct lantik_rule *rule = lantik_case_of((enum lantik_case_id)first)->rule;
	unsigned count = 0;
	while (first + count < LANTIK_CASE_COUNT && lantik_case_of((enum lantik_case_id)(first + count))->rule == rule)
		count++;
	return count;
}

/* A rule by its code when all its cases are meant, else `CODE.case`. */
static void append_rule(const struct lantik_checked *checked, unsigned first, unsigned count, bool by_centre,
	enum why why, struct lantik_buffer *ret)
{
	unsigned hit = 0;
	for (unsigned i = 0; i < count; i++)
		hit += why_of(checked, first + i, by_centre) == why;
	for (unsigned i = 0; i < count && hit > 0; i++) {
		char name[64];
		if (why_of(checked, first + i, by_centre) != why)
			continue;
		lantik_case_format((enum lantik_case_id)(first + i), name);
		lantik_buffer_printf(ret, "%s%s", ret->len > 0 ? " " : "",
			hit == count ? lantik_case_of((enum lantik_case_id)first)->rule->code : name);
		if (hit == count)
			return;
	}
}

static void collect(const struct lantik_manifest *manifest, const struct lantik_checked *checked, bool by_centre,
	enum why why, struct lantik_buffer *ret)
{
	for (unsigned id = 0, count; id < LANTIK_CASE_COUNT; id += count) {
		count = cases_of_rule(id);
		if (is_meant(lantik_case_of((enum lantik_case_id)id)->rule, manifest))
			append_rule(checked, id, count, by_centre, why, ret);
	}
	lantik_buffer_append(ret, "", 1);
	LANTIK_ASSERT(!ret->error);
}

static void say(
	struct lantik_cli *cli, const struct lantik_sheet *sheet, bool by_centre, enum why why, const char *rules)
{
	static const char *const heads[WHY_COUNT][2] = {
		[BY_THE_CENTRE] = {"Only the centre can check:", "Hanya pusat yang dapat memeriksa:"},
		[WITHOUT_TABLE] = {"Not checked, the rulebook has no table for them:",
			"Tidak diperiksa, buku aturan tidak memuat tabelnya:"},
		[OFF] = {
			"Not checked, switched off in the rulebook:", "Tidak diperiksa, dimatikan dalam buku aturan:"}};
	struct lantik_buffer text = {0};
	const char *head = heads[why][lantik_cli_language(cli)];
	if (!*rules)
		return;
	if (by_centre) /* its verdict does not tell the one from the other */
		head = lantik_cli_pick(cli, "Not checked at the centre, without their table or switched off:",
			"Tidak diperiksa di pusat, tanpa tabelnya atau dimatikan:");
	lantik_buffer_printf(&text, "%s %s", head, rules);
	if (why == BY_THE_CENTRE)
		lantik_buffer_printf(&text, " (%s: lantik submit --rehearse %s)",
			lantik_cli_pick(cli, "ask it, without recording anything", "tanyakan tanpa mencatat apa pun"),
			sheet->path);
	lantik_say_wrapped(cli, 0, 2, &text);
	lantik_buffer_free(&text);
}

void lantik_report_unchecked(
	struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_checked *checked, bool by_centre)
{
	static const char *const members[WHY_COUNT] = {[BY_THE_CENTRE] = "not_checked_central",
		[WITHOUT_TABLE] = "not_checked_no_table",
		[OFF] = "not_checked_off"};
	for (enum why why = BY_THE_CENTRE; why < WHY_COUNT; why++) {
		struct lantik_buffer rules = {0};
		collect(&sheet->manifest, checked, by_centre, why, &rules);
		say(cli, sheet, by_centre, why, (const char *)rules.data);
		lantik_json_text(cli, members[why], (const char *)rules.data);
		lantik_buffer_free(&rules);
	}
}
