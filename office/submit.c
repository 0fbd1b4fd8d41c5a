/* `lantik submit`: checks, keeps in the outbox, sends until there is a receipt, proves and reports it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "exchange.h"
#include "office.h"
#include "returned.h"

#define DEFAULT_TIMEOUT_S 600

/* What all files of one command share. */
struct submission {
	struct lantik_cli *cli;
	struct lantik_home home;
	struct lantik_rulebook *rulebook;
	struct lantik_peer *peer;
	int64_t now;
	int lock;
	uint64_t records, accepted, returned, review; /* of all files */
};

/* One file on its way. */
struct sending {
	struct submission *all;
	struct lantik_sheet *sheet;
	struct lantik_entry entry;
	bool other_rulebook; /* the centre judged by another one than the check here */
};

static void say_checked(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_checked *checked)
{
	char rows[32], returned[32], review[32];
	lantik_count_format(cli, sheet->table.count, rows);
	lantik_count_format(cli, checked->returned, returned);
	lantik_count_format(cli, checked->review, review);
	if (checked->returned + checked->review > 0)
		lantik_say(cli,
			"%s: %s rows; %s will come back, %s will wait for an official, the good ones go in (details: "
			"lantik check %s)",
			"%s: %s baris; %s akan dikembalikan, %s akan menunggu pejabat, yang baik tetap masuk (rincian: "
			"lantik check %s)",
			sheet->path, rows, returned, review, sheet->path);
	else
		lantik_say(cli, "%s: %s rows checked", "%s: %s baris diperiksa", sheet->path, rows);
}

/* Rows that were not read whole would be sent as something else than the office wrote. */
static int cannot_send(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_checked *checked)
{
	lantik_report_text(cli, sheet, checked);
	lantik_report_json(cli, sheet, checked);
	return lantik_fail(cli, 122, LANTIK_EXIT_REFUSED,
		"%s cannot be sent at all: its header or its columns could not be read, so no row was read whole\n"
		"correct the header and the rows that are named above; --anyway does not help here",
		"%s sama sekali tidak dapat dikirim: judul atau kolomnya tidak terbaca, jadi tidak ada baris yang "
		"terbaca utuh\n"
		"perbaiki judul dan baris yang disebut di atas; --anyway tidak membantu di sini",
		sheet->path);
}

static int check_first(struct submission *all, const struct lantik_sheet *sheet)
{
	struct lantik_checked checked;
	struct lantik_cli *cli = all->cli;
	int code = LANTIK_EXIT_OK;
	lantik_check_sheet(cli, sheet, all->rulebook, all->now, &checked);
	if (sheet->table.fault_count > 0) {
		code = cannot_send(cli, sheet, &checked);
	} else if (!checked.refused) {
		say_checked(cli, sheet, &checked);
	} else if (lantik_option_given(cli, "anyway")) {
		lantik_remark(cli, "%s would be refused whole; sending it --anyway",
			"%s akan ditolak seluruhnya; tetap dikirim karena --anyway", sheet->path);
	} else {
		lantik_say(
			cli, "%s: the whole file would be REFUSED.", "%s: seluruh berkas akan DITOLAK.", sheet->path);
		lantik_report_text(cli, sheet, &checked);
		lantik_report_json(cli, sheet, &checked);
		code = lantik_fail(cli, 120, LANTIK_EXIT_FAILED,
			"%s would be refused whole, so it was not sent\ncorrect it and send it again; --anyway sends "
			"it as it is",
			"%s akan ditolak seluruhnya, jadi tidak dikirim\nperbaiki lalu kirim lagi; --anyway mengirim "
			"apa adanya",
			sheet->path);
	}
	lantik_checked_free(&checked);
	return code;
}

static int add_entry(struct sending *sending)
{
	struct lantik_body body;
	struct submission *all = sending->all;
	int code = lantik_body_make(all->cli, sending->sheet, &body);
	if (code != LANTIK_EXIT_OK)
		return code;
	code = lantik_outbox_add(all->cli, &all->home, sending->sheet, &body, &sending->entry);
	lantik_buffer_free(&body.bytes);
	return code;
}

/* The entry of a known file, or a new one: durable before anything is sent. */
static int find_entry(struct sending *sending)
{
	struct submission *all = sending->all;
	int code = LANTIK_EXIT_OK;
	bool known = lantik_outbox_find(&all->home, sending->sheet->key, &sending->entry);
	if (known && lantik_option_given(all->cli, "new-id")) {
		code = lantik_outbox_set_aside(all->cli, &all->home, &sending->entry);
		known = false;
	} else if (known && sending->entry.damaged) {
		return lantik_report_damaged(all->cli, &sending->entry);
	}
	if (code != LANTIK_EXIT_OK || known)
		return code;
	return add_entry(sending);
}

/* An attempt that is not noted is not made. */
static int cannot_note(const struct sending *sending, bool sent_before)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_cli *cli = sending->all->cli;
	const char *reason = strerror(errno);
	lantik_outbox_path(&sending->all->home, &sending->entry, "state", path);
	if (!sent_before)
		return lantik_fail(cli, 123, LANTIK_EXIT_FAILED, "cannot write %s: %s\nnothing was sent",
			"tidak dapat menulis %s: %s\ntidak ada yang dikirim", path, reason);
	return lantik_fail(cli, 124, LANTIK_EXIT_NETWORK,
		"cannot write %s: %s\nthe batch was sent before and may be recorded; make room and repeat the same "
		"command: nothing is recorded twice",
		"tidak dapat menulis %s: %s\npaket pernah dikirim dan mungkin sudah tercatat; sediakan ruang dan "
		"ulangi "
		"perintah yang sama: tidak ada yang tercatat dua kali",
		path, reason);
}

static int note_attempt(void *context, unsigned attempt)
{
	struct sending *sending = context;
	struct lantik_entry *entry = &sending->entry;
	bool sent_before = entry->tries > 0;
	(void)attempt;
	entry->last_sent_at = lantik_now_micros();
	entry->first_sent_at = entry->first_sent_at ? entry->first_sent_at : entry->last_sent_at;
	entry->tries++;
	if (entry->state == LANTIK_ENTRY_NEW || entry->state == LANTIK_ENTRY_TURNED_AWAY)
		entry->state = LANTIK_ENTRY_SENT;
	return lantik_outbox_save(&sending->all->home, entry) == LANTIK_OK ? LANTIK_EXIT_OK
									   : cannot_note(sending, sent_before);
}

static void say_recorded(struct lantik_cli *cli, const struct lantik_proved *proved)
{
	char accepted[32], returned[32], review[32], id[37];
	lantik_count_format(cli, proved->verdict.accepted, accepted);
	lantik_count_format(cli, proved->verdict.returned, returned);
	lantik_count_format(cli, proved->verdict.review, review);
	lantik_id_format(proved->verdict.batch_id, id);
	if (proved->earlier)
		lantik_say(cli,
			"The centre had the same records already, under batch %s; this is that batch's receipt.",
			"Pusat sudah memiliki data yang sama, pada paket %s; ini tanda terima paket itu.", id);
	if (proved->verdict.refused)
		lantik_say(cli, "REFUSED whole by a rule: batch %s, leaf %" PRIu64 ". No row was taken.",
			"DITOLAK seluruhnya oleh aturan: paket %s, daun %" PRIu64 ". Tidak ada baris yang diterima.",
			id, proved->receipt.index);
	else
		lantik_say(cli,
			"Committed: batch %s, leaf %" PRIu64
			": %s rows recorded, %s returned, %s wait for an official.",
			"Tercatat: paket %s, daun %" PRIu64 ": %s baris dicatat, %s dikembalikan, %s menunggu pejabat.",
			id, proved->receipt.index, accepted, returned, review);
	lantik_say_unknown(cli, proved->verdict.unknown, proved->verdict.unknown_names);
}

static void write_result(struct lantik_cli *cli, const struct sending *sending, const struct lantik_proved *proved,
	const char *receipt_path, const struct lantik_returned *returned)
{
	char id[37];
	lantik_id_format(proved->verdict.batch_id, id);
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "file", sending->sheet->path);
	lantik_json_text(cli, "batch_id", id);
	lantik_json_text(cli, "outcome", proved->verdict.refused ? "refused" : "committed");
	lantik_json_flag(cli, "earlier", proved->earlier);
	lantik_json_number(cli, "records", proved->verdict.records);
	lantik_json_number(cli, "accepted", proved->verdict.accepted);
	lantik_json_number(cli, "returned", proved->verdict.returned);
	lantik_json_number(cli, "review", proved->verdict.review);
	lantik_json_number(cli, "unknown_findings", proved->verdict.unknown);
	lantik_json_flag(cli, "other_rulebook", sending->other_rulebook);
	lantik_json_number(cli, "leaf_index", (int64_t)proved->receipt.index);
	lantik_json_text(cli, "receipt", receipt_path);
	lantik_json_text(cli, "returned_file", returned->state == LANTIK_RETURNED_NONE ? NULL : returned->path);
	lantik_json_close(cli);
}

/* The copy beside the office's file is a convenience: without it the outbox has the receipt. */
static void copy_receipt(struct lantik_cli *cli, const struct sending *sending, struct lantik_span text, char *ret_path)
{
	lantik_outbox_path(&sending->all->home, &sending->entry, "receipt", ret_path);
	char beside[LANTIK_MAX_PATH];
	if (snprintf(beside, sizeof beside, "%s.lantik-receipt", sending->sheet->path) < (int)sizeof beside &&
		lantik_file_write(beside, 0644, text) == LANTIK_OK)
		memcpy(ret_path, beside, sizeof beside);
	else
		lantik_remark(cli, "%s cannot be written; the receipt is in %s",
			"%s tidak dapat ditulis; tanda terima ada di %s", beside, ret_path);
}

/* The rows that came back stand in a file of their own, as the decisions since then left them. */
static void write_returned(struct sending *sending, struct lantik_returned *ret)
{
	struct lantik_history history;
	struct submission *all = sending->all;
	*ret = (struct lantik_returned){0};
	if (lantik_history_load(all->cli, &all->home, lantik_peer_trust(all->peer), &sending->entry, &history) !=
		LANTIK_EXIT_OK)
		return;
	if (lantik_history_note(&all->home, &sending->entry, &history) == LANTIK_OK)
		lantik_returned_write(all->cli, &all->home, &sending->entry, &history, sending->sheet->path, ret);
	if (history.decision_count > 0)
		lantik_say(all->cli, "Officials have decided about rows of it since: lantik status %s",
			"Pejabat telah memutuskan sebagian barisnya sesudah itu: lantik status %s",
			sending->sheet->path);
	lantik_history_free(&history);
}

static int report(struct sending *sending, const struct lantik_proved *proved, const char *receipt_path)
{
	struct lantik_returned returned;
	struct lantik_cli *cli = sending->all->cli;
	struct lantik_checked checked = lantik_proved_checked(proved);
	int code = LANTIK_EXIT_OK;
	lantik_report_text(cli, sending->sheet, &checked);
	lantik_report_json(cli, sending->sheet, &checked);
	if (lantik_option_given(cli, "report"))
		code = lantik_report_file(cli, sending->sheet, &checked);
	write_returned(sending, &returned);
	if (checked.findings.count > 0)
		lantik_say(cli, "%s", "%s", "");
	lantik_say_returned(cli, &returned, sending->sheet->path);
	if (proved->verdict.review > 0)
		lantik_say(cli,
			"Rows for an official to review stay at the centre: do not send them again; lantik status "
			"tells what "
			"was decided.",
			"Baris yang menunggu pejabat tetap di pusat: jangan dikirim lagi; lantik status menyebut "
			"keputusannya.");
	lantik_say(cli, "Receipt, verified: %s", "Tanda terima, terbukti sah: %s", receipt_path);
	write_result(cli, sending, proved, receipt_path, &returned);
	return code == LANTIK_EXIT_OK ? lantik_checked_exit(&checked) : code;
}

static int take_receipt(struct sending *sending, struct lantik_span text, const struct lantik_heard *heard)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_proved proved;
	struct submission *all = sending->all;
	struct lantik_presence presence = {heard->proved, heard->through};
	int code = lantik_entry_keep_receipt(
		all->cli, &all->home, lantik_peer_trust(all->peer), &sending->entry, text, presence, &proved);
	if (code != LANTIK_EXIT_OK)
		return code;
	copy_receipt(all->cli, sending, text, path);
	say_recorded(all->cli, &proved);
	code = report(sending, &proved, path);
	all->records += proved.verdict.records;
	all->accepted += proved.verdict.accepted;
	all->returned += proved.verdict.returned;
	all->review += proved.verdict.review;
	lantik_proved_free(&proved);
	return code;
}

static int turned_away(struct sending *sending, struct lantik_span body)
{
	int code = lantik_report_refusal(sending->all->cli, body);
	if (sending->entry.state == LANTIK_ENTRY_SENT) {
		sending->entry.state = LANTIK_ENTRY_TURNED_AWAY;
		if (lantik_outbox_save(&sending->all->home, &sending->entry) != LANTIK_OK)
			lantik_remark(sending->all->cli, "that it was turned away could not be noted here: %s",
				"penolakan ini tidak dapat dicatat di sini: %s", strerror(errno));
	}
	return code;
}

static int take_answer(struct sending *sending, const struct lantik_reply *reply)
{
	struct lantik_span body = lantik_buffer_span(&reply->body);
	sending->other_rulebook = reply->rulebook_differs;
	if (reply->message == LANTIK_RECEIPT)
		return take_receipt(sending, body, &reply->heard);
	return turned_away(sending, body);
}

static int send_body(struct sending *sending, struct lantik_span body)
{
	struct submission *all = sending->all;
	struct lantik_reply reply = {0};
	char size[32], id[37];
	struct lantik_request request = {.message = LANTIK_SUBMIT,
		.body = body,
		.sign = true,
		.timeout_ms = lantik_option_number(all->cli, "timeout", DEFAULT_TIMEOUT_S) * 1000,
		.on_attempt = note_attempt,
		.context = sending};
	lantik_id_format(sending->entry.batch_id, id);
	lantik_say(all->cli, "sending batch %s, %s bytes ...", "mengirim paket %s, %s byte ...", id,
		lantik_count_format(all->cli, (int64_t)body.len, size));
	lantik_progress_start(all->cli, "sent, waiting for the receipt", "terkirim, menunggu tanda terima", 0);
	int code = lantik_exchange(all->peer, &request, &reply);
	lantik_progress_end(all->cli);
	if (code == LANTIK_EXIT_OK)
		code = take_answer(sending, &reply);
	lantik_buffer_free(&reply.body);
	return code;
}

static int send_entry(struct sending *sending)
{
	struct lantik_buffer body = {0};
	int code = lantik_outbox_body(sending->all->cli, &sending->all->home, &sending->entry, &body);
	if (code == LANTIK_EXIT_OK)
		code = send_body(sending, lantik_buffer_span(&body));
	lantik_buffer_free(&body);
	return code;
}

static int submit_file(struct submission *all, const char *path)
{
	struct lantik_sheet *sheet = calloc(1, sizeof *sheet);
	LANTIK_ASSERT(sheet);
	struct sending sending = {.all = all, .sheet = sheet};
	int code = lantik_sheet_read(all->cli, path, lantik_option_text(all->cli, "manifest"), sheet);
	if (code == LANTIK_EXIT_OK) {
		if (lantik_option_given(all->cli, "all-or-nothing"))
			lantik_sheet_want_all(sheet);
		lantik_remark_untouched(all->cli, &all->home, sheet);
		code = check_first(all, sheet);
		if (code == LANTIK_EXIT_OK)
			code = find_entry(&sending);
		if (code == LANTIK_EXIT_OK)
			code = send_entry(&sending);
		lantik_sheet_free(sheet);
	}
	free(sheet);
	return code;
}

static int open_all(struct submission *all)
{
	struct lantik_cli *cli = all->cli;
	int code = lantik_check_date(cli, &all->now);
	if (code == LANTIK_EXIT_OK)
		code = lantik_home_open(cli, &all->home);
	if (code == LANTIK_EXIT_OK)
		code = lantik_home_lock(cli, &all->home, &all->lock);
	if (code == LANTIK_EXIT_OK)
		code = lantik_home_rulebook(cli, &all->home, &all->rulebook);
	if (code == LANTIK_EXIT_OK)
		code = lantik_peer_open(cli, &all->home, &all->peer);
	return code;
}

int lantik_exit_worse(int so_far, int code)
{
	if (so_far == LANTIK_EXIT_OK || (so_far == LANTIK_EXIT_PARTIAL && code != LANTIK_EXIT_OK))
		return code;
	return so_far;
}

static void summarize(const struct submission *all)
{
	lantik_summary_number(all->cli, "records", (int64_t)all->records);
	lantik_summary_number(all->cli, "accepted", (int64_t)all->accepted);
	lantik_summary_number(all->cli, "returned", (int64_t)all->returned);
	lantik_summary_number(all->cli, "review", (int64_t)all->review);
}

static int one_manifest(struct lantik_cli *cli)
{
	if (!lantik_option_given(cli, "manifest") || lantik_argument_count(cli) == 1)
		return LANTIK_EXIT_OK;
	return lantik_fail(
		cli, 121, LANTIK_EXIT_USAGE, "--manifest goes with one file", "--manifest hanya untuk satu berkas");
}

/* One after the other, each on the answer to the one before: it may continue or correct that one. */
static int submit_files(struct submission *all)
{
	unsigned count = lantik_argument_count(all->cli);
	int worst = LANTIK_EXIT_OK, code = LANTIK_EXIT_OK;
	for (unsigned i = 0; i < count && code != LANTIK_EXIT_NETWORK && !lantik_signal(); i++) {
		code = submit_file(all, lantik_argument(all->cli, i));
		worst = lantik_exit_worse(worst, code);
		if (code == LANTIK_EXIT_NETWORK && i + 1 < count)
			lantik_remark(all->cli,
				"not sent before this one has its answer: %s and whatever stands behind it",
				"tidak dikirim sebelum yang ini dijawab: %s dan berkas sesudahnya",
				lantik_argument(all->cli, i + 1));
	}
	return worst;
}

int lantik_submit_main(struct lantik_cli *cli)
{
	struct submission all = {.cli = cli, .lock = -1};
	int code = one_manifest(cli);
	if (code != LANTIK_EXIT_OK)
		return code;
	if (lantik_option_given(cli, "rehearse"))
		return lantik_rehearse(cli);
	code = open_all(&all);
	if (code == LANTIK_EXIT_OK)
		code = submit_files(&all);
	summarize(&all);
	lantik_peer_close(&all.peer);
	lantik_rulebook_free(&all.rulebook);
	lantik_home_unlock(all.lock);
	return lantik_signal() ? lantik_signal_exit() : code;
}
