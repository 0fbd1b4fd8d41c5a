/* Tables of what a new rulebook would change: its lines, the findings, the outcomes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "impact_tell.h"

#include <string.h>

#include "sentences.h"

/* So many changed lines are shown; of more, their number. */
#define LINES_SHOWN 20u
#define MAX_TABLES 32u

/* ---- the lines of the texts ---- */

struct table_change {
	struct lantik_span word;
	uint64_t gone, new;
};

struct line_changes {
	struct table_change tables[MAX_TABLES];
	size_t table_count;
	uint64_t count;
};

static void note_line(struct lantik_cli *cli, struct line_changes *changes, struct lantik_span line, bool is_new)
{
	struct lantik_span word = book_cell(line, 0);
	size_t at = 0;
	while (at < changes->table_count && !lantik_span_equal(changes->tables[at].word, word))
		at++;
	LANTIK_ASSERT(at < MAX_TABLES);
	if (at == changes->table_count)
		changes->tables[changes->table_count++].word = word;
	if (is_new)
		changes->tables[at].new ++;
	else
		changes->tables[at].gone++;
	if (changes->count++ < LINES_SHOWN)
		lantik_say(cli, "  %c %.*s", "  %c %.*s", is_new ? '+' : '-', (int)line.len, (const char *)line.data);
}

static int order(struct lantik_span a, struct lantik_span b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int by_bytes = len ? memcmp(a.data, b.data, len) : 0;
	return by_bytes ? by_bytes : (a.len > b.len) - (a.len < b.len);
}

/* Lines of both texts are sorted bytewise. */
static void compare_lines(struct lantik_cli *cli, const struct book *a, const struct book *b, struct line_changes *ret)
{
	struct lantik_span left = lantik_buffer_span(&a->text), right = lantik_buffer_span(&b->text);
	struct lantik_span gone = {NULL, 0}, new = {NULL, 0};
	bool has_gone = book_line(&left, &gone), has_new = book_line(&right, &new);
	while (has_gone || has_new) {
		int which = !has_gone ? 1 : !has_new ? -1 : order(gone, new);
		if (which < 0)
			note_line(cli, ret, gone, false);
		else if (which > 0)
			note_line(cli, ret, new, true);
		if (which <= 0)
			has_gone = book_line(&left, &gone);
		if (which >= 0)
			has_new = book_line(&right, &new);
	}
}

bool impact_tell_lines(struct lantik_cli *cli, const struct book *in_force, const struct book *tried)
{
	struct line_changes changes = {.count = 0};
	lantik_say(cli, "in force  %s", "berlaku  %s", in_force->digest);
	lantik_say(cli, "tried     %s", "dicoba   %s", tried->digest);
	compare_lines(cli, in_force, tried, &changes);
	if (changes.count > LINES_SHOWN)
		lantik_say(cli, "  ... and %llu more lines", "  ... dan %llu baris lagi",
			(unsigned long long)(changes.count - LINES_SHOWN));
	for (size_t i = 0; i < changes.table_count; i++) {
		lantik_json_open(cli, "lines");
		lantik_json_span(cli, "table", changes.tables[i].word);
		lantik_json_number(cli, "removed", (int64_t)changes.tables[i].gone);
		lantik_json_number(cli, "added", (int64_t)changes.tables[i].new);
		lantik_json_close(cli);
	}
	lantik_summary_text(cli, "rulebook_sha256", in_force->digest);
	lantik_summary_text(cli, "tried_sha256", tried->digest);
	return changes.count > 0;
}

/* ---- findings ---- */

/* A row that counts batches alone has no records: what is found of a whole batch. */
static void tell_finding(struct lantik_cli *cli, struct lantik_listing *listing, const struct impact_office *office,
	unsigned id, unsigned cell)
{
	unsigned from = cell / IMPACT_LEVELS, to = cell % IMPACT_LEVELS;
	const struct impact_count *count = &office->cases[id][from][to];
	char name[64];
	lantik_case_format((enum lantik_case_id)id, name);
	if (lantik_cli_json(cli)) {
		lantik_json_open(cli, "impact");
		lantik_json_text(cli, "office", office->name);
		lantik_json_text(cli, "rule", name);
		lantik_json_text(cli, "was", from ? severity_name(from) : NULL);
		lantik_json_text(cli, "would_be", to ? severity_name(to) : NULL);
		lantik_json_number(cli, "records", (int64_t)count->records);
		lantik_json_number(cli, "batches", (int64_t)count->batches);
		lantik_json_close(cli);
		return;
	}
	lantik_listing_text(listing, office->name);
	lantik_listing_text(listing, name);
	lantik_listing_text(listing, severity_short(cli, from));
	lantik_listing_text(listing, severity_short(cli, to));
	lantik_listing_number(listing, (int64_t)count->records);
	lantik_listing_number(listing, (int64_t)count->batches);
}

static void tell_findings(struct lantik_cli *cli, const struct impact *impact, struct legend *legend)
{
	static const struct lantik_column columns[] = {
		{"office", {"office", "kantor"}, false},
		{"rule", {"rule", "aturan"}, false},
		{"was", {"now", "kini"}, false},
		{"would_be", {"would be", "menjadi"}, false},
		{"records", {"records", "baris"}, true},
		{"batches", {"batches", "paket"}, true},
	};
	struct lantik_listing *listing =
		lantik_cli_json(cli) ? NULL : lantik_listing_new(cli, columns, LANTIK_COUNT(columns));
	for (size_t i = 0; i < impact->office_count; i++)
		for (unsigned id = 0; id < LANTIK_CASE_COUNT; id++)
			for (unsigned cell = 0; cell < IMPACT_LEVELS * IMPACT_LEVELS; cell++) {
				if (!impact->offices[i]->cases[id][cell / IMPACT_LEVELS][cell % IMPACT_LEVELS].batches)
					continue;
				legend->named[id] = true;
				tell_finding(cli, listing, impact->offices[i], id, cell);
			}
	if (!listing)
		return;
	lantik_say(cli, "\nwhat the rules would find (- is nothing)",
		"\nyang akan ditemukan aturan (- berarti tidak ada)");
	lantik_listing_print(&listing);
}

/* ---- outcomes ---- */

static const char *outcome_text(const struct lantik_cli *cli, enum lantik_outcome outcome)
{
	static const char *const texts[IMPACT_OUTCOMES][2] = {{"accepted", "diterima"}, {"returned", "dikembalikan"},
		{"in review", "ditelaah"}, {"refused with its batch", "ditolak bersama paket"}};
	return texts[outcome][lantik_cli_language(cli)];
}

static void tell_outcome(struct lantik_cli *cli, struct lantik_listing *listing, const struct impact_office *office,
	enum lantik_outcome from, enum lantik_outcome to)
{
	int64_t records = (int64_t)office->outcomes[from][to];
	if (lantik_cli_json(cli)) {
		lantik_json_open(cli, "outcome");
		lantik_json_text(cli, "office", office->name);
		lantik_json_text(cli, "was", lantik_outcome_word(from));
		lantik_json_text(cli, "would_be", lantik_outcome_word(to));
		lantik_json_number(cli, "records", records);
		lantik_json_close(cli);
		return;
	}
	lantik_listing_text(listing, office->name);
	lantik_listing_text(listing, outcome_text(cli, from));
	lantik_listing_text(listing, outcome_text(cli, to));
	lantik_listing_number(listing, records);
}

static void tell_outcomes(struct lantik_cli *cli, const struct impact *impact)
{
	static const struct lantik_column columns[] = {
		{"office", {"office", "kantor"}, false},
		{"was", {"now", "kini"}, false},
		{"would_be", {"would be", "menjadi"}, false},
		{"records", {"records", "baris"}, true},
	};
	if (impact->changed_records == 0)
		return;
	struct lantik_listing *listing =
		lantik_cli_json(cli) ? NULL : lantik_listing_new(cli, columns, LANTIK_COUNT(columns));
	for (size_t i = 0; i < impact->office_count; i++)
		for (unsigned cell = 0; cell < IMPACT_OUTCOMES * IMPACT_OUTCOMES; cell++) {
			enum lantik_outcome from = cell / IMPACT_OUTCOMES, to = cell % IMPACT_OUTCOMES;
			if (from != to && impact->offices[i]->outcomes[from][to])
				tell_outcome(cli, listing, impact->offices[i], from, to);
		}
	if (!listing)
		return;
	lantik_say(cli, "\nwhat would become of records", "\nyang akan terjadi pada baris");
	lantik_listing_print(&listing);
}

/* ---- what was not judged ---- */

/* A rule by its code when none of its cases was judged, else its cases. */
static void unchecked_format(const struct impact *impact, struct lantik_buffer *ret)
{
	char name[64];
	for (unsigned id = 0; id < LANTIK_CASE_COUNT;) {
		const struct lantik_rule *rule = lantik_case_of((enum lantik_case_id)id)->rule;
		unsigned end = id, unchecked = 0;
		for (; end < LANTIK_CASE_COUNT && lantik_case_of((enum lantik_case_id)end)->rule == rule; end++)
			unchecked += (unsigned)(impact->not_checked[end / 64] >> (end % 64) & 1);
		for (unsigned i = id; i < end && unchecked && unchecked < end - id; i++)
			if (impact->not_checked[i / 64] >> (i % 64) & 1) {
				lantik_case_format((enum lantik_case_id)i, name);
				lantik_buffer_printf(ret, "%s%s", ret->len ? " " : "", name);
			}
		if (unchecked == end - id)
			lantik_buffer_printf(ret, "%s%s", ret->len ? " " : "", rule->code);
		id = end;
	}
	lantik_buffer_append(ret, "", 1);
}

static void tell_unjudged(struct lantik_cli *cli, const struct impact *impact)
{
	struct lantik_buffer central = {0}, unchecked = {0};
	unjudged_format(&impact->unjudged, &central);
	lantik_buffer_append(&central, "", 1);
	unchecked_format(impact, &unchecked);
	if (central.len > 1) {
		lantik_say(cli, "\nnot run here, since they need the register",
			"\ntidak dijalankan karena memerlukan register");
		say_wrapped(cli, "  ", 0, (const char *)central.data);
	}
	if (unchecked.len > 1) {
		lantik_say(cli, "\nnot judged by the rulebook tried in some batch, for want of a table or being off",
			"\ntidak diuji buku aturan yang dicoba di sebagian paket: tabel kosong atau dimatikan");
		say_wrapped(cli, "  ", 0, (const char *)unchecked.data);
	}
	lantik_summary_text(cli, "not_run_central", (const char *)central.data);
	lantik_summary_text(cli, "not_checked", (const char *)unchecked.data);
	lantik_buffer_free(&central);
	lantik_buffer_free(&unchecked);
}

static void say_sum(struct lantik_cli *cli, const struct impact *impact, int64_t days)
{
	char batches[32], records[32], changed[32], changed_batches[32];
	lantik_count_format(cli, (int64_t)impact->batches, batches);
	lantik_count_format(cli, (int64_t)impact->records, records);
	lantik_count_format(cli, (int64_t)impact->changed_records, changed);
	lantik_count_format(cli, (int64_t)impact->changed_batches, changed_batches);
	lantik_say(cli, "\n%s records of %s batches of the last %d days were judged by both.",
		"\n%s baris dalam %s paket dari %d hari terakhir diuji dengan keduanya.", records, batches, (int)days);
	if (!impact->differs)
		lantik_say(cli, "Nothing would change.", "Tidak ada yang akan berubah.");
	else
		lantik_say(cli, "%s records in %s batches would have another outcome.",
			"%s baris dalam %s paket akan berbeda hasilnya.", changed, changed_batches);
	if (impact->unreadable)
		lantik_remark(cli, "%llu batches could not be read by this program and were left out",
			"%llu paket tidak terbaca oleh program ini dan dilewati",
			(unsigned long long)impact->unreadable);
}

void impact_tell(struct lantik_cli *cli, const struct impact *impact, int64_t days)
{
	struct legend legend = {{false}};
	if (impact->differs) {
		tell_findings(cli, impact, &legend);
		legend_say(cli, &legend);
		tell_outcomes(cli, impact);
	}
	tell_unjudged(cli, impact);
	say_sum(cli, impact, days);
	lantik_summary_number(cli, "batches", (int64_t)impact->batches);
	lantik_summary_number(cli, "records", (int64_t)impact->records);
	lantik_summary_number(cli, "changed_records", (int64_t)impact->changed_records);
	lantik_summary_number(cli, "changed_batches", (int64_t)impact->changed_batches);
	lantik_summary_number(cli, "unreadable", (int64_t)impact->unreadable);
}
