/* `lantik submit --rehearse`: the centre's own verdict, of the register too, without anything being recorded.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "exchange.h"
#include "office.h"
#include "proof.h"

#define DEFAULT_TIMEOUT_S 600

/* What all files of one command share. */
struct rehearsal {
	struct lantik_cli *cli;
	struct lantik_home home;
	struct lantik_rulebook *rulebook;
	struct lantik_peer *peer;
	int64_t now;
	uint64_t records, accepted, returned, review; /* of all files */
};

static void write_result(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_verdict *verdict,
	const struct lantik_checked *checked)
{
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "file", sheet->path);
	lantik_json_flag(cli, "rehearsal", true);
	lantik_json_text(cli, "outcome", verdict->refused ? "refused" : "committed");
	lantik_json_number(cli, "records", verdict->records);
	lantik_json_number(cli, "accepted", verdict->accepted);
	lantik_json_number(cli, "returned", verdict->returned);
	lantik_json_number(cli, "review", verdict->review);
	lantik_json_number(cli, "unknown_findings", verdict->unknown);
	lantik_report_unchecked(cli, sheet, checked, true);
	lantik_json_close(cli);
}

/* As check shows it. */
static int show(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_verdict *verdict,
	const struct lantik_checked *checked)
{
	int code = LANTIK_EXIT_OK;
	lantik_say_expected(cli, sheet, checked);
	lantik_report_text(cli, sheet, checked);
	lantik_report_json(cli, sheet, checked);
	lantik_say_unknown(cli, verdict->unknown, verdict->unknown_names);
	if (lantik_option_given(cli, "report"))
		code = lantik_report_file(cli, sheet, checked);
	lantik_say(cli, "%s", "%s", "");
	write_result(cli, sheet, verdict, checked);
	lantik_say(cli, "This was a rehearsal: nothing was recorded, no batch id was spent, and there is no receipt.",
		"Ini hanya uji coba: tidak ada yang dicatat, tidak ada nomor paket yang terpakai, dan tidak ada tanda "
		"terima.");
	if (checked->refused)
		lantik_say(cli, "Next: correct the file, then lantik submit --rehearse %s",
			"Berikutnya: perbaiki berkas, lalu lantik submit --rehearse %s", sheet->path);
	else
		lantik_say(cli, "Next: lantik submit %s", "Berikutnya: lantik submit %s", sheet->path);
	return code == LANTIK_EXIT_OK ? lantik_checked_exit(checked) : code;
}

/* What only the reader of the sheet sees is not in the centre's verdict. */
static int take_verdict(struct rehearsal *all, const struct lantik_sheet *sheet, const struct lantik_checked *own,
	const struct lantik_verdict *verdict, struct lantik_findings *findings)
{
	struct lantik_checked checked = {.findings = *findings,
		.refused = verdict->refused,
		.accepted = verdict->accepted,
		.returned = verdict->returned,
		.review = verdict->review,
		.severities = own->severities};
	memcpy(checked.not_checked, verdict->not_checked, sizeof checked.not_checked);
	lantik_sheet_findings(sheet, &own->severities, &checked.findings);
	lantik_findings_sort(&checked.findings);
	*findings = checked.findings;
	all->records += verdict->records;
	all->accepted += verdict->accepted;
	all->returned += verdict->returned;
	all->review += verdict->review;
	return show(all->cli, sheet, verdict, &checked);
}

/* Of the batch that was asked about, and of no other. */
static bool is_ours(
	const struct lantik_verdict *verdict, const struct lantik_sheet *sheet, const struct lantik_body *body)
{
	return memcmp(verdict->batch_id, body->batch_id, sizeof body->batch_id) == 0 &&
	       memcmp(verdict->records_root, body->digests.records_root, LANTIK_HASH) == 0 &&
	       verdict->records == sheet->table.count;
}

static int take_answer(struct rehearsal *all, const struct lantik_sheet *sheet, const struct lantik_checked *own,
	const struct lantik_body *body, const struct lantik_reply *reply)
{
	static const size_t head = sizeof LANTIK_REHEARSAL_HEAD - 1;
	struct lantik_span text = lantik_buffer_span(&reply->body);
	struct lantik_verdict verdict;
	struct lantik_findings findings = {0};
	if (reply->message != LANTIK_REHEARSAL)
		return lantik_report_refusal(all->cli, text);
	bool begins = text.len > head && memcmp(text.data, LANTIK_REHEARSAL_HEAD, head) == 0;
	int code;
	if (begins &&
		lantik_verdict_parse((struct lantik_span){text.data + head, text.len - head}, &verdict, &findings) ==
			LANTIK_OK &&
		is_ours(&verdict, sheet, body))
		code = take_verdict(all, sheet, own, &verdict, &findings);
	else
		code = lantik_fail(all->cli, 125, LANTIK_EXIT_FAILED,
			"the centre's answer is no rehearsal of %s; nothing was recorded\ninstall the current lantik",
			"jawaban pusat bukan uji coba dari %s; tidak ada yang dicatat\npasang lantik terbaru",
			sheet->path);
	lantik_findings_free(&findings);
	return code;
}

static int ask(struct rehearsal *all, const struct lantik_sheet *sheet, const struct lantik_checked *own)
{
	char size[32];
	struct lantik_body body;
	struct lantik_reply reply = {0};
	int code = lantik_body_make(all->cli, sheet, &body);
	if (code != LANTIK_EXIT_OK)
		return code;
	struct lantik_request request = {.message = LANTIK_REHEARSE,
		.body = lantik_buffer_span(&body.bytes),
		.sign = true,
		.timeout_ms = lantik_option_number(all->cli, "timeout", DEFAULT_TIMEOUT_S) * 1000};
	lantik_say(all->cli, "rehearsing %s, %s bytes; nothing is recorded ...",
		"menguji coba %s, %s byte; tidak ada yang dicatat ...", sheet->path,
		lantik_count_format(all->cli, (int64_t)body.bytes.len, size));
	lantik_progress_start(all->cli, "sent, waiting for the verdict", "terkirim, menunggu putusan", 0);
	code = lantik_exchange(all->peer, &request, &reply);
	lantik_progress_end(all->cli);
	if (code == LANTIK_EXIT_OK)
		code = take_answer(all, sheet, own, &body, &reply);
	lantik_buffer_free(&body.bytes);
	lantik_buffer_free(&reply.body);
	return code;
}

/* Rows that were not read whole would be judged as something else than the office wrote. */
static int cannot_ask(struct lantik_cli *cli, const struct lantik_sheet *sheet, const struct lantik_checked *own)
{
	lantik_say_expected(cli, sheet, own);
	lantik_report_text(cli, sheet, own);
	lantik_report_json(cli, sheet, own);
	return lantik_fail(cli, 126, LANTIK_EXIT_REFUSED,
		"%s cannot be sent at all: its header or its columns could not be read\n"
		"correct the header and the rows that are named above",
		"%s sama sekali tidak dapat dikirim: judul atau kolomnya tidak terbaca\n"
		"perbaiki judul dan baris yang disebut di atas",
		sheet->path);
}

static int rehearse_file(struct rehearsal *all, const char *path)
{
	struct lantik_checked own;
	struct lantik_sheet *sheet = calloc(1, sizeof *sheet);
	LANTIK_ASSERT(sheet);
	int code = lantik_sheet_read(all->cli, path, lantik_option_text(all->cli, "manifest"), sheet);
	if (code == LANTIK_EXIT_OK) {
		if (lantik_option_given(all->cli, "all-or-nothing"))
			lantik_sheet_want_all(sheet);
		lantik_check_sheet(all->cli, sheet, all->rulebook, all->now, &own);
		code = sheet->table.fault_count > 0 ? cannot_ask(all->cli, sheet, &own) : ask(all, sheet, &own);
		lantik_checked_free(&own);
		lantik_sheet_free(sheet);
	}
	free(sheet);
	return code;
}

static int open_all(struct rehearsal *all)
{
	static const char *const others[] = {"anyway", "new-id", "received"};
	struct lantik_cli *cli = all->cli;
	for (size_t i = 0; i < LANTIK_COUNT(others); i++)
		if (lantik_option_given(cli, others[i]))
			return lantik_fail(cli, 127, LANTIK_EXIT_USAGE, "--%s does not go with --rehearse",
				"--%s tidak dapat dipakai bersama --rehearse", others[i]);
	int code = lantik_check_date(cli, &all->now);
	if (code == LANTIK_EXIT_OK)
		code = lantik_home_open(cli, &all->home);
	if (code == LANTIK_EXIT_OK)
		code = lantik_home_rulebook(cli, &all->home, &all->rulebook);
	if (code == LANTIK_EXIT_OK)
		code = lantik_peer_open(cli, &all->home, &all->peer);
	return code;
}

int lantik_rehearse(struct lantik_cli *cli)
{
	struct rehearsal all = {.cli = cli};
	int code = open_all(&all);
	if (code == LANTIK_EXIT_OK)
		for (unsigned i = 0; i < lantik_argument_count(cli) && !lantik_signal(); i++)
			code = lantik_exit_worse(code, rehearse_file(&all, lantik_argument(cli, i)));
	lantik_summary_text(cli, "recorded", "nothing");
	lantik_summary_number(cli, "records", (int64_t)all.records);
	lantik_summary_number(cli, "accepted", (int64_t)all.accepted);
	lantik_summary_number(cli, "returned", (int64_t)all.returned);
	lantik_summary_number(cli, "review", (int64_t)all.review);
	lantik_peer_close(&all.peer);
	lantik_rulebook_free(&all.rulebook);
	return lantik_signal() ? lantik_signal_exit() : code;
}
