/* `lantik sync`: fetches the rulebook by which the centre judges, unless it is here already.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "exchange.h"
#include "office.h"
#include "unpack.h"

/* What is here before the centre was asked. */
struct held {
	bool any;
	size_t bytes;
	uint8_t sha256[LANTIK_HASH];
};

static int unreadable(struct lantik_cli *cli)
{
	return lantik_fail(cli, 81, LANTIK_EXIT_FAILED,
		"the centre's answer is no rulebook, or was damaged on its way; nothing was changed here\n"
		"repeat the command; if it happens again install the current lantik",
		"jawaban pusat bukan buku aturan, atau rusak di jalan; tidak ada yang diubah di sini\n"
		"ulangi perintah ini; bila terjadi lagi, pasang lantik terbaru");
}

static void tell(struct lantik_cli *cli, const char *digest, size_t bytes, bool changed)
{
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "rulebook_sha256", digest);
	lantik_json_number(cli, "bytes", (int64_t)bytes);
	lantik_json_flag(cli, "changed", changed);
	lantik_json_close(cli);
	lantik_summary_text(cli, "rulebook_sha256", digest);
	lantik_summary_number(cli, "bytes", (int64_t)bytes);
}

/* Only a rulebook that can be read takes the place of the one that is here. */
static int keep(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_span text)
{
	unsigned line;
	struct lantik_rulebook *rulebook;
	char digest[2 * LANTIK_HASH + 1], size[32];
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
	lantik_count_format(cli, (int64_t)text.len, size);
	lantik_say(cli, "The rulebook is here, %s bytes, digest %.16s...\nNext: lantik check FILE",
		"Buku aturan tersimpan, %s byte, intisari %.16s...\nBerikutnya: lantik check BERKAS", size, digest);
	tell(cli, digest, text.len, true);
	return code;
}

static int unpack(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_reference_answer *answer)
{
	struct lantik_buffer text = {0};
	if (lantik_unpack(answer->text_zstd, answer->text_size, answer->sha256, &text) != LANTIK_OK)
		return unreadable(cli);
	int code = keep(cli, home, lantik_buffer_span(&text));
	lantik_buffer_free(&text);
	return code;
}

/* Without a text the centre says that it has what we said that we hold. */
static int current(struct lantik_cli *cli, const struct lantik_reference_answer *answer, const struct held *held)
{
	char digest[2 * LANTIK_HASH + 1];
	if (!held->any || memcmp(held->sha256, answer->sha256, LANTIK_HASH) != 0)
		return unreadable(cli);
	lantik_hex_encode(held->sha256, LANTIK_HASH, digest);
	lantik_say(cli, "The rulebook is already current, digest %.16s...",
		"Buku aturan sudah yang terbaru, intisari %.16s...", digest);
	tell(cli, digest, held->bytes, false);
	return LANTIK_EXIT_OK;
}

static int take(struct lantik_cli *cli, const struct lantik_home *home, const struct held *held,
	const struct lantik_reply *reply)
{
	struct lantik_reference_answer answer;
	struct lantik_arena *arena = lantik_arena_new(reply->body.len + 64 * 1024);
	int code;
	LANTIK_ASSERT(arena);
	if (reply->message != LANTIK_REFERENCE_ANSWER)
		code = lantik_report_refusal(cli, lantik_buffer_span(&reply->body));
	else if (lantik_reference_answer_decode(lantik_buffer_span(&reply->body), arena, &answer) != LANTIK_OK)
		code = unreadable(cli);
	else if (answer.text_zstd.len > 0)
		code = unpack(cli, home, &answer);
	else
		code = current(cli, &answer, held);
	lantik_arena_free(&arena);
	return code;
}

static int fetch(
	struct lantik_cli *cli, const struct lantik_home *home, struct lantik_peer *peer, const struct held *held)
{
	struct lantik_reply reply = {0};
	struct lantik_buffer body = {0};
	struct lantik_span have = {held->sha256, held->any ? LANTIK_HASH : 0};
	LANTIK_ASSERT(lantik_reference_request_encode(have, &body) == LANTIK_OK);
	struct lantik_request request = {.message = LANTIK_REFERENCE,
		.body = lantik_buffer_span(&body),
		.timeout_ms = lantik_option_number(cli, "timeout", 60) * 1000};
	lantik_progress_start(cli, "waiting for the rulebook", "menunggu buku aturan", 0);
	int code = lantik_exchange(peer, &request, &reply);
	lantik_progress_end(cli);
	if (code == LANTIK_EXIT_OK)
		code = take(cli, home, held, &reply);
	lantik_buffer_free(&body);
	lantik_buffer_free(&reply.body);
	return code;
}

/* A rulebook that this lantik cannot read is as good as none: it is fetched anew. */
static void look(const struct lantik_home *home, struct held *ret)
{
	char path[LANTIK_MAX_PATH];
	unsigned line;
	struct lantik_buffer text = {0};
	struct lantik_rulebook *rulebook;
	enum lantik_error error =
		lantik_file_read(lantik_home_path(home, "rulebook", path), LANTIK_MAX_RULEBOOK, &text);
	ret->bytes = text.len;
	if (error == LANTIK_OK && lantik_rulebook_parse(lantik_buffer_span(&text), &rulebook, &line) == LANTIK_OK) {
		ret->any = true;
		lantik_sha256(lantik_buffer_span(&text), ret->sha256);
		lantik_rulebook_free(&rulebook);
	}
	lantik_buffer_free(&text);
}

int lantik_sync_main(struct lantik_cli *cli)
{
	struct lantik_home home;
	struct lantik_peer *peer = NULL;
	struct held held = {0};
	int code = lantik_home_open(cli, &home);
	if (code == LANTIK_EXIT_OK)
		code = lantik_peer_open(cli, &home, &peer);
	if (code == LANTIK_EXIT_OK) {
		look(&home, &held);
		code = fetch(cli, &home, peer, &held);
	}
	lantik_peer_close(&peer);
	return code;
}
