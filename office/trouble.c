/* Says what is wrong with the connection, or why the centre does not take anything now.
 * SPDX-License-Identifier: Apache-2.0 */
#include "peer.h"

void lantik_tell_trouble(struct lantik_peer *peer, enum lantik_link_event event)
{
	bool after_handshake = peer->told & (1u << LANTIK_LINK_BAD_HANDSHAKE);
	if (event == LANTIK_LINK_CONNECTED)
		peer->told = 0;
	if ((peer->told & (1u << event)) || (event == LANTIK_LINK_UNREACHABLE && after_handshake))
		return;
	peer->told |= 1u << event;
	if (event == LANTIK_LINK_UNREACHABLE)
		lantik_remark(peer->cli, "nothing answers at %s yet; trying again",
			"belum ada jawaban di %s; dicoba lagi", lantik_peer_endpoint(peer));
	else if (event == LANTIK_LINK_NOT_READY)
		lantik_remark(peer->cli, "the centre at %s is not ready yet; trying again",
			"pusat di %s belum siap; dicoba lagi", lantik_peer_endpoint(peer));
	else if (event == LANTIK_LINK_BAD_HANDSHAKE)
		lantik_remark(peer->cli,
			"%s ended the handshake: server_key is not the key of what answers there, or it is too busy; "
			"trying again",
			"%s mengakhiri jabat tangan: server_key bukan kunci yang menjawab di sana, atau sedang sibuk; "
			"dicoba lagi",
			lantik_peer_endpoint(peer));
	else if (event == LANTIK_LINK_LOST)
		lantik_remark(peer->cli, "the connection to %s was lost; sending again with the same batch id",
			"sambungan ke %s terputus; dikirim lagi dengan nomor paket yang sama",
			lantik_peer_endpoint(peer));
}

int lantik_fail_unknown_key(struct lantik_peer *peer)
{
	return lantik_fail(peer->cli, 72, LANTIK_EXIT_REFUSED,
		"the centre at %s does not know this office's key, or has revoked it\nsend the operator this key: %s "
		"(lantik "
		"keygen printed the whole line)",
		"pusat di %s tidak mengenal kunci kantor ini, atau telah mencabutnya\nkirim kunci ini kepada operator: "
		"%s "
		"(lantik keygen telah mencetak baris lengkapnya)",
		lantik_peer_endpoint(peer), peer->own_public);
}

/* An operator must act before the centre takes anything again: waiting helps nobody. */
int lantik_fail_ledger_fork(struct lantik_peer *peer, int exit_code)
{
	return lantik_fail(peer->cli, 177, exit_code,
		"the centre takes nothing now: its ledger lacks entries that it had signed, and its operator must "
		"recover "
		"it first\n"
		"nothing of yours is lost: the outbox in %s holds every batch and receipt; leave it as it is, ask the "
		"operator when the centre is back, and repeat the same command then",
		"pusat sedang tidak menerima apa pun: ada entri yang pernah ditandatanganinya hilang dari buku "
		"besarnya, dan operator harus memulihkannya dahulu\n"
		"tidak ada data Anda yang hilang: kotak keluar di %s menyimpan semua paket dan tanda terima; biarkan "
		"apa "
		"adanya, tanyakan kepada operator kapan pusat pulih, lalu ulangi perintah yang sama",
		peer->home->folder);
}

void lantik_tell_busy(struct lantik_peer *peer, const struct lantik_busy *busy)
{
	static const char *const reasons[][2] = {{"busy", "sibuk"}, {"busy", "sibuk"},
		{"waiting for its database", "menunggu basis datanya"}, {"restarting", "sedang dimulai ulang"}};
	unsigned reason = (unsigned)busy->reason < LANTIK_COUNT(reasons) ? (unsigned)busy->reason : 0;
	const char *told = reasons[reason][lantik_cli_language(peer->cli)];
	if (!peer->told_busy)
		lantik_remark(peer->cli, "the centre is %s; sending again by itself",
			"pusat %s; dikirim lagi secara otomatis", told);
	peer->told_busy = true;
	lantik_buffer_reset(&peer->last_answer);
	lantik_buffer_append_span(&peer->last_answer, lantik_span_of(told));
}

void lantik_note_passing(struct lantik_peer *peer, const struct lantik_refused *refused)
{
	lantik_buffer_reset(&peer->last_answer);
	lantik_printable(refused->detail, &peer->last_answer);
}

/* The centre was there: what it said last tells more than that the time is over. */
static int fail_answered(struct lantik_peer *peer, const char *seconds)
{
	return lantik_fail(peer->cli, 77, LANTIK_EXIT_NETWORK,
		"%s answered, but has no receipt or result to give within %s s; its last answer: %.*s\nrepeating the "
		"same "
		"command is safe: nothing is recorded twice",
		"%s menjawab, tetapi belum memberi tanda terima atau hasil dalam %s detik; jawaban terakhirnya: %.*s\n"
		"mengulang perintah yang sama aman: tidak ada yang tercatat dua kali",
		peer->home->settings[LANTIK_SETTING_ENDPOINT], seconds, (int)peer->last_answer.len,
		(const char *)peer->last_answer.data);
}

int lantik_fail_out_of_time(struct lantik_peer *peer, int64_t timeout_ms)
{
	char seconds[32];
	if (peer->told & (1u << LANTIK_LINK_BAD_HANDSHAKE))
		return lantik_fail(peer->cli, 76, LANTIK_EXIT_NETWORK,
			"%s ended every handshake\ncheck server_key against what the operator gave you (lantik config)",
			"%s mengakhiri setiap jabat tangan\nperiksa server_key dengan yang diberikan operator (lantik "
			"config)",
			peer->home->settings[LANTIK_SETTING_ENDPOINT]);
	lantik_count_format(peer->cli, timeout_ms / 1000, seconds);
	if (peer->last_answer.len)
		return fail_answered(peer, seconds);
	return lantik_fail(peer->cli, 73, LANTIK_EXIT_NETWORK,
		"no answer from %s within %s s\nrepeating the same command is safe: nothing is recorded twice",
		"tidak ada jawaban dari %s dalam %s detik\nmengulang perintah yang sama aman: tidak ada yang tercatat "
		"dua kali",
		peer->home->settings[LANTIK_SETTING_ENDPOINT], seconds);
}
