/* Rotation of the office's own keys: new ones beside the old ones, and the change to them once the centre takes them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exchange.h"
#include "keys.h"

/* --- keygen --next --- */

static void say_next(struct lantik_cli *cli, const struct lantik_home *home, const char *name, bool made,
	const struct lantik_public_keys *keys)
{
	if (made)
		lantik_say(cli, "New keys of %s are in %s/" LANTIK_NEXT_KEYS "; the present ones stay in use.\n",
			"Kunci baru %s ada di %s/" LANTIK_NEXT_KEYS "; yang sekarang tetap dipakai.\n", name,
			home->folder);
	else
		lantik_say(cli,
			"New keys of %s are in %s/" LANTIK_NEXT_KEYS " already; the present ones stay in use.\n",
			"Kunci baru %s sudah ada di %s/" LANTIK_NEXT_KEYS "; yang sekarang tetap dipakai.\n", name,
			home->folder);
	lantik_say(
		cli, "Send this line to the operator at the centre:\n", "Kirim baris ini kepada operator di pusat:\n");
	lantik_say(cli, "  lantikctl office add %s --curve-key '%s' --signing-key '%s'",
		"  lantikctl office add %s --curve-key '%s' --signing-key '%s'", name, keys->curve, keys->sign);
	lantik_say(cli, "\nWhen the operator has added them: lantik keygen --switch",
		"\nSetelah operator menambahkannya: lantik keygen --switch");
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "office", name);
	lantik_json_text(cli, "folder", home->folder);
	lantik_json_text(cli, "curve_key", keys->curve);
	lantik_json_text(cli, "signing_key", keys->sign);
	lantik_json_flag(cli, "made", made);
	lantik_json_close(cli);
}

static int need_present(struct lantik_cli *cli, const struct lantik_home *home)
{
	unsigned held = lantik_keys_held(home, NULL);
	if (held == LANTIK_KEY_FILES && home->settings[LANTIK_SETTING_OFFICE][0])
		return LANTIK_EXIT_OK;
	for (size_t i = 0; held > 0 && i < LANTIK_KEY_FILES; i++) {
		struct lantik_buffer text = {0};
		int code = lantik_home_read(cli, home, lantik_key_files[i], &text);
		if (text.data)
			lantik_wipe(text.data, text.len);
		lantik_buffer_free(&text);
		if (code != LANTIK_EXIT_OK)
			return code;
	}
	return lantik_fail(cli, 187, LANTIK_EXIT_NOT_SET_UP,
		"%s has no complete keys that others could take the place of\nrun: lantik keygen --name NAME",
		"%s belum memiliki kunci lengkap yang dapat diganti\njalankan: lantik keygen --name NAMA",
		home->folder);
}

/* Keys that are incomplete were never told to anybody. */
int lantik_keygen_next(struct lantik_cli *cli, const struct lantik_home *home)
{
	struct lantik_public_keys keys;
	const char *name = home->settings[LANTIK_SETTING_OFFICE];
	int code = need_present(cli, home);
	if (code != LANTIK_EXIT_OK)
		return code;
	bool makes = lantik_keys_held(home, LANTIK_NEXT_KEYS) < LANTIK_KEY_FILES;
	code = makes ? lantik_keys_make(cli, home, LANTIK_NEXT_KEYS, name, &keys)
		     : lantik_keys_read(cli, home, LANTIK_NEXT_KEYS, &keys);
	if (code == LANTIK_EXIT_OK)
		say_next(cli, home, name, makes, &keys);
	return code;
}

/* --- keygen --switch: does the centre take them? --- */

static int not_taken(struct lantik_cli *cli, const struct lantik_public_keys *next, const char *what)
{
	return lantik_fail(cli, 183, LANTIK_EXIT_REFUSED,
		"the centre does not take the new %s yet; the present keys stay in use\n"
		"ask the operator whether this line was run: lantikctl office add NAME --curve-key '%s' --signing-key "
		"'%s'",
		"pusat belum menerima %s yang baru; kunci yang sekarang tetap dipakai\n"
		"tanyakan kepada operator apakah baris ini sudah dijalankan: lantikctl office add NAMA --curve-key "
		"'%s' "
		"--signing-key '%s'",
		what, next->curve, next->sign);
}

static int ask_with_curve(struct lantik_cli *cli, struct lantik_peer *peer, const struct lantik_public_keys *next)
{
	struct lantik_reply reply = {0};
	struct lantik_request request = {.message = LANTIK_PING,
		.timeout_ms = lantik_option_number(cli, "timeout", 20) * 1000,
		.may_be_unknown = true};
	int code = lantik_exchange(peer, &request, &reply);
	if (code == LANTIK_EXIT_REFUSED || (code == LANTIK_EXIT_OK && reply.message != LANTIK_PONG))
		code = not_taken(cli, next, lantik_cli_pick(cli, "connection key", "kunci sambungan"));
	lantik_buffer_free(&reply.body);
	return code;
}

/* An empty manifest is refused for its signature first, if that is not known. Nothing of it is recorded. */
static int ask_with_signature(struct lantik_cli *cli, struct lantik_peer *peer, const struct lantik_public_keys *next)
{
	static const uint8_t empty_manifest[] = {0x0a, 0x00};
	struct lantik_reply reply = {0};
	struct lantik_refused refused = {0};
	struct lantik_arena *arena = lantik_arena_new(64 * 1024);
	struct lantik_request request = {.message = LANTIK_REHEARSE,
		.body = {empty_manifest, sizeof empty_manifest},
		.sign = true,
		.timeout_ms = lantik_option_number(cli, "timeout", 20) * 1000};
	LANTIK_ASSERT(arena);
	int code = lantik_exchange(peer, &request, &reply);
	bool refuses = code == LANTIK_EXIT_OK && reply.message == LANTIK_REFUSAL &&
		       lantik_refused_decode(lantik_buffer_span(&reply.body), arena, &refused) == LANTIK_OK;
	if (refuses && refused.code != LANTIK_REFUSED_MALFORMED)
		code = not_taken(cli, next, lantik_cli_pick(cli, "signing key", "kunci tanda tangan"));
	lantik_arena_free(&arena);
	lantik_buffer_free(&reply.body);
	return code;
}

static int ask(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_public_keys *next)
{
	struct lantik_peer *peer = NULL;
	int code = lantik_peer_open_next(cli, home, &peer);
	if (code == LANTIK_EXIT_OK)
		code = ask_with_curve(cli, peer, next);
	if (code == LANTIK_EXIT_OK)
		code = ask_with_signature(cli, peer, next);
	lantik_peer_close(&peer);
	return code;
}

/* --- keygen --switch: on disk --- */

static int copy(struct lantik_cli *cli, const struct lantik_home *home, const char *from, const char *to)
{
	struct lantik_buffer text = {0};
	unsigned mode = strstr(to, ".key") ? 0600 : 0644;
	int code = lantik_home_read(cli, home, from, &text);
	if (code == LANTIK_EXIT_OK)
		code = lantik_home_write(cli, home, to, mode, lantik_buffer_span(&text));
	if (text.data)
		lantik_wipe(text.data, text.len);
	lantik_buffer_free(&text);
	return code;
}

/* HOME/former/<key id>/; what an interrupted change has copied already is not copied again: it may be the new one. */
static int keep_former(struct lantik_cli *cli, const struct lantik_home *home, const char *id)
{
	char folder[64], to[64], path[LANTIK_MAX_PATH];
	int code = LANTIK_EXIT_OK;
	snprintf(folder, sizeof folder, LANTIK_FORMER_KEYS "/%s", id);
	if (lantik_folder_make(lantik_home_path(home, folder, path), 0700) != LANTIK_OK)
		return lantik_fail(cli, 29, LANTIK_EXIT_FAILED, "cannot write %s: %s", "tidak dapat menulis %s: %s",
			path, strerror(errno));
	for (size_t i = 0; i < LANTIK_KEY_FILES && code == LANTIK_EXIT_OK; i++)
		if (!lantik_home_holds(home, lantik_key_name(folder, lantik_key_files[i], to)))
			code = copy(cli, home, lantik_key_files[i], to);
	return code;
}

/* sign.key comes last: while it is the old one the change can be repeated from its beginning. */
static int take_next(struct lantik_cli *cli, const struct lantik_home *home)
{
	char from[64];
	int code = LANTIK_EXIT_OK;
	for (size_t i = 0; i < LANTIK_KEY_FILES && code == LANTIK_EXIT_OK; i++)
		code = copy(
			cli, home, lantik_key_name(LANTIK_NEXT_KEYS, lantik_key_files[i], from), lantik_key_files[i]);
	return code;
}

static void remove_next(const struct lantik_home *home)
{
	char name[64], path[LANTIK_MAX_PATH];
	for (size_t i = 0; i < LANTIK_KEY_FILES; i++)
		unlink(lantik_home_path(home, lantik_key_name(LANTIK_NEXT_KEYS, lantik_key_files[i], name), path));
	rmdir(lantik_home_path(home, LANTIK_NEXT_KEYS, path));
}

static void say_switched(struct lantik_cli *cli, const struct lantik_home *home, const char *id, const char *curve)
{
	lantik_say(cli,
		"The new keys are in use. The former ones are kept in %s/" LANTIK_FORMER_KEYS
		"/%s: with them receipts of "
		"earlier batches are proved.\n",
		"Kunci baru sudah dipakai. Yang lama disimpan di %s/" LANTIK_FORMER_KEYS
		"/%s: dengan itu tanda terima paket "
		"sebelumnya dibuktikan.\n",
		home->folder, id);
	lantik_say(cli, "Send this line to the operator, who cuts off the former connection key:\n",
		"Kirim baris ini kepada operator, yang mencabut kunci sambungan lama:\n");
	lantik_say(cli, "  lantikctl office revoke --key '%s' --reason \"key rotation\"",
		"  lantikctl office revoke --key '%s' --reason \"pergantian kunci\"", curve);
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "office", home->settings[LANTIK_SETTING_OFFICE]);
	lantik_json_text(cli, "former_key_id", id);
	lantik_json_text(cli, "former_curve_key", curve);
	lantik_json_close(cli);
}

static int change(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_skey *present)
{
	char id[9], folder[64];
	struct lantik_public_keys former;
	lantik_hex_encode(present->vkey.id, sizeof present->vkey.id, id);
	snprintf(folder, sizeof folder, LANTIK_FORMER_KEYS "/%s", id);
	int code = keep_former(cli, home, id);
	if (code == LANTIK_EXIT_OK)
		code = take_next(cli, home);
	if (code == LANTIK_EXIT_OK)
		code = lantik_keys_read(cli, home, folder, &former);
	if (code != LANTIK_EXIT_OK)
		return code;
	say_switched(cli, home, id, former.curve);
	remove_next(home);
	return code;
}

/* --- keygen --switch: the end of one that was interrupted --- */

static bool is_switched(const struct lantik_home *home)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_buffer present = {0}, next = {0};
	bool same =
		lantik_file_read(lantik_home_path(home, "sign.key", path), LANTIK_MAX_SETTING, &present) == LANTIK_OK &&
		lantik_file_read(lantik_home_path(home, LANTIK_NEXT_KEYS "/sign.key", path), LANTIK_MAX_SETTING,
			&next) == LANTIK_OK &&
		lantik_span_equal(lantik_buffer_span(&present), lantik_buffer_span(&next));
	if (present.data)
		lantik_wipe(present.data, present.len);
	if (next.data)
		lantik_wipe(next.data, next.len);
	lantik_buffer_free(&present);
	lantik_buffer_free(&next);
	return same;
}

/* The folder below former/ that was made last. */
static bool newest_former(const struct lantik_home *home, char ret[9])
{
	char path[LANTIK_MAX_PATH], name[64];
	struct timespec newest = {0};
	DIR *folder = opendir(lantik_home_path(home, LANTIK_FORMER_KEYS, path));
	struct dirent *item;
	struct stat about;
	bool found = false;
	while (folder && (item = readdir(folder)) != NULL) {
		if (strlen(item->d_name) != 8 || item->d_name[0] == '.')
			continue;
		snprintf(name, sizeof name, LANTIK_FORMER_KEYS "/%.8s/sign.key", item->d_name);
		if (stat(lantik_home_path(home, name, path), &about) != 0 ||
			(found && (about.st_mtim.tv_sec < newest.tv_sec ||
					  (about.st_mtim.tv_sec == newest.tv_sec &&
						  about.st_mtim.tv_nsec < newest.tv_nsec))))
			continue;
		found = true;
		newest = about.st_mtim;
		snprintf(ret, 9, "%.8s", item->d_name);
	}
	if (folder)
		closedir(folder);
	return found;
}

static int finish(struct lantik_cli *cli, const struct lantik_home *home)
{
	char id[9], folder[64];
	struct lantik_public_keys former;
	int code = LANTIK_EXIT_OK;
	if (newest_former(home, id)) {
		snprintf(folder, sizeof folder, LANTIK_FORMER_KEYS "/%s", id);
		code = lantik_keys_read(cli, home, folder, &former);
		if (code == LANTIK_EXIT_OK)
			say_switched(cli, home, id, former.curve);
	}
	if (code == LANTIK_EXIT_OK)
		remove_next(home);
	return code;
}

static int change_locked(struct lantik_cli *cli, const struct lantik_home *home)
{
	struct lantik_skey present = {0}, next = {0};
	int code = lantik_home_sign_key(cli, home, "sign.key", &present);
	if (code == LANTIK_EXIT_OK)
		code = lantik_home_sign_key(cli, home, LANTIK_NEXT_KEYS "/sign.key", &next);
	if (code == LANTIK_EXIT_OK)
		code = change(cli, home, &present);
	lantik_wipe(&present, sizeof present);
	lantik_wipe(&next, sizeof next);
	return code;
}

static int switch_locked(struct lantik_cli *cli, const struct lantik_home *home)
{
	struct lantik_public_keys next;
	if (is_switched(home))
		return finish(cli, home);
	if (lantik_keys_held(home, LANTIK_NEXT_KEYS) < LANTIK_KEY_FILES)
		return lantik_fail(cli, 184, LANTIK_EXIT_NOT_SET_UP,
			"%s/" LANTIK_NEXT_KEYS " holds no new keys\nrun: lantik keygen --next",
			"%s/" LANTIK_NEXT_KEYS " tidak memuat kunci baru\njalankan: lantik keygen --next",
			home->folder);
	int code = lantik_keys_read(cli, home, LANTIK_NEXT_KEYS, &next);
	if (code == LANTIK_EXIT_OK)
		code = ask(cli, home, &next);
	return code == LANTIK_EXIT_OK ? change_locked(cli, home) : code;
}

int lantik_keygen_switch(struct lantik_cli *cli, const struct lantik_home *home)
{
	int lock = -1;
	int code = lantik_home_lock(cli, home, &lock);
	if (code == LANTIK_EXIT_OK)
		code = switch_locked(cli, home);
	lantik_home_unlock(lock);
	return code;
}
