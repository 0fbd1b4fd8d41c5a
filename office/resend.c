/* `lantik resend`: sends again what the centre may have lost, under the same batch ids.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "exchange.h"
#include "history.h"
#include "lost.h"
#include "office.h"
#include "sent.h"

#define DEFAULT_TIMEOUT_S 600

/* What all batches of one command share. */
struct resending {
	struct lantik_cli *cli;
	struct lantik_home home;
	struct lantik_peer *peer;
	int lock;
	bool since_given, by_leaf;
	uint64_t leaf;    /* --since LEAF */
	int32_t recorded; /* --since DATE */
	size_t sent, changed;
};

/* --- which --- */

static int read_since(struct resending *all)
{
	char *end;
	const char *since = lantik_option_text(all->cli, "since");
	if (!since)
		return LANTIK_EXIT_OK;
	all->since_given = true;
	all->recorded = strchr(since, '-') ? lantik_date_parse(lantik_span_of(since)) : 0;
	if (all->recorded > 0)
		return LANTIK_EXIT_OK;
	all->by_leaf = true;
	errno = 0;
	all->leaf = strtoull(since, &end, 10);
	if (*since >= '0' && *since <= '9' && *end == '\0' && errno == 0)
		return LANTIK_EXIT_OK;
	return lantik_fail(all->cli, 185, LANTIK_EXIT_USAGE,
		"--since takes the number of a leaf or a date such as 2025-10-01, not `%s`",
		"--since memerlukan nomor daun atau tanggal seperti 2025-10-01, bukan `%s`", since);
}

static bool has_receipt(const struct lantik_entry *entry)
{
	return entry->state == LANTIK_ENTRY_RECORDED || entry->state == LANTIK_ENTRY_REFUSED;
}

/* A receipt of a key that fell into other hands is asked for again, with a proof through a later checkpoint; so is one
 * whose file was damaged or is not that batch's. */
static bool is_believed(const struct resending *all, const struct lantik_entry *entry)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_sent sent;
	struct lantik_proved proved;
	struct lantik_buffer text = {0};
	enum lantik_doubt doubt = LANTIK_DOUBT_FORM;
	if (lantik_sent_read(all->cli, &all->home, entry, &sent) != LANTIK_EXIT_OK)
		return true;
	if (lantik_file_read(lantik_outbox_path(&all->home, entry, "receipt", path), LANTIK_MAX_RECEIPT, &text) ==
		LANTIK_OK)
		doubt = lantik_prove(lantik_buffer_span(&text), lantik_peer_trust(all->peer), &sent.expected, &proved);
	if (doubt == LANTIK_NO_DOUBT)
		lantik_proved_free(&proved);
	lantik_sent_free(&sent);
	lantik_buffer_free(&text);
	return doubt != LANTIK_DOUBT_SIGNATURE && !lantik_doubt_is_of_file(doubt);
}

/* What was sent and never answered is as open as what was lost. */
static bool is_wanted(const struct resending *all, const struct lantik_entry *entry)
{
	if (entry->damaged)
		return false;
	if (!has_receipt(entry))
		return entry->state == LANTIK_ENTRY_SENT;
	if (!all->since_given)
		return lantik_entry_maybe_lost(lantik_peer_trust(all->peer), entry) || !is_believed(all, entry);
	return all->by_leaf ? entry->leaf_index >= all->leaf : lantik_instant_date(entry->recorded_at) >= all->recorded;
}

/* --- one batch --- */

struct one {
	struct resending *all;
	struct lantik_entry *entry, before;
};

static int note_attempt(void *context, unsigned attempt)
{
	char path[LANTIK_MAX_PATH];
	struct one *one = context;
	(void)attempt;
	one->entry->last_sent_at = lantik_now_micros();
	one->entry->tries++;
	if (lantik_outbox_save(&one->all->home, one->entry) == LANTIK_OK)
		return LANTIK_EXIT_OK;
	return lantik_fail(one->all->cli, 124, LANTIK_EXIT_NETWORK,
		"cannot write %s: %s\nthe batch was sent before and may be recorded; make room and repeat the same "
		"command: nothing is recorded twice",
		"tidak dapat menulis %s: %s\npaket pernah dikirim dan mungkin sudah tercatat; sediakan ruang dan "
		"ulangi "
		"perintah yang sama: tidak ada yang tercatat dua kali",
		lantik_outbox_path(&one->all->home, one->entry, "state", path), strerror(errno));
}

static bool same_outcome(const struct lantik_entry *before, const struct lantik_entry *now)
{
	return before->state == now->state && before->accepted == now->accepted && before->returned == now->returned &&
	       before->review == now->review && before->rejected == now->rejected;
}

static void write_result(const struct one *one, const struct lantik_proved *proved, bool same)
{
	char id[37];
	struct lantik_cli *cli = one->all->cli;
	bool had = has_receipt(&one->before);
	lantik_id_format(proved->verdict.batch_id, id);
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "file", one->entry->file);
	lantik_json_text(cli, "batch_id", id);
	lantik_json_text(cli, "outcome", proved->verdict.refused ? "refused" : "committed");
	lantik_json_flag(cli, "earlier", proved->earlier);
	lantik_json_number(cli, "leaf_index", (int64_t)proved->receipt.index);
	lantik_json_number(cli, "epoch", proved->receipt.head.epoch);
	lantik_json_number(cli, "leaf_index_before", had ? (int64_t)one->before.leaf_index : -1);
	lantik_json_number(cli, "accepted", one->entry->accepted);
	lantik_json_number(cli, "returned", one->entry->returned);
	lantik_json_number(cli, "review", one->entry->review);
	lantik_json_number(cli, "rejected", one->entry->rejected);
	lantik_json_flag(cli, "same_outcome", same);
	lantik_json_close(cli);
}

static void tell(struct one *one, const struct lantik_proved *proved)
{
	struct lantik_cli *cli = one->all->cli;
	const struct lantik_entry *before = &one->before, *now = one->entry;
	bool had = has_receipt(before);
	bool moved = !had || before->leaf_index != now->leaf_index || before->epoch != now->epoch;
	bool same = had && same_outcome(before, now);
	if (!moved)
		lantik_say(cli, "%s: held at the centre as before, leaf %" PRIu64 ".",
			"%s: masih ada di pusat seperti semula, daun %" PRIu64 ".", now->file, now->leaf_index);
	else if (had)
		lantik_say(cli,
			"%s: recorded again as leaf %" PRIu64 " of epoch %u (before: leaf %" PRIu64
			" of epoch %u); both "
			"receipts are kept.",
			"%s: dicatat lagi sebagai daun %" PRIu64 " epoch %u (sebelumnya daun %" PRIu64
			" epoch %u); kedua "
			"tanda terima disimpan.",
			now->file, now->leaf_index, now->epoch, before->leaf_index, before->epoch ? before->epoch : 1);
	else
		lantik_say(cli, "%s: recorded, leaf %" PRIu64 ".", "%s: tercatat, daun %" PRIu64 ".", now->file,
			now->leaf_index);
	if (had && !same)
		lantik_say(cli,
			"  Its rows stand otherwise than before: %u recorded, %u returned, %u wait for an official, %u "
			"rejected "
			"(before: %u, %u, %u, %u). Next: lantik status %s",
			"  Keadaan barisnya berubah: %u dicatat, %u dikembalikan, %u menunggu pejabat, %u ditolak "
			"(sebelumnya: "
			"%u, %u, %u, %u). Berikutnya: lantik status %s",
			now->accepted, now->returned, now->review, now->rejected, before->accepted, before->returned,
			before->review, before->rejected, now->file);
	one->all->changed += had && !same;
	write_result(one, proved, same);
}

/* The copy beside the office's file follows, when it is as it was written; so does what proves it. */
static void renew_copy(
	const struct one *one, struct lantik_span former, struct lantik_span text, struct lantik_span through)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_buffer copy = {0};
	if (snprintf(path, sizeof path, "%s.lantik-receipt", one->entry->file) + 9 > (int)sizeof path)
		return;
	enum lantik_error error = lantik_file_read(path, LANTIK_MAX_RECEIPT, &copy);
	bool ours = error == LANTIK_OK && former.len > 0 && lantik_span_equal(lantik_buffer_span(&copy), former);
	lantik_buffer_free(&copy);
	if (!ours)
		return;
	error = lantik_span_equal(former, text) ? LANTIK_OK : lantik_file_write(path, 0644, text);
	if (error == LANTIK_OK && through.len > 0)
		error = lantik_file_write(strcat(path, ".through"), 0644, through);
	if (error != LANTIK_OK)
		lantik_remark(one->all->cli, "%s cannot be written; the receipt is in the outbox",
			"%s tidak dapat ditulis; tanda terima ada di kotak keluar", path);
}

/* With the decisions since that still count. */
static void note_counts(struct one *one)
{
	struct resending *all = one->all;
	struct lantik_history history;
	if (lantik_history_load(all->cli, &all->home, lantik_peer_trust(all->peer), one->entry, &history) !=
		LANTIK_EXIT_OK)
		return;
	if (lantik_history_note(&all->home, one->entry, &history) != LANTIK_OK)
		lantik_remark(all->cli, "the counts of %s could not be noted here",
			"jumlah %s tidak dapat dicatat di sini", one->entry->file);
	lantik_history_free(&history);
}

static int take_answer(struct one *one, const struct lantik_reply *reply)
{
	struct resending *all = one->all;
	struct lantik_proved proved;
	struct lantik_span body = lantik_buffer_span(&reply->body);
	struct lantik_buffer former = {0};
	struct lantik_presence presence = {reply->heard.proved, reply->heard.through};
	char path[LANTIK_MAX_PATH];
	if (reply->message != LANTIK_RECEIPT)
		return lantik_report_refusal(all->cli, body);
	enum lantik_error error = lantik_file_read(
		lantik_outbox_path(&all->home, one->entry, "receipt", path), LANTIK_MAX_RECEIPT, &former);
	int code = lantik_entry_keep_receipt(
		all->cli, &all->home, lantik_peer_trust(all->peer), one->entry, body, presence, &proved);
	if (code == LANTIK_EXIT_OK && error == LANTIK_OK)
		renew_copy(one, lantik_buffer_span(&former), body, presence.through);
	lantik_buffer_free(&former);
	if (code != LANTIK_EXIT_OK)
		return code;
	note_counts(one);
	all->sent++;
	tell(one, &proved);
	lantik_proved_free(&proved);
	return code;
}

static int resend_one(struct resending *all, struct lantik_entry *entry)
{
	struct one one = {.all = all, .entry = entry, .before = *entry};
	struct lantik_buffer body = {0};
	struct lantik_reply reply = {0};
	int code = lantik_outbox_body(all->cli, &all->home, entry, &body);
	struct lantik_request request = {.message = LANTIK_SUBMIT,
		.body = lantik_buffer_span(&body),
		.sign = true,
		.timeout_ms = lantik_option_number(all->cli, "timeout", DEFAULT_TIMEOUT_S) * 1000,
		.on_attempt = note_attempt,
		.context = &one};
	if (code == LANTIK_EXIT_OK)
		code = lantik_exchange(all->peer, &request, &reply);
	if (code == LANTIK_EXIT_OK)
		code = take_answer(&one, &reply);
	lantik_buffer_free(&reply.body);
	lantik_buffer_free(&body);
	return code;
}

/* --- all --- */

static size_t count_wanted(const struct resending *all, const struct lantik_entries *entries)
{
	size_t wanted = 0;
	for (size_t i = 0; i < entries->count; i++)
		wanted += is_wanted(all, &entries->items[i]);
	return wanted;
}

/* Without a connection, or when the centre is not believed, the next batch fares no better. */
static bool goes_on(int code)
{
	return code == LANTIK_EXIT_OK || code == LANTIK_EXIT_REFUSED || code == LANTIK_EXIT_FAILED;
}

/* What cannot be read here may be lost at the centre, too. */
static int report_damaged(struct lantik_cli *cli, const struct lantik_entries *entries)
{
	int worst = LANTIK_EXIT_OK;
	for (size_t i = 0; i < entries->count; i++)
		if (entries->items[i].damaged)
			worst = lantik_exit_worse(worst, lantik_report_damaged(cli, &entries->items[i]));
	return worst;
}

/* In the order in which they were made: a correction comes behind what it corrects. */
static int resend_all(struct resending *all)
{
	struct lantik_entries entries;
	size_t done = 0;
	int worst = lantik_outbox_list(all->cli, &all->home, &entries), code = worst;
	if (worst != LANTIK_EXIT_OK)
		return worst;
	size_t wanted = count_wanted(all, &entries);
	worst = report_damaged(all->cli, &entries);
	if (wanted == 0 && worst == LANTIK_EXIT_OK)
		lantik_say(all->cli,
			"Nothing is to be sent again: every batch that was sent has a receipt that counts.",
			"Tidak ada yang perlu dikirim ulang: setiap paket yang terkirim memiliki tanda terima yang "
			"berlaku.");
	lantik_progress_start(all->cli, "batches sent again", "paket dikirim ulang", wanted);
	for (size_t i = 0; i < entries.count && goes_on(code) && !lantik_signal(); i++) {
		if (!is_wanted(all, &entries.items[i]))
			continue;
		code = resend_one(all, &entries.items[i]);
		worst = lantik_exit_worse(worst, code);
		lantik_progress(all->cli, ++done);
	}
	lantik_progress_end(all->cli);
	lantik_entries_free(&entries);
	lantik_summary_number(all->cli, "wanted", (int64_t)wanted);
	return worst;
}

/* What was lost is known only after the centre's deeds are here. */
static int ask_first(struct resending *all)
{
	struct lantik_reply reply = {0};
	int code = lantik_ping(all->cli, all->peer, lantik_option_number(all->cli, "timeout", DEFAULT_TIMEOUT_S) * 1000,
		false, &reply);
	lantik_buffer_free(&reply.body);
	return code;
}

int lantik_resend_main(struct lantik_cli *cli)
{
	struct resending all = {.cli = cli, .lock = -1};
	int code = read_since(&all);
	if (code == LANTIK_EXIT_OK)
		code = lantik_home_open(cli, &all.home);
	if (code == LANTIK_EXIT_OK)
		code = lantik_home_need_settings(cli, &all.home);
	if (code == LANTIK_EXIT_OK)
		code = lantik_home_lock(cli, &all.home, &all.lock);
	if (code == LANTIK_EXIT_OK)
		code = lantik_peer_open(cli, &all.home, &all.peer);
	if (code == LANTIK_EXIT_OK)
		code = ask_first(&all);
	if (code == LANTIK_EXIT_OK)
		code = resend_all(&all);
	lantik_summary_number(cli, "sent", (int64_t)all.sent);
	lantik_summary_number(cli, "changed", (int64_t)all.changed);
	lantik_peer_close(&all.peer);
	lantik_home_unlock(all.lock);
	if (lantik_signal())
		return lantik_signal_exit();
	return code == LANTIK_EXIT_OK && all.changed > 0 ? LANTIK_EXIT_PARTIAL : code;
}
