/* Shows where batches stand, what officials decided about them, and how single rows stand.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "sent_again.h"
#include "status.h"

/* Rows that a screen shows of one decision, and of those that are not recorded. */
#define DECIDED_SHOWN 5u
#define ROWS_SHOWN 10u

bool lantik_standing_has_receipt(const struct lantik_standing *standing)
{
	const struct lantik_entry *entry = &standing->entry;
	return standing->ours && !entry->damaged &&
	       (entry->state == LANTIK_ENTRY_RECORDED || entry->state == LANTIK_ENTRY_REFUSED);
}

static const char *word_of(const struct lantik_standing *standing)
{
	if (standing->ours && standing->entry.damaged)
		return "damaged";
	if (!standing->ours && standing->file)
		return "not_sent";
	if (standing->maybe_lost)
		return "maybe_lost";
	if (lantik_standing_has_receipt(standing))
		return standing->entry.state == LANTIK_ENTRY_REFUSED ? "refused" : "committed";
	if (standing->asked && standing->state == LANTIK_STATE_RECEIVED)
		return "received";
	if (standing->asked && standing->state == LANTIK_STATE_COMMITTED)
		return "committed";
	if (standing->asked && standing->state == LANTIK_STATE_REFUSED)
		return "refused";
	if (standing->ours && standing->entry.state == LANTIK_ENTRY_NEW)
		return "not_sent";
	if (standing->ours && standing->entry.state == LANTIK_ENTRY_TURNED_AWAY)
		return "turned_away";
	if (standing->asked)
		return "not_held";
	return "sent";
}

/* What each word means, and what to do. */
static const struct explanation {
	const char *word;
	const char *text[2];
} explanations[] = {
	{"not_sent",
		{"not sent; send it with: lantik submit FILE", "belum dikirim; kirim dengan: lantik submit BERKAS"}},
	{"sent", {"sent, no answer yet; repeat: lantik submit FILE",
			 "terkirim, belum ada jawaban; ulangi: lantik submit BERKAS"}},
	{"received",
		{"received, not yet committed; ask again soon", "diterima, belum tercatat; tanyakan lagi sebentar"}},
	{"maybe_lost", {"may be lost at the centre; send it again: lantik resend",
			       "mungkin hilang di pusat; kirim ulang: lantik resend"}},
	{"committed", {"committed", "tercatat"}},
	{"refused", {"refused whole by a rule; correct the file and send it",
			    "ditolak seluruhnya oleh aturan; perbaiki berkas lalu kirim"}},
	{"damaged", {"its folder here is damaged; send the file again: lantik submit --new-id FILE",
			    "foldernya di sini rusak; kirim ulang: lantik submit --new-id BERKAS"}},
	{"turned_away", {"turned away, nothing recorded; see what submit said",
				"ditolak masuk, tidak tercatat; lihat pesan submit"}},
	{"not_held", {"unknown to this office's key: nothing is recorded; send it (again): lantik submit FILE",
			     "tidak dikenal bagi kunci kantor ini: tidak ada yang tercatat; kirim (lagi): lantik "
			     "submit BERKAS"}},
};

static const char *explain(struct lantik_cli *cli, const char *word)
{
	for (size_t i = 0; i < LANTIK_COUNT(explanations); i++)
		if (strcmp(word, explanations[i].word) == 0)
			return explanations[i].text[lantik_cli_language(cli)];
	return word;
}

static void format_time(int64_t micros, char ret[32])
{
	if (micros == 0)
		ret[0] = '\0';
	else
		lantik_instant_format(micros, ret);
}

/* A damaged entry may have lost even that. */
static bool has_id(const struct lantik_standing *standing)
{
	static const uint8_t none[sizeof standing->entry.batch_id];
	return !standing->file && memcmp(standing->entry.batch_id, none, sizeof none) != 0;
}

static void write_json(struct lantik_cli *cli, const struct lantik_standing *standing)
{
	char id[37], sent[32], recorded[32];
	const struct lantik_entry *entry = &standing->entry;
	const char *word = word_of(standing);
	lantik_id_format(entry->batch_id, id);
	format_time(entry->last_sent_at, sent);
	format_time(entry->recorded_at, recorded);
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "state", word);
	lantik_json_text(cli, "file", standing->file ? standing->file : *entry->file ? entry->file : NULL);
	lantik_json_text(cli, "batch_id", has_id(standing) ? id : NULL);
	lantik_json_number(cli, "records", entry->records);
	lantik_json_number(cli, "accepted", entry->accepted);
	lantik_json_number(cli, "returned", entry->returned);
	lantik_json_number(cli, "review", entry->review);
	lantik_json_number(cli, "rejected", entry->rejected);
	lantik_json_number(cli, "decisions", standing->history ? (int64_t)standing->history->decision_count : 0);
	lantik_json_number(cli, "tries", entry->tries);
	lantik_json_text(cli, "last_sent_at", *sent ? sent : NULL);
	lantik_json_text(cli, "recorded_at", *recorded ? recorded : NULL);
	lantik_json_flag(cli, "asked", standing->asked);
	lantik_json_text(cli, "meaning", explain(cli, word));
	lantik_json_text(cli, "returned_file",
		standing->returned.state == LANTIK_RETURNED_NONE ? NULL : standing->returned.path);
	lantik_json_close(cli);
}

static void add_row(struct lantik_cli *cli, struct lantik_listing *listing, const struct lantik_standing *standing)
{
	char id[37];
	const struct lantik_entry *entry = &standing->entry;
	const char *slash = strrchr(entry->file, '/');
	lantik_id_format(entry->batch_id, id);
	lantik_listing_text(listing, standing->file ? standing->file : slash ? slash + 1 : entry->file);
	lantik_listing_text(listing, has_id(standing) ? id : "");
	lantik_listing_number(listing, entry->records);
	lantik_listing_number(listing, entry->accepted);
	lantik_listing_number(listing, entry->returned);
	lantik_listing_number(listing, entry->review);
	lantik_listing_number(listing, entry->rejected);
	lantik_listing_text(listing, explain(cli, word_of(standing)));
}

void lantik_show_standings(struct lantik_cli *cli, const struct lantik_standing *standings, size_t count)
{
	static const struct lantik_column columns[] = {{"file", {"FILE", "BERKAS"}, false},
		{"batch_id", {"BATCH", "PAKET"}, false}, {"records", {"ROWS", "BARIS"}, true},
		{"accepted", {"RECORDED", "DICATAT"}, true}, {"returned", {"RETURNED", "KEMBALI"}, true},
		{"review", {"REVIEW", "TELAAH"}, true}, {"rejected", {"REJECTED", "TMS"}, true},
		{"state", {"STATE", "KEADAAN"}, false}};
	if (lantik_cli_json(cli)) {
		for (size_t i = 0; i < count; i++)
			write_json(cli, &standings[i]);
		return;
	}
	if (count == 0) {
		lantik_say(cli, "Nothing was sent from here yet.\nNext: lantik check FILE",
			"Belum ada yang dikirim dari sini.\nBerikutnya: lantik check BERKAS");
		return;
	}
	struct lantik_listing *listing = lantik_listing_new(cli, columns, LANTIK_COUNT(columns));
	for (size_t i = 0; i < count; i++)
		add_row(cli, listing, &standings[i]);
	lantik_listing_print(&listing);
}

/* --- decisions --- */

/* The sheet tells lines and references; without it the record's number must do. */
static void append_row(
	struct lantik_cli *cli, const struct lantik_sheet *sheet, uint32_t record_no, struct lantik_buffer *ret)
{
	struct lantik_span reference = lantik_rows_reference(&sheet->table, record_no);
	uint32_t line = lantik_rows_line(&sheet->table, record_no);
	if (line > 0)
		lantik_buffer_printf(ret, "%s %u", lantik_cli_pick(cli, "line", "baris"), line);
	else
		lantik_buffer_printf(ret, "%s %u", lantik_cli_pick(cli, "row", "urutan"), record_no);
	if (reference.len > 0)
		lantik_buffer_printf(ret, ", ");
	lantik_printable(reference, ret);
}

static void say_decided(
	struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_statement *statement)
{
	struct lantik_buffer text = {0};
	size_t i = 0;
	for (; i < statement->record_count && i < DECIDED_SHOWN; i++) {
		append_row(cli, sheet, statement->records[i].record_no, &text);
		lantik_buffer_printf(&text, ": %s", lantik_outcome_text(cli, statement->records[i].outcome));
		lantik_say_wrapped(cli, 4, 6, &text);
	}
	if (i < statement->record_count)
		lantik_say(cli, "    ... and %zu more", "    ... dan %zu lagi", statement->record_count - i);
	lantik_buffer_free(&text);
}

static void write_decision(
	struct lantik_cli *cli, const struct lantik_standing *standing, const struct lantik_decision *decision)
{
	const struct lantik_statement *statement = &decision->statement;
	lantik_json_open(cli, "decision");
	lantik_json_text(cli, "file", standing->base);
	lantik_json_decision(cli, decision);
	lantik_json_list(cli, "records");
	for (size_t i = 0; i < statement->record_count; i++)
		lantik_json_number(cli, NULL, statement->records[i].record_no);
	lantik_json_end(cli);
	lantik_json_close(cli);
}

static void show_decisions(
	struct lantik_cli *cli, const struct lantik_standing *standing, const struct lantik_sheet *sheet, size_t first)
{
	const struct lantik_history *history = standing->history;
	if (first < history->decision_count)
		lantik_say(cli, "\nDecided about %s:", "\nKeputusan tentang %s:", standing->base);
	for (size_t i = first; i < history->decision_count; i++) {
		lantik_say_decision(cli, history->decisions[i], 2);
		say_decided(cli, sheet, &history->decisions[i]->statement);
		write_decision(cli, standing, history->decisions[i]);
	}
}

/* --- rows --- */

/* What single rows are shown with. */
struct rows {
	const struct lantik_standing *standing;
	const struct lantik_sheet *sheet;
	struct lantik_entries entries; /* of the outbox */
	uint32_t *sent_again;          /* place in entries, from 1, by record_no - 1 */
};

static const char *batch_of(const struct rows *rows, uint32_t place, char ret[37])
{
	lantik_id_format(rows->entries.items[place - 1].batch_id, ret);
	return ret;
}

static void write_row(struct lantik_cli *cli, const struct rows *rows, uint32_t record_no, struct lantik_span why)
{
	char id[37], again[37];
	const struct lantik_history *history = rows->standing->history;
	const struct lantik_fate *fate = &history->fates[record_no - 1];
	uint32_t place = rows->sent_again[record_no - 1];
	if (fate->decision > 0)
		lantik_id_format(history->decisions[fate->decision - 1]->statement.decision_id, id);
	lantik_json_open(cli, "record");
	lantik_json_text(cli, "file", rows->standing->base);
	lantik_json_number(cli, "record", record_no);
	lantik_json_number(cli, "line", lantik_rows_line(&rows->sheet->table, record_no));
	lantik_json_span(cli, "reference", lantik_rows_reference(&rows->sheet->table, record_no));
	lantik_json_text(cli, "outcome", lantik_outcome_word(fate->outcome));
	lantik_json_text(cli, "decision_id", fate->decision > 0 ? id : NULL);
	lantik_json_text(cli, "sent_again", place > 0 ? batch_of(rows, place, again) : NULL);
	lantik_json_span(cli, "why", why);
	lantik_json_close(cli);
}

static void say_row(struct lantik_cli *cli, const struct rows *rows, uint32_t record_no, struct lantik_span why)
{
	struct lantik_buffer text = {0};
	const struct lantik_fate *fate = &rows->standing->history->fates[record_no - 1];
	append_row(cli, rows->sheet, record_no, &text);
	lantik_buffer_printf(&text, ": %s%s", lantik_outcome_text(cli, fate->outcome), why.len > 0 ? "; " : "");
	lantik_buffer_append_span(&text, why);
	lantik_say_wrapped(cli, 2, 4, &text);
	lantik_buffer_free(&text);
}

/* A row that was sent again stands in that batch. */
static bool is_open(const struct rows *rows, uint32_t record_no)
{
	const struct lantik_fate *fate = &rows->standing->history->fates[record_no - 1];
	return fate->outcome != LANTIK_ACCEPTED && fate->outcome != LANTIK_REFUSED &&
	       rows->sent_again[record_no - 1] == 0;
}

static void say_sent_again(struct lantik_cli *cli, const struct rows *rows)
{
	for (uint32_t place = 1; place <= rows->entries.count; place++) {
		char id[37], count[32];
		int64_t sent = 0;
		for (uint32_t i = 0; i < rows->standing->history->proved.verdict.records; i++)
			sent += rows->sent_again[i] == place;
		if (sent > 0)
			lantik_say(cli, "\nReturned rows that were sent again: %s, in batch %s",
				"\nBaris kembali yang sudah dikirim lagi: %s, dalam paket %s",
				lantik_count_format(cli, sent, count), batch_of(rows, place, id));
	}
}

/* Rows that stand otherwise than recorded with their batch; those that a decision accepted were told with it. */
static void show_each(struct lantik_cli *cli, const struct rows *rows)
{
	const struct lantik_history *history = rows->standing->history;
	uint32_t open = 0;
	for (uint32_t i = 0; i < history->proved.verdict.records; i++) {
		const struct lantik_fate *fate = &history->fates[i];
		struct lantik_buffer why = {0};
		if (fate->outcome == LANTIK_REFUSED || (fate->outcome == LANTIK_ACCEPTED && fate->decision == 0))
			continue;
		lantik_fate_why(cli, &rows->sheet->table, history, i + 1, &why);
		if (lantik_cli_json(cli))
			write_row(cli, rows, i + 1, lantik_buffer_span(&why));
		if (is_open(rows, i + 1) && open++ == 0)
			lantik_say(cli,
				"\nRows that are not recorded, as of now:", "\nBaris yang saat ini tidak tercatat:");
		if (is_open(rows, i + 1) && open <= ROWS_SHOWN)
			say_row(cli, rows, i + 1, lantik_buffer_span(&why));
		lantik_buffer_free(&why);
	}
	if (open > ROWS_SHOWN)
		lantik_say(cli, "  ... and %u more", "  ... dan %u lagi", open - ROWS_SHOWN);
}

static void show_rows(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_standing *standing,
	const struct lantik_sheet *sheet)
{
	struct rows rows = {.standing = standing, .sheet = sheet};
	rows.sent_again = calloc(standing->history->proved.verdict.records + 1, sizeof *rows.sent_again);
	LANTIK_ASSERT(rows.sent_again);
	if (lantik_outbox_list(cli, home, &rows.entries) == LANTIK_EXIT_OK)
		lantik_mark_sent_again(home, &rows.entries, standing->history, rows.sent_again);
	show_each(cli, &rows);
	say_sent_again(cli, &rows);
	lantik_entries_free(&rows.entries);
	free(rows.sent_again);
}

void lantik_show_decisions(
	struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_standing *standing, bool all)
{
	char path[LANTIK_MAX_PATH];
	if (!standing->history)
		return;
	struct lantik_sheet *sheet = calloc(1, sizeof *sheet);
	LANTIK_ASSERT(sheet);
	bool whole = lantik_entry_sheet(cli, home, &standing->entry, path, sheet);
	show_decisions(cli, standing, sheet, all ? 0 : standing->known_decisions);
	if (all)
		show_rows(cli, home, standing, sheet);
	if (standing->returned.state != LANTIK_RETURNED_NONE)
		lantik_say(cli, "%s", "%s", "");
	lantik_say_returned(cli, &standing->returned, standing->base);
	if (whole)
		lantik_sheet_free(sheet);
	free(sheet);
}
