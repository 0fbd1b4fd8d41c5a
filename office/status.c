/* `lantik status`: where every batch stands, here and at the centre. It never answers "not found".
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "exchange.h"
#include "office.h"
#include "proof.h"

/* One batch and what is known of it. */
struct standing {
	struct lantik_entry entry;
	bool ours;                     /* in the outbox */
	bool asked;                    /* the centre answered */
	enum lantik_batch_state state; /* its answer */
	const char *file;              /* asked for by name, not sent from here */
};

static bool has_receipt(const struct lantik_entry *entry)
{
	return entry->state == LANTIK_ENTRY_RECORDED || entry->state == LANTIK_ENTRY_REFUSED;
}

static const char *word_of(const struct standing *standing)
{
	if (standing->ours && standing->entry.damaged)
		return "damaged";
	if (!standing->ours && standing->file)
		return "not_sent";
	if (standing->ours && has_receipt(&standing->entry))
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
static bool has_id(const struct standing *standing)
{
	static const uint8_t none[sizeof standing->entry.batch_id];
	return !standing->file && memcmp(standing->entry.batch_id, none, sizeof none) != 0;
}

static void write_json(struct lantik_cli *cli, const struct standing *standing)
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
	lantik_json_number(cli, "tries", entry->tries);
	lantik_json_text(cli, "last_sent_at", *sent ? sent : NULL);
	lantik_json_text(cli, "recorded_at", *recorded ? recorded : NULL);
	lantik_json_flag(cli, "asked", standing->asked);
	lantik_json_text(cli, "meaning", explain(cli, word));
	lantik_json_close(cli);
}

static void add_row(struct lantik_cli *cli, struct lantik_listing *listing, const struct standing *standing)
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
	lantik_listing_text(listing, explain(cli, word_of(standing)));
}

static void print(struct lantik_cli *cli, const struct standing *standings, size_t count)
{
	static const struct lantik_column columns[] = {{"file", {"FILE", "BERKAS"}, false},
		{"batch_id", {"BATCH", "PAKET"}, false}, {"records", {"ROWS", "BARIS"}, true},
		{"accepted", {"RECORDED", "DICATAT"}, true}, {"returned", {"RETURNED", "KEMBALI"}, true},
		{"review", {"REVIEW", "TELAAH"}, true}, {"state", {"STATE", "KEADAAN"}, false}};
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

/* The receipt that comes with the answer is kept, as after a submit; an answer about a stranger's id is only shown. */
static int take_answer(struct lantik_cli *cli, const struct lantik_home *home, struct standing *standing,
	const struct lantik_status_answer *answer)
{
	struct lantik_proved proved;
	standing->asked = true;
	standing->state = answer->state;
	if (!standing->ours) {
		standing->entry.accepted = answer->accepted;
		standing->entry.returned = answer->returned;
		standing->entry.review = answer->review;
		standing->entry.recorded_at = answer->recorded_at;
		return LANTIK_EXIT_OK;
	}
	if (answer->receipt.len == 0)
		return LANTIK_EXIT_OK;
	int code = lantik_entry_keep_receipt(cli, home, &standing->entry, answer->receipt, &proved);
	if (code == LANTIK_EXIT_OK)
		lantik_proved_free(&proved);
	return code;
}

static int read_answer(struct lantik_cli *cli, const struct lantik_home *home, struct standing *standing,
	const struct lantik_reply *reply)
{
	struct lantik_status_answer answer;
	struct lantik_arena *arena = lantik_arena_new(LANTIK_MAX_FRAME + 64 * 1024);
	LANTIK_ASSERT(arena);
	int code;
	if (reply->message != LANTIK_STATUS_ANSWER)
		code = lantik_report_refusal(cli, lantik_buffer_span(&reply->body));
	else if (lantik_status_answer_decode(lantik_buffer_span(&reply->body), arena, &answer) != LANTIK_OK)
		code = lantik_fail(cli, 140, LANTIK_EXIT_FAILED,
			"the centre's answer cannot be read\ninstall the current lantik",
			"jawaban pusat tidak terbaca\npasang lantik terbaru");
	else
		code = take_answer(cli, home, standing, &answer);
	lantik_arena_free(&arena);
	return code;
}

static int ask(
	struct lantik_cli *cli, const struct lantik_home *home, struct lantik_peer *peer, struct standing *standing)
{
	struct lantik_buffer body = {0};
	struct lantik_reply reply = {0};
	struct lantik_status_request asked = {.batch_id = {standing->entry.batch_id, sizeof standing->entry.batch_id}};
	LANTIK_ASSERT(lantik_status_request_encode(&asked, &body) == LANTIK_OK);
	struct lantik_request request = {.message = LANTIK_STATUS,
		.body = lantik_buffer_span(&body),
		.timeout_ms = lantik_option_number(cli, "timeout", 20) * 1000};
	int code = lantik_exchange(peer, &request, &reply);
	if (code == LANTIK_EXIT_OK)
		code = read_answer(cli, home, standing, &reply);
	lantik_buffer_free(&body);
	lantik_buffer_free(&reply.body);
	return code;
}

/* Whether the centre may know more than we do. */
static bool is_open(const struct standing *standing)
{
	return !standing->file && !standing->entry.damaged &&
	       !(standing->ours && (has_receipt(&standing->entry) || standing->entry.state == LANTIK_ENTRY_NEW));
}

static int ask_open(struct lantik_cli *cli, const struct lantik_home *home, struct standing *standings, size_t count)
{
	struct lantik_peer *peer = NULL;
	int code = LANTIK_EXIT_OK;
	for (size_t i = 0; code == LANTIK_EXIT_OK && i < count; i++) {
		if (!is_open(&standings[i]))
			continue;
		if (!peer)
			code = lantik_peer_open(cli, home, &peer);
		if (code == LANTIK_EXIT_OK)
			code = ask(cli, home, peer, &standings[i]);
	}
	lantik_peer_close(&peer);
	return code;
}

/* The answers change the outbox: while a submit works on it, it is only read. */
static int ask_all(struct lantik_cli *cli, const struct lantik_home *home, struct standing *standings, size_t count)
{
	size_t open = 0;
	for (size_t i = 0; i < count; i++)
		open += is_open(&standings[i]);
	if (open == 0 || lantik_option_given(cli, "offline"))
		return LANTIK_EXIT_OK;
	int lock = lantik_home_try_lock(home);
	if (lock < 0) {
		lantik_remark(cli, "another lantik is sending from %s; the centre was not asked",
			"lantik lain sedang mengirim dari %s; pusat tidak ditanya", home->folder);
		return LANTIK_EXIT_OK;
	}
	int code = ask_open(cli, home, standings, count);
	lantik_home_unlock(lock);
	return code;
}

static int find_batch(struct lantik_cli *cli, const struct lantik_home *home, struct standing *standing)
{
	struct lantik_entries entries;
	int code = lantik_outbox_list(cli, home, &entries);
	if (code != LANTIK_EXIT_OK)
		return code;
	for (size_t i = 0; i < entries.count && !standing->ours; i++)
		if (memcmp(entries.items[i].batch_id, standing->entry.batch_id, 16) == 0) {
			standing->entry = entries.items[i];
			standing->ours = true;
		}
	lantik_entries_free(&entries);
	return code;
}

/* A batch id, or a file that was sent or not. */
static int find_one(struct lantik_cli *cli, const struct lantik_home *home, const char *what, struct standing *standing)
{
	char key[2 * LANTIK_HASH + 1];
	if (lantik_id_parse(lantik_span_of(what), standing->entry.batch_id))
		return find_batch(cli, home, standing);
	int code = lantik_sheet_key(cli, what, lantik_option_text(cli, "manifest"), key);
	if (code == LANTIK_EXIT_OK)
		standing->ours = lantik_outbox_find(home, key, &standing->entry);
	if (!standing->ours)
		standing->file = what;
	return code;
}

static int show(struct lantik_cli *cli, const struct lantik_home *home, struct standing *standings, size_t count)
{
	int code = ask_all(cli, home, standings, count);
	print(cli, standings, count);
	lantik_summary_number(cli, "batches", (int64_t)count);
	for (size_t i = 0; i < count; i++) {
		int found = standings[i].entry.damaged ? lantik_report_damaged(cli, &standings[i].entry) : code;
		code = code == LANTIK_EXIT_OK ? found : code;
	}
	return code;
}

static int show_one(struct lantik_cli *cli, const struct lantik_home *home, const char *what)
{
	struct standing *standing = calloc(1, sizeof *standing);
	LANTIK_ASSERT(standing);
	int code = find_one(cli, home, what, standing);
	if (code == LANTIK_EXIT_OK)
		code = show(cli, home, standing, 1);
	free(standing);
	return code;
}

static int show_outbox(struct lantik_cli *cli, const struct lantik_home *home)
{
	struct lantik_entries entries;
	int code = lantik_outbox_list(cli, home, &entries);
	if (code != LANTIK_EXIT_OK)
		return code;
	struct standing *standings = calloc(entries.count + 1, sizeof *standings);
	LANTIK_ASSERT(standings);
	for (size_t i = 0; i < entries.count; i++)
		standings[i] = (struct standing){.entry = entries.items[i], .ours = true};
	code = show(cli, home, standings, entries.count);
	lantik_entries_free(&entries);
	free(standings);
	return code;
}

int lantik_status_main(struct lantik_cli *cli)
{
	struct lantik_home home;
	int code = lantik_home_open(cli, &home);
	if (code == LANTIK_EXIT_OK)
		code = lantik_home_need_settings(cli, &home);
	if (code != LANTIK_EXIT_OK)
		return code;
	const char *what = lantik_argument(cli, 0);
	return what ? show_one(cli, &home, what) : show_outbox(cli, &home);
}
