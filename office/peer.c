/* Opens and closes the connection to the centre, with the keys, settings and rulebook of the office's folder.
 * SPDX-License-Identifier: Apache-2.0 */
#include "peer.h"

#include <string.h>

static void split_endpoints(struct lantik_peer *peer)
{
	const char *at = peer->home->settings[LANTIK_SETTING_ENDPOINT];
	while (peer->endpoint_count < LANTIK_MAX_ENDPOINTS && *(at += strspn(at, ", "))) {
		size_t length = strcspn(at, ", ");
		snprintf(peer->endpoints[peer->endpoint_count++], LANTIK_MAX_SETTING, "%.*s", (int)length, at);
		at += length;
	}
}

static int read_z85(
	struct lantik_cli *cli, const struct lantik_home *home, const char *name, char ret[LANTIK_Z85_KEY + 1])
{
	uint8_t key[32];
	struct lantik_buffer text = {0};
	int code = lantik_home_read(cli, home, name, &text);
	if (code == LANTIK_EXIT_OK) {
		while (text.len > 0 && (text.data[text.len - 1] == '\n' || text.data[text.len - 1] == '\r'))
			text.len--;
		if (lantik_z85_decode(lantik_buffer_span(&text), key))
			snprintf(ret, LANTIK_Z85_KEY + 1, "%.*s", (int)LANTIK_Z85_KEY, (const char *)text.data);
		else
			code = lantik_fail(cli, 70, LANTIK_EXIT_NOT_SET_UP,
				"%s/%s is damaged\nrestore it from your copy",
				"%s/%s rusak\npulihkan dari salinan Anda", home->folder, name);
	}
	lantik_wipe(key, sizeof key);
	if (text.data)
		lantik_wipe(text.data, text.len);
	lantik_buffer_free(&text);
	return code;
}

static int read_keys(struct lantik_cli *cli, struct lantik_peer *peer, bool next)
{
	int code = lantik_home_need(cli, peer->home, LANTIK_SETTING_ENDPOINT);
	if (code == LANTIK_EXIT_OK)
		code = lantik_home_need(cli, peer->home, LANTIK_SETTING_SERVER_KEY);
	if (code == LANTIK_EXIT_OK)
		code = read_z85(cli, peer->home, next ? LANTIK_NEXT_KEYS "/curve.pub" : "curve.pub", peer->own_public);
	if (code == LANTIK_EXIT_OK)
		code = read_z85(cli, peer->home, next ? LANTIK_NEXT_KEYS "/curve.key" : "curve.key", peer->own_secret);
	if (code == LANTIK_EXIT_OK)
		code = lantik_home_sign_key(
			cli, peer->home, next ? LANTIK_NEXT_KEYS "/sign.key" : "sign.key", &peer->sign);
	return code;
}

/* The digest of the stored rulebook is that of its bytes. */
static void digest_rulebook(struct lantik_peer *peer)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_buffer text = {0};
	if (lantik_file_read(lantik_home_path(peer->home, "rulebook", path), LANTIK_MAX_RULEBOOK, &text) == LANTIK_OK) {
		lantik_sha256(lantik_buffer_span(&text), peer->rulebook_digest);
		peer->rulebook = (struct lantik_span){peer->rulebook_digest, LANTIK_HASH};
	}
	lantik_buffer_free(&text);
}

static int open_peer(struct lantik_cli *cli, const struct lantik_home *home, bool next, struct lantik_peer **ret)
{
	struct lantik_peer *peer = calloc(1, sizeof *peer);
	LANTIK_ASSERT(peer);
	peer->cli = cli;
	peer->home = home;
	peer->arena = lantik_arena_new(2 * LANTIK_MAX_REPLY_ENVELOPE + 64 * 1024);
	LANTIK_ASSERT(peer->arena);
	int code = read_keys(cli, peer, next);
	if (code == LANTIK_EXIT_OK)
		code = lantik_witness_open(cli, home, &peer->witness);
	if (code == LANTIK_EXIT_OK) {
		split_endpoints(peer);
		digest_rulebook(peer);
		*ret = peer;
	} else {
		lantik_peer_close(&peer);
	}
	return code;
}

int lantik_peer_open(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_peer **ret)
{
	return open_peer(cli, home, false, ret);
}

int lantik_peer_open_next(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_peer **ret)
{
	return open_peer(cli, home, true, ret);
}

const struct lantik_trust *lantik_peer_trust(const struct lantik_peer *peer)
{
	return &peer->witness.trust;
}

void lantik_peer_close(struct lantik_peer **peer)
{
	if (!*peer)
		return;
	lantik_link_close(&(*peer)->link);
	lantik_buffer_free(&(*peer)->frame_envelope);
	lantik_buffer_free(&(*peer)->frame_body);
	lantik_buffer_free(&(*peer)->last_answer);
	lantik_arena_free(&(*peer)->arena);
	lantik_witness_close(&(*peer)->witness);
	lantik_wipe(*peer, sizeof **peer);
	free(*peer);
	*peer = NULL;
}

const char *lantik_peer_endpoint(const struct lantik_peer *peer)
{
	return peer->endpoints[peer->endpoint_at];
}

int lantik_peer_connect(struct lantik_peer *peer)
{
	struct lantik_link_keys keys = {.server_public = peer->home->settings[LANTIK_SETTING_SERVER_KEY],
		.own_public = peer->own_public,
		.own_secret = peer->own_secret};
	if (peer->link)
		return LANTIK_EXIT_OK;
	enum lantik_error error = lantik_link_open(lantik_peer_endpoint(peer), &keys, &peer->link);
	if (error == LANTIK_OK)
		return LANTIK_EXIT_OK;
	return lantik_fail(peer->cli, 71, LANTIK_EXIT_NOT_SET_UP,
		"cannot connect to %s: %s\ncheck endpoint and server_key",
		"tidak dapat terhubung ke %s: %s\nperiksa endpoint dan server_key", lantik_peer_endpoint(peer),
		lantik_error_text(error, lantik_cli_language(peer->cli)));
}

void lantik_peer_drop(struct lantik_peer *peer)
{
	lantik_link_close(&peer->link);
	peer->endpoint_at = (peer->endpoint_at + 1) % peer->endpoint_count;
}
