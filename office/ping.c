/* `lantik ping`: whether the centre answers, how fast, and whether its ledger continues the one that this office saw.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "exchange.h"
#include "lost.h"
#include "office.h"

/* Thousandths of a second with one digit behind the point. */
static const char *milliseconds(struct lantik_cli *cli, int64_t us, char ret[32])
{
	snprintf(ret, 32, "%" PRId64 "%s%" PRId64, us / 1000, lantik_cli_pick(cli, ".", ","), us / 100 % 10);
	return ret;
}

static void say_proof(struct lantik_cli *cli, const struct lantik_heard *heard)
{
	char before[32], newer[32];
	lantik_count_format(cli, (int64_t)heard->before.size, before);
	if (heard->proved && heard->shown.size == heard->before.size)
		lantik_say(cli, "Proved: it is the ledger that this office saw last; nothing is newer.",
			"Terbukti: ini buku besar yang terakhir dilihat kantor ini; tidak ada yang lebih baru.");
	else if (heard->proved)
		lantik_say(cli,
			"Proved: it continues the ledger of %s entries that this office saw; nothing in those was "
			"changed, "
			"%s are newer.",
			"Terbukti: ini kelanjutan buku besar berisi %s entri yang dilihat kantor ini; di dalamnya "
			"tidak ada "
			"yang diubah, %s entri lebih baru.",
			before, lantik_count_format(cli, (int64_t)(heard->shown.size - heard->before.size), newer));
	else if (heard->restarted)
		lantik_say(cli,
			"The ledger was recovered, and nothing that this office holds is of the part that goes on: "
			"from now on "
			"every answer is proved against this one.",
			"Buku besar telah dipulihkan, dan yang dipegang kantor ini tidak ada di bagian yang "
			"dilanjutkan: "
			"mulai sekarang setiap jawaban dibuktikan terhadap yang ini.");
	else
		lantik_say(cli,
			"This is the first that this office sees of it: from now on every answer is proved against "
			"this one.",
			"Kantor ini baru pertama kali melihatnya; mulai sekarang setiap jawaban dibuktikan terhadap "
			"buku besar ini.");
}

static void say_ledger(struct lantik_cli *cli, const struct lantik_heard *heard, const struct lantik_trust *trust)
{
	char size[32], epoch[32] = "";
	const char *kind = trust->epoch > 1 ? lantik_cli_pick(cli, ", epoch ", ", epoch ") : "";
	if (heard->shown.size == 0) {
		lantik_say(cli, "Its ledger has no entry yet.", "Buku besarnya belum berisi entri.");
		return;
	}
	if (trust->epoch > 1)
		snprintf(epoch, sizeof epoch, "%u", heard->shown.epoch);
	lantik_say(cli, "Its ledger %s has %s entries%s%s.", "Buku besarnya %s berisi %s entri%s%s.", trust->origin,
		lantik_count_format(cli, (int64_t)heard->shown.size, size), kind, epoch);
	say_proof(cli, heard);
}

static void write_result(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_reply *reply,
	const struct lantik_trust *trust, size_t lost)
{
	char root[2 * LANTIK_HASH + 1];
	const struct lantik_heard *heard = &reply->heard;
	bool any = heard->shown.size > 0;
	lantik_hex_encode(heard->shown.root, LANTIK_HASH, root);
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "endpoint", home->settings[LANTIK_SETTING_ENDPOINT]);
	lantik_json_number(cli, "round_trip_us", reply->round_trip_us);
	lantik_json_text(cli, "origin", any ? heard->shown.origin : trust->origin);
	lantik_json_number(cli, "epoch", any ? heard->shown.epoch : trust->epoch);
	lantik_json_number(cli, "size", (int64_t)heard->shown.size);
	lantik_json_text(cli, "root", any ? root : NULL);
	lantik_json_number(cli, "size_before", (int64_t)heard->before.size);
	lantik_json_flag(cli, "proved", heard->proved);
	lantik_json_number(cli, "deeds", heard->deeds);
	lantik_json_number(cli, "maybe_lost", (int64_t)lost);
	lantik_json_close(cli);
}

static void tell(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_reply *reply,
	const struct lantik_trust *trust)
{
	char time[32], count[32];
	size_t lost = lantik_lost_count(cli, home, trust);
	lantik_say(cli, "The centre answers in %s ms (%s).", "Pusat menjawab dalam %s milidetik (%s).",
		milliseconds(cli, reply->round_trip_us, time), home->settings[LANTIK_SETTING_ENDPOINT]);
	say_ledger(cli, &reply->heard, trust);
	if (lost > 0 && reply->heard.deeds == 0) /* with the deed it was told already */
		lantik_say(cli, "Batches of this office that the centre may have lost: %s. Next: lantik resend",
			"Paket kantor ini yang mungkin hilang di pusat: %s. Berikutnya: lantik resend",
			lantik_count_format(cli, (int64_t)lost, count));
	write_result(cli, home, reply, trust, lost);
}

int lantik_ping(
	struct lantik_cli *cli, struct lantik_peer *peer, int64_t timeout_ms, bool proves, struct lantik_reply *ret)
{
	struct lantik_request request = {.message = LANTIK_PING, .timeout_ms = timeout_ms, .proves = proves};
	int code = lantik_exchange(peer, &request, ret);
	if (code == LANTIK_EXIT_OK && ret->message != LANTIK_PONG)
		code = lantik_report_refusal(cli, lantik_buffer_span(&ret->body));
	return code;
}

/* The first question makes the connection; the second one is measured. */
static int ping_twice(struct lantik_cli *cli, struct lantik_peer *peer, struct lantik_reply *reply)
{
	struct lantik_reply second = {0};
	int64_t timeout_ms = lantik_option_number(cli, "timeout", 20) * 1000;
	int code = lantik_ping(cli, peer, timeout_ms, true, reply);
	if (code == LANTIK_EXIT_OK)
		code = lantik_ping(cli, peer, timeout_ms, true, &second);
	if (code == LANTIK_EXIT_OK) {
		reply->round_trip_us = second.round_trip_us;
		if (second.heard.shown.size > 0)
			reply->heard.shown = second.heard.shown;
	}
	lantik_buffer_free(&second.body);
	return code;
}

int lantik_ping_main(struct lantik_cli *cli)
{
	struct lantik_home home;
	struct lantik_peer *peer = NULL;
	struct lantik_reply reply = {0};
	int code = lantik_home_open(cli, &home);
	if (code == LANTIK_EXIT_OK)
		code = lantik_peer_open(cli, &home, &peer);
	lantik_progress_start(cli, "waiting for the centre", "menunggu pusat", 0);
	if (code == LANTIK_EXIT_OK)
		code = ping_twice(cli, peer, &reply);
	lantik_progress_end(cli);
	if (code == LANTIK_EXIT_OK)
		tell(cli, &home, &reply, lantik_peer_trust(peer));
	lantik_buffer_free(&reply.body);
	lantik_peer_close(&peer);
	return code;
}
