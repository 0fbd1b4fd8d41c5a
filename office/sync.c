/* `lantik sync`: fetches the rulebook by which the centre judges.
 * SPDX-License-Identifier: Apache-2.0 */
#include "exchange.h"
#include "office.h"

static int keep(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_span text)
{
	unsigned line;
	struct lantik_rulebook *rulebook;
	char digest[2 * LANTIK_HASH + 1];
	enum lantik_error error = lantik_rulebook_parse(text, &rulebook, &line);
	if (error != LANTIK_OK)
		return lantik_fail(cli, 80, LANTIK_EXIT_FAILED,
			"the centre's rulebook cannot be read in line %u: %s\ninstall the current lantik",
			"buku aturan dari pusat tidak terbaca di baris %u: %s\npasang lantik terbaru", line,
			lantik_error_text(error, lantik_cli_language(cli)));
	lantik_hex_encode(lantik_rulebook_digest(rulebook), LANTIK_HASH, digest);
	lantik_rulebook_free(&rulebook);
	int code = lantik_home_write(cli, home, "rulebook", 0644, text);
	if (code != LANTIK_EXIT_OK)
		return code;
	lantik_say(cli, "The rulebook is here, %zu bytes, digest %.16s...\nNext: lantik check FILE",
		"Buku aturan tersimpan, %zu byte, intisari %.16s...\nBerikutnya: lantik check BERKAS", text.len,
		digest);
	lantik_summary_text(cli, "rulebook_sha256", digest);
	lantik_summary_number(cli, "bytes", (int64_t)text.len);
	return code;
}

static int fetch(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_peer *peer)
{
	struct lantik_reply reply = {0};
	struct lantik_request request = {
		.message = LANTIK_REFERENCE, .timeout_ms = lantik_option_number(cli, "timeout", 60) * 1000};
	lantik_progress_start(cli, "waiting for the rulebook", "menunggu buku aturan", 0);
	int code = lantik_exchange(peer, &request, &reply);
	lantik_progress_end(cli);
	if (code == LANTIK_EXIT_OK && reply.message == LANTIK_REFERENCE_ANSWER)
		code = keep(cli, home, lantik_buffer_span(&reply.body));
	else if (code == LANTIK_EXIT_OK)
		code = lantik_report_refusal(cli, lantik_buffer_span(&reply.body));
	lantik_buffer_free(&reply.body);
	return code;
}

int lantik_sync_main(struct lantik_cli *cli)
{
	struct lantik_home home;
	struct lantik_peer *peer = NULL;
	int code = lantik_home_open(cli, &home);
	if (code == LANTIK_EXIT_OK)
		code = lantik_peer_open(cli, &home, &peer);
	if (code == LANTIK_EXIT_OK)
		code = fetch(cli, &home, peer);
	lantik_peer_close(&peer);
	return code;
}
