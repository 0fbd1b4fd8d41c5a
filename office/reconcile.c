/* `lantik reconcile`: what the centre holds of this office beside what this office sent.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "history.h"
#include "holdings.h"
#include "office.h"

/* How a batch stands here and there. */
enum match {
	BOTH,
	NEWS,
	NO_RECEIPT,
	ONLY_CENTRE,
	SEND_AGAIN,
	NOT_SENT,
	RESEND,
	TURNED_AWAY,
	DAMAGED,
	RECEIPT_DAMAGED,
	DIFFERENT,
	LOST,
	MATCH_COUNT
};

static const struct {
	const char *word; /* in JSON */
	int exit_code;
	const char *text[2];
} matches[MATCH_COUNT] = {
	[BOTH] = {"both", LANTIK_EXIT_OK, {"held by both, the same", "ada di kedua pihak, sama"}},
	[NEWS] = {"decided", LANTIK_EXIT_PARTIAL,
		{"officials decided since; fetch it: lantik status", "ada keputusan pejabat; ambil: lantik status"}},
	[NO_RECEIPT] = {"receipt_missing", LANTIK_EXIT_PARTIAL,
		{"recorded, the receipt is not here; fetch it: lantik status",
			"tercatat, tanda terima belum di sini; ambil: lantik status"}},
	[ONLY_CENTRE] = {"only_centre", LANTIK_EXIT_PARTIAL,
		{"only at the centre, sent from elsewhere or lost here: lantik status BATCH",
			"hanya di pusat, dikirim dari tempat lain atau hilang di sini: lantik status PAKET"}},
	[SEND_AGAIN] = {"send_again", LANTIK_EXIT_PARTIAL,
		{"only here, not recorded; send it again: lantik submit FILE",
			"hanya di sini, tidak tercatat; kirim lagi: lantik submit BERKAS"}},
	[NOT_SENT] = {"not_sent", LANTIK_EXIT_PARTIAL,
		{"only here, never sent: lantik submit FILE", "hanya di sini, belum dikirim: lantik submit BERKAS"}},
	[RESEND] = {"maybe_lost", LANTIK_EXIT_PARTIAL,
		{"may be lost at the centre; send it again: lantik resend",
			"mungkin hilang di pusat; kirim ulang: lantik resend"}},
	[TURNED_AWAY] = {"turned_away", LANTIK_EXIT_OK,
		{"turned away, as submit said; not recorded", "ditolak masuk seperti kata submit; tidak tercatat"}},
	[DAMAGED] = {"damaged", LANTIK_EXIT_FAILED,
		{"damaged here, not compared: lantik submit --new-id FILE",
			"rusak di sini, tidak dibandingkan: lantik submit --new-id BERKAS"}},
	[RECEIPT_DAMAGED] = {"receipt_damaged", LANTIK_EXIT_FAILED,
		{"its receipt is damaged here, not compared; fetch it: lantik resend",
			"tanda terimanya rusak di sini, tidak dibandingkan; ambil: lantik resend"}},
	[DIFFERENT] = {"different", LANTIK_EXIT_NOT_VERIFIED,
		{"the centre tells another outcome than its receipt proves; tell the operator and the auditor",
			"pusat menyebut hasil lain dari yang dibuktikan tanda terimanya; beri tahu operator dan "
			"auditor"}},
	[LOST] = {"lost", LANTIK_EXIT_NOT_VERIFIED,
		{"its receipt is here and the centre does not hold it; tell the operator and the auditor",
			"tanda terimanya ada di sini tetapi pusat tidak memilikinya; beri tahu operator dan auditor"}},
};

/* One line of the comparison. */
struct line {
	enum match match;
	const struct lantik_entry *entry;     /* NULL: only at the centre */
	const struct lantik_holding *holding; /* NULL: only here */
	uint8_t batch_id[16];
	uint32_t accepted, returned, review, rejected; /* here */
};

struct comparison {
	struct line *lines;
	size_t count;
	size_t counts[MATCH_COUNT];
};

/* --- comparing --- */

static bool same_outcome(const struct lantik_history *history, const struct lantik_holding *holding)
{
	const struct lantik_verdict *verdict = &history->proved.verdict;
	return verdict->refused == (holding->state == LANTIK_STATE_REFUSED) && history->accepted == holding->accepted &&
	       history->returned == holding->returned && history->review == holding->review &&
	       history->rejected == holding->rejected;
}

static enum match match_receipt(
	const struct lantik_home *home, const struct lantik_history *history, const struct lantik_holding *holding)
{
	const struct lantik_batch_leaf *leaf = &history->proved.receipt.leaf;
	if (history->maybe_lost)
		return RESEND;
	if (!holding) /* another office's batch is told to that office alone */
		return lantik_history_is_own(home, history) ? LOST : BOTH;
	if (memcmp(leaf->manifest_sha256, holding->manifest_sha256, LANTIK_HASH) != 0 ||
		leaf->leaf_index != holding->leaf_index)
		return DIFFERENT;
	if (holding->last_leaf >= lantik_history_next_leaf(history))
		return NEWS;
	if (same_outcome(history, holding))
		return BOTH;
	/* a decision before one that is held may have been lost here: status asks for all, and accuses the centre if
	 * not */
	return history->decision_count > 0 ? NEWS : DIFFERENT;
}

static enum match match_sent(const struct lantik_entry *entry, const struct lantik_holding *holding)
{
	if (holding)
		return memcmp(entry->manifest_sha256, holding->manifest_sha256, LANTIK_HASH) == 0 ? NO_RECEIPT
												  : DIFFERENT;
	if (entry->state == LANTIK_ENTRY_TURNED_AWAY)
		return TURNED_AWAY;
	return entry->state == LANTIK_ENTRY_NEW ? NOT_SENT : SEND_AGAIN;
}

static const struct lantik_holding *find(const struct lantik_holdings *holdings, const uint8_t batch_id[16])
{
	struct lantik_holding *holding = lantik_holdings_find(holdings, batch_id);
	if (holding)
		holding->matched = true;
	return holding;
}

static void compare_receipt(const struct lantik_home *home, const struct lantik_holdings *holdings,
	const struct lantik_history *history, struct line *line)
{
	memcpy(line->batch_id, lantik_history_batch_id(history), sizeof line->batch_id);
	line->holding = find(holdings, line->batch_id);
	line->match = match_receipt(home, history, line->holding);
	line->accepted = history->accepted;
	line->returned = history->returned;
	line->review = history->review;
	line->rejected = history->rejected;
}

static int compare_entry(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_trust *trust,
	const struct lantik_entry *entry, const struct lantik_holdings *holdings, struct line *line)
{
	struct lantik_history history;
	int code = LANTIK_EXIT_OK;
	*line = (struct line){.entry = entry, .match = DAMAGED};
	memcpy(line->batch_id, entry->batch_id, sizeof line->batch_id);
	if (!entry->damaged && (entry->state == LANTIK_ENTRY_RECORDED || entry->state == LANTIK_ENTRY_REFUSED)) {
		code = lantik_history_load(cli, home, trust, entry, &history);
		if (code == LANTIK_EXIT_OK) {
			compare_receipt(home, holdings, &history, line);
			lantik_history_free(&history);
			return code;
		}
	}
	line->holding = find(holdings, line->batch_id);
	if (!entry->damaged)
		line->match = code == LANTIK_EXIT_OK ? match_sent(entry, line->holding) : RECEIPT_DAMAGED;
	return code;
}

static int compare(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entries *entries,
	const struct lantik_holdings *holdings, struct comparison *ret)
{
	struct lantik_trust trust;
	int worst = lantik_home_trust(cli, home, &trust);
	if (worst != LANTIK_EXIT_OK)
		return worst;
	ret->lines = calloc(entries->count + holdings->count + 1, sizeof *ret->lines);
	LANTIK_ASSERT(ret->lines);
	for (size_t i = 0; i < entries->count; i++) {
		int code = compare_entry(cli, home, &trust, &entries->items[i], holdings, &ret->lines[ret->count++]);
		worst = worst == LANTIK_EXIT_OK ? code : worst;
	}
	for (size_t i = 0; i < holdings->count; i++) {
		struct line line = {.match = ONLY_CENTRE, .holding = &holdings->items[i]};
		memcpy(line.batch_id, holdings->items[i].batch_id, sizeof line.batch_id);
		if (!holdings->items[i].matched)
			ret->lines[ret->count++] = line;
	}
	for (size_t i = 0; i < ret->count; i++)
		ret->counts[ret->lines[i].match]++;
	return worst;
}

/* --- telling --- */

static void write_centre(struct lantik_cli *cli, const struct lantik_holding *holding)
{
	char when[28] = "";
	if (holding)
		lantik_instant_format(holding->recorded_at, when);
	lantik_json_text(cli, "recorded_at", holding ? when : NULL);
	if (!holding)
		return;
	lantik_json_number(cli, "leaf_index", (int64_t)holding->leaf_index);
	lantik_json_text(cli, "centre_outcome", holding->state == LANTIK_STATE_REFUSED ? "refused" : "committed");
	lantik_json_number(cli, "centre_accepted", holding->accepted);
	lantik_json_number(cli, "centre_returned", holding->returned);
	lantik_json_number(cli, "centre_review", holding->review);
	lantik_json_number(cli, "centre_rejected", holding->rejected);
}

static void write_line(struct lantik_cli *cli, const struct line *line)
{
	char id[37];
	lantik_id_format(line->batch_id, id);
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "state", matches[line->match].word);
	lantik_json_text(cli, "file", line->entry ? line->entry->file : NULL);
	lantik_json_text(cli, "batch_id", id);
	if (line->entry) {
		lantik_json_number(cli, "accepted", line->accepted);
		lantik_json_number(cli, "returned", line->returned);
		lantik_json_number(cli, "review", line->review);
		lantik_json_number(cli, "rejected", line->rejected);
	}
	write_centre(cli, line->holding);
	lantik_json_text(cli, "meaning", matches[line->match].text[lantik_cli_language(cli)]);
	lantik_json_close(cli);
}

static void say_line(struct lantik_listing *listing, struct lantik_cli *cli, const struct line *line)
{
	char id[37];
	const char *file = line->entry ? line->entry->file : "";
	const char *slash = strrchr(file, '/');
	lantik_id_format(line->batch_id, id);
	lantik_listing_text(listing, slash ? slash + 1 : file);
	lantik_listing_text(listing, id);
	lantik_listing_text(listing, matches[line->match].text[lantik_cli_language(cli)]);
}

static void say_lines(struct lantik_cli *cli, const struct comparison *comparison)
{
	static const struct lantik_column columns[] = {{"file", {"FILE", "BERKAS"}, false},
		{"batch_id", {"BATCH", "PAKET"}, false}, {"state", {"STATE", "KEADAAN"}, false}};
	if (comparison->counts[BOTH] == comparison->count)
		return;
	struct lantik_listing *listing = lantik_listing_new(cli, columns, LANTIK_COUNT(columns));
	for (size_t i = 0; i < comparison->count; i++)
		if (comparison->lines[i].match != BOTH)
			say_line(listing, cli, &comparison->lines[i]);
	lantik_say(cli, "%s", "%s", "");
	lantik_listing_print(&listing);
}

static void tell(struct lantik_cli *cli, const struct comparison *comparison, const struct lantik_holdings *holdings)
{
	char held[32], both[32];
	lantik_say(cli, "Batches of this office at the centre: %s; here in the same way: %s.",
		"Paket kantor ini di pusat: %s; sama dengan di sini: %s.",
		lantik_count_format(cli, (int64_t)holdings->count, held),
		lantik_count_format(cli, (int64_t)comparison->counts[BOTH], both));
	if (lantik_cli_json(cli))
		for (size_t i = 0; i < comparison->count; i++)
			write_line(cli, &comparison->lines[i]);
	else
		say_lines(cli, comparison);
	lantik_summary_number(cli, "batches", (int64_t)comparison->count);
	for (int match = 0; match < MATCH_COUNT; match++)
		lantik_summary_number(cli, matches[match].word, (int64_t)comparison->counts[match]);
	lantik_summary_number(cli, "ledger_size", (int64_t)holdings->ledger_size);
}

/* What accuses the centre outweighs what is damaged here, and that what is to be fetched or sent. */
static int exit_of(const struct comparison *comparison)
{
	int code = LANTIK_EXIT_OK;
	for (int match = 0; match < MATCH_COUNT; match++) {
		int other = matches[match].exit_code;
		if (comparison->counts[match] > 0 && other != LANTIK_EXIT_OK && code != LANTIK_EXIT_NOT_VERIFIED)
			code = other;
	}
	return code;
}

static int reconcile(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_holdings *holdings)
{
	struct lantik_entries entries;
	struct comparison comparison = {0};
	int code = lantik_outbox_list(cli, home, &entries);
	if (code != LANTIK_EXIT_OK)
		return code;
	code = compare(cli, home, &entries, holdings, &comparison);
	tell(cli, &comparison, holdings);
	free(comparison.lines);
	lantik_entries_free(&entries);
	return code == LANTIK_EXIT_OK ? exit_of(&comparison) : code;
}

int lantik_reconcile_main(struct lantik_cli *cli)
{
	struct lantik_home home;
	struct lantik_peer *peer = NULL;
	struct lantik_holdings holdings = {0};
	int code = lantik_home_open(cli, &home);
	if (code == LANTIK_EXIT_OK)
		code = lantik_home_need_settings(cli, &home);
	if (code == LANTIK_EXIT_OK)
		code = lantik_peer_open(cli, &home, &peer);
	if (code == LANTIK_EXIT_OK)
		code = lantik_holdings_fetch(cli, peer, &holdings);
	lantik_peer_close(&peer);
	if (code == LANTIK_EXIT_OK)
		code = reconcile(cli, &home, &holdings);
	lantik_holdings_free(&holdings);
	return code;
}
