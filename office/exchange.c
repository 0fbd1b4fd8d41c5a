/* Sends a request until an answer ends it: attempts, back-off, endpoints in turn, and what a failed handshake means.
 * SPDX-License-Identifier: Apache-2.0 */
#include "exchange.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "transport.h"

#define MAX_ENDPOINTS 8u

/* An attempt waits for its answer as long as the body needs on a line of 64 kbit/s, and 30 s more. */
#define ATTEMPT_MS 30000
#define SLOWEST_BYTES_PER_S 8192

/* Between attempts: 0.5 s, doubled up to 15 s, with up to half of it at random so that offices do not come in step. */
#define FIRST_PAUSE_MS 500
#define LAST_PAUSE_MS 15000

/* A centre takes a moment to learn of a key that its operator has just added. */
#define UNKNOWN_KEY_MS 5000

struct lantik_peer {
	struct lantik_cli *cli;
	const struct lantik_home *home;
	struct lantik_link *link;
	char endpoints[MAX_ENDPOINTS][LANTIK_MAX_SETTING];
	unsigned endpoint_count, endpoint_at;
	char own_public[LANTIK_Z85_KEY + 1], own_secret[LANTIK_Z85_KEY + 1];
	struct lantik_skey sign;
	struct lantik_span rulebook; /* digest of ours; empty: none is here */
	uint8_t rulebook_digest[LANTIK_HASH];
	struct lantik_buffer frame_envelope, frame_body;
	struct lantik_arena *arena;
	unsigned told; /* bit 1 << event: troubles that were told, each once until a connection succeeds */
	bool told_busy, told_rulebook;
};

/* What one wait or one attempt led to. */
enum outcome { ANSWERED, AGAIN, AGAIN_LATER, GAVE_UP };

struct attempt {
	const struct lantik_request *request;
	struct lantik_reply *reply;
	int64_t deadline_ms, pause_ms;
	int64_t unknown_since_ms; /* 0: our key was not refused yet */
	uint8_t request_id[LANTIK_REQUEST_ID];
	uint8_t signature[LANTIK_SIGNATURE];
	int exit_code; /* after GAVE_UP */
};

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void split_endpoints(struct lantik_peer *peer)
{
	const char *at = peer->home->settings[LANTIK_SETTING_ENDPOINT];
	while (peer->endpoint_count < MAX_ENDPOINTS && *(at += strspn(at, ", "))) {
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

static int read_keys(struct lantik_cli *cli, struct lantik_peer *peer)
{
	int code = lantik_home_need(cli, peer->home, LANTIK_SETTING_ENDPOINT);
	if (code == LANTIK_EXIT_OK)
		code = lantik_home_need(cli, peer->home, LANTIK_SETTING_SERVER_KEY);
	if (code == LANTIK_EXIT_OK)
		code = read_z85(cli, peer->home, "curve.pub", peer->own_public);
	if (code == LANTIK_EXIT_OK)
		code = read_z85(cli, peer->home, "curve.key", peer->own_secret);
	if (code == LANTIK_EXIT_OK)
		code = lantik_home_sign_key(cli, peer->home, &peer->sign);
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

int lantik_peer_open(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_peer **ret)
{
	struct lantik_peer *peer = calloc(1, sizeof *peer);
	LANTIK_ASSERT(peer);
	peer->cli = cli;
	peer->home = home;
	peer->arena = lantik_arena_new(64 * 1024);
	LANTIK_ASSERT(peer->arena);
	int code = read_keys(cli, peer);
	if (code == LANTIK_EXIT_OK) {
		split_endpoints(peer);
		digest_rulebook(peer);
		*ret = peer;
	} else {
		lantik_peer_close(&peer);
	}
	return code;
}

void lantik_peer_close(struct lantik_peer **peer)
{
	if (!*peer)
		return;
	lantik_link_close(&(*peer)->link);
	lantik_buffer_free(&(*peer)->frame_envelope);
	lantik_buffer_free(&(*peer)->frame_body);
	lantik_arena_free(&(*peer)->arena);
	lantik_wipe(*peer, sizeof **peer);
	free(*peer);
	*peer = NULL;
}

static const char *endpoint_of(const struct lantik_peer *peer)
{
	return peer->endpoints[peer->endpoint_at];
}

static int open_link(struct lantik_peer *peer)
{
	struct lantik_link_keys keys = {.server_public = peer->home->settings[LANTIK_SETTING_SERVER_KEY],
		.own_public = peer->own_public,
		.own_secret = peer->own_secret};
	if (peer->link)
		return LANTIK_EXIT_OK;
	enum lantik_error error = lantik_link_open(endpoint_of(peer), &keys, &peer->link);
	if (error == LANTIK_OK)
		return LANTIK_EXIT_OK;
	return lantik_fail(peer->cli, 71, LANTIK_EXIT_NOT_SET_UP,
		"cannot connect to %s: %s\ncheck endpoint and server_key",
		"tidak dapat terhubung ke %s: %s\nperiksa endpoint dan server_key", endpoint_of(peer),
		lantik_error_text(error, lantik_cli_language(peer->cli)));
}

/* The next attempt goes to the next address over a new connection. */
static void drop_link(struct lantik_peer *peer)
{
	lantik_link_close(&peer->link);
	peer->endpoint_at = (peer->endpoint_at + 1) % peer->endpoint_count;
}

/* A damaged checkpoint of ours would only be refused: it is sent when it verifies. */
static void read_checkpoint(const struct lantik_peer *peer, struct lantik_buffer *ret)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_vkey key;
	struct lantik_checkpoint checkpoint;
	struct lantik_span key_text = lantik_span_of(peer->home->settings[LANTIK_SETTING_RECEIPT_KEY]);
	if (lantik_file_read(lantik_home_path(peer->home, "checkpoint", path), LANTIK_MAX_NOTE, ret) != LANTIK_OK ||
		lantik_vkey_parse(key_text, &key) != LANTIK_OK ||
		lantik_checkpoint_verify(lantik_buffer_span(ret), &key, &checkpoint) != LANTIK_OK)
		lantik_buffer_reset(ret);
}

static void sign_body(struct lantik_peer *peer, struct attempt *attempt)
{
	uint8_t digest[LANTIK_HASH], message[LANTIK_SUBMISSION_MESSAGE];
	lantik_sha256(attempt->request->body, digest);
	lantik_submission_message(
		attempt->request->message == LANTIK_REHEARSE ? LANTIK_TO_REHEARSE : LANTIK_TO_SUBMIT, digest, message);
	lantik_sign(peer->sign.seed, (struct lantik_span){message, sizeof message}, attempt->signature);
}

static int send_once(struct lantik_peer *peer, struct attempt *attempt)
{
	const struct lantik_request *request = attempt->request;
	struct lantik_buffer checkpoint = {0}, bytes = {0};
	lantik_random(attempt->request_id, sizeof attempt->request_id);
	read_checkpoint(peer, &checkpoint);
	struct lantik_envelope envelope = {.protocol_version = LANTIK_PROTOCOL_VERSION,
		.request_id = {attempt->request_id, sizeof attempt->request_id},
		.message = request->message,
		.checkpoint = lantik_buffer_span(&checkpoint),
		.rulebook_sha256 = peer->rulebook};
	if (request->sign) {
		envelope.signing_key_id = (struct lantik_span){peer->sign.vkey.id, sizeof peer->sign.vkey.id};
		envelope.signature = (struct lantik_span){attempt->signature, sizeof attempt->signature};
	}
	LANTIK_ASSERT(lantik_envelope_encode(&envelope, &bytes) == LANTIK_OK);
	enum lantik_error error = lantik_link_send(peer->link, lantik_buffer_span(&bytes), request->body);
	lantik_buffer_free(&checkpoint);
	lantik_buffer_free(&bytes);
	return error == LANTIK_OK ? LANTIK_EXIT_OK : LANTIK_EXIT_NETWORK;
}

static enum outcome give_up(struct attempt *attempt, int exit_code)
{
	attempt->exit_code = exit_code;
	return GAVE_UP;
}

static enum outcome unknown_key(struct lantik_peer *peer, struct attempt *attempt)
{
	if (attempt->unknown_since_ms == 0)
		attempt->unknown_since_ms = now_ms();
	if (now_ms() - attempt->unknown_since_ms < UNKNOWN_KEY_MS)
		return AGAIN_LATER;
	return give_up(attempt, lantik_fail(peer->cli, 72, LANTIK_EXIT_REFUSED,
					"the centre at %s does not know this office's key, or has revoked it\nsend the "
					"operator this key: %s "
					"(lantik keygen printed the whole line)",
					"pusat di %s tidak mengenal kunci kantor ini, atau telah mencabutnya\nkirim "
					"kunci ini kepada operator: %s "
					"(lantik keygen telah mencetak baris lengkapnya)",
					endpoint_of(peer), peer->own_public));
}

/* Trouble that may pass is told once, while the attempts go on. */
static void explain(struct lantik_peer *peer, enum lantik_link_event event)
{
	bool after_handshake = peer->told & (1u << LANTIK_LINK_BAD_HANDSHAKE);
	if (event == LANTIK_LINK_CONNECTED)
		peer->told = 0;
	if ((peer->told & (1u << event)) || (event == LANTIK_LINK_UNREACHABLE && after_handshake))
		return;
	peer->told |= 1u << event;
	if (event == LANTIK_LINK_UNREACHABLE)
		lantik_remark(peer->cli, "nothing answers at %s yet; trying again",
			"belum ada jawaban di %s; dicoba lagi", endpoint_of(peer));
	else if (event == LANTIK_LINK_NOT_READY)
		lantik_remark(peer->cli, "the centre at %s is not ready yet; trying again",
			"pusat di %s belum siap; dicoba lagi", endpoint_of(peer));
	else if (event == LANTIK_LINK_BAD_HANDSHAKE)
		lantik_remark(peer->cli,
			"%s ended the handshake: server_key is not the key of what answers there, or it is too busy; "
			"trying again",
			"%s mengakhiri jabat tangan: server_key bukan kunci yang menjawab di sana, atau sedang sibuk; "
			"dicoba lagi",
			endpoint_of(peer));
	else if (event == LANTIK_LINK_LOST)
		lantik_remark(peer->cli, "the connection to %s was lost; sending again with the same batch id",
			"sambungan ke %s terputus; dikirim lagi dengan nomor paket yang sama", endpoint_of(peer));
}

int64_t lantik_busy_pause(const struct lantik_busy *busy)
{
	return busy->retry_after_ms;
}

static enum outcome busy(struct lantik_peer *peer, struct attempt *attempt, struct lantik_span body)
{
	static const char *const reasons[][2] = {{"busy", "sibuk"}, {"busy", "sibuk"},
		{"waiting for its database", "menunggu basis datanya"}, {"restarting", "sedang dimulai ulang"}};
	struct lantik_busy answer;
	if (lantik_busy_decode(body, peer->arena, &answer) != LANTIK_OK)
		return AGAIN_LATER;
	unsigned reason = (unsigned)answer.reason < LANTIK_COUNT(reasons) ? (unsigned)answer.reason : 0;
	if (!peer->told_busy)
		lantik_remark(peer->cli, "the centre is %s; sending again by itself",
			"pusat %s; dikirim lagi secara otomatis", reasons[reason][lantik_cli_language(peer->cli)]);
	peer->told_busy = true;
	attempt->pause_ms = lantik_busy_pause(&answer);
	return AGAIN;
}

static enum outcome refusal(struct lantik_peer *peer, struct lantik_span body)
{
	struct lantik_refused answer;
	if (lantik_refused_decode(body, peer->arena, &answer) == LANTIK_OK && answer.passing)
		return AGAIN_LATER;
	return ANSWERED;
}

/* What was checked here stays as it was: only a person fetches the other rulebook, and then checks again. */
static void note_rulebook(struct lantik_peer *peer, struct attempt *attempt, struct lantik_span theirs)
{
	bool differs =
		theirs.len == LANTIK_HASH && peer->rulebook.len > 0 && !lantik_span_equal(theirs, peer->rulebook);
	attempt->reply->rulebook_differs = differs;
	if (!differs || peer->told_rulebook || attempt->request->message == LANTIK_REFERENCE)
		return;
	peer->told_rulebook = true;
	lantik_remark(peer->cli,
		"the centre judges by another rulebook than the one that checks here; fetch it with `lantik sync`, "
		"then "
		"check again",
		"pusat menilai dengan buku aturan lain dari yang dipakai memeriksa di sini; ambil dengan `lantik "
		"sync`, "
		"lalu periksa lagi");
}

/* Whether the envelope answers this attempt. A receipt proves by itself whose it is and is taken from any attempt. */
static bool is_ours(const struct attempt *attempt, const struct lantik_envelope *envelope)
{
	struct lantik_span id = {attempt->request_id, sizeof attempt->request_id};
	return lantik_span_equal(envelope->request_id, id) ||
	       (envelope->message == LANTIK_RECEIPT && attempt->request->message == LANTIK_SUBMIT);
}

/* AGAIN with no pause means: not for us, wait on. */
static enum outcome judge_message(struct lantik_peer *peer, struct attempt *attempt, bool *ret_wait_on)
{
	struct lantik_envelope envelope;
	lantik_arena_reset(peer->arena);
	*ret_wait_on = lantik_envelope_decode(lantik_buffer_span(&peer->frame_envelope), peer->arena, &envelope) !=
			       LANTIK_OK ||
		       !is_ours(attempt, &envelope);
	if (*ret_wait_on)
		return AGAIN;
	struct lantik_span body = lantik_buffer_span(&peer->frame_body);
	if (envelope.message == LANTIK_BUSY)
		return busy(peer, attempt, body);
	note_rulebook(peer, attempt, envelope.rulebook_sha256);
	enum outcome outcome = envelope.message == LANTIK_REFUSAL ? refusal(peer, body) : ANSWERED;
	if (outcome == ANSWERED) {
		attempt->reply->message = envelope.message;
		lantik_buffer_reset(&attempt->reply->body);
		lantik_buffer_append_span(&attempt->reply->body, body);
	}
	return outcome;
}

/* With several addresses the next one is tried at once; with one, ZeroMQ itself tries again. */
static bool is_trouble(enum lantik_link_event event)
{
	return event == LANTIK_LINK_UNREACHABLE || event == LANTIK_LINK_NOT_READY || event == LANTIK_LINK_BAD_HANDSHAKE;
}

/* Waits for the answer to what was sent. */
static enum outcome await(struct lantik_peer *peer, struct attempt *attempt)
{
	int64_t allowed = ATTEMPT_MS + (int64_t)attempt->request->body.len * 1000 / SLOWEST_BYTES_PER_S;
	int64_t end = now_ms() + allowed < attempt->deadline_ms ? now_ms() + allowed : attempt->deadline_ms;
	for (;;) {
		bool wait_on = true;
		enum outcome outcome;
		int64_t left = end - now_ms();
		if (lantik_signal())
			return give_up(attempt, lantik_signal_exit());
		if (left <= 0)
			return AGAIN_LATER;
		lantik_progress(peer->cli, 0);
		enum lantik_link_event event =
			lantik_link_wait(peer->link, left < 200 ? left : 200, &peer->frame_envelope, &peer->frame_body);
		if (event == LANTIK_LINK_UNKNOWN_KEY)
			return unknown_key(peer, attempt);
		explain(peer, event);
		if (event == LANTIK_LINK_LOST || (is_trouble(event) && peer->endpoint_count > 1))
			return AGAIN_LATER;
		if (event != LANTIK_LINK_MESSAGE)
			continue;
		outcome = judge_message(peer, attempt, &wait_on);
		if (!wait_on)
			return outcome;
	}
}

/* Sleeps in short pieces so that Ctrl-C ends it at once. */
static bool pause_for(struct lantik_peer *peer, int64_t ms, int64_t deadline_ms)
{
	int64_t end = now_ms() + ms;
	while (now_ms() < end && now_ms() < deadline_ms && !lantik_signal()) {
		struct timespec piece = {.tv_nsec = 50 * 1000000};
		nanosleep(&piece, NULL);
		lantik_progress(peer->cli, 0);
	}
	return !lantik_signal();
}

static int64_t back_off(unsigned attempts)
{
	uint8_t dice;
	int64_t pause = FIRST_PAUSE_MS;
	for (unsigned i = 1; i < attempts && pause < LAST_PAUSE_MS; i++)
		pause *= 2;
	lantik_random(&dice, sizeof dice);
	pause = pause < LAST_PAUSE_MS ? pause : LAST_PAUSE_MS;
	return pause / 2 + pause / 2 * dice / 255;
}

static enum outcome try_once(struct lantik_peer *peer, struct attempt *attempt, unsigned number)
{
	const struct lantik_request *request = attempt->request;
	int code = request->on_attempt ? request->on_attempt(request->context, number) : LANTIK_EXIT_OK;
	if (code == LANTIK_EXIT_OK)
		code = open_link(peer);
	if (code != LANTIK_EXIT_OK)
		return give_up(attempt, code);
	attempt->pause_ms = back_off(number);
	if (send_once(peer, attempt) != LANTIK_EXIT_OK)
		return AGAIN_LATER;
	return await(peer, attempt);
}

static int out_of_time(struct lantik_peer *peer, const struct lantik_request *request)
{
	char seconds[32];
	if (peer->told & (1u << LANTIK_LINK_BAD_HANDSHAKE))
		return lantik_fail(peer->cli, 76, LANTIK_EXIT_NETWORK,
			"%s ended every handshake\ncheck server_key against what the operator gave you (lantik config)",
			"%s mengakhiri setiap jabat tangan\nperiksa server_key dengan yang diberikan operator (lantik "
			"config)",
			peer->home->settings[LANTIK_SETTING_ENDPOINT]);
	return lantik_fail(peer->cli, 73, LANTIK_EXIT_NETWORK,
		"no answer from %s within %s s\nrepeating the same command is safe: nothing is recorded twice",
		"tidak ada jawaban dari %s dalam %s detik\nmengulang perintah yang sama aman: tidak ada yang tercatat "
		"dua kali",
		peer->home->settings[LANTIK_SETTING_ENDPOINT],
		lantik_count_format(peer->cli, request->timeout_ms / 1000, seconds));
}

int lantik_exchange(struct lantik_peer *peer, const struct lantik_request *request, struct lantik_reply *ret)
{
	struct attempt attempt = {.request = request, .reply = ret, .deadline_ms = now_ms() + request->timeout_ms};
	if (request->sign)
		sign_body(peer, &attempt);
	for (unsigned number = 1;; number++) {
		enum outcome outcome = try_once(peer, &attempt, number);
		if (outcome == ANSWERED)
			return LANTIK_EXIT_OK;
		if (outcome == GAVE_UP)
			return attempt.exit_code;
		if (outcome == AGAIN_LATER)
			drop_link(peer);
		if (!pause_for(peer, attempt.pause_ms, attempt.deadline_ms))
			return lantik_signal_exit();
		if (now_ms() >= attempt.deadline_ms)
			return out_of_time(peer, request);
	}
}
