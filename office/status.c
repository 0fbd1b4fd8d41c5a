/* `lantik status`: where every batch stands, here and at the centre. It never answers "not found".
 * SPDX-License-Identifier: Apache-2.0 */
#include "status.h"

#include <inttypes.h>
#include <string.h>

#include "lost.h"
#include "office.h"

/* --- what the centre answers --- */

static void drop_history(struct lantik_standing *standing)
{
	if (standing->history)
		lantik_history_free(standing->history);
	free(standing->history);
	standing->history = NULL;
}

static int load_history(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_trust *trust,
	struct lantik_standing *standing)
{
	struct lantik_history history;
	int code = lantik_history_load(cli, home, trust, &standing->entry, &history);
	if (code != LANTIK_EXIT_OK)
		return code;
	standing->history = calloc(1, sizeof *standing->history);
	LANTIK_ASSERT(standing->history);
	*standing->history = history;
	standing->known_decisions = history.decision_count;
	standing->maybe_lost = history.maybe_lost;
	return code;
}

/* The receipt that comes with the answer is kept, as after a submit. */
static int take_receipt(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_trust *trust,
	struct lantik_standing *standing, struct lantik_span receipt)
{
	struct lantik_proved proved;
	int code = lantik_entry_keep_receipt(
		cli, home, trust, &standing->entry, receipt, (struct lantik_presence){0}, &proved);
	if (code != LANTIK_EXIT_OK)
		return code;
	lantik_proved_free(&proved);
	standing->fresh = true;
	drop_history(standing);
	return load_history(cli, home, trust, standing);
}

/* What was proved here must be what the centre counts: both are of one moment once there is no more to fetch. */
static bool same_counts(const struct lantik_history *history, const struct lantik_status_answer *answer)
{
	return answer->accepted == history->accepted && answer->returned == history->returned &&
	       answer->review == history->review && answer->rejected == history->rejected;
}

static int report_counts(
	struct lantik_cli *cli, const struct lantik_history *history, const struct lantik_status_answer *answer)
{
	char id[37];
	lantik_id_format(lantik_history_batch_id(history), id);
	return lantik_fail(cli, 142, LANTIK_EXIT_NOT_VERIFIED,
		"the centre counts %u recorded, %u returned, %u in review, %u rejected in batch %s; its own receipts "
		"prove "
		"%u, %u, %u, %u\ntell the operator and the auditor at the centre",
		"pusat menghitung %u dicatat, %u kembali, %u ditelaah, %u ditolak pada paket %s; tanda terimanya "
		"sendiri "
		"membuktikan %u, %u, %u, %u\nberi tahu operator dan auditor di pusat",
		answer->accepted, answer->returned, answer->review, answer->rejected, id, history->accepted,
		history->returned, history->review, history->rejected);
}

/* Our receipt proves that it was recorded: whoever says otherwise has lost it. */
static int lost(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_standing *standing)
{
	char path[LANTIK_MAX_PATH];
	if (!lantik_history_is_own(home, standing->history))
		return LANTIK_EXIT_OK;
	return lantik_fail(cli, 143, LANTIK_EXIT_NOT_VERIFIED,
		"the centre does not hold a batch whose receipt is here: %s\n"
		"keep the receipt, and tell the operator and the auditor at the centre",
		"pusat tidak memiliki paket yang tanda terimanya ada di sini: %s\n"
		"simpan tanda terima itu, dan beri tahu operator serta auditor di pusat",
		lantik_outbox_path(home, &standing->entry, "receipt", path));
}

/* Before the centre is accused, all decisions are asked for: one between two others may have been lost here. */
static int settle(struct lantik_cli *cli, struct lantik_standing *standing, const struct lantik_status_answer *answer,
	bool *ret_again)
{
	if (same_counts(standing->history, answer))
		return LANTIK_EXIT_OK;
	if (standing->known_decisions == 0)
		return report_counts(cli, standing->history, answer);
	standing->known_decisions = 0;
	standing->decisions_from = 0;
	*ret_again = true;
	return LANTIK_EXIT_OK;
}

static int take_decisions(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_trust *trust,
	struct lantik_standing *standing, const struct lantik_status_answer *answer, bool *ret_more)
{
	int code = LANTIK_EXIT_OK;
	uint64_t before = standing->decisions_from;
	if (before == 0) /* a receipt alone can fill an answer: the decisions come behind it */
		standing->decisions_from = standing->history->proved.receipt.index + 1;
	for (size_t i = 0; code == LANTIK_EXIT_OK && i < answer->decision_count; i++) {
		code = lantik_history_take(cli, home, trust, &standing->entry, standing->history, answer->decisions[i]);
		standing->decisions_from = lantik_history_leaf_after(standing->history, answer->decisions[i]);
	}
	*ret_more = answer->more && standing->decisions_from > before;
	return code == LANTIK_EXIT_OK && !answer->more ? settle(cli, standing, answer, ret_more) : code;
}

/* A receipt of an epoch that ended holds the centre to nothing: it is asked for the one that it has now. */
static int take_again(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_trust *trust,
	struct lantik_standing *standing, const struct lantik_status_answer *answer, bool *ret_more)
{
	standing->maybe_lost = true;
	if (standing->decisions_from == 0)
		return answer->receipt.len > 0 ? take_receipt(cli, home, trust, standing, answer->receipt)
					       : LANTIK_EXIT_OK;
	standing->decisions_from = 0;
	*ret_more = true;
	return LANTIK_EXIT_OK;
}

static int take_ours(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_trust *trust,
	struct lantik_standing *standing, const struct lantik_status_answer *answer, bool *ret_more)
{
	int code = LANTIK_EXIT_OK;
	bool recorded = answer->state == LANTIK_STATE_COMMITTED || answer->state == LANTIK_STATE_REFUSED;
	bool ended = lantik_entry_maybe_lost(trust, &standing->entry);
	if (!recorded)
		standing->maybe_lost = ended;
	if (!recorded)
		return standing->history && !ended ? lost(cli, home, standing) : code;
	if (standing->history && ended)
		code = take_again(cli, home, trust, standing, answer, ret_more);
	else if (!standing->history && answer->receipt.len > 0)
		code = take_receipt(cli, home, trust, standing, answer->receipt);
	if (code == LANTIK_EXIT_OK && standing->history && !standing->maybe_lost)
		code = take_decisions(cli, home, trust, standing, answer, ret_more);
	return code;
}

/* An answer about a batch that was not sent from here is only shown. */
static void take_strange(struct lantik_standing *standing, const struct lantik_status_answer *answer)
{
	standing->entry.accepted = answer->accepted;
	standing->entry.returned = answer->returned;
	standing->entry.review = answer->review;
	standing->entry.rejected = answer->rejected;
	standing->entry.recorded_at = answer->recorded_at;
}

static int read_answer(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_trust *trust,
	struct lantik_standing *standing, const struct lantik_reply *reply, bool *ret_more)
{
	struct lantik_status_answer answer = {0};
	struct lantik_arena *arena = lantik_arena_new(reply->body.len + 64 * 1024);
	LANTIK_ASSERT(arena);
	int code = LANTIK_EXIT_OK;
	if (reply->message != LANTIK_STATUS_ANSWER) {
		code = lantik_report_refusal(cli, lantik_buffer_span(&reply->body));
	} else if (lantik_status_answer_decode(lantik_buffer_span(&reply->body), arena, &answer) != LANTIK_OK) {
		code = lantik_fail(cli, 140, LANTIK_EXIT_FAILED,
			"the centre's answer cannot be read\ninstall the current lantik",
			"jawaban pusat tidak terbaca\npasang lantik terbaru");
	} else {
		standing->asked = true;
		standing->state = answer.state;
		if (standing->ours)
			code = take_ours(cli, home, trust, standing, &answer, ret_more);
		else
			take_strange(standing, &answer);
	}
	lantik_arena_free(&arena);
	return code;
}

/* --- asking --- */

static int ask_once(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_peer *peer,
	struct lantik_standing *standing, bool *ret_more)
{
	struct lantik_buffer body = {0};
	struct lantik_reply reply = {0};
	const struct lantik_history *history = standing->history;
	struct lantik_status_request asked = {
		.batch_id = {history ? lantik_history_batch_id(history) : standing->entry.batch_id, 16},
		.decisions_from = standing->decisions_from};
	LANTIK_ASSERT(lantik_status_request_encode(&asked, &body) == LANTIK_OK);
	struct lantik_request request = {.message = LANTIK_STATUS,
		.body = lantik_buffer_span(&body),
		.timeout_ms = lantik_option_number(cli, "timeout", 20) * 1000};
	int code = lantik_exchange(peer, &request, &reply);
	if (code == LANTIK_EXIT_OK)
		code = read_answer(cli, home, lantik_peer_trust(peer), standing, &reply, ret_more);
	lantik_buffer_free(&body);
	lantik_buffer_free(&reply.body);
	return code;
}

static int ask(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_peer *peer,
	struct lantik_standing *standing)
{
	bool more = true;
	int code = LANTIK_EXIT_OK;
	if (standing->history && !standing->maybe_lost)
		standing->decisions_from = lantik_history_next_leaf(standing->history);
	while (code == LANTIK_EXIT_OK && more) {
		more = false;
		code = ask_once(cli, home, peer, standing, &more);
	}
	return code;
}

/* Whether the centre may know more than we do: no receipt yet, or rows about which an official may decide. */
static bool is_open(const struct lantik_standing *standing)
{
	const struct lantik_entry *entry = &standing->entry;
	if (standing->file || entry->damaged)
		return false;
	if (standing->maybe_lost)
		return true;
	if (lantik_standing_has_receipt(standing))
		return entry->state == LANTIK_ENTRY_RECORDED &&
		       (standing->history ? standing->history->returned + standing->history->review
					  : entry->returned + entry->review) > 0;
	return !(standing->ours && entry->state == LANTIK_ENTRY_NEW);
}

static int ask_open(
	struct lantik_cli *cli, const struct lantik_home *home, struct lantik_standing *standings, size_t count)
{
	struct lantik_peer *peer = NULL;
	int code = LANTIK_EXIT_OK;
	lantik_progress_start(cli, "batches asked for", "paket ditanyakan", count);
	for (size_t i = 0; code == LANTIK_EXIT_OK && i < count; i++) {
		lantik_progress(cli, i);
		if (!is_open(&standings[i]))
			continue;
		if (!peer)
			code = lantik_peer_open(cli, home, &peer);
		if (code == LANTIK_EXIT_OK)
			code = ask(cli, home, peer, &standings[i]);
	}
	lantik_progress_end(cli);
	lantik_peer_close(&peer);
	return code;
}

/* What is here already. A receipt that was damaged here is reported, and asked for again. */
static int load_receipts(
	struct lantik_cli *cli, const struct lantik_home *home, struct lantik_standing *standings, size_t count)
{
	struct lantik_trust trust;
	size_t receipts = 0;
	for (size_t i = 0; i < count; i++)
		receipts += lantik_standing_has_receipt(&standings[i]);
	int worst = receipts > 0 ? lantik_home_trust(cli, home, &trust) : LANTIK_EXIT_OK;
	if (worst != LANTIK_EXIT_OK)
		return worst;
	for (size_t i = 0; i < count; i++) {
		if (!lantik_standing_has_receipt(&standings[i]))
			continue;
		standings[i].maybe_lost = lantik_entry_maybe_lost(&trust, &standings[i].entry);
		/* after a recovery any of them may have lost a decision */
		if (count > 1 && !is_open(&standings[i]) && trust.epoch_count == 0)
			continue;
		int code = load_history(cli, home, &trust, &standings[i]);
		worst = worst == LANTIK_EXIT_OK ? code : worst;
	}
	return worst;
}

/* The files of returned rows are written for what is new, and for what was asked for by name. */
static void note_all(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_standing *standings,
	size_t count, bool named)
{
	for (size_t i = 0; i < count; i++) {
		struct lantik_standing *standing = &standings[i];
		const struct lantik_history *history = standing->history;
		if (!history)
			continue;
		if (lantik_history_note(home, &standing->entry, history) != LANTIK_OK)
			lantik_remark(cli, "the counts of %s could not be noted here",
				"jumlah %s tidak dapat dicatat di sini", standing->base);
		if (named || standing->fresh || history->decision_count > standing->known_decisions)
			lantik_returned_write(
				cli, home, &standing->entry, history, standing->base, &standing->returned);
	}
}

/* The answers change the outbox: while a submit works on it, it is only read. */
static int ask_all(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_standing *standings,
	size_t count, bool named)
{
	size_t open = 0;
	int worst = load_receipts(cli, home, standings, count), code = LANTIK_EXIT_OK;
	for (size_t i = 0; i < count; i++)
		open += is_open(&standings[i]);
	if (open + named == 0)
		return worst;
	int lock = lantik_home_try_lock(home);
	if (lock < 0) {
		lantik_remark(cli, "another lantik is sending from %s; the centre was not asked",
			"lantik lain sedang mengirim dari %s; pusat tidak ditanya", home->folder);
		return worst;
	}
	if (!lantik_option_given(cli, "offline"))
		code = ask_open(cli, home, standings, count);
	note_all(cli, home, standings, count, named);
	lantik_home_unlock(lock);
	return worst == LANTIK_EXIT_OK ? code : worst;
}

/* --- which batches --- */

struct standings {
	struct lantik_standing *items;
	size_t count;
	bool named; /* asked for by file or batch id */
};

static struct lantik_standing *add(struct standings *standings)
{
	size_t room = (standings->count + 1) * sizeof *standings->items;
	standings->items = realloc(standings->items, room);
	LANTIK_ASSERT(standings->items);
	standings->items[standings->count] = (struct lantik_standing){0};
	return &standings->items[standings->count++];
}

static void add_entry(struct standings *standings, const struct lantik_entry *entry, const char *base)
{
	struct lantik_standing *standing = add(standings);
	standing->entry = *entry;
	standing->ours = true;
	standing->base = base;
}

static void find_batch(const struct lantik_entries *entries, const uint8_t id[16], struct standings *ret)
{
	for (size_t i = 0; i < entries->count; i++)
		if (memcmp(entries->items[i].batch_id, id, 16) == 0)
			add_entry(ret, &entries->items[i], entries->items[i].file);
	if (ret->count == 0)
		memcpy(add(ret)->entry.batch_id, id, 16);
}

/* Every batch that was made of this file as it is now: with and without all or nothing, and under former ids. */
static int find_file(
	struct lantik_cli *cli, const struct lantik_entries *entries, const char *file, struct standings *ret)
{
	char key[LANTIK_FILE_KEY];
	int code = lantik_sheet_key(cli, file, lantik_option_text(cli, "manifest"), key);
	for (size_t i = 0; code == LANTIK_EXIT_OK && i < entries->count; i++)
		if (strncmp(entries->items[i].key, key, LANTIK_FILE_KEY - 1) == 0)
			add_entry(ret, &entries->items[i], file);
	if (code == LANTIK_EXIT_OK && ret->count == 0)
		add(ret)->file = file;
	return code;
}

static int find(struct lantik_cli *cli, const struct lantik_entries *entries, struct standings *ret)
{
	const char *what = lantik_argument(cli, 0);
	uint8_t id[16];
	ret->named = what != NULL;
	if (what && !lantik_id_parse(lantik_span_of(what), id))
		return find_file(cli, entries, what, ret);
	if (what)
		find_batch(entries, id, ret);
	for (size_t i = 0; !what && i < entries->count; i++)
		add_entry(ret, &entries->items[i], entries->items[i].file);
	return LANTIK_EXIT_OK;
}

static int show(struct lantik_cli *cli, const struct lantik_home *home, struct standings *standings)
{
	int code = ask_all(cli, home, standings->items, standings->count, standings->named);
	lantik_show_standings(cli, standings->items, standings->count);
	for (size_t i = 0; i < standings->count; i++)
		lantik_show_decisions(cli, home, &standings->items[i], standings->named);
	lantik_summary_number(cli, "batches", (int64_t)standings->count);
	for (size_t i = 0; i < standings->count; i++) {
		struct lantik_entry *entry = &standings->items[i].entry;
		int found = entry->damaged ? lantik_report_damaged(cli, entry) : code;
		code = code == LANTIK_EXIT_OK ? found : code;
	}
	return code;
}

static void free_all(struct standings *standings)
{
	for (size_t i = 0; i < standings->count; i++)
		drop_history(&standings->items[i]);
	free(standings->items);
}

int lantik_status_main(struct lantik_cli *cli)
{
	struct lantik_home home;
	struct lantik_entries entries = {0};
	struct standings standings = {0};
	int code = lantik_home_open(cli, &home);
	if (code == LANTIK_EXIT_OK)
		code = lantik_home_need_settings(cli, &home);
	if (code == LANTIK_EXIT_OK)
		code = lantik_outbox_list(cli, &home, &entries);
	if (code == LANTIK_EXIT_OK)
		code = find(cli, &entries, &standings);
	if (code == LANTIK_EXIT_OK)
		code = show(cli, &home, &standings);
	free_all(&standings);
	lantik_entries_free(&entries);
	return code;
}
